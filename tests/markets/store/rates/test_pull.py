"""The ECB's history in the store: all of a file or nothing of it, and what was restated is kept."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from backtests import paths
from markets.reference.currencies import EcbRates
from markets.store.price_store import Store
from markets.store.rates import history
from markets.store.rates.history import fetched
from markets.store.rates.pull import PulledRates, pull_fixings
from tests.support.ecb_server import Ecb, ecb_server, table, zipped
from tests.support.shell import Shell
from tests.support.yahoo_server import Yahoo, apple, yahoo_server

ROOT = Path(__file__).parents[3]
PACKAGED = date(2026, 10, 30)
MONDAY, TUESDAY, WEDNESDAY = date(2026, 11, 2), date(2026, 11, 3), date(2026, 11, 4)
MORE = {
    MONDAY: {"USD": 1.12, "HKD": 8.736, "CNY": 7.5},
    TUESDAY: {"USD": 1.13, "HKD": 8.814, "CNY": 7.6},
}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture(scope="module")
def whole() -> str:
    return table(TUESDAY, MORE)


@pytest.fixture
def ecb(whole: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ecb]:
    with ecb_server() as server:
        server.content = zipped(whole)
        monkeypatch.setattr(history, "ADDRESS", server.address)
        yield server


def digests(store: Store) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in store.folder.glob("*.parquet")}


def test_a_pull_brings_the_days_after_the_packaged_ones(ecb: Ecb, store: Store) -> None:
    assert pull_fixings(store, WEDNESDAY) == PulledRates("new", 7128, TUESDAY)
    assert store.tickers() == ["CNY=ECB", "HKD=ECB", "USD=ECB"]
    lines = {name: stored.bars for name in store.tickers() if (stored := store.read(name))}
    fixings = EcbRates(lines).fixings("HKD", "USD")
    assert fixings.days[-1] == np.datetime64(TUESDAY)
    assert fixings.rates[-2:].tolist() == [1.12 / 8.736, 1.13 / 8.814]
    assert fixings.late_from is None, "fixings are known at a close of their day"
    old = EcbRates().fixings("HKD", "USD")
    assert fixings.rates[:-2].tobytes() == old.rates.tobytes()
    assert pull_fixings(store, WEDNESDAY) == PulledRates("fetched today", last=TUESDAY)
    assert ecb.asked == 1
    assert pull_fixings(store, WEDNESDAY, fresh=True).outcome == "extended"


def test_a_plain_file_is_read_too_and_rows_after_today_wait(
    ecb: Ecb, store: Store, whole: str
) -> None:
    ecb.content = whole.replace("\n", "\r\n").encode()
    assert pull_fixings(store, MONDAY) == PulledRates("new", 7127, MONDAY)
    assert pull_fixings(store, WEDNESDAY) == PulledRates("extended", 1, TUESDAY)


def test_what_is_restated_is_told_and_the_old_file_kept(ecb: Ecb, store: Store, whole: str) -> None:
    pull_fixings(store, WEDNESDAY)
    old = store.read("HKD=ECB")
    ecb.content = zipped(table(TUESDAY, MORE, HKD_2025_01_02="8.0"))
    again = pull_fixings(store, date(2026, 11, 5))
    assert (again.outcome, again.changed) == ("extended", ("HKD",))
    now = store.read("HKD=ECB")
    assert now is not None
    assert old is not None
    assert now.bars.frame.loc["2025-01-02", "close"] == 8.0
    assert [change.days for change in now.changes] == [1]
    assert store.find("HKD=ECB", old.bars.digest(), TUESDAY) is not None
    assert [path.name.split(".")[0] for path in store.versions("HKD=ECB")] == ["HKD%3DECB"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "has no header Date,USD"),
        (b"<html><body>Before you continue</body></html>", "begins with '<html>"),
        (b"PK\x03\x04 not an archive", "cannot be read"),
        (zipped("Date,USD,HKD,CNY,\n2026-11-03,1.1,8.7,7.5,\n"), "days of CNY are gone"),
        (zipped("Date,USD,\n"), "has no row"),
        (zipped("x"), "has no header"),
        (b"Date,USD,\n2026-11-03,1.1,\n2026-11-03,1.1,\n", "a day twice"),
        (b"Date,USD,\n03/11/2026,1.1,\n", "no day or no rate"),
        (b"Date,USD,\n2026-11-03,abc,\n", "no day or no rate"),
        (b"Date,USD,\n2026-11-03,-1.1,\n", "has -1.1 for USD on 2026-11-03"),
        (b"Date,USD,\n2026-11-03,inf,\n", "has inf for USD"),
        (b"Date,USD,HKD,\n2026-11-03,1.1", "is cut off in line 2"),
        (b"Date,USD,HKD,\n2026-11-03,1.1,8.", "is cut off in line 2"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",  # an archive holds the time of day
)
def test_a_file_that_is_none_changes_nothing(
    ecb: Ecb, store: Store, content: bytes, says: str
) -> None:
    pull_fixings(store, WEDNESDAY)
    before = digests(store)
    ecb.content = content
    pulled = pull_fixings(store, date(2026, 11, 5))
    assert (pulled.outcome, pulled.last) == ("failed", TUESDAY)
    assert says in pulled.error
    assert digests(store) == before


def test_a_file_that_is_worse_than_the_one_before_changes_nothing(
    ecb: Ecb, store: Store, whole: str
) -> None:
    pull_fixings(store, WEDNESDAY)
    before = digests(store)
    rows = whole.splitlines(keepends=True)
    worse = {
        "is known up to 2026-11-03": table(MONDAY, MORE),
        "10 days of CNY are gone": "".join((*rows[:50], *rows[60:])),
        "rates of CNY differ": whole.replace(",7.", ",8."),
        "90 days": "".join(rows[:90]),
    }
    for says, text in worse.items():
        ecb.content = zipped(text)
        pulled = pull_fixings(store, date(2026, 11, 5))
        assert pulled.outcome == "failed"
        assert says in pulled.error or says == "90 days"
        assert digests(store) == before


def test_an_answer_that_is_cut_refused_or_missing_changes_nothing(
    ecb: Ecb, store: Store, whole: str
) -> None:
    ecb.content, ecb.cut = whole.encode(), 200_000
    assert "cut off" in pull_fixings(store, WEDNESDAY).error
    ecb.status, ecb.cut = 503, None
    assert pull_fixings(store, WEDNESDAY).error == "the ECB's site answers 503"
    nobody = lambda: fetched("http://127.0.0.1:9/x", 1.0)  # noqa: E731
    assert "no connection to the ECB's site" in pull_fixings(store, WEDNESDAY, ask=nobody).error
    assert not store.tickers()


def test_two_pulls_at_once_leave_what_one_leaves(ecb: Ecb, store: Store, tmp_path: Path) -> None:
    alone = Store(tmp_path / "alone")
    pull_fixings(alone, WEDNESDAY)
    with ThreadPoolExecutor(2) as both:
        results = list(both.map(lambda _: pull_fixings(store, WEDNESDAY), range(2)))
    assert {result.outcome for result in results} <= {"new", "extended", "fetched today"}
    assert {result.last for result in results} == {TUESDAY}
    for name in alone.tickers():
        first, other = alone.read(name), store.read(name)
        assert first is not None
        assert other is not None
        assert first.bars.digest() == other.bars.digest()
        assert not store.versions(name)


def test_a_damaged_line_is_fetched_again(ecb: Ecb, store: Store) -> None:
    pull_fixings(store, WEDNESDAY)
    path = store.path("USD=ECB")
    path.write_bytes(path.read_bytes()[:-50])
    assert pull_fixings(store, WEDNESDAY).outcome == "new"
    assert store.read("USD=ECB") is not None


PULLS = """
import os, signal, sys
from datetime import date
from pathlib import Path
from markets.store.rates.pull import pull_fixings
from markets.store.rates.history import fetched
from markets.store.price_store import Store

