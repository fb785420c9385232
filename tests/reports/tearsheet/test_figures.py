"""Every figure of the library's table beside what it ought to say; the box holds what differs."""

from __future__ import annotations

import math
from functools import cache

import pandas as pd
import pytest

from newsfolio.formatting import percent, ratio
from reports.tearsheet.differences import DIFFERENCES, ReportPart
from reports.tearsheet.inputs import sheet_input
from reports.tearsheet.library_report import arguments, drawing, library_report, versions
from reports.tearsheet.marks import figures_of
from reports.tearsheet.own_figures import own_values
from tests.support.results import usual_result
from tests.support.tearsheet_figures import (
    UNDEFINED,
    Told,
    Value,
    figures_of_both,
    figures_of_curve,
)
from tests.support.tearsheet_worlds import HELD, WORLDS, world


@cache
def printed(name: str) -> dict[str, tuple[str, str]]:
    """What the report prints: its table alone, which is made sooner."""
    with drawing():
        from quantstats import reports

        table = reports.metrics(
            **arguments(world(name)), display=False, mode="full", internal="True"
        )
    return {
        str(key): (str(row["Benchmark"]), str(row["Strategy"]))
        for key, row in table.iloc[2:].iterrows()
    }


@cache
def right(name: str) -> dict[str, tuple[Value, Value]]:
    """What it ought to print, of benchmark and strategy."""
    run = world(name)
    assert run.benchmark is not None
    own, other = Told(run.equity, run.cash), Told(run.benchmark, run.cash)
    beside, mine = figures_of_curve(other, 1.0), figures_of_curve(own, HELD)
    both = figures_of_both(own, other)
    return {
        **{key: (beside[key], value) for key, value in mine.items()},
        **{key: ("-", value) for key, value in both.items()},
    }


DAYS = ("Longest DD Days", "Avg. Drawdown Days")


def differs(key: str, text: str, value: Value, sessions: int) -> bool:
    """Beyond its two digits, and what one zero return more makes of an average of sessions."""
    if isinstance(value, str) or text == "-":
        return text != value and not (text == "-" and value == "-")
    figure = float(text.replace(",", "").rstrip("%"))
    wanted = value * 100 if text.endswith("%") else value
    if math.isnan(wanted):
        return True
    if key in DAYS:
        return figure != round(wanted)
    fourth = 3 if key == "Kurtosis" else 0  # its moment is so much larger
    return abs(figure - wanted) > 0.0051 + 3 * (abs(wanted) + fourth) / sessions


def differing(name: str) -> set[str]:
    sessions = len(world(name).equity)
    return {
        key
        for key, pair in right(name).items()
        if any(
            differs(key, text, value, sessions)
            for text, value in zip(printed(name)[key], pair, strict=True)
        )
    }


def rows() -> set[str]:
    version, _ = versions()
    return {row.name for row in DIFFERENCES[version] if row.kind is ReportPart.FIGURE}


def test_every_figure_of_the_table_is_compared() -> None:
    for name in WORLDS:
        assert printed(name).keys() == right(name).keys() | UNDEFINED


def test_the_report_prints_that_table() -> None:
    assert figures_of(library_report(world("half a year"))) == printed("half a year")


def test_the_box_names_the_figures_that_differ_and_no_other() -> None:
    measured = set().union(*(differing(name) for name in WORLDS))
    assert measured | UNDEFINED == rows()


@pytest.mark.parametrize("name", WORLDS)
def test_our_values_in_the_box_are_those_by_hand(name: str) -> None:
    shown = own_values(world(name))
    del shown["Risk-Free Rate"]  # a range
    assert shown.keys() < rows()
    for key, pair in shown.items():
        for text, value in zip(pair, right(name)[key], strict=True):
            if isinstance(value, str):
                assert text == value.replace("-", "", value == "-"), key
            elif key.endswith("Days"):
                assert text == f"{value:,.0f}", key
            else:
                assert text == (percent(value) if "%" in text else ratio(value)), key


def test_our_values_are_those_of_the_other_pages() -> None:
    result = usual_result()
    shown = own_values(sheet_input(result))
    for place, name in enumerate(("benchmark", "strategy")):
        figures = result.manifest["metrics"][name]
        assert shown["Sharpe"][place] == ratio(figures["sharpe"])
        assert shown["Sortino"][place] == ratio(figures["sortino"])
        assert shown["Expected Yearly"][place] == percent(figures["cagr"])


def test_cash_is_told_as_a_range_of_dated_rates() -> None:
    run = world("negative cash")
    assert own_values(run)["Risk-Free Rate"] == ("-4.00 %", "-4.00 %")
    assert printed("negative cash")["Risk-Free Rate"] == ("0.0%", "0.0%")


# --- the three that nobody defines: what is wrong with them ------------------------------------


def test_profit_ratio_falls_when_more_is_won() -> None:
    from quantstats import stats

    once = pd.Series([0.01, -0.01, 0.02, -0.01])
    assert stats.profit_ratio(pd.concat([once, once[once > 0]])) < stats.profit_ratio(once)


def test_risk_of_ruin_does_not_ask_how_much_is_lost() -> None:
    from quantstats import stats

    small = pd.Series([0.01, -0.001] * 5)
    ruinous = pd.Series([0.01, -0.2] * 5)
    assert stats.risk_of_ruin(small) == stats.risk_of_ruin(ruinous) == pytest.approx(3.0**-10)


def test_serenity_adds_up_what_compounds() -> None:
    from quantstats import stats

    with drawing():
        lost = pd.Series([0.0, 0.6, -0.5, 0.6, -0.5], index=pd.bdate_range("2024-01-01", periods=5))
        assert (1 + lost).prod() == pytest.approx(0.64)
        assert stats.serenity_index(lost) > 0
