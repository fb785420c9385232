"""Prices in memory: the shapes that are read, what they are adjusted for, and what is refused."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from backtests import run, sweep
from markets.bars import Bars, Priced
from markets.folder.formats.format import Told
from markets.folder.frames import frame_source
from markets.folder.source import FolderSource
from newsfolio.errors import BrokenData, CommandError, MissingData, NewsfolioError
from newsfolio.listings import asset_of
from tests.support.small_runs import flat_prices, strategy_file

DAYS = pd.DatetimeIndex(["2024-03-01", "2024-03-04", "2024-03-05"])
CLOSES = pd.DataFrame({"AAX": [10.0, 11.0, 12.0], "BBX": [20.0, np.nan, 21.0]}, index=DAYS)
BARS = pd.DataFrame(
    {"Open": [9.5, 10.5, 11.5], "High": [10.5, 11.5, 12.5], "Low": [9.0, 10.0, 11.0],
     "Close": [10.0, 11.0, 12.0], "Volume": [100, 110, 120]}, index=DAYS,
)  # fmt: skip


def bars(data: Any, ticker: str = "AAX", vendor: str = "") -> Bars:
    source = frame_source(data, date(2024, 4, 1), Told.of(vendor, frozenset()))
    return source.load([asset_of(ticker)])[ticker]


def downloaded(by_ticker: bool = False) -> pd.DataFrame:
    """As yfinance.download(["AAX", "BBX"]) answers."""
    whole = pd.concat({"AAX": BARS, "BBX": 2 * BARS}, axis=1).swaplevel(axis=1)
    whole.columns.names = ["Price", "Ticker"]
    return whole.swaplevel(axis=1) if by_ticker else whole


def test_closes_by_ticker() -> None:
    line = bars(CLOSES)
    assert line.frame["close"].tolist() == [10, 11, 12]
    assert line.priced is Priced.SPLITS
    assert line.frame["open"].tolist() == [10, 11, 12]  # one price a session
    assert line.frame["high"].isna().all()
    assert bars(CLOSES, "BBX").frame["close"].to_dict() == {DAYS[0]: 20, DAYS[2]: 21}


def test_closes_alone_are_doubted_unless_somebody_said_what_they_are() -> None:
    assert "nothing says" in bars(CLOSES).doubts[0].told
    assert bars(CLOSES, vendor="full").doubts == ()
    split = bars(CLOSES, vendor="split")
    assert split.priced is Priced.SPLITS
    assert "price return" in split.doubts[0].told


@pytest.mark.parametrize("by_ticker", [False, True])
def test_columns_by_field_and_ticker(by_ticker: bool) -> None:
    data = downloaded(by_ticker)
    assert bars(data).frame["high"].tolist() == [10.5, 11.5, 12.5]
    assert bars(data, "BBX").frame["open"].tolist() == [19, 21, 23]
    assert bars(data).priced is Priced.DIVIDENDS  # yfinance adjusts unless it is told not to
    assert bars(data, vendor="split").priced is Priced.SPLITS


def test_one_download_a_ticker_is_read_as_one_of_all() -> None:
    """`{ticker: yfinance.download(ticker) for ...}`: two levels of columns in each."""
    alone = downloaded()[[(field, "BBX") for field in BARS]]
    line = bars({"AAX": BARS.assign(**{"Adj Close": BARS["Close"]}), "BBX": alone}, "BBX")
    assert line.priced is Priced.DIVIDENDS
    assert line.frame["close"].tolist() == [20, 22, 24]
    assert bars({"BBX": alone}, "BBX", "split").priced is Priced.SPLITS


def test_what_is_wrong_with_closes_alone_is_said_of_a_close() -> None:
    with pytest.raises(BrokenData, match="Close -1 is a zero or negative price"):
        bars(CLOSES.assign(AAX=[1.0, -1.0, 1.0]))


def test_frames_with_dividends_pay_them() -> None:
    """Close, Adj Close and Dividends: 2 of 11 goes ex on the second day."""
    frame = BARS.assign(**{"Adj Close": BARS["Close"], "Dividends": [0.0, 2.0, 0.0]})
    line = bars({"AAX": frame})
    assert line.priced is Priced.SPLITS
    assert line.frame["dividend"].tolist() == [0, 2, 0]
    assert bars(pd.concat({"AAX": frame}, axis=1)).frame["dividend"].tolist() == [0, 2, 0]


def test_the_history_of_a_ticker_keeps_the_venues_day() -> None:
    """Midnight in Hong Kong is the day before in UTC."""
    frame = BARS.assign(Dividends=0.0, **{"Stock Splits": 0.0}).tz_localize("Asia/Hong_Kong")
    line = bars({"0700.HK": frame}, "0700.HK")
    assert list(line.frame.index) == list(DAYS)
    assert line.priced is Priced.DIVIDENDS


@pytest.mark.parametrize(
    "index",
    [DAYS.date, DAYS.strftime("%Y-%m-%d"), DAYS[::-1]],
    ids=["dates", "text", "newest first"],
)
def test_days_in_other_forms(index: Any) -> None:
    data = pd.DataFrame({"AAX": [10.0, 11.0, 12.0]}, index=index)
    line = bars(data)
    assert list(line.frame.index) == list(DAYS)
    ordered = [12, 11, 10] if index is not None and index[0] == DAYS[2] else [10, 11, 12]
    assert line.frame["close"].tolist() == ordered


def test_series_and_columns_of_dates() -> None:
    assert bars({"AAX": CLOSES["AAX"]}).frame["close"].tolist() == [10, 11, 12]
    frame = BARS[["Close"]].rename_axis("Date").reset_index()
    assert bars({"AAX": frame}).frame["close"].tolist() == [10, 11, 12]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ([1, 2], "data is a list"),
        (np.ones((2, 2)), "data is a ndarray"),
        (CLOSES["AAX"], "data is a Series"),
        ({}, "no line"),
        (pd.DataFrame(), "no line"),
        (BARS, "columns of one line (Open"),
        ({"AAX": 3}, "data['AAX'] is a int"),
        ({"AAX": BARS[["Open"]]}, "no column Close"),
        ({1: BARS}, "1 is no ticker"),
        (CLOSES.reset_index(drop=True), "not of dates"),
        (CLOSES.set_axis(["x", "y", "z"]), "not of dates"),
        (CLOSES.set_axis(DAYS + pd.Timedelta(hours=16)), "2024-03-01 16:00:00 has a time of day"),
        (CLOSES.set_axis(pd.DatetimeIndex([*DAYS[:2], pd.NaT])), "no date"),
        (pd.concat([CLOSES, CLOSES], axis=1), "'AAX' appears twice"),
        (pd.concat({"a": downloaded()}, axis=1), "3 levels"),
        (pd.concat({"a": CLOSES}, axis=1), "neither level"),
        ({"AAX": BARS.assign(close=1.0)}, "two spellings"),
        ({"AAX": downloaded()}, "2 tickers"),
    ],
    ids=range(18),
)
def test_another_shape_is_refused_with_those_that_are_read(data: Any, words: str) -> None:
    with pytest.raises(CommandError, match=re.escape(words)) as refused:
        bars(data)
    assert len(str(refused.value).splitlines()) <= 2


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"AAX": BARS.assign(Close=["10", "x", "12"])}, "Close 'x' of 2024-03-04 is not a number"),
        ({"AAX": BARS.assign(Close=True)}, "Close 'True' of 2024-03-01"),
        (CLOSES * -1, "2024-03-01, Close -10 is a zero or negative price"),
        (CLOSES.set_axis([DAYS[0], DAYS[0], DAYS[2]]), "the date appears twice"),
        (CLOSES.set_axis(DAYS + pd.DateOffset(years=3)), "after today"),
        (CLOSES * np.inf, "infinite"),
        (CLOSES * np.nan, "no rows with a price"),
        ({"AAX": BARS}, "vendor='full'"),
    ],
    ids=range(8),
)
def test_wrong_figures_are_named(data: Any, words: str) -> None:
    with pytest.raises(BrokenData, match=re.escape(words)) as refused:
        bars(data)
    assert "data['AAX']" in str(refused.value)


# --- runs ----------------------------------------------------------------------------------------

HALVES = """
universe = ("AAX", "BBX")
rebalance = monthly
level: float = 0.5
bounds = {"level": (0.1, 0.9)}

