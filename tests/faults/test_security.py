"""What files, names and pages from elsewhere cannot do: run code, leave a folder, pose as ours."""

from __future__ import annotations

import ast
import atexit
import copy
import dataclasses
import gc
import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from backtests.records.registry import run_folder
from backtests.records.result import Result
from backtests.strategy_loader import find_article
from markets.corrections import Corrected, read_corrections
from markets.folder.source import FolderSource
from markets.store.price_store import Store
from markets.store.snapshots import SnapshotSource
from markets.yahoo.isolation import isolated_yfinance, remove_own
from newsfolio import Asset, CommandError, Facts, NewsfolioError, Strategy, UnknownName
from newsfolio.assets import NEW_YORK
from newsfolio.listings import asset_of
from newsfolio.parameters import name_of
from reports.pages.claims import claims_page
from reports.pages.index import Entry, index
from reports.pages.verdict import verdict_page
from tests.support.results import judged
from tests.support.shell import SHORT, Shell

ROOT = Path(__file__).parents[2]
ROOMS = ("newsfolio", "markets", "backtests", "reports", "strategies")
PARSED = {
    path.relative_to(ROOT): ast.parse(path.read_text(encoding="utf-8"))
    for room in (*ROOMS, "benchmarks")
    for path in sorted((ROOT / room).rglob("*.py"))
}
LEADS_OUT = ("../x", "../../etc/passwd", "/etc/passwd", "..", "a/../../x", "..\\x", "C:x", "x/y",
             "~/x", "x\x00y", ".", "")  # fmt: skip


# --- nothing that is read is run -----------------------------------------------------------------

NEVER = {
    "pickle", "cPickle", "_pickle", "cloudpickle", "dill", "joblib", "shelve", "marshal", "yaml",
    "read_pickle", "to_pickle", "eval", "exec", "compile", "system", "popen", "literal_eval",
}  # fmt: skip


