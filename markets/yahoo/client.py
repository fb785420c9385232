"""One line asked of Yahoo, through yfinance; the only place that touches the network."""

from __future__ import annotations

import threading
import time
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

import pandas as pd

from markets.yahoo.answers import (
    Answer,
    Raw,
    agrees,
    cleaned,
    priced_for,
    refuse_other_dates,
    refuse_other_line,
    refuse_two_closes,
)
from markets.yahoo.chart import chart_of, line_of
from markets.yahoo.isolation import forget_answers, isolated_yfinance, raising, release
from markets.yahoo.session import PoliteSession, http_date, session_type
from newsfolio.assets import Asset
from newsfolio.errors import BrokenData
from newsfolio.venue import unit_of

if TYPE_CHECKING:
    from curl_cffi.requests import Response

PAUSE = 0.5
"""Seconds before a garbled answer is asked for again."""

_ATTEMPTS = 2
_LIMITED, _UNAUTHORIZED, _FAULTY = 429, 401, 500


class Trouble(StrEnum):
    """Why Yahoo gave no bars."""

    LIMIT = "limit"
    NETWORK = "network"
    SERVER = "server"  # a fault of Yahoo's own
    ANSWER = "answer"  # it came, and cannot be used


class GarbledError(Exception):
    """The answer was cut off, senseless or never came; a second try may get a better one."""

    def __init__(
        self, sentence: str, trouble: Trouble = Trouble.ANSWER, again: bool = True
    ) -> None:
        super().__init__(sentence)
        self.trouble = trouble
        self.again = again


class Client:
    """Asks Yahoo for bars; may be shared by threads, each with a line of its own.

    session: an instance of `session_type()`, None for a new one once it is needed.
    """

    def __init__(self, session: PoliteSession | None = None) -> None:
        self._session = session
        self._lock = threading.Lock()

    def bars(self, asset: Asset, since: date, today: date, before: str) -> Answer | None:
        """Yahoo's bars from `since` to the day before `today`; None if it does not know the line.

        A garbled answer is asked for once more; GarbledError if that is no better. BrokenData:
        an answer that must not be used. before: the currency in which the line was quoted so far,
        "" if that is not known.
        """
        session = self._conversation()
        session.begin()
        for _ in range(_ATTEMPTS - 1):
            try:
                return _once(asset, since, today, before, session)
            except GarbledError as failure:
                if not failure.again:
                    raise
                time.sleep(PAUSE)
        return _once(asset, since, today, before, session)

    def stop(self) -> None:
        """Let lines that are being fetched end early; nothing more is asked."""
        if self._session is not None:
            self._session.stopped.set()

    def _conversation(self) -> PoliteSession:
        with self._lock:
            if self._session is None:
                self._session = session_type()(impersonate="chrome")
            return self._session


def _once(
    asset: Asset, since: date, today: date, before: str, session: PoliteSession
) -> Answer | None:
    raw = _asked(asset.ticker, since, today, session)
    return None if raw is None else _read(asset, raw, today, before)


def _asked(ticker: str, since: date, today: date, session: PoliteSession) -> Raw | None:
    """One conversation about one line: its probe for the time zone, then the bars."""
    from curl_cffi.requests import exceptions as http

    yfinance = isolated_yfinance()
    try:
        with raising(yfinance):
            forget_answers()
            line = yfinance.Ticker(ticker, session=session)
            prices = line.history(start=since, end=today, auto_adjust=False, actions=True)
    except yfinance.exceptions.YFRateLimitError as error:
        raise _limited(session) from error
    except http.Timeout as error:
        sentence = "Yahoo did not answer in time"
        raise GarbledError(sentence, Trouble.NETWORK, again=False) from error
    except Exception as error:  # yfinance lets through whatever a malformed answer causes
        return _explained(error, session)
    finally:
        release(yfinance)
    answer: Response | None = session.chart
    at = http_date(answer.headers.get("Date")) if answer is not None else None
    return Raw(prices, chart_of(answer), at)


def _read(asset: Asset, raw: Raw, today: date, before: str) -> Answer:
    """What an answer says; BrokenData where it must not be used."""
    currency = str(raw.meta.get("currency") or "")[:20]
    if not raw.prices.empty:
        _refuse_other_currency(asset, currency, before)
    try:
        refuse_other_line(asset, raw)
        refuse_other_dates(asset, raw)
        refuse_two_closes(asset.ticker, raw, today)
        return cleaned(raw, currency, today, priced_for(asset))
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
        sentence = f"Yahoo's answer cannot be read ({type(error).__name__})"
        raise GarbledError(sentence) from error


def _refuse_other_currency(asset: Asset, currency: str, before: str) -> None:
    if not agrees(asset, currency):
        raise BrokenData(
            f"{asset.ticker}: Yahoo quotes it in {currency or 'no currency'}, not in "
            f"{asset.currency}: declare the asset with a venue of that currency, or leave it out"
            + (f":\n  {_declared(asset, currency)}" if currency else "")
        )
    if before and currency != before:
        raise BrokenData(
            f"{asset.ticker}: Yahoo quotes it in {currency or 'no currency'} now, and in {before} "
            "so far"
        )


def _declared(asset: Asset, currency: str) -> str:
    """The line to write for an asset that is quoted in another currency than its suffix tells."""
    venue = asset.venue
    hours = ", ".join(f"time({at.hour}, {at.minute})" for at in (venue.opens, venue.closes))
    return (
        f'Asset("{asset.ticker}", Venue("{venue.code}", "{unit_of(currency).currency}", {hours}))'
    )


def _explained(error: Exception, session: PoliteSession) -> Raw | None:
    """What yfinance's exception means: no such line (None), a line without bars, or nonsense."""
    answer: Response | None = session.chart
    chart = chart_of(answer)
    if answer is None:
        sentence = f"no connection to Yahoo ({type(error).__name__})"
        raise GarbledError(sentence, Trouble.NETWORK) from error
    refusal = chart.get("error")
    refusal = refusal if isinstance(refusal, dict) else {}
    if answer.status_code == 404 and refusal.get("code") == "Not Found":
        return None
    nothing = str(refusal.get("description", "")).startswith("Data doesn't exist")
    if nothing or (line_of(chart).get("meta") and "timestamp" not in line_of(chart)):
        return Raw(pd.DataFrame(), chart)
    if answer.status_code == _LIMITED:
        raise _limited(session) from error
    if answer.status_code == _UNAUTHORIZED:
        raise GarbledError("Yahoo refuses the request (401, its crumb is not valid)") from error
    sentence = (
        f"Yahoo's answer cannot be read (status {answer.status_code}, {type(error).__name__})"
    )
    if answer.status_code >= _FAULTY:
        raise GarbledError(sentence, Trouble.SERVER, again=False) from error
    raise GarbledError(sentence) from error


def _limited(session: PoliteSession) -> GarbledError:
    asked = session.told_to_wait
    wants = f" and asks for a pause of {asked:.0f} seconds" if asked is not None else ""
    sentence = f"Yahoo answers 429, too many requests{wants}"
    return GarbledError(sentence, Trouble.LIMIT, again=False)
