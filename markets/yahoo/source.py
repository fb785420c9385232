"""Yahoo through yfinance, kept in the store; the only place that touches the network."""

from __future__ import annotations

import atexit
import dataclasses
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

import pandas as pd

from markets.bars import Bars, Priced
from markets.snapshot import Snapshot
from markets.store.parquet import StoredBars
from markets.store.price_store import Store
from markets.yahoo.answers import (
    OVERLAP,
    Answer,
    Raw,
    against,
    chart_of,
    cleaned,
    difference,
    flaw,
    flaws,
    refuse_other_dates,
    refuse_two_closes,
    result_of,
    without_today,
)
from markets.yahoo.session import RaisingYfinance, http_date, session_type
from newsfolio.assets import Asset
from newsfolio.errors import BrokenData, MissingData
from newsfolio.facts import Facts

if TYPE_CHECKING:
    from curl_cffi.requests import Response, Session

EARLIEST = date(1999, 1, 1)
"""Where a whole history starts: no exchange rate is known before the euro."""

_ATTEMPTS = 2
_PAUSE = 0.5
_NOTES_KEPT = 20
_LIMITED, _UNAUTHORIZED, _FAULTY = 429, 401, 500

_raising = RaisingYfinance()


class Trouble(StrEnum):
    """Why Yahoo gave no bars."""

    LIMIT = "limit"
    NETWORK = "network"
    SERVER = "server"  # a fault of Yahoo's own
    ANSWER = "answer"  # it came, and cannot be used


class Unavailable(MissingData):
    """A line that could not be fetched now; what is stored stands."""

    def __init__(self, message: str, trouble: Trouble) -> None:
        super().__init__(message)
        self.trouble = trouble


class How(StrEnum):
    """What asking for a line led to."""

    SKIPPED = "skipped"  # asked today before, or offline
    NEW = "new"
    EXTENDED = "extended"
    UNCHANGED = "unchanged"
    REFETCHED = "refetched"
    UNKNOWN = "unknown"  # no such line, says Yahoo
    EMPTY = "empty"  # a line that has no bar yet


@dataclass(frozen=True)
class Fetched:
    """What there is of a line now (None: nothing), how it came about, and what changed."""

    stored: StoredBars | None
    how: How
    added: int = 0
    change: str = ""


class _GarbledError(Exception):
    """The answer was cut off, senseless or never came; a second try may get a better one."""

    def __init__(self, said: str, trouble: Trouble = Trouble.ANSWER, again: bool = True) -> None:
        super().__init__(said)
        self.trouble = trouble
        self.again = again


