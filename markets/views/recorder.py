"""The past as a strategy sees it: buffers that are written as time passes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from markets.market import Days, Floats, Market
from markets.views.lookups import LOOK_UPS, middle, stand_ins
from markets.views.memory import (
    BYTES,
    NUMBERS,
    Answers,
    Asked,
    BySession,
    LookedUp,
    LookUp,
    look_ups_of,
    signals_of,
)
from newsfolio.assets import Sleeve
from newsfolio.errors import StrategyError
from newsfolio.kept import Kept, beside_equality, is_plain, kept, sealed
from newsfolio.reads import Reads, reads_of
from newsfolio.view import MarketView, labels, mean_known, whole

Notes = list[tuple[int, str]]
"""Sessions and sentences."""


class Recorder:
    """What a view looks up. Rows after `today` are NaN: they have not been written.

    It never holds the market: `write` copies what has become known, so no array that a strategy
    can reach contains a later price. With a `bait` the rows to come hold random numbers: whoever
    answers otherwise than without has looked at them.

    A look-up is made for all lines at once and remembered, as are the answers of `view.once`;
    whoever runs on the same market finds them there at the same session, unless it is `alone`.

    notes: where what a strategy notes is put down, by session.
    """

    def __init__(
        self, market: Market, bait: np.random.Generator | None = None, *, alone: bool = False,
        notes: Notes | None = None,
    ) -> None:  # fmt: skip
        shape = (len(market.sessions), len(market.assets))
        self._sessions = np.full(shape[0], np.datetime64("NaT"), dtype="datetime64[D]")
        self._level = _blank(shape, bait)
        self._columns = [market.place[ticker] for ticker in market.universe]
        self._close, self._value = _blank(shape[::-1], bait), _blank(shape[::-1], bait)
        self._usable = np.zeros(shape, dtype=bool)
        self._signals = {ticker: _blank(shape[:1], bait) for ticker in market.signals}
        self._facts: dict[str, _Known] = {}
        self._place = dict(market.place)
        self._tickers = market.tickers
        self._universe = market.universe
        self._stand_in = stand_ins(market)
        shares = bait is None and not alone
        self._look_ups = (
            look_ups_of(market.whole) if shares else BySession[LookUp, LookedUp](NUMBERS)
        )
        self._kept = signals_of(market.whole) if shares else BySession[Asked, Kept](BYTES)
        self._answers: Answers = {}
        self._looked_into: set[Reads] = set()
        self._noted: list[Notes] = [[] if notes is None else notes]
        self._days = pd.DatetimeIndex([])
        self._known = 0

    def write(self, market: Market, session: int) -> None:
        """Make everything up to the close of `session` known."""
        rows = slice(self._known, session + 1)
        self._sessions[rows] = market.sessions[rows]
        self._level[rows] = market.level[rows]
        self._close[:, rows] = market.bar_level[rows].T
        self._value[:, rows] = market.traded_value[rows].T
        self._usable[rows] = market.usable[rows]
        for ticker, values in market.signals.items():
            self._signals[ticker][rows] = values[rows]
        for name, table in market.facts.items():
            published = table.places <= session
            before = self._facts.get(name)
            if before is None or np.count_nonzero(published) > len(before.frame):
                self._facts[name] = _Known(table.frame[published].copy(), table.places[published])
        self._known = session + 1
        self._answers = self._look_ups.of(session)

    def at(self, session: int) -> Recorder:
        """The same as it stood at the close of an earlier session."""
        earlier = Recorder.__new__(Recorder)
        vars(earlier).update(vars(self))
        earlier._known = session + 1
        earlier._answers = self._look_ups.of(session)
        earlier._facts = {name: table.until(session) for name, table in self._facts.items()}
        return earlier

    def usable(self) -> frozenset[str]:
        """The lines that can be held at this close, themselves or through a stand-in."""
        able = self._usable[self._known - 1].tolist()
        return frozenset(line for line in self._universe if self._can_be_held(line, able))

    def _can_be_held(self, line: str, able: list[bool]) -> bool:
        if line in self._place and able[self._place[line]]:
            return True
        return any(self._can_be_held(other, able) for other in self._stand_in.get(line, ()))

    def once(
        self, function: Callable[..., object], arguments: tuple[object, ...], at: object
    ) -> object:
        """What a function answered of a session, asked once for everybody on the market."""
        reads = reads_of(function, self._looked_into)
        session = self._known - 1 if at is None else self._session_of(at)
        answers = self._kept.of(session)
        key = reads, arguments, beside_equality(arguments)
        try:
            answer = answers.get(key)
        except TypeError:
            answer = None  # what cannot be hashed is no plain value either
        if answer is None:
            answer = self._asked(reads, function, arguments, session)
            self._kept.make_room(session, answer.size)
            answers[key] = answer
        for text in answer.notes:
            self.note(text)
        return answer.out()

    def _asked(
        self,
        reads: Reads,
        function: Callable[..., object],
        arguments: tuple[object, ...],
        session: int,
    ) -> Kept:
        for argument in arguments:
            if not is_plain(argument):
                kind = type(argument).__name__
                raise StrategyError(
                    f"view.once({reads.name}): an argument is a {kind}, which can be altered; give "
                    "numbers, texts, dates, tuples or frozen dataclasses"
                )
        earlier = self if session == self._known - 1 else self.at(session)
        view = MarketView(self._sessions[session].item(), self._universe, earlier, reads.name)
        self._noted.append([])
        try:
            answer = kept(function(view, *arguments), f"view.once({reads.name})")
        finally:
            noted = self._noted.pop()
        texts = tuple(dict.fromkeys(text for _, text in noted))
        return replace(answer, notes=texts, size=answer.size + sum(map(len, texts)))

    def note(self, text: str) -> None:
        """A sentence of this decision, or of the function of `once` that is being asked."""
        self._noted[-1].append((self._known - 1, text))

    def _session_of(self, day: object) -> int:
        """The last session that is not after a day, of those that are known."""
        try:
            asked = np.datetime64(day, "D")  # type: ignore[call-overload]
        except (TypeError, ValueError):
            raise StrategyError(
                f"at={day!r}: give the day of a session, as in view.today"
            ) from None
        sessions = self._sessions[: self._known]
        if asked > sessions[-1]:
            raise StrategyError(f"at={asked}: it is {sessions[-1]}, and nothing later is known")
        place = int(np.searchsorted(sessions, asked, side="right")) - 1
        if place < 0 or np.isnat(asked):
            raise StrategyError(f"at={asked}: the first session is {sessions[0]}")
        return place

    # Frames

    def frame(self) -> pd.DataFrame:
        return self._framed(self._close)

    def turnover(self) -> pd.DataFrame:
        return self._framed(self._value)

    def signal(self, ticker: str) -> pd.Series:
        return pd.Series(self.signal_rows(ticker, None), index=self._index(), name=ticker)

    def facts(self, name: str) -> pd.DataFrame:
        return self._table(name).frame.copy()

    def _framed(self, values: Floats) -> pd.DataFrame:
        rows = values[self._columns, : self._known]
        return pd.DataFrame(rows.T, self._index(), labels(self._universe), copy=False)

    def _table(self, name: str) -> _Known:
        if name not in self._facts:
            raise StrategyError(f"{name!r} is not among the strategy's `facts`; declare it there")
        return self._facts[name]

    # Arrays

    def session_rows(self, last: int | None) -> Days:
        return self._sessions[self._since(last) : self._known].copy()

    def close_rows(self, of: str | tuple[str, ...], last: int | None) -> Floats:
        return self._of_lines(self._close, of, last)

    def filled_rows(self, of: str | tuple[str, ...], last: int | None) -> Floats:
        values = _filled(self.close_rows(of, last))
        if len(values) and np.isnan(values[0]).any():  # what filled it may lie further back
            return _filled(self.close_rows(of, None))[self._since(last) :]
        return values

    def turnover_rows(self, of: str | tuple[str, ...], last: int | None) -> Floats:
        return self._of_lines(self._value, of, last)

    def signal_rows(self, ticker: str, last: int | None) -> Floats:
        if ticker not in self._signals:
            raise StrategyError(f"{ticker} is not among the strategy's `signals`; declare it there")
        return self._signals[ticker][self._since(last) : self._known].copy()

    def fact_columns(self, name: str) -> Mapping[str, NDArray[Any]]:
        return self._table(name).columns

    def _of_lines(self, values: Floats, of: str | tuple[str, ...], last: int | None) -> Floats:
        rows = slice(self._since(last), self._known)
        if isinstance(of, str):
            return values[self._shown(of), rows].copy()
        return values[[self._shown(line) for line in of], rows].T

    def _since(self, last: int | None) -> int:
        return 0 if last is None else max(0, self._known - last)

    def _shown(self, line: str) -> int:
        if line not in self._universe:
            raise StrategyError(
                f"{line} is not among the lines with data ({', '.join(self._universe)})"
            )
        return self._place[line]

    # Look-ups

    def look_up(self, name: str, of: str | Sleeve, lookback: int, skip: int = 0) -> float:
        """What a view answers under this name; the rules: newsfolio.view.View."""
        answers = self._answers.get((name, lookback, skip))
        if answers is None:
            answers = self._all(name, lookback, skip)
            self._look_ups.make_room(self._known - 1, len(answers))
            self._answers[name, lookback, skip] = answers
        value = answers.get(of, math.nan)
        return value if value == value else self._otherwise(name, of, int(lookback), int(skip))

    def return_rows(self, of: tuple[str, ...], last: int) -> Floats:
        if not of:
            return np.empty((last, 0))
        return np.column_stack([self._returns(line, last) for line in of])

    def zscore(self, ticker: str, against: str, lookback: int) -> float:
        spread = np.log(self._rows(ticker, lookback) / self._rows(against, lookback))
        unit = float(np.std(spread, ddof=1))
        return float((spread[-1] - spread.mean()) / unit) if unit > 0 else float("nan")

    def covariance(self, tickers: tuple[str, ...], lookback: int) -> pd.DataFrame:
        matrix = np.atleast_2d(np.cov(self.return_rows(tickers, lookback), rowvar=False, ddof=1))
        return pd.DataFrame(matrix, index=list(tickers), columns=list(tickers))

    def traded_value(self, ticker: str, bars: int) -> float:
        answers = self._answers.setdefault(("traded_value", bars, 0), {})
        if ticker not in answers:
            value = self._median(ticker, bars)
            self._look_ups.make_room(self._known - 1, 1)
            answers = self._answers.setdefault(("traded_value", bars, 0), {})
            answers[ticker] = value
        return answers[ticker]

    def _median(self, ticker: str, bars: int) -> float:
        column = self._column(ticker)
        if column is not None:
            values = self._value[column, : self._known]
            recent = _known(values[-2 * bars :])
            values = recent if len(recent) >= bars else _known(values)
            if len(values):
                return float(middle(values[-bars:]))
        return mean_known(self.traded_value(name, bars) for name in self._stand_in.get(ticker, ()))

    def _all(self, name: str, lookback: int, skip: int) -> dict[str | Sleeve, float]:
        """A look-up of every line with data, stand-ins apart; {} where the past is too short."""
        make, more, least = LOOK_UPS[name]
        lookback, skip = whole("lookback", lookback, least), whole("skip", skip, 0)
        end = self._known - skip
        if end < lookback + more:
            return {}
        values = make(self._level[end - lookback - more : end])
        return dict(zip(self._tickers, values.tolist(), strict=True))

    def _otherwise(self, name: str, of: str | Sleeve, lookback: int, skip: int) -> float:
        """The mean over a sleeve; of a line without an answer, what its stand-ins say."""
        if not isinstance(of, str):
            if of.dated:
                raise StrategyError(f"{of.name} has other members at other times; ask of .at(view)")
            return mean_known(self.look_up(name, line, lookback, skip) for line in of.tickers)
        if name == "momentum":
            return self._stood_in(of, lookback, skip)
        source = self._source(of, lookback + LOOK_UPS[name][1])
        if source is None:
            return math.nan
        return self._answers[name, lookback, skip][self._tickers[source]]

    def _stood_in(self, ticker: str, lookback: int, skip: int) -> float:
        """The momentum of a line that has none, or not yet: the mean of its stand-ins'."""
        column, start = self._column(ticker), self._known - 1 - skip - lookback
        if start < 0 or (column is not None and not math.isnan(self._level.item(start, column))):
            return math.nan
        others = self._stand_in.get(ticker, ())
        return mean_known(self.look_up("momentum", name, lookback, skip) for name in others)

    def _returns(self, ticker: str, sessions: int) -> Floats:
        levels = self._rows(ticker, sessions + 1)
        return levels[1:] / levels[:-1] - 1

    def _rows(self, ticker: str, sessions: int) -> Floats:
        """The last `sessions` levels of a line or, where it has none yet, of its stand-in."""
        source = self._source(ticker, sessions)
        if source is None:
            return np.full(sessions, np.nan)
        return self._level[self._known - sessions : self._known, source]

    def _source(self, ticker: str, sessions: int) -> int | None:
        """The column that has the last `sessions` levels: the line's own, or a stand-in's."""
        column, start = self._column(ticker), self._known - sessions
        if start < 0:
            return None
        if column is not None and not math.isnan(self._level.item(start, column)):
            return column
        sources = (self._source(name, sessions) for name in self._stand_in.get(ticker, ()))
        return next((source for source in sources if source is not None), None)

    def _column(self, ticker: str) -> int | None:
        if ticker in self._place:
            return self._place[ticker]
        if ticker in self._stand_in:
            return None
        raise StrategyError(
            f"{ticker} is not in the strategy's universe ({', '.join(self._universe)})"
        )

    def _index(self) -> pd.DatetimeIndex:
        """Of its own, for its name could be changed."""
        if len(self._days) != self._known:
            days = self._sessions[: self._known].astype("datetime64[ms]")
            self._days = pd.DatetimeIndex(days, name="session")
        return self._days.view()


