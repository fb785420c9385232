"""Yahoo's bars, kept in the store: what is fetched anew, and what may replace what is stored."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import pandas as pd

from markets.bars import Bars
from markets.snapshot import Follow, Snapshot
from markets.store.parquet import StoredBars
from markets.store.price_store import Store
from markets.yahoo.answers import Answer, agrees, priced_for
from markets.yahoo.client import Client, GarbledError, Trouble
from markets.yahoo.compared import OVERLAP, against, difference, flaw, flaws, without_today
from markets.yahoo.session import PoliteSession
from newsfolio.assets import Asset
from newsfolio.errors import BrokenData, MissingData
from newsfolio.facts import Facts

EARLIEST = date(1999, 1, 1)
"""Where a whole history starts: no exchange rate is known before the euro."""

_NOTES_KEPT = 20


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

    mend: fetch a file that is damaged again, instead of raising. session: an instance of
    `session_type()`, for tests. progress: told one line a ticker fetched. follow: sees each
    line before it is read or fetched.
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
        session: PoliteSession | None = None,
        progress: Callable[[str], None] | None = None,
    ) -> None:
        self._store = store
        self._today = today
        self._offline = offline
        self._fresh = fresh
        self._mend = mend
        self._client = Client(session)
        self._progress = progress
        self.follow: Follow = iter
        self._lock = threading.Lock()

    def load(self, assets: Iterable[Asset], facts: Iterable[Facts] = ()) -> Snapshot:
        """All bars of each asset; lines that neither the store nor Yahoo has are left out.

        Of facts Yahoo has none.

        MissingData names the first line that could not be fetched, and why: those before it are
        in the store. BrokenData: a damaged file, or prices in another currency than the asset's.
        """
        wanted = self.follow(tuple(assets))
        lines = {asset.ticker: self.fetch(asset).stored for asset in wanted}
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
        self._client.stop()

    def _kept(self, asset: Asset) -> StoredBars | None:
        try:
            stored = self._store.read(asset.ticker)
        except BrokenData:
            if not self._mend:
                raise
            return None
        if stored is None:
            return None
        if stored.bars.priced is not priced_for(asset) or not agrees(asset, stored.currency):
            raise BrokenData(
                f"{asset.ticker}: stored as {stored.bars.priced} in {stored.currency}, but the "
                f"universe says {priced_for(asset)} in {asset.currency}; correct the asset, or "
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
        except GarbledError as failure:
            raise _unavailable(asset.ticker, failure, self._today, stored) from failure
        currency = answer.currency or asset.currency
        fresh = StoredBars(bars, self._today, self.name, currency)
        self._store.write(fresh)
        self._tell(f"{asset.ticker}: {len(bars.frame)} bars, {bars.first} to {bars.last}")
        return _told(fresh, kept, change)

    def _newest(self, asset: Asset, kept: Bars | None, currency: str) -> tuple[Answer | None, str]:
        """What to add to the kept bars, or a whole history and why it is needed."""
        if kept is None:
            return self._client.bars(asset, EARLIEST, self._today, currency), ""
        change = "as asked for" if self._fresh else _doubt(asset, kept)
        if not change:
            answer = self._client.bars(asset, kept.last - OVERLAP, self._today, currency)
            change = (difference(kept.frame, answer.frame) if answer else None) or ""
            if not change:
                return answer, ""
        whole = self._client.bars(asset, EARLIEST, self._today, currency)
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
            doubts=tuple(dict.fromkeys((*kept.doubts, *answer.doubts))),
        )  # fmt: skip

    def _forgotten(self, stored: StoredBars | None) -> StoredBars | None:
        if stored is None:
            return None
        note = f"{self._today}: Yahoo no longer knows this line; the stored bars are used"
        bars = dataclasses.replace(stored.bars, notes=(*stored.bars.notes, note))
        return dataclasses.replace(stored, bars=bars)

    def _tell(self, message: str) -> None:
        if self._progress is not None:
            with self._lock:
                self._progress(message)


def _unavailable(
    ticker: str, failure: GarbledError, today: date, stored: StoredBars | None
) -> Unavailable:
    has = f"has it to {stored.bars.last}" if stored else "has nothing of it"
    return Unavailable(
        f"{ticker}: {failure}, on {today}; the store {has}. Run again later, or newsfolio data "
        f"pull {ticker}: what was fetched is kept. --offline uses the store as it is.",
        failure.trouble,
    )


def _refused(ticker: str, sentence: str, stored: StoredBars | None) -> BrokenData:
    """What contradicts itself in an answer, with what stands and what to do."""
    stands = f"the stored bars to {stored.bars.last} are kept" if stored else "nothing was stored"
    return BrokenData(f"{sentence}; {stands}. newsfolio data pull {ticker} asks again")


def _doubt(asset: Asset, kept: Bars) -> str:
    """What is wrong with the kept bars, which a whole history may heal; "" if nothing is."""
    first = next(flaws(asset, kept.frame), None)
    return f"because {first[1]}" if first else ""


def _told(fresh: StoredBars, kept: Bars | None, change: str) -> Fetched:
    new = fresh.bars.frame.index
    added = len(new) if kept is None else len(new.difference(kept.frame.index))
    if kept is None:
        return Fetched(fresh, How.NEW, added)
    how = How.REFETCHED if change else How.EXTENDED if added else How.UNCHANGED
    return Fetched(fresh, how, added, change)


def _bars(asset: Asset, answer: Answer, notes: tuple[str, ...]) -> Bars:
    return Bars(asset.ticker, answer.frame, priced_for(asset), notes=notes, doubts=answer.doubts)


def _merged(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*old, *new)))[-_NOTES_KEPT:]
