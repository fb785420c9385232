"""Named periods in which a strategy is looked at: dated rows with their source, or one's own."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from markets.reference.plain_file import require_plain
from newsfolio.errors import CommandError

COLUMNS = ("name", "first", "last", "source")

MOST = 100
"""Rows of a file: a page shows them all."""


@dataclass(frozen=True)
class NamedPeriod:
    """The first and the last session that felt an event, and who says so."""

    name: str
    first: date
    last: date
    source: str


PERIODS = (
    NamedPeriod(
        "Yuan devaluation, 2015", date(2015, 8, 11), date(2015, 8, 26),
        "People's Bank of China, statement on the central parity of 11 August 2015, and its "
        "decision of 25 August to cut rates and reserves, in force from 26 August 2015",
    ),
    NamedPeriod(
        "US tariffs on China, 2018", date(2018, 3, 22), date(2018, 11, 30),
        "Presidential memorandum of 22 March 2018 under section 301; White House statement on "
        "the truce of 1 December 2018",
    ),
    NamedPeriod(
        "Pandemic, 2020", date(2020, 2, 20), date(2020, 3, 23),
        "S&P 500: highest close on 19 February, lowest on 23 March 2020; Federal Reserve, press "
        "release of 23 March 2020",
    ),
    NamedPeriod(
        "Chinese crackdown, 2021", date(2021, 7, 2), date(2022, 3, 15),
        "Cyberspace Administration of China, notice of 2 July 2021 on its review of Didi; lowest "
        "close of MCHI on 15 March 2022, the session before the meeting of the State Council's "
        "Financial Stability and Development Committee of 16 March",
    ),
    NamedPeriod(
        "Chinese stimulus, September 2024", date(2024, 9, 24), date(2024, 10, 7),
        "People's Bank of China, press conference of 24 September 2024; National Development and "
        "Reform Commission, press conference of 8 October 2024; highest close of MCHI, FXI and "
        "KWEB that autumn on 7 October",
    ),
    NamedPeriod(
        "US tariffs, April 2025", date(2025, 4, 3), date(2025, 5, 9),
        "Executive Order 14257, signed on 2 April 2025 after the close in New York; joint "
        "statement of the United States and China, Geneva, of 12 May 2025, a Monday",
    ),
)  # fmt: skip


def read_periods(path: Path) -> tuple[NamedPeriod, ...]:
    """The rows of a CSV file `name,first,last,source`; CommandError names the line that is wrong.

    Periods may overlap. Each has a source: who says when it began and ended.
    """
    try:
        require_plain(path)
        text = path.read_bytes().decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CommandError(f"--regimes {path}: cannot be read as CSV in UTF-8 ({error})") from error
    if not rows or tuple(cell.strip() for cell in rows[0]) != COLUMNS:
        raise CommandError(f"--regimes {path}: its first line is {','.join(COLUMNS)}")
    periods = tuple(_row(row, path, line) for line, row in enumerate(rows[1:], 2) if any(row))
    if not 0 < len(periods) <= MOST:
        raise CommandError(f"--regimes {path}: {len(periods)} periods; give 1 to {MOST}")
    return periods


def _row(cells: list[str], path: Path, line: int) -> NamedPeriod:
    where = f"--regimes {path} line {line}"
    if len(cells) != len(COLUMNS) or not all(cell.strip() for cell in cells):
        raise CommandError(f"{where}: give {', '.join(COLUMNS)}, none of them empty")
    name, first, last, source = (cell.strip() for cell in cells)
    try:
        days = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        raise CommandError(f"{where}: write days as 2025-04-03") from None
    if days[0] > days[1]:
        raise CommandError(f"{where}: {name} ends before it begins")
    return NamedPeriod(name, *days, source)
