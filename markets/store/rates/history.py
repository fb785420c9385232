"""The ECB's file of all reference rates: fetched, and read as a table; no store."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import numpy as np
import pandas as pd

from newsfolio.errors import BrokenData, MissingData

ADDRESS: str = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist.zip"
"""Free of charge and of any key; one row a day of the TARGET calendar since 1999-01-04."""

SECONDS = 10.0
"""Without an answer, after which there is none."""

LARGEST = 30_000_000
"""Bytes of an answer, and of what it unpacks to; the file has two million."""

_SAFE = ("https://", "http://127.0.0.1:")
"""How an address begins, the one asked and the one that answers."""

_CODE = re.compile(r"[A-Z]{3}")


def fetched(address: str | None = None, seconds: float = SECONDS) -> bytes:
    """The answer of the ECB's site; MissingData where there is none, BrokenData if it is cut."""
    address = address or ADDRESS
    if not address.startswith(_SAFE):
        raise MissingData(f"{address} is no address of the web with a certificate")
    request = Request(address, headers={"User-Agent": "newsfolio"})  # noqa: S310 (checked above)
    try:
        with urlopen(request, timeout=seconds) as answer:  # noqa: S310 (checked above)
            if not answer.url.startswith(_SAFE):
                raise MissingData(f"the ECB's site leads to {answer.url[:60]}")
            content: bytes = answer.read(LARGEST + 1)
            length = answer.headers.get("Content-Length")
    except HTTPError as error:
        raise MissingData(f"the ECB's site answers {error.code}") from error
    except (OSError, HTTPException) as error:
        raise MissingData(f"no connection to the ECB's site ({_reason(error)})") from error
    if length is not None and length.isdecimal() and len(content) < min(int(length), LARGEST):
        raise BrokenData(f"the ECB's file is cut off after {len(content)} of {length} bytes")
    return content


def _reason(error: Exception) -> str:
    return type(error.reason if isinstance(error, URLError) else error).__name__


def read(content: bytes) -> pd.DataFrame:
    """The table in an answer, zipped or plain: units for one euro by day (ascending) and currency.

    BrokenData says what is wrong with it.
    """
    try:
        text = _unzipped(content).decode("utf-8-sig")
    except (zipfile.BadZipFile, zlib.error, UnicodeDecodeError, EOFError, OSError) as error:
        raise BrokenData(f"the ECB's file cannot be read ({type(error).__name__})") from error
    header = [name.strip() for name in text.partition("\n")[0].split(",")]
    names = [name for name in header[1:] if name]
    if header[0] != "Date" or "USD" not in names or not all(map(_CODE.fullmatch, names)):
        beginning = text[:40].strip().replace("\n", " ")
        raise BrokenData(f"the ECB's file has no header Date,USD,...: it begins with {beginning!r}")
    lines = text.split("\n")
    short = [
        place for place, line in enumerate(lines[:-1], 1) if line.count(",") != len(header) - 1
    ]
    if short or lines[-1].strip():
        raise BrokenData(f"the ECB's file is cut off in line {short[0] if short else len(lines)}")
    return _table(text, names)


def _unzipped(content: bytes) -> bytes:
    if len(content) > LARGEST:
        raise BrokenData(f"the ECB's file has more than {LARGEST:,} bytes")
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        tables = [member for member in archive.infolist() if member.filename.endswith(".csv")]
        if len(tables) != 1 or tables[0].file_size > LARGEST:
            raise BrokenData("the ECB's file is no archive of one table")
        return archive.read(tables[0])


def _table(text: str, names: list[str]) -> pd.DataFrame:
    try:
        table = pd.read_csv(
            io.StringIO(text), na_values=["N/A", ""], keep_default_na=False, index_col=0,
            usecols=["Date", *names], dtype="str",
        ).map(float)  # fmt: skip
        table.index = pd.to_datetime(table.index, format="%Y-%m-%d", exact=True)
    except (ValueError, TypeError) as error:
        raise BrokenData(f"the ECB's file has what is no day or no rate: {error}") from error
    table = table.rename_axis("session").sort_index()
    if table.empty or table.index.has_duplicates or table.index.hasnans:
        raise BrokenData("the ECB's file has no row, or a day twice")
    wrong = ~((table > 0) & np.isfinite(table)) & table.notna()
    if wrong.to_numpy().any():
        row, column = (int(at[0]) for at in np.nonzero(wrong.to_numpy()))
        day, name = f"{table.index[row]:%Y-%m-%d}", str(table.columns[column])
        raise BrokenData(f"the ECB's file has {table.iat[row, column]!s} for {name} on {day}")
    return table.dropna(axis="columns", how="all")
