"""Money in and out of random markets."""

from __future__ import annotations

import dataclasses
import random

from newsfolio import Flow
from newsfolio.flows import INTO, PERIODS
from tests.support.random_markets import Case


def with_flows(case: Case, *, dry: bool = False) -> Case:
    """The same case with a few flows of all kinds; dry: and a withdrawal that ends it."""
    lot = random.Random(case.seed)
    days = sorted({day.item() for bars in case.bars.values() for day in bars.days})
    size = case.settings.cash / 20
    flows = {
        Flow(
            f"{lot.randint(-9, 9) or 3}%" if lot.random() < 0.3 else _amount(lot, size),
            lot.choice(list(PERIODS)[1:]) if lot.random() < 0.5 else lot.choice(days),
            into=lot.choice(INTO),
        )
        for _ in range(lot.randint(1, 5))
    }
    currencies = sorted(case.fx.euros)
    flows |= {Flow(_amount(lot, size), lot.choice(days), lot.choice(currencies))}
    if dry:
        flows |= {Flow(-30 * case.settings.cash, days[2 * len(days) // 3])}
    settings = dataclasses.replace(case.settings, flows=tuple(sorted(flows, key=str)))
    return dataclasses.replace(case, settings=settings)


def _amount(lot: random.Random, size: float) -> float:
    return round(lot.uniform(-size, 2 * size), 2) or 1.0
