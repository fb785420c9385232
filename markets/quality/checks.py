"""The gate before a run: what is wrong, or looks wrong, with the prices, and how badly.

A finding says the line, the rule, the days and the remedy. Nothing is repaired here: what a user
wants corrected stands in a file of corrections (`markets.corrections`). Thresholds were set so
that real days of panic (2022-03-16, 2024-10-08, 2025-04-07) raise no alarm; precision and recall
are measured by `benchmarks/gate.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from markets.bars import ROUNDING, Bars, Priced
from markets.reference.calendars import Days, is_known, sessions_of
from newsfolio.assets import Asset, Kind

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

SPIKE = 0.05
"""A move is suspicious from this size on, ..."""
SPIKE_FX = 0.015
"""... of an exchange rate from this one, ..."""
TIMES_USUAL = 8.0
"""... if it is this many times the line's usual move, ..."""
TAKEN_BACK = 0.3
"""... the next open and close leave less than this share of it, ..."""
BUSY = 1.5
"""... and no more was traded than this many times the usual volume, ..."""
HUGE = 0.25
"""... or twice that many times, for a move of this size."""
SPLITS = (2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 15.0, 20.0, 25.0, 50.0)
NEAR_SPLIT = 0.10
"""How near a jump lies to the ratio of a split, beside the day's own move."""
LEAP = 0.45
"""A jump that is looked at as a possible split."""
STALE = 3
"""Bars in a row with the very same prices and volume."""
HOLE = 3
"""Sessions in a row without a bar that are more than a halt of a day or two."""
LATE = 5
"""Sessions after its listing at which a line may begin."""
SHOWN = 50
"""Days that a finding lists, the first ones."""
FX_GAP = 7
"""Days after which an exchange rate is too old to be used."""
DRIFT = 0.02
"""Between two lines of one company, beyond what an exchange rate in its band explains."""


class Severity(IntEnum):
    """How much a finding weighs; BLOCK stops a run that needs the line."""

    NOTE = 1
    DOUBT = 2
    BLOCK = 3


@dataclass(frozen=True)
class Finding:
    """Something about one line that a reader of a result must know.

    days: the sessions it is about, the first few; count: how many there are.
    """

    severity: Severity
    ticker: str
    rule: str
    told: str
    remedy: str
    days: tuple[date, ...] = ()
    count: int = 0

    @property
    def sentence(self) -> str:
        """The finding in one line, with its remedy."""
        return f"{self.ticker}: {self.told}. {self.remedy}"


def inspect(asset: Asset, bars: Bars) -> Iterator[Finding]:
    """Everything that one line tells about itself, the worst first within a rule."""
    days = bars.frame.index.to_numpy().astype("datetime64[D]")
    if asset.kind is not Kind.CURRENCY:
        yield from _calendar(asset, days, bars)
        yield from _begins(asset, bars)
    yield from _prices(asset, bars, days)
    for doubt in bars.doubts:
        yield Finding(
            Severity.DOUBT, asset.ticker, "contradiction", doubt,
            "Fetch the line again, or correct it in corrections.csv: total returns depend on it.",
        )  # fmt: skip


def inspect_all(lines: Mapping[str, tuple[Asset, Bars]]) -> tuple[Finding, ...]:
    """Every line on its own, and each against the line that stands for the same company."""
    findings = [finding for asset, bars in lines.values() for finding in inspect(asset, bars)]
    for asset, bars in lines.values():
        for other in asset.stand_in:
            if other in lines:
                findings += _twins(asset, bars, *lines[other])
    return tuple(
        sorted(findings, key=lambda finding: (-finding.severity, finding.ticker, finding.rule))
    )


