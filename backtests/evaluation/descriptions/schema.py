"""What describes a run beside its verdict: plain values, saved with it and read by its pages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Regime:
    """The strategy and its difference to what the verdict is about, in some sessions of the run.

    first, last: of a named period as its row says, "" for a state of the market. sessions: those of
    the run that lie in it; scored: those of them that score. own, other: growth; difference: growth
    ahead, (1 + own) / (1 + other) - 1; all three over the sessions of a period, a year in a state.
    deviations: the difference in units of what the run's own daily differences make of as many
    sessions by chance; below 2 it is the usual noise.
    """

    name: str
    first: str
    last: str
    source: str
    sessions: int
    scored: int
    own: float | None
    other: float | None
    difference: float | None
    deviations: float | None
    why: str = ""


@dataclass(frozen=True)
class Regimes:
    """Named periods, and states of the market as its benchmark told them the close before.

    against: what the difference is to. benchmark: whose trailing year tells the states; "" none.
    """

    against: str
    benchmark: str
    periods: tuple[Regime, ...]
    states: tuple[Regime, ...]
    why: str = ""


@dataclass(frozen=True)
class Falsified:
    """stated: as the author wrote it. value: of the sessions up to `until`.

    met: True where it shows that the thesis is wrong; None while its day has not come, or where
    the figure is not known.
    """

    stated: str
    by: str
    until: str
    value: float | None
    met: bool | None
    sentence: str


@dataclass(frozen=True)
class Shortcut:
    """What the run would have shown with one thing done as nobody could have.

    growth: of the strategy over the scored sessions; excess: its growth ahead of the control, which
    takes the same shortcut. added: each less what the run itself shows, taken in the same way.
    """

    name: str
    meaning: str
    growth: float | None
    growth_added: float | None
    excess: float | None
    excess_added: float | None
    why: str = ""

    @classmethod
    def unknown(cls, name: str, meaning: str, why: str) -> Shortcut:
        return cls(name, meaning, None, None, None, None, why)


@dataclass(frozen=True)
class Phase:
    """The same rule, decided so many sessions after each end of its period; the control as it is.

    by: 0 is the run itself.
    """

    by: int
    growth: float | None
    excess: float | None


@dataclass(frozen=True)
class Phases:
    """All phases, and how far apart luck alone puts them; `why` there are none.

    deviation: standard deviation (n - 1) of the excess over the phases. worse: share of the other
    phases that did worse than the run.
    """

    rows: tuple[Phase, ...]
    low: float | None
    median: float | None
    high: float | None
    deviation: float | None
    worse: float | None
    why: str = ""

    @classmethod
    def unknown(cls, why: str) -> Phases:
        return cls((), None, None, None, None, None, why)


@dataclass(frozen=True)
class Shortcuts:
    """What each shortcut would have added, and the luck of the day of the month. No trials.

    against: the control. a_year: whether figures are a year's, or of all scored sessions.
    growth, excess: of the run itself.
    """

    against: str
    a_year: bool
    growth: float | None
    excess: float | None
    rows: tuple[Shortcut, ...]
    phases: Phases
    why: str = ""

    @classmethod
    def unknown(cls, why: str) -> Shortcuts:
        return cls("", False, None, None, (), Phases.unknown(why), why)


@dataclass(frozen=True)
class Start:
    """Money that began with a month, held to the end of a horizon.

    month: as 2015-01; day: of the close it began at. growth: a year, of the strategy; ahead: a
    year, of the strategy over the control, (own / other) ** (1 / years) - 1. Both None once an
    account was lost.
    """

    month: str
    day: str
    growth: float | None
    ahead: float | None


@dataclass(frozen=True)
class Horizon:
    """All starts over so many years. wins: the share ahead of the control; lost: that lost money.

    worst, median: of what is ahead, a year; worst_growth, median_growth: of the strategy's own.
    apart: horizons in the run that do not overlap: what the starts are worth as evidence.
    """

    years: int
    starts: tuple[Start, ...]
    wins: float | None
    worst: float | None
    median: float | None
    lost: float | None
    worst_growth: float | None
    median_growth: float | None
    apart: float
    why: str = ""


@dataclass(frozen=True)
class EveryStart:
    """The strategy from every month's start. fresh: each start is a run of its own.

    basis: the sentence that says where the figures come from, and why from there.
    """

    against: str
    fresh: bool
    basis: str
    horizons: tuple[Horizon, ...]
    why: str = ""


@dataclass(frozen=True)
class Band:
    """Growth of 1 after so many months: quantiles of the paths."""

    month: int
    low: float
    lower: float
    middle: float
    upper: float
    high: float


@dataclass(frozen=True)
class Ahead:
    """The chances at the end of some months: of less than was put in, and of a drawdown beyond
    `depth` on the way.
    """

    months: int
    loss: float
    fall: float
    depth: float


@dataclass(frozen=True)
class Fan:
    """Paths drawn from the run's own sessions. first, last: of those sessions.

    block: their mean length in sessions. bands: quantiles 5, 25, 50, 75 and 95 %.
    """

    first: str
    last: str
    sessions: int
    block: float | None
    paths: int
    bands: tuple[Band, ...]
    ahead: tuple[Ahead, ...]
    assumes: tuple[str, ...]
    why: str = ""

    @classmethod
    def unknown(cls, why: str) -> Fan:
        return cls("", "", 0, None, 0, (), (), (), why)
