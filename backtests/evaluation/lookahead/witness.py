"""What a strategy's code does while it is imported and asked, as the replaying process saw it."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backtests.evaluation.lookahead.access_audit import COUNTER, AccessAudit
from backtests.evaluation.lookahead.messages import Luggage, Weights, Witnessed
from backtests.evaluation.lookahead.source_audit import kind_of, know_author
from newsfolio.strategy import Strategy
from newsfolio.view import View

SLACK = 8192
"""Bytes that the system's own libraries may read without a hook, e.g. how many cores there are."""


_UNREADABLE = (".pyc", ".so", ".pyd", ".dylib")

FONTS = frozenset({"matplotlib.ft2font", "PIL._imagingft"})
"""Compiled modules that read fonts to and fro without a hook; with them nobody can count."""


class Witness:
    """Files, connections and processes that were opened, and bytes that were read behind them."""

    def __init__(self) -> None:
        self._audit = AccessAudit()
        self._unseen = 0
        self._asking = False

    def begin(self, luggage: Luggage) -> None:
        know_author(luggage.code, luggage.folders)
        self._audit.start()

    @contextlib.contextmanager
    def asking(self) -> Iterator[None]:
        """While the author's code runs: what is read must have been opened before our eyes.

        One look before and one after; of many decisions at once not around each of them.
        """
        if self._asking:
            yield
            return
        self._asking = True
        allowed, before = self._audit.allowance, _bytes_read()
        try:
            yield
        finally:
            self._asking = False
            if not sys.modules.keys() & FONTS:
                read = _bytes_read()[0] - sum(before)
                self._unseen += max(0, read - (self._audit.allowance - allowed))

    def account(self) -> Witnessed:
        """All that was noted until now."""
        seen = (*self._audit.seen(), *_children(self._audit.looked_at_machine), *_unreadable())
        return Witnessed(tuple(sorted(set(seen))), self._unseen if self._unseen > SLACK else 0)


@dataclass
class ObservedStrategy:
    """A strategy that is watched while it answers; it keeps the views that were shown."""

    strategy: Strategy
    witness: Witness
    views: list[tuple[View, Weights | None]] = field(default_factory=list)

    def __getattr__(self, name: str) -> object:
        return getattr(self.strategy, name)

    def weights(self, view: View) -> object:
        with self.witness.asking():
            answer = self.strategy.weights(view)
        self.views.append((view, None if answer is None else plain_weights(answer)))
        return answer


def plain_weights(answer: Any) -> Weights | None:
    """An answer as it can be compared; None for one that the desk will refuse."""
    try:
        return {str(ticker): float(weight) for ticker, weight in dict(answer).items()}
    except (TypeError, ValueError):
        return None


def _bytes_read() -> tuple[int, int]:
    """What this process had read before this look, and the look itself; 0 where nobody counts."""
    try:
        file = os.open(COUNTER, os.O_RDONLY)
    except OSError:
        return 0, 0
    try:
        text = os.read(file, 4096)
    finally:
        os.close(file)
    return int(text.split()[1]), len(text)


def _unreadable() -> tuple[str, ...]:
    """Modules of the author's that nobody can read: compiled, or without their source."""
    files = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
    return tuple(
        file
        for file in files
        if isinstance(file, str) and file.endswith(_UNREADABLE) and kind_of(file) == "foreign"
    )


def _children(asked: bool) -> tuple[str, ...]:
    """Processes that were started without a word; asked: some were, about the machine."""
    if sys.platform == "win32":
        return ()
    import resource

    ended = not asked and resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss > 0
    alive = any(path.read_text().strip() for path in Path("/proc/self/task").glob("*/children"))
    return ("a process of its own, where nobody watches",) if ended or alive else ()
