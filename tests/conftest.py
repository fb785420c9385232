"""Fixtures that several rooms share, and the kinds of tests."""

from __future__ import annotations

import dataclasses
import os
import sys
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path

import pytest
from hypothesis import settings

from backtests.runner.checked_claims import ReadingInterval
from markets.bars import Bars
from newsfolio.quantities import Observations
from tests.support.shell import Shell
from tests.support.undrawn import leave_out_drawings

KINDS = ("unit", "property", "fault", "browser", "slow")
PLACES = {
    "tests/faults/": "fault",
    "tests/properties/": "property",
    "tests/reports/test_browser.py": "browser",
}
LONG = "tests/benchmarks/test_speed.py"
"""Half a minute for one fixture: begun first, so that no process waits for it in the end."""
ROOT = Path(__file__).parents[1]
NOBODY = "http://127.0.0.1:9/eurofxref-hist.zip"
"""An address of this machine at which nobody answers."""

# Compiled once, whatever the shell says: what tests start would compile all modules anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# One commit, one outcome: hypothesis draws the same cases every time. `--hypothesis-profile new`
# draws others.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("new", deadline=None)
settings.load_profile("same")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Two more than there are cores: tests wait for clocks, locks, browsers, killed processes."""
    return (os.cpu_count() or 1) + 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give every test one kind, so that each kind has a command of its own."""
    for item in items:
        item.add_marker(kind_of(item))
    items.sort(key=lambda item: item.path != ROOT / LONG)


def kind_of(item: pytest.Item) -> str:
    """That of its folder, or else unit; what hypothesis draws for is a property. Slow is slow."""
    if item.get_closest_marker("slow"):
        return "slow"
    path = item.path.relative_to(ROOT).as_posix()
    drawn = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
    placed = (kind for place, kind in PLACES.items() if path.startswith(place))
    return next(placed, "property" if drawn else "unit")


@pytest.fixture(scope="session", autouse=True)
def no_ecb() -> None:
    """The ECB's site is out of reach: where a test needs it, it has one of its own."""
    from markets.store.rates import history

    history.ADDRESS = NOBODY


@pytest.fixture(scope="session", autouse=True)
def sample_once() -> Iterator[Callable[..., Bars]]:
    """Each line of the sample market is made once for all tests; answers what makes them anew.

    Every test has frames of its own: one may spoil them.
    """
    from markets.sample import source

    with pytest.MonkeyPatch.context() as patch:
        anew = source._bars
        once = cache(partial(anew, source.World()))

        def copied(_: object, ticker: str) -> Bars:
            line = once(ticker)
            return dataclasses.replace(line, frame=line.frame.copy(), checked=True)

        patch.setattr(source, "_bars", copied)
        yield anew


@pytest.fixture(scope="session", autouse=True)
def intervals_once() -> Iterator[None]:
    """The interval of a claim's figure is drawn once for all tests in which it is checked."""
    from backtests.evaluation.statistics import claim_intervals

    anew, drawn = claim_intervals.estimated, {}

    def estimated(observations: Observations, value: float) -> ReadingInterval:
        rows, figure = observations.rows.to_numpy(dtype="float64"), observations.figure.__qualname__
        key = rows.tobytes(), value, figure, claim_intervals.REPLICATIONS
        if key not in drawn:
            drawn[key] = anew(observations, value)
        return drawn[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(claim_intervals, "estimated", estimated)
        yield


@pytest.fixture(scope="session", autouse=True)
def no_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The ledger, prices and kept markets of whoever runs the tests stay as they are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NEWSFOLIO_CACHE", "off")
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture(scope="session")
def prices() -> Path:
    """The folder of real prices, where this machine has it."""
    root = os.environ.get("NEWSFOLIO_DATA")
    folder = Path(root) / "prices" if root else None
    if folder is None or not folder.is_dir():
        pytest.skip("real prices: set NEWSFOLIO_DATA to a folder that holds prices/")
    return folder


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tearsheets have empty drawings, those of copies of this process too."""
    leave_out_drawings(monkeypatch)


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """The command line in an empty working folder, with nothing of the user's in reach."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return Shell(tmp_path, capsys)
