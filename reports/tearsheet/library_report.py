"""The library's own report, by its public function and parameters."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import TypedDict

import pandas as pd

from reports.tearsheet.differences import TITLES
from reports.tearsheet.inputs import SheetInput, returns_of, sessions_a_year
from reports.tearsheet.matplotlib_svg import fixed_style, inline_svgs, matplotlib_defaults
from reports.tearsheet.own_figures import EquityCurve

TEMPLATE = Path(__file__).parent.parent / "templates" / "quantstats.html"
"""The library's placeholders in a page of ours, which asks for nothing and runs nothing."""


class ReportArguments(TypedDict):
    """Parameters of `quantstats.reports.html` that say what is reported, by their names there."""

    returns: pd.Series
    benchmark: pd.Series | None
    rf: float
    periods_per_year: float
    match_dates: bool
    strategy_title: str
    benchmark_title: str


@contextmanager
def drawing() -> Iterator[None]:
    """The library imported and matplotlib as it wants it; all put back after."""
    with matplotlib_defaults():
        import quantstats.reports  # noqa: F401

        fixed_style()
        yield


def import_libraries() -> None:
    """Import all that draws, which takes as long as drawing does."""
    with drawing():
        pass


def versions() -> tuple[str, int]:
    """Of the library, and the major one of pandas: what is wrong depends on both."""
    from importlib.metadata import version

    return version("quantstats"), int(version("pandas").partition(".")[0])


def library_report(run: SheetInput) -> str:
    """The whole report as HTML; whatever the library raises comes through."""
    with drawing(), tempfile.TemporaryDirectory() as folder:
        from quantstats import reports

        output = Path(folder) / "report.html"
        reports.html(
            **arguments(run),
            title=_literal(run.label),
            output=str(output),
            template_path=str(TEMPLATE),
        )
        page = output.read_text(encoding="utf-8")
    return inline_svgs(page, TITLES)


def arguments(run: SheetInput) -> ReportArguments:
    """What the library is given, so that its known defects cannot bite.

    Returns on one index without a zone, from a zero on the first session: nothing is filled
    backwards, and the initial capital is the first high; `match_dates` would cut the zero off.
    Rows a year make its growth ours, and its one cash rate is what cash grew by in the run.
    """
    benchmark = run.benchmark
    return {
        "returns": returns_of(run.equity).rename("Strategy"),
        "benchmark": None if benchmark is None else returns_of(benchmark).rename("Benchmark"),
        "rf": max(EquityCurve(run.equity, run.cash).cash_rate, 0.0),
        "periods_per_year": round(sessions_a_year(run.equity.index), 2),
        "match_dates": False,
        "strategy_title": "Strategy",
        "benchmark_title": "Benchmark",
    }


def _literal(text: str) -> str:
    """Text that is neither markup nor a placeholder: the library puts titles in as they are."""
    return escape(text).replace("{", "&#123;").replace("}", "&#125;")
