"""What a strategy opens is seen from its import on, in every thread; code and libraries are not."""

from __future__ import annotations

import ast
import py_compile
import sys
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from backtests import strategy_loader
from backtests.evaluation.lookahead.access_audit import AccessAudit, undeclared
from backtests.evaluation.lookahead.compiled_readers import reads
from backtests.evaluation.lookahead.source_audit import kind_of, reasons
from backtests.evaluation.lookahead.witness import ObservedStrategy, Witness

HEAD = """
from __future__ import annotations
from dataclasses import dataclass
from newsfolio import Strategy
{imports}

@dataclass(frozen=True)
class Mine(Strategy):
    universe = ("SPY", "TLT")

    def weights(self, view):
        {body}
        return {{"SPY": 1.0}}
"""


@pytest.fixture
def watch() -> Iterator[AccessAudit]:
    """Not started: what a test writes before the start is not written by who is watched."""
    watching = AccessAudit()
    yield watching
    watching.stop()


def written(folder: Path, body: str = "pass", imports: str = "") -> str:
    """The address of a strategy whose `weights` does what `body` says."""
    (folder / "data.csv").write_text("day,close\n2025-01-02,1.0\n")
    (folder / "mine.py").write_text(HEAD.format(body=body, imports=imports))
    return f"{folder / 'mine.py'}:Mine"


def asked(address: str, watch: AccessAudit | None = None) -> type:
    """Import and ask, as our own code does: through a frame of backtests."""
    if watch is not None:
        watch.start()
    cls = strategy_loader.find(address)
    ObservedStrategy(cls(), Witness()).weights(None)  # type: ignore[arg-type]
    return cls


