"""What differs on a report, numbered, and the numbers put where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape

from reports.tearsheet.differences import TITLES, Difference, ReportPart

_ROW = re.compile(r"<tr><td>(?P<name>[^<]+)</td>(?P<cells>(?:<td>[^<]*</td>)+)</tr>")
_METRICS = re.compile(r'(?<=<div class="rows" id="metrics">).*?(?=</div>)', re.DOTALL)


@dataclass(frozen=True)
class Marked:
    """A difference with its number, and the values of both: of benchmark and strategy.

    theirs, ours: "" where there is no benchmark, or no such value.
    """

    number: int
    title: str
    row: Difference
    theirs: tuple[str, str] = ("", "")
    ours: tuple[str, str] = ("", "")


def figures_of(report: str) -> dict[str, tuple[str, str]]:
    """The figures that a report prints, by name: of the benchmark, "" without one, and its own."""
    table = _METRICS.search(report)
    figures = {}
    for row in _ROW.finditer(table[0] if table else ""):
        cells = re.findall(r"<td>([^<]*)</td>", row["cells"])
        figures[row["name"]] = (cells[0] if len(cells) > 1 else "", cells[-1])
    return figures


def marked(
    report: str, rows: Iterable[Difference], own: Mapping[str, tuple[str, str]]
) -> list[Marked]:
    """The differences that stand on a report, in the order of the rows."""
    return list(_numbered(report, rows, own))


def _numbered(
    report: str, rows: Iterable[Difference], own: Mapping[str, tuple[str, str]]
) -> Iterator[Marked]:
    figures, number = figures_of(report), 0
    for row in rows:
        if row.kind is ReportPart.FIGURE:
            if row.name not in figures:
                continue
            theirs, ours = figures[row.name], own.get(row.name, ("", ""))
            number += 1
            yield Marked(number, row.name, row, theirs, ours)
        elif f' id="{row.name}">' in report:
            number += 1
            yield Marked(number, TITLES[row.name], row)


def with_marks(report: str, marks: Iterable[Marked]) -> str:
    """The report with each mark where its figure, table or drawing stands."""
    for mark in marks:
        name, link = mark.row.name, _link(mark)
        if mark.row.kind is ReportPart.FIGURE:
            report = report.replace(f"<tr><td>{name}</td>", f"<tr><td>{name} {link}</td>", 1)
        elif mark.row.kind is ReportPart.TABLE:
            place = rf'(<div class="rows" id="{name}">\s*<h3>[^<]*)(</h3>)'
            report = re.sub(place, rf"\1 {link}\2", report)
        else:
            caption = f"<figcaption>{link} {escape(mark.row.why)}</figcaption>"
            report = report.replace(f'<figure id="{name}">', f'<figure id="{name}">{caption}', 1)
    return report


def _link(mark: Marked) -> str:
    sentence = (
        f"{'Wrong in this version' if mark.row.wrong else 'Defined differently'}: {mark.row.why}"
    )
    if mark.ours[1]:
        sentence += f". Ours: {mark.ours[1]}"
    return (
        f'<a class="mark" href="#ours-{mark.number}" title="{escape(sentence)}">{mark.number}</a>'
    )
