"""A market place and its units; what a line is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from enum import StrEnum

from newsfolio.errors import CommandError


class Kind(StrEnum):
    """What a line is; costs and lots depend on it, and INDEX and CURRENCY cannot be traded.

    REIT is for venues that charge these trusts otherwise than shares, as Hong Kong does. FUND is a
    mutual fund, which deals once a day at its net asset value; CRYPTO what trades around the clock.
    """

    STOCK = "stock"
    ETF = "etf"
    REIT = "reit"
    FUND = "fund"
    CRYPTO = "crypto"
    INDEX = "index"
    CURRENCY = "currency"


@dataclass(frozen=True)
class Unit:
    """What prices are quoted in, where it is no currency: `parts` of it are one of `currency`."""

    name: str
    currency: str
    parts: int


UNITS = {
    "GBp": Unit("pence", "GBP", 100),
    "GBX": Unit("pence", "GBP", 100),
    "ZAc": Unit("cents", "ZAR", 100),
    "ZAC": Unit("cents", "ZAR", 100),
    "ILA": Unit("agorot", "ILS", 100),
    "KWF": Unit("fils", "KWD", 1000),
}
"""By the code that data vendors write beside a price, Yahoo's first."""


def unit_of(code: str) -> Unit:
    """The unit of a code; that of a currency is the currency itself."""
    return UNITS.get(code) or Unit(code, code, 1)


@dataclass(frozen=True)
class Venue:
    """A market place.

    `code` is the calendar's name (ISO 10383), `opens` and `closes` its usual hours in UTC (winter
    time; they order the venues within a session), `needs` a venue that must be open as well for
    an order to fill: mainland lines are traded through Hong Kong. `country` is where the companies
    are that nobody knows better of; "": the code stands for it. `unit` is what its prices are
    quoted in, such as GBp for pence, where that is not `currency`; files are read in it, and all
    money of a run is in `currency`. `continuous`: it is open at all hours of every day, so that
    what trades there has a bar a day, from midnight to midnight.
    """

    code: str
    currency: str
    opens: time
    closes: time
    needs: str | None = None
    shorting: bool = True
    country: str = ""
    unit: str = ""
    continuous: bool = False

    def __post_init__(self) -> None:
        if self.unit and unit_of(self.unit).currency != self.currency:
            units = ", ".join(f"{code} ({unit.currency})" for code, unit in UNITS.items())
            raise CommandError(
                f"venue {self.code}: {self.unit} is no unit of {self.currency}. "
                f"Known: {units}; leave unit out where prices are in {self.currency}"
            )

    @property
    def opening(self) -> int:
        """Minutes from the midnight (UTC) that begins a session to its opening.

        Below 0 where it opens on the evening before, as Sydney does.
        """
        minutes = self.opens.hour * 60 + self.opens.minute
        return minutes - 24 * 60 * (self.opens > self.closes)

    @property
    def quoted(self) -> Unit:
        """What its prices are quoted in."""
        return unit_of(self.unit or self.currency)
