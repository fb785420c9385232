"""The script file that stands beside the pages: Plotly's own file and what draws with it."""

from __future__ import annotations

import base64
import filecmp
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TypedDict

from markupsafe import Markup

from newsfolio.errors import OutputError
from reports.charts.figure import Chart, ChartFigure, ChartView, Shared
from reports.charts.svg import static
from reports.pages.render import verbatim

NAME = "newsfolio.js"

DRAWN_AHEAD = 720
"""Pixels of the drawings that stand until the script has drawn its own."""


class FigureJson(TypedDict):
    """A chart as page.js draws it."""

    figure: ChartFigure
    views: list[ChartView]


class ChartsJson(TypedDict):
    """What page.js draws from: figures by the name of their chart."""

    shared: Shared
    charts: dict[str, FigureJson]


def write_script(folder: Path) -> Path:
    """Put the script into a folder that exists; one that a neighbour has is linked, not repeated.

    The disk then holds it once for all runs, and each folder can still be moved by itself. An older
    one is replaced, never written into: its bytes may belong to other runs too.
    """
    path, draft = folder / NAME, folder / f".{NAME}.{os.getpid()}"
    try:
        draft.write_bytes(_content())
        if path.exists() and filecmp.cmp(draft, path, shallow=False):
            return path
        twin = next((path for path in _neighbours(folder) if _same(draft, path)), None)
        if twin is not None:
            _link(twin, draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return path


class RowsJson(TypedDict):
    """A long table as page.js pages through it: `size` rows a page, cells apart by tabs."""

    names: dict[str, str]
    size: int
    rows: list[str]


def data_block(value: ChartsJson | RowsJson) -> Markup:
    """JSON to stand inside a script element: nothing in it can end the element or open another."""
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    for mark in "<>&":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return Markup(text)


def _content() -> bytes:
    return _plotly().read_bytes() + b"\n" + verbatim("page.js").encode() + b"\n"


def _plotly() -> Path:
    """Plotly's script, found without importing the package."""
    spec = find_spec("plotly")
    places = (spec.submodule_search_locations if spec else None) or []
    for place in places:
        path = Path(place) / "package_data" / "plotly.min.js"
        if path.is_file():
            return path
    raise OutputError("the charts need the package plotly; install it again: pip install plotly")


def _neighbours(folder: Path) -> Iterator[Path]:
    """Where the script may be: in the folder above, and in the folders beside and inside."""
    above = folder.resolve().parent
    yield above / NAME
    for place in (above, folder):
        for path in place.iterdir():  # of thousands, the first will do
            yield path / NAME


def _same(first: Path, second: Path) -> bool:
    try:
        return filecmp.cmp(first, second, shallow=False)
    except OSError:
        return False  # it went while we looked


def _link(source: Path, target: Path) -> None:
    """Another name for the same bytes, or a copy where the file system has no such thing."""
    target.unlink()
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def policy(nonce: str) -> str:
    """The page's content security policy: one script, and only where it carries the nonce."""
    return (
        "default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; "
        f"script-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'"
    )


def nonce_of(*texts: str) -> str:
    """A nonce that follows from the page's own content, so that no text on it can know it."""
    digest = hashlib.sha256("\0".join(texts).encode()).digest()
    return base64.b64encode(digest[:18]).decode()


@dataclass(frozen=True)
class ShownChart:
    """A chart as a template shows it: drawn already, for whoever runs no script."""

    chart: Chart
    svg: Markup

    @property
    def drawings(self) -> tuple[Markup, ...]:
        """None that stand for themselves: the script draws this one anew."""
        return ()


def shown_charts(charts: Mapping[str, Chart], shared: Shared) -> dict[str, ShownChart]:
    return {
        name: ShownChart(chart, static(chart, shared, width=DRAWN_AHEAD))
        for name, chart in charts.items()
    }


def chart_data(charts: Mapping[str, Chart], shared: Shared) -> ChartsJson:
    return {
        "shared": shared,
        "charts": {
            name: {"figure": chart.figure, "views": list(chart.views)}
            for name, chart in charts.items()
        },
    }
