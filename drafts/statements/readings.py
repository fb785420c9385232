"""From a statement to readings that prices can settle, or to what a person must decide first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from drafts.language.periods import TimeSpan, back
from drafts.statements.parts import Referent
from drafts.statements.statement import Assertion
from drafts.statements.states import AHEAD
from drafts.statements.windows import last_close, next_close, window_of
from newsfolio.claims import Reading
from newsfolio.quantities import (
    Drawdown,
    FromLow,
    FromPeak,
    Gain,
    IntradayRise,
    Level,
    Quantity,
    Touch,
    Volatility,
)

SHORT = timedelta(days=7)
_A_DAY, _LONGER = 0.0015, 0.01
"""Tolerances of a gain: of days, of longer windows; dividends and rounding lie within."""

TARGET_MONTHS = 12
"""How long a target without a date is given, as those of analysts are."""


@dataclass(frozen=True)
class Read:
    """Readings of a statement.

    undecided: why they do not count yet. todo: what to look at. dated: whether their window is
    known; else that is what is to be decided.
    """

    readings: tuple[Reading, ...]
    undecided: str = ""
    todo: tuple[str, ...] = ()
    ahead: bool = False
    dated: bool = True


def readings_of(statement: Assertion, published: datetime) -> Read:
    """A statement laid on the closes of its lines."""
    todo = list(_doubts(statement))
    if statement.note:
        todo.append(statement.note)
    if statement.assumed:
        todo.append("the sentence names no period; the day of the news is taken")
    undecided = _undecided(statement)
    period = statement.period
    if statement.measure in ("touch", "rise") and (period is None or period.kind != "future"):
        last = back(published.date(), -TARGET_MONTHS, "month")
        period = TimeSpan(None, last, "future")
        todo.append(f"the target has no date; {TARGET_MONTHS} months are taken")
        undecided = "" if undecided == _NO_WINDOW else undecided
    window = _window(statement, period, published)
    first = _reading(statement, statement.of, window)
    if first.start == first.end and not undecided:
        undecided = "its period holds no close after its first"
    readings = [first]
    alone = statement.against is None and len(statement.of.lines) == 1
    if alone and statement.measure != "intraday":
        readings += [
            replace(
                _reading(statement, Referent((line,), line), window),
                decides=False,
                label=f"its line {line}",
            )
            for line in statement.of.others
        ]
        if statement.of.others:
            others = ", ".join(statement.of.others)
            todo.append(f"several listings: {first.of.lines[0]} decides, {others} beside it")
    ahead = bool(period and period.kind == "future")
    dated = not undecided or undecided.startswith(_DATED)
    return Read(tuple(readings), undecided, tuple(todo), ahead, dated)


_NO_WINDOW = "the sentence names no period"
_DATED = ("its name is shared", "a level of an index", "a number with two units")
"""Beginnings of reasons that leave the window as it is."""


def _undecided(statement: Assertion) -> str:
    """Why nobody can measure it yet; "" where one can."""
    subjects = [statement.of, *([statement.against] if statement.against else [])]
    for subject in subjects:
        if subject.shared:
            return f"its name is shared by {' and '.join(subject.shared)}; say which is meant"
    if statement.unclear:
        return f"{statement.unclear}; say which is meant"
    proxies = [subject for subject in subjects if subject.kind in ("proxy", "market")]
    if proxies and statement.measure in ("level", "touch"):
        line = proxies[0].lines[0]
        return f"a level of an index that is no line here; {line} stands in for its moves alone"
    if statement.period is None and statement.measure in (
        "gain",
        "difference",
        "ratio",
        "volatility",
    ):
        return _NO_WINDOW
    if statement.period == AHEAD:
        return "a forecast without a day by which it should come true"
    if statement.period and statement.period.kind == "event":
        return "it counts from an event whose day the sentence does not say"
    if statement.period and statement.period.kind == "same":
        return "it points to a period that is not named before it"
    return ""


def _doubts(statement: Assertion) -> list[str]:
    subjects = [statement.of, *([statement.against] if statement.against else [])]
    notes = [f"{subject.lines[0]}: {subject.note}" for subject in subjects if subject.note]
    return [
        *notes,
        *(f"{subject.name}: {subject.hindsight}" for subject in subjects if subject.hindsight),
    ]


def _window(
    statement: Assertion, period: TimeSpan | None, published: datetime
) -> tuple[date, date]:
    """The window that all lines of a statement share: up to the last close that all have had."""
    lines = statement.lines
    latest = min(last_close(line, published) for line in lines)
    if statement.measure == "intraday":
        if period and period.kind == "day" and period.first and period.last:
            return period.first, period.last
        return latest, published.date()
    if period is None or period.kind in ("same", "event"):
        if statement.measure in ("from low", "drawdown"):
            return back(latest, 12, "month"), latest
        return latest - timedelta(days=3 if latest.weekday() == 0 else 1), latest
    if period == AHEAD:
        return latest, back(latest, -TARGET_MONTHS, "month")
    windows = [window_of(period, line, published) for line in lines]
    first, last = max(w[0] for w in windows), min(w[1] for w in windows)
    if period.kind == "future":
        first = (
            max(next_close(line, published) for line in lines) if period.first is None else first
        )
    if statement.measure in ("level", "record", "from peak") and period.kind == "past":
        first = last - timedelta(days=3 if last.weekday() == 0 else 1)
    return min(first, last), last


def _reading(statement: Assertion, subject: Referent, window: tuple[date, date]) -> Reading:
    first, last = window
    number = round(float(statement.number), 6)
    tolerance = _tolerance(statement, last - first) if statement.says == "=" else _LONGER
    labels = [f"proxy: {subject.note}"] if subject.note else []
    return Reading(
        _quantity(statement, subject, window),
        first.isoformat(),
        last.isoformat(),
        statement.says,
        number,
        tolerance,
        "; ".join(labels),
    )


def _quantity(statement: Assertion, subject: Referent, window: tuple[date, date]) -> Quantity:
    of, measure = subject.of, statement.measure
    if statement.against is not None:
        ours, theirs = Gain(of), Gain(statement.against.of)
        return ours / theirs if measure == "ratio" else ours - theirs
    if measure == "gain" or not isinstance(of, str):
        return Gain(of)
    if measure == "volatility":
        days = window[1] - window[0]
        return Volatility(of) - Volatility(of).over(
            (window[0] - days).isoformat(), window[0].isoformat()
        )
    makers: dict[str, Quantity] = {
        "level": Level(of), "touch": Touch(of), "rise": Touch(of, rise=True),
        "from peak": FromPeak(of), "record": FromPeak(of), "from low": FromLow(of),
        "drawdown": Drawdown(of), "intraday": IntradayRise(of),
    }  # fmt: skip
    return makers[measure]


def _tolerance(statement: Assertion, length: timedelta) -> float:
    """How far off an equality may be: as exactly as it is written, and no more than prices are."""
    if statement.measure == "level":
        return max(statement.half, statement.number * 0.01 if statement.about else 0.0)
    if statement.measure == "ratio":
        return max(statement.half, 0.05)
    exact = max(statement.half, _A_DAY if length <= SHORT else _LONGER)
    return round(exact * (2 if statement.about else 1), 6)
