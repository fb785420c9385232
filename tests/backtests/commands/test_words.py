"""What the terminal and the pages say of a run, each in words of its own."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from backtests import run
from backtests.commands.terminal import say_figures, say_warnings
from newsfolio import Strategy, View, monthly
from reports.pages.details import details_page
from reports.pages.verdict import verdict_page
from tests.support.results import curve, judged, make, text_of, usual_result, walk
from tests.support.shell import Shell


class Levered(Strategy):
    """Half as much again as it has."""

    universe = ("SPY",)
    rebalance = monthly
    max_gross = 1.5

    def weights(self, view: View) -> dict[str, float]:
        return {"SPY": 1.5}


@pytest.mark.parametrize("ruined", ["2024-03-01", None])
def test_ruin_is_said_where_there_was_one(
    capsys: pytest.CaptureFixture[str], ruined: str | None
) -> None:
    say_warnings({**usual_result().manifest, "ruined": ruined})
    printed = capsys.readouterr().out
    line = "RUINED        on 2024-03-01: equity at or below zero; all was sold, and no decision"
    assert (line in printed) == (ruined is not None)


def test_what_scores_is_said_before_the_whole_run(capsys: pytest.CaptureFixture[str]) -> None:
    result = judged()
    say_figures(result)
    out = capsys.readouterr().out
    assert out.index("scored since 2020-02-21") < out.index("whole run     context included")
    assert out.index("whole run     context") < out.index("CAGR ") < out.index("benchmark     ACWI")
    assert "control: half and half" in out
    say_figures(make(curve(walk(20))))
    assert "whole run     no article, so nothing scores:" in capsys.readouterr().out


def test_credit_is_explained_by_the_weights_that_asked_for_it(tmp_path: Path) -> None:
    result = run(Levered(), data="sample", start="2026-01-02", engine="kernel", verdict=False,
                 costs="none", ledger=tmp_path / "l.sqlite")  # fmt: skip
    credit = result.manifest["credit"]
    assert credit is not None
    assert credit["largest"] > 0.4 * result.manifest["settings"]["cash"]
    assert credit["why"] == "the strategy wanted up to 150 % of its equity, which credit pays for"
    for page in (verdict_page(result), details_page(result)):
        text = text_of(page)
        assert "which credit pays for." in text
        assert "Without costs" in text
        assert "After costs" not in text


OWN = """
from datetime import UTC, datetime
from newsfolio import Article, Strategy, Thesis
from newsfolio.claims import Claim

MINE = Article("x-1", "Mine", "Me", datetime(2025, 2, 21, tzinfo=UTC),
               claims=(Claim("x-1-01", "It rises", untestable="no day is named"),))

class Own(Strategy):
    "Follows an article of its own."
    thesis = Thesis("X1", "Mine", "It rises.", MINE, claims=("x-1-01",))
    universe = ("SPY",)

    def weights(self, view):
        return {"SPY": 1.0}
"""


def test_show_names_what_claims_then_finds(shell: Shell) -> None:
    (shell.folder / "own.py").write_text(OWN)
    reply = shell("show", "own.py")
    assert (reply.code, reply.err) == (0, "")
    named = re.search(r"\(newsfolio claims (.*)\)", reply.out)
    assert named is not None
    claims = shell("claims", *named[1].split(), "--data", "sample", "--json")
    assert (claims.code, claims.err) == (0, "")
    assert [claim["id"] for claim in json.loads(claims.out)["claims"]] == ["x-1-01"]
