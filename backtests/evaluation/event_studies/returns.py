"""What an event study rests on: returns of a basket and its market, and the days of the events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import cached_property

import numpy as np
import pandas as pd

from backtests.evaluation.statistics.samples import Values, too_few
from markets.bars import Priced
from markets.reference.calendars import is_open
from markets.reference.currencies import STALE_AFTER, FxSource
from markets.reference.fixings_file import Days
from markets.snapshot import Snapshot
from markets.views.price_record import PriceRecord
from newsfolio.assets import Asset
from newsfolio.errors import BrokenData, MissingData, NewsfolioError
from newsfolio.event_study import EventStudy
from newsfolio.listings import asset_of

MIN_ESTIMATION = 60
"""A quarter; with fewer there is no figure."""

APART = 180
"""Minutes between two closes from which the market's neighbouring session counts as well."""


@dataclass(frozen=True, eq=False)
class ReturnPanel:
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


def panel_of(declared: EventStudy, record: PriceRecord, base: str) -> tuple[ReturnPanel, list[str]]:
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
    returns = np.column_stack([_returns(line, days) for line in levels.values()])
    alone, offsets = _returns(level, days), _offsets(assets, market)
    moves = np.column_stack([_shifted(alone, offset) for offset in offsets])
    compared = " and ".join(_COMPARED[offset] for offset in offsets)
    return ReturnPanel(days, tuple(levels), returns, moves, compared), notes


def model_in_words(declared: EventStudy, panel: ReturnPanel, record: PriceRecord) -> str:
    level = record.bars[declared.market].priced is Priced.LEVEL
    market = declared.market + (", an index level without dividends" if level else "")
    return f"Market model on {market}; {panel.compared}"


def dates_of(declared: EventStudy, bars: Snapshot) -> tuple[list[date], int]:
    """The days of the events, ascending, and sessions to wait after each."""
    if declared.facts is None:
        return sorted({date.fromisoformat(day) for day in declared.days}), 0
    table = bars.facts.get(declared.facts.name)
    if table is None or table.frame.empty:
        name, where = declared.facts.name, declared.facts.where
        raise MissingData(f"no facts called {name!r} in this source. {where}".strip())
    return sorted({moment.date() for moment in table.frame["known"]}), declared.facts.lag


def place_of(panel: ReturnPanel, day: date, lag: int) -> int:
    """Of day 0; N where it is still to come."""
    return min(int(np.searchsorted(panel.days, np.datetime64(day))) + lag, len(panel.days))


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
    """In base currency on the days that the fixings reach, after the last gap in them."""
    fixings = fx.fixings(currency, base)
    days = _days(closes)
    if not len(fixings.days):
        raise MissingData(f"no rate of {fixings.pair}")
    inside = (days >= fixings.days[0]) & (days <= fixings.days[-1] + STALE_AFTER)
    closes, days = closes[inside], days[inside]
    start = fixings.unbroken_from(days, same_day=True)
    return closes.iloc[start:] * fixings.until(days[start:])


def _common(assets: Sequence[Asset], levels: dict[str, pd.Series], market: pd.Series) -> Days:
    """Days on which the market and some line have a bar and no venue of the basket is closed."""
    days = np.unique(np.concatenate([_days(line) for line in levels.values()]))
    days = np.intersect1d(days, _days(market))
    for venue in {asset.venue for asset in assets}:
        days = days[is_open(venue.code, days)]
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
    held = level.reindex(index, method="ffill").where(index <= level.index[-1])
    values = held.to_numpy(dtype="float64")
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
