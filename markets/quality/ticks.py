"""Bad ticks: a close that nothing around it knows of, whatever the line and its market did."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from markets.quality.findings import Finding, Floats, Mask, Severity, about
from markets.quality.judged_line import JudgedLine
from newsfolio.assets import Kind

SPIKE = 0.05
"""A close is suspicious this far off, in logs, ..."""
SPIKE_FX = 0.015
"""... that of an exchange rate this far, ..."""
DOUBTED, CERTAIN = 6.0, 8.0
"""... if it is so many times the line's usual move, for a doubt and for a block, ..."""
BUSY, NEVER = 3.0, 10.0
"""... and no more was traded than this many times the usual volume; one traded on is doubted from
that many usual moves on."""

WHOLE_BAR = 1.5
"""Where the open of the day is off as well, no more than so many times the usual volume, ..."""
TAKEN_BACK = 0.3
"""... and the next open and close leave less than this share of the move."""
HUGE = 0.25
"""A move from which twice that volume is allowed."""

BARE = 5.0
"""Closes alone lack the opens that tell a tick from a shock: one is doubted from so many times the
usual size on, and stops no run."""


def ticks(line: JudgedLine) -> Iterator[Finding]:
    """A close far off, which the opens and closes around it do not know.

    A real shock opens another price on its day or on the next, and is traded on.
    """
    if len(line.days) < 3:
        return
    with np.errstate(divide="ignore", invalid="ignore"):
        times, quiet = _alone(line), ~(line.busy[1:-1] > BUSY)
        whole = _whole_bar(line)
        certain = (quiet & (times > CERTAIN)) | (whole & (not line.one_price))
        doubted = whole | (times > np.where(quiet, DOUBTED, NEVER))
    index = line.asset.kind is Kind.INDEX
    for severity, mask in (
        (Severity.DOUBT if index else Severity.BLOCK, certain),
        (Severity.DOUBT, doubted & ~certain),
    ):
        hit = np.flatnonzero(mask) + 1
        if len(hit):
            yield _finding(line, severity, hit)


def _finding(line: JudgedLine, severity: Severity, hit: NDArray[np.int64]) -> Finding:
    at, close = int(hit[0]), line["close"]
    return about(
        severity, line.asset.ticker, "bad tick", line.days[hit],
        f"the close of {line.days[at]} ({close[at]:g}) stands between {close[at - 1]:g} and "
        f"{close[at + 1]:g}",
        "Check that day elsewhere and add a correction.",
    )  # fmt: skip


def _least(line: JudgedLine) -> float:
    return SPIKE_FX if line.asset.kind is Kind.CURRENCY else SPIKE


def _alone(line: JudgedLine) -> Floats:
    """(T - 2,) how many usual moves a close stands from what is around it; 0 unless it is alone.

    Around it are the close before, the open of the day, and the next open and close; alone it
    stands farther from them than they are apart.
    """
    close, opened = np.log(line["close"]), np.log(line["open"])
    around = np.stack([close[:-2], opened[1:-1], opened[2:], close[2:]])
    above, below = around.max(axis=0), around.min(axis=0)  # NaN without an open
    far = np.maximum(close[1:-1] - above, below - close[1:-1])
    times = far / np.maximum(*_usual(line))[1:-1]
    return np.where((far > _least(line)) & (far > above - below), times, 0.0)


def _usual(line: JudgedLine) -> tuple[Floats, Floats]:
    """(T,) the line's usual move from close to close over all its bars, and over the 60 before."""
    moves = np.abs(np.diff(np.log(line["close"]), prepend=np.nan))
    moved = moves[moves > 0]
    ever = float(np.median(moved)) if len(moved) else 0.0
    recent = pd.Series(moves).rolling(60, min_periods=20).median().shift(1)
    return np.full(len(moves), ever), np.nan_to_num(recent.to_numpy())


def _whole_bar(line: JudgedLine) -> Mask:
    """(T - 2,) a close, perhaps with its whole bar, that the next open and close take back."""
    close = np.log(line["close"])
    moves = np.diff(close)
    there, size = moves[:-1], np.abs(moves[:-1])
    after = line["close" if line.one_price else "open"]
    left = np.abs(np.log(after)[2:] - close[:-2])
    least = _least(line) * (BARE if line.one_price else 1.0)
    wrong = (size > least) & (size > CERTAIN * _usual(line)[0][1:-1])
    wrong &= (np.abs(there + moves[1:]) < TAKEN_BACK * size) & (left < TAKEN_BACK * size)
    quiet = np.where(size > HUGE, 2 * WHOLE_BAR, WHOLE_BAR)
    return np.asarray(wrong & ~(line.busy[1:-1] > quiet))
