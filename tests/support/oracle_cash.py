"""Cash that moves without a trade, as the oracle counts it."""

from __future__ import annotations

from backtests.settings import CostTable, Settings, Withholding
from markets.costs.models import CostModel
from markets.market import Market
from tests.support.oracle_account import Account
from tests.support.oracle_flows import FlowDiary
from tests.support.oracle_line import Line


class OracleCash:
    """What happens to a run's money before the first trade of a session."""

    market: Market
    settings: Settings
    costs: CostModel
    lines: dict[str, Line]
    units: dict[str, float]
    orders: dict[str, float]
    cash: float
    account: Account
    taxed_years: set[tuple[str, int]]
    diary: FlowDiary
    to_place: float

    def _values(self, s: int) -> dict[str, float]:
        raise NotImplementedError

    def _event(self, why: str, amount: float) -> None:
        self.account.events[why] += amount
        self.cash += amount

    def _interest(self, s: int, days: int) -> None:
        rate, year = float(self.market.cash_rate[s]), days / 360
        shorted = -sum(min(0.0, value) for value in self._values(s - 1).values())
        free = self.cash - shorted
        spread = self.settings.credit_spread if free < 0 else 0.0
        self._event("interest", (free * (rate + spread) + shorted * rate) * year)

    def _carry(self, s: int, days: int) -> None:
        if self.settings.costs is CostTable.NONE:
            return
        paid = 0.0
        for name, value in self._values(s - 1).items():
            asset = self.lines[name].asset
            longs = self.costs.holding_rate(asset, self.market.day(s))
            paid += -value * asset.borrow * days / 360 if value < 0 else value * longs * days / 365
        self._event("carry", -paid)

    def _pay_off(self, s: int) -> None:
        for name, line in self.lines.items():
            if line.pays_on == s:
                self._event("delisting", self.units[name] * line.payoff * line.before[s])
                self.units[name] = 0.0
                self.account.lapsed[name] += abs(self.orders.pop(name, 0.0))

    def _dividends(self, s: int) -> None:
        for name, line in self.lines.items():
            units, day = self.units[name], self.market.day(s)
            if line.dividend[s] == 0 or units == 0:
                continue
            gross = units * line.dividend[s] * line.before[s]
            self._event("dividend", gross)
            if units < 0:
                continue
            foreign = self.settings.withholding is Withholding.FOREIGN
            withheld = gross * line.asset.withholding.at(day) if foreign else 0.0
            self._event("withholding", -withheld)
            self._depositary(s, name, gross - withheld)

    def _depositary(self, s: int, name: str, net: float) -> None:
        line, year = self.lines[name], (name, self.market.day(s).year)
        if self.settings.costs is CostTable.NONE or year in self.taxed_years:
            return
        self.taxed_years.add(year)
        fee = line.shares(self.units[name], s) * line.asset.adr_fee * line.before[s]
        self._event("adr fee", -min(fee, net))

    def _flow(self, s: int, closed: float) -> None:
        """Money in and out; closed: equity at the close before."""
        money, for_targets = self.diary.on(s, closed)
        if money < 0 and closed + money <= 0:
            self.account.dry = self.market.day(s)
        elif money:
            self._event("flow", money)
            self.to_place += for_targets
