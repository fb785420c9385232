"""The manifest of a run: where scoring begins, said once."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from backtests import Result
from backtests import run as run_strategy
from backtests.records.from_run import result_of
from backtests.records.trials import finished_trial
from backtests.runner import run_strategy as runner
from backtests.runner.jobs import job_of
from backtests.settings import Settings
from markets.sample.source import SampleSource
from newsfolio import Strategy


def result(tmp_path: Path, strategy: Any = "east-rising", **more: Any) -> Result:
    options = {"engine": "kernel", "verdict": False, **more}
    return run_strategy(strategy, data="sample", ledger=tmp_path / "trials.sqlite", **options)


class Idle(Strategy):
    """No article."""

    universe = ("SPY",)

    def weights(self, view: Any) -> dict[str, float]:
        return {}


@pytest.mark.parametrize(
    ("more", "divide", "start", "acted", "scored_from"),
    [
        ({"start": "2025-01-02"}, "2025-02-21", "2025-02-24", "2025-02-21", "2025-02-24"),
        # It starts after the decision: the first session is where its own score begins.
        ({"start": "2025-06-02"}, "2025-06-02", "2025-06-03", "2025-02-21", "2025-02-24"),
        # Nobody could act on the article yet.
        (
            {"start": "2024-01-02", "end": "2024-12-31"},
            "2024-12-31", None, None, None,
        ),
        (
            {"start": "2025-01-02", "end": "2025-02-21"},
            "2025-02-21", None, "2025-02-21", None,
        ),
    ],
)  # fmt: skip
def test_a_run_says_where_it_scores_without_a_verdict_too(
    tmp_path: Path, more: dict[str, str], divide: str, start: str | None, acted: str | None,
    scored_from: str | None,
) -> None:  # fmt: skip
    about = result(tmp_path, **more).manifest
    assert about["scored"] == {"divide": divide, "from": start}
    assert about["thesis"]["first_decision"] == acted
    assert about["thesis"]["scored_from"] == scored_from


def test_without_an_article_nothing_scores(tmp_path: Path) -> None:
    about = result(tmp_path, Idle(), start="2025-01-02", verdict=True, placebos=0).manifest
    assert about["scored"] == {"divide": None, "from": None}
    assert about["thesis"] is None


def test_the_verdict_and_the_manifest_have_one_divide(tmp_path: Path) -> None:
    made = result(tmp_path, start="2025-01-02", verdict=True, placebos=0)
    assert made.evaluation is not None
    assert made.manifest["scored"]["divide"] == made.evaluation["scored"]["divide"]
    assert made.manifest["scored"]["divide"] == made.manifest["verdict"]["since"]
    assert made.manifest["scored"]["from"] == made.evaluation["scored"]["start"]


def test_a_later_divide_is_the_one_that_counts() -> None:
    settings = Settings(start="2025-01-02", engine="kernel")  # type: ignore[arg-type]
    job = job_of("east-rising")
    run = runner.run_strategy(job.strategy, SampleSource(), settings)  # type: ignore[arg-type]
    again = result_of(run, since=date(2026, 1, 30))
    assert again.manifest["scored"] == {"divide": "2026-01-30", "from": "2026-02-02"}
    assert again.manifest["thesis"]["first_decision"] == "2025-02-21"
    assert again.manifest["thesis"]["scored_from"] == "2026-02-02"
    assert finished_trial(job, again).scored == (again.equity.index > "2026-01-30").sum()
