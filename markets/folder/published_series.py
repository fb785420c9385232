"""Series as FRED, ALFRED and Kenneth French publish them, as the cells of a table of facts.

FRED dates a value by the day that it is about, and says nothing of the day on which it was out: a
strategy that reads one declares `known="observation_date"` and a lag. ALFRED has a column a
vintage, or a row a value and the days on which it was the last one: `known` is the day of the
vintage that first had the value. French's factors are in percent; here they are fractions.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from newsfolio.errors import BrokenData

Cells = dict[str, list[str]]

_DATES = ("observation_date", "DATE")
_VINTAGE = re.compile(r"(.+)_(\d{4})(\d{2})(\d{2})")
_MISSING = ("", ".")
_BEGINS = ("realtime_start_date", "realtime_start")
_ENDS = ("realtime_end_date", "realtime_end")
_DAY = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})|(\d{4})-?(\d{2})")
_UNKNOWN = (-99.99, -999.0)
"""What stands for a factor that French does not know."""


def of_fred(cells: Mapping[str, list[str]], path: Path) -> Cells:
    """The cells of a file of FRED or ALFRED in our words; those of any other file as they are."""
    dates, *series = cells
    if columns := _row_form(cells):
        return _spans_of_validity(cells, columns, path)
    if dates not in _DATES or not series:
        return dict(cells)
    matches = [_VINTAGE.fullmatch(name) for name in series]
    vintages = [match for match in matches if match]
    plain = {name: ["" if cell in _MISSING else cell for cell in column]
             for name, column in cells.items()}  # fmt: skip
    if not vintages:
        return {_DATES[0]: plain[dates], **{name: plain[name] for name in series}}
    names = {match[1] for match in vintages}
    if len(vintages) < len(series) or len(names) > 1:
        raise BrokenData(
            f"{path} line 1: vintages of one series are read, found {', '.join(series)[:80]}; "
            "download one series a file"
        )
    by_day = {"-".join(match.groups()[1:]): plain[match[0]] for match in vintages}
    rows = list(_revisions(plain[dates], by_day))
    vintage, about, values = ([row[place] for row in rows] for place in range(3))
    return {"known": vintage, _DATES[0]: about, names.pop(): values, "value": values}


def _revisions(
    days: Sequence[str], vintages: Mapping[str, list[str]]
) -> Iterator[tuple[str, str, str]]:
    """Vintage, day and value wherever a vintage has a value that the one before had not."""
    last: dict[str, str] = {}
    for vintage in sorted(vintages):
        for day, value in zip(days, vintages[vintage], strict=True):
            if value and last.get(day) != value:
                last[day] = value
                yield vintage, day, value


def _row_form(cells: Mapping[str, list[str]]) -> tuple[str, str, str] | None:
    """The columns with day, value and first day of validity; None for a file of another form.

    As ALFRED's page ("Observations by Real-Time Period") and as its API name them.
    """
    begins = next((name for name in _BEGINS if name in cells), None)
    days = next((name for name in ("period_start_date", "date", *_DATES) if name in cells), None)
    values = [name for name in cells if name not in (days, *_BEGINS, *_ENDS, "")]
    return (days, values[0], begins) if begins and days and len(values) == 1 else None


def _spans_of_validity(
    cells: Mapping[str, list[str]], columns: tuple[str, str, str], path: Path
) -> Cells:
    """Vintage, day and value of each row that has one; BrokenData for two values of a vintage."""
    rows: dict[tuple[str, str], tuple[int, str]] = {}
    triples = zip(*(cells[name] for name in columns), strict=True)
    for number, (day, value, vintage) in enumerate(triples, 2):
        if value in _MISSING:
            continue
        first, held = rows.setdefault((vintage, day), (number, value))
        if held != value:
            raise BrokenData(
                f"{path} rows {first} and {number}: {day} is {held} and {value} in the vintage of "
                f"{vintage}; keep one"
            )
    keys = sorted(rows)
    values = [rows[key][1] for key in keys]
    name = path.stem if columns[1] == "value" else columns[1]
    return {
        "known": [vintage for vintage, _ in keys],
        _DATES[0]: [day for _, day in keys],
        name: values,
        "value": values,
    }


# --- Kenneth French's factors ------------------------------------------------------------------


def is_french(text: str) -> bool:
    """Whether prose stands above a first line that begins with a comma, and dates under it."""
    lines = text[:20_000].splitlines()
    start = next((place for place, line in enumerate(lines) if line.startswith(",")), None)
    if not start or start + 1 >= len(lines):
        return False
    return bool(_DAY.fullmatch(lines[start + 1].partition(",")[0].strip()))


def of_french(text: str, path: Path) -> Cells:
    """Days and factors, as fractions, down to the first line that is no row of them.

    A month stands for its last day. The annual table below a monthly one is left away.
    """
    lines = text.splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith(","))
    header = ["date", *(name.strip() for name in lines[start].split(",")[1:])]
    rows = []
    for number, line in enumerate(lines[start + 1 :], start + 2):
        if not line.strip():
            break
        row = [cell.strip() for cell in line.split(",")]
        match = _DAY.fullmatch(row[0])
        if match is None:
            break
        if len(row) != len(header):
            raise BrokenData(
                f"{path} line {number}: {len(row)} fields where the header has {len(header)}"
            )
        rows.append([_date(match), *(_fraction(cell, path, number) for cell in row[1:])])
    return {name: [row[place] for row in rows] for place, name in enumerate(header)}


def _date(match: re.Match[str]) -> str:
    if match[1]:
        return f"{match[1]}-{match[2]}-{match[3]}"
    year, month = int(match[4]), int(match[5])
    last = calendar.monthrange(year, month)[1] if 1 <= month <= 12 else 0
    return f"{match[4]}-{match[5]}-{last:02d}"


def _fraction(cell: str, path: Path, number: int) -> str:
    """A hundredth of the figure, as text; "" for one that French does not know."""
    try:
        value = float(cell)
    except ValueError:
        raise BrokenData(f"{path} line {number}: {cell[:30]!r} is not a number") from None
    return "" if value in _UNKNOWN else f"{value / 100:.10g}"
