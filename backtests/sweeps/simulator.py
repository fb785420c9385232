"""Simulating one set after another on a market that is prepared once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TypeVar

import pandas as pd

from backtests.engines import kernel
from backtests.engines.trees.desks import desk_of
from backtests.evaluation.scored_window import in_words
from backtests.evaluation.statistics.overfitting import ahead
from backtests.plain_strategy import PlainStrategy
from backtests.records.exposures import exposure_from, published_on
from backtests.records.ledger.trial import Exposure
from backtests.runner.divide import window_on
from backtests.runner.inputs import (
    Inputs,
    cost_model,
    fx_source,
    inputs_of,
    reference_inputs,
    references_of,
    settings_for,
)
from backtests.runner.references import run_reference
from backtests.runner.run import BENCHMARK, Reference, ReferenceRun, cash_rate
from backtests.runner.run_strategy import play_plain
from backtests.settings import Settings
from backtests.simulation.account import Account, account, valuations
from backtests.simulation.desk import Desk
from backtests.simulation.fills import Transactions, transactions_of
from backtests.simulation.flows import time_weighted
from backtests.simulation.limits import require_possible
from backtests.simulation.metrics import Traded, figures_of
from backtests.simulation.output import EngineOutput
from backtests.sweeps.batches import GROUPS, SetBatch, SweepRow, errors_in
from backtests.sweeps.data_needs import MarketKey, asks, varies
from backtests.sweeps.grid import ParameterGrid
from backtests.sweeps.shared_market import Comparator, SharedMarket, comparator_of, returns_of
from markets.market import Floats
from markets.snapshot import Snapshot, Source
from newsfolio.errors import DataError, NewsfolioError, StrategyError
from newsfolio.strategy import Strategy

MOST = 32
"""Markets, and curves of controls, that a worker remembers; others are made again."""

PROVED = 3
"""Sets of a sweep, evenly spread, whose vectorised decisions are compared with those one by one."""


Kept = TypeVar("Kept")


class SweepSimulator:
    """The bars of a sweep and the markets made of them: all that a worker needs."""

    def __init__(self, bars: Snapshot, settings: Settings, source: str) -> None:
        self.bars = bars
        self.snapshot = bars.id
        self.settings = settings
        self.source = source
        self.costs = cost_model(settings, fx_source(settings, bars))
        self._markets: OrderedDict[MarketKey, SharedMarket] = OrderedDict()
        self._comparators: OrderedDict[MarketKey, Comparator | None] = OrderedDict()

    @classmethod
    def of(cls, grid: ParameterGrid, source: Source, settings: Settings) -> SweepSimulator:
        """Everything that any set needs of a source, read before the first is simulated."""
        settings = settings_for(grid.base, settings)
        needed: dict[MarketKey, Inputs] = {}
        for place in range(len(grid)) if varies(grid.base) else ():
            try:
                strategy = grid.strategy(place)
            except NewsfolioError:
                continue  # it is recorded when its turn comes
            references = references_of(strategy, settings)
            traded = (reference.strategy for reference in references)
            key = (asks(strategy), *(asks(other) for other in traded if other))
            if key not in needed:
                needed[key] = inputs_of(strategy, settings)
        inputs = needed.values() or [inputs_of(grid.base, settings)]
        read = [needs.load(source) for needs in inputs]
        bars = {ticker: line for snapshot in read for ticker, line in snapshot.bars.items()}
        tables = {name: table for snapshot in read for name, table in snapshot.facts.items()}
        return cls(Snapshot(bars, tables), settings, source.name)

    def shared(self, strategy: Strategy) -> SharedMarket:
        """The market of a strategy; the sets of one universe share it."""
        key = asks(strategy)
        if key not in self._markets:
            _remember(self._markets, key, self._prepared(strategy))
        return self._markets[key]

    def warm(self, grid: ParameterGrid) -> None:
        """Prepare the market of the base, so that workers get it and need not make it."""
        with suppress(NewsfolioError):  # its sets say so themselves
            self.shared(grid.base)

    def run(self, strategy: Strategy) -> tuple[SharedMarket, EngineOutput]:
        """One set by itself, from its first session to its last."""
        shared = self.shared(strategy)
        return shared, self._alone(self._desk(strategy, shared))

    def prove(self, grid: ParameterGrid) -> None:
        """Compare vectorised decisions with those one by one; StrategyError where trades differ.

        A few sets, evenly spread: the sweep rests on that form alone, nobody looks at each set.
        """
        for place in range(0, len(grid), -(-len(grid) // PROVED)):
            try:
                strategy = grid.strategy(place)
                alike = self._alike(strategy)
            except Exception:  # noqa: S112
                continue  # its row will say so
            if not alike:
                raise StrategyError(
                    f"{strategy.label}: weights_table decides otherwise than weights; correct it "
                    f"(newsfolio check {strategy.name} names the date and the line) or remove it"
                )

    def _alike(self, strategy: Strategy) -> bool:
        shared = self.shared(strategy)
        desk = self._desk(strategy, shared)
        table = kernel.table(desk)
        if table is None:
            return True
        output = kernel.run_batch(desk, [table])[0]
        try:
            return output == kernel.run(self._desk(strategy, shared), at_once=False)
        except StrategyError:
            return False  # `weights` fails where its table does not

    def curve(self, strategy: Strategy) -> tuple[pd.Series, SweepRow]:
        """The equity of one set, and its row; raises what goes wrong."""
        shared, output = self.run(strategy)
        transactions = transactions_of(shared.market, [(output.fills, output.events)])
        equity, figures = self._figures(shared, transactions)
        row: SweepRow = {"error": "", "figures": figures[0]}
        self._score_row(row, strategy, shared, equity[0])
        return pd.Series(equity[0], shared.days, name="equity"), row

    def rows(
        self, makers: Iterable[Callable[[], Strategy]], *, keep: bool = False
    ) -> list[SweepRow]:
        """The figures of each set, its score, and the window that they are of.

        makers: answer a set each, or raise; what goes wrong with one is the `error` of its row.
        keep: also `returns`, what each session after the first earned.
        """
        rows: list[SweepRow] = []
        waiting: dict[MarketKey, SetBatch] = {}
        for make in makers:
            row: SweepRow = {"error": ""}
            rows.append(row)
            with errors_in(row):
                key, group = self._joined(make(), row, waiting)
                if group.full:
                    self._fill(waiting.pop(key), keep=keep)
                if len(waiting) > GROUPS:
                    self._fill(waiting.pop(next(iter(waiting))), keep=keep)
        for group in waiting.values():
            self._fill(group, keep=keep)
        return rows

    def _joined(
        self, strategy: Strategy, row: SweepRow, waiting: dict[MarketKey, SetBatch]
    ) -> tuple[MarketKey, SetBatch]:
        """The group that a set has been added to, and its key."""
        shared = self.shared(strategy)
        desk = self._desk(strategy, shared)
        decided = kernel.table(desk)
        output = self._alone(desk) if decided is None else None
        key = shared, None if decided is None else desk.marks.tobytes()
        group = waiting.setdefault(key, SetBatch(shared, desk))
        group.rows.append(row)
        group.strategies.append(strategy)
        group.decided += [decided] if decided else []
        group.outputs += [output] if output else []
        return key, group

    def _fill(self, group: SetBatch, *, keep: bool) -> None:
        """The rows of a group; where one set spoils it, of each set by itself."""
        shared = group.shared
        failed: SweepRow = {}
        with errors_in(failed):
            equities, figures = self._figures(shared, group.transactions())
        if failed and len(group.rows) > 1:
            for single in group.singles:
                self._fill(single, keep=keep)
        elif failed:
            group.rows[0] |= failed
        else:
            for row, strategy, equity, own in zip(
                group.rows, group.strategies, equities, figures, strict=True
            ):
                with errors_in(row):
                    self._score_row(row, strategy, shared, equity)
                    row["figures"] = own
                    if keep:
                        row["returns"] = returns_of(equity)

    def _desk(self, strategy: Strategy, shared: SharedMarket) -> Desk:
        return desk_of(strategy, shared.market, self.settings, self.costs)

    def _alone(self, desk: Desk) -> EngineOutput:
        """One set by itself; of a plain strategy, as backtrader plays it."""
        if isinstance(desk.strategy, PlainStrategy):
            return play_plain(desk.strategy, desk.market, self.settings).output
        return kernel.run(desk)

    def _figures(
        self, shared: SharedMarket, transactions: Transactions
    ) -> tuple[Floats, list[dict[str, float | None]]]:
        """(K, S) curves of K sets, and the figures of each."""
        market, settings = shared.market, self.settings
        _, equity = valuations(market, transactions, settings.cash, settings.credit_spread)
        days = market.sessions[transactions.fills[:, 0].astype("int64")]
        traded = Traded(transactions.fills, days, transactions.fills_end)
        curve = time_weighted(equity, transactions, market.first)
        return curve, figures_of(shared.axis, curve, traded, shared.cash, equity)

    def _score_row(
        self, row: SweepRow, strategy: Strategy, shared: SharedMarket, equity: Floats
    ) -> None:
        row["score"] = self._score(strategy, shared, equity)
        row["start"], row["end"] = shared.start, shared.end
        row["scored"] = shared.scored.sessions if strategy.thesis else 0

    def exposure(self, strategy: Strategy) -> Exposure:
        """What a strategy has its money in; its universe where it cannot be run, or not fast."""
        published = published_on(strategy)
        try:
            shared = self.shared(strategy)
        except NewsfolioError:
            return Exposure(published)
        row = shared.row + 1 if strategy.thesis else 0
        try:
            if not isinstance(strategy, PlainStrategy):
                return exposure_from(row, *self._accounts(strategy, shared), published)
        except Exception:  # noqa: S110
            pass  # the set of its own parameters says so in its row
        lines = shared.market.universe
        if row >= len(shared.days):
            return Exposure(published)
        return Exposure(published, {line: round(1 / len(lines), 4) for line in lines},
                        since=f"{shared.days[row]:%Y-%m-%d}", until=shared.end)  # fmt: skip

    def _accounts(self, strategy: Strategy, shared: SharedMarket) -> tuple[Account, Account | None]:
        """Of a strategy, and of the first control that these data can carry."""
        output, settings = kernel.run(self._desk(strategy, shared)), self.settings
        own = account(shared.market, output.fills, output.events, settings.cash,
                      settings.credit_spread)  # fmt: skip
        for reference in sorted(references_of(strategy, settings), key=_last_if_benchmark):
            if (run := self._reference(reference, strategy, shared)) is not None:
                return own, run.account
        return own, None

    def against(self, strategy: Strategy) -> str:
        """What a strategy with a thesis is scored against, "" without one."""
        if strategy.thesis is None:
            return ""
        return self._comparator(strategy, self.shared(strategy)).name

    def comparator(self, strategy: Strategy) -> Comparator:
        """What the score of a strategy is the difference to; cash without a thesis."""
        shared = self.shared(strategy)
        return self._comparator(strategy, shared) if strategy.thesis else self._cash(shared)

    def references(self, strategy: Strategy) -> dict[str, pd.Series]:
        """Equity of the benchmark and the controls that these data can carry, and of cash."""
        shared = self.shared(strategy)
        curves = {
            reference.name: self._curve(reference, strategy, shared)
            for reference in references_of(strategy, self.settings)
        }
        possible = {name: curve for name, curve in curves.items() if curve is not None}
        return {**possible, "cash": shared.idle.equity}

    def _prepared(self, strategy: Strategy) -> SharedMarket:
        settings = self.settings
        market = inputs_of(strategy, settings).market(self.bars)
        require_possible(settings.limits, market, strategy.label)
        idle = account(market, (), (), settings.cash, settings.credit_spread)
        article = strategy.thesis.article.id if strategy.thesis else None
        window = window_on(market, article)
        scored, row = in_words(market, window), window.divide - market.first
        return SharedMarket(market, idle.sessions, cash_rate(market), scored, row, idle)

    def _score(self, strategy: Strategy, shared: SharedMarket, equity: Floats) -> float | None:
        """Annual Sharpe ratio of the difference to the control over the scored sessions."""
        if strategy.thesis is None or shared.scored.sessions < 2:
            return None
        other = self._comparator(strategy, shared).scored
        return ahead(returns_of(equity, shared.row), other, shared.scored.years)

    def _comparator(self, strategy: Strategy, shared: SharedMarket) -> Comparator:
        """The first control that these data can carry, else cash."""
        references = references_of(strategy, self.settings)
        for reference in sorted(references, key=lambda reference: reference.name == "benchmark"):
            key = (asks(strategy), reference)
            if key not in self._comparators:
                curve = self._curve(reference, strategy, shared)
                comparator = None
                if curve is not None:
                    comparator = comparator_of(reference.name, curve.to_numpy(), shared.row)
                _remember(self._comparators, key, comparator)
            if (comparator := self._comparators[key]) is not None:
                return comparator
        return self._cash(shared)

    def _cash(self, shared: SharedMarket) -> Comparator:
        return Comparator("cash", shared.cash, shared.cash[shared.row :])

    def _curve(
        self, reference: Reference, strategy: Strategy, shared: SharedMarket
    ) -> pd.Series | None:
        run = self._reference(reference, strategy, shared)
        return None if run is None else run.curve

    def _reference(
        self, reference: Reference, strategy: Strategy, shared: SharedMarket
    ) -> ReferenceRun | None:
        try:
            needs = reference_inputs(reference, strategy, self.settings)
            return run_reference(
                needs, shared.market, shared.idle, self.settings, self.costs, self.bars
            )
        except DataError:
            return None


def _last_if_benchmark(reference: Reference) -> bool:
    return reference.name == BENCHMARK


def _remember(kept: OrderedDict[MarketKey, Kept], key: MarketKey, value: Kept) -> None:
    kept[key] = value
    if len(kept) > MOST:
        kept.popitem(last=False)
