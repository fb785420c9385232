"""One tool in a process of its own: `python -m benchmarks.peers.worker TOOL FOLDER`.

It answers one line of JSON for each line that it is asked: how long each call of a work took, and
the peak memory of the process. Every tool may live in an interpreter with its own versions, so
nothing here imports more than the standard library before the tool does.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from itertools import chain
from pathlib import Path
from typing import Any

MOST = 2000
"""Calls for one question, however short they are."""


def main(tool: str, folder: Path) -> None:
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints is no answer
    began = time.perf_counter()
    module = importlib.import_module(f"benchmarks.peers.{tool}")
    imported = time.perf_counter() - began
    hello = {"import": imported, "works": module.WORKS, "versions": versions(module.PACKAGES)}
    for answer in chain([{**hello, "peak": peak()}], _answers(module, folder, tool)):
        print(json.dumps(answer), file=out, flush=True)


def _answers(module: Any, folder: Path, tool: str) -> Iterator[dict[str, Any]]:
    from benchmarks.peers.panel import read_panel

    panel = read_panel(folder)
    made = cache(lambda name: module.work(panel, name))
    for line in sys.stdin:
        asked = json.loads(line)
        work = made(asked["work"])  # data are loaded here, outside the clock
        taken, result = timed(work, asked.get("sets", 0), asked["least"])
        if asked.get("save"):
            _saved(result, folder / f"{tool}-{asked['work']}.npy")
        yield {"seconds": taken, "peak": peak()}


def _saved(result: Any, path: Path) -> None:
    import numpy as np

    np.save(path, np.asarray(result, dtype="float64"))


def timed(work: Any, sets: int, least: float) -> tuple[list[float], Any]:
    """How long calls took, repeated for `least` seconds; a work on sets is told how many."""
    clock = getattr(time, os.environ.get("SPEED_CLOCK", "perf_counter"))
    taken: list[float] = []
    while not taken or (sum(taken) < least and len(taken) < MOST):
        began = clock()
        result = work(sets) if sets else work()
        taken.append(clock() - began)
    return taken, result


def peak() -> float:
    """The most memory that this process ever had, in MB."""
    try:
        status = Path("/proc/self/status").read_text()
        # Not ru_maxrss: that is inherited from the process that started this one.
        return int(status.split("VmHWM:")[1].split()[0]) / 1024
    except OSError:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def versions(packages: tuple[str, ...]) -> dict[str, str]:
    return {name: metadata.version(name) for name in packages}


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
