"""A cell of a table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TableCell:
    """A figure as text, and what stands small below it: its interval, or why there is none.

    value: the figure itself, to sort by.
    """

    text: str
    small: str = ""
    value: float | None = None
