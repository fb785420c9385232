"""What a whole run earns on files with a snag, from a folder through the gate to the account.

Prices are whole numbers that stand still but where something happens, so every return is worked
out in a line. Idle cash earns nothing and trading costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backtests import run
from backtests.records.result import Result
from markets.reference.calendars import sessions_of
from newsfolio import BrokenData, Fixed, Strategy, View, at_start, on_dates
from newsfolio.listings import asset_of
from tests.support.price_files import HEADER, write

FIRST = date(2023, 1, 3)
EVENT = 40
"""The row on which something happens."""


def days_of(ticker: str, count: int = 80, first: date = FIRST) -> list[str]:
    days = sessions_of(asset_of(ticker).venue)
    return [str(day) for day in days[days >= np.datetime64(first)][:count]]


def history(
    folder: Path, ticker: str, closes: Sequence[float], days: Sequence[str] | None = None, *,
    opens: Mapping[int, float] | None = None, volume: Mapping[int, float] | None = None,
    stated: Mapping[int, float] | None = None, paid: Mapping[int, float] | None = None,
    splits: Mapping[int, float] | None = None, gains: Mapping[int, float] | None = None,
    adjusted: str = "Adj Close",
) -> list[str]:  # fmt: skip
    """Writes a file and answers its days; Adj Close is adjusted for what was `paid`."""
    stated, opens, volume, splits = stated or {}, opens or {}, volume or {}, splits or {}
    paid = stated if paid is None else paid
    days = list(days or days_of(ticker, len(closes)))
    factor, factors = 1.0, [1.0] * len(closes)
    for row in range(len(closes) - 1, 0, -1):
        factor *= 1 - paid.get(row, 0.0) / closes[row - 1]
        factors[row - 1] = factor
    rows = []
    for row, (day, close) in enumerate(zip(days, closes, strict=True)):
        opened = opens.get(row, close)
        prices = f"{opened},{max(opened, close)},{min(opened, close)},{close}"
        more = f",{gains.get(row, 0.0)}" if gains else ""
        rows.append(
            f"{day},{prices},{close * factors[row]!r},{volume.get(row, 1e6 + row)},"
            f"{stated.get(row, 0.0)},{splits.get(row, 0.0)}{more}"
        )
    header = HEADER.replace("Adj Close", adjusted) + (",Capital Gains" if gains else "")
    write(folder, *rows, header=header, ticker=ticker)
    return days


def held(folder: Path, what: str | Strategy, *rows: str, **changed: Any) -> Result:
    """A strategy, or all the money in a line from the second session; rows: corrections.csv."""
    if rows:
        text = "\n".join(["ticker,day,what,value,of,reason", *rows]) + "\n"
        (folder / "corrections.csv").write_text(text, encoding="utf-8")
    strategy = Fixed(mix=((1.0, what),), schedule=at_start) if isinstance(what, str) else what
    settings = {"costs": "none", "lots": "fractional", "cash_rate": "0%", **changed}
    return run(strategy, data=str(folder), ledger=folder / "l.sqlite", verdict=False, **settings)


def total(result: Result) -> float:
    return float(result.equity.iloc[-1] / 1_000_000 - 1)


def doubts(result: Result, rule: str) -> list[str]:
    return [
        finding["told"]
        for finding in result.manifest["findings"]
        if finding["rule"] == rule and finding["severity"] == "doubt"
    ]


def only_fill(result: Result) -> tuple[str, float, float]:
    """Day, price and quantity of a run that trades once."""
    (fill,) = result.fills.to_dict("records")
    return f"{fill['session']:%Y-%m-%d}", float(fill["price"]), float(fill["quantity"])


# --- amounts -----------------------------------------------------------------------------------


def test_dividends_of_before_a_split_that_are_not_divided(tmp_path: Path) -> None:
    """50,000 shares at 20 are paid 0.2 three times: 3 %, and not 1 + 1 + 0.2 each, 11 %."""
    paid = {20: 0.2, 30: 0.2, 60: 0.2}
    days = history(tmp_path, "CFX", [20.0] * 80, stated={20: 1.0, 30: 1.0, 60: 0.2}, paid=paid,
                   splits={EVENT: 5.0})  # fmt: skip
    wrong = held(tmp_path, "CFX")
    (doubt,) = doubts(wrong, "contradiction")
    assert f"the dividend of {days[20]} is 1, Adj Close was adjusted for 0.2" in doubt
    assert "it is not divided by the later split of 5 (and 1 more)" in doubt
    assert total(wrong) == pytest.approx(0.11, rel=1e-9)
    right = held(
        tmp_path, "CFX", *(f"CFX,{days[row]},dividend,0.2,,new shares" for row in (20, 30))
    )
    assert total(right) == pytest.approx(0.03, rel=1e-9)
    assert not doubts(right, "contradiction")


@pytest.mark.parametrize("every", [False, True])
def test_dividends_a_hundredfold(tmp_path: Path, every: bool) -> None:
    """50,000 shares at 20 are paid 0.05 three times: 0.75 %, not 25.5 % or 75 %."""
    paid = {20: 0.05, 30: 0.05, 60: 0.05}
    stated = {row: 5.0 if every or row == 20 else 0.05 for row in paid}
    days = history(tmp_path, "SPX", [20.0] * 80, stated=stated, paid=paid)
    wrong = held(tmp_path, "SPX")
    (doubt,) = doubts(wrong, "contradiction")
    assert f"the dividend of {days[20]} is 5, Adj Close was adjusted for 0.05" in doubt
    assert total(wrong) == pytest.approx(0.75 if every else 0.255, rel=1e-9)
    rows = [f"SPX,{days[row]},dividend,0.05,,cents" for row in paid]
    assert total(held(tmp_path, "SPX", *rows)) == pytest.approx(0.0075, rel=1e-9)


def test_capital_gains_are_earned(tmp_path: Path) -> None:
    """100 falls to 92.6 with 7.4 paid, 6.0 of it gains: nothing is won or lost, and not -6 %."""
    closes = [100.0] * EVENT + [92.6] * 40
    history(tmp_path, "FNDX", closes, stated={EVENT: 1.4}, paid={EVENT: 7.4}, gains={EVENT: 6.0})
    result = held(tmp_path, "FNDX")
    assert total(result) == pytest.approx(0.0, abs=1e-12)
    assert not doubts(result, "contradiction")


def test_a_company_spun_off_is_worth_its_first_open(tmp_path: Path) -> None:
    """100 falls to 70; one share of 29 for each: -1 %, and not -30 %."""
    days = history(tmp_path, "PARX", [100.0] * EVENT + [70.0] * 40)
    history(tmp_path, "SPNX", [30.0] * 40, days[EVENT:], opens={0: 29.0})
    result = held(tmp_path, "PARX", f"PARX,{days[EVENT]},in-kind,1,SPNX,one for each")
    assert total(result) == pytest.approx(-0.01, rel=1e-9)


def test_a_close_adjusted_under_another_name_is_refused_and_under_its_own_earned(
    tmp_path: Path,
) -> None:
    """100 doubles and pays 20 on the way: 10,000 shares earn 100 and 20 each, 120 %."""
    closes = [100.0] * EVENT + [200.0] * 40
    climb = {EVENT: 1e7, 70: 1e6}
    history(tmp_path, "EOX", closes, stated={20: 20.0}, volume=climb, adjusted="Adjusted_close")
    with pytest.raises(BrokenData, match="'Adj Close'"):
        held(tmp_path, "EOX")
    days = history(tmp_path, "EOX", closes, stated={20: 20.0}, volume=climb)
    genuine = f"EOX,{days[EVENT]},genuine,,,a bid"
    assert total(held(tmp_path, "EOX", genuine)) == pytest.approx(1.2, rel=1e-9)


# --- jumps that happened -----------------------------------------------------------------------


def test_a_jump_after_a_halt_is_earned_and_doubted(tmp_path: Path) -> None:
    """Ten rows without a trade, then 472 for 100."""
    idle = dict.fromkeys(range(EVENT - 10, EVENT), 0.0)
    history(tmp_path, "HALT", [100.0] * EVENT + [472.0] * 40, volume=idle)
    result = held(tmp_path, "HALT")
    assert total(result) == pytest.approx(3.72, rel=1e-9)
    assert len(doubts(result, "halt")) == 1


def test_a_fall_on_ten_times_the_volume_is_borne(tmp_path: Path) -> None:
    history(tmp_path, "FALL", [100.0] * EVENT + [48.0] * 40, volume={EVENT: 1e7})
    result = held(tmp_path, "FALL")
    assert total(result) == pytest.approx(-0.52, rel=1e-9)
    assert not doubts(result, "split")


# --- fills that nobody would have got ----------------------------------------------------------


def test_four_locked_sessions_are_waited_out(tmp_path: Path) -> None:
    """Ordered at 10; 11.00, 12.10, 13.31 and 14.64 are locked; 14.50 is paid and 15.00 is left.

    68,965.5 shares gain 0.50 each, not 100,000 bought at 11.00 with 4.00 each.
    """
    days = days_of("600589.SS", 12, date(2024, 10, 8))
    closes = [10.0, 10.0, 11.0, 12.1, 13.31, 14.64, 15.0, *[15.0] * 5]
    history(tmp_path, "600589.SS", closes, days, opens={6: 14.5})
    decided = on_dates(date.fromisoformat(days[1]))
    result = held(tmp_path, Fixed(mix=((1.0, "600589.SS"),), schedule=decided), currency="CNY")
    day, price, quantity = only_fill(result)
    assert (day, price) == (days[6], 14.5)
    assert result.equity.iloc[-1] == pytest.approx(1_000_000 + 0.5 * quantity, rel=1e-4)


def test_a_bar_of_a_typhoon_day_is_not_traded_on(tmp_path: Path) -> None:
    """The bar of 2023-08-31 stands on 2023-09-01 too; 53 is paid on the Monday, 50 is left."""
    open_days = days_of("0005.HK", 60, date(2023, 7, 3))
    at = open_days.index("2023-08-31") + 1
    days = [*open_days[:at], "2023-09-01", *open_days[at:]]
    closes = [50.0] * (at + 1) + [53.0] + [50.0] * (len(days) - at - 2)
    history(tmp_path, "0005.HK", closes, days, volume={at - 1: 777.0, at: 777.0})
    decided = on_dates("2023-08-31")
    result = held(tmp_path, Fixed(mix=((1.0, "0005.HK"),), schedule=decided), currency="HKD")
    day, price, quantity = only_fill(result)
    assert (day, price) == ("2023-09-04", 53.0)
    assert result.equity.iloc[-1] == pytest.approx(1_000_000 - 3 * quantity, rel=1e-4)


def swapped(day: str) -> Strategy:
    """From one line into the other, decided on a day."""

    class Swapped(Strategy):
        universe = ("3333.HK", "0005.HK")
        rebalance = at_start | on_dates(day)

        def weights(self, view: View) -> dict[str, float]:
            return {"0005.HK" if f"{view.today}" >= day else "3333.HK": 1.0}

    return Swapped()


def test_a_year_s_halt_is_answered_and_pays_for_nothing_until_it_is_over(tmp_path: Path) -> None:
    """20 falls to 6 over a halt of a year; 0.30 of the money then buys at 40 what ends at 38."""
    days = days_of("0005.HK", 300)
    history(tmp_path, "0005.HK", [50.0] * 100 + [40.0] * 180 + [38.0] * 20, days)
    shut = [*days[:20], *days[270:]]
    history(tmp_path, "3333.HK", [20.0] * 20 + [6.0] * 30, shut)
    swap = swapped(days[19])
    with pytest.raises(BrokenData, match="after 250 sessions without a bar"):
        held(tmp_path, swap, currency="HKD")
    genuine = f"3333.HK,{days[270]},genuine,,,the halt ended"
    result = held(tmp_path, swap, genuine, currency="HKD")
    assert total(result) == pytest.approx(0.30 * 38 / 40 - 1, rel=1e-9)
    assert not [note for note in result.manifest["notes"] if "gross exposure" in note]
