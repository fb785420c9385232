"""What the oracle holds for a line that cannot be held: stand-ins, or the rest of its sleeve."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from markets.market import Market
from newsfolio.listings import asset_of
from tests.support.oracle_line import Line


def ways(market: Market, lines: Mapping[str, Line], s: int, name: str) -> dict[str, float]:
    """The lines that can be held in a line's place now, with their parts; {} for none."""
    line = lines.get(name)
    if line is not None and line.usable[s]:
        return {name: 1.0}
    asset = market.by_ticker.get(name) or asset_of(name)
    others = [way for other in asset.stand_in if (way := ways(market, lines, s, other))]
    parts: dict[str, float] = defaultdict(float)
    for way in others:
        for other, part in way.items():
            parts[other] += part / len(others)
    return dict(parts)


def placed(
    market: Market, lines: Mapping[str, Line], s: int, asked: Mapping[str, float]
) -> dict[str, float]:
    """The weights on lines that can be held, by step 2."""
    total: dict[str, float] = defaultdict(float)
    for sleeve in market.sleeves:
        for sign in (1, -1):
            mine = {n: asked[n] for n in sleeve.tickers if sign * asked.get(n, 0.0) > 0}
            parts = {n: ways(market, lines, s, n) for n in mine}
            held = sum(share for n, share in mine.items() if parts[n])
            for n, share in mine.items():
                for other, part in parts[n].items():
                    total[other] += share * part * sum(mine.values()) / held
    return dict(total)
