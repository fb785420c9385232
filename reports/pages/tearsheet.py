"""The tearsheet: the full report of quantstats, with a box of ours on top; or why there is none."""

from __future__ import annotations

from markupsafe import Markup

from reports.pages.links import run_links
from reports.pages.render import TemplateValues, render, verbatim
from reports.record import RunRecord
from reports.tearsheet.differences import ReportPart, compared_last, differences
from reports.tearsheet.inputs import FEWEST, SheetInput, refusal, sheet_input
from reports.tearsheet.library_report import library_report, versions
from reports.tearsheet.marks import Marked, figures_of, marked, with_marks
from reports.tearsheet.own_figures import own_values

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"

STYLE, BOX = "<!-- style of the box -->", "<!-- the box -->"
"""Where the template of the library's report takes ours."""


def tearsheet(record: RunRecord, *, index: bool = False) -> str:
    """One HTML page that needs nothing else: no script, no font, no request.

    The same run gives the same text. index: whether a list of all runs stands above it.
    """
    return sheet_page(sheet_input(record, index=index))


def sheet_page(run: SheetInput) -> str:
    """The same, from no more than it takes; what the library raises is a reason on the page."""
    why = refusal(run)
    if not why:
        try:
            report = library_report(run)
        except Exception as error:  # a figure of the library's must not cost the run its pages
            why = f"quantstats stopped with “{type(error).__name__}: {error}”"
    return _refused(run, why) if why else _reported(run, report)


def _refused(run: SheetInput, why: str) -> str:
    values = {**_words(run), "why": why, "fewest": FEWEST, "policy": POLICY, "style": _style()}
    return render("tearsheet.html", values)


def _reported(run: SheetInput, report: str) -> str:
    version, pandas = versions()
    rows = differences(version, pandas, benchmark=run.benchmark is not None)
    marks = marked(report, rows, own_values(run))
    values = {
        **_words(run),
        "version": version,
        "pandas": pandas,
        "compared": compared_last(),
        "figures": len(figures_of(report)),
        "drawings": report.count("<figure id="),
        "marks": {kind.value: [m for m in marks if m.row.kind is kind] for kind in ReportPart},
        "wrong": _wrong(marks),
    }
    box = render("tearsheet_box.html", values)
    page = with_marks(report, marks)
    return page.replace(STYLE, f"<style>{_style()}</style>", 1).replace(BOX, box, 1)


def _words(run: SheetInput) -> TemplateValues:
    return {
        "label": run.label,
        "benchmark": run.benchmark_label if run.benchmark is not None else "",
        "scored": run.scored,
        "simulated": run.simulated,
        "links": run_links(tearsheet=True, index=run.index),
    }


def _wrong(marks: list[Marked]) -> dict[str, int]:
    return {
        kind.value: sum(mark.row.wrong for mark in marks if mark.row.kind is kind)
        for kind in ReportPart
    }


def _style() -> Markup:
    return verbatim("style.css") + verbatim("tearsheet.css")
