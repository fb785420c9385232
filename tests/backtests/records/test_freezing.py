"""A rule that was frozen before it was run, after it, and one that is another by now."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from backtests.records.ledger import Ledger
from newsfolio import CommandError, Falsifier
from tests.support.shell import SHORT, Shell

RUN = ("run", "abc-basket", *SHORT)
JUDGED = ("run", "abc-basket", *SHORT[:-1], "--placebos", "0")


def frozen(shell: Shell, *more: str) -> dict[str, Any]:
    """Freeze abc-basket; what the command says."""
    answer = shell("freeze", "abc-basket", *more, "--ledger", str(shell.ledger), "--json")
    assert (answer.code, answer.err) == (0, "")
    run: dict[str, Any] = json.loads(answer.out)
    return run


def standing(shell: Shell, *more: str) -> Any:
    """What a run says of what was frozen."""
    answer = shell(*RUN, *more, "--json")
    assert answer.code == 0, answer.err
    return json.loads(answer.out)["runs"][0]["frozen"]


def test_freezing_writes_the_rule_and_reads_no_prices(shell: Shell) -> None:
    rule = frozen(shell, "--data", "nowhere", "--probability", "0.3", "--horizon", "2027-06-30")
    assert (rule["row"], rule["earlier"], rule["probability"]) == (1, 0, 0.3)
    assert rule["parameters"]["mix"] == "equal"
    assert [sleeve["lines"] for sleeve in rule["universe"]] == [["SMH"], ["BABA"], ["KWEB"]]
    assert rule["controls"]["anything but China"]["label"]
    assert (rule["published"], rule["horizon"]) == ("2025-02-21", "2027-06-30")
    (row,) = Ledger(shell.ledger).frozen()
    assert row.rule["hash"] == rule["hash"]
    assert row.rule["code"] == rule["code"]
    assert Ledger(shell.ledger).rows() == []


def test_before_the_first_run(shell: Shell) -> None:
    assert standing(shell) is None
    shell.ledger.unlink()
    rule = frozen(shell)
    standing_now = standing(shell)
    assert (standing_now["at"], standing_now["hash"]) == (rule["at"], rule["hash"])
    assert (standing_now["earlier"], standing_now["times"], standing_now["changed"]) == (0, 1, [])
    answer = shell(*RUN)
    assert f"frozen on {rule['at'][:10]}" in answer.out
    assert "before the first run; every session that scores was over by then" in answer.out
    index = (shell.runs / "index.html").read_text(encoding="utf-8")
    assert f"frozen on {rule['at'][:10]}, before the first run, no session" in index


def test_a_run_on_real_prices_comes_first(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backtests.records.trials.Result.simulated", False)
    standing(shell)
    standing(shell, "--set", "mix=ai-half")
    assert frozen(shell)["earlier"] == 2
    assert standing(shell)["earlier"] == 2
    assert "after 2 variants had been run" in shell(*RUN).out


def test_what_has_changed_since_is_named(shell: Shell) -> None:
    frozen(shell, "--set", "mix=ai-half")
    rate = "--cash-rate", "1%"
    standing_now = standing(shell, "--costs", "none", *rate, "--flows", "5 monthly; -4% yearly")
    assert standing_now["changed"] == [
        "mix ai-half -> equal",
        "cash-rate none -> 1%",
        "costs venue -> none",
        "flows none -> 5 monthly; -4% yearly",
        "the controls",
    ]
    assert "changed since: mix ai-half -&gt; equal; costs" in page(shell)
    frozen(shell, "--costs", "none")
    assert (standing(shell, "--costs", "none")["changed"], standing(shell)["times"]) == ([], 2)


def page(shell: Shell) -> str:
    """The page of the run that is judged with these words."""
    answer = shell(*JUDGED, "--costs", "none", "--quiet")
    assert answer.code == 0, answer.err
    return (shell.folder / answer.out.strip()).read_text(encoding="utf-8")


MINE = """
from dataclasses import dataclass
from datetime import UTC, date, datetime
from newsfolio import Article, Falsifier, Fixed, Strategy, Thesis, monthly, param

ARTICLE = Article("a", "Title", "Paper", datetime(2026, 1, 5, 12, tzinfo=UTC))

@dataclass(frozen=True)
class Mine(Strategy):
    share: float = param(0.5, low=0.0, high=1.0)
    thesis = Thesis("MINE", "Mine", "It pays.", ARTICLE, horizon=date(2026, 12, 31),
                    falsifier=Falsifier("excess", "<", {number}, date(2026, 6, 30)))
    universe = ("SMH", "KWEB")
    rebalance = monthly
    benchmark = "SMH"

    def weights(self, view):
        return {{"SMH": self.share, "KWEB": 1 - self.share}}

    def controls(self):
        return {{"half": Fixed(mix=((0.5, "SMH"), (0.5, "KWEB")))}}
