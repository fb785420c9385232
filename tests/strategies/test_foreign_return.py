"""The rules of T8 to T11: breadth, the chase, foreigners, the watch, in views made by hand."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from random import Random

import numpy as np
import pandas as pd
import pytest

from backtests.engines import kernel
from backtests.runner.inputs import cost_model, load_bars, prepare
from backtests.settings import Settings
from backtests.simulation.desk import Desk
from markets.folder.source import FolderSource
from markets.sample.source import SampleSource
from markets.snapshot import Source
from markets.views.recorder import Recorder
from newsfolio import MissingData, Strategy, View
from newsfolio.library import Form
from strategies.breadth import AUTOS, BIOTECH, CHIPS, MAINLAND_AI, PLATFORMS, STOCKS, Breadth, Picks
from strategies.correction_watch import CorrectionWatch, Exposure, TenMonthRule
from strategies.foreign_return import KWEB_SHARES, TWICE_LISTED, ForeignReturn, Signal
from strategies.momentum_chase import MomentumChase, Stake
from tests.support.histories import Prescribed

NAN = math.nan
HALF = {"KWEB": 0.5, "QQQ": 0.5}
MORE = {"KWEB": pytest.approx(0.7), "QQQ": pytest.approx(0.3)}


@dataclasses.dataclass
class Told(Prescribed):
    """A history that answers what it was told."""

    momenta: Mapping[str, float] = dataclasses.field(default_factory=dict)
    closes: pd.DataFrame = dataclasses.field(default_factory=pd.DataFrame)
    values: pd.DataFrame = dataclasses.field(default_factory=pd.DataFrame)
    traded: Mapping[str, float] = dataclasses.field(default_factory=dict)
    mean: float = NAN
    now: float = NAN
    shares: pd.DataFrame = dataclasses.field(default_factory=pd.DataFrame)
    asked: list[tuple[str, int]] = dataclasses.field(default_factory=list)

    def momentum(self, ticker: str, lookback: int, skip: int) -> float:
        self.asked.append(("momentum", lookback))
        return self.momenta[ticker]

    def level(self, ticker: str) -> float:
        return self.now

    def moving_average(self, ticker: str, lookback: int) -> float:
        self.asked.append(("average", lookback))
        return self.mean

    def traded_value(self, ticker: str, bars: int) -> float:
        return self.traded[ticker]

    def frame(self) -> pd.DataFrame:
        return self.closes

    def turnover(self) -> pd.DataFrame:
        return self.values

    def facts(self, name: str) -> pd.DataFrame:
        assert name == "kweb_shares"
        return self.shares


def view(told: Told, strategy: Strategy, without: tuple[str, ...] = ()) -> View:
    lines: list[str] = []
    for part in strategy.universe:
        lines += [part] if isinstance(part, str) else part.tickers
    today = told.closes.index[-1].date() if len(told.closes) else date(2025, 9, 30)
    usable = frozenset(lines) - set(without)
    return View(today, tuple(lines), usable, None, dict.fromkeys(lines, 0.0), told)  # type: ignore[arg-type]


def held_of(weights: Mapping[str, float] | None) -> dict[str, float]:
    assert weights is not None
    return {line: weight for line, weight in weights.items() if weight}


def days(count: int, end: str = "2025-09-26") -> pd.DatetimeIndex:
    """Weekdays up to a Friday."""
    return pd.bdate_range(end=end, periods=count)


# T8


def sleeves_gain(*gains: float) -> Told:
    return Told(
        {line: gain for one, gain in zip(STOCKS, gains, strict=True) for line in one.tickers}
    )


@pytest.mark.parametrize(
    ("gains", "top", "held"),
    [
        ((0.1, 0.5, 0.3, -0.2, 0.2), 1, (CHIPS,)),
        ((0.1, 0.5, 0.3, -0.2, 0.2), 3, (CHIPS, BIOTECH, AUTOS)),
        ((-0.3, -0.5, -0.3, -0.4, -0.6), 1, (PLATFORMS,)),  # a tie: first in the list
        ((NAN, -0.5, NAN, NAN, NAN), 2, (CHIPS,)),
        ((NAN,) * 5, 2, STOCKS),
    ],
)
def test_the_leading_sleeves_are_held_in_equal_parts(
    gains: tuple[float, ...], top: int, held: tuple[object, ...]
) -> None:
    strategy = Breadth(top=top, lookback=63)
    told = sleeves_gain(*gains)
    weights = strategy.weights(view(told, strategy))
    expected = {
        line: pytest.approx(1 / len(held) / len(one.tickers))
        for one in STOCKS
        if one in held
        for line in one.tickers
    }
    assert held_of(weights) == expected
    assert set(told.asked) == {("momentum", 63)}


def test_a_sleeve_is_ranked_by_the_mean_of_its_lines() -> None:
    strategy = Breadth(top=1)
    told = sleeves_gain(0.1, 0.0, 0.2, 0.0, 0.0)
    told.momenta = {**told.momenta, "0981.HK": 0.7, "688256.SS": NAN, "1347.HK": 0.0}
    assert set(held_of(strategy.weights(view(told, strategy)))) == set(CHIPS.tickers)  # 0.35
    told.momenta = {**told.momenta, "1347.HK": -0.4}
    assert set(held_of(strategy.weights(view(told, strategy)))) == set(BIOTECH.tickers)


def test_a_sleeve_that_cannot_be_held_leaves_its_place_to_the_next() -> None:
    strategy = Breadth(top=1)
    told = sleeves_gain(0.1, 0.5, 0.3, -0.2, 0.2)
    weights = strategy.weights(view(told, strategy, without=CHIPS.tickers))
    assert set(held_of(weights)) == set(BIOTECH.tickers)
    weights = strategy.weights(view(told, strategy, without=CHIPS.tickers[1:]))
    assert set(held_of(weights)) == set(CHIPS.tickers)


def test_the_funds_stand_for_three_of_the_sleeves() -> None:
    strategy = Breadth(form=Form.FUNDS, top=3)
    told = Told(dict.fromkeys(Breadth.pool, 0.0) | {"KWEB": 0.3, "3069.HK": 0.2, "512930.SS": 0.1})
    assert strategy.weights(view(told, strategy)) == dict.fromkeys(
        ("KWEB", "3069.HK", "512930.SS"), pytest.approx(1 / 3)
    )


def test_ten_traded_names_stand_for_five_sleeves() -> None:
    strategy = Breadth(picks=Picks.MOST_TRADED, top=2)
    (candidates,) = strategy.universe
    sizes = {line: 100.0 - n for n, line in enumerate(candidates.tickers)}
    gains = {line: n / 100 for n, line in enumerate(candidates.tickers)}
    told = Told(gains, traded=sizes)
    held = held_of(strategy.weights(view(told, strategy)))
    assert held == dict.fromkeys(candidates.tickers[6:10], 0.25)  # the best four of the first ten


def test_a_deal_by_lot_has_the_sizes_of_the_sleeves() -> None:
    lot = Random(3)
    deals = [Breadth(top=1).drawn(lot) for _ in range(100)]
    for deal in deals:
        assert isinstance(deal, Breadth)
        assert deal.top == 1
        assert [len(one.tickers) for one in deal.universe] == [4, 3, 4, 4, 4]
        assert len({line for one in deal.universe for line in one.tickers}) == 19
    assert len({one.universe for one in deals if one is not None}) > 90
    assert {line for one in deals for part in one.universe for line in part.tickers} == set(  # type: ignore[union-attr]
        Breadth.pool
    )
    assert Breadth(form=Form.FUNDS).drawn(lot) is None


def moving(*columns: np.ndarray) -> Told:
    """Closes in which every line of a sleeve makes the same 5-session moves."""
    paths = [np.cumprod(1 + column) for column in columns]
    lines = {line: path for one, path in zip(STOCKS, paths, strict=True) for line in one.tickers}
    told = sleeves_gain(0.1, 0.5, 0.3, -0.2, 0.2)
    told.closes = pd.DataFrame(lines, index=days(len(paths[0])))
    return told


def bets(told: Told) -> tuple[str, float]:
    table = Breadth().explain(view(told, Breadth()))
    assert list(table.columns) == ["sleeve", "momentum", "chosen"]
    return table.iloc[-1]["sleeve"], table.iloc[-1]["momentum"]


def test_as_one_the_sleeves_are_one_bet_and_in_two_camps_two() -> None:
    """In camps of two and three the eigenvalues are 2 and 3 of 5: exp(-.4 ln .4 - .6 ln .6)."""
    lot = np.random.default_rng(1)
    one, other = lot.normal(0, 0.01, (2, 600))
    assert bets(moving(one, one, one, one, one))[1] == pytest.approx(1.0, abs=1e-6)
    # a second camp that does not go with the first: what both share is taken out
    first = pd.Series(np.cumprod(1 + one)).pct_change(5).iloc[-250:]
    second = pd.Series(np.cumprod(1 + other)).pct_change(5).iloc[-250:]
    r = first.corr(second)
    # a 2 + 3 block matrix of ones with r between the camps has two eigenvalues, of sum 5
    gap = math.sqrt(1 + 4 * 6 * r * r)
    shares = np.array([(5 + gap) / 10, (5 - gap) / 10])
    expected = math.exp(-(shares * np.log(shares)).sum())
    name, found = bets(moving(one, one, other, other, other))
    assert name == "effective number of bets, 250 sessions"
    assert found == pytest.approx(expected, abs=1e-6)
    assert 1.9 < found < 1.97


def test_unrelated_sleeves_are_nearly_five_bets_and_a_short_past_is_none() -> None:
    moves = np.random.default_rng(2).normal(0, 0.01, (5, 400))
    assert 4.2 < bets(moving(*moves))[1] < 5
    name, found = bets(moving(*moves[:, :40]))
    assert name == "effective number of bets, 35 sessions"
    assert math.isnan(found)
    assert math.isnan(bets(moving(*np.zeros((5, 400))))[1])  # nothing moved


def test_the_decision_is_explained_sleeve_by_sleeve() -> None:
    table = Breadth().explain(view(moving(*np.zeros((5, 100))), Breadth()))
    assert table["momentum"].tolist()[:5] == pytest.approx([0.1, 0.5, 0.3, -0.2, 0.2])
    assert table["chosen"].tolist() == ["", "yes", "yes", "", "", ""]


# T9


@pytest.mark.parametrize(
    ("gain", "now", "mean", "held"),
    [
        (0.1, 101.0, 100.0, "KWEB"),
        (0.1, 99.0, 100.0, "BIL"),
        (-0.1, 101.0, 100.0, "BIL"),
        (0.0, 101.0, 100.0, "BIL"),
        (0.1, 100.0, 100.0, "BIL"),
        (NAN, 101.0, 100.0, "BIL"),
        (0.1, 101.0, NAN, "BIL"),
    ],
)
def test_the_chase_needs_a_gain_and_a_level_above_the_mean(
    gain: float, now: float, mean: float, held: str
) -> None:
    strategy = MomentumChase(lookback=63, average=100)
    told = Told({"KWEB": gain}, now=now, mean=mean)
    assert strategy.weights(view(told, strategy)) == {held: 1.0}
    assert set(told.asked) <= {("momentum", 63), ("average", 100)}


def test_another_line_is_chased_and_measured_against_itself() -> None:
    strategy = MomentumChase(line="0700.HK")
    told = Told({"0700.HK": 0.1}, now=2.0, mean=1.0)
    assert strategy.weights(view(told, strategy)) == {"0700.HK": 1.0}
    assert strategy.benchmark == "0700.HK"
    assert "always 0700.HK" in strategy.controls()


def test_the_same_volatility_by_hand() -> None:
    """A loop over the weeks: in from the session after a Friday on which both conditions held."""
    lot = np.random.default_rng(4)
    level = np.cumprod(1 + lot.normal(0.0005, 0.02, 300))
    closes = pd.DataFrame({"KWEB": level, "BIL": 1.0}, index=days(300))
    inside, rule, line = NAN, [], []
    for place in range(1, 300):
        move = level[place] / level[place - 1] - 1
        if not math.isnan(inside):
            rule.append(inside * move)
            line.append(move)
        if closes.index[place].weekday() == 4 and place >= 49:
            above = level[place] > level[place - 49 : place + 1].mean()
            inside = float(above and level[place] > level[place - 20])
    expected = np.std(rule, ddof=1) / np.std(line, ddof=1)
    assert 0.3 < expected < 0.95
    strategy = MomentumChase(lookback=20, average=50, stake=Stake.SAME_VOLATILITY)
    weights = strategy.weights(view(Told(closes=closes), strategy))
    assert weights == {"KWEB": pytest.approx(expected), "BIL": pytest.approx(1 - expected)}


def test_the_same_volatility_is_bills_while_nothing_is_known() -> None:
    closes = pd.DataFrame({"KWEB": 100.0, "BIL": 1.0}, index=days(150))
    strategy = MomentumChase(stake=Stake.SAME_VOLATILITY)
    assert held_of(strategy.weights(view(Told(closes=closes), strategy))) == {"BIL": 1.0}


# T10

WEEKS = 130


def traded(jumps: Mapping[int, float], line: str = "BABA") -> Told:
    """Value in New York and Hong Kong, alike but for a wiggle; `jumps` multiply weeks ago."""
    index = days(WEEKS * 5)
    wiggle = np.repeat(np.where(np.arange(WEEKS) % 2, 1.1, 1 / 1.1), 5)
    values = pd.DataFrame(
        1.0, index=index, columns=[x for pair in TWICE_LISTED.items() for x in pair]
    )
    for abroad in TWICE_LISTED:
        values[abroad] = wiggle
    for ago, factor in jumps.items():
        week = slice(len(index) - 5 * (ago + 1), len(index) - 5 * ago)
        values.iloc[week, list(values.columns).index(line)] *= factor
    closes = pd.DataFrame(100.0, index=index, columns=["KWEB", "QQQ", *values.columns])
    return Told(closes=closes, values=values)


@pytest.mark.parametrize(
    ("ago", "hold", "lag", "more"),
    [
        (0, 4, 0, True),
        (3, 4, 0, True),
        (4, 4, 0, False),
        (4, 12, 0, True),
        (11, 12, 0, True),
        (12, 12, 0, False),
        (0, 4, 26, False),
        (26, 4, 26, True),
        (29, 4, 26, True),
        (30, 4, 26, False),
    ],
)
def test_a_week_of_interest_counts_for_as_long_as_asked(
    ago: int, hold: int, lag: int, more: bool
) -> None:
    """The wiggle is z of 1 or -1, one jump 51 / sqrt(52): the mean of three is 1.7 or more."""
    strategy = ForeignReturn(threshold=1.5, hold=hold, lag=lag)
    weights = strategy.weights(view(traded({ago: math.exp(10)}), strategy))
    assert weights == (MORE if more else HALF)


def test_the_z_is_the_mean_of_the_three_companies() -> None:
    """One jump of e to the tenth among 52 equal weeks: z = 51 / sqrt(52) = 7.0725, less wiggle."""
    told = traded({0: math.exp(10)})
    flat = told.values.copy()
    flat[list(TWICE_LISTED)] = flat[list(TWICE_LISTED)].clip(1.0, 1.0)
    flat.iloc[-5:, 0] = math.exp(10)
    for line in ("JD", "BIDU"):
        flat[line] = told.values[line]
    told.values = flat
    logs = np.where(np.arange(WEEKS)[-52:] % 2, math.log(1.1), -math.log(1.1))
    calm = (logs[-1] - logs.mean()) / logs.std(ddof=1)
    shown = ForeignReturn().explain(view(told, ForeignReturn()))
    assert shown["z"].iloc[-1] == pytest.approx((51 / math.sqrt(52) + 2 * calm) / 3)
    assert shown["counts"].iloc[-1] == "yes"
    assert shown["week to"].iloc[-1] == "2025-09-28"


def test_holidays_in_hong_kong_are_no_interest_abroad() -> None:
    told = traded({})
    for home in TWICE_LISTED.values():
        told.values.loc[told.values.index[-4:], home] = NAN
    calm = ForeignReturn().explain(view(traded({}), ForeignReturn()))["z"]
    assert ForeignReturn().explain(view(told, ForeignReturn()))["z"].tolist() == calm.tolist()


def test_the_week_ends_when_new_york_closes() -> None:
    """On a Friday with New York closed, Thursday's five sessions are the week's."""
    told = traded({})
    told.closes.loc[told.closes.index[-6], "KWEB"] = NAN  # Friday of the week before
    told.values.iloc[-6, 0] = 1e9
    z = ForeignReturn(threshold=4.0).explain(view(told, ForeignReturn(threshold=4.0)))["z"]
    assert z.iloc[-2] < 1.1
    told.closes.loc[told.closes.index[-6], "KWEB"] = 100.0
    assert ForeignReturn().explain(view(told, ForeignReturn()))["z"].iloc[-2] > 1.6


@pytest.mark.parametrize("weeks", [0, 39])
def test_too_short_a_past_is_half_and_half(weeks: int) -> None:
    told = traded({0: math.exp(10)})
    told.values.iloc[: (WEEKS - weeks) * 5] = NAN
    assert ForeignReturn().weights(view(told, ForeignReturn())) == HALF


def test_forty_known_weeks_are_enough_and_no_trade_is_unknown() -> None:
    told = traded({0: math.exp(10)})
    told.values.iloc[: (WEEKS - 40) * 5] = 0.0
    assert ForeignReturn().weights(view(told, ForeignReturn())) == MORE


def test_the_shuffle_takes_each_score_of_the_year_before_once() -> None:
    strategy = ForeignReturn(shuffled=True)
    first = pd.Timestamp.fromordinal(52 * 7 * 2030)  # a Sunday that begins a year of 52 weeks
    assert first.weekday() == 6
    weeks = [first + pd.Timedelta(weeks=n) for n in range(52)]
    sources = [strategy._source(week) for week in weeks]
    before = [first - pd.Timedelta(weeks=52 - n) for n in range(52)]
    assert sorted(sources) == before
    assert sources != before
    assert sources == [ForeignReturn(shuffled=True)._source(week) for week in weeks]
    assert sources != [ForeignReturn(shuffled=True, seed=2)._source(week) for week in weeks]


@pytest.mark.parametrize("day", ["2025-03-28", "2025-08-29"])
def test_the_premium_is_the_z_of_the_view(day: str) -> None:
    """Nearly: the view's levels follow the Hong Kong dollar on days without a bar as well."""
    strategy = ForeignReturn(signal=Signal.PREMIUM)
    settings = Settings(start=date(2025, 1, 2), end=date.fromisoformat(day))
    market = prepare(strategy, load_bars(strategy, SampleSource(), settings), settings)
    recorder = Recorder(market)
    recorder.write(market, len(market.sessions) - 1)
    lines = market.universe
    now = View(settings.end or date.max, lines, frozenset(lines), None, {}, recorder)
    expected = now.zscore("BABA", "9988.HK", 252)
    assert abs(expected) > 1
    assert strategy.explain(now)["z"].iloc[-1] == pytest.approx(expected, abs=2e-3)
    assert [line for line in lines if line not in HALF] == ["BABA", "9988.HK"]


