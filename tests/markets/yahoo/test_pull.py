"""Pulling many lines: what becomes of each, and that none stops the others."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from markets.store.price_store import Store
from markets.yahoo.pull import Outcome, pull
from newsfolio.assets import Asset, Delisting
from newsfolio.listings import asset_of
from tests.support.yahoo_pulls import (
    THURSDAY,
    TUESDAY,
    bars_of,
    fetch,
    undisturbed,
)
from tests.support.yahoo_server import (
    TODAY,
    TOMORROW,
    Fault,
    Line,
    Yahoo,
    apple,
    bar,
)

# --- lines that Yahoo does not have ------------------------------------------------------------


def test_an_unknown_ticker_is_said_to_be_unknown(yahoo: Yahoo, store: Store) -> None:
    (pulled,) = fetch(yahoo, store, "NOPE")
    assert (pulled.outcome, pulled.why, pulled.first) == (Outcome.UNKNOWN, "unknown", None)
    assert "check the spelling" in pulled.error
    assert store.tickers() == ["AAPL"]
    (again,) = fetch(yahoo, store, "NOPE")
    assert again.outcome is Outcome.SKIPPED
    yahoo.lines["NOPE"] = apple()
    assert fetch(yahoo, store, "NOPE", today=TOMORROW)[0].outcome is Outcome.NEW


def test_a_line_without_bars_is_not_listed_yet(yahoo: Yahoo, store: Store) -> None:
    yahoo.lines["SOON"] = Line({date(2025, 3, 3): bar(10.0)})
    (pulled,) = fetch(yahoo, store, "SOON")
    assert (pulled.outcome, pulled.why) == (Outcome.NOT_LISTED, "not listed yet")
    (after,) = fetch(yahoo, store, "SOON", today=date(2025, 3, 4))
    assert (after.outcome, after.added) == (Outcome.NEW, 1)


def test_a_line_that_was_delisted_is_kept(yahoo: Yahoo, store: Store) -> None:
    before = store.path("AAPL").read_bytes()
    line = yahoo.lines.pop("AAPL")
    (pulled,) = fetch(yahoo, store, "AAPL")
    assert (pulled.outcome, pulled.why, pulled.last) == (Outcome.DELISTED, "delisted", TUESDAY)
    assert "the bars to 2025-02-18 are kept" in pulled.error
    assert store.path("AAPL").read_bytes() == before
    yahoo.lines["AAPL"] = line
    assert fetch(yahoo, store, "AAPL", today=TOMORROW)[0].added == 2


def test_a_line_that_is_known_to_be_gone_says_when(yahoo: Yahoo, store: Store) -> None:
    gone = Asset("GONE", asset_of("AAPL").venue, delisted=Delisting(date(2024, 5, 3), 10.0))
    (pulled,) = pull(store, [gone], TODAY, 1, session=yahoo.session())
    assert (pulled.outcome, pulled.why) == (Outcome.DELISTED, "delisted")
    assert "2024-05-03" in pulled.error


def test_a_holiday_and_a_late_bar_are_told_apart(yahoo: Yahoo, store: Store) -> None:
    """Monday, 2025-02-17, was Presidents' Day."""
    line = yahoo.lines["AAPL"]
    line.rows = {date(2025, 2, 13): bar(95.0), date(2025, 2, 14): bar(96.0)}
    other = Store(store.folder.with_name("other"))
    fetch(yahoo, other, "AAPL", today=date(2025, 2, 17))
    (holiday,) = fetch(yahoo, other, "AAPL", today=date(2025, 2, 18))
    assert (holiday.outcome, holiday.why) == (Outcome.HOLIDAY, "holiday")
    (late,) = fetch(yahoo, other, "AAPL", today=date(2025, 2, 20))
    assert (late.outcome, late.why) == (Outcome.UNCHANGED, "late")
    assert "no bar after 2025-02-14, though 2 sessions passed" in late.error


# --- many lines --------------------------------------------------------------------------------


def test_one_bad_line_does_not_stop_the_others(yahoo: Yahoo, store: Store) -> None:
    names = ["GOOD1", "BAD", "NOPE", "GOOD2", "CUT", "GOOD3"]
    yahoo.lines |= {name: apple() for name in names if name != "NOPE"}
    yahoo.faults = {"BAD": Fault.SERVER_ERROR, "CUT": Fault.CUT}
    pulled = fetch(yahoo, store, *names, workers=4)
    assert [line.ticker for line in pulled] == names
    assert [line.outcome.value for line in pulled] == [
        "new", "failed", "unknown", "new", "failed", "new",
    ]  # fmt: skip
    yahoo.faults, asked = {}, len(yahoo.asked)
    again = fetch(yahoo, store, *names)
    assert [line.outcome.value for line in again] == [
        "fetched today", "new", "fetched today", "fetched today", "new", "fetched today",
    ]  # fmt: skip
    assert not any("GOOD" in url for url in yahoo.asked[asked:])


