"""Yahoo through yfinance, kept in the store; the only place that touches the network."""

from __future__ import annotations

import atexit
import logging
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import cache
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pandas as pd

from markets.bars import Bars, Priced
from markets.store import Store, StoredBars
from markets.yahoo_answers import (
    OVERLAP,
    Answer,
    Raw,
    chart_of,
    cleaned,
    difference,
    result_of,
    shorter,
)
from newsfolio.assets import Asset
from newsfolio.errors import BrokenData, MissingData

if TYPE_CHECKING:
    from curl_cffi.requests import Response, Session

EARLIEST = date(1999, 1, 1)
"""Where a whole history starts: no exchange rate is known before the euro."""

_CHART = "/v8/finance/chart/"
_ATTEMPTS = 2
_PAUSE = 0.5
_NOTES_KEPT = 20


class _GarbledError(Exception):
    """The answer was cut off, senseless or never came; a second try may get a better one."""


class YahooSource:
    """Bars from the store; what is missing there, or was retrieved before `today`, from Yahoo.

    A new line is fetched from 1999 on. A later refresh starts 30 days before the last stored bar:
    if closes, dividends and splits of that overlap are unchanged the new bars are appended; if
    not, or if a new split appears, the whole history is fetched again and the notes say so. What
    Yahoo restates further back than that stays unnoticed: delete the file to fetch it anew.

    A second run on the same day needs no network. A line that Yahoo does not know is left out,
    or served as stored. `offline` never touches the network: what is stored is used, however old.

    session: an instance of `session_type()`, for tests; progress: told one line a ticker fetched.
    """

    name = "yahoo"

    def __init__(
        self,
        store: Store,
        *,
        today: date,
        offline: bool = False,
        session: Session[Any] | None = None,
        progress: Callable[[str], None] | None = None,
    ) -> None:
        self._store = store
        self._today = today
        self._offline = offline
        self._session = session
        self._progress = progress

    def load(self, assets: Iterable[Asset]) -> Mapping[str, Bars]:
        """All bars of each asset; lines that neither the store nor Yahoo has are left out.

        MissingData names the first line that could not be fetched, and why: those before it are
        in the store. BrokenData: a damaged file, or prices in another currency than the asset's.
        """
        found = {asset.ticker: self._current(asset) for asset in assets}
        return {ticker: stored.bars for ticker, stored in found.items() if stored is not None}

    def _current(self, asset: Asset) -> StoredBars | None:
        stored = self._kept(asset)
        if self._offline or self._asked_today(stored):
            return stored
        if self._store.absent(asset.ticker) == self._today:
            return self._forgotten(stored)
        with self._store.locked(asset.ticker):
            # Another process may have fetched the line while this one waited.
            stored = self._kept(asset)
            return stored if self._asked_today(stored) else self._refreshed(asset, stored)

    def _kept(self, asset: Asset) -> StoredBars | None:
        stored = self._store.read(asset.ticker)
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
        return stored is not None and stored.retrieved >= self._today

    def _refreshed(self, asset: Asset, stored: StoredBars | None) -> StoredBars | None:
        kept = stored.bars if stored else None
        answer = self._fetched(asset, kept.last - OVERLAP if kept else EARLIEST)
        if answer is None or (kept is None and answer.frame.empty):
            self._store.write_absent(asset.ticker, self._today)
            self._tell(f"{asset.ticker}: Yahoo has no bars")
            return self._forgotten(stored)
        bars = self._joined(asset, kept, answer) if kept else _bars(asset, answer, answer.notes)
        currency = answer.currency or asset.currency
        fresh = StoredBars(bars, self._today, self.name, currency)
        self._store.write(fresh)
        self._tell(f"{asset.ticker}: {len(bars.frame)} bars, {bars.first} to {bars.last}")
        return fresh

    def _joined(self, asset: Asset, kept: Bars, answer: Answer) -> Bars:
        """The kept bars with the new ones behind them, or the whole history if they disagree."""
        change = difference(kept.frame, answer.frame)
        if change is None:
            new = answer.frame.loc[answer.frame.index > kept.frame.index[-1]]
            notes = _merged(kept.notes, answer.notes)
            return replace(kept, frame=pd.concat([kept.frame, new]), notes=notes)
        whole = self._fetched(asset, EARLIEST)
        if whole is None or shorter(whole.frame, kept):
            raise MissingData(
                f"{asset.ticker}: Yahoo now gives less than the bars of {kept.first} to "
                f"{kept.last} in the store, which are kept; run again later or with --offline, "
                f"or delete {self._store.path(asset.ticker)} to accept the shorter history"
            )
        note = f"{self._today}: history fetched anew, {change}"
        self._tell(f"{asset.ticker}: {note}")
        return _bars(asset, whole, _merged(kept.notes, (*whole.notes, note)))

    def _forgotten(self, stored: StoredBars | None) -> StoredBars | None:
        if stored is None:
            return None
        note = f"{self._today}: Yahoo no longer knows this line; the stored bars are used"
        return replace(stored, bars=replace(stored.bars, notes=(*stored.bars.notes, note)))

    def _fetched(self, asset: Asset, since: date) -> Answer | None:
        """Yahoo's bars from `since` to yesterday; None if it does not know the line."""
        raw = self._insisted(asset.ticker, since)
        if raw is None:
            return None
        currency = raw.meta.get("currency") or ""
        if not raw.prices.empty and not _agrees(asset, currency):
            raise BrokenData(
                f"{asset.ticker}: Yahoo quotes it in {currency or 'no currency'}, not in "
                f"{asset.currency}; declare the asset with a venue of that currency, or leave "
                "it out"
            )
        return cleaned(raw, currency, self._today, _priced(asset))

    def _insisted(self, ticker: str, since: date) -> Raw | None:
        """Ask, and ask once more if the answer is garbled."""
        for _ in range(_ATTEMPTS - 1):
            try:
                return self._asked(ticker, since)
            except _GarbledError:
                time.sleep(_PAUSE)
        try:
            return self._asked(ticker, since)
        except _GarbledError as failure:
            raise _unavailable(ticker, str(failure)) from failure

    def _asked(self, ticker: str, since: date) -> Raw | None:
        """One conversation about one line: its probe for the time zone, then the bars."""
        from curl_cffi.requests import exceptions as http

        yfinance, session = _yfinance(), self._conversation()
        try:
            with _frank(yfinance):
                line = yfinance.Ticker(ticker, session=session)
                prices = line.history(start=since, end=self._today, auto_adjust=False, actions=True)
        except yfinance.exceptions.YFRateLimitError as error:
            raise _unavailable(ticker, "Yahoo answers 429, too many requests") from error
        except http.Timeout as error:
            raise _unavailable(ticker, "Yahoo did not answer in time") from error
        except Exception as error:  # yfinance lets through whatever a malformed answer causes
            return _explained(error, session.chart)
        return Raw(prices, chart_of(session.chart))

    def _conversation(self) -> Any:
        if self._session is None:
            self._session = session_type()(impersonate="chrome")
        session: Any = self._session
        session.chart = None
        return session

    def _tell(self, message: str) -> None:
        if self._progress is not None:
            self._progress(message)


