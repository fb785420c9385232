"""How far a line moved: "rose 8.1 %", "a gain of 20 % for", "+41 % YTD", "more than doubled"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from drafts.language.figures import Numeral
from drafts.language.names import Mention
from drafts.language.periods import TimeSpan
from drafts.statements import words
from drafts.statements.parts import Parts, Referent, subject_of
from drafts.statements.statement import Assertion, Measure
from drafts.statements.windows import is_open, period_for
from newsfolio.claims import Says

_BEHIND = re.compile(
    r"^\s*(?:gain|rise|return|surge|advance|drop|fall|decline|loss)?\s*(?:for|by|on|in)\s(?:the\s)?$"
)
_FROM_PEAK = re.compile(
    r"^\s*(?:below|off|under|from|short of)\s(?:its|the|their|a)\s(?:\w+\s)?(?:high|peak|record)"
)
_FROM_PEAK_ZH = re.compile(r"[从自][^，。]{0,6}高[点位](?:回落|下跌|回调)")
_FROM_LOW = re.compile(
    r"^\s*(?:above|off|over|from)\s(?:its|the|their|a)\s(?:\w+\s)?(?:low|trough|bottom)"
)
_UPSIDE = re.compile(r"^\s*(?:of\s)?(?:potential\s)?upside|^的?(?:上行|上涨|上升)空间")
_UPSIDE_OF = re.compile(
    r"\bupside(?: potential)? of (?:about |some |around |roughly )?$", re.IGNORECASE
)
_PART_OF = re.compile(r"^\s*(?:of|stake|share|chance|probability|weight|owned)\b")
_OWNED = re.compile(
    rf"(?:{words.FUNDAMENTAL.pattern}|{words.SURVEY.pattern}|yields?)\s"
    r"(?:at|of|for|from|on|that) (?:the )?$",
    re.IGNORECASE,
)
"""What a name follows that only owns the figure: "revenue at", "the chance that"."""

_CLAUSE = re.compile(r"[,;，；]|\b(?:and|while|but|against)\b")

LAST_SESSION = TimeSpan(None, None, "day")
"""The day of the news where the text names none."""

_SHORT_LINE = 90
"""Characters of a line of a list, where a sign stands for a verb."""

_BESIDE = 14
"""Characters between a figure and a period that follows it."""

_PARTICIPLE = re.compile(
    r",\s(?:up|down|rising|falling|gaining|losing|with a (?:gain|loss) of)\s"
    r"(?:just|only|about|some|by|more than|nearly)?\s*$",
    re.IGNORECASE,
)
"""What says more of who was compared: "has lagged the index this year, up just 9 %"."""

_RECEIPTS = re.compile(r"\b(?:ADRs?|ADSs?|U\.?S\.?[- ](?:listed )?shares)\b")
_SHARES = re.compile(r"\b(?:shares?|stocks?|index)\b|股价")
_WOULD = re.compile(r"\bwould\b", re.IGNORECASE)
_AS_MUCH = re.compile(r"\bas (?:much|high) as$|一度$|高达$", re.IGNORECASE)

_SOON = 28
"""Characters within which a word behind a figure still belongs to it."""


def moves_of(parts: Parts) -> Iterator[Assertion]:
    """A statement for each percentage that says how far something moved."""
    lines = _paired(parts)
    rose: bool | None = None
    reported: Mention | None = None
    for number, figure in enumerate(parts.figures):
        if figure.unit != "percent" or figure.moved:
            continue
        left = parts.figures[number - 1].end if number else 0
        right = stretch_end(parts, number)
        mention = lines.get(number) or _mention(parts, figure, left, right)
        place = mention.end if mention and mention.end <= figure.begin else left
        sign = _direction(parts, figure, max(place, _last_percent(parts, number)), right)
        rose = rose if sign is None and _inherits(parts, figure, left) else sign
        paired = [parts.subject(lines[number])] if number in lines else None
        subjects = paired or _subjects(parts, mention, figure, left)
        if not subjects:
            continue
        if _is_other(parts, figure, mention, left, right) or (
            reported is not None
            and mention is reported
            and not _SHARES.search(parts.text[left : figure.begin])
        ):
            reported = mention
            continue
        yield from _moved(parts, figure, subjects, rose, (left, right))
    yield from _multiplied(parts)


def _moved(
    parts: Parts,
    figure: Numeral,
    subjects: list[Referent],
    rose: bool | None,
    span: tuple[int, int],
) -> Iterator[Assertion]:
    """One figure as a statement of each of its subjects."""
    left, _ = span
    period, assumed = _period(parts, figure, span)
    last = next((run[-1] for run in figure_runs(parts) if parts.figures.index(figure) in run), None)
    end = parts.figures[last].end if last is not None else figure.end
    after = parts.text[end : end + 40]
    before = parts.text[left : figure.begin]
    for subject in subjects:
        half = figure.half / 100
        base = Assertion(
            "gain", subject, "=", abs(figure.fraction), period, figure.begin, half=half
        )
        unclear = f"a number with two units, percent and {figure.twice}" if figure.twice else ""
        base = replace(base, about=figure.bound == "~", assumed=assumed, unclear=unclear)
        if _UPSIDE.match(after) or _UPSIDE_OF.search(before):
            yield replace(base, measure="rise", says=">=", number=figure.fraction)
        elif _FROM_PEAK.match(after) or _FROM_PEAK_ZH.search(before):
            now = replace(base, period=None, assumed=False) if assumed else base
            yield replace(now, measure="from peak", number=-abs(figure.fraction))
        elif _FROM_LOW.match(after):
            now = replace(base, period=None, assumed=False) if assumed else base
            yield replace(now, measure="from low")
        elif rose is not None:
            measure = _measure(parts, subject, before)
            if measure:
                yield from _signed(base, figure, _strength(parts, subject, rose), measure)


def _signed(base: Assertion, figure: Numeral, rose: bool, measure: Measure) -> Iterator[Assertion]:
    """With its direction; a range is two statements, "nearly" too."""
    factor = 1 if rose else -1
    low, high = abs(figure.fraction) * factor, abs(figure.upper) * factor
    if low != high:
        first, second = (low, high) if rose else (high, low)
        yield replace(base, measure=measure, says=">=", number=first)
        yield replace(base, measure=measure, says="<=", number=second)
        return
    if figure.bound == "<~":
        yield replace(base, measure=measure, says="<" if rose else ">", number=low)
        close = low - factor * max(base.half, 0.005)
        yield replace(base, measure=measure, says=">=" if rose else "<=", number=close)
        return
    says: Says = "="
    if base.period and base.period.kind == "future":
        says = ">=" if rose else "<="
    if figure.bound in (">", ">=", "<", "<="):
        says = figure.bound if rose else _TURNED[figure.bound]  # type: ignore[assignment]
    if measure == "intraday" and says in ("=", "<="):
        says = ">="
    yield replace(base, measure=measure, says=says, number=low)


_TURNED = {">": "<", ">=": "<=", "<": ">", "<=": ">="}


def _measure(parts: Parts, subject: Referent, before: str) -> Measure | None:
    """The high of the day where the session was still on, or where a move is "as much as".

    None for a low of the day: nothing here measures it.
    """
    during = words.INTRADAY.search(parts.text)
    if during and all(is_open(line, parts.published) for line in subject.lines):
        return "intraday"
    if _AS_MUCH.search(before.rstrip()):
        return None if words.DOWN.search(before) or len(subject.lines) > 1 else "intraday"
    return "gain"


def _period(parts: Parts, figure: Numeral, span: tuple[int, int]) -> tuple[TimeSpan | None, bool]:
    """The period of a figure, and whether it is only assumed.

    News tells the day once: a plain past ("fell 2 %") without a period is of the day that the
    text spoke of before.
    """
    left, right = span
    period = period_for(parts, figure.end, left, right)
    if period and period.kind == "future" and _is_foretold(parts.text[left : figure.begin]):
        return period, False
    if period and _is_of_before(parts, period, figure, left):
        return parts.heard.day or LAST_SESSION, True
    mention = parts.mention_before(figure.begin)
    start = min(left, mention.end) if mention else left
    stretch = parts.text[start : min(right, figure.end + _SOON)]
    if _is_of_day(parts, period, figure, stretch):
        return parts.heard.day or LAST_SESSION, True
    return period, False


def _is_foretold(stretch: str) -> bool:
    """Whether the words since the last figure speak of what is to come, and of no plain past."""
    return bool(words.FORETOLD.search(stretch)) or not words.PLAIN_PAST.search(stretch)


def _is_of_day(parts: Parts, period: TimeSpan | None, figure: Numeral, stretch: str) -> bool:
    """Whether a figure is of the day of the news, whatever period stands around it."""
    plain = bool(words.PLAIN_PAST.search(stretch))
    if period is None:
        listed = figure.sign and len(parts.text) < _SHORT_LINE and not parts.sentence.cell
        return plain or bool(listed and parts.heard.day)
    if period.kind == "future":
        return plain
    carried = period is parts.heard.period and not parts.heard.leads
    return plain and carried and period.kind in ("past", "event") and period.last is None


def _is_of_before(parts: Parts, period: TimeSpan, figure: Numeral, left: int) -> bool:
    """Whether a period belongs to the figure before: "had gained 15 % this year, dropped 4 %"."""
    beside = left > 0 and 0 <= period.begin - left < _BESIDE and period.end < figure.begin
    plain = words.PLAIN_PAST.search(parts.text, period.end, figure.begin)
    return beside and bool(plain) and not words.PLAIN_PAST.search(parts.text[:left])


def _strength(parts: Parts, subject: Referent, rose: bool) -> bool:
    """Whether the line rose: pairs like CNY=X fall where the currency gains on the dollar."""
    if subject.kind != "currency" or subject.lines[0].startswith("BTC"):
        return rose
    dollar = re.search(r"\b(?:dollar|greenback)\b[^,.;]*\bagainst\b", parts.text, re.IGNORECASE)
    per_dollar = len(subject.lines[0].removesuffix("=X")) == 3
    return rose if bool(dollar) == per_dollar else not rose


def stretch_end(parts: Parts, number: int) -> int:
    """Where the stretch of a figure ends: at the next figure, or at a name that leads into it."""
    figure, last = parts.figures[number], number + 1 == len(parts.figures)
    following = len(parts.text) if last else parts.figures[number + 1].begin
    between = [m for m in parts.mentions if figure.end <= m.begin and m.end <= following]
    cut = _CLAUSE.search(parts.text, figure.end, following)
    return cut.start() if between and cut else following


def _mention(parts: Parts, figure: Numeral, left: int, right: int) -> Mention | None:
    """Whose figure it is: the name right behind "20 % for the", else the last one before."""
    for mention in parts.mentions_after(figure.end)[:1]:
        gap = parts.text[figure.end : mention.begin]
        pair = mention.name.kind == "currency" and re.match(r"\s*against (?:the )?$", gap)
        if _BEHIND.match(gap) or pair:
            return mention
    return parts.mention_before(figure.begin)


def _subjects(parts: Parts, mention: Mention | None, figure: Numeral, left: int) -> list[Referent]:
    """The subjects of a figure; "its shares" are those of the sentence's first company."""
    start = mention.end if mention and mention.end <= figure.begin else 0
    stretch = parts.text[start : figure.begin]
    pronoun = words.PRONOUN.search(stretch)
    if mention is None:
        return parts.meant(stretch)
    verbs = [*words.AHEAD.finditer(parts.text), *words.BEHIND.finditer(parts.text)]
    compared = min((verb.start() for verb in verbs if verb.end() <= figure.begin), default=0)
    if compared and _PARTICIPLE.search(parts.text[: figure.begin]):
        leader = parts.mention_before(compared)
        return [parts.subject(leader)] if leader else parts.meant(parts.text[:compared])
    if mention.begin >= figure.end:
        return [parts.subject(mention)]
    if _RECEIPTS.search(stretch):
        return [subject_of(mention, american=True)]
    if pronoun and "its" in pronoun[0].lower() and parts.mentions[0].name.kind == "company":
        return [parts.subject(parts.mentions[0])]
    return [parts.subject(other) for other in parts.run_before(mention)]


