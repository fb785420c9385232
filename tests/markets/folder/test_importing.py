"""Files of any format in our form: what is read again is what was read."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from markets.folder.formats.catalogue import vendor_words
from markets.folder.formats.format import Told
from markets.folder.importing import own_text, read_lines, write_lines
from markets.folder.source import FolderSource
from newsfolio.errors import BrokenData, CommandError, MissingData, OutputError
from newsfolio.listings import asset_of
from tests.support.every_vendor import WRITERS
from tests.support.shell import Shell
from tests.support.small_runs import flat_prices
from tests.support.vendor_files import history

OF = history()
UNREAD = {"fred"}
"""A rate that is dated by another day is left as it is."""


@pytest.mark.parametrize("name", sorted(WRITERS.keys() - UNREAD))
def test_what_is_written_is_read_as_it_was(tmp_path: Path, name: str) -> None:
    written = WRITERS[name](OF)
    theirs, ours = tmp_path / "theirs", tmp_path / "ours"
    theirs.mkdir()
    written.put(theirs)
    lines, left = read_lines([theirs], vendor_words(written.vendor), None)
    assert left == {}
    write_lines(lines, ours, None, force=False)
    (line,) = (imported for imported in lines if imported.asset.ticker == written.ticker)
    again = FolderSource(ours, told=Told(adjusted=line.again)).load([line.asset])
    assert again[written.ticker].digest() == line.bars.digest()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ours", "theirs"]


def test_a_price_return_is_not_taken_for_a_total_return_afterwards(tmp_path: Path) -> None:
    """The new file says no more than the old one."""
    WRITERS["nasdaq"](OF).put(tmp_path)
    lines, _ = read_lines([tmp_path], Told(), None)
    write_lines(lines, tmp_path / "ours", None, force=False)
    with pytest.raises(BrokenData, match="do not say what its prices are adjusted for"):
        FolderSource(tmp_path / "ours").load([asset_of("AAPL")])
    bars = FolderSource(tmp_path / "ours", told=vendor_words("split")).load([asset_of("AAPL")])[
        "AAPL"
    ]
    assert "price return" in bars.doubts[0].told


def test_nothing_is_written_where_one_file_is_broken(tmp_path: Path) -> None:
    WRITERS["nasdaq"](OF).put(tmp_path / "in")
    (tmp_path / "in" / "MSFT.csv").write_text("Date,Close\n2026-01-05,x\n")
    with pytest.raises(BrokenData, match=r"MSFT\.csv"):
        read_lines([tmp_path / "in"], Told(), None)


def test_two_files_of_a_line_are_refused(tmp_path: Path) -> None:
    WRITERS["nasdaq"](OF).put(tmp_path / "in")
    WRITERS["yfinance-history"](OF).put(tmp_path / "in")
    with pytest.raises(BrokenData, match="Import one of them"):
        read_lines([tmp_path / "in"], Told(), None)


def test_files_are_replaced_only_when_it_is_said(tmp_path: Path) -> None:
    source, folder = tmp_path / "in", tmp_path / "prices"
    WRITERS["yfinance-history"](OF).put(source)
    flat_prices(folder, AAPL=7.0, BBX=8.0)
    before = (folder / "AAPL.csv").read_bytes()
    lines, _ = read_lines([source / "AAPL.csv"], Told(), None)
    with pytest.raises(CommandError, match=r"AAPL\.csv is there already; --force"):
        write_lines(lines, folder, None, force=False)
    assert (folder / "AAPL.csv").read_bytes() == before
    write_lines(lines, folder, None, force=True)
    assert (folder / "AAPL.csv").read_bytes() != before
    assert sorted(path.name for path in folder.iterdir()) == ["AAPL.csv", "BBX.csv"]
    (folder / "AAPL.csv").rename(folder / "AAPL.parquet")
    with pytest.raises(CommandError, match=r"AAPL\.parquet is of AAPL too"):
        write_lines(lines, folder, None, force=True)


def test_a_disk_that_refuses_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    WRITERS["yfinance-download"](OF).put(tmp_path / "in")
    lines, _ = read_lines([tmp_path / "in"], Told(), None)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        write_lines(lines, tmp_path / "ours", None, force=False)
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_a_rate_that_is_dated_by_another_day_stays_as_it_is(tmp_path: Path) -> None:
    WRITERS["fred"](OF).put(tmp_path / "in")
    with pytest.raises(MissingData, match=r"no line to import\n.*DGS10.*copy the file"):
        read_lines([tmp_path / "in"], Told(), None)


def test_a_line_that_would_come_back_otherwise_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    WRITERS["nasdaq"](OF).put(tmp_path / "in")
    lines, _ = read_lines([tmp_path / "in"], Told(), None)
    text = own_text(lines[0]).replace("2026-01-05,", "2026-01-05,1")
    monkeypatch.setattr("markets.folder.importing.own_text", lambda line: text)
    with pytest.raises(BrokenData, match="leave the file as it is"):
        write_lines(lines, tmp_path / "ours", None, force=False)
    assert not (tmp_path / "ours").exists()


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no such file"):
        read_lines([tmp_path / "AAPL.csv"], Told(), None)
    (tmp_path / "last download.csv").write_text("Date,Close\n2026-01-05,1\n")
    with pytest.raises(MissingData, match=r"no line to import\n.*of no line; name it after one"):
        read_lines([tmp_path], Told(), None)


def test_facts_and_archives_say_what_they_are(tmp_path: Path) -> None:
    """The reason is the file's own, not that its name is no ticker."""
    (factors := tmp_path / "F-F_Factors_daily.csv").write_text(
        "Made by hand.\n\n,Mkt-RF,SMB\n20260105,   0.52,  -0.10\n"
    )
    with pytest.raises(MissingData, match="factors are facts, no prices: declare Facts"):
        read_lines([factors], Told(), None)
    (wide := tmp_path / "closes.csv").write_text("Date,AAPL,Apple Inc\n2026-01-05,1,2\n")
    with pytest.raises(MissingData, match="no tickers beside some that are: Apple Inc"):
        read_lines([wide], Told(), None)
    with zipfile.ZipFile(packed := tmp_path / "prices.zip", "w") as archive:
        archive.writestr("AAPL.csv", "Date,Close\n2026-01-05,1\n")
        archive.writestr("MSFT.csv", "Date,Close\n2026-01-05,1\n")
    with pytest.raises(MissingData, match=r"prices\.zip: .*2 files"):
        read_lines([packed], Told(), None)


