"""Walk-forward: chosen on what was known, traded for real, judged many times over."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backtests import run
from backtests.commands.sweep import say_walk
from backtests.records.ledger import Ledger
from backtests.sweeps.grid import grid_of
from backtests.sweeps.sweep import SweepResult
from backtests.sweeps.walk_forward import plan
from backtests.sweeps.walk_forward.cross_validation import folds_of, paths_of
from backtests.sweeps.walk_forward.selection import Selection
from backtests.sweeps.walk_forward.switching import SwitchingStrategy
from newsfolio import (
    CommandError,
    Strategy,
    UnknownName,
    drift_band,
    monthly,
    quarterly,
)
from newsfolio.schedules import Schedule
from reports.pages.sweep import headline, sweep_page
from strategies.relative_momentum import RelativeMomentum
from tests.support.shell import Shell
from tests.support.sweeps import ROOT, TOP
from tests.support.walks import CHANGE, FLIP, ByHand, Hold, Regimes, walked, windows


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> SweepResult:
    """The walk that most tests look at, made once."""
    return walked(tmp_path_factory.mktemp("usual"))


# Choosing


def test_the_choice_changes_once_most_of_what_is_known_speaks_for_it(usual: SweepResult) -> None:
    """The line that rose in more sessions of a window gained more in it, so counting is enough.

    Twelve months less the 23 sessions that a month may have: decided at the end of December 2021
    on 129 sessions before the flip and 109 after it; at the end of March 2022 on 65 and 173.
    """
    rows = windows(usual)
    days = pd.bdate_range("2019-01-03", "2023-06-30")
    for row in rows:
        train = days[(days >= row["trained_from"]) & (days <= row["trained_until"])]
        before = int((train < pd.Timestamp(FLIP)).sum())
        assert row["values"]["pick"] == ("AAA" if before > len(train) - before else "BBB")
        between = days[(days > row["trained_until"]) & (days <= row["decided"])]
        assert len(between) == 23
    decided = [row["decided"] for row in rows]
    assert decided[:3] == ["2019-12-31", "2020-03-31", "2020-06-30"]
    assert {row["decided"]: row["values"]["pick"] for row in rows} == {
        day: "AAA" if day < CHANGE.isoformat() else "BBB" for day in decided
    }
    assert "2021-12-31" in decided
    assert rows[0]["trained_from"] == "2019-01-03"


@pytest.mark.parametrize(
    ("start", "trained_from"),
    [
        ("2019-01-02", "2019-01-03"),  # New Year's Day is none: January is whole
        ("2019-01-31", "2019-02-01"),
        ("2019-02-01", "2019-02-04"),
        ("2019-06-03", "2019-06-04"),  # a Monday, the first session of June
        ("2019-06-04", "2019-07-01"),  # one session of June is missing
        ("2019-01-15", "2019-02-01"),
    ],
)
def test_the_first_month_counts_where_the_run_has_all_of_it(
    tmp_path: Path, start: str, trained_from: str
) -> None:
    result = walked(tmp_path, start=start, walk_forward=(12, 12))
    assert windows(result)[0]["trained_from"] == trained_from


@pytest.mark.parametrize("shock", [-1.5, 1.5])
def test_what_comes_later_changes_no_earlier_choice(
    tmp_path: Path, usual: SweepResult, shock: float
) -> None:
    """A shock in the first session after a decision, larger than all that a window holds."""
    day = date(2021, 4, 1)  # the first session after the decision of 2021-03-31
    first, second = usual, walked(tmp_path, data=Regimes((day, shock)))
    present = [row for row in windows(first) if row["decided"] < day.isoformat()]
    same = ("decided", "trained_from", "trained_until", "set", "inside")
    assert len(present) == 6
    assert [[row[name] for name in same] for row in present] == [
        [row[name] for name in same] for row in windows(second)[: len(present)]
    ]
    before = slice(None, "2021-03-31")
    pd.testing.assert_frame_equal(first.walk.loc[before], second.walk.loc[before])
    assert first.walk["walk"].iloc[-1] != second.walk["walk"].iloc[-1]
    following = windows(second)[len(present)]["values"]["pick"]
    assert following == ("AAA" if shock > 0 else "BBB")


# Trading


def test_the_curve_is_that_of_one_account_that_goes_through_the_change(
    tmp_path: Path, usual: SweepResult
) -> None:
    alone = run(ByHand(), data=Regimes(), start="2019-12-31", engine="kernel", verdict=False,
                ledger=tmp_path / "own.sqlite")  # fmt: skip
    pd.testing.assert_series_equal(
        usual.walk["walk"], alone.equity, check_names=False, check_index_type=False
    )
    summary = usual.summary["walk_forward"]
    assert summary["changes"] == 1
    assert summary["costs"] == alone.metrics["costs"]
    assert summary["metrics"]["walk"]["cagr"] == alone.metrics["cagr"]
    base = run(Hold(), data=Regimes(), start="2019-12-31", engine="kernel", verdict=False,
               ledger=tmp_path / "own.sqlite")  # fmt: skip
    assert usual.walk["base"].tolist() == base.equity.tolist()
    assert set(usual.walk) == {"walk", "base", "cash"}


def test_what_changing_cost_is_what_the_accounts_put_together_have_ahead(
    tmp_path: Path, usual: SweepResult
) -> None:
    legs = {
        pick: run(Hold(pick=pick), data=Regimes(), start="2019-01-02", engine="kernel",
                  verdict=False, ledger=tmp_path / "own.sqlite").equity
        for pick in ("AAA", "BBB")
    }  # fmt: skip
    day = pd.Timestamp(CHANGE)
    first, last = usual.walk.index[0], usual.walk.index[-1]
    grown = legs["AAA"][day] / legs["AAA"][first] * legs["BBB"][last] / legs["BBB"][day]
    years = (last - first).days / 365.25
    own = usual.walk["walk"].iloc[-1] / usual.walk["walk"].iloc[0]
    expected = grown ** (1 / years) - own ** (1 / years)
    assert usual.summary["walk_forward"]["switching"] == pytest.approx(expected, rel=1e-9)
    assert expected > 0


class Ends:
    """Ten sessions; the fifth and the tenth end a period."""

    days = pd.bdate_range("2024-01-01", periods=10)

    def every(self) -> np.ndarray:
        return np.ones(10, dtype=bool)

    def ends(self, period: object) -> np.ndarray:
        return np.arange(10) % 5 == 4

    def on_or_after(self, days: tuple[date, ...]) -> np.ndarray:
        marks = np.zeros(10, dtype=bool)
        marks[[int(self.days.searchsorted(pd.Timestamp(day))) for day in days]] = True
        return marks

    def publication(self) -> np.ndarray:
        return np.zeros(10, dtype=bool)


def test_a_turn_is_a_decision_and_brings_its_own_schedule() -> None:
    def holding(schedule: Schedule) -> Strategy:
        class Sometimes(Hold):
            rebalance = schedule

        return Sometimes()

    player = SwitchingStrategy(
        Hold(), ((date(2024, 1, 1), holding(monthly)), (date(2024, 1, 4), holding(quarterly)))
    )
    assert np.flatnonzero(player.rebalance.marks(Ends())).tolist() == [0, 3, 4, 9]
    with pytest.raises(CommandError, match="drift bands"):
        SwitchingStrategy(Hold(), ((date(2024, 1, 1), holding(monthly)),
                        (date(2024, 1, 4), holding(monthly | drift_band(0.1)))))  # fmt: skip


# The ledger, and going on


def test_a_walk_is_one_trial_and_its_sets_are_counted_once(tmp_path: Path) -> None:
    def trials() -> int:
        return len(Ledger(tmp_path / "l.sqlite").rows())

    plain = walked(tmp_path, walk_forward=None)
    assert trials() == 2
    with pytest.raises(CommandError, match="no walk-forward"):
        _ = plain.walk
    first = walked(tmp_path)
    assert (first.id, trials()) == (plain.id, 3)
    again = walked(tmp_path)
    assert (again.summary, trials()) == (first.summary, 3)
    walked(tmp_path, walk_forward=(24, 3))
    assert trials() == 4
    rows = Ledger(tmp_path / "l.sqlite").rows()
    assert len({row["variant"] for row in rows}) == 4
    metrics = json.loads(rows[2]["metrics"])
    assert metrics["cagr"] == first.summary["walk_forward"]["metrics"]["walk"]["cagr"]


def test_returns_that_are_missing_are_made_again(tmp_path: Path) -> None:
    first = walked(tmp_path)
    for path in (first.folder / "returns").glob("*.parquet"):
        path.unlink()
    assert walked(tmp_path).summary == first.summary
    assert len(Ledger(tmp_path / "l.sqlite").rows()) == 3


def test_workers_do_not_change_the_walk(tmp_path: Path) -> None:
    first, second = walked(tmp_path / "one"), walked(tmp_path / "two", workers=2)
    assert first.summary == second.summary
    pd.testing.assert_frame_equal(first.walk, second.walk)


# What cannot be


def test_what_cannot_be_walked_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="give months to choose on"):
        walked(tmp_path, walk_forward=(0, 3))
    with pytest.raises(CommandError, match="none is left to trade after 600 months"):
        walked(tmp_path, walk_forward=(600, 3))
    with pytest.raises(CommandError, match="contains no observations"):
        walked(tmp_path, walk_forward=(1, 3))
    with pytest.raises(UnknownName, match="no figure to choose by called 'sortino'"):
        walked(tmp_path, by="sortino")
    with pytest.raises(CommandError, match="at least two sets"):
        walked(tmp_path, grid={"pick": ("AAA",)})
    with pytest.raises(CommandError, match="follow from its parameters"):
        walked(tmp_path, "momentum-chase", data="sample", grid={"line": ("SPY", "KWEB")})
    monkeypatch.setattr(plan, "find_spec", lambda name: None)
    with pytest.raises(CommandError, match="walk-forward needs skfolio: pip install"):
        walked(tmp_path)
    assert not list(tmp_path.glob("sweep-*"))


def test_sets_that_fail_are_not_chosen(tmp_path: Path) -> None:
    result = walked(tmp_path, grid={"pick": ("NONE", "BBB", "AAA")})
    assert result.summary["failed"] == 1
    assert {row["values"]["pick"] for row in windows(result)} == {"AAA", "BBB"}
    alone = walked(tmp_path, grid={"pick": ("NONE", "AAA")})
    assert "fewer than two sets" in alone.summary["walk_forward"]["why"]
    assert "fewer than two sets" in sweep_page(alone.summary)


def test_a_sweep_without_a_walk_does_not_load_the_splitters(tmp_path: Path) -> None:
    code = (
        "import sys; from backtests import sweep; "
        "sweep('relative-momentum', data='sample', start='2025-06-02', grid={'band': (0.0, 0.02)}, "
        "ledger='l.sqlite'); print('skfolio' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True,
                          text=True, check=True, env={"PYTHONPATH": str(ROOT)})  # fmt: skip
    assert done.stdout.strip() == "False"


# Cross-validation


def test_noise_is_overfitted_and_skill_is_not(tmp_path: Path, usual: SweepResult) -> None:
    """One set that is always right is best in every half; its paths all come out above zero."""
    steady = walked(tmp_path / "1", data=Regimes(flips=False))  # AAA gains throughout
    cross = steady.summary["walk_forward"]["cross"]
    assert (cross["folds"], cross["splits"], cross["paths"]) == (10, 252, 126)
    assert (cross["below"], cross["pbo"], cross["above_zero"]) == (0.0, 0.0, 1.0)
    flipped = usual.summary["walk_forward"]["cross"]
    assert flipped["below"] > 0.5  # what was best in one half is worst in the other
    assert flipped["pbo"] > 0.5


def test_a_path_is_put_together_from_choices_that_had_not_seen_it() -> None:
    class Paths:
        sessions = 12

        def gains(self, returns: np.ndarray) -> np.ndarray:
            return returns

    class Three:
        def some(self, wanted: set[int]) -> dict[int, np.ndarray]:
            return {number: np.arange(12.0) + 100 * number for number in wanted}

    # 4 folds of 3 sessions, 2 of them tests: 6 splits, whose winners are set 0 to 5
    selection = Selection(np.arange(6), np.zeros(6), 6, differ=True)
    splits = list(combinations(range(4), 2))
    recombined = np.array([[row for row, two in enumerate(splits) if fold in two]
                           for fold in range(4)])  # fmt: skip
    routes = [
        path.tolist() for path in paths_of(Paths(), selection, Three(), recombined, folds_of(12, 4))
    ]  # type: ignore[arg-type]
    assert [path[::3] for path in routes] == [
        [0, 3, 106, 209], [100, 303, 306, 409], [200, 403, 506, 509],
    ]  # fmt: skip


def test_too_few_sessions_for_a_cross_validation_are_said(tmp_path: Path) -> None:
    result = walked(tmp_path, start="2023-01-02", walk_forward=(3, 3))
    assert result.summary["walk_forward"]["cross"]["why"] == (
        "129 sessions; 6 folds with 25 purged and embargoed need 162"
    )


def test_a_position_is_held_from_decision_to_decision() -> None:
    from backtests.settings import Settings
    from backtests.sweeps.simulator import SweepSimulator

    class Quarterly(Hold):
        rebalance = quarterly

    settings = Settings(start="2019-01-02", engine="kernel")
    for strategy, most in ((Hold(), 23), (Quarterly(), 63)):
        simulator = SweepSimulator.of(grid_of(strategy, {"pick": ("AAA",)}), Regimes(), settings)
        assert plan.held(strategy, simulator.shared(strategy)) == most


# What is shown


def test_the_page_leads_with_the_walk(usual: SweepResult) -> None:
    page = usual.report().read_text()
    assert headline(usual.summary).startswith("Chosen on what was known: ")
    assert page.index("Walk-forward: growth of 1") < page.index("Plateau of each parameter")
    for row in windows(usual):
        assert f'<th scope="row">{row["decided"]}</th>' in page
    assert "The parameters changed once." in page
    assert "SIMULATED" in page


def test_a_thesis_is_chosen_by_what_it_is_ahead_of_its_control(tmp_path: Path) -> None:
    result = walked(tmp_path, "relative-momentum", data="sample", by="", walk_forward=(24, 12),
                    grid={"lookback": (63, 126)})  # fmt: skip
    summary = result.summary["walk_forward"]
    assert (summary["by"], summary["against"]) == ("score", result.summary["against"])
    assert summary["against"] in result.walk
    # the annual Sharpe ratio of the difference, worked out from curves of single runs
    row = windows(result)[0]
    alone = run("relative-momentum", data="sample", start="2019-01-02", engine="kernel",
                verdict=False, ledger=tmp_path / "own.sqlite")  # fmt: skip
    chosen = run(RelativeMomentum(lookback=row["values"]["lookback"]), data="sample",
                 start="2019-01-02", engine="kernel", verdict=False,
                 ledger=tmp_path / "own.sqlite")  # fmt: skip
    gap = chosen.returns - alone.references[summary["against"]].pct_change().iloc[1:]
    train = gap[row["trained_from"] : row["trained_until"]]
    days = alone.equity.index
    pace = (len(days) - 1) / ((days[-1] - days[0]).days / 365.25)
    assert row["inside"] == pytest.approx(train.mean() / train.std() * pace**0.5)


def test_the_command_walks(shell: Shell) -> None:
    (shell.folder / "top.py").write_text(TOP)
    common = ("sweep", "top.py", "--data", "sample", "--start", "2023-01-03", "--grid", "n=1,2",
              "--walk-forward", "12", "6", "--ledger", str(shell.ledger))  # fmt: skip
    answer = shell(*common)
    assert (answer.code, answer.err) == (0, "")
    for word in ("walk-forward  CAGR", "as declared", "switching", "chosen at the close"):
        assert word in answer.out
    report = json.loads(shell(*common, "--json").out)
    assert report["walk_forward"]["train"] == 12
    assert shell("sweep", "top.py", "--grid", "n=1,2", "--walk-forward", "0", "6").code == 2


def test_what_is_short_is_put_in_total(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """65 sessions of trade, and windows of a month: six good weeks are not 188 % a year."""
    result = walked(tmp_path, start="2023-01-02", walk_forward=(3, 1), by="cagr", costs="none")
    summary = result.summary["walk_forward"]
    curve, rows = result.walk["walk"], windows(result)
    assert len(curve) < 90
    assert summary["metrics"]["walk"]["cagr"] is summary["metrics"]["cash"]["cagr"] is None
    total = curve.iloc[-1] / curve.iloc[0] - 1
    assert summary["metrics"]["walk"]["total_return"] == pytest.approx(total, abs=1e-12)
    assert [(row["inside"], row["outside"]) for row in rows] == [(None, None)] * 3
    picked = [row["outside_total"] for row in rows]
    assert summary["switching"] == pytest.approx(np.prod([1 + gain for gain in picked]) - 1 - total)
    text = f"{total * 100:.2f} % in total"
    assert headline(result.summary).startswith(f"Chosen on what was known: {text}, ")
    page = result.report().read_text()
    assert f'data-label="Growth a year">{text}' in page
    assert f"{picked[0] * 100:.2f} % in total" in page
    side = "ahead of" if summary["switching"] > 0 else "behind"
    assert f"{abs(summary['switching']) * 100:.2f} % in total {side} the run." in page
    legend = page[page.index('<span class="legend') :].split("</figcaption>")[0]
    assert "<bdi>Walk-forward</bdi>" in legend  # on a phone nothing else tells the curves apart
    assert "Without costs" in page
    assert "After costs" not in page
    say_walk(summary)
    printed = capsys.readouterr().out
    assert f"walk-forward  {text}, Sharpe" in printed
    assert "CAGR" not in printed
    assert "a year" not in printed
