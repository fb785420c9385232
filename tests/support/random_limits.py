"""Limits of random markets."""

from __future__ import annotations

import dataclasses
import random

from newsfolio import Limits
from tests.support.random_markets import Case


def with_limits(case: Case) -> Case:
    """The same case with a few limits of all kinds, each in about half of the seeds."""
    lot = random.Random(case.seed)
    sleeve = lot.choice(case.sleeves)
    caps = {"": lot.uniform(0.3, 0.8)}
    if lot.random() < 0.5:
        caps[sleeve.name] = lot.uniform(0.3, 0.9)
    floors = {lot.choice(lot.choice(case.sleeves).tickers): 0.02}
    if lot.random() < 0.5:
        floors[lot.choice(case.sleeves).name] = lot.uniform(0.05, 0.25)
    chosen = {
        "cap": caps,
        "floor": floors,
        "turnover": lot.uniform(0.05, 0.5),
        "band": lot.choice([lot.uniform(0.0, 0.05), f"{lot.randint(1, 60)}%"]),
        "order": case.settings.cash / lot.randint(50, 500),
        "over": lot.randint(2, 5),
    }
    limits = Limits(**{name: part for name, part in chosen.items() if lot.random() < 0.5})  # type: ignore[arg-type]
    return dataclasses.replace(case, settings=dataclasses.replace(case.settings, limits=limits))
