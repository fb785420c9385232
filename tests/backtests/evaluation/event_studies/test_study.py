"""Event studies: the market model, its errors, what is missing, and the section of the page."""

from __future__ import annotations

import dataclasses
import json
import re
from dataclasses import dataclass
from datetime import date
from math import exp, lgamma, pi, sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtests.evaluation.event_studies import study as studies
from backtests.evaluation.event_studies.market_model import Model, fitted, pooled
from backtests.evaluation.event_studies.returns import ReturnPanel, panel_of
from backtests.evaluation.event_studies.schema import Study, StudyEvent, StudyWindow
from backtests.evaluation.event_studies.study import study
from backtests.runner.run_strategy import run_strategy
from backtests.settings import Settings
from markets.bars import Bars
from markets.folder.source import FolderSource
from markets.reference.calendars import sessions_of
from markets.reference.currencies import EcbRates, Fixings
from markets.snapshot import Snapshot, with_own_rows
from markets.views.price_record import PriceRecord
from newsfolio import EventStudy, Facts, Sleeve
from newsfolio.assets import HONG_KONG, NEW_YORK, Asset, Delisting
from newsfolio.listings import asset_of
from reports.pages.verdict import verdict_page
from tests.backtests.evaluation.test_evaluate import DAYS, LINES, Made, Switch, judged, line, noise
from tests.backtests.evaluation.test_evaluate import after as after_so_many
from tests.support import results

PAIR = Sleeve("pair", ("AAA", "BBB"))


def made(
    seed: int, sessions: int = 400, lines: int = 1, beta: float = 1.2, alpha: float = 0.0005
) -> ReturnPanel:
    """A basket that follows the market model and nothing else."""
    lot = np.random.default_rng(seed)
    market = lot.normal(0.0003, 0.01, sessions)
    own = alpha + beta * market[:, None] + lot.normal(0, 0.02, (sessions, lines))
    days = np.array("2020-01-01", dtype="datetime64[D]") + np.arange(sessions)
    return ReturnPanel(days, tuple("ABCDEFG"[:lines]), own, market[:, None])


def model(panel: ReturnPanel, place: int) -> Model:
    found = fitted(panel, place)
    assert isinstance(found, Model), found
    return found


def on(
    declared: EventStudy, lines: dict[str, Bars] | None = None, divide: date | None = None,
    **more: Any,
) -> Study:  # fmt: skip
    facts = (declared.facts,) if declared.facts else ()
    bars = with_own_rows(Snapshot(LINES if lines is None else lines), facts)
    return study(declared, bars, EcbRates(), "USD", divide, **more)


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
    found = model(panel, place).over(first, last)
    assert found is not None
    figure = pooled([found])
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
    found = model(made(1), place).rows
    assert (found[0], found[-1], len(found)) == (*rows, rows[1] - rows[0] + 1)


def test_fewer_than_60_sessions_give_a_reason() -> None:
    assert fitted(made(1), 69) == "59 sessions; the market model needs 60"


def test_without_an_abnormal_return_one_test_in_twenty_rejects() -> None:
    rejected = naive = 0
    for seed in range(600):
        one = model(made(seed, 120), 70)  # 60 sessions to estimate from, a window of 40
        found = one.over(1, 40)
        assert found is not None
        figure = pooled([found])
        rejected += figure.p < 0.05
        naive += abs(found.car) / (one.deviation * sqrt(40)) > 2.002  # Student's, 58 degrees
    assert 0.03 < rejected / 600 < 0.075  # 0.05 with a standard error of 0.009
    assert naive / 600 > 0.09  # the error of the estimate is not small here


def test_several_events_keep_their_size_where_windows_overlap() -> None:
    rejected = independent = 0
    for seed in range(400):
        panel = made(seed, 460)
        found = [model(panel, place).over(0, 30) for place in (280, 285, 290, 400)]
        known = [one for one in found if one is not None]
        figure = pooled(known)
        apart = sqrt(sum(np.linalg.norm(one.error) ** 2 for one in known)) / 4
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
    one = model(made(3), 300).over(1, 20)
    assert one is not None
    assert pooled([one, one]).error == pytest.approx(pooled([one]).error)


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
    found = model(panel, 300)
    assert found.held == ("A", "C")
    assert (found.rows[0], len(found.rows)) == (200, 89 + 1)
    expected = panel.returns[310, [0, 2]].mean()
    assert found.basket[310] == pytest.approx(expected)


