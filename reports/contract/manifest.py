"""`manifest.json`: what was run on what, with which assumptions, and the figures.

Figures are fractions, dates are ISO text, and what is not known is None.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypeAlias, TypedDict

Json: TypeAlias = str | int | float | bool | Sequence["Json"] | Mapping[str, "Json"] | None
"""A value whose shape its author chose, such as a parameter."""

FiguresByName: TypeAlias = Mapping[str, float | None]
"""Headline figures of one curve by their key in `reports.tables.headline.FIGURES`."""


class SleeveJson(TypedDict):
    """A list of lines, and what is known to be hindsight in it."""

    sleeve: str
    lines: list[str]
    hindsight: str


class StrategyJson(TypedDict):
    """A strategy as data. `code`: the hash of its file."""

    name: str
    label: str
    address: str
    doc: str
    parameters: Mapping[str, Json]
    universe: list[SleeveJson]
    schedule: str
    code: str


class ArticleJson(TypedDict):
    """What a thesis was read in."""

    id: str
    title: str
    publisher: str
    published: str
    dated_by: str


class ClaimJson(TypedDict):
    """A claim of the article as a table shows it.

    sentence: the reading that decides in a line; others: the rest, a line each. sure: its interval,
    "" of a single fact. due: the day after which it is judged for good, "" for none. probability:
    as the article puts it, in the words of probability_of. digest: of what was measured. Earlier
    builds said no more than the sentence, of all readings.
    """

    id: str
    text: str
    claimed: str
    measured: str
    verdict: str
    sentence: str
    window: NotRequired[str]
    sure: NotRequired[str]
    others: NotRequired[list[str]]
    due: NotRequired[str]
    probability: NotRequired[float | None]
    probability_of: NotRequired[str]
    quoted: NotRequired[str]
    subject: NotRequired[str]
    digest: NotRequired[str]


class BareThesisJson(TypedDict):
    """A thesis as its author states it."""

    id: str
    title: str
    statement: str
    article: ArticleJson


class ThesisJson(BareThesisJson):
    """A thesis in a run; None where its article cannot be acted on.

    scored_from: see `reports.record.scoring`, which knows where the score of this run begins.
    others: of a strategy of strategies, the articles of its legs that are not judged, in words.
    """

    first_decision: str | None
    scored_from: str | None
    claims: NotRequired[list[ClaimJson]]
    others: NotRequired[list[str]]


ScoringJson = TypedDict("ScoringJson", {"divide": str | None, "from": str | None})
"""The session after which a thesis scores, and the first that does; None where there is none."""


class ScoredCurveJson(TypedDict):
    """One curve over the sessions that score; cagr is None below 90 of them."""

    total_return: float | None
    cagr: float | None
    max_drawdown: float | None


class ScoredFiguresJson(TypedDict):
    """Strategy, benchmark and controls over the sessions after the divide, by name."""

    divide: str
    end: str
    sessions: int
    years: float
    curves: Mapping[str, ScoredCurveJson]


class DataJson(TypedDict):
    """Where prices came from."""

    source: str
    snapshot: str
    simulated: bool


class WindowJson(TypedDict):
    """The sessions of a run."""

    start: str
    end: str
    sessions: int
    years: float


class DryJson(TypedDict):
    """A withdrawal that would have left nothing, which ended the run; money in base currency."""

    session: str
    withdrawal: float
    equity: float


class SettingsJson(TypedDict):
    """How a run was made: the choices of whoever ran it."""

    start: str | None
    end: str | None
    cash: float
    currency: str
    benchmark: str | None
    engine: str
    dividends: str
    withholding: str
    funding: str
    costs: str | Mapping[str, Json]
    lots: str
    fx: str
    impact: float
    participation: float | None
    credit_spread: float
    tolerance: float
    cash_rate: NotRequired[str | None]
    flows: NotRequired[list[str]]
    limits: NotRequired[Mapping[str, Json]]


class BenchmarkJson(TypedDict):
    """What a run is measured against. `traded`: bought at costs, not read as a level."""

    label: str
    traded: bool


class FindingJson(TypedDict):
    """A doubt about the prices of one line. `share`: of the average portfolio, in that line."""

    severity: str
    ticker: str
    rule: str
    told: str
    remedy: str
    days: list[str]
    count: int
    share: float


class CreditJson(TypedDict):
    """The largest debt of a run, when, and what it came from."""

    largest: float
    session: str
    why: str


class ExplainedJson(TypedDict):
    """What stood behind the last decision, as a table of the strategy's author."""

    day: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str | float]]


