"""`sweep.json`: what a sweep asked for, how all of its sets lie, and its walk-forward."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypeAlias, TypedDict

from reports.contract.evaluation import ScoredJson
from reports.contract.manifest import (
    BareThesisJson,
    DataJson,
    FiguresByName,
    Json,
    SettingsJson,
    StrategyJson,
)

Cell: TypeAlias = str | float | bool | None

SetRow: TypeAlias = Mapping[str, Cell]
"""A row of the sweep's table; which columns hold parameters says `columns`."""


class StretchJson(TypedDict):
    """The ends of the stretch that values of a number are drawn from."""

    low: float
    high: float


class PlanJson(TypedDict):
    """What was asked for: values by parameter, and how many sets were drawn with which seed."""

    axes: Mapping[str, list[Json] | StretchJson]
    draws: int | None
    seed: int
    sets: int


class SweepWindowJson(TypedDict):
    """The sessions of the strategy's own set."""

    start: str
    end: str
    sessions: int


class ErrorJson(TypedDict):
    """Why sets failed, and how many for this reason."""

    error: str
    sets: int


class QuantilesJson(TypedDict):
    """Where the figures of all sets lie."""

    lowest: float
    quarter: float
    median: float
    three_quarters: float
    highest: float


class PlateauJson(TypedDict):
    """By value of one parameter: the median over all others, and the middle half."""

    value: str
    sets: int
    median: float | None
    low: float | None
    high: float | None


class MapJson(TypedDict):
    """Medians over two parameters."""

    across: str
    up: str
    across_values: list[str]
    up_values: list[str]
    cells: list[list[float | None]]


class ChoiceJson(TypedDict):
    """A window of a walk-forward: the set chosen, on what, how good there and afterwards."""

    trained_from: str
    trained_until: str
    decided: str
    traded_until: str
    set: int
    values: Mapping[str, Json]
    inside: float | None
    outside: float | None
    inside_total: NotRequired[float | None]
    outside_total: NotRequired[float | None]
    place: float


class CrossJson(TypedDict):
    """A cross-validation of the choice; `why` alone where none could be made."""

    why: str
    folds: NotRequired[int]
    splits: NotRequired[int]
    paths: NotRequired[int]
    purge: NotRequired[int]
    embargo: NotRequired[int]
    pbo: NotRequired[float | None]
    below: NotRequired[float | None]
    median: NotRequired[float | None]
    above_zero: NotRequired[float | None]
    figures: NotRequired[Sequence[float | None]]


class WalkForwardJson(TypedDict):
    """Sets chosen on what was known; where none could be made, `why` and what was asked."""

    why: str
    train: int
    test: int
    by: NotRequired[str]
    against: NotRequired[str]
    purge: NotRequired[int]
    sets: NotRequired[int]
    windows: NotRequired[list[ChoiceJson]]
    changes: NotRequired[int]
    curve: NotRequired[str]
    scored: NotRequired[int]
    score: NotRequired[float | None]
    turnover: NotRequired[float | None]
    costs: NotRequired[float | None]
    metrics: NotRequired[Mapping[str, FiguresByName]]
    switching: NotRequired[float | None]
    cross: NotRequired[CrossJson]


class AskedJson(TypedDict):
    """What a sweep is: the same for everybody who makes the same one."""

    format: int
    id: str
    strategy: StrategyJson
    thesis: BareThesisJson | None
    plan: PlanJson
    data: DataJson
    settings: SettingsJson
    versions: Mapping[str, str]


class OwnSetJson(TypedDict):
    """The run of the strategy's own set; None where it cannot be run."""

    window: SweepWindowJson | None
    against: str
    scored: ScoredJson | None
    assumptions: list[str]
    notes: list[str]


class SpreadJson(TypedDict):
    """How the sets of a sweep lie."""

    by: str
    columns: Mapping[str, str]
    sets: int
    failed: int
    unknown: int
    errors: list[ErrorJson]
    quantiles: QuantilesJson | None
    above_zero: float | None
    plateau: Mapping[str, list[PlateauJson]]
    map: MapJson | None
    best: list[SetRow]
    worst: list[SetRow]


class WalkedJson(TypedDict):
    """What a sweep adds where a walk-forward was asked for."""

    walk_forward: NotRequired[WalkForwardJson]


class SweepJson(AskedJson, OwnSetJson, SpreadJson, WalkedJson):
    """A sweep."""
