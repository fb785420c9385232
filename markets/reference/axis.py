"""The sessions of a run, and the bars of lines that keep no hours of an exchange."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta

import numpy as np
import pandas as pd

from markets.bars import Bars
from markets.reference.calendars import Days, Mask, idle_weekend, session_from
from newsfolio.assets import Asset, Kind
from newsfolio.errors import MissingData


def lives(asset: Asset, days: Days) -> Mask:
    """Days from the listing to the delisting: other rows are another security's."""
    if asset.listed is None and asset.delisted is None:
        return np.ones(len(days), dtype=bool)
    first = np.datetime64(asset.listed or date.min)
    last = np.datetime64(asset.delisted.day if asset.delisted else date.max)
    return (days >= first) & (days <= last)


def sessions_until(
    lines: Iterable[Asset], bars: Mapping[str, Bars], end: np.datetime64, clock: Days | None
) -> tuple[Days, tuple[str, ...]]:
    """The union of the lines' days up to the end, without idle weekends; and a note on these.

    Lines that trade every day set none where others do: what they did since the session before
    falls into the next. Where all trade every day, `clock` sets them, if somebody else's is given.
    """
    own: dict[bytes, Days] = {}  # once where lines share all their days
    daily: dict[bytes, Days] = {}
    idle: list[Days] = []
    looked_at = set()
    for asset in lines:
        days = bars[asset.ticker].days
        alike = (asset.venue, asset.listed, asset.delisted, days.tobytes())
        if alike in looked_at:
            continue
        looked_at.add(alike)
        days = days[lives(asset, days) & (days <= end)]
        weekend = idle_weekend(asset.venue, days)
        (daily if asset.venue.continuous else own).setdefault(days.tobytes(), days[~weekend])
        idle.append(days[weekend])
    sessions = np.unique(np.concatenate(list((own or daily).values())))
    if not own and clock is not None and len(sessions):
        sessions = clock[(clock >= sessions[0]) & (clock <= end)]
    dropped = np.unique(np.concatenate(idle))
    if not len(sessions):
        raise MissingData(f"no session up to {end}; end the run later")
    if not len(dropped):
        return sessions, ()
    return sessions, (f"{len(dropped)} weekend rows dropped, the first of {dropped[0]}",)


def closes_after_opens(lines: Collection[Asset]) -> Iterator[str]:
    """What to say of lines around the clock beside venues that open before their day ends."""
    around = sorted({line.ticker for line in lines if line.venue.continuous})
    venues = {line.venue for line in lines if not line.venue.continuous}
    early = sorted(
        (venue for venue in venues if venue.opens > venue.closes), key=lambda venue: venue.opens
    )
    if around and early:
        hours = 24 - early[0].opens.hour
        yield (
            f"The day of {', '.join(around)} ends at midnight UTC, after the next open of "
            f"{' and '.join(venue.code for venue in early)}: a decision on its close knows up to "
            f"{hours} hour{'s' * (hours > 1)} that were still to come there."
        )


def payouts(lines: Iterable[Asset]) -> dict[str, date]:
    """The session of its venue on which each line that ended pays what its asset or a row says."""
    return {
        asset.ticker: session_from(asset.venue, asset.delisted.day + timedelta(days=1))
        for asset in lines
        if asset.delisted is not None and asset.delisted.value is not None
    }


def with_payouts(sessions: Days, lines: Iterable[Asset], end: date) -> tuple[Days, tuple[str, ...]]:
    """The sessions and, after the last of them, those up to the end on which an ended line pays.

    And a note on each line that pays later: its money does not come within the run.
    """
    due = payouts(lines)
    last = sessions[-1].astype(date)
    more = np.array([day for day in due.values() if last < day <= end], dtype="datetime64[D]")
    notes = (
        f"{ticker}: what it pays on {day}, after the run, is outstanding and not counted"
        for ticker, day in due.items()
        if day > end
    )
    return np.union1d(sessions, more) if len(more) else sessions, tuple(notes)


def on_sessions(
    lines: Iterable[Asset], bars: Mapping[str, Bars], sessions: Days
) -> Mapping[str, Bars]:
    """The same bars; those of every-day lines one a session, those of funds at their value."""
    changed = {}
    for asset in lines:
        line = bars[asset.ticker]
        if asset.kind is Kind.FUND:
            changed[asset.ticker] = line.at_net_asset_value()
        elif asset.venue.continuous and not np.isin(line.days, sessions).all():
            changed[asset.ticker] = _folded(line, sessions)
    return {**bars, **changed} if changed else bars


def _folded(line: Bars, sessions: Days) -> Bars:
    """One bar a session: all since the session before, of the first session its own day."""
    line = line.until(sessions[-1].astype(date))
    places = np.searchsorted(sessions, line.days)
    inside = (places > 0) | (line.days == sessions[0])
    frame, places = line.frame[inside], places[inside]
    if frame.empty:
        raise MissingData(f"{line.ticker}: no bar on a session of the run")
    groups = frame.groupby(places)
    rows = pd.DataFrame(
        {
            "open": groups["open"].first(),
            "high": groups["high"].max(),
            "low": groups["low"].min(),
            "close": groups["close"].last(),
            "volume": groups["volume"].sum(min_count=1),
            "dividend": groups["dividend"].sum(),
            "split": frame["split"].replace(0.0, 1.0).groupby(places).prod(min_count=1),
        }
    )
    rows["split"] = rows["split"].where(rows["split"] != 1.0, 0.0)
    rows.index = pd.DatetimeIndex(sessions[rows.index.to_numpy()], name=line.frame.index.name)
    return dataclasses.replace(line, frame=rows.astype("float64"), checked=True)
