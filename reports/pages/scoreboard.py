"""The scoreboard: all theses on one page, what was said of each, and how much of it is luck."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path

from reports.contract.scoreboard import ScoreboardJson
from reports.pages.links import index_link
from reports.pages.render import CLAIM_KINDS, KINDS, render, verbatim
from reports.tables.companies import Companies
from reports.tables.glossary import words_of
from reports.tables.scoreboard import score_rows, summary, waiting_rows
from reports.tables.track_record import record_tables
from reports.whole_files import write_whole

NAME = "scoreboard.html"

_KINDS: Mapping[str, str] = {**KINDS, "not judged yet": "none"}


def scoreboard_page(board: ScoreboardJson, pages: tuple[str, ...], *, index: bool = False) -> str:
    """pages: ids of the runs that have a page beside this one. index: whether a list has."""
    script = verbatim("sort.js")
    rows, waiting = score_rows(board, pages), waiting_rows(board)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return render(
        "scoreboard.html",
        {
            "policy": "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
            f"script-src 'sha256-{digest}'",
            "style": verbatim("style.css") + verbatim("verdict.css"),
            "script": script,
            "board": board,
            "rows": rows,
            "waiting": waiting,
            "summary": summary(board),
            "kinds": _KINDS,
            "record": record_tables(board["record"]),
            "claim_kinds": CLAIM_KINDS,
            "names": Companies(),
            "links": index_link("index.html" if index else ""),
            "words": words_of(
                "excess", "interval", "looks", "frozen", "p", "variant", "family", "edge", "sharpe"
            ),
        },
    )


def write(board: ScoreboardJson, folder: Path, *, index: bool = False) -> Path:
    """Write the page among the runs, whole or not at all; OutputError where it cannot be."""
    runs = {row["look"]["run"] for row in board["rows"] if row["look"]} - {""}
    pages = tuple(sorted(run for run in runs if (folder / run / "verdict.html").is_file()))
    return write_whole(folder / NAME, scoreboard_page(board, pages, index=index), new_folder=True)
