"""The venues, a file a market: each is found by being there, and holds its rows as `ROWS`."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib import import_module

from newsfolio.venue_rows import VenueRows

_FIRST = ("united_states", "hong_kong", "mainland")
"""Markets that the known lines are on, so that they are imported anyway."""


@lru_cache(maxsize=1)
def all_rows() -> tuple[VenueRows, ...]:
    """The rows of every market, by the names of their files."""
    import pkgutil

    return tuple(_rows(module.name) for module in pkgutil.iter_modules(__path__))


@lru_cache(maxsize=64)
def rows_of_suffix(suffix: str) -> VenueRows | None:
    """The market that Yahoo gives a suffix, "" for none; None where nobody knows it."""
    return _found(lambda rows: suffix in rows.suffixes)


@lru_cache(maxsize=64)
def rows_of(code: str) -> VenueRows | None:
    """The market of a venue, by the name of its calendar; None where nobody knows it."""
    return _found(lambda rows: code in rows.codes)


def _found(fits: Callable[[VenueRows], bool]) -> VenueRows | None:
    """The first market that fits; the others are imported where none of the usual ones does."""
    usual = (rows for rows in map(_rows, _FIRST) if fits(rows))
    return next(usual, None) or next(filter(fits, all_rows()), None)


def _rows(name: str) -> VenueRows:
    rows: VenueRows = import_module(f"{__name__}.{name}").ROWS
    return rows
