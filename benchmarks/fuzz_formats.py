"""Files of every vendor by the thousand, from histories that know the truth: what is misread.

    python benchmarks/fuzz_formats.py [FORMAT|dates|lots|adjustment|all] [tries] [seed]

A try writes a history in a format, as it is or changed in a way that has a right answer: columns in
another order, rows reversed, dropped or doubled, lines that end otherwise, cells spoilt. What is
read must be the truth; an error of `newsfolio.errors` is an answer, anything else is a crash.
By default 10,000 tries a format and 100,000 of the last three: `dates` tries every spelling of
dates that a format may have, `lots` every unit of volume, and `adjustment` raw, split-adjusted and
full prices under one header. The exit code is 1 if one file was misread.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1]))  # started as a file, it sees its own folder

from benchmarks.fuzz_counts import Counts
from benchmarks.fuzz_mutations import Draw
from markets.bars import Bars, Priced
from markets.folder.formats.catalogue import vendor_words
from markets.folder.source import FolderSource
from newsfolio.errors import MissingData
from newsfolio.listings import asset_of
from tests.support.every_vendor import TEXTS
from tests.support.terminal_files import TREES, WrittenTree
from tests.support.vendor_files import History, Written, history

Chance = np.random.Generator
LEVELS = (0.8, 12.0, 80.0, 2500.0)
RATIOS = (2.0, 3.0, 1.5, 10.0, 0.1, 0.25)


class MisreadFile(AssertionError):
    """What was read is not the truth, and nobody said so."""


def some_day(chance: Chance) -> str:
    year, month, day = (int(chance.integers(*ends)) for ends in ((2010, 2026), (1, 13), (1, 28)))
    return f"{year}-{month:02d}-{day:02d}"


def some_history(chance: Chance) -> History:
    rows = int(chance.integers(3, 60))
    places = chance.permutation(np.arange(1, rows))
    level = float(chance.choice(LEVELS))
    paid = {int(row): round(level * float(chance.uniform(0.004, 0.03)), 2) for row in places[:2]}
    splits = {int(row): float(chance.choice(RATIOS)) for row in places[2:3]}
    of = history(rows, int(chance.integers(2**31)), level=level, start=some_day(chance),
                 paid=paid if chance.random() < 0.7 else {},
                 splits=splits if chance.random() < 0.5 else {})  # fmt: skip
    if (of.close <= 0.05).any() or (of.low <= 0.02).any():
        return some_history(chance)
    return of


# --- what a file is changed into ------------------------------------------------------------------


def as_it_is(lines: list[bytes], mark: bytes, chance: Chance) -> list[bytes] | None:
    return lines


def columns_shuffled(lines: list[bytes], mark: bytes, chance: Chance) -> list[bytes] | None:
    """Names stay with their cells; files with more than one line of header stay as they are."""
    if b'"' in lines[1] or lines[1].startswith((b"Ticker", b"Price")):
        return lines
    cells = [line.split(mark) for line in lines]
    if len({len(row) for row in cells}) > 1:
        return lines
    order = chance.permutation(len(cells[0]))
    return [mark.join(row[place] for place in order) for row in cells]


def rows_reversed(lines: list[bytes], mark: bytes, chance: Chance) -> list[bytes] | None:
    top = 3 if lines[1].startswith((b"Ticker", b"Price")) else 1
    return [*lines[:top], *lines[: top - 1 : -1]]


def row_twice(lines: list[bytes], mark: bytes, chance: Chance) -> list[bytes] | None:
    place = int(chance.integers(3, len(lines)))
    return [*lines[:place], lines[place], *lines[place:]]


def windows_ends(lines: list[bytes], mark: bytes, chance: Chance) -> list[bytes] | None:
    return [line.rstrip(b"\r") + b"\r" for line in lines]


def blank_lines(lines: list[bytes], mark: bytes, chance: Chance) -> list[bytes] | None:
    place = int(chance.integers(1, len(lines)))
    return [*lines[:place], b"", *lines[place:], b"", b""]


CHANGES = (
    as_it_is,
    as_it_is,
    columns_shuffled,
    rows_reversed,
    row_twice,
    windows_ends,
    blank_lines,
)
"""None of these may change what is read, but to an error."""


def spoilt(content: bytes, chance: Chance) -> bytes:
    """With a cell, or a few bytes, of another kind; what it then says nobody knows."""
    lines = content.split(b"\n")
    place = int(chance.integers(0, len(lines)))
    cells = lines[place].split(b",")
    at = int(chance.integers(0, len(cells)))
    odd = (b"", b"-1", b"0", b"1e308", b"nan", b"\xff\xfe", b'"', b"1,5", b"2026-13-01", b"-99.99",
           b"01/02/2026", b"x" * 40, b"\x00", "日".encode())  # fmt: skip
    cells[at] = odd[int(chance.integers(len(odd)))]
    lines[place] = b",".join(cells)
    return b"\n".join(lines)


# --- one try --------------------------------------------------------------------------------------


def read(folder: Path, written: Written) -> Bars:
    path = written.put(folder)
    try:
        source = FolderSource(folder, told=vendor_words(written.vendor))
        loaded = source.load([asset_of(written.ticker)])
        if written.ticker not in loaded:  # its content named its lines, and is none any more
            raise MissingData(f"no line {written.ticker}")
        return loaded[written.ticker]
    finally:
        if path == folder:
            for inner in folder.iterdir():
                shutil.rmtree(inner)
        else:
            path.unlink()


def require_true(bars: Bars, written: Written, of: History, shares: bool = True) -> None:
    """Raise MisreadFile unless sessions, closes, volumes and what was claimed are right.

    Prices that are adjusted may be read as if dividends were missing, with a doubt; the other way
    round is a misreading.
    """
    days = [str(day.date()) for day in bars.frame.index]
    if days != list(written.days or of.days):
        raise MisreadFile(f"sessions {days[:3]} for {list(of.days)[:3]}")
    close = bars.frame["close"].to_numpy()
    if not np.allclose(close, written.close, rtol=max(written.tolerance, 1e-9), atol=0.0051):
        raise MisreadFile(f"closes {close[:3]} for {written.close[:3]}")
    volume = bars.frame["volume"].to_numpy()
    if shares and not np.allclose(volume, written.volume, rtol=0.02, atol=101, equal_nan=True):
        raise MisreadFile(f"volumes {volume[:3]} for {written.volume[:3]}")
    total = bars.priced is Priced.DIVIDENDS
    if total and written.priced is not Priced.DIVIDENDS:
        raise MisreadFile("taken for a total return")
    if not total and written.priced is Priced.DIVIDENDS and not bars.doubts:
        raise MisreadFile("dividends left out without a doubt")
    if written.doubted and not bars.doubts:
        raise MisreadFile("no doubt says that dividends are missing")


def one_format(name: str, folder: Path, chance: Chance) -> None:
    of = some_history(chance)
    written = TEXTS[name](of)
    if chance.random() < 0.25:
        read(folder, replace(written, content=spoilt(written.content, chance)))
        return
    change = CHANGES[int(chance.integers(len(CHANGES)))]
    lines = written.content.rstrip(b"\n").split(b"\n")
    mark = b";" if b";" in lines[0] else b","
    changed = change(lines, mark, chance)
    written = replace(written, content=b"\n".join(changed or lines) + b"\n")
    if written.vendor and chance.random() < 0.25:
        read(folder, replace(written, vendor=""))
        raise MisreadFile("read though nothing says what its prices are adjusted for")
    require_true(read(folder, written), written, of, shares=name != "eodhd")


def one_tree(name: str, folder: Path, chance: Chance) -> None:
    """A program's own folder, as it is or with one of its files spoilt."""
    of = some_history(chance)
    written = TREES[name](of)
    assert isinstance(written, WrittenTree)
    if chance.random() < 0.25:
        names = sorted(written.files)
        at = names[int(chance.integers(len(names)))]
        files = {**written.files, at: spoilt(written.files[at], chance)}
        read(folder, replace(written, files=files))
        return
    require_true(read(folder, written), written, of)


