"""What a run had its money in, as the ledger knows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pytest

from backtests import sweep
from backtests.records.exposures import exposure_of, published_on
from backtests.records.ledger import Ledger
from backtests.records.ledger.trial import Exposure
from backtests.runner.run_strategy import run_strategy
from backtests.settings import Settings
from newsfolio import Fixed, Strategy
from tests.support.switch import DAYS, LINES, Made, Switch, line

BILLS = {**LINES, "SHV": line("SHV", np.full(len(DAYS), 0.0001))}


def exposure(strategy: Strategy, since: date | None = None, **settings: object) -> Exposure:
    wanted = Settings(engine="kernel", start="2022-01-03", **settings)  # type: ignore[arg-type]
    run = run_strategy(strategy, Made(BILLS), wanted)
    return exposure_of(run, published_on(strategy), since)


@dataclass(frozen=True)
class Mixed(Switch):
    """Half in BBB since publication, the rest in what is named."""

    rest: str = "AAA"
    universe = ("AAA", "BBB", "SHV", "IDX")
    grid = {}

    def weights(self, view):
        return {"BBB": 0.45, self.rest: 0.55} if view.published else {"AAA": 1.0}

    def controls(self) -> Mapping[str, Strategy]:
        return {"index": Fixed(mix=((1.0, "IDX"),))}


def test_the_lines_since_the_article_alone() -> None:
    """AAA, which it held before, is no line of the thesis; it is sold at the first open."""
    held = exposure(Switch())
    assert (held.published, held.since, held.until) == ("2023-06-01", "2023-06-02", "2024-12-31")
    assert held.lines == {"BBB": 1.0}
    assert held.apart == {}  # its control holds BBB too, and nothing is left


def test_money_that_is_not_at_work_is_left_out() -> None:
    assert exposure(Switch(share=0.3)).lines == {"BBB": 1.0}
    assert exposure(Mixed(rest="SHV")).lines == {"BBB": 1.0}
    mixed = exposure(Mixed(rest="AAA")).lines
    assert mixed == pytest.approx({"AAA": 0.55, "BBB": 0.45}, abs=0.06)
    assert sum(mixed.values()) == pytest.approx(1, abs=1e-3)


def test_what_the_control_holds_is_told_apart() -> None:
    held = exposure(Mixed(rest="IDX"))
    assert held.lines == pytest.approx({"BBB": 0.45, "IDX": 0.55}, abs=0.06)
    assert held.apart == {"BBB": 1.0}


def test_bills_alone_are_lines_all_the_same() -> None:
    @dataclass(frozen=True)
    class Bills(Mixed):
        def weights(self, view):
            return {"SHV": 1.0}

    assert exposure(Bills()).lines == {"SHV": 1.0}


def test_before_anything_scores_there_is_only_a_day() -> None:
    assert exposure(Switch(), end="2023-05-31") == Exposure("2023-06-01")


def test_a_run_that_is_judged_again_scores_later() -> None:
    assert exposure(Switch(), date(2024, 3, 1)).since == "2024-03-04"


def test_a_set_of_a_sweep_has_the_lines_of_its_strategy(tmp_path) -> None:
    sweep(Switch(), Made(BILLS), grid={"share": (0.2, 0.4)}, start="2022-01-03",
          ledger=tmp_path / "l.sqlite", out=tmp_path)  # fmt: skip
    rows = Ledger(tmp_path / "l.sqlite").rows()
    assert {row["lines"] for row in rows} == {exposure(Switch()).written}
    assert {(row["since"], row["until"]) for row in rows} == {("2023-06-02", "2024-12-31")}
