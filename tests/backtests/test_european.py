"""A European's portfolio in euros, over Easter 2025, to the cent against a calculation by hand.

The files are in yfinance's shapes, prices and rates invented around those of the days; exchange
rates are the ECB's. The hand knows none of the product's code: it takes the figures below, the
rules of docs/method.md and the rates of the fee tables, and adds up.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from math import floor
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from backtests import run
from backtests.records.result import Result
from tests.support.small_runs import strategy_file

VWCE = """10 119.20 118.64, 11 117.90 117.12, 14 119.00 119.48, 15 119.60 120.30, 16 119.42 118.76,
    17 118.90 118.52, 22 116.98 117.84, 23 119.90 120.72, 24 120.10 121.36, 25 121.90 122.44,
    28 122.60 122.18, 29 122.30 122.92, 30 122.80 121.74"""
EUNA = """10 4.871 4.866, 11 4.858 4.861, 14 4.870 4.882, 15 4.883 4.885, 16 4.887 4.893,
    17 4.894 4.889, 22 4.878 4.884, 23 4.889 4.901, 24 4.903 4.911, 25 4.908 4.906, 28 4.905 4.910,
    29 4.912 4.915, 30 4.914 4.919"""
VOD = """10 66.80 66.42, 11 66.50 67.14, 14 67.60 68.22, 15 68.30 68.94, 16 68.80 69.36,
    17 69.40 69.12, 22 69.60 70.58, 23 71.00 71.42, 24 69.30 69.88, 25 70.10 70.54, 28 70.60 71.12,
    29 71.30 70.96, 30 71.00 71.38"""
TOYOTA = """10 2478 2466.5, 11 2390 2411, 14 2440 2452, 15 2470 2489.5, 16 2481 2455, 17 2460 2474,
    18 2483.5 2512, 21 2490 2468.5, 22 2471 2483, 23 2530 2561.5, 24 2570 2588, 25 2601 2622,
    28 2590 2604.5, 30 2615 2639"""
BITCOIN = """10 82573.95 79626.14, 11 79625.05 83404.84, 12 83404.53 85287.11, 13 85279.47 83684.98,
    14 83694.52 84542.39, 15 84539.70 83668.99, 16 83674.51 84033.87, 17 84030.67 84895.75,
    18 84900.19 84450.80, 19 84450.87 85063.41, 20 85066.07 85174.30, 21 85171.54 87518.91,
    22 87521.88 93441.89, 23 93427.59 93699.11, 24 93692.40 93943.80, 25 93954.25 94720.50,
    26 94714.65 94646.93, 27 94660.91 93754.84, 28 93755.27 94978.75, 29 94981.80 94284.79,
    30 94288.24 94207.31"""
EURO = """10 1.1082 0.85755 161.28, 11 1.1346 0.86678 162.07, 14 1.1377 0.86383 162.97,
    15 1.1324 0.8557 161.85, 16 1.1355 0.85618 162.09, 17 1.136 0.85873 161.98,
    22 1.1476 0.85858 161.05, 23 1.1415 0.85793 161.68, 24 1.1376 0.855 162.16,
    25 1.1357 0.8531 162.8, 28 1.1358 0.8514 162.8, 29 1.1373 0.8498 162.28,
    30 1.1373 0.8518 162.68"""
"""Of April 2025: the day, then open and close; of the euro US dollars, pounds and yen."""


def table(text: str) -> dict[int, list[float]]:
    rows = (row.split() for row in text.split(","))
    return {int(day): [float(figure) for figure in figures] for day, *figures in rows}


# --- the folder, in yfinance's shapes ----------------------------------------------------------

HISTORY = "Date,Open,High,Low,Close,Adj Close,Volume,Dividends,Stock Splits"


def history(text: str, zone: str, ex: int, paid: float, fallen: float) -> str:
    """`Ticker.history(auto_adjust=False).to_csv()`; before `ex` Adj Close is `1 - fallen`."""
    lines = [HISTORY]
    for day, (opened, close) in table(text).items():
        prices = f"{opened},{max(opened, close)},{min(opened, close)},{close}"
        adjusted = close * (1 - fallen) if day < ex else close
        dividend = paid if day == ex else 0.0
        lines.append(f"2025-04-{day} 00:00:00{zone},{prices},{adjusted},{9e6 + day},{dividend},0.0")
    return "\n".join(lines) + "\n"


def site(text: str) -> str:
    """As Yahoo's site gave it to save."""
    lines = ["Date,Open,High,Low,Close,Adj Close,Volume"]
    for day, (opened, close) in table(text).items():
        prices = f"{opened},{max(opened, close)},{min(opened, close)},{close},{close}"
        lines.append(f"2025-04-{day},{prices},{30_000_000_000 + day}")
    return "\n".join(lines) + "\n"


