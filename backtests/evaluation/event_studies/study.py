"""Event studies: what a basket earned around dated events beyond what its market explains.

The market model (MacKinlay 1997): returns of the basket are regressed on those of the market over
the sessions before an event, and what the line leaves over after it is the abnormal return.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from backtests.evaluation.event_studies.returns import (
    MIN_ESTIMATION,
    Panel,
    dates_of,
    model_in_words,
    panel_of,
    place_of,
)  # fmt: skip
from backtests.evaluation.schema import Scored, Study, StudyEvent, StudyWindow
from backtests.evaluation.statistics.distributions import student_sf
from backtests.evaluation.statistics.regression import least_squares
from backtests.evaluation.statistics.samples import Values, counted, too_few
from backtests.settings import Fx
from backtests.simulation.metrics import FLAT
from markets.facts import Snapshot
from markets.price_record import PriceRecord
from markets.reference.currencies import EcbRates, FxSource, SourceRates
from newsfolio.errors import NewsfolioError
from newsfolio.event_study import EventStudy

if TYPE_CHECKING:
    from backtests.runner.run_strategy import Run

Places = NDArray[np.int64]

ESTIMATION = 250
"""Sessions on which the model of an event is estimated, where there are so many."""

GAP = 10
"""Sessions between the last of them and day 0, so that news that leaks is not part of the model."""

PLACEBOS = 500
"""Random dates to rank an event among."""

MIN_PLACEBOS = 20
"""Fewer give no percentile."""

LATE = np.timedelta64(14, "D")
"""From an event to day 0 at most: the longest closures of a venue last ten days."""


@dataclass(frozen=True, eq=False)
class Abnormal:
    """The cumulative abnormal return (CAR) of one window, and the error it carries.

    error: (N,) how much each session's disturbance moves the figure, in units of return. Those of
        the window count once, those of the estimation by their pull on the fitted line, so its
        norm is the standard error with Patell's term, and windows that share sessions add up right.
    """

    car: float
    error: Values
    estimated: Places
    coefficients: int


@dataclass(frozen=True, eq=False)
class Model:
    """The market model as estimated before day 0, which stands at `place`."""

    panel: Panel
    place: int
    held: tuple[str, ...]
    rows: Places
    coefficients: Values
    inverse: Values
    deviation: float
    basket: Values

    @cached_property
    def rest(self) -> Values:
        """(N,) what the model leaves of the basket's returns; NaN where one is not known."""
        return self.basket - self.panel.design @ self.coefficients  # type: ignore[no-any-return]

    @cached_property
    def reach(self) -> int:
        """The last session after day 0 up to which every return is known."""
        known = np.isfinite(self.rest[self.place :])
        return int(len(known) if known.all() else np.argmin(known)) - 1

    def over(self, first: int, last: int) -> Abnormal | None:
        """The CAR of the sessions `first` to `last` from day 0; None where they go too far."""
        if last > self.reach:
            return None
        window = slice(self.place + first, self.place + last + 1)
        pull = self.panel.design[self.rows] @ self.inverse @ self.panel.design[window].sum(axis=0)
        error = np.zeros(len(self.panel.days))
        error[window] = 1.0
        error[self.rows] = -pull
        return Abnormal(
            float(self.rest[window].sum()), self.deviation * error, self.rows, len(self.inverse)
        )


@dataclass(frozen=True)
class Pooled:
    """The mean CAR of some events, its standard error, and the test against none."""

    car: float
    error: float
    freedom: int

    @property
    def t(self) -> float:
        return self.car / self.error

    @property
    def p(self) -> float:
        """Two-sided, by Student's t."""
        return 2 * student_sf(abs(self.t), self.freedom)


def studies(run: Run, scored: Scored, seed: int) -> tuple[Study, ...]:
    """Every event study of the run's strategy; without an article all events are context."""
    if run.strategy is None:
        return ()
    fx = EcbRates() if run.settings.fx is Fx.ECB else SourceRates(run.bars)
    divide = date.fromisoformat(scored.divide) if run.origin.thesis else None
    return tuple(
        study(one, run.bars, fx, run.settings.currency, divide, end=run.settings.end, seed=seed)
        for one in run.strategy.studies
    )


