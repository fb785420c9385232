"""Exchange rates as of a session: the ECB's reference rates, then a source's pairs; or these alone.

Rates are worked out by two roads. While the ECB fixes both currencies, their cross through the
euro counts; after that, and for a currency that it never fixed, the cross through the dollar of
what pairs, pegs and fixings tell. A pair (HKD=X: Hong Kong dollars for one US dollar; EURUSD=X: US
dollars for one euro) closes after New York does, so its value of a day is first used on the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from markets.bars import Bars
from markets.reference.fixings_file import (
    FIXING,
    Days,
    Quotes,
    Rates,
    fixed_by_ecb,
    inverse,
    pair_names,
    pair_of,
    pairs_of,
    per_euro,
)
from markets.reference.pegs import ENDED, PER_DOLLAR
from newsfolio.errors import MissingData, UnknownName
from newsfolio.formatting import percent

ANOTHER = "Use one that the ECB fixes, such as USD, HKD, CNY or EUR,"
BRING = "bring a file of its price of a dollar, such as TWD=X.csv."

STALE_AFTER = np.timedelta64(7, "D")

ECB_PUBLISHES = time(15, 0)
"""UTC, winter; the reference rates of a day are out by then."""

COMMON = 20
"""Last common days on which a pair is compared with the fixings that it goes on from, ..."""
LEAST = 5
"""... without that many it is not used, ..."""
TOLERANCE = 0.01
"""... nor where it is farther off in the middle: a close of 22:00 is no fixing of 14:15."""

LEAP = 2.0
"""Times the value before it that a pair is believed at: beyond, it is in another unit, or wrong."""

NO_END = np.datetime64("2100-01-01")
"""Until when a peg is carried on: until another row says otherwise."""


@dataclass(frozen=True, eq=False)
class Fixings:
    """Base currency for one unit of another, one row a fixing: `days` ascending, `rates` > 0.

    late_from: the first day whose rates are known after the session only, None if none are.
    notes: which rates these are, where that is not plain.
    """

    pair: str
    days: Days
    rates: Rates
    late_from: np.datetime64 | None = None
    notes: tuple[str, ...] = ()

    def before(self, sessions: Days) -> Rates:
        """The last fixing dated before each session; MissingData if it is older than 7 days."""
        return self._at(sessions, "left")

    def until(self, sessions: Days) -> Rates:
        """The last fixing known at each session's close; MissingData if older than 7 days."""
        return self._at(sessions, "right")

    def unbroken_from(self, sessions: Days, *, same_day: bool = False) -> int:
        """The place from which on no session lacks a fixing before it, or until it."""
        _, stale = self._places(sessions, "right" if same_day else "left")
        return int(np.flatnonzero(stale)[-1]) + 1 if stale.any() else 0

    def ends(self, last: date) -> date | None:
        """The day of the last fixing, where that is too old for a day; None where it is not."""
        if not len(self.days) or np.datetime64(last) - self.days[-1] <= STALE_AFTER:
            return None
        return self.days[-1].item()  # type: ignore[no-any-return]

    def told(self, last: np.datetime64) -> tuple[str, ...]:
        """The notes that matter to who uses these rates up to a session."""
        return self.notes if self.late_from is not None and last >= self.late_from else ()

    def _places(self, sessions: Days, side: str) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """The fixing of each session, and whether it is too old or there is none."""
        places = np.searchsorted(self.days, sessions, side=side) - 1  # type: ignore[call-overload]
        if not len(self.days):
            return places, np.ones(len(sessions), dtype=bool)
        if self.late_from is not None:
            used = self.days[np.maximum(places, 0)]
            places = places - ((used == sessions) & (used >= self.late_from))
        old = sessions - self.days[np.maximum(places, 0)] > STALE_AFTER
        return places, (places < 0) | old

    def _at(self, sessions: Days, side: str) -> Rates:
        places, stale = self._places(sessions, side)
        if stale.any():
            raise MissingData(self._missing(int(places[stale][0]), sessions[stale][0]))
        return self.rates[places]

    def _missing(self, place: int, session: np.datetime64) -> str:
        inside = 0 <= place < len(self.days) - 1
        if not len(self.days):
            gap = "there are none"
        elif inside:
            gap = f"there is none between {self.days[place]} and {self.days[place + 1]}"
        else:
            gap = f"they run from {self.days[0]} to {self.days[-1]}"
        if self.notes:
            gap += f" ({'; '.join(self.notes)})"
        return (
            f"no rate of {self.pair} within 7 days before {session}: {gap}; choose --start and "
            f"--end where there are rates, or {newer_rates(self.pair)}"
        )


