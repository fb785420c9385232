"""Bars against the calendar of their venue: closed days, gaps, halts, feeds that stood still."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from markets.bars import Bars
from markets.quality.findings import Finding, Mask, Severity, about, counted, longest, runs
from markets.quality.judged_line import JudgedLine
from markets.reference.axis import lives
from markets.reference.calendars import Days, on_weekend, sessions_of
from newsfolio.assets import Asset, Kind

CLOSED = 0.05
"""Share of a line's rows, or of a year of them, on closed days from which its dates are wrong."""
YEAR = 100
"""Rows that make a calendar year worth a share of its own."""
STALE = 3
"""Bars in a row with the very same prices and volume."""
HOLE = 3
"""Sessions in a row without a bar that are more than a halt of a day or two."""
IDLE = 20
"""Bars in a row without a trade that are more than a pause."""
STRAY = timedelta(days=730)
"""A last row that comes this long after the one before it has a wrong date."""
LATE = 5
"""Sessions after its listing at which a line may begin."""
FX_GAP = 7
"""Days after which an exchange rate is too old to be used."""
APART, PERIODS = 5, 6
"""Days in the middle between bars that are of weeks or months, and bars that show it."""
MOST = 0.6
"""Of the bars of weeks or months that are dated by one end of them."""


def on_calendar(asset: Asset, bars: Bars) -> Iterator[Finding]:
    """Bars on days without a session, sessions without a bar, and a last row by itself."""
    days = bars.days[lives(asset, bars.days)]
    if not len(days):
        return
    sessions = sessions_of(asset.venue)
    inside = sessions[(sessions >= days[0]) & (sessions <= days[-1])]
    covered = (days >= sessions[0]) & (days <= sessions[-1])
    of_periods = _of_periods(asset, days, sessions)
    if of_periods is not None:
        yield of_periods
        return
    yield from _closed(asset, days, covered & ~np.isin(days, inside))
    yield from _stray(asset, days)
    missing = inside[~np.isin(inside, days)]
    if not len(missing):
        return
    most = longest(np.isin(inside, missing))
    yield about(
        Severity.DOUBT if most >= HOLE else Severity.NOTE, asset.ticker, "gap", missing,
        f"no bar on {counted(len(missing), 'session')} of {asset.venue.code}, "
        f"{most} in a row at most, the first on {missing[0]}",
        "The last close is carried; fetch the line again if it was not halted.",
    )  # fmt: skip


def _of_periods(asset: Asset, days: Days, sessions: Days) -> Finding | None:
    """Bars of weeks or months, None for those of days.

    A close that is dated by the first day of its week was not known then.
    """
    if not asset.tradable or len(days) < PERIODS:
        return None
    apart = float(np.median(np.diff(days).astype("int64")))
    if apart < APART:
        return None
    period = _week if apart < 12 else _month
    of_bars, of_sessions = period(days), period(sessions)
    before, after = np.searchsorted(sessions, days), np.searchsorted(sessions, days, "right")
    first = (before == np.searchsorted(of_sessions, of_bars)).mean()
    last = (after == np.searchsorted(of_sessions, of_bars, "right")).mean()
    if max(first, last) < MOST:
        return None
    sentence = f"its bars are of {'weeks' if period is _week else 'months'}, not of days"
    closed = (before == after).mean() > MOST
    if closed or first > last:
        dated = "days without a session" if closed else "their first day, when it was not known yet"
        return about(Severity.BLOCK, asset.ticker, "period", days,
                     f"{sentence}, and dated by {dated}", "Fetch daily bars.")  # fmt: skip
    return about(
        Severity.DOUBT, asset.ticker, "period", days, sentence,
        "Orders wait for the next of them, and what is measured by the day is not: fetch daily "
        "bars.",
    )  # fmt: skip


def _week(days: Days) -> Days:
    """Weeks from Monday, which lie between the epoch's."""
    return (days.astype("datetime64[D]") - np.timedelta64(4, "D")).astype("datetime64[W]")


def _month(days: Days) -> Days:
    return days.astype("datetime64[M]")


def _closed(asset: Asset, days: Days, strange: Mask) -> Iterator[Finding]:
    """Rows on closed days: a vendor's padding if they are few, shifted dates if they are many."""
    if not strange.any():
        return
    code = asset.venue.code
    wrong = strange & _shifted(days, strange) if asset.kind is not Kind.INDEX else strange & False
    if wrong.any():
        among = int(_shifted(days, strange).sum())
        yield about(
            Severity.BLOCK, asset.ticker, "closed day", days[wrong],
            f"{int(wrong.sum())} of {among} rows from {days[wrong][0]} on stand on days on which "
            f"{code} was closed, {int(on_weekend(days[wrong]).sum())} of them on weekends: the "
            "dates are wrong, perhaps shifted by a day",
            "Take the dates as the venue has them, not in UTC; drop rows that are none.",
        )  # fmt: skip
        return
    yield about(
        Severity.NOTE, asset.ticker, "closed day", days[strange],
        f"{counted(int(strange.sum()))} on days on which {code} was closed, the first on "
        f"{days[strange][0]}",
        "No order fills there unless another line of the venue traded; weekend rows are dropped.",
    )  # fmt: skip


