"""Look-ups of a panel: what every view answers, and what pandas does."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backtests.simulation.decision_tables import panel_of
from backtests.simulation.holdable import HoldableLines
from markets.market import Market
from markets.views.panel_lookups import KEPT, kept_answers
from markets.views.recorder import Recorder
from newsfolio import Fixed, Panel, Sleeve, StrategyError, View
from tests.support.decision_tables import LINES, SHORT, drawn, marks_of, sample_market

LOOK_UPS = (
    ("level", ()),
    ("momentum", (1,)),
    ("momentum", (9, 4)),
    ("volatility", (2,)),
    ("volatility", (13,)),
    ("moving_average", (1,)),
    ("moving_average", (20,)),
    ("drawdown", (1,)),
    ("drawdown", (11,)),
    ("traded_value", ()),
    ("traded_value", (5,)),
)


@pytest.fixture
def sample() -> Market:
    return sample_market()


def views(market: Market, sessions: list[int]) -> list[View]:
    """One view a session, each with a recorder of its own."""
    panels = []
    for session in sessions:
        recorder = Recorder(market)
        recorder.write(market, session)
        usable = HoldableLines(market).at(session).usable
        panels.append(View(market.day(session), market.universe, usable, None, {}, recorder))
    return panels


@given(st.integers(0, 100_000), st.sampled_from([1, 3]))
@settings(max_examples=40)
def test_a_panel_answers_what_every_view_does(seed: int, step: int) -> None:
    """Late listings, stand-ins of stand-ins, gaps, lines without data, three currencies."""
    _, market = drawn(seed)
    marks = np.zeros(len(market.sessions), dtype=bool)
    marks[::step] = True
    panel = panel_of(market, marks)
    seen = views(market, np.flatnonzero(marks).tolist())
    assert panel.usable.tolist() == [
        [line in view.usable for line in market.universe] for view in seen
    ]
    for name, arguments in LOOK_UPS:
        expected = [
            [getattr(view, name)(line, *arguments) for line in market.universe] for view in seen
        ]
        answer = getattr(panel, name)(*arguments)
        assert answer.shape == (len(seen), len(market.universe))
        np.testing.assert_array_equal(answer, expected, err_msg=f"{name}{arguments}")


def test_a_panel_knows_days_and_ages(sample: Market) -> None:
    calendar = dataclasses.replace(sample.calendar, first_decision=sample.first + 2)
    aged = dataclasses.replace(sample, calendar=calendar)
    marks = np.zeros(len(aged.sessions), dtype=bool)
    marks[aged.first : aged.first + 5] = True
    panel = panel_of(aged, marks)
    assert panel.days == aged.days[aged.first : aged.first + 5]
    assert panel.published.tolist() == [False, False, True, True, True]
    np.testing.assert_array_equal(panel.age, [np.nan, np.nan, 0, 1, 2])
    assert panel.universe == LINES


def test_look_ups_against_pandas(sample: Market) -> None:
    """On all sessions of five lines; pandas adds up in another order."""
    marks = np.ones(len(sample.sessions), dtype=bool)
    panel, order = panel_of(sample, marks), [sample.place[line] for line in LINES]
    level = pd.DataFrame(sample.level[:, order])
    returns = level.pct_change()
    value = pd.DataFrame(sample.traded_value[:, order])
    medians = value.apply(
        lambda column: column.dropna().rolling(60, min_periods=1).median()
    ).ffill()
    for answer, expected in (
        (panel.momentum(126), level / level.shift(126) - 1),
        (panel.momentum(126, 21), level.shift(21) / level.shift(147) - 1),
        (panel.volatility(60), returns.rolling(60).std()),
        (panel.moving_average(200), level.rolling(200).mean()),
        (panel.drawdown(90), level / level.rolling(90).max() - 1),
        (panel.traded_value(60), medians),
        (panel.level(), level),
    ):
        own = expected.notna().to_numpy()  # where it is not, a stand-in may answer
        assert own.mean() > 0.5
        np.testing.assert_allclose(answer[own], expected.to_numpy()[own], rtol=1e-9, atol=1e-12)


def test_answers_are_shared_by_parameter_sets_and_cannot_be_written_to(sample: Market) -> None:
    marks = marks_of(Fixed(), sample)
    first, other = panel_of(sample, marks), panel_of(sample, marks)
    assert first.momentum(63) is other.momentum(63)
    with pytest.raises(ValueError, match="read-only"):
        first.momentum(63)[0, 0] = 1.0


def test_what_is_remembered_has_a_bound(sample: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    market = dataclasses.replace(sample)
    panel = panel_of(market, marks_of(Fixed(), market))
    size = panel.momentum(5).nbytes
    assert size < KEPT
    monkeypatch.setattr("markets.views.panel_lookups.KEPT", 3 * size)
    for lookback in range(5, 15):
        panel.momentum(lookback)
    kept = kept_answers(market)
    assert [asked for _, asked in kept] == [("momentum", lookback, 0) for lookback in (12, 13, 14)]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("momentum", (-1,)), ("momentum", (5, -1)), ("volatility", (1,)), ("drawdown", (0,)),
     ("moving_average", (2.5,)), ("traded_value", (-60,))],
)  # fmt: skip
def test_a_panel_refuses_to_look_ahead(
    name: str, arguments: tuple[int, ...], sample: Market
) -> None:
    panel = panel_of(sample, marks_of(Fixed(), sample))
    with pytest.raises(StrategyError, match="give a whole number of at least"):
        getattr(panel, name)(*arguments)


def test_columns_sums_and_tables_by_hand() -> None:
    panel = Panel((), ("A", "B", "C"), np.ones((2, 3), bool), np.zeros(2), None)  # type: ignore[arg-type]
    panel = dataclasses.replace(panel, days=(SHORT.start, SHORT.end))
    values = np.array([[1.0, math.nan, 4.0], [0.1, 0.2, math.nan]])
    assert panel.of("C", values)[0] == 4.0
    np.testing.assert_array_equal(
        panel.of(Sleeve("both", ("A", "B")), values), [1.0, (0.1 + 0.2) / 2]
    )
    assert panel.total(values).tolist() == [5.0, 0.1 + 0.2]
    made = panel.table({"C": 0.5, "A": np.array([0.0, 0.25])})
    assert made.tolist() == [[0.0, 0.0, 0.5], [0.25, 0.0, 0.5]]
    with pytest.raises(StrategyError, match="D is not in the panel"):
        panel.table({"D": 1.0})
