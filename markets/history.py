"""The past as a strategy sees it: buffers that are written as time passes."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from markets.market import Floats, Market
from markets.universe import universe_assets
from newsfolio.assets import Asset
from newsfolio.errors import StrategyError
from newsfolio.listings import asset_of


class Recorder:
    """What a view looks up. Rows after `today` are NaN: they have not been written.

    It never holds the market: `write` copies what has become known, so no array that a strategy
    can reach contains a later price. With a `bait` the rows to come hold random numbers: whoever
    answers otherwise than without has looked at them.
    """

    def __init__(self, market: Market, bait: np.random.Generator | None = None) -> None:
        shape = (len(market.sessions), len(market.assets))
        self._sessions = np.full(shape[0], np.datetime64("NaT"), dtype="datetime64[D]")
        self._close = _blank(shape, bait)
        self._level = _blank(shape, bait)
        self._value = _blank(shape, bait)
        self._signals = {ticker: _blank(shape[:1], bait) for ticker in market.signals}
        self._facts: dict[str, pd.DataFrame] = {}
        self._place = dict(market.place)
        self._universe = market.universe
        self._columns = [market.place[ticker] for ticker in market.universe]
        self._stand_in = _stand_ins([*universe_assets(market.sleeves).values(), *market.assets])
        self._known = 0

    def write(self, market: Market, session: int) -> None:
        """Make everything up to the close of `session` known."""
        rows = slice(self._known, session + 1)
        self._sessions[rows] = market.sessions[rows]
        self._level[rows] = level = market.level[rows]
        self._close[rows] = np.where(np.isnan(market.close[rows]), np.nan, level)
        self._value[rows] = market.traded_value[rows]
        for ticker, values in market.signals.items():
            self._signals[ticker][rows] = values[rows]
        for name, table in market.facts.items():
            known = table.places <= session
            if name not in self._facts or known.sum() > len(self._facts[name]):
                self._facts[name] = table.frame[known].copy()
        self._known = session + 1

    def frame(self) -> pd.DataFrame:
        return pd.DataFrame(
            self._close[: self._known, self._columns],
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

    def momentum(self, ticker: str, lookback: int, skip: int) -> float:
        now = self._known - 1 - skip
        if now - lookback < 0:
            return float("nan")
        column = self._column(ticker)
        if column is not None:
            past = self._level.item(now - lookback, column)
            if not math.isnan(past):
                return self._level.item(now, column) / past - 1
        stand_ins = self._stand_in.get(ticker, ())
        return _mean([self.momentum(name, lookback, skip) for name in stand_ins])

    def level(self, ticker: str) -> float:
        return float(self._rows(ticker, 1)[-1])

    def volatility(self, ticker: str, lookback: int) -> float:
        return float(np.std(self._returns(ticker, lookback), ddof=1))

    def moving_average(self, ticker: str, lookback: int) -> float:
        return float(self._rows(ticker, lookback).mean())

    def drawdown(self, ticker: str, lookback: int) -> float:
        levels = self._rows(ticker, lookback)
        return float(levels[-1] / levels.max() - 1)

    def zscore(self, ticker: str, against: str, lookback: int) -> float:
        spread = np.log(self._rows(ticker, lookback) / self._rows(against, lookback))
        deviation = float(np.std(spread, ddof=1))
        return float((spread[-1] - spread.mean()) / deviation) if deviation > 0 else float("nan")

    def covariance(self, tickers: tuple[str, ...], lookback: int) -> pd.DataFrame:
        returns = np.column_stack([self._returns(ticker, lookback) for ticker in tickers])
        matrix = np.atleast_2d(np.cov(returns, rowvar=False, ddof=1))
        return pd.DataFrame(matrix, index=list(tickers), columns=list(tickers))

    def traded_value(self, ticker: str, bars: int) -> float:
        column = self._column(ticker)
        if column is not None:
            values = self._value[: self._known, column]
            values = values[~np.isnan(values)][-bars:]
            if len(values):
                return float(np.median(values))
        return _mean([self.traded_value(name, bars) for name in self._stand_in.get(ticker, ())])

    def _returns(self, ticker: str, sessions: int) -> Floats:
        levels = self._rows(ticker, sessions + 1)
        return levels[1:] / levels[:-1] - 1

    def _rows(self, ticker: str, sessions: int) -> Floats:
        """The last `sessions` levels of a line or, where it has none yet, of its stand-in."""
        column = self._column(ticker)
        short = np.full(sessions, np.nan)
        if self._known < sessions:
            return short
        if column is not None and not np.isnan(self._level[self._known - sessions, column]):
            return self._level[self._known - sessions : self._known, column]
        for other in self._stand_in.get(ticker, ()):
            rows = self._rows(other, sessions)
            if not np.isnan(rows[0]):
                return rows
        return short

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


def _stand_ins(assets: list[Asset]) -> dict[str, tuple[str, ...]]:
    """The stand-ins of every line that may be asked for, with data or without."""
    found: dict[str, tuple[str, ...]] = {}
    while assets:
        asset = assets.pop(0)
        if asset.ticker not in found:
            found[asset.ticker] = asset.stand_in
            assets += map(asset_of, asset.stand_in)
    return found


def _mean(values: list[float]) -> float:
    """The mean of those that are known; NaN if none is."""
    known = [value for value in values if not math.isnan(value)]
    return math.fsum(known) / len(known) if known else math.nan
