"""What a strategy sees of all its decisions at once, for rules that can be written for arrays."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from newsfolio.assets import Sleeve
from newsfolio.errors import StrategyError
from newsfolio.view import mean_known, whole

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

Table: TypeAlias = "NDArray[np.floating[Any]]"
Mask: TypeAlias = "NDArray[np.bool_]"


class Tables(Protocol):
    """The look-ups of all decisions: decisions x lines of the universe."""

    def level(self) -> Table: ...
    def momentum(self, lookback: int, skip: int) -> Table: ...
    def volatility(self, lookback: int) -> Table: ...
    def moving_average(self, lookback: int) -> Table: ...
    def drawdown(self, lookback: int) -> Table: ...
    def traded_value(self, bars: int) -> Table: ...


@dataclass(frozen=True, eq=False)
class Panel:
    """All decisions of a run: D decisions x N lines of the universe.

    Row d of every array is what the view of decision d answers, to the last bit; NaN is unknown.
    The rows after d are there as well. A rule may only use them for their own decisions: never a
    mean, a rank or a maximum over rows. The look-ahead certificate compares with `weights`.

    days: (D,) of the decisions. universe: the tickers with data, in the author's order.
    usable: (D, N) can be held then, itself or through a stand-in.
    age: (D,) sessions since the first on which one could act on the article; NaN before it.
    """

    days: tuple[date, ...]
    universe: tuple[str, ...]
    usable: Mask
    age: Table
    _tables: Tables

    @property
    def published(self) -> Mask:
        """(D,) whether one could have acted on the article by then."""
        return self.age >= 0

    def level(self) -> Table:
        """(D, N) the last level known."""
        return self._tables.level()

    def momentum(self, lookback: int, skip: int = 0) -> Table:
        """(D, N) total return over `lookback` sessions, ending `skip` sessions ago."""
        return self._tables.momentum(whole("lookback", lookback, 1), whole("skip", skip, 0))

    def volatility(self, lookback: int) -> Table:
        """(D, N) standard deviation of session returns over `lookback` sessions."""
        return self._tables.volatility(whole("lookback", lookback, 2))

    def moving_average(self, lookback: int) -> Table:
        """(D, N) mean of the last `lookback` levels."""
        return self._tables.moving_average(whole("lookback", lookback, 1))

    def drawdown(self, lookback: int) -> Table:
        """(D, N) last level over the highest of the last `lookback`, minus one."""
        return self._tables.drawdown(whole("lookback", lookback, 1))

    def traded_value(self, bars: int = 60) -> Table:
        """(D, N) median of close x volume over the last `bars` bars, base currency."""
        return self._tables.traded_value(whole("bars", bars, 1))

    def of(self, part: str | Sleeve, values: Table) -> Table:
        """(D,) the column of a ticker, or the mean over a sleeve's lines with an answer."""
        if isinstance(part, str):
            return values[:, self._column(part)]
        if part.dated:
            raise StrategyError(f"{part.name} has other members at other times; decide by weights")
        columns = [self._column(line) for line in part.tickers]
        if len(columns) == 1:
            return values[:, columns[0]]
        import numpy as np

        return np.array([mean_known(row) for row in values[:, columns].tolist()])

    def total(self, values: Table) -> Table:
        """(D,) sums of the rows, exactly rounded as math.fsum does; NaN counts as nothing."""
        import numpy as np

        return np.array([math.fsum(row) for row in np.nan_to_num(values).tolist()])

    def table(self, weights: Mapping[str, ArrayLike]) -> Table:
        """(D, N) weights of the lines named, each a number or (D,) of them; the others weigh 0."""
        import numpy as np

        rows = np.zeros((len(self.days), len(self.universe)))
        for ticker, column in weights.items():
            rows[:, self._column(ticker)] = column
        return rows

    def _column(self, ticker: str) -> int:
        if ticker not in self.universe:
            raise StrategyError(
                f"{ticker} is not in the panel, which has the lines of the universe with data "
                f"({', '.join(self.universe)})"
            )
        return self.universe.index(ticker)
