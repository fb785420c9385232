"""What a claim is about: figures that follow from the prices of a window.

    Gain("HSTECH.HK") - Gain("^IXIC")            how far one ran ahead of the other
    Gain("HSTECH.HK") / Gain("^IXIC")            how many times as much it gained
    MeanMove("HSTECH.HK").over("2025-08-29", "2025-09-19")

A quantity is a value, and pure: it looks at prices through a `Record` and knows no file. Figures
are fractions. Moves are price returns in the line's own currency unless it says otherwise; the
window runs from the close of its first day to the close of its last, and where a line had no bar
on one of them the last close before it counts, up to a week old.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Protocol

from newsfolio.assets import Sleeve
from newsfolio.errors import MissingData

if TYPE_CHECKING:
    import pandas as pd

STALE = timedelta(days=7)
"""How old the last close before a day may be to count as that day's."""

A_DAY = timedelta(days=1)

A_YEAR = 252
"""Sessions by which volatilities are annualised."""


class Record(Protocol):
    """Prices up to a claim's due day; MissingData for a line that the source lacks."""

    def closes(self, ticker: str, currency: str = "", *, total: bool = False) -> pd.Series:
        """Closes by session, in the line's own currency or in another.

        total: with dividends reinvested.
        """
        ...

    def highs(self, ticker: str) -> pd.Series:
        """Intraday highs by session; MissingData for a line that has closes only."""
        ...


@dataclass(frozen=True)
class Window:
    """From the close of one day to the close of another."""

    start: date
    end: date


@dataclass(frozen=True)
class Measured:
    """A figure, and what a reader should see of how it came about ("AAPL +6.9 %")."""

    value: float
    detail: str = ""


class Quantity:
    """Something that prices of a window tell; subclasses are frozen dataclasses."""

    @property
    def percent(self) -> bool:
        """Whether people read the figure in percent; otherwise it is a number or a level."""
        return True

    @property
    def lines(self) -> tuple[str, ...]:
        """The tickers that it looks at."""
        raise NotImplementedError

    def measure(self, record: Record, window: Window) -> Measured:
        """The figure; MissingData with the reason where the prices cannot tell."""
        raise NotImplementedError

    def over(self, start: str, end: str) -> Quantity:
        """The same over a window of its own, whatever the reading's."""
        return Over(self, Window(date.fromisoformat(start), date.fromisoformat(end)))

    def __sub__(self, other: Quantity) -> Quantity:
        return Less(self, other)

    def __truediv__(self, other: Quantity) -> Quantity:
        return Times(self, other)


@dataclass(frozen=True)
class OfLines(Quantity):
    """A quantity of one line, or of a basket."""

    of: str | Sleeve

    @property
    def lines(self) -> tuple[str, ...]:
        return _lines(self.of)


@dataclass(frozen=True)
class Over(Quantity):
    """A quantity over a window of its own."""

    of: Quantity
    window: Window

    @property
    def percent(self) -> bool:
        return self.of.percent

    @property
    def lines(self) -> tuple[str, ...]:
        return self.of.lines

    def measure(self, record: Record, window: Window) -> Measured:
        if self.window.end > window.end:
            raise MissingData(f"{self.window.end} comes after the claim's due day, {window.end}")
        return self.of.measure(record, self.window)


@dataclass(frozen=True)
class Less(Quantity):
    """One quantity less another."""

    one: Quantity
    other: Quantity

    @property
    def percent(self) -> bool:
        return self.one.percent

    @property
    def lines(self) -> tuple[str, ...]:
        return (*self.one.lines, *self.other.lines)

    def measure(self, record: Record, window: Window) -> Measured:
        one, other = (part.measure(record, window) for part in (self.one, self.other))
        return Measured(one.value - other.value, _both(one, other, "against"))


@dataclass(frozen=True)
class Times(Quantity):
    """How many times another quantity one is; NaN where the other is not above 0."""

    one: Quantity
    other: Quantity

    @property
    def percent(self) -> bool:
        return False

    @property
    def lines(self) -> tuple[str, ...]:
        return (*self.one.lines, *self.other.lines)

    def measure(self, record: Record, window: Window) -> Measured:
        one, other = (part.measure(record, window) for part in (self.one, self.other))
        ratio = one.value / other.value if other.value > 0 else math.nan
        return Measured(ratio, _both(one, other, "against"))


@dataclass(frozen=True)
class Lowest(Quantity):
    """The smallest of several quantities."""

    of: tuple[Quantity, ...]

    @property
    def percent(self) -> bool:
        return self.of[0].percent

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(line for part in self.of for line in part.lines)

    def measure(self, record: Record, window: Window) -> Measured:
        found = [part.measure(record, window) for part in self.of]
        values = [one.value for one in found]
        lowest = math.nan if any(map(math.isnan, values)) else min(values)
        return Measured(lowest, ", ".join(one.detail for one in found))