def shares(*numbers: float, known: str = "2025-09-22") -> pd.DataFrame:
    """A number a week, known on Mondays, the last on `known`."""
    index = pd.date_range(end=known, periods=len(numbers), freq="7D")
    return pd.DataFrame({"known": index.astype("datetime64[s]"), "shares": numbers})


@pytest.mark.parametrize(
    ("known", "more"),
    [("2025-09-22", True), ("2025-09-25", True), ("2025-09-26", False), ("2025-09-01", True),
     ("2025-08-25", False)],
)  # fmt: skip
def test_shares_count_from_the_session_after_their_day(known: str, more: bool) -> None:
    """100 for long, then 150: the week in which it can be known, and three more."""
    strategy = ForeignReturn(signal=Signal.SHARES, threshold=2.0)
    told = traded({})
    told.shares = shares(*[100.0, 101.0] * 40, 150.0, known=known)
    assert strategy.weights(view(told, strategy)) == (MORE if more else HALF)


def test_shares_that_nobody_knows_are_half_and_half() -> None:
    strategy = ForeignReturn(signal=Signal.SHARES)
    for numbers in ((), (NAN,) * 60, (0.0,) * 60, (100.0,) * 100):
        told = traded({})
        told.shares = shares(*numbers)
        assert strategy.weights(view(told, strategy)) == HALF


