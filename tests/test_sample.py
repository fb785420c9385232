"""The sample market: the figures it is anchored to, and that it is the same market everywhere.

Expected figures are those that the articles and the published tables report, not the code's own.
"""

from __future__ import annotations

import decimal
from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd
import pytest

from markets.bars import Bars, Priced
from markets.calendars import sessions_of
from markets.sample import SampleSource
from markets.sample_anchors import ANCHORS
from newsfolio.assets import HONG_KONG, MAINLAND, NEW_YORK, Kind
from newsfolio.library import CHINA_TEN, MAG_SEVEN
from newsfolio.listings import KNOWN, asset_of

LEVELS = (
    "^IRX", "^TNX", "^GSPC", "^IXIC", "^NDX", "^DJI", "^HSI", "HSTECH.HK", "000300.SS",
    "HKD=X", "CNY=X",
)  # fmt: skip
TRADABLE = tuple(ticker for ticker, asset in KNOWN.items() if asset.tradable)
NEW_YEAR, FEBRUARY = "2024-12-31", "2025-02-28"


@pytest.fixture(scope="module")
def market() -> Mapping[str, Bars]:
    return SampleSource().load([asset_of(ticker) for ticker in TRADABLE + LEVELS])


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
    years = [total_return(market, ticker, *pair) for pair in zip(ends, ends[1:], strict=False)]
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
    pairs = zip(YEAR_ENDS, YEAR_ENDS[1:], strict=False)
    years = [percent(market, ticker, *pair) for pair in pairs]
    assert years == pytest.approx(figures, abs=within)


def test_every_anchor_is_a_close_that_there_is(market: Mapping[str, Bars]) -> None:
    for ticker, rows in ANCHORS.items():
        sessions = market[ticker].frame.index
        for row in rows:
            assert pd.Timestamp(row.day) in sessions, (ticker, row)
            assert row.since is None or pd.Timestamp(row.since) in sessions, (ticker, row)


# The same market everywhere


def test_two_loads_are_equal_and_the_company_does_not_matter(market: Mapping[str, Bars]) -> None:
    for ticker in ("MAGS", "BABA", "9988.HK", "BIL", "^IXIC", "002594.SZ"):
        alone = SampleSource().load([asset_of(ticker)])
        assert list(alone) == [ticker]
        assert alone[ticker].digest() == market[ticker].digest()


def test_the_order_does_not_matter(market: Mapping[str, Bars]) -> None:
    backwards = SampleSource().load([asset_of(ticker) for ticker in reversed(TRADABLE + LEVELS)])
    assert {t: b.digest() for t, b in backwards.items()} == {
        t: b.digest() for t, b in market.items()
    }


def test_nothing_around_it_changes_it(market: Mapping[str, Bars]) -> None:
    np.random.seed(7)
    with decimal.localcontext(prec=4):
        lines = SampleSource().load([asset_of("9988.HK")])
    assert lines["9988.HK"].digest() == market["9988.HK"].digest()


@pytest.mark.parametrize(
    ("ticker", "digest"),
    [
        ("9988.HK", "PIN_A"),
        ("SPY", "PIN_B"),
    ],
)
def test_the_bits_are_pinned(market: Mapping[str, Bars], ticker: str, digest: str) -> None:
    """Whoever changes the market on purpose changes these, and says so in the changelog."""
    assert market[ticker].digest() == digest


# What it holds


def test_every_tradable_line_and_the_levels_are_there(market: Mapping[str, Bars]) -> None:
    assert set(market) == {*TRADABLE, *LEVELS}


def test_an_unknown_line_is_left_out() -> None:
    assert SampleSource().load([asset_of("IBM"), asset_of("^FTSE")]) == {}


def test_everything_says_that_it_is_simulated(market: Mapping[str, Bars]) -> None:
    assert SampleSource().name == "sample"
    for bars in market.values():
        assert bars.simulated
        assert any("simulated" in note for note in bars.notes)


def test_levels_are_not_traded(market: Mapping[str, Bars]) -> None:
    for ticker, bars in market.items():
        asset = asset_of(ticker)
        assert (bars.priced is Priced.LEVEL) == (asset.kind in (Kind.INDEX, Kind.CURRENCY)), ticker
    for ticker in LEVELS:
        assert market[ticker].frame["volume"].isna().all()


@pytest.mark.parametrize(
    ("ticker", "first"),
    [
        ("AAPL", "2014-01-02"), ("0700.HK", "2014-01-02"), ("002230.SZ", "2014-01-02"),
        ("HSTECH.HK", "2014-01-02"), ("BABA", "2014-09-19"), ("9988.HK", "2019-11-26"),
        ("9618.HK", "2020-06-18"), ("9888.HK", "2021-03-23"), ("688256.SS", "2020-07-20"),
        ("MAGS", "2023-11-09"), ("3033.HK", "2020-08-28"), ("PLTR", "2020-09-30"),
    ],
)  # fmt: skip
def test_lines_come_out_on_their_listing(
    market: Mapping[str, Bars], ticker: str, first: str
) -> None:
    assert market[ticker].first == date.fromisoformat(first)


