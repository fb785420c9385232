"""A sentence taken apart: its names, figures and periods, and what was said before it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime

from drafts.language.chances import StatedChance, chance_of
from drafts.language.figures import Numeral, figures_of
from drafts.language.names import LISTS, Mention, Name, NameTable
from drafts.language.periods import TimeSpan, periods_of
from drafts.language.sentences import Sentence
from drafts.statements import words
from newsfolio.assets import Sleeve
from newsfolio.listings import asset_of


@dataclass(frozen=True)
class Referent:
    """What a statement is about: one line, or a basket of several.

    others: other listings of the same company. note: what the line stands in for. shared: all
    that the name could mean, where that is more than one company.
    """

    lines: tuple[str, ...]
    name: str = ""
    others: tuple[str, ...] = ()
    note: str = ""
    hindsight: str = ""
    kind: str = "company"
    shared: tuple[str, ...] = ()

    @property
    def of(self) -> str | Sleeve:
        """As quantities take it."""
        if len(self.lines) == 1:
            return self.lines[0]
        return Sleeve(self.name, self.lines, self.hindsight)

    def without(self, line: str) -> Referent:
        """A basket less one of its lines."""
        lines = tuple(other for other in self.lines if other != line)
        return replace(self, lines=lines, name=f"{self.name} without {line}")


@dataclass
class Heard:
    """What came before in the text: names that pronouns mean, periods that "the same" means."""

    company: Referent | None = None
    index: Referent | None = None
    group: Referent | None = None
    block: int = -1
    period: TimeSpan | None = None
    american: bool = False
    span: TimeSpan | None = None
    day: TimeSpan | None = None
    several: bool = False
    leads: bool = False

    def enter(self, sentence: Sentence) -> None:
        """A new paragraph: the window of the last one carries over to a list that it leads to."""
        if sentence.block == self.block:
            return
        listed = self.leads and bool(_ITEM.match(sentence.text))
        self.block, self.leads = sentence.block, listed
        self.american = False
        if not listed:
            self.period = None


@dataclass(frozen=True)
class Parts:
    """A sentence with what stands in it; places are counted in its own text."""

    sentence: Sentence
    published: datetime
    mentions: list[Mention]
    figures: list[Numeral]
    periods: list[TimeSpan]
    heard: Heard
    american: bool = False
    hong_kong: bool = False
    excepted: tuple[str, ...] = field(default=())
    chance: StatedChance | None = None

    @property
    def text(self) -> str:
        return self.sentence.text

    def subject(self, mention: Mention) -> Referent:
        """The line that a name means here: of two listings the one that the words around tell."""
        return subject_of(mention, american=self.american and not self.hong_kong)

    def mention_before(self, place: int) -> Mention | None:
        """The last name that ends before a place, exceptions left out."""
        clauses = [clause for clause in _asides(self.text) if clause[1] <= place]
        ended = [mention for mention in self.mentions if mention.end <= place]
        main = [m for m in ended if not any(b <= m.begin and m.end <= e for b, e in clauses)]
        return next((m for m in reversed(main or ended) if not self.is_aside(m)), None)

    def mentions_after(self, place: int) -> list[Mention]:
        """Names from a place on, in their order."""
        return [mention for mention in self.mentions if mention.begin >= place]

    def is_aside(self, mention: Mention) -> bool:
        """Whether it is named only to be left out: "except for Meta"."""
        return bool(words.EXCEPT.search(self.text[: mention.begin]))

    def meant(self, stretch: str) -> list[Referent]:
        """What a pronoun points back to: the index of the text, or its last company alone."""
        if words.INDEX_PRONOUN.search(stretch):
            return [self.heard.index] if self.heard.index else []
        alone = self.heard.company and not self.heard.several
        return (
            [self.heard.company]
            if self.heard.company and alone and words.PRONOUN.search(stretch)
            else []
        )

    def run_before(self, mention: Mention) -> list[Mention]:
        """The names that are joined with one by commas and "and", it being the last."""
        run = [mention]
        earlier = self.mentions[: self.mentions.index(mention)]
        for number, other in reversed(list(enumerate(earlier))):
            gap = self.text[other.end : run[0].begin]
            before = self.text[earlier[number - 1].end : other.begin] if number else ""
            if not _is_joint(gap) or _is_clause(gap, before):
                break
            run.insert(0, other)
        return run

    def run_after(self, mention: Mention) -> list[Mention]:
        """The names that are joined with one, it being the first."""
        run, before = [mention], ""
        for other in self.mentions[self.mentions.index(mention) + 1 :]:
            gap = self.text[run[-1].end : other.begin]
            if not _is_joint(gap) or _is_clause(gap, before):
                break
            run.append(other)
            before = gap
        return run


def parts_of(sentence: Sentence, names: NameTable, published: datetime, heard: Heard) -> Parts:
    """A sentence taken apart; `heard` is what came before and is not changed."""
    text = sentence.text
    mentions = names.mentions(text)
    spans = [(mention.begin, mention.end) for mention in mentions]
    periods = [
        period
        for period in (_apart(whole, spans) for whole in periods_of(text, published.date()))
        if not any(begin < period.end and period.begin < end for begin, end in spans)
    ]
    taken = spans + [(period.begin, period.end) for period in periods if period.kind != "event"]
    chance = chance_of(text)
    taken += [(chance.begin, chance.end)] if chance else []
    figures = figures_of(text, taken)
    aside = tuple(m.name.lines[0] for m in mentions if words.EXCEPT.search(text[: m.begin]))
    return Parts(
        sentence, published, mentions, figures, periods, heard,
        american=bool(words.AMERICAN.search(text)) or heard.american,
        hong_kong=bool(words.HONG_KONG.search(text)),
        excepted=aside,
        chance=chance,
    )  # fmt: skip


def _apart(period: TimeSpan, spans: list[tuple[int, int]]) -> TimeSpan:
    """An event that is told at length ends where a name begins: who moved since then."""
    begins = [begin for begin, _ in spans if period.begin < begin < period.end]
    return replace(period, end=min(begins)) if period.kind == "event" and begins else period


def subject_of(mention: Mention, *, american: bool = False) -> Referent:
    """What a name means; the home listing first unless the words around are American."""
    name = mention.name
    shared = tuple(row.lines[0] for row in mention.names) if mention.shared else ()
    if name.kind == "list":
        names = (sleeve.name for sleeve in LISTS.values() if sleeve.tickers == name.lines)
        called = next(names, " and ".join(name.lines[:3]))
        return Referent(name.lines, called, hindsight=name.note, kind="list", shared=shared)
    first = _listing(name, american=american)
    others = tuple(line for line in name.lines if line != first)
    return Referent((first,), first, others, name.note, kind=name.kind, shared=shared)


def _listing(name: Name, *, american: bool) -> str:
    if american:
        for line in name.lines:
            if asset_of(line).venue.code == "XNYS":
                return line
    return name.lines[0]


def basket_of(subjects: list[Referent]) -> Referent:
    """Several subjects in equal parts."""
    lines = tuple(dict.fromkeys(line for subject in subjects for line in subject.lines))
    if len(lines) == 1:
        return subjects[0]
    notes = "; ".join(filter(None, (subject.note for subject in subjects)))
    return Referent(
        lines, " and ".join(subject.name for subject in subjects), note=notes, kind="list"
    )


_ITEM = re.compile(r"\s*(?:[-–—*•·]|\d{1,2}[.)])\s")
"""How an item of a list begins."""

_JOINTS = {
    ",", "and", ", and", "&", "、", "和", "与", "及", "/", "and the", "the", ", the", "both",
    ", and the", "or", "or the", "as well as",
}  # fmt: skip


_ASIDE = re.compile(
    r",\s(?:which|whose|who|where|including|led by|the|a|an|one of)\b[^,.;:%]*,(?!\s?\d)"
)
"""A clause between commas that says more of a name, and has no figure of its own."""


def _asides(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in _ASIDE.finditer(text)]


def _is_clause(gap: str, before: str) -> bool:
    """Whether ", and" begins a clause: "beat B and C, and D rose"; in a list a comma precedes."""
    return "," in gap and "and" in gap and before.strip() != ","


def _is_joint(gap: str) -> bool:
    cleaned = gap.lower().strip("()（） ")
    return cleaned in _JOINTS
