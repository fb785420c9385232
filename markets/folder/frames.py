"""Prices that a notebook has at hand: a DataFrame, or a dict of them, read as files are.

Four shapes are told apart by their columns:

1. Two levels, fields and tickers either way round, as `yfinance.download()` answers.
2. Tickers: dates x closes.
3. A dict from tickers to frames of one line each, in Yahoo's columns, as `Ticker.history()`
   answers; or to Series of closes.
4. Columns of one line without its ticker, which is refused: nobody says whose they are.

What prices are adjusted for follows the rules of files: Adj Close and Dividends say it, else
`vendor` does ("full", "split" or "raw"). Closes alone of which nobody says it are taken as a price
return, with a doubt that stands in the report.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from markets.bars import Bars
from markets.folder.formats.format import Adjusted, Quotes, Told
from markets.folder.line_bars import bars_of
from markets.folder.price_file import (
    AMOUNTS,
    ONE_PRICE,
    PRICES,
    FileText,
    Floats,
    Mask,
    Table,
    closes_alone,
    one_price,
)
from markets.snapshot import Snapshot
from newsfolio.assets import Asset
from newsfolio.errors import BrokenData, CommandError
from newsfolio.facts import Facts

_FIELDS = {name.casefold(): name for name in (*PRICES, *AMOUNTS)}
_ALSO = ("repaired?",)
_CLOSES = frozenset({"Close", "Adj Close"})
_SHAPES = (
    "Wanted: dates x tickers of closes, columns by field and ticker as yfinance.download() gives, "
    "or a dict such as {'SPY': frame}."
)
_SAY = frozenset({"Adj Close", "Dividends", "Stock Splits", "Capital Gains"})
"""Columns that only a source has whose prices are known to be adjusted, and for what."""
_WHOLE = frozenset({"Open", "High", "Low", "Close"})
_HOW = {Adjusted.BY_COLUMNS: "adjusted for splits and dividends"}
_READINGS = (
    "adjusted for splits and dividends (vendor='full'), for splits alone (vendor='split') or not "
    "at all (vendor='raw')"
)


@dataclass(frozen=True, eq=False)
class FrameSource:
    """Lines in memory; what a run read has the id of its figures, as from anywhere else.

    downloaded: lines whose columns have fields and tickers, as yfinance downloads them.
    today: rows dated later are refused; None: any day is taken. told: what the frames do not say.
    """

    lines: Mapping[str, pd.DataFrame]
    downloaded: frozenset[str] = frozenset()
    today: date | None = None
    told: Told = Told()

    @property
    def name(self) -> str:
        return "frames"

    def load(self, assets: Iterable[Asset], facts: Iterable[Facts] = ()) -> Snapshot:
        """Bars of the lines that the frames have; there are no tables of facts among them."""
        wanted = {asset.ticker: asset for asset in assets}
        return Snapshot({ticker: self._bars(asset) for ticker, asset in wanted.items()
                         if ticker in self.lines})  # fmt: skip

    def _bars(self, asset: Asset) -> Bars:
        frame = self.lines[asset.ticker]
        table, stated = _table(asset.ticker, frame), self.told.adjusted
        by_columns = bool(_SAY & set(frame.columns)) or asset.ticker in self.downloaded
        alone = closes_alone(frame.columns)
        whole = set(frame.columns) >= _WHOLE
        unsaid = Adjusted.UNSAID if whole else Adjusted.CLOSES
        adjusted = Adjusted.BY_COLUMNS if by_columns else stated or unsaid
        how = f"{stated.value} by vendor" if stated and not by_columns else _HOW.get(adjusted, "")
        if by_columns and "Adj Close" in frame.columns:
            how = "Adj Close holds the dividends"
        notes = (f"read as a frame{': ' * bool(how)}{how}", *([ONE_PRICE] * alone))
        table = one_price(table) if alone else table
        return bars_of(asset, Quotes(table, adjusted, notes, _READINGS), self.today)


def frame_source(data: object, today: date | None, vendor: Told) -> FrameSource:
    """A source of frames; CommandError for another shape, with those that are read."""
    if isinstance(data, Mapping):
        lines = {_ticker(name): _line(name, part) for name, part in data.items()}
        if not lines:
            raise CommandError(f"data holds no line. {_SHAPES}")
        levels = {name for name, part in data.items() if _has_levels(part)}
        return FrameSource(
            lines, frozenset() if vendor.adjusted else frozenset(levels), today, vendor
        )
    if not isinstance(data, pd.DataFrame):
        raise CommandError(f"data is a {type(data).__name__}. {_SHAPES}")
    if data.empty:
        raise CommandError(f"data holds no line. {_SHAPES}")
    if data.columns.nlevels == 1:
        return FrameSource(_by_ticker(data), frozenset(), today, vendor)
    lines = _by_levels(data)
    return FrameSource(lines, frozenset() if vendor.adjusted else frozenset(lines), today, vendor)


def _has_levels(part: object) -> bool:
    return isinstance(part, pd.DataFrame) and part.columns.nlevels == 2


def _by_ticker(data: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Closes by ticker; columns of one line are refused."""
    fields = [name for name in data.columns if str(name).casefold() in _FIELDS]
    if fields:
        raise CommandError(
            f"data has the columns of one line ({', '.join(map(str, fields))[:60]}): say whose "
            "they are, data={'SPY': frame}"
        )
    frame = _dated(data, "data")
    _no_twins(frame.columns, "data")
    return {_ticker(name): frame[[name]].set_axis(["Close"], axis=1) for name in frame.columns}


