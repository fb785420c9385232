"""The conversation with Yahoo: time-outs, a bounded rate, and waiting when it asks for it."""

from __future__ import annotations

import random
import threading
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from curl_cffi.requests import Response, Session
    from curl_cffi.requests.session import HttpMethod

    _Session = Session[Any]
else:
    _Session = object

RequestOptions: TypeAlias = dict[str, Any]
"""What yfinance asks curl_cffi for, handed on as it comes; their names are the library's."""

CHART = "/v8/finance/chart/"
"""What the addresses of bars have in common."""

_COOKIE = "fc.yahoo.com"
_LIMITED = 429
_UNAUTHORIZED = 401
_FAULTY = 500


class _Pace:
    """Hands out moments to ask at, evenly, to all threads of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next = 0.0

    def until_next(self, rate: float) -> float:
        """Seconds to wait for a place; `rate` places a second."""
        with self._lock:
            now = time.monotonic()
            place = max(now, self._next)
            self._next = place + 1.0 / rate
            return place - now


_PACE = _Pace()


class _Own(threading.local):
    """What belongs to the line that a thread asks about."""

    chart: Response | None = None
    refusal: Response | None = None
    patience: float = 0.0
    tries: int = 0
    told_to_wait: float | None = None


class PoliteSession(_Session):
    """What `session_type` adds to a session of curl_cffi, which alone it is not.

    Time-outs, because yfinance's own reach only some of its requests: each one ends after
    `connect` seconds without a connection and after `other` (`bars` for charts) seconds in all.

    Politeness: all threads of the process together ask `rate` times a second at most. A chart
    that is refused with 429 or with a fault of Yahoo's (5xx) is asked for again, `tries` times for
    one line in all: after the seconds that Retry-After names, else after a random part of `pause`,
    of twice that, of four times that (of `longest` at most). It gives up where Retry-After is
    more than `longest`, or once `patience` seconds were waited for the line; yfinance, which asks
    once more on its own, is then given the same refusal. The cookie and the crumb are not waited
    for: yfinance goes on without them.

    `chart` is the last chart answer of this thread, which tells an unknown ticker from an answer
    that went wrong; `told_to_wait` are the seconds of a Retry-After that was too long.
    """

    connect: float = 4.0
    other: float = 5.0
    bars: float = 15.0
    rate: float = 5.0
    tries: int = 4
    pause: float = 1.0
    longest: float = 30.0
    patience: float = 60.0

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.stopped = threading.Event()
        self._own = _Own()
        self._cookie: Response | None = None

    @property
    def chart(self) -> Response | None:
        return self._own.chart

    @property
    def told_to_wait(self) -> float | None:
        return self._own.told_to_wait

    def begin(self) -> None:
        """A new line: nothing answered, nothing waited yet."""
        self._own.chart = self._own.refusal = self._own.told_to_wait = None
        self._own.patience, self._own.tries = self.patience, self.tries

    def request(self, method: HttpMethod, url: str, **options: object) -> Response:  # type: ignore[override]
        if _COOKIE in url and self._cookie is not None:
            return self._cookie  # yfinance asks for it before each request
        if CHART not in url:
            return self._remembered(url, self._once(method, url, self.other, options))
        self._own.chart = None
        self._own.chart = self._own.refusal or self._insisted(method, url, options)
        return self._own.chart

    def _insisted(self, method: HttpMethod, url: str, options: RequestOptions) -> Response:
        answer = self._once(method, url, self.bars, options)
        while _is_busy(answer.status_code):
            if not self._waited(answer):
                self._own.refusal = answer
                break
            answer = self._once(method, url, self.bars, options)
        if answer.status_code == _UNAUTHORIZED:
            self._cookie = None
        return answer

    def _once(
        self, method: HttpMethod, url: str, seconds: float, options: RequestOptions
    ) -> Response:
        self.stopped.wait(_PACE.until_next(self.rate))
        if self.stopped.is_set():
            from curl_cffi.requests import exceptions

            raise exceptions.ConnectionError("interrupted")
        connect = min(self.connect, seconds)
        options["timeout"] = (connect, max(seconds - connect, 0.001))
        return super().request(method, url, **options)

    def _remembered(self, url: str, answer: Response) -> Response:
        if _COOKIE in url:
            self._cookie = answer
        return answer

    def _waited(self, answer: Response) -> bool:
        """Wait before the next try; False if there is to be none."""
        own, asked = self._own, _retry_after(answer)
        own.tries -= 1
        if own.tries <= 0 or self.stopped.is_set():
            return False
        if asked is not None and asked > min(self.longest, own.patience):
            own.told_to_wait = asked
            return False
        if asked is None:
            step = self.pause * 2 ** (self.tries - own.tries - 1)
            asked = random.uniform(0, min(self.longest, step))  # noqa: S311 (jitter)
        own.patience -= asked
        return own.patience >= 0 and not self.stopped.wait(asked)


@cache
def session_type() -> type[PoliteSession]:
    """The class of session to hand to yfinance, made late because curl_cffi is slow to load."""
    from curl_cffi.requests import Session

    class Conversation(PoliteSession, Session[Any]):
        pass

    return Conversation


def _is_busy(status: int) -> bool:
    return status == _LIMITED or status >= _FAULTY


def _retry_after(answer: Response) -> float | None:
    """The seconds for which Yahoo asks to be left alone, None if it names none."""
    header = (answer.headers.get("Retry-After") or "").strip()
    if header.isascii() and header.isdigit():
        return float(header)
    at = http_date(header)
    if at is None:
        return None
    now = http_date(answer.headers.get("Date")) or datetime.now(UTC)
    return max((at - now).total_seconds(), 0.0)


def http_date(header: str | None) -> datetime | None:
    """The moment that a header names, None if it names none."""
    try:
        at = parsedate_to_datetime(header or "")
    except (TypeError, ValueError, OverflowError):
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
