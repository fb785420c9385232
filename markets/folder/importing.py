"""Price files of any format written anew in the one form that is ours, a file a ticker.

Ours are Yahoo's columns. What a file says of its prices is kept, no more: where dividends are not
in it, the new one has no Adj Close either, is refused until `--vendor` says again what it is, and
so never passes for a total return. Each line is read back and compared before anything is moved.
"""

from __future__ import annotations

import csv
import io
import math
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypedDict

import numpy as np

from markets.bars import Bars, Priced
from markets.folder.contents import (
    PriceFile,
    by_line,
    facts_in,
    file_at,
    files_of,
    why_no_line,
)
from markets.folder.formats.format import Adjusted, Quotes, Told
from markets.folder.line_bars import WITHOUT_DIVIDENDS, bars_of
from markets.folder.source import FolderSource
from newsfolio.assets import Asset
from newsfolio.errors import BrokenData, CommandError, MissingData, OutputError
from newsfolio.listings import asset_of

_PRICES = ("Open", "High", "Low", "Close")


@dataclass(frozen=True, eq=False)
class ImportedLine:
    """A line as it was read. again: what `--vendor` must say when the new file is read."""

    asset: Asset
    file: PriceFile
    quotes: Quotes
    bars: Bars

    @property
    def again(self) -> Adjusted | None:
        if self.quotes.adjusted is Adjusted.CLOSES:
            return Adjusted.SPLITS
        return self.quotes.adjusted if self.quotes.adjusted in WITHOUT_DIVIDENDS else None

    @property
    def name(self) -> str:
        """Of the new file."""
        return f"{self.asset.ticker}.csv"


def read_lines(
    paths: Sequence[Path], vendor: Told, today: date | None
) -> tuple[list[ImportedLine], dict[str, str]]:
    """Every line of the files, and why some have none; BrokenData for what cannot be read.

    A folder stands for the files in it, or for all of it where a program keeps one.
    """
    lines: dict[str, ImportedLine] = {}
    left: dict[str, str] = {}
    for file in _files(paths):
        if not file.tickers:
            left[str(file.path)] = facts_in(file) or why_no_line(file)
        for ticker in file.tickers:
            try:
                asset = asset_of(ticker)
            except CommandError as error:
                left[f"{file.path} ({ticker})"] = str(error)
                continue
            if ticker in lines:
                raise BrokenData(
                    f"{file.path}: {ticker} is in {lines[ticker].file.path} too. Import one of them"
                )
            quotes = file.read(ticker, vendor)
            if quotes.adjusted is Adjusted.LEVEL and asset.tradable:
                left[str(file.path)] = "a rate of a name of its own stays as it is; copy the file"
                continue
            lines[ticker] = ImportedLine(asset, file, quotes, bars_of(asset, quotes, today))
    if not lines:
        why = "".join(f"\n{name}: {reason}" for name, reason in list(left.items())[:1])
        raise MissingData(f"no line to import{why}")
    return list(lines.values()), left


def _files(paths: Sequence[Path]) -> Iterator[PriceFile]:
    for path in paths:
        if path.is_dir():
            inside = list(files_of(path))
            whole = [file for file in inside if file.path == path]
            yield from whole or inside
        elif path.exists():
            yield file_at(path)
        else:
            raise CommandError(f"{path}: no such file")


def write_lines(
    lines: Sequence[ImportedLine], folder: Path, today: date | None, force: bool
) -> None:
    """All lines into a folder, or none of them; CommandError for what would be overwritten.

    OutputError where the disk refuses, BrokenData where a line does not come back as it went.
    """
    _require_free(lines, folder, force)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        raise OutputError(f"cannot write {folder}: {error.strerror or error}") from error
    try:
        for line in lines:
            with (draft / line.name).open("w", encoding="utf-8", newline="") as file:
                file.write(own_text(line))
                file.flush()
                os.fsync(file.fileno())
        _compare(lines, draft, today)
        if folder.exists():
            for line in lines:
                (draft / line.name).replace(folder / line.name)
        else:
            draft.replace(folder)
            folder.chmod(0o755)
    except OSError as error:
        raise OutputError(f"cannot write {folder}: {error.strerror or error}") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _require_free(lines: Iterable[ImportedLine], folder: Path, force: bool) -> None:
    if folder.exists() and not folder.is_dir():
        raise CommandError(f"--to {folder}: a file, not a folder")
    there = by_line(folder) if folder.exists() else {}
    for line in lines:
        _require_plain(line.asset.ticker)
        for file in there.get(line.asset.ticker, ()):
            if file.path.name != line.name:
                raise CommandError(
                    f"{file.path} is of {line.asset.ticker} too; choose another folder"
                )
            if not force:
                raise CommandError(f"{file.path} is there already; --force replaces it")


def _require_plain(ticker: str) -> None:
    if any(mark in ticker for mark in ("/", "\\", ":", "..")) or ticker.startswith("."):
        raise CommandError(f"{ticker[:60]!r} is no name of a file")


def _compare(lines: Iterable[ImportedLine], folder: Path, today: date | None) -> None:
    for line in lines:
        source = FolderSource(folder, today, Told(adjusted=line.again))
        try:
            same = source.load([line.asset])[line.asset.ticker].digest() == line.bars.digest()
        except BrokenData:
            same = False
        if not same:
            raise BrokenData(
                f"{line.file.path}: {line.asset.ticker} would not be read again as it was; leave "
                "the file as it is, and give its folder to --data"
            )


# --- our form ------------------------------------------------------------------------------------


def own_text(line: ImportedLine) -> str:
    """The rows that bars were made of, as CSV in our columns."""
    table, bars = line.quotes.table, line.bars
    columns = {name: table[name] for name in _PRICES}
    if bars.priced is not Priced.LEVEL and line.again is None:
        adjusted = table["Adj Close"]
        columns["Adj Close"] = adjusted if table.has("Adj Close") else table["Close"]
    columns["Volume"] = table["Volume"]
    if "Adj Close" in columns and bars.priced is Priced.SPLITS:
        columns["Dividends"] = np.nan_to_num(table["Dividends"])
        if table.has("Capital Gains"):
            columns["Capital Gains"] = table["Capital Gains"]
    if "Adj Close" in columns and table.has("Stock Splits"):
        columns["Stock Splits"] = table["Stock Splits"]
    kept = table.days.isin(bars.frame.index)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["Date", *columns])
    rows = zip(*(values[kept].tolist() for values in columns.values()), strict=True)
    for day, row in zip(table.days[kept], rows, strict=True):
        writer.writerow([f"{day:%Y-%m-%d}", *map(_cell, row)])
    return text.getvalue()


def _cell(value: float) -> str:
    """A number in full; "" for an unknown one."""
    if math.isnan(value):
        return ""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


class ImportedJson(TypedDict):
    """What the report says of a line. vendor: the word that reads the new file, "" none needed."""

    ticker: str
    file: str
    format: str
    first: str
    last: str
    rows: int
    adjusted: str
    notes: list[str]
    doubts: list[str]
    vendor: str


def as_json(line: ImportedLine) -> ImportedJson:
    bars = line.bars
    return {
        "ticker": bars.ticker,
        "file": str(line.file.path),
        "format": line.file.form.name if line.file.form else "yahoo",
        "first": bars.first.isoformat(),
        "last": bars.last.isoformat(),
        "rows": len(bars.frame),
        "adjusted": str(bars.priced),
        "notes": list(bars.notes),
        "doubts": [doubt.told for doubt in bars.doubts],
        "vendor": line.again.value if line.again else "",
    }