class YahooSource:
    """Bars from the store; what is missing there, or was not retrieved `today`, from Yahoo.

    A new line is fetched from 1999 on. A later refresh starts 30 days before the last stored bar:
    if closes, dividends and splits of that overlap are unchanged the new bars are appended; if
    not, or if a new split appears, the whole history is fetched again and the notes say so. What
    Yahoo restates further back than that stays unnoticed until `fresh` fetches it anew.

    What is stored is never replaced by something worse: an answer that leaves out sessions, is in
    another unit or currency, dates its bars by another clock or contradicts itself is refused.

    A second run on the same day needs no network. A line that Yahoo does not know is left out,
    or served as stored. `offline` never touches the network: what is stored is used, however old.

    mend: fetch a file that is damaged again, instead of raising. workers: lines fetched at a time.
    session: an instance of `session_type()`, for tests; progress: told one line a ticker fetched.
    """

    name = "yahoo"

    def __init__(
        self,
        store: Store,
        *,
        today: date,
        offline: bool = False,
        fresh: bool = False,
        mend: bool = False,
        workers: int = 1,
        session: Session[Any] | None = None,
        progress: Callable[[str], None] | None = None,
    ) -> None:
        self._store = store
        self._today = today
        self._offline = offline
        self._fresh = fresh
        self._mend = mend
        self._workers = workers
        self._session = session
        self._progress = progress
        self._lock = threading.Lock()

    def load(self, assets: Iterable[Asset], facts: Iterable[Facts] = ()) -> Snapshot:
        """All bars of each asset; lines that neither the store nor Yahoo has are left out.

        Of facts Yahoo has none.

        MissingData names the first line that could not be fetched, and why: those before it are
        in the store. BrokenData: a damaged file, or prices in another currency than the asset's.
        """
        assets = list(assets)
        each = map(self.fetch, assets) if self._workers == 1 else self._in_threads(assets)
        lines = {asset.ticker: fetched.stored for asset, fetched in zip(assets, each, strict=True)}
        return Snapshot({ticker: stored.bars for ticker, stored in lines.items() if stored})

    def fetch(self, asset: Asset) -> Fetched:
        """One line, and how it came about; raises what `load` does."""
        stored = self._kept(asset)
        if self._offline or (not self._fresh and self._asked_today(stored)):
            return Fetched(stored, How.SKIPPED)
        if self._store.absent(asset.ticker) == self._today:
            return Fetched(self._forgotten(stored), How.SKIPPED)
        with self._store.locked(asset.ticker):
            # Another process may have fetched the line while this one waited.
            stored = self._kept(asset)
            if not self._fresh and self._asked_today(stored):
                return Fetched(stored, How.SKIPPED)
            return self._refreshed(asset, stored)

    def stop(self) -> None:
        """Let lines that are being fetched end early; nothing more is asked."""
        if self._session is not None:
            self._session.stopped.set()  # type: ignore[attr-defined]

    def _in_threads(self, assets: list[Asset]) -> list[Fetched]:
        with prepared_yfinance(), ThreadPoolExecutor(self._workers) as pool:
            asked = [pool.submit(self.fetch, asset) for asset in assets]
            try:
                return [one.result() for one in asked]
            except BaseException as error:
                if not isinstance(error, Exception):
                    self.stop()
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _kept(self, asset: Asset) -> StoredBars | None:
        try:
            stored = self._store.read(asset.ticker)
        except BrokenData:
            if not self._mend:
                raise
            return None
        if stored is None:
            return None
        if stored.bars.priced is not _priced(asset) or not _agrees(asset, stored.currency):
            raise BrokenData(
                f"{asset.ticker}: stored as {stored.bars.priced} in {stored.currency}, but the "
                f"universe says {_priced(asset)} in {asset.currency}; correct the asset, or "
                f"delete {self._store.path(asset.ticker)} and it will be fetched again"
            )
        return stored

    def _asked_today(self, stored: StoredBars | None) -> bool:
        """Also if another process, past midnight, asked tomorrow; a later day is a wrong clock."""
        return stored is not None and 0 <= (stored.retrieved - self._today).days <= 1

    def _refreshed(self, asset: Asset, stored: StoredBars | None) -> Fetched:
        kept = without_today(stored.bars, self._today) if stored else None
        try:
            answer, change = self._newest(asset, kept, stored.currency if stored else "")
            if answer is None or (kept is None and answer.frame.empty):
                self._store.write_absent(asset.ticker, self._today)
                self._tell(f"{asset.ticker}: Yahoo has no bars")
                how = How.UNKNOWN if answer is None else How.EMPTY
                return Fetched(self._forgotten(stored), how)
            bars = self._made(asset, kept, answer, change)
        except BrokenData as error:
            raise _refused(asset.ticker, str(error), stored) from error
        except _GarbledError as failure:
            raise _unavailable(asset.ticker, failure, self._today, stored) from failure
        currency = answer.currency or asset.currency
        fresh = StoredBars(bars, self._today, self.name, currency)
        self._store.write(fresh)
        self._tell(f"{asset.ticker}: {len(bars.frame)} bars, {bars.first} to {bars.last}")
        return _told(fresh, kept, change)

    def _newest(self, asset: Asset, kept: Bars | None, currency: str) -> tuple[Answer | None, str]:
        """What to add to the kept bars, or a whole history and why it is needed."""
        if kept is None:
            return self._fetched(asset, EARLIEST, currency), ""
        change = "as asked for" if self._fresh else _doubt(asset, kept)
        if not change:
            answer = self._fetched(asset, kept.last - OVERLAP, currency)
            change = (difference(kept.frame, answer.frame) if answer else None) or ""
            if not change:
                return answer, ""
        whole = self._fetched(asset, EARLIEST, currency)
        worse = against(asset, kept, whole.frame) if whole else None
        if worse:
            raise Unavailable(
                f"{asset.ticker}: Yahoo's history is worse than the store's: {worse}. The stored "
                f"bars of {kept.first} to {kept.last} are kept; newsfolio data pull "
                f"{asset.ticker} asks again, --offline uses them as they are, and to accept "
                f"Yahoo's, delete {self._store.path(asset.ticker)}",
                Trouble.ANSWER,
            )
        return whole, change

    def _made(self, asset: Asset, kept: Bars | None, answer: Answer, change: str) -> Bars:
        """The bars to store: a whole history, or the kept ones with the new ones behind them."""
        if kept is None:
            wrong = flaw(asset, None, answer.frame)
            return _bars(asset, answer, (*answer.notes, *([wrong] if wrong else [])))
        if change:
            note = f"{self._today}: history fetched anew, {change}"
            self._tell(f"{asset.ticker}: {note}")
            return _bars(asset, answer, _merged(kept.notes, (*answer.notes, note)))
        new = answer.frame.loc[answer.frame.index > kept.frame.index[-1]]
        frame = pd.concat([kept.frame, new])
        wrong = flaw(asset, kept, frame)
        if wrong:
            raise BrokenData(f"{asset.ticker}: in Yahoo's new bars {wrong}")
        return dataclasses.replace(
            kept, frame=frame, notes=_merged(kept.notes, answer.notes),
            doubts=_merged(kept.doubts, answer.doubts),
        )  # fmt: skip

    def _forgotten(self, stored: StoredBars | None) -> StoredBars | None:
        if stored is None:
            return None
        note = f"{self._today}: Yahoo no longer knows this line; the stored bars are used"
        bars = dataclasses.replace(stored.bars, notes=(*stored.bars.notes, note))
        return dataclasses.replace(stored, bars=bars)

    def _fetched(self, asset: Asset, since: date, before: str) -> Answer | None:
        """Yahoo's bars from `since` to yesterday; None if it does not know the line.

        A garbled answer is asked for once more. before: the currency in which the line was quoted
        so far, "" if that is not known.
        """
        session = self._conversation()
        session.begin()
        for _ in range(_ATTEMPTS - 1):
            try:
                return self._once(asset, since, before, session)
            except _GarbledError as failure:
                if not failure.again:
                    raise
                time.sleep(_PAUSE)
        return self._once(asset, since, before, session)

    def _once(self, asset: Asset, since: date, before: str, session: Any) -> Answer | None:
        raw = self._asked(asset.ticker, since, session)
        return None if raw is None else self._read(asset, raw, before)

    def _read(self, asset: Asset, raw: Raw, before: str) -> Answer:
        """What an answer says; BrokenData where it must not be used."""
        currency = str(raw.meta.get("currency") or "")[:20]
        if not raw.prices.empty:
            _refuse_other_currency(asset, currency, before)
        try:
            refuse_other_dates(asset, raw)
            refuse_two_closes(asset.ticker, raw, self._today)
            return cleaned(raw, currency, self._today, _priced(asset))
        except BrokenData:
            raise
        except (
            LookupError,
            TypeError,
            ValueError,
            AttributeError,
            ArithmeticError,
            OSError,
        ) as error:
            said = f"Yahoo's answer cannot be read ({type(error).__name__})"
            raise _GarbledError(said) from error

    def _asked(self, ticker: str, since: date, session: Any) -> Raw | None:
        """One conversation about one line: its probe for the time zone, then the bars."""
        from curl_cffi.requests import exceptions as http

        yfinance = _yfinance()
        try:
            with _raising(yfinance):
                _forget_answers()
                line = yfinance.Ticker(ticker, session=session)
                prices = line.history(start=since, end=self._today, auto_adjust=False, actions=True)
        except yfinance.exceptions.YFRateLimitError as error:
            raise _limited(session) from error
        except http.Timeout as error:
            said = "Yahoo did not answer in time"
            raise _GarbledError(said, Trouble.NETWORK, again=False) from error
        except Exception as error:  # yfinance lets through whatever a malformed answer causes
            return _explained(error, session)
        finally:
            _release(yfinance)
        answer: Response | None = session.chart
        at = http_date(answer.headers.get("Date")) if answer is not None else None
        return Raw(prices, chart_of(answer), at)

    def _conversation(self) -> Any:
        with self._lock:
            if self._session is None:
                self._session = session_type()(impersonate="chrome")
            return self._session

    def _tell(self, message: str) -> None:
        if self._progress is not None:
            with self._lock:
                self._progress(message)


