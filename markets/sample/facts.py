"""The sample market's tables of facts: simulated like its prices, each row with its release."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from markets.sample.arithmetic import Days, Floats, noise
from newsfolio.listings import asset_of

Columns = Mapping[str, list[object]]
Levels = Callable[[str], tuple[Days, Floats]]

REPORTING = ("9988.HK", "0700.HK", "9888.HK", "9618.HK", "1810.HK", "3690.HK")
"""The companies whose days of results are made up."""

_RESULTS = ((3, 20), (5, 15), (8, 20), (11, 15))
_EVENING = time(10, 30)  # UTC: after the close in Hong Kong, before the opening in New York
_MORNING = time(12, 30)

# About how fast prices rose, percent a year: round numbers that keep the path plausible; the
# last-but-one is the print that an article quotes.
_INFLATION = (
    ("2013-12", 1.5), ("2015-01", -0.1), ("2017-02", 2.7), ("2018-07", 2.9), ("2020-05", 0.1),
    ("2021-06", 5.4), ("2022-06", 9.1), ("2023-06", 3.0), ("2024-09", 2.4), ("2025-06", 2.7),
    ("2026-04", 3.8), ("2026-12", 3.4),
)  # fmt: skip

# Index points for one point of earnings at the ends of 2013 and 2026.
_EARNINGS = {
    "index_valuation_HSTECH": ("HSTECH.HK", 120.0, 225.0),
    "index_valuation_NDX": ("^NDX", 180.0, 690.0),
}


def sample_facts(name: str, first: date, last: date, levels: Levels) -> Columns | None:
    """The columns of a table as the sample has it; None for a table that it does not know.

    levels: days and values of a line.
    """
    if name == "us_cpi":
        return _inflation(first, last)
    if name == "earnings":
        return _results(first, last)
    if name == "kweb_shares":
        return _shares(first, last)
    if name in _EARNINGS:
        return _valuation(name, levels)
    return None


def _inflation(first: date, last: date) -> Columns:
    """The rate of each month as first released, on the twelfth of the month after it."""
    months = list(_months(first, last))
    knots = np.array([date.fromisoformat(f"{month}-01").toordinal() for month, _ in _INFLATION])
    rates = np.array([rate for _, rate in _INFLATION])
    places = np.array([month.toordinal() for month in months])
    right = np.clip(np.searchsorted(knots, places), 1, len(knots) - 1)
    share = (places - knots[right - 1]) / (knots[right] - knots[right - 1])
    path = rates[right - 1] + share * (rates[right] - rates[right - 1])
    exact = np.isin(places, knots)
    path = np.round(path + np.where(exact, 0.0, 0.1) * noise("us_cpi", len(months)), 1)
    released = [_weekday(_later(month, 1).replace(day=12)) for month in months]
    return {
        "known": [_at(day, _MORNING) for day in released],
        "month": [f"{month:%Y-%m}" for month in months],
        "year_on_year": [round(float(rate) / 100, 4) for rate in path],
    }


def _results(first: date, last: date) -> Columns:
    """Four evenings a year for each company, from its listing on."""
    rows: list[tuple[str, str]] = []
    for ticker in REPORTING:
        listed = asset_of(ticker).listed or first
        for year in range(first.year, last.year + 1):
            for month, day in _RESULTS:
                when = _weekday(date(year, month, day) + timedelta(days=len(rows) % 4))
                if max(first, listed) <= when <= last:
                    rows.append((_at(when, _EVENING), ticker))
    return {"known": [at for at, _ in rows], "asset": [ticker for _, ticker in rows]}


def _shares(first: date, last: date) -> Columns:
    """Shares outstanding at the end of each week, in millions, known on the Monday after."""
    fridays = [first + timedelta(days=(4 - first.weekday()) % 7)]
    while fridays[-1] + timedelta(days=7) <= last:
        fridays.append(fridays[-1] + timedelta(days=7))
    moves = np.cumsum(noise("kweb_shares", len(fridays)))
    shares = np.round(np.maximum(150.0 + 2.0 * moves, 5.0), 2)
    return {
        "known": [(day + timedelta(days=3)).isoformat() for day in fridays],
        "shares": [float(value) for value in shares],
    }


def _valuation(name: str, levels: Levels) -> Columns:
    ticker, before, after = _EARNINGS[name]
    days, closes = levels(ticker)
    grown = np.arange(len(days)) / max(len(days) - 1, 1)
    ratio = np.round(closes / (before + grown * (after - before)), 2)
    return {"Date": [str(day) for day in days], "PE": [float(value) for value in ratio]}


def _months(first: date, last: date) -> Iterator[date]:
    """First days of the months whose figure is out within the sample."""
    month = _later(first.replace(day=1), -1)
    while _later(month, 1).replace(day=12) <= last:
        yield month
        month = _later(month, 1)


def _later(month: date, by: int) -> date:
    count = month.year * 12 + month.month - 1 + by
    return date(count // 12, count % 12 + 1, 1)


def _weekday(day: date) -> date:
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() >= 5 else 0)


def _at(day: date, clock: time) -> str:
    return datetime.combine(day, clock, UTC).isoformat()
