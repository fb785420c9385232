"""What is remembered of a market, when several threads run on it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from markets.views.memory import BySession


@pytest.fixture
def hasty() -> Iterator[None]:
    """Threads take turns as often as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("hasty")
def test_threads_make_room_for_each_other_and_lose_count_of_nothing() -> None:
    """Room for 50 of 4 x 5,000 sessions: it stays full, and its size is that of what is there."""
    memory: BySession[int, int] = BySession(50)

    def fill(start: int) -> None:
        for session in range(start, start + 5000):
            memory.of(session)
            memory.make_room(session, 1)

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(fill, 10_000 * number) for number in range(4)]:
            done.result()
    assert sum(memory._sizes.values()) == memory._size == 50