def attempt(name: str, folder: Path, counts: Counts, chance: Chance) -> None:
    """One try at a format or at one of SPECIAL."""
    act = SPECIAL.get(name)
    if act is not None:
        counts.attempt(lambda: act(folder, chance))
    else:
        form = one_tree if name in TREES else one_format
        counts.attempt(lambda: form(name, folder, chance))


# --- dates, lots and adjustment -------------------------------------------------------------------

_SPELLINGS = {
    "iso": "{y}-{m:02d}-{d:02d}", "month first": "{m:02d}/{d:02d}/{y}", "day first": "{d}/{m}/{y}",
    "dotted": "{d:02d}.{m:02d}.{y}", "worded": "{b} {d:02d}, {y}",
    "midnight": "{y}-{m:02d}-{d:02d} 00:00:00", "zone": "{y}-{m:02d}-{d:02d} 00:00:00+08:00",
    "clock": "{m}/{d}/{y} 16:00:00", "clock, day first": "{d:02d}/{m:02d}/{y} 16:00:00",
}  # fmt: skip
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def dates(folder: Path, chance: Chance) -> None:
    """A spelling of dates under a header; read as the days they were, or refused."""
    rows, start = int(chance.integers(1, 15)), some_day(chance)
    of = history(rows, int(chance.integers(99)), paid={}, splits={}, start=start)
    spelling = list(_SPELLINGS.values())[int(chance.integers(len(_SPELLINGS)))]
    written_days = [
        spelling.format(y=day[:4], m=int(day[5:7]), d=int(day[8:]), b=_MONTHS[int(day[5:7]) - 1])
        for day in of.days
    ]
    header, columns, name = (
        ("Date,Open,High,Low,Close,Volume", of.prices(), "^GSPC.csv"),
        ("Date,Price,Open,High,Low,Vol.,Change %",
         [of.close, of.open, of.high, of.low], "AAPL Historical Data.csv"),
        ("Date,Close", [of.close], "AAPL.csv"), ("Date,AAPL", [of.close], "closes.csv"),
    )[int(chance.integers(4))]  # fmt: skip
    more = {6: ["1000"], 7: ["1.0K", "0.1%"]}.get(header.count(",") + 1, [])
    rows = [
        ",".join(
            f'"{cell}"' for cell in (day, *(f"{column[row]:.2f}" for column in columns), *more)
        )
        for row, day in enumerate(written_days)
    ]
    if chance.random() < 0.5:
        rows = rows[::-1]
    ticker = "^GSPC" if name.startswith("^") else "AAPL"
    content = "\n".join([header, *rows]).encode()
    written = Written(name, content, ticker, Priced.DIVIDENDS, of.close, of.volume)
    bars = read(folder, written)
    days = [str(day.date()) for day in bars.frame.index]
    if days != list(of.days):
        raise MisreadFile(f"{header}: {written_days[:3]} read as {days[:3]}")


