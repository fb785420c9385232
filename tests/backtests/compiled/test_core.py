"""The compiled kernel against the desk that it stands for: the same to the last bit."""

from __future__ import annotations

import dataclasses
import importlib.util
import sys
from math import fsum
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from backtests.engines import kernel
from backtests.engines.kernel_inputs import kernel_inputs_of
from backtests.settings import Settings
from backtests.simulation import decision_tables, metrics, valuation
from backtests.simulation.decisions import by_column
from backtests.simulation.desk import Desk
from backtests.simulation.fills import Transactions
from backtests.simulation.valuation import DELISTING, Closes
from markets.costs.models import VenueCosts
from markets.market import Market
from markets.reference.currencies import Fixings
from newsfolio.costs import Costs
from tests.support.random_markets import random_case

core: Any = pytest.importorskip(
    "backtests.compiled.core",
    reason="the kernel was not compiled: install a C compiler and newsfolio anew",
)


def alike(seed: int, lines: int | None = None) -> bool:
    """Whether both run a random market alike, at settings that the core knows."""
    case = random_case(seed, lines)
    settings = dataclasses.replace(case.settings, impact=0.0, participation=None)
    market = case.market()
    assert kernel_inputs_of(market, settings, case.costs) is not None
    compiled, desk = (Desk(case.strategy, market, settings, case.costs) for _ in range(2))
    return kernel.run(compiled) == kernel.turned(desk)


@pytest.mark.parametrize("first", range(6000, 6080, 10))
def test_the_compiled_kernel_is_the_desk(first: int) -> None:
    assert [seed for seed in range(first, first + 10) if not alike(seed)] == []


@pytest.mark.parametrize("seed", range(6000, 6006))
def test_the_compiled_kernel_is_the_desk_on_many_lines(seed: int) -> None:
    """Whose sums are made side by side."""
    assert alike(seed, 100)


@dataclasses.dataclass(frozen=True)
class FlatRates:
    """One rate for every pair, from 2000 on."""

    rate: float
    valued_same_day: bool = False

    def fixings(self, currency: str, base: str) -> Fixings:
        days = np.arange("2000-01-01", "2040-01-01", dtype="datetime64[D]")
        return Fixings(f"{currency} in {base}", days, np.full(len(days), self.rate))


def test_equal_terms_convert_at_the_rates_of_their_own_run() -> None:
    """Runs of one process may know other rates, though their lines and terms are equal."""
    case = random_case(6001)
    settings = dataclasses.replace(case.settings, impact=0.0, participation=None)
    market = case.market()
    paid = []
    for rate in (1.0, 3.0):
        costs = VenueCosts(Costs("4.90 XAU/order", taxes=False), FlatRates(rate))
        compiled, desk = (
            Desk(case.strategy, dataclasses.replace(market), settings, costs) for _ in range(2)
        )
        fills = kernel.run(compiled)
        assert fills == kernel.turned(desk)
        paid.append(fills)
    assert paid[0] != paid[1]


@pytest.mark.parametrize(
    "values",
    [
        [1e16, 1.0, -1e16],
        [0.1] * 10,
        [1e308, 1.0, -1e308, 1e-300, 2.0**-53],
        [1.0, 2.0**-53, 2.0**-106],
        [-1.0, -(2.0**-53), -(2.0**-106)],
        [1.0, 2.0**-53],
        [sign * 2.0**power for power in range(-1000, 990, 7) for sign in (1.0, -0.75)],
        [],
    ],
)
def test_sums_are_those_of_fsum(values: list[float]) -> None:
    ends = np.array([len(values), len(values), 2 * len(values)])
    assert core.sums(np.array(values * 2), ends).tolist() == [fsum(values), 0.0, fsum(values)]
    assert closes(3.0, [values]).tolist() == [fsum([3.0, *values])]


@pytest.mark.parametrize("lines", [9, 63, 64, 95, 131])
def test_sums_of_random_numbers_are_those_of_fsum(lines: int) -> None:
    rng = np.random.default_rng(5)
    shape = 18_000 // lines, lines
    values = rng.normal(size=shape) * 10.0 ** rng.integers(-18, 18, shape)
    for start in rng.normal(size=5).tolist():
        wanted = [fsum([start, *row]) for row in values.tolist()]
        assert closes(start, values).tolist() == wanted


