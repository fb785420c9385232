"""Returns of factors from a file: Kenneth French's as it is published, or a plain table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from markets.folder.fact_files import cells_of_file
from newsfolio.errors import BrokenData

RISK_FREE = "RF"
"""French's bills, which are no factor."""

LARGE = 0.10
"""Mean size of a daily or monthly return from which a column can only be percent."""


def read_factors(path: Path) -> pd.DataFrame:
    """Simple returns of factors by day or by the last day of a month, a column a factor.

    They are differences of portfolios, or returns beyond bills, so no cash is subtracted; NaN where
    the file has no figure. BrokenData for a file that is none.
    """
    cells = cells_of_file(path)
    dates, *names = cells
    names = [name for name in names if name != RISK_FREE]
    if dates.lower() not in ("date", "month", "day") or not names:
        raise BrokenData(
            f"{path}: no table of factors; give a file of Kenneth French's, or a CSV with the "
            "columns date and one a factor, as fractions"
        )
    days = pd.to_datetime(pd.Series(cells[dates], dtype="str"), errors="coerce", format="ISO8601")
    values = {name: pd.to_numeric(pd.Series(cells[name]), errors="coerce") for name in names}
    frame = pd.DataFrame(values).set_index(pd.DatetimeIndex(days))
    _require_returns(frame, cells, path)
    return frame


def is_monthly(factors: pd.DataFrame) -> bool:
    """Whether a row stands for a month: their usual distance is more than two weeks."""
    steps = np.diff(factors.index.to_numpy().astype("datetime64[D]")).astype("int64")
    return bool(len(steps)) and float(np.median(steps)) > 14


def _require_returns(frame: pd.DataFrame, cells: dict[str, list[str]], path: Path) -> None:
    if frame.index.hasnans or not frame.index.is_monotonic_increasing or not frame.index.is_unique:
        raise BrokenData(
            f"{path}: its dates are not ISO days in ascending order, each once; give a "
            "file of Kenneth French's with the lines above its header"
        )
    for name in frame:
        blank = np.array([not cell.strip() for cell in cells[str(name)]])
        if (frame[name].isna().to_numpy() & ~blank).any():
            raise BrokenData(f"{path}: column {str(name)!r} has cells that are no numbers")
        if float(frame[name].abs().mean()) > LARGE:
            raise BrokenData(
                f"{path}: column {str(name)!r} looks like percent; write fractions, 0.0052 for "
                "0.52 %"
            )
