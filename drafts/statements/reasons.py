"""Why a sentence cannot be settled by prices, in our words, and what it is about."""

from __future__ import annotations

import re

from drafts.language.chances import NUMBER
from drafts.language.figures import Numeral
from drafts.statements import words
from drafts.statements.parts import Parts
from newsfolio.formatting import figure as number_of

_REASONS: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (words.AFTER_HOURS, "trading outside of the session", "daily bars end with the session"),
    (
        words.VALUATION,
        "a valuation",
        "needs expected or reported figures beside prices, as they were known then",
    ),
    (
        words.VALUE,
        "a market value",
        "needs the number of shares at that time; prices alone do not tell",
    ),
    (words.PART, "a share, a rate or a fee", "no price tells it"),
    (words.SURVEY, "a survey or a chance", "its answers are no prices"),
    (
        words.MACRO,
        "an official figure or a policy",
        "needs the statistic as first released, with its day",
    ),
    (words.FLOWS, "flows or positions", "needs holdings or flows by day; prices do not hold them"),
    (
        words.FUNDAMENTAL,
        "a company's report",
        "needs the report and its day; prices do not hold it",
    ),
)
_NUMBERS = 3
_WORTH = re.compile(r"\?\s*$")


def topic_of(text: str) -> tuple[str, str]:
    """What a sentence is about, and why prices do not settle it."""
    hits = [
        (match.start(), about, why)
        for pattern, about, why in _REASONS
        if (match := pattern.search(text))
    ]
    if hits:
        _, about, why = min(hits)
        return about, why
    return "", ""


def is_conditional(text: str) -> bool:
    """Whether a sentence asks, or says what would follow from something."""
    return bool(_WORTH.search(text) or words.CONDITION.search(text))


def reason_of(parts: Parts) -> tuple[str, str] | None:
    """A claim's text and why it is untestable; None for a sentence that states nothing to check."""
    about, why = topic_of(parts.text)
    worthy = [
        figure for figure in parts.figures if figure.unit or figure.half != 0.5 or figure.low >= 100
    ]
    names = list(dict.fromkeys(parts.subject(mention).name for mention in parts.mentions))[:4]
    compares = words.AHEAD.search(parts.text) or words.BEHIND.search(parts.text)
    moves = words.UP.search(parts.text) or words.DOWN.search(parts.text)
    looks_ahead = any(period.kind == "future" for period in parts.periods)
    numbered = parts.chance is not None and parts.chance.of == NUMBER
    if not worthy and not numbered and not (names and (compares or moves or looks_ahead)):
        return None
    if is_conditional(parts.text):
        return _text(
            "what follows from a condition, or a question", worthy, names
        ), "nothing is said to happen"
    if not about:
        about, why = _without_topic(bool(names), bool(worthy), bool(compares), looks_ahead)
    return _text(about, worthy, names), why


def _without_topic(named: bool, figured: bool, compares: bool, ahead: bool) -> tuple[str, str]:
    if figured and not named:
        return "a figure", "it names no company, index, fund or currency that is known here"
    if figured:
        return "a figure", "no rule here tells what of its lines it measures"
    if compares:
        return "a comparison", "one of its sides is no line that is known here"
    if ahead:
        return "a forecast", "no rule here tells what would have to be measured"
    return "a direction", "it names no period over which to measure it"


def _text(about: str, figures: list[Numeral], names: list[str]) -> str:
    """Our own words: what kind of thing it states, its figures, the lines that it names."""
    shown = ", ".join(put(figure) for figure in figures[:_NUMBERS]) + (
        ", ..." if len(figures) > _NUMBERS else ""
    )
    parts = [about[:1].upper() + about[1:]]
    if shown:
        parts.append(f"figures {shown}")
    if names:
        parts.append(f"of {', '.join(names)}")
    return "; ".join(parts)


def put(figure: Numeral) -> str:
    """A figure for people."""
    unit = {
        "percent": " %",
        "points": " points",
        "bp": " bp",
        "times": " times",
        "level": " points",
    }
    value = (
        number_of(figure.low)
        if figure.low == figure.high
        else f"{number_of(figure.low)} to {number_of(figure.high)}"
    )
    return f"{value}{unit.get(figure.unit, '')}{f' {figure.currency}' if figure.currency else ''}"
