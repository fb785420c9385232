"""Portfolios that an optimiser finds from returns that are known: skfolio's, a word each.

All of them are long only and add up to 1. What a line, a past or a solver lacks, and what was done
instead, stands in the notes of the run.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from math import fsum, isfinite, sqrt
from typing import TYPE_CHECKING, TypeAlias

from newsfolio.blame import said_by
from newsfolio.errors import StrategyError
from newsfolio.portfolios import Part, Weights, tickers_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from newsfolio.view import View

    Floats: TypeAlias = NDArray[np.float64]

DUST = 1e-6
"""A weight below it is what a solver leaves over."""

ALIKE = 1e-10
"""An eigenvalue of the correlations below it is none: some lines follow from the others."""

DAYS_A_YEAR = 365.25

TO_INSTALL = "needs skfolio. Install it: pip install 'skfolio>=1.12'"


def minimum_variance(
    view: View, lines: Part | Iterable[Part], lookback: int, block: int = 1
) -> dict[str, float]:
    """The weights with the least variance over the last `lookback` sessions.

    block: sessions of one return; 5 where venues close 12 hours apart, whose lines look unrelated
    day by day.
    """
    return view.once(_optimised, "minimum_variance", lines_of(lines), lookback, block)


def equal_risk_contribution(
    view: View, lines: Part | Iterable[Part], lookback: int, block: int = 1
) -> dict[str, float]:
    """The weights w of which each line has the same part w_i (S w)_i of the variance w' S w.

    lookback, block: as for `minimum_variance`. Maillard, Roncalli and Teiletche (2010).
    """
    return view.once(_optimised, "equal_risk_contribution", lines_of(lines), lookback, block)


def hierarchical_risk_parity(
    view: View, lines: Part | Iterable[Part], lookback: int, block: int = 1
) -> dict[str, float]:
    """Weights by inverse variance down a tree of lines that move together.

    lookback, block: as for `minimum_variance`. López de Prado (2016), with Ward's linkage, as
    skfolio has it; his own is the single one.
    """
    return view.once(_optimised, "hierarchical_risk_parity", lines_of(lines), lookback, block)


def target_volatility(
    view: View, weights: Weights, volatility: float, lookback: int, most: float = 1.0
) -> dict[str, float]:
    """A portfolio scaled to a volatility a year, as it would have had over the last sessions.

    most: what the weights may add up to; what is left is cash. Above 1 the strategy declares as
    much with `max_gross`. A line with too short a past is taken to be like the rest.
    """
    if not (volatility > 0 and isfinite(volatility) and most > 0):
        raise StrategyError(
            f"target_volatility(volatility={volatility!r}, most={most!r}): give numbers above 0, "
            "as 0.1 for 10 % a year"
        )
    held = {line: float(weight) for line, weight in dict(weights).items() if weight}
    gross = fsum(map(abs, held.values()))
    if not held or not isfinite(gross):
        return held
    had = view.once(_volatility, tuple(held.items()), lookback)
    scale = min(volatility / had, most / gross) if had else most / gross
    return {line: weight * scale for line, weight in held.items()}


def _optimised(
    view: View, method: str, lines: tuple[str, ...], lookback: int, block: int
) -> dict[str, float]:
    there, returns = known_returns(view, method, lines, lookback, block)
    if len(there) < 2:
        return _too_few(view, method, lines)
    require_full_rank(view, method, there, returns)
    fit = _fit_of(method)
    scaled = returns / returns.std(axis=0).min()  # on small numbers solvers stop too early
    weights, why = solved(lambda: fit(scaled))
    if weights is None:
        view.note(f"{method}: the solver failed ({why}); equal parts were held instead")
        return dict.fromkeys(there, 1 / len(there))
    if why:
        view.note(f"{method}: {why}; its answer was held all the same")
    return tidied(there, weights)


def _too_few(view: View, method: str, lines: tuple[str, ...]) -> dict[str, float]:
    usable = tuple(line for line in lines if line in view.usable)
    what = "equal parts of what can be held were" if usable else "nothing was"
    view.note(f"{method}: fewer than two lines have a past that is long enough; {what} held")
    return dict.fromkeys(usable, 1 / max(1, len(usable)))


def _volatility(view: View, held: tuple[tuple[str, float], ...], lookback: int) -> float:
    """A year's standard deviation (n - 1) of a portfolio; 0 where nothing of it has a past."""
    import numpy as np

    if not (int(lookback) == lookback >= 2):
        raise StrategyError(
            f"target_volatility(lookback={lookback!r}): give a whole number of at least 2"
        )
    lines, weights = zip(*held, strict=True)
    returns = view.arrays.returns(lines, int(lookback))
    whole = ~np.isnan(returns).any(axis=0)
    shares = np.abs(np.array(weights))
    if not shares[whole].sum():
        view.note(f"target_volatility: nothing held has {lookback} sessions; it was not scaled")
        return 0.0
    for line in np.array(lines)[~whole].tolist():
        view.note(f"target_volatility took {line}, which has no {lookback} sessions, as the rest")
    rest = shares.sum() / shares[whole].sum()
    daily = returns[:, whole] @ np.array(weights)[whole] * rest
    return float(daily.std(ddof=1) * sqrt(sessions_a_year(view)))


