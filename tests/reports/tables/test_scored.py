"""The scored window in one look, by hand: from 100 at the divide to what each curve became."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from backtests.records.scored_figures import scored_figures
from newsfolio.formatting import percent, ratio
from reports.pages.index import index_line
from reports.pages.verdict import verdict_page
from reports.saved_runs import saved_runs
from reports.tables.companies import Companies
from reports.tables.runs import HEADINGS, json_row, text_row
from reports.tables.scored import scored_headline, scored_rows
from tests.support.results import THESIS, curve, judged, make, text_of, usual_result, walk

DAYS = pd.bdate_range("2024-01-01", periods=200)
DIVIDE = DAYS[50]
"""149 sessions after it score: 0.57 years."""


def line(before: float, low: float, last: float) -> pd.Series:
    """Rises tenfold before the divide; then 100, a low, and what it ends at."""
    values = pd.Series(100.0, index=DAYS)
    values.iloc[:50] = before
    values.iloc[100:150] = low
    values.iloc[-1] = last
    return values


CURVES = {
    "strategy": line(10.0, 70.0, 120.0),
    "half": line(50.0, 90.0, 150.0),
    "benchmark": line(100.0, 100.0, 96.0),
}


def manifest(curves: dict[str, pd.Series], sessions: int = 200) -> Any:
    scored = {"divide": f"{DIVIDE:%Y-%m-%d}", "from": f"{DAYS[51]:%Y-%m-%d}"}
    cut = {name: values.iloc[:sessions] for name, values in curves.items()}
    controls = [name for name in curves if name not in ("strategy", "benchmark")]
    beside = {name: curve(walk(20)) for name in controls}
    made = make(curve(walk(20)), curve(walk(20, 2)), beside, thesis=THESIS)
    if "benchmark" not in curves:
        made.manifest["benchmark"] = None
    return {**made.manifest, "scored": scored, "scored_figures": scored_figures(scored, cut)}


def test_figures_begin_at_the_divide() -> None:
    figures = manifest(CURVES)["scored_figures"]
    years = (DAYS[-1] - DIVIDE).days / 365.25
    assert (figures["divide"], figures["end"]) == ("2024-03-11", "2024-10-04")
    assert figures["sessions"] == 149
    assert figures["years"] == pytest.approx(207 / 365.25)
    own = figures["curves"]["strategy"]
    assert own["total_return"] == pytest.approx(0.2)
    assert own["cagr"] == pytest.approx(1.2 ** (1 / years) - 1)
    assert own["max_drawdown"] == pytest.approx(-0.3)
    assert figures["curves"]["benchmark"]["total_return"] == pytest.approx(-0.04)


def test_the_gap_is_growth_over_growth_in_total_and_a_year() -> None:
    headline = scored_headline(manifest(CURVES))
    assert headline is not None
    years = 207 / 365.25
    own, control, benchmark = headline.curves
    assert [curve.role for curve in headline.curves] == ["strategy", "control", "benchmark"]
    assert (own.gap, own.gap_yearly) == (None, None)
    assert control.gap == pytest.approx(1.2 / 1.5 - 1)
    assert control.gap_yearly == pytest.approx(0.8 ** (1 / years) - 1)
    assert benchmark.gap == pytest.approx(1.2 / 0.96 - 1)
    assert headline.of("control") is control


def test_below_ninety_sessions_nothing_is_put_as_growth_a_year() -> None:
    short, long = (scored_headline(manifest(CURVES, 51 + more)) for more in (89, 90))
    assert short is not None
    assert long is not None
    assert {curve.yearly for curve in short.curves} == {None}
    assert {curve.gap_yearly for curve in short.curves} == {None}
    assert all(curve.yearly is not None for curve in long.curves)
    assert scored_rows(short, Companies())[1][2] == "n/a"


def test_a_lost_alternative_has_no_gap() -> None:
    lost = {"strategy": CURVES["strategy"], "half": line(100.0, 50.0, 0.0)}
    headline = scored_headline(manifest(lost))
    assert headline is not None
    assert [curve.gap for curve in headline.curves] == [None, None]
    assert scored_rows(headline, Companies())[2][4:] == ("n/a", "n/a")


def test_without_an_article_or_a_scored_session_there_is_none() -> None:
    assert scored_headline(make(curve(walk(20))).manifest) is None
    assert scored_figures({"divide": None, "from": None}, CURVES) is None
    assert scored_figures({"divide": "2024-10-04", "from": None}, CURVES) is None


def test_an_older_run_says_it_by_its_evaluation() -> None:
    old = judged()
    assert "scored_figures" not in old.manifest
    headline = scored_headline(old.manifest, old.evaluation)
    assert headline is not None
    assert old.evaluation is not None
    assert headline.own.total == old.evaluation["figures"][0]["total_return"]["value"]
    assert scored_headline(old.manifest) is None


def test_lists_begin_with_the_scored_window(tmp_path: Path) -> None:
    about = manifest(CURVES)
    row = dict(zip(HEADINGS, text_row(json_row(about, tmp_path)), strict=True))
    assert row["scored"] == "2024-03-11 to 2024-10-04"
    assert (row["own"], row["control"], row["benchmark"]) == ("20.00 %", "50.00 %", "-4.00 %")
    assert (row["max drawdown"], row["ahead"]) == ("-30.00 %", "-20.00 %")
    assert row["verdict"] == "not judged"
    assert row["whole run"].startswith(f"{about['window']['start']} to ")
    line = text_of(index_line(about, "page.html", made="2026-11-30T14:05+00:00"))
    assert "2026-11-30 14:05" in line
    assert "since 2024-03-11 to 2024-10-04 149 sessions 20.00 %" in line
    assert line.index("20.00 %") < line.index(ratio(about["metrics"]["strategy"]["sharpe"]))


def test_a_run_without_an_article_has_the_whole_run_alone(tmp_path: Path) -> None:
    row = json_row(usual_result().manifest, tmp_path)
    alone = json_row(make(curve(walk(20))).manifest, tmp_path)
    assert row["scored"] is None  # an older manifest does not say it
    assert text_row(alone)[4:11] == ("-",) * 7
    assert "no article" in index_line(make(curve(walk(20))).manifest, None)


def test_a_saved_run_knows_when_it_was_made(tmp_path: Path) -> None:
    import os
    from datetime import UTC, datetime

    folder = tmp_path / "run"
    folder.mkdir()
    path = folder / "manifest.json"
    path.write_text(json.dumps(make(curve(walk(20))).manifest), encoding="utf-8")
    moment = datetime(2026, 3, 1, 12, 34, tzinfo=UTC)
    os.utime(path, (moment.timestamp(),) * 2)
    (run,), _ = saved_runs(tmp_path)
    assert datetime.fromisoformat(run.row["made"]) == moment


def test_the_page_begins_with_them() -> None:
    base = judged()
    page = verdict_page(base)
    top = text_of(page[page.index("<header") : page.index("<main")])
    headline = scored_headline(base.manifest, base.evaluation)
    assert headline is not None
    assert f"Own return {percent(headline.own.total)}" in top
    assert f"Own maximum drawdown {percent(headline.own.drawdown)}" in top
    assert "Control " in top
