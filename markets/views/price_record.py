"""Prices and facts as a claim is measured on them, cut at the day on which it was due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from markets.bars import Bars, Priced
from markets.facts import FactTable, lacking
from markets.reference.calendars import idle_weekend
from markets.reference.currencies import FxSource
from newsfolio.assets import Asset
from newsfolio.errors import MissingData
from newsfolio.facts import Facts
from newsfolio.listings import asset_of


@dataclass(frozen=True, eq=False)
class PriceRecord:
    """What was known of each line after `due`; nothing later is in it.

    Weekend rows on which its venue has no session are left out. Each line stands on its own
    sessions. declared: lines that are not what their ticker says. tables: facts that are at hand.
    """

    bars: Mapping[str, Bars]
    due: date
    fx: FxSource
    declared: Mapping[str, Asset] = field(default_factory=dict)
    tables: Mapping[Facts, FactTable] = field(default_factory=dict)

    def closes(self, ticker: str, currency: str = "", *, total: bool = False) -> pd.Series:
        """Closes by session; `total`: a dividend buys units at the close before its ex-date."""
        bars = self._bars(ticker)
        closes = bars.frame["close"]
        if total:
            paid = bars.frame["dividend"].to_numpy()
            share = np.where(paid > 0, paid / closes.shift(1).to_numpy(), 0.0)
            closes = closes * np.cumprod(1 / (1 - np.nan_to_num(share)))
        own = self._asset(ticker).currency if currency else ""
        if currency != own:
            fixings = self.fx.fixings(own, currency)
            start = min(fixings.unbroken_from(bars.days, same_day=True), len(bars.days) - 1)
            closes = closes.iloc[start:] * fixings.until(bars.days[start:])
        return closes

    def highs(self, ticker: str) -> pd.Series:
        """Intraday highs by session."""
        highs = self._bars(ticker).frame["high"]
        if highs.isna().all():
            raise MissingData(f"{ticker} has closes only here, no intraday high")
        return highs

    def splits(self, ticker: str, since: date) -> float:
        """How many shares one of `since` has become, by the splits that closes are adjusted for."""
        bars = self._bars(ticker)
        ratios = bars.frame["split"].to_numpy()[bars.days > np.datetime64(since)]
        return float(np.prod(ratios[ratios > 0])) * bars.later_splits

    def facts(self, table: Facts) -> pd.DataFrame:
        """The rows known by the due day."""
        if table.known not in ("known", "released"):
            raise MissingData(
                f"{table.name}: its rows are dated by {table.known}, not by their release, so "
                "nobody can tell when a figure was known; bring a file with a column known"
            )
        if table not in self.tables:
            raise MissingData(lacking(table).replace("\n", " "))
        return self.tables[table].until(self.due).frame

    def basis(self, ticker: str, *, total: bool = False) -> str:
        """What a return of the line is: in which currency, and with dividends or without."""
        priced, asset = self._listed(ticker).priced, self._asset(ticker)
        if priced is Priced.LEVEL:
            kind = "index level, without dividends"
        elif priced is Priced.DIVIDENDS:
            kind = "adjusted for dividends, which this source does not tell apart"
        else:
            kind = "total return" if total else "price return"
        return f"{ticker} in {asset.currency}, {kind}"

    def _asset(self, ticker: str) -> Asset:
        return asset_of(self.declared.get(ticker, ticker))

    def _listed(self, ticker: str) -> Bars:
        """The whole line; MissingData where it has no bar by then."""
        if ticker not in self.bars:
            raise MissingData(f"no prices of {ticker} in this source")
        if self.bars[ticker].first > self.due:
            raise MissingData(f"{ticker} begins on {self.bars[ticker].first}, after {self.due}")
        return self.bars[ticker]

    def _bars(self, ticker: str) -> Bars:
        bars = self._listed(ticker).until(self.due)
        weekend = idle_weekend(self._asset(ticker).venue, bars.days)
        return bars.kept(~weekend) if weekend.any() else bars
