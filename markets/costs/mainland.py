"""Fees and duties of Stock Connect to the mainland, dated, with their sources."""

from __future__ import annotations

from markets.costs.hong_kong import (
    COMMISSION_3BP,
)
from markets.costs.levies import (
    PERCENT,
    history,
    of_value,
)

_CONNECT = "Stock Connect fee tables of Hong Kong brokers"

_2015 = "questions and answers of SSE, SZSE and CSDC, 2015-07-03"

_HKSCC_TRANSFER = of_value("HKSCC transfer fee", ("", 0.002, _CONNECT))

MAINLAND_STOCKS = (
    of_value(
        "handling fee",
        ("", 0.00696, _2015),
        ("2015-08-01", 0.00487, _2015),
        ("2023-08-28", 0.00341, _CONNECT),
    ),
    of_value("CSRC management fee", ("", 0.002, _CONNECT)),
    of_value(
        "ChinaClear transfer fee",
        ("", 0.002, f"{_CONNECT}; by par value in Shanghai before 2015-08-01"),
        ("2022-04-29", 0.001, f"{_CONNECT} for the rate; the day is recalled"),
    ),
    _HKSCC_TRANSFER,
    of_value(
        "stamp duty",
        ("", 0.10, "State Taxation Administration"),
        ("2023-08-28", 0.05, "Ministry of Finance and State Taxation Administration"),
        sales_only=True,
    ),
    COMMISSION_3BP,
)

MAINLAND_FUNDS = (
    of_value("handling fee", ("", 0.004, _CONNECT)),
    _HKSCC_TRANSFER,
    COMMISSION_3BP,
)

PORTFOLIO_FEE = history(PERCENT, ("", 0.008, f"HKSCC, its first tier; {_CONNECT}"))
