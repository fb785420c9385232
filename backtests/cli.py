"""The command line: the only file that knows arguments, and that joins runs with pages."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

from cyclopts import App, CycloptsError, Group, Parameter

from backtests.terminal import (
    about,
    manifests,
    number,
    percent,
    print_json,
    print_table,
    progress,
    row_of,
    say,
)
from newsfolio import __version__
from newsfolio.errors import CommandError, NewsfolioError, OutputError, UnknownName

if TYPE_CHECKING:
    from backtests.api import Job
    from backtests.result import Result
    from backtests.settings import Settings

app = App(
    name="newsfolio",
    help="Would an article's investment thesis have paid? Strategies in, honest pages out.",
    version=__version__,
    help_format="plaintext",
    default_parameter=Parameter(negative=()),
)
_DATA = Group("Data and time", sort_key=1)
_MONEY = Group("Money", sort_key=2)
_OUTPUT = Group("Output", sort_key=3)


@Parameter(name="*")
@dataclass(frozen=True)
class Market:
    """Options that every command with prices has.

    Parameters
    ----------
    data
        yahoo (kept in a local store), sample (simulated), or a folder of CSV or Parquet files.
    start
        First day, e.g. 2023-01-03; by default as early as every sleeve can be held.
    end
        Last day; by default where the first line ends.
    offline
        Never use the network; the local store alone.
    store
        Folder of the local price store.
    cash
        Initial capital.
    currency
        Base currency, e.g. USD, HKD, CNY, EUR.
    costs
        venue (dated fees, commission, half-spread) or none.
    lots
        venue (whole board lots) or fractional.
    dividends
        cash (on the ex-date) or reinvest (total-return prices).
    withholding
        none (gross) or foreign (net of each line's withholding tax).
    funding
        credit (purchases may run ahead of the sales that pay for them) or wait.
    fx
        ecb (reference rates, no network) or source (HKD=X and the like from the data).
    impact
        Coefficient of the square-root impact law; 0 switches it off.
    participation
        Largest share of the median daily volume that an order may take a day.
    set
        A parameter of the strategy, name=value; may be repeated.
    """

    data: Annotated[str, Parameter(group=_DATA)] = "yahoo"
    start: Annotated[str | None, Parameter(group=_DATA)] = None
    end: Annotated[str | None, Parameter(group=_DATA)] = None
    offline: Annotated[bool, Parameter(group=_DATA)] = False
    store: Annotated[Path | None, Parameter(group=_DATA)] = None
    cash: Annotated[float, Parameter(group=_MONEY)] = 1_000_000.0
    currency: Annotated[str, Parameter(group=_MONEY)] = "USD"
    costs: Annotated[str, Parameter(group=_MONEY)] = "venue"
    lots: Annotated[str, Parameter(group=_MONEY)] = "venue"
    dividends: Annotated[str, Parameter(group=_MONEY)] = "cash"
    withholding: Annotated[str, Parameter(group=_MONEY)] = "none"
    funding: Annotated[str, Parameter(group=_MONEY)] = "credit"
    fx: Annotated[str, Parameter(group=_MONEY)] = "ecb"
    impact: Annotated[float, Parameter(group=_MONEY)] = 0.0
    participation: Annotated[float | None, Parameter(group=_MONEY)] = None
    set: tuple[str, ...] = ()


SETTINGS = ("start", "end", "cash", "currency", "costs", "lots", "dividends", "withholding",
            "funding", "fx", "impact", "participation")  # fmt: skip


@app.command(name="list")
def list_(*, json: bool = False) -> None:  # the option's name
    """List the strategies, the articles they come from, and when those were published."""
    from backtests.addresses import shipped

    rows = [about(name, cls) for name, cls in shipped().items()]
    if json:
        print_json({"strategies": rows})
        return
    table = [("strategy", "thesis", "article", "published", "in the store", "what it does")]
    table += [
        (
            row["name"], row["thesis"] or "-", row["article"] or "-",
            (row["published"] or "-")[:10],
            f"{row['lines_in_store']} of {row['lines']}", row["doc"],
        )
        for row in rows
    ]  # fmt: skip
    print_table(table)


@app.command
def show(strategy: str, *, set: tuple[str, ...] = ()) -> None:
    """Show a strategy: thesis, universe with listing dates, parameters, controls.

    Parameters
    ----------
    strategy
        Its address: a name, module:Class or path/file.py:Class.
    set
        A parameter, name=value; may be repeated.
    """
    from backtests.describe import described

    print(described(_job(strategy, set)))


@app.command
def run(
    *strategies: str,
    market: Market = Market(),  # frozen
    benchmark: Annotated[str | None, Parameter(group=_MONEY)] = None,
    engine: str = "backtrader",
    verify: bool = False,
    universe: str = "",
    tearsheet: Annotated[bool, Parameter(negative=("--no-tearsheet",), group=_OUTPUT)] = True,
    out: Annotated[Path | None, Parameter(group=_OUTPUT)] = None,
    ledger: Annotated[Path | None, Parameter(group=_OUTPUT)] = None,
    json: Annotated[bool, Parameter(group=_OUTPUT)] = False,
    quiet: Annotated[bool, Parameter(group=_OUTPUT)] = False,
    open: Annotated[bool, Parameter(group=_OUTPUT)] = False,
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
    tearsheet
        Write the tearsheet.
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
    from backtests import home
    from backtests.api import execute
    from backtests.ledger import Ledger

    if not strategies:
        raise CommandError("name a strategy, e.g. newsfolio run east-rising; see newsfolio list")
    lines = tuple(line.strip() for line in universe.split(",") if line.strip())
    jobs = [_job(address, market.set, lines) for address in strategies]
    settings = _settings(market, benchmark=benchmark, engine=engine)
    source = home.open_source(
        market.data, store=market.store, offline=market.offline, progress=progress(quiet or json)
    )
    folder = out or home.RUNS
    _writable(folder)
    book = Ledger(ledger or home.ledger_path())
    pages = write_pages if tearsheet else None
    results: list[Result] = []
    for job in jobs:
        result = execute(
            job, source, settings, book, verify=verify,
            save=lambda done: done.save(folder / done.id, pages),
        )  # fmt: skip
        results.append(result)
        if not json:
            say(result, folder, quiet=quiet, tearsheet=tearsheet)
    index = write_index(folder)
    if json:
        print_json({"runs": [row_of(result.manifest, folder / result.id) for result in results]})
    elif not quiet:
        print(f"index         {index}")
    if open:
        _browse(folder / results[0].id / "tearsheet.html" if tearsheet else index)


@app.command
def weights(
    strategy: str,
    *,
    market: Market = Market(),
    asof: str | None = None,
    portfolio: Path | None = None,
    json: bool = False,
) -> None:
    """Show what a strategy holds at a close, and the orders that lead there.

    Parameters
    ----------
    strategy
        Its address.
    asof
        The close to decide at; by default the last one.
    portfolio
        A CSV with asset,quantity (CASH for money); without one, orders start from cash.
    json
        Print one JSON object.
    """
    from backtests import home
    from backtests.portfolio import advise
    from backtests.settings import read_day

    job = _job(strategy, market.set)
    if job.strategy is None:
        raise CommandError(f"{strategy} is a plain backtrader strategy: it has orders, no weights")
    source = home.open_source(
        market.data, store=market.store, offline=market.offline, progress=progress(json)
    )
    advice = advise(job.strategy, source, _settings(market), read_day("asof", asof), portfolio)
    if json:
        print_json(advice.as_json())
    else:
        print(advice.as_text())


@app.command
def runs(*, out: Path | None = None, json: bool = False) -> None:
    """List the runs of a folder, newest first.

    Parameters
    ----------
    out
        Folder of run folders, instead of ./runs.
    json
        Print one JSON object.
    """
    from backtests import home

    folder = out or home.RUNS
    found = [row_of(manifest, path) for path, manifest in manifests(folder)]
    if json:
        print_json({"runs": found})
        return
    table = [("run", "data", "window", "CAGR", "Sharpe", "max drawdown")]
    table += [
        (
            row["id"], row["data"], f"{row['start']} to {row['end']}", percent(row["cagr"]),
            number(row["sharpe"]), percent(row["max_drawdown"]),
        )
        for row in found
    ]  # fmt: skip
    print_table(table)
    if not found:
        print(f"no runs in {folder}; newsfolio run STRATEGY makes one")


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
    from backtests import home

    folder = out or home.RUNS
    if not run:
        _browse(folder / "index.html")
        return
    known = {path.name: path for path, _ in manifests(folder)}
    matching = [name for name in known if name.startswith(run)]
    if not matching:
        raise UnknownName("run", run, known, "`newsfolio runs` lists them.")
    _browse(known[matching[0]] / "tearsheet.html")


@app.command
def new(name: str, *, out: Path = Path()) -> None:
    """Write a strategy file and its test, ready to run and to edit.

    Parameters
    ----------
    name
        What to call it, e.g. my-idea.
    out
        Folder to write to, instead of the current one.
    """
    from backtests.starter import write_starter

    strategy, test = write_starter(name, out)
    print(f"wrote {strategy} and {test}; try\n  newsfolio run {strategy} --data sample")
    print(f"  python -m pytest {test}")


def write_pages(result: Result, folder: Path) -> None:
    """The pages of a run, into its folder."""
    import reports

    reports.write_pages(result, folder)


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
        app(tokens, exit_on_error=False, print_error=False, result_action="return_value")
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
    return 0


def _fail(message: str, code: int) -> int:
    print(f"newsfolio: {message}", file=sys.stderr)
    return code


def _warn(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
    """Our own warnings are one line; those of libraries are not the user's business."""
    if category is UserWarning and str(message).startswith("this trial"):
        print(f"newsfolio: {message}", file=sys.stderr)


def _job(address: str, values: Sequence[str], universe: Sequence[str] = ()) -> Job:
    from backtests.api import job_of

    chosen: dict[str, str] = {}
    for pair in values:
        name, equals, value = pair.partition("=")
        if not equals:
            raise CommandError(f"--set {pair}: write it as name=value")
        chosen[name.strip()] = value.strip()
    return job_of(address, chosen, universe)


def _settings(market: Market, **more: Any) -> Settings:
    from backtests.settings import Settings

    return Settings(**{name: getattr(market, name) for name in SETTINGS}, **more)


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
