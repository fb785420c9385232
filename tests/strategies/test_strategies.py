"""What every shipped strategy inherits by being there, and the rules of each."""

from __future__ import annotations

import dataclasses
import itertools
import pickle
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache

import numpy as np
import pytest

from backtests.commands.describe import described
from backtests.engines import event_driven, kernel
from backtests.evaluation.lookahead.certificate import certify
from backtests.evaluation.schema import Honesty
from backtests.runner.inputs import cost_model, load_bars, prepare
from backtests.runner.jobs import Job
from backtests.settings import Settings
from backtests.simulation.desk import Desk
from backtests.simulation.output import EngineOutput
from backtests.strategy_loader import shipped
from markets.bars import Bars
from markets.reference.calendars import sessions_later
from markets.sample.source import SampleSource
from markets.snapshot import LoadedOnce, Snapshot
from markets.views.recorder import Recorder
from newsfolio import CommandError, Fixed, ParameterError, Strategy, StrategyError, View, Weights
from newsfolio.library import CHINA_TEN, MAG_SEVEN, Form
from newsfolio.parameters import parameters
from strategies.abc_basket import AbcBasket, Mix
from strategies.east_rising import EastRising
from strategies.relative_momentum import RelativeMomentum
from tests.support.histories import Prescribed

STRATEGIES = shipped()
WINDOW = Settings(start=date(2024, 8, 1), end=date(2026, 9, 30))
"""From before the first article to months after the last."""
EARLY = Settings(start=date(2019, 6, 3), end=date(2020, 12, 31))
"""While several of the lines were being listed."""
AROUND = timedelta(days=180)
"""Before and after its article a strategy does all that it does."""


@pytest.fixture(scope="module", params=STRATEGIES)
def strategy(request: pytest.FixtureRequest) -> Strategy:
    return STRATEGIES[request.param]()


@pytest.fixture(scope="module")
def bars(strategy: Strategy) -> Snapshot:
    return bars_of(strategy)


@pytest.fixture(scope="module")
def played(strategy: Strategy, bars: Snapshot) -> EngineOutput:
    return kernel.run(desk_of(strategy, bars))


@pytest.fixture(scope="module")
def article(strategy: Strategy) -> Settings:
    """A year around the article: a third of the decisions, and every turn that they can take."""
    assert strategy.thesis is not None
    day = strategy.thesis.article.published.date()
    return Settings(start=day - AROUND, end=min(day + AROUND, WINDOW.end or date.max))


@cache
def sample() -> LoadedOnce:
    """Theses, their variants and their controls share most of their lines."""
    return LoadedOnce(SampleSource())


def bars_of(strategy: Strategy) -> Snapshot:
    return load_bars(strategy, sample(), WINDOW)


def desk_of(strategy: Strategy, bars: Mapping[str, Bars], settings: Settings = WINDOW) -> Desk:
    return Desk(strategy, prepare(strategy, bars, settings), settings, cost_model(settings))


def test_both_engines_fill_the_same(
    strategy: Strategy, bars: Snapshot, played: EngineOutput
) -> None:
    assert len(played.fills) > 0
    assert played == event_driven.run(desk_of(strategy, bars))


def test_it_is_a_value(strategy: Strategy) -> None:
    assert pickle.loads(pickle.dumps(strategy)) == strategy
    assert dataclasses.replace(strategy) == strategy  # type: ignore[type-var]
    assert hash(dataclasses.replace(strategy)) == hash(strategy)  # type: ignore[type-var]


def test_the_same_run_twice_is_the_same(
    strategy: Strategy, bars: Snapshot, played: EngineOutput
) -> None:
    assert kernel.run(desk_of(strategy, bars)) == played


def test_it_runs_at_the_bounds_of_its_parameters_and_not_beyond(
    strategy: Strategy, bars: Snapshot, article: Settings
) -> None:
    for spec in parameters(type(strategy)):
        for bound, beyond in ((spec.low, -1), (spec.high, 1)):
            if bound is None:
                continue
            edge = dataclasses.replace(strategy, **{spec.name: spec.kind(bound)})  # type: ignore[type-var]
            assert kernel.run(desk_of(edge, bars, article)).ruined is None
            with pytest.raises(ParameterError, match=spec.name):
                dataclasses.replace(strategy, **{spec.name: spec.kind(bound + beyond)})  # type: ignore[type-var]


