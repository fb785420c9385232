"""Series that a run looks at without holding them, and that do not reach over all of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from markets.bars import Bars
from markets.market import Market
from markets.quality.findings import Finding, Mask, Severity, about, counted
from markets.reference.series import known_before
from newsfolio.listings import asset_of


def ended(market: Market, bars: Mapping[str, Bars]) -> Iterator[Finding]:
    """A doubt about every signal, and the cash rate, that is unknown on sessions of the run."""
    used = [(ticker, values, "it is unknown") for ticker, values in market.signals.items()]
    ticker = market.cash_line
    if ticker in bars:
        rates = known_before(bars[ticker], asset_of(ticker), market.sessions)
        used.append((ticker, rates, f"idle {market.base} cash earns nothing"))
    for ticker, values, so in used:
        yield from _late(market, bars[ticker], np.isnan(values), so)
        yield from _unknown(market, bars[ticker], np.isnan(values), so)


def _late(market: Market, line: Bars, unknown: Mask, so: str) -> Iterator[Finding]:
    """On the very first session alone, where all begin on one day, it is no more than a note."""
    sessions = market.sessions[market.first :]
    days = sessions[unknown[market.first :] & (sessions <= np.datetime64(line.first))]
    if not len(days):
        return
    after = market.day(min(market.first + len(days), len(market.sessions) - 1))
    yield about(
        Severity.DOUBT if len(days) > 1 else Severity.NOTE, line.ticker, "late start", days,
        f"begins on {line.first}, and the run on {days[0]}: {so} on the first "
        f"{counted(len(days), 'session')}",
        f"Start the run later: --start {after}.",
    )  # fmt: skip


def _unknown(market: Market, line: Bars, unknown: Mask, so: str) -> Iterator[Finding]:
    places = np.flatnonzero(unknown & (market.sessions > np.datetime64(line.first)))
    days = market.sessions[places[places >= market.first]]
    if not len(days):
        return
    before = line.frame.index[line.frame.index < days[0]][-1]
    ends = "ends" if before == line.frame.index[-1] else "pauses"
    yield about(
        Severity.DOUBT, line.ticker, "ended", days,
        f"{ends} on {before:%Y-%m-%d}, and its last close is too old on {len(days)} sessions from "
        f"{days[0]} on: {so} there",
        f"Fetch it again, or end the run: --end {before:%Y-%m-%d}.",
    )  # fmt: skip
