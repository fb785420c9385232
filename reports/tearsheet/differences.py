"""Where the library's report differs from ours or errs, by its version; the report's box shows it.

tests/reports/tearsheet/ compares every figure, table and drawing, and holds these rows to what it
measures. A row that no longer differs fails there, and so does a difference without a row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class ReportPart(Enum):
    """What of a report a row is about."""

    FIGURE = "figure"
    TABLE = "table"
    DRAWING = "drawing"


@dataclass(frozen=True)
class Difference:
    """One thing on the report that is not as ours.

    name: of a figure as its table prints it; of a table or drawing the id of its place in the
        template. wrong: an error of this version, not another definition.
    only: "" always, or the columns in which it shows: "benchmark", "alone" (without one).
    pandas: the major version from which it shows.
    """

    kind: ReportPart
    name: str
    why: str
    wrong: bool = False
    only: str = ""
    pandas: int = 0


TITLES: Mapping[str, str] = {
    "eoy": "EOY Returns",
    "ddinfo": "Worst 10 Drawdowns",
    "returns": "Cumulative Returns",
    "log_returns": "Cumulative Returns (Log Scaled)",
    "vol_returns": "Cumulative Returns (Volatility Matched)",
    "eoy_returns": "EOY Returns",
    "monthly_dist": "Distribution of Monthly Returns",
    "daily_returns": "Daily Returns (Cumulative Sum)",
    "rolling_beta": "Rolling Beta to Benchmark",
    "rolling_vol": "Rolling Volatility",
    "rolling_sharpe": "Rolling Sharpe",
    "rolling_sortino": "Rolling Sortino",
    "dd_periods": "Worst 5 Drawdown Periods",
    "dd_plot": "Underwater Plot",
    "monthly_heatmap": "Monthly Returns",
    "returns_dist": "Return Quantiles",
}
"""Tables and drawings by the id of their place, as the library titles them."""

CASH = "takes one rate for the whole window; ours takes cash as it was known on each day"
PAST = "counts the return of the day that it starts from"
LONGER = "starts a month late, and shows the whole run where it is shorter than that"
LABELS = "labels of the axis are cut to whole percent: several may read the same"


def _figure(name: str, why: str, *, wrong: bool = False, only: str = "") -> Difference:
    return Difference(ReportPart.FIGURE, name, why, wrong, only)


_FIGURES_0_0_86 = (
    _figure("Risk-Free Rate", "one rate for the whole window, what cash grew by a year"),
    _figure(
        "Time in Market",
        "sessions with a return, rounded up to a whole percent; ours counts sessions with "
        "something held",
    ),
    _figure("Sharpe", CASH),
    _figure("Prob. Sharpe Ratio", CASH),
    _figure(
        "Smart Sharpe",
        "Sharpe, cut by the strategy's own autocorrelation in the column of the benchmark too",
        wrong=True,
        only="benchmark",
    ),
    _figure("Smart Sharpe", CASH, only="alone"),
    _figure("Sortino", CASH),
    _figure("Smart Sortino", "as Smart Sharpe", wrong=True, only="benchmark"),
    _figure("Smart Sortino", CASH, only="alone"),
    _figure("Sortino/√2", CASH),
    _figure("Smart Sortino/√2", "as Smart Sharpe", wrong=True, only="benchmark"),
    _figure("Smart Sortino/√2", CASH, only="alone"),
    _figure("Omega", CASH),
    _figure("Max DD Period Start", "the first session below the high; ours is the day of the high"),
    _figure(
        "Max DD Period End",
        "the last session below the high, or of the run where it has not recovered; ours is the "
        "day of recovery",
        wrong=True,
    ),
    _figure(
        "Longest DD Days",
        "from the first to the last session below the high; ours from the high to the recovery",
    ),
    _figure("R^2", "the benchmark's column repeats the strategy's", wrong=True),
    _figure(
        "Information Ratio",
        "of a session, not of a year; the benchmark's column repeats it",
        wrong=True,
    ),
    _figure(
        "Ulcer Performance Index",
        "takes the total return of the run less one year of cash; ours takes both a year",
        wrong=True,
    ),
    _figure(
        "Risk-Adjusted Return",
        "takes every year for 252 sessions, and its own time in market",
        wrong=True,
    ),
    _figure("Risk-Return Ratio", "of a session, not of a year"),
    _figure("Avg. Return", "leaves out sessions without a move"),
    _figure(
        "Profit Ratio",
        "divides each average by its count: winning more often lowers it; we have no such figure",
        wrong=True,
    ),
    _figure(
        "Expected Monthly",
        "the opening and the last month count as whole ones; ours is growth a year to the power "
        "of 1/12",
    ),
    _figure(
        "Expected Yearly",
        "the opening and the last year count as whole ones; ours is growth a year",
        wrong=True,
    ),
    _figure(
        "Risk of Ruin",
        "a power of the share of losing sessions, whatever they lost; it is no probability, and "
        "we have no such figure",
        wrong=True,
    ),
    _figure(
        "Daily Value-at-Risk",
        "of a normal distribution; ours is the 5 % quantile of sessions",
    ),
    _figure(
        "Expected Shortfall (cVaR)",
        "of a normal distribution; ours is the mean beyond the 5 % quantile",
    ),
    _figure("Gain/Pain (1M)", "adds up the sessions of a month; ours compounds them"),
    _figure("Outlier Win Ratio", "counts sessions without a move as won"),
    _figure("3M", PAST, wrong=True),
    _figure("6M", PAST, wrong=True),
    _figure("1Y", PAST, wrong=True),
    _figure("3Y (ann.)", LONGER, wrong=True),
    _figure("5Y (ann.)", LONGER, wrong=True),
    _figure("10Y (ann.)", LONGER, wrong=True),
    _figure("Avg. Drawdown Days", "as Longest DD Days"),
    _figure(
        "Recovery Factor",
        "adds up returns and drops the sign; ours is the total return over the deepest drawdown",
        wrong=True,
    ),
    _figure(
        "Serenity Index",
        "adds up returns, and takes drawdowns for normal ones; we have no such figure",
        wrong=True,
    ),
    _figure("Alpha", "leaves cash out, and is a fraction: 0.07 is 7 %", wrong=True),
    _figure(
        "Treynor Ratio",
        "takes the total return of the run less one year of cash; ours takes both a year",
        wrong=True,
    ),
)

_TABLES_0_0_86 = (
    Difference(
        ReportPart.TABLE,
        "eoy",
        "the first and the last year may be partial, and are not marked; Multiplier divides two "
        "returns, so two losses make a multiple. Our calendar years stand in the details",
        only="benchmark",
    ),
    Difference(
        ReportPart.TABLE,
        "eoy",
        "Return adds up the sessions of a year, Cumulative compounds them; our calendar years "
        "stand in the details",
        wrong=True,
        only="alone",
    ),
    Difference(
        ReportPart.TABLE,
        "ddinfo",
        "Started and Recovered are the first and the last session below the high; a drawdown "
        "that lasts is given a recovery on the last session. Ours stand in the details",
        wrong=True,
    ),
)

_DRAWINGS_0_0_86 = (
    Difference(ReportPart.DRAWING, "returns", LABELS),
    Difference(
        ReportPart.DRAWING,
        "log_returns",
        "the scale is linear below +200 %, so most runs have no log scale at all; " + LABELS,
        wrong=True,
    ),
    Difference(ReportPart.DRAWING, "vol_returns", LABELS, only="benchmark"),
    Difference(
        ReportPart.DRAWING,
        "eoy_returns",
        "its bars are labelled a year late beside pandas 3, and stand apart from their labels "
        "where there are more than ten",
        wrong=True,
        pandas=3,
    ),
    Difference(
        ReportPart.DRAWING,
        "monthly_dist",
        "labels of the axis are cut to whole percent towards zero",
        wrong=True,
    ),
    Difference(
        ReportPart.DRAWING,
        "daily_returns",
        "a running sum of returns that falls to zero on every day without a session",
        wrong=True,
    ),
    Difference(
        ReportPart.DRAWING,
        "rolling_beta",
        "the first half year is drawn as zero, and counts in the average line",
        wrong=True,
        only="benchmark",
    ),
    Difference(
        ReportPart.DRAWING,
        "rolling_sharpe",
        "takes cash for zero, unlike its own table",
        wrong=True,
    ),
    Difference(
        ReportPart.DRAWING,
        "rolling_sortino",
        "takes cash for zero, unlike its own table",
        wrong=True,
    ),
    Difference(
        ReportPart.DRAWING,
        "dd_periods",
        "titled the worst, but draws the longest",
        wrong=True,
    ),
    Difference(ReportPart.DRAWING, "dd_plot", LABELS),
    Difference(
        ReportPart.DRAWING,
        "monthly_heatmap",
        "months outside the run are shown as 0.00",
        wrong=True,
    ),
    Difference(
        ReportPart.DRAWING,
        "returns_dist",
        "counts each week, month, quarter and year once for every session after its end, and "
        "loses one that ends on a day without a session",
        wrong=True,
    ),
)

DIFFERENCES: Mapping[str, tuple[Difference, ...]] = {
    "0.0.86": _FIGURES_0_0_86 + _TABLES_0_0_86 + _DRAWINGS_0_0_86,
}
"""By the version of the library that was compared, the oldest first."""


def differences(version: str, pandas: int, *, benchmark: bool) -> tuple[Difference, ...]:
    """What differs on a report; of a version that was not compared, as of the last that was.

    pandas: its major version. benchmark: whether the report has one.
    """
    rows = DIFFERENCES.get(version) or DIFFERENCES[compared_last()]
    hidden = "alone" if benchmark else "benchmark"
    absent = set() if benchmark else {"R^2", "Information Ratio", "Alpha", "Treynor Ratio"}
    return tuple(
        row
        for row in rows
        if row.only != hidden and row.pandas <= pandas and row.name not in absent
    )


def compared_last() -> str:
    """The newest version whose rows we have."""
    return list(DIFFERENCES)[-1]
