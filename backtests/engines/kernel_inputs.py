"""A market, its costs and the settings as arrays: what the compiled core reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TypedDict, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from backtests.settings import Funding, Lots, Settings, Withholding
from backtests.simulation.cash_events import paying_sessions
from backtests.simulation.execution import by_opening
from backtests.simulation.flows import dated_flows
from backtests.simulation.interest import growth
from markets.costs.models import CostModel, NoCosts, VenueCosts
from markets.market import Floats, Market, Mask
from markets.per_market import per_market
from markets.reference.currencies import Fixings
from newsfolio.assets import Asset
from newsfolio.dated import Dated
from newsfolio.levies import Charge, TickTable

Integers = NDArray[np.int64]
Flags = NDArray[np.uint8]

_EPOCH = date(1970, 1, 1).toordinal()
BUYS, SELLS, OPENED = 1, 2, 4
NONE = -1
"""No series: the line has no such rule."""


@dataclass(frozen=True, eq=False)
class KernelInputs:
    """All that fills, fees and cash follow from; T sessions x N lines, arrays read-only.

    Dated facts are series: series s has the days `starts[series_at[s]:series_at[s + 1]]`, and the
    value in force from each on. `lot`, `spread`, `holding`, `withholding`, `tick`, `bought` and
    `sold` are the series of each line, NONE without. The values of `bought` and `sold` number the
    lists of charges, c: `charges_at[c]` to `charges_at[c + 1]` of `of_value`, `of_shares`,
    `of_order`, `least`, `most`, `cap` and `step`; those of `tick` number the rows of `bounds` and
    `ticks`.
    fillable: as bits, BUYS and SELLS that can fill at an open, and whether the venue OPENED.
    flowing, outside: due and table of DatedFlows.
    group: columns by the hour of their open, group g from `group_at[g]` on.
    """

    first: int
    open: Floats
    last: Floats
    rate_before: Floats
    rate: Floats
    worth: Floats
    later: Floats
    dividend: Floats
    fillable: Flags
    paying: Flags
    flowing: Flags
    outside: Floats
    star: Flags
    credit: Floats
    debit: Floats
    days: Floats
    adr_fee: Floats
    borrow: Floats
    ordinal: Integers
    year: Integers
    series_at: Integers
    starts: Integers
    values: Floats
    spread: Integers
    lot: Integers
    holding: Integers
    withholding: Integers
    bought: Integers
    sold: Integers
    tick: Integers
    charges_at: Integers
    of_value: Floats
    of_shares: Floats
    of_order: Floats
    least: Floats
    most: Floats
    cap: Floats
    step: Floats
    bounds: Floats
    ticks: Floats
    group_at: Integers
    group: Integers
    pays_off: Mapping[int, tuple[int, ...]]
    payoff: Mapping[int, float]
    fractional: bool
    waits: bool
    foreign: bool
    charged: bool
    has_holding: bool
    tolerance: float


def kernel_inputs_of(market: Market, settings: Settings, costs: CostModel) -> KernelInputs | None:
    """None for what the core does not know: impact, participation, other costs, unknown venues."""
    if settings.impact or settings.participation is not None:
        return None
    return _built(market, settings, costs)


def _known(market: Market, costs: CostModel) -> bool:
    """Whether every rule has a value on every day of the run."""
    if type(costs) not in (VenueCosts, NoCosts):
        return False
    return all(
        _since(fact)
        for asset in market.assets
        for fact in (asset.lot, asset.half_spread, asset.withholding)
    )


def _since(fact: Dated[float] | Dated[int]) -> bool:
    return fact.rows[0].start is None


@per_market
def _built(market: Market, settings: Settings, costs: CostModel) -> KernelInputs | None:
    if not _known(market, costs):
        return None
    table = growth(market, settings.credit_spread)
    days, flows = market.sessions.astype("int64"), dated_flows(market, settings.flows or ())
    return KernelInputs(
        first=market.first,
        open=_floats(market.open),
        last=_floats(market.last),
        rate_before=_floats(market.rate_before),
        rate=_floats(market.rate),
        later=_floats(market.later),
        dividend=_floats(market.dividend),
        worth=_floats(market.value_rate),
        fillable=_openings(market),
        paying=_flags(paying_sessions(market)),
        flowing=_flags(flows.due),
        outside=_floats(flows.table),
        star=_flags([asset.star for asset in market.assets]),
        credit=table.credit,
        debit=table.debit,
        days=table.days,
        adr_fee=_floats([costs.adr_fee(asset) for asset in market.assets]),
        borrow=_floats([costs.borrow_rate(asset) for asset in market.assets]),
        ordinal=days,
        year=market.sessions.astype("datetime64[Y]").astype("int64") + 1970,
        **_dated(market.assets, *_told_by(market.assets, costs)),
        **_groups(market),
        pays_off=_payments(market),
        payoff=market.payoff,
        fractional=settings.lots is Lots.FRACTIONAL,
        waits=settings.funding is Funding.WAIT,
        foreign=settings.withholding is Withholding.FOREIGN,
        charged=isinstance(costs, VenueCosts),
        has_holding=isinstance(costs, VenueCosts)
        and any(costs.holding_of(asset) is not None for asset in market.assets),
        tolerance=settings.tolerance,
    )


Value = TypeVar("Value")


class SeriesArrays(TypedDict):
    """All series one after the other."""

    series_at: Integers
    starts: Integers
    values: Floats


class ChargeArrays(TypedDict):
    """All lists of charges one after the other."""

    charges_at: Integers
    of_value: Floats
    of_shares: Floats
    of_order: Floats
    least: Floats
    most: Floats
    cap: Floats
    step: Floats


class TickArrays(TypedDict):
    """Price steps, a row a table."""

    bounds: Floats
    ticks: Floats


class LineSeries(TypedDict):
    """The series of each line, by rule."""

    spread: Integers
    lot: Integers
    holding: Integers
    withholding: Integers
    bought: Integers
    sold: Integers
    tick: Integers


class DatedArrays(SeriesArrays, ChargeArrays, TickArrays, LineSeries):
    """All dated facts of some lines."""


class GroupArrays(TypedDict):
    """Columns by the hour of their open."""

    group_at: Integers
    group: Integers


class _Series:
    """Dated facts one after the other, each once."""

    def __init__(self) -> None:
        self._number: dict[int, int] = {}
        self._kept: list[object] = []
        self._at = [0]
        self._starts: list[int] = []
        self._values: list[float] = []

    def add(self, fact: Dated[Value] | None, worth: Callable[[Value], float]) -> int:
        """The number of a fact; `worth` makes a number of its values."""
        if fact is None:
            return NONE
        if id(fact) not in self._number:
            self._number[id(fact)] = len(self._kept)
            self._kept.append(fact)  # an id is only good while its object lives
            self._starts += [(row.start or date.min).toordinal() - _EPOCH for row in fact.rows]
            self._values += [float(worth(row.value)) for row in fact.rows]
            self._at.append(len(self._starts))
        return self._number[id(fact)]

    def arrays(self) -> SeriesArrays:
        return {
            "series_at": _integers(self._at),
            "starts": _integers(self._starts),
            "values": _floats(self._values),
        }


class _Charges:
    """Lists of charges one after the other."""

    def __init__(self) -> None:
        self._at = [0]
        self._all: list[Charge] = []

    def add(self, charges: Iterable[Charge]) -> int:
        self._all += charges
        self._at.append(len(self._all))
        return len(self._at) - 2

    def arrays(self) -> ChargeArrays:
        return {
            "charges_at": _integers(self._at),
            "of_value": _floats([charge.value for charge in self._all]),
            "of_shares": _floats([charge.share for charge in self._all]),
            "of_order": _floats([charge.order for charge in self._all]),
            "least": _floats([charge.minimum for charge in self._all]),
            "most": _floats([charge.maximum for charge in self._all]),
            "cap": _floats([charge.cap for charge in self._all]),
            "step": _floats([charge.step for charge in self._all]),
        }


class _Ticks:
    """Tables of price steps, filled up to the longest."""

    def __init__(self) -> None:
        self._tables: list[TickTable] = []

    def add(self, table: TickTable) -> int:
        self._tables.append(table)
        return len(self._tables) - 1

    def arrays(self) -> TickArrays:
        most = max((len(table.bounds) for table in self._tables), default=0)
        bounds = np.full((len(self._tables), most), np.inf)
        ticks = np.zeros((len(self._tables), most + 1))
        for row, table in enumerate(self._tables):
            bounds[row, : len(table.bounds)] = table.bounds
            ticks[row, : len(table.ticks)] = table.ticks
        return {"bounds": bounds, "ticks": ticks}


def _told_by(
    assets: tuple[Asset, ...], costs: CostModel
) -> tuple[VenueCosts | None, tuple[Fixings | None, ...]]:
    """The terms of the lines and, since equal terms may convert at other rates, those rates."""
    return (costs, costs.fixings(assets)) if isinstance(costs, VenueCosts) else (None, ())


@lru_cache(maxsize=64)
def _dated(
    assets: tuple[Asset, ...], costs: VenueCosts | None, _rates: tuple[Fixings | None, ...]
) -> DatedArrays:
    """All dated facts of some lines, which hundreds of windows on one market share."""
    series, charges, steps = _Series(), _Charges(), _Ticks()
    return {
        **_facts(assets, costs, series, charges, steps),
        **series.arrays(),
        **charges.arrays(),
        **steps.arrays(),
    }


def _facts(
    assets: tuple[Asset, ...], costs: VenueCosts | None,
    series: _Series, charges: _Charges, steps: _Ticks,
) -> LineSeries:  # fmt: skip
    lot, spread, withholding, holding, tick, bought, sold = (list[int]() for _ in range(7))
    for asset in assets:
        lot.append(series.add(asset.lot, float))
        spread.append(series.add(costs.spread_of(asset) if costs else asset.half_spread, float))
        withholding.append(series.add(asset.withholding, float))
        holding.append(series.add(costs.holding_of(asset) if costs else None, float))
        tick.append(series.add(costs.ticks_of(asset) if costs else None, steps.add))
        for numbers, sale in ((bought, False), (sold, True)):
            numbers.append(series.add(costs.charges(asset, sale) if costs else None, charges.add))
    return {
        "lot": _integers(lot), "spread": _integers(spread), "withholding": _integers(withholding),
        "holding": _integers(holding), "tick": _integers(tick), "bought": _integers(bought),
        "sold": _integers(sold),
    }  # fmt: skip


def _groups(market: Market) -> GroupArrays:
    groups = by_opening(market)
    return {
        "group_at": np.cumsum([0, *map(len, groups)], dtype="int64"),
        "group": _integers([column for group in groups for column in group]),
    }


def _openings(market: Market) -> Flags:
    """(T, N) what can fill at each open, as bits."""
    buys, sells = market.fillable & (market.locked <= 0), market.fillable & (market.locked >= 0)
    return _flags(_bits(buys, BUYS) | _bits(sells, SELLS) | _bits(market.opened, OPENED))


def _bits(mask: Mask, bit: int) -> Flags:
    return mask.astype("uint8") * np.uint8(bit)


def _payments(market: Market) -> dict[int, tuple[int, ...]]:
    """The delisted columns that pay, by session."""
    due: dict[int, tuple[int, ...]] = {}
    for column, session in market.pays_off.items():
        due[session] = (*due.get(session, ()), column)
    return due


def _floats(values: ArrayLike) -> Floats:
    return np.ascontiguousarray(values, dtype="float64")


def _integers(values: ArrayLike) -> Integers:
    return np.ascontiguousarray(values, dtype="int64")


def _flags(values: ArrayLike) -> Flags:
    return np.ascontiguousarray(values, dtype="uint8")
