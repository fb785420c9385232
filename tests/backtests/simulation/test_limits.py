"""Limits by hand: what a decision gets instead of what it wants."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from backtests.engines import event_driven, kernel
from backtests.settings import Settings
from backtests.simulation.desk import Desk
from backtests.simulation.limits import require_possible, spread
from backtests.simulation.output import EngineOutput
from markets.costs.models import NoCosts
from markets.market import Market
from newsfolio import (
    CommandError,
    Fixed,
    Limits,
    Sleeve,
    Strategy,
    StrategyError,
    at_start,
    every_session,
)
from newsfolio.listings import asset_of
from tests.support.markets_of import bdays, line, market_of

DAYS = bdays("2024-03-01", 8)
ENGINES = [kernel.run, kernel.turned, event_driven.run]
Engine = Callable[[Desk], EngineOutput]
LEVEL = [10.0] * 8


def market(*parts: str | Sleeve, **prices: list[float]) -> Market:
    lines = [line(name, DAYS, closes) for name, closes in prices.items()]
    start = date.fromisoformat(DAYS[0])
    return market_of(lines, *(parts or prices), cash_rate="0%", start=start)  # type: ignore[no-any-return]


def play(engine: Engine, strategy: Strategy, limits: Limits, on: Market) -> EngineOutput:
    """1,000 dollars, fractions, free of costs."""
    made = Settings(cash=1000, lots="fractional", credit_spread=0.0, limits=limits)  # type: ignore[arg-type]
    return engine(Desk(strategy, on, made, NoCosts()))


def bought(output: EngineOutput) -> list[tuple[str, str, float]]:
    return [(str(f.session), f.asset, round(f.quantity, 9)) for f in output.fills]


@pytest.mark.parametrize(
    ("wanted", "low", "high", "total", "spread_out"),
    [
        # within its bounds: as it is
        ([0.5, 0.3, 0.2], [0, 0, 0], [1, 1, 1], 1.0, [0.5, 0.3, 0.2]),
        # 0.1 over the cap goes to 0.3 and 0.2 as 3 to 2
        ([0.5, 0.3, 0.2], [0, 0, 0], [0.4, 1, 1], 1.0, [0.4, 0.36, 0.24]),
        # both at their caps: the rest stays in cash
        ([0.5, 0.5], [0, 0], [0.3, 0.3], 1.0, [0.3, 0.3]),
        # a floor of what is not wanted is taken from the others by weight
        ([0.6, 0.4, 0.0], [0, 0, 0.1], [1, 1, 1], 1.0, [0.54, 0.36, 0.1]),
        # floors above all that is wanted come out of cash
        ([0.0, 0.0], [0.1, 0.2], [1, 1], 0.0, [0.1, 0.2]),
    ],
)
def test_weights_between_bounds(
    wanted: list[float], low: list[float], high: list[float], total: float, spread_out: list[float]
) -> None:
    wide, least, most = (dict(enumerate(values)) for values in (wanted, low, high))
    assert list(spread(wide, least, most, total).values()) == pytest.approx(spread_out)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_cap_and_what_it_changed(engine: Engine) -> None:
    mix = Fixed(mix=((0.5, "A"), (0.3, "B"), (0.2, "C")), schedule=at_start)
    output = play(engine, mix, Limits(cap={"A": 0.4}), market(A=LEVEL, B=LEVEL, C=LEVEL))
    assert bought(output) == [(DAYS[1], "A", 40.0), (DAYS[1], "B", 36.0), (DAYS[1], "C", 24.0)]
    changed = [(row.asset, row.wanted, round(row.allowed, 9)) for row in output.limited]
    assert changed == [("A", 0.5, 0.4), ("B", 0.3, 0.36), ("C", 0.2, 0.24)]
    assert {row.limits for row in output.limited} == {"cap or floor"}
    assert output.targets[0].weights == pytest.approx({"A": 0.4, "B": 0.36, "C": 0.24})


@pytest.mark.parametrize("engine", ENGINES)
def test_a_sleeve_has_a_cap_of_its_own(engine: Engine) -> None:
    east = Sleeve("east", ("A", "B"))
    mix = Fixed(mix=((0.8, east), (0.2, "C")), schedule=at_start)
    output = play(engine, mix, Limits(cap={"east": 0.5, "C": 0.4}),
                  market(east, "C", A=LEVEL, B=LEVEL, C=LEVEL))  # fmt: skip
    weights = output.targets[0].weights
    assert weights == pytest.approx({"A": 0.25, "B": 0.25, "C": 0.4})  # a tenth stays in cash


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("band", "trades"), [(0.06, 0), (0.04, 2), ("11%", 0), ("9%", 2)])
def test_a_band_leaves_alone_what_is_near(engine: Engine, band: float | str, trades: int) -> None:
    """A at 12.2 weighs 61 / 111, 0.0495 from its half: 9.9 % of the target."""
    mix = Fixed(mix=((0.5, "A"), (0.5, "B")), schedule=every_session)
    prices = [10.0, 10.0, *[12.2] * 6]
    output = play(engine, mix, Limits(band=band), market(A=prices, B=LEVEL))
    assert len(bought(output)) == 2 + trades
    assert all(row.limits == "band" for row in output.limited)


@pytest.mark.parametrize("engine", ENGINES)
def test_turnover_is_half_of_what_is_traded(engine: Engine) -> None:
    """From cash into one line turns half over: a tenth of turnover buys a fifth a decision."""
    all_in = Fixed(mix=((1.0, "A"),), schedule=every_session)
    output = play(engine, all_in, Limits(turnover=0.1), market(A=LEVEL))
    assert bought(output)[:5] == [(day, "A", 20.0) for day in DAYS[1:6]]
    assert len(output.fills) == 5


@pytest.mark.parametrize("engine", ENGINES)
def test_an_order_has_a_least_size_but_for_the_last_sale(engine: Engine) -> None:
    mix = Fixed(mix=((0.93, "A"), (0.07, "B")), schedule=at_start)
    output = play(engine, mix, Limits(order=80), market(A=LEVEL, B=LEVEL))
    assert bought(output) == [(DAYS[1], "A", 93.0)]
    assert [(row.asset, row.limits) for row in output.limited] == [("B", "order")]


@pytest.mark.parametrize("engine", ENGINES)
def test_orders_fill_over_sessions_in_equal_parts(engine: Engine) -> None:
    all_in = Fixed(mix=((0.9, "A"),), schedule=at_start)
    output = play(engine, all_in, Limits(over=3), market(A=LEVEL))
    assert bought(output) == [(day, "A", 30.0) for day in DAYS[1:4]]


def test_limits_that_cannot_be_met_are_named() -> None:
    three = market(A=LEVEL, B=LEVEL, C=LEVEL)
    with pytest.raises(StrategyError, match=r"caps of its lines add up to 0.9, and cash may be"):
        require_possible(Limits(cap={"": 0.3, "cash": 0}), three, "mine")
    with pytest.raises(StrategyError, match=r"the floors of its lines add up to 1.2, above 1"):
        require_possible(Limits(floor=0.4), three, "mine")
    with pytest.raises(StrategyError, match="is no line and no sleeve of it: A, B, C"):
        require_possible(Limits(cap={"X": 0.4}), three, "mine")
    half = Fixed(mix=((0.5, "A"),), schedule=at_start)
    with pytest.raises(StrategyError, match=r"leave 60.00 % in cash, above its cap of 10.00 %"):
        play(kernel.run, half, Limits(cap={"A": 0.4, "cash": 0.1}), market(A=LEVEL, B=LEVEL))


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (Limits(cap={"east": 0.3}, floor={"A": 0.2, "B": 0.2}),
         "the floors of east add up to 0.4, and its caps to 0.3: lower a floor or raise a cap"),
        (Limits(cap={"A": 0.1, "B": 0.1}, floor={"east": 0.5}),
         "the floors of east add up to 0.5, and its caps to 0.2"),
        (Limits(floor={"east": 0.7, "C": 0.4}), "floors of its lines add up to 1.1, above 1"),
        (Limits(cap={"east": 0.4, "C": 0.3, "cash": 0.1}),
         "the caps of its lines add up to 0.7, and cash may be at most 0.1"),
    ],
)  # fmt: skip
def test_limits_of_a_sleeve_and_of_its_lines_must_go_together(limits: Limits, message: str) -> None:
    on = market(Sleeve("east", ("A", "B")), "C", A=LEVEL, B=LEVEL, C=LEVEL)
    with pytest.raises(StrategyError, match=message):
        require_possible(limits, on, "mine")


def test_a_cap_of_every_line_is_none_of_a_sleeve() -> None:
    on = market(Sleeve("east", ("A", "B")), "C", A=LEVEL, B=LEVEL, C=LEVEL)
    require_possible(Limits(cap=0.3, floor={"east": 0.5}), on, "mine")
    with pytest.raises(CommandError, match=r"the floor of A, 0.5, is above its cap, 0.3"):
        require_possible(Limits(cap=0.3, floor={"A": 0.5}), on, "mine")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("floor", "expected"),
    [
        ({"east": 0.4}, {"A": 0.2, "B": 0.2, "C": 0.6}),
        ({"east": 0.4, "B": 0.3}, {"A": 0.1, "B": 0.3, "C": 0.6}),
    ],
)
def test_a_sleeve_of_which_nothing_is_wanted_gets_its_floor_in_equal_parts(
    engine: Engine, floor: dict[str, float], expected: dict[str, float]
) -> None:
    on = market(Sleeve("east", ("A", "B")), "C", A=LEVEL, B=LEVEL, C=LEVEL)
    output = play(engine, Fixed(mix=((1.0, "C"),), schedule=at_start), Limits(floor=floor), on)
    assert output.targets[0].weights == pytest.approx(expected)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_line_with_a_floor_is_not_held_short(engine: Engine) -> None:
    """Of 1.2 and -0.2 a floor of 0.1 makes 0.9 and 0.1: no short pays for more."""
    mix = Fixed(mix=((1.2, "A"), (-0.2, "B")), schedule=at_start)
    output = play(engine, mix, Limits(floor={"B": 0.1}), market(A=LEVEL, B=LEVEL))
    assert output.targets[0].weights == pytest.approx({"A": 0.9, "B": 0.1})


@pytest.mark.parametrize("engine", ENGINES)
def test_a_cap_of_cash_is_of_longs(engine: Engine) -> None:
    """What a short sale brings is its collateral: 0.9 long leaves a tenth."""
    mix = Fixed(mix=((0.8, "A"), (-0.3, "B")), schedule=at_start)
    output = play(engine, mix, Limits(cap={"cash": 0.1}), market(A=LEVEL, B=LEVEL))
    assert output.targets[0].weights == pytest.approx({"A": 0.9, "B": -0.3})


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("cap", [0.4, {"LATE": 0.4}])
def test_all_that_stands_in_for_a_line_is_within_its_cap_together(
    engine: Engine, cap: float | dict[str, float]
) -> None:
    """0.9 of a line that others stand in for in equal parts: 0.2 each, as it would have 0.4."""
    late = replace(asset_of("LATE"), stand_in=("A", "B"))
    on = market(late, "C", A=LEVEL, B=LEVEL, C=LEVEL)
    mix = Fixed(mix=((0.9, late), (0.1, "C")), schedule=at_start)
    weights = play(engine, mix, Limits(cap=cap), on).targets[0].weights
    rest = 0.4 if cap == 0.4 else 0.6
    assert weights == pytest.approx({"A": 0.2, "B": 0.2, "C": rest})
