"""Event studies: what a basket earned around dated events beyond what its market explains.

The market model (MacKinlay 1997): returns of the basket are regressed on those of the market over
the sessions before an event, and what the line leaves over after it is the abnormal return.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from backtests.evaluation.event_studies.market_model import (
    GAP,
    Abnormal,
    Model,
    fitted,
    mean,
    pooled,
)
from backtests.evaluation.event_studies.returns import (
    MIN_ESTIMATION,
    ReturnPanel,
    dates_of,
    model_in_words,
    panel_of,
    place_of,
)
from backtests.evaluation.event_studies.schema import Study, StudyEvent, StudyWindow
from backtests.evaluation.schema import Scored
from backtests.evaluation.statistics.samples import counted
from backtests.runner.inputs import fx_source
from markets.reference.currencies import FxSource
from markets.snapshot import Snapshot
from markets.views.price_record import PriceRecord
from newsfolio.assets import Asset
from newsfolio.errors import NewsfolioError
from newsfolio.event_study import EventStudy
from newsfolio.formatting import percent

if TYPE_CHECKING:
    from backtests.runner.run import Run


PLACEBOS = 500
"""Random dates to rank an event among."""

MIN_PLACEBOS = 20
"""Fewer give no percentile."""

LATE = np.timedelta64(14, "D")
"""From an event to day 0 at most: the longest closures of a venue last ten days."""


def studies(run: Run, scored: Scored, seed: int) -> tuple[Study, ...]:
    """Every event study of the run's strategy; without an article all events are context."""
    if run.strategy is None:
        return ()
    fx = fx_source(run.settings, run.bars)
    divide = date.fromisoformat(scored.divide) if run.origin.thesis else None
    return tuple(
        study(
            declared, run.bars, fx, run.settings.currency, divide, end=run.settings.end, seed=seed
        )
        for declared in run.strategy.studies
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
        own = {line.ticker: line for line in declared.lines.lines if isinstance(line, Asset)}
        record = PriceRecord(bars, end or max(line.last for line in bars.values()), fx, own)
        panel, notes = panel_of(declared, record, base)
        days, lag = dates_of(declared, bars)
    except NewsfolioError as error:
        return Study(declared.name, declared.lines.tickers, declared.market, why=str(error))
    outcomes = {day: _model_on(panel, day, lag) for day in days}
    models = {day: model for day, model in outcomes.items() if isinstance(model, Model)}
    events = tuple(_event(panel, day, lag, outcome, divide) for day, outcome in outcomes.items())
    placebos = _Placebos(panel, [place_of(panel, day, lag) for day in days], declared, seed)
    return Study(
        declared.name,
        panel.tickers,
        declared.market,
        model_in_words(declared, panel, record),
        events,
        tuple(
            _window(declared, first, last, models, events, placebos)
            for first, last in declared.windows
        ),
        (*notes, *_without(panel, models)),
    )


# Events


def _model_on(panel: ReturnPanel, day: date, lag: int) -> Model | str:
    place = place_of(panel, day, lag)
    if place == len(panel.days):
        return f"the prices end on {panel.days[-1]}"
    if panel.days[place - lag] - np.datetime64(day) > LATE:
        return f"no session within {LATE}; the next is {panel.days[place - lag]}"
    return fitted(panel, place)


def _event(
    panel: ReturnPanel, day: date, lag: int, outcome: Model | str, divide: date | None
) -> StudyEvent:
    scored = divide is not None and day > divide
    if isinstance(outcome, str):
        return StudyEvent(day.isoformat(), "", scored, 0, 0, outcome)
    session = str(panel.days[place_of(panel, day, lag)])
    return StudyEvent(day.isoformat(), session, scored, len(outcome.held), len(outcome.rows))


def _without(panel: ReturnPanel, models: Mapping[date, Model]) -> Iterator[str]:
    """Lines with too short a history for an event."""
    for day, model in models.items():
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
        self, panel: ReturnPanel, places: Sequence[int], declared: EventStudy, seed: int
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
        returns = [model.over(first, last) for model in self._models]
        reached = [abnormal for abnormal in returns if abnormal is not None]
        values = np.array(list(self._ratios(reached, events)))
        if len(values) < MIN_PLACEBOS:
            return None, len(values)
        return float(np.mean(values < real) + np.mean(values == real) / 2), len(values)

    def _ratios(self, returns: list[Abnormal], events: int) -> Iterator[float]:
        """Each date alone, or as many together as there are events."""
        if events == 1:
            yield from (_ratio([abnormal]) for abnormal in returns)
        elif len(returns) >= max(events, MIN_PLACEBOS):
            lot = np.random.default_rng(self._seed)
            for _ in range(PLACEBOS):
                places = lot.choice(len(returns), events, replace=False)
                yield _ratio([returns[place] for place in places])


def _ratio(returns: Sequence[Abnormal]) -> float:
    car, error = mean(returns)
    return car / error


def _window(
    declared: EventStudy, first: int, last: int, models: Mapping[date, Model],
    events: Sequence[StudyEvent], placebos: _Placebos,
) -> StudyWindow:  # fmt: skip
    """The figures of one window over the events that it covers."""
    over = {day.isoformat(): model.over(first, last) for day, model in models.items()}
    returns = {day: abnormal for day, abnormal in over.items() if abnormal is not None}
    reach = {day.isoformat(): max(model.reach, 0) for day, model in models.items()}
    missing = tuple(_missing(event, reach, last) for event in events if event.day not in returns)
    if not returns:
        return StudyWindow(first, last, 0, 0, missing=missing, why="; ".join(missing))
    figure = pooled(list(returns.values()))
    rank, count = placebos.rank(first, last, len(returns), figure.t)
    window = StudyWindow(
        first,
        last,
        len(returns),
        sum(not event.scored for event in events if event.day in returns),
        figure.car,
        figure.error,
        figure.t,
        figure.p,
        rank,
        count,
        _overlapping({day: models[date.fromisoformat(day)].place for day in returns}, last - first),
        missing,
    )
    return dataclasses.replace(window, sentence=_sentence(declared.market, window, list(returns)))


def _missing(event: StudyEvent, reach: Mapping[str, int], last: int) -> str:
    """Why a window has no figure of an event."""
    short = f"the prices reach {reach.get(event.day, 0)} of {counted(last, 'session')} after it"
    return f"{event.day}: {event.why or short}"


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
    result = (
        f"{_after(days)} the basket was {'on average ' if several else ''}{_size(market, window)}"
    )
    sentences = (f"{result}; {_ranked(window)}.", _caution(window), _shared(window))
    return " ".join(filter(None, sentences))


def _after(days: Sequence[str]) -> str:
    return f"After one event ({days[0]})" if len(days) == 1 else f"After {len(days)} events"


def _size(market: str, window: StudyWindow) -> str:
    first, last = window.first, window.last
    side = "ahead of" if (window.car or 0.0) > 0 else "behind"
    span = f"on session {first}" if first == last else f"over sessions {first} to {last}"
    return f"{percent(abs(window.car or 0.0), 1)} {side} what {market} explains {span}"


def _ranked(window: StudyWindow) -> str:
    drawn = "random dates" if window.events == 1 else f"draws of {window.events} random dates"
    if window.percentile is None:
        return f"there are only {window.placebos} {drawn} to rank it among"
    return f"{percent(window.percentile, 1)} of {window.placebos} {drawn} did worse"


def _caution(window: StudyWindow) -> str:
    """What can follow from so many events, and from those that are mere context."""
    if window.events == 1 and window.context:
        return "One event is one event, and this one is context: it explains and proves nothing."
    if window.events == 1:
        return "One event is one event: no rule follows from it."
    if window.context:
        context = f"{window.context} of the {window.events} are context:"
        return f"{context} they explain and prove nothing."
    return ""


def _shared(window: StudyWindow) -> str:
    if not window.overlapping:
        return ""
    return (
        f"The windows of {', '.join(window.overlapping)} overlap; the standard error counts the "
        "sessions that they share."
    )
