"""Yahoo's answers made into bars, and compared with those that are kept; no I/O.

What Yahoo's daily bars are, as yfinance hands them on, and what is made of them here:

* Prices are adjusted for splits, not for dividends. An index, a yield or a rate is a level: its
  volume (0) says nothing and becomes unknown.
* A day whose prices are null is no bar. A dividend or split that stands on it moves to the next
  bar. (One that falls on a day without any row was booked by yfinance on the row *before*: a
  session early; the answer does not tell.)
* A volume that Yahoo left out arrives as 0. Open, high or low of 0 is a price not recorded.
* Capital gains of funds are not counted: Yahoo tends to have them in the dividend already. The
  notes say so. A dividend in another currency than the prices is not counted either: a doubt.
* Rows dated `today` or later are dropped: the session may still be running. So is the row of a
  session that Yahoo's own clock says is not over: east of a venue the date changes before that.
* A day that Yahoo lists twice counts once. With two different closes it is left out if it is the
  last one, and the whole answer is refused if it is not.

Some answers are refused whole, because what is kept is better: see `against`.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from markets.bars import COLUMNS, Bars, Priced, moved_on
from markets.reference.calendars import is_open
from newsfolio.assets import VENUES, Asset, Kind
from newsfolio.errors import BrokenData

if TYPE_CHECKING:
    from curl_cffi.requests import Response

OVERLAP = timedelta(days=30)
SAME = 1e-6
"""Relative difference of two closes below which they are the same: Yahoo's are single floats."""

HUNDREDFOLD = 60.0
"""A move of a day that no price makes, but a change of the unit does."""
RESCALED = 3.0
"""How much a whole history may change its level without a split to explain it."""

_ZONES = {"XNYS": "America/New_York", "XHKG": "Asia/Hong_Kong", "XSHG": "Asia/Shanghai"}
_RENAMED = {
    "Open": "open",
    "High": "high",
    "Low": "low",
    "Close": "close",
    "Volume": "volume",
    "Dividends": "dividend",
    "Stock Splits": "split",
}


@dataclass(frozen=True)
class Raw:
    """One answer: yfinance's frame, and the chart it was made from as Yahoo sent it.

    at: the moment of the answer on Yahoo's clock, None if it did not say.
    """

    prices: pd.DataFrame
    chart: dict[str, Any]
    at: datetime | None = None

    @property
    def meta(self) -> dict[str, Any]:
        return _mapping(result_of(self.chart).get("meta"))


@dataclass(frozen=True)
class Answer:
    """One answer, cleaned; an empty frame: Yahoo knows the line, but no bar of it."""

    frame: pd.DataFrame
    currency: str
    notes: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


def chart_of(answer: Response | None) -> dict[str, Any]:
    """The chart object of an answer, {} if there is none."""
    try:
        chart = json.loads(answer.content)["chart"] if answer is not None else {}
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    return chart if isinstance(chart, dict) else {}


def result_of(chart: dict[str, Any]) -> dict[str, Any]:
    """The one line that a chart is about, {} if it has none."""
    results = chart.get("result")
    return _mapping(results[0]) if isinstance(results, list) and results else {}


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def priced_for(asset: Asset) -> Priced:
    """What Yahoo adjusts the prices of a line for."""
    return Priced.SPLITS if asset.tradable else Priced.LEVEL


def agrees(asset: Asset, currency: str) -> bool:
    """Whether a line is quoted as its asset declares; a level may be in any unit."""
    return not asset.tradable or currency == asset.currency


def cleaned(raw: Raw, currency: str, today: date, priced: Priced) -> Answer:
    """yfinance's frame as bars: see the rules at the top of this file."""
    if raw.prices.empty:
        return Answer(_no_bars(), currency)
    days = pd.DatetimeIndex(raw.prices.index).tz_localize(None).normalize().as_unit("ns")
    prices = raw.prices.set_axis(days)
    frame = prices.rename(columns=_RENAMED)[list(COLUMNS)].astype("float64")
    frame = frame.rename_axis("session")
    foreign, gains = _without_foreign(frame, raw), _gains_left_out(prices)
    open_days = [day for day in (_running(raw), _last_with_two_closes(raw, today)) if day]
    frame = frame.loc[frame.index < pd.Timestamp(min([today, *open_days]))]
    if priced is Priced.LEVEL:
        frame = frame.assign(volume=np.nan)
    else:
        paid = ["open", "high", "low", "close"]
        frame[paid] = frame[paid].where(frame[paid] > 0)
    rows = moved_on(frame, frame["close"].notna().to_numpy())
    return Answer(rows, currency, (gains,) if gains else (), (foreign,) if foreign else ())


def _no_bars() -> pd.DataFrame:
    index = pd.DatetimeIndex([], dtype="datetime64[ns]", name="session")
    return pd.DataFrame(columns=list(COLUMNS), index=index, dtype="float64")


