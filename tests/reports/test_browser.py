"""Every page in a real browser: nothing is asked for, nothing fails, everybody can read it."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from backtests import sweep
from backtests.evaluation.comparison import compare
from backtests.records.result import Result
from backtests.runner.claims import articles_of, check_claims
from markets.sample.source import SampleSource
from newsfolio.articles import ARTICLES
from reports import (
    write_claims,
    write_compare,
    write_index,
    write_pages,
    write_scoreboard,
    write_single,
)
from reports.pages import index as index_page
from reports.pages.index import index, index_line
from reports.pages.tearsheet import tearsheet
from tests.support.boards import full_board
from tests.support.hostile_results import HOSTILE, hostile
from tests.support.results import THESIS, curve, fill, judged, make, two, walk, with_events
from tests.support.sweeps import Top

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
DRAWN = "html[data-charts=drawn]"
SETTLED = "new Promise(done => requestAnimationFrame(() => setTimeout(done, 100)))"
READ = ("usual", "single", "details", "tearsheet", "compare", "claims", "index", "sweep", "events",
        "scoreboard")  # fmt: skip
SHOWN = (*READ, "hostile", "bare")
SCRIPTED = ("verdict", "compare", "sweep")
WIDTHS = (375, 768, 1600)
NARROW_CELLS = (
    "[...document.querySelectorAll('table.cards td')].filter(cell => cell.innerText.trim() && "
    "cell.clientWidth && cell.clientWidth < 150).map(cell => cell.innerText)"
)
"""Of tables that are cards on a phone: cells in which words stand a letter a line."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("browser tests: no chromium on the path")
    with (
        playwright.sync_playwright() as play,
        play.chromium.launch(executable_path=chromium, args=FLAGS) as opened,
    ):
        yield opened


@pytest.fixture(scope="module")
def usual() -> Result:
    return judged()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, usual: Result) -> dict[str, Path]:
    """One page of each kind, by name."""
    root = tmp_path_factory.mktemp("runs")
    made = {"usual": usual, "hostile": hostile(), "bare": make(curve(walk(1)))}
    for name, result in made.items():
        result.save(root / name, lambda result, place: write_pages(result, place, tearsheet=False))
    addresses = {name: root / name / "verdict.html" for name in made}
    sheet = root / "usual" / "tearsheet.html"
    sheet.write_text(tearsheet(usual), encoding="utf-8")
    alike = write_compare(two(), compare(two()), root)
    single = root / "usual" / "single.html"
    write_single(usual, single)
    swept = sweep(Top, "sample", grid={"n": (1, 2), "lookback": (40, 63)}, start="2024-06-03",
                  walk_forward=(12, 6), ledger=root / "trials.sqlite", out=root)  # fmt: skip
    events = root / "events" / "verdict.html"
    with_events().save(events.parent, lambda made, place: write_pages(made, place, tearsheet=False))
    claims = root / "claims.html"
    rows = articles_of(ARTICLES, check_claims(ARTICLES, SampleSource()))
    write_claims(rows, "sample", True, claims)
    return {
        **addresses, "single": single, "details": sheet.with_name("details.html"),
        "tearsheet": sheet, "compare": alike, "claims": claims, "index": write_index(root),
        "sweep": swept.report(), "events": events,
        "scoreboard": write_scoreboard(full_board(), root),
    }  # fmt: skip


@dataclass
class Opened:
    """A page, with what it asked for and what it said."""

    view: Any
    path: Path
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def show(browser: Any) -> Iterator[Any]:
    """Open a page and wait for its charts: all in one tab, which has compiled newsfolio.js once."""
    view = browser.new_page()
    current = Opened(view, Path())
    view.on("request", lambda request: current.asked.append(request.url))
    view.on("console", lambda message: current.said.append(message.text))
    view.on("pageerror", lambda error: current.said.append(str(error)))

    def opened(path: Path, width: int = 1280, scheme: str = "light") -> Opened:
        nonlocal current
        view.goto("about:blank")
        view.set_viewport_size({"width": width, "height": 900})
        view.emulate_media(color_scheme=scheme, media="screen")
        current = Opened(view, path)
        view.goto(path.as_uri())
        if scripted(path):
            view.wait_for_selector(DRAWN, state="attached")
        return current

    yield opened
    view.close()