def test_threads_do_not_mix_their_answers(yahoo: Yahoo, store: Store) -> None:
    names = [f"LINE{number}" for number in range(12)]
    for number, name in enumerate(names):
        if number % 3:
            yahoo.lines[name] = Line({TUESDAY: bar(10.0 + number), THURSDAY: bar(11.0 + number)})
    yahoo.delay = 0.02
    pulled = fetch(yahoo, store, *names, workers=6)
    for number, line in enumerate(pulled):
        assert line.outcome is (Outcome.NEW if number % 3 else Outcome.UNKNOWN), line
        if number % 3:
            closes = bars_of(store, line.ticker).frame["close"].tolist()
            assert closes == [10.0 + number, 11.0 + number]


def test_each_thread_sees_its_own_chart(yahoo: Yahoo, store: Store) -> None:
    session = yahoo.session()
    address = "https://query2.finance.yahoo.com/v8/finance/chart/"

    def ask(ticker: str) -> int:
        session.begin()
        session.get(address + ticker)
        return int(session.chart.status_code)

    assert ask("AAPL") == 200
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(ask, "NOPE").result() == 404
    assert session.chart.status_code == 200


def test_progress_counts_every_line(yahoo: Yahoo, store: Store) -> None:
    messages: list[str] = []
    fetch(yahoo, store, "AAPL", "NOPE", "NADA", workers=3, progress=messages.append)
    assert [text.split("  ")[0] for text in messages] == ["1 of 3", "2 of 3", "3 of 3"]
    assert {text.split("  ")[1].partition(",")[0] for text in messages} == {
        "AAPL: extended", "NOPE: unknown", "NADA: unknown",
    }  # fmt: skip
    assert messages[-1].endswith(", 0:00 left")


def test_yfinance_is_left_as_it_was_after_threads(yahoo: Yahoo, store: Store) -> None:
    import yfinance

    yahoo.faults["AAPL"] = Fault.EMPTY
    fetch(yahoo, store, "AAPL", "NOPE", workers=2)
    assert yfinance.config.debug.hide_exceptions is True
    assert logging.getLogger("yfinance").level != logging.CRITICAL


def test_at_the_limit_the_others_are_left_alone(yahoo: Yahoo, store: Store) -> None:
    names = [f"LINE{number}" for number in range(8)]
    yahoo.lines |= {name: apple() for name in names}
    yahoo.fault = Fault.RATE_LIMITED
    pulled = fetch(yahoo, store, *names)
    assert [line.why for line in pulled] == ["limit"] * 3 + ["not asked"] * 5
    assert "after 3 lines in a row: limit" in pulled[-1].error
    yahoo.fault = Fault.NONE
    assert {line.outcome for line in fetch(yahoo, store, *names)} == {Outcome.NEW}


def test_a_damaged_file_is_fetched_again(yahoo: Yahoo, store: Store, tmp_path: Path) -> None:
    store.path("AAPL").write_bytes(b"PAR1 nonsense")
    yahoo.fault = Fault.SERVER_ERROR
    assert fetch(yahoo, store, "AAPL")[0].failed
    assert store.path("AAPL").read_bytes() == b"PAR1 nonsense"
    expected = undisturbed(yahoo, tmp_path, apple())
    (pulled,) = fetch(yahoo, store, "AAPL")
    assert pulled.outcome is Outcome.REFETCHED
    assert "AAPL.parquet is damaged" in pulled.change
    assert bars_of(store).digest() == expected


def test_a_file_of_a_newer_version_is_not_fetched_again(
    yahoo: Yahoo, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = store.read("AAPL")
    assert stored is not None
    monkeypatch.setattr("markets.store.parquet.SCHEMA", 3)
    store.write(stored)
    monkeypatch.undo()
    before = store.path("AAPL").read_bytes()
    (pulled,) = fetch(yahoo, store, "AAPL")
    assert (pulled.outcome, pulled.why) == (Outcome.FAILED, "store")
    assert "of a newer newsfolio" in pulled.error
    assert store.path("AAPL").read_bytes() == before


def test_a_clock_that_was_ahead_does_no_lasting_harm(
    yahoo: Yahoo, store: Store, tmp_path: Path
) -> None:
    """Asked in 2030, the unfinished bar of today comes along and the line counts as asked."""
    yahoo.lines["AAPL"].rows[TODAY] = bar(999.0)
    fetch(yahoo, store, "AAPL", today=date(2030, 1, 1))
    assert bars_of(store).last == TODAY
    expected = undisturbed(yahoo, tmp_path, apple())
    (pulled,) = fetch(yahoo, store, "AAPL")
    assert (pulled.outcome, pulled.last) == (Outcome.HOLIDAY, THURSDAY)
    assert bars_of(store).digest() == expected
