"""Baskets that follow the market model, and studies of the made-up lines."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from backtests.evaluation.event_studies.market_model import Model, fitted
from backtests.evaluation.event_studies.returns import ReturnPanel
from backtests.evaluation.event_studies.schema import Study
from backtests.evaluation.event_studies.study import study
from markets.bars import Bars
from markets.reference.currencies import EcbRates
from markets.snapshot import Snapshot, with_own_rows
from newsfolio import EventStudy, Sleeve
from tests.support.switch import LINES

PAIR = Sleeve("pair", ("AAA", "BBB"))


def made(
    seed: int, sessions: int = 400, lines: int = 1, beta: float = 1.2, alpha: float = 0.0005
) -> ReturnPanel:
    """A basket that follows the market model and nothing else."""
    lot = np.random.default_rng(seed)
    market = lot.normal(0.0003, 0.01, sessions)
    own = alpha + beta * market[:, None] + lot.normal(0, 0.02, (sessions, lines))
    days = np.array("2020-01-01", dtype="datetime64[D]") + np.arange(sessions)
    return ReturnPanel(days, tuple("ABCDEFG"[:lines]), own, market[:, None])


def model(panel: ReturnPanel, place: int) -> Model:
    fit = fitted(panel, place)
    assert isinstance(fit, Model), fit
    return fit


def on(
    declared: EventStudy, lines: dict[str, Bars] | None = None, divide: date | None = None,
    **more: Any,
) -> Study:  # fmt: skip
    facts = (declared.facts,) if declared.facts else ()
    bars = with_own_rows(Snapshot(LINES if lines is None else lines), facts)
    return study(declared, bars, EcbRates(), "USD", divide, **more)
