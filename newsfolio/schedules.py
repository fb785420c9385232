"""When a strategy decides: values that mark sessions, joined with `|`.

    rebalance = monthly
    rebalance = quarterly | drift_band(0.05) | at_publication

A decision is taken at the close of a marked session and filled at the next open of each line.
A month end is the last session of the month of the venue that closes last, by the exchange's
calendar: the bars so far cannot tell that a session was the last one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from newsfolio.errors import CommandError
from newsfolio.formatting import percent

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]


class Period(StrEnum):
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Calendar(Protocol):
    """What a schedule may know in advance: dates, never prices. Each mask has shape (T,)."""

    def every(self) -> Mask:
        """All sessions."""
        ...

    def ends(self, period: Period) -> Mask:
        """The sessions that end a period."""
        ...

    def on_or_after(self, days: tuple[date, ...]) -> Mask:
        """The first session not before each day."""
        ...

    def publication(self) -> Mask:
        """The first session all of whose closes follow the article; none without an article."""
        ...


class Schedule:
    """Sessions marked in advance; a `band` marks others as the weights move."""

    @property
    def band(self) -> float | None:
        """A decision is due as soon as a held weight is farther than this from its target."""
        return None

    @property
    def from_start(self) -> bool:
        """Whether the first session of a run is marked as well, so that no period is lost."""
        return False

    def marks(self, calendar: Calendar) -> Mask:
        """(sessions,) of booleans: at which closes the strategy is asked."""
        raise NotImplementedError

    def __or__(self, other: Schedule) -> Schedule:
        if not isinstance(other, Schedule):
            raise CommandError(f"{self} | {other!r}: join schedules, as in monthly | weekly")
        return Either(self, other)

    def __bool__(self) -> bool:
        """Refused: `monthly and weekly` would be the second alone, and nobody would see it."""
        raise CommandError(
            f"a schedule ({self}) is neither true nor false; join two with |, as in "
            "monthly | weekly, not with and, or"
        )


@dataclass(frozen=True)
class EverySession(Schedule):
    from_start = True

    def marks(self, calendar: Calendar) -> Mask:
        return calendar.every()

    def __str__(self) -> str:
        return "every session"


@dataclass(frozen=True)
class PeriodEnd(Schedule):
    period: Period
    from_start = True

    def marks(self, calendar: Calendar) -> Mask:
        return calendar.ends(self.period)

    def __str__(self) -> str:
        return f"end of each {self.period}"


@dataclass(frozen=True)
class AtStart(Schedule):
    """The first session of the run and no other: buy and hold."""

    from_start = True

    def marks(self, calendar: Calendar) -> Mask:
        return calendar.on_or_after(())

    def __str__(self) -> str:
        return "at the start"


@dataclass(frozen=True)
class OnDates(Schedule):
    days: tuple[date, ...]

    def marks(self, calendar: Calendar) -> Mask:
        return calendar.on_or_after(self.days)

    def __str__(self) -> str:
        return f"on {', '.join(map(str, self.days))}"


@dataclass(frozen=True)
class AtPublication(Schedule):
    def marks(self, calendar: Calendar) -> Mask:
        return calendar.publication()

    def __str__(self) -> str:
        return "at publication"


@dataclass(frozen=True)
class DriftBand(Schedule):
    width: float

    def __post_init__(self) -> None:
        if not 0 < self.width < 1:
            raise CommandError(
                f"drift_band({self.width}): give a weight between 0 and 1, e.g. 0.05"
            )

    @property
    def band(self) -> float | None:
        return self.width

    def marks(self, calendar: Calendar) -> Mask:
        return calendar.on_or_after(())

    def __str__(self) -> str:
        return f"drift of {percent(self.width, 1)}"


@dataclass(frozen=True)
class Either(Schedule):
    one: Schedule
    other: Schedule

    @property
    def band(self) -> float | None:
        return min(
            (part.band for part in (self.one, self.other) if part.band is not None), default=None
        )

    @property
    def from_start(self) -> bool:
        return self.one.from_start or self.other.from_start

    def marks(self, calendar: Calendar) -> Mask:
        return self.one.marks(calendar) | self.other.marks(calendar)

    def __str__(self) -> str:
        return f"{self.one} or {self.other}"


at_start = AtStart()
every_session = EverySession()
weekly = PeriodEnd(Period.WEEK)
monthly = PeriodEnd(Period.MONTH)
quarterly = PeriodEnd(Period.QUARTER)
yearly = PeriodEnd(Period.YEAR)
at_publication = AtPublication()


def on_dates(*days: date | str) -> Schedule:
    """Each day, or the first session after it; dates or "2025-02-21"."""
    return OnDates(tuple(_date(day) for day in days))


def _date(day: date | str) -> date:
    try:
        text = str(day)
        return date.fromisoformat(text if text[10:11] not in ("T", " ") else text[:10])
    except ValueError:
        raise CommandError(f"on_dates({day!r}): write dates as 2025-02-21") from None


def drift_band(width: float) -> Schedule:
    """As soon as any held weight is more than `width` away from its last target.

    Nothing is marked before the first target: join it with a calendar schedule.
    """
    return DriftBand(width)
