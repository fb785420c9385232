"""`newsfolio scoreboard`: what the ledger holds, on a page and as JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from backtests.records.ledger import Ledger, Trial
from tests.support.results import THESIS, run
from tests.support.shell import Shell

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def trial(strategy: str, thesis: str, **changed: Any) -> Trial:
    values: dict[str, Any] = {
        "thesis": thesis, "strategy": strategy, "parameters": {}, "code": "0", "data": "d",
        "simulated": False, "settings": {}, "start": "2025-01-02", "end": "2026-05-29",
        "run": f"{strategy}-1", "scored": 300, "sharpe": 0.4,
        "verdict": {"word": "cannot tell yet", "reason": "", "against": "half", "excess": 0.05,
                    "low": -0.02, "high": 0.12, "total": 0.06, "since": "2025-02-21",
                    "sessions": 300},
        **changed,
    }  # fmt: skip
    return Trial(**values)


def test_the_board_of_a_ledger(shell: Shell) -> None:
    """Simulated and failed runs, and sets that nobody judged, stand on no board."""
    ledger = Ledger(shell.ledger)
    ledger.append(
        [trial("east-rising", "T1"), trial("rates-gate", "T14", simulated=True),
         trial("breadth", "T8", verdict=None, run=""), trial("mine", "own", error="broke")], NOON
    )  # fmt: skip
    answer = shell("scoreboard", "--ledger", str(shell.ledger), "--json")
    assert answer.code == 0, answer.err
    board = json.loads(answer.out)
    rows = {(row["thesis"]["id"], row["thesis"]["strategy"]): row for row in board["rows"]}
    assert rows["T1", "east-rising"]["look"]["verdict"]["excess"] == 0.05
    assert rows["T14", "rates-gate"]["look"] is None
    assert rows["T8", "breadth"]["look"] is None
    assert rows["T8", "breadth"]["variants"] == 1
    assert ("own", "mine") not in rows
    assert board["tested"] == 1
    assert not list(shell.folder.glob("**/scoreboard.html"))


def test_the_page_and_the_terminal(shell: Shell) -> None:
    Ledger(shell.ledger).append([trial("east-rising", "T1")], NOON)
    answer = shell("scoreboard", "--ledger", str(shell.ledger), "--out", "runs")
    assert answer.code == 0, answer.err
    assert "thesis  strategy" in answer.out
    assert "Of 22 theses 1 have been judged on real prices" in answer.out
    page = (shell.folder / "runs" / "scoreboard.html").read_text(encoding="utf-8")
    assert "No news beyond luck" in page
    table, fold = page.split('id="waiting"')
    assert table.count('<th scope="row"') == 1  # a row for what was judged
    assert fold.split("</details>")[0].count('<th scope="row"') == 21
    assert "21 theses, on real prices: newsfolio run STRATEGY judges one." in fold
    assert [line for line in answer.out.splitlines() if "breadth" in line] == [
        line for line in answer.out.splitlines() if line.startswith("not judged yet on real")
    ]
    assert answer.out.rstrip().endswith("scoreboard.html")


def test_an_empty_ledger_has_the_shipped_theses(shell: Shell) -> None:
    board = json.loads(shell("scoreboard", "--json").out)
    assert {row["look"] for row in board["rows"]} == {None}
    assert len(board["rows"]) == 22


def test_a_saved_run_that_the_ledger_does_not_know_stands_there(shell: Shell) -> None:
    """Of another ledger, or of a build that kept no verdicts in it; a simulated one does not."""
    verdict = trial("s", "T1").verdict
    real = run("kept-1", 1, "kept", thesis=THESIS, verdict=verdict)
    made_up = run("kept-2", 2, "kept", thesis={**THESIS, "id": "T2"}, verdict=verdict,
                  data={**real.manifest["data"], "simulated": True})  # fmt: skip
    for result in (real, made_up):
        result.save(shell.runs / result.id)
    board = json.loads(shell("scoreboard", "--json").out)
    looks = {row["thesis"]["id"]: row["look"] for row in board["rows"] if row["look"]}
    assert list(looks) == ["T1"]
    assert looks["T1"]["run"] == "kept-1"
