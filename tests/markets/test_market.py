"""What may be held when, from where a run goes, and what total return does to a market."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backtests.engines import kernel
from backtests.runner.inputs import cost_model
from backtests.settings import Settings
from backtests.simulation.account import account
from backtests.simulation.desk import Desk
from markets.bars import Bars, Priced
from markets.build import build_market
from markets.folder.source import FolderSource
from markets.market import Market
from markets.reference.calendars import sessions_of
from markets.reference.currencies import EcbRates, Fixings, FxSource
from markets.snapshot import snapshot_id
from markets.universe import Want
from newsfolio import (
    HONG_KONG,
    MAINLAND,
    NEW_YORK,
    Asset,
    Delisting,
    Fixed,
    MissingData,
    Sleeve,
    Venue,
    at_start,
)
from newsfolio.assets import sleeves_of
from newsfolio.listings import asset_of

Part = str | Asset | Sleeve


def axis(venue: Venue, start: str, count: int) -> list[str]:
    sessions = sessions_of(venue)
    place = int(np.searchsorted(sessions, np.datetime64(start)))
    return [str(day) for day in sessions[place : place + count]]


def line(
    ticker: str, sessions: Sequence[str], close: Sequence[float] | float = 10.0, **columns: object
) -> Bars:
    index = pd.DatetimeIndex(pd.to_datetime(list(sessions)), name="session")
    prices = dict.fromkeys(("open", "high", "low", "close"), close)
    rest = {"volume": 1e6, "dividend": 0.0, "split": 0.0}
    frame = pd.DataFrame({**prices, **rest, **columns}, index=index, dtype="float64")
    return Bars(ticker, frame, Priced.SPLITS)


def market(
    lines: Sequence[Bars], *parts: Part, fx: FxSource | None = None, base: str = "USD",
    **want: object,
) -> Market:  # fmt: skip
    bars = {bar.ticker: bar for bar in lines}
    wanted = Want(sleeves_of(parts), base, **want)  # type: ignore[arg-type]
    return build_market(bars, wanted, fx or EcbRates())


def first_usable(built: Market, ticker: str) -> str:
    return str(built.sessions[int(np.argmax(built.usable[:, built.place[ticker]]))])


# Currency


@dataclass(frozen=True)
class Pegged:
    """Hong Kong dollars for one US dollar, by day of January 2025."""

    quotes: tuple[tuple[int, float], ...]
    valued_same_day: bool = True

    def fixings(self, currency: str, base: str) -> Fixings:
        assert (currency, base) == ("HKD", "USD")
        days = np.array([f"2025-01-{day:02d}" for day, _ in self.quotes], dtype="datetime64[D]")
        return Fixings("HKD in USD", days, 1 / np.array([rate for _, rate in self.quotes]))


GAIN = 0.02658065
"""500 to 510 HKD while a US dollar falls from 7.80 to 7.75: (510 / 7.75) / (500 / 7.80) - 1."""


@pytest.mark.parametrize(
    ("quotes", "others"),
    [
        (((3, 7.70), (6, 7.80), (7, 7.75)), ("AAPL",)),  # New York closes after the fixing
        (((3, 7.80), (6, 7.75)), ()),  # Hong Kong closes before it
    ],
)
def test_the_level_of_a_foreign_line(
    quotes: tuple[tuple[int, float], ...], others: tuple[str, ...]
) -> None:
    sessions = ["2025-01-06", "2025-01-07"]
    lines = [line("0700.HK", sessions, [500, 510]), *(line(name, sessions) for name in others)]
    built = market(lines, "0700.HK", *others, fx=Pegged(quotes))
    level = built.level[:, built.place["0700.HK"]]
    assert level[1] / level[0] - 1 == pytest.approx(GAIN, abs=5e-9)


def test_a_run_earns_what_line_and_currency_gain_together() -> None:
    """Bought on the 7th at 500 with the fixing before it, worth 510 at the fixing of the 8th."""
    sessions = ["2025-01-06", "2025-01-07", "2025-01-08"]
    lines = [line("0700.HK", sessions, [500, 500, 510]), line("AAPL", sessions)]
    strategy = Fixed(mix=((1.0, "0700.HK"), (0.0, "AAPL")), schedule=at_start)
    settings = Settings(costs="none", lots="fractional")  # type: ignore[arg-type]
    pegged = Pegged(((3, 7.70), (6, 7.80), (7, 7.80), (8, 7.75)))
    built = market(lines, "0700.HK", "AAPL", fx=pegged)
    desk = Desk(strategy, built, settings, cost_model(settings))
    played = kernel.run(desk)
    assert [(fill.price, fill.rate) for fill in played.fills] == [(500.0, 1 / 7.80)]
    equity = account(built, played.fills, played.events, 1_000_000, 0.015).equity
    assert equity.iloc[2] == pytest.approx(1_000_000 * (1 + GAIN), abs=0.01)


# What may be held when


def test_alibaba_in_hong_kong_may_be_held_sixty_sessions_after_its_listing(prices: Path) -> None:
    """Tencent's rows count Hong Kong's sessions independently of any calendar."""
    counted = pd.read_csv(prices / "0700.HK.csv", index_col="Date").loc["2019-11-26":].index  # type: ignore[misc]
    lines = FolderSource(prices).load([asset_of("9988.HK"), asset_of("0700.HK")])
    built = market(list(lines.values()), "9988.HK", "0700.HK", start=date(2019, 1, 2))
    assert first_usable(built, "9988.HK") == counted[60]


@pytest.mark.parametrize(
    ("ticker", "start", "access"),
    [
        ("688256.SS", "2020-07-20", "2021-02-01"),  # STAR
        ("600519.SS", "2014-10-08", "2014-11-17"),  # Shanghai
        ("000001.SZ", "2016-10-10", "2016-12-05"),  # Shenzhen
        ("512930.SS", "2022-05-05", "2022-07-04"),  # funds
    ],
)
def test_mainland_lines_may_be_held_from_their_access_through_hong_kong(
    ticker: str, start: str, access: str
) -> None:
    first = date.fromisoformat(start)
    built = market([line(ticker, axis(MAINLAND, start, 160))], ticker, start=first)
    assert first_usable(built, ticker) == access


def test_a_line_is_not_held_on_its_last_day() -> None:
    sessions = axis(NEW_YORK, "2024-01-02", 6)
    gone = Asset("GONE", NEW_YORK, delisted=Delisting(date.fromisoformat(sessions[3])))
    built = market([line("GONE", sessions[:4]), line("AAPL", sessions)], gone, "AAPL")
    usable = built.usable[:, built.place["GONE"]].tolist()
    assert usable == [True, True, True, False, False, False]


# Where a run begins and ends


def test_without_a_start_a_run_begins_when_every_sleeve_can_be_held() -> None:
    sessions = axis(NEW_YORK, "2024-01-02", 100)
    late = Asset("LATE", NEW_YORK, listed=date.fromisoformat(sessions[20]))
    own, spare = line("LATE", sessions[20:]), line("TLT", sessions[5:])
    assert market([own, line("AAPL", sessions)], late, "AAPL").first == 80
    stood = dataclasses.replace(late, stand_in=("TLT",))
    assert market([own, spare, line("AAPL", sessions)], stood, "AAPL").first == 5
    together = Sleeve("together", (late, "AAPL"))
    assert market([own, line("AAPL", sessions)], together).first == 0


@pytest.mark.parametrize(
    ("start", "message"),
    [
        (date(2024, 12, 2), "--start 2024-12-02 is after the last session"),
        (date(2023, 12, 1), "no line of the universe has a bar before 2024-01-02; start then"),
    ],
)
def test_a_start_outside_the_bars_is_refused(start: date, message: str) -> None:
    with pytest.raises(MissingData, match=message):
        market([line("SPY", axis(NEW_YORK, "2024-01-02", 20))], "SPY", start=start)


def test_a_start_on_a_holiday_is_the_next_session() -> None:
    built = market([line("SPY", axis(NEW_YORK, "2024-01-02", 20))], "SPY", start=date(2024, 1, 1))
    assert (built.first, built.day(0)) == (0, date(2024, 1, 2))


def test_a_run_ends_with_the_first_line_or_benchmark_that_ends_but_for_the_delisted() -> None:
    sessions = axis(NEW_YORK, "2024-01-02", 20)
    gone = Asset("GONE", NEW_YORK, delisted=Delisting(date.fromisoformat(sessions[3])))
    lines = [line("GONE", sessions[:4]), line("SPY", sessions[:12]), line("TLT", sessions)]
    built = market(lines, gone, "SPY", "TLT")
    assert str(built.sessions[-1]) == sessions[11]
    assert f"the run ends on {sessions[11]}, where SPY ends" in built.notes
    bound = {"ACWI": date.fromisoformat(sessions[7])}
    shorter = market(lines, gone, "SPY", "TLT", ends_with=bound)
    assert str(shorter.sessions[-1]) == sessions[7]
    assert f"the run ends on {sessions[7]}, where ACWI ends" in shorter.notes
    alone = market([lines[0]], gone)
    assert str(alone.sessions[-1]) == sessions[3]


# Lines without data


def test_a_line_without_data_is_replaced_all_the_way_down() -> None:
    sessions = axis(NEW_YORK, "2024-01-02", 10)
    built = market([line(name, sessions) for name in ("QQQ", "EWY", "INDA")], "QQQ", "EMXC")
    assert built.missing == ("EMXC",)
    assert (built.universe, built.tickers) == (("QQQ",), ("EWY", "INDA", "QQQ"))
    assert "EMXC: no data in this source; EWY and INDA in its place" in built.notes


def test_a_stand_in_without_opens_counts_as_no_data() -> None:
    sessions = axis(NEW_YORK, "2024-01-02", 10)
    shut = line("EWY", sessions, open=np.nan)
    built = market([line("QQQ", sessions), shut, line("INDA", sessions)], "QQQ", "EMXC")
    assert built.tickers == ("INDA", "QQQ")


def test_a_sleeve_without_any_line_is_an_error_and_a_line_of_one_is_a_note() -> None:
    sessions = axis(NEW_YORK, "2024-01-02", 10)
    with pytest.raises(MissingData, match=r"no data for AAPL, MSFT \(sleeve 'tech'\)"):
        market([line("QQQ", sessions)], "QQQ", Sleeve("tech", ("AAPL", "MSFT")))
    built = market([line("AAPL", sessions)], Sleeve("tech", ("AAPL", "MSFT")))
    assert "MSFT: no data in this source; left out" in built.notes


# Signals and interest


def test_a_signal_is_seen_when_it_has_closed() -> None:
    """A New York yield of the 6th is not known at Hong Kong's close of the 6th; a rate never is."""
    sessions = ["2025-01-03", "2025-01-06", "2025-01-07"]
    yields = Bars("^TNX", line("^TNX", sessions, [4.1, 4.2, 4.3]).frame, Priced.LEVEL)
    rate = Bars("HKD=X", line("HKD=X", sessions, [7.7, 7.8, 7.9]).frame, Priced.LEVEL)
    wanted = {"signals": ("^TNX", "HKD=X"), "start": date(2025, 1, 3)}
    for ticker, seen in (("AAPL", [4.1, 4.2, 4.3]), ("0700.HK", [np.nan, 4.1, 4.2])):
        built = market([line(ticker, sessions), yields, rate], ticker, **wanted)
        assert built.signals["^TNX"].tolist() == pytest.approx(seen, nan_ok=True)
        assert built.signals["HKD=X"].tolist() == pytest.approx([np.nan, 7.7, 7.8], nan_ok=True)
    with pytest.raises(MissingData, match=r"no data for the signal \^VIX"):
        market([line("AAPL", sessions)], "AAPL", signals=("^VIX",))