def test_a_basket_that_is_its_market_and_a_market_that_stands_still() -> None:
    panel = made(1)
    same = dataclasses.replace(panel, returns=panel.moves.copy())
    assert fitted(same, 300) == "the basket never moves apart from its market"
    still = dataclasses.replace(panel, moves=np.zeros_like(panel.moves))
    assert fitted(still, 300) == "its market never moves"


# Prices


def test_returns_are_total_returns_in_base_currency_on_common_sessions() -> None:
    days = pd.DatetimeIndex(sessions_of(HONG_KONG)[-400:-300]).astype("datetime64[ns]")
    basket, market = (line(name, np.full(100, 0.01), days) for name in ("0700.HK", "^HSI"))
    basket.frame.loc[days[50], "dividend"] = basket.frame["close"].iloc[49] / 2
    dropped = dataclasses.replace(market, frame=market.frame.drop(days[20]))

    @dataclass(frozen=True)
    class Doubled:
        """The currency doubles on the session in row 70."""

        valued_same_day = True

        def fixings(self, currency: str, base: str) -> Fixings:
            rates = np.where(days < days[70], 0.5, 1.0)
            return Fixings("x", days.to_numpy().astype("datetime64[D]"), rates)

    declared = EventStudy("x", Sleeve("x", ("0700.HK",)), "^HSI", days=("2020-01-01",))
    record = PriceRecord({"0700.HK": basket, "^HSI": dropped}, date(2100, 1, 1), Doubled())
    panel, notes = panel_of(declared, record, "USD")
    expected = np.full(99, 0.01)
    expected[20] = 1.01**2 - 1  # the market has no session in row 20
    expected[49] = 2 * 1.01 - 1  # half the last close was paid out, so 1.01 / (1 - 1 / 2)
    expected[69] = 2 * 1.01 - 1
    assert not notes
    assert panel.returns[1:, 0] == pytest.approx(expected[1:])
    expected[49] = 0.01
    assert panel.moves[1:, 0] == pytest.approx(expected[1:])
    assert panel.compared == "the same session"


@pytest.mark.parametrize(
    ("basket", "market", "lead", "said"),
    [("0700.HK", "SPY", -1, "the session before"), ("SPY", "^HSI", 1, "the session after")],
)
def test_venues_hours_apart_follow_the_neighbouring_session_too(
    basket: str, market: str, lead: int, said: str
) -> None:
    both = np.intersect1d(sessions_of(HONG_KONG), sessions_of(NEW_YORK))
    days = pd.DatetimeIndex(both[both < np.datetime64("2025-01-01")][-400:])
    days = days.astype("datetime64[ns]")
    lot = np.random.default_rng(2)
    moves, own = lot.normal(0, 0.01, 400), lot.normal(0, 0.001, 400)
    follows = 0.3 * moves + 0.7 * np.roll(moves, -lead) + own
    lines = {basket: line(basket, follows, days), market: line(market, moves, days)}
    record = PriceRecord(lines, date(2100, 1, 1), EcbRates())
    declared = EventStudy("x", Sleeve("x", (basket,)), market, days=("2020-01-01",))
    panel, _ = panel_of(declared, record, asset_of(basket).currency)
    assert said in panel.compared
    assert model(panel, 300).coefficients[1:] == pytest.approx([0.3, 0.7], abs=0.05)