def test_only_the_signal_that_is_asked_for_is_looked_at() -> None:
    assert ForeignReturn().facts == ()
    assert ForeignReturn(signal=Signal.SHARES).facts == (KWEB_SHARES,)
    assert len(ForeignReturn(signal=Signal.SHARES).universe) == 2
    assert set(ForeignReturn().universe[2].tickers) == {*TWICE_LISTED, *TWICE_LISTED.values()}


# T11


def path(*moves: float) -> Told:
    level = 100 * np.cumprod(1 + np.array(moves))
    return Told(closes=pd.DataFrame({"QQQ": level, "BIL": 1.0}, index=days(len(moves))))


CALM = [0.012, -0.01] * 200
"""Rises by a tenth of a percent a session."""


@pytest.mark.parametrize(
    ("moves", "signs"),
    [
        (CALM, ["", "", ""]),
        # a quiet fall below the mean of 100
        ([*CALM, *[-0.005] * 20], ["yes", "", "yes"]),
        # a wild stretch that ends higher than it began
        ([*CALM, *[0.06, -0.05] * 10], ["", "yes", ""]),
        ([*CALM, *[0.05, -0.07] * 10], ["yes", "yes", "yes"]),
        # wilder than 88 of 100 sessions of the year before, and than 77
        ([*CALM, *[0.06, -0.05] * 5, *CALM[:150], *[0.02, -0.0165] * 10], ["", "yes", ""]),
        ([*CALM, *[0.06, -0.05] * 20, *CALM[:150], *[0.02, -0.0165] * 10], ["", "", ""]),
        # down for 20 sessions from a height, still above the mean
        ([*CALM, *[0.01] * 60, *[-0.001] * 20], ["", "", "yes"]),
        (CALM[:15], ["", "", ""]),
    ],
)
def test_two_of_three_signs_cut_the_fund(moves: list[float], signs: list[str]) -> None:
    strategy = CorrectionWatch()
    seen = view(path(*moves), strategy)
    assert strategy.explain(seen)["there"].tolist() == signs
    share = 0.3 if signs.count("yes") >= 2 else 1.0
    assert strategy.weights(seen) == {"QQQ": share, "BIL": pytest.approx(1 - share)}
    assert CorrectionWatch(cut=0.0).weights(seen)["QQQ"] == (0.0 if share < 1 else 1.0)


