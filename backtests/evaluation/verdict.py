"""The rule that turns findings into a headline; `docs/verdict.md` says the same in words."""

from __future__ import annotations

from backtests.evaluation.placebos import ENOUGH
from backtests.evaluation.schema import (
    EDGE,
    Certificate,
    Comparison,
    Condition,
    Headline,
    Honesty,
    Placebo,
    Power,
    Role,
    Scored,
    Significance,
    Verdict,
)

LEAST = 60
"""Scored sessions, about a quarter: below, the error rates of the intervals were not measured."""

SURE = 0.95
"""Deflated Sharpe ratio (a probability) that *held up* takes."""

RARE = 0.90
"""Share of the placebos that must have done worse."""

ALIKE = 0.01
"""Annual tracking error below which two curves are the same bet."""


def judge(
    scored: Scored, comparisons: tuple[Comparison, ...], significance: Significance,
    placebo: Placebo, certificate: Certificate, power: Power, *,
    article: bool, ruined: str | None, doubts: tuple[str, ...], simulated: bool,
) -> Verdict:  # fmt: skip
    """Apply the rule. The first comparison is the one that the verdict is about.

    ruined: when the account was lost, after the divide. doubts: choices of the run for which no
    figure of it proves anything.
    """
    first = comparisons[0]
    conditions = (
        *_conditions(scored, comparisons, significance, placebo, certificate, doubts),
        Condition("Real prices", "simulated" if simulated else "real", "real", not simulated),
    )
    void = bool(doubts) or certificate.honesty is Honesty.CHEATS
    if not article:
        word, reason = (
            Headline.NONE,
            "No article: nothing follows a publication, so nothing scores.",
        )
    elif simulated:
        word, reason = Headline.SIMULATED, f"Made-up prices. On them: {_figure(first, scored)}."
    elif ruined and not void:
        word, reason = Headline.DID_NOT, f"The account was wiped out on {ruined}."
    elif all(condition.met is True for condition in conditions if condition.asked):
        word, reason = Headline.HELD_UP, f"{_figure(first, scored)}: more than luck explains."
    elif scored.sessions >= LEAST and not void and _ruled_out(first):
        word, reason = (
            Headline.DID_NOT,
            f"{_figure(first, scored)}: an edge worth having is ruled out.",
        )
    else:
        word, reason = Headline.CANNOT_TELL, _open(first, scored, conditions, power)
    return Verdict(word, reason, conditions, simulated)


def _conditions(
    scored: Scored, comparisons: tuple[Comparison, ...], significance: Significance,
    placebo: Placebo, certificate: Certificate, doubts: tuple[str, ...],
) -> tuple[Condition, ...]:  # fmt: skip
    """What *held up* takes, in the order of the rule."""
    first, *others = comparisons
    low, honesty = first.excess.low, certificate.honesty
    return (
        Condition(
            "Enough sessions", f"{scored.sessions}", f"at least {LEAST}", scored.sessions >= LEAST
        ),
        Condition(
            "Nothing chosen afterwards",
            "; ".join(doubts) or "the whole record since the article, at costs",
            "all sessions since the first decision, costs, a control that one could hold",
            not doubts,
        ),
        Condition(
            f"Ahead of {first.name}, surely",
            first.excess.why if low is None else f"interval from {percent(low)} a year",
            "interval above 0",
            None if low is None else low > 0,
        ),
        Condition(
            f"Another bet than {first.name}",
            "n/a"
            if first.tracking_error is None
            else f"{percent(first.tracking_error)} a year apart (tracking error)",
            f"at least {percent(ALIKE)}",
            None if first.tracking_error is None else first.tracking_error >= ALIKE,
        ),
        *(_ahead(other) for other in others if other.role in (Role.BENCHMARK, Role.MIX)),
        Condition(
            "Not the best of many tries",
            _deflated(significance),
            f"deflated Sharpe ratio of {SURE * 100:.0f} % or more",
            None if significance.deflated is None else significance.deflated >= SURE,
        ),
        _lucky(placebo),
        Condition(
            "No look-ahead",
            f"{honesty.value}: {certificate.reason}",
            "an honest replay, no undeclared file",
            None if honesty is Honesty.UNCHECKED else honesty is Honesty.HONEST,
        ),
    )


def percent(value: float) -> str:
    """As the pages write it, beside which it will stand."""
    return f"{value:.2%}".replace("%", " %")


def _ahead(other: Comparison) -> Condition:
    value = other.excess.value
    return Condition(
        f"Ahead of the {other.role.value}",
        other.excess.why if value is None else f"{percent(value)} a year",
        "above 0",
        None if value is None else value > 0,
    )


def _deflated(significance: Significance) -> str:
    if significance.deflated is None:
        return significance.why or "n/a"
    count = significance.trials or 1
    return f"{significance.deflated * 100:.1f} % after {count} trial{'s' if count != 1 else ''}"


def _lucky(placebo: Placebo) -> Condition:
    """Asked of a thesis that looks at its date, or picked its lines; else shown for context."""
    asked = f"at least {RARE * 100:.0f} %" if placebo.decides else "not asked: context only"
    if placebo.percentile is None or placebo.count < ENOUGH:
        few = f"{placebo.count} placebos; {ENOUGH} are needed"
        found = placebo.why if placebo.percentile is None else few
        return Condition("Better than placebos", found, asked, None, placebo.decides)
    drawn = f"{placebo.percentile * 100:.0f} % of {placebo.count} {placebo.chosen} did worse"
    met = placebo.percentile >= RARE if placebo.decides else None
    return Condition("Better than placebos", drawn, asked, met, placebo.decides)


def _ruled_out(first: Comparison) -> bool:
    """Whether the least useful edge lies above the interval of the Sharpe ratio of the difference.

    Below ALIKE of tracking error rounding to lots decides who is ahead, and nothing is told.
    """
    high, error = first.information.high, first.tracking_error
    return high is not None and error is not None and error >= ALIKE and high < EDGE


def _figure(first: Comparison, scored: Scored) -> str:
    """Excess, against what, since when."""
    value = first.excess.value if scored.sessions >= LEAST else first.total
    if value is None:
        return f"against {first.name}: {first.excess.why}"
    side = "ahead of" if value >= 0 else "behind"
    rate = "a year" if scored.sessions >= LEAST else "in all"
    text = f"{percent(abs(value))} {rate} {side} {first.name} since {scored.divide}"
    if scored.sessions < LEAST:
        return text
    if first.excess.low is None or first.excess.high is None:
        return text
    return f"{text} (95 % interval {percent(first.excess.low)} to {percent(first.excess.high)})"


def _open(
    first: Comparison, scored: Scored, conditions: tuple[Condition, ...], power: Power
) -> str:
    """Why it cannot be told, and how long it would take."""
    if not scored.sessions:
        return f"No session follows {scored.reason} in these data."
    if first.tracking_error is not None and first.tracking_error < ALIKE:
        return f"It hardly differs from {first.name}, so more time will not tell either."
    failed = [one for one in conditions if one.asked and one.met is not True]
    surely = first.excess.low is not None and first.excess.low > 0
    if surely and failed:
        names = "; ".join(f"{one.name.lower()}: {one.found}" for one in failed)
        return f"{_figure(first, scored)}, but {names}."
    return f"{_figure(first, scored)}. {power.sentence[:1].upper()}{power.sentence[1:]}."
