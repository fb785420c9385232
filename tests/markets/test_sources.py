"""What every source answers, whatever it is: one suite, inherited by all of them."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pickle
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import markets
from markets.bars import COLUMNS, Bars, Priced
from markets.build import build_market
from markets.reference.currencies import EcbRates
from markets.snapshot import Remembers, Snapshot, required_tables, with_own_rows
from markets.store.price_store import Store
from markets.store.snapshots import SnapshotSource
from markets.universe import Want
from newsfolio import Facts, MissingData, Sleeve
from tests.support.source_cases import ASSETS, CASES, INDEX, STOCKS, UNKNOWN, Case

ELSEWHERE = Facts("elsewhere", columns=("x",), where="Look at its publisher's.")
OWN = Facts("own", columns=("x",), rows=(("2025-02-19", 0.5),))


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Case]:
    with CASES[request.param](tmp_path) as made:
        yield made


@pytest.fixture
def read(case: Case) -> Snapshot:
    """All that the source has."""
    return case.open().load(ASSETS, case.facts)


def _nudged(bars: Bars) -> Bars:
    """The same bars, but for the last bit of one close."""
    frame = bars.frame.copy()
    place = frame.columns.get_loc("close")
    frame.iloc[-1, place] = np.nextafter(frame.iloc[-1, place], 0.0)
    return dataclasses.replace(bars, frame=frame)


# --- what is answered --------------------------------------------------------------------------


def test_it_answers_what_it_has_and_leaves_out_the_rest(case: Case) -> None:
    read = case.open().load([ASSETS[0], UNKNOWN, *ASSETS[1:], ASSETS[0]])
    assert isinstance(read, Snapshot)
    assert list(read) == [asset.ticker for asset in ASSETS]
    assert [bars.ticker for bars in read.values()] == list(read)
    assert read.facts == {}


def test_asked_for_nothing_it_answers_nothing(case: Case) -> None:
    read = case.open().load(())
    assert (dict(read), dict(read.facts)) == ({}, {})


def test_a_line_that_it_lacks_stops_a_run_by_its_name(case: Case) -> None:
    read = case.open().load([*ASSETS, UNKNOWN])
    want = Want((Sleeve("both", (UNKNOWN,)),), "USD")
    with pytest.raises(MissingData, match=rf"no data for {UNKNOWN.ticker} "):
        build_market(read, want, EcbRates())


def test_tables_come_with_the_bars_and_others_are_refused_by_name(
    case: Case, read: Snapshot
) -> None:
    assert set(read.facts) == {facts.name for facts in case.facts}
    assert required_tables(read, case.facts) == read.facts
    everything = case.open().load(ASSETS, (*case.facts, ELSEWHERE))
    assert everything.id == read.id
    with pytest.raises(MissingData, match=r"'elsewhere' in this source\. Look at its publisher's"):
        required_tables(everything, (*case.facts, ELSEWHERE))


def test_rows_of_an_author_fill_in_where_it_has_no_table(case: Case, read: Snapshot) -> None:
    wanted = (*case.facts, OWN)
    filled = with_own_rows(case.open().load(ASSETS, wanted), wanted)
    assert set(filled.facts) == {*read.facts, "own"}
    assert filled.facts["own"].frame["x"].tolist() == [0.5]
    assert filled.id != read.id


# --- the same answer ---------------------------------------------------------------------------


def test_neither_order_nor_company_changes_a_line(case: Case, read: Snapshot) -> None:
    backwards = case.open().load(ASSETS[::-1], case.facts)
    assert list(backwards) == [asset.ticker for asset in ASSETS[::-1]]
    assert backwards.id == read.id
    for asset in ASSETS:
        (alone,) = case.open().load([asset]).values()
        assert alone.digest() == read[asset.ticker].digest()


def test_it_answers_a_second_time_what_it_did_the_first(case: Case, read: Snapshot) -> None:
    source = case.open()
    assert {source.load(ASSETS, case.facts).id for _ in range(2)} == {read.id}
    assert source.name == case.open().name != ""


def test_who_spoils_an_answer_spoils_no_other(case: Case, read: Snapshot) -> None:
    source = case.open()
    closes = {ticker: bars.frame["close"].tolist() for ticker, bars in read.items()}
    for bars in source.load(ASSETS).values():
        bars.frame.loc[:, "close"] = 1.0
    again = source.load(ASSETS)
    assert {ticker: bars.frame["close"].tolist() for ticker, bars in again.items()} == closes


def test_the_id_tells_a_bit_of_a_bar_and_of_a_table(read: Snapshot) -> None:
    for ticker, bars in read.items():
        assert Snapshot({**read, ticker: _nudged(bars)}, read.facts).id != read.id
    for name, table in read.facts.items():
        column = table.frame.select_dtypes("float64").columns[0]
        frame = table.frame.assign(**{column: table.frame[column] + 1.0})
        other = dataclasses.replace(table, frame=frame)
        assert Snapshot(read.bars, {name: other}).id != read.id
        assert Snapshot(read.bars).id != read.id


def test_an_answer_travels_to_another_process(read: Snapshot) -> None:
    copy = pickle.loads(pickle.dumps(read))
    assert (copy.id, list(copy), set(copy.facts)) == (read.id, list(read), set(read.facts))


# --- what bars are -----------------------------------------------------------------------------


def test_bars_stand_on_ascending_days_in_floats(read: Snapshot) -> None:
    for bars in read.values():
        index = bars.frame.index
        assert isinstance(index, pd.DatetimeIndex)
        assert (index.name, index.tz, index.equals(index.normalize())) == ("session", None, True)
        assert index.is_monotonic_increasing
        assert index.is_unique
        assert tuple(bars.frame.columns) == COLUMNS
        assert set(bars.frame.dtypes) == {np.dtype("float64")}
        assert bars.frame["close"].notna().all()


def test_answers_and_bars_are_values(read: Snapshot) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        read.bars = {}  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        read[INDEX].frame = read[INDEX].frame  # type: ignore[misc]


def test_an_index_is_a_level_and_a_stock_is_not(read: Snapshot) -> None:
    assert read[INDEX].priced is Priced.LEVEL
    assert {read[ticker].priced for ticker in STOCKS} == {Priced.SPLITS}


def test_prices_are_in_the_currency_of_their_line(case: Case, read: Snapshot) -> None:
    closes = {ticker: bars.frame["close"].iloc[-1] for ticker, bars in read.items()}
    if case.closes is None:  # made up, in hundreds of Hong Kong dollars and of US dollars
        assert 100 < closes["0700.HK"] < 1000
        assert 50 < closes["AAPL"] < 500
    else:
        assert closes == case.closes


def test_until_a_day_nothing_later_is_known(read: Snapshot) -> None:
    day = read["AAPL"].frame.index[-2].date()
    past = read.until(day)
    assert {bars.last for bars in past.values()} == {day}
    assert past.until(day).id == past.id != read.id


# --- abilities that some have ------------------------------------------------------------------


def test_what_is_remembered_is_read_again(case: Case, read: Snapshot, tmp_path: Path) -> None:
    source = case.open()
    if not isinstance(source, Remembers):
        assert not hasattr(source, "remember")
        return
    part = source.load(ASSETS[:2], case.facts)
    assert source.snapshot in ("", read.id)
    source.remember(part)
    again = SnapshotSource(Store(tmp_path / "store"), part.id)
    assert again.load(ASSETS, case.facts).id == part.id


def test_every_source_is_in_the_suite(tmp_path: Path) -> None:
    """All classes of markets that load assets and facts."""
    modules = pkgutil.walk_packages(markets.__path__, "markets.")
    sources = {
        kind
        for module in map(importlib.import_module, (module.name for module in modules))
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if hasattr(kind, "load") and not getattr(kind, "_is_protocol", False)
    }
    opened = set()
    for name, opens in CASES.items():
        with opens(tmp_path / name) as case:
            opened.add(type(case.open()))
    assert opened == sources
