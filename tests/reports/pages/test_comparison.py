"""The page that puts runs side by side."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from backtests.evaluation.comparison import compare
from newsfolio.errors import OutputError
from reports import write_compare
from reports.pages.comparison import compare_page
from reports.pages.script import NAME
from tests.support.results import run, text_of, two


@pytest.fixture(scope="module")
def page() -> str:
    return compare_page(two(), compare(two()), Path("nowhere"))


def test_the_page_shows_figures_differences_and_how_alike_the_runs_are(page: str) -> None:
    comparison, text = compare(two()), text_of(page)
    first, pair = comparison["figures"][0], comparison["pairs"][0]
    assert comparison["conclusion"] in text
    assert f"{first['cagr']['value'] * 100:.2f} %" in text
    assert f"{pair['excess']['value'] * 100:+.2f} %" in text
    low, high = (f"{pair['excess_always'][end] * 100:+.1f} %" for end in ("low", "high"))
    assert f" of all looks {low} to {high}" in text
    assert f"east &lt;b&gt; 1.00 {comparison['correlation'][0][1]:.2f}" in text
    assert "Money held in the same lines Run east &lt;b&gt; abc east &lt;b&gt; 90 % 90 %" in text
    for note in comparison["notes"]:
        assert note in text


def test_below_ninety_sessions_excesses_are_in_total() -> None:
    comparison = {**compare(two()), "sessions": 89, "years": 0.5}
    (pair,) = comparison["pairs"]
    excess = {"value": 0.0609, "low": -0.04, "high": 0.105, "why": ""}
    comparison["pairs"] = [{**pair, "excess": excess, "total": 0.03}]
    text = text_of(compare_page(two(), comparison, Path("nowhere")))  # type: ignore[arg-type]
    assert "Excess in total" in text
    assert "+3.00 % -2.0 % to +5.1 %" in text
    assert "a year" not in text[: text.index("how different the two are")]


def test_curves_start_at_one_and_end_at_the_growth(page: str) -> None:
    block = re.search(r'id="data">(.*?)</script>', page, re.DOTALL)
    assert block is not None
    data = json.loads(block.group(1))
    traces = data["charts"]["growth"]["figure"]["data"]
    assert [trace["name"] for trace in traces] == ["abc", "east &lt;b&gt;"]
    for trace, result in zip(traces, reversed(two()), strict=True):
        assert trace["y"][0] == 1
        assert trace["y"][-1] == pytest.approx(result.equity.iloc[-1] / 1e6, rel=1e-4)
        assert len(trace["y"]) == len(data["shared"]["scored"]) == 300


def test_runs_with_the_same_label_are_told_apart_by_their_ids() -> None:
    results = [run("x-111111", 1, "same"), run("x-222222", 2, "same")]
    text = text_of(compare_page(results, compare(results), Path("nowhere")))
    assert "same (111111) against same (222222)" in text


def test_simulated_runs_say_so_across_the_page() -> None:
    data = {"source": "sample", "snapshot": "cd" * 8, "simulated": True}
    results = [two()[0], run("abc-333333", 2, "abc", data=data)]
    page = compare_page(results, compare(results), Path("nowhere"))
    assert page.index("SIMULATED data") < page.index("<h1>")
    assert "<title>SIMULATED" in page


def test_it_is_written_with_its_script_and_leads_to_pages_that_are_there(tmp_path: Path) -> None:
    (tmp_path / "abc-222222").mkdir()
    (tmp_path / "abc-222222" / "verdict.html").write_text("<p>", encoding="utf-8")
    path = write_compare(two(), compare(two()), tmp_path)
    page = path.read_text(encoding="utf-8")
    assert path.parent == tmp_path
    assert re.fullmatch(r"compare-[0-9a-f]{10}\.html", path.name)
    assert (tmp_path / NAME).is_file()
    assert re.findall(r'<a href="([^"#]+)"', page) == ["abc-222222/verdict.html"]
    assert write_compare(two(), compare(two()), tmp_path).read_text(encoding="utf-8") == page


def test_another_comparison_does_not_replace_the_last_one(tmp_path: Path) -> None:
    others = [run("abc-222222", 2, "abc"), run("abc-444444", 4, "four")]
    pages = [write_compare(runs, compare(runs), tmp_path) for runs in (two(), others)]
    assert len(set(pages)) == 2
    assert all(page.is_file() for page in pages)


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"give another folder"):
        write_compare(two(), compare(two()), tmp_path / "nowhere")
