"""Text stays text: what a run, an article or a file says opens no element and is no formula."""

from __future__ import annotations

import copy
import dataclasses
import json
import re
import shutil
import subprocess
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from backtests.records.result import Result
from reports.pages.claims import claims_page
from reports.pages.index import index, index_line
from reports.pages.verdict import verdict_page
from tests.support.results import judged

ROOT = Path(__file__).parents[2]
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


def telling_result() -> Result:
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
    base = telling_result()
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
        Elements(index([index_line(run, None)], [name]))
        for run, name in ((bad, HOSTILE), (good, "x"))
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
    page, plain = (Elements(claims_page([story], "folder", False)) for story in (bad, article))
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
    code = "\n".join(match[0] for match in functions if match)
    code += f"\nconsole.log(JSON.stringify({json.dumps([*bad, *fine])}.map(field)));"
    ran = subprocess.run([node, "-e", code], capture_output=True, text=True, check=True)
    written = json.loads(ran.stdout)
    for text, cell in zip(bad, written, strict=False):
        assert cell.lstrip('"').startswith("'"), f"{text!r} is written as {cell!r}"
    assert written[len(bad) :] == list(fine.values())
