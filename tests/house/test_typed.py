"""Who installs newsfolio has its types: what goes into the wheel, and what mypy makes of it."""

from __future__ import annotations

import inspect
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

import newsfolio
from backtests.api import RunArguments, run
from backtests.settings import RunSettings, Settings
from tests.support.source_tree import PACKAGES

ROOT = Path(newsfolio.__file__).parent.parent
USER = """
from dataclasses import dataclass
from backtests import Result, check, claims, compare, load, run, score, sweep, weights
from newsfolio import Article, Strategy, View

@dataclass(frozen=True)
class Mine(Strategy):
    lookback: int = 126
    universe = ("SPY", "TLT")
    def weights(self, view: View) -> dict[str, float]:
        reveal_type(view.today)
        return {"SPY": 1.0}

result = run(Mine(), data="sample")
reveal_type(result)
reveal_type(result.verdict)
reveal_type(result.doubts)
reveal_type(result.notes)
reveal_type(compare(result, "abc-basket").conclusion)
reveal_type(claims("003", "sample").table)
reveal_type(check(Mine()).honesty)
reveal_type(weights(Mine()).weights)
reveal_type(score(result))
reveal_type(sweep(Mine))
reveal_type(load("x").equity)
if result.evaluation is not None:
    reveal_type(result.evaluation["scored"]["sessions"])
run(3)
result.metrics["cagr"] + "x"
run(Mine(), cash="many")
sweep(Mine, fee=0.1)
"""
REVEALED = [
    "datetime.date", "backtests.records.result.Result",
    "backtests.records.run_verdict.RunVerdict | None", "reports.tables.doubts.Doubts",
    "tuple[str, ...]", "str", "pandas.core.frame.DataFrame", "backtests.evaluation.schema.Honesty",
    "typing.Mapping[str, float]", "backtests.records.result.Result",
    "backtests.sweeps.sweep.SweepResult", "pandas.core.series.Series[Any]", "int",
]  # fmt: skip


def packaged(target: Path) -> Path:
    """Our packages as the wheel has them: modules, and what `package-data` lets in."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]["*"]
    for package in PACKAGES:
        for folder in [ROOT / package, *(ROOT / package).rglob("*/")]:
            if folder.name == "__pycache__":
                continue
            place = target / folder.relative_to(ROOT)
            place.mkdir(parents=True, exist_ok=True)
            for pattern in ["*.py", *patterns]:
                for path in folder.glob(pattern):
                    shutil.copy(path, place)
    return target


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment in which newsfolio is installed, beside what it needs."""
    place = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", place], check=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    site = packaged(place / "lib" / version / "site-packages")
    others = [path for path in sys.path if path.endswith("site-packages")]
    (site / "others.pth").write_text("\n".join([*others, sysconfig.get_path("purelib")]))
    return place / "bin" / "python"


def test_each_package_says_that_it_is_typed(installed: Path) -> None:
    (site,) = installed.parents[1].glob("lib/*/site-packages")
    assert all((site / package / "py.typed").is_file() for package in PACKAGES)


def test_a_users_mypy_sees_types(installed: Path, tmp_path: Path) -> None:
    """With a cache of its own that stays: eight seconds go into pandas and numpy, once."""
    (tmp_path / "mine.py").write_text(USER, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--python-executable", installed,
         "--cache-dir", ROOT / ".mypy_cache" / "users", "mine.py"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    revealed = [line.split('"')[1] for line in done.stdout.splitlines() if "Revealed" in line]
    assert revealed == REVEALED, done.stdout
    errors = [line for line in done.stdout.splitlines() if " error: " in line]
    assert [error.split(":")[1] for error in errors] == ["28", "29", "29", "30", "31"], done.stdout


def test_an_editable_installation_is_a_path() -> None:
    """Without a folder of packages that is named, setuptools makes it an import hook.

    Type checkers read paths alone, so that whoever runs `make` would see no types.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["setuptools"]["package-dir"] == {"": "."}


def test_what_a_notebook_may_set_is_what_there_is() -> None:
    assert RunSettings.__annotations__.keys() == {field.name for field in fields(Settings)}
    taken = set(inspect.signature(run).parameters) - {"strategy", "data", "settings"}
    assert RunArguments.__annotations__.keys() == taken | RunSettings.__annotations__.keys()