def download(**lines: str) -> str:
    """`download([...]).to_csv()`: fields beside each other, a column a ticker."""
    tickers = [name.replace("_", ".") for name in lines]
    tables = [table(text) for text in lines.values()]
    fields = ("Close", "High", "Low", "Open", "Volume")
    head = ["Price", *(field for field in fields for _ in tickers)]
    rows: list[list[Any]] = [
        head,
        ["Ticker", *tickers * len(fields)],
        ["Date", *[""] * (len(head) - 1)],
    ]
    for day in tables[0]:
        bars = [table[day] for table in tables]
        closes, opens = [bar[1] for bar in bars], [bar[0] for bar in bars]
        cells = [closes, map(max, bars), map(min, bars), opens, [70_000 + day for _ in bars]]
        rows.append([f"2025-04-{day}", *(cell for column in cells for cell in column)])
    return "\n".join(",".join(map(str, row)) for row in rows) + "\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """VOD.L pays 0.0225 pounds beside its price in pence, which fell by 2.25 of 71.42."""
    folder = tmp_path_factory.mktemp("european")
    for name, text in {
        "download.csv": download(VWCE_DE=VWCE, EUNA_DE=EUNA),
        "VOD.L.csv": history(VOD, "+01:00", ex=24, paid=0.0225, fallen=2.25 / 71.42),
        "7203.T.csv": history(TOYOTA, "+09:00", ex=28, paid=40.0, fallen=40 / 2622),
        "BTC-USD.csv": site(BITCOIN),
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


STRATEGY = """
universe = ("VWCE.DE", "EUNA.DE", "VOD.L", "7203.T", "BTC-USD")
rebalance = weekly

def weights(self, view):
    if f"{view.today}" == "2025-04-15":
        return dict(zip(self.universe, (0.33, 0.25, 0.15, 0.15, 0.05)))
    if f"{view.today}" == "2025-04-17":
        return dict(zip(self.universe, (0.33, 0.255, 0.10, 0.20, 0.055)))
