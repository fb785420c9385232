"""What trading and holding cost on a day: dated levies by venue and kind of instrument.

Every rate is a row with its source, in the file of its country.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import fsum
from typing import Protocol

from newsfolio.assets import VENUES, Asset, Kind
from newsfolio.dated import Dated, Row
from newsfolio.errors import CommandError
from newsfolio.levies import Charge, Levy, TickTable, VenueSchedule
from newsfolio.venues import rows_of


class CostModel(Protocol):
    """What an order and a holding cost. Money is in the line's currency, rates are fractions."""

    def fee(self, asset: Asset, day: date, shares: float, value: float) -> float:
        """All fees and commission of one order.

        `shares` as they traded (raw), negative for a sale; `value` is what changed hands, always
        positive. An order for no shares costs nothing.
        """
        ...

    def half_spread(self, asset: Asset, day: date, price: float) -> float:
        """What crossing to the other side of the quote costs; `price` as it traded (raw)."""
        ...

    def holding_rate(self, asset: Asset, day: date) -> float:
        """What a long position pays a year, as a fraction of its market value."""
        ...

    def notes(self) -> tuple[str, ...]:
        """The assumptions in words, one sentence or two each."""
        ...


_FEES = (
    "Fees: dated schedules of the United States, Hong Kong and Stock Connect, known as of "
    "2026-11; the last known rates are extrapolated after that, and the first ones before they "
    "begin (SEC fee before 2009, ChinaClear fee before 2015-08)."
)
_COMMISSION = (
    "Commission: United States $0.005 a share and at least $1 an order until 2019-09-30, none "
    "since; Hong Kong and mainland 0.03 % of value without a minimum. All of it is a judgement."
)

_Charges = Dated[tuple[Charge, ...]]

_Key = tuple[str, Kind, bool, Dated[bool], date | None]
"""What an order is charged by: venue, kind, side, whether the line is taxed, its listing."""


def _charges(levies: tuple[Levy, ...]) -> _Charges:
    """What the levies take together, with a row for each day on which one of them changes."""
    starts = sorted(set().union(*(levy.starts() for levy in levies)) | {date.min})
    return Dated(tuple(Row(day, tuple(levy.at(day) for levy in levies)) for day in starts))


@lru_cache(maxsize=1024)
def _charged(key: _Key, commission: bool) -> _Charges:
    """What an order is charged: worked out once, as orders come by the 1000."""
    code, kind, sale, taxed, listed = key
    schedule = schedule_of(code)
    levies = (schedule.levies if schedule else {})[kind]
    return _charges(
        tuple(
            levy.due(taxed, listed)
            for levy in levies
            if levy.falls_on(sale) and (commission or not levy.broker)
        )
    )


def schedule_of(code: str) -> VenueSchedule | None:
    """The fee schedule of a venue, by the name of its calendar; None where none is known."""
    rows = rows_of(code)
    return rows.schedule if rows else None


def is_known(asset: Asset) -> bool:
    """Whether there is a schedule for a line's venue and kind."""
    schedule = schedule_of(asset.venue.code)
    return schedule is not None and asset.kind in schedule.levies


def ticks_of(asset: Asset) -> Dated[TickTable] | None:
    """The price steps that a line's half-spread cannot undercut; None where none are known."""
    schedule = schedule_of(asset.venue.code)
    return schedule.ticks.get(asset.kind) if schedule else None


def holding_of(asset: Asset) -> Dated[float] | None:
    """What a long position in a line pays a year; None for nothing."""
    schedule = schedule_of(asset.venue.code)
    return schedule.holding if schedule else None


def _check_known(asset: Asset) -> None:
    if not is_known(asset):
        raise CommandError(
            f"{asset.ticker}: no trading costs are known for venue {asset.venue.code}, kind "
            f"{asset.kind}; run with --costs none"
        )


@dataclass(frozen=True)
class VenueCosts:
    """The fees of each venue as they were on the day; `commission=False`: without the broker's.

    Every method raises CommandError for a venue and kind that has no schedule.
    """

    commission: bool = True

    def fee(self, asset: Asset, day: date, shares: float, value: float) -> float:
        if shares == 0:
            return 0.0
        _check_known(asset)
        charges = self.charges(asset, shares < 0).at(day)
        return fsum(charge.of(abs(shares), value) for charge in charges)

    def half_spread(self, asset: Asset, day: date, price: float) -> float:
        _check_known(asset)
        own = asset.half_spread.at(day)
        table = ticks_of(asset)
        return max(table.at(day).at(price) / 2 / price, own) if table else own

    def holding_rate(self, asset: Asset, day: date) -> float:
        _check_known(asset)
        rate = holding_of(asset)
        return rate.at(day) if rate else 0.0

    def notes(self) -> tuple[str, ...]:
        own = (note for rows in map(rows_of, VENUES) if rows for note in rows.schedule.notes)
        return (_FEES, *own, _COMMISSION if self.commission else "Commission: none is charged.")

    def charges(self, asset: Asset, sale: bool) -> Dated[tuple[Charge, ...]]:
        """What a sale or a purchase is charged; KeyError where nobody knows."""
        key = (asset.venue.code, asset.kind, sale, asset.taxed, asset.listed)
        return _charged(key, self.commission)


@dataclass(frozen=True)
class NoCosts:
    """Trading and holding are free: what a thesis would have made before costs."""

    def fee(self, asset: Asset, day: date, shares: float, value: float) -> float:
        return 0.0

    def half_spread(self, asset: Asset, day: date, price: float) -> float:
        return 0.0

    def holding_rate(self, asset: Asset, day: date) -> float:
        return 0.0

    def notes(self) -> tuple[str, ...]:
        return ("Costs: none. No fees, commission, half-spread or holding fees are charged.",)
