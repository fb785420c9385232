"""Tickers in the names of files as vendors give them."""

from __future__ import annotations

from pathlib import Path

import pytest

from markets.folder.names import ticker_of_code, ticker_of_file
from markets.folder.source import FolderSource
from newsfolio.errors import BrokenData
from newsfolio.listings import asset_of

FILES = {
    "AAPL.csv": "AAPL", "BRK-B.csv": "BRK-B", "^GSPC.csv": "^GSPC", "HKD=X.csv": "HKD=X",
    "BTC-USD.csv": "BTC-USD", "VOD.L.csv": "VOD.L", "VWCE.DE.csv": "VWCE.DE",
    "HistoricalData_AAPL.csv": "AAPL", "HistoricalData_1698765432109.csv": "",
    "AAPL Historical Data.csv": "AAPL", "AAPL Historische Daten.csv": "AAPL",
    "AAPL Stock Price History.csv": "AAPL", "Datos históricos AAPL.csv": "AAPL",
    "Tencent Holdings Historical Data.csv": "", "daily_adjusted_AAPL.csv": "AAPL",
    "daily_IBM.csv": "IBM", "AAPL.US.csv": "AAPL", "BRK-B.US.csv": "BRK-B",
    "0700.HK.csv": "0700.HK", "700.HK.csv": "0700.HK", "VOD.LSE.csv": "VOD.L",
    "SAP.XETRA.csv": "SAP.DE", "600519.SHG.csv": "600519.SS", "000001.SHE.csv": "000001.SZ",
    "005930.KO.csv": "005930.KS",
    "7203.TSE.csv": "7203.T", "aapl_us_d.csv": "AAPL", "vod_uk_d.csv": "VOD.L",
    "7203_jp_d.csv": "7203.T", "0700_hk_d.csv": "0700.HK", "^spx_d.csv": "^GSPC",
    "eurusd_d.csv": "EURUSD=X", "usdhkd_d.csv": "HKD=X", "aapl.us.txt": "AAPL",
    "brk-b.us.txt": "BRK-B", "sh.600519.csv": "600519.SS", "sz.000001.csv": "000001.SZ",
    "sh600519.csv": "600519.SS", "600519.csv": "600519.SS", "000001.csv": "000001.SZ",
    "300750.csv": "300750.SZ", "510300.csv": "510300.SS", "920002.csv": "920002.BJ",
    "600519.SH.csv": "600519.SS", "00700.csv": "0700.HK", "HK.00700.csv": "0700.HK",
    "00700.HK.csv": "0700.HK", "US.AAPL.csv": "AAPL", "US.BRK.B.csv": "BRK-B",
    "106.BABA.csv": "BABA", "105.NVDA.csv": "NVDA", "AAPL.O.csv": "AAPL", "BABA.N.csv": "BABA",
    "AAPL_US_Equity.csv": "AAPL", "BRK.B.csv": "BRK-B", "AAPL (1).csv": "AAPL",
    "Download Data - STOCK_US_XNAS_AAPL.csv": "AAPL", "us_cpi.csv": "", "prices.csv": "",
    "last download.csv": "", "releases.csv": "",
}  # fmt: skip


@pytest.mark.parametrize(("name", "ticker"), FILES.items())
def test_a_name_as_vendors_give_it_is_a_ticker_of_ours(name: str, ticker: str) -> None:
    assert ticker_of_file(name) == ticker


@pytest.mark.parametrize("code", ["", "()", "..", "a b", "../x", "=", "-"])
def test_a_word_that_is_no_code_is_none(code: str) -> None:
    assert ticker_of_code(code) == ""


PLAIN = "Date,Close\n2024-01-02,10\n"


@pytest.mark.parametrize(
    ("first", "second"),
    [("AAPL.csv", "AAPL.US.csv"), ("AAPL.csv", "AAPL (1).csv"), ("AAPL.csv", "wide.csv")],
)
def test_two_files_of_one_line_are_refused_and_both_named(
    tmp_path: Path, first: str, second: str
) -> None:
    (tmp_path / first).write_text(PLAIN)
    (tmp_path / second).write_text("Date,AAPL,MSFT\n2024-01-02,10,20\n"
                                   if second.startswith("wide") else PLAIN)  # fmt: skip
    with pytest.raises(BrokenData) as caught:
        FolderSource(tmp_path).load([asset_of("AAPL")])
    assert first in str(caught.value)
    assert second in str(caught.value)
    assert FolderSource(tmp_path).load([asset_of("SPY")]) == {}
