"""What a strategy notes at its decisions stands in the notes of its run, on both engines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from backtests import run
from newsfolio import Strategy, StrategyError, View, Weights, equal, monthly

WINDOW = {"data": "sample", "start": "2024-01-02", "end": "2024-06-28", "verdict": False}


def careful(view: View, quarter: int) -> float:
    if quarter == 1:
        view.note("no figure in the\nfirst quarter")
    return view.level("QQQ")


@dataclass(frozen=True)
class Noting(Strategy):
    universe = ("QQQ", "KWEB")
    rebalance = monthly

    def weights(self, view: View) -> Weights:
        view.once(careful, (view.today.month - 1) // 3 + 1)
        if view.today.month == 5:
            view.note("May is May")
        return equal(*self.universe)


def notes_of(strategy: Strategy, **settings: Any) -> list[str]:
    result = run(strategy, **{**WINDOW, **settings})
    return [note for note in result.manifest["notes"] if note[:4] == "2024"]


@pytest.mark.parametrize("engine", ["kernel", "backtrader"])
def test_a_sentence_is_noted_once_with_its_days(engine: str) -> None:
    assert notes_of(Noting(), engine=engine) == [
        "2024-01-02 to 2024-03-28, 4 decisions: no figure in the first quarter",
        "2024-05-31: May is May",
    ]


@dataclass(frozen=True)
class Chatty(Noting):
    rebalance = monthly

    def weights(self, view: View) -> Weights:
        for number in range(9):
            view.note(f"{view.today} {number} " + "x" * 999 * (number == 0))
        return {}


def test_too_much_is_cut() -> None:
    notes = run(Chatty(), **WINDOW).manifest["notes"]
    mine = [note for note in notes if note[:4] == "2024"]
    assert len(mine) == 40
    assert max(map(len, mine)) < 330
    assert "The strategy noted 23 more." in notes


@dataclass(frozen=True)
class Silent(Noting):
    def weights(self, view: View) -> Weights:
        view.note(" ")
        return {}


def test_an_empty_sentence_is_refused() -> None:
    with pytest.raises(StrategyError, match=r"view.note\(' '\): give a sentence"):
        run(Silent(), **WINDOW)
