"""T10: more of Chinese internet after signs that foreigners come back."""

from __future__ import annotations

import dataclasses
import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from newsfolio import Facts, Fixed, Sleeve, Strategy, View, Weights, param, weekly
from newsfolio.articles.leaves_peers_behind import FOREIGN_RETURN
from newsfolio.library import CHINA_FUND, US_FUND

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

TWICE_LISTED = {"BABA": "9988.HK", "JD": "9618.HK", "BIDU": "9888.HK"}
"""American lines and the Hong Kong lines of the same companies."""
KWEB_SHARES = Facts(
    "kweb_shares",
    columns=("shares",),
    where="Shares outstanding of KWEB, a row a day or a week, dated by the day on which the number "
    "could be read (the issuer's page gives it a day late); from the issuer's fund page or an ETF "
    "data vendor.",
)
BASE, TILT = 0.5, 0.2
WEEK, YEAR = 5, 52
ENOUGH = 40
"""Weeks of the last 52 that must be known."""
PREMIUM = 252
LATE = 26
"""Weeks by which the lagged control is late."""

EPOCH = 719_163
"""The ordinal of 1970-01-01, from which days of arrays are counted."""

Array: TypeAlias = "NDArray[Any]"


class Signal(StrEnum):
    """What tells that foreigners come back."""

    VOLUME = "volume"
    PREMIUM = "premium"
    SHARES = "shares"


