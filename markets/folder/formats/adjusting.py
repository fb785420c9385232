"""From raw prices to ours: splits and dividends beside them, reference closes, turnover."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from markets.folder.formats.columns import AMOUNT, REFERENCE, Draft
from markets.folder.formats.format import Adjusted, Quotes
from markets.folder.price_file import Floats, Mask

_OHLC = ("Open", "High", "Low", "Close")
LOTS = (1, 100, 1000)
"""Shares in a unit of volume: shares, mainland hands, Taiwan's thousands."""
FEW = 5
"""Rows that are no accident."""
SCATTERED, MOSTLY = 0.1, 0.6
"""Of the rows: so few outside low and high are odd trades, so many of a stretch are adjusted."""
STEP, TIMES_NOISE = 0.003, 3
"""In logs: what the ends of a file differ by at least, and as a multiple of what days differ by."""
COARSE, MIXED = 0.02, 0.05
"""A median move of the average price against the close, and a share on the other side, that are
those of a turnover which was rounded."""
OFF = 0.05
"""In logs: further from the close than a turnover that was rounded makes the price of a day."""
CENT = 0.006
"""What rounding a price to a hundredth leaves, with room for the last bit."""
SPLIT = 1.2
"""A step of the adjustment that is no dividend."""
AROUND = 20
"""Days before and after a split whose volumes are compared."""
READINGS = "as traded ({}: --vendor raw) or adjusted for splits and dividends ({}: --vendor full)"
"""What prices may be, each with the vendor's word for it."""
MOST_REFERENCES = 0.05
"""Of the rows: reference closes apart from the close before; a line has a few in a year."""


def by_events(draft: Draft, *words: str) -> Quotes:
    """Raw prices with splits and dividends beside them: split-adjusted, dividends as events."""
    split = np.nan_to_num(draft["Stock Splits"])
    split = np.where(split == 1.0, 0.0, split)
    later = _later(np.where(split > 0, split, 1.0))
    prices = {name: draft[name] / later for name in _OHLC}
    dividends = np.nan_to_num(draft["Dividends"]) / later
    draft = draft.scaled(**prices, Volume=draft["Volume"] * later, Dividends=dividends,
                         Stock_Splits=split)  # fmt: skip
    return draft.quotes(Adjusted.BY_COLUMNS, *words)


def _later(ratio: Floats) -> Floats:
    """(T,) the product of the ratios after each row."""
    return np.concatenate([np.cumprod(ratio[::-1])[::-1][1:], [1.0]])


def by_reference(draft: Draft, *words: str) -> Quotes:
    """Raw prices and the venue's reference closes: full prices where these tell what was paid.

    On an ex-date the venue counts the move from a lower close than the one before. A file in which
    every reference is that close tells of nothing, which is no proof that nothing was paid, and
    neither does one that lacks some.
    """
    close, reference = draft["Close"], draft[REFERENCE]
    before = np.concatenate([[np.nan], close[:-1]])
    apart = np.abs(reference - before) > CENT
    unknown = np.isnan(reference[1:]).any()
    if unknown or not apart.any():
        return draft.quotes(Adjusted.RAW, *(words or ("prices as traded",)))
    many = apart.sum() > max(2.0, MOST_REFERENCES * len(close))
    draft.table.refuse(
        apart & many, f"{draft.form.their_name(REFERENCE)} is not the close before on "
        f"{apart.sum()} of {len(close)} rows", "Fetch the file again; rows are missing.",
    )  # fmt: skip
    step = np.where(apart, reference / before, 1.0)
    step[0] = 1.0
    adjusted = close * _later(step)
    draft = draft.scaled(Adj_Close=adjusted, Volume=draft["Volume"])
    return draft.quotes(
        Adjusted.BY_COLUMNS, *words,
        "prices as traded, adjusted for splits and dividends by the reference closes",
    )  # fmt: skip


