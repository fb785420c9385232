"""A sweep from its options to its table: for the command line and for notebooks."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from backtests import paths
from backtests.evaluation.schema import as_json
from backtests.plain_strategy import PlainStrategy
from backtests.records.result import write_json
from backtests.records.trials import (
    Attempt,
    SetOutcome,
    attempted,
    counted_if_unmade,
    set_trial,
)
from backtests.records.workspace import Data, Workspace, open_workspace
from backtests.runner.assumptions import assumptions
from backtests.runner.fingerprint import code_behind, engine_code, versions
from backtests.runner.jobs import Job, Runnable, job_of
from backtests.runner.provenance import Provenance, settings_values, thesis_of
from backtests.settings import RunSettings
from backtests.sweeps.batches import SweepRow
from backtests.sweeps.executors import Executor, executor_of
from backtests.sweeps.grid import ParameterGrid, grid_of
from backtests.sweeps.jobs import Jobs
from backtests.sweeps.simulator import SweepSimulator
from backtests.sweeps.storage import ReturnStore, SetTable, kept_table
from backtests.sweeps.summary import ranks_by, summarise
from backtests.sweeps.walk_forward.plan import WalkForward, WalkPlan
from backtests.sweeps.walk_forward.walk import walk, write_curves
from newsfolio.errors import CommandError, NewsfolioError, OutputError
from newsfolio.formatting import clock
from newsfolio.parameters import folder_name
from reports.contract.sweep import AskedJson, OwnSetJson, SweepJson, WalkedJson, WalkForwardJson

if TYPE_CHECKING:
    import pandas as pd

FORMAT = 1
JOBS = 1000
"""Into so many jobs a large sweep is cut."""

EVERY = 0.5
"""Seconds after which jobs that are done are kept."""

SMALLEST, USUAL, LARGEST, SHARES = 20, 50, 2000, 20
"""Sets of a job: what is lost with a worker, and what one keeps; jobs before they get larger."""


@dataclass(frozen=True, eq=False)
class SweepResult:
    """A finished sweep: what it found, and where its table lies.

    summary: sweep.json. `table` reads all sets, `parts/` holds them for anything that reads
    Parquet.
    """

    folder: Path
    summary: SweepJson

    @property
    def id(self) -> str:
        return self.summary["id"]

    @property
    def table(self) -> pd.DataFrame:
        """One row a set: number, id, parameters, metrics, score, window, error."""
        import pyarrow as pa

        files = sorted((self.folder / "parts").glob("*.parquet"))
        return pa.concat_tables([kept_table(path) for path in files]).to_pandas()

    @property
    def walk(self) -> pd.DataFrame:
        """Equity of the walk-forward (`walk`), of what it is held against, and of cash.

        CommandError where none was asked for.
        """
        import pandas as pd

        summary = self.summary.get("walk_forward")
        if not summary or summary["why"]:
            raise CommandError(f"{self.id} has no walk-forward; give walk_forward=(36, 12)")
        return pd.read_parquet(self.folder / summary["curve"])

    def report(self) -> Path:
        """Write the page beside the table; answers its path."""
        from reports import write_sweep

        return write_sweep(self.summary, self.folder)

    def _repr_html_(self) -> str:
        from reports.pages.fragments import sweep_fragment

        return sweep_fragment(self.summary)

    def __repr__(self) -> str:
        sets, failed = self.summary["sets"], self.summary["failed"]
        return f"Swept {self.id}: {sets:,} sets, {failed:,} failed"


@dataclass(frozen=True)
class SweepRequest:
    """What a sweep is asked for. by: the figure that sets are ranked by, "" the usual one."""

    grid: ParameterGrid
    by: str = ""
    walk_forward: WalkForward | None = None


def sweep(
    strategy: Runnable,
    data: Data = "yahoo",
    *,
    universe: Sequence[str] = (),
    grid: Mapping[str, Iterable[object]] | None = None,
    random: int | None = None,
    seed: int = 0,
    by: str = "",
    walk_forward: tuple[int, int] | None = None,
    workers: int = 1,
    cluster: str | None = None,
    out: str | Path | None = None,
    ledger: str | Path | None = None,
    offline: bool = False,
    facts: str | Path | None = None,
    snapshot: str | None = None,
    vendor: str = "",
    progress: Callable[[str], None] | None = None,
    **settings: Unpack[RunSettings],
) -> SweepResult:
    """Simulate many sets of parameters of one strategy; `table` has them all.

    strategy, data, offline, facts, snapshot, vendor, settings: as for `run`; always the kernel
        engine.
    grid: values by parameter, e.g. {"lookback": (63, 126)}; without one the strategy's own.
    random: draw so many sets, of the grid given or within the bounds of each number; `seed` names
        the draw.
    by: the figure that sets are ranked by; the score where the thesis is scored, else sharpe.
    walk_forward: months to choose a set on, and months to trade with it until the next choice; by
        score, sharpe or cagr. `walk` has the curves.
    workers: processes of this machine. cluster: the address of a dask scheduler instead.
    out: the folder of run folders, ./runs by default; the sweep gets one of its own in it. A sweep
        that was interrupted goes on where it stopped.

    Every set, failed ones too, is appended to the trial ledger. Raises a NewsfolioError; a set that
    cannot be simulated has its error in the table.
    """
    folder = Path(out or paths.RUNS).absolute()  # an author's file may go elsewhere
    kernel: RunSettings = {**settings, "engine": "kernel"}
    workspace = open_workspace(
        data, kernel, ledger, offline=offline, facts=facts, snapshot=snapshot, vendor=vendor
    )
    with counted_if_unmade(workspace, str(strategy)):
        job = job_of(strategy, universe=universe)
    request = SweepRequest(
        grid_of(job.strategy, grid, random, seed),
        by,
        WalkForward(*walk_forward) if walk_forward else None,
    )
    executor = executor_of(workers, cluster)
    ranks_by(by, scored=False)
    return run_sweep(request, workspace, executor, folder, progress)


def run_sweep(
    request: SweepRequest,
    workspace: Workspace,
    executor: Executor,
    out: Path,
    progress: Callable[[str], None] | None = None,
) -> SweepResult:
    """Simulate the sets that are not kept yet, and sum up all of them.

    One that fails before any set has run is a failed trial of the strategy as it was given.
    """
    base = request.grid.base
    pace = _Progress(progress, len(request.grid))
    with attempted(Job(base.name, base), workspace) as attempt:
        swept = _swept(request, workspace, executor, out, pace, attempt)
    attempt.close()
    return swept


def _swept(
    request: SweepRequest, workspace: Workspace, executor: Executor, out: Path, pace: _Progress,
    attempt: Attempt,
) -> SweepResult:  # fmt: skip
    grid = request.grid
    simulator = SweepSimulator.of(grid, workspace.source, workspace.settings)
    by = ranks_by(request.by, scored=grid.base.thesis is not None)
    asked = request.walk_forward
    if asked and isinstance(grid.base, PlainStrategy):
        raise CommandError(
            f"{grid.base.name} is a plain backtrader strategy: it has orders, no weights, so that "
            "a walk-forward cannot go over from one set to another; leave --walk-forward out"
        )
    plan = WalkPlan.of(asked, grid, simulator, by) if asked else None
    attempt.exposure = simulator.exposure(grid.base)
    jobs = Jobs.of(simulator, grid, size_of(len(grid)), keep=plan is not None)
    about = _about(grid, simulator)
    folder = out / about["id"]
    table = SetTable(folder, grid)
    returns = ReturnStore(folder, plan.sessions) if plan else None
    _run_jobs(jobs, executor, table, returns, attempt, about, pace)
    own, spread = _base_run(simulator, grid), summarise(table, grid, by)
    walked: WalkedJson = {}
    if plan and returns:
        walked = {"walk_forward": _walk(plan, returns, folder, attempt, about)}
    summary: SweepJson = {**about, **own, **spread, **walked}
    try:
        write_json(folder / "sweep.json", summary)
    except OSError as error:
        raise OutputError(f"cannot write {folder}: {error.strerror or error}") from error
    return SweepResult(folder, summary)


def _run_jobs(
    jobs: Jobs, executor: Executor, table: SetTable, returns: ReturnStore | None, attempt: Attempt,
    about: AskedJson, pace: _Progress,
) -> None:  # fmt: skip
    """Every job that is not kept. One whose returns alone are missing is no new trial."""
    counted = table.done()
    done = counted & returns.done() if returns else counted
    jobs.simulator.warm(jobs.grid)
    jobs.simulator.prove(jobs.grid)
    pace.begin(sum(len(jobs.places(job)) for job in done))
    finished = _Finished(table, attempt, about)
    try:
        for job, rows in executor(jobs, [job for job in range(jobs.count) if job not in done]):
            if returns:
                returns.write(job, rows)
            if job not in counted:
                finished.add(job, rows)
            pace.add(rows)
    finally:
        finished.keep()


class _Finished:
    """Jobs that are done and not kept yet: they are written every EVERY seconds, the first at once.

    A transaction each would cost more than the sets of a small job do.
    """

    def __init__(self, table: SetTable, attempt: Attempt, about: AskedJson) -> None:
        self._table, self._attempt, self._about = table, attempt, about
        self._waiting: list[tuple[int, Sequence[SweepRow]]] = []
        self._kept = float("-inf")

    def add(self, job: int, rows: Sequence[SweepRow]) -> None:
        self._waiting.append((job, rows))
        if time.monotonic() - self._kept >= EVERY:
            self.keep()

    def keep(self) -> None:
        """Count the trials, then keep their rows: what is kept is not done again."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            sets = [row for _, rows in waiting for row in rows]
            trials = [set_trial(self._about, _outcome(row), self._attempt.exposure) for row in sets]
            self._attempt.record(trials, closes=False)
        for job, rows in waiting:
            self._table.write(job, rows)
        self._kept = time.monotonic()


