"""What trading and holding cost on a day: dated levies by venue and kind of instrument.

Every rate is a row with its source. "Recalled" marks one that no document at hand confirms. The
dates of the US fee of section 31 also agree with its law: 60 days after an appropriation.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cache
from math import ceil, fsum, inf
from typing import Protocol

from newsfolio.assets import Asset, Kind
from newsfolio.dated import Dated, Row, always
from newsfolio.errors import CommandError

DUST = 1e-9  # far below a cent, far above the noise of a float


class CostModel(Protocol):
    """What an order and a holding cost. Money is in the line's currency, rates are fractions."""

    def fee(self, asset: Asset, day: date, shares: float, value: float) -> float:
        """All fees and commission of one order.

        `shares` as they traded (raw), negative for a sale; `value` is what changed hands, always
        positive. An order for no shares costs nothing.
        """
        ...

    def half_spread(self, asset: Asset, day: date, price: float) -> float:
        """What crossing to the other side of the quote costs; `price` as it traded (raw)."""
        ...

    def holding_rate(self, asset: Asset, day: date) -> float:
        """What a long position pays a year, as a fraction of its market value."""
        ...

    def notes(self) -> tuple[str, ...]:
        """The assumptions in words, one sentence or two each."""
        ...


class Basis(StrEnum):
    """What the rate of a levy multiplies."""

    VALUE = "value"
    SHARES = "shares"
    ORDER = "order"


@dataclass(frozen=True)
class Charge:
    """A levy on one day: `rate` times the basis, kept within bounds, rounded up to `step`."""

    basis: Basis
    rate: float
    minimum: float
    maximum: float
    step: float

    def of(self, shares: float, value: float) -> float:
        """Money for one order; both arguments positive."""
        basis = self.basis
        base = value if basis is Basis.VALUE else shares if basis is Basis.SHARES else 1.0
        amount = min(max(self.rate * base, self.minimum), self.maximum)
        return self.step * ceil(amount / self.step - DUST) if self.step else amount


@dataclass(frozen=True)
class Levy:
    """One line of a contract note. `step` 1.0 rounds up to whole units of currency.

    `broker` marks commission: what a broker asks, not what the law or a market does.
    """

    name: str
    basis: Basis
    rate: Dated[float]
    sales_only: bool = False
    minimum: Dated[float] = always(0.0)
    maximum: Dated[float] = always(inf)
    step: float = 0.0
    broker: bool = False

    def at(self, day: date) -> Charge:
        return Charge(
            self.basis, self.rate.at(day), self.minimum.at(day), self.maximum.at(day), self.step
        )

    def starts(self) -> set[date]:
        """The days on which anything about it changes."""
        facts = (self.rate, self.minimum, self.maximum)
        return {row.start or date.min for fact in facts for row in fact.rows}


@dataclass(frozen=True)
class TickTable:
    """Price steps by band; a band holds its upper bound, and the last step has none."""

    bounds: tuple[float, ...]
    ticks: tuple[float, ...]

    def at(self, price: float) -> float:
        return self.ticks[bisect_left(self.bounds, price - DUST)]


def _history(per: float, *rows: tuple[str, float, str]) -> Dated[float]:
    """Figures as they are quoted: first day ("": always), figure for `per` of the basis, source."""
    return Dated(
        tuple(
            Row(date.fromisoformat(start) if start else None, figure / per, source)
            for start, figure, source in rows
        )
    )


_PERCENT = 100.0
_MILLION = 1e6


def _of_value(name: str, *rows: tuple[str, float, str], sales_only: bool = False) -> Levy:
    """A levy in percent of the value that changes hands."""
    return Levy(name, Basis.VALUE, _history(_PERCENT, *rows), sales_only)


# --- United States ---------------------------------------------------------------------------

