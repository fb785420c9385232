"""Random markets, strategies and settings: one integer is one case, the same on every machine.

Three venues with their real calendars, counters in other currencies, and everything that has made
a backtest wrong before: late listings, stand-ins, delistings, board lots that change, STAR lines,
withholding, depositary fees, stale prices; what the bars themselves have is told in `random_bars`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from backtests.settings import CostTable, Dividends, Settings
from markets.bars import COLUMNS, Bars, Priced
from markets.build import build_market
from markets.costs.models import CostModel, NoCosts, VenueCosts
from markets.market import Market
from markets.reference.currencies import Fixings
from markets.universe import Want
from newsfolio import (
    HONG_KONG,
    HONG_KONG_CNY,
    HONG_KONG_USD,
    MAINLAND,
    NEW_YORK,
    SHANGHAI_B,
    SHENZHEN_B,
    Asset,
    Costs,
    Dated,
    Delisting,
    Kind,
    Row,
    Sleeve,
    Strategy,
    Venue,
    View,
    Weights,
    always,
    drift_band,
    every_session,
    monthly,
    quarterly,
    weekly,
)
from newsfolio.assets import venue_of
from newsfolio.schedules import Schedule
from tests.support.random_bars import bars_of, chance

Table = Mapping[date, Mapping[str, float] | None]
Rng = np.random.Generator

VENUES = (NEW_YORK, HONG_KONG, MAINLAND)
COUNTERS = (HONG_KONG_CNY, HONG_KONG_USD, SHANGHAI_B, SHENZHEN_B)
SUFFIX = {"XNYS": "", "XHKG": ".HK", "XSHG": ".SS"}
SCHEDULES: tuple[Schedule, ...] = (
    every_session,
    weekly,
    monthly,
    quarterly,
    monthly | drift_band(0.03),
    weekly | quarterly,
    quarterly | drift_band(0.1) | weekly,
)


@dataclass(eq=False)
class Walk:
    """Exchange rates that move at random: the fixings of each currency, in euros."""

    days: np.ndarray
    euros: Mapping[str, np.ndarray]
    valued_same_day: bool

    def fixings(self, currency: str, base: str) -> Fixings:
        rates = self.euros[currency] / self.euros[base]
        return Fixings(f"{currency} in {base}", self.days, rates)


@dataclass(frozen=True)
class Prescribed(Strategy):
    """Weights from a table by date: nothing that an engine shows it can change them."""

    def weights(self, view: View) -> Weights | None:
        return self.table.get(view.today)  # none on weekends

    @property
    def table(self) -> Table:
        raise NotImplementedError


OWN_COSTS = {
    3: Costs("0.005/share min 1 max 1%", half_spread=0.0003, only={"XNYS": Costs(taxes=False)}),
    6: Costs("4.90 EUR + 0.25% max 69.90 EUR", custody=0.001, only={"etf": Costs("0.1% min 20")}),
}


def prescribed(
    universe: tuple[Sleeve, ...], schedule: Schedule, table: Table, max_gross: float
) -> Strategy:
    """A strategy that answers `table`."""
    facts = {
        "universe": universe,
        "rebalance": schedule,
        "max_gross": max_gross,
        "table": table,
    }
    return type("Prescribed", (Prescribed,), facts)()


@dataclass(frozen=True, eq=False)
class Case:
    """Everything one run needs, apart from the market that it is made into."""

    seed: int
    bars: Mapping[str, Bars]
    sleeves: tuple[Sleeve, ...]
    fx: Walk
    schedule: Schedule
    table: Table
    max_gross: float
    settings: Settings

    @property
    def strategy(self) -> Strategy:
        return prescribed(self.sleeves, self.schedule, self.table, self.max_gross)

    @property
    def costs(self) -> CostModel:
        """The venues', none where the settings say so, or for two seeds in eight a broker's."""
        own = OWN_COSTS.get(self.seed % 8, Costs())
        return NoCosts() if self.settings.costs is CostTable.NONE else VenueCosts(own)

    def market(self) -> Market:
        """As the runner makes it: `settings.dividends` decides which prices it holds."""
        plain = self.plain_market()
        return plain.reinvested() if self.settings.dividends is Dividends.REINVEST else plain

    def plain_market(self) -> Market:
        settings = self.settings
        want = Want(
            self.sleeves, settings.currency, start=settings.start, end=settings.end,
            cash_rate=settings.cash_rate,
        )  # fmt: skip
        return build_market(self.bars, want, self.fx)


def random_case(seed: int, lines: int | None = None) -> Case:
    """The case of a seed; lines: how many of its own, at most 100, one to eight if not said."""
    rng = np.random.default_rng(seed)
    start = date(2019, 1, 2) + timedelta(int(rng.integers(0, 2000)))
    days = _weekdays(start, int(rng.integers(40, 121)))
    assets, spare = _universe(rng, days, lines)
    settings = _settings(rng, days)
    bars = {
        asset.ticker: bars_of(rng, asset, days, settings.impact > 0) for asset in (*assets, *spare)
    }
    if rng.random() < 0.15 and len(assets) > 1:
        bars = _without_one(rng, bars, assets)
    bars["^IRX"] = _cash_rate(rng, days)
    levered = 1.5 if rng.random() < 0.3 else 1.0
    wanted = settings.start or date.min
    settings = dataclasses.replace(settings, start=max(wanted, _alive(assets, bars)))
    table = _table(rng, days, assets, spare, levered, chance(rng, 0.35))
    return Case(
        seed, bars, _sleeves(rng, assets, bars), _walk(rng, days),
        SCHEDULES[int(rng.integers(len(SCHEDULES)))], table, levered, settings,
    )  # fmt: skip


def _alive(assets: list[Asset], bars: Mapping[str, Bars]) -> date:
    """The first day of trading of any line of the universe."""
    return min(
        max(bars[asset.ticker].first, asset.listed or date.min)
        for asset in assets
        if asset.ticker in bars
    )


def _weekdays(start: date, count: int) -> np.ndarray:
    days = np.datetime64(start) + np.arange(2 * count)
    return days[np.is_busday(days)][:count]


# --- lines -----------------------------------------------------------------------------------


def _universe(rng: Rng, days: np.ndarray, lines: int | None) -> tuple[list[Asset], list[Asset]]:
    """The lines, and up to two that only stand in for others."""
    spare = [_spare(rng, place) for place in range(int(rng.integers(0, 3)))]
    assets: list[Asset] = []
    for place in range(lines or int(rng.integers(1, 9))):
        names = [asset.ticker for asset in (*assets, *spare)]
        assets.append(_asset(rng, place, days, names))
    return assets, spare


def _spare(rng: Rng, place: int) -> Asset:
    """A line of the kind that a suffix alone declares, as stand-ins outside a universe are."""
    venue = VENUES[int(rng.integers(2))]
    if venue is NEW_YORK:
        return Asset(f"ZZ{place}", venue, withholding=always(0.3))
    return Asset(f"999{place}.HK", venue, lot=always(100), lot_known=False)


def _asset(rng: Rng, place: int, days: np.ndarray, others: list[str]) -> Asset:
    venue = (*VENUES, *VENUES, *COUNTERS)[int(rng.integers(10))]
    mainland = venue.code == MAINLAND.code
    number = int(rng.integers(10)) * 100 + place
    listed = _listing(rng, days)
    gone = _delisting(rng, days) if place and chance(rng, 0.25) else None
    star = venue is MAINLAND and chance(rng, 0.4)
    warned = Dated((Row(None, chance(rng, 0.3)), Row(_middle(days), chance(rng, 0.3))))
    chosen = [str(name) for name in rng.permutation(others)[:2]] if others else []
    if venue is NEW_YORK and number % 4 < 2:  # a mutual fund, or what trades around the clock
        kind = (Kind.FUND, Kind.CRYPTO)[number % 4]
        where = venue if kind is Kind.FUND else venue_of("BTC-USD")
        return Asset(f"L{number:03d}", where, kind, withholding=always(0.3), borrow=0.01)
    return Asset(
        f"{'K' if mainland else 'L'}{number:03d}{SUFFIX[venue.code]}",
        venue,
        Kind.ETF if not star and chance(rng, 0.2) else Kind.STOCK,
        listed=listed,
        lot=_lot(rng, venue, star, days),
        withholding=Dated((Row(None, 0.1), Row(_middle(days), 0.3))),
        half_spread=always(float(rng.choice([0.0, 0.0002, 0.002, -0.0005]))),
        borrow=float(rng.choice([0.0, 0.01, 0.2])),
        adr_fee=0.03 if venue is NEW_YORK and chance(rng, 0.4) else 0.0,
        star=star,
        access=days[len(days) // 3].item() if venue is MAINLAND and chance(rng, 0.3) else None,
        stand_in=tuple(chosen[: int(rng.integers(0, 3))]),
        delisted=gone if gone and (listed or date.min) < gone.day else None,
        risk_warning=warned,
    )


def _middle(days: np.ndarray) -> date:
    return days[len(days) // 2].item()


def _listing(rng: Rng, days: np.ndarray) -> date | None:
    if chance(rng, 0.6):
        return None
    day = days[int(rng.integers(0, len(days) // 2))] - np.timedelta64(int(rng.integers(0, 80)), "D")
    return day.item()


def _delisting(rng: Rng, days: np.ndarray) -> Delisting:
    day = days[int(rng.integers(len(days) // 3, len(days)))].item()
    return Delisting(day, [None, 0.0, 7.5][int(rng.integers(3))])


def _lot(rng: Rng, venue: Venue, star: bool, days: np.ndarray) -> Dated[int]:
    if venue is NEW_YORK or star:
        return always(1)
    if venue.code == MAINLAND.code:
        return always(100)
    first, then = (int(size) for size in rng.choice([50, 100, 200, 500], 2))
    changes = Dated((Row(None, first), Row(_middle(days), then)))
    return changes if chance(rng, 0.4) else always(first)


def _without_one(rng: Rng, bars: Mapping[str, Bars], assets: list[Asset]) -> dict[str, Bars]:
    """A line of the universe that the source does not have, unless nothing else would be left."""
    gone = assets[int(rng.integers(len(assets)))].ticker
    return {ticker: line for ticker, line in bars.items() if ticker != gone}


def _sleeves(rng: Rng, assets: list[Asset], bars: Mapping[str, Bars]) -> tuple[Sleeve, ...]:
    """Lines in order, cut into sleeves that each have a line with data."""
    sleeves: list[list[Asset]] = [[]]
    for asset in assets:
        if any(line.ticker in bars for line in sleeves[-1]) and chance(rng, 0.4):
            sleeves.append([])
        sleeves[-1].append(asset)
    if not any(line.ticker in bars for line in sleeves[-1]) and len(sleeves) > 1:
        sleeves[-2:] = [sleeves[-2] + sleeves[-1]]
    return tuple(Sleeve(f"sleeve {place}", tuple(lines)) for place, lines in enumerate(sleeves))


# --- everything else -------------------------------------------------------------------------


def _cash_rate(rng: Rng, days: np.ndarray) -> Bars:
    keep = rng.random(len(days)) > 0.1
    keep[0] = True
    index = pd.DatetimeIndex(days[keep])
    level = rng.choice([-0.1, 0.05, 2.0, 5.0]) + np.cumsum(rng.normal(0, 0.03, len(index)))
    columns = dict.fromkeys(("open", "high", "low", "close"), level)
    frame = pd.DataFrame({**columns, **dict.fromkeys(COLUMNS[4:], 0.0)}, index=index)
    return Bars("^IRX", frame[list(COLUMNS)], Priced.LEVEL, simulated=True)


def _walk(rng: Rng, days: np.ndarray) -> Walk:
    every = np.arange(days[0] - np.timedelta64(10, "D"), days[-1] + np.timedelta64(1, "D"))
    fixed = every[np.is_busday(every)]
    fixed = fixed[rng.random(len(fixed)) > 0.05]
    level = {"EUR": 1.0, "USD": 0.9, "HKD": 0.115, "CNY": 0.13}
    euros = {
        name: start * np.exp(np.cumsum(rng.normal(0, 0.0 if name == "EUR" else 0.005, len(fixed))))
        for name, start in level.items()
    }
    return Walk(fixed, euros, valued_same_day=chance(rng, 0.7))


def _settings(rng: Rng, days: np.ndarray) -> Settings:
    """Impact goes with liquid lines and small accounts, where its formula means something."""
    reinvest, impact = chance(rng, 0.15), float(rng.choice([0.0, 0.0, 0.7]))
    return Settings(
        start=days[int(rng.integers(0, len(days) // 2))].item(),
        cash=1e5 if impact else float(rng.choice([1e5, 1e6, 1e7])),
        currency=str(rng.choice(["USD", "HKD", "EUR"])),
        dividends="reinvest" if reinvest else "cash",  # type: ignore[arg-type]
        withholding="foreign" if not reinvest and chance(rng, 0.5) else "none",  # type: ignore[arg-type]
        funding="wait" if chance(rng, 0.3) else "credit",  # type: ignore[arg-type]
        costs="none" if chance(rng, 0.2) else "venue",  # type: ignore[arg-type]
        lots="fractional" if chance(rng, 0.25) else "venue",  # type: ignore[arg-type]
        impact=impact,
        participation=[None, None, 0.05, 1.0][int(rng.integers(4))],
        tolerance=float(rng.choice([0.0, 0.02])),
    )


def _table(
    rng: Rng, days: np.ndarray, assets: list[Asset], spare: list[Asset], gross: float, shorts: bool
) -> Table:
    """Weights for every day: they persist, change, are empty, or are no decision at all."""
    by_name = {asset.ticker: asset for asset in (*assets, *spare)}
    change = float(rng.choice([0.05, 0.3, 1.0]))
    weights: Mapping[str, float] = _weights(rng, assets, by_name, gross, shorts)
    table: dict[date, Mapping[str, float] | None] = {}
    for day in days.tolist():
        if rng.random() < change:
            weights = _weights(rng, assets, by_name, gross, shorts)
        draw = rng.random()
        table[day] = None if draw < 0.1 else {} if draw < 0.13 else weights
    return table


def _weights(
    rng: Rng, assets: list[Asset], by_name: Mapping[str, Asset], gross: float, shorts: bool
) -> dict[str, float]:
    chosen = [asset for asset in assets if chance(rng, 0.7)] or assets[:1]
    raw = {asset.ticker: rng.random() + 0.05 for asset in chosen}
    total = gross * rng.choice([1.0, 1.0, 0.6]) / sum(raw.values())
    return {
        name: float(size * total) * (-1 if shorts and _shorts(rng, name, by_name) else 1)
        for name, size in raw.items()
    }


def _shorts(rng: Rng, name: str, by_name: Mapping[str, Asset]) -> bool:
    return chance(rng, 0.4) and _shortable(name, by_name)


def _shortable(name: str, by_name: Mapping[str, Asset]) -> bool:
    """Whether the line and all that may take its place can be sold short."""
    asset = by_name[name]
    return not asset.unshortable and all(_shortable(other, by_name) for other in asset.stand_in)
