"""Bad habits that a review would catch, caught before it; exceptions stand here with their reason.

A list that names what is no longer there fails too, so that the lists only grow shorter.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

from tests.support.source_tree import (
    PACKAGES,
    ROOT,
    Reported,
    SourceFile,
    generic_locals,
    imported_packages,
    imports_of_tests,
    long_bodies,
    long_files,
    many_parameters,
    optional_methods,
    private_imports,
    project_files,
    second_classes,
    source_files,
)

HOUSE = project_files(*PACKAGES)
TESTS = project_files("tests")
BENCHMARKS = project_files("benchmarks")

# --- exceptions --------------------------------------------------------------------------------

LONG_FILES = {
    "newsfolio/articles/_east_rising_claims.py": "a table: the claims of one article",
}
LONG_BODIES: dict[str, str] = {}
MANY_PARAMETERS = {
    "backtests/api.py::run": "a notebook's call: the options of a run, by name",
    "backtests/public/calls.py::check": "a notebook's call: the options of a check, by name",
    "backtests/public/calls.py::score": "a notebook's call: the options of a score, by name",
    "backtests/public/calls.py::weights": "a notebook's call: the options of weights, by name",
    "backtests/sweeps/sweep.py::sweep": "a notebook's call: the options of a sweep, by name",
}
SAME_CLASSES: dict[str, str] = {}
PRIVATE_IMPORTS: dict[str, str] = {}
OPTIONAL_METHODS = {
    "backtests/evaluation/lookahead/source_audit.py: getattr lineno": "not every node has a line",
    "backtests/evaluation/lookahead/travelling.py: getattr __dict__": "values of any kind",
    "backtests/evaluation/lookahead/travelling.py: getattr __file__": "of any module",
    "backtests/evaluation/lookahead/witness.py: getattr __file__": "of any module",
    "backtests/evaluation/lookahead/travelling.py: getattr __module__": "values of any kind",
    "backtests/evaluation/lookahead/travelling.py: getattr __qualname__": "values of any kind",
    "backtests/evaluation/lookahead/travelling.py: getattr shape": "arrays of any library",
    "backtests/simulation/decisions.py: hasattr __float__": "any number of any library is a weight",
    "backtests/strategy_loader.py: getattr __file__": "built-in modules have no file",
    "markets/reference/calendar_library.py: hasattr special_weekmasks": "few of its classes do",
    "backtests/strategy_loader.py: getattr lineno": "not every error has a line",
    "backtests/sweeps/data_needs.py: hasattr __get__": "that is what makes a descriptor",
    "markets/store/price_store.py: hasattr O_DIRECTORY": "Windows has none",
}
GENERIC_LOCALS = {
    "backtests/commands/runs.py: one": "an argument of `newsfolio diff`, as its help shows it",
}
UNIMPORTED = {
    "ipython": "a program that a test starts",
    "tzdata": "the zones of zoneinfo where the system has none",
    "mypy": "a command",
    "pandas-stubs": "types for mypy",
    "pytest-xdist": "an option of pytest",
    "ruff": "a command",
}
BROUGHT_BY = {
    "markupsafe": "jinja2, whose strings these are",
}
"""Imported packages that come with a declared one, by design of that one."""


def excused(reported: Reported, exceptions: dict[str, str]) -> None:
    """What is reported and not excused fails, and so does an excuse for nothing."""
    news = {subject: text for subject, text in reported.items() if subject not in exceptions}
    assert not news, news
    assert exceptions.keys() <= reported.keys(), "delete what is mended from the exceptions"


# --- sizes -------------------------------------------------------------------------------------


def test_a_file_has_four_hundred_lines_at_most() -> None:
    excused(long_files(HOUSE + TESTS + BENCHMARKS), LONG_FILES)


def test_a_body_has_forty_lines_at_most() -> None:
    excused(long_bodies(HOUSE + TESTS + BENCHMARKS), LONG_BODIES)


def test_a_function_has_seven_parameters_at_most() -> None:
    """Options of commands are apart: the command line is made of them."""
    functions = [file for file in HOUSE if not file.path.startswith("backtests/commands/")]
    excused(many_parameters(functions), MANY_PARAMETERS)


# --- names -------------------------------------------------------------------------------------


def test_a_class_has_a_name_of_its_own() -> None:
    """In the files of users and of commands a name may be short and common."""
    apart = ("backtests/commands/", "strategies/")
    excused(second_classes(file for file in HOUSE if not file.path.startswith(apart)), SAME_CLASSES)


def test_a_local_is_called_by_what_it_holds() -> None:
    """A noun of the field; shipped strategies stay as they are, for their code is hashed."""
    files = [file for file in HOUSE + TESTS + BENCHMARKS if not file.path.startswith("strategies/")]
    excused(generic_locals(files), GENERIC_LOCALS)


def test_private_names_stay_in_their_module() -> None:
    excused(private_imports(HOUSE + TESTS + BENCHMARKS), PRIVATE_IMPORTS)


def test_no_test_module_takes_from_another() -> None:
    excused(imports_of_tests(TESTS + BENCHMARKS), {})


def test_percentages_are_put_by_the_one_function() -> None:
    """`percent` and `signed` of newsfolio/formatting.py write 12.34 %.

    Drawings have d3's look, and an edited strategy would be another variant.
    """
    form = re.compile(r"\{[^{}]*:[^{}]*%\}")
    assert [
        f"{file.path}: {line.strip()}"
        for file in HOUSE
        if not file.path.startswith(("reports/charts/", "strategies/"))
        for line in file.lines
        if form.search(line)
    ] == []


def test_abilities_are_protocols() -> None:
    seams = [file for file in HOUSE if file.path.startswith(("markets/", "reports/", "backtests/"))]
    excused(optional_methods(seams), OPTIONAL_METHODS)


# --- dependencies ------------------------------------------------------------------------------


def plain(requirement: str) -> str:
    """The name of a distribution in `arch>=7`, as pip compares it."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\s<>=!~;\[]", requirement)[0]).lower()