_ADVISORY = "SEC fee rate advisory"
_NOTICE = "FINRA information notice on section 31"
_RECALLED = "recalled; the day agrees with the law's 60 days"
_SECTION_31 = Levy(
    "SEC section 31 fee",
    Basis.VALUE,
    _history(
        _MILLION,
        ("", 25.70, f"{_ADVISORY} of 2009-12-17 names it as the rate until 2010-01-14"),
        ("2010-01-15", 12.70, f"{_ADVISORY} of 2009-12-17"),
        ("2010-04-01", 16.90, f"{_ADVISORY} of 2010-12-22 for the rate; the day is recalled"),
        ("2011-01-21", 19.20, f"{_ADVISORY} 5 for fiscal year 2011"),
        ("2012-02-21", 18.00, f"{_ADVISORY} 5 for fiscal year 2012"),
        ("2012-04-01", 22.40, f"{_ADVISORY} 2 for fiscal year 2013 for the rate; day recalled"),
        ("2013-05-25", 17.40, f"{_NOTICE} 2014-03-03 for the rate; day by the law's 60 days"),
        ("2014-03-18", 22.10, f"{_NOTICE} 2014-03-03"),
        ("2015-02-14", 18.40, _RECALLED),
        ("2016-02-16", 21.80, f"{_NOTICE} 2016-03-15"),
        ("2017-07-04", 23.10, f"{_NOTICE} 2018-05-07 names it as the current rate"),
        ("2018-05-22", 13.00, f"{_NOTICE} 2018-05-07"),
        ("2019-04-16", 20.70, f"{_ADVISORY} 2 for fiscal year 2019"),
        ("2020-02-18", 22.10, f"{_NOTICE} 2020-02-03"),
        ("2021-02-25", 5.10, f"{_NOTICE} 2021-02-16"),
        ("2022-05-14", 22.90, _RECALLED),
        ("2023-02-27", 8.00, _RECALLED),
        ("2024-05-22", 27.80, f"{_NOTICE} 2025-04-24 for the rate"),
        ("2025-05-14", 0.00, f"{_NOTICE} 2025-04-24"),
        ("2026-04-04", 20.60, "SEC order of 2026-02-27; the rate from public fee tables"),
    ),
    sales_only=True,
)
_FINRA_2020 = "FINRA fee increase schedule, rule filing SR-FINRA-2020-032"
_FINRA_2024 = "FINRA rule filing SR-FINRA-2024-019"
_PER_SHARE_AND_CAP = (
    ("", 0.000119, 5.95, f"{_FINRA_2020}; in force since 2012-07, lower before"),
    ("2022-01-01", 0.000130, 6.49, _FINRA_2020),
    ("2023-01-01", 0.000145, 7.27, _FINRA_2020),
    ("2024-01-01", 0.000166, 8.30, _FINRA_2020),
    ("2026-01-01", 0.000195, 9.79, _FINRA_2024),
    ("2027-01-01", 0.000232, 11.61, _FINRA_2024),
)
_TRADING_ACTIVITY = Levy(
    "FINRA trading activity fee",
    Basis.SHARES,
    _history(1, *((start, rate, source) for start, rate, _, source in _PER_SHARE_AND_CAP)),
    sales_only=True,
    maximum=_history(1, *((start, cap, source) for start, _, cap, source in _PER_SHARE_AND_CAP)),
)
_FREE = "retail brokers dropped commissions in October 2019"
_US_COMMISSION = Levy(
    "commission",
    Basis.SHARES,
    _history(1, ("", 0.005, "judgement: a per-share plan"), ("2019-10-01", 0.0, _FREE)),
    minimum=_history(1, ("", 1.0, "judgement: a per-share plan"), ("2019-10-01", 0.0, _FREE)),
    broker=True,
)
_US = (_SECTION_31, _TRADING_ACTIVITY, _US_COMMISSION)

# --- Hong Kong -------------------------------------------------------------------------------

