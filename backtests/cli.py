"""The command line: the only file that knows arguments, and that joins runs with pages."""

from __future__ import annotations

import gc
import sys
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn
from urllib.parse import quote

from cyclopts import App, CycloptsError, Parameter

from backtests.commands import data as data_commands
from backtests.commands import runs as queries
from backtests.commands import sweep as sweep_command
from backtests.commands.options import MONEY, OUTPUT, Market
from backtests.commands.terminal import (
    manifests,
    print_json,
    progress,
    row_of,
    run_folder,
    say,
    say_claims,
)
from newsfolio import __version__
from newsfolio.errors import CommandError, NewsfolioError, OutputError

if TYPE_CHECKING:
    from backtests.records.result import Result
    from reports.background import Draughtsman
PAGE = "verdict.html"
"""The page of a run that opens."""

FEW = 50_000
"""Objects after which a run looks for garbage: after every 700 it spends a fourteenth on it."""

app = App(
    name="newsfolio",
    help="Would an article's investment thesis have paid? Strategies in, honest pages out.",
    version=__version__,
    help_format="plaintext",
    default_parameter=Parameter(negative=()),
)
app.command(queries.list_, name="list")
app.command(queries.show)
app.command(queries.weights)
app.command(queries.runs)
app.command(queries.diff)
app.command(queries.check)
app.command(queries.new)
app.command(data_commands.app)
app.command(sweep_command.sweep)


@app.command
def run(
    *strategies: str,
    market: Market = Market(),  # frozen
    benchmark: Annotated[str | None, Parameter(group=MONEY)] = None,
    engine: str = "backtrader",
    verify: bool = False,
    universe: str = "",
    verdict: Annotated[bool, Parameter(negative=("--no-verdict",))] = True,
    placebos: int = 200,
    tearsheet: Annotated[bool, Parameter(negative=("--no-tearsheet",), group=OUTPUT)] = True,
    out: Annotated[Path | None, Parameter(group=OUTPUT)] = None,
    ledger: Annotated[Path | None, Parameter(group=OUTPUT)] = None,
    json: Annotated[bool, Parameter(group=OUTPUT)] = False,
    quiet: Annotated[bool, Parameter(group=OUTPUT)] = False,
    open: Annotated[bool, Parameter(group=OUTPUT)] = False,
) -> None:
    """Run strategies and write their pages to runs/<id>/.

    Parameters
    ----------
    strategies
        Addresses: a name (see `newsfolio list`), module:Class or path/file.py:Class.
    benchmark
        A ticker to measure against, instead of the strategy's own.
    engine
        backtrader (turns every bar and keeps its own cash) or kernel (fast); same fills.
    verify
        Run both engines and fail unless their fills are equal.
    universe
        Lines for a plain backtrader strategy, e.g. SPY,KWEB.
    verdict
        Judge the thesis on the sessions after its article.
    placebos
        How many other dates or baskets to rank it among; 0 switches them off.
    tearsheet
        Write the tearsheet beside the verdict page.
    out
        Folder of run folders, instead of ./runs.
    ledger
        The trial ledger to append to, instead of the user's own.
    json
        Print one JSON object instead of the summary.
    quiet
        Print paths only.
    open
        Open the page in a browser.
    """
    gc.set_threshold(FEW)
    from backtests import paths
    from backtests.api import Judging, execute
    from backtests.evaluation.lookahead.access_audit import Watch
    from backtests.records.ledger import Ledger

    if not strategies:
        raise CommandError("name a strategy, e.g. newsfolio run east-rising; see newsfolio list")
    ahead = draw_ahead() if tearsheet else None
    lines = tuple(line.strip() for line in universe.split(",") if line.strip())
    watch = Watch()
    watch.start()
    jobs = [market.job(address, lines) for address in strategies]
    settings = market.settings(benchmark=benchmark, engine=engine)
    source = market.source(quiet or json)
    folder = out or paths.RUNS
    _writable(folder)
    book = Ledger(ledger or paths.ledger_path())
    judging = Judging(placebos, watch=watch) if verdict else None
    results: list[Result] = []
    for job in jobs:
        result = execute(
            job, source, settings, book, verify=verify, judging=judging,
            begin=ahead.begin if ahead else None,
            save=lambda done: _saved(done, folder, tearsheet, ahead),
        )  # fmt: skip
        results.append(result)
        if not json:
            say(result, folder, quiet=quiet)
    index = write_index(folder)
    if json:
        print_json({"runs": [row_of(result.manifest, folder / result.id) for result in results]})
    elif not quiet:
        print(f"index         {index}")
    if open:
        _browse(folder / results[0].id / PAGE)


@app.command(name="open")
def open_(run: str = "", *, out: Path | None = None) -> None:
    """Open a report in the browser: of the run named, or else the index.

    Parameters
    ----------
    run
        A run's id, or the beginning of it.
    out
        Folder of run folders, instead of ./runs.
    """
    from backtests import paths

    folder = out or paths.RUNS
    _browse(run_folder(run, folder) / PAGE if run else folder / "index.html")


