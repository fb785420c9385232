"""Daily series of FRED as signals: levels, seen from the weekday after the one they are about.

FRED dates a value by the day that it describes. A daily one is out on the next weekday; a monthly
one weeks later, which its dates do not tell: that is no signal but a fact, with ALFRED's vintages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from markets.folder.formats.cells import Dates, Numbers
from markets.folder.formats.columns import table_from
from markets.folder.formats.format import About, Adjusted, Format, Quotes, Told
from markets.folder.formats.head import Head
from markets.folder.price_file import chosen, no_rows
from markets.reference.csv_file import csv_columns, csv_rows
from newsfolio.errors import BrokenData

_DATES = ("observation_date", "DATE")
_VINTAGE = re.compile(r".+_\d{8}")
_DAILY = 4
"""Days between values of a daily series, over a weekend and its holiday."""


@dataclass(frozen=True)
class FredFormat:
    """A column a series; blank or `.` where it has no value."""

    name: str = "fred"
    about: About = About(
        "FRED", "`observation_date,DGS10`, before 2025 `DATE,DGS10`; ALFRED's vintages are facts",
        "a level, seen from the next weekday on; for signals", "none",
    )  # fmt: skip
    dates: Dates = Dates.ISO
    numbers: Mapping[str, Numbers] = field(
        default_factory=lambda: {"Close": Numbers(blank=(".", "nd"))}
    )

    def fits(self, head: Head) -> bool:
        return len(head.header) > 1 and head.header[0] in _DATES and all(head.header)

    def their_name(self, ours: str) -> str:
        return "the value" if ours == "Close" else ours

    def lines(self, head: Head) -> tuple[str, ...]:
        names = head.header[1:]
        return () if len(names) == 1 or any(map(_VINTAGE.fullmatch, names)) else names

    def read(self, head: Head, ticker: str, vendor: Told) -> Quotes:
        names = head.header[1:]
        if any(map(_VINTAGE.fullmatch, names)):
            raise BrokenData(
                f"{head.path}: vintages of ALFRED are facts, for they say from when on a value was "
                f"known: declare Facts({head.path.stem!r}, ...) and read view.facts"
            )
        place = 1 + (names.index(ticker) if ticker in names else 0)
        rows = csv_rows(head.path, head.encoding)
        next(rows, None)
        lines, cells = csv_columns(head.path, rows, len(head.header), {"Date": 0, "Close": place})
        if not lines:
            raise no_rows(head.path)
        table, _ = table_from(head, lines, cells, self)
        table = chosen(table, ~np.isnan(table["Close"]))
        if not len(table.days):
            raise no_rows(head.path)
        days = table.days.to_numpy().astype("datetime64[D]")
        steps = np.diff(days).astype("int64")
        if len(steps) and np.median(steps) > _DAILY:
            raise BrokenData(
                f"{head.path}: values {np.median(steps):.0f} days apart came out later than their "
                "dates: as a signal they look ahead. Read them as facts, with ALFRED's vintages"
            )
        # of a Friday and the weekend after it, Monday sees the last
        seen = np.busday_offset(days, 1, roll="backward")
        last = np.append(seen[1:] != seen[:-1], True)
        later = pd.DatetimeIndex(seen[last].astype("datetime64[us]"), name="session")
        table = replace(chosen(table, last), days=later)
        note = f"read as FRED: {names[place - 1]}, seen from the weekday after its day on"
        return Quotes(table, Adjusted.LEVEL, (note,))


FORMATS: tuple[Format, ...] = (FredFormat(),)
