"""What sites let one download: nasdaq.com, investing.com, Stooq, MarketWatch, Google."""

from __future__ import annotations

import re

import numpy as np

from markets.folder.formats.cells import Dates, Numbers
from markets.folder.formats.columns import ColumnFormat, Draft
from markets.folder.formats.format import About, Adjusted, Format, Quotes
from markets.folder.formats.head import Head
from markets.folder.formats.yahoo import READINGS

_OHLCV = ("Open", "High", "Low", "Close", "Volume")
_PLAIN = {name: name for name in ("Date", *_OHLCV)}
_SPLIT_ONLY = "adjusted for splits, not for dividends"
_FULL = "adjusted for splits and dividends, volume with them"
_DOLLARS = {name: Numbers(money="$", blank=("n/a",)) for name in _OHLCV}

NASDAQ = ColumnFormat(
    "nasdaq",
    About("nasdaq.com", "`Date,Close/Last,Volume,Open,High,Low`", "split",
          "shares, split-adjusted", "newest first", "01/31/2026"),
    {"Date": "Date", "Close/Last": "Close", "Volume": "Volume", "Open": "Open", "High": "High",
     "Low": "Low"},
    Adjusted.SPLITS, _SPLIT_ONLY, dates=Dates.MONTH_FIRST, numbers=_DOLLARS,
)  # fmt: skip


# --- investing.com -----------------------------------------------------------------------------


def _without_holidays(draft: Draft) -> Quotes:
    """Less rows of days on which the exchange was closed: the close before, and no volume."""
    close = draft["Close"]
    before = np.concatenate([[np.nan], close[:-1]])
    still = np.logical_and.reduce(
        [draft[name] == before for name in ("Open", "High", "Low", "Close")]
    )
    blank = np.nan_to_num(draft["Volume"]) == 0
    if not blank.all():
        draft = draft.without(
            still & blank, "that repeat the close before, without a volume, dropped"
        )
    return draft.assumed(Adjusted.SPLITS, f"{_SPLIT_ONLY} (recalled)", "volume to three digits")


def _investing(name: str, language: str, header: str, decimal: str, dates: Dates) -> ColumnFormat:
    ours = ("Date", "Close", "Open", "High", "Low", "Volume", "")
    prices = Numbers(decimal, blank=("-",))
    numbers = dict.fromkeys(_OHLCV[:4], prices)
    numbers["Volume"] = Numbers(decimal, blank=("-",), letters=True)
    about = About(
        f"investing.com ({language})", f"`{header}`", "split (recalled)",
        "shares, to three digits (`54.79M`)", "newest first", dates.value,
    )  # fmt: skip
    columns = dict(zip(header.split(","), ours, strict=True))
    return ColumnFormat(
        name, about, columns, dates=dates, numbers=numbers, finish=_without_holidays
    )


INVESTING = (
    _investing("investing", "English", "Date,Price,Open,High,Low,Vol.,Change %", ".",
               Dates.BY_FILE),
    _investing("investing-de", "German", "Datum,Zuletzt,Eröffn.,Hoch,Tief,Vol.,+/- %", ",",
               Dates.DOTTED),
    _investing("investing-es", "Spanish", "Fecha,Último,Apertura,Máximo,Mínimo,Vol.,% var.", ",",
               Dates.DOTTED),
)  # fmt: skip


# --- one header, several vendors ---------------------------------------------------------------

_QUOTED_VOLUME = re.compile(r'"\d{1,3}(,\d{3})+"')
_SLASHES = re.compile(r"\d{1,2}/\d{1,2}/\d{2,4}")
_CLOCK = re.compile(r"\d{1,4}[./]\d{1,2}[./]\d{1,4},? \d{1,2}:\d\d(:\d\d)?")
_STOOQ_NAME = re.compile(
    r"(?:[a-z0-9-]+_[a-z]{2}|\^[a-z]+|[a-z]{6}|[a-z0-9]{3})_d(?: ?\(\d+\))?\.csv"
)


def _slashed_and_quoted(head: Head) -> bool:
    dated = bool(_SLASHES.fullmatch(head.cell("Date")))
    return dated and bool(_QUOTED_VOLUME.search(head.text))


