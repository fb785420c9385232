"""What an evaluation finds: plain values that are saved beside a run and read by its pages.

Figures are fractions; ratios are annual; dates are ISO text. A figure that is undefined is None,
and the `why` beside it says so in words that a page can show.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from backtests.evaluation.attribution.schema import Attribution, Part
from backtests.evaluation.descriptions.schema import EveryStart, Falsified, Fan, Regimes, Shortcuts
from backtests.evaluation.event_studies.schema import Study
from backtests.evaluation.statistics.robustness import Extreme, Recent
from backtests.evaluation.trial_record import TrialCounts, TrialRecord
from reports.contract.certificate import CertificateJson
from reports.contract.evaluation import EvaluationJson

LEVEL = 0.95
"""Of every two-sided interval."""

EDGE = 0.5
"""Annual Sharpe ratio of the difference to the control from which an edge is worth having."""


class Headline(StrEnum):
    """The headline."""

    HELD_UP = "held up"
    DID_NOT = "did not hold up"
    CANNOT_TELL = "cannot tell yet"
    SIMULATED = "simulated"  # whatever the figures say, nothing happened
    NONE = "no verdict"  # there is no article, so nothing follows a publication


class Role(StrEnum):
    """What a comparison is with."""

    CONTROL = "control"
    BENCHMARK = "benchmark"
    MIX = "beta-matched mix"
    CASH = "cash"


class PlaceboKind(StrEnum):
    """What a placebo draws by lot."""

    DATES = "dates"
    BASKETS = "baskets"


@dataclass(frozen=True)
class Estimate:
    """A figure, its interval at LEVEL, and why one of them is missing."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    why: str = ""


@dataclass(frozen=True)
class Scored:
    """The sessions that score: those after `divide`, none where `start` is "".

    reason: what the divide is, e.g. "the first decision on article 003".
    """

    divide: str
    start: str
    end: str
    sessions: int
    years: float
    reason: str


@dataclass(frozen=True)
class Figures:
    """One curve over the scored sessions."""

    name: str
    label: str
    total_return: Estimate
    cagr: Estimate
    volatility: Estimate
    sharpe: Estimate
    max_drawdown: Estimate

    @classmethod
    def unknown(cls, name: str, label: str, why: str) -> Figures:
        none = Estimate(why=why)
        return cls(name, label, none, none, none, none, none)


@dataclass(frozen=True)
class Comparison:
    """The strategy against one alternative over the scored sessions.

    excess: growth ahead of it a year, (own growth / its growth) ** (1 / years) - 1.
    total: the same over all scored sessions, not annualised.
    sharpe_difference: Memmel's test; `p` is two-sided.
    beta: to the benchmark, of a mix of it and cash.
    information: annual Sharpe ratio of the difference, by which an edge worth having is ruled out.
    excess_always, information_always: with the interval that holds at all looks, not at this one.
    worst: the excess after one more session like the worst; best: the ratio after the best.
    """

    name: str
    role: Role
    label: str
    excess: Estimate
    total: float | None
    sharpe_difference: Estimate
    p: float | None
    tracking_error: float | None
    correlation: float | None
    beta: float | None = None
    information: Estimate = Estimate()
    excess_always: Estimate = Estimate()
    information_always: Estimate = Estimate()
    worst: Extreme = Extreme()
    best: Extreme = Extreme()
    recent: Recent | None = None

    @classmethod
    def unknown(
        cls, name: str, role: Role, label: str, why: str, beta: float | None = None
    ) -> Comparison:
        none = Estimate(why=why)
        return cls(
            name, role, label, none, None, none, None, None, None, beta, none, none, none
        )  # fmt: skip