def _without_foreign(frame: pd.DataFrame, raw: Raw) -> str:
    """Take dividends in another currency than the prices' out of `frame`; answers what to doubt."""
    events = result_of(raw.chart).get("events") or {}
    paid = sorted((events.get("dividends") or {}).values(), key=lambda event: event["date"])
    currency = raw.meta.get("currency")
    foreign = [event for event in paid if event.get("currency", "") not in ("", currency)]
    if not foreign:
        return ""
    days = pd.to_datetime([event["date"] for event in foreign], unit="s", utc=True)
    days = days.tz_convert(raw.meta["exchangeTimezoneName"]).tz_localize(None).normalize()
    places = frame.index.get_indexer(days, method="pad")
    frame.loc[frame.index[places[places >= 0]], "dividend"] = 0.0
    last = foreign[-1]
    return (
        f"dividends in another currency than {currency} are not counted: {len(foreign)}, "
        f"the last {last['amount']:g} {last['currency']} on {days[-1]:%Y-%m-%d}"
    )


def _gains_left_out(prices: pd.DataFrame) -> str:
    if "Capital Gains" not in prices:
        return ""
    gains = prices["Capital Gains"]
    gains = gains[gains > 0]
    if gains.empty:
        return ""
    return (
        f"capital gains are not counted: {len(gains)}, "
        f"the last {gains.iloc[-1]:g} on {gains.index[-1]:%Y-%m-%d}"
    )


def difference(kept: pd.DataFrame, fetched: pd.DataFrame) -> str | None:
    """What speaks against appending, in words; None if the overlap is the same."""
    last = kept.index[-1]
    old, new = kept.loc[kept.index >= last - OVERLAP], fetched.loc[fetched.index <= last]
    later = fetched.loc[(fetched.index > last) & (fetched["split"] > 0), "split"]
    if not later.empty:
        return f"a split of {later.iloc[0]:g} on {later.index[0]:%Y-%m-%d}"
    strange = old.index.symmetric_difference(new.index)
    if len(strange):
        verb = "is gone" if strange[0] in old.index else "is new"
        return f"the bar of {strange[0]:%Y-%m-%d} {verb}"
    for column in ("close", "dividend", "split"):
        before, now = old[column].to_numpy(), new[column].to_numpy()
        places = np.flatnonzero(~np.isclose(before, now, rtol=SAME, atol=1e-12))
        if len(places):
            at = places[0]
            return f"the {column} of {old.index[at]:%Y-%m-%d} was {before[at]:g}, now {now[at]:g}"
    return None


def without_today(kept: Bars, today: date) -> Bars | None:
    """The kept bars without those of `today` and later, which a wrong clock let in."""
    frame = kept.frame[kept.frame.index < pd.Timestamp(today)]
    return dataclasses.replace(kept, frame=frame) if len(frame) else None


def refuse_other_dates(asset: Asset, raw: Raw) -> None:
    """BrokenData where the answer's time zone would put the bars on other dates."""
    claimed, real = raw.meta.get("exchangeTimezoneName"), _ZONES.get(asset.venue.code)
    if not asset.tradable or real is None or not isinstance(claimed, str):
        return
    moments = [datetime(2025, month, 1, tzinfo=UTC) for month in (1, 7)]
    if any(at.astimezone(ZoneInfo(claimed)).utcoffset() != at.astimezone(ZoneInfo(real)).utcoffset()
           for at in moments):  # fmt: skip
        raise BrokenData(
            f"{asset.ticker}: Yahoo dates its bars by {claimed}, but {asset.venue.code} goes by "
            f"{real}: they would stand on other days"
        )


def refuse_two_closes(ticker: str, raw: Raw, today: date) -> None:
    """BrokenData for a day that stands in the answer twice with different closes."""
    for day, one, other in _with_two_closes(raw, today):
        if day != _last_with_two_closes(raw, today):
            raise BrokenData(f"{ticker}: Yahoo gives two closes for {day}, {one:g} and {other:g}")


def against(asset: Asset, kept: Bars, fresh: pd.DataFrame) -> str | None:
    """Why a whole history must not replace the bars that are kept, None if it may.

    It loses sessions that are kept; or its level is another, with no split to explain it; or it
    brings a jump that looks like an error and that the kept bars do not have.
    """
    return _lost(asset, kept, fresh) or _rescaled(kept.frame, fresh) or flaw(asset, kept, fresh)


def flaw(asset: Asset, kept: Bars | None, fresh: pd.DataFrame) -> str | None:
    """A jump in `fresh`, in words, that is an error of the source and is not in the kept bars."""
    known = dict(flaws(asset, kept.frame)) if kept is not None else {}
    return next((said for day, said in flaws(asset, fresh) if day not in known), None)


