"""What no reader may fall into: the traps that public readers of these files step into."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backtests.commands.data_lines import in_folder
from markets.bars import Bars, Priced
from markets.folder.formats.catalogue import vendor_words
from markets.folder.source import FolderSource
from markets.quality.checks import inspect_all
from newsfolio.errors import BrokenData
from newsfolio.listings import asset_of
from tests.support import mainland_files, vendor_files
from tests.support.every_vendor import WRITERS
from tests.support.vendor_files import history, table

OF = history()
MAINLAND = ("akshare", "akshare-abroad", "akshare-sina", "akshare-tencent", "futu")


def read(folder: Path, ticker: str = "AAPL", vendor: str = "") -> Bars:
    return FolderSource(folder, told=vendor_words(vendor)).load([asset_of(ticker)])[ticker]


def put(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def plain(days: list[str], *, end: str = "\n") -> str:
    rows = [(day, "10.0", "10.3", "9.8", f"10.{row % 3}", "1000") for row, day in enumerate(days)]
    return table("Date,Open,High,Low,Close,Volume", rows, end=end)


# --- what prices are adjusted for -----------------------------------------------------------------


def test_plain_columns_do_not_say_and_are_refused_with_the_readings(tmp_path: Path) -> None:
    put(tmp_path, "AAPL.csv", plain(["2024-01-02", "2024-01-03"]))
    with pytest.raises(BrokenData, match=r"--vendor full.*--vendor split.*--vendor raw") as caught:
        read(tmp_path)
    assert str(caught.value).startswith(f"{tmp_path / 'AAPL.csv'}: ")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_end_of_a_line_proves_nothing(tmp_path: Path, end: str) -> None:
    """pandas writes the same on Windows."""
    put(tmp_path, "AAPL.csv", plain(["2024-01-02", "2024-01-03"], end=end))
    with pytest.raises(BrokenData, match="do not say"):
        read(tmp_path)


@pytest.mark.parametrize("column", ["Adjusted_close", "Adj Close*", "Adjusted", "Rank"])
def test_raw_closes_beside_an_unknown_column_are_no_total_return(
    tmp_path: Path, column: str
) -> None:
    text = mainland_files.eodhd(OF).content.decode().replace("Adjusted_close,", f"{column},")
    rows = text.splitlines()[:-1]
    if column != "Adjusted_close":
        put(tmp_path, "AAPL.csv", "\n".join(rows))
        with pytest.raises(BrokenData, match=r"AAPL\.csv: "):
            read(tmp_path)
        return
    put(tmp_path, "AAPL.csv", "\n".join(rows))
    assert read(tmp_path).frame["close"].to_numpy() == pytest.approx(OF.close * OF.factor, rel=1e-4)


def test_intraday_bars_of_stooq_are_refused(tmp_path: Path) -> None:
    put(tmp_path, "aapl.us.txt", vendor_files.stooq_bulk(OF).content.replace(b",D,", b",5,"))
    with pytest.raises(BrokenData, match=r"line 2: <PER> '5': bars of another period"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("vendor", "priced", "doubted"),
    [
        ("stooq", Priced.DIVIDENDS, False), ("full", Priced.DIVIDENDS, False),
        ("marketwatch", Priced.SPLITS, True), ("split", Priced.SPLITS, True),
        ("raw", Priced.SPLITS, True),
    ],
)  # fmt: skip
def test_what_is_told_decides(tmp_path: Path, vendor: str, priced: Priced, doubted: bool) -> None:
    put(tmp_path, "AAPL.csv", plain(["2024-01-02", "2024-01-03"]))
    bars = read(tmp_path, vendor=vendor)
    assert (bars.priced, bool(bars.doubts)) == (priced, doubted)


def test_closes_alone_are_a_price_return_unless_they_are_told(tmp_path: Path) -> None:
    put(tmp_path, "AAPL.csv", "Date,Close\n2026-01-02,1\n")
    bars = read(tmp_path)
    assert (bars.priced, len(bars.doubts)) == (Priced.SPLITS, 1)
    assert (read(tmp_path, vendor="full").priced, read(tmp_path, vendor="full").doubts) == (
        Priced.DIVIDENDS, (),
    )  # fmt: skip


@pytest.mark.parametrize("ticker", ["^GSPC", "HKD=X"])
def test_a_level_needs_no_adjustment(tmp_path: Path, ticker: str) -> None:
    put(tmp_path, f"{ticker}.csv", plain(["2024-01-02", "2024-01-03"]))
    assert read(tmp_path, ticker).priced is Priced.LEVEL


def test_a_file_of_splits_alone_is_a_price_and_the_report_says_so(tmp_path: Path) -> None:
    vendor_files.nasdaq(OF).put(tmp_path)
    bars = read(tmp_path)
    (finding,) = [finding for finding in inspect_all({"AAPL": (asset_of("AAPL"), bars)})
                  if "dividends are not in the file" in finding.told]  # fmt: skip
    assert finding.severity.name == "DOUBT"


@pytest.mark.parametrize("name", ["alphavantage-raw", "akshare-sina", "akshare"])
def test_an_unrecorded_split_of_a_raw_file_stops_a_run(tmp_path: Path, name: str) -> None:
    of = history(60, paid={}, splits={30: 10.0})
    written = WRITERS[name](of)
    written.put(tmp_path)
    bars = read(tmp_path, written.ticker)
    findings = inspect_all({written.ticker: (asset_of(written.ticker), bars)})
    blocked = [
        day for finding in findings if finding.severity.name == "BLOCK" for day in finding.days
    ]
    assert date.fromisoformat(of.days[30]) in blocked, findings


def test_references_that_tell_of_nothing_are_no_proof_of_a_total_return(tmp_path: Path) -> None:
    """tushare's pro_bar writes the close before as pre_close, on ex-dates too."""
    flat = dataclasses.replace(OF, dividend=np.zeros(24), split=np.zeros(24))
    written = mainland_files.tushare(flat)
    written.put(tmp_path)
    bars = read(tmp_path, "600519.SS")
    assert bars.priced is Priced.SPLITS
    assert [doubt.told for doubt in bars.doubts] == [
        "prices as traded: neither splits nor dividends are in the file"
    ]


