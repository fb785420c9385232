"""`newsfolio data pull`, `status` and `check`, against a Yahoo on this machine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time as clock
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from backtests import paths
from backtests.commands.data_lines import lines_of
from backtests.runner.inputs import inputs_of
from backtests.settings import Settings
from backtests.strategy_loader import shipped
from markets.store.price_store import Store
from markets.store.rates.pull import PulledRates
from markets.yahoo.pull import Outcome, pull
from newsfolio.listings import asset_of
from tests.support.shell import Shell
from tests.support.small_runs import flat_prices, strategy_file
from tests.support.yahoo_server import TODAY, TOMORROW, Fault, Line, Yahoo, apple, bar, yahoo_server

ROOT = Path(__file__).parents[3]
NOTHING_NEW = PulledRates("fetched today")
"""Of the ECB, whose own tests are in `tests/markets/store/rates/`."""
MINE = """
from dataclasses import dataclass
from newsfolio import Strategy, View, monthly

@dataclass(frozen=True)
class Mine(Strategy):
    universe = ("9988.HK", "SPY")
    signals = ("^TNX",)
    benchmark = "ACWI"
    rebalance = monthly

    def weights(self, view: View):
        return {"SPY": 1.0}
"""


@pytest.fixture
def yahoo(monkeypatch: pytest.MonkeyPatch) -> Iterator[Yahoo]:
    with yahoo_server() as server:
        server.lines["AAPL"] = apple()
        monkeypatch.setattr(
            "markets.yahoo.client.session_type", lambda: lambda **_: server.session()
        )
        monkeypatch.setattr("markets.store.rates.pull.pull_fixings", lambda *_, **__: NOTHING_NEW)
        on(monkeypatch, TODAY)
        yield server


def on(monkeypatch: pytest.MonkeyPatch, day: date) -> None:
    monkeypatch.setattr(paths, "today", lambda: day)


def rows(document: Any) -> dict[str, dict[str, Any]]:
    return {row["ticker"]: row for row in json.loads(document.out)["lines"]}


# --- pull --------------------------------------------------------------------------------------


def test_pull_says_what_is_new_and_what_failed(yahoo: Yahoo, shell: Shell) -> None:
    yahoo.lines["MSFT"] = apple()
    yahoo.faults["MSFT"] = Fault.SERVER_ERROR
    answer = shell("data", "pull", "AAPL", "MSFT", "NOPE")
    assert (answer.code, answer.err) == (1, "")
    first, second, third, counts, failures = answer.out.splitlines()
    assert first.split() == ["AAPL", "new", "+4", "2025-01-15", "to", "2025-02-20"]
    assert second.startswith("MSFT  failed")
    assert "status 500" in second
    assert "newsfolio data pull MSFT" in second
    assert third.startswith("NOPE  unknown")
    assert counts == "3 lines: 1 new, 1 failed, 1 unknown"
    assert failures.startswith("1 failed (1 server); what is stored stands")
    assert Store(paths.store_folder()).tickers() == ["AAPL"]


def test_pull_without_names_refreshes_what_is_stored(
    yahoo: Yahoo, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell("data", "pull", "AAPL", "--quiet")
    on(monkeypatch, TOMORROW)
    yahoo.lines["AAPL"].rows[date(2025, 2, 21)] = bar(105.0)
    answer = shell("data", "pull", "--json")
    assert answer.code == 0
    assert rows(answer)["AAPL"] == {
        "ticker": "AAPL", "outcome": "extended", "added": 1, "first": "2025-01-15",
        "last": "2025-02-21", "change": "", "error": "", "why": "",
    }  # fmt: skip
    asked = len(yahoo.asked)
    again = shell("data", "pull")
    assert again.out == "1 line: 1 fetched today\n"
    assert len(yahoo.asked) == asked


def test_pull_quietly_says_failures_only(yahoo: Yahoo, shell: Shell) -> None:
    assert shell("data", "pull", "AAPL", "--quiet").out == ""
    yahoo.fault, yahoo.lines["SPY"] = Fault.TRUNCATED, apple()
    answer = shell("data", "pull", "SPY", "AAPL", "--quiet")
    assert answer.code == 1
    assert answer.out.startswith("SPY  failed")
    assert len(answer.out.splitlines()) == 1


def test_pull_fetches_all_that_a_strategy_needs(yahoo: Yahoo, shell: Shell) -> None:
    """Universe, its stand-in, signals, the rate of cash, the benchmark, and its proxies."""
    (shell.folder / "mine.py").write_text(MINE)
    answer = shell("data", "pull", "mine.py:Mine", "AAPL", "--json")
    wanted = {"9988.HK", "BABA", "SPY", "^TNX", "^IRX", "ACWI", "MCHI", "AAPL"}
    assert set(rows(answer)) == wanted


@pytest.mark.parametrize("name", ["east-rising", "targets-raised", "rates-gate"])
def test_pull_asks_for_the_inputs_of_a_run_and_what_they_gave_in_kind(name: str) -> None:
    needed = list(inputs_of(shipped()[name](), Settings()).assets)
    asked = lines_of(name)
    given = [asset.ticker for asset in asked if asset not in needed]
    assert set(given) <= {"3690.HK", "9618.HK"}
    assert [asset.ticker for asset in asked if asset.ticker not in ("3690.HK", "9618.HK")] == [
        asset.ticker for asset in needed if asset.ticker not in ("3690.HK", "9618.HK")
    ]
    holds_tencent = asset_of("0700.HK") in needed
    assert ({"3690.HK", "9618.HK"} <= {asset.ticker for asset in asked}) == holds_tencent


def test_pull_takes_another_store(yahoo: Yahoo, shell: Shell) -> None:
    folder = shell.folder / "elsewhere"
    assert shell("data", "pull", "AAPL", "--store", str(folder)).code == 0
    assert Store(folder).tickers() == ["AAPL"]
    assert not paths.store_folder().exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("pull",), "nothing is stored"),
        (("pull", "aapl"), "no ticker or strategy called 'aapl'"),
        (("pull", "east-risin"), "Did you mean east-rising"),
        (("pull", "../../etc/passwd"), "no ticker or strategy"),
        (("pull", "SAP.ZZ"), "nobody knows the venue .ZZ"),
        (("pull", "AAPL", "--workers", "0"), "--workers 0: from 1 to 16"),
        (("pull", "AAPL", "--wrong"), "--wrong"),
        (("check", "--data", "sample"), "made-up prices"),
        (("check", "--data", "no-such-folder"), "neither yahoo, sample nor a folder"),
    ],
)
def test_a_wrong_command_is_exit_2(shell: Shell, arguments: tuple[str, ...], says: str) -> None:
    answer = shell("data", *arguments)
    assert (answer.code, answer.out) == (2, "")
    assert says in answer.err
    assert len(answer.err.splitlines()) <= 2


def test_a_stored_line_that_nobody_can_place_is_named(yahoo: Yahoo, shell: Shell) -> None:
    shell("data", "pull", "AAPL")
    folder = paths.store_folder()
    (folder / "SAP.ZZ.parquet").write_bytes((folder / "AAPL.parquet").read_bytes())
    answer = shell("data", "pull", "--json")
    assert answer.code == 1
    assert "name the strategy that declares it" in rows(answer)["SAP.ZZ"]["error"]
    assert rows(answer)["AAPL"]["outcome"] == "fetched today"


# --- a pull that is stopped --------------------------------------------------------------------

PULLS = """
import sys
from datetime import date
from pathlib import Path
from markets.yahoo.pull import pull
from markets.store.price_store import Store
from newsfolio.listings import asset_of
from tests.support.yahoo_server import loopback_session

