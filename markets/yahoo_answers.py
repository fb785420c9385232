"""Yahoo's answers made into bars, and compared with those that are kept; no I/O.

What Yahoo's daily bars are, as yfinance hands them on, and what is made of them here:

* Prices are adjusted for splits, not for dividends. An index, a yield or a rate is a level: its
  volume (0) says nothing and becomes unknown.
* A day whose prices are null is no bar. A dividend or split that stands on it moves to the next
  bar. (One that falls on a day without any row was booked by yfinance on the row *before*: a
  session early; the answer does not tell.)
* A volume that Yahoo left out arrives as 0. Open, high or low of 0 is a price not recorded.
* Capital gains of funds are not counted: Yahoo tends to have them in the dividend already. A
  dividend in another currency than the prices is not counted either. Both stand in the notes.
* Rows dated `today` or later are dropped: the session may still be running. Run east of a venue
  shortly after midnight, yesterday's bar may be unfinished too; the next refresh finds the
  difference and fetches the line anew.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from markets.bars import COLUMNS, Bars, Priced

if TYPE_CHECKING:
    from curl_cffi.requests import Response

OVERLAP = timedelta(days=30)
SAME = 1e-6
"""Relative difference of two closes below which they are the same: Yahoo's are single floats."""

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
    """One answer: yfinance's frame, and the chart it was made from as Yahoo sent it."""

    prices: pd.DataFrame
    chart: dict[str, Any]

    @property
    def meta(self) -> dict[str, Any]:
        return result_of(self.chart).get("meta") or {}


@dataclass(frozen=True)
class Answer:
    """One answer, cleaned; an empty frame: Yahoo knows the line, but no bar of it."""

    frame: pd.DataFrame
    currency: str
    notes: tuple[str, ...]


def chart_of(answer: Response | None) -> dict[str, Any]:
    """The chart object of an answer, {} if there is none."""
    try:
        chart = json.loads(answer.content)["chart"] if answer is not None else {}
    except (ValueError, KeyError, TypeError):
        return {}
    return chart if isinstance(chart, dict) else {}


def result_of(chart: dict[str, Any]) -> dict[str, Any]:
    """The one line that a chart is about, {} if it has none."""
    results = chart.get("result") or [{}]
    return results[0] or {}


def cleaned(raw: Raw, currency: str, today: date, priced: Priced) -> Answer:
    """yfinance's frame as bars: see the rules at the top of this file."""
    if raw.prices.empty:
        return Answer(_no_bars(), currency, ())
    days = pd.DatetimeIndex(raw.prices.index).tz_localize(None).normalize().as_unit("ns")
    prices = raw.prices.set_axis(days)
    frame = prices.rename(columns=_RENAMED)[list(COLUMNS)].astype("float64")
    frame = frame.rename_axis("session")
    notes = [_without_foreign(frame, raw), _gains_left_out(prices)]
    frame = frame.loc[frame.index < pd.Timestamp(today)]
    if priced is Priced.LEVEL:
        frame = frame.assign(volume=np.nan)
    else:
        paid = ["open", "high", "low", "close"]
        frame[paid] = frame[paid].where(frame[paid] > 0)
    return Answer(_without_null_rows(frame), currency, tuple(filter(None, notes)))


def _no_bars() -> pd.DataFrame:
    index = pd.DatetimeIndex([], dtype="datetime64[ns]", name="session")
    return pd.DataFrame(columns=list(COLUMNS), index=index, dtype="float64")


def _without_null_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Only rows with a close; an event of any other row moves to the next that has one."""
    real = frame["close"].notna()
    target = frame.index.to_series().where(real).bfill()
    rows = frame.loc[real].copy()
    rows["dividend"] = frame["dividend"].groupby(target).sum()
    ratios = frame["split"].replace(0.0, 1.0).groupby(target).prod()
    rows["split"] = ratios.where(ratios != 1.0, 0.0)
    return rows


def _without_foreign(frame: pd.DataFrame, raw: Raw) -> str:
    """Take dividends in another currency than the prices' out of `frame`, and say so."""
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


def shorter(whole: pd.DataFrame, kept: Bars) -> bool:
    """Whether a fresh history would lose days at either end: an answer can be cut off silently."""
    return bool(
        whole.empty or whole.index[0].date() > kept.first or whole.index[-1].date() < kept.last
    )