"""
FIRST = {"VWCE.DE": 0.33, "EUNA.DE": 0.25, "VOD.L": 0.15, "7203.T": 0.15, "BTC-USD": 0.05}
SECOND = {"VWCE.DE": 0.33, "EUNA.DE": 0.255, "VOD.L": 0.10, "7203.T": 0.20, "BTC-USD": 0.055}


# --- by hand ------------------------------------------------------------------------------------

LINES = {
    "VWCE.DE": table(VWCE),
    "EUNA.DE": table(EUNA),
    "VOD.L": {day: [pence / 100 for pence in row] for day, row in table(VOD).items()},
    "7203.T": table(TOYOTA),
    "BTC-USD": table(BITCOIN),
}
MONEY = {"VWCE.DE": "EUR", "EUNA.DE": "EUR", "VOD.L": "GBP", "7203.T": "JPY", "BTC-USD": "USD"}
LOTS = {"7203.T": 100.0, "BTC-USD": 1e-8}
PER_EURO = {
    day: {"USD": dollars, "GBP": pounds, "JPY": yen}
    for day, (dollars, pounds, yen) in table(EURO).items()
}
SESSIONS = (15, 16, 17, 18, 21, 22, 23, 24, 25, 28, 29, 30)
"""Xetra and London are closed from the 18th to the 21st, Tokyo on the 29th."""
SPREAD = 0.0005
"""Half of it, of any line that nobody has looked at."""


def euros(currency: str, day: int, *, before: bool) -> float:
    """Of one unit: by the fixing of a day, or the one before it; the last there is."""
    if currency == "EUR":
        return 1.0
    days = [fixed for fixed in PER_EURO if (fixed < day if before else fixed <= day)]
    return 1 / PER_EURO[max(days)][currency]


def moved(price: float, quantity: float) -> float:
    """What is paid or got: half the spread from the price."""
    return price * (1 + SPREAD if quantity > 0 else 1 - SPREAD)


@dataclass
class Hand:
    """The account. own: 0.1 % a deal, a euro at least; saved: cash earns what a deposit does."""

    own: bool
    saved: bool
    cash: float = 100_000.0
    held: dict[str, float] = field(default_factory=lambda: dict.fromkeys(MONEY, 0.0))
    fills: list[tuple[int, str, float, float, float]] = field(default_factory=list)
    equity: list[float] = field(default_factory=list)

    def fee(self, line: str, quantity: float, price: float, day: int) -> float:
        """In the money of the line: stamp duty on purchases in London, and commission."""
        value = abs(quantity) * price
        tax = 0.005 * value if line == "VOD.L" and quantity > 0 else 0.0
        if self.own:
            return tax + max(0.001 * value, 1 / euros(MONEY[line], day, before=True))
        return tax + (0.001 * value if line == "BTC-USD" else 0.0)

    def trade(self, day: int, line: str, wanted: float, opened: float) -> None:
        """At the opening and half the spread, by the fixing of the day before."""
        quantity = wanted - self.held[line]
        if not quantity:
            return
        price = moved(opened, quantity)
        rate = euros(MONEY[line], day, before=True)
        fee = self.fee(line, quantity, price, day) * rate
        self.cash -= quantity * price * rate + fee
        self.held[line] = wanted
        self.fills.append((day, line, quantity, price, fee))
        assert self.cash > 0  # so no purchase had to be cut

    def interest(self, day: int, since: int) -> None:
        """2.5 % until the 22nd, and 2.25 % from the 23rd on, as in force on the day before."""
        rate = (0.025 if day - 1 < 23 else 0.0225) if self.saved else 0.0
        self.cash += self.cash * rate * (day - since) / 360

    def close(self, day: int) -> None:
        worth = 0.0
        for line, units in self.held.items():
            last = max(session for session in LINES[line] if session <= day)
            worth += units * LINES[line][last][1] * euros(MONEY[line], day, before=False)
        self.equity.append(self.cash + worth)

    def targets(self, weights: dict[str, float], day: int) -> dict[str, float]:
        """Whole lots of what is left after the costs of the orders themselves."""
        aside = 0.0
        while True:
            wanted, costs = {}, 0.0
            for line, weight in weights.items():
                price, rate = LINES[line][day][1], euros(MONEY[line], day, before=False)
                lot = LOTS.get(line, 1.0)
                units = weight * (self.equity[-1] - aside) / (price * rate)
                wanted[line] = lot * floor(units / lot + 1e-9)
                order = wanted[line] - self.held[line]
                if order:
                    fee = self.fee(line, order, moved(price, order), day)
                    costs += (fee + SPREAD * abs(order) * price) * rate
            if costs <= aside:
                return wanted
            aside = costs


TRADED = {
    16: ("7203.T", "BTC-USD", "VWCE.DE", "EUNA.DE", "VOD.L"),
    18: ("7203.T", "BTC-USD"),
    22: ("VOD.L", "VWCE.DE", "EUNA.DE"),
}
"""By who opens first: Bitcoin and Tokyo at 0:00, Xetra and London at 8:00, sales before purchases.

