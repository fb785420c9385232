"""Real price files against known figures; the kinds are those that the folder's page lists."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from markets.bars import Bars, Priced
from markets.folder.source import FolderSource
from newsfolio.listings import asset_of

RAW = [
    "AAPL", "MSFT", "GOOGL", "AMZN", "META", "NVDA", "TSLA", "TSM", "AVGO", "AMD", "ORCL",
    "PLTR", "BABA", "PDD", "NIO", "SPY", "QQQ", "KWEB", "FXI", "MCHI", "TLT", "GLD", "BIL",
    "SHY", "IEF", "AGG", "SMH", "SOXX", "ACWI", "ACWX", "VXUS", "EWY", "INDA", "EFA", "IEMG",
    "VWO", "XLK", "IGV",
]  # fmt: skip
ADJUSTED = [
    "BIDU", "JD", "LI", "BILI", "TME", "EEM", "XPEV", "600519.SS", "300308.SZ", "300502.SZ",
    "002230.SZ", "600588.SS", "688256.SS", "688981.SS",
]  # fmt: skip
LEVELS = [
    "^IRX", "^VIX", "^GSPC", "^NDX", "^IXIC", "^DJI", "^HSI", "000300.SS", "^TNX", "HSTECH.HK",
    "HKD=X", "CNY=X",
]  # fmt: skip
CLOSE_ONLY = [
    "NTES", "TCOM", "GDS", "CQQQ", "ASHR", "PGJ",
]  # fmt: skip


@pytest.fixture(scope="module")
def loaded(prices: Path) -> dict[str, Bars]:
    assets = [asset_of(path.stem) for path in sorted(prices.glob("*.csv"))]
    return FolderSource(prices).load(assets)


def growth(bars: Bars) -> pd.Series:
    """Total-return index: close times the product of 1 / (1 - d / previous close)."""
    close, dividend = bars.frame["close"], bars.frame["dividend"]
    return close * (1.0 / (1.0 - (dividend / close.shift()).fillna(0.0))).cumprod()


def percent(series: pd.Series, start: str, end: str) -> float:
    return 100.0 * (float(series.loc[end]) / float(series.loc[start]) - 1.0)


def test_every_real_file_loads_as_the_kind_it_is(prices: Path, loaded: dict[str, Bars]) -> None:
    assert set(loaded) == {path.stem for path in prices.glob("*.csv")}
    hong_kong = [t for t in loaded if t.endswith(".HK") and t != "HSTECH.HK"]
    wanted = {
        **dict.fromkeys(RAW, (Priced.SPLITS, True)),
        **dict.fromkeys([*ADJUSTED, *hong_kong], (Priced.DIVIDENDS, True)),
        **dict.fromkeys(LEVELS, (Priced.LEVEL, True)),
        **dict.fromkeys(["HSTECH.HK", "^TNX"], (Priced.LEVEL, False)),
        **dict.fromkeys(CLOSE_ONLY, (Priced.DIVIDENDS, False)),
    }
    assert {ticker: (bars.priced, bars.has_opens) for ticker, bars in loaded.items()} == wanted


def test_no_real_row_is_lost_or_changed(prices: Path, loaded: dict[str, Bars]) -> None:
    for ticker, bars in loaded.items():
        file = pd.read_csv(prices / f"{ticker}.csv", dtype=str)
        close = "Adj Close" if ticker in CLOSE_ONLY else "Close"
        for column, name in {"close": close, "volume": "Volume", "split": "Stock Splits"}.items():
            cells = [float(cell) for cell in file[name]]
            assert np.array_equal(bars.frame[column], cells, equal_nan=True), (ticker, column)


@pytest.mark.parametrize(
    ("ticker", "published"),
    [
        ("AMZN", -3.24), ("AAPL", -3.32), ("MSFT", -5.63),
        ("NVDA", -6.98), ("GOOGL", -10.05), ("TSLA", -27.45),
    ],
)  # fmt: skip
def test_total_returns_of_early_2025_are_the_published_ones(
    loaded: dict[str, Bars], ticker: str, published: float
) -> None:
    total = percent(growth(loaded[ticker]), "2024-12-31", "2025-02-28")
    assert total == pytest.approx(published, abs=0.05)


def test_dividends_are_needed_for_those_returns(loaded: dict[str, Bars]) -> None:
    """By price alone AAPL lost 3.43 and MSFT 5.81 percent."""
    for ticker, price_return in (("AAPL", -3.43), ("MSFT", -5.81)):
        close = loaded[ticker].frame["close"]
        assert percent(close, "2024-12-31", "2025-02-28") == pytest.approx(price_return, abs=0.005)


@pytest.mark.parametrize("ticker", RAW)
def test_forward_factor_agrees_with_the_vendors_adjusted_close(
    prices: Path, loaded: dict[str, Bars], ticker: str
) -> None:
    file = pd.read_csv(prices / f"{ticker}.csv", index_col="Date", parse_dates=True)
    ratio = growth(loaded[ticker]) / file["Adj Close"]
    # The vendor publishes single precision; SHY, with a dividend a month, is off by 2.5e-6.
    assert float(ratio.max() / ratio.min()) - 1.0 < 1e-5


def test_known_days(loaded: dict[str, Bars]) -> None:
    nvidia, alibaba = loaded["NVDA"].frame["close"], loaded["BABA"].frame["close"]
    assert percent(nvidia, "2025-01-24", "2025-01-27") == pytest.approx(-16.97, abs=0.005)
    assert percent(alibaba, "2025-02-19", "2025-02-20") == pytest.approx(8.09, abs=0.005)


def test_a_half_session_in_hong_kong_has_no_volume(loaded: dict[str, Bars]) -> None:
    row = loaded["0700.HK"].frame.loc["2025-01-28"]
    assert row["volume"] == 0.0
    assert row["open"] == row["high"] == row["low"] == row["close"]


def test_splits_are_known_to_the_day_their_source_ends(loaded: dict[str, Bars]) -> None:
    assert str(loaded["NVDA"].splits_known_to) == "2024-12-06"
    assert loaded["NVDA"].frame["split"].loc["2024-06-10"] == 10.0
    assert loaded["BABA"].splits_known_to is None


def test_vendor_slips_of_the_real_files_are_noted(loaded: dict[str, Bars]) -> None:
    assert loaded["0981.HK"].notes == (
        "1 row (first 2010-07-19) with high below low, both taken as unknown",
    )
    assert loaded["HKD=X"].notes == (
        "95 rows (first 2010-12-07) with open or close outside low to high, kept as they are",
    )
    assert loaded["SPY"].notes == ()
