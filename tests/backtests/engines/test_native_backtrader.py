"""Plain strategies as they are: fills and final value of a bare Cerebro on the same bars."""

from __future__ import annotations

from datetime import date

import backtrader as bt
import numpy as np
import pytest

from backtests.runner.jobs import job_of
from backtests.runner.run_strategy import run_backtrader
from backtests.settings import Settings
from markets.bars import Bars, Priced
from newsfolio import NEW_YORK, Asset, always
from tests.support.backtrader_strategies import ALL, feeds_of
from tests.support.plain_runs import InMemory, bare, executions, ours, walk

BARS = [walk("XLK", 3), walk("AGG", 4), walk("GLD", 5)]


@pytest.mark.parametrize("name", ALL)
def test_fills_and_value_are_those_of_a_bare_cerebro(name: str) -> None:
    kind = ALL[name]
    bars = BARS[: feeds_of(kind)]
    expected, run = bare(kind, bars), ours(kind, bars)
    assert executions(run) == expected.executed
    assert expected.executed
    assert run.account.equity.iloc[-1] == pytest.approx(expected.value, rel=1e-12)
    assert len(run.output.lapses) == expected.rejected


@pytest.mark.parametrize("name", ["ByName", "Rotation", "EachOnItsOwn"])
def test_feeds_that_begin_later_and_have_gaps(name: str) -> None:
    """Market orders wait for the next bar of their own line, here and there."""
    kind = ALL[name]
    late = walk("AGG", 4, BARS[0].frame.index[60].date().isoformat(), 260)
    holes = Bars("GLD", BARS[2].frame.drop(BARS[2].frame.index[100:130:3]), Priced.SPLITS)
    bars = [BARS[0], late, holes][: feeds_of(kind)]
    expected, run = bare(kind, bars), ours(kind, bars)
    assert executions(run) == expected.executed
    assert expected.executed
    assert run.account.equity.iloc[-1] == pytest.approx(expected.value, rel=1e-12)


def test_bars_in_another_currency_hold_their_open_and_close() -> None:
    """Opens at the rate before the session, the rest at the one that values it: still one bar."""
    seen: list[np.ndarray] = []

    class Sees(bt.Strategy):
        def stop(self) -> None:
            names = ("open", "high", "low", "close")
            seen.append(np.array([getattr(self.data, name).array for name in names]))

    line = walk("0700.HK", 8)
    run = ours(Sees, [line], currency="EUR")
    ((opened, high, low, close),) = seen
    assert (high >= np.maximum(opened, close)).all()
    assert (low <= np.minimum(opened, close)).all()
    rate = run.market.rate[:, 0]
    assert close == pytest.approx(line.frame["close"].to_numpy() * rate, rel=1e-12)
    assert (high >= line.frame["high"].to_numpy() * rate * (1 - 1e-12)).all()


def test_a_line_may_be_declared_in_the_class() -> None:
    own = Asset("XLK", NEW_YORK, half_spread=always(0.0), listed=date(2021, 1, 4))

    class Declared(ALL["MarketOrders"]):  # type: ignore[misc]
        universe = (own,)

    job = job_of(Declared)
    assert job.plain is not None
    run = run_backtrader(job.plain, InMemory({"XLK": BARS[0]}), Settings(cash=1e5, costs="none"))  # type: ignore[arg-type]
    assert executions(run) == bare(Declared, BARS[:1]).executed
