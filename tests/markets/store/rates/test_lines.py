"""Rates after the last packaged fixing: whose they are, from when, and where a run ends."""

from __future__ import annotations

import dataclasses
from datetime import date

import numpy as np
import pytest

from backtests.runner.run import Run
from backtests.runner.run_strategy import run_strategy
from backtests.settings import Settings
from markets.bars import Bars, Priced
from markets.market import Market
from markets.quality.findings import Severity
from markets.reference.currencies import EcbRates, SourceRates
from markets.snapshot import Snapshot
from markets.store.rates.lines import with_rates
from newsfolio import Asset, Fixed, at_start
from newsfolio.assets import HONG_KONG
from newsfolio.errors import BrokenData, MissingData, UnknownName
from tests.support.rate_worlds import FIXED, LAST, Lines, bars, pair, stock, weekdays

BOTH = Fixed(mix=((0.5, "SPY"), (0.5, "0700.HK")), schedule=at_start)
STOCKS = (stock("SPY"), stock("0700.HK"))


def run(
    *more: Bars, strategy: Fixed = BOTH, lines: tuple[Bars, ...] = STOCKS, **more_settings: object
) -> Run:
    settings = Settings(start="2026-06-01", engine="kernel", **more_settings)  # type: ignore[arg-type]
    return run_strategy(strategy, Lines((*lines, *more)), settings)


def rates(market: Market, ticker: str) -> tuple[dict[str, float], dict[str, float]]:
    """By session: the rate before it, and the one that values its close."""
    column = market.place[ticker]
    days = market.sessions.astype(str)
    return (dict(zip(days, market.rate_before[:, column].tolist(), strict=True)),
            dict(zip(days, market.rate[:, column].tolist(), strict=True)))  # fmt: skip


def notes(market: Market) -> str:
    return "\n".join(market.notes)


def test_without_a_pair_the_run_ends_with_the_last_fixing_and_says_so() -> None:
    done = run()
    assert done.market.day(-1) == FIXED
    sentence = "the run ends on 2026-10-30, where the rates of HKD in USD end: "
    assert sentence + "newsfolio data pull fetches newer ones" in notes(done.market)
    assert "HKD=X.csv" in notes(done.market)


def test_a_fixing_lasts_seven_days_over_a_holiday_of_the_ecb() -> None:
    near = tuple(stock(ticker, date(2026, 11, 6)) for ticker in ("SPY", "0700.HK"))
    assert run(lines=near).market.day(-1) == date(2026, 11, 6)
    far = tuple(stock(ticker, date(2026, 11, 9)) for ticker in ("SPY", "0700.HK"))
    assert run(lines=far).market.day(-1) == FIXED


def test_the_pair_serves_after_the_last_fixing_each_value_a_day_later() -> None:
    """HKD=X stands at 7.8 from Monday 2 November: Monday's close is still valued at Friday's."""
    done = run(pair("HKD=X", after=7.8))
    assert done.market.day(-1) == LAST
    before, valued = rates(done.market, "0700.HK")
    friday = 1.1172 / 8.7652
    assert valued["2026-10-30"] == pytest.approx(friday, rel=1e-12)
    assert before["2026-11-02"] == valued["2026-11-02"] == pytest.approx(friday, rel=1e-12)
    assert before["2026-11-03"] == valued["2026-11-03"] == pytest.approx(1 / 7.8, rel=1e-12)
    assert before["2026-11-27"] == pytest.approx(1 / 7.8, rel=1e-12)
    assert "rates of HKD in USD: from 2026-11-02 on HKD=X of the source" in notes(done.market)
    assert "0.00 % off the last common fixings" in notes(done.market)


@pytest.mark.parametrize("times", [1.02, 0.98, 1 / 7.8**2, 100.0])
def test_a_pair_that_is_not_what_was_fixed_is_refused(times: float) -> None:
    done = run(pair("HKD=X", times, after=7.8))
    assert done.market.day(-1) == FIXED
    assert "HKD=X of the source is not used: it is " in notes(done.market)
    assert "and 1 % is allowed" in notes(done.market)


@pytest.mark.parametrize("times", [1.009, 0.991])
def test_a_pair_that_is_within_the_tolerance_serves(times: float) -> None:
    assert run(pair("HKD=X", times, after=7.8)).market.day(-1) == LAST


def test_one_bad_day_among_the_common_ones_refuses_nothing() -> None:
    line = pair("HKD=X", after=7.8)
    frame = line.frame.copy()
    frame.loc["2026-10-20", "close"] = 78.0
    assert run(dataclasses.replace(line, frame=frame)).market.day(-1) == LAST


