"""Spoilt files and answers by the thousand: what comes of them, counted; no crash is expected.

    python benchmarks/fuzz.py [folder|formats|yahoo|saved|tables|all] [minutes] [seed]

folder  CSV and Parquet files of prices through the folder reader, the gate and whole runs
formats files of every vendor from histories that know the truth (see fuzz_formats.py)
yahoo   chart JSON through the real yfinance and the adapter, over bars that are stored
saved   manifest.json, evaluation.json and tables of a saved run through `report`, `runs`, `diff`
tables  facts, corrections and portfolios

hypothesis draws what is spoilt and how. An error of `newsfolio.errors` is an answer; anything else
is a crash, and so is a store that cannot be read afterwards. The exit code is 1 if there was one.
"""

from __future__ import annotations

import copy
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1]))  # started as a file, it sees its own folder

from backtests.commands import pages, runs
from backtests.commands.options import RunOptions as Options
from backtests.records.from_run import result_of
from backtests.runner import target_portfolio
from backtests.runner.run_strategy import run_strategy
from backtests.settings import Settings
from benchmarks.fuzz_counts import Counts
from benchmarks.fuzz_formats import FormatsTarget
from benchmarks.fuzz_mutations import (
    Draw,
    as_csv,
    parquet_of,
    spoilt_bytes,
    spoilt_frame,
    spoilt_rows,
    spoilt_tree,
)
from markets.bars import Bars
from markets.corrections import DISTRIBUTIONS, FILE, Corrected, read_corrections
from markets.folder.fact_files import read_facts
from markets.folder.source import FolderSource
from markets.quality.checks import inspect_all
from markets.reference.calendars import sessions_of
from markets.store.price_store import Store
from markets.yahoo import client
from markets.yahoo.session import CHART, session_type
from markets.yahoo.source import YahooSource
from newsfolio import Facts, Fixed
from newsfolio.assets import HONG_KONG, NEW_YORK
from newsfolio.listings import asset_of
from tests.support import yahoo_server
from tests.support.results import judged, usual_result

LINES = ("SPY", "0700.HK", "^GSPC", "HKD=X")
TODAY = date(2025, 2, 21)
BATCH = 50
HOLD = Fixed(mix=((0.6, "SPY"), (0.4, "0700.HK")))
RELEASES = Facts("releases", columns=("value",), text=("asset",), where="made up")


# What is spoilt


def prices(ticker: str) -> pd.DataFrame:
    """A hundred days of a line in the columns of a price file."""
    days = sessions_of(HONG_KONG if ticker.endswith(".HK") else NEW_YORK)
    days = days[days >= np.datetime64("2024-01-02")][:100]
    close = 100 * np.exp(np.cumsum(np.random.default_rng(3).normal(0, 0.01, len(days))))
    frame = pd.DataFrame({"Date": [str(day) for day in days]})
    frame["Open"], frame["High"], frame["Low"] = close * 0.999, close * 1.01, close * 0.99
    frame["Close"] = frame["Adj Close"] = close
    frame["Volume"], frame["Dividends"], frame["Stock Splits"] = 1000.0, 0.0, 0.0
    frame.loc[50, ["Dividends", "Stock Splits"]] = 0.5, 2.0
    return frame


def rows_of(frame: pd.DataFrame) -> list[list[str]]:
    return [list(frame.columns), *frame.astype(str).to_numpy().tolist()]


