"""The sample market: simulated bars, so that the first command works anywhere.

The lines are told in `lines`, the figures that they meet in `anchors`; `paths` makes their
levels, and here these become bars.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from markets.bars import COLUMNS, Bars, Priced
from markets.facts import FactTable, made_up
from markets.reference.calendars import sessions_of
from markets.sample.arithmetic import Days, Floats, Places, noise, uniform
from markets.sample.facts import sample_facts
from markets.sample.lines import HALT, LINES, SPLITS, Line
from markets.sample.paths import FIRST, LAST, Payouts, World, listed
from markets.snapshot import Follow, Snapshot
from newsfolio.assets import Asset
from newsfolio.facts import Facts
from newsfolio.listings import asset_of

_COLUMNS = pd.Index(COLUMNS)
_NOTE = "simulated: made from a seed and a small factor model, not a record of any market"


@dataclass(frozen=True)
class SampleSource:
    """Bars of the sample market, 2014-01-02 to 2026-10-30, from each line's listing on.

    A line's bars do not depend on what else is asked for; what is not in the sample is left out.
    follow: sees each line before it is made.
    """

    name: str = "sample"
    follow: Follow = iter

    def load(self, assets: Iterable[Asset], facts: Iterable[Facts] = ()) -> Snapshot:
        """The bars and the tables of those asked for that the sample knows."""
        world = World()
        wanted = self.follow([asset for asset in assets if asset.ticker in LINES])
        bars = {asset.ticker: _bars(world, asset.ticker) for asset in wanted}
        return Snapshot(bars, _tables(facts))


def _tables(wanted: Iterable[Facts]) -> dict[str, FactTable]:
    tables = {}
    for facts in wanted:
        columns = sample_facts(facts.name, FIRST, LAST, _levels)
        if columns is not None:
            tables[facts.name] = made_up(facts, columns)
    return tables


def _levels(ticker: str) -> tuple[Days, Floats]:
    """Days and closes of a line."""
    line = _bars(World(), ticker)
    return line.days, line.frame["close"].to_numpy()


def _bars(world: World, ticker: str) -> Bars:
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
        columns=_COLUMNS,
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
    opened = before * (1.0 + 0.1 * swing * noise(f"{ticker} open", len(before)))
    above, below = (np.abs(noise(f"{ticker} {side}", len(before))) for side in ("high", "low"))
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
    busy = 0.4 + 0.6 * uniform(f"{ticker} volume", len(close)) + 12.0 * moved
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
    inside = (sessions >= np.datetime64(listed(ticker))) & (sessions <= np.datetime64(LAST))
    if ticker == HALT.ticker:
        inside &= (sessions < np.datetime64(HALT.start)) | (sessions > np.datetime64(HALT.end))
    return sessions[inside]


def _rounded(values: Floats, line: Line) -> Floats:
    rounded: Floats = np.round(values, 4 if line.turnover or line.bounds else 2)
    return rounded
