"""`newsfolio draft`: from a text to a file that runs, or to two lines that say what is wrong."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from pathlib import Path

import pytest

from tests.support.draft_scores import TEXTS
from tests.support.shell import SHORT, Shell

TEXT = "Chips ahead\n\nTencent has gained 55% this year. We see the S&P 500 at 6,600 by year-end.\n"


@pytest.fixture
def article(shell: Shell) -> Path:
    path = shell.folder / "article.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_a_draft_is_checked_and_runs(shell: Shell) -> None:
    shutil.copy(TEXTS / "sector_call.txt", shell.folder)
    expected = shell("draft", "sector_call.txt")
    assert (expected.code, expected.err) == (0, "")
    assert "claims to measure" in expected.out
    assert "newsfolio run chips_stay_long_asia.py --data sample" in expected.out
    answer = shell("claims", "chips_stay_long_asia.py", "--data", "sample", "--json")
    verdicts = [claim["verdict"] for claim in json.loads(answer.out)["claims"]]
    assert set(verdicts) == {"simulated", "untestable"}
    assert verdicts.count("simulated") > 10
    assert shell("run", "chips_stay_long_asia.py", *SHORT).code == 0


def test_a_text_without_a_date_asks_for_one(shell: Shell, article: Path) -> None:
    expected = shell("draft", article.name)
    assert expected.code == 2
    assert "no date of publication" in expected.err
    assert "--published 2025-09-21T12:00Z" in expected.err
    assert list(shell.folder.glob("*.py")) == []
    expected = shell("draft", article.name, "--published", "2025-09-21T12:00Z", "--quiet")
    assert expected.out == "chips_ahead.py\n"


def test_a_file_that_is_there_stays(shell: Shell, article: Path) -> None:
    (shell.folder / "mine.py").write_text("mine")
    expected = shell("draft", article.name, "--published", "2025-09-21", "--out", "mine.py")
    assert expected.code == 2
    assert "mine.py is there already" in expected.err
    assert (shell.folder / "mine.py").read_text() == "mine"


def test_a_program_that_fails_leaves_nothing(shell: Shell, article: Path) -> None:
    (shell.folder / "bad.py").write_text("print('no JSON')")
    command = f"{shlex.quote(sys.executable)} bad.py"
    expected = shell("draft", article.name, "--published", "2025-09-21", "--with", command)
    assert expected.code == 1
    assert "bad.py: its answer is not JSON by the schema" in expected.err
    assert not (shell.folder / "chips_ahead.py").exists()


def test_a_program_is_named_in_the_draft(shell: Shell, article: Path) -> None:
    claims = [
        {"begin": 13, "end": 46, "text": "The index beats funds on it", "readings": [
            {"quantity": "difference", "lines": ["0700.HK"], "against": ["KWEB"],
             "from": "2024-12-31", "to": "2025-09-19", "says": ">", "number": 0}]},
        {"begin": 13, "end": 9999, "text": "Somewhere else", "untestable": "no place"},
    ]  # fmt: skip
    (shell.folder / "good.py").write_text(f"print({json.dumps({'claims': claims})!r})")
    command = f"{shlex.quote(sys.executable)} good.py"
    expected = shell("draft", article.name, "--published", "2025-09-21", "--with", command)
    assert expected.code == 0
    assert "claim 2 is left out: place 13 to 9999" in expected.out
    source = (shell.folder / "chips_ahead.py").read_text()
    assert "Gain('0700.HK') - Gain('KWEB')" in source
    assert source.count("good.py") == 2


def test_markup_of_a_text_reaches_no_page(shell: Shell) -> None:
    title = "&lt;script&gt;alert(1)&lt;/script&gt; Gold"
    page = (
        f"<h1>{title}</h1><p>2025-02-21</p><p>Tencent has gained 55% this year, said Ann &lt;b&gt;"
    )
    (shell.folder / "page.html").write_text(page)
    made = shell("draft", "page.html", "--quiet").out.strip()
    assert shell("claims", made, "--data", "sample").code == 0
    (written,) = shell.runs.glob("claims-*.html")
    assert "<script>alert(1)" not in written.read_text("utf-8")
    assert "alert(1)" in written.read_text("utf-8")


def test_the_schema_is_printed(shell: Shell) -> None:
    assert json.loads(shell("draft", "--schema").out)["$id"] == "newsfolio-draft-plugin-1"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), "name an article's file"),
        (("none.txt",), "cannot read none.txt"),
        (("article.txt", "--published", "03/04/2025"), "two days"),
        (("article.txt", "--published", "2025-09-21", "--names", "none.csv"), "none.csv"),
        (("article.txt", "--published", "2025-09-21", "--with", "no-such-program"), "be started"),
    ],
)
def test_a_mistake_is_two_lines(
    shell: Shell, article: Path, arguments: tuple[str, ...], expected: str
) -> None:
    answer = shell("draft", *arguments)
    assert answer.code in (1, 2)
    assert expected in answer.err
    assert len(answer.err.splitlines()) <= 2
    assert list(shell.folder.glob("*.py")) == []
