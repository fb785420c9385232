"""Which process has started a run, and whether it is still there."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from pathlib import Path
from typing import TypedDict

_PROC = Path("/proc")

_STARTED = 19
"""Place of the start in /proc/PID/stat, after the name of the program (proc(5), field 22)."""


class ProcessJson(TypedDict, total=False):
    """Names a process for good: numbers are used again, after a while and in each container.

    since: in ticks since the boot; boot: of the machine; room: the space that numbers belong to.
    """

    pid: int
    since: str
    boot: str
    room: str


def this_process() -> ProcessJson:
    return {"pid": os.getpid(), "since": _since(os.getpid()), "boot": _boot(), "room": _room()}


def is_running(process: ProcessJson) -> bool | None:
    """Whether it is; None where that cannot be seen from here: another machine or container."""
    if (process.get("boot"), process.get("room")) != (_boot(), _room()):
        same_machine = process.get("room") == _room()
        return False if same_machine and process.get("boot") and _boot() else None
    pid = int(process.get("pid", 0))
    if process.get("since"):
        return _since(pid) == process["since"]
    return None


def _since(pid: int) -> str:
    with suppress(OSError, IndexError):
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[_STARTED]
    return ""


def _boot() -> str:
    with suppress(OSError):
        return (_PROC / "sys/kernel/random/boot_id").read_text().strip()
    return ""


def _room() -> str:
    space = ""
    with suppress(OSError):
        space = str((_PROC / "self/ns/pid").readlink())
    return f"{socket.gethostname()} {space}".strip()
