"""Yahoo's answers made into bars; no I/O.

What Yahoo's daily bars are, as yfinance hands them on, and what is made of them here:

* Prices are adjusted for splits, not for dividends. An index, a yield or a rate is a level: its
  volume (0) says nothing and becomes unknown.
* A day whose prices are null is no bar. A dividend or split that stands on it moves to the next
  bar. (One that falls on a day without any row was booked by yfinance on the row *before*: a
  session early; the answer does not tell.)
* A volume that Yahoo left out arrives as 0. Open, high or low of 0 is a price not recorded.
* Capital gains of funds are distributions, and Yahoo has them in the dividend at times: Adj Close
  tells, and the notes say which. Amounts that contradict Adj Close are doubts. A dividend in
  another currency than the prices is not counted: a doubt too.
* Rows dated `today` or later are dropped: the session may still be running. So is the row of a
  session that Yahoo's own clock says is not over: east of a venue the date changes before that.
* A day that Yahoo lists twice counts once. With two different closes it is left out if it is the
  last one, and the whole answer is refused if it is not.

Where prices are in pence or the like, all money becomes pounds: see `Amounts.in_unit_of_prices`
for dividends, which Yahoo has in either. Some answers are refused whole, because what is kept is
better: see `compared.against`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from markets.bars import COLUMNS, Doubt, Priced, moved_on
from markets.quality.amounts import Amounts
from markets.yahoo.chart import ChartMeta, PaidDividend, YahooChart, line_of, object_of
from newsfolio.assets import Asset
from newsfolio.errors import BrokenData
from newsfolio.venue import Unit, unit_of
from newsfolio.venues import rows_of

SAME = 1e-6
"""Relative difference of two closes below which they are the same: Yahoo's are single floats."""

FEW, WEEKLY = 5, 4.0
"""More rows than FEW, this many days apart in the middle, are not daily bars."""
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
    chart: YahooChart
    at: datetime | None = None

    @property
    def meta(self) -> ChartMeta:
        return object_of(line_of(self.chart).get("meta"))


@dataclass(frozen=True)
class Answer:
    """One answer, cleaned; an empty frame: Yahoo knows the line, but no bar of it."""

    frame: pd.DataFrame
    currency: str
    notes: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()


def priced_for(asset: Asset) -> Priced:
    """What Yahoo adjusts the prices of a line for."""
    return Priced.SPLITS if asset.tradable else Priced.LEVEL


def agrees(asset: Asset, currency: str) -> bool:
    """Whether a line is quoted in its asset's currency, or parts of it; a level may be in any."""
    return not asset.tradable or unit_of(currency).currency == asset.currency


def cleaned(raw: Raw, currency: str, today: date, priced: Priced) -> Answer:
    """yfinance's frame as bars: see the rules at the top of this file."""
    if raw.prices.empty:
        return Answer(_no_bars(), currency)
    days = pd.DatetimeIndex(raw.prices.index).tz_localize(None).normalize().as_unit("ns")
    prices = raw.prices.set_axis(days)
    frame = prices.rename(columns=_RENAMED)[list(COLUMNS)].astype("float64")
    frame = frame.rename_axis("session")
    foreign = _without_foreign(frame, raw)
    open_days = [day for day in (_running(raw), _last_with_two_closes(raw, today)) if day]
    frame = frame.loc[frame.index < pd.Timestamp(min([today, *open_days]))]
    if priced is Priced.LEVEL:
        frame = frame.assign(volume=np.nan)
    else:
        paid = ["open", "high", "low", "close"]
        frame[paid] = frame[paid].where(frame[paid] > 0)
    rows = moved_on(frame, frame["close"].notna().to_numpy())
    if priced is Priced.LEVEL or rows.empty:
        return Answer(rows, currency, (), foreign)
    unit = unit_of(currency)
    answer = Answer(rows, currency, (), foreign)
    if "Adj Close" in prices:
        answer = replace(_paid(rows, prices, foreign, unit), currency=currency)
    return answer if unit.parts == 1 else _in_currency(answer, unit)


def _in_currency(answer: Answer, unit: Unit) -> Answer:
    """The same in the currency of which the prices are quoted in parts."""
    money = ["open", "high", "low", "close", "dividend"]
    frame = answer.frame.assign(**{name: answer.frame[name] / unit.parts for name in money})
    note = (
        f"Yahoo quotes it in {answer.currency}, {unit.name}: {unit.parts} are one {unit.currency}"
    )
    return replace(answer, frame=frame, notes=(note, *answer.notes))


def _no_bars() -> pd.DataFrame:
    index = pd.DatetimeIndex([], dtype="datetime64[ns]", name="session")
    return pd.DataFrame(columns=list(COLUMNS), index=index, dtype="float64")


def _without_foreign(frame: pd.DataFrame, raw: Raw) -> tuple[Doubt, ...]:
    """Take dividends in another currency than the prices' out of `frame`; answers what to doubt.

    What Yahoo says is in pounds beside prices in pence becomes pence.
    """
    events = line_of(raw.chart).get("events") or {}
    paid = sorted((events.get("dividends") or {}).values(), key=lambda event: event["date"])
    currency = raw.meta.get("currency")
    stated = [event for event in paid if event.get("currency", "") not in ("", currency)]
    unit = unit_of(str(currency))
    amounts = frame["dividend"].to_numpy(copy=True)
    for event in stated:
        own = unit_of(str(event["currency"]))
        _, place = _place(frame, event, raw)
        if place >= 0:
            amounts[place] *= unit.parts / own.parts if own.currency == unit.currency else 0.0
    frame["dividend"] = amounts
    foreign = [
        event for event in stated if unit_of(str(event["currency"])).currency != unit.currency
    ]
    if not foreign:
        return ()
    days = tuple(_place(frame, event, raw)[0] for event in foreign)
    sentence = (
        f"dividends in another currency than {currency} are not counted: {len(foreign)}, "
        f"the last {foreign[-1]['amount']:g} {foreign[-1]['currency']} on {days[-1]}"
    )
    return (Doubt(sentence, days),)


