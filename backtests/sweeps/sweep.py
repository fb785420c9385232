"""A sweep from its options to its table: for the command line and for notebooks."""

from __future__ import annotations

import hashlib
import json
import time
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backtests import paths
from backtests.evaluation.schema import as_json
from backtests.records.ledger import Ledger, Trial
from backtests.records.result import write_json
from backtests.runner.assumptions import assumptions
from backtests.runner.fingerprint import code_of, engine_code, versions
from backtests.runner.jobs import Runnable, job_of
from backtests.runner.provenance import Provenance, settings_values, thesis_of
from backtests.settings import Settings
from backtests.sweeps.batches import Row
from backtests.sweeps.executors import Executor, executor_of
from backtests.sweeps.grid import ParameterGrid, plan_of
from backtests.sweeps.jobs import Jobs
from backtests.sweeps.simulator import SweepSimulator
from backtests.sweeps.storage import METRICS, ReturnStore, SetTable
from backtests.sweeps.summary import ranks_by, summarise
from backtests.sweeps.walk_forward.plan import WalkForward, WalkPlan
from backtests.sweeps.walk_forward.walk import walk, write_curves
from markets.snapshot import Source
from newsfolio.errors import CommandError, NewsfolioError, OutputError
from newsfolio.strategy import Strategy
from reports.contract.sweep import AskedJson, OwnSetJson, SweepJson, WalkedJson, WalkForwardJson

if TYPE_CHECKING:
    import pandas as pd

FORMAT = 1
JOBS = 1000
"""Into so many jobs a large sweep is cut."""

SMALLEST, LARGEST = 20, 2000
"""Sets of a job: what is lost with a worker, and what a worker keeps in memory."""


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
        import pandas as pd

        files = sorted((self.folder / "parts").glob("*.parquet"))
        return pd.concat([pd.read_parquet(path) for path in files], ignore_index=True)

    @property
    def walk(self) -> pd.DataFrame:
        """Equity of the walk-forward (`walk`), of what it is held against, and of cash.

        CommandError where none was asked for.
        """
        import pandas as pd

        walk = self.summary.get("walk_forward")
        if not walk or walk["why"]:
            raise CommandError(f"{self.id} has no walk-forward; give walk_forward=(36, 12)")
        return pd.read_parquet(self.folder / walk["curve"])

    def report(self) -> Path:
        """Write the page beside the table; answers its path."""
        from reports import write_sweep

        return write_sweep(self.summary, self.folder)

    def __repr__(self) -> str:
        found = self.summary
        return f"Swept {self.id}: {found['sets']:,} sets, {found['failed']:,} failed"


def sweep(
    strategy: Runnable,
    data: str | Source = "yahoo",
    *,
    grid: Mapping[str, Iterable[Any]] | None = None,
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
    progress: Callable[[str], None] | None = None,
    **settings: Any,
) -> SweepResult:
    """Play many sets of parameters of one strategy; `table` has them all.

    strategy, data, offline, facts, snapshot, settings: as for `run`; always the kernel engine.
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
    cannot be played has its error in the table.
    """
    try:
        wanted = Settings(**{**settings, "engine": "kernel"})
    except TypeError as error:
        raise CommandError(f"unknown setting: {error}") from None
    job = job_of(strategy)
    if job.strategy is None:
        raise CommandError(f"{job.address} is a plain backtrader strategy and has no parameters")
    plan, executor = plan_of(job.strategy, grid, random, seed), executor_of(workers, cluster)
    ranks_by(by, judged=False)
    forward = WalkForward(*walk_forward) if walk_forward else None
    source = (
        paths.open_source(
            data, offline=offline, facts=Path(facts) if facts else None, snapshot=snapshot
        )
        if isinstance(data, str)
        else data
    )
    book = Ledger(Path(ledger) if ledger else paths.ledger_path())
    folder = Path(out or paths.RUNS)
    return execute(plan, source, wanted, book, executor, folder, by, progress, forward)


def execute(
    plan: ParameterGrid, source: Source, settings: Settings, ledger: Ledger, executor: Executor,
    out: Path, by: str = "", progress: Callable[[str], None] | None = None,
    forward: WalkForward | None = None,
) -> SweepResult:  # fmt: skip
    """Play what is still to be played of a plan, and sum up all of it."""
    simulator = SweepSimulator.of(plan, source, settings)
    by = ranks_by(by, judged=plan.base.thesis is not None)
    trail = WalkPlan.of(forward, plan, simulator, by) if forward else None
    work = Jobs.of(simulator, plan, size_of(len(plan)), keep=trail is not None)
    about = _about(plan, simulator)
    folder = out / about["id"]
    parts = SetTable(folder, plan)
    returns = ReturnStore(folder, trail.sessions) if trail else None
    _play(work, executor, parts, returns, ledger, about, progress)
    own, spread = _ground(simulator, plan), summarise(parts, plan, by)
    walked: WalkedJson = (
        {"walk_forward": _walked(trail, returns, folder, ledger, about)}
        if trail and returns
        else {}
    )
    summary: SweepJson = {**about, **own, **spread, **walked}
    try:
        write_json(folder / "sweep.json", summary)
    except OSError as error:
        raise OutputError(f"cannot write {folder}: {error.strerror or error}") from error
    return SweepResult(folder, summary)


