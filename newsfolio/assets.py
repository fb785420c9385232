"""Lines one can hold: venue, currency, kind, lots, listing, withholding; and sleeves of lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import ClassVar, Protocol, TypeAlias

from newsfolio.blame import shortened
from newsfolio.dated import Dated, always
from newsfolio.errors import CommandError
from newsfolio.schedules import Period
from newsfolio.venue import Kind, Venue
from newsfolio.venues import rows_of_suffix
from newsfolio.venues.hong_kong import HONG_KONG, HONG_KONG_CNY, HONG_KONG_USD, USD_COUNTERS
from newsfolio.venues.mainland import MAINLAND, SHANGHAI_B, SHENZHEN_B
from newsfolio.venues.united_states import NEW_YORK

__all__ = [
    "HONG_KONG",
    "HONG_KONG_CNY",
    "HONG_KONG_USD",
    "MAINLAND",
    "NEW_YORK",
    "ONE_BY_ONE",
    "SHANGHAI_B",
    "SHENZHEN_B",
    "TAXED",
    "UNSAID",
    "USD_COUNTERS",
    "VENUES",
    "Asset",
    "Delisting",
    "Kind",
    "Sleeve",
    "Universe",
    "Venue",
    "sleeves_of",
    "venue_of",
]  # fmt: skip

VENUES = {venue.code: venue for venue in (NEW_YORK, HONG_KONG, MAINLAND)}


_SOME = '"XWBO", "EUR"'
_LIKELY = {
    suffix: f'"{code}", "{currency}"'
    for suffix, code, currency in (
        ("VI", "XWBO", "EUR"), ("PR", "XPRA", "CZK"), ("BD", "XBUD", "HUF"), ("AT", "ASEX", "EUR"),
        ("IC", "XICE", "ISK"), ("TL", "XTAL", "EUR"), ("RG", "XRIS", "EUR"), ("VS", "XLIT", "EUR"),
        ("RO", "XBSE", "RON"), ("BA", "XBUE", "ARS"), ("SN", "XSGO", "CLP"), ("CL", "XBOG", "COP"),
        ("LM", "XLIM", "PEN"), ("PS", "XPHS", "PHP"), ("KA", "XKAR", "PKR"), ("ME", "XMOS", "RUB"),
        ("DU", "XDUS", "EUR"), ("HM", "XHAM", "EUR"), ("SG", "XSTU", "EUR"),
    )
}  # fmt: skip
"""Calendars and currencies of markets that have no rows yet, for the example in an error."""


@dataclass(frozen=True)
class Delisting:
    """The last day of a line, and what it paid a unit afterwards; None: its last close."""

    day: date
    value: float | None = None


UNSAID = always(0.0, "nobody said")
ONE_BY_ONE = always(1, "nobody said")
UNSEEN = always(0.0005, "judgement: a line nobody has looked at")
_AT_NET_ASSET_VALUE = always(0.0, "a fund deals at one price")
_LEAST = {
    Kind.FUND: always(0.001, "funds keep three decimals of a share"),
    Kind.CRYPTO: always(1e-8, "the smallest part that exchanges keep"),
}
_HUNDRED = always(100, "board lot of the mainland; in Hong Kong assumed")
_STAR = re.compile(r"68[89]\d{3}\.SS")
TAXED = always(True, "nobody said")
_H_SHARE = always(0.10, "assumed, as for an H share: no row says what is withheld")


def _is_day(value: object) -> bool:
    return value is None or (isinstance(value, date) and not isinstance(value, datetime))


_MEANT: Mapping[str, tuple[Callable[[object], bool], str]] = {
    "ticker": (lambda value: isinstance(value, str), '"SPY"'),
    "venue": (lambda value: isinstance(value, Venue), "NEW_YORK"),
    "kind": (lambda value: isinstance(value, Kind), "Kind.STOCK"),
    "listed": (_is_day, "date(2020, 1, 2)"),
    "access": (_is_day, "date(2020, 1, 2)"),
    "delisted": (
        lambda value: value is None or isinstance(value, Delisting), "Delisting(date(2020, 1, 2))"
    ),
    "lot": (lambda value: isinstance(value, Dated), "always(100)"),
    "withholding": (lambda value: isinstance(value, Dated), "always(0.15)"),
    "half_spread": (lambda value: isinstance(value, Dated), "always(0.0005)"),
    "risk_warning": (lambda value: isinstance(value, Dated), "always(True)"),
    "taxed": (lambda value: isinstance(value, Dated), "always(False)"),
    "stand_in": (
        lambda value: isinstance(value, tuple) and all(isinstance(ticker, str) for ticker in value),
        '("KWEB",)',
    ),
}  # fmt: skip
"""What the fields of a line are, and how one is written."""


def _require_fields(asset: Asset) -> None:
    """CommandError for a field of another kind, before it fails far from the author's line."""
    for name, (right, example) in _MEANT.items():
        value = getattr(asset, name)
        if not right(value):
            raise CommandError(
                f"Asset({asset.ticker!r}, ...): {name}={shortened(repr(value), 60)}; write "
                f"{name}={example}"
            )


