"""Fills of a plain backtrader strategy that a price limit makes doubtful.

An open at the limit fills nothing on that side; within a session backtrader fills what the bar
reaches, also where the bar stopped at its limit and others stood in the queue.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from backtests.runner.run import Run
from backtests.simulation.fills import Fill
from markets.reference.grids.fillable import LimitGrids, at_limit
from markets.reference.price_limits import board_of

SAME = 1e-9
"""Relative: a fill so near to the open was at the open."""


def limit_notes(run: Run) -> Iterator[str]:
    """A note a line on purchases at a close at the upper limit, and on sales at the lower one."""
    market = run.market
    if not run.origin.plain:
        return
    grids: LimitGrids = {
        "open": market.open, "close": market.close, "last": market.last,
        "dividend": market.dividend, "later": market.later,
    }  # fmt: skip
    for column, asset in enumerate(market.assets):
        if board_of(asset) is None:
            continue
        bars = run.bars[asset.ticker]
        stopped = at_limit("close", asset, bars, grids, column, market.sessions)
        hit = [
            fill
            for fill in run.output.fills
            if fill.asset == asset.ticker
            and stopped[market.row_of[fill.session]] == math.copysign(1, fill.quantity)
            and not _at_open(fill, market.open.item(market.row_of[fill.session], column))
        ]
        if hit:
            yield (
                f"{asset.ticker}: {len(hit)} fill{'s' * (len(hit) > 1)} after the open of sessions "
                f"that closed at the price limit, the first on {hit[0].session}; nobody may have "
                "stood on the other side"
            )


def _at_open(fill: Fill, opened: float) -> bool:
    """Whether it was at the open, before what the spread added."""
    side = math.copysign(1, fill.quantity)
    price = fill.price - side * fill.slippage / (abs(fill.quantity) * fill.rate)
    return math.isclose(price, opened, rel_tol=SAME)
