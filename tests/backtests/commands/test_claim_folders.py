"""`newsfolio claims FOLDER`: articles on one load, each bad file named, nothing half written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

import backtests
from backtests.records.checked_articles import checked_articles
from markets.sample.source import SampleSource
from markets.snapshot import Snapshot
from newsfolio.assets import Asset
from newsfolio.errors import CommandError
from tests.support.shell import Shell

HEAD = """
from datetime import UTC, date, datetime
from newsfolio import NEW_YORK, Article, Asset, Claim, Reading
from newsfolio.quantities import Custom, Gain
WHEN = datetime(2025, 3, 3, 6, tzinfo=UTC)
"""
CLAIM = 'Claim("{id}-1", "It rises", (Reading(Gain("SPY"), "2025-03-03", "2025-06-30", ">", 0),))'
HOSTILE = "<script>alert(1)</script>"


def article(name: str, claim: str = CLAIM, title: str = "A title") -> str:
    claim = claim.replace("{id}", name)
    return f'{HEAD}A = Article("{name}", "{title}", "The Paper", WHEN, claims=({claim},))\n'


def folder_of(root: Path, **files: str) -> Path:
    folder = root / "articles"
    folder.mkdir()
    for name, text in files.items():
        (folder / name.replace("__", ".").replace("_skipped_py", "_skipped.py")).write_text(
            text, encoding="utf-8"
        )
    return folder


class Counted(SampleSource):
    """The sample market, which counts how often prices are asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[int] = []

    def load(self, assets: Sequence[Asset], facts: Sequence[object] = ()) -> Snapshot:
        self.loads += [len(assets)] if assets else []
        return super().load(assets, facts)  # type: ignore[arg-type]


def test_a_folder_is_checked_on_one_load(tmp_path: Path) -> None:
    other = CLAIM.replace("SPY", "KWEB")
    folder = folder_of(tmp_path, a__py=article("a"), b__py=article("b", other), c__py=article("c"))
    source = Counted()
    checked = backtests.claims(folder, source)
    assert [claim.claim.id for claim in checked] == ["a-1", "b-1", "c-1"]
    assert source.loads == [2]
    assert checked.problems == ()
    assert list(checked.table["verdict"]) == ["simulated"] * 3
    assert {"window", "sure", "due", "probability", "quoted", "subject"} <= {*checked.table}


def test_bad_files_are_named_and_stop_no_other(shell: Shell) -> None:
    folder_of(
        shell.folder,
        a__py=article("a", title=HOSTILE),
        b__py="import sys; sys.exit(3)",
        c__py="def x(:",
        d__py=article("d", CLAIM.replace("SPY", "no ticker")),
        e__py=article("a", title="Another of the same id"),
        f__py=article("f", 'Claim("f-1", "x", (Reading(Custom(("SPY",), len), "2025-03-03", '
                           '"2025-06-30", ">", 0),))'),
        g__py="x = 1",
        h__txt="a text",
        i__py=f"{HEAD}A = Article('i', 'x', 'y', WHEN, claims=(Claim('i-1', 'z', (), probability=7"
              ", untestable='no'),))",
        _skipped_py="raise SystemError",
    )  # fmt: skip
    answer = shell("claims", "articles", "--data", "sample")
    assert answer.code == 1
    problems = [line[14:] for line in answer.out.splitlines() if line.startswith("NOT CHECKED")]
    assert [problem.split()[0].rstrip(":") for problem in problems] == [
        "b.py", "c.py", "d.py", "e.py", "i.py",
    ]  # fmt: skip
    assert "no ticker called 'no ticker'" in problems[2]
    assert "its article is called 'a' like that of a.py" in problems[3]
    assert "i-1: probability 7: give a number from 0 to 1" in problems[4]
    assert "no article in g.py" in answer.out
    assert "newsfolio draft makes articles of: h.txt" in answer.out
    page = (shell.runs / "claims-articles.html").read_text("utf-8")
    assert HOSTILE not in page
    documents, damaged = checked_articles(shell.runs)
    assert damaged == []
    assert [row["id"] for row in documents[0]["articles"]] == ["a", "f"]
    assert [path.name for path in shell.runs.iterdir() if path.name.startswith(".claims")] == []