@dataclass(frozen=True)
class Gain(OfLines):
    """The return of a line, or of a basket held in equal parts from the first close on.

    total: with dividends reinvested. currency: of the return; "" each line's own.
    """

    of: str | Sleeve
    total: bool = False
    currency: str = ""

    def measure(self, record: Record, window: Window) -> Measured:
        gains = {line: self.gain(record, line, window) for line in self.lines}
        mean = math.fsum(gains.values()) / len(gains)
        called = self.of if isinstance(self.of, str) else self.of.name
        return Measured(mean, f"{called} {mean:+.1%}")

    def gain(self, record: Record, line: str, window: Window) -> float:
        """The return of one line."""
        closes = record.closes(line, self.currency, total=self.total)
        return at(closes, window.end, line) / at(closes, window.start, line) - 1


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
        names = ", ".join(f"{line} {gain:+.1%}" for line, gain in ahead.items())
        told = f"{self.bar} {bar:+.1%}; exceptions: {names}" if ahead else f"{self.bar} {bar:+.1%}"
        return Measured(float(len(gains) - len(ahead)), told)


@dataclass(frozen=True)
class Level(OfLines):
    """The close at the end of the window, in the line's own unit."""

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
        shown = f"{value:+.1%}" if self.rise else f"{value:,.2f}"
        return Measured(value, f"{self.of} at most {shown}, on {day:%Y-%m-%d}")


@dataclass(frozen=True)
class IntradayRise(OfLines):
    """The intraday high of the window's last day over the close before it."""

    of: str

    def measure(self, record: Record, window: Window) -> Measured:
        closes, highs = record.closes(self.of), record.highs(self.of)
        today = highs.loc[_span(window.end, window.end)].dropna()
        if today.empty:
            raise MissingData(f"{self.of} has no intraday high on {window.end} here")
        value = float(today.iloc[0]) / at(closes, window.end - A_DAY, self.of) - 1
        return Measured(value, f"{self.of} {value:+.1%} at its high of the day")


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
        falls = falls.loc[_span(window.start + A_DAY, window.end)]
        value, day = float(falls.min()), falls.idxmin()
        return Measured(value, f"{self.of} {value:.1%} below its high on {day:%Y-%m-%d}")


@dataclass(frozen=True)
class FromLow(OfLines):
    """The close at the end of the window over the lowest close within it."""

    of: str

    def measure(self, record: Record, window: Window) -> Measured:
        closes = record.closes(self.of)
        low = within(closes, window, self.of, first=True)
        value = at(closes, window.end, self.of) / float(low.min()) - 1
        return Measured(value, f"{self.of} {value:+.1%} over its low of {low.idxmin():%Y-%m-%d}")


@dataclass(frozen=True)
class FromPeak(OfLines):
    """The close at the end over the highest close before that day, in all the data there are."""

    of: str

    def measure(self, record: Record, window: Window) -> Measured:
        closes = record.closes(self.of)
        before = _before(closes, window.end)
        if before.empty:
            raise MissingData(f"{self.of} has no close before {window.end} here")
        value = at(closes, window.end, self.of) / float(_whole(before, self.of).max()) - 1
        return Measured(value, f"{self.of} {value:+.1%} from its highest close before")


@dataclass(frozen=True)
class ShareBelowPeak(OfLines):
    """Which part of a basket's lines closed below the highest close before."""

    of: Sleeve

    def measure(self, record: Record, window: Window) -> Measured:
        falls = {line: FromPeak(line).measure(record, window).value for line in self.lines}
        below = [line for line, fall in falls.items() if fall < 0]
        return Measured(len(below) / len(falls), f"{len(below)} of {len(falls)} lines")


@dataclass(frozen=True)
class Volatility(OfLines):
    """Standard deviation of daily moves within the window, a year."""

    of: str | Sleeve

    def measure(self, record: Record, window: Window) -> Measured:
        moves = _moves(record, self.of, window)
        if len(moves) < 2:
            raise MissingData(f"{_called(self.of)}: fewer than two moves to {window.end}")
        value = float(moves.std(ddof=1)) * math.sqrt(A_YEAR)
        return Measured(value, f"{_called(self.of)} {value:.1%} a year")


