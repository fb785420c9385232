"""What terminals export: Bloomberg's history with a title above it, Refinitiv's table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from markets.folder.formats.cells import Dates, Numbers
from markets.folder.formats.columns import ColumnFormat, Draft
from markets.folder.formats.format import About, Adjusted, Format, Told
from markets.folder.formats.head import Head
from markets.folder.names import ticker_of_code
from markets.reference.csv_file import Row, csv_rows

_NOT_KNOWN = ("#n/a n/a", "#n/a", "#n/a field not applicable", "#n/a invalid security", "n.a.")
_PRICES = ("Open", "High", "Low", "Close", "Volume")
_NUMBERS = dict.fromkeys(_PRICES, Numbers(blank=_NOT_KNOWN))

_COUNTRIES = {
    country: suffix
    for suffix, countries in (
        ("", "US UN UW UQ UR UA UP"), ("HK", "HK"), ("L", "LN"), ("SS", "C1 CG"), ("SZ", "C2 CS"),
        ("DE", "GY GR"), ("PA", "FP"), ("AS", "NA"), ("MI", "IM"), ("MC", "SM"), ("SW", "SW SE"),
        ("T", "JP JT"), ("TW", "TT"), ("KS", "KS KP"), ("AX", "AU AT"), ("TO", "CN CT"),
        ("SI", "SP"), ("ST", "SS"), ("NS", "IN IS"), ("BO", "IB"), ("SA", "BZ BS"), ("JO", "SJ"),
    )
    for country in countries.split()
}  # fmt: skip
"""Yahoo's suffix behind Bloomberg's codes of countries and exchanges; recalled."""
_INDICES = {
    "SPX": "^GSPC", "NDX": "^NDX", "CCMP": "^IXIC", "INDU": "^DJI", "HSI": "^HSI",
    "HSCEI": "^HSCE", "NKY": "^N225", "UKX": "^FTSE", "DAX": "^GDAXI", "CAC": "^FCHI",
    "SX5E": "^STOXX50E", "VIX": "^VIX", "KOSPI": "^KS11", "TWSE": "^TWII",
}  # fmt: skip
_SERIAL = re.compile(r"[1-9]\d{4}(?:\.0)?")
_FIRST = date(1899, 12, 30)
"""From where Excel counts days."""


def bloomberg_ticker(security: str) -> str:
    """`700 HK Equity` as 0700.HK, `SPX Index` as ^GSPC; "" for what is neither."""
    words = security.upper().split()
    if len(words) == 2 and words[1] == "INDEX":
        return _INDICES.get(words[0], "")
    if len(words) == 2 and words[1] == "CURNCY" and re.fullmatch(r"[A-Z]{6}", words[0]):
        base, quoted = words[0][:3], words[0][3:]
        return f"{quoted}=X" if base == "USD" else f"{words[0]}=X"
    if len(words) != 3 or words[2] != "EQUITY":
        return ""
    code, country = words[0].replace("/", "-"), words[1]
    if country == "CH" and re.fullmatch(r"\d{6}", code):
        return ticker_of_code(code)
    if country not in _COUNTRIES:
        return ""
    if country == "HK" and code.isdigit():
        code = f"{int(code):04d}"
    suffix = _COUNTRIES[country]
    return f"{code}.{suffix}" if suffix else code


@dataclass(frozen=True)
class BloombergFormat(ColumnFormat):
    """A table of BDH below a title, or without one; days as dates or as Excel's numbers."""

    def has_columns(self, head: Head) -> bool:
        return self._header(head) is not None

    def lines(self, head: Head) -> tuple[str, ...]:
        titles = (row for _, row in head.rows if len(row) > 1)
        security = next((row[1] for row in titles if row[0].casefold() == "security"), "")
        return tuple(filter(None, [bloomberg_ticker(security)]))

    def draft(self, head: Head, ticker: str, vendor: Told) -> Draft:
        """With a word on fields that are not read."""
        header = self._header(head)
        strange = [name for name in (header[1] if header else ()) if name not in self.columns]
        ignored = f"columns ignored: {', '.join(strange)[:80]}" if strange else ""
        return super().draft(head, ticker, vendor).saying(ignored)

    def _names(self, head: Head) -> list[str]:
        header = self._header(head)
        return [self.columns.get(name, "") for name in header[1]] if header else []

    def _rows(self, head: Head, ticker: str) -> Iterator[Row]:
        header = self._header(head)
        place = self._names(head).index("Date")
        for line, row in csv_rows(head.path, head.encoding, head.delimiter):
            if header is not None and line > header[0]:
                yield (
                    line,
                    [*row[:place], _as_day(row[place]), *row[place + 1 :]]
                    if (len(row) > place)
                    else row,
                )

    def _header(self, head: Head) -> Row | None:
        return next(((line, row) for line, row in head.rows
                     if "PX_LAST" in row and {"Date", "Dates"} & set(row)), None)  # fmt: skip


def _as_day(cell: str) -> str:
    """A day that Excel counted as a date; any other cell as it is."""
    if not _SERIAL.fullmatch(cell.strip()):
        return cell
    return (_FIRST + timedelta(days=int(float(cell)))).isoformat()


BLOOMBERG = BloombergFormat(
    "bloomberg",
    About("Bloomberg", "a header with `PX_LAST`, with `Security,AAPL US Equity` above it or not",
          "split (default of the terminal, recalled)", "shares", "either way",
          "01/31/2026 or 31.01.2026, by locale; Excel's numbers"),
    {"Date": "Date", "Dates": "Date", "PX_LAST": "Close", "PX_OPEN": "Open", "PX_HIGH": "High",
     "PX_LOW": "Low", "PX_VOLUME": "Volume", "VOLUME": "Volume"},
    Adjusted.SPLITS, "adjusted for splits, not for dividends (the terminal's default, recalled)",
    dates=Dates.BY_FILE, numbers=_NUMBERS,
)  # fmt: skip
REFINITIV = ColumnFormat(
    "refinitiv",
    About("Refinitiv (LSEG)", "`Instrument,Date,Price Close,…`", "split (recalled)", "shares",
          dates="2026-01-02T00:00:00Z"),
    {"Instrument": "Code", "Date": "Date", "Price Close": "Close", "Price Open": "Open",
     "Price High": "High", "Price Low": "Low", "Volume": "Volume"},
    Adjusted.SPLITS, "adjusted for splits, not for dividends (recalled)",
    optional=frozenset({"Price Open", "Price High", "Price Low", "Volume"}), numbers=_NUMBERS,
)  # fmt: skip

FORMATS: tuple[Format, ...] = (BLOOMBERG, REFINITIV)