folder, address, *tickers = sys.argv[1:]
session = loopback_session(address)
pull(Store(Path(folder)), [asset_of(one) for one in tickers], date(2025, 2, 21), 2, session=session)
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_pull_that_is_stopped_leaves_whole_files_and_goes_on(
    yahoo: Yahoo, tmp_path: Path, how: signal.Signals
) -> None:
    tickers = [f"LINE{number}" for number in range(20)]
    yahoo.lines |= {ticker: apple() for ticker in tickers}
    yahoo.delay = 0.3
    store = Store(tmp_path / "store")
    process = subprocess.Popen(
        [sys.executable, "-c", PULLS, str(store.folder), yahoo.address, *tickers],
        env=os.environ | {"PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        # A job in the background inherits an ignored interrupt.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    until = clock.monotonic() + 30
    while len(store.tickers()) < 3 and clock.monotonic() < until:
        clock.sleep(0.01)
    process.send_signal(how)
    _, errors = process.communicate(timeout=30)
    assert process.returncode != 0
    assert how is signal.SIGKILL or "KeyboardInterrupt" in errors
    done = store.tickers()
    assert 3 <= len(done) < len(tickers)
    assert all(store.read(ticker) is not None for ticker in done)
    yahoo.delay, yahoo.asked[:] = 0.0, []
    pulled = pull(
        store, [asset_of(ticker) for ticker in tickers], TODAY, 4, session=yahoo.session()
    )
    for outcome in pulled:
        assert outcome.outcome is (Outcome.SKIPPED if outcome.ticker in done else Outcome.NEW)
        assert bool(yahoo.charts(outcome.ticker)) is (outcome.ticker not in done)
    assert list(store.folder.rglob("*.tmp")) == []


def test_ctrl_c_is_one_line(yahoo: Yahoo, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("markets.yahoo.pull._follow", interrupted)
    answer = shell("data", "pull", "AAPL")
    assert answer.code == 1
    assert answer.err.startswith("newsfolio: interrupted; lines fetched so far are kept")
    assert len(answer.err.splitlines()) == 1


# --- status ------------------------------------------------------------------------------------


def test_status_shows_each_line_and_what_was_restated(
    yahoo: Yahoo, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell("data", "pull", "AAPL")
    yahoo.lines["AAPL"].rows[date(2025, 2, 18)] = bar(100.5)
    on(monkeypatch, TOMORROW)
    shell("data", "pull")
    answer = shell("data", "status")
    assert answer.code == 0
    head, line, *remarks = answer.out.splitlines()
    assert head.split() == ["ticker", "first", "last", "bars", "retrieved", "source"]
    assert line.split() == ["AAPL", "2025-01-15", "2025-02-20", "4", "2025-02-22", "yahoo"]
    fresh = "2025-02-22: history fetched anew, the close of 2025-02-18 was 100, now 100.5"
    assert f"AAPL: {fresh}" in remarks
    assert any("restated, 2025-02-22: 1 day restated" in remark for remark in remarks)
    assert "AAPL: 1 earlier version kept" in remarks
    (row,) = rows(shell("data", "status", "--json")).values()
    assert (row["bars"], row["currency"], row["damage"]) == (4, "USD", None)
    assert len(row["changes"]) == 1


def test_status_names_a_damaged_file_and_pull_heals_it(yahoo: Yahoo, shell: Shell) -> None:
    yahoo.lines["MSFT"] = apple()
    shell("data", "pull", "AAPL", "MSFT")
    path = Store(paths.store_folder()).path("MSFT")
    path.write_bytes(path.read_bytes()[:500])
    answer = shell("data", "status")
    assert answer.code == 1
    assert f"{path} is damaged" in answer.out
    assert "newsfolio data pull MSFT" in answer.out
    assert "AAPL" in answer.out
    assert shell("data", "check", "MSFT").code == 1
    assert rows(shell("data", "pull", "--json"))["MSFT"]["outcome"] == "refetched"
    assert shell("data", "status").code == 0


def test_status_of_an_empty_store_and_of_an_absent_line(yahoo: Yahoo, shell: Shell) -> None:
    answer = shell("data", "status")
    assert answer.code == 0
    assert "nothing is stored" in answer.out
    shell("data", "pull", "NOPE")
    assert "NOPE: Yahoo did not know it on 2025-02-21" in shell("data", "status", "NOPE").out


# --- check -------------------------------------------------------------------------------------


def test_check_finds_nothing_wrong_with_a_clean_line(yahoo: Yahoo, shell: Shell) -> None:
    yahoo.lines["SPY"] = Line({date(2025, 2, 18): bar(600.0), date(2025, 2, 19): bar(601.0)})
    shell("data", "pull", "SPY")
    asked = len(yahoo.asked)
    answer = shell("data", "check", "SPY")
    assert answer.code == 0
    assert answer.out.splitlines()[-1].startswith("1 line checked")
    assert "block" not in answer.out
    assert len(yahoo.asked) == asked


def test_check_puts_the_worst_first_and_fails(yahoo: Yahoo, shell: Shell) -> None:
    yahoo.lines["SPY"] = Line({date(2025, 2, 18): bar(600.0), date(2025, 2, 20): bar(601.0)})
    yahoo.lines["QQQ"] = Line({date(2025, 2, 18): bar(500.0), date(2025, 2, 19): bar(251.0)})
    shell("data", "pull", "SPY", "QQQ")
    answer = shell("data", "check")
    assert answer.code == 1
    assert answer.out.startswith("block")
    assert "QQQ: the close goes from 500 to 251 on 2025-02-19, like a split of 2" in answer.out
    report = json.loads(shell("data", "check", "--json").out)
    severities = [finding["severity"] for finding in report["findings"]]
    assert severities == sorted(severities, key=["block", "doubt", "note"].index)
    assert report["checked"] == ["QQQ", "SPY"]
    assert shell("data", "check", "SPY").code == 0


def folder_of(place: Path, closes: dict[str, float]) -> Path:
    place.mkdir()
    lines = [f"{day},{close},{close},{close},{close},{close},10" for day, close in closes.items()]
    text = "\n".join(["Date,Open,High,Low,Close,Adj Close,Volume", *lines]) + "\n"
    (place / "SPY.csv").write_text(text)
    return place


def test_check_compares_with_another_source(shell: Shell) -> None:
    days = [f"2025-02-{day:02d}" for day in (3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 18, 19, 20, 21)]
    days += [f"2025-03-{day:02d}" for day in (3, 4, 5, 6, 7, 10, 11)]
    closes = {day: 600.0 + number for number, day in enumerate(days)}
    other = closes | {"2025-02-19": 650.0}
    first, second = folder_of(shell.folder / "one", closes), folder_of(shell.folder / "two", other)
    answer = shell("data", "check", "--data", str(first), "--against", str(second), "--json")
    findings = json.loads(answer.out)["findings"]
    (apart,) = [finding for finding in findings if finding["rule"] == "second source"]
    assert apart["days"] == ["2025-02-19"]
    assert (apart["severity"], apart["ticker"]) == ("doubt", "SPY")
    assert "is 611, in the other source 650" in apart["told"]
    wrong = shell("data", "check", "--data", str(first), "--against", "nowhere")
    assert (wrong.code, "--against nowhere: no such folder" in wrong.err) == (2, True)


def test_check_names_lines_without_prices(shell: Shell) -> None:
    folder = folder_of(shell.folder / "one", {"2025-02-18": 600.0, "2025-02-19": 601.0})
    answer = shell("data", "check", "SPY", "TLT", "--data", str(folder))
    assert answer.code == 0
    assert answer.out.splitlines()[-1] == "no prices of TLT"
    nothing = shell("data", "check", "TLT", "--data", str(folder))
    assert nothing.code == 1
    assert "no prices to check" in nothing.err


def test_check_of_a_folder_names_the_files_that_it_passes_over(shell: Shell) -> None:
    folder = flat_prices(shell.folder / "prices", AAX=100.0)
    (folder / "last download.csv").write_text("Date,Close\n2024-03-01,10\n")
    (folder / "SPY.ods").write_bytes(b"PK")
    (folder / "more").mkdir()
    answer = shell("data", "check", "--data", "prices", "--json")
    assert answer.code == 0, answer.err
    report = json.loads(answer.out)
    assert report["checked"] == ["AAX"]
    assert list(report["passed_over"]) == ["SPY.ods", "last download.csv", "more"]
    assert (
        "passed over SPY.ods: neither .csv nor .parquet"
        in shell("data", "check", "--data", "prices").out
    )


def test_no_data_for_a_line_says_what_the_folder_holds(shell: Shell) -> None:
    folder = shell.folder / "prices"
    folder.mkdir()
    (folder / "last download.csv").write_text("Date,Close\n2024-03-01,10\n")
    (folder / "SPY.ods").write_bytes(b"PK")
    strategy_file(shell.folder, 'universe = ("SPY",)\ndef weights(self, view):\n    return {}')
    answer = shell("run", "s.py", "--data", "prices", "--no-tearsheet", "--no-verdict")
    assert answer.code == 1
    first, second = answer.err.splitlines()
    assert "no data for SPY" in first
    assert second == (
        "prices holds SPY.ods, last download.csv; a line is read from <TICKER>.csv or .parquet, "
        "or from a file that a vendor named after it"
    )


def test_prices_from_a_pipe_are_refused(shell: Shell) -> None:
    folder = shell.folder / "prices"
    folder.mkdir()
    os.mkfifo(folder / "SPY.csv")
    strategy_file(shell.folder, 'universe = ("SPY",)\ndef weights(self, view):\n    return {}')
    answer = shell("run", "s.py", "--data", "prices", "--no-tearsheet", "--no-verdict")
    assert answer.code == 1
    assert "SPY.csv is no plain file" in answer.err


def test_a_file_of_prices_that_is_too_large_is_refused(shell: Shell) -> None:
    folder = shell.folder / "prices"
    folder.mkdir()
    for name in ("SPY.csv", "QQQ.parquet"):
        with (folder / name).open("wb") as file:
            file.truncate(2_000_000_000)  # sparse: it takes no room
    answer = shell("data", "check", "--data", "prices")
    assert answer.code == 1
    assert answer.out.count("2,000 MB, more than the 500 MB that are read") == 2
