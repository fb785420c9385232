"""What the simulated market is pulled through: dated levels and moves, with where they come from.

`level` is a close; `move` a change in percent since the row above it (or since the row of the day
`since`), as a price, or as a total return with `total=True`. Sources such
as "003-16" name a claim of an article (article 003, claim 16); "table" a published calendar-year
or index figure; "about" is a round number of our own that keeps a path plausible.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Anchor:
    """A close that the path of a line is pulled to.

    Either `level` is given, or `percent` since the close of `since` (None: the row before).
    """

    day: date
    level: float | None
    percent: float
    since: date | None
    total: bool
    source: str


def level(day: str, value: float, source: str = "about") -> Anchor:
    """A close: index points, a price in the line's currency, percent, or units a dollar."""
    return Anchor(date.fromisoformat(day), value, 0.0, None, False, source)


def move(day: str, percent: float, source: str, *, since: str = "", total: bool = False) -> Anchor:
    """A change in percent up to the close of `day`."""
    start = date.fromisoformat(since) if since else None
    return Anchor(date.fromisoformat(day), None, percent, start, total, source)


_YEAR_ENDS = (
    "2015-12-31", "2016-12-30", "2017-12-29", "2018-12-31", "2019-12-31", "2020-12-31",
    "2021-12-31", "2022-12-30", "2023-12-29", "2024-12-31", "2025-12-31",
)  # fmt: skip


# On New Year's Eve of 2018 Shanghai was closed and the others were not.
_MAINLAND_YEAR_ENDS = tuple(day.replace("2018-12-31", "2018-12-28") for day in _YEAR_ENDS)


def _years(
    base: float, *percents: float, total: bool = False, ends: tuple[str, ...] = _YEAR_ENDS
) -> tuple[Anchor, ...]:
    """The last close of 2014, then calendar-year returns from 2015 on."""
    rows = (
        move(day, percent, "table", total=total)
        for day, percent in zip(ends, percents, strict=False)
    )
    return (level("2014-12-31", base), *rows)


def _levels(*values: float) -> tuple[Anchor, ...]:
    """Index closes at the ends of 2014 and the years after."""
    days = ("2014-12-31", *_YEAR_ENDS)
    return tuple(level(day, value, "table") for day, value in zip(days, values, strict=False))


_NEW_YEAR = "2024-12-31"
_FEBRUARY = "2025-02-28"


def _jan_feb(percent: float, source: str = "list of the Seven and the Ten") -> Anchor:
    """The move over the first two months of 2025."""
    return move(_FEBRUARY, percent, source, since=_NEW_YEAR)


def _in_2025(percent: float, source: str = "about") -> Anchor:
    return move("2025-12-31", percent, source, since=_NEW_YEAR)


