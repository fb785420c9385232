"""What killed processes leave behind is taken away by the next, and stops nobody."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from backtests.records.ledger import Ledger
from backtests.records.result import load
from reports.saved_runs import saved_runs
from tests.support.forked_commands import Forked
from tests.support.shell import SHORT, Shell

ROOT = Path(__file__).parents[2]
ISOLATING = """
import sys, time
from markets.yahoo.isolation import isolated_yfinance
isolated_yfinance()
print("ready", flush=True)
sys.stdin.read() if sys.argv[1] == "wait" else None
"""


def isolating(folder: Path, what: str) -> subprocess.Popen[str]:
    """A process that has set yfinance up."""
    process = subprocess.Popen(
        [sys.executable, "-c", ISOLATING, what],
        cwd=ROOT, env={**os.environ, "TMPDIR": str(folder)}, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="needs the locks of Unix")
def test_temporary_folders_of_the_killed_are_swept_and_those_of_the_living_stay(
    tmp_path: Path,
) -> None:
    killed, living = isolating(tmp_path, "wait"), isolating(tmp_path, "wait")
    before = set(tmp_path.iterdir())
    assert len(before) == 2
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    (tmp_path / "newsfolio-file").write_text("somebody else's")
    (tmp_path / "newsfolio-link").symlink_to(tmp_path / "newsfolio-file")
    (tmp_path / "newsfolio-new").mkdir()  # of a process that is about to lock it
    isolating(tmp_path, "end").communicate("")
    left = {path.name for path in tmp_path.iterdir()}
    assert len(left & {path.name for path in before}) == 1
    assert left - {path.name for path in before} == {
        "newsfolio-file", "newsfolio-link", "newsfolio-new",
    }  # fmt: skip
    living.communicate("")
    assert not {path for path in before if path.exists()}


DRAWING = """
import sys, time
import reports.pages.verdict as page
def drawn(*_, **__):
    print("drawing", flush=True)
    time.sleep(60)
page.verdict_page = drawn
from backtests.cli import main
main(sys.argv[1:])
"""


def killed_where_it_prints(word: str, code: str, command: Sequence[str], folder: Path) -> None:
    """Run a command with some of it replaced, and kill it when it says so."""
    with (folder / "log").open("w+") as log:
        process = Forked((sys.executable, "-c", code, *command), folder, {}, log)
        assert process.stdout.readline() == f"{word}\n", log.seek(0) or log.read()
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and signals")
def test_a_run_that_is_killed_while_its_pages_are_drawn_is_kept_and_counted(shell: Shell) -> None:
    command = ("run", "abc-basket", *SHORT, "--ledger", str(shell.ledger))
    killed_where_it_prints("drawing", DRAWING, command, shell.folder)
    (row,) = Ledger(shell.ledger).rows()
    assert row["status"] == "done"
    (saved,) = saved_runs(shell.runs)[0]
    assert load(saved.folder).id == row["run"] == saved.name
    assert not list(saved.folder.glob("*.html"))
    assert shell(*command[:-2]).code == 0  # nothing of the killed one is in the way
    assert (saved.folder / "verdict.html").exists()
    assert [row["run"] for row in Ledger(shell.ledger).rows()] == [saved.name] * 2


SAVING = """
import sys, time
from pathlib import Path
from backtests.records import result
from backtests.sweeps import storage
import pyarrow.parquet as pq
def stuck(*_, **__):
    print("writing", flush=True)
    time.sleep(60)
result.write_json = stuck
pq.write_table = stuck
from backtests.cli import main
main(sys.argv[1:])
"""


def hidden(folder: Path) -> list[str]:
    return [str(path) for path in folder.rglob(".*") if path.name != ".newsfolio-runs"]


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="needs the locks of Unix")
def test_drafts_of_killed_runs_and_sweeps_are_swept_by_the_next(shell: Shell) -> None:
    run = ("run", "abc-basket", *SHORT)
    sweep = ("sweep", "relative-momentum", "--grid", "band=0.0,0.02", *SHORT[:4])
    kept = ("--ledger", str(shell.ledger))
    for command in (run, sweep):
        killed_where_it_prints("writing", SAVING, (*command, *kept), shell.folder)
    assert len(hidden(shell.runs)) == 2
    (shell.runs / ".mine").mkdir()
    old = shell.runs / ".abc-basket-0123456789.abcd_123"  # as earlier builds left them
    old.mkdir()
    os.utime(old, (0, 0))
    assert shell(*run).code == 0
    assert shell(*sweep).code == 0
    assert hidden(shell.runs) == [str(shell.runs / ".mine")]
