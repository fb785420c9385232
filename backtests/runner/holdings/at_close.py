"""Holdings at the last close of a market: units by column, money in base currency, and the rest."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from backtests.runner.holdings.reading import held_lines
from backtests.runner.holdings.statement import BASE, HeldLines, Outside, Statement
from markets.market import Market
from markets.reference.currencies import FxSource, value_rates
from newsfolio.errors import BrokenData, CommandError, NewsfolioError


@dataclass(frozen=True)
class Held:
    """Where orders start: units by column of the market, money, and what is neither."""

    paths: tuple[Path, ...]
    units: Mapping[int, float]
    cash: float
    outside: tuple[Outside, ...] = ()
    notes: tuple[str, ...] = ()

    def equity(self, market: Market) -> float:
        """Base currency at the last close; CommandError where nothing can be bought with it."""
        worth = (size * float(market.value_rate[-1, at]) for at, size in self.units.items())
        equity = math.fsum([self.cash, *worth])
        if equity <= 0:
            files = ", ".join(map(str, self.paths))
            raise CommandError(
                f"{files}: the portfolio is worth {equity:,.2f}; nothing can be bought"
                f"{_left_out(self.outside)}"
            )
        return equity


def _left_out(outside: tuple[Outside, ...]) -> str:
    if not outside:
        return ""
    names = ", ".join(line.asset for line in outside[:3])
    more = f" and {len(outside) - 3} more" if len(outside) > 3 else ""
    return f". {names}{more}: {outside[0].why}"


def held_at_close(statements: Mapping[Path, Statement], market: Market, fx: FxSource) -> Held:
    """What all files say together, in the lines of a market and valued at its last close."""
    holdings = [_held(path, statement, market, fx) for path, statement in statements.items()]
    units: dict[int, float] = {}
    for held in holdings:
        for column, size in held.units.items():
            units[column] = units.get(column, 0.0) + size
    return Held(
        tuple(statements),
        units,
        math.fsum(held.cash for held in holdings),
        tuple(line for held in holdings for line in held.outside),
        tuple(note for held in holdings for note in held.notes),
    )


def _held(path: Path, statement: Statement, market: Market, fx: FxSource) -> Held:
    lines = [asset for asset in market.by_ticker.values() if asset.tradable]
    holdings = held_lines(path, statement, lines)
    units: dict[int, float] = {}
    outside = list(holdings.outside)
    for ticker, shares in holdings.shares.items():
        column = market.place.get(ticker)
        if column is None:
            outside.append(Outside(ticker, shares, "a line of the strategy without prices here"))
        elif not math.isfinite(market.value_rate[-1, column]):
            outside.append(Outside(ticker, shares, "no price yet"))
        else:
            units[column] = shares * float(market.later[_row(market, statement.day), column])
    notes = (*holdings.notes, *_aged(path, holdings, market, list(units)))
    return Held((path,), units, _money(path, holdings.cash, market, fx), tuple(outside), notes)


def _row(market: Market, day: date | None) -> int:
    """The session whose splits a file's shares count: that of its day, at most the last."""
    if day is None:
        return -1
    place = int(np.searchsorted(market.sessions, np.datetime64(day), side="right")) - 1
    return max(place, 0)


def _aged(path: Path, holdings: HeldLines, market: Market, columns: list[int]) -> Iterator[str]:
    """What a file of another day than the close leaves open."""
    day, asof = holdings.day, market.day(-1)
    if day is None or day == asof:
        return
    if day > asof:
        yield f"{path.name} is of {day}, after the close of {asof}: its shares count at that close"
        return
    yield f"{path.name} is of {day}, the close of {asof}: what was traded between is not in it"
    row = _row(market, day)
    for column in columns:
        ratio = float(market.later[row, column] / market.later[-1, column])
        if ratio != 1:
            yield f"{market.tickers[column]} was split {ratio:g} for 1 since {day}: counted anew"


def _money(path: Path, cash: Mapping[str, float], market: Market, fx: FxSource) -> float:
    """Base currency, by the rates that value the last close; BrokenData names an unknown one."""
    parts = []
    for currency, amount in cash.items():
        if currency in (BASE, market.base):
            parts.append(amount)
        elif amount:
            parts.append(amount * _rate(path, currency, market, fx))
    return math.fsum(parts)


def _rate(path: Path, currency: str, market: Market, fx: FxSource) -> float:
    try:
        fixings = fx.fixings(currency, market.base)
        rates = value_rates(fx, fixings, market.sessions[-1:], market.calendar.clock.closes)
    except NewsfolioError as error:
        raise BrokenData(f"{path}: cash in {currency}: {error}") from error
    return float(rates[0])
