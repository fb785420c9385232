"""The Yahoo source through the real yfinance, against a Yahoo on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from markets.bars import Bars, Doubt, Priced
from markets.quality.checks import inspect
from markets.quality.findings import Severity
from markets.store.price_store import Store
from markets.yahoo.answers import Raw, cleaned
from markets.yahoo.source import YahooSource
from newsfolio.assets import Asset
from newsfolio.errors import BrokenData, MissingData
from newsfolio.listings import asset_of
from tests.support.yahoo_server import (
    TODAY,
    TOMORROW,
    Line,
    Row,
    Yahoo,
    apple,
    bar,
    load,
    yahoo_server,
)

NULL: Row = (None, None, None, None, None)


@pytest.fixture
def yahoo() -> Iterator[Yahoo]:
    with yahoo_server() as server:
        server.lines["AAPL"] = apple()
        yield server


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def column(bars: Bars, name: str) -> dict[str, float]:
    return {f"{day:%m-%d}": value for day, value in bars.frame[name].items()}


# --- the straight path -------------------------------------------------------------------------


def test_a_us_line_arrives_with_its_events(yahoo: Yahoo, store: Store) -> None:
    yahoo.lines["AAPL"].splits = {date(2025, 2, 20): (4, 1)}
    bars = load(yahoo, store, "AAPL")["AAPL"]
    assert bars.priced is Priced.SPLITS
    assert column(bars, "close") == {"01-15": 95, "02-18": 100, "02-19": 102, "02-20": 104}
    assert column(bars, "open")["02-18"] == 99.5
    assert column(bars, "dividend") == {"01-15": 0, "02-18": 0, "02-19": 0.25, "02-20": 0}
    assert column(bars, "split") == {"01-15": 0, "02-18": 0, "02-19": 0, "02-20": 4}
    assert set(bars.frame["volume"]) == {1000.0}
    assert (bars.simulated, bars.notes) == (False, ())


@pytest.mark.parametrize(
    ("ticker", "line"),
    [
        ("0700.HK", Line({}, "HKD", "Asia/Hong_Kong")),
        ("^HSI", Line({}, "HKD", "Asia/Hong_Kong", kind="INDEX")),
        ("^GSPC", Line({}, "USD", "America/New_York", kind="INDEX")),
        ("HKD=X", Line({}, "HKD", "Europe/London", time(0, 0), kind="CURRENCY")),
        ("600519.SS", Line({}, "CNY", "Asia/Shanghai")),
    ],
)
def test_dates_are_those_of_the_venue(yahoo: Yahoo, store: Store, ticker: str, line: Line) -> None:
    days = [date(2024, 1, 5), date(2024, 7, 12), date(2024, 7, 15)]
    line.rows = {day: bar(10.0 + number) for number, day in enumerate(days)}
    yahoo.lines[ticker] = line
    bars = load(yahoo, store, ticker)[ticker]
    assert [day.date() for day in bars.frame.index] == days
    assert pd.DatetimeIndex(bars.frame.index).tz is None
    assert bars.frame["close"].tolist() == [10.0, 11.0, 12.0]


def test_levels_have_no_volume_and_halts_do(yahoo: Yahoo, store: Store) -> None:
    for ticker in ("^HSI", "HKD=X", "0005.HK"):
        yahoo.lines[ticker] = Line({date(2025, 2, 20): bar(20.0, 0)}, "HKD", "Asia/Hong_Kong")
    bars = load(yahoo, store, "^HSI", "HKD=X", "0005.HK")
    assert [bars[ticker].priced for ticker in bars] == [
        Priced.LEVEL, Priced.LEVEL, Priced.SPLITS,
    ]  # fmt: skip
    assert np.isnan(bars["^HSI"].frame["volume"].iloc[0])
    assert np.isnan(bars["HKD=X"].frame["volume"].iloc[0])
    assert bars["0005.HK"].frame["volume"].iloc[0] == 0.0


def test_a_negative_yield_is_a_level(yahoo: Yahoo, store: Store) -> None:
    yahoo.lines["^IRX"] = Line({date(2025, 2, 20): (-0.1, 0.0, -0.1, -0.05, 0)}, kind="INDEX")
    assert load(yahoo, store, "^IRX")["^IRX"].frame["close"].tolist() == [-0.05]


def test_a_whole_history_starts_in_1999(yahoo: Yahoo, store: Store) -> None:
    load(yahoo, store, "AAPL")
    assert yahoo.starts("AAPL") == [date(1999, 1, 1)]


# --- what is made of the answer ----------------------------------------------------------------


def test_events_of_null_rows_move_to_the_next_bar(yahoo: Yahoo, store: Store) -> None:
    line = yahoo.lines["AAPL"]
    line.rows[date(2025, 2, 19)] = NULL
    line.dividends[date(2025, 2, 20)] = 0.5
    line.splits[date(2025, 2, 19)] = (2, 1)
    bars = load(yahoo, store, "AAPL")["AAPL"]
    assert column(bars, "dividend") == {"01-15": 0, "02-18": 0, "02-20": 0.75}
    assert column(bars, "split") == {"01-15": 0, "02-18": 0, "02-20": 2}


def test_a_dividend_waits_for_a_bar_that_is_still_to_come(yahoo: Yahoo, store: Store) -> None:
    line = yahoo.lines["AAPL"]
    line.rows[date(2025, 2, 20)] = NULL
    line.dividends = {date(2025, 2, 20): 0.3}
    assert load(yahoo, store, "AAPL")["AAPL"].frame["dividend"].sum() == 0
    line.rows[date(2025, 2, 21)] = bar(105.0)
    bars = load(yahoo, store, "AAPL", today=TOMORROW)["AAPL"]
    assert column(bars, "dividend") == {"01-15": 0, "02-18": 0, "02-19": 0, "02-21": 0.3}


def test_rows_of_today_and_later_are_dropped() -> None:
    days = pd.DatetimeIndex(["2025-02-20", "2025-02-21", "2025-02-22"], tz="Asia/Hong_Kong")
    names = ["Open", "High", "Low", "Close", "Volume"]
    prices = pd.DataFrame(1.0, index=days, columns=[*names, "Dividends", "Stock Splits"])
    frame = cleaned(Raw(prices, {}), "HKD", TODAY, Priced.SPLITS).frame
    assert [f"{day:%Y-%m-%d}" for day in frame.index] == ["2025-02-20"]


def test_the_unfinished_session_is_not_stored(yahoo: Yahoo, store: Store) -> None:
    yahoo.lines["AAPL"].rows[TODAY] = bar(999.0)
    assert load(yahoo, store, "AAPL")["AAPL"].last == date(2025, 2, 20)


def test_a_price_of_zero_was_not_recorded(yahoo: Yahoo, store: Store) -> None:
    yahoo.lines["AAPL"].rows[date(2025, 2, 18)] = (0.0, 101.0, 0.0, 100.0, 5)
    frame = load(yahoo, store, "AAPL")["AAPL"].frame
    assert frame.loc["2025-02-18"].isna().to_dict() == {
        "open": True, "high": False, "low": True, "close": False,
        "volume": False, "dividend": False, "split": False,
    }  # fmt: skip


def test_dividends_in_another_currency_are_left_out_and_found(yahoo: Yahoo, store: Store) -> None:
    line = apple()
    line.currency, line.timezone, line.dividend_currency = "HKD", "Asia/Hong_Kong", "USD"
    yahoo.lines["0005.HK"] = line
    bars = load(yahoo, store, "0005.HK")["0005.HK"]
    assert bars.frame["dividend"].sum() == 0
    sentence = (
        "dividends in another currency than HKD are not counted: 1, the last 0.25 USD on 2025-02-19"
    )
    assert bars.doubts == (Doubt(sentence, (date(2025, 2, 19),)),)
    assert sentence in [finding.told for finding in inspect(asset_of("0005.HK"), bars)]
    assert load(yahoo, store, "0005.HK")["0005.HK"].doubts == bars.doubts, "kept in the store"


def test_capital_gains_are_paid_as_dividends(yahoo: Yahoo, store: Store) -> None:
    line = yahoo.lines["AAPL"]
    line.kind, line.gains = "ETF", {date(2025, 2, 18): 0.4}
    bars = load(yahoo, store, "AAPL")["AAPL"]
    assert bars.frame["dividend"].sum() == 0.65
    assert bars.notes == ("capital gains paid as dividends: 1, the last 0.4 on 2025-02-18",)
    assert bars.doubts == ()


def test_a_dividend_a_hundredfold_is_doubted(yahoo: Yahoo, store: Store) -> None:
    """What Yahoo took off Adj Close was a hundredth of what it tells."""
    yahoo.lines["AAPL"].told_times = 100.0
    (doubt,) = load(yahoo, store, "AAPL")["AAPL"].doubts
    assert doubt.told == "the dividend of 2025-02-19 is 25, Adj Close was adjusted for 0.25"
    findings = inspect(asset_of("AAPL"), load(yahoo, store, "AAPL")["AAPL"])
    (finding,) = [finding for finding in findings if finding.rule == "contradiction"]
    assert (finding.severity, finding.days) == (Severity.DOUBT, (date(2025, 2, 19),))


@pytest.mark.parametrize(
    ("meta", "complaint"),
    [({"symbol": "MSFT"}, "answers with MSFT"), ({"dataGranularity": "1mo"}, "bars of 1mo")],
)
def test_another_line_and_bars_that_are_not_daily_are_refused(
    yahoo: Yahoo, store: Store, meta: dict[str, str], complaint: str
) -> None:
    yahoo.lines["AAPL"].told_meta = meta
    with pytest.raises(BrokenData, match=complaint):
        load(yahoo, store, "AAPL")


@pytest.mark.parametrize("row", [(99.5, 101.0, 99.0, inf, 1000), (inf, inf, inf, inf, 1000)])
def test_an_infinite_price_is_refused(yahoo: Yahoo, store: Store, row: Row) -> None:
    yahoo.lines["AAPL"].rows[date(2025, 2, 18)] = row
    with pytest.raises(BrokenData, match="infinite number on 2025-02-18; nothing was stored"):
        load(yahoo, store, "AAPL")


def test_bars_a_month_apart_are_refused_whatever_the_answer_claims(
    yahoo: Yahoo, store: Store
) -> None:
    yahoo.lines["AAPL"].rows = {date(2024, month, 3): bar(90.0 + month) for month in range(1, 13)}
    with pytest.raises(BrokenData, match="not of a day"):
        load(yahoo, store, "AAPL")


def test_prices_in_another_currency_are_refused(yahoo: Yahoo, store: Store) -> None:
    yahoo.lines["AAPL"].currency = "GBp"
    with pytest.raises(BrokenData, match="AAPL: Yahoo quotes it in GBp, not in USD"):
        load(yahoo, store, "AAPL")
    assert store.tickers() == []


def test_a_stored_line_must_be_what_the_universe_says(yahoo: Yahoo, store: Store) -> None:
    load(yahoo, store, "AAPL")
    hong_kong = Asset("AAPL", asset_of("0700.HK").venue)
    source = YahooSource(store, today=TODAY, offline=True)
    with pytest.raises(BrokenData, match=r"stored as splits in USD.*HKD.*delete"):
        source.load([hong_kong])


# --- the store behind it -----------------------------------------------------------------------


def test_a_second_load_on_the_same_day_needs_no_server(store: Store) -> None:
    with yahoo_server() as yahoo:
        yahoo.lines["AAPL"] = apple()
        first = load(yahoo, store, "AAPL", "NOPE")
        seen = len(yahoo.asked)
        load(yahoo, store, "AAPL", "NOPE")
        assert len(yahoo.asked) == seen
    second = load(yahoo, store, "AAPL", "NOPE")
    assert list(second) == ["AAPL"]
    assert second["AAPL"].digest() == first["AAPL"].digest()
    with pytest.raises(MissingData, match=r"AAPL: no connection to Yahoo"):
        load(yahoo, store, "AAPL", today=TOMORROW)
    assert store.read("AAPL").bars.digest() == first["AAPL"].digest()  # type: ignore[union-attr]


def test_a_refresh_appends(yahoo: Yahoo, store: Store) -> None:
    load(yahoo, store, "AAPL")
    yahoo.lines["AAPL"].rows[date(2025, 2, 21)] = bar(103.0)
    bars = load(yahoo, store, "AAPL", today=TOMORROW)["AAPL"]
    assert yahoo.starts("AAPL") == [date(1999, 1, 1), date(2025, 1, 21)]
    assert bars.frame["close"].tolist() == [95.0, 100.0, 102.0, 104.0, 103.0]
    assert column(bars, "dividend")["02-19"] == 0.25
    assert bars.notes == ()
    kept = store.read("AAPL")
    assert kept is not None
    assert kept.retrieved == TOMORROW
    assert kept.bars.digest() == bars.digest()


def test_a_refresh_without_news_is_not_repeated(yahoo: Yahoo, store: Store) -> None:
    first = load(yahoo, store, "AAPL")["AAPL"]
    assert load(yahoo, store, "AAPL", today=TOMORROW)["AAPL"].digest() == first.digest()
    load(yahoo, store, "AAPL", today=TOMORROW)
    assert len(yahoo.charts("AAPL")) == 2


def test_a_late_split_fetches_the_whole_history(yahoo: Yahoo, store: Store) -> None:
    load(yahoo, store, "AAPL")
    line = yahoo.lines["AAPL"]
    line.rows = {day: bar((row[3] or 0.0) / 2) for day, row in line.rows.items()}
    line.rows[date(2025, 2, 21)] = bar(53.0)
    line.splits = {date(2025, 2, 21): (2, 1)}
    line.dividends = {date(2025, 2, 19): 0.125}
    messages: list[str] = []
    bars = load(yahoo, store, "AAPL", today=TOMORROW, progress=messages.append)["AAPL"]
    assert yahoo.starts("AAPL") == [date(1999, 1, 1), date(2025, 1, 21), date(1999, 1, 1)]
    assert bars.frame["close"].tolist() == [47.5, 50.0, 51.0, 52.0, 53.0]
    assert column(bars, "dividend")["02-19"] == 0.125
    note = "2025-02-22: history fetched anew, a split of 2 on 2025-02-21"
    assert bars.notes == (note,)
    assert messages == [f"AAPL: {note}", "AAPL: 5 bars, 2025-01-15 to 2025-02-21"]
    kept = store.read("AAPL")
    assert kept is not None
    assert kept.bars.notes == (note,)


def change_close(line: Line) -> None:
    line.rows[date(2025, 2, 18)] = bar(100.001)


def change_dividend(line: Line) -> None:
    line.dividends[date(2025, 2, 19)] = 0.26


def forget_a_split_adjustment(line: Line) -> None:
    line.splits[date(2025, 2, 18)] = (3, 1)


def gain_a_bar(line: Line) -> None:
    line.rows[date(2025, 2, 14)] = bar(99.0)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (change_close, "the close of 2025-02-18 was 100, now 100.001"),
        (change_dividend, "the dividend of 2025-02-19 was 0.25, now 0.26"),
        (forget_a_split_adjustment, "the split of 2025-02-18 was 0, now 3"),
        (gain_a_bar, "the bar of 2025-02-14 is new"),
    ],
)
def test_a_restated_overlap_fetches_the_whole_history(
    yahoo: Yahoo, store: Store, change: Any, says: str
) -> None:
    load(yahoo, store, "AAPL")
    line = yahoo.lines["AAPL"]
    change(line)
    line.rows[date(2025, 1, 15)] = bar(94.0)
    bars = load(yahoo, store, "AAPL", today=TOMORROW)["AAPL"]
    assert bars.notes == (f"2025-02-22: history fetched anew, {says}",)
    assert bars.frame["close"].iloc[0] == 94.0
    assert bars.frame.index.is_monotonic_increasing


def test_the_bar_of_a_closed_day_may_go(yahoo: Yahoo, store: Store) -> None:
    yahoo.lines["AAPL"].rows[date(2025, 2, 17)] = bar(99.0)  # Presidents' Day
    load(yahoo, store, "AAPL")
    del yahoo.lines["AAPL"].rows[date(2025, 2, 17)]
    bars = load(yahoo, store, "AAPL", today=TOMORROW)["AAPL"]
    assert bars.notes == ("2025-02-22: history fetched anew, the bar of 2025-02-17 is gone",)
    assert bars.frame["close"].tolist() == [95.0, 100.0, 102.0, 104.0]


def test_single_precision_noise_is_no_change(yahoo: Yahoo, store: Store) -> None:
    load(yahoo, store, "AAPL")
    yahoo.lines["AAPL"].rows[date(2025, 2, 18)] = bar(100.000008)
    assert load(yahoo, store, "AAPL", today=TOMORROW)["AAPL"].notes == ()


def test_a_history_that_shrank_does_not_replace_the_stored_one(yahoo: Yahoo, store: Store) -> None:
    load(yahoo, store, "AAPL")
    before = store.path("AAPL").read_bytes()
    del yahoo.lines["AAPL"].rows[date(2025, 2, 20)]
    with pytest.raises(MissingData, match=r"AAPL: .*2025-01-15 to 2025-02-20.*kept.*delete"):
        load(yahoo, store, "AAPL", today=TOMORROW)
    assert store.path("AAPL").read_bytes() == before
