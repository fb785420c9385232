"""Bring the store up to date, line by line; a line that fails does not stop the others."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TypedDict

import numpy as np

from markets.bars import Bars
from markets.reference.calendars import has_calendar, sessions_between
from markets.store.price_store import Store
from markets.yahoo.client import Trouble
from markets.yahoo.isolation import prepared_yfinance
from markets.yahoo.session import PoliteSession
from markets.yahoo.source import Fetched, How, Unavailable, YahooSource
from newsfolio.assets import Asset, Kind
from newsfolio.errors import BrokenData, NewsfolioError, OutputError
from newsfolio.formatting import clock

IN_A_ROW = 3
"""Lines in a row that fail for want of a network, or at a limit; then no other is asked for."""

Progress = Callable[[str], None]


class Outcome(StrEnum):
    """What became of a line."""

    NEW = "new"
    EXTENDED = "extended"
    UNCHANGED = "unchanged"
    HOLIDAY = "no session since"
    REFETCHED = "refetched"
    SKIPPED = "fetched today"
    UNKNOWN = "unknown"
    NOT_LISTED = "not listed yet"
    DELISTED = "delisted"
    FAILED = "failed"


class PulledJson(TypedDict):
    """A `Pulled` line as `--json` prints it."""

    ticker: str
    outcome: str
    added: int
    first: str | None
    last: str | None
    change: str
    error: str
    why: str


@dataclass(frozen=True)
class Pulled:
    """What became of one line.

    added: bars that the store did not have; first, last: what it has now, None for nothing.
    change: what Yahoo restated. error: why it failed, or why there is nothing to add; why: the
    same in a word, "" where nothing went wrong.
    """

    ticker: str
    outcome: Outcome
    added: int = 0
    first: date | None = None
    last: date | None = None
    change: str = ""
    error: str = ""
    why: str = ""

    @property
    def failed(self) -> bool:
        return self.outcome is Outcome.FAILED

    def as_json(self) -> PulledJson:
        """As `--json` prints it."""
        return {
            "ticker": self.ticker,
            "outcome": self.outcome.value,
            "added": self.added,
            "first": self.first.isoformat() if self.first else None,
            "last": self.last.isoformat() if self.last else None,
            "change": self.change,
            "error": self.error,
            "why": self.why,
        }


def pull(
    store: Store,
    assets: Sequence[Asset],
    today: date,
    workers: int = 4,
    progress: Progress | None = None,
    *,
    fresh: bool = False,
    session: PoliteSession | None = None,
) -> tuple[Pulled, ...]:
    """Fetch what is missing of each asset; one Pulled for each, in their order.

    Lines that were fetched today are skipped, so that a pull that was cut short goes on where it
    stopped; `fresh` fetches whole histories whatever is stored. A damaged file is fetched again.
    progress: told one line of text for each asset. Ctrl-C leaves whole files only.
    """
    source = YahooSource(store, today=today, fresh=fresh, mend=True, session=session)
    task = _Task(source, store, today)
    with prepared_yfinance(), ThreadPoolExecutor(workers) as pool:
        asked = [pool.submit(task.line, asset) for asset in assets]
        try:
            _follow(asked, progress)
        except BaseException:
            source.stop()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return tuple(line.result() for line in asked)


def _follow(asked: Sequence[Future[Pulled]], progress: Progress | None) -> None:
    """Wait for all; an error that is no fault of a line's comes through."""
    since = time.monotonic()
    for count, line in enumerate(as_completed(asked), 1):
        pulled = line.result()
        if progress is not None:
            left = clock((time.monotonic() - since) / count * (len(asked) - count))
            progress(f"{count} of {len(asked)}  {pulled.ticker}: {pulled.outcome}, {left} left")


