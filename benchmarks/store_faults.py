"""What kill -9, crowds and flipped bits do to a store: counts, none of which may be a surprise.

    python benchmarks/store_faults.py [pulls|runs|crowd|flips] [count] [folder]

A pull is the real yfinance against a Yahoo on this machine. Its bars are made so that a glance
tells which state of the source they come from: every third day all dividends of the past are
restated to one other amount. Two amounts in a file, or a missing row, would be a mixture.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))  # started as a file, it sees its own folder

from backtests import paths
from backtests.api import run_job
from backtests.records.ledger import Ledger
from backtests.records.result import Result, load
from backtests.records.workspace import Workspace
from backtests.runner.jobs import job_of
from backtests.settings import Settings
from markets.bars import Bars
from markets.reference.calendars import sessions_of
from markets.store.parquet import StoredBars
from markets.store.price_store import Store
from markets.store.restatements import cut
from markets.store.snapshots import SnapshotSource, snapshot_ids
from markets.yahoo.isolation import isolated_yfinance
from newsfolio import Fixed
from newsfolio.assets import NEW_YORK
from newsfolio.errors import BrokenData
from newsfolio.listings import asset_of
from tests.support import yahoo_server

TICKERS = ("AAPL", "MSFT", "SPY")
DAY_ONE = date(2024, 6, 3)
AMOUNTS = (1 + np.arange(7)) / 10
EVERY = 15
"""Sessions from one dividend to the next."""
STRATEGY = Fixed(mix=((0.5, "AAPL"), (0.5, "MSFT")))
PULL, RUN = 0.5, 1.0
"""Seconds within which a child is killed; every second time it is caught in a write if it can."""

Counts = dict[str, int]


# What the source says, and whether bars are what it said


@cache
def closes(ticker: str) -> tuple[np.ndarray, np.ndarray]:
    """Sessions from 2023 on, and their closes."""
    days = sessions_of(NEW_YORK)
    days = days[(days >= np.datetime64("2023-01-03")) & (days < np.datetime64("2026-09-01"))]
    steps = np.random.default_rng([*ticker.encode()]).normal(0.0003, 0.01, len(days))
    return days, 100 * np.exp(np.cumsum(steps))


def amount(today: date) -> float:
    """What every dividend is said to have been."""
    return float(AMOUNTS[(today - DAY_ONE).days // 3 % len(AMOUNTS)])


def line(ticker: str, today: date) -> yahoo_server.Line:
    days, close = closes(ticker)
    past = days < np.datetime64(today)
    past_days = days[past].tolist()
    rows = zip(past_days, close[past].tolist(), strict=True)
    return yahoo_server.Line(
        {day: yahoo_server.bar(value) for day, value in rows},
        dividends=dict.fromkeys(past_days[::EVERY], amount(today)),
    )


def fault_of(bars: Bars) -> str:
    """What is wrong with bars, "" if they are one state of the source, whole."""
    days, close = closes(bars.ticker)
    count = len(bars.frame)
    if bars.frame.index.to_numpy().astype("datetime64[D]").tolist() != days[:count].tolist():
        return "rows are missing"
    if not np.allclose(bars.frame["close"].to_numpy(), close[:count], rtol=1e-6):
        return "prices of no state"
    paid = np.zeros(count)
    paid[::EVERY] = bars.frame["dividend"].iloc[0]
    one_state = np.allclose(bars.frame["dividend"].to_numpy(), paid, rtol=1e-6)
    return "" if one_state and np.isclose(paid[0], AMOUNTS).any() else "a mixture"


def faults_in(store: Store) -> Counter[str]:
    """Files and versions by what is wrong with them."""
    faults: Counter[str] = Counter()
    for ticker in store.tickers():
        try:
            stored = store.read(ticker)
            faults[fault_of(stored.bars) if stored else "gone"] += 1
        except BrokenData:
            faults["half-written"] += 1
        for path in store.versions(ticker):
            faults[_fault_of_version(ticker, path)] += 1
    return faults


def _fault_of_version(ticker: str, path: Path) -> str:
    with tempfile.TemporaryDirectory() as folder:
        other = Store(Path(folder))
        other.path(ticker).write_bytes(path.read_bytes())
        try:
            stored = other.read(ticker)
        except BrokenData:
            return "half-written"
    assert stored is not None
    return fault_of(stored.bars) or ("" if stored.bars.digest() in path.name else "misnamed")


# Children


def pull(store: Store, today: date) -> None:
    """One pull of every line, from a server of its own."""
    with yahoo_server.yahoo_server() as yahoo:
        yahoo.lines = {ticker: line(ticker, today) for ticker in TICKERS}
        yahoo_server.load(yahoo, store, *TICKERS, today=today)


def pull_on(store: Store, start: date) -> None:
    """A pull a day, until somebody ends it, or nobody is left to do so."""
    parent, number = os.getppid(), 0
    while os.getppid() == parent:
        pull(store, start + timedelta(days=number))
        number += 1


def run_once(folder: Path, snapshot: str | None = None) -> Result:
    """One run on what the store has, kept in a folder of runs."""
    source = paths.open_source("yahoo", store=folder / "store", offline=True, snapshot=snapshot)
    runs = folder / ("again" if snapshot else "runs")
    settings = Settings(engine="kernel", start="2024-01-02", costs="none")
    workspace = Workspace(source, settings, Ledger(folder / "trials.sqlite"))
    return run_job(job_of(STRATEGY), workspace, save=lambda done: done.save(runs / done.id))


def run_on(folder: Path) -> None:
    """Run after run, likewise."""
    parent = os.getppid()
    while os.getppid() == parent:
        run_once(folder)


def started(act: Callable[[], object]) -> int:
    """A child that does something and then ends; its id."""
    child = os.fork()
    if child:
        return child
    try:
        act()
        os._exit(0)
    except BaseException:
        traceback.print_exc()
    os._exit(1)


def killed(child: int) -> bool:
    """End a child at once; False if it had failed by itself."""
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0


def _wait(seconds: float, folder: Path, drafts: str, aimed: bool) -> bool:
    """Let a while pass; aimed: and then until a draft appears. Whether one is there, unfinished."""
    time.sleep(seconds)
    end, before = time.monotonic() + 1, _drafts(folder, drafts)
    while aimed and time.monotonic() < end and not _drafts(folder, drafts) - before:
        pass
    return bool(_drafts(folder, drafts) - before)


def _drafts(folder: Path, drafts: str) -> set[tuple[str, int]]:
    seen = set()
    for path in folder.glob(drafts):
        try:
            seen.add((path.name, path.stat().st_mtime_ns))
        except FileNotFoundError:
            continue
    return seen


def _next_day(store: Store) -> date:
    """The day after the last pull, whatever of it was finished."""
    days = [stored.retrieved for ticker in store.tickers() if (stored := store.read(ticker))]
    return max(days, default=DAY_ONE) + timedelta(days=1)


# The four experiments


def pulls(count: int, folder: Path) -> Counts:
    """Kill pulls at random points; after each the store is looked at, in the end it is healed."""
    store, chance = Store(folder / "store"), random.Random(7)
    counts: Counter[str] = Counter()
    pull(store, DAY_ONE)
    for number in range(count):
        start = _next_day(store)
        child = started(lambda start=start: pull_on(store, start))
        counts["caught while writing"] += _wait(
            chance.uniform(0.0, PULL), store.folder, "**/*.tmp", aimed=number % 2 == 1
        )
        counts["failed by themselves"] += not killed(child)
        counts.update(_named(_present(store)))
    pull(store, _next_day(store))
    return _summary(counts, count, store)


def _present(store: Store) -> Counter[str]:
    """As `faults_in`, for the tickers' own files."""
    faults: Counter[str] = Counter()
    for ticker in TICKERS:
        try:
            stored = store.read(ticker)
            faults[fault_of(stored.bars) if stored else "gone"] += 1
        except BrokenData:
            faults["half-written"] += 1
    return faults


