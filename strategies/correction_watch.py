"""T11: fewer American technology stocks while the signs of a correction are there."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from newsfolio import Fixed, Strategy, View, Weights, equal, monthly, param, weekly
from newsfolio.articles.east_rising import CORRECTION_WATCH
from newsfolio.library import BILLS, US_FUND

if TYPE_CHECKING:
    import pandas as pd

FUND = "QQQ"
BACK, WILD, YEAR = 20, 0.8, 252
"""Sessions of the return and of the volatility; the share of the past year's values below it."""
NEEDED = 2
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
        there = _there(_recent(view, self.average), self.average)
        return self.cut if there.iloc[-1] >= NEEDED else 1.0

    def _average(self, view: View) -> float:
        """The mean of what the rule would have held at each week's end so far."""
        import numpy as np

        levels = view.close[FUND].dropna()
        weeks = (levels.index.to_numpy().astype("datetime64[D]").astype(np.int64) + 3) // 7
        ends = np.append(weeks[1:] != weeks[:-1], True)
        warned = float((_there(levels, self.average)[ends] >= NEEDED).mean())
        return 1 - warned * (1 - self.cut)

    def explain(self, view: View) -> pd.DataFrame:
        """The three signs: what is measured, what it must be above, and whether it is."""
        import pandas as pd

        measures = _measures(_recent(view, self.average), self.average)
        rows = [
            (sign, value.iloc[-1], limit.iloc[-1], "yes" if value.iloc[-1] > limit.iloc[-1] else "")
            for sign, (value, limit) in measures.items()
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
        ends = view.close[FUND].resample("ME").last().dropna().iloc[-self.months :]
        below = len(ends) == self.months and ends.iloc[-1] <= ends.mean()
        return equal(BILLS if below else US_FUND)

    def controls(self) -> Mapping[str, Strategy]:
        return {"always QQQ": Fixed(mix=((1.0, US_FUND),))}


def _recent(view: View, average: int) -> pd.Series:
    """As many levels as the signs of today need."""
    return view.close[FUND].ffill().iloc[-max(average, BACK + YEAR) :]


def _there(levels: pd.Series, average: int) -> pd.Series:
    """How many of the signs are there at each close."""
    import numpy as np
    import pandas as pd

    pairs = _measures(levels, average).values()
    return pd.Series(
        np.sum([value.to_numpy() > limit.to_numpy() for value, limit in pairs], axis=0),
        index=levels.index,
    )


def _measures(levels: pd.Series, average: int) -> dict[str, tuple[pd.Series, pd.Series]]:
    """For each sign a measure and the limit above which it is there; NaN unknown."""
    import pandas as pd

    volatility = levels.pct_change().rolling(BACK).std()
    below = levels.rolling(average).mean() / levels - 1
    lost = 1 - levels / levels.shift(BACK)
    none = pd.Series(0.0, index=levels.index)
    limits = (none, volatility.rolling(YEAR).quantile(WILD), none)
    return dict(zip(SIGNS, zip((below, volatility, lost), limits, strict=True), strict=True))
