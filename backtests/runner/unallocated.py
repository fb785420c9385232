"""What a run wanted and did not hold: lots that round to nothing, and runs without one fill."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from backtests.runner.run import Run
from backtests.settings import Lots, Settings
from backtests.simulation.account import Account
from backtests.simulation.output import EngineOutput
from backtests.simulation.sizing import STAR_MINIMUM, Sizer
from markets.costs.models import NoCosts
from markets.market import Floats, Market
from newsfolio.formatting import percent

SHARE = 0.05
"""Of equity: what whole lots may leave in cash without a word."""

_REMEDY = "see --lots fractional, or start with more --cash"


@dataclass(frozen=True)
class Unallocated:
    """What whole lots keep of the weights wanted at one decision, as shares of equity.

    lines: those of which not one lot could be bought.
    """

    session: int
    share: float
    lines: tuple[str, ...]


def unallocated_notes(run: Run) -> list[str]:
    """What a reader must know of it, in sentences; nothing where all went as wanted."""
    market, output, own = run.market, run.output, run.account
    if not len(output.fills):
        return [_without_a_fill(run)]
    left = list(_left_by_lots(market, run.settings, output, own))
    if not left:
        return []
    mean = math.fsum(decision.share for decision in left) / len(left)
    last = left[-1]
    if max(mean, last.share) <= SHARE + 1e-9:
        return []
    lines = ", ".join(last.lines[:5]) + (", ..." if len(last.lines) > 5 else "")
    rounded = f", where {lines} rounded to nothing" if lines else ""
    return [
        f"whole lots left {percent(mean, 0)} of the portfolio unallocated on average, "
        f"{percent(last.share, 0)} on {market.day(last.session)}{rounded}; {_REMEDY}"
    ]


def _left_by_lots(
    market: Market, settings: Settings, output: EngineOutput, own: Account
) -> Iterator[Unallocated]:
    """Each decision for something, while there was equity."""
    if settings.lots is Lots.FRACTIONAL or _never_much(market, output, own.worth):
        return
    sizer = Sizer(market, settings, NoCosts())
    for target in output.targets:
        equity = own.worth.item(target.session - market.first)
        if not target.weights or equity <= 0:
            continue
        share, lines = 0.0, []
        for ticker, weight in target.weights.items():
            column = market.place[ticker]
            worth = market.value_rate.item(target.session, column)
            units = sizer.round_lot(column, target.session, weight * equity / worth)
            share += abs(weight) - abs(units) * worth / equity
            if weight and not units:
                lines.append(ticker)
        yield Unallocated(target.session, share, tuple(lines))


def _never_much(market: Market, output: EngineOutput, worth: Floats) -> bool:
    """Whether a lot of every line together is below the share at each decision."""
    sessions = [target.session for target in output.targets]
    lots = np.array([
        STAR_MINIMUM if asset.star else max(row.value for row in asset.lot.rows)
        for asset in market.assets
    ])  # fmt: skip
    lot_worth = np.nan_to_num(market.value_rate[sessions] * market.later[sessions]) * lots
    equity = worth[np.array(sessions, dtype=int) - market.first]
    return bool((lot_worth.sum(axis=1) <= SHARE * equity).all())


def _without_a_fill(run: Run) -> str:
    """Why a run holds nothing but cash from its first session to its last."""
    market, output, own = run.market, run.output, run.account
    none = "no order was filled: "
    if output.lapses:
        (reason, _), *_ = Counter(lapse.reason for lapse in output.lapses).most_common(1)
        return f"{none}{len(output.lapses)} lapsed, most often because {reason}"
    if output.waiting:
        lines = ", ".join(line for line, _ in output.waiting[:5])
        return f"{none}those for {lines} still waited for an open at the end"
    if run.origin.plain:
        return f"{none}the strategy sent none, or its broker took none"
    if not output.targets:
        return f"{none}there was no decision to act on ({run.origin.strategy['schedule']})"
    if not any(any(target.weights.values()) for target in output.targets):
        return f"{none}each of {len(output.targets)} decisions was for cash"
    last = next(reversed(list(_left_by_lots(market, run.settings, output, own))), None)
    if last is None or not last.lines:
        return f"{none}none was large enough to be sent"
    costs = ", ".join(_lot_price(market, line, last.session) for line in last.lines[:3])
    return (
        f"{none}every order rounded to nothing in whole lots ({costs}; the account had "
        f"{own.worth.item(last.session - market.first):,.0f} {run.settings.currency}); {_REMEDY}"
    )


def _lot_price(market: Market, ticker: str, session: int) -> str:
    column = market.place[ticker]
    asset, day = market.assets[column], market.day(session)
    lot = STAR_MINIMUM if asset.star else asset.lot.at(day)
    price = lot * market.last.item(session, column) * market.later.item(session, column)
    return f"one lot of {ticker} costs {price:,.0f} {asset.currency}"