def runs(count: int, folder: Path) -> Counts:
    """Kill runs at random points while pulls move the store; then repeat what was kept."""
    store, chance = Store(folder / "store"), random.Random(8)
    counts: Counter[str] = Counter()
    pull(store, DAY_ONE)
    run_once(folder)  # imports what the children then have
    for number in range(count):
        start = _next_day(store)
        puller = started(lambda start=start: pull_on(store, start))
        runner = started(lambda: run_on(folder))
        counts["caught while writing"] += _wait(
            chance.uniform(0.0, RUN), folder / "runs", ".*", aimed=number % 2 == 1
        )
        counts["failed by themselves"] += not killed(runner)
        counts["failed by themselves"] += not killed(puller)
        counts.update(_named(_present(store)))
    counts.update(_checked_runs(folder, store))
    return _summary(counts, count, store)


def _checked_runs(folder: Path, store: Store) -> Counter[str]:
    counts: Counter[str] = Counter()
    with sqlite3.connect(folder / "trials.sqlite") as book:
        counts["ledger damaged"] += book.execute("PRAGMA integrity_check").fetchone() != ("ok",)
        counted = {row[0] for row in book.execute("SELECT run FROM trials")}
    for path in sorted((folder / "runs").glob("[!.]*")):
        counts["runs that are no trial"] += path.name not in counted
        result = load(path)
        again = run_once(folder, str(result.manifest["data"]["snapshot"]))
        same = again.equity.to_numpy().tobytes() == result.equity.to_numpy().tobytes()
        counts["runs kept"] += 1
        counts["runs repeated to the bit"] += same and _rest(again) == _rest(result)
        counts["runs whose notes differ"] += again.manifest["notes"] != result.manifest["notes"]
    for snapshot in snapshot_ids(store):
        source = SnapshotSource(store, snapshot)
        for bars in source.load([asset_of(ticker) for ticker in TICKERS]).values():
            counts["lines read by runs"] += 1
            counts["lines read that were mixtures"] += bool(fault_of(bars))
    return counts


