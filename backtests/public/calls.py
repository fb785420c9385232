"""compare, claims, check, score, weights and load: what the commands do, answered as objects."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Unpack

from backtests import paths, strategy_loader
from backtests.api import RunArguments, extras_of, run, run_job
from backtests.evaluation.comparison import compare as compared
from backtests.evaluation.judging import Judging, certificate
from backtests.evaluation.schema import Certificate
from backtests.evaluation.statistics.claim_intervals import interval_of
from backtests.public.answers import ClaimsChecked, RunsCompared
from backtests.public.article_files import ArticleFiles, articles_at
from backtests.records import rescore
from backtests.records import result as saved
from backtests.records.registry import reported_here, run_folder
from backtests.records.result import Result
from backtests.records.trials import counted_if_unmade
from backtests.records.workspace import Data, Workspace, open_data, open_ledger
from backtests.runner.claims import check_claims
from backtests.runner.jobs import Runnable, job_of
from backtests.runner.target_portfolio import Advice, advise
from backtests.settings import RunSettings, read_day, settings_of
from newsfolio.declared import declared_in
from newsfolio.errors import CommandError, UnknownName
from newsfolio.thesis import Article

ELSEWHERE = (
    "`newsfolio runs` lists those of ./runs; one that lies elsewhere is read by its folder, "
    'load("FOLDER").'
)


def load(run: str | Path, *, out: str | Path | None = None) -> Result:
    """A saved run: its folder, its id, or the beginning of its id.

    out: the folder of run folders in which an id is looked for; by default ./runs, and then the
        working folder, where `result.report("mine")` has put one.
    Raises OutputError where the folder holds no run, UnknownName where there is no such id.
    """
    folder = Path(run)
    if not (folder / "manifest.json").exists() and len(folder.parts) == 1:
        here = None if out else reported_here(str(run))
        try:
            folder = run_folder(str(run), Path(out or paths.RUNS), ELSEWHERE)
        except UnknownName:
            if here is None:
                raise
            folder = here
    return saved.load(folder)


def compare(
    *runs: Result | Runnable,
    data: Data = "yahoo",
    out: str | Path | None = None,
    **options: Unpack[RunArguments],
) -> RunsCompared:
    """Runs on the sessions that all of them have: who is surely ahead of whom.

    runs: Results; strategies, which are run first, without placebos; ids of saved runs.
    out: the folder of run folders in which an id is looked for, ./runs by default.
    data, options: as for `run`, for the strategies that are run.
    """
    results = [
        item if isinstance(item, Result) else _run_or_saved(item, data, out, options)
        for item in runs
    ]
    return RunsCompared(tuple(results), compared(results))


def claims(
    article: str | Path | Article | Iterable[Article] | None = None,
    data: Data = "yahoo",
    *,
    offline: bool = False,
    facts: str | Path | None = None,
    vendor: str = "",
) -> ClaimsChecked:
    """What articles say about prices and figures, each statement measured on its due day.

    article: an id such as "003", a file, a folder of files (`problems` names those that are no
        good), an Article, or several; None: all that are shipped.
    data, offline, facts, vendor: as for `run`.
    """
    source = open_data(data, offline=offline, facts=facts, vendor=vendor)
    if article is None or isinstance(article, str | Path):
        files = articles_at(None if article is None else str(article))
    else:
        given = (article,) if isinstance(article, Article) else tuple(article)
        files = ArticleFiles(given, declared_in("__main__"))
    checked = check_claims(files.articles, source, files.declared, interval_of, paths.today())
    return ClaimsChecked(files.articles, checked, source.name, files.problems)


def check(
    strategy: Runnable,
    data: Data = "yahoo",
    *,
    universe: Sequence[str] = (),
    cuts: int = 12,
    offline: bool = False,
    facts: str | Path | None = None,
    vendor: str = "",
    **settings: Unpack[RunSettings],
) -> Certificate:
    """Whether a strategy looks ahead: `honesty`, `reason`, and the decisions that changed.

    cuts: dates at which the future is cut off, scrambled and replaced by noise.
    strategy, universe, data, offline, facts, vendor, settings: as for `run`. No trial is counted.
    """
    job = job_of(strategy, universe=universe)
    source = open_data(data, offline=offline, facts=facts, vendor=vendor)
    return certificate(job, source, settings_of(settings), cuts)


def score(
    run: Result | str | Path,
    data: Data = "yahoo",
    *,
    strategy: Runnable | None = None,
    placebos: int = 200,
    shortcuts: bool = False,
    ledger: str | Path | None = None,
    offline: bool = False,
    facts: str | Path | None = None,
    vendor: str = "",
) -> Result:
    """The thesis of an earlier run judged on the sessions that came since, parameters frozen.

    run: a Result, or what `load` takes. data: newer than the run had. strategy: the one of the run
        where no address leads to it, as for a class of a notebook.
    placebos, shortcuts, ledger, offline, facts, vendor: as for `run`.
    """
    old = run if isinstance(run, Result) else load(run)
    source = open_data(data, offline=offline, facts=facts, vendor=vendor)
    workspace = Workspace(source, rescore.settings_again(old), open_ledger(ledger))
    with counted_if_unmade(workspace, old.manifest["strategy"]["address"]):
        job = rescore.job_again(old, strategy)
    judging = Judging(
        placebos, since=rescore.divide_again(old), chosen=rescore.chosen_before(old),
        extras=extras_of(shortcuts),
    )  # fmt: skip
    return run_job(job, workspace, judging=judging, notes=rescore.changes_since(old, job))


def weights(
    strategy: Runnable,
    data: Data = "yahoo",
    *,
    asof: date | str | None = None,
    portfolio: str | Path | Sequence[str | Path] = (),
    offline: bool = False,
    facts: str | Path | None = None,
    vendor: str = "",
    **settings: Unpack[RunSettings],
) -> Advice:
    """What a strategy holds at a close, and the orders in whole lots that lead there.

    asof: the close to decide at, the last one by default. portfolio: files of what is held, as
        brokers export them; orders start from cash without one.
    strategy, data, offline, facts, vendor, settings: as for `run`. No trial is counted.
    """
    job = job_of(strategy)
    if job.plain:
        raise CommandError(f"{job.name} is a plain backtrader strategy: it has orders, no weights")
    source = open_data(data, offline=offline, facts=facts, vendor=vendor)
    files = (portfolio,) if isinstance(portfolio, str | Path) else portfolio
    day = read_day("asof", asof)
    held = tuple(map(Path, files))
    return advise(job.strategy, source, settings_of(settings), day, held, paths.today())


def _run_or_saved(
    what: Runnable, data: Data, out: str | Path | None, options: RunArguments
) -> Result:
    """A strategy is run; any other word is a saved run."""
    if isinstance(what, str) and not strategy_loader.is_address(what):
        return load(what, out=out)
    chosen: RunArguments = {"placebos": 0, "engine": "kernel", **options}
    return run(what, data, **chosen)
