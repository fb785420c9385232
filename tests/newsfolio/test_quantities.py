"""Quantities: each by hand on a few made-up closes, and what happens where closes are missing."""

from __future__ import annotations

import inspect
import math
import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import pandas as pd
import pytest

from newsfolio import quantities
from newsfolio.assets import Sleeve
from newsfolio.errors import MissingData
from newsfolio.quantities import (
    AfterJumps,
    Autocorrelation,
    Custom,
    Drawdown,
    FromLow,
    FromPeak,
    Gain,
    IntradayRise,
    Level,
    Lowest,
    MeanCorrelation,
    MeanMove,
    Measured,
    Quantity,
    RateBeta,
    Record,
    RiseShare,
    ShareBelowPeak,
    Times,
    Touch,
    Trailing,
    TrendGain,
    Volatility,
    WiderWhenRising,
    Window,
)


def days(first: str, *closes: float) -> pd.Series:
    """Closes on the weekdays from a day on."""
    return pd.Series(closes, index=pd.bdate_range(first, periods=len(closes)), dtype=float)


def fridays(*closes: float) -> pd.Series:
    """Closes on Fridays from 2025-01-03 on, with a Wednesday between that must not count."""
    index = pd.date_range("2025-01-03", periods=len(closes), freq="W-FRI")
    between = pd.Series(7.77, index=index[1:] - pd.Timedelta(days=2))
    return pd.concat([pd.Series(closes, index=index, dtype=float), between]).sort_index()


def grown(*moves: float) -> list[float]:
    """100, and what it becomes by each move."""
    closes = [100.0]
    for move in moves:
        closes.append(closes[-1] * (1 + move))
    return closes


MONDAY = "2025-01-06"
LINES: Mapping[str, pd.Series] = {
    # Mon 6 to Fri 10, Mon 13 to Fri 17 January
    "A": days(MONDAY, 100, 110, 99, 121, 120, 132, 108, 126, 130, 125),
    "B": days(MONDAY, 100, 100, 100, 100, 150, 150, 150, 150, 150, 150),
    "FLAT": days(MONDAY, *[100.0] * 10),
    "BAR": days(MONDAY, 100, 100, 100, 100, 110, 110, 110, 110, 110, 110),
    "UP": days(MONDAY, *grown(0.1, -0.1, 0.1, -0.1, 0.1, -0.1)),
    "DOWN": days(MONDAY, *grown(-0.1, 0.1, -0.1, 0.1, -0.1, 0.1)),
    "TREND": days(MONDAY, *grown(0.1, 0.1, -0.1, -0.2, 0.05)),
    "PAIRS": days(MONDAY, 55, 100, 3, 110, 4, 132, 5, 171.6, 6, 240.24),
    "JUMPS": days(MONDAY, 100, 106, 107, 111.3, 111.3, 120.0, 114.0, 108.0, 120.0, 120.0),
    "RATE": fridays(4.0, 4.1, 3.9, 4.2, 4.0, 4.4),
    "GROWTH": fridays(*grown(-0.05, 0.10, -0.15, 0.10, -0.20)),
    "ONE": fridays(*grown(0.02, 0.01, 0.03, 0.01, 0.04)),
    "TWO": fridays(*grown(-0.02, -0.01, -0.03, -0.01, -0.04)),
}


@dataclass(frozen=True)
class Book:
    """A record of a few series: a dollar is 10 of theirs, dividends add a tenth at the end."""

    lines: Mapping[str, pd.Series] = field(default_factory=lambda: LINES)
    tops: Mapping[str, pd.Series] = field(default_factory=dict)

    def closes(self, ticker: str, currency: str = "", *, total: bool = False) -> pd.Series:
        if ticker not in self.lines:
            raise MissingData(f"no prices of {ticker} in this source")
        closes = self.lines[ticker].copy()
        if total:
            closes.iloc[-1] *= 1.1
        if currency == "USD":
            closes.iloc[0] /= 10.0
            closes.iloc[1:] /= 8.0
        return closes

    def highs(self, ticker: str) -> pd.Series:
        if ticker not in self.tops:
            raise MissingData(f"{ticker} has closes only here, no intraday high")
        return self.tops[ticker]


BOOK = Book(tops={"A": LINES["A"] + 6.0})
PAIR = Sleeve("pair", ("A", "B"))
THREE = Sleeve("three", ("UP", "DOWN", "AGAIN"))
BOOK = replace(BOOK, lines={**LINES, "AGAIN": LINES["UP"] * 3})
APART = Sleeve("apart", ("ONE", "TWO"))
WEEK = ("2025-01-06", "2025-01-10")
BOTH = ("2025-01-06", "2025-01-17")
FIVE_WEEKS = ("2025-01-03", "2025-02-07")