def newer_rates(pair: str) -> str:
    """What brings the rates of a pair up to date, in words; what else to do where they ended."""
    gone = [
        currency
        for currency in pair.split(" in ")
        if currency in ENDED and "euro" in ENDED[currency][1]
    ]
    if gone:
        return f"choose another currency than {' and '.join(gone)}, or an earlier --end"
    moving = [currency for currency in pair.split(" in ") if not _dollar_peg(currency)]
    files = " and ".join(f"{pair_names(currency)[0]}.csv" for currency in moving)
    return f"newsfolio data pull fetches newer ones, and in a folder {files} would do"


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


@dataclass(frozen=True)
class EcbRates:
    """The European Central Bank's reference rates, fixed about 14:15 Frankfurt time.

    lines: newer fixings than the packaged ones, and the source's own pairs, which serve after the
    last fixing if they agree with it.
    """

    lines: Mapping[str, Bars] = field(default_factory=dict)
    valued_same_day: bool = True

    def fixings(self, currency: str, base: str) -> Fixings:
        names = (name for code in (currency, base, "USD") for name in rate_lines(code))
        lines = {name: self.lines[name] for name in names if name in self.lines}
        return _reference(currency, base, tuple(lines.values()))


@lru_cache(maxsize=64)
def _reference(currency: str, base: str, lines: tuple[Bars, ...]) -> Fixings:
    """The rates of a pair by all that tells them; lines are told apart by identity."""
    by_name = {line.ticker: line for line in lines}
    pair = f"{currency} in {base}"
    require_known((currency, base), by_name)
    if _dollar_peg(currency) and _dollar_peg(base):
        days = np.arange(_since(currency, base), NO_END)
        return _shared(Fixings(pair, days, np.full(len(days), _peg(base) / _peg(currency))))
    days, rates = _cross(_per_euro(currency, by_name), _per_euro(base, by_name))
    paths = [_per_dollar(code, by_name) for code in (currency, base)]
    later, more = _cross(paths[0].quotes, paths[1].quotes)
    goes_on = later > days[-1] if len(days) else np.ones(len(later), dtype=bool)
    later, more = later[goes_on], more[goes_on]
    if not len(later):
        refused = [path.refused for path in paths if path.refused]
        return _shared(Fixings(pair, days, rates, notes=(*refused, *_ended(currency, base))))
    served = " and ".join(path.told for path in paths if path.told)
    note = f"rates of {pair}: from {later[0]} on {served}; each is known a day later"
    days, rates = np.concatenate([days, later]), np.concatenate([rates, more])
    return _shared(Fixings(pair, days, rates, late_from=later[0], notes=(note,)))


def _shared(fixings: Fixings) -> Fixings:
    """Everybody gets the same ones, so nobody may write to them."""
    fixings.days.flags.writeable = fixings.rates.flags.writeable = False
    return fixings


def _per_euro(currency: str, lines: Mapping[str, Bars]) -> Quotes | None:
    """Units for one euro; None is the euro itself, and no days mean that it is not fixed."""
    if currency == "EUR":
        return None
    dollars = per_euro("USD", lines)
    if currency in PER_DOLLAR and dollars is not None:
        pegged = dollars[0] >= _since(currency)
        return dollars[0][pegged], dollars[1][pegged] * _peg(currency)
    return per_euro(currency, lines) or NEVER


