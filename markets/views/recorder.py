"""The past as a strategy sees it: buffers that are written as time passes."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from markets.market import Floats, Market
from markets.per_market import per_market
from markets.views.lookups import LOOK_UPS, middle, stand_ins
from newsfolio.assets import Sleeve
from newsfolio.errors import StrategyError
from newsfolio.view import mean_known, whole

Answers = dict[tuple[str, int, int], dict[str | Sleeve, float]]
"""Look-ups at one session, by name, lookback and skip."""

KEPT = 500_000
"""Numbers that look-ups on a market may be, a hundred bytes each, before all are forgotten."""


class Tally:
    """How many numbers are remembered; it shows a recorder none of them."""

    numbers = 0


@per_market
def kept_answers(market: Market) -> tuple[dict[int, Answers], Tally]:
    """What was looked up, by session, and how many numbers it is."""
    return {}, Tally()


class Recorder:
    """What a view looks up. Rows after `today` are NaN: they have not been written.

    It never holds the market: `write` copies what has become known, so no array that a strategy
    can reach contains a later price. With a `bait` the rows to come hold random numbers: whoever
    answers otherwise than without has looked at them.

    A look-up is made for all lines at once and remembered; whoever runs on the same market finds it
    there at the same session. Of other sessions nothing is in reach.
    """

    def __init__(self, market: Market, bait: np.random.Generator | None = None) -> None:
        shape = (len(market.sessions), len(market.assets))
        self._sessions = np.full(shape[0], np.datetime64("NaT"), dtype="datetime64[D]")
        self._level = _blank(shape, bait)
        self._barless = np.ones(shape, dtype=bool)
        self._value = _blank(shape, bait)
        self._signals = {ticker: _blank(shape[:1], bait) for ticker in market.signals}
        self._facts: dict[str, pd.DataFrame] = {}
        self._place = dict(market.place)
        self._tickers = market.tickers
        self._universe = market.universe
        self._columns = [market.place[ticker] for ticker in market.universe]
        self._stand_in = stand_ins(market)
        self._answers: Answers = {}
        self._tally = Tally()
        self._shares = bait is None
        self._known = 0

    def write(self, market: Market, session: int) -> None:
        """Make everything up to the close of `session` known."""
        rows = slice(self._known, session + 1)
        self._sessions[rows] = market.sessions[rows]
        self._level[rows] = market.level[rows]
        self._barless[rows] = market.barless[rows]
        self._value[rows] = market.traded_value[rows]
        for ticker, values in market.signals.items():
            self._signals[ticker][rows] = values[rows]
        for name, table in market.facts.items():
            published = table.places <= session
            if name not in self._facts or published.sum() > len(self._facts[name]):
                self._facts[name] = table.frame[published].copy()
        self._remember(market, session)
        self._known = session + 1

    def _remember(self, market: Market, session: int) -> None:
        if not self._shares:
            self._answers = {}
            return
        by_session, self._tally = kept_answers(market)
        if self._tally.numbers > KEPT:
            by_session.clear()
            self._tally.numbers = 0
        self._answers = by_session.setdefault(session, {})

    def frame(self) -> pd.DataFrame:
        past = slice(None, self._known), self._columns
        return pd.DataFrame(
            np.where(self._barless[past], np.nan, self._level[past]),
            index=self._index(),
            columns=list(self._universe),
        )

    def signal(self, ticker: str) -> pd.Series:
        if ticker not in self._signals:
            raise StrategyError(f"{ticker} is not among the strategy's `signals`; declare it there")
        return pd.Series(
            self._signals[ticker][: self._known].copy(), index=self._index(), name=ticker
        )

    def facts(self, name: str) -> pd.DataFrame:
        if name not in self._facts:
            raise StrategyError(f"{name!r} is not among the strategy's `facts`; declare it there")
        return self._facts[name].copy()

    def turnover(self) -> pd.DataFrame:
        return pd.DataFrame(
            self._value[: self._known, self._columns].copy(),
            index=self._index(),
            columns=list(self._universe),
        )

    def look_up(self, name: str, of: str | Sleeve, lookback: int, skip: int = 0) -> float:
        """What a view answers under this name; the rules: newsfolio.view.View."""
        answers = self._answers.get((name, lookback, skip))
        if answers is None:
            answers = self._answers[name, lookback, skip] = self._all(name, lookback, skip)
            self._tally.numbers += len(answers)
        value = answers.get(of, math.nan)
        return value if value == value else self._otherwise(name, of, int(lookback), int(skip))

    def zscore(self, ticker: str, against: str, lookback: int) -> float:
        spread = np.log(self._rows(ticker, lookback) / self._rows(against, lookback))
        unit = float(np.std(spread, ddof=1))
        return float((spread[-1] - spread.mean()) / unit) if unit > 0 else float("nan")

    def covariance(self, tickers: tuple[str, ...], lookback: int) -> pd.DataFrame:
        returns = np.column_stack([self._returns(ticker, lookback) for ticker in tickers])
        matrix = np.atleast_2d(np.cov(returns, rowvar=False, ddof=1))
        return pd.DataFrame(matrix, index=list(tickers), columns=list(tickers))

    def traded_value(self, ticker: str, bars: int) -> float:
        answers = self._answers.setdefault(("traded_value", bars, 0), {})
        if ticker not in answers:
            answers[ticker] = self._median(ticker, bars)
            self._tally.numbers += 1
        return answers[ticker]

    def _median(self, ticker: str, bars: int) -> float:
        column = self._column(ticker)
        if column is not None:
            values = self._value[: self._known, column]
            recent = _known(values[-2 * bars :])
            values = recent if len(recent) >= bars else _known(values)
            if len(values):
                return float(middle(values[-bars:]))
        return mean_known(self.traded_value(name, bars) for name in self._stand_in.get(ticker, ()))

    def _all(self, name: str, lookback: int, skip: int) -> dict[str | Sleeve, float]:
        """A look-up of every line with data, stand-ins apart; {} where the past is too short."""
        make, more, least = LOOK_UPS[name]
        lookback, skip = whole("lookback", lookback, least), whole("skip", skip, 0)
        end = self._known - skip
        if end < lookback + more:
            return {}
        values = make(self._level[end - lookback - more : end])
        return dict(zip(self._tickers, values.tolist(), strict=True))

    def _otherwise(self, name: str, of: str | Sleeve, lookback: int, skip: int) -> float:
        """The mean over a sleeve; of a line without an answer, what its stand-ins say."""
        if not isinstance(of, str):
            return mean_known(self.look_up(name, line, lookback, skip) for line in of.tickers)
        if name == "momentum":
            return self._stood_in(of, lookback, skip)
        source = self._source(of, lookback + LOOK_UPS[name][1])
        if source is None:
            return math.nan
        return self._answers[name, lookback, skip][self._tickers[source]]

    def _stood_in(self, ticker: str, lookback: int, skip: int) -> float:
        """The momentum of a line that has none, or not yet: the mean of its stand-ins'."""
        column, start = self._column(ticker), self._known - 1 - skip - lookback
        if start < 0 or (column is not None and not math.isnan(self._level.item(start, column))):
            return math.nan
        others = self._stand_in.get(ticker, ())
        return mean_known(self.look_up("momentum", name, lookback, skip) for name in others)

    def _returns(self, ticker: str, sessions: int) -> Floats:
        levels = self._rows(ticker, sessions + 1)
        return levels[1:] / levels[:-1] - 1

    def _rows(self, ticker: str, sessions: int) -> Floats:
        """The last `sessions` levels of a line or, where it has none yet, of its stand-in."""
        source = self._source(ticker, sessions)
        if source is None:
            return np.full(sessions, np.nan)
        return self._level[self._known - sessions : self._known, source]

    def _source(self, ticker: str, sessions: int) -> int | None:
        """The column that has the last `sessions` levels: the line's own, or a stand-in's."""
        column, start = self._column(ticker), self._known - sessions
        if start < 0:
            return None
        if column is not None and not math.isnan(self._level.item(start, column)):
            return column
        sources = (self._source(name, sessions) for name in self._stand_in.get(ticker, ()))
        return next((source for source in sources if source is not None), None)

    def _column(self, ticker: str) -> int | None:
        if ticker in self._place:
            return self._place[ticker]
        if ticker in self._stand_in:
            return None
        raise StrategyError(
            f"{ticker} is not in the strategy's universe ({', '.join(self._universe)})"
        )

    def _index(self) -> pd.DatetimeIndex:
        return pd.DatetimeIndex(
            self._sessions[: self._known].astype("datetime64[ms]"), name="session"
        )


def _blank(shape: tuple[int, ...], bait: np.random.Generator | None) -> Floats:
    return np.full(shape, np.nan) if bait is None else bait.lognormal(4.6, 0.5, shape)


def _known(values: Floats) -> Floats:
    return values[~np.isnan(values)]
