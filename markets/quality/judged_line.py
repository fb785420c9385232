"""A line as the rules look at it: the rows that a run uses, as arrays."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from markets.bars import ROUNDING, Bars, moved_on
from markets.quality.findings import Floats
from markets.reference.axis import lives
from markets.reference.calendars import Days, idle_weekend, sessions_of
from newsfolio.assets import Asset, Kind

Counts = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class JudgedLine:
    """A line as the rules look at it: the rows that a run uses, as arrays."""

    asset: Asset
    bars: Bars

    @classmethod
    def used(cls, asset: Asset, bars: Bars) -> JudgedLine | None:
        """Without rows of another security, and of a line that trades without idle weekends.

        What was paid or split on a row that goes counts on the next one. None: no row is left.
        """
        if asset.kind is Kind.FUND and bars.traded_on is None:
            bars = bars.at_net_asset_value()
        keep = lives(asset, bars.days)
        if not keep.any():
            return None
        rows = bars if keep.all() else bars.kept(keep)
        weekend = idle_weekend(asset.venue, rows.days) & asset.tradable
        if weekend.any() and not weekend.all():
            rows = dataclasses.replace(rows, frame=moved_on(rows.frame, ~weekend))
        return cls(asset, rows)

    @cached_property
    def days(self) -> Days:
        return self.bars.days

    def __getitem__(self, column: str) -> Floats:
        return self.bars.columns[column]

    @cached_property
    def one_price(self) -> bool:
        """Whether orders fill at closes that are all that is known: closes alone, and funds."""
        close, slack = self["close"], ROUNDING * self["close"]
        columns = (self[name] for name in ("open", "high", "low"))
        more = any((np.abs(column - close) > slack).any() for column in columns)
        return self.bars.has_opens and not more

    @cached_property
    def moves(self) -> Floats:
        """Close to close with the dividend, in logs; the first is 0."""
        return self._to(self["close"])

    @cached_property
    def gaps(self) -> Floats:
        """The same to the open; to the close where no open was recorded."""
        opened = self["open"]
        return self._to(np.where(np.isnan(opened), self["close"], opened))

    @cached_property
    def busy(self) -> Floats:
        """Volume as a multiple of the median of the 60 bars before; NaN where unknown."""
        volume = pd.Series(self["volume"])
        usual = volume.where(volume > 0).rolling(60, min_periods=20).median().shift(1)
        return (volume / usual).to_numpy()

    @cached_property
    def wide(self) -> Floats:
        """High to low, in logs."""
        return np.log(self["high"] / self["low"])

    @cached_property
    def usual_range(self) -> Floats:
        """The median of the 60 bars before."""
        return pd.Series(self.wide).rolling(60, min_periods=20).median().shift(1).to_numpy()

    @cached_property
    def missing(self) -> Counts:
        """Sessions of the venue between each bar and the one before."""
        sessions = sessions_of(self.asset.venue)
        places = np.searchsorted(sessions, self.days)
        after = np.searchsorted(sessions, self.days, side="right")
        return np.concatenate([[0], np.maximum(places[1:] - after[:-1], 0)])

    def _to(self, price: Floats) -> Floats:
        worth = price + np.nan_to_num(self["dividend"])
        return np.concatenate([[0.0], np.log(worth[1:] / self["close"][:-1])])

    def halted(self, at: int) -> bool:
        """Whether the line did not trade just before a bar, or not on that day."""
        return bool(self.missing[at] > 0 or (self["volume"][at - 1 : at + 1] == 0).any())

    def pause(self, at: int) -> int:
        """Sessions without a trade just before a bar."""
        traded = np.flatnonzero(self["volume"][:at] != 0)
        return int(self.missing[at]) + at - 1 - (int(traded[-1]) if len(traded) else 0)

    def step(self, at: int) -> str:
        """The jump in words."""
        close = self["close"]
        return f"the close goes from {close[at - 1]:g} to {close[at]:g} on {self.days[at]}"
