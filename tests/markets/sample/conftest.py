"""The sample market is made anew for each of its own tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from markets.bars import Bars
from markets.sample import source


@pytest.fixture(autouse=True)
def made_anew(sample_once: Callable[..., Bars], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "_bars", sample_once)
