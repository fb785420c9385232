"""What a strategy sees at a close, with every look-up worked out by hand."""

from __future__ import annotations

import math
from contextlib import suppress
from datetime import date

import numpy as np
import pandas as pd
import pytest

from markets.bars import Bars, Priced
from markets.build import build_market
from markets.reference.currencies import EcbRates
from markets.universe import Want
from markets.views.recorder import Recorder
from newsfolio import NEW_YORK, Asset, Sleeve, StrategyError, View

SESSIONS = ("2025-01-02", "2025-01-03", "2025-01-06", "2025-01-07", "2025-01-08", "2025-01-10")
"""2025-01-09 was no session: a day of mourning."""


def line(ticker: str, *close: float, volume: float = 100.0) -> Bars:
    """Bars of the last sessions; NaN makes no bar."""
    index = pd.DatetimeIndex(pd.to_datetime(SESSIONS[len(SESSIONS) - len(close) :]), name="session")
    prices = dict.fromkeys(("open", "high", "low", "close"), close)
    frame = pd.DataFrame({**prices, "volume": volume, "dividend": 0.0, "split": 0.0}, index=index)
    return Bars(ticker, frame.astype("float64").dropna(), Priced.SPLITS)


LATE = Asset("LATE", NEW_YORK, stand_in=("TLT", "GLD"))
BARS = (
    line("SPY", 100, 110, 99, 99, 108.9, 108.9),
    line("LATE", 50, 60, volume=7),
    line("TLT", 10, 10, 12, 12, 15, 30),
    line("GLD", 10, 10, 10, 10, 20, math.nan),
)
BOTH = Sleeve("both", ("SPY", LATE))


