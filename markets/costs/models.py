"""What trading and holding cost on a day: dated levies by venue and kind of instrument.

Every rate is a row with its source, in the file of its country.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from math import fsum
from typing import Protocol

from markets.costs import hong_kong, mainland, united_states
from markets.costs.levies import Charge, Levy, TickTable, VenueSchedule
from newsfolio.assets import Asset, Kind
from newsfolio.dated import Dated, Row
from newsfolio.errors import CommandError


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


SCHEDULES: Mapping[str, VenueSchedule] = {
    "XNYS": united_states.SCHEDULE,
    "XHKG": hong_kong.SCHEDULE,
    "XSHG": mainland.SCHEDULE,
}
"""What is known, by the code of the venue: a file of its own each."""

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


def _charges(levies: tuple[Levy, ...]) -> _Charges:
    """What the levies take together, with a row for each day on which one of them changes."""
    starts = sorted(set().union(*(levy.starts() for levy in levies)) | {date.min})
    return Dated(tuple(Row(day, tuple(levy.at(day) for levy in levies)) for day in starts))


@cache
def _schedules(commission: bool) -> Mapping[tuple[str, Kind, bool], _Charges]:
    """By venue, kind and whether it is a sale: worked out once, as orders come by the 1000."""
    return {
        (venue, kind, sale): _charges(
            tuple(
                levy
                for levy in levies
                if (sale or not levy.sales_only) and (commission or not levy.broker)
            )
        )
        for venue, schedule in SCHEDULES.items()
        for kind, levies in schedule.levies.items()
        for sale in (False, True)
    }


def is_known(asset: Asset) -> bool:
    """Whether there is a schedule for a line's venue and kind."""
    schedule = SCHEDULES.get(asset.venue.code)
    return schedule is not None and asset.kind in schedule.levies


def ticks_of(asset: Asset) -> Dated[TickTable] | None:
    """The price steps that a line's half-spread cannot undercut; None where none are known."""
    schedule = SCHEDULES.get(asset.venue.code)
    return schedule.ticks.get(asset.kind) if schedule else None


def holding_of(asset: Asset) -> Dated[float] | None:
    """What a long position in a line pays a year; None for nothing."""
    schedule = SCHEDULES.get(asset.venue.code)
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
        charges = self.charges(asset.venue.code, asset.kind, shares < 0).at(day)
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
        own = (note for schedule in SCHEDULES.values() for note in schedule.notes)
        return (_FEES, *own, _COMMISSION if self.commission else "Commission: none is charged.")

    def charges(self, venue: str, kind: Kind, sale: bool) -> Dated[tuple[Charge, ...]]:
        """What a sale or a purchase is charged; KeyError where nobody knows."""
        return _schedules(self.commission)[venue, kind, sale]


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
