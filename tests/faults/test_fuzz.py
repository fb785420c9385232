"""The fuzzer for a few seconds: spoilt files and answers end in a named error or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backtests.commands import pages, runs
from backtests.runner.target_portfolio import advise
from backtests.settings import Settings
from benchmarks.fuzz import HOLD, TARGETS, canned, hunt
from benchmarks.fuzz_counts import Counts
from benchmarks.fuzz_mutations import spoilt_bytes, spoilt_tree
from markets.folder.source import FolderSource
from markets.sample.source import SampleSource
from markets.store.price_store import Store
from markets.yahoo import client
from markets.yahoo.source import Unavailable, YahooSource
from newsfolio import Asset, BrokenData, OutputError
from newsfolio.assets import NEW_YORK
from tests.support.results import judged
from tests.support.yahoo_server import TODAY


@pytest.mark.parametrize(
    ("name", "examples"),
    [
        ("folder", 50), ("formats", 200), ("yahoo", 26), ("saved", 12), ("tables", 50),
        *(pytest.param(name, 200, marks=pytest.mark.slow) for name in TARGETS),
    ],
)  # fmt: skip
def test_a_short_hunt_finds_no_crash(
    name: str, examples: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PAUSE", 0.0)  # the target sets it, and nobody sets it back
    counts = hunt(name, tmp_path, seconds=60, batches=1, examples=examples)
    assert "\n".join(counts.shown.values()) == ""
    assert counts.tries >= examples
    assert counts.errors.total() > 0, "nothing was spoilt enough to be refused"
    assert counts.fine > 0, "nothing was left that could be read"


def test_every_target_is_tried() -> None:
    assert set(TARGETS) == {"folder", "formats", "yahoo", "saved", "tables"}


def test_a_crash_is_counted_with_its_place_and_an_error_of_ours_is_not() -> None:
    counts = Counts()

    def crash() -> None:
        raise KeyError("x")

    def refuse() -> None:
        raise BrokenData("x")

    for act in (crash, refuse, int):
        counts.attempt(act)
    assert (counts.tries, counts.fine, dict(counts.errors)) == (3, 1, {"BrokenData": 1})
    ((place, count),) = counts.crashes.items()
    assert count == 1
    assert place.startswith("KeyError at test_fuzz.py:")
    assert counts.said() == "3 tries, 1 fine, 1 BrokenData, 1 crashes"


@settings(max_examples=50)
@given(st.data())
def test_what_is_spoilt_is_no_longer_what_it_was(data: st.DataObject) -> None:
    tree: dict[str, Any] = {"a": [1, {"b": "c"}], "d": 2.5}
    before = json.dumps(tree)
    spoilt_tree(data.draw, tree)
    assert json.dumps(tree) == before, "the good one is kept for the next try"
    assert isinstance(spoilt_bytes(data.draw, b"Date,Close"), bytes)


# What the hunts found


@pytest.mark.parametrize("price", ["1e-320", "1e300"])
def test_a_price_beyond_belief_is_refused(tmp_path: Path, price: str) -> None:
    (tmp_path / "ACME.csv").write_text(f"Date,Close\n2024-01-02,{price}\n", encoding="utf-8")
    with pytest.raises(BrokenData, match="price outside 1e-06 to 1e\\+15 on 2024-01-02"):
        FolderSource(tmp_path).load([Asset("ACME", NEW_YORK)])


def test_a_split_beyond_belief_is_refused(tmp_path: Path) -> None:
    text = "Date,Close,Stock Splits\n2024-01-02,10,0\n2024-01-03,10,1e300\n"
    (tmp_path / "ACME.csv").write_text(text, encoding="utf-8")
    with pytest.raises(BrokenData, match="split outside 1e-05 to 100000 on 2024-01-03"):
        FolderSource(tmp_path).load([Asset("ACME", NEW_YORK)])


@pytest.mark.parametrize("row", ["SPY,1e308", "CASH,1e308", "SPY,-1e16", "SPY,nan"])
def test_a_holding_beyond_belief_is_refused(tmp_path: Path, row: str) -> None:
    path = tmp_path / "held.csv"
    path.write_text(f"asset,quantity\n{row}\n", encoding="utf-8")
    with pytest.raises(BrokenData, match="line 2: expected asset,quantity"):
        advise(HOLD, SampleSource(), Settings(start="2025-01-02"), None, path)  # type: ignore[arg-type]


def test_a_date_before_the_common_era_is_refused(tmp_path: Path) -> None:
    long_ago = pa.array([-(10**15)], pa.timestamp("ms", tz="UTC"))
    table = pa.table({"Date": ["2024-01-02"], "Close": [1.0], "Volume": long_ago})
    pq.write_table(table, tmp_path / "ACME.parquet")
    with pytest.raises(BrokenData, match="not a Parquet file that can be read"):
        FolderSource(tmp_path).load([Asset("ACME", NEW_YORK)])


@pytest.mark.parametrize(("key", "value"), [("id", 5), ("cagr", "x"), ("sharpe", [])])
def test_a_manifest_with_a_figure_of_another_kind_is_passed_over_or_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], key: str, value: object
) -> None:
    about = dict(judged().manifest)
    figures = {**about["metrics"], "strategy": {**about["metrics"]["strategy"], key: value}}
    changed = {"id": value} if key == "id" else {"metrics": figures}
    judged().save(tmp_path / "good")
    judged().save(tmp_path / "odd")
    path = tmp_path / "odd" / "manifest.json"
    path.write_text(json.dumps({**about, **changed}), encoding="utf-8")
    runs.runs(out=tmp_path)
    printed = capsys.readouterr()
    assert about["id"] in printed.out
    assert ("odd is damaged" in printed.err) == (key != "id")


@pytest.mark.parametrize("name", ["equity.parquet", "fills.parquet", "evaluation.json"])
def test_a_page_is_not_made_from_a_damaged_run(tmp_path: Path, name: str) -> None:
    place = judged().save(tmp_path / "run")
    if name.endswith(".json"):
        (place / name).write_text('{"verdict": 1}', encoding="utf-8")
    else:
        pq.write_table(pa.table({"x": [1]}), place / name)
    with pytest.raises(OutputError, match=r"is not a complete run .* run it again"):
        pages.report("run", out=tmp_path, tearsheet=False)


def test_the_sessions_answer_is_the_one_that_was_canned(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        YahooSource(Store(tmp_path), today=TODAY, session=canned(200, b'{"chart": 1}')).load(
            [Asset("ACME", NEW_YORK)]
        )
