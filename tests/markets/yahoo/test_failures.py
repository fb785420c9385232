"""What the Yahoo source does when Yahoo, the network or another process gets in its way."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time as clock
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from markets.store.price_store import Store
from markets.yahoo.session import session_type
from markets.yahoo.source import YahooSource
from newsfolio.errors import BrokenData, MissingData
from newsfolio.listings import asset_of
from tests.support.yahoo_server import (
    TODAY,
    TOMORROW,
    Fault,
    Line,
    Yahoo,
    apple,
    bar,
    load,
    loopback_session,
    yahoo_server,
)

ROOT = Path(__file__).parents[3]


@pytest.fixture
def yahoo() -> Iterator[Yahoo]:
    with yahoo_server() as server:
        server.lines["AAPL"] = apple()
        yield server


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


# --- what Yahoo does not have ------------------------------------------------------------------


def test_an_unknown_ticker_is_left_out(yahoo: Yahoo, store: Store) -> None:
    messages: list[str] = []
    bars = load(yahoo, store, "NOPE", "AAPL", progress=messages.append)
    assert list(bars) == ["AAPL"]
    assert messages[0] == "NOPE: Yahoo has no bars"
    assert store.tickers() == ["AAPL"]


def test_a_line_without_any_bar_is_left_out(yahoo: Yahoo, store: Store) -> None:
    yahoo.lines["SOON"] = Line({date(2025, 3, 3): bar(10.0)})
    assert load(yahoo, store, "SOON") == {}
    assert list(load(yahoo, store, "SOON", today=date(2025, 3, 4))) == ["SOON"]


def test_a_line_that_yahoo_forgot_is_served_as_stored(yahoo: Yahoo, store: Store) -> None:
    first = load(yahoo, store, "AAPL")["AAPL"]
    del yahoo.lines["AAPL"]
    for _ in range(2):
        bars = load(yahoo, store, "AAPL", today=TOMORROW)["AAPL"]
        assert bars.digest() == first.digest()
        assert bars.notes == (
            "2025-02-22: Yahoo no longer knows this line; the stored bars are used",
        )


# --- what goes wrong ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Fault.RATE_LIMITED, "429, too many requests"),
        (Fault.SERVER_ERROR, "cannot be read .status 500"),
        (Fault.SERVER_REFUSAL, "cannot be read .status 500"),
        (Fault.DROPPED, "no connection to Yahoo"),
        (Fault.TRUNCATED, "cannot be read .status 200"),
        (Fault.EMPTY, "cannot be read .status 200"),
    ],
)
@pytest.mark.parametrize("has_bars", [True, False], ids=["bars", "probe"])
def test_a_fault_names_the_ticker_and_the_next_command(
    yahoo: Yahoo, store: Store, fault: Fault, says: str, has_bars: bool
) -> None:
    # yfinance asks for a time zone once a process: an unseen ticker meets the fault there.
    ticker = "AAPL" if has_bars else f"FAULT-{list(Fault).index(fault)}"
    yahoo.lines[ticker] = apple()
    if has_bars:
        load(yahoo, store, ticker, today=date(2025, 2, 19))
    before = store.path(ticker).read_bytes() if has_bars else None
    yahoo.fault = fault
    with pytest.raises(MissingData, match=f"{ticker}: .*{says}.*Run again later.*--offline"):
        load(yahoo, store, ticker)
    assert (store.path(ticker).read_bytes() if has_bars else None) == before
    assert store.absent(ticker) is None
    yahoo.fault = Fault.NONE
    assert load(yahoo, store, ticker)[ticker].last == date(2025, 2, 20)


def test_a_fault_that_passes_is_not_noticed(yahoo: Yahoo, store: Store) -> None:
    yahoo.fault, yahoo.faulty_for = Fault.TRUNCATED, 1
    assert load(yahoo, store, "AAPL")["AAPL"].last == date(2025, 2, 20)


def test_what_was_fetched_before_the_fault_is_kept(yahoo: Yahoo, store: Store) -> None:
    yahoo.lines["MSFT"] = apple()

    def then_refuse(_: str) -> None:
        yahoo.fault = Fault.RATE_LIMITED

    with pytest.raises(MissingData, match=r"^MSFT: "):
        load(yahoo, store, "AAPL", "MSFT", progress=then_refuse)
    assert store.tickers() == ["AAPL"]


def test_a_silent_network_does_not_take_minutes(yahoo: Yahoo, store: Store) -> None:
    yahoo.fault = Fault.SILENT
    source = YahooSource(store, today=TODAY, session=loopback_session(yahoo.address, 0.3))
    began = clock.monotonic()
    with pytest.raises(MissingData, match="AAPL: Yahoo did not answer in time"):
        source.load([asset_of("AAPL")])
    assert clock.monotonic() - began < 4.0


def test_the_real_session_is_capped_as_well() -> None:
    kind: Any = session_type()
    assert 0 < kind.connect <= 5
    assert 0 < kind.other <= 10
    assert 0 < kind.bars <= 30


def test_the_real_session_is_polite() -> None:
    kind: Any = session_type()
    assert 0 < kind.rate <= 10
    assert 1 < kind.tries <= 6
    assert 0.5 <= kind.pause <= kind.longest <= kind.patience <= 120


def test_a_damaged_file_is_named_not_replaced(yahoo: Yahoo, store: Store) -> None:
    load(yahoo, store, "AAPL")
    store.path("AAPL").write_bytes(b"PAR1 nonsense")
    with pytest.raises(BrokenData, match=r"AAPL\.parquet.*delete it"):
        load(yahoo, store, "AAPL", today=TOMORROW)


# --- offline -----------------------------------------------------------------------------------


def test_offline_uses_what_is_stored_and_asks_nobody(yahoo: Yahoo, store: Store) -> None:
    first = load(yahoo, store, "AAPL")["AAPL"]
    yahoo.asked.clear()
    later = date(2026, 2, 21)
    bars = load(yahoo, store, "AAPL", "MSFT", today=later, offline=True)
    assert list(bars) == ["AAPL"]
    assert bars["AAPL"].digest() == first.digest()
    assert yahoo.asked == []


def test_offline_leaves_an_empty_folder_alone(yahoo: Yahoo, store: Store) -> None:
    assert load(yahoo, store, "AAPL", offline=True) == {}
    assert not store.folder.exists()


# --- other processes, other caches -------------------------------------------------------------

LOADS = """
import os
import sys
from datetime import date
from pathlib import Path
from markets.store.price_store import Store
from markets.yahoo.source import YahooSource
from newsfolio.listings import asset_of
from tests.support.yahoo_server import loopback_session
import yfinance

