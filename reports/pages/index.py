"""The index: every run of a folder on one page, each a row that leads to its verdict."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import quote

from markupsafe import Markup

from reports.charts.sparkline import sparkline
from reports.contract.manifest import ManifestJson
from reports.pages.render import KINDS, render, verbatim
from reports.record import scoring
from reports.saved_runs import SavedRun, drawn_runs
from reports.tables.runs import COLUMNS as FIGURES
from reports.tables.runs import SCORED, index_row
from reports.whole_files import write_whole, writing


@dataclass(frozen=True)
class Column:
    """A heading; text stands left. name: what a card on a phone calls it, else its title."""

    title: str
    text: bool = False
    sorts: bool = True
    name: str = ""


SINCE, WHOLE = "Since the article, in total", "Whole run"
"""What the figures of the two groups cover."""

COLUMNS = (
    Column("Strategy", text=True),
    Column("Verdict", text=True),
    Column("Made", text=True),
    Column("Growth", text=True, sorts=False),
    Column("Article", text=True),
    *(Column(title) for title in SCORED),
    *(Column(title, name=f"{WHOLE}: {title}") for title in FIGURES.values()),
)

GROUPS = (("", len(COLUMNS) - len(SCORED) - len(FIGURES)), (SINCE, len(SCORED)),
          (WHOLE, len(FIGURES)))  # fmt: skip
"""Headings over several columns, with how many they span."""


SHOWN = 300
"""Runs whose rows stand in the page; a page of thousands is read by few, and takes long to open."""


@dataclass(frozen=True)
class OtherPage:
    """A page over several runs: what kind it is of, its title, and where it lies."""

    kind: str
    title: str
    address: str


OTHERS = (
    ("Scoreboard", "scoreboard.html"),
    ("Gallery", "gallery.html"),
    ("Comparison", "compare*.html"),
    ("Sweep", "*/sweep.html"),
    ("Claims", "claims*.html"),
)
"""Pages that the index leads to, by what their names look like."""


def index(
    rows: Sequence[Markup], damaged: Sequence[str] = (), others: Sequence[OtherPage] = ()
) -> str:
    """A page over the rows of runs, in the order given; `damaged` names folders that are none.

    others: pages over several runs, to lead to.
    """
    script = verbatim("sort.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return render(
        "index.html",
        {
            "policy": "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
            f"script-src 'sha256-{digest}'",
            "style": verbatim("style.css") + verbatim("verdict.css"),
            "script": script,
            "columns": COLUMNS,
            "groups": GROUPS,
            "count": len(rows),
            "rows": Markup("").join(rows[:SHOWN]),
            "older": _packed(rows[SHOWN:]),
            "damaged": damaged,
            "others": others,
        },
    )


def _packed(rows: Sequence[Markup]) -> str:
    """Rows as letters that no element ends with: deflated, in base 64; sort.js unpacks them."""
    text = "".join(rows).encode()
    return base64.b64encode(zlib.compress(text, 1)).decode() if rows else ""


def index_line(manifest: ManifestJson, page: str | None, spark: str = "", made: str = "") -> Markup:
    """The row of a run.

    page: the address of its page from the index, None where there is none. spark: its growth as
    a small drawing. made: when, as ISO text.
    """
    row = index_row(manifest)
    titles = [column.name or column.title for column in COLUMNS]
    values = {"kinds": KINDS, "row": row, "page": page, "spark": spark, "made": made,
              "titles": titles}  # fmt: skip
    return Markup(render("index_row.html", values))


def write(folder: Path) -> Path:
    """Write the index of a folder of runs, the newest manifest first; all at once or not at all."""
    path = folder / "index.html"
    with writing(path):
        runs, damaged = drawn_runs(folder, _line)
        rows = [Markup(json.loads(run.drawn)) for run in runs]
        text = index(rows, [run.folder.name for run in damaged], other_pages(folder))
    return write_whole(path, text)


def other_pages(folder: Path) -> list[OtherPage]:
    """Comparisons, sweeps, claims and the scoreboard of a folder, the newest of a kind first."""
    pages = []
    for kind, pattern in OTHERS:
        paths = sorted(folder.glob(pattern), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in paths:
            address = "/".join(quote(part, safe="") for part in path.relative_to(folder).parts)
            pages.append(OtherPage(kind, _title(path), address))
    return pages


def _title(path: Path) -> str:
    """What a page calls itself in its first lines."""
    with path.open(encoding="utf-8", errors="replace") as file:
        title = re.search("<title>(.*?)</title>", file.read(4096), re.DOTALL)
    return unescape(title.group(1)) if title else path.name


def _line(run: SavedRun) -> Markup:
    spark = _spark(run.folder, run.manifest)
    return index_line(run.manifest, _page(run.folder), spark, run.made)


def _page(folder: Path) -> str | None:
    """The page to open: the verdict, or the tearsheet of a run from before there were verdicts."""
    for name in ("verdict.html", "tearsheet.html"):
        if (folder / name).is_file():
            return f"{quote(folder.name, safe='')}/{name}"
    return None


def _spark(folder: Path, manifest: ManifestJson) -> Markup:
    """The run's equity as a small drawing; nothing where its files cannot be read."""
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(folder / "equity.parquet") as file:  # of thousands: one column of each
            has_flows = "time_weighted" in file.schema_arrow.names
            curve = "time_weighted" if has_flows else "equity"
            table = file.read([curve], use_threads=False, use_pandas_metadata=True)
        equity = table.to_pandas(use_threads=False)[curve]
        return sparkline(equity, scoring(manifest)["divide"])
    except (OSError, ValueError, LookupError, TypeError):
        return Markup("")
