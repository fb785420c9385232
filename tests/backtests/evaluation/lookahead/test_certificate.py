"""Planted cheats are caught and named; honest strategies pass, however odd they look."""

from __future__ import annotations

import builtins
import os
import shutil
import signal
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path

import pytest

from backtests import strategy_loader
from backtests.evaluation.judging import Judging, certificate_beside, certificate_of
from backtests.evaluation.lookahead.certificate import Replaying, certify
from backtests.evaluation.lookahead.messages import Opened
from backtests.evaluation.lookahead.replay_process import replay_process
from backtests.evaluation.lookahead.travelling import packed
from backtests.evaluation.schema import Certificate, Honesty
from backtests.runner.inputs import inputs_of
from backtests.runner.run_strategy import run_strategy
from backtests.settings import Settings
from markets.folder.source import FolderSource
from markets.sample.source import SampleSource
from markets.snapshot import Snapshot, Source
from newsfolio import Asset, Strategy, StrategyError
from newsfolio.facts import Facts
from newsfolio.listings import asset_of
from tests.support.shell import Shell

CHEATS = Path(__file__).parents[3] / "support" / "cheats"
THROUGH_FRAMES = ("FullSampleZscore", "CentredWindow", "TomorrowsOpen", "FutureUniverse",
                  "ResampleLabel", "BackfilledMacro", "BufferPeek", "FirstDay")  # fmt: skip
HONEST = ("Hysteresis", "HeldDependent", "LateImport", "Cached", "Dice", "Band", "LateListings",
          "Listed", "Signal", "ByDate")  # fmt: skip


class Kept:
    """A folder whose lines are read once, before anybody is watched."""

    name = "kept"

    def __init__(self, folder: Path) -> None:
        lines = [asset_of(path.stem) for path in sorted(folder.glob("*.csv"))]
        self._bars = FolderSource(folder).load(lines)

    def load(self, assets: Iterable[Asset], facts: Iterable[Facts] = ()) -> Snapshot:
        tickers = (asset.ticker for asset in assets if asset.ticker in self._bars)
        return Snapshot({ticker: self._bars[ticker] for ticker in tickers})


@pytest.fixture(scope="module")
def source(prices_folder: Path) -> Source:
    return Kept(prices_folder)


@pytest.fixture(scope="module")
def prices_folder(request: pytest.FixtureRequest) -> Path:
    return request.getfixturevalue("prices")  # type: ignore[no-any-return]


def certified(
    address: str, source: Source, start: str = "2023-06-01", cuts: int = 2,
    end: str = "2024-12-31",
) -> Certificate:  # fmt: skip
    """The certificate as the command line makes it."""
    strategy = strategy_loader.find(address)()
    assert isinstance(strategy, Strategy)
    settings = Settings(engine="kernel", start=start, end=end)  # type: ignore[arg-type]
    return certify(strategy, inputs_of(strategy, settings).load(source), settings, cuts=cuts)


@pytest.fixture
def planted(tmp_path: Path, source: Source) -> Path:
    """A folder with the cheats and something for them to read."""
    for path in CHEATS.glob("*.py"):
        shutil.copy(path, tmp_path / path.name)
    frame = source.load([asset_of("KWEB")])["KWEB"].frame
    frame.to_csv(tmp_path / "prices.csv")
    frame.to_parquet(tmp_path / "KWEB.parquet")
    (tmp_path / "bits.txt").write_text("01" * 18)
    (tmp_path / "link").symlink_to("01" * 18)
    return tmp_path


@pytest.mark.parametrize("name", THROUGH_FRAMES)
def test_a_peek_through_the_frames_changes_a_decision(name: str, source: Source) -> None:
    certificate = certified(f"{CHEATS / 'frames.py'}:{name}", source)
    assert certificate.honesty is Honesty.CHEATS
    first = certificate.changes[0]
    assert first.ticker in certificate.reason
    assert first.session in certificate.reason
    assert first.before != first.after


def test_a_universe_that_knows_later_listings_is_caught(source: Source) -> None:
    address = f"{CHEATS / 'frames.py'}:FutureListings"
    certificate = certified(address, source, start="2019-01-02", cuts=8)
    assert certificate.honesty is Honesty.CHEATS
    assert "the data ended on" in certificate.reason


@pytest.mark.parametrize("name", ["WholeTable", "ByHeld"])
def test_a_table_that_decides_otherwise_is_caught(name: str, source: Source) -> None:
    certificate = certified(f"{CHEATS / 'tables.py'}:{name}", source)
    assert certificate.honesty is Honesty.CHEATS
    assert {change.replay for change in certificate.changes} == {"its vectorised form decided"}