def test_a_pair_that_cannot_be_checked_is_refused() -> None:
    line = pair("HKD=X", after=7.8)
    late = dataclasses.replace(line, frame=line.frame.loc["2026-10-27":])
    done = run(late)
    assert done.market.day(-1) == FIXED
    assert "4 common days with the fixings, and 5 are needed" in notes(done.market)


@pytest.mark.parametrize("name", ["EURUSD=X", "EUR=X"])
def test_in_euros_the_cross_goes_by_the_dollar(name: str) -> None:
    dollars = 1.12 if name == "EURUSD=X" else 1 / 1.12
    done = run(pair("HKD=X", after=7.8), pair(name, after=dollars), currency="EUR")
    assert done.market.day(-1) == LAST
    assert rates(done.market, "0700.HK")[1]["2026-11-27"] == pytest.approx(1 / 7.8 / 1.12)
    assert rates(done.market, "SPY")[1]["2026-11-27"] == pytest.approx(1 / 1.12)
    assert run(pair("HKD=X", after=7.8), currency="EUR").market.day(-1) == FIXED


@pytest.mark.parametrize(("currency", "base"), [("HKD", "USD"), ("HKD", "EUR"), ("USD", "CNY"),
                                                ("CNY", "HKD"), ("GBP", "JPY")])  # fmt: skip
def test_crosses_by_the_dollar_and_by_the_euro_agree_with_the_fixings(
    currency: str, base: str
) -> None:
    """Pairs that say what the ECB fixed on the days before: the same to 1e-9 by either road."""
    fixed = EcbRates().fixings(currency, base)
    days = weekdays(last=FIXED)
    names = ("HKD=X", "EURUSD=X", "CNY=X", "GBPUSD=X", "JPY=X")
    by_dollar = SourceRates({name: pair(name) for name in names}).fixings(currency, base)
    assert by_dollar.until(days) == pytest.approx(fixed.until(days), rel=1e-9)
    whole = EcbRates({name: pair(name) for name in names}).fixings(currency, base)
    assert whole.until(days).tolist() == fixed.until(days).tolist()
    later = np.array(["2026-11-20"], dtype="datetime64[D]")
    assert whole.until(later) == pytest.approx(fixed.rates[-1:], rel=1e-9)


def test_fixings_of_the_store_come_before_a_pair() -> None:
    days = weekdays(date(2026, 10, 1))
    newer = [
        bars(f"{currency}=ECB", days, rate, Priced.LEVEL)
        for currency, rate in (("USD", 1.1), ("HKD", 8.8))
    ]
    done = run(*newer, pair("HKD=X", after=7.7))
    before, valued = rates(done.market, "0700.HK")
    assert valued["2026-11-27"] == before["2026-11-27"] == 1.1 / 8.8
    assert valued["2026-09-30"] == EcbRates().fixings("HKD", "USD").until(
        np.array(["2026-09-30"], dtype="datetime64[D]"))[0]  # fmt: skip
    assert "rates of HKD" not in notes(done.market)


def test_a_bad_tick_of_a_pair_that_serves_is_doubted_and_one_before_it_is_nobodys_business() -> (
    None
):
    line = pair("HKD=X", after=7.8)
    for day, doubted in (("2026-11-17", True), ("2026-09-15", False)):
        frame = line.frame.copy()
        frame.loc[day, ["open", "high", "low", "close"]] = 78.0
        frame.loc[day, "open"] = 7.8
        findings = run(dataclasses.replace(line, frame=frame)).findings
        doubts = [finding for finding in findings if finding.ticker == "HKD=X"]
        assert [(finding.rule, finding.severity) for finding in doubts] == [
            ("bad tick", Severity.DOUBT)
        ] * doubted


# --- what a pair may not do ---------------------------------------------------------------------


def bent(line: Bars, first: str, last: str | None = None, times: float = 100.0) -> Bars:
    """The line with some days in another unit."""
    frame = line.frame.copy()
    frame.loc[first:last, ["open", "high", "low", "close"]] *= times
    return dataclasses.replace(line, frame=frame)


@pytest.mark.parametrize("times", [100.0, 0.01, 2.1])
@pytest.mark.parametrize("fx", ["ecb", "source"])
def test_a_pair_that_leaps_into_another_unit_serves_until_then(times: float, fx: str) -> None:
    """Silence would have halved the account; seven days later the last good value is too old."""
    done = run(bent(pair("HKD=X", after=7.8), "2026-11-10", times=times), fx=fx)
    assert done.market.day(-1) == date(2026, 11, 9)
    assert "values of HKD=X that are not used because they leap: 14, first " in notes(done.market)
    assert rates(done.market, "0700.HK")[1]["2026-11-09"] == pytest.approx(1 / 7.8, rel=1e-3)


