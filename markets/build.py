"""From bars to a Market: one currency, one session axis, what may be held when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, time, timedelta
from typing import TypedDict

import numpy as np

from markets.bars import Bars
from markets.facts import FactTable
from markets.market import Days, Floats, Market, Mask, Placed
from markets.reference.axis import on_sessions, payouts, sessions_until, with_payouts
from markets.reference.calendars import (
    RunCalendar,
    beyond_calendars,
    closes_last,
    first_decision,
    is_known,
    known_from,
    session_from,
    sessions_later,
    sessions_of,
)
from markets.reference.conversion import rates_of, where_rates_end
from markets.reference.currencies import FxSource
from markets.reference.grids.placed import laid_out
from markets.reference.idle_cash import idle_rate
from markets.reference.series import known_at_close
from markets.snapshot import required_tables, snapshot_id
from markets.universe import (
    Want,
    as_bars_tell,
    notes_on,
    stand_ins,
    tradable,
)
from newsfolio.assets import Asset, Venue
from newsfolio.errors import MissingData
from newsfolio.facts import Facts
from newsfolio.listings import asset_of

SEASONING = 60
"""Sessions from a listing until a line may be held, so that short look-backs exist."""

DAY = timedelta(days=1)


def build_market(bars: Mapping[str, Bars], want: Want, fx: FxSource) -> Market:
    """The market of a run from bars that are at hand."""
    wanted = as_bars_tell(want.lines, bars)
    held = tradable(bars, want, wanted)
    tables = required_tables(bars, want.facts)
    end, why = _end(held, wanted, want, bars, fx)
    lines = tuple(held[ticker] for ticker in sorted(held))
    sessions, weekend = sessions_until(lines, bars, np.datetime64(end), want.clock)
    sessions, outstanding = with_payouts(sessions, lines, end)
    own = on_sessions(lines, bars, sessions)
    grids, limits = laid_out(lines, own, sessions, whole=want.bars, keep=want.keep)
    usable = _usable(lines, grids["last"], sessions)
    ready = _ready(want, wanted, usable, lines)
    first = _first(want, held, sessions, ready)
    calendar = _calendar(want, lines, sessions, first)
    money, of_money = _money(bars, want, fx, lines, calendar, first)
    pays_off, payoff = _delistings(lines, grids["last"], sessions)
    beyond = beyond_calendars((line.venue for line in lines), sessions[first:])
    notes = (why, *outstanding, *weekend, *beyond)
    return Market(
        base=want.base,
        sleeves=want.sleeves,
        assets=lines,
        sessions=sessions,
        first=first,
        ready=ready,
        usable=usable,
        pays_off=pays_off,
        payoff=payoff,
        signals=_signals(bars, want, lines, calendar),
        facts=_placed(want.facts, tables, lines, sessions),
        calendar=calendar,
        missing=tuple(ticker for ticker in wanted if ticker not in held),
        notes=(*notes_on(bars, held, want.lines), *_of_tables(tables), *notes, *of_money, *limits),
        snapshot=snapshot_id(bars.values(), tables.values()),
        simulated=_simulated(bars, tables),
        fx=fx,
        **grids,
        **money,
    )


def natural_end(bars: Mapping[str, Bars], want: Want, fx: FxSource) -> date:
    """Where a run ends whose end nobody names."""
    wanted = as_bars_tell(want.lines, bars)
    return _end(tradable(bars, want, wanted), wanted, want, bars, fx)[0]


def _end(
    held: Mapping[str, Asset], wanted: Mapping[str, Asset], want: Want, bars: Mapping[str, Bars],
    fx: FxSource,
) -> tuple[date, str]:  # fmt: skip
    """The last day of the run and why; MissingData for a line that ends before a given end."""
    ends = {
        asset.ticker: bars[asset.ticker].last
        for asset in _lasting(held, wanted, bars)
        if asset.delisted is None
    }
    if want.end is not None:
        for ticker, last in ends.items():
            venue = asset_of(held.get(ticker, ticker)).venue
            if np.datetime64(last) < _due(venue, want.end, held.values(), bars):
                raise MissingData(
                    f"{ticker} ends on {last}, before --end {want.end}; end the run on {last}, or "
                    "declare it delisted in its asset"
                )
        return want.end, f"the run ends on {want.end}, as asked"
    last, what = _latest(held, bars)
    why = f"the run ends on {last}, with the last {what} of all"
    ends |= dict(want.ends_with or {})
    if ends and min(ends.values()) <= last:
        ticker, last = min(ends.items(), key=lambda item: (item[1], item[0]))
        why = f"the run ends on {last}, where {ticker} ends"
    first = min(bars[ticker].first for ticker in held)
    days = (max(want.start or first, first), last)
    traded = {asset.currency for asset in held.values()}
    return where_rates_end(traded, want.quoted, want.base, fx, days) or (last, why)


def _latest(held: Mapping[str, Asset], bars: Mapping[str, Bars]) -> tuple[date, str]:
    """The last bar of the lines, or what one of them pays later, if that day has surely come."""
    last = max(bars[ticker].last for ticker in held)
    seen = max(line.last for line in bars.values())
    paid = [
        day for ticker, day in payouts(held.values()).items()
        if day <= max(seen, session_from(held[ticker].venue, last + DAY))
    ]  # fmt: skip
    return max([(last, "bar"), *((day, "payment") for day in paid)])


def _due(venue: Venue, end: date, held: Iterable[Asset], bars: Mapping[str, Bars]) -> np.datetime64:
    """The venue's last session up to the end; beyond its calendar the last bar of its lines."""
    last = np.array([end], dtype="datetime64[D]")
    dates = [sessions_of(venue)]
    if not is_known(venue, last)[0]:
        dates += [bars[asset.ticker].days for asset in held if asset.venue == venue]
    days = np.unique(np.concatenate(dates)) if len(dates) > 1 else dates[0]
    return days[np.searchsorted(days, last[0], side="right") - 1]  # type: ignore[no-any-return]


