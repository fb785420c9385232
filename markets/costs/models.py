"""What trading and holding cost on a day: dated levies of the venue, or the terms of a broker.

Every rate of a venue is a row with its source, in the file of its market.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import lru_cache
from math import fsum
from typing import Protocol

from markets.reference.currencies import EcbRates, Fixings, FxSource
from markets.reference.pegs import ENDED
from newsfolio.assets import VENUES, Asset, Kind
from newsfolio.costs import Commission, Costs
from newsfolio.dated import Dated, Row, always
from newsfolio.errors import MissingData
from newsfolio.levies import Charge, Levy, TickTable, VenueSchedule
from newsfolio.venue_rows import VenueRows
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

    def borrow_rate(self, asset: Asset) -> float:
        """What a short position pays a year, as a fraction of its market value."""
        ...

    def adr_fee(self, asset: Asset) -> float:
        """What the depositary takes a year, USD a share."""
        ...

    def notes(self, assets: Sequence[Asset] = ()) -> tuple[str, ...]:
        """The assumptions in words, one sentence or two each; assets: the lines they are about."""
        ...


_NO_COMMISSION = "Commission: none is charged, as none is known; --costs can say otherwise."

KNOWN_TO = "2026-11"
"""The month up to which the rows were looked up."""

_Charges = Dated[tuple[Charge, ...]]


@dataclass(frozen=True)
class _Order:
    """All that decides what an order is charged, but for the currency of the line."""

    venue: str
    kind: Kind
    sale: bool
    taxed: Dated[bool]
    listed: date | None
    own: Costs


@lru_cache(maxsize=1024)
def _charged(order: _Order, of_venue: Fixings | None, of_broker: Fixings | None) -> _Charges:
    """What an order is charged: worked out once, as orders come by the 1000.

    The fixings convert the amounts of the venue's table and of the own terms; None: nothing does.
    """
    return _with_own(_tabled(order), order.own.commission, of_venue, of_broker)


@lru_cache(maxsize=256)
def _with_own(
    table: _Charges,
    commission: Commission | str | None,
    of_venue: Fixings | None,
    of_broker: Fixings | None,
) -> _Charges:
    """The table and a commission of one's own, once for all lines that they are the same for."""
    table = _in_currency(table, of_venue)
    if not isinstance(commission, Commission):
        return table
    own = _own_in_currency(commission, of_broker)
    starts = sorted({*table.starts, *own.starts})
    return Dated(tuple(Row(day, (*table.at(day), *own.at(day))) for day in starts))


@lru_cache(maxsize=1024)
def _tabled(order: _Order) -> _Charges:
    """What the table of the venue charges, in its own currency."""
    levies = [
        levy.due(order.taxed, order.listed)
        for levy in _levies(order.venue, order.kind)
        if levy.falls_on(order.sale) and _asked(levy, order.own)
    ]
    return _together(levies)


def levies_of(asset: Asset) -> tuple[Levy, ...]:
    """What the table of a line's venue charges."""
    return _levies(asset.venue.code, asset.kind)


def _levies(code: str, kind: Kind) -> tuple[Levy, ...]:
    """What the table of a venue charges; the levies of shares where a kind has none of its own."""
    schedule = schedule_of(code)
    levies = schedule.levies if schedule else {}
    return levies.get(kind, () if kind is Kind.FUND else levies.get(Kind.STOCK, ()))


def _asked(levy: Levy, own: Costs) -> bool:
    """Whether the terms leave a levy of the venue's table as it is."""
    return own.commission is None if levy.broker else own.taxes is not False


def _together(levies: Sequence[Levy]) -> _Charges:
    """What the levies take together, with a row for each day on which one of them changes."""
    starts = sorted(set().union(*(levy.starts() for levy in levies)) | {date.min})
    return Dated(tuple(Row(day, tuple(levy.at(day) for levy in levies)) for day in starts))


@lru_cache(maxsize=1024)
def _has_amounts(order: _Order) -> bool:
    """Whether the table of the venue charges amounts of its currency."""
    return any(charge.in_money for row in _tabled(order).rows for charge in row.value)


@lru_cache(maxsize=64)
def _own_in_currency(commission: Commission, fixings: Fixings | None) -> _Charges:
    """A commission of one's own: the same 7,000 rows for purchases and sales of every venue."""
    return _in_currency(_own(commission), fixings)


