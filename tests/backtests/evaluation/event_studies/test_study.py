"""Event studies: the market model, its errors, what is missing, and the section of the page."""

from __future__ import annotations

import dataclasses
from math import exp, lgamma, pi, sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtests.evaluation.event_studies import study as studies
from backtests.evaluation.event_studies.market_model import fitted, pooled
from newsfolio import EventStudy, Facts, Sleeve
from newsfolio.formatting import percent
from tests.support.event_studies import PAIR, made, model, on
from tests.support.switch import DAYS, LINES, line, noise

# The figures


def test_a_small_case_by_hand() -> None:
    panel = made(7, 100)
    market, basket = panel.moves[:, 0], panel.returns[:, 0]
    place, first, last = 80, 1, 5
    seen, window = slice(0, 70), slice(81, 86)  # 70 sessions that end 11 before day 0
    centred = market[seen] - market[seen].mean()
    beta = (centred * basket[seen]).sum() / (centred**2).sum()
    alpha = basket[seen].mean() - beta * market[seen].mean()
    rest = basket - alpha - beta * market
    variance = (rest[seen] ** 2).sum() / 68
    moved = ((market[window] - market[seen].mean()).sum()) ** 2 / (centred**2).sum()
    error = sqrt(variance * (5 + 25 / 70 + moved))
    fit = model(panel, place).over(first, last)
    assert fit is not None
    figure = pooled([fit])
    assert figure.car == pytest.approx(rest[window].sum())
    assert figure.error == pytest.approx(error)
    assert figure.freedom == 68
    assert figure.p == pytest.approx(two_sided(rest[window].sum() / error, 68), rel=1e-4)


def two_sided(t: float, freedom: int) -> float:
    """Student's tails, the density added up on a grid."""
    scale = exp(lgamma((freedom + 1) / 2) - lgamma(freedom / 2)) / sqrt(freedom * pi)
    grid = np.linspace(-abs(t), abs(t), 200_001)
    density = scale * (1 + grid**2 / freedom) ** (-(freedom + 1) / 2)
    return 1 - float(((density[1:] + density[:-1]) / 2).sum() * (grid[1] - grid[0]))


@pytest.mark.parametrize(("place", "rows"), [(300, (40, 289)), (100, (0, 89)), (70, (0, 59))])
def test_the_model_rests_on_250_sessions_that_end_11_before_day_0(
    place: int, rows: tuple[int, int]
) -> None:
    fit = model(made(1), place).rows
    assert (fit[0], fit[-1], len(fit)) == (*rows, rows[1] - rows[0] + 1)


def test_fewer_than_60_sessions_give_a_reason() -> None:
    assert fitted(made(1), 69) == "59 sessions; the market model needs 60"


def test_without_an_abnormal_return_one_test_in_twenty_rejects() -> None:
    rejected = naive = 0
    for seed in range(600):
        fitted = model(made(seed, 120), 70)  # 60 sessions to estimate from, a window of 40
        abnormal = fitted.over(1, 40)
        assert abnormal is not None
        figure = pooled([abnormal])
        rejected += figure.p < 0.05
        naive += abs(abnormal.car) / (fitted.deviation * sqrt(40)) > 2.002  # Student's, 58 degrees
    assert 0.02 < rejected / 600 < 0.075  # 0.04: a memory that is none widens; error 0.008
    assert naive / 600 > 0.09  # the error of the estimate is not small here


def test_several_events_keep_their_size_where_windows_overlap() -> None:
    rejected = independent = 0
    for seed in range(400):
        panel = made(seed, 460)
        windows = [model(panel, place).over(0, 30) for place in (280, 285, 290, 400)]
        usable = [window for window in windows if window is not None]
        figure = pooled(usable)
        apart = sqrt(sum(np.linalg.norm(window.error) ** 2 for window in usable)) / 4
        rejected += figure.p < 0.05
        independent += abs(figure.car) / apart > 1.97
    assert 0.025 < rejected / 400 < 0.085  # 0.05 with a standard error of 0.011
    assert independent / 400 > 0.1


@given(st.integers(0, 50), st.lists(st.floats(-0.2, 0.2), min_size=11, max_size=11))
def test_an_added_return_is_found_to_the_last_digit(seed: int, added: list[float]) -> None:
    panel = made(seed, 120, lines=2)
    moved = panel.returns.copy()
    moved[100:111] += np.array(added)[:, None]
    before = model(panel, 100).over(0, 10)
    after = model(dataclasses.replace(panel, returns=moved), 100).over(0, 10)
    assert before is not None and after is not None
    assert after.car - before.car == pytest.approx(sum(added), abs=1e-12)
    assert np.linalg.norm(after.error) == pytest.approx(np.linalg.norm(before.error))