def _is_other(
    parts: Parts, figure: Numeral, mention: Mention | None, left: int, right: int
) -> bool:
    """Whether it is a figure of a report, a rate or a share, and none of a price."""
    text = parts.text
    clause = max(left, *(text.rfind(mark, 0, figure.begin) + 1 for mark in ";:：；"), 0)
    before, after = text[clause : figure.begin], text[figure.end : figure.end + _SOON]
    if mention and mention.end <= figure.begin and mention.begin >= clause:
        led = text[max(clause, mention.begin - 40) : mention.begin]
        before = text[mention.end : figure.begin]
        owned = _OWNED.search(led)
        if owned and not (parts.chance and words.CHANCE.match(owned[0])):
            return True
    if words.SPEAKS_OF_SHARES.search(before.strip()):
        before = ""
    if words.NOT.search(before[-_SOON:]) or _WOULD.search(before):
        return True
    if any(p.kind == "base" and left <= p.begin < right + _SOON for p in parts.periods):
        return True
    nouns = (
        words.FUNDAMENTAL,
        words.PART,
        words.MACRO,
        words.VALUATION,
        words.FLOWS,
        words.SURVEY,
        words.VALUE,
    )
    if any(noun.search(before) or noun.search(after.split(",")[0]) for noun in nouns):
        return True
    kept = mention.name.kind == "yield" if mention else False
    return (
        kept
        or bool(_PART_OF.match(after) and not _UPSIDE.match(after))
        or bool(words.AFTER_HOURS.search(text))
    )


