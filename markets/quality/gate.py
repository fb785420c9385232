"""The gate: what is wrong with the prices of a run, and whether it may start."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from markets.bars import Bars, Priced
from markets.market import Market
from markets.quality.checks import inspect_all
from markets.quality.ended import ended
from markets.quality.findings import Finding, Severity
from markets.quality.withholding import unsaid_withholding
from newsfolio.assets import Asset
from newsfolio.errors import BrokenData

LOOK_BACK = timedelta(days=3 * 365)
"""How long before a run its look-backs may reach; older defects do not stop it."""


def gate(
    market: Market, bars: Mapping[str, Bars], looked_at: Iterable[Asset]
) -> tuple[Finding, ...]:
    """What the gate found in the lines of a run, from its look-backs to its end.

    looked_at: what is used without being held, as the run declares it: signals, levels, exchange
    rates, lines of references. Raises BrokenData for a finding that blocks.
    """
    if market.simulated:
        return ()
    assets = {asset.ticker: asset for asset in (*looked_at, *market.assets)}
    lines = {ticker: (asset, bars[ticker]) for ticker, asset in assets.items() if ticker in bars}
    first, last = market.day(market.first) - LOOK_BACK, market.day(-1)
    ranked = [*inspect_all(lines), *unsaid_withholding(market.assets), *ended(market, bars)]
    ranked = sorted(ranked, key=lambda finding: (-finding.severity, finding.ticker, finding.rule))
    findings = tuple(finding for finding in ranked if concerns(finding, first, last))
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
