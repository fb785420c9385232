"""Asking a strategy, and turning its answer into weights of lines that can be held."""

from __future__ import annotations

import math
import traceback
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import TypeVar

import pandas as pd

from backtests.book import Book
from markets.history import Recorder
from markets.market import Market
from newsfolio.assets import Sleeve
from newsfolio.errors import NewsfolioError, StrategyError
from newsfolio.listings import asset_of
from newsfolio.strategy import Strategy
from newsfolio.view import View

Answer = TypeVar("Answer")


class Decider:
    """Shows a strategy each decision's view and checks what it answers."""

    def __init__(
        self, strategy: Strategy, market: Market, recorder: Recorder | None = None
    ) -> None:
        self._strategy = strategy
        self._market = market
        self._recorder = recorder or Recorder(market)
        self._owner = {column: ticker for ticker, column in market.place.items()}
        self._sleeve_of = {
            ticker: place
            for place, sleeve in enumerate(market.sleeves)
            for ticker in sleeve.tickers
        }
        self._last: View | None = None

    def ask(self, session: int, book: Book) -> dict[str, float] | None:
        """The weights wanted at the close of `session`, by ticker of the universe."""
        self._recorder.write(self._market, session)
        self._last = view = self._view(session, book)
        answer = self._called(self._strategy.weights, view)
        return None if answer is None else self._checked(answer, view)

    def explained(self) -> tuple[date, pd.DataFrame] | None:
        """What stands behind the last decision, and its day; None where the strategy is silent."""
        if self._last is None:
            return None
        table = self._called(self._strategy.explain, self._last)
        return None if table is None else (self._last.today, table)

    def _called(self, ask: Callable[[View], Answer], view: View) -> Answer:
        """What the author's code answers; StrategyError with the place where it failed."""
        try:
            return ask(view)
        except NewsfolioError:
            raise
        except Exception as error:
            raise StrategyError(
                f"{self._strategy.label} raised {type(error).__name__}: {error} at the decision of "
                f"{view.today} ({_where(error)}); --debug shows the traceback"
            ) from error

    def lines(self, weights: Mapping[str, float], session: int) -> dict[int, float]:
        """Weights by column: stand-ins for lines that cannot be held, else their sleeve's rest."""
        total: dict[int, float] = {}
        wanted = {self._sleeve_of[ticker] for ticker, weight in weights.items() if weight}
        for place in sorted(wanted):
            sleeve = self._market.sleeves[place]
            for column, (weight, ticker) in self._sleeve(sleeve, weights, session).items():
                total[column] = total.get(column, 0.0) + weight
                self._owner[column] = ticker
        return total

    def held(self, session: int, book: Book) -> dict[str, float]:
        """Weights now, by ticker of the universe; a stand-in counts for the line it stands for."""
        equity = book.equity(session)
        held = dict.fromkeys(self._market.universe, 0.0)
        for column, value in enumerate(book.values(session).tolist()):
            if value:
                ticker = self._owner[column]
                held[ticker] = held.get(ticker, 0.0) + value / equity
        return held

    def _view(self, session: int, book: Book) -> View:
        market = self._market
        first = market.first_decision
        known = first is not None and session >= first
        return View(
            today=market.day(session),
            universe=market.universe,
            usable=self._usable(session),
            age=session - first if known and first is not None else None,
            _held=self.held(session, book),
            _history=self._recorder,
        )

    def _usable(self, session: int) -> frozenset[str]:
        found: frozenset[str] | None = self._market.memo.get(("usable", session))
        if found is None:
            lines = self._market.universe
            found = frozenset(ticker for ticker in lines if self._places(ticker, session))
            self._market.memo["usable", session] = found
        return found

    def _checked(self, answer: object, view: View) -> dict[str, float]:
        strategy, day = self._strategy, view.today
        if isinstance(answer, pd.Series):
            answer = answer.to_dict()
        if not isinstance(answer, Mapping):
            raise StrategyError(
                f"{strategy.label} answered a {type(answer).__name__} on {day}; return a dict of "
                "ticker to weight, or None to leave everything as it is"
            )
        weights: dict[str, float] = {}
        for ticker, weight in answer.items():
            if ticker not in self._sleeve_of:
                raise StrategyError(
                    f"{strategy.label} wants {ticker!r} on {day}, which is not in its universe; "
                    "add it there"
                )
            if not isinstance(weight, int | float) and not hasattr(weight, "__float__"):
                raise StrategyError(f"{strategy.label}: weight of {ticker} on {day} is {weight!r}")
            weights[ticker] = float(weight)
            if not math.isfinite(weights[ticker]):
                raise StrategyError(
                    f"{strategy.label}: the weight of {ticker} on {day} is {weight}; "
                    "leave a line out where its figures are unknown"
                )
            if weights[ticker] < 0 and not self._market.by_ticker[ticker].venue.shorting:
                raise StrategyError(
                    f"{strategy.label} sells {ticker} short on {day}; mainland lines cannot be "
                    "borrowed through Stock Connect, hold it long or not at all"
                )
        gross = math.fsum(map(abs, weights.values()))
        if gross > strategy.max_gross + 1e-9:
            raise StrategyError(
                f"{strategy.label}: weights on {day} add up to {gross:.4f}, above max_gross "
                f"{strategy.max_gross:g}; scale them, or declare max_gross = {math.ceil(gross)}"
            )
        return weights

    def _sleeve(
        self, sleeve: Sleeve, weights: Mapping[str, float], session: int
    ) -> dict[int, tuple[float, str]]:
        """Columns of one sleeve with their weight and the universe line they count for."""
        wanted = {ticker: weights[ticker] for ticker in sleeve.tickers if weights.get(ticker)}
        places = {ticker: self._places(ticker, session) for ticker in wanted}
        found: dict[int, tuple[float, str]] = {}
        for sign in (1.0, -1.0):
            side = {ticker: weight for ticker, weight in wanted.items() if weight * sign > 0}
            there = [side[ticker] for ticker in side if places[ticker]]
            if not there:
                continue
            scale = math.fsum(side.values()) / math.fsum(there)
            for ticker, weight in side.items():
                for column, share in places[ticker].items():
                    before = found.get(column, (0.0, ticker))
                    found[column] = (before[0] + weight * scale * share, ticker)
        return found

    def _places(self, ticker: str, session: int) -> dict[int, float]:
        """The column that can be held for a line, or those of its stand-ins in equal parts."""
        column = self._market.place.get(ticker)
        if column is not None and self._market.usable[session, column]:
            return {column: 1.0}
        asset = self._market.by_ticker.get(ticker) or asset_of(ticker)
        parts = [self._places(other, session) for other in asset.stand_in]
        parts = [part for part in parts if part]
        total: dict[int, float] = {}
        for part in parts:
            for place, share in part.items():
                total[place] = total.get(place, 0.0) + share / len(parts)
        return total


def _where(error: Exception) -> str:
    """File and line of the innermost frame of a strategy's own error."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(frame.filename).name}, line {frame.lineno}"
