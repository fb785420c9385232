"""The bars of a folder as they were read, for whoever reads it again before anything changed.

A folder is told by path, size, inode and both times of every file that reading it looks at. A file
as young as the steps of the file system's clock could change once more and look the same, so
nothing is kept of a folder that has one. A file altered without a new time is what nobody sees.
"""

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypedDict

import numpy as np
import pandas as pd

from markets.bars import COLUMNS, NAMES, Bars, Days, Doubt, Priced
from markets.folder.formats.format import Told
from markets.reference import cache
from newsfolio.assets import Asset, Delisting

LARGE = 1_000_000
"""Bytes of all files from which on reading them takes longer than reading what was kept."""

YOUNG = 2.0
"""Seconds: the longest step in which a file system tells times (FAT's)."""

PLACES = ("features", "calendars", "instruments", "equity", "daily", "data")
"""Folders within a folder of prices that some format reads; others are not looked into."""

INDEX = "session"


class AxisJson(TypedDict):
    """Days that several lines share: how many, and in which unit of time."""

    length: int
    unit: str


class LineJson(TypedDict):
    """A line but for its rows, which follow upon those of the line before; `axis`: their days."""

    ticker: str
    axis: int
    priced: str
    later_splits: float
    simulated: bool
    notes: list[str]
    doubts: list[tuple[str, list[str]]]
    genuine: list[tuple[str, str]]
    delisted: tuple[str, float | None] | None
    digest: str


class FolderJson(TypedDict):
    """today: the last day that was no day to come, "" where none was looked for."""

    today: str
    axes: list[AxisJson]
    lines: list[LineJson]


@dataclass(frozen=True)
class Seal:
    """What the bars of some lines follow from. name: of what is kept; "" where nothing may be."""

    folder: Path
    today: date | None
    state: str
    name: str

    @classmethod
    def of(cls, folder: Path, vendor: Told, today: date | None, assets: tuple[Asset, ...]) -> Seal:
        """The seal of a folder as it is now."""
        state = _state(folder) if assets and cache.keeps_markets() else ""
        if not state:
            return cls(folder, today, "", "")
        words = (*sorted(vendor.vendors), str(vendor.adjusted), vendor.dates)
        paths = (str(cache.ROOT), str(folder), str(folder.absolute()))
        place = cache.name_of((*paths, *words, *map(repr, assets)))
        return cls(
            folder, today, state, f"prices-{place}-{cache.name_of((cache.own_build(), state))}"
        )

    def read(self) -> dict[str, Bars] | None:
        """The bars that were kept; None without any, and where some may lie in days to come."""
        file = cache.read(self.name) if self.name else None
        if file is None:
            return None
        about: FolderJson = json.loads(file.about)
        if self.today and (about["today"] or "9") > str(self.today):
            return None
        return {line.ticker: line for line in _restored(about, file.arrays)}

    def keep(self, bars: Mapping[str, Bars]) -> None:
        """Keep what was read meanwhile, if it can be given back as it is."""
        lines = bars.values()
        if not self.name or not all(map(_is_plain, lines)) or _state(self.folder) != self.state:
            return
        axes: dict[tuple[str, bytes], int] = {}
        places = [axes.setdefault(_axis(line), len(axes)) for line in lines]
        about = FolderJson(
            today=str(self.today) if self.today else "",
            axes=[AxisJson(length=len(days) // 8, unit=unit) for unit, days in axes],
            lines=[_line(line, place) for line, place in zip(lines, places, strict=True)],
        )
        days = [np.frombuffer(days, "int64") for _, days in axes]
        rows = [line.frame.to_numpy().T for line in lines]
        cache.keep(
            self.name, json.dumps(about), {"days": days, "rows": rows}, self.name.rpartition("-")[0]
        )


def _state(folder: Path) -> str:
    """All files that reading a folder looks at; "" for what is not worth it, or may not last."""
    now = time.time_ns()
    try:
        files = sorted(_files(folder))
    except OSError:
        return ""
    size = sum(status.st_size for _, status in files)
    young = now - int(YOUNG * 1e9)
    if size < LARGE or any(max(at.st_mtime_ns, at.st_ctime_ns) > young for _, at in files):
        return ""
    return "\n".join(
        f"{path} {at.st_size} {at.st_ino} {at.st_mtime_ns} {at.st_ctime_ns}" for path, at in files
    )


def _files(folder: Path) -> Iterator[tuple[str, os.stat_result]]:
    """The files of a folder, and all below those folders of it that formats read."""
    seen: set[tuple[int, int]] = set()  # a folder that is linked into itself
    todo = [str(folder)]
    while todo:
        place = todo.pop()
        with os.scandir(place) as entries:
            for entry in entries:
                status = entry.stat()
                if not stat.S_ISDIR(status.st_mode):
                    yield entry.path, status
                elif place != str(folder) or entry.name in PLACES:
                    if (status.st_dev, status.st_ino) not in seen:
                        todo.append(entry.path)
                    seen.add((status.st_dev, status.st_ino))


def _is_plain(line: Bars) -> bool:
    """Whether a line is all that is kept of one."""
    index = line.frame.index
    plain = type(line) is Bars and isinstance(index, pd.DatetimeIndex) and index.freq is None
    return plain and index.name == INDEX and line.frame.columns.name is None


def _axis(line: Bars) -> tuple[str, bytes]:
    """The unit of time of a line's days, and the days."""
    days = line.frame.index.to_numpy()
    return np.datetime_data(days.dtype)[0], days.tobytes()


def _line(line: Bars, axis: int) -> LineJson:
    gone = line.delisted
    return LineJson(
        ticker=line.ticker, axis=axis, priced=line.priced.value, later_splits=line.later_splits,
        simulated=line.simulated, notes=list(line.notes),
        doubts=[(doubt.told, list(map(str, doubt.days))) for doubt in line.doubts],
        genuine=[(str(day), reason) for day, reason in line.genuine],
        delisted=(str(gone.day), gone.value) if gone else None, digest=line.digest(),
    )  # fmt: skip


def _restored(about: FolderJson, arrays: Mapping[str, cache.Array]) -> Iterator[Bars]:
    """The lines as they were; those that share their days share one index."""
    axes = []
    start = 0
    for axis in about["axes"]:
        days = arrays["days"][start : start + axis["length"]].view(f"M8[{axis['unit']}]")
        axes.append((pd.DatetimeIndex(days, name=INDEX), _frozen(days.astype("M8[D]"))))
        start += axis["length"]
    rows, start = arrays["rows"].reshape(-1), 0
    for line in about["lines"]:
        index, days = axes[line["axis"]]
        table = rows[start : start + len(index) * len(COLUMNS)].reshape(len(COLUMNS), len(index))
        start += table.size
        yield _bars(line, pd.DataFrame(table.T, index, NAMES, copy=False), days)


def _bars(line: LineJson, frame: pd.DataFrame, days: Days) -> Bars:
    gone = line["delisted"]
    bars = Bars(
        line["ticker"], frame, Priced(line["priced"]), line["later_splits"], line["simulated"],
        tuple(line["notes"]),
        tuple(Doubt(text, tuple(map(date.fromisoformat, on))) for text, on in line["doubts"]),
        tuple((date.fromisoformat(day), reason) for day, reason in line["genuine"]),
        Delisting(date.fromisoformat(gone[0]), gone[1]) if gone else None, checked=True,
    )  # fmt: skip
    vars(bars).update(days=days, _digest=line["digest"])  # as they were worked out
    return bars


def _frozen(days: Days) -> Days:
    days.flags.writeable = False
    return days
