"""`scoreboard --json` and its page: all theses side by side, and how much of it is luck."""

from __future__ import annotations

from typing import TypedDict

from reports.contract.manifest import VerdictLineJson


class ScoredThesisJson(TypedDict):
    """What a thesis says. shipped: it came with newsfolio; "" is not known."""

    id: str
    title: str
    strategy: str
    label: str
    article: str
    publisher: str
    published: str
    shipped: bool


class StatedJson(TypedDict):
    """What its author said before it was run: "", None is nothing.

    earlier: variants of the thesis, or of its article's day, that had been tried by then.
    """

    frozen: str
    earlier: int
    horizon: str
    falsifier: str
    probability: float | None


class LookJson(TypedDict):
    """The verdict on real prices that saw most: of two with the same last day the later.

    until: the last day that it saw. looks: so many verdicts saw different last days.
    """

    verdict: VerdictLineJson
    run: str
    at: str
    until: str
    looks: int


class ScoreJson(TypedDict):
    """One thesis by one strategy; every variant of it that was frozen has a row.

    look: None where nobody has judged it. variants: tried of the thesis, by the ledger; tries: of
    how many of its family it may be the best, those with a row of their own left out, and of a
    frozen rule those up to it. p: one-sided, of no growth ahead
    of the control, as the interval tells it, that of "all looks" or of "one look" (p_of); adjusted:
    after the tries (Bonferroni) and all others of the board (Benjamini and Hochberg); news: that is
    small enough. due: the horizon, or when the record will be long enough; why_due: which of them.
    open: nothing is decided.
    """

    thesis: ScoredThesisJson
    stated: StatedJson | None
    look: LookJson | None
    variants: int
    tries: int
    p: float | None
    p_of: str
    adjusted: float | None
    news: bool
    due: str
    why_due: str
    open: bool


class ScoreboardJson(TypedDict):
    """All theses. tested: those with a p-value; rate: up to which share of the news may be false.

    lucky: how many intervals would lie above zero if no thesis had an edge.
    """

    rows: list[ScoreJson]
    counts: dict[str, int]
    tested: int
    rate: float
    lucky: float
    news: int
    conclusion: str
    ledger: str
    today: str
