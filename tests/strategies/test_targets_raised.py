"""The rule of targets-raised, in views made by hand and on prices."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from markets.folder.fact_files import WithFacts
from markets.folder.source import FolderSource
from strategies.targets_raised import CHINA, TARGET_CHANGES, WORLD, TargetsRaised, Trigger, raises
from tests.support.strategy_views import NAN, WrittenHistory, fills_of, view_on


def changes(*rows: tuple[str, str, float, float]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["known", "index", "old", "new"])
    return table.assign(known=pd.to_datetime(table["known"]), house="a house")


def test_only_raised_targets_of_chinese_indices_count() -> None:
    table = changes(
        ("2024-05-20", "MSCI China", 60, 70),
        ("2025-02-17", "MSCI China", NAN, 85),
        ("2025-02-19", "CSI 300", 4200, 4200),  # held
        ("2025-03-03", "HSI", 25000, 24000),  # cut
        ("2025-03-04", "S&P 500", 6000, 6500),  # not Chinese
        ("2025-03-05", "^HSCE", 8000, 8600),
    )
    assert raises(table)["known"].dt.strftime("%m-%d").tolist() == ["05-20", "02-17", "03-05"]


def told_of_targets(table: pd.DataFrame, today: str) -> WrittenHistory:
    days = pd.bdate_range("2025-02-03", today)
    closes = pd.DataFrame(100.0, index=days, columns=[CHINA, WORLD])
    return WrittenHistory(closes=closes, tables={TARGET_CHANGES.name: table})


@pytest.mark.parametrize(
    ("today", "wanted"),
    [
        ("2025-02-18", CHINA),  # the first session after the note of Monday
        ("2025-02-20", CHINA),  # the third
        ("2025-02-21", WORLD),
        ("2025-06-30", WORLD),
    ],
)
def test_china_is_held_for_as_many_sessions_as_asked(today: str, wanted: str) -> None:
    table = changes(("2024-05-20", "HSI", 1, 2), ("2025-02-17", "MSCI China", NAN, 85))
    history = told_of_targets(table, today)
    chosen = TargetsRaised(hold=3)
    assert chosen.weights(view_on(history, today)) == {wanted: 1.0}
    assert (
        chosen.weights(view_on(history, today, held={CHINA: 0.0, WORLD: 0.0, wanted: 0.99})) is None
    )


def test_a_longer_hold_counts_sessions_and_not_days() -> None:
    table = changes(("2025-02-03", "HSI", 1, 2))
    fortieth, next_one = "2025-03-31", "2025-04-01"  # 40 weekdays after 3 February, and the 41st
    for today, wanted in ((fortieth, CHINA), (next_one, WORLD)):
        view = view_on(told_of_targets(table, today), today)
        assert TargetsRaised(hold=40).weights(view) == {wanted: 1.0}


def test_without_a_raise_the_world_is_held() -> None:
    view = view_on(told_of_targets(changes(), "2025-02-18"), "2025-02-18")
    assert TargetsRaised().weights(view) == {WORLD: 1.0}


def held_by_lot(table: pd.DataFrame, seed: int = 1) -> list[str]:
    """The days on which China is held for a session each."""
    rule = TargetsRaised(trigger=Trigger.LOT, hold=1, seed=seed)
    days = pd.bdate_range("2025-02-18", "2026-03-31").strftime("%Y-%m-%d")
    views = {day: view_on(told_of_targets(table, day), day) for day in days}
    return [day for day, view in views.items() if CHINA in (rule.weights(view) or {})]


def test_days_by_lot_follow_their_raise_and_move_no_other() -> None:
    first = ("2025-02-17", "MSCI China", NAN, 85.0)
    (alone,) = held_by_lot(changes(first))
    both = held_by_lot(changes(first, ("2025-02-19", "HSI", 1, 2)))
    assert "2025-02-18" < alone <= "2026-02-18"
    assert len(both) == 2
    assert alone in both
    assert held_by_lot(changes(first), seed=2) != [alone]


@pytest.mark.parametrize(
    ("last_week", "wanted"),
    [
        ([100, 100, 100, 100, 121], CHINA),
        ([100, 100, 100, 100, 119], WORLD),
        ([100, 125, 100, 100, 100], WORLD),  # not at the end of the week
        ([100, 100, 100, 100, NAN], WORLD),
    ],
)
def test_a_technical_bull_market_is_seen_at_the_end_of_a_week(
    last_week: list[float], wanted: str
) -> None:
    levels = [100.0] * 200 + last_week
    days = pd.bdate_range(end="2025-03-28", periods=205)
    closes = pd.DataFrame({CHINA: levels, WORLD: 100.0}, index=days)
    chosen = TargetsRaised(trigger=Trigger.BULL, hold=20)
    assert chosen.weights(view_on(WrittenHistory(closes=closes), "2025-03-28")) == {wanted: 1.0}
    longer = pd.concat([closes, closes.iloc[-1:].set_index(pd.DatetimeIndex(["2025-03-31"]))])
    longer.iloc[-1] = 100.0
    assert chosen.weights(view_on(WrittenHistory(closes=longer))) == {
        wanted: 1.0
    }  # and is remembered
    assert TargetsRaised(trigger=Trigger.BULL, hold=20).facts == ()


def test_a_short_past_is_no_bull_market() -> None:
    days = pd.bdate_range(end="2025-03-28", periods=125)
    closes = pd.DataFrame({CHINA: np.linspace(100, 200, 125), WORLD: 100.0}, index=days)
    chosen = TargetsRaised(trigger=Trigger.BULL)
    assert chosen.weights(view_on(WrittenHistory(closes=closes), "2025-03-28")) == {WORLD: 1.0}


def test_targets_raised_on_real_prices(prices: Path, tmp_path: Path) -> None:
    """The note of the holiday of 17 February 2025 is known at the close of the 18th."""
    span = ("2025-01-02", "2025-03-31")
    done = fills_of(TargetsRaised(), FolderSource(prices), *span)
    bought = done[(done["asset"] == CHINA) & (done["quantity"] > 0)]
    assert bought["session"].dt.strftime("%Y-%m-%d").tolist() == ["2025-02-19"]
    (tmp_path / "target_changes.csv").write_text(
        "known,house,index,old,new\n2025-02-17,Nobody,MSCI China,85,75\n"
    )
    own = fills_of(TargetsRaised(), WithFacts(FolderSource(prices), tmp_path), *span)
    assert set(own["asset"]) == {WORLD}


def test_the_raises_that_failed_are_in_the_table() -> None:
    assert ("2024-05-20", "Goldman Sachs", "MSCI China", 60, 70) in TARGET_CHANGES.rows
    (study,) = TargetsRaised().studies
    assert (study.facts, study.market) == (TARGET_CHANGES, WORLD)
