"""Long work says how far it is, on a terminal alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

import backtrader as bt
import pytest

from backtests.api import run_job
from backtests.commands import terminal
from backtests.commands.terminal import Meter, Reading, meter, print_table
from backtests.evaluation.descriptions.extras import Extras
from backtests.evaluation.judging import Judging
from backtests.progress import counted, silent
from backtests.records.workspace import open_workspace
from backtests.runner.claims import check_claims
from backtests.runner.jobs import job_of
from backtests.runner.target_portfolio import advise
from backtests.settings import RunSettings, Settings
from markets.folder.source import FolderSource
from markets.sample.source import SampleSource
from newsfolio import Strategy, View, Weights, monthly
from newsfolio.articles.east_rising import EAST_RISING
from newsfolio.listings import asset_of
from tests.support.small_runs import flat_prices

T = TypeVar("T")

ROWS = (("line", "gain"), ("SPY", "1.50 %"), ("[red]KWEB", "-12.00 %"))


@dataclass(frozen=True)
class Halves(Strategy):
    """Asked month by month: it has no form for all of them at once."""

    universe = ("SPY", "TLT")
    rebalance = monthly

    def weights(self, view: View) -> Weights:
        return {"SPY": 0.5, "TLT": 0.5}


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    turned = Clock()
    monkeypatch.setattr(terminal.time, "monotonic", turned)
    return turned


def ticking(clock: Clock, seconds: float, count: int) -> Iterator[int]:
    for number in range(count):
        clock.now += seconds
        yield number


def test_what_takes_long_says_how_long_it_still_takes(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    assert list(counted(ticking(clock, 1.0, 5), "placebos", 5, Meter())) == [0, 1, 2, 3, 4]
    lines = capsys.readouterr().err.split("\r\033[K")
    assert lines == ["", "placebos: 1 of 5, 0:04 left", "placebos: 2 of 5, 0:03 left",
                     "placebos: 3 of 5, 0:02 left", "placebos: 4 of 5, 0:01 left",
                     "placebos: 5 of 5, 0:00 left", ""]  # fmt: skip


def test_what_takes_two_seconds_or_less_says_nothing(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    list(counted(ticking(clock, 0.09, 20), "placebos", 20, Meter()))
    assert capsys.readouterr().err == ""


def test_steps_that_are_short_alone_are_told_once_two_seconds_have_passed(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    gauge = Meter()
    for step in ("replays", "placebos", "shortcuts"):
        list(counted(ticking(clock, 0.15, 8), step, 8, gauge))
    shown = capsys.readouterr().err
    assert "replays" not in shown
    assert "placebos: 6 of 8, 0:00 left" in shown  # the first after 2.0 s
    assert "shortcuts: 1 of 8, 0:01 left" in shown


def test_the_line_is_drawn_ten_times_a_second_at_most(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    list(counted(ticking(clock, 0.01, 1000), "placebos", 1000, Meter()))
    assert 80 <= capsys.readouterr().err.count("\r") <= 110


def test_in_a_pipe_nobody_is_told() -> None:
    assert meter(silent=False) is silent


def test_replays_and_placebos_are_told_to_their_end() -> None:
    reports: list[tuple[str, float]] = []

    def tell(what: str, share: float) -> None:
        reports.append((what, share))

    asked = open_workspace("sample", {"start": "2024-06-03", "engine": "kernel"}, None)
    extras = Extras(shortcuts=True)
    judging = Judging(placebos=3, cuts=1, extras=extras, progress=tell)
    run_job(job_of("abc-basket"), dataclasses.replace(asked, progress=tell), judging=judging)
    for name in ("simulation", "look-ahead replays", "placebos", "shortcuts", "other days"):
        shares = [share for what, share in reports if what.startswith(name)]
        assert shares[0] == 0.0
        assert shares[-1] == 1.0
        assert shares == sorted(shares)
    assert dataclasses.replace(judging).progress is judging.progress


@pytest.mark.parametrize("engine", ["backtrader", "kernel"])
def test_a_simulation_tells_each_decision(engine: str) -> None:
    shares = simulated(Halves, engine=engine)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert shares == sorted(shares)
    assert len(shares) > 12  # the ends of the months


def test_a_portfolio_is_advised_with_word_of_how_far_its_run_is() -> None:
    shares: list[float] = []
    settings = Settings(start=date(2025, 1, 2), end=date(2025, 12, 30))
    advise(Halves(), SampleSource(), settings, None, None, None,
           lambda what, share: shares.append(share))  # fmt: skip
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert len(shares) > 12


def test_a_plain_strategy_tells_each_session() -> None:
    shares = simulated(bt.Strategy, universe=("SPY",))
    assert shares[0] == 0.0
    assert shares[-1] == 1.0
    assert len(shares) > 200


def simulated(strategy: str | type, universe: tuple[str, ...] = (), **more: str) -> list[float]:
    """What progress is told of the simulation of a year."""
    reports: list[tuple[str, float]] = []
    settings: RunSettings = {"start": "2025-01-02", "end": "2025-12-30", **more}  # type: ignore[typeddict-item]
    workspace = dataclasses.replace(
        open_workspace("sample", settings, None),
        progress=lambda what, share: reports.append((what, share)),
    )
    run_job(job_of(strategy, universe=universe), workspace)
    assert {what for what, _ in reports} == {"simulation"}
    return [share for _, share in reports]


def test_claims_are_counted_as_they_are_measured() -> None:
    reports: list[tuple[str, float]] = []
    article = EAST_RISING
    check_claims(
        [article], SampleSource(), progress=lambda what, share: reports.append((what, share))
    )
    assert reports[0] == ("claims", 0.0)
    assert reports[1][0] == f"claims: 1 of {len(article.claims)}"
    assert reports[-1] == ("claims", 1.0)


def test_prices_that_are_read_are_counted_line_by_line(
    tmp_path: Path, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    class Slow(Reading):
        def __call__(self, lines: Collection[T]) -> Iterator[T]:
            for line in super().__call__(lines):
                clock.now += 2.0
                yield line

    flat_prices(tmp_path, AAX=100.0, BBX=50.0)
    for source in (
        SampleSource(follow=Slow(Meter())),
        FolderSource(tmp_path, follow=Slow(Meter())),
    ):
        source.load([asset_of(ticker) for ticker in ("SPY", "TLT", "AAX", "BBX")])
        shown = capsys.readouterr().err
        assert "reading prices: 2 of " in shown
        assert shown.endswith("\r\033[K")


def test_a_table_is_aligned_text_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(ROWS)
    assert capsys.readouterr().out == "line       gain\nSPY        1.50 %\n[red]KWEB  -12.00 %\n"


def test_on_a_terminal_it_is_richs_and_text_stays_text(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(terminal.sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "60")
    print_table(ROWS)
    print_table(ROWS[1:], heading=False)
    out = capsys.readouterr().out
    assert out.count("[red]KWEB") == 2
    assert "─" in out
    assert "   1.50 %" in out  # numbers stand right
