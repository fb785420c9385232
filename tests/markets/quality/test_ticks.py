"""Bad ticks: a close that nothing around it knows of, by planted ones."""

from __future__ import annotations

import pandas as pd
import pytest

from markets.bars import Priced
from markets.quality.findings import Severity
from newsfolio.assets import NEW_YORK, Asset, Kind
from tests.support.calm_lines import LINE, alarms, bare, frame

AT = 150


def with_close(times: float, busy: float = 1.0, made: pd.DataFrame | None = None) -> pd.DataFrame:
    """One close times this, the range widened to hold it."""
    made = frame() if made is None else made
    day = made.index[AT]
    made.loc[day, "close"] *= times
    made.loc[day, "high"] = made.loc[day, ["high", "close"]].max()
    made.loc[day, "low"] = made.loc[day, ["low", "close"]].min()
    made.loc[day, "volume"] *= busy
    return made


def severities(made: pd.DataFrame, asset: Asset = LINE) -> list[Severity]:
    priced = Priced.LEVEL if asset.kind is Kind.INDEX else Priced.SPLITS
    return [
        finding.severity for finding in alarms(made, asset, priced) if finding.rule == "bad tick"
    ]


@pytest.mark.parametrize("times", [0.5, 0.7, 0.8, 1.25, 1.5, 2.0])
@pytest.mark.parametrize("busy", [0.5, 1.0, 2.5])
def test_a_close_that_nothing_around_it_knows_of_blocks(times: float, busy: float) -> None:
    assert severities(with_close(times, busy)) == [Severity.BLOCK]


def test_in_an_index_it_is_doubted() -> None:
    assert severities(with_close(0.8), Asset("^LINE", NEW_YORK, Kind.INDEX)) == [Severity.DOUBT]


def test_one_that_was_traded_on_is_doubted_from_ten_usual_moves_on() -> None:
    """The usual move of the line is 0.7 %."""
    assert severities(with_close(0.7, busy=3.5)) == [Severity.DOUBT]
    assert severities(with_close(0.94, busy=3.5)) == []


@pytest.mark.parametrize("column", ["open", "next open", "next close"])
def test_a_close_that_one_price_around_it_shares_is_a_move(column: str) -> None:
    """A fall of 30 % that the day opened with, or that the next day opened or closed with."""
    made = with_close(0.7, busy=4.0)
    place = AT + column.startswith("next")
    made.iloc[place, made.columns.get_loc(column.split()[-1])] *= 0.7
    made["low"] = made[["low", "open", "close"]].min(axis=1)
    assert severities(made) == []


def test_a_line_that_has_moved_more_of_late_has_larger_usual_moves() -> None:
    """6 % off is nine usual moves of the line, and four of its last 60 sessions."""
    made = frame()
    assert severities(with_close(0.94, made=made.copy())) == [Severity.BLOCK]
    zigzag = 1 + 0.015 * (-1) ** pd.RangeIndex(len(made)).to_numpy()
    lively = slice(AT - 60, AT + 60)
    made.iloc[lively, :4] *= zigzag[lively, None]
    assert severities(with_close(0.94, made=made)) == []


def test_where_the_whole_bar_is_off_the_volume_must_be_quiet() -> None:
    """Open and close 30 % off, and back on the next day: no more than three times the volume."""
    for busy, expected in ((1.0, [Severity.BLOCK]), (3.5, [])):
        made = frame()
        made.iloc[AT, :4] *= 0.7
        made.iloc[AT, 4] *= busy
        assert severities(made) == expected


def test_closes_alone_that_panic_and_recover_are_no_ticks() -> None:
    """New York on 2020-03-12 and 13: 9.6 % down, 8.5 % up. Only opens tell that from a tick, and
    closes alone have none of their own; the same day traded once, as funds are, neither."""
    made = frame()
    made.iloc[AT:, :4] *= 1 - 0.096
    made.iloc[AT + 1 :, :4] *= 1 + 0.085
    for volume in (None, made["volume"] * 1.0):
        assert alarms(bare(made, volume)) == []
    fund = Asset("ABCDX", NEW_YORK, Kind.FUND)
    assert alarms(bare(made), fund) == []


def test_closes_alone_a_fourth_off_for_a_day_are_doubted() -> None:
    assert severities(bare(with_close(0.7))) == [Severity.DOUBT]
    assert severities(bare(with_close(0.8))) == []
