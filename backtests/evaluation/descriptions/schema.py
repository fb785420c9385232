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
