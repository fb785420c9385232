"""A draft as one Python file. Every word that is not ours stands in it as the repr of a string."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime

from drafts.drafted import UNKNOWN, ArticleDraft, DraftedClaim
from drafts.proposal import Proposal, proposal_of
from newsfolio import __version__
from newsfolio.assets import Sleeve
from newsfolio.claims import Reading
from newsfolio.listings import asset_of
from newsfolio.quantities import Gain, Less, OfLines, Over, Quantity, Times, Touch

_HEAD = '''"""A draft: claims of an article as data, and a thesis that they may make.

Written by {program} from {sentences} sentences; {stated} claims can be measured, {open} wait for
a decision, {rest} are untestable. Nothing here was judged by a person yet: read each claim beside
the article, at its line. A TODO says what is to be decided. Where `place` is, the words of the
article are; they are not repeated here.

    newsfolio claims {file} --data sample
    newsfolio run {file} --data sample
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from newsfolio import (
    Article, Claim, Fixed, Place, Reading, Sleeve, Strategy, Thesis, View, at_publication, equal,
    monthly,
)
from newsfolio.quantities import (
    Drawdown, FromLow, FromPeak, Gain, IntradayRise, Level, Touch, Volatility,
)
'''

_THESIS = '''

@dataclass(frozen=True)
class {cls}(Strategy):
    """Hold what the article speaks well of from its publication on, until then what it is against.

    TODO: say in your own words why it should pay, and whether this is the thesis.
    """

    thesis = Thesis(
        {id},
        {title},
        {statement},  # TODO: the article's statement in your own words
        ARTICLE,
        claims={claims},
        horizon={horizon},  # TODO: the last day on which it should show
        # TODO: probability=0.6, how likely you think it is ahead of its control on that day
    )
    universe = (PICKS, OTHERS)
    rebalance = monthly | at_publication
    benchmark = {benchmark}

    def weights(self, view: View):
        return equal(PICKS) if view.published else equal(OTHERS)

    def controls(self):
        return {{"without the article": Fixed(mix=((1.0, OTHERS),))}}
