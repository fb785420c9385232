"""Asking a strategy, and turning its answer into weights of lines that can be held.

One decision after the other (`Decider`), or all at once where the strategy can (`table_of`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from datetime import date
from typing import Protocol, TypeVar

import pandas as pd

from backtests.simulation.book import Holdings
from backtests.simulation.holdable import Holdable, HoldableLines, places
from markets.market import Floats, Market
from markets.per_market import per_market
from markets.views.recorder import Notes, Recorder
from newsfolio.assets import Sleeve
from newsfolio.blame import at, declared_at, place_of, placed, said_by, shortened
from newsfolio.errors import NewsfolioError, StrategyError
from newsfolio.strategy import Strategy
from newsfolio.view import View


class Columns(Protocol):
    """Weights by column of the market."""

    def items(self) -> Iterable[tuple[int, float]]: ...


try:
    from backtests.compiled.core import by_column
except ImportError:  # there was no compiler when newsfolio was installed

    def by_column(answer: object, own: Mapping[str, int], most: float) -> Columns | None:
        """An answer of which nothing is to be said, by column and without zeros; None: look closer.

        A dict of floats, long and together at most `most`, of lines that can be held themselves.
        """
        if type(answer) is not dict or not own.keys() >= answer.keys():
            return None
        weights = answer.values()
        if not set(map(type, weights)) <= {float} or not min(weights, default=0.0) >= 0:
            return None
        if not _gross(weights) <= most < math.inf:
            return None
        return {own[ticker]: weight for ticker, weight in answer.items() if weight}


Answer = TypeVar("Answer")
Shown = TypeVar("Shown")

ROUNDING = 1e-9
"""By which weights may add up to more than what is allowed."""


class HeldWeights(Mapping[str, float]):
    """Weights of what is held, worked out when somebody looks; `looked` is told then."""

    def __init__(
        self, lines: Iterable[str], owner: Mapping[int, str], values: Floats, equity: float,
        looked: set[str] | None = None,
    ) -> None:  # fmt: skip
        self._known = lines, owner, values, equity
        self._looked = looked
        self._weights: dict[str, float] | None = None

    def __getitem__(self, ticker: str) -> float:
        return self._all()[ticker]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def _all(self) -> dict[str, float]:
        if self._weights is None:
            if self._looked is not None:
                self._looked.add("held")
            lines, owner, values, equity = self._known
            self._weights = dict.fromkeys(lines, 0.0)
            for column, value in enumerate(values.tolist()):
                if value:
                    ticker = owner[column]
                    self._weights[ticker] = self._weights.get(ticker, 0.0) + value / equity
        return self._weights


class Decider:
    """Shows a strategy each decision's view and checks what it answers.

    last: the view of the last decision. noted: what the strategy noted, by session. looked: "held"
    once it has asked what it holds. owner: the line for which each column is held; stands_in:
    whether one has been held for another.
    """

    def __init__(
        self, strategy: Strategy, market: Market, recorder: Recorder | None = None
    ) -> None:
        self.strategy = strategy
        self.market = market
        self._recorder = recorder
        self.owner: Mapping[int, str] = dict(enumerate(market.tickers))
        self.stands_in = False
        self._sleeve_of = _sleeves(market)
        self._holdable = HoldableLines(market)
        self.last: View | None = None
        self.noted: Notes = []
        self.looked: set[str] = set()

    def decide(self, session: int, book: Holdings) -> Columns | None:
        """The weights wanted at the close of `session`, by column of what can be held for them."""
        if self._recorder is None:
            self._recorder = Recorder(self.market, notes=self.noted)
        self._recorder.write(self.market, session)
        holdable = self.holdable(session)
        self.last = view = self._view(session, book, holdable.usable, self._recorder)
        answer = self.called(self.strategy.weights, view, f"at the decision of {view.today}")
        if answer is None:
            return None
        # Most often nothing is to be said of an answer, and nothing stands in for anything.
        plain = None if self.stands_in else by_column(answer, holdable.own, self.most)
        return self.lines(self.checked(answer, view.today), session) if plain is None else plain

    @property
    def names(self) -> tuple[str, ...]:
        """What each column of an answer is called."""
        return self.market.tickers

    @property
    def most(self) -> float:
        """What weights may add up to."""
        return self.strategy.max_gross + ROUNDING

    def holdable(self, session: int) -> Holdable:
        """What can be held at the close of `session`."""
        return self._holdable.at(session)

    def explained(self) -> tuple[date, pd.DataFrame] | None:
        """What stands behind the last decision, and its day; None where the strategy is silent."""
        if self.last is None:
            return None
        when = f"at the decision of {self.last.today}"
        table = self.called(self.strategy.explain, self.last, when)
        if table is None:
            return None
        if not isinstance(table, pd.DataFrame):
            raise StrategyError(
                f"{self.strategy.label}: explain answered a {type(table).__name__}; return a "
                f"DataFrame, or None{at(declared_at(type(self.strategy), 'explain'))}"
            )
        return self.last.today, table

    def called(self, ask: Callable[[Shown], Answer], shown: Shown, when: str) -> Answer:
        """What the author's code answers; StrategyError with the place where it failed."""
        try:
            return ask(shown)
        except BaseException as error:  # sys.exit() in a strategy is no end of a run
            self.blame(error, ask.__name__, when)
            raise

    def blame(self, error: BaseException, name: str, when: str) -> None:
        """Raise what is said of an error in a method of the author's; not of Ctrl-C."""
        if isinstance(error, NewsfolioError):
            raise placed(error) from error
        if not isinstance(error, KeyboardInterrupt):
            place = place_of(error) or declared_at(type(self.strategy), name)
            raise StrategyError(
                f"{self.strategy.label} raised {said_by(error)} {when}{at(place)}; "
                "--debug shows the traceback"
            ) from error

    def lines(self, weights: Mapping[str, float], session: int) -> dict[int, float]:
        """Weights by column: stand-ins for lines that cannot be held, else their sleeve's rest."""
        own = self.holdable(session).own
        wanted = {ticker: weight for ticker, weight in weights.items() if weight}
        if own.keys() >= wanted.keys():
            self._note({own[ticker]: ticker for ticker in wanted})
            return {own[ticker]: weight for ticker, weight in wanted.items()}
        total: dict[int, float] = {}
        for place in sorted({self._sleeve_of[ticker] for ticker in wanted}):
            sleeve = self.market.sleeves[place]
            columns = self._sleeve(sleeve, wanted, session)
            for column, (weight, _) in columns.items():
                total[column] = total.get(column, 0.0) + weight
            self._note({column: ticker for column, (_, ticker) in columns.items()})
        return {column: weight for column, weight in total.items() if weight}

    def held(self, session: int, book: Holdings) -> Mapping[str, float]:
        """Weights now, by ticker of the universe; a stand-in counts for the line it stands for."""
        values = book.values(session).copy()  # a view keeps what it was shown
        equity = book.equity(session)
        return HeldWeights(self.market.universe, self.owner, values, equity, self.looked)

    def _note(self, owner: dict[int, str]) -> None:
        """For which line each column is held from now on; views keep what they were shown."""
        if not owner.items() <= self.owner.items():
            self.owner = {**self.owner, **owner}
            self.stands_in = True

    def _view(
        self, session: int, book: Holdings, usable: frozenset[str], recorder: Recorder
    ) -> View:
        market = self.market
        return View(
            market.day(session),
            market.universe,
            usable,
            age_of(market, session),
            self.held(session, book),
            recorder,
        )

    def checked(self, answer: object, day: date) -> dict[str, float]:
        """The weights that were answered, as numbers; StrategyError where they cannot be held."""
        try:
            return self._checked(answer, day)
        except StrategyError as error:
            place = declared_at(type(self.strategy), "weights")
            raise StrategyError(f"{error}{at(place)}") from None

    def _checked(self, answer: object, day: date) -> dict[str, float]:
        strategy = self.strategy
        if isinstance(answer, pd.Series):
            answer = answer.to_dict()
        if not isinstance(answer, Mapping):
            raise StrategyError(
                f"{strategy.label} answered a {type(answer).__name__} on {day}; return a dict of "
                "ticker to weight, or None to leave everything as it is"
            )
        weights: dict[str, float] = {}
        for ticker, weight in answer.items():
            if not isinstance(ticker, str) or ticker not in self._sleeve_of:
                raise StrategyError(
                    f"{strategy.label} wants {shortened(repr(ticker), 60)} on {day}, which is not "
                    "in its universe; add it there"
                )
            weights[ticker] = self._number(ticker, weight, day)
            if not math.isfinite(weights[ticker]):
                raise StrategyError(
                    f"{strategy.label}: the weight of {ticker} on {day} is {weight}; "
                    "leave a line out where its figures are unknown"
                )
            why = weights[ticker] < 0 and self.market.by_ticker[ticker].unshortable
            if why:
                raise StrategyError(
                    f"{strategy.label} sells {ticker} short on {day}; {why}, hold it long or not "
                    "at all"
                )
        gross = _gross(weights.values())
        if gross > strategy.max_gross + ROUNDING:
            most = math.ceil(gross) if gross < math.inf else gross
            raise StrategyError(
                f"{strategy.label}: weights on {day} add up to {gross:.4f}, above max_gross "
                f"{strategy.max_gross:g}; scale them, or declare max_gross = {most}"
            )
        return weights

    def _number(self, ticker: str, weight: object, day: date) -> float:
        """A weight as a number; StrategyError for a text, an array, a Series."""
        if isinstance(weight, int | float) or (
            hasattr(weight, "__float__") and not isinstance(weight, Sized)
        ):
            try:
                return float(weight)
            except (TypeError, ValueError, OverflowError):
                pass
        raise StrategyError(
            f"{self.strategy.label}: weight of {ticker} on {day} is "
            f"{shortened(' '.join(repr(weight).split()), 60)}; give a plain number"
        )

    def _sleeve(
        self, sleeve: Sleeve, weights: Mapping[str, float], session: int
    ) -> dict[int, tuple[float, str]]:
        """Columns of one sleeve with their weight and the universe line they count for."""
        wanted = {ticker: weights[ticker] for ticker in sleeve.tickers if weights.get(ticker)}
        parts = {ticker: places(self.market, ticker, session) for ticker in wanted}
        columns: dict[int, tuple[float, str]] = {}
        for sign in (1.0, -1.0):
            side = {ticker: weight for ticker, weight in wanted.items() if weight * sign > 0}
            there = [side[ticker] for ticker in side if parts[ticker]]
            if not there:
                continue
            scale = math.fsum(side.values()) / math.fsum(there)
            for ticker, weight in side.items():
                for column, share in parts[ticker].items():
                    before = columns.get(column, (0.0, ticker))
                    columns[column] = (before[0] + weight * scale * share, ticker)
        return columns


def _gross(weights: Iterable[float]) -> float:
    try:
        return math.fsum(map(abs, weights))
    except OverflowError:
        return math.inf


@per_market
def _sleeves(market: Market) -> Mapping[str, int]:
    """The place of the sleeve of each line of the universe."""
    return {
        ticker: place for place, sleeve in enumerate(market.sleeves) for ticker in sleeve.tickers
    }


def age_of(market: Market, session: int) -> int | None:
    """Sessions since the first on which one could act on the article; None before it."""
    first = market.first_decision
    return session - first if first is not None and session >= first else None
