"""A line about each run, for lists of them: in a terminal, as JSON, and on the index."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from newsfolio.formatting import A_YEAR_FROM, defined, growth, percent, ratio, signed
from reports.contract.manifest import FindingJson, FrozenJson, ManifestJson, VerdictLineJson
from reports.tables.cell import TableCell
from reports.tables.doubts import doubts_of
from reports.tables.headline import FIGURES, cell, growth_cell, yearly
from reports.tables.trials import frozen_cell

_BY_KEY = {figure.key: figure for figure in FIGURES}

COLUMNS = {
    "cagr": "CAGR",
    "sharpe": "Sharpe",
    "max_drawdown": "Max drawdown",
    "costs": "Costs",
}
"""Figures of the strategy that the index shows, with their headings."""


class RunJson(TypedDict):
    """One run as `--json` prints it; fractions, not percent.

    ruined: the day, None where it was not. doubt_share: of the average portfolio, in lines whose
    prices are in doubt.
    """

    id: str
    strategy: str
    engine: str
    data: str
    simulated: bool
    start: str
    end: str
    currency: str
    final_equity: float | None
    total_return: float | None
    cagr: float | None
    volatility: float | None
    sharpe: float | None
    max_drawdown: float | None
    turnover: float | None
    costs: float | None
    trades: float | None
    verdict: VerdictLineJson | None
    frozen: FrozenJson | None
    ruined: str | None
    findings: list[FindingJson]
    doubt_share: float
    unallocated: list[str]
    gross: list[str]
    notes: list[str]
    path: str
    snapshot: str


@dataclass(frozen=True)
class VerdictWord:
    """A verdict in a list: its word, and the excess that it is about."""

    word: str
    excess: str = ""
    against: str = ""


@dataclass(frozen=True)
class IndexRow:
    """One run on the index; a run without an article has none to name."""

    id: str
    label: str
    verdict: VerdictWord
    frozen: TableCell
    article: str
    title: str
    data: str
    simulated: bool
    start: str
    end: str
    cells: tuple[TableCell, ...]


def json_row(manifest: ManifestJson, path: Path) -> RunJson:
    """One run as `--json` prints it. LookupError, TypeError: this is no manifest of ours."""
    figures = manifest["metrics"]["strategy"]
    return {
        "id": manifest["id"],
        "strategy": manifest["strategy"]["label"],
        "engine": manifest["engine"],
        "data": manifest["data"]["source"],
        "simulated": manifest["data"]["simulated"],
        "start": manifest["window"]["start"],
        "end": manifest["window"]["end"],
        "currency": manifest["settings"]["currency"],
        "final_equity": figures["final_equity"],
        "total_return": figures["total_return"],
        "cagr": yearly(manifest, "strategy"),
        "volatility": figures["volatility"],
        "sharpe": figures["sharpe"],
        "max_drawdown": figures["max_drawdown"],
        "turnover": figures["turnover"],
        "costs": figures["costs"],
        "trades": figures["trades"],
        "verdict": manifest.get("verdict"),
        "frozen": manifest.get("frozen"),
        "ruined": manifest["ruined"],
        "findings": manifest.get("findings", []),
        "doubt_share": doubts_of(manifest).share,
        "unallocated": manifest.get("unallocated", []),
        "gross": manifest.get("gross", []),
        "notes": manifest["notes"],
        "path": str(path),
        "snapshot": manifest["data"]["snapshot"],
    }


def text_row(row: RunJson) -> tuple[str, ...]:
    """One run as a terminal lists it."""
    return (
        str(row["id"]), str(row["data"]), f"{row['start']} to {row['end']}",
        growth(row["cagr"], row["total_return"]),
        ratio(row["sharpe"]), percent(row["max_drawdown"]),
    )  # fmt: skip


def index_row(manifest: ManifestJson) -> IndexRow:
    """One run as the index shows it. LookupError, TypeError: this is no manifest of ours."""
    thesis = manifest["thesis"]
    return IndexRow(
        id=manifest["id"],
        label=manifest["strategy"]["label"],
        verdict=_word(manifest.get("verdict")),
        frozen=frozen_cell(manifest.get("frozen")) if "frozen" in manifest else TableCell(""),
        article=thesis["article"]["id"] if thesis else "",
        title=thesis["article"]["title"] if thesis else "",
        data=manifest["data"]["source"],
        simulated=manifest["data"]["simulated"],
        start=manifest["window"]["start"],
        end=manifest["window"]["end"],
        cells=(
            growth_cell(manifest, "strategy"),
            *(cell(manifest, "strategy", _BY_KEY[key]) for key in COLUMNS if key != "cagr"),
            _benchmark(manifest),
        ),
    )  # fmt: skip


def _word(verdict: VerdictLineJson | None) -> VerdictWord:
    if not verdict:
        return VerdictWord("not judged")
    excess = verdict["excess"]
    total = verdict.get("total")
    text = f"{signed(total, 1)} in total" if defined(total) else ""
    if verdict.get("sessions", A_YEAR_FROM) >= A_YEAR_FROM:
        text = f"{signed(excess, 1)} a year" if defined(excess) else ""
    return VerdictWord(str(verdict["word"]), text, str(verdict["against"]))


def _benchmark(manifest: ManifestJson) -> TableCell:
    if not manifest["benchmark"] or "benchmark" not in manifest["metrics"]:
        return TableCell("none")
    return growth_cell(manifest, "benchmark")