def declared() -> dict[str, set[str]]:
    """Distributions by the place in pyproject.toml that names them."""
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lists = project["project"]["optional-dependencies"] | project["dependency-groups"]
    lists["runtime"] = project["project"]["dependencies"]
    return {place: {plain(requirement) for requirement in names} for place, names in lists.items()}


@cache
def distributions() -> dict[str, set[str]]:
    """Import names with the distributions that bring them, as installed here."""
    return {
        name: {plain(distribution) for distribution in brought}
        for name, brought in packages_distributions().items()
    }


def foreign(files: Iterable[SourceFile]) -> dict[str, set[str]]:
    """Imported packages that are neither Python's own nor ours, with their files."""
    ours = {*PACKAGES, "tests", "benchmarks", *sys.stdlib_module_names}
    return {name: users for name, users in imported_packages(files).items() if name not in ours}


def undeclared(
    files: Iterable[SourceFile], allowed: set[str], brought: dict[str, set[str]]
) -> Reported:
    """Imports that none of the allowed distributions brings."""
    return {
        name: ", ".join(sorted(users))
        for name, users in foreign(files).items()
        if not brought.get(name, {plain(name)}) & allowed
    }


def unimported(
    files: Iterable[SourceFile], names: set[str], brought: dict[str, set[str]]
) -> Reported:
    """Declared distributions of which nothing is imported."""
    used = {
        distribution for name in foreign(files) for distribution in brought.get(name, {plain(name)})
    }
    return dict.fromkeys(names - used, "is imported nowhere")


def test_the_house_imports_what_is_declared() -> None:
    """Extras too: who has not installed one is told which."""
    places = declared()
    allowed = places["runtime"] | places["cluster"] | places["views"] | places["excel"]
    excused(undeclared(HOUSE, allowed, distributions()), BROUGHT_BY)


def test_what_an_extra_brings_is_imported_late() -> None:
    places = declared()
    extras = places["cluster"] | places["views"] | places["excel"]
    brought = distributions()
    for file in HOUSE:
        for source, _ in file.top_imports:
            name = source.split(".")[0]
            assert not brought.get(name, {plain(name)}) & extras, f"{file.path}: {source}"


def test_tests_and_benchmarks_import_what_is_declared() -> None:
    """`second_room` is a file that a test writes; `vectorbt[rust]` brings its second engine.

    A strategy on riskfolio or cvxportfolio is certified where somebody has installed them.
    """
    allowed = set().union(*declared().values())
    brought = dict.fromkeys(("second_room", "vectorbt_rust", "riskfolio", "cvxportfolio"), "")
    excused(undeclared(TESTS + BENCHMARKS, allowed, distributions()), brought)


@pytest.mark.parametrize("place", ["runtime", "cluster", "views"])
def test_what_users_install_is_imported_by_the_house(place: str) -> None:
    reported = unimported(HOUSE, declared()[place], distributions())
    assert reported.keys() <= UNIMPORTED.keys()


def test_what_developers_install_is_imported_by_tests() -> None:
    reported = unimported(TESTS + BENCHMARKS + HOUSE, declared()["dev"], distributions())
    assert reported.keys() <= UNIMPORTED.keys()


def test_no_exception_is_for_a_package_that_is_imported() -> None:
    everything = set().union(*declared().values())
    assert UNIMPORTED.keys() <= everything
    files = TESTS + BENCHMARKS + HOUSE
    assert UNIMPORTED.keys() <= unimported(files, everything, distributions()).keys()


# --- the rules can fail ------------------------------------------------------------------------


def made(root: Path, text: str, path: str = "newsfolio/made.py") -> list[SourceFile]:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)
    return source_files(root, path.split("/")[0])


def test_the_line_after_four_hundred_is_reported(tmp_path: Path) -> None:
    assert long_files(made(tmp_path, "x = 1\n" * 400)) == {}
    assert long_files(made(tmp_path, "x = 1\n" * 401)) == {"newsfolio/made.py": "401 lines"}


