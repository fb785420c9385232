"""Views made by hand, in which a strategy takes a single decision, and targets of whole runs."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from backtests.engines import kernel
from backtests.records.from_run import result_of
from backtests.runner.inputs import cost_model, load_bars, prepare
from backtests.runner.run_strategy import run_strategy
from backtests.settings import Engine, Settings
from backtests.simulation.desk import Desk
from markets.folder.source import FolderSource
from markets.snapshot import Source
from newsfolio import Facts, Strategy, View
from newsfolio.view import MarketView
from tests.support.histories import Prescribed

NAN = float("nan")
TODAY = date(2025, 3, 31)


@dataclass
class WrittenHistory(Prescribed):
    """A history in which every answer is written down, and what was asked is noted."""

    momenta: Mapping[str, float] = field(default_factory=dict)
    closes: pd.DataFrame = field(default_factory=pd.DataFrame)
    values: pd.DataFrame = field(default_factory=pd.DataFrame)
    scores: Mapping[str, float] = field(default_factory=dict)
    traded: Mapping[str, float] = field(default_factory=dict)
    signals: Mapping[str, pd.Series] = field(default_factory=dict)
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    now: float = NAN
    mean: float = NAN
    asked: list[tuple[object, ...]] = field(default_factory=list)

    def momentum(self, ticker: str, lookback: int, skip: int) -> float:
        self.asked.append(("momentum", lookback, skip))
        return self.momenta[ticker]

    def zscore(self, ticker: str, against: str, lookback: int) -> float:
        self.asked.append(("zscore", ticker, against, lookback))
        return self.scores[ticker]

    def level(self, ticker: str) -> float:
        return self.now

    def moving_average(self, ticker: str, lookback: int) -> float:
        self.asked.append(("moving_average", lookback))
        return self.mean

    def traded_value(self, ticker: str, bars: int) -> float:
        if self.traded:
            return self.traded[ticker]
        return float(self.values[ticker].iloc[-bars:].median())

    def frame(self) -> pd.DataFrame:
        return self.closes

    def turnover(self) -> pd.DataFrame:
        return self.values

    def signal(self, ticker: str) -> pd.Series:
        return self.signals[ticker]

    def facts(self, name: str) -> pd.DataFrame:
        return self.tables[name].copy()

    def usable(self) -> frozenset[str]:
        return frozenset(self.closes.columns)

    def once(self, function: Callable[..., object], arguments: tuple[Any, ...], at: Any) -> object:
        """Asked anew each time, of the rows up to a day."""
        history = self if at is None else self._until(pd.Timestamp(at))
        days = history.closes.index
        today = days[-1].date() if len(days) else TODAY
        lines = tuple(history.closes.columns)
        return function(MarketView(today, lines, history, function.__name__), *arguments)  # type: ignore[arg-type]

    def _until(self, day: pd.Timestamp) -> WrittenHistory:
        values = self.values[:day] if len(self.values) else self.values
        return dataclasses.replace(
            self, closes=self.closes[:day], values=values,
            signals={name: values[:day] for name, values in self.signals.items()},
            tables={name: rows[rows["known"] < day] for name, rows in self.tables.items()},
        )  # fmt: skip


def view_of(
    history: WrittenHistory, strategy: Strategy, age: int | None = None,
    held: Mapping[str, float] | None = None, without: tuple[str, ...] = (),
    today: date | None = None,
) -> View:  # fmt: skip
    """Of all lines of the strategy's universe, on the last day of the history."""
    lines: list[str] = []
    for part in strategy.universe:
        lines += [part] if isinstance(part, str) else part.tickers
    if today is None:
        today = history.closes.index[-1].date() if len(history.closes) else date(2025, 9, 30)
    weights = dict.fromkeys(lines, 0.0) | dict(held or {})
    return View(today, tuple(lines), frozenset(lines) - set(without), age, weights, history)  # type: ignore[arg-type]


