"""Sessions of 2024 to 2026 against calendars that others keep: QuantLib, pandas_market_calendars.

Most of the latter mirror exchange_calendars; those here are its own. Where they differ from ours,
the days stand here with the reason; each was looked at.
"""

from __future__ import annotations

import warnings
from datetime import date

import numpy as np
import pytest
import QuantLib as ql  # noqa: N813
from numpy.typing import NDArray

from markets.reference.calendars import is_open

DAYS = np.arange(np.datetime64("2024-01-01"), np.datetime64("2027-01-01"))
YEARS = (2024, 2025, 2026)


def dates(*days: str) -> tuple[str, ...]:
    """These days of every year."""
    return tuple(f"{year}-{day}" for year in YEARS for day in days)


QUANTLIB: dict[str, tuple[ql.Calendar, tuple[str, ...]]] = {
    "XNYS": (ql.UnitedStates(ql.UnitedStates.NYSE), ()),
    "XTSE": (ql.Canada(ql.Canada.TSX), ()),
    "XMEX": (ql.Mexico(ql.Mexico.BMV), ()),
    "BVMF": (ql.Brazil(ql.Brazil.Exchange), ()),
    "XLON": (ql.UnitedKingdom(ql.UnitedKingdom.Exchange), ()),
    # Euronext: a holiday of Dublin's own in May, and 26 December 2026 made up for
    "XDUB": (ql.TARGET(), ("2024-05-06", "2025-05-05", "2026-05-04", "2026-12-28")),
    # half days on both eves, which QuantLib has as holidays
    "XPAR": (ql.France(ql.France.Exchange), dates("12-24", "12-31")),
    "XAMS": (ql.TARGET(), ()),
    "XBRU": (ql.TARGET(), ()),
    "XLIS": (ql.TARGET(), ()),
    "XMAD": (ql.TARGET(), ()),
    # no session on New Year's Eve
    "XETR": (ql.Germany(ql.Germany.Xetra), dates("12-31")),
    "XFRA": (ql.Germany(ql.Germany.FrankfurtStockExchange), dates("12-31")),
    "XHEL": (ql.Finland(), dates("12-31")),
    "XOSL": (ql.Norway(), dates("12-31")),
    # nor on either eve
    "XSWX": (ql.Switzerland(), dates("12-24", "12-31")),
    "XMIL": (ql.Italy(ql.Italy.Exchange), ()),
    "XSTO": (ql.Sweden(), ()),
    "XCSE": (ql.Denmark(), ()),
    # Good Friday is none of the state, and a holiday of the exchange
    "XWAR": (ql.Poland(ql.Poland.WSE), ("2024-03-29", "2025-04-18", "2026-04-03")),
    # the week after Ramadan is one of public service, not of the exchange; an eve is a half day
    "XIST": (ql.Turkey(), ("2025-04-02", "2026-05-26")),
    "XJSE": (ql.SouthAfrica(), ()),
    "XSHG": (ql.China(ql.China.SSE), ()),
    "XHKG": (ql.HongKong(), ("2024-09-06",)),  # typhoon Yagi
    # Lunar New Year, typhoons, and the holidays of the law of 2025, of which QuantLib has few
    "XTAI": (
        ql.Taiwan(),
        ("2024-02-06", "2024-02-07", "2024-07-24", "2024-07-25", "2024-10-02", "2024-10-03",
         "2025-09-29", "2025-10-24", "2025-12-25", "2026-09-28", "2026-10-26", "2026-12-25"),
    ),
    # elections, and Constitution Day
    "XKRX": (ql.SouthKorea(ql.SouthKorea.KRX), ("2025-06-03", "2026-06-03", "2026-07-17")),
    "XTKS": (ql.Japan(), ()),
    # Aidilfitri of 2026 was on the Saturday, as the moon had it
    "XKLS": (ql.Malaysia(), ("2026-03-20",)),
    # announced: trading ends with 4 April and goes on on the 14th
    "XSAU": (ql.SaudiArabia(), ("2024-04-04", "2024-04-14")),
    "XSES": (ql.Singapore(), ("2026-03-20",)),  # the feast was on the Saturday
    "XIDX": (ql.Indonesia(), ("2025-08-18",)),  # made a holiday in that month
    # substitutes that the exchange named
    "XBKK": (
        ql.Thailand(),
        ("2024-01-02", "2025-06-02", "2025-08-11", "2026-01-02", "2026-03-03", "2026-06-01",
         "2026-07-29"),
    ),
    "XASX": (ql.Australia(ql.Australia.ASX), ()),
    # a holiday of the city, not of the exchange
    "XNZE": (ql.NewZealand(), ("2024-01-22", "2025-01-20", "2026-01-19")),
}  # fmt: skip