def _walk(
    plan: WalkPlan, returns: ReturnStore, folder: Path, attempt: Attempt, about: AskedJson
) -> WalkForwardJson:
    """The walk-forward, which is a trial of its own the first time that it is made."""
    try:
        result = walk(plan, returns)
    except NewsfolioError as error:
        failed = SetOutcome(plan.parameters, str(error))
        attempt.record([set_trial(about, failed, attempt.exposure)], closes=False)
        return {"train": plan.asked.train, "test": plan.asked.test, "why": str(error)}
    row: SweepRow = {**result.row, "values": plan.parameters, "error": ""}
    if not (folder / result.summary["curve"]).exists():
        attempt.record([set_trial(about, _outcome(row), attempt.exposure)], closes=False)
    write_curves(result, folder)
    return result.summary


def _outcome(row: SweepRow) -> SetOutcome:
    """What the ledger keeps of a set."""
    return SetOutcome(
        values=row["values"],
        error=row["error"],
        figures={} if row["error"] else row["figures"],
        start=row.get("start", ""),
        end=row.get("end", ""),
        scored=row.get("scored", 0),
        score=row.get("score"),
    )


def load(folder: Path) -> SweepResult:
    """A finished sweep; OutputError where the folder holds none."""
    try:
        summary: SweepJson = json.loads((folder / "sweep.json").read_text(encoding="utf-8"))
        newer = summary["format"] > FORMAT
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise OutputError(f"{folder} is not a finished sweep ({error}); run it again") from error
    if newer:
        raise OutputError(
            f"{folder} is a sweep of a newer newsfolio (format {summary['format']}; this one reads "
            f"{FORMAT});\nupgrade newsfolio, or sweep again with another --out"
        )
    return SweepResult(folder, summary)


