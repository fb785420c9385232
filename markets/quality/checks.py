"""The gate before a run: what is wrong, or looks wrong, with the prices, and how badly.

A finding says the line, the rule, the days and the remedy. Nothing is repaired here: what a user
wants corrected stands in a file of corrections (`markets.corrections`). Thresholds were set so
that real days of panic (2022-03-16, 2024-10-08, 2025-04-07) raise no alarm; precision and recall
are measured by `benchmarks/gate.py`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from markets.bars import ROUNDING, Bars, Priced
from markets.quality.findings import SHOWN, Finding, Severity, about, counted
from markets.quality.judged_line import JudgedLine
from markets.quality.jumps import Limit, jumps
from markets.quality.sessions import begins, on_calendar, rate_gaps, still
from markets.reference.price_limits import price_limit
from newsfolio.assets import Asset, Kind
from newsfolio.formatting import percent, signed

AGAIN = 3
"""Sessions within which no line pays the same amount twice."""
DRIFT = 0.02
"""Between two lines of one company, beyond what an exchange rate in its band explains."""


def inspect(asset: Asset, bars: Bars, limit: Limit = price_limit) -> Iterator[Finding]:
    """Everything that one line tells about itself, the worst first within a rule.

    Rows that a run drops are another security's, and are not judged. What somebody said is genuine
    is a note.
    """
    reasons = dict(bars.genuine)
    for finding in _inspected(asset, bars, limit):
        genuine = bool(finding.days) and finding.count == 1 and finding.days[0] in reasons
        if genuine and finding.severity > Severity.NOTE:
            remedy = f"Genuine, by corrections.csv: {reasons[finding.days[0]]}."
            finding = dataclasses.replace(finding, severity=Severity.NOTE, remedy=remedy)
        yield finding


def _inspected(asset: Asset, bars: Bars, limit: Limit) -> Iterator[Finding]:
    if asset.kind is not Kind.CURRENCY:
        yield from on_calendar(asset, bars)
        yield from begins(asset, bars)
    line = JudgedLine.used(asset, bars)
    if line is not None:
        yield from _prices(line, limit)
    for doubt in bars.doubts:
        yield Finding(
            Severity.DOUBT, asset.ticker, "contradiction", doubt.told,
            "Fetch the line again, or correct it in corrections.csv: total returns depend on it.",
            doubt.days[:SHOWN], len(doubt.days),
        )  # fmt: skip


def inspect_all(
    lines: Mapping[str, tuple[Asset, Bars]], limit: Limit = price_limit
) -> tuple[Finding, ...]:
    """Every line on its own, and each against the line that stands for the same company."""
    findings = [
        finding for asset, bars in lines.values() for finding in inspect(asset, bars, limit)
    ]
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
    closes, theirs = (part.frame["close"].loc[both].to_numpy() for part in (bars, other))
    if not len(both):
        return
    apart = np.abs(closes / theirs - 1) > tolerance
    if apart.mean() > 0.05:
        yield Finding(
            Severity.NOTE, bars.ticker, "another basis",
            f"{percent(apart.mean(), 0)} of its closes differ from the other source's",
            "The two are adjusted differently; compare moves, not levels.",
        )  # fmt: skip
    elif apart.any():
        days = both.to_numpy().astype("datetime64[D]")[apart]
        yield about(
            Severity.DOUBT, bars.ticker, "second source", days,
            f"the close of {days[0]} is {closes[apart][0]:g}, "
            f"in the other source {theirs[apart][0]:g}",
            "Find out which is right and add a correction.",
        )  # fmt: skip


# One line


def _prices(line: JudgedLine, limit: Limit) -> Iterator[Finding]:
    if line.asset.kind is Kind.INDEX and (line["close"] <= 1e-9).any():
        return  # a yield at or below zero has no returns
    yield from jumps(line, limit)
    yield from still(line)
    yield from _ranges(line)
    yield from _twice(line)
    if line.asset.kind is Kind.CURRENCY:
        yield from rate_gaps(line)


def _ranges(line: JudgedLine) -> Iterator[Finding]:
    close, high, low = line["close"], line["high"], line["low"]
    slack = ROUNDING * np.abs(close)
    outside = (close > high + slack) | (close < low - slack)
    if outside.any():
        yield about(
            Severity.NOTE, line.asset.ticker, "outside its range", line.days[outside],
            f"{counted(int(outside.sum()))} whose close lies outside low to high, the first on "
            f"{line.days[outside][0]}",
            "Closes are used as they are; highs and lows decide nothing but a claim.",
        )  # fmt: skip


def _twice(line: JudgedLine) -> Iterator[Finding]:
    """The same amount again within a few sessions: one dividend, told twice."""
    paid = np.flatnonzero(line["dividend"] > 0)
    near = np.diff(paid) <= AGAIN
    same = np.abs(np.diff(line["dividend"][paid])) <= ROUNDING * line["dividend"][paid][1:]
    hit = paid[1:][near & same]
    if len(hit):
        day, before = line.days[hit[0]], line.days[paid[np.searchsorted(paid, hit[0]) - 1]]
        yield about(
            Severity.DOUBT, line.asset.ticker, "dividend twice", line.days[hit],
            f"the dividend of {before}, {line['dividend'][hit[0]]:g}, stands on {day} again",
            "If it was paid once, set one of them to 0 in corrections.csv.",
        )  # fmt: skip


def _twins(asset: Asset, bars: Bars, other: Asset, twin: Bars) -> Iterator[Finding]:
    """Two lines of one company whose total returns drift apart: dividends are missing in one.

    Exchange rates move by a percent or two between the Hong Kong and the US dollar, so only a
    drift beyond that counts.
    """
    gains, theirs = (_total(part) for part in (bars, twin))
    both = gains.index.intersection(theirs.index)
    if len(both) < 2 * 252:
        return
    ratio = np.log((gains.loc[both] / theirs.loc[both]).to_numpy())
    ends = [float(np.median(part)) for part in (ratio[:21], ratio[-21:])]
    drift = ends[1] - ends[0]
    if abs(drift) > DRIFT:
        yield Finding(
            Severity.DOUBT, asset.ticker, "dividends",
            f"its total return drifts {signed(drift, 1)} from that of {other.ticker}, the same "
            f"company, from {both[0]:%Y-%m-%d} to {both[-1]:%Y-%m-%d}",
            f"One of the two lacks dividends; {other.ticker} has them as events."
            if twin.priced is Priced.SPLITS else "One of the two lacks dividends.",
            (both[0].date(), both[-1].date()), 1,
        )  # fmt: skip


def _total(bars: Bars) -> pd.Series:
    close, paid = bars.frame["close"], bars.frame["dividend"]
    share = (paid / close.shift(1)).fillna(0.0)
    return close * (1 / (1 - share)).cumprod()
