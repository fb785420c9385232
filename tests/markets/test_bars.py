"""Bars of a line: what is checked when they are made, and what a part of them keeps."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from markets.bars import COLUMNS, Bars, Priced
from newsfolio.errors import BrokenData


def bars(rows: list[list[float]], days: list[str]) -> Bars:
    index = pd.DatetimeIndex(np.array(days, dtype="datetime64[ns]"), name="session")
    return Bars("T", pd.DataFrame(rows, index=index, columns=list(COLUMNS)), Priced.SPLITS)


WEEK = ["2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05"]
SPLIT = [
    [10.0, 11.0, 9.0, 10.0, 100.0, 0.0, 0.0],
    [10.0, 11.0, 9.0, 10.0, 100.0, 0.0, 2.0],
    [10.0, 10.0, 10.0, 10.0, 7.0, 0.0, 0.0],
    [10.0, 10.5, 10.0, 10.0, 7.0, 0.0, 4.0],
]


def test_a_part_knows_the_splits_that_came_after_it() -> None:
    line = bars(SPLIT, WEEK)
    part = line.until(date(2024, 1, 3))
    assert part.last == date(2024, 1, 3)
    assert (part.later_splits, line.later_splits) == (4.0, 1.0)
    assert part.digest() != line.digest()
    assert line.until(date(2024, 1, 31)).digest() == line.digest()


def test_no_part_is_empty() -> None:
    with pytest.raises(BrokenData, match="T: no rows with a price"):
        bars(SPLIT, WEEK).until(date(2024, 1, 1))
    with pytest.raises(BrokenData, match="T: no rows with a price"):
        bars(SPLIT, WEEK).kept(np.zeros(4, dtype=bool))


def test_what_happened_on_a_row_that_goes_is_gone() -> None:
    part = bars(SPLIT, WEEK).kept(np.array([True, False, True, True]))
    assert part.days.astype(str).tolist() == ["2024-01-02", "2024-01-04", "2024-01-05"]
    assert part.frame["split"].tolist() == [0.0, 0.0, 4.0]


def test_a_bar_that_repeats_or_stands_still_is_told() -> None:
    """The second is the first again; the third stands at the close before it; the fourth moved."""
    assert bars(SPLIT, WEEK).unmoved.astype(str).tolist() == ["2024-01-03", "2024-01-04"]


def test_what_nobody_knows_repeats_itself() -> None:
    unknown = [np.nan, np.nan, np.nan, 10.0, np.nan, 0.0, 0.0]
    other = [*unknown[:3], 11.0, *unknown[4:]]
    line = bars([unknown, unknown, other, other], WEEK)
    assert line.unmoved.astype(str).tolist() == ["2024-01-03", "2024-01-05"]


def test_an_index_with_times_of_day_is_refused() -> None:
    with pytest.raises(BrokenData, match="T: the index holds times of day"):
        bars(SPLIT, [*WEEK[:3], "2024-01-05T16:00"])