@dataclass(frozen=True)
class ForeignReturn(Strategy):
    """Half KWEB, half QQQ; 20 points more of KWEB for `hold` weeks after foreign interest jumps.

    Article 000 says that mainland money began the rally and that foreigners are coming back, which
    should carry it on; article 003 says the same of long-term funds. Flows by buyer are not to be
    had freely, so three stand-ins measure interest at each week's end, as z: the last value less
    its mean, in standard deviations, over the past that is known.

    volume: the log of traded value in New York over that in Hong Kong, for Alibaba, JD and Baidu,
        over 52 weeks; the mean of those known. A week's value is the mean of its bars in the last
        five sessions, lest holidays in Hong Kong pass for interest abroad.
    premium: the log ratio of Alibaba's two lines over 252 sessions. They close 12 hours apart, so
        it holds the news of New York's day besides what foreigners pay more.
    shares: the weekly growth of KWEB's shares outstanding over 52 weeks, from a file of yours.

    If z was above `threshold` at any of the last `hold` week ends, this one included, KWEB has
    70 %. The watched lines are in the universe, because only there can their volume be seen; they
    are never held. Hong Kong's lines date from 2019 to 2021, so by volume and premium nothing is
    known before the autumn of 2020, and half and half is held. The stand-ins are weak: less trade
    by mainlanders in Hong Kong lifts the first as much as more trade abroad. The three companies
    are hindsight: they were the largest with two listings in 2025.

    The controls take the signal `lag` weeks late, or shuffled: each year of 52 weeks then has the
    scores of the year before, in an order drawn by lot. What is no better than those is not timing.
    """

    threshold: float = param(1.0, low=0.0, high=4.0, unit="deviations", doc="z that counts")
    hold: int = param(4, low=1, high=52, unit="weeks", doc="how long it counts")
    signal: Signal = param(Signal.VOLUME, doc="traded value, Alibaba's premium, KWEB's shares")
    lag: int = param(0, low=0, high=104, unit="weeks", doc="how old the signal is")
    shuffled: bool = param(False, doc="the scores of the year before, in any order")
    seed: int = param(1, low=0, high=999_999, doc="draws the order of shuffled=true")

    thesis = FOREIGN_RETURN
    rebalance = weekly
    benchmark = Fixed(mix=((0.5, CHINA_FUND), (0.5, US_FUND)), schedule=weekly)
    grid = {"threshold": (0.5, 1.0, 1.5), "hold": (4, 12)}

    @property
    def universe(self) -> tuple[Sleeve, ...]:  # type: ignore[override]
        pairs = {Signal.VOLUME: TWICE_LISTED, Signal.PREMIUM: {"BABA": TWICE_LISTED["BABA"]}}
        watched = tuple(line for pair in pairs.get(self.signal, {}).items() for line in pair)
        funds = (CHINA_FUND, US_FUND)
        return (*funds, Sleeve("watched, never held", watched)) if watched else funds

    @property
    def facts(self) -> tuple[Facts, ...]:  # type: ignore[override]
        return (KWEB_SHARES,) if self.signal is Signal.SHARES else ()

    def weights(self, view: View) -> Weights:
        more = TILT if (self._recent(view)[1] > self.threshold).any() else 0.0
        return {"KWEB": BASE + more, "QQQ": 1 - BASE - more}

    def _recent(self, view: View) -> tuple[Array, Array]:
        """The last `hold` weeks, by the Sunday that each ends on, and their scores; NaN unknown."""
        import numpy as np

        count = self.hold + self.lag + (2 * YEAR if self.shuffled else 0)
        weeks, scores = view.once(_scores, self.signal, count)
        by_week = dict(zip(weeks.tolist(), scores.tolist(), strict=True))
        recent = weeks[-self.hold :]
        counted = [by_week.get(self._source(week), math.nan) for week in recent.tolist()]
        return recent, np.array(counted, dtype="float64")

    def _source(self, sunday: int) -> int:
        """The Sunday of the week whose score counts in another: of itself, or of one before it."""
        sunday -= 7 * self.lag
        if not self.shuffled:
            return sunday
        year, place = divmod((sunday + EPOCH) // 7, YEAR)
        return sunday - 7 * (YEAR + place - _order(self.seed, year)[place])

    def explain(self, view: View) -> pd.DataFrame:
        """The scores that count now."""
        import pandas as pd

        weeks, scores = self._recent(view)
        above = ["yes" if score > self.threshold else "" for score in scores]
        sundays = weeks.astype("datetime64[D]").astype(str)
        return pd.DataFrame({"week to": sundays, "z": scores, "counts": above})

    def controls(self) -> Mapping[str, Strategy]:
        found: dict[str, Strategy] = {"half and half": self.benchmark}
        if not self.lag and not self.shuffled:
            found["half a year late"] = dataclasses.replace(self, lag=LATE)
            found["shuffled"] = dataclasses.replace(self, shuffled=True)
        return found


@lru_cache(maxsize=256)
def _order(seed: int, year: int) -> list[int]:
    """Which week of the year before each takes its score from."""
    return random.Random(f"{seed} {year}").sample(range(YEAR), YEAR)


def _scores(view: View, signal: Signal, count: int) -> tuple[Array, Array]:
    """The last `count` weeks so far, as days of their Sundays, and the score of each."""
    measure = {Signal.VOLUME: _volume, Signal.PREMIUM: _premium, Signal.SHARES: _shares}
    return measure[signal](view, count)


def _volume(view: View, count: int) -> tuple[Array, Array]:
    """The mean z of New York's traded value over Hong Kong's, by week."""
    import numpy as np

    sundays, places, rows = _weeks(view, count + YEAR)
    pairs = [pair for pair in TWICE_LISTED.items() if set(pair) <= set(view.universe)]
    lines = tuple(line for pair in pairs for line in pair)
    usual = _mean_of_week(view.arrays.turnover(lines, rows + WEEK - 1), places - rows)
    scores = _z(np.log(usual[:, ::2] / usual[:, 1::2]), count, YEAR, ENOUGH)
    there = ~np.isnan(scores)
    with np.errstate(invalid="ignore"):
        means = np.where(there, scores, 0.0).sum(axis=1) / there.sum(axis=1)
    return sundays[-count:], means


def _mean_of_week(values: Array, places: Array) -> Array:
    """The mean of the bars of five sessions up to each place; a value of 0 is no bar.

    places: counted from the end, negative.
    """
    import numpy as np

    before = np.zeros((WEEK - 1, values.shape[1]))
    padded = np.vstack([before, np.where(values > 0, values, 0.0)])
    week = padded[len(padded) + places[:, None] - np.arange(WEEK)]
    with np.errstate(invalid="ignore"):
        return np.asarray(week.sum(axis=1) / (week > 0).sum(axis=1))


def _premium(view: View, count: int) -> tuple[Array, Array]:
    """The z of Alibaba's level in New York over that in Hong Kong, by week."""
    import numpy as np

    sundays, places, rows = _weeks(view, count)
    pair = ("BABA", TWICE_LISTED["BABA"])
    ratio = np.full((PREMIUM - 1 + rows, 1), np.nan)
    if set(pair) <= set(view.universe):
        levels = view.arrays.filled(pair, len(ratio))
        ratio[len(ratio) - len(levels) :, 0] = np.log(levels[:, 0] / levels[:, 1])
    past = _windows(ratio, PREMIUM)[places, 0]
    with np.errstate(invalid="ignore"):
        scores = (past[:, -1] - past.mean(axis=1)) / past.std(axis=1, ddof=1)
    return sundays, scores


def _shares(view: View, count: int) -> tuple[Array, Array]:
    """The z of the growth of KWEB's shares, by week; a number counts from the day after its own."""
    import numpy as np

    sundays, places, rows = _weeks(view, count + YEAR + 1)
    table = view.arrays.facts(KWEB_SHARES.name)
    real = table["shares"] > 0
    shares = np.append(np.nan, table["shares"][real])
    days = view.arrays.sessions(rows)[places]
    weekly = shares[np.searchsorted(table["known"][real], days, side="left")]
    growth = np.append(np.nan, weekly[1:] / weekly[:-1] - 1)
    return sundays[-count:], _z(growth[:, None], count, YEAR, ENOUGH)[:, 0]


def _weeks(view: View, count: int) -> tuple[Array, Array, int]:
    """The last weeks so far, as days of their Sundays, and where each ends in New York.

    That place is among the last sessions, of which the third value says how many there are.
    """
    import numpy as np

    days = view.arrays.sessions(7 * (count + 1)).astype(np.int64)
    traded = np.flatnonzero(~np.isnan(view.arrays.close("KWEB", len(days))))
    sundays = days[traded] + 6 - (days[traded] + 3) % 7
    last = np.append(sundays[1:] != sundays[:-1], True)[: len(sundays)]
    return sundays[last][-count:], traded[last][-count:], len(days)


def _z(values: Array, count: int, span: int, known: int) -> Array:
    """The last values, each in standard deviations from the mean of the last `span`."""
    import numpy as np

    count = min(count, len(values))
    padded = np.vstack([np.full((span - 1, values.shape[1]), np.nan), values])
    past = _windows(padded[-(count + span - 1) :], span)
    there = ~np.isnan(past)
    counts = there.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.where(there, past, 0.0).sum(axis=-1) / counts
        apart = np.where(there, past - means[..., None], 0.0)
        scores = (past[..., -1] - means) / np.sqrt((apart * apart).sum(axis=-1) / (counts - 1))
    return np.where(counts >= known, scores, np.nan)


def _windows(values: Array, span: int) -> Array:
    import numpy as np

    return np.lib.stride_tricks.sliding_window_view(values, span, axis=0)
