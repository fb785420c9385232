"""What a figure is an estimate from: sessions, weeks or events in their order.

"On average", "usually" and "outperforms" say more than that it was so once; how sure they are can
be told from what they were measured on. A level, a gain or a drawdown is a single fact.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Draws: TypeAlias = NDArray[np.float64]
    """Rows that were drawn: (draws, rows, columns), NaN where a line had none."""

SAME = 0.9
"""Share of all days that two windows have in common to count as one."""


@dataclass(frozen=True, eq=False)
class Observations:
    """Rows of numbers by day, and the figure that follows from draws of them.

    figure: (draws, rows, columns) to (draws,). summed: it adds rows up, so a draw needs as many
    as there were, and a line that did not trade adds 0; a mean does not.
    """

    rows: pd.DataFrame
    figure: Callable[[Draws], Draws]
    summed: bool = False


def joined(
    parts: Sequence[Observations | None], figure: Callable[[Sequence[Draws]], Draws]
) -> Observations | None:
    """Several side by side, day by day; None where one is missing or sums are of other windows."""
    import pandas as pd

    sides = [part for part in parts if part is not None]
    if len(sides) < len(parts):
        return None
    days = sides[0].rows.index
    for side in sides[1:]:
        days = days.union(side.rows.index)
    frames = [side.rows.reindex(days) for side in sides]
    filled = [frame.fillna(0.0) if side.summed else frame
              for frame, side in zip(frames, sides, strict=True)]  # fmt: skip
    rows = pd.concat(filled, axis=1)
    summed = any(side.summed for side in sides)
    if summed and any(len(_span(rows, side)) < SAME * len(rows) for side in sides):
        return None
    widths = [side.rows.shape[1] for side in sides]
    starts = [sum(widths[:place]) for place in range(len(widths))]
    columns = [slice(start, start + width) for start, width in zip(starts, widths, strict=True)]

    def of_all(draws: Draws) -> Draws:
        pairs = zip(sides, columns, strict=True)
        return figure([side.figure(draws[:, :, place]) for side, place in pairs])

    return Observations(rows, of_all, summed)


def _span(rows: pd.DataFrame, side: Observations) -> pd.DataFrame:
    """The days of all from the first of a side to its last."""
    return rows.loc[side.rows.index[0] : side.rows.index[-1]] if len(side.rows) else rows.iloc[:0]


def mean(draws: Draws) -> Draws:
    """The mean of all columns over all rows that have one."""
    import numpy as np

    return np.asarray(np.nanmean(draws, axis=(1, 2)))


def growth(draws: Draws) -> Draws:
    """What logs of moves come to in all, a column a line, and the mean over the lines less one."""
    import numpy as np

    return np.asarray(np.exp(draws.sum(axis=1)).mean(axis=1) - 1)


def deviation(draws: Draws) -> Draws:
    """The standard deviation of a column, with one degree of freedom less."""
    import numpy as np

    return np.asarray(np.nanstd(draws[:, :, 0], axis=1, ddof=1))


def slope(draws: Draws) -> Draws:
    """The move of the first column with that of the second; NaN where the second stood still."""
    import numpy as np

    move, rise = np.moveaxis(draws - draws.mean(axis=1, keepdims=True), 2, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((move * rise).sum(axis=1) / (rise * rise).sum(axis=1))


def correlation(draws: Draws) -> Draws:
    """The mean correlation over all pairs of columns."""
    import numpy as np

    centred = draws - draws.mean(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        unit = centred / np.sqrt((centred**2).sum(axis=1, keepdims=True))
    lines = draws.shape[2]
    total = (unit.sum(axis=2) ** 2).sum(axis=1)
    return np.asarray((total - lines) / (lines * (lines - 1)))


def ratio(draws: Draws) -> Draws:
    """What the first column adds up to over the second; NaN where that is nothing."""
    import numpy as np

    value, count = np.moveaxis(draws.sum(axis=1), 1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(value / count)


def gap(draws: Draws) -> Draws:
    """The mean of the first column where the second is above 0, less that where it is not."""
    import numpy as np

    value, sign = draws[:, :, 0], draws[:, :, 1] > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        high = (value * sign).sum(axis=1) / sign.sum(axis=1)
        low = (value * ~sign).sum(axis=1) / (~sign).sum(axis=1)
    return np.asarray(high - low)
