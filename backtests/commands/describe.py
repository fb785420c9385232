"""A strategy in words, for the terminal."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from enum import Enum
from typing import TypeAlias

from backtests.plain_strategy import PlainStrategy
from backtests.runner.jobs import Job
from markets.build import SEASONING
from newsfolio.articles import ARTICLES
from newsfolio.assets import Asset, Sleeve, sleeves_of
from newsfolio.declared import declared_by, meant
from newsfolio.listings import asset_of
from newsfolio.parameters import parameters
from newsfolio.strategy import Strategy
from newsfolio.trees import leg_names

Rows: TypeAlias = list[tuple[str, ...]]
"""A table of text without a heading."""


def described(job: Job) -> list[str | Rows]:
    """Thesis, universe, parameters, benchmark and controls of a job: lines and tables in turn."""
    strategy = job.strategy
    if job.plain:
        return _plain(job.plain)
    parts: list[str | Rows] = [
        strategy.label,
        *_thesis(strategy),
        inspect.getdoc(type(strategy)) or "",
        "parameters (--set name=value)",
        _parameters(strategy),
        f"universe (a line may be held {SEASONING} sessions after its listing)",
        *(part for sleeve in _sleeves(strategy) for part in _sleeve(sleeve)),
        f"decides     {strategy.rebalance}",
        f"benchmark   {_label(strategy.benchmark)}",
        *(f"control     {name}: {control.label}" for name, control in strategy.controls().items()),
        *_variants(strategy),
        *(f"reads       {facts.name}: {facts.where}" for facts in strategy.facts),
        *(f"event study {study.name}" for study in strategy.studies),
        *_claims(strategy, job.address),
    ]
    return [part for part in parts if part]


def _plain(strategy: PlainStrategy) -> list[str | Rows]:
    parts: list[str | Rows] = [
        f"{strategy.label}: a plain backtrader strategy",
        type(strategy).__doc__ or "",
        "parameters (--set name=value)",
        _parameters(strategy),
        "data feeds, data0 first",
        _lines(strategy.universe),
    ]
    return [part for part in parts if part]


def _thesis(strategy: Strategy) -> list[str]:
    thesis = strategy.thesis
    if thesis is None:
        return []
    article = thesis.article
    dated = f"; {article.dated_by}" if article.dated_by else ""
    return [
        f"thesis {thesis.id}: {thesis.title}. {thesis.statement}",
        f"article {article.id}: {article.title} ({article.publisher}), "
        f"{article.published:%Y-%m-%d %H:%M} UTC{dated}",
    ]


def _variants(strategy: Strategy) -> list[str]:
    values = [f"{name} {', '.join(map(_shown, grid))}" for name, grid in strategy.grid.items()]
    return [f"variants    {' x '.join(values)}"] if values else []


def _shown(value: object) -> str:
    return str(value.value) if isinstance(value, Enum) else str(value)


def _claims(strategy: Strategy, address: str) -> list[str]:
    """What the article says that the thesis rests on; `newsfolio claims` checks it."""
    if strategy.thesis is None:
        return []
    claims = strategy.thesis.rests_on()
    article = strategy.thesis.article
    place = address.partition(":")[0]
    own = place if place.endswith(".py") else "the file of its article"
    named = article.id if article in ARTICLES else own
    return [f"claims (newsfolio claims {named})" if claims else "",
            *(f"  {claim.id}  {claim.text}" for claim in claims)]  # fmt: skip


def _parameters(strategy: Strategy | PlainStrategy, above: str = "") -> Rows:
    return [
        (f"{above}{spec.name} = {spec.show(getattr(strategy, spec.name))}",
         ", ".join(word for word in (spec.bounds, spec.doc) if word))
        for spec in parameters(type(strategy))
    ] + [row for name, leg in leg_names(strategy).items()
         for row in _parameters(leg, f"{above}{name}.")]  # fmt: skip


def _sleeves(strategy: Strategy) -> list[Sleeve]:
    declared = declared_by(strategy, type(strategy))
    return [meant(sleeve, declared) for sleeve in sleeves_of(strategy.universe)]


def _sleeve(sleeve: Sleeve) -> list[str | Rows]:
    title = f"  {sleeve.name}" + (f"   ({sleeve.hindsight})" if sleeve.hindsight else "")
    return [title, _lines([asset_of(line) for line in sleeve.lines])]


def _lines(assets: Sequence[Asset]) -> Rows:
    return [_line(asset) for asset in assets]


def _line(asset: Asset) -> tuple[str, ...]:
    listed = f"listed {asset.listed}" if asset.listed else "listed before the data"
    stands = f", before that {' and '.join(asset.stand_in)}" if asset.stand_in else ""
    unit = asset.venue.quoted
    quoted = f"{asset.currency} in {unit.name}" if unit.parts > 1 else asset.currency
    return asset.ticker, asset.name or "-", quoted, f"{listed}{stands}"


def _label(benchmark: str | Strategy | None) -> str:
    if benchmark is None:
        return "none"
    return benchmark if isinstance(benchmark, str) else benchmark.label
