"""A text and what its head says of it."""

from __future__ import annotations

from dataclasses import dataclass

from drafts.documents.dateline import Dateline


@dataclass(frozen=True)
class PageHead:
    """What the markup of a page says: empty where it says nothing."""

    title: str = ""
    publisher: str = ""
    dateline: Dateline | None = None


@dataclass(frozen=True)
class Document:
    """Plain text; places of sentences are counted in it. body: where its head ends."""

    text: str
    title: str
    publisher: str
    dateline: Dateline | None
    body: int = 0

    def line_of(self, place: int) -> int:
        """The number of the line that a place is on, from 1."""
        return self.text.count("\n", 0, place) + 1