def test_cash_earns_the_last_rate_known_before_each_session() -> None:
    bills = Bars("^IRX", line("^IRX", ["2025-01-03", "2025-01-07"], [4.0, 5.0]).frame, Priced.LEVEL)
    sessions = ["2025-01-03", "2025-01-06", "2025-01-07", "2025-01-08"]
    built = market([line("AAPL", sessions), bills], "AAPL")
    four, five = 0.04 / (1 - 0.04 * 91 / 360), 0.05 / (1 - 0.05 * 91 / 360)
    assert built.cash_rate.tolist() == [0.0, four, four, five]
    polish = market([line("AAPL", sessions), bills], "AAPL", base="PLN")
    assert polish.cash_rate.tolist() == [0.0] * 4
    assert "idle PLN cash earns nothing: no cash rate for it in this source" in polish.notes


# Splits and dividends


def test_raw_shares_of_a_history_that_was_cut_short() -> None:
    """Splits of 2:1 and 3:1: before both, six units of today were one share."""
    sessions = axis(NEW_YORK, "2024-01-02", 6)
    whole = line("SPY", sessions, split=[0, 0, 2, 0, 3, 0])
    assert market([whole], "SPY").later[:, 0].tolist() == [6, 6, 3, 3, 1, 1]
    for count, later in ((1, 6.0), (3, 3.0), (5, 1.0)):
        cut = whole.until(date.fromisoformat(sessions[count - 1]))
        assert (len(cut.frame), cut.later_splits) == (count, later)
        assert market([cut], "SPY").later[:, 0].tolist() == [6, 6, 3, 3, 1, 1][:count]
    twice = whole.until(date.fromisoformat(sessions[3])).until(date.fromisoformat(sessions[1]))
    assert twice.later_splits == 6.0


