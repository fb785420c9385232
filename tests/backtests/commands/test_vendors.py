"""Folders of vendors' files on the command line: how each was read, and what decides."""

from __future__ import annotations

import json

from backtests.records.result import load
from tests.support.shell import Shell
from tests.support.small_runs import strategy_file
from tests.support.vendor_files import History, history, nasdaq, stooq, table

OF = history(90, paid={6: 1.5}, splits={})


def plain(of: History) -> str:
    rows = zip(of.days, *of.prices(), of.volume.astype(int), strict=True)
    return table("Date,Open,High,Low,Close,Volume", rows)


def test_check_says_how_each_file_was_read(shell: Shell) -> None:
    folder = shell.folder / "prices"
    nasdaq(OF).put(folder)
    stooq(OF).put(folder).rename(folder / "spy_us_d.csv")
    (folder / "HistoricalData_1712345678901.csv").write_bytes(nasdaq(OF).content)
    (folder / "^GSPC.csv").write_text("Date,Close\n2026-01-05,100\n2026-01-06,101\n")
    answer = shell("data", "check", "--data", "prices")
    lines = answer.out.splitlines()
    assert (
        "HistoricalData_AAPL.csv: read as nasdaq.com: newest first, reversed; "
        "adjusted for splits, not for dividends"
    ) in lines
    assert any(line.startswith("spy_us_d.csv: read as Stooq: ") for line in lines)
    assert "^GSPC.csv: read as Yahoo's columns: a level" in lines
    assert lines[-1] == (
        "passed over HistoricalData_1712345678901.csv: prices (nasdaq.com) of no line; name it "
        "after one, such as SPY.csv"
    )
    report = json.loads(shell("data", "check", "--data", "prices", "--json").out)
    assert sorted(report["read_as"]) == ["HistoricalData_AAPL.csv", "^GSPC.csv", "spy_us_d.csv"]


def test_vendor_decides_what_plain_columns_are(shell: Shell) -> None:
    (shell.folder / "prices").mkdir()
    (shell.folder / "prices" / "SPY.csv").write_text(plain(OF))
    strategy_file(shell.folder, 'universe = ("SPY",)\ndef weights(self, view):\n'
                                '    return {"SPY": 1.0}')  # fmt: skip
    short = ("s.py", "--data", "prices", "--no-tearsheet", "--no-verdict")
    answer = shell("run", *short)
    assert answer.code == 1
    assert "do not say what its prices are adjusted for" in answer.err
    assert len(answer.err.splitlines()) <= 2
    answer = shell("run", *short, "--vendor", "stooq")
    assert answer.code == 0, answer.err
    (run,) = (path for path in shell.runs.iterdir() if path.is_dir())
    assert any("SPY: read as Stooq" in note for note in load(run).manifest["notes"])
    for words in ("stock", "raw,full"):
        answer = shell("run", *short, "--vendor", words)
        assert (answer.code, f"--vendor {words}: write one" in answer.err) == (2, True)
    answer = shell("run", "s.py", "--data", "sample", "--vendor", "stooq")
    assert (answer.code, "--vendor is about the files of a folder" in answer.err) == (2, True)
