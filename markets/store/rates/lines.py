"""The lines that tell exchange rates, read where prices go on after the packaged fixings."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from datetime import date

import numpy as np

from markets.bars import Bars
from markets.reference.currencies import pair_serves
from markets.reference.fixings_file import FIXING, last_packaged, pair_names, pair_of
from markets.reference.pegs import PER_DOLLAR
from markets.snapshot import Snapshot, Source
from newsfolio.errors import DataError
from newsfolio.listings import asset_of

_PLACES = range(len(pair_names("USD")))
"""Of the names of a pair."""


def with_rates(
    source: Source, read: Snapshot, currencies: Iterable[str], end: date | None = None
) -> Snapshot:
    """What was read, with newer fixings and the pairs after them, where the prices need any.

    end: the last day that is wanted. A line that cannot be had costs a warning, not the run.
    """
    last = _last(read, end)
    outlasted = _outlasted({*currencies}, last) if read.bars else ()
    if not outlasted:
        return read
    dollars = dict.fromkeys((*outlasted, "USD"))
    fixings = _read(source, [f"{currency}{FIXING}" for currency in dollars if currency != "EUR"])
    behind = [
        currency for currency in outlasted if currency != "USD" and _behind(currency, fixings, last)
    ]
    fixings |= _pairs(source, behind, {**fixings, **read.bars})
    return Snapshot({**fixings, **read.bars}, read.facts)


def with_pairs(source: Source, read: Snapshot, currencies: Iterable[str]) -> Snapshot:
    """What was read, with the source's own pairs of all currencies but the dollar."""
    wanted = sorted({*currencies} - {"USD"})
    pairs: dict[str, Bars] = {}
    for place in _PLACES:
        names = [pair_names(currency)[place] for currency in wanted
                 if pair_of(currency, {**pairs, **read.bars}) is None]  # fmt: skip
        pairs |= source.load([asset_of(name) for name in names]).bars if names else {}
    return Snapshot({**pairs, **read.bars}, read.facts)


def pairs_of(currencies: Iterable[str]) -> tuple[str, ...]:
    """The pairs that a source is asked for before all others, of what is neither pegged nor USD."""
    return tuple(
        pair_names(currency)[0] for currency in sorted({*currencies} - {"USD", *PER_DOLLAR})
    )


def _last(read: Snapshot, end: date | None) -> np.datetime64:
    last = max((line.last for line in read.values()), default=date.min)
    return np.datetime64(last if end is None else min(last, end))


def _outlasted(currencies: set[str], last: np.datetime64) -> tuple[str, ...]:
    """The currencies whose packaged fixings end before the prices do, or that never had any."""
    if len(currencies) < 2 or not currencies - {"USD", *PER_DOLLAR}:
        return ()
    names = sorted(currencies - PER_DOLLAR.keys())
    ends = {currency: last_packaged(currency) for currency in names}
    return tuple(currency for currency, end in ends.items() if end is None or end < last)


def _behind(currency: str, fixings: dict[str, Bars], last: np.datetime64) -> bool:
    newer = fixings.get(f"{'USD' if currency == 'EUR' else currency}{FIXING}")
    return newer is None or bool(np.datetime64(newer.last) < last)


def _pairs(source: Source, currencies: list[str], there: dict[str, Bars]) -> dict[str, Bars]:
    """Each currency's pair by its usual name, or by another where that one does not serve."""
    pairs: dict[str, Bars] = {}
    for place in _PLACES:
        lines = {**there, **pairs}
        missing = [currency for currency in currencies if not pair_serves(currency, lines)]
        pairs |= _read(source, [pair_names(currency)[place] for currency in missing])
    return pairs


def _read(source: Source, names: list[str]) -> dict[str, Bars]:
    """Lines that a run can do without; one that cannot be read is warned of."""
    assets = [asset_of(name) for name in names]
    try:
        return dict(source.load(assets).bars) if assets else {}
    except DataError:
        lines: dict[str, Bars] = {}
        for asset in assets:
            try:
                lines |= source.load([asset]).bars
            except DataError as error:
                warnings.warn(f"exchange rates, {error}", stacklevel=4)
        return lines