_COMMISSION_3BP = replace(
    _of_value("commission", ("", 0.03, "judgement: the low end of 0.03 to 0.25 %, no minimum")),
    broker=True,
)
_HK_STAMP = replace(
    _of_value(
        "stamp duty",
        ("", 0.10, "Inland Revenue Department"),
        ("2021-08-01", 0.13, "Inland Revenue Department, budget 2021-22"),
        ("2023-11-17", 0.10, "Stamp Duty (Amendment) (Stock Transfers) Ordinance 2023"),
    ),
    step=1.0,
)
_HK_STAMP_ON_FUNDS = replace(
    _of_value(
        "stamp duty",
        ("", 0.10, "as for shares; funds with few Hong Kong stocks had relief from 2010"),
        ("2015-02-13", 0.0, "Stamp Duty (Amendment) Ordinance 2015: waived for all ETFs"),
    ),
    step=1.0,
)
_FEES = "HKEX transaction fees"
_NO_TARIFF = "HKEX news release 2022-11-01"
_NEW_CCASS = "2025-06-30"
_SETTLEMENT = "HKSCC; papers of the day say 30 June 2025, one page says 1 June"
_HK_MARKET = (
    _of_value(
        "SFC levy",
        ("", 0.005, "Securities and Futures (Reduction of Levy) Order 2006"),
        ("2006-12-01", 0.004, "Securities and Futures (Reduction of Levy) Order 2006"),
        ("2010-10-01", 0.003, "Securities and Futures (Levy) (Amendment) Order 2010"),
        ("2014-11-01", 0.0027, "Securities and Futures (Levy) (Amendment) Order 2014"),
    ),
    _of_value("AFRC levy", ("", 0.0, "none before"), ("2022-01-01", 0.00015, _FEES)),
    _of_value("trading fee", ("", 0.005, _FEES), ("2023-01-01", 0.00565, _NO_TARIFF)),
    Levy(
        "trading tariff",
        Basis.ORDER,
        _history(1, ("", 0.50, _FEES), ("2023-01-01", 0.0, _NO_TARIFF)),
    ),
    replace(
        _of_value("CCASS fee", ("", 0.002, "HKSCC"), (_NEW_CCASS, 0.0042, _SETTLEMENT)),
        minimum=_history(1, ("", 2.0, "HKSCC"), (_NEW_CCASS, 0.0, _SETTLEMENT)),
        maximum=_history(1, ("", 100.0, "HKSCC"), (_NEW_CCASS, inf, _SETTLEMENT)),
    ),
    _COMMISSION_3BP,
)

