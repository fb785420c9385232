"""The sample market is the same market everywhere, and its bars behave as bars do."""

from __future__ import annotations

import decimal
from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd
import pytest

from markets.bars import Bars, Priced
from markets.reference.calendars import sessions_of
from markets.sample.source import SampleSource
from newsfolio.assets import HONG_KONG, MAINLAND, NEW_YORK, Kind
from newsfolio.listings import KNOWN, asset_of

LEVELS = (
    "^IRX", "^TNX", "^GSPC", "^IXIC", "^NDX", "^DJI", "^HSI", "HSTECH.HK", "000300.SS",
    "HKD=X", "CNY=X",
)  # fmt: skip
TRADABLE = tuple(ticker for ticker, asset in KNOWN.items() if asset.tradable)


@pytest.fixture(scope="module")
def market() -> Mapping[str, Bars]:
    return SampleSource().load([asset_of(ticker) for ticker in TRADABLE + LEVELS])


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
        ("9988.HK", "38068dc482fcb771e26219749e30b446703acf18f460c43b807ebfb31882ec1e"),
        ("SPY", "dd09c261913cc3f982338e3fc1da0b2becb99f209a54eda207fd8264b5f99394"),
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
        splits = {f"{day:%Y-%m-%d}": ratio for day, ratio in column[column != 0].items()}
        assert splits == SPLITS.get(ticker, {}), ticker
        for day in splits:
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