def test_a_line_that_ends_bounds_the_windows_and_a_delisted_one_is_gone() -> None:
    short = line("BBB", noise(2)[:700], DAYS[:700])
    declared = EventStudy("x", PAIR, "SPY", days=(f"{DAYS[690]:%Y-%m-%d}",), windows=((1, 9),))
    found = on(declared, {**LINES, "BBB": short})
    assert on(declared).windows[0].events == 1
    assert found.windows[0].events == 1  # BBB ends 9 sessions after day 0
    longer = dataclasses.replace(declared, windows=((1, 10),))
    why = on(longer, {**LINES, "BBB": short}).windows[0].why
    assert why == f"{DAYS[690]:%Y-%m-%d}: the prices reach 9 of 10 sessions after it"
    gone = Asset("BBB", NEW_YORK, delisted=Delisting(DAYS[600].date()))
    left = dataclasses.replace(declared, lines=Sleeve("x", ("AAA", gone)))
    assert on(left).windows[0].events == 1
    assert "without BBB" in on(left).notes[0]


# What a study says


EVENT = f"{DAYS[600]:%Y-%m-%d}"


def test_one_event_is_said_to_be_one_event() -> None:
    declared = EventStudy("x", PAIR, "SPY", days=(EVENT,), windows=((0, 0), (1, 20)))
    found = on(declared, divide=DAYS[500].date())
    assert [one.scored for one in found.events] == [True]
    for window in found.windows:
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
    assert f"{window.car:.1%} ahead of what SPY explains on session 1" in window.sentence
    assert "100.0% of 500 random dates did worse" in window.sentence


def test_day_0_is_the_first_session_on_or_after_the_event() -> None:
    friday = DAYS[(DAYS >= "2023-03-01") & (DAYS.day_of_week == 4)][0]
    saturday = f"{friday + pd.Timedelta(days=1):%Y-%m-%d}"
    found = on(EventStudy("x", PAIR, "SPY", days=(saturday,)))
    assert found.events[0].session == f"{DAYS[list(DAYS).index(friday) + 1]:%Y-%m-%d}"


def test_the_known_days_of_a_table_are_events_once_each() -> None:
    table = Facts("notes", text=("house",), columns=("target",), rows=(
        ("2022-06-01", "A", 1), ("2022-06-01", "B", 2), ("2023-06-01", "A", 3),
    ))  # fmt: skip
    declared = EventStudy("x", PAIR, "SPY", facts=table, windows=((1, 5),))
    found = on(declared)
    assert [one.day for one in found.events] == ["2022-06-01", "2023-06-01"]
    assert found.windows[0].events == 2
    assert found.windows[0].sentence.startswith("After 2 events the basket was on average")
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
    found = on(EventStudy("x", PAIR, "SPY", days=(day,)))
    assert found.events[0].why == why
    assert all(window.car is None and why in window.why for window in found.windows)


def test_nothing_after_the_end_of_the_run_is_looked_at() -> None:
    declared = EventStudy("x", PAIR, "SPY", days=(EVENT,), windows=((1, 5), (1, 6)))
    end = DAYS[605].date()
    found = on(declared, end=end)
    cut = {name: one.until(end) for name, one in LINES.items()}
    assert found.windows == on(declared, cut).windows
    assert [window.events for window in found.windows] == [1, 0]


def test_missing_lines_are_named_and_a_missing_market_is_a_reason() -> None:
    declared = EventStudy("x", Sleeve("x", ("AAA", "NONE")), "SPY", days=(EVENT,))
    found = on(declared)
    assert found.basket == ("AAA",)
    assert found.notes == ("NONE left out: no prices of NONE in this source",)
    assert found.windows[0].events == 1
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


# Within a run


@dataclass(frozen=True)
class Studied(Switch):
    """A switch with studies of lines that it never holds."""

    grid = {}
    studies = (
        EventStudy("Other lines", Sleeve("other", ("OTH", "GONE")), "MKT",
                   days=("2023-03-01", "2024-03-01"), windows=((0, 0), (1, 20), (1, 250))),
        EventStudy("By a table", PAIR, "SPY", facts=Facts("calls", text=("house",),
                   rows=(("2024-02-01", "A <b> house"),))),
        EventStudy("No market", PAIR, "NONE", days=("2024-03-01",)),
    )  # fmt: skip


@pytest.fixture(scope="module")
def found() -> Any:
    lines = {**LINES, "OTH": line("OTH", noise(20)), "MKT": line("MKT", noise(21))}
    return judged(Studied(), lines).evaluation


