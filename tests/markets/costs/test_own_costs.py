"""What a broker's own terms make of an order, by hand; and that every way in means the same."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import pytest

from backtests import run
from backtests.records.result import Result
from backtests.runner.run import Run
from backtests.runner.run_strategy import run_strategy
from backtests.settings import CostTable, Settings
from markets.bars import Bars
from markets.costs.models import VenueCosts
from newsfolio import (
    HONG_KONG,
    MAINLAND,
    NEW_YORK,
    Asset,
    CommandError,
    Costs,
    Fixed,
    Kind,
    Strategy,
    UnknownName,
    always,
    at_start,
)
from newsfolio.listings import asset_of
from tests.support.rate_worlds import LAST, Lines, pair, stock

DAY = date(2025, 3, 3)
SHARES, VALUE = 100.0, 10_000.0

APPLE = Asset("AAPL", NEW_YORK)
TENCENT = Asset("0700.HK", HONG_KONG, half_spread=always(0.0002))
TRACKER = Asset("2800.HK", HONG_KONG, Kind.ETF)
MOUTAI = Asset("600519.SS", MAINLAND)


def fee(asset: Asset, costs: Costs, shares: float = SHARES, value: float = VALUE) -> float:
    return VenueCosts(costs).fee(asset, DAY, shares, value)


# HKD 10,000 on 2025-03-03: stamp duty 10.00, SFC 0.27, AFRC 0.015, trading fee 0.565, CCASS 2.00
TABLE = 10 + 0.27 + 0.015 + 0.565 + 2.0


def test_a_commission_takes_the_place_of_the_venue_s_and_taxes_stay() -> None:
    assert fee(TENCENT, Costs()) == pytest.approx(TABLE + 3.0)  # 0.03 % by the table
    assert fee(TENCENT, Costs("10bp")) == pytest.approx(TABLE + 10.0)
    assert fee(TENCENT, Costs("10bp", taxes=False)) == pytest.approx(10.0)
    assert fee(APPLE, Costs("10bp")) == pytest.approx(10.0)


def test_bounds_hold_for_the_sum_of_all_parts() -> None:
    flat = Costs("4.90/order + 0.25% max 69.90", taxes=False)
    assert fee(APPLE, flat) == pytest.approx(4.90 + 25.0)
    assert fee(APPLE, flat, value=100_000) == pytest.approx(69.90)
    per_share = Costs("0.005/share min 1 max 1%")
    assert fee(APPLE, per_share) == pytest.approx(1.0)
    assert fee(APPLE, per_share, 1_000) == pytest.approx(5.0)
    assert fee(APPLE, per_share, 10, 50.0) == pytest.approx(0.50)  # the cap is below the least
    assert fee(APPLE, Costs("1/order + 0.01/share + 1%")) == pytest.approx(1 + 1 + 100)


def test_amounts_in_another_currency_are_converted_at_the_fixing_before() -> None:
    """The ECB's fixings of 2025-02-28, a Friday: USD 1.0411, HKD 8.0980 a euro."""
    euro = Costs("0.001% min 1 EUR", taxes=False)
    assert fee(APPLE, euro) == pytest.approx(1.0411)
    assert fee(TENCENT, euro) == pytest.approx(8.0980)


def test_lines_that_cost_the_same_share_their_rows() -> None:
    """The day of a listing sets them apart only where a tax asks for it; fixings are 7,000 rows."""
    euro = VenueCosts(Costs("1 EUR"))
    later, stamped = (replace(TENCENT, listed=day) for day in (date(2004, 6, 16), date(2012, 5, 2)))
    charges = euro.charges(TENCENT, sale=False)
    assert euro.charges(later, sale=False) is euro.charges(stamped, sale=False) is charges
    assert euro.charges(APPLE, sale=False) is not charges
    assert len(charges.rows) > 6_000


