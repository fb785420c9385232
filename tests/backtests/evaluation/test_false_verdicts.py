"""Ways in which a reviewer once got a verdict that nothing had earned; each stays closed.

All of them start from `strong()`, made-up lines on which the thesis plainly holds up.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest

from backtests.api import run_job
from backtests.commands.records import rescore
from backtests.evaluation.alternatives import beta_mix
from backtests.evaluation.evaluate import evaluate
from backtests.evaluation.judging import Judging
from backtests.evaluation.reruns.placebos import ENOUGH, placebos
from backtests.evaluation.schema import Condition, Evaluation, Headline, Role
from backtests.evaluation.scored_window import scored_sessions
from backtests.records.ledger import Ledger, Tried, variant_of
from backtests.records.workspace import Workspace
from backtests.runner.fingerprint import code_of
from backtests.runner.jobs import Job
from backtests.runner.provenance import settings_values
from backtests.runner.run import Run
from backtests.runner.run_strategy import run_strategy
from backtests.settings import Settings
from markets.bars import Bars
from newsfolio import Fixed, Sleeve, Strategy, param
from newsfolio.assets import NEW_YORK, Asset, Delisting
from tests.support.shell import Shell
from tests.support.switch import DAYS, HONEST, Made, Switch, line, noise

DIVIDE = list(DAYS).index(pd.Timestamp("2023-06-01"))
END = "2024-12-31"
MIDDLE = date(2024, 3, 1)
CHOSEN = "Nothing chosen afterwards"
NEW = np.arange(len(DAYS)) > DIVIDE
COMMON = noise(30)


@pytest.fixture(autouse=True)
def _few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test here hangs on the third decimal of an interval."""
    monkeypatch.setattr("backtests.evaluation.evaluate.REPLICATIONS", 400)
    monkeypatch.setattr("backtests.evaluation.comparison.REPLICATIONS", 400)


def strong() -> dict[str, Bars]:
    """BBB gains 0.2 % a session on AAA once the article is out."""
    own = {ticker: COMMON + noise(seed, 0.004) for ticker, seed in (("AAA", 31), ("BBB", 32))}
    own["BBB"] = own["BBB"] + 0.002 * NEW
    proxies = {"SPY": noise(4), "MCHI": noise(5), "SMH": noise(6)}
    return {t: line(t, r) for t, r in {**own, "IDX": COMMON + noise(33, 0.002), **proxies}.items()}


@dataclass(frozen=True)
class Plain(Switch):
    """From AAA to BBB, without variants."""

    grid = {}


@dataclass(frozen=True)
class Alone(Plain):
    """Against nothing."""

    benchmark = None

    def controls(self) -> Mapping[str, Strategy]:
        return {}


def cut(bars: Bars, first: str | date = "2021-01-04", last: str | date = END) -> Bars:
    """A line that starts later or ends earlier."""
    inside = (bars.frame.index >= pd.Timestamp(first)) & (bars.frame.index <= pd.Timestamp(last))
    return dataclasses.replace(bars, frame=bars.frame[inside])


def played(strategy: Strategy, lines: Mapping[str, Bars], **settings: Any) -> Run:
    wanted = Settings(**({"engine": "kernel", "start": "2022-01-03"} | settings))
    return run_strategy(strategy, Made(lines), wanted)


def judged(run: Run, tried: Tried | None = None, count: int = 1, **more: Any) -> Evaluation:
    trials = Tried() if tried is None else tried
    return evaluate(run, trials, lambda: HONEST, count=count, **more).evaluation


def condition(evaluation: Evaluation, name: str) -> Condition:
    return next(
        condition for condition in evaluation.verdict.conditions if condition.name.startswith(name)
    )


def doubted(evaluation: Evaluation) -> str:
    """What was chosen afterwards; such a run must not have held up."""
    assert evaluation.verdict.word is Headline.CANNOT_TELL
    assert condition(evaluation, CHOSEN).met is False
    return condition(evaluation, CHOSEN).found


