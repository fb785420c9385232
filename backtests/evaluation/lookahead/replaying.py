"""A strategy in a process of its own: unpacked, shown a market, and asked."""

from __future__ import annotations

import dataclasses
import io
import pickle
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import numpy as np

from backtests import strategy_loader
from backtests.engines import kernel
from backtests.engines.trees.parents import ParentDecider
from backtests.evaluation.lookahead.altered_markets import with_arrays
from backtests.evaluation.lookahead.messages import (
    AgainTask,
    Begin,
    Decided,
    Failed,
    Luggage,
    OnceTask,
    Opened,
    OrdersTask,
    RunReply,
    RunTask,
    Step,
    Steps,
    TableTask,
    Weights,
    write_rows,
)
from backtests.evaluation.lookahead.once_again import asked_again
from backtests.evaluation.lookahead.witness import ObservedStrategy, Witness, plain_weights
from backtests.runner.inputs import cost_model
from backtests.settings import Settings
from backtests.simulation.book import Holdings
from backtests.simulation.decision_tables import table_of
from backtests.simulation.decisions import Columns, Decider
from backtests.simulation.desk import Desk
from backtests.simulation.output import Target
from markets.market import Array, Floats, Market, Placed
from markets.views.recorder import Recorder
from newsfolio.errors import NewsfolioError
from newsfolio.strategy import Strategy
from newsfolio.trees import leg_names, legs_of
from newsfolio.view import View


class ReplayedStrategy:
    """One strategy on the market that came with it."""

    def __init__(self, witness: Witness, luggage: Luggage) -> None:
        witness.begin(luggage)
        with witness.asking():
            strategy = _Unpacker(luggage).load()
            _made_anew(strategy)
        self._observed = ObservedStrategy(strategy, witness)
        self._market: Market
        self._open_arrays: dict[str, Array] = {}
        self._recorder: Recorder | None = None
        self._decider: Decider
        self._decisions: list[Decided] = []

    def answer(self, order: object) -> object:
        """Do as a message says; raises StrategyError where the author's code fails."""
        _no_processes()
        answers = {
            Opened: self._open,
            RunTask: self._run,
            TableTask: self._table,
            AgainTask: self._again,
            OnceTask: self._once,
            Begin: self._begin,
            Step: self._step,
            Steps: self._all_steps,
            OrdersTask: self._orders,
        }
        return answers[type(order)](order)  # type: ignore[operator]

    def _open(self, opened: Opened) -> None:
        market = opened.market
        if opened.flowing:
            arrays = _arrays(market) | dict(opened.derived)
            signals = {name: values.copy() for name, values in market.signals.items()}
            self._open_arrays = {name: values.copy() for name, values in arrays.items()}
            shown = {name: values.view() for name, values in self._open_arrays.items()}
            derived = {name: shown.pop(name) for name in opened.derived}
            market = dataclasses.replace(
                with_arrays(market, shown), facts=dict(market.facts),
                signals={name: values.view() for name, values in signals.items()},
            )  # fmt: skip
            vars(market).update(derived)  # cached on first use, and then no longer true
            self._open_arrays |= {f"signal {name}": values for name, values in signals.items()}
        self._market = market

    def _run(self, task: RunTask) -> RunReply:
        if task.accounts is not None:
            return self._asked(task.accounts)
        desk = _NotingDesk(self._observed, self._market, task.settings)
        with self._observed.witness.asking():
            output = kernel.run(desk)
        self._decisions = desk.noted
        return RunReply(tuple(desk.noted), tuple(output.targets), output.ended)

    def _asked(self, accounts: Sequence[Step]) -> RunReply:
        """The decisions of a strategy that holds strategies, with the accounts that it saw."""
        decider, self._decisions = self._decider_on(None), []
        for seen in accounts:
            account = _Account(seen.values, seen.equity)
            weights = _by_name(decider.decide(seen.session, account), decider.names)
            self._decisions.append(Decided(seen.session, seen.values, seen.equity, weights))
        targets = (Target(decided.session, decided.weights) for decided in self._decisions
                   if decided.weights is not None)  # fmt: skip
        return RunReply(tuple(self._decisions), tuple(targets), None)

    def _decider_on(self, recorder: Recorder | None) -> Decider:
        """What asks the strategy on the market that was sent."""
        observed = cast(Strategy, self._observed)
        inner = self._observed.strategy
        legs = leg_names(inner) if isinstance(inner, Strategy) else {}
        if legs:
            return ParentDecider(observed, self._market, legs, recorder)
        return Decider(observed, self._market, recorder)

    def _table(self, task: TableTask) -> Mapping[int, Weights] | None:
        strategy, market = self._observed.strategy, self._market
        if legs_of(strategy):
            return None
        desk = Desk(strategy, market, task.settings, cost_model(task.settings, market.fx))
        decided = table_of(strategy, market, desk.marks)
        if decided is None:
            return None
        return {
            session: dict(zip(market.tickers, decided.weights[row].tolist(), strict=True))
            for row, session in enumerate(decided.sessions.tolist())
            if decided.asked[row]
        }

    def _again(self, task: AgainTask) -> list[tuple[Weights | None, Weights | Failed | None]]:
        """Single decisions with the very views that they had, on buffers that end with them."""
        views = [self._observed.views[number] for number in task.numbers]
        return [(before, self._alone(view)) for view, before in views]

    def _alone(self, view: View) -> Weights | Failed | None:
        recorder = Recorder(self._market, alone=True)
        recorder.write(self._market, self._market.row_of[view.today])
        try:
            answer = self._observed.strategy.weights(dataclasses.replace(view, _history=recorder))
        except Exception as error:
            return Failed(str(error))
        return None if answer is None else plain_weights(answer)

    def _once(self, task: OnceTask) -> tuple[str, ...]:
        with self._observed.witness.asking():
            return tuple(asked_again(self._market, task.most))

    def _begin(self, order: Begin) -> None:
        bait = None if order.bait is None else np.random.default_rng(order.bait)
        self._recorder = Recorder(self._market, bait)
        self._decider = self._decider_on(self._recorder)

    def _step(self, step: Step) -> Weights | None:
        if step.rows is not None:
            rows = slice(step.rows.begin, step.session + 1)
            write_rows(self._open_arrays, rows, step.rows.body)
            cast(dict[str, Placed], self._market.facts).update(step.rows.facts)
        account = _Account(step.values, step.equity)
        answer = self._decider.decide(step.session, account)
        return _by_name(answer, self._decider.names)

    def _all_steps(self, order: Steps) -> list[Weights | Failed | None]:
        answers: list[Weights | Failed | None] = []
        with self._observed.witness.asking():
            for step in order.steps:
                try:
                    answers.append(self._step(step))
                except NewsfolioError as error:
                    return [*answers, Failed(str(error))]
        return answers

    def _orders(self, task: OrdersTask) -> object:
        from backtests.runner.run_strategy import play_plain

        plain: Any = self._observed.strategy
        with self._observed.witness.asking():
            return play_plain(plain, self._market, task.settings, task.last).placed


