"""What a long trial ledger costs: a verdict's time and memory, a sweep's time.

    python benchmarks/ledger.py [--trials 300000] [--rounds 5]

Each verdict is a process of its own, one on an empty ledger and one on the long one in turns, both
on the sample market as if it were real; printed are medians.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # started as a file, it sees its own folder

from backtests import sweep
from backtests.records.ledger import Ledger, Trial
from backtests.records.ledger.trial import Exposure

ROOT = Path(__file__).parents[1]
METRICS = ("final_equity", "total_return", "cagr", "volatility", "sharpe", "sortino",
           "max_drawdown", "turnover", "costs", "trades")  # fmt: skip
SETTINGS = {"start": None, "end": None, "cash": 1e6, "currency": "USD", "costs": "venue",
            "lots": "venue", "engine": "kernel"}  # fmt: skip
VERDICT = """
import json, resource, sys, time
began = time.perf_counter()
from backtests import run
result = run("abc-basket", data="sample", engine="kernel", ledger=sys.argv[1],
             placebos=int(sys.argv[2]))
took, used = time.perf_counter() - began, time.process_time()
counts = result.evaluation["significance"]
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([took, used, memory, counts["trials"], counts["family"]]))
"""


def long_ledger(path: Path, trials: int) -> None:
    """Variants of thesis T3 as a sweep in jobs of a thousand leaves them."""
    draw, ledger = random.Random(0), Ledger(path)
    exposure = Exposure("2025-02-21", {"SMH": 0.34, "BABA": 0.33, "KWEB": 0.33},
                        since="2025-02-24", until="2026-10-30")  # fmt: skip
    for job in range(0, trials, 1000):
        sets = [
            Trial("T3", "abc-basket", {"n": number, "x": draw.random()}, "code", "data", False,
                  SETTINGS, "2014-01-02", "2026-10-30", run="sweep", scored=425,
                  metrics={name: draw.random() for name in METRICS}, sharpe=draw.random(),
                  exposure=exposure)
            for number in range(job, min(job + 1000, trials))
        ]  # fmt: skip
        ledger.append(sets, datetime.now(UTC))


def verdict(ledger: Path, placebos: int) -> list[float]:
    """Wall and processor seconds, MB at most, variants of the thesis and of the family."""
    finished = subprocess.run([sys.executable, "-c", VERDICT, str(ledger), str(placebos)], cwd=ROOT,
                          check=True, capture_output=True, text=True)  # fmt: skip
    measured: list[float] = json.loads(finished.stdout)
    return measured


def verdicts(folder: Path, long: Path, rounds: int, placebos: int) -> None:
    rows: dict[str, list[list[float]]] = {"empty": [], "long": []}
    for number in range(rounds):
        for name, ledger in (("empty", folder / f"empty-{number}"), ("long", folder / "copy")):
            if name == "long":
                shutil.copy(long, ledger)
            rows[name].append(verdict(ledger, placebos))
    columns = ("seconds", "processor", "MB at most")
    empty, full = (
        [statistics.median(column) for column in zip(*table, strict=True)]
        for table in rows.values()
    )
    print(f"verdict, {placebos} placebos; variants {full[3]:,.0f}, of the family {full[4]:,.0f}")
    for name, bare, kept in zip(columns, empty, full, strict=False):
        print(
            f"  {name:<12}{bare:>10.3f}{kept:>10.3f}   {kept - bare:+.3f} ({kept / bare - 1:+.1%})"
        )


def sweeps(folder: Path, long: Path, rounds: int) -> None:
    """A thousand sets, on an empty ledger and on the long one."""
    grid = {"lookback": tuple(range(20, 270)), "skip": (0, 2, 5, 10)}
    for name in ("empty", "long"):
        took = []
        for number in range(rounds):
            ledger = folder / f"{name}-{number}.swept"
            if name == "long":
                shutil.copy(long, ledger)
            began = time.perf_counter(), time.process_time()
            sweep("relative-momentum", "sample", grid=grid, ledger=ledger,
                  start="2023-01-03", out=folder / f"{name}-{number}.runs")  # fmt: skip
            took.append((time.perf_counter() - began[0], time.process_time() - began[1]))
        wall, used = (statistics.median(column) for column in zip(*took, strict=True))
        print(f"sweep of 1,000 sets, {name} ledger: {wall:.2f} s, processor {used:.2f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--trials", type=int, default=300_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--placebos", type=int, default=200)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        began = time.perf_counter()
        long_ledger(folder / "long", asked.trials)
        size = (folder / "long").stat().st_size / 1e6
        print(
            f"{asked.trials:,} trials written in {time.perf_counter() - began:.1f} s, {size:.0f} MB"
        )
        verdicts(folder, folder / "long", asked.rounds, asked.placebos)
        sweeps(folder, folder / "long", asked.rounds)


if __name__ == "__main__":
    main()
