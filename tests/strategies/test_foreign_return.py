"""The rule of foreign-return, in views made by hand and on prices."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backtests.runner.inputs import load_bars, prepare
from backtests.settings import Settings
from markets.folder.source import FolderSource
from markets.sample.source import SampleSource
from markets.views.recorder import Recorder
from newsfolio import MissingData, View
from strategies.foreign_return import EPOCH, KWEB_SHARES, TWICE_LISTED, ForeignReturn, Signal
from tests.support.strategy_views import NAN, WrittenHistory, targets, view_of, weekdays

HALF = {"KWEB": 0.5, "QQQ": 0.5}
MORE = {"KWEB": pytest.approx(0.7), "QQQ": pytest.approx(0.3)}
WEEKS = 130


def traded(jumps: Mapping[int, float], line: str = "BABA") -> WrittenHistory:
    """Value in New York and Hong Kong, alike but for a wiggle; `jumps` multiply weeks ago."""
    index = weekdays(WEEKS * 5)
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
    return WrittenHistory(closes=closes, values=values)


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
    weights = strategy.weights(view_of(traded({ago: math.exp(10)}), strategy))
    assert weights == (MORE if more else HALF)


def test_the_z_is_the_mean_of_the_three_companies() -> None:
    """One jump of e to the tenth among 52 equal weeks: z = 51 / sqrt(52) = 7.0725, less wiggle."""
    history = traded({0: math.exp(10)})
    flat = history.values.copy()
    flat[list(TWICE_LISTED)] = flat[list(TWICE_LISTED)].clip(1.0, 1.0)
    flat.iloc[-5:, 0] = math.exp(10)
    for line in ("JD", "BIDU"):
        flat[line] = history.values[line]
    history.values = flat
    logs = np.where(np.arange(WEEKS)[-52:] % 2, math.log(1.1), -math.log(1.1))
    calm = (logs[-1] - logs.mean()) / logs.std(ddof=1)
    shown = ForeignReturn().explain(view_of(history, ForeignReturn()))
    assert shown["z"].iloc[-1] == pytest.approx((51 / math.sqrt(52) + 2 * calm) / 3)
    assert shown["counts"].iloc[-1] == "yes"
    assert shown["week to"].iloc[-1] == "2025-09-28"


def test_holidays_in_hong_kong_are_no_interest_abroad() -> None:
    history = traded({})
    for home in TWICE_LISTED.values():
        history.values.loc[history.values.index[-4:], home] = NAN
    calm = ForeignReturn().explain(view_of(traded({}), ForeignReturn()))["z"]
    assert ForeignReturn().explain(view_of(history, ForeignReturn()))["z"].tolist() == calm.tolist()


def test_the_week_ends_when_new_york_closes() -> None:
    """On a Friday with New York closed, Thursday's five sessions are the week's."""
    history = traded({})
    history.closes.loc[history.closes.index[-6], "KWEB"] = NAN  # Friday of the week before
    history.values.iloc[-6, 0] = 1e9
    z = ForeignReturn(threshold=4.0).explain(view_of(history, ForeignReturn(threshold=4.0)))["z"]
    assert z.iloc[-2] < 1.1
    history.closes.loc[history.closes.index[-6], "KWEB"] = 100.0
    assert ForeignReturn().explain(view_of(history, ForeignReturn()))["z"].iloc[-2] > 1.6


@pytest.mark.parametrize("weeks", [0, 39])
def test_too_short_a_past_is_half_and_half(weeks: int) -> None:
    history = traded({0: math.exp(10)})
    history.values.iloc[: (WEEKS - weeks) * 5] = NAN
    assert ForeignReturn().weights(view_of(history, ForeignReturn())) == HALF


def test_forty_known_weeks_are_enough_and_no_trade_is_unknown() -> None:
    history = traded({0: math.exp(10)})
    history.values.iloc[: (WEEKS - 40) * 5] = 0.0
    assert ForeignReturn().weights(view_of(history, ForeignReturn())) == MORE


def test_the_shuffle_takes_each_score_of_the_year_before_once() -> None:
    strategy = ForeignReturn(shuffled=True)
    first = 52 * 7 * 2030 - EPOCH  # a Sunday that begins a year of 52 weeks, in days since 1970
    assert date.fromordinal(first + EPOCH).weekday() == 6
    weeks = [first + 7 * n for n in range(52)]
    sources = [strategy._source(week) for week in weeks]
    before = [first - 7 * (52 - n) for n in range(52)]
    assert sorted(sources) == before
    assert sources != before
    assert sources == [ForeignReturn(shuffled=True)._source(week) for week in weeks]
    assert sources != [ForeignReturn(shuffled=True, seed=2)._source(week) for week in weeks]


@pytest.mark.parametrize("day", ["2025-03-28", "2025-08-29"])
def test_the_premium_is_the_z_of_the_view(day: str) -> None:
    """Nearly: the view's levels follow the Hong Kong dollar on weekdays without a bar as well."""
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


def shares(*numbers: float, published: str = "2025-09-22") -> pd.DataFrame:
    """A number a week, known on Mondays, the last on `published`."""
    index = pd.date_range(end=published, periods=len(numbers), freq="7D")
    return pd.DataFrame({"known": index.astype("datetime64[s]"), "shares": numbers})


@pytest.mark.parametrize(
    ("published", "more"),
    [("2025-09-22", True), ("2025-09-25", True), ("2025-09-26", False), ("2025-09-01", True),
     ("2025-08-25", False)],
)  # fmt: skip
def test_shares_count_from_the_session_after_their_day(published: str, more: bool) -> None:
    """100 for long, then 150: the week in which it can be known, and three more."""
    strategy = ForeignReturn(signal=Signal.SHARES, threshold=2.0)
    history = traded({})
    history.tables["kweb_shares"] = shares(*[100.0, 101.0] * 40, 150.0, published=published)
    assert strategy.weights(view_of(history, strategy)) == (MORE if more else HALF)


def test_shares_that_nobody_knows_are_half_and_half() -> None:
    strategy = ForeignReturn(signal=Signal.SHARES)
    for numbers in ((), (NAN,) * 60, (0.0,) * 60, (100.0,) * 100):
        history = traded({})
        history.tables["kweb_shares"] = shares(*numbers)
        assert strategy.weights(view_of(history, strategy)) == HALF


def test_only_the_signal_that_is_asked_for_is_looked_at() -> None:
    assert ForeignReturn().facts == ()
    assert ForeignReturn(signal=Signal.SHARES).facts == (KWEB_SHARES,)
    assert len(ForeignReturn(signal=Signal.SHARES).universe) == 2
    assert set(ForeignReturn().universe[2].tickers) == {*TWICE_LISTED, *TWICE_LISTED.values()}


def test_the_watched_lines_are_never_held() -> None:
    for signal in Signal:
        weights = targets(ForeignReturn(signal=signal), SampleSource(), "2023-01-03", "2025-09-30")
        assert {line for held in weights.values() for line in held} == {"KWEB", "QQQ"}
        assert {round(held["KWEB"], 9) for held in weights.values()} == {0.5, 0.7}


def test_without_a_file_of_shares_the_run_says_what_it_needs(prices: Path) -> None:
    strategy = ForeignReturn(signal=Signal.SHARES)
    with pytest.raises(MissingData, match=r"kweb_shares.*\n.*known, shares.*--facts"):
        targets(strategy, FolderSource(prices), "2024-01-02", "2025-03-31")
