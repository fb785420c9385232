"""What is wrong with the pairs that a run converts by after the ECB's last fixing."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

import numpy as np

from markets.bars import Bars
from markets.market import Market
from markets.quality.checks import inspect
from markets.quality.findings import Finding, Severity
from markets.reference.fixings_file import pair_of, per_euro
from newsfolio.listings import asset_of

BEFORE = np.timedelta64(90, "D")
"""Of the pair's past, by which its usual moves are told."""


def serving_pairs(market: Market, bars: Mapping[str, Bars]) -> Iterator[Finding]:
    """Doubts about the days on which pairs serve; what lies before was fixed, and is not judged.

    A pair is not what a run is about, so none of them stops it.
    """
    quoted = {asset.currency for asset in market.assets} | {market.base}
    for currency in sorted(quoted - {"USD"} if len(quoted) > 1 else ()):
        pair = pair_of(currency, bars)
        if pair is None:
            continue
        line = bars[pair[0]]
        fixed = per_euro("USD" if currency == "EUR" else currency, bars)
        since = fixed[0][-1] if fixed is not None else line.days[0]
        kept = (line.days > since - BEFORE) & (line.days <= market.sessions[-1])
        if not kept.any():
            continue
        cut = dataclasses.replace(line, frame=line.frame[kept])
        for finding in inspect(asset_of(line.ticker), cut):
            if finding.days and np.datetime64(finding.days[-1]) > since:
                yield dataclasses.replace(finding, severity=min(finding.severity, Severity.DOUBT))
