"""The speed benchmark, small: it runs, and its tools play the same work. No time is asserted."""

from __future__ import annotations

import json
import math
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backtests.runner.inputs import cost_model
from backtests.simulation.desk import Desk
from benchmarks import speed
from benchmarks.peers import plain_pandas, theses
from benchmarks.peers.panel import Panel, figures
from benchmarks.peers.report import BEGIN, END, markdown, written
from benchmarks.peers.with_newsfolio import KINDS, prepared, window
from markets.sample.source import SampleSource
from tests.support.forked_commands import forked_commands

OURS = "newsfolio"


@pytest.fixture(scope="module", params=[True, pytest.param(False, marks=pytest.mark.slow)],
                ids=["forked", "from nothing"])  # fmt: skip
def report(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> dict[str, Any]:
    """All parts, small; the slow tests start each of the thirty processes from nothing."""
    file = tmp_path_factory.mktemp("speed") / "speed.json"
    with forked_commands() if request.param else nullcontext():
        speed.main(["--smoke", "--json", str(file)])
    return json.loads(file.read_text())  # type: ignore[no-any-return]


def test_every_part_has_figures_of_newsfolio_and_plain_pandas(report: dict[str, Any]) -> None:
    rows = (*report["runs"].values(), report["sweep"], report["sweep memory"], report["starts"])
    for row in rows:
        assert {OURS, "plain pandas"} <= row.keys()
    assert {"newsfolio, verdict page", "newsfolio, verdict page and tearsheet"} <= set(
        report["cold"]
    )
    assert set(report["growth"]) == {"lines", "sessions", "decisions", "sets"}


def test_who_is_left_out_is_named_with_the_reason(report: dict[str, Any]) -> None:
    missing = {name for name, _ in speed.COLUMNS.values()} - set(report["versions"])
    assert missing == set(report["skipped"])
    assert all(report["skipped"].values())
    assert report["cold skipped"] == {}


def test_all_tools_have_the_same_equity_without_costs(report: dict[str, Any]) -> None:
    for row in report["agreement"].values():
        assert OURS in row
        assert max(row.values()) <= speed.TOLERANCE


def test_the_tables_show_every_figure_and_go_between_the_marks(
    report: dict[str, Any], tmp_path: Path
) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nstale\n{END}\nafter\n")
    written(markdown(report), page)
    text = page.read_text()
    assert text.startswith("before\n") and text.endswith("after\n") and "stale" not in text
    assert text.count("| newsfolio |") == 4  # runs, sweep, starts, agreement


def test_a_missing_peer_is_skipped_by_name(tmp_path: Path) -> None:
    bench = speed.Bench(tmp_path, "no-such-python", speed.SMOKE)
    report = speed.measured(bench, ())
    assert set(report["skipped"]) == set(speed.PEERS)


def test_plain_pandas_pays_the_fee_on_what_it_trades(tmp_path: Path) -> None:
    days = np.array(["2024-01-02", "2024-01-03", "2024-01-04"], dtype="datetime64[ns]")
    close = np.array([[100.0, 100.0], [200.0, 100.0], [200.0, 50.0]])
    panel = Panel(days, ("A", "B"), close, np.array([0, 1]), 0.01, 1000.0, tmp_path)
    # 990 in halves are 1485 a day later; 247.5 each way of two lines cost 4.95 of 1485.
    evened = 1485 * (1 - 0.01 * (2 * 247.5 / 1485))
    assert plain_pandas.work(panel, "equal")().tolist() == pytest.approx(
        [990.0, evened, evened * 0.75]
    )


def test_figures_of_a_curve_by_hand() -> None:
    total, volatility, sharpe, fall = figures(np.array([100.0, 110.0, 99.0]))
    assert (total, fall) == (pytest.approx(-0.01), pytest.approx(-0.1))
    assert volatility == pytest.approx(math.sqrt(0.02 * 252))  # +10 % and -10 %
    assert sharpe == pytest.approx(0.0)


def test_the_exponent_is_the_slope_of_the_logarithms() -> None:
    assert speed.exponent({1: 3.0, 10: 300.0, 100: 30_000.0}) == pytest.approx(2.0)


@pytest.mark.parametrize("name", ["top", "inverse"])
def test_weights_at_once_are_the_weights_one_by_one(name: str) -> None:
    assert isinstance(KINDS[f"batch-{name}"], (theses.LeadersAtOnce, theses.InverseAtOnce))
    runs = [prepared(KINDS[key], SampleSource(), window(400)) for key in (name, f"batch-{name}")]
    first, other = (
        run.engine(Desk(run.strategy, run.market, run.settings, cost_model(run.settings)))
        for run in runs
    )
    assert len(first.fills) > 50
    assert list(first.fills) == list(other.fills)
