"""The process that replays: started anew, it holds what it is sent and nothing else.

It imports libraries alone, and makes a copy of itself for each market. The copy imports the
strategy first, then gets its market, is asked, and ends. Where a process cannot be copied, it is
that copy itself.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import random
import sys
import warnings
from collections.abc import Sequence

from backtests.evaluation.lookahead.channel import COPIES, Channel
from backtests.evaluation.lookahead.messages import (
    Close,
    Ended,
    Failed,
    Luggage,
    Surroundings,
    Widen,
)
from backtests.evaluation.lookahead.replaying import ReplayedStrategy
from backtests.evaluation.lookahead.witness import Witness
from newsfolio.blame import said_by
from newsfolio.errors import NewsfolioError


def serve(more: Sequence[tuple[int, int]] = ()) -> None:
    """Answer on what was standard input and output until the other side is gone.

    more: pairs of descriptors for copies that answer beside it, once it is told to widen. No copy
    keeps those of another: what is said there is the true market of somebody else.
    """
    channel, others = _taken_over(), [Channel(*pair) for pair in more]
    while True:
        try:
            order = channel.receive()
        except EOFError:
            return
        if isinstance(order, Widen):
            _move(order.surroundings)
            channel, others = _widened(channel, others), []
            continue
        for other in others:  # nobody has widened: a copy must not hold them
            other.close()
        others = []
        _move(order)
        if not COPIES:
            _replay(channel)
            channel.send(Ended(0))
            return
        gc.freeze()  # what was imported is not touched by the copies
        child = _forked()
        if not child:
            _copy(channel)
        channel.send(Ended(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])))


def _widened(channel: Channel, others: Sequence[Channel]) -> Channel:
    """The channel that this process answers on: its own, or in a copy of it one of the others."""
    gc.freeze()
    for mine in others:
        if not _forked():
            for other in (channel, *others):
                if other is not mine:
                    other.close()
            return mine
    for other in others:
        other.close()
    channel.send(None)
    return channel


def _forked() -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of threads that libraries have started
        return os.fork()


def _copy(channel: Channel) -> None:
    """The life of a copy; it never returns."""
    code = 1
    try:
        _replay(channel)
        code = 0
    finally:
        os._exit(code)


def _replay(channel: Channel) -> None:
    """Unpack a strategy, then do as told."""
    random.seed()  # a copy draws lots of its own
    witness = Witness()
    luggage: Luggage = channel.receive()
    replaying: ReplayedStrategy | None = None
    try:
        replaying = ReplayedStrategy(witness, luggage)
    except NewsfolioError as error:
        channel.send(Failed(str(error)))
    except BaseException as error:  # sys.exit() in an author's file ends no check
        channel.send(Failed(said_by(error)))
    else:
        channel.send(None)
    while True:
        order = channel.receive()
        if isinstance(order, Close):
            channel.send(witness.account())
            return
        if replaying is None:
            channel.send(Failed("it was not unpacked"))
            continue
        try:
            reply = replaying.answer(order)
        except NewsfolioError as error:
            reply = Failed(str(error))
        channel.send(reply)


def _taken_over() -> Channel:
    """The pipes of standard input and output, which the author's code finds empty and deaf."""
    reads, writes = os.dup(0), os.dup(1)
    with open(os.devnull, "r+b", buffering=0) as nowhere:  # noqa: PTH123
        for number in (0, 1, 2):
            os.dup2(nowhere.fileno(), number)
    return Channel(reads, writes)


def _move(to: Surroundings) -> None:
    """Stand where the process stands that asks."""
    sys.path[:] = to.path
    sys.argv[:] = to.command
    with contextlib.suppress(OSError):
        os.chdir(to.folder)
    for name in to.libraries:
        if name not in sys.modules:
            with contextlib.suppress(Exception):
                importlib.import_module(name)
