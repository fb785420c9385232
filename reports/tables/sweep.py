"""How the table of a sweep shows its columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from newsfolio.formatting import figure, percent

if TYPE_CHECKING:
    from reports.contract.sweep import Cell, SetRow

PERCENT = frozenset({"total_return", "cagr", "volatility", "max_drawdown", "turnover"})

SHOWN = {
    "cagr": "CAGR",
    "sharpe": "Sharpe ratio",
    "max_drawdown": "max drawdown",
    "score": "score",
}
"""The figures that one asks for first, and their words."""


def ends(
    rows: Sequence[SetRow], names: Sequence[str], columns: Mapping[str, str]
) -> list[tuple[str, ...]]:
    """A few sets with the parameters that vary and the figures one asks for first."""
    table = [("set", *names, *SHOWN.values())]
    table += [
        (
            str(row["set"]),
            *(str(row[columns[name]]) for name in names),
            *(shown(name, row[name]) for name in SHOWN),
        )
        for row in rows
    ]
    return table


def shown(name: str, value: Cell) -> str:
    """A figure as its name asks for."""
    if value is None or isinstance(value, str):
        return value or "n/a"
    return percent(value) if name in PERCENT else figure(value)
