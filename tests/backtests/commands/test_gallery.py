"""All shipped theses on one page: each run and judged, what cannot be run named."""

from __future__ import annotations

from typing import Any

import pytest

from backtests import api, strategy_loader
from backtests.runner.jobs import Job
from newsfolio.errors import MissingData
from tests.support.shell import Shell


def test_each_thesis_has_a_card_and_what_fails_is_named(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_of_them = strategy_loader.shipped()
    few = {name: all_of_them[name] for name in ("anything-but-china", "relative-momentum")}
    monkeypatch.setattr(strategy_loader, "shipped", lambda: few)
    run_job = api.run_job

    def run_or_fail(job: Job, *others: Any, **options: Any) -> Any:
        if job.name == "relative-momentum":
            raise MissingData("no data for TLT")
        return run_job(job, *others, **options)

    monkeypatch.setattr(api, "run_job", run_or_fail)
    answer = shell(
        "gallery", "--data", "sample", "--placebos", "0", "--start", "2025-01-02",
        "--ledger", str(shell.ledger),
    )  # fmt: skip
    assert (answer.code, answer.err) == (0, "")
    page = (shell.folder / "gallery" / "gallery.html").read_text()
    assert (page.count("<h2><a"), "relative-momentum: no data for TLT" in page) == (1, True)
    assert "left out: no data for TLT" in answer.out
    for folder in (shell.folder / "gallery").glob("*-*/"):
        assert f'href="{folder.name}/verdict.html"' in page
        assert (folder / "verdict.html").exists()
    assert "gallery.html" in (shell.folder / "gallery" / "index.html").read_text()
