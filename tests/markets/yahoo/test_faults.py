"""Every misbehaviour of Yahoo: what the user sees, what the store holds, what the next pull heals.

Before each fault the store has AAPL to 2025-02-18; Yahoo then has two more sessions.
"""

from __future__ import annotations

import logging
import random
import re
import time as clock
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from markets.bars import Bars
from markets.quality.checks import Severity, inspect
from markets.store.price_store import Store
from markets.yahoo.pull import Outcome, Pulled, pull
from newsfolio.assets import Asset, Delisting
from newsfolio.listings import asset_of
from tests.support.yahoo_server import (
    TODAY,
    TOMORROW,
    Fault,
    Line,
    Row,
    Yahoo,
    apple,
    bar,
    load,
    loopback_session,
    yahoo_server,
)

BEFORE = date(2025, 2, 19)
FIRST, TUESDAY, WEDNESDAY, THURSDAY = (
    date(2025, 1, 15), date(2025, 2, 18), date(2025, 2, 19), date(2025, 2, 20),
)  # fmt: skip
NULL: Row = (None, None, None, None, None)
Spoil = Callable[[Yahoo], None]


@pytest.fixture
def yahoo() -> Iterator[Yahoo]:
    with yahoo_server() as server:
        server.lines["AAPL"] = apple()
        yield server


@pytest.fixture
def store(yahoo: Yahoo, tmp_path: Path) -> Store:
    """A store in which AAPL ends on 2025-02-18."""
    kept = Store(tmp_path / "store")
    load(yahoo, kept, "AAPL", today=BEFORE)
    return kept


def fetch(
    yahoo: Yahoo, store: Store, *tickers: str, today: date = TODAY, seconds: float = 3.0,
    **options: Any,
) -> tuple[Pulled, ...]:  # fmt: skip
    session = loopback_session(yahoo.address, seconds)
    assets = [asset_of(ticker) for ticker in tickers]
    return pull(store, assets, today, options.pop("workers", 1), session=session, **options)


def bars_of(store: Store, ticker: str = "AAPL") -> Bars:
    stored = store.read(ticker)
    assert stored is not None
    return stored.bars


def undisturbed(yahoo: Yahoo, folder: Path, line: Line) -> str:
    """The digest of the bars of a store that met no fault."""
    yahoo.fault, yahoo.lines["AAPL"], yahoo.now = Fault.NONE, line, None
    clean = Store(folder / "clean")
    load(yahoo, clean, "AAPL", today=TOMORROW)
    return bars_of(clean).digest()


# --- faults after which the file is byte for byte what it was ----------------------------------


@dataclass(frozen=True)
class Case:
    """A fault, the word for it, what is said, and what Yahoo has when it is over."""

    spoil: Spoil
    why: str
    says: str
    healed: Callable[[], Line] = apple
    seconds: float = 3.0


def meets(fault: Fault, **more: Any) -> Spoil:
    def spoil(yahoo: Yahoo) -> None:
        yahoo.fault = fault
        for name, value in more.items():
            setattr(yahoo, name, value)

    return spoil


def has(change: Callable[[Line], None]) -> Spoil:
    return lambda yahoo: change(yahoo.lines["AAPL"])


def two_closes(line: Line) -> None:
    line.again[WEDNESDAY] = bar(150.0)


def pence(line: Line) -> None:
    line.currency = "GBp"


def last_bars_times_100(line: Line) -> None:
    line.rows[WEDNESDAY], line.rows[THURSDAY] = bar(10200.0), bar(10400.0)


def all_bars_times_100(line: Line) -> None:
    line.rows = {day: bar(100 * (row[3] or 0.0)) for day, row in line.rows.items()}


def seventh_of_everything(line: Line) -> None:
    line.rows = {day: bar((row[3] or 0.0) / 7.8) for day, row in line.rows.items()}


def another_clock(line: Line) -> None:
    line.told_timezone = "Pacific/Auckland"