def _lasting(
    held: Mapping[str, Asset], wanted: Mapping[str, Asset], bars: Mapping[str, Bars]
) -> Iterator[Asset]:
    """The lines that a run needs to its end: the wanted ones, and what replaces those without data.

    A line that only stands in before a listing may end before the run does.
    """
    for ticker, asset in wanted.items():
        if ticker in held:
            yield asset
        else:
            yield from stand_ins(asset, bars)


def _simulated(bars: Mapping[str, Bars], tables: Mapping[str, FactTable]) -> bool:
    return any(line.simulated for line in bars.values()) or any(
        table.simulated for table in tables.values()
    )


def _of_tables(tables: Mapping[str, FactTable]) -> Iterator[str]:
    return (note for table in tables.values() for note in table.notes)


def _usable(lines: tuple[Asset, ...], last: Floats, sessions: Days) -> Mask:
    usable = ~np.isnan(last)
    for column, asset in enumerate(lines):
        if asset.listed:
            ready = sessions_later(asset.venue, asset.listed, SEASONING)
            usable[:, column] &= sessions >= np.datetime64(ready)
        if asset.access:
            usable[:, column] &= sessions >= np.datetime64(asset.access)
        if asset.delisted:
            usable[:, column] &= sessions < np.datetime64(asset.delisted.day)
    return usable


def _ready(
    want: Want, wanted: Mapping[str, Asset], usable: Mask, lines: tuple[Asset, ...]
) -> int | None:
    """The place of the first session on which every sleeve can be held; None without one."""
    columns = {asset.ticker: column for column, asset in enumerate(lines)}
    ready = np.ones(len(usable), dtype=bool)
    for sleeve in want.sleeves:
        ready &= np.any(
            [_ever(ticker, wanted[ticker], columns, usable) for ticker in sleeve.tickers], axis=0
        )
    return int(np.argmax(ready)) if ready.any() else None


def _first(want: Want, held: Mapping[str, Asset], sessions: Days, ready: int | None) -> int:
    """The place of the first session: the one wanted, or else where every sleeve can be held."""
    if want.start is None and want.bars:
        return 0
    if want.start is None:
        if ready is None:
            raise MissingData(
                "there is no session on which every sleeve has a line that can be held; "
                "give --start, or lines with a longer history"
            )
        return ready
    start = np.datetime64(want.start)
    if start > sessions[-1]:
        raise MissingData(f"--start {want.start} is after the last session, {sessions[-1]}")
    for asset in held.values():
        of_venue = sessions_of(asset.venue)
        if start < sessions[0] and ((of_venue >= start) & (of_venue < sessions[0])).any():
            raise MissingData(
                f"no line of the universe has a bar before {sessions[0]}; start then or later, "
                f"not on {want.start}"
            )
    return int(np.searchsorted(sessions, start))


