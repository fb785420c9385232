"""Judged runs through the command line: pages, ledger, and the commands that come after a run."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from backtests.engines import kernel
from backtests.records.ledger import Ledger
from backtests.records.result import load
from tests.support.shell import JUDGED, SHORT, Said, Shell, shell_in


def run(shell: Shell, *more: str) -> Path:
    answer = shell("run", "abc-basket", *JUDGED, "--json", *more)
    assert answer.code == 0, answer.err
    return Path(json.loads(answer.out)["runs"][0]["path"])


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Said]:
    """A working folder with one judged run and its ledger, and what the terminal said."""
    folder = tmp_path_factory.mktemp("judged")
    with shell_in(folder) as shell:
        return folder, shell("run", "abc-basket", *JUDGED)


@pytest.fixture
def kept(judged: tuple[Path, Said], shell: Shell) -> Path:
    """The folder of that run, in a copy of the working folder."""
    shutil.copytree(judged[0], shell.folder, dirs_exist_ok=True)
    (folder,) = shell.runs.glob("abc-basket-*")
    return folder


def test_a_run_is_judged_kept_and_counted(kept: Path, shell: Shell) -> None:
    result = load(kept)
    assert result.evaluation is not None
    assert result.evaluation["verdict"]["word"] == "simulated"
    assert result.evaluation["certificate"]["honesty"] == "honest"
    assert result.evaluation["placebo"]["chosen"] == "baskets"
    assert len(result.placebos) == result.evaluation["placebo"]["count"] > 0
    assert result.manifest["verdict"]["against"] == "anything but China"
    assert (kept / "verdict.html").exists()
    assert not (kept / "tearsheet.html").exists()
    rows = Ledger(shell.ledger).rows()
    mixes = [json.loads(row["parameters"])["mix"] for row in rows]
    assert mixes == ["equal", "ai-half", "inverse-volatility"]
    assert [row["run"] for row in rows] == [kept.name, "", ""]
    assert all(row["scored"] > 0 and row["sharpe"] is not None for row in rows)


def test_what_is_shown_besides_is_no_trial(kept: Path, shell: Shell) -> None:
    """The ledger, and all of the evaluation but what was asked for, stay as they are."""
    plain = load(kept)
    before = len(Ledger(shell.ledger).rows())
    (shell.folder / "mine.csv").write_text(
        "name,first,last,source\nMine,2025-06-02,2025-06-30,me\n"
    )
    asked = load(run(shell, "--shortcuts", "--regimes", "mine.csv"))
    assert len(Ledger(shell.ledger).rows()) == 2 * before
    assert plain.evaluation is not None
    assert asked.evaluation is not None
    assert plain.evaluation["shortcuts"] is None
    assert asked.evaluation["shortcuts"] is not None
    assert len(asked.evaluation["shortcuts"]["phases"]["rows"]) == 21
    assert [row["name"] for row in asked.evaluation["regimes"]["periods"]][-1] == "Mine"  # type: ignore[index]
    apart = {"shortcuts", "starts", "regimes", "significance", "verdict", "record"}
    for name in plain.evaluation.keys() - apart:
        assert plain.evaluation[name] == asked.evaluation[name]  # type: ignore[literal-required]


def test_the_terminal_says_the_verdict_first(judged: tuple[Path, Said]) -> None:
    _, answer = judged
    assert (answer.code, answer.err) == (0, "")
    assert "verdict       SIMULATED. Made-up prices." in answer.out
    assert "held up" not in answer.out


def test_an_unjudged_run_has_been_seen_and_counts(shell: Shell) -> None:
    run(shell, "--no-verdict")
    (row,) = Ledger(shell.ledger).rows()
    assert row["scored"] > 300


def test_report_writes_the_same_bytes_from_the_folder_alone(kept: Path, shell: Shell) -> None:
    before = (kept / "verdict.html").read_bytes()
    (kept / "verdict.html").unlink()
    assert shell("report", kept.name[:14], "--no-tearsheet").code == 0
    assert (kept / "verdict.html").read_bytes() == before


def test_diff_says_what_moved_the_number(shell: Shell) -> None:
    first, other = run(shell, "--no-verdict"), run(shell, "--no-verdict", "--costs", "none")
    report = json.loads(shell("diff", first.name, other.name, "--json").out)
    assert [(cause["what"], cause["one"], cause["other"]) for cause in report["causes"]] == [
        ("costs", "venue", "none")
    ]
    assert report["conclusion"] == "Only the costs differ, so they moved the figures."
    assert report["first_day"] >= "2025-01-02"
    same = shell("diff", first.name, first.name)
    assert "Equity is the same" in same.out


def test_compare_puts_strategies_and_runs_on_one_page(shell: Shell) -> None:
    folder = run(shell, "--no-verdict")
    data = JUDGED[:6]
    answer = shell("compare", folder.name, "relative-momentum", *data, "--json")
    assert answer.code == 0, answer.err
    report = json.loads(answer.out)
    assert len(report["names"]) == 2
    assert Path(report["page"]).exists()
    assert report["start"] >= "2025-01-02"
    assert report["correlation"][0][0] == pytest.approx(1)
    assert report["overlap"][0][1] <= report["overlap"][0][0]
    assert shell("compare", folder.name).code == 2


def test_score_judges_what_came_since(shell: Shell) -> None:
    folder = run(shell, "--end", "2026-03-31")
    answer = shell("score", folder.name, "--data", "sample", "--no-tearsheet", "--placebos", "0",
                   "--json")  # fmt: skip
    assert answer.code == 0, answer.err
    again = load(Path(json.loads(answer.out)["path"]))
    assert again.id.endswith("-since-2026-03-31")
    assert again.evaluation["scored"]["divide"] == "2026-03-31"  # type: ignore[index]
    assert (
        again.manifest["strategy"]["parameters"] == load(folder).manifest["strategy"]["parameters"]
    )
    assert again.manifest["window"]["end"] == "2026-10-30"


@pytest.mark.usefixtures("undrawn")
def test_all_pages_of_a_run_that_is_judged_again_have_its_divide(shell: Shell) -> None:
    folder = run(shell, "--no-verdict", "--end", "2026-01-30")
    answer = shell("score", folder.name, "--data", "sample", "--placebos", "0", "--json")
    again = Path(json.loads(answer.out)["path"])
    tearsheet = (again / "tearsheet.html").read_text(encoding="utf-8")
    assert "Scored from 2026-02-02." in tearsheet
    assert "2026-01-30" in (again / "verdict.html").read_text(encoding="utf-8")
    assert load(again).manifest["scored"] == {"divide": "2026-01-30", "from": "2026-02-02"}
    scored = {row["scored"] for row in Ledger(shell.ledger).rows() if row["end"] == "2026-10-30"}
    assert scored == {load(again).evaluation["scored"]["sessions"]}  # type: ignore[index]


def test_a_plain_backtrader_strategy_is_judged_as_context(shell: Shell) -> None:
    (shell.folder / "plain.py").write_text(
        "import backtrader as bt\n\n\nclass Plain(bt.Strategy):\n    universe = ('SPY', 'KWEB')\n\n"
        "    def next(self):\n        if not self.position:\n            self.buy(size=100)\n"
    )
    answer = shell("run", "plain.py:Plain", *JUDGED[:4], *JUDGED[6:], "--json")
    assert answer.code == 0, answer.err
    result = load(Path(json.loads(answer.out)["runs"][0]["path"]))
    assert result.evaluation["certificate"]["honesty"] == "not checked"  # type: ignore[index]
    assert result.evaluation["verdict"]["word"] == "no verdict"  # type: ignore[index]


def test_a_ledger_that_another_process_holds_costs_the_count_alone(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backtests.records.ledger.ledger.PATIENCE", 0.2)
    run(shell, "--no-verdict")
    holder = sqlite3.connect(shell.ledger)
    holder.execute("BEGIN EXCLUSIVE")
    answer = shell("run", "abc-basket", *JUDGED)
    holder.rollback()
    holder.close()
    assert answer.code == 0
    assert "not counted" in answer.err
    (folder,) = shell.runs.glob("abc-basket-*")
    evaluation = load(folder).evaluation
    assert evaluation is not None
    assert evaluation["significance"]["deflated"] is None
    assert (folder / "verdict.html").exists()


def test_a_place_that_cannot_be_written_is_an_error_before_the_work(shell: Shell) -> None:
    (shell.folder / "taken").write_text("a file")
    answer = shell("run", "abc-basket", *JUDGED, "--out", str(shell.folder / "taken"))
    assert answer.code == 1
    assert "--out" in answer.err


def test_a_page_that_cannot_be_drawn_loses_neither_run_nor_trial(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object, **__: object) -> str:
        raise ZeroDivisionError("float division by zero")

    monkeypatch.setattr("reports.pages.verdict.verdict_page", crash)
    answer = shell("run", "abc-basket", *JUDGED)
    assert answer.code == 1
    assert "could not be drawn, a bug of ours (ZeroDivisionError: float division" in answer.err
    (row, *_) = Ledger(shell.ledger).rows()
    result = load(shell.runs / row["run"])
    assert row["error"] == ""
    assert len(result.equity) > 100
    assert not list((shell.runs / row["run"]).glob("*.html"))
    assert not [path for path in shell.runs.iterdir() if path.name.startswith(".")]
    monkeypatch.undo()
    again = shell("report", row["run"], "--out", str(shell.runs), "--no-tearsheet")
    assert again.code == 0, again.err
    assert (shell.runs / row["run"] / "verdict.html").exists()


def test_a_crash_of_ours_is_a_trial_too(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object, **__: object) -> None:
        raise ZeroDivisionError("float division by zero")

    monkeypatch.setattr("backtests.api.judged", crash)
    answer = shell("run", "abc-basket", *JUDGED)
    assert answer.code == 1
    assert "ZeroDivisionError: float division by zero" in answer.err
    (row,) = Ledger(shell.ledger).rows()
    assert "ZeroDivisionError: float division by zero" in row["error"]


def test_the_first_run_of_a_folder_says_that_the_kernel_is_python(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = ("run", "abc-basket", *SHORT)
    monkeypatch.setattr(kernel, "COMPILED", True)
    assert "C compiler" not in shell(*short, "--out", "with").out
    monkeypatch.setattr(kernel, "COMPILED", False)
    assert "no C compiler was at hand" in shell(*short, "--out", "without").out
    assert "C compiler" not in shell(*short, "--out", "without").out
