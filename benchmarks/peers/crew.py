"""Tools at work, each in a process of its own, asked in turns."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import IO, Any

ROOT = Path(__file__).parent.parent.parent
CLOCK = "SPEED_CLOCK"
"""The variable that names the function of `time` by which a tool is clocked."""


class NotHere(Exception):
    """A tool that cannot be had, and why."""


@dataclass(frozen=True)
class Home:
    """Where a tool lives: its interpreter, its module in benchmarks/peers, and their root."""

    python: str
    module: str
    root: Path = ROOT


@dataclass
class Tool:
    """A running tool, and how it introduced itself: import seconds, works, versions, peak."""

    process: subprocess.Popen[str]
    log: IO[str]
    hello: Mapping[str, Any] = field(default_factory=dict)

    def ask(self, work: str, least: float = 0.0, **more: Any) -> Mapping[str, Any]:
        """Seconds of each call, and the peak memory so far in MB."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps({"work": work, "least": least, **more}) + "\n")
        self.process.stdin.flush()
        return self.answer()

    def answer(self) -> Mapping[str, Any]:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            self.log.seek(0)
            raise NotHere(last_line(self.log.read()))
        return json.loads(line)  # type: ignore[no-any-return]


@contextmanager
def tool(home: Home, folder: Path) -> Iterator[Tool]:
    """A tool in a fresh process; NotHere if it cannot be imported there.

    Every tool is clocked by our own worker, an earlier commit's as well.
    """
    ours = ("-m", "benchmarks.peers.worker")
    worker = ours if home.root == ROOT else (str(ROOT / "benchmarks" / "peers" / "worker.py"),)
    command = (home.python, *worker, home.module, str(folder))
    with tempfile.TemporaryFile("w+", dir=folder) as log:
        process = _started(command, home.root, folder, log)
        begun = Tool(process, log)
        try:
            begun.hello = begun.answer()
            yield begun
        finally:
            process.communicate()


def _started(
    command: Sequence[str], root: Path, folder: Path, log: IO[str]
) -> subprocess.Popen[str]:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": log}
    try:
        return subprocess.Popen(
            command, cwd=root, env=surroundings(root, folder), text=True, **pipes
        )
    except OSError as error:
        raise NotHere(str(error)) from error


def surroundings(root: Path, folder: Path) -> dict[str, str]:
    """Nothing of the user's is read or written."""
    return {**os.environ, "PYTHONPATH": str(root), "XDG_DATA_HOME": str(folder / "home")}


def clocked(command: Sequence[str], root: Path, folder: Path) -> float:
    """Seconds of a command from nothing to its end; NotHere if it fails."""
    began = time.perf_counter()
    done = subprocess.run(
        command, cwd=root, env=surroundings(root, folder), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if done.returncode:
        raise NotHere(last_line(done.stderr))
    return time.perf_counter() - began


def in_turns(
    asked: Mapping[str, tuple[Tool, str]], turns: int, budget: float, **more: Any
) -> dict[str, float]:
    """The median of a turn's median by label; who has used up its budget sits out."""
    seconds: dict[str, list[float]] = {label: [] for label in asked}
    spent = dict.fromkeys(asked, 0.0)
    for _ in range(turns):
        for label, (worker, work) in asked.items():
            if spent[label] <= budget:
                taken = worker.ask(work, **more)["seconds"]
                spent[label] += sum(taken)
                seconds[label].append(median(taken))
    return {label: median(taken) for label, taken in seconds.items()}


def last_line(text: str) -> str:
    """What a failed command said last."""
    lines = text.strip().splitlines()
    return lines[-1][:200] if lines else "it ended without a word"
