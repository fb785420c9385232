"""Names of companies and funds, to stand beside their tickers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property

from newsfolio.listings import KNOWN

_COMMAND = re.compile(r"(?:newsfolio [^.;:]*|--\w+ )\Z")
"""The end of a text in which a command is being spelled: a name would break it."""


class Companies:
    """Names by ticker: those that a run's own lines have, then those of the shipped ones."""

    def __init__(self, own: Mapping[str, str] | None = None) -> None:
        self._own = own or {}

    def of(self, ticker: str) -> str:
        """The name of a line; "" where none is known, or where it says no more than the ticker."""
        shipped = KNOWN.get(ticker)
        name = self._own.get(ticker) or (shipped.name if shipped else "")
        return "" if name.casefold() == ticker.casefold() else name

    def beside(self, ticker: str) -> str:
        """Ticker and name, as a list shows a line."""
        name = self.of(ticker)
        return f"{ticker} {name}" if name else ticker

    def told(self, text: str) -> str:
        """A sentence in which each ticker has its name where it first stands."""
        seen: set[str] = set()

        def named(match: re.Match[str]) -> str:
            ticker = match[0]
            if ticker in seen or _COMMAND.search(text, 0, match.start()):
                return ticker
            seen.add(ticker)
            name = self.of(ticker)
            return ticker if text.startswith(f" {name}", match.end()) else self.beside(ticker)

        return self._tickers.sub(named, text)

    @cached_property
    def _tickers(self) -> re.Pattern[str]:
        tickers = sorted({*self._own, *KNOWN}, key=len, reverse=True)
        return re.compile(
            rf"(?<![\w.^=/,-])(?:{'|'.join(map(re.escape, tickers))})(?![\w=/]|[.,-]\w)"
        )
