"""Folders that an earlier build wrote still answer: its runs, sweeps, store and ledger.

`tests/data/old_build` was written by build abf3b8a; its README says how.
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from backtests.records.ledger import Ledger
from backtests.sweeps.sweep import load as load_sweep
from markets.reference.idle_cash import DISCOUNTED

if TYPE_CHECKING:
    from tests.support.shell import Shell

OLD = Path(__file__).parents[2] / "data" / "old_build"
TABLES = ("equity", "weights", "targets", "fills", "cash", "lapses", "references", "rates",
          "placebos")  # fmt: skip
JUDGED, COSTLESS = "abc-basket-ffea9ec2e1", "abc-basket-7fc3ac78e3"
TARGETS = "targets-raised-caef2a9f73"
BEFORE, AFTER = "mine-6a51d71be0", "mine-a3cf78f275"
"""Runs on the store: before the source restated the past, and after."""

RUNS = sorted((JUDGED, COSTLESS, TARGETS, BEFORE, AFTER))
SWEEP, CUT_OFF = "sweep-relative-momentum-5f7a47244d", "sweep-relative-momentum-1e02383e07"
MINE = ("run", "mine.py:Mine", "--engine", "kernel", "--no-tearsheet", "--store", "store",
        "--json")  # fmt: skip


@pytest.fixture
def old(shell: Shell) -> Shell:
    """The command line in a copy of the old folders; the ledger is the old one."""
    shutil.copytree(OLD, shell.folder, dirs_exist_ok=True)
    assert shell.ledger.is_file()
    return shell


def manifest(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return document


def evaluation(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / "evaluation.json").read_text(encoding="utf-8"))
    return document


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a saved run but its pages."""
    kept = (path for path in folder.iterdir() if path.suffix in (".json", ".parquet"))
    return {path.name: path.read_bytes() for path in kept}


@pytest.fixture
def rates_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cash earned ^IRX as if it were a yield."""
    monkeypatch.delitem(DISCOUNTED, "^IRX")


def bits(table: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Names, kinds and values of the index and all columns, floats to the last bit."""
    named = [(table.index.name, table.index.to_series()), *table.items()]
    return [(name, str(values.dtype), _exact(values)) for name, values in named]


def _exact(values: pd.Series) -> Any:
    if values.dtype == "float64":
        return values.to_numpy().tobytes()
    return [None if pd.isna(value) else value for value in values.tolist()]


def assert_same_tables(first: Path, other: Path) -> None:
    for name in TABLES:
        ours, theirs = (pd.read_parquet(folder / f"{name}.parquet") for folder in (first, other))
        assert bits(ours) == bits(theirs), name


def played(old: Shell, *more: str) -> Path:
    """The folder of a run of the strategy that lies in the old folder."""
    answer = old(*MINE, "--out", "again", *more)
    assert (answer.code, answer.err) == (0, "")
    return Path(json.loads(answer.out)["runs"][0]["path"])


def trials_of_then(ledger: Path) -> list[dict[str, Any]]:
    """The rows of a ledger that no later build has touched."""
    with closing(sqlite3.connect(ledger)) as connection:
        connection.row_factory = sqlite3.Row
        rows = connection.execute("SELECT * FROM trials ORDER BY id").fetchall()
    return [dict(row) for row in rows]


# Saved runs


def test_runs_lists_them_and_nothing_else(old: Shell) -> None:
    answer = old("runs", "--json")
    assert (answer.code, answer.err) == (0, "")
    rows = json.loads(answer.out)["runs"]
    assert sorted(row["id"] for row in rows) == RUNS
    for row in rows:
        figures = manifest(OLD / "runs" / row["id"])["metrics"]["strategy"]
        assert {name: row[name] for name in ("cagr", "sharpe", "trades")}.items() <= figures.items()
    assert all(run in old("runs").out for run in RUNS)


@pytest.mark.parametrize("run", RUNS)
def test_report_writes_the_pages_from_the_folder_alone(old: Shell, run: str) -> None:
    folder = old.runs / run
    sheet = () if run == JUDGED else ("--no-tearsheet",)
    reply = old("report", run, *sheet)
    assert (reply.code, reply.err) == (0, "")
    assert reply.out.strip() == str(Path("runs", run, "verdict.html"))
    page = (folder / "verdict.html").read_text(encoding="utf-8")
    assert manifest(folder)["data"]["snapshot"] in page
    assert (folder / "tearsheet.html").exists() == (run == JUDGED)
    assert contents(folder) == contents(OLD / "runs" / run)
    index = (old.runs / "index.html").read_text(encoding="utf-8")
    assert f"{run}/verdict.html" in index
    assert "damaged" not in index


