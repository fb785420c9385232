"""One line against another: "outperformed", "lagged behind", "more than double the Nasdaq's"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

from drafts.language.names import Mention
from drafts.statements import words
from drafts.statements.parts import Parts, Referent, basket_of
from drafts.statements.statement import Assertion
from drafts.statements.windows import period_for
from newsfolio.claims import Says

_FAR = 90
"""Characters between a verb of comparison and what it compares with."""


def comparisons_of(parts: Parts) -> Iterator[Assertion]:
    """A statement for each verb of comparison with a name at either side."""
    for ahead, pattern in ((True, words.AHEAD), (False, words.BEHIND)):
        for match in pattern.finditer(parts.text):
            yield from _compared(parts, match, ahead)
    yield from _times(parts)


def _compared(parts: Parts, match: re.Match[str], ahead: bool) -> Iterator[Assertion]:
    ours, theirs = _before(parts, match.start()), _after(parts, match)
    if (
        not ours
        or not theirs
        or words.FUNDAMENTAL.search(parts.text[match.start() : match.end() + 25])
    ):
        return
    last = _after_end(parts, match)
    if re.match(r"['’s]*\s(?:as|in (?:market|trading|sales|value))\b", parts.text[last:]):
        return  # of something else than of prices: "as the most traded stock"
    if re.match(r"\s*by\s(?:the\s)?(?=[A-Z])", parts.text[match.end() :]):
        ahead = not ahead
    if words.NOT.search(parts.text[max(0, match.start() - 24) : match.start()]):
        ahead = not ahead
    margin, half = _margin(parts, match)
    period = period_for(parts, match.end(), 0, len(parts.text))
    says: Says = ">" if ahead else "<"
    number = margin if ahead else -margin
    for left, right in _sides(ours, theirs):
        if len(right.lines) > 1 and left.lines[0] in right.lines and len(left.lines) == 1:
            right = right.without(left.lines[0])  # "the rest of the Magnificent Seven"
        if not set(left.lines) & set(right.lines):
            yield Assertion("difference", left, says, number, period, match.start(), right, half)


def _sides(ours: list[Referent], theirs: list[Referent]) -> Iterator[tuple[Referent, Referent]]:
    """Each against each, but many against many as two baskets."""
    if len(ours) > 1 and len(theirs) > 1:
        yield basket_of(ours), basket_of(theirs)
    else:
        yield from product(ours, theirs)


def _before(parts: Parts, place: int) -> list[Referent]:
    """Who is compared: the names before the verb, or the group that a pronoun means."""
    mention = parts.mention_before(place)
    start = mention.end if mention else 0
    others = words.OTHERS.search(parts.text[start:place])
    if others and parts.heard.group and (mention is None or not mention.name.group):
        group = parts.heard.group
        for line in parts.excepted:
            group = group.without(line) if line in group.lines else group
        return [group]
    if mention is None:
        pronoun = words.PRONOUN.search(parts.text[:place])
        return [parts.heard.company] if pronoun and parts.heard.company else []
    if re.search(r"[;:.]\s", parts.text[mention.end : place]):
        return []
    return [
        parts.subject(right) for right in parts.run_before(mention) if not parts.is_aside(right)
    ]


def _after(parts: Parts, match: re.Match[str]) -> list[Referent]:
    """What it is compared with; an example that is named counts before its group."""
    following = [
        mention
        for mention in parts.mentions_after(match.end())
        if mention.begin - match.end() <= _FAR and not parts.is_aside(mention)
    ]
    if not following:
        return []
    first = following[0]
    example = next((m for m in following[1:] if words.EXAMPLE.search(parts.text[: m.begin])), None)
    if example and first.name.kind == "market" and example.begin - first.end < 40:
        first = example
    if re.search(r"[;:.]\s", parts.text[match.end() : first.begin]):
        return []
    return [parts.subject(mention) for mention in parts.run_after(first)]


def _after_end(parts: Parts, match: re.Match[str]) -> int:
    """Where the first name behind a verb of comparison ends."""
    following = parts.mentions_after(match.end())
    return following[0].end if following else match.end()


def _margin(parts: Parts, match: re.Match[str]) -> tuple[float, float]:
    """By how much, where the words say so: "by more than six percentage points"."""
    verbs = [*words.AHEAD.finditer(parts.text), *words.BEHIND.finditer(parts.text)]
    following = min((v.start() for v in verbs if v.start() >= match.end()), default=10**9)
    for figure in parts.figures:
        if figure.begin > following:
            break
        shown = parts.text[max(0, figure.begin - 3) : figure.begin]
        if figure.unit == "points" and re.search(r"[\u4e00-\u9fff0]约?$", shown):
            return figure.fraction, figure.half / 100
        if (figure.percent or figure.unit == "level") and re.search(
            r"\bby (?:more than |at least |about |over |nearly )?$",
            parts.text[match.end() : figure.begin],
        ):
            scale = 100 if figure.unit == "level" else 1  # points of percent, said shortly
            return figure.fraction / scale, figure.half / 100
    return 0.0, 0.0


def _times(parts: Parts) -> Iterator[Assertion]:
    """Twice as much, three times as much: a ratio of two gains."""
    for match in words.MULTIPLE.finditer(parts.text):
        ours = _nearest(parts, match.start())
        theirs = [m for m in parts.mentions_after(match.end()) if m.begin - match.end() < 40]
        if ours is None or not theirs or _is_of_other(parts.text, match):
            continue
        left, right = parts.subject(ours), parts.subject(theirs[0])
        bound = (match[1] or "").strip().lower()
        says: Says = ">" if bound in ("more than", "over") else "<" if bound else "="
        says = "=" if bound == "about" else says
        period = period_for(parts, match.end(), 0, len(parts.text))
        number = words.MULTIPLES[match[2].lower()]
        if left.lines != right.lines:
            yield Assertion(
                "ratio", left, says, number, period, match.start(), right, 0.05 * number
            )


def _nearest(parts: Parts, place: int) -> Mention | None:
    return parts.mention_before(place)


def _is_of_other(text: str, match: re.Match[str]) -> bool:
    stretch = text[match.end() : match.end() + 30]
    return any(
        noun.search(stretch)
        for noun in (words.FUNDAMENTAL, words.VALUATION, words.MACRO, words.FLOWS)
    )
