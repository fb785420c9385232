"""A line about each run, for lists of them: in a terminal, as JSON, and on the index."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NotRequired, TypedDict

from newsfolio.blame import shortened
from newsfolio.formatting import A_YEAR_FROM, defined, growth, percent, ratio, signed
from reports.contract.manifest import FindingJson, FrozenJson, ManifestJson, VerdictLineJson
from reports.record import scoring
from reports.tables.caveats import caveats
from reports.tables.cell import TableCell
from reports.tables.companies import Companies
from reports.tables.doubts import doubts_of
from reports.tables.headline import FIGURES, cell, growth_cell, yearly
from reports.tables.scored import ScoredCurve, ScoredHeadline, ScoredWindowJson, scored_headline
from reports.tables.trials import frozen_cell

_BY_KEY = {figure.key: figure for figure in FIGURES}

COLUMNS = {
    "cagr": "CAGR",
    "sharpe": "Sharpe",
    "max_drawdown": "Max drawdown",
    "costs": "Costs",
}
"""Figures of the strategy over the whole run that the index shows, with their headings."""

SCORED = ("Own return", "Control", "Benchmark", "Max drawdown", "Ahead of control")
"""What the index shows of the scored window, with `_scored_cells`."""

HEADINGS = ("run", "made", "verdict", "data", "scored", "own", "control", "benchmark",
            "max drawdown", "ahead", "a year", "whole run")  # fmt: skip
"""Of the list on a terminal; the returns are in total, over the scored sessions."""


class RunJson(TypedDict):
    """One run as `--json` prints it; fractions, not percent.

    made: when, in local time; of a saved run. scored: the sessions after the divide, the strategy
    first, then control and benchmark; None without an article. All other figures are of the whole
    run. ruined: the day, None where it was not. doubt_share: of the average portfolio, in lines
    whose prices are in doubt.
    """

    id: str
    made: NotRequired[str]
    strategy: str
    engine: str
    data: str
    simulated: bool
    start: str
    end: str
    currency: str
    scored: ScoredWindowJson | None
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
    """A verdict in a list: its word, the excess that it is about, and why it may prove nothing."""

    word: str
    excess: str = ""
    against: str = ""
    caveats: tuple[str, ...] = ()


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
    divide: str
    scored: str
    cells: tuple[TableCell, ...]


def json_row(manifest: ManifestJson, path: Path) -> RunJson:
    """One run as `--json` prints it. LookupError, TypeError: this is no manifest of ours."""
    figures, scored = manifest["metrics"]["strategy"], scored_headline(manifest)
    return {
        "id": manifest["id"],
        "strategy": manifest["strategy"]["label"],
        "engine": manifest["engine"],
        "data": manifest["data"]["source"],
        "simulated": manifest["data"]["simulated"],
        "start": manifest["window"]["start"],
        "end": manifest["window"]["end"],
        "currency": manifest["settings"]["currency"],
        "scored": scored.as_json() if scored else None,
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
    """One run as a terminal lists it, under `HEADINGS`."""
    scored, verdict = row["scored"], row["verdict"]
    curves = {curve["role"]: curve for curve in scored["curves"]} if scored else {}
    own, control = curves.get("strategy"), curves.get("control") or curves.get("benchmark")
    return (
        str(row["id"]), row.get("made", "")[:16].replace("T", " "),
        verdict["word"] if verdict else "not judged", row["data"],
        f"{scored['divide']} to {scored['end']}" if scored else "-",
        *(percent(curves[role]["total"]) if role in curves else "-"
          for role in ("strategy", "control", "benchmark")),
        percent(own["drawdown"]) if own else "-",
        *((signed(control["gap"]), signed(control["gap_yearly"])) if own and control
          else ("-", "-")),
        f"{row['start']} to {row['end']}, {growth(row['cagr'], row['total_return'])}"
        f"{' a year' if defined(row['cagr']) else ''}, "
        f"Sharpe {ratio(row['sharpe'])}",
    )  # fmt: skip


def index_row(manifest: ManifestJson) -> IndexRow:
    """One run as the index shows it. LookupError, TypeError: this is no manifest of ours."""
    thesis, scored = manifest["thesis"], scored_headline(manifest)
    return IndexRow(
        id=manifest["id"],
        label=manifest["strategy"]["label"],
        verdict=replace(
            _word(manifest.get("verdict"), with_words=scored is not None),
            caveats=tuple(_caveats(manifest)),
        ),
        frozen=frozen_cell(manifest.get("frozen")) if "frozen" in manifest else TableCell(""),
        article=thesis["article"]["id"] if thesis else "",
        title=thesis["article"]["title"] if thesis else "",
        data=manifest["data"]["source"],
        simulated=manifest["data"]["simulated"],
        start=manifest["window"]["start"],
        end=manifest["window"]["end"],
        divide=scored.divide if scored else scoring(manifest)["divide"] or "",
        scored=f"to {scored.end}, {scored.sessions:,} sessions" if scored else "",
        cells=(
            *_scored_cells(scored, Companies(manifest.get("names"))),
            _whole_run(manifest),
            *(cell(manifest, "strategy", _BY_KEY[key]) for key in COLUMNS if key != "cagr"),
        ),
    )  # fmt: skip


def _caveats(manifest: ManifestJson) -> Iterator[str]:
    """What the manifest says of them; `void` stands for what only the evaluation tells in full."""
    verdict = manifest.get("verdict")
    if verdict and verdict.get("void"):
        yield "Proves nothing"
    yield from (caveat.label for caveat in caveats(manifest, None) if caveat.label)


def _scored_cells(scored: ScoredHeadline | None, names: Companies) -> list[TableCell]:
    """Own return, control, benchmark, own drawdown and how far it is ahead, in total."""
    if scored is None:
        return [TableCell("-")] * len(SCORED)
    own, control, benchmark = scored.own, scored.of("control"), scored.of("benchmark")
    against = control or benchmark
    return [
        _growth(own, ""),
        *(_growth(curve, shortened(names.told(curve.name), 28)) if curve else TableCell("none")
          for curve in (control, benchmark)),
        TableCell(percent(own.drawdown), value=own.drawdown),
        TableCell(signed(against.gap), _yearly(signed(against.gap_yearly), against.gap_yearly),
                  against.gap) if against else TableCell("-"),
    ]  # fmt: skip


def _growth(curve: ScoredCurve, name: str) -> TableCell:
    return TableCell(
        percent(curve.total), name or _yearly(percent(curve.yearly), curve.yearly), curve.total
    )


def _yearly(text: str, value: float | None) -> str:
    return f"{text} a year" if defined(value) else ""


def _word(verdict: VerdictLineJson | None, *, with_words: bool) -> VerdictWord:
    """with_words: whether the excess stands in a column of its own."""
    if not verdict:
        return VerdictWord("not judged")
    if with_words:
        return VerdictWord(str(verdict["word"]))
    excess = verdict["excess"]
    total = verdict.get("total")
    text = f"{signed(total, 1)} in total" if defined(total) else ""
    if verdict.get("sessions", A_YEAR_FROM) >= A_YEAR_FROM:
        text = f"{signed(excess, 1)} a year" if defined(excess) else ""
    return VerdictWord(str(verdict["word"]), text, str(verdict["against"]))


def _whole_run(manifest: ManifestJson) -> TableCell:
    """Growth of the strategy over all of it, with that of the benchmark."""
    own = growth_cell(manifest, "strategy")
    if not manifest["benchmark"] or "benchmark" not in manifest["metrics"]:
        return replace(own, small="no benchmark")
    return replace(own, small=f"benchmark {growth_cell(manifest, 'benchmark').text}")
