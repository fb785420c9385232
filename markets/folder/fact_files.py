"""Tables of facts from files: CSV, SEC's companyfacts, FRED and ALFRED."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from markets.facts import FactTable, fact_table
from markets.folder.companyfacts import COLUMNS, of_companyfacts
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
    """The tables that have a file in a folder; BrokenData for one that contradicts itself.

    NAME.csv, NAME.json, or a folder NAME of companies' JSON.
    """
    tables = {}
    for facts in wanted:
        places = [folder / f"{facts.name}{end}" for end in (".csv", ".json", "")]
        there = [path for path, is_there in zip(places, _IS_THERE, strict=True) if is_there(path)]
        if len(there) > 1:
            raise BrokenData(
                f"{folder}: {there[0].name} and {there[1].name} both claim to be the table "
                f"{facts.name}; keep one"
            )
        for path in there:
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
    if path.suffix != ".csv":
        cells = _of_companies(facts, path) if path.is_dir() else _of_json(path)
        return fact_table(facts, cells, str(path), simulated=False)
    text = _text(path)
    french = is_french(text)
    cells = of_french(text, path) if french else of_fred(_cells(text, path), path)
    table = fact_table(facts, cells, str(path), simulated=False)
    note = f"{facts.name}: French's percent are read as fractions"
    return replace(table, notes=(*table.notes, note)) if french else table


def _has_json(folder: Path) -> bool:
    return folder.is_dir() and any(folder.glob("*.json"))


def _is_there(path: Path) -> bool:
    """Pipes and devices too, which are refused by name when they are read."""
    return path.exists() and not path.is_dir()


_IS_THERE = (_is_there, _is_there, _has_json)


def _of_companies(facts: Facts, folder: Path) -> dict[str, list[str]]:
    """The filings of several companies, one file each, under each other."""
    owners: dict[str, Path] = {}
    names: dict[str, str] = {}
    table: dict[str, list[str]] = {name: [] for name in COLUMNS}
    for path in sorted(folder.glob("*.json")):
        cells = _of_json(path)
        if tuple(cells) != COLUMNS:
            raise BrokenData(f"{path}: no companyfacts of the SEC; a folder holds those alone")
        if not cells["cik"]:
            continue
        cik, entity = cells["cik"][0], cells["entity"][0]
        if cik in owners:
            raise BrokenData(f"{owners[cik]} and {path.name} are both of CIK {cik}; keep one")
        if entity in names and "cik" not in facts.text:
            raise BrokenData(
                f"{path}: the name {entity} is shared by CIK {names[entity]} and {cik}; declare "
                "the text column cik and choose by it"
            )
        owners[cik], names[entity] = path, cik
        for name in COLUMNS:
            table[name] += cells[name]
    return table


def _of_json(path: Path) -> dict[str, list[str]]:
    """SEC's companyfacts, or observations of FRED's API."""
    try:
        document = json.loads(_text(path))
    except (ValueError, RecursionError) as error:
        raise BrokenData(f"{path}: is no JSON ({error}); download it again") from None
    if isinstance(document, dict) and "facts" in document:
        return of_companyfacts(document, path)
    rows = document.get("observations") if isinstance(document, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BrokenData(
            f"{path}: neither SEC's companyfacts nor observations of FRED's API; write "
            f"{path.stem}.csv instead"
        )
    header = list(dict.fromkeys(name for row in rows for name in row))
    renamed = {name: "observation_date" if name == "date" else name for name in header}
    header.sort(key=lambda name: name != "date")
    return of_fred(
        {renamed[name]: [str(row.get(name, "")).strip() for row in rows] for name in header}, path
    )


def _text(path: Path) -> str:
    try:
        require_plain(path)
        content = path.read_bytes()
        if content.startswith(b"PK\x03\x04"):
            raise BrokenData(f"{path}: is a ZIP archive; unpack it, and give the file inside")
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
    if twice := [name for name in header if header.count(name) > 1]:
        raise BrokenData(f"{path} line 1: two columns are called {twice[0]!r}; keep one")
    for line, row in enumerate(rows, 1):
        if len(row) != len(header):
            raise BrokenData(
                f"{path} line {line}: {len(row)} fields where the header has {len(header)}"
            )
    return {name: [row[place].strip() for row in rows[1:]] for place, name in enumerate(header)}