def _by_levels(data: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Fields by ticker, whichever level they are."""
    if data.columns.nlevels != 2:
        raise CommandError(f"data has columns of {data.columns.nlevels} levels. {_SHAPES}")
    _no_twins(data.columns, "data")
    names = {*_FIELDS, *_ALSO}
    levels = [{str(name).casefold() for name in data.columns.get_level_values(at)} for at in (0, 1)]
    fields = next((at for at in (0, 1) if levels[at] <= names), None)
    if fields is None:
        raise CommandError(
            f"data: neither level of its columns holds fields such as Close. {_SHAPES}"
        )
    tickers = data.columns.get_level_values(1 - fields).unique()
    return {_ticker(name): _line(name, data.xs(name, axis=1, level=1 - fields)) for name in tickers}


def _line(name: object, part: object) -> pd.DataFrame:
    """The frame of one line in Yahoo's spelling of columns."""
    where = f"data[{str(name)[:40]!r}]"
    if isinstance(part, pd.Series):
        part = part.to_frame("Close")
    if not isinstance(part, pd.DataFrame):
        raise CommandError(f"{where} is a {type(part).__name__}. {_SHAPES}")
    if _has_levels(part):  # one ticker of yfinance.download()
        others = _by_levels(part)
        if len(others) != 1:
            raise CommandError(f"{where} holds {len(others)} tickers; hand each its own frame")
        return next(iter(others.values()))
    frame = part
    if not isinstance(frame.index, pd.DatetimeIndex) and "Date" in frame.columns:
        frame = frame.set_index("Date")
    _no_twins(frame.columns, where)
    names = {column: _FIELDS[str(column).casefold()] for column in frame.columns
             if str(column).casefold() in _FIELDS}  # fmt: skip
    if not _CLOSES & set(names.values()):
        listed = ", ".join(map(str, frame.columns))[:80]
        raise CommandError(f"{where} has no column Close or Adj Close (found {listed}). {_SHAPES}")
    if len(set(names.values())) < len(names):
        raise CommandError(f"{where}: a column stands there in two spellings; keep one of them")
    return _dated(frame[list(names)].rename(columns=names), where)


def _no_twins(columns: pd.Index, where: str) -> None:
    if not columns.is_unique:
        twin = columns[columns.duplicated()][0]
        raise CommandError(f"{where}: column {twin!r} appears twice; keep one of the two")


def _ticker(name: object) -> str:
    if not isinstance(name, str) or not name.strip():
        raise CommandError(f"data: {name!r} is no ticker; columns are named as Yahoo does: SPY")
    return name


def _dated(frame: pd.DataFrame, where: str) -> pd.DataFrame:
    """The same by naive dates, oldest first. A zone is left out: the venue's own day counts."""
    index = frame.index
    if not isinstance(index, pd.DatetimeIndex):
        if not all(isinstance(day, date | datetime | str) for day in index) or not len(index):
            raise CommandError(
                f"{where}: its index is of {index.dtype}, not of dates; pd.to_datetime makes them"
            )
        try:
            index = pd.DatetimeIndex(pd.to_datetime(list(index), format="ISO8601"))
        except (ValueError, TypeError) as error:
            raise CommandError(f"{where}: its index is not of dates such as 2026-01-02") from error
    if index.tz is not None:
        index = index.tz_localize(None)
    if index.hasnans:
        raise CommandError(f"{where}: a row has no date; drop it")
    if not index.equals(index.normalize()):
        timed = next(moment for moment in index if moment != moment.normalize())
        raise CommandError(
            f"{where}: {timed} has a time of day; hand over daily bars by the venue's own day"
        )
    return frame.set_axis(index, axis=0).sort_index(kind="stable")


def _table(ticker: str, frame: pd.DataFrame) -> Table:
    """Dates and numbers; days on which only other lines have a bar are left out."""
    where = Path(f"data[{ticker!r}]")
    columns = {}
    for name in (*PRICES, *AMOUNTS):
        if name not in frame.columns:
            continue
        columns[name] = _numbers(frame[name], f"{where}: {name}")
    empty = np.full(len(frame), np.nan)
    whole = {name: columns.get(name, empty) for name in (*PRICES, *AMOUNTS)}
    priced = ~np.isnan([whole[name] for name in PRICES]).all(axis=0)
    paid = (np.nan_to_num([whole[name] for name in AMOUNTS]) > 0).any(axis=0)
    rows: Mask = np.asarray(priced | paid)
    days = pd.DatetimeIndex(frame.index[rows].astype("datetime64[us]"), name="session")
    text = FileText(where, "row", (np.flatnonzero(rows) + 1).tolist(),
                    days.to_numpy().astype("datetime64[D]"), {}, ())  # fmt: skip
    return Table(text, days, {name: values[rows] for name, values in whole.items()})


def _numbers(cells: pd.Series, where: str) -> Floats:
    """A column as floats; BrokenData for a cell that is no number."""
    values = cells
    if not pd.api.types.is_numeric_dtype(cells) or pd.api.types.is_bool_dtype(cells):
        values = pd.to_numeric(cells.astype("str"), errors="coerce")
        wrong = (values.isna() & cells.notna() & (cells.astype("str") != "")).to_numpy()
        if wrong.any():
            row = int(wrong.argmax())
            cell, day = str(cells.iloc[row])[:40], cells.index[row]
            raise BrokenData(f"{where} {cell!r} of {day:%Y-%m-%d} is not a number")
    return values.to_numpy("float64", na_value=np.nan)