def test_references_apart_on_many_rows_are_missing_rows(tmp_path: Path) -> None:
    text = mainland_files.tushare(OF).content.decode().splitlines()
    put(tmp_path, "600519.SH.csv", "\n".join([text[0], *text[1::3]]))
    with pytest.raises(BrokenData, match=r"line \d+: .*pre_close is not the close before on \d+"):
        read(tmp_path, "600519.SS")


@pytest.mark.parametrize("flag", ["1", "2"])
def test_baostock_says_what_it_adjusted(tmp_path: Path, flag: str) -> None:
    text = mainland_files.baostock(OF).content.decode().replace(",3,", f",{flag},")
    put(tmp_path, "sh.600519.csv", text)
    bars = read(tmp_path, "600519.SS")
    assert (bars.priced, bars.doubts) == (Priced.DIVIDENDS, ())
    assert f"adjustflag {flag}" in bars.notes[0]


def test_rows_of_two_adjustments_are_refused(tmp_path: Path) -> None:
    lines = mainland_files.baostock(OF).content.decode().splitlines()
    lines[9] = lines[9].replace(",3,", ",2,")
    put(tmp_path, "sh.600519.csv", "\n".join(lines))
    with pytest.raises(BrokenData, match=r"line 10: adjustflag '2'\. Keep rows of one"):
        read(tmp_path, "600519.SS")