def _rest(result: Result) -> dict[str, object]:
    """A manifest without what may differ: notes, for the same bars may come about in two ways,
    and the code, which somebody may be editing."""
    left_out = ("id", "notes", "versions")
    return {name: value for name, value in result.manifest.items() if name not in left_out}


def crowd(count: int, folder: Path) -> Counts:
    """So many processes at once, each pulling on days of its own and running in between."""
    store = Store(folder / "store")
    pull(store, DAY_ONE)

    def act(number: int) -> None:
        for turn in range(3):
            pull(store, DAY_ONE + timedelta(days=1 + 2 * turn + number % 3))
            run_once(folder)

    children = [started(lambda number=number: act(number)) for number in range(count)]
    counts: Counter[str] = Counter()
    for child in children:
        _, status = os.waitpid(child, 0)
        counts["failed by themselves"] += status != 0
    counts.update(_checked_runs(folder, store))
    counts.update(_named(_present(store)))
    return _summary(counts, count, store)


def flips(count: int, folder: Path) -> Counts:
    """Each bit of a small file flipped, and the file cut at each length; `count` 0: every bit."""
    store = Store(folder / "store")
    pull(store, DAY_ONE)
    full = store.read("SPY")
    assert full is not None
    few = cut(full.bars, date(2023, 1, 10))
    assert few is not None
    store.write(StoredBars(few, full.retrieved, full.source, full.currency))
    whole, before = store.path("SPY").read_bytes(), store.read("SPY")
    places = [(byte, 1 << bit) for byte in range(len(whole)) for bit in range(8)]
    if count:
        places = random.Random(9).sample(places, count)
    altered = [whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1 :] for at, bit in places]
    altered += [whole[:at] for at in range(0, len(whole), 1 if not count else 97)]
    counts: Counter[str] = Counter({"bytes": len(whole), "wrong without a word": 0})
    for content in altered:
        counts[_told(store, content, before)] += 1
    return dict(counts)


def _told(store: Store, content: bytes, before: StoredBars | None) -> str:
    store.path("SPY").write_bytes(content)
    try:
        after = store.read("SPY")
    except BrokenData:
        return "refused"
    assert before is not None and after is not None
    same = after.bars.digest() == before.bars.digest() and after.bars.notes == before.bars.notes
    rest = replace(after, bars=before.bars) == before
    return "the same to the last figure" if same and rest else "wrong without a word"


def _named(faults: Counter[str]) -> Counter[str]:
    return Counter({f"files {what}": number for what, number in faults.items() if what})


def _summary(counts: Counter[str], count: int, store: Store) -> Counts:
    """The counts, with the store looked at once more."""
    end = faults_in(store)
    counts["files and versions whole in the end"] = end.pop("", 0)
    counts["files and versions faulty in the end"] = sum(end.values())
    counts["snapshots"] = len(snapshot_ids(store))
    return {"count": count, **counts}


EXPERIMENTS: dict[str, tuple[Callable[[int, Path], Counts], int]] = {
    "pulls": (pulls, 200), "runs": (runs, 200), "crowd": (crowd, 8), "flips": (flips, 0),
}  # fmt: skip


def main(arguments: list[str]) -> None:
    """Print one JSON object an experiment."""
    isolated_yfinance()  # before any fork, which is then quick
    for name in arguments[:1] or list(EXPERIMENTS):
        experiment, usual = EXPERIMENTS[name]
        count = int(arguments[1]) if len(arguments) > 1 else usual
        began = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            report = experiment(count, Path(arguments[2] if len(arguments) > 2 else folder))
        print(
            json.dumps(
                {"experiment": name, **report, "seconds": round(time.perf_counter() - began)}
            )
        )


if __name__ == "__main__":
    main(sys.argv[1:])