# --- the command ---------------------------------------------------------------------------------


def test_the_report_says_how_each_was_read(shell: Shell) -> None:
    WRITERS["nasdaq"](OF).put(shell.folder / "in")
    WRITERS["futu"](OF).put(shell.folder / "in")
    (shell.folder / "in" / "my notes.csv").write_text("Date,Close\n2026-01-05,1\n")
    answer = shell("data", "import", "in", "--to", "ours")
    assert answer.code == 0, answer.err
    span = f"24 rows, {OF.days[0]} to {OF.days[-1]}"
    assert f"AAPL.csv  {span}, from HistoricalData_AAPL.csv" in answer.out
    assert "  read as nasdaq.com: newest first, reversed" in answer.out
    assert "--vendor split reads it" in answer.out
    assert "left out in/my notes.csv: prices (Yahoo's columns) of no line" in answer.out
    assert "2 lines written to ours" in answer.out
    again = shell("data", "import", "in", "--to", "ours", "--force", "--json")
    report = json.loads(again.out)
    assert {row["ticker"]: (row["format"], row["vendor"]) for row in report["lines"]} == {
        "AAPL": ("nasdaq", "split"), "0700.HK": ("futu", ""),
    }  # fmt: skip
    assert shell("data", "import", "in", "--to", "ours").code == 2
    assert shell("data", "import", "--to", "ours").code == 2
