"""Walk-forward: parameters chosen on what was known, traded on what came next, chosen anew."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from backtests.evaluation.schema import as_json
from backtests.evaluation.statistics.samples import Values
from backtests.simulation.metrics import cagr, cash_returns, max_drawdown, sharpe, volatility
from backtests.sweeps.batches import Row
from backtests.sweeps.jobs import told
from backtests.sweeps.shared_market import returns_of
from backtests.sweeps.simulator import SweepSimulator
from backtests.sweeps.storage import ReturnStore
from backtests.sweeps.walk_forward.cross_validation import crossed
from backtests.sweeps.walk_forward.plan import CHOICES, Sets, WalkPlan, masks
from backtests.sweeps.walk_forward.selection import Selection, judged
from backtests.sweeps.walk_forward.switching import SwitchingStrategy
from newsfolio.errors import DataError, NewsfolioError
from newsfolio.strategy import Strategy
from reports.contract.sweep import WalkForwardJson


@dataclass(frozen=True, eq=False)
class Walked:
    """A walk-forward: what sweep.json says of it, its curves, and the trial that it was."""

    found: WalkForwardJson
    curves: pd.DataFrame
    row: Row


def walk(trail: WalkPlan, returns: ReturnStore) -> Walked:
    """Choose, play and judge; the returns of all sets are read twice, a job at a time."""
    sets = Sets(trail, returns)
    sessions = trail.sessions
    known = judged(sets.batches, *masks(trail.splits, sessions), CHOICES[trail.by])
    if known.sets < 2:
        raise DataError("walk-forward: fewer than two sets have returns to choose from")
    own = sets.some(set(known.chosen.tolist()))
    turns = _turns(trail, known)
    simulator = SweepSimulator(
        trail.simulator.bars,
        dataclasses.replace(trail.simulator.settings, start=turns[0][0].date()),
        trail.simulator.source,
    )
    player = SwitchingStrategy(
        trail.plan.base, tuple((day.date(), trail.plan.strategy(number)) for day, number in turns)
    )
    curve, row = simulator.curve(player)
    curves = {"walk": curve, **_others(simulator, trail.plan.base)}
    found = {
        **dataclasses.asdict(trail.asked),
        "by": trail.by,
        "against": trail.against,
        "purge": trail.purge,
        "sets": known.sets,
        "windows": _windows(trail, known, own),
        "changes": len(turns) - 1,
        "curve": f"walk-{trail.digest}.parquet",
        "scored": row["scored"],
        "score": row["score"],
        "turnover": row["turnover"],
        "costs": row["costs"],
        "metrics": {name: _figures(one, simulator, player) for name, one in curves.items()},
        "switching": _switching(trail, known, own, curve),
        "cross": crossed(trail, sets),
    }
    return Walked(as_json(found), pd.DataFrame(curves), row)


def _turns(trail: WalkPlan, known: Selection) -> list[tuple[pd.Timestamp, int]]:
    """The close before each window and the set that decides from then on, where it is another."""
    found: list[tuple[pd.Timestamp, int]] = []
    for (_, test), number in zip(trail.splits, known.chosen.tolist(), strict=True):
        if not found or found[-1][1] != number:
            found.append((trail.day(int(test[0]) - 1), number))
    return found


def _windows(trail: WalkPlan, known: Selection, returns: Mapping[int, Values]) -> list[Row]:
    """Each choice: when, on what, how good it was there, and how good afterwards."""
    rows = []
    for (train, test), number, place in zip(
        trail.splits, known.chosen.tolist(), known.place.tolist(), strict=True
    ):
        gains = trail.gains(returns[number])
        ends = {
            "trained_from": train[0], "trained_until": train[-1],
            "decided": test[0] - 1, "traded_until": test[-1],
        }  # fmt: skip
        rows.append({
            **{name: f"{trail.day(int(row)):%Y-%m-%d}" for name, row in ends.items()},
            "set": number,
            "values": told(trail.plan.values(number)),
            "inside": trail.figure(gains[train]),
            "outside": trail.figure(gains[test]),
            "place": place,
        })  # fmt: skip
    return rows


def _others(simulator: SweepSimulator, base: Strategy) -> dict[str, pd.Series]:
    """The base's own parameters on the same sessions, its controls, benchmark, and cash."""
    found = {}
    with suppress(NewsfolioError):  # its row in the table says why, where it is one of the sets
        found["base"] = simulator.curve(base)[0]
    return {**found, **simulator.references(base)}


def _figures(equity: pd.Series, simulator: SweepSimulator, player: Strategy) -> Row:
    returns = pd.Series(returns_of(equity.to_numpy()), index=equity.index[1:])
    cash = cash_returns(simulator.shared(player).rate)
    return {
        "cagr": cagr(equity),
        "volatility": volatility(returns),
        "sharpe": sharpe(returns, cash),
        "max_drawdown": max_drawdown(equity),
    }


def _switching(
    trail: WalkPlan, known: Selection, returns: Mapping[int, Values], curve: pd.Series
) -> float:
    """Growth a year that the sets' own accounts have ahead, put one after the other."""
    own = np.concatenate([
        returns[number][test]
        for (_, test), number in zip(trail.splits, known.chosen.tolist(), strict=True)
    ])  # fmt: skip
    grown = np.concatenate([[1.0], np.cumprod(1 + own)])
    return cagr(pd.Series(grown, index=curve.index)) - cagr(curve)


def write_curves(walked: Walked, folder: Path) -> None:
    """The curves beside the table, named in the summary; the index is the session."""
    path = folder / walked.found["curve"]
    draft = path.with_name(f".{path.name}")
    walked.curves.rename_axis("session").to_parquet(draft)
    draft.replace(path)