def scripted(path: Path) -> bool:
    return path.stem.split("-")[0] in SCRIPTED


@pytest.fixture(scope="module", params=SHOWN)
def page(request: pytest.FixtureRequest, show: Any, pages: dict[str, Path]) -> Opened:
    """A page of each kind, opened once on a phone and unfolded, for all tests of it."""
    page: Opened = show(pages[request.param], WIDTHS[0])
    for details in page.view.query_selector_all("details"):
        details.evaluate("one => one.open = true")
    return page


def test_a_page_opens_without_errors_strangers_or_sideways_scroll(page: Opened) -> None:
    view = page.view
    assert view.evaluate(NARROW_CELLS) == []
    for width in WIDTHS:
        view.set_viewport_size({"width": width, "height": 900})
        assert view.evaluate("document.documentElement.scrollWidth") <= width
    script = [(page.path.parent / "newsfolio.js").as_uri()] if scripted(page.path) else []
    asked = [url for url in page.asked if not url.startswith("data:")]
    assert asked == [page.path.as_uri(), *script]
    assert page.said == []


@pytest.mark.parametrize("page", READ, indirect=True)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(page: Opened, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    view = page.view
    view.set_viewport_size({"width": 1280, "height": 900})
    view.emulate_media(color_scheme=scheme)
    box = {"include": [["#ours"]]}  # the rest of a tearsheet is the library's
    context = box if page.path.stem == "tearsheet" else None
    answer = axe.Axe().run(view, context=context, options={"resultTypes": ["violations"]})
    assert [
        (
            violation["id"],
            violation["nodes"][0]["html"][:120],
            violation["nodes"][0]["failureSummary"][:200],
        )
        for violation in answer.response["violations"]
    ] == []


def test_every_chart_is_drawn_named_and_as_wide_as_its_place(
    show: Any, pages: dict[str, Path]
) -> None:
    view = show(pages["usual"], 1600).view
    charts = view.query_selector_all("[data-chart]")
    assert len(charts) == 6
    for chart in charts:
        assert len(chart.query_selector_all("svg.main-svg")) >= 1
        assert len(chart.get_attribute("aria-label")) > 40
        assert "drawn by newsfolio.js" not in chart.inner_text()
    view.set_viewport_size({"width": 375, "height": 900})
    view.wait_for_timeout(600)
    wide = view.evaluate("document.querySelector('[data-chart] svg').getBoundingClientRect().width")
    assert 240 <= wide <= 375


def test_a_script_that_is_not_ours_does_not_run(
    tmp_path: Path, pages: dict[str, Path], show: Any
) -> None:
    run = tmp_path / "run"
    shutil.copytree(pages["usual"].parent, run)
    path = run / "verdict.html"
    (run / "evil.js").write_text("window.evil = 1", encoding="utf-8")
    injected = (
        "<body><script>window.evil = 1</script><script src='evil.js'></script>"
        "<script src='newsfolio.js' nonce='guess'></script><img src=x onerror='window.evil = 1'>"
    )
    text = path.read_text(encoding="utf-8").replace("<body>", injected, 1)
    path.write_text(text, encoding="utf-8")
    page = show(path)
    assert page.view.evaluate("window.evil") is None
    assert sum("Content Security Policy" in message for message in page.said) >= 4


def test_hostile_text_is_shown_as_it_is(show: Any, pages: dict[str, Path]) -> None:
    view = show(pages["hostile"]).view
    assert view.inner_text("h1") == HOSTILE
    assert view.evaluate("document.querySelectorAll('script').length") == 2
    assert view.evaluate("document.querySelectorAll('.chart svg a, .chart svg script').length") == 0
    names = view.eval_on_selector_all(
        "#allocation .legend bdi", "all => all.map(one => one.textContent)"
    )
    assert any(name.startswith("</script><script>alert(1)") for name in names)


def test_headings_sort_by_number_and_by_text(show: Any, pages: dict[str, Path]) -> None:
    view = show(pages["usual"]).view
    order = "[...document.querySelectorAll('#fills tbody tr')].map(row => row.cells[3].innerText)"
    assert view.evaluate(order) == ["1,000", "-500"]
    view.click("#fills th:nth-child(4) button")
    view.click("#fills th:nth-child(4) button")
    assert view.evaluate(order) == ["-500", "1,000"]
    assert view.get_attribute("#fills th:nth-child(4)", "aria-sort") == "ascending"
    view.focus("#fills th:nth-child(3) button")
    view.keyboard.press("Enter")
    assert view.evaluate(order) == ["-500", "1,000"]  # sell before buy, from the last letter on


def test_thousands_of_fills_are_paged_sorted_and_saved_as_a_whole(
    show: Any, tmp_path: Path
) -> None:
    days = pd.bdate_range("2019-01-02", periods=1201)
    made = [fill(f"{day:%Y-%m-%d}", float(place + 1), 10.0) for place, day in enumerate(days)]
    judged(make(curve(walk(1201)), fills=made)).save(
        tmp_path / "run", lambda result, place: write_pages(result, place, tearsheet=False)
    )
    page = show(tmp_path / "run" / "verdict.html")
    view = page.view
    view.click("text=All fills")
    units = "[...document.querySelectorAll('#fills tbody tr')].map(row => row.cells[3].innerText)"
    line = "document.querySelector('#fills tbody td:nth-child(2)').innerText"
    first = view.evaluate(line)
    assert view.evaluate(units) == [f"{place:,}" for place in range(1, 501)]
    view.click("text=Next page")
    view.click("text=Next page")
    assert view.evaluate(units) == [f"{place:,}" for place in range(1001, 1202)]
    assert view.is_disabled("text=Next page") and view.evaluate(line) == first
    assert view.inner_text("[data-turn=fills] span") == "Rows 1,001 to 1,201 of 1,201"
    view.click("#fills th:nth-child(4) button")
    assert view.evaluate(units) == [f"{place:,}" for place in range(1201, 701, -1)]
    with view.expect_download() as waiting:
        view.click("text=Save as CSV")
    waiting.value.save_as(tmp_path / "fills.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "fills.csv").read_text(encoding="utf-8"))))
    assert [int(row["Units"]) for row in rows] == list(range(1201, 0, -1))
    assert page.said == []


def test_all_fills_are_saved_as_csv_and_no_cell_is_a_formula(
    show: Any, pages: dict[str, Path], tmp_path: Path, usual: Result
) -> None:
    view = show(pages["usual"]).view
    view.evaluate("document.querySelector('#fills tbody td:nth-child(2)').textContent = '=1+1'")
    with view.expect_download() as waiting:
        view.click("text=Save as CSV")
    waiting.value.save_as(tmp_path / "fills.csv")
    assert waiting.value.suggested_filename == f"{usual.id}-fills.csv"
    rows = list(csv.DictReader(io.StringIO((tmp_path / "fills.csv").read_text(encoding="utf-8"))))
    assert len(rows) == len(usual.fills)
    assert [row["Line"] for row in rows] == ["'=1+1", "0700.HK"]
    assert [float(row["Units"]) for row in rows] == usual.fills["quantity"].tolist()
    assert [float(row["Value, USD"]) for row in rows] == [50_000.0, -30_000.0]


def test_another_stretch_of_time_can_be_chosen(show: Any, tmp_path: Path) -> None:
    long = make(curve(walk(1500), start="2015-01-02"), thesis=THESIS)
    long.save(tmp_path / "run", lambda bounds, place: write_pages(bounds, place, tearsheet=False))
    view = show(tmp_path / "run" / "verdict.html").view
    start = "document.querySelector('[data-chart=growth]').layout.xaxis.range[0]"
    assert view.evaluate(start) > "2019"
    view.click("[data-view=growth] >> text=Whole run")
    assert view.evaluate(start) == "2015-01-02"
    assert view.get_attribute("[data-view=growth] >> text=Whole run", "aria-pressed") == "true"


def test_colours_follow_the_scheme_while_the_page_is_open_and_paper_is_light(
    show: Any, pages: dict[str, Path]
) -> None:
    view = show(pages["usual"], scheme="dark").view
    line = (
        "[...document.querySelectorAll('[data-chart=growth] .scatterlayer .trace path.js-line')]"
        ".pop().style.stroke"
    )
    dark = view.evaluate(line)
    view.emulate_media(color_scheme="light")
    view.evaluate(SETTLED)
    light = view.evaluate(line)
    assert (dark, light) == ("rgb(90, 165, 230)", "rgb(31, 111, 178)")
    view.emulate_media(color_scheme="dark", media="print")
    view.evaluate(SETTLED)
    assert view.evaluate(line) == light
    assert view.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    wide = "Math.max(...[...document.querySelectorAll('svg.main-svg')].map(one => one.clientWidth))"
    assert view.evaluate(wide) == 690


def test_without_scripts_all_text_and_tables_are_there(
    browser: Any, pages: dict[str, Path]
) -> None:
    view = browser.new_page(java_script_enabled=False)
    view.goto(pages["usual"].as_uri())
    text = view.inner_text("body")
    assert "Cannot tell yet" in text
    assert "Around publication" not in text  # what only a script can do is not offered
    drawn = view.query_selector_all("figure svg.static")
    assert len(drawn) == 6
    assert sum(svg.is_visible() for svg in drawn) == 4  # two are folded away
    view.click("#power > summary")
    assert "Until an annual Sharpe edge of that size" in view.inner_text("#power")
    view.click("#figures .word-of >> nth=0")
    assert view.locator("#word-of-interval").is_visible()
    view.close()


def test_older_rows_of_the_index_come_when_they_are_asked_for(
    show: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, usual: Result
) -> None:
    monkeypatch.setattr(index_page, "SHOWN", 2)
    rows = [index_line({**usual.manifest, "id": f"run-{place}"}, None) for place in range(5)]
    path = tmp_path / "index.html"
    path.write_text(index(rows), encoding="utf-8")
    ids = "[...document.querySelectorAll('#runs th > small:last-child')].map(one => one.innerText)"
    page = show(path)
    assert page.view.evaluate(ids) == ["run-0", "run-1"]
    page.view.click("text=Show all 5 runs")
    page.view.wait_for_selector("#older", state="detached")
    assert page.view.evaluate(ids) == [f"run-{place}" for place in range(5)]
    sorted_page = show(path)
    sorted_page.view.click("#runs thead th:nth-child(1) button")
    sorted_page.view.wait_for_selector("#runs th[aria-sort]")
    assert len(sorted_page.view.evaluate(ids)) == 5
    assert page.said == sorted_page.said == []


def test_a_click_on_a_heading_sorts_the_index(show: Any, tmp_path: Path) -> None:
    entries = []
    for name, growth in (("low", 0.0001), ("none", None), ("high", 0.0009), ("mid", 0.0005)):
        result = make(curve([] if growth is None else [growth] * 120), id=name)
        entries.append(index_line(result.manifest, f"{name}/verdict.html"))
    path = tmp_path / "index.html"
    path.write_text(index(entries), encoding="utf-8")
    view = show(path).view
    order = (
        "[...document.querySelectorAll('#runs tbody tr')].map(r => r.cells[0].lastChild.innerText)"
    )
    assert view.evaluate(order) == ["low", "none", "high", "mid"]
    view.click("text=CAGR >> nth=0")
    assert view.evaluate(order) == ["high", "mid", "low", "none"]
    view.click("text=CAGR >> nth=0")
    assert view.evaluate(order) == ["low", "mid", "high", "none"]
