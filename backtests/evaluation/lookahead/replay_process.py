"""Starting the process that replays, and talking to its copies."""

from __future__ import annotations

import atexit
import os
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
    Witnessed,
)
from backtests.evaluation.lookahead.travelling import Packed
from newsfolio.errors import StrategyError

_START = (
    "import sys; sys.path[:] = {path!r}; "
    "from backtests.evaluation.lookahead.replay_server import serve; serve()"
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
    """One process, started without anything; `market` makes a copy of it for a market."""

    def __init__(self, seed: str = "") -> None:
        environment = {**os.environ, REPLAYING: "1"}
        if seed:
            environment["PYTHONHASHSEED"] = seed
        self._process = subprocess.Popen(  # noqa: S603 (this interpreter)
            [sys.executable, "-c", _START.format(path=sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env=environment,
        )
        reads, writes = self._process.stdout, self._process.stdin
        assert reads is not None and writes is not None  # noqa: S101 (PIPE)
        self._channel = Channel(reads.fileno(), writes.fileno())
        self._lock = threading.RLock()

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    @contextmanager
    def market(self, packed: Packed, opened: Opened) -> Iterator[Copy]:
        """A copy that has unpacked a strategy, and then got a market."""
        with self._lock:
            self._channel.send(
                Surroundings(tuple(sys.path), str(Path.cwd()), tuple(sys.argv), packed.libraries)
            )
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
        """End it, whatever it does."""
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()
        self._process.kill()
        self._process.wait()


_STARTED: dict[tuple[int, str], ReplayProcess] = {}
"""Those of this process, by its id and by hash seed; those of a process that forked us are not."""


def replay_process(seed: str = "") -> ReplayProcess:
    """The one of this process; it starts, without waiting, where there is none."""
    key = os.getpid(), seed
    if key not in _STARTED or not _STARTED[key].alive:
        if key not in _STARTED:
            atexit.register(lambda: _STARTED[key].stop() if key[0] == os.getpid() else None)
        _STARTED[key] = ReplayProcess(seed)
    return _STARTED[key]
