"""Of how many variants a row of the board may be the best: nothing is shed, nothing paid twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backtests.records.ledger import Ledger, Trial
from backtests.records.ledger.choices import Shown
from backtests.records.ledger.counting import LAST, Question
from backtests.records.ledger.rule import FrozenRuleJson
from backtests.records.ledger.trial import Exposure

NOW = datetime(2026, 11, 30, 14, tzinfo=UTC)
SOLD = Exposure("2025-02-21", {"AAA": 1.0}, since="2025-02-24", until="2026-10-30")
COPIED = Exposure("2025-06-02", {"AAA": 1.0}, since="2025-06-03", until="2026-10-30")
FAR = Exposure("2024-03-04", {"ZZZ": 1.0}, since="2024-03-05", until="2026-10-30")


def trial(thesis: str, number: int, exposure: Exposure = SOLD) -> Trial:
    return Trial(
        thesis, f"s-{thesis}", {"n": number}, "code", "data", False, {}, "2024-01-02",
        "2026-10-30", scored=100, exposure=exposure,
    )  # fmt: skip


def shown(thesis: str, number: int, exposure: Exposure = SOLD, before: int = LAST) -> Shown:
    own = trial(thesis, number, exposure)
    return Shown(Question(thesis, own.strategy, exposure, frozenset({own.variant})), before)


def rule(number: int) -> FrozenRuleJson:
    frozen = trial("W", number)
    return {
        "strategy": frozen.strategy, "label": "", "address": "", "parameters": frozen.parameters,
        "universe": [], "schedule": "", "code": frozen.code, "settings": frozen.settings,
        "variant": frozen.variant, "benchmark": None, "controls": {}, "thesis": None,
        "published": SOLD.published, "horizon": None, "falsifier": None, "probability": None,
        "hash": "",
    }  # fmt: skip


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    made = Ledger(tmp_path / "trials.sqlite")
    for number in range(20):
        made.append([trial("W", number)], NOW)
    return made


def test_a_row_may_be_the_best_of_all_variants_of_its_thesis(ledger: Ledger) -> None:
    assert ledger.tries([shown("W", 7)]) == [20]
    assert ledger.tries([shown("W", 99)]) == [21]  # one that this ledger never saw
    assert ledger.tries([]) == []


@pytest.mark.parametrize("exposure", [SOLD, COPIED], ids=["same day", "same lines"])
def test_the_best_variant_under_another_id_pays_for_those_it_was_chosen_from(
    ledger: Ledger, exposure: Exposure
) -> None:
    """21 variants, two of them with a row: the other 19 and itself."""
    ledger.append([trial("copy", 0, exposure)], NOW)
    assert ledger.tries([shown("copy", 0, exposure), shown("W", 19)]) == [20, 20]


def test_theses_of_one_article_that_all_stand_there_are_not_paid_for_twice(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "trials.sqlite")
    for number in range(6):
        ledger.append([trial(f"T{number}", 0)], NOW)
    rows = [shown(f"T{number}", 0) for number in range(6)]
    assert ledger.tries(rows) == [1] * 6
    assert ledger.tries(rows[:4]) == [3] * 4  # 6 variants less the 3 others shown


def test_one_variant_with_two_rows_is_one_that_is_shown(ledger: Ledger) -> None:
    """20 variants, the best of them under two ids: the other 19 and itself, for both rows."""
    again = replace(trial("W", 19), thesis="again")
    ledger.append([again], NOW)
    two = Shown(Question("again", again.strategy, SOLD, frozenset({again.variant})))
    assert ledger.tries([shown("W", 19), two]) == [20, 20]


def test_another_bet_on_another_day_costs_nothing(ledger: Ledger) -> None:
    ledger.append([trial("far", 0, FAR)], NOW)
    assert ledger.tries([shown("far", 0, FAR), shown("W", 3)]) == [1, 20]


def test_a_frozen_rule_pays_for_what_was_tried_before_it(ledger: Ledger) -> None:
    """Row 5 was the freezing: rows 1 to 4 came before, and what stands there of them is no more."""
    assert ledger.tries([shown("W", 7, before=5)]) == [5]
    assert ledger.tries([shown("W", 7, before=5), shown("W", 2)]) == [4, 19]
    assert ledger.tries([shown("W", 7, before=1)]) == [1]
    assert ledger.tries([shown("W", 3, before=5)]) == [4]  # tried itself before it was frozen


def test_frozen_rules_that_were_swept_and_have_no_row_are_paid_for(tmp_path: Path) -> None:
    """Four rules frozen before any was tried, then swept, and the best of them judged: one of four.
    With rows of their own the others are tests among which the procedure chooses; a fifth that
    nobody has tried was not chosen from."""
    ledger = Ledger(tmp_path / "trials.sqlite")
    rows = [ledger.freeze("W", rule(number), NOW).row for number in range(5)]
    assert ledger.tries([shown("W", 2, before=rows[2])]) == [1]
    ledger.append([trial("W", number) for number in range(4)], NOW)
    assert ledger.tries([shown("W", 2, before=rows[2])]) == [4]
    board = [shown("W", number, before=rows[number]) for number in range(4)]
    assert ledger.tries(board) == [1] * 4
    assert ledger.tries(board[:2]) == [3, 3]


def test_without_a_ledger_a_row_is_alone(tmp_path: Path) -> None:
    assert Ledger(tmp_path / "none.sqlite").tries([shown("W", 1)]) == [1]
