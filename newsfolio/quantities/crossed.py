"""What prices and tables of facts tell together."""

from __future__ import annotations

from dataclasses import dataclass, replace

from newsfolio.assets import Sleeve
from newsfolio.errors import MissingData
from newsfolio.facts import Facts
from newsfolio.formatting import figure, signed
from newsfolio.quantities.base import Measured, Quantity, Record, Window
from newsfolio.quantities.closes import at
from newsfolio.quantities.figures import FigureSeries, known_series
from newsfolio.quantities.returns import Gain

BILLION = 1e9


@dataclass(frozen=True)
class MarketValue(Quantity):
    """The close at the end times the number of shares last known, in billions.

    shares: of the company. each: how many of them one unit of the line is, 8 for an ADS of eight.
    """

    of: str
    shares: FigureSeries
    each: float = 1.0

    @property
    def percent(self) -> bool:
        return False

    @property
    def lines(self) -> tuple[str, ...]:
        return (self.of,)

    @property
    def tables(self) -> tuple[Facts, ...]:
        return (self.shares.table,)

    def measure(self, record: Record, window: Window) -> Measured:
        series = known_series(record, self.shares, window.end)
        count = series[max(series)]
        close = at(record.closes(self.of), window.end, self.of)
        units = count.value / self.each * record.splits(self.of, count.known)
        value = close * units / BILLION
        shares = f"{figure(count.value)} shares known {count.known}"
        return Measured(value, f"{self.of} {figure(value)} billion, with {shares}")


@dataclass(frozen=True)
class HighLessLow(Quantity):
    """What the half of a basket with the higher figures gained over the other half.

    by: a series that lacks the company alone; its column `asset` names the lines. What was known
    at the window's start sorts them; a line without a figure is left out, and so is the middle.
    """

    of: Sleeve
    by: FigureSeries

    @property
    def subject(self) -> str:
        return self.of.name

    @property
    def lines(self) -> tuple[str, ...]:
        return self.of.tickers

    @property
    def tables(self) -> tuple[Facts, ...]:
        return (self.by.table,)

    def measure(self, record: Record, window: Window) -> Measured:
        last: dict[str, float] = {}
        for line in self.of.tickers:
            by = replace(self.by, where=(*self.by.where, ("asset", line)))
            try:
                series = known_series(record, by, window.start)
            except MissingData:
                if record.facts(self.by.table).empty:
                    raise
                continue
            last[line] = series[max(series)].value
        ranked = sorted(last, key=lambda line: last[line])
        half = len(ranked) // 2
        if not half or last[ranked[half - 1]] == last[ranked[-half]]:
            raise MissingData(
                f"{self.of.name}: {self.by.table.name} does not tell two halves apart by "
                f"{window.start}"
            )
        high, low = Sleeve("high", tuple(ranked[-half:])), Sleeve("low", tuple(ranked[:half]))
        gains = [Gain(side, currency="USD").measure(record, window) for side in (high, low)]
        above, below = (gain.value for gain in gains)
        words = f"the {half} with the higher figures {signed(above, 1)} against {signed(below, 1)}"
        return Measured(above - below, words)

    @property
    def currencies(self) -> frozenset[str]:
        return frozenset({"USD"})
