"""The rule of valuation-gap, in views made by hand and on prices."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from markets.folder.fact_files import WithFacts
from markets.folder.source import FolderSource
from newsfolio import MissingData
from newsfolio.library import Form
from strategies.valuation_gap import CHINA_PE, US_PE, Signal, ValuationGap
from tests.support.strategy_views import NAN, TODAY, WrittenHistory, targets, view_in_march


@pytest.mark.parametrize(
    ("z", "cap", "direction", "china"),
    [
        (0.0, 1.0, 1, 0.5),
        (-0.5, 1.0, 1, 0.75),  # cheap: more of it
        (0.5, 1.0, 1, 0.25),
        (-3.0, 1.0, 1, 1.0),
        (3.0, 1.0, 1, 0.0),
        (-1.0, 2.0, 1, 0.75),
        (-0.5, 1.0, -1, 0.25),  # momentum
        (NAN, 1.0, 1, 0.5),
    ],
)
def test_the_cheaper_side_gets_more(z: float, cap: float, direction: int, china: float) -> None:
    strategy = ValuationGap(cap=cap, direction=direction)
    history = WrittenHistory(scores={"KWEB": z})
    assert strategy.weights(view_in_march(history, strategy, None)) == {
        "KWEB": pytest.approx(china),
        "QQQ": pytest.approx(1 - china),
    }
    assert history.asked == [("zscore", "KWEB", "QQQ", 756)]


def test_stocks_are_weighed_by_the_z_of_the_funds() -> None:
    strategy = ValuationGap(form=Form.STOCKS)
    china, america = (part.tickers for part in strategy.universe[:2])
    history = WrittenHistory(scores={"KWEB": -0.5}, traded=dict.fromkeys((*china, *america), 1.0))
    weights = strategy.weights(view_in_march(history, strategy))
    assert weights is not None
    assert [weights[line] for line in sorted(china)[:10]] == pytest.approx([0.075] * 10)
    assert [weights[line] for line in sorted(america)[:7]] == pytest.approx([0.25 / 7] * 7)
    assert not {"KWEB", "QQQ"} & set(weights)


def ratios(*pe: float, first: date = TODAY - timedelta(days=60)) -> pd.DataFrame:
    """A P/E a day, from `first` on."""
    days = pd.date_range(first, periods=len(pe), freq="D")
    return pd.DataFrame({"known": days.astype("datetime64[s]"), "PE": pe})


def by_earnings(china: pd.DataFrame, america: pd.DataFrame) -> Mapping[str, float] | None:
    strategy = ValuationGap(signal=Signal.PE, window=60, cap=5.0)
    tables = {CHINA_PE.name: china, US_PE.name: america}
    return strategy.weights(view_in_march(WrittenHistory(tables=tables), strategy))


def test_by_earnings_the_higher_yield_gets_more() -> None:
    """59 days at 20 against 20, then one at 16: the gap is 0 and at last 0.0125.

    Mean 0.0125/60, deviation 0.0125/sqrt(60): z of the gap is 59/sqrt(60), 7.617, above the cap.
    With ten days at 16 at the end: mean 1/6, deviation sqrt(60 * 5/36 / 59), z 2.2174.
    """
    flat = ratios(*[20.0] * 60)
    assert by_earnings(ratios(*[20.0] * 59, 16.0), flat) == {"KWEB": 1.0, "QQQ": 0.0}
    z = (5 / 6) / math.sqrt(60 * 5 / 36 / 59)
    assert z == pytest.approx(2.2174, abs=1e-4)
    china = ratios(*[20.0] * 50, *[16.0] * 10)
    assert by_earnings(china, flat) == {
        "KWEB": pytest.approx(0.5 + 0.5 * z / 5),
        "QQQ": pytest.approx(0.5 - 0.5 * z / 5),
    }
    dearer = by_earnings(flat, china)
    assert dearer is not None
    assert dearer["KWEB"] == pytest.approx(0.5 - 0.5 * z / 5)


def test_by_earnings_nothing_is_decided_on_too_few_or_old_ratios() -> None:
    china, flat = ratios(*[20.0] * 50, *[16.0] * 10), ratios(*[20.0] * 60)
    none = ratios()
    assert by_earnings(none, none) is None
    assert by_earnings(china.iloc[1:], flat) is None  # 59 common days
    start = TODAY - timedelta(days=89)  # the last day is then 30 days back
    assert (
        by_earnings(ratios(*china["PE"], first=start), ratios(*flat["PE"], first=start)) is not None
    )
    start -= timedelta(days=1)
    assert by_earnings(ratios(*china["PE"], first=start), ratios(*flat["PE"], first=start)) is None
    assert by_earnings(flat, flat) is None  # no deviation, no z


@pytest.mark.parametrize("blank", [NAN, 0.0, -5.0])
def test_by_earnings_a_blank_and_a_loss_are_unknown(blank: float) -> None:
    """Ten blanks among 70 days leave the 60 of the case above."""
    pe = np.array([20.0] * 50 + [blank] * 10 + [16.0] * 10)
    start = TODAY - timedelta(days=70)
    weights = by_earnings(ratios(*pe, first=start), ratios(*[20.0] * 70, first=start))
    assert weights is not None
    assert weights["KWEB"] == pytest.approx(0.5 + 0.5 * 2.217356 / 5, abs=1e-6)


def test_the_tables_are_asked_for_only_by_the_rule_that_reads_them() -> None:
    assert ValuationGap().facts == ()
    assert [table.name for table in ValuationGap(signal=Signal.PE).facts] == [
        "index_valuation_HSTECH",
        "index_valuation_NDX",
    ]
    assert {table.lag for table in ValuationGap(signal=Signal.PE).facts} == {1}


def test_the_random_walk_has_one_past() -> None:
    """Its steps are uniform: the deviation over 504 days is that of a walk, not of noise."""
    strategy = ValuationGap(signal=Signal.WALK, window=504, cap=5.0)

    def share(day: date, seed: int = 1) -> float:
        drawn = dataclasses.replace(strategy, seed=seed)
        weights = drawn.weights(view_in_march(WrittenHistory(), drawn, None, today=day))
        assert weights is not None
        return weights["KWEB"]

    days = [TODAY + timedelta(days=step) for step in range(300)]
    shares = np.array([share(day) for day in days])
    assert share(TODAY) == shares[0] != share(TODAY, seed=2)
    assert np.abs(np.diff(shares)).max() < 0.05 < np.ptp(shares)


def test_a_run_on_earnings_without_the_tables_says_which(prices: Path) -> None:
    with pytest.raises(MissingData, match=r"index_valuation_HSTECH.*\n.*Date, PE.*--facts"):
        targets(ValuationGap(signal=Signal.PE), FolderSource(prices), "2024-01-02", "2025-03-31")


def test_the_valuation_gap_on_real_ratios(prices: Path) -> None:
    """The decision of 2025-12-31 knows ratios dated until two sessions before."""
    folder = prices.parent / "fundamentals"
    if not folder.is_dir():
        pytest.skip("no valuations beside the prices")
    source = WithFacts(FolderSource(prices), folder)
    china, america = (
        pd.read_csv(folder / f"{name}.csv", index_col="Date")["PE"].dropna()
        for name in ("index_valuation_HSTECH", "index_valuation_NDX")
    )
    gap = pd.concat([1 / china, 1 / america], axis=1, join="inner").diff(axis=1).iloc[:, 1]
    gap = -gap.loc[:"2025-12-29"].iloc[-756:]
    z = (gap.iloc[-1] - gap.mean()) / gap.std()
    weights = targets(ValuationGap(signal=Signal.PE, cap=2.0), source, "2020-01-02", "2026-03-31")
    assert weights["2025-12-31"]["KWEB"] == pytest.approx(0.5 + 0.25 * z, abs=1e-9)
    assert min(weights) == "2023-09-29"  # 756 common days are known from 2023 on


def test_the_valuation_gap_on_real_prices(prices: Path) -> None:
    """The z of 2025-12-31 from the vendor's own adjusted closes."""
    adjusted = [
        pd.read_csv(prices / f"{name}.csv", index_col="Date")["Adj Close"]
        for name in ("KWEB", "QQQ")
    ]
    ratio = np.log(adjusted[0] / adjusted[1]).dropna().loc[:"2025-12-31"].iloc[-756:]
    z = (ratio.iloc[-1] - ratio.mean()) / ratio.std()
    assert -1 < z < 0
    weights = targets(ValuationGap(), FolderSource(prices), "2025-01-02", "2026-03-31")
    assert weights["2025-12-31"]["KWEB"] == pytest.approx(0.5 - 0.5 * z, abs=2e-3)
