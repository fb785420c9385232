"""Of how many variants a row of the scoreboard may be the best."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from backtests.records.ledger.counting import LAST, Counter, Question


class Shown(NamedTuple):
    """A run that stands on the board. before: the row that froze its rule, LAST without one."""

    question: Question
    before: int = LAST


def tries_of(connection: sqlite3.Connection, shown: Sequence[Shown]) -> list[int]:
    """For each the variants tried of its thesis and family, less those with a row of their own.

    Of a frozen rule what was tried up to it, and other frozen rules of the family that were tried
    since and have no row: of twenty that were frozen and swept, one is judged. A variant that
    stands on the board itself is one of the tests among which Benjamini and Hochberg choose; it is
    not paid for twice. With n variants of which r stand there, each p times n - r + 1 is never less
    than what the procedure makes of all n, since (n - r + 1) r >= n.
    """
    return [_tries(Counter(connection, *row), row, shown) for row in shown]


def _tries(counter: Counter, own: Shown, shown: Sequence[Shown]) -> int:
    variants = own.question.variants
    tried = max(counter.thesis().after(variants), counter.family().after(variants))
    beside = {name for other in shown if counter.has(other.question)
              for name in other.question.variants}  # fmt: skip
    on_board = variants.union(*(other.question.variants for other in shown))
    return max(1, tried - len(beside - variants)) + len(counter.frozen_since() - on_board)
