"""The gallery: a card a thesis, with its article, its verdict and a small drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from markupsafe import Markup

from reports.charts.sparkline import sparkline
from reports.contract.manifest import ThesisJson, VerdictLineJson
from reports.pages.links import index_link
from reports.pages.render import KINDS, render, verbatim
from reports.record import RunRecord, scoring
from reports.tables.runs import IndexRow, index_row
from reports.whole_files import write_whole

NAME = "gallery.html"


@dataclass(frozen=True)
class Card:
    """What is shown of a run. doc: the first words of its strategy. page: its verdict's address."""

    row: IndexRow
    thesis: ThesisJson | None
    verdict: VerdictLineJson | None
    doc: str
    page: str
    spark: Markup


def card_of(record: RunRecord) -> Card:
    manifest = record.manifest
    return Card(
        index_row(manifest),
        manifest["thesis"],
        manifest.get("verdict"),
        manifest["strategy"]["doc"],
        f"{quote(record.id, safe='')}/verdict.html",
        sparkline(record.equity, scoring(manifest)["divide"]),
    )


def gallery_page(records: Sequence[RunRecord], left_out: Mapping[str, str]) -> str:
    """Cards in the order given. left_out: why a thesis has none, by its name."""
    return render(
        "gallery.html",
        {
            "policy": "default-src 'none'; img-src data:; style-src 'unsafe-inline'",
            "style": verbatim("style.css") + verbatim("verdict.css"),
            "cards": [card_of(record) for record in records],
            "left_out": left_out,
            "manifest": records[0].manifest if records else None,
            "kinds": KINDS,
            "links": index_link("index.html"),
        },
    )


def write(records: Sequence[RunRecord], left_out: Mapping[str, str], folder: Path) -> Path:
    """Write the page among the runs; OutputError where it cannot be written."""
    return write_whole(folder / NAME, gallery_page(records, left_out))
