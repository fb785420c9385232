"""What a notebook calls, and the objects that it gets."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

import backtests
from backtests import Result, check, claims, compare, load, run, score, sweep, weights
from newsfolio import Article, Claim, Fixed, Reading, Strategy, View, at_publication
from newsfolio.errors import CommandError, NewsfolioError, OutputError, UnknownName
from newsfolio.quantities import Gain

PAPER = Article(
    "paper", "A title & more", "a paper", datetime(2025, 3, 14, 6, tzinfo=UTC),
    claims=(
        Claim("p-1", "Shares <b> rise", stated=(
            Reading(Gain("SPY"), "2025-01-02", "2025-02-03", ">", 0.0),)),
        Claim("p-2", "All is well", untestable="that is no price"),
    ),
)  # fmt: skip
DATA = {"data": "sample", "engine": "kernel"}


@dataclass(frozen=True)
class Halves(Strategy):
    """Half <b>shares</b>, half bonds."""

    share: float = 0.5
    universe = ("SPY", "TLT")
    rebalance = at_publication

    def weights(self, view: View) -> dict[str, float]:
        return {"SPY": self.share, "TLT": 1 - self.share}

    def controls(self) -> dict[str, Strategy]:
        return {"bonds <i>": Fixed(mix=((1.0, "TLT"),))}


@pytest.fixture(scope="module", autouse=True)
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A working folder with nothing of the user's in reach."""
    folder, before = tmp_path_factory.mktemp("notebook"), Path.cwd()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(folder / "data"))
        os.chdir(folder)
        yield folder
        os.chdir(before)


@pytest.fixture(scope="module")
def judged() -> Result:
    return run("east-rising", start="2025-01-02", end="2026-06-30", placebos=2, **DATA)


@pytest.fixture(scope="module")
def plain() -> Result:
    return run(Fixed(mix=((1.0, "SPY"),)), start="2025-01-02", end="2026-06-30", **DATA)


def test_the_public_names_are_all_there() -> None:
    assert backtests.__all__ == [
        "Result", "check", "claims", "compare", "load", "run", "score", "sweep", "weights",
    ]  # fmt: skip
    for name in backtests.__all__:
        assert getattr(backtests, name).__doc__
    with pytest.raises(AttributeError, match="no attribute 'sweeep'"):
        backtests.sweeep  # noqa: B018


def test_a_result_has_its_verdict_notes_and_doubts_as_objects(judged: Result) -> None:
    verdict, manifest = judged.verdict, judged.manifest
    assert verdict is not None
    assert verdict.word == "simulated"
    assert str(verdict).startswith("SIMULATED. Made-up prices.")
    assert verdict.total == manifest["verdict"]["total"]
    assert [condition.name for condition in verdict.conditions]
    assert judged.notes == tuple(manifest["notes"])
    assert judged.doubts.rows == ()
    assert judged.evaluation is not None
    assert judged.evaluation.scored.sessions == verdict.sessions  # type: ignore[attr-defined]
    assert judged.evaluation["scored"]["sessions"] == verdict.sessions
    with pytest.raises(AttributeError, match="there is no 'scord' here, but verdict, scored"):
        judged.evaluation.scord  # type: ignore[attr-defined]  # noqa: B018


def test_a_run_without_an_article_has_no_verdict_to_win(plain: Result) -> None:
    assert plain.verdict is not None
    assert plain.verdict.word == "no verdict"


def test_a_notebook_shows_verdict_growth_and_figures(judged: Result) -> None:
    shown = judged._repr_html_()
    assert shown.index("SIMULATED data") < shown.index("Made-up prices") < shown.index("<svg")
    assert "<script" not in shown
    assert shown.index("control: half and half") < shown.index("Whole run, context included")
    assert f"{judged.metrics['final_equity']:,.0f} USD" in shown


def test_a_result_names_what_scores_before_the_whole_run(judged: Result, plain: Result) -> None:
    assert judged.evaluation is not None
    lines = [line.split() for line in repr(judged).splitlines()]
    first = {line[0]: place for place, line in reversed(list(enumerate(lines)))}
    order = [first[word] for word in ("verdict", "scored", "strategy", "control", "benchmark",
                                      "whole", "window", "CAGR")]  # fmt: skip
    assert order == sorted(order)
    own = judged.evaluation["figures"][0]["total_return"]["value"]
    assert own is not None
    assert f"{own:,.2%}".replace("%", " %") in repr(judged).splitlines()[first["strategy"]]
    assert "whole run" not in repr(plain)
    assert "CAGR" in repr(plain)


def test_a_saved_run_is_loaded_by_folder_and_by_id(judged: Result, workshop: Path) -> None:
    folder = judged.save(workshop / "runs" / judged.id)
    for place in (folder, str(folder), judged.id, judged.id[:14]):
        assert load(place).verdict == judged.verdict
    with pytest.raises(UnknownName, match=r'newsfolio runs.*load\("FOLDER"\)'):
        load("nobody")
    with pytest.raises(OutputError, match="not a complete run"):
        load(workshop / "nowhere")


def test_a_run_is_found_by_its_id_where_somebody_called_its_folder_otherwise(
    plain: Result, workshop: Path
) -> None:
    """`result.report("mine")`; other folders have a manifest.json too."""
    (workshop / "web").mkdir()
    (workshop / "web" / "manifest.json").write_text("[]")
    for folder in (workshop / "mine", workshop / "runs" / "called otherwise"):
        plain.save(folder)
        assert load(plain.id).id == load(plain.id[:8]).id == plain.id
        shutil.rmtree(folder)
    with pytest.raises(UnknownName):
        load(plain.id)


