"""Honest strategies that do odd things: they log, cache, count, and look at themselves."""

from __future__ import annotations

import asyncio
import contextlib
import enum
import functools
import gc
import inspect
import logging
import os
import pickle
import platform
import sqlite3
import tempfile
import traceback
import warnings
from collections import namedtuple
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from newsfolio import Fixed, Strategy, View, Weights, equal, monthly

PAIR = ("QQQ", "KWEB")
MODELS: dict[int, float] = {}
Row = namedtuple("Row", "line gain")


class Pair(NamedTuple):
    one: str
    other: str


class Mood(enum.Enum):
    BOLD = 1
    SHY = 0


@dataclass(frozen=True)
class Base(Strategy):
    universe = PAIR
    rebalance = monthly

    def east(self, view: View) -> bool:
        return view.momentum("KWEB", 63) > view.momentum("QQQ", 63)

    def weights(self, view: View) -> Weights:
        return equal(PAIR[int(self.east(view))])


class Logs(Base):
    """Writes a log beside the temporary files."""

    def east(self, view: View) -> bool:
        log = logging.getLogger("odd")
        if not log.handlers:
            place = Path(tempfile.gettempdir()) / f"odd-{os.getpid()}.log"
            log.addHandler(logging.FileHandler(place, delay=False))
        log.warning("decides on %s", view.today)
        return super().east(view)


class Appends(Base):
    """Appends its decisions to a file that it never reads."""

    def east(self, view: View) -> bool:
        with (Path(tempfile.gettempdir()) / "odd-appended.txt").open("a") as file:
            print(view.today, file=file)
        return super().east(view)


class WritesAndReads(Base):
    """Writes a table to a temporary file, and reads it back."""

    def east(self, view: View) -> bool:
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder) / "table.csv"
            view.close.tail(70).to_csv(place)
            table = pd.read_csv(place, index_col=0)
        return bool(table["KWEB"].iloc[-1] / table["KWEB"].iloc[0] > 1)


class Prints(Base):
    """Talks on standard output."""

    def east(self, view: View) -> bool:
        print("thinking about", view.today)
        return super().east(view)


class YearlyModel(Base):
    """Fits once a year and keeps the model in its module."""

    def east(self, view: View) -> bool:
        if view.today.year not in MODELS:
            MODELS[view.today.year] = view.momentum("KWEB", 63)
        return MODELS[view.today.year] > 0


class FailsSoftly(Base):
    """Catches its own error, and writes down where it happened."""

    def east(self, view: View) -> bool:
        try:
            _ = {}[view.today]
        except KeyError:
            self.note(traceback.format_exc())
        return super().east(view)

    def note(self, text: str) -> None:
        logging.getLogger("quiet").debug(text)


class Warns(Base):
    """Warns, and silences the warning."""

    def east(self, view: View) -> bool:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.warn("careful", stacklevel=2)
        return super().east(view)


class Collects(Base):
    """Frees memory by hand."""

    def east(self, view: View) -> bool:
        gc.collect(0)
        return super().east(view)


class Threads(Base):
    """Works in threads."""

    def east(self, view: View) -> bool:
        with ThreadPoolExecutor(2) as pool:
            first, second = pool.map(lambda line: view.momentum(line, 63), PAIR)
        return second > first


class Asynchronous(Base):
    """Awaits its own answer."""

    def east(self, view: View) -> bool:
        async def answer() -> bool:
            return view.momentum("KWEB", 63) > 0

        return asyncio.run(answer())


class LooksAtTheMachine(Base):
    """Asks how many cores there are, and what system."""

    def east(self, view: View) -> bool:
        return bool(os.cpu_count()) and bool(platform.platform()) and super().east(view)


class LooksAtVersions(Base):
    """Asks which pandas is installed."""

    def east(self, view: View) -> bool:
        return metadata.version("pandas") > "1" and super().east(view)


class InMemoryDatabase(Base):
    """Sorts in a database that lives in memory."""

    def east(self, view: View) -> bool:
        with contextlib.closing(sqlite3.connect(":memory:")) as base:
            base.execute("create table gains (line, gain)")
            rows = [(line, view.momentum(line, 63)) for line in PAIR]
            base.executemany("insert into gains values (?, ?)", rows)
            best = base.execute("select line from gains order by gain desc").fetchone()
        return best[0] == "KWEB"


class InspectsItself(Base):
    """Counts its own parameters."""

    def east(self, view: View) -> bool:
        return len(inspect.signature(self.weights).parameters) == 1 and super().east(view)


class Copies(Base):
    """Copies and pickles what it was shown."""

    def east(self, view: View) -> bool:
        table = pickle.loads(pickle.dumps(deepcopy(view.close)))
        return bool(table["KWEB"].ffill().diff().iloc[-1] > 0)


class Clocks(Base):
    """Converts the day into another zone."""

    def east(self, view: View) -> bool:
        day = pd.Timestamp(view.today).tz_localize(ZoneInfo("Asia/Hong_Kong"))
        return day.day_of_year % 2 == 0


class Tuples(Base):
    """Passes its figures around in tuples with names."""

    def east(self, view: View) -> bool:
        rows = [Row(line, view.momentum(line, 63)) for line in Pair(*PAIR)]
        return max(rows, key=lambda row: row.gain if row.gain == row.gain else -1).line == "KWEB"


@dataclass(frozen=True)
class Parameters(Base):
    """Has parameters of many kinds."""

    mood: Mood = Mood.BOLD
    least: Decimal = Decimal("0.01")
    share: float = 0.5

    def east(self, view: View) -> bool:
        return view.momentum(PAIR[1], 63) > float(self.least) * self.mood.value


class AnswersSeries(Base):
    """Answers with numpy numbers in a Series."""

    def weights(self, view: View) -> Any:
        gains = view.close.ffill().pct_change(63).iloc[-1].fillna(0).clip(lower=0)
        return gains / max(gains.sum(), 1e-9)


class Seeded(Base):
    """Draws lots from a seed that follows from the day."""

    def east(self, view: View) -> bool:
        return bool(np.random.default_rng(view.today.toordinal()).random() > 0.5)


class SetOrder(Base):
    """Breaks ties in the order of a set."""

    def east(self, view: View) -> bool:
        return next(iter({f"{line}{view.today}" for line in PAIR})).startswith("KWEB")


def decorated(function: Callable[..., bool]) -> Callable[..., bool]:
    @functools.wraps(function)
    def wrapper(*args: Any) -> bool:
        return not function(*args)

    return wrapper


class Decorated(Base):
    """Turns its answer round in a decorator."""

    @decorated
    def east(self, view: View) -> bool:
        return view.momentum("KWEB", 63) > 0


class OwnControl(Base):
    """Has a control of its own making, as honest as itself."""

    def controls(self) -> Mapping[str, Strategy]:
        return {"the clock": Clocks(), "half": Fixed(mix=((0.5, "QQQ"), (0.5, "KWEB")))}


class Environment(Base):
    """Asks the environment for its home, and does not care."""

    def east(self, view: View) -> bool:
        return super().east(view) and os.environ.get("HOME", "") != "nowhere"


def made_by(lookback: int) -> type[Strategy]:
    """A class that a function makes, and that no module knows by name."""

    @functools.lru_cache(maxsize=8)
    def twice(number: int) -> int:
        return 2 * number

    @dataclass(frozen=True)
    class Made(Base):
        days: int = lookback

        def east(self, view: View) -> bool:
            return view.momentum("KWEB", twice(self.days)) > 0

    return Made
