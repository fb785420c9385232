"""The gate: what is wrong with the prices of a run, and whether it may start."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from markets.bars import Bars, Priced
from markets.market import Market
from markets.quality.checks import Finding, Severity, inspect_all
from newsfolio.errors import BrokenData
from newsfolio.listings import asset_of

LOOK_BACK = timedelta(days=3 * 365)
"""How long before a run its look-backs may reach; older defects do not stop it."""


def gate(market: Market, bars: Mapping[str, Bars], looked_at: Iterable[str]) -> tuple[Finding, ...]:
    """What the gate found in the lines of a run, from its look-backs to its end.

    looked_at: tickers that are used without being held: signals, levels, exchange rates. Raises
    BrokenData for a finding that blocks.
    """
    if market.simulated:
        return ()
    lines = {asset.ticker: (asset, bars[asset.ticker]) for asset in market.assets}
    lines |= {ticker: (asset_of(ticker), bars[ticker]) for ticker in looked_at if ticker in bars}
    first = market.day(market.first) - LOOK_BACK
    findings = tuple(
        finding for finding in inspect_all(lines) if concerns(finding, first, market.day(-1))
    )
    blocking = [finding for finding in findings if finding.severity is Severity.BLOCK]
    if blocking:
        more = f" ({len(blocking) - 1} more: newsfolio data check)" if len(blocking) > 1 else ""
        raise BrokenData(blocking[0].sentence + more)
    return findings


def concerns(finding: Finding, first: date, last: date) -> bool:
    """Whether a finding touches the days from `first` to `last`; its last days may be unlisted."""
    if not finding.days:
        return True
    more = finding.count > len(finding.days)
    return finding.days[0] <= last and (more or finding.days[-1] >= first)


def levels(labels: Mapping[str, Bars], traded: Iterable[str]) -> tuple[Finding, ...]:
    """A doubt about every price index that stands beside total-return lines."""
    held = set(traded)
    return tuple(
        Finding(
            Severity.DOUBT, ticker, "price index",
            "an index level without dividends stands beside lines that pay them",
            "Measure against a fund that pays out, e.g. SPY for ^GSPC.",
        )
        for ticker, line in labels.items()
        if line.priced is Priced.LEVEL and ticker not in held
    )  # fmt: skip
