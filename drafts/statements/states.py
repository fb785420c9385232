"""What a market is in, in the words of the trade: a record, a bull or bear market, a direction."""

from __future__ import annotations

import re
from collections.abc import Iterator

from drafts.language.names import Mention
from drafts.language.periods import TimeSpan
from drafts.statements import words
from drafts.statements.parts import Parts, Referent
from drafts.statements.statement import Assertion, Measure
from drafts.statements.windows import period_for
from newsfolio.claims import Says

_BULL, _BEAR, _CORRECTION = 0.20, -0.20, -0.10
"""By how much a market has come up from a low or down from a high to be called so."""

_STATES: tuple[tuple[re.Pattern[str], Measure, Says, float], ...] = (
    (words.RECORD, "record", ">", 0.0),
    (words.BULL, "from low", ">=", _BULL),
    (words.BEAR, "drawdown", "<=", _BEAR),
    (words.CORRECTION, "drawdown", "<=", _CORRECTION),
)
_PAST = re.compile(
    r"\b(?:previous|past|last|former|since|emerged from|the \d{4})\b[^,.;]{0,30}$", re.IGNORECASE
)
_SHORT_OF = re.compile(
    r"\b(?:from|off|below|under|short of|shy of|near|close to|since)\s"
    r"(?:a |an |its |the |their )?$",
    re.IGNORECASE,
)
_FAR = 60
_NEAR = 45
_ARRIVED = re.compile(
    r"\b(?:entered|fell into|fallen into|slid into|slipped into|from|"
    r"(?:is|are|was|been|remains?|now) in)\s(?:a |an |its )?[\w\s\"“-]{0,16}$|进入$|陷入$",
    re.IGNORECASE,
)

_NOUNS = (words.FUNDAMENTAL, words.FLOWS, words.MACRO, words.SURVEY)
_OWNED = re.compile(
    rf"(?:{'|'.join(noun.pattern for noun in _NOUNS)})[^,.;]{{0,12}}\s"
    r"(?:of|at|for|in|into|to|that) (?:the )?$",
    re.IGNORECASE,
)

AHEAD = TimeSpan(None, None, "future")
"""What is to come, without a day by which it should have."""


def states_of(parts: Parts) -> Iterator[Assertion]:
    """Records and bull or bear markets of a line that is named."""
    for pattern, measure, says, number in _STATES:
        for match in pattern.finditer(parts.text):
            before = parts.text[: match.start()]
            if _PAST.search(before) or (measure == "record" and _SHORT_OF.search(before)):
                continue
            subject = _subject(parts, match.start(), match.end())
            if subject:
                period = period_for(parts, match.end(), 0, len(parts.text))
                if measure != "record" and period is parts.heard.period:
                    period = None  # a state is of now, not of the paragraph's window
                if measure in ("from low", "drawdown") and not _is_there(parts.text, match.start()):
                    period = period if period and period.kind == "future" else AHEAD
                yield Assertion(measure, subject, says, number, period, match.start())
    yield from _volatile(parts)


def _is_there(text: str, place: int) -> bool:
    """Whether a market is said to be in such a state already."""
    return bool(_ARRIVED.search(text[:place]))


def _subject(parts: Parts, begin: int, end: int) -> Referent | None:
    mention = parts.mention_before(begin)
    if mention and not re.search(r"[;:.]\s", parts.text[mention.end : begin]):
        if mention.name.kind == "list":
            return None
        return parts.subject(mention)
    following = [m for m in parts.mentions_after(end) if m.begin - end < _FAR]
    if following and re.match(r"\s(?:for|in|of)\b", parts.text[end:]):
        return parts.subject(following[0])
    return None


def _volatile(parts: Parts) -> Iterator[Assertion]:
    """More volatile over a week, month or quarter than over the one before."""
    match = words.VOLATILE.search(parts.text)
    if not match:
        return
    grows = words.WIDER.search(parts.text)
    ahead = [period for period in parts.periods if period.kind == "future" and period.first]
    mention = parts.mention_before(match.start()) or next(iter(parts.mentions), None)
    subject = parts.subject(mention) if mention else parts.heard.group or parts.heard.company
    if grows and ahead and subject and len(subject.lines) == 1:
        yield Assertion("volatility", subject, ">", 0.0, ahead[-1], match.start())


def directions_of(parts: Parts) -> Iterator[Assertion]:
    """A line that rose or fell over a period that the sentence names, without a figure."""
    for mention in parts.mentions:
        rest = parts.text[mention.end :]
        stretch = re.split(r"[;:。；]|\bwhile\b|\bbut\b", rest)[0][:_FAR]
        if mention.name.kind == "yield" or parts.is_aside(mention) or _is_led(parts, mention):
            continue
        hits = [
            (match.start(), match.end(), rose)
            for rose, word in ((True, words.UP), (False, words.DOWN))
            for match in word.finditer(stretch)
        ]
        if not hits:
            continue
        begin, end, rose = min(hits)
        if begin > _NEAR or "," in stretch[:begin] or _is_of_other(stretch[: end + 20]):
            continue
        if any(
            other.begin > mention.end and other.begin < mention.end + end
            for other in parts.mentions
        ):
            continue
        place = mention.end + end
        if words.NOT.search(stretch[:end]) or "as much as" in rest[: end + 20]:
            continue
        period = _near(parts, place)
        if period is None:
            continue
        says: Says = ">" if rose else "<"
        yield Assertion("gain", parts.subject(mention), says, 0.0, period, place)


def _is_led(parts: Parts, mention: Mention) -> bool:
    """Whether it is only whose figure something is: "earnings of Chinese stocks"."""
    led = parts.text[max(0, mention.begin - 40) : mention.begin]
    owned = _OWNED.search(led)
    stated = parts.chance is not None and owned is not None and words.CHANCE.match(owned[0])
    return owned is not None and not stated


def _near(parts: Parts, place: int) -> TimeSpan | None:
    """A period that stands beside a verb, or that opens the sentence."""
    named = [p for p in parts.periods if p.kind in ("past", "future", "day", "event")]
    beside = [p for p in named if -_NEAR < p.begin - place < _NEAR]
    return next(iter(beside or [p for p in named if p.begin < 4]), None)


def _is_of_other(stretch: str) -> bool:
    nouns = (
        words.FUNDAMENTAL,
        words.MACRO,
        words.FLOWS,
        words.VALUATION,
        words.SURVEY,
        words.AFTER_HOURS,
    )
    return any(noun.search(stretch) for noun in nouns)
