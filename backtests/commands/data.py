"""The commands that look after prices: `newsfolio data pull`, `status` and `check`."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cyclopts import App

from backtests.commands.terminal import print_json, print_table, progress
from newsfolio.errors import BrokenData, CommandError, MissingData, NewsfolioError, UnknownName

if TYPE_CHECKING:
    from markets.bars import Bars, Source
    from markets.quality.checks import Finding
    from markets.store.price_store import Store, StoredBars
    from markets.yahoo.pull import Pulled
    from newsfolio.assets import Asset

MOST_WORKERS = 16

app = App(name="data", help="Fetch prices into the local store, and look at what is there.")


@app.command
def pull(
    *lines: str,
    store: Path | None = None,
    workers: int = 4,
    fresh: bool = False,
    json: bool = False,
    quiet: bool = False,
) -> int:
    """Bring the local store up to date from Yahoo; exit code 1 if a line failed.

    What was fetched today is skipped, so that a pull that was stopped goes on where it was.

    Parameters
    ----------
    lines
        Tickers, or strategies (all that a run of them needs); by default all that is stored.
    store
        Folder of the local price store.
    workers
        Lines fetched at a time; all together keep within the rate.
    fresh
        Fetch whole histories anew, whatever is stored.
    json
        Print one JSON object.
    quiet
        Print failures only.
    """
    from backtests import paths
    from markets.store.price_store import Store
    from markets.yahoo.pull import pull as fetch

    if not 1 <= workers <= MOST_WORKERS:
        raise CommandError(f"--workers {workers}: from 1 to {MOST_WORKERS}")
    kept = Store(store or paths.store_folder())
    if not lines and not kept.tickers():
        raise CommandError(
            f"nothing is stored in {kept.folder}; name lines or a strategy, e.g. newsfolio data "
            "pull SPY 0700.HK"
        )
    assets, odd = (_chosen(lines, kept), {}) if lines else _placed(kept.tickers())
    show = progress(json or quiet)
    try:
        pulled = fetch(kept, assets, paths.today(), workers, show, fresh=fresh)
    except KeyboardInterrupt:
        raise MissingData(
            "interrupted; lines fetched so far are kept, the same command goes on from there"
        ) from None
    finally:
        if show is not None:
            show("")
    found = (*pulled, *(_not_placed(ticker, why) for ticker, why in odd.items()))
    if json:
        print_json({"store": str(kept.folder), "lines": [one.as_json() for one in found]})
    else:
        _say_pulled(found, quiet)
    return int(any(one.failed for one in found))


@app.command
def status(*tickers: str, store: Path | None = None, json: bool = False) -> int:
    """Show what the local store holds, line by line; exit code 1 if a file is damaged.

    Parameters
    ----------
    tickers
        The lines to show; by default all.
    store
        Folder of the local price store.
    json
        Print one JSON object.
    """
    from backtests import paths
    from markets.store.price_store import Store

    kept = Store(store or paths.store_folder())
    rows = [_status(kept, ticker) for ticker in tickers or kept.tickers()]
    if json:
        print_json({"store": str(kept.folder), "lines": rows})
    elif not rows:
        _say(f"nothing is stored in {kept.folder}; newsfolio data pull STRATEGY fetches lines")
    else:
        _say_status(rows)
    return int(any(row["damage"] for row in rows))


@app.command
def check(
    *lines: str,
    data: str = "yahoo",
    store: Path | None = None,
    against: Path | None = None,
    corrections: Path | None = None,
    json: bool = False,
) -> int:
    """Say what is wrong with prices, worst first; exit code 1 if something would stop a run.

    The network is never used. Corrections are applied first, as in a run.

    Parameters
    ----------
    lines
        Tickers or strategies; by default all that the store or the folder has.
    data
        yahoo (the local store) or a folder of CSV or Parquet files.
    store
        Folder of the local price store.
    against
        A folder with the same lines from another source, to compare closes with.
    corrections
        File of corrections, besides the corrections.csv that may lie among the prices.
    json
        Print one JSON object.
    """
    from backtests import paths
    from markets.quality.checks import Severity, inspect_all
    from markets.store.price_store import Store

    if data == "sample":
        raise CommandError("--data sample: made-up prices need no check; name yahoo or a folder")
    source = paths.open_source(data, store=store, offline=True, corrections=corrections)
    kept = Store(store or paths.store_folder()) if data == "yahoo" else None
    names = kept.tickers() if kept else _in_folder(Path(data).expanduser())
    assets, odd = (_chosen(lines, kept), {}) if lines else _placed(names)
    pairs, damaged = _loaded(source, assets, data == "yahoo")
    if not pairs and not damaged:
        raise MissingData(f"no prices to check in {data}; newsfolio data pull fetches some")
    more = _second_opinions(pairs, against) if against is not None else ()
    found = sorted(
        (*damaged, *inspect_all(pairs), *more),
        key=lambda one: (-one.severity, one.ticker, one.rule),
    )
    seen = {*pairs, *(one.ticker for one in damaged)}
    missing = [asset.ticker for asset in assets if asset.ticker not in seen] + list(odd)
    if json:
        rows = [_as_json(one) for one in found]
        print_json({"checked": sorted(pairs), "missing": missing, "findings": rows})
    else:
        _say_findings(found, len(pairs), missing)
    return int(any(one.severity is Severity.BLOCK for one in found))


# Which lines are meant


def _chosen(names: Sequence[str], store: Store | None) -> list[Asset]:
    """The assets that tickers and strategies name, each once."""
    found: dict[str, Asset] = {}
    for asset in (asset for name in names for asset in _named(name, store)):
        found.setdefault(asset.ticker, asset)
    return list(found.values())


def _placed(tickers: Iterable[str]) -> tuple[list[Asset], dict[str, str]]:
    """The assets of tickers that were found somewhere, and why others cannot be placed."""
    from newsfolio.listings import asset_of

    found, odd = [], {}
    for ticker in tickers:
        try:
            found.append(asset_of(ticker))
        except CommandError as error:
            odd[ticker] = f"{error} Or name the strategy that declares it."
    return found, odd


def _named(name: str, store: Store | None) -> list[Asset]:
    """The asset of a ticker, or all that a run of the strategy at an address needs."""
    from backtests.strategy_loader import shipped
    from newsfolio.listings import KNOWN, asset_of

    if ":" in name or name.endswith(".py") or (name.islower() and name in shipped()):
        return lines_of(name, store)
    try:
        return [asset_of(name)]
    except UnknownName:
        known = [*shipped(), *KNOWN]
        raise UnknownName(
            "ticker or strategy", name, known,
            "Tickers are written as Yahoo does (SPY, 0700.HK); newsfolio list shows strategies.",
        ) from None  # fmt: skip


class _AskedError(Exception):
    """A run has said what it needs; nothing is to be played."""


class _Asked:
    """A source that only writes down what a run asks of it."""

    name = "what is asked for"

    def __init__(self) -> None:
        self.assets: list[Asset] = []

    def load(self, assets: Iterable[Asset]) -> Mapping[str, Bars]:
        self.assets = list(assets)
        raise _AskedError


def lines_of(address: str, store: Store | None = None) -> list[Asset]:
    """Everything that a run of the strategy loads: stand-ins, signals, benchmark, controls."""
    from backtests.api import job_of
    from backtests.runner.run_strategy import play_plain, play_strategy
    from backtests.settings import Settings
    from markets.corrections import DISTRIBUTIONS, FILE, Corrected, read_corrections

    asked = _Asked()
    rows = read_corrections(store.folder / FILE) if store else ()
    source = Corrected(asked, (*DISTRIBUTIONS, *rows))
    job = job_of(address)
    try:
        if job.strategy is not None:
            play_strategy(job.strategy, source, Settings(), address)
        elif job.plain is not None:
            play_plain(job.plain, job.universe, source, Settings(), address)
    except _AskedError:
        return asked.assets
    return []


def _in_folder(folder: Path) -> list[str]:
    """The tickers that a folder of prices has files of; other files are passed over."""
    names = {path.stem for end in ("*.csv", "*.parquet") for path in folder.glob(end)}
    return [asset.ticker for asset in _placed(sorted(names))[0]]


# Pull


def _not_placed(ticker: str, why: str) -> Pulled:
    from markets.yahoo.pull import Outcome, Pulled

    return Pulled(ticker, Outcome.FAILED, error=why, why="not placed")


def _say_pulled(found: Sequence[Pulled], quiet: bool) -> None:
    """A line for each that changed or failed, and how many did not."""
    shown = [one for one in found if one.failed or not (quiet or one.outcome in _calm())]
    if shown:
        print_table([_pulled_row(one) for one in shown])
    if quiet:
        return
    counts = Counter(one.outcome.value for one in found)
    _say(f"{_lines(len(found))}: " + ", ".join(f"{n} {name}" for name, n in counts.items()))
    failed = [one for one in found if one.failed]
    if failed:
        whys = Counter(one.why for one in failed)
        said = ", ".join(f"{n} {why}" for why, n in whys.items())
        _say(f"{len(failed)} failed ({said}); what is stored stands, and the same command goes on")


def _calm() -> tuple[str, ...]:
    from markets.yahoo.pull import Outcome

    return (Outcome.SKIPPED, Outcome.HOLIDAY)


def _pulled_row(one: Pulled) -> tuple[str, ...]:
    spans = f"{one.first} to {one.last}" if one.first else "-"
    said = "; ".join(part for part in (one.change, one.error) if part)
    said = said.removeprefix(f"{one.ticker}: ")
    added = f"+{one.added}" if one.added else ""
    return (one.ticker, one.outcome.value, added, spans, said)


# Status


def _status(store: Store, ticker: str) -> dict[str, Any]:
    """One line of the store; a damaged file is named instead."""
    row: dict[str, Any] = {
        "ticker": ticker, "first": None, "last": None, "bars": 0, "retrieved": None,
        "source": None, "currency": None, "notes": [], "changes": [], "versions": 0,
        "absent": None, "damage": None,
    }  # fmt: skip
    try:
        stored = store.read(ticker)
    except BrokenData as error:
        return {**row, "damage": f"{error}; newsfolio data pull {ticker} does both"}
    row["versions"] = len(store.versions(ticker))
    absent = store.absent(ticker)
    row["absent"] = absent.isoformat() if absent else None
    return row if stored is None else row | _described(stored)


def _described(stored: StoredBars) -> dict[str, Any]:
    bars = stored.bars
    return {
        "first": bars.first.isoformat(),
        "last": bars.last.isoformat(),
        "bars": len(bars.frame),
        "retrieved": stored.retrieved.isoformat(),
        "source": stored.source,
        "currency": stored.currency,
        "notes": list(bars.notes),
        "changes": [str(change) for change in stored.changes],
    }


def _say_status(rows: Sequence[Mapping[str, Any]]) -> None:
    table = [("ticker", "first", "last", "bars", "retrieved", "source", "")]
    table += [
        (row["ticker"], row["first"] or "-", row["last"] or "-", str(row["bars"]),
         row["retrieved"] or "-", row["source"] or "-", "DAMAGED" if row["damage"] else "")
        for row in rows
    ]  # fmt: skip
    print_table(table)
    for row in rows:
        for said in _remarks(row):
            _say(f"{row['ticker']}: {said}")


def _remarks(row: Mapping[str, Any]) -> Iterator[str]:
    if row["damage"]:
        yield row["damage"]
    if row["absent"]:
        yield f"Yahoo did not know it on {row['absent']}"
    yield from row["notes"]
    for change in row["changes"]:
        yield f"restated, {change}"
    if row["versions"]:
        yield f"{row['versions']} earlier version{'s' * (row['versions'] != 1)} kept"


# Check


def _loaded(
    source: Source, assets: Sequence[Asset], stored: bool
) -> tuple[dict[str, tuple[Asset, Bars]], list[Finding]]:
    """Lines with their bars, by ticker; a file that cannot be read is a finding that blocks."""
    from markets.quality.checks import Finding, Severity

    remedy = "newsfolio data pull {} fetches it again." if stored else "Correct the file."
    found: dict[str, tuple[Asset, Bars]] = {}
    damaged = []
    for asset in assets:
        try:
            bars = source.load([asset]).get(asset.ticker)
            found |= {} if bars is None else {asset.ticker: (asset, bars)}
        except (BrokenData, MissingData) as error:
            damaged.append(
                Finding(
                    Severity.BLOCK, asset.ticker, "unreadable",
                    str(error).removeprefix(f"{asset.ticker}: ").rstrip("."),
                    remedy.format(asset.ticker),
                )
            )  # fmt: skip
    return found, damaged


def _second_opinions(pairs: Mapping[str, tuple[Asset, Bars]], folder: Path) -> Iterator[Finding]:
    """Where closes differ from those of the same line in a folder."""
    from markets.folder.source import FolderSource
    from markets.quality.checks import Finding, Severity, compare

    if not folder.expanduser().is_dir():
        raise CommandError(f"--against {folder}: no such folder")
    other = FolderSource(folder.expanduser())
    for asset, bars in pairs.values():
        try:
            theirs = other.load([asset]).get(asset.ticker)
        except NewsfolioError as error:
            yield Finding(
                Severity.NOTE, asset.ticker, "second source", f"not compared: {error}",
                "Correct that file.",
            )  # fmt: skip
            continue
        if theirs is not None:
            yield from compare(bars, theirs)


def _as_json(one: Finding) -> dict[str, Any]:
    return {
        "severity": one.severity.name.lower(),
        "ticker": one.ticker,
        "rule": one.rule,
        "told": one.told,
        "remedy": one.remedy,
        "days": [day.isoformat() for day in one.days],
        "count": one.count,
    }


def _say_findings(found: Sequence[Finding], checked: int, missing: Sequence[str]) -> None:
    for one in found:
        _say(f"{one.severity.name.lower():<6}{one.rule:<20}{one.sentence}")
    counts = Counter(one.severity.name.lower() for one in found)
    said = ", ".join(f"{count} {name}" for name, count in counts.items()) or "no finding"
    _say(f"{_lines(checked)} checked: {said}")
    if missing:
        _say(f"no prices of {', '.join(missing)}")


def _lines(count: int) -> str:
    return f"{count} line{'s' * (count != 1)}"


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
