"""Where a run came from: the strategy as data, its code, its thesis."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, fields
from datetime import date
from enum import Enum
from typing import cast

from backtests.plain_strategy import PlainStrategy, author_of
from backtests.runner.fingerprint import code_behind
from backtests.settings import CostTable, Settings
from newsfolio.assets import Asset, sleeves_of
from newsfolio.costs import Costs, CostsTable
from newsfolio.parameters import parameters
from newsfolio.strategy import Strategy
from newsfolio.trees import leg_names
from reports.contract.manifest import BareThesisJson, Json, SettingsJson, StrategyJson


@dataclass(frozen=True)
class Provenance:
    """Where a run came from: the strategy as data, its code, and the state of the source."""

    strategy: StrategyJson
    thesis: BareThesisJson | None
    source: str
    snapshot: str
    plain: bool = False

    @classmethod
    def of(cls, strategy: Strategy, address: str, source: str, snapshot: str) -> Provenance:
        kind, plain = author_of(type(strategy)), isinstance(strategy, PlainStrategy)
        about: StrategyJson = {
            "name": strategy.name,
            "label": strategy.label,
            "address": address,
            "doc": _first_line(kind),
            "parameters": parameter_values(strategy),
            "universe": [
                {
                    "sleeve": sleeve.name,
                    "lines": list(sleeve.tickers),
                    "hindsight": sleeve.hindsight,
                }
                for sleeve in sleeves_of(strategy.universe)
            ],
            "schedule": "as the backtrader strategy decides" if plain else str(strategy.rebalance),
            "code": code_behind(strategy),
        }
        return cls(about, thesis_of(strategy), source, snapshot, plain)


def parameter_values(strategy: Strategy) -> dict[str, Json]:
    """Parameters as JSON values, by name; those of legs by dotted ones."""
    values = {
        spec.name: plain_value(getattr(strategy, spec.name)) for spec in parameters(type(strategy))
    }
    for name, leg in leg_names(strategy).items():
        values |= {f"{name}.{inner}": value for inner, value in parameter_values(leg).items()}
    return values


def thesis_of(strategy: Strategy) -> BareThesisJson | None:
    """Thesis and article as JSON values."""
    thesis = strategy.thesis
    if thesis is None:
        return None
    article = thesis.article
    return {
        "id": thesis.id,
        "title": thesis.title,
        "statement": thesis.statement,
        "article": {
            "id": article.id,
            "title": article.title,
            "publisher": article.publisher,
            "published": article.published.isoformat(),
            "dated_by": article.dated_by,
        },
    }


LATER = ("cash_rate", "flows")
"""Settings that earlier builds did not have."""


def settings_values(settings: Settings) -> SettingsJson:
    """Settings as JSON values; one that came later and is not used leaves a variant what it was."""
    given = {field.name: getattr(settings, field.name) for field in fields(settings)}
    values = {name: plain_value(value) for name, value in given.items()
              if value is not None or name not in LATER}  # fmt: skip
    return cast(SettingsJson, {**values, "costs": _costs(settings.costs)})


def _costs(costs: Costs | CostTable | None) -> str | CostsTable:
    """A word, or the terms as a table."""
    return costs.written() if isinstance(costs, Costs) else (costs or CostTable.VENUE).value


def plain_value(value: object) -> Json:
    """A parameter or setting as JSON can hold it."""
    if isinstance(value, Enum):
        return plain_value(value.value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Asset):
        return value.ticker
    if isinstance(value, Strategy):
        return value.name  # a leg, whose parameters stand beside it
    if isinstance(value, tuple):
        return [plain_value(part) for part in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _first_line(kind: type) -> str:
    return (inspect.getdoc(kind) or "").partition("\n")[0] if kind.__doc__ else ""
