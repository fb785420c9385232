"""Politeness: what is asked for again, after which pause, and when no more."""

from __future__ import annotations

import random
import time as clock
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from markets.store.price_store import Store
from markets.yahoo.pull import Outcome, pull
from newsfolio.listings import asset_of
from tests.support.yahoo_pulls import (
    fetch,
)
from tests.support.yahoo_server import (
    TODAY,
    Fault,
    Yahoo,
    apple,
    loopback_session,
)


def patient(yahoo: Yahoo, **chosen: float) -> Any:
    session = loopback_session(yahoo.address)
    for name, value in chosen.items():
        setattr(session, name, value)
    return session


@pytest.mark.parametrize("dated", [False, True], ids=["seconds", "date"])
@pytest.mark.parametrize("fault", [Fault.RATE_LIMITED])
def test_retry_after_is_honoured(yahoo: Yahoo, store: Store, dated: bool, fault: Fault) -> None:
    yahoo.fault, yahoo.faulty_for, yahoo.retry_after = fault, 1, "1"
    if dated:
        yahoo.now = datetime(2031, 5, 1, 8, 30, tzinfo=UTC)  # its clock counts, not ours
        yahoo.retry_after = format_datetime(yahoo.now + timedelta(seconds=1), usegmt=True)
    session = patient(yahoo, longest=2.0, patience=2.0, pause=0.001)
    began = len(yahoo.asked)
    (pulled,) = pull(store, [asset_of("AAPL")], TODAY, 1, session=session)
    assert pulled.outcome is Outcome.EXTENDED
    charts = [
        at for at, url in zip(yahoo.moments, yahoo.asked, strict=True) if "period1=" in url
    ][-2:]  # fmt: skip
    assert charts[1] - charts[0] >= 0.95
    assert len(yahoo.asked) > began


def test_a_pause_that_is_too_long_is_not_waited_and_not_disturbed(
    yahoo: Yahoo, store: Store
) -> None:
    asked = len(yahoo.charts("AAPL"))
    yahoo.fault, yahoo.retry_after = Fault.RATE_LIMITED, "60"
    began = clock.monotonic()
    fetch(yahoo, store, "AAPL")
    assert clock.monotonic() - began < 2.0
    assert len(yahoo.charts("AAPL")) == asked + 1


def test_the_back_off_doubles_with_full_jitter(
    yahoo: Yahoo, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    bounds: list[tuple[float, float]] = []

    def uniform(low: float, high: float) -> float:
        bounds.append((low, high))
        return 0.0

    monkeypatch.setattr(random, "uniform", uniform)
    yahoo.fault = Fault.UNAVAILABLE
    asked = len(yahoo.charts("AAPL"))
    session = patient(yahoo, tries=5, pause=1.0, longest=5.0, patience=60.0)
    pull(store, [asset_of("AAPL")], TODAY, 1, session=session)
    assert bounds == [(0, 1.0), (0, 2.0), (0, 4.0), (0, 5.0)]
    assert len(yahoo.charts("AAPL")) == asked + 5


def test_a_line_is_not_waited_for_without_end(yahoo: Yahoo, store: Store) -> None:
    yahoo.fault = Fault.RATE_LIMITED
    session = patient(yahoo, tries=1000, pause=0.1, longest=0.1, patience=0.4)
    began = clock.monotonic()
    (pulled,) = pull(store, [asset_of("AAPL")], TODAY, 1, session=session)
    assert pulled.why == "limit"
    assert clock.monotonic() - began < 2.0


@pytest.mark.parametrize("fault", [Fault.RATE_LIMITED, Fault.UNAVAILABLE, Fault.TRUNCATED])
def test_a_fault_that_passes_is_not_noticed(yahoo: Yahoo, store: Store, fault: Fault) -> None:
    yahoo.fault, yahoo.faulty_for = fault, 1
    assert fetch(yahoo, store, "AAPL")[0].outcome is Outcome.EXTENDED


def test_a_crumb_that_is_out_of_date_is_renewed(yahoo: Yahoo, store: Store) -> None:
    yahoo.fault, yahoo.crumb = Fault.STALE_CRUMB, "another"
    (pulled,) = fetch(yahoo, store, "AAPL")
    assert (pulled.outcome, pulled.error) == (Outcome.EXTENDED, "")


def test_all_threads_together_keep_the_rate(yahoo: Yahoo, store: Store) -> None:
    tickers = [f"RATE{number}" for number in range(6)]
    yahoo.lines |= {ticker: apple() for ticker in tickers}
    session = patient(yahoo, rate=40.0)
    began = len(yahoo.moments)
    pulled = pull(store, [asset_of(ticker) for ticker in tickers], TODAY, 4, session=session)
    assert {line.outcome for line in pulled} == {Outcome.NEW}
    moments = yahoo.moments[began:]
    assert len(moments) >= 12
    assert moments[-1] - moments[0] >= (len(moments) - 2) / 40
