"""Closes and moves as quantities find them in a record; MissingData for what is old or short."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from newsfolio.assets import Sleeve
from newsfolio.errors import MissingData
from newsfolio.quantities.base import Record, Window, tickers_of

if TYPE_CHECKING:
    import pandas as pd

STALE = timedelta(days=7)
"""How old the last close before a day may be to count as that day's."""

A_DAY = timedelta(days=1)

A_YEAR = 252
"""Sessions by which volatilities are annualised."""


def at(closes: pd.Series, day: date, called: str) -> float:
    """The last close on or before a day; MissingData where it is missing or too old."""
    past = before(closes, day + A_DAY)
    if past.empty:
        raise MissingData(f"{called} begins on {closes.index[0]:%Y-%m-%d}, after {day}")
    if day - past.index[-1].date() > STALE:
        raise MissingData(f"{called} ends on {past.index[-1]:%Y-%m-%d}, before {day}")
    return float(without_gaps(past.iloc[-1:], called).iloc[0])


def within(closes: pd.Series, window: Window, called: str, *, first: bool = False) -> pd.Series:
    """The closes after the window's first day (with it: `first`) up to its last."""
    at(closes, window.end, called)
    inside = closes.loc[span(window.start if first else window.start + A_DAY, window.end)]
    if inside.empty or closes.index[0].date() > window.start:
        raise MissingData(f"{called} has no closes from {window.start} to {window.end} here")
    return without_gaps(inside, called)


def without_gaps(closes: pd.Series, called: str) -> pd.Series:
    """Closes without a gap: a figure made around one would be made up."""
    if closes.isna().any():
        raise MissingData(f"{called} has no close on {closes.index[closes.isna()][0]:%Y-%m-%d}")
    return closes


def mean_moves(record: Record, of: str | Sleeve, window: Window) -> pd.Series:
    """Daily moves within the window; of a basket the mean over its lines, day by day."""
    return moves_of(record, of, window).mean(axis=1).dropna()


def moves_of(record: Record, of: str | Sleeve, window: Window) -> pd.DataFrame:
    """Daily moves within the window, one column a line; NaN where a line did not trade."""
    import pandas as pd

    moves = {line: path_of(record, line, window).pct_change() for line in tickers_of(of)}
    return pd.DataFrame(moves).loc[span(window.start + A_DAY, window.end)]


def path_of(record: Record, line: str, window: Window) -> pd.Series:
    """The closes that a window is made of, from the last one up to its first day on."""
    return path_in(record.closes(line), window, line)


def path_in(closes: pd.Series, window: Window, line: str) -> pd.Series:
    """The same of closes that are at hand."""
    at(closes, window.start, line)
    at(closes, window.end, line)
    first = len(before(closes, window.start + A_DAY)) - 1
    return without_gaps(closes.iloc[first:].loc[: window.end.isoformat()], line)


def weekly(path: pd.Series) -> pd.Series:
    """The last close of each week, dated on its Friday."""
    return path.resample("W-FRI").last()


def span(first: date, last: date) -> slice:
    """The sessions from one day to another, both included."""
    return slice(first.isoformat(), last.isoformat())


def before(closes: pd.Series, day: date) -> pd.Series:
    """The closes before a day."""
    return closes.loc[: (day - A_DAY).isoformat()]
