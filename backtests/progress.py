"""How far long work is, told to whoever asked for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias, TypeVar

T = TypeVar("T")

Progress: TypeAlias = Callable[[str, float], None]
"""Told what is going on and the share of it that is done: 0 as it begins, 1 when it has ended."""


def silent(what: str, share: float) -> None:
    """For whom nobody listens."""


def through(what: str, first: int, last: int, progress: Progress) -> Callable[[int], None]:
    """Told each session of a run from `first` to `last`, it tells how many of them are over."""
    span = max(last - first, 1)
    return lambda session: progress(what, min(max((session - first) / span, 0.0), 0.99))


def counted(items: Iterable[T], what: str, total: int, progress: Progress) -> Iterator[T]:
    """Hand items on, each told as it comes; fewer than `total` may."""
    progress(what, 0.0)
    for number, item in enumerate(items, 1):
        progress(f"{what}: {number:,} of {total:,}", min(number / total, 0.99))
        yield item
    progress(what, 1.0)
