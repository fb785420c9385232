"""An account in euros of lines in dollars, with money in pounds: recomputed from raw files alone.

Nothing of the product is asked but the tables that a run has saved and its headline figures.
"""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import pyxirr

from backtests import Result, load, run
from tests.support.price_files import HEADER
from tests.support.small_runs import strategy_file
from tests.support.two_lines import BODY, DAYS, prices

FIRST, CAPITAL, DEBT = DAYS[5], 50_000.0, 0.015
FLOWS = (
    "500 USD monthly; -2% quarterly; -300 GBP monthly linked cpi since 2023-07-01; "
    "4000 2023-03-04; -1500 2023-05-10 into targets; 2500 2023-11-08 into targets; "
    "800 2024-02-07; -800 EUR 2024-02-07; -300 2024-02-07"
)
CPI = {"2022-12-13": 100.0, "2023-08-10": 104.0, "2023-11-29": 103.0, "2024-06-12": 108.0}
TARGETS = {"2023-05-10": -1500.0, "2023-11-08": 2500.0}
MIXES = {
    "strategy": ({"A": 0.6, "B": 0.4}, "quarterly"),
    "half": ({"A": 0.5, "B": 0.5}, "monthly"),
    "benchmark": ({"B": 1.0}, "monthly"),
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Prices in dollars, two exchange rates, an inflation table, a strategy."""
    folder = tmp_path_factory.mktemp("foreign")
    prices(folder / "prices")
    lot = np.random.default_rng(11)
    for pair, level in (("EURUSD=X", 1.08), ("GBPUSD=X", 1.25)):
        path = level * np.exp(np.cumsum(lot.normal(0, 0.004, len(DAYS))))
        rows = [f"{day},{r!r},{r!r},{r!r},{r!r},{r!r},0,0,0"
                for day, r in zip(DAYS, path.tolist(), strict=True)]  # fmt: skip
        text = "\n".join([HEADER, *rows]) + "\n"
        (folder / "prices" / f"{pair}.csv").write_text(text, encoding="utf-8")
    (folder / "facts").mkdir()
    rows = [f"{day},{value}" for day, value in CPI.items()]
    (folder / "facts" / "cpi.csv").write_text("\n".join(["known,value", *rows]) + "\n")
    strategy_file(folder, BODY)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(folder / "data"))
        patch.chdir(folder)
        yield folder


@pytest.fixture(scope="module")
def saved(shop: Path) -> Result:
    result = run(
        "s.py:S", "prices", flows=FLOWS, facts="facts", currency="EUR", fx="source", costs="none",
        lots="fractional", cash=CAPITAL, cash_rate="2%", credit_spread=DEBT, start=FIRST,
        end=DAYS[400], verdict=False, verify=True,
    )  # fmt: skip
    result.save(shop / "run")
    return load(shop / "run")


def column(shop: Path, name: str, field_: str) -> dict[str, float]:
    with (shop / "prices" / f"{name}.csv").open(encoding="utf-8") as file:
        return {row["Date"]: float(row[field_]) for row in csv.DictReader(file)}


@dataclass
class Money:
    """An account by hand: what it holds, was paid, and was worth at each close."""

    units: dict[str, float] = field(default_factory=lambda: {"A": 0.0, "B": 0.0})
    cash: float = CAPITAL
    orders: dict[str, float] = field(default_factory=dict)
    worth: list[float] = field(default_factory=lambda: [CAPITAL])
    curve: list[float] = field(default_factory=lambda: [CAPITAL])
    paid: dict[str, float] = field(default_factory=dict)


def payments(day: str, before: str, equity: float, rates: Mapping[str, dict[str, float]],
             ends: Mapping[str, set[str]]) -> float:  # fmt: skip
    """What the nine rules pay before the opens of a session, in euros; `before`: the last one."""
    euro, pound = rates["EURUSD=X"][before], rates["GBPUSD=X"][before]
    levels = [value for release, value in CPI.items() if release < before]
    amount = {"2023-03-06": 4000.0, "2024-02-07": -300.0, **TARGETS}.get(day, 0.0)
    if day in ends["monthly"]:
        amount += 500 / euro
        amount -= 300 * levels[-1] / 100 * pound / euro if day >= "2023-07-01" else 0.0
    return amount - (0.02 * equity if day in ends["quarterly"] else 0.0)


def played(shop: Path, mix: Mapping[str, float], schedule: str) -> Money:
    """The rules of docs/method.md in the plainest words: no costs, no lots, one venue."""
    rates = {pair: column(shop, pair, "Close") for pair in ("EURUSD=X", "GBPUSD=X")}
    opens, closes, pays = (
        {n: column(shop, n, what) for n in mix} for what in ("Open", "Close", "Dividends")
    )
    days = DAYS[5:401]
    months = [here for here, other in itertools.pairwise(DAYS[:402]) if here[:7] != other[:7]]
    ends = {"monthly": {*months}, "quarterly": {d for d in months if int(d[5:7]) % 3 == 0}}
    money, decided = Money(), False
    for before, day in [("", days[0]), *itertools.pairwise(days)]:
        euro = rates["EURUSD=X"][DAYS[DAYS.index(day) - 1]]
        if before:
            span = (date.fromisoformat(day) - date.fromisoformat(before)).days
            money.cash *= 1 + (0.02 + (DEBT if money.cash < 0 else 0.0)) * span / 360
            money.cash += sum(money.units[n] * pays[n][day] / euro for n in mix)
            money.paid[day] = payments(day, before, money.worth[-1], rates, ends)
            money.cash += money.paid[day]
            for name, size in money.orders.items():
                money.units[name] += size
                money.cash -= size * opens[name][day] / euro
            value = {n: money.units[n] * closes[n][day] / euro for n in mix}
            money.worth.append(money.cash + sum(value.values()))
            earned = money.worth[-1] / (money.worth[-2] + money.paid[day])
            money.curve.append(money.curve[-1] * earned)
        money.orders = {}
        value = {n: money.units[n] * closes[n][day] / euro for n in mix}
        gaps = {n: w * money.worth[-1] - value[n] for n, w in mix.items()}
        if day in ends[schedule] or not decided:
            decided, filled = True, 1.0
        elif day in TARGETS:
            gaps = {n: gap for n, gap in gaps.items() if gap * TARGETS[day] > 0}
            filled = min(1.0, TARGETS[day] / sum(gaps.values())) if gaps else 0.0
        else:
            continue
        money.orders = {n: filled * gap * euro / closes[n][day] for n, gap in gaps.items()}
    return money


def rate_of(days: list[date], moves: list[float]) -> float:
    """XIRR by halving."""
    low, high = -0.99, 10.0
    for _ in range(200):
        middle = (low + high) / 2
        left = sum(m / (1 + middle) ** ((d - days[0]).days / 365)
                   for d, m in zip(days, moves, strict=True))  # fmt: skip
        low, high = (middle, high) if left > 0 else (low, middle)
    return low


@pytest.mark.parametrize("name", MIXES)
def test_it_is_what_raw_files_say(shop: Path, saved: Result, name: str) -> None:
    """Equity, curve, cash and XIRR: of the strategy, its control, its benchmark."""
    money = played(shop, *MIXES[name])
    frame = pd.read_parquet(shop / "run" / "equity.parquet")
    figures = saved.manifest["metrics"][name]
    if name == "strategy":
        assert frame["equity"].tolist() == pytest.approx(money.worth, rel=1e-9)
        assert frame["time_weighted"].tolist() == pytest.approx(money.curve, rel=1e-9)
        table = pd.read_parquet(shop / "run" / "cash.parquet")
        flows = table[table["why"] == "money in and out"].groupby("session")["amount"].sum()
        theirs = {f"{day:%Y-%m-%d}": amount for day, amount in flows.items()}
        assert theirs == pytest.approx({day: paid for day, paid in money.paid.items() if paid})
    else:
        curve = pd.read_parquet(shop / "run" / "references.parquet")[name]
        assert curve.tolist() == pytest.approx(money.curve, rel=1e-9)
    assert figures["final_equity"] == pytest.approx(money.worth[-1], rel=1e-9)
    assert figures["total_return"] == pytest.approx(money.curve[-1] / CAPITAL - 1, rel=1e-9)
    days = [date.fromisoformat(day) for day in (FIRST, *money.paid, DAYS[400])]
    moves = [-CAPITAL, *(-paid for paid in money.paid.values()), money.worth[-1]]
    assert figures["money_weighted"] == pytest.approx(rate_of(days, moves), abs=1e-9)
    assert figures["money_weighted"] == pytest.approx(pyxirr.xirr(days, moves), abs=1e-9)
    assert figures["paid_in"] == pytest.approx(sum(p for p in money.paid.values() if p > 0))
    assert figures["paid_out"] == pytest.approx(-sum(p for p in money.paid.values() if p < 0))


def test_the_first_payments_as_a_hand_table(shop: Path, saved: Result) -> None:
    """31 January: 500 dollars at the close of the 30th. 31 July: 300 pounds at a level of 100."""
    euro, pound = (column(shop, pair, "Close") for pair in ("EURUSD=X", "GBPUSD=X"))
    cash = saved.cash[saved.cash["why"] == "money in and out"].set_index("session")["amount"]
    assert cash["2023-01-31"] == pytest.approx(500 / euro["2023-01-30"])
    assert cash["2023-03-06"] == 4000.0  # the Monday after the Saturday
    july = (500 - 300 * pound["2023-07-28"]) / euro["2023-07-28"]
    assert cash["2023-07-31"] == pytest.approx(july)
    august = (500 - 300 * 1.04 * pound["2023-08-30"]) / euro["2023-08-30"]
    assert cash["2023-08-31"] == pytest.approx(august)
    assert cash["2024-02-07"] == pytest.approx(-300.0)  # three of a day add up
