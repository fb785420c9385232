"""What trading in Hong Kong costs: duties, fees and price steps, dated, with their sources."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from math import inf

from markets.costs.levies import (
    Basis,
    Levy,
    TickTable,
    VenueSchedule,
    commission,
    history,
    of_value,
)
from newsfolio.assets import Kind
from newsfolio.dated import Dated, Row

_STAMP = (
    ("", 0.10, "Inland Revenue Department"),
    ("2021-08-01", 0.13, "Inland Revenue Department, budget 2021-22"),
    ("2023-11-17", 0.10, "Stamp Duty (Amendment) (Stock Transfers) Ordinance 2023"),
)
_WAIVED = ("2024-12-21", 0.0, "Stamp Duty (Amendment) Ordinance 2024: waived for REIT units")

_STAMP_ON_SHARES = replace(of_value("stamp duty", *_STAMP), step=1.0)
_STAMP_ON_TRUSTS = replace(of_value("stamp duty", *_STAMP, _WAIVED), step=1.0)

_STAMP_ON_FUNDS = replace(
    of_value(
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

_MARKET = (
    of_value(
        "SFC levy",
        ("", 0.005, "Securities and Futures (Reduction of Levy) Order 2006"),
        ("2006-12-01", 0.004, "Securities and Futures (Reduction of Levy) Order 2006"),
        ("2010-10-01", 0.003, "Securities and Futures (Levy) (Amendment) Order 2010"),
        ("2014-11-01", 0.0027, "Securities and Futures (Levy) (Amendment) Order 2014"),
    ),
    of_value("AFRC levy", ("", 0.0, "none before"), ("2022-01-01", 0.00015, _FEES)),
    of_value("trading fee", ("", 0.005, _FEES), ("2023-01-01", 0.00565, _NO_TARIFF)),
    Levy(
        "trading tariff",
        Basis.ORDER,
        history(1, ("", 0.50, _FEES), ("2023-01-01", 0.0, _NO_TARIFF)),
    ),
    replace(
        of_value("CCASS fee", ("", 0.002, "HKSCC"), (_NEW_CCASS, 0.0042, _SETTLEMENT)),
        minimum=history(1, ("", 2.0, "HKSCC"), (_NEW_CCASS, 0.0, _SETTLEMENT)),
        maximum=history(1, ("", 100.0, "HKSCC"), (_NEW_CCASS, inf, _SETTLEMENT)),
    ),
    commission(0.03, "judgement: the low end of 0.03 to 0.25 %, no minimum"),
)

_BOUNDS = (0.25, 0.5, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0)
_LOW, _HIGH = (0.001, 0.005, 0.01), (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)

_TICKS = Dated(
    (
        Row(None, TickTable(_BOUNDS, (*_LOW, 0.02, 0.05, *_HIGH)), "HKEX, in force 2006-07-24"),
        Row(
            date(2025, 8, 4),
            TickTable(_BOUNDS, (*_LOW, 0.01, 0.02, *_HIGH)),
            "HKEX reduction of minimum spreads, phase 1",
        ),
        Row(
            date(2026, 8, 3),
            TickTable(_BOUNDS, (0.001, 0.005, 0.005, 0.01, 0.02, *_HIGH)),
            "HKEX reduction of minimum spreads, phase 2; as reported by news of the day",
        ),
    )
)

SCHEDULE = VenueSchedule(
    {
        Kind.STOCK: (_STAMP_ON_SHARES, *_MARKET),
        Kind.ETF: (_STAMP_ON_FUNDS, *_MARKET),
        Kind.REIT: (_STAMP_ON_TRUSTS, *_MARKET),
    },
    ticks={Kind.STOCK: _TICKS, Kind.REIT: _TICKS},
    notes=(
        "Hong Kong funds pay stamp duty until 2015-02-12, though some were exempt from 2010.",
        "Half-spread: a judgement for each line; Hong Kong stocks pay at least half a tick of the "
        "exchange's table, dated. The ticks of funds are left out.",
    ),
)