@pytest.mark.parametrize("fx", ["ecb", "source"])
def test_a_pair_that_leaps_for_days_alone_is_passed_over(fx: str) -> None:
    done = run(bent(pair("HKD=X", after=7.8), "2026-11-10", "2026-11-11"), fx=fx)
    assert done.market.day(-1) == LAST
    before, valued = rates(done.market, "0700.HK")
    assert before["2026-11-11"] == valued["2026-11-12"] == before["2026-11-13"] == 1 / 7.8
    assert "leap: 2, first 780 on 2026-11-10 after 7.8" in notes(done.market)


def test_a_pair_that_falls_by_less_than_half_is_believed() -> None:
    done = run(bent(pair("HKD=X", after=7.8), "2026-11-10", times=1.9))
    assert done.market.day(-1) == LAST
    assert rates(done.market, "0700.HK")[1]["2026-11-12"] == pytest.approx(1 / 7.8 / 1.9)


def test_a_pair_that_ends_before_the_prices_ends_the_run() -> None:
    done = run(pair("HKD=X", after=7.8, last=date(2026, 11, 13)))
    assert done.market.day(-1) == date(2026, 11, 13)
    assert "the run ends on 2026-11-13, where the rates of HKD in USD end" in notes(done.market)
    assert run(pair("HKD=X", after=7.8, last=date(2026, 11, 20))).market.day(-1) == LAST


def test_of_two_pairs_that_contradict_the_usual_one_serves_and_is_named() -> None:
    done = run(pair("HKD=X", after=7.8), pair("EURUSD=X", after=1.12), pair("EUR=X", after=2.0),
               currency="EUR")  # fmt: skip
    assert rates(done.market, "SPY")[1]["2026-11-27"] == pytest.approx(1 / 1.12)
    assert "from 2026-11-02 on EURUSD=X of the source" in notes(done.market)


@pytest.mark.parametrize("other", ["EUR=X", "USDEUR=X"])
def test_where_the_usual_pair_is_refused_another_one_serves_and_both_are_said(other: str) -> None:
    wrong = pair("EURUSD=X", 1.3, after=1.12)
    right = dataclasses.replace(pair("EUR=X", after=0.9), ticker=other)
    done = run(pair("HKD=X", after=7.8), wrong, right, currency="EUR")
    assert done.market.day(-1) == LAST
    assert rates(done.market, "SPY")[1]["2026-11-27"] == pytest.approx(0.9)
    assert f"from 2026-11-02 on {other} of the source" in notes(done.market)
    assert "EURUSD=X of the source is not used: it is 23.1 % off" in notes(done.market)
    alone = run(pair("HKD=X", after=7.8), wrong, currency="EUR")
    assert alone.market.day(-1) == FIXED
    assert "EURUSD=X of the source is not used: it is 23.1 % off" in notes(alone.market)


def test_what_leaps_over_a_hole_is_used_and_said() -> None:
    line = bent(pair("HKD=X", after=7.8), "2026-11-17", times=10.0)
    frame = line.frame.drop(line.frame.loc["2026-11-09":"2026-11-16"].index)
    fixings = EcbRates({"HKD=X": dataclasses.replace(line, frame=frame)}).fixings("HKD", "USD")
    assert fixings.rates[-1] == pytest.approx(1 / 78)
    assert (
        "values of HKD=X that leap over more than a week, and are used: 1, first 78 on"
        in (fixings.notes[0])
    )


def test_fixings_of_the_store_that_are_older_than_the_package_change_their_days_alone() -> None:
    days = weekdays(date(2026, 6, 1), date(2026, 7, 31))
    old = [
        bars(f"{currency}=ECB", days, rate, Priced.LEVEL)
        for currency, rate in (("USD", 1.5), ("HKD", 12.0))
    ]
    done = run(*old)
    assert done.market.day(-1) == FIXED
    _, valued = rates(done.market, "0700.HK")
    assert valued["2026-07-31"] == 0.125
    packaged = EcbRates().fixings("HKD", "USD").until(np.array(["2026-08-03"], "datetime64[D]"))
    assert valued["2026-08-03"] == packaged[0]


# --- what is read ------------------------------------------------------------------------------


def test_nothing_is_read_besides_where_the_packaged_fixings_reach() -> None:
    source = Lines((stock("SPY", FIXED), stock("0700.HK", FIXED), pair("HKD=X")))
    read = source.load([])
    lines = Snapshot({"SPY": source.lines["SPY"]})
    assert with_rates(source, lines, {"USD", "HKD"}) is lines
    assert with_rates(source, Snapshot({"SPY": stock("SPY")}), {"USD"}).bars.keys() == {"SPY"}
    assert with_rates(source, Snapshot({"SPY": stock("SPY")}), {"USD", "SAR"}).bars.keys() == {
        "SPY"
    }
    early = with_rates(source, Snapshot({"SPY": stock("SPY")}), {"USD", "HKD"}, FIXED)
    assert early.bars.keys() == {"SPY"}
    assert (source.asked, len(read)) == ([[]], 0)


