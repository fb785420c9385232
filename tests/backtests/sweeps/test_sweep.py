"""Sweeps: the same as one by one, whoever runs them, and whatever dies on the way."""

from __future__ import annotations

import json
import pickle
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from backtests import run
from backtests.records.ledger import Ledger
from backtests.runner.run_strategy import run_strategy
from backtests.settings import Settings
from backtests.simulation.interest import growth
from backtests.sweeps.grid import grid_of, read_grid, shuffled
from backtests.sweeps.jobs import Jobs
from backtests.sweeps.simulator import SweepSimulator
from backtests.sweeps.sweep import SweepResult, load, size_of
from markets.sample.source import SampleSource
from newsfolio import (
    Article,
    CommandError,
    NewsfolioError,
    OutputError,
    ParameterError,
    Strategy,
    Thesis,
    UnknownName,
    View,
    monthly,
    param,
)
from reports.pages.sweep import headline, sweep_page
from tests.support.shell import Shell
from tests.support.sweeps import GRID, LINES, START, TOP, Top, bytes_of, swept


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> SweepResult:
    """The sweep that most tests look at, made once."""
    return swept(tmp_path_factory.mktemp("usual"))


# Sets


def test_a_grid_turns_its_last_parameter_fastest() -> None:
    sets = grid_of(Top(), read_grid(["n=1,2", "lookback=30,40,50", "n=3"]))
    assert (len(sets), [axis.values for axis in sets.axes]) == (9, [(1, 2, 3), (30, 40, 50)])
    assert [tuple(sets.values(place).values()) for place in (0, 1, 3, 8)] == [
        (1, 30), (1, 40), (2, 30), (3, 50),
    ]  # fmt: skip
    assert sets.strategy(3) == Top(n=2, lookback=30)


def test_the_own_grid_of_a_strategy_is_the_default() -> None:
    class Own(Top):
        grid = {"n": (1, 2), "word": ("a", "b")}

    assert [tuple(grid_of(Own()).values(place).values()) for place in range(4)] == [
        (1, "a"), (1, "b"), (2, "a"), (2, "b"),
    ]  # fmt: skip
    with pytest.raises(CommandError, match="declares no grid"):
        grid_of(Top())


@pytest.mark.parametrize(
    ("grid", "error", "sentence"),
    [
        (["m=1"], UnknownName, "no parameter of top called 'm'"),
        (["lokback=30"], UnknownName, "Did you mean lookback"),
        (["n=0"], ParameterError, "out of bounds: 1 to 6"),
        (["n=many"], ParameterError, "not of type int"),
        (["n"], CommandError, "write it as name=1,2,3"),
        (["n="], CommandError, "write it as name=1,2,3"),
    ],
)
def test_a_wrong_grid_says_what_is_wrong(
    grid: list[str], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        grid_of(Top(), read_grid(grid))


@pytest.mark.parametrize("total", [1, 2, 3, 10, 97, 1000])
def test_a_shuffle_reaches_every_place_once(total: int) -> None:
    order = [shuffled(place, total, 7) for place in range(total)]
    assert sorted(order) == list(range(total))
    if total > 10:
        assert order != sorted(order)
        assert order != [shuffled(place, total, 8) for place in range(total)]


@dataclass(frozen=True)
class Wide(Strategy):
    """Its universe is an attribute of the set, not of the class."""

    n: int = param(1, low=1, high=6)
    rebalance = monthly

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "universe", LINES[: self.n])

    def weights(self, view: View) -> dict[str, float]:
        return {line: 1 / len(view.universe) for line in view.universe}


def test_sets_with_lines_of_their_own_are_run_on_them(tmp_path: Path) -> None:
    equities = swept(tmp_path, Wide(), grid={"n": (1, 3)}).table.set_index("n")["final_equity"]
    for n in (1, 3):
        single = run_strategy(Wide(n), SampleSource(), Settings(start=START, engine="kernel"))  # type: ignore[arg-type]
        assert equities[n] == single.account.equity.iloc[-1]


