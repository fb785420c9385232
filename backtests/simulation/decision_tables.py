"""Decisions at once: the vectorised form of a strategy, checked and laid out by session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from backtests.simulation.decisions import Decider
from backtests.simulation.holdable import HoldableLines
from markets.market import Floats, Market, Mask
from markets.per_market import per_market
from markets.views.panel_lookups import Lookups
from newsfolio.blame import at, declared_at
from newsfolio.errors import StrategyError
from newsfolio.panel import Panel
from newsfolio.strategy import Strategy

try:
    from backtests.compiled.core import laid_out
except ImportError:  # there was no compiler when newsfolio was installed

    def laid_out(
        table: Floats, able: NDArray[np.uint8], own: NDArray[np.int64], lines: int, most: float
    ) -> tuple[Floats, Mask]:
        """(D, lines) weights by column; (3, D) whether a row was asked, is plain, held directly.

        able: (D, N) what can be held itself; own: (N,) columns. Plain is a row of which nothing is
        to be said, direct one whose lines can all be held themselves: others weigh 0 here.
        """
        asked = ~np.isnan(table).all(axis=1)
        plain = np.asarray(((table >= 0) & (table < np.inf)).all(axis=1))
        plain &= np.where(plain[:, None], table, 0.0).sum(axis=1) <= most
        direct = ((table == 0) | (able != 0)).all(axis=1)
        weights = np.zeros((len(table), lines))
        weights[:, own] = np.where((asked & direct)[:, None], table, 0.0)
        return weights, np.stack([asked, plain, direct])


PANELS = 32
"""Schedules whose panels a market remembers."""

PLAIN = 5e-10
"""By how much more than allowed a row may add up before it is looked at closely."""


@dataclass(frozen=True, eq=False)
class DecisionTable:
    """All decisions of a run: D sessions, and D x N weights by column of the market.

    asked: (D,) whether there was an answer; where not, everything stays as it is.
    """

    sessions: NDArray[np.int64]
    weights: Floats
    asked: Mask


def table_of(strategy: Strategy, market: Market, marks: Mask) -> DecisionTable | None:
    """What a strategy decides on the sessions marked, by its vectorised form; None without one.

    The same checks and stand-ins as one by one. A schedule with a drift band decides on sessions
    that follow from what is held, and `explain` needs the last view: those are asked one by one.
    A wrong row is an error wherever it stands, after a ruin too.
    """
    kind: object = type(strategy)
    if not _has_table(kind) or strategy.rebalance.band is not None or not marks.any():
        return None
    moments = _moments(market, marks.tobytes())
    panel, decider = moments.panel(market), Decider(strategy, market)
    answer = decider.called(strategy.weights_table, panel, "in weights_table")
    if answer is None:
        return None
    table = _shaped(strategy, answer, panel)
    weights, marked = laid_out(
        table, moments.able, moments.own, len(market.assets), strategy.max_gross + PLAIN
    )
    asked, plain, direct = marked
    if not marked.all():
        for row in np.flatnonzero(asked & ~plain).tolist():
            decider.checked(_answered(panel, table, row), panel.days[row])
        for row in np.flatnonzero(asked & ~direct).tolist():
            lines = decider.lines(_answered(panel, table, row), int(moments.rows[row]))
            for column, weight in lines.items():
                weights[row, column] = weight
    return DecisionTable(moments.rows, weights, asked)


def panel_of(market: Market, marks: Mask) -> Panel:
    """The sessions marked as a strategy's vectorised form sees them."""
    return _moments(market, marks.tobytes()).panel(market)


@dataclass(frozen=True, eq=False)
class _Moments:
    """What all panels of some sessions have in common; read-only.

    rows: (D,) the sessions. able: (D, N) what can be held itself; own: (N,) the columns.
    """

    rows: NDArray[np.int64]
    days: tuple[date, ...]
    usable: Mask
    age: Floats
    able: NDArray[np.uint8]
    own: NDArray[np.int64]

    def panel(self, market: Market) -> Panel:
        return Panel(self.days, market.universe, self.usable, self.age, Lookups(market, self.rows))


@per_market(most=PANELS)
def _moments(market: Market, marks: bytes) -> _Moments:
    places = np.flatnonzero(np.frombuffer(marks, dtype=bool))
    rows = places.tolist()
    able = market.usable[rows]
    other = np.append(True, (able[1:] != able[:-1]).any(axis=1))
    lines = HoldableLines(market)
    changed = [lines.at(rows[place]).usable for place in np.flatnonzero(other).tolist()]
    shown = np.array([[line in usable for line in market.universe] for usable in changed])
    usable = shown[np.cumsum(other) - 1]
    first = market.first_decision
    since = np.asarray(rows, dtype="float64") - (np.nan if first is None else first)
    age = np.where(since >= 0, since, np.nan)
    own = np.array([market.place[line] for line in market.universe], dtype="int64")
    itself = np.ascontiguousarray(able[:, own]).view("uint8")
    for shared in (places, usable, age, itself, own):
        shared.flags.writeable = False
    return _Moments(places, tuple(map(market.day, rows)), usable, age, itself, own)


@lru_cache(maxsize=256)
def _has_table(kind: object) -> bool:
    """Whether the vectorised form belongs to the rule: a subclass may write `weights` anew."""
    if not isinstance(kind, type) or not issubclass(kind, Strategy):
        return False
    order = [vars(base).keys() for base in kind.__mro__]
    first = {name: next(place for place, names in enumerate(order) if name in names)
             for name in ("weights", "weights_table", "explain")}  # fmt: skip
    base = kind.__mro__.index(Strategy)
    return first["weights_table"] <= first["weights"] < base == first["explain"]


def _shaped(strategy: Strategy, answer: object, panel: Panel) -> Floats:
    try:
        table: Floats = np.ascontiguousarray(answer, dtype="float64")
    except (TypeError, ValueError):
        raise StrategyError(
            f"{strategy.label}: weights_table answered a {type(answer).__name__} that is no table "
            f"of numbers; return panel.table(...) or an array{_place(strategy)}"
        ) from None
    wanted = len(panel.days), len(panel.universe)
    if table.shape != wanted:
        raise StrategyError(
            f"{strategy.label}: weights_table answered the shape {table.shape}; it must be "
            f"{wanted}, decisions x lines of panel.universe{_place(strategy)}"
        )
    return table


def _place(strategy: Strategy) -> str:
    return at(declared_at(type(strategy), "weights_table"))


def _answered(panel: Panel, table: Floats, row: int) -> dict[str, float]:
    return dict(zip(panel.universe, table[row].tolist(), strict=True))
