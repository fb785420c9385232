"""A Yahoo on 127.0.0.1: real HTTP, made-up bars, faults at will.

It answers what yfinance asks for daily bars (cookie, crumb, the probe for the time zone, the
chart) in the shape of Yahoo's own JSON, and 404 to everything else.
"""

from __future__ import annotations

import json
import time as clock
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from enum import StrEnum
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from markets.bars import Bars
from markets.store.price_store import Store
from markets.yahoo.session import session_type
from markets.yahoo.source import YahooSource
from newsfolio.listings import asset_of
from tests.support.loopback import serving

TODAY = date(2025, 2, 21)
TOMORROW = date(2025, 2, 22)
CHART = "/v8/finance/chart/"
Row = tuple[float | None, float | None, float | None, float | None, int | None]


class Fault(StrEnum):
    """What goes wrong with the chart (NONE: nothing)."""

    NONE = "none"
    RATE_LIMITED = "429 for everything"
    SERVER_ERROR = "500 with a page"
    SERVER_REFUSAL = "500 with an error in JSON"
    DROPPED = "the connection is closed without an answer"
    TRUNCATED = "half of the JSON"
    EMPTY = "no result in the JSON"
    SILENT = "never an answer"
    UNAUTHORIZED = "401, whatever the crumb"
    STALE_CRUMB = "401 unless the crumb is the present one"
    UNAVAILABLE = "503 with a page"
    DRIP = "one byte at a time"
    CUT = "the connection is closed half-way"
    NULL = "null instead of a result"
    PAGE = "200 with a page"
    NONSENSE = "JSON of another shape"


@dataclass
class Line:
    """One symbol: rows of open, high, low, close, volume by local date, as Yahoo lists them.

    again: rows that are listed a second time. told_timezone: what the answer claims, if it is not
    the real one. trades_until: the end of the last row's session, where the answer tells it.
    told_times: dividends are told this many times as high as they are in Adj Close. told_meta: what
    the answer says of itself instead.
    """

    rows: dict[date, Row]
    currency: str = "USD"
    timezone: str = "America/New_York"
    opens: time = time(9, 30)
    kind: str = "EQUITY"
    dividends: dict[date, float] = field(default_factory=dict)
    dividend_currency: str = ""
    splits: dict[date, tuple[int, int]] = field(default_factory=dict)
    gains: dict[date, float] = field(default_factory=dict)
    again: dict[date, Row] = field(default_factory=dict)
    told_timezone: str = ""
    trades_until: time | None = None
    told_times: float = 1.0
    told_meta: dict[str, str] = field(default_factory=dict)

    def stamp(self, day: date) -> int:
        """Unix seconds of the local opening."""
        return int(datetime.combine(day, self.opens, ZoneInfo(self.timezone)).timestamp())


@dataclass
class Yahoo:
    """What the server knows and what it was asked; change it between two loads.

    `faulty_for` is how many charts the fault spoils before all is well again (None: all);
    `faults` are those of single tickers. `retry_after` goes with a 429, `now` is the server's
    clock (None: this machine's), `delay` the seconds before each chart.
    """

    address: str
    lines: dict[str, Line] = field(default_factory=dict)
    fault: Fault = Fault.NONE
    faulty_for: int | None = None
    faults: dict[str, Fault] = field(default_factory=dict)
    retry_after: str = ""
    now: datetime | None = None
    crumb: str = "crumb"
    delay: float = 0.0
    asked: list[str] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)

    def charts(self, ticker: str) -> list[str]:
        """The requests for a ticker's bars, without the probes for its time zone."""
        return [url for url in self.asked if f"{CHART}{ticker}?" in url and "period1=" in url]

    def starts(self, ticker: str) -> list[date]:
        """The first day that each of those requests asked for, on the venue's clock."""
        zone = ZoneInfo(self.lines[ticker].timezone)
        return [
            datetime.fromtimestamp(int(parse_qs(urlsplit(url).query)["period1"][0]), zone).date()
            for url in self.charts(ticker)
        ]

    def spoilt(self, ticker: str) -> Fault:
        """The fault for the next chart of a ticker, counting it."""
        if ticker in self.faults:
            return self.faults[ticker]
        if self.faulty_for is not None:
            if self.faulty_for <= 0:
                return Fault.NONE
            self.faulty_for -= 1
        return self.fault

    def session(self) -> Any:
        """A session for `YahooSource(session=...)` that finds Yahoo here."""
        return loopback_session(self.address)


def loopback_session(address: str, seconds: float = 3.0) -> Any:
    """The project's own session, with every host of yahoo.com sent to `address` instead."""

    class Loopback(session_type()):  # type: ignore[misc]
        connect = other = bars = seconds
        rate, pause, longest, patience = 2000.0, 0.01, 0.4, 0.8

        def request(self, method: Any, url: str, **options: Any) -> Any:
            parts = urlsplit(url)
            host = parts.hostname or ""
            if host != "yahoo.com" and not host.endswith(".yahoo.com"):
                raise AssertionError(f"{url} would leave this machine")
            here = urlunsplit(("http", address, f"/{host}{parts.path}", parts.query, ""))
            return super().request(method, here, **options)

    return Loopback(impersonate="chrome", trust_env=False)


