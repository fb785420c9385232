"""JSON stands alone on standard output, and a daemon without any output works."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys

import pytest

from backtests.cli import main
from backtests.commands.streams import with_streams
from tests.support.shell import Shell
from tests.support.small_runs import flat_prices, strategy_file

TALKS = """
universe = ("AAX",)
print("from the class")

def weights(self, view):
    print("from the decision")
    return {"AAX": 1.0}
"""
RUN = ("run", "s.py", "--data", "prices", "--no-tearsheet", "--no-verdict", "--engine", "kernel")


def test_what_a_strategy_prints_goes_to_standard_error(shell: Shell) -> None:
    flat_prices(shell.folder / "prices", AAX=100.0)
    strategy_file(shell.folder, TALKS)
    answer = shell(*RUN, "--json")
    assert json.loads(answer.out)["runs"][0]["trades"] == 1
    assert "from the class" in answer.err
    assert "from the decision" in answer.err
    assert "from the decision" in shell(*RUN).out


def test_without_standard_streams(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    monkeypatch.setattr(sys, "stdout", None)
    with_streams()
    print("unheard", file=sys.stderr)
    print("unheard")
    sys.stderr.close()
    sys.stdout.close()


@pytest.mark.parametrize("encoding", ["gbk", "cp1252", "ascii"])
def test_a_terminal_that_lacks_a_character(
    encoding: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written = io.BytesIO()
    with io.TextIOWrapper(written, encoding=encoding) as stream, monkeypatch.context() as here:
        here.setattr(sys, "stdout", stream)
        with pytest.raises(SystemExit) as left:
            main(["venues"])
        stream.flush()
        text = written.getvalue().decode(encoding)
    assert (left.value.code, capsys.readouterr().err) == (0, "")
    assert ("\u00f8" if encoding == "cp1252" else "\\xf8") in text


def test_help_of_which_only_the_head_is_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As `newsfolio score --help | head -1` leaves it: nobody reads on."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as stream, monkeypatch.context() as here:
        here.setattr(sys, "stdout", stream)
        with pytest.raises(SystemExit) as left:
            main(["score", "--help"])
    assert (left.value.code, capsys.readouterr().err) == (0, "")


def test_a_run_of_a_daemon(shell: Shell) -> None:
    """As a shell closes it: descriptor 2 is free for the first file that is opened."""
    flat_prices(shell.folder / "prices", AAX=100.0)
    strategy_file(shell.folder, TALKS)
    command = " ".join((sys.executable, "-m", "backtests", *RUN, "--json", "--ledger", "l.sqlite"))
    done = subprocess.run(  # the shell closes the descriptor
        f"{command} 2>&-", shell=True, cwd=shell.folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert json.loads(done.stdout)["runs"][0]["trades"] == 1


SHUTS = """
import sys

universe = ("AAX",)

def weights(self, view):
    import os, sys
    {how}
    return {{"AAX": 1.0}}
"""


@pytest.mark.parametrize("how", ["sys.stdout.close()", "sys.stdout.close(); sys.stderr.close()"])
def test_a_strategy_that_closes_standard_output_closes_nothing(shell: Shell, how: str) -> None:
    flat_prices(shell.folder / "prices", AAX=100.0)
    strategy_file(shell.folder, SHUTS.format(how=how))
    answer = shell(*RUN)
    assert (answer.code, answer.err) == (0, "")
    assert "verdict.html" in answer.out


def test_standard_output_that_was_taken_away_is_named(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    flat_prices(shell.folder / "prices", AAX=100.0)
    gone = "sys.stdout.closed or sys.stdout.buffer.close()"
    strategy_file(shell.folder, SHUTS.format(how=gone))
    with monkeypatch.context() as here, (shell.folder / "out").open("w") as stream:
        here.setattr(sys, "stdout", stream)
        with pytest.raises(SystemExit) as left:
            main([*RUN, "--ledger", str(shell.ledger)])
    errors = shell.capture.readouterr().err
    assert left.value.code == 1
    assert errors.startswith("newsfolio: standard output was closed")
    assert "bug" not in errors
    assert len(list(shell.runs.glob("s-*/verdict.html"))) == 1