@dataclass(frozen=True)
class MeanMove(OfLines):
    """The mean daily move within the window."""

    of: str

    def measure(self, record: Record, window: Window) -> Measured:
        moves = _moves(record, self.of, window)
        if moves.empty:
            raise MissingData(f"{self.of} has no session from {window.start} to {window.end}")
        value = float(moves.mean())
        return Measured(value, f"{self.of} {value:+.2%} a day")


@dataclass(frozen=True)
class MeanCorrelation(OfLines):
    """The mean correlation of daily moves over all pairs of a basket's lines."""

    of: Sleeve

    @property
    def percent(self) -> bool:
        return False

    def measure(self, record: Record, window: Window) -> Measured:
        moves = _each(record, self.of, window).dropna()
        if len(moves) < 3 or len(self.lines) < 2:
            raise MissingData(f"{self.of.name}: too little in common up to {window.end}")
        known = moves.corr().to_numpy()
        pairs = len(known) * (len(known) - 1)
        value = float(known.sum() - known.trace()) / pairs
        return Measured(value, f"{self.of.name} {value:.2f}")


@dataclass(frozen=True)
class Autocorrelation(OfLines):
    """How closely a line's move follows its move before, from -1 to 1.

    sessions: the length of a move; moves stand end to end, the last ends with the window.
    """

    of: str
    sessions: int = 1

    @property
    def percent(self) -> bool:
        return False

    def measure(self, record: Record, window: Window) -> Measured:
        path = _path(record, self.of, window)
        moves = path.iloc[(len(path) - 1) % self.sessions :: self.sessions].pct_change().iloc[1:]
        if len(moves) < 4:
            raise MissingData(f"{self.of}: fewer than four moves up to {window.end}")
        value = float(moves.autocorr())
        return Measured(value, f"{self.of} {value:+.2f} over {len(moves)} moves")


@dataclass(frozen=True)
class TrendGain(OfLines):
    """What following its trend earned: long a line after it rose, short of it after it fell.

    sessions: how far one looks back at each close; costs are left out.
    """

    of: str
    sessions: int = 126

    def measure(self, record: Record, window: Window) -> Measured:
        closes = record.closes(self.of)
        at(closes, window.start, self.of)
        at(closes, window.end, self.of)
        trend = closes.pct_change(self.sessions).shift(1)
        inside = _span(window.start + A_DAY, window.end)
        held = (trend > 0).astype(float) - (trend < 0).astype(float)
        if trend.loc[inside].empty or trend.loc[inside].isna().any():
            raise MissingData(f"{self.of} is too short here for a trend on {window.start}")
        earned = (held * closes.pct_change()).loc[inside]
        value = math.prod(1 + float(move) for move in earned) - 1
        return Measured(value, f"following {self.of} {value:+.1%}")


@dataclass(frozen=True)
class RateBeta(Quantity):
    """The move of a line that goes with a rise of a yield by one point, from weekly moves."""

    of: str
    rate: str = "^TNX"

    @property
    def lines(self) -> tuple[str, ...]:
        return (self.of, self.rate)

    def measure(self, record: Record, window: Window) -> Measured:
        import pandas as pd

        moves = _weeks(_path(record, self.of, window)).pct_change()
        rises = _weeks(_path(record, self.rate, window)).diff()
        both = pd.DataFrame({"move": moves, "rise": rises}).dropna()
        if len(both) < 4 or both["rise"].var() == 0:
            raise MissingData(f"{self.of}: too few weeks of {self.rate} up to {window.end}")
        value = float(both["move"].cov(both["rise"]) / both["rise"].var())
        close = float(both["move"].corr(both["rise"]))
        told = f"{self.of} {value:+.1%} a point of {self.rate}"
        return Measured(value, f"{told}, correlation {close:+.2f}, {len(both)} weeks")


@dataclass(frozen=True)
class WiderWhenRising(Quantity):
    """How much further apart a basket's weekly moves lie after a rate has risen than otherwise.

    The standard deviation across the lines, week by week; weeks: over how many the rate rose.
    """

    of: Sleeve
    rate: str = "^TNX"
    weeks: int = 13

    @property
    def lines(self) -> tuple[str, ...]:
        return (*self.of.tickers, self.rate)

    def measure(self, record: Record, window: Window) -> Measured:
        import pandas as pd

        paths = {line: _weeks(_path(record, line, window)) for line in self.of.tickers}
        spread = pd.DataFrame(paths).pct_change(fill_method=None).dropna().std(axis=1, ddof=0)
        change = _weeks(_path(record, self.rate, window)).diff(self.weeks).dropna()
        both = pd.DataFrame({"spread": spread, "change": change}).dropna()
        high = float(both["spread"][both["change"] > 0].mean())
        low = float(both["spread"][both["change"] <= 0].mean())
        if math.isnan(high) or math.isnan(low):
            raise MissingData(f"{self.rate} did not both rise and fall up to {window.end}")
        return Measured(high - low, f"{self.of.name} {high:.2%} apart a week against {low:.2%}")


