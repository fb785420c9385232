"""Sessions as exchange_calendars has them, or why it cannot be asked beside this pandas."""

from __future__ import annotations

import importlib
import importlib.util
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from newsfolio.errors import MissingData

if TYPE_CHECKING:
    import pandas as pd
    from exchange_calendars import ExchangeCalendar
    from pandas.tseries.offsets import CustomBusinessDay

Table = NDArray[np.int64]

EVERY_DAY = "1111111"


def edition() -> str:
    """The two libraries that a calendar depends on, with their versions."""
    return f"exchange_calendars {version('exchange_calendars')} beside pandas {version('pandas')}"


def sessions_and_closes(code: str, first: date, last: date) -> Table:
    """Sessions of a calendar, ascending: their days and closes, in days and seconds since 1970.

    Where the library begins later or ends earlier, so does the answer. MissingData names the venue
    and both libraries where it has no such calendar, or one that this pandas cannot compute.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pandas 4 deprecations inside the library
            return _table(_kind(code), first, last)
    except Exception as error:  # whatever the library raises: it is not ours
        why = " ".join(f"{type(error).__name__}: {error}".split())
        raise MissingData(
            f"no calendar of {code}: {edition()} cannot make one ({why[:120]}).\n"
            "Take a venue whose calendar can be made, or other versions of the two libraries."
        ) from error


def _table(kind: type[ExchangeCalendar], first: date, last: date) -> Table:
    import pandas as pd

    start, end = pd.Timestamp(first), pd.Timestamp(last)
    start, end = max(start, kind.bound_min() or start), min(end, kind.bound_max() or end)
    if hasattr(kind, "special_weekmasks"):
        days = property(lambda calendar: _open_days(calendar, start, end))
        kind = type(kind.__name__, (kind,), {"day": days})
    with _moving_as_written():
        calendar = kind(start=start, end=end)
    closes = calendar.closes
    numbers = closes.index.to_numpy().astype("datetime64[D]").astype("int64")
    instants = closes.dt.tz_convert(None).to_numpy().astype("datetime64[s]")
    return np.array([numbers, instants.astype("int64")])


def _kind(code: str) -> type[ExchangeCalendar]:
    """The class of a calendar; the library's look-up by name builds one that nobody needs."""
    import exchange_calendars

    module = f"exchange_calendars.exchange_calendar_{code.lower()}"
    if importlib.util.find_spec(module) is not None:
        kind = getattr(importlib.import_module(module), f"{code}ExchangeCalendar", None)
        if kind is not None:
            return kind  # type: ignore[no-any-return]
    return type(exchange_calendars.get_calendar(code))


def _open_days(
    calendar: ExchangeCalendar, start: pd.Timestamp, end: pd.Timestamp
) -> CustomBusinessDay:
    """Sessions from holidays and the week of each stretch, in pandas' own terms.

    The library has an offset of its own where weeks change over time, which pandas 3 passes over:
    Mumbai and Moscow lose their weekend sessions.
    """
    from pandas.tseries.offsets import CustomBusinessDay

    days = np.arange(np.datetime64(start.date()), np.datetime64(end.date()) + 1)
    shut = _holidays(calendar, start, end)
    opened = np.is_busday(days, weekmask=calendar.weekmask, holidays=shut)
    for since, until, weekmask in calendar.special_weekmasks:
        inside = np.ones(len(days), dtype=bool)
        if since is not None:
            inside &= days >= np.datetime64(since.date())
        if until is not None:
            inside &= days <= np.datetime64(until.date())
        opened[inside] = np.is_busday(days[inside], weekmask=weekmask, holidays=shut)
    return CustomBusinessDay(weekmask=EVERY_DAY, holidays=days[~opened].tolist())


def _holidays(
    calendar: ExchangeCalendar, start: pd.Timestamp, end: pd.Timestamp
) -> NDArray[np.datetime64]:
    import pandas as pd

    regular = calendar.regular_holidays
    days = pd.DatetimeIndex(calendar.adhoc_holidays).tz_localize(None)
    if regular is not None:
        days = days.union(pd.DatetimeIndex(regular.holidays(start, end)).tz_localize(None))
    return days.to_numpy().astype("datetime64[D]")


@contextmanager
def _moving_as_written() -> Iterator[None]:
    """Dates plus one of the library's own offsets are what its `_apply` says.

    pandas 3 adds an offset that derives from Easter as Easter itself: Purim would be a Sunday of
    March, and the Orthodox Easter the other one.
    """
    kinds = [kind for kind in _kinds_of(_base_offset()) if "_apply" in vars(kind)]
    for kind in kinds:
        kind.__add__ = kind.__radd__ = _moved
    try:
        yield
    finally:
        for kind in kinds:
            del kind.__add__, kind.__radd__


def _moved(offset: Any, other: Any) -> Any:
    import pandas as pd

    if isinstance(other, np.ndarray):
        return np.array([_moved(offset, day) for day in other], dtype=object)
    return pd.Timestamp(offset._apply(other))


def _base_offset() -> object:
    from pandas.tseries.offsets import BaseOffset

    return BaseOffset


def _kinds_of(base: Any) -> Iterator[Any]:
    """The classes of exchange_calendars among those that derive from one, without its weeks."""
    for kind in base.__subclasses__():
        if kind.__module__.startswith("exchange_calendars") and "Weekmask" not in kind.__name__:
            yield kind
        yield from _kinds_of(kind)