def test_the_thesis_that_the_others_bend_holds_up() -> None:
    evaluation = judged(played(Plain(), strong()))
    assert evaluation.verdict.word is Headline.HELD_UP
    assert condition(evaluation, CHOSEN).met is True


# Chosen dates


def test_scoring_a_run_whose_end_was_chosen_proves_nothing(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, source = Job("plain", Plain()), Made(strong())
    wanted = Settings(engine="kernel", start="2022-01-03", end=MIDDLE)
    runs = shell.folder / "runs"
    workspace = Workspace(source, wanted, Ledger(shell.ledger))
    old = run_job(job, workspace, save=lambda done: done.save(runs / done.id))
    monkeypatch.setattr(rescore, "job_again", lambda _: job)
    monkeypatch.setattr("backtests.paths.open_source", lambda *_, **__: source)
    reply = shell("score", old.id, "--no-tearsheet", "--placebos", "1", "--json")
    assert reply.code == 0, reply.err
    assert f'"since": "{MIDDLE}"' in reply.out
    assert '"word": "cannot tell yet"' in reply.out
    assert f"{old.id} ended on {MIDDLE} because somebody asked for that" in reply.out


def test_a_run_that_ended_with_its_data_may_be_judged_again(tmp_path: Path) -> None:
    early = {ticker: cut(bars, last=MIDDLE) for ticker, bars in strong().items()}
    ledger, wanted = Ledger(tmp_path / "ledger"), Settings(engine="kernel", start="2022-01-03")
    old = run_job(Job("plain", Plain()), Workspace(Made(early), wanted, ledger))
    judging = Judging(1, since=rescore.divide_again(old), chosen=rescore.chosen_before(old))
    later = Workspace(Made(strong()), rescore.settings_again(old), ledger)
    new = run_job(Job("plain", Plain()), later, judging=judging)
    assert new.manifest["verdict"]["since"] == str(MIDDLE)
    conditions = new.evaluation["verdict"]["conditions"]  # type: ignore[index]
    assert [condition["met"] for condition in conditions if condition["name"] == CHOSEN] == [True]


def test_sessions_seen_in_a_later_run_are_not_judged_as_unseen() -> None:
    run = played(Plain(), strong())
    seen = Tried(until=END)
    assert "were seen before" in doubted(judged(run, seen, since=MIDDLE))
    unseen = Tried(until=str(MIDDLE))
    assert judged(run, unseen, since=MIDDLE).verdict.word is Headline.HELD_UP


@dataclass(frozen=True)
class WithDelisted(Plain):
    """Could hold a line that ended long ago."""

    universe = (Sleeve("all", ("AAA", "BBB", Asset("OLD", NEW_YORK, delisted=Delisting(
        date(2022, 6, 1))))),)  # fmt: skip


def test_a_delisted_line_hides_no_chosen_end() -> None:
    lines = {**strong(), "OLD": line("OLD", noise(40), DAYS[DAYS <= "2022-06-01"])}
    assert judged(played(WithDelisted(), lines)).verdict.word is Headline.HELD_UP
    assert "though the data go on to" in doubted(judged(played(WithDelisted(), lines, end=MIDDLE)))


def test_the_natural_end_may_be_named() -> None:
    """Where the benchmark ends, before the strategy's own lines do."""
    lines = {**strong(), "IDX": cut(strong()["IDX"], last="2024-10-31")}
    natural = played(Plain(), lines)
    assert natural.market.day(-1) == date(2024, 10, 31)
    named = judged(played(Plain(), lines, end=date(2024, 10, 31)))
    assert named.verdict == judged(natural).verdict
    assert named.verdict.word is Headline.HELD_UP


def test_a_delisted_line_of_the_benchmark_does_not_end_the_run() -> None:
    gone = Asset("OLD", NEW_YORK, delisted=Delisting(date(2023, 12, 1)))

    @dataclass(frozen=True)
    class Measured(Plain):
        benchmark = Fixed(mix=((0.5, gone), (0.5, "IDX")))

    lines = {**strong(), "OLD": line("OLD", COMMON, DAYS[DAYS <= "2023-12-01"])}
    run = played(Measured(), lines)
    assert str(run.market.day(-1)) == END
    assert "benchmark" in run.references


# What it is measured against


def test_a_benchmark_that_is_missing_cannot_be_beaten() -> None:
    lines = strong()
    del lines["IDX"]
    assert "its benchmark could not be run" in doubted(judged(played(Plain(), lines)))


def test_idle_cash_is_no_yardstick() -> None:
    evaluation = judged(played(Alone(), strong()))
    assert evaluation.comparisons[0].role is Role.CASH
    assert evaluation.comparisons[0].excess.low > 0  # type: ignore[operator]
    assert "no control and no benchmark" in doubted(evaluation)


def test_another_benchmark_is_another_variant_and_a_doubt() -> None:
    run = played(Plain(), strong(), benchmark="SPY")
    assert "SPY, was chosen for this run" in doubted(judged(run))
    own = judged(played(Plain(), strong(), benchmark="IDX"))
    assert own.verdict.word is Headline.HELD_UP
    wanted = (settings_values(Settings(benchmark=name)) for name in (None, "SPY", "IDX"))
    assert len({variant_of("plain", {}, "0", terms) for terms in wanted}) == 3


@dataclass(frozen=True)
class Twin(Plain):
    """Nearly what its control holds."""

    benchmark = None

    def weights(self, view):
        return {"AAA": 0.5, "BBB": 0.5}

    def controls(self) -> Mapping[str, Strategy]:
        return {"99 %": Fixed(mix=((0.495, "AAA"), (0.495, "BBB")))}


def test_a_twin_of_its_control_is_no_other_bet() -> None:
    rise = 0.0015 * NEW
    lines = {ticker: line(ticker, noise(seed, 0.002) + rise) for ticker, seed in
             (("AAA", 41), ("BBB", 42))}  # fmt: skip
    evaluation = judged(played(Twin(), lines))
    first = evaluation.comparisons[0]
    assert first.excess.low > 0  # type: ignore[operator]
    assert first.tracking_error < 0.01  # type: ignore[operator]
    assert condition(evaluation, "Another bet than 99 %").met is False
    assert evaluation.verdict.word is Headline.CANNOT_TELL


def test_bills_have_no_beta_to_match() -> None:
    bills = line("IDX", np.full(len(DAYS), 0.0001) + noise(43, 1e-5) * 0.03)
    evaluation = judged(played(Plain(), {**strong(), "IDX": bills}))
    assert [comparison.role for comparison in evaluation.comparisons] == [
        Role.CONTROL,
        Role.BENCHMARK,
    ]


def test_a_beta_that_is_not_known_makes_no_mix() -> None:
    """40 sessions of 5 % against 1 %: the beta's standard error is about 1.4."""
    lot, index = np.random.default_rng(1), pd.RangeIndex(40)
    own, benchmark = (pd.Series(lot.normal(0, d, 40), index) for d in (0.05, 0.01))
    cash = pd.Series(0.0, index)
    mix, beta = beta_mix(own, benchmark, cash)
    assert np.isnan(beta)
    assert mix.isna().all()
    quiet, beta = beta_mix(own / 10, benchmark, cash)
    assert abs(beta) < 0.5
    assert quiet.notna().all()


def test_a_proxy_that_was_listed_after_the_start_still_explains() -> None:
    late = cut(strong()["SPY"], first="2022-09-01")
    evaluation = judged(played(Plain(), {**strong(), "SPY": late}))
    assert [beta.ticker for beta in evaluation.alpha.betas] == ["SPY"]


# Lost accounts


@dataclass(frozen=True)
class Geared(Plain):
    """Lost in the crash of AAA long before the article."""

    def weights(self, view):
        return {"AAA": 3.0}


def crashed() -> dict[str, Bars]:
    fall = COMMON.copy()
    fall[DIVIDE - 200] = -0.6
    return {**strong(), "AAA": line("AAA", fall)}


def test_an_account_lost_before_the_divide_gains_nothing() -> None:
    evaluation = judged(played(Geared(), crashed()))
    assert "before it scored" in doubted(evaluation)
    assert evaluation.comparisons[0].excess.value is None
    assert evaluation.figures[0].total_return.value is None
    assert evaluation.significance.deflated is None


# Luck


@dataclass(frozen=True)
class Picked(Plain):
    """Picked its line out of few."""

    line: str = param("BBB")
    pool = ("BBB", "SPY", "MCHI")

    @property
    def universe(self) -> tuple[str, ...]:  # type: ignore[override]
        return ("AAA", self.line)

    def weights(self, view):
        return {self.line: 1.0} if view.published else {"AAA": 1.0}

    def drawn(self, lot: Random) -> Strategy:
        return dataclasses.replace(self, line=lot.choice(self.pool))


def test_a_pool_too_small_to_draw_from_is_no_excuse() -> None:
    evaluation = judged(played(Picked(), strong()), count=2)
    assert evaluation.placebo.count == 2 < ENOUGH
    assert condition(evaluation, "Better than placebos").asked
    assert condition(evaluation, "Better than placebos").met is None
    assert evaluation.verdict.word is Headline.CANNOT_TELL


def test_placebos_of_a_run_judged_again_keep_out_of_its_record() -> None:
    """60 sessions score from 100 after the decision; windows of 60 end before the decision."""
    since, end = DAYS[DIVIDE + 100].date(), DAYS[DIVIDE + 160].date()
    run = played(Plain(), strong(), end=end)
    _, score = scored_sessions(run, since)
    rank, table = placebos(run, run.references["half and half"], score, 5)
    assert (rank.count, score.sessions) == (5, 60)
    places = DAYS.get_indexer(pd.DatetimeIndex(table["start"]))
    assert places.max() + 60 == DIVIDE


def test_variants_that_could_not_be_run_were_tried() -> None:
    @dataclass(frozen=True)
    class Gridded(Picked):
        grid = {"line": ("BBB", "SPY", "GONE")}

        def drawn(self, lot: Random) -> Strategy | None:
            return None

    evaluation = judged(played(Gridded(), strong()))
    assert len(evaluation.overfitting.variants) == 2
    assert evaluation.significance.trials == 3


def written(body: str, more: str = "") -> type:
    """A class as a notebook makes it: no file holds it."""
    names: dict[str, Any] = {"__name__": "a_notebook"}
    text = f"class Mine:\n    {more or 'pass'}\n    def weights(self, view):\n        {body}\n"
    exec(compile(text, "<cell>", "exec"), names)
    return names["Mine"]  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    "other",
    [
        written("return view.volatility('A', 20)"),
        written("return view.momentum('A', 60)"),
        written("return view.momentum('A', 20)", "cap = 0.5"),
        written("return view.momentum('A', 20)", "universe = property(lambda self: ('B',))"),
    ],
)
def test_an_edited_cell_is_another_strategy(other: type) -> None:
    assert code_of(other) != code_of(written("return view.momentum('A', 20)"))


def test_a_cell_that_is_run_again_is_the_same_strategy() -> None:
    body = "return {ticker: 1.0 for ticker in view.usable if ticker in {'A', 'B', 'C'}}"
    assert code_of(written(body)) == code_of(written(body))


def test_the_file_of_a_base_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "first_room.py").write_text("class Base:\n    lag = 1\n")
    (tmp_path / "second_room.py").write_text("from first_room import Base\nclass Kid(Base): ...\n")
    import second_room  # type: ignore[import-not-found]

    before = code_of(second_room.Kid)
    (tmp_path / "first_room.py").write_text("class Base:\n    lag = 2\n")
    assert code_of(second_room.Kid) != before
