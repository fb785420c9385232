"""Trials that another name cannot shed: counted by the day of the article and by the lines."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from backtests.records.ledger import Ledger, Trial
from backtests.records.ledger.counting import Joined, Question
from backtests.records.ledger.families import overlap
from backtests.records.ledger.trial import Exposure

NOW = datetime(2026, 11, 30, 14, tzinfo=UTC)
DAY = "2025-02-21"
HALF = Exposure(DAY, {"AAA": 0.5, "BBB": 0.5}, since="2025-02-24", until="2026-10-30")


def trial(thesis: str, number: int = 0, exposure: Exposure = HALF, **changed: Any) -> Trial:
    made = Trial(
        thesis, f"strategy-{thesis}", {"n": number}, thesis, "data", False, {"costs": "venue"},
        "2024-01-02", "2026-10-30", scored=100, exposure=exposure,
    )  # fmt: skip
    return replace(made, **changed)


def asked(exposure: Exposure = HALF, thesis: str = "mine") -> Question:
    own = trial(thesis, exposure=exposure)
    return Question(thesis, own.strategy, exposure, frozenset({own.variant}))


def of_lines(day: str = "2025-06-02", since: str = "2025-06-03", until: str = "2026-10-30",
             **lines: float) -> Exposure:  # fmt: skip
    return Exposure(day, lines, since=since, until=until)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "trials.sqlite")


def counts(ledger: Ledger, question: Question) -> tuple[int, int]:
    """Variants of the thesis and of the family, the question's own included."""
    tried = ledger.tried(question)
    return tried.thesis.after(question.variants), tried.family.after(question.variants)


def test_twenty_ids_on_one_article_are_one_family(ledger: Ledger) -> None:
    for number in range(19):
        ledger.append([trial(f"T{number}")], NOW)
    assert counts(ledger, asked()) == (1, 20)
    joined = ledger.tried(asked()).joined
    assert len(joined) == 19
    assert joined[0] == Joined("T0", 1, f"an article of the same day, {DAY}")
    assert counts(ledger, asked(replace(HALF, published=""), "T3")) == (1, 19)  # by its lines


def test_a_twin_is_the_same_line() -> None:
    """Another listing of the company, another fund of the index; a fund of another index is not."""
    own = of_lines(BABA=0.6, SPY=0.4)
    assert overlap(own, of_lines(**{"9988.HK": 0.6, "VOO": 0.4})) == pytest.approx(1.0)
    assert overlap(own, of_lines(**{"9988.HK": 0.3, "IVV": 0.2, "SPY": 0.1, "TLT": 0.4})) == (
        pytest.approx(0.6)
    )
    assert overlap(own, of_lines(KWEB=0.6, QQQ=0.4)) == 0.0


@pytest.mark.parametrize(
    ("lines", "share"),
    [
        ({"AAA": 1.0}, 0.5),
        ({"AAA": 0.5, "CCC": 0.5}, 0.5),
        ({"AAA": 0.3, "BBB": 0.3, "CCC": 0.4}, 0.6),
        ({"AAA": 0.49, "CCC": 0.51}, 0.49),
        ({"CCC": 1.0}, 0.0),
    ],
)
def test_half_of_the_same_lines_joins(
    ledger: Ledger, lines: dict[str, float], share: float
) -> None:
    other = of_lines(**lines)
    assert overlap(HALF, other) == pytest.approx(share)
    ledger.append([trial("other", exposure=other)], NOW)
    assert counts(ledger, asked()) == (1, 2 if share >= 0.5 else 1)
    if share >= 0.5:
        (joined,) = ledger.tried(asked()).joined
        assert joined.why == f"{share:.0%} in the same lines from 2025-06-03 to 2026-10-30".replace(
            "%", " %"
        )


