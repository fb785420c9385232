"""Levels and targets: "closed at 6,117", "sees the index at 4,700", "to 8,600 points"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from drafts.language.figures import Numeral
from drafts.language.names import Mention
from drafts.language.periods import TimeSpan
from drafts.statements import words
from drafts.statements.moves import figure_runs, stretch_end
from drafts.statements.parts import Parts, Referent
from drafts.statements.statement import Assertion
from drafts.statements.windows import period_for
from newsfolio.claims import Says
from newsfolio.listings import asset_of

_ENDS = re.compile(
    r"\s*(?:[.,;:)\]。，；]|$|points?\b|点|(?:by|in|on|from|before|within|over|at|this|after|next|and|as|for|last|"
    r"level|a share|per share|respectively|to trade)\b)"
)
_CONVERTED = re.compile(
    r"\s*(?:[(（]|, or )\s*(?:about |approximately |roughly |around |equivalent to |some |约)*"
)
_TWO_UNITS = "it is stated in two units; the first counts"
_PRICED = ("company", "fund", "trust", "index", "yield", "currency", "proxy", "market")
_CEILING = re.compile(
    r"\b(?:fall|drop|decline|slide|sink|tumble|weaken)s?\b[^.;]{0,40}$", re.IGNORECASE
)


def levels_of(parts: Parts) -> Iterator[Assertion]:
    """A statement for each number that is a level of a line, reached or expected."""
    lines = _paired(parts)
    for number, figure in enumerate(parts.figures):
        left = parts.figures[number - 1].end if number else 0
        if _is_converted(parts, number):
            continue
        mention = lines.get(number) or _target_of(parts, figure)
        mention = mention or parts.mention_before(figure.begin)
        subject = _subject(parts, mention, figure)
        if subject is None or not _is_level(parts, figure, subject, mention):
            continue
        right = stretch_end(parts, number)
        level = _level(parts, figure, subject, period_for(parts, figure.end, left, right))
        twice = number + 1 < len(parts.figures) and _is_converted(parts, number + 1)
        yield replace(level, note=_TWO_UNITS) if twice else level


def _target_of(parts: Parts, figure: Numeral) -> Mention | None:
    """The name behind "a target of 640 for the"."""
    for mention in parts.mentions_after(figure.end)[:1]:
        gap = parts.text[figure.end : mention.begin]
        if re.fullmatch(r"\s*(?:points )?(?:for|on) (?:the )?", gap):
            return mention if words.TARGET.search(parts.text[: figure.begin]) else None
    return None


def _is_converted(parts: Parts, number: int) -> bool:
    """Whether a figure only says the one before it in another unit: "HK$60 ($7.7)"."""
    if number == 0 or parts.figures[number].unit != "money":
        return False
    before = parts.figures[number - 1]
    gap = parts.text[before.end : parts.figures[number].begin]
    return before.unit == "money" and bool(_CONVERTED.fullmatch(gap))


def _level(parts: Parts, figure: Numeral, subject: Referent, period: TimeSpan | None) -> Assertion:
    """A target where the words look ahead, else a level that was reached."""
    text = parts.text
    half = figure.half
    if _is_target(parts, figure, period):
        says: Says = "<=" if _CEILING.search(text[: figure.begin]) else ">="
        return Assertion("touch", subject, says, figure.high, period, figure.begin, half=half)
    about = figure.bound == "~" or bool(
        words.HELD.search(text[max(0, figure.begin - 30) : figure.begin])
    )
    bound: Says = figure.bound if figure.bound in (">", "<") else "="  # type: ignore[assignment]
    if period and period.kind != "day":
        period = None
    return Assertion(
        "level", subject, bound, figure.low, period, figure.begin, half=half, about=about
    )


def _is_target(parts: Parts, figure: Numeral, period: TimeSpan | None) -> bool:
    return bool(words.TARGET.search(parts.text)) or bool(period and period.kind == "future")


def _subject(parts: Parts, mention: Mention | None, figure: Numeral) -> Referent | None:
    """Of several listings the one that trades in the currency of the figure."""
    if mention is None:
        before = parts.text[: figure.begin]
        if figure.currency and words.TARGET.search(before) and not parts.heard.several:
            return parts.heard.company
        return next(iter(parts.meant(before)), None)
    subject = parts.subject(mention)
    if figure.currency and subject.kind in ("company", "trust", "fund"):
        for line in (*subject.lines, *subject.others):
            if asset_of(line).currency == figure.currency:
                others = tuple(x for x in (*subject.lines, *subject.others) if x != line)
                return Referent(
                    (line,), line, others, subject.note, kind=subject.kind, shared=subject.shared
                )
        return None
    return subject


def _is_level(parts: Parts, figure: Numeral, subject: Referent, mention: Mention | None) -> bool:
    """Whether a number stands where a level does: behind "at", "to", "near", a target."""
    text = parts.text
    before, after = text[: figure.begin], text[figure.end :]
    stretch = text[mention.end if mention and mention.end <= figure.begin else 0 : figure.begin]
    if subject.kind not in _PRICED or len(subject.lines) > 1 or words.OLD.search(before[-40:]):
        return False
    if words.NOT.search(before[-50:]):
        return False
    nouns = (
        words.FUNDAMENTAL,
        words.VALUATION,
        words.VALUE,
        words.MACRO,
        words.FLOWS,
        words.AFTER_HOURS,
    )
    if any(noun.search(stretch[-60:]) for noun in nouns):
        return False
    if subject.kind == "yield" and figure.unit == "percent":
        return bool(words.REACHED.search(before)) and not figure.moved
    if subject.kind in ("company", "trust", "fund"):
        return _is_price(parts, figure)
    if figure.unit not in ("level", ""):
        return False
    if not figure.moved and not (words.REACHED.search(before) or _in_row(parts, figure)):
        return False
    return figure.unit == "level" or bool(_ENDS.match(after))


def _is_price(parts: Parts, figure: Numeral) -> bool:
    """A price of a share: money without billions behind "at", or a target."""
    if figure.unit != "money" or figure.half > 0.5:
        return False
    before = parts.text[: figure.begin]
    ahead = any(period.kind == "future" for period in parts.periods)
    if words.TARGET.search(parts.text) or (ahead and words.REACHED.search(before)):
        return True
    return bool(re.search(r"\b(?:closed|ended|finished|settled|traded) at\s?$", before))


def _in_row(parts: Parts, figure: Numeral) -> bool:
    return any(parts.figures.index(figure) in run for run in figure_runs(parts))


def _paired(parts: Parts) -> dict[int, Mention]:
    """Names for levels in rows of as many, "respectively"."""
    pairs: dict[int, Mention] = {}
    for run in figure_runs(parts):
        first = parts.figures[run[0]]
        before = [mention for mention in parts.mentions if mention.end <= first.begin]
        names = parts.run_before(before[-1]) if before else []
        if len(names) == len(run):
            pairs |= dict(zip(run, names, strict=True))
    return pairs
