"""What is kept from one start to the next is what would be computed, or is computed."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from markets.reference import cache, calendars
from markets.reference.cache import keep, kept
from newsfolio import NEW_YORK
from newsfolio.venue_rows import SessionRows

TABLE = np.array([[1, 2, 3], [-4, 5, 2**40]])
OTHER = np.array([[7, 8, 9], [7, 8, 9]])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "deep" / "cache"
    monkeypatch.setattr(cache, "cache_folder", lambda: place)
    return place


@pytest.fixture
def fresh() -> Iterator[None]:
    """Calendars that this process has not looked up."""
    looked_up = (
        calendars._hours, calendars._sessions, calendars._expected, calendars._announced,
        calendars._last_of,
    )  # fmt: skip
    for function in looked_up:
        function.cache_clear()
    yield
    for function in looked_up:
        function.cache_clear()


def never() -> np.ndarray:
    raise AssertionError("computed although it was kept")


def test_a_table_is_computed_once(folder: Path) -> None:
    assert np.array_equal(kept("one", lambda: TABLE), TABLE)
    assert np.array_equal(kept("one", never), TABLE)
    assert np.array_equal(kept("two", lambda: OTHER), OTHER)
    assert sorted(path.name for path in folder.iterdir()) == ["one.seal", "two.seal"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[: len(content) // 2],
        lambda content: content.replace((5).to_bytes(8, "little"), (6).to_bytes(8, "little")),
        lambda content: b"not a table",
    ],
    ids=["empty", "cut", "another number", "another file"],
)
def test_a_damaged_file_is_computed_again_and_mended(folder: Path, damage: object) -> None:
    kept("one", lambda: TABLE)
    file = folder / "one.seal"
    content = file.read_bytes()
    file.write_bytes(damage(content))  # type: ignore[operator]
    assert file.read_bytes() != content
    assert np.array_equal(kept("one", lambda: OTHER), OTHER)
    assert np.array_equal(kept("one", never), OTHER)


def test_a_folder_that_cannot_be_written_costs_time_only(folder: Path) -> None:
    folder.parent.mkdir(parents=True)
    folder.write_text("a file where the folder should be")
    assert np.array_equal(kept("one", lambda: TABLE), TABLE)
    assert np.array_equal(kept("one", lambda: OTHER), OTHER)


def test_a_disk_that_fills_up_leaves_nothing_behind(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache, "_write", full)
    assert np.array_equal(kept("one", lambda: TABLE), TABLE)
    assert list(folder.iterdir()) == []


def some_pages() -> np.ndarray:
    """Numbers of three pages and a half."""
    return np.random.default_rng(1).normal(size=1800)


def test_arrays_come_back_as_they_were(folder: Path) -> None:
    numbers, mask = some_pages(), np.array([[True, False], [False, True]])
    empty = np.empty((0, 3))
    keep("all", "a text, ü", {
        "parts": [numbers[:7], numbers[7:].reshape(-1, 11)], "mask": [mask.T], "empty": [empty],
        "none": [],
    })  # fmt: skip
    back = cache.read("all")
    assert back is not None
    assert back.about == "a text, ü"
    assert np.array_equal(back.arrays["parts"], numbers)
    assert np.array_equal(back.arrays["mask"], mask.T)
    assert back.arrays["mask"].dtype == bool
    assert back.arrays["empty"].shape == (0, 3)
    assert back.arrays["none"].size == 0


def test_what_a_reader_writes_into_an_array_is_its_own(folder: Path) -> None:
    keep("all", "", {"numbers": [some_pages()]})
    first = cache.read("all")
    assert first is not None
    first.arrays["numbers"][:] = 7.0
    again = cache.read("all")
    assert again is not None
    assert np.array_equal(again.arrays["numbers"], some_pages())


@given(place=st.integers(0), byte=st.integers(1, 255))
def test_a_byte_that_changed_anywhere_is_seen(kept_bytes: bytes, place: int, byte: int) -> None:
    at = place % len(kept_bytes)
    damaged = bytearray(kept_bytes)
    damaged[at] ^= byte
    assert not is_whole(bytes(damaged))


@pytest.mark.parametrize("change", [
    lambda content: content[4096:] + content[:4096],
    lambda content: content[8:16] + content[:8] + content[16:],
    lambda content: content[4096:8192] + content[:4096] + content[8192:],
    lambda content: bytes(4096) + content[4096:],
    lambda content: content[:-1],
    lambda content: content + b"0",
    lambda content: content[4096:],
    lambda content: bytes(len(content)),
], ids=["turned", "words", "pages", "zeros", "short", "long", "gone", "all zeros"])  # fmt: skip
def test_what_disks_do_to_files_is_seen(
    kept_bytes: bytes, change: Callable[[bytes], bytes]
) -> None:
    assert is_whole(kept_bytes)
    assert not is_whole(change(kept_bytes))


@pytest.fixture(scope="module")
def kept_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What a file of three pages and a half holds."""
    place = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cache, "cache_folder", lambda: place)
        keep("all", "a text", {"numbers": [some_pages()]})
    return (place / "all.seal").read_bytes()


