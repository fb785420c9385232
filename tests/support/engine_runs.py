"""One random or hand-made case on an engine, and where it parts from the oracle."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from backtests.engines import kernel
from backtests.simulation.account import account
from backtests.simulation.desk import Desk
from backtests.simulation.fills import CashEvent, Fill, Why
from backtests.simulation.output import EngineOutput
from markets.market import Market
from tests.support.oracle import simulate
from tests.support.oracle_account import Account
from tests.support.random_markets import Case

CLOSE = 1e-9
"""Both simulators add the same few thousand floats in different orders."""

EVENTS = {
    "dividend": (Why.DIVIDEND,),
    "withholding": (Why.WITHHOLDING,),
    "adr fee": (Why.ADR_FEE,),
    "interest": (Why.INTEREST, Why.CREDIT),
    "carry": (Why.CARRY,),
    "delisting": (Why.DELISTING,),
    "flow": (Why.FLOW,),
}


@dataclass(frozen=True, eq=False)
class Run:
    """One case, its market, and what the sparse engine made of it."""

    case: Case
    market: Market
    output: EngineOutput


def desk_of(case: Case, market: Market) -> Desk:
    return Desk(case.strategy, market, case.settings, case.costs)


def run_of(case: Case) -> Run:
    market = case.market()
    return Run(case, market, kernel.run(desk_of(case, market)))


def equity_of(run: Run) -> pd.Series:
    settings = run.case.settings
    return account(
        run.market, run.output.fills, run.output.events, settings.cash, settings.credit_spread
    ).equity


def differences(run: Run) -> list[str]:
    """Where engine and oracle part, in words; the first of each kind."""
    case = run.case
    oracle = simulate(case.strategy, case.plain_market(), case.settings, case.costs)
    return differences_of(run, oracle, desk_of(case, run.market))


def differences_of(run: Run, oracle: Account, desk: Desk) -> list[str]:
    """The same of an oracle that was run; desk: one that was not turned yet."""
    capital = run.case.settings.cash
    gaps = [
        *_different_fills(run.output.fills, oracle, capital),
        *_different_days(run, oracle, book_equity(desk)),
        *_different_events(run.output.events, oracle, capital),
    ]
    ruined = None if run.output.ruined is None else run.market.day(run.output.ruined)
    if ruined != oracle.ruined:
        gaps.append(f"ruined {ruined}, oracle {oracle.ruined}")
    dry = None if run.output.dry is None else run.market.day(run.output.dry[0])
    if dry != oracle.dry:
        gaps.append(f"dry {dry}, oracle {oracle.dry}")
    return gaps


def _different_fills(fills: Sequence[Fill], oracle: Account, capital: float) -> list[str]:
    dust = CLOSE * capital
    ours = {(f.session, f.asset): f for f in fills if abs(f.quantity * f.price * f.rate) > dust}
    theirs = {
        (f.session, f.asset): f for f in oracle.fills if abs(f.quantity * f.price * f.rate) > dust
    }
    for key in sorted(ours.keys() | theirs.keys()):
        if key not in ours or key not in theirs:
            return [f"{key} filled by {'the engine' if key in ours else 'the oracle'} alone"]
        first, other = ours[key], theirs[key]
        step = max(CLOSE * abs(other.quantity), dust / (other.price * other.rate))
        if abs(first.quantity - other.quantity) > step:
            return [f"{key}: quantity {first.quantity}, oracle {other.quantity}"]
        if (first.price, first.rate, first.fee) != pytest.approx(
            (other.price, other.rate, other.fee), rel=CLOSE, abs=dust
        ):
            return [f"{key}: {first}, oracle {other}"]
    return []


def _different_days(run: Run, oracle: Account, book: Sequence[float]) -> list[str]:
    """Equity, and its two parts, at every close: of the desk's book, and replayed from fills."""
    capital = run.case.settings.cash
    replayed = account(
        run.market, run.output.fills, run.output.events, capital, run.case.settings.credit_spread
    )
    days = [day.date() for day in replayed.sessions]
    if days != list(oracle.equity):
        return ["not the same sessions"]
    columns = {
        "equity in the desk's book": (book, oracle.equity),
        "equity": (replayed.equity, oracle.equity),
        "cash": (replayed.cash, oracle.cash),
        "value held": (replayed.values.sum(axis=1), oracle.invested),
    }
    gaps = []
    for name, (ours, theirs) in columns.items():
        gap = np.abs(np.array(ours) - np.array(list(theirs.values())))
        far = gap > CLOSE * np.maximum(np.abs(list(oracle.equity.values())), capital)
        if far.any():
            gaps.append(f"{days[int(np.argmax(far))]}: {name} is off by {gap[far][0]:g}")
    return gaps


def book_equity(desk: Desk) -> list[float]:
    """What the desk itself believes at every close, with a clock that leaves nothing out."""
    equity, first = [], desk.market.first
    for session in range(first, len(desk.market.sessions)):
        if session > first:
            desk.open(session)
        equity.append(desk.book.equity(session))
        desk.close(session)
    return equity


def _different_events(events: Sequence[CashEvent], oracle: Account, capital: float) -> list[str]:
    total: dict[Why, float] = defaultdict(float)
    for event in events:
        total[event.why] += event.amount
    ours = {name: sum(total[why] for why in whys) for name, whys in EVENTS.items()}
    return [
        f"{name}: {amount}, oracle {oracle.events[name]}"
        for name, amount in ours.items()
        if name != "interest" and abs(amount - oracle.events[name]) > 10 * CLOSE * capital
    ]