def view(today: int, age: int | None = None) -> View:
    """What is seen at the close of a session of four lines with six."""
    want = Want((BOTH,), "USD", signals=("GLD",))
    market = build_market({bars.ticker: bars for bars in BARS}, want, EcbRates())
    recorder = Recorder(market)
    for session in (today // 2, today):  # rows are written in steps
        recorder.write(market, session)
    return View(
        market.day(today), market.universe, frozenset(), age, {"SPY": 0.5, "LATE": 0.0}, recorder
    )


def test_a_view_tells_what_was_known_and_no_more() -> None:
    seen = view(3, age=0)
    assert (seen.today, seen.published, view(3).published) == (date(2025, 1, 7), True, False)
    assert seen.held.to_dict() == {"SPY": 0.5, "LATE": 0.0}
    assert list(seen.close.columns) == ["SPY", "LATE"]
    assert [f"{day:%Y-%m-%d}" for day in seen.close.index] == list(SESSIONS[:4])
    assert seen.close["SPY"].tolist() == pytest.approx([100, 110, 99, 99])
    assert seen.close["LATE"].isna().all()
    assert seen.signal("GLD").tolist() == [10, 10, 10, 10]
    with pytest.raises(StrategyError, match="TLT is not among the strategy's `signals`"):
        seen.signal("TLT")


def test_there_is_nothing_behind_the_prices_of_a_view() -> None:
    """Through `.base` one reaches the whole buffer: its later rows have never been written."""
    shown = view(3).close.to_numpy()
    array = shown
    while isinstance(array.base, np.ndarray):
        array = array.base
    assert np.isnan(array).sum() == array.size - (~np.isnan(shown)).sum()
    signal = view(3).signal("GLD").to_numpy()
    while isinstance(signal.base, np.ndarray):
        signal = signal.base
    assert np.isnan(signal[4:]).all()


def test_writing_into_a_view_changes_nothing_that_is_looked_up() -> None:
    seen = view(3)
    with suppress(ValueError):  # read-only will do as well
        seen.close.to_numpy()[:] = 1.0
    assert seen.level("SPY") == pytest.approx(99)
    assert seen.close["SPY"].tolist() == pytest.approx([100, 110, 99, 99])


def test_look_ups_by_hand() -> None:
    seen = view(4)
    assert seen.level("SPY") == pytest.approx(108.9)
    assert seen.momentum("SPY", 2) == pytest.approx(108.9 / 99 - 1)
    assert seen.momentum("SPY", 2, skip=1) == pytest.approx(99 / 110 - 1)
    assert seen.moving_average("SPY", 3) == pytest.approx((99 + 99 + 108.9) / 3)
    assert seen.drawdown("SPY", 4) == pytest.approx(108.9 / 110 - 1)
    assert seen.drawdown("SPY", 3) == 0.0
    # returns 0.1, -0.1, 0, 0.1: mean 0.025, squared deviations sum to 0.0275
    assert seen.volatility("SPY", 4) == pytest.approx(math.sqrt(0.0275 / 3))
    assert seen.traded_value("SPY") == pytest.approx(100 * 100)
    assert seen.traded_value("SPY", 1) == pytest.approx(10_890)


def test_a_history_that_is_too_short_is_no_number() -> None:
    seen = view(2)
    assert math.isnan(seen.momentum("SPY", 3))
    assert seen.momentum("SPY", 2) == pytest.approx(-0.01)
    assert math.isnan(seen.momentum("SPY", 2, skip=1))
    assert math.isnan(seen.volatility("SPY", 3))
    assert math.isnan(seen.moving_average("SPY", 4))
    assert math.isnan(seen.drawdown("SPY", 4))


def test_a_stand_in_answers_until_the_line_can() -> None:
    """TLT and GLD gained 25 % and 100 % on the fifth session, LATE 20 % on the sixth."""
    assert view(4).momentum("LATE", 1) == pytest.approx((0.25 + 1.0) / 2)
    assert view(5).momentum("LATE", 1) == pytest.approx(0.2)
    assert view(5).momentum("LATE", 2) == pytest.approx((30 / 12 - 1 + 20 / 10 - 1) / 2)
    assert view(3).traded_value("LATE") == pytest.approx((1100 + 1000) / 2)
    assert view(5).traded_value("LATE") == pytest.approx(7 * 55)


def test_a_sleeve_is_the_mean_of_its_lines_with_an_answer() -> None:
    assert view(4).momentum(BOTH, 1) == pytest.approx((0.1 + 0.625) / 2)
    only = Sleeve("none", ("SPY",))
    assert math.isnan(view(2).momentum(only, 5))


def test_zscore_and_covariance_by_hand() -> None:
    seen = view(4)
    ratio = np.log(np.array([99.0, 99.0, 108.9]) / np.array([120.0, 120.0, 150.0]))
    assert seen.zscore("SPY", "TLT", 3) == pytest.approx(
        (ratio[2] - ratio.mean()) / math.sqrt(((ratio - ratio.mean()) ** 2).sum() / 2)
    )
    assert math.isnan(seen.zscore("SPY", "SPY", 3))
    # SPY -0.1, 0, 0.1 (mean 0); TLT 0.2, 0, 0.25 (mean 0.15)
    matrix = seen.covariance(("SPY", "TLT"), 3)
    assert matrix.loc["SPY", "SPY"] == pytest.approx(0.02 / 2)
    assert matrix.loc["SPY", "TLT"] == pytest.approx((-0.1 * 0.2 + 0.1 * 0.25) / 2)
    assert matrix.loc["TLT", "SPY"] == matrix.loc["SPY", "TLT"]


@pytest.mark.parametrize(
    "ask",
    [
        lambda seen: seen.momentum("SPY", -1),
        lambda seen: seen.momentum("SPY", 0),
        lambda seen: seen.momentum("SPY", 1, -1),
        lambda seen: seen.momentum("SPY", 1.5),
        lambda seen: seen.volatility("SPY", 1),
        lambda seen: seen.moving_average("SPY", -3),
        lambda seen: seen.drawdown(BOTH, 0),
        lambda seen: seen.zscore("SPY", "TLT", -1),
        lambda seen: seen.covariance(("SPY", "TLT"), 1),
        lambda seen: seen.traded_value("SPY", -60),
    ],
)
def test_a_view_refuses_to_look_ahead(ask: object) -> None:
    with pytest.raises(StrategyError, match="give a whole number of at least"):
        ask(view(4))  # type: ignore[operator]


def test_a_line_outside_the_universe_is_an_error_and_no_nan() -> None:
    with pytest.raises(StrategyError, match="AAPL is not in the strategy's universe"):
        view(4).momentum("AAPL", 1)
