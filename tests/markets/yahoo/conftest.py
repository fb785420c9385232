"""A Yahoo on this machine, and a store that is two sessions behind it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from markets.store.price_store import Store
from tests.support.yahoo_pulls import BEFORE
from tests.support.yahoo_server import (
    Yahoo,
    apple,
    load,
    yahoo_server,
)


@pytest.fixture
def yahoo() -> Iterator[Yahoo]:
    with yahoo_server() as server:
        server.lines["AAPL"] = apple()
        yield server


@pytest.fixture
def store(yahoo: Yahoo, tmp_path: Path) -> Store:
    """A store in which AAPL ends on 2025-02-18."""
    kept = Store(tmp_path / "store")
    load(yahoo, kept, "AAPL", today=BEFORE)
    return kept