folder, address, *tickers = sys.argv[1:]
print("ready", flush=True)
sys.stdin.readline()
source = YahooSource(
    Store(Path(folder)), today=date(2025, 2, 21), session=loopback_session(address)
)
found = source.load([asset_of(ticker) for ticker in tickers])
print(*(f"{ticker}={bars.digest()}" for ticker, bars in sorted(found.items())), flush=True)
os._exit(0)  # threads of a library's pool are at times still there when the interpreter ends
"""


def start(yahoo: Yahoo, store: Store, home: Path, *tickers: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", LOADS, str(store.folder), yahoo.address, *tickers],
        env=os.environ | {
            "PYTHONPATH": str(ROOT), "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"),
        },
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_two_processes_share_a_store_and_leave_the_users_cache_alone(
    yahoo: Yahoo, store: Store, tmp_path: Path
) -> None:
    tickers = ("AAPL", "0700.HK", "^HSI", "NOPE")
    for ticker in tickers[1:3]:
        yahoo.lines[ticker] = Line(
            {date(2025, 2, 19): bar(10.0), date(2025, 2, 20): bar(11.0)}, "HKD", "Asia/Hong_Kong"
        )
    home = tmp_path / "home"
    home.mkdir()
    both = [start(yahoo, store, home, *tickers) for _ in range(2)]
    for process in both:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in both:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    outputs = [process.communicate(timeout=30) for process in both]
    assert [process.returncode for process in both] == [0, 0], outputs
    assert outputs[0] == outputs[1]
    expected = {ticker: store.read(ticker) for ticker in sorted(tickers[:3])}
    digests = [f"{name}={kept.bars.digest()}" for name, kept in expected.items() if kept]
    assert outputs[0] == (" ".join(digests) + "\n", "")
    assert len(digests) == 3
    assert [len(yahoo.charts(ticker)) for ticker in tickers[:3]] == [1, 1, 1]
    assert [path for path in home.rglob("*") if path.is_file()] == []


def test_yfinance_is_left_as_it_was(yahoo: Yahoo, store: Store) -> None:
    import yfinance

    before = (yfinance.config.debug.hide_exceptions, logging.getLogger("yfinance").level)
    yahoo.fault = Fault.EMPTY
    with pytest.raises(MissingData):
        load(yahoo, store, "AAPL")
    now = (yfinance.config.debug.hide_exceptions, logging.getLogger("yfinance").level)
    assert now == before