'''


def source_of(draft: ArticleDraft, file: str) -> str:
    """The text of the file: the article with its claims, and a thesis class."""
    proposal = proposal_of(draft.claims, draft.article.published.date())
    stated = sum(bool(drafted.claim.stated) for drafted in draft.claims)
    undecided = sum(bool(drafted.undecided) for drafted in draft.claims)
    head = _HEAD.format(
        program=f"newsfolio {__version__}",
        sentences=draft.sentences,
        stated=stated,
        open=undecided,
        rest=len(draft.claims) - stated - undecided,
        file=re.sub(r"[^\w.-]", "_", file),
    )
    baskets = _baskets(draft.claims)
    parts = [
        head,
        _definitions(baskets),
        _article(draft, baskets),
        _picks(proposal),
        _thesis(draft, proposal),
    ]
    return "".join(parts)


def _article(draft: ArticleDraft, baskets: dict[Sleeve, str]) -> str:
    article = draft.article
    claims = "".join(_claim(drafted, draft, baskets) for drafted in draft.claims)
    return (
        f"\nARTICLE = Article(\n    {article.id!r},\n    {article.title!r},\n"
        f"    {article.publisher!r},{_todo_if(article.publisher == UNKNOWN, 'who publishes it')}\n"
        f"    {_moment(article.published)},{_todo_if(bool(article.dated_by), article.dated_by)}\n"
        f"    dated_by={article.dated_by!r},\n    digest={article.digest!r},\n"
        f"    drafted_by={article.drafted_by!r},\n    claims=(\n{claims}    ),\n)\n"
    )


def _claim(drafted: DraftedClaim, draft: ArticleDraft, baskets: dict[Sleeve, str]) -> str:
    claim = drafted.claim
    lines = [f"line {draft.document.line_of(drafted.place.begin)} of the article"]
    lines += [f"drafted by {drafted.drafter}"] if drafted.drafter else []
    lines += [f"TODO: {text}" for text in drafted.todo]
    if drafted.undecided:
        readings = _stated(drafted.undecided, baskets)
        lines += ["TODO: once it is decided, in place of untestable:"]
        lines += readings if drafted.dated else [_blank(line) for line in readings]
    body = [f"{claim.id!r},", f"{claim.text!r},"]
    body += (
        _stated(claim.stated, baskets) if claim.stated else [f"untestable={claim.untestable!r},"]
    )
    place = drafted.place
    body.append(f"place=Place({place.begin}, {place.end}, {place.digest!r}),")
    body += [f"quoted={claim.quoted!r},"] if claim.quoted else []
    if claim.probability is not None:
        body.append(f"probability={claim.probability!r},")
        body += [f"probability_of={claim.probability_of!r},"] if claim.probability_of else []
    body += [f"horizon={_date(claim.horizon)},"] if claim.horizon else []
    comments = "".join(f"        # {_comment(line)}\n" for line in lines)
    arguments = "".join(f"            {line}\n" for line in body)
    return f"{comments}        Claim(\n{arguments}        ),\n"


def _blank(line: str) -> str:
    """A reading without the days that nobody knows yet."""
    return re.sub(r"'\d{4}-\d\d-\d\d'", "'YYYY-MM-DD'", line)


def _stated(readings: Iterable[Reading], baskets: dict[Sleeve, str]) -> list[str]:
    return ["stated=(", *(f"    {_reading(reading, baskets)}," for reading in readings), "),"]


def _reading(reading: Reading, baskets: dict[Sleeve, str]) -> str:
    parts = [
        code_of(reading.of, baskets),
        repr(reading.start),
        repr(reading.end),
        repr(reading.says),
        repr(reading.number),
    ]
    parts += [repr(reading.tolerance)] if reading.says == "=" else []
    parts += [f"label={reading.label!r}"] if reading.label else []
    parts += ["decides=False"] if not reading.decides else []
    return f"Reading({', '.join(parts)})"


def code_of(quantity: Quantity, baskets: dict[Sleeve, str]) -> str:
    """A quantity as an author would write it."""
    if isinstance(quantity, Less):
        return f"{code_of(quantity.one, baskets)} - {code_of(quantity.other, baskets)}"
    if isinstance(quantity, Times):
        return f"{code_of(quantity.one, baskets)} / {code_of(quantity.other, baskets)}"
    if isinstance(quantity, Over):
        start, end = quantity.window.start.isoformat(), quantity.window.end.isoformat()
        return f"{code_of(quantity.of, baskets)}.over({start!r}, {end!r})"
    if not isinstance(quantity, OfLines):
        raise TypeError(f"no draft makes a {type(quantity).__name__}")
    of = repr(quantity.of) if isinstance(quantity.of, str) else baskets[quantity.of]
    extra = ", rise=True" if isinstance(quantity, Touch) and quantity.rise else ""
    if isinstance(quantity, Gain):
        extra = (", total=True" if quantity.total else "") + (
            f", currency={quantity.currency!r}" if quantity.currency else ""
        )
    return f"{type(quantity).__name__}({of}{extra})"


def _baskets(claims: tuple[DraftedClaim, ...]) -> dict[Sleeve, str]:
    """The baskets of all readings, each with a name of its own in the file."""
    sleeves: dict[Sleeve, str] = {}
    for drafted in claims:
        for reading in drafted.readings:
            for sleeve in _sleeves(reading.of):
                sleeves.setdefault(sleeve, f"BASKET_{len(sleeves) + 1}")
    return sleeves


def _sleeves(quantity: Quantity) -> list[Sleeve]:
    if isinstance(quantity, Less | Times):
        return _sleeves(quantity.one) + _sleeves(quantity.other)
    if isinstance(quantity, Over):
        return _sleeves(quantity.of)
    of = quantity.of if isinstance(quantity, OfLines) else ""
    return [of] if isinstance(of, Sleeve) else []


def _definitions(baskets: dict[Sleeve, str]) -> str:
    rows = [f"{name} = {_sleeve(sleeve)}\n" for sleeve, name in baskets.items()]
    return "\n" + "".join(rows) if rows else ""


def _sleeve(sleeve: Sleeve) -> str:
    hindsight = f", hindsight={sleeve.hindsight!r}" if sleeve.hindsight else ""
    return f"Sleeve({sleeve.name!r}, {tuple(sleeve.tickers)!r}{hindsight})"


def _picks(proposal: Proposal) -> str:
    return (
        f"\n# TODO: is this what to hold, and against what?\n"
        f"PICKS = Sleeve(\n    'what it speaks well of',\n    {proposal.picks!r},\n"
        f"    hindsight='named by the article',\n)\n"
        f"OTHERS = Sleeve('what it is against', {proposal.others!r})\n"
    )


def _thesis(draft: ArticleDraft, proposal: Proposal) -> str:
    statement = f"{_named(proposal.picks)} beat {_named(proposal.others)} up to {proposal.horizon}."
    return _THESIS.format(
        cls=class_name(draft.article.id),
        id=repr(draft.article.id),
        title=repr(draft.article.title),
        statement=repr(statement),
        claims=repr(proposal.claims),
        horizon=_date(proposal.horizon),
        benchmark=repr(proposal.benchmark),
    )


def class_name(name: str) -> str:
    """A class's name of the words of an id: letters and digits alone."""
    words = re.findall(r"[a-z0-9]+", name)
    joined = "".join(word[:1].upper() + word[1:] for word in words)
    return joined if joined[:1].isalpha() else f"Draft{joined}"


def _named(lines: tuple[str, ...]) -> str:
    names = [asset_of(line).name or line for line in lines[:4]]
    return ", ".join(names) + (f" and {len(lines) - 4} more" if len(lines) > 4 else "")


def _moment(published: datetime) -> str:
    return (
        f"datetime({published.year}, {published.month}, {published.day}, "
        f"{published.hour}, {published.minute}, tzinfo=UTC)"
    )


def _date(day: date) -> str:
    return f"date({day.year}, {day.month}, {day.day})"


def _todo_if(needed: bool, text: str) -> str:
    return f"  # TODO: {_comment(text)}" if needed else ""


def _comment(text: str) -> str:
    """A text on one line whatever is in it: no line of a comment can become code."""
    return " ".join(text.replace("\\", "/").split())