@pytest.mark.parametrize(
    ("how", "why"),
    [("lambda record, window: 1 / 0", "<lambda> (A.py, line 5) raised ZeroDivisionError"),
     ("len", "len raised TypeError"), ("lambda record, window: 3", "<lambda> answers int")],
)  # fmt: skip
def test_a_quantity_of_the_author_that_fails_is_named_in_its_row(
    tmp_path: Path, how: str, why: str
) -> None:
    wrong = article(
        "a",
        'Claim("a-1", "x", (Reading(Custom(("SPY",), how), "2025-03-03", "2025-06-30", ">", 0),))',
    ).replace("WHEN =", f"how = {how}\nWHEN =")
    (claim,) = backtests.claims(folder_of(tmp_path, a__py=wrong), "sample")
    assert claim.verdict.value == "untestable"
    assert claim.reason.lower().startswith(why.lower())


def test_one_ticker_means_one_line(tmp_path: Path) -> None:
    first, second = (
        article(name, CLAIM.replace("SPY", "OWN")).replace(
            "WHEN =", f'OWN = Asset("OWN", NEW_YORK, listed=date({currency}, 1, 2))\nWHEN ='
        )
        for name, currency in (("a", "1999"), ("b", "2001"))
    )
    folder = folder_of(tmp_path, a__py=first, b__py=second)
    checked = backtests.claims(folder, "sample")
    assert [article.id for article in checked.articles] == ["a"]
    assert checked.problems == (
        "b.py: OWN is declared otherwise in a.py; check one of them by itself",
    )


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "no file with an article in it"),
        ({"a__txt": "text"}, "newsfolio draft articles/a.txt makes one"),
        ({"a__py": "1 / 0"}, "no article can be checked: a.py \\(line 1\\) raised ZeroDivision"),
    ],
)
def test_a_folder_without_an_article_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], message: str
) -> None:
    folder_of(tmp_path, **files)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CommandError, match=message):
        backtests.claims("articles", "sample")


def test_a_text_is_no_article(shell: Shell) -> None:
    (shell.folder / "a.txt").write_text("text")
    answer = shell("claims", "a.txt", "--data", "sample")
    assert (answer.code, "newsfolio draft a.txt makes a file" in answer.err) == (2, True)


def test_json_has_problems_and_the_rest_in_full(shell: Shell) -> None:
    folder_of(shell.folder, a__py=article("a"), b__py="1 / 0")
    answer = shell("claims", "articles", "--data", "sample", "--json")
    document = json.loads(answer.out)
    assert answer.code == 1
    assert document["problems"][0].startswith("b.py (line 1) raised ZeroDivisionError")
    assert document["claims"][0]["row"].startswith("2025-03-03 to 2025-06-30: claimed > 0")
    assert list(shell.runs.glob("claims*")) == []


def test_what_was_checked_on_prices_stands_on_the_scoreboard(shell: Shell, prices: Path) -> None:
    folder_of(
        shell.folder,
        a__py=article("a", CLAIM[:-1] + ', quoted="Ann Example", probability=0.7)'),
    )
    assert shell("claims", "articles", "--data", str(prices), "--quiet").code == 0
    board = json.loads(shell("scoreboard", "--json").out)["record"]
    assert [(row["right"], row["quoted"]) for row in board["claims"]] == [(True, "Ann Example")]
    assert board["calibration"]["brier"] == pytest.approx(0.09)
    assert "who was right" in shell("scoreboard").out
    (shell.runs / "claims-broken.json").write_text('{"format": 1, "checked": 3}')
    again = json.loads(shell("scoreboard", "--json").out)["record"]
    assert again["damaged"] == ["claims-broken.json"]
    assert again["claims"] == board["claims"]
