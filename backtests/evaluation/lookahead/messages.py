"""What a certifier and the process that replays for it say to each other.

The certifier has the true market; the process has what these messages bring, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from backtests.settings import Settings
from backtests.simulation.output import Target
from markets.market import Array, Floats, Market, Placed

Weights = dict[str, float]


@dataclass(frozen=True)
class Surroundings:
    """Of the process that asks: where modules are looked for, the folder, the command line.

    libraries: modules that are imported beforehand, once for all copies.
    """

    path: tuple[str, ...]
    folder: str
    command: tuple[str, ...]
    libraries: tuple[str, ...]


@dataclass(frozen=True)
class Widen:
    """Serve every channel from now on, each by a copy of the process that has these libraries."""

    surroundings: Surroundings


@dataclass(frozen=True)
class Luggage:
    """A strategy that travels, and what it takes to unpack it.

    body: the strategy as a pickle; modules of its that were loaded from `files` by name come from
    there again. code: names that its code goes by where that is no file; folders: where its code
    lies among installed packages.
    """

    body: bytes
    files: Mapping[str, str]
    code: frozenset[str]
    folders: tuple[str, ...] = ()


@dataclass(frozen=True)
class Failed:
    """The author's code raised, or cannot be unpacked: why."""

    why: str


@dataclass(frozen=True)
class Decided:
    """One decision: the account at its close, by column of the market, and the answer.

    weights: by ticker that is held for it; None leaves everything as it is.
    """

    session: int
    values: Floats
    equity: float
    weights: Weights | None


@dataclass(frozen=True)
class RunTask:
    """Run the strategy on the market that was sent.

    accounts: of a strategy that holds strategies, which the process does not have: the accounts
    that it saw at its decisions, by column, legs behind the lines.
    """

    settings: Settings
    accounts: tuple[Step, ...] | None = None


@dataclass(frozen=True)
class RunReply:
    """What a run decided: each decision, and the targets of its engine, a wind-up included.

    ended: the session that ended the strategy, by ruin or by a withdrawal; None: none did.
    """

    decisions: tuple[Decided, ...]
    targets: tuple[Target, ...]
    ended: int | None


@dataclass(frozen=True)
class TableTask:
    """Decide with the vectorised form, if there is one: a dict of session to weights."""

    settings: Settings


@dataclass(frozen=True)
class AgainTask:
    """Ask these decisions of the run again, by number, each with the very view that it had."""

    numbers: tuple[int, ...]


@dataclass(frozen=True)
class OnceTask:
    """Ask functions of `view.once` again, in another order and on views of their own.

    most: answers of each function. The reply: sentences about those that answered otherwise.
    """

    most: int


@dataclass(frozen=True)
class Begin:
    """Decisions follow one by one; bait: a seed of random numbers for rows not yet written."""

    bait: int | None = None


@dataclass(frozen=True)
class Rows:
    """What has become known since the last decision: rows of arrays, and tables of facts.

    body: the rows of every array, one array after the other; one piece of bytes a decision costs
        a fifth of twenty arrays.
    """

    begin: int
    body: bytes
    facts: Mapping[str, Placed]


def packed_rows(arrays: Mapping[str, Array], rows: slice) -> bytes:
    """Rows of arrays as one piece; both sides have the arrays in the same order."""
    return b"".join(values[rows].tobytes() for values in arrays.values())


def write_rows(arrays: Mapping[str, Array], rows: slice, body: bytes) -> None:
    """Rows of arrays from one piece."""
    place = 0
    for values in arrays.values():
        part = values[rows]
        part[...] = np.frombuffer(body, part.dtype, part.size, place).reshape(part.shape)
        place += part.nbytes


@dataclass(frozen=True)
class Step:
    """Decide at a session, with the account of the run; the answer comes before later rows do."""

    session: int
    values: Floats
    equity: float
    rows: Rows | None = None


@dataclass(frozen=True)
class Steps:
    """Several at once, where nothing is still to come; the answers end with the first failure."""

    steps: tuple[Step, ...]


@dataclass(frozen=True)
class OrdersTask:
    """Play a plain backtrader strategy up to a session."""

    settings: Settings
    last: int | None


@dataclass(frozen=True)
class Close:
    """Say what was opened, and end."""


@dataclass(frozen=True)
class Witnessed:
    """What the author's code was seen to do: opened, and bytes that no hook saw being read."""

    seen: tuple[str, ...]
    unseen: int


@dataclass(frozen=True)
class Ended:
    """The copy of the process is gone: its exit code, 0 where it was told to end."""

    code: int


@dataclass(frozen=True)
class Opened:
    """A market for a copy of the process; derived: arrays that a market works out, by name.

    flowing: rows come by and by, so that the arrays must be written to.
    """

    market: Market
    derived: Mapping[str, Array] = field(default_factory=dict)
    flowing: bool = False
