"""`make` finds an interpreter wherever there is one, and says what it does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAKE = shutil.which("make")

pytestmark = pytest.mark.skipif(
    MAKE is None or os.name != "posix", reason="no make, or no shell for its commands"
)

OLD = "#!/bin/sh\nexit 1\n"
"""An interpreter that is too old, or none: what is asked of it fails."""

NEW = f'#!/bin/sh\nexec {sys.executable} "$@"\n'


@pytest.fixture
def planned(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """What `make` would do, with nothing on the path but what is given."""

    def run(programs: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
        for name, text in {"echo": '#!/bin/sh\necho "$@"\n', **programs}.items():
            program = tmp_path / name
            program.write_text(text)
            program.chmod(0o755)
        return subprocess.run(
            [str(MAKE), "-C", str(ROOT), f"VENV={tmp_path / 'venv'}", *words],
            env={"PATH": str(tmp_path)}, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    return run


@pytest.mark.parametrize(
    ("programs", "chosen"),
    [
        ({"python3": NEW}, "python3"),
        ({"python3": OLD, "python3.12": NEW, "python3.11": NEW}, "python3.12"),
        ({"python3": OLD, "python3.13": OLD, "python": NEW}, "python"),
    ],
)
def test_the_first_interpreter_that_is_new_enough_is_taken(
    planned: Callable[..., subprocess.CompletedProcess[str]], programs: dict[str, str], chosen: str
) -> None:
    plan = planned(programs, "-n", "run").stdout
    assert f"\n{chosen} -m venv " in plan
    assert f"with {chosen}" in plan
    assert "--editable '.[views]'" in plan
    assert "Installing newsfolio and its libraries" in plan


def test_uv_finds_one_where_the_path_has_none(
    planned: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    plan = planned({"python3": OLD, "uv": OLD}, "-n", "test").stdout
    assert 'uv venv --allow-existing --seed --python ">=3.11"' in plan
    assert "uv pip install" in plan
    assert "Running the tests" in plan


def test_no_interpreter_is_one_line_that_says_so(
    planned: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    plan = planned({"python3": OLD}, "run")
    assert plan.returncode == 2
    assert (
        "no Python 3.11 or later that can make a virtual environment among: python3" in plan.stderr
    )
    assert "make PYTHON=/path/to/python3.12" in plan.stderr