def test_diff_says_what_moved_the_figures(old: Shell) -> None:
    report = json.loads(old("diff", JUDGED, COSTLESS, "--json").out)
    causes = {cause["what"]: (cause["one"], cause["other"]) for cause in report["causes"]}
    assert causes == {"costs": ("venue", "none"), "engine": ("kernel", "backtrader")}
    assert report["first_day"] == "2025-01-03"
    answer = old("diff", BEFORE, AFTER)
    assert (answer.code, answer.err) == (0, "")
    rows = [line.split() for line in answer.out.splitlines()]
    assert ["data", "snapshot", "56a9f33e822f1f86", "e12f6670cecfa8ec"] in rows
    assert any(re.fullmatch(r"final equity +[\d,]+ +[\d,]+", line)
               for line in answer.out.splitlines())  # fmt: skip
    assert ["dates", "end", "2025-04-30", "2025-05-08"] in rows


def test_compare_puts_them_on_one_page(old: Shell) -> None:
    reply = old("compare", JUDGED, TARGETS, "--json")
    assert (reply.code, reply.err) == (0, "")
    report = json.loads(reply.out)
    assert (report["start"], report["end"]) == ("2025-01-02", "2025-12-31")
    assert report["correlation"][0][0] == pytest.approx(1)
    assert Path(report["page"]).exists()


def test_score_judges_what_came_since(old: Shell, rates_as_they_were: None) -> None:
    answer = old("score", JUDGED, "--data", "sample", "--no-tearsheet", "--placebos", "0", "--json")
    assert (answer.code, answer.err) == (0, "")
    again = Path(json.loads(answer.out)["path"])
    assert again.name.endswith("-since-2025-12-31")
    assert evaluation(again)["scored"]["divide"] == "2025-12-31"
    before, after = manifest(OLD / "runs" / JUDGED), manifest(again)
    assert after["strategy"]["parameters"] == before["strategy"]["parameters"]
    assert after["window"]["start"] == before["window"]["start"]
    assert after["window"]["end"] > before["window"]["end"]
    kept, longer = (
        pd.read_parquet(folder / "equity.parquet")["equity"]
        for folder in (OLD / "runs" / JUDGED, again)
    )
    assert longer.iloc[: len(kept)].tolist() == kept.tolist()


# The store


@pytest.mark.parametrize("run", [BEFORE, AFTER])
def test_a_snapshot_repeats_the_run_to_the_bit(old: Shell, run: str) -> None:
    """Both are played on the store as it is after the restatement."""
    before = manifest(OLD / "runs" / run)
    verdict = ("--placebos", "5") if run == BEFORE else ("--no-verdict",)
    again = played(old, "--snapshot", before["data"]["snapshot"], "--offline", *verdict)
    assert_same_tables(again, OLD / "runs" / run)
    after = manifest(again)
    for part in ("data", "window", "strategy", "metrics"):
        assert after[part] == before[part], part
    assert set(before["notes"]) == set(after["notes"])
    assert [note[:29] for note in after["gross"]] == ["gross exposure 1.26 of equity"]
    assert (again / "evaluation.json").exists() == (run == BEFORE)


NEWER = ("excess_always", "information_always", "worst", "best", "recent")
"""What a comparison says since every look is paid for."""


def counted_anew(before: Any) -> Any:
    """An evaluation with the replays of today: fewer, since noise and blanks follow each decision.

    Random rows, 18 decisions asked again, three other futures, the data cut off four times: 26.
    """
    before["certificate"]["replays"] = 26
    return json.loads(json.dumps(before).replace("41 replays", "26 replays"))


def test_a_snapshot_is_judged_as_it_was(old: Shell) -> None:
    """All figures but the intervals that come from another error since."""
    snapshot = manifest(OLD / "runs" / BEFORE)["data"]["snapshot"]
    after = evaluation(played(old, "--snapshot", snapshot, "--placebos", "5"))
    before = evaluation(OLD / "runs" / BEFORE)
    why = "77 sessions; growth a year needs 90"  # which it was given all the same
    years = before["scored"]["years"]
    for curve in before["figures"]:
        total = (1 + curve["cagr"]["value"]) ** years - 1
        assert curve["total_return"]["value"] == pytest.approx(total, abs=1e-12)
        curve["cagr"] = {"value": None, "low": None, "high": None, "why": why}
    for row in (*before["figures"], *before["comparisons"]):
        row["label"] = row["label"].replace("100% ", "100 % ")  # as shares are written since
    for row in (*before["figures"], *after["figures"]):
        assert row["volatility"]["low"] < row["volatility"]["value"] < row["volatility"]["high"]
        row["volatility"] = round(row["volatility"]["value"], 12)
    for row in after["comparisons"]:
        assert "an interval of all looks needs 126" in row["excess_always"]["why"]
        for name in NEWER:
            row.pop(name)
    for row in (*before["comparisons"], *after["comparisons"]):
        for name in ("excess", "information"):
            assert row[name]["low"] < row[name]["value"] < row[name]["high"]
            row[name] = round(row[name]["value"], 12)
        row["tracking_error"] = round(row["tracking_error"], 12)
    assert after["significance"].pop("family") == 1
    assert (before["certificate"]["replays"], after["certificate"]["replays"]) == (41, 26)
    before = counted_anew(before)
    for part in ("scored", "figures", "comparisons", "significance", "certificate"):
        assert after[part] == before[part], part
    ours, theirs = after["verdict"], before["verdict"]
    assert ours["word"] == theirs["word"]
    rows = {row["name"]: row for row in ours["conditions"]}
    same = [row for row in theirs["conditions"] if not re.search("sessions|head of", row["name"])]
    assert len(same) == 6
    assert same == [rows[row["name"]] for row in same]
    total = abs(before["comparisons"][0]["total"]) * 100
    assert ours["reason"].startswith(f"{total:.2f} % in all behind ")


