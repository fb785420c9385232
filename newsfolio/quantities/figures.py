"""Series of figures in tables of facts: one number a period, as it was known on a day."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from newsfolio.errors import CommandError, MissingData
from newsfolio.facts import Facts
from newsfolio.quantities.base import Record

if TYPE_CHECKING:
    import pandas as pd

SLACK = 10
"""Days by which the end of a fiscal period may move from one year to another."""

_PERIOD = re.compile(
    r"(?P<year>\d{4})(?:-?(?P<quarter>Q[1-4])|-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?"
)

Texts = str | tuple[str, ...]


@dataclass(frozen=True)
class FigureSeries:
    """A series in a table of facts; `figures` makes one in fewer words.

    column: of the number. where: text columns and what they say of this series; of several texts
    the first that has a period counts for it, as where a company changed the name of a line.
    period: the text column with the period's last day ("2024-12-31", "2026-04", "2024Q4", "2024");
    without such a column each row stands for the day on which it became known. called: what a
    reader knows it by. percent: fractions that people read in percent. first: as first released;
    otherwise as known on the day that is asked about.
    """

    table: Facts
    column: str = "value"
    where: tuple[tuple[str, Texts], ...] = ()
    called: str = ""
    period: str = "period"
    percent: bool = False
    first: bool = False

    def __post_init__(self) -> None:
        if self.column not in self.table.columns:
            raise CommandError(f"facts {self.table.name}: no number column {self.column!r}")
        for name, _ in self.where:
            if name not in self.table.text:
                raise CommandError(f"facts {self.table.name}: no text column {name!r}")

    @property
    def label(self) -> str:
        """What a reader knows it by."""
        texts = (text if isinstance(text, str) else text[0] for _, text in self.where)
        return self.called or " ".join(texts) or f"{self.table.name} {self.column}"


def figures(
    table: Facts, column: str = "value", *, called: str = "", period: str = "period",
    percent: bool = False, **where: Texts,
) -> FigureSeries:  # fmt: skip
    """A series of a table: figures(RESULTS, company="BABA", item="revenue")."""
    return FigureSeries(table, column, tuple(where.items()), called, period, percent)


@dataclass(frozen=True)
class Point:
    """A figure of one period: what it is, and when that could be known, at first and as it is.

    written: the period as its table writes it. NaN where it cannot be told, with `why`.
    """

    written: str
    value: float
    first_known: date
    known: date
    unit: str = ""
    why: str = ""


Series = Mapping[date, Point]


def known_series(record: Record, of: FigureSeries, until: date) -> Series:
    """The figures known by a day, by the last day of their period, ascending."""
    rows = list(_rows(record.facts(of.table), of, until))
    if not rows:
        raise MissingData(
            f"{of.label}: {of.table.name} has no figure known by {until}. {of.table.where} "
            f"{of.table.remedy}"
        )
    units = {point.unit for _, _, point in rows}
    if len(units) > 1:
        raise MissingData(
            f"{of.label}: {of.table.name} has it in several units, {', '.join(sorted(units))}; "
            "name one of them, or keep one in the file"
        )
    series: dict[date, tuple[int, Point]] = {}
    for day, rank, point in rows:
        rank_held, held = series.get(day, (None, point))
        if rank_held is None or rank < rank_held:
            series[day] = rank, point
        elif rank == rank_held:
            _require_agreement(of, held, point)
            last = held if of.first else point
            series[day] = rank, replace(last, first_known=held.first_known)
    return {day: series[day][1] for day in sorted(series)}


def _require_agreement(of: FigureSeries, held: Point, point: Point) -> None:
    """Two figures of one day are one too many, unless the table's key tells that they are two."""
    if point.known == held.known and point.value != held.value and not of.table.key:
        raise MissingData(
            f"{of.label}: {of.table.name} says {held.value:.12g} and {point.value:.12g} for "
            f"{point.written}, both known on {point.known}; keep one, or say which is meant"
        )


def _rows(frame: pd.DataFrame, of: FigureSeries, until: date) -> Iterator[tuple[date, int, Point]]:
    """The rows of a series known by a day: last day of the period, rank of the text, figure."""
    import pandas as pd

    frame = frame[(frame["known"] <= pd.Timestamp(until)) & frame[of.column].notna()]
    orders = [
        (frame[name].tolist(), (texts,) if isinstance(texts, str) else texts)
        for name, texts in of.where
    ]
    days = [day.date() for day in frame["known"]]
    dated = of.period in of.table.text
    written = frame[of.period].tolist() if dated else [day.isoformat() for day in days]
    units = frame["unit"].tolist() if "unit" in of.table.text else [""] * len(days)
    for row, value in enumerate(frame[of.column].tolist()):
        if all(cells[row] in texts for cells, texts in orders):
            rank = sum(texts.index(cells[row]) for cells, texts in orders)
            point = Point(written[row], value, days[row], days[row], units[row])
            yield period_end(written[row], of.table.name), rank, point


def period_end(text: str, table: str) -> date:
    """The last day of a period as tables write it; MissingData for another spelling."""
    match = _PERIOD.fullmatch(text)
    if match is None:
        raise MissingData(
            f"{table}: {text[:40]!r} is no period; write its last day (2024-12-31), its month "
            "(2024-12), its quarter (2024Q4) or its year"
        )
    year, month = int(match["year"]), int(match["month"] or 12)
    if match["quarter"]:
        month = 3 * int(match["quarter"][1])
    try:
        return date(year, month, int(match["day"] or calendar.monthrange(year, month)[1]))
    except ValueError:
        raise MissingData(f"{table}: {text[:40]!r} is no period, there is no such day") from None


def back(series: Series, day: date, months: int) -> Point | None:
    """The figure of the period that ended some months before another, to a few days; or None.

    By the calendar, never by counting rows: a month that was not published leaves a gap.
    """
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    whole = day.day == calendar.monthrange(day.year, day.month)[1]
    target = date(year, month + 1, last if whole else min(day.day, last))
    near = min(series, key=lambda other: abs((other - target).days))
    return series[near] if abs((near - target).days) <= SLACK and near < day else None
