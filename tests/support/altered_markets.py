"""A random case seen otherwise: other names, less data, another future."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd

from markets.bars import Bars
from newsfolio import Asset
from newsfolio.listings import asset_of
from tests.support.random_markets import Case


def renamed(case: Case, name: Callable[[str], str]) -> Case:
    """The case with other tickers, everything else as it was."""

    def line(given: str | Asset) -> Asset:
        asset = asset_of(given)
        others = tuple(map(name, asset.stand_in))
        return dataclasses.replace(asset, ticker=name(asset.ticker), stand_in=others)

    return dataclasses.replace(
        case,
        bars={
            name(ticker): dataclasses.replace(line, ticker=name(ticker))
            for ticker, line in case.bars.items()
        },
        sleeves=tuple(
            dataclasses.replace(sleeve, lines=tuple(line(asset) for asset in sleeve.lines))
            for sleeve in case.sleeves
        ),
        table={
            day: None if weights is None else {name(key): size for key, size in weights.items()}
            for day, weights in case.table.items()
        },
    )


def until(case: Case, day: date) -> Case:
    """The case as its data stood after `day`."""
    bars = {ticker: line.until(day) for ticker, line in case.bars.items() if line.first <= day}
    return dataclasses.replace(case, bars=bars)


def scrambled(case: Case, day: date) -> Case:
    """The case with noise for every price, volume, dividend and rate after `day`."""
    rng = np.random.default_rng(case.seed)
    bars = {ticker: _noise(rng, line, day) for ticker, line in case.bars.items()}
    after = case.fx.days > np.datetime64(day)
    noise = np.where(after, np.exp(rng.normal(0, 0.2, len(after))), 1.0)
    euros = {
        name: rates if name == "EUR" else rates * noise for name, rates in case.fx.euros.items()
    }
    return dataclasses.replace(case, bars=bars, fx=dataclasses.replace(case.fx, euros=euros))


def _noise(rng: np.random.Generator, line: Bars, day: date) -> Bars:
    frame = line.frame.copy()
    after = frame.index > pd.Timestamp(day)
    factor = np.exp(rng.normal(0, 0.3, int(after.sum())))[:, None]
    frame.loc[after, ["open", "high", "low", "close"]] *= factor
    if line.traded_on is not None:  # what deals as a fund does goes on to
        frame.loc[after, "volume"] = np.round(np.exp(rng.normal(8, 2, int(after.sum()))))
    frame.loc[after, "dividend"] = 0.0
    return dataclasses.replace(line, frame=frame)
