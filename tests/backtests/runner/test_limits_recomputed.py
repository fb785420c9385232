"""Each limit alone, decision by decision: which orders had to come, from raw prices and by hand.

A run is free of costs and in fractions, so that an order is what its weights say. Nothing of the
product is asked but the tables that it has saved, and its page.
"""

from __future__ import annotations

import csv
import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backtests import Result, run
from reports import write_pages
from tests.support.price_files import HEADER
from tests.support.small_runs import strategy_file
from tests.support.two_lines import DAYS

LINES = ("A", "B", "C", "D")
CAPITAL = 50_000.0
BODY = """
universe = (Sleeve("east", ("A", "B")), "C", "D")
rebalance = monthly
def weights(self, view):
    return PLANS[view.today.month % 3]
"""
PLANS = (
    {"A": 0.5, "B": 0.2, "C": 0.1, "D": 0.2},
    {"A": 0.1, "B": 0.3, "C": 0.4, "D": 0.2},
    {"B": 0.45, "C": 0.25, "D": 0.3},
)
Weights = dict[str, float]
Rule = Callable[[Weights, Weights], Weights]


def fixed_at(share: float, *group: str) -> Callable[[Weights], Weights]:
    """A group at a share of equity, the others at what is left: both keep their proportions."""

    def moved(wanted: Weights) -> Weights:
        own = sum(wanted.get(name, 0.0) for name in group)
        rest = sum(wanted.values())
        into = {n: w * (rest - share) / (rest - own) for n, w in wanted.items() if n not in group}
        return into | {n: wanted[n] * share / own if own else share for n in group if n in wanted}

    return moved


def line_cap(wanted: Weights, held: Weights) -> Weights:
    """A at most 0.3."""
    return fixed_at(0.3, "A")(wanted) if wanted.get("A", 0.0) > 0.3 else wanted


def line_floor(wanted: Weights, held: Weights) -> Weights:
    """A at least 0.15, wanted or not."""
    wanted = {"A": 0.0, **wanted}
    return fixed_at(0.15, "A")(wanted) if wanted["A"] < 0.15 else wanted


def sleeve_cap(wanted: Weights, held: Weights) -> Weights:
    """A and B together at most 0.42."""
    east = wanted.get("A", 0.0) + wanted.get("B", 0.0)
    return fixed_at(0.42, "A", "B")(wanted) if east > 0.42 else wanted


def sleeve_floor(wanted: Weights, held: Weights) -> Weights:
    """A and B together at least 0.5."""
    east = wanted.get("A", 0.0) + wanted.get("B", 0.0)
    return fixed_at(0.5, "A", "B")(wanted) if east < 0.5 else wanted


def turnover(wanted: Weights, held: Weights) -> Weights:
    """Half of all moves at most 0.12; what is in debt is paid back first."""
    moves = {n: wanted.get(n, 0.0) - held[n] for n in LINES}
    part = min(1.0, 0.12 / (sum(abs(move) for move in moves.values()) / 2))
    return affordable({n: held[n] + part * move for n, move in moves.items()}, held)


def affordable(weights: Weights, held: Weights) -> Weights:
    """Purchases shrink by one factor to the 1 that was wanted in all."""
    above = sum(weights.values()) - 1
    more = {n: w - held[n] for n, w in weights.items() if w > held[n]}
    if above <= 0 or not more:
        return weights
    return weights | {n: held[n] + m * (1 - above / sum(more.values())) for n, m in more.items()}


def without(kept: set[str], wanted: Weights, held: Weights) -> Weights:
    """Some lines stay."""
    return affordable({n: held[n] if n in kept else wanted.get(n, 0.0) for n in LINES}, held)


def band(wanted: Weights, held: Weights) -> Weights:
    """No trade within 0.11 of the target; what is wanted no more is sold."""
    return without({n for n, w in wanted.items() if abs(w - held[n]) <= 0.11}, wanted, held)


def relative_band(wanted: Weights, held: Weights) -> Weights:
    """No trade within 60 % of the target."""
    return without({n for n, w in wanted.items() if abs(w - held[n]) <= 0.6 * w}, wanted, held)


def order(wanted: Weights, held: Weights, equity: float = CAPITAL) -> Weights:
    """No order below 6,000, again and again: what is left out shrinks the others."""
    kept: set[str] = set()
    while True:
        weights = without(kept, wanted, held)
        small = {n for n in wanted if 0 < abs(weights[n] - held[n]) * equity < 6000} - kept
        if not small:
            return weights
        kept |= small


