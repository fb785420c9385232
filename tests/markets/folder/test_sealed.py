"""A folder that is read again is as if it were read anew, or it is read anew."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import warnings
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from markets.bars import Bars
from markets.folder import sealed
from markets.folder.formats.catalogue import vendor_words
from markets.folder.formats.format import Told
from markets.folder.sealed import Seal
from markets.folder.source import FolderSource
from markets.reference import cache
from markets.snapshot import Snapshot
from newsfolio.assets import HONG_KONG, Asset, Kind
from newsfolio.errors import BrokenData
from newsfolio.facts import Facts
from newsfolio.listings import asset_of
from tests.support.every_vendor import WRITERS
from tests.support.price_files import GOOD, write
from tests.support.vendor_files import history

TODAY = date(2026, 6, 1)
ACME, IBM, ABSENT = asset_of("ACME"), asset_of("IBM"), asset_of("SPY")
HISTORY = history()
NOTHING = Told()


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where small and young folders are kept, too."""
    monkeypatch.setenv("NEWSFOLIO_CACHE", "on")
    monkeypatch.setattr(cache, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setattr(sealed, "LARGE", 0)
    monkeypatch.setattr(sealed, "YOUNG", -3600.0)
    return tmp_path / "cache"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    prices = tmp_path / "prices"
    prices.mkdir()
    write(prices, GOOD, "2024-01-03,11,12,10,11.5,11.5,100,0.25,0.0")
    write(prices, GOOD, "2024-01-03,11,12,10,11.5,11.5,,0.0,2.0", ticker="IBM")
    return prices


class NotRead(Exception):
    """A file was read although what it says was kept."""


def load(
    folder: Path, *assets: Asset, vendor: Told = NOTHING, today: date | None = TODAY
) -> Snapshot:
    return FolderSource(folder, today, vendor).load(assets or (ACME, ABSENT, IBM))


def kept(
    folder: Path, *assets: Asset, vendor: Told = NOTHING, today: date | None = TODAY
) -> Snapshot:
    """What is answered without reading a file."""
    with pytest.MonkeyPatch.context() as patch:

        def refuse(*_: object) -> None:
            raise NotRead

        patch.setattr(FolderSource, "_read", refuse)
        return load(folder, *assets, vendor=vendor, today=today)


def is_kept(folder: Path) -> bool:
    try:
        kept(folder)
    except NotRead:
        return False
    return True


def assert_equal(ours: Mapping[str, Bars], theirs: Mapping[str, Bars]) -> None:
    """All that there is of bars, and in the same order."""
    assert list(ours) == list(theirs)
    for ticker, line in ours.items():
        other = theirs[ticker]
        for field in fields(Bars):
            if field.name != "frame":
                assert getattr(line, field.name) == getattr(other, field.name), field.name
        pd.testing.assert_frame_equal(line.frame, other.frame, check_exact=True, check_freq=True)
        assert line.frame.index.dtype == other.frame.index.dtype
        assert line.frame.to_numpy().flags.f_contiguous == other.frame.to_numpy().flags.f_contiguous
        assert line.frame.to_numpy().tobytes() == other.frame.to_numpy().tobytes()
        assert np.array_equal(line.days, other.days)
        assert line.days.flags.writeable == other.days.flags.writeable
        assert line.digest() == other.digest() == replace(line, checked=True).digest()


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_comes_back_as_it_was_read(tmp_path: Path, name: str) -> None:
    written, prices = WRITERS[name](HISTORY), tmp_path / "prices"
    written.put(prices)
    vendor, asset = vendor_words(written.vendor), asset_of(written.ticker)
    with warnings.catch_warnings(record=True) as warned:
        first = load(prices, asset, vendor=vendor)
    with warnings.catch_warnings(record=True) as warned_again:
        back = kept(prices, asset, vendor=vendor)
    assert_equal(back, first)
    assert back.id == first.id
    assert len(warned) == len(warned_again)


@pytest.mark.parametrize("name", WRITERS)
def test_every_file_of_every_format_counts(tmp_path: Path, name: str) -> None:
    written, prices = WRITERS[name](HISTORY), tmp_path / "prices"
    written.put(prices)
    assets = (asset_of(written.ticker),)
    before = Seal.of(prices, Told(), TODAY, assets)
    assert before.name
    for path in [path for path in prices.rglob("*") if path.is_file()]:
        os.utime(path, (1e9, 1e9))
        after = Seal.of(prices, Told(), TODAY, assets)
        assert after.name != before.name, path
        before = after


def test_parquet_files_of_one_line_and_of_many_come_back(tmp_path: Path) -> None:
    prices = tmp_path / "prices"
    prices.mkdir()
    days = pd.date_range("2024-01-02", periods=5, freq="B", name="Date", unit="ns")
    closes = pd.DataFrame({"MSFT": [5.0, 6, 7, 8, 9], "0700.HK": [1.0, 2, np.nan, 4, 5]}, days)
    closes.to_parquet(prices / "closes.parquet")
    prices_of = {"Open": 5.0, "High": 6.0, "Low": 4.0, "Close": 5.5, "Volume": 7, "Dividends": 0.0,
                 "Adj Close": 5.5}  # fmt: skip
    pd.DataFrame(prices_of, days).reset_index().to_parquet(prices / "ACME.parquet")
    assets = (ACME, asset_of("MSFT"), asset_of("0700.HK"))
    assert_equal(first := load(prices, *assets), back := kept(prices, *assets))
    assert len(first) == 3
    assert back.id == first.id


def append(folder: Path) -> None:
    with (folder / "ACME.csv").open("a", encoding="utf-8") as file:
        file.write("2024-01-04,11,12,10,11.5,11.5,100,0.0,0.0\n")


def edit_and_set_back_the_time(folder: Path) -> None:
    path = folder / "ACME.csv"
    before = path.stat()
    path.write_text(path.read_text("utf-8").replace("11.5", "11.6"), "utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size


def swap(folder: Path) -> None:
    """Two files with one size and one time, each under the other's name."""
    first, other, aside = folder / "ACME.csv", folder / "IBM.csv", folder / "aside"
    first.rename(aside)
    other.rename(first)
    aside.rename(other)


CHANGES: dict[str, Callable[[Path], object]] = {
    "grown": append,
    "edited": edit_and_set_back_the_time,
    "swapped": swap,
    "touched": lambda folder: os.utime(folder / "ACME.csv", (1e9, 1e9)),
    "added": lambda folder: write(folder, GOOD, ticker="SPY"),
    "removed": lambda folder: (folder / "IBM.csv").unlink(),
    "replaced": lambda folder: shutil.copyfile(folder / "IBM.csv", folder / "ACME.csv"),
    "renamed": lambda folder: (folder / "IBM.csv").rename(folder / "SPY.csv"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_folder_that_changed_is_read_anew(
    folder: Path, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(folder)
    assert is_kept(folder)
    CHANGES[change](folder)
    assert not is_kept(folder)
    with monkeypatch.context() as patch:
        patch.setenv("NEWSFOLIO_CACHE", "off")
        anew = load(folder)
        assert not is_kept(folder)
    assert_equal(load(folder), anew)
    assert_equal(kept(folder), anew)
    assert len(list(cache.cache_folder().glob("prices-*"))) == 1  # in place of what was before


def test_a_second_file_of_a_line_is_refused_as_ever(folder: Path) -> None:
    load(folder)
    (folder / "ACME.csv.gz").write_bytes(b"")
    with pytest.raises(BrokenData, match="Keep one of the two"):
        load(folder)


def test_other_lines_other_words_and_other_builds_are_read_by_themselves(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(folder)
    others: tuple[Callable[[], object], ...] = (
        lambda: kept(folder, ACME),
        lambda: kept(folder, IBM, ABSENT, ACME),
        lambda: kept(folder, replace(ACME, kind=Kind.INDEX), ABSENT, IBM),
        lambda: kept(folder, Asset("ACME", HONG_KONG), ABSENT, IBM),
        lambda: kept(folder, vendor=Told(dates="day-first")),
    )
    for other in others:
        with pytest.raises(NotRead):
            other()
    assert is_kept(folder)
    monkeypatch.setattr(cache, "own_build", lambda: "another")
    assert not is_kept(folder)


def test_this_build_is_told_by_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for room in ("markets", "newsfolio"):
        (tmp_path / room).mkdir()
        (tmp_path / room / "a.py").write_text("x = 1\n", "utf-8")
    monkeypatch.setattr(cache, "ROOT", tmp_path)
    before = cache.own_build.__wrapped__()
    assert cache.own_build.__wrapped__() == before
    (tmp_path / "markets" / "a.py").write_text("x = 22\n", "utf-8")
    assert cache.own_build.__wrapped__() != before


def test_a_young_folder_and_one_that_changes_meanwhile_are_not_kept(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(sealed, "YOUNG", 2.0)
        load(folder)
    assert not is_kept(folder)
    read = FolderSource._read
    with monkeypatch.context() as patch:
        patch.setattr(FolderSource, "_read", lambda *asked: (read(*asked), append(folder))[0])
        load(folder)
    assert not is_kept(folder)
    load(folder)
    assert is_kept(folder)


def test_a_small_folder_is_not_worth_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    size = sum(path.stat().st_size for path in folder.iterdir())
    for least, is_worth_it in ((size + 1, False), (size, True)):
        monkeypatch.setattr(sealed, "LARGE", least)
        load(folder)
        assert is_kept(folder) is is_worth_it


def test_days_to_come_are_refused_though_they_were_kept(folder: Path) -> None:
    late, early = date(2024, 1, 3), date(2024, 1, 2)
    load(folder, today=late)
    assert kept(folder, today=TODAY)
    assert kept(folder, today=None)
    with pytest.raises(BrokenData, match="lies after today"):
        load(folder, today=early)
    load(folder, today=None)
    assert kept(folder, today=None)


def test_what_was_kept_without_a_day_is_looked_at_again_with_one(folder: Path) -> None:
    load(folder, today=None)
    assert kept(folder, today=None)
    with pytest.raises(NotRead):
        kept(folder)


def test_tables_of_facts_are_read_as_they_are_now(folder: Path) -> None:
    mood = Facts("mood", columns=("share",))
    rows = "known,share\n2024-01-02,{}\n"
    for share in (0.25, 0.5):
        (folder / "mood.csv").write_text(rows.format(share), "utf-8")
        read = FolderSource(folder, TODAY).load((ACME,), (mood,))
        assert read.facts["mood"].frame["share"].tolist() == [share]


def test_whoever_watches_sees_every_line(folder: Path) -> None:
    seen: list[str] = []

    def follow(lines: object) -> object:
        for line in list(lines):  # type: ignore[call-overload]
            seen.append(line.ticker)
            yield line

    for _ in range(2):
        FolderSource(folder, TODAY, follow=follow).load((ACME, ABSENT, IBM))  # type: ignore[arg-type]
    assert seen == 2 * ["ACME", "SPY", "IBM"]


@pytest.mark.parametrize("damage", [
    lambda path: path.write_bytes(path.read_bytes()[:-4000]),
    lambda path: path.write_bytes(path.read_bytes().replace(b"ACME", b"ACMF")),
    lambda path: path.write_bytes(bytes(100) + path.read_bytes()[100:]),
    lambda path: path.write_bytes(b""),
    lambda path: (path.unlink(), path.mkdir()),
], ids=["cut", "another line", "zeros", "empty", "folder"])  # fmt: skip
def test_what_was_damaged_is_made_again(
    folder: Path, place: Path, damage: Callable[[Path], object]
) -> None:
    first = load(folder)
    (path,) = place.glob("prices-*")
    damage(path)
    assert not is_kept(folder)
    assert_equal(load(folder), first)
    if path.is_file():
        assert_equal(kept(folder), first)


def test_a_cache_that_cannot_be_written_costs_time_only(folder: Path, place: Path) -> None:
    place.write_text("a file where the folder should be", "utf-8")
    assert_equal(load(folder), load(folder))
    assert not is_kept(folder)


def test_what_a_reader_alters_stays_its_own(folder: Path) -> None:
    first = load(folder)
    altered = kept(folder)
    altered["ACME"].frame.loc[:, "close"] = 7.0
    assert_equal(kept(folder), first)


def test_a_folder_linked_into_itself_is_walked_once(folder: Path) -> None:
    (folder / "daily").symlink_to(folder)
    load(folder)
    assert is_kept(folder)


def test_two_processes_read_and_keep_the_same(folder: Path, place: Path) -> None:
    apart = multiprocessing.get_context("fork")
    processes = [apart.Process(target=load, args=(folder,)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 4
    assert len(list(place.iterdir())) == 1
    assert is_kept(folder)
