"""Walk-forward: parameters chosen on what was known, traded on what came next, chosen anew."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from math import nan
from pathlib import Path

import numpy as np
import pandas as pd

from backtests.evaluation.schema import as_json
from backtests.evaluation.statistics.samples import Values
from backtests.simulation.metrics import cagr, cash_returns, max_drawdown, sharpe, volatility
from backtests.sweeps.batches import SweepRow
from backtests.sweeps.jobs import json_values
from backtests.sweeps.shared_market import returns_of
from backtests.sweeps.simulator import SweepSimulator
from backtests.sweeps.storage import ReturnStore
from backtests.sweeps.walk_forward.cross_validation import cross_validated
from backtests.sweeps.walk_forward.plan import CHOICES, SetReturns, WalkPlan, masks
from backtests.sweeps.walk_forward.selection import Selection, selected
from backtests.sweeps.walk_forward.switching import SwitchingStrategy
from newsfolio.errors import DataError, NewsfolioError
from newsfolio.formatting import A_YEAR_FROM
from newsfolio.strategy import Strategy
from reports.contract.manifest import FiguresByName
from reports.contract.sweep import ChoiceJson, WalkForwardJson


@dataclass(frozen=True, eq=False)
class WalkResult:
    """A walk-forward: what sweep.json says of it, its curves, and the trial that it was."""

    summary: WalkForwardJson
    curves: pd.DataFrame
    row: SweepRow


def walk(plan: WalkPlan, store: ReturnStore) -> WalkResult:
    """Choose, trade and judge; the returns of all sets are read twice, a job at a time."""
    returns = SetReturns(plan, store)
    selection = selected(returns.batches, *masks(plan.splits, plan.sessions), CHOICES[plan.by])
    if selection.sets < 2:
        raise DataError("walk-forward: fewer than two sets have returns to choose from")
    chosen = returns.some(set(selection.chosen.tolist()))
    switches = _switches(plan, selection)
    simulator = SweepSimulator(
        plan.simulator.bars,
        dataclasses.replace(plan.simulator.settings, start=switches[0][0].date()),
        plan.simulator.source,
    )
    strategy = SwitchingStrategy(
        plan.grid.base,
        tuple((day.date(), plan.grid.strategy(number)) for day, number in switches),
    )
    curve, row = simulator.curve(strategy)
    curves = {"walk": curve, **_alternatives(simulator, plan.grid.base)}
    figures = row["figures"]
    summary: WalkForwardJson = {
        "train": plan.asked.train,
        "test": plan.asked.test,
        "by": plan.by,
        "against": plan.against,
        "purge": plan.purge,
        "sets": selection.sets,
        "windows": _windows(plan, selection, chosen),
        "changes": len(switches) - 1,
        "curve": f"walk-{plan.digest}.parquet",
        "scored": row["scored"],
        "score": row["score"],
        "turnover": figures["turnover"],
        "costs": figures["costs"],
        "metrics": {name: _figures(equity, simulator, strategy) for name, equity in curves.items()},
        "switching": _switching(plan, selection, chosen, curve),
        "cross": cross_validated(plan, returns),
        "why": "",
    }
    return WalkResult(as_json(summary), pd.DataFrame(curves), row)


def _switches(plan: WalkPlan, selection: Selection) -> list[tuple[pd.Timestamp, int]]:
    """The close before each window and the set that decides from then on, where it is another."""
    switches: list[tuple[pd.Timestamp, int]] = []
    for (_, test), number in zip(plan.splits, selection.chosen.tolist(), strict=True):
        if not switches or switches[-1][1] != number:
            switches.append((plan.day(int(test[0]) - 1), number))
    return switches


def _windows(
    plan: WalkPlan, selection: Selection, returns: Mapping[int, Values]
) -> list[ChoiceJson]:
    """Each choice: when, on what, how good it was there, and how good afterwards."""
    rows: list[ChoiceJson] = []
    for (train, test), number, place in zip(
        plan.splits, selection.chosen.tolist(), selection.place.tolist(), strict=True
    ):
        gains = plan.gains(returns[number])
        rows.append({
            "trained_from": plan.iso(train[0]),
            "trained_until": plan.iso(train[-1]),
            "decided": plan.iso(test[0] - 1),
            "traded_until": plan.iso(test[-1]),
            "set": number,
            "values": json_values(plan.grid.values(number)),
            "inside": plan.figure(gains[train]),
            "outside": plan.figure(gains[test]),
            "inside_total": plan.total(gains[train]),
            "outside_total": plan.total(gains[test]),
            "place": place,
        })  # fmt: skip
    return rows


def _alternatives(simulator: SweepSimulator, base: Strategy) -> dict[str, pd.Series]:
    """The base's own parameters on the same sessions, its controls, benchmark, and cash."""
    own = {}
    with suppress(NewsfolioError):  # its row in the table says why, where it is one of the sets
        own["base"] = simulator.curve(base)[0]
    return {**own, **simulator.references(base)}


def _figures(equity: pd.Series, simulator: SweepSimulator, strategy: Strategy) -> FiguresByName:
    returns = pd.Series(returns_of(equity.to_numpy()), index=equity.index[1:])
    cash = cash_returns(simulator.shared(strategy).rate)
    return {
        "cagr": _yearly(equity),
        "total_return": _total(equity),
        "volatility": volatility(returns),
        "sharpe": sharpe(returns, cash),
        "max_drawdown": max_drawdown(equity),
    }


def _switching(
    plan: WalkPlan, selection: Selection, returns: Mapping[int, Values], curve: pd.Series
) -> float:
    """Growth that the sets' own accounts have ahead, put one after the other.

    A year, or in total where the run is too short for that.
    """
    own = np.concatenate([
        returns[number][test]
        for (_, test), number in zip(plan.splits, selection.chosen.tolist(), strict=True)
    ])  # fmt: skip
    grown = np.concatenate([[1.0], np.cumprod(1 + own)])
    growth = cagr if len(curve) >= A_YEAR_FROM else _total
    return growth(pd.Series(grown, index=curve.index)) - growth(curve)


def _yearly(equity: pd.Series) -> float:
    return cagr(equity) if len(equity) >= A_YEAR_FROM else nan


def _total(equity: pd.Series) -> float:
    return float(equity.iloc[-1] / equity.iloc[0]) - 1


def write_curves(result: WalkResult, folder: Path) -> None:
    """The curves beside the table, named in the summary; the index is the session."""
    path = folder / result.summary["curve"]
    draft = path.with_name(f".{path.name}")
    result.curves.rename_axis("session").to_parquet(draft)
    draft.replace(path)