@dataclass(frozen=True)
class Asset:
    """One line: a security on one venue in one currency. Prices, lots and fees belong to it.

    `listed` is its first day of trading; it may be held from 60 sessions later, and until then
    the lines of `stand_in` share its place equally. `lot` counts shares as they traded (raw); where
    nobody says it is 100 on the mainland, and in Hong Kong, not `lot_known`.
    `half_spread` is a fraction of the price. A `withholding` of 0.1 keeps a tenth of a dividend;
    where nobody says, a Hong Kong line withholds that, not `withholding_known`, and others what the
    rows of their venue say, as for lots; lines of New York and the mainland nothing.
    `adr_fee` is what the depositary takes, USD a share and year. `access` is the first day on which
    a foreign account may hold it. `country` is where its companies are, not where it trades; the
    venue's where nobody says. `risk_warning` says when a mainland line was marked ST, which
    is under another price limit. `every` is the period of a series that is not daily ("week",
    "month", "quarter", "year"): each value lasts two of them; without it the bars tell. `taxed` is
    whether the venue's tax on trades falls on it: not on lines that the law spares, such as AIM
    shares in London.
    """

    ticker: str
    venue: Venue
    kind: Kind = Kind.STOCK
    name: str = ""
    listed: date | None = None
    lot: Dated[float] = ONE_BY_ONE
    lot_known: bool = True
    withholding: Dated[float] = UNSAID
    withholding_known: bool = True
    half_spread: Dated[float] = UNSEEN
    borrow: float = 0.0075
    adr_fee: float = 0.0
    star: bool = False
    access: date | None = None
    stand_in: tuple[str, ...] = ()
    proxy: str = ""
    delisted: Delisting | None = None
    country: str = ""
    risk_warning: Dated[bool] = always(False)
    taxed: Dated[bool] = TAXED
    every: str = ""

    def __post_init__(self) -> None:
        _require_fields(self)
        if self.every and self.every not in set(Period):
            raise CommandError(
                f"{self.ticker}: every={self.every!r} is no period; write {', '.join(Period)}, or "
                "leave it out for a daily line"
            )
        if not self.country:
            object.__setattr__(self, "country", self.venue.country or self.venue.code)
        if self.lot is ONE_BY_ONE and self.kind in _LEAST:
            object.__setattr__(self, "lot", _LEAST[self.kind])
        if self.half_spread is UNSEEN and self.kind is Kind.FUND:
            object.__setattr__(self, "half_spread", _AT_NET_ASSET_VALUE)
        hong_kong, mainland = self.venue.code == HONG_KONG.code, self.venue.code == MAINLAND.code
        if self.withholding is UNSAID and hong_kong and self.tradable:
            object.__setattr__(self, "withholding", _H_SHARE)
            object.__setattr__(self, "withholding_known", False)
        if self.lot is ONE_BY_ONE and (hong_kong or mainland) and self.tradable:
            object.__setattr__(self, "lot", _HUNDRED)
            object.__setattr__(self, "lot_known", mainland)
        if mainland and _STAR.fullmatch(self.ticker):
            object.__setattr__(self, "star", True)
        if self.ticker in self.stand_in:
            raise CommandError(f"{self.ticker} cannot stand in for itself; name another line")

    @property
    def currency(self) -> str:
        """That of its venue, ISO 4217; its prices may be quoted in a `unit` of it."""
        return self.venue.currency

    @property
    def tradable(self) -> bool:
        """Whether it can be held: an index or an exchange rate is looked at alone."""
        return self.kind not in (Kind.INDEX, Kind.CURRENCY)

    @property
    def unshortable(self) -> str:
        """Why it cannot be sold short, "" where it can."""
        if self.kind is Kind.FUND:
            return "a mutual fund cannot be borrowed"
        if self.venue.shorting:
            return ""
        if self.venue.needs:
            return "mainland lines cannot be borrowed through Stock Connect"
        return f"lines of {self.venue.code} cannot be borrowed"

    @property
    def deals(self) -> int:
        """Minutes from the midnight (UTC) of a session to the hour at which its orders fill.

        A fund deals at the close; other lines at the opening of their venue.
        """
        closes = self.venue.closes
        return closes.hour * 60 + closes.minute if self.kind is Kind.FUND else self.venue.opening


