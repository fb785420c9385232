"""The tearsheet: any result gives a page, and nothing on it says something wrong."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from backtests.records.result import Result, load
from backtests.simulation.metrics import figures
from reports import write_pages
from reports.charts.quantstats_plots import gallery
from reports.pages.tearsheet import tearsheet
from tests.support.results import THESIS, curve, fill, make, text_of, usual_result, walk


@pytest.fixture(scope="module")
def usual() -> Result:
    return usual_result()


@pytest.fixture(scope="module")
def page(usual: Result) -> str:
    return tearsheet(usual)


def test_headline_shows_the_manifest_figures_and_nothing_that_quantstats_computed(
    page: str,
) -> None:
    text = text_of(page)
    row = re.search(r"CAGR ([-\d.]+ %) ([-\d.]+ %) ([-\d.]+ %)", text)
    rows = [curve(walk(650, seed=seed)).iloc[-1] / 1e6 for seed in (1, 2, 3)]
    days = (curve(walk(650)).index[-1] - pd.Timestamp("2019-01-02")).days
    wanted = [f"{(ratio ** (365.25 / days) - 1) * 100:.2f} %" for ratio in rows]
    assert row is not None
    assert list(row.groups()) == wanted
    for theirs in ("Key Performance Metrics", "Kelly", "Cumulative Return", "Omega", "Smart"):
        assert theirs not in text


def test_assumptions_come_before_the_drawings_and_notes_are_folded(page: str) -> None:
    places = [page.index(mark) for mark in ("<h2>Figures", "<h2>Assumptions", "<h2>Drawings")]
    assert places == sorted(places)
    assert page.index("Filled at the next open.") < page.index("<svg")
    before = page[: page.index("lots unknown before 2014")]
    assert before.rindex("<details>") > before.rindex("</details>")


def test_simulated_is_said_before_anything_else_and_again_at_the_drawings(page: str) -> None:
    body = page[page.index("<body>") :]
    assert body.index("SIMULATED") < body.index("<h1>")
    assert "SIMULATED" in page[page.index("<h2>Drawings") : page.index("<svg")]
    assert "<title>SIMULATED" in page
    assert page.count("(SIMULATED)</b>") == page.count("<figure")


def test_real_data_is_not_called_simulated() -> None:
    assert "SIMULATED" not in tearsheet(make(curve(walk(20))))


def test_time_before_the_scored_window_is_said_to_be_context(page: str) -> None:
    assert "Scored from 2020-02-24. What lies before is context" in text_of(page)


def test_a_thesis_that_cannot_be_acted_on_makes_everything_context() -> None:
    thesis = {**THESIS, "first_decision": None, "scored_from": None}
    assert "all of it is context" in text_of(tearsheet(make(curve(walk(20)), thesis=thesis)))


def test_trades_credit_lapses_and_waiting_orders_are_listed(page: str) -> None:
    text = text_of(page)
    assert "Fills 2 (buys 1, sales 1), lines 1, traded 80,000 USD" in text
    assert "fees 20 USD, slippage 40 USD" in text
    assert "2019-02-01 0700.HK 1,000 400.00 HKD 50,000" in text
    assert "Largest debt 12,345 USD on 2020-02-24: buys came first." in text
    assert "Orders or parts of orders that lapsed: 3." in text
    assert "Still waiting at the end: BABA 100" in text
    assert "cash 10.00 %" in text


def test_each_figure_has_its_formula_as_tooltip_and_as_text(page: str) -> None:
    formula = "One way: half of the value traded in a session over the equity before it"
    assert f'title="{formula}' in page
    assert f"<dd>{formula}" in page


def test_the_page_is_sealed(page: str) -> None:
    assert "default-src &#39;none&#39;; img-src data:; style-src &#39;unsafe-inline&#39;" in page
    assert "<script" not in page
    assert re.search(r"""(?:https?:|//)[\w.]+""", page) is None
    links = re.findall(r'(?:href|src)="([^"]*)"', page)
    assert links
    assert all(link.startswith(("#", "data:")) for link in links)


def test_drawings_are_named_and_their_ids_do_not_clash(page: str) -> None:
    assert page.count("<svg") >= 5
    assert page.count("<svg") == page.count('<svg role="img" aria-label="')
    ids = re.findall(r'\bid="([^"]+)"', page)
    drawings = {drawing.split("-")[0] for drawing in ids}
    assert {"equity", "returns", "dd_plot"} <= drawings
    for name in sorted(drawings):
        own = set(re.findall(rf'id="({name}-[^"]+)"', page))
        used = set(re.findall(rf'(?:url\(|href=")#({name}-[^")]+)', page))
        assert used <= own
    assert set(re.findall(r'href="#(\w+)-', page)) <= drawings


def test_the_same_result_gives_the_same_bytes(usual: Result, page: str) -> None:
    import matplotlib

    with matplotlib.rc_context({"lines.linewidth": 7.0, "font.size": 30.0}):
        assert tearsheet(usual) == page


def test_a_page_can_be_made_again_from_the_saved_files(tmp_path: Path) -> None:
    result = make(curve(walk(20)), curve(walk(20, 2)), fills=[fill("2019-01-03", 100, 400.0)])
    folder = result.save(tmp_path / "run", write_pages)
    assert (folder / "tearsheet.html").read_text(encoding="utf-8") == tearsheet(load(folder))


def test_rendering_leaves_no_settings_figures_or_noise_behind(
    usual: Result, caplog: pytest.LogCaptureFixture
) -> None:
    import matplotlib.pyplot as plt

    settings = dict(plt.rcParams)
    fonts = logging.getLogger("matplotlib.font_manager")
    level = fonts.level
    with caplog.at_level(logging.WARNING):
        gallery(usual)
    assert dict(plt.rcParams) == settings
    assert plt.get_fignums() == []
    assert fonts.level == level
    assert "findfont" not in caplog.text


def test_rendering_does_not_touch_the_result(usual: Result) -> None:
    equity, references = usual.equity.copy(), usual.references.copy()
    tearsheet(usual)
    pd.testing.assert_series_equal(usual.equity, equity)
    pd.testing.assert_frame_equal(usual.references, references)


def ruined() -> Result:
    fall = curve([0.01] * 80 + [-1.4] + [0.0] * 20)
    return make(fall, curve(walk(len(fall))), ruined="2019-05-01")


HARD = {
    "0 sessions": lambda: make(curve(walk(650)).iloc[:0]),
    "1 session": lambda: make(curve([])),
    "2 sessions": lambda: make(curve([-0.01]), curve([0.02])),
    "20 sessions": lambda: make(curve(walk(20)), curve(walk(20, 2))),
    "flat": lambda: make(curve([0.0] * 300), curve(walk(301))),
    "interest only": lambda: make(curve([1e-4] * 300), curve(walk(301))),
    "one move": lambda: make(curve([0.0] * 150 + [0.1] + [0.0] * 150), curve(walk(302))),
    "flat benchmark": lambda: make(curve(walk(301)), curve([0.0] * 300)),
    "all loss": lambda: make(curve([-0.002] * 300), curve(walk(301))),
    "all gain and once doubled": lambda: make(curve([0.001] * 200 + [1.5] + [0.001] * 200)),
    "no benchmark": lambda: make(curve(walk(301))),
    "ruined": ruined,
    "benchmark with gaps": lambda: make(curve(walk(301)), curve(walk(301)).iloc[50:]),
    "wide": lambda: make(curve([0.05] * 299), curve(walk(300)), {"$a_b$": curve(walk(300, 4))}),
}


@pytest.mark.parametrize("name", HARD)
def test_any_result_gives_a_complete_page(name: str) -> None:
    page = tearsheet(HARD[name]())
    assert page.rstrip().endswith("</html>")
    for section in ("Figures", "Assumptions", "Drawings", "Trades, cash and credit"):
        assert f"<h2>{section}</h2>" in page
    assert not re.search(r"\bnan\b|\binf\b|-0\.00 %|None|NaT", text_of(page))
    assert "stopped with" not in page


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("1 session", "a curve needs two sessions"),
        ("20 sessions", "20 sessions are too few"),
        ("flat", "the equity never moved"),
        ("all gain and once doubled", "is read as prices"),
        ("ruined", "the equity fell to zero or below"),
        ("flat benchmark", "without the benchmark: the equity never moved"),
        ("benchmark with gaps", "without the benchmark: it has gaps"),
    ],
)
def test_what_cannot_be_drawn_is_left_out_with_a_sentence(name: str, sentence: str) -> None:
    result = HARD[name]()
    assert sentence in " ".join(gallery(result).sentences)


