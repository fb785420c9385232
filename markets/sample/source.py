"""The sample market: simulated bars, so that the first command works anywhere.

A few market paths (`^GSPC`, `^NDX`, `^HSI`, `HSTECH.HK`, `000300.SS`, `^TNX`) carry the common
moves; every other line adds its own to them. A path has two steps a weekday, the Asian hours and
the American ones, so a Hong Kong close of day t knows New York only up to t - 1, and an ADR and
its Hong Kong line are one path read at two hours. Each path is then bent through the dated figures
of `sample_anchors` by adding a correction that is linear in time between them.

Everything is made of integers, + - * / and rounding, in one order: no libm, no BLAS, no fused
multiply-add, so every machine gets the same bits. Randomness is PCG64 seeded by the ticker's hash.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from markets.bars import COLUMNS, Bars, Priced
from markets.facts import FactTable, made_up
from markets.reference.calendars import sessions_of
from markets.sample.anchors import ANCHORS, Anchor
from markets.sample.facts import sample_facts
from markets.sample.lines import HALT, LINES, SPLITS, STORMS, Line
from newsfolio.assets import NEW_YORK, Asset, Venue
from newsfolio.errors import BrokenData
from newsfolio.facts import Facts
from newsfolio.listings import asset_of

Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]
Places = NDArray[np.intp]

FIRST = date(2014, 1, 2)
LAST = date(2026, 10, 30)
SEED = "newsfolio sample 1"

_END_2024 = date(2024, 12, 31)
_HALVES = 2 * 261  # steps a year
_ASIA = 0.7  # share of a Chinese path's variance that falls into Asian hours
_AMERICA = 0.45  # the same for an American one
_NOTE = "simulated: made from a seed and a small factor model, not a record of any market"


@dataclass(frozen=True)
class SampleSource:
    """Bars of the sample market, 2014-01-02 to 2026-10-30, from each line's listing on.

    A line's bars do not depend on what else is asked for; what is not in the sample is left out.
    """

    name: str = "sample"

    def load(self, assets: Iterable[Asset]) -> Mapping[str, Bars]:
        """The bars of those assets that the sample knows."""
        world = _World()
        return {
            asset.ticker: _bars(world, asset.ticker) for asset in assets if asset.ticker in LINES
        }

    def facts(self, wanted: Iterable[Facts]) -> Mapping[str, FactTable]:
        """The tables of those wanted that the sample makes up."""
        found = {}
        for facts in wanted:
            columns = sample_facts(facts.name, FIRST, LAST, _levels, _noise)
            if columns is not None:
                found[facts.name] = made_up(facts, columns)
        return found


def _levels(ticker: str) -> tuple[Days, Floats]:
    """Days and closes of a line."""
    frame = _bars(_World(), ticker).frame
    return frame.index.to_numpy().astype("datetime64[D]"), frame["close"].to_numpy()


@dataclass(frozen=True, eq=False)
class Payouts:
    """What a line has put aside for its next dividend, at each step, and the days it goes ex.

    accrued: the part of the log price that is the dividend to come; it drops on the ex-date.
    steps: the first step of each ex-date. shares: fraction of the close before that is paid.
    """

    accrued: Floats
    steps: Places
    shares: Floats


class _World:
    """The paths made so far in one call of `load`, each once."""

    def __init__(self) -> None:
        self.days = _weekdays()
        self._paths: dict[str, Floats] = {}
        self._payouts: dict[str, Payouts] = {}

    def path(self, ticker: str) -> Floats:
        """The level of a line's path at every step: a logarithm, for rates the rate itself."""
        if ticker not in self._paths:
            line = LINES[ticker]
            free = _walk(ticker, line, self.days)
            for parent, beta in line.parents:
                free = free + beta * self.path(parent)
            self._paths[ticker] = _bounded(self._bent(ticker, free), line)
        return self._paths[ticker]

    def offset(self, ticker: str) -> Floats:
        """What is added to the path a line shares, so that it is the logarithm of its price."""
        line = LINES[ticker]
        offset = self.payouts(ticker).accrued + (_log(line.scale) if line.logarithmic else 0.0)
        if line.adr:
            premium = 0.002 * _noise(f"{ticker} premium", len(offset))
            offset = offset + premium - self.path("HKD=X")
        return offset

    def payouts(self, ticker: str) -> Payouts:
        if ticker not in self._payouts:
            self._payouts[ticker] = self._set_aside(ticker)
        return self._payouts[ticker]

    def value(self, ticker: str) -> Floats:
        """The price (or rate) of a line at every step, not rounded."""
        line = LINES[ticker]
        path = self.path(line.of or ticker)
        return _exp(path + self.offset(ticker)) if line.logarithmic else path

    def step(self, venue: Venue, days: Days) -> Places:
        """The step at which the venue closes on each day; it opens one step earlier."""
        return 2 * np.searchsorted(self.days, days) + (venue is NEW_YORK)

    def _bent(self, ticker: str, free: Floats) -> Floats:
        """The free path plus the correction through all pins of the lines that share it."""
        pins: dict[int, float] = {}
        for reader, line in LINES.items():
            if ticker in (reader, line.of):
                pins.update(self._pins(reader))
        steps = np.array(sorted(pins))
        wanted = np.array([pins[step] for step in steps])
        return free + _between(steps, wanted - free[steps], len(free))

    def _pins(self, ticker: str) -> Iterator[tuple[int, float]]:
        """Steps, and the level of the shared path at which the line meets its anchors."""
        anchored = self._anchored(ticker)
        if not anchored:
            return
        venue, offset = asset_of(ticker).venue, self.offset(ticker)
        for day, level in anchored.items():
            step = int(self.step(venue, np.array([day], dtype="datetime64[D]"))[0])
            yield step, level - (float(offset[step]) if LINES[ticker].logarithmic else 0.0)

    def _anchored(self, ticker: str) -> dict[date, float]:
        """The log price (or the rate) of a line on its anchored days."""
        line, known = LINES[ticker], dict[date, float]()
        unit = _log if line.logarithmic else float
        if line.first:
            known[_listed(ticker)] = unit(line.first)
        if line.end_2024:
            known[_END_2024] = unit(line.end_2024)
        before = FIRST
        for row in ANCHORS.get(ticker, ()):
            if row.level is not None:
                known[row.day] = unit(row.level)
            else:
                since = row.since or before
                known[row.day] = known[since] + self._moved(ticker, row, since)
            before = row.day
        return known

    def _moved(self, ticker: str, row: Anchor, since: date) -> float:
        """The log price move of an anchor; of a total return, what its dividends leave."""
        change = _log(1 + row.percent / 100)
        if row.total:
            paid = self.payouts(ticker)
            ends = np.array([since, row.day], dtype="datetime64[D]")
            start, end = self.step(asset_of(ticker).venue, ends)
            for share in paid.shares[(paid.steps > start) & (paid.steps <= end)]:
                change += _log(1 - float(share))
        return change

    def _set_aside(self, ticker: str) -> Payouts:
        line, venue = LINES[ticker], asset_of(ticker).venue
        if not line.months:
            none = np.empty(0)
            return Payouts(np.zeros(2 * len(self.days)), none.astype(np.intp), none)
        steps = self.step(venue, _ex_days(venue, line)) - 1
        earned = np.cumsum(self._earned(line, int(steps[0])))
        last = np.concatenate([[0], steps])[np.searchsorted(steps, np.arange(len(earned)), "right")]
        accrued = earned - np.where(last > 0, earned[last - 1], 0.0)
        return Payouts(accrued, steps, 1.0 - _exp(-accrued[steps - 1]))

    def _earned(self, line: Line, first_ex: int) -> Floats:
        """Log growth a step that goes into dividends: a flat yield, or a bill's interest."""
        if line.earns:
            rate = self.path(line.earns)[1::2] / 100
            nights = np.diff(self.days, prepend=self.days[:1]).astype(np.float64)
            earned = np.zeros(2 * len(self.days))
            earned[1::2] = np.concatenate([rate[:1], rate[:-1]]) * nights / 360
            return earned
        earned = np.full(2 * len(self.days), line.payout / 100 / _HALVES)
        earned[: max(0, first_ex - _HALVES // len(line.months))] = 0.0
        return earned


def _bars(world: _World, ticker: str) -> Bars:
    line, venue = LINES[ticker], asset_of(ticker).venue
    days = _trading_days(ticker)
    steps = world.step(venue, days)
    value = world.value(ticker)
    close = _rounded(value[steps], line)
    prices = _ranges(ticker, line, value[np.maximum(steps - 1, 0)], value[steps])
    columns = (*prices, close, _volume(ticker, line, close))
    events = (_dividends(world.payouts(ticker), steps, close), _splits(ticker, days))
    frame = pd.DataFrame(
        np.column_stack([*columns, *events]),
        index=pd.DatetimeIndex(days.astype("datetime64[ns]"), name="session"),
        columns=list(COLUMNS),
    )
    priced = Priced.SPLITS if line.turnover else Priced.LEVEL
    return Bars(ticker, frame, priced, simulated=True, notes=_notes(ticker))


def _notes(ticker: str) -> tuple[str, ...]:
    if ticker != HALT.ticker:
        return (_NOTE,)
    return _NOTE, f"halted from {HALT.start} to {HALT.end}, which is made up too"


def _ranges(ticker: str, line: Line, before: Floats, after: Floats) -> tuple[Floats, ...]:
    """Open, high and low; `before` and `after` are the values at the two ends of the session."""
    if not line.logarithmic:
        level = _rounded(after, line)
        return level, level, level
    swing = LINES[line.of].swing if line.of else line.swing
    opened = before * (1.0 + 0.1 * swing * _noise(f"{ticker} open", len(before)))
    above, below = (np.abs(_noise(f"{ticker} {side}", len(before))) for side in ("high", "low"))
    high = np.maximum(opened, after) * (1.0 + 0.4 * swing * above)
    low = np.minimum(opened, after) * (1.0 - 0.4 * swing * below)
    if line.bounds:
        opened, high, low = (np.clip(price, *line.bounds) for price in (opened, high, low))
    return tuple(_rounded(price, line) for price in (opened, high, low))


def _volume(ticker: str, line: Line, close: Floats) -> Floats:
    """Units: steady turnover over the price, more on days that moved; NaN for a level."""
    if not line.turnover:
        return np.full(len(close), np.nan)
    moved = np.abs(np.diff(close, prepend=close[:1])) / close
    busy = 0.4 + 0.6 * _uniform(f"{ticker} volume", len(close)) + 12.0 * moved
    return np.maximum(np.rint(line.turnover * 1e6 * busy / close), 1.0)


def _dividends(paid: Payouts, steps: Places, close: Floats) -> Floats:
    """Amounts a unit on the first session from each ex-date on, a share of the close before."""
    amounts = np.zeros(len(close))
    places = np.searchsorted(steps, paid.steps)
    held = (places > 0) & (places < len(close))
    places, shares = places[held], paid.shares[held]
    amounts[places] = np.round(shares * close[places - 1], 4)
    return amounts


def _splits(ticker: str, days: Days) -> Floats:
    ratios = np.zeros(len(days))
    for day, ratio in SPLITS.get(ticker, ()):
        ratios[days == np.datetime64(day)] = ratio
    return ratios


def _trading_days(ticker: str) -> Days:
    sessions = sessions_of(asset_of(ticker).venue)
    inside = (sessions >= np.datetime64(_listed(ticker))) & (sessions <= np.datetime64(LAST))
    if ticker == HALT.ticker:
        inside &= (sessions < np.datetime64(HALT.start)) | (sessions > np.datetime64(HALT.end))
    return sessions[inside]


def _listed(ticker: str) -> date:
    return max(asset_of(ticker).listed or FIRST, FIRST)


def _ex_days(venue: Venue, line: Line) -> Days:
    """The first session from the 15th of each paying month on."""
    wanted = [
        np.datetime64(f"{year}-{month:02d}-15")
        for year in range(max(line.pays_from, FIRST.year), LAST.year + 1)
        for month in line.months
        if date(year, month, 15) < LAST
    ]
    sessions = sessions_of(venue)
    return sessions[np.searchsorted(sessions, np.array(wanted))]


def _weekdays() -> Days:
    """The time axis: it does not depend on any calendar, so a new holiday moves no price."""
    days = np.arange(np.datetime64(FIRST), np.datetime64(LAST) + 1)
    return days[(days.astype("int64") + 3) % 7 < 5]


def _walk(ticker: str, line: Line, days: Days) -> Floats:
    """The line's own random walk: calm and wild steps mixed, and the storms of the period."""
    noise = _noise(f"{ticker} path", 2 * len(days))
    wild = np.where(_uniform(f"{ticker} wild", len(noise)) < 0.05, 2.5, 1.0) / math.sqrt(1.2625)
    share = _AMERICA if asset_of(ticker).venue is NEW_YORK else _ASIA
    scale = np.empty(len(noise))
    scale[0::2], scale[1::2] = math.sqrt(2 * share), math.sqrt(2 * (1 - share))
    for start, end, factor in STORMS:
        first, last = np.searchsorted(days, np.array([start, end], dtype="datetime64[D]"))
        scale[2 * first : 2 * last] *= factor
    walk: Floats = np.cumsum(noise * wild * scale * (line.vol / math.sqrt(_HALVES)))
    return walk


def _between(steps: Places, values: Floats, size: int) -> Floats:
    """Straight lines between the values, level outside (numpy.interp may fuse, and differ)."""
    places = np.clip(np.searchsorted(steps, np.arange(size), "right") - 1, 0, len(steps) - 1)
    after = np.minimum(places + 1, len(steps) - 1)
    gone = np.maximum(np.arange(size) - steps[places], 0)
    slope = (values[after] - values[places]) / np.maximum(steps[after] - steps[places], 1)
    line: Floats = values[places] + slope * gone
    return line


def _bounded(path: Floats, line: Line) -> Floats:
    if line.bounds is None:
        return path
    low, high = ((_log(end) if line.logarithmic else end) for end in line.bounds)
    held: Floats = np.clip(path, low, high)
    return held


def _rounded(values: Floats, line: Line) -> Floats:
    rounded: Floats = np.round(values, 4 if line.turnover or line.bounds else 2)
    return rounded


def _raw(name: str, count: int) -> NDArray[np.uint64]:
    digest = hashlib.sha256(f"{SEED} {name}".encode()).digest()
    return np.asarray(np.random.PCG64(int.from_bytes(digest, "big")).random_raw(count))


def _uniform(name: str, count: int) -> Floats:
    """Numbers in [0, 1)."""
    return (_raw(name, count) >> np.uint64(11)).astype(np.float64) / 2.0**53


def _noise(name: str, count: int) -> Floats:
    """Numbers of mean 0 and variance 1, near to normal: twelve 21-bit uniforms less six."""
    raw = _raw(name, 4 * count).reshape(4, count)
    total = np.zeros(count, dtype=np.uint64)
    for shift in (0, 21, 42):
        for part in raw >> np.uint64(shift):
            total += part & np.uint64(0x1FFFFF)
    return total.astype(np.float64) / 2.0**21 - 6.0


def _exp(power: Floats) -> Floats:
    """The exponential by basic operations alone; error below 1e-15 for what prices need."""
    halvings = np.rint(power / 0.6931471805599453)
    rest = power - halvings * 0.6931471805599453
    result = np.ones_like(rest)
    for term in range(14, 0, -1):
        result = 1.0 + result * rest / term
    return np.ldexp(result, halvings.astype(np.int32))


def _log(value: float) -> float:
    """The natural logarithm, correctly rounded everywhere."""
    if value <= 0:
        raise BrokenData(f"sample market: an anchor of {value} has no logarithm")
    return float(Decimal(value).ln(Context(prec=30)))