def _first_less_last(record: Record, window: Window) -> Measured:
    closes = record.closes("A").loc[str(window.start) : str(window.end)]
    return Measured(float(closes.iloc[0] - closes.iloc[-1]), "own")


@dataclass(frozen=True)
class Case:
    """A quantity over a window, and what it is by hand."""

    of: Quantity
    window: tuple[str, str]
    value: float
    percent: bool = True
    says: str = ""


CASES = [
    Case(Gain("A"), WEEK, 0.20, says="A +20.0 %"),
    Case(Gain("A"), ("2025-01-11", "2025-01-19"), 125 / 120 - 1),  # a weekend: Friday counts
    Case(Gain(PAIR), WEEK, (0.20 + 0.50) / 2, says="pair +35.0 %"),
    Case(Gain("A", total=True), BOTH, 125 * 1.1 / 100 - 1),
    Case(Gain("A", currency="USD"), WEEK, (120 / 8) / (100 / 10) - 1),
    Case(Gain("A") - Gain("B"), WEEK, -0.30, says="A +20.0 % against B +50.0 %"),
    Case(Gain("B") / Gain("A"), WEEK, 2.5, percent=False, says="B +50.0 % against A +20.0 %"),
    Case(Gain("A").over(*WEEK), BOTH, 0.20),
    Case(MeanMove("A").over("2025-01-07", "2025-01-08"), BOTH, -0.10),
    Case(Lowest((Gain("B"), Gain("A"))), WEEK, 0.20, says="B +50.0 %, A +20.0 %"),
    Case(Trailing(Sleeve("all", ("A", "B", "FLAT")), "BAR"), WEEK, 1.0, percent=False,
         says="BAR +10.0 %; exceptions: A +20.0 %, B +50.0 %"),
    Case(Trailing(Sleeve("all", ("FLAT", "A")), "BAR", 0.15), WEEK, 0.0, percent=False),
    Case(Level("A"), WEEK, 120.0, percent=False, says="A 120.00"),
    Case(Level("A"), ("2025-01-06", "2025-01-12"), 120.0, percent=False),
    Case(Touch("A"), BOTH, 132.0, percent=False, says="132.00, on 2025-01-13"),
    # the first day's close is known already: it cannot be what was reached later
    Case(Touch("A", rise=True), ("2025-01-13", "2025-01-17"), 130 / 132 - 1, says="-1.5 %"),
    Case(IntradayRise("A"), ("2025-01-06", "2025-01-07"), 116 / 100 - 1),
    Case(IntradayRise("A"), ("2025-01-06", "2025-01-13"), 138 / 120 - 1),  # over Friday's close
    Case(Drawdown("A"), BOTH, 108 / 132 - 1, says="-18.2 % below its high on 2025-01-14"),
    Case(Drawdown("A"), ("2025-01-14", "2025-01-17"), 125 / 130 - 1),
    Case(Drawdown("A", since=date(2025, 1, 13)), ("2025-01-14", "2025-01-16"), 126 / 132 - 1),
    Case(FromLow("A"), ("2025-01-07", "2025-01-17"), 125 / 99 - 1, says="low of 2025-01-08"),
    Case(FromPeak("A"), ("2025-01-16", "2025-01-17"), 125 / 132 - 1),
    Case(FromPeak("A"), ("2025-01-06", "2025-01-13"), 132 / 121 - 1),
    Case(ShareBelowPeak(Sleeve("all", ("A", "B"))), BOTH, 0.5, says="1 of 2 lines"),
    Case(Volatility("UP"), ("2025-01-06", "2025-01-08"), math.sqrt(0.02 * 252)),
    # a basket's day is the mean of its lines' days: +10 and 0, then -10 and 0
    Case(Volatility(Sleeve("half", ("UP", "FLAT"))), ("2025-01-06", "2025-01-08"),
         math.sqrt(0.005 * 252)),
    Case(MeanMove("A"), ("2025-01-06", "2025-01-08"), (0.10 - 0.10) / 2),
    Case(MeanMove("A"), ("2025-01-06", "2025-01-07"), 0.10, says="A +10.00 % a day"),
    # up, down, up, down, up, down, up, up, down; of two sessions 110, 121, 132, 126, 125
    Case(RiseShare("A"), BOTH, 5 / 9, says="A rose in 5 of 9 moves"),
    Case(RiseShare("A", 2), BOTH, 2 / 4, says="A rose in 2 of 4 moves"),
    Case(MeanCorrelation(THREE), ("2025-01-06", "2025-01-14"), -1 / 3, percent=False),
    Case(MeanCorrelation(Sleeve("same", ("UP", "AGAIN"))), ("2025-01-06", "2025-01-14"), 1.0,
         percent=False, says="same 1.00"),
    Case(Autocorrelation("UP"), ("2025-01-06", "2025-01-14"), -1.0, percent=False),
    # +10, +20, +30, +40 % over two sessions each; the first session is left over
    Case(Autocorrelation("PAIRS", 2), BOTH, 1.0, percent=False, says="over 4 moves"),
    # +10 % after a rise, then -10 and -20 %: long, long, short
    Case(TrendGain("TREND", 1), ("2025-01-07", "2025-01-10"), 1.1 * 0.9 * 1.2 - 1),
    # two sessions back: long on the 9th, flat on the 10th (-1 %: short) and short on the 13th
    Case(TrendGain("TREND", 2), ("2025-01-08", "2025-01-13"), 0.9 * 1.2 * 0.95 - 1),
    Case(RateBeta("GROWTH", "RATE"), FIVE_WEEKS, -0.5, says="correlation -1.00, 5 weeks"),
    # rising: 2, 3 and 4 % from the middle; falling: 1 and 1 %
    Case(WiderWhenRising(APART, "RATE", 1), FIVE_WEEKS, 0.02, says="3.00 % apart a week against 1"),
    # over two weeks the rate fell once and then rose three times: 3, 1 and 4 % against 1 %
    Case(WiderWhenRising(APART, "RATE", 2), FIVE_WEEKS, 0.08 / 3 - 0.01),
    Case(AfterJumps("JUMPS", 0.05, 2), BOTH, (111.3 / 106 - 1 + 108 / 120 - 1) / 2,
         says="after 2 jumps"),
    Case(AfterJumps(Sleeve("both", ("JUMPS", "B")), 0.05, 2), BOTH,
         (111.3 / 106 - 1 + 108 / 120 - 1 + 0.0) / 3, says="both -1.7 % after 3 jumps"),
    Case(Custom(("A",), _first_less_last), WEEK, -20.0, says="own"),
]  # fmt: skip