class FolderTarget:
    """Files of prices."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.good = {ticker: prices(ticker) for ticker in LINES}
        self.text = {ticker: rows_of(frame) for ticker, frame in self.good.items()}
        self.csv = {ticker: as_csv(rows) for ticker, rows in self.text.items()}
        self.parquet = {ticker: parquet_of(frame) or b"" for ticker, frame in self.good.items()}
        for ticker, content in self.csv.items():
            (folder / f"{ticker}.csv").write_bytes(content)

    def __call__(self, draw: Draw, counts: Counts) -> None:
        ticker = draw(st.sampled_from(LINES))
        ending, content = self.drawn(draw, ticker)
        if content is None:
            return
        usual, path = self.folder / f"{ticker}.csv", self.folder / f"{ticker}.{ending}"
        usual.unlink()
        path.write_bytes(content)
        try:
            counts.attempt(lambda: self.read(ticker))
            if ticker in ("SPY", "0700.HK") and draw(st.integers(0, 9)) == 0:
                counts.attempt(self.run)
        finally:
            path.unlink()
            usual.write_bytes(self.csv[ticker])

    def drawn(self, draw: Draw, ticker: str) -> tuple[str, bytes | None]:
        kind = draw(st.sampled_from(("bytes", "cells", "parquet bytes", "frame")))
        if kind == "bytes":
            return "csv", spoilt_bytes(draw, self.csv[ticker])
        if kind == "cells":
            return "csv", as_csv(spoilt_rows(draw, self.text[ticker]))
        if kind == "parquet bytes":
            return "parquet", spoilt_bytes(draw, self.parquet[ticker])
        return "parquet", parquet_of(spoilt_frame(draw, self.good[ticker]))

    def read(self, ticker: str) -> None:
        source = Corrected(FolderSource(self.folder), DISTRIBUTIONS)
        for bars in source.load([asset_of(ticker)]).values():
            inspect_all({ticker: (asset_of(ticker), bars)})
            bars.until(bars.first).digest()

    def run(self) -> None:
        result_of(run_strategy(HOLD, FolderSource(self.folder), Settings(engine="kernel")))  # type: ignore[arg-type]


class YahooTarget:
    """Charts of Yahoo, through the real yfinance without a network."""

    def __init__(self, folder: Path) -> None:
        client.PAUSE = 0.0  # a second try after a garbled answer waits for nobody here
        self.folder = folder
        self.answers = {ticker: self.answer(ticker) for ticker in ("AAPL", "0700.HK", "^GSPC")}

    @staticmethod
    def answer(ticker: str) -> dict[str, Any]:
        asset = asset_of(ticker)
        days = sessions_of(asset.venue)
        days = days[(days >= np.datetime64("2024-12-02")) & (days < np.datetime64(TODAY))].tolist()
        rows = {day: yahoo_server.bar(100.0 + place % 7) for place, day in enumerate(days)}
        zone = "Asia/Hong_Kong" if asset.currency == "HKD" else "America/New_York"
        events = {} if asset.kind == "index" else {days[9]: 0.25}
        line = yahoo_server.Line(rows, asset.currency, zone, dividends=events)
        line.splits = {days[20]: (1, 1)} if events else {}
        return yahoo_server._answer(ticker, line, (0.0, float("inf")))

    def __call__(self, draw: Draw, counts: Counts) -> None:
        ticker = draw(st.sampled_from(sorted(self.answers)))
        good = self.answers[ticker]
        status = draw(st.sampled_from((200, 200, 200, 200, 200, 200, 404, 301, 204)))
        content = json.dumps(spoilt_tree(draw, good)).encode()
        if draw(st.integers(0, 3)) == 0:
            content = spoilt_bytes(draw, content)
        store = Store(self.folder / "store")
        if draw(st.booleans()):
            counts.attempt(lambda: self.load(store, ticker, TODAY, 200, json.dumps(good).encode()))
        kept = store.read(ticker)
        later = TODAY + timedelta(days=draw(st.sampled_from((0, 2, 40))))
        counts.attempt(lambda: self.load(store, ticker, later, status, content))
        counts.attempt(lambda: self.unharmed(store, ticker, kept.bars if kept else None))
        shutil.rmtree(store.folder, ignore_errors=True)

    @staticmethod
    def load(store: Store, ticker: str, today: date, status: int, content: bytes) -> None:
        session = canned(status, content)
        YahooSource(store, today=today, session=session).load([asset_of(ticker)])

    @staticmethod
    def unharmed(store: Store, ticker: str, kept: Bars | None) -> None:
        """The file is whole, and what it held before is in it or among the versions."""
        if kept is not None and store.find(ticker, kept.digest(), kept.last) is None:
            raise AssertionError("the bars that were stored are gone")


def canned(status: int, content: bytes) -> Any:
    """The project's session, which gives every chart the same answer and asks nobody."""
    from curl_cffi.requests import Response

    class Canned(session_type()):  # type: ignore[misc]
        tries, pause = 1, 0.0

        def _once(self, method: Any, url: str, seconds: float, options: Any) -> Any:
            answer = Response()
            answer.url = url
            answer.status_code, answer.content = (status, content) if CHART in url else (200, b"x")
            answer.ok = answer.status_code < 400
            return answer

    return Canned(impersonate="chrome", trust_env=False)


class SavedTarget:
    """The files of a saved run."""

    TABLES = ("equity", "weights", "targets", "fills", "cash", "lapses", "references", "rates",
              "placebos")  # fmt: skip

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        base = judged(usual_result())
        base = copy.copy(base)
        self.run = base.save(folder / base.id)
        twin = copy.copy(base)
        object.__setattr__(twin, "manifest", {**base.manifest, "id": "east-rising-twin"})
        twin.save(folder / "east-rising-twin")
        self.files = {path.name: path.read_bytes() for path in self.run.iterdir()}
        self.frames = {name: pd.read_parquet(self.run / f"{name}.parquet") for name in self.TABLES}

    def __call__(self, draw: Draw, counts: Counts) -> None:
        name = draw(st.sampled_from((*sorted(self.files), "manifest.json", "evaluation.json")))
        content = self.drawn(draw, name)
        if content is None:
            return
        (self.run / name).write_bytes(content)
        sheet = draw(st.integers(0, 79)) == 40
        try:
            counts.attempt(lambda: pages.report(self.run.name, out=self.folder, tearsheet=sheet))
            counts.attempt(lambda: runs.runs(out=self.folder))
            if draw(st.integers(0, 3)) == 0:
                counts.attempt(
                    lambda: runs.diff(self.run.name, "east-rising-twin", out=self.folder)
                )
            if draw(st.integers(0, 39)) == 20:
                names = (self.run.name, "east-rising-twin")
                counts.attempt(lambda: pages.compare(*names, market=Options(), out=self.folder))
        finally:
            for other, good in self.files.items():
                (self.run / other).write_bytes(good)

    def drawn(self, draw: Draw, name: str) -> bytes | None:
        if draw(st.integers(0, 3)) == 0:
            return spoilt_bytes(draw, self.files[name])
        if name.endswith(".json"):
            tree = spoilt_tree(draw, json.loads(self.files[name]))
            return json.dumps(tree, ensure_ascii=True).encode()
        return parquet_of(spoilt_frame(draw, self.frames[Path(name).stem]))


