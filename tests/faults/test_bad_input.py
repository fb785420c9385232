"""Every wrong input gets one or two lines with the remedy, and costs nothing that was there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.shell import SHORT, Shell

GOOD = "Date,Open,High,Low,Close,Adj Close,Volume,Dividends,Stock Splits\n"
ROWS = [f"2024-01-{day:02d},10,11,9,10,10,1000,0,0" for day in (2, 3, 4, 5, 8, 9, 10)]
HEAD = "from dataclasses import dataclass\nfrom newsfolio import Strategy, every_session\n"


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused(shell: Shell, code: int, *arguments: str) -> str:
    """Run what must fail; the message, after checking that nothing else changed."""
    before = snapshot(shell.runs)
    answer = shell(*arguments)
    assert answer.code == code, answer.err or answer.out
    lines = answer.err.strip().splitlines()
    assert 1 <= len(lines) <= 2, answer.err
    assert "Traceback" not in answer.err
    assert answer.out == ""
    assert snapshot(shell.runs) == before
    left = [path.name for path in shell.runs.glob("*")] if shell.runs.exists() else []
    assert not [name for name in left if name.startswith(".")]
    return answer.err


@pytest.mark.parametrize(
    ("code", "arguments", "words"),
    [
        (2, ("run", "east-risin", *SHORT), ("east-risin", "Did you mean east-rising")),
        (2, ("run", "nowhere.py:X", *SHORT), ("nowhere.py", "newsfolio new")),
        (2, ("run", *SHORT), ("name a strategy",)),
        (2, ("run", "abc-basket", *SHORT, "--set", "mixx=equal"), ("mixx", "Did you mean mix")),
        (2, ("run", "abc-basket", *SHORT, "--set", "mix"), ("name=value",)),
        (2, ("run", "east-rising", *SHORT, "--set", "ramp=999"), ("ramp", "0 to 252 sessions")),
        (2, ("run", "east-rising", *SHORT, "--set", "ramp=soon"), ("ramp", "int")),
        (2, ("run", "abc-basket", *SHORT, "--currency", "XXX"), ("XXX", "HKD")),
        (2, ("run", "abc-basket", *SHORT, "--currency", "dollars"), ("three capitals",)),
        (2, ("run", "abc-basket", "--data", "sample", "--engine", "warp"), ("warp", "kernel")),
        (2, ("run", "abc-basket", *SHORT, "--cash", "-5"), ("--cash", "positive")),
        (2, ("run", "abc-basket", *SHORT, "--cash", "nan"), ("--cash", "positive")),
        (2, ("run", "abc-basket", *SHORT, "--end", "2025-01-01"), ("empty", "2025-01-01")),
        (2, ("run", "abc-basket", *SHORT, "--end", "yesterday"), ("yesterday", "2025-02-21")),
        (2, ("run", "abc-basket", *SHORT, "--end", "2026-01-021"), ("2026-01-021", "2025-02-21")),
        (2, ("run", "abc-basket", *SHORT, "--end", "12026-01-02"), ("12026-01-02", "2025-02-21")),
        (1, ("run", "abc-basket", "--data", "sample", "--start", "1990-01-02"),
         ("2014-01-02", "start then or later")),
        (1, ("run", "abc-basket", "--data", "sample", "--start", "2030-01-02"), ("2026-10-30",)),
        (1, ("run", "abc-basket", *SHORT, "--end", "2027-06-01"), ("SMH", "2026-10-30")),
        (1, ("run", "abc-basket", *SHORT, "--benchmark", "SPYY"), ("SPYY",)),
        (2, ("run", "abc-basket", *SHORT, "--benchmark", "spy"), ("spy", "SPY")),
        (2, ("run", "abc-basket", "--data", "no/such/folder"), ("no/such/folder", "sample")),
        (2, ("weights", "abc-basket", "--data", "sample", "--portfolio", "no.csv"), ("no.csv",)),
        (2, ("data", "import", "no.csv", "--to", "out"), ("no.csv", "no such file")),
        (2, ("run", "abc-basket", *SHORT, "--costs", "no.toml"), ("no.toml",)),
        (2, ("run", "abc-basket", *SHORT, "--corrections", "no.csv"), ("no.csv", "no such file")),
        (2, ("run", "abc-basket", *SHORT, "--facts", "nowhere"), ("nowhere", "no such folder")),
        (2, ("run", "abc-basket", *SHORT, "--fooo"), ("--fooo",)),
        (2, ("run", "abc-basket", *SHORT, "--universe", "SPY"), ("plain backtrader",)),
        (2, ("frobnicate",), ("frobnicate",)),
        (2, ("open", "nothing"), ("nothing", "newsfolio runs")),
        (1, ("run", "abc-basket", "--offline"), ("SMH", "--data")),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else str(value),
)  # fmt: skip
def test_wrong_words(
    shell: Shell, code: int, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    message = refused(shell, code, *arguments)
    assert all(word in message for word in words), message


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (["2024-01-02,10,11,9,ten,10,1000,0,0"], ("AAA", "ten")),
        ([*ROWS, ROWS[-1]], ("AAA", "2024-01-10")),
        ([ROWS[0], "2024-01-03,10,8,9,10,10,1000,0,0"], ("AAA", "2024-01-03", "high")),
        ([ROWS[0], "2024-01-03,-10,11,9,10,10,1000,0,0"], ("AAA", "2024-01-03")),
        ([ROWS[1], ROWS[0], ROWS[2]], ("AAA", "2024-01-02")),
        ([], ("AAA",)),
        ([ROWS[0], "second of January,10,11,9,10,10,1000,0,0"], ("AAA", "second of January")),
    ],
    ids=["text", "duplicate", "high below low", "negative", "unsorted", "empty", "no date"],
)
def test_broken_files(shell: Shell, rows: list[str], words: tuple[str, ...]) -> None:
    folder = shell.folder / "prices"
    folder.mkdir()
    (folder / "AAA.csv").write_text(GOOD + "\n".join(rows) + "\n")
    (shell.folder / "hold.py").write_text(
        f'{HEAD}@dataclass(frozen=True)\nclass Hold(Strategy):\n    universe = ("AAA",)\n'
        '    def weights(self, view):\n        return {"AAA": 1.0}\n'
    )
    message = refused(shell, 1, "run", "hold.py", "--data", "prices", "--engine", "kernel")
    assert all(word in message for word in words), message


def test_wrong_columns_and_a_missing_ticker(shell: Shell) -> None:
    folder = shell.folder / "prices"
    folder.mkdir()
    (folder / "SMH.csv").write_text("day,price\n2024-01-02,10\n")
    message = refused(shell, 1, "run", "abc-basket", "--data", "prices")
    assert "SMH" in message
    (folder / "SMH.csv").unlink()
    (folder / "KWEB.csv").write_text(GOOD + "\n".join(ROWS) + "\n")
    message = refused(shell, 1, "run", "abc-basket", "--data", "prices")
    assert "SMH" in message
    assert "newsfolio data pull SMH" in message


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ('{"SPY": float("nan")}', ("SPY", "nan", "2025-01-02")),
        ('{"SPY": float("inf")}', ("SPY", "inf")),
        ('{"SPY": 1.5}', ("1.5", "max_gross")),
        ('{"QQQ": 1.0}', ("QQQ", "universe")),
        ('{"SPY": "all"}', ("SPY", "all")),
        ("[0.5, 0.5]", ("list", "dict")),
        ("1 / 0", ("ZeroDivisionError", "2025-01-02", "bad.py")),
    ],
)
def test_wrong_answers(shell: Shell, answer: str, words: tuple[str, ...]) -> None:
    (shell.folder / "bad.py").write_text(
        f'{HEAD}@dataclass(frozen=True)\nclass Bad(Strategy):\n    universe = ("SPY", "KWEB")\n'
        f"    def weights(self, view):\n        return {answer}\n"
    )
    message = refused(shell, 1, "run", "bad.py", *SHORT)
    assert all(word in message for word in words), message


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("import nothing_of_that_name\n", 1, ("bad.py", "nothing_of_that_name")),
        ("def broken(:\n", 1, ("bad.py", "SyntaxError", "line 1")),
        ("x = 1\n", 2, ("bad.py", "newsfolio.Strategy")),
        (f"{HEAD}class Bad(Strategy):\n    n: int = 3\n", 1, ("@dataclass(frozen=True)",)),
        (f"{HEAD}@dataclass\nclass Bad(Strategy):\n    n: int = 3\n", 1, ("frozen=True",)),
    ],
)
def test_wrong_strategy_files(shell: Shell, text: str, code: int, words: tuple[str, ...]) -> None:
    (shell.folder / "bad.py").write_text(text)
    message = refused(shell, code, "run", "bad.py", *SHORT)
    assert all(word in message for word in words), message


def test_a_folder_that_cannot_be_written(shell: Shell) -> None:
    (shell.folder / "file").write_text("here")
    message = refused(shell, 1, "run", "abc-basket", *SHORT, "--out", "file")
    assert message.rstrip().endswith("give another folder (--out)")
    assert (shell.folder / "file").read_text() == "here"


def test_an_earlier_run_survives_a_failing_one(shell: Shell) -> None:
    assert shell("run", "abc-basket", *SHORT).code == 0
    assert len(snapshot(shell.runs)) > 5
    refused(shell, 1, "run", "abc-basket", *SHORT, "--benchmark", "SPYY")


@pytest.mark.parametrize("place", ["taken", "taken/deeper"])
def test_a_file_where_pages_should_go_is_one_line(shell: Shell, place: str) -> None:
    (shell.folder / "taken").write_text("mine", encoding="utf-8")
    (shell.folder / "note.txt").write_text("By A, 1 March 2025\n\nAlibaba rose 5 %.\n")
    for command in (("claims", "003", "--data", "sample"), ("scoreboard",), ("draft", "note.txt")):
        message = refused(shell, 1, *command, "--out", place)
        assert message.startswith("newsfolio: cannot write ")
    assert snapshot(shell.folder)[str(shell.folder / "taken")] == b"mine"
