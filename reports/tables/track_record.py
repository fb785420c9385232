"""Who was right, as the rows of the scoreboard's page and of the terminal."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from newsfolio.formatting import defined, percent, ratio
from reports.charts.reliability import reliability_drawing
from reports.contract.scoreboard import (
    CalibrationJson,
    FallsDueJson,
    RecordedClaimJson,
    TallyJson,
    TrackRecordJson,
)
from reports.tables.cell import TableCell

MOST_CLAIMS, MOST_NAMES, MOST_DUE = 400, 12, 25
"""Rows of the page; `scoreboard --json` has all."""

FEW = 8
"""Rows that the terminal shows of each."""

HEADINGS = {
    "all": "All",
    "publisher": "Publisher",
    "quoted": "Person quoted",
    "subject": "Subject",
    "horizon": "Horizon",
    "probability": "Probability",
}


@dataclass(frozen=True)
class RateRow:
    """A row of hit rates: what it counts, what was foreseen and what was reported."""

    name: str
    foreseen: TableCell
    reported: TableCell
    judged: int
    open: int
    next_due: str


@dataclass(frozen=True)
class RateTable:
    """The rows of one kind. left_out: so many more that the page does not show."""

    heading: str
    rows: list[RateRow]
    left_out: int


@dataclass(frozen=True)
class RecordTables:
    """What the page shows of a record. left_out, due_left_out: rows that it leaves to --json."""

    sentence: str
    rates: list[RateTable]
    calibration: str
    drawing: Markup
    due: list[FallsDueJson]
    due_left_out: int
    claims: list[RecordedClaimJson]
    left_out: int


def record_tables(record: TrackRecordJson) -> RecordTables:
    """The record as the page shows it."""
    claims = sorted(record["claims"], key=lambda claim: claim["published"], reverse=True)
    return RecordTables(
        sentence=sentence_of(record),
        rates=[_table(record, by) for by in HEADINGS if _has(record, by)],
        calibration=calibration_sentence(record["calibration"]),
        drawing=reliability_drawing(record["calibration"]["bins"]),
        due=record["due"][:MOST_DUE],
        due_left_out=max(0, len(record["due"]) - MOST_DUE),
        claims=claims[:MOST_CLAIMS],
        left_out=max(0, len(claims) - MOST_CLAIMS),
    )


def _has(record: TrackRecordJson, by: str) -> bool:
    return bool(record["claims"]) and any(rate["by"] == by for rate in record["rates"])


def _table(record: TrackRecordJson, by: str, most: int = MOST_NAMES) -> RateTable:
    rates = [rate for rate in record["rates"] if rate["by"] == by]
    rows = [
        RateRow(
            rate["name"], rate_cell(rate["foreseen"]), rate_cell(rate["reported"]),
            rate["foreseen"]["judged"] + rate["reported"]["judged"], rate["open"], rate["next_due"],
        )
        for rate in rates[:most]
    ]  # fmt: skip
    return RateTable(HEADINGS[by], rows, max(0, len(rates) - most))


def rate_cell(tally: TallyJson) -> TableCell:
    """Hits of those judged as a share, with its interval."""
    if not defined(tally["rate"]):
        return TableCell("")
    share = f"{tally['hits']} of {tally['judged']}, {percent(tally['rate'], 0)}"
    return TableCell(share, f"{percent(tally['low'], 0)} to {percent(tally['high'], 0)}")


def sentence_of(record: TrackRecordJson) -> str:
    """How many claims were checked, judged and right."""
    claims = record["claims"]
    if not claims and not record["untestable"]:
        return "No claims have been checked here: newsfolio claims FOLDER keeps what came of them."
    judged = [claim for claim in claims if claim["right"] is not None]
    opened = sum(claim["verdict"] == "open" for claim in claims)
    hits = sum(claim["right"] is True for claim in judged)
    even = len(claims) - len(judged) - opened
    evens = f", {even} called about even" if even else ""
    articles = "article" if record["articles"] == 1 else "articles"
    text = (
        f"Of {len(claims) + record['untestable']} claims of {record['articles']} {articles} "
        f"{len(judged)} have been judged on real prices, {hits} of them right; {opened} are open, "
        f"{record['untestable']} untestable{evens}."
    )
    if record["damaged"]:
        text += f" Not readable, so not counted: {', '.join(record['damaged'][:3])}."
    return text


def calibration_sentence(calibration: CalibrationJson) -> str:
    """How far stated probabilities lie from what came, "" where none was stated."""
    if not calibration["count"]:
        return ""
    theses = calibration["theses"]
    among = f", {theses} of theses among them" if theses else ""
    return (
        f"Brier score {ratio(calibration['brier'], 3)} over {_counted(calibration['count'])}"
        f"{among}; 0 is perfect, whoever always says the share that came gets "
        f"{ratio(calibration['base'], 3)}, whoever always says a half 0.250."
    )


def _counted(count: int) -> str:
    return "1 judged probability" if count == 1 else f"{count} judged probabilities"


def record_text(record: TrackRecordJson) -> list[str | list[tuple[str, ...]]]:
    """What the terminal shows: sentences, and tables with their heads."""
    parts: list[str | list[tuple[str, ...]]] = [sentence_of(record)]
    head = ("who was right", "foreseen", "95 %", "reported", "95 %", "open", "next due")
    rows: list[tuple[str, ...]] = [head]
    for by in HEADINGS:
        table = _table(record, by, FEW) if _has(record, by) else None
        rows += [_text(table.heading, row) for row in table.rows] if table else []
        if table and table.left_out:
            more = f"{table.heading}: {table.left_out} more, on the page"
            rows.append((more, "", "", "", "", "", ""))
    if len(rows) > 1:
        parts.append(rows)
    if calibration_sentence(record["calibration"]):
        parts.append(calibration_sentence(record["calibration"]))
    if record["due"]:
        parts.append([("falls due", "what", "of", ""), *map(_due_text, record["due"][:FEW])])
    if len(record["due"]) > FEW:
        parts.append(f"and {len(record['due']) - FEW} more, on the page")
    return parts


def _text(heading: str, row: RateRow) -> tuple[str, ...]:
    name = row.name if heading == HEADINGS["all"] else f"{heading}: {row.name}"
    return (name, row.foreseen.text, row.foreseen.small, row.reported.text, row.reported.small,
            f"{row.open}" if row.open else "", row.next_due)  # fmt: skip


def _due_text(row: FallsDueJson) -> tuple[str, ...]:
    over = " (over: check again)" if row["overdue"] else ""
    return row["day"] + over, f"{row['kind']} {row['id']}", row["who"], row["text"]