def test_unknown_splits_are_not_no_splits_and_stand_in_the_notes() -> None:
    sessions = axis(NEW_YORK, "2024-01-02", 4)
    blank = line("SPY", sessions, split=np.nan)
    partly = line("TLT", sessions, split=[0, 0, np.nan, np.nan])
    notes = market([blank, partly], "SPY", "TLT").notes
    assert "SPY: splits unknown; lots and fees use shares of its last day" in notes
    assert f"TLT: splits known to {sessions[1]}, none assumed after it" in notes


def test_dividends_compound_from_the_close_before_each() -> None:
    """10 % of it, then 5 %; the one on the first bar has no close before it."""
    sessions = axis(NEW_YORK, "2024-01-02", 4)
    built = market(
        [line("SPY", sessions, [100, 90, 80, 80], dividend=[7, 10, 0, 4])], "SPY",
        start=date.fromisoformat(sessions[2]),
    )  # fmt: skip
    assert built.factor[:, 0].tolist() == pytest.approx([1, 1 / 0.9, 1 / 0.9, 1 / 0.9 / 0.95])
    assert built.level[:, 0].tolist() == pytest.approx([100, 100, 80 / 0.9, 80 / 0.9 / 0.95])


def test_reinvested_keeps_what_was_paid_and_what_a_share_was() -> None:
    sessions = axis(NEW_YORK, "2024-01-02", 5)
    gone = Asset("GONE", NEW_YORK, delisted=Delisting(date.fromisoformat(sessions[3]), 45.0))
    bars = line("GONE", sessions[:4], [100, 90, 45, 45], dividend=[0, 10, 0, 0], split=[0, 0, 2, 0])
    built = market([bars, line("SPY", sessions)], gone, "SPY")
    total, place = built.reinvested(), built.place["GONE"]
    assert total.close[:4, place].tolist() == pytest.approx([100, 100, 50, 50])
    assert total.payoff == {place: pytest.approx(50.0)}
    assert total.pays_off == {place: 4}
    assert not total.dividend.any()
    assert (total.factor == 1).all()
    for name in ("open", "last", "close"):  # the price of a raw share does not change
        raw, grown = getattr(built, name) * built.later, getattr(total, name) * total.later
        np.testing.assert_allclose(grown, raw, rtol=1e-15)
    np.testing.assert_allclose(total.volume / total.later, built.volume / built.later, rtol=1e-15)
    np.testing.assert_allclose(total.level, built.level, rtol=1e-15)


