"""Yahoo's chart as it sends it, as far as it is read. Any part may be absent, or another thing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypedDict, TypeVar, cast

if TYPE_CHECKING:
    from curl_cffi.requests import Response

Part = TypeVar("Part")


class PaidDividend(TypedDict, total=False):
    """amount: in `currency`, which is left out where it is that of the prices; date: in seconds."""

    amount: float
    currency: str
    date: float


class ChartEvents(TypedDict, total=False):
    """What happened to a line, by the second as text."""

    dividends: Mapping[str, PaidDividend]


class TradingPeriod(TypedDict, total=False):
    """From when to when a venue is open, in seconds."""

    start: int
    end: int


class TradingPeriods(TypedDict, total=False):
    """Of the day of the answer."""

    regular: TradingPeriod


class ChartMeta(TypedDict, total=False):
    """What the chart is about. dataGranularity: "1d" for daily bars."""

    currency: str
    symbol: str
    dataGranularity: str
    exchangeTimezoneName: str
    currentTradingPeriod: TradingPeriods


class ChartQuote(TypedDict, total=False):
    """Prices by row."""

    close: list[float | None]


class ChartIndicators(TypedDict, total=False):
    """One quote."""

    quote: list[ChartQuote]


class ChartLine(TypedDict, total=False):
    """The one line that a chart is about. timestamp: of its rows, in seconds."""

    meta: ChartMeta
    timestamp: list[float]
    events: ChartEvents | None
    indicators: ChartIndicators


class YahooChart(TypedDict, total=False):
    """A chart, {} where an answer has none."""

    result: list[ChartLine]


def chart_of(answer: Response | None) -> YahooChart:
    """The chart object of an answer."""
    try:
        chart = json.loads(answer.content)["chart"] if answer is not None else {}
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    return object_of(cast(YahooChart, chart))


def line_of(chart: YahooChart) -> ChartLine:
    """The one line that a chart is about, {} if it has none."""
    results = chart.get("result")
    return object_of(results[0]) if isinstance(results, list) and results else {}


def object_of(part: Part | None) -> Part:
    """A part that is an object; {} where another thing stands in its place, or nothing."""
    return cast(Part, part if isinstance(part, dict) else {})
