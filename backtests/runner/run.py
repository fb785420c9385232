"""A run and its references, with all that an evaluation or a result is made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from backtests.runner.provenance import Provenance
from backtests.settings import Settings
from backtests.simulation.account import Account
from backtests.simulation.fills import Fill
from backtests.simulation.output import EngineOutput, Explained, LegLimited
from markets.costs.models import CostModel
from markets.market import Market
from markets.quality.findings import Finding
from markets.snapshot import Snapshot
from newsfolio.assets import Asset
from newsfolio.strategy import Strategy
from reports.contract.manifest import ClaimJson, LegJson

BENCHMARK = "benchmark"
"""The name of the reference that is no control."""


@dataclass(frozen=True)
class Reference:
    """Something the strategy is measured against: another strategy, or a level nobody can buy.

    ticker, line: of a benchmark that is named by it. required: a run without it fails.
    """

    name: str
    label: str
    strategy: Strategy | None
    ticker: str = ""
    required: bool = False
    line: Asset | None = None


@dataclass(frozen=True, eq=False)
class ReferenceRun:
    """A reference that was run: its curve on the strategy's sessions, and how it came about.

    market, output and account are None for a level that nobody can buy. looked: it asked what it
    holds.
    """

    reference: Reference
    label: str
    curve: pd.Series
    market: Market | None = None
    output: EngineOutput | None = None
    account: Account | None = None
    looked: bool = False

    @property
    def fills(self) -> Sequence[Fill]:
        return self.output.fills if self.output else ()


@dataclass(frozen=True, eq=False)
class Run:
    """What was run, with all that an evaluation or a result can be made from.

    strategy: None for a plain backtrader class. bars: everything that the source was asked for.
    references: benchmark and controls by name, in that order; left_out: why others are missing.
    noted: what the strategy noted at its decisions; looked: it asked what it holds.
    legs: what those of a strategy of strategies came to; limited: what their limits changed.
    full_end: where the run would have ended if nobody had named an end; None: nobody did.
    """

    strategy: Strategy | None
    origin: Provenance
    settings: Settings
    costs: CostModel
    bars: Snapshot
    market: Market
    output: EngineOutput
    account: Account
    references: Mapping[str, ReferenceRun]
    left_out: tuple[str, ...]
    verified: bool = False
    explained: Explained | None = None
    noted: tuple[str, ...] = ()
    looked: bool = False
    claims: tuple[ClaimJson, ...] = ()
    legs: tuple[LegJson, ...] = ()
    limited: tuple[LegLimited, ...] = ()
    findings: tuple[Finding, ...] = ()
    full_end: date | None = None

    @property
    def article(self) -> str:
        """The article's id, "" without one."""
        return str(self.origin.thesis["article"]["id"]) if self.origin.thesis else ""

    @property
    def rates(self) -> pd.DataFrame:
        """`cash`: a year's interest on idle cash as known on each session."""
        return cash_rate(self.market).to_frame()


def cash_rate(market: Market) -> pd.Series:
    """A year's interest on idle cash as known on each session of a run."""
    rate = market.cash_rate[market.first :]
    return pd.Series(rate, index=market.index, dtype="float64", name="cash")
