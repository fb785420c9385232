"""Event studies as the rows of the page's tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from newsfolio.formatting import chance, percent, ratio, signed
from reports.contract.evaluation import StudyEventJson, StudyJson, StudyWindowJson
from reports.tables.cell import TableCell


@dataclass(frozen=True)
class StudyWindowRow:
    """Some sessions around the events of a study. left_out: events, and why."""

    span: str
    sentence: str
    left_out: str
    events: str
    car: str
    error: str
    t: str
    p: str
    rank: TableCell


@dataclass(frozen=True)
class StudyTable:
    """An event study: its events in words, and a row a window; `why`: there is none.

    caution: what the sentences of all windows end with, said once.
    """

    name: str
    why: str
    lines: str
    model: str
    caution: str
    notes: list[str]
    events: list[str]
    windows: list[StudyWindowRow]


def study_table(study: StudyJson) -> StudyTable:
    caution = _caution([window["sentence"] for window in study["windows"] if window["sentence"]])
    return StudyTable(
        name=study["name"],
        why=study["why"],
        lines=", ".join(study["basket"]),
        model=study["model"],
        caution=caution,
        notes=study["notes"],
        events=[_event(event) for event in study["events"]],
        windows=[_window(window, caution) for window in study["windows"]],
    )


def _caution(sentences: Sequence[str]) -> str:
    """What all say after their first sentence; "" where they do not say the same."""
    rest = {text.partition(". ")[2] for text in sentences}
    return rest.pop() if len(rest) == 1 else ""


def _event(event: StudyEventJson) -> str:
    """An event with what stands behind its figures, or why it has none."""
    role = "scored" if event["scored"] else "context"
    if event["why"]:
        return f"{event['day']} ({role}): no figure, {event['why']}"
    lines = "1 line" if event["lines"] == 1 else f"{event['lines']} lines"
    on = f"day 0 is {event['session']}, {lines}, model of {event['sessions']} sessions"
    return f"{event['day']} ({role}): {on}"


def _window(window: StudyWindowJson, caution: str) -> StudyWindowRow:
    first, last = window["first"], window["last"]
    left_out = "; ".join(window["missing"])
    return StudyWindowRow(
        span=f"Session {first}" if first == last else f"Sessions {first} to {last}",
        sentence=window["sentence"].removesuffix(caution).strip() or f"No figure. {left_out}",
        left_out=left_out if window["sentence"] else "",
        events=str(window["events"]),
        car=signed(window["car"]),
        error=percent(window["error"]),
        t=ratio(window["t"]),
        p=chance(window["p"]),
        rank=TableCell(percent(window["percentile"], 1), f"of {window['placebos']:,}"),
    )
