"""Cheats that reach the future through the frames that called them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from newsfolio import Sleeve, Strategy, View, Weights, equal, monthly, weekly
from tests.support.cheats.whole import path_of, whole_market

PAIR = ("QQQ", "KWEB")


def either(second: bool) -> Weights:
    return equal(PAIR[1] if second else PAIR[0])


@dataclass(frozen=True)
class FullSampleZscore(Strategy):
    """Tilts to what is cheap by the mean and deviation of all years, those to come too."""

    universe = PAIR
    rebalance = monthly

    def weights(self, view: View) -> Weights:
        (left, today), (other, _) = map(path_of, PAIR)
        gap = np.log(other / left)
        score = (gap[today] - np.nanmean(gap)) / np.nanstd(gap)
        tilt = 1 / (1 + np.exp(score))
        return {PAIR[0]: 1 - tilt, PAIR[1]: tilt}


@dataclass(frozen=True)
class CentredWindow(Strategy):
    """Compares today with the mean of ten sessions on either side."""

    universe = PAIR
    rebalance = weekly

    def weights(self, view: View) -> Weights:
        level, today = path_of("KWEB")
        around = pd.Series(level).rolling(21, center=True, min_periods=1).mean()
        return either(around.iloc[today] > level[today])


@dataclass(frozen=True)
class TomorrowsOpen(Strategy):
    """Buys what opens higher."""

    universe = PAIR
    rebalance = weekly

    def weights(self, view: View) -> Weights:
        market, today = whole_market()
        later = market.open[min(today + 1, len(market.open) - 1)]
        gain = {line: later[market.place[line]] / view.close[line].iloc[-1] for line in PAIR}
        opened = {line: later[market.place[line]] / market.last[today, market.place[line]]
                  for line in gain}  # fmt: skip
        return either(opened["KWEB"] > opened["QQQ"])


@dataclass(frozen=True)
class FutureUniverse(Strategy):
    """Holds the lines that will have done best by the end."""

    universe = ("SPY", "QQQ", "KWEB", "TLT", "SMH")
    rebalance = monthly

    def weights(self, view: View) -> Weights:
        gains = {}
        for line in view.universe:
            level, today = path_of(line)
            gains[line] = level[-1] / level[today]
        return equal(*sorted(gains, key=gains.__getitem__)[-2:])


@dataclass(frozen=True)
class FutureListings(Strategy):
    """Leaves cash as soon as it knows that a line will list one day."""

    universe = (Sleeve("all", ("SPY", "XPEV", "LI")),)
    rebalance = monthly

    def weights(self, view: View) -> Weights:
        return {"SPY": 0.2 + 0.2 * len(view.universe)}


@dataclass(frozen=True)
class ResampleLabel(Strategy):
    """Reads a month's last value under the month's first day."""

    universe = PAIR
    rebalance = weekly

    def weights(self, view: View) -> Weights:
        market, today = whole_market()
        index = pd.DatetimeIndex(market.sessions.astype("datetime64[ns]"))
        table = pd.DataFrame({line: path_of(line)[0] for line in PAIR}, index=index)
        month = table.resample("MS").last().loc[: index[today]].iloc[-1]
        gain = month / table.iloc[today]
        return either(gain["KWEB"] > gain["QQQ"])


@dataclass(frozen=True)
class BackfilledMacro(Strategy):
    """Takes a month's yield, released at its end, for known from its beginning."""

    universe = PAIR
    signals = ("^TNX",)
    rebalance = weekly

    def weights(self, view: View) -> Weights:
        market, today = whole_market()
        index = pd.DatetimeIndex(market.sessions.astype("datetime64[ns]"))
        released = pd.Series(market.signals["^TNX"], index=index).resample("ME").last()
        released_by = released.reindex(index, method="bfill").ffill()
        return either(released_by.iloc[today] < market.signals["^TNX"][today])


@dataclass(frozen=True)
class FirstDay(Strategy):
    """Decides once, on the first day, for the line that will have done best, and never again."""

    universe = PAIR
    rebalance = monthly

    def weights(self, view: View) -> Weights | None:
        if view.held.sum() > 0.1:
            return None
        (left, today), (other, _) = map(path_of, PAIR)
        return either(other[-1] / other[today] > left[-1] / left[today])


@dataclass(frozen=True)
class BufferPeek(Strategy):
    """Looks behind the last row that was written, through the array that rows are views of."""

    universe = PAIR
    rebalance = monthly

    def weights(self, view: View) -> Weights:
        rows = view._history._level[: len(view.close)]  # type: ignore[attr-defined]
        ahead = rows.base[len(rows) : len(rows) + 20]
        seen = ahead[~np.isnan(ahead)]
        return equal(*PAIR) if not len(seen) else either(bool(seen[0] > np.median(seen)))
