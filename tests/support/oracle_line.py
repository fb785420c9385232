"""One line of a market as the oracle holds it: lists by session, nothing of `backtests`."""

from __future__ import annotations

import itertools
import statistics
from datetime import date, datetime, timedelta
from math import isnan

from backtests.settings import Dividends, Settings
from markets.market import Market
from newsfolio import Asset, Kind


def dealing_hour(asset: Asset) -> datetime:
    """When the orders of a session fill: at the opening, those of funds at the close.

    What opens later than it closes opens on the evening before.
    """
    venue, day = asset.venue, date(2000, 1, 3)
    if asset.kind is Kind.FUND:
        return datetime.combine(day, venue.closes)
    evening = venue.opens > venue.closes
    return datetime.combine(day - timedelta(days=int(evening)), venue.opens)


class Line:
    """One line's facts as lists by session, in the units that a run holds of it."""

    def __init__(self, market: Market, ticker: str, settings: Settings) -> None:
        column = market.place[ticker]
        self.asset = market.assets[column]
        self.days = [day.item() for day in market.sessions]
        grow = market.factor[:, column].tolist()
        reinvest = settings.dividends is Dividends.REINVEST
        self.shares_per_unit = [
            (grow[s] if reinvest else 1.0) / later
            for s, later in enumerate(market.later[:, column].tolist())
        ]
        scale = grow if reinvest else [1.0] * len(grow)
        self.open = [a * b for a, b in zip(market.open[:, column].tolist(), scale, strict=True)]
        self.close = [a * b for a, b in zip(market.close[:, column].tolist(), scale, strict=True)]
        self.volume = [a / b for a, b in zip(market.volume[:, column].tolist(), scale, strict=True)]
        self.price = self._carried(market.close[:, column].tolist(), scale)
        self.dividend = [0.0] * len(grow) if reinvest else market.dividend[:, column].tolist()
        market_there = market.fillable[:, column].tolist()
        limits = market.locked[:, column].tolist()
        self.buyable = [
            there and side != 1 for there, side in zip(market_there, limits, strict=True)
        ]
        self.sellable = [
            there and side != -1 for there, side in zip(market_there, limits, strict=True)
        ]
        self.opened = market.opened[:, column].tolist()
        self.usable = market.usable[:, column].tolist()
        self.before = market.rate_before[:, column].tolist()
        self.rate = market.rate[:, column].tolist()
        self.pays_on = market.pays_off.get(column)
        self.payoff = market.payoff.get(column, 0.0) * scale[-1]
        self._liquidity: dict[int, tuple[float, float] | None] = {}

    @staticmethod
    def _carried(closes: list[float], scale: list[float]) -> list[float]:
        """The last close known; it grows with the factor as every other price does."""
        carried_close, carried = float("nan"), []
        for close, grow in zip(closes, scale, strict=True):
            carried_close = carried_close if isnan(close) else close
            carried.append(carried_close * grow)
        return carried

    def lot(self, session: int) -> float:
        """Units that trade together."""
        shares = 1 if self.asset.star else self.asset.lot.at(self.days[session])
        return shares / self.shares_per_unit[session]

    def shares(self, units: float, session: int) -> float:
        return units * self.shares_per_unit[session]

    def raw(self, price: float, session: int) -> float:
        return price / self.shares_per_unit[session]

    def liquidity(self, session: int) -> tuple[float, float] | None:
        """Standard deviation of returns and median volume of the bars before `session`."""
        if session not in self._liquidity:
            self._liquidity[session] = self._measure(session)
        return self._liquidity[session]

    def _measure(self, session: int) -> tuple[float, float] | None:
        bars = [price for price in self.close[:session] if not isnan(price)]
        volumes = [count for count in self.volume[:session] if not isnan(count) and count > 0]
        if len(bars) < 20 or len(volumes) < 20:
            return None
        returns = [b / a - 1 for a, b in itertools.pairwise(bars)][-60:]
        return statistics.stdev(returns), statistics.median(volumes[-60:])
