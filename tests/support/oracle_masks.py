"""What can fill at each open, and what cash earns, by docs/method.md alone and from the raw bars.

Plain loops and decimal figures, nothing of `markets` but the sessions of its calendars. Codes do
not matter here: the lines of random markets are on the boards of their kind.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
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
    rows = {asset.ticker: _own_rows(asset, bars[asset.ticker], days) for asset in assets}
    return {
        asset.ticker: [_opening(asset, assets, bars, rows, day, days) for day in days]
        for asset in assets
    }


def _rows(line: Bars) -> dict[date, Row]:
    return {day.date(): row for day, row in line.frame.to_dict("index").items()}


def _own_rows(asset: Asset, line: Bars, days: Sequence[date]) -> dict[date, Row]:
    """The rows of a line; a fund deals at its price, and what trades daily has one a session."""
    rows = _rows(line)
    if asset.kind is Kind.FUND:
        price = ("open", "high", "low")
        return {
            day: {**row, **dict.fromkeys(price, row["close"]), "volume": nan}
            for day, row in rows.items()
        }
    if not asset.venue.continuous or {*rows} <= {*days}:
        return rows
    since = [days[0] - timedelta(days=1), *days]
    parts = (
        (day, [row for other, row in rows.items() if before < other <= day])
        for before, day in zip(since, days, strict=False)
    )
    return {day: _together(part) for day, part in parts if part}


def _together(part: Sequence[Row]) -> Row:
    volumes = [row["volume"] for row in part if not isnan(row["volume"])]
    opened = [row["open"] for row in part if not isnan(row["open"])]
    return {
        **part[-1], "open": opened[0] if opened else nan,
        "volume": sum(volumes) if volumes else nan,
        "high": max(row["high"] for row in part), "low": min(row["low"] for row in part),
    }  # fmt: skip


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
    return {session: place for place, session in enumerate(sessions_of(venue).tolist())}


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
    exact = any(not isnan(row["split"]) for row in own.values())
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
        days = list(_known(asset.venue))
        first = bisect_left(days, asset.listed)
        if asset.listed <= day < days[first + free]:
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
    own, sessions = _rows(bills), sessions_of(NEW_YORK).tolist()
    dated = list(own)
    rates = []
    for day in days:
        place = bisect_left(dated, day)
        seen = dated[place - 1] if place else None
        passed = bisect_right(sessions, day) - bisect_right(sessions, seen or day)
        discount = nan if seen is None or passed > 7 else own[seen]["close"] / 100
        rates.append(0.0 if isnan(discount) else discount / (1 - discount * 91 / 360))
    return rates


STEPS = {
    "EUR": (
        "2009-04-08 25 2011-04-13 25 2011-07-13 25 2011-11-09 -25 2011-12-14 -25 2012-07-11 -25 "
        "2014-06-11 -10 2014-09-10 -10 2015-12-09 -10 2016-03-16 -10 2019-09-18 -10 2022-07-27 50 "
        "2022-09-14 75 2022-11-02 75 2022-12-21 50 2023-02-08 50 2023-03-22 50 2023-05-10 25 "
        "2023-06-21 25 2023-08-02 25 2023-09-20 25 2024-06-12 -25 2024-09-18 -25 2024-10-23 -25 "
        "2024-12-18 -25 2025-02-05 -25 2025-03-12 -25 2025-04-23 -25 2025-06-11 -25 2026-06-17 25 "
        "2026-09-16 25"
    ),
    "HKD": (
        "2015-12-17 25 2016-12-15 25 2017-03-16 25 2017-06-15 25 2017-12-14 25 2018-03-22 25 "
        "2018-06-14 25 2018-09-27 25 2018-12-20 25 2019-08-01 -25 2019-09-19 -25 2019-10-31 -25 "
        "2019-12-31 49 2020-01-31 -49 2020-03-04 -50 2020-03-16 -64 2020-03-31 79 2020-04-30 -54 "
        "2020-05-31 -49 2020-06-30 -12 2022-03-17 25 2022-05-05 50 2022-06-16 75 2022-07-28 75 "
        "2022-09-22 75 2022-11-03 75 2022-12-15 50 2023-02-02 25 2023-03-23 25 2023-05-04 25 "
        "2023-07-27 25 2024-09-19 -50 2024-11-08 -25 2024-12-19 -25 2025-09-18 -25 2025-10-30 -25 "
        "2025-12-11 -25 2026-09-17 25"
    ),
}
"""Hundredths of a point up or down from nothing: the deposit facility; the base rate less half a
point, which is the lower end of the Fed's range but for months when interbank rates led."""


def banks_rates(base: str, days: Sequence[date]) -> list[float]:
    """What a central bank's steps before each day come to, a fraction a year."""
    words = STEPS[base].split()
    steps = [(date.fromisoformat(day), int(step)) for day, step in zip(words[::2], words[1::2],
                                                                       strict=True)]  # fmt: skip
    return [sum(step for taken, step in steps if taken < day) / 10_000 for day in days]