def test_the_same_event_twice_knows_no_more_than_once() -> None:
    window = model(made(3), 300).over(1, 20)
    assert window is not None
    assert pooled([window, window]).error == pytest.approx(pooled([window]).error)


def test_events_far_apart_halve_the_variance() -> None:
    panel = made(3, 900)
    first, second = (model(panel, place).over(1, 20) for place in (300, 800))
    assert first is not None and second is not None
    figure = pooled([first, second])
    both = np.linalg.norm(first.error) ** 2 + np.linalg.norm(second.error) ** 2
    assert figure.error == pytest.approx(sqrt(both) / 2)
    assert figure.car == pytest.approx((first.car + second.car) / 2)
    assert figure.freedom == 250 + 250 - 2


def test_a_line_without_a_history_stays_out_of_the_basket() -> None:
    panel = made(5, 400, lines=3)
    panel.returns[:250, 1] = np.nan  # 39 sessions before the gap
    panel.returns[:200, 2] = np.nan  # 89 of them
    fit = model(panel, 300)
    assert fit.held == ("A", "C")
    assert (fit.rows[0], len(fit.rows)) == (200, 89 + 1)
    expected = panel.returns[310, [0, 2]].mean()
    assert fit.basket[310] == pytest.approx(expected)


def test_a_basket_that_is_its_market_and_a_market_that_stands_still() -> None:
    panel = made(1)
    same = dataclasses.replace(panel, returns=panel.moves.copy())
    assert fitted(same, 300) == "the basket never moves apart from its market"
    still = dataclasses.replace(panel, moves=np.zeros_like(panel.moves))
    assert fitted(still, 300) == "its market never moves"


# What a study says

EVENT = f"{DAYS[600]:%Y-%m-%d}"


def test_one_event_is_said_to_be_one_event() -> None:
    declared = EventStudy("x", PAIR, "SPY", days=(EVENT,), windows=((0, 0), (1, 20)))
    study = on(declared, divide=DAYS[500].date())
    assert [event.scored for event in study.events] == [True]
    for window in study.windows:
        assert (window.events, window.context) == (1, 0)
        assert f"After one event ({EVENT})" in window.sentence
        assert "One event is one event: no rule follows from it." in window.sentence
    earlier = on(declared, divide=DAYS[600].date())
    assert not earlier.events[0].scored
    assert "it explains and proves nothing" in earlier.windows[0].sentence
    assert on(declared).windows[0].context == 1  # no article: all is context


def test_a_sentence_gives_side_size_and_rank() -> None:
    returns = noise(1).copy()
    returns[601] += 0.5
    declared = EventStudy("x", Sleeve("x", ("AAA",)), "SPY", days=(EVENT,), windows=((1, 1),))
    window = on(declared, {**LINES, "AAA": line("AAA", returns)}).windows[0]
    assert window.car == pytest.approx(0.5, abs=0.05)
    assert window.percentile == 1.0
    assert window.placebos == 500
    assert f"{percent(window.car, 1)} ahead of what SPY explains on session 1" in window.sentence
    assert "100.0 % of 500 random dates did worse" in window.sentence


def test_day_0_is_the_first_session_on_or_after_the_event() -> None:
    friday = DAYS[(DAYS >= "2023-03-01") & (DAYS.day_of_week == 4)][0]
    saturday = f"{friday + pd.Timedelta(days=1):%Y-%m-%d}"
    study = on(EventStudy("x", PAIR, "SPY", days=(saturday,)))
    assert study.events[0].session == f"{DAYS[list(DAYS).index(friday) + 1]:%Y-%m-%d}"


def test_the_known_days_of_a_table_are_events_once_each() -> None:
    table = Facts("notes", text=("house",), columns=("target",), rows=(
        ("2022-06-01", "A", 1), ("2022-06-01", "B", 2), ("2023-06-01", "A", 3),
    ))  # fmt: skip
    declared = EventStudy("x", PAIR, "SPY", facts=table, windows=((1, 5),))
    study = on(declared)
    assert [event.day for event in study.events] == ["2022-06-01", "2023-06-01"]
    assert study.windows[0].events == 2
    assert study.windows[0].sentence.startswith("After 2 events the basket was on average")
    nowhere = dataclasses.replace(declared, facts=dataclasses.replace(table, rows=()))
    assert "no facts called 'notes' in this source" in on(nowhere).why


