"""A tree is certified, scored, moved to other dates and swept with all of its legs."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backtests import strategy_loader
from backtests.engines import kernel
from backtests.evaluation.lookahead.certificate import certify
from backtests.evaluation.schema import Honesty
from backtests.records.from_run import result_of
from backtests.records.result import load
from backtests.runner.divide import window_on
from backtests.runner.fingerprint import code_behind, code_of
from backtests.runner.inputs import inputs_of, prepare
from backtests.runner.provenance import parameter_values
from backtests.runner.run_strategy import run_strategy
from backtests.settings import Settings
from backtests.sweeps.grid import grid_of
from backtests.sweeps.simulator import SweepSimulator
from markets.sample.source import SampleSource
from markets.snapshot import Snapshot
from newsfolio import Article, Fixed, Limits, Strategy, Thesis, at_publication, monthly, yearly
from newsfolio.trees import published_of
from reports import write_pages
from tests.support.switch import Made
from tests.support.trees import FREE, played, walk

CHEATS = Path(__file__).parents[3] / "support" / "cheats"
LINES = walk(4, 200, 3)


def article(number: str, month: int) -> Article:
    return Article(number, "On lines", "The Paper", datetime(2020, month, 3, 12, tzinfo=UTC), ())


EARLY = Thesis("E", "A rises", "A rises", article("e", 4), ())
LATE = Thesis("L", "C rises", "C rises", article("l", 6), ())


@dataclasses.dataclass(frozen=True)
class OnA(Strategy):
    universe = ("A",)
    rebalance = monthly | at_publication
    thesis = EARLY
    size: float = 0.5

    def weights(self, view):  # type: ignore[no-untyped-def]
        return {"A": 1.0 if view.published else self.size}


@dataclasses.dataclass(frozen=True)
class OnC(OnA):
    universe = ("C",)
    thesis = LATE

    def weights(self, view):  # type: ignore[no-untyped-def]
        return {"C": 1.0 if view.published else self.size}


TREE = Fixed(mix=((0.5, OnA()), (0.3, OnC()), (0.2, "B")), schedule=yearly)


def test_the_latest_article_of_the_legs_divides() -> None:
    assert TREE.thesis is LATE
    assert published_of(TREE) == LATE.article.published
    market = prepare(TREE, LINES, FREE)
    assert market.day(window_on(market, "l").divide).isoformat() == "2020-06-03"
    early, late = (leg.first_decision for leg in market.legs)
    assert (market.day(early or 0).isoformat(), late) == ("2020-04-03", market.first_decision)


def test_the_page_names_the_articles_that_do_not_judge() -> None:
    settings = dataclasses.replace(FREE, start=date(2020, 1, 2))
    result = result_of(run_strategy(TREE, Made(LINES), settings))
    thesis = result.manifest["thesis"]
    assert thesis is not None
    assert thesis["title"] == "C rises"
    assert thesis["others"] == ["“On lines”, The Paper, 2020-04-03"]
    (alone,) = (result_of(run_strategy(OnA(), Made(LINES), settings)).manifest["thesis"],)
    assert alone is not None
    assert "others" not in alone


def test_another_date_moves_all_articles_together() -> None:
    market = prepare(TREE, LINES, FREE)
    first, last = market.first_decision or 0, len(market.sessions) - 1
    moved = market.window(first - 30, last - 30, first - 20)
    for leg, own in zip(moved.legs, market.legs, strict=True):
        assert leg.first_decision == (own.first_decision or 0) - 20
        assert (leg.first, len(leg.sessions) - 1) == (first - 30, last - 30)
    assert all(leg.first_decision is None for leg in market.window(first, last, None).legs)
    run = played(TREE, LINES, FREE, kernel.run, moved)
    assert run.output.targets[0].weights["A"] == pytest.approx(0.5)  # its article lies before


def test_a_leg_that_looks_ahead_is_found_in_the_tree() -> None:
    leg = strategy_loader.find(f"{CHEATS / 'frames.py'}:BufferPeek")()
    tree = Fixed(mix=((0.5, leg), (0.5, Fixed(mix=((1.0, "SPY"),)))))
    settings = Settings(start="2024-01-02", end="2024-06-28", engine="kernel")  # type: ignore[arg-type]
    bars = inputs_of(tree, settings).load(SampleSource())
    certificate = certify(tree, bars, settings, cuts=1)
    assert certificate.honesty is not Honesty.HONEST
    assert "leg buffer-peek: " in certificate.reason


@dataclasses.dataclass(frozen=True)
class Peeking(Strategy):
    """A parent that looks behind the last row, as `BufferPeek` does."""

    universe = (Fixed(mix=((1.0, "SPY"),)), Fixed(mix=((1.0, "KWEB"),)))
    rebalance = monthly

    def weights(self, view):  # type: ignore[no-untyped-def]
        rows = view._history._level[: len(view.close)]
        ahead = rows.base[len(rows) : len(rows) + 20]
        seen = ahead[~np.isnan(ahead)]
        share = float(np.mean(seen < seen.max() / 2)) if len(seen) else 0.5
        return {self.universe[0]: share, self.universe[1]: 1 - share}


@pytest.mark.parametrize("deep", [False, True])
def test_a_parent_that_looks_ahead_is_found_at_any_depth(deep: bool) -> None:
    tree: Strategy = Fixed(mix=((0.9, Peeking()), (0.1, "TLT"))) if deep else Peeking()
    settings = Settings(start="2024-01-02", end="2024-03-15", engine="kernel")  # type: ignore[arg-type]
    bars = inputs_of(tree, settings).load(SampleSource())
    certificate = certify(tree, bars, settings, cuts=1)
    assert certificate.honesty is Honesty.CHEATS
    assert ("leg peeking: " in certificate.reason) == deep


def test_a_sweep_varies_a_leg_by_its_dotted_name() -> None:
    grid = grid_of(TREE, {"on-a.size": ("0.2", "0.9")})
    simulator = SweepSimulator(Snapshot(LINES), FREE, "walk")
    markets = {id(simulator.shared(grid.strategy(place)).market) for place in range(2)}
    assert len(markets) == 1  # legs that differ in parameters share it
    for place, size in enumerate((0.2, 0.9)):
        other = Fixed(mix=((0.5, OnA(size)), (0.3, OnC()), (0.2, "B")), schedule=yearly)
        assert grid.strategy(place) == other
        equity, _ = simulator.curve(grid.strategy(place))
        assert np.array_equal(equity, played(other, LINES, FREE, kernel.run).equity)


def test_a_tree_is_named_by_all_parameters_and_all_code() -> None:
    values = parameter_values(TREE)
    assert values["mix"] == [[0.5, "on-a"], [0.3, "on-c"], [0.2, "B"]]
    assert (values["on-a.size"], values["on-c.size"]) == (0.5, 0.5)
    assert code_behind(TREE) != code_of(Fixed)
    assert code_behind(Fixed(mix=((1.0, "A"),))) == code_of(Fixed)


@dataclasses.dataclass(frozen=True)
class Capped(Strategy):
    universe = ("SPY", "QQQ")
    rebalance = monthly
    limits = Limits(cap=0.4)

    def weights(self, view):  # type: ignore[no-untyped-def]
        return {"SPY": 0.7, "QQQ": 0.3}


def test_what_limits_of_a_leg_changed_stands_on_the_page(tmp_path: Path) -> None:
    """Of 0.7 and 0.3 a cap of 0.4 makes 0.4 each, in the account of the leg."""
    inner = Fixed(mix=((0.5, Capped()), (0.5, "GLD")), schedule=monthly)
    settings = Settings(start=date(2025, 1, 2), end=date(2025, 6, 30))
    strategy = Fixed(mix=((0.6, inner), (0.4, "TLT")), schedule=monthly)
    result = result_of(run_strategy(strategy, SampleSource(), settings))
    rows = result.limited
    assert len(set(rows["leg"])) == 1
    assert rows["leg"].iloc[0].endswith(": capped")
    assert rows.groupby("asset")["wanted"].agg(set).to_dict() == {"SPY": {0.7}, "QQQ": {0.3}}
    assert rows["allowed"].to_numpy() == pytest.approx(0.4)
    result.save(tmp_path / "run", partial(write_pages, tearsheet=False))
    pd.testing.assert_frame_equal(load(tmp_path / "run").limited, rows)
    page = (tmp_path / "run" / "details.html").read_text(encoding="utf-8")
    assert f"decisions of this leg, in its own account, limits changed {len(rows)} weights" in page