@pytest.mark.parametrize(("lines", "reported"), [(40, []), (41, ["newsfolio/made.py::A.b"])])
def test_the_line_after_forty_is_reported(tmp_path: Path, lines: int, reported: list[str]) -> None:
    head = 'class A:\n    def b(\n        self,\n    ):\n        """Say.\n\n        More."""\n'
    assert list(long_bodies(made(tmp_path, head + "        x = 1\n" * lines))) == reported


def test_a_long_body_of_a_compiled_file_is_reported(tmp_path: Path) -> None:
    text = "cdef class A:\n    cdef int b(self, int c,\n               int d) except -1:\n"
    text += "        x = 1\n" * 41 + "\n    cdef int e(self):\n        return 1\n"
    assert long_bodies(made(tmp_path, text, "p/core.pyx")) == {"p/core.pyx::b": "41 lines"}


@pytest.mark.parametrize(
    ("signature", "count"),
    [("a, b, c, d, e, f, g", 0), ("a, b, c, d, e, f, *, g, h", 1), ("self, a, b, c, d, e, f, g", 0),
     ("a, b, c, d, e, f, *g, **h", 1)],
)  # fmt: skip
def test_the_eighth_parameter_is_reported(tmp_path: Path, signature: str, count: int) -> None:
    assert len(many_parameters(made(tmp_path, f"def f({signature}): ..."))) == count


def test_a_second_class_is_reported(tmp_path: Path) -> None:
    made(tmp_path, "class A: ...")
    files = made(tmp_path, "class A: ...\nclass B: ...", "newsfolio/other.py")
    assert second_classes(files) == {"A": "newsfolio/made.py, newsfolio/other.py"}


@pytest.mark.parametrize(
    ("text", "names"),
    [("found = 1", ["found"]), ("for one in x: ...", ["one"]), ("[each for each in x]", ["each"]),
     ("def f(told): ...", ["told"]), ("lambda said: 0", ["said"]),
     ("try: ...\nexcept Exception as it: ...", ["it"]), ("if (known := x): ...", ["known"]),
     ("class A:\n    told: str = ''\n    one = 2", []), ("print(found, x.told, f(one=1))", []),
     ("rows = tickers = 1", [])],
)  # fmt: skip
def test_a_generic_local_is_reported(tmp_path: Path, text: str, names: list[str]) -> None:
    reported = generic_locals(made(tmp_path, text))
    assert list(reported) == [f"newsfolio/made.py: {name}" for name in names]


def test_a_private_name_of_another_module_is_reported(tmp_path: Path) -> None:
    files = made(tmp_path, "from markets.bars import _cut\nfrom markets.bars import cut")
    assert list(private_imports(files)) == ["newsfolio/made.py: markets.bars._cut"]


def test_a_test_that_takes_from_a_test_is_reported(tmp_path: Path) -> None:
    text = "from tests.reports.test_page import page\nfrom tests.support.shell import test_it"
    assert list(imports_of_tests(made(tmp_path, text))) == [
        "newsfolio/made.py: tests.reports.test_page"
    ]


def test_a_written_name_in_getattr_is_reported(tmp_path: Path) -> None:
    files = made(tmp_path, "getattr(x, 'facts', None)\ngetattr(x, name)\nhasattr(x, 'load')")
    assert list(optional_methods(files)) == [
        "newsfolio/made.py: getattr facts", "newsfolio/made.py: hasattr load",
    ]  # fmt: skip


def test_undeclared_and_unimported_packages_are_reported(tmp_path: Path) -> None:
    files = made(tmp_path, "import json\nfrom PIL import Image\ndef late():\n    import numpy.fft")
    brought = {"PIL": {"pillow"}, "numpy": {"numpy"}}
    assert list(undeclared(files, {"numpy"}, brought)) == ["PIL"]
    assert undeclared(files, {"numpy", "pillow"}, brought) == {}
    assert list(unimported(files, {"pillow", "arch"}, brought)) == ["arch"]


def test_an_excuse_for_nothing_fails() -> None:
    excused({"a": "401 lines"}, {"a": "a table"})
    with pytest.raises(AssertionError, match="401"):
        excused({"a": "401 lines"}, {})
    with pytest.raises(AssertionError, match="mended"):
        excused({}, {"a": "a table"})


def test_an_error_names_the_libraries_of_an_extra_as_the_project_does() -> None:
    """Whoever cloned cannot install `newsfolio[views]` from an index; the libraries anybody can."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    for extra, places in {
        "views": (
            "strategies/house_views.py",
            "newsfolio/optimisers.py",
            "backtests/sweeps/walk_forward/plan.py",
        ),
        "cluster": ("backtests/sweeps/executors.py",),
        "excel": ("markets/reference/packed_file.py",),
    }.items():
        for place in places:
            text = (ROOT / place).read_text()
            assert f"pip install '{extras[extra][0]}'" in text, place
            assert "newsfolio[" not in text
