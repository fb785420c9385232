"""An evaluation made by hand, to make pages from."""

from __future__ import annotations

import math
from typing import Any

from backtests.evaluation.attribution.schema import Attribution, Effect, Part
from backtests.evaluation.schema import (
    Alpha,
    Beta,
    Certificate,
    ChangedDecision,
    Comparison,
    Condition,
    Estimate,
    Evaluation,
    Figures,
    Headline,
    Honesty,
    Overfitting,
    Placebo,
    PlaceboKind,
    Power,
    Role,
    Scored,
    Significance,
    Variant,
    Verdict,
)

VERDICT = Verdict(
    Headline.CANNOT_TELL,
    "3.1% a year ahead of half and half. 25 months; an edge of 0.5 takes 11 years",
    (
        Condition("Enough sessions", "351", "at least 126", True),
        Condition("Ahead of half and half, surely", "from -4.0%", "above 0", False),
        Condition("Better than placebos", "12 only", "at least 90%", None),
    ),
    False,
)
SCORED = Scored(
    "2020-02-21", "2020-02-24", "2021-06-29", 351, 1.35, "the first decision on article 003"
)
CERTIFICATE = Certificate(
    Honesty.CHEATS,
    "a decision changed",
    12,
    30,
    (ChangedDecision("future cut at 2020-03-02", "2020-03-02", "BABA", 0.5, 0.2),),
    ("prices.csv",),
)
OVERFITTING = Overfitting(
    tuple(Variant(f"ramp={n}", n / 100 - 0.02, 0.1 * n, n == 2) for n in range(5)),
    ((4, 0.5), (8, 0.45)),
    (0.2, 0.3, 0.4),
)


def usual_evaluation(**changed: Any) -> Evaluation:
    """An evaluation with everything known; `changed` replaces its fields."""
    sentence = "16 months; proving a Sharpe edge of 0.5 takes 11 years"
    betas = (Beta("US", "SPY", 0.4, 3.1),)
    values: dict[str, Any] = {
        "verdict": VERDICT,
        "scored": SCORED,
        "figures": (
            curve_figures("strategy", "east-rising(ramp=20)"),
            curve_figures("half and half", "half"),
            curve_figures("benchmark", "ACWI"),
        ),
        "comparisons": comparisons(),
        "significance": Significance(0.3, 0.7, 0.6, 0.4, 7, 40, 30.0, -0.2, 4.1),
        "power": Power(0.5, 10.9, 1.35, 1.4, sentence),
        "alpha": Alpha(Estimate(0.02, -0.1, 0.14), 0.4, 0.69, 0.62, 5, betas),
        "placebo": Placebo(PlaceboKind.DATES, 40, 0.03, 0.6, 4.2, True, "half and half"),
        "overfitting": OVERFITTING,
        "attribution": attribution(),
        "certificate": CERTIFICATE,
        "block": 6.5,
        "replications": 2000,
        "seed": 0,
        **changed,
    }
    return Evaluation(**values)


def curve_figures(name: str, label: str) -> Figures:
    return Figures(
        name,
        label,
        total_return=Estimate(0.11, -0.2, 0.5),
        cagr=Estimate(0.08, -0.15, 0.35),
        volatility=Estimate(0.21, 0.18, 0.24),
        sharpe=Estimate(0.4, -0.9, 1.7),
        max_drawdown=Estimate(-0.17),
    )


def comparisons() -> tuple[Comparison, ...]:
    """With the control, and with a benchmark of which little can be told."""
    return (
        Comparison(
            "half and half",
            Role.CONTROL,
            "half",
            excess=Estimate(0.031, -0.04, 0.105),
            total=0.04,
            sharpe_difference=Estimate(0.2, -0.5, 0.9),
            p=0.412,
            tracking_error=0.09,
            correlation=0.81,
            excess_always=Estimate(0.031, -0.09, 0.167),
        ),
        Comparison(
            "benchmark",
            Role.BENCHMARK,
            "ACWI",
            excess=Estimate(-0.012, -0.2, 0.2),
            total=-0.02,
            sharpe_difference=Estimate(why="351 sessions, 400 are needed"),
            p=None,
            tracking_error=None,
            correlation=None,
        ),
    )


def part(name: str, local: float) -> Part:
    return Part(name, local, 0.002, 0.001, -0.0005, -0.001, -0.0015)


def attribution() -> Attribution:
    """Two lines, which are all groups too, and interest."""
    parts, interest = (part("0700.HK", 0.04), part("BABA", -0.01)), 0.003
    return Attribution(
        "2020-02-21",
        "2021-06-29",
        math.fsum(part.total for part in parts) + interest,
        interest,
        lines=parts,
        sleeves=parts,
        countries=parts,
        currencies=parts,
        active=(Effect("Ten", 0.01, -0.004),),
    )