def flaws(asset: Asset, frame: pd.DataFrame) -> Iterator[tuple[date, str]]:
    """Days on which the unit changes, or on which a split is told but not adjusted for."""
    if asset.kind is Kind.INDEX or len(frame) < 2:
        return
    close, split = frame["close"].to_numpy(), frame["split"].fillna(0.0).to_numpy()
    usable = np.isfinite(close) & (close > 0)
    moves = np.diff(np.log(np.where(usable, close, np.nan)))
    ratios = np.log(np.where(split[1:] > 0, split[1:], 1.0))
    unit = np.abs(moves) > np.log(HUNDREDFOLD)
    raw = (np.abs(ratios) > np.log(1.3)) & (np.abs(moves + ratios) < 0.25 * np.abs(ratios))
    for place in map(int, np.flatnonzero(unit | raw)):
        day = frame.index[place + 1].date()
        step = f"the close goes from {close[place]:g} to {close[place + 1]:g} on {day}"
        if raw[place]:
            yield day, f"{step}: a split of {split[place + 1]:g} is told but not adjusted for"
        else:
            yield day, f"{step}, about a hundredfold: another unit (pence, cents)"


def _lost(asset: Asset, kept: Bars, fresh: pd.DataFrame) -> str | None:
    """Sessions that the kept bars have; a bar of a closed day, or without a trade, may go."""
    gone = kept.frame.loc[kept.frame.index.difference(fresh.index)]
    days = gone.index[gone["volume"].to_numpy() != 0]
    days = days[_open_days(asset, days)]
    if not len(days):
        return None
    return (
        f"it leaves out {len(days)} of the bars of {kept.first} to {kept.last}, "
        f"the first that of {days[0]:%Y-%m-%d}"
    )


def _open_days(asset: Asset, days: pd.DatetimeIndex) -> np.ndarray:
    """Which days are sessions; where no calendar is at hand, weekdays."""
    if asset.kind is Kind.CURRENCY or asset.venue.code not in VENUES:
        return np.asarray(days.dayofweek < 5)
    return is_open(asset.venue.code, days.to_numpy().astype("datetime64[D]"))


def _rescaled(kept: pd.DataFrame, fresh: pd.DataFrame) -> str | None:
    both = kept.index.intersection(fresh.index)
    old, new = (part.loc[both, "close"].to_numpy() for part in (kept, fresh))
    usable = (old > 0) & (new > 0)
    if not usable.any():
        return None
    times = float(np.median(new[usable] / old[usable]))
    left = (times, times * _splits_since(kept, fresh))
    if min(abs(np.log(left))) < np.log(RESCALED):
        return None
    return f"its closes are {times:.4g} times those in the store, with no split to explain it"


def _splits_since(kept: pd.DataFrame, fresh: pd.DataFrame) -> float:
    """The product of the splits that the kept bars do not know."""
    known = kept["split"].reindex(fresh.index).fillna(0.0)
    splits = fresh["split"].fillna(0.0)
    new = splits[(splits > 0) & (known != splits)]
    return float(np.prod(new.to_numpy("float64")))


def _running(raw: Raw) -> date | None:
    """The day of a session that is not over on Yahoo's clock."""
    period = _mapping(_mapping(raw.meta.get("currentTradingPeriod")).get("regular"))
    begin, end = period.get("start"), period.get("end")
    if raw.at is None or not isinstance(begin, int) or not isinstance(end, int):
        return None
    if raw.at.timestamp() >= end:
        return None
    return datetime.fromtimestamp(begin, ZoneInfo(raw.meta["exchangeTimezoneName"])).date()


def _last_with_two_closes(raw: Raw, today: date) -> date | None:
    """The last day of the answer, if it stands there twice with different closes."""
    days = [day for day, _ in _closes(raw) if day < today]
    twice = [day for day, *_ in _with_two_closes(raw, today)]
    return twice[-1] if twice and twice[-1] == max(days) else None


def _with_two_closes(raw: Raw, today: date) -> list[tuple[date, float, float]]:
    """Days before `today` that the answer lists twice with different closes, in order."""
    first: dict[date, float] = {}
    twice = {}
    for day, close in _closes(raw):
        before = first.setdefault(day, close)
        if day < today and abs(close - before) > SAME * abs(before):
            twice[day] = (day, before, close)
    return [twice[day] for day in sorted(twice)]


def _closes(raw: Raw) -> list[tuple[date, float]]:
    """The rows that have a close, as Yahoo lists them, dated on the venue's clock."""
    result = result_of(raw.chart)
    stamps = result.get("timestamp")
    quotes = _mapping(result.get("indicators")).get("quote")
    if not stamps or not isinstance(quotes, list) or not quotes:
        return []
    zone = ZoneInfo(raw.meta["exchangeTimezoneName"])
    rows = zip(stamps, _mapping(quotes[0]).get("close") or (), strict=False)
    return [(_day(stamp, zone), close) for stamp, close in rows if close is not None]


def _day(stamp: float, zone: ZoneInfo) -> date:
    """The date of a row; one dated shortly before midnight belongs to the next, as in yfinance."""
    at = datetime.fromtimestamp(stamp, zone)
    return (at + timedelta(hours=2) if at.hour >= 22 and at.minute == 0 else at).date()
