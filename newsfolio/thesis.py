"""Articles and the theses they make: data, no behaviour."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from newsfolio.claims import Claim, check_probability
from newsfolio.errors import CommandError
from newsfolio.falsifier import Falsifier
from newsfolio.markup import table


@dataclass(frozen=True)
class Article:
    """Something published that makes claims about markets.

    `published` is the instant from which anyone could have read it, with its time zone. One
    decides at the close of the first session all of whose closes follow it. `dated_by` says how
    that instant is known where the article itself carries no date. `claims` are its statements
    about prices, to be checked. `digest` is that of the text which their places are counted in
    (`newsfolio.claims.digest_of`), `drafted_by` what drafted them where nobody wrote them.
    """

    id: str
    title: str
    publisher: str
    published: datetime
    dated_by: str = ""
    claims: tuple[Claim, ...] = field(default=(), repr=False)
    digest: str = ""
    drafted_by: str = ""

    def __post_init__(self) -> None:
        if self.published.tzinfo is None:
            raise CommandError(
                f"article {self.id}: published={self.published} has no time zone; "
                "write datetime(2025, 2, 21, 3, 30, tzinfo=UTC)"
            )

    def _repr_html_(self) -> str:
        readable = f"readable from {self.published:%Y-%m-%d %H:%M %Z}"
        about = f"{self.publisher}, {readable}{f': {self.dated_by}' if self.dated_by else ''}"
        rows = ((claim.id, claim.text) for claim in self.claims)
        return table(f"{self.title} ({self.id})", about, rows)


@dataclass(frozen=True)
class Thesis:
    """One testable statement of an article: what it says will pay, and against what.

    claims: the ids of the article's claims that it rests on. horizon: the last day on which it
    should show. falsifier: what would show that it is wrong; judged beside the verdict's rule.
    probability: how likely its author calls it that it is ahead of its control on the horizon.
    """

    id: str
    title: str
    statement: str
    article: Article
    claims: tuple[str, ...] = ()
    horizon: date | None = None
    falsifier: Falsifier | None = None
    probability: float | None = None

    def __post_init__(self) -> None:
        check_probability(self.probability, f"thesis {self.id}: probability")

    def rests_on(self) -> tuple[Claim, ...]:
        """The article's claims that it names, in the article's order."""
        return tuple(claim for claim in self.article.claims if claim.id in self.claims)
