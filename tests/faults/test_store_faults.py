"""Kills, crowds, full and read-only disks, damage and wrong clocks: never half, never a mixture."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from backtests.records.result import swap_in
from markets.bars import Bars
from markets.store.price_store import Store
from newsfolio.errors import BrokenData, NewsfolioError, OutputError
from tests.support.forked_commands import Forked
from tests.support.stored_bars import same, stored
from tests.support.yahoo_server import TODAY, TOMORROW, Yahoo, apple, bar, load, yahoo_server

ROOT = Path(__file__).parents[2]
unix = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and signals")
FAULTY = ("files half-written", "files a mixture", "files rows are missing", "files gone",
          "files prices of no state")  # fmt: skip


def experiment(name: str, count: int, folder: Path) -> dict[str, int]:
    """One of benchmarks/store_faults.py, smaller."""
    command = (sys.executable, "-m", "benchmarks.store_faults", name, str(count))
    with (folder / "log").open("w+") as log:
        ran = Forked(command, ROOT, {}, log)
        printed = ran.communicate()
        log.seek(0)
        output = log.read()
    assert ran.returncode == 0, output
    counts: dict[str, int] = json.loads(printed)
    assert counts.get("failed by themselves", 0) == 0, output
    assert not [fault for fault in FAULTY if counts.get(fault)], counts
    assert counts.get("files and versions faulty in the end", 0) == 0, counts
    return counts


# --- kills and crowds --------------------------------------------------------------------------


@unix
def test_six_killed_pulls_leave_whole_files(tmp_path: Path) -> None:
    counts = experiment("pulls", 6, tmp_path)
    assert counts["caught while writing"] >= 1
    assert counts["files and versions whole in the end"] >= 3


@unix
def test_five_killed_runs_leave_whole_runs_of_one_state(tmp_path: Path) -> None:
    counts = experiment("runs", 5, tmp_path)
    assert counts["runs kept"] >= 1
    assert counts["runs repeated to the bit"] == counts["runs kept"]
    assert counts["lines read that were mixtures"] == 0
    assert counts["ledger damaged"] == 0


@unix
def test_three_processes_at_once(tmp_path: Path) -> None:
    counts = experiment("crowd", 3, tmp_path)
    assert counts["runs kept"] >= 2
    assert counts["runs repeated to the bit"] == counts["runs kept"]
    assert counts["lines read that were mixtures"] == 0


@unix
def test_a_folder_that_eight_fill_at_once_is_whole_and_alone(tmp_path: Path) -> None:
    folder, children = tmp_path / "run", []
    for number in range(8):
        child = os.fork()
        if not child:
            try:
                for turn in range(50):
                    draft = tmp_path / f".run.{os.getpid()}"
                    draft.mkdir()
                    for name in ("manifest.json", "equity.parquet"):
                        (draft / name).write_text(f"{number} {turn}")
                    swap_in(draft, folder)
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 8
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert len({path.read_text() for path in folder.iterdir()}) == 1


# --- disks -------------------------------------------------------------------------------------


def in_child(act: Callable[[], object]) -> str:
    """What a forked child answers, or the error that ended it."""
    heard, writer = os.pipe()
    child = os.fork()
    if not child:
        try:
            answer = str(act())
        except NewsfolioError as error:
            answer = f"{type(error).__name__}: {error}"
        except BaseException as error:
            answer = f"unexpected {type(error).__name__}: {error}"
        os.write(writer, answer.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(heard) as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return answer


def limited(store: Store, most: int) -> str:
    """Write a large file where no file may have more than `most` bytes."""
    import resource
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    store.write(stored(scale=2.0, rows=3000))
    return "written"


@unix
def test_a_file_that_may_not_grow_leaves_the_old_one(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write(stored(rows=3000))
    small = in_child(lambda: limited(store, 2000))
    assert small.startswith("OutputError: the store"), small
    assert "File too large" in small
    kept = store.read("AAPL")
    assert kept is not None
    same(kept.bars.frame, stored(rows=3000).bars.frame)
    assert not list(tmp_path.rglob("*.tmp")), "a full disk gets its room back"
    assert in_child(lambda: limited(store, 10_000_000)) == "written"


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 192 kB, where this process may mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=192k", "tmpfs", str(disk)]
    mounter = shutil.which("mount")
    if mounter is None or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can only be mounted by root")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_keeps_what_was_there(tiny_disk: Path) -> None:
    store = Store(tiny_disk / "store")
    written = []
    with pytest.raises(OutputError, match="No space left on device"):
        for number in range(200):
            written.append(f"T{number}")
            store.write(stored(written[-1], scale=1.0, rows=400))
    assert len(written) > 5
    assert store.read(written.pop()) is None
    for ticker in written:
        with pytest.raises(OutputError):
            store.write(stored(ticker, scale=2.0, rows=3000))
        kept = store.read(ticker)
        assert kept is not None
        same(kept.bars.frame, stored(ticker, rows=400).bars.frame)
    assert not list(tiny_disk.rglob("*.tmp"))
    for ticker in written[:3]:
        store.path(ticker).unlink()
    store.write(stored(written[-1], scale=2.0, rows=400))
    healed = store.read(written[-1])
    assert healed is not None
    assert healed.bars.frame["close"].iloc[-1] == 21.0
    assert len(store.versions(written[-1])) == 1


def unprivileged(act: Callable[[], object]) -> object:
    """Do it as nobody in particular, who is bound by permissions."""
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    return act()


@unix
def test_a_read_only_store_is_read_and_not_written() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        store = Store(folder / "store")
        store.write(stored())
        store.path("AAPL").chmod(0o444)
        store.folder.chmod(0o555)
        before = {path.name: path.read_bytes() for path in store.folder.iterdir()}

        def read() -> object:
            stored = store.read("AAPL")
            return stored and len(stored.bars.frame)

        assert in_child(lambda: unprivileged(read)) == "3"
        for act in (
            lambda: store.write(stored(scale=2.0)),
            lambda: store.write_absent("NOPE", TODAY),
            lambda: store.put("0123456789abcdef.json", b"{}"),
        ):
            reply = in_child(lambda act=act: unprivileged(act))  # type: ignore[misc]
            assert reply.startswith("OutputError: the store"), reply
            assert "Permission denied" in reply
        assert {path.name: path.read_bytes() for path in store.folder.iterdir()} == before
        store.folder.chmod(0o755)


# --- damage ------------------------------------------------------------------------------------


@pytest.mark.parametrize("flips", [150, pytest.param(500, marks=pytest.mark.slow)])
def test_no_flipped_bit_gives_another_bar_or_another_word(tmp_path: Path, flips: int) -> None:
    store, chance = Store(tmp_path), random.Random(3)
    store.write(stored())
    store.write(stored(scale=2.0))
    before = store.read("AAPL")
    assert before is not None
    assert before.changes
    whole = store.path("AAPL").read_bytes()
    refused = 0
    for _ in range(flips):
        place, bit = chance.randrange(len(whole)), 1 << chance.randrange(8)
        content = whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :]
        store.path("AAPL").write_bytes(content)
        try:
            after = store.read("AAPL")
        except BrokenData as error:
            refused += 1
            assert "AAPL.parquet" in str(error)
            continue
        assert after is not None
        same(after.bars.frame, before.bars.frame)
        assert (after.retrieved, after.source, after.currency, after.changes) == (
            before.retrieved, before.source, before.currency, before.changes,
        )  # fmt: skip
        assert after.bars.notes == before.bars.notes
    assert refused > flips / 2


@pytest.fixture
def yahoo() -> Iterator[Yahoo]:
    with yahoo_server() as server:
        server.lines["AAPL"] = apple()
        yield server


@pytest.mark.parametrize("damage", ["cut", "flipped", "emptied"])
def test_a_damaged_file_is_refused_offline_and_healed_by_a_pull(
    tmp_path: Path, yahoo: Yahoo, damage: str
) -> None:
    store = Store(tmp_path)
    load(yahoo, store, "AAPL")
    whole = store.path("AAPL").read_bytes()
    middle = len(whole) // 2
    content = {
        "cut": whole[:middle], "emptied": b"",
        "flipped": whole[:8] + bytes(byte ^ 16 for byte in whole[8:200]) + whole[200:],
    }[damage]  # fmt: skip
    store.path("AAPL").write_bytes(content)
    with pytest.raises(BrokenData, match=r"AAPL\.parquet .*damaged"):
        load(yahoo, store, "AAPL", offline=True)
    assert store.path("AAPL").read_bytes() == content, "refusing changes nothing"
    healed = load(yahoo, store, "AAPL", mend=True)["AAPL"]
    assert healed.frame["close"].tolist() == [95.0, 100.0, 102.0, 104.0]
    assert store.path("AAPL").read_bytes() == whole


# --- clocks ------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [1, 2, 400])
def test_a_clock_that_went_back_loses_no_bar(tmp_path: Path, yahoo: Yahoo, days: int) -> None:
    store = Store(tmp_path)
    before = load(yahoo, store, "AAPL")["AAPL"]
    after = load(yahoo, store, "AAPL", today=TODAY - timedelta(days=days), offline=True)["AAPL"]
    assert after.digest() == before.digest()
    kept = store.read("AAPL")
    assert kept is not None
    assert kept.bars.digest() == before.digest()


def still_has(store: Store, bars: Bars) -> bool:
    """Whether the store still has bars, in the file or in a version."""
    return store.find(bars.ticker, bars.digest(), bars.last) is not None


@pytest.mark.parametrize("days", [1, 2, 3, 400])
def test_a_pull_by_a_slow_clock_is_made_good_by_the_next(
    tmp_path: Path, yahoo: Yahoo, days: int
) -> None:
    store = Store(tmp_path)
    before = load(yahoo, store, "AAPL")["AAPL"]
    load(yahoo, store, "AAPL", today=TODAY - timedelta(days=days))
    assert still_has(store, before)
    yahoo.lines["AAPL"].rows[date(2025, 2, 21)] = bar(105.0)
    after = load(yahoo, store, "AAPL", today=TOMORROW)["AAPL"]
    assert after.frame["close"].tolist() == [95.0, 100.0, 102.0, 104.0, 105.0]
    assert still_has(store, before)


@pytest.mark.parametrize("days", [2, 40, 4000])
def test_a_pull_by_a_fast_clock_does_not_end_all_pulls(
    tmp_path: Path, yahoo: Yahoo, days: int
) -> None:
    store = Store(tmp_path)
    load(yahoo, store, "AAPL", today=TODAY + timedelta(days=days))
    yahoo.lines["AAPL"].rows[date(2025, 2, 21)] = bar(105.0)
    after = load(yahoo, store, "AAPL", today=TOMORROW)["AAPL"]
    expected = [95.0, 100.0, 102.0, 104.0] + [105.0] * (days != 2)
    assert after.frame["close"].tolist() == expected
    later = load(yahoo, store, "AAPL", today=date(2025, 2, 25))["AAPL"]
    assert later.frame["close"].tolist() == [95.0, 100.0, 102.0, 104.0, 105.0]


def test_an_unfinished_bar_that_a_fast_clock_let_in_is_replaced(
    tmp_path: Path, yahoo: Yahoo
) -> None:
    """On the 21st a clock says the 22nd, and the running session looks finished."""
    store = Store(tmp_path)
    yahoo.lines["AAPL"].rows[date(2025, 2, 21)] = bar(105.0)
    load(yahoo, store, "AAPL", today=TOMORROW)
    yahoo.lines["AAPL"].rows[date(2025, 2, 21)] = bar(107.0)
    yahoo.lines["AAPL"].rows[date(2025, 2, 24)] = bar(108.0)
    after = load(yahoo, store, "AAPL", today=date(2025, 2, 25))["AAPL"]
    assert after.frame["close"].tolist() == [95.0, 100.0, 102.0, 104.0, 107.0, 108.0]
    kept = store.read("AAPL")
    assert kept is not None
    (change,) = kept.changes
    cells = [(str(cell.day), cell.what, cell.old, cell.new) for cell in change.cells]
    assert ("2025-02-21", "close", 105.0, 107.0) in cells
    assert {day for day, *_ in cells} == {"2025-02-21"}
    assert len(store.versions("AAPL")) == 1
