"""A run on members by date recomputed from its fills, raw prices and the table, without the desk.

Nothing costs, lots are fractional and opens are the closes before, so that what was wanted at a
close is what is held after the next open: equal parts of those who were members and had a price.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date
from functools import cache
from math import fsum
from typing import Any

import numpy as np
import pytest

from backtests.records.from_run import result_of
from backtests.records.result import Result
from backtests.runner.run_strategy import run_strategy
from backtests.settings import CostTable, Lots, Settings
from newsfolio import Strategy, equal, members, monthly
from tests.support.markets_of import bdays, line
from tests.support.switch import Made

CASH = 250_000.0
DAYS = bdays("2021-01-04", 420)
START, COUNT = 40, 8
NAMES = [f"M{place}" for place in range(COUNT)]


def world(seed: int) -> tuple[dict[str, list[float | None]], list[list[str]]]:
    """Closes by line, None where there is none, and rows of a table; M0 and M1 have no prices."""
    draw = np.random.default_rng(seed)
    closes: dict[str, list[float | None]] = {}
    for place, name in enumerate(NAMES):
        moves = draw.normal(0.0005, 0.02, len(DAYS))
        closes[name] = [float(value) for value in 40 * np.exp(np.cumsum(moves))]
        if place < 2:
            closes[name] = [None] * len(DAYS)
        elif place == 2:  # its prices end while it still is a member
            closes[name][300:] = [None] * (len(DAYS) - 300)
        elif place == 3:  # they begin after it joined
            closes[name][:150] = [None] * 150
    rows = [["M2", DAYS[0], "", DAYS[0]], ["M3", DAYS[60], "", ""]]
    for name in NAMES:
        at = int(draw.integers(0, 60))
        while at < len(DAYS) - 40 and name not in ("M2", "M3"):
            end = at + int(draw.integers(20, 160))
            public = DAYS[max(0, at - int(draw.integers(0, 9)))]
            rows.append([name, DAYS[at], DAYS[end] if end < len(DAYS) else "", public])
            at = end + int(draw.integers(1, 60))
    return closes, rows


CLOSES, ROWS = world(8)
TABLE = "member,from,until,known\n" + "".join(f"{','.join(row)}\n" for row in ROWS)
INDEX = members("drawn", TABLE)


@dataclass(frozen=True)
class Drawn(Strategy):
    universe = INDEX
    rebalance = monthly

    def weights(self, view: Any) -> dict[str, float]:
        now = INDEX.at(view)
        return equal(now) if now.lines else {}


@cache
def run() -> Result:
    bars = {}
    for name, closes in CLOSES.items():
        days = [day for day, close in zip(DAYS, closes, strict=True) if close]
        prices = [close for close in closes if close]
        if prices:
            bars[name] = line(name, days, prices, open=[prices[0], *prices[:-1]])
    wanted: Any = {
        "engine": "kernel", "start": DAYS[START], "cash": CASH, "cash_rate": "0%",
        "lots": Lots.FRACTIONAL, "costs": CostTable.NONE,
    }  # fmt: skip
    return result_of(run_strategy(Drawn(), Made(bars), Settings(**wanted)))


def is_member(row: list[str], day: str) -> bool:
    """By the table alone, whoever knew of it."""
    return row[1] <= day and (not row[2] or day <= row[2])


def to_hold(at: int) -> list[str]:
    """Members whose row was known before the day, with a price then and on the next session."""
    now = {row[0] for row in ROWS if is_member(row, DAYS[at]) and (row[3] or row[1]) < DAYS[at]}
    return [name for name in NAMES if name in now and CLOSES[name][at] and CLOSES[name][at + 1]]


def test_who_is_held_when_follows_from_the_table_and_raw_prices() -> None:
    rows = list(csv.DictReader(io.StringIO(run().fills.to_csv(index=False))))
    cash, held, last, equity = CASH, dict.fromkeys(NAMES, 0.0), dict[str, float](), []
    wanted: list[str] | None = None
    left = 0
    for at in range(START, len(DAYS)):
        before = dict(last)
        for name in NAMES:
            if held[name] and CLOSES[name][at] is None:  # paid off at its last close
                cash, held[name] = cash + held[name] * before[name], 0.0
        for row in rows:
            if row["session"][:10] == DAYS[at]:
                assert float(row["price"]) == pytest.approx(before[row["asset"]], rel=1e-12)
                cash -= float(row["quantity"]) * before[row["asset"]]
                held[row["asset"]] += float(row["quantity"])
        if wanted is not None:
            worth = equity[-1]
            for name in NAMES:
                units = worth / len(wanted) / before[name] if name in wanted else 0.0
                left += bool(held[name] == 0 and name in before and name not in wanted)
                assert held[name] == pytest.approx(units, rel=1e-9, abs=1e-7), (DAYS[at], name)
        last |= {name: price for name in NAMES if (price := CLOSES[name][at])}
        equity.append(cash + fsum(units * last[name] for name, units in held.items() if units))
        first = at == START or (at + 1 < len(DAYS) and DAYS[at][:7] != DAYS[at + 1][:7])
        wanted = to_hold(at) if first and at + 1 < len(DAYS) else None
    assert run().equity.tolist() == pytest.approx(equity, rel=1e-12)
    assert left > 20


def test_survivorship_follows_from_the_table_and_raw_prices() -> None:
    days = range(START, len(DAYS))
    there, priced, worst = set(), set(), (-1.0, "")
    lacking = whole = 0
    for at in days:
        now = {row[0] for row in ROWS if is_member(row, DAYS[at])}
        quoted = {name for name in now if CLOSES[name][at]}
        there |= now
        priced |= quoted
        lacking, whole = lacking + len(now - quoted), whole + len(now)
        if now and len(now - quoted) / len(now) > worst[0] + 1e-12:
            worst = len(now - quoted) / len(now), DAYS[at]
    (row,) = run().manifest["memberships"]
    assert (row["members"], row["priced"]) == (len(there), len(priced))
    assert row["missing"] == sorted(there - priced) == ["M0", "M1"]
    assert row["share"] == pytest.approx(lacking / whole)
    assert (row["worst"], row["worst_day"]) == (pytest.approx(worst[0]), worst[1])
    assert date.fromisoformat(row["worst_day"])