class _Task:
    """What the threads of one pull share."""

    def __init__(self, source: YahooSource, store: Store, today: date) -> None:
        self._source = source
        self._store = store
        self._today = today
        self._lock = threading.Lock()
        self._in_a_row = 0
        self._last_trouble = ""

    def line(self, asset: Asset) -> Pulled:
        """One line, whatever happens."""
        if self._in_a_row >= IN_A_ROW:
            sentence = f"not asked for, after {IN_A_ROW} lines in a row: {self._last_trouble}"
            return self._failed(asset, sentence, "not asked")
        damage = self._damage(asset.ticker)
        try:
            fetched = self._source.fetch(asset)
        except Unavailable as error:
            self._count(error.trouble)
            return self._failed(asset, str(error), error.trouble.value)
        except NewsfolioError as error:
            return self._failed(
                asset, str(error), "data" if isinstance(error, BrokenData) else "store"
            )
        self._count(None)
        return _pulled(asset, fetched, self._today, damage)

    def _count(self, trouble: Trouble | None) -> None:
        with self._lock:
            everywhere = trouble in (Trouble.LIMIT, Trouble.NETWORK)
            self._in_a_row = self._in_a_row + 1 if everywhere else 0
            self._last_trouble = trouble.value if trouble else ""

    def _damage(self, ticker: str) -> str:
        try:
            self._store.read(ticker)
        except (BrokenData, OutputError) as error:
            return str(error)
        return ""

    def _failed(self, asset: Asset, sentence: str, why: str) -> Pulled:
        bars = self._stored(asset.ticker)
        first, last = (bars.first, bars.last) if bars else (None, None)
        return Pulled(asset.ticker, Outcome.FAILED, 0, first, last, error=sentence, why=why)

    def _stored(self, ticker: str) -> Bars | None:
        try:
            stored = self._store.read(ticker)
        except (BrokenData, OutputError):
            return None
        return stored.bars if stored else None


def _pulled(asset: Asset, fetched: Fetched, today: date, damage: str) -> Pulled:
    bars = fetched.stored.bars if fetched.stored else None
    outcome, error, why = _outcome(asset, fetched, today)
    if damage and outcome is Outcome.NEW:
        outcome = Outcome.REFETCHED
    return Pulled(
        asset.ticker,
        outcome,
        fetched.added,
        bars.first if bars else None,
        bars.last if bars else None,
        f"the file was damaged: {damage}" if damage else fetched.change,
        error,
        why,
    )


def _outcome(asset: Asset, fetched: Fetched, today: date) -> tuple[Outcome, str, str]:
    """The outcome, and why there is nothing (more): a sentence and a word."""
    if fetched.how is How.UNCHANGED and fetched.stored is not None:
        return _nothing_new(asset, fetched.stored.bars.last, today)
    if fetched.how is How.SKIPPED and fetched.stored is None:
        return Outcome.SKIPPED, "Yahoo had nothing of it today", ""
    if fetched.how not in (How.UNKNOWN, How.EMPTY):
        return _PLAIN[fetched.how], "", ""
    if fetched.stored is not None:
        sentence = f"Yahoo no longer has it; the bars to {fetched.stored.bars.last} are kept"
        return Outcome.DELISTED, sentence, "delisted"
    if asset.delisted is not None and asset.delisted.day < today:
        sentence = f"delisted on {asset.delisted.day}, and Yahoo has no bars of it"
        return Outcome.DELISTED, sentence, "delisted"
    if fetched.how is How.EMPTY or (asset.listed is not None and asset.listed >= today):
        since = f"its listing is on {asset.listed}" if asset.listed else "Yahoo has no bar of it"
        return Outcome.NOT_LISTED, since, "not listed yet"
    sentence = "Yahoo does not know it; check the spelling, as Yahoo writes it"
    return Outcome.UNKNOWN, sentence, "unknown"


_PLAIN = {
    How.NEW: Outcome.NEW,
    How.EXTENDED: Outcome.EXTENDED,
    How.REFETCHED: Outcome.REFETCHED,
    How.SKIPPED: Outcome.SKIPPED,
}


def _nothing_new(asset: Asset, last: date, today: date) -> tuple[Outcome, str, str]:
    """A holiday, or a session of which Yahoo has no bar (yet)."""
    missed = _sessions_between(asset, last, today)
    if not missed:
        return Outcome.HOLIDAY, f"no session between {last} and {today}", "holiday"
    if asset.delisted is not None and asset.delisted.day <= today:
        return Outcome.DELISTED, f"delisted on {asset.delisted.day}", "delisted"
    sentence = f"Yahoo has no bar after {last}, though {missed} sessions passed: late, or halted"
    return Outcome.UNCHANGED, sentence.replace("1 sessions", "1 session"), "late"


def _sessions_between(asset: Asset, last: date, today: date) -> int:
    """Sessions after `last` and before `today`; weekdays where no calendar is at hand."""
    if asset.kind is Kind.CURRENCY or not has_calendar(asset.venue.code):
        return int(np.busday_count(last + timedelta(days=1), today))
    return sessions_between(asset.venue, last, today)
