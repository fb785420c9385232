"""Every kind of source over a few lines that it has, for the suite that all of them share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from markets.corrections import Corrected, Correction
from markets.folder.fact_files import WithFacts
from markets.folder.formats.format import Told
from markets.folder.frames import frame_source
from markets.folder.source import FolderSource
from markets.sample.source import SampleSource
from markets.snapshot import Source, loaded_once
from markets.store.price_store import Store
from markets.store.rates.source import WithFixings
from markets.store.snapshots import Remembering, SnapshotSource, keep
from markets.yahoo.source import YahooSource
from newsfolio import Facts
from newsfolio.listings import asset_of
from tests.support.price_files import write
from tests.support.yahoo_server import TODAY, Line, bar, yahoo_server

STOCKS, INDEX = ("AAPL", "0700.HK"), "^GSPC"
ASSETS = tuple(asset_of(ticker) for ticker in (*STOCKS, INDEX))
UNKNOWN = asset_of("IBM")
MOOD = Facts("mood", columns=("share",), where="Made up.")
CPI = Facts("us_cpi", columns=("year_on_year",), text=("month",))
CLOSES = {"AAPL": 104.0, "0700.HK": 404.0, INDEX: 6004.0}
DAYS = (date(2025, 2, 18), date(2025, 2, 19), date(2025, 2, 20))


@dataclass(frozen=True)
class Case:
    """A source that has ASSETS, and neither UNKNOWN nor any other table than `facts`.

    open: the source anew, over what the one before read. closes: the last ones as they were put
    in, each in the currency of its line.
    """

    open: Callable[[], Source]
    facts: tuple[Facts, ...] = ()
    closes: Mapping[str, float] | None = None


def folder_of(place: Path, *, mood: bool) -> Path:
    """Price files that end with CLOSES, and a table of facts."""
    place.mkdir(parents=True)
    for ticker, last in CLOSES.items():
        rows = [
            f"{day},{close},{close + 1},{close - 1},{close},{close},1000,0.0,0.0"
            for day, close in zip(DAYS, (last - 4, last - 2, last), strict=True)
        ]
        write(place, *rows, ticker=ticker)
    if mood:
        (place / "mood.csv").write_text("known,share\n2025-02-18,0.5\n2025-02-19,0.6\n", "utf-8")
    return place


def folder(place: Path) -> Case:
    prices = folder_of(place / "prices", mood=True)
    return Case(lambda: FolderSource(prices), (MOOD,), CLOSES)


def frames(place: Path) -> Case:
    """As a notebook reads the same files."""
    prices = folder_of(place / "prices", mood=True)
    lines = {path.stem: pd.read_csv(path, index_col="Date", parse_dates=True)
             for path in prices.glob("*.csv") if path.stem in CLOSES}  # fmt: skip
    return Case(lambda: frame_source(lines, None, Told()), (), CLOSES)


def with_facts(place: Path) -> Case:
    prices, tables = folder_of(place / "prices", mood=False), folder_of(place / "facts", mood=True)
    (prices / "us_cpi.csv").write_text(
        "known,month,year_on_year\n2025-02-12,2025-01,0.03\n", "utf-8"
    )
    return Case(lambda: WithFacts(FolderSource(prices), tables), (CPI, MOOD), CLOSES)


def corrected(place: Path) -> Case:
    prices = folder_of(place / "prices", mood=True)
    write(prices, f"{DAYS[0]},80,81,79,80,80,1000,0.0,0.0", ticker="9988.HK")
    row = Correction("AAPL", DAYS[0], "close", 100.5, "", "a slip")
    gift = Correction("0700.HK", DAYS[1], "in-kind", 0.1, "9988.HK", "a distribution")
    return Case(lambda: Corrected(FolderSource(prices), (row, gift)), (MOOD,), CLOSES)


def remembering(place: Path) -> Case:
    prices, store = folder_of(place / "prices", mood=True), Store(place / "store")
    return Case(lambda: Remembering(FolderSource(prices), store), (MOOD,), CLOSES)


def with_fixings(place: Path) -> Case:
    prices = folder_of(place / "prices", mood=True)
    store = Store(place / "store")
    return Case(lambda: WithFixings(FolderSource(prices), store), (MOOD,), CLOSES)


def snapshot(place: Path) -> Case:
    prices, store = folder_of(place / "prices", mood=True), Store(place / "store")
    read = FolderSource(prices).load(ASSETS, [MOOD])
    keep(store, read, "yahoo")
    return Case(lambda: SnapshotSource(store, read.id), (MOOD,), CLOSES)


def asked_once(place: Path) -> Case:
    prices = folder_of(place / "prices", mood=True)
    return Case(lambda: loaded_once(FolderSource(prices), ASSETS, [MOOD]), (MOOD,), CLOSES)


def remembered_once(place: Path) -> Case:
    """Only a part was asked for together: the rest is asked for later."""
    prices, store = folder_of(place / "prices", mood=True), Store(place / "store")
    source = Remembering(FolderSource(prices), store)
    return Case(lambda: loaded_once(source, ASSETS[:1], ()), (MOOD,), CLOSES)


def sample(_: Path) -> Case:
    return Case(SampleSource, (CPI,))


@contextmanager
def yahoo(place: Path) -> Iterator[Case]:
    """It asks anew at each load, so that an answer never comes from the load before."""
    with yahoo_server() as server:
        for ticker, last in CLOSES.items():
            rows = {day: bar(close) for day, close in zip(DAYS, (last - 4, last - 2, last),
                                                          strict=True)}  # fmt: skip
            server.lines[ticker] = Line(rows)
        server.lines["0700.HK"].currency = "HKD"
        server.lines["0700.HK"].timezone = "Asia/Hong_Kong"
        session, store = server.session(), Store(place / "store")
        yield Case(
            lambda: YahooSource(store, today=TODAY, fresh=True, session=session), closes=CLOSES
        )


def _made(make: Callable[[Path], Case]) -> Callable[[Path], AbstractContextManager[Case]]:
    return lambda place: nullcontext(make(place))


CASES: Mapping[str, Callable[[Path], AbstractContextManager[Case]]] = {
    "folder": _made(folder),
    "frames": _made(frames),
    "with-facts": _made(with_facts),
    "corrected": _made(corrected),
    "remembering": _made(remembering),
    "asked-once": _made(asked_once),
    "remembered-once": _made(remembered_once),
    "with-fixings": _made(with_fixings),
    "snapshot": _made(snapshot),
    "sample": _made(sample),
    "yahoo": yahoo,
}
"""A new source gets the whole suite by standing here."""
