"""What an engine puts out: fills and cash events. Everything else follows from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


@dataclass(frozen=True)
class Fill:
    """One execution, at the open of `session` on the line's own venue.

    quantity: split-adjusted units, negative for a sale.
    price: in the line's currency, split-adjusted, half-spread and impact included.
    rate: base currency for one unit of the line's currency, the last fixing before the session.
    fee: base currency, all fees and commission.
    slippage: base currency, what half-spread and impact took; it is inside the price.
    """

    session: date
    asset: str
    quantity: float
    price: float
    currency: str
    rate: float
    fee: float
    slippage: float


class Why(StrEnum):
    """Why cash moved without a trade."""

    DIVIDEND = "dividend"
    WITHHOLDING = "withholding"
    ADR_FEE = "adr fee"
    INTEREST = "interest"
    CREDIT = "credit"
    CARRY = "borrow and holding fees"
    DELISTING = "delisting"


@dataclass(frozen=True)
class CashEvent:
    """Cash that moved without a trade, base currency; negative: paid."""

    session: date
    why: Why
    asset: str
    amount: float


@dataclass(frozen=True)
class Lapse:
    """An order, or a part of one, that was given up, and why."""

    session: date
    asset: str
    quantity: float
    reason: str