def with_shares(draft: Draft, unit: int, money: float = 1.0) -> tuple[Draft, Adjusted]:
    """The draft with its volume in shares, and what its turnover proves of the prices.

    unit: shares in a unit of volume by the vendor's account; money: of the turnover's unit.
    Turnover over volume is what a share cost on average: between low and high where prices are
    RAW, times the shares in a unit. Prices are FULL where its ratio to the close steps within
    the file, and UNSAID where it proves neither. BrokenData where the unit of volume changes.
    """
    volume, amount = draft["Volume"], draft[AMOUNT] * money
    traded = (volume > 0) & (amount > 0)
    price = np.divide(amount, volume, out=np.full(len(volume), np.nan), where=traded)
    inside = {lot: _inside(draft, price / lot) for lot in LOTS}
    best, second = sorted(LOTS, key=lambda lot: -int(inside[lot].sum()))[:2]
    explained = (inside[best] | inside[second]).sum() >= (1 - SCATTERED) * traded.sum()
    draft.table.refuse(
        inside[second] & explained,
        f"volume counts {second} shares by the turnover, and {best} on other rows",
        "Keep the rows of one unit.",
    )
    draft.table.refuse(
        inside[1000] & (money > 1) & (best == 1000),
        f"turnover is {money:g} times what volume and price make of it, in units of "
        f"{money:g} and lots of {unit}", "Say the units: fetch the file again.",
    )  # fmt: skip
    outside = traded & ~inside[best]
    proved = Adjusted.UNSAID
    if traded.any() and outside.sum() <= SCATTERED * traded.sum():
        proved = Adjusted.RAW
    if _steps(price / unit / draft["Close"], outside):
        proved = Adjusted.FULL
    return _counted(draft, inside, unit, proved), proved


def _counted(draft: Draft, inside: Mapping[int, Mask], unit: int, proved: Adjusted) -> Draft:
    """The draft with its volume in shares, by the turnover where that tells, and a word of it.

    Adjusted prices tell the unit on the rows that nothing was adjusted on: the vendor's unit if
    there are any, else one that holds on the last rows.
    """
    fitting = {lot: int(rows.sum()) for lot, rows in inside.items()}
    lot, why = unit, "by the vendor's account"
    if proved is Adjusted.RAW:
        lot, why = max(fitting, key=lambda lot: fitting[lot]), "told by the turnover"
    elif proved is Adjusted.FULL and fitting[unit]:
        why = "told by the turnover"
    elif proved is Adjusted.FULL:
        last = {lot: int(rows[-FEW:].sum()) for lot, rows in inside.items()}
        if max(last.values()) == FEW:
            lot, why = max(last, key=lambda lot: last[lot]), "told by the turnover"
    draft = draft.scaled(Volume=draft["Volume"] * lot)
    if lot == 1 and why.startswith("told"):
        return draft
    return draft.saying(f"volume in {f'lots of {lot}' if lot > 1 else 'shares'}, {why}")


