"""What can go wrong, drawn once.

    NewsfolioError
    ├── CommandError          the command or an argument was wrong               exit 2
    │   ├── UnknownName       no such strategy, ticker, engine ("did you mean")
    │   └── ParameterError    a parameter out of its bounds, or of the wrong type
    ├── DataError             the prices cannot carry this run                   exit 1
    │   ├── MissingData       no bars, no rate, no listing where one is needed
    │   └── BrokenData        a file or an answer that contradicts itself
    ├── StrategyError         the strategy's own code or answer is at fault      exit 1
    ├── EngineError           an engine and its witness disagree: a bug of ours  exit 1
    └── OutputError           a result cannot be written or read                 exit 1

Each message is one or two lines: what was given, what was expected, what to do next.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class NewsfolioError(Exception):
    """The root of everything this project raises on purpose."""

    exit_code = 1

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows: IPython asks an exception for its lines where it has some."""
        return [f"{type(self).__name__}: {self}"]


class CommandError(NewsfolioError, ValueError):
    """The command, or an argument of a call, was wrong."""

    exit_code = 2


class UnknownName(CommandError, LookupError):
    """A name that nothing answers to; the message offers the nearest ones."""

    def __init__(self, what: str, name: str, names: Iterable[str], remedy: str = "") -> None:
        super().__init__(what, name, tuple(names), remedy)

    def __str__(self) -> str:
        what, name, names, remedy = self.args
        near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        return f"no {what} called {name!r}.{hint}{' ' + remedy if remedy else ''}"


class ParameterError(CommandError):
    """A strategy parameter outside its bounds or of the wrong type."""


class DataError(NewsfolioError):
    """The data cannot carry this run."""


class MissingData(DataError, LookupError):
    """Something that is needed is not there."""


class BrokenData(DataError, ValueError):
    """Something is there, and contradicts itself."""


class StrategyError(NewsfolioError):
    """The strategy raised, or its answer is not a portfolio."""


class EngineError(NewsfolioError):
    """Two independent computations of the same thing disagree."""


class OutputError(NewsfolioError):
    """A result cannot be written or read."""