_BOUNDS = (0.25, 0.5, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0)
_LOW, _HIGH = (0.001, 0.005, 0.01), (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
# HKEX planned a step of 0.005 from 0.50 to 10 for mid-2026, if the first cut worked. That it
# came is not confirmed, so it has no row.
_HK_TICKS = Dated(
    (
        Row(None, TickTable(_BOUNDS, (*_LOW, 0.02, 0.05, *_HIGH)), "HKEX, in force 2006-07-24"),
        Row(
            date(2025, 8, 4),
            TickTable(_BOUNDS, (*_LOW, 0.01, 0.02, *_HIGH)),
            "HKEX reduction of minimum spreads, phase 1",
        ),
    )
)

# --- Mainland through Stock Connect ----------------------------------------------------------

_CONNECT = "Stock Connect fee tables of Hong Kong brokers"
_2015 = "questions and answers of SSE, SZSE and CSDC, 2015-07-03"
_HKSCC_TRANSFER = _of_value("HKSCC transfer fee", ("", 0.002, _CONNECT))
_MAINLAND_STOCKS = (
    _of_value(
        "handling fee",
        ("", 0.00696, _2015),
        ("2015-08-01", 0.00487, _2015),
        ("2023-08-28", 0.00341, _CONNECT),
    ),
    _of_value("CSRC management fee", ("", 0.002, _CONNECT)),
    _of_value(
        "ChinaClear transfer fee",
        ("", 0.002, f"{_CONNECT}; by par value in Shanghai before 2015-08-01"),
        ("2022-04-29", 0.001, f"{_CONNECT} for the rate; the day is recalled"),
    ),
    _HKSCC_TRANSFER,
    _of_value(
        "stamp duty",
        ("", 0.10, "State Taxation Administration"),
        ("2023-08-28", 0.05, "Ministry of Finance and State Taxation Administration"),
        sales_only=True,
    ),
    _COMMISSION_3BP,
)
_MAINLAND_FUNDS = (
    _of_value("handling fee", ("", 0.004, _CONNECT)),
    _HKSCC_TRANSFER,
    _COMMISSION_3BP,
)
_PORTFOLIO_FEE = _history(_PERCENT, ("", 0.008, f"HKSCC, its first tier; {_CONNECT}"))

# ---------------------------------------------------------------------------------------------

SCHEDULES: Mapping[tuple[str, Kind], tuple[Levy, ...]] = {
    ("XNYS", Kind.STOCK): _US,
    ("XNYS", Kind.ETF): _US,
    ("XHKG", Kind.STOCK): (_HK_STAMP, *_HK_MARKET),
    ("XHKG", Kind.ETF): (_HK_STAMP_ON_FUNDS, *_HK_MARKET),
    ("XSHG", Kind.STOCK): _MAINLAND_STOCKS,
    ("XSHG", Kind.ETF): _MAINLAND_FUNDS,
}
TICKS: Mapping[tuple[str, Kind], Dated[TickTable]] = {("XHKG", Kind.STOCK): _HK_TICKS}
HOLDING: Mapping[str, Dated[float]] = {"XSHG": _PORTFOLIO_FEE}

_NOTES = (
    (
        "Fees: dated schedules of the United States, Hong Kong and Stock Connect, known as of "
        "2026-11; the last known rates are extrapolated after that, and the first ones before they "
        "begin (FINRA fee before 2012-07, SEC fee before 2009, ChinaClear fee before 2015-08)."
    ),
    "Hong Kong funds pay stamp duty until 2015-02-12, though some were exempt from 2010.",
    (
        "Half-spread: a judgement for each line; Hong Kong stocks pay at least half a tick of the "
        "exchange's table, dated. A cut planned for mid-2026 and the ticks of funds are left out."
    ),
    "Mainland longs pay the portfolio fee of 0.008 % a year, its first tier.",
)
_COMMISSION = (
    "Commission: United States $0.005 a share and at least $1 an order until 2019-09-30, none "
    "since; Hong Kong and mainland 0.03 % of value without a minimum. All of it is a judgement."
)

_Charges = Dated[tuple[Charge, ...]]


def _charges(levies: tuple[Levy, ...]) -> _Charges:
    """What the levies take together, with a row for each day on which one of them changes."""
    starts = sorted(set().union(*(levy.starts() for levy in levies)) | {date.min})
    return Dated(tuple(Row(day, tuple(levy.at(day) for levy in levies)) for day in starts))


@cache
def _schedules(commission: bool) -> Mapping[tuple[str, Kind, bool], _Charges]:
    """By venue, kind and whether it is a sale: worked out once, as orders come by the 1000."""
    return {
        (*key, sale): _charges(
            tuple(
                levy
                for levy in levies
                if (sale or not levy.sales_only) and (commission or not levy.broker)
            )
        )
        for key, levies in SCHEDULES.items()
        for sale in (False, True)
    }


def _check_known(asset: Asset) -> None:
    if (asset.venue.code, asset.kind) not in SCHEDULES:
        raise CommandError(
            f"{asset.ticker}: no trading costs are known for venue {asset.venue.code}, kind "
            f"{asset.kind}; run with --costs none"
        )


@dataclass(frozen=True)
class VenueCosts:
    """The fees of each venue as they were on the day; `commission=False`: without the broker's.

    Every method raises CommandError for a venue and kind that has no schedule.
    """

    commission: bool = True

    def fee(self, asset: Asset, day: date, shares: float, value: float) -> float:
        if shares == 0:
            return 0.0
        _check_known(asset)
        charges = self.charges(asset.venue.code, asset.kind, shares < 0).at(day)
        return fsum(charge.of(abs(shares), value) for charge in charges)

    def half_spread(self, asset: Asset, day: date, price: float) -> float:
        _check_known(asset)
        own = asset.half_spread.at(day)
        table = TICKS.get((asset.venue.code, asset.kind))
        return max(table.at(day).at(price) / 2 / price, own) if table else own

    def holding_rate(self, asset: Asset, day: date) -> float:
        _check_known(asset)
        rate = HOLDING.get(asset.venue.code)
        return rate.at(day) if rate else 0.0

    def notes(self) -> tuple[str, ...]:
        return (*_NOTES, _COMMISSION if self.commission else "Commission: none is charged.")

    def charges(self, venue: str, kind: Kind, sale: bool) -> Dated[tuple[Charge, ...]]:
        """What a sale or a purchase is charged; KeyError where nobody knows."""
        return _schedules(self.commission)[venue, kind, sale]


@dataclass(frozen=True)
class NoCosts:
    """Trading and holding are free: what a thesis would have made before costs."""

    def fee(self, asset: Asset, day: date, shares: float, value: float) -> float:
        return 0.0

    def half_spread(self, asset: Asset, day: date, price: float) -> float:
        return 0.0

    def holding_rate(self, asset: Asset, day: date) -> float:
        return 0.0

    def notes(self) -> tuple[str, ...]:
        return ("Costs: none. No fees, commission, half-spread or holding fees are charged.",)
