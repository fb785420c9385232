"""What a sweep found: quantiles, the plateau of each parameter, a map of two; no single winner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from backtests.runner.provenance import plain_value
from backtests.sweeps.grid import ParameterGrid
from backtests.sweeps.storage import METRICS, SetTable, columns
from reports.contract.sweep import (
    Cell,
    ErrorJson,
    MapJson,
    PlateauJson,
    QuantilesJson,
    SetRow,
    SpreadJson,
)

FEW = 5
"""Sets shown of the best and of the worst."""

BINS = 8
"""Stretches into which many values of a number are gathered, each with as many sets."""

SEPARATE = 16
"""Values of a parameter up to which each stands by itself."""

LESS = frozenset({"volatility", "turnover", "costs", "trades"})
"""Figures of which more is not better, so that nothing can be ranked by them."""

Groups = tuple[np.ndarray, list[str]]
"""The group of each set by one parameter, in four bytes, and what each group is called."""

QUANTILES = (0.0, 0.25, 0.5, 0.75, 1.0)


def summarise(table: SetTable, grid: ParameterGrid, by: str) -> SpreadJson:
    """All figures of the page, as JSON values. Read are `by` and one parameter at a time.

    by: the figure that sets are ranked by; sets without one count as failed or as unknown.
    """
    sets = table.read("set", by, "error")
    failed = int((sets["error"] != "").sum())
    figure = sets[by].to_numpy(dtype="float64")
    groups = {name: _groups(table, grid, name) for name in varying(grid)}
    plateau = {name: _plateau(*group, figure) for name, group in groups.items()}
    best, worst = _ends(table, sets["set"].to_numpy(), figure)
    return {
        "by": by,
        "columns": columns(grid),
        "sets": len(sets),
        "failed": failed,
        "unknown": int(np.isnan(figure).sum()) - failed,
        "errors": _errors(sets),
        "quantiles": _quantiles(figure),
        "above_zero": _share(figure > 0, figure),
        "plateau": plateau,
        "map": _map(groups, plateau, figure),
        "best": best,
        "worst": worst,
    }


def varying(grid: ParameterGrid) -> list[str]:
    """The parameters with more than one value."""
    return [axis.name for axis in grid.axes if len(axis.values) != 1]


def _errors(sets: pd.DataFrame) -> list[ErrorJson]:
    """The messages, the most frequent first."""
    counts = sets.loc[sets["error"] != "", "error"].value_counts()
    rows = sorted(((str(text), int(count)) for text, count in counts.items()),
                  key=lambda row: (-row[1], row[0]))  # fmt: skip
    return [{"error": text, "sets": count} for text, count in rows[:FEW]]


def _quantiles(figure: np.ndarray) -> QuantilesJson | None:
    real = figure[~np.isnan(figure)]
    if not len(real):
        return None
    lowest, quarter, median, three_quarters, highest = np.quantile(real, QUANTILES).tolist()
    return {
        "lowest": lowest,
        "quarter": quarter,
        "median": median,
        "three_quarters": three_quarters,
        "highest": highest,
    }


def _share(mask: np.ndarray, figure: np.ndarray) -> float | None:
    count = int((~np.isnan(figure)).sum())
    return float(mask.sum() / count) if count else None


def _plateau(places: np.ndarray, labels: Sequence[str], figure: np.ndarray) -> list[PlateauJson]:
    """By value of one parameter: the median over all others, and the middle half."""
    return [_middle(label, figure[places == row]) for row, label in enumerate(labels)]


def _middle(value: str, figure: np.ndarray) -> PlateauJson:
    real = figure[~np.isnan(figure)]
    low, median, high = np.quantile(real, (0.25, 0.5, 0.75)).tolist() if len(real) else [None] * 3
    return {"value": value, "sets": len(real), "median": median, "low": low, "high": high}


def _map(
    groups: Mapping[str, Groups], plateau: Mapping[str, Sequence[PlateauJson]], figure: np.ndarray
) -> MapJson | None:
    """Medians over two parameters, those whose own plateaus differ most."""
    axes = list(groups)
    if len(axes) < 2:
        return None
    spread = {name: _spread(rows) for name, rows in plateau.items()}
    across, up = sorted(sorted(axes, key=lambda name: -spread[name])[:2], key=axes.index)
    (columns_, over), (rows_, aside) = groups[across], groups[up]
    cells = [
        [_middle("", figure[(columns_ == x) & (rows_ == y)])["median"] for x in range(len(over))]
        for y in range(len(aside))
    ]
    return {"across": across, "up": up, "across_values": over, "up_values": aside, "cells": cells}


def _spread(plateau: Sequence[PlateauJson]) -> float:
    medians = [row["median"] for row in plateau if row["median"] is not None]
    return max(medians) - min(medians) if medians else 0.0


def _groups(table: SetTable, grid: ParameterGrid, name: str) -> Groups:
    column = columns(grid)[name]
    values = table.read(column)[column]
    distinct = values.drop_duplicates()
    if len(distinct) <= SEPARATE or not pd.api.types.is_numeric_dtype(values):
        order = _in_order(grid, name, distinct.tolist())
        rows = values.map({value: row for row, value in enumerate(order)})
        return rows.to_numpy(dtype="int32"), [_called(value) for value in order]
    edges = np.unique(np.quantile(values, np.linspace(0, 1, BINS + 1)))
    places = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)
    return places.astype("int32"), [
        f"{low:.4g} to {high:.4g}" for low, high in pairwise(edges.tolist())
    ]


def _in_order(grid: ParameterGrid, name: str, values: list[Cell]) -> list[Cell]:
    """Numbers by size, words as they were given."""
    numbers = [value for value in values if isinstance(value, int | float)]
    if len(numbers) == len(values):
        return [*sorted(numbers)]
    given = [plain_value(value) for value in next(a.values for a in grid.axes if a.name == name)]
    return sorted(values, key=given.index)


def _called(value: Cell) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _ends(
    table: SetTable, sets: np.ndarray, figure: np.ndarray
) -> tuple[list[SetRow], list[SetRow]]:
    """A few of the best and of the worst; ties by number."""
    real = np.flatnonzero(~np.isnan(figure))
    order = real[np.lexsort((sets[real], -figure[real]))]
    best, worst = order[:FEW], order[max(FEW, len(order) - FEW) :][::-1]
    rows = _rows(table, {int(sets[place]) for place in (*best, *worst)})
    return [rows[int(sets[place])] for place in best], [rows[int(sets[place])] for place in worst]


def _rows(table: SetTable, wanted: set[int]) -> dict[int, SetRow]:
    rows: dict[int, SetRow] = {}
    for job in table.tables():
        places = [place for place, number in enumerate(job["set"].to_pylist()) if number in wanted]
        for row in job.take(places).to_pylist() if places else ():
            rows[row["set"]] = row
    return rows


def ranks_by(by: str, scored: bool) -> str:
    """The figure to rank by: the one asked for, or else the score, or the Sharpe ratio."""
    from newsfolio.errors import UnknownName

    names = tuple(name for name in ("score", *METRICS) if name not in LESS)
    if by and by not in names:
        raise UnknownName("figure", by, names, f"Rank --by one of {', '.join(names)}.")
    return by or ("score" if scored else "sharpe")
