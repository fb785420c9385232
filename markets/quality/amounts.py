"""Dividends against what Adj Close was adjusted for: amounts, not presence, whatever the source.

Two formulas are in use: an ex-date multiplies what went before by `1 - d / close before` (Yahoo),
or the day's return is `(close + d) / close before` (CRSP). Either may stand behind an Adj Close,
and both columns are rounded, so each row implies a range of amounts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from markets.bars import Doubt
from markets.quality.findings import Floats, Mask
from markets.reference.calendars import Days
from newsfolio.venue import Unit

SEEN = 1e-4
"""Of the price: a dividend that must show in Adj Close."""
APART = 0.02
"""Of a dividend: what vendors round, or lose in another currency."""
SINGLE = 6e-8
"""Relative precision of the single floats that Yahoo sends."""
CENTS, DECIMALS = 2, 6
"""Decimals that every column has at least, and beyond which it counts as unrounded."""
SLIVER = 1e-3
"""Of the price: a smaller dividend is none that companies pay, but a hundredth of one."""
MOST = 0.2
"""Of the price: a larger dividend is no usual one."""
AROUND = 41
"""Rows that are rounded alike: files are joined from several."""


@dataclass(frozen=True, eq=False)
class Amounts:
    """Closes, adjusted closes and what was paid on the same rows; NaN is unknown.

    So are infinite prices, which `Bars` refuse by name.
    """

    days: Days
    close: Floats
    adjusted: Floats
    dividend: Floats
    split: Floats

    def __post_init__(self) -> None:
        for name in ("close", "adjusted"):
            prices = getattr(self, name)
            object.__setattr__(self, name, np.where(np.isinf(prices), np.nan, prices))

    def doubts(self) -> Iterator[Doubt]:
        """Where the adjusted closes and the dividends contradict each other."""
        low, high = self._between
        seen = SEEN * self.close
        if not ((low > seen) | (self.dividend > seen)).any():
            return  # whatever rounding leaves
        least = self._noise + seen
        paid, moved = self.dividend > least, low > least
        nothing, still = self.dividend <= 0, (high < least) & (low > -least)
        if (moved & nothing).any():
            yield self._doubt(moved & nothing, "Adj Close is adjusted on {} without a dividend")
        agreed = self.agree(self.dividend)
        whole = self.dividend >= self._before  # a liquidation, which no factor can take off
        unseen = paid & still & ~whole & ~agreed
        if unseen.any():
            yield self._doubt(unseen, "a dividend on {} is not in Adj Close")
        wrong = paid & ~still & ~agreed & ~np.isnan(low)
        if wrong.any():
            yield self._amount(wrong)

    def agree(self, dividend: Floats) -> Mask:
        """Rows on which Adj Close was adjusted for this amount, within what rounding leaves."""
        low, high = self._between
        slack = self._noise + APART * dividend + SEEN * self.close
        return np.asarray((dividend >= low - slack) & (dividend <= high + slack))

    def with_gains(self, gains: Floats) -> tuple[Floats, Mask]:
        """Dividends with the capital gains that they do not hold already, and where these count.

        A dividend holds them if it is large enough, and alone fits Adj Close.
        """
        gains = np.nan_to_num(gains)
        paid = np.nan_to_num(self.dividend)
        held = (paid >= gains) & self.agree(paid) & ~self.agree(paid + gains)
        counts = (gains > 0) & ~held
        return np.where(counts, paid + gains, self.dividend), counts

    def in_unit_of_prices(self, unit: Unit) -> tuple[Floats, Mask]:
        """Dividends in the unit of the prices, and which of them stood in its currency.

        Where prices are in pence, Yahoo has dividends in pence and in pounds. Each is the one that
        Adj Close was adjusted for; where that tells neither, what it tells of most others, or else
        the one that is no sliver of the price.
        """
        paid = np.nan_to_num(self.dividend)
        if unit.parts == 1 or not (paid > 0).any():
            return self.dividend, paid < 0
        small, large = self.agree(paid), self.agree(paid * unit.parts)
        in_currency, in_unit = (paid > 0) & large & ~small, (paid > 0) & small & ~large
        rest = (paid > 0) & ~in_currency & ~in_unit
        if rest.any():
            most = int(in_currency.sum()) - int(in_unit.sum())
            sliver = float(np.median((paid / self.close)[rest])) < SLIVER
            in_currency = in_currency | (rest & (most > 0 if most else sliver))
        return np.where(in_currency, paid * unit.parts, self.dividend), in_currency

    def slivers(self, unit: Unit) -> Iterator[Doubt]:
        """Dividends that Adj Close agrees with, and that would be usual ones in the currency."""
        if unit.parts == 1:
            return
        paid = (self.dividend > 0) & (self.dividend < SLIVER * self.close)
        usual = self.dividend * unit.parts < MOST * self.close
        if (paid & usual).any():
            sliver = f"a dividend on {{}} is a sliver of the price; perhaps in {unit.currency}, "
            yield self._doubt(paid & usual, f"{sliver}not in {unit.name}")

    @cached_property
    def _before(self) -> Floats:
        """The close before."""
        return np.append(np.nan, self.close[:-1])

    @cached_property
    def _step(self) -> Floats:
        """How Adj Close / Close grows from the row before."""
        ratio = self.adjusted / self.close
        return ratio / np.append(np.nan, ratio[:-1])

    @property
    def _implied(self) -> Floats:
        """The amounts by Yahoo's formula."""
        return self._before * (1 - 1 / self._step)

    @cached_property
    def _between(self) -> tuple[Floats, Floats]:
        """The amounts by one formula and the other, the lower and the higher."""
        other = self.close * (self._step - 1)
        return np.minimum(self._implied, other), np.maximum(self._implied, other)

    @cached_property
    def _noise(self) -> Floats:
        """What the rounding of two rows of both columns can make of nothing."""
        share = _resolution(self.close) / self.close + _resolution(self.adjusted) / self.adjusted
        two = share + np.append(0.0, share[:-1])
        return np.asarray(self.close * two)

    def _doubt(self, mask: Mask, sentence: str) -> Doubt:
        days = self.days[mask]
        rows = f"{len(days)} row{'s' * (len(days) > 1)} (first {days[0]})"
        return Doubt(sentence.format(rows), tuple(days.tolist()))

    def _amount(self, wrong: Mask) -> Doubt:
        at = int(np.argmax(wrong))
        meant, paid = max(float(self._implied[at]), 0.0), float(self.dividend[at])
        later = float(np.prod(self._splits[at + 1 :]))
        undivided = later != 1 and abs(paid / later - meant) < APART * meant + self._noise[at]
        more = int(wrong.sum()) - 1
        return Doubt(
            f"the dividend of {self.days[at]} is {paid:g}, Adj Close was adjusted for {meant:.4g}"
            + (f": it is not divided by the later split of {later:g}" if undivided else "")
            + (f" (and {more} more)" if more else ""),
            tuple(self.days[wrong].tolist()),
        )

    @property
    def _splits(self) -> Floats:
        return np.where(self.split > 0, self.split, 1.0)


def _resolution(values: Floats) -> Floats:
    """Half of the last decimal that the rows around each row are written with."""
    decimals = np.full(len(values), DECIMALS, dtype="int8")
    least, unknown = 1e-9 * np.abs(values), np.isnan(values)
    for places in range(DECIMALS - 1, CENTS - 1, -1):
        decimals[(np.abs(values - np.round(values, places)) <= least) | unknown] = places
    most = most_around(decimals).astype("float64")
    return np.where(most >= DECIMALS, SINGLE * np.abs(values), 0.5 * 10.0**-most)


def most_around(decimals: NDArray[np.int8]) -> NDArray[np.int8]:
    """The largest of the AROUND values around each: of two, of four, of eight, and so on."""
    most = np.pad(decimals, AROUND // 2)
    width = 1
    while 2 * width <= AROUND:
        most = np.maximum(most[:-width], most[width:])
        width *= 2
    rest = AROUND - width
    return np.maximum(most[: len(most) - rest], most[rest:])