def _steps(ratio: Floats, outside: Mask) -> bool:
    """Whether the adjustment changes within the file, with a stretch of rows that are adjusted.

    ratio: turnover over volume, in the vendor's units, over the close. One that is the same
    everywhere may be another unit of money, and one that jumps about is a coarse turnover: the
    ends must differ by more than the days do, and the stretch must lie on one side.
    """
    places = np.flatnonzero(outside)
    if len(places) < FEW:
        return False
    first, last = places[0], places[-1]
    from_start, to_end = first < FEW, last >= len(outside) - FEW
    stretch = slice(0 if from_start else first, None if to_end else last + 1)
    if not (from_start or to_end) or outside[stretch].mean() < MOSTLY:
        return False
    logs = np.log(ratio)
    sides = logs[outside] > 0
    stretched = logs[stretch][~np.isnan(logs[stretch])]
    noise = float(np.median(np.abs(np.diff(stretched))))
    if noise > COARSE or MIXED < sides.mean() < 1 - MIXED:
        return False
    count = min(20, max(FEW, len(logs) // 3))
    apart = abs(float(np.nanmedian(logs[:count]) - np.nanmedian(logs[-count:])))
    return apart > max(STEP, TIMES_NOISE * noise)


def off_turnover(draft: Draft, money: float) -> bool:
    """Whether closes are not what a share cost by the turnover, in this unit of money."""
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = np.abs(np.log(draft[AMOUNT] * money / draft["Volume"] / draft["Close"]))
    finite = logs[np.isfinite(logs)]
    return bool(len(finite) and np.median(finite) > OFF)


def _inside(draft: Draft, price: Floats) -> Mask:
    """Rows whose average price lies between low and high."""
    close = draft["Close"]
    low = np.fmin(draft["Low"], close) - CENT
    high = np.fmax(draft["High"], close) + CENT
    with np.errstate(invalid="ignore"):
        return np.asarray((price >= low) & (price <= high))


def by_turnover(draft: Draft, unit: int) -> Quotes:
    """Prices of which nothing but the turnover tells whether they are as traded or adjusted."""
    draft, proved = with_shares(draft, unit)
    stated = draft.told.adjusted
    if proved is Adjusted.FULL:
        return draft.quotes(proved, "adjusted for splits and dividends, by the turnover")
    if stated is not None:
        return draft.quotes(stated, draft.told.said)
    if proved is Adjusted.RAW:
        return unadjusted(draft, "as traded, by the turnover")
    return draft.quotes(
        Adjusted.UNSAID,
        readings=READINGS.format("adjust=''", "adjust='qfq' or 'hfq'"),
    )  # fmt: skip


def unadjusted(draft: Draft, *words: str) -> Quotes:
    """Prices as traded, with neither splits nor dividends beside them."""
    return draft.quotes(Adjusted.RAW, *(words or ("prices as traded",)))


def by_adjusted(draft: Draft, *words: str) -> Quotes:
    """Raw prices with an adjusted close; the volumes of before a split show whether they are raw.

    A step of the adjustment of SPLIT or more is a split. Where the median volume of the days
    before and after moves with it, volumes are raw and are multiplied by it.
    """
    close, adjusted = draft["Close"], draft["Adj Close"]
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = adjusted / close
        step = np.concatenate([[1.0], ratio[1:] / ratio[:-1]])
    split = np.where(np.abs(np.log(step)) > np.log(SPLIT), step, 1.0)
    places = np.flatnonzero(split != 1.0)
    raw = [_moves_with(draft["Volume"], int(place), float(split[place])) for place in places]
    if any(raw) and not all(raw):
        return draft.quotes(Adjusted.BY_COLUMNS, *words, "volumes as they stand")
    if any(raw):
        draft = draft.scaled(Volume=draft["Volume"] * _later(split))
        words = (*words, "raw volumes adjusted by the splits that it shows")
    return draft.quotes(Adjusted.BY_COLUMNS, *words)


def _moves_with(volume: Floats, place: int, ratio: float) -> bool:
    """Whether volumes step at a row nearer to a ratio than to none; below 2 nothing shows."""
    if abs(np.log(ratio)) < np.log(2.0) - 1e-3:
        return False
    before, after = volume[max(0, place - AROUND) : place], volume[place : place + AROUND]
    if not (before > 0).any() or not (after > 0).any():
        return False
    moved = np.log(np.median(after[after > 0]) / np.median(before[before > 0]))
    return bool(abs(moved - np.log(ratio)) < abs(moved))


def finer_than_cents(draft: Draft) -> bool:
    """Whether closes above 10 are no multiples of 0.01, as only adjusted ones are."""
    close = draft["Close"][draft["Close"] > 10]
    off = np.abs(close * 100 - np.round(close * 100)) > 1e-6 * close * 100
    return bool(off.sum() >= max(3, SCATTERED * len(off)))
