"""T11: fewer American technology stocks while the signs of a correction are there."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias

from newsfolio import Fixed, Strategy, View, Weights, equal, monthly, param, weekly
from newsfolio.articles.east_rising import CORRECTION_WATCH
from newsfolio.library import BILLS, US_FUND

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[Any]"
FUND = "QQQ"
BACK, WILD, YEAR = 20, 0.8, 252
"""Sessions of the return and of the volatility; the share of the past year's values below it."""
NEEDED = 2
MOST_OF_A_MONTH = 23
"""Sessions that a month has at most."""
SIGNS = ("below its mean", "wilder than usual", "fallen")


class Exposure(StrEnum):
    """What decides how much is held."""

    RULE = "rule"
    AVERAGE = "average"


@dataclass(frozen=True)
class CorrectionWatch(Strategy):
    """QQQ, cut to `cut` at a week's end on which two of three signs of a correction are there.

    Article 003 quotes a strategist at Goldman Sachs who watches for a correction of American
    shares: buyers tire, prices are high, and funds that follow trends would sell into a fall. The
    rule does not forecast. It steps aside once a fall has begun, when two of three hold: QQQ is
    below the mean of its last `average` closes; the volatility of 20 sessions is above the 80th
    percentile of its own last 252 values; the return of 20 sessions is negative. The rest is in
    bills. A sign that the past is too short for is not there.

    The fall of March and April 2025 came as forecast, so a rule drawn up after it does well in
    the one fall that it was drawn up for. It is judged by the others, and by what less exposure
    alone would have done: 70 % always, and with exposure=average the mean of the rule's own
    exposure at all week ends so far, those before the run included. The other controls are
    Faber's ten-month rule and QQQ itself.
    """

    average: int = param(100, low=10, high=504, unit="sessions", doc="mean that QQQ falls below")
    cut: float = param(0.3, low=0.0, high=1.0, doc="share of QQQ that is kept")
    exposure: Exposure = param(Exposure.RULE, doc="by the signs, or their average so far")

    thesis = CORRECTION_WATCH
    universe = (US_FUND, BILLS)
    rebalance = weekly
    benchmark = FUND
    grid = {"average": (50, 100, 200), "cut": (0.0, 0.3, 0.5)}

    def weights(self, view: View) -> Weights:
        share = self._average(view) if self.exposure is Exposure.AVERAGE else self._now(view)
        return {FUND: share, "BIL": 1 - share}

    def _now(self, view: View) -> float:
        signs = sum(value > limit for value, limit in view.once(_measures, self.average))
        return self.cut if signs >= NEEDED else 1.0

    def _average(self, view: View) -> float:
        """The mean of what the rule would have held at each week's end so far."""
        warned = float(view.once(_warned, self.average).mean())
        return 1 - warned * (1 - self.cut)

    def explain(self, view: View) -> pd.DataFrame:
        """The three signs: what is measured, what it must be above, and whether it is."""
        import pandas as pd

        measures = zip(SIGNS, view.once(_measures, self.average), strict=True)
        rows = [
            (sign, value, limit, "yes" if value > limit else "")
            for sign, (value, limit) in measures
        ]
        return pd.DataFrame(rows, columns=["sign", "measured", "limit", "there"])

    def controls(self) -> Mapping[str, Strategy]:
        found: dict[str, Strategy] = {
            "70 % always": Fixed(mix=((0.7, US_FUND), (0.3, BILLS)), schedule=weekly),
            "ten-month rule": TenMonthRule(),
            "always QQQ": Fixed(mix=((1.0, US_FUND),)),
        }
        if self.exposure is Exposure.RULE:
            found["its average so far"] = dataclasses.replace(self, exposure=Exposure.AVERAGE)
        return found


