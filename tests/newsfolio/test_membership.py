"""Members by date: what a table may say, and what of it a view knows on which day."""

from __future__ import annotations

import pickle
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from markets.build import build_market
from markets.market import Market
from markets.reference.currencies import EcbRates
from markets.snapshot import Snapshot, with_own_rows
from markets.universe import Want
from markets.views.recorder import Recorder
from newsfolio import CommandError, Fixed, Sleeve, StrategyError, View, equal, members, most_traded
from newsfolio.membership import Members, Membership
from tests.support.markets_of import bdays, line

TABLE = """\ufeffMember, From, until,known
AAA,2023-01-02,2024-01-10,2022-12-01
BBB,2024-01-09,,2024-01-16
CCC,2024-01-16,2024-01-18,2024-01-05

AAA,2024-01-22,,2024-01-04
DDD,2020-01-02,,
"""
DAYS = bdays("2024-01-02", 20)
"""2 to 30 January; the 15th is a holiday."""

INDEX = members("An index", TABLE.replace("2024-01-16\n", "2024-01-08\n", 1))


def market_with(index: Members, *names: str) -> Market:
    bars = {name: line(name, DAYS, [50.0] * len(DAYS)) for name in names}
    read = with_own_rows(Snapshot(bars), (index.table,))
    want = Want((index,), "USD", start=date(2024, 1, 2), facts=(index.table,))
    return build_market(read, want, EcbRates())


@pytest.fixture(scope="module")
def market() -> Market:
    return market_with(INDEX, "AAA", "BBB", "CCC")


def at(market: Market, day: str) -> View:
    recorder = Recorder(market, alone=True)
    recorder.write(market, DAYS.index(day))
    usable = frozenset(market.universe)
    return View(date.fromisoformat(day), market.universe, usable, None, {}, recorder)


def test_a_table_is_read_by_its_columns() -> None:
    assert INDEX.lines == ("AAA", "BBB", "CCC", "DDD")
    assert INDEX.spans[0] == Membership(
        "AAA", date(2023, 1, 2), date(2024, 1, 10), date(2022, 12, 1)
    )
    assert INDEX.spans[-1] == Membership("DDD", date(2020, 1, 2), None, date(2020, 1, 2))
    rows = [(s.member, s.since, s.until, s.known) for s in INDEX.spans]
    assert members("An index", rows) == INDEX
    assert pickle.loads(pickle.dumps(INDEX)) == INDEX
    assert members("x", [("AAA", "2024-01-02")]).spans[0].until is None
    frame = pd.DataFrame(rows, columns=["member", "from", "until", "known"])
    assert members("An index", frame) == INDEX
    frame["until"] = pd.to_datetime(frame["until"])
    assert members("An index", frame.to_numpy().tolist()) == INDEX  # NaT where there is none


@pytest.mark.parametrize(
    ("day", "now"),
    [
        ("2024-01-02", "AAA"),
        ("2024-01-08", "AAA"),  # BBB is known, and no member before the 9th
        ("2024-01-09", "AAA BBB"),
        ("2024-01-10", "AAA BBB"),  # the last day
        ("2024-01-11", "BBB"),
        ("2024-01-16", "BBB CCC"),
        ("2024-01-18", "BBB CCC"),
        ("2024-01-19", "BBB"),
        ("2024-01-22", "AAA BBB"),  # known since the 4th, before it left
    ],
)  # fmt: skip
def test_who_is_a_member_follows_from_what_was_known(market: Market, day: str, now: str) -> None:
    assert INDEX.at(at(market, day)) == Sleeve("An index", tuple(now.split()))


def test_what_is_known_late_counts_late() -> None:
    """Nothing of a row is seen before the session after its day, whatever it says of the past."""
    late = replace(
        INDEX, lines=("BBB",), spans=(Membership("BBB", date(2024, 1, 3), None, date(2024, 1, 9)),)
    )
    world = market_with(late, "BBB")
    assert late.at(at(world, "2024-01-09")).lines == ()
    assert late.at(at(world, "2024-01-10")).lines == ("BBB",)
    frame = at(world, "2024-01-09").facts(late.table.name)
    assert frame.empty


def test_a_day_to_leave_is_no_news_before_it(market: Market) -> None:
    frame = at(market, "2024-01-17").facts(INDEX.table.name)
    assert "CCC" in set(frame["member"])
    assert not ((frame["member"] == "CCC") & (frame["change"] == "left")).any()


def test_constant_weights_hold_who_is_there_and_cash_without_anybody(market: Market) -> None:
    half = Fixed(mix=((0.5, INDEX), (0.25, "CCC")))
    assert half.weights(at(market, "2024-01-09")) == {"AAA": 0.25, "BBB": 0.25, "CCC": 0.25}
    assert half.weights_table(None) is None  # type: ignore[arg-type]
    gone = members("gone", [("AAA", "2010-01-04", "2012-01-04", "2010-01-04")])
    world = market_with(gone, "AAA")
    assert Fixed(mix=((1.0, gone),)).weights(at(world, "2024-01-09")) == {}


def test_all_that_ever_were_members_are_no_portfolio(market: Market) -> None:
    view = at(market, "2024-01-09")
    with pytest.raises(StrategyError, match=r"other members at other times.*INDEX.at\(view\)"):
        equal(INDEX)
    with pytest.raises(StrategyError, match=r"ask of \.at"):
        view.momentum(INDEX, 2)
    assert equal(INDEX.at(view)) == {"AAA": 0.5, "BBB": 0.5}
    assert most_traded(view, INDEX, 1).lines == ("AAA",)
    assert view.momentum(INDEX.at(view), 2) == 0.0


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (TABLE, "row 3 of its members: BBB is one from 2024-01-09 and known on 2024-01-16 only"),
        ("member,since\nAAA,2024-01-02", "no column 'from'; write member,from,until"),
        ("member;from\nAAA;2024-01-02", "no column 'member'; write member,from,until"),
        ("member,from\n", "is empty"),
        ("member,from\nAAA,2024-01-02 noon", "from: '2024-01-02 noon' is no day"),
        ("member,from\nA A,2024-01-02", "row 2 of its members: 'A A' is no ticker"),
        ("member,from\n,2024-01-02", "'' is no ticker"),
        ("member,from\nAAA,02/01/2024", "from: '02/01/2024' is no day; write it as 2020-06-19"),
        ("member,from,until\nAAA,2024-01-02,2023-12-29", "until 2023-12-29, before its first day"),
        (
            "member,from,until\nAAA,2024-01-02,2024-02-01\nBBB,2024-01-02,\nAAA,2024-02-01,",
            "overlap, AAA from 2024-01-02 until 2024-02-01 and AAA from 2024-02-01 until now",
        ),
        ("member,from\nAAA,2024-01-02\nAAA,2024-03-01", "AAA from 2024-01-02 until now and AAA"),
    ],
)
def test_what_a_table_cannot_mean_is_named(table: str, words: str) -> None:
    with pytest.raises(CommandError) as refused:
        members("An index", table)
    assert words in str(refused.value)
    assert str(refused.value).startswith("An index")
    assert str(refused.value).count("\n") == 0
