"""Every month's start and the fan, as the page shows them."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from backtests.evaluation.descriptions.schema import (
    Ahead,
    Band,
    EveryStart,
    Fan,
    Horizon,
    Start,
)
from backtests.evaluation.schema import as_json
from reports.pages.verdict import verdict_page
from reports.tables.descriptions import fan_sentence, fan_table, start_tables, starts_sentence
from tests.support.evaluations import usual_evaluation
from tests.support.results import judged

ONE = Horizon(
    1,
    (
        Start("2023-12", "2023-11-30", 0.05, -0.021),
        Start("2024-01", "2023-12-29", 0.07, 0.084),
        Start("2024-02", "2024-01-31", None, None),
    ),
    0.5, -0.021, 0.0315, 0.0, 0.05, 0.06, 1.2, "1 starts without a figure",
)  # fmt: skip
NONE = Horizon(3, (), None, None, None, None, None, None, 0.0, "the run is shorter than 3 years")
STARTS = EveryStart("half and half", False, "Read off <the> run.", (ONE, NONE))
FAN = Fan(
    "2020-01-02", "2024-12-31", 1258, 12.4, 1000,
    tuple(Band(month, 0.8, 0.9, 1.01, 1.1, 1.3) for month in range(1, 37)),
    (Ahead(12, 0.31, 0.12, 0.2), Ahead(36, 0.2, 0.44, 0.2)), ("Only what it saw.",),
)  # fmt: skip


def test_months_of_entry_stand_in_their_column_with_their_colour() -> None:
    table = start_tables(as_json(STARTS))
    assert table is not None
    (yearly,) = table.horizons
    assert [(year, [cell.text for cell in cells if cell.text]) for year, cells in yearly.rows] == [
        ("2023", ["-2.1"]), ("2024", ["+8.4", "n/a"]),
    ]  # fmt: skip
    december, january = yearly.rows[0][1][11], yearly.rows[1][1][0]
    assert (december.kind, january.kind) == ("loss", "gain")
    assert january.share == 85
    assert 10 < december.share < 40
    assert january.hint == "2024-01: +8.40 % a year ahead, 7.00 % a year"
    assert yearly.figures == ["50 %", "+3.15 %", "-2.10 %", "0 %", "6.00 %", "5.00 %"]
    assert table.short == "3"


@pytest.mark.parametrize(("ahead", "text"), [(-0.0004, "0.0"), (0.0004, "0.0"), (0.0005, "+0.1")])
def test_nothing_has_no_sign(ahead: float, text: str) -> None:
    near = replace(ONE, starts=(Start("2024-01", "2023-12-29", 0.01, ahead + 1e-9),))
    table = start_tables(as_json(replace(STARTS, horizons=(near,))))
    assert table is not None
    assert table.horizons[0].rows[0][1][0].text == text


def test_whole_points_where_a_start_is_far_ahead() -> None:
    far = replace(ONE, starts=(Start("2024-01", "2023-12-29", 0.9, 0.42), ONE.starts[0]))
    table = start_tables(as_json(replace(STARTS, horizons=(far,))))
    assert table is not None
    cells = [cell.text for _, cells in table.horizons[0].rows for cell in cells if cell.text]
    assert cells == ["+42", "-2"]


def test_a_fan_is_a_drawing_a_table_and_chances() -> None:
    table = fan_table(as_json(FAN))
    assert table is not None
    assert table.rows[-1] == ["36 months", "-20 %", "-10 %", "1 %", "10 %", "30 %"]
    assert table.chances == [["12 months", "31 %", "12 %"], ["36 months", "20 %", "44 %"]]
    drawing = str(table.drawn)
    assert "from -20 % to 30 % in nine of ten paths, 1 % in the middle" in drawing
    outer = re.findall(r'class="outer" points="([^"]*)"', drawing)[0].split()
    assert len(outer) == 2 * 37
    assert outer[0] == outer[-1]  # both begin at 1


def test_a_sentence_each() -> None:
    assert starts_sentence(as_json(STARTS)) == (
        "Held for a year, 50 % of 3 months of entry were ahead of half and half; the worst was "
        "-2.1 % a year."
    )
    assert fan_sentence(as_json(FAN)) == (
        "If the next 12 months are made of what this run saw: a loss in 31 % of the paths, a "
        "drawdown over 20 % in 12 %."
    )
    short = replace(STARTS, horizons=(NONE,), why="the run is shorter than a year")
    assert starts_sentence(as_json(short)) == "n/a: the run is shorter than a year."
    assert fan_sentence(as_json(Fan.unknown("too short"))) == "n/a: too short."
    assert (starts_sentence(None), fan_sentence(None)) == ("", "")
    assert (start_tables(None), fan_table(None)) == (None, None)


@pytest.mark.parametrize("single", [False, True])
def test_both_are_folded_on_the_page(single: bool) -> None:
    result = judged()
    page = verdict_page(
        replace(result, evaluation=usual_evaluation(starts=STARTS, fan=FAN).as_json()),
        single=single,
    )
    assert page.index('id="starts"') < page.index('id="fan"')
    assert "Read off &lt;the&gt; run." in page
    assert "--share:85%" in page
    assert "Only what it saw." in page
    unknown = usual_evaluation(fan=Fan.unknown("the account was lost"))
    page = verdict_page(replace(result, evaluation=unknown.as_json()), single=single)
    assert 'id="starts"' not in page