@cache
def session_type() -> type[Session[Any]]:
    """The class of session to hand to yfinance, made late because curl_cffi is slow to load.

    yfinance's own time-outs reach only some of its requests: here each one ends after `connect`
    seconds without a connection and after `other` (`bars` for charts) seconds in all. `chart`
    is the last chart answer, which tells an unknown ticker from an answer that went wrong.
    """
    from curl_cffi.requests import Session

    class CappedSession(Session[Any]):
        connect: float = 4.0
        other: float = 5.0
        bars: float = 15.0
        chart: Response | None = None

        def request(self, method: Any, url: str, **options: Any) -> Any:  # type: ignore[override]
            is_chart = _CHART in url
            if is_chart:
                self.chart = None
            seconds = self.bars if is_chart else self.other
            options["timeout"] = (min(self.connect, seconds), max(seconds - self.connect, 0.001))
            response = super().request(method, url, **options)
            if is_chart:
                self.chart = response
            return response

    return CappedSession


@cache
def _yfinance() -> Any:
    """yfinance with its caches in a folder of this process, so that the user's stay as they are."""
    import yfinance

    folder = TemporaryDirectory(prefix="newsfolio-", ignore_cleanup_errors=True)
    atexit.register(folder.cleanup)
    yfinance.set_tz_cache_location(folder.name)
    return yfinance


@contextmanager
def _frank(yfinance: Any) -> Iterator[None]:
    """Let yfinance raise instead of logging, and forget the answers it remembers."""
    from yfinance.data import YfData

    YfData.cache_get.cache_clear()  # a failed answer would be served again
    debug, logger = yfinance.config.debug, logging.getLogger("yfinance")
    hidden, level = debug.hide_exceptions, logger.level
    debug.hide_exceptions = False
    logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        debug.hide_exceptions = hidden
        logger.setLevel(level)


def _explained(error: Exception, answer: Response | None) -> Raw | None:
    """What yfinance's exception means: no such line (None), a line without bars, or nonsense."""
    chart = chart_of(answer)
    if answer is None:
        raise _GarbledError(f"no connection to Yahoo ({type(error).__name__})") from error
    refusal = chart.get("error") or {}
    if answer.status_code == 404 and refusal.get("code") == "Not Found":
        return None
    nothing = str(refusal.get("description", "")).startswith("Data doesn't exist")
    if nothing or (result_of(chart).get("meta") and "timestamp" not in result_of(chart)):
        return Raw(pd.DataFrame(), chart)
    raise _GarbledError(
        f"Yahoo's answer cannot be read (status {answer.status_code}, {type(error).__name__})"
    ) from error


def _unavailable(ticker: str, what: str) -> MissingData:
    return MissingData(
        f"{ticker}: {what}. Run again later, what was fetched so far is kept; "
        "--offline uses the store as it is."
    )


def _priced(asset: Asset) -> Priced:
    return Priced.SPLITS if asset.tradable else Priced.LEVEL


def _agrees(asset: Asset, currency: str) -> bool:
    return not asset.tradable or currency == asset.currency


def _bars(asset: Asset, answer: Answer, notes: tuple[str, ...]) -> Bars:
    return Bars(asset.ticker, answer.frame, _priced(asset), notes=notes)


def _merged(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*old, *new)))[-_NOTES_KEPT:]