MARKETWATCH = ColumnFormat(
    "marketwatch",
    About("MarketWatch or WSJ", "`Date,Open,High,Low,Close,Volume`, slashed dates, volumes such as "
          '`"1,234,567"`', "split (recalled)", "shares", "newest first", "01/31/2026"),
    _PLAIN, Adjusted.SPLITS, f"{_SPLIT_ONLY} (recalled)", optional=frozenset({"Volume"}),
    dates=Dates.MONTH_FIRST, numbers={name: Numbers(money="$", blank=("n/a",)) for name in _OHLCV},
    tells=_slashed_and_quoted,
)  # fmt: skip
GOOGLE = ColumnFormat(
    "googlefinance",
    About("GOOGLEFINANCE", "`Date,Open,High,Low,Close,Volume`, dates with the time of the close",
          "split (recalled)", "shares", dates="1/31/2026 16:00:00, by locale"),
    _PLAIN, Adjusted.SPLITS, f"{_SPLIT_ONLY} (recalled)",
    optional=frozenset(_OHLCV) - {"Close"}, dates=Dates.BY_FILE,
    tells=lambda head: bool(_CLOCK.fullmatch(head.cell("Date"))),
)  # fmt: skip
STOOQ = ColumnFormat(
    "stooq",
    About("Stooq", "`Date,Open,High,Low,Close,Volume` in a file called `aapl_us_d.csv`", "full",
          "shares, scaled with the price"),
    _PLAIN, Adjusted.FULL, _FULL,
    optional=frozenset({"Volume"}),
    tells=lambda head: bool(_STOOQ_NAME.fullmatch(head.path.name)),
)  # fmt: skip
STOOQ_POLISH = ColumnFormat(
    "stooq-pl",
    About("Stooq in Polish", "`Data,Otwarcie,Najwyzszy,Najnizszy,Zamkniecie,Wolumen` (recalled)",
          "full", "shares, scaled with the price"),
    {"Data": "Date", "Otwarcie": "Open", "Najwyzszy": "High", "Najnizszy": "Low",
     "Zamkniecie": "Close", "Wolumen": "Volume"},
    Adjusted.FULL, _FULL, optional=frozenset({"Wolumen"}),
)  # fmt: skip


def _daily(draft: Draft) -> Quotes:
    for row, period in enumerate(draft.texts["Period"]):
        if period != "D":
            rule = f"<PER> {period[:20]!r}: bars of another period than a day"
            raise draft.table.text.error(row, rule, "Fetch the daily file.")
    return draft.quotes(Adjusted.FULL, _FULL)


_STOOQ_PLACES = ("US", "UK", "DE", "JP", "HK", "HU")


def _stooq_code(code: str) -> str:
    """With Warsaw's suffix, which Stooq leaves out; "" for futures (.F), crypto (.V), bonds (.B).

    Those suffixes are of other venues at Yahoo: CL.F is in Frankfurt there.
    """
    stem, dot, suffix = code.strip().upper().partition(".")
    if not dot and len(stem) == 3:
        return f"{stem}.WA"
    return code if not dot or suffix in _STOOQ_PLACES else ""


class _StooqBulk(ColumnFormat):
    """Rows with codes that are nobody else's."""

    def _ticker(self, code: str) -> str:
        return super()._ticker(_stooq_code(code))


STOOQ_BULK = _StooqBulk(
    "stooq-bulk",
    About("Stooq, all lines", "`<TICKER>,<PER>,<DATE>,<TIME>,…`", "full",
          "shares, scaled with the price", dates=Dates.COMPACT.value),
    {"<TICKER>": "Code", "<PER>": "Period", "<DATE>": "Date", "<TIME>": "", "<OPEN>": "Open",
     "<HIGH>": "High", "<LOW>": "Low", "<CLOSE>": "Close", "<VOL>": "Volume", "<OPENINT>": ""},
    dates=Dates.COMPACT, finish=_daily,
)  # fmt: skip


def _by_what_is_told(draft: Draft) -> Quotes:
    """Columns that say nothing of what they are adjusted for."""
    stated = draft.told.adjusted
    if stated is None:
        return draft.quotes(Adjusted.UNSAID, readings=READINGS)
    return draft.quotes(stated, draft.told.said)


PLAIN = ColumnFormat(
    "plain",
    About("plain columns", "`Date,Open,High,Low,Close,Volume`, and nothing that tells whose",
          "not said: refused, unless `--vendor` says it; an index or a rate is read"),
    {**_PLAIN, **{name.lower(): name for name in _PLAIN}},
    optional=frozenset({*_PLAIN, *(name.lower() for name in _PLAIN)}), dates=Dates.BY_FILE,
    numbers=_DOLLARS, finish=_by_what_is_told,
    tells=lambda head: {"open", "high", "low", "close", "date"}
    <= {name.casefold() for name in head.header},
)  # fmt: skip

FORMATS: tuple[Format, ...] = (
    NASDAQ, *INVESTING, STOOQ_BULK, STOOQ, STOOQ_POLISH, GOOGLE, MARKETWATCH, PLAIN,
)  # fmt: skip