def _direction(parts: Parts, figure: Numeral, start: int, right: int) -> bool | None:
    """True where it rose; None where no word or sign says."""
    before = parts.text[start : figure.begin]
    last = max(
        ((match.end(), rose) for rose, word in ((True, words.UP), (False, words.DOWN))
         for match in word.finditer(before)),
        default=None,
    )  # fmt: skip
    behind = parts.text[figure.end : min(right, figure.end + _SOON)]
    for rose, word in ((True, words.UP), (False, words.DOWN)):
        follows = word.search(behind)
        if follows and last is None and not re.search(r"[,;，]", behind[: follows.start()]):
            return rose
    if figure.sign and last is None:
        return figure.sign == "+"
    if last is None:
        return None
    return last[1] if figure.sign != "-" or not last[1] else False


def _last_percent(parts: Parts, number: int) -> int:
    """Where the percentage before a figure ends: "fell 450 points, or 1 %" has one verb."""
    ends = [other.end for other in parts.figures[:number] if other.unit == "percent"]
    return ends[-1] if ends else 0


def _inherits(parts: Parts, figure: Numeral, left: int) -> bool:
    """Whether the verb of the figure before carries on: "rose 5 % and the Dow 3 %"."""
    gap = parts.text[left : figure.begin]
    return (
        bool(left)
        and len(gap) <= 70
        and bool(re.search(r"^\s*[,;(]|\b(?:and|while|against|vs|versus|compared)\b", gap))
    )


