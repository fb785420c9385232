"""Tables of the details and of the verdict page, each from the result's own series."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NotRequired, TypedDict

import numpy as np
import pandas as pd

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class YearRow(TypedDict):
    """Returns of a calendar year, None after ruin; partial: from when and to when it counts."""

    year: int
    strategy: float | None
    benchmark: float | None
    partial: list[str]


class MonthsRow(TypedDict):
    """Returns of the twelve months of a year; None where the run has no session, and after ruin."""

    year: int
    months: list[float | None]


class Fall(TypedDict):
    """A fall from a high. recovered: None where it was not; days: so far, then."""

    peak: pd.Timestamp
    trough: pd.Timestamp
    depth: float
    recovered: pd.Timestamp | None
    days: int


class LargestFill(TypedDict):
    """A fill in its own currency. value: of all of it in base currency."""

    session: pd.Timestamp
    asset: str
    quantity: float
    price: float
    currency: str
    value: float


class Trades(TypedDict):
    """How much was traded, values in base currency; only the count where nothing was."""

    count: int
    largest: list[LargestFill]
    buys: NotRequired[int]
    sells: NotRequired[int]
    lines: NotRequired[int]
    traded: NotRequired[float]
    fees: NotRequired[float]
    slippage: NotRequired[float]


class LapseRow(TypedDict):
    """An order, or a part of one, that was given up."""

    session: pd.Timestamp
    asset: str
    quantity: float
    reason: str


class Lapses(TypedDict):
    """How many for each reason, and the latest."""

    reasons: list[tuple[str, int]]
    rows: list[LapseRow]


def yearly(equity: pd.Series, benchmark: pd.Series | None) -> list[YearRow]:
    """Calendar-year returns, newest last: year, strategy, benchmark, span where it is partial.

    A year's return runs from the last session of the year before; in the first year it runs from
    the first session.
    """
    own = _by_period(equity, "Y")
    beside = {} if benchmark is None else _by_period(benchmark, "Y")
    return [
        {
            "year": period.year,
            "strategy": value,
            "benchmark": beside.get(period),
            "partial": _span(pd.DatetimeIndex(equity.index), period),
        }
        for period, value in own.items()
    ]


def monthly(equity: pd.Series) -> list[MonthsRow]:
    """A row a year with twelve month returns; None where the run has no session."""
    own = _by_period(equity, "M")
    years = sorted({period.year for period in own})
    return [
        {
            "year": year,
            "months": [own.get(pd.Period(year=year, month=m, freq="M")) for m in range(1, 13)],
        }
        for year in years
    ]


def drawdowns(equity: pd.Series, most: int = 5) -> list[Fall]:
    """The deepest falls from a high."""
    return sorted(_falls(equity), key=lambda fall: fall["depth"])[:most]


def trades(fills: pd.DataFrame, most: int = 10) -> Trades:
    """How much was traded, and the largest fills by value in base currency."""
    if fills.empty:
        return {"count": 0, "largest": []}
    value = fills["quantity"] * fills["price"] * fills["rate"]
    order = value.abs().sort_values(ascending=False, kind="stable").index[:most]
    return {
        "count": len(fills),
        "buys": int((fills["quantity"] > 0).sum()),
        "sells": int((fills["quantity"] < 0).sum()),
        "lines": int(fills["asset"].nunique()),
        "traded": float(value.abs().sum()),
        "fees": float(fills["fee"].sum()),
        "slippage": float(fills["slippage"].sum()),
        "largest": [_largest(fills.loc[row], float(value[row])) for row in order],
    }


def moved(cash: pd.DataFrame) -> list[tuple[str, float]]:
    """Cash that moved without a trade, by reason, largest first."""
    if cash.empty:
        return []
    sums = cash.groupby("why")["amount"].sum()
    return [(str(why), float(sums[why])) for why in sums.abs().sort_values(ascending=False).index]


MOST_LIMITED = 300
"""Rows of what limits changed that a page shows; the run keeps all."""


class LimitedRow(TypedDict):
    """A line of a decision: weights wanted, held and allowed, and the limits that changed it."""

    session: pd.Timestamp
    asset: str
    wanted: float
    held: float
    allowed: float
    limits: str


class LimitedRows(TypedDict):
    """What limits changed: weights by limit, decisions, and the latest rows, the last first."""

    count: int
    decisions: int
    mean: float
    by: list[tuple[str, int]]
    rows: list[LimitedRow]


def limited_by_leg(table: pd.DataFrame) -> dict[str, LimitedRows]:
    """The changes of a run's own account, by "", and those of its legs by their names."""
    legs = list(dict.fromkeys(["", *table["leg"]]))
    return {leg: limited(table[table["leg"] == leg]) for leg in legs}