@contextmanager
def prepared_yfinance() -> Iterator[None]:
    """Set yfinance up before threads use it: what it changes is the process's, not a thread's."""
    with _raising(_yfinance()):
        yield


@cache
def _yfinance() -> Any:
    """yfinance with its caches in a folder of this process, so that the user's stay as they are."""
    import yfinance

    folder = mkdtemp(prefix="newsfolio-")
    atexit.register(_remove, folder, os.getpid())
    yfinance.set_tz_cache_location(folder)
    yfinance.cache.get_tz_cache().lookup("")  # it sets itself up here, not in two threads at once
    return yfinance


def _remove(folder: str, owner: int) -> None:
    """A forked child has the folder of its parent, which must outlive it."""
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)


def _release(yfinance: Any) -> None:
    """Close what a thread that will end has open; yfinance closes the main thread's itself."""
    if threading.current_thread() is threading.main_thread():
        return
    for kept in (yfinance.cache.get_tz_cache(), yfinance.cache.get_cookie_cache()):
        if kept.db is not None:
            kept.db.close()


def _forget_answers() -> None:
    """A failed answer would be served again."""
    from yfinance.data import YfData

    YfData.cache_get.cache_clear()


def _explained(error: Exception, session: Any) -> Raw | None:
    """What yfinance's exception means: no such line (None), a line without bars, or nonsense."""
    answer: Response | None = session.chart
    chart = chart_of(answer)
    if answer is None:
        said = f"no connection to Yahoo ({type(error).__name__})"
        raise _GarbledError(said, Trouble.NETWORK) from error
    refusal = chart.get("error")
    refusal = refusal if isinstance(refusal, dict) else {}
    if answer.status_code == 404 and refusal.get("code") == "Not Found":
        return None
    nothing = str(refusal.get("description", "")).startswith("Data doesn't exist")
    if nothing or (result_of(chart).get("meta") and "timestamp" not in result_of(chart)):
        return Raw(pd.DataFrame(), chart)
    if answer.status_code == _LIMITED:
        raise _limited(session) from error
    if answer.status_code == _UNAUTHORIZED:
        raise _GarbledError("Yahoo refuses the request (401, its crumb is not valid)") from error
    said = f"Yahoo's answer cannot be read (status {answer.status_code}, {type(error).__name__})"
    if answer.status_code >= _FAULTY:
        raise _GarbledError(said, Trouble.SERVER, again=False) from error
    raise _GarbledError(said) from error