def test_a_half_spread_of_one_s_own_is_neither_raised_by_ticks_nor_by_the_line() -> None:
    assert VenueCosts().half_spread(TENCENT, DAY, 500) == pytest.approx(0.2 / 2 / 500)
    assert VenueCosts(Costs(half_spread=0.00001)).half_spread(TENCENT, DAY, 500) == 0.00001
    assert VenueCosts(Costs(half_spread=0)).half_spread(TENCENT, DAY, 500) == 0


def test_custody_is_on_top_of_what_the_venue_asks() -> None:
    assert VenueCosts(Costs(custody=0.001)).holding_rate(APPLE, DAY) == 0.001
    assert VenueCosts(Costs(custody=0.001)).holding_rate(MOUTAI, DAY) == pytest.approx(0.00108)
    assert VenueCosts(Costs(custody=0.001, taxes=False)).holding_rate(MOUTAI, DAY) == 0.001


def test_terms_go_by_venue_and_kind() -> None:
    costs = Costs("10bp", only={"etf": Costs("5bp"), "XHKG etf": Costs(taxes=False)})
    assert fee(TRACKER, costs) == pytest.approx(5.0)
    assert fee(APPLE, costs) == pytest.approx(10.0)


def test_what_trades_around_the_clock_has_terms_by_its_venue_too() -> None:
    costs = Costs("10bp", only={"24/7": Costs("25bp"), "24/7 crypto": Costs(taxes=False)})
    assert fee(asset_of("BTC-USD"), costs) == pytest.approx(25.0)
    assert fee(APPLE, costs) == pytest.approx(10.0)


def test_the_notes_say_what_was_put_in_the_place_of_what() -> None:
    costs = Costs("10bp", only={"XNYS": Costs(taxes=False), "XTKS": Costs(taxes=False)})
    notes = VenueCosts(costs).notes([APPLE])
    assert "Own terms: commission 0.1%." in notes
    assert "Own terms, XNYS: no taxes and no market fees." in notes
    assert "Own terms for XTKS are not used: no line here is of that." in notes
    assert not any(note.startswith("Commission: ") for note in notes)


# --- every way in --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Holder(Strategy):
    universe = ("SPY",)
    rebalance = at_start

    def weights(self, view: Any) -> dict[str, float]:
        return {"SPY": 0.9}


class Declared(Holder):
    costs: ClassVar[Costs | None] = Costs("0.5%")


def played(strategy: Strategy, tmp_path: Path, **settings: Any) -> Result:
    return run(
        strategy, "sample", ledger=tmp_path / "ledger.sqlite", verdict=False, engine="kernel",
        start="2024-01-02", end="2024-03-28", **settings,
    )  # fmt: skip


def first_fee(result: Result) -> float:
    fill = result.fills.iloc[0]
    return float(fill["fee"] / (fill["quantity"] * fill["price"]))


