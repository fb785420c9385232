"""Sweeps whose workers die or that are interrupted: what is kept, and what is done again."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from backtests.sweeps import executors
from backtests.sweeps.sweep import SweepResult
from newsfolio import CommandError
from tests.support.forked_commands import Forked
from tests.support.shell import Shell
from tests.support.sweeps import CROSS, GRID, TOP, bytes_of, swept

FATAL = """
    def __post_init__(self):
        super().__post_init__()
        flag = Path({flag!r})
        if self.lookback == 90 and os.getpid() != {pid} and not flag.exists():
            flag.touch()
            os._exit(1)
"""


def test_a_worker_that_dies_costs_its_job_alone(tmp_path: Path) -> None:
    whole = (tmp_path / "a.py").write_text(TOP) and swept(tmp_path / "a", f"{tmp_path}/a.py")
    flag = tmp_path / "died"
    (tmp_path / "b.py").write_text(TOP + FATAL.format(flag=str(flag), pid=os.getpid()))
    broken = swept(tmp_path / "b", f"{tmp_path}/b.py", workers=2)
    assert flag.exists()
    pd.testing.assert_frame_equal(broken.table.drop(columns="id"), whole.table.drop(columns="id"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The parts of a sweep that nothing interrupts."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "top.py").write_text(TOP)
    grid = {"n": range(1, 5), "lookback": range(30, 150)}
    return bytes_of(swept(folder, f"{folder}/top.py", start="2023-01-03", grid=grid))


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_an_interrupted_sweep_goes_on_where_it_stopped(
    shell: Shell, whole: dict[str, bytes], how: signal.Signals, workers: int
) -> None:
    """Ctrl-C reaches all processes of a group, `kill -9` the main one alone."""
    folder = shell.folder
    (folder / "top.py").write_text(TOP)
    lookbacks = ",".join(map(str, range(30, 150)))
    command = (
        "sweep", "top.py", "--data", "sample", "--start", "2023-01-03", "--grid", "n=1,2,3,4",
        "--grid", f"lookback={lookbacks}", "--ledger", "l.sqlite", "--workers", str(workers),
    )  # fmt: skip
    with (folder / "log").open("w") as log:
        started = Forked((sys.executable, "-m", "backtests", *command), folder, {}, log)
    pattern = "runs/sweep-top-*/parts/*.parquet"
    until = time.monotonic() + 60
    while not list(folder.glob(pattern)) and time.monotonic() < until:
        time.sleep(0.005)
    if how is signal.SIGINT:
        os.killpg(started.pid, how)
    else:
        os.kill(started.pid, how)
    started.communicate()  # returns once no worker holds the pipe any more
    kept = {path: path.stat().st_mtime_ns for path in folder.glob(pattern)}
    assert 0 < len(kept) < 24
    done = shell(*command, "--json")
    assert json.loads(done.out)["sets"] == 480
    assert all(path.stat().st_mtime_ns == stamp for path, stamp in kept.items())
    assert {path.name: path.read_bytes() for path in folder.glob(pattern)} == whole


@pytest.mark.slow  # 50 s of processor time: a cluster of processes, and two that are killed
def test_a_lost_worker_of_a_cluster_changes_no_bit(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed", reason="cluster: pip install distributed")
    (tmp_path / "top.py").write_text(TOP)
    address, grid = f"{tmp_path}/top.py", {"n": range(1, 6), "lookback": range(30, 190, 4)}
    alone = swept(tmp_path / "alone", address, grid=grid)
    killed: dict[str, int] = {}
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:

        def on_it(name: str, **more: object) -> SweepResult:
            """A sweep; after its first job a worker dies, as by the kernel when memory is short."""

            def kill(progress: str) -> None:
                if name not in killed:
                    killed[name] = next(iter(cluster.workers.values())).pid
                    os.kill(killed[name], signal.SIGKILL)

            there = {"cluster": cluster.scheduler_address, "progress": kill}
            return swept(tmp_path / name, address, **there, **more)

        together = on_it("together", grid=grid)
        onwards = {"grid": GRID, "walk_forward": (6, 3)}
        walked = on_it("walked", **onwards)
    assert len({*killed.values()}) == 2
    assert len(bytes_of(alone)) == 10
    assert bytes_of(together) == bytes_of(alone)
    here = swept(tmp_path / "here", address, **onwards)
    assert walked.summary == here.summary
    assert len(here.summary["walk_forward"]["windows"]) == 4
    pd.testing.assert_frame_equal(walked.walk, here.walk, check_exact=True)


def test_a_plain_class_is_swept_by_processes_and_refused_by_a_cluster(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """backtrader makes params anew from what a class is written as, which does not travel."""
    (tmp_path / "cross.py").write_text(CROSS)
    plain = {"grid": {"fast": (3, 8), "slow": (20, 30)}, "universe": ("SPY",)}
    alone = swept(tmp_path / "alone", f"{tmp_path}/cross.py", **plain)
    workers = swept(tmp_path / "workers", f"{tmp_path}/cross.py", workers=2, **plain)
    assert bytes_of(workers) == bytes_of(alone)
    assert (alone.summary["sets"], alone.summary["failed"]) == (4, 0)
    monkeypatch.setattr(executors, "_distributed", lambda: None)
    with pytest.raises(CommandError, match="cross is a plain backtrader strategy, whose params"):
        swept(tmp_path / "far", f"{tmp_path}/cross.py", cluster="tcp://127.0.0.1:1", **plain)