def _per_dollar(currency: str, lines: Mapping[str, Bars]) -> _Path:
    """Units for one dollar, by fixings while there are any, and then by a pair."""
    if currency == "USD":
        return _Path(None)
    if currency in PER_DOLLAR:
        days = np.arange(_since(currency), NO_END)
        return _Path((days, np.full(len(days), _peg(currency))))
    fixed = inverse(_cross(_per_euro(currency, lines), per_euro("USD", lines)))
    return _continued(currency, fixed, lines)


@dataclass(frozen=True)
class SourceRates:
    """A data source's own rates alone: lines such as HKD=X and EURUSD=X."""

    lines: Mapping[str, Bars]
    valued_same_day: bool = False

    def fixings(self, currency: str, base: str) -> Fixings:
        paths = [self._per_dollar(code) for code in (currency, base)]
        days, rates = _cross(paths[0].quotes, paths[1].quotes)
        pair = f"{currency} in {base}"
        refused = tuple(f"rates of {pair}: {path.refused}" for path in paths if path.refused)
        late = days[0] if len(days) and refused else None
        return Fixings(pair, days, rates, late_from=late, notes=refused)

    def _per_dollar(self, currency: str) -> _Path:
        if currency == "USD":
            return _Path(None)
        pair = pair_of(currency, self.lines)
        if pair is None:
            raise MissingData(
                f"no line {' or '.join(pair_names(currency))} in this source, so {currency} cannot "
                "be converted; use --fx ecb"
            )
        quotes, wrong = _believed(*pair)
        return _Path(quotes, refused=wrong)


NEVER: Quotes = (np.array([], dtype="datetime64[D]"), np.array([]))


@dataclass(frozen=True)
class _Path:
    """Units for one dollar, None for the dollar itself; what pair serves, or why one does not."""

    quotes: Quotes | None
    told: str = ""
    refused: str = ""


def _continued(currency: str, fixed: Quotes, lines: Mapping[str, Bars]) -> _Path:
    """The fixings of a currency with what the first pair has after them that agrees."""
    refused = ""
    for pair in pairs_of(currency, lines):
        path = _through(currency, fixed, *pair)
        if path.told:
            return replace(path, told="; ".join(filter(None, (path.told, refused))))
        refused = refused or path.refused
    return _Path(fixed, refused=refused)


def _through(currency: str, fixed: Quotes, name: str, quotes: Quotes) -> _Path:
    """The fixings of a currency with what one pair has after them, if the two agree."""
    days, rates = quotes
    if not len(fixed[0]):
        quotes, wrong = _believed(name, quotes)
        origin = f"{name} of the source, as {currency} has no fixings to check"
        return _Path(quotes, "; ".join(filter(None, (origin, wrong))))
    common, here, there = np.intersect1d(days, fixed[0], return_indices=True)
    if len(common) < LEAST:
        refusal = f"{name} of the source is not used: {len(common)} common days with the fixings"
        return _Path(fixed, refused=f"{refusal}, and {LEAST} are needed to check it")
    apart = np.abs(rates[here[-COMMON:]] / fixed[1][there[-COMMON:]] - 1)
    off = float(np.median(apart))
    if not off <= TOLERANCE:
        refusal = f"{name} of the source is not used: it is {percent(off, 1)} off the last common "
        return _Path(fixed, refused=f"{refusal}fixings, and {percent(TOLERANCE, 0)} is allowed")
    after = days > fixed[0][-1]
    more, wrong = _believed(name, (days[after], rates[after]), float(fixed[1][-1]))
    together = np.concatenate([fixed[0], more[0]]), np.concatenate([fixed[1], more[1]])
    origin = f"{name} of the source, which is {percent(off)} off the last common fixings"
    origin_said = "; ".join(filter(None, (origin, wrong))) if len(more[0]) else ""
    return _Path(together, origin_said, refused=wrong)


