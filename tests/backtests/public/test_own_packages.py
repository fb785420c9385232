"""A user's own reports/, markets/ and strategies/ in the working folder, in real processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import newsfolio
from tests.support.small_runs import MARCH, flat_prices

ROOT = Path(newsfolio.__file__).parent.parent
USE = f"""
from newsfolio import Fixed
from backtests import run
result = run(Fixed(mix=((1.0, "SPY"),)), "prices", start="{MARCH[0]}", engine="kernel",
             benchmark="SPY", verdict=False, ledger="trials.sqlite")
from reports import write_pages
from pathlib import Path
folder = Path("{{out}}")
folder.mkdir()
write_pages(result, folder, False)
assert (folder / "verdict.html").is_file()
"""
"""What `result.report` does, without the tearsheet, which takes seconds."""
THEIRS = """
import markets.mine
from reports import MONTHLY
from reports.pdf import page
from strategies import OWN
assert (markets.mine.Y, MONTHLY, page(), OWN) == (2, "monthly", "pdf", 1)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's working folder: three packages of names that we have too, and prices."""
    place = tmp_path_factory.mktemp("theirs")
    flat_prices(place / "prices", SPY=100)
    files = {
        "reports/__init__.py": "MONTHLY = 'monthly'\n",
        "reports/pdf.py": "def page():\n    return 'pdf'\n",
        "markets/__init__.py": "",
        "markets/mine.py": "Y = 2\n",
        "strategies/__init__.py": "OWN = 1\n",
        "before.py": THEIRS + USE.format(out="a") + THEIRS,
        "tests/test_own.py": "def test_own():\n"
        + "".join(f"    {line}\n" for line in (USE.format(out="b") + THEIRS).splitlines()),
        "conftest.py": "import reports\n",
        "twins/reports/tables.py": "MINE = 1\n",
        "twins/markets/no_init.py": "Z = 3\n",
    }
    for name, text in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text, encoding="utf-8")
    return place


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Python in a folder, with newsfolio behind whatever lies there, as installed."""
    path = f"import sys; sys.path.append({str(ROOT)!r}); "
    code = arguments[1] if arguments[0] == "-c" else ""
    command = ["-c", f"{path}sys.path.insert(0, '')\n{code}"] if code else [*arguments]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": "" if code else str(ROOT),
                   "XDG_DATA_HOME": str(folder / "data"), "HOME": str(folder)}  # fmt: skip
    return subprocess.run(
        [sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


def test_in_a_script_that_has_imported_them_before(folder: Path) -> None:
    done = python(folder, "before.py")
    assert (done.returncode, done.stderr) == (0, "")


def test_under_pytest(folder: Path) -> None:
    done = python(folder, "-m", "pytest", "-q", "-W", "ignore", "-p", "no:cacheprovider", "tests")
    assert done.returncode == 0, done.stdout


def test_in_a_notebook(folder: Path) -> None:
    cells = [USE.format(out="c"), THEIRS]
    code = (
        "from IPython.core.interactiveshell import InteractiveShell\n"
        f"shell = InteractiveShell()\nfor cell in {cells!r}:\n"
        "    shell.run_cell(cell).raise_error()\n"
    )
    done = python(folder, "-c", code)
    assert done.returncode == 0, done.stderr


def test_a_module_of_a_name_that_we_have_is_named_once(folder: Path) -> None:
    code = "import backtests, reports.tables, reports.pages.render, markets.no_init"
    done = python(folder / "twins", "-c", code)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("newsfolio has a reports.tables of its own, which hides yours") == 1


def test_without_the_finder_it_breaks(folder: Path) -> None:
    """The test above can fail."""
    code = "import reports, sys; sys.path.append('..'); from reports import write_pages"
    done = python(folder, "-c", code)
    assert "cannot import name 'write_pages'" in done.stderr