def _shifted(days: Days, strange: Mask) -> Mask:
    """The rows, all or those of calendar years, of which more than CLOSED are strange."""
    if strange.mean() > CLOSED:
        return np.ones(len(days), dtype=bool)
    years = days.astype("datetime64[Y]")
    bad = [
        year for year in np.unique(years[strange])
        if (years == year).sum() >= YEAR and strange[years == year].mean() > CLOSED
    ]  # fmt: skip
    return np.isin(years, bad)


def _stray(asset: Asset, days: Days) -> Iterator[Finding]:
    if len(days) > 1 and days[-1] - days[-2] > np.timedelta64(STRAY):
        yield about(
            Severity.BLOCK, asset.ticker, "stray row", days[-1:],
            f"the last row is dated {days[-1]}, years after the one before it, {days[-2]}",
            "Correct its date, or drop it in corrections.csv; if it is real, a row `genuine`.",
        )  # fmt: skip


def begins(asset: Asset, bars: Bars) -> Iterator[Finding]:
    """Rows before the listing, and a first row long after it."""
    if asset.listed is None or asset.listed < date(1999, 1, 4):
        return
    if bars.first < asset.listed:
        yield Finding(
            Severity.DOUBT, asset.ticker, "before its listing",
            f"begins on {bars.first}, before its listing on {asset.listed}",
            "Those rows are another security's and are not used.", (bars.first,), 1,
        )  # fmt: skip
    sessions = sessions_of(asset.venue)
    start, first = np.datetime64(asset.listed), np.datetime64(bars.first)
    late = int(((sessions >= start) & (sessions < first)).sum())
    if late > LATE and bars.first > date(2010, 1, 8):
        yield Finding(
            Severity.NOTE, asset.ticker, "late start",
            f"begins on {bars.first}, {late} sessions after its listing on {asset.listed}",
            "Earlier history is missing from this source; look-backs begin later.",
            (bars.first,), 1,
        )  # fmt: skip


def still(line: JudgedLine) -> Iterator[Finding]:
    """Stale runs, sessions that are recorded as flat with no volume, and lines nobody trades."""
    asset, days, volume = line.asset, line.days, line["volume"]
    if asset.kind in (Kind.CURRENCY, Kind.FUND) or (
        asset.kind is Kind.INDEX and np.isnan(line["open"]).all()
    ):  # fmt: skip
        return
    row = line.bars.frame[["open", "high", "low", "close", "volume"]].to_numpy()
    same = np.concatenate([[False], (np.diff(row, axis=0) == 0).all(axis=1)]) & (volume > 0)
    starts, lengths = runs(same)
    if len(lengths) and lengths.max() + 1 >= STALE:
        most, start = int(lengths.max()) + 1, int(starts[lengths.argmax()]) - 1
        yield about(
            Severity.DOUBT, asset.ticker, "stale", days[start : start + most],
            f"the same bar, volume and all, on {most} sessions in a row from {days[start]}",
            "A feed that stood still: fetch the line again.",
        )  # fmt: skip
    if not asset.tradable:
        return
    yield from _idle(line)
    flat = (volume == 0) & (line["open"] == line["close"]) & (line["high"] == line["low"])
    if flat.any():
        yield about(
            Severity.NOTE, asset.ticker, "flat day", days[flat],
            f"{counted(int(flat.sum()))} with one price and no volume, the first on "
            f"{days[flat][0]}",
            "Half-days and halts: the price counts, no order fills.",
        )  # fmt: skip


def _idle(line: JudgedLine) -> Iterator[Finding]:
    """Bars of no volume; of an unknown one where the price stands still, open to close."""
    close = line["close"]
    stands = np.append(False, np.diff(close) == 0)
    for column in ("open", "high", "low"):
        stands &= np.isnan(line[column]) | (line[column] == close)
    starts, lengths = runs((line["volume"] == 0) | (np.isnan(line["volume"]) & stands))
    if len(lengths) and lengths.max() >= IDLE:
        most, start = int(lengths.max()), int(starts[lengths.argmax()])
        days = line.days[start : start + most]
        yield about(
            Severity.DOUBT, line.asset.ticker, "no trade", days,
            f"{most} sessions in a row without a trade, {days[0]} to {days[-1]}",
            "Halted, or dead: no order fills there. Declare a line that ended as delisted: "
            "Asset(..., delisted=Delisting(day)).",
        )  # fmt: skip


def rate_gaps(line: JudgedLine) -> Iterator[Finding]:
    """An exchange rate that was not quoted for longer than it may be used."""
    steps = np.diff(line.days).astype("int64")
    if (steps > FX_GAP).any():
        at = int(np.argmax(steps > FX_GAP))
        yield about(
            Severity.DOUBT, line.asset.ticker, "rate gap", line.days[at + 1 : at + 2],
            f"no rate between {line.days[at]} and {line.days[at + 1]}",
            "A run that needs it there stops; use the reference rates (--fx ecb).",
        )  # fmt: skip
