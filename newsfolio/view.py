"""What a strategy sees at a close: everything up to today, nothing after it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol

from newsfolio.assets import Sleeve
from newsfolio.errors import StrategyError

if TYPE_CHECKING:
    import pandas as pd


class History(Protocol):
    """The recorded past of all lines, written session by session as time passes."""

    def frame(self) -> pd.DataFrame: ...
    def turnover(self) -> pd.DataFrame: ...
    def facts(self, name: str) -> pd.DataFrame: ...
    def signal(self, ticker: str) -> pd.Series: ...
    def look_up(self, name: str, of: str | Sleeve, lookback: int, skip: int = 0) -> float: ...
    def zscore(self, ticker: str, against: str, lookback: int) -> float: ...
    def covariance(self, tickers: tuple[str, ...], lookback: int) -> pd.DataFrame: ...
    def traded_value(self, ticker: str, bars: int) -> float: ...


@dataclass(frozen=True)
class View:
    """The moment of a decision: the close of `today` on the venue that closes last.

    All prices are total-return indices in the base currency, 100 on a line's first bar, of bars
    dated today or before; everything before the run's start is there too. A look-up answers NaN
    where the history is too short. Until a line has enough of its own, its stand-in answers.
    Where a sleeve is taken, it stands for the mean over its lines with an answer.

    universe: the tickers with data, in the author's order.
    usable: those of them that can be held now, themselves or through a stand-in.
    age: sessions since the first on which one could act on the article, 0 on that day; None
    before it, or without an article.
    """

    today: date
    universe: tuple[str, ...]
    usable: frozenset[str]
    age: int | None
    _held: Mapping[str, float]
    _history: History

    @property
    def published(self) -> bool:
        """Whether one could have acted on the article by now."""
        return self.age is not None

    @property
    def held(self) -> pd.Series:
        """Weights now by ticker, zeros included, cash not; what a stand-in holds is the line's."""
        import pandas as pd

        return pd.Series(self._held, dtype="float64")

    @property
    def close(self) -> pd.DataFrame:
        """Sessions so far x lines of the universe; NaN where a line had no bar."""
        return self._history.frame()

    @property
    def turnover(self) -> pd.DataFrame:
        """Close x volume, base currency, shaped like `close`; NaN where either is unknown."""
        return self._history.turnover()

    def facts(self, name: str) -> pd.DataFrame:
        """The rows of a declared table that are known by now, in the order they became so.

        Columns `known` (dates), then the text and number columns; NaN is a blank cell.
        """
        return self._history.facts(name)

    def signal(self, ticker: str) -> pd.Series:
        """A declared signal as of each session so far, in its own unit: the last close known."""
        return self._history.signal(ticker)

    def level(self, of: str) -> float:
        """The last level known."""
        return self._history.look_up("level", of, 1)

    def momentum(self, of: str | Sleeve, lookback: int, skip: int = 0) -> float:
        """Total return over `lookback` sessions, ending `skip` sessions ago (a fraction)."""
        return self._history.look_up("momentum", of, lookback, skip)

    def volatility(self, of: str | Sleeve, lookback: int) -> float:
        """Standard deviation of session returns over `lookback` sessions, not annualised.

        Sessions without a bar carry the last price, so closed days count as zeros.
        """
        return self._history.look_up("volatility", of, lookback)

    def moving_average(self, of: str, lookback: int) -> float:
        """Mean of the last `lookback` levels; compare it with `level`."""
        return self._history.look_up("moving_average", of, lookback)

    def drawdown(self, of: str | Sleeve, lookback: int) -> float:
        """Last level over the highest of the last `lookback`, minus one: 0 or negative."""
        return self._history.look_up("drawdown", of, lookback)

    def zscore(self, of: str, against: str, lookback: int) -> float:
        """Log level ratio of two lines, in trailing standard deviations from its trailing mean."""
        return self._history.zscore(of, against, whole("lookback", lookback, 2))

    def covariance(self, tickers: tuple[str, ...], lookback: int) -> pd.DataFrame:
        """Sample covariance of session returns, tickers x tickers.

        Venues that close 12 hours apart look half as related on the same day as they are.
        """
        return self._history.covariance(tickers, whole("lookback", lookback, 2))

    def traded_value(self, of: str, bars: int = 60) -> float:
        """Median of close x volume over the last `bars` bars, base currency; NaN unknown."""
        return self._history.traded_value(of, whole("bars", bars, 1))


def mean_known(values: Iterable[float]) -> float:
    """The mean of those that are known; NaN if none is."""
    numbers = [value for value in values if not math.isnan(value)]
    return math.fsum(numbers) / len(numbers) if numbers else math.nan


def whole(name: str, value: int, at_least: int) -> int:
    """The number, 60.0 as 60; a negative look-back would reach ahead."""
    if not value >= at_least or int(value) != value:
        raise StrategyError(f"{name}={value!r}: give a whole number of at least {at_least}")
    return int(value)