@dataclass(frozen=True)
class AfterJumps(OfLines):
    """The mean gain over some sessions after each rise by at least `jump` in one session.

    Only jumps within the window count, and only those whose sessions it holds in full.
    """

    of: str | Sleeve
    jump: float = 0.05
    sessions: int = 20

    def measure(self, record: Record, window: Window) -> Measured:
        found = [gain for line in self.lines for gain in self._after(record, line, window)]
        called = _called(self.of)
        if not found:
            told = f"{called} did not rise by {self.jump:.0%} on any day early enough"
            raise MissingData(f"{told} from {window.start} to {window.end}")
        value = math.fsum(found) / len(found)
        return Measured(value, f"{called} {value:+.1%} after {len(found)} jumps")

    def _after(self, record: Record, line: str, window: Window) -> list[float]:
        """The gain after each jump of one line."""
        path = _path(record, line, window)
        gains = path.shift(-self.sessions) / path - 1
        return [float(gain) for gain in gains[path.pct_change() >= self.jump].dropna()]


@dataclass(frozen=True)
class Custom(Quantity):
    """Any other figure: `how(record, window)` answers it.

    A function of a module, so that the claim can be pickled and compared.
    """

    of: tuple[str, ...]
    how: Callable[[Record, Window], Measured]

    @property
    def lines(self) -> tuple[str, ...]:
        return self.of

    def measure(self, record: Record, window: Window) -> Measured:
        return self.how(record, window)


def at(closes: pd.Series, day: date, called: str) -> float:
    """The last close on or before a day; MissingData where it is missing or too old."""
    known = _before(closes, day + A_DAY)
    if known.empty:
        raise MissingData(f"{called} begins on {closes.index[0]:%Y-%m-%d}, after {day}")
    if day - known.index[-1].date() > STALE:
        raise MissingData(f"{called} ends on {known.index[-1]:%Y-%m-%d}, before {day}")
    return float(_whole(known.iloc[-1:], called).iloc[0])


def within(closes: pd.Series, window: Window, called: str, *, first: bool = False) -> pd.Series:
    """The closes after the window's first day (with it: `first`) up to its last."""
    at(closes, window.end, called)
    inside = closes.loc[_span(window.start if first else window.start + A_DAY, window.end)]
    if inside.empty or closes.index[0].date() > window.start:
        raise MissingData(f"{called} has no closes from {window.start} to {window.end} here")
    return _whole(inside, called)


def _whole(closes: pd.Series, called: str) -> pd.Series:
    """Closes without a gap: a figure made around one would be made up."""
    if closes.isna().any():
        raise MissingData(f"{called} has no close on {closes.index[closes.isna()][0]:%Y-%m-%d}")
    return closes


def _moves(record: Record, of: str | Sleeve, window: Window) -> pd.Series:
    """Daily moves within the window; of a basket the mean over its lines, day by day."""
    return _each(record, of, window).mean(axis=1).dropna()


def _each(record: Record, of: str | Sleeve, window: Window) -> pd.DataFrame:
    """Daily moves within the window, one column a line; NaN where a line did not trade."""
    import pandas as pd

    moves = {line: _path(record, line, window).pct_change() for line in _lines(of)}
    return pd.DataFrame(moves).loc[_span(window.start + A_DAY, window.end)]


def _path(record: Record, line: str, window: Window) -> pd.Series:
    """The closes that a window is made of, from the last one up to its first day on."""
    closes = record.closes(line)
    at(closes, window.start, line)
    at(closes, window.end, line)
    first = len(_before(closes, window.start + A_DAY)) - 1
    return _whole(closes.iloc[first:].loc[: window.end.isoformat()], line)


def _weeks(path: pd.Series) -> pd.Series:
    """The last close of each week, dated on its Friday."""
    return path.resample("W-FRI").last()


def _span(first: date, last: date) -> slice:
    """The sessions from one day to another, both included."""
    return slice(first.isoformat(), last.isoformat())


def _before(closes: pd.Series, day: date) -> pd.Series:
    return closes.loc[: (day - A_DAY).isoformat()]


def _lines(of: str | Sleeve) -> tuple[str, ...]:
    return (of,) if isinstance(of, str) else of.tickers


def _called(of: str | Sleeve) -> str:
    return of if isinstance(of, str) else of.name


def _both(one: Measured, other: Measured, word: str) -> str:
    return f"{one.detail} {word} {other.detail}"
