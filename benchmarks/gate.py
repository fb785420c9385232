"""How well the gate tells bad prices from wild ones: known defects, planted ones, clean lines.

    NEWSFOLIO_DATA=... python benchmarks/gate.py [seed]

Reads the price folder `$NEWSFOLIO_DATA/prices`. Recall: the share of planted defects that raise a
doubt or a block with the rule meant for them. Precision: of all doubts and blocks on the folder as
it is, the share that are defects known from its description or confirmed by hand.
"""

from __future__ import annotations

import dataclasses
import os
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from markets.bars import Bars, Priced
from markets.folder.source import FolderSource
from markets.quality.checks import inspect, inspect_all
from markets.quality.findings import Severity
from newsfolio.assets import Asset, Kind
from newsfolio.errors import DataError
from newsfolio.listings import asset_of

KNOWN = {
    ("CNY=X", "bad tick"): "its description names 2011-07-18 and 2023-10-30",
    ("9988.HK", "dividends"): "its description: dividends missing at the vendor",
    ("9618.HK", "dividends"): "confirmed by hand: JD paid 2023 to 2025, the Hong Kong line did not",
    ("9999.HK", "dividends"): "confirmed by hand: NTES pays each quarter",
}
"""Doubts on the folder that are defects."""

Rng = np.random.Generator
Plant = Callable[[pd.DataFrame, Rng], pd.DataFrame]


def bad_tick(frame: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    at = place(frame, rng)
    factor = float(rng.choice([0.5, 0.7, 0.8, 1.25, 1.5, 2.0]))
    frame.iloc[at, frame.columns.get_loc("close")] *= factor
    return widened(frame, at)


def lost_split(frame: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    at, ratio = place(frame, rng), float(rng.choice([2, 3, 4, 5, 10, 20]))
    frame.iloc[:at, :4] *= ratio
    return frame


def other_unit(frame: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    at = place(frame, rng)
    frame.iloc[at:, :4] *= float(rng.choice([0.01, 100]))
    return frame


def stood_still(frame: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    at = place(frame, rng)
    for later in range(1, int(rng.integers(3, 8))):
        frame.iloc[at + later, :5] = frame.iloc[at, :5].to_numpy()
    return frame


def hole(frame: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    at, length = place(frame, rng), int(rng.integers(3, 15))
    return frame.drop(frame.index[at : at + length])


def too_early(frame: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    early = frame.iloc[: int(rng.integers(1, 30))].copy()
    early.index = early.index - pd.Timedelta(days=7 * int(rng.integers(30, 200)))
    return pd.concat([early, frame])


PLANTS: dict[str, tuple[str, Plant]] = {
    "a bad tick": ("bad tick", bad_tick),
    "a split that was not adjusted for": ("split", lost_split),
    "prices a hundredfold": ("unit", other_unit),
    "a feed that stood still": ("stale", stood_still),
    "a hole of 3 to 14 sessions": ("gap", hole),
    "rows before the listing": ("before its listing", too_early),
}


def place(frame: pd.DataFrame, rng: Rng) -> int:
    return int(rng.integers(80, len(frame) - 40))


def widened(frame: pd.DataFrame, at: int) -> pd.DataFrame:
    close = frame["close"].iloc[at]
    for name, pick in (("high", max), ("low", min)):
        column = frame.columns.get_loc(name)
        frame.iloc[at, column] = pick(frame.iloc[at, column], close)
    return frame


def folder() -> dict[str, tuple[Asset, Bars]]:
    prices = Path(os.environ["NEWSFOLIO_DATA"]) / "prices"
    found = {}
    for path in sorted(prices.glob("*.csv")):
        asset = asset_of(path.stem)
        try:
            found[path.stem] = (asset, FolderSource(prices).load([asset])[path.stem])
        except DataError as error:
            print(f"  {path.stem} is refused by the reader: {error}")
    return found


def listed_after(asset: Asset, frame: pd.DataFrame) -> bool:
    return asset.listed is not None and frame.index[0].date() < asset.listed


def told(asset: Asset, bars: Bars) -> set[str]:
    return {one.rule for one in inspect(asset, bars) if one.severity > Severity.NOTE}


def main() -> None:
    rng = np.random.default_rng(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    lines = folder()
    alarms = [one for one in inspect_all(lines) if one.severity > Severity.NOTE]
    true = [one for one in alarms if (one.ticker, one.rule) in KNOWN]
    print(f"{len(lines)} lines as they are: {len(alarms)} doubts, {len(true)} of them defects")
    for one in alarms:
        print(f"  {'defect' if one in true else 'FALSE ALARM'}  {one.sentence}")
    clean = [
        (asset, bars)
        for asset, bars in lines.values()
        if asset.kind in (Kind.STOCK, Kind.ETF)
        and bars.has_opens
        and len(bars.frame) > 500
        and not told(asset, bars)
    ]
    print(f"defects planted in {len(clean)} clean tradable lines")
    for name, (rule, plant) in PLANTS.items():
        hits = tried = 0
        for asset, bars in clean:
            try:
                frame = plant(bars.frame.copy(), rng)
                if plant is too_early and not listed_after(asset, frame):
                    continue  # the rows planted are before the file, not before the listing
                broken = dataclasses.replace(bars, frame=frame, priced=Priced.SPLITS)
            except DataError:
                continue
            tried += 1
            hits += rule in told(asset, broken)
        print(f"  {name:<36} {hits} of {tried} found ({hits / tried:.0%})")


if __name__ == "__main__":
    main()
