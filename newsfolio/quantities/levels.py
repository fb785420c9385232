"""Levels and their distance from highs and lows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from newsfolio.assets import Sleeve
from newsfolio.errors import MissingData
from newsfolio.formatting import percent, signed
from newsfolio.quantities.base import Measured, OfLines, Record, Window
from newsfolio.quantities.closes import A_DAY, at, before, span, within, without_gaps


@dataclass(frozen=True)
class Level(OfLines):
    """The close at the end of the window, in the line's currency: 1.10 for 110 pence in London."""

    of: str

    @property
    def percent(self) -> bool:
        return False

    def measure(self, record: Record, window: Window) -> Measured:
        closes = record.closes(self.of)
        level = at(closes, window.end, self.of)
        return Measured(level, f"{self.of} {level:,.2f}")


@dataclass(frozen=True)
class Touch(OfLines):
    """The highest close within the window, its first day left out; `rise`: over the first close."""

    of: str
    rise: bool = False

    @property
    def percent(self) -> bool:
        return self.rise

    def measure(self, record: Record, window: Window) -> Measured:
        closes = record.closes(self.of)
        inside = within(closes, window, self.of)
        top, day = float(inside.max()), inside.idxmax()
        value = top / at(closes, window.start, self.of) - 1 if self.rise else top
        shown = signed(value, 1) if self.rise else f"{value:,.2f}"
        return Measured(value, f"{self.of} at most {shown}, on {day:%Y-%m-%d}")


@dataclass(frozen=True)
class IntradayRise(OfLines):
    """The intraday high of the window's last day over the close before it."""

    of: str

    def measure(self, record: Record, window: Window) -> Measured:
        closes, highs = record.closes(self.of), record.highs(self.of)
        today = highs.loc[span(window.end, window.end)].dropna()
        if today.empty:
            raise MissingData(f"{self.of} has no intraday high on {window.end} here")
        value = float(today.iloc[0]) / at(closes, window.end - A_DAY, self.of) - 1
        return Measured(value, f"{self.of} {signed(value, 1)} at its high of the day")


@dataclass(frozen=True)
class Drawdown(OfLines):
    """The lowest close within the window over the highest up to then: 0 or negative.

    since: the first day whose closes count as a high; None: the window's first.
    """

    of: str
    since: date | None = None

    def measure(self, record: Record, window: Window) -> Measured:
        closes = record.closes(self.of)
        from_day = self.since or window.start
        inside = within(closes, Window(from_day, window.end), self.of, first=True)
        falls = inside / inside.cummax() - 1
        falls = falls.loc[span(window.start + A_DAY, window.end)]
        value, day = float(falls.min()), falls.idxmin()
        return Measured(value, f"{self.of} {percent(value, 1)} below its high on {day:%Y-%m-%d}")


@dataclass(frozen=True)
class FromLow(OfLines):
    """The close at the end of the window over the lowest close within it."""

    of: str

    def measure(self, record: Record, window: Window) -> Measured:
        closes = record.closes(self.of)
        low = within(closes, window, self.of, first=True)
        value = at(closes, window.end, self.of) / float(low.min()) - 1
        return Measured(
            value, f"{self.of} {signed(value, 1)} over its low of {low.idxmin():%Y-%m-%d}"
        )


@dataclass(frozen=True)
class FromPeak(OfLines):
    """The close at the end over the highest close before that day, in all the data there are."""

    of: str

    def measure(self, record: Record, window: Window) -> Measured:
        closes = record.closes(self.of)
        earlier = before(closes, window.end)
        if earlier.empty:
            raise MissingData(f"{self.of} has no close before {window.end} here")
        value = at(closes, window.end, self.of) / float(without_gaps(earlier, self.of).max()) - 1
        return Measured(value, f"{self.of} {signed(value, 1)} from its highest close before")


@dataclass(frozen=True)
class ShareBelowPeak(OfLines):
    """Which part of a basket's lines closed below the highest close before."""

    of: Sleeve

    def measure(self, record: Record, window: Window) -> Measured:
        falls = {line: FromPeak(line).measure(record, window).value for line in self.lines}
        below = [line for line, fall in falls.items() if fall < 0]
        return Measured(len(below) / len(falls), f"{len(below)} of {len(falls)} lines")