def test_half_in_what_the_control_holds_is_no_other_bet() -> None:
    plain = Exposure(lines={"AAA": 1.0})
    mixed = Exposure(lines={"AAA": 0.45, "SPY": 0.55}, apart={"AAA": 1.0})
    assert overlap(plain, mixed) == overlap(mixed, plain) == 1.0
    assert overlap(plain, replace(mixed, apart={})) == 0.45


@pytest.mark.parametrize(("until", "joins"), [("2025-02-21", False), ("2025-02-24", True)])
def test_lines_join_in_one_window_alone(ledger: Ledger, until: str, joins: bool) -> None:
    earlier = of_lines("2024-01-02", "2024-01-03", until, AAA=1.0)
    ledger.append([trial("other", exposure=earlier)], NOW)
    assert counts(ledger, asked()) == (1, 1 + joins)


def test_a_thesis_brings_its_old_rows_along(ledger: Ledger) -> None:
    """Rows of an earlier build know neither day nor lines; the thesis has the day since."""
    old = [trial("T3", number, Exposure()) for number in range(5)]
    ledger.append(old, NOW)
    assert counts(ledger, asked()) == (1, 1)
    ledger.append([trial("T3", 5)], NOW)
    assert counts(ledger, asked()) == (1, 7)


def test_a_run_without_an_article_counts_by_its_lines(ledger: Ledger) -> None:
    bare = of_lines("", "2025-01-02", "2026-10-30", AAA=0.6, BBB=0.4)
    ledger.append([trial("", exposure=bare, scored=0, strategy="explorer")], NOW)
    assert counts(ledger, asked()) == (1, 2)
    assert ledger.tried(asked()).joined[0].subject == "explorer"


def test_each_variant_counts_once_however_often_it_was_run(ledger: Ledger) -> None:
    again = replace(HALF, lines={"AAA": 0.52, "BBB": 0.48}, until="2026-11-30")
    ledger.append([trial("mine"), trial("mine", 1)], NOW)
    ledger.append([trial("mine", exposure=again), trial("mine", 1, again)], NOW)
    assert counts(ledger, asked()) == (2, 2)
    shared = trial("other", strategy="strategy-mine", code="mine")  # the same under another id
    ledger.append([shared], NOW)
    assert shared.variant == trial("mine").variant
    assert counts(ledger, asked()) == (2, 2)
    assert ledger.tried(asked()).everything.after(asked().variants) == 2


def test_a_variant_that_first_held_other_lines_is_still_of_the_family(ledger: Ledger) -> None:
    """It counts by the rows that join, wherever it was run first."""
    apart, alike = of_lines(CCC=1.0), of_lines(AAA=1.0)
    ledger.append([trial("other", 1, apart), trial("other", 2, apart)], NOW)
    assert counts(ledger, asked()) == (1, 1)
    ledger.append([trial("other", 1, alike)], NOW)
    assert counts(ledger, asked()) == (1, 2)
    question = replace(asked(), variants=frozenset({trial("other", 1).variant}))
    assert ledger.tried(question).family.after(question.variants) == 1


def test_many_sets_share_rows_and_are_counted_alike(ledger: Ledger) -> None:
    sets = [trial("mine", number, sharpe=number / 7) for number in range(4500)]
    ledger.append(sets, NOW)
    assert ledger.state().chain.rows == 3
    assert counts(ledger, asked()) == (4500, 4500)
    rows = ledger.rows()
    assert [row["sharpe"] for row in rows] == [parameter_set.sharpe for parameter_set in sets]
    assert {row["variant"] for row in rows} == {parameter_set.variant for parameter_set in sets}


def test_what_does_not_count(ledger: Ledger) -> None:
    ledger.append([trial("other", 1, simulated=True), trial("other", 2, error="broke"),
                   trial("other", 3, scored=0)], NOW)  # fmt: skip
    assert counts(ledger, asked()) == (1, 1)
    ledger.append([trial("other", 4, error="interrupted", seen=True)], NOW)
    assert counts(ledger, asked()) == (1, 2)
