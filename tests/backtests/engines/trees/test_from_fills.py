"""A tree two deep recomputed from the fills of its runs and raw prices: plain floats, no desk.

Opens are the closes before and lots fractional, so an order fills whole at the price that it was
sized at: what an account wanted at a close is what it holds after the next open.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from math import fsum
from typing import Any

import pytest

from backtests.records.from_run import result_of
from backtests.records.result import Result
from backtests.runner.run_strategy import run_strategy
from backtests.settings import Lots, Settings
from newsfolio import Costs, Fixed, Strategy, drift_band, monthly, quarterly, weekly
from tests.support.switch import Made
from tests.support.trees import walk

CASH, FEE, SPREAD = 500_000.0, 0.002, 0.0008
BARS = walk(21, 300, 4)
CLOSES = {name: bars.frame["close"].tolist() for name, bars in BARS.items()}
DAYS = [f"{day:%Y-%m-%d}" for day in BARS["A"].frame.index]
WANTED: Any = {
    "start": DAYS[20], "engine": "kernel", "cash": CASH, "cash_rate": "0%", "credit_spread": 0.0,
    "lots": Lots.FRACTIONAL, "costs": Costs(f"{FEE:%}", half_spread=SPREAD, taxes=False),
}  # fmt: skip

SIXTY = Fixed(mix=((0.6, "A"), (0.4, "B")), schedule=monthly)
EVEN = Fixed(mix=((0.5, "B"), (0.4, "C")), schedule=weekly)
TURNED = Fixed(mix=((0.7, "C"), (0.3, "A")), schedule=monthly)
INNER_MIX = {"sixty": 0.5, "even": 0.5}
INNER = Fixed(mix=((0.5, SIXTY), (0.5, EVEN)), schedule=quarterly | drift_band(0.02))
TREE_MIX = {"inner": 0.6, "turned": 0.3, "D": 0.1}
TREE = Fixed(mix=((0.6, INNER), (0.3, TURNED), (0.1, "D")), schedule=quarterly)

Units = dict[str, float]
Orders = dict[tuple[int, str], float]


@dataclass
class Book:
    """Of the fills table alone, by place of a day: equity, units, and what the fills cost."""

    equity: list[float] = field(default_factory=list)
    units: list[Units] = field(default_factory=list)
    paid: dict[int, float] = field(default_factory=dict)


def product(strategy: Strategy) -> Result:
    return result_of(run_strategy(strategy, Made(BARS), Settings(**WANTED)))


@cache
def tree_run() -> Result:
    return product(TREE)


@cache
def book_of(strategy: Strategy) -> Book:
    """The account that the fills of a run make, from its first day on; before it, cash."""
    run = tree_run() if strategy == TREE else product(strategy)
    rows = list(csv.DictReader(io.StringIO(run.fills.to_csv(index=False))))
    book, cash, held = Book(), CASH, dict.fromkeys(CLOSES, 0.0)
    for place, day in enumerate(DAYS):
        paid = []
        for row in rows:
            if row["session"][:10] != day:
                continue
            size, opened = float(row["quantity"]), CLOSES[row["asset"]][place - 1]
            side = 1 if size > 0 else -1
            money = abs(size) * opened * (1 + side * SPREAD)
            assert float(row["price"]) == pytest.approx(opened * (1 + side * SPREAD), rel=1e-12)
            assert float(row["fee"]) == pytest.approx(FEE * money, rel=1e-9)
            cash -= side * money + FEE * money
            held[row["asset"]] += size
            paid.append(FEE * money + abs(size) * opened * SPREAD)
        book.paid[place] = fsum(paid)
        book.units.append(dict(held))
        book.equity.append(cash + fsum(units * CLOSES[n][place] for n, units in held.items()))
    return book


def goal(strategy: Strategy, place: int) -> Units:
    """What an account holds once the orders of a close have filled, at the next open."""
    if place + 1 >= len(DAYS) or place < 20:
        return dict.fromkeys(CLOSES, 0.0)
    return book_of(strategy).units[place + 1]


def ends(period: str) -> list[int]:
    """Closes on which a period ends, and the first of the run: by the dates alone."""

    def key(day: str) -> str:
        year, month, _ = day.split("-")
        return f"{year}-{(int(month) - 1) // (3 if period == 'quarter' else 1)}"

    last = [p for p in range(20, len(DAYS) - 1) if key(DAYS[p]) != key(DAYS[p + 1])]
    return [20, *(place for place in last if place > 20)]


def decisions(strategy: Strategy, mix: Mapping[str, float], band: float | None) -> list[int]:
    """Closes on which a parent decides: its quarters, and where a share has left its band."""
    marks, since, made = set(ends("quarter")), 20, list[int]()
    for place in range(20, len(DAYS)):
        worth = {part: nav(part, place) / nav(part, since) * share for part, share in mix.items()}
        whole = fsum(worth.values()) + 1 - fsum(mix.values())
        far = band is not None and max(abs(worth[p] / whole - mix[p]) for p in mix) > band
        if place in marks or (made and far):
            made.append(place)
            since = place
    return made


LEGS: dict[str, Strategy] = {"sixty": SIXTY, "even": EVEN, "turned": TURNED, "inner": INNER}


def nav(part: str, place: int) -> float:
    return book_of(LEGS[part]).equity[place] if part in LEGS else CLOSES[part][place]


def multiples(
    strategy: Strategy, mix: Mapping[str, float], band: float | None
) -> list[dict[str, float]]:
    """Units of a parent's account for each of a part's, after each close."""
    book, made = book_of(strategy), set(decisions(strategy, mix, band))
    after, rows = dict.fromkeys(mix, 0.0), []
    for place in range(len(DAYS)):
        if place in made and place + 1 < len(DAYS):
            after = shared_out(book, mix, place)
        rows.append(after)
    return rows


def shared_out(book: Book, mix: Mapping[str, float], place: int) -> dict[str, float]:
    """Multiples at a decision: from 0, what is kept aside is raised to what the orders cost."""
    kept = 0.0
    for _ in range(20):
        money = book.equity[place] - kept
        after = {part: share * money / nav(part, place) for part, share in mix.items()}
        orders = {name: -units for name, units in book.units[place].items()}
        for part, multiple in after.items():
            for name, units in (goal(LEGS[part], place) if part in LEGS else {part: 1.0}).items():
                orders[name] += multiple * units
        costs = price({(place, name): size for name, size in orders.items()})
        if costs <= kept:
            break
        kept = costs
    return after


def price(orders: Orders) -> float:
    """What orders of closes cost at the next opens, by day and line."""
    return fsum(
        abs(size) * CLOSES[name][at] * (SPREAD + FEE * (1 + (SPREAD if size > 0 else -SPREAD)))
        for (at, name), size in orders.items()
    )


def turnover(orders: Orders) -> float:
    days = date.fromisoformat(DAYS[-1]) - date.fromisoformat(DAYS[20])
    equity = book_of(TREE).equity
    moved = fsum(abs(size) * CLOSES[name][at] / equity[at] for (at, name), size in orders.items())
    return moved / 2 / (days.days / 365.25)


def leaf_orders(strategy: Strategy, scale: list[float]) -> Orders:
    """What a leg changed of its own, at the size that it has after the close."""
    return {
        (at, name): scale[at] * change
        for at in range(20, len(DAYS) - 1)
        for name in CLOSES
        if (change := goal(strategy, at)[name] - goal(strategy, at - 1)[name])
    }


def moved_orders(rows: list[dict[str, float]], scale: list[float]) -> Orders:
    """What a parent moved: its new multiples of what its parts wanted before."""
    orders: Orders = {}
    for at in range(20, len(DAYS) - 1):
        for part in rows[at]:
            change = rows[at][part] - (rows[at - 1][part] if at > 20 else 0.0)
            wanted = goal(LEGS[part], at - 1) if part in LEGS else {part: 1.0}
            for name, units in wanted.items():
                if change * units:
                    orders[at, name] = orders.get((at, name), 0.0) + scale[at] * change * units
    return orders


def added(*parts: Orders) -> Orders:
    total: Orders = {}
    for orders in parts:
        for key, size in orders.items():
            total[key] = total.get(key, 0.0) + size
    return total


def earned(part: str, scale: list[float]) -> float:
    return fsum(scale[p] * (nav(part, p + 1) - nav(part, p)) for p in range(20, len(DAYS) - 1))


def test_equity_is_cash_and_units_of_the_fills() -> None:
    equity = tree_run().equity.tolist()
    assert book_of(TREE).equity[20:] == pytest.approx(equity, rel=1e-12)


def test_the_account_holds_its_multiples_of_what_its_legs_hold() -> None:
    outer, inner = multiples(TREE, TREE_MIX, None), multiples(INNER, INNER_MIX, 0.02)
    assert len(decisions(INNER, INNER_MIX, 0.02)) > len(ends("quarter"))  # the band counts
    for place in range(20, len(DAYS) - 1):
        m, n = outer[place], inner[place]
        for name in CLOSES:
            units = m["turned"] * goal(TURNED, place)[name] + (m["D"] if name == "D" else 0.0)
            for part in INNER_MIX:
                units += m["inner"] * n[part] * goal(LEGS[part], place)[name]
            assert goal(TREE, place)[name] == pytest.approx(units, rel=1e-9, abs=1e-6)


Row = tuple[str, int, float, float, float | None]
"""Kind, depth, earned, costs, turnover."""


def page() -> list[Row]:
    """The rows of the page, from fills and prices alone."""
    outer, inner = multiples(TREE, TREE_MIX, None), multiples(INNER, INNER_MIX, 0.02)
    scale = {part: [row[part] for row in outer] for part in TREE_MIX}
    scale |= {
        part: [size * row[part] for size, row in zip(scale["inner"], inner, strict=True)]
        for part in INNER_MIX
    }
    orders = {part: leaf_orders(LEGS[part], scale[part]) for part in ("sixty", "even", "turned")}
    inner_moves, moves = moved_orders(inner, scale["inner"]), moved_orders(outer, [1.0] * len(DAYS))
    orders["inner"] = added(orders["sixty"], orders["even"], inner_moves)
    net = added(orders["inner"], orders["turned"], moves)
    inside = price(orders["sixty"]) + price(orders["even"]) + price(inner_moves)
    inside -= price(orders["inner"])
    saved = price(orders["inner"]) + price(orders["turned"]) + price(moves) - price(net)
    assert min(saved, inside) > 1  # dollars: orders do cross
    won = {part: earned(part, sizes) for part, sizes in scale.items()}
    gained, whole = book_of(TREE).equity[-1] - CASH, fsum(book_of(TREE).paid.values())
    rest = gained - fsum(won[part] for part in TREE_MIX) - saved

    def leg(part: str, depth: int) -> Row:
        return "leg", depth, won[part], price(orders[part]), turnover(orders[part])

    return [
        leg("inner", 0), leg("sixty", 1), leg("even", 1),
        ("moves", 1, 0.0, price(inner_moves), turnover(inner_moves)),
        ("netting", 1, inside, -inside, None),
        leg("turned", 0),
        ("moves", 0, won["D"], price(moves), turnover(moves)),
        ("netting", 0, saved, -saved, None),
        ("rest", 0, rest, whole - price(net), None),
        ("whole", 0, gained, whole, None),
    ]  # fmt: skip


def test_the_page_of_legs_follows_from_fills_and_prices() -> None:
    shown, expected = list(tree_run().manifest["legs"]), page()
    assert [(row["kind"], row["depth"]) for row in shown] == [row[:2] for row in expected]
    for row, (kind, _, money, costs, traded) in zip(shown, expected, strict=True):
        assert row["earned"] == pytest.approx(money, rel=1e-6, abs=0.01), (kind, row["name"])
        assert row["costs"] == pytest.approx(costs, rel=1e-6, abs=0.01), (kind, row["name"])
        assert row["turnover"] == (None if traded is None else pytest.approx(traded, rel=1e-6))
    rest, whole = (row["earned"] or 0.0 for row in shown[-2:])
    assert abs(rest) < 0.05 * abs(whole)


@pytest.mark.parametrize(
    ("place", "part"), [(0, "inner"), (1, "sixty"), (2, "even"), (5, "turned")]
)
def test_what_a_leg_did_alone_is_its_own_run(place: int, part: str) -> None:
    row = tree_run().manifest["legs"][place]
    assert row["total"] == pytest.approx(nav(part, len(DAYS) - 1) / CASH - 1, rel=1e-9)
    scale = multiples(TREE, TREE_MIX, None)
    inside = multiples(INNER, INNER_MIX, 0.02)
    shares = []
    for at in range(20, len(DAYS)):
        size = scale[at]["inner"] * inside[at][part] if part in INNER_MIX else scale[at][part]
        shares.append(size * nav(part, at) / book_of(TREE).equity[at])
    assert row["share"] == pytest.approx(fsum(shares) / len(shares), rel=1e-9)
