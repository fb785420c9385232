"""A statement in our own words: lines, figures and days, none of the article's words."""

from __future__ import annotations

from drafts.statements.parts import Referent
from drafts.statements.statement import Assertion
from newsfolio.claims import Reading
from newsfolio.formatting import figure, percent, signed
from newsfolio.listings import asset_of

_OPERATORS = {"=": "", ">": "more than ", ">=": "at least ", "<": "less than ", "<=": "at most "}


def phrase(group: list[Assertion], readings: tuple[Reading, ...], *, dated: bool = True) -> str:
    """One sentence for a claim with its readings; dated: whether their window is known."""
    statement, first = group[0], readings[0]
    named = called(statement.of)
    window = f"from {first.start} to {first.end}" if dated else "over a period to be decided"
    by = f"by {first.end}" if dated else "by a day to be decided"
    figures = " and ".join(
        f"{_OPERATORS[assertion.says]}{_number(assertion)}" for assertion in dict.fromkeys(group)
    )
    other = called(statement.against) if statement.against else ""
    sentences = {
        "gain": f"{named}: a move of {figures}, {window}",
        "difference": f"{named} less {other}: {figures}, {window}",
        "ratio": f"{named} over {other}: {figures} times the gain, {window}",
        "level": f"{named}: a close of {figures} on {first.end}",
        "touch": f"{named}: a close of {figures} {by}",
        "rise": f"{named}: a rise of {figures} at some close, {window}",
        "from peak": f"{named}: {figures} against its highest close, on {first.end}",
        "record": f"{named}: its highest close so far, on {first.end}",
        "from low": f"{named}: {figures} over its low, {window}",
        "drawdown": f"{named}: a fall from a high of {figures}, {window}",
        "intraday": f"{named}: {figures} at its high of the day, on {first.end}",
        "volatility": f"{named}: more volatile {window} than over as long before",
    }
    return sentences[statement.measure]


def called(subject: Referent) -> str:
    """A line with its name, or the name of a basket."""
    if len(subject.lines) > 1:
        return subject.name
    line = subject.lines[0]
    name = asset_of(line).name
    return f"{line} ({name})" if name else line


def _number(statement: Assertion) -> str:
    if statement.measure in ("level", "touch"):
        return f"{statement.number:,.2f}" if statement.number < 1e6 else figure(statement.number)
    if statement.measure == "ratio":
        return figure(statement.number)
    if statement.number == 0:
        return "0"
    put = percent if statement.measure in ("from low", "rise", "intraday") else signed
    return put(statement.number, 2)
