"""The smallest folder of prices and the smallest strategy file that a command can be given."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.support.price_files import HEADER

HEAD = (
    "from dataclasses import dataclass\n"
    "from newsfolio import *\n\n\n"
    "@dataclass(frozen=True)\n"
    "class S(Strategy):\n"
)
MARCH = ("2024-03-01", "2024-03-28")
"""Twenty New York sessions, without a holiday between them."""


def flat_prices(folder: Path, first: str = MARCH[0], last: str = MARCH[1], **closes: float) -> Path:
    """A file a ticker (A_B is written A-B) that stands at one price on all weekdays."""
    folder.mkdir(exist_ok=True)
    days = np.arange(np.datetime64(first), np.datetime64(last) + 1)
    for name, close in closes.items():
        rows = [f"{day},{close},{close},{close},{close},{close},1000,0,0"
                for day in days[np.is_busday(days)]]  # fmt: skip
        path = folder / f"{name.replace('_', '-')}.csv"
        path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return folder


def strategy_file(folder: Path, body: str, name: str = "s.py") -> Path:
    """A file with a class S whose body is given without its indent."""
    path = folder / name
    lines = (f"    {line}".rstrip() for line in body.strip().splitlines())
    path.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    return path
