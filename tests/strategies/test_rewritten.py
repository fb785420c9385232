"""Shipped files that were written anew decide and fill what the old ones did, and count with them.

The old ones are kept as they were in tests/data/rewritten.
"""

from __future__ import annotations

import hashlib
import importlib.util
import itertools
import sys
from collections.abc import Iterator
from datetime import date
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import newsfolio
from backtests.engines import kernel
from backtests.records.ledger import variant_of
from backtests.records.ledger.rewritten import ROWS, Rewritten, by_first_code, first_code
from backtests.runner.fingerprint import code_of
from backtests.runner.inputs import cost_model, load_bars, prepare
from backtests.settings import Settings
from backtests.simulation.desk import Desk
from backtests.strategy_loader import shipped
from markets.folder.source import FolderSource
from markets.sample.source import SampleSource
from markets.snapshot import Source
from newsfolio import Strategy
from newsfolio.parameters import parameters

ROOT = Path(newsfolio.__file__).parent.parent
KEPT = ROOT / "tests" / "data" / "rewritten"
SHORT = Settings(start=date(2024, 7, 1), end=date(2025, 9, 30))
LONG = Settings(start=date(2020, 1, 2))

BRANCHES: dict[str, tuple[dict[str, Any], ...]] = {
    "ai-cycle-clock": ({"months": 3, "picks": "most-traded"}, {"picks": "lot", "target": 0.1}),
    "ai-scorecard": ({"picks": "most-traded"}, {"lag": 60, "stale": 100}),
    "correction-watch": ({"average": 300}, {"exposure": "average", "average": 20}),
    "deepseek-shock": ({"picks": "lot"}, {"threshold": 0.03, "picks": "most-traded"}),
    "foreign-return": (
        {"threshold": 0.3, "hold": 12}, {"signal": "premium", "lag": 26},
        {"shuffled": True, "threshold": 0.5},
    ),
    "house-views": ({"lookback": 126, "risk_aversion": 10.0, "reverse": True},),
    "proof-days": ({"earnings": False, "gap": 0.01, "surge": 1.0}, {"gap": 0.0, "surge": 0.0}),
    "targets-raised": ({"trigger": "bull", "hold": 20}, {"trigger": "lot", "hold": 5}),
}  # fmt: skip
"""Parameters that lead where the default does not."""


def named(row: Rewritten) -> str:
    return row.file.removesuffix(".py").replace("_", "-")


@pytest.fixture(scope="module", params=ROWS, ids=named)
def row(request: pytest.FixtureRequest) -> Rewritten:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def kinds(row: Rewritten) -> tuple[type[Strategy], type[Strategy]]:
    """The class as it was, and as it is."""
    now = shipped()[named(row)]
    return getattr(_loaded(KEPT / f"{row.file}.txt"), now.__name__), now


def _loaded(path: Path) -> ModuleType:
    name = f"rewritten_{path.name.partition('.')[0]}"
    spec = importlib.util.spec_from_loader(name, SourceFileLoader(name, str(path)))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def made(kind: type[Strategy], values: dict[str, Any]) -> Strategy:
    kinds = {spec.name: spec.kind for spec in parameters(kind)}
    return kind(**{name: kinds[name](value) for name, value in values.items()})


def decided(strategy: Strategy, source: Source, window: Settings) -> tuple[Any, ...]:
    """All targets and fills of a run, on look-ups of its own."""
    market = prepare(strategy, load_bars(strategy, source, window), window)
    output = kernel.run(Desk(strategy, market, window, cost_model(window)))
    return tuple(output.targets), tuple(output.fills)


def test_the_table_names_the_files_as_they_were_and_are(row: Rewritten) -> None:
    for path, code in ((KEPT / f"{row.file}.txt", row.before), (_shipped(row), row.after)):
        assert hashlib.sha256(path.read_bytes()).hexdigest()[:16] == code
    assert code_of(shipped()[named(row)]) == row.after


def _shipped(row: Rewritten) -> Path:
    return ROOT / "strategies" / row.file


def test_both_decide_and_fill_the_same(
    row: Rewritten, kinds: tuple[type[Strategy], type[Strategy]]
) -> None:
    if named(row) == "house-views":
        pytest.importorskip("skfolio")
    for values in ({}, *BRANCHES[named(row)]):
        before, now = (decided(made(kind, values), SampleSource(), SHORT) for kind in kinds)
        assert before == now, values
        assert before[0], values


@pytest.mark.slow
def test_both_decide_and_fill_the_same_on_real_prices(
    row: Rewritten, kinds: tuple[type[Strategy], type[Strategy]], prices: Path
) -> None:
    for before, now in _all_sets(kinds, named(row)):
        outputs = [decided(strategy, FolderSource(prices), LONG) for strategy in (before, now)]
        assert outputs[0] == outputs[1], now.label


def _all_sets(
    kinds: tuple[type[Strategy], type[Strategy]], name: str
) -> Iterator[tuple[Strategy, Strategy]]:
    """Default, branches, the grid, and the controls that are of the file."""
    grid = kinds[0].grid
    of_grid = (dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values()))
    for values in ({}, *BRANCHES[name], *of_grid):
        yield made(kinds[0], values), made(kinds[1], values)
    controls = kinds[0]().controls()
    for title, control in kinds[1]().controls().items():
        if type(control).__module__.startswith("strategies."):
            yield controls[title], control


def test_a_ledger_reads_both_as_one_variant(row: Rewritten) -> None:
    settings = {"costs": "venue"}
    before, now = (variant_of(named(row), {}, code, settings) for code in (row.before, row.after))
    assert before == now
    assert first_code(row.before) == row.before
    assert by_first_code({"code": row.after, "of": {"code": row.after}}) == {
        "code": row.before, "of": {"code": row.before},
    }  # fmt: skip
    assert variant_of(named(row), {}, "0" * 16, settings) != now
