"""A thesis that goes from one made-up line to another at publication, and its evaluation."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from backtests.evaluation.evaluate import JudgedRun, evaluate
from backtests.evaluation.schema import Certificate, Honesty
from backtests.records.ledger import Tried
from backtests.runner.run_strategy import run_strategy
from backtests.settings import Settings
from markets.bars import Bars, Priced
from markets.reference.calendars import sessions_of
from markets.snapshot import Snapshot
from newsfolio import Article, Fixed, Strategy, Thesis, at_publication, monthly, param
from newsfolio.assets import NEW_YORK, Asset
from newsfolio.facts import Facts

DAYS = pd.DatetimeIndex(sessions_of(NEW_YORK)).astype("datetime64[ns]")


DAYS = DAYS[(DAYS >= "2021-01-04") & (DAYS <= "2024-12-31")]


HONEST = Certificate(Honesty.HONEST, "by construction")


PUBLISHED = datetime(2023, 6, 1, 3, tzinfo=UTC)


def line(ticker: str, returns: np.ndarray, days: pd.DatetimeIndex = DAYS) -> Bars:
    close = 100 * np.cumprod(1 + returns)[: len(days)]
    opens = np.r_[100.0, close[:-1]][: len(days)]
    frame = pd.DataFrame(
        {"open": opens, "high": np.maximum(opens, close), "low": np.minimum(opens, close),
         "close": close, "volume": 1e7, "dividend": 0.0, "split": 0.0},
        index=pd.DatetimeIndex(days, name="session"),
    )  # fmt: skip
    return Bars(ticker, frame, Priced.SPLITS)


def noise(seed: int, deviation: float = 0.01) -> np.ndarray:
    return np.random.default_rng(seed).normal(0.0003, deviation, len(DAYS))


@dataclass(frozen=True)
class Made:
    bars: Mapping[str, Bars]
    name: str = "made"

    def load(self, assets: Iterable[Asset], facts: Iterable[Facts] = ()) -> Snapshot:
        tickers = (asset.ticker for asset in assets if asset.ticker in self.bars)
        return Snapshot({ticker: self.bars[ticker] for ticker in tickers})


LINES = {"AAA": line("AAA", noise(1)), "BBB": line("BBB", noise(2)), "IDX": line("IDX", noise(3)),
         "SPY": line("SPY", noise(4)), "MCHI": line("MCHI", noise(5)),
         "SMH": line("SMH", noise(6))}  # fmt: skip


@dataclass(frozen=True)
class Switch(Strategy):
    """From AAA to BBB at publication."""

    share: float = param(1.0, low=0.0, high=10.0)

    thesis = Thesis("S", "switch", "", Article("sim", "a switch", "nobody", PUBLISHED))
    universe = ("AAA", "BBB")
    rebalance = monthly | at_publication
    benchmark = "IDX"
    max_gross = 10.0
    grid = {"share": (0.25, 0.5, 1.0)}

    def weights(self, view):
        return {"BBB": self.share} if view.published else {"AAA": 1.0}

    def controls(self) -> Mapping[str, Strategy]:
        return {"half and half": Fixed(mix=((0.5, "AAA"), (0.5, "BBB")))}


def judged(strategy: Strategy, lines: Mapping[str, Bars] = LINES, **settings: Any) -> JudgedRun:
    wanted = Settings(**({"engine": "kernel", "start": "2022-01-03"} | settings))
    run = run_strategy(strategy, Made(lines), wanted)
    evaluation = evaluate(run, Tried(), lambda: HONEST, count=25)
    json.dumps(evaluation.evaluation.as_json(), allow_nan=False)
    return evaluation


def after(sessions: int) -> str:
    """The last day of a run with so many scored sessions: the first decision is on 2023-06-01."""
    return f"{DAYS[list(DAYS).index(pd.Timestamp('2023-06-01')) + sessions]:%Y-%m-%d}"