def _paired(parts: Parts) -> dict[int, Mention]:
    """Names for figures in rows of as many: "A and B rose 5 % and 6 %, respectively"."""
    pairs: dict[int, Mention] = {}
    for run in figure_runs(parts):
        first = parts.figures[run[0]]
        before = [mention for mention in parts.mentions if mention.end <= first.begin]
        names = parts.run_before(before[-1]) if before else []
        if len(names) == len(run):
            pairs |= dict(zip(run, names, strict=True))
        elif len(before) == len(run):
            pairs |= dict(zip(run, before, strict=True))
        elif len(before) >= len(run) and re.search(
            r"\bboth\b", parts.text[before[-1].end : first.begin]
        ):
            pairs |= dict(zip(run, before[-len(run) :], strict=True))
    return pairs


def figure_runs(parts: Parts) -> list[list[int]]:
    """Figures of one unit that are joined by commas and "and", two or more, by their numbers."""
    runs: list[list[int]] = []
    for number, figure in enumerate(parts.figures):
        before = parts.figures[number - 1] if number else None
        gap = parts.text[before.end : figure.begin] if before else ""
        joint = before and before.unit == figure.unit and re.fullmatch(
            r"\s*(?:,|and|, and|、|和|vs\.?|versus)\s*(?:about |nearly )?", gap
        )  # fmt: skip
        if joint and runs:
            runs[-1].append(number)
        else:
            runs.append([number])
    return [run for run in runs if len(run) > 1]


def _multiplied(parts: Parts) -> Iterator[Assertion]:
    """A gain in a word: "has more than doubled over the last twelve months"."""
    for match in words.MULTIPLIED.finditer(parts.text):
        following = parts.mentions_after(match.end())
        if following and not parts.text[match.end() : following[0].begin].strip(" the'’"):
            continue
        mention = parts.mention_before(match.start())
        subject = parts.subject(mention) if mention else None
        between = parts.text[mention.end if mention else 0 : match.start()]
        if subject is None or words.FUNDAMENTAL.search(between):
            continue
        bounded = (match[1] or "").strip().lower()
        number = words.GAINS[(match[2] or match[3]).lower()]
        says: Says = ">" if bounded in ("more than", "over") else "="
        period = period_for(parts, match.end(), mention.end if mention else 0, len(parts.text))
        yield Assertion("gain", subject, says, number, period, match.start(), half=0.05, about=True)
