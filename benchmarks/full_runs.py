"""Theses that are run and judged in full, each on a market of its own.

Two sleeves of three lines, a common factor, fat tails and volatility that clusters, four years of
history and then the scored sessions. The thesis moves from one sleeve to the other at publication;
its control holds half of each. `edge` is the annual Sharpe ratio of the difference to the control
that the market really has after publication.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time

import numpy as np
import pandas as pd

from backtests.evaluation.evaluate import evaluate
from backtests.evaluation.schema import Certificate, Honesty
from backtests.records.ledger import Tried
from backtests.runner.run_strategy import run_strategy
from backtests.settings import Settings
from markets.bars import Bars, Priced
from markets.reference.calendars import sessions_of
from markets.snapshot import Snapshot
from newsfolio import (
    Article,
    Fixed,
    Sleeve,
    Strategy,
    Thesis,
    at_publication,
    blend,
    equal,
    monthly,
    param,
)  # fmt: skip
from newsfolio.assets import NEW_YORK, Asset
from newsfolio.facts import Facts

HISTORY = 1008
LINES = {"old": ("AAA", "BBB", "CCC"), "new": ("XXX", "YYY", "ZZZ")}
OLD, NEW = (Sleeve(name, tuple(Asset(t, NEW_YORK) for t in lines)) for name, lines in LINES.items())


@dataclass(frozen=True)
class Switch(Strategy):
    """From the old lines to the new ones at publication."""

    share: float = param(1.0, low=0.0, high=1.0)

    thesis = None  # set for each market
    universe = (OLD, NEW)
    rebalance = monthly | at_publication
    benchmark = Fixed(mix=((1.0, OLD),))
    grid = {"share": (0.5, 0.75, 1.0)}

    def weights(self, view):
        share = self.share if view.published else 0.0
        return blend((share, equal(NEW)), (1 - share, equal(OLD)))

    def controls(self):
        return {"half and half": Fixed(mix=((0.5, OLD), (0.5, NEW)))}


@dataclass(frozen=True)
class Made:
    """A market made up for one thesis; it does not say so, or no verdict would be given."""

    bars: Mapping[str, Bars]
    name: str = "made"

    def load(self, assets: Iterable[Asset], facts: Iterable[Facts] = ()) -> Snapshot:
        return Snapshot({a.ticker: self.bars[a.ticker] for a in assets if a.ticker in self.bars})


def market(seed: int, edge: float, scored: int) -> Made:
    """Lines with GARCH-like t(5) returns; the new sleeve drifts by `edge` once it is published."""
    rng = np.random.default_rng(seed)
    count = HISTORY + scored + 1
    days = pd.DatetimeIndex(sessions_of(NEW_YORK)).astype("datetime64[ns]")
    days = days[days >= "2015-01-02"][:count]
    common = clustered(rng, count, 0.010) + 0.0003
    tickers = [*LINES["old"], *LINES["new"]]
    own = np.column_stack([clustered(rng, count, 0.015) for _ in tickers])
    returns = common[:, None] + own
    gap = (own[:, 3:].mean(axis=1) - own[:, :3].mean(axis=1)).std() / 2  # of new less half and half
    returns[HISTORY:, 3:] += 2 * edge * gap / np.sqrt(252)
    levels = 100 * np.exp(np.cumsum(returns - returns.var(axis=0) / 2, axis=0))
    return Made({t: line(t, days, levels[:, place]) for place, t in enumerate(tickers)})


def clustered(rng: np.random.Generator, count: int, deviation: float) -> np.ndarray:
    """Returns whose variance follows a GARCH(1, 1) of persistence 0.97."""
    shocks = rng.standard_t(5, count) / np.sqrt(5 / 3)
    variance, noise = 1.0, np.empty(count)
    for place, shock in enumerate(shocks):
        noise[place] = np.sqrt(variance) * shock
        variance = 0.03 + 0.07 * noise[place] ** 2 + 0.90 * variance
    return deviation * noise


def line(ticker: str, days: pd.DatetimeIndex, close: np.ndarray) -> Bars:
    opens = np.r_[close[0], close[:-1]]
    frame = pd.DataFrame(
        {"open": opens, "high": np.maximum(opens, close), "low": np.minimum(opens, close),
         "close": close, "volume": 1e7, "dividend": 0.0, "split": 0.0},
        index=pd.DatetimeIndex(days, name="session"),
    )  # fmt: skip
    return Bars(ticker, frame, Priced.SPLITS)


def judged(seed: int, edge: float, scored: int, placebos: int) -> tuple[str, bool | None]:
    """The verdict's word, and whether the interval alone lay above zero."""
    source = market(seed, edge, scored)
    day = source.bars["AAA"].frame.index[HISTORY]
    article = Article("sim", "made up", "nobody", datetime.combine(day, time(0, 1), UTC))
    strategy_class = dataclasses.make_dataclass(
        "Switch", [], bases=(Switch,), frozen=True,
        namespace={"thesis": Thesis("S", "switch", "", article)},
    )  # fmt: skip
    run = run_strategy(strategy_class(), source, Settings(engine="kernel", start="2016-01-04"))
    honest = Certificate(Honesty.HONEST, "by construction")
    evaluation = evaluate(run, Tried(), honest, count=placebos).evaluation
    low = evaluation.comparisons[0].excess.low
    return evaluation.verdict.word.value, low is not None and low > 0