def limited(table: pd.DataFrame) -> LimitedRows:
    """The changes of one account; decisions: those of which one was changed."""
    names = [name for names in table["limits"] for name in names.split(", ")]
    change = (table["wanted"] - table["allowed"]).abs()
    return {
        "count": len(table),
        "decisions": table["session"].nunique(),
        "mean": float(change.mean()) if len(table) else 0.0,
        "by": Counter(names).most_common(),
        "rows": [
            {
                "session": row["session"],
                "asset": str(row["asset"]),
                "wanted": float(row["wanted"]),
                "held": float(row["held"]),
                "allowed": float(row["allowed"]),
                "limits": str(row["limits"]),
            }
            for _, row in table.iloc[::-1].head(MOST_LIMITED).iterrows()
        ],
    }


def lapsed(lapses: pd.DataFrame, most: int = 50) -> Lapses:
    """Orders given up: how many for each reason, and the latest of them."""
    if lapses.empty:
        return {"reasons": [], "rows": []}
    counts = lapses.groupby("reason").size().sort_values(ascending=False, kind="stable")
    rows = [_lapse(row) for _, row in lapses.iloc[::-1].head(most).iterrows()]
    return {"reasons": [(str(why), int(count)) for why, count in counts.items()], "rows": rows}


def decided(targets: pd.DataFrame) -> pd.Series | None:
    """The weights of the last decision; None where there was none."""
    return targets.iloc[-1] if len(targets) else None


def held(
    weights: pd.DataFrame, wanted: pd.Series | None = None, most: int = 30
) -> list[tuple[str, float]]:
    """Weights at the last close, largest first, and what is left as cash.

    wanted: the weights of the last decision; lines that it wants and that are not held follow.
    """
    if weights.empty:
        return []
    last = weights.iloc[-1]
    missed = [] if wanted is None else [line for line in wanted.index if wanted[line]]
    lines = last[(last != 0) | last.index.isin(missed)]
    order = lines.abs().sort_values(ascending=False, kind="stable").index[:most]
    return [*((str(line), float(last[line])) for line in order), ("cash", float(1 - last.sum()))]


def _by_period(equity: pd.Series, frequency: str) -> dict[pd.Period, float | None]:
    """Return of each calendar period, over the last equity before it; None after ruin."""
    if len(equity) < 2:
        return {}
    periods = pd.DatetimeIndex(equity.index).to_period(frequency)
    last = equity.groupby(periods).last()
    before = last.shift(1)
    before.iloc[0] = equity.iloc[0]
    growth = (last / before - 1).where(before > 0)
    values = [None if pd.isna(value) else float(value) for value in growth]
    returns = dict(zip(pd.PeriodIndex(last.index), values, strict=True))
    if periods[1] != periods[0]:
        del returns[periods[0]]  # the start alone is no return
    return returns


def _span(index: pd.DatetimeIndex, year: pd.Period) -> list[str]:
    """From when and to when a partial year counts; empty for a whole one."""
    ends = []
    if index[0].year == year.year:
        ends.append(f"from {index[0]:%Y-%m-%d}")
    if index[-1].year == year.year and index[-1].date() < _last_weekday(year):
        ends.append(f"to {index[-1]:%Y-%m-%d}")
    return ends


def _last_weekday(year: pd.Period) -> date:
    day: date = year.end_time.date()
    return day - timedelta(days=max(0, day.weekday() - 4))


def _falls(equity: pd.Series) -> Iterator[Fall]:
    """Every stretch below an earlier high."""
    days, depth = pd.DatetimeIndex(equity.index), drawdown(equity).to_numpy()
    below = np.r_[False, depth < -1e-12, False]
    edges = np.flatnonzero(below[1:] != below[:-1])
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        peak, last = days[start - 1], days[min(end, len(days) - 1)]
        yield {
            "peak": peak,
            "trough": days[start + int(depth[start:end].argmin())],
            "depth": float(depth[start:end].min()),
            "recovered": last if end < len(days) else None,
            "days": (last - peak).days,
        }


def _largest(fill: pd.Series, value: float) -> LargestFill:
    return {
        "session": fill["session"], "asset": fill["asset"], "quantity": fill["quantity"],
        "price": fill["price"], "currency": fill["currency"], "value": value,
    }  # fmt: skip


def _lapse(row: pd.Series) -> LapseRow:
    return {
        "session": row["session"], "asset": row["asset"], "quantity": row["quantity"],
        "reason": row["reason"],
    }  # fmt: skip


def drawdown(equity: pd.Series) -> pd.Series:
    """Each session's equity over the highest so far, minus one; the initial capital counts."""
    return (equity / equity.cummax() - 1).clip(lower=-1.0)  # debt is no drawdown