def test_undefined_figures_say_why() -> None:
    assert "CAGR n/a one session: no time has passed" in text_of(tearsheet(make(curve([]))))
    flat = make(curve([0.0] * 300))
    rates = pd.Series(0.0, index=flat.equity.index)
    flat.manifest["metrics"]["strategy"] = figures(flat.equity, (), rates)  # type: ignore[index]
    assert "Sharpe ratio n/a returns do not deviate from cash" in text_of(tearsheet(flat))
    assert "Sortino ratio n/a no session fell below cash" in text_of(tearsheet(flat))


def test_ratios_of_a_ruined_account_are_not_shown() -> None:
    text = text_of(tearsheet(ruined()))
    for label in ("Volatility", "Sharpe ratio", "Sortino ratio"):
        assert f"{label} n/a ruined: later returns mean nothing" in text
    assert "Ruined on 2019-05-01" in text


def test_an_index_level_has_no_trades_of_its_own() -> None:
    level = {"label": "^GSPC (level)", "traded": False}
    text = text_of(tearsheet(make(curve(walk(20)), curve(walk(20, 2)), benchmark=level)))
    assert "^GSPC (level) (an index level, not bought)" in text
    assert re.search(r"Turnover a year 0.00 % n/a an index level: not bought", text)


@pytest.mark.parametrize(
    "label", ["<script>alert(1)</script>{{metrics}}{{dd_plot}}", "-->{% raw %}</title>", "x" * 5000]
)
def test_labels_are_text_wherever_they_come_from(label: str) -> None:
    strategy = {**make(curve([])).manifest["strategy"], "label": label, "doc": label}
    thesis = {**THESIS, "title": label, "article": {**THESIS["article"], "title": label}}
    result = make(
        curve(walk(120)),
        curve(walk(120, 2)),
        {label: curve(walk(120, 3))},
        strategy=strategy,
        thesis=thesis,
        benchmark={"label": label, "traded": True},
        notes=[label],
        assumptions=[label],
    )
    page = tearsheet(result)
    assert "<script" not in page
    assert page.count("</title>") == 1
    assert page.count("<svg") == len(gallery(result).drawings) > 1
    assert (
        label
        in json.loads(_unescaped(re.findall(r"<pre>(.*?)</pre>", page, re.DOTALL)[0]))["notes"]
    )