def view_in_march(
    history: WrittenHistory, strategy: Strategy, age: int | None = 0, **rest: Any
) -> View:
    """On the last day of March 2025, once the article is out."""
    return view_of(history, strategy, age, **{"today": TODAY} | rest)


def view_on(
    history: WrittenHistory, today: str = "2025-03-31", held: Mapping[str, float] | None = None,
    usable: tuple[str, ...] = (),
) -> View:  # fmt: skip
    """Of the lines that the history knows, before any article."""
    lines = tuple(history.closes.columns) or tuple(history.momenta)
    weights = dict.fromkeys(lines, 0.0) | dict(held or {})
    usable = usable or lines
    return View(date.fromisoformat(today), lines, frozenset(usable), None, weights, history)  # type: ignore[arg-type]


def view_at_end(
    close: pd.DataFrame,
    rows: pd.DataFrame | None = None,
    *,
    age: int | None = None,
    held: dict[str, float] | None = None,
    turnover: pd.DataFrame | None = None,
) -> View:
    """Of the lines of a table of levels, on its last day. rows: of whatever table is asked for."""
    lines = tuple(close.columns)
    history: Any = WrittenHistory(closes=close)
    if rows is not None:
        history.tables = dict.fromkeys(("house_views", "ai_scores", "giants_results"), rows)
    if turnover is not None:
        history.values = turnover
    weights = dict.fromkeys(lines, 0.0) | (held or {})
    return View(close.index[-1].date(), lines, frozenset(lines), age, weights, history)


def held_of(weights: Mapping[str, float] | None) -> dict[str, float]:
    """What is held at all."""
    assert weights is not None
    return {line: weight for line, weight in weights.items() if weight}


def weekdays(count: int, end: str = "2025-09-26") -> pd.DatetimeIndex:
    """So many up to a day, a Friday unless another is named."""
    return pd.bdate_range(end=end, periods=count, name="session")


def rows_of(facts: Facts, *rows: Sequence[object]) -> pd.DataFrame:
    """Rows as a view shows them."""
    frame = pd.DataFrame(list(rows), columns=list(facts.header))
    frame["known"] = pd.to_datetime(frame["known"])
    return frame.astype(dict.fromkeys(facts.columns, "float64") | dict.fromkeys(facts.text, "str"))


# --- whole runs --------------------------------------------------------------------------------


def targets(
    strategy: Strategy, source: Source, start: str, end: str
) -> dict[str, dict[str, float]]:
    """What was wanted at each decision, by day."""
    return _run(strategy, source, start, end)[0]


def explained_targets(
    strategy: Strategy, prices: Path, end: str
) -> tuple[dict[str, dict[str, float]], Any]:
    """Targets by day on real prices since August 2024, and what stood behind the last one."""
    by_day, desk = _run(strategy, FolderSource(prices), "2024-08-01", end)
    return by_day, desk.explained()


def _run(
    strategy: Strategy, source: Source, start: str, end: str
) -> tuple[dict[str, dict[str, float]], Desk]:
    settings = Settings(start=date.fromisoformat(start), end=date.fromisoformat(end))
    market = prepare(strategy, load_bars(strategy, source, settings), settings)
    desk = Desk(strategy, market, settings, cost_model(settings))
    output = kernel.run(desk)
    by_day = {str(market.day(target.session)): held_of(target.weights) for target in output.targets}
    return by_day, desk


def fills_of(strategy: Strategy, source: Source, start: str, end: str) -> pd.DataFrame:
    """The fills of a run with its references."""
    settings = Settings(
        engine=Engine.KERNEL, start=date.fromisoformat(start), end=date.fromisoformat(end)
    )
    return result_of(run_strategy(strategy, source, settings)).fills


def close_of(prices: Path, name: str, day: str, column: str = "Close") -> float:
    """A figure of a price file."""
    return float(pd.read_csv(prices / f"{name}.csv", index_col="Date").loc[day, column])


def adjusted(prices: Path, line: str) -> pd.Series:
    return pd.read_csv(prices / f"{line}.csv", index_col="Date", parse_dates=True)["Adj Close"]
