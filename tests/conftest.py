"""Fixtures that several rooms share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.shell import Shell


@pytest.fixture(scope="session")
def prices() -> Path:
    """The folder of real prices, where this machine has it."""
    root = os.environ.get("NEWSFOLIO_DATA")
    folder = Path(root) / "prices" if root else None
    if folder is None or not folder.is_dir():
        pytest.skip("real prices: set NEWSFOLIO_DATA to a folder that holds prices/")
    return folder


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """The command line in an empty working folder, with nothing of the user's in reach."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return Shell(tmp_path, capsys)
