"""Drafted claims beside the labels in `tests/drafts/labels.csv`: what was found, what is false.

A label is a statement that a text makes, found by hand: the shipped claim it belongs to, its
place, lines ("ours - theirs"; `|` between alternatives of a line, `;` between whole ones), the
measure, the window as the text tells it ("" where it does not), operator and number. `reach`: it
counts for the share that is found; the others are true as well, without a figure, an index level
or a comparison of two named lines.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import product
from pathlib import Path

from drafts.documents.dateline import given
from drafts.documents.reading import read_document
from drafts.drafted import ArticleDraft, DraftedClaim
from drafts.drafting import draft_of
from drafts.language.names import LISTS, NameTable
from newsfolio.claims import Reading
from newsfolio.quantities import (
    Drawdown,
    FromLow,
    FromPeak,
    Gain,
    IntradayRise,
    Less,
    Level,
    Quantity,
    Times,
    Touch,
    Volatility,
)  # fmt: skip

HERE = Path(__file__).parent.parent / "drafts"
TEXTS = HERE / "texts"
SHIPPED = {
    "000": ("china-tech-leaves-peers-behind.txt", "2025-09-21T12:00Z"),
    "002": ("china-tech-giants-lag.txt", "2026-05-12T23:59Z"),
    "003": ("east-rising-west-falling.txt", ""),
}
"""File and moment of the articles; the third says its own."""

NEAR = 4
"""Days by which a window may differ: a weekend, or the close before."""

_MEASURES: tuple[tuple[type[Quantity], str], ...] = (
    (Gain, "gain"), (Level, "level"), (Touch, "touch"), (FromPeak, "from peak"),
    (FromLow, "from low"), (Drawdown, "drawdown"), (IntradayRise, "intraday"), (Times, "ratio"),
)  # fmt: skip
_SENSE = {"=": "=", ">": ">", ">=": ">", "<": "<", "<=": "<"}
Sides = tuple[frozenset[str], frozenset[str]]


@dataclass(frozen=True)
class Label:
    """A statement that a text makes."""

    text: str
    claim: str
    place: tuple[int, int] | None
    reach: bool
    lines: str
    measure: str
    first: str
    last: str
    says: str
    numbers: tuple[float, ...]

    def sides(self) -> set[Sides]:
        """Every pair of lines that is right."""
        return {sides for whole in self.lines.split(";") for sides in _sides(whole)}


@dataclass(frozen=True)
class Scores:
    """Claims in reach, how many were found with their lines, how many in full; drafted, false."""

    claims: int
    with_lines: int
    full: int
    drafted: int
    false: int
    missed: tuple[str, ...]
    wrong: tuple[str, ...]

    def __add__(self, other: Scores) -> Scores:
        numbers = (getattr(self, name) + getattr(other, name) for name in self.__annotations__)
        return Scores(*numbers)


def articles() -> Path | None:
    """Where the texts of the shipped articles lie; None where nobody says."""
    folder = os.environ.get("NEWSFOLIO_ARTICLES", "")
    return Path(folder) if folder and Path(folder).is_dir() else None


def labels() -> list[Label]:
    with (HERE / "labels.csv").open(encoding="utf-8", newline="") as file:
        return [_label(row) for row in csv.DictReader(file)]


def drafted(text: str) -> ArticleDraft:
    """The draft of a shipped article by its id, or of a text of our own by its name."""
    folder = articles() if text in SHIPPED else TEXTS
    if folder is None:
        raise LookupError("NEWSFOLIO_ARTICLES is not set")
    name, published = SHIPPED.get(text, (text, ""))
    document = read_document(folder / name)
    moment = given(published) if published else document.dateline
    if moment is None:
        raise LookupError(f"{text} has no date")
    return draft_of(document, moment, NameTable.known())


def scores(text: str) -> Scores:
    """The draft of a text beside its labels."""
    draft = drafted(text)
    own = [label for label in labels() if label.text == text]
    with_lines: dict[str, list[bool]] = {}
    full: dict[str, list[bool]] = {}
    for claim, lines in dict.fromkeys((x.claim, x.lines) for x in own if x.reach):
        rows = [label for label in own if (label.claim, label.lines) == (claim, lines)]
        with_lines.setdefault(claim, []).append(
            any(_found(row, c) for row in rows for c in draft.claims)
        )
        full.setdefault(claim, []).append(
            any(_right(row, c) for row in rows for c in draft.claims if c.claim.stated)
        )
    stated = [claim for claim in draft.claims if claim.claim.stated]
    false = [claim for claim in stated if not any(_right(label, claim) for label in own)]
    missed = [f"{text}: {claim}" for claim, parts in full.items() if not all(parts)]
    return Scores(
        len(with_lines),
        sum(map(all, with_lines.values())),
        sum(map(all, full.values())),
        len(stated),
        len(false),
        tuple(missed),
        tuple(claim.claim.text for claim in false),
    )


def _label(row: dict[str, str]) -> Label:
    place = (int(row["begin"]), int(row["end"])) if row["begin"] else None
    numbers = tuple(float(number) for number in row["number"].split("|"))
    return Label(
        row["text"], row["claim"], place, row["reach"] == "yes", row["lines"], row["quantity"],
        row["from"], row["to"], row["says"], numbers,
    )  # fmt: skip


def _sides(lines: str) -> Iterator[Sides]:
    ours, _, theirs = lines.partition(" - ")
    for first_side, other in product(_choices(ours), _choices(theirs)):
        yield frozenset(first_side), frozenset(other)


def _choices(side: str) -> Iterator[tuple[str, ...]]:
    words = [LISTS[word].tickers if word in LISTS else (word,) for word in side.split()]
    if any("|" in line for word in words for line in word):
        yield from product(*(line.split("|") for word in words for line in word))
    else:
        yield tuple(line for word in words for line in word)


def measure_of(quantity: Quantity) -> str:
    """The measure of a drafted quantity, as labels call it."""
    if isinstance(quantity, Less):
        return "volatility" if isinstance(quantity.one, Volatility) else "difference"
    return next(name for kind, name in _MEASURES if isinstance(quantity, kind))


def sides_of(quantity: Quantity) -> Sides:
    """Lines at either side of a drafted quantity."""
    if isinstance(quantity, Less | Times) and not isinstance(quantity.one, Volatility):
        return frozenset(quantity.one.lines), frozenset(quantity.other.lines)
    return frozenset(quantity.lines), frozenset()


def _found(label: Label, claim: DraftedClaim) -> bool:
    """Whether a claim of the same sentence looks at the right lines by the right measure."""
    place = claim.place
    if label.place and (place.end <= label.place[0] or label.place[1] <= place.begin):
        return False
    return any(
        sides_of(reading.of) in label.sides() and measure_of(reading.of) == label.measure
        for reading in claim.readings
        if reading.decides
    )


def _right(label: Label, claim: DraftedClaim) -> bool:
    """Whether window, operator and figure are right too."""
    return _found(label, claim) and any(
        _matches(label, reading) for reading in claim.readings if reading.decides
    )


def _matches(label: Label, reading: Reading) -> bool:
    near = [
        not labelled or abs((date.fromisoformat(labelled) - date.fromisoformat(day)).days) <= NEAR
        for labelled, day in ((label.first, reading.start), (label.last, reading.end))
    ]
    number = any(
        abs(reading.number - value) <= 1e-6 * max(1, abs(value)) for value in label.numbers
    )
    return all(near) and number and _SENSE[reading.says] == _SENSE[label.says]