def suffix_of(ticker: str) -> str:
    """What stands behind the dot; of a pair such as BTC-USD the currency with its dash."""
    if ticker.startswith("^") or ticker.endswith("=X"):
        return ""
    pair = re.fullmatch(r"[A-Z0-9]+(-[A-Z]{3})", ticker)
    if pair and rows_of_suffix(pair[1]):
        return pair[1]
    return ticker.partition(".")[2]


def venue_of(ticker: str) -> Venue:
    """The venue that a ticker names, in Yahoo's spelling, in the currency of that counter.

    CommandError for a suffix that is not known, and for a counter whose currency is not.
    """
    suffix = suffix_of(ticker)
    rows = rows_of_suffix(suffix)
    if rows is None:
        raise CommandError(
            f"{ticker}: nobody knows the venue .{suffix}; newsfolio venues lists those that are "
            f"known. Declare it in the strategy's universe, with calendar, currency and hours (UTC)"
            f':\n  Asset("{ticker}", Venue({_LIKELY.get(suffix, _SOME)}, time(8), time(16, 30)))'
        )
    for counters in rows.counters:
        if re.fullmatch(counters.pattern, ticker):
            if counters.venue is None:
                raise CommandError(f"{ticker}: {counters.refusal.format(ticker=ticker)}")
            return counters.venue
    return rows.suffixes[suffix]


_SPOKEN = {
    "name": 'its name first, Sleeve("chips", ("NVDA", "AMD"))',
    "hindsight": 'what one could not have known, hindsight="picked later"',
}


@dataclass(frozen=True)
class Sleeve:
    """Lines that belong together: a missing line's weight goes to the others of its sleeve.

    `hindsight` says what one could not have known on the first day of a backtest, "" if nothing.
    dated: its lines come and go, as those of `members`.
    """

    name: str
    lines: tuple[str | Asset, ...]
    hindsight: str = ""

    dated: ClassVar[bool] = False

    def __post_init__(self) -> None:
        for name in ("name", "hindsight"):
            value = getattr(self, name)
            if not isinstance(value, str):
                raise CommandError(
                    f"Sleeve({shortened(repr(self.name), 40)}, ...): {name}="
                    f"{shortened(repr(value), 60)} is no text; write {_SPOKEN[name]}"
                )

    @property
    def tickers(self) -> tuple[str, ...]:
        """Its lines in the author's order."""
        return tuple(line.ticker if isinstance(line, Asset) else line for line in self.lines)


class OwnUniverse(Protocol):
    """A strategy in a universe, as far as this module knows one."""

    @property
    def universe(self) -> Universe: ...


Universe: TypeAlias = (
    str | Asset | Sleeve | OwnUniverse | tuple[str | Asset | Sleeve | OwnUniverse, ...]
)


def sleeves_of(universe: Universe) -> tuple[Sleeve, ...]:
    """A universe as sleeves, in its order; a line on its own is a sleeve of one.

    A strategy in it brings the sleeves of its own universe, without the lines that others have.
    Raises CommandError for an empty one, and for a line that stands in two sleeves.
    """
    parts = universe if isinstance(universe, tuple) else (universe,)
    legs = [part for part in parts if not isinstance(part, str | Asset | Sleeve)]
    sleeves = tuple(
        part
        if isinstance(part, Sleeve)
        else Sleeve(part.ticker if isinstance(part, Asset) else part, (part,))
        for part in parts
        if isinstance(part, str | Asset | Sleeve)
    )
    tickers = [ticker for sleeve in sleeves for ticker in sleeve.tickers]
    twice = sorted(ticker for ticker, count in Counter(tickers).items() if count > 1)
    if twice:
        raise CommandError(f"{twice[0]} stands twice in the universe; a line belongs to one sleeve")
    if legs:
        return _with_legs(sleeves, [part.universe for part in legs])
    if not tickers:
        raise CommandError('the universe is empty; name lines, e.g. universe = ("SPY", "TLT")')
    return sleeves


def _with_legs(sleeves: tuple[Sleeve, ...], below: Iterable[Universe]) -> tuple[Sleeve, ...]:
    """The sleeves, and those of some more universes as far as their lines are new."""
    merged = list(sleeves)
    taken = {ticker for sleeve in sleeves for ticker in sleeve.tickers}
    for universe in below:
        for sleeve in sleeves_of(universe):
            new = [ticker not in taken for ticker in sleeve.tickers]
            lines = tuple(line for line, is_new in zip(sleeve.lines, new, strict=True) if is_new)
            merged += [sleeve if all(new) else replace(sleeve, lines=lines)] if lines else []
            taken |= {*sleeve.tickers}
    return tuple(merged)