def test_a_run_loads_what_its_studies_need_and_makes_them(found: Any) -> None:
    other, table, none = found.studies
    assert other.basket == ("OTH",)
    assert [one.scored for one in other.events] == [False, True]
    assert [window.events for window in other.windows] == [2, 2, 1]
    assert other.windows[0].context == 1
    assert table.events == (StudyEvent("2024-02-01", "2024-02-01", True, 2, 250),)
    assert none.why == "no prices of NONE in this source"
    json.dumps(found.as_json(), allow_nan=False)


def test_a_run_that_ends_early_still_has_its_studies() -> None:
    run = run_strategy(Studied(), Made(LINES), Settings(engine="kernel", start="2022-01-03"))
    assert set(run.bars.facts) == {"calls"}
    early = judged(Studied(), end=after_so_many(3)).evaluation
    assert early.studies[1].windows[0].why == "2024-02-01: the prices end on 2023-06-06"


def test_the_page_shows_studies_only_where_there_are_some(found: Any) -> None:
    page = verdict_page(results.judged(studies=found.studies))
    text = results.text_of(page[page.index('<section id="studies">') :])
    assert '<a href="#studies">Events</a>' in page
    for window in found.studies[0].windows:
        assert window.sentence in text
    assert "Around the events" in text
    assert "Other lines" in text
    assert "n/a: no prices of NONE in this source" in text
    assert "GONE left out: no prices of GONE in this source" in text
    assert "2023-03-01 (context): day 0 is 2023-03-01, 1 line, model of 250 sessions" in text
    assert "No figure." not in text
    assert "Without 2024-03-01: the prices reach 210 of 250 sessions after it." in text
    without = verdict_page(results.judged())
    assert "studies" not in without
    order = re.findall(r'<section id="([a-z-]+)">', page)
    assert order.index("studies") == order.index("placebos") + 1


def test_the_page_shows_figures_and_reasons() -> None:
    window = StudyWindow(1, 5, 3, 2, -0.0123, 0.02, -0.615, 0.54, 0.25, 480, (), (), "It <fell>.")
    gap = StudyWindow(1, 60, 0, 0, missing=("2025-01-27: too early",), why="2025-01-27: too early")
    event = StudyEvent("2019-01-02", "", False, 0, 0, "9 sessions; the market model needs 60")
    one = Study("Shock", ("AAA",), "SPY", "Market model on SPY", (event,), (window, gap))
    page = verdict_page(results.judged(studies=(one,)))
    text = results.text_of(page[page.index('<section id="studies">') :])
    assert "1 to 5 It &lt;fell&gt;. 3 -1.23 % 2.00 % -0.61 0.540 25.0 % of 480" in text
    assert "1 to 60 No figure. 2025-01-27: too early 0 n/a n/a n/a n/a n/a of 0" in text
    assert "2019-01-02 (context): no figure, 9 sessions; the market model needs 60" in text


# Real prices


@pytest.mark.parametrize("market", ["^GSPC", "SPY"])
def test_nvidia_on_the_day_of_deepseek(prices: Path, market: str) -> None:
    """It closed at 142.62 and then at 118.42, the index fell 1.5 %: 13 to 14 points beyond it."""
    declared = EventStudy("Nvidia", Sleeve("Nvidia", ("NVDA",)), market, days=("2025-01-27",),
                          windows=((0, 0), (1, 5), (1, 60)))  # fmt: skip
    source = FolderSource(prices)
    bars = Snapshot(source.load([asset_of("NVDA"), asset_of(market)]))
    shock, week, quarter = study(declared, bars, EcbRates(), "USD", date(2025, 2, 24)).windows
    assert shock.car == pytest.approx(-0.133, abs=0.002)
    assert shock.p is not None and shock.p < 1e-5
    assert shock.percentile is not None and shock.percentile < 0.01
    assert shock.context == 1
    for window in (week, quarter):  # nothing that lasts can be told from luck
        assert window.p is not None and window.p > 0.5