@dataclass(frozen=True)
class Significance:
    """The Sharpe ratio of the difference to the control, and what luck would have made of it.

    trials: distinct variants of the thesis in the ledger, this one included; family: of all that
        are counted with it, by the day of their article or by their lines; all_trials: of all
        theses. expected_best: annual Sharpe ratio that the best of so many, of the thesis or of
        the family, whichever are more, has by luck alone.
    needed: years of record that would prove this Sharpe ratio above zero (MinTRL).
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
    why: str = ""
    family: int | None = None

    @property
    def counted(self) -> int | None:
        """The larger of thesis and family, by which it is deflated."""
        return None if self.trials is None else max(self.trials, self.family or 0)

    @classmethod
    def unknown(cls, why: str, counts: TrialCounts | None) -> Significance:
        """Only how much was tried is known."""
        tried_counts = counts or TrialCounts(None, None, None)
        return cls(
            None,
            None,
            None,
            None,
            tried_counts.thesis,
            tried_counts.everything,
            None,
            None,
            None,
            why,
            tried_counts.family,
        )


@dataclass(frozen=True)
class Power:
    """How long an annual Sharpe edge of `edge` takes to prove, and what `had` years can prove.

    needed: years at a single look; always: where every look is paid for, as the rule has it.
    """

    edge: float
    needed: float
    had: float
    provable: float | None
    sentence: str
    always: float | None = None


@dataclass(frozen=True)
class Beta:
    """Exposure to one proxy: same session and the one before it together.

    part: what it explains of the return a year beyond cash; all of them and alpha add up to it.
    """

    name: str
    ticker: str
    beta: float
    t: float
    part: float | None = None


@dataclass(frozen=True)
class Alpha:
    """Return a year that the proxies do not explain, Newey-West errors.

    basis: where the proxies come from, in words. monthly: on months, not on sessions.
    """

    alpha: Estimate
    t: float | None
    p: float | None
    r_squared: float | None
    lags: int | None
    betas: tuple[Beta, ...] = ()
    why: str = ""
    basis: str = ""
    monthly: bool = False

    @classmethod
    def unknown(cls, why: str) -> Alpha:
        return cls(Estimate(why=why), None, None, None, None, why=why)


@dataclass(frozen=True)
class Placebo:
    """The same rule on other dates, or other baskets on the same dates.

    real: excess a year of the strategy itself, run in the same way with fresh money.
    percentile: share of placebos that did worse, ties counting half.
    independent: how many windows of dates do not overlap; None for baskets.
    decides: whether the verdict asks for it. Dates: only of a rule that looks at its article, on
        lists without hindsight, with ten windows or more that do not overlap.
    """

    chosen: PlaceboKind | None
    count: int
    real: float | None
    percentile: float | None
    independent: float | None
    decides: bool
    against: str
    why: str = ""

    @classmethod
    def unknown(cls, why: str, *, decides: bool = False) -> Placebo:
        return cls(None, 0, None, None, None, decides, "", why)


@dataclass(frozen=True)
class Variant:
    """One set of the thesis's grid over the scored sessions, against the control."""

    label: str
    excess: float | None
    sharpe: float | None
    chosen: bool


@dataclass(frozen=True)
class Overfitting:
    """Whether the best of the grid is more than the best of many.

    pbo: probability of backtest overfitting by number of blocks; never read one of them alone.
    spa: Hansen's p-values lower, consistent, upper: is no variant better than the control?
    """

    variants: tuple[Variant, ...]
    pbo: tuple[tuple[int, float], ...]
    spa: tuple[float, float, float] | None
    why: str = ""

    @classmethod
    def unknown(cls, why: str, variants: tuple[Variant, ...] = ()) -> Overfitting:
        return cls(variants, (), None, why)


class Honesty(StrEnum):
    """What the look-ahead certificate says."""

    HONEST = "honest"
    CHEATS = "cheats"
    UNCERTIFIABLE = "not certifiable"
    UNCHECKED = "not checked"


@dataclass(frozen=True)
class ChangedDecision:
    """A decision that changed when it should not have."""

    replay: str
    session: str
    ticker: str
    before: float
    after: float


@dataclass(frozen=True)
class Certificate:
    """What the replays found. `seen`: data files, connections and processes that were opened."""

    honesty: Honesty
    reason: str
    replays: int = 0
    decisions: int = 0
    changes: tuple[ChangedDecision, ...] = ()
    seen: tuple[str, ...] = ()
    declared: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<{self.honesty.value}: {self.reason}>" if self.reason else self.honesty.value

    def as_json(self) -> CertificateJson:
        return as_json(self)  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Condition:
    """One thing that *held up* takes; None where it cannot be told, which is not enough.

    asked: False where it does not apply to this thesis and is shown for context.
    """

    name: str
    found: str
    needed: str
    met: bool | None
    asked: bool = True


@dataclass(frozen=True)
class Verdict:
    """The headline, the sentence that says why, and the rule it follows from."""

    word: Headline
    reason: str
    conditions: tuple[Condition, ...]
    simulated: bool


@dataclass(frozen=True)
class Evaluation:
    """Everything that is known about whether a thesis held up."""

    verdict: Verdict
    scored: Scored
    figures: tuple[Figures, ...]
    comparisons: tuple[Comparison, ...]
    significance: Significance
    power: Power
    alpha: Alpha
    placebo: Placebo
    overfitting: Overfitting
    attribution: Attribution | None
    certificate: Certificate
    block: float | None
    replications: int
    seed: int
    studies: tuple[Study, ...] = ()
    regimes: Regimes | None = None
    shortcuts: Shortcuts | None = None
    starts: EveryStart | None = None
    fan: Fan | None = None
    record: TrialRecord | None = None
    falsifier: Falsified | None = None

    def as_json(self) -> EvaluationJson:
        """Nested dicts and lists, NaN as None, each part's total beside its pieces."""
        return as_json(self)  # type: ignore[no-any-return]


def as_json(value: object) -> Any:
    """A finding, or anything made of them, as the values of its type in `reports/contract/`."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in dataclasses.fields(value)]
        fields = {name: as_json(getattr(value, name)) for name in names}
        return {**fields, "total": value.total} if isinstance(value, Part) else fields
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): as_json(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return [as_json(part) for part in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value