OWN: dict[str, tuple[str, tuple[str, ...]]] = {
    "XNYS": ("NYSE", ()),
    "XTSE": ("TSX", ()),
    "BVMF": ("BMF", ()),
    "XLON": ("LSE", ()),
    # special sessions, which it leaves out
    "XBOM": (
        "BSE",
        (
            "2024-01-20",
            "2024-03-02",
            "2024-05-18",
            "2024-11-01",
            "2025-02-01",
            "2025-10-21",
            "2026-02-01",
        ),
    ),
    "XASX": ("ASX", ()),
    "XHKG": ("HKEX", ("2024-09-06",)),
    "XTKS": ("JPX", ()),
    "XOSL": ("OSE", ()),
    "XSWX": ("SIX", ()),
    "XSHG": ("SSE", ()),
    "XTAE": ("TASE", ("2024-03-25",)),  # Purim was on Sunday the 24th alone
}


def differing(code: str, theirs: NDArray[np.bool_]) -> list[str]:
    return [str(day) for day in DAYS[is_open(code, DAYS) != theirs]]


@pytest.mark.parametrize("code", QUANTLIB)
def test_sessions_are_those_of_quantlib(code: str) -> None:
    calendar, expected = QUANTLIB[code]
    days: list[date] = DAYS.astype(object).tolist()
    theirs = [calendar.isBusinessDay(ql.Date(day.day, day.month, day.year)) for day in days]
    assert differing(code, np.array(theirs)) == sorted(expected)


@pytest.mark.parametrize("code", OWN)
def test_sessions_are_those_of_pandas_market_calendars(code: str) -> None:
    name, expected = OWN[code]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pandas_market_calendars

        valid = pandas_market_calendars.get_calendar(name).valid_days(DAYS[0], DAYS[-1])
    theirs = np.isin(DAYS, valid.tz_localize(None).to_numpy().astype("datetime64[D]"))
    assert differing(code, theirs) == sorted(expected)


PUBLISHED = {
    # the exchange's list of the year, of which Saturdays and Sundays are left out here
    ("XKLS", 2015): "1-1 2-2 2-3 2-19 2-20 5-1 5-4 7-17 8-31 9-16 9-24 10-14 11-10 12-24 12-25",
    ("XKLS", 2016): "1-1 1-25 2-1 2-8 2-9 5-2 6-22 7-6 7-7 8-31 9-12 9-16 10-3 12-12 12-26",
    # its announcements: Founding Day, Eid al-Fitr, Eid al-Adha, National Day; of Eid al-Adha of
    # 2024 and Founding Day of 2025, which was a Saturday, QuantLib's days
    ("XSAU", 2024): "2-22 4-7 4-8 4-9 4-10 4-11 6-16 6-17 6-18 6-19 6-20 9-23",
    ("XSAU", 2025): "2-23 3-27 3-30 3-31 4-1 4-2 6-5 6-8 6-9 6-10 9-23",
}


@pytest.mark.parametrize(("code", "year"), PUBLISHED)
def test_a_year_is_the_one_that_the_exchange_published(code: str, year: int) -> None:
    days = np.arange(np.datetime64(f"{year}-01-01"), np.datetime64(f"{year + 1}-01-01"))
    week = np.is_busday(days, weekmask="1111001" if code == "XSAU" else "1111100")
    shut: list[date] = days[week & ~is_open(code, days)].astype(object).tolist()
    assert " ".join(f"{day.month}-{day.day}" for day in shut) == PUBLISHED[code, year]
    assert not (is_open(code, days) & ~week).any()


def test_tel_aviv_moves_its_week_on_2026_01_05() -> None:
    """Sunday to Thursday before, Monday to Friday since; Riyadh stays with Sunday to Thursday."""
    days = np.arange(np.datetime64("2025-12-25"), np.datetime64("2026-01-17"))
    weekdays = (days.astype("int64") + 3) % 7
    before = days < np.datetime64("2026-01-05")
    assert set(weekdays[is_open("XTAE", days) & before].tolist()) == {0, 1, 2, 3, 6}
    assert set(weekdays[is_open("XTAE", days) & ~before].tolist()) == {0, 1, 2, 3, 4}
    assert set(weekdays[is_open("XSAU", days)].tolist()) == {0, 1, 2, 3, 6}
