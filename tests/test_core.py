"""The compiled kernel against the desk that it stands for: the same to the last bit."""

from __future__ import annotations

from math import fsum

import numpy as np
import pytest

from backtests.desk import Desk
from backtests.engines import kernel
from backtests.engines.rules import rules_of
from backtests.settings import Settings
from newsfolio.errors import MissingData
from tests.random_markets import random_case

pytestmark = pytest.mark.skipif(
    not kernel.COMPILED,
    reason="the kernel was not compiled: install a C compiler and newsfolio anew",
)

MARKETS = 250


def exact(seed: int) -> bool | None:
    """Whether both play a random market alike; None where the core is not asked."""
    case = random_case(seed)
    try:
        market = case.market()
    except MissingData:
        return None
    if rules_of(market, case.settings, case.costs) is None:
        return None
    one, other = (Desk(case.strategy, market, case.settings, case.costs) for _ in range(2))
    return kernel.play(one) == kernel.turned(other)


def test_the_compiled_kernel_is_the_desk() -> None:
    found = [exact(seed) for seed in range(6000, 6000 + MARKETS)]
    asked = [same for same in found if same is not None]
    assert len(asked) > MARKETS / 5
    assert [seed for seed, same in enumerate(found) if same is False] == []


@pytest.mark.parametrize(
    "values",
    [
        [1e16, 1.0, -1e16],
        [0.1] * 10,
        [1e308, 1.0, -1e308, 1e-300, 2.0**-53],
        [1.0, 2.0**-53, 2.0**-106],
        [-1.0, -(2.0**-53), -(2.0**-106)],
        [1.0, 2.0**-53],
        [],
    ],
)
def test_sums_are_those_of_fsum(values: list[float]) -> None:
    from backtests.engines.core import chained, summed

    amounts = np.array(values)
    assert summed(np.array([3.0]), amounts[None, :], np.ones((1, len(amounts)))).tolist() == [
        fsum([3.0, *values])
    ]
    rows, balances = chained(3.0, np.full(len(values), 7), amounts)
    assert (rows.tolist(), balances.tolist()) == (
        ([7], [fsum([3.0, *values])]) if values else ([], [])
    )


def test_sums_of_random_numbers_are_those_of_fsum() -> None:
    from backtests.engines.core import summed

    rng = np.random.default_rng(5)
    values = rng.normal(size=(2000, 9)) * 10.0 ** rng.integers(-18, 18, (2000, 9))
    cash = rng.normal(size=2000)
    wanted = [fsum([held, *row]) for held, row in zip(cash.tolist(), values.tolist(), strict=True)]
    assert summed(cash, values, np.ones(values.shape)).tolist() == wanted


def test_balances_are_chained_by_row() -> None:
    from backtests.engines.core import chained

    rows, balances = chained(10.0, np.array([1, 1, 4]), np.array([0.5, -0.25, 1.0]))
    assert (rows.tolist(), balances.tolist()) == ([1, 4], [10.25, 11.25])


@pytest.mark.parametrize("unknown", [{"impact": 0.5}, {"participation": 0.1}])
def test_the_desk_plays_what_the_core_does_not_know(unknown: dict[str, float]) -> None:
    case = random_case(3)
    assert rules_of(case.market(), Settings(**unknown), case.costs) is None  # type: ignore[arg-type]


def test_a_sum_of_what_is_no_number_is_none() -> None:
    from backtests.engines.core import chained, summed

    values = np.full(200, np.nan)
    values[::3] = np.inf
    assert np.isnan(summed(np.array([1.0]), values[None, :], np.ones((1, 200)))).all()
    assert np.isnan(chained(1.0, np.zeros(200, dtype=np.int64), values)[1]).all()


def test_arrays_that_do_not_belong_together_are_refused() -> None:
    from backtests.engines.core import chained, held, summed

    one = np.zeros(1, dtype=np.int64)
    for wrong in (
        lambda: summed(np.ones(6), np.ones((2, 2)), np.ones((2, 2))),
        lambda: summed(np.ones(2), np.ones((2, 2)), np.ones((2, 1))),
        lambda: chained(0.0, one, np.ones(2)),
        lambda: held(one - 1, one, np.ones(1), 3, 2, 1e-9),
        lambda: held(one, one + 2, np.ones(1), 3, 2, 1e-9),
    ):
        with pytest.raises(ValueError, match="do not belong together"):
            wrong()
