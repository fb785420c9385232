"""Cells as vendors write them: dates in any order, numbers with marks for thousands, K, M and B."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

import numpy as np

from markets.folder.formats.format import DAY_FIRST, MONTH_FIRST
from markets.folder.price_file import Days, Floats
from newsfolio.errors import BrokenData

Complain = Callable[[int, str, str], BrokenData]
"""From a row, what is wrong and the remedy to an error that names file and line."""

BLANK = ("", "nan", "null", "none", "<na>")


class Dates(Enum):
    """How a vendor writes dates; with what an example looks like."""

    ISO = "2026-01-02"
    COMPACT = "20260102"
    MONTH_FIRST = "01/31/2026"
    DAY_FIRST = "31/01/2026"
    BY_FILE = "01/31/2026 or 31/01/2026"
    DOTTED = "31.01.2026"


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MIDNIGHT = r"(?:[ T]00:00:00(?:\.0+)?(?:Z|[+-]\d\d:?\d\d)?)?"
_ISO = re.compile(rf"(\d{{4}})[-/](\d{{1,2}})[-/](\d{{1,2}}){_MIDNIGHT}")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:\.0)?")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?: \d{1,2}:\d\d(?::\d\d)?)?")
_SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d\d)(?:,? \d{1,2}:\d\d(?::\d\d)?)?")
_WORDED = re.compile(r"([A-Za-z]{3})[a-z]* (\d{1,2}), (\d{4})")
_TURNED = "Fetch the file again; a spreadsheet may have turned some of its dates."
_PLAIN = re.compile(r"\d{4}-\d\d-\d\d")


def days_of(cells: Sequence[str], form: Dates, stated: str, wrong: Complain) -> tuple[Days, str]:
    """The dates of a column, and in one word or two what had to be decided, "" for nothing.

    stated: the order of day and month that the user gave, "" for none. An order is decided by the
    first numbers and the second ones over 12; BrokenData where neither decides, or both.
    """
    if form is Dates.ISO and _PLAIN.fullmatch(cells[0]):
        quick = _quick(cells)
        if quick is not None:
            return quick, ""
    order, decided = _order(cells, form, stated, wrong)
    return np.array(
        [_day(cells, row, form, order, wrong) for row in range(len(cells))], dtype="datetime64[D]"
    ), decided


def _quick(cells: Sequence[str]) -> Days | None:
    """Plain ISO dates, all at once; None where a cell is anything else."""
    if not "".join(cells).replace("-", "").isdigit():
        return None
    try:
        days = np.array(cells, dtype="datetime64[D]")
    except ValueError:
        return None
    return days if np.datetime_as_string(days).tolist() == list(cells) else None


def _order(cells: Sequence[str], form: Dates, stated: str, wrong: Complain) -> tuple[str, str]:
    """Whether the day or the month stands first, and what to say of it."""
    if form not in (Dates.BY_FILE, Dates.MONTH_FIRST, Dates.DAY_FIRST):
        return "", ""
    pairs = [
        (int(match[1]), int(match[2])) for cell in cells if (match := _SLASHED.fullmatch(cell))
    ]
    if not pairs:
        return "", ""
    turned = next((row for row, cell in enumerate(cells) if _ISO.fullmatch(cell)), None)
    if turned is not None:
        raise wrong(turned, f"{cells[turned]!r} is written another way than other dates", _TURNED)
    first, second = max(pair[0] for pair in pairs) > 12, max(pair[1] for pair in pairs) > 12
    if first and second:
        other = 2 if pairs[0][0] > 12 or pairs[0][1] <= 12 else 1
        row = next(row for row, cell in enumerate(cells)
                   if (match := _SLASHED.fullmatch(cell)) and int(match[other]) > 12)  # fmt: skip
        raise wrong(
            row, f"{cells[row]!r} has day and month in another order than other rows",
            _TURNED,
        )  # fmt: skip
    proved = DAY_FIRST if first else MONTH_FIRST if second else ""
    if stated and proved and stated != proved:
        raise wrong(0, f"its dates are written {proved}, not {stated}", f"Say --vendor {proved}.")
    usual = {Dates.MONTH_FIRST: MONTH_FIRST, Dates.DAY_FIRST: DAY_FIRST}.get(form, "")
    order = proved or stated or usual
    if not order:
        raise wrong(
            0, f"{cells[0]!r} is a day of {_MONTHS[pairs[0][0] - 1].title()} or of "
            f"{_MONTHS[pairs[0][1] - 1].title()}, and no row tells which",
            f"Say which: --vendor {DAY_FIRST} or --vendor {MONTH_FIRST}.",
        )  # fmt: skip
    return order, f"dates {order}"


def _day(cells: Sequence[str], row: int, form: Dates, order: str, wrong: Complain) -> date:
    cell = cells[row].strip()
    try:
        if match := _ISO.fullmatch(cell):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if form is Dates.COMPACT and (match := _COMPACT.fullmatch(cell)):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if form is Dates.DOTTED or "." in cell:
            if match := _DOTTED.fullmatch(cell):
                return date(int(match[3]), int(match[2]), int(match[1]))
        elif order and (match := _SLASHED.fullmatch(cell)):
            month, day = (1, 2) if order == MONTH_FIRST else (2, 1)
            return date(_year(match[3]), int(match[month]), int(match[day]))
        elif match := _WORDED.fullmatch(cell):
            return date(int(match[3]), _MONTHS.index(match[1].casefold()) + 1, int(match[2]))
    except ValueError:
        pass
    if re.search(r"\d\d:\d\d", cell) and not _MIDNIGHT_ONLY.search(cell):
        raise wrong(row, f"{cell[:40]!r} has a time of day", "Give daily bars, one row a session.")
    raise wrong(row, f"{cell[:40]!r} is not a date as {form.value}", "")


_MIDNIGHT_ONLY = re.compile(r"[ T]00:00")


def _year(cell: str) -> int:
    """Two digits are of 1970 to 2069."""
    year = int(cell)
    return year if year > 99 else year + (2000 if year < 70 else 1900)


@dataclass(frozen=True)
class Numbers:
    """How a vendor writes numbers. money: marks before a price. blank: words for unknown."""

    decimal: str = "."
    money: str = ""
    blank: tuple[str, ...] = ()
    letters: bool = False


_PROOFS = {
    ",": re.compile(r"[-+]?(?:\d+,(?:\d{1,2}|\d{4,})|0,\d+|[\d.]+\.\d{3},\d+)"),
    ".": re.compile(r"[-+]?(?:\d+\.(?:\d{1,2}|\d{4,})|0\.\d+|[\d,]+,\d{3}\.\d+)"),
}
"""Cells in which this mark cannot stand before thousands."""


def decimal_of(columns: Mapping[str, Sequence[str]], wrong: Complain) -> str:
    """The mark before decimals in prices; BrokenData where no cell tells it, or two tell another.

    Where cells are parted by semicolons, either mark may be it: 1,234 is a thousand or one.
    """
    marks: dict[str, tuple[int, str]] = {}
    doubtful: tuple[int, str] | None = None
    for cells in columns.values():
        for row, cell in enumerate(cells):
            mark = next((mark for mark, form in _PROOFS.items() if form.fullmatch(cell)), "")
            if mark:
                marks.setdefault(mark, (row, cell))
            elif "," in cell or "." in cell:
                doubtful = doubtful or (row, cell)
    if len(marks) == 2:
        row, cell = max(marks.values())
        raise wrong(row, f"{cell!r} has another decimal mark than other prices", "")
    if not marks and doubtful:
        row, cell = doubtful
        raise wrong(row, f"{cell[:20]!r}: nothing tells whether its mark stands before decimals",
                    "Save the file with commas between cells and decimal points.")  # fmt: skip
    return next(iter(marks), ".")


_LETTERS = {"k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}
_POINT = re.compile(r"[-+]?(\d+|\d{1,3}(,\d{3})+)?(\.\d*)?([eE][-+]?\d+)?")
_COMMA = re.compile(r"[-+]?(\d+|\d{1,3}([. ]\d{3})+)?(,\d*)?([eE][-+]?\d+)?")
_SPACES = str.maketrans("", "", "\u00a0\u202f ")


def floats_of(cells: Sequence[str], name: str, numbers: Numbers, wrong: Complain) -> Floats:
    """A column of numbers; NaN for what is blank, BrokenData for what is neither."""
    if numbers.decimal == "." and not numbers.letters:
        try:
            if "_" not in "".join(cells):
                return np.array([float(cell or "nan") for cell in cells])
        except ValueError:
            pass
    return np.array([_number(cell, row, name, numbers, wrong) for row, cell in enumerate(cells)])


def _number(cell: str, row: int, name: str, numbers: Numbers, wrong: Complain) -> float:
    plain = cell.strip()
    if plain.casefold() in BLANK or plain.casefold() in numbers.blank:
        return float("nan")
    plain, times = plain.translate(_SPACES), 1.0
    if numbers.money and plain[:1] in numbers.money:
        plain = plain[1:]
    if numbers.letters and plain[-1:].casefold() in _LETTERS:
        plain, times = plain[:-1], _LETTERS[plain[-1].casefold()]
    form, thousands = (_POINT, ",") if numbers.decimal == "." else (_COMMA, ".")
    if form.fullmatch(plain) and any(mark.isdigit() for mark in plain):
        value = float(plain.replace(thousands, "").replace(numbers.decimal, "."))
        # A hundred thousandths of a share are not told; 54.79M is 54,790,000.
        return round(value * times, 6) if times > 1 else value
    example = "1234.5" if numbers.decimal == "." else "1234,5"
    raise wrong(
        row, f"{name} {cell[:40]!r} is not a number",
        f"Wanted: a number such as {example}, or nothing where it is unknown.",
    )  # fmt: skip