class Dying(Store):
    def write(self, stored):
        if stored.bars.ticker == "HKD=ECB":
            os.kill(os.getpid(), signal.SIGKILL)
        super().write(stored)

pull_fixings(Dying(Path(sys.argv[1])), date(2026, 11, 4), ask=lambda: fetched(sys.argv[2]))
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs signals")
def test_a_pull_that_is_killed_half_way_is_made_again_by_the_next(ecb: Ecb, store: Store) -> None:
    """Of whole files some are newer then; a cross has the days that both currencies have."""
    ran = subprocess.run(
        [sys.executable, "-c", PULLS, str(store.folder), ecb.address],
        env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False, timeout=120,
    )  # fmt: skip
    assert ran.returncode == -signal.SIGKILL
    assert store.tickers() == ["CNY=ECB"]
    lines = {name: stored.bars for name in store.tickers() if (stored := store.read(name))}
    assert EcbRates(lines).fixings("CNY", "USD").days[-1] == np.datetime64(PACKAGED)
    assert pull_fixings(store, WEDNESDAY) == PulledRates("new", 7128, TUESDAY)
    assert len(store.tickers()) == 3


# --- the command -------------------------------------------------------------------------------


@pytest.fixture
def yahoo(monkeypatch: pytest.MonkeyPatch) -> Iterator[Yahoo]:
    with yahoo_server() as server:
        server.lines["AAPL"] = apple()
        monkeypatch.setattr(
            "markets.yahoo.client.session_type", lambda: lambda **_: server.session()
        )
        monkeypatch.setattr(paths, "today", lambda: WEDNESDAY)
        yield server


def test_the_command_pulls_both_and_says_what_there_is(
    ecb: Ecb, yahoo: Yahoo, shell: Shell
) -> None:
    yahoo.lines |= {"0700.HK": apple(), "HKD=X": apple()}
    yahoo.lines["0700.HK"].currency = yahoo.lines["HKD=X"].currency = "HKD"
    yahoo.lines["0700.HK"].timezone = "Asia/Hong_Kong"
    answer = shell("data", "pull", "AAPL", "0700.HK", "--json")
    assert (answer.code, answer.err) == (0, "")
    report = json.loads(answer.out)
    assert [row["ticker"] for row in report["lines"]] == ["AAPL", "0700.HK"]
    fixings, pair = report["rates"]
    assert fixings == {"source": "ecb", "outcome": "new", "added": 7128, "last": "2026-11-03",
                       "changed": [], "error": ""}  # fmt: skip
    assert (pair["ticker"], pair["outcome"]) == ("HKD=X", "new")
    report = json.loads(shell("data", "status", "--json").out)
    assert [row["ticker"] for row in report["lines"]] == ["0700.HK", "AAPL", "HKD=X"]
    assert report["rates"] == {"currencies": 3, "last": "2026-11-03", "damage": []}


def test_the_command_says_that_the_rates_were_not_fetched_and_does_not_fail(
    ecb: Ecb, yahoo: Yahoo, shell: Shell
) -> None:
    ecb.content = b"<html>"
    answer = shell("data", "pull", "AAPL", "--quiet")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith(
        "rates: the ECB's fixings were not fetched, the packaged ones serve"
    )
