"""`evaluation.json`: whether a thesis held up, and all that says so.

Figures are fractions; ratios are annual; dates are ISO text. A figure that is undefined is None,
and the `why` beside it says so in words that a page can show.
"""

from __future__ import annotations

from typing import NotRequired, TypedDict

from reports.contract.certificate import CertificateJson
from reports.contract.robustness import ExtremeJson, RecentJson
from reports.contract.starts import EveryStartJson, FanJson


class EstimateJson(TypedDict):
    """A figure, its 95 % interval, and why one of them is missing."""

    value: float | None
    low: float | None
    high: float | None
    why: str


class ConditionJson(TypedDict):
    """One thing that "held up" takes; `met` is None where it cannot be told."""

    name: str
    found: str
    needed: str
    met: bool | None
    asked: bool


class VerdictJson(TypedDict):
    """The headline, the sentence that says why, and the rule that it follows from."""

    word: str
    reason: str
    conditions: list[ConditionJson]
    simulated: bool


class ScoredJson(TypedDict):
    """The sessions that score: those after `divide`, none where `start` is ""."""

    divide: str
    start: str
    end: str
    sessions: int
    years: float
    reason: str


class CurveFiguresJson(TypedDict):
    """One curve over the scored sessions."""

    name: str
    label: str
    total_return: EstimateJson
    cagr: EstimateJson
    volatility: EstimateJson
    sharpe: EstimateJson
    max_drawdown: EstimateJson


class ComparisonJson(TypedDict):
    """The strategy against one alternative over the scored sessions.

    excess_always and what follows it: runs judged before every look was paid for lack them.
    """

    name: str
    role: str
    label: str
    excess: EstimateJson
    total: float | None
    sharpe_difference: EstimateJson
    p: float | None
    tracking_error: float | None
    correlation: float | None
    beta: float | None
    information: EstimateJson
    excess_always: NotRequired[EstimateJson]
    information_always: NotRequired[EstimateJson]
    worst: NotRequired[ExtremeJson]
    best: NotRequired[ExtremeJson]
    recent: NotRequired[RecentJson | None]


class SignificanceJson(TypedDict):
    """The Sharpe ratio of the difference to the control, and what luck would have made of it.

    It is deflated by the larger of trials and family, which older runs lack.
    """

    sharpe: float | None
    probabilistic: float | None
    deflated: float | None
    expected_best: float | None
    trials: int | None
    all_trials: int | None
    needed: float | None
    skew: float | None
    kurtosis: float | None
    why: str
    family: NotRequired[int | None]


class JoinedTrialsJson(TypedDict):
    """Another thesis, or a strategy without one, whose variants are counted with this one."""

    subject: str
    variants: int
    why: str


class TrialRecordJson(TypedDict):
    """What the trial ledger said when the run was judged. link: hash of its last row."""

    joined: list[JoinedTrialsJson]
    killed: int
    running: int
    since: str
    trials: int
    rows: int
    link: str
    gaps: list[str]
    chained: str
    unchained: int
    set_back: int


class FalsifiedJson(TypedDict):
    """What was to show that the thesis is wrong. met: None while its day has not come."""

    stated: str
    by: str
    until: str
    value: float | None
    met: bool | None
    sentence: str


class PowerJson(TypedDict):
    """How long an edge takes to prove, and what the record so far can prove."""

    edge: float
    needed: float
    had: float
    provable: float | None
    sentence: str
    always: NotRequired[float | None]


class BetaJson(TypedDict):
    """Exposure to one proxy. part: what it explains a year; older runs lack it."""

    name: str
    ticker: str
    beta: float
    t: float
    part: NotRequired[float | None]


class AlphaJson(TypedDict):
    """Return a year that the proxies do not explain. basis, monthly: older runs lack them."""

    alpha: EstimateJson
    t: float | None
    p: float | None
    r_squared: float | None
    lags: int | None
    betas: list[BetaJson]
    why: str
    basis: NotRequired[str]
    monthly: NotRequired[bool]


class PlaceboJson(TypedDict):
    """The same rule on other dates, or other baskets on the same dates."""

    chosen: str | None
    count: int
    real: float | None
    percentile: float | None
    independent: float | None
    decides: bool
    against: str
    why: str


