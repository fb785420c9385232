"""What an article says about prices and figures, as data: figures that anyone can measure again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from newsfolio.errors import CommandError
from newsfolio.facts import Facts
from newsfolio.quantities.base import Quantity, Window

Says = Literal["=", ">", ">=", "<", "<="]
"""How the measured figure has to lie to the claimed one."""


@dataclass(frozen=True)
class Reading:
    """One way to measure a claim: a quantity, over a window, against a number.

    start, end: the closes it is measured from and to, "2025-09-19"; nothing after `end`, which is
        its due day, is looked at. number: the claimed figure, a fraction where the
        quantity is one. tolerance: how far off `=` may be, in the same unit. label: what sets it
        apart where a claim has several readings. decides: False for one that only stands beside.
    """

    of: Quantity
    start: str
    end: str
    says: Says
    number: float
    tolerance: float = 0.01
    label: str = ""
    decides: bool = True

    def __post_init__(self) -> None:
        if self.says not in get_args(Says):
            raise CommandError(f"says={self.says!r}: write one of {', '.join(get_args(Says))}")
        if self.window.start > self.window.end:
            raise CommandError(f"a claim measured from {self.start} to {self.end}: turn them round")

    @property
    def window(self) -> Window:
        """The window as dates."""
        return Window(day_of(self.start), day_of(self.end))

    def met(self, value: float) -> bool:
        """Whether a measured figure is what was claimed."""
        return {
            "=": abs(value - self.number) <= self.tolerance,
            ">": value > self.number,
            ">=": value >= self.number,
            "<": value < self.number,
            "<=": value <= self.number,
        }[self.says]


def day_of(text: str) -> date:
    """The day that a text names; CommandError for another spelling."""
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        raise CommandError(f"{text!r} is no day; write 2025-09-19") from None


@dataclass(frozen=True)
class Place:
    """Where an article states a claim: characters `begin` to `end` of its text, not its words.

    digest: the first 16 digits of the SHA-256 of those characters in UTF-8, so that whoever has
    the text can see whether it is the same.

    >>> Place.of("Gold rose. Silver fell.", 11, 23).holds_in("Gold rose. Silver fell.")
    True
    """

    begin: int
    end: int
    digest: str

    @classmethod
    def of(cls, text: str, begin: int, end: int) -> Place:
        """The place of a sentence in a text."""
        return cls(begin, end, digest_of(text[begin:end]))

    def holds_in(self, text: str) -> bool:
        """Whether a text has the same words at this place."""
        return digest_of(text[self.begin : self.end]) == self.digest


def digest_of(text: str) -> str:
    """The first 16 digits of the SHA-256 of a text in UTF-8."""
    import hashlib

    return hashlib.sha256(text.encode()).hexdigest()[:16]


def check_probability(value: float | None, of: str) -> None:
    """CommandError for a probability that is none."""
    if value is not None and not 0 <= value <= 1:
        raise CommandError(f"{of} {value:g}: give a number from 0 to 1")


@dataclass(frozen=True)
class Claim:
    """One statement of an article, in our own words, and how to check it.

    stated: readings of the article as it is written; all that decide must hold. corrected: the
        same where the article is wrong about a date or a number that it plainly did not mean.
    untestable: why prices cannot tell, where they cannot; then there are no readings.
    known: what other sources say, a cited fact that stands beside and decides nothing.
    place: where the article states it. quoted: whom the article names as saying so.
    probability: how likely the article calls it that the readings hold, from 0 to 1; below a half
        it expects them to fail. probability_of: the article's words and the table that the number
        is read by (`newsfolio.likelihoods`). horizon: the last day on which it can come true, where
        that is not the end of its last reading: until then it is open, after it it is judged for
        good. subject: what it is about, where that is not the first line of its readings.
    """

    id: str
    text: str
    stated: tuple[Reading, ...] = ()
    corrected: tuple[Reading, ...] = ()
    untestable: str = ""
    known: str = ""
    place: Place | None = None
    quoted: str = ""
    probability: float | None = None
    probability_of: str = ""
    horizon: date | None = None
    subject: str = ""

    def __post_init__(self) -> None:
        check_probability(self.probability, f"claim {self.id}: probability")
        if bool(self.stated) == bool(self.untestable):
            raise CommandError(
                f"claim {self.id}: give readings to measure it by, or say why it is untestable"
            )
        if self.stated and not any(reading.decides for reading in self.stated):
            raise CommandError(f"claim {self.id}: one of its readings has to decide")
        last = max((reading.end for reading in self.readings if reading.decides), default="")
        if self.horizon and last > self.horizon.isoformat():
            raise CommandError(
                f"claim {self.id}: a reading that decides ends on {last}, after its horizon of "
                f"{self.horizon}; end it there, or write decides=False"
            )

    @property
    def due(self) -> date | None:
        """The day after which it is judged for good; None for one that no reading measures."""
        ends = [reading.window.end for reading in self.stated if reading.decides]
        return self.horizon or max(ends, default=None)

    @property
    def digest(self) -> str:
        """Of what would be measured: another where a reading, or the horizon, is another."""
        parts = repr((self.stated, self.corrected, self.horizon, self.probability))
        return digest_of(re.sub(r" at 0x[0-9a-f]+", "", parts))

    @property
    def about(self) -> str:
        """Its subject: the author's word, else the line or basket that decides; "" for none."""
        firsts = (reading.of.subject for reading in self.stated if reading.decides)
        return self.subject or next(firsts, "")

    @property
    def lines(self) -> tuple[str, ...]:
        """Every ticker that a reading looks at."""
        return tuple(dict.fromkeys(line for reading in self.readings for line in reading.of.lines))

    @property
    def tables(self) -> tuple[Facts, ...]:
        """Every table of facts that a reading looks at."""
        return tuple(
            dict.fromkeys(facts for reading in self.readings for facts in reading.of.tables)
        )

    @property
    def currencies(self) -> frozenset[str]:
        """Every currency that a reading converts to."""
        return frozenset[str]().union(*(reading.of.currencies for reading in self.readings))

    @property
    def readings(self) -> tuple[Reading, ...]:
        """As it is written, then as corrected."""
        return (*self.stated, *self.corrected)