class LegJson(TypedDict):
    """A row of what the legs of a strategy of strategies came to, in the one account.

    kind: "leg"; "moves" of a parent, between its legs and of its own lines; "netting"; "rest", what
    lots, cash and the hours between decisions and fills make; "whole". depth: of the parent. share:
    mean of equity. total: return of the leg's own account. earned, costs: base currency.
    turnover: one-way, a year.
    """

    kind: str
    name: str
    depth: int
    decisions: int | None
    share: float | None
    total: float | None
    earned: float | None
    turnover: float | None
    costs: float | None


class HorizonJson(TypedDict):
    """What became of a thesis on the day that its author stated; "" where there is none."""

    horizon: NotRequired[str]
    ahead: NotRequired[bool | None]
    at_horizon: NotRequired[float | None]
    probability: NotRequired[float | None]


class VerdictLineJson(HorizonJson):
    """The verdict as lists of runs show it; `since` is the divide.

    excess, low, high: growth a year, None below 90 sessions. total: the excess over all of them.
    trials, family: variants of the thesis, and of all that are counted with it, joined, each with
    its reason; None where the ledger could not be read. gaps: what is wrong with the ledger.
    low_always, high_always: of the interval that holds at all looks. void: why none of it proves
    anything: chosen afterwards, or not certified. horizon: a day that the thesis states. ahead:
    whether it was ahead of its control on that day, at_horizon by how much; None until then.
    probability: as its author stated it.
    Earlier builds did not say total and what follows it.
    """

    word: str
    reason: str
    against: str
    excess: float | None
    low: float | None
    high: float | None
    total: NotRequired[float | None]
    since: str
    sessions: int
    trials: NotRequired[int | None]
    family: NotRequired[int | None]
    joined: NotRequired[list[str]]
    gaps: NotRequired[list[str]]
    low_always: NotRequired[float | None]
    high_always: NotRequired[float | None]
    void: NotRequired[str]


class FrozenJson(TypedDict):
    """A rule that was written down. changed: what is another in this run, in words.

    at: UTC. row: of the ledger. earlier: variants of its family that had been tried by then. after:
    sessions that score and came later. times: rules of the thesis that were frozen. probability:
    that it holds up, as its author saw it.
    """

    at: str
    row: int
    hash: str
    earlier: int
    after: int
    times: int
    changed: list[str]
    horizon: str | None
    falsifier: str | None
    probability: float | None


class MembershipJson(TypedDict):
    """Of a sleeve by date, who was a member in the run and who of them has prices.

    share: of member days without a price; worst: of one day's members, on worst_day. empty:
    sessions without any member.
    """

    sleeve: str
    members: int
    priced: int
    missing: list[str]
    share: float
    worst: float
    worst_day: str
    empty: int


class ManifestJson(TypedDict):
    """Everything about a run that is not a table.

    scored, scored_figures, labels, names, findings, explained, memberships, unallocated, gross,
    frozen: older runs lack them. names: of companies and funds, by ticker. scored_figures: None
    without an article. memberships: of sleeves by date. unallocated: what whole lots left in cash,
    or why nothing was filled. gross: where more was held than the strategy may. frozen: None where
    the rule was not. verdict: where it was evaluated. lookahead: of a plain backtrader strategy,
    what a page says at its top of that, "" for nothing. legs: of a strategy that holds strategies.
    """

    format: int
    id: str
    strategy: StrategyJson
    thesis: ThesisJson | None
    scored: NotRequired[ScoringJson]
    scored_figures: NotRequired[ScoredFiguresJson | None]
    engine: str
    verified: bool
    data: DataJson
    window: WindowJson
    settings: SettingsJson
    benchmark: BenchmarkJson | None
    controls: list[str]
    labels: NotRequired[Mapping[str, str]]
    assumptions: list[str]
    notes: list[str]
    memberships: NotRequired[list[MembershipJson]]
    unallocated: NotRequired[list[str]]
    gross: NotRequired[list[str]]
    findings: NotRequired[list[FindingJson]]
    credit: CreditJson | None
    names: NotRequired[Mapping[str, str]]
    waiting: Sequence[Sequence[str | float]]
    lapsed: int
    explained: NotRequired[ExplainedJson | None]
    legs: NotRequired[list[LegJson]]
    ruined: str | None
    dry: NotRequired[DryJson]
    frozen: NotRequired[FrozenJson | None]
    lookahead: NotRequired[str]
    metrics: Mapping[str, FiguresByName]
    versions: Mapping[str, str]
    seed: Json
    verdict: NotRequired[VerdictLineJson]