def _play(
    work: Jobs, executor: Executor, parts: SetTable, returns: ReturnStore | None, ledger: Ledger,
    about: AskedJson, progress: Callable[[str], None] | None,
) -> None:  # fmt: skip
    """Every job that is not kept. One whose returns alone are missing is no new trial."""
    counted = parts.done()
    done = counted & returns.done() if returns else counted
    work.simulator.warm(work.plan)
    work.simulator.prove(work.plan)
    told = _Progress(progress, work, done)
    for job, rows in executor(work, [job for job in range(work.jobs) if job not in done]):
        if returns:
            returns.write(job, rows)
        if job not in counted:
            _record(ledger, [_trial(about, work.plan.base, row) for row in rows])
            parts.write(job, rows)
        told.add(rows)


def _walked(
    trail: WalkPlan, returns: ReturnStore, folder: Path, ledger: Ledger, about: AskedJson
) -> WalkForwardJson:
    """The walk-forward, which is a trial of its own the first time that it is made."""
    base = trail.plan.base
    try:
        walked = walk(trail, returns)
    except NewsfolioError as error:
        _record(ledger, [_trial(about, base, {"values": trail.parameters, "error": str(error)})])
        return {"train": trail.asked.train, "test": trail.asked.test, "why": str(error)}
    row = {**walked.row, "values": trail.parameters, "error": ""}
    if not (folder / walked.found["curve"]).exists():
        _record(ledger, [_trial(about, base, row)])
    write_curves(walked, folder)
    return {**walked.found, "why": ""}


def load(folder: Path) -> SweepResult:
    """A finished sweep; OutputError where the folder holds none."""
    try:
        return SweepResult(folder, json.loads((folder / "sweep.json").read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise OutputError(f"{folder} is not a finished sweep ({error}); run it again") from error


def size_of(sets: int) -> int:
    """Sets of a job: by the size of the sweep alone, so that parts fit whoever resumes it."""
    return max(SMALLEST, min(LARGEST, -(-sets // JOBS)))


def _about(plan: ParameterGrid, simulator: SweepSimulator) -> AskedJson:
    """What the sweep is: the same for everybody who makes the same one."""
    base = plan.base
    origin = Provenance.of(base, base.name, simulator.source, simulator.snapshot)
    about: AskedJson = {
        "id": "",
        "format": FORMAT,
        "strategy": origin.strategy,
        "thesis": thesis_of(base),
        "plan": {
            "axes": {axis.name: axis.told() for axis in plan.axes},
            "draws": plan.draws,
            "seed": plan.seed,
            "sets": len(plan),
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
    identity |= {"code": code_of(type(base)), "engine": engine_code()}
    digest = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
    return {**about, "id": f"sweep-{base.name}-{digest[:10]}"}


def _ground(simulator: SweepSimulator, plan: ParameterGrid) -> OwnSetJson:
    """The base's own window, control and assumptions; None where it cannot be played itself."""
    base = plan.base
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

    def __init__(self, say: Callable[[str], None] | None, work: Jobs, done: Iterable[int]) -> None:
        self._say = say
        self._total = len(work.plan)
        self._before = self._done = sum(len(work.places(job)) for job in done)
        self._failed = 0
        self._since = time.monotonic()

    def add(self, rows: Sequence[Row]) -> None:
        self._done += len(rows)
        self._failed += sum(bool(row["error"]) for row in rows)
        if self._say is None:
            return
        pace = (time.monotonic() - self._since) / (self._done - self._before)
        left = _span(pace * (self._total - self._done))
        failed = f", {self._failed:,} failed" if self._failed else ""
        self._say(f"{self._done:,} of {self._total:,} sets{failed}, {left} left")


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def _trial(about: AskedJson, base: Strategy, row: Row) -> Trial:
    return Trial(
        thesis=about["thesis"]["id"] if about["thesis"] else "",
        strategy=base.name,
        parameters=row["values"],
        code=about["strategy"]["code"],
        data=about["data"]["snapshot"],
        simulated=about["data"]["simulated"],
        settings=about["settings"],
        start=row.get("start", ""),
        end=row.get("end", ""),
        error=row["error"],
        run=about["id"],
        metrics={name: row[name] for name in METRICS} if not row["error"] else {},
        scored=row.get("scored", 0),
        sharpe=row.get("score"),
    )


def _record(ledger: Ledger, trials: Sequence[Trial]) -> None:
    """A ledger that cannot be written costs a warning, not the sweep."""
    try:
        ledger.append(trials, paths.now())
    except OutputError as error:
        warnings.warn(f"this trial is not counted: {error}", stacklevel=3)