@app.command
def report(
    run: str,
    *,
    out: Path | None = None,
    tearsheet: Annotated[bool, Parameter(negative=("--no-tearsheet",))] = True,
) -> None:
    """Write the pages of a saved run again, from its folder alone.

    Parameters
    ----------
    run
        A run's id, or the beginning of it.
    out
        Folder of run folders, instead of ./runs.
    tearsheet
        Write the tearsheet too.
    """
    from backtests import paths
    from backtests.records.result import intact, load

    folder = out or paths.RUNS
    place = run_folder(run, folder)
    with intact(place):
        write_pages(load(place), place, tearsheet)
    write_index(folder)
    print(place / PAGE)


@app.command
def compare(
    *runs: str,
    market: Market = Market(),
    engine: str = "kernel",
    out: Annotated[Path | None, Parameter(group=OUTPUT)] = None,
    ledger: Annotated[Path | None, Parameter(group=OUTPUT)] = None,
    json: Annotated[bool, Parameter(group=OUTPUT)] = False,
    open: Annotated[bool, Parameter(group=OUTPUT)] = False,
) -> None:
    """Put strategies or saved runs on one page: the same window, who is surely ahead.

    Parameters
    ----------
    runs
        Strategies, which are run first, or ids of saved runs (or the beginning of them).
    engine
        For strategies that are run: kernel or backtrader; same fills.
    out
        Folder of run folders, instead of ./runs.
    ledger
        The trial ledger to append to, instead of the user's own.
    json
        Print one JSON object instead of the path.
    open
        Open the page in a browser.
    """
    from backtests import paths
    from backtests.api import Judging, execute
    from backtests.evaluation.comparison import compare as compared
    from backtests.records.ledger import Ledger
    from backtests.records.result import intact, load

    folder = out or paths.RUNS
    _writable(folder)
    saved = {path.name: path for path, _ in manifests(folder)}
    results: list[Result] = []
    for name in runs:
        matching = [run for run in saved if run.startswith(name) and not _is_strategy(name)]
        if matching:
            results.append(load(saved[matching[0]]))
            continue
        result = execute(
            market.job(name), market.source(json), market.settings(engine=engine),
            Ledger(ledger or paths.ledger_path()), judging=Judging(placebos=0),
            save=lambda done: _saved(done, folder, tearsheet=False),
        )  # fmt: skip
        results.append(result)
    with intact(*(saved[one.id] for one in results if one.id in saved)):
        found = compared(results)
        page = write_compare(results, found, folder)
    write_index(folder)
    if json:
        print_json({**found, "page": str(page)})
    else:
        print(f"{found['conclusion']}\n{page}")
    if open:
        _browse(page)


@app.command
def score(
    run: str,
    *,
    data: str = "yahoo",
    offline: bool = False,
    store: Path | None = None,
    facts: Path | None = None,
    placebos: int = 200,
    tearsheet: Annotated[bool, Parameter(negative=("--no-tearsheet",))] = True,
    out: Path | None = None,
    ledger: Path | None = None,
    json: bool = False,
    quiet: bool = False,
) -> None:
    """Judge a saved run's thesis again on the sessions that came since, parameters frozen.

    Parameters
    ----------
    run
        A run's id, or the beginning of it.
    data
        yahoo, sample, or a folder of price files: newer data than the run had.
    offline
        Never use the network; the local store alone.
    store
        Folder of the local price store.
    facts
        Folder of tables that are no prices, NAME.csv each.
    placebos
        How many other dates or baskets to rank it among; 0 switches them off.
    tearsheet
        Write the tearsheet beside the verdict page.
    out
        Folder of run folders, instead of ./runs.
    ledger
        The trial ledger to append to, instead of the user's own.
    json
        Print one JSON object instead of the summary.
    quiet
        Print the path only.
    """
    from backtests import paths
    from backtests.api import Judging, execute
    from backtests.commands import rescore
    from backtests.evaluation.lookahead.access_audit import Watch
    from backtests.records.ledger import Ledger
    from backtests.records.result import intact, load

    folder = out or paths.RUNS
    place = run_folder(run, folder)
    watch = Watch()
    watch.start()
    with intact(place):
        old = load(place)
        job, settings = rescore.job_again(old), rescore.settings_again(old)
        judging = Judging(
            placebos,
            since=rescore.divide_again(old),
            chosen=rescore.chosen_before(old),
            watch=watch,
        )
    source = paths.open_source(
        data, store=store, offline=offline, facts=facts, progress=progress(quiet or json)
    )
    result = execute(
        job, source, settings, Ledger(ledger or paths.ledger_path()),
        judging=judging, notes=rescore.changes_since(old, job),
        save=lambda done: _saved(done, folder, tearsheet),
    )  # fmt: skip
    write_index(folder)
    if json:
        print_json(row_of(result.manifest, folder / result.id))
    else:
        say(result, folder, quiet=quiet)


