"""`newsfolio score --all`: frozen rules judged again, with one load, where data have come."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from backtests.commands.records.rescore import PagesWanted
from backtests.commands.records.score_all import changes, score_all
from backtests.evaluation.judging import Judging
from backtests.records import freezing
from backtests.records.ledger import Ledger
from backtests.runner.jobs import job_of
from backtests.settings import Settings
from markets.snapshot import LoadedOnce, Snapshot
from newsfolio import CommandError
from newsfolio.assets import NEW_YORK, Asset
from newsfolio.facts import Facts
from tests.support.shell import Shell
from tests.support.switch import LINES

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
QUIET = Judging(placebos=0, cuts=1)
MINE = '''
from dataclasses import dataclass
from datetime import UTC, datetime
from newsfolio import Article, Fixed, Strategy, Thesis, at_publication, monthly, param

ARTICLE = Article("sim", "a switch", "A paper", datetime(2023, 6, 1, 3, tzinfo=UTC))

@dataclass(frozen=True)
class Mine(Strategy):
    """From AAA to BBB at publication."""
    share: float = param(1.0, low=0.0, high=1.0)
    thesis = Thesis("S", "switch", "BBB pays.", ARTICLE)
    universe = ("AAA", "BBB")
    rebalance = monthly | at_publication
    benchmark = "IDX"

    def weights(self, view):
        return {"BBB": self.share} if view.published else {"AAA": 1.0}

    def controls(self):
        return {"half": Fixed(mix=((0.5, "AAA"), (0.5, "BBB")))}
'''


@dataclass
class Counting:
    """Lines up to a day, and how often they were asked for."""

    until: date
    name: str = "made"
    calls: list[tuple[str, ...]] = field(default_factory=list)

    def load(self, assets: Iterable[Asset], facts: Iterable[Facts] = ()) -> Snapshot:
        tickers = [asset.ticker for asset in assets]
        self.calls.append(tuple(tickers))
        return Snapshot({name: LINES[name].until(self.until) for name in tickers if name in LINES})


def frozen(ledger: Ledger, address: str, values: dict[str, str] | None = None) -> None:
    settings = Settings(engine="kernel", start="2022-01-03")  # type: ignore[arg-type]
    freezing.freeze(ledger, freezing.rule_of(job_of(address, values or {}), settings), NOON)


@pytest.fixture
def ledger(shell: Shell) -> Ledger:
    """Two variants of one strategy, frozen."""
    (shell.folder / "mine.py").write_text(MINE)
    made = Ledger(shell.ledger)
    address = f"{shell.folder / 'mine.py'}:Mine"
    frozen(made, address)
    frozen(made, address, {"share": "0.5"})
    return made


def looked(source: Counting, ledger: Ledger, shell: Shell, code: int = 0) -> list[dict[str, Any]]:
    pages = PagesWanted(shell.runs, None, json=True, quiet=False)
    assert score_all(source, ledger, QUIET, pages) == code
    return list(json.loads(shell.capture.readouterr().out)["looks"])


def test_all_rules_are_judged_with_one_load(shell: Shell, ledger: Ledger) -> None:
    source = Counting(date(2024, 6, 28))
    first = looked(source, ledger, shell)
    assert len(source.calls) == 1
    assert sorted(source.calls[0]) == ["AAA", "BBB", "IDX", "SPY", "^IRX"]
    assert [look["label"] for look in first] == ["mine", "mine(share=0.5)"]
    assert {look["changed"][:10] for look in first} == {"first look"}
    assert all((shell.runs / look["run"] / "verdict.html").is_file() for look in first)
    assert len(ledger.judged()) == 2
    ends = {row.end for row in ledger.judged()}
    assert ends == {"2024-06-28"}


def test_a_look_is_paid_for_only_where_sessions_came(shell: Shell, ledger: Ledger) -> None:
    first = looked(Counting(date(2024, 6, 28)), ledger, shell)
    again = looked(Counting(date(2024, 6, 28)), ledger, shell)
    assert len(ledger.judged()) == 2
    assert [look["changed"] for look in again] == [
        "no new session since 2024-06-28, so nobody looked"
    ] * 2
    later = looked(Counting(date(2024, 7, 31)), ledger, shell)
    assert len(ledger.judged()) == 4
    for look, before in zip(later, first, strict=True):
        assert look["before"] == before["now"]
        assert look["now"]["sessions"] - before["now"]["sessions"] == 22
        assert "; 22 sessions more; excess " in look["changed"]
    board = json.loads(shell("scoreboard", "--ledger", str(shell.ledger), "--json").out)
    rows = {row["thesis"]["label"]: row for row in board["rows"]}
    assert rows["mine"]["look"]["looks"] == rows["mine(share=0.5)"]["look"]["looks"] == 2
    assert rows["mine"]["stated"]["earlier"] == 0


def test_a_rule_whose_file_has_changed_is_not_judged_and_the_others_are(
    shell: Shell, ledger: Ledger
) -> None:
    other = shell.folder / "other.py"
    other.write_text(MINE.replace("class Mine", "class Other"))
    frozen(ledger, f"{other}:Other")
    other.write_text(other.read_text() + "\n# better\n")
    first, second, third = looked(Counting(date(2024, 6, 28)), ledger, shell, code=1)
    assert (first["problem"], second["problem"]) == ("", "")
    assert "has changed since the rule was frozen" in third["problem"]
    assert third["now"] is None


def test_what_stands_in_the_way_is_said(shell: Shell) -> None:
    answer = shell("score", "--all", "--data", "sample")
    assert answer.code == 2
    assert "no rule is frozen in this ledger; newsfolio freeze STRATEGY" in answer.err
    for arguments in ((), ("--all", "some-run")):
        answer = shell("score", *arguments, "--data", "sample")
        assert "name a saved run, or --all" in answer.err


def test_the_command_judges_what_was_frozen(shell: Shell) -> None:
    """On made-up prices no look is paid for: each is the first."""
    text = MINE.replace('"AAA"', '"KWEB"').replace('"BBB"', '"QQQ"').replace('"IDX"', '"ACWI"')
    (shell.folder / "real.py").write_text(text)
    ledger = Ledger(shell.ledger)
    frozen(ledger, f"{shell.folder / 'real.py'}:Mine")
    answer = shell("score", "--all", "--data", "sample", "--placebos", "0", "--no-tearsheet")
    assert answer.code == 0, answer.err
    assert "mine: first look" in answer.out
    assert ledger.judged() == ()


def test_the_sentence_of_what_changed() -> None:
    before = {"word": "cannot tell yet", "sessions": 100, "excess": 0.031, "against": "half"}
    now = {"word": "held up", "sessions": 121, "excess": 0.04, "low_always": 0.01,
           "high_always": 0.07, "against": "half"}  # fmt: skip
    assert changes(before, now) == (
        "cannot tell yet -> held up; 21 sessions more; excess +3.1 % -> +4.0 % a year; interval "
        "of all looks +1.0 % to +7.0 %"
    )
    assert changes(before, {**before, "sessions": 101, "against": "cash"}) == (
        "still cannot tell yet; 1 session more; excess +3.1 % -> +3.1 % a year; against cash, "
        "before against half"
    )
    assert changes(None, now) == "first look: held up"


def test_what_is_declared_otherwise_is_loaded_apart() -> None:
    """One load each of two lines that share a ticker; what nobody asked for comes later."""
    source = Counting(date(2024, 6, 28))
    first, second = Asset("AAA", NEW_YORK), Asset("AAA", NEW_YORK, listed=date(2022, 1, 3))
    once = LoadedOnce(source, [first, second, first])
    assert source.calls == [("AAA",), ("AAA",)]
    assert set(once.load([first]).bars) == set(once.load([second]).bars) == {"AAA"}
    assert set(once.load([Asset("BBB", NEW_YORK), Asset("none", NEW_YORK)]).bars) == {"BBB"}
    assert source.calls[2:] == [("BBB", "none")]
    once.load([Asset("none", NEW_YORK)])
    assert len(source.calls) == 3


def test_nothing_frozen_is_an_error(tmp_path: Path) -> None:
    pages = PagesWanted(tmp_path, None, json=True, quiet=False)
    with pytest.raises(CommandError, match="no rule is frozen"):
        score_all(Counting(date(2024, 6, 28)), Ledger(tmp_path / "l.sqlite"), QUIET, pages)