def test_the_average_exposure_is_that_of_the_weeks() -> None:
    """The rule asked on each Friday of the past, one by one."""
    told = path(*CALM[:300], *[-0.005] * 20, *CALM[:150], *[0.05, -0.07] * 10)
    closes, rule = told.closes, CorrectionWatch(cut=0.2)
    fridays = [day for day in closes.index if day.weekday() == 4]
    shares = [rule.weights(view(Told(closes=closes.loc[:day]), rule))["QQQ"] for day in fridays]
    assert {0.2, 1.0} == set(shares)
    strategy = dataclasses.replace(rule, exposure=Exposure.AVERAGE)
    weights = strategy.weights(view(told, strategy))
    assert weights["QQQ"] == pytest.approx(np.mean(shares))
    assert sum(weights.values()) == pytest.approx(1.0)


def months(*ends: float) -> Told:
    index = pd.bdate_range("2025-01-01", periods=len(ends), freq="BME")
    level = pd.Series(ends, index=index).resample("B").bfill()
    return Told(closes=pd.DataFrame({"QQQ": level, "BIL": 1.0}))


@pytest.mark.parametrize(
    ("ends", "held"),
    [
        ((*[100.0] * 9, 101.0), "QQQ"),
        ((*[100.0] * 9, 99.0), "BIL"),
        ((*[100.0] * 9, 100.0), "BIL"),
        # the eleventh month back no longer counts
        ((1000.0, *[100.0] * 9, 101.0), "QQQ"),
        ((*[100.0] * 8, 99.0), "QQQ"),
    ],
)
def test_the_ten_month_rule(ends: tuple[float, ...], held: str) -> None:
    assert TenMonthRule().weights(view(months(*ends), TenMonthRule())) == {held: 1.0}