def test_text_a_file_a_table_and_a_value_are_the_same_costs(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('commission = "0.1%"\n[XNYS]\nhalf_spread = "5bp"\n')
    costs = Costs("0.1%", only={"XNYS": Costs(half_spread=0.0005)})
    assert Settings(costs=str(tmp_path / "mine.toml")).costs == costs  # type: ignore[arg-type]
    assert Settings(costs=costs.written()).costs == costs  # type: ignore[arg-type]
    assert Settings(costs="0.1%").costs == Costs("0.1%")  # type: ignore[arg-type]
    assert Settings(costs="none").costs is CostTable.NONE  # type: ignore[arg-type]


def test_the_manifest_keeps_the_terms_so_that_they_can_be_used_again(tmp_path: Path) -> None:
    result = played(Holder(), tmp_path, costs="0.1% min 1 EUR")
    assert first_fee(result) == pytest.approx(0.001)
    kept = json.loads(json.dumps(result.manifest["settings"]))
    assert kept["costs"] == {"commission": {"value": 0.001, "minimum": 1.0, "currency": "EUR"}}
    assert Settings(**kept).costs == Costs("0.1% min 1 EUR")
    assert "Own terms: commission 0.1% min 1 EUR." in result.manifest["assumptions"]


def test_a_strategy_s_own_terms_count_unless_the_run_names_others(tmp_path: Path) -> None:
    assert first_fee(played(Declared(), tmp_path)) == pytest.approx(0.005)
    assert first_fee(played(Declared(), tmp_path, costs="0.1%")) == pytest.approx(0.001)
    assert first_fee(played(Declared(), tmp_path, costs="venue")) == pytest.approx(0.0)
    assert played(Declared(), tmp_path).manifest["settings"]["costs"] == {
        "commission": {"value": 0.005}
    }


@pytest.mark.parametrize(
    ("costs", "says"),
    [
        ("cheap", "Choose venue or none, or write 10bp"),
        ("10", "10 of what?"),
        ("gone.toml", "--costs gone.toml: No such file"),
    ],
)
def test_costs_that_nobody_can_mean_are_refused(costs: str, says: str) -> None:
    with pytest.raises((CommandError, UnknownName)) as error:
        Settings(costs=costs)  # type: ignore[arg-type]
    assert says in str(error.value)


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("commission = 10bp\n")
    with pytest.raises(CommandError, match=r"mine\.toml is no TOML: "):
        Settings(costs=tmp_path / "mine.toml")  # type: ignore[arg-type]


# --- amounts after the last packaged fixing ------------------------------------------------------


def asked(costs: str, *pairs: Bars) -> Run:
    """SPY alone, in dollars; prices go on after the last fixing."""
    settings = Settings(costs=costs, engine="kernel")  # type: ignore[arg-type]
    return run_strategy(Holder(), Lines((stock("SPY"), *pairs)), settings)


def least(done: Run, day: date) -> float:
    """What a purchase is charged."""
    return done.costs.fee(done.market.assets[0], day, 1, 100)


def test_newer_rates_of_the_source_convert_a_commission() -> None:
    """EURUSD=X stands at 1.25 from Monday 2 November on, and is known a day later."""
    done, alone = asked("1 EUR", pair("EURUSD=X", after=1.25)), asked("1 EUR")
    assert done.market.day(-1) == alone.market.day(-1) == LAST
    friday = least(alone, LAST)  # the last packaged fixing, where nobody has a newer one
    assert least(done, date(2026, 11, 2)) == pytest.approx(friday)
    assert least(done, date(2026, 11, 3)) == least(done, LAST) == pytest.approx(1.25)
    assert friday != pytest.approx(1.25, rel=0.01)


def test_the_amounts_of_a_venue_need_no_pair_of_the_source() -> None:
    """A run by CNY=X alone, on a fund in yuan whose venue charged HKD 2 at least until 2025.

    Since then 0.0027, 0.00015, 0.00565 and 0.0042 %.
    """
    source = Lines((stock("82800.HK"), pair("CNY=X", after=7.1)))
    settings = Settings(costs="0%", engine="kernel", fx="source")  # type: ignore[arg-type]
    strategy = Fixed(((0.9, "82800.HK"),))
    done = run_strategy(strategy, source, settings)
    assert done.costs.fee(done.market.assets[0], LAST, 1, 100) == pytest.approx(0.0127)


def test_a_commission_in_a_currency_that_ended_counts_at_its_last_fixing_and_it_is_said() -> None:
    """EUR 1 was USD 1.0666 and HRK 7.5365 on 2022-12-30."""
    model = VenueCosts(Costs("75.365 HRK", taxes=False))
    assert model.fee(APPLE, DAY, 1, 100) == pytest.approx(10.666)
    sentence = "Amounts in HRK count at its last fixing from 2022-12-30 on: Croatia has the euro"
    assert any(sentence in note for note in model.notes([APPLE]))
    assert not any("last fixing" in note for note in VenueCosts(Costs("1 EUR")).notes([APPLE]))


def test_a_commission_that_no_rate_converts_is_refused_by_its_currency() -> None:
    with pytest.raises(UnknownName, match=r"(?s)TWD.*such as TWD=X\.csv"):
        asked("30 TWD")
    done = asked("30 TWD", pair("TWD=X", after=32.0))
    assert least(done, LAST) == pytest.approx(30 / 32)
