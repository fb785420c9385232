"""Distributions in kind and other corrections through the whole chain, to the cent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from backtests.evaluation.attribution.contributions import attribute
from backtests.runner.run_strategy import run_strategy
from backtests.settings import Engine
from backtests.simulation.fills import Why
from markets.bars import COLUMNS, Bars, Priced
from markets.corrections import DISTRIBUTIONS, Corrected, Correction, corrected
from markets.folder.source import FolderSource
from newsfolio import BrokenData, Fixed, at_start
from newsfolio.listings import asset_of
from tests.support.corporate_actions import (
    CENT,
    EXACT,
    USED,
    MadeUp,
    cell,
    place,
    rows_in,
    settings,
)

TENCENT = (
    ("2022-01-20", "2022-01-19", "9618.HK", 21),
    ("2023-01-05", "2023-01-04", "3690.HK", 10),
)


@USED
@pytest.mark.parametrize(("day", "before", "other", "units"), TENCENT)
@pytest.mark.parametrize("told_twice", [False, True])
def test_tencents_distributions_are_credited_once_wherever_one_looks(
    prices: Path, tmp_path: Path, engine: Engine, day: str, before: str, other: str, units: int,
    told_twice: bool,
) -> None:  # fmt: skip
    again = f"0700.HK,{day},in-kind,{1 / units!r},{other},as the company announced"
    rows = (*DISTRIBUTIONS, *(rows_in(tmp_path, again) if told_twice else ()))
    start = str(date.fromisoformat(day) - pd.Timedelta(days=15))[:10]
    end = str(date.fromisoformat(day) + pd.Timedelta(days=8))[:10]
    strategy = Fixed(mix=((0.9, "0700.HK"),), schedule=at_start)
    asked = settings(engine, start, end, currency="HKD", cash=1e7)
    run = run_strategy(strategy, Corrected(FolderSource(prices), rows), asked)

    worth = cell(prices, other, before, "Close") / units
    (fill,) = run.output.fills
    (paid,) = [event for event in run.output.events if event.why is Why.DIVIDEND]
    assert paid.session == date.fromisoformat(day)
    assert paid.amount == pytest.approx(fill.quantity * worth, abs=CENT)

    column = run.market.place["0700.HK"]
    level = run.market.level[[place(run, before), place(run, day)], column]
    old, new = (cell(prices, "0700.HK", at, "Close") for at in (before, day))
    assert level[1] / level[0] == pytest.approx(new / old / (1 - worth / old), rel=EXACT)

    shares = attribute(run.market, run.output.fills, run.output.events, run.account, 0)
    assert shares is not None
    (part,) = shares.lines
    assert part.dividends == pytest.approx(fill.quantity * worth / 1e7, rel=EXACT)


def line(ticker: str, closes: Sequence[float], splits: dict[int, float] | None = None) -> Bars:
    days = pd.bdate_range("2022-01-03", periods=len(closes), name="session")
    frame = pd.DataFrame({name: list(closes) for name in COLUMNS[:4]}, index=days)
    frame = frame.assign(volume=100.0, dividend=0.0, split=0.0).astype("float64")
    for row, ratio in (splits or {}).items():
        frame.iloc[row, 6] = ratio
    return Bars(ticker, frame, Priced.SPLITS)


def in_kind(value: float, of: str, day: str) -> Correction:
    return Correction("SPY", date.fromisoformat(day), "in-kind", value, of, "we looked")


def test_a_distribution_counts_shares_as_they_traded_whatever_split_later() -> None:
    """A share of 40 gave half a share of 60; later the first split 4:1 and the other 3:1."""
    giver = line("SPY", [10.0] * 6, {4: 4.0})
    given = line("JD", [20.0] * 6, {5: 3.0})
    bars = corrected(giver, [in_kind(0.5, "JD", "2022-01-05")], {"JD": given})
    assert bars.frame["dividend"].sum() == pytest.approx(0.5 * 60 / 4)


def test_a_distribution_is_valued_at_corrected_and_recent_closes_only(tmp_path: Path) -> None:
    MadeUp(still=True).write(tmp_path, "SPY", "2024-01-02", "2024-06-28")
    MadeUp(price=50.0, still=True).write(tmp_path, "KWEB", "2024-01-02", "2024-02-28")
    rows = rows_in(
        tmp_path,
        "SPY,2024-02-01,in-kind,0.1,KWEB,given",
        "SPY,2024-06-03,in-kind,0.1,KWEB,given",
        "KWEB,2024-01-31,close,51,,a tick",
    )
    stored = Corrected(FolderSource(tmp_path), rows).load([asset_of("SPY")])["SPY"]
    paid = stored.frame["dividend"]
    assert paid[paid > 0].to_dict() == {pd.Timestamp("2024-02-01"): pytest.approx(5.1)}
    assert "no close of KWEB shortly before" in stored.notes[-1]


def test_what_is_distributed_must_be_in_the_lines_currency(tmp_path: Path) -> None:
    MadeUp().write(tmp_path, "SPY", "2024-01-02", "2024-06-28")
    MadeUp().write(tmp_path, "9618.HK", "2024-01-02", "2024-06-28")
    rows = rows_in(tmp_path, "SPY,2024-02-01,in-kind,0.1,9618.HK,given")
    with pytest.raises(BrokenData, match=r"SPY trades in USD and 9618\.HK, .* in HKD"):
        Corrected(FolderSource(tmp_path), rows).load([asset_of("SPY")])


def test_a_row_is_not_dropped_with_what_it_paid() -> None:
    bars = line("SPY", [10.0] * 6, {2: 2.0})
    drop = Correction("SPY", date(2022, 1, 5), "drop", 0.0, "", "closed")
    with pytest.raises(BrokenData, match="a split of 2 stands in it"):
        corrected(bars, [drop], {})
    none = Correction("SPY", date(2022, 1, 5), "split", 0.0, "", "not that day")
    assert len(corrected(bars, [none, drop], {}).frame) == 5


def test_a_row_told_twice_counts_once_and_the_later_one_wins() -> None:
    first, second = (
        Correction("SPY", date(2022, 1, 5), "close", value, "", "we looked") for value in (9, 9.5)
    )
    bars = corrected(line("SPY", [10.0] * 6), [first, second], {})
    assert bars.frame["close"].iloc[2] == 9.5
    assert len(bars.notes) == 1


def test_figures_of_one_day_are_corrected_together() -> None:
    """A high below the old low, and a low below it."""
    rows = [
        Correction("SPY", date(2022, 1, 5), what, value, "", "another unit")
        for what, value in (("open", 1.0), ("high", 1.2), ("low", 0.9), ("close", 1.1))
    ]
    bars = corrected(line("SPY", [10.0] * 6), rows, {}).frame.iloc[2]
    assert bars[["open", "high", "low", "close"]].tolist() == [1.0, 1.2, 0.9, 1.1]