class VariantJson(TypedDict):
    """One set of the thesis's grid over the scored sessions, against the control."""

    label: str
    excess: float | None
    sharpe: float | None
    chosen: bool


class OverfittingJson(TypedDict):
    """Whether the best of the grid is more than the best of many.

    pbo: pairs of blocks and probability. spa: p-values lower, consistent, upper.
    """

    variants: list[VariantJson]
    pbo: list[list[float]]
    spa: list[float] | None
    why: str


class PartJson(TypedDict):
    """What a line, or a group of lines, added: shares of the equity at the divide."""

    name: str
    local: float
    currency: float
    dividends: float
    carry: float
    fees: float
    slippage: float
    total: float


class EffectJson(TypedDict):
    """One group against the benchmark."""

    name: str
    allocation: float
    selection: float


class AttributionJson(TypedDict):
    """From gross to net, and from whom."""

    start: str
    end: str
    total: float
    cash: float
    lines: list[PartJson]
    sleeves: list[PartJson]
    countries: list[PartJson]
    currencies: list[PartJson]
    active: list[EffectJson]
    active_why: str


class StudyEventJson(TypedDict):
    """One event of a study; `why` says why it has no figure."""

    day: str
    session: str
    scored: bool
    lines: int
    sessions: int
    why: str


class StudyWindowJson(TypedDict):
    """What the events of a study did over some sessions, counted from day 0."""

    first: int
    last: int
    events: int
    context: int
    car: float | None
    error: float | None
    t: float | None
    p: float | None
    percentile: float | None
    placebos: int
    overlapping: list[str]
    missing: list[str]
    sentence: str
    why: str


class StudyJson(TypedDict):
    """An event study; `why`: there is none."""

    name: str
    basket: list[str]
    market: str
    model: str
    events: list[StudyEventJson]
    windows: list[StudyWindowJson]
    notes: list[str]
    why: str


class RegimeJson(TypedDict):
    """The strategy and its difference in a named period, or in a state of the market."""

    name: str
    first: str
    last: str
    source: str
    sessions: int
    scored: int
    own: float | None
    other: float | None
    difference: float | None
    deviations: float | None
    why: str


class RegimesJson(TypedDict):
    """Named periods, and states of the market as its benchmark told them."""

    against: str
    benchmark: str
    periods: list[RegimeJson]
    states: list[RegimeJson]
    why: str


class ShortcutJson(TypedDict):
    """What the run would have shown with one thing done as nobody could have."""

    name: str
    meaning: str
    growth: float | None
    growth_added: float | None
    excess: float | None
    excess_added: float | None
    why: str


class PhaseJson(TypedDict):
    """The same rule, decided so many sessions after each end of its period."""

    by: int
    growth: float | None
    excess: float | None


class PhasesJson(TypedDict):
    """All phases, and how far apart luck alone puts them."""

    rows: list[PhaseJson]
    low: float | None
    median: float | None
    high: float | None
    deviation: float | None
    worse: float | None
    why: str


class ShortcutsJson(TypedDict):
    """What each shortcut would have added, and the luck of the day of the month."""

    against: str
    a_year: bool
    growth: float | None
    excess: float | None
    rows: list[ShortcutJson]
    phases: PhasesJson
    why: str


class EvaluationJson(TypedDict):
    """Everything that is known about whether a thesis held up.

    studies, regimes, record, shortcuts, falsifier, starts, fan: older runs lack them. record: None
    where the ledger could not be read; shortcuts: None where nobody asked, falsifier where nobody
    stated one.
    """

    verdict: VerdictJson
    scored: ScoredJson
    figures: list[CurveFiguresJson]
    comparisons: list[ComparisonJson]
    significance: SignificanceJson
    power: PowerJson
    alpha: AlphaJson
    placebo: PlaceboJson
    overfitting: OverfittingJson
    attribution: AttributionJson | None
    certificate: CertificateJson
    block: float | None
    replications: int
    seed: int
    studies: NotRequired[list[StudyJson]]
    regimes: NotRequired[RegimesJson | None]
    shortcuts: NotRequired[ShortcutsJson | None]
    starts: NotRequired[EveryStartJson | None]
    fan: NotRequired[FanJson | None]
    record: NotRequired[TrialRecordJson | None]
    falsifier: NotRequired[FalsifiedJson | None]
