"""Markets that are true up to a session, and what makes them known session by session."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

import numpy as np

from backtests.evaluation.lookahead.messages import Opened, Rows, packed_rows
from backtests.runner.inputs import prepare
from backtests.settings import Settings
from markets.market import DERIVED, Array, Market, Placed
from markets.reference.currencies import EcbRates
from markets.snapshot import Snapshot
from newsfolio.strategy import Strategy

Alter = Callable[[Array], Array]
"""What becomes of the rows of an array that are still to come."""


SHIFT = 2.0
"""By which noise moves the logarithm of lines, one up and the next down."""


def noise(rng: np.random.Generator, shift: float = SHIFT) -> Alter:
    """Numbers times a shift, a random walk and daily noise; what is true or false at random."""

    def noisy(rows: Array) -> Array:
        if rows.dtype.kind != "f":
            return rng.permutation(rows)
        walk = np.cumsum(rng.normal(0, 0.05, rows.shape), axis=0)
        side = shift * (-1.0) ** np.arange(rows.shape[1] if rows.ndim > 1 else 1)
        return rows * np.exp(side + walk + rng.normal(0, 0.3, rows.shape))

    return noisy


def blank(rows: Array) -> Array:
    """Nothing: unknown numbers, and nothing that can be held or filled."""
    return np.full_like(rows, np.nan if rows.dtype.kind == "f" else 0)


def with_arrays(market: Market, arrays: Mapping[str, Array]) -> Market:
    """The market with other arrays, by the names of its fields."""
    return dataclasses.replace(market, **arrays)  # type: ignore[arg-type] # not all fields are such


def known_at_the_end(market: Market) -> Market:
    """Without what tells of later years beside the arrays: rates, payments, markets of legs."""
    return dataclasses.replace(market, fx=EcbRates(), pays_off={}, payoff={}, legs=())


def as_of(
    strategy: Strategy, bars: Snapshot, settings: Settings, market: Market, end: int
) -> Market:
    """A market built anew from the bars as they stood after a session of it."""
    first, day = market.day(market.first), market.day(end)
    window = dataclasses.replace(settings, start=first, end=day)
    clock = market.sessions[: end + 1]
    ended = prepare(strategy, bars.until(day), window, clock)
    return known_at_the_end(_with_unborn(ended, market))


def _with_unborn(market: Market, whole: Market) -> Market:
    """A market that ends earlier, with the lines that are listed later and held through others.

    The whole market has them in its universe all along. Who asks it for other lines that are not
    listed yet looks ahead.
    """
    listed = market.place.keys()
    unborn = [line for line in whole.assets if line.stand_in and line.ticker not in listed]
    if not unborn:
        return market
    assets = sorted((*market.assets, *unborn), key=lambda asset: asset.ticker)
    both = [*market.tickers, *(asset.ticker for asset in unborn)]
    order = sorted(range(len(both)), key=both.__getitem__)
    rows = np.searchsorted(whole.sessions, market.sessions)
    columns = [whole.place[asset.ticker] for asset in unborn]
    shape = (len(market.sessions), len(market.assets))
    arrays = {}
    for field in dataclasses.fields(market):
        values = getattr(market, field.name)
        if isinstance(values, np.ndarray) and values.shape == shape:
            more = getattr(whole, field.name)[rows][:, columns]
            if field.name == "later":  # of splits to come
                more = np.ones_like(more)
            arrays[field.name] = np.concatenate([values, more], axis=1)[:, order]
    missing = tuple(line for line in market.missing if line not in whole.place)
    return with_arrays(dataclasses.replace(market, assets=tuple(assets), missing=missing), arrays)


class FlowingMarket:
    """A market whose later sessions hold something else until they are sent, row by row."""

    def __init__(self, market: Market, alter: Alter) -> None:
        self._market, self._alter = market, alter
        self._known = market.first
        values = {field.name: getattr(market, field.name) for field in dataclasses.fields(market)}
        names = [name for name, value in values.items() if isinstance(value, np.ndarray)]
        names.remove("sessions")
        self._arrays = {name: getattr(market, name) for name in (*names, *DERIVED)}
        named = {f"signal {name}": row for name, row in market.signals.items()}
        self._sent = self._arrays | named
        self._facts = {name: self._altered_frame(table) for name, table in market.facts.items()}

    def opened(self) -> Opened:
        """The market as it is sent: true up to its first session."""
        changed = {name: self._altered(values) for name, values in self._arrays.items()}
        derived = {name: changed.pop(name) for name in DERIVED}
        signals = {name: self._altered(row) for name, row in self._market.signals.items()}
        facts = {name: self._table(name, self._known) for name in self._facts}
        market = dataclasses.replace(
            with_arrays(known_at_the_end(self._market), changed), signals=signals, facts=facts
        )
        return Opened(market, derived, flowing=True)

    def rows(self, session: int) -> Rows | None:
        """What has become known since the last time; None where it is nothing."""
        begin = self._known + 1
        if session < begin:
            return None
        new = slice(begin, session + 1)
        facts = {
            name: self._table(name, session)
            for name, table in self._market.facts.items()
            if ((table.places > self._known) & (table.places <= session)).any()
        }
        self._known = session
        return Rows(begin, packed_rows(self._sent, new), facts)

    def _altered(self, values: Array) -> Array:
        later = self._known + 1
        return np.concatenate([values[:later], self._alter(values[later:])])

    def _altered_frame(self, table: Placed) -> Mapping[str, Array]:
        """Other values for the columns of a table but its dates."""
        rng = np.random.default_rng(len(table.frame))
        return {name: noise(rng)(table.frame[name].to_numpy()) for name in table.frame.columns[1:]}

    def _table(self, name: str, session: int) -> Placed:
        """A table whose rows after a session say something else."""
        table = self._market.facts[name]
        frame, later = table.frame.copy(), table.places > session
        for column, values in self._facts[name].items():
            frame.loc[later, column] = values[later]
        return dataclasses.replace(table, frame=frame)