def test_every_set_of_its_grid_runs(strategy: Strategy, bars: Snapshot, article: Settings) -> None:
    for values in itertools.product(*strategy.grid.values()):
        variant = dataclasses.replace(strategy, **dict(zip(strategy.grid, values, strict=True)))  # type: ignore[type-var]
        own = bars if variant.facts == strategy.facts else bars_of(variant)
        kernel.run(desk_of(variant, own, article))


def test_no_line_is_held_before_its_listing_and_gross_is_kept(
    strategy: Strategy, bars: Snapshot, played: EngineOutput
) -> None:
    assert_listed_and_within_gross(desk_of(strategy, bars), played)


def test_that_holds_while_its_lines_are_being_listed(strategy: Strategy, bars: Snapshot) -> None:
    desk = desk_of(strategy, bars, EARLY)
    assert_listed_and_within_gross(desk, kernel.run(desk))


def assert_listed_and_within_gross(desk: Desk, output: EngineOutput) -> None:
    for fill in output.fills:
        asset = desk.market.assets[desk.market.place[fill.asset]]
        if asset.listed:
            assert fill.session > sessions_later(asset.venue, asset.listed, 60)
    for target in output.targets:
        weights = target.weights.values()
        assert sum(abs(weight) for weight in weights) <= desk.strategy.max_gross + 1e-9


def test_its_controls_run(strategy: Strategy, article: Settings) -> None:
    controls = strategy.controls()
    assert controls
    for control in controls.values():
        assert kernel.run(desk_of(control, bars_of(control), article)).targets


def test_it_has_a_thesis_a_benchmark_and_words(strategy: Strategy) -> None:
    assert strategy.thesis is not None
    assert strategy.benchmark is not None
    assert strategy.name in described(Job(strategy.name, strategy))[0]
    claims = {claim.id for claim in strategy.thesis.article.claims}
    assert set(strategy.thesis.claims) <= claims


def test_cutting_the_data_changes_no_earlier_fill(
    strategy: Strategy, bars: Snapshot, played: EngineOutput
) -> None:
    cut = date(2026, 6, 30)
    short = kernel.run(desk_of(strategy, bars.until(cut), dataclasses.replace(WINDOW, end=cut)))
    assert short.fills
    assert short.fills == tuple(fill for fill in played.fills if fill.session <= cut)


def test_noise_after_a_day_changes_no_fill_up_to_it(
    strategy: Strategy, bars: Snapshot, played: EngineOutput
) -> None:
    cut = np.datetime64("2026-06-30")
    lines = {ticker: _scrambled(line, cut) for ticker, line in bars.items()}
    noise = kernel.run(desk_of(strategy, Snapshot(lines, bars.facts)))
    until = [
        tuple(fill for fill in output.fills if fill.session <= cut.astype(date))
        for output in (played, noise)
    ]
    assert until[0]
    assert until[0] == until[1]


def test_no_replay_with_another_future_finds_a_look_ahead(
    strategy: Strategy, bars: Snapshot, article: Settings
) -> None:
    certificate = certify(strategy, bars, article, cuts=2)
    assert certificate.honesty is Honesty.HONEST, certificate.reason


def _scrambled(line: Bars, cut: np.datetime64) -> Bars:
    later = line.frame.index.to_numpy() > cut
    frame = line.frame.copy()
    draw = np.random.default_rng(7).lognormal(0, 0.2, (later.sum(), 1))
    frame.loc[later, ["open", "high", "low", "close"]] *= draw
    return dataclasses.replace(line, frame=frame)


class Spoken(Prescribed):
    """A history whose momenta are prescribed."""

    def __init__(self, **momenta: float) -> None:
        self._momenta = momenta

    def momentum(self, ticker: str, lookback: int, skip: int) -> float:
        assert (lookback, skip) == (126, 5)
        return self._momenta[ticker]


def view(age: int | None = None, **momenta: float) -> View:
    lines = tuple(momenta)
    return View(date(2025, 3, 31), lines, frozenset(lines), age, {}, Spoken(**momenta))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("china", "america", "bills", "held"),
    [
        (0.10, 0.05, 0.02, {"KWEB": 1.0}),
        (0.05, 0.10, 0.02, {"QQQ": 1.0}),
        (0.060, 0.045, 0.02, None),  # inside the band of 2 points
        (0.01, -0.05, 0.02, {"BIL": 1.0}),  # the winner did worse than bills
        (float("nan"), 0.05, 0.02, None),  # no history, no decision
    ],
)
def test_relative_momentum(
    china: float, america: float, bills: float, held: Weights | None
) -> None:
    assert RelativeMomentum().weights(view(KWEB=china, QQQ=america, BIL=bills)) == held