@contextmanager
def yahoo_server() -> Iterator[Yahoo]:
    """Serve until the block ends; afterwards nobody answers at that address."""
    with serving(_Handler) as server:
        yahoo = Yahoo(f"127.0.0.1:{server.server_address[1]}")
        server.yahoo = yahoo  # type: ignore[attr-defined]
        yield yahoo


class _Handler(BaseHTTPRequestHandler):
    server: Any

    def do_GET(self) -> None:
        yahoo: Yahoo = self.server.yahoo
        yahoo.asked.append(unquote(self.path))
        yahoo.moments.append(clock.monotonic())
        path = unquote(urlsplit(self.path).path)
        if CHART in path:
            self._chart(yahoo, path.partition(CHART)[2])
        elif yahoo.fault is Fault.SILENT:
            clock.sleep(5)
        elif yahoo.fault is Fault.RATE_LIMITED:
            self._send(429, "Edge: Too Many Requests", "text/html")
        elif path.endswith("/v1/test/getcrumb"):
            self._send(200, yahoo.crumb, "text/plain")
        else:
            self._send(404, "{}", "application/json")

    def _chart(self, yahoo: Yahoo, ticker: str) -> None:
        fault = yahoo.spoilt(ticker)
        clock.sleep(yahoo.delay)
        if fault is Fault.DROPPED:
            self.connection.close()
            self.close_connection = True
        elif fault is Fault.SILENT:
            clock.sleep(5)
        elif fault is Fault.RATE_LIMITED:
            self._send(429, "Edge: Too Many Requests", "text/html")
        elif fault is Fault.SERVER_ERROR:
            self._send(500, "<html>Internal Server Error</html>", "text/html")
        elif fault is Fault.SERVER_REFUSAL:
            self._json(500, _refusal("Internal Server Error", "try again"))
        elif fault is Fault.UNAVAILABLE:
            self._send(503, "<html>Will be back soon</html>", "text/html")
        elif fault is Fault.UNAUTHORIZED or (
            fault is Fault.STALE_CRUMB and f"crumb={yahoo.crumb}" not in self.path
        ):
            why = {"code": "Unauthorized", "description": "Invalid Crumb"}
            self._json(401, {"finance": {"result": None, "error": why}})
        elif fault is Fault.NULL:
            self._json(200, {"chart": {"result": None, "error": None}})
        elif fault is Fault.PAGE:
            self._send(200, "<html>Before you continue</html>", "text/html")
        elif fault is Fault.NONSENSE:
            self._json(200, {"chart": {"result": [{"meta": 1, "timestamp": "x"}], "error": None}})
        elif fault is Fault.EMPTY:
            self._json(200, {"chart": {"result": [], "error": None}})
        elif ticker not in yahoo.lines:
            why = "No data found, symbol may be delisted"
            self._json(404, _refusal("Not Found", why))
        else:
            content = json.dumps(_answer(ticker, yahoo.lines[ticker], self._window()))
            cut = len(content) // 2 if fault is Fault.TRUNCATED else len(content)
            if fault is Fault.CUT:
                self._send(200, content, "application/json", len(content) // 2)
            elif fault is Fault.DRIP:
                self._drip(content.encode())
            else:
                self._send(200, content[:cut], "application/json")

    def _window(self) -> tuple[float, float]:
        query = parse_qs(urlsplit(self.path).query)
        if "period1" not in query:
            return float("inf"), float("inf")
        return float(query["period1"][0]), float(query["period2"][0])

    def _json(self, status: int, body: dict[str, Any]) -> None:
        self._send(status, json.dumps(body), "application/json")

    def _send(self, status: int, content: str, kind: str, cut: int | None = None) -> None:
        """An answer; `cut`: hang up after that many bytes."""
        body = content.encode()
        self._head(status, kind, len(body))
        self.wfile.write(body[:cut])
        if cut is not None:
            self.close_connection = True

    def _head(self, status: int, kind: str, length: int) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length))
        if status == 429 and self.server.yahoo.retry_after:
            self.send_header("Retry-After", self.server.yahoo.retry_after)
        self.end_headers()

    def _drip(self, body: bytes) -> None:
        self._head(200, "application/json", len(body))
        for place in range(len(body)):
            try:
                self.wfile.write(body[place : place + 1])
            except OSError:  # nobody listens any more
                return
            clock.sleep(0.02)

    def date_time_string(self, timestamp: float | None = None) -> str:
        now = self.server.yahoo.now
        return format_datetime(now, usegmt=True) if now else super().date_time_string(timestamp)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