def _limited(session: Any) -> _GarbledError:
    asked = session.told_to_wait
    wants = f" and asks for a pause of {asked:.0f} seconds" if asked is not None else ""
    said = f"Yahoo answers 429, too many requests{wants}"
    return _GarbledError(said, Trouble.LIMIT, again=False)


def _unavailable(
    ticker: str, failure: _GarbledError, today: date, stored: StoredBars | None
) -> Unavailable:
    has = f"has it to {stored.bars.last}" if stored else "has nothing of it"
    return Unavailable(
        f"{ticker}: {failure}, on {today}; the store {has}. Run again later, or newsfolio data "
        f"pull {ticker}: what was fetched is kept. --offline uses the store as it is.",
        failure.trouble,
    )


def _refused(ticker: str, said: str, stored: StoredBars | None) -> BrokenData:
    """What contradicts itself in an answer, with what stands and what to do."""
    stands = f"the stored bars to {stored.bars.last} are kept" if stored else "nothing was stored"
    return BrokenData(f"{said}; {stands}. newsfolio data pull {ticker} asks again")


def _refuse_other_currency(asset: Asset, currency: str, before: str) -> None:
    if not _agrees(asset, currency):
        raise BrokenData(
            f"{asset.ticker}: Yahoo quotes it in {currency or 'no currency'}, not in "
            f"{asset.currency}: declare the asset with a venue of that currency, or leave it out"
        )
    if before and currency != before:
        raise BrokenData(
            f"{asset.ticker}: Yahoo quotes it in {currency or 'no currency'} now, and in {before} "
            "so far"
        )


def _doubt(asset: Asset, kept: Bars) -> str:
    """What is wrong with the kept bars, which a whole history may heal; "" if nothing is."""
    found = next(flaws(asset, kept.frame), None)
    return f"because {found[1]}" if found else ""


def _told(fresh: StoredBars, kept: Bars | None, change: str) -> Fetched:
    new = fresh.bars.frame.index
    added = len(new) if kept is None else len(new.difference(kept.frame.index))
    if kept is None:
        return Fetched(fresh, How.NEW, added)
    how = How.REFETCHED if change else How.EXTENDED if added else How.UNCHANGED
    return Fetched(fresh, how, added, change)


def _priced(asset: Asset) -> Priced:
    return Priced.SPLITS if asset.tradable else Priced.LEVEL


def _agrees(asset: Asset, currency: str) -> bool:
    return not asset.tradable or currency == asset.currency


def _bars(asset: Asset, answer: Answer, notes: tuple[str, ...]) -> Bars:
    return Bars(asset.ticker, answer.frame, _priced(asset), notes=notes, doubts=answer.doubts)


def _merged(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*old, *new)))[-_NOTES_KEPT:]
