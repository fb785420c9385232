"""Money in and out as an author, an option or a file writes it."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest

from newsfolio import CommandError, Flow, monthly, on_dates, yearly
from newsfolio.flows import flows_in, flows_of


@pytest.mark.parametrize(
    ("text", "flow"),
    [
        ("500 EUR monthly", Flow(500, monthly, "EUR")),
        ("-4% yearly", Flow("-4%", yearly)),
        ("-40000 USD yearly linked cpi", Flow(-40000, "yearly", "USD", "cpi")),
        ("1000.5 2024-05-02 into targets", Flow(1000.5, date(2024, 5, 2), into="targets")),
        ("9 weekly linked cpi:all items since 2024-01-01 until 2025-01-01", None),
        ("0.1 daily since 2024-01-01", Flow(0.1, "daily", since="2024-01-01")),
    ],
)
def test_a_text_reads_as_it_is_written(text: str, flow: Flow | None) -> None:
    if flow is None:
        with pytest.raises(CommandError, match="write one of"):
            Flow.read(text)
        return
    assert Flow.read(text) == flow
    assert str(flow) == text
    assert Flow.read(str(flow)) == flow


def test_flows_of_all_kinds_are_the_same() -> None:
    wanted = (Flow(100.0, date(2024, 5, 2)), Flow(-50.0, date(2024, 6, 3)))
    days = {"2024-05-02": 100, "2024-06-03": -50}
    series = pd.Series([100.0, -50.0], pd.DatetimeIndex(list(days)))
    rows = ["date,amount\n", "2024-05-02,100\n", "\n", "2024-06-03,-50\n"]
    assert flows_of(days) == flows_of(series) == flows_of("100 2024-05-02; -50 2024-06-03")
    assert flows_of(list(wanted)) == flows_in(rows, "f.csv") == flows_of(days) == wanted
    assert flows_of("none") == ()


def test_a_file_names_its_columns_or_has_three() -> None:
    named = flows_in(["On,Amount,Into,Linked", "yearly,-4,targets,cpi"], "f.csv")
    assert named == (Flow(-4, "yearly", linked="cpi", into="targets"),)
    assert flows_in(["2024-05-02,7,EUR"], "f.csv") == (Flow(7, "2024-05-02", "EUR"),)
    assert flows_in(["amount,date", "7,2024-05-02"], "f.csv") == (Flow(7, "2024-05-02"),)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["date,amount", "2024-05-02,ten"], "line 2: flow: 'ten' is no amount"),
        (["2024-05-02,inf"], "line 1: flow: 'inf' is no amount"),
        (["2024-05-02,"], "line 1: flow: '' is no amount"),
        (["2024-05-02,1", "2024-05-02,1"], "line 2: the same as line 1; add them up"),
        (["2024-05-32,1"], "line 1: flow: on '2024-05-32': write a day as 2024-05-02"),
        (["2024-05-02,1,eur"], "line 1: flow: 'eur' is no currency"),
        (["2024-05-02,1,EUR,x"], "line 1: 4 cells where date, amount, currency are expected"),
        (["date,sum", "2024-05-02,1"], "line 1: no column 'sum': write date, amount"),
        (["date,amount,amount", "2024-05-02,1,2"], "line 1: column 'amount' twice"),
        (["date,on,amount", "2024-05-02,2024-05-03,2"], "line 1: columns: write date, amount"),
        (["Datum;Betrag", "2024-05-02;1"], "line 1: 'Datum;Betrag' is one cell; part day and"),
        (["date,amount", '2024-05-02,"1000,5"'], "line 2: flow: '1000,5' is no amount"),
        (["02.05.2024,5"], "line 1: flow: on '02.05.2024': write a day as 2024-05-02"),
        (["2024-05-02,1e308"], "line 1: flow: '1e308' is no amount"),
        (["date,amount"], "no row; write lines such as"),
        ([], "no row"),
        (["2024-05-02,-100%"], "all of the equity or more"),
        (["2024-05-02,5%,EUR"], "a share of equity has no currency"),
    ],
)
def test_a_wrong_row_is_named(rows: list[str], message: str) -> None:
    with pytest.raises(CommandError) as error:
        flows_in(rows, "f.csv")
    assert str(error.value).startswith("f.csv")
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (3, "flows 3: write one of"),
        ("monthly", "flow 'monthly': write one of"),
        ((Flow(1, "monthly"), Flow(1.0, monthly)), "1 monthly is there twice"),
        ({"2024-01-02": True}, "'True' is no amount"),
        ("5 hourly", "on 'hourly': write a day as 2024-05-02, or one of daily"),
        ("5 monthly into gold", "into 'gold': write decision or targets"),
    ],
)
def test_what_is_no_flow_is_refused(asked: object, message: str) -> None:
    with pytest.raises(CommandError, match=message):
        flows_of(asked)


def test_other_schedules_and_bounds_of_a_day_are_refused() -> None:
    with pytest.raises(CommandError, match="give a day, or one of daily"):
        Flow(5, on_dates("2024-01-02"))
    with pytest.raises(CommandError, match="since and until are for periods"):
        Flow(5, "2024-01-02", until="2025-01-01")


def test_all_days_of_a_flow_move_together() -> None:
    moved = Flow(5, "weekly", since="2024-01-02", until="2024-02-01").later(timedelta(-1))
    assert str(moved) == "5 weekly since 2024-01-01 until 2024-01-31"
    assert Flow(5, "2024-01-02").later(timedelta(31)).on == date(2024, 2, 2)
