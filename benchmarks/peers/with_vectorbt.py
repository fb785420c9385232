"""vectorbt: target percentages in one frame, cash shared, sells before buys; on both engines."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
import pandas as pd
import vectorbt as vbt

from benchmarks.peers.panel import (
    LOOKBACK,
    TOP,
    Floats,
    Panel,
    figures,
    parameter_sets,
)
from benchmarks.peers.plain_pandas import equal, frame, inverse, top

RUST = find_spec("vectorbt_rust") is not None
PACKAGES = ("numpy", "pandas", "vectorbt", "numba", *(("vectorbt-rust",) if RUST else ()))
PLAIN = ("equal", "top", "inverse", "sweep")
WORKS = (*PLAIN, *(f"rust-{name}" for name in PLAIN if RUST))


def work(panel: Panel, name: str) -> Callable[..., Any]:
    """What is asked for, on the engine that it names: Rust where it can, or Numba alone."""
    prices, engine = frame(panel), "auto" if name.startswith("rust-") else "numba"
    works: dict[str, Callable[..., Any]] = {
        "equal": lambda: equity(prices, equal(prices, panel), panel),
        "top": lambda: equity(prices, top(prices, panel, LOOKBACK, TOP), panel),
        "inverse": lambda: equity(prices, inverse(prices), panel),
        "sweep": lambda sets: swept(prices, panel, sets),
    }
    asked = works[name.removeprefix("rust-")]

    def on_engine(*sets: int) -> Floats:
        vbt.settings["engine"] = engine
        return asked(*sets)  # type: ignore[no-any-return]

    return on_engine


def equity(prices: pd.DataFrame, targets: pd.DataFrame, panel: Panel) -> Floats:
    return played(prices, targets.reindex(prices.index), panel, True).value().to_numpy()


def swept(prices: pd.DataFrame, panel: Panel, sets: int) -> Floats:
    """All sets as one wide frame, as vectorbt is meant to be used."""
    chosen = parameter_sets(sets)
    targets = pd.concat(
        [top(prices, panel, *combination) for combination in chosen], axis=1, keys=chosen
    )
    wide = pd.DataFrame(np.tile(panel.close, (1, sets)), prices.index, targets.columns)
    groups = np.repeat(np.arange(sets), prices.shape[1])
    equity = played(wide, targets.reindex(prices.index), panel, groups)
    return figures(equity.value().to_numpy().T)


def played(prices: pd.DataFrame, targets: pd.DataFrame, panel: Panel, groups: Any) -> Any:
    return vbt.Portfolio.from_orders(
        prices,
        targets,
        size_type="targetpercent",
        group_by=groups,
        cash_sharing=True,
        call_seq="auto",
        fees=panel.fee,
        init_cash=panel.cash,
        freq="D",
    )
