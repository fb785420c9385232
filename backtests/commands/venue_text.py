"""The rows of markets and of lines in words, for the terminal and for JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from math import inf
from typing import TypedDict, TypeVar

from newsfolio.assets import Asset
from newsfolio.boards import Board, PriceBands
from newsfolio.dated import Dated, Row
from newsfolio.levies import Basis, Levy, TickTable
from newsfolio.venue import Kind, Venue
from newsfolio.venue_rows import VenueRows
from newsfolio.venues import rows_of

ALWAYS = "always"
BASES = {Basis.VALUE: "of value", Basis.SHARES: "a share", Basis.ORDER: "an order"}
SIDES = {(True, False): "sales", (False, True): "purchases", (False, False): "both sides"}


Value = TypeVar("Value")


class MarketJson(TypedDict):
    """A market as `newsfolio venues --json` prints it."""

    suffixes: list[str]
    name: str
    calendars: list[str]
    currency: str
    unit: str
    opens: str
    closes: str
    lot: float
    shorting: bool
    tax: str


def in_short(rows: VenueRows) -> MarketJson:
    """A market as the list of `newsfolio venues` has it."""
    venues = tuple(rows.suffixes.values())
    return {
        "suffixes": [_suffix(suffix) for suffix in rows.suffixes],
        "name": rows.name,
        "calendars": sorted(rows.codes),
        "currency": venues[0].currency,
        "unit": venues[0].quoted.name,
        "opens": f"{venues[0].opens:%H:%M}",
        "closes": f"{venues[0].closes:%H:%M}",
        "lot": rows.lot.rows[-1].value,
        "shorting": venues[0].shorting,
        "tax": tax_today(rows),
    }


def _suffix(suffix: str) -> str:
    """As it stands behind a ticker; that of a pair has a dash."""
    return f".{suffix}" if suffix[:1].isalpha() else suffix or "none"


def tax_today(rows: VenueRows) -> str:
    """The taxes of shares in the last rows, as percent and side."""
    shares = rows.schedule.levies.get(Kind.STOCK, ())
    last = ((levy.rate.rows[-1].value * 100, levy) for levy in shares if levy.tax)
    return ", ".join(f"{rate:g} % {_side(levy)}" for rate, levy in last if rate) or "none"


def in_full(rows: VenueRows) -> Iterator[tuple[str, str, str, str]]:
    """All rows of a market: what, from when on, the value, the source."""
    for suffix, venue in rows.suffixes.items():
        yield ("venue", _suffix(suffix), _venue(venue), rows.name)
    yield from _dated("lot", rows.lot)
    yield from _dated("withholding", rows.withholding, rate_text)
    for lines, fact in (("funds", rows.withholding_of_funds), ("reit", rows.withholding_of_trusts)):
        if fact:
            yield from _dated(f"withholding, {lines}", fact, rate_text)
    for kind, levies in rows.schedule.levies.items():
        for levy in levies:
            yield from _charged(f"{levy.name}, {kind.value}", levy)
            if len(levy.free_years.rows) > 1:
                yield from _dated("new listings, years free of it", levy.free_years)
    for lines, why in rows.untaxed:
        yield ("no tax on trades", ALWAYS, lines, why)
    if rows.schedule.holding:
        yield from _dated("holding a year", rows.schedule.holding, rate_text)
    for kind, ticks in rows.schedule.ticks.items():
        yield from _dated(f"price step, {kind.value}", ticks, _steps)
    for lines, board in (*rows.boards, *rows.board_of_kind.items()):
        yield from _dated(f"price limit, {lines}", board.limit, _limit)
    yield ("shorting", ALWAYS, rows.shorting, "")
    if rows.settlement:
        yield from _dated("settlement, days", rows.settlement)
    for name, days in (("lost", rows.sessions.lost), ("shut", rows.sessions.shut),
                       ("added", rows.sessions.added)):  # fmt: skip
        if days:
            yield (f"sessions {name}", ALWAYS, ", ".join(day[:10] for day in days), "")


def notes_of(rows: VenueRows) -> tuple[str, ...]:
    """What a reader must know besides."""
    return (*rows.schedule.notes, *rows.sources)


def of_line(asset: Asset, levies: Iterable[Levy], board: Board | None) -> Iterator[tuple[str, ...]]:
    """All rows of a line: what, from when on, the value, the source."""
    listed = str(asset.listed) if asset.listed else "before the data"
    yield ("venue", ALWAYS, _venue(asset.venue), _name(asset.venue))
    yield ("kind", ALWAYS, asset.kind.value, "")
    yield ("listed", ALWAYS, listed, "")
    yield from _dated("lot", asset.lot, source="" if asset.lot_known else "assumed")
    yield from _dated("withholding", asset.withholding, rate_text)
    yield from _dated("half-spread", asset.half_spread, rate_text)
    for levy in levies:
        yield from _charged(levy.name, levy.due(asset.taxed, asset.listed))
    if board is not None:
        yield from _dated("price limit", board.limit, _limit)
    rows = rows_of(asset.venue.code)
    how = asset.unshortable or (rows.shorting if rows else "")
    yield ("shorting", ALWAYS, "no" if asset.unshortable else "yes", how)


def _name(venue: Venue) -> str:
    rows = rows_of(venue.code)
    return rows.name if rows else "declared"


def _venue(venue: Venue) -> str:
    unit = f", quoted in {venue.quoted.name}" if venue.quoted.parts > 1 else ""
    return f"{venue.code}, {venue.currency}{unit}, {venue.opens:%H:%M} to {venue.closes:%H:%M} UTC"


def _dated(
    what: str, fact: Dated[Value], shown: Callable[[Value], str] = str, source: str = ""
) -> Iterator[tuple[str, str, str, str]]:
    for row in fact.rows:
        yield (what, _start(row), shown(row.value), row.source or source)


def _start(row: Row[Value]) -> str:
    return row.start.isoformat() if row.start and row.start.year > 1 else ALWAYS


def rate_text(value: float) -> str:
    """A rate as its law writes it: no more digits than it has, and none cut off."""
    return f"{value * 100:.6g} %"


def _side(levy: Levy) -> str:
    return SIDES[levy.sales_only, levy.purchases_only]


def _charged(what: str, levy: Levy) -> Iterator[tuple[str, str, str, str]]:
    """A row for each day on which its rate or a bound of it changes."""
    for day in sorted(levy.starts()):
        charge = levy.at(day)
        rate = charge.value + charge.share + charge.order
        words = [f"{rate_text(rate) if levy.basis is Basis.VALUE else f'{rate:g}'} "
                 f"{BASES[levy.basis]}, {_side(levy)}"]  # fmt: skip
        words += [f"{charge.minimum:g} at least"] * bool(charge.minimum)
        words += [f"{charge.maximum:g} at most"] * (charge.maximum < inf)
        words += [f"rounded up to {charge.step:g}"] * bool(charge.step)
        facts = (levy.rate, levy.minimum, levy.maximum)
        changed = next(row for fact in facts for row in fact.rows if (row.start or date.min) == day)
        yield (what, _start(changed), ", ".join(words), changed.source)


def _steps(table: TickTable) -> str:
    """`0.01 to 10, 0.05 to 50, then 0.1`."""
    *bands, last = table.ticks
    below = [f"{tick:g} to {bound:.5g}" for tick, bound in zip(bands, table.bounds, strict=True)]
    return ", ".join([*below, f"then {last:g}" if below else f"{last:g}"])


def _limit(limit: float | PriceBands | None) -> str:
    if limit is None:
        return "none"
    return "by the last close" if isinstance(limit, PriceBands) else rate_text(limit)
