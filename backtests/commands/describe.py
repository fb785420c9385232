"""A strategy in words, for the terminal."""

from __future__ import annotations

import inspect
from enum import Enum

from backtests.plain_strategy import PlainStrategy
from backtests.runner.jobs import Job
from markets.build import SEASONING
from newsfolio.articles import ARTICLES
from newsfolio.assets import Asset, Sleeve, sleeves_of
from newsfolio.declared import declared_by, meant
from newsfolio.listings import asset_of
from newsfolio.parameters import parameters
from newsfolio.strategy import Strategy


def described(job: Job) -> str:
    """Thesis, universe, parameters, benchmark and controls of a job."""
    strategy = job.strategy
    if job.plain:
        return _plain(job.plain)
    parts = [
        strategy.label,
        *_thesis(strategy),
        inspect.getdoc(type(strategy)) or "",
        "parameters (--set name=value)",
        *(_parameter(strategy, spec.name) for spec in parameters(type(strategy))),
        f"universe (a line may be held {SEASONING} sessions after its listing)",
        *(line for sleeve in _sleeves(strategy) for line in _sleeve(sleeve)),
        f"decides     {strategy.rebalance}",
        f"benchmark   {_label(strategy.benchmark)}",
        *(f"control     {name}: {control.label}" for name, control in strategy.controls().items()),
        *_variants(strategy),
        *(f"reads       {facts.name}: {facts.where}" for facts in strategy.facts),
        *(f"event study {study.name}" for study in strategy.studies),
        *_claims(strategy, job.address),
    ]
    return "\n".join(part for part in parts if part)


def _plain(strategy: PlainStrategy) -> str:
    parts = [
        f"{strategy.label}: a plain backtrader strategy",
        type(strategy).__doc__ or "",
        "parameters (--set name=value)",
        *(_parameter(strategy, spec.name) for spec in parameters(type(strategy))),
        "data feeds, data0 first",
        *(f"    {_line(line)}" for line in strategy.universe),
    ]
    return "\n".join(part for part in parts if part)


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


def _parameter(strategy: Strategy, name: str) -> str:
    spec = next(spec for spec in parameters(type(strategy)) if spec.name == name)
    words = ", ".join(word for word in (spec.bounds, spec.doc) if word)
    return f"  {name} = {spec.show(getattr(strategy, name))}{f'   ({words})' if words else ''}"


def _sleeves(strategy: Strategy) -> list[Sleeve]:
    declared = declared_by(strategy, type(strategy))
    return [meant(sleeve, declared) for sleeve in sleeves_of(strategy.universe)]


def _sleeve(sleeve: Sleeve) -> list[str]:
    title = f"  {sleeve.name}" + (f"   ({sleeve.hindsight})" if sleeve.hindsight else "")
    return [title, *(f"    {_line(asset_of(line))}" for line in sleeve.lines)]


def _line(asset: Asset) -> str:
    listed = f"listed {asset.listed}" if asset.listed else "listed before the data"
    stands = f", before that {' and '.join(asset.stand_in)}" if asset.stand_in else ""
    unit = asset.venue.quoted
    quoted = f"{asset.currency} in {unit.name}" if unit.parts > 1 else asset.currency
    return f"{asset.ticker:<10} {asset.name or '-':<28} {quoted}  {listed}{stands}"


def _label(benchmark: str | Strategy | None) -> str:
    if benchmark is None:
        return "none"
    return benchmark if isinstance(benchmark, str) else benchmark.label
