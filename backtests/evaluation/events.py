"""Event studies: what a basket earned around dated events beyond what its market explains.

The market model (MacKinlay 1997): returns of the basket are regressed on those of the market over
the sessions before an event, and what the line leaves over after it is the abnormal return.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import cached_property
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.evaluation.findings import Scored, Study, StudyEvent, StudyWindow
from backtests.evaluation.samples import FLAT, Values, counted, too_few
from backtests.settings import Fx
from markets.bars import Priced
from markets.calendars import sessions_of
from markets.currencies import STALE_AFTER, Days, EcbRates, FxSource, SourceRates
from markets.facts import Snapshot
from markets.record import PriceRecord
from newsfolio.assets import Asset
from newsfolio.errors import BrokenData, MissingData, NewsfolioError
from newsfolio.listings import asset_of
from newsfolio.studies import EventStudy

if TYPE_CHECKING:
    from backtests.runner import Run

Places = NDArray[np.int64]

ESTIMATION = 250
"""Sessions on which the model of an event is estimated, where there are so many."""

MIN_ESTIMATION = 60
"""A quarter; with fewer there is no figure."""

GAP = 10
"""Sessions between the last of them and day 0, so that news that leaks is not part of the model."""

PLACEBOS = 500
"""Random dates to rank an event among."""

MIN_PLACEBOS = 20
"""Fewer give no percentile."""

LATE = np.timedelta64(14, "D")
"""From an event to day 0 at most: the longest closures of a venue last ten days."""

APART = 180
"""Minutes between two closes from which the market's neighbouring session counts as well."""


