"""The rules of house-views, ai-cycle-clock and ai-scorecard, against values by hand."""

from __future__ import annotations

import csv
import itertools
import math
import random
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from backtests.engines import kernel
from backtests.runner.inputs import cost_model, load_bars, prepare
from backtests.settings import Settings
from backtests.simulation.desk import Desk
from markets.folder.source import FolderSource
from newsfolio import Facts, Strategy, StrategyError, View
from newsfolio.library import CHINA_STOCKS, CHINA_TEN, Form
from strategies.ai_cycle_clock import CANDIDATES, CHINESE_AI, AiCycleClock
from strategies.ai_cycle_clock import Picks as ClockPicks
from strategies.ai_scorecard import AI_SCORES, COLUMNS, AiScorecard
from strategies.ai_scorecard import Picks as CardPicks
from strategies.house_views import HOUSE_VIEWS, NEUTRAL, HouseViews


class Told:
    """A history of prescribed levels, traded values and facts."""

    def __init__(
        self, close: pd.DataFrame, rows: pd.DataFrame | None, turnover: pd.DataFrame | None
    ) -> None:
        self._close, self._rows, self._turnover = close, rows, turnover

    def frame(self) -> pd.DataFrame:
        return self._close

    def turnover(self) -> pd.DataFrame:
        assert self._turnover is not None
        return self._turnover

    def facts(self, name: str) -> pd.DataFrame:
        assert self._rows is not None
        return self._rows.copy()

    def traded_value(self, ticker: str, bars: int) -> float:
        return float(self.turnover()[ticker].iloc[-bars:].median())


def view(
    close: pd.DataFrame,
    rows: pd.DataFrame | None = None,
    *,
    age: int | None = None,
    held: dict[str, float] | None = None,
    turnover: pd.DataFrame | None = None,
) -> View:
    lines = tuple(close.columns)
    history: Any = Told(close, rows, turnover)
    weights = dict.fromkeys(lines, 0.0) | (held or {})
    return View(close.index[-1].date(), lines, frozenset(lines), age, weights, history)


def table(facts: Facts, *rows: Sequence[object]) -> pd.DataFrame:
    """Rows as a view shows them."""
    frame = pd.DataFrame(list(rows), columns=list(facts.header))
    frame["known"] = pd.to_datetime(frame["known"])
    return frame.astype(dict.fromkeys(facts.columns, "float64") | dict.fromkeys(facts.text, "str"))


def sessions(count: int, end: str) -> pd.DatetimeIndex:
    return pd.bdate_range(end=end, periods=count, name="session")


# T17


def market(end: str = "2025-03-31", count: int = 600) -> pd.DataFrame:
    """Levels of the neutral portfolio's lines that share a common factor."""
    draw = np.random.default_rng(17)
    common = draw.normal(0.0003, 0.008, (count, 1))
    own = draw.normal(0, 0.009, (count, len(NEUTRAL)))
    levels = 100 * np.exp(np.cumsum(common + own, axis=0))
    return pd.DataFrame(levels, index=sessions(count, end), columns=list(NEUTRAL))


def opinion(
    asset: str = "KWEB", against: str = "SPY", size: float = 0.1, confidence: float = 0.4,
    known: str = "2025-02-17", months: float = 12,
) -> tuple[object, ...]:  # fmt: skip
    return known, "A house", asset, against, size, months, confidence


TWO = (opinion(), opinion("MCHI", "", -0.05, 0.5, months=6))


