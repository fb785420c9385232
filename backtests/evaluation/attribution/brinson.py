"""Ahead of the benchmark, group by group: Brinson and Fachler 1985, linked by Carino 1999."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from backtests.evaluation.attribution.contributions import contributions, sleeve_names
from backtests.evaluation.attribution.schema import Effect
from backtests.runner.run import ReferenceRun, Run
from backtests.simulation.account import Account
from backtests.simulation.output import EngineOutput
from markets.market import Floats, Market

CASH = "cash"
"""The group of what is not invested."""

DUST = 1e-6
"""Groups that weigh less, purchases of the day included, have no return of their own."""


@dataclass(frozen=True, eq=False)
class Grouped:
    """One side by session and group, all as shares of its equity at the close before.

    weight: at the close before; brought: what the session added; bought: purchases of the day,
    negative for shorts. Each is (sessions, groups).
    """

    weight: Floats
    brought: Floats
    bought: Floats

    def returns(self) -> Floats:
        """What each group earned on what it held or bought; the total where it did neither."""
        base = self.weight + self.bought
        total = self.brought.sum(axis=1, keepdims=True)
        earned = np.broadcast_to(total, base.shape).copy()
        np.divide(self.brought, base, out=earned, where=np.abs(base) > DUST)
        return earned


def active_effects(
    run: Run, reference: ReferenceRun, divide: int
) -> tuple[tuple[Effect, ...], str]:
    """The effects after row `divide` of the run's sessions, and why there are none.

    They add up to the run's total return less that of the reference's curve. What the benchmark
    does not hold at all is allocation: there was nothing to select from. Selection holds the
    interaction and trading costs, and what purchases of the day earned before they had a weight.
    """
    own = run.account
    equity, curve = own.curve.iloc[divide:], reference.curve.iloc[divide:]
    why = _impossible(equity, curve)
    if why:
        return (), why
    groups, theirs = _groups(run.market, reference)
    mine = _side(run.market, run.output, own, sleeve_names(run.market), groups)
    other = (
        _level_side(curve, theirs[reference.reference.ticker], groups, divide)
        if reference.market is None or reference.output is None or reference.account is None
        else _side(reference.market, reference.output, reference.account, theirs, groups).on(
            own.sessions
        )
    )
    ours = mine.after(divide, equity.to_numpy())
    benchmark = other.after(divide, curve.to_numpy())
    held = benchmark.weight + benchmark.bought > DUST
    returns = np.where(held, benchmark.returns(), ours.returns())
    return active(groups, ours, benchmark, returns), ""


def active(
    groups: Sequence[str], own: Grouped, other: Grouped, returns: Floats
) -> tuple[Effect, ...]:
    """Effects linked over all sessions, the largest first; groups without any are left out.

    returns: the benchmark's by session and group. Whatever they are, the effects add up.
    """
    rp, rb = own.brought.sum(axis=1), other.brought.sum(axis=1)
    allocation = (own.weight - other.weight) * (returns - rb[:, None])
    residual = other.brought - other.weight * returns  # earned without a weight
    selection = own.brought - own.weight * returns - residual
    share = _carino(rp, rb) / _carino(_compounded(rp), _compounded(rb))
    sums = zip(groups, (share @ allocation).tolist(), (share @ selection).tolist(), strict=True)
    effects = [Effect(name, *parts) for name, *parts in sums if any(parts)]
    return tuple(sorted(effects, key=_by_size))


def _by_size(effect: Effect) -> tuple[float, str]:
    return -abs(effect.allocation + effect.selection), effect.name


def _impossible(equity: pd.Series, curve: pd.Series) -> str:
    if len(equity) < 2:
        return "there is no session after the divide"
    for name, values in (("strategy", equity), ("benchmark", curve)):
        if not (values > 0).all():
            return f"the {name} lost all of its equity"
    return ""


@dataclass(frozen=True, eq=False)
class _Side:
    """(S, G) values at each close, what each session added and bought: base currency, by group."""

    sessions: pd.DatetimeIndex
    values: Floats
    added: Floats
    bought: Floats

    def on(self, sessions: pd.DatetimeIndex) -> _Side:
        """As known on other sessions; what was added counts on the first of them from its day on.

        Before its first session all is cash, as on it.
        """
        latest = np.searchsorted(self.sessions, sessions, side="right") - 1
        due = np.searchsorted(sessions, self.sessions, side="left")
        added, bought = np.zeros((2, len(sessions) + 1, self.added.shape[1]))
        np.add.at(added, due, self.added)
        np.add.at(bought, due, self.bought)
        return _Side(sessions, self.values[np.maximum(latest, 0)], added[:-1], bought[:-1])

    def after(self, divide: int, equity: Floats) -> Grouped:
        """As shares of the equity at the close before each session after the divide."""
        before, since = equity[:-1, None], slice(divide + 1, None)
        return Grouped(
            self.values[divide:-1] / before, self.added[since] / before, self.bought[since] / before
        )


def _groups(market: Market, reference: ReferenceRun) -> tuple[tuple[str, ...], Mapping[str, str]]:
    """All groups, the strategy's first and cash last, and those of the benchmark's lines."""
    own = sleeve_names(market)
    theirs = sleeve_names(reference.market) if reference.market else {}
    if reference.market is None:
        theirs = {reference.reference.ticker: reference.reference.ticker or reference.label}
    theirs = {ticker: own.get(ticker, name) for ticker, name in theirs.items()}
    order = (*(sleeve.name for sleeve in market.sleeves), *own.values(), *theirs.values())
    return (*(name for name in dict.fromkeys(order) if name != CASH), CASH), theirs


def _side(
    market: Market,
    output: EngineOutput,
    own: Account,
    names: Mapping[str, str],
    groups: Sequence[str],
) -> _Side:
    """A run by group."""
    added_by_line = contributions(market, output.fills, output.events, own)
    place = {name: column for column, name in enumerate(groups)}
    member = np.zeros((len(own.tickers), len(groups)))
    for row, ticker in enumerate(own.tickers):
        member[row, place[names[ticker]]] = 1.0
    values, added = own.values @ member, added_by_line.lines @ member
    values[:, place[CASH]] += own.cash
    if own.flowed:
        values *= own.scale[:, None]
    added[:, place[CASH]] += added_by_line.cash
    return _Side(own.sessions, values, added, added_by_line.bought @ member)


def _level_side(curve: pd.Series, name: str, groups: Sequence[str], divide: int) -> _Side:
    """A level that nobody holds: its one group is all of it."""
    values = np.zeros((divide + len(curve), len(groups)))
    values[divide:, list(groups).index(name)] = curve.to_numpy()
    added = np.diff(values, axis=0, prepend=values[:1])
    return _Side(pd.DatetimeIndex(curve.index), values, added, np.zeros_like(values))


def _compounded(returns: Floats) -> Floats:
    return np.asarray(np.expm1(np.log1p(returns).sum()))


def _carino(rp: Floats, rb: Floats) -> Floats:
    """(ln(1 + rp) - ln(1 + rb)) / (rp - rb), and its limit where the two are equal."""
    ahead = np.atleast_1d((rp - rb) / (1 + rb))
    ratio = np.divide(np.log1p(ahead), ahead, out=np.ones_like(ahead), where=ahead != 0)
    return ratio / (1 + rb)  # type: ignore[no-any-return]
