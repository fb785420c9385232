"""What a strategy sees at a close: everything up to today, nothing after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol

from newsfolio.assets import Sleeve

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


class History(Protocol):
    """The recorded past of all lines, written session by session as time passes."""

    def frame(self) -> pd.DataFrame: ...
    def signal(self, ticker: str) -> pd.Series: ...
    def momentum(self, ticker: str, lookback: int, skip: int) -> float: ...
    def returns(self, tickers: tuple[str, ...], sessions: int) -> NDArray[np.float64]: ...
    def levels(self, ticker: str, sessions: int) -> NDArray[np.float64]: ...
    def traded_value(self, ticker: str, sessions: int) -> float: ...


@dataclass(frozen=True)
class View:
    """The moment of a decision: the close of `today` on the venue that closes last.

    Every price is a total return in the base currency, of bars dated today or before. A look-up
    takes a ticker, or a sleeve, which stands for the mean over its lines; where the history is
    too short it answers NaN, and a line that is not listed yet answers through its stand-in.

    published: the first session on which one could have acted on the article has come.
    age: sessions since that one, 0 on the day itself; None before it, or without an article.
    """

    today: date
    universe: tuple[str, ...]
    held: pd.Series
    usable: frozenset[str]
    age: int | None
    _history: History

    @property
    def published(self) -> bool:
        return self.age is not None

    @property
    def close(self) -> pd.DataFrame:
        """Sessions so far x lines of the universe; NaN where a line had no bar."""
        return self._history.frame()

    def signal(self, ticker: str) -> pd.Series:
        """A declared signal as of each session so far, in its own unit; the last close known."""
        return self._history.signal(ticker)

    def momentum(self, of: str | Sleeve, lookback: int, skip: int = 0) -> float:
        """Total return over `lookback` sessions, ending `skip` sessions ago (a fraction)."""
        return self._mean(of, lambda line: self._history.momentum(line, lookback, skip))

    def volatility(self, of: str | Sleeve, lookback: int) -> float:
        """Standard deviation of session returns over `lookback` sessions, not annualised.

        Sessions without a bar carry the last price, so a line's closed days count as zeros.
        """
        import numpy as np

        return self._mean(of, lambda line: float(np.std(self._returns(line, lookback), ddof=1)))

    def moving_average(self, of: str, lookback: int) -> float:
        """Mean of the last `lookback` levels; compare it with `level(of)`."""
        return float(self._history.levels(of, lookback).mean())

    def level(self, of: str) -> float:
        """The last known level of the total-return series."""
        return float(self._history.levels(of, 1)[-1])

    def zscore(self, of: str, against: str, lookback: int) -> float:
        """Log price ratio of two lines, in trailing standard deviations from its trailing mean."""
        import numpy as np

        spread = np.log(
            self._history.levels(of, lookback) / self._history.levels(against, lookback)
        )
        deviation = float(np.std(spread, ddof=1))
        return float((spread[-1] - spread.mean()) / deviation) if deviation > 0 else float("nan")

    def drawdown(self, of: str, lookback: int) -> float:
        """Last level over the highest of the last `lookback`, minus one: 0 or negative."""
        levels = self._history.levels(of, lookback)
        return float(levels[-1] / levels.max() - 1)

    def covariance(self, tickers: tuple[str, ...], lookback: int) -> pd.DataFrame:
        """Sample covariance of session returns, tickers x tickers.

        Venues that close 12 hours apart make same-day returns look half as related as they are:
        see `backtests` for why weekly data serve better across the Pacific.
        """
        import numpy as np
        import pandas as pd

        matrix = np.cov(self._history.returns(tickers, lookback), rowvar=False, ddof=1)
        return pd.DataFrame(np.atleast_2d(matrix), index=list(tickers), columns=list(tickers))

    def traded_value(self, of: str, lookback: int = 60) -> float:
        """Median of close x volume over the last `lookback` bars, base currency; NaN unknown."""
        return self._history.traded_value(of, lookback)

    def _returns(self, line: str, lookback: int) -> NDArray[np.float64]:
        return self._history.returns((line,), lookback)[:, 0]

    def _mean(self, of: str | Sleeve, look_up: Callable[[str], float]) -> float:
        if isinstance(of, str):
            return look_up(of)
        known = [value for value in map(look_up, of.tickers) if value == value]
        return sum(known) / len(known) if known else float("nan")