def test_without_a_turnover_akshare_does_not_say_what_was_asked(tmp_path: Path) -> None:
    rows = [(day, "10.0", "10.1", "10.3", "9.8", "1000") for day in ("2024-01-02", "2024-01-03")]
    put(tmp_path, "sh600519.csv", table("date,open,close,high,low,amount", rows))
    with pytest.raises(BrokenData, match=r"adjust=''.*--vendor raw.*--vendor full"):
        read(tmp_path, "600519.SS")
    bars = read(tmp_path, "600519.SS", "full")
    assert (bars.priced, bars.frame["volume"].tolist()) == (Priced.DIVIDENDS, [100_000.0] * 2)


def test_a_turnover_in_another_unit_is_no_adjustment(tmp_path: Path) -> None:
    """Amounts a thousand times the price are the same everywhere: nothing is proved by them."""
    text = mainland_files.tushare(OF).content.decode().splitlines()
    rows = [line.split(",") for line in text[1:]]
    for row in rows:
        row[-1] = f"{float(row[-1]) * 7000:.3f}"
    put(tmp_path, "600519.SH.csv", "\n".join([text[0], *map(",".join, rows)]))
    bars = read(tmp_path, "600519.SS")
    assert "reference closes" in bars.notes[0]
    assert "told by the turnover" not in bars.notes[0]


@pytest.mark.parametrize(
    ("code", "name", "ticker", "other"),
    [
        ("CCC", "ccc.txt", "CCC.WA", "CCC"), ("CCC", "daily/pl/stocks/ccc.txt", "CCC.WA", "CCC"),
        ("CL.F", "cl.f.txt", "", "CL.F"), ("BTC.V", "btc.v.txt", "", "BTC.V"),
    ],
)  # fmt: skip
def test_stooqs_own_codes_are_nobody_elses(
    tmp_path: Path, code: str, name: str, ticker: str, other: str
) -> None:
    """Warsaw has no suffix there; .F are futures and .V crypto, at Yahoo other venues."""
    text = vendor_files.stooq_bulk(OF).content.decode().replace("AAPL.US", code)
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    put(tmp_path, name, text)
    source = FolderSource(tmp_path)
    assert not source.load([asset_of(other)])
    if ticker:
        assert len(source.load([asset_of(ticker)])[ticker].days) == len(OF.days)


# --- columns and rows -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", MAINLAND)
def test_close_and_high_are_not_swapped(tmp_path: Path, name: str) -> None:
    written = WRITERS[name](OF)
    written.put(tmp_path)
    frame = read(tmp_path, written.ticker).frame
    assert (frame["close"] < frame["high"]).all()
    assert (frame["open"] < frame["high"]).all()


def test_a_suspended_day_is_no_session(tmp_path: Path) -> None:
    mainland_files.baostock(OF).put(tmp_path)
    bars = read(tmp_path, "600519.SS")
    assert "2026-01-10" not in [str(day.date()) for day in bars.frame.index]
    assert "1 row (first 2026-01-10) of suspended days dropped" in bars.notes


def test_a_holiday_that_repeats_the_close_is_no_session(tmp_path: Path) -> None:
    lines = vendor_files.investing(OF).content.decode("utf-8-sig").splitlines()
    last = lines[11].split('","')[1]
    lines.insert(11, f'"01/24/2026","{last}","{last}","{last}","{last}","-","0.00%"')
    put(tmp_path, "AAPL Historical Data.csv", "\n".join(lines))
    bars = read(tmp_path)
    assert len(bars.frame) == 24
    assert bars.notes[1].startswith("1 row (first 2026-01-24) that repeat the close before")


def test_a_column_in_percent_is_not_read(tmp_path: Path) -> None:
    text = vendor_files.investing(OF).content.replace(b'"0.10%"', b'"no number"')
    put(tmp_path, "AAPL Historical Data.csv", text)
    assert len(read(tmp_path).frame) == 24


