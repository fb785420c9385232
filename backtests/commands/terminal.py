"""What the command line shows: summaries, tables, JSON. It imports nothing heavy."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newsfolio.errors import UnknownName

if TYPE_CHECKING:
    from backtests.records.result import Result


def progress(silent: bool) -> Any:
    """A line that overwrites itself on a terminal, nothing in a pipe."""
    if silent or not sys.stderr.isatty():
        return None
    return lambda text: print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def say(result: Result, folder: Path, *, quiet: bool) -> None:
    """The verdict and the summary of a run that was saved, and where its page is."""
    page = folder / result.id / "verdict.html"
    if quiet:
        print(page)
        return
    if result.simulated:
        print("SIMULATED: the sample market is made up; nothing below happened")
    verdict = result.manifest.get("verdict")
    if verdict:
        print(f"{'verdict':<14}{verdict['word'].upper()}. {verdict['reason']}")
    for name, value in result.summary().items():
        print(f"{name:<14}{value}")
    benchmark = result.manifest["metrics"].get("benchmark")
    if benchmark:
        label = result.manifest["benchmark"]["label"]
        print(f"{'benchmark':<14}{label}: CAGR {percent(benchmark['cagr'])}, "
              f"Sharpe {number(benchmark['sharpe'])}")  # fmt: skip
    for note in result.manifest["notes"]:
        if any(word in note for word in ("the run ends", "no data", "left out", "proxy")):
            print(f"{'note':<14}{note}")
    credit = result.manifest["credit"]
    if credit:
        print(f"{'credit':<14}{credit['largest']:,.0f} at most, on {credit['session']}")
    print(f"{'page':<14}{page}\n")


def say_claims(
    articles: Sequence[Mapping[str, Any]], source: str, simulated: bool, page: Path
) -> None:
    """The claims of some articles as a table, each with its sentence below it."""
    if simulated:
        print("SIMULATED: the sample market is made up, so no claim holds or fails on it")
    width = max(60, min(shutil.get_terminal_size((110, 40)).columns, 130))
    for article in articles:
        print(
            f"\n{article['id']}  {article['title']}, {article['published'][:10]}; prices: {source}"
        )
        print(f"  {'claim':<8}{'claimed':<12}{'measured':<12}verdict")
        for row in article["claims"]:
            print(f"  {row['id']:<8}{row['claimed']:<12}{row['measured']:<12}{row['verdict']}")
            for text in (row["text"], row["sentence"]):
                print(textwrap.fill(text, width, initial_indent=" " * 10,
                                    subsequent_indent=" " * 10))  # fmt: skip
    print(f"\npage          {page}")


def row_of(manifest: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """One run as `--json` prints it; fractions, not percent."""
    figures = manifest["metrics"]["strategy"]
    names = ("final_equity", "total_return", "cagr", "volatility", "sharpe", "max_drawdown",
             "turnover", "costs", "trades")  # fmt: skip
    return {
        "id": manifest["id"],
        "strategy": manifest["strategy"]["label"],
        "engine": manifest["engine"],
        "data": manifest["data"]["source"],
        "simulated": manifest["data"]["simulated"],
        "start": manifest["window"]["start"],
        "end": manifest["window"]["end"],
        "currency": manifest["settings"]["currency"],
        **{name: figures[name] for name in names},
        "verdict": manifest.get("verdict"),
        "path": str(path),
        "snapshot": manifest["data"]["snapshot"],
    }


def listed(row: Mapping[str, Any]) -> tuple[str, ...]:
    """A row of `row_of` as `runs` lists it."""
    return (
        str(row["id"]), str(row["data"]), f"{row['start']} to {row['end']}", percent(row["cagr"]),
        number(row["sharpe"]), percent(row["max_drawdown"]),
    )  # fmt: skip


def manifests(folder: Path) -> list[tuple[Path, dict[str, Any]]]:
    """Run folders with their manifests, newest first; damaged ones are named and passed over."""
    found = []
    for path in sorted(folder.glob("[!.]*/manifest.json"), key=lambda p: -p.stat().st_mtime_ns):
        try:
            manifest = json.loads(path.read_text(encoding="utf-8"))
            listed(row_of(manifest, path.parent))
            found.append((path.parent, manifest))
        except (OSError, ValueError, KeyError, TypeError) as error:
            print(f"newsfolio: {path.parent} is damaged ({error!r}); run it again", file=sys.stderr)
    return found


def run_folder(run: str, folder: Path) -> Path:
    """The folder of the run whose id begins so; the newest where several do."""
    known = {path.name: path for path, _ in manifests(folder)}
    matching = [name for name in known if name == run] or [
        name for name in known if name.startswith(run)
    ]
    if not matching:
        raise UnknownName("run", run, known, "`newsfolio runs` lists them.")
    return known[matching[0]]


def about(name: str, cls: type) -> dict[str, Any]:
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


def print_json(value: Any) -> None:
    print(json.dumps(value, indent=1, allow_nan=False))


def print_table(rows: Sequence[tuple[str, ...]]) -> None:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]) - 1)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, [*widths, 0], strict=True)]
        print("  ".join(cells).rstrip())


def percent(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.2%}"


def figure(value: float) -> str:
    """A number of unknown size to four significant digits, large ones to the unit."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def number(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.2f}"
