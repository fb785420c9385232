"""Which folders hold a run: one rule for the index, the terminal and whoever looks one up."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from backtests.records.registry import listed_runs
from reports import write_index
from reports.saved_runs import saved_runs
from tests.support.results import judged, text_of

MANIFEST: dict[str, Any] = dict(judged().manifest)
DAMAGED = {
    "torn": '{"id": ',
    "a list": "[]",
    "no engine": json.dumps({key: MANIFEST[key] for key in MANIFEST.keys() - {"engine"}}),
    "no costs": json.dumps({**MANIFEST, "metrics": {"strategy": {"cagr": 0.1}}}),
    "words for figures": json.dumps(
        {**MANIFEST, "metrics": {"strategy": dict.fromkeys(MANIFEST["metrics"]["strategy"], "x")}}
    ),
    "an article of words": json.dumps({**MANIFEST, "thesis": "T1"}),
    "half a verdict": json.dumps({**MANIFEST, "verdict": {"word": "held up"}}),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    texts = {"older": json.dumps(MANIFEST), "newer": json.dumps(MANIFEST), **DAMAGED}
    for number, (name, text) in enumerate(texts.items()):
        path = tmp_path / name / "manifest.json"
        path.parent.mkdir()
        path.write_text(text, encoding="utf-8")
        os.utime(path, (number, number))
    (tmp_path / ".draft").mkdir()
    (tmp_path / ".draft" / "manifest.json").write_text(json.dumps(MANIFEST), encoding="utf-8")
    return tmp_path


def test_runs_come_newest_first_and_what_is_none_is_named(folder: Path) -> None:
    runs, damaged = saved_runs(folder)
    assert [run.folder.name for run in runs] == ["newer", "older"]
    assert [run.folder.name for run in damaged] == list(reversed(DAMAGED))


def test_the_index_and_the_terminal_leave_out_the_same(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [run.folder.name for run in listed_runs(folder)] == ["newer", "older"]
    named = [line.split(" is damaged")[0] for line in capsys.readouterr().err.splitlines()]
    assert named == [f"newsfolio: {folder / name}" for name in reversed(DAMAGED)]
    page = text_of(write_index(folder).read_text(encoding="utf-8"))
    assert f"Left out because damaged: {', '.join(reversed(DAMAGED))}." in page
