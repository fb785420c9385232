"""What an event study finds: part of the values of `evaluation.schema`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StudyEvent:
    """One event: its day, the session that is day 0, and what its model was estimated on.

    scored: it follows the divide; an event before it is context. why: there is no figure.
    """

    day: str
    session: str
    scored: bool
    lines: int
    sessions: int
    why: str = ""


@dataclass(frozen=True)
class StudyWindow:
    """What the events of a study did over the sessions `first` to `last`, counted from day 0.

    events: how many have a figure; context: how many of them do not follow the divide.
    car: mean cumulative abnormal return; error: its standard error, estimation included.
    percentile: share of placebos (random dates, as many together as there are events) with a lower
        t, ties counting half.
    overlapping: days of events whose windows share sessions. missing: those without a figure, why.
    """

    first: int
    last: int
    events: int
    context: int
    car: float | None = None
    error: float | None = None
    t: float | None = None
    p: float | None = None
    percentile: float | None = None
    placebos: int = 0
    overlapping: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    sentence: str = ""
    why: str = ""


@dataclass(frozen=True)
class Study:
    """An event study: abnormal returns of a basket after events. `why`: there is none."""

    name: str
    basket: tuple[str, ...]
    market: str
    model: str = ""
    events: tuple[StudyEvent, ...] = ()
    windows: tuple[StudyWindow, ...] = ()
    notes: tuple[str, ...] = ()
    why: str = ""