def black_litterman(
    returns: np.ndarray, picks: np.ndarray, sizes: np.ndarray, confidences: np.ndarray,
    aversion: float = 2.5, tau: float = 0.05,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """Prior and posterior means and posterior covariance, by the inverses of the 1992 paper."""
    covariance = np.cov(returns, rowvar=False, ddof=1)
    prior = aversion * covariance @ np.array(list(NEUTRAL.values()))
    uncertainty = [
        tau * (1 / trust - 1) * pick @ covariance @ pick
        for trust, pick in zip(confidences, picks, strict=True)
    ]
    sure = np.linalg.inv(tau * covariance)
    told = picks.T @ np.diag(1 / np.array(uncertainty))
    spread = np.linalg.inv(sure + told @ picks)
    return prior, spread @ (sure @ prior + told @ sizes), covariance + spread


def best_portfolio(mean: np.ndarray, covariance: np.ndarray, aversion: float) -> np.ndarray:
    """Highest mean less half the aversion times the variance, long only: every set of lines."""
    best, found = -math.inf, np.zeros(len(mean))
    for size in range(1, len(mean) + 1):
        for chosen in itertools.combinations(range(len(mean)), size):
            inside = np.ix_(chosen, chosen)
            inverse = np.linalg.inv(aversion * covariance[inside])
            price = (inverse.sum(axis=0) @ mean[list(chosen)] - 1) / inverse.sum()
            weights = inverse @ (mean[list(chosen)] - price)
            worth = weights @ mean[list(chosen)]
            worth -= aversion / 2 * weights @ covariance[inside] @ weights
            if (weights >= -1e-12).all() and worth > best:
                best, found = worth, np.zeros(len(mean))
                found[list(chosen)] = weights
    return found


def of_five_sessions(close: pd.DataFrame, lookback: int = 504) -> np.ndarray:
    rows = close.to_numpy()
    ends = np.arange(len(rows) - 1, len(rows) - 2 - lookback, -5)[::-1]
    return rows[ends[1:]] / rows[ends[:-1]] - 1


def test_the_posterior_and_the_weights_are_black_and_littermans() -> None:
    close = market()
    picks = np.zeros((2, len(NEUTRAL)))
    lines = list(NEUTRAL)
    picks[0, lines.index("KWEB")], picks[0, lines.index("SPY")] = 1, -1
    picks[1, lines.index("MCHI")] = 1
    sizes = np.array([0.1 * 5 / (12 * 21), -0.05 * 5 / (6 * 21)])
    prior, posterior, covariance = black_litterman(
        of_five_sessions(close), picks, sizes, np.array([0.4, 0.5])
    )
    explained = HouseViews().explain(view(close, table(HOUSE_VIEWS, *TWO)))
    a_year = 252 / 5
    assert explained["prior return a year"].to_numpy() == pytest.approx(prior * a_year, rel=1e-9)
    assert explained["posterior return a year"].to_numpy() == pytest.approx(
        posterior * a_year, rel=1e-9
    )
    by_hand = best_portfolio(posterior, covariance, 2.5 / 1.05)
    assert by_hand == pytest.approx(explained["weight"].to_numpy(), abs=2e-4)
    assert explained["weight"].sum() == pytest.approx(1, abs=1e-12)
    assert not np.allclose(by_hand, list(NEUTRAL.values()), atol=0.05)


def test_views_without_confidence_leave_the_neutral_portfolio() -> None:
    told = view(market(), table(HOUSE_VIEWS, *TWO))
    weights = HouseViews(scale=0.0).weights(told)
    assert weights == pytest.approx(NEUTRAL, abs=2e-4)


def test_more_confidence_moves_farther_and_the_opposite_the_other_way() -> None:
    told = view(market(), table(HOUSE_VIEWS, *TWO))
    gaps = []
    for scale in (0.25, 0.5, 1.0):
        posterior = HouseViews(scale=scale).explain(told).set_index("line").iloc[:, 2]
        gaps.append(posterior["KWEB"] - posterior["SPY"])
    assert sorted(gaps, key=lambda gap: abs(gap - 0.1)) == gaps[::-1]
    turned = table(HOUSE_VIEWS, opinion(size=-0.1), opinion("MCHI", "", 0.05, 0.5, months=6))
    assert HouseViews(reverse=True).weights(told) == HouseViews().weights(view(market(), turned))


@pytest.mark.parametrize(
    ("today", "live"),
    [("2025-02-18", True), ("2026-02-17", True), ("2026-02-18", False)],
)
def test_a_view_is_forgotten_after_its_horizon(today: str, live: bool) -> None:
    told = view(market(today), table(HOUSE_VIEWS, opinion()))
    assert (HouseViews().weights(told) != NEUTRAL) == live
    told_of = HouseViews().explain(told).set_index("line")["live views"]
    assert told_of["KWEB"] == told_of["SPY"]
    assert told_of["KWEB"] == (
        "A house: KWEB over SPY +10.0% in 12 months, confidence 40%" if live else ""
    )
    assert told_of["QQQ"] == ""


def without_skfolio(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("skfolio.moments", "skfolio.optimization", "skfolio.prior"):
        monkeypatch.setitem(sys.modules, name, None)


def test_without_a_view_or_a_past_it_is_the_neutral_portfolio_and_needs_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    without_skfolio(monkeypatch)
    nothing, blank = table(HOUSE_VIEWS), table(HOUSE_VIEWS, opinion(confidence=math.nan))
    for told in (
        view(market(), nothing),
        view(market(), blank),
        view(market(count=504), table(HOUSE_VIEWS, *TWO)),
    ):
        assert HouseViews().weights(told) == NEUTRAL
        explained = HouseViews().explain(told)
        assert explained["weight"].tolist() == list(NEUTRAL.values())
        assert explained["posterior return a year"].isna().all()


def test_a_missing_skfolio_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    without_skfolio(monkeypatch)
    with pytest.raises(StrategyError, match=r"pip install 'newsfolio\[views\]'"):
        HouseViews().weights(view(market(), table(HOUSE_VIEWS, *TWO)))


def test_a_line_with_too_short_a_past_waits_and_so_does_its_view() -> None:
    close = market()
    close.iloc[:200, close.columns.get_loc("KWEB")] = np.nan
    assert HouseViews().weights(view(close, table(HOUSE_VIEWS, TWO[0]))) == NEUTRAL
    held = HouseViews().weights(view(close, table(HOUSE_VIEWS, *TWO)))
    assert "KWEB" not in held
    assert sum(held.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (opinion("GLD"), "'GLD' is not in the neutral portfolio"),
        (opinion(against="ASHR"), "'ASHR' is not in the neutral portfolio"),
        (opinion(months=0), "months above 0"),
        (opinion(confidence=1.2), "confidence of 0 to 1"),
    ],
)
def test_a_view_that_cannot_be_used_is_an_error(row: tuple[object, ...], message: str) -> None:
    with pytest.raises(StrategyError, match=message):
        HouseViews().weights(view(market(), table(HOUSE_VIEWS, row)))


def close_of(prices: Path, name: str, day: str, column: str = "Close") -> float:
    frame = pd.read_csv(prices / f"{name}.csv", index_col="Date")
    return float(frame.loc[day, column])


def test_the_shipped_sizes_follow_from_the_targets(prices: Path) -> None:
    rows = {str(row[1]).split(",")[0]: row for row in HOUSE_VIEWS.rows}
    spot = close_of(prices, "^HSI", "2025-02-21")
    assert rows["Morgan Stanley: HSI 24"][4] == pytest.approx(24_000 / spot - 1, abs=5e-4)
    below = rows["Morgan Stanley: HSCEI 8"]
    assert below[4] == pytest.approx(8_600 / 8_666.72 - 1, abs=5e-4)
    assert "below its level" in str(below[1])
    assert all(str(row[0])[:10] >= "2025-02-17" for row in HOUSE_VIEWS.rows)


def played(strategy: Strategy, prices: Path, end: date) -> tuple[dict[str, dict[str, float]], Any]:
    """Targets by day on real prices since August 2024, and what stood behind the last one."""
    settings = Settings(start=date(2024, 8, 1), end=end)
    bars = load_bars(strategy, FolderSource(prices), settings)
    ready = prepare(strategy, bars, settings)
    desk = Desk(strategy, ready, settings, cost_model(settings))
    targets = {
        str(ready.sessions[one.session]): dict(one.weights) for one in kernel.run(desk).targets
    }
    return targets, desk.explained()


def test_house_views_lean_from_the_day_of_the_article(prices: Path) -> None:
    until = date(2025, 3, 31)
    targets, explained = played(HouseViews(), prices, until)
    opposite, _ = played(HouseViews(reverse=True), prices, until)
    assert targets["2025-01-31"] == pytest.approx(NEUTRAL)
    assert targets["2025-02-21"]["KWEB"] > 0.3
    assert opposite["2025-02-21"].get("KWEB", 0.0) < 0.01
    assert explained.rows[list(NEUTRAL).index("FXI")][-1].count("Morgan Stanley") == 2


# T18

SIX = CHINESE_AI.tickers


def path(basket: Sequence[float], market: Sequence[float] | None = None) -> pd.DataFrame:
    """Levels after the first decision at 100; the six move alike."""
    index = sessions(len(basket), "2025-12-31")
    lines = dict.fromkeys(SIX, basket)
    return pd.DataFrame({**lines, "MCHI": market or [100.0] * len(basket)}, index=index)


ALL_SIX = dict.fromkeys(SIX, pytest.approx(1 / 6))
ONLY_MARKET = {"MCHI": 1.0}


def test_the_clock_holds_the_market_before_the_article_and_the_six_from_it_on() -> None:
    start = path([90, 95, 100])
    assert AiCycleClock().weights(view(start)) == ONLY_MARKET
    assert AiCycleClock().weights(view(start, held={"MCHI": 1.0})) is None
    assert AiCycleClock().weights(view(start, age=0, held={"MCHI": 1.0})) == ALL_SIX
    assert AiCycleClock().weights(view(start, age=2, held=dict.fromkeys(SIX, 1 / 6))) is None


def test_once_earned_it_stays_out() -> None:
    """The basket is 60 points ahead for one session, 10 at last."""
    back = path([100, 130, 160, 110], [100, 100, 100, 100])
    six = dict.fromkeys(SIX, 1 / 6)
    assert AiCycleClock().weights(view(back.iloc[:2], age=1, held=six)) is None
    assert AiCycleClock().weights(view(back, age=3, held=six)) == ONLY_MARKET
    assert AiCycleClock(target=0.61).weights(view(back, age=3, held=six)) is None
    assert AiCycleClock(clock=False).weights(view(back, age=3)) == ALL_SIX
    with_it = path([100, 130, 160, 110], [100, 115, 130, 100])  # never more than 30 points ahead
    assert AiCycleClock().weights(view(with_it, age=3)) == ALL_SIX


def test_what_was_earned_before_the_first_decision_does_not_count() -> None:
    before = path([100, 200, 210])
    assert AiCycleClock().weights(view(before, age=1)) == ALL_SIX
    assert AiCycleClock().weights(view(before, age=2)) == ONLY_MARKET


def test_its_time_is_counted_in_sessions() -> None:
    flat = path([100.0] * 22)
    assert AiCycleClock(months=1).weights(view(flat.iloc[:21], age=20)) == ALL_SIX
    assert AiCycleClock(months=1).weights(view(flat, age=21)) == ONLY_MARKET
    assert AiCycleClock(months=2).weights(view(flat, age=21)) == ALL_SIX


def test_a_line_without_a_price_on_the_first_day_is_not_counted() -> None:
    late = path([100, 100, 140])
    late.loc[late.index[0], SIX[0]] = np.nan
    late.loc[late.index[1], SIX[0]] = 10.0  # would be 13 times as much
    explained = AiCycleClock().explain(view(late, age=2))
    assert explained is not None
    assert explained["excess so far"].item() == pytest.approx(0.40)


def test_the_clock_explains_itself() -> None:
    assert AiCycleClock().explain(view(path([100, 100]))) is None
    explained = AiCycleClock(months=1).explain(view(path([100, 160, 110]), age=2))
    assert explained is not None
    row = explained.iloc[0].to_dict()
    assert row["excess so far"] == pytest.approx(0.10)
    assert row["highest so far"] == pytest.approx(0.60)
    assert row["reached on"] == "2025-12-30"
    assert row["sessions left"] == 19
    assert row["holds"] == "MCHI"


def test_the_most_traded_are_those_of_the_first_decision() -> None:
    lines = CANDIDATES.tickers
    index = sessions(120, "2025-12-31")
    close = pd.DataFrame(100.0, index=index, columns=[*lines, "MCHI"])
    turnover = close * [*range(1, len(lines) + 1), 1]  # the last six are the most traded ...
    turnover.iloc[-20:] = turnover.iloc[-20:].to_numpy()[:, ::-1] * 1000  # ... until the article
    turnover.iloc[:50, lines.index(lines[-1])] = np.nan  # too young by then: 50 bars
    chosen = AiCycleClock(picks=ClockPicks.MOST_TRADED)
    weights = chosen.weights(view(close, age=20, turnover=turnover))
    assert weights == dict.fromkeys(lines[-7:-1], pytest.approx(1 / 6))


def test_the_clock_draws_six_others() -> None:
    one = AiCycleClock().drawn(random.Random(3))
    assert isinstance(one, AiCycleClock)
    drawn = one.universe[0].tickers  # type: ignore[union-attr]
    assert len(set(drawn)) == 6
    assert set(drawn) <= set(AiCycleClock.pool)
    assert one == AiCycleClock().drawn(random.Random(3))
    assert AiCycleClock(form=Form.FUNDS).drawn(random.Random(3)) is None


def test_the_fund_against_the_market_on_real_prices(prices: Path) -> None:
    """From the close of 21 February to that of the last week end before the data's end."""
    targets, explained = played(AiCycleClock(form=Form.FUNDS), prices, date(2025, 10, 31))
    assert targets["2025-02-21"] == {"KWEB": 1.0}
    gains = [
        close_of(prices, line, "2025-10-31", "Adj Close")
        / close_of(prices, line, "2025-02-21", "Adj Close")
        for line in ("KWEB", "MCHI")
    ]
    row = dict(zip(explained.columns, explained.rows[-1], strict=True))
    assert row["excess so far"] == pytest.approx(gains[0] - gains[1], abs=2e-4)
    assert row["first decision"] == "2025-02-21"


# T19

TEN = CHINA_TEN.tickers
A_YEAR = pd.DataFrame(100.0, index=sessions(300, "2026-09-30"), columns=list(TEN))


def marks(line: str, known: str = "2026-06-01", **given: float) -> tuple[object, ...]:
    return known, line, *(given.get(name, math.nan) for name in COLUMNS)


def test_the_template_is_equal_weight_to_the_last_bit() -> None:
    shipped = table(AI_SCORES, *[[*row[:2], *[math.nan] * 10] for row in AI_SCORES.rows])
    assert AiScorecard().weights(view(A_YEAR, shipped)) == dict.fromkeys(TEN, 1 / 10)
    assert AiScorecard().weights(view(A_YEAR, table(AI_SCORES))) == dict.fromkeys(TEN, 1 / 10)


def test_no_score_is_shipped_and_the_template_is_the_table() -> None:
    assert all(cell == "" for row in AI_SCORES.rows for cell in row[2:])
    folder = Path(__file__).parents[2] / "docs"
    with (folder / "ai_scores.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert tuple(header) == AI_SCORES.header
    assert [tuple(row) for row in rows] == list(AI_SCORES.rows)
    assert tuple(row[1] for row in rows) == TEN


def test_weights_are_proportional_to_the_known_marks() -> None:
    """8 and 6 make 7; the eight without a row have 5; 7 + 3 + 40 = 50."""
    rows = table(
        AI_SCORES,
        marks(TEN[0], "2026-02-02", talent_kept=1),  # a later row replaces it
        marks(TEN[0], talent_kept=8, clear_offer=6),
        marks(TEN[1], partners=3),
    )
    weights = AiScorecard().weights(view(A_YEAR, rows))
    rest = dict.fromkeys(TEN[2:], pytest.approx(0.10))
    assert weights == {TEN[0]: pytest.approx(0.14), TEN[1]: pytest.approx(0.06), **rest}


def test_an_old_score_is_forgotten() -> None:
    """Known on 1 June, asked on 30 September: 121 days."""
    rows = table(AI_SCORES, marks(TEN[0], talent_kept=10))
    assert AiScorecard(stale=120).weights(view(A_YEAR, rows)) == dict.fromkeys(TEN, 0.1)
    fresh = AiScorecard(stale=121).weights(view(A_YEAR, rows))
    assert fresh is not None
    assert fresh[TEN[0]] == pytest.approx(10 / 55)


def test_the_scores_of_a_year_before() -> None:
    then = A_YEAR.index[-253]
    rows = table(
        AI_SCORES,
        marks(TEN[0], str((then - pd.Timedelta(days=300)).date()), talent_kept=10),
        marks(TEN[0], str(then.date()), talent_kept=0),  # of that day: not yet seen
    )
    rows = rows.sort_values("known", kind="stable")
    lagged = AiScorecard(lag=252).weights(view(A_YEAR, rows))
    assert lagged is not None
    assert lagged[TEN[0]] == pytest.approx(10 / 55)
    assert AiScorecard(lag=252, stale=299).weights(view(A_YEAR, rows)) == dict.fromkeys(TEN, 0.1)
    now = AiScorecard(stale=3650).weights(view(A_YEAR, rows))
    assert now is not None
    assert now[TEN[0]] == 0
    assert AiScorecard(lag=400).weights(view(A_YEAR, rows)) == dict.fromkeys(TEN, 0.1)


def test_all_at_nothing_is_equal_weight_and_marks_have_bounds() -> None:
    nothing = table(AI_SCORES, *[marks(line, partners=0) for line in TEN])
    assert AiScorecard().weights(view(A_YEAR, nothing)) == dict.fromkeys(TEN, 0.1)
    for mark in (-1, 10.5):
        with pytest.raises(StrategyError, match=f"a mark of {TEN[3]} is not within 0 to 10"):
            AiScorecard().weights(view(A_YEAR, table(AI_SCORES, marks(TEN[3], partners=mark))))


def test_the_scorecard_shows_its_gaps_and_ages() -> None:
    rows = table(
        AI_SCORES,
        marks(TEN[0], talent_kept=8, clear_offer=6),
        marks(TEN[1], "2025-09-22", partners=9),
        marks(TEN[2]),
        marks(TEN[3], **dict.fromkeys(COLUMNS, 7.0)),
    )
    explained = AiScorecard().explain(view(A_YEAR, rows)).set_index("company")
    seen = explained[["score", "marks known of 10", "age in days", "note"]].head(5)
    assert seen.loc[TEN[0]].tolist() == [7.0, 2, 121, "8 unknown"]
    assert seen.loc[TEN[1]].tolist() == [5.0, 1, 373, "stale: neutral"]
    assert seen.loc[TEN[2]].tolist() == [5.0, 0, 121, "no score: neutral"]
    assert seen.loc[TEN[3]].tolist() == [7.0, 10, 121, ""]
    assert math.isnan(seen.loc[TEN[4], "age in days"])
    assert explained["weight"].sum() == pytest.approx(1)


def test_the_most_traded_are_scored_alike_and_lots_draw_ten() -> None:
    lines = CHINA_STOCKS.tickers
    close = pd.DataFrame(100.0, index=A_YEAR.index, columns=list(lines))
    turnover = close * [*range(1, len(lines) + 1)]
    rows = table(AI_SCORES, marks(lines[-1], partners=10))
    chosen = AiScorecard(picks=CardPicks.MOST_TRADED)
    weights = chosen.weights(view(close, rows, turnover=turnover))
    assert weights == {
        line: pytest.approx((10 if line == lines[-1] else 5) / 55) for line in lines[-10:]
    }
    drawn = AiScorecard().drawn(random.Random(5))
    assert isinstance(drawn, AiScorecard)
    assert len(set(drawn.universe.tickers)) == 10
    assert set(drawn.universe.tickers) <= set(AiScorecard.pool)