def test_a_table_that_decides_alike_is_one_more_replay(source: Source) -> None:
    certificate = certified(f"{CHEATS / 'tables.py'}:Shares", source)
    assert (certificate.honesty, certificate.changes) == (Honesty.HONEST, ())


def test_a_memory_is_caught_when_days_come_again(source: Source) -> None:
    assert certified(f"{CHEATS / 'memory.py'}:Memory", source).honesty is Honesty.CHEATS


def test_a_memory_filled_by_the_run_itself_is_caught(planted: Path, source: Source) -> None:
    strategy = strategy_loader.find(f"{planted / 'memory.py'}:Memory")()
    settings = Settings(engine="kernel", start="2023-06-01", end="2024-12-31")  # type: ignore[arg-type]
    run = run_strategy(strategy, source, settings)
    certificate = certify(strategy, run.bars, settings, cuts=2, decided={"": run.output.targets})
    assert certificate.honesty is Honesty.CHEATS
    assert "nothing was changed at all" in certificate.reason


@pytest.mark.parametrize(
    ("address", "opened"),
    [
        ("files.py:Reader", "prices.csv"),
        ("files.py:ThreadReader", "prices.csv"),
        ("at_import.py:AtImport", "prices.csv"),
        ("files.py:StoreReader", "no hook sees"),
        ("network.py:Network", "127.0.0.1"),
        ("process.py:Process", "os.system"),
        ("pieces.py:Pieces", "prices.csv"),
        ("hidden_files.py:Link", "os.readlink"),
        ("hidden_files.py:DeadEnd", "os.readlink"),
        ("hidden_files.py:Filled", "bits.txt"),
        ("roundabout.py:Libcurl", "socket.connect http://127.0.0.1:9/prices.csv"),
    ],
)
def test_what_it_opens_is_reported(
    address: str, opened: str, planted: Path, source: Source
) -> None:
    certificate = certified(str(planted / address), source)
    assert certificate.honesty is Honesty.UNCERTIFIABLE
    assert any(opened in line for line in certificate.seen)


@pytest.mark.skipif(sys.platform != "linux", reason="shared memory has a name in /dev/shm there")
def test_memory_that_another_process_shares_is_reported(planted: Path, source: Source) -> None:
    shared = SharedMemory("newsfolio-cheat", create=True, size=36)
    try:
        shared.buf[:36] = b"01" * 18
        certificate = certified(f"{planted / 'hidden_files.py'}:Shared", source)
    finally:
        shared.close()
        shared.unlink()
    assert certificate.honesty is Honesty.UNCERTIFIABLE
    assert certificate.seen == ("/dev/shm/newsfolio-cheat",)


def test_a_declared_file_is_no_cheat(planted: Path, source: Source) -> None:
    certificate = certified(f"{planted / 'files.py'}:DeclaredReader", source)
    assert certificate.honesty is Honesty.HONEST
    assert certificate.declared == ("prices.csv",)


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_strategy_passes(name: str, source: Source) -> None:
    start = "2019-01-02" if name in ("LateListings", "Listed") else "2023-06-01"
    certificate = certified(f"{CHEATS / 'honest.py'}:{name}", source, start=start)
    assert (certificate.honesty, certificate.changes, certificate.seen) == (Honesty.HONEST, (), ())
    assert certificate.replays > 10


@pytest.mark.parametrize(
    ("name", "library"),
    [("OneWord", "skfolio"), ("Riskfolio", "riskfolio"), ("Cvxportfolio", "cvxportfolio")],
)
def test_an_optimiser_passes(name: str, library: str, source: Source) -> None:
    if find_spec(library) is None:
        pytest.skip(f"{library} is not installed; pip install {library} to certify its user")
    certificate = certified(f"{CHEATS / 'libraries.py'}:{name}", source, cuts=1, end="2024-03-28")
    assert (certificate.honesty, certificate.changes, certificate.seen) == (Honesty.HONEST, (), ())


def test_functions_of_their_view_alone_pass_and_are_asked_once_more() -> None:
    certificate = certified(f"{CHEATS / 'once.py'}:Earlier", SampleSource())
    assert (certificate.honesty, certificate.changes, certificate.seen) == (Honesty.HONEST, (), ())


