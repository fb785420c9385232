"""Every shipped thesis on real prices, as far as the folder has its lines."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from backtests.runner.run_strategy import run_strategy
from backtests.settings import Settings
from backtests.strategy_loader import shipped
from markets.folder.source import FolderSource
from markets.snapshot import LoadedOnce
from newsfolio import MissingData

WINDOW = Settings(start=date(2024, 1, 2), engine="kernel")  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def source(prices: Path) -> LoadedOnce:
    """The theses share most of their lines, and each file is read once."""
    return LoadedOnce(FolderSource(prices))


@pytest.mark.parametrize("name", shipped())
def test_it_runs_on_real_prices_and_checks_its_claims(name: str, source: LoadedOnce) -> None:
    strategy = shipped()[name]()
    run = run_strategy(strategy, source, WINDOW)
    assert run.output.ruined is None
    assert len(run.account.equity) > 250
    assert run.references, "no control and no benchmark could be run"
    assert strategy.thesis is not None
    assert [claim["id"] for claim in run.claims] == sorted(strategy.thesis.claims)
    assert not any(claim["verdict"] == "simulated" for claim in run.claims)


def test_a_line_that_the_folder_lacks_is_named(source: LoadedOnce) -> None:
    chase = shipped()["momentum-chase"]
    with pytest.raises(MissingData, match=r"no data for 3033\.HK"):
        run_strategy(chase(line="3033.HK"), source, WINDOW)
