"""Sessions, decisions, rates and what may be held when, by hand."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pytest

from backtests.engines import kernel
from backtests.runner.inputs import cost_model, prepare
from backtests.settings import Settings
from backtests.simulation.desk import Desk
from markets.bars import Bars, Priced
from markets.reference.currencies import EcbRates
from markets.reference.grids import placed
from markets.views import memory
from markets.views import recorder as views
from markets.views.lookups import LOOK_UPS
from markets.views.recorder import Recorder
from newsfolio import (
    NEW_YORK,
    Asset,
    BrokenData,
    Delisting,
    MissingData,
    Sleeve,
    drift_band,
    monthly,
)
from newsfolio.schedules import Schedule
from tests.support.markets_of import bdays, line, market_of


def days(*texts: str) -> np.ndarray:
    return np.array(texts, dtype="datetime64[D]")


def test_hong_kong_is_valued_at_the_fixing_before_when_it_closes_last() -> None:
    sessions = ["2025-01-02", "2025-01-03", "2025-01-06"]
    alone = market_of([line("0700.HK", sessions, [400, 401, 402])], "0700.HK")
    both = market_of(
        [line("0700.HK", sessions, [400, 401, 402]), line("AAPL", sessions, [1, 2, 3])],
        "0700.HK", "AAPL",
    )  # fmt: skip
    fixing = EcbRates().fixings("HKD", "USD")
    axis = days(*sessions)
    assert alone.rate[:, 0] == pytest.approx(fixing.before(axis))
    assert both.rate[:, 0] == pytest.approx(fixing.until(axis))
    assert both.rate_before[:, 0] == pytest.approx(fixing.before(axis))
    assert (both.rate[:, 1] == 1).all()


def test_weekend_rows_are_dropped_and_their_dividend_is_not() -> None:
    bars = line(
        "AAPL", ["2025-01-03", "2025-01-04", "2025-01-06"], [10, 10, 10],
        dividend=[0, 0.5, 0], split=[0, 2, 0],
    )  # fmt: skip
    market = market_of([bars], "AAPL")
    assert [str(day) for day in market.sessions] == ["2025-01-03", "2025-01-06"]
    assert market.dividend[:, 0].tolist() == [0.0, 0.5]
    assert market.later[:, 0].tolist() == [2.0, 1.0]
    assert any("1 weekend rows dropped, the first of 2025-01-04" in note for note in market.notes)


def test_total_return_grows_forward_and_raw_shares_follow_the_splits() -> None:
    bars = line("AAPL", ["2025-01-02", "2025-01-03", "2025-01-06"], [10, 9, 12],
                dividend=[0, 1, 0], split=[0, 0, 4])  # fmt: skip
    market = market_of([bars], "AAPL")
    assert market.factor[:, 0] == pytest.approx([1, 1 / 0.9, 1 / 0.9])
    assert market.level[:, 0] == pytest.approx([100, 100, 400 / 3])
    assert market.later[:, 0].tolist() == [4.0, 4.0, 1.0]
    reinvested = market.reinvested()
    assert reinvested.close[:, 0] == pytest.approx([10, 10, 40 / 3])
    assert reinvested.dividend.sum() == 0
    assert bars.until(date(2025, 1, 3)).later_splits == 4.0
    cut = market_of([bars.until(date(2025, 1, 3))], "AAPL")
    assert cut.later[:, 0].tolist() == [4.0, 4.0]


def test_a_liquidation_above_the_price_is_paid_and_held_by_no_total_return_price() -> None:
    """31 paid on a share of 30, of which 1.20 is left: 32.20 for 30."""
    days = ["2025-01-02", "2025-01-03", "2025-01-06"]
    bars = line("AAPL", days, [30, 1.2, 1.2], dividend=[0, 31, 0])
    market = market_of([bars], "AAPL")
    assert market.dividend[:, 0].tolist() == [0.0, 31.0, 0.0]
    assert market.level[:, 0] == pytest.approx([100, 100 * 32.2 / 30, 100 * 32.2 / 30])
    with pytest.raises(BrokenData, match=r"AAPL: the dividend of 2025-01-03, 31.*--dividends"):
        market.reinvested()


def test_zero_volume_and_a_shut_hong_kong_fill_nothing() -> None:
    """2025-04-18 was Good Friday in Hong Kong and a session on the mainland."""
    sessions = ["2025-04-17", "2025-04-18", "2025-04-22"]
    mainland = line("600519.SS", sessions, [1, 1, 1])
    quiet = line("0700.HK", ["2025-04-17", "2025-04-22"], [1, 1], volume=[0, float("nan")])
    market = market_of([mainland, quiet], "600519.SS", "0700.HK")
    assert market.fillable[:, market.place["600519.SS"]].tolist() == [True, False, True]
    assert market.fillable[:, market.place["0700.HK"]].tolist() == [False, False, True]


def test_a_listing_seasons_for_sixty_sessions_and_older_rows_are_not_its_own() -> None:
    sessions = bdays("2024-01-02", 100)
    asset = Asset("NEW", NEW_YORK, listed=date.fromisoformat(sessions[10]))
    market = market_of(
        [line("NEW", sessions, [1.0] * 100), line("AAPL", sessions, [1.0] * 100)], asset, "AAPL",
        start=date(2024, 1, 2),
    )  # fmt: skip
    column = market.place["NEW"]
    assert np.isnan(market.close[:10, column]).all()
    assert int(np.argmax(market.usable[:, column])) == 70


@dataclass(frozen=True)
class Everything:
    """What a desk asks of a strategy, with weights by session."""

    universe: tuple[Sleeve, ...]
    rebalance: Schedule
    answer: tuple[tuple[str, float], ...]
    thesis = None
    signals = ()
    facts = ()
    flows = ()
    limits = None
    costs = None
    max_gross = 1.0
    label = "everything"

    def weights(self, view: object) -> Mapping[str, float]:
        return dict(self.answer)


def played(lines: list[Bars], strategy: Everything, **settings: object):  # type: ignore[no-untyped-def]
    wanted = Settings(**settings)  # type: ignore[arg-type]
    market = prepare(strategy, {bar.ticker: bar for bar in lines}, wanted)  # type: ignore[arg-type]
    desk = Desk(strategy, market, wanted, cost_model(wanted))  # type: ignore[arg-type]
    return kernel.run(desk)


def test_missing_weight_stays_in_its_sleeve_and_stand_ins_come_first() -> None:
    sessions = bdays("2024-01-02", 20)
    late = Asset("LATE", NEW_YORK, listed=date(2024, 1, 5))
    stood = Asset("STOOD", NEW_YORK, listed=date(2024, 1, 5), stand_in=("MSFT",))
    east = Sleeve("east", (late, "AAPL", stood))
    west = Sleeve("west", ("NVDA",))
    lines = [
        line(name, sessions, [10.0] * 20) for name in ("LATE", "AAPL", "STOOD", "MSFT", "NVDA")
    ]
    strategy = Everything(
        (east, west), monthly, (("LATE", 0.2), ("AAPL", 0.2), ("STOOD", 0.2), ("NVDA", 0.4))
    )
    first = played(lines, strategy, start="2024-01-02").targets[0].weights
    assert first == pytest.approx({"AAPL": 0.3, "MSFT": 0.3, "NVDA": 0.4})


def test_a_delisted_line_pays_on_the_next_session() -> None:
    sessions = bdays("2024-01-02", 10)
    gone = Asset("GONE", NEW_YORK, delisted=Delisting(date.fromisoformat(sessions[5]), 4.0))
    lines = [line("GONE", sessions[:6], [10.0] * 6), line("AAPL", sessions, [10.0] * 10)]
    strategy = Everything(
        (Sleeve("a", (gone,)), Sleeve("b", ("AAPL",))), monthly, (("GONE", 0.5), ("AAPL", 0.5))
    )
    events = played(lines, strategy, costs="none", cash=1000.0).events
    assert [(str(event.session), event.why.value, event.amount) for event in events] == [
        (sessions[6], "delisting", 200.0)
    ]


@pytest.mark.parametrize(
    ("paid", "gone", "end", "last"),
    [
        (4.0, "2024-01-09", None, "2024-01-10"),  # the session after the last bar of all
        (4.0, "2024-01-12", None, "2024-01-09"),  # Martin Luther King's Day follows: the 16th
        (4.0, "2024-01-12", "2024-02-29", "2024-01-16"),
        (4.0, "2024-01-12", "2024-01-15", "2024-01-09"),
        (None, "2024-01-09", None, "2024-01-09"),
    ],
)
def test_what_ended_last_is_paid_on_a_session_of_its_own_or_is_outstanding(
    paid: float | None, gone: str, end: str | None, last: str
) -> None:
    sessions = bdays("2024-01-02", 6)
    asset = Asset("GONE", NEW_YORK, delisted=Delisting(date.fromisoformat(gone), paid))
    until = None if end is None else date.fromisoformat(end)
    market = market_of([line("GONE", sessions, [10.0] * 6)], asset, end=until)
    assert str(market.sessions[-1]) == last
    reached = last > sessions[-1]
    assert market.pays_off == ({0: 6} if reached else {})
    outstanding = "GONE: what it pays on 2024-01-16, after the run, is outstanding and not counted"
    assert (outstanding in market.notes) is (paid is not None and not reached)


def test_a_drift_band_trades_only_beyond_it() -> None:
    sessions = bdays("2024-01-02", 8)
    rising = line("AAPL", sessions, [10, 10, 10, 11, 13, 13, 13, 13])
    flat = line("MSFT", sessions, [10.0] * 8)
    strategy = Everything(
        (Sleeve("a", ("AAPL",)), Sleeve("b", ("MSFT",))),
        monthly | drift_band(0.05), (("AAPL", 0.5), ("MSFT", 0.5)),
    )  # fmt: skip
    done = played([rising, flat], strategy, costs="none", start=sessions[0])
    assert [target.session for target in done.targets] == [0, 4]


def test_how_many_lines_are_put_on_the_axis_together_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = ("0005.HK", "0700.HK", "AAPL", "MSFT", "SPY")
    sessions = bdays("2024-01-02", 9)
    lines = [line(name, sessions[late:], [10.0 + day for day in range(9 - late)])
             for late, name in enumerate(names)]  # fmt: skip
    whole = market_of(lines, *names)
    for together in (1, 2, 5):
        monkeypatch.setattr(placed, "TOGETHER", together)
        parts = market_of(lines, *names)
        for name in ("open", "close", "last", "volume", "fillable", "opened", "level"):
            assert np.array_equal(getattr(parts, name), getattr(whole, name), name != "opened")


def test_a_market_is_read_only() -> None:
    market = market_of([line("AAPL", ["2025-01-02", "2025-01-03"], [1, 2])], "AAPL")
    with pytest.raises(ValueError, match="read-only"):
        market.close[0, 0] = 3.0
    with pytest.raises(dataclasses.FrozenInstanceError):
        market.base = "HKD"


def test_a_given_end_must_be_reached() -> None:
    bars = line("AAPL", bdays("2024-01-02", 10), [1.0] * 10)
    with pytest.raises(MissingData, match=r"AAPL ends on 2024-01-16, before --end 2024-02-01"):
        market_of([bars], "AAPL", end=date(2024, 2, 1))
    assert market_of([bars], "AAPL", end=date(2024, 1, 15)).day(-1) == date(2024, 1, 12)


def test_cash_earns_the_last_close_before_each_session() -> None:
    """A bill yield of session s is a close of s: interest up to s cannot know it.

    ^IRX is a discount: 95.95 paid for 100 in 91 days at 4 % is 0.04 / (1 - 0.04 * 91 / 360).
    """
    sessions = ["2025-01-02", "2025-01-03", "2025-01-06"]
    yields = Bars("^IRX", line("^IRX", sessions, [4.0, 5.0, 6.0]).frame, Priced.LEVEL)
    market = market_of([line("AAPL", sessions, [1, 2, 3]), yields], "AAPL")
    assert market.cash_rate == pytest.approx([0.0, 0.0404085756, 0.0506400338])


def test_a_signal_that_closes_later_is_a_day_old() -> None:
    sessions = ["2025-01-02", "2025-01-03", "2025-01-06"]
    lines = [
        line("0700.HK", sessions, [400, 401, 402]),
        Bars("^TNX", line("^TNX", sessions, [4.0, 5.0, 6.0]).frame, Priced.LEVEL),
        Bars("^HSI", line("^HSI", sessions, [1.0, 2.0, 3.0]).frame, Priced.LEVEL),
    ]
    market = market_of(lines, "0700.HK", signals=("^TNX", "^HSI"))
    assert market.signals["^TNX"][1:].tolist() == [4.0, 5.0]
    assert market.signals["^HSI"].tolist() == [1.0, 2.0, 3.0]


def test_a_stand_in_answers_look_ups_until_a_line_has_its_own_history() -> None:
    sessions = bdays("2024-01-02", 30)
    late = Asset("LATE", NEW_YORK, listed=date.fromisoformat(sessions[20]), stand_in=("MSFT",))
    lines = [
        line("LATE", sessions[20:], [10.0 + day for day in range(10)]),
        line("MSFT", sessions, [100.0 + day for day in range(30)]),
    ]
    market = market_of(lines, late, start=date(2024, 1, 2))
    recorder = Recorder(market)
    recorder.write(market, 29)
    assert recorder.look_up("momentum", "LATE", 9, 0) == pytest.approx(19 / 10 - 1)
    assert recorder.look_up("momentum", "LATE", 10, 0) == pytest.approx(129 / 119 - 1)
    assert recorder.look_up("momentum", "LATE", 9, 5) == pytest.approx(124 / 115 - 1)
    assert np.isnan(recorder.look_up("momentum", "LATE", 30, 0))
    assert recorder.traded_value("LATE", 5) == pytest.approx(17e6)


def test_look_ups_are_made_once_for_a_session_of_a_market(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[int] = []
    make, more, least = LOOK_UPS["volatility"]
    counted = {"volatility": (lambda levels: made.append(len(levels)) or make(levels), more, least)}
    monkeypatch.setattr(views, "LOOK_UPS", {**LOOK_UPS, **counted})
    sessions = bdays("2024-01-02", 30)
    lines = [line("MSFT", sessions, [100.0 + day % 7 for day in range(30)])]
    market, other = (market_of(lines, "MSFT", start=date(2024, 1, 2)) for _ in range(2))
    first, second = Recorder(market), Recorder(market)
    answers = []
    for recorder in (first, second):
        for session in (20, 25):
            recorder.write(market, session)
            answers.append(recorder.look_up("volatility", "MSFT", 9))
    assert answers[:2] == answers[2:]
    assert len(made) == 2
    # another span, another session, another market, and rows to come that hold noise: made anew
    second.look_up("volatility", "MSFT", 8)
    second.write(market, 26)
    assert second._answers == {}  # nothing of the sessions before or after is in reach
    second.look_up("volatility", "MSFT", 9)
    for market_, bait in ((other, None), (market, np.random.default_rng(1))):
        recorder = Recorder(market_, bait)
        recorder.write(market_, 20)
        assert recorder.look_up("volatility", "MSFT", 9) == answers[0]
    assert len(made) == 6
    assert second.look_up("volatility", "MSFT", 9) and len(made) == 6


def test_look_ups_of_runs_with_one_decision_are_counted_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sessions = bdays("2024-01-02", 30)
    lines = [line("MSFT", sessions, [100.0 + day % 7 for day in range(30)])]
    market = market_of(lines, "MSFT", start=date(2024, 1, 2))
    monkeypatch.setattr(memory, "NUMBERS", 8)
    kept = []
    for lookback in range(2, 22):
        for session in (28, 29):
            recorder = Recorder(market)
            recorder.write(market, session)
            recorder.look_up("volatility", "MSFT", lookback)
            recorder.traded_value("MSFT", lookback)
        remembered = (memory.look_ups_of(market).of(session) for session in (28, 29))
        kept.append([sum(map(len, answers.values())) for answers in remembered])
    # both while there is room, then the other one goes, and in the end the one that is asked too
    assert kept[:4] == [[2, 2], [4, 4], [6, 2], [0, 2]]
    assert max(map(sum, kept)) == 8


def test_a_proxy_that_ends_early_ends_the_run_and_a_stand_in_does_not() -> None:
    long, short = bdays("2024-01-02", 30), bdays("2024-01-02", 20)
    qqq = line("QQQ", long, [1.0] * 30)
    proxies = [line(name, short, [1.0] * 20) for name in ("EWY", "INDA")]
    market = market_of([qqq, *proxies], "QQQ", "EMXC")
    assert str(market.sessions[-1]) == short[-1]
    assert any(f"ends on {short[-1]}, where EWY ends" in note for note in market.notes)
    with pytest.raises(MissingData, match=r"EWY ends on .* before --end"):
        market_of([qqq, *proxies], "QQQ", "EMXC", end=date.fromisoformat(long[-1]))
    both = market_of([qqq, line("EMXC", long, [1.0] * 30), *proxies], "QQQ", "EMXC")
    assert str(both.sessions[-1]) == long[-1]


def test_a_run_before_the_calendar_is_known_is_refused_and_older_bars_are_not() -> None:
    old = [f"1998-12-{day:02d}" for day in (28, 29, 30, 31)] + bdays("1999-01-04", 10)
    bars = line("SPY", old, [1.0] * 14)
    assert market_of([bars], "SPY", start=date(1999, 1, 5)).first == 5
    with pytest.raises(MissingData, match="known from 1999-01-01"):
        market_of([bars], "SPY", start=date(1998, 12, 28))
