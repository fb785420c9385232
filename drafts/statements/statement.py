"""What was read in a sentence, before its window is laid on a line's closes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from drafts.language.periods import TimeSpan
from drafts.statements.parts import Referent
from newsfolio.claims import Says

Measure = Literal[
    "gain", "difference", "ratio", "level", "touch", "rise", "from peak", "from low", "drawdown",
    "intraday", "volatility", "record",
]  # fmt: skip


@dataclass(frozen=True)
class Assertion:
    """A measure of a subject, perhaps against another, over a period, next to a number.

    number: a fraction, times or a level, by the measure. half: how exactly it is written, in the
    same unit. period: None where the words name none. place: where in the sentence it stands.
    unclear: why its number cannot be read one way alone.
    """

    measure: Measure
    of: Referent
    says: Says
    number: float
    period: TimeSpan | None
    place: int
    against: Referent | None = None
    half: float = 0.0
    about: bool = False
    assumed: bool = False
    note: str = ""
    unclear: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        other = self.against.lines if self.against else ()
        return (*self.of.lines, *other)
