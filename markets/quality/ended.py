"""Series that a run looks at without holding them, and that ended, or paused, before it did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from markets.bars import Bars
from markets.market import Market
from markets.quality.findings import Finding, Mask, Severity, about
from markets.reference.series import known_before
from newsfolio.listings import asset_of


def ended(market: Market, bars: Mapping[str, Bars]) -> Iterator[Finding]:
    """A doubt about every signal, and about the cash rate, that is unknown after it was known."""
    for ticker, values in market.signals.items():
        yield from _unknown(market, bars[ticker], np.isnan(values), "it is unknown")
    ticker = market.cash_line
    if ticker in bars:
        rates = known_before(bars[ticker], asset_of(ticker), market.sessions)
        so = f"idle {market.base} cash earns nothing"
        yield from _unknown(market, bars[ticker], np.isnan(rates), so)


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