HERE = "__import__('pathlib').Path(__file__).with_name('data.csv')"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"open({HERE}).close()", "data.csv"),
        (f"{HERE}.read_bytes()", "data.csv"),
        (f"import os; os.close(os.open({HERE}, os.O_RDONLY))", "data.csv"),
        (f"import pandas; pandas.read_csv({HERE})", "data.csv"),
        (f"import pandas; pandas.read_csv({HERE}, engine='pyarrow')", "data.csv"),
        (f"open('/proc/self/root' + str({HERE})).close()", "data.csv"),
        (f"import os; n = os.open({HERE}, 0); os.close(os.open(f'/dev/fd/{{n}}', 0)); os.close(n)",
         "data.csv"),
        (f"import os; os.listxattr({HERE})", "data.csv"),
        ("from curl_cffi import Curl; Curl().setopt(10002, b'http://127.0.0.1:9/')",
         "socket.connect http://127.0.0.1:9/"),
        (f"import numpy; numpy.memmap({HERE}, mode='r')", "data.csv"),
        ("import sqlite3; sqlite3.connect('mine.db').close()", "mine.db"),
        ("import subprocess; subprocess.run(['true'])", "subprocess.Popen true"),
        ("import socket as s; line = s.socket(); line.connect_ex(('127.0.0.1', 9)); line.close()",
         "127.0.0.1"),
        (f"import os; os.listdir({HERE}.parent)", "os.listdir"),
        ("import gc; gc.get_objects()", "gc.get_objects"),
        ("import gc; gc.get_referrers(gc)", "gc.get_referrers"),
        ("import sys; sys._getframe()", "sys._getframe"),
        ("import inspect; inspect.stack()", "sys._getframe"),
        ("import sys; sys._current_frames()", "sys._current_frames"),
        ("import sys; sys.setprofile(None)", "sys.setprofile"),
        ("(lambda: (yield))().gi_frame", "object.__getattr__ gi_frame"),
        (f"import threading as t; w = t.Thread(target=lambda: open({HERE}).close()); "
         "w.start(); w.join()", "data.csv"),
        (f"import threading as t, pandas; w = t.Thread(target=pandas.read_csv, args=({HERE},)); "
         "w.start(); w.join()", "data.csv"),
    ],
)  # fmt: skip
def test_whatever_weights_opens_is_seen(
    body: str, expected: str, tmp_path: Path, watch: AccessAudit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    asked(written(tmp_path, body), watch)
    assert any(expected in path for path in watch.seen())


def test_a_file_read_at_import_is_seen(tmp_path: Path, watch: AccessAudit) -> None:
    address = written(tmp_path, imports=f"TABLE = {HERE}.read_text()")
    watch.start()
    strategy_loader.find(address)
    assert watch.seen() == (str(tmp_path / "data.csv"),)


def test_data_in_a_file_that_is_called_code_is_seen(tmp_path: Path, watch: AccessAudit) -> None:
    address = written(tmp_path, f"open({HERE}.with_suffix('.py')).close()")
    (tmp_path / "data.py").write_text("1.0")
    asked(address, watch)
    assert watch.seen() == (str(tmp_path / "data.py"),)


def test_imports_libraries_and_the_system_do_not_count(tmp_path: Path, watch: AccessAudit) -> None:
    body = "import scipy.optimize, zoneinfo, json, helper_of_mine; zoneinfo.ZoneInfo('Asia/Tokyo')"
    (tmp_path / "helper_of_mine.py").write_text("ANSWER = 42\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(tmp_path)
        asked(written(tmp_path, body), watch)
    assert watch.seen() == ()


@pytest.mark.parametrize(
    "body",
    [
        f"open({HERE}.with_name('log.txt'), 'a').close()",
        f"place = {HERE}.with_name('own.csv'); place.write_text('1'); place.read_text()",
        "import tempfile; tempfile.TemporaryDirectory().cleanup()",
        "import traceback; traceback.format_stack and traceback.format_exc()",
        "import collections; collections.namedtuple('Pair', 'one other')",
        "import gc; gc.collect(0)",
        "from curl_cffi import Curl; Curl().setopt(13, 1)",
        "import sqlite3; sqlite3.connect(':memory:').close()",
        "import logging; logging.getLogger('quiet').debug('nothing')",
    ],
)
def test_what_tells_a_strategy_nothing_does_not_count(
    body: str, tmp_path: Path, watch: AccessAudit
) -> None:
    asked(written(tmp_path, body), watch)
    assert watch.seen() == ()


def test_a_file_that_is_moved_to_where_one_was_written_counts(
    tmp_path: Path, watch: AccessAudit
) -> None:
    body = f"own = {HERE}.with_name('own.csv'); own.write_text('1'); {HERE}.rename(own).read_text()"
    asked(written(tmp_path, body), watch)
    assert watch.seen() == (str(tmp_path / "own.csv"),)


def test_what_others_open_does_not_count(tmp_path: Path, watch: AccessAudit) -> None:
    asked(written(tmp_path), watch)
    (tmp_path / "data.csv").read_text()
    assert watch.seen() == ()


def test_nothing_is_seen_before_the_start_or_after_the_stop(tmp_path: Path) -> None:
    address, watching = written(tmp_path, f"open({HERE}).close()"), AccessAudit()
    asked(address)
    watching.start()
    watching.stop()
    asked(address)
    assert watching.seen() == ()


def test_one_that_nobody_holds_listens_no_more() -> None:
    """A notebook, and these tests, run hundreds of commands in a process."""
    watching = AccessAudit()
    watching.start()
    held = weakref.ref(watching)
    del watching
    assert held() is None


def test_declared_files_are_named_relative_to_the_strategy(
    tmp_path: Path, watch: AccessAudit
) -> None:
    cls = asked(written(tmp_path, f"open({HERE}).close()"), watch)
    assert undeclared(watch.seen(), ("data.csv",), cls) == ()
    assert undeclared(watch.seen(), (str(tmp_path / "data.csv"),), cls) == ()
    assert undeclared(watch.seen(), ("other.csv",), cls) == watch.seen()


@pytest.mark.parametrize(
    ("imports", "body", "named"),
    [
        ("import markets.folder.source", "pass", "markets.folder.source"),
        ("from backtests import api", "pass", "backtests"),
        ("", "import yfinance", "yfinance"),
        ("", "from urllib import request", "urllib"),
        ("", "import pyarrow.parquet", "pyarrow.parquet"),
        ("import gc", "gc.get_objects()", "get_objects"),
        ("import ctypes", "pass", "ctypes"),
        ("from sys import _getframe", "pass", "sys._getframe"),
        ("import sys", "sys._getframe()", "_getframe"),
        ("import importlib", "importlib.import_module('math')", "import_module"),
        ("import pandas", "pandas.read_parquet", "read_parquet"),
        ("", "view and view._history", "_history"),
    ],
)
def test_reaching_too_far_is_found_in_the_source(
    imports: str, body: str, named: str, tmp_path: Path
) -> None:
    cls = strategy_loader.find(written(tmp_path, f"if view:\n            {body}", imports))
    assert any(f"uses {named}" in reason for reason in reasons(cls))


@pytest.mark.parametrize("imports", ["import helper", "from helper import ANSWER"])
def test_a_neighbour_that_reaches_too_far_is_found(imports: str, tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("import socket\nANSWER = 42\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(tmp_path)
        cls = strategy_loader.find(written(tmp_path, imports=imports))
        assert reasons(cls) == ("helper.py line 1 uses socket: a strategy needs no network",)


@pytest.mark.parametrize("name", sorted(strategy_loader.shipped()))
def test_shipped_sources_reach_for_nothing(name: str) -> None:
    assert reasons(strategy_loader.find(name)) == ()


def test_ordinary_libraries_are_fine(tmp_path: Path) -> None:
    imports = "import math, numpy, pandas, scipy.stats, dataclasses, datetime, random, functools"
    assert reasons(strategy_loader.find(written(tmp_path, imports=imports))) == ()


def test_a_thread_of_ours_does_not_count(tmp_path: Path, watch: AccessAudit) -> None:
    from markets.folder.source import FolderSource
    from newsfolio.listings import asset_of

    folder = tmp_path / "prices"
    folder.mkdir()
    rows = "Date,Close\n2025-01-02,1\n2025-01-03,1\n"
    (folder / "SPY.csv").write_text(rows)
    worker = threading.Thread(target=FolderSource(folder).load, args=([asset_of("SPY")],))
    worker.start()
    worker.join()
    assert watch.seen() == ()


def test_a_declared_file_may_lie_above_its_strategy(tmp_path: Path, watch: AccessAudit) -> None:
    folder = tmp_path / "rules"
    folder.mkdir()
    (tmp_path / "levels.csv").write_text("1")
    above = "__import__('pathlib').Path(__file__).parents[1] / 'levels.csv'"
    address = written(folder, f"({above}).read_text()")
    cls = asked(address, watch)
    assert watch.seen() == (str(tmp_path / "levels.csv"),)
    assert undeclared(watch.seen(), ["../levels.csv"], cls) == ()
    assert undeclared(watch.seen(), ["levels.csv"], cls) == watch.seen()


def test_a_module_without_its_source_is_named(tmp_path: Path, watch: AccessAudit) -> None:
    """A table can lie in it, and nobody can read it."""
    source, compiled = tmp_path / "levels_.py", tmp_path / "hidden_levels.pyc"
    source.write_text("LEVELS = (1.0, 2.0)")
    py_compile.compile(str(source), cfile=str(compiled))
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(tmp_path)
        asked(written(tmp_path, "import hidden_levels"), watch)
    try:
        assert str(compiled) in Witness().account().seen
    finally:
        del sys.modules["hidden_levels"]


POLARS = "import polars as pl\n"


@pytest.mark.parametrize(
    ("source", "named"),
    [
        (POLARS + "pl.read_csv('x')", ["read_csv"]),
        (POLARS + "pl.scan_parquet('x').collect()", ["scan_parquet"]),
        (POLARS + "pl.io.csv.read_csv('x')", ["read_csv", "io"]),
        (POLARS + "pl.sql('from x')", ["sql"]),
        (POLARS + "getattr(pl, 'read' + '_csv')('x')", ["getattr", "pl"]),
        (POLARS + "many = [pl]", ["pl"]),
        (POLARS + "vars(pl.functions)", ["vars"]),
        ("from polars import scan_csv", ["scan_csv"]),
        ("from polars.io import csv", ["csv"]),
        ("import xarray\nxarray.open_dataset('x')", ["open_dataset"]),
        (POLARS + "pl.from_pandas(frame).select(pl.col('KWEB').mean()).item()", []),
        (POLARS + "import pandas as pd\npd.read_csv('declared.csv')", []),
        ("import xarray as xr\nxr.DataArray(values, dims=('day', 'line')).mean('day')", []),
        ("getattr(view, 'close')", []),
    ],
)
def test_compiled_packages_may_compute_and_not_read(source: str, named: list[str]) -> None:
    assert sorted(name for name, _, _ in reads(ast.parse(source))) == sorted(named)


def test_what_an_editable_installation_puts_on_the_path_is_no_file(tmp_path: Path) -> None:
    """Libraries that walk the path of imports ask for it; a file of that name is one."""
    hook = tmp_path / "__editable__.somebody-1.0.finder.__path_hook__"
    assert kind_of(str(hook)) == kind_of(f"{hook}/") == "library"
    hook.write_text("date,close\n", encoding="utf-8")
    assert kind_of(str(hook)) == "foreign"