def _made_anew(strategy: object) -> None:
    """Fill parameters once more: an instance travels with what they were filled with elsewhere."""
    if isinstance(strategy, Strategy):
        with suppress(Exception):  # the author's own; what it opened is noted
            type(strategy)()


def _no_processes() -> None:
    """Let joblib work in threads, which are watched; scikit-learn would start processes."""
    joblib = sys.modules.get("joblib")
    if joblib is not None:
        joblib.parallel_config(backend="threading")  # from now on


class _Unpacker(pickle.Unpickler):
    """Modules that were loaded from files are loaded from the same files again."""

    def __init__(self, luggage: Luggage) -> None:
        super().__init__(io.BytesIO(luggage.body))
        self._files = luggage.files

    def find_class(self, module: str, name: str) -> object:
        if module in self._files and module not in sys.modules:
            strategy_loader.load_file(Path(self._files[module]), module)
        return super().find_class(module, name)


class _NotingDesk(Desk):
    """A desk that notes what it asks: the account at each decision, and the answer."""

    def __init__(self, observed: ObservedStrategy, market: Market, settings: Settings) -> None:
        super().__init__(
            cast(Strategy, observed), market, settings, cost_model(settings, market.fx)
        )
        self.noted: list[Decided] = []

    def decide(self, session: int, book: Holdings) -> Columns | None:
        values, equity = book.values(session).copy(), book.equity(session)
        answer = super().decide(session, book)
        self.noted.append(Decided(session, values, equity, _by_name(answer, self.market.tickers)))
        return answer


class _Account:
    """What an account was worth at one close."""

    def __init__(self, values: Floats, equity: float) -> None:
        self._values, self._equity = values, equity

    def values(self, session: int) -> Floats:
        return self._values

    def equity(self, session: int) -> float:
        return self._equity


def _by_name(answer: Columns | None, names: Sequence[str]) -> Weights | None:
    if answer is None:
        return None
    return {names[column]: float(weight) for column, weight in answer.items()}


def _arrays(market: Market) -> dict[str, Array]:
    values = ((field.name, getattr(market, field.name)) for field in dataclasses.fields(market))
    return {name: value for name, value in values
            if isinstance(value, np.ndarray) and name != "sessions"}  # fmt: skip