class TablesTarget:
    """Facts, corrections and portfolios."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for ticker in LINES:
            (folder / f"{ticker}.csv").write_bytes(as_csv(rows_of(prices(ticker))))
        self.days = sessions_of(NEW_YORK)[-300:]
        self.tables = {
            "releases.csv": [
                ["known", "asset", "value"], ["2024-01-05", "SPY", "1.5"],
                ["2024-02-01T12:30+00:00", "SPY", ""], ["2024-02-02", "QQQ", "-3"],
            ],
            FILE: [
                ["ticker", "day", "what", "value", "of", "reason"],
                ["SPY", "2024-01-05", "close", "101", "", "looked"],
                ["SPY", "2024-01-08", "drop", "", "", "closed"],
                ["0700.HK", "2024-01-09", "in-kind", "0.1", "SPY", "paid"],
                ["0700.HK", "2024-01-10", "split", "5", "", "told"],
                ["SPY", "2024-01-11", "dividend", "0.5", "", "paid"],
            ],
            "held.csv": [["asset", "quantity"], ["SPY", "10"], ["CASH", "5000"]],
        }  # fmt: skip

    def __call__(self, draw: Draw, counts: Counts) -> None:
        name = draw(st.sampled_from(sorted(self.tables)))
        content = as_csv(spoilt_rows(draw, self.tables[name]))
        if draw(st.integers(0, 2)) == 0:
            content = spoilt_bytes(draw, content)
        path = self.folder / name
        path.write_bytes(content)
        try:
            counts.attempt({
                "releases.csv": self.facts, FILE: self.corrections, "held.csv": self.portfolio,
            }[name])  # fmt: skip
        finally:
            path.unlink()

    def facts(self) -> None:
        table = read_facts(self.folder, [RELEASES])["releases"]
        table.until(TODAY).digest()
        table.places(self.days, [NEW_YORK, HONG_KONG], 1)

    def corrections(self) -> None:
        source = Corrected(FolderSource(self.folder), read_corrections(self.folder / FILE))
        for bars in source.load([asset_of("SPY"), asset_of("0700.HK")]).values():
            inspect_all({bars.ticker: (asset_of(bars.ticker), bars)})

    def portfolio(self) -> None:
        source = FolderSource(self.folder)
        advised = target_portfolio.advise(HOLD, source, Settings(), None, self.folder / "held.csv")
        json.dumps(advised.as_json(), allow_nan=False)
        advised.as_text()


TARGETS: dict[str, Callable[[Path], Callable[[Draw, Counts], None]]] = {
    "folder": FolderTarget, "formats": FormatsTarget, "yahoo": YahooTarget,
    "saved": SavedTarget, "tables": TablesTarget,
}  # fmt: skip


# The hunt


def hunt(
    name: str,
    folder: Path,
    seconds: float,
    start: int = 0,
    batches: int = 10**9,
    examples: int = BATCH,
) -> Counts:
    """Try a target for some seconds, or so many batches; the same seed draws the same ones."""
    folder.mkdir(parents=True, exist_ok=True)
    target, counts, end = TARGETS[name](folder), Counts(), time.monotonic() + seconds
    for number in range(start, start + batches):
        if time.monotonic() >= end:
            break
        _batch(target, counts, number, examples)
    return counts


def _batch(
    target: Callable[[Draw, Counts], None], counts: Counts, number: int, examples: int
) -> None:
    @seed(number)
    @settings(
        max_examples=examples, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.data())
    def trial(data: st.DataObject) -> None:
        target(data.draw, counts)

    trial()


def main(arguments: list[str]) -> int:
    chosen = arguments[0] if arguments else "all"
    minutes = float(arguments[1]) if len(arguments) > 1 else 1.0
    start = int(arguments[2]) if len(arguments) > 2 else 0
    crashed = False
    for name in TARGETS if chosen == "all" else (chosen,):
        with tempfile.TemporaryDirectory(prefix="newsfolio-fuzz-") as folder:
            counts = hunt(name, Path(folder), minutes * 60, start)
        print(f"{name:<8}{minutes:g} min, seed {start}: {counts.said()}", flush=True)
        for at, count in counts.crashes.most_common():
            print(f"  {count} x {at}\n{counts.shown[at]}", flush=True)
        crashed = crashed or bool(counts.crashes)
    return int(crashed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