def lose_a_session(line: Line) -> None:
    del line.rows[TUESDAY]


def lose_the_beginning(line: Line) -> None:
    del line.rows[FIRST]
    line.dividends[TUESDAY] = 0.1  # so that the whole history is asked for


def null_a_session(line: Line) -> None:
    line.rows[TUESDAY] = NULL


def split_before_its_adjustment(line: Line) -> None:
    line.splits[THURSDAY] = (2, 1)
    line.rows[THURSDAY] = bar(52.0)


def adjusted() -> Line:
    line = apple()
    line.rows = {day: bar((row[3] or 0.0) / 2) for day, row in line.rows.items()}
    line.dividends = {WEDNESDAY: 0.125}
    line.splits[THURSDAY] = (2, 1)
    return line


def high_below_low(line: Line) -> None:
    line.rows[THURSDAY] = (104.0, 100.0, 108.0, 104.0, 1000)


REFUSED = {
    "429": Case(meets(Fault.RATE_LIMITED), "limit", "429, too many requests, on 2025-02-21"),
    "429 with a pause too long": Case(
        meets(Fault.RATE_LIMITED, retry_after="3600"), "limit", "asks for a pause of 3600 seconds"
    ),
    "401": Case(meets(Fault.UNAUTHORIZED), "answer", "401, its crumb is not valid"),
    "500": Case(meets(Fault.SERVER_ERROR), "server", "status 500"),
    "500 in JSON": Case(meets(Fault.SERVER_REFUSAL), "server", "status 500"),
    "503": Case(meets(Fault.UNAVAILABLE), "server", "status 503"),
    "no answer": Case(meets(Fault.SILENT), "network", "did not answer in time", seconds=0.5),
    "slow drip": Case(meets(Fault.DRIP), "network", "did not answer in time", seconds=0.5),
    "hung up": Case(meets(Fault.DROPPED), "network", "no connection to Yahoo"),
    "cut": Case(meets(Fault.CUT), "network", "no connection to Yahoo"),
    "half of the JSON": Case(meets(Fault.TRUNCATED), "answer", "cannot be read"),
    "empty result": Case(meets(Fault.EMPTY), "answer", "cannot be read"),
    "null result": Case(meets(Fault.NULL), "answer", "cannot be read"),
    "a page": Case(meets(Fault.PAGE), "answer", "cannot be read"),
    "other JSON": Case(meets(Fault.NONSENSE), "answer", "cannot be read"),
    "two closes": Case(has(two_closes), "data", "two closes for 2025-02-19, 102 and 150"),
    "currency": Case(has(pence), "data", "quotes it in GBp, not in USD"),
    "new bars in pence": Case(
        has(last_bars_times_100), "data", "from 100 to 10200 on 2025-02-19, about a hundredfold"
    ),
    "all in pence": Case(
        has(all_bars_times_100), "answer", "its closes are 100 times those in the store"
    ),
    "in dollars of Hong Kong": Case(
        has(seventh_of_everything), "answer", "its closes are 0.1282 times those in the store"
    ),
    "time zone": Case(has(another_clock), "data", "by Pacific/Auckland, but XNYS goes by America"),
    "a session lost": Case(
        has(lose_a_session), "answer", "leaves out 1 of the bars .* the first that of 2025-02-18"
    ),
    "the beginning lost": Case(
        has(lose_the_beginning), "answer", "leaves out 1 of .* the first that of 2025-01-15"
    ),
    "a session null": Case(has(null_a_session), "answer", "leaves out 1 of the bars"),
    "split not adjusted for": Case(
        has(split_before_its_adjustment), "answer",
        "on 2025-02-20: a split of 2 is told but not adjusted for", adjusted,
    ),
    "high below low": Case(has(high_below_low), "data", "high below low on 2025-02-20"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED.keys())
def test_a_fault_is_explained_leaves_the_file_and_is_healed(
    yahoo: Yahoo, store: Store, tmp_path: Path, case: Case
) -> None:
    before = store.path("AAPL").read_bytes()
    case.spoil(yahoo)
    (found,) = fetch(yahoo, store, "AAPL", seconds=case.seconds)

    assert (found.outcome, found.why, found.added) == (Outcome.FAILED, case.why, 0)
    assert found.error.startswith("AAPL: ")
    assert re.search(case.says, found.error), found.error
    assert "2025-02-18" in found.error
    assert "newsfolio data pull AAPL" in found.error
    assert len(found.error) < 400

    assert store.path("AAPL").read_bytes() == before
    assert found.last == TUESDAY
    assert list(store.folder.glob("**/*.tmp")) == []

    yahoo.retry_after = ""
    expected = undisturbed(yahoo, tmp_path, case.healed())
    (healed,) = fetch(yahoo, store, "AAPL")
    assert healed.outcome in (Outcome.EXTENDED, Outcome.REFETCHED)
    assert (healed.added, healed.last, healed.error) == (2, THURSDAY, "")
    assert bars_of(store).digest() == expected


@pytest.mark.parametrize(
    "name", ["429", "500", "cut", "half of the JSON", "two closes", "currency"]
)
def test_a_fault_at_the_first_fetch_stores_nothing(yahoo: Yahoo, tmp_path: Path, name: str) -> None:
    empty = Store(tmp_path / "empty")
    REFUSED[name].spoil(yahoo)
    (found,) = fetch(yahoo, empty, "AAPL")
    assert found.failed
    assert (found.first, found.last) == (None, None)
    assert "nothing" in found.error
    assert empty.tickers() == []
    assert empty.absent("AAPL") is None
    expected = undisturbed(yahoo, tmp_path, apple())
    assert fetch(yahoo, empty, "AAPL")[0].outcome is Outcome.NEW
    assert bars_of(empty).digest() == expected


# --- faults that let something in, and are healed by the next pull -----------------------------


def null_wednesday(line: Line) -> None:
    line.rows[WEDNESDAY] = NULL


def no_wednesday(line: Line) -> None:
    del line.rows[WEDNESDAY]
    line.dividends = {}


def thursday_twice(line: Line) -> None:
    line.again[THURSDAY] = bar(107.0)


def halved_before_the_split_is_told(line: Line) -> None:
    line.rows[THURSDAY] = bar(52.0)


def no_dividend_yet(line: Line) -> None:
    line.dividends = {}


@pytest.mark.parametrize(
    ("spoil", "closes", "healed", "change"),
    [
        (null_wednesday, [95, 100, 104], apple, "the bar of 2025-02-19 is new"),
        (no_wednesday, [95, 100, 104], apple, "the bar of 2025-02-19 is new"),
        (thursday_twice, [95, 100, 102], apple, ""),
        (halved_before_the_split_is_told, [95, 100, 102, 52], adjusted,
         "the close of 2025-02-18 was 100, now 50"),
        (no_dividend_yet, [95, 100, 102, 104], apple, "the dividend of 2025-02-19 was 0, now 0.25"),
    ],
)  # fmt: skip
def test_what_came_late_is_fetched_by_the_next_pull(
    yahoo: Yahoo, store: Store, tmp_path: Path, spoil: Callable[[Line], None],
    closes: list[float], healed: Callable[[], Line], change: str,
) -> None:  # fmt: skip
    spoil(yahoo.lines["AAPL"])
    (found,) = fetch(yahoo, store, "AAPL")
    assert (found.outcome, found.added) == (Outcome.EXTENDED, len(closes) - 2)
    assert bars_of(store).frame["close"].tolist() == closes

    expected = undisturbed(yahoo, tmp_path, healed())
    (after,) = fetch(yahoo, store, "AAPL", today=TOMORROW)
    assert after.outcome is (Outcome.REFETCHED if change else Outcome.EXTENDED)
    assert change in after.change
    assert bars_of(store).digest() == expected
    stored = store.read("AAPL")
    assert stored is not None
    assert len(stored.changes) == bool(change)


def test_a_jump_like_a_split_stops_runs_until_it_is_healed(yahoo: Yahoo, store: Store) -> None:
    halved_before_the_split_is_told(yahoo.lines["AAPL"])
    fetch(yahoo, store, "AAPL")
    found = [one for one in inspect(asset_of("AAPL"), bars_of(store)) if one.rule == "split"]
    assert [one.severity for one in found] == [Severity.BLOCK]


def test_a_row_listed_twice_counts_once(yahoo: Yahoo, store: Store, tmp_path: Path) -> None:
    yahoo.lines["AAPL"].again = {TUESDAY: bar(100.0), THURSDAY: bar(104.0)}
    assert fetch(yahoo, store, "AAPL")[0].added == 2
    assert bars_of(store).digest() == undisturbed(yahoo, tmp_path, apple())


def test_a_restated_dividend_is_recorded(yahoo: Yahoo, store: Store) -> None:
    yahoo.lines["AAPL"].dividends[TUESDAY] = 0.4
    (found,) = fetch(yahoo, store, "AAPL")
    assert (found.outcome, found.added) == (Outcome.REFETCHED, 2)
    assert found.change == "the dividend of 2025-02-18 was 0, now 0.4"
    stored = store.read("AAPL")
    assert stored is not None
    assert [str(change.cells[0]) for change in stored.changes] == [found.change]
    assert len(store.versions("AAPL")) == 1


def test_a_session_that_is_not_over_is_left_out(yahoo: Yahoo, store: Store, tmp_path: Path) -> None:
    """In Hong Kong it is the 21st already when New York trades on the 20th."""
    line = yahoo.lines["AAPL"]
    line.rows[THURSDAY], line.trades_until = bar(99.0, 10), time(16, 0)
    yahoo.now = datetime(2025, 2, 20, 20, 59, tzinfo=UTC)  # 15:59 in New York
    (found,) = fetch(yahoo, store, "AAPL")
    assert (found.outcome, found.last) == (Outcome.EXTENDED, WEDNESDAY)
    expected = undisturbed(yahoo, tmp_path, apple())
    (after,) = fetch(yahoo, store, "AAPL", today=TOMORROW)
    assert (after.outcome, after.added) == (Outcome.EXTENDED, 1)
    assert bars_of(store).digest() == expected


def test_a_session_is_kept_from_its_end_on(yahoo: Yahoo, store: Store) -> None:
    yahoo.lines["AAPL"].trades_until = time(16, 0)
    yahoo.now = datetime(2025, 2, 20, 21, 0, tzinfo=UTC)
    assert fetch(yahoo, store, "AAPL")[0].last == THURSDAY


def test_a_new_line_with_a_bar_in_pence_is_stored_named_and_healed(
    yahoo: Yahoo, tmp_path: Path
) -> None:
    """The bad bar is too old for the overlap: only a whole history heals it."""
    fresh = Store(tmp_path / "fresh")
    line = yahoo.lines["AAPL"]
    line.rows[date(2024, 11, 5)], line.rows[date(2024, 11, 6)] = bar(9000.0), bar(91.0)
    fetch(yahoo, fresh, "AAPL")
    (note,) = bars_of(fresh).notes
    assert "from 9000 to 91 on 2024-11-06, about a hundredfold" in note
    rules = {one.rule: one.severity for one in inspect(asset_of("AAPL"), bars_of(fresh))}
    assert rules["unit"] is Severity.BLOCK
    line.rows[date(2024, 11, 5)] = bar(90.0)
    (found,) = fetch(yahoo, fresh, "AAPL", today=TOMORROW)
    assert found.outcome is Outcome.REFETCHED
    assert bars_of(fresh).frame["close"].tolist()[:2] == [90.0, 91.0]


def test_fresh_fetches_what_was_restated_long_ago(yahoo: Yahoo, store: Store) -> None:
    yahoo.lines["AAPL"].rows[FIRST] = bar(94.0)
    fetch(yahoo, store, "AAPL")
    assert bars_of(store).frame["close"].iloc[0] == 95.0
    (found,) = fetch(yahoo, store, "AAPL", fresh=True)
    assert found.outcome is Outcome.REFETCHED
    assert bars_of(store).frame["close"].iloc[0] == 94.0


def test_a_reverse_split_is_no_change_of_the_unit(yahoo: Yahoo, store: Store) -> None:
    line = yahoo.lines["AAPL"]
    line.rows = {day: bar(100 * (row[3] or 0.0)) for day, row in line.rows.items()}
    line.splits[THURSDAY] = (1, 100)
    (found,) = fetch(yahoo, store, "AAPL")
    assert (found.outcome, found.error) == (Outcome.REFETCHED, "")
    assert bars_of(store).frame["split"].tolist() == [0, 0, 0, 0.01]


# --- lines that Yahoo does not have ------------------------------------------------------------


def test_an_unknown_ticker_is_said_to_be_unknown(yahoo: Yahoo, store: Store) -> None:
    (found,) = fetch(yahoo, store, "NOPE")
    assert (found.outcome, found.why, found.first) == (Outcome.UNKNOWN, "unknown", None)
    assert "check the spelling" in found.error
    assert store.tickers() == ["AAPL"]
    (again,) = fetch(yahoo, store, "NOPE")
    assert again.outcome is Outcome.SKIPPED
    yahoo.lines["NOPE"] = apple()
    assert fetch(yahoo, store, "NOPE", today=TOMORROW)[0].outcome is Outcome.NEW


def test_a_line_without_bars_is_not_listed_yet(yahoo: Yahoo, store: Store) -> None:
    yahoo.lines["SOON"] = Line({date(2025, 3, 3): bar(10.0)})
    (found,) = fetch(yahoo, store, "SOON")
    assert (found.outcome, found.why) == (Outcome.NOT_LISTED, "not listed yet")
    (after,) = fetch(yahoo, store, "SOON", today=date(2025, 3, 4))
    assert (after.outcome, after.added) == (Outcome.NEW, 1)


def test_a_line_that_was_delisted_is_kept(yahoo: Yahoo, store: Store) -> None:
    before = store.path("AAPL").read_bytes()
    line = yahoo.lines.pop("AAPL")
    (found,) = fetch(yahoo, store, "AAPL")
    assert (found.outcome, found.why, found.last) == (Outcome.DELISTED, "delisted", TUESDAY)
    assert "the bars to 2025-02-18 are kept" in found.error
    assert store.path("AAPL").read_bytes() == before
    yahoo.lines["AAPL"] = line
    assert fetch(yahoo, store, "AAPL", today=TOMORROW)[0].added == 2


def test_a_line_that_is_known_to_be_gone_says_when(yahoo: Yahoo, store: Store) -> None:
    gone = Asset("GONE", asset_of("AAPL").venue, delisted=Delisting(date(2024, 5, 3), 10.0))
    (found,) = pull(store, [gone], TODAY, 1, session=yahoo.session())
    assert (found.outcome, found.why) == (Outcome.DELISTED, "delisted")
    assert "2024-05-03" in found.error


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


# --- politeness --------------------------------------------------------------------------------


def patient(yahoo: Yahoo, **chosen: float) -> Any:
    session = loopback_session(yahoo.address)
    for name, value in chosen.items():
        setattr(session, name, value)
    return session


@pytest.mark.parametrize("dated", [False, True], ids=["seconds", "date"])
@pytest.mark.parametrize("fault", [Fault.RATE_LIMITED])
def test_retry_after_is_honoured(yahoo: Yahoo, store: Store, dated: bool, fault: Fault) -> None:
    yahoo.fault, yahoo.faulty_for, yahoo.retry_after = fault, 1, "1"
    if dated:
        yahoo.now = datetime(2031, 5, 1, 8, 30, tzinfo=UTC)  # its clock counts, not ours
        yahoo.retry_after = format_datetime(yahoo.now + timedelta(seconds=1), usegmt=True)
    session = patient(yahoo, longest=2.0, patience=2.0, pause=0.001)
    began = len(yahoo.asked)
    (found,) = pull(store, [asset_of("AAPL")], TODAY, 1, session=session)
    assert found.outcome is Outcome.EXTENDED
    charts = [
        at for at, url in zip(yahoo.moments, yahoo.asked, strict=True) if "period1=" in url
    ][-2:]  # fmt: skip
    assert charts[1] - charts[0] >= 0.95
    assert len(yahoo.asked) > began


def test_a_pause_that_is_too_long_is_not_waited_and_not_disturbed(
    yahoo: Yahoo, store: Store
) -> None:
    asked = len(yahoo.charts("AAPL"))
    yahoo.fault, yahoo.retry_after = Fault.RATE_LIMITED, "60"
    began = clock.monotonic()
    fetch(yahoo, store, "AAPL")
    assert clock.monotonic() - began < 2.0
    assert len(yahoo.charts("AAPL")) == asked + 1


def test_the_back_off_doubles_with_full_jitter(
    yahoo: Yahoo, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    bounds: list[tuple[float, float]] = []

    def uniform(low: float, high: float) -> float:
        bounds.append((low, high))
        return 0.0

    monkeypatch.setattr(random, "uniform", uniform)
    yahoo.fault = Fault.UNAVAILABLE
    asked = len(yahoo.charts("AAPL"))
    session = patient(yahoo, tries=5, pause=1.0, longest=5.0, patience=60.0)
    pull(store, [asset_of("AAPL")], TODAY, 1, session=session)
    assert bounds == [(0, 1.0), (0, 2.0), (0, 4.0), (0, 5.0)]
    assert len(yahoo.charts("AAPL")) == asked + 5


def test_a_line_is_not_waited_for_without_end(yahoo: Yahoo, store: Store) -> None:
    yahoo.fault = Fault.RATE_LIMITED
    session = patient(yahoo, tries=1000, pause=0.1, longest=0.1, patience=0.4)
    began = clock.monotonic()
    (found,) = pull(store, [asset_of("AAPL")], TODAY, 1, session=session)
    assert found.why == "limit"
    assert clock.monotonic() - began < 2.0


@pytest.mark.parametrize("fault", [Fault.RATE_LIMITED, Fault.UNAVAILABLE, Fault.TRUNCATED])
def test_a_fault_that_passes_is_not_noticed(yahoo: Yahoo, store: Store, fault: Fault) -> None:
    yahoo.fault, yahoo.faulty_for = fault, 1
    assert fetch(yahoo, store, "AAPL")[0].outcome is Outcome.EXTENDED


def test_a_crumb_that_is_out_of_date_is_renewed(yahoo: Yahoo, store: Store) -> None:
    yahoo.fault, yahoo.crumb = Fault.STALE_CRUMB, "another"
    (found,) = fetch(yahoo, store, "AAPL")
    assert (found.outcome, found.error) == (Outcome.EXTENDED, "")


def test_all_threads_together_keep_the_rate(yahoo: Yahoo, store: Store) -> None:
    tickers = [f"RATE{number}" for number in range(6)]
    yahoo.lines |= {ticker: apple() for ticker in tickers}
    session = patient(yahoo, rate=40.0)
    began = len(yahoo.moments)
    found = pull(store, [asset_of(ticker) for ticker in tickers], TODAY, 4, session=session)
    assert {one.outcome for one in found} == {Outcome.NEW}
    moments = yahoo.moments[began:]
    assert len(moments) >= 12
    assert moments[-1] - moments[0] >= (len(moments) - 2) / 40


# --- many lines --------------------------------------------------------------------------------


def test_one_bad_line_does_not_stop_the_others(yahoo: Yahoo, store: Store) -> None:
    names = ["GOOD1", "BAD", "NOPE", "GOOD2", "CUT", "GOOD3"]
    yahoo.lines |= {name: apple() for name in names if name != "NOPE"}
    yahoo.faults = {"BAD": Fault.SERVER_ERROR, "CUT": Fault.CUT}
    found = fetch(yahoo, store, *names, workers=4)
    assert [one.ticker for one in found] == names
    assert [one.outcome.value for one in found] == [
        "new", "failed", "unknown", "new", "failed", "new",
    ]  # fmt: skip
    yahoo.faults, asked = {}, len(yahoo.asked)
    again = fetch(yahoo, store, *names)
    assert [one.outcome.value for one in again] == [
        "fetched today", "new", "fetched today", "fetched today", "new", "fetched today",
    ]  # fmt: skip
    assert not any("GOOD" in url for url in yahoo.asked[asked:])


def test_threads_do_not_mix_their_answers(yahoo: Yahoo, store: Store) -> None:
    names = [f"LINE{number}" for number in range(12)]
    for number, name in enumerate(names):
        if number % 3:
            yahoo.lines[name] = Line({TUESDAY: bar(10.0 + number), THURSDAY: bar(11.0 + number)})
    yahoo.delay = 0.02
    found = fetch(yahoo, store, *names, workers=6)
    for number, one in enumerate(found):
        assert one.outcome is (Outcome.NEW if number % 3 else Outcome.UNKNOWN), one
        if number % 3:
            closes = bars_of(store, one.ticker).frame["close"].tolist()
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
    told: list[str] = []
    fetch(yahoo, store, "AAPL", "NOPE", "NADA", workers=3, progress=told.append)
    assert [text.split("  ")[0] for text in told] == ["1 of 3", "2 of 3", "3 of 3"]
    assert {text.split("  ")[1] for text in told} == {
        "AAPL: extended", "NOPE: unknown", "NADA: unknown",
    }  # fmt: skip


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
    found = fetch(yahoo, store, *names)
    assert [one.why for one in found] == ["limit"] * 3 + ["not asked"] * 5
    assert "after 3 lines in a row: limit" in found[-1].error
    yahoo.fault = Fault.NONE
    assert {one.outcome for one in fetch(yahoo, store, *names)} == {Outcome.NEW}


def test_a_damaged_file_is_fetched_again(yahoo: Yahoo, store: Store, tmp_path: Path) -> None:
    store.path("AAPL").write_bytes(b"PAR1 nonsense")
    yahoo.fault = Fault.SERVER_ERROR
    assert fetch(yahoo, store, "AAPL")[0].failed
    assert store.path("AAPL").read_bytes() == b"PAR1 nonsense"
    expected = undisturbed(yahoo, tmp_path, apple())
    (found,) = fetch(yahoo, store, "AAPL")
    assert found.outcome is Outcome.REFETCHED
    assert "AAPL.parquet is damaged" in found.change
    assert bars_of(store).digest() == expected


def test_a_clock_that_was_ahead_does_no_lasting_harm(
    yahoo: Yahoo, store: Store, tmp_path: Path
) -> None:
    """Asked in 2030, the unfinished bar of today comes along and the line counts as asked."""
    yahoo.lines["AAPL"].rows[TODAY] = bar(999.0)
    fetch(yahoo, store, "AAPL", today=date(2030, 1, 1))
    assert bars_of(store).last == TODAY
    expected = undisturbed(yahoo, tmp_path, apple())
    (found,) = fetch(yahoo, store, "AAPL")
    assert (found.outcome, found.last) == (Outcome.HOLIDAY, THURSDAY)
    assert bars_of(store).digest() == expected