# Identity


def test_a_snapshot_names_the_data_to_the_last_bit() -> None:
    sessions = axis(NEW_YORK, "2024-01-02", 4)
    first, other = line("SPY", sessions), line("TLT", sessions)
    name = snapshot_id([first, other])
    assert name == snapshot_id([other, first]) == market([first, other], "SPY", "TLT").snapshot
    frame = first.frame.copy()
    frame.iloc[2, 3] = np.nextafter(frame.iloc[2, 3], 11.0)
    others = [
        dataclasses.replace(first, frame=frame),
        dataclasses.replace(first, later_splits=2.0),
        dataclasses.replace(first, simulated=True),
        dataclasses.replace(first, ticker="SPX"),
        first.until(date.fromisoformat(sessions[2])),
    ]
    assert len({name, *(snapshot_id([changed, other]) for changed in others)}) == 6


def test_one_simulated_line_makes_a_simulated_market() -> None:
    sessions = axis(NEW_YORK, "2024-01-02", 4)
    made_up = dataclasses.replace(line("TLT", sessions), simulated=True)
    assert market([line("SPY", sessions), made_up], "SPY", "TLT").simulated
    assert not market([line("SPY", sessions)], "SPY").simulated


def test_the_article_decides_with_the_venues_of_the_stand_ins_too() -> None:
    """At 09:00 UTC Hong Kong has closed; New York, where the ADR trades, has not."""
    sessions = axis(HONG_KONG, "2025-05-06", 3)
    published = datetime.fromisoformat("2025-05-06T07:00+00:00")
    alone = market([line("0700.HK", sessions)], "0700.HK", published=published)
    assert alone.first_decision == 0
    late = datetime.fromisoformat("2025-05-06T09:00+00:00")
    assert market([line("0700.HK", sessions)], "0700.HK", published=late).first_decision == 1
    assert market([line("SPY", sessions)], "SPY", published=late).first_decision == 0
    both = market(
        [line("9988.HK", sessions), line("BABA", sessions)], "9988.HK", published=late,
        start=date.fromisoformat(sessions[0]),
    )  # fmt: skip
    assert (both.first_decision, both.calendar.clock) == (1, NEW_YORK)