@app.command
def claims(
    article: str | None = None,
    *,
    data: str = "yahoo",
    offline: bool = False,
    store: Path | None = None,
    out: Path | None = None,
    json: bool = False,
    quiet: bool = False,
    open: bool = False,
) -> None:
    """Check what an article claims about prices, each claim up to its due day.

    Parameters
    ----------
    article
        Its id, or path/file.py[:NAME] of one of your own; all of the shipped ones by default.
    data
        yahoo, sample, or a folder of price files.
    offline
        Never use the network; the local store alone.
    store
        Folder of the local price store.
    out
        Folder for the page, instead of ./runs.
    json
        Print one JSON object and write no page.
    quiet
        Print the page's path only.
    open
        Open the page in a browser.
    """
    from backtests import paths, strategy_loader
    from backtests.claims import articles_of, check_claims
    from newsfolio.articles import ARTICLES

    wanted = strategy_loader.find_article(article) if article else ARTICLES
    source = paths.open_source(data, store=store, offline=offline, progress=progress(quiet or json))
    found = check_claims(wanted, source)
    if json:
        print_json({"claims": [one.as_json() for one in found]})
        return
    rows = articles_of(wanted, found)
    simulated = any(one.simulated for one in found)
    ids = f"-{quote(wanted[0].id, safe='')}" if article else ""
    path = (out or paths.RUNS) / f"claims{ids}.html"
    write_claims(rows, source.name, simulated, path)
    if quiet:
        print(path)
    else:
        say_claims(rows, source.name, simulated, path)
    if open:
        _browse(path)


def write_claims(
    articles: Sequence[dict[str, Any]], source: str, simulated: bool, path: Path
) -> None:
    """The page of some articles' claims."""
    import reports

    reports.write_claims(articles, source, simulated, path)


def draw_ahead() -> Draughtsman:
    """Who draws while runs are judged."""
    from reports.background import Draughtsman

    return Draughtsman()


def write_pages(
    result: Result, folder: Path, tearsheet: bool = True, ahead: Draughtsman | None = None
) -> None:
    """The pages of a run, into its folder."""
    import reports

    reports.write_pages(result, folder, tearsheet, ahead)


def write_compare(results: Sequence[Result], found: dict[str, Any], folder: Path) -> Path:
    """The page that puts runs side by side."""
    import reports

    return reports.write_compare(results, found, folder)


def write_sweep(found: Mapping[str, Any], folder: Path) -> Path:
    """The page of a sweep."""
    from reports.pages.sweep import write

    return write(found, folder)


def write_index(folder: Path) -> Path:
    """The page of all runs in a folder."""
    import reports

    return reports.write_index(folder)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Parse, run, and turn errors into one or two lines and an exit code."""
    tokens = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in tokens
    tokens = [token for token in tokens if token != "--debug"]
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        warnings.showwarning = _warn
        code = _code(tokens, debug)
    sys.exit(code)


def _code(tokens: list[str], debug: bool) -> int:
    """Run a command; its exit code, and what went wrong on standard error."""
    try:
        answer = app(tokens, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        return _fail(f"{error}; see newsfolio --help", 2)
    except NewsfolioError as error:
        if debug:
            raise
        return _fail(str(error), error.exit_code)
    except BrokenPipeError:
        return 0
    except KeyboardInterrupt:
        return _fail("interrupted; finished runs are kept", 1)
    except Exception as error:
        if debug:
            raise
        said = f"a bug of ours, {type(error).__name__}: {error}"
        return _fail(f"{said}; run again with --debug and report it", 1)
    return answer if isinstance(answer, int) else 0


def _fail(message: str, code: int) -> int:
    print(f"newsfolio: {message}", file=sys.stderr)
    return code


def _warn(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
    """Our own warnings are one line; those of libraries are not the user's business."""
    if category is UserWarning and str(message).startswith("this trial"):
        print(f"newsfolio: {message}", file=sys.stderr)


def _is_strategy(name: str) -> bool:
    from backtests.strategy_loader import shipped

    return ":" in name or name.endswith(".py") or name in shipped()


def _saved(result: Result, folder: Path, tearsheet: bool, ahead: Draughtsman | None = None) -> Path:
    def pages(done: Result, draft: Path) -> None:
        write_pages(done, draft, tearsheet, ahead)

    return result.save(folder / result.id, pages)


def _writable(folder: Path) -> None:
    """Find out before the work, not after it."""
    import tempfile

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise OutputError(
            f"cannot write to {folder}: {error.strerror}; choose another folder with --out"
        ) from error


def _browse(page: Path) -> None:
    import webbrowser

    if not page.exists():
        raise CommandError(f"there is no {page}; newsfolio run STRATEGY makes it")
    webbrowser.open(page.resolve().as_uri())
    print(page)
