"""Random markets with money in and out: three engines and the oracle agree."""

from __future__ import annotations

import pytest

from backtests.engines import event_driven, kernel
from tests.support.engine_runs import desk_of, differences, run_of
from tests.support.random_flows import with_flows
from tests.support.random_markets import random_case


@pytest.mark.parametrize("seed", range(40))
def test_engines_and_oracle_agree(seed: int) -> None:
    run = run_of(with_flows(random_case(seed), dry=seed % 8 == 5))
    assert event_driven.run(desk_of(run.case, run.market)) == run.output
    assert kernel.turned(desk_of(run.case, run.market)) == run.output
    assert differences(run) == []