def compare(bars: Bars, other: Bars, tolerance: float = 0.0005) -> Iterator[Finding]:
    """Closes of the same line in two sources that differ by more than a tolerance."""
    both = bars.frame["close"].index.intersection(other.frame.index)
    one, two = (part.frame["close"].loc[both].to_numpy() for part in (bars, other))
    if not len(both):
        return
    apart = np.abs(one / two - 1) > tolerance
    if apart.mean() > 0.05:
        yield Finding(
            Severity.NOTE, bars.ticker, "another basis",
            f"{apart.mean():.0%} of its closes differ from the other source's",
            "The two are adjusted differently; compare moves, not levels.",
        )  # fmt: skip
    elif apart.any():
        days = both.to_numpy().astype("datetime64[D]")[apart]
        yield _about(
            Severity.DOUBT, bars.ticker, "second source", days,
            f"the close of {days[0]} is {one[apart][0]:g}, in the other source {two[apart][0]:g}",
            "Find out which is right and add a correction.",
        )  # fmt: skip


# One line


def _calendar(asset: Asset, days: Days, bars: Bars) -> Iterator[Finding]:
    """Bars on days without a session, and sessions without a bar."""
    sessions = sessions_of(asset.venue)
    first, last = days[0], days[-1]
    inside = sessions[(sessions >= first) & (sessions <= last)]
    strange = days[is_known(asset.venue, days) & ~np.isin(days, inside)]
    if len(strange):
        yield _about(
            Severity.NOTE, asset.ticker, "closed day", strange,
            f"{_bars(len(strange))} on days on which {asset.venue.code} was closed, the first on "
            f"{strange[0]}",
            "No order fills where its volume is zero; weekend rows are dropped.",
        )  # fmt: skip
    missing = inside[~np.isin(inside, days)]
    if not len(missing):
        return
    longest = _longest(np.isin(inside, missing))
    yield _about(
        Severity.DOUBT if longest >= HOLE else Severity.NOTE, asset.ticker, "gap", missing,
        f"no bar on {len(missing)} sessions of {asset.venue.code}, {longest} in a row at most, "
        f"the first on {missing[0]}",
        "The last close is carried; fetch the line again if it was not halted.",
    )  # fmt: skip


def _begins(asset: Asset, bars: Bars) -> Iterator[Finding]:
    if asset.listed is None or asset.listed < date(1999, 1, 4):
        return
    if bars.first < asset.listed:
        yield Finding(
            Severity.DOUBT, asset.ticker, "before its listing",
            f"begins on {bars.first}, before its listing on {asset.listed}",
            "Those rows are another security's and are not used.", (bars.first,), 1,
        )  # fmt: skip
    sessions = sessions_of(asset.venue)
    start, first = np.datetime64(asset.listed), np.datetime64(bars.first)
    late = int(((sessions >= start) & (sessions < first)).sum())
    if late > LATE and bars.first > date(2010, 1, 8):
        yield Finding(
            Severity.NOTE, asset.ticker, "late start",
            f"begins on {bars.first}, {late} sessions after its listing on {asset.listed}",
            "Earlier history is missing from this source; look-backs begin later.",
            (bars.first,), 1,
        )  # fmt: skip


def _prices(asset: Asset, bars: Bars, days: Days) -> Iterator[Finding]:
    close = bars.frame["close"].to_numpy()
    if asset.kind is Kind.INDEX and (close <= 1e-9).any():
        return  # a yield at or below zero has no returns
    yield from _spikes(asset, bars, days, close)
    yield from _leaps(asset, bars, days, close)
    yield from _still(asset, days, close, bars)
    yield from _ranges(asset, bars, days)
    if asset.kind is Kind.CURRENCY:
        yield from _rate_gaps(asset, days)


