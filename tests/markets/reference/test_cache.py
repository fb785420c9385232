"""What is kept from one start to the next is what would be computed, or is computed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from markets.reference import cache, calendars
from markets.reference.cache import kept
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
    assert sorted(path.name for path in folder.iterdir()) == ["one.npz", "two.npz"]


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
    file = folder / "one.npz"
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
    def full(file: object, **tables: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    assert np.array_equal(kept("one", lambda: TABLE), TABLE)
    assert list(folder.iterdir()) == []


@pytest.mark.filterwarnings("ignore")  # the library's own, of pandas 4
@pytest.mark.usefixtures("fresh")
def test_a_kept_calendar_is_the_library_s(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from exchange_calendars import get_calendar

    first = calendars.sessions_of(NEW_YORK)
    assert [path.suffix for path in folder.iterdir()] == [".npz"]
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
