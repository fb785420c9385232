"""A sweep cut into jobs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from backtests.runner.fingerprint import code_behind, engine_code
from backtests.runner.provenance import parameter_values, plain_value, settings_values
from backtests.sweeps.batches import SweepRow
from backtests.sweeps.grid import ParameterGrid
from backtests.sweeps.simulator import SweepSimulator
from reports.contract.manifest import Json


@dataclass(frozen=True, eq=False)
class Jobs:
    """A sweep cut into jobs of `size` sets, each of which a worker can do by itself.

    engine: the hash of our own code; about: all that a set's figures depend on but its parameters;
    values: the parameters of the base, as JSON values. keep: whether rows have their returns.
    """

    simulator: SweepSimulator
    grid: ParameterGrid
    size: int
    engine: str
    about: str
    values: Mapping[str, Json]
    keep: bool = False

    @classmethod
    def of(
        cls, simulator: SweepSimulator, grid: ParameterGrid, size: int, *, keep: bool = False
    ) -> Jobs:
        """Worked out here: a worker elsewhere may not have the author's file."""
        base = grid.base
        about = {
            "strategy": base.name,
            "code": code_behind(base),
            "settings": settings_values(simulator.settings),
            "data": simulator.snapshot,
            "engine": engine_code(),
        }
        text = json.dumps(about, sort_keys=True)
        return cls(simulator, grid, size, engine_code(), text, parameter_values(base), keep)

    @property
    def count(self) -> int:
        return -(-len(self.grid) // self.size)

    def places(self, job: int) -> range:
        return range(job * self.size, min((job + 1) * self.size, len(self.grid)))

    def __call__(self, job: int) -> list[SweepRow]:
        """The sets of one job, in order; what goes wrong with one is in its row."""
        names, places = Namer(self.about), self.places(job)
        sets = [self.grid.values(place) for place in places]
        makers = (partial(self.grid.strategy_with, values) for values in sets)
        rows = self.simulator.rows(makers, keep=self.keep)
        for place, own, row in zip(places, sets, rows, strict=True):
            values = {**self.values, **json_values(own)}
            row |= {"set": place, "id": names(values), "values": values}
        return rows


class Namer:
    """Names a set by all that its figures depend on."""

    def __init__(self, about: str) -> None:
        self._start = hashlib.sha256(about.encode())

    def __call__(self, values: Mapping[str, Json]) -> str:
        digest = self._start.copy()
        digest.update(json.dumps(values, sort_keys=True).encode())
        return digest.hexdigest()[:16]


def json_values(values: Mapping[str, object]) -> dict[str, Json]:
    """Parameters as JSON values."""
    return {name: plain_value(value) for name, value in values.items()}