def test_relative_momentum_the_other_way_round_and_without_the_filter() -> None:
    led = view(KWEB=0.01, QQQ=-0.05, BIL=0.02)
    assert RelativeMomentum(filter=False).weights(led) == {"KWEB": 1.0}
    assert RelativeMomentum(filter=False, direction=-1).weights(led) == {"QQQ": 1.0}


def test_relative_momentum_on_the_most_traded_stocks() -> None:
    chosen = RelativeMomentum(form=Form.STOCKS)
    targets = kernel.run(desk_of(chosen, bars_of(chosen))).targets
    sizes = {len(target.weights) for target in targets}
    assert sizes <= {1, 7, 10}  # bills, America, China: stand-ins count before a listing
    assert {7, 10} <= sizes


@pytest.mark.parametrize(
    ("age", "ramp", "east"), [(None, 0, 0.0), (0, 0, 1.0), (5, 20, 0.25), (60, 20, 1.0)]
)
def test_east_rising_moves_with_the_article(age: int | None, ramp: int, east: float) -> None:
    weights = EastRising(ramp=ramp).weights(view(age))
    assert sum(weights[line] for line in CHINA_TEN.tickers) == pytest.approx(east)
    assert sum(weights[line] for line in MAG_SEVEN.tickers) == pytest.approx(1 - east)


def test_abc_basket_mixes() -> None:
    assert AbcBasket().weights(view()) == {"SMH": 1 / 3, "BABA": 1 / 3, "KWEB": 1 / 3}
    assert AbcBasket(mix=Mix.AI_HALF).weights(view()) == {"SMH": 0.5, "BABA": 0.25, "KWEB": 0.25}
    chosen = AbcBasket(mix=Mix.INVERSE_VOLATILITY)
    desk = desk_of(chosen, bars_of(chosen))
    target = kernel.run(desk).targets[-1]
    market = desk.market
    level = market.level[target.session - 63 : target.session + 1]
    inverse = 1 / np.std(level[1:] / level[:-1] - 1, axis=0, ddof=1)
    for ticker, weight in target.weights.items():
        assert weight == pytest.approx(inverse[market.place[ticker]] / inverse.sum(), rel=1e-12)


def test_the_future_of_a_view_is_not_written() -> None:
    holder = Fixed(mix=((1.0, "SPY"), (0.0, "KWEB")))
    market = prepare(holder, bars_of(holder), WINDOW)
    recorder = Recorder(market)
    today = market.first + 10
    recorder.write(market, today)
    root = recorder.frame().to_numpy()
    assert len(root) == today + 1
    for name, buffer in vars(recorder).items():
        arrays = buffer.values() if isinstance(buffer, dict) else [buffer]
        for array in arrays:
            if isinstance(array, np.ndarray):
                base = array
                while isinstance(base.base, np.ndarray):
                    base = base.base
                later = base[today + 1 :] if len(base) > today + 1 else base[:, today + 1 :]
                unwritten = {"M": np.isnat, "b": np.logical_not}.get(base.dtype.kind, np.isnan)
                assert unwritten(later).all(), name
    while isinstance(root.base, np.ndarray):
        root = root.base
    assert np.isnan(root[today + 1 :]).all()


@pytest.mark.parametrize("arguments", [(0,), (-5,), (10, -1), (2.5,)])
def test_a_view_refuses_to_reach_ahead(arguments: tuple[float, ...]) -> None:
    holder = Fixed(mix=((1.0, "SPY"),))
    market = prepare(holder, bars_of(holder), WINDOW)
    recorder = Recorder(market)
    recorder.write(market, market.first + 10)
    seen = View(market.day(market.first + 10), ("SPY",), frozenset(), None, {}, recorder)
    with pytest.raises(StrategyError, match="give a whole number"):
        seen.momentum("SPY", *arguments)  # type: ignore[arg-type]


def test_a_line_belongs_to_one_sleeve() -> None:
    with pytest.raises(CommandError, match="BABA stands twice"):
        bars_of(Fixed(mix=((0.5, "BABA"), (0.5, "BABA"))))
