"""The paths of the sample market: random walks through fixed anchors.

A few market paths (`^GSPC`, `^NDX`, `^HSI`, `HSTECH.HK`, `000300.SS`, `^TNX`) carry the common
moves; every other line adds its own to them. A path has two steps a weekday, the Asian hours and
the American ones, so a Hong Kong close of day t knows New York only up to t - 1, and an ADR and
its Hong Kong line are one path read at two hours. Each path is then bent through the dated figures
of `markets.sample.anchors` by adding a correction that is linear in time between them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from markets.reference.calendars import sessions_of
from markets.sample.anchors import ANCHORS, Anchor
from markets.sample.arithmetic import (
    Days,
    Floats,
    Places,
    noise,
    portable_exp,
    portable_log,
    uniform,
)
from markets.sample.lines import LINES, STORMS, Line
from newsfolio.assets import NEW_YORK, Venue
from newsfolio.listings import asset_of

FIRST, LAST = date(2014, 1, 2), date(2026, 10, 30)
_END_2024 = date(2024, 12, 31)
_HALVES = 2 * 261  # steps a year
_ASIA = 0.7  # share of a Chinese path's variance that falls into Asian hours
_AMERICA = 0.45  # the same for an American one


@dataclass(frozen=True, eq=False)
class Payouts:
    """What a line has put aside for its next dividend, at each step, and the days it goes ex.

    accrued: the part of the log price that is the dividend to come; it drops on the ex-date.
    steps: the first step of each ex-date. shares: fraction of the close before that is paid.
    """

    accrued: Floats
    steps: Places
    shares: Floats


class World:
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
        scale = portable_log(line.scale) if line.logarithmic else 0.0
        offset = self.payouts(ticker).accrued + scale
        if line.adr:
            premium = 0.002 * noise(f"{ticker} premium", len(offset))
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
        return portable_exp(path + self.offset(ticker)) if line.logarithmic else path

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
        line, levels = LINES[ticker], dict[date, float]()
        in_log = portable_log if line.logarithmic else float
        if line.first:
            levels[listed(ticker)] = in_log(line.first)
        if line.end_2024:
            levels[_END_2024] = in_log(line.end_2024)
        before = FIRST
        for row in ANCHORS.get(ticker, ()):
            if row.level is not None:
                levels[row.day] = in_log(row.level)
            else:
                since = row.since or before
                levels[row.day] = levels[since] + self._moved(ticker, row, since)
            before = row.day
        return levels

    def _moved(self, ticker: str, row: Anchor, since: date) -> float:
        """The log price move of an anchor; of a total return, what its dividends leave."""
        change = portable_log(1 + row.percent / 100)
        if row.total:
            paid = self.payouts(ticker)
            ends = np.array([since, row.day], dtype="datetime64[D]")
            start, end = self.step(asset_of(ticker).venue, ends)
            for share in paid.shares[(paid.steps > start) & (paid.steps <= end)]:
                change += portable_log(1 - float(share))
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
        return Payouts(accrued, steps, 1.0 - portable_exp(-accrued[steps - 1]))

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


def listed(ticker: str) -> date:
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
    steps = noise(f"{ticker} path", 2 * len(days))
    wild = np.where(uniform(f"{ticker} wild", len(steps)) < 0.05, 2.5, 1.0) / math.sqrt(1.2625)
    share = _AMERICA if asset_of(ticker).venue is NEW_YORK else _ASIA
    scale = np.empty(len(steps))
    scale[0::2], scale[1::2] = math.sqrt(2 * share), math.sqrt(2 * (1 - share))
    for start, end, factor in STORMS:
        first, last = np.searchsorted(days, np.array([start, end], dtype="datetime64[D]"))
        scale[2 * first : 2 * last] *= factor
    walk: Floats = np.cumsum(steps * wild * scale * (line.vol / math.sqrt(_HALVES)))
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
    low, high = ((portable_log(end) if line.logarithmic else end) for end in line.bounds)
    held: Floats = np.clip(path, low, high)
    return held
