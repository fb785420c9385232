"""Starting the process that replays, and talking to its copies."""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from backtests.evaluation.lookahead.channel import COPIES, REPLAYING, Channel
from backtests.evaluation.lookahead.messages import (
    Close,
    Ended,
    Failed,
    Opened,
    Surroundings,
    Widen,
    Witnessed,
)
from backtests.evaluation.lookahead.travelling import Packed
from newsfolio.errors import StrategyError

_START = (
    "import sys; sys.path[:] = {path!r}; "
    "from backtests.evaluation.lookahead.replay_server import serve; serve({more!r})"
)


class ReplayFailed(StrategyError):
    """The author's code failed in the process that replays."""


class Copy:
    """A copy of the replaying process, with one strategy and one market."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self.ended: int | None = None
        self.witnessed = Witnessed((), 0)

    def ask(self, message: object) -> Any:
        """The answer to a message; ReplayFailed where the author's code raised, or ended it."""
        try:
            self._channel.send(message)
            reply = self._channel.receive()
        except (BrokenPipeError, EOFError) as error:
            self.ended = -1
            raise ReplayFailed("the process that replays it is gone") from error
        if isinstance(reply, Ended):
            self.ended = reply.code
            raise ReplayFailed(f"it ended its process, with exit code {reply.code}")
        if isinstance(reply, Failed):
            raise ReplayFailed(reply.why)
        return reply

    def close(self) -> None:
        """Let it say what it saw, and end."""
        if self.ended is None:
            self.witnessed = self.ask(Close())
            self.ended = self._channel.receive().code


class ReplayProcess:
    """One process, started without anything; `market` makes a copy of it for a market.

    channels: how many copies may answer at the same time, each asked by a process of its own.
    """

    def __init__(self, seed: str = "", channels: int = 1) -> None:
        environment = {**os.environ, REPLAYING: "1"}
        if seed:
            environment["PYTHONHASHSEED"] = seed
        pipes = [(*os.pipe(), *os.pipe()) for _ in range(1, channels)]
        theirs = [(asked, answers) for asked, _, _, answers in pipes]
        self._process = subprocess.Popen(  # noqa: S603 (this interpreter)
            [sys.executable, "-c", _START.format(path=sys.path, more=theirs)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env=environment,
            pass_fds=[number for pair in theirs for number in pair],
        )
        for number in (number for pair in theirs for number in pair):
            os.close(number)
        reads, writes = self._process.stdout, self._process.stdin
        assert reads is not None and writes is not None  # noqa: S101 (PIPE)
        self._channel = Channel(reads.fileno(), writes.fileno())
        self._others = [Channel(answer, asks) for _, asks, answer, _ in pipes]
        self._foreseen = self._wide = False
        self._lane, self._owner = 0, os.getpid()
        self._lock = threading.RLock()

    def serves(self, channels: int) -> bool:
        """Whether it can be asked; a copy of the process that started it takes it as it is."""
        if self._owner != os.getpid():
            return True
        return self._process.poll() is None and len(self._others) >= channels - 1

    def foresee(self, libraries: tuple[str, ...]) -> None:
        """Have all channels served, by copies with these libraries, while nobody waits."""
        if self._others and not self._foreseen:
            self._channel.send(Widen(_surroundings(libraries)))
            self._foreseen = True

    def widened(self, libraries: tuple[str, ...]) -> int:
        """How many copies may answer at once; libraries: for all of them, unless foreseen."""
        if self._others and not self._wide:
            self.foresee(libraries)
            self._channel.receive()
            self._wide = True
        return 1 + len(self._others)

    def lent(self, lane: int) -> None:
        """In a copy of the process that started it: ask on this channel from now on, 0 the first.

        Every channel has one process that asks there, at any time.
        """
        self._lane = lane
        if lane:
            self._channel = self._others[lane - 1]
        _STARTED[os.getpid(), ""] = self

    @contextmanager
    def market(self, packed: Packed, opened: Opened) -> Iterator[Copy]:
        """A copy that has unpacked a strategy, and then got a market."""
        with self._lock:
            if self._foreseen:
                self.widened(())  # its answer comes first
            self._channel.send(_surroundings(packed.libraries))
            copy = Copy(self._channel)
            try:
                copy.ask(packed.luggage)
                copy.ask(opened)
                yield copy
                copy.close()
            except ReplayFailed:
                copy.close()
                raise
            except BaseException:
                self.stop()
                raise
            if not COPIES:
                self.stop()  # it was the copy itself

    def stop(self) -> None:
        """End it, whatever it does; who has one lane of several leaves that to whoever lent it."""
        if self._lane:
            return
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()
        while self._others:
            self._others.pop().close()
        if self._owner == os.getpid():
            self._process.kill()
            self._process.wait()
        else:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)
            _STARTED.pop((os.getpid(), ""), None)


def _surroundings(libraries: tuple[str, ...]) -> Surroundings:
    return Surroundings(tuple(sys.path), str(Path.cwd()), tuple(sys.argv), libraries)


_STARTED: dict[tuple[int, str], ReplayProcess] = {}
"""Those of this process, by its id and by hash seed; those of a process that forked us are not."""


def replay_process(seed: str = "", channels: int = 1) -> ReplayProcess:
    """The one of this process; it starts, without waiting, where there is none."""
    key = os.getpid(), seed
    if key not in _STARTED or not _STARTED[key].serves(channels):
        if key in _STARTED:
            _STARTED[key].stop()
        else:
            atexit.register(lambda: _STARTED[key].stop() if key[0] == os.getpid() else None)
        _STARTED[key] = ReplayProcess(seed, channels)
    return _STARTED[key]
