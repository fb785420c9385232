"""What holds the rows of a ledger together: each has a hash of itself and of the row before."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from backtests.records.ledger.tables import COLUMNS

MOST = 5
"""Gaps that are told one by one."""

WAITING = timedelta(minutes=1)

_PLACES = {name: place for place, name in enumerate(COLUMNS)}


@dataclass(frozen=True)
class Chain:
    """A ledger as it was found.

    gaps: what is not as it was written, in words. set_back: how often a row is dated more than a
    minute before one that it follows.
    """

    rows: int
    link: str
    gaps: tuple[str, ...] = ()
    set_back: int = 0


def link_of(before: str, plain: Iterable[object], packed: bytes) -> str:
    """The hash of a row, of its values in the order of COLUMNS, after the link of the row before.

    packed: the last of them. SHA-256, cut to 128 bits.
    """
    text = "\x1f".join(map(str, plain))
    sha = hashlib.sha256(f"{before}\x1f{text}\x1f".encode(errors="surrogatepass"))
    sha.update(packed)
    return sha.hexdigest()[:32]


def examined(connection: sqlite3.Connection, path: Path) -> Chain:
    """Walk along all rows, and look whether the last row known is still there."""
    gaps, rows, before, id_before = [], 0, "", 0
    newest, set_back = "", 0
    for *plain, packed, link in connection.execute("SELECT * FROM trials ORDER BY id"):
        rows += 1
        if plain[0] != id_before + 1:
            gaps.append(_missing(id_before + 1, plain[0] - 1))
        elif link_of(before, plain, packed) != link:
            gaps.append(_altered(plain))
        before, id_before = link, plain[0]
        at = plain[_PLACES["at"]]
        set_back += at < newest and _is_earlier(at, newest)
        if plain[_PLACES["status"]] != "migrated":  # it stands before rows that are older
            newest = max(newest, at)
    gaps += _uncounted(connection)
    gaps += _cut_off(connection, witnessed(path), id_before)
    more = len(gaps) - MOST
    shown = gaps[:MOST] + ([f"and {more:,} more"] if more > 0 else [])
    return Chain(rows, before, tuple(shown), set_back)


def _is_earlier(at: str, newest: str) -> bool:
    """By more than writers that wait for one another are apart."""
    try:
        return datetime.fromisoformat(newest) - datetime.fromisoformat(at) > WAITING
    except (ValueError, TypeError):
        return True  # a date of nobody's clock


def _missing(first: int, last: int) -> str:
    return (
        f"row {first:,} is missing" if first == last else f"rows {first:,} to {last:,} are missing"
    )


def _altered(values: Sequence[object]) -> str:
    names = ("id", "at", "status", "strategy")
    number, at, status, strategy = (values[_PLACES[name]] for name in names)
    named = f"row {number:,} ({status}, {strategy or 'no strategy'}, {str(at)[:10]})"
    return f"{named} is not as it was written, or not where"


def _uncounted(connection: sqlite3.Connection) -> Iterator[str]:
    """The index of variants is no row; it must have as many as the rows say are new."""
    (rows,) = connection.execute(
        "SELECT COALESCE(SUM(new), 0) FROM trials WHERE counted > 0"
    ).fetchone()
    (index,) = connection.execute("SELECT COUNT(*) FROM variants").fetchone()
    if rows != index:
        yield f"the index of variants has {index:,}, the rows say {rows:,}"


def _cut_off(
    connection: sqlite3.Connection, witness: tuple[int, str] | None, last: int
) -> Iterator[str]:
    if witness is None:
        return
    row, link = witness
    if row > last:
        yield f"{_missing(last + 1, row)} at the end"
        return
    written = connection.execute("SELECT link FROM trials WHERE id = ?", (row,)).fetchone()
    if written is not None and written[0] != link:
        yield f"row {row:,} is another one than was written: this may be another ledger"


def witness_path(path: Path) -> Path:
    """Beside the ledger: its last row, so that a cut-off end shows."""
    return path.with_name(path.name + ".last")


def witness(path: Path, row: int, link: str) -> None:
    """Say that the ledger has come so far. A folder that cannot be written has no witness."""
    place = witness_path(path)
    draft = place.with_name(f"{place.name}.{uuid4().hex}")
    with suppress(OSError):
        try:
            draft.write_text(json.dumps({"row": row, "link": link}) + "\n", encoding="utf-8")
            draft.replace(place)
        finally:
            draft.unlink(missing_ok=True)


def witnessed(path: Path) -> tuple[int, str] | None:
    try:
        last = json.loads(witness_path(path).read_text(encoding="utf-8"))
        return int(last["row"]), str(last["link"])
    except (OSError, ValueError, LookupError, TypeError):
        return None