def words(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every module that is imported and every name that is called."""
    for node in ast.walk(tree):
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
    assert [word for _, word in words(ast.parse(text)) if word in NEVER] == [
        "pickle", "yaml", "read_pickle", "eval",
    ]  # fmt: skip


EXECUTORS = Path("backtests", "sweeps", "executors.py")
"""Hands work to processes of its own through pipes, which needs pickles and no file."""

TOUCHES_FILES = {"open", "read_bytes", "write_bytes", "read_text", "load", "dump", "Path"}


def test_no_file_is_unpickled_and_no_text_is_run() -> None:
    found = [
        f"{path}:{line} {word}"
        for path, tree in PARSED.items()
        for line, word in words(tree)
        if word in NEVER and not (path == EXECUTORS and "pickle" in word)
    ]
    assert found == []
    assert not {word for _, word in words(PARSED[EXECUTORS])} & TOUCHES_FILES


def test_numpy_and_parquet_are_read_without_pickle() -> None:
    for path, tree in PARSED.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
                raise AssertionError(f"{path}:{node.value.lineno} allow_pickle")


def test_modules_are_loaded_only_where_a_user_names_them() -> None:
    """A strategy file is code, and the README says so."""
    loaders = {"exec_module", "run_path", "run_module", "__import__"}
    places = {
        path.as_posix()
        for path, tree in PARSED.items()
        for _, word in words(tree)
        if word in loaders
    }
    assert places == {"backtests/strategy_loader.py"}
    unnamed = {
        path.as_posix()
        for path, tree in PARSED.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "import_module"
        and not isinstance(node.args[0], ast.Constant)
    }  # fmt: skip
    fixed = {"markets/reference/calendars.py"}  # names of libraries
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
    for path, tree in PARSED.items():
        for node in ast.walk(tree):
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
    for path, tree in PARSED.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not plain.search(node.value), f"{path}:{node.lineno}"


def test_sessions_of_ours_check_certificates() -> None:
    from markets.yahoo.session import session_type

    assert session_type()(impersonate="chrome").verify is not False


# --- no name leads out of a folder -------------------------------------------------------------


def below(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", LEADS_OUT)
def test_a_ticker_stays_in_the_store(tmp_path: Path, name: str) -> None:
    store = Store(tmp_path / "store")
    if not name:
        with pytest.raises(CommandError):
            store.path(name)
        return
    assert store.path(name).parent == store.folder
    store.write_absent(name, date(2025, 1, 2))
    assert below(tmp_path) == below(store.folder) != set()


@pytest.mark.parametrize("name", LEADS_OUT)
def test_a_ticker_stays_in_a_folder_of_prices(tmp_path: Path, name: str) -> None:
    (tmp_path / "prices").mkdir()
    for outside in ("x.csv", "x.parquet"):
        (tmp_path / outside).write_text("Date,Close\n2024-01-02,1\n", encoding="utf-8")
    source = FolderSource(tmp_path / "prices")
    try:
        assert source.load([Asset(name, NEW_YORK)]) == {}
    except CommandError as error:
        assert "is not a ticker" in str(error)


@pytest.mark.parametrize("name", [name for name in LEADS_OUT if name])
def test_a_word_that_is_no_ticker_is_not_one(name: str) -> None:
    with pytest.raises(CommandError):
        asset_of(name)


@pytest.mark.parametrize("name", LEADS_OUT[:-1])
def test_a_line_that_is_distributed_is_a_ticker(tmp_path: Path, name: str) -> None:
    text = f"ticker,day,what,value,of,reason\nSPY,2024-02-01,in-kind,0.1,{name},given\n"
    path = tmp_path / "corrections.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(NewsfolioError):
        Corrected(FolderSource(tmp_path), read_corrections(path)).load([asset_of("SPY")])


@pytest.mark.parametrize("name", LEADS_OUT)
def test_a_snapshot_is_sixteen_digits(tmp_path: Path, name: str) -> None:
    (tmp_path / "x.json").write_text("{}", encoding="utf-8")
    with pytest.raises(CommandError, match="16 hex digits"):
        SnapshotSource(Store(tmp_path / "store"), name)


@pytest.mark.parametrize("name", [*LEADS_OUT, "../secret"])
def test_a_table_of_facts_is_named_like_its_file(name: str) -> None:
    with pytest.raises(CommandError, match="name is that of its file"):
        Facts(name, columns=("value",))
    assert Facts("us-cpi_2.core", columns=("value",)).name == "us-cpi_2.core"


@pytest.fixture
def outside(shell: Shell) -> Path:
    """A run beside the folder of runs, as complete as one inside."""
    judged().save(shell.folder / "x")
    judged().save(shell.runs / "inside")
    return shell.folder / "x"


@pytest.mark.parametrize("name", ["../x", "x", "inside/../../x", "/etc", ".."])
@pytest.mark.parametrize("command", ["report", "open", "score", "diff"])
def test_a_run_is_found_in_its_folder_only(
    shell: Shell, outside: Path, command: str, name: str
) -> None:
    before = {path: path.stat().st_mtime_ns for path in below(shell.folder)}
    said = shell(command, *(["inside"] if command == "diff" else []), name)
    assert (said.code, said.out) == (2, "")
    assert f"no run called {name!r}" in said.err
    assert {path: path.stat().st_mtime_ns for path in below(shell.folder)} == before
    with pytest.raises(UnknownName):
        run_folder(str(outside), shell.runs)


@pytest.mark.parametrize("name", ["../x", "/tmp/x", "..", "x/y"])
def test_a_new_strategy_is_named_by_a_word(shell: Shell, name: str) -> None:
    said = shell("new", name)
    assert said.code == 2
    assert "is not a name for a strategy" in said.err
    assert below(shell.folder) == set()


def test_a_strategys_name_is_a_name_for_a_folder() -> None:
    odd = type("../../Far/Away", (Strategy,), {})
    assert re.fullmatch(r"[\w-]+", name_of(odd))


def test_a_run_writes_below_its_folder_and_nowhere_else(shell: Shell) -> None:
    said = shell("run", "east-rising", *SHORT, "--out", str(shell.folder / "a" / "b"))
    assert said.code == 0, said.err
    written = below(shell.folder) - {shell.ledger}
    assert written == below(shell.folder / "a" / "b") != set()


def test_the_page_of_an_articles_claims_stays_in_its_folder(shell: Shell) -> None:
    (shell.folder / "mine.py").write_text(
        "from datetime import UTC, datetime\nfrom newsfolio import Article\n"
        'ARTICLE = Article("../../../away", "T", "P", datetime(2025, 2, 21, tzinfo=UTC))\n',
        encoding="utf-8",
    )
    (article,) = find_article(str(shell.folder / "mine.py"))
    assert article.id == "../../../away"
    out = shell.folder / "deep" / "runs"
    said = shell("claims", "mine.py", "--data", "sample", "--out", str(out), "--quiet")
    assert said.code == 0, said.err
    (page,) = (path for path in below(shell.folder) if path.suffix == ".html")
    assert page.parent == out


@pytest.mark.parametrize("address", ["../x", "../../etc/passwd", "x/../y"])
def test_an_address_that_is_no_file_is_a_name(shell: Shell, address: str) -> None:
    said = shell("claims", address, "--data", "sample")
    assert (said.code, "no article called" in said.err) == (2, True)
    said = shell("run", address, *SHORT)
    assert (said.code, "no strategy called" in said.err) == (2, True)


# --- text stays text -----------------------------------------------------------------------------

HOSTILE = "</td></script><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}\"'<!--"


def spoilt(value: Any) -> Any:
    """Every text of a tree replaced, its shape kept."""
    if isinstance(value, str):
        return HOSTILE
    if isinstance(value, dict):
        return {key: spoilt(inner) for key, inner in value.items()}
    return [spoilt(inner) for inner in value] if isinstance(value, list) else value


class Elements(HTMLParser):
    """What a browser would make of a page: elements by name, and attributes that run code."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.count: dict[str, int] = {}
        self.handlers: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.count[tag] = self.count.get(tag, 0) + 1
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        self.handlers += [name for name, value in attrs if (value or "").startswith("javascript:")]

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data[:60]}")


