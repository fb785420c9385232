"""What nobody would have got: locked prices, closed days, and sales that cannot be made.

Every figure is worked out by hand. Both engines and the oracle run each case.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from backtests.engines import event_driven, kernel
from backtests.settings import Settings
from backtests.simulation.account import account
from backtests.simulation.desk import Desk
from backtests.simulation.fills import Why
from backtests.simulation.output import EngineOutput
from markets.bars import Bars
from markets.build import build_market
from markets.costs.models import NoCosts, VenueCosts
from markets.market import Market
from markets.reference.currencies import EcbRates
from markets.universe import Want
from newsfolio import MAINLAND, Asset, Sleeve, always, every_session
from tests.support.markets_of import line
from tests.support.oracle import simulate
from tests.support.random_markets import prescribed

MONEY = 1_000_000.0


def ran(
    lines: list[Bars], decisions: Mapping[str, Mapping[str, float]], base: str = "HKD",
    *assets: Asset, **changed: object,
) -> tuple[Market, EngineOutput, list[float]]:  # fmt: skip
    """The market, what the engines put out, and equity at each close."""
    declared = {asset.ticker: asset for asset in assets}
    sleeves = tuple(
        Sleeve(bars.ticker, (declared.get(bars.ticker, bars.ticker),)) for bars in lines
    )
    settings = Settings(
        currency=base, cash=MONEY, costs="none", lots="fractional",
        start=lines[0].first, **changed,
    )  # type: ignore[arg-type]  # fmt: skip
    want = Want(sleeves, base, start=lines[0].first, cash_rate="0%")
    market = build_market({bars.ticker: bars for bars in lines}, want, EcbRates())
    table = {day: decisions.get(day.isoformat()) for day in market.days}
    strategy = prescribed(sleeves, every_session, table, 1.0)
    outputs = [
        engine(Desk(strategy, market, settings, NoCosts()))
        for engine in (kernel.run, kernel.turned, event_driven.run)
    ]
    assert outputs[0] == outputs[1] == outputs[2]
    output = simulate(strategy, market, settings, NoCosts())
    own = account(market, outputs[0].fills, outputs[0].events, MONEY, settings.credit_spread)
    equity = own.equity.tolist()
    assert equity == pytest.approx(list(output.equity.values()), rel=1e-9)
    return market, outputs[0], equity


def fills(output: EngineOutput) -> list[tuple[str, str, float]]:
    return [(f"{fill.session}", fill.asset, fill.price) for fill in output.fills]


# --- price limits ------------------------------------------------------------------------------

OCTOBER = ["2024-10-08", "2024-10-09", "2024-10-10", "2024-10-14", "2024-10-15", "2024-10-16"]
"""Sessions of both the mainland and Hong Kong; 2024-10-11 was a holiday of the latter."""


def test_four_limit_ups_are_not_bought() -> None:
    """Bought at 14.00 and held at 14.56: +4 %, and not 14.56 / 11 - 1 = +32 %."""
    closes = [10.0, 11.0, 12.1, 13.31, 14.56, 14.56]
    opens = [10.0, 11.0, 12.1, 13.31, 14.0, 14.56]
    bars = line("600589.SS", OCTOBER, closes, open=opens, low=opens)
    _, output, equity = ran([bars], {"2024-10-08": {"600589.SS": 1.0}}, "CNY", tolerance=1.0)
    assert fills(output) == [("2024-10-15", "600589.SS", 14.0)]
    # 100,000 units were ordered at 10.00; 1.4 million is within the tolerance of this test
    assert equity[-1] == pytest.approx(MONEY + 100_000 * 0.56, rel=1e-4)


def test_a_limit_down_is_not_sold() -> None:
    closes = [10.0, 10.0, 9.0, 8.1, 7.29, 7.5]
    opens = [10.0, 10.0, 9.0, 8.1, 7.4, 7.5]
    bars = line("600589.SS", OCTOBER, closes, open=opens, high=[10, 10, 9, 8.1, 7.4, 7.5])
    decisions = {"2024-10-08": {"600589.SS": 1.0}, "2024-10-09": {}}
    _, output, equity = ran([bars], decisions, "CNY")
    assert fills(output) == [("2024-10-09", "600589.SS", 10.0), ("2024-10-15", "600589.SS", 7.4)]
    assert equity[-1] == pytest.approx(0.74 * MONEY, rel=1e-9)


def test_a_limit_up_can_be_sold_and_a_limit_down_bought() -> None:
    bars = line("600589.SS", OCTOBER[:5], [10, 9, 9.9, 9.9, 9.9])
    decisions = {"2024-10-08": {"600589.SS": 1.0}, "2024-10-09": {}}
    _, output, equity = ran([bars], decisions, "CNY")
    assert fills(output) == [("2024-10-09", "600589.SS", 9.0), ("2024-10-10", "600589.SS", 9.9)]
    assert equity[-1] == pytest.approx(MONEY + 100_000 * 0.9, rel=1e-9)


def test_a_risk_warning_locks_at_five_percent() -> None:
    """10.50 is the limit of 10.00; 11.02 is a tick below that of 10.50, 11.025 rounded up."""
    marked = Asset("600589.SS", MAINLAND, risk_warning=always(True))
    bars = line("600589.SS", OCTOBER[:4], [10, 10.5, 11.02, 11.1])
    _, output, _ = ran([bars], {"2024-10-08": {"600589.SS": 1.0}}, "CNY", marked)
    assert fills(output) == [("2024-10-10", "600589.SS", 11.02)]


# --- closed days -------------------------------------------------------------------------------


def test_an_order_waits_through_a_typhoon() -> None:
    """Decided at 50, filled at 53 on the Monday, and 53 is what it is worth."""
    days = ["2023-08-31", "2023-09-01", "2023-09-04", "2023-09-05"]
    _, output, equity = ran([line("0005.HK", days, [50, 50, 53, 53])], {days[0]: {"0005.HK": 1}})
    assert fills(output) == [("2023-09-04", "0005.HK", 53.0)]
    assert equity[-1] == pytest.approx(MONEY, rel=1e-4)


# --- sales that cannot be made -----------------------------------------------------------------

MARCH = ["2022-03-28", "2022-03-29", "2022-03-30", "2022-03-31", "2022-04-01", "2022-04-04"]


def halted(ticker: str, before: float, after: float) -> Bars:
    """Trades on the first two days and the last two."""
    return line(ticker, [*MARCH[:2], *MARCH[4:]], [before, before, after, after])


def test_a_halted_sale_pays_for_nothing() -> None:
    """20 falls to 6: 30 % is left, and only then 0005.HK is bought, at 52, to end at 52."""
    lines = [halted("3333.HK", 20, 6), line("0005.HK", MARCH, [50, 50, 51, 52, 52, 52])]
    decisions = {MARCH[0]: {"3333.HK": 1.0}, MARCH[1]: {"0005.HK": 1.0}}
    _, output, equity = ran(lines, decisions)
    assert fills(output) == [
        (MARCH[1], "3333.HK", 20.0),
        (MARCH[4], "3333.HK", 6.0),
        (MARCH[4], "0005.HK", 52.0),
    ]
    assert equity[-1] == pytest.approx(0.3 * MONEY, rel=1e-9)
    assert output.fills[2].quantity == pytest.approx(0.3 * MONEY / 52, rel=1e-9)
    assert output.debt is None


def test_part_of_the_purchase_is_paid_by_what_could_be_sold() -> None:
    """Half is sold and buys at once; the other half waits for its own sale, at 6 of 20."""
    kept = line("0700.HK", MARCH, [300] * 6)
    lines = [halted("3333.HK", 20, 6), kept, line("0005.HK", MARCH, [50] * 6)]
    decisions = {MARCH[0]: {"3333.HK": 0.5, "0700.HK": 0.5}, MARCH[1]: {"0005.HK": 1.0}}
    _, output, equity = ran(lines, decisions)
    bought = [fill.quantity for fill in output.fills if fill.asset == "0005.HK"]
    assert bought == pytest.approx([0.5 * MONEY / 50, 0.15 * MONEY / 50], rel=1e-9)
    assert equity[-1] == pytest.approx(0.65 * MONEY, rel=1e-9)


def test_a_purchase_before_the_sale_was_missed_stands() -> None:
    """Hong Kong buys at 01:30 on the sale that New York is to make at 14:30, and does not."""
    lines = [halted("AAPL", 100, 70), line("0005.HK", MARCH, [50] * 6)]
    decisions = {MARCH[0]: {"AAPL": 1.0}, MARCH[1]: {"0005.HK": 1.0}}
    market, output, _ = ran(lines, decisions)
    when = [f"{fill.session}" for fill in output.fills if fill.asset == "0005.HK"]
    assert when == [MARCH[2]]
    held = account(market, output.fills, output.events, MONEY, 0.015)
    gross = (held.values.sum(axis=1) / held.equity).tolist()
    assert gross[2] == pytest.approx(2.0, abs=0.01)


def test_a_sale_missed_in_hong_kong_pays_for_nothing_in_new_york() -> None:
    lines = [halted("3333.HK", 20, 6), line("AAPL", MARCH, [100] * 6)]
    decisions = {MARCH[0]: {"3333.HK": 1.0}, MARCH[1]: {"AAPL": 1.0}}
    _, output, equity = ran(lines, decisions)
    assert [(day, asset) for day, asset, _ in fills(output)][1:] == [
        (MARCH[4], "3333.HK"), (MARCH[4], "AAPL"),
    ]  # fmt: skip
    assert equity[-1] == pytest.approx(0.3 * MONEY, rel=1e-3)


def test_a_venue_on_holiday_has_not_opened() -> None:
    """Hong Kong was shut from 2022-04-15 to 18: New York buys on the sale to come on the 19th."""
    days = ["2022-04-12", "2022-04-13", "2022-04-14", "2022-04-18", "2022-04-19", "2022-04-20"]
    east = line("0005.HK", [days[0], days[1], days[2], days[4], days[5]], [50] * 5)
    lines = [east, line("AAPL", days, [100] * 6)]
    _, output, _ = ran(lines, {days[0]: {"0005.HK": 1.0}, days[2]: {"AAPL": 1.0}})
    assert [(day, asset) for day, asset, _ in fills(output)][1:] == [
        (days[3], "AAPL"), (days[4], "0005.HK"),
    ]  # fmt: skip


def test_a_sale_that_stock_connect_does_not_take_is_missed() -> None:
    """2024-10-11: Shanghai had a session and Hong Kong none, so New York does not buy on the sale.

    Sold at 9 on the Monday, of 10 on which the purchase was sized: 90 % are there to buy with.
    """
    days = ["2024-10-09", "2024-10-10", "2024-10-11", "2024-10-14", "2024-10-15"]
    lines = [line("600589.SS", days, [10, 10, 9.5, 9, 9]), line("AAPL", days, [100] * 5)]
    _, output, _ = ran(lines, {days[0]: {"600589.SS": 1.0}, days[1]: {"AAPL": 1.0}}, "CNY")
    assert [(day, asset) for day, asset, _ in fills(output)][1:] == [
        (days[3], "600589.SS"), (days[3], "AAPL"),
    ]  # fmt: skip
    bought = output.fills[-1]
    assert bought.quantity * 100 * bought.rate == pytest.approx(0.9 * MONEY, rel=1e-9)


def test_a_halt_beyond_the_calendar_s_end_pays_for_nothing() -> None:
    """The line alone on its venue, in January 2027: its weekdays are its sessions."""
    days = ["2026-12-30", "2026-12-31", "2027-01-04", "2027-01-05", "2027-01-06", "2027-01-07"]
    lines = [
        line("600589.SS", [*days[:2], *days[4:]], [10, 10, 9.5, 9.5]),
        line("80700.HK", days, [50] * 6),
    ]
    _, output, _ = ran(lines, {days[0]: {"600589.SS": 1.0}, days[1]: {"80700.HK": 1.0}}, "CNY")
    assert [(day, asset) for day, asset, _ in fills(output)][1:] == [
        (days[4], "600589.SS"), (days[4], "80700.HK"),
    ]  # fmt: skip


def test_a_new_decision_begins_anew() -> None:
    """What was missed is forgotten with the orders."""
    lines = [halted("3333.HK", 20, 6), line("0005.HK", MARCH, [50, 50, 50, 50, 51, 51])]
    decisions = {
        MARCH[0]: {"3333.HK": 0.5},
        MARCH[1]: {"0005.HK": 1.0},
        MARCH[2]: {"3333.HK": 0.5, "0005.HK": 0.5},
    }
    _, output, _ = ran(lines, decisions)
    assert [(day, asset) for day, asset, _ in fills(output)] == [
        (MARCH[1], "3333.HK"), (MARCH[2], "0005.HK"),
    ]  # fmt: skip
    assert date.fromisoformat(MARCH[2]) == output.fills[1].session


# --- currencies of counters, and what holding costs --------------------------------------------

MAY = ["2022-05-04", "2022-05-05", "2022-05-06"]


@pytest.mark.parametrize(("ticker", "currency"), [("80700.HK", "CNY"), ("900901.SS", "USD")])
def test_a_counter_moves_with_its_own_currency(ticker: str, currency: str) -> None:
    """Prices stand still in the currency of the counter, so only its rate moves the account."""
    bars = line(ticker, MAY, [50, 50, 50])
    market, output, equity = ran([bars], {MAY[0]: {ticker: 1.0}})
    rates = EcbRates().fixings(currency, "HKD")
    days = market.sessions
    assert [fill.currency for fill in output.fills] == [currency]
    moved = rates.before(days)[2] / rates.before(days)[1]
    assert equity[-1] == pytest.approx(MONEY * moved, rel=2e-3)


def test_the_portfolio_fee_counts_a_year_of_365_days() -> None:
    """A million yuan of Moutai over a weekend: 1,000,000 x 0.008 % x 3 / 365 = 0.66 yuan."""
    days = ["2024-10-16", "2024-10-17", "2024-10-18", "2024-10-21"]
    bars = line("600589.SS", days, [10.0] * 4)
    sleeves = (Sleeve("one", ("600589.SS",)),)
    settings = Settings(currency="CNY", cash=MONEY, lots="fractional", start=date(2024, 10, 16))
    market = build_market(
        {"600589.SS": bars}, Want(sleeves, "CNY", start=date(2024, 10, 16)), EcbRates()
    )
    table = {day: {"600589.SS": 1.0} if str(day) == days[0] else None for day in market.days}
    strategy = prescribed(sleeves, every_session, table, 1.0)
    output = kernel.run(Desk(strategy, market, settings, VenueCosts()))
    (bought,) = output.fills
    carried = [event.amount for event in output.events if event.why is Why.CARRY]
    assert carried[-1] == pytest.approx(-bought.quantity * 10 * 0.00008 * 3 / 365, rel=1e-12)