def study(
    declared: EventStudy, bars: Snapshot, fx: FxSource, base: str, divide: date | None, *,
    end: date | None = None, seed: int = 0,
) -> Study:  # fmt: skip
    """One study on prices that are at hand; without them a reason instead of figures.

    base: the currency of all returns. divide: events after it score, None: none does. end: the
    last day that may be looked at.
    """
    try:
        record = PriceRecord(bars, end or max(line.last for line in bars.values()), fx)
        panel, notes = panel_of(declared, record, base)
        days, lag = dates_of(declared, bars)
    except NewsfolioError as error:
        return Study(declared.name, declared.lines.tickers, declared.market, why=str(error))
    models = {day: _on(panel, day, lag) for day in days}
    found = {day: model for day, model in models.items() if isinstance(model, Model)}
    events = tuple(_event(panel, day, lag, model, divide) for day, model in models.items())
    placebos = _Placebos(panel, [place_of(panel, day, lag) for day in days], declared, seed)
    return Study(
        declared.name,
        panel.tickers,
        declared.market,
        model_in_words(declared, panel, record),
        events,
        tuple(
            _window(declared, first, last, found, events, placebos)
            for first, last in declared.windows
        ),
        (*notes, *_without(panel, found)),
    )


def fitted(panel: Panel, place: int) -> Model | str:
    """The model of an event whose day 0 stands at `place`; else why there is none.

    The basket is fixed: the lines that have a return on day 0 and on MIN_ESTIMATION of the
    sessions before it. The model is estimated on the sessions on which all of these have one.
    """
    rows = np.arange(max(place - GAP - ESTIMATION, 0), max(place - GAP, 0))
    rows = rows[np.isfinite(panel.moves[rows]).all(axis=1)]
    known = np.isfinite(panel.returns[rows]).sum(axis=0) * np.isfinite(panel.returns[place])
    lines = known >= MIN_ESTIMATION
    if not lines.any():
        return too_few(int(known.max()), "the market model", MIN_ESTIMATION)
    basket = panel.returns[:, lines].mean(axis=1)
    usable = rows[np.isfinite(basket[rows])]
    if len(usable) < MIN_ESTIMATION:
        return too_few(len(usable), "the market model", MIN_ESTIMATION)
    if not (panel.moves[usable].std(axis=0) > FLAT).all():
        return "its market never moves"
    held = tuple(itertools.compress(panel.tickers, lines))
    return _regressed(panel, place, held, usable, basket)


def pooled(found: Sequence[Abnormal]) -> Pooled:
    """The mean of CARs; errors on sessions that they share add up before they are squared."""
    sessions = len(np.unique(np.concatenate([one.estimated for one in found])))
    return Pooled(*_mean(found), sessions - found[0].coefficients)


def _mean(found: Sequence[Abnormal]) -> tuple[float, float]:
    """Of CARs, and its standard error."""
    error = np.linalg.norm(np.sum([one.error for one in found], axis=0)) / len(found)
    return sum(one.car for one in found) / len(found), float(error)


def _regressed(
    panel: Panel, place: int, held: tuple[str, ...], rows: Places, basket: Values
) -> Model | str:
    fit = least_squares(basket[rows], panel.design[rows])
    deviation = sqrt(fit.variance)
    if not deviation > FLAT:
        return "the basket never moves apart from its market"
    return Model(panel, place, held, rows, fit.coefficients, fit.inverse, deviation, basket)


# Events


def _on(panel: Panel, day: date, lag: int) -> Model | str:
    place = place_of(panel, day, lag)
    if place == len(panel.days):
        return f"the prices end on {panel.days[-1]}"
    if panel.days[place - lag] - np.datetime64(day) > LATE:
        return f"no session within {LATE}; the next is {panel.days[place - lag]}"
    return fitted(panel, place)


def _event(
    panel: Panel, day: date, lag: int, model: Model | str, divide: date | None
) -> StudyEvent:
    scored = divide is not None and day > divide
    if isinstance(model, str):
        return StudyEvent(day.isoformat(), "", scored, 0, 0, model)
    session = str(panel.days[place_of(panel, day, lag)])
    return StudyEvent(day.isoformat(), session, scored, len(model.held), len(model.rows))


def _without(panel: Panel, found: Mapping[date, Model]) -> Iterator[str]:
    """Lines with too short a history for an event."""
    for day, model in found.items():
        short = [ticker for ticker in panel.tickers if ticker not in model.held]
        if short:
            yield (
                f"{day}: without {', '.join(short)}, no price on day 0 or fewer than "
                f"{MIN_ESTIMATION} sessions before it"
            )


# Windows


