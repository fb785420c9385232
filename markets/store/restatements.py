"""What a source restated: the past of a line compared with what it was before; no I/O."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypedDict, cast

import numpy as np
import pandas as pd

from markets.bars import COLUMNS, Bars

CELLS_KEPT = 10
"""Figures of a change that are written down; the version has the others."""

BAR = "bar"
"""Stands for a whole row in a RestatedFigure."""


@dataclass(frozen=True)
class RestatedFigure:
    """One figure that was restated; `bar` for a whole row, whose close is given; None: unknown."""

    day: date
    what: str
    old: float | None
    new: float | None

    def __str__(self) -> str:
        if self.what == BAR:
            return f"the bar of {self.day} {'is new' if self.old is None else 'is gone'}"
        return f"the {self.what} of {self.day} was {_said(self.old)}, now {_said(self.new)}"


class RestatementJson(TypedDict):
    """A `Restatement` as a file keeps it; cells: day, what, old, new."""

    when: str
    version: str
    days: int
    cells: list[tuple[str, str, float | None, float | None]]


@dataclass(frozen=True)
class Restatement:
    """A past that the source told otherwise than before.

    when: the day on which it did; version: digest of the bars from before, which are kept; days:
    how many days differ; cells: the first few figures.
    """

    when: date
    version: str
    days: int
    cells: tuple[RestatedFigure, ...]

    def __str__(self) -> str:
        days = f"{self.days} day{'s' * (self.days != 1)} restated"
        return f"{self.when}: {days}" + (f", {self.cells[0]}" if self.cells else "")

    def as_json(self) -> RestatementJson:
        """As a file keeps it."""
        cells = [(cell.day.isoformat(), cell.what, cell.old, cell.new) for cell in self.cells]
        return {
            "when": self.when.isoformat(),
            "version": self.version,
            "days": self.days,
            "cells": cells,
        }

    @classmethod
    def from_json(cls, values: RestatementJson) -> Restatement:
        """What `as_json` gave, read back."""
        cells = tuple(
            RestatedFigure(date.fromisoformat(day), what, old, new)
            for day, what, old, new in values["cells"]
        )
        return cls(date.fromisoformat(values["when"]), values["version"], values["days"], cells)


def cut(bars: Bars, last: date) -> Bars | None:
    """The bars up to `last`, as they were before others were added; None if there are none."""
    if bars.first > last:
        return None
    return bars.kept(bars.days <= np.datetime64(last))


def extends(new: Bars, old: Bars) -> bool:
    """Whether `new` is `old` with nothing but bars added behind."""
    past = cut(new, old.last)
    return past is not None and past.digest() == old.digest()


def change_of(when: date, old: Bars, new: Bars) -> Restatement:
    """How the days of `old` differ in `new`."""
    days = _restated(old.frame, new.frame)
    cells: list[RestatedFigure] = []
    for day in days[:CELLS_KEPT]:
        cells += _cells(old.frame, new.frame, day)
    return Restatement(when, old.digest(), len(days), tuple(cells[:CELLS_KEPT]))


def differing(old: pd.DataFrame, new: pd.DataFrame) -> np.ndarray:
    """Which figures differ, of two frames with the same rows; unknown equals unknown."""
    before, after = old.to_numpy("float64"), new.to_numpy("float64")
    return np.asarray((before != after) & ~(np.isnan(before) & np.isnan(after)))


def seal(values: Mapping[str, object]) -> str:
    """A hash of JSON values, by which a description with a flipped bit is noticed."""
    sealed = {name: value for name, value in values.items() if name != "seal"}
    return hashlib.sha256(json.dumps(sealed, sort_keys=True).encode()).hexdigest()


def _restated(old: pd.DataFrame, new: pd.DataFrame) -> pd.DatetimeIndex:
    """The days up to the last of `old` that are not the same in both."""
    new = new[new.index <= old.index[-1]]
    both = old.index.intersection(new.index)
    other = both[np.flatnonzero(differing(old.loc[both], new.loc[both]).any(axis=1))]
    return pd.DatetimeIndex(other.union(old.index.symmetric_difference(new.index)).sort_values())


def _cells(old: pd.DataFrame, new: pd.DataFrame, at: pd.Timestamp) -> list[RestatedFigure]:
    day = at.date()
    if at not in new.index:
        return [RestatedFigure(day, BAR, _known(old.at[at, "close"]), None)]
    if at not in old.index:
        return [RestatedFigure(day, BAR, None, _known(new.at[at, "close"]))]
    figures = ((name, _known(old.at[at, name]), _known(new.at[at, name])) for name in COLUMNS)
    return [
        RestatedFigure(day, name, before, after)
        for name, before, after in figures
        if before != after
    ]


def _known(figure: object) -> float | None:
    """A figure of a frame, whose cells pandas types as anything."""
    value = cast(float, figure)
    return None if np.isnan(value) else float(value)


def _said(value: float | None) -> str:
    return "unknown" if value is None else f"{value:g}"