@dataclass(eq=False)
class _Known:
    """The rows of a table that are known by now, and the sessions from which they were."""

    frame: pd.DataFrame
    places: NDArray[np.int64]

    def until(self, session: int) -> _Known:
        """The rows that were known at a session; the table itself where it has no others."""
        there = self.places <= session
        return self if there.all() else _Known(self.frame[there], self.places[there])

    @cached_property
    def columns(self) -> Mapping[str, NDArray[Any]]:
        """Read-only, so that whoever asks again gets the same."""
        return MappingProxyType(
            {name: sealed(_array(self.frame[name])) for name in self.frame.columns}
        )


def _array(column: pd.Series) -> NDArray[Any]:
    """A column as an array: days, numbers or texts."""
    kind = {"M": "datetime64[D]", "f": "float64"}.get(column.dtype.kind, "str")
    return column.to_numpy().astype(kind)


def _blank(shape: tuple[int, ...], bait: np.random.Generator | None) -> Floats:
    return np.full(shape, np.nan) if bait is None else bait.lognormal(4.6, 0.5, shape)


def _filled(values: Floats) -> Floats:
    """The last value known in each row, column by column."""
    rows = np.arange(len(values)).reshape(-1, *[1] * (values.ndim - 1))
    places = np.maximum.accumulate(np.where(np.isnan(values), 0, rows), axis=0)
    return np.take_along_axis(values, places, axis=0)


def _known(values: Floats) -> Floats:
    return values[~np.isnan(values)]
