"""A scoreboard as the rows of its page and of the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from newsfolio.formatting import chance, defined, percent, signed
from reports.charts.intervals import bar, scale_of
from reports.contract.evaluation import EstimateJson
from reports.contract.manifest import VerdictLineJson
from reports.contract.scoreboard import ScoreboardJson, ScoreJson, StatedJson
from reports.tables.cell import TableCell

UNJUDGED = "not judged yet"


@dataclass(frozen=True)
class ScoreRow:
    """A row of the page. page: what its name leads to, "" nothing."""

    score: ScoreJson
    word: str
    drawn: Markup
    excess: TableCell
    p: TableCell
    due: TableCell
    frozen: TableCell
    probability: str
    page: str


@dataclass(frozen=True)
class BoardSummary:
    """The figures that stand at the head of the page."""

    theses: int
    open: int
    tested: int
    lucky: str
    news: int


def score_rows(board: ScoreboardJson, pages: Sequence[str]) -> list[ScoreRow]:
    """Of theses that were judged or frozen. pages: ids of the runs that have one beside it."""
    rows = [row for row in board["rows"] if _begun(row)]
    estimates = [_excess(row) for row in rows]
    scale = scale_of(estimates)
    return [
        _row(row, estimate, bar(estimate, scale), pages)
        for row, estimate in zip(rows, estimates, strict=True)
    ]


def waiting_rows(board: ScoreboardJson) -> list[ScoreJson]:
    """Theses of which nothing can be said yet."""
    return [row for row in board["rows"] if not _begun(row)]


def _begun(row: ScoreJson) -> bool:
    return bool(row["look"] or row["stated"])


def text_rows(board: ScoreboardJson) -> list[tuple[str, ...]]:
    """The head and the rows of the terminal's table; nothing where none was judged or frozen."""
    head = ("thesis", "strategy", "verdict", "excess", "interval", "p", "adjusted", "due")
    rows = [_text(row) for row in board["rows"] if _begun(row)]
    return [head, *rows] if rows else []


def waiting_line(board: ScoreboardJson) -> str:
    """The theses that were neither judged nor frozen, in a line; "" where there are none."""
    labels = [row["thesis"]["label"] for row in waiting_rows(board)]
    return f"{UNJUDGED} on real prices: {', '.join(labels)}" if labels else ""


def _text(row: ScoreJson) -> tuple[str, ...]:
    cell, look = excess_cell(row), row["look"]
    return (
        row["thesis"]["id"],
        row["thesis"]["label"],
        look["verdict"]["word"] if look else UNJUDGED,
        cell.text,
        cell.small if look and defined(_ends(look["verdict"])[0]) else "",
        chance(row["p"]),
        chance(row["adjusted"]),
        row["due"] if row["open"] else "",
    )


def _row(row: ScoreJson, estimate: EstimateJson, drawn: Markup, pages: Sequence[str]) -> ScoreRow:
    look, stated = row["look"], row["stated"]
    chance_of = row["probability"]
    return ScoreRow(
        score=row,
        word=look["verdict"]["word"] if look else UNJUDGED,
        drawn=drawn,
        excess=excess_cell(row),
        p=TableCell(chance(row["adjusted"]), _alone(row)),
        due=_due_cell(row),
        frozen=_frozen(stated),
        probability="" if chance_of is None else percent(chance_of, 0),
        page=f"{look['run']}/verdict.html" if look and look["run"] in pages else "",
    )


def _due_cell(row: ScoreJson) -> TableCell:
    """When it will be told, or what it was on its horizon."""
    if row["right"] is not None:
        return TableCell(row["due"], "ahead of its control" if row["right"] else "not ahead then")
    return TableCell(row["due"], row["why_due"]) if row["open"] else TableCell("decided")


def _alone(row: ScoreJson) -> str:
    void = row["look"]["verdict"].get("void") if row["look"] else ""
    of_tries = f", of {row['tries']:,} variants" if row["tries"] > 1 else ""
    return f"alone {chance(row['p'])}, {row['p_of']}{of_tries}" if row["p_of"] else void or ""


def excess_cell(row: ScoreJson) -> TableCell:
    """A year with its interval; of a short record in total; nothing where nobody has judged."""
    if row["look"] is None:
        return TableCell("")
    verdict = row["look"]["verdict"]
    if defined(verdict["excess"]):
        low, high = _ends(verdict)
        bounded = defined(low) and defined(high)
        return TableCell(
            signed(verdict["excess"], 1),
            f"{signed(low, 1)} to {signed(high, 1)}" if bounded else "no interval",
        )
    total = verdict.get("total")
    return TableCell(
        f"{signed(total, 1)} in all" if defined(total) else "n/a", "too short a record"
    )


def _excess(row: ScoreJson) -> EstimateJson:
    if row["look"] is None:
        return {"value": None, "low": None, "high": None, "why": UNJUDGED}
    verdict = row["look"]["verdict"]
    low, high = _ends(verdict)
    return {"value": verdict["excess"], "low": low, "high": high, "why": ""}


def _ends(verdict: VerdictLineJson) -> tuple[float | None, float | None]:
    """Of the interval of all looks; an earlier build or a short record has one look's alone."""
    low, high = verdict.get("low_always"), verdict.get("high_always")
    return (low, high) if defined(low) and defined(high) else (verdict["low"], verdict["high"])


def _frozen(stated: StatedJson | None) -> TableCell:
    if stated is None:
        return TableCell("no")
    tried = stated["earlier"]
    before = "before the first run" if not tried else f"after {tried:,} tried"
    return TableCell(stated["frozen"][:10], before)


def summary(board: ScoreboardJson) -> BoardSummary:
    return BoardSummary(
        theses=len(board["rows"]),
        open=sum(row["open"] for row in board["rows"]),
        tested=board["tested"],
        lucky=f"{board['lucky']:.1f}",
        news=board["news"],
    )
