"""Plain strategies as they are: fills and final value of a bare Cerebro on the same bars."""

from __future__ import annotations

import pytest

from tests.support.backtrader_strategies import ALL, feeds_of
from tests.support.plain_runs import bare, executions, ours, walk

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