"""


def evaluation(shell: Shell, *more: str) -> dict[str, Any]:
    shell.folder.joinpath("mine.py").write_text(MINE.format(number=-0.5))
    answer = shell("run", "mine.py", *SHORT[:-1], "--placebos", "0", *more, "--quiet")
    assert answer.code == 0, answer.err
    folder = (shell.folder / answer.out.strip()).parent
    document: dict[str, Any] = json.loads((folder / "evaluation.json").read_text(encoding="utf-8"))
    return document


def test_a_file_that_was_edited_is_another_rule(shell: Shell) -> None:
    path = shell.folder / "mine.py"
    path.write_text(MINE.format(number=0.0))
    assert shell("freeze", "mine.py", "--ledger", str(shell.ledger)).code == 0
    (row,) = Ledger(shell.ledger).frozen()
    assert row.rule["address"] == str(path)
    assert (row.rule["horizon"], row.rule["falsifier"]) == (
        "2026-12-31", "excess < 0% by 2026-06-30",
    )  # fmt: skip
    path.write_text(MINE.format(number=-0.9))
    answer = shell("run", "mine.py", *SHORT, "--json")
    changed = json.loads(answer.out)["runs"][0]["frozen"]["changed"]
    assert changed[0] == "the strategy's file"


def test_a_falsifier_is_judged_beside_the_rule(shell: Shell) -> None:
    """On the sessions up to its day alone; a run to that day has the figure in its comparison."""
    document = evaluation(shell, "--set", "share=0.9")
    falsifier = document["falsifier"]
    assert (falsifier["by"], falsifier["met"]) == ("2026-06-30", False)
    assert falsifier["until"] == "2026-06-30"
    then = evaluation(shell, "--set", "share=0.9", "--end", "2026-06-30")
    assert falsifier["value"] == pytest.approx(then["comparisons"][0]["total"], abs=1e-12)
    assert then["falsifier"] == falsifier
    names = [condition["name"] for condition in document["verdict"]["conditions"]]
    assert not any("falsif" in name.lower() for name in names)


def test_a_falsifier_is_open_until_its_day(shell: Shell) -> None:
    falsifier = evaluation(shell, "--end", "2026-06-29")["falsifier"]
    assert (falsifier["met"], falsifier["until"]) == (None, "2026-06-29")
    assert falsifier["sentence"].startswith("Open until 2026-06-30; excess is")


def test_the_frozen_falsifier_is_the_one_that_counts(shell: Shell) -> None:
    shell.folder.joinpath("mine.py").write_text(MINE.format(number=-0.5))
    text = "max_drawdown < -0.1% by 2026-03-31"
    answer = shell("freeze", "mine.py", "--falsifier", text, "--ledger", str(shell.ledger))
    assert answer.code == 0
    falsifier = evaluation(shell)["falsifier"]
    assert (falsifier["stated"], falsifier["met"]) == (text, True)


def test_a_thesis_is_told_on_its_horizon_and_no_later_session_changes_it(shell: Shell) -> None:
    """What was frozen goes before the class; a run to that day has the figure in its comparison."""
    shell.folder.joinpath("mine.py").write_text(MINE.format(number=-0.5))
    words = ("--horizon", "2026-06-30", "--probability", "0.8", "--ledger", str(shell.ledger))
    assert shell("freeze", "mine.py", *words).code == 0
    later, then = (verdict(shell, *end) for end in ((), ("--end", "2026-06-30")))
    assert later["horizon"] == "2026-06-30"
    assert later["at_horizon"] == pytest.approx(then["total"], abs=1e-12)
    assert (later["ahead"], later["probability"]) == (then["total"] > 0, 0.8)
    assert later["at_horizon"] == pytest.approx(then["at_horizon"], abs=1e-12)
    early = verdict(shell, "--end", "2026-06-29")
    assert (early["ahead"], early["at_horizon"]) == (None, None)
    pages = [path.read_text("utf-8") for path in shell.runs.glob("*/verdict.html")]
    (page,) = [page for page in pages if "Open until 2026-06-30" in page]
    assert "On its horizon" in page
    assert "its author&#39;s probability was 80 %" in page


def verdict(shell: Shell, *more: str) -> dict[str, Any]:
    """The headline of a run, as lists of runs have it."""
    answer = shell("run", "mine.py", *SHORT[:-1], "--placebos", "0", *more, "--quiet")
    assert answer.code == 0, answer.err
    folder = (shell.folder / answer.out.strip()).parent
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    headline: dict[str, Any] = manifest["verdict"]
    return headline


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("excess < 0", "is no falsifier; write it as in"),
        ("luck < 0 by 2026-12-31", "a falsifier says 'luck'; write one of excess, total_return"),
        ("excess < 1.2.3 by 2026-12-31", "is no falsifier: could not convert"),
        ("excess < 0 by 2026-13-31", "is no falsifier: month must be in 1..12"),
    ],
)
def test_what_is_no_falsifier(shell: Shell, text: str, says: str) -> None:
    with pytest.raises(CommandError, match=says):
        Falsifier.read(text)
    answer = shell("freeze", "abc-basket", "--falsifier", text, "--ledger", str(shell.ledger))
    assert (answer.code, answer.err.count("\n") <= 2) == (2, True)
    assert not shell.ledger.exists()


def test_words_of_a_falsifier() -> None:
    read = Falsifier.read(" sharpe <= 0.25 by 2026-12-31 ")
    assert read == Falsifier("sharpe", "<=", 0.25, date(2026, 12, 31))
    assert str(read) == "sharpe <= 0.25 by 2026-12-31"
    assert Falsifier.read(str(Falsifier("excess", ">", -0.055, date(2027, 1, 4)))).number == -0.055
    assert (read.met(0.25), read.met(0.26)) == (True, False)


def test_a_probability_is_one(shell: Shell) -> None:
    answer = shell("freeze", "abc-basket", "--probability", "30", "--ledger", str(shell.ledger))
    assert (answer.code, answer.err) == (
        2, "newsfolio: --probability 30: give a number from 0 to 1\n",
    )  # fmt: skip
    assert not Path(shell.ledger).exists()
