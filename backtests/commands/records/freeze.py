"""The commands that write rules down and look into the ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from backtests.commands.options import OUTPUT, RunOptions, lines_of
from backtests.commands.terminal import print_json, print_table


def freeze(
    strategy: str,
    *,
    market: RunOptions = RunOptions(),  # frozen
    universe: str = "",
    probability: float | None = None,
    horizon: str | None = None,
    falsifier: str | None = None,
    ledger: Annotated[Path | None, Parameter(group=OUTPUT)] = None,
    json: Annotated[bool, Parameter(group=OUTPUT)] = False,
) -> None:
    """Write a rule into the ledger before anything is run: code, parameters, costs, controls.

    Parameters
    ----------
    strategy
        Its address. The other options are those of the run to come; those of data do not matter.
    universe
        Lines for a plain backtrader strategy, e.g. SPY,KWEB.
    probability
        How likely you think it is that the thesis is ahead of its control on the horizon, 0 to 1;
        by default what the thesis says.
    horizon
        The last day on which it should show; by default what the thesis says.
    falsifier
        What would show that it is wrong, "excess < -5% by 2026-12-31": excess, total_return,
        sharpe, volatility or max_drawdown of the scored sessions up to a day; by default what the
        thesis says.
    ledger
        The trial ledger to write to, instead of the user's own.
    json
        Print one JSON object.
    """
    from backtests import paths
    from backtests.records import freezing
    from backtests.records.workspace import open_ledger
    from backtests.settings import read_day
    from newsfolio.falsifier import Falsifier

    stated = freezing.Stated(
        read_day("horizon", horizon), Falsifier.read(falsifier) if falsifier else None, probability
    )
    job = market.job(strategy, lines_of(universe))
    rule = freezing.rule_of(job, market.settings(), stated)
    book = open_ledger(ledger)
    row = freezing.freeze(book, rule, paths.now())
    earlier = freezing.earlier(book, job, row)
    frozen = {"row": row.row, "at": row.at, "earlier": earlier, **row.rule}
    if json:
        print_json(frozen)
        return
    chance = rule["probability"]
    lines = [
        ("frozen", f"{rule['label']}, hash {row.rule['hash']}, row {row.row:,} of the ledger"),
        ("at", f"{row.at}, by this machine's clock"),
        ("before", _before(earlier)),
        ("horizon", rule["horizon"] or "none stated"),
        ("falsifier", rule["falsifier"] or "none stated"),
        ("probability", "none stated" if chance is None else f"{chance:g}"),
    ]
    print_table([(f"{name:<12}", text) for name, text in lines])


def _before(earlier: int) -> str:
    if not earlier:
        return "no variant of the thesis or of its article's day has been run"
    return f"{earlier:,} {'variant has' if earlier == 1 else 'variants have'} been run already"


def ledger(*, ledger: Path | None = None, json: bool = False) -> int:
    """Say what the trial ledger holds and whether it is whole; exit code 1 where it is not.

    Parameters
    ----------
    ledger
        The trial ledger to read, instead of the user's own.
    json
        Print one JSON object.
    """
    from backtests.records.ledger.summary import summary_of
    from backtests.records.workspace import open_ledger

    summary = summary_of(open_ledger(ledger))
    if json:
        print_json(summary.as_json())
    else:
        print(summary.as_text())
    return 1 if summary.state.chain.gaps else 0