def _in_currency(table: _Charges, fixings: Fixings | None) -> _Charges:
    """The same for a line in another currency: amounts at the last rate known before each day."""
    if fixings is None:
        return table
    rates = dict(zip((fixings.days + 1).tolist(), fixings.rates.tolist(), strict=True))
    rate, rows = float(fixings.rates[0]), []
    for day in sorted({*table.starts, *rates}):
        rate = rates.get(day, rate)
        rows.append(Row(day, tuple(charge.times(rate) for charge in table.at(day))))
    return Dated(tuple(rows))


@lru_cache(maxsize=64)
def _own(commission: Commission) -> _Charges:
    """What a broker asks, in the currency that its terms name."""
    terms = {
        term.name: getattr(commission, term.name) for term in fields(Charge) if term.name != "step"
    }
    return Dated((Row(date.min, (Charge(**terms),)),))


def _amounts_in(code: str) -> str:
    """The currency of the amounts in a venue's table: that of its market's first suffix."""
    rows = rows_of(code)
    return next(iter(rows.suffixes.values())).currency if rows else ""


def schedule_of(code: str) -> VenueSchedule | None:
    """The fee schedule of a venue, by the name of its calendar; None where none is known."""
    rows = rows_of(code)
    return rows.schedule if rows else None


@dataclass(frozen=True)
class VenueCosts:
    """The fees of each venue as they were on the day, but for what `own` says otherwise.

    A venue without a schedule charges neither tax nor commission; the half-spread is the line's.
    fx: what converts the amounts of a commission to the currency of a line.
    """

    own: Costs = Costs()
    fx: FxSource = field(default_factory=EcbRates, compare=False, repr=False)
    _fixings: dict[tuple[str, str], Fixings] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

    def fee(self, asset: Asset, day: date, shares: float, value: float) -> float:
        if shares == 0:
            return 0.0
        charges = self.charges(asset, shares < 0).at(day)
        return fsum(charge.of(abs(shares), value) for charge in charges)

    def half_spread(self, asset: Asset, day: date, price: float) -> float:
        own = self.spread_of(asset).at(day)
        table = self.ticks_of(asset)
        return max(table.at(day).at(price) / 2 / price, own) if table else own

    def holding_rate(self, asset: Asset, day: date) -> float:
        rate = self.holding_of(asset)
        return rate.at(day) if rate else 0.0

    def borrow_rate(self, asset: Asset) -> float:
        return asset.borrow

    def adr_fee(self, asset: Asset) -> float:
        return asset.adr_fee

    def notes(self, assets: Sequence[Asset] = ()) -> tuple[str, ...]:
        codes = {asset.venue.code for asset in assets} if assets else VENUES
        names = {rows.name: rows for code in codes if (rows := rows_of(code))}
        used = [names[name] for name in sorted(names)]
        own = (note for rows in used for note in rows.schedule.notes)
        commission = () if self.own.commission is not None else (_commission(used),)
        return (*_fees(used), *own, *commission, *_own_notes(self.own, assets), *_unknown(assets))

    def charges(self, asset: Asset, sale: bool) -> _Charges:
        """What a sale or a purchase is charged, in the currency of the line."""
        order = self._order(asset, sale)
        return _charged(order, *self._fixings_for(order, asset))

    def fixings(self, assets: Sequence[Asset]) -> tuple[Fixings | None, ...]:
        """What converts the charges of some lines; equal terms may do it at other rates."""
        orders = ((asset, self._order(asset, sale)) for asset in assets for sale in (False, True))
        return tuple(rates for asset, order in orders for rates in self._fixings_for(order, asset))

    def _order(self, asset: Asset, sale: bool) -> _Order:
        own = self._terms(asset)
        return _Order(asset.venue.code, asset.kind, sale, asset.taxed, asset.listed, own)

    def _fixings_for(self, order: _Order, asset: Asset) -> tuple[Fixings | None, Fixings | None]:
        """What converts the amounts of the venue's table, and those of the own terms."""
        home, own, of_venue, of_broker = _amounts_in(order.venue), order.own.commission, None, None
        if home not in ("", asset.currency) and _has_amounts(order):
            of_venue = self._fixings_of(home, asset)
        if isinstance(own, Commission) and own.in_money:
            of_broker = self._fixings_of(own.currency, asset)
        return of_venue, of_broker

    def spread_of(self, asset: Asset) -> Dated[float]:
        """Half of what is between bid and ask, as a fraction of the price."""
        own = self._terms(asset).half_spread
        return asset.half_spread if own is None else _constant(own)

    def ticks_of(self, asset: Asset) -> Dated[TickTable] | None:
        """The price steps that a half-spread cannot undercut; None where none are known."""
        schedule = schedule_of(asset.venue.code)
        if schedule is None or self._terms(asset).half_spread is not None:
            return None
        return schedule.ticks.get(asset.kind)

    def holding_of(self, asset: Asset) -> Dated[float] | None:
        """What a long position in a line pays a year; None for nothing."""
        schedule, terms = schedule_of(asset.venue.code), self._terms(asset)
        holding = schedule.holding if schedule and terms.taxes is not False else None
        return _with_custody(holding, terms.custody) if terms.custody else holding

    def _fixings_of(self, currency: str, asset: Asset) -> Fixings | None:
        """What converts amounts of a currency for a line; None where they stand in its own."""
        if currency in ("", asset.currency):
            return None
        pair = (currency, asset.currency)
        if pair not in self._fixings:
            fixings = self.fx.fixings(*pair)
            if not len(fixings.days):
                raise MissingData(
                    f"{asset.ticker}: no rate of {fixings.pair} converts what its orders cost; "
                    f"write --costs in {asset.currency}, or without a currency"
                )
            self._fixings[pair] = fixings
        return self._fixings[pair]

    def _terms(self, asset: Asset) -> Costs:
        return _terms(self.own, asset.venue.code, asset.kind) if self.own.only else self.own


