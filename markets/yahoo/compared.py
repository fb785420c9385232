"""Yahoo's answers compared with the bars that are kept, and with what prices can do; no I/O."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pandas as pd

from markets.bars import Bars
from markets.reference.calendars import has_calendar, is_open
from markets.yahoo.answers import SAME
from newsfolio.assets import Asset, Kind

OVERLAP = timedelta(days=30)
HUNDREDFOLD = 60.0
"""A move of a day that no price makes, but a change of the unit does."""
RESCALED = 3.0
"""How much a whole history may change its level without a split to explain it."""


def difference(kept: pd.DataFrame, fetched: pd.DataFrame) -> str | None:
    """What speaks against appending, in words; None if the overlap is the same."""
    last = kept.index[-1]
    old, new = kept.loc[kept.index >= last - OVERLAP], fetched.loc[fetched.index <= last]
    later = fetched.loc[(fetched.index > last) & (fetched["split"] > 0), "split"]
    if not later.empty:
        return f"a split of {later.iloc[0]:g} on {later.index[0]:%Y-%m-%d}"
    strange = old.index.symmetric_difference(new.index)
    if len(strange):
        verb = "is gone" if strange[0] in old.index else "is new"
        return f"the bar of {strange[0]:%Y-%m-%d} {verb}"
    for column in ("close", "dividend", "split"):
        before, now = old[column].to_numpy(), new[column].to_numpy()
        places = np.flatnonzero(~np.isclose(before, now, rtol=SAME, atol=1e-12))
        if len(places):
            at = places[0]
            return f"the {column} of {old.index[at]:%Y-%m-%d} was {before[at]:g}, now {now[at]:g}"
    return None


def without_today(kept: Bars, today: date) -> Bars | None:
    """The kept bars without those of `today` and later, which a wrong clock let in."""
    frame = kept.frame[kept.frame.index < pd.Timestamp(today)]
    return dataclasses.replace(kept, frame=frame) if len(frame) else None


def against(asset: Asset, kept: Bars, fresh: pd.DataFrame) -> str | None:
    """Why a whole history must not replace the bars that are kept, None if it may.

    It loses sessions that are kept; or its level is another, with no split to explain it; or it
    brings a jump that looks like an error and that the kept bars do not have.
    """
    return _lost(asset, kept, fresh) or _rescaled(kept.frame, fresh) or flaw(asset, kept, fresh)


def flaw(asset: Asset, kept: Bars | None, fresh: pd.DataFrame) -> str | None:
    """A jump in `fresh`, in words, that is an error of the source and is not in the kept bars."""
    flaws_kept = dict(flaws(asset, kept.frame)) if kept is not None else {}
    return next((sentence for day, sentence in flaws(asset, fresh) if day not in flaws_kept), None)


def flaws(asset: Asset, frame: pd.DataFrame) -> Iterator[tuple[date, str]]:
    """Days on which the unit changes, or on which a split is told but not adjusted for."""
    if asset.kind is Kind.INDEX or len(frame) < 2:
        return
    close, split = frame["close"].to_numpy(), frame["split"].fillna(0.0).to_numpy()
    usable = np.isfinite(close) & (close > 0)
    moves = np.diff(np.log(np.where(usable, close, np.nan)))
    ratios = np.log(np.where(split[1:] > 0, split[1:], 1.0))
    unit = np.abs(moves) > np.log(HUNDREDFOLD)
    raw = (np.abs(ratios) > np.log(1.3)) & (np.abs(moves + ratios) < 0.25 * np.abs(ratios))
    for place in map(int, np.flatnonzero(unit | raw)):
        day = frame.index[place + 1].date()
        step = f"the close goes from {close[place]:g} to {close[place + 1]:g} on {day}"
        if raw[place]:
            yield day, f"{step}: a split of {split[place + 1]:g} is told but not adjusted for"
        else:
            yield day, f"{step}, about a hundredfold: another unit (pence, cents)"


def _lost(asset: Asset, kept: Bars, fresh: pd.DataFrame) -> str | None:
    """Sessions that the kept bars have; a bar of a closed day, or without a trade, may go."""
    gone = kept.frame.loc[kept.frame.index.difference(fresh.index)]
    days = gone.index[gone["volume"].to_numpy() != 0]
    days = days[_open_days(asset, days)]
    if not len(days):
        return None
    return (
        f"it leaves out {len(days)} of the bars of {kept.first} to {kept.last}, "
        f"the first that of {days[0]:%Y-%m-%d}"
    )


def _open_days(asset: Asset, days: pd.DatetimeIndex) -> np.ndarray:
    """Which days are sessions; where no calendar is at hand, weekdays."""
    if asset.kind is Kind.CURRENCY or not has_calendar(asset.venue.code):
        return np.asarray(days.dayofweek < 5)
    return is_open(asset.venue.code, days.to_numpy().astype("datetime64[D]"))


def _rescaled(kept: pd.DataFrame, fresh: pd.DataFrame) -> str | None:
    both = kept.index.intersection(fresh.index)
    old, new = (part.loc[both, "close"].to_numpy() for part in (kept, fresh))
    usable = (old > 0) & (new > 0)
    if not usable.any():
        return None
    times = float(np.median(new[usable] / old[usable]))
    left = (times, times * _splits_since(kept, fresh))
    if min(abs(np.log(left))) < np.log(RESCALED):
        return None
    return f"its closes are {times:.4g} times those in the store, with no split to explain it"


def _splits_since(kept: pd.DataFrame, fresh: pd.DataFrame) -> float:
    """The product of the splits that the kept bars do not know."""
    before = kept["split"].reindex(fresh.index).fillna(0.0)
    splits = fresh["split"].fillna(0.0)
    new = splits[(splits > 0) & (before != splits)]
    return float(np.prod(new.to_numpy("float64")))
