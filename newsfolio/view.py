"""What a strategy sees at a close: everything up to today, nothing after it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol, TypeVar, TypeVarTuple, cast

from newsfolio.arrays import ArrayHistory, Arrays
from newsfolio.assets import Sleeve
from newsfolio.errors import StrategyError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

Asked = TypeVarTuple("Asked")
Answer = TypeVar("Answer")


class History(ArrayHistory, Protocol):
    """The recorded past of all lines, written session by session as time passes."""

    def frame(self) -> pd.DataFrame: ...
    def turnover(self) -> pd.DataFrame: ...
    def facts(self, name: str) -> pd.DataFrame: ...
    def signal(self, ticker: str) -> pd.Series: ...
    def look_up(self, name: str, of: str | Sleeve, lookback: int, skip: int = 0) -> float: ...
    def zscore(self, ticker: str, against: str, lookback: int) -> float: ...
    def covariance(self, tickers: tuple[str, ...], lookback: int) -> pd.DataFrame: ...
    def note(self, text: str) -> None: ...
    def traded_value(self, ticker: str, bars: int) -> float: ...
    def usable(self) -> frozenset[str]: ...
    def once(
        self, function: Callable[..., object], arguments: tuple[object, ...], at: object
    ) -> object: ...


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
        import numpy as np
        import pandas as pd

        weights = dict(self._held)
        return pd.Series(np.array([*weights.values()], "float64"), labels(tuple(weights)))

    @property
    def holdings(self) -> dict[str, float]:
        """The weights of `held` that are not zero, by ticker: a dict, cheap beside the Series."""
        return {ticker: weight for ticker, weight in self._held.items() if weight}

    @property
    def arrays(self) -> Arrays:
        """The past as arrays, cheap beside the frames: sessions, closes, signals, facts."""
        return Arrays(self._history)

    def once(
        self,
        function: Callable[[View, *Asked], Answer],
        *arguments: *Asked,
        at: date | np.datetime64 | None = None,
    ) -> Answer:
        """What `function(view, *arguments)` answers, worked out once for all that ask for it.

        Runs, placebos, variants and controls on the same market share it, so the view that the
        function gets knows nothing of a run: no `held`, `holdings`, `age` or `published`. The
        function stands at the top of a file and depends on view and arguments alone, which are
        plain values. at: a day up to today; the last session not after it is asked for.
        """
        return cast(Answer, self._history.once(function, arguments, at))

    def note(self, text: str) -> None:
        """A sentence for the notes of the run, with the day: what this decision had to do without.

        The same sentence at several decisions is one note. Within `once` it counts for all who ask.
        """
        if not isinstance(text, str) or not text.strip():
            raise StrategyError(f"view.note({text!r}): give a sentence")
        self._history.note(" ".join(text.split()))

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


class MarketView(View):
    """The view of `once`: of a session and the market, whoever runs on it."""

    def __init__(
        self, today: date, universe: tuple[str, ...], history: History, asker: str
    ) -> None:
        vars(self).update(today=today, universe=universe, _history=history, _asker=asker)

    @property
    def usable(self) -> frozenset[str]:  # type: ignore[override]
        return self._history.usable()

    @property
    def age(self) -> int | None:  # type: ignore[override]
        raise self._of_a_run("age")

    @property
    def published(self) -> bool:
        raise self._of_a_run("published")

    @property
    def held(self) -> pd.Series:
        raise self._of_a_run("held")

    @property
    def holdings(self) -> dict[str, float]:
        raise self._of_a_run("holdings")

    def _of_a_run(self, name: str) -> StrategyError:
        asker = vars(self)["_asker"]
        return StrategyError(
            f"view.once({asker}): it asks for view.{name}, which differs from run to run; leave it "
            "out, or give what it needs as an argument"
        )


def labels(lines: tuple[str, ...]) -> pd.Index[str]:
    """The labels of a frame or a Series; of its own, for their name could be changed."""
    return _labels(lines).view()


@lru_cache(maxsize=256)
def _labels(lines: tuple[str, ...]) -> pd.Index[str]:
    import pandas as pd

    return pd.Index(list(lines))


def mean_known(values: Iterable[float]) -> float:
    """The mean of those that are known; NaN if none is."""
    numbers = [value for value in values if not math.isnan(value)]
    return math.fsum(numbers) / len(numbers) if numbers else math.nan


def whole(name: str, value: int, at_least: int) -> int:
    """The number, 60.0 as 60; a negative look-back would reach ahead."""
    if not value >= at_least or int(value) != value:
        raise StrategyError(f"{name}={value!r}: give a whole number of at least {at_least}")
    return int(value)
