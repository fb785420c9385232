"""Every misbehaviour of Yahoo: what the user sees, what the store holds, what the next pull heals.

Before each fault the store has AAPL to 2025-02-18; Yahoo then has two more sessions.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from markets.quality.checks import inspect
from markets.quality.findings import Severity
from markets.store.price_store import Store
from markets.yahoo.pull import Outcome
from newsfolio.listings import asset_of
from tests.support.yahoo_pulls import (
    FIRST,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    bars_of,
    fetch,
    undisturbed,
)
from tests.support.yahoo_server import (
    TOMORROW,
    Fault,
    Line,
    Row,
    Yahoo,
    apple,
    bar,
)

NULL: Row = (None, None, None, None, None)
Spoil = Callable[[Yahoo], None]


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
    (pulled,) = fetch(yahoo, store, "AAPL", seconds=case.seconds)

    assert (pulled.outcome, pulled.why, pulled.added) == (Outcome.FAILED, case.why, 0)
    assert pulled.error.startswith("AAPL: ")
    assert re.search(case.says, pulled.error), pulled.error
    assert "2025-02-18" in pulled.error
    assert "newsfolio data pull AAPL" in pulled.error
    assert len(pulled.error) < 400

    assert store.path("AAPL").read_bytes() == before
    assert pulled.last == TUESDAY
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
    (pulled,) = fetch(yahoo, empty, "AAPL")
    assert pulled.failed
    assert (pulled.first, pulled.last) == (None, None)
    assert "nothing" in pulled.error
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
    (pulled,) = fetch(yahoo, store, "AAPL")
    assert (pulled.outcome, pulled.added) == (Outcome.EXTENDED, len(closes) - 2)
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
    findings = [
        finding for finding in inspect(asset_of("AAPL"), bars_of(store)) if finding.rule == "split"
    ]
    assert [finding.severity for finding in findings] == [Severity.BLOCK]


def test_a_row_listed_twice_counts_once(yahoo: Yahoo, store: Store, tmp_path: Path) -> None:
    yahoo.lines["AAPL"].again = {TUESDAY: bar(100.0), THURSDAY: bar(104.0)}
    assert fetch(yahoo, store, "AAPL")[0].added == 2
    assert bars_of(store).digest() == undisturbed(yahoo, tmp_path, apple())


def test_a_restated_dividend_is_recorded(yahoo: Yahoo, store: Store) -> None:
    yahoo.lines["AAPL"].dividends[TUESDAY] = 0.4
    (pulled,) = fetch(yahoo, store, "AAPL")
    assert (pulled.outcome, pulled.added) == (Outcome.REFETCHED, 2)
    assert pulled.change == "the dividend of 2025-02-18 was 0, now 0.4"
    stored = store.read("AAPL")
    assert stored is not None
    assert [str(change.cells[0]) for change in stored.changes] == [pulled.change]
    assert len(store.versions("AAPL")) == 1


def test_a_session_that_is_not_over_is_left_out(yahoo: Yahoo, store: Store, tmp_path: Path) -> None:
    """In Hong Kong it is the 21st already when New York trades on the 20th."""
    line = yahoo.lines["AAPL"]
    line.rows[THURSDAY], line.trades_until = bar(99.0, 10), time(16, 0)
    yahoo.now = datetime(2025, 2, 20, 20, 59, tzinfo=UTC)  # 15:59 in New York
    (pulled,) = fetch(yahoo, store, "AAPL")
    assert (pulled.outcome, pulled.last) == (Outcome.EXTENDED, WEDNESDAY)
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
    rules = {
        finding.rule: finding.severity for finding in inspect(asset_of("AAPL"), bars_of(fresh))
    }
    assert rules["unit"] is Severity.BLOCK
    line.rows[date(2024, 11, 5)] = bar(90.0)
    (pulled,) = fetch(yahoo, fresh, "AAPL", today=TOMORROW)
    assert pulled.outcome is Outcome.REFETCHED
    assert bars_of(fresh).frame["close"].tolist()[:2] == [90.0, 91.0]


def test_fresh_fetches_what_was_restated_long_ago(yahoo: Yahoo, store: Store) -> None:
    yahoo.lines["AAPL"].rows[FIRST] = bar(94.0)
    fetch(yahoo, store, "AAPL")
    assert bars_of(store).frame["close"].iloc[0] == 95.0
    (pulled,) = fetch(yahoo, store, "AAPL", fresh=True)
    assert pulled.outcome is Outcome.REFETCHED
    assert bars_of(store).frame["close"].iloc[0] == 94.0


def test_a_reverse_split_is_no_change_of_the_unit(yahoo: Yahoo, store: Store) -> None:
    line = yahoo.lines["AAPL"]
    line.rows = {day: bar(100 * (row[3] or 0.0)) for day, row in line.rows.items()}
    line.splits[THURSDAY] = (1, 100)
    (pulled,) = fetch(yahoo, store, "AAPL")
    assert (pulled.outcome, pulled.error) == (Outcome.REFETCHED, "")
    assert bars_of(store).frame["split"].tolist() == [0, 0, 0, 0.01]