def test_all_lines_end_together(market: Mapping[str, Bars]) -> None:
    assert {bars.last for bars in market.values()} == {date(2026, 10, 30)}


@pytest.mark.parametrize(
    ("ticker", "count", "in_2025"),
    [("AAPL", 2766, 250), ("0700.HK", 2706, 246), ("600519.SS", 2674, 243)],
)
def test_sessions_of_2015_to_2025(
    market: Mapping[str, Bars], ticker: str, count: int, in_2025: int
) -> None:
    index = market[ticker].frame.index
    assert ((index >= "2015-01-01") & (index <= "2025-12-31")).sum() == count
    assert (index.year == 2025).sum() == in_2025


def test_no_bar_when_the_venue_was_closed(market: Mapping[str, Bars]) -> None:
    for ticker, bars in market.items():
        index = bars.frame.index
        assert (index.day_of_week < 5).all(), ticker
        closed = {
            HONG_KONG: ["2023-07-17", "2023-09-01", "2023-09-08", "2025-04-18"],
            MAINLAND: [f"2025-01-{day}" for day in (28, 29, 30, 31)] + ["2025-02-03", "2025-02-04"],
            NEW_YORK: ["2025-01-09", "2025-01-20", "2025-07-04"],
        }[asset_of(ticker).venue]
        assert not index.isin(pd.to_datetime(closed)).any(), ticker


def test_one_line_is_halted_for_weeks(market: Mapping[str, Bars]) -> None:
    missing = {
        ticker: set(sessions_of(asset_of(ticker).venue)[_within(bars)]) - _days(bars)
        for ticker, bars in market.items()
    }
    halted = {ticker: days for ticker, days in missing.items() if days}
    assert list(halted) == ["0992.HK"]
    assert min(halted["0992.HK"]) == np.datetime64("2019-05-20")
    assert max(halted["0992.HK"]) == np.datetime64("2019-06-28")
    assert any("2019-05-20" in note for note in market["0992.HK"].notes)


def _days(bars: Bars) -> set[np.datetime64]:
    return set(bars.frame.index.to_numpy().astype("datetime64[D]"))


def _within(bars: Bars) -> np.ndarray:
    sessions = sessions_of(asset_of(bars.ticker).venue)
    return (sessions >= np.datetime64(bars.first)) & (sessions <= np.datetime64(bars.last))


# Bars


def test_open_high_low_close_are_in_order(market: Mapping[str, Bars]) -> None:
    for ticker, bars in market.items():
        frame = bars.frame
        assert (frame["high"] >= frame[["open", "close"]].max(axis=1)).all(), ticker
        assert (frame["low"] <= frame[["open", "close"]].min(axis=1)).all(), ticker
        assert (frame["low"] > 0).all(), ticker


@pytest.mark.parametrize("ticker", ["NVDA", "0700.HK", "600519.SS", "KWEB"])
def test_a_day_has_a_night_and_a_session(market: Mapping[str, Bars], ticker: str) -> None:
    frame = market[ticker].frame
    night = np.log(frame["open"] / frame["close"].shift()).std()
    session = np.log(frame["close"] / frame["open"]).std()
    assert 0.3 < night / session < 3


@pytest.mark.parametrize("ticker", ["NVDA", "0700.HK", "600519.SS", "KWEB"])
def test_more_is_traded_on_days_that_move(market: Mapping[str, Bars], ticker: str) -> None:
    frame = market[ticker].frame
    turnover = frame["volume"] * frame["close"]
    assert turnover.corr(frame["close"].pct_change().abs()) > 0.3


def test_volume_is_positive_on_half_days_too(market: Mapping[str, Bars]) -> None:
    for ticker in TRADABLE:
        assert (market[ticker].frame["volume"] > 0).all(), ticker
    assert "2024-12-24" in market["0700.HK"].frame.index  # Hong Kong closed at noon


SPLITS = {
    "AAPL": {"2020-08-31": 4.0},
    "TSLA": {"2020-08-31": 5.0, "2022-08-25": 3.0},
    "NVDA": {"2021-07-20": 4.0, "2024-06-10": 10.0},
    "AMZN": {"2022-06-06": 20.0},
    "GOOGL": {"2022-07-18": 20.0},
}


