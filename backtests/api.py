"""The one way to run something, for the command line and for notebooks."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backtests import paths, strategy_loader
from backtests.records.ledger import Ledger, Trial, Tried
from backtests.records.manifest import code_of, parameter_values, settings_values
from backtests.records.result import Result
from backtests.runner.run_strategy import Run, load_bars, play_plain, play_strategy
from backtests.settings import Settings
from markets.bars import Source
from markets.facts import Snapshot
from newsfolio.errors import CommandError, DataError, NewsfolioError, OutputError, StrategyError
from newsfolio.strategy import Strategy, name_of

if TYPE_CHECKING:
    from backtests.evaluation.lookahead.access_audit import Watch
    from backtests.evaluation.schema import Certificate, Evaluation

Runnable = str | type | Strategy


@dataclass(frozen=True)
class Job:
    """Something to run: a strategy, or a plain backtrader class and its lines."""

    address: str
    strategy: Strategy | None = None
    plain: type | None = None
    universe: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.strategy.name if self.strategy else name_of(self.plain or object)


def job_of(
    what: Runnable, parameters: Mapping[str, str] | None = None, universe: Sequence[str] = ()
) -> Job:
    """What an address, a class or a strategy stands for."""
    if isinstance(what, Strategy):
        return Job(what.name, what)
    address = what if isinstance(what, str) else what.__name__
    cls = strategy_loader.find(what) if isinstance(what, str) else what
    if strategy_loader.is_plain(cls):
        lines = tuple(universe) or tuple(getattr(cls, "universe", ()))
        if not lines:
            raise CommandError(
                f"{address} is a plain backtrader strategy: name its lines with "
                "--universe SPY,KWEB or a class attribute `universe`"
            )
        if parameters:
            raise CommandError(f"{address} is a plain backtrader strategy: --set does not apply")
        return Job(address, plain=cls, universe=lines)
    if not issubclass(cls, Strategy):
        raise StrategyError(f"{address} is not a subclass of newsfolio.Strategy")
    if universe:
        raise CommandError("--universe is for plain backtrader strategies; this one has its own")
    return Job(address, strategy_loader.build(cls, parameters or {}))


@dataclass(frozen=True)
class Judging:
    """How much to ask of a run: so many placebos, and look-ahead replays cut at so many dates.

    since: the day after which it scores, where that is later than the first decision. chosen: what
    speaks against the choice of the run, whatever its figures. watch: what
    the strategy opened, from its import on; None: nobody looked.
    """

    placebos: int = 200
    cuts: int = 3
    since: date | None = None
    chosen: tuple[str, ...] = ()
    watch: Watch | None = None


def run(
    strategy: Runnable,
    data: str | Source = "yahoo",
    *,
    universe: Sequence[str] = (),
    ledger: str | Path | None = None,
    offline: bool = False,
    facts: str | Path | None = None,
    snapshot: str | None = None,
    verify: bool = False,
    verdict: bool = True,
    placebos: int = 200,
    **settings: Any,
) -> Result:
    """Run a strategy and answer its Result; `result.report(folder)` writes the pages.

    strategy: an address such as "abc-basket", a Strategy, or a class (plain backtrader ones too,
        with `universe`).
    data: "yahoo", "sample", a folder, or anything with a `load` method.
    facts: a folder of tables that are no prices (NAME.csv), for strategies that read some.
    snapshot: read again what a run on Yahoo's prices read: data.snapshot in its manifest.
    verdict: judge it on the sessions after its article; without, `placebos` does not matter.
    settings: the fields of backtests.settings.Settings, e.g. start="2015-01-02", cash=250_000.

    Every run, failed ones too, is appended to the trial ledger. Raises a NewsfolioError.
    """
    try:
        wanted = Settings(**settings)
    except TypeError as error:
        raise CommandError(f"unknown setting: {error}") from None
    source = (
        paths.open_source(
            data, offline=offline, facts=Path(facts) if facts else None, snapshot=snapshot
        )
        if isinstance(data, str)
        else data
    )
    job = job_of(strategy, universe=universe)
    book = Ledger(Path(ledger) if ledger else paths.ledger_path())
    judging = Judging(placebos=placebos) if verdict else None
    return execute(job, source, wanted, book, verify=verify, judging=judging)


def execute(
    job: Job,
    source: Source,
    settings: Settings,
    ledger: Ledger,
    *,
    verify: bool = False,
    judging: Judging | None = None,
    notes: Sequence[str] = (),
    begin: Callable[[Result], object] | None = None,
    save: Callable[[Result], object] | None = None,
) -> Result:
    """Run a job, judge it, let `save` keep it, and record the trial whatever happens.

    notes: what a reader must know besides, for the manifest. begin: is shown the result before it
    is judged.
    """
    try:
        played = _played(job, source, settings, verify)
        result = played.result()
        if begin is not None:
            begin(result)
        result, variants = _judged(played, result, ledger, judging) if judging else (result, ())
        notes = (*notes, *_other_lines(source, played.bars))
        if notes:
            told = [*result.manifest["notes"], *notes]
            result = dataclasses.replace(result, manifest={**result.manifest, "notes": told})
        _remember(source, played.bars)
        if save is not None:
            save(result)
    except NewsfolioError as error:
        _record(ledger, [_failed(job, source, settings, str(error))])
        raise
    _record(ledger, [_done(job, result), *variants])
    return result


def _remember(source: Source, read: Snapshot) -> None:
    """A store that cannot be written costs a warning, not the result."""
    remember = getattr(source, "remember", None)
    if remember is None:
        return
    try:
        remember(read)
    except (DataError, OutputError) as error:
        warnings.warn(f"this trial cannot be repeated with --snapshot: {error}", stacklevel=3)


def _other_lines(source: Source, read: Snapshot) -> tuple[str, ...]:
    """What to say where a run did not read just what the snapshot asked for has."""
    asked = str(getattr(source, "snapshot", ""))
    if asked in ("", read.id):
        return ()
    return (f"snapshot {asked} was asked for; this run read other lines or tables of it",)


def _played(job: Job, source: Source, settings: Settings, verify: bool) -> Run:
    if job.strategy is not None:
        return play_strategy(job.strategy, source, settings, job.address, verify)
    if job.plain is None:
        raise CommandError(f"{job.address}: nothing to run")
    if verify:
        raise CommandError(f"--verify does not apply to {job.address}, a plain backtrader strategy")
    return play_plain(job.plain, job.universe, source, settings, job.address)


def _judged(
    run: Run, result: Result, ledger: Ledger, judging: Judging
) -> tuple[Result, tuple[Trial, ...]]:
    """The result with its evaluation, and the variants that were tried on the way."""
    from backtests.evaluation.evaluate import evaluate

    thesis = run.origin.thesis
    judged = evaluate(
        run,
        _tried(ledger, str(thesis["id"]) if thesis else ""),
        certificate_of(run, judging),
        since=judging.since,
        chosen=judging.chosen,
        count=judging.placebos,
    )
    found = judged.evaluation
    manifest = {**result.manifest, "verdict": _headline(found)}
    if judging.since is not None:
        manifest["id"] = f"{result.id}-since-{judging.since}"
    variants = tuple(
        _variant(result, strategy, sharpe, found.scored.sessions)
        for strategy, sharpe in judged.variants
        if strategy != run.strategy
    )
    return dataclasses.replace(
        result, manifest=manifest, evaluation=found.as_json(), placebos=judged.placebos
    ), variants


def certificate_of(run: Run, judging: Judging) -> Certificate:
    """Replay a run for look-ahead, with what its strategy was seen to open."""
    from backtests.evaluation.lookahead.certificate import certify
    from backtests.evaluation.schema import Certificate, Honesty

    if run.strategy is None:
        return Certificate(
            Honesty.UNCHECKED, "a plain backtrader strategy sees all of its bars; no replay is made"
        )
    days = run.account.sessions
    window = dataclasses.replace(run.settings, start=days[0].date(), end=days[-1].date())
    return certify(
        run.strategy,
        run.bars,
        window,
        cuts=judging.cuts,
        watch=judging.watch,
        decided=run.played.targets,
    )


def certificate(
    job: Job, source: Source, settings: Settings, watch: Watch, cuts: int
) -> Certificate:
    """Check a strategy for look-ahead without running it for its figures."""
    from backtests.evaluation.lookahead.certificate import certify

    if job.strategy is None:
        raise CommandError(
            f"{job.address} is a plain backtrader strategy and sees all of its bars; only "
            "subclasses of newsfolio.Strategy can be certified"
        )
    bars = load_bars(job.strategy, source, settings)
    return certify(job.strategy, bars, settings, cuts=cuts, watch=watch)


def _tried(ledger: Ledger, thesis: str) -> Tried | None:
    try:
        return ledger.tried(thesis)
    except OutputError as error:
        warnings.warn(f"this trial's luck is not known: {error}", stacklevel=4)
        return None


def _headline(found: Evaluation) -> dict[str, Any]:
    """The verdict as lists of runs show it."""
    first = found.comparisons[0]
    return {
        "word": found.verdict.word.value,
        "reason": found.verdict.reason,
        "against": first.name,
        "excess": first.excess.value,
        "low": first.excess.low,
        "high": first.excess.high,
        "since": found.scored.divide,
        "sessions": found.scored.sessions,
    }


def _record(ledger: Ledger, trials: Sequence[Trial]) -> None:
    """A ledger that cannot be written costs a warning, not the result."""
    try:
        ledger.append(trials, paths.now())
    except OutputError as error:
        warnings.warn(f"this trial is not counted: {error}", stacklevel=3)


def _done(job: Job, result: Result) -> Trial:
    about, found = result.manifest, result.evaluation
    return Trial(
        thesis=about["thesis"]["id"] if about["thesis"] else "",
        strategy=job.name,
        parameters=about["strategy"]["parameters"],
        code=about["strategy"]["code"],
        data=about["data"]["snapshot"],
        simulated=result.simulated,
        settings=about["settings"],
        start=about["window"]["start"],
        end=about["window"]["end"],
        run=result.id,
        metrics=about["metrics"]["strategy"],
        scored=_scored(result),
        sharpe=found["significance"]["sharpe"] if found else None,
    )


def _scored(result: Result) -> int:
    """Sessions after the article that somebody has now seen, judged or not."""
    thesis = result.manifest["thesis"]
    start = thesis["scored_from"] if thesis else None
    return int((result.equity.index >= start).sum()) if start else 0


def _variant(result: Result, strategy: Strategy, sharpe: float | None, scored: int) -> Trial:
    """A variant of the grid, which nobody asked for by name and which was tried all the same."""
    about = result.manifest
    return Trial(
        thesis=about["thesis"]["id"] if about["thesis"] else "",
        strategy=strategy.name,
        parameters=parameter_values(strategy),
        code=code_of(type(strategy)),
        data=about["data"]["snapshot"],
        simulated=result.simulated,
        settings=about["settings"],
        start=about["window"]["start"],
        end=about["window"]["end"],
        scored=scored,
        sharpe=sharpe,
    )


def _failed(job: Job, source: Source, settings: Settings, error: str) -> Trial:
    strategy = job.strategy
    return Trial(
        thesis=strategy.thesis.id if strategy and strategy.thesis else "",
        strategy=job.name,
        parameters=parameter_values(strategy) if strategy else {},
        code=code_of(type(strategy) if strategy else job.plain or object),
        data="",
        simulated=source.name == "sample",
        settings=settings_values(settings),
        error=error,
    )
