"""What the gate says about a line: a finding, how much it weighs, and the words it is made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

SHOWN = 50
"""Days that a finding lists, the first ones."""


class Severity(IntEnum):
    """How much a finding weighs; BLOCK stops a run that needs the line."""

    NOTE = 1
    DOUBT = 2
    BLOCK = 3


@dataclass(frozen=True)
class Finding:
    """Something about one line that a reader of a result must know.

    days: the sessions it is about, the first few; count: how many there are.
    """

    severity: Severity
    ticker: str
    rule: str
    told: str
    remedy: str
    days: tuple[date, ...] = ()
    count: int = 0

    @property
    def sentence(self) -> str:
        """The finding in one line, with its remedy."""
        return f"{self.ticker}: {self.told}. {self.remedy}"


def about(
    severity: Severity, ticker: str, rule: str, days: Iterable[np.datetime64], sentence: str,
    remedy: str,
) -> Finding:  # fmt: skip
    """A finding about these days."""
    every = tuple(day.astype(date) for day in days)
    return Finding(severity, ticker, rule, sentence, remedy, every[:SHOWN], len(every))


def counted(count: int, what: str = "bar") -> str:
    """`1 bar`, `2 bars`."""
    return f"{count} {what}{'s' * (count != 1)}"


def runs(mask: Mask) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where runs of True begin, and how long each is."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(int), [0]])))
    return edges[::2], edges[1::2] - edges[::2]


def longest(mask: Mask) -> int:
    """The length of the longest run of True."""
    lengths = runs(mask)[1]
    return int(lengths.max()) if len(lengths) else 0