def _believed(name: str, quotes: Quotes, before: float | None = None) -> tuple[Quotes, str]:
    """A pair without what leaps from its value before, and what to say of that.

    before: the value before all, by default the middle of the first ones. After a hole of more
    than a week any value is believed, and a leap there said.
    """
    days, rates = quotes
    if not len(days):
        return quotes, ""
    last = float(np.median(rates[:COMMON])) if before is None else before
    kept = np.ones(len(days), dtype=bool)
    leaps: list[str] = []
    over: list[str] = []
    hole = np.diff(days, prepend=days[:1]) > STALE_AFTER
    for place, rate in enumerate(rates.tolist()):
        if not 1 / LEAP <= rate / last <= LEAP:
            (over if hole[place] else leaps).append(f"{rate:g} on {days[place]} after {last:g}")
            kept[place] = bool(hole[place])
        last = rate if kept[place] else last
    leaps_by_what = {
        "that are not used because they leap": leaps,
        "that leap over more than a week, and are used": over,
    }
    warnings = (f"values of {name} {what}: {len(which)}, first {which[0]}"
            for what, which in leaps_by_what.items() if which)  # fmt: skip
    return (days[kept], rates[kept]), "; ".join(warnings)


def rate_lines(currency: str) -> tuple[str, ...]:
    """The names of all lines that can tell the rates of a currency."""
    return (f"{currency}{FIXING}", *pair_names(currency))


def pair_serves(currency: str, lines: Mapping[str, Bars]) -> bool:
    """Whether some pair of a currency goes on from its fixings, or makes up for none."""
    return bool(_per_dollar(currency, lines).told)


def known_currencies(lines: Mapping[str, Bars] | None = None) -> tuple[str, ...]:
    """Every currency with rates: fixed by the ECB, pegged, or with a pair among some lines."""
    paired = [
        name.removesuffix("=X").removesuffix("USD").removeprefix("USD")
        for name in lines or () if name.endswith("=X")
    ]  # fmt: skip
    return tuple(sorted({*fixed_by_ecb(), *PER_DOLLAR, *filter(None, paired)}))


def require_known(currencies: tuple[str, ...], lines: Mapping[str, Bars], priced: str = "") -> None:
    """UnknownName for a currency without any rates, with the file that would bring some.

    priced: the line that is in it.
    """
    for currency in currencies:
        names = known_currencies(lines)
        if currency not in names:
            hint = f"{priced} is priced in it: {BRING}" if priced else f"{ANOTHER} or {BRING}"
            raise UnknownName("currency", currency, names, hint.replace("TWD", currency))


def _ended(*currencies: str) -> Iterator[str]:
    """What to say of currencies that are fixed no longer."""
    for currency in currencies:
        if currency in ENDED:
            day, why = ENDED[currency]
            yield f"the last fixing of {currency} is of {day}: {why}"


def _dollar_peg(currency: str) -> bool:
    return currency == "USD" or currency in PER_DOLLAR


def _peg(currency: str) -> float:
    return PER_DOLLAR[currency].value if currency in PER_DOLLAR else 1.0


def _since(*currencies: str) -> np.datetime64:
    starts = [PER_DOLLAR[currency].start for currency in currencies if currency in PER_DOLLAR]
    return max((np.datetime64(start, "D") for start in starts if start), default=NO_END)


def _cross(of_currency: Quotes | None, of_base: Quotes | None) -> Quotes:
    """Base for one unit of a currency, both quoted against a third; None is the third itself."""
    if of_currency is None or of_base is None:
        days = (of_currency or of_base or NEVER)[0]
    else:
        days = np.intersect1d(of_currency[0], of_base[0], assume_unique=True)
    return days, _on(of_base, days) / _on(of_currency, days)


def _on(quotes: Quotes | None, days: Days) -> Rates:
    return np.ones(len(days)) if quotes is None else quotes[1][np.searchsorted(quotes[0], days)]
