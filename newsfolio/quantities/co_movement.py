"""How much lines move, and how they move together."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsfolio.assets import Sleeve
from newsfolio.errors import MissingData
from newsfolio.formatting import percent, signed
from newsfolio.quantities.base import Measured, OfLines, Quantity, Record, Window, label_of
from newsfolio.quantities.closes import A_YEAR, mean_moves, moves_of, path_of, weekly
from newsfolio.quantities.observations import (
    Observations,
    correlation,
    deviation,
    gap,
    slope,
)

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Volatility(OfLines):
    """Standard deviation of daily moves within the window, a year."""

    of: str | Sleeve

    def measure(self, record: Record, window: Window) -> Measured:
        moves = mean_moves(record, self.of, window)
        if len(moves) < 2:
            raise MissingData(f"{label_of(self.of)}: fewer than two moves to {window.end}")
        value = float(moves.std(ddof=1)) * math.sqrt(A_YEAR)
        return Measured(value, f"{label_of(self.of)} {percent(value, 1)} a year")

    def observations(self, record: Record, window: Window) -> Observations:
        """Daily moves; how much it moved is a fact, more than another time is not."""
        moves = mean_moves(record, self.of, window).to_frame() * math.sqrt(A_YEAR)
        return Observations(moves, deviation)


@dataclass(frozen=True)
class MeanCorrelation(OfLines):
    """The mean correlation of daily moves over all pairs of a basket's lines."""

    of: Sleeve

    @property
    def percent(self) -> bool:
        return False

    def measure(self, record: Record, window: Window) -> Measured:
        moves = moves_of(record, self.of, window).dropna()
        if len(moves) < 3 or len(self.lines) < 2:
            raise MissingData(f"{self.of.name}: too little in common up to {window.end}")
        table = moves.corr().to_numpy()
        pairs = len(table) * (len(table) - 1)
        value = float(table.sum() - table.trace()) / pairs
        return Measured(value, f"{self.of.name} {value:.2f}")

    @property
    def estimates(self) -> bool:
        return True

    def observations(self, record: Record, window: Window) -> Observations:
        return Observations(moves_of(record, self.of, window).dropna(), correlation)


@dataclass(frozen=True)
class Autocorrelation(OfLines):
    """How closely a line's move follows its move before, from -1 to 1.

    sessions: the length of a move; moves stand end to end, the last ends with the window.
    """

    of: str
    sessions: int = 1

    @property
    def percent(self) -> bool:
        return False

    def measure(self, record: Record, window: Window) -> Measured:
        moves = self._moves(record, window)
        if len(moves) < 4:
            raise MissingData(f"{self.of}: fewer than four moves up to {window.end}")
        value = float(moves.autocorr())
        return Measured(value, f"{self.of} {value:+.2f} over {len(moves)} moves")

    @property
    def estimates(self) -> bool:
        return True

    def observations(self, record: Record, window: Window) -> Observations:
        """Each move beside the one before."""
        import pandas as pd

        moves = self._moves(record, window)
        both = pd.DataFrame({"move": moves, "before": moves.shift(1)}).dropna()
        return Observations(both, correlation)

    def _moves(self, record: Record, window: Window) -> pd.Series:
        path = path_of(record, self.of, window)
        return path.iloc[(len(path) - 1) % self.sessions :: self.sessions].pct_change().iloc[1:]


@dataclass(frozen=True)
class RateBeta(Quantity):
    """The move of a line that goes with a rise of a yield by one point, from weekly moves."""

    of: str
    rate: str = "^TNX"

    @property
    def lines(self) -> tuple[str, ...]:
        return (self.of, self.rate)

    def measure(self, record: Record, window: Window) -> Measured:
        both = self._weeks(record, window)
        if len(both) < 4 or both["rise"].var() == 0:
            raise MissingData(f"{self.of}: too few weeks of {self.rate} up to {window.end}")
        value = float(both["move"].cov(both["rise"]) / both["rise"].var())
        close = float(both["move"].corr(both["rise"]))
        detail = f"{self.of} {signed(value, 1)} a point of {self.rate}"
        return Measured(value, f"{detail}, correlation {close:+.2f}, {len(both)} weeks")

    @property
    def estimates(self) -> bool:
        return True

    def observations(self, record: Record, window: Window) -> Observations:
        return Observations(self._weeks(record, window), slope)

    def _weeks(self, record: Record, window: Window) -> pd.DataFrame:
        """The move of each week beside the yield's."""
        import pandas as pd

        moves = weekly(path_of(record, self.of, window)).pct_change()
        rises = weekly(path_of(record, self.rate, window)).diff()
        return pd.DataFrame({"move": moves, "rise": rises}).dropna()


@dataclass(frozen=True)
class WiderWhenRising(Quantity):
    """How much further apart a basket's weekly moves lie after a rate has risen than otherwise.

    The standard deviation across the lines, week by week; weeks: over how many the rate rose.
    """

    of: Sleeve
    rate: str = "^TNX"
    weeks: int = 13

    @property
    def lines(self) -> tuple[str, ...]:
        return (*self.of.tickers, self.rate)

    def measure(self, record: Record, window: Window) -> Measured:
        both = self._weeks(record, window)
        high = float(both["spread"][both["change"] > 0].mean())
        low = float(both["spread"][both["change"] <= 0].mean())
        if math.isnan(high) or math.isnan(low):
            raise MissingData(f"{self.rate} did not both rise and fall up to {window.end}")
        detail = f"{self.of.name} {percent(high)} apart a week against {percent(low)}"
        return Measured(high - low, detail)

    @property
    def estimates(self) -> bool:
        return True

    def observations(self, record: Record, window: Window) -> Observations:
        return Observations(self._weeks(record, window), gap)

    def _weeks(self, record: Record, window: Window) -> pd.DataFrame:
        """How far apart the lines lay in each week, beside what the rate had done by then."""
        import pandas as pd

        paths = {line: weekly(path_of(record, line, window)) for line in self.of.tickers}
        spread = pd.DataFrame(paths).pct_change(fill_method=None).dropna().std(axis=1, ddof=0)
        change = weekly(path_of(record, self.rate, window)).diff(self.weeks).dropna()
        return pd.DataFrame({"spread": spread, "change": change}).dropna()
