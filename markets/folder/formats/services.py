"""What services answer to programs: Alpha Vantage, Tiingo and EODHD, raw prices each."""

from __future__ import annotations

from markets.folder.formats.adjusting import by_adjusted, by_events, unadjusted
from markets.folder.formats.columns import ColumnFormat, Draft
from markets.folder.formats.format import About, Format, Quotes

_EVENTS = "split, from raw prices with splits and dividends; dividends as events"
_OHLCV = {"open": "Open", "high": "High", "low": "Low", "close": "Close", "volume": "Volume"}


def _with_events(draft: Draft) -> Quotes:
    return by_events(draft, "raw prices and volumes adjusted by the splits beside them")


def _with_adjusted(draft: Draft) -> Quotes:
    return by_adjusted(draft, "raw prices on the scale of the adjusted close")


ALPHA_VANTAGE = ColumnFormat(
    "alphavantage",
    About("Alpha Vantage, adjusted", "`timestamp,open,…,adjusted_close,…,split_coefficient`",
          _EVENTS, "shares, raw: adjusted for splits here", "newest first"),
    {"timestamp": "Date", **_OHLCV, "adjusted_close": "Adj Close", "dividend_amount": "Dividends",
     "split_coefficient": "Stock Splits"},
    finish=_with_events,
)  # fmt: skip
ALPHA_VANTAGE_RAW = ColumnFormat(
    "alphavantage-raw",
    About("Alpha Vantage, daily", "`timestamp,open,high,low,close,volume`", "raw",
          "shares, raw", "newest first"),
    {"timestamp": "Date", **_OHLCV}, finish=unadjusted,
)  # fmt: skip
TIINGO = ColumnFormat(
    "tiingo",
    About("Tiingo", "`date,close,high,low,open,volume,adjClose,…,divCash,splitFactor`", _EVENTS,
          "shares, raw: adjusted for splits here"),
    {"ticker": "Code", "date": "Date", **_OHLCV, "adjClose": "Adj Close", "adjHigh": "",
     "adjLow": "", "adjOpen": "", "adjVolume": "", "divCash": "Dividends",
     "splitFactor": "Stock Splits"},
    optional=frozenset({"ticker"}), finish=_with_events,
)  # fmt: skip
EODHD = ColumnFormat(
    "eodhd",
    About("EODHD", "`Date,Open,High,Low,Close,Adjusted_close,Volume`",
          "full: raw prices on the scale of Adjusted_close",
          "shares; raw or split-adjusted as the days around a split show"),
    {"Date": "Date", "Open": "Open", "High": "High", "Low": "Low", "Close": "Close",
     "Adjusted_close": "Adj Close", "Volume": "Volume"},
    finish=_with_adjusted, trailer=True,
)  # fmt: skip

FORMATS: tuple[Format, ...] = (ALPHA_VANTAGE, ALPHA_VANTAGE_RAW, TIINGO, EODHD)
