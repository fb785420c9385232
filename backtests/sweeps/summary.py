"""What a sweep found: quantiles, the plateau of each parameter, a map of two; no single winner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from backtests.sweeps.grid import ParameterGrid
from backtests.sweeps.storage import METRICS, SetTable, columns

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

QUANTILES = {"lowest": 0.0, "quarter": 0.25, "median": 0.5, "three_quarters": 0.75, "highest": 1.0}


def summarise(table: SetTable, grid: ParameterGrid, by: str) -> dict[str, Any]:
    """All figures of the page, as JSON values. Read are `by` and one parameter at a time.

    by: the figure that sets are ranked by; sets without one count as failed or as unknown.
    """
    sets = table.read("set", by, "error")
    failed = int((sets["error"] != "").sum())
    figure = sets[by].to_numpy(dtype="float64")
    groups = {name: _groups(table, grid, name) for name in varying(grid)}
    plateau = {name: _plateau(*group, figure) for name, group in groups.items()}
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
        **_ends(table, sets["set"].to_numpy(), figure),
    }


def varying(grid: ParameterGrid) -> list[str]:
    """The parameters with more than one value."""
    return [axis.name for axis in grid.axes if len(axis.values) != 1]


def _errors(sets: pd.DataFrame) -> list[dict[str, Any]]:
    """The messages, the most frequent first."""
    counts = sets.loc[sets["error"] != "", "error"].value_counts()
    rows = sorted(((str(text), int(count)) for text, count in counts.items()),
                  key=lambda row: (-row[1], row[0]))  # fmt: skip
    return [{"error": text, "sets": count} for text, count in rows[:FEW]]


def _quantiles(figure: np.ndarray) -> dict[str, float] | None:
    real = figure[~np.isnan(figure)]
    if not len(real):
        return None
    return {name: float(np.quantile(real, share)) for name, share in QUANTILES.items()}


def _share(mask: np.ndarray, figure: np.ndarray) -> float | None:
    count = int((~np.isnan(figure)).sum())
    return float(mask.sum() / count) if count else None


def _plateau(places: np.ndarray, labels: Sequence[str], figure: np.ndarray) -> list[dict[str, Any]]:
    """By value of one parameter: the median over all others, and the middle half."""
    return [{"value": label, **_middle(figure[places == row])} for row, label in enumerate(labels)]


def _middle(figure: np.ndarray) -> dict[str, Any]:
    real = figure[~np.isnan(figure)]
    low, median, high = np.quantile(real, (0.25, 0.5, 0.75)).tolist() if len(real) else [None] * 3
    return {"sets": len(real), "median": median, "low": low, "high": high}


def _map(
    groups: Mapping[str, Groups], plateau: Mapping[str, Any], figure: np.ndarray
) -> dict[str, Any] | None:
    """Medians over two parameters, those whose own plateaus differ most."""
    axes = list(groups)
    if len(axes) < 2:
        return None
    spread = {name: _spread(rows) for name, rows in plateau.items()}
    across, up = sorted(sorted(axes, key=lambda name: -spread[name])[:2], key=axes.index)
    (columns_, over), (rows_, aside) = groups[across], groups[up]
    cells = [
        [_middle(figure[(columns_ == x) & (rows_ == y)])["median"] for x in range(len(over))]
        for y in range(len(aside))
    ]
    return {"across": across, "up": up, "across_values": over, "up_values": aside, "cells": cells}


def _spread(plateau: Sequence[Mapping[str, Any]]) -> float:
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


def _in_order(grid: ParameterGrid, name: str, values: list[Any]) -> list[Any]:
    """Numbers by size, words as they were given."""
    if all(isinstance(value, int | float) for value in values):
        return sorted(values)
    given = next(axis.as_json() for axis in grid.axes if axis.name == name)
    return sorted(values, key=given.index)


def _called(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _ends(table: SetTable, sets: np.ndarray, figure: np.ndarray) -> dict[str, list[dict[str, Any]]]:
    """A few of the best and of the worst; ties by number."""
    real = np.flatnonzero(~np.isnan(figure))
    order = real[np.lexsort((sets[real], -figure[real]))]
    best, worst = order[:FEW], order[max(FEW, len(order) - FEW) :][::-1]
    rows = _rows(table, {int(sets[place]) for place in (*best, *worst)})
    return {"best": [rows[int(sets[place])] for place in best],
            "worst": [rows[int(sets[place])] for place in worst]}  # fmt: skip


def _rows(table: SetTable, wanted: set[int]) -> dict[int, dict[str, Any]]:
    rows: dict[int, dict[str, Any]] = {}
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