def _ever(ticker: str, asset: Asset | None, columns: Mapping[str, int], usable: Mask) -> Mask:
    """Sessions on which the line, or all the way down a stand-in, can be held."""
    mask = usable[:, columns[ticker]] if ticker in columns else np.zeros(len(usable), dtype=bool)
    for other in asset_of(ticker).stand_in if asset is None else asset.stand_in:
        mask = mask | _ever(other, None, columns, usable)
    return mask


def _calendar(want: Want, lines: tuple[Asset, ...], sessions: Days, first: int) -> RunCalendar:
    """The dates that schedules see; MissingData where none are known from the start on."""
    venues = [asset.venue for asset in lines]
    decision = first_decision(want.published, sessions, venues) if want.published else None
    clock = closes_last(venues)
    known_from(sessions[first])
    return RunCalendar(sessions, clock, decision)


class MoneyFields(TypedDict):
    """What a market knows of rates and interest, by the names of its fields."""

    rate_before: Floats
    rate: Floats
    cash_rate: Floats
    cash_line: str


def _money(
    bars: Mapping[str, Bars], want: Want, fx: FxSource, lines: tuple[Asset, ...],
    calendar: RunCalendar, first: int,
) -> tuple[MoneyFields, tuple[str, ...]]:  # fmt: skip
    sessions, closes = calendar.sessions, calendar.clock.closes
    before, valued, notes = rates_of(lines, want.base, fx, sessions, first, closes)
    earned, interest = idle_rate(bars, want.base, want.cash_rate, sessions)
    fields: MoneyFields = {"rate_before": before, "rate": valued, "cash_rate": earned,
                           "cash_line": want.cash_line}  # fmt: skip
    return fields, (*notes, want.cash(interest))


def _placed(
    wanted: Iterable[Facts], tables: Mapping[str, FactTable], lines: tuple[Asset, ...],
    sessions: Days,
) -> dict[str, Placed]:  # fmt: skip
    venues = [asset.venue for asset in lines]
    return {
        facts.name: Placed(
            tables[facts.name].frame, tables[facts.name].places(sessions, venues, facts.lag)
        )
        for facts in wanted
    }


def valued_at(market: Market, fx: FxSource, closes: time) -> Market:
    """The same market, its closes valued no earlier than another's last close, UTC in winter."""
    if closes <= market.calendar.clock.closes:
        return market
    _, rate, _ = rates_of(market.assets, market.base, fx, market.sessions, market.first, closes)
    return replace(market, rate=rate)


def _signals(
    bars: Mapping[str, Bars], want: Want, lines: Iterable[Asset], calendar: RunCalendar
) -> dict[str, Floats]:
    """Every signal as known at each close, the line taken as the universe declares it."""
    declared = {asset.ticker: asset for asset in lines}
    signals = [declared.get(asset.ticker, asset) for asset in map(want.asset, want.signals)]
    for asset in signals:
        if asset.ticker not in bars:
            raise MissingData(
                f"no data for the signal {asset.ticker} in this source; add it or drop it"
            )
    return {asset.ticker: known_at_close(bars[asset.ticker], asset, calendar) for asset in signals}


def _delistings(
    lines: tuple[Asset, ...], last: Floats, sessions: Days
) -> tuple[dict[int, int], dict[int, float]]:
    """The session on which each delisted line pays, and what."""
    pays_off: dict[int, int] = {}
    payoff: dict[int, float] = {}
    for column, asset in enumerate(lines):
        if asset.delisted is None:
            continue
        place = int(np.searchsorted(sessions, np.datetime64(asset.delisted.day), side="right"))
        if place < len(sessions):
            pays_off[column] = place
            value = asset.delisted.value
            payoff[column] = float(last[place, column]) if value is None else value
    return pays_off, payoff