def test_what_a_result_holds_is_shown_in_a_few_lines(judged: Result) -> None:
    verdict = judged.verdict
    assert verdict is not None
    met = sum(bool(condition.met) for condition in verdict.conditions if condition.asked)
    asked = sum(condition.asked for condition in verdict.conditions)
    assert repr(verdict) == f"<{verdict} {met} of {asked} conditions met, see .conditions>"
    first = verdict.conditions[0]
    assert repr(first).startswith(f"<{first.name}: met; found {first.found}; needed ")
    assert repr(judged.doubts) == "<no doubts>"
    assert judged.evaluation is not None
    shown = repr(judged.evaluation)
    assert len(shown) < 1000
    assert "verdict: {...}" in shown
    assert "comparisons: [" in shown


def test_runs_are_compared_from_results_ids_and_strategies(judged: Result, plain: Result) -> None:
    both = compare(judged.id, plain)
    assert both.conclusion in repr(both)
    assert list(both.growth.iloc[0]) == [1.0, 1.0]
    assert both.figures["total_return"].iloc[0] == pytest.approx(both.growth.iloc[-1, 0] - 1)
    pair = both.pairs.iloc[0]
    assert pair["run"] == "east-rising"
    assert pair["low"] <= pair["excess"] <= pair["high"]
    assert "None is surely ahead" in both._repr_html_()
    assert both.report("pages").is_file()


def test_claims_are_measured_and_shown_escaped() -> None:
    checked = claims(PAPER, "sample")
    assert checked.table["verdict"].tolist() == ["simulated", "untestable"]
    assert [claim.claim for claim in checked] == list(PAPER.claims)
    assert checked.simulated
    assert "Shares &lt;b&gt; rise" in checked._repr_html_()
    assert "a paper" in checked.report("claims.html").read_text(encoding="utf-8")
    with pytest.raises(UnknownName, match="no article called '999'"):
        claims("999", "sample")


def test_check_answers_the_certificate() -> None:
    certificate = check("abc-basket", start="2026-01-02", cuts=1, **DATA)
    assert certificate.honesty.value == "honest"
    assert certificate.replays
    assert repr(certificate) == f"<honest: {certificate.reason}>"


def test_weights_answers_the_portfolio_and_its_orders(tmp_path: Path) -> None:
    advice = weights(Halves(0.25), asof="2025-06-30", start="2025-01-02", **DATA)
    assert advice.asof.isoformat() == "2025-06-30"
    assert {order.asset for order in advice.orders} <= {"SPY", "TLT"}
    assert advice.as_json()["names"]["SPY"] == "S&P 500"
    held = tmp_path / "held.csv"
    held.write_text("asset,quantity\nCASH,5000\n", encoding="utf-8")
    thirds = weights("abc-basket", "sample", portfolio=held)
    assert thirds.equity == 5000
    lines = repr(thirds).splitlines()
    assert lines[0].startswith("SIMULATED")
    assert any(line.startswith("buy ") and "KWEB China internet" in line for line in lines)
    assert len(lines) < 12


def test_score_judges_what_came_since(judged: Result) -> None:
    later = score(judged, "sample", placebos=0)
    assert later.id.endswith("-since-2026-06-30")
    assert later.verdict is not None
    assert later.verdict.since == "2026-06-30"


def test_score_takes_a_strategy_that_has_no_address() -> None:
    old = run(Halves(0.4), start="2025-01-02", end="2025-06-30", placebos=0, **DATA)
    with pytest.raises(CommandError, match=r"no strategy called 'halves'.*strategy=\.\.\."):
        score(old, "sample", placebos=0)
    assert score(old, "sample", strategy=Halves(0.4), placebos=0).equity.index[-1].year == 2026
    with pytest.raises(CommandError, match="other parameters than"):
        score(old, "sample", strategy=Halves(0.3), placebos=0)


def test_a_sweep_shows_where_its_sets_lie() -> None:
    swept = sweep(Halves, "sample", grid={"share": (0.2, 0.8)}, start="2025-06-02")
    shown = swept._repr_html_()
    assert "2 sets, 0 failed" in shown
    assert "Median sharpe by share" in shown
    assert "SIMULATED" in shown


def test_strategies_and_articles_are_shown_escaped() -> None:
    shown = Halves()._repr_html_()
    assert "Half &lt;b&gt;shares&lt;/b&gt;" in shown
    assert "bonds &lt;i&gt;" in shown
    assert "SPY, TLT" in shown
    assert "A title &amp; more" in PAPER._repr_html_()
    assert "Shares &lt;b&gt; rise" in PAPER._repr_html_()


def test_an_error_is_one_line_in_a_notebook() -> None:
    with pytest.raises(NewsfolioError) as caught:
        run("abc-baskt", "sample")
    (line,) = caught.value._render_traceback_()
    assert line == f"UnknownName: {caught.value}"
    assert "Did you mean abc-basket" in line
    with pytest.raises(UnknownName, match="no setting called 'strt'"):
        run("abc-basket", "sample", strt="2020-01-02")  # type: ignore[call-arg]
