"""The index of runs, and both pages in a real browser."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backtests.result import Result
from newsfolio.errors import OutputError
from reports import write_index, write_pages
from reports.index import index
from reports.tearsheet import tearsheet
from tests.results import curve, make, text_of, usual_result, walk

CHROMIUM = "/usr/bin/chromium"


@pytest.fixture(scope="module")
def usual() -> Result:
    return usual_result()


@pytest.fixture(scope="module")
def page(usual: Result) -> str:
    return tearsheet(usual)


@pytest.fixture
def runs(tmp_path: Path, usual: Result) -> Path:
    """Three runs, one without a tearsheet, and two damaged ones."""
    odd = {**usual.manifest["strategy"], "label": "<i>odd</i>"}
    plain = make(curve(walk(20)), strategy=odd)
    for number, (name, result) in enumerate({"b-2": usual, "a & 1": plain, "c": plain}.items()):
        folder = tmp_path / name
        folder.mkdir()
        path = folder / "manifest.json"
        path.write_text(json.dumps(result.manifest), encoding="utf-8")
        if name != "c":
            (folder / "tearsheet.html").write_text("<p>", encoding="utf-8")
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
                                                      "b-2/tearsheet.html"]  # fmt: skip
    assert page.index("no tearsheet was written") < page.index("a%20%26%201")
    assert "Left out because damaged: strange, torn." in text_of(page)
    assert ".draft" not in page
    assert "&lt;i&gt;odd&lt;/i&gt;" in page
    assert "<i>odd" not in page
    assert page.count('class="tag">SIMULATED') == 1
    assert sorted(entry.name for entry in runs.iterdir() if entry.is_file()) == ["index.html"]


def test_index_shows_figures_of_strategy_and_benchmark(usual: Result) -> None:
    page = index([usual.manifest])
    metrics = usual.manifest["metrics"]
    assert f">{metrics['strategy']['cagr'] * 100:.2f} %<" in page
    assert f">{metrics['benchmark']['cagr'] * 100:.2f} %<" in page
    assert 'href="east-rising-1a2b3c4d5e/tearsheet.html"' in page
    assert "Crushed &lt;b&gt;giants" in page


def test_index_of_no_runs_is_a_page(tmp_path: Path) -> None:
    assert "No run is here yet." in write_index(tmp_path).read_text(encoding="utf-8")


def test_index_of_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="give a folder that exists"):
        write_index(tmp_path / "nowhere")


def test_write_pages_writes_the_tearsheet(tmp_path: Path) -> None:
    result = make(curve(walk(20)))
    write_pages(result, tmp_path)
    assert (tmp_path / "tearsheet.html").read_text(encoding="utf-8") == tearsheet(result)


# In a real browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    if not Path(CHROMIUM).exists():
        pytest.skip(f"browser tests: no chromium at {CHROMIUM}")
    with playwright.sync_playwright() as play:
        flags = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
        with play.chromium.launch(executable_path=CHROMIUM, args=flags) as opened:
            yield opened


@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("name", ["usual", "hostile", "index"])
def test_pages_open_without_requests_errors_or_sideways_scroll(
    browser: Any, tmp_path: Path, runs: Path, page: str, name: str, width: int
) -> None:
    path = _written(name, tmp_path, runs, page)
    view = browser.new_page(viewport={"width": width, "height": 900})
    requests: list[str] = []
    said: list[str] = []
    view.on("request", lambda request: requests.append(request.url))
    view.on("console", lambda message: said.append(message.text))
    view.on("pageerror", lambda error: said.append(str(error)))
    view.goto(path.as_uri())
    for details in view.query_selector_all("details"):
        details.evaluate("one => one.open = true")
    assert [url for url in requests if not url.startswith("data:")] == [path.as_uri()]
    assert said == []
    assert view.evaluate("document.documentElement.scrollWidth") <= width
    view.close()


def _written(name: str, folder: Path, runs: Path, page: str) -> Path:
    if name == "index":
        return write_index(runs)
    if name == "hostile":
        label = "<script>alert(1)</script>" + "x" * 900
        strategy = {**make(curve([])).manifest["strategy"], "label": label}
        page = tearsheet(make(curve(walk(20)), strategy=strategy, notes=["y" * 500]))
    path = folder / "page.html"
    path.write_text(page, encoding="utf-8")
    return path


def test_a_click_on_a_heading_sorts_the_index(browser: Any, tmp_path: Path) -> None:
    manifests = []
    for name, growth in (("low", 0.0001), ("none", None), ("high", 0.0009), ("mid", 0.0005)):
        result = make(curve([] if growth is None else [growth] * 30), id=name)
        manifests.append(result.manifest)
    path = tmp_path / "index.html"
    path.write_text(index(manifests), encoding="utf-8")
    view = browser.new_page()
    view.goto(path.as_uri())
    order = (
        "[...document.querySelectorAll('#runs tbody tr')].map(r => r.cells[0].lastChild.innerText)"
    )
    assert view.evaluate(order) == ["low", "none", "high", "mid"]
    view.click("text=CAGR >> nth=0")
    assert view.evaluate(order) == ["high", "mid", "low", "none"]
    view.click("text=CAGR >> nth=0")
    assert view.evaluate(order) == ["low", "mid", "high", "none"]
    view.close()