def test_draws_stay_within_bounds_and_repeat_with_their_seed() -> None:
    sets = grid_of(Top(), random=200, seed=1)
    drawn = [sets.values(place) for place in range(200)]
    assert all(set(draw) == {"n", "lookback", "share"} for draw in drawn)
    assert {draw["n"] for draw in drawn} == {1, 2, 3, 4, 5, 6}
    assert all(20 <= draw["lookback"] <= 252 and 0 <= draw["share"] <= 1 for draw in drawn)
    # of a uniform draw of 200 the mean lies within four deviations: 0.289 / sqrt(200) each
    assert abs(sum(draw["share"] for draw in drawn) / 200 - 0.5) < 4 * 0.0204
    assert drawn == [grid_of(Top(), random=200, seed=1).values(place) for place in range(200)]
    assert drawn != [grid_of(Top(), random=200, seed=2).values(place) for place in range(200)]


def test_draws_from_a_grid_never_repeat() -> None:
    sets = grid_of(Top(), GRID, random=40, seed=5)
    drawn = {tuple(sets.values(place).values()) for place in range(40)}
    assert len(drawn) == 40
    assert all(n in GRID["n"] and lookback in GRID["lookback"] for n, lookback in drawn)
    with pytest.raises(CommandError, match="only 48 sets"):
        grid_of(Top(), GRID, random=49)


# The same as one by one


@pytest.mark.parametrize("more", [{}, {"currency": "HKD", "lots": "fractional", "cash": 2e5}])
def test_a_sweep_trades_as_runs_one_by_one(more: dict[str, Any]) -> None:
    settings = Settings(start=START, engine="kernel", **more)
    sets = grid_of(Top(), GRID)
    simulator = SweepSimulator.of(sets, SampleSource(), settings)
    for place in (0, 7, 20, 47):
        alone = run_strategy(sets.strategy(place), SampleSource(), settings)
        assert simulator.run(sets.strategy(place))[1] == alone.output


def test_the_figures_of_a_set_are_those_of_its_run(tmp_path: Path, usual: SweepResult) -> None:
    table = usual.table
    for place in (0, 13, 47):
        n, lookback = 1 + place // 12, 30 + 10 * (place % 12)
        row = table.iloc[place]
        assert (row["set"], row["n"], row["lookback"]) == (place, n, lookback)
        alone = run(Top(n=n, lookback=lookback), data="sample", start=START, engine="kernel",
                    ledger=tmp_path / "l.sqlite", verdict=False)  # fmt: skip
        assert {name: row[name] for name in alone.metrics} == dict(alone.metrics)


def test_the_score_is_the_one_of_the_verdict(tmp_path: Path) -> None:
    result = swept(tmp_path, "relative-momentum", grid={"band": (0.0, 0.02)}, start="2024-06-03")
    alone = run("relative-momentum", data="sample", start="2024-06-03", engine="kernel",
                ledger=tmp_path / "own.sqlite", placebos=0)  # fmt: skip
    assert alone.evaluation is not None
    assert result.table["score"].iloc[1] == alone.evaluation["significance"]["sharpe"]
    assert result.summary["against"] == alone.evaluation["comparisons"][0]["name"]
    assert result.summary["by"] == "score"


def test_sets_with_other_lines_get_their_own_market(tmp_path: Path) -> None:
    result = swept(tmp_path, "momentum-chase", grid={"line": ("SPY", "KWEB", "NONE")})
    good = run("momentum-chase", data="sample", start=START, engine="kernel",
               ledger=tmp_path / "l.sqlite", verdict=False)  # fmt: skip
    table = result.table.set_index("line")
    assert table.loc["KWEB", "final_equity"] == good.metrics["final_equity"]
    assert table.loc["SPY", "final_equity"] != table.loc["KWEB", "final_equity"]
    assert "no data for NONE" in table.loc["NONE", "error"]


def test_a_set_is_named_by_all_that_it_depends_on(tmp_path: Path) -> None:
    first = swept(tmp_path, grid={"n": (1, 2)}).table["id"]
    wider = swept(tmp_path, grid={"n": (2, 3)}).table["id"]
    richer = swept(tmp_path, grid={"n": (1, 2)}, cash=5e5).table["id"]
    assert first[1] == wider[0]
    assert len({*first, *wider, *richer}) == 5


# What goes wrong


def test_a_failed_set_is_recorded_and_stops_nothing(tmp_path: Path) -> None:
    grid = {"n": (5, 6), "lookback": (100, 250), "word": ("plain", "fails")}
    result = swept(tmp_path, grid=grid)
    errors = result.table["error"]
    assert (errors == "").sum() == 3
    assert errors[1].startswith("top(n=5, lookback=100, word=fails) raised ZeroDivisionError")
    assert errors[6] == errors[7] == "six lines need a short past"
    assert result.table.loc[errors != "", "sharpe"].isna().all()
    assert result.summary["failed"] == 5
    assert result.summary["errors"][0] == {"error": "six lines need a short past", "sets": 2}
    rows = Ledger(tmp_path / "l.sqlite").rows()
    assert [row["status"] for row in rows].count("failed") == 5