def test_splits_are_known_and_prices_do_not_jump(market: Mapping[str, Bars]) -> None:
    for ticker, bars in market.items():
        column = bars.frame["split"]
        assert column.notna().all()
        found = {f"{day:%Y-%m-%d}": ratio for day, ratio in column[column != 0].items()}
        assert found == SPLITS.get(ticker, {}), ticker
        for day in found:
            assert abs(bars.frame["close"].pct_change().loc[day]) < 0.15, (ticker, day)


def test_yields_are_those_of_the_trade(market: Mapping[str, Bars]) -> None:
    payers = set()
    for ticker in TRADABLE:
        frame = market[ticker].frame
        shares = frame["dividend"] / frame["close"].shift()
        yearly = 100 * shares.groupby(frame.index.year).sum()
        assert yearly.max() <= (5.5 if ticker == "BIL" else 3.0), ticker
        payers |= {ticker} if yearly.max() > 0 else set()
    assert {"SPY", "QQQ", "AAPL", "0700.HK", "1211.HK", "600519.SS", "BIL"} <= payers
    assert not payers & {"AMZN", "TSLA", "3690.HK", "9888.HK", "PDD"}


@pytest.mark.parametrize(
    ("ticker", "times"), [("AAPL", 4), ("SPY", 4), ("0992.HK", 1), ("BIL", 12)]
)
def test_how_often_a_line_pays(market: Mapping[str, Bars], ticker: str, times: int) -> None:
    paid = market[ticker].frame.loc["2024", "dividend"]
    assert (paid > 0).sum() == times


def test_the_price_drops_by_the_dividend(market: Mapping[str, Bars]) -> None:
    """Against its index, which pays nothing, the fund loses the dividend on the ex-date."""
    fund, index = market["SPY"].frame, market["^GSPC"].frame
    share = fund["dividend"] / fund["close"].shift()
    behind = index["close"].pct_change() - fund["close"].pct_change()
    days = share > 0
    assert days.sum() == 51  # four a year from March 2014 to September 2026
    assert (behind[days] - share[days]).abs().max() < 0.0005


# Relations between the lines


def _log_returns(market: Mapping[str, Bars], *tickers: str, weekly: bool = False) -> pd.DataFrame:
    closes = {ticker: market[ticker].frame["close"] for ticker in tickers}
    levels = pd.DataFrame(closes).sort_index().ffill().dropna()
    if weekly:
        levels = levels.resample("W-FRI").last()
    return np.log(levels).diff().dropna()


@pytest.mark.parametrize("asian", ["^HSI", "0700.HK", "HSTECH.HK"])
def test_half_of_a_common_shock_arrives_in_asia_a_day_later(
    market: Mapping[str, Bars], asian: str
) -> None:
    days = _log_returns(market, "^GSPC", asian)
    weeks = _log_returns(market, "^GSPC", asian, weekly=True)
    same = days["^GSPC"].corr(days[asian])
    later = days["^GSPC"].corr(days[asian].shift(-1))
    earlier = days["^GSPC"].corr(days[asian].shift(1))
    whole = weeks["^GSPC"].corr(weeks[asian])
    assert 0.35 < same / whole < 0.75
    assert 0.35 < later / whole < 0.75
    assert abs(earlier) < 0.06  # Asia does not lead; two standard errors of 3,300 days are 0.035


def test_funds_follow_what_they_hold(market: Mapping[str, Bars]) -> None:
    for fund, held in (("QQQ", "^NDX"), ("SPY", "^GSPC"), ("3033.HK", "HSTECH.HK")):
        days = _log_returns(market, fund, held)
        assert days[fund].corr(days[held]) > 0.99
    weeks = _log_returns(market, "KWEB", "QQQ", "HSTECH.HK", weekly=True)
    assert weeks["KWEB"].corr(weeks["HSTECH.HK"]) > 0.8 > weeks["QQQ"].corr(weeks["HSTECH.HK"])


@pytest.mark.parametrize(("adr", "line", "ratio"), [("BABA", "9988.HK", 8), ("JD", "9618.HK", 2)])
def test_an_adr_is_its_hong_kong_line_in_dollars(
    market: Mapping[str, Bars], adr: str, line: str, ratio: int
) -> None:
    """Twelve hours apart the two differ by a day's news, on average by nothing."""
    closes = {t: market[t].frame["close"] for t in (adr, line, "HKD=X")}
    table = pd.DataFrame(closes).dropna()
    premium = np.log(table[adr] * table["HKD=X"] / (ratio * table[line]))
    assert abs(premium.mean()) < 0.005
    assert premium.std() < 0.03


def test_bills_earn_the_bill_rate(market: Mapping[str, Bars]) -> None:
    for start, end in zip(YEAR_ENDS, YEAR_ENDS[1:], strict=False):
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
