"""Fixtures that several rooms share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def prices() -> Path:
    """The folder of real prices, where this machine has it."""
    root = os.environ.get("NEWSFOLIO_DATA")
    folder = Path(root) / "prices" if root else None
    if folder is None or not folder.is_dir():
        pytest.skip("real prices: set NEWSFOLIO_DATA to a folder that holds prices/")
    return folder
