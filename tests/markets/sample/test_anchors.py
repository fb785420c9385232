"""The sample market hits the figures that the articles and the published tables report."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd
import pytest

from markets.bars import Bars
from markets.sample.anchors import ANCHORS
from markets.sample.source import SampleSource
from newsfolio.library import CHINA_TEN, MAG_SEVEN
from newsfolio.listings import asset_of

NEW_YEAR, FEBRUARY = "2024-12-31", "2025-02-28"


@pytest.fixture(scope="module")
def market() -> Mapping[str, Bars]:
    wanted = {*ANCHORS, *CHINA_TEN.tickers, *MAG_SEVEN.tickers, "BIL"}
    return SampleSource().load([asset_of(ticker) for ticker in sorted(wanted)])


def close(market: Mapping[str, Bars], ticker: str, day: str) -> float:
    """The last close up to `day`."""
    return float(market[ticker].frame.loc[:day, "close"].iloc[-1])


def percent(market: Mapping[str, Bars], ticker: str, start: str, end: str) -> float:
    return 100 * (close(market, ticker, end) / close(market, ticker, start) - 1)


def total_return(market: Mapping[str, Bars], ticker: str, start: str, end: str) -> float:
    """In percent, each dividend reinvested at the close before its ex-date, less the dividend."""
    frame = market[ticker].frame
    factor = 1 / (1 - frame["dividend"] / frame["close"].shift())
    kept = factor[(factor.index > start) & (factor.index <= end)].prod()
    return 100 * (close(market, ticker, end) / close(market, ticker, start) * kept - 1)


# Figures of the articles


@pytest.mark.parametrize(
    ("ticker", "start", "end", "figure"),
    [
        # article 000
        ("HSTECH.HK", NEW_YEAR, "2025-09-19", 40.9),
        ("^IXIC", NEW_YEAR, "2025-09-19", 17.2),
        ("^IXIC", "2023-12-29", NEW_YEAR, 28.6),
        ("9988.HK", NEW_YEAR, "2025-09-19", 96.0),
        ("0700.HK", NEW_YEAR, "2025-09-19", 54.0),
        ("9888.HK", NEW_YEAR, "2025-09-19", 59.0),
        ("HSTECH.HK", "2025-09-19", "2025-12-31", -12.4),
        ("HSTECH.HK", "2025-12-31", "2026-06-26", -22.8),
        ("HSTECH.HK", "2021-12-31", "2022-12-30", -27.0),
        ("HSTECH.HK", "2022-12-30", "2023-12-29", -9.0),
        # article 002
        ("HSTECH.HK", "2025-10-02", "2026-05-26", -24.3),
        # article 003
        ("^GSPC", NEW_YEAR, "2025-02-20", 4.0),
        ("^GSPC", "2025-02-19", "2025-02-20", -0.43),
        ("^IXIC", "2025-02-19", "2025-02-20", -0.47),
        ("^DJI", "2025-02-19", "2025-02-20", -1.01),
        ("^GSPC", "2025-02-19", "2025-03-13", -10.1),
        ("^GSPC", "2025-02-19", "2025-04-08", -18.9),
        ("NVDA", "2025-01-24", "2025-01-27", -17.0),
        ("AAPL", "2025-01-17", "2025-02-20", 6.9),
        ("AAPL", "2025-01-24", "2025-02-20", 10.3),
        ("BABA", "2025-02-19", "2025-02-20", 8.1),
        ("9988.HK", "2025-02-20", "2025-02-21", 14.56),
        ("HSTECH.HK", "2025-02-20", "2025-02-21", 6.53),
        ("^HSI", "2025-02-20", "2025-02-21", 3.99),
        ("HSTECH.HK", "2025-04-03", "2025-04-07", -17.2),
        ("HSTECH.HK", "2022-03-15", "2022-03-16", 20.0),
        ("0981.HK", NEW_YEAR, "2025-12-31", 124.7),
        ("3690.HK", NEW_YEAR, "2025-12-31", -31.9),
    ],
)
def test_moves_of_the_articles(
    market: Mapping[str, Bars], ticker: str, start: str, end: str, figure: float
) -> None:
    assert percent(market, ticker, start, end) == pytest.approx(figure, abs=0.05)


@pytest.mark.parametrize(
    ("ticker", "day", "figure"),
    [
        ("HSTECH.HK", NEW_YEAR, 4468.11),
        ("HSTECH.HK", "2025-02-21", 5859.30),
        ("HSTECH.HK", "2025-09-19", 6294.42),
        ("HSTECH.HK", "2025-12-31", 5515.98),
        ("HSTECH.HK", "2026-06-26", 4259.0),
        ("^IXIC", NEW_YEAR, 19310.79),
        ("^IXIC", "2025-09-19", 22631.48),
        ("^GSPC", "2025-02-19", 6144.15),
        ("^HSI", "2025-02-21", 23477.92),
        ("^HSI", "2025-12-31", 25630.0),
        ("000300.SS", "2025-12-31", 4629.94),
        ("000300.SS", "2026-01-06", 4790.69),
    ],
)
def test_levels_of_the_articles(
    market: Mapping[str, Bars], ticker: str, day: str, figure: float
) -> None:
    assert close(market, ticker, day) == figure


@pytest.mark.parametrize(
    ("ticker", "figure"),
    [
        ("AMZN", -3.2), ("AAPL", -3.4), ("MSFT", -5.8), ("NVDA", -7.0), ("GOOGL", -10.05),
        ("TSLA", -27.45), ("META", 14.0),
        ("0981.HK", 68.0), ("9988.HK", 50.0), ("1810.HK", 50.0), ("1211.HK", 40.0),
        ("0175.HK", 18.0), ("9618.HK", 18.0), ("9999.HK", 11.0), ("0700.HK", 15.0),
        ("3690.HK", 7.0), ("9888.HK", 1.0),
    ],
)  # fmt: skip
def test_the_seven_and_the_ten_in_january_and_february_2025(
    market: Mapping[str, Bars], ticker: str, figure: float
) -> None:
    assert percent(market, ticker, NEW_YEAR, FEBRUARY) == pytest.approx(figure, abs=0.05)


def test_that_list_is_the_whole_of_the_two_sleeves(market: Mapping[str, Bars]) -> None:
    """Equal weight, bought once: about -6 % for the Seven, almost +29 % for the Ten."""
    seven = [percent(market, line, NEW_YEAR, FEBRUARY) for line in MAG_SEVEN.tickers]
    ten = [percent(market, line, NEW_YEAR, FEBRUARY) for line in CHINA_TEN.tickers]
    assert sum(seven) / 7 == pytest.approx(-6.1, abs=0.2)
    assert sum(ten) / 10 == pytest.approx(27.8, abs=0.1)  # by hand from the ten figures above


def test_the_record_of_the_index_is_on_its_day(market: Mapping[str, Bars]) -> None:
    until_summer = market["^GSPC"].frame.loc[:"2025-05-30", "close"]
    assert until_summer.idxmax() == pd.Timestamp("2025-02-19")


@pytest.mark.parametrize(
    ("ticker", "figure"), [("9988.HK", 10.0), ("HSTECH.HK", 3.0), ("^HSI", 2.0)]
)
def test_the_high_of_the_morning_after(
    market: Mapping[str, Bars], ticker: str, figure: float
) -> None:
    high = market[ticker].frame.loc["2025-02-21", "high"]
    assert high / close(market, ticker, "2025-02-20") - 1 > figure / 100


YEAR_ENDS = (
    "2014-12-31", "2015-12-31", "2016-12-30", "2017-12-29", "2018-12-31", "2019-12-31",
    "2020-12-31", "2021-12-31", "2022-12-30", "2023-12-29", "2024-12-31", "2025-12-31",
)  # fmt: skip


@pytest.mark.parametrize(
    ("ticker", "first", "figures"),
    [
        ("QQQ", 2015, (9.4, 7.1, 32.7, -0.1, 39.0, 48.6, 27.4, -32.6, 54.9, 25.6, 20.8)),
        ("FXI", 2017, (36.3, -13.3, 14.9, 8.9, -20.1, -20.7, -12.4, 29.0, 30.0)),
        ("MCHI", 2015, (-6.2, 1.6, 44.7, -19.4, 23.9, 27.8, -21.7, -22.8, -11.3, 17.7, 31.0)),
    ],
)
def test_total_returns_of_calendar_years(
    market: Mapping[str, Bars], ticker: str, first: int, figures: tuple[float, ...]
) -> None:
    ends = YEAR_ENDS[first - 2015 :]
    years = [total_return(market, ticker, *pair) for pair in itertools.pairwise(ends)]
    assert years == pytest.approx(figures, abs=0.5)


@pytest.mark.parametrize(
    ("ticker", "figures", "within"),
    [
        ("KWEB", (17.8, -8.4, 69.4, -33.5, 29.3, 59.7, -49.3, -16.9, -9.0, 12.0, 19.0), 0.5),
        ("^HSI", (-7.2, 0.4, 36.0, -13.6, 9.1, -3.4, -14.1, -15.5, -13.8, 17.7, 27.8), 0.1),
        ("000300.SS", (5.6, -11.3, 21.8, -25.3, 36.1, 27.2, -5.2, -21.6, -11.4, 14.7, 17.7), 0.1),
        ("^GSPC", (-0.73, 9.5, 19.42, -6.24, 28.9, 16.3, 26.9, -19.4, 24.2, 23.3, 16.4), 0.1),
    ],
)
def test_price_returns_of_calendar_years(
    market: Mapping[str, Bars], ticker: str, figures: tuple[float, ...], within: float
) -> None:
    pairs = itertools.pairwise(YEAR_ENDS)
    years = [percent(market, ticker, *pair) for pair in pairs]
    assert years == pytest.approx(figures, abs=within)


def test_every_anchor_is_a_close_that_there_is(market: Mapping[str, Bars]) -> None:
    for ticker, rows in ANCHORS.items():
        sessions = market[ticker].frame.index
        for row in rows:
            assert pd.Timestamp(row.day) in sessions, (ticker, row)
            assert row.since is None or pd.Timestamp(row.since) in sessions, (ticker, row)


# Rates and currencies


def test_bills_earn_the_bill_rate(market: Mapping[str, Bars]) -> None:
    for start, end in itertools.pairwise(YEAR_ENDS):
        rate = market["^IRX"].frame.loc[start:end, "close"].mean()
        nights = (date.fromisoformat(end) - date.fromisoformat(start)).days
        earned = total_return(market, "BIL", start, end)
        assert earned == pytest.approx(100 * np.expm1(rate / 100 * nights / 360), abs=0.03)


@pytest.mark.parametrize(
    ("start", "end", "low", "high"),
    [
        ("2014-01-02", "2015-10-15", 0.0, 0.2), ("2019-03-01", "2019-05-31", 2.1, 2.7),
        ("2020-04-15", "2021-12-31", 0.0, 0.3), ("2023-08-01", "2024-07-31", 5.1, 5.5),
        ("2025-01-02", "2025-10-31", 4.0, 4.4), ("2026-02-02", "2026-10-30", 3.5, 3.9),
    ],
)  # fmt: skip
def test_the_bill_rate_through_the_years(
    market: Mapping[str, Bars], start: str, end: str, low: float, high: float
) -> None:
    rates = market["^IRX"].frame.loc[start:end, "close"]
    assert low <= rates.min()
    assert rates.max() <= high


def test_currencies_stay_in_their_bands(market: Mapping[str, Bars]) -> None:
    for ticker, low, high in (("HKD=X", 7.75, 7.85), ("CNY=X", 6.05, 7.35)):
        frame = market[ticker].frame[["open", "high", "low", "close"]]
        assert low <= frame.min().min(), ticker
        assert frame.max().max() <= high, ticker
