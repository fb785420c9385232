"""What a draft is made of: claims with what is left for a person, and the article around them."""

from __future__ import annotations

from dataclasses import dataclass

from drafts.documents.document import Document
from newsfolio.claims import Claim, Place, Reading
from newsfolio.thesis import Article

UNKNOWN = "unknown"
"""What a draft calls a title or a publisher that the text does not name."""


@dataclass(frozen=True)
class DraftedClaim:
    """A claim, and what a person has to look at.

    undecided: readings that would measure it once a person has decided; the claim is untestable
    until then. lines: all tickers it is about. todo: what to decide, a line each. ahead: whether
    it speaks of what was still to come. dated: whether the window of its readings is known; else
    it is to be decided. drafter: the plug-in that proposed it, "" for our rules.
    """

    claim: Claim
    lines: tuple[str, ...] = ()
    undecided: tuple[Reading, ...] = ()
    todo: tuple[str, ...] = ()
    ahead: bool = False
    dated: bool = True
    drafter: str = ""

    @property
    def place(self) -> Place:
        """Where the text states it; a drafted claim has one."""
        if self.claim.place is None:
            raise ValueError(f"claim {self.claim.id} has no place")
        return self.claim.place

    @property
    def readings(self) -> tuple[Reading, ...]:
        """Those that measure it, or would."""
        return self.claim.stated or self.undecided


@dataclass(frozen=True)
class ArticleDraft:
    """An article's claims and theses as they were drafted. notes: what was left out, and why."""

    document: Document
    article: Article
    claims: tuple[DraftedClaim, ...]
    sentences: int
    notes: tuple[str, ...] = ()