def _unescaped(text: str) -> str:
    from html import unescape

    return unescape(text)


def test_quantstats_gets_returns_on_one_index_with_a_leading_zero(
    usual: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    import quantstats.plots

    seen: dict[str, Any] = {}

    def spy(returns: pd.Series, benchmark: pd.Series, **given: Any) -> None:
        seen.update(given, returns=returns.copy(), benchmark=benchmark.copy())
        raise ValueError("stop here")

    for name in ("returns", "rolling_volatility"):
        monkeypatch.setattr(quantstats.plots, name, spy)
        with monkeypatch.context() as drawn:
            if name == "rolling_volatility":
                drawn.setattr(quantstats.plots, "returns", lambda *_, **__: None)
            assert "stop here" in " ".join(gallery(usual).sentences)
        days = list(usual.equity.index)
        assert list(seen["returns"].index) == days == list(seen["benchmark"].index)
        assert seen["returns"].iloc[0] == seen["benchmark"].iloc[0] == 0.0
        assert seen["returns"].iloc[1] == pytest.approx(walk(650)[0], abs=1e-12)  # division
        assert (seen["returns"].name, seen["benchmark"].name) == ("Strategy", "Benchmark")
    span = (usual.equity.index[-1] - usual.equity.index[0]).days / 365.25
    assert seen["periods_per_year"] == pytest.approx(649 / span)


def test_axis_labels_of_quantstats_are_not_rounded_together() -> None:
    from reports.charts.matplotlib_svg import matplotlib_defaults
    from reports.charts.quantstats_plots import quantstats_files

    returns = pd.Series(0.0, index=pd.bdate_range("2020-01-01", periods=300))
    returns.iloc[1:] = walk(300, deviation=0.0004)
    with matplotlib_defaults():
        files = quantstats_files(returns, None, ("returns", "dd_plot", "rolling_vol"))
    for name in files:
        labels = re.findall(r"<!-- (\S+ %) -->", files[name])
        assert len(labels) > 3
        assert len(set(labels)) == len(labels)


def test_adding_a_benchmark_changes_no_figure_of_the_strategy() -> None:
    alone = tearsheet(make(curve([0.0] * 200 + walk(101))))
    beside = tearsheet(make(curve([0.0] * 200 + walk(101)), curve(walk(301))))
    pattern = r"(?:CAGR|Maximum drawdown|Sharpe ratio) ([-\d.]+)"
    assert re.findall(pattern, text_of(alone)) == re.findall(pattern, text_of(beside))
