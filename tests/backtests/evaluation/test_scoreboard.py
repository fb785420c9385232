"""The board of all theses: which verdict a row shows, what is luck, and what is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from backtests.evaluation.scoreboard.theses import FrozenRule, ScoreboardInputs, scoreboard, word_of
from backtests.evaluation.statistics.multiple import one_sided_p
from backtests.records.ledger.choices import Shown
from backtests.records.ledger.counting import LAST, Question
from backtests.records.ledger.ledger import FrozenRow
from backtests.records.ledger.trial import UNKNOWN
from backtests.records.ledger.verdicts import JudgedRow
from backtests.strategy_loader import shipped
from reports.contract.scoreboard import ScoreboardJson, ScoreJson
from reports.pages.scoreboard import scoreboard_page
from reports.tables.scoreboard import excess_cell
from tests.support.contract import mismatches
from tests.support.results import text_of

TODAY = date(2026, 6, 1)


def judged(
    thesis: str, *, variant: str = "v", end: str = "2026-05-29", row: int = 1, **fields: Any
) -> JudgedRow:
    verdict: Mapping[str, Any] = {
        "word": "cannot tell yet", "reason": "why", "against": "half", "excess": 0.05, "low": -0.05,
        "high": 0.15, "total": 0.05, "since": "2025-02-21", "sessions": 300, **fields,
    }  # fmt: skip
    return JudgedRow(row, "2026-06-01T10:00:00+00:00", thesis, f"s-{thesis}", variant,
                     f"run-{thesis}", end, verdict)  # fmt: skip


def frozen(thesis: str, variant: str, earlier: int = 0, **fields: Any) -> FrozenRule:
    article = {"id": "7", "title": "An <b>article</b>", "publisher": "A paper",
               "published": "2025-02-21T03:30:00+00:00", "dated_by": ""}  # fmt: skip
    rule = {
        "thesis": {"id": thesis, "title": f"On {thesis}", "statement": "", "article": article},
        "strategy": f"s-{thesis}", "label": f"s-{thesis}(x={variant})", "variant": variant,
        "published": "2025-02-21", "horizon": None, "falsifier": None, "probability": None,
        **fields,
    }  # fmt: skip
    return FrozenRule(FrozenRow(5, "2026-01-02T09:00:00+00:00", thesis, rule), earlier)


def of(*rows: JudgedRow, **fields: Any) -> ScoreboardJson:
    board = scoreboard(ScoreboardInputs(judged=rows, **fields), "ledger", TODAY)
    assert list(mismatches(board, ScoreboardJson)) == []
    return board


def by_thesis(board: ScoreboardJson) -> dict[str, ScoreJson]:
    return {row["thesis"]["id"]: row for row in board["rows"]}


def test_one_winner_among_nineteen_is_no_news() -> None:
    """Alone its p of .02 is small; beside eighteen others it is what luck finds."""
    winner = judged("W", word="held up", excess=0.10, low=0.004, high=0.21)
    others = [judged(f"T{place}", excess=0.0, low=-0.1, high=0.1) for place in range(18)]
    alone, beside = by_thesis(of(winner))["W"], by_thesis(of(winner, *others))["W"]
    p = one_sided_p(0.10, 0.004, 0.21)
    assert p is not None and 0.01 < p < 0.025
    assert alone["p"] == alone["adjusted"] == beside["p"] == pytest.approx(p)
    assert alone["news"]
    assert beside["adjusted"] == pytest.approx(19 * p)
    assert not beside["news"]
    board = of(winner, *others)
    assert (board["tested"], board["news"], board["lucky"]) == (19, 0, pytest.approx(0.475))
    assert board["conclusion"] == (
        "Of 19 theses 19 have been judged on real prices: 1 held up, 0 did not, 18 cannot be told "
        "yet. None is news: by luck alone 0.5 of 19 intervals lie above zero, and none is beyond "
        "that (Benjamini and Hochberg)."
    )
    assert board["counts"] == {"held up": 1, "cannot tell yet": 18}


def test_the_best_of_twenty_variants_is_no_news_unless_it_was_frozen_first() -> None:
    """The ledger is asked for the run that is shown, and for the row that froze its rule."""
    best = judged("W", word="held up", excess=0.10, low=0.004, high=0.21)
    other = judged("O", excess=0.0, low=-0.1, high=0.1)
    p = one_sided_p(0.10, 0.004, 0.21)
    asked: list[Shown] = []

    def tries(shown: Sequence[Shown]) -> list[int]:
        asked.extend(shown)
        return [20 if row.before == LAST else 2 for row in shown]

    chosen = by_thesis(of(best, other, tries=tries))["W"]
    assert (chosen["tries"], chosen["p"]) == (20, pytest.approx(p))
    assert chosen["adjusted"] == pytest.approx(2 * 20 * p)
    assert not chosen["news"]
    assert asked[0] == Shown(Question("W", "s-W", UNKNOWN, frozenset({"v"})))
    (meant,) = of(best, tries=tries, frozen=[frozen("W", "v")])["rows"]
    assert (meant["tries"], meant["adjusted"]) == (2, pytest.approx(2 * p))
    assert asked[-1].before == 5


def test_a_rule_that_was_frozen_again_is_due_when_it_was_said_first() -> None:
    rules = [frozen("A", "v", horizon="2026-12-31"), frozen("A", "v", 4, horizon="2030-12-31")]
    (row,) = of(judged("A"), frozen=rules)["rows"]
    assert row["due"] == "2026-12-31"
    assert row["stated"] is not None and row["stated"]["earlier"] == 0


def test_a_horizon_of_the_class_is_when_an_unfrozen_thesis_is_due() -> None:
    """Of a shipped class, or as the verdict of a run has kept it; what was frozen goes before."""
    (row,) = of(judged("A", horizon="2027-06-30"))["rows"]
    assert (row["due"], row["why_due"]) == ("2027-06-30", "its horizon")
    (row,) = of(judged("A", horizon="2027-06-30"), frozen=[frozen("A", "v")])["rows"]
    assert row["due"] == "2027-06-30"
    (row,) = of(judged("A", horizon="2027-06-30"), frozen=[frozen("A", "v", horizon="2026-12-31")])[
        "rows"
    ]
    assert row["due"] == "2026-12-31"
    shipped_one = next(cls() for cls in shipped().values() if cls.thesis)
    thesis = replace(shipped_one.thesis, horizon=date(2026, 3, 31))
    dated = type("Dated", (type(shipped_one),), {"thesis": thesis})()
    (row,) = of(strategies=[dated])["rows"]
    assert (row["due"], row["why_due"]) == ("2026-03-31", "its horizon, which is over")


def test_the_look_that_saw_most_counts_and_looks_are_counted_by_their_last_days() -> None:
    looks = [
        judged("A", row=1, end="2026-03-31", excess=0.01),
        judged("A", row=2, end="2026-04-30", excess=0.02),
        judged("A", row=3, end="2026-04-30", excess=0.03),
    ]
    look = by_thesis(of(*looks, variants={"A": 4}))["A"]["look"]
    assert look is not None
    assert (look["verdict"]["excess"], look["looks"], look["until"]) == (0.03, 2, "2026-04-30")
    assert by_thesis(of(*looks, variants={"A": 4}))["A"]["variants"] == 4


def test_of_a_frozen_rule_only_that_rule_is_looked_at() -> None:
    """A better variant that was tried later does not stand for it."""
    rows = [judged("A", variant="meant", excess=-0.05, low=-0.2, high=0.1),
            judged("A", variant="better", excess=0.3, low=0.1, high=0.5)]  # fmt: skip
    rule = frozen("A", "meant", horizon="2026-12-31", probability=0.6, falsifier="excess < 0")
    (row,) = of(*rows, frozen=[rule])["rows"]
    assert row["look"] is not None
    assert row["look"]["verdict"]["excess"] == -0.05
    assert row["thesis"]["label"] == "s-A(x=meant)"
    assert row["thesis"]["publisher"] == "A paper"
    assert row["stated"] == {"frozen": "2026-01-02T09:00:00+00:00", "earlier": 0,
                             "horizon": "2026-12-31", "falsifier": "excess < 0",
                             "probability": 0.6}  # fmt: skip
    assert (row["due"], row["why_due"], row["open"]) == ("2026-12-31", "its horizon", True)


def test_every_frozen_variant_has_a_row_of_its_own() -> None:
    rules = [frozen("A", "one"), frozen("A", "two", 3)]
    board = of(judged("A", variant="two"), frozen=rules)
    labels = {row["thesis"]["label"]: row for row in board["rows"]}
    assert set(labels) == {"s-A(x=one)", "s-A(x=two)"}
    assert word_of(labels["s-A(x=one)"]) == "not judged yet"
    assert labels["s-A(x=two)"]["look"] is not None


def test_what_falls_due_when() -> None:
    over = frozen("A", "v", horizon="2026-05-01")
    rows = by_thesis(
        of(
            judged("A"), judged("B"), judged("C", word="did not hold up"),
            judged("D", excess=None, low=None, high=None, sessions=70), frozen=[over],
        )
    )  # fmt: skip
    assert rows["A"]["why_due"] == "its horizon, which is over"
    # (1 + (1 + .5 x .25 / 252) x (1.645 / .5) ** 2 x 252 / 252) = 10.8 years and a session
    assert rows["B"]["due"][:4] == "2035"
    assert rows["B"]["why_due"] == "no horizon"
    assert (rows["C"]["due"], rows["C"]["open"]) == ("", False)
    assert rows["D"]["p"] is None


def test_the_interval_of_all_looks_tells_p_where_there_is_one() -> None:
    """Ahead at this look, and not at all of them: the wider interval is shown, and decides."""
    rows = by_thesis(
        of(
            judged("A", excess=0.1, low=0.01, high=0.2, low_always=-0.03, high_always=0.24),
            judged("B", excess=0.1, low=0.01, high=0.2),
        )
    )
    assert (rows["A"]["p_of"], rows["B"]["p_of"]) == ("all looks", "one look")
    assert rows["A"]["p"] > 0.025 > rows["B"]["p"]  # type: ignore[operator]
    assert excess_cell(rows["A"]).small == "-3.0 % to +24.0 %"
    assert excess_cell(rows["B"]).small == "+1.0 % to +20.0 %"


def test_the_order_is_by_what_is_decided_and_how_surely() -> None:
    board = of(
        judged("C", low=-0.2, high=0.3), judged("B", low=-0.01, high=0.11),
        judged("N", word="did not hold up", excess=-0.1, low=-0.2, high=-0.01),
        judged("H", word="held up", low=0.01, high=0.09), frozen=[frozen("Z", "v")],
    )  # fmt: skip
    assert [row["thesis"]["id"] for row in board["rows"]] == ["H", "N", "B", "C", "Z"]


def test_shipped_theses_stand_there_unjudged_and_rules_without_article_do_not() -> None:
    strategies = [cls() for cls in shipped().values()]
    board = of(strategies=strategies)
    theses = {strategy.thesis.id for strategy in strategies if strategy.thesis}
    assert {row["thesis"]["id"] for row in board["rows"]} == theses
    assert all(row["thesis"]["shipped"] and row["thesis"]["publisher"] for row in board["rows"])
    assert board["tested"] == 0
    assert "None has an interval" in board["conclusion"]
    bare = frozen("", "v")
    without = FrozenRule(FrozenRow(5, "", "s", {**bare.row.rule, "thesis": None}), 0)
    assert of(judged(""), frozen=[without])["rows"] == []


def test_the_page_escapes_what_it_is_told_and_leads_to_pages_that_are_there() -> None:
    board = of(judged("A"), judged("B", word="held up", excess=0.1, low=0.05, high=0.2),
               frozen=[frozen("A", "v", 2, probability=0.25)])  # fmt: skip
    page = scoreboard_page(board, ("run-A",))
    assert "An <b>article</b>" not in page
    assert 'href="run-A/verdict.html"' in page
    assert "run-B/verdict.html" not in page
    text = text_of(page)
    for words in ("1 beyond luck", "after 2 tried", "25 %", "A paper", "NEWS"):
        assert words in text
    assert "No thesis is known yet." in scoreboard_page(of(), ())


def test_numbers_in_ids_are_ordered_as_numbers() -> None:
    rules = [frozen(thesis, f"a variant of {thesis}") for thesis in ("T10", "T2", "a", "T1", "9")]
    assert [row["thesis"]["id"] for row in of(frozen=rules)["rows"]] == [
        "9",
        "T1",
        "T2",
        "T10",
        "a",
    ]


def test_what_proves_nothing_has_no_p_and_gives_way_to_what_may() -> None:
    """A cheat's excess would be news; a last day picked afterwards would pick the look."""
    whole = judged("A", row=1, end="2026-04-30", excess=0.02)
    picked = judged("A", row=2, end="2026-03-31", excess=0.4, low=0.3, void="the run ends on ...")
    cheat = judged("B", row=3, excess=3.0, low=2.0, high=4.0, void="cheats")
    board = of(whole, picked, cheat, judged("A", row=4, end="2026-02-27", excess=0.3))
    look = by_thesis(board)["A"]["look"]
    assert look is not None
    assert (look["verdict"]["excess"], look["until"]) == (0.02, "2026-04-30")
    assert (by_thesis(board)["B"]["p"], board["tested"], board["news"]) == (None, 1, 0)
    assert "cheats" in text_of(scoreboard_page(board, ()))
