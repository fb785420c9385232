"""What the data commands print."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from backtests.commands.terminal import print_table
from newsfolio.errors import BrokenData, OutputError

MOST_FILES = 6
"""That are named where many were read alike."""

if TYPE_CHECKING:
    from markets.folder.importing import ImportedJson
    from markets.quality.findings import Finding
    from markets.store.parquet import StoredBars
    from markets.store.price_store import Store
    from markets.store.rates.pull import PulledRates
    from markets.yahoo.pull import Pulled


class FixingsJson(TypedDict):
    """What a store has of the ECB's fixings: currencies, the dollar's last day, what is damaged."""

    currencies: int
    last: str | None
    damage: list[str]


class StoredJson(TypedDict):
    """A line of the store; None where it is not there, `damage` why it cannot be read.

    absent: the day on which Yahoo did not know it.
    """

    ticker: str
    first: str | None
    last: str | None
    bars: int
    retrieved: str | None
    source: str | None
    currency: str | None
    notes: list[str]
    changes: list[str]
    versions: int
    absent: str | None
    damage: str | None


class CheckFindingJson(TypedDict):
    """A finding of the gate as `data check --json` prints it."""

    severity: str
    ticker: str
    rule: str
    told: str
    remedy: str
    days: list[str]
    count: int


def not_placed(ticker: str, why: str) -> Pulled:
    from markets.yahoo.pull import Outcome, Pulled

    return Pulled(ticker, Outcome.FAILED, error=why, why="not placed")


def say_pulled(outcomes: Sequence[Pulled], quiet: bool) -> None:
    """A line for each that changed or failed, and how many did not."""
    shown = [line for line in outcomes if line.failed or not (quiet or line.outcome in _calm())]
    if shown:
        print_table([_pulled_row(line) for line in shown], heading=False)
    if quiet:
        return
    counts = Counter(line.outcome.value for line in outcomes)
    say(f"{_lines(len(outcomes))}: " + ", ".join(f"{n} {name}" for name, n in counts.items()))
    failed = [line for line in outcomes if line.failed]
    if failed:
        whys = Counter(line.why for line in failed)
        reasons = ", ".join(f"{n} {why}" for why, n in whys.items())
        say(
            f"{len(failed)} failed ({reasons}); what is stored stands, and the same command goes on"
        )


def fixings_row(store: Store) -> FixingsJson:
    from markets.reference.fixings_file import FIXING

    names = [ticker for ticker in store.tickers() if ticker.endswith(FIXING)]
    last, damage = None, []
    for name in names:
        try:
            kept = store.read(name)
        except BrokenData as error:
            damage.append(str(error))
            continue
        if kept is not None and name == f"USD{FIXING}":
            last = kept.bars.last.isoformat()
    return {"currencies": len(names), "last": last, "damage": damage}


def say_fixings(row: FixingsJson) -> None:
    if row["currencies"]:
        say(f"rates: the ECB's fixings of {row['currencies']} currencies to {row['last']}")
    for damage in row["damage"]:
        say(f"rates: {damage}")


def say_rates(fixings: PulledRates, pairs: Sequence[Pulled], quiet: bool) -> None:
    """What became of the exchange rates: what is new, and whatever failed."""
    if fixings.outcome == "failed":
        up_to = f"those to {fixings.last} stand" if fixings.last else "the packaged ones serve"
        say(f"rates: the ECB's fixings were not fetched, {up_to}: {fixings.error}")
    elif fixings.added and not quiet:
        text = f"rates: the ECB's fixings, +{fixings.added} to {fixings.last}"
        more = f"; restated: {', '.join(fixings.changed)}" if fixings.changed else ""
        say(text + more)
    for pair in pairs:
        if pair.failed or not (quiet or pair.outcome in _calm()):
            say("rates: " + "  ".join(part for part in _pulled_row(pair) if part))


def _calm() -> tuple[str, ...]:
    from markets.yahoo.pull import Outcome

    return (Outcome.SKIPPED, Outcome.HOLIDAY)


def _pulled_row(line: Pulled) -> tuple[str, ...]:
    spans = f"{line.first} to {line.last}" if line.first else "-"
    remarks = "; ".join(part for part in (line.change, line.error) if part)
    remarks = remarks.removeprefix(f"{line.ticker}: ")
    added = f"+{line.added}" if line.added else ""
    return (line.ticker, line.outcome.value, added, spans, remarks)


def status_row(store: Store, ticker: str) -> StoredJson:
    """One line of the store; a damaged file is named instead."""
    row: StoredJson = {
        "ticker": ticker, "first": None, "last": None, "bars": 0, "retrieved": None,
        "source": None, "currency": None, "notes": [], "changes": [], "versions": 0,
        "absent": None, "damage": None,
    }  # fmt: skip
    try:
        stored = store.read(ticker)
    except BrokenData as error:
        return {**row, "damage": f"{error}; newsfolio data pull {ticker} does both"}
    except OutputError as error:  # of a later version
        return {**row, "damage": str(error)}
    row["versions"] = len(store.versions(ticker))
    absent = store.absent(ticker)
    row["absent"] = absent.isoformat() if absent else None
    return row if stored is None else _described(row, stored)


def _described(row: StoredJson, stored: StoredBars) -> StoredJson:
    bars = stored.bars
    return {
        **row,
        "first": bars.first.isoformat(),
        "last": bars.last.isoformat(),
        "bars": len(bars.frame),
        "retrieved": stored.retrieved.isoformat(),
        "source": stored.source,
        "currency": stored.currency,
        "notes": list(bars.notes),
        "changes": [str(change) for change in stored.changes],
    }


def say_status(rows: Sequence[StoredJson]) -> None:
    table = [("ticker", "first", "last", "bars", "retrieved", "source", "")]
    table += [
        (row["ticker"], row["first"] or "-", row["last"] or "-", str(row["bars"]),
         row["retrieved"] or "-", row["source"] or "-", "DAMAGED" if row["damage"] else "")
        for row in rows
    ]  # fmt: skip
    print_table(table)
    for row in rows:
        for remark in _remarks(row):
            say(f"{row['ticker']}: {remark}")


def _remarks(row: StoredJson) -> Iterator[str]:
    if row["damage"]:
        yield row["damage"]
    if row["absent"]:
        yield f"Yahoo did not know it on {row['absent']}"
    yield from row["notes"]
    for change in row["changes"]:
        yield f"restated, {change}"
    if row["versions"]:
        yield f"{row['versions']} earlier version{'s' * (row['versions'] != 1)} kept"


def as_json(finding: Finding) -> CheckFindingJson:
    return {
        "severity": finding.severity.name.lower(),
        "ticker": finding.ticker,
        "rule": finding.rule,
        "told": finding.told,
        "remedy": finding.remedy,
        "days": [day.isoformat() for day in finding.days],
        "count": finding.count,
    }


def say_read(files: Mapping[str, str]) -> None:
    """Files that were read alike share a row."""
    for reading in dict.fromkeys(files.values()):
        names = [name for name, other in files.items() if other == reading]
        more = f" and {len(names) - MOST_FILES} more" if len(names) > MOST_FILES else ""
        say(f"{', '.join(names[:MOST_FILES])}{more}: {reading}")


def say_findings(findings: Sequence[Finding], checked: int, missing: Sequence[str]) -> None:
    for finding in findings:
        say(f"{finding.severity.name.lower():<6}{finding.rule:<20}{finding.sentence}")
    counts = Counter(finding.severity.name.lower() for finding in findings)
    total = ", ".join(f"{count} {name}" for name, count in counts.items()) or "no finding"
    say(f"{_lines(checked)} checked: {total}")
    if missing:
        say(f"no prices of {', '.join(missing)}")


def _lines(count: int) -> str:
    return f"{count} line{'s' * (count != 1)}"


def say(text: str) -> None:
    sys.stdout.write(text + "\n")


def say_imported(rows: Sequence[ImportedJson], folder: Path, left: Mapping[str, str]) -> None:
    """A line for each file written: where it came from, how it was read, what was assumed."""
    for row in rows:
        span = f"{row['rows']:,} rows, {row['first']} to {row['last']}"
        say(f"{row['ticker']}.csv  {span}, from {row['file'].rpartition('/')[2]}")
        for note in (*row["notes"], *row["doubts"]):
            say(f"  {note}")
        if row["vendor"]:
            say(f"  the new file says no more than the old one: --vendor {row['vendor']} reads it")
    for name, why in left.items():
        say(f"left out {name}: {why}")
    say(f"{_lines(len(rows))} written to {folder}; try newsfolio data check --data {folder}")
