"""What the next years may bring if they are made of what this run saw: a stationary bootstrap.

A shuffle of the same returns ends every path at one value; draws with repetition do not.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.evaluation.descriptions.schema import Ahead, Band, Fan
from backtests.evaluation.statistics.bootstrap import block_length, draws
from backtests.simulation.metrics import sessions_a_year
from newsfolio.formatting import percent

ENDS = (12, 36)
"""Months."""

PATHS = 1000

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)

DEPTH = 0.2
"""A drawdown that is named."""

YEAR = 250
"""Sessions from which a record is looked at: the next three years are drawn from it."""

Floats = NDArray[np.float64]


def fan(equity: pd.Series, row: int, seed: int) -> Fan:
    """Growth of 1 over the next months, of paths drawn from the sessions after a row.

    row: of the divide; where less than a year follows it, all of the run is drawn from.
    """
    short = len(equity) - 1 - row < YEAR
    curve = equity if short else equity.iloc[row:]
    if len(curve) - 1 < YEAR:
        return Fan.unknown(f"the run has {len(curve) - 1} sessions, and a fan takes {YEAR}")
    if not (curve > 0).all():
        return Fan.unknown("the account was lost")
    logs = np.diff(np.log(curve.to_numpy("float64")))
    block = block_length(np.expm1(logs)[:, None])
    month = sessions_a_year(curve.index) / 12
    grown = paths(logs, block, round(ENDS[-1] * month), seed)
    rows = [(count, round(count * month) - 1) for count in range(1, ENDS[-1] + 1)]
    return Fan(
        first=f"{curve.index[1]:%Y-%m-%d}",
        last=f"{curve.index[-1]:%Y-%m-%d}",
        sessions=len(logs),
        block=block,
        paths=PATHS,
        bands=tuple(Band(count, *_quantiles(grown[:, place])) for count, place in rows),
        ahead=tuple(_ahead(grown, count, rows[count - 1][1]) for count in ENDS),
        assumes=tuple(_assumed(logs, block, short and row > 0)),
    )


def paths(logs: Floats, block: float, length: int, seed: int) -> Floats:
    """(PATHS, length) growth of 1, in blocks of session log returns of that mean length.

    The mean of a record is the least known of it, so each path has the mean of a record that is
    drawn anew: quantiles are those of a forecast, not of the sample.
    """
    again = logs[draws(len(logs), block, PATHS, seed + 1)].mean(axis=1) - logs.mean()
    moves = logs[draws(len(logs), block, PATHS, seed, length)] + again[:, None]
    return np.exp(np.cumsum(moves, axis=1))


def _quantiles(grown: Floats) -> list[float]:
    return np.quantile(grown, QUANTILES).tolist()


def _ahead(grown: Floats, months: int, place: int) -> Ahead:
    path = grown[:, : place + 1]
    top = np.maximum(1.0, np.maximum.accumulate(path, axis=1))
    fallen = (path / top - 1).min(axis=1) < -DEPTH
    return Ahead(months, float(np.mean(path[:, -1] < 1)), float(np.mean(fallen)), DEPTH)


def _assumed(logs: Floats, block: float, whole: bool) -> list[str]:
    worst = percent(float(np.expm1(logs.min())), 1)
    return [
        f"Drawn from {len(logs):,} sessions of this run, in blocks of {block:.0f} on average: what "
        f"they never held does not come, as a session worse than {worst} or a regime that they did "
        "not see.",
        "What one block says of the next is lost: what builds up over many months, or returns to a "
        "mean, is not in it.",
        "Their mean is itself a draw: each path has another, so the fan is wider than the sample.",
        "Nothing that is known today moves it, as a rate or a valuation. If the rule was picked "
        "for these sessions, the fan is too high.",
        *(
            ["Less than a year scores, so the sessions before the article are in it."]
            if whole
            else []
        ),
    ]
