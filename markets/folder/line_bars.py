"""From what a file says of a line to its bars: checked, and with what it was adjusted for.

Of Yahoo's columns four kinds are read, told apart by those that hold numbers:

1. Close, Adj Close and Dividends: split-adjusted prices, dividends as events.
2. Close and an empty Adj Close, or Close beside Dividends without any: the source has adjusted
   the prices for dividends too. They are not credited again; the notes say so.
3. Indexes and exchange rates: levels, whatever else the file holds.
4. Adj Close, but no Dividends: everything on the scale of Adj Close. Where Close is given too,
   open, high and low are scaled by Adj Close / Close, else they are unknown.

Vendors leave a few rows whose high, low, open and close contradict one another:

* An open or close outside low to high stays as it is, with a note. Further out than SLIP it is
  refused for stocks and funds, whose orders fill at the open.
* High below low makes both unknown, with a note. By more than SLIP, or in more than CROSSED of the
  rows, it is refused: that is a wrong column or a typing error, not a vendor's odd print.

Without any such column nobody says what a close is adjusted for: it is a price return, with a
doubt, and whole bars of open, high, low and close are refused, unless `--vendor` says it. What
other vendors' files say of themselves stands in `markets/folder/formats/`. Prices without the
dividends are a price, not a total return: a doubt says so.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from markets.bars import NAMES, Bars, Doubt, Priced
from markets.folder.formats.format import Adjusted, Quotes
from markets.folder.price_file import AMOUNTS, ONE_PRICE, REVERSED, Mask, Table, no_rows
from markets.quality.amounts import Amounts
from newsfolio.assets import Asset, Kind
from newsfolio.errors import BrokenData

SLIP = 0.05  # of the price; the real files that were looked at stay below 0.048
CROSSED = 1 / 500  # of the rows; the worst of those files has 5 in 3,902
ROUNDING = 1e-6  # of the price: what adjusting by a factor can leave
SHOWN = 12  # of the columns that are ignored

WITHOUT_DIVIDENDS = {
    Adjusted.SPLITS: "dividends are not in the file: a price return, not a total return",
    Adjusted.RAW: "prices as traded: neither splits nor dividends are in the file",
    Adjusted.CLOSES: "nothing says what its closes are adjusted for: taken as a price "
    "return (--vendor full, split or raw says it)",
}


SCALED = "no dividends in the file: open, high, low, close scaled by Adj Close / Close"


def bars_of(asset: Asset, quotes: Quotes, today: date | None) -> Bars:
    """The bars of a line; BrokenData for rows that contradict themselves."""
    table = quotes.table
    _check_days(table, today)
    _check_numbers(table, asset.kind is Kind.INDEX or quotes.adjusted is Adjusted.LEVEL)
    crossed = _crossed(table)
    outside = _outside(table, asset, crossed)
    priced, basis = _kind(asset, quotes)
    table, units = _in_currency(table, asset, priced)
    table, gains = _with_gains(table, priced)
    keep = ~np.isnan(table[basis])
    _check_dropped(table, keep, basis, priced)
    frame = _frame(table, priced, basis, crossed)
    frame = frame if keep.all() else frame[keep]
    rows = _notes(table, priced, basis, crossed, outside)
    remarks = (note for note in rows
               if note != SCALED or set(quotes.notes) <= {REVERSED, ONE_PRICE})  # fmt: skip
    read = (note for note in quotes.notes if note != ONE_PRICE or priced is not Priced.LEVEL)
    notes = (*read, *units, *remarks, *gains)
    amounts, unit = _amounts(table), asset.venue.quoted
    doubts = (*amounts.doubts(), *amounts.slivers(unit)) if priced is Priced.SPLITS else ()
    if priced is Priced.SPLITS and quotes.adjusted in WITHOUT_DIVIDENDS:
        doubts = (*doubts, Doubt(WITHOUT_DIVIDENDS[quotes.adjusted]))
    return Bars(asset.ticker, frame, priced, notes=notes, doubts=doubts)


# --- checking ----------------------------------------------------------------------------------


def _check_days(table: Table, today: date | None) -> None:
    days = table.days.to_numpy().astype("datetime64[D]")
    if today is not None:
        table.refuse(days > np.datetime64(today), f"the date lies after today, {today}")
    steps = np.diff(days.view("int64"), prepend=-(10**9))
    if (steps > 0).all():
        return
    table.refuse(table.days.duplicated(), "the date appears twice")
    table.refuse(steps < 0, "the date is before the one above it", "Sort the file by Date.")


def _check_numbers(table: Table, level: bool) -> None:
    for name, values in table.columns.items():
        shown = f"{name} {{{name}:g}}"
        table.refuse(np.isinf(values), f"{shown} is infinite")
        if name in AMOUNTS:
            table.refuse(values < 0, f"{shown} is below 0")
        elif not level:
            table.refuse(values <= 0, f"{shown} is a zero or negative price")


def _crossed(table: Table) -> Mask:
    """Rows with high below low; BrokenData for large ones or many (see the head of this file)."""
    high, low = table["High"], table["Low"]
    size = np.maximum(np.abs(high), np.abs(low))
    crossed = low - high > ROUNDING * size
    rule = "high {High:g} is below low {Low:g}"
    table.refuse(crossed & (low - high > SLIP * size), rule)
    if crossed.sum() > CROSSED * len(crossed):
        share = f"{rule} ({crossed.sum()} of {len(crossed)} rows)"
        table.refuse(crossed, share, "Correct those rows, or clear their High and Low.")
    return crossed


def _outside(table: Table, asset: Asset, crossed: Mask) -> Mask:
    """Rows with open or close outside low to high; BrokenData if far out in a tradable line."""
    high, low = table["High"], table["Low"]
    outside = np.zeros(len(crossed), dtype=bool)
    for name in ("Open", "Close"):
        price = table[name]
        beyond = np.where(crossed, 0.0, np.fmax(price - high, low - price))
        if asset.tradable:
            rule = f"{name} {{{name}:g}} is far outside low {{Low:g}} to high {{High:g}}"
            table.refuse(beyond > SLIP * price, rule)
        outside |= beyond > ROUNDING * np.abs(price)
    return outside


def _check_dropped(table: Table, keep: Mask, basis: str, priced: Priced) -> None:
    """A dividend or split must not vanish with a row that has no price."""
    if not keep.any():
        raise no_rows(table.text.path)
    if keep.all():
        return
    remedy = "Move it to the next row that has one, or clear it."
    splits = np.nan_to_num(table["Stock Splits"])
    table.refuse(
        ~keep & (splits != 0) & (splits != 1) & (priced is not Priced.LEVEL),
        f"a split of {{Stock Splits:g}} stands in a row without {basis}",
        remedy,
    )
    paid = ~keep & (table["Dividends"] > 0) & (priced is Priced.SPLITS)
    table.refuse(paid, f"a dividend of {{Dividends:g}} stands in a row without {basis}", remedy)


# --- units -------------------------------------------------------------------------------------


def _in_currency(table: Table, asset: Asset, priced: Priced) -> tuple[Table, tuple[str, ...]]:
    """The table in the line's currency, where prices are quoted in a part of it; and what to say.

    The unit is that of the line's venue: a file does not tell.
    """
    unit = asset.venue.quoted
    if unit.parts == 1 or priced is Priced.LEVEL:
        return table, ()
    paid, in_currency = _amounts(table).in_unit_of_prices(unit)
    paid = np.where(np.isnan(table["Dividends"]), np.nan, paid)
    columns = {
        name: values if name in ("Volume", "Stock Splits") else values / unit.parts
        for name, values in {**table.columns, "Dividends": paid}.items()
    }
    notes = [f"prices taken as {unit.name}, by its venue: {unit.parts} are one {unit.currency}"]
    if in_currency.any():
        notes.append(f"{table.dated(in_currency)} with a dividend in {unit.currency} already")
    return replace(table, columns=columns), tuple(notes)


# --- what was paid -----------------------------------------------------------------------------


def _amounts(table: Table) -> Amounts:
    days = table.days.to_numpy().astype("datetime64[D]")
    dividend, split = np.nan_to_num(table["Dividends"]), table["Stock Splits"]
    return Amounts(days, table["Close"], table["Adj Close"], dividend, split)


def _with_gains(table: Table, priced: Priced) -> tuple[Table, tuple[str, ...]]:
    """The table with capital gains as the dividends that they are, and what to say of them."""
    gains = table["Capital Gains"]
    if priced is not Priced.SPLITS or not (gains > 0).any():
        return table, ()
    dividend, counts = _amounts(table).with_gains(gains)
    remarks = {
        "with capital gains, paid as dividends": counts,
        "with capital gains that the dividends hold already": (gains > 0) & ~counts,
    }
    table = replace(table, columns={**table.columns, "Dividends": dividend})
    return table, tuple(
        f"{table.dated(mask)} {what}" for what, mask in remarks.items() if mask.any()
    )


# --- making bars -------------------------------------------------------------------------------


def _kind(asset: Asset, quotes: Quotes) -> tuple[Priced, str]:
    """What the prices are adjusted for, and the column that is the close."""
    table = quotes.table
    close = "Close" if table.has("Close") else "Adj Close"
    if asset.kind in (Kind.INDEX, Kind.CURRENCY) or quotes.adjusted is Adjusted.LEVEL:
        return Priced.LEVEL, close
    if quotes.adjusted is Adjusted.UNSAID:
        raise BrokenData(
            f"{table.text.path}: its columns do not say what its prices are adjusted for: "
            f"{quotes.readings}. Say which."
        )
    if quotes.adjusted in WITHOUT_DIVIDENDS:
        return Priced.SPLITS, close
    if close == "Close" and table.has("Adj Close"):
        if table.has("Dividends") or table.has("Capital Gains"):
            return Priced.SPLITS, "Close"
        return Priced.DIVIDENDS, "Adj Close"
    return Priced.DIVIDENDS, close


def _frame(table: Table, priced: Priced, basis: str, crossed: Mask) -> pd.DataFrame:
    # Without a Close the ratio is NaN, and so are open, high and low: nothing says their scale.
    scaled = basis == "Adj Close" and not np.array_equal(table["Open"], table[basis], True)
    scale = table[basis] / table["Close"] if scaled else 1.0
    columns = np.empty((len(NAMES), len(table.days)))
    np.multiply([table["Open"], table["High"], table["Low"]], scale, out=columns[:3])
    columns[1:3, crossed] = np.nan
    columns[3], columns[4], columns[6] = table[basis], table["Volume"], table["Stock Splits"]
    columns[5] = np.nan_to_num(table["Dividends"]) if priced is Priced.SPLITS else 0.0
    return pd.DataFrame(columns.T, table.days, NAMES, copy=False)


def _notes(table: Table, priced: Priced, basis: str, crossed: Mask, outside: Mask) -> list[str]:
    notes = []
    if ignored := table.text.ignored:
        more = f" and {len(ignored) - SHOWN} more" if len(ignored) > SHOWN else ""
        notes.append(f"columns ignored: {', '.join(ignored[:SHOWN])}{more}")
    if basis == "Adj Close" and table.has("Close"):
        notes.append(SCALED)
    counted = {
        f"without {basis} dropped": np.isnan(table[basis]),
        "with a dividend that is not credited: the prices are taken as adjusted for it": (
            (table["Dividends"] > 0) & (priced is Priced.DIVIDENDS)
        ),
        "with high below low, both taken as unknown": crossed,
        "with open or close outside low to high, kept as they are": outside,
    }
    return notes + [f"{table.dated(mask)} {what}" for what, mask in counted.items() if mask.any()]