@dataclass(frozen=True, eq=False)
class Panel:
    """Returns on the sessions that a basket and its market have in common.

    returns: (N, K) of the basket's lines, NaN where a line has none.
    moves: (N, k) of the market: of the same session, and of the one before or after where the
        venues close hours apart (Dimson 1979); `compared` says which.
    """

    days: Days
    tickers: tuple[str, ...]
    returns: Values
    moves: Values
    compared: str = "the same session"

    @cached_property
    def design(self) -> Values:
        """A constant and the market's moves."""
        return np.column_stack([np.ones(len(self.days)), self.moves])


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
        from scipy.stats import t as student

        return float(2 * student.sf(abs(self.t), self.freedom))


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
        panel, notes = _panel(declared, record, base)
        days, lag = _events(declared, bars)
    except NewsfolioError as error:
        return Study(declared.name, declared.lines.tickers, declared.market, why=str(error))
    models = {day: _on(panel, day, lag) for day in days}
    found = {day: model for day, model in models.items() if isinstance(model, Model)}
    events = tuple(_event(panel, day, lag, model, divide) for day, model in models.items())
    placebos = _Placebos(panel, [_place(panel, day, lag) for day in days], declared, seed)
    return Study(
        declared.name,
        panel.tickers,
        declared.market,
        _model_in_words(declared, panel, record),
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
    from statsmodels.api import OLS

    fit = OLS(basket[rows], panel.design[rows]).fit()
    deviation = sqrt(fit.scale)
    if not deviation > FLAT:
        return "the basket never moves apart from its market"
    return Model(panel, place, held, rows, fit.params, fit.normalized_cov_params, deviation, basket)


# Prices


def _panel(declared: EventStudy, record: PriceRecord, base: str) -> tuple[Panel, list[str]]:
    """Returns of the lines with prices, and which were left out; MissingData without any."""
    market = asset_of(declared.market)
    level = _level(market, record, base)
    levels: dict[str, pd.Series] = {}
    notes = []
    for asset in map(asset_of, declared.lines.lines):
        try:
            levels[asset.ticker] = _level(asset, record, base)
        except NewsfolioError as error:
            notes.append(f"{asset.ticker} left out: {error}")
    if not levels:
        raise MissingData("; ".join(notes))
    assets = [asset for asset in map(asset_of, declared.lines.lines) if asset.ticker in levels]
    days = _common(assets, levels, level)
    returns = np.column_stack([_returns(one, days) for one in levels.values()])
    alone, offsets = _returns(level, days), _offsets(assets, market)
    moves = np.column_stack([_shifted(alone, offset) for offset in offsets])
    compared = " and ".join(_COMPARED[offset] for offset in offsets)
    return Panel(days, tuple(levels), returns, moves, compared), notes


def _level(asset: Asset, record: PriceRecord, base: str) -> pd.Series:
    """Total return in base currency while the line is listed, by session."""
    closes = record.closes(asset.ticker, total=True)
    first, last = asset.listed, asset.delisted.day if asset.delisted else None
    closes = closes.loc[pd.Timestamp(first) if first else None :]  # type: ignore[misc]
    closes = closes.loc[: pd.Timestamp(last) if last else None]  # type: ignore[misc]
    if asset.currency != base:
        closes = _converted(closes, record.fx, asset.currency, base)
    if closes.empty:
        raise MissingData(f"no prices of {asset.ticker} while it is listed and can be converted")
    if not (np.isfinite(closes) & (closes > 0)).all():
        raise BrokenData(f"{asset.ticker}: no return can be told from its prices and dividends")
    return closes


def _converted(closes: pd.Series, fx: FxSource, currency: str, base: str) -> pd.Series:
    """In base currency on the days that the fixings reach."""
    fixings = fx.fixings(currency, base)
    days = _days(closes)
    if not len(fixings.days):
        raise MissingData(f"no rate of {fixings.pair}")
    inside = (days >= fixings.days[0]) & (days <= fixings.days[-1] + STALE_AFTER)
    return closes[inside] * fixings.until(days[inside])


def _common(assets: Sequence[Asset], levels: dict[str, pd.Series], market: pd.Series) -> Days:
    """Days on which the market and some line have a bar and no venue of the basket is closed."""
    days = np.unique(np.concatenate([_days(one) for one in levels.values()]))
    days = np.intersect1d(days, _days(market))
    for venue in {asset.venue for asset in assets}:
        days = days[np.isin(days, sessions_of(venue))]
    if len(days) < MIN_ESTIMATION:
        raise MissingData(
            too_few(len(days), "an event study", MIN_ESTIMATION) + " in common with its market"
        )
    return days


def _days(series: pd.Series) -> Days:
    return series.index.to_numpy().astype("datetime64[D]")


def _returns(level: pd.Series, days: Days) -> Values:
    """From session to session; a suspended line stands still, and one that has ended has none."""
    index = pd.DatetimeIndex(days.astype("datetime64[ns]"))
    known = level.reindex(index, method="ffill").where(index <= level.index[-1])
    values = known.to_numpy(dtype="float64")
    return np.concatenate([[np.nan], values[1:] / values[:-1] - 1])


def _offsets(assets: Sequence[Asset], market: Asset) -> tuple[int, ...]:
    """Sessions of the market that count for one of the basket.

    Of two venues that close hours apart the later one shows news first: a basket that closes
    before its market follows the session before as well, one that closes after it the next.
    """
    late = [_minutes(asset.venue.closes) - _minutes(market.venue.closes) for asset in assets]
    before = (-1,) if min(late) <= -APART else ()
    after = (1,) if max(late) >= APART else ()
    return (0, *before, *after)


_COMPARED = {
    0: "the same session",
    -1: "the session before, because the market closes hours later",
    1: "the session after, because the market closes hours earlier",
}


def _minutes(at: time) -> int:
    return 60 * at.hour + at.minute


def _shifted(values: Values, offset: int) -> Values:
    return pd.Series(values).shift(-offset).to_numpy()


# Events


def _events(declared: EventStudy, bars: Snapshot) -> tuple[list[date], int]:
    """The days of the events, ascending, and sessions to wait after each."""
    if declared.facts is None:
        return sorted({date.fromisoformat(day) for day in declared.days}), 0
    table = bars.facts.get(declared.facts.name)
    if table is None or table.frame.empty:
        name, where = declared.facts.name, declared.facts.where
        raise MissingData(f"no facts called {name!r} in this source. {where}".strip())
    return sorted({known.date() for known in table.frame["known"]}), declared.facts.lag


def _place(panel: Panel, day: date, lag: int) -> int:
    """Of day 0; N where it is still to come."""
    return min(int(np.searchsorted(panel.days, np.datetime64(day))) + lag, len(panel.days))


def _on(panel: Panel, day: date, lag: int) -> Model | str:
    place = _place(panel, day, lag)
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
    session = str(panel.days[_place(panel, day, lag)])
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


def _model_in_words(declared: EventStudy, panel: Panel, record: PriceRecord) -> str:
    level = record.bars[declared.market].priced is Priced.LEVEL
    market = declared.market + (", an index level without dividends" if level else "")
    return f"Market model on {market}; {panel.compared}"


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