# In the engine


def targets(
    strategy: Strategy, source: Source, start: str, end: str
) -> dict[str, dict[str, float]]:
    """What was wanted at each decision, by day."""
    settings = Settings(start=date.fromisoformat(start), end=date.fromisoformat(end))
    market = prepare(strategy, load_bars(strategy, source, settings), settings)
    played = kernel.run(Desk(strategy, market, settings, cost_model(settings)))
    return {str(market.day(one.session)): held_of(one.weights) for one in played.targets}


def test_the_watched_lines_are_never_held() -> None:
    for signal in Signal:
        found = targets(ForeignReturn(signal=signal), SampleSource(), "2023-01-03", "2025-09-30")
        assert {line for held in found.values() for line in held} == {"KWEB", "QQQ"}
        assert {round(held["KWEB"], 9) for held in found.values()} == {0.5, 0.7}


def test_without_a_file_of_shares_the_run_says_what_it_needs(prices: Path) -> None:
    strategy = ForeignReturn(signal=Signal.SHARES)
    with pytest.raises(MissingData, match=r"kweb_shares.*\n.*known, shares.*--facts"):
        targets(strategy, FolderSource(prices), "2024-01-02", "2025-03-31")


def adjusted(prices: Path, line: str) -> pd.Series:
    return pd.read_csv(prices / f"{line}.csv", index_col="Date", parse_dates=True)["Adj Close"]


