"""Black-Litterman: a neutral portfolio that leans as far as a table of views deserves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import fsum, isfinite
from typing import TYPE_CHECKING

from newsfolio.errors import StrategyError
from newsfolio.optimisers import (
    TO_INSTALL,
    known_returns,
    require_full_rank,
    sessions_a_year,
    solved,
    tidied,
)

if TYPE_CHECKING:
    from newsfolio.optimisers import Floats
    from newsfolio.portfolios import Weights
    from newsfolio.view import View

METHOD = "black_litterman"

DAYS_A_MONTH = 365.25 / 12

TAU = 0.05
"""How uncertain the prior is, as a share of the covariance; the posterior returns do not need it
where confidences are given."""

PERCENT = 100.0
"""Returns are fitted in percent: the solver stops too early on small numbers."""


@dataclass(frozen=True)
class Opinion:
    """A row of a table of views: a return of `asset` over `months`, or its excess over `against`.

    size: of the whole horizon, a fraction. confidence: 0 to 1, by Idzorek's method.
    """

    known: date
    asset: str
    against: str
    size: float
    months: float
    confidence: float

    @property
    def until(self) -> date:
        """The last day of its horizon."""
        return self.known + timedelta(days=round(self.months * DAYS_A_MONTH))

    @property
    def lines(self) -> tuple[str, ...]:
        return (self.asset, self.against) if self.against else (self.asset,)


def black_litterman(
    view: View, neutral: Weights, views: str, lookback: int, block: int = 5,
    risk_aversion: float = 2.5,
) -> dict[str, float]:  # fmt: skip
    """A neutral portfolio moved by the live rows of a table of facts, each by its confidence.

    neutral: of any lines, long only. Its own expected returns, those for which it would be best at
    this risk aversion, are the prior; the answer has the highest posterior return less half the
    aversion times the variance.
    views: a declared table with text columns `asset` and `against` ("": none), number columns
    `size`, `months` and `confidence`. A row counts from its day until its months are over, and is
    a rate: its size spread evenly over them. Without a live row the answer is `neutral`.
    lookback, block: as for `minimum_variance`.
    """
    if not (risk_aversion > 0 and isfinite(risk_aversion)):
        raise StrategyError(f"{METHOD}(risk_aversion={risk_aversion!r}): give a number above 0")
    held = {line: float(weight) for line, weight in dict(neutral).items() if weight}
    below = [line for line, weight in held.items() if not weight > 0]
    if below or not held:
        what = f"holds {held[below[0]]:g} of {below[0]}" if below else "is empty"
        raise StrategyError(f"{METHOD}: the neutral portfolio {what}; give weights above 0")
    return view.once(_moved, tuple(held.items()), views, lookback, block, risk_aversion)


def _moved(
    view: View, neutral: tuple[tuple[str, float], ...], views: str, lookback: int, block: int,
    risk_aversion: float,
) -> dict[str, float]:  # fmt: skip
    held = dict(neutral)
    live = _live(view, views, held)
    if not live:
        return held
    there, returns = known_returns(view, METHOD, tuple(held), lookback, block)
    speaking = [opinion for opinion in live if set(opinion.lines) <= set(there)]
    for opinion in live:
        if opinion not in speaking:
            view.note(f"{METHOD}: the view on {' over '.join(opinion.lines)} waits for its past")
    if not speaking:
        return held
    require_full_rank(view, METHOD, there, returns)
    month = sessions_a_year(view) / 12
    picks = _equations(there, speaking, block / month)
    fit = _fit_of([held[line] for line in there], picks, risk_aversion)
    weights, why = solved(lambda: fit(PERCENT * returns))
    if weights is None:
        view.note(f"{METHOD}: the solver failed ({why}); the neutral portfolio was held instead")
        return held
    if why:
        view.note(f"{METHOD}: {why}; its answer was held all the same")
    total = fsum(held.values())
    return {line: weight * total for line, weight in tidied(there, weights).items()}


Equations = tuple[list[str], list[float]]
"""Views in skfolio's words, and how far to trust each."""


def _equations(there: tuple[str, ...], live: list[Opinion], months: float) -> Equations:
    """Percent a block, each being so many months long; lines by their place.

    Names such as BTC-USD would be read as sums.
    """
    words = {line: f"L{place}" for place, line in enumerate(there)}
    texts = [
        f"{' - '.join(words[line] for line in opinion.lines)} == "
        f"{PERCENT * opinion.size * months / opinion.months:.12f}"
        for opinion in live
    ]
    return texts, [opinion.confidence for opinion in live]


def _fit_of(
    prior: list[float], equations: Equations, risk_aversion: float
) -> Callable[[Floats], Floats]:
    """skfolio's estimator: returns in, weights out."""
    import numpy as np
    import pandas as pd

    try:
        from skfolio.moments import EquilibriumMu  # type: ignore[import-untyped]
        from skfolio.optimization import (  # type: ignore[import-untyped]
            MeanRisk,
            ObjectiveFunction,
        )
        from skfolio.prior import BlackLitterman, EmpiricalPrior  # type: ignore[import-untyped]
    except ImportError as error:
        raise StrategyError(f"{METHOD} {TO_INSTALL}") from error
    neutral, aversion = np.array(prior), risk_aversion / PERCENT
    posterior = BlackLitterman(
        views=equations[0],
        view_confidences=np.array(equations[1]),
        prior_estimator=EmpiricalPrior(
            mu_estimator=EquilibriumMu(risk_aversion=aversion, weights=neutral / neutral.sum())
        ),
        tau=TAU,
    )
    # the posterior covariance is (1 + tau) times the prior's where no view speaks, so this is the
    # aversion at which views without confidence leave the neutral portfolio as it is
    best = MeanRisk(
        objective_function=ObjectiveFunction.MAXIMIZE_UTILITY,
        risk_aversion=aversion / 2 / (1 + TAU),
        prior_estimator=posterior,
    )
    words = [f"L{place}" for place in range(len(prior))]
    return lambda returns: best.fit(pd.DataFrame(returns, columns=words)).weights_


def _live(view: View, views: str, neutral: Mapping[str, float]) -> list[Opinion]:
    """The rows whose horizon is not over; one with a blank figure or no confidence says nothing."""
    table = view.arrays.facts(views)
    names = ("known", "asset", "against", "size", "months", "confidence")
    lacking = [name for name in names if name not in table]
    if lacking:
        raise StrategyError(
            f"{METHOD}: the table {views} has no column {lacking[0]}; declare Facts({views!r}, "
            'text=("asset", "against"), columns=("size", "months", "confidence"))'
        )
    rows = zip(*(table[name].tolist() for name in names), strict=True)
    opinions = [Opinion(*row) for row in rows if all(map(isfinite, row[3:])) and row[-1]]
    for opinion in opinions:
        _require_usable(opinion, views, neutral)
    return [opinion for opinion in opinions if opinion.until >= view.today]


def _require_usable(opinion: Opinion, views: str, neutral: Mapping[str, float]) -> None:
    strange = [line for line in opinion.lines if line not in neutral]
    where = f"{METHOD}: the row of {opinion.known} in {views}"
    if strange:
        raise StrategyError(
            f"{where} speaks of {strange[0]!r}, which the neutral portfolio does not hold; give it "
            "a weight there, or leave the row out"
        )
    if opinion.months <= 0 or not 0 <= opinion.confidence <= 1:
        raise StrategyError(f"{where} needs months above 0 and a confidence of 0 to 1")