FIXED = (Custom,)
"""What a user writes: its errors are the user's."""


def window(first: str, last: str) -> Window:
    return Window(date.fromisoformat(first), date.fromisoformat(last))


def named(case: Case) -> str:
    return f"{type(case.of).__name__}-{case.window[0][5:]}"


@pytest.mark.parametrize("case", CASES, ids=named)
def test_a_quantity_by_hand(case: Case) -> None:
    measured = case.of.measure(BOOK, window(*case.window))
    assert measured.value == pytest.approx(case.value, abs=1e-12)
    assert case.says in measured.detail
    assert case.of.percent is case.percent
    assert pickle.loads(pickle.dumps(case.of)) == case.of


def test_every_quantity_has_a_case() -> None:
    made = {
        kind
        for _, kind in inspect.getmembers(quantities, inspect.isclass)
        if issubclass(kind, Quantity) and kind not in (Quantity, quantities.OfLines)
    }
    made -= {  # of tables of facts: tests/newsfolio/test_reported.py
        kind for kind in made
        if kind.__module__.rpartition(".")[2] in ("reported", "beyond", "crossed")
    }  # fmt: skip
    assert made == {type(case.of) for case in CASES}


OURS = [case for case in CASES if not isinstance(case.of, FIXED)]


@pytest.mark.parametrize("case", OURS, ids=named)
@pytest.mark.parametrize("year", ["2005", "2035"])
def test_a_window_that_the_closes_do_not_cover_is_no_number(case: Case, year: str) -> None:
    moved = window(*(day.replace("2025", year) for day in case.window))
    of = replace(case.of, window=moved) if isinstance(case.of, quantities.Over) else case.of
    with pytest.raises(MissingData, match=r"begins on|ends on|no close before|no intraday high"):
        of.measure(BOOK, moved)


@pytest.mark.parametrize("case", OURS, ids=named)
def test_each_line_is_needed_and_named(case: Case) -> None:
    for line in case.of.lines:
        rest = {ticker: closes for ticker, closes in BOOK.lines.items() if ticker != line}
        with pytest.raises(MissingData, match=f"no prices of {line} "):
            case.of.measure(replace(BOOK, lines=rest), window(*case.window))


@pytest.mark.parametrize("case", OURS, ids=named)
def test_a_close_that_is_missing_at_an_end_is_no_number(case: Case) -> None:
    """The last close of the window; for a rise of the day it is the one before."""
    early = isinstance(case.of, IntradayRise)
    end = case.of.window.end if isinstance(case.of, quantities.Over) else case.window[1]
    for line in case.of.lines:
        closes = BOOK.lines[line].copy()
        closes.iloc[len(closes.loc[: str(end)]) - 1 - early] = math.nan
        with pytest.raises(MissingData, match=f"{line} has no close on 2025-"):
            case.of.measure(replace(BOOK, lines={**BOOK.lines, line: closes}), window(*case.window))


