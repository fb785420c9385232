"""What tells arguments of `view.once` apart, though they are equal."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from markets.views.recorder import Recorder
from newsfolio import View
from tests.support.markets_of import bdays, line, market_of

DAYS = bdays("2024-01-02", 5)
EAST = timezone(timedelta(hours=1))


@dataclass(frozen=True)
class Bet:
    """Two of them are equal whatever they weigh."""

    span: int
    weight: float = field(default=1.0, compare=False)


def written(view: View, *arguments: Any) -> str:
    return repr(arguments)


@pytest.mark.parametrize(
    "first, second",
    [(Bet(1, 2.0), Bet(1, 5.0)), ((Bet(1, 2.0),), (Bet(1, 5.0),)), (0.0, -0.0),
     (frozenset({1}), frozenset({True})),
     (datetime(2024, 1, 2, tzinfo=UTC), datetime(2024, 1, 2, 1, tzinfo=EAST))],
)  # fmt: skip
def test_each_gets_the_answer_of_its_own(first: Any, second: Any) -> None:
    market = market_of([line("SPY", DAYS, [100.0] * 5)], "SPY", start=date(2024, 1, 2))
    recorder = Recorder(market)
    recorder.write(market, 4)
    assert first == second
    assert recorder.once(written, (first,), None) == repr((first,))
    assert recorder.once(written, (second,), None) == repr((second,))
