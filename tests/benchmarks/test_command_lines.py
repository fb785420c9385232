"""The command lines of docs/ and of the benchmarks themselves, as a fresh clone runs them."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import speed

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted(
    path
    for path in (ROOT / "benchmarks").glob("*.py")
    if '__name__ == "__main__"' in path.read_text(encoding="utf-8")
)
PAGES = (*sorted((ROOT / "docs").glob("*.md")), *SCRIPTS)
LINE = re.compile(r"python (benchmarks/\w+\.py[^`\n]*)")
LINES = sorted(
    {line.strip() for page in PAGES for line in LINE.findall(page.read_text(encoding="utf-8"))}
)
EACH = """
import runpy, sys
root, *scripts = sys.argv[1:]
sys.path[:] = [entry for entry in sys.path if entry != root]
for script in scripts:
    path, sys.path[:] = sys.path[:], [script.rpartition("/")[0], *sys.path]
    runpy.run_path(script, run_name="started")
    sys.path[:] = path
    for name in [name for name in sys.modules if name.split(".")[0] in ("benchmarks", "tests")]:
        del sys.modules[name]
"""


def test_every_script_imports_what_it_needs_where_it_is_started_as_a_file(tmp_path: Path) -> None:
    command = [sys.executable, "-I", "-c", EACH, str(ROOT), *map(str, SCRIPTS)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def test_every_script_is_documented_and_every_line_names_one() -> None:
    named = {line.split()[0].split("/")[1] for line in LINES}
    assert named == {path.name for path in SCRIPTS}


@pytest.mark.parametrize("line", [line for line in LINES if line.startswith("benchmarks/speed")])
def test_the_lines_of_the_speed_page_are_understood(line: str) -> None:
    options = shlex.split(line, comments=True)[1:]
    if options != ["--help"]:
        assert speed._options(options).parts
