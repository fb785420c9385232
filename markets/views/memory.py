"""What was worked out of a market, by session, for whoever looks at the same close again."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Lock
from typing import Generic, TypeVar

from markets.market import Market
from markets.per_market import per_market
from newsfolio.assets import Sleeve
from newsfolio.kept import Kept
from newsfolio.reads import Reads

LookUp = tuple[str, int, int]
LookedUp = dict[str | Sleeve, float]
Answers = dict[LookUp, LookedUp]
"""Look-ups at one session, by name, lookback and skip."""

Asked = tuple[Reads, tuple[object, ...], tuple[object, ...]]
"""What `view.once` is asked at a session: function, arguments, and of which kinds those are."""

NUMBERS = 500_000
"""Numbers that look-ups on a market may be, a hundred bytes each; the oldest session goes first."""

BYTES = 64_000_000
"""What the answers of `view.once` on a market may take."""

_ONE_AT_A_TIME = Lock()
"""Threads that run on one market make room one after the other."""

Key = TypeVar("Key")
Value = TypeVar("Value")


class BySession(Generic[Key, Value]):
    """What is remembered of each session, and how much that is together.

    A recorder is handed `of`, and asks it for sessions that it has written alone.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._sessions: dict[int, dict[Key, Value]] = {}
        self._sizes: dict[int, int] = {}
        self._size = 0

    def of(self, session: int) -> dict[Key, Value]:
        remembered = self._sessions.get(session)
        if remembered is None:
            remembered = self._sessions.setdefault(session, {})
        return remembered

    def all(self) -> Iterator[tuple[int, dict[Key, Value]]]:
        """What is remembered, by session, in the order in which it was first asked for."""
        return iter(list(self._sessions.items()))

    def make_room(self, session: int, size: int) -> None:
        """Before so much is added at a session: the oldest go where it is too much, it last."""
        with _ONE_AT_A_TIME:
            while self._sizes and self._size + size > self._most:
                others = (place for place in self._sizes if place != session)
                oldest = next(others, session)
                self._size -= self._sizes.pop(oldest)
                self._sessions[oldest].clear()
            self._size += size
            self._sizes[session] = self._sizes.get(session, 0) + size


@per_market
def look_ups_of(market: Market) -> BySession[LookUp, LookedUp]:
    return BySession(NUMBERS)


@per_market
def signals_of(market: Market) -> BySession[Asked, Kept]:
    return BySession(BYTES)