def test_letters_count_thousands_millions_and_billions(tmp_path: Path) -> None:
    head = '"Date","Price","Open","High","Low","Vol.","Change %"'
    cells = ["950.00K", "1.2B", "54.79M", "-", ""]
    rows = [f'"01/{20 - row}/2026","10.1","10","10.5","9","{cell}","0.1%"'
            for row, cell in enumerate(cells)]  # fmt: skip
    put(tmp_path, "AAPL Historical Data.csv", "\n".join([head, *rows]))
    volume = read(tmp_path).frame["volume"].tolist()[::-1]
    assert volume[:3] == [950_000.0, 1_200_000_000.0, 54_790_000.0]
    assert np.isnan(volume[3:]).all()


def test_a_row_of_another_line_is_refused(tmp_path: Path) -> None:
    lines = mainland_files.futu(OF).content.decode().splitlines()
    lines[7] = lines[7].replace("HK.00700", "HK.09988")
    put(tmp_path, "HK.00700.csv", "\n".join(lines))
    with pytest.raises(BrokenData, match=r"line 8: a row of 'HK\.09988' in a file of 0700\.HK"):
        read(tmp_path, "0700.HK")


def test_a_file_that_is_named_after_another_line_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "9988.HK.csv", mainland_files.futu(OF).content)
    with pytest.raises(BrokenData, match=r"line 2: a row of 'HK\.00700' in a file of 9988\.HK"):
        read(tmp_path, "9988.HK")


def test_lines_in_one_file_are_told_apart_by_their_codes(tmp_path: Path) -> None:
    lines = mainland_files.futu(OF).content.decode().splitlines()
    other = [line.replace("HK.00700", "HK.09988") for line in lines[1:6]]
    put(tmp_path, "klines.csv", "\n".join([*lines, *other]))
    assert len(read(tmp_path, "0700.HK").frame) == 24
    assert len(read(tmp_path, "9988.HK").frame) == 5


# --- encodings and marks --------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_chinese_headers_are_read_in_the_encodings_of_there(tmp_path: Path, encoding: str) -> None:
    written = mainland_files.akshare(OF)
    put(tmp_path, written.name, written.content.decode().encode(encoding))
    bars = read(tmp_path, written.ticker)
    assert bars.frame["close"].tolist() == OF.close.tolist()
    assert ("GBK" in bars.notes[0]) == (encoding == "gb18030")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
def test_german_headers_too(tmp_path: Path, encoding: str) -> None:
    text = vendor_files.investing_de(OF).content.decode("utf-8-sig")
    put(tmp_path, "AAPL Historische Daten.csv", text.encode(encoding))
    assert len(read(tmp_path).frame) == 24


def test_a_mark_that_may_be_of_thousands_is_not_guessed(tmp_path: Path) -> None:
    put(tmp_path, "AAPL.csv", "Date;Close\n02.01.2024;1,234\n03.01.2024;1,250\n")
    with pytest.raises(BrokenData, match=r"line 2: '1,234': nothing tells"):
        read(tmp_path)
    put(tmp_path, "AAPL.csv", "Date;Close\n02.01.2024;1,234\n03.01.2024;1,25\n")
    assert read(tmp_path).frame["close"].tolist() == [1.234, 1.25]


def test_two_decimal_marks_in_one_file_are_refused(tmp_path: Path) -> None:
    put(tmp_path, "AAPL.csv", "Date;Close\n02.01.2024;12,34\n03.01.2024;12.50\n")
    with pytest.raises(BrokenData, match=r"line 3: '12\.50' has another decimal mark"):
        read(tmp_path)


def test_references_with_a_gap_prove_nothing(tmp_path: Path) -> None:
    lines = mainland_files.baostock(OF).content.decode().splitlines()
    cells = lines[15].split(",")
    cells[6] = ""
    put(tmp_path, "sh.600519.csv", "\n".join([*lines[:15], ",".join(cells), *lines[16:]]))
    assert read(tmp_path, "600519.SS").priced is Priced.SPLITS


