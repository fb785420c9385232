"""The commands about strategies: list, show, weights, check, new."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TypedDict

from backtests.commands.data_lines import telling_folder
from backtests.commands.options import RunOptions, job_at, lines_of
from backtests.commands.terminal import meter, print_json, print_table
from newsfolio.errors import CommandError

TICKER = r"\^?[A-Z0-9&]+([.=-][A-Z0-9&]+)*"
"""Strategies are written in small letters."""


def list_(*, json: bool = False) -> None:  # the option's name
    """List the strategies, the articles they come from, and when those were published."""
    from backtests.strategy_loader import shipped

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


def show(strategy: str, *, set: tuple[str, ...] = (), universe: str = "") -> None:
    """Show a strategy: thesis, universe with listing dates, parameters, controls; or a line.

    Parameters
    ----------
    strategy
        Its address: a name, module:Class or path/file.py:Class. Of a ticker: lots, taxes, limits.
    set
        A parameter, name=value; may be repeated.
    universe
        Lines for a plain backtrader strategy, e.g. SPY,KWEB.
    """
    if re.fullmatch(TICKER, strategy):
        from backtests.commands.venues import show_line

        show_line(strategy)
        return
    from backtests.commands.describe import described

    for part in described(job_at(strategy, set, lines_of(universe))):
        if isinstance(part, str):
            print(part)
        else:
            print_table(part, heading=False)


def weights(
    strategy: str,
    *,
    market: RunOptions = RunOptions(),
    asof: str | None = None,
    portfolio: tuple[Path, ...] = (),
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
        What is held: a broker's file, or a CSV with asset,quantity (CASH, CASH EUR for money). May
        be repeated, files add up; without one, orders start from --cash.
    json
        Print one JSON object.
    """
    from backtests import paths
    from backtests.runner.target_portfolio import advise, explained_rows
    from backtests.settings import read_day
    from reports.tables.companies import Companies

    job = market.job(strategy)
    if job.plain:
        raise CommandError(f"{strategy} is a plain backtrader strategy: it has orders, no weights")
    day = read_day("asof", asof)
    source, settings = market.source(json), market.settings()
    with telling_folder(market.data):
        advice = advise(job.strategy, source, settings, day, portfolio, paths.today(), meter(json))
    if json:
        print_json(advice.as_json())
        return
    head, orders, tail = advice.as_text()
    print(*head, sep="\n")
    if orders:
        print_table(orders)
    print(*tail, sep="\n")
    if advice.explained:
        print(f"behind the decision of {advice.explained.day}")
        print_table(explained_rows(advice.explained, Companies(advice.names)))


def check(
    strategy: str,
    *,
    market: RunOptions = RunOptions(),
    universe: str = "",
    cuts: int = 12,
    json: bool = False,
) -> int:
    """Certify that a strategy does not look ahead; exit code 1 where it does, or may.

    Parameters
    ----------
    strategy
        Its address.
    universe
        Lines for a plain backtrader strategy, e.g. SPY,KWEB.
    cuts
        Dates at which the future is cut off, scrambled and replaced by noise.
    json
        Print one JSON object.
    """
    from backtests.evaluation.judging import begin_replaying, certificate
    from backtests.evaluation.schema import Honesty

    begin_replaying()
    job = market.job(strategy, lines_of(universe))
    with telling_folder(market.data):
        verdict = certificate(job, market.source(json), market.settings(), cuts, meter(json))
    if json:
        print_json(verdict.as_json())
    else:
        print(f"{job.name}: {verdict.honesty.value}. {verdict.reason}")
        for change in verdict.changes:
            print(f"  {change.session}  {change.ticker}  {change.before:.4f} -> {change.after:.4f}"
                  f"  ({change.replay})")  # fmt: skip
        for path in verdict.seen:
            print(f"  {path}")
    return 0 if verdict.honesty is Honesty.HONEST else 1


def new(name: str, *, out: Path = Path()) -> None:
    """Write a strategy file and its test, ready to run and to edit.

    Parameters
    ----------
    name
        What to call it, e.g. my-idea.
    out
        Folder to write to, instead of the current one.
    """
    from backtests.commands.authoring.scaffold import write_starter

    strategy, test = write_starter(name, out)
    print(f"wrote {strategy} and {test}; try\n  newsfolio run {strategy} --data sample")
    print(f"  {_python()} {test}")


def _python() -> str:
    """How to call this interpreter: by its name where that is the one on the path."""
    import shlex
    from shutil import which

    interpreter = which("python")
    ours = interpreter is not None and Path(interpreter).parent == Path(sys.executable).parent
    return "python" if ours else shlex.quote(sys.executable)


class ListedJson(TypedDict):
    """A shipped strategy as `list --json` prints it."""

    name: str
    thesis: str | None
    article: str | None
    published: str | None
    doc: str
    lines: int
    lines_in_store: int


def about(name: str, cls: type) -> ListedJson:
    """A strategy as `list` shows it; imports nothing heavy."""
    from backtests.paths import store_folder
    from newsfolio.assets import sleeves_of

    strategy = cls()
    thesis = strategy.thesis
    lines = [line for sleeve in sleeves_of(strategy.universe) for line in sleeve.tickers]
    stored = {path.stem for path in store_folder().glob("*.parquet")}
    return {
        "name": name,
        "thesis": thesis.id if thesis else None,
        "article": thesis.article.id if thesis else None,
        "published": thesis.article.published.isoformat() if thesis else None,
        "doc": (cls.__doc__ or "").partition("\n")[0],
        "lines": len(lines),
        "lines_in_store": sum(line in stored for line in lines),
    }