@lru_cache(maxsize=256)
def _terms(own: Costs, venue: str, kind: Kind) -> Costs:
    return own.of(venue, kind)


@lru_cache(maxsize=256)
def _constant(value: float) -> Dated[float]:
    """One object a value: the compiled desk tells rows apart by their identity."""
    return always(value, "own terms")


@lru_cache(maxsize=64)
def _with_custody(holding: Dated[float] | None, custody: float) -> Dated[float]:
    if holding is None:
        return always(custody, "own terms")
    return Dated(tuple(replace(row, value=row.value + custody) for row in holding.rows))


def _own_notes(own: Costs, assets: Sequence[Asset]) -> list[str]:
    """The terms of a broker in words, and those that no line comes under."""
    here = {(asset.venue.code, asset.kind.value) for asset in assets}
    names = {name for venue, kind in here for name in (venue, kind, f"{venue} {kind}")}
    notes = [f"Own terms: {own.words()}."] * bool(own.words())
    notes += [f"Own terms, {name}: {terms.words()}." for name, terms in own.places if name in names]
    idle = [name for name, _ in own.places if assets and name not in names]
    if idle:
        notes.append(f"Own terms for {', '.join(idle)} are not used: no line here is of that.")
    for currency in sorted(own.currencies & ENDED.keys()):
        day, why = ENDED[currency]
        notes.append(f"Amounts in {currency} count at its last fixing from {day} on: {why}.")
    return notes


def _unknown(assets: Sequence[Asset]) -> list[str]:
    """What is assumed where no table says what a venue charges."""
    codes = {asset.venue.code for asset in assets if asset.tradable}
    without = sorted(code for code in codes if schedule_of(code) is None)
    return [
        f"No fees are known for venue {code}: neither tax nor commission is charged, and a "
        "half-spread of 5 bp where the line has none of its own; --costs can say otherwise."
        for code in without
    ]


def _commission(used: Iterable[VenueRows]) -> str:
    terms = [commission for rows in used if (commission := rows.schedule.commission)]
    return f"Commission: {'; '.join(terms)}. All of it is a judgement." if terms else _NO_COMMISSION


def _fees(used: Iterable[VenueRows]) -> Iterator[str]:
    """What the schedules in use rest on; a market may say before when its first rates began."""
    names = ", ".join(rows.name for rows in used)
    early = ", ".join(rows.schedule.early for rows in used if rows.schedule.early)
    if names:
        yield (
            f"Fees and taxes: dated schedules of {names}, known as of {KNOWN_TO}; the last known "
            "rates are extrapolated after that, and the first ones before they begin"
            + (f" ({early})." if early else ".")
        )


@dataclass(frozen=True)
class NoCosts:
    """Trading and holding are free: what a thesis would have made before costs."""

    def fee(self, asset: Asset, day: date, shares: float, value: float) -> float:
        return 0.0

    def half_spread(self, asset: Asset, day: date, price: float) -> float:
        return 0.0

    def holding_rate(self, asset: Asset, day: date) -> float:
        return 0.0

    def borrow_rate(self, asset: Asset) -> float:
        return 0.0

    def adr_fee(self, asset: Asset) -> float:
        return 0.0

    def notes(self, assets: Sequence[Asset] = ()) -> tuple[str, ...]:
        return ("Costs: none. No fees, commission, half-spread or holding fees are charged.",)
