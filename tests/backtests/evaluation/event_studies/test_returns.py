"""Returns of a basket and its market on the sessions that they share."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pytest

from backtests.evaluation.event_studies.returns import panel_of
from markets.reference.calendars import sessions_of
from markets.reference.currencies import EcbRates, Fixings
from markets.views.price_record import PriceRecord
from newsfolio import EventStudy, Sleeve
from newsfolio.assets import HONG_KONG, NEW_YORK, Asset, Delisting
from newsfolio.listings import asset_of
from tests.support.event_studies import PAIR, model, on
from tests.support.switch import DAYS, LINES, line, noise

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
    ("basket", "market", "lead", "sentence"),
    [("0700.HK", "SPY", -1, "the session before"), ("SPY", "^HSI", 1, "the session after")],
)
def test_venues_hours_apart_follow_the_neighbouring_session_too(
    basket: str, market: str, lead: int, sentence: str
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
    assert sentence in panel.compared
    assert model(panel, 300).coefficients[1:] == pytest.approx([0.3, 0.7], abs=0.05)


def test_a_line_that_ends_bounds_the_windows_and_a_delisted_one_is_gone() -> None:
    short = line("BBB", noise(2)[:700], DAYS[:700])
    declared = EventStudy("x", PAIR, "SPY", days=(f"{DAYS[690]:%Y-%m-%d}",), windows=((1, 9),))
    study = on(declared, {**LINES, "BBB": short})
    assert on(declared).windows[0].events == 1
    assert study.windows[0].events == 1  # BBB ends 9 sessions after day 0
    longer = dataclasses.replace(declared, windows=((1, 10),))
    why = on(longer, {**LINES, "BBB": short}).windows[0].why
    assert why == f"{DAYS[690]:%Y-%m-%d}: the prices reach 9 of 10 sessions after it"
    gone = Asset("BBB", NEW_YORK, delisted=Delisting(DAYS[600].date()))
    left = dataclasses.replace(declared, lines=Sleeve("x", ("AAA", gone)))
    assert on(left).windows[0].events == 1
    assert "without BBB" in on(left).notes[0]
