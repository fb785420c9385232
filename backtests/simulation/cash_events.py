"""Cash that moves without a trade: interest, carry, dividends, delistings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from math import fsum

import numpy as np

from backtests.settings import Settings, Withholding
from backtests.simulation.book import Book
from backtests.simulation.fills import Why
from backtests.simulation.interest import HOLDING_YEAR, YEAR
from markets.costs.models import CostModel
from markets.market import Market, Mask
from markets.per_market import per_market


class CashEvents:
    """What happens to a book overnight. The rules: docs/method.md, Cash."""

    def __init__(self, book: Book, market: Market, settings: Settings, costs: CostModel) -> None:
        self._book = book
        self._market = market
        self._settings = settings
        self._costs = costs
        self._adr_years: dict[int, set[int]] = defaultdict(set)
        self.paying = paying_sessions(market)

    def open(self, session: int) -> list[int]:
        """Everything before the first trade of `session`; answers the columns delisted."""
        self.accrue(session)
        delisted = self._pay_off(session)
        self._dividends(session)
        return delisted

    def carries(self) -> bool:
        """Whether debt, a short or a holding fee makes every session count."""
        units = self._book.units
        if self._book.cash < 0 or (units < 0).any():
            return True
        day = self._market.day(self._book.touched)
        assets = (self._market.assets[column] for column in np.flatnonzero(units))
        return any(self._costs.holding_rate(asset, day) for asset in assets)

    def accrue(self, session: int) -> None:
        """Interest since the last touch; borrow and holding fees of the last session's values."""
        book, last = self._book, self._book.touched
        if session == last:
            return
        carry = self._carry(session) if self.carries() else {}
        short = 0.0 if self._market.bare_cash else self._collateral(session)
        free = book.cash - short
        earned = free * (book.growth.over(last, session, free) - 1)
        collateral = short * (book.growth.over(last, session, 1.0) - 1)
        why = Why.CREDIT if free < 0 else Why.INTEREST
        tickers = self._market.tickers
        fees = [(Why.CARRY, tickers[column], -amount) for column, amount in carry.items()]
        book.post(session, [(why, "", earned + collateral), *fees])
        book.touched = session

    def _collateral(self, session: int) -> float:
        """Market value of the shorts at the close before."""
        return -fsum(value for value in self._book.values(session - 1).tolist() if value < 0)

    def _carry(self, session: int) -> dict[int, float]:
        """What borrowing and holding cost for the days up to `session`, by column."""
        days = float(self._book.growth.days[session])
        short, held = days / YEAR, days / HOLDING_YEAR
        values = self._book.values(session - 1).tolist()
        rates = {column: self._carry_rate(column, value) for column, value in enumerate(values)}
        return {
            column: abs(values[column]) * rate * (short if values[column] < 0 else held)
            for column, rate in rates.items()
            if rate
        }

    def _carry_rate(self, column: int, value: float) -> float:
        asset = self._market.assets[column]
        if value < 0:
            return self._costs.borrow_rate(asset)
        day = self._market.day(self._book.touched)
        return self._costs.holding_rate(asset, day) if value else 0.0

    def _dividends(self, session: int) -> None:
        going_ex = (self._market.dividend[session] > 0) & (self._book.units != 0)
        columns = np.flatnonzero(going_ex).tolist()
        flows = [flow for column in columns for flow in self._dividend(session, column)]
        self._book.post(session, flows)

    def _dividend(self, session: int, column: int) -> Iterator[tuple[Why, str, float]]:
        """What one line pays: gross, what is withheld, and the depositary's fee."""
        market, units = self._market, float(self._book.units[column])
        asset, rate = market.assets[column], float(market.rate_before[session, column])
        gross = units * float(market.dividend[session, column]) * rate
        yield Why.DIVIDEND, asset.ticker, gross
        if units < 0:
            return
        if self._settings.withholding is Withholding.FOREIGN:
            kept = gross * asset.withholding.at(market.day(session))
            yield Why.WITHHOLDING, asset.ticker, -kept
            gross -= kept
        fee = self._adr_fee(session, column) * units / float(market.later[session, column])
        yield Why.ADR_FEE, asset.ticker, -min(fee * rate, gross)

    def _adr_fee(self, session: int, column: int) -> float:
        """The depositary's yearly fee a share, due with the first dividend of a calendar year."""
        year = self._market.day(session).year
        if year in self._adr_years[column]:
            return 0.0
        self._adr_years[column].add(year)
        return self._costs.adr_fee(self._market.assets[column])

    def _pay_off(self, session: int) -> list[int]:
        market, book = self._market, self._book
        due = [column for column, place in market.pays_off.items() if place == session]
        for column in due:
            if not book.units[column]:
                continue  # what nobody holds may be worth NaN
            local = float(book.units[column]) * float(market.payoff[column])
            rate = float(market.rate_before[session, column])
            book.post(session, [(Why.DELISTING, market.tickers[column], local * rate)])
            book.units[column] = 0.0
        return due


@per_market
def paying_sessions(market: Market) -> Mask:
    """Sessions on which a dividend or a delisting payment is due, whoever holds the line."""
    paying: Mask = np.any(market.dividend > 0, axis=1)
    paying[list(market.pays_off.values())] = True
    return paying
