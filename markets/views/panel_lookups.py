"""Look-ups of all decisions of a run at once, equal to the Recorder's to the last bit."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from markets.market import Floats, Market, Mask
from markets.per_market import per_market
from markets.views.lookups import gain, middle, stand_ins
from newsfolio.view import mean_known

Rows = NDArray[np.int64]
Asked = tuple[str | int, ...]
Make = Callable[[Floats, Rows, int], Floats]

KEPT = 64_000_000
"""Bytes of answers that a market remembers; the oldest go first."""

BLOCK = 16_384
"""Numbers that are worked on together, so that they stay in the processor's cache."""


@per_market
def kept_answers(market: Market) -> dict[tuple[bytes, Asked], Floats]:
    """By rows and look-up, the oldest first."""
    return {}


class Lookups:
    """What a panel looks up: a row a decision, a column a line of the universe.

    rows: the sessions of the decisions, ascending. Answers are read-only, and remembered on the
    market for the next set of parameters.
    """

    def __init__(self, market: Market, rows: Rows) -> None:
        self._market = market
        self._rows = rows
        self._key = rows.tobytes()
        self._stand_in = stand_ins(market)

    def level(self) -> Floats:
        return self._remembered(("level",), lambda: self._of_levels(1, _levels))

    def momentum(self, lookback: int, skip: int) -> Floats:
        return self._remembered(
            ("momentum", lookback, skip), lambda: self._momentum(lookback, skip)
        )

    def volatility(self, lookback: int) -> Floats:
        return self._remembered(
            ("volatility", lookback),
            lambda: self._of_levels(lookback + 1, _deviations, self._returns()),
        )

    def moving_average(self, lookback: int) -> Floats:
        return self._remembered(
            ("moving average", lookback), lambda: self._of_levels(lookback, _averages)
        )

    def drawdown(self, lookback: int) -> Floats:
        return self._remembered(("drawdown", lookback), lambda: self._of_levels(lookback, _falls))

    def traded_value(self, bars: int) -> Floats:
        return self._remembered(("traded value", bars), lambda: self._traded_value(bars))

    def _remembered(self, asked: Asked, make: Callable[[], Floats]) -> Floats:
        answers = kept_answers(self._market)
        answer = answers.get((self._key, asked))
        if answer is None:
            answer = answers[self._key, asked] = make()
            answer.flags.writeable = False
            while len(answers) > 1 and sum(kept.nbytes for kept in answers.values()) > KEPT:
                del answers[next(iter(answers))]
        return answer

    def _momentum(self, lookback: int, skip: int) -> Floats:
        level, now = self._market.level, self._rows - skip
        start = self._blank()
        own = self._blank()
        ready = now >= lookback
        start[ready] = level[now[ready] - lookback]
        own[ready] = gain(level[now[ready]], start[ready])
        return self._each(lambda line: self._mean(line, own, ~np.isnan(start)))

    def _traded_value(self, bars: int) -> Floats:
        values = self._market.traded_value
        own = np.column_stack([_medians(column, self._rows, bars) for column in values.T])
        return self._each(lambda line: self._mean(line, own, ~np.isnan(own)))

    def _returns(self) -> Floats:
        """The returns of all sessions."""
        level = self._market.level
        return np.vstack([np.full_like(level[:1], np.nan), gain(level[1:], level[:-1])])

    def _of_levels(self, span: int, make: Make, values: Floats | None = None) -> Floats:
        """What `make` answers of the last `span` levels: of a line, or without them a stand-in."""
        level = self._market.level
        own, start = self._blank(), self._blank()
        first, size = np.searchsorted(self._rows, span - 1), max(1, BLOCK // level.shape[1])
        for place in range(int(first), len(self._rows), size):
            rows = self._rows[place : place + size]
            own[place : place + size] = make(level if values is None else values, rows, span)
            start[place : place + size] = level[rows - span + 1]
        return self._each(lambda line: self._first(line, own, ~np.isnan(start)))

    def _blank(self) -> Floats:
        return np.full((len(self._rows), len(self._market.assets)), np.nan)

    def _each(self, answer: Callable[[str], Floats]) -> Floats:
        return np.column_stack([answer(line) for line in self._market.universe])

    def _own(self, line: str, own: Floats, answered: Mask) -> tuple[Floats, Mask]:
        """A line's own answers, and where it has them."""
        column = self._market.place.get(line)
        if column is None:
            return np.full(len(self._rows), np.nan), np.zeros(len(self._rows), dtype=bool)
        return np.where(answered[:, column], own[:, column], np.nan), answered[:, column]

    def _mean(self, line: str, own: Floats, answered: Mask) -> Floats:
        """Its own answers or, where there are none, the mean of its stand-ins'."""
        answers, there = self._own(line, own, answered)
        others = self._stand_in.get(line, ())
        if not there.all() and others:
            parts = np.column_stack([self._mean(other, own, answered) for other in others])
            answers[~there] = [mean_known(row) for row in parts[~there].tolist()]
        return answers

    def _first(self, line: str, own: Floats, answered: Mask) -> Floats:
        """Its own answers or, where there are none, those of its first stand-in that has some."""
        return self._chain(line, own, answered)[0]

    def _chain(self, line: str, own: Floats, answered: Mask) -> tuple[Floats, Mask]:
        answers, there = self._own(line, own, answered)
        for other in self._stand_in.get(line, ()):
            if there.all():
                break
            theirs, has = self._chain(other, own, answered)
            answers = np.where(there, answers, theirs)
            there = there | has
        return answers, there


def _levels(level: Floats, rows: Rows, span: int) -> Floats:
    return level[rows]


def _averages(level: Floats, rows: Rows, span: int) -> Floats:
    return _added(level, rows, span) / span


def _falls(level: Floats, rows: Rows, span: int) -> Floats:
    highest = level[rows]
    for back in range(1, span):
        np.maximum(highest, _before(level, rows, back), out=highest)
    return gain(level[rows], highest)


def _deviations(returns: Floats, rows: Rows, span: int) -> Floats:
    """The steps of markets.views.lookups.deviation, each for all decisions."""
    count = span - 1
    mean = _added(returns, rows, count) / count
    total = np.zeros_like(mean)
    apart = np.empty_like(mean)
    for back in reversed(range(count)):
        np.subtract(_before(returns, rows, back), mean, out=apart)
        np.multiply(apart, apart, out=apart)
        total += apart
    return np.sqrt(total / (count - 1))


def _added(values: Floats, rows: Rows, count: int) -> Floats:
    """The sums of the last `count` values, the oldest first."""
    total = np.zeros((len(rows), values.shape[1]))
    for back in reversed(range(count)):
        total += _before(values, rows, back)
    return total


def _before(values: Floats, rows: Rows, back: int) -> Floats:
    """The values `back` sessions before; a slice copies nothing, where no session is left out."""
    if rows[-1] - rows[0] == len(rows) - 1:
        return values[rows[0] - back : rows[-1] - back + 1]
    return values[rows - back]


def _medians(values: Floats, rows: Rows, bars: int) -> Floats:
    """The median of the last `bars` known values at each row, or of as many as there are."""
    places = np.flatnonzero(~np.isnan(values))
    present, count = values[places], np.searchsorted(places, rows, side="right")
    medians = np.full(len(rows), np.nan)
    full = count >= bars
    if full.any():
        medians[full] = middle(sliding_window_view(present, bars)[count[full] - bars])
    for row in np.flatnonzero(~full & (count > 0)).tolist():
        medians[row] = middle(present[: count[row]])
    return medians
