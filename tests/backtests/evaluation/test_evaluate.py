"""Whole evaluations: what scores, and a finding or a reason for every edge."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from backtests.evaluation.evaluate import evaluate
from backtests.evaluation.schema import Estimate, Headline, Role
from backtests.evaluation.scored_window import scored_sessions
from backtests.records.ledger import Tried
from backtests.records.ledger.counting import Count
from backtests.runner.run_strategy import run_strategy
from backtests.settings import Settings
from newsfolio import Strategy
from tests.support.switch import DAYS, HONEST, LINES, Made, Switch, after, judged, line, noise


def estimates(value: Any) -> Iterator[Estimate]:
    """Every Estimate anywhere inside."""
    if isinstance(value, Estimate):
        yield value
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            if field.name == "max_drawdown":
                continue  # it never has an interval
            yield from estimates(getattr(value, field.name))
    elif isinstance(value, tuple):
        for part in value:
            yield from estimates(part)


def test_the_first_decision_divides() -> None:
    run = run_strategy(Switch(), Made(LINES), Settings(engine="kernel", start="2022-01-03"))
    scored, score = scored_sessions(run)
    assert (scored.divide, scored.start) == ("2023-06-01", "2023-06-02")
    assert scored.end == "2024-12-31"
    assert scored.sessions == (DAYS > "2023-06-01").sum()
    assert score.divide == score.decision
    late = run_strategy(Switch(), Made(LINES), Settings(engine="kernel", start="2024-01-02"))
    assert scored_sessions(late)[0].divide == "2024-01-02"
    again, moved = scored_sessions(run, since=date(2024, 6, 28))
    assert (again.divide, again.start) == ("2024-06-28", "2024-07-01")
    assert moved.decision == score.decision


def test_figures_and_comparisons_are_those_of_the_curves() -> None:
    run = run_strategy(Switch(), Made(LINES), Settings(engine="kernel", start="2022-01-03"))
    evaluation = evaluate(run, Tried(), lambda: HONEST, count=0).evaluation
    own = run.account.equity["2023-06-01":]  # type: ignore[misc]
    other = run.references["half and half"].curve["2023-06-01":]  # type: ignore[misc]
    assert [row.name for row in evaluation.figures] == ["strategy", "half and half", "benchmark"]
    assert evaluation.figures[0].total_return.value == pytest.approx(own.iloc[-1] / own.iloc[0] - 1)
    first = evaluation.comparisons[0]
    ahead = (own.iloc[-1] / own.iloc[0]) / (other.iloc[-1] / other.iloc[0])
    years = (own.index[-1] - own.index[0]).days / 365.25
    assert first.excess.value == pytest.approx(ahead ** (1 / years) - 1)
    assert first.excess.low < first.excess.value < first.excess.high  # type: ignore[operator]
    assert [row.role for row in evaluation.comparisons] == [Role.CONTROL, Role.BENCHMARK, Role.MIX]


def test_the_grid_counts_as_trials() -> None:
    evaluation = judged(Switch())
    assert evaluation.evaluation.significance.trials == 3
    assert [strategy.share for strategy, _ in evaluation.variants] == [1.0, 0.25, 0.5]
    assert all(sharpe is not None for _, sharpe in evaluation.variants)


def test_earlier_trials_deflate() -> None:
    run = run_strategy(Switch(), Made(LINES), Settings(engine="kernel", start="2022-01-03"))
    alone = evaluate(run, Tried(), lambda: HONEST, count=0).evaluation.significance
    many = Tried(thesis=Count(100), family=Count(90), everything=Count(101))
    after = evaluate(run, many, lambda: HONEST, count=0).evaluation.significance
    assert (after.trials, after.family, after.all_trials) == (103, 93, 104)
    assert after.deflated < alone.deflated  # type: ignore[operator]
    renamed = Tried(thesis=Count(0), family=Count(100), everything=Count(101))
    again = evaluate(run, renamed, lambda: HONEST, count=0).evaluation.significance
    assert (again.trials, again.family, again.counted) == (3, 103, 103)
    assert (again.deflated, again.expected_best) == (after.deflated, after.expected_best)
    unread = evaluate(run, None, lambda: HONEST, count=0).evaluation
    assert unread.significance.deflated is None
    assert unread.significance.why
    assert unread.verdict.word is Headline.CANNOT_TELL


@pytest.mark.parametrize("sessions", [0, 1, 2, 20])
def test_few_sessions_give_figures_or_reasons(sessions: int) -> None:
    evaluation = judged(Switch(), end=after(sessions)).evaluation
    assert evaluation.scored.sessions == sessions
    assert evaluation.verdict.word is Headline.CANNOT_TELL
    for estimate in estimates(evaluation):
        assert estimate.value is not None or estimate.why
        assert estimate.low is not None or estimate.why
    assert evaluation.placebo.why or sessions
    assert evaluation.alpha.why
    assert evaluation.overfitting.why


def test_an_article_after_the_data_scores_nothing() -> None:
    evaluation = judged(Switch(), end="2023-05-31").evaluation
    assert (evaluation.scored.sessions, evaluation.scored.start) == (0, "")
    assert evaluation.verdict.word is Headline.CANNOT_TELL
    assert "publication of article sim" in evaluation.verdict.reason


def test_a_flat_strategy() -> None:
    @dataclass(frozen=True)
    class Flat(Switch):
        grid = {}

        def weights(self, view):
            return {}

    evaluation = judged(Flat()).evaluation
    assert evaluation.figures[0].volatility.value == pytest.approx(0, abs=1e-9)
    assert evaluation.figures[0].sharpe.value is None
    assert evaluation.figures[0].sharpe.why
    assert evaluation.comparisons[0].excess.value is not None


def test_a_strategy_that_only_loses() -> None:
    losing = line(
        "BBB", np.where(DAYS > "2023-06-01", -0.004, 0.001) + 0.0005 * np.sin(range(len(DAYS)))
    )
    evaluation = judged(Switch(), {**LINES, "BBB": losing}).evaluation
    assert evaluation.verdict.word is Headline.DID_NOT
    assert evaluation.significance.needed is None


def test_a_leveraged_strategy_and_one_that_is_ruined() -> None:
    geared = judged(Switch(share=3.0)).evaluation
    assert geared.comparisons[0].tracking_error > 0.2  # type: ignore[operator]
    crash = noise(2)
    crash[list(DAYS).index(pd.Timestamp("2024-03-01"))] = -0.6
    evaluation = judged(Switch(share=3.0), {**LINES, "BBB": line("BBB", crash)}).evaluation
    assert evaluation.verdict.word is Headline.DID_NOT
    assert evaluation.verdict.reason == "The account was wiped out on 2024-03-01."
    for figure in estimates(evaluation):
        assert figure.value is not None or figure.why


def test_a_benchmark_that_starts_later_is_left_out() -> None:
    late = dataclasses.replace(LINES["IDX"], frame=LINES["IDX"].frame["2023-09-01":])  # type: ignore[misc]
    evaluation = judged(Switch(), {**LINES, "IDX": late}).evaluation
    assert [row.role for row in evaluation.comparisons] == [Role.CONTROL]


def test_without_control_the_benchmark_and_without_that_cash() -> None:
    @dataclass(frozen=True)
    class Alone(Switch):
        grid = {}

        def controls(self) -> Mapping[str, Strategy]:
            return {}

    assert judged(Alone()).evaluation.comparisons[0].role is Role.BENCHMARK
    lines = {ticker: LINES[ticker] for ticker in ("AAA", "BBB")}
    evaluation = judged(Alone(), lines).evaluation
    assert [row.role for row in evaluation.comparisons] == [Role.CASH]
    assert "control" in evaluation.placebo.why
    assert evaluation.alpha.why == "without SPY: no data for it here; no proxies"


def test_without_an_article_all_is_context() -> None:
    @dataclass(frozen=True)
    class Idle(Strategy):
        """Half and half."""

        universe = ("AAA", "BBB")

        def weights(self, view):
            return {"AAA": 0.5, "BBB": 0.5}

    evaluation = judged(Idle()).evaluation
    assert evaluation.verdict.word is Headline.NONE
    assert evaluation.scored.divide == "2022-01-03"
    assert evaluation.attribution is not None


def test_the_same_run_gives_the_same_findings() -> None:
    assert judged(Switch()).evaluation == judged(Switch()).evaluation
