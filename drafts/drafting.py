"""From a text to a draft: each sentence read, its statements made claims, the rest named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from drafts.documents.dateline import Dateline
from drafts.documents.document import Document
from drafts.drafted import UNKNOWN, ArticleDraft, DraftedClaim
from drafts.language.names import NameTable
from drafts.language.sentences import Sentence, sentences_of
from drafts.language.speakers import speaker_of
from drafts.statements import words
from drafts.statements.comparisons import comparisons_of
from drafts.statements.levels import levels_of
from drafts.statements.moves import moves_of
from drafts.statements.parts import Heard, Parts, parts_of
from drafts.statements.phrasing import phrase
from drafts.statements.readings import Read, readings_of
from drafts.statements.reasons import is_conditional, reason_of
from drafts.statements.statement import Assertion
from drafts.statements.states import directions_of, states_of
from newsfolio import __version__
from newsfolio.claims import Claim, Place, digest_of
from newsfolio.thesis import Article

_SMALL = frozenset(
    "a an the of in on to as for and s by at is i am we our my why how what it its".split()  # noqa: SIM905
)

MAX_SENTENCE = 1_500
"""Characters; a longer passage without an end is no sentence."""

MAX_CLAIMS = 400
"""Claims of one draft; what comes later in the text is named and left out."""


def draft_of(
    document: Document,
    dateline: Dateline,
    names: NameTable,
    proposed: Sequence[DraftedClaim] = (),
    drafter: str = "",
) -> ArticleDraft:
    """The draft of a text that was published at a moment.

    proposed: claims of a plug-in, which come after our own unless they measure the same; drafter:
    its name.
    """
    published = dateline.published
    name = slug(document.title, 2)
    every = [s for s in sentences_of(document.text) if s.begin >= document.body]
    sentences = [sentence for sentence in every if len(sentence.text) <= MAX_SENTENCE]
    own = list(_claims(document, sentences, published, names))
    measured = {_key(drafted) for drafted in own}
    both = own + [drafted for drafted in proposed if _key(drafted) not in measured]
    both.sort(key=lambda drafted: drafted.place.begin)
    claims = tuple(
        _numbered(drafted, name, number) for number, drafted in enumerate(both[:MAX_CLAIMS], 1)
    )
    unread = len(both) - len(claims)
    notes = [f"{unread} more claims after the first {MAX_CLAIMS} are left out"] if unread else []
    if len(sentences) < len(every):
        passages = len(every) - len(sentences)
        notes.append(f"{passages} passages of more than {MAX_SENTENCE:,} characters are not read")
    article = Article(
        name,
        document.title or UNKNOWN,
        document.publisher or UNKNOWN,
        published,
        dateline.reading,
        tuple(drafted.claim for drafted in claims),
        digest_of(document.text),
        f"newsfolio {__version__}" + (f" with {drafter}" if drafter else ""),
    )
    return ArticleDraft(document, article, claims, len(sentences), tuple(notes))


def slug(title: str, count: int) -> str:
    """The first words of a title, as ids and files are made of; "article" where it has none."""
    words = [word for word in re.findall(r"[a-z0-9]+", title.lower()) if word not in _SMALL]
    return "-".join(words[:count])[:40] or "article"


def _numbered(drafted: DraftedClaim, name: str, number: int) -> DraftedClaim:
    return replace(drafted, claim=replace(drafted.claim, id=f"{name}-{number:02d}"))


def _claims(
    document: Document, sentences: list[Sentence], published: datetime, names: NameTable
) -> Iterator[DraftedClaim]:
    """Claims in the order of the text; what was stated before is not stated again."""
    heard = Heard()
    stated: set[tuple[object, ...]] = set()
    for number, sentence in enumerate(sentences):
        heard.enter(sentence)
        parts = parts_of(sentence, names, published, heard)
        statements = list(_statements(parts))
        following = sentences[number + 1] if number + 1 < len(sentences) else None
        statements = [_lasting(assertion, following, names, published) for assertion in statements]
        place = Place.of(document.text, sentence.begin, sentence.end)
        drafted = list(_drafted(statements, place, published, parts))
        fresh = [claim for claim in drafted if not _is_old(claim, stated)]
        stated |= {key for claim in fresh for key in (_key(claim), _figure(claim))}
        yield from fresh
        if not drafted:
            yield from _untestable(parts, place)
        _remember(parts, heard)


def _is_old(drafted: DraftedClaim, stated: set[tuple[object, ...]]) -> bool:
    return (_figure(drafted) if drafted.undecided else _key(drafted)) in stated


def _key(drafted: DraftedClaim) -> tuple[object, ...]:
    return tuple((r.of, r.start, r.end, r.says, r.number) for r in drafted.readings[:1]) or (
        drafted.place,
    )


def _figure(drafted: DraftedClaim) -> tuple[object, ...]:
    """The same without its window: what is said again without one is no news."""
    return tuple((reading.of, reading.says, reading.number) for reading in drafted.readings[:1])


def _statements(parts: Parts) -> Iterator[Assertion]:
    """What a sentence states; a direction alone where it states nothing else of the line."""
    if is_conditional(parts.text):
        return
    firm = [*moves_of(parts), *levels_of(parts), *comparisons_of(parts), *states_of(parts)]
    yield from firm
    about = {line for statement in firm for line in statement.lines}
    for statement in directions_of(parts):
        if not about & set(statement.lines):
            yield statement


def _lasting(
    statement: Assertion, following: Sentence | None, names: NameTable, published: datetime
) -> Assertion:
    """What "it began six months ago" says right after is the window of what has none."""
    if (
        statement.period is not None
        or following is None
        or not words.BEGAN.match(following.text.lstrip("'\"”’ "))
    ):
        return statement
    spans = [p for p in parts_of(following, names, published, Heard()).periods if p.kind == "past"]
    return replace(statement, period=spans[0]) if spans else statement


def _drafted(
    statements: list[Assertion], place: Place, published: datetime, parts: Parts
) -> Iterator[DraftedClaim]:
    """A claim for each thing stated; two ends of a range are one claim."""
    groups: dict[tuple[object, ...], list[Assertion]] = {}
    for statement in statements:
        key = (statement.measure, statement.of, statement.against, statement.place)
        groups.setdefault(key, []).append(statement)
    quoted = speaker_of(parts.text) if groups else ""
    for group in groups.values():
        reads = [readings_of(statement, published) for statement in group]
        drafted = _claim(group, reads, place, quoted)
        yield _foreseen(drafted, parts, group[0].place) if drafted.ahead else drafted


def _foreseen(drafted: DraftedClaim, parts: Parts, at: int) -> DraftedClaim:
    """What is to come, stated at a place: the day of its last reading is its horizon."""
    ends = [reading.end for reading in drafted.readings if reading.decides] if drafted.dated else []
    horizon = date.fromisoformat(max(ends)) if ends else None
    return _called(replace(drafted, claim=replace(drafted.claim, horizon=horizon)), parts, at)


_CLAUSE = re.compile(r"[:;：；]|\bbut\b", re.IGNORECASE)


def _called(drafted: DraftedClaim, parts: Parts, at: int) -> DraftedClaim:
    """How likely its clause calls it, which a person may overrule."""
    if parts.chance is None:
        return drafted
    first, last = sorted((parts.chance.begin, at))
    if _CLAUSE.search(parts.text[first:last]):
        return drafted
    claim = replace(
        drafted.claim, probability=parts.chance.probability, probability_of=parts.chance.of
    )
    note = f"probability read as {parts.chance.probability:g}: {parts.chance.of}; yours goes before"
    return replace(drafted, claim=claim, todo=(*drafted.todo, note))


def _claim(group: list[Assertion], reads: list[Read], place: Place, quoted: str) -> DraftedClaim:
    readings = tuple(reading for read in reads for reading in read.readings)
    lines = tuple(dict.fromkeys(group[0].lines))
    todo = tuple(dict.fromkeys(text for read in reads for text in read.todo))
    undecided = next((read.undecided for read in reads if read.undecided), "")
    dated = all(read.dated for read in reads)
    text = phrase(group, readings, dated=dated)
    if undecided:
        claim = Claim("?", text, untestable=f"not decided: {undecided}", place=place, quoted=quoted)
        return DraftedClaim(claim, lines, readings, (undecided, *todo), reads[0].ahead, dated)
    claim = Claim("?", text, stated=readings, place=place, quoted=quoted)
    return DraftedClaim(claim, lines, (), todo, reads[0].ahead)


def _untestable(parts: Parts, place: Place) -> Iterable[DraftedClaim]:
    reason = reason_of(parts)
    if reason:
        text, why = reason
        lines = tuple(dict.fromkeys(parts.subject(m).lines[0] for m in parts.mentions))
        claim = Claim("?", text, untestable=why, place=place, quoted=speaker_of(parts.text))
        ahead = [period for period in parts.periods if period.kind == "future"]
        last = max((period.last for period in ahead if period.last), default=None)
        drafted = DraftedClaim(replace(claim, horizon=last), lines, ahead=bool(ahead))
        yield (
            _called(drafted, parts, parts.chance.begin if parts.chance else 0) if ahead else drafted
        )


def _remember(parts: Parts, heard: Heard) -> None:
    """What the next sentence's pronouns and periods may point to."""
    subjects = [parts.subject(mention) for mention in parts.mentions if not parts.is_aside(mention)]
    stocks = [subject for subject in subjects if subject.kind in ("company", "fund", "trust")]
    indices = [subject for subject in subjects if subject.kind in ("index", "proxy", "market")]
    groups = [subject for subject in subjects if subject.kind == "list"]
    single = stocks or indices
    if single:
        heard.company, heard.several = single[0], len({s.lines for s in single}) > 1
    if indices:
        heard.index = indices[0]
    if groups:
        heard.group = groups[-1]
    for period in parts.periods:
        if period.kind == "day":
            heard.day = period
        elif period.kind in ("past", "future", "event"):
            heard.span = period
    lasting = [p for p in parts.periods if p.kind in ("past", "day", "event")]
    if lasting:
        heard.period = lasting[-1]
    heard.leads = heard.leads or parts.text.rstrip().endswith((":", "："))
    heard.american = heard.american or bool(words.AMERICAN.search(parts.text))
