"""What idle cash of a base currency earns: a line, a percentage, or the central bank's rate."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from markets.bars import Bars, Priced
from markets.reference.fixings_file import Days, Rates
from markets.reference.own_rates import LEAST, MOST, are_rows, own_rate
from markets.reference.policy_rates import POLICY_RATES, PolicyRate
from markets.reference.series import known_before
from newsfolio.errors import CommandError, MissingData
from newsfolio.formatting import percent
from newsfolio.listings import asset_of

CASH_RATES = {"USD": "^IRX"}
"""The line that tells what cash of a currency earns, in percent a year."""

DISCOUNTED = {"^IRX": 91}
"""Of which these are discounts from the face of a bill of so many days, not yields."""


def cash_line(base: str, asked: str | None) -> str:
    """The line that tells what idle cash earns, "" where none does.

    asked: what somebody wants instead of the rate of the currency: percent, rows of it, or a line.
    """
    if asked is None:
        return CASH_RATES.get(base, "")
    return "" if asked.endswith("%") else asked


def idle_rate(
    bars: Mapping[str, Bars], base: str, asked: str | None, sessions: Days
) -> tuple[Rates, str]:
    """A year's interest as known before each session, 0 if unknown, and what to say about it."""
    if asked is not None and asked.endswith("%"):
        return _asked(base, asked, sessions)
    ticker = cash_line(base, asked)
    if ticker and ticker in bars:
        if asked is not None:
            _require_percent(bars[ticker])
        rates = known_before(bars[ticker], asset_of(ticker), sessions) / 100
        rates = np.nan_to_num(rates / (1 - rates * DISCOUNTED.get(ticker, 0) / 360))
        return rates, f"idle {base} cash earns {ticker}, the last close before each session"
    if asked is not None:
        raise MissingData(
            f"no data for the cash rate {asked} in this source: give a percentage such as "
            f"2.5%, a file of day,percent, or in a folder {ticker}.csv with percent a year as Close"
        )
    policy = POLICY_RATES.get(base)
    if policy is None:
        return np.zeros(len(sessions)), (
            f"idle {base} cash earns nothing: no cash rate for it in this source"
        )
    rates, note = _by_rows(base, policy, sessions)
    return rates, f"{note} (rows checked up to {policy.checked})"


def _asked(base: str, asked: str, sessions: Days) -> tuple[Rates, str]:
    """A percentage, or rows of percentages."""
    if not are_rows(asked):
        rate = float(asked[:-1]) / 100
        return np.full(len(sessions), rate), f"idle {base} cash earns {percent(rate)}, as asked"
    given = own_rate(asked)
    rates, note = _by_rows(base, given, sessions)
    return rates, f"{note}; the last of {len(given.rows)} rows is of {given.rows[-1].start}"


def _by_rows(base: str, policy: PolicyRate, sessions: Days) -> tuple[Rates, str]:
    note = f"idle {base} cash earns {policy.name}, as in force the day before"
    if sessions[0] <= np.datetime64(policy.first):
        note += f"; nothing before {policy.first}"
    return policy.before(sessions), note


def _require_percent(line: Bars) -> None:
    """CommandError for a line that is a price, or has what is no percent a year."""
    closes, volume = (line.frame[name].to_numpy() for name in ("close", "volume"))
    traded = line.priced is not Priced.LEVEL and bool((volume > 0).any())
    beyond = (closes < LEAST) | (closes > MOST)
    if not traded and not beyond.any():
        return
    at = int(beyond.argmax()) if beyond.any() else 0
    raise CommandError(
        f"--cash-rate {line.ticker}: {closes[at]:g} on {line.days[at]} is no percent a year"
        f"{', it is traded' if traded else ''}; name a line of rates such as ^IRX, or give 2.5%"
    )