def test_sums_whose_last_bit_is_in_doubt_are_those_of_fsum() -> None:
    """Halves of a last bit, and next to nothing beside them, anywhere in a row."""
    rng = np.random.default_rng(6)
    values = rng.choice([1.0, -1.0], (4000, 100)) * rng.choice(
        [0.0, 2.0**52, 1.0, 0.5, 2.0**-60], (4000, 100)
    )
    assert closes(0.5, values).tolist() == [fsum([0.5, *row]) for row in values.tolist()]


def closes(cash: float, values: Any) -> Any:
    """Equity of `cash` and a unit of each line, at closes of these prices; units cost nothing."""
    prices = np.array(values, dtype="float64").reshape(len(values), -1)
    fills = np.array([[0, line, 1.0, 0.0, 1.0, 0.0, 0.0] for line in range(prices.shape[1])])
    flat, none = np.ones(len(prices)), np.empty((0, 4))
    bought = Transactions(fills.reshape(-1, 7), np.array([len(fills)]), none, np.array([0]))
    _, equity = core.valued(cash, bought, Closes(0, prices, flat, flat))
    return equity[0]


@pytest.mark.parametrize("seed", range(30))
def test_values_of_many_runs_are_those_of_the_twin(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Random trades, twice a line in a session too, events, delistings and debts.

    A few lines, or some of so many that their prices are kept by close alone.
    """
    transactions, closes = random_runs(np.random.default_rng(seed), 70 if seed % 3 == 2 else 5)
    compiled = core.valued(20_000.0, transactions, closes)
    written = twin(valuation, monkeypatch).valued(20_000.0, transactions, closes)
    for own, other in zip(compiled, written, strict=True):
        assert own.shape == (3, len(closes.prices))
        assert np.array_equal(own, other)


@pytest.mark.parametrize("seed", range(8))
def test_a_table_of_decisions_is_laid_out_as_the_twin_does(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that are whole, blank, short, too much or no numbers, of lines that cannot be held."""
    rng = np.random.default_rng(seed)
    table = rng.dirichlet(np.ones(5), 60) * rng.choice([0.5, 1.0, 1.0 + 4e-10, 1.1], (60, 1))
    odd = rng.choice([0.0, -0.1, np.nan, np.inf, -np.inf], (60, 5))
    table = np.where(rng.random((60, 5)) < 0.15, odd, table)
    table[rng.random(60) < 0.2] = np.nan
    table[rng.random(60) < 0.2] = 0.0
    able = (rng.random((60, 5)) < 0.9).astype("uint8")
    given = table, able, np.array([6, 0, 3, 2, 5]), 7, 1.0 + 5e-10
    compiled, written = core.laid_out(*given), twin(decision_tables, monkeypatch).laid_out(*given)
    for own, other in zip(compiled, written, strict=True):
        assert own.dtype == other.dtype and np.array_equal(own, other, equal_nan=True)
    assert compiled[1].any(axis=1).all() and not compiled[1].all(axis=1).any()


@pytest.mark.parametrize("sessions", [1, 2, 3, 9, 17, 128, 130, 137, 265, 600, 2521])
def test_moments_of_curves_are_those_of_the_twin(sessions: int) -> None:
    """numpy's own sums, to the last bit; what the core leaves out is worked out there."""
    rng = np.random.default_rng(sessions)
    curve = np.cumprod(1 + rng.normal(0, 0.01, (6, sessions)), axis=1) * 1e6
    cash = rng.normal(1e-4, 1e-5, sessions - 1)
    curve[1] = 5.0
    curve[2, sessions // 2 :], curve[3, sessions // 2], curve[4, -1] = 0.0, -3.0, np.nan
    with np.errstate(invalid="ignore"):
        drawn = metrics.plain_moments(curve, cash)
        worked_out = core.moments(curve, cash)
    whole = np.array([0, 1, 5]) if sessions > 2 else []
    assert np.array_equal(worked_out[whole], drawn[whole])
    assert np.isnan(np.delete(worked_out, whole, axis=0)).all()


@pytest.mark.parametrize("seed", range(4))
def test_what_runs_turned_over_is_what_the_twin_says(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(seed)
    transactions, _ = random_runs(rng)
    rows = transactions.fills[:, 0].astype("int64") - 9  # some before the curve, some after it
    equity = rng.normal(1e4, 6e3, (3, 30))
    given = transactions.fills, transactions.fills_end, rows, equity
    written = twin(metrics, monkeypatch).turned(*given)
    assert (written > 0).all()
    assert np.array_equal(core.turned(*given), written)


def twin(of: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A module of the desk where nothing was compiled."""
    assert of.__file__
    monkeypatch.setitem(sys.modules, "backtests.compiled.core", None)
    spec = importlib.util.spec_from_file_location("twin", of.__file__)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "twin", module)
    spec.loader.exec_module(module)
    return module


def random_runs(rng: np.random.Generator, lines: int = 5) -> tuple[Transactions, Closes]:
    """What `valued` is given: three runs, of which the first line is delisted halfway.

    No engine trades it afterwards; both ways it would begin anew.
    """
    sessions, first = 40, 7
    gone = first + sessions // 2
    fills, events, fills_end, events_end = [], [], [], []
    for _ in range(3):
        days = np.sort(rng.integers(first, first + sessions, rng.integers(0, 60))).tolist()
        lots = rng.choice([-100.0, 100.0, 37.5, 1e-9], len(days)).tolist()
        fills += [
            [day, rng.integers(lines), lot, rng.uniform(1, 90), rng.uniform(0.1, 2),
             1.25, 0.5]
            for day, lot in zip(days, lots, strict=True)
        ]  # fmt: skip
        days = rng.integers(first, first + sessions, rng.integers(0, 12)).tolist()
        events += sorted([
            [gone, DELISTING, 0, 77.0],
            *([day, rng.integers(DELISTING), rng.integers(-1, lines), rng.normal(scale=900)]
              for day in days),
        ])  # fmt: skip
        fills_end.append(len(fills))
        events_end.append(len(events))
    growth = np.cumprod(1 + rng.uniform(0, 1e-3, (2, sessions)), axis=1)
    transactions = Transactions(
        np.array(fills, dtype="float64").reshape(-1, 7), np.array(fills_end),
        np.array(events, dtype="float64").reshape(-1, 4), np.array(events_end),
    )  # fmt: skip
    return transactions, Closes(first, rng.uniform(1, 90, (sessions, lines)), growth[0], growth[1])


@pytest.mark.parametrize("unknown", [{"impact": 0.5}, {"participation": 0.1}])
def test_the_desk_runs_what_the_core_does_not_know(unknown: dict[str, float]) -> None:
    case = random_case(3)
    assert kernel_inputs_of(case.market(), Settings(**unknown), case.costs) is None  # type: ignore[arg-type]


def test_a_sum_of_what_is_no_number_is_none() -> None:
    values = np.full(200, np.nan)
    values[::3] = np.inf
    assert np.isnan(core.sums(values, np.array([200]))).all()
    assert np.isnan(closes(1.0, [values])).all()


WRONG = {
    "a fill before the first session": {"fills": [[6, 0, 1, 1, 1, 0, 0]]},
    "a fill after the last": {"fills": [[47, 0, 1, 1, 1, 0, 0]]},
    "a fill of no line": {"fills": [[7, 5, 1, 1, 1, 0, 0]]},
    "fills out of order": {"fills": [[9, 0, 1, 1, 1, 0, 0], [8, 0, 1, 1, 1, 0, 0]]},
    "a fill between sessions": {"fills": [[7.5, 0, 1, 1, 1, 0, 0]]},
    "an event of no line": {"events": [[7, 0, -2, 1.0]]},
    "a delisting of no line": {"events": [[7, DELISTING, -1, 1.0]]},
    "ends that fall": {"fills_end": [2, 1, 2]},
    "ends beyond the last": {"fills_end": [0, 0, 1000]},
    "another number of runs": {"events_end": [0, 0]},
    "growth of other sessions": {"credit": [1.0]},
}


@pytest.mark.parametrize("name", WRONG)
def test_arrays_that_do_not_belong_together_are_refused(name: str) -> None:
    transactions, closes = random_runs(np.random.default_rng(1))
    (field, wrong), *_ = WRONG[name].items()
    given: Any = closes if field == "credit" else transactions
    changed: dict[str, Any] = {field: np.array(wrong, dtype=getattr(given, field).dtype)}
    if field in ("fills", "events"):
        changed[f"{field}_end"] = np.full(3, len(wrong))
    given = dataclasses.replace(given, **changed)
    transactions, closes = (transactions, given) if field == "credit" else (given, closes)
    core.valued(20_000.0, *random_runs(np.random.default_rng(1)))
    with pytest.raises(ValueError, match="do not belong together"):
        core.valued(20_000.0, transactions, closes)


def test_sums_beyond_the_last_value_are_refused() -> None:
    with pytest.raises(ValueError, match="do not belong together"):
        core.sums(np.ones(3), np.array([2, 4]))


def test_tables_that_do_not_fit_the_market_are_refused() -> None:
    market, rules = ruled()
    lines, sessions = len(market.assets), len(market.sessions)
    fits = np.zeros((2, 1, lines)), np.zeros((2, 1), dtype="uint8"), np.full(sessions, -1)
    end = np.array([sessions - 1])
    core.Core(rules, 1e5).run_tables(*fits, end)
    for place, wrong in (
        (0, np.zeros((2, 1, lines + 1))), (0, np.zeros((3, 1, lines))),
        (1, np.zeros((2, 2), dtype="uint8")), (2, np.full(sessions, 1)), (2, np.full(3, -1)),
        (3, end + 1),
    ):  # fmt: skip
        given = [*fits, end]
        given[place] = wrong
        with pytest.raises(ValueError, match="do not belong together"):
            core.Core(rules, 1e5).run_tables(*given)


def test_clocks_and_answers_that_do_not_fit_the_market_are_refused() -> None:
    market, rules = ruled()
    marks = np.ones(len(market.sessions), dtype="uint8")
    for asked, due, stops in (
        ({0: 0.5}, marks[:-1], []), ({0: 0.5}, marks, [len(marks)]),
        ({len(market.assets): 0.5}, marks, []), ({-1: 0.5}, marks, []),
    ):  # fmt: skip
        with pytest.raises(ValueError, match="do not belong together"):
            core.Core(rules, 1e5).run(
                lambda _, answer=asked: answer, due, np.array(stops, dtype="int64")
            )


def test_a_core_runs_no_more_once_it_failed_or_its_runs_were_handed_over() -> None:
    market, rules = ruled()
    marks, none = np.ones(len(market.sessions), dtype="uint8"), np.empty(0, dtype="int64")
    failed, done = core.Core(rules, 1e5), core.Core(rules, 1e5)
    with pytest.raises(ZeroDivisionError):
        failed.run(lambda _: 1 / 0, marks, none)  # type: ignore[arg-type, return-value]
    done.run(lambda _: None, marks, none)
    done.run(lambda _: None, marks, none)
    assert len(done.ends) == 2
    done.fills.table()
    for spent in (failed, done):
        with pytest.raises(ValueError, match="failed, or whose runs were handed over"):
            spent.run(lambda _: None, marks, none)


def ruled() -> tuple[Market, Any]:
    case = random_case(6000)
    market = case.market()
    return market, kernel_inputs_of(market, Settings(), case.costs)


def test_an_answer_that_grows_while_it_is_read_is_looked_at_closer() -> None:
    answer: dict[Any, float] = {}
    moves = iter(range(1000))

    class Restless:
        """Takes itself out of the dict and puts another in while it is compared with a ticker."""

        def __hash__(self) -> int:
            return hash("A")

        def __eq__(self, other: object) -> bool:
            if isinstance(other, Restless):
                return self is other
            if next(moves, None) is not None and answer:
                del answer[self]
                answer[Restless()] = 1e-9
            return True

    for place in range(2000):
        answer[str(place)] = 1e-9  # room in the table
    for place in range(2000):
        del answer[str(place)]
    answer[Restless()] = 1e-9
    assert by_column(answer, {"A": 0}, 1.0) is None
