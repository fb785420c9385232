"""How often the interval of a mean misses it: `python benchmarks/coverage.py [simulations]`.

With `fan` before the number: how often the next 12 and 36 months end outside the nine of ten paths
that the fan of a record calls likely, and what became of its chance of a loss.

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

from backtests.evaluation.descriptions.fan import paths
from backtests.evaluation.statistics.bootstrap import block_length, interval, resample

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


FANS = (2, 5, 10, 20)
"""Years of the record that a fan is drawn from."""
MOVE, DRIFT, A_YEAR = 0.01, 0.0003, 252


def outcomes(process: Process, years: int, simulations: int) -> Values:
    """(simulations, ends, 4): ended below, above, the chance of a loss that was told, a loss."""
    generator = np.random.default_rng(years)
    record, months = years * A_YEAR, (12, 36)
    moves = DRIFT + MOVE * process(generator, simulations, record + 3 * A_YEAR)
    rows = []
    for row in moves:
        past = row[:record]
        grown = paths(past, block_length(past[:, None]), 3 * A_YEAR, 0)
        for month in months:
            end = grown[:, month * A_YEAR // 12 - 1]
            low, high = np.quantile(end, [0.05, 0.95])
            came = np.exp(row[record : record + month * A_YEAR // 12].sum())
            rows.append((came < low, came > high, np.mean(end < 1), came < 1))
    return np.array(rows, dtype="float64").reshape(simulations, len(months), 4)


def fans(simulations: int) -> None:
    print(f"{simulations} simulations, in %: 5 should end below, 5 above; losses as often as told")
    print(
        f"{'years':>5}  {'process':12}{'months':>7}{'below':>7}{'above':>7}{'told':>7}{'lost':>7}"
    )
    for years in FANS:
        for name, process in PROCESSES.items():
            shares = 100 * outcomes(process, years, simulations).mean(axis=0)
            for month, figures in zip((12, 36), shares, strict=True):
                cells = "".join(f"{figure:>7.1f}" for figure in figures)
                print(f"{years:>5}  {name:12}{month:>7}{cells}", flush=True)


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
    *asked, count = (
        (*sys.argv[1:], "1000") if sys.argv[-1] in ("fan", sys.argv[0]) else sys.argv[1:]
    )
    (fans if asked == ["fan"] else main)(int(count))
