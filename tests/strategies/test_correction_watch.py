"""The rule of correction-watch, in views made by hand and on prices."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from markets.folder.source import FolderSource
from strategies.correction_watch import CorrectionWatch, Exposure, TenMonthRule
from tests.support.strategy_views import WrittenHistory, adjusted, targets, view_of, weekdays


def path(*moves: float) -> WrittenHistory:
    level = 100 * np.cumprod(1 + np.array(moves))
    return WrittenHistory(
        closes=pd.DataFrame({"QQQ": level, "BIL": 1.0}, index=weekdays(len(moves)))
    )


CALM = [0.012, -0.01] * 200


"""Rises by a tenth of a percent a session."""


@pytest.mark.parametrize(
    ("moves", "signs"),
    [
        (CALM, ["", "", ""]),
        # a quiet fall below the mean of 100
        ([*CALM, *[-0.005] * 20], ["yes", "", "yes"]),
        # a wild stretch that ends higher than it began
        ([*CALM, *[0.06, -0.05] * 10], ["", "yes", ""]),
        ([*CALM, *[0.05, -0.07] * 10], ["yes", "yes", "yes"]),
        # wilder than 88 of 100 sessions of the year before, and than 77
        ([*CALM, *[0.06, -0.05] * 5, *CALM[:150], *[0.02, -0.0165] * 10], ["", "yes", ""]),
        ([*CALM, *[0.06, -0.05] * 20, *CALM[:150], *[0.02, -0.0165] * 10], ["", "", ""]),
        # down for 20 sessions from a height, still above the mean
        ([*CALM, *[0.01] * 60, *[-0.001] * 20], ["", "", "yes"]),
        (CALM[:15], ["", "", ""]),
    ],
)
def test_two_of_three_signs_cut_the_fund(moves: list[float], signs: list[str]) -> None:
    strategy = CorrectionWatch()
    seen = view_of(path(*moves), strategy)
    assert strategy.explain(seen)["there"].tolist() == signs
    share = 0.3 if signs.count("yes") >= 2 else 1.0
    assert strategy.weights(seen) == {"QQQ": share, "BIL": pytest.approx(1 - share)}
    assert CorrectionWatch(cut=0.0).weights(seen)["QQQ"] == (0.0 if share < 1 else 1.0)


def test_the_average_exposure_is_that_of_the_weeks() -> None:
    """The rule asked on each Friday of the past, one by one."""
    history = path(*CALM[:300], *[-0.005] * 20, *CALM[:150], *[0.05, -0.07] * 10)
    closes, rule = history.closes, CorrectionWatch(cut=0.2)
    fridays = [day for day in closes.index if day.weekday() == 4]
    shares = [
        rule.weights(view_of(WrittenHistory(closes=closes.loc[:day]), rule))["QQQ"]
        for day in fridays
    ]
    assert {0.2, 1.0} == set(shares)
    strategy = dataclasses.replace(rule, exposure=Exposure.AVERAGE)
    weights = strategy.weights(view_of(history, strategy))
    assert weights["QQQ"] == pytest.approx(np.mean(shares))
    assert sum(weights.values()) == pytest.approx(1.0)


def months(*ends: float) -> WrittenHistory:
    index = pd.bdate_range("2025-01-01", periods=len(ends), freq="BME")
    level = pd.Series(ends, index=index).resample("B").bfill()
    return WrittenHistory(closes=pd.DataFrame({"QQQ": level, "BIL": 1.0}))


@pytest.mark.parametrize(
    ("ends", "held"),
    [
        ((*[100.0] * 9, 101.0), "QQQ"),
        ((*[100.0] * 9, 99.0), "BIL"),
        ((*[100.0] * 9, 100.0), "BIL"),
        # the eleventh month back no longer counts
        ((1000.0, *[100.0] * 9, 101.0), "QQQ"),
        ((*[100.0] * 8, 99.0), "QQQ"),
    ],
)
def test_the_ten_month_rule(ends: tuple[float, ...], held: str) -> None:
    assert TenMonthRule().weights(view_of(months(*ends), TenMonthRule())) == {held: 1.0}


def test_the_watch_on_the_fall_of_2025(prices: Path) -> None:
    """Before the article all is invested; the cut comes two weeks after it, and ends in May."""
    weights = targets(CorrectionWatch(), FolderSource(prices), "2025-01-02", "2025-07-31")
    cut = [day for day, held in weights.items() if held["QQQ"] < 1]
    qqq = adjusted(prices, "QQQ")
    for day in ("2025-02-21", "2025-03-14", "2025-07-25"):
        past = qqq.loc[:day]
        wild = past.pct_change().rolling(20).std().iloc[-252:]
        signs = (
            past.iloc[-1] < past.iloc[-100:].mean(),
            wild.iloc[-1] > np.quantile(wild, 0.8),
            past.iloc[-1] < past.iloc[-21],
        )
        assert (day in cut) == (sum(signs) >= 2), day
    assert "2025-02-21" not in cut
    assert "2025-03-14" in cut
    assert "2025-07-25" not in cut