Maundy Thursday, the 17th, ends the week in London and Frankfurt; on Good Friday Tokyo is open."""
PAID = {24: ("VOD.L", 0.0225), 28: ("7203.T", 40 * (1 - 0.15315))}
"""A share, after what is withheld: nothing in London, 15.315 % in Japan."""


def by_hand(*, own: bool, saved: bool) -> Hand:
    hand = Hand(own, saved)
    hand.close(15)
    wanted = hand.targets(FIRST, 15)
    for since, day in pairwise(SESSIONS):
        hand.interest(day, since)
        if day in PAID:
            line, paid = PAID[day]
            hand.cash += hand.held[line] * paid * euros(MONEY[line], day, before=True)
        for line in TRADED.get(day, ()):
            hand.trade(day, line, wanted[line], LINES[line][day][0])
        hand.close(day)
        if day == 17:
            wanted = hand.targets(SECOND, 17)
    return hand


# --- beside each other --------------------------------------------------------------------------


def result(folder: Path, engine: str, *, own: bool, saved: bool) -> Result:
    strategy = strategy_file(folder, STRATEGY)
    terms: dict[str, Any] = {"costs": "0.1% min 1 EUR"} if own else {}
    idle: dict[str, Any] = {} if saved else {"cash_rate": "0%"}
    return run(
        f"{strategy}:S", folder, verdict=False, ledger=folder / "trials.sqlite", engine=engine,
        start="2025-04-15", currency="EUR", cash=100_000, withholding="foreign", **terms, **idle,
    )  # fmt: skip


ENDS = {
    (False, False): 103_554.05, (False, True): 103_566.14,
    (True, False): 103_452.52, (True, True): 103_464.56,
}  # fmt: skip
"""What the hand has on 30 April, by own terms and interest."""


@pytest.mark.parametrize("own", [False, True], ids=["venue costs", "0.1% min 1 EUR"])
@pytest.mark.parametrize("saved", [False, True], ids=["no interest", "deposit facility"])
@pytest.mark.parametrize("engine", ["kernel", "backtrader"])
def test_the_european_is_right_to_the_cent(
    folder: Path, engine: str, own: bool, saved: bool
) -> None:
    hand = by_hand(own=own, saved=saved)
    made = result(folder, engine, own=own, saved=saved)
    fills = made.fills.sort_values(["session", "asset"])
    wanted = pd.DataFrame(sorted(hand.fills), columns=["day", "asset", "quantity", "price", "fee"])
    assert list(fills["asset"]) == list(wanted["asset"])
    assert [day.day for day in fills["session"]] == list(wanted["day"])
    for column in ("quantity", "price", "fee"):
        assert fills[column].to_numpy() == pytest.approx(wanted[column].to_numpy(), rel=1e-9)
    assert fills.groupby("asset")["quantity"].sum().to_dict() == pytest.approx(hand.held)
    paid = made.cash[made.cash["why"] != "interest"].groupby("asset")["amount"].sum()
    assert paid["VOD.L"] == pytest.approx(hand.held["VOD.L"] * 0.0225 / 0.85793)
    assert paid["7203.T"] == pytest.approx(1300 * 40 * 0.84685 / 162.8)
    assert [day.day for day in made.equity.index] == list(SESSIONS)
    assert made.equity.to_numpy() == pytest.approx(hand.equity, abs=1e-6)
    assert round(made.equity.iloc[-1], 2) == ENDS[own, saved]


def test_a_euro_is_the_least_that_small_orders_pay(folder: Path) -> None:
    """What is topped up after Easter are 430 euros of Bitcoin, 468 and 425 of the funds."""
    fills = result(folder, "kernel", own=True, saved=False).fills
    fees = fills[fills["session"] >= "2025-04-18"].set_index("asset")["fee"]
    assert fees[["BTC-USD", "VWCE.DE", "EUNA.DE"]].tolist() == pytest.approx([1.0] * 3)
