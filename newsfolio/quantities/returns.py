"""Gains and trends of lines, sums and averages of their moves."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsfolio.assets import Sleeve
from newsfolio.errors import MissingData
from newsfolio.formatting import percent, signed
from newsfolio.quantities.base import Measured, OfLines, Quantity, Record, Window, label_of
from newsfolio.quantities.closes import A_DAY, at, mean_moves, path_in, path_of, span
from newsfolio.quantities.observations import Observations, growth, mean, ratio

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Gain(OfLines):
    """The return of a line, or of a basket held in equal parts from the first close on.

    total: with dividends reinvested. currency: of the return; "" each line's own.
    """

    of: str | Sleeve
    total: bool = False
    currency: str = ""

    @property
    def currencies(self) -> frozenset[str]:
        return frozenset({self.currency} - {""})

    def measure(self, record: Record, window: Window) -> Measured:
        gains = {line: self.gain(record, line, window) for line in self.lines}
        mean = math.fsum(gains.values()) / len(gains)
        return Measured(mean, f"{label_of(self.of)} {signed(mean, 1)}")

    def gain(self, record: Record, line: str, window: Window) -> float:
        """The return of one line."""
        closes = record.closes(line, self.currency, total=self.total)
        return at(closes, window.end, line) / at(closes, window.start, line) - 1

    def observations(self, record: Record, window: Window) -> Observations:
        """Logs of the lines' moves; a gain alone is a fact, one over another's is not."""
        import numpy as np
        import pandas as pd

        moves = {}
        for line in self.lines:
            closes = record.closes(line, self.currency, total=self.total)
            moves[line] = np.log(path_in(closes, window, line)).diff().iloc[1:]
        return Observations(pd.DataFrame(moves).fillna(0.0), growth, summed=True)


@dataclass(frozen=True)
class Trailing(Quantity):
    """How many lines fell short of a bar (another line's gain) by more than a margin."""

    of: Sleeve
    bar: str
    margin: float = 0.0

    @property
    def percent(self) -> bool:
        return False

    @property
    def lines(self) -> tuple[str, ...]:
        return (*self.of.tickers, self.bar)

    def measure(self, record: Record, window: Window) -> Measured:
        bar = Gain(self.bar).gain(record, self.bar, window)
        gains = {line: Gain(line).gain(record, line, window) for line in self.of.tickers}
        ahead = {line: gain for line, gain in gains.items() if gain >= bar - self.margin}
        names = ", ".join(f"{line} {signed(gain, 1)}" for line, gain in ahead.items())
        exceptions = f"; exceptions: {names}" if ahead else ""
        return Measured(float(len(gains) - len(ahead)), f"{self.bar} {signed(bar, 1)}{exceptions}")


@dataclass(frozen=True)
class MeanMove(OfLines):
    """The mean daily move within the window."""

    of: str

    def measure(self, record: Record, window: Window) -> Measured:
        moves = mean_moves(record, self.of, window)
        if moves.empty:
            raise MissingData(f"{self.of} has no session from {window.start} to {window.end}")
        value = float(moves.mean())
        return Measured(value, f"{self.of} {signed(value, 2)} a day")

    @property
    def estimates(self) -> bool:
        return True

    def observations(self, record: Record, window: Window) -> Observations:
        return Observations(mean_moves(record, self.of, window).to_frame(), mean)


@dataclass(frozen=True)
class RiseShare(OfLines):
    """How often a line rose, of its moves within the window: what "usually" claims.

    sessions: the length of a move; moves stand end to end, the last ends with the window.
    """

    of: str
    sessions: int = 1

    def measure(self, record: Record, window: Window) -> Measured:
        rises = self._rises(record, window)
        if rises.empty:
            raise MissingData(f"{self.of} has no move of {self.sessions} sessions to {window.end}")
        count, value = int(rises.sum()), float(rises.mean())
        return Measured(value, f"{self.of} rose in {count} of {len(rises)} moves")

    @property
    def estimates(self) -> bool:
        return True

    def observations(self, record: Record, window: Window) -> Observations:
        return Observations(self._rises(record, window).to_frame(), mean)

    def _rises(self, record: Record, window: Window) -> pd.Series:
        """1 for each move up, 0 for others."""
        path = path_of(record, self.of, window)
        moves = path.iloc[(len(path) - 1) % self.sessions :: self.sessions].pct_change().iloc[1:]
        return (moves > 0).astype("float64")


@dataclass(frozen=True)
class TrendGain(OfLines):
    """What following its trend earned: long a line after it rose, short of it after it fell.

    sessions: how far one looks back at each close; costs are left out.
    """

    of: str
    sessions: int = 126

    def measure(self, record: Record, window: Window) -> Measured:
        earned = self._earned(record, window)
        value = math.prod(1 + float(move) for move in earned) - 1
        return Measured(value, f"following {self.of} {signed(value, 1)}")

    @property
    def estimates(self) -> bool:
        return True

    def observations(self, record: Record, window: Window) -> Observations:
        import numpy as np

        return Observations(np.log1p(self._earned(record, window)).to_frame(), growth, summed=True)

    def _earned(self, record: Record, window: Window) -> pd.Series:
        """Session by session."""
        closes = record.closes(self.of)
        at(closes, window.start, self.of)
        at(closes, window.end, self.of)
        trend = closes.pct_change(self.sessions).shift(1)
        inside = span(window.start + A_DAY, window.end)
        held = (trend > 0).astype(float) - (trend < 0).astype(float)
        if trend.loc[inside].empty or trend.loc[inside].isna().any():
            raise MissingData(f"{self.of} is too short here for a trend on {window.start}")
        return (held * closes.pct_change()).loc[inside]


@dataclass(frozen=True)
class AfterJumps(OfLines):
    """The mean gain over some sessions after each rise by at least `jump` in one session.

    Only jumps within the window count, and only those whose sessions it holds in full.
    """

    of: str | Sleeve
    jump: float = 0.05
    sessions: int = 20

    def measure(self, record: Record, window: Window) -> Measured:
        after = [self._after(record, line, window) for line in self.lines]
        gains = [float(gain) for line in after for gain in line.dropna()]
        called = label_of(self.of)
        if not gains:
            raise MissingData(
                f"{called} did not rise by {percent(self.jump, 0)} on any day early enough "
                f"from {window.start} to {window.end}"
            )
        value = math.fsum(gains) / len(gains)
        return Measured(value, f"{called} {signed(value, 1)} after {len(gains)} jumps")

    @property
    def estimates(self) -> bool:
        return True

    def observations(self, record: Record, window: Window) -> Observations:
        """Session by session: the gains after its jumps, and how many there were."""
        import pandas as pd

        after = pd.concat(
            {line: self._after(record, line, window) for line in self.lines}, axis=1, sort=True
        )
        rows = pd.DataFrame({"gain": after.sum(axis=1), "jumps": after.notna().sum(axis=1)})
        return Observations(rows.astype("float64"), ratio)

    def _after(self, record: Record, line: str, window: Window) -> pd.Series:
        """The gain after each jump of one line, NaN on other sessions."""
        path = path_of(record, line, window)
        gains = path.shift(-self.sessions) / path - 1
        return gains.where(path.pct_change() >= self.jump).iloc[1:]