def _place(frame: pd.DataFrame, event: PaidDividend, raw: Raw) -> tuple[date, int]:
    """The day of an event, and the row that it is booked on, -1 for none."""
    day = _day(event["date"], ZoneInfo(raw.meta["exchangeTimezoneName"]))
    return day, int(frame.index.searchsorted(pd.Timestamp(day), side="right")) - 1


def _paid(rows: pd.DataFrame, prices: pd.DataFrame, foreign: Iterable[Doubt], unit: Unit) -> Answer:
    """Rows with the capital gains that their dividends do not hold, notes on these, and doubts.

    Adj Close says what Yahoo took off for each; of a dividend in another currency it says nothing.
    """
    days = rows.index.to_numpy().astype("datetime64[D]")
    gains_paid = prices["Capital Gains"].fillna(0.0) if "Capital Gains" in prices else 0.0
    named = prices[["Close"]].assign(dividend=gains_paid, split=0.0)
    gains = moved_on(named, prices.index.isin(rows.index))["dividend"].to_numpy("float64")
    others = [np.datetime64(day) for doubt in foreign for day in doubt.days]
    strange = np.isin(days, np.array(others, dtype="datetime64[D]"))
    amounts = Amounts(
        days, rows["close"].to_numpy(), prices["Adj Close"].reindex(rows.index).to_numpy("float64"),
        np.where(strange, np.nan, rows["dividend"].to_numpy()), rows["split"].to_numpy(),
    )  # fmt: skip
    paid, in_currency = amounts.in_unit_of_prices(unit)
    amounts = replace(amounts, dividend=paid)
    dividend, counts = amounts.with_gains(gains)
    dividend = np.where(strange, rows["dividend"].to_numpy() + gains, dividend)
    held = (gains > 0) & ~counts
    masks = {
        "capital gains paid as dividends": (counts, gains),
        "capital gains in the dividends already": (held, gains),
        f"dividends in {unit.currency} beside prices in {unit.name}": (in_currency, dividend),
    }
    notes = tuple(
        f"{what}: {mask.sum()}, the last {paid_out[mask][-1]:g} on {days[mask][-1]}"
        for what, (mask, paid_out) in masks.items()
        if mask.any()
    )
    final = replace(amounts, dividend=np.where(strange, np.nan, dividend))
    doubts = (*foreign, *final.doubts(), *final.slivers(unit))
    return Answer(rows.assign(dividend=dividend), "", notes, doubts)


def refuse_other_dates(asset: Asset, raw: Raw) -> None:
    """BrokenData where the answer's time zone would put the bars on other dates."""
    claimed, rows = raw.meta.get("exchangeTimezoneName"), rows_of(asset.venue.code)
    if not asset.tradable or rows is None or not isinstance(claimed, str):
        return
    real = rows.zone
    moments = [datetime(2025, month, 1, tzinfo=UTC) for month in (1, 7)]
    if any(at.astimezone(ZoneInfo(claimed)).utcoffset() != at.astimezone(ZoneInfo(real)).utcoffset()
           for at in moments):  # fmt: skip
        raise BrokenData(
            f"{asset.ticker}: Yahoo dates its bars by {claimed}, but {asset.venue.code} goes by "
            f"{real}: they would stand on other days"
        )


def refuse_other_line(asset: Asset, raw: Raw) -> None:
    """BrokenData where the answer is about another line, or about bars that are not daily."""
    symbol, step = raw.meta.get("symbol"), raw.meta.get("dataGranularity")
    if isinstance(symbol, str) and symbol.casefold() != asset.ticker.casefold():
        raise BrokenData(
            f"{asset.ticker}: Yahoo answers with {symbol[:20]}, which was not asked for"
        )
    days = raw.prices.index.to_numpy()
    wide = len(days) > FEW and np.median(np.diff(days) / np.timedelta64(1, "D")) > WEEKLY
    if wide or (isinstance(step, str) and step != "1d"):
        raise BrokenData(f"{asset.ticker}: Yahoo answers with bars of {step}, not of a day")


def refuse_two_closes(ticker: str, raw: Raw, today: date) -> None:
    """BrokenData for a day that stands in the answer twice with different closes."""
    for day, close, other in _with_two_closes(raw, today):
        if day != _last_with_two_closes(raw, today):
            raise BrokenData(f"{ticker}: Yahoo gives two closes for {day}, {close:g} and {other:g}")


def _running(raw: Raw) -> date | None:
    """The day of a session that is not over on Yahoo's clock."""
    period = object_of(object_of(raw.meta.get("currentTradingPeriod")).get("regular"))
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
    result = line_of(raw.chart)
    stamps = result.get("timestamp")
    quotes = object_of(result.get("indicators")).get("quote")
    if not stamps or not isinstance(quotes, list) or not quotes:
        return []
    zone = ZoneInfo(raw.meta["exchangeTimezoneName"])
    rows = zip(stamps, object_of(quotes[0]).get("close") or (), strict=False)
    return [(_day(stamp, zone), close) for stamp, close in rows if close is not None]


def _day(stamp: float, zone: ZoneInfo) -> date:
    """The date of a row; one dated shortly before midnight belongs to the next, as in yfinance."""
    at = datetime.fromtimestamp(stamp, zone)
    return (at + timedelta(hours=2) if at.hour >= 22 and at.minute == 0 else at).date()