def size_of(sets: int) -> int:
    """Sets of a job: by the size of the sweep alone, so that parts fit whoever resumes it."""
    return max(SMALLEST, min(USUAL, sets // SHARES), min(LARGEST, -(-sets // JOBS)))


def _about(grid: ParameterGrid, simulator: SweepSimulator) -> AskedJson:
    """What the sweep is: the same for everybody who makes the same one."""
    base = grid.base
    origin = Provenance.of(base, base.name, simulator.source, simulator.snapshot)
    about: AskedJson = {
        "id": "",
        "format": FORMAT,
        "strategy": origin.strategy,
        "thesis": thesis_of(base),
        "plan": {
            "axes": {axis.name: axis.as_json() for axis in grid.axes},
            "draws": grid.draws,
            "seed": grid.seed,
            "sets": len(grid),
        },
        "data": {
            "source": simulator.source,
            "snapshot": simulator.snapshot,
            "simulated": any(line.simulated for line in simulator.bars.values()),
        },
        "settings": settings_values(simulator.settings),
        "versions": versions(),
    }
    identity = {key: value for key, value in about.items() if key not in ("id", "versions")}
    identity |= {"code": code_behind(base), "engine": engine_code()}
    digest = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
    return {**about, "id": f"sweep-{folder_name(base.name)}-{digest[:10]}"}


def _base_run(simulator: SweepSimulator, grid: ParameterGrid) -> OwnSetJson:
    """The base's own window, control and assumptions; None where it cannot be run itself."""
    base = grid.base
    try:
        shared = simulator.shared(base)
        against = simulator.against(base)
    except NewsfolioError as error:
        return {"window": None, "against": "", "scored": None, "assumptions": [],
                "notes": [f"the strategy itself cannot be played: {error}"]}  # fmt: skip
    market, days = shared.market, shared.days
    origin = Provenance.of(base, base.name, simulator.source, simulator.snapshot)
    return {
        "window": {"start": f"{days[0]:%Y-%m-%d}", "end": f"{days[-1]:%Y-%m-%d}",
                   "sessions": len(days)},
        "against": against,
        "scored": as_json(shared.scored) if base.thesis else None,
        "assumptions": assumptions(market, simulator.settings, simulator.costs, origin),
        "notes": list(market.notes),
    }  # fmt: skip


class _Progress:
    """How far a sweep is, and how long it will take at the pace so far."""

    def __init__(self, say: Callable[[str], None] | None, total: int) -> None:
        self._say = say
        self._total = total
        self._before = self._done = self._failed = 0
        self._since = time.monotonic()

    def begin(self, before: int) -> None:
        """The first set comes now; so many were kept before."""
        self._before = self._done = before
        self._since = time.monotonic()

    def add(self, rows: Sequence[SweepRow]) -> None:
        self._done += len(rows)
        self._failed += sum(bool(row["error"]) for row in rows)
        if self._say is None:
            return
        pace = (time.monotonic() - self._since) / (self._done - self._before)
        left = clock(pace * (self._total - self._done))
        failed = f", {self._failed:,} failed" if self._failed else ""
        self._say(f"{self._done:,} of {self._total:,} sets{failed}, {left} left")
