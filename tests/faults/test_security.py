"""Nothing that is read from elsewhere is run, and nothing is fetched unchecked."""

from __future__ import annotations

import ast
import atexit
import gc
import os
import re
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from markets.yahoo.isolation import isolated_yfinance, remove_own
from tests.support.source_tree import PACKAGES, ROOT, project_files

NEVER = {
    "pickle", "cPickle", "_pickle", "cloudpickle", "dill", "joblib", "shelve", "marshal", "yaml",
    "read_pickle", "to_pickle", "eval", "exec", "compile", "system", "popen", "literal_eval",
}  # fmt: skip


def parsed() -> dict[Path, list[ast.AST]]:
    """The syntax of every file that is run, node by node."""
    files = project_files(*PACKAGES, "benchmarks")
    return {Path(file.path): file.nodes for file in files if file.is_python}


def words(nodes: Iterable[ast.AST]) -> Iterator[tuple[int, str]]:
    """Every module that is imported and every name that is called."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.split(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, (node.module or "").split(".")[0]
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Name):
                yield node.lineno, called.id
            elif isinstance(called, ast.Attribute) and not _is_regular_expression(called):
                yield node.lineno, called.attr


def _is_regular_expression(called: ast.Attribute) -> bool:
    return isinstance(called.value, ast.Name) and called.value.id == "re"


def test_the_scan_finds_what_it_looks_for() -> None:
    text = "import pickle\nfrom yaml import load\npd.read_pickle(x)\neval(y)\nre.compile(z)\n"
    assert [word for _, word in words(ast.walk(ast.parse(text))) if word in NEVER] == [
        "pickle", "yaml", "read_pickle", "eval",
    ]  # fmt: skip


EXECUTORS = Path("backtests", "sweeps", "executors.py")
"""Hands work to processes of its own through pipes, which needs pickles and no file."""

REPLAYS = {Path("backtests", "evaluation", "lookahead", name)
           for name in ("channel.py", "replaying.py", "travelling.py")}  # fmt: skip
"""Hand a strategy to a process of ours through pipes, and its answers back."""

CELLS = Path("backtests", "evaluation", "lookahead", "literals.py")
"""Compares a value with what a cell that was run writes out, by `literal_eval`."""

TOUCHES_FILES = {"open", "read_bytes", "write_bytes", "read_text", "load", "dump", "Path"}


def test_no_file_is_unpickled_and_no_text_is_run() -> None:
    hits = [
        f"{path}:{line} {word}"
        for path, nodes in parsed().items()
        for line, word in words(nodes)
        if word in NEVER
        and not (path in {EXECUTORS, *REPLAYS} and "pickle" in word)
        and not (path == CELLS and word == "literal_eval")
    ]
    assert hits == []
    assert not {word for _, word in words(parsed()[EXECUTORS])} & TOUCHES_FILES


def test_numpy_and_parquet_are_read_without_pickle() -> None:
    for path, nodes in parsed().items():
        for node in nodes:
            if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
                raise AssertionError(f"{path}:{node.value.lineno} allow_pickle")


def test_modules_are_loaded_only_where_a_user_names_them() -> None:
    """A strategy file is code, and the README says so; so is a package of theirs with our name."""
    loaders = {"exec_module", "run_path", "run_module", "__import__"}
    places = {
        path.as_posix()
        for path, nodes in parsed().items()
        for _, word in words(nodes)
        if word in loaders
    }
    hands_on = "backtests/evaluation/lookahead/announcements.py"  # to the loader that was chosen
    same_command = "newsfolio/__main__.py"  # `python -m newsfolio` is `python -m backtests`
    assert places == {
        "backtests/strategy_loader.py", "backtests/public/own_packages.py", hands_on, same_command,
    }  # fmt: skip
    unnamed = {
        path.as_posix()
        for path, nodes in parsed().items()
        for node in nodes
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "import_module"
        and not isinstance(node.args[0], ast.Constant)
    }  # fmt: skip
    fixed = {  # names of libraries, there of those that the certifier has imported
        "markets/reference/calendar_library.py",
        "backtests/evaluation/lookahead/replay_server.py",
    }
    workers = {"benchmarks/peers/worker.py", "benchmarks/peers/cold.py"}  # our own, by a benchmark
    assert unnamed == {"backtests/strategy_loader.py", *fixed, *workers}
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "Running a strategy file runs its code" in readme
    assert "only run files that you trust" in readme


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_leaves_the_folder_of_its_parent_alone() -> None:
    """A worker ends with what its parent had to do at its end or, since Python 3.13, forgets it."""
    folder = Path(isolated_yfinance().cache._CookieDBManager.get_location())
    child = os.fork()
    if not child:
        remove_own(str(folder), os.getppid())
        atexit._clear()
        gc.collect()
        os._exit(0)
    os.waitpid(child, 0)
    assert folder.is_dir()


def test_what_yfinance_pickles_is_in_a_private_folder_of_this_process() -> None:
    yfinance = isolated_yfinance()
    folder = Path(yfinance.cache._CookieDBManager.get_location())
    assert folder.name.startswith("newsfolio-")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_certificates_are_always_checked() -> None:
    turned_off = {"verify", "cert_reqs", "check_hostname", "ssl", "insecure", "proxy_verify"}
    for path, nodes in parsed().items():
        for node in nodes:
            if isinstance(node, ast.keyword) and node.arg in turned_off:
                value = getattr(node.value, "value", True)
                assert value is not False, f"{path}:{node.value.lineno} {node.arg}=False"
            elif isinstance(node, ast.Attribute):
                assert node.attr not in ("CERT_NONE", "_create_unverified_context"), str(path)
            elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute):
                off = getattr(node.value, "value", True) is False
                assert not (off and node.targets[0].attr in turned_off), f"{path}:{node.lineno}"


def test_every_address_is_https_but_names_of_formats() -> None:
    plain = re.compile(r"http://(?!www\.w3\.org/|127\.0\.0\.1|localhost)")
    for path, nodes in parsed().items():
        for node in nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not plain.search(node.value), f"{path}:{node.lineno}"


def test_sessions_of_ours_check_certificates() -> None:
    from markets.yahoo.session import session_type

    assert session_type()(impersonate="chrome").verify is not False


def test_no_other_csv_is_written() -> None:
    """A hash, the dates and numbers of an imported line, and the cells of a table in memory."""
    places = [
        f"{path.as_posix()} {word}"
        for path, nodes in parsed().items()
        if path.parts[0] != "benchmarks"
        for _, word in words(nodes)
        if word in ("to_csv", "writer", "DictWriter", "to_excel")
    ]
    assert sorted(places) == [
        "markets/facts.py to_csv",
        "markets/folder/importing.py writer",
        "markets/reference/packed_file.py to_csv",
        "markets/reference/packed_file.py writer",
    ]