class Failing(Lines):
    """A source whose pair cannot be read."""

    def load(self, assets: object, facts: object = ()) -> Snapshot:
        read = super().load(assets, facts)  # type: ignore[arg-type]
        if "HKD=X" in self.asked[-1]:
            raise BrokenData("HKD=X: nobody knows")
        return read


def test_a_pair_that_cannot_be_read_is_warned_of_and_the_run_ends_with_the_fixings() -> None:
    settings = Settings(start="2026-06-01", engine="kernel")  # type: ignore[arg-type]
    with pytest.warns(UserWarning, match="exchange rates, HKD=X: nobody knows"):
        done = run_strategy(BOTH, Failing(STOCKS), settings)
    assert done.market.day(-1) == FIXED


# --- what has no fixing ------------------------------------------------------------------------


def taiwan() -> tuple[Fixed, tuple[Bars, ...]]:
    venue = dataclasses.replace(HONG_KONG, currency="TWD")
    line = Asset("0700.HK", venue=venue)
    return Fixed(mix=((0.5, "SPY"), (0.5, line)), schedule=at_start), STOCKS  # type: ignore[arg-type]


def test_a_line_in_taiwan_dollars_goes_by_the_pair_or_is_refused_with_the_file() -> None:
    strategy, lines = taiwan()
    with pytest.raises(
        UnknownName, match=r"called 'TWD'\. 0700\.HK is priced in it: bring .* as TWD=X\.csv"
    ):
        run(strategy=strategy, lines=lines)
    twd = pair("TWD=X", after=32.0)
    done = run(twd, strategy=strategy, lines=lines)
    before, valued = rates(done.market, "0700.HK")
    assert before["2026-06-02"] == valued["2026-06-02"] == 1 / 32
    assert done.market.day(-1) == LAST
    assert "TWD=X of the source, as TWD has no fixings to check" in notes(done.market)
    euros = run(twd, pair("EURUSD=X", after=1.25), strategy=strategy, lines=lines, currency="EUR")
    assert rates(euros.market, "0700.HK")[1]["2026-11-27"] == pytest.approx(1 / 32 / 1.25)


def test_lines_of_one_currency_need_no_rate_of_it() -> None:
    lines = (stock("2330.TW"), stock("SPY"))
    alone = Fixed(mix=((0.5, "2330.TW"),), schedule=at_start)
    assert run(strategy=alone, lines=lines[:1], currency="TWD").market.day(-1) == LAST
    both = Fixed(mix=((0.5, "2330.TW"), (0.5, "SPY")), schedule=at_start)
    with pytest.raises(UnknownName, match="no currency called 'TWD'"):
        run(strategy=both, lines=lines, currency="TWD")


@pytest.mark.parametrize(("currency", "peg"), [("SAR", 3.75), ("AED", 3.6725), ("QAR", 3.64)])
def test_a_peg_is_a_dated_row_and_does_not_end(currency: str, peg: float) -> None:
    days = np.array(["1999-01-05", "2026-11-27", "2031-01-02"], dtype="datetime64[D]")[1:]
    assert EcbRates().fixings(currency, "USD").until(days).tolist() == [1 / peg] * 2
    friday = np.array(["2026-10-30"], dtype="datetime64[D]")
    in_euros = EcbRates().fixings(currency, "EUR").until(friday)
    assert in_euros == pytest.approx([1 / (1.1172 * peg)], rel=1e-12)
    done = run(pair("HKD=X", after=7.8), currency=currency)
    assert done.market.day(-1) == LAST
    assert rates(done.market, "SPY")[1]["2026-11-27"] == peg


@pytest.mark.parametrize(
    ("currency", "last", "why"),
    [("HRK", "2022-12-30", "Croatia has the euro"), ("BGN", "2025-12-31", "Bulgaria has the euro"),
     ("RUB", "2022-03-01", "suspended")],
)  # fmt: skip
def test_a_currency_that_ended_says_when(currency: str, last: str, why: str) -> None:
    hint = (
        r"RUB=X\.csv would do" if currency == "RUB" else f"another currency than {currency}, or an"
    )
    with pytest.raises(
        MissingData, match=rf"end on {last}, and the run starts on 2026-06-01.*{why}.*{hint}"
    ):
        run(currency=currency)
    old = tuple(stock(ticker, first=date(2021, 6, 1)) for ticker in ("SPY", "0700.HK"))
    settings = Settings(start="2021-06-01", engine="kernel", currency=currency)  # type: ignore[arg-type]
    market = run_strategy(BOTH, Lines(old), settings).market
    assert str(market.day(-1)) == last
    assert f"the last fixing of {currency} is of {last}" in notes(market)