CASES: dict[str, tuple[str, Rule]] = {
    "cap = {A = 0.3}": ("cap or floor", line_cap),
    "floor = {A = 0.15}": ("cap or floor", line_floor),
    "cap = {east = 0.42}": ("cap or floor", sleeve_cap),
    "floor = {east = 0.5}": ("cap or floor", sleeve_floor),
    "turnover = 0.12": ("turnover", turnover),
    "band = 0.11": ("band", band),
    'band = "60%"': ("band", relative_band),
    "order = 6000": ("order", order),
    "over = 3": ("", lambda wanted, held: wanted),
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Four lines that move at random and pay nothing."""
    folder = tmp_path_factory.mktemp("limits")
    (folder / "prices").mkdir()
    lot = np.random.default_rng(17)
    for name in LINES:
        closes = 40 * np.exp(np.cumsum(lot.normal(0.0003, 0.012, 260)))
        opens = np.append(40.0, closes[:-1]) * np.exp(lot.normal(0, 0.001, 260))
        pairs = zip(DAYS, opens.tolist(), closes.tolist(), strict=False)
        rows = [f"{day},{o!r},{max(o, c)!r},{min(o, c)!r},{c!r},{c!r},1000000,0,0"
                for day, o, c in pairs]  # fmt: skip
        text = "\n".join([HEADER, *rows]) + "\n"
        (folder / "prices" / f"{name}.csv").write_text(text, encoding="utf-8")
    strategy_file(folder, f"PLANS = {PLANS}\n{BODY}".replace("return PLANS", "return self.PLANS"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(folder / "data"))
        patch.chdir(folder)
        yield folder


def within(shop: Path, limits: str) -> Result:
    result = run(
        "s.py:S", "prices", limits=limits, costs="none", lots="fractional", cash=CAPITAL,
        cash_rate="0%", credit_spread=0.0, start=DAYS[3], verdict=False, verify=True,
    )  # fmt: skip
    result.save(shop / "run", partial(write_pages, tearsheet=False))
    return result


def closes(shop: Path) -> dict[str, dict[str, float]]:
    table = {}
    for name in LINES:
        with (shop / "prices" / f"{name}.csv").open(encoding="utf-8") as file:
            table[name] = {row["Date"]: float(row["Close"]) for row in csv.DictReader(file)}
    return table


def filled(shop: Path) -> dict[str, dict[str, float]]:
    """Units by session and line."""
    fills: dict[str, dict[str, float]] = defaultdict(dict)
    for fill in pd.read_parquet(shop / "run" / "fills.parquet").to_dict("records"):
        fills[f"{fill['session']:%Y-%m-%d}"][fill["asset"]] = fill["quantity"]
    return fills


@dataclass
class Hand:
    """What had to come: orders by session and line, and wanted, held and allowed by decision."""

    orders: dict[str, Weights]
    changed: dict[tuple[str, str], tuple[float, float, float]]
    decisions: list[str]


def by_hand(shop: Path, rule: Rule, parts: int) -> Hand:
    """Each decision on what the fills so far have left, at the closes of its session."""
    close, fills = closes(shop), filled(shop)
    equity = pd.read_parquet(shop / "run" / "equity.parquet")["equity"]
    days, units = [f"{day:%Y-%m-%d}" for day in equity.index], dict.fromkeys(LINES, 0.0)
    ends = [day for day, other in itertools.pairwise(days) if day[:7] != other[:7]]
    hand = Hand({}, {}, [days[0], *ends])
    for place, (day, worth) in enumerate(zip(days, equity.tolist(), strict=True)):
        for name, size in fills.get(day, {}).items():
            units[name] += size
        if day not in hand.decisions:
            continue
        wanted = PLANS[int(day[5:7]) % 3]
        held = {n: units[n] * close[n][day] / worth for n in LINES}
        allowed = order(wanted, held, worth) if rule is order else rule(wanted, held)
        for name in LINES:
            asked, given = wanted.get(name, 0.0), allowed.get(name, 0.0)
            if abs(asked - given) > 1e-12:
                hand.changed[day, name] = asked, held[name], given
            size = given * worth / close[name][day] - units[name]
            if abs(size) > 1e-9 * max(abs(units[name]), 1):
                for later in days[place + 1 :][:parts]:
                    hand.orders.setdefault(later, {})[name] = size / parts
    return hand


@pytest.mark.parametrize("limits", CASES)
def test_orders_are_those_that_had_to_come(shop: Path, limits: str) -> None:
    (word, rule), result = CASES[limits], within(shop, limits)
    parts = 3 if limits.startswith("over") else 1
    hand, fills = by_hand(shop, rule, parts), filled(shop)
    assert fills.keys() == hand.orders.keys()
    for day, orders in hand.orders.items():
        assert fills[day] == pytest.approx(orders), day
    rows = {
        (f"{row['session']:%Y-%m-%d}", row["asset"]): (row["wanted"], row["held"], row["allowed"])
        for row in result.limited.to_dict("records")
    }
    assert rows.keys() == hand.changed.keys()
    for key, figures in hand.changed.items():
        assert rows[key] == pytest.approx(figures, abs=1e-9), key
    assert set(result.limited["limits"]) <= {word, f"{word}, cash", "cash"}
    page = (shop / "run" / "details.html").read_text(encoding="utf-8")
    section = page.partition("What limits changed</h2>")[2].partition("</section>")[0]
    shown = re.findall(r"<tr>.*?(\d{4}-\d\d-\d\d).*?</tr>", section, re.DOTALL)
    assert sorted(shown) == sorted(day for day, _ in hand.changed)
    if parts == 3:
        assert "Orders fill over 3 sessions, in equal parts" in section
        assert f"No limit changed a weight of the {len(hand.decisions)} decisions" in section
    else:
        days = {day for day, _ in hand.changed}
        assert f"In {len(days)} of {len(hand.decisions)} decisions" in section
        assert len(hand.changed) >= 8
