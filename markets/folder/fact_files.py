"""Tables of facts from CSV files."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from markets.facts import FactTable, fact_table
from markets.folder.published_series import is_french, of_fred, of_french
from markets.reference.plain_file import require_plain
from markets.snapshot import Snapshot, Source
from newsfolio.assets import Asset
from newsfolio.errors import BrokenData
from newsfolio.facts import Facts


@dataclass(frozen=True)
class WithFacts:
    """A source of prices with a folder of facts beside it, which is asked first."""

    source: Source
    folder: Path

    @property
    def name(self) -> str:
        return self.source.name

    def load(self, assets: Iterable[Asset], facts: Iterable[Facts] = ()) -> Snapshot:
        facts = tuple(facts)
        read = self.source.load(assets, facts)
        return Snapshot(read.bars, {**read.facts, **read_facts(self.folder, facts)})


def read_facts(folder: Path, wanted: Iterable[Facts]) -> dict[str, FactTable]:
    """The tables that have a file in a folder; BrokenData for one that contradicts itself."""
    tables = {}
    for facts in wanted:
        path = folder / f"{facts.name}.csv"
        if path.is_file():
            tables[facts.name] = _table(facts, path)
    return tables


def cells_of_file(path: Path) -> dict[str, list[str]]:
    """The cells of a table by column, Kenneth French's as fractions; BrokenData for what is none.

    French's file is known by its prose, and by `date` as the name that its first column gets.
    """
    text = _text(path)
    return of_french(text, path) if is_french(text) else _cells(text, path)


def _table(facts: Facts, path: Path) -> FactTable:
    """A table in our columns, or a series as its publisher writes it."""
    text = _text(path)
    french = is_french(text)
    cells = of_french(text, path) if french else of_fred(_cells(text, path), path)
    table = fact_table(facts, cells, str(path), simulated=False)
    note = f"{facts.name}: French's percent are read as fractions"
    return replace(table, notes=(*table.notes, note)) if french else table


def _text(path: Path) -> str:
    try:
        require_plain(path)
        content = path.read_bytes()
        if content.startswith(b"PK\x03\x04"):
            raise BrokenData(f"{path}: is a ZIP archive; unpack it, and give the CSV inside")
        return content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BrokenData(f"{path}: cannot be read as CSV in UTF-8 ({error})") from error


def _cells(text: str, path: Path) -> dict[str, list[str]]:
    try:
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        rows = [row for row in reader if any(row)]
    except csv.Error as error:
        raise BrokenData(f"{path}: cannot be read as CSV in UTF-8 ({error})") from error
    if not rows:
        raise BrokenData(f"{path}: empty; write a header and one row a fact")
    header = [name.strip() for name in rows[0]]
    for line, row in enumerate(rows, 1):
        if len(row) != len(header):
            raise BrokenData(
                f"{path} line {line}: {len(row)} fields where the header has {len(header)}"
            )
    return {name: [row[place].strip() for row in rows[1:]] for place, name in enumerate(header)}
