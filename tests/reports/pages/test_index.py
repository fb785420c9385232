"""The index of runs."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from backtests.records.result import Result
from newsfolio.errors import OutputError
from reports import write_index, write_pages
from reports.pages.index import COLUMNS, index, index_line
from reports.pages.tearsheet import tearsheet
from tests.support.results import curve, make, text_of, usual_result, walk


@pytest.fixture(scope="module")
def usual() -> Result:
    return usual_result()


@pytest.fixture
def runs(tmp_path: Path, usual: Result) -> Path:
    """Three runs, one with a verdict and one without a page, and two damaged ones."""
    odd = {**usual.manifest["strategy"], "label": "<i>odd</i>"}
    plain = make(curve(walk(20)), strategy=odd)
    for number, (name, result) in enumerate({"b-2": usual, "a & 1": plain, "c": plain}.items()):
        folder = tmp_path / name
        folder.mkdir()
        path = folder / "manifest.json"
        path.write_text(json.dumps(result.manifest), encoding="utf-8")
        if name != "c":
            (folder / "tearsheet.html").write_text("<p>", encoding="utf-8")
        if name == "b-2":
            (folder / "verdict.html").write_text("<p>", encoding="utf-8")
            result.equity.to_frame().to_parquet(folder / "equity.parquet")
        os.utime(path, (number, number))
    for name, text in {"torn": '{"id": ', "strange": '{"id": "x", "metrics": []}'}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_text(text, encoding="utf-8")
    (tmp_path / ".draft").mkdir()
    (tmp_path / ".draft" / "manifest.json").write_text("{}", encoding="utf-8")
    return tmp_path


def test_index_lists_runs_newest_first_and_names_damaged_ones(runs: Path) -> None:
    path = write_index(runs)
    page = path.read_text(encoding="utf-8")
    assert path == runs / "index.html"
    assert re.findall(r'<a href="([^"]*)"', page) == ["a%20%26%201/tearsheet.html",
                                                      "b-2/verdict.html"]  # fmt: skip
    assert page.index("no page was written") < page.index("a%20%26%201")
    assert "Left out because damaged: strange, torn." in text_of(page)
    assert ".draft" not in page
    assert "&lt;i&gt;odd&lt;/i&gt;" in page
    assert "<i>odd" not in page
    assert page.count('class="tag">SIMULATED') == 1
    assert sorted(entry.name for entry in runs.iterdir() if entry.is_file()) == ["index.html"]


def test_index_shows_figures_of_strategy_and_benchmark(usual: Result) -> None:
    page = index([index_line(usual.manifest, "a/verdict.html")])
    metrics = usual.manifest["metrics"]
    assert f">{metrics['strategy']['cagr'] * 100:.2f} %<" in page
    assert f">benchmark {metrics['benchmark']['cagr'] * 100:.2f} %<" in page
    assert 'href="a/verdict.html"' in page
    assert "Crushed &lt;b&gt;giants" in page


def test_index_shows_the_verdict_and_the_curve_of_a_run_that_has_them(runs: Path) -> None:
    path = runs / "b-2" / "manifest.json"
    verdict = {"word": "cannot tell yet", "excess": -0.17, "against": "half <b>"}
    manifest = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**manifest, "verdict": verdict}), encoding="utf-8")
    page = write_index(runs).read_text(encoding="utf-8")
    assert "cannot tell yet -17.0 % a year against half &lt;b&gt;" in text_of(page)
    assert text_of(page).count("not judged") == 2
    assert page.count('<svg class="spark"') == 1
    assert page.count('class="past"') == page.count('class="scored"') == 1


def test_index_puts_a_short_excess_in_total(usual: Result) -> None:
    verdict = {"word": "held up", "reason": "", "against": "half", "since": "2026-08-03",
               "excess": None, "low": None, "high": None, "total": 0.0428,
               "sessions": 60}  # fmt: skip
    assert "+4.3 % in total against half" in text_of(
        index_line({**usual.manifest, "verdict": verdict}, None)
    )
    old = {**verdict, "excess": 0.2, "sessions": 60}
    del old["total"]  # an earlier build
    assert "a year" not in text_of(index_line({**usual.manifest, "verdict": old}, None))


def test_index_of_no_runs_is_a_page(tmp_path: Path) -> None:
    assert "No run is here yet." in write_index(tmp_path).read_text(encoding="utf-8")


def test_index_of_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"No such file.*give another folder"):
        write_index(tmp_path / "nowhere")


def test_write_pages_writes_the_tearsheet(tmp_path: Path) -> None:
    result = make(curve(walk(20)))
    write_pages(result, tmp_path)
    assert 'href="tearsheet.html"' in (tmp_path / "verdict.html").read_text(encoding="utf-8")
    assert (tmp_path / "tearsheet.html").read_text(encoding="utf-8") == tearsheet(result)


def test_the_index_leads_to_pages_over_several_runs(runs: Path) -> None:
    (runs / "sweep-x").mkdir()
    for name in ("compare-1234567890.html", "sweep-x/sweep.html", "claims-a%20b.html"):
        text = f"<head><title>{name} &lt;b&gt;</title></head>"
        (runs / name).write_text(text, encoding="utf-8")
    page = write_index(runs).read_text(encoding="utf-8")
    others = page.split('id="others"')[1]
    assert re.findall(r'<li>(\w+): <a href="([^"]*)">(.*?)</a>', others) == [
        ("Comparison", "compare-1234567890.html", "compare-1234567890.html &lt;b&gt;"),
        ("Sweep", "sweep-x/sweep.html", "sweep-x/sweep.html &lt;b&gt;"),
        ("Claims", "claims-a%2520b.html", "claims-a%20b.html &lt;b&gt;"),
    ]


def test_on_a_phone_each_cell_names_its_column(usual: Result) -> None:
    row = str(index_line(usual.manifest, None))
    labels = re.findall(r'data-label="([^"]*)"', row)
    assert labels == [column.name or column.title for column in COLUMNS[1:]]
