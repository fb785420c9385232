"""Rates of one's own for idle cash: dated rows in percent a year, from a file or as one text."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from pathlib import Path

from markets.reference.policy_rates import PolicyRate
from newsfolio.dated import Row
from newsfolio.errors import CommandError

LEAST, MOST = -20.0, 100.0
"""Percent a year between which a rate is believed."""

MANY = 500
"""Rows that differ: a run keeps all of them in its manifest. Forty years of months are 480."""

UNKNOWN = {"", "."}
"""Cells without a value, the second as FRED writes them: the rate before them goes on."""

_ROW = r"\d{4}-\d{2}-\d{2} -?[\d.e+-]+%"
_ROWS = re.compile(rf"{_ROW}(, {_ROW})*")


def are_rows(text: str) -> bool:
    """Whether a text is rows as `in_words` writes them."""
    return _ROWS.fullmatch(text) is not None


def in_words(path: Path) -> str:
    """The rows of a CSV of day and percent, as 2024-01-02 4%, 2024-06-12 3.75%.

    A header is optional, rows may be in any order. CommandError names file, line and remedy.
    """
    rates: dict[date, float] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for place, (day, rate) in _cells(path, file):
                if day in rates:
                    raise _refused(path, place, f"{day} is there twice")
                rates[day] = rate
    except OSError as error:
        raise CommandError(f"--cash-rate {path}: {error.strerror or error}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise CommandError(f"--cash-rate {path} is no CSV: {error}") from None
    if not rates:
        raise CommandError(f"--cash-rate {path}: no row; write lines such as 2024-06-12,3.75")
    changes = [next(same) for _, same in groupby(sorted(rates.items()), key=lambda row: row[1])]
    if len(changes) > MANY:
        raise CommandError(
            f"--cash-rate {path}: {len(changes)} rows that differ, and {MANY} are kept; put the "
            "file among the prices of a folder and name it as a line, e.g. --cash-rate ESTR"
        )
    return ", ".join(f"{day} {rate:.10g}%" for day, rate in changes)


def own_rate(text: str) -> PolicyRate:
    """Rows as `in_words` writes them, as a rate."""
    words = (row.split() for row in text.split(", "))
    rows = tuple(Row(date.fromisoformat(day), float(rate[:-1])) for day, rate in words)
    return PolicyRate("the rates given", rows, checked="")


def _cells(path: Path, file: Iterator[str]) -> Iterator[tuple[int, tuple[date, float]]]:
    """Day and percent of each row that has both, with the number of its line."""
    for place, row in enumerate(csv.reader(file), 1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or (place == 1 and not cells[0][:1].isdigit()):
            continue
        if len(cells) != 2:
            raise _refused(path, place, f"{len(cells)} cells")
        if cells[1] in UNKNOWN:
            continue
        try:
            day, rate = date.fromisoformat(cells[0]), float(cells[1].removesuffix("%"))
        except ValueError:
            raise _refused(path, place, f"{','.join(cells)[:40]!r}") from None
        if not LEAST <= rate <= MOST:
            raise _refused(path, place, f"{cells[1][:20]} is no percent a year")
        yield place, (day, rate)


def _refused(path: Path, place: int, what: str) -> CommandError:
    return CommandError(
        f"--cash-rate {path}, line {place}: {what}; write a day and percent a year, e.g. "
        "2024-06-12,3.75"
    )