def test_the_watch_on_the_fall_of_2025(prices: Path) -> None:
    """Before the article all is invested; the cut comes two weeks after it, and ends in May."""
    found = targets(CorrectionWatch(), FolderSource(prices), "2025-01-02", "2025-07-31")
    cut = [day for day, held in found.items() if held["QQQ"] < 1]
    qqq = adjusted(prices, "QQQ")
    for day in ("2025-02-21", "2025-03-14", "2025-07-25"):
        past = qqq.loc[:day]
        wild = past.pct_change().rolling(20).std().iloc[-252:]
        signs = (
            past.iloc[-1] < past.iloc[-100:].mean(),
            wild.iloc[-1] > np.quantile(wild, 0.8),
            past.iloc[-1] < past.iloc[-21],
        )
        assert (day in cut) == (sum(signs) >= 2), day
    assert "2025-02-21" not in cut
    assert "2025-03-14" in cut
    assert "2025-07-25" not in cut


def test_the_chase_on_real_prices_held_at_the_article_and_left_soon_after(prices: Path) -> None:
    found = targets(MomentumChase(), FolderSource(prices), "2025-01-02", "2026-04-30")
    kweb = adjusted(prices, "KWEB")
    for day, held in found.items():
        past = kweb.loc[:day]
        rises = past.iloc[-1] > past.iloc[-127] and past.iloc[-1] > past.iloc[-200:].mean()
        assert held == {"KWEB" if rises else "BIL": 1.0}, day
    assert found["2025-09-19"] == {"KWEB": 1.0}


def test_breadth_on_real_prices_ranks_by_the_files(prices: Path) -> None:
    """63 weekdays back, in local currency; the files of mainland AI begin in March 2025."""
    found = targets(Breadth(lookback=63), FolderSource(prices), "2025-03-31", "2025-10-30")
    assert not set(MAINLAND_AI.tickers) & set(found["2025-03-31"])
    for day in ("2025-07-31", "2025-08-29", "2025-09-30"):
        before = pd.Timestamp(day) - pd.offsets.BDay(63)
        gains = {}
        for one in STOCKS:
            closes = [
                pd.read_csv(prices / f"{line}.csv", index_col="Date", parse_dates=True)["Close"]
                for line in one.tickers
            ]
            gains[one] = np.mean([close.asof(day) / close.asof(before) - 1 for close in closes])
        first, second = sorted(STOCKS, key=lambda one: -gains[one])[:2]
        assert set(found[day]) == {*first.tickers, *second.tickers}, day