def _spikes(asset: Asset, bars: Bars, days: Days, close: Floats) -> Iterator[Finding]:
    """A close far off, which the next open takes back and which nobody traded on: a bad tick.

    A real shock is traded on, with more volume than usual, and what follows starts from its close.
    """
    opened, volume = (bars.frame[name].to_numpy() for name in ("open", "volume"))
    moves = np.diff(np.log(close))
    usual = float(np.median(np.abs(moves[moves != 0]))) if (moves != 0).any() else 0.0
    least = max(SPIKE_FX if asset.kind is Kind.CURRENCY else SPIKE, TIMES_USUAL * usual)
    there = moves[:-1]
    left = np.abs(np.log(opened[2:] / close[:-2]))
    wrong = (np.abs(there) > least) & (np.abs(there + moves[1:]) < TAKEN_BACK * np.abs(there))
    wrong &= left < TAKEN_BACK * np.abs(there)
    places = np.flatnonzero(wrong) + 1
    quiet = [
        not _busy(volume, int(at), BUSY * (2 if abs(moves[at - 1]) > HUGE else 1)) for at in places
    ]
    hit = places[np.array(quiet, dtype=bool)]
    if len(hit):
        at = hit[0]
        yield _about(
            Severity.DOUBT if asset.kind is Kind.INDEX else Severity.BLOCK,
            asset.ticker, "bad tick", days[hit],
            f"the close of {days[at]} ({close[at]:g}) stands between {close[at - 1]:g} and "
            f"{close[at + 1]:g}",
            "Check that day elsewhere and add a correction.",
        )  # fmt: skip


def _busy(volume: Floats, at: int, times: float) -> bool:
    """Whether much more than usual was traded; an unknown volume is not."""
    before = volume[max(0, at - 60) : at]
    known = before[~np.isnan(before)]
    return len(known) >= 20 and bool(volume[at] > times * np.median(known))


def _leaps(asset: Asset, bars: Bars, days: Days, close: Floats) -> Iterator[Finding]:
    """Jumps that look like a split nobody recorded, or like another unit."""
    if bars.priced is Priced.LEVEL:
        return
    moves = np.diff(np.log(close))
    hit = np.flatnonzero(np.abs(moves) > LEAP) + 1
    split = bars.frame["split"].to_numpy()
    for at in hit:
        ratio = float(np.exp(abs(moves[at - 1])))
        if ratio > 60:
            yield _about(
                Severity.BLOCK, asset.ticker, "unit", days[at : at + 1],
                f"the close goes from {close[at - 1]:g} to {close[at]:g} on {days[at]}, about a "
                "hundredfold",
                "One part is in another unit (pence, cents): correct it, or fetch the line again.",
            )  # fmt: skip
            continue
        near = [s for s in SPLITS if abs(np.log(ratio / s)) < NEAR_SPLIT]
        if near and not _fell_during(bars, int(at), moves[at - 1]):
            known = bool(split[at] > 0)
            yield _about(
                Severity.BLOCK, asset.ticker, "split", days[at : at + 1],
                f"the close goes from {close[at - 1]:g} to {close[at]:g} on {days[at]}, like a "
                f"split of {near[0]:g}" + (", which is recorded but not adjusted for" if known
                                           else " that nobody recorded"),
                "Fetch the line again, or add a correction.",
            )  # fmt: skip


def _fell_during(bars: Bars, at: int, move: float) -> bool:
    """Whether the price went there in the course of the day; a split is there from the open on."""
    opened = float(bars.frame["open"].iloc[at])
    gap = np.log(opened / float(bars.frame["close"].iloc[at - 1]))
    return bool(np.isfinite(gap)) and abs(gap) < 0.7 * abs(move)


def _still(asset: Asset, days: Days, close: Floats, bars: Bars) -> Iterator[Finding]:
    """Stale runs, and sessions that are recorded as flat with no volume."""
    if asset.kind is Kind.CURRENCY or (
        asset.kind is Kind.INDEX and bars.frame["open"].isna().all()
    ):
        return
    volume = bars.frame["volume"].to_numpy()
    row = bars.frame[["open", "high", "low", "close", "volume"]].to_numpy()
    same = np.concatenate([[False], (np.diff(row, axis=0) == 0).all(axis=1)]) & (volume > 0)
    longest = _longest(same) + 1
    if longest >= STALE:
        start = _start(same)
        yield _about(
            Severity.DOUBT, asset.ticker, "stale", days[start : start + longest],
            f"the same bar, volume and all, on {longest} sessions in a row from {days[start]}",
            "A feed that stood still: fetch the line again.",
        )  # fmt: skip
    frame = bars.frame
    flat = (volume == 0) & (frame["open"] == frame["close"]) & (frame["high"] == frame["low"])
    flat = flat.to_numpy()
    if flat.any() and asset.tradable:
        yield _about(
            Severity.NOTE, asset.ticker, "flat day", days[flat],
            f"{_bars(int(flat.sum()))} with one price and no volume, the first on {days[flat][0]}",
            "Half-days and halts: the price counts, no order fills.",
        )  # fmt: skip


