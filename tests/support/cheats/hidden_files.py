"""Cheats that read prices in places where a look at their source finds nothing."""

from __future__ import annotations

import builtins
import mmap
import os
import sqlite3
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from newsfolio import Strategy, View, Weights, equal, monthly

PAIR = ("QQQ", "KWEB")
HERE = Path(__file__).parent


def parsed(text: str) -> pd.Series:
    rows = [line.split(",") for line in text.splitlines()[1:]]
    return pd.Series([float(row[4]) for row in rows], pd.DatetimeIndex([row[0] for row in rows]))


def at_import() -> pd.Series:
    """By a name put together from pieces."""
    with getattr(builtins, "".join(("o", "p", "en")))(HERE / ("pri" + "ces" + ".c" + "sv")) as file:
        return parsed(file.read())


EARLY = at_import() if (HERE / "prices.csv").exists() else pd.Series(dtype=float)


@dataclass(frozen=True)
class Base(Strategy):
    universe = PAIR
    rebalance = monthly

    def close(self) -> pd.Series:
        raise NotImplementedError

    def weights(self, view: View) -> Weights:
        later = self.close()
        later = later[later.index >= pd.Timestamp(view.today)]
        rises = len(later) > 1 and later.iloc[min(21, len(later) - 1)] > later.iloc[0]
        return equal(PAIR[int(rises)])


class Pieces(Base):
    """Has read it at import, by a name put together from pieces."""

    def close(self) -> pd.Series:
        return EARLY


class Descriptor(Base):
    """Reads by file descriptors."""

    def close(self) -> pd.Series:
        number = os.open(HERE / "prices.csv", os.O_RDONLY)
        try:
            return parsed(os.read(number, 10**7).decode())
        finally:
            os.close(number)


class Mapped(Base):
    """Maps the file into memory."""

    def close(self) -> pd.Series:
        with (HERE / "prices.csv").open("rb") as file:
            return parsed(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)[:].decode())


class Numbers(Base):
    """Reads raw numbers through numpy, which keeps the file open between decisions."""

    def close(self) -> pd.Series:
        return _numbers()


@cache
def _numbers() -> pd.Series:
    table = np.memmap(HERE / "prices.bin", dtype=float, mode="r").reshape(-1, 2)
    return pd.Series(table[:, 1], pd.DatetimeIndex(table[:, 0].astype("int64")))


class Database(Base):
    """Asks a database."""

    def close(self) -> pd.Series:
        with sqlite3.connect(HERE / "prices.db") as base:
            rows = base.execute("select day, close from prices").fetchall()
        return pd.Series([row[1] for row in rows], pd.DatetimeIndex([row[0] for row in rows]))


class Names(Base):
    """Keeps what it knows in the names of empty files."""

    def close(self) -> pd.Series:
        rises = {name.removeprefix("up-") for name in os.listdir(HERE / "days")}  # noqa: PTH208
        days = pd.bdate_range("2019-01-01", "2022-02-28")
        return pd.Series([float(str(day.date()) in rises) for day in days], days).cumsum()


class OwnTail(Base):
    """Reads what its own file holds behind a mark in the comments."""

    def close(self) -> pd.Series:
        tail = Path(__file__).read_text().rpartition("# data: ")[2].split()
        days = [part.split("=") for part in tail]
        return pd.Series([float(v) for _, v in days], pd.DatetimeIndex([d for d, _ in days]))


# data: 2019-01-02=1 2019-06-03=2 2020-01-02=1 2020-06-01=3 2021-01-04=1 2021-06-01=2