_WITH_TURNOVER = ("akshare", "akshare-abroad", "akshare-sina", "akshare-tencent", "tushare", "futu")
_VOLUMES = {"akshare": "成交量", "akshare-abroad": "成交量", "tushare": "vol"}
_UNITS = {"akshare": 100, "tushare": 100, "akshare-tencent": 100}


def lots(folder: Path, chance: Chance) -> None:
    """A volume in shares, hundreds or thousands, whatever the vendor's own unit."""
    name = _WITH_TURNOVER[int(chance.integers(len(_WITH_TURNOVER)))]
    of = some_history(chance)
    written = TEXTS[name](of)
    lines = written.content.decode().rstrip("\n").split("\n")
    place = lines[0].split(",").index(_VOLUMES.get(name, "volume"))
    unit = (1, 100, 1000)[int(chance.integers(2 if name == "tushare" else 3))]
    rows = [line.split(",") for line in lines[1:]]
    for row in rows:
        row[place] = f"{float(row[place]) * _UNITS.get(name, 1) / unit:.4f}"
    content = "\n".join([lines[0], *map(",".join, rows)]).encode()
    written = replace(written, content=content)
    bars = read(folder, written)
    shares = bars.frame["volume"].to_numpy()
    trusted = "by the vendor's account" in bars.notes[0]
    if not trusted and not np.allclose(shares, of.volume, rtol=0.02, atol=101):
        raise MisreadFile(f"{name}: volumes {shares[:3]} for {of.volume[:3]}")


