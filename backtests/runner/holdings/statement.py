"""What a file of holdings says, whoever wrote it: positions and money, before lines are sought."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NotRequired, TypedDict

MOST = 1e15
"""Shares, or money, of one line; nobody holds more."""

BASE = ""
"""The currency of money that is in the base currency of the run."""

OPTION = "an option"
FUND = "a fund"
"""What brokers keep beside shares, in the words of the list of what was left out."""


@dataclass(frozen=True)
class Position:
    """One row of a file; `line` is 0 where it has no lines, as XML.

    quantity: raw shares, shorts negative; None where the file has none.
    symbols: as the broker writes it, the present one first. suffixes: Yahoo's for the venues it
    may trade on; None: any. value: in `currency`, "" unknown. apart: what it is, where it can be
    no line of a strategy; kind: what else than a share it is, where it may be one all the same.
    """

    line: int
    symbols: tuple[str, ...]
    quantity: float | None
    currency: str = BASE
    suffixes: frozenset[str] | None = None
    value: float | None = None
    name: str = ""
    apart: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Statement:
    """A file as it was read: money by currency, the day it speaks of, and what to know of it.

    form: whose it is; "" for our own.
    """

    form: str
    positions: tuple[Position, ...]
    cash: Mapping[str, float] = field(default_factory=dict)
    day: date | None = None
    notes: tuple[str, ...] = ()


class OutsideJson(TypedDict):
    """An `Outside` as `--json` prints it."""

    asset: str
    shares: float | None
    why: str
    value: NotRequired[float]
    currency: NotRequired[str]


@dataclass(frozen=True)
class Outside:
    """Something held that the strategy has no say in; in raw shares, and no part of the money.

    value: what the file says it is worth, in `currency`; None where it does not say.
    """

    asset: str
    shares: float | None
    why: str = "not a line of the strategy"
    value: float | None = None
    currency: str = ""

    def as_json(self) -> OutsideJson:
        """With its value where that is known."""
        held: OutsideJson = {"asset": self.asset, "shares": self.shares, "why": self.why}
        if self.value is not None:
            held |= {"value": self.value, "currency": self.currency}
        return held

    def as_text(self) -> str:
        size = "" if self.shares is None else f"{self.shares:,.10g} "
        worth = "" if self.value is None else f", worth {self.value:,.2f} {self.currency}".rstrip()
        return f"{size}{self.asset}{worth}: sell or keep ({self.why})"


@dataclass(frozen=True)
class HeldLines:
    """Raw shares by ticker, money by currency, and what is neither."""

    shares: Mapping[str, float]
    cash: Mapping[str, float]
    outside: tuple[Outside, ...] = ()
    day: date | None = None
    notes: tuple[str, ...] = ()
