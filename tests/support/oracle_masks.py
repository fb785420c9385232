"""What can fill at each open, and what cash earns, by docs/method.md alone and from the raw bars.

Plain loops and decimal figures, nothing of `markets` but the sessions of its calendars. Codes do
not matter here: the lines of random markets are on the boards of their kind.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from math import isnan, nan

from markets.bars import Bars
from markets.reference.calendars import sessions_of
from newsfolio import HONG_KONG, NEW_YORK, Asset, Kind, Venue

Row = Mapping[str, float]
FIELDS = ("open", "high", "low", "close", "volume")


@dataclass(frozen=True)
class Opening:
    """What one open of a line was like."""

    fills: bool
    opened: bool
    locked: int


def openings(
    assets: Sequence[Asset], bars: Mapping[str, Bars], days: Sequence[date]
) -> dict[str, list[Opening]]:
    """Every line's openings on the days of a run."""
    rows = {asset.ticker: _rows(bars[asset.ticker]) for asset in assets}
    return {
        asset.ticker: [_opening(asset, assets, bars, rows, day, days) for day in days]
        for asset in assets
    }


def _rows(line: Bars) -> dict[date, Row]:
    return {day.date(): row for day, row in line.frame.to_dict("index").items()}


def _opening(
    asset: Asset, assets: Sequence[Asset], bars: Mapping[str, Bars],
    rows: Mapping[str, Mapping[date, Row]], day: date, days: Sequence[date],
) -> Opening:  # fmt: skip
    own = rows[asset.ticker]
    others = any(
        _traded(other, rows[other.ticker], day)
        for other in assets
        if other is not asset and other.venue.code == asset.venue.code
    )
    opens = _session(asset.venue, day) or others
    fills = opens and _quoted(asset, own, day)
    if asset.venue.needs:
        fills = fills and _session(HONG_KONG, day)
    return Opening(fills, opens, _locked(asset, bars[asset.ticker], own, day, days))


def _session(venue: Venue, day: date) -> bool:
    return day in _known(venue)


@cache
def _known(venue: Venue) -> dict[date, int]:
    """The sessions of a venue, with their places."""
    return {known: place for place, known in enumerate(sessions_of(venue).tolist())}


def _alive(asset: Asset, day: date) -> bool:
    gone = asset.delisted.day if asset.delisted else date.max
    return (asset.listed or date.min) <= day <= gone


def _quoted(asset: Asset, own: Mapping[date, Row], day: date) -> bool:
    row = own.get(day)
    return row is not None and _alive(asset, day) and not isnan(row["open"]) and row["volume"] != 0


def _traded(asset: Asset, own: Mapping[date, Row], day: date) -> bool:
    """A bar that repeats the one before it, or stands still at its close, is no trade."""
    if not _quoted(asset, own, day):
        return False
    dated = list(own)
    place = bisect_left(dated, day)
    if not place:
        return True
    row, before = own[day], own[dated[place - 1]]
    repeats = all(row[name] == before[name] or (isnan(row[name]) and isnan(before[name]))
                  for name in FIELDS)  # fmt: skip
    return not repeats and any(row[name] != before["close"] for name in FIELDS[:4])


# --- price limits ------------------------------------------------------------------------------


def _locked(
    asset: Asset, line: Bars, own: Mapping[date, Row], day: date, days: Sequence[date]
) -> int:
    row, most = own.get(day), _most(asset, day)
    if most is None or row is None or isnan(row["open"]) or not _alive(asset, day):
        return 0
    before = _last_close(asset, own, day, days)
    if before is None:
        return 0
    shares = _later_splits(line, own, day)
    tick = Decimal("0.001") if asset.kind is Kind.ETF else Decimal("0.01")
    exact = any(not isnan(each["split"]) for each in own.values())
    reference = Decimal((before - _paid(asset, own, day, days)) * shares)
    reference = _rounded(reference, tick) if exact else reference
    price = Decimal(row["open"] * shares)
    for side in (1, -1):
        limit = reference * (1 + side * most)
        limit = _rounded(limit, tick) if exact else limit
        beyond, slack = side * (price - limit), Decimal(0) if exact else tick / 2
        if -tick / 2 - slack < beyond < tick * 3 / 2 + slack:
            return side
    return 0


def _rounded(price: Decimal, tick: Decimal) -> Decimal:
    return (price / tick).quantize(Decimal(1), ROUND_HALF_UP) * tick


def _most(asset: Asset, day: date) -> Decimal | None:
    """The board's limit: STAR a fifth; the main board and funds a tenth, half of it under ST."""
    if asset.venue.code != "XSHG":
        return None
    fund = asset.kind is Kind.ETF
    free = 0 if fund else 5 if asset.star or (asset.listed or day) >= date(2023, 4, 10) else 1
    if asset.listed is not None:
        known = list(_known(asset.venue))
        first = bisect_left(known, asset.listed)
        if asset.listed <= day < known[first + free]:
            return None
    if asset.star:
        return Decimal("0.2")
    warned = not fund and asset.risk_warning.at(day) and day < date(2026, 7, 6)
    return Decimal("0.05") if warned else Decimal("0.1")


def _last_close(
    asset: Asset, own: Mapping[date, Row], day: date, days: Sequence[date]
) -> float | None:
    earlier = [other for other in days if other < day and other in own and _alive(asset, other)]
    return own[max(earlier)]["close"] if earlier else None


def _paid(asset: Asset, own: Mapping[date, Row], day: date, days: Sequence[date]) -> float:
    """What goes ex on the day, or went ex on a row that was dropped since the session before."""
    before = max((other for other in days if other < day), default=date.min)
    return sum(
        row["dividend"] for other, row in own.items()
        if before < other <= day and _alive(asset, other)
    )  # fmt: skip


def _later_splits(line: Bars, own: Mapping[date, Row], day: date) -> float:
    product = line.later_splits
    for other, row in own.items():
        if other > day and row["split"] > 0:
            product *= row["split"]
    return product


# --- cash --------------------------------------------------------------------------------------


def cash_rates(bills: Bars, days: Sequence[date]) -> list[float]:
    """The yield of ^IRX's last close before each day; 0 where it is over seven sessions old."""
    own, known = _rows(bills), sessions_of(NEW_YORK).tolist()
    dated = list(own)
    rates = []
    for day in days:
        place = bisect_left(dated, day)
        seen = dated[place - 1] if place else None
        passed = bisect_right(known, day) - bisect_right(known, seen or day)
        discount = nan if seen is None or passed > 7 else own[seen]["close"] / 100
        rates.append(0.0 if isnan(discount) else discount / (1 - discount * 91 / 360))
    return rates
