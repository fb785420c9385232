"""Who was right: hits by publisher, person, subject, horizon and probability, and what is due."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from scipy.stats import binomtest

from backtests.evaluation.scoreboard.claims import track_record
from backtests.evaluation.scoreboard.theses import ScoreboardInputs, scoreboard
from reports.contract.claims import CheckedArticlesJson
from reports.contract.scoreboard import HitRateJson, ScoreboardJson, TrackRecordJson
from reports.pages.scoreboard import scoreboard_page
from reports.tables.track_record import calibration_sentence, record_text
from tests.support.checked_claims import checked, claim
from tests.support.contract import mismatches
from tests.support.results import text_of

TODAY = date(2026, 6, 1)


def record(*documents: CheckedArticlesJson) -> TrackRecordJson:
    board = scoreboard(ScoreboardInputs(checked=documents), "ledger", TODAY)
    assert list(mismatches(board, ScoreboardJson)) == []
    return board["record"]


def rate(made: TrackRecordJson, by: str, name: str) -> HitRateJson:
    (row,) = [row for row in made["rates"] if (row["by"], row["name"]) == (by, name)]
    return row


def test_hits_are_counted_by_publisher_person_subject_horizon_and_probability() -> None:
    made = record(
        checked(
            claim("1", quoted="Ann", probability=0.7),
            claim("2", "fails", quoted="Ann", subject="QQQ", due="2025-03-07"),
            claim("3", "holds as corrected", due="2026-12-31"),
            claim("4", due="2025-03-03"),
        ),
        checked(claim("5", "fails"), id="b", publisher="Other"),
    )
    everything = rate(made, "all", "all")
    assert (everything["foreseen"]["hits"], everything["foreseen"]["judged"]) == (1, 4)
    assert (everything["reported"]["hits"], everything["reported"]["judged"]) == (1, 1)
    assert rate(made, "publisher", "The Paper")["foreseen"]["judged"] == 3
    assert rate(made, "publisher", "Other")["foreseen"]["rate"] == 0.0
    assert rate(made, "quoted", "Ann")["foreseen"] == {
        "judged": 2, "hits": 1, "rate": 0.5, "low": pytest.approx(0.012579, abs=1e-6),
        "high": pytest.approx(0.987421, abs=1e-6),
    }  # fmt: skip
    assert rate(made, "subject", "QQQ")["foreseen"]["hits"] == 0
    assert [row["name"] for row in made["rates"] if row["by"] == "horizon"] == [
        "reported", "up to a week", "up to a year", "more than a year",
    ]  # fmt: skip
    assert [row["name"] for row in made["rates"] if row["by"] == "probability"] == [
        "60 to 80 %", "none stated",
    ]  # fmt: skip


def test_intervals_are_clopper_and_pearsons() -> None:
    rows = [claim(f"{place}", "holds" if place < 13 else "fails") for place in range(20)]
    tally = rate(record(checked(*rows)), "all", "all")["foreseen"]
    exact = binomtest(13, 20).proportion_ci(0.95, "exact")
    assert (tally["low"], tally["high"]) == pytest.approx((exact.low, exact.high), abs=1e-9)


def test_who_calls_it_unlikely_is_right_where_it_does_not_come() -> None:
    made = record(
        checked(
            claim("1", "fails", probability=0.2),
            claim("2", "holds", probability=0.2),
            claim("3", "holds", probability=0.5),
        )
    )
    assert [row["right"] for row in made["claims"]] == [True, False, None]
    near = record(*(checked(claim("1", probability=chance), id=f"{chance}")
                    for chance in (0.39, 0.4, 0.6, 0.61)))  # fmt: skip
    assert [row["right"] for row in near["claims"]] == [False, None, None, True]
    # evens say nothing of who is right, and are a probability all the same
    assert made["calibration"]["brier"] == pytest.approx((0.04 + 0.64 + 0.25) / 3)
    assert made["calibration"]["base"] == pytest.approx(2 / 9)
    assert rate(made, "all", "all")["foreseen"]["judged"] == 2


def test_a_claim_is_judged_once_and_for_good() -> None:
    """Restated prices, a smaller folder and a later look change nothing; other words do."""
    first = checked(claim("1", "fails"), at="2026-01-05T10:00:00+00:00")
    later = checked(claim("1", "holds"), claim("2", "open"), at="2026-02-05T10:00:00+00:00")
    poor = checked(claim("1", "untestable"), at="2026-03-05T10:00:00+00:00")
    made = record(first, later, poor)
    assert [row["verdict"] for row in made["claims"]] == ["fails", "open"]
    assert made["untestable"] == 0
    reworded = checked(claim("1", "holds", digest="e"), at="2026-04-05T10:00:00+00:00")
    assert record(first, reworded)["claims"][0]["verdict"] == "holds"
    assert record(later, checked(claim("2"), at="2026-05-05T10:00:00+00:00"))["claims"][1][
        "verdict"
    ] == "holds"  # fmt: skip


def test_made_up_prices_and_what_nobody_can_tell_count_for_nobody() -> None:
    made = record(checked(claim("1", "simulated"), claim("2", "untestable"), claim("3")))
    assert [row["id"] for row in made["claims"]] == ["3"]
    assert made["untestable"] == 1


def test_what_falls_due_next_comes_first() -> None:
    made = record(
        checked(
            claim("1", "open", due="2027-01-29", quoted="Ann"),
            claim("2", "open", due="2026-05-29"),
        )
    )
    assert [(row["day"], row["who"], row["overdue"]) for row in made["due"]] == [
        ("2026-05-29", "The Paper", True), ("2027-01-29", "Ann", False),
    ]  # fmt: skip
    assert rate(made, "quoted", "Ann")["next_due"] == "2027-01-29"


def thesis(**fields: Any) -> Any:
    about = {"id": "T", "title": "", "label": "t", "publisher": "The Paper"}
    return {"thesis": about, "open": True, "due": "2026-12-31", "probability": None, "right": None,
            **fields}  # fmt: skip


def test_theses_count_by_their_horizons() -> None:
    rows = [thesis(probability=0.9, right=False), thesis(probability=0.6), thesis(right=True)]
    made = track_record([checked(claim("1", probability=0.8))], (), rows, TODAY)
    assert (made["calibration"]["count"], made["calibration"]["theses"]) == (2, 1)
    assert made["calibration"]["brier"] == pytest.approx((0.81 + 0.04) / 2)
    assert [row["kind"] for row in made["due"]] == ["thesis"]


def test_articles_of_an_earlier_build_are_read() -> None:
    fields = ("id", "text", "claimed", "measured", "verdict", "sentence", "basis")
    bare = {key: value for key, value in claim("1").items() if key in fields}
    made = record(checked(bare))
    assert (made["claims"][0]["horizon"], made["claims"][0]["right"]) == ("", True)


def test_page_and_terminal_tell_it_and_escape_it() -> None:
    hostile = "<script>alert(1)</script>"
    document = checked(
        claim("1", quoted=hostile, subject=hostile, text=hostile, probability=0.7,
              probability_of=hostile, sentence=hostile),
        claim("2", "open", due="2027-01-29"), publisher=hostile,
    )  # fmt: skip
    board = scoreboard(ScoreboardInputs(checked=[document], damaged=[hostile]), "ledger", TODAY)
    page = scoreboard_page(board, ())
    assert hostile not in page
    for text in ("Who was right", "Brier score 0.090 over 1 judged probability", "2027-01-29",
                 "1 of 1, 100 %", "3 % to 100 %", "1 of 1 called 70 % likely came"):  # fmt: skip
        assert text in page if "called" in text else text in text_of(page), text
    lines = [part for part in record_text(board["record"]) if isinstance(part, str)]
    assert lines[0].startswith("Of 2 claims of 1 article 1 have been judged on real prices")
    assert lines[1] == calibration_sentence(board["record"]["calibration"])


def test_an_empty_record_says_how_to_begin() -> None:
    assert record_text(record()) == [
        "No claims have been checked here: newsfolio claims FOLDER keeps what came of them."
    ]
