"""A run in named periods and in states of its market, against loops written out here."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import pairwise
from math import log
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backtests.evaluation.descriptions.periods import PERIODS, NamedPeriod, read_periods
from backtests.evaluation.descriptions.regimes import benchmark_level, regimes, states_of
from backtests.evaluation.descriptions.schema import Regime
from backtests.runner.run import Run
from backtests.runner.run_strategy import run_strategy
from backtests.settings import Settings
from newsfolio import CommandError, Fixed, NewsfolioError, Strategy
from tests.support.switch import DAYS, LINES, Made, Switch, line, noise

START, DIVIDE = "2022-01-03", "2023-06-01"


@cache
def run() -> Run:
    return run_strategy(Switch(), Made(LINES), Settings(engine="kernel", start=START))  # type: ignore[arg-type]


def period(first: str, last: str) -> NamedPeriod:
    return NamedPeriod("it", date.fromisoformat(first), date.fromisoformat(last), "a test")


def of(*periods: NamedPeriod) -> tuple[Regime, ...]:
    return regimes(run(), run().references["half and half"], DIVIDE, periods).periods


def test_a_period_counts_from_the_close_before_it_to_its_last() -> None:
    (row,) = of(period("2023-05-22", "2023-06-09"))
    own, other = run().account.equity, run().references["half and half"].curve
    grown = own["2023-06-09"] / own["2023-05-19"]
    its = other["2023-06-09"] / other["2023-05-19"]
    assert row.own == pytest.approx(grown - 1)
    assert row.other == pytest.approx(its - 1)
    assert row.difference == pytest.approx(grown / its - 1)
    assert (row.sessions, row.scored) == (14, 6)
    gaps = [
        log(own.iloc[place] / own.iloc[place - 1]) - log(other.iloc[place] / other.iloc[place - 1])
        for place in range(1, len(own))
    ]
    usual = statistics.stdev(gaps) * 14**0.5
    assert row.deviations == pytest.approx(log(grown / its) / usual)
    assert (row.first, row.last, row.source) == ("2023-05-22", "2023-06-09", "a test")


def test_periods_beyond_the_run_are_named_or_cut() -> None:
    outside, before, after, weekend = of(
        period("2015-08-11", "2015-08-26"),
        period("2021-07-02", "2022-03-15"),
        period("2024-12-02", "2025-02-28"),
        period("2022-01-01", "2022-01-31"),
    )
    assert (outside.sessions, outside.own, outside.why) == (0, None, "outside the run")
    assert before.why == "the run begins on 2022-01-04"
    assert before.own is not None
    assert after.why == "the run ends on 2024-12-31"
    assert weekend.why == ""


def test_cash_where_there_is_nothing_else() -> None:
    table = regimes(run(), None, DIVIDE, [period("2023-05-22", "2023-06-09")])
    assert table.against == "cash"
    assert table.periods[0].other == pytest.approx(0)


def test_states_are_told_by_the_closes_before() -> None:
    """By a loop over the sessions, which looks at nothing later than the close before."""
    level = pd.Series(100 * np.cumprod(1 + noise(3)), index=DAYS)
    states = states_of(level, DAYS)
    closes = level.to_list()
    moves = [log(now / then) for then, now in pairwise(closes)]
    for place in range(0, len(DAYS), 101):
        seen = closes[:place]
        if len(seen) <= 252:
            assert states["Trend not known yet"][place]
        else:
            assert states["Rising market"][place] == (seen[-1] > seen[-253])
            assert states["Falling market"][place] == (seen[-1] <= seen[-253])
        past = moves[: max(place - 1, 0)]
        monthly = [statistics.stdev(past[end - 21 : end]) for end in range(21, len(past) + 1)]
        if len(monthly) < 252:
            assert states["Volatility not known yet"][place]
        else:
            high = monthly[-1] > statistics.median(monthly[-252:])
            assert states["High volatility"][place] == high
            assert states["Low volatility"][place] == (not high)


@pytest.mark.parametrize("place", [300, 600])
def test_the_future_changes_no_state(place: int) -> None:
    level = pd.Series(100 * np.cumprod(1 + noise(3)), index=DAYS)
    other = level.copy()
    other.iloc[place:] *= np.linspace(0.5, 3, len(DAYS) - place)
    for name, mask in states_of(level, DAYS).items():
        assert (mask[: place + 1] == states_of(other, DAYS)[name][: place + 1]).all()


def test_states_part_the_run_and_use_the_history_before_it() -> None:
    table = regimes(run(), run().references["half and half"], DIVIDE, ())
    assert table.benchmark == "IDX"
    names = [state.name for state in table.states]
    assert names[:2] == ["Rising market", "Falling market"]
    days = len(run().account.sessions) - 1
    trend = [state.sessions for state in table.states if "olatility" not in state.name]
    moving = [state.sessions for state in table.states if "olatility" in state.name]
    assert sum(trend) == sum(moving) == days
    # a year of closes lies before the run but for a few sessions
    assert sum(s.sessions for s in table.states if s.name == "Trend not known yet") < 10


def test_growth_in_a_state_is_a_year_of_its_sessions() -> None:
    table = regimes(run(), run().references["half and half"], DIVIDE, ())
    reference = run().references["benchmark"]
    level = benchmark_level(run(), reference)
    assert level is not None
    own = run().account.equity
    days = pd.DatetimeIndex(own.index[1:])
    rising = states_of(level, days)["Rising market"]
    a_year = (len(own) - 1) / ((own.index[-1] - own.index[0]).days / 365.25)
    grown = np.prod((own / own.shift()).iloc[1:][rising])
    assert table.states[0].own == pytest.approx(grown ** (a_year / rising.sum()) - 1)


def test_a_benchmark_of_constant_weights_is_their_daily_mix() -> None:
    """Half of each, the one that begins later left out until it does."""
    late = replace(LINES["BBB"], frame=LINES["BBB"].frame["2021-06-01":])  # type: ignore[misc]

    @dataclass(frozen=True)
    class Mixed(Switch):
        benchmark = Fixed(mix=((0.5, "AAA"), (0.5, "BBB")))

    mixed = run_strategy(
        Mixed(), Made({**LINES, "BBB": late}), Settings(engine="kernel", start=START)  # type: ignore[arg-type]
    )  # fmt: skip
    level = benchmark_level(mixed, mixed.references["benchmark"])
    assert level is not None
    moves = level.pct_change()
    first, other = (LINES[name].frame["close"].pct_change() for name in ("AAA", "BBB"))
    assert moves["2021-03-02"] == pytest.approx(first["2021-03-02"])
    assert moves["2023-03-02"] == pytest.approx((first["2023-03-02"] + other["2023-03-02"]) / 2)


def test_without_a_benchmark_no_state_is_told() -> None:
    class Bare(Switch):
        benchmark = None

    bare = run_strategy(Bare(), Made(LINES), Settings(engine="kernel", start=START))  # type: ignore[arg-type]
    table = regimes(bare, bare.references["half and half"], DIVIDE, PERIODS)
    assert (table.states, table.benchmark) == ((), "")
    assert table.why == "no benchmark, whose trailing year could tell"


def test_a_lost_account_has_no_growth() -> None:
    class Geared(Switch):
        def controls(self) -> dict[str, Strategy]:
            return {}

    crash = noise(2)
    crash[list(DAYS).index(pd.Timestamp("2024-03-01"))] = -0.6
    lost = run_strategy(
        Geared(share=3.0), Made({**LINES, "BBB": line("BBB", crash)}),
        Settings(engine="kernel", start=START),  # type: ignore[arg-type]
    )  # fmt: skip
    spans = [period("2023-06-05", "2023-07-05"), period("2024-02-01", "2024-04-01")]
    before, ruin = regimes(lost, None, DIVIDE, spans).periods
    assert before.own is not None
    assert (ruin.own, ruin.difference, ruin.why) == (None, None, "an account was lost")


# --- the rows ----------------------------------------------------------------------------------


def test_shipped_periods_have_days_and_a_source() -> None:
    named = {row.name: (f"{row.first}", f"{row.last}") for row in PERIODS}
    assert named == {
        "Yuan devaluation, 2015": ("2015-08-11", "2015-08-26"),
        "US tariffs on China, 2018": ("2018-03-22", "2018-11-30"),
        "Pandemic, 2020": ("2020-02-20", "2020-03-23"),
        "Chinese crackdown, 2021": ("2021-07-02", "2022-03-15"),
        "Chinese stimulus, September 2024": ("2024-09-24", "2024-10-07"),
        "US tariffs, April 2025": ("2025-04-03", "2025-05-09"),
    }
    assert all(row.source for row in PERIODS)


def test_a_file_of_periods(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text(
        'name,first,last,source\n"Mine, and yours",2024-01-02,2024-02-01,"me, 2024"\n\n'
    )
    assert read_periods(file) == (
        NamedPeriod("Mine, and yours", date(2024, 1, 2), date(2024, 2, 1), "me, 2024"),
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "its first line is name,first,last,source"),
        ("name,start,end\n", "its first line is name,first,last,source"),
        ("name,first,last,source\n", "0 periods; give 1 to 100"),
        ("name,first,last,source\nA,2024-01-02,2024-01-09,\n", "line 2: give name, first, last"),
        ("name,first,last,source\nA,02/01/2024,2024-01-09,me\n", "line 2: write days as 2025"),
        ("name,first,last,source\nA,2024-02-01,2024-01-09,me\n", "A ends before it begins"),
        ('name,first,last,source\n"A,2024', "cannot be read as CSV"),
    ],
)
def test_what_is_no_file_of_periods_is_refused(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "mine.csv"
    file.write_text(text)
    with pytest.raises(CommandError, match="--regimes") as refused:
        read_periods(file)
    assert says in str(refused.value)
    with pytest.raises(NewsfolioError, match="cannot be read"):
        read_periods(tmp_path / "none.csv")