def weights(self, view):
    return {"AAX": self.level, "BBX": 1 - self.level}
"""


def whole_frames(folder: Path) -> dict[str, pd.DataFrame]:
    return {path.stem: pd.read_csv(path, index_col="Date", parse_dates=True)
            for path in sorted(folder.glob("*.csv"))}  # fmt: skip


def test_frames_run_as_the_files_that_they_were_read_from(tmp_path: Path) -> None:
    """The same snapshot, so the same run, again and again; a figure that differs is another."""
    prices = flat_prices(tmp_path / "prices", AAX=100.0, BBX=50.0)
    address = str(strategy_file(tmp_path, HALVES.replace("level: float", "level: float")))
    options: dict[str, Any] = {"ledger": tmp_path / "l.sqlite", "verdict": False, "costs": "none"}
    from_files = run(address, data=prices, **options)
    frames = whole_frames(prices)
    twice = [run(address, data=frames, **options) for _ in range(2)]
    snapshots = {result.manifest["data"]["snapshot"] for result in (from_files, *twice)}
    assert len(snapshots) == 1
    assert twice[0].manifest["id"] == twice[1].manifest["id"]
    assert twice[0].manifest["data"]["source"] == "frames"
    pd.testing.assert_series_equal(from_files.equity, twice[0].equity)
    frames["AAX"].iloc[3, frames["AAX"].columns.get_loc("Volume")] += 1
    other = run(address, data=frames, **options)
    assert other.manifest["data"]["snapshot"] not in snapshots


def test_an_order_of_a_close_fills_at_the_next_close_where_there_is_nothing_else(
    tmp_path: Path,
) -> None:
    """Decided at the first close, 10,000 at 20 is 500 shares, which are bought at 25."""
    address = str(strategy_file(tmp_path, HALVES.replace(', "BBX": 1 - self.level', "")))
    days = pd.bdate_range("2024-03-01", "2024-03-08")
    closes = pd.DataFrame({"AAX": [20.0, 25, 30, 30, 30, 30], "BBX": [50.0] * 6}, index=days)
    result = run(address, data=closes, ledger=tmp_path / "l.sqlite", verdict=False, costs="none",
                 cash=20_000)  # fmt: skip
    fills = result.fills[result.fills["asset"] == "AAX"]
    assert [str(day)[:10] for day in fills["session"]] == ["2024-03-04"]
    assert (fills["price"].iloc[0], fills["quantity"].iloc[0]) == (25, 500)
    assert any("fills at the next close" in note for note in result.manifest["notes"])


def test_a_line_that_is_in_no_frame_is_missing(tmp_path: Path) -> None:
    address = str(strategy_file(tmp_path, HALVES))
    with pytest.raises(MissingData, match="BBX"):
        run(address, data=CLOSES[["AAX"]] + 90, ledger=tmp_path / "l.sqlite")
    with pytest.raises(CommandError, match="vendor"):
        run(address, data=CLOSES, vendor="fulll", ledger=tmp_path / "l.sqlite")
    with pytest.raises(NewsfolioError, match="data is a set"):
        run(address, data={"AAX"}, ledger=tmp_path / "l.sqlite")  # type: ignore[arg-type]


def test_a_sweep_takes_frames(tmp_path: Path) -> None:
    prices = flat_prices(tmp_path / "prices", AAX=100.0, BBX=50.0)
    strategy_file(tmp_path, HALVES)
    swept = sweep(f"{tmp_path}/s.py", data=whole_frames(prices), grid={"level": (0.25, 0.75)},
                  out=tmp_path, ledger=tmp_path / "l.sqlite", costs="none")  # fmt: skip
    assert len(swept.table) == 2
    assert swept.summary["failed"] == 0


def test_bars_of_a_frame_are_those_of_the_file(tmp_path: Path) -> None:
    prices = flat_prices(tmp_path / "prices", AAX=100.0)
    (line,) = FolderSource(prices).load([asset_of("AAX")]).values()
    assert bars(whole_frames(prices)).digest() == line.digest()
