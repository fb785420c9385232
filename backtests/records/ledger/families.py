"""Which trials are of one family, and which were started and never finished."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from backtests.records.ledger.processes import ProcessJson, is_running
from backtests.records.ledger.trial import Exposure
from newsfolio.formatting import percent
from newsfolio.twins import same_as

HALF = 0.5
"""Of the average weight, from which two runs trade the same lines."""


def exposure_of(published: str, written: str, since: str, until: str) -> Exposure:
    """As a row of the ledger has it."""
    lines, *apart = json.loads(written) if written else ({},)
    held: Mapping[str, float] = next(iter(apart), {})
    return Exposure(published, lines, held, since, until)


class Group(NamedTuple):
    """Trials of one subject, day and lines. why: they are of the family; "" they are not."""

    subject: str
    published: str
    lines: str
    since: str
    until: str
    counted: int
    new: int
    first: int
    why: str = ""

    @property
    def exposure(self) -> Exposure:
        return exposure_of(self.published, self.lines, self.since, self.until)


@dataclass(frozen=True)
class Unfinished:
    """A run that was started and has no end. running: None where that cannot be seen."""

    row: int
    at: str
    subject: str
    published: str
    strategy: str
    variant: str
    running: bool | None

    @classmethod
    def read(cls, row: tuple[int, str, str, str, str, str, str]) -> Unfinished:
        number, at, subject, published, strategy, variant, detail = row
        process: ProcessJson = json.loads(detail)["process"] if detail else {}
        return cls(number, at, subject, published, strategy, variant, is_running(process))


def joined(groups: Iterable[Group], subject: str, own: Exposure) -> tuple[Group, ...]:
    """The groups, each with what joins it to a run of `subject`.

    A thesis has the day of its article in all of its rows, old ones without it too.
    """
    rows = tuple(groups)
    same_day = {row.subject for row in rows if own.published and row.published == own.published}
    return tuple(row._replace(why=_why(row, subject, own, same_day)) for row in rows)


def _why(row: Group, subject: str, own: Exposure, same_day: set[str]) -> str:
    if row.subject == subject:
        return "the same thesis"
    if row.subject in same_day:
        return f"an article of the same day, {own.published}"
    if not row.lines or not own.lines or not _meet(row, own):
        return ""
    share = overlap(own, row.exposure)
    if share < HALF:
        return ""
    since, until = max(row.since, own.since), min(row.until, own.until)
    return f"{percent(share, 0)} in the same lines from {since} to {until}"


def _meet(row: Group, own: Exposure) -> bool:
    return bool(row.since and own.since) and row.since <= own.until and own.since <= row.until


def overlap(exposure: Exposure, other: Exposure) -> float:
    """The share of average weight that two runs have in the same lines, 0 to 1.

    The sum over lines of the smaller weight, twins as one; with all lines, or without what their
    controls hold, whichever is more: half in what the control holds makes no other bet.
    """
    pairs = (
        (exposure.lines, other.lines),
        (exposure.apart or exposure.lines, other.apart or other.lines),
    )
    return max(_shared(_by_twin(own), _by_twin(others)) for own, others in pairs)


def _shared(own: Mapping[str, float], others: Mapping[str, float]) -> float:
    return sum(min(share, others[line]) for line, share in own.items() if line in others)


def _by_twin(lines: Mapping[str, float]) -> Mapping[str, float]:
    """Weights with what is the same bet by another ticker added up."""
    shares: dict[str, float] = {}
    for line, share in lines.items():
        name = same_as(line)
        shares[name] = shares.get(name, 0.0) + share
    return shares
