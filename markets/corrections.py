"""Corrections: dated rows with a reason, in a file that a user can read, write and remove.

    ticker,day,what,value,of,reason
    CNY=X,2011-07-18,close,6.4633,,bad tick of the vendor; the reference rate of that day
    0992.HK,2019-05-20,drop,,,the exchange was closed
    0700.HK,2022-01-20,in-kind,0.047619,9618.HK,one JD.com share for 21 of Tencent

`what` is a column of the bars (open, high, low, close, volume, dividend, split), `drop` for a row
that must go, or `in-kind` for a distribution of another line, `value` of it for one share. Nothing
is changed in the store or in a price file: rows are altered as they are read, and every one of
them stands in the notes of the run.
"""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from markets.bars import COLUMNS, Bars, Source
from markets.facts import FactTable, facts_of
from newsfolio.assets import Asset
from newsfolio.errors import BrokenData
from newsfolio.facts import Facts
from newsfolio.listings import asset_of

FILE = "corrections.csv"
DROP, IN_KIND = "drop", "in-kind"
_HEADER = ("ticker", "day", "what", "value", "of", "reason")


@dataclass(frozen=True)
class Correction:
    """One row: on `day` the `what` of a line is `value`, because of `reason`."""

    ticker: str
    day: date
    what: str
    value: float
    of: str
    reason: str

    def __str__(self) -> str:
        said = {
            DROP: "row dropped",
            IN_KIND: f"{self.value:g} {self.of} distributed in kind for each share",
        }.get(self.what, f"{self.what} taken as {self.value:g}")
        return f"corrected, {self.day}: {said} ({self.reason})"


DISTRIBUTIONS = (
    Correction("0700.HK", date(2022, 1, 20), IN_KIND, 1 / 21, "9618.HK",
               "company announcement: one JD.com share for 21, which price vendors leave out"),
    Correction("0700.HK", date(2023, 1, 5), IN_KIND, 1 / 10, "3690.HK",
               "company announcement: one Meituan share for 10, which price vendors leave out"),
)  # fmt: skip
"""Distributions in kind that no price vendor reports, paid as cash worth the last close before."""


@dataclass(frozen=True)
class Corrected:
    """A source whose bars are altered, as they are read, by the rows of a file."""

    source: Source
    rows: tuple[Correction, ...]

    @property
    def name(self) -> str:
        return self.source.name

    def load(self, assets: Iterable[Asset]) -> Mapping[str, Bars]:
        """Bars by ticker; what a distribution is made of is loaded besides."""
        wanted = {asset.ticker: asset for asset in assets}
        others = {row.of for row in self.rows if row.of and row.ticker in wanted} - wanted.keys()
        found = self.source.load([*wanted.values(), *map(asset_of, sorted(others))])
        return {
            ticker: corrected(bars, [row for row in self.rows if row.ticker == ticker], found)
            for ticker, bars in found.items()
            if ticker in wanted
        }

    def facts(self, wanted: Iterable[Facts]) -> Mapping[str, FactTable]:
        return facts_of(self.source, wanted)


def corrected(bars: Bars, rows: Sequence[Correction], others: Mapping[str, Bars]) -> Bars:
    """The bars with a line's corrections; BrokenData for a row that has nothing to correct."""
    if not rows or bars.simulated:
        return bars
    frame, notes = bars.frame.copy(), [*bars.notes]
    for row in sorted(rows, key=lambda row: (row.day, row.what)):
        day = pd.Timestamp(row.day)
        if row.what == IN_KIND:
            worth = _worth(row, others)
            if worth is None or not (frame.index[0] < day <= frame.index[-1]):
                continue
            day = frame.index[int(np.searchsorted(frame.index.to_numpy(), day.to_numpy()))]
            frame.loc[day, "dividend"] += worth
        elif day not in frame.index:
            if not (bars.first <= row.day <= bars.last):
                continue
            raise BrokenData(
                f"{row.ticker}: a correction for {row.day} ({row.reason}), and there is no bar on "
                f"that day; remove the row from {FILE}"
            )
        elif row.what == DROP:
            frame = frame.drop(index=day)
        else:
            frame.loc[day, row.what] = row.value
            frame = _widened(frame, day, row.what)
        notes.append(str(row))
    return dataclasses.replace(bars, frame=frame, notes=tuple(notes))


def read_corrections(path: Path) -> tuple[Correction, ...]:
    """The rows of a file, none if there is no file; BrokenData with the line that is wrong."""
    if not path.is_file():
        return ()
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            if tuple(reader.fieldnames or ()) != _HEADER:
                raise BrokenData(f"{path}: the header must be {','.join(_HEADER)}")
            return tuple(_row(path, line, row) for line, row in enumerate(reader, 2))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BrokenData(f"{path}: cannot be read as CSV in UTF-8 ({error})") from error


def _row(path: Path, line: int, row: Mapping[str, str | None]) -> Correction:
    cells = {name: (row.get(name) or "").strip() for name in _HEADER}
    what, value = cells["what"], cells["value"]

    def wrong(rule: str) -> BrokenData:
        return BrokenData(f"{path} line {line}: {rule}")

    if not cells["ticker"] or not cells["reason"]:
        raise wrong("a correction needs a ticker and a reason")
    try:
        day = date.fromisoformat(cells["day"])
    except ValueError:
        raise wrong(f"{cells['day'][:30]!r} is not a day, write 2025-02-21") from None
    if what not in (*COLUMNS, DROP, IN_KIND):
        raise wrong(f"what={what[:30]!r}: write one of {', '.join((*COLUMNS, DROP, IN_KIND))}")
    if (what == IN_KIND) != bool(cells["of"]):
        raise wrong("`of` names the line that is distributed, and nothing else")
    try:
        number = float(value) if what != DROP else 0.0
    except ValueError:
        raise wrong(f"{value[:30]!r} is not a number") from None
    if not np.isfinite(number) or number < 0 or (what in ("close", IN_KIND) and number == 0):
        raise wrong(f"{what} cannot be {value}")
    return Correction(cells["ticker"], day, what, number, cells["of"], cells["reason"])


def _worth(row: Correction, others: Mapping[str, Bars]) -> float | None:
    """What is distributed for a share: the last close of the other line before the ex-date."""
    if row.of not in others:
        return None
    closes = others[row.of].frame["close"]
    before = closes[closes.index < pd.Timestamp(row.day)]
    return float(before.iloc[-1]) * row.value if len(before) else None


def _widened(frame: pd.DataFrame, day: pd.Timestamp, what: str) -> pd.DataFrame:
    """Highs and lows that contradict a corrected price are unknown."""
    row = frame.loc[day]
    if what in ("open", "close") and not row["low"] <= row[what] <= row["high"]:
        frame.loc[day, ["high", "low"]] = np.nan
    return frame