def told() -> Result:
    """A result that tells findings, claims, notes and the table behind a decision."""
    base = judged()
    finding = {
        "severity": "doubt", "ticker": "BABA", "rule": "gap", "told": "no bar", "remedy": "fetch",
        "days": ["2020-01-02"], "count": 1, "share": 0.1,
    }  # fmt: skip
    claim = {
        "id": "c1", "article": "003", "text": "it fell", "claimed": "< 0", "measured": "-3%",
        "verdict": "holds", "sentence": "so it did",
    }  # fmt: skip
    explained = {"day": "2020-03-02", "columns": ["line", "gain"], "rows": [["BABA", 0.1]]}
    manifest = {
        **base.manifest, "findings": [finding], "claims": [claim], "explained": explained,
        "thesis": {**base.manifest["thesis"], "claims": [claim]},
    }  # fmt: skip
    return dataclasses.replace(base, manifest=manifest)


@pytest.mark.parametrize("part", ["findings", "claims", "explained", "notes", "assumptions"])
def test_what_a_run_tells_opens_no_element(part: str) -> None:
    base = told()
    plain = Elements(verdict_page(base))
    manifest: dict[str, Any] = copy.deepcopy(dict(base.manifest))
    manifest[part] = spoilt(manifest[part])
    for key in ("severity", "days", "verdict", "day"):
        for row, good in zip(_rows(manifest[part]), _rows(base.manifest[part]), strict=True):
            if key in good:
                row[key] = good[key]
    page = Elements(verdict_page(dataclasses.replace(base, manifest=manifest)))
    assert page.handlers == []
    assert page.count == plain.count


def _rows(value: Any) -> list[dict[str, Any]]:
    rows = [value] if isinstance(value, dict) else value
    return [row for row in rows if isinstance(row, dict)]


def test_the_list_of_runs_opens_no_element() -> None:
    good = dict(judged().manifest)
    bad = {**good, "id": HOSTILE, "strategy": spoilt(good["strategy"])}
    bad["data"] = {**good["data"], "source": HOSTILE}
    page, plain = (
        Elements(index([Entry(one, None)], [name])) for one, name in ((bad, HOSTILE), (good, "x"))
    )
    assert page.handlers == []
    assert page.count == plain.count


def test_the_page_of_claims_opens_no_element() -> None:
    claim = {
        "id": "c1", "text": "it fell", "claimed": "< 0", "measured": "-3%", "verdict": "holds",
        "sentence": "so it did", "basis": "closes",
    }  # fmt: skip
    article = {
        "id": "003", "title": "T", "publisher": "P", "dated_by": "the page",
        "published": datetime(2025, 2, 21, tzinfo=UTC).isoformat(), "claims": [claim],
    }  # fmt: skip
    bad = spoilt(article)
    bad["published"], bad["claims"][0]["verdict"] = article["published"], "holds"
    page, plain = (Elements(claims_page([one], "folder", False)) for one in (bad, article))
    assert page.handlers == []
    assert page.count == plain.count


