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
    open: nothing is decided. probability: that it is ahead of its control on its horizon, as its
    author stated it; right: whether it was, None until then.
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
    probability: float | None
    right: bool | None


class RecordedClaimJson(TypedDict):
    """A claim of a checked article. horizon: how far ahead of publication its day lies, in words.

    right: whether it came as the article has it; None while that is open or cannot be told.
    foreseen: its day came after publication; otherwise it reports. page: where its row stands.
    """

    article: str
    id: str
    text: str
    publisher: str
    published: str
    quoted: str
    subject: str
    horizon: str
    due: str
    probability: float | None
    probability_of: str
    foreseen: bool
    verdict: str
    right: bool | None
    sentence: str


class TallyJson(TypedDict):
    """How many were right of those that were judged; low, high: Clopper and Pearson's at 95 %."""

    judged: int
    hits: int
    rate: float | None
    low: float | None
    high: float | None


class HitRateJson(TypedDict):
    """Hits of what has one value in common. by: publisher, person quoted, subject, horizon, ...

    foreseen, reported: apart, for whoever reports yesterday's close is right more often.
    """

    by: str
    name: str
    foreseen: TallyJson
    reported: TallyJson
    open: int
    next_due: str


class ReliabilityBinJson(TypedDict):
    """Forecasts of about the same probability, and how often they came, with its interval."""

    mean: float
    count: int
    came: int
    rate: float
    low: float
    high: float


class CalibrationJson(TypedDict):
    """How far stated probabilities lie from what came; brier is None without any.

    base: the score of whoever always says the share that came.
    """

    count: int
    theses: int
    brier: float | None
    base: float | None
    bins: list[ReliabilityBinJson]


class FallsDueJson(TypedDict):
    """A claim or a thesis that is open, and its day; overdue: that is over."""

    day: str
    kind: str
    id: str
    text: str
    who: str
    overdue: bool


class TrackRecordJson(TypedDict):
    """Who was right: claims of all articles that were checked on real prices.

    untestable: so many that no series at hand tells, which count for nobody. damaged: names of
    files that could not be read.
    """

    claims: list[RecordedClaimJson]
    rates: list[HitRateJson]
    calibration: CalibrationJson
    due: list[FallsDueJson]
    articles: int
    untestable: int
    damaged: list[str]


class ScoreboardJson(TypedDict):
    """All theses. tested: those with a p-value; rate: up to which share of the news may be false.

    lucky: how many intervals would lie above zero if no thesis had an edge. record: who was right.
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
    record: TrackRecordJson
