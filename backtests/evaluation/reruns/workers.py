"""Copies of this process that work beside it; what they answer does not depend on how many."""

from __future__ import annotations

import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Generic, TypeVar

from backtests.evaluation.lookahead.channel import Channel
from backtests.progress import Progress, silent

T = TypeVar("T")

MOST = 4096
"""Parts that work is divided into at most: their numbers fit into a pipe."""

_NUMBER = 4
"""Bytes of a number in the pipe."""

_PROGRESS, _DONE = "progress", "done"

_FAILED = 3
"""Exit code of a copy whose work raised; it is done again where the error can be seen."""


def usable() -> int:
    """How many processes may work at once: one a core, and one alone where a copy is not safe.

    Threads of others are not there in a copy, nor what they have locked.
    """
    if sys.platform != "linux" or threading.active_count() > 1:
        return 1
    return len(os.sched_getaffinity(0))


class CopiedWork(Generic[T]):
    """Work that a copy of this process does meanwhile."""

    def __init__(self, work: Callable[[Progress], T]) -> None:
        self._process, reads = _copied(work)
        self._channel = Channel(reads, reads)
        self._ended = self.answered = False

    def answer(self, progress: Progress = silent) -> T | None:
        """What came out, told how far it is; None where the copy failed, or died of something."""
        done: list[T] = []
        try:
            with suppress(EOFError):
                while not done:
                    what, content = self._channel.receive()
                    if what == _PROGRESS:
                        progress(*content)
                    else:
                        done.append(content)
        finally:
            code = self.end()
        self.answered = bool(done)
        if not done and code != _FAILED:
            warnings.warn(
                f"a process that worked beside this one ended with code {code} (out of memory?); "
                "its part is done again here",
                stacklevel=2,
            )
        return done[0] if done else None

    def end(self) -> int:
        """Let it go, whatever it does; its exit code, 0 where it was let go before."""
        if self._ended:
            return 0
        self._ended = True
        self._channel.close()
        with suppress(ProcessLookupError):
            os.kill(self._process, signal.SIGKILL)
        return os.waitstatus_to_exitcode(os.waitpid(self._process, 0)[1])


def shared(
    work: Callable[[int], T], count: int, workers: int, *,
    begin: Callable[[int], object] = int, lost: Callable[[], object] = int,
    report: Callable[[int], object] = int,
) -> list[T]:  # fmt: skip
    """work(0) to work(count - 1); each process takes the next number when it is free.

    begin: called in each copy with its number, from 1. lost: here, once all have ended, if a copy
    failed; what it left undone is then done here. report: told each number that this process takes.
    """
    done: dict[int, T] = {}
    if count:
        report(0)  # whichever process takes it
    with _Numbers(count) as numbers:

        def part(copy: int, _: Progress) -> dict[int, T]:
            begin(copy)
            return {number: work(number) for number in numbers}

        copies = {copy: CopiedWork(partial(part, copy)) for copy in range(1, min(workers, count))}
        try:
            for number in numbers:
                report(number)
                done[number] = work(number)
            answers = [copies.pop(copy).answer() for copy in tuple(copies)]
        finally:
            for left in copies.values():
                left.end()
    for answer in answers:
        done |= answer or {}
    if None in answers:
        lost()
    return [done[number] if number in done else work(number) for number in range(count)]


class _Numbers:
    """The numbers below a count, each for one of the processes that ask."""

    def __init__(self, count: int) -> None:
        self._count, self._block = count, -(-count // MOST) or 1
        self._reads, writes = os.pipe()
        os.write(writes, b"".join(
            start.to_bytes(_NUMBER, "big") for start in range(0, count, self._block)
        ))  # fmt: skip
        os.close(writes)

    def __enter__(self) -> _Numbers:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._reads)

    def __iter__(self) -> Iterator[int]:
        while number := os.read(self._reads, _NUMBER):
            start = int.from_bytes(number, "big")
            yield from range(start, min(start + self._block, self._count))


def _copied(work: Callable[[Progress], object]) -> tuple[int, int]:
    """A copy of this process that does some work: its number, and where its messages come."""
    reads, writes = os.pipe()
    _flush()  # else what waits there is printed twice
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of threads that libraries have started
        process = os.fork()
    if process:
        os.close(writes)
        return process, reads
    code = _FAILED
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # who made it answers Ctrl-C
        channel = Channel(writes, writes)
        answer = work(lambda what, share: channel.send((_PROGRESS, (what, share))))
        _flush()
        channel.send((_DONE, answer))
        code = 0
    finally:
        os._exit(code)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # nobody reads it any more
            stream.flush()