def _ranges(asset: Asset, bars: Bars, days: Days) -> Iterator[Finding]:
    frame = bars.frame
    close, high, low = (frame[name].to_numpy() for name in ("close", "high", "low"))
    slack = ROUNDING * np.abs(close)
    outside = (close > high + slack) | (close < low - slack)
    if outside.any():
        yield _about(
            Severity.NOTE, asset.ticker, "outside its range", days[outside],
            f"{_bars(int(outside.sum()))} whose close lies outside low to high, the first on "
            f"{days[outside][0]}",
            "Closes are used as they are; highs and lows decide nothing but a claim.",
        )  # fmt: skip


def _rate_gaps(asset: Asset, days: Days) -> Iterator[Finding]:
    steps = np.diff(days).astype("int64")
    if (steps > FX_GAP).any():
        at = int(np.argmax(steps > FX_GAP))
        yield _about(
            Severity.DOUBT, asset.ticker, "rate gap", days[at + 1 : at + 2],
            f"no rate between {days[at]} and {days[at + 1]}",
            "A run that needs it there stops; use the reference rates (--fx ecb).",
        )  # fmt: skip


def _twins(asset: Asset, bars: Bars, other: Asset, twin: Bars) -> Iterator[Finding]:
    """Two lines of one company whose total returns drift apart: dividends are missing in one.

    Exchange rates move by a percent or two between the Hong Kong and the US dollar, so only a
    drift beyond that counts.
    """
    one, two = (_total(part) for part in (bars, twin))
    both = one.index.intersection(two.index)
    if len(both) < 2 * 252:
        return
    ratio = np.log((one.loc[both] / two.loc[both]).to_numpy())
    ends = [float(np.median(part)) for part in (ratio[:21], ratio[-21:])]
    drift = ends[1] - ends[0]
    if abs(drift) > DRIFT:
        yield Finding(
            Severity.DOUBT, asset.ticker, "dividends",
            f"its total return drifts {drift:+.1%} from that of {other.ticker}, the same company, "
            f"from {both[0]:%Y-%m-%d} to {both[-1]:%Y-%m-%d}",
            f"One of the two lacks dividends; {other.ticker} has them as events."
            if twin.priced is Priced.SPLITS else "One of the two lacks dividends.",
            (both[0].date(), both[-1].date()), 1,
        )  # fmt: skip


def _total(bars: Bars) -> pd.Series:
    close, paid = bars.frame["close"], bars.frame["dividend"]
    share = (paid / close.shift(1)).fillna(0.0)
    return close * (1 / (1 - share)).cumprod()


# Words


def _about(
    severity: Severity, ticker: str, rule: str, days: Iterable[np.datetime64], told: str,
    remedy: str,
) -> Finding:  # fmt: skip
    every = tuple(day.astype(date) for day in days)
    return Finding(severity, ticker, rule, told, remedy, every[:SHOWN], len(every))


def _bars(count: int) -> str:
    return f"{count} bar{'s' * (count != 1)}"


def _longest(mask: Mask) -> int:
    """The longest run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(int), [0]])))
    runs = edges[1::2] - edges[::2]
    return int(runs.max()) if len(runs) else 0


def _start(mask: Mask) -> int:
    """The bar before the longest run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(int), [0]])))
    runs = edges[1::2] - edges[::2]
    return max(int(edges[::2][int(np.argmax(runs))]) - 1, 0)
