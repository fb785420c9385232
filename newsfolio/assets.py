"""Lines one can hold: venue, currency, kind, lots, listing, withholding; and sleeves of lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

from newsfolio.dated import Dated, always
from newsfolio.errors import CommandError


class Kind(StrEnum):
    """What a line is; costs and lots depend on it, and only STOCK and ETF can be traded."""

    STOCK = "stock"
    ETF = "etf"
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

_SUFFIXES = {"": NEW_YORK, "HK": HONG_KONG, "SS": MAINLAND, "SZ": MAINLAND}


@dataclass(frozen=True)
class Delisting:
    """The last day of a line, and what it paid a unit afterwards; None: its last close."""

    day: date
    value: float | None = None


@dataclass(frozen=True)
class Asset:
    """One line: a security on one venue in one currency. Prices, lots and fees belong to it.

    `listed` is its first day of trading; it may be held from 60 sessions later, and until then
    the lines of `stand_in` share its place equally. `lot` counts shares as they traded (raw).
    `half_spread` is a fraction of the price. A `withholding` of 0.1 keeps a tenth of a dividend.
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
    lot: Dated[int] = always(1)
    lot_known: bool = True
    withholding: Dated[float] = always(0.0)
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
        if self.ticker in self.stand_in:
            raise CommandError(f"{self.ticker} cannot stand in for itself; name another line")

    @property
    def currency(self) -> str:
        return self.venue.currency

    @property
    def tradable(self) -> bool:
        return self.kind in (Kind.STOCK, Kind.ETF)


def venue_of(ticker: str) -> Venue:
    """The venue that a ticker's suffix names, in Yahoo's spelling; CommandError for others."""
    suffix = "" if ticker.startswith("^") or ticker.endswith("=X") else ticker.partition(".")[2]
    if suffix not in _SUFFIXES:
        raise CommandError(
            f"{ticker}: venue .{suffix} is not supported (US lines, .HK, .SS and .SZ are). "
            "Declare it: Asset(ticker, venue=Venue(...)) in the strategy's universe."
        )
    return _SUFFIXES[suffix]


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