class _Placebos:
    """The same figures after random dates whose windows touch none of the events'."""

    def __init__(
        self, panel: Panel, places: Sequence[int], declared: EventStudy, seed: int
    ) -> None:
        self._panel, self._places, self._seed = panel, places, seed
        self._reach = max((last for _, last in declared.windows), default=0)

    @cached_property
    def _models(self) -> list[Model]:
        free = np.arange(GAP + MIN_ESTIMATION, len(self._panel.days) - self._reach)
        for place in self._places:
            free = free[np.abs(free - place) > self._reach]
        order = np.random.default_rng(self._seed).permutation(free)
        models = (fitted(self._panel, int(place)) for place in order)
        return list(itertools.islice((m for m in models if isinstance(m, Model)), PLACEBOS))

    def rank(self, first: int, last: int, events: int, real: float) -> tuple[float | None, int]:
        """The share of placebos with a lower t, ties counting half, and how many there are."""
        drawn = [one for model in self._models if (one := model.over(first, last)) is not None]
        values = np.array(list(self._drawn(drawn, events)))
        if len(values) < MIN_PLACEBOS:
            return None, len(values)
        return float(np.mean(values < real) + np.mean(values == real) / 2), len(values)

    def _drawn(self, found: list[Abnormal], events: int) -> Iterator[float]:
        """Each date alone, or as many together as there are events."""
        if events == 1:
            yield from (_ratio([one]) for one in found)
        elif len(found) >= max(events, MIN_PLACEBOS):
            lot = np.random.default_rng(self._seed)
            for _ in range(PLACEBOS):
                places = lot.choice(len(found), events, replace=False)
                yield _ratio([found[place] for place in places])


def _ratio(found: Sequence[Abnormal]) -> float:
    car, error = _mean(found)
    return car / error


def _window(
    declared: EventStudy, first: int, last: int, models: Mapping[date, Model],
    events: Sequence[StudyEvent], placebos: _Placebos,
) -> StudyWindow:  # fmt: skip
    """The figures of one window over the events that it covers."""
    over = {day.isoformat(): model.over(first, last) for day, model in models.items()}
    found = {day: one for day, one in over.items() if one is not None}
    reach = {day.isoformat(): max(model.reach, 0) for day, model in models.items()}
    missing = tuple(_missing(one, reach, last) for one in events if one.day not in found)
    if not found:
        return StudyWindow(first, last, 0, 0, missing=missing, why="; ".join(missing))
    figure = pooled(list(found.values()))
    rank, count = placebos.rank(first, last, len(found), figure.t)
    window = StudyWindow(
        first,
        last,
        len(found),
        sum(not one.scored for one in events if one.day in found),
        figure.car,
        figure.error,
        figure.t,
        figure.p,
        rank,
        count,
        _overlapping({day: models[date.fromisoformat(day)].place for day in found}, last - first),
        missing,
    )
    return dataclasses.replace(window, sentence=_sentence(declared.market, window, list(found)))


def _missing(event: StudyEvent, reach: Mapping[str, int], last: int) -> str:
    """Why a window has no figure of an event."""
    known = f"the prices reach {reach.get(event.day, 0)} of {counted(last, 'session')} after it"
    return f"{event.day}: {event.why or known}"


def _overlapping(places: Mapping[str, int], length: int) -> tuple[str, ...]:
    """Days of the events whose window shares a session with another's."""
    return tuple(
        day
        for day, place in places.items()
        if any(abs(place - other) <= length for name, other in places.items() if name != day)
    )


# Words


def _sentence(market: str, window: StudyWindow, days: Sequence[str]) -> str:
    """What a window says, in plain English."""
    several = window.events > 1
    told = (
        f"{_after(days)} the basket was {'on average ' if several else ''}{_size(market, window)}"
    )
    return " ".join(part for part in (
        f"{told}; {_ranked(window)}.",
        _worth(window),
        _shared(window),
    ) if part)  # fmt: skip


def _after(days: Sequence[str]) -> str:
    return f"After one event ({days[0]})" if len(days) == 1 else f"After {len(days)} events"


def _size(market: str, window: StudyWindow) -> str:
    first, last = window.first, window.last
    side = "ahead of" if (window.car or 0.0) > 0 else "behind"
    span = f"on session {first}" if first == last else f"over sessions {first} to {last}"
    return f"{abs(window.car or 0.0):.1%} {side} what {market} explains {span}"


def _ranked(window: StudyWindow) -> str:
    drawn = "random dates" if window.events == 1 else f"draws of {window.events} random dates"
    if window.percentile is None:
        return f"there are only {window.placebos} {drawn} to rank it among"
    return f"{window.percentile:.1%} of {window.placebos} {drawn} did worse"


def _worth(window: StudyWindow) -> str:
    """What can follow from so many events, and from those that are mere context."""
    if window.events == 1 and window.context:
        return "One event is one event, and this one is context: it explains and proves nothing."
    if window.events == 1:
        return "One event is one event: no rule follows from it."
    if window.context:
        told = f"{window.context} of the {window.events} are context:"
        return f"{told} they explain and prove nothing."
    return ""


def _shared(window: StudyWindow) -> str:
    if not window.overlapping:
        return ""
    return (
        f"The windows of {', '.join(window.overlapping)} overlap; the standard error counts the "
        "sessions that they share."
    )
