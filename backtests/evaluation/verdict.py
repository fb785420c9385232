"""The rule that turns findings into a headline; `docs/verdict.md` says the same in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import expm1

from backtests.evaluation.reruns.placebos import ENOUGH
from backtests.evaluation.schema import (
    EDGE,
    Certificate,
    Comparison,
    Condition,
    Estimate,
    Headline,
    Honesty,
    Placebo,
    Power,
    Role,
    Scored,
    Significance,
    Verdict,
)
from backtests.evaluation.statistics.samples import counted
from backtests.evaluation.statistics.sequential import FIRST_LOOK
from newsfolio.formatting import A_YEAR_FROM, in_total, percent

SURE = 0.95
"""Deflated Sharpe ratio (a probability) that *held up* takes."""

RARE = 0.90
"""Share of the placebos that must have done worse."""

ALIKE = 0.01
"""Annual tracking error below which two curves are the same bet."""

CONTEXT = 500
"""Sessions that show how bad or good a single one can be: in fewer, what comes once in a hundred
may have stayed away so far."""

FADED = 0.5
"""Share of what the sessions before earned below which an edge is said to have faded."""

UNCHOSEN, HONEST = "Nothing chosen afterwards", "No look-ahead"
"""Conditions without which no figure proves anything."""


@dataclass(frozen=True)
class Evidence:
    """All that the rule looks at. The first comparison is the one that the verdict is about.

    article: whether there is one. ruined: when the account was lost, after the divide. doubts:
    choices of the run for which no figure of it proves anything. simulated: on made-up prices.
    """

    scored: Scored
    comparisons: tuple[Comparison, ...]
    significance: Significance
    placebo: Placebo
    certificate: Certificate
    power: Power
    article: bool
    ruined: str | None
    doubts: tuple[str, ...]
    simulated: bool

    @property
    def first(self) -> Comparison:
        return self.comparisons[0]

    @property
    def void(self) -> bool:
        """Whether the figures, whatever they are, prove nothing."""
        return bool(self.doubts) or self.certificate.honesty is Honesty.CHEATS


def judge(evidence: Evidence) -> Verdict:
    """Apply the rule."""
    conditions = tuple(_conditions(evidence))
    word, reason = _headline(evidence, conditions)
    return Verdict(word, reason, conditions, evidence.simulated)


def _headline(evidence: Evidence, conditions: tuple[Condition, ...]) -> tuple[Headline, str]:
    figure = _figure(evidence.first, evidence.scored)
    if not evidence.article:
        return Headline.NONE, "No article: nothing follows a publication, so nothing scores."
    if evidence.simulated:
        return Headline.SIMULATED, f"Made-up prices. On them: {figure}."
    if evidence.ruined and not evidence.void:
        return Headline.DID_NOT, f"The account was wiped out on {evidence.ruined}."
    if all(condition.met is True for condition in conditions if condition.asked):
        return Headline.HELD_UP, f"{figure}: more than luck explains.{_faded(evidence.first)}"
    if not evidence.void and _ruled_out(evidence.first, evidence.scored):
        return Headline.DID_NOT, f"{figure}: an edge worth having is ruled out."
    return Headline.CANNOT_TELL, _open(evidence, conditions)


def voided(verdict: Verdict) -> str:
    """Why the figures prove nothing, however good they are; "" where they may."""
    return "; ".join(
        condition.found
        for condition in verdict.conditions
        if condition.name in (UNCHOSEN, HONEST) and condition.met is not True
    )


def _conditions(evidence: Evidence) -> Iterator[Condition]:
    """What *held up* takes, in the order of the rule."""
    first, *others = evidence.comparisons
    sessions, simulated = evidence.scored.sessions, evidence.simulated
    enough = sessions >= FIRST_LOOK
    yield Condition("Enough sessions", f"{sessions}", f"at least {FIRST_LOOK}", enough)
    yield _unselected(evidence)
    yield _surely_ahead(first, evidence.scored)
    yield _survives(first, evidence.scored)
    yield _another_bet(first)
    yield from (
        _ahead(other, evidence.scored)
        for other in others
        if other.role in (Role.BENCHMARK, Role.MIX)
    )
    yield _not_the_best_of_many(evidence.significance)
    yield _better_than_placebos(evidence.placebo)
    yield _no_look_ahead(evidence.certificate)
    yield Condition("Real prices", "simulated" if simulated else "real", "real", not simulated)


def _unselected(evidence: Evidence) -> Condition:
    doubts = evidence.doubts
    since = "since the article" if evidence.article else f"since {evidence.scored.divide}"
    return Condition(
        UNCHOSEN,
        "; ".join(doubts) or f"the whole record {since}, at costs",
        "all sessions since the first decision, costs, a control that one could hold",
        not doubts,
    )


def _surely_ahead(first: Comparison, scored: Scored) -> Condition:
    always = first.excess_always
    return Condition(
        f"Ahead of {first.name}, surely",
        always.why if always.low is None else f"at all looks from {_paced(always.low, scored)}",
        "interval of all looks above 0",
        None if always.low is None else always.low > 0,
    )


def _survives(first: Comparison, scored: Scored) -> Condition:
    worst = first.worst
    name, needed = "Survives its worst session", "98 % interval of this look above 0 after it"
    if worst.move is None or worst.bound is None:
        return Condition(name, first.excess_always.why or "n/a", needed, None)
    like = f"one more like the worst of the whole record ({percent(expm1(worst.move))})"
    unseen = f"; {_UNSEEN.format(worst.context)}" if worst.context < CONTEXT else ""
    left_over = f"{like} leaves it from {_paced(worst.bound, scored)}{unseen}"
    return Condition(name, left_over, needed, worst.bound > 0)


_UNSEEN = (
    "only {} sessions of context say how bad one can be, and no sample shows a loss that has not "
    "come yet: of made-up theses without an edge, with a crash in a hundred sessions and no "
    "context, one in ten held up at some look of five years"
)


def _another_bet(first: Comparison) -> Condition:
    error = first.tracking_error
    return Condition(
        f"Another bet than {first.name}",
        "n/a" if error is None else f"{percent(error)} a year apart (tracking error)",
        f"at least {percent(ALIKE)}",
        None if error is None else error >= ALIKE,
    )


def _ahead(other: Comparison, scored: Scored) -> Condition:
    value = other.excess.value
    return Condition(
        f"Ahead of the {other.role.value}",
        other.excess.why if value is None else _paced(value, scored),
        "above 0",
        None if value is None else value > 0,
    )


def _not_the_best_of_many(significance: Significance) -> Condition:
    deflated = significance.deflated
    return Condition(
        "Not the best of many tries",
        _deflated(significance),
        f"deflated Sharpe ratio of {percent(SURE, 0)} or more",
        None if deflated is None else deflated >= SURE,
    )


def _no_look_ahead(certificate: Certificate) -> Condition:
    honesty = certificate.honesty
    return Condition(
        HONEST,
        f"{honesty.value}: {certificate.reason}",
        "an honest replay, no undeclared file",
        None if honesty is Honesty.UNCHECKED else honesty is Honesty.HONEST,
    )


def _deflated(significance: Significance) -> str:
    if significance.deflated is None:
        return significance.why or "n/a"
    trials = counted(significance.counted or 1, "trial")
    family = significance.counted != significance.trials
    return f"{percent(significance.deflated, 1)} after {trials}{' of its family' if family else ''}"


def _better_than_placebos(placebo: Placebo) -> Condition:
    """Asked of a thesis that looks at its date, or picked its lines; else shown for context."""
    needed = f"at least {percent(RARE, 0)}" if placebo.decides else "not asked: context only"
    if placebo.percentile is None or placebo.count < ENOUGH:
        few = f"{placebo.count} placebos; {ENOUGH} are needed"
        why = placebo.why if placebo.percentile is None else few
        return Condition("Better than placebos", why, needed, None, placebo.decides)
    drawn = f"{percent(placebo.percentile, 0)} of {placebo.count} {placebo.chosen} did worse"
    met = placebo.percentile >= RARE if placebo.decides else None
    return Condition("Better than placebos", drawn, needed, met, placebo.decides)


def _ruled_out(first: Comparison, scored: Scored) -> bool:
    """Whether the least useful edge lies above the Sharpe ratio of the difference: at all looks,
    and at this one after one more session like the best.

    It takes a record, with its context, in which a rare gain would have shown itself. Below ALIKE
    of tracking error rounding to lots decides who is ahead, and nothing is told.
    """
    high, after, error = first.information_always.high, first.best.bound, first.tracking_error
    if high is None or after is None or error is None:
        return False
    long = scored.sessions >= FIRST_LOOK and scored.sessions + first.best.context >= CONTEXT
    return long and error >= ALIKE and high < EDGE and after < EDGE


def _faded(first: Comparison) -> str:
    """What is said beside "held up" where the last years earned less than what came before.

    Half of the edges that last are weaker of late, so this is a description and no test.
    """
    recent = first.recent
    if recent is None or recent.excess >= recent.before:
        return ""
    now = recent.excess
    weaker = "has faded" if now < FADED * recent.before else "is weaker of late"
    return (
        f" But the edge {'is over' if now <= 0 else weaker}: {percent(now)} a year over the last "
        f"{recent.sessions} sessions, {percent(recent.before)} before."
    )


def _figure(first: Comparison, scored: Scored) -> str:
    """Excess, against what, since when."""
    long = scored.sessions >= A_YEAR_FROM
    value = first.excess.value if long else first.total
    if value is None:
        return f"against {first.name}: {first.excess.why}"
    side = "ahead of" if value >= 0 else "behind"
    rate = "a year" if long else "in all"
    text = f"{percent(abs(value))} {rate} {side} {first.name} since {scored.divide}"
    look, always = _span(first.excess, scored), _span(first.excess_always, scored)
    if not look:
        return text
    return f"{text} (95 % interval {look}{always and f'; of all looks {always}'})"


def _span(estimate: Estimate, scored: Scored) -> str:
    """Both ends of an interval, at the pace of the figure; "" where there is none."""
    low, high = estimate.low, estimate.high
    if low is None or high is None:
        return ""
    if scored.sessions < A_YEAR_FROM:
        low, high = in_total(low, scored.years), in_total(high, scored.years)
    return f"{percent(low)} to {percent(high)}"


def _paced(a_year: float, scored: Scored) -> str:
    """Growth a year, or in all where there was not enough of a year for that."""
    if scored.sessions >= A_YEAR_FROM:
        return f"{percent(a_year)} a year"
    return f"{percent(in_total(a_year, scored.years))} in all"


def _open(evidence: Evidence, conditions: tuple[Condition, ...]) -> str:
    """Why it cannot be told, and how long it would take."""
    first, scored, power = evidence.first, evidence.scored, evidence.power
    if not scored.sessions:
        return f"No session follows {scored.reason} in these data."
    if first.tracking_error is not None and first.tracking_error < ALIKE:
        return f"It hardly differs from {first.name}, so more time will not tell either."
    failed = [
        condition for condition in conditions if condition.asked and condition.met is not True
    ]
    surely = first.excess.low is not None and first.excess.low > 0
    if surely and failed:
        names = "; ".join(f"{_unmet(condition)}: {condition.found}" for condition in failed)
        return f"{_figure(first, scored)}, but {names}."
    doubts = "; ".join(evidence.doubts)
    chosen = f" Besides, something was chosen afterwards: {doubts}." if doubts else ""
    return f"{_figure(first, scored)}. {power.sentence[:1].upper()}{power.sentence[1:]}.{chosen}"


def _unmet(condition: Condition) -> str:
    """A condition that is not met, in words that say so."""
    if condition.met is None:
        return f"it is not known whether “{condition.name.lower()}”"
    words = _UNMET.get(condition.name)
    return words or f"not {condition.name[:1].lower()}{condition.name[1:]}"


_UNMET = {
    "Enough sessions": "too few sessions",
    "Survives its worst session": "it would not survive its worst session",
    UNCHOSEN: "something was chosen afterwards",
    "Not the best of many tries": "perhaps only the best of many tries",
    HONEST: "look-ahead",
    "Real prices": "prices are not real",
}
"""What is said of conditions whose opposite is not made with a "not"."""