@dataclass(frozen=True)
class TenMonthRule(Strategy):
    """Faber's rule (2007): QQQ while it is above the mean of its last ten month ends, else bills.

    The control of correction-watch: an older and simpler rule that steps aside in a fall, so
    nothing in it was chosen after the one of 2025. The closes are with dividends, and the current
    month's is the last of the ten. While there are fewer, QQQ is held.
    """

    months: int = param(10, low=2, high=24, unit="months", doc="month ends in the mean")

    thesis = CORRECTION_WATCH
    universe = (US_FUND, BILLS)
    rebalance = monthly
    benchmark = FUND

    def weights(self, view: View) -> Weights:
        return equal(BILLS if view.once(_below_its_months, self.months) else US_FUND)

    def controls(self) -> Mapping[str, Strategy]:
        return {"always QQQ": Fixed(mix=((1.0, US_FUND),))}


def _below_its_months(view: View, months: int) -> bool:
    """Whether the close is not above the mean of the last month ends, where there are so many."""
    import numpy as np

    sessions = MOST_OF_A_MONTH * (months + 1)
    closes = view.arrays.close(FUND, sessions)
    there = ~np.isnan(closes)
    month = view.arrays.sessions(sessions)[there].astype("datetime64[M]")
    ends = closes[there][np.append(month[1:] != month[:-1], True)[: len(month)]][-months:]
    return bool(len(ends) == months and ends[-1] <= ends.mean())


def _measures(view: View, average: int) -> tuple[tuple[float, float], ...]:
    """For each sign a measure of today and the limit above which it is there; NaN unknown."""
    levels = view.arrays.filled(FUND, max(average, BACK + YEAR))
    return tuple(
        (float(value[-1]), float(limit[-1])) for value, limit in _signs(levels, average, 1)
    )


def _warned(view: View, average: int) -> Array:
    """Whether two signs were there at each week's end so far, on the sessions with a bar.

    The weeks of the years before are known already.
    """
    import numpy as np

    levels, days = view.arrays.close(FUND), view.arrays.sessions().astype(np.int64)
    levels, days = levels[~np.isnan(levels)], days[~np.isnan(levels)]
    sunday = view.today.replace(month=1, day=1) - timedelta(days=1)
    sunday -= timedelta(days=(sunday.weekday() + 1) % 7)
    begun = int(np.searchsorted(days, np.datetime64(sunday).astype(np.int64), side="right"))
    before = view.once(_warned, average, at=sunday) if begun else np.zeros(0, dtype=bool)
    weeks = (days[begun:] + 3) // 7
    ends = np.append(weeks[1:] != weeks[:-1], True)[: len(weeks)]
    recent = levels[max(0, begun - max(average, BACK + YEAR)) :]
    signs = _signs(recent, average, len(weeks))
    there = np.sum([value > limit for value, limit in signs], axis=0)
    return np.append(before, there[ends] >= NEEDED)


def _signs(levels: Array, average: int, last: int) -> list[tuple[Array, Array]]:
    """At each of the last closes the measure of every sign and its limit; NaN unknown."""
    import numpy as np

    with np.errstate(invalid="ignore"):
        moves = levels[1:] / levels[:-1] - 1
        volatility = _ends(moves, BACK, last + YEAR - 1).std(axis=1, ddof=1)
        below = _ends(levels, average, last).mean(axis=1) / levels[-last:] - 1
        lost = 1 - levels[-last:] / _ends(levels, BACK + 1, last)[:, 0]
    ranked = np.sort(_ends(volatility, YEAR, last), axis=1)  # NaN comes last
    place = int(WILD * (YEAR - 1))
    share = WILD * (YEAR - 1) - place
    usual = ranked[:, place] + share * (ranked[:, place + 1] - ranked[:, place])
    usual[np.isnan(ranked[:, -1])] = np.nan
    none = np.zeros(len(below))
    return [(below, none), (volatility[-last:], usual), (lost, none)]


def _ends(values: Array, span: int, last: int) -> Array:
    """(last, span) the values up to each of the last ones; NaN before the first."""
    import numpy as np

    missing = max(0, last + span - 1 - len(values))
    padded = np.append(np.full(missing, np.nan), values)[-(last + span - 1) :]
    return np.lib.stride_tricks.sliding_window_view(padded, span)
