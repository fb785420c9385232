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
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))  # started as a file, it sees its own folder

from markets.bars import Bars, Priced
from markets.folder.source import FolderSource
from markets.quality.amounts import Amounts
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
    ("0763.HK", "halt"): "confirmed by hand: halted from 2018-04-17 to 06-12, no split",
    ("0763.HK", "no trade"): "the same halt",
}
"""Doubts on the folder that are defects, or halts as they are meant to be told."""

ROUNDS = 3
"""Times that each defect is planted in each line."""

Rng = np.random.Generator
Plant = Callable[[pd.DataFrame, Rng], pd.DataFrame]


def bad_tick(frame: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    at = place(frame, rng)
    factor = float(rng.choice([0.5, 0.7, 0.8, 1.25, 1.5, 2.0]))
    frame.iloc[at, frame.columns.get_loc("close")] *= factor
    return widened(frame, at)


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


def recorded_split(frame: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    at, ratio = place(frame, rng), float(rng.choice(RATIOS))
    frame.iloc[:at, :4] *= ratio
    frame.iloc[at, frame.columns.get_loc("split")] = ratio
    return frame


def unrecorded(least: float, most: float) -> Plant:
    """Splits and reverse splits; in half of them the volume before is that of the old shares."""

    def plant(frame: pd.DataFrame, rng: Rng) -> pd.DataFrame:
        at, ratio = place(frame, rng), float(rng.uniform(least, most))
        ratio = 1 / ratio if least >= LARGE and rng.random() < 0.3 else ratio
        frame.iloc[:at, :4] *= ratio
        if rng.random() < 0.5:
            frame.iloc[:at, frame.columns.get_loc("volume")] /= ratio
        return frame

    return plant


def shifted_dates(frame: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    return frame.set_axis(frame.index - pd.Timedelta(days=int(rng.choice([1, -1]))))


def dead(frame: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    at = place(frame, rng)
    gone = slice(at, at + int(rng.integers(20, 200)))
    frame.iloc[gone, :4] = frame["close"].iloc[at - 1]
    frame.iloc[gone, frame.columns.get_loc("volume")] = 0.0
    return frame


def reused(frame: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    at = place(frame, rng)
    frame.iloc[:at, :4] *= float(rng.choice([0.1, 0.2, 5.0, 15.0]))
    return frame.drop(frame.index[at - int(rng.integers(61, 79)) : at])


def twice(frame: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    at = place(frame, rng)
    paid = frame["close"].iloc[at - 1] * float(rng.uniform(0.002, 0.02))
    frame.iloc[[at, at + 1], frame.columns.get_loc("dividend")] = paid
    return frame


def stray(frame: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    last = frame.iloc[[-1]]
    later = pd.Timedelta(days=int(rng.integers(731, 3000)))
    return pd.concat([frame, last.set_axis(last.index + later)])


def wrong_amounts(frame: pd.DataFrame, rng: Rng) -> dict[str, bool]:
    """By kind of fault: whether amounts that contradict Adj Close are doubted."""
    close, dividend = frame["close"].to_numpy(), np.zeros(len(frame))
    rows = np.arange(80, len(frame) - 1, 63)
    dividend[rows] = close[rows - 1] * rng.uniform(0.002, 0.02, len(rows))
    share = dividend / np.append(np.nan, close[:-1])
    adjusted = close * np.append(np.cumprod((1 - share)[:0:-1])[::-1], 1.0)
    split, at = np.zeros(len(frame)), int(rng.choice(rows))
    split[at + 1] = ratio = float(rng.choice(RATIOS[:10]))
    days = frame.index.to_numpy().astype("datetime64[D]")

    def doubted(stated: np.ndarray, decimals: int = 9) -> bool:
        made = Amounts(days, close, np.round(adjusted, decimals), stated, split)
        return bool(list(made.doubts()))

    changed = dividend.copy()
    changed[at] *= 100
    undivided = np.where(np.arange(len(frame)) <= at, dividend * ratio, dividend)
    left_out = dividend.copy()
    left_out[at] = 0.0
    return {
        "one dividend a hundredfold": doubted(changed),
        "dividends that a later split does not divide": doubted(undivided),
        "a dividend that is missing": doubted(left_out),
        "FALSE ALARM: right amounts": doubted(dividend),
        "FALSE ALARM: right amounts, Adj Close in cents": doubted(dividend, 2),
    }


RATIOS = (7, 2, 3, 1.5, 1.25, 4, 5, 1.2, 10, 20, 40, 1 / 12, 1 / 40, 2 / 3, 1 / 4, 1.1)
LARGE = 1.5

PLANTS: dict[str, tuple[str, Plant]] = {
    "a bad tick": ("bad tick", bad_tick),
    "a recorded split that is not in the prices": ("split", recorded_split),
    "a split of 1.5 to 40 that nobody recorded": ("split", unrecorded(LARGE, 40.0)),
    "a bonus issue of 1.2 to 1.5, unrecorded": ("split", unrecorded(1.2, LARGE)),
    "prices a hundredfold": ("unit", other_unit),
    "another security, after a long gap": ("another security", reused),
    "a dividend on two sessions": ("dividend twice", twice),
    "a feed that stood still": ("stale", stood_still),
    "20 to 200 sessions without a trade": ("no trade", dead),
    "a hole of 3 to 14 sessions": ("gap", hole),
    "every date a day off": ("closed day", shifted_dates),
    "a last row years later": ("stray row", stray),
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
    lines = {}
    for path in sorted(prices.glob("*.csv")):
        asset = asset_of(path.stem)
        try:
            lines[path.stem] = (asset, FolderSource(prices).load([asset])[path.stem])
        except DataError as error:
            print(f"  {path.stem} is refused by the reader: {error}")
    return lines


def listed_after(asset: Asset, frame: pd.DataFrame) -> bool:
    return asset.listed is not None and frame.index[0].date() < asset.listed


def alarmed_rules(asset: Asset, bars: Bars) -> set[str]:
    return {finding.rule for finding in inspect(asset, bars) if finding.severity > Severity.NOTE}


def main() -> None:
    rng = np.random.default_rng(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    lines = folder()
    alarms = [finding for finding in inspect_all(lines) if finding.severity > Severity.NOTE]
    true = [finding for finding in alarms if (finding.ticker, finding.rule) in KNOWN]
    print(f"{len(lines)} lines as they are: {len(alarms)} doubts, {len(true)} of them defects")
    for finding in alarms:
        print(f"  {'defect' if finding in true else 'FALSE ALARM'}  {finding.sentence}")
    stops = [
        finding for finding in alarms if finding.severity is Severity.BLOCK and finding not in true
    ]
    bars = sum(len(bars.frame) for _, bars in lines.values())
    splits = [finding for finding in alarms if finding.rule == "split"]
    print(f"{len(stops)} false blocks, {len(splits)} false splits in {bars:,} bars")
    clean = [
        (asset, bars)
        for asset, bars in lines.values()
        if asset.kind in (Kind.STOCK, Kind.ETF)
        and bars.has_opens
        and len(bars.frame) > 500
        and not alarmed_rules(asset, bars)
    ]
    print(f"defects planted in {len(clean)} clean tradable lines, {ROUNDS} times each")
    for name, (rule, plant) in PLANTS.items():
        tried = [hit for _ in range(ROUNDS) for hit in planted(clean, rule, plant, rng)]
        print(f"  {name:<48} {sum(tried)} of {len(tried)} found ({np.mean(tried):.1%})")
    amounts = [wrong_amounts(bars.frame, rng) for _ in range(ROUNDS) for _, bars in clean]
    for name in amounts[0]:
        hits = [hits_of_one[name] for hits_of_one in amounts]
        print(f"  {name:<48} {sum(hits)} of {len(hits)} found ({np.mean(hits):.1%})")


def planted(clean: list[tuple[Asset, Bars]], rule: str, plant: Plant, rng: Rng) -> Iterator[bool]:
    """Whether the defect was found, for each line that it can be planted in."""
    for asset, bars in clean:
        try:
            frame = plant(bars.frame.copy(), rng)
            if plant is too_early and not listed_after(asset, frame):
                continue  # the rows planted are before the file, not before the listing
            if plant is reused:
                asset = dataclasses.replace(asset, listed=None)
            broken = dataclasses.replace(bars, frame=frame, priced=Priced.SPLITS)
        except DataError:
            continue
        yield rule in alarmed_rules(asset, broken)


if __name__ == "__main__":
    main()
