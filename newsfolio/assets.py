"""Lines one can hold: venue, currency, kind, lots, listing, withholding; and sleeves of lines."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, time
from enum import StrEnum

from newsfolio.dated import Dated, always
from newsfolio.errors import CommandError


class Kind(StrEnum):
    """What a line is; costs and lots depend on it, and only STOCK, ETF and REIT can be traded.

    REIT is for venues that charge these trusts otherwise than shares, as Hong Kong does.
    """

    STOCK = "stock"
    ETF = "etf"
    REIT = "reit"
    INDEX = "index"
    CURRENCY = "currency"


@dataclass(frozen=True)
class Venue:
    """A market place.

    `code` is the calendar's name (ISO 10383), `opens` and `closes` its usual hours in UTC (winter
    time; they order the venues within a session), `needs` a venue that must be open as well for
    an order to fill: mainland lines are traded through Hong Kong. `country` is where the companies
    are that nobody knows better of; "": the code stands for it.
    """

    code: str
    currency: str
    opens: time
    closes: time
    needs: str | None = None
    shorting: bool = True
    country: str = ""


NEW_YORK = Venue("XNYS", "USD", time(14, 30), time(21, 0), country="United States")
HONG_KONG = Venue("XHKG", "HKD", time(1, 30), time(8, 10), country="China")
MAINLAND = Venue(
    "XSHG", "CNY", time(1, 30), time(7, 0), needs="XHKG", shorting=False, country="China"
)

VENUES = {venue.code: venue for venue in (NEW_YORK, HONG_KONG, MAINLAND)}

HONG_KONG_CNY = replace(HONG_KONG, currency="CNY")
HONG_KONG_USD = replace(HONG_KONG, currency="USD")
SHANGHAI_B = replace(MAINLAND, currency="USD", needs=None)
SHENZHEN_B = replace(MAINLAND, currency="HKD", needs=None)
"""Counters of the same venues in another currency. B shares are open to foreigners directly."""

USD_COUNTERS = {
    f"{code}.HK": f"{of}.HK"
    for code, of in (
        ("9010", "3010"), ("9067", "3067"), ("9074", "3074"), ("9081", "3081"), ("9086", "3086"),
        ("9088", "3088"), ("9096", "3096"), ("9115", "3115"), ("9141", "3141"), ("9151", "3151"),
        ("9169", "3169"), ("9173", "3173"), ("9181", "3181"), ("9191", "3191"), ("9801", "2801"),
        ("9804", "2804"), ("9812", "2812"), ("9820", "2820"), ("9826", "2826"), ("9834", "2834"),
        ("9836", "2836"), ("9840", "2840"), ("9845", "2845"), ("9846", "2846"),
    )
}  # fmt: skip
"""Funds of Hong Kong that trade in US dollars, and their counter in Hong Kong's; recalled."""

_FUNDS_IN_USD = re.compile(r"9[0-5]\d\d\.HK|98[0-4]\d\.HK")
"""Codes that the exchange keeps for funds in US dollars; shares have other codes with a nine."""

_COUNTERS = (
    (re.compile(r"8\d{4}\.HK"), HONG_KONG_CNY),
    (re.compile(r"900\d{3}\.SS"), SHANGHAI_B),
    (re.compile(r"200\d{3}\.SZ"), SHENZHEN_B),
)
"""Codes whose currency is not that of their venue."""

_SUFFIXES = {"": NEW_YORK, "HK": HONG_KONG, "SS": MAINLAND, "SZ": MAINLAND}


@dataclass(frozen=True)
class Delisting:
    """The last day of a line, and what it paid a unit afterwards; None: its last close."""

    day: date
    value: float | None = None


UNSAID = always(0.0, "nobody said")
UNSAID_LOT = always(1, "nobody said")
_HUNDRED = always(100, "board lot of the mainland; in Hong Kong assumed")
_STAR = re.compile(r"68[89]\d{3}\.SS")
_H_SHARE = always(0.10, "assumed, as for an H share: no row says what is withheld")