def test_cells_of_a_download_are_inert() -> None:
    """What page.js writes for a cell: no spreadsheet takes text for a formula."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("the script of the pages: no node on the path")
    script = (ROOT / "reports" / "templates" / "page.js").read_text(encoding="utf-8")
    functions = [
        re.search(rf"const {name} = \(text\) => {{.*?\n  }};", script, re.DOTALL)
        for name in ("number", "field")
    ]
    assert all(functions)
    bad = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "=cmd|' /C calc'!A0", "-x", "+", "-", "\t=1", "＝1",
           "＋1+1", "－x", "＠x", "-1.2.3"]  # fmt: skip
    fine = {"-1.5": "-1.5", "+3.00": "+3.00", "-2,000.5": "-2000.5", "1e-5": "1e-5", "SPY": "SPY",
            'a"b': '"a""b"', "a,b": '"a,b"', "a\rb": '"a\rb"', "-3.00 %": "-3.00 %"}  # fmt: skip
    code = "\n".join(found[0] for found in functions if found)
    code += f"\nconsole.log(JSON.stringify({json.dumps([*bad, *fine])}.map(field)));"
    ran = subprocess.run([node, "-e", code], capture_output=True, text=True, check=True)
    written = json.loads(ran.stdout)
    for text, cell in zip(bad, written, strict=False):
        assert cell.lstrip('"').startswith("'"), f"{text!r} is written as {cell!r}"
    assert written[len(bad) :] == list(fine.values())


def test_no_other_csv_is_written() -> None:
    """The one `to_csv` makes the text of a hash."""
    places = [
        f"{path.as_posix()} {word}"
        for path, tree in PARSED.items()
        if path.parts[0] != "benchmarks"
        for _, word in words(tree)
        if word in ("to_csv", "writer", "DictWriter", "to_excel")
    ]
    assert places == ["markets/facts.py to_csv"]


# --- files are the user's ------------------------------------------------------------------------

CHILD = """
import os, sys
from datetime import date
from pathlib import Path
os.umask(int(sys.argv[1], 8))
from backtests.cli import main
from markets.sample.source import SampleSource
from markets.store.snapshots import keep
from markets.snapshot import Snapshot
from markets.store.parquet import StoredBars
from markets.store.price_store import Store
from newsfolio.listings import asset_of
store = Store(Path("store"))
for price in (1, 2):
    (bars,) = SampleSource().load([asset_of("SPY")]).values()
    frame = bars.frame.assign(dividend=0.1 * price)
    import dataclasses
    bars = dataclasses.replace(bars, frame=frame)
    store.write(StoredBars(bars, date(2025, 1, price), "test", "USD"))
store.write_absent("GONE", date(2025, 1, 2))
keep(store, Snapshot({"SPY": bars}), "test")
for command in (
    ["run", "east-rising", "--data", "sample", "--start", "2025-01-02", "--engine", "kernel",
     "--placebos", "0", "--no-tearsheet", "--ledger", "ledger/trials.sqlite", "--quiet"],
    ["claims", "--data", "sample", "--quiet"],
    ["new", "my-idea"],
):
    try:
        main(command)
    except SystemExit as stopped:
        assert not stopped.code, command
"""


@pytest.mark.skipif(os.name != "posix", reason="a umask is POSIX's")
@pytest.mark.parametrize("mask", ["077", "022"])
def test_files_are_made_with_the_users_umask(tmp_path: Path, mask: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_DATA_HOME": str(tmp_path / "data")}
    ran = subprocess.run(
        [sys.executable, "-c", CHILD, mask], cwd=tmp_path, env=environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    denied = int(mask, 8)
    names = set()
    for path in tmp_path.rglob("*"):
        wanted = (0o777 if path.is_dir() else 0o666) & ~denied
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path
        names.add(path.suffix)
    assert {".parquet", ".json", ".html", ".js", ".sqlite", ".py", ".absent"} <= names
    assert any((tmp_path / "store" / "versions").iterdir())