def is_whole(content: bytes) -> bool:
    with tempfile.TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        patch.setattr(cache, "cache_folder", lambda: Path(place))
        (Path(place) / "all.seal").write_bytes(content)
        return cache.read("all") is not None


def test_what_nobody_asked_for_longest_goes_first(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, name in enumerate(("old", "older", "new")):
        keep(name, "", {"numbers": [some_pages()]})
        os.utime(folder / f"{name}.seal", (number, number))
    assert cache.read("old") is not None  # and is the latest that anybody asked for
    size = (folder / "old.seal").stat().st_size
    monkeypatch.setattr(cache, "MOST", 3 * size)
    keep("newest", "", {"numbers": [some_pages()]})
    assert names(folder) == ["new.seal", "newest.seal", "old.seal"]


def test_what_would_fill_more_than_half_of_the_room_is_not_kept(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "MOST", 2 * some_pages().nbytes - 1)
    keep("all", "", {"numbers": [some_pages()]})
    assert names(folder) == []


def test_another_state_of_the_same_takes_its_place(folder: Path) -> None:
    for name in ("prices-a-1", "prices-b-1", "prices-a-2"):
        keep(name, "", {"numbers": [TABLE]}, name[:-2])
    assert names(folder) == ["prices-a-2.seal", "prices-b-1.seal"]


def test_the_draft_of_a_killed_process_is_cleared_away(folder: Path) -> None:
    folder.mkdir(parents=True)
    for name, age in ((".dead.1.1", 2 * 3600), (".alive.1.1", 60)):
        (folder / name).write_bytes(b"half")
        os.utime(folder / name, (time.time() - age,) * 2)
    keep("one", "", {"numbers": [TABLE]})
    assert names(folder) == [".alive.1.1", "one.seal"]


def test_many_at_once_write_one_whole_file(folder: Path) -> None:
    def both(_: int) -> bool:
        keep("all", "", {"numbers": [some_pages()]})
        back = cache.read("all")
        return back is not None and np.array_equal(back.arrays["numbers"], some_pages())

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(both, range(40)))
    assert names(folder) == ["all.seal"]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


@pytest.mark.filterwarnings("ignore")  # the library's own, of pandas 4
@pytest.mark.usefixtures("fresh")
def test_a_kept_calendar_is_the_library_s(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from exchange_calendars import get_calendar

    first = calendars.sessions_of(NEW_YORK)
    assert [path.suffix for path in folder.iterdir()] == [".seal"]
    for function in (calendars._hours, calendars._sessions):
        function.cache_clear()
    monkeypatch.setattr(calendars, "sessions_and_closes", never)
    assert np.array_equal(calendars.sessions_of(NEW_YORK), first)
    closes = get_calendar("XNYS", start="2015-01-02", end="2020-12-31").closes
    for day, close in closes.items():
        assert calendars.closing_times("XNYS", day.date()) == close


@pytest.mark.usefixtures("fresh", "folder")
def test_another_lost_day_is_another_calendar(monkeypatch: pytest.MonkeyPatch) -> None:
    day = np.datetime64("2025-03-03")
    assert day in calendars.sessions_of(NEW_YORK)
    for function in (calendars._hours, calendars._sessions):
        function.cache_clear()
    monkeypatch.setattr(calendars, "_corrections", lambda _: SessionRows(lost=("2025-03-03",)))
    assert day not in calendars.sessions_of(NEW_YORK)
