"""The past of a view as arrays: what the frames say, at the price of a look-up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from newsfolio.errors import StrategyError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Days = NDArray[np.datetime64]

Lines = str | tuple[str, ...]


class ArrayHistory(Protocol):
    """The recorded past, by row; `last`: rows up to today, None for all."""

    def session_rows(self, last: int | None) -> Days: ...
    def close_rows(self, of: Lines, last: int | None) -> Floats: ...
    def filled_rows(self, of: Lines, last: int | None) -> Floats: ...
    def return_rows(self, of: tuple[str, ...], last: int) -> Floats: ...
    def turnover_rows(self, of: Lines, last: int | None) -> Floats: ...
    def signal_rows(self, ticker: str, last: int | None) -> Floats: ...
    def fact_columns(self, name: str) -> Mapping[str, NDArray[Any]]: ...


@dataclass(frozen=True, slots=True)
class Arrays:
    """Rows up to today, the oldest first; `last` names how many, by default all there are.

    A line is a column of its own, (L,); a tuple of lines a table, (L, n). NaN is unknown.
    """

    _history: ArrayHistory

    def sessions(self, last: int | None = None) -> Days:
        """(L,) the sessions so far."""
        return self._history.session_rows(_rows(last))

    def close(self, of: Lines, last: int | None = None) -> Floats:
        """What `view.close` has: NaN where a line had no bar."""
        return self._history.close_rows(of, _rows(last))

    def filled(self, of: Lines, last: int | None = None) -> Floats:
        """What `view.close.ffill()` has: the last close known; NaN before a line's first bar."""
        return self._history.filled_rows(of, _rows(last))

    def returns(self, of: tuple[str, ...], last: int) -> Floats:
        """(last, n) returns of the last sessions; 0 where a line had no bar.

        Of a line with too short a past those of its stand-in, else NaN.
        """
        return self._history.return_rows(of, _rows(last) or 0)

    def turnover(self, of: Lines, last: int | None = None) -> Floats:
        """What `view.turnover` has."""
        return self._history.turnover_rows(of, _rows(last))

    def signal(self, ticker: str, last: int | None = None) -> Floats:
        """(L,) what `view.signal` has."""
        return self._history.signal_rows(ticker, _rows(last))

    def facts(self, name: str) -> Mapping[str, NDArray[Any]]:
        """The columns of `view.facts`, read-only: `known` as days, texts, numbers."""
        return self._history.fact_columns(name)


def _rows(last: int | None) -> int | None:
    """A negative number of rows would reach ahead."""
    if last is not None and not (last >= 0 and int(last) == last):
        raise StrategyError(f"last={last!r}: give a whole number of rows, or None for all")
    return None if last is None else int(last)
