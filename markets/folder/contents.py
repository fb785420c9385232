"""What a folder of prices holds: files, their formats, and the lines that each of them has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from markets.folder.formats import trees
from markets.folder.formats.catalogue import format_of, is_spoilt, recognised, unknown
from markets.folder.formats.format import Format, Quotes, Told
from markets.folder.formats.fred import FredFormat
from markets.folder.formats.head import Head, head_of
from markets.folder.formats.long import LONG
from markets.folder.formats.sites import STOOQ_BULK
from markets.folder.formats.wide import WIDE, no_tickers
from markets.folder.formats.yahoo import quotes_of
from markets.folder.names import ENDINGS, ticker_of_code, ticker_of_file
from markets.folder.parquet_file import is_one_line, read_parquet
from markets.folder.published_series import is_french
from markets.folder.wide_parquet import number_columns
from markets.reference.plain_file import state_of
from newsfolio.errors import BrokenData

CORRECTIONS = "corrections.csv"
STOOQ = ("daily", "data/daily")
"""Where Stooq's archive of a market has its files, one a line in folders of thousands."""


@dataclass(frozen=True)
class PriceFile:
    """A file of prices and what it seems to be; `lines` are the tickers that its content names."""

    path: Path
    form: Format | None
    lines: tuple[str, ...]

    @property
    def tickers(self) -> tuple[str, ...]:
        return self.lines or tuple(filter(None, [ticker_of_file(self.path.name)]))

    def read(self, ticker: str, vendor: Told) -> Quotes:
        """What it says of a line; BrokenData names file, line and remedy."""
        if self.path.suffix == ".parquet" and is_one_line(self.path):
            return quotes_of(read_parquet(self.path), vendor).oldest_first()
        if _side_by_side(self.path):
            return WIDE.read_parquet(self.path, ticker, vendor)
        if self.path.suffix == ".parquet" and LONG.large_lines(self.path):
            return LONG.read_parquet(self.path, ticker, vendor)
        head = head_of(self.path, recognised)
        form = format_of(head, vendor)
        if form is None:
            raise unknown(head)
        return form.read(head, ticker, vendor).oldest_first()


def by_line(folder: Path) -> dict[str, list[PriceFile]]:
    """The files of each ticker: by their content, their names, or what their names mean."""
    files: dict[str, list[PriceFile]] = {}
    for file in files_of(folder):
        for ticker in dict.fromkeys((file.path.stem, *file.tickers)):
            files.setdefault(ticker, []).append(file)
    return files


def files_of(folder: Path) -> Iterator[PriceFile]:
    """Every file that may hold prices, in the order of the names, and the folder as a whole."""
    whole = Head(folder)
    for tree in trees.FORMATS:
        if tree.fits(whole):
            yield PriceFile(folder, tree, tree.lines(whole))
    for place in STOOQ:
        for path in sorted((folder / place).rglob("*.txt")):  # tens of thousands: the name tells
            warsaw = "pl" in path.relative_to(folder).parts
            yield PriceFile(path, STOOQ_BULK, (f"{path.stem.upper()}.WA",) if warsaw else ())
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name == CORRECTIONS or path.suffix not in ENDINGS:
            continue
        file = file_at(path)
        named = path.suffix != ".txt" or ("." in path.stem and ticker_of_file(path.name))
        if file.form is not None or named:
            yield file


def file_at(path: Path) -> PriceFile:
    """A file by itself, whatever its name ends in."""
    form, lines = _looked_at(path, state_of(path)) if path.is_file() else (None, ())
    return PriceFile(path, form, lines)


@lru_cache(maxsize=20_000)
def _looked_at(path: Path, changed: tuple[int, ...]) -> tuple[Format | None, tuple[str, ...]]:
    """The format of a file by its first lines, and the lines in it; what cannot be read is none."""
    del changed
    if path.suffix == ".parquet" and is_one_line(path):
        return None, ()
    if columns := _side_by_side(path):
        return WIDE, tuple(dict.fromkeys(map(ticker_of_code, columns)))
    if path.suffix == ".parquet" and (tickers := LONG.large_lines(path)):
        return LONG, tickers
    try:
        head = head_of(path, recognised)
        form = format_of(head, Told())
        return form, form.lines(head) if form else ()
    except BrokenData:
        return None, ()


def _side_by_side(path: Path) -> tuple[str, ...]:
    """The tickers that are columns of a Parquet file, if all of its numbers are theirs."""
    columns = number_columns(path) if path.suffix == ".parquet" else ()
    return _if_tickers(columns)


@lru_cache(maxsize=16)
def _if_tickers(names: tuple[str, ...]) -> tuple[str, ...]:
    return () if no_tickers(names) else names


def facts_in(file: PriceFile) -> str:
    """Why a file that lies among prices is a table of facts and no line; "" for any other."""
    if isinstance(file.form, FredFormat):
        try:
            file.read(file.path.stem, Told())
        except BrokenData as error:
            return _said(error, file)
    elif file.form is None and file.path.suffix == ".csv" and file.path.is_file():
        with file.path.open(encoding="utf-8", errors="replace") as text:
            if is_french(text.read(20_000)):
                return "Kenneth French's factors are facts, no prices: declare Facts(...)"
    return ""


def why_no_line(file: PriceFile) -> str:
    """Why a file is of no line, in one sentence."""
    if file.form is not None:
        return f"prices ({file.form.about.title}) of no line; name it after one, such as SPY.csv"
    return why_unread(file) or (
        f"{file.path.stem} is no ticker in Yahoo's spelling; a line is read from a file such as "
        "SPY.csv"
    )


def why_unread(file: PriceFile) -> str:
    """What is wrong with a file of no format that is no line by its name either; "" for nothing."""
    one_line = file.path.suffix == ".parquet" and is_one_line(file.path)
    if file.form is not None or file.tickers or one_line or not file.path.is_file():
        return ""
    try:
        head = head_of(file.path, recognised)
        if form := format_of(head, Told()):
            form.lines(head)
    except BrokenData as error:
        return _said(error, file)
    strange = WIDE.strange(head)
    if 0 < len(strange) < len(head.header) - 1:
        return f"columns that are no tickers beside some that are: {', '.join(strange)[:60]}"
    return _said(unknown(head), file) if is_spoilt(head) else ""


def _said(error: BrokenData, file: PriceFile) -> str:
    return str(error).removeprefix(str(file.path)).removeprefix(":").strip()