def test_overlapping_windows_are_named() -> None:
    days = tuple(f"{DAYS[place]:%Y-%m-%d}" for place in (400, 405, 700))
    declared = EventStudy("x", PAIR, "SPY", days=days, windows=((1, 5), (1, 6)))
    apart, shared = on(declared).windows
    assert apart.overlapping == ()
    assert shared.overlapping == days[:2]
    assert f"The windows of {days[0]}, {days[1]} overlap" in shared.sentence


def test_windows_that_the_data_do_not_cover_yet() -> None:
    late = f"{DAYS[-10]:%Y-%m-%d}"
    declared = EventStudy("x", PAIR, "SPY", days=(EVENT, late), windows=((1, 9), (1, 10)))
    covered, open_yet = on(declared).windows
    assert (covered.events, open_yet.events) == (2, 1)
    assert open_yet.missing == (f"{late}: the prices reach 9 of 10 sessions after it",)
    alone = on(dataclasses.replace(declared, days=(late,))).windows[1]
    assert (alone.car, alone.p, alone.percentile) == (None, None, None)
    assert alone.why == open_yet.missing[0]


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2019-06-03", "no session within 14 days; the next is 2021-01-04"),
        ("2021-02-01", "8 sessions; the market model needs 60"),  # 19 in January
        ("2025-06-02", "the prices end on 2024-12-31"),
    ],
)
def test_an_event_outside_the_data_has_a_reason(day: str, why: str) -> None:
    study = on(EventStudy("x", PAIR, "SPY", days=(day,)))
    assert study.events[0].why == why
    assert all(window.car is None and why in window.why for window in study.windows)


def test_nothing_after_the_end_of_the_run_is_looked_at() -> None:
    declared = EventStudy("x", PAIR, "SPY", days=(EVENT,), windows=((1, 5), (1, 6)))
    end = DAYS[605].date()
    study = on(declared, end=end)
    cut = {name: bars.until(end) for name, bars in LINES.items()}
    assert study.windows == on(declared, cut).windows
    assert [window.events for window in study.windows] == [1, 0]


def test_missing_lines_are_named_and_a_missing_market_is_a_reason() -> None:
    declared = EventStudy("x", Sleeve("x", ("AAA", "NONE")), "SPY", days=(EVENT,))
    study = on(declared)
    assert study.basket == ("AAA",)
    assert study.notes == ("NONE left out: no prices of NONE in this source",)
    assert study.windows[0].events == 1
    without = on(dataclasses.replace(declared, market="NONE"))
    assert (without.why, without.windows) == ("no prices of NONE in this source", ())
    empty = on(dataclasses.replace(declared, lines=Sleeve("x", ("NONE",))))
    assert empty.why == "NONE left out: no prices of NONE in this source"


# Placebos


def test_placebos_are_uniform_where_nothing_happened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studies, "PLACEBOS", 60)
    declared = EventStudy("x", PAIR, "SPY", days=(EVENT,), windows=((1, 5),))
    ranks = []
    for seed in range(40):
        lines = {name: line(name, noise(1000 + 3 * seed + place))
                 for place, name in enumerate(("AAA", "BBB", "SPY"))}  # fmt: skip
        rank = on(declared, lines).windows[0].percentile
        assert rank is not None
        ranks.append(rank)
    assert abs(np.mean(ranks) - 0.5) < 0.15  # a standard error of 0.046
    assert min(ranks) < 0.1 and max(ranks) > 0.9


def test_no_placebo_touches_an_event() -> None:
    returns = noise(1).copy()
    returns[590:612] = 0.3  # within 10 sessions of day 0 and the window after it
    declared = EventStudy("x", Sleeve("x", ("AAA",)), "SPY", days=(EVENT,), windows=((0, 10),))
    window = on(declared, {**LINES, "AAA": line("AAA", returns)}).windows[0]
    assert window.percentile == 1.0


def test_placebos_follow_their_seed() -> None:
    declared = EventStudy("x", PAIR, "SPY", days=(EVENT, f"{DAYS[700]:%Y-%m-%d}"))
    assert on(declared, seed=1) == on(declared, seed=1)
    ranks = {on(declared, seed=seed).windows[1].percentile for seed in range(4)}
    assert len(ranks) > 1


def test_too_few_dates_give_no_percentile() -> None:
    days = DAYS[:150]
    lines = {name: line(name, noise(seed), days) for seed, name in enumerate(("AAA", "SPY"))}
    declared = EventStudy("x", Sleeve("x", ("AAA",)), "SPY", days=(f"{days[80]:%Y-%m-%d}",),
                          windows=((1, 60),))  # fmt: skip
    window = on(declared, lines).windows[0]
    assert window.car is not None
    assert (window.percentile, window.placebos) == (None, 0)
    assert "there are only 0 random dates to rank it among" in window.sentence