def sessions_a_year(view: View) -> float:
    """Sessions a year so far: about 252, or 365 where lines trade every day."""
    sessions = view.arrays.sessions()
    days = int((sessions[-1] - sessions[0]).astype(int))
    return (len(sessions) - 1) / max(1, days) * DAYS_A_YEAR


def lines_of(parts: Part | Iterable[Part]) -> tuple[str, ...]:
    """The lines of whatever an author names, each once."""
    return tuple(dict.fromkeys(tickers_of((parts,))))


def known_returns(
    view: View, method: str, lines: tuple[str, ...], lookback: int, block: int
) -> tuple[tuple[str, ...], Floats]:
    """The lines that can be held and have a past, and their returns, (blocks, lines).

    StrategyError where there are no more returns than lines; what is left out is noted.
    """
    if not (int(block) == block >= 1 and int(lookback) == lookback >= 2 * block):
        raise StrategyError(
            f"{method}(lookback={lookback!r}, block={block!r}): give whole numbers, the look-back "
            "of at least two blocks"
        )
    count, block = int(lookback) // int(block), int(block)
    if count <= len(lines):
        raise StrategyError(
            f"{method}: {count} returns of {len(lines)} lines, so their covariance has no inverse; "
            f"take a lookback of at least {(len(lines) + 1) * block} sessions, or fewer lines"
        )
    usable = tuple(line for line in lines if line in view.usable)
    daily = view.arrays.returns(usable, count * block)
    returns = (1 + daily.reshape(count, block, len(usable))).prod(axis=1) - 1
    whole = (returns == returns).all(axis=0)
    there = tuple(line for line, full in zip(usable, whole.tolist(), strict=True) if full)
    for line in lines:
        if line not in there:
            why = f"has no {count * block} sessions yet" if line in usable else "cannot be held"
            view.note(f"{method} left out {line}, which {why}")
    return there, returns[:, whole]


def require_full_rank(view: View, method: str, lines: tuple[str, ...], returns: Floats) -> None:
    """StrategyError that names the lines for which the covariance is singular."""
    import numpy as np

    still = [line for line, moved in zip(lines, np.ptp(returns, axis=0), strict=True) if not moved]
    if still:
        raise StrategyError(
            f"{method} on {view.today}: {still[0]} did not move in {len(returns)} returns, so it "
            "has no variance; leave it out, or take a longer lookback"
        )
    values, vectors = np.linalg.eigh(np.corrcoef(returns, rowvar=False))
    if values[0] < ALIKE:
        largest = np.sort(np.argsort(-np.abs(vectors[:, 0]))[:2])
        names = " and ".join(lines[place] for place in largest.tolist())
        raise StrategyError(
            f"{method} on {view.today}: the covariance is singular, because {names} move alike "
            "or follow from other lines; leave one of them out"
        )


def tidied(lines: tuple[str, ...], weights: Iterable[float]) -> dict[str, float]:
    """A solver's weights without dust, adding up to 1 at most."""
    held = {line: weight for line, weight in zip(lines, weights, strict=True) if weight >= DUST}
    total = max(1.0, fsum(held.values()))
    return {line: weight / total for line, weight in held.items()}


def solved(fit: Callable[[], Floats]) -> tuple[list[float] | None, str]:
    """What a solver found, and why it is doubtful; None where it found nothing, and why."""
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            weights = [float(weight) for weight in fit()]
    except Exception as error:  # solvers raise what they like
        return None, said_by(error)
    if not (all(map(isfinite, weights)) and fsum(weights) > 0):
        return None, "it answered no weights"
    doubts = (str(warning.message) for warning in caught)
    return weights, next((text for text in doubts if "inaccurate" in text), "")


def _fit_of(method: str) -> Callable[[Floats], Floats]:
    """skfolio's estimator: returns in, weights out."""
    try:
        from skfolio.optimization import (  # type: ignore[import-untyped]
            HierarchicalRiskParity,
            MeanRisk,
            RiskBudgeting,
        )
    except ImportError as error:
        raise StrategyError(f"{method} {TO_INSTALL}") from error
    estimator = {
        "minimum_variance": MeanRisk,
        "equal_risk_contribution": RiskBudgeting,
        "hierarchical_risk_parity": HierarchicalRiskParity,
    }[method]
    return lambda returns: estimator().fit(returns).weights_