def adjustment(folder: Path, chance: Chance) -> None:
    """Raw, forward and backward adjusted prices in files that do not say which."""
    name = ("akshare", "akshare-sina", "akshare-tencent", "tushare")[int(chance.integers(4))]
    of = some_history(chance)
    factor = of.factor
    kind = ("raw", "forward", "backward")[int(chance.integers(3))]
    scale = {"raw": np.ones(len(factor)), "forward": factor, "backward": factor / factor[0]}[kind]
    seen = replace(of, open=of.open * scale, high=of.high * scale, low=of.low * scale,
                   close=of.close * scale)  # fmt: skip
    written = TEXTS[name](_WithAmount(**{**vars(seen), "money": of.amount}))
    bars = read(folder, replace(written, priced=Priced.DIVIDENDS))
    events = (of.dividend > 0) | (of.split > 0)
    unadjusted = kind == "raw" and events[1:].any() and name != "tushare"
    if bars.priced is Priced.DIVIDENDS and unadjusted:
        raise MisreadFile(f"{name}: {kind} prices taken for a total return")
    if name != "tushare" and not np.allclose(
        bars.frame["close"], np.round(seen.close, 2), atol=0.0101
    ):
        raise MisreadFile(f"{name}: {kind} closes changed")


class _WithAmount(History):
    """A history whose prices were adjusted after its money was counted."""

    money: np.ndarray

    def __init__(self, money: np.ndarray, **values: object) -> None:
        super().__init__(**values)  # type: ignore[arg-type]
        object.__setattr__(self, "money", money)

    @property
    def amount(self) -> np.ndarray:
        return self.money


SPECIAL: dict[str, Callable[[Path, Chance], None]] = {
    "dates": dates, "lots": lots, "adjustment": adjustment,
}  # fmt: skip


class FormatsTarget:
    """Files of all vendors, for the hunt of `fuzz.py`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, draw: Draw, counts: Counts) -> None:
        name = draw(st.sampled_from([*TEXTS, *TREES, *SPECIAL]))
        attempt(name, self.folder, counts, np.random.default_rng(draw(st.integers(0, 2**32))))


def main(arguments: Sequence[str]) -> int:
    chosen = arguments[0] if arguments else "all"
    tries = int(arguments[1]) if len(arguments) > 1 else 0
    start = int(arguments[2]) if len(arguments) > 2 else 0
    wrong = False
    for name in [*SPECIAL, *TEXTS, *TREES] if chosen == "all" else [chosen]:
        chance, counts = np.random.default_rng(start), Counts()
        with tempfile.TemporaryDirectory(prefix="newsfolio-fuzz-") as folder:
            for _ in range(tries or (100_000 if name in SPECIAL else 10_000)):
                attempt(name, Path(folder), counts, chance)
        print(f"{name:<20}{counts.said()}", flush=True)
        for at, count in counts.crashes.most_common():
            print(f"  {count} x {at}\n{counts.shown[at]}", flush=True)
        wrong = wrong or bool(counts.crashes)
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
