"""No name leads out of a folder, and what is written is the user's."""

from __future__ import annotations

import dataclasses
import os
import re
import stat
from datetime import date
from pathlib import Path

import pytest

from backtests.records.registry import run_folder
from backtests.strategy_loader import find_article
from markets.corrections import Corrected, read_corrections
from markets.folder.source import FolderSource
from markets.sample.source import SampleSource
from markets.snapshot import Snapshot
from markets.store.parquet import StoredBars
from markets.store.price_store import Store
from markets.store.snapshots import SnapshotSource, keep
from newsfolio import Asset, CommandError, Facts, NewsfolioError, Strategy, UnknownName
from newsfolio.assets import NEW_YORK
from newsfolio.listings import asset_of
from newsfolio.parameters import name_of
from tests.support.results import judged
from tests.support.shell import JUDGED, SHORT, Shell

LEADS_OUT = ("../x", "../../etc/passwd", "/etc/passwd", "..", "a/../../x", "..\\x", "C:x", "x/y",
             "~/x", "x\x00y", ".", "")  # fmt: skip


def below(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", LEADS_OUT)
def test_a_ticker_stays_in_the_store(tmp_path: Path, name: str) -> None:
    store = Store(tmp_path / "store")
    if not name:
        with pytest.raises(CommandError):
            store.path(name)
        return
    assert store.path(name).parent == store.folder
    store.write_absent(name, date(2025, 1, 2))
    assert below(tmp_path) == below(store.folder) != set()


@pytest.mark.parametrize("name", LEADS_OUT)
def test_a_ticker_stays_in_a_folder_of_prices(tmp_path: Path, name: str) -> None:
    (tmp_path / "prices").mkdir()
    for outside in ("x.csv", "x.parquet"):
        (tmp_path / outside).write_text("Date,Close\n2024-01-02,1\n", encoding="utf-8")
    source = FolderSource(tmp_path / "prices")
    try:
        assert source.load([Asset(name, NEW_YORK)]) == {}
    except CommandError as error:
        assert "is not a ticker" in str(error)


@pytest.mark.parametrize("name", [name for name in LEADS_OUT if name])
def test_a_word_that_is_no_ticker_is_not_one(name: str) -> None:
    with pytest.raises(CommandError):
        asset_of(name)


@pytest.mark.parametrize("name", LEADS_OUT[:-1])
def test_a_line_that_is_distributed_is_a_ticker(tmp_path: Path, name: str) -> None:
    text = f"ticker,day,what,value,of,reason\nSPY,2024-02-01,in-kind,0.1,{name},given\n"
    path = tmp_path / "corrections.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(NewsfolioError):
        Corrected(FolderSource(tmp_path), read_corrections(path)).load([asset_of("SPY")])


@pytest.mark.parametrize("name", LEADS_OUT)
def test_a_snapshot_is_sixteen_digits(tmp_path: Path, name: str) -> None:
    (tmp_path / "x.json").write_text("{}", encoding="utf-8")
    with pytest.raises(CommandError, match="16 hex digits"):
        SnapshotSource(Store(tmp_path / "store"), name)


@pytest.mark.parametrize("name", [*LEADS_OUT, "../secret"])
def test_a_table_of_facts_is_named_like_its_file(name: str) -> None:
    with pytest.raises(CommandError, match="name is that of its file"):
        Facts(name, columns=("value",))
    assert Facts("us-cpi_2.core", columns=("value",)).name == "us-cpi_2.core"


@pytest.fixture
def outside(shell: Shell) -> Path:
    """A run beside the folder of runs, as complete as one inside."""
    judged().save(shell.folder / "x")
    judged().save(shell.runs / "inside")
    return shell.folder / "x"


@pytest.mark.parametrize("name", ["../x", "x", "inside/../../x", "/etc", ".."])
@pytest.mark.parametrize("command", ["report", "open", "score", "diff"])
def test_a_run_is_found_in_its_folder_only(
    shell: Shell, outside: Path, command: str, name: str
) -> None:
    before = {path: path.stat().st_mtime_ns for path in below(shell.folder)}
    answer = shell(command, *(["inside"] if command == "diff" else []), name)
    assert (answer.code, answer.out) == (2, "")
    assert f"no run called {name!r}" in answer.err
    assert {path: path.stat().st_mtime_ns for path in below(shell.folder)} == before
    with pytest.raises(UnknownName):
        run_folder(str(outside), shell.runs)


@pytest.mark.parametrize("name", ["../x", "/tmp/x", "..", "x/y"])
def test_a_new_strategy_is_named_by_a_word(shell: Shell, name: str) -> None:
    answer = shell("new", name)
    assert answer.code == 2
    assert "is not a name for a strategy" in answer.err
    assert below(shell.folder) == set()


def test_a_strategys_name_is_a_name_for_a_folder() -> None:
    odd = type("../../Far/Away", (Strategy,), {})
    assert re.fullmatch(r"[\w-]+", name_of(odd))


def test_a_run_writes_below_its_folder_and_nowhere_else(shell: Shell) -> None:
    answer = shell("run", "east-rising", *SHORT, "--out", str(shell.folder / "a" / "b"))
    assert answer.code == 0, answer.err
    written = below(shell.folder) - {shell.ledger, Path(f"{shell.ledger}.last")}
    assert written == below(shell.folder / "a" / "b") != set()


def test_the_page_of_an_articles_claims_stays_in_its_folder(shell: Shell) -> None:
    (shell.folder / "mine.py").write_text(
        "from datetime import UTC, datetime\nfrom newsfolio import Article\n"
        'ARTICLE = Article("../../../away", "T", "P", datetime(2025, 2, 21, tzinfo=UTC))\n',
        encoding="utf-8",
    )
    (article,) = find_article(str(shell.folder / "mine.py"))
    assert article.id == "../../../away"
    out = shell.folder / "deep" / "runs"
    answer = shell("claims", "mine.py", "--data", "sample", "--out", str(out), "--quiet")
    assert answer.code == 0, answer.err
    pages = [path for path in below(shell.folder) if path.suffix == ".html"]
    assert len(pages) == 2  # the claims, and the index that lists them
    assert {page.parent for page in pages} == {out}


@pytest.mark.parametrize("address", ["../x", "../../etc/passwd", "x/../y"])
def test_an_address_that_is_no_file_is_a_name(shell: Shell, address: str) -> None:
    answer = shell("claims", address, "--data", "sample")
    assert (answer.code, "no article called" in answer.err) == (2, True)
    answer = shell("run", address, *SHORT)
    assert (answer.code, "no strategy called" in answer.err) == (2, True)


# --- files are the user's ------------------------------------------------------------------------

EVERY_KIND = (
    ("run", "abc-basket", *JUDGED[:-1], "0", "--quiet"),
    ("claims", "000", "--data", "sample", "--quiet"),
    ("new", "my-idea"),
)


def fill_store(store: Store) -> None:
    """Two states of one line, so that the first becomes a version, an absent one, a snapshot."""
    bars = SampleSource().load([asset_of("SPY")])["SPY"]
    for number in (1, 2):
        bars = dataclasses.replace(bars, frame=bars.frame.assign(dividend=0.1 * number))
        store.write(StoredBars(bars, date(2025, 1, number), "test", "USD"))
    store.write_absent("GONE", date(2025, 1, 2))
    keep(store, Snapshot({"SPY": bars}), "test")


@pytest.mark.skipif(os.name != "posix", reason="a umask is POSIX's")
@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("mask", ["077", "022"])
def test_files_are_made_with_the_users_umask(shell: Shell, mask: str) -> None:
    before = os.umask(int(mask, 8))
    try:
        fill_store(Store(shell.folder / "store"))
        for command in EVERY_KIND:
            answer = shell(*command)
            assert answer.code == 0, answer.err
    finally:
        os.umask(before)
    denied = int(mask, 8)
    names = set()
    for path in shell.folder.rglob("*"):
        wanted = (0o777 if path.is_dir() else 0o666) & ~denied
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path
        names.add(path.suffix)
    assert {".parquet", ".json", ".html", ".js", ".sqlite", ".py", ".absent"} <= names
    assert any((shell.folder / "store" / "versions").iterdir())