@pytest.mark.parametrize(
    "of",
    [
        Touch("A"), Drawdown("A"), FromLow("A"), FromPeak("A"), ShareBelowPeak(Sleeve("a", ("A",))),
        Volatility("A"), MeanMove("A"), Autocorrelation("A"), TrendGain("A", 1), AfterJumps("A"),
        RiseShare("A"),
        MeanCorrelation(PAIR), RateBeta("A", "B"), WiderWhenRising(PAIR, "FLAT", 1),
    ],
    ids=lambda of: type(of).__name__,
)  # fmt: skip
def test_no_figure_is_made_around_a_gap(of: Quantity) -> None:
    closes = LINES["A"].copy()
    closes.loc["2025-01-09"] = math.nan
    book = replace(BOOK, lines={**LINES, "A": closes})
    with pytest.raises(MissingData, match=r"A has no close on 2025-01-09|A is too short here"):
        of.measure(book, window("2025-01-07", "2025-01-17"))


@pytest.mark.parametrize(
    ("of", "span", "why"),
    [
        (IntradayRise("B"), WEEK, "B has closes only here, no intraday high"),
        (IntradayRise("A"), ("2025-01-06", "2025-01-12"), "A has no intraday high on 2025-01-12"),
        (FromPeak("A"), ("2025-01-06", "2025-01-06"), "A has no close before 2025-01-06"),
        (Volatility("A"), ("2025-01-06", "2025-01-07"), "fewer than two moves"),
        (MeanMove("A"), ("2025-01-10", "2025-01-12"), "no session from 2025-01-10"),
        (Gain("A").over(*BOTH), WEEK, "2025-01-17 comes after the claim's due day, 2025-01-10"),
        (MeanCorrelation(PAIR), ("2025-01-06", "2025-01-08"), "too little in common"),
        (MeanCorrelation(Sleeve("alone", ("A",))), BOTH, "too little in common"),
        (Autocorrelation("A", 3), BOTH, "fewer than four moves"),
        (RiseShare("A", 10), BOTH, "A has no move of 10 sessions to 2025-01-17"),
        (TrendGain("A", 5), BOTH, "too short here for a trend on 2025-01-06"),
        (RateBeta("GROWTH", "RATE"), ("2025-01-03", "2025-01-24"), "too few weeks of RATE"),
        (RateBeta("GROWTH", "LEVEL"), FIVE_WEEKS, "too few weeks of LEVEL"),
        (WiderWhenRising(APART, "LEVEL", 1), FIVE_WEEKS, "did not both rise and fall"),
        (AfterJumps("A", 0.5), BOTH, "did not rise by 50 % on any day early enough"),
        (AfterJumps("JUMPS", 0.05, 9), BOTH, "did not rise by 5 % on any day early enough"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Quantity) else "",
)
def test_too_little_is_said_to_be_too_little(of: Quantity, span: tuple[str, str], why: str) -> None:
    book = replace(BOOK, lines={**BOOK.lines, "LEVEL": fridays(*[4.0] * 6)})
    with pytest.raises(MissingData, match=why):
        of.measure(book, window(*span))


def test_a_high_that_was_not_recorded_is_no_number() -> None:
    highs = LINES["A"] + 6.0
    highs.loc["2025-01-07"] = math.nan
    with pytest.raises(MissingData, match="no intraday high on 2025-01-07"):
        IntradayRise("A").measure(replace(BOOK, tops={"A": highs}), window(MONDAY, "2025-01-07"))


def test_a_close_counts_for_a_week_and_no_longer() -> None:
    for day, counts in (("2025-01-24", True), ("2025-01-25", False)):
        if counts:
            assert Gain("A").measure(BOOK, window(MONDAY, day)).value == pytest.approx(0.25)
        else:
            with pytest.raises(MissingData, match="A ends on 2025-01-17, before 2025-01-25"):
                Gain("A").measure(BOOK, window(MONDAY, day))


def test_a_multiple_of_no_gain_is_no_number() -> None:
    times = Gain("A") / Gain("FLAT")
    assert isinstance(times, Times)
    assert math.isnan(times.measure(BOOK, window(*WEEK)).value)
    for parts in ((times, Gain("A")), (Gain("A"), times)):
        assert math.isnan(Lowest(parts).measure(BOOK, window(*WEEK)).value)


def test_a_flat_line_has_no_autocorrelation() -> None:
    assert math.isnan(Autocorrelation("FLAT").measure(BOOK, window(*BOTH)).value)
