"""Terminals, research and programs: what their files do that no other vendor's do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from markets.bars import Bars, Priced
from markets.folder.formats.terminals import bloomberg_ticker
from markets.folder.source import FolderSource
from newsfolio.errors import BrokenData, MissingData
from newsfolio.listings import asset_of
from tests.support import terminal_files
from tests.support.small_runs import flat_prices, strategy_file
from tests.support.vendor_files import history

OF = history()


def read(folder: Path, ticker: str = "AAPL") -> Bars:
    return FolderSource(folder).load([asset_of(ticker)])[ticker]


def put(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


def refused(folder: Path, words: str, ticker: str = "AAPL") -> None:
    with pytest.raises(BrokenData, match=words) as caught:
        read(folder, ticker)
    assert str(folder) in str(caught.value)
    assert len(str(caught.value).splitlines()) <= 2


# --- CRSP ----------------------------------------------------------------------------------------

CRSP = "PERMNO,date,TICKER,PRC,VOL,RET,CFACPR,CFACSHR\n"


def test_the_return_of_crsp_tells_the_dividend(tmp_path: Path) -> None:
    """(396 + 2) / 400 - 1 is -0.005, and ten shares for one come after: 0.20 of a new share."""
    first, second = "1,2026-03-02,AAPL,400,10,C,10,10", "1,2026-03-03,AAPL,396,10,-0.005000,10,10"
    put(tmp_path, "dsf.csv", f"{CRSP}{first}\n{second}\n1,2026-03-04,AAPL,39.6,100,0.0,1,1\n")
    bars = read(tmp_path)
    assert bars.priced is Priced.SPLITS
    assert bars.frame["close"].tolist() == pytest.approx([40, 39.6, 39.6])
    assert bars.frame["dividend"].tolist() == pytest.approx([0, 0.2, 0])
    assert bars.frame["split"].tolist() == [0, 0, 10]
    assert bars.frame["volume"].tolist() == [100, 100, 100]
    assert bars.doubts == ()


def test_signs_zeros_and_letters_of_crsp(tmp_path: Path) -> None:
    """-41 is a mean of bid and ask, 0 is unknown, and B is no return but a reason."""
    rows = ("20260302,AAPL,40,10,C", "20260303,AAPL,-41,-99,0.025", "20260304,AAPL,0,0,B",
            "20260305,AAPL,42,5,B")  # fmt: skip
    put(tmp_path, "dsf.csv", CRSP + "".join(f"1,{row},1,1\n" for row in rows))
    bars = read(tmp_path)
    assert bars.frame["close"].tolist() == [40, 41, 42]
    assert np.isnan(bars.frame["volume"].iloc[1])
    assert bars.frame["dividend"].tolist() == [0, 0, 0]
    assert any("mean of bid and ask" in note for note in bars.notes)
    assert any("without a return" in note for note in bars.notes)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("1,2026-03-02,AAPL,40,10,C,1,1\n2,2026-03-02,AAPL,50,10,C,1,1\n", "PERMNO 1, 2"),
        ("1,2026-03-02,AAPL,40,10,X,1,1\n1,2026-03-03,AAPL,40,10,0,1,1\n", "line 2.*'X'"),
        ("1,2026-03-02,AAPL,x,10,C,1,1\n", "line 2.*PRC 'x'"),
        ("1,2026-03-02,AAPL,40,10,C,1\n", "line 2: 7 fields"),
    ],
)
def test_broken_rows_of_crsp(tmp_path: Path, rows: str, words: str) -> None:
    put(tmp_path, "AAPL.csv", CRSP + rows)
    refused(tmp_path, words)


def test_crsp_without_returns_is_refused_with_what_it_lacks(tmp_path: Path) -> None:
    put(tmp_path, "AAPL.csv", "PERMNO,date,TICKER,PRC,VOL,CFACPR\n1,2026-03-02,AAPL,40,10,1\n")
    refused(tmp_path, "Nearest to CRSP's daily stock file, but it lacks RET")


# --- Bloomberg -----------------------------------------------------------------------------------


def test_days_that_excel_counted(tmp_path: Path) -> None:
    """46083 is the second of March 2026, 46,083 days after the end of 1899."""
    put(tmp_path, "AAPL.csv", "Date,PX_LAST\n46083,40.5\n46084,#N/A N/A\n46085,41\n")
    bars = read(tmp_path)
    assert [f"{day:%Y-%m-%d}" for day in bars.frame.index] == ["2026-03-02", "2026-03-04"]
    written = terminal_files.in_excels_days(terminal_files.bloomberg(OF))
    (tmp_path / "AAPL.csv").unlink()
    written.put(tmp_path)
    assert [str(day.date()) for day in read(tmp_path).frame.index] == list(OF.days)


def test_days_that_may_be_months_are_refused(tmp_path: Path) -> None:
    put(tmp_path, "AAPL.csv", "Date,PX_LAST\n03/02/2026,40.5\n04/02/2026,41\n")
    refused(tmp_path, "--vendor day-first")


@pytest.mark.parametrize(
    ("security", "ticker"),
    [
        ("AAPL US Equity", "AAPL"), ("BRK/B US Equity", "BRK-B"), ("700 HK Equity", "0700.HK"),
        ("600519 CH Equity", "600519.SS"), ("000001 C2 Equity", "000001.SZ"),
        ("VOD LN Equity", "VOD.L"), ("7203 JP Equity", "7203.T"), ("SPX Index", "^GSPC"),
        ("HKDUSD Curncy", "HKDUSD=X"), ("USDHKD Curncy", "HKD=X"), ("TY1 Comdty", ""),
        ("XYZ ZZ Equity", ""),
    ],
)  # fmt: skip
def test_securities_of_bloomberg(security: str, ticker: str) -> None:
    assert bloomberg_ticker(security) == ticker


# --- folders of programs -------------------------------------------------------------------------

ZIP = "equity/usa/daily/brk.b.zip"
FACTORS = "equity/usa/factor_files/brk.b.csv"


def test_lean_without_factors_has_prices_as_traded(tmp_path: Path) -> None:
    """A file with its last row alone means that LEAN knows nothing, not that there was nothing."""
    terminal_files.lean(OF).put(tmp_path)
    (tmp_path / FACTORS).write_text("20501231,1,1,0\n")
    bars = read(tmp_path, "BRK-B")
    assert bars.frame["close"].tolist() == pytest.approx(OF.close)
    assert "neither splits nor dividends" in bars.doubts[0].told
    (tmp_path / FACTORS).unlink()
    assert read(tmp_path, "BRK-B").digest() == bars.digest()
    assert any("it was BRK.X until 20260108" in note for note in bars.notes)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        (ZIP, b"PK\x03\x04 cut short", "brk.b.zip: not a zip"),
        (FACTORS, b"20260110,1,0.25,3\n20260105,1,1,3\n20501231,1,1,0\n", "not in order"),
        (FACTORS, b"20260110,x,0.25,3\n20501231,1,1,0\n", "no number"),
        (FACTORS, b"20260110,1,0.25,3\n", "up to 20501231"),
    ],
)
def test_a_broken_folder_of_lean(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    terminal_files.lean(OF).put(tmp_path)
    (tmp_path / name).write_bytes(content)
    refused(tmp_path, words, "BRK-B")


CLOSE = "features/sh600519/close.day.bin"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        (CLOSE, b"\0\0\0", "3 bytes"),
        (CLOSE, np.array([20.0, *range(1, 30)], "<f4").tobytes(), "29 values from place 20"),
        (CLOSE, np.array([1.5, 1.0], "<f4").tobytes(), "place 1.5"),
        (CLOSE, np.array([2.0, np.nan], "<f4").tobytes(), "no rows with a price"),
        ("calendars/day.txt", b"2026-01-05\n2026-01-02\n", "not in order"),
        ("calendars/day.txt", b"2026-01-05\nsoon\n", "line 2: 'soon'"),
        ("features/sh600519/factor.day.bin", np.zeros(27, "<f4").tobytes(), "last factor"),
    ],
    ids=range(7),
)
def test_a_broken_folder_of_qlib(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    terminal_files.qlib(OF).put(tmp_path)
    (tmp_path / name).write_bytes(content)
    refused(tmp_path, words, "600519.SS")


def test_qlib_without_a_factor_keeps_its_scale_and_says_so(tmp_path: Path) -> None:
    terminal_files.qlib(OF).put(tmp_path)
    (tmp_path / "features/sh600519/factor.day.bin").unlink()
    bars = read(tmp_path, "600519.SS")
    assert bars.frame["close"].iloc[0] == 1
    assert "no factor.day.bin" in bars.notes[0]


# --- FRED ----------------------------------------------------------------------------------------


def test_a_value_of_friday_is_seen_on_monday(tmp_path: Path) -> None:
    rows = ("2026-03-05,4.0", "2026-03-06,4.1", "2026-03-08,4.2", "2026-03-09,-0.1", "2026-03-10,.")
    put(tmp_path, "DGS10.csv", "\n".join(["DATE,DGS10", *rows]) + "\n")
    bars = read(tmp_path, "DGS10")
    assert bars.frame["close"].to_dict() == {
        pd.Timestamp("2026-03-06"): 4.0, pd.Timestamp("2026-03-09"): 4.2,
        pd.Timestamp("2026-03-10"): -0.1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("observation_date,UNRATE\n2026-01-01,4.2\n2026-02-01,4.3\n", "31 days apart"),
        ("observation_date,UNRATE_20260306\n2026-01-01,4.2\n", r"vintages .* Facts\('UNRATE'"),
        ("observation_date,UNRATE\n2026-01-01,x\n", "line 2.*'x' is not a number"),
        ("observation_date,UNRATE\n", "no rows"),
    ],
)
def test_series_that_are_no_signal(tmp_path: Path, text: str, words: str) -> None:
    put(tmp_path, "UNRATE.csv", text)
    refused(tmp_path, words, "UNRATE")


def test_a_rate_is_a_signal_and_never_held(tmp_path: Path) -> None:
    from backtests import run

    prices = flat_prices(tmp_path / "prices", AAX=100.0)
    days = [f"2024-03-{day:02d},4.{day:02d}" for day in range(1, 29)]
    put(prices, "DGS10.csv", "observation_date,DGS10\n" + "\n".join(days) + "\n")
    body = 'universe = ("AAX",)\nsignals = ("DGS10",)\nrebalance = monthly\n\n'
    address = strategy_file(tmp_path, body + 'def weights(self, view):\n    return {"AAX": 1.0}\n')
    options = {"ledger": tmp_path / "l.sqlite", "verdict": False}
    assert len(run(str(address), data=prices, **options).fills) == 1  # type: ignore[arg-type]
    held = strategy_file(tmp_path, body.replace("AAX", "DGS10") + "def weights(self, view):\n"
                         "    return {}\n", "held.py")  # fmt: skip
    with pytest.raises(MissingData, match="use it as a signal"):
        run(str(held), data=prices, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", terminal_files.TREES)
def test_folders_of_programs_from_many_histories(tmp_path: Path, name: str) -> None:
    """A dividend and a split on any row, in any order; the truth is that of the history."""
    for seed in range(12):
        chance = np.random.default_rng(seed)
        row, other = chance.permutation(np.arange(1, 20))[:2].tolist()
        of = history(20, seed, paid={row: 1.25}, splits={other: 3.0})
        written = terminal_files.TREES[name](of)
        written.put(tmp_path / str(seed))
        bars = read(tmp_path / str(seed), written.ticker)
        np.testing.assert_allclose(bars.frame["close"], written.close, rtol=2e-6)
        np.testing.assert_allclose(bars.frame["volume"], written.volume, rtol=2e-6)