@dataclass(frozen=True)
class Opposed(Top):
    """A set that can be simulated, but not compared: its control fails."""

    thesis = Thesis("O", "opposed", "", Article("sim", "a", "b", datetime(2025, 7, 1, tzinfo=UTC)))

    def controls(self) -> Mapping[str, Strategy]:
        return {"other": Top(word="fails" if self.n == 3 else "plain")}


def test_a_set_that_cannot_be_compared_has_no_figures(tmp_path: Path) -> None:
    result = swept(tmp_path, Opposed(), grid={"n": (1, 3)})
    assert "raised ZeroDivisionError" in result.table["error"][1]
    assert result.table["sharpe"].isna().tolist() == [False, True]
    assert (result.summary["failed"], result.summary["unknown"]) == (1, 0)


def test_a_sweep_of_which_no_set_ran_is_one_failed_trial(tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    (files / "SPY.csv").write_text("Date,Close,Adj Close\n2025-06-02,many,1\n")
    with pytest.raises(NewsfolioError, match="many"):
        swept(tmp_path, data=files)
    (row,) = Ledger(tmp_path / "l.sqlite").rows()
    assert (row["status"], row["strategy"], row["run"]) == ("failed", "top", "")
    assert "many" in row["error"]
    assert json.loads(row["parameters"])["n"] == 2


def test_a_sweep_that_ends_half_way_leaves_its_sets_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OutputError("the disk is full")

    monkeypatch.setattr("backtests.sweeps.storage.SetTable.write", full)
    with pytest.raises(OutputError, match="the disk is full"):
        swept(tmp_path, grid={"n": (1, 2)})
    assert [row["status"] for row in Ledger(tmp_path / "l.sqlite").rows()] == ["done", "done"]


def test_every_set_is_in_the_ledger_as_a_run_of_it_would_be(tmp_path: Path) -> None:
    options = {"start": "2024-06-03", "engine": "kernel"}
    result = swept(tmp_path, "relative-momentum", grid={"band": (0.0, 0.02)}, start="2024-06-03")
    run("relative-momentum", data="sample", ledger=tmp_path / "l.sqlite", placebos=0, **options)
    rows = Ledger(tmp_path / "l.sqlite").rows()
    of_the_sweep, alone = rows[1], rows[2]
    same = ("thesis", "strategy", "parameters", "code", "data", "simulated", "settings", "start",
            "end", "metrics", "variant", "scored", "sharpe")  # fmt: skip
    assert {name: of_the_sweep[name] for name in same} == {name: alone[name] for name in same}
    assert (of_the_sweep["run"], alone["run"]) != ("", "")
    assert result.id == of_the_sweep["run"]


def test_workers_do_not_change_a_byte(tmp_path: Path, usual: SweepResult) -> None:
    first, second = usual, swept(tmp_path, workers=2)
    assert len(bytes_of(first)) == 3
    assert bytes_of(first) == bytes_of(second)
    assert first.summary == second.summary


def test_options_that_do_not_go_together(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="give at least one"):
        swept(tmp_path, workers=0)
    with pytest.raises(CommandError, match="random 0: draw at least one"):
        swept(tmp_path, random=0)
    with pytest.raises(UnknownName, match="no figure called 'shape'"):
        swept(tmp_path, by="shape")
    with pytest.raises(CommandError, match="no setting called"):
        swept(tmp_path, colour="red")


def test_jobs_follow_from_the_size_of_the_sweep_alone() -> None:
    assert [size_of(sets) for sets in (1, 48, 1000, 50_000, 10**7)] == [20, 20, 50, 50, 2000]


def test_the_jobs_travel_without_what_was_worked_out_on_the_way() -> None:
    settings = Settings(start=START, engine="kernel")
    sets = grid_of(Top(), GRID)
    jobs = Jobs.of(SweepSimulator.of(sets, SampleSource(), settings), sets, 2)
    jobs.simulator.warm(sets)
    rows = jobs(0)
    assert growth.remembered(jobs.simulator.shared(Top()).market)
    arrived = pickle.loads(pickle.dumps(jobs))
    assert not growth.remembered(arrived.simulator.shared(Top()).market)
    assert arrived(0) == rows


# What is shown


def test_plateau_and_map_are_medians(tmp_path: Path) -> None:
    result = swept(tmp_path, by="cagr")
    table, summary = result.table, result.summary
    middle = table.groupby("n")["cagr"].median()
    assert {row["value"]: row["median"] for row in summary["plateau"]["n"]} == {
        str(n): pytest.approx(value) for n, value in middle.items()
    }
    assert [row["sets"] for row in summary["plateau"]["n"]] == [12, 12, 12, 12]
    assert summary["quantiles"]["median"] == pytest.approx(table["cagr"].median())
    assert summary["map"]["cells"][3][1] == pytest.approx(
        table.query("lookback == 60 and n == 2")["cagr"].iloc[0]
    )
    order = table.sort_values("cagr", ascending=False)["set"].tolist()
    assert [row["set"] for row in summary["best"]] == order[:5]
    assert [row["set"] for row in summary["worst"]] == order[:-6:-1]


def test_many_values_are_gathered_into_stretches(tmp_path: Path) -> None:
    result = swept(tmp_path, grid=None, random=40)
    rows = result.summary["plateau"]["lookback"]
    assert len(rows) == 8
    assert sum(row["sets"] for row in rows) == 40
    assert all(" to " in row["value"] for row in rows)


def test_the_command_shows_the_plateau_and_writes_a_page(shell: Shell) -> None:
    (shell.folder / "top.py").write_text(TOP)
    common = ("sweep", "top.py", "--data", "sample", "--start", START, "--grid", "n=1,2",
              "--grid", "lookback=30,60", "--ledger", str(shell.ledger))  # fmt: skip
    answer = shell(*common)
    assert (answer.code, answer.err) == (0, "")
    assert "SIMULATED" in answer.out
    assert "n: median sharpe over the other parameters" in answer.out
    page = shell.folder / answer.out.split()[-1]
    assert page.name == "sweep.html"
    assert (page.parent / "newsfolio.js").exists()
    text = page.read_text()
    assert "SIMULATED data (sample)" in text
    assert "Half of the sets have a Sharpe ratio from" in text
    report = json.loads(shell(*common, "--json").out)
    assert set(json.loads((page.parent / "sweep.json").read_text())) == set(report) - {"page"}
    assert shell(*common, "--quiet").out.strip().endswith("sweep.html")
    assert len(Ledger(shell.ledger).rows()) == 4  # the second and third time nothing was played


def test_the_command_explains_its_options_and_its_errors(shell: Shell) -> None:
    text = shell("sweep", "--help").out
    for option in ("--grid", "--random", "--seed", "--workers", "--cluster", "--by"):
        assert option in text
    output = shell("sweep", "abc-basket", "--data", "sample", "--grid", "nothing=1")
    assert (output.code, "no parameter of abc-basket called 'nothing'" in output.err) == (2, True)


def test_a_page_escapes_what_it_is_given(tmp_path: Path) -> None:
    mean = "<img src=x onerror=alert(1)>"
    result = swept(tmp_path, grid={"word": (mean, "b"), "n": (1, 2)})
    page = sweep_page(result.summary)
    assert mean not in page
    assert page == sweep_page(result.summary)
    assert "script-src &#39;nonce-" in page


def test_a_sweep_in_which_all_failed_has_a_page(tmp_path: Path) -> None:
    result = swept(tmp_path, grid={"word": ("fails",), "n": (1, 2)})
    assert result.summary["quantiles"] is None
    assert headline(result.summary) == "None of 2 sets has a Sharpe ratio"
    assert "ZeroDivisionError" in sweep_page(result.summary)


def test_a_base_that_cannot_be_made_with_its_grid_is_no_obstacle(tmp_path: Path) -> None:
    base = replace(Top(), word="fails")
    result = swept(tmp_path, base, grid={"word": ("plain", "fails")})
    assert result.table["error"].eq("").tolist() == [True, False]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"format": 2}', "of a newer newsfolio (format 2; this one reads 1)"),
        ("{}", "is not a finished sweep"),
        ("[1]", "is not a finished sweep"),
        ("", "is not a finished sweep"),
    ],
)
def test_a_folder_that_holds_no_sweep_of_ours_is_refused(
    tmp_path: Path, text: str, says: str
) -> None:
    (tmp_path / "sweep.json").write_text(text)
    with pytest.raises(OutputError, match=re.escape(says)):
        load(tmp_path)