ANCHORS: dict[str, tuple[Anchor, ...]] = {
    # Markets
    "^GSPC": (
        *_levels(2059, 2044, 2239, 2674, 2507, 3231, 3756, 4766, 3840, 4770, 5881.63),
        level("2020-02-19", 3386),
        level("2020-03-23", 2237),
        level("2025-01-17", 5997),
        level("2025-02-19", 6144.15, "003-46: the record"),
        move("2025-02-20", -0.43, "003-17"),
        move("2025-03-13", -10.1, "003-43", since="2025-02-19"),
        move("2025-04-08", -18.9, "003-43", since="2025-02-19"),
        level("2025-06-27", 6173),
        level("2025-12-31", 6845),
    ),
    "^DJI": (
        level("2024-12-31", 42544),
        level("2025-02-19", 44628),
        move("2025-02-20", -1.01, "003-17"),
    ),
    "^IXIC": (
        level("2014-12-31", 4736),
        level("2023-12-29", 15011, "000-01: +28.6 in 2024"),
        level("2024-12-31", 19310.79, "000-03"),
        level("2025-02-19", 20056),
        move("2025-02-20", -0.47, "003-17"),
        level("2025-09-19", 22631.48, "000-03: +17 in the year so far"),
        level("2025-12-31", 23240),
    ),
    "QQQ": (
        *_years(103.0, 9.4, 7.1, 32.7, -0.1, 39.0, 48.6, 27.4, -32.6, 54.9, 25.6, 20.8, total=True),
        move("2026-07-01", 18.2, "table", total=True),
    ),
    "^HSI": (
        *_years(23605, -7.2, 0.4, 36.0, -13.6, 9.1, -3.4, -14.1),
        level("2022-03-15", 18415),
        move("2022-03-16", 9.1, "about"),
        level("2022-09-30", 17223),
        move("2022-10-31", -14.72, "table"),
        move("2022-11-30", 26.62, "table"),
        move("2022-12-30", -15.5, "table", since="2021-12-31"),
        move("2023-12-29", -13.8, "table"),
        level("2024-08-30", 17989),
        move("2024-09-30", 17.48, "table"),
        level("2024-12-31", 20060),
        level("2025-01-28", 20225),
        level("2025-02-20", 22577, "003-16: the close before"),
        level("2025-02-21", 23477.92, "003-16: +3.99 on the day"),
        move("2025-02-28", 13.43, "table", since="2025-01-28"),
        level("2025-04-03", 22850),
        move("2025-04-07", -13.2, "about"),
        level("2025-09-19", 26545),
        level("2025-12-31", 25630, "003-21"),
        level("2026-06-26", 22644, "003-25"),
    ),
    "HSTECH.HK": (
        *_levels(3000, 3150, 3000, 4650, 3460, 4710, 8430),
        level("2021-02-17", 10945, "000-17: the old peak"),
        level("2021-05-13", 7500),
        level("2021-12-31", 5670),
        level("2022-03-15", 3475),
        move("2022-03-16", 20.0, "000: the rebound of March 2022"),
        move("2022-12-30", -27.0, "000-13", since="2021-12-31"),
        move("2023-12-29", -9.0, "000-13"),
        level("2024-08-30", 3560),
        level("2024-12-31", 4468.11, "000-02"),
        level("2025-01-13", 4220),
        level("2025-02-20", 5500.1, "003-16: the close before"),
        level("2025-02-21", 5859.30, "003-16: +6.53 on the day"),
        level("2025-04-03", 5315),
        move("2025-04-07", -17.2, "003-23"),
        level("2025-09-19", 6294.42, "000-02: +40.9 in the year so far"),
        level("2025-10-02", 6680),
        level("2025-12-31", 5515.98, "000-16"),
        level("2026-05-12", 5070),
        move("2026-05-26", -24.3, "002-01", since="2025-10-02"),
        level("2026-06-26", 4259, "000-16"),
    ),
    "000300.SS": (
        *_years(3534, 5.6, -11.3, 21.8, -25.3, 36.1, 27.2, -5.2, -21.6, -11.4,
                ends=_MAINLAND_YEAR_ENDS),
        level("2015-06-08", 5354),
        level("2024-12-31", 3935),
        level("2025-02-20", 3928, "003-32"),
        level("2025-12-31", 4629.94, "003-22"),
        level("2026-01-06", 4790.69, "003-30"),
    ),
    # Rates and currencies
    "^IRX": (
        level("2014-12-31", 0.04),
        level("2015-10-15", 0.05),
        level("2015-12-31", 0.15),
        level("2016-12-30", 0.48),
        level("2017-12-29", 1.36),
        level("2018-12-31", 2.35),
        level("2019-05-31", 2.4),
        level("2019-12-31", 1.5),
        level("2020-02-20", 1.5),
        level("2020-03-25", 0.05),
        level("2021-12-31", 0.05),
        level("2022-06-30", 1.6),
        level("2022-12-30", 4.3),
        level("2023-07-31", 5.3),
        level("2024-07-31", 5.3),
        level("2024-12-31", 4.2),
        level("2025-10-31", 4.2),
        level("2026-01-30", 3.7),
        level("2026-10-30", 3.7),
    ),
    "^TNX": (
        *_levels(2.2, 2.3, 2.4, 2.4, 2.7, 1.9, 0.9, 1.5, 3.9, 3.9, 4.6, 4.2),
        level("2020-08-04", 0.55),
        level("2023-10-19", 4.9),
        level("2024-09-16", 3.65),
        level("2026-05-12", 4.5, "002-07"),
    ),
    "HKD=X": (
        level("2014-12-31", 7.756),
        level("2016-01-20", 7.82),
        level("2016-12-30", 7.755),
        level("2018-04-12", 7.848),
        level("2019-12-31", 7.79),
        level("2020-04-21", 7.752),
        level("2021-06-30", 7.764),
        level("2022-05-12", 7.848),
        level("2023-09-01", 7.8447, "reference rate"),
        level("2024-12-31", 7.766),
        level("2025-01-28", 7.7909, "reference rate"),
        level("2025-05-05", 7.752),
        level("2025-06-26", 7.849),
        level("2025-12-31", 7.785),
    ),
    "CNY=X": (
        level("2014-12-31", 6.2),
        level("2015-08-10", 6.21),
        level("2015-08-13", 6.40),
        level("2016-12-30", 6.94),
        level("2018-03-29", 6.28),
        level("2019-09-03", 7.17),
        level("2020-05-27", 7.16),
        level("2020-12-31", 6.53),
        level("2022-03-01", 6.32),
        level("2022-10-31", 7.30),
        level("2023-01-13", 6.72),
        level("2023-09-08", 7.30),
        level("2024-09-27", 7.02),
        level("2024-12-31", 7.29),
        level("2025-04-08", 7.34),
        level("2025-12-31", 7.00),
        level("2026-10-30", 6.90),
    ),
    # Funds
    "KWEB": _years(32.6, 17.8, -8.4, 69.4, -33.5, 29.3, 59.7, -49.3, -16.9, -9.0, 12.0, 19.0),
    "FXI": (
        *_years(41.6, -13.0, 1.0, 36.3, -13.3, 14.9, 8.9, -20.1, -20.7, -12.4, 29.0, 30.0,
                total=True),
        move("2026-07-02", -16.6, "table", total=True),
    ),
    "MCHI": (
        *_years(50.2, -6.2, 1.6, 44.7, -19.4, 23.9, 27.8, -21.7, -22.8, -11.3, 17.7, total=True),
        level("2025-01-13", 44.6),
        level("2025-02-14", 54.0),
        level("2025-10-03", 66.5, "003-29: +16 from 2025-02-14 touched"),
        move("2025-12-31", 31.0, "table", since=_NEW_YEAR, total=True),
    ),
    # The Seven
    "AAPL": (
        move("2025-01-17", -8.14, "003-08: +6.9 from here to 02-20", since=_NEW_YEAR),
        move("2025-01-24", -10.97, "about", since=_NEW_YEAR),
        move("2025-02-20", 10.3, "003-08"),
        _jan_feb(-3.43),
        _in_2025(9.0),
    ),
    "MSFT": (_jan_feb(-5.81), _in_2025(15.0)),
    "AMZN": (_jan_feb(-3.24), _in_2025(5.0)),
    "NVDA": (
        move("2025-01-24", 6.2, "about", since=_NEW_YEAR),
        move("2025-01-27", -17.0, "003-26"),
        _jan_feb(-6.98),
        _in_2025(39.0),
    ),
    "GOOGL": (_jan_feb(-10.05), _in_2025(65.0)),
    "META": (_jan_feb(14.0), _in_2025(13.0)),
    "TSLA": (_jan_feb(-27.45), _in_2025(11.0), level("2026-10-30", 430)),
    "PDD": (_in_2025(17.0),),
    "GLD": (_in_2025(64.0),),
    # The Ten and their American lines
    "9988.HK": (
        level("2020-10-27", 307),
        level("2022-10-24", 60),
        move("2025-02-20", 46.0, "about", since=_NEW_YEAR),
        move("2025-02-21", 14.56, "003-16"),
        _jan_feb(50.0),
        move("2025-09-19", 96.0, "000-07", since=_NEW_YEAR),
        level("2026-06-26", 89.5, "003-51"),
    ),
    "BABA": (
        level("2025-02-19", 125.8),
        move("2025-02-20", 8.1, "003-14"),
    ),
    "0700.HK": (
        level("2018-12-31", 314),
        move("2019-12-31", 19.9, "table"),
        move("2020-12-31", 50.6, "table"),
        move("2021-12-31", -18.8, "table"),
        move("2022-12-30", -26.3, "table"),
        move("2023-12-29", -10.9, "table"),
        _jan_feb(15.0),
        move("2025-09-19", 54.0, "000-08: +55 with the dividend", since=_NEW_YEAR),
    ),
    "3690.HK": (_jan_feb(7.0), _in_2025(-31.9, "table")),
    "1810.HK": (_jan_feb(50.0),),
    "1211.HK": (_jan_feb(40.0),),
    "9618.HK": (_jan_feb(18.0),),
    "9999.HK": (_jan_feb(11.0),),
    "9888.HK": (
        _jan_feb(1.0),
        move("2025-09-19", 59.0, "000-09", since=_NEW_YEAR),
    ),
    "0175.HK": (_jan_feb(18.0),),
    "0981.HK": (_jan_feb(68.0), _in_2025(124.7, "table")),
    "2015.HK": (_in_2025(-31.0, "table"),),
    "GDS": (
        level("2025-02-19", 43.0),
        move("2025-02-20", 12.8, "003-15"),
    ),
    "PGJ": (
        level("2025-02-19", 28.9),
        move("2025-02-20", 1.6, "003-13"),
    ),
}  # fmt: skip
