"""T10: more of Chinese internet after signs that foreigners come back."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from newsfolio import Facts, Fixed, Sleeve, Strategy, View, Weights, param, weekly
from newsfolio.articles.leaves_peers_behind import FOREIGN_RETURN
from newsfolio.library import CHINA_FUND, US_FUND

if TYPE_CHECKING:
    import pandas as pd

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

Table = TypeVar("Table", "pd.Series", "pd.DataFrame")


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
        more = TILT if (self._recent(view) > self.threshold).any() else 0.0
        return {"KWEB": BASE + more, "QQQ": 1 - BASE - more}

    def _recent(self, view: View) -> pd.Series:
        """The scores of the last `hold` weeks, by the Sunday that each ends on; NaN unknown."""
        import pandas as pd

        scores = self._scores(view)
        weeks = scores.index[-self.hold :]
        return pd.Series(scores.reindex(list(map(self._source, weeks))).to_numpy(), index=weeks)

    def _scores(self, view: View) -> pd.Series:
        measure = {Signal.VOLUME: _volume, Signal.PREMIUM: _premium, Signal.SHARES: _shares}
        return measure[self.signal](view)

    def _source(self, week: pd.Timestamp) -> pd.Timestamp:
        """The week whose score counts in another: itself, or one before it."""
        week -= timedelta(weeks=self.lag)
        if not self.shuffled:
            return week
        year, place = divmod(week.toordinal() // 7, YEAR)
        order = random.Random(f"{self.seed} {year}").sample(range(YEAR), YEAR)
        return week - timedelta(weeks=YEAR + place - order[place])

    def explain(self, view: View) -> pd.DataFrame:
        """The scores that count now."""
        import pandas as pd

        recent = self._recent(view)
        above = ["yes" if score > self.threshold else "" for score in recent]
        weeks = recent.index.strftime("%Y-%m-%d")  # type: ignore[attr-defined]
        return pd.DataFrame({"week to": weeks, "z": recent.to_numpy(), "counts": above})

    def controls(self) -> Mapping[str, Strategy]:
        found: dict[str, Strategy] = {"half and half": self.benchmark}
        if not self.lag and not self.shuffled:
            found["half a year late"] = dataclasses.replace(self, lag=LATE)
            found["shuffled"] = dataclasses.replace(self, shuffled=True)
        return found


def _volume(view: View) -> pd.Series:
    """The mean z of New York's traded value over Hong Kong's, by week."""
    import numpy as np
    import pandas as pd

    value = view.turnover
    usual = _weekly(view, value.where(value > 0).rolling(WEEK, min_periods=1).mean())
    ratio = pd.DataFrame(
        {
            abroad: np.log(usual[abroad] / usual[home])
            for abroad, home in TWICE_LISTED.items()
            if {abroad, home} <= set(usual)
        },
        index=usual.index,
    )
    return _z(ratio, YEAR, ENOUGH).mean(axis=1)


def _premium(view: View) -> pd.Series:
    """The z of Alibaba's level in New York over that in Hong Kong, by week."""
    import numpy as np
    import pandas as pd

    levels = view.close.reindex(columns=["BABA", TWICE_LISTED["BABA"]]).ffill()
    ratio = pd.Series(np.log(levels["BABA"] / levels[TWICE_LISTED["BABA"]]))
    return _weekly(view, _z(ratio, PREMIUM, PREMIUM))


def _shares(view: View) -> pd.Series:
    """The z of the growth of KWEB's shares, by week; a number counts from the day after its own."""
    import numpy as np
    import pandas as pd

    rows = view.facts(KWEB_SHARES.name)
    rows = rows[rows["shares"] > 0]
    days, shares = view.close.index, np.append(np.nan, rows["shares"].to_numpy())
    known = np.searchsorted(rows["known"].to_numpy(), days.to_numpy(), side="left")
    weeks = _weekly(view, pd.Series(shares[known], index=days))
    return _z(weeks.pct_change(), YEAR, ENOUGH)


def _weekly(view: View, values: Table) -> Table:
    """The values of the last session of each week in New York, by the Sunday after it."""
    import numpy as np
    import pandas as pd

    traded = values[view.close["KWEB"].notna()]
    days = traded.index.to_numpy().astype("datetime64[D]")
    sundays = days + 6 - (days.astype(np.int64) + 3) % 7
    last = np.append(sundays[1:] != sundays[:-1], True)
    return traded[last].set_axis(pd.DatetimeIndex(sundays[last]))


def _z(values: Table, span: int, known: int) -> Table:
    """The last of each `span` values in standard deviations from their mean."""
    past = values.rolling(span, min_periods=known)
    return (values - past.mean()) / past.std()
