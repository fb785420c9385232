"""Tickers in the names of files, and in codes, as vendors write them: 600519.SS from sh.600519."""

from __future__ import annotations

import re
from collections.abc import Callable

ENDINGS = (".gz", ".zip", ".xlsx", ".csv", ".parquet", ".txt")
"""As they are taken off a name: `AAPL.csv.gz` is of AAPL."""

_SUFFIXES = {
    "US": "", "O": "", "OQ": "", "N": "", "K": "", "UK": "L", "LSE": "L", "JP": "T", "TSE": "T",
    "XETRA": "DE", "HU": "BD", "SH": "SS", "SHG": "SS", "SHE": "SZ", "KO": "KS",
    "XSHG": "SS", "XSHE": "SZ",
    "AU": "AX", "WAR": "WA", "NSE": "NS", "BSE": "BO", "JSE": "JO", "KLSE": "KL",  # recalled
}  # fmt: skip
"""Yahoo's suffix for those of Stooq, EODHD, tushare and Refinitiv that are another."""
_STOOQ_INDICES = {
    "^SPX": "^GSPC", "^NDX": "^NDX", "^NDQ": "^IXIC", "^DJI": "^DJI", "^HSI": "^HSI",
    "^NKX": "^N225", "^DAX": "^GDAXI", "^UKX": "^FTSE", "^CAC": "^FCHI",
}  # fmt: skip
_EXCHANGES = {"SH": "SS", "SZ": "SZ", "BJ": "BJ"}
_CODES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"(SH|SZ|BJ)[._]?(\d{6})"), lambda m: f"{m[2]}.{_EXCHANGES[m[1]]}"),
    (re.compile(r"HK\.(\d{4,5})"), lambda m: _hong_kong(m[1])),
    (re.compile(r"(?:US|10[567])\.([A-Z][A-Z0-9._-]*)"), lambda m: _us(m[1])),
    (re.compile(r"(\d{1,6})\.HK"), lambda m: _hong_kong(m[1])),
    (re.compile(r"(\d{6})"), lambda m: _mainland(m[1])),
    (re.compile(r"(\d{5})"), lambda m: _hong_kong(m[1])),
    (re.compile(r"([A-Z]{3})([A-Z]{3})_D"), lambda m: _pair(m[1], m[2])),
    (re.compile(r"([A-Z0-9]{3})_D"), lambda m: f"{m[1]}.WA"),  # Stooq at home
    (re.compile(r"(\^[A-Z]+)_D"), lambda m: _STOOQ_INDICES.get(m[1], "")),
    (re.compile(r"([A-Z0-9-]+)_([A-Z]{2})_D"), lambda m: _suffixed(m[1], m[2])),
    (re.compile(r"([A-Z0-9^=-]+)\.([A-Z]{1,5})"), lambda m: _suffixed(m[1], m[2])),
    (re.compile(r"[\^A-Z][A-Z0-9^=-]*"), lambda m: m[0]),
)
_DECORATED = (
    re.compile(r"HistoricalData_(?!\d+$)(.+)"),
    re.compile(r"daily_(?:adjusted_)?(.+)"),
    re.compile(r"(.+) (?:Historical Data|Stock Price History|Historische Daten)"),
    re.compile(r"Datos históricos (?:de )?(.+)"),
    re.compile(r"(?:Download Data - )?(?:STOCK|FUND|INDEX)_US_\w+_(.+)"),
    re.compile(r"(.+)_US_Equity"),
)
_COPY = re.compile(r" ?\(\d+\)$")
_LOWER = re.compile(
    r"(?:[a-z0-9-]+\.(?:us|uk|jp|de|hk|hu)|(?:[a-z0-9-]+_[a-z]{2}|\^[a-z]+|[a-z]{6}|[a-z0-9]{3})_d"
    r"|(?:sh|sz|bj)\.?\d{6})"
)
"""What vendors write in small letters; any other word in small letters is no ticker."""


def ticker_of_file(name: str) -> str:
    """The ticker in the name of a file, "" if there is none."""
    stem = name
    for ending in ENDINGS:
        stem = stem.removesuffix(ending)
    stem = _COPY.sub("", stem)
    for form in _DECORATED:
        if match := form.fullmatch(stem):
            stem = match[1].strip()
            break
    if any(letter.islower() for letter in stem) and not _LOWER.fullmatch(stem):
        return ""
    return ticker_of_code(stem)


def ticker_of_code(code: str) -> str:
    """The ticker in Yahoo's spelling of a vendor's code, "" if it is none."""
    code = code.strip().upper()
    for form, ticker in _CODES:
        if match := form.fullmatch(code):
            return ticker(match)
    return ""


def _hong_kong(digits: str) -> str:
    return f"{int(digits):04d}.HK"


def _mainland(digits: str) -> str:
    """Six digits: Shanghai 5, 6 and 9, Shenzhen 0 to 3, Beijing 4, 8 and 92."""
    if digits.startswith(("4", "8", "92")):
        return f"{digits}.BJ"
    return f"{digits}.SS" if digits[0] in "569" else f"{digits}.SZ"


def _us(code: str) -> str:
    """A class of shares stands behind a hyphen."""
    return re.sub(r"[._]", "-", code)


def _suffixed(stem: str, suffix: str) -> str:
    if suffix in ("A", "B") and stem.isalpha():  # BRK.B
        return f"{stem}-{suffix}"
    if suffix == "HK":
        return _hong_kong(stem) if stem.isdigit() else ""
    ours = _SUFFIXES.get(suffix, suffix)
    return f"{stem}.{ours}" if ours else stem


def _pair(base: str, quoted: str) -> str:
    """Yahoo's name of an exchange rate; of dollars it leaves out the base."""
    return f"{quoted}=X" if base == "USD" else f"{base}{quoted}=X"
