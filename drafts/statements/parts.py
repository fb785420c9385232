"""A sentence taken apart: its names, figures and periods, and what was said before it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

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
    group: Referent | None = None
    block: int = -1
    period: TimeSpan | None = None
    american: bool = False
    span: TimeSpan | None = None
    day: TimeSpan | None = None
    several: bool = False

    def enter(self, block: int) -> None:
        """A new paragraph: the window of the last one does not carry over."""
        if block != self.block:
            self.block, self.period, self.american = block, None, False


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

    @property
    def text(self) -> str:
        return self.sentence.text

    def subject(self, mention: Mention) -> Referent:
        """The line that a name means here: of two listings the one that the words around tell."""
        return subject_of(mention, american=self.american and not self.hong_kong)

    def mention_before(self, place: int) -> Mention | None:
        """The last name that ends before a place, exceptions left out."""
        ended = [mention for mention in self.mentions if mention.end <= place]
        return next((m for m in reversed(ended) if not self.is_aside(m)), None)

    def mentions_after(self, place: int) -> list[Mention]:
        """Names from a place on, in their order."""
        return [mention for mention in self.mentions if mention.begin >= place]

    def is_aside(self, mention: Mention) -> bool:
        """Whether it is named only to be left out: "except for Meta"."""
        return bool(words.EXCEPT.search(self.text[: mention.begin]))

    def run_before(self, mention: Mention) -> list[Mention]:
        """The names that are joined with one by commas and "and", it being the last."""
        run = [mention]
        for other in reversed(self.mentions[: self.mentions.index(mention)]):
            if not _is_joint(self.text[other.end : run[0].begin]):
                break
            run.insert(0, other)
        return run

    def run_after(self, mention: Mention) -> list[Mention]:
        """The names that are joined with one, it being the first."""
        run = [mention]
        for other in self.mentions[self.mentions.index(mention) + 1 :]:
            if not _is_joint(self.text[run[-1].end : other.begin]):
                break
            run.append(other)
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
    figures = figures_of(text, taken)
    aside = tuple(m.name.lines[0] for m in mentions if words.EXCEPT.search(text[: m.begin]))
    return Parts(
        sentence, published, mentions, figures, periods, heard,
        american=bool(words.AMERICAN.search(text)) or heard.american,
        hong_kong=bool(words.HONG_KONG.search(text)),
        excepted=aside,
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
        sleeve = next(whole for whole in LISTS.values() if whole.tickers == name.lines)
        return Referent(name.lines, sleeve.name, hindsight=name.note, kind="list", shared=shared)
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


_JOINTS = {
    ",", "and", ", and", "&", "、", "和", "与", "及", "/", "and the", "the", ", the", "both",
    ", and the", "or", "or the", "as well as",
}  # fmt: skip


def _is_joint(gap: str) -> bool:
    cleaned = gap.strip().lower().strip("()（）")
    return cleaned in _JOINTS
