"""How often the interval of a mean misses it: `python benchmarks/coverage.py [simulations]`.

Both tails should miss in 2.5 % of the simulations. Two differences are drawn at once, as a run with
a control and a benchmark has them; the longer of their blocks serves both, the first is judged. One
simulation in 200 is 0.5 %: 1,000 know a rate to about half a point.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[1]))  # started as a file, it sees its own folder

from backtests.evaluation.statistics.bootstrap import interval, resample

SESSIONS = (60, 125, 250, 500, 1250)
REPLICATIONS = 1000
WARM_UP = 200

Values = NDArray[np.float64]
Process = Callable[[np.random.Generator, int, int], Values]


def normal(generator: np.random.Generator, simulations: int, sessions: int) -> Values:
    return generator.normal(size=(simulations, sessions))


def heavy(generator: np.random.Generator, simulations: int, sessions: int) -> Values:
    """Student's t with four degrees of freedom: the kurtosis has no limit."""
    return generator.standard_t(4, size=(simulations, sessions))


def clustered(generator: np.random.Generator, simulations: int, sessions: int) -> Values:
    """Autocorrelation 0.1 and GARCH(1,1) volatility (0.05, 0.10, 0.85)."""
    shocks = generator.normal(size=(simulations, WARM_UP + sessions))
    variance, last = np.ones(simulations), np.zeros(simulations)
    shocks_clustered = np.empty_like(shocks)
    for session in range(shocks.shape[1]):
        shock = np.sqrt(variance) * shocks[:, session]
        shocks_clustered[:, session] = last = 0.1 * last + shock
        variance = 0.05 + 0.10 * shock**2 + 0.85 * variance
    return shocks_clustered[:, WARM_UP:]


PROCESSES: dict[str, Process] = {"iid normal": normal, "t(4)": heavy, "AR + GARCH": clustered}


def misses(process: Process, sessions: int, simulations: int) -> tuple[float, ...]:
    """Shares below and above: of the interval, of plain percentiles; and the mean block."""
    generator = np.random.default_rng(sessions)
    judged, beside = (process(generator, simulations, sessions) for _ in range(2))
    pairs = np.stack([judged, beside], axis=2)
    missed = np.array([_missed(pair, seed) for seed, pair in enumerate(pairs)])
    return tuple(float(value) for value in missed.mean(axis=0))


def _missed(series: Values, seed: int) -> tuple[float, ...]:
    drawn = resample(series, REPLICATIONS, seed)
    draws = series[:, 0][drawn.places].mean(axis=1)
    low, high = interval(float(series[:, 0].mean()), draws, drawn)
    plain_low, plain_high = np.quantile(draws, [0.025, 0.975])
    return high < 0, low > 0, plain_high < 0, plain_low > 0, drawn.block


def main(simulations: int) -> None:
    print(f"{simulations} simulations, misses below / above in %")
    print(f"{'sessions':>8}  {'process':12}{'interval':>13}{'percentiles':>14}{'block':>7}")
    for sessions in SESSIONS:
        for name, process in PROCESSES.items():
            *shares, block = misses(process, sessions, simulations)
            low, high, plain_low, plain_high = (100 * share for share in shares)
            print(
                f"{sessions:>8}  {name:12}{low:>6.1f} / {high:.1f}"
                f"{plain_low:>8.1f} / {plain_high:.1f}{block:>8.1f}",
                flush=True,
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