def test_the_store_is_read_as_it_was_left(old: Shell) -> None:
    """Bars, corrections and tables of the present are what the later run read."""
    again = played(old, "--offline", "--facts", "tables", "--no-verdict")
    assert manifest(again)["data"] == manifest(OLD / "runs" / AFTER)["data"]
    assert_same_tables(again, OLD / "runs" / AFTER)


def test_the_store_says_what_was_restated(old: Shell) -> None:
    reply = old("data", "status", "--store", "store", "--json")
    assert (reply.code, reply.err) == (0, "")
    rows = {row["ticker"]: row for row in json.loads(reply.out)["lines"]}
    assert {ticker: row["last"] for ticker, row in rows.items()} == {
        "1810.HK": "2025-05-08", "AAPL": "2025-05-08", "SPY": "2025-05-08",
    }  # fmt: skip
    assert [row["versions"] for row in rows.values()] == [0, 1, 0]
    (change,) = rows["AAPL"]["changes"]
    assert change.startswith("2025-05-09: 2 days restated, the open of 2024-03-01 was")
    assert old("data", "check", "--store", "store").code == 0


# The ledger and sweeps


def test_the_ledger_goes_on_where_it_was(old: Shell) -> None:
    before = trials_of_then(old.ledger)
    snapshot = manifest(OLD / "runs" / BEFORE)["data"]["snapshot"]
    other = played(old, "--snapshot", snapshot, "--placebos", "0", "--set", "times=0.5")
    earlier, later = evaluation(OLD / "runs" / BEFORE), evaluation(other)
    assert earlier["significance"]["trials"] == 1
    assert later["significance"]["trials"] == 2
    after = Ledger(old.ledger).rows()
    assert [{name: row[name] for name in before[0]} for row in after[: len(before)]] == before
    assert len(after) == len(before) + 1


def test_a_finished_sweep_is_read(old: Shell) -> None:
    sweep = load_sweep(old.runs / SWEEP)
    assert sweep.table["lookback"].tolist() == [63, 126]
    assert sweep.table["error"].eq("").all()
    assert {"walk", "base", "benchmark", "cash"} <= set(sweep.walk.columns)
    assert sweep.walk.index.name == "session"
    assert sweep.report().exists()


def test_sweeps_made_again_have_the_same_figures(old: Shell, rates_as_they_were: None) -> None:
    """The interrupted one too: what it had kept is what the whole one has there."""
    common = ("sweep", "relative-momentum", "--data", "sample", "--ledger", "trials.sqlite",
              "--quiet")  # fmt: skip
    walk = ("--start", "2023-10-02", "--grid", "lookback=63,126", "--walk-forward", "12", "6")
    more = ("--start", "2026-06-01", "--grid", "lookback=20,40,60,80,100,120",
            "--grid", "skip=0,2,5,10")  # fmt: skip
    for name, options in ((SWEEP, walk), (CUT_OFF, more)):
        reply = old(*common, *options, "--out", "again")
        assert (reply.code, reply.err) == (0, "")
        again = Path(reply.out.strip()).parent
        for path in sorted((OLD / "runs" / name).rglob("*.parquet")):
            if path.name.startswith("walk-"):
                assert_same_walk(next(again.glob("walk-*.parquet")), path)
                continue
            ours, theirs = (
                _swept(parquet) for parquet in (again / path.relative_to(OLD / "runs" / name), path)
            )
            assert bits(ours) == bits(theirs), path.name


def assert_same_walk(ours: Path, theirs: Path) -> None:
    """Since then a walk has its first month: it begins a month earlier, with the same money.

    What is held after the first quarter is the same but for the whole shares that it comes to.
    """
    first, other = pd.read_parquet(ours), pd.read_parquet(theirs)
    assert list(first) == list(other)
    assert first.index[0] < other.index[0]
    assert first.index[-len(other) :].equals(other.index)
    apart = (first.pct_change() - other.pct_change()).loc["2025-01-08":].abs().max()
    assert len(other.loc["2025-01-08":]) > 450
    assert (apart < 2e-5).all(), apart


def _swept(path: Path) -> pd.DataFrame:
    """A table of a sweep; the ids of its sets are hashes over our own code."""
    table = pd.read_parquet(path)
    if "returns" in table:
        table["returns"] = table["returns"].map(tuple)
    return table.drop(columns="id", errors="ignore")