@dataclass(frozen=True)
class Asset:
    """One line: a security on one venue in one currency. Prices, lots and fees belong to it.

    `listed` is its first day of trading; it may be held from 60 sessions later, and until then
    the lines of `stand_in` share its place equally. `lot` counts shares as they traded (raw); where
    nobody says it is 100 on the mainland and in Hong Kong, there not `lot_known`, and 1 elsewhere.
    `half_spread` is a fraction of the price. A `withholding` of 0.1 keeps a tenth of a dividend;
    where nobody says, a Hong Kong line withholds that, not `withholding_known`, and others nothing.
    `adr_fee` is what the depositary takes, USD a share and year. `access` is the first day on which
    a foreign account may hold it. `country` is where its companies are, not where it trades; the
    venue's where nobody says. `risk_warning` says when a mainland line was marked ST, which
    is under another price limit.
    """

    ticker: str
    venue: Venue
    kind: Kind = Kind.STOCK
    name: str = ""
    listed: date | None = None
    lot: Dated[int] = UNSAID_LOT
    lot_known: bool = True
    withholding: Dated[float] = UNSAID
    withholding_known: bool = True
    half_spread: Dated[float] = always(0.0005, "judgement: a line nobody has looked at")
    borrow: float = 0.0075
    adr_fee: float = 0.0
    star: bool = False
    access: date | None = None
    stand_in: tuple[str, ...] = ()
    proxy: str = ""
    delisted: Delisting | None = None
    country: str = ""
    risk_warning: Dated[bool] = always(False)

    def __post_init__(self) -> None:
        if not self.country:
            object.__setattr__(self, "country", self.venue.country or self.venue.code)
        hong_kong, mainland = self.venue.code == HONG_KONG.code, self.venue.code == MAINLAND.code
        if self.withholding is UNSAID and hong_kong and self.tradable:
            object.__setattr__(self, "withholding", _H_SHARE)
            object.__setattr__(self, "withholding_known", False)
        if self.lot is UNSAID_LOT and (hong_kong or mainland) and self.tradable:
            object.__setattr__(self, "lot", _HUNDRED)
            object.__setattr__(self, "lot_known", mainland)
        if mainland and _STAR.fullmatch(self.ticker):
            object.__setattr__(self, "star", True)
        if self.ticker in self.stand_in:
            raise CommandError(f"{self.ticker} cannot stand in for itself; name another line")

    @property
    def currency(self) -> str:
        return self.venue.currency

    @property
    def tradable(self) -> bool:
        return self.kind in (Kind.STOCK, Kind.ETF, Kind.REIT)


def venue_of(ticker: str) -> Venue:
    """The venue that a ticker names, in Yahoo's spelling, in the currency of that counter.

    CommandError for a suffix that is not known, and for a counter whose currency is not.
    """
    suffix = "" if ticker.startswith("^") or ticker.endswith("=X") else ticker.partition(".")[2]
    if suffix not in _SUFFIXES:
        raise CommandError(
            f"{ticker}: venue .{suffix} is not supported (US lines, .HK, .SS and .SZ are). "
            "Declare it: Asset(ticker, venue=Venue(...)) in the strategy's universe."
        )
    if ticker in USD_COUNTERS:
        return HONG_KONG_USD
    if _FUNDS_IN_USD.fullmatch(ticker):
        raise CommandError(
            f"{ticker}: Hong Kong keeps this code for funds in US dollars, and no row says what it "
            f'is. Declare it: Asset("{ticker}", venue=HONG_KONG_USD), or HONG_KONG for dollars of '
            "Hong Kong."
        )
    return next((venue for code, venue in _COUNTERS if code.fullmatch(ticker)), _SUFFIXES[suffix])


@dataclass(frozen=True)
class Sleeve:
    """Lines that belong together: a missing line's weight goes to the others of its sleeve.

    `hindsight` says what one could not have known on the first day of a backtest, "" if nothing.
    """

    name: str
    lines: tuple[str | Asset, ...]
    hindsight: str = ""

    @property
    def tickers(self) -> tuple[str, ...]:
        return tuple(line.ticker if isinstance(line, Asset) else line for line in self.lines)


Universe = str | Asset | Sleeve | tuple[str | Asset | Sleeve, ...]


def sleeves_of(universe: Universe) -> tuple[Sleeve, ...]:
    """A universe as sleeves, in its order; a line on its own is a sleeve of one.

    Raises CommandError for an empty one, and for a line that stands in two sleeves.
    """
    parts = universe if isinstance(universe, tuple) else (universe,)
    sleeves = tuple(
        part
        if isinstance(part, Sleeve)
        else Sleeve(part.ticker if isinstance(part, Asset) else part, (part,))
        for part in parts
    )
    tickers = [ticker for sleeve in sleeves for ticker in sleeve.tickers]
    twice = sorted({ticker for ticker in tickers if tickers.count(ticker) > 1})
    if twice:
        raise CommandError(f"{twice[0]} stands twice in the universe; a line belongs to one sleeve")
    if not tickers:
        raise CommandError('the universe is empty; name lines, e.g. universe = ("SPY", "TLT")')
    return sleeves
