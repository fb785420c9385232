"""What the data commands print."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from backtests.commands.terminal import print_table
from newsfolio.errors import BrokenData

if TYPE_CHECKING:
    from markets.quality.checks import Finding
    from markets.store.parquet import StoredBars
    from markets.store.price_store import Store
    from markets.yahoo.pull import Pulled


def not_placed(ticker: str, why: str) -> Pulled:
    from markets.yahoo.pull import Outcome, Pulled

    return Pulled(ticker, Outcome.FAILED, error=why, why="not placed")


def say_pulled(found: Sequence[Pulled], quiet: bool) -> None:
    """A line for each that changed or failed, and how many did not."""
    shown = [one for one in found if one.failed or not (quiet or one.outcome in _calm())]
    if shown:
        print_table([_pulled_row(one) for one in shown])
    if quiet:
        return
    counts = Counter(one.outcome.value for one in found)
    say(f"{_lines(len(found))}: " + ", ".join(f"{n} {name}" for name, n in counts.items()))
    failed = [one for one in found if one.failed]
    if failed:
        whys = Counter(one.why for one in failed)
        said = ", ".join(f"{n} {why}" for why, n in whys.items())
        say(f"{len(failed)} failed ({said}); what is stored stands, and the same command goes on")


def _calm() -> tuple[str, ...]:
    from markets.yahoo.pull import Outcome

    return (Outcome.SKIPPED, Outcome.HOLIDAY)


def _pulled_row(one: Pulled) -> tuple[str, ...]:
    spans = f"{one.first} to {one.last}" if one.first else "-"
    said = "; ".join(part for part in (one.change, one.error) if part)
    said = said.removeprefix(f"{one.ticker}: ")
    added = f"+{one.added}" if one.added else ""
    return (one.ticker, one.outcome.value, added, spans, said)


def status_row(store: Store, ticker: str) -> dict[str, Any]:
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


def say_status(rows: Sequence[Mapping[str, Any]]) -> None:
    table = [("ticker", "first", "last", "bars", "retrieved", "source", "")]
    table += [
        (row["ticker"], row["first"] or "-", row["last"] or "-", str(row["bars"]),
         row["retrieved"] or "-", row["source"] or "-", "DAMAGED" if row["damage"] else "")
        for row in rows
    ]  # fmt: skip
    print_table(table)
    for row in rows:
        for said in _remarks(row):
            say(f"{row['ticker']}: {said}")


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


def as_json(one: Finding) -> dict[str, Any]:
    return {
        "severity": one.severity.name.lower(),
        "ticker": one.ticker,
        "rule": one.rule,
        "told": one.told,
        "remedy": one.remedy,
        "days": [day.isoformat() for day in one.days],
        "count": one.count,
    }


def say_findings(found: Sequence[Finding], checked: int, missing: Sequence[str]) -> None:
    for one in found:
        say(f"{one.severity.name.lower():<6}{one.rule:<20}{one.sentence}")
    counts = Counter(one.severity.name.lower() for one in found)
    said = ", ".join(f"{count} {name}" for name, count in counts.items()) or "no finding"
    say(f"{_lines(checked)} checked: {said}")
    if missing:
        say(f"no prices of {', '.join(missing)}")


def _lines(count: int) -> str:
    return f"{count} line{'s' * (count != 1)}"


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
