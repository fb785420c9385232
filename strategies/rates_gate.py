"""T14: fewer growth stocks after yields, or inflation, have risen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from newsfolio import (
    BrokenData,
    Facts,
    Fixed,
    Strategy,
    View,
    Weights,
    blend,
    equal,
    monthly,
    param,
)
from newsfolio.articles.china_lags import RATES_GATE
from newsfolio.library import BILLS, CHINA_FUND, US_FUND

YIELD = "^TNX"
BACK = 63
"""Sessions over which the yield must have risen: a quarter."""
RELEASES = 3
"""The same for monthly figures of inflation."""

US_CPI = Facts(
    "us_cpi",
    text=("month",),
    columns=("year_on_year",),
    where="The US consumer price index as first released, with its release dates: the rise on the "
    "year as a fraction (0.038) for each month, known on the day, or at 08:30 in New York, when "
    "the Bureau of Labor Statistics published it; ALFRED keeps the first releases.",
)


class Gate(StrEnum):
    """What must have risen for growth stocks to be cut."""

    YIELD = "yield"
    CPI = "cpi"


@dataclass(frozen=True)
class RatesGate(Strategy):
    """Half QQQ, half KWEB, cut to `scale` of that while yields or inflation are rising.

    Article 002 holds an inflation print of 3.8 % against growth stocks: dearer money shrinks what
    is paid for profits far away. At each month end the gate shuts if the ten-year yield is more
    than `rise` above its level of 63 sessions before; what is taken out goes into bills. With
    gate=cpi it shuts if the last rate of inflation released is that much above the one three
    releases earlier. A release counts from the session after it, never from the month that it
    describes, and revisions do not count; without a file of releases that gate does not run.

    The rule was written by people who remember 2022, when yields and growth stocks moved as it
    says; from 2003 to 2019 they mostly rose together. So 2022 is the hold-out: judge the rule, and
    choose its parameters, on the years before and after.
    """

    rise: int = param(50, low=0, high=500, unit="basis points", doc="what shuts the gate")
    scale: float = param(0.5, low=0.0, high=1.0, doc="growth stocks kept while it is shut")
    gate: Gate = param(Gate.YIELD, doc="the ten-year yield, or inflation as released")

    thesis = RATES_GATE
    universe = (US_FUND, CHINA_FUND, BILLS)
    rebalance = monthly
    benchmark = Fixed(mix=((0.5, US_FUND), (0.5, CHINA_FUND)))
    grid = {"rise": (25, 50, 75), "scale": (0.0, 0.5)}

    @property
    def signals(self) -> tuple[str, ...]:  # type: ignore[override]
        return (YIELD,) if self.gate is Gate.YIELD else ()

    @property
    def facts(self) -> tuple[Facts, ...]:  # type: ignore[override]
        return (US_CPI,) if self.gate is Gate.CPI else ()

    def weights(self, view: View) -> Weights:
        risen = _yield_rise(view) if self.gate is Gate.YIELD else _inflation_rise(view)
        growth = self.scale if risen > self.rise else 1.0  # an unknown rise leaves it open
        return blend((growth, equal(US_FUND, CHINA_FUND)), (1 - growth, equal(BILLS)))

    def controls(self) -> Mapping[str, Strategy]:
        return {
            "three quarters, always": Fixed(
                mix=((0.375, US_FUND), (0.375, CHINA_FUND), (0.25, BILLS))
            ),
            "always invested": Fixed(mix=((0.5, US_FUND), (0.5, CHINA_FUND))),
        }


def _yield_rise(view: View) -> float:
    """Basis points by which the yield is above that of 63 sessions ago; NaN unknown."""
    percent = view.signal(YIELD).to_numpy()
    return float(percent[-1] - percent[-1 - BACK]) * 100 if len(percent) > BACK else float("nan")


def _inflation_rise(view: View) -> float:
    """The same between the last release and the one three before; NaN unknown."""
    released = view.facts(US_CPI.name).dropna(subset="year_on_year")
    rates = released.drop_duplicates("month", keep="first")["year_on_year"].to_numpy()
    if len(rates) and (top := max(abs(rates))) > 1:
        raise BrokenData(f"us_cpi: year_on_year {top:g} would be {top:.0%}; write fractions, 0.038")
    return float(rates[-1] - rates[-1 - RELEASES]) * 1e4 if len(rates) > RELEASES else float("nan")
