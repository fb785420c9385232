"""What idle cash of a base currency earns: a line, a percentage, or the central bank's rate."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from markets.bars import Bars
from markets.reference.fixings_file import Days, Rates
from markets.reference.policy_rates import POLICY_RATES
from markets.reference.series import known_before
from newsfolio.errors import MissingData
from newsfolio.listings import asset_of

CASH_RATES = {"USD": "^IRX"}
"""The line that tells what cash of a currency earns, in percent a year."""

DISCOUNTED = {"^IRX": 91}
"""Of which these are discounts from the face of a bill of so many days, not yields."""


def fixed_rate(asked: str | None) -> float | None:
    """A cash rate that is a percentage, as a fraction; None for one that is a line."""
    return float(asked[:-1]) / 100 if asked is not None and asked.endswith("%") else None


def cash_line(base: str, asked: str | None) -> str:
    """The line that tells what idle cash earns, "" where none does.

    asked: what somebody wants instead of the rate of the currency.
    """
    if asked is None:
        return CASH_RATES.get(base, "")
    return "" if fixed_rate(asked) is not None else asked


def idle_rate(
    bars: Mapping[str, Bars], base: str, asked: str | None, sessions: Days
) -> tuple[Rates, str]:
    """A year's interest as known before each session, 0 if unknown, and what to say about it."""
    ticker, rate = cash_line(base, asked), fixed_rate(asked)
    if rate is not None:
        return np.full(len(sessions), rate), f"idle {base} cash earns {asked}, as asked"
    if ticker and ticker in bars:
        rates = known_before(bars[ticker], asset_of(ticker), sessions) / 100
        rates = np.nan_to_num(rates / (1 - rates * DISCOUNTED.get(ticker, 0) / 360))
        return rates, f"idle {base} cash earns {ticker}, the last close before each session"
    if asked is not None:
        raise MissingData(
            f"no data for the cash rate {asked} in this source: give a percentage such as "
            f"2.5%, or in a folder {ticker}.csv with percent a year as Close"
        )
    policy = POLICY_RATES.get(base)
    if policy is None:
        return np.zeros(len(sessions)), (
            f"idle {base} cash earns nothing: no cash rate for it in this source"
        )
    rates = policy.before(sessions)
    note = f"idle {base} cash earns {policy.name}, as in force the day before"
    if sessions[0] <= np.datetime64(policy.first):
        note += f"; nothing before {policy.first}"
    return rates, f"{note} (rows checked up to {policy.checked})"