@pytest.mark.parametrize(
    ("name", "function"),
    [("Dice", "_dice"), ("Counts", "_nth"), ("Smuggled", "_parameter"), ("Diary", "_highest_seen")],
)
def test_a_function_of_anything_else_is_refused_by_name(
    name: str, function: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even where no decision depends on it: variants, placebos and controls share its answers."""
    for hidden in ("_asked_so_often", "_lookback", "_diary"):
        monkeypatch.delattr(builtins, hidden, raising=False)
    certificate = certified(f"{CHEATS / 'once.py'}:{name}", SampleSource())
    assert certificate.honesty is not Honesty.HONEST
    assert f"view.once({function}) answered otherwise" in certificate.reason


def test_the_future_cannot_be_asked_for() -> None:
    with pytest.raises(StrategyError, match=r"at=2023-06-\d\d: it is 2023-06-\d\d, and nothing"):
        certified(f"{CHEATS / 'once.py'}:Ahead", SampleSource())


def test_a_line_that_is_listed_later_is_in_the_universe_of_data_that_end_before() -> None:
    certificate = certified(
        f"{CHEATS / 'honest.py'}:HeldThroughOthers", SampleSource(),
        start="2019-06-03", end="2020-12-31", cuts=4,
    )  # fmt: skip
    assert (certificate.honesty, certificate.changes) == (Honesty.HONEST, ())


def test_a_link_of_its_own_is_no_cheat(source: Source) -> None:
    certificate = certified(f"{CHEATS / 'oddities.py'}:OwnLink", source)
    assert (certificate.honesty, certificate.seen) == (Honesty.HONEST, ())


@pytest.mark.parametrize("name", ["east-rising", "relative-momentum", "abc-basket"])
def test_shipped_strategies_pass(name: str, source: Source) -> None:
    assert certified(name, source, start="2022-01-03").honesty is Honesty.HONEST


def test_a_decision_on_an_article_after_the_cut_is_no_obstacle(source: Source) -> None:
    """Replays that end before the article is out have no session for its decision."""
    certificate = certified("abc-basket", source, start="2024-01-02", end="2025-10-01", cuts=3)
    assert certificate.honesty is Honesty.HONEST


def test_the_command_answers_with_its_exit_code(shell: Shell, prices_folder: Path) -> None:
    dates = ("--start", "2022-01-03", "--end", "2023-12-29", "--cuts", "3")
    answer = shell("check", "relative-momentum", "--data", str(prices_folder), *dates)
    assert (answer.code, "honest" in answer.out) == (0, True)
    answer = shell(
        "check", f"{CHEATS / 'frames.py'}:TomorrowsOpen", "--data", str(prices_folder), *dates
    )
    assert answer.code == 1
    assert "cheats" in answer.out
    answer = shell(
        "check", f"{CHEATS / 'network.py'}:Network", "--data", str(prices_folder), *dates
    )
    assert (answer.code, "not certifiable" in answer.out) == (1, True)


@pytest.mark.parametrize("address", ["once.py:Earlier", "frames.py:BufferPeek"])
def test_a_certificate_does_not_depend_on_how_many_processes_ask(address: str) -> None:
    strategy = strategy_loader.find(f"{CHEATS / address}")()
    settings = Settings(engine="kernel", start="2024-07-01", end="2024-12-31")  # type: ignore[arg-type]
    bars = inputs_of(strategy, settings).load(SampleSource())
    alone, shared_out = (
        certify(strategy, bars, settings, cuts=2, replaying=Replaying(workers=workers))
        for workers in (1, 3)
    )
    assert alone == shared_out
    assert (alone.honesty is Honesty.HONEST) == (address == "once.py:Earlier")


@pytest.mark.skipif(sys.platform != "linux", reason="processes are copied on Linux")
def test_a_run_that_fails_while_it_is_judged_leaves_the_next_one_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in (
        "backtests.evaluation.reruns.workers",
        "backtests.evaluation.lookahead.certificate",
    ):
        monkeypatch.setattr(f"{module}.usable", lambda: 2)
    strategy = strategy_loader.find(f"{CHEATS / 'once.py'}:Earlier")()
    settings = Settings(engine="kernel", start="2024-10-01", end="2024-12-31")  # type: ignore[arg-type]
    run, judging = run_strategy(strategy, SampleSource(), settings), Judging(cuts=1)
    reads, writes = os.pipe()

    def begun(*_: object) -> None:
        with replay_process().market(packed(strategy, type(strategy)), Opened(run.market)):
            os.write(writes, b"1")
            signal.pause()

    with monkeypatch.context() as patched:
        patched.setattr("backtests.evaluation.judging.certificate_of", begun)
        with pytest.raises(ZeroDivisionError), certificate_beside(run, judging):
            os.read(reads, 1)  # it is in the middle of an answer
            raise ZeroDivisionError
    with certificate_beside(run, judging) as certificate:
        assert certificate() == certificate_of(run, judging)