def _refusal(code: str, description: str) -> dict[str, Any]:
    return {"chart": {"result": None, "error": {"code": code, "description": description}}}


def _answer(ticker: str, line: Line, window: tuple[float, float]) -> dict[str, Any]:
    first, end = window
    listed = sorted([*line.rows.items(), *line.again.items()], key=lambda row: row[0])
    days = [day for day, _ in listed if first <= line.stamp(day) < end]
    result: dict[str, Any] = {"meta": _meta(ticker, line), "indicators": {"quote": [{}]}}
    if days:
        columns = ("open", "high", "low", "close", "volume")
        shown = (row for day, row in listed if first <= line.stamp(day) < end)
        table = zip(*shown, strict=True)
        quote = {name: list(values) for name, values in zip(columns, table, strict=True)}
        result["timestamp"] = [line.stamp(day) for day in days]
        result["indicators"] = {
            "quote": [quote],
            "adjclose": [{"adjclose": _adjusted(line, days, quote["close"])}],
        }
    events = _events(line, window)
    if events:
        result["events"] = events
    return {"chart": {"result": [result], "error": None}}


def _adjusted(line: Line, days: list[date], closes: list[float | None]) -> list[float]:
    """Half the close, less what is still to be paid, as Yahoo takes it off."""
    factor, adjusted = 0.5, []
    for place in range(len(days) - 1, -1, -1):
        adjusted.append(factor * (closes[place] or 0.0))
        before = closes[place - 1] if place else None
        if before and place:
            paid = line.dividends.get(days[place], 0.0) + line.gains.get(days[place], 0.0)
            factor *= 1 - paid / before
    return adjusted[::-1]


def _meta(ticker: str, line: Line) -> dict[str, Any]:
    zone = ZoneInfo(line.timezone)
    offset = datetime(2025, 1, 1, tzinfo=UTC).astimezone(zone).utcoffset()
    seconds = int(offset.total_seconds()) if offset is not None else 0
    meta: dict[str, Any] = {}
    if line.trades_until is not None:
        last = max(line.rows)
        until = datetime.combine(last, line.trades_until, zone)
        hours = {"timezone": "TST", "gmtoffset": seconds,
                 "start": line.stamp(last), "end": int(until.timestamp())}  # fmt: skip
        meta["currentTradingPeriod"] = {"regular": hours}
    return meta | {
        "currency": line.currency,
        "symbol": ticker,
        "exchangeName": "TST",
        "instrumentType": line.kind,
        "firstTradeDate": line.stamp(min(line.rows)) if line.rows else None,
        "regularMarketTime": line.stamp(max(line.rows)) if line.rows else 0,
        "gmtoffset": seconds,
        "timezone": "TST",
        "exchangeTimezoneName": line.told_timezone or line.timezone,
        "priceHint": 2,
        "dataGranularity": "1d",
        "range": "",
        "validRanges": ["1d", "5d", "1mo", "1y", "max"],
        **line.told_meta,
    }


def _events(line: Line, window: tuple[float, float]) -> dict[str, Any]:
    first, end = window

    def shown(days: dict[date, Any]) -> list[date]:
        return [day for day in days if first <= line.stamp(day) < end]

    paid: dict[str, dict[str, Any]] = {}
    for day in shown(line.dividends):
        stamp = line.stamp(day)
        paid[str(stamp)] = {"amount": line.told_times * line.dividends[day], "date": stamp}
        if line.dividend_currency:
            paid[str(stamp)]["currency"] = line.dividend_currency
    gains = {
        str(line.stamp(day)): {"amount": line.gains[day], "date": line.stamp(day)}
        for day in shown(line.gains)
    }
    split = {}
    for day in shown(line.splits):
        new, old = line.splits[day]
        stamp = line.stamp(day)
        split[str(stamp)] = {
            "date": stamp, "numerator": new, "denominator": old, "splitRatio": f"{new}:{old}",
        }  # fmt: skip
    named = {"dividends": paid, "capitalGains": gains, "splits": split}
    return {name: events for name, events in named.items() if events}


def bar(close: float, volume: int | None = 1000) -> Row:
    """A row around a close."""
    return (close - 0.5, close + 1.0, close - 1.0, close, volume)


def apple() -> Line:
    """Three sessions of February and one five weeks before; a dividend on the 19th."""
    return Line(
        {
            date(2025, 1, 15): bar(95.0),
            date(2025, 2, 18): bar(100.0),
            date(2025, 2, 19): bar(102.0),
            date(2025, 2, 20): bar(104.0),
        },
        dividends={date(2025, 2, 19): 0.25},
    )


def load(
    yahoo: Yahoo, store: Store, *tickers: str, today: date = TODAY, **options: Any
) -> dict[str, Bars]:
    """What a new source answers on `today`, through this server."""
    source = YahooSource(store, today=today, session=yahoo.session(), **options)
    return dict(source.load([asset_of(ticker) for ticker in tickers]))
