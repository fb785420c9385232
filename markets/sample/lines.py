"""The lines of the simulated market: what moves them, about where they start, what they pay.

All numbers are round figures of our own; only the splits and their dates are history.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Line:
    """How a line is made.

    first, end_2024: price at its listing (or 2014-01-02) and at the end of 2024; 0: left free.
    vol: what is its own, a year; parents: the lines whose log moves it shares, and how much. For
        `^TNX` as a parent the number is the log move for a point of yield.
    turnover: millions of its currency a day; 0 for an index, a rate, a currency.
    payout: dividends in percent of the price a year; months: when; pays_from: the first year.
    of, scale, adr: the price is `scale` times the line `of`, for an ADR over the HKD rate.
    earns: the rate that a fund of bills pays out. bounds: what the path is held within.
    logarithmic: False for a rate, whose path is the rate itself.
    """

    first: float = 0.0
    end_2024: float = 0.0
    vol: float = 0.0
    parents: tuple[tuple[str, float], ...] = ()
    turnover: float = 0.0
    payout: float = 0.0
    months: tuple[int, ...] = ()
    pays_from: int = 2014
    of: str = ""
    scale: float = 1.0
    adr: bool = False
    earns: str = ""
    bounds: tuple[float, float] | None = None
    logarithmic: bool = True

    @property
    def swing(self) -> float:
        """A rough daily standard deviation, common moves included, for the width of a day."""
        common = sum(abs(beta) * (0.6 if name == "^TNX" else 0.15) for name, beta in self.parents)
        return math.sqrt((self.vol * self.vol + common * common) / 261)


@dataclass(frozen=True)
class Halt:
    """No bars of a line from `start` to `end`, both included."""

    ticker: str
    start: date
    end: date


HALT = Halt("0992.HK", date(2019, 5, 20), date(2019, 6, 28))

# Days that were wilder, or calmer, than usual, and by how much.
STORMS: tuple[tuple[str, str, float], ...] = (
    ("2015-06-12", "2015-09-30", 1.7),
    ("2016-01-04", "2016-02-12", 1.5),
    ("2017-01-03", "2018-01-26", 0.7),
    ("2018-10-01", "2019-01-04", 1.4),
    ("2020-02-20", "2020-05-01", 2.3),
    ("2022-01-03", "2022-11-30", 1.3),
    ("2025-02-24", "2025-05-09", 1.6),
)

SPLITS: dict[str, tuple[tuple[str, float], ...]] = {
    "AAPL": (("2020-08-31", 4.0),),
    "TSLA": (("2020-08-31", 5.0), ("2022-08-25", 3.0)),
    "NVDA": (("2021-07-20", 4.0), ("2024-06-10", 10.0)),
    "AMZN": (("2022-06-06", 20.0),),
    "GOOGL": (("2022-07-18", 20.0),),
}

_STOCK_MONTHS = (2, 5, 8, 11)
_FUND_MONTHS = (3, 6, 9, 12)
_EVERY_MONTH = tuple(range(1, 13))
_SUMMER = (6,)


def _market(first: float, vol: float, **parents: float) -> Line:
    """An index; a parent is named by its key in _NAMES."""
    return Line(first=first, vol=vol, parents=_named(parents))


def _us(
    first: float, end_2024: float, vol: float, turnover: float, payout: float = 0.0,
    *, pays_from: int = 2014, **parents: float,
) -> Line:  # fmt: skip
    """A US stock, which pays by the quarter."""
    months = _STOCK_MONTHS if payout else ()
    return Line(first, end_2024, vol, _named(parents), turnover, payout, months, pays_from)


def _fund(
    first: float, end_2024: float, vol: float, turnover: float, payout: float = 0.0,
    **parents: float,
) -> Line:  # fmt: skip
    """A US fund, which pays by the quarter."""
    months = _FUND_MONTHS if payout else ()
    return Line(first, end_2024, vol, _named(parents), turnover, payout, months)


def _asia(
    first: float, end_2024: float, vol: float, turnover: float, payout: float = 0.0,
    *, pays_from: int = 2014, **parents: float,
) -> Line:  # fmt: skip
    """A Hong Kong or mainland line, which pays once a year."""
    months = _SUMMER if payout else ()
    return Line(first, end_2024, vol, _named(parents), turnover, payout, months, pays_from)


def _adr(
    of: str, ratio: float, first: float, turnover: float, payout: float = 0.0,
    *, pays_from: int = 2014,
) -> Line:  # fmt: skip
    """`ratio` shares of a Hong Kong line in dollars."""
    months = _SUMMER if payout else ()
    return Line(first, turnover=turnover, payout=payout, months=months, pays_from=pays_from,
                of=of, scale=ratio, adr=True)  # fmt: skip


def _tracker(
    of: str, scale: float, turnover: float, payout: float, months: tuple[int, ...]
) -> Line:
    return Line(turnover=turnover, payout=payout, months=months, of=of, scale=scale)


def _named(parents: dict[str, float]) -> tuple[tuple[str, float], ...]:
    return tuple((_NAMES.get(key, key), beta) for key, beta in parents.items())


_NAMES = {
    "world": "^GSPC", "tech": "^NDX", "hk": "^HSI", "china_tech": "HSTECH.HK",
    "mainland": "000300.SS", "rates": "^TNX", "smic": "0981.HK", "byd": "1211.HK",
}  # fmt: skip

LINES: dict[str, Line] = {
    # Markets
    "^GSPC": _market(1832, 0.15),
    "^DJI": _market(16441, 0.04, world=0.93),
    "^NDX": _market(3563, 0.09, world=1.12, rates=-0.01),
    "^IXIC": _market(4143, 0.02, tech=0.97),
    "^HSI": _market(23340, 0.17, world=0.55),
    "HSTECH.HK": _market(2600, 0.19, hk=1.2, tech=0.1),
    "000300.SS": _market(2322, 0.17, hk=0.55),
    # Rates and currencies
    "^IRX": Line(0.07, vol=0.06, bounds=(0.01, 5.5), logarithmic=False),
    "^TNX": Line(3.0, vol=0.6, bounds=(0.4, 5.2), logarithmic=False),
    "HKD=X": Line(7.754, vol=0.003, bounds=(7.7505, 7.8495)),
    "CNY=X": Line(6.055, vol=0.012, bounds=(6.05, 7.35)),
    # United States
    "AAPL": _us(19.8, 250.4, 0.17, 9000, 0.7, tech=1.0),
    "MSFT": _us(37.2, 421.5, 0.14, 8000, 0.9, tech=1.0),
    "AMZN": _us(19.9, 219.4, 0.20, 8000, tech=1.05),
    "NVDA": _us(0.40, 134.3, 0.32, 25000, 0.04, tech=1.6),
    "GOOGL": _us(27.9, 189.3, 0.16, 5000, 0.4, pays_from=2024, tech=1.0),
    "TSLA": _us(10.0, 403.8, 0.46, 20000, tech=1.4),
    "META": _us(54.7, 585.5, 0.26, 7000, 0.3, pays_from=2024, tech=1.1),
    "AVGO": _us(5.3, 231.8, 0.26, 4000, 1.5, tech=1.25),
    "AMD": _us(3.95, 120.8, 0.42, 6000, tech=1.5),
    "ORCL": _us(37.8, 166.6, 0.20, 2000, 1.3, tech=0.8),
    "PLTR": _us(9.5, 75.6, 0.50, 4000, tech=1.5),
    "CRM": _us(55.2, 334.3, 0.22, 2000, 0.5, pays_from=2024, tech=1.0),
    "NOW": _us(56.0, 1060.0, 0.24, 1500, tech=1.1),
    "VST": _us(15.5, 137.9, 0.36, 900, 0.7, pays_from=2019, tech=0.9),
    "VRT": _us(9.8, 113.6, 0.40, 900, 0.1, pays_from=2021, tech=1.3),
    "TSM": _us(17.4, 197.5, 0.22, 2500, 1.8, tech=1.0, hk=0.15),
    # Chinese companies listed in the United States
    "BABA": _adr("9988.HK", 8, 93.9, 2000, 1.0, pays_from=2024),
    "JD": _adr("9618.HK", 2, 20.9, 450, 2.0, pays_from=2023),
    "BIDU": _adr("9888.HK", 8, 175.0, 350),
    "NTES": _adr("9999.HK", 5, 15.4, 150, 1.8),
    "PDD": _us(26.7, 97.0, 0.45, 1200, china_tech=1.0),
    "TCOM": _adr("9961.HK", 1, 24.5, 200),
    "BILI": _adr("9626.HK", 1, 11.2, 120),
    "NIO": _adr("9866.HK", 1, 6.6, 300),
    "LI": _adr("2015.HK", 2, 16.5, 250),
    "XPEV": _adr("9868.HK", 2, 21.2, 200),
    "GDS": _adr("9698.HK", 8, 10.0, 60),
    "KC": _adr("3896.HK", 15, 23.0, 30),
    "TME": _us(14.0, 11.35, 0.38, 80, china_tech=0.8),
    # US funds
    "SPY": _tracker("^GSPC", 0.09966, 30000, 1.6, _FUND_MONTHS),
    "QQQ": _tracker("^NDX", 0.02433, 15000, 0.65, _FUND_MONTHS),
    "QQQE": _fund(27.5, 90.2, 0.04, 20, 0.7, tech=0.95),
    "SMH": _fund(21.2, 242.2, 0.13, 1500, 0.6, tech=1.25),
    "SOXX": _fund(25.0, 215.5, 0.13, 700, 0.9, tech=1.25),
    "XLK": _fund(17.7, 116.3, 0.05, 1000, 0.8, tech=1.0),
    "IGV": _fund(16.0, 100.1, 0.10, 300, tech=1.05),
    "MAGS": Line(36.0, 54.5, 0.01, tuple((key, 0.143) for key in (
        "AAPL", "MSFT", "GOOGL", "AMZN", "NVDA", "META", "TSLA")), 60, 0.4, (12,)),
    "KWEB": _fund(30.2, 0.0, 0.05, 700, 1.0, china_tech=0.98),
    "FXI": _fund(38.0, 0.0, 0.04, 1200, 2.4, hk=1.0),
    "MCHI": _fund(48.0, 0.0, 0.03, 200, 2.0, hk=0.7, china_tech=0.25),
    "CQQQ": _fund(29.5, 38.5, 0.06, 30, 0.5, china_tech=0.7, mainland=0.3),
    "PGJ": _fund(29.5, 25.3, 0.06, 3, 1.2, china_tech=0.9),
    "ASHR": _fund(23.5, 25.9, 0.03, 80, 1.0, mainland=0.97),
    "ACWI": _fund(57.2, 117.5, 0.03, 300, 1.9, world=0.85, hk=0.08),
    "ACWX": _fund(46.3, 52.2, 0.06, 60, 2.8, world=0.65, hk=0.2),
    "VXUS": _fund(51.7, 58.9, 0.06, 250, 2.8, world=0.65, hk=0.2),
    "EEM": _fund(41.0, 41.8, 0.07, 1200, 2.2, world=0.45, hk=0.45),
    "IEMG": _fund(49.2, 52.2, 0.07, 500, 2.5, world=0.45, hk=0.42),
    "VWO": _fund(40.4, 44.0, 0.07, 400, 2.8, world=0.45, hk=0.45),
    "EFA": _fund(66.7, 75.6, 0.07, 1000, 2.9, world=0.75, hk=0.08),
    "EMXC": _fund(50.0, 55.4, 0.08, 60, 2.2, world=0.7, hk=0.12),
    "XCEM": _fund(20.0, 29.8, 0.08, 3, 2.2, world=0.7, hk=0.12),
    "EWY": _fund(63.0, 50.9, 0.14, 250, 1.8, world=0.75, hk=0.25),
    "INDA": _fund(24.7, 52.6, 0.14, 300, 0.3, world=0.55, hk=0.1),
    "BIL": Line(91.4, turnover=600, months=_EVERY_MONTH, earns="^IRX"),
    "SHY": _fund(84.4, 82.0, 0.006, 300, 1.8, rates=-0.015),
    "IEF": _fund(99.2, 92.5, 0.015, 700, 2.4, rates=-0.075),
    "TLT": _fund(101.8, 87.3, 0.04, 3000, 2.8, rates=-0.16),
    "AGG": _fund(106.4, 96.9, 0.01, 700, 2.7, rates=-0.055),
    "GLD": _fund(118.0, 242.1, 0.14, 1500, world=0.05),
    # Hong Kong
    "9988.HK": _asia(187.6, 82.4, 0.20, 6000, 1.0, pays_from=2024, china_tech=1.05),
    "0700.HK": _asia(98.0, 417.0, 0.14, 9000, 0.7, china_tech=0.95),
    "3690.HK": _asia(72.7, 151.7, 0.28, 4500, china_tech=1.1),
    "1810.HK": _asia(16.8, 34.5, 0.28, 4000, china_tech=1.0),
    "1211.HK": _asia(12.6, 88.9, 0.30, 2500, 0.8, china_tech=0.85),
    "9618.HK": _asia(235.0, 136.0, 0.20, 1800, 2.0, pays_from=2023, china_tech=1.05),
    "9999.HK": _asia(130.0, 138.3, 0.22, 900, 1.8, china_tech=0.75),
    "9888.HK": _asia(252.0, 82.7, 0.22, 900, china_tech=1.0),
    "0175.HK": _asia(3.8, 14.8, 0.36, 700, 1.5, china_tech=0.8),
    "0981.HK": _asia(6.2, 31.8, 0.32, 1800, china_tech=0.9),
    "1024.HK": _asia(300.0, 41.4, 0.30, 1500, china_tech=1.1),
    "9961.HK": _asia(280.0, 540.0, 0.26, 500, china_tech=0.8),
    "9626.HK": _asia(790.0, 141.0, 0.36, 400, china_tech=1.15),
    "9866.HK": _asia(158.0, 34.8, 0.42, 250, china_tech=1.0),
    "2015.HK": _asia(118.0, 94.0, 0.38, 900, china_tech=1.0),
    "9868.HK": _asia(165.0, 46.6, 0.42, 500, china_tech=1.1),
    "0992.HK": _asia(9.4, 10.1, 0.24, 700, 3.0, china_tech=0.75),
    "1347.HK": _asia(11.3, 21.7, 0.34, 500, 0.5, china_tech=0.9),
    "0268.HK": _asia(2.4, 8.5, 0.34, 400, china_tech=1.1),
    "3888.HK": _asia(22.5, 33.6, 0.30, 250, 0.4, china_tech=0.9),
    "0020.HK": _asia(4.1, 1.49, 0.45, 900, china_tech=1.0),
    "9698.HK": _asia(82.0, 23.4, 0.42, 60, china_tech=1.0),
    "3896.HK": _asia(2.2, 5.9, 0.48, 60, china_tech=1.1),
    "0763.HK": _asia(15.5, 24.4, 0.30, 600, 2.0, china_tech=0.7),
    "6618.HK": _asia(110.0, 28.1, 0.30, 350, china_tech=1.0),
    "2269.HK": _asia(10.9, 17.6, 0.34, 900, hk=1.1),
    "1801.HK": _asia(19.0, 36.6, 0.38, 500, hk=1.0),
    "1093.HK": _asia(2.6, 4.8, 0.26, 500, 2.5, hk=0.8),
    "6160.HK": _asia(103.0, 109.2, 0.36, 100, hk=0.8),
    "2800.HK": _tracker("^HSI", 0.00101, 8000, 2.9, _SUMMER),
    "3033.HK": _tracker("HSTECH.HK", 0.000982, 4000, 0.0, ()),
    "3069.HK": _asia(9.8, 5.1, 0.22, 120, hk=1.1),
    "3067.HK": _tracker("HSTECH.HK", 0.00216, 300, 0.0, ()),
    # Mainland
    "688256.SS": _asia(212.0, 658.0, 0.50, 4000, mainland=1.3),
    "688981.SS": _asia(82.9, 94.6, 0.20, 3000, mainland=0.3, smic=0.6),
    "300308.SZ": _asia(7.0, 88.0, 0.42, 3500, 0.4, mainland=1.2),
    "300502.SZ": _asia(6.0, 83.0, 0.42, 3000, 0.4, mainland=1.2),
    "002230.SZ": _asia(15.0, 48.3, 0.32, 1200, 0.3, mainland=1.1),
    "600588.SS": _asia(5.5, 10.7, 0.34, 500, mainland=1.1),
    "600519.SS": _asia(105.0, 1524.0, 0.18, 4500, 2.0, mainland=0.95),
    "002594.SZ": _asia(12.4, 94.2, 0.14, 4000, 0.8, mainland=0.35, byd=0.75),
    "512930.SS": _asia(0.95, 1.15, 0.12, 80, mainland=1.2),
}  # fmt: skip
