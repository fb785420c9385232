"""What Stock Connect to the mainland costs: duties and fees, dated, with their sources."""

from __future__ import annotations

from markets.costs.levies import PERCENT, VenueSchedule, commission, history, of_value
from newsfolio.assets import Kind

_CONNECT = "Stock Connect fee tables of Hong Kong brokers"
_2015 = "questions and answers of SSE, SZSE and CSDC, 2015-07-03"

_COMMISSION = commission(0.03, "judgement: the low end of 0.03 to 0.25 %, no minimum")
_HKSCC_TRANSFER = of_value("HKSCC transfer fee", ("", 0.002, _CONNECT))

_STOCKS = (
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
    _COMMISSION,
)

_FUNDS = (
    of_value("handling fee", ("", 0.004, _CONNECT)),
    _HKSCC_TRANSFER,
    _COMMISSION,
)

_PORTFOLIO_FEE = history(PERCENT, ("", 0.008, f"HKSCC, its first tier; {_CONNECT}"))

SCHEDULE = VenueSchedule(
    {Kind.STOCK: _STOCKS, Kind.ETF: _FUNDS, Kind.REIT: _FUNDS},
    holding=_PORTFOLIO_FEE,
    notes=(
        "Mainland longs pay the portfolio fee of 0.008 % a year, its first tier, by days / 365. "
        "B shares are charged what A shares cost through Stock Connect.",
    ),
)
