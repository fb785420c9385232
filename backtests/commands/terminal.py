"""What the command line shows: summaries, tables, JSON. It imports nothing heavy."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import textwrap
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from backtests.commands.streams import json_output
from backtests.progress import counted
from backtests.progress import silent as nobody
from newsfolio.formatting import clock, growth, ratio

T = TypeVar("T")

NUMBER = re.compile(r"[-+]?[\d,.]+( %)?( in total)?|n/a|-|")
"""What stands right in its column."""

LONG = 2.0
"""Seconds from which work says how far it is."""

REDRAWN = 0.1
"""Seconds between two lines of a meter."""

MOST_DOUBTS = 3
"""Doubts that are told in full after a run; the page has all."""

UNCOMPILED = (
    "no C compiler was at hand when newsfolio was installed, so the kernel is Python: the same "
    "numbers, twenty to fifty times slower; install a compiler (gcc, clang) and newsfolio again"
)

if TYPE_CHECKING:
    from backtests.progress import Progress
    from backtests.records.result import Result
    from reports.contract.claims import CheckedArticleJson
    from reports.contract.manifest import ClaimJson, ManifestJson, VerdictLineJson
    from reports.tables.companies import Companies


def progress(silent: bool) -> Callable[[str], None] | None:
    """A line that overwrites itself on a terminal, nothing in a pipe."""
    if silent or not sys.stderr.isatty():
        return None
    return lambda text: print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def meter(silent: bool) -> Progress:
    """How far long work is, and how long it still takes, on a terminal; nothing in a pipe."""
    return nobody if silent or not sys.stderr.isatty() else Meter()


class Meter:
    """A line that overwrites itself, for work that takes two seconds or longer.

    So does work in several steps that are each shorter: from two seconds on all are told.
    """

    def __init__(self) -> None:
        self._since = self._shown = 0.0
        self._first: float | None = None

    def __call__(self, what: str, share: float) -> None:
        now = time.monotonic()
        if self._first is None:
            self._first = now
        if share <= 0 or share >= 1:
            self._since = now
            if self._shown:
                print("\r\033[K", end="", file=sys.stderr, flush=True)
            self._shown = 0.0
            return
        passed = now - self._since
        left = passed / share * (1 - share)
        long = passed + left > LONG or now - self._first > LONG
        if now - self._shown > REDRAWN and (self._shown or long):
            self._shown = now
            print(f"\r\033[K{what}, {clock(left)} left", end="", file=sys.stderr, flush=True)


def reading(silent: bool) -> Callable[[Collection[T]], Iterable[T]]:
    """How far the reading of prices is, line by line, on a terminal; nothing in a pipe."""
    return iter if silent or not sys.stderr.isatty() else Reading(Meter())


@dataclass(frozen=True)
class Reading:
    """Hands lines on, and wipes what was said of them away when there are no more."""

    gauge: Progress

    def __call__(self, lines: Collection[T]) -> Iterator[T]:
        yield from counted(lines, "reading prices", len(lines), self.gauge)
        print("\r\033[K", end="", file=sys.stderr, flush=True)


def say_index(page: Path, *, first: bool) -> None:
    """Where all runs are listed; at the first run of a folder also whether it was a slow one."""
    from backtests.engines.kernel import COMPILED

    print(f"{'index':<14}{page}")
    if first and not COMPILED:
        print(f"{'speed':<14}{UNCOMPILED}")


def say(result: Result, folder: Path, *, quiet: bool) -> None:
    """The verdict and the summary of a run that was saved, and where its page is."""
    page = folder / result.id / "verdict.html"
    if quiet:
        print(page)
        return
    from reports.tables.companies import Companies
    from reports.tables.trials import at_horizon, frozen_sentence

    if result.simulated:
        print("SIMULATED: the sample market is made up; nothing below happened")
    verdict = result.manifest.get("verdict")
    if verdict:
        print(f"{'verdict':<14}{verdict['word'].upper()}. {verdict['reason']}")
        print(f"{'trials':<14}{_trials(verdict)}")
    print(f"{'rule':<14}{frozen_sentence(result.manifest.get('frozen'))}")
    stated = result.evaluation.get("falsifier") if result.evaluation else None
    if stated:
        print(f"{'falsifier':<14}{stated['stated']}. {stated['sentence']}")
    horizon = at_horizon(verdict)
    if horizon:
        print(f"{'horizon':<14}{horizon}")
    if result.manifest.get("lookahead"):
        print(f"{'warning':<14}{result.manifest['lookahead']}")
    say_figures(result)
    say_warnings(result.manifest)
    names = Companies(result.manifest.get("names"))
    for note in result.manifest["notes"]:
        words = ("the run ends", "no data", "left out", "proxy", "rates of", "outstanding",
                 "flows")  # fmt: skip
        if any(word in note for word in words):
            print(f"{'note':<14}{names.told(note)}")
    credit = result.manifest["credit"]
    if credit:
        print(f"{'credit':<14}{credit['largest']:,.0f} at most, on {credit['session']}")
    print(f"{'page':<14}{page}\n")


def _trials(verdict: VerdictLineJson) -> str:
    """How much was tried, and by what it was joined."""
    trials, family = verdict.get("trials"), verdict.get("family")
    if trials is None:
        return "not known: the ledger cannot be read"
    text = f"{trials:,} of the thesis" + ("" if family is None else f", {family:,} of its family")
    joined = verdict.get("joined", [])
    text += "".join(f"; {subject}" for subject in joined[:MOST_DOUBTS])
    text += f"; and {len(joined) - MOST_DOUBTS} more" if len(joined) > MOST_DOUBTS else ""
    return text + "".join(f". LEDGER NOT WHOLE: {gap}" for gap in verdict.get("gaps", []))


def say_figures(result: Result) -> None:
    """What scores first, the whole run second."""
    from reports.tables.companies import Companies
    from reports.tables.scored import scored_headline, scored_rows, window_of

    scored = scored_headline(result.manifest, result.evaluation)
    lines, names = result.summary(), Companies(result.manifest.get("names"))
    for name in ("strategy", "data"):
        print(f"{name:<14}{lines.pop(name)}")
    if scored:
        print(f"{'scored':<14}{window_of(scored)}\n")
        print_table(scored_rows(scored, names))
        print(f"\n{'whole run':<14}context included, which explains and scores nothing:")
    else:
        why = "nothing scores yet" if result.manifest["thesis"] else "no article, so nothing scores"
        print(f"{'whole run':<14}{why}:")
    for name, value in lines.items():
        print(f"{name:<14}{value}")
    benchmark, figures = result.manifest["benchmark"], result.manifest["metrics"].get("benchmark")
    if benchmark and figures:
        grown = growth(figures["cagr"], figures["total_return"])
        print(f"{'benchmark':<14}{names.told(benchmark['label'])}: CAGR {grown}, "
              f"Sharpe {ratio(figures['sharpe'])}")  # fmt: skip


def say_warnings(manifest: ManifestJson) -> None:
    """What makes the figures above worth less: ruin, too much held, or never invested, doubts."""
    from reports.tables.companies import Companies
    from reports.tables.doubts import doubts_of

    if "dry" in manifest:
        print(f"{'RAN DRY':<14}on {manifest['dry']['session']}: the withdrawal was not below the "
              "equity; it was not paid, all was sold, and no decision followed")  # fmt: skip
    if manifest["ruined"]:
        print(f"{'RUINED':<14}on {manifest['ruined']}: equity at or below zero; all was sold, and "
              "no decision followed")  # fmt: skip
    doubts, names = doubts_of(manifest), Companies(manifest.get("names"))
    for sentence in (*manifest.get("gross", []), *manifest.get("unallocated", [])):
        print(f"{'note':<14}{names.told(sentence)}")
    if doubts.rows:
        print(f"{'doubts':<14}{doubts}")
    for row in doubts.rows[:MOST_DOUBTS]:
        line = f"{row['ticker']}: {row['told']}"
        print(f"{'':<14}{names.told(line)}")
    if len(doubts.rows) > MOST_DOUBTS:
        print(f"{'':<14}and {len(doubts.rows) - MOST_DOUBTS} more, on the page")


_CLAIM_HEADS = ("claim", "claimed", "measured", "verdict")

LEAST_PROSE = 40
"""Columns of a terminal that sentences need; with fewer they stand under their line."""


def say_claims(articles: Sequence[CheckedArticleJson], source: str, simulated: bool) -> None:
    """The claims of some articles as a table, each with its readings below it."""
    from reports.tables.companies import Companies

    names = Companies()
    if simulated:
        print("SIMULATED: the sample market is made up, no claim about prices holds or fails on it")
    columns = shutil.get_terminal_size((110, 40)).columns
    for article in articles:
        print(
            f"\n{article['id']}  {article['title']}, {article['published'][:10]}; prices: {source}"
        )
        heads = [_CLAIM_HEADS, *(_figures_of(row) for row in article["claims"])]
        widths = [max(len(head[place]) for head in heads) + 2 for place in range(len(heads[0]))]
        prose = ["what it says", *("\n".join(_prose_of(row, names)) for row in article["claims"])]
        if _on_terminal() and columns - sum(widths) - len(widths) > LEAST_PROSE:
            print_table([(*head, text) for head, text in zip(heads, prose, strict=True)])
            continue
        for head, text in zip(heads, ["", *prose[1:]], strict=True):
            cells = (cell.ljust(width) for cell, width in zip(head, widths, strict=True))
            print(f"  {''.join(cells)}".rstrip())
            for line in text.splitlines():
                print(textwrap.fill(line, max(60, min(columns, 130)), initial_indent=" " * 10,
                                    subsequent_indent=" " * 10))  # fmt: skip
    verdicts = Counter(row["verdict"] for article in articles for row in article["claims"])
    counts = ", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items()))
    print(f"\n{'claims':<14}{sum(verdicts.values())} of {len(articles)} articles: {counts}")


def _figures_of(row: ClaimJson) -> tuple[str, ...]:
    """What stands in a line of the table."""
    return row["id"], row["claimed"], row["measured"], row["verdict"]


def _prose_of(row: ClaimJson, names: Companies) -> list[str]:
    """What stands under or beside it."""
    return [row["text"], names.told(row["sentence"]), *_beside(row, names)]


def _beside(row: ClaimJson, names: Companies) -> list[str]:
    """The other readings of a claim, a line each."""
    return [f"- {names.told(text)}" for text in row.get("others", [])]


def print_json(value: object) -> None:
    print(json.dumps(value, indent=1, allow_nan=False), file=json_output())


def print_table(rows: Sequence[tuple[str, ...]], *, heading: bool = True) -> None:
    """Rows of text; heading: whether the first is one."""
    if _on_terminal():
        _print_rich(rows, heading)
        return
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]) - 1)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, [*widths, 0], strict=True)]
        print("  ".join(cells).rstrip())


def _on_terminal() -> bool:
    """Whether tables may be drawn."""
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def _print_rich(rows: Sequence[tuple[str, ...]], heading: bool) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, show_header=heading, pad_edge=False, header_style="bold")
    names, body = (rows[0], rows[1:]) if heading else ([""] * len(rows[0]), rows)
    for place, name in enumerate(names):
        numbers = bool(body) and all(NUMBER.fullmatch(row[place]) for row in body)
        table.add_column(Text(name), justify="right" if numbers else "left", overflow="fold")
    for row in body:
        table.add_row(*map(Text, row))
    Console(highlight=False).print(table)