@pytest.mark.parametrize("adjusted", [True, False])
@pytest.mark.parametrize("by_ticker", [True, False])
def test_yfinance_downloads_stand_either_way_round(
    tmp_path: Path, by_ticker: bool, adjusted: bool
) -> None:
    """group_by="ticker"; auto_adjust=False and actions=True; days of one ticker alone."""
    fields = ["Close", "High", "Low", "Open", "Volume"]
    if not adjusted:
        fields = ["Adj Close", *fields, "Dividends", "Stock Splits"]
    frame = pd.DataFrame(
        {
            (field, ticker): np.arange(1.0, 4.0)
            for field in fields
            for ticker in ("AAPL", "BTC-USD")
        },
        index=pd.DatetimeIndex(["2026-01-02", "2026-01-03", "2026-01-05"], name="Date"),
    )
    frame.columns = frame.columns.set_names(["Price", "Ticker"])
    frame.loc["2026-01-03", (slice(None), "AAPL")] = np.nan
    if by_ticker:
        frame = frame.swaplevel(axis=1).sort_index(axis=1)
    frame.to_csv(tmp_path / "all.csv")
    bars = read(tmp_path)
    assert [f"{day:%d}" for day in bars.frame.index] == ["02", "05"]
    assert len(read(tmp_path, "BTC-USD").frame) == 3
    assert bars.priced is (Priced.DIVIDENDS if adjusted else Priced.SPLITS)


def test_plain_columns_in_the_order_of_yfinance_are_its_own(tmp_path: Path) -> None:
    put(tmp_path, "AAPL.csv", "Date,Close,High,Low,Open,Volume\n2026-01-02,1,1,1,1,1\n")
    assert read(tmp_path).priced is Priced.DIVIDENDS


def test_a_name_that_stands_twice_in_a_header_is_refused(tmp_path: Path) -> None:
    text = mainland_files.alphavantage_raw(OF).content.replace(b",low,", b",high,", 1)
    put(tmp_path, "daily_AAPL.csv", text)
    with pytest.raises(BrokenData, match="wrong columns"):
        read(tmp_path)


def test_closes_side_by_side_may_stand_newest_first(tmp_path: Path) -> None:
    put(tmp_path, "all.csv", "Date,AAPL,MSFT\n2026-01-05,3,1\n2026-01-02,2,1\n")
    bars = read(tmp_path)
    assert bars.frame["close"].tolist() == [2.0, 3.0]
    assert "newest first, reversed" in bars.notes[0]


def test_the_archive_of_stooq_is_read_in_its_folders(tmp_path: Path) -> None:
    place = tmp_path / "daily" / "us" / "nasdaq stocks" / "1"
    vendor_files.stooq_bulk(OF).put(place)
    assert read(tmp_path).frame["close"].to_numpy() == pytest.approx(OF.close * OF.factor, rel=1e-5)
    assert in_folder(tmp_path) == (["AAPL"], {})
    put(tmp_path, "AAPL.csv", "Date,Close\n2026-01-02,1\n")
    with pytest.raises(BrokenData, match=r"aapl\.us\.txt: AAPL\.csv is there too"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("name", "vendor", "priced"),
    [("bloomberg", "bloomberg,full", Priced.DIVIDENDS), ("bloomberg", "full", Priced.SPLITS),
     ("investing", "investing,full", Priced.DIVIDENDS),
     ("yfinance-flat", "split", Priced.SPLITS)],
)  # fmt: skip
def test_what_a_vendor_is_known_for_gives_way_to_who_names_it(
    tmp_path: Path, name: str, vendor: str, priced: Priced
) -> None:
    """Else a word for other files of the folder would make a total return of a price."""
    written = WRITERS[name](OF)
    written.put(tmp_path)
    bars = read(tmp_path, written.ticker, vendor)
    assert (bars.priced, bool(bars.doubts)) == (priced, priced is Priced.SPLITS)
