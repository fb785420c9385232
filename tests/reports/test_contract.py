"""What backtests writes is what pages read: documents of their types, runs of their shape."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from backtests import Result, sweep
from backtests import run as run_strategy
from backtests.evaluation.comparison import compare
from backtests.records.result import load
from backtests.runner.claims import articles_of, check_claims
from markets.sample.source import SampleSource
from newsfolio.articles import ARTICLES
from reports.contract.claims import CheckedArticleJson
from reports.contract.comparison import RunsComparedJson
from reports.contract.evaluation import EvaluationJson
from reports.contract.manifest import ManifestJson
from reports.contract.sweep import SweepJson
from reports.pages.comparison import compare_page
from reports.pages.details import details_page
from reports.pages.verdict import verdict_page
from reports.record import RunRecord, scoring
from reports.tearsheet.inputs import sheet_input
from reports.tearsheet.own_figures import own_values
from tests.support.contract import mismatches
from tests.support.records import BareRecord
from tests.support.results import THESIS, curve, judged, make, run, two, usual_result, walk

OLD = Path(__file__).parents[1] / "data" / "old_build" / "runs"
OLD_RUNS = sorted(path.parent.name for path in OLD.glob("*/equity.parquet"))
OLD_SWEEPS = sorted(path.parent.name for path in OLD.glob("*/sweep.json"))


def saved(result: Result, folder: Path) -> Result:
    return load(result.save(folder / result.id))


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    """Runs on the sample market as their folders hold them, with and without a verdict."""
    folder = tmp_path_factory.mktemp("runs")
    options: dict[str, Any] = {
        "data": "sample", "engine": "kernel", "start": "2025-01-02",
        "ledger": folder / "trials.sqlite",
    }  # fmt: skip
    runs = {
        "judged": run_strategy("abc-basket", placebos=5, **options),
        "with events": run_strategy("deepseek-shock", placebos=0, **options),
        "not judged": run_strategy("east-rising", verdict=False, **options),
        "explains": run_strategy("targets-raised", verdict=False, **options),
    }
    return {name: saved(result, folder) for name, result in runs.items()}


@pytest.mark.parametrize("name", ["judged", "with events", "not judged", "explains"])
def test_a_saved_run_is_of_its_types(real: dict[str, Result], name: str) -> None:
    result = real[name]
    assert list(mismatches(result.manifest, ManifestJson)) == []
    assert ("verdict" in result.manifest) == (result.evaluation is not None)
    if result.evaluation is not None:
        assert list(mismatches(result.evaluation, EvaluationJson)) == []


def test_the_parts_that_may_be_missing_are_there_somewhere(real: dict[str, Result]) -> None:
    evaluation = real["judged"].evaluation
    assert evaluation is not None
    assert evaluation["attribution"] is not None
    assert evaluation["overfitting"]["variants"]
    assert evaluation["alpha"]["betas"]
    events = real["with events"].evaluation
    assert events is not None
    assert events["studies"][0]["windows"]
    assert real["explains"].manifest["explained"] is not None


@pytest.mark.parametrize("walk_forward", [None, (12, 6)])
def test_a_sweep_is_of_its_type(tmp_path: Path, walk_forward: tuple[int, int] | None) -> None:
    result = sweep(
        "east-rising", data="sample", start="2023-01-03", walk_forward=walk_forward, out=tmp_path,
        grid={"weight": (0.5, 1.0), "ramp": (0, 20)}, ledger=tmp_path / "trials.sqlite",
    )  # fmt: skip
    document = json.loads((result.folder / "sweep.json").read_text(encoding="utf-8"))
    assert list(mismatches(document, SweepJson)) == []
    assert ("walk_forward" in document) == (walk_forward is not None)


def test_a_comparison_is_of_its_type() -> None:
    document = json.loads(json.dumps(compare(two())))
    assert list(mismatches(document, RunsComparedJson)) == []


def test_checked_claims_are_of_their_type() -> None:
    for article in articles_of(ARTICLES, check_claims(ARTICLES, SampleSource())):
        assert list(mismatches(article, CheckedArticleJson)) == []


@pytest.mark.parametrize("name", OLD_RUNS)
def test_runs_of_an_earlier_build_are_of_these_types(name: str) -> None:
    result = load(OLD / name)
    assert list(mismatches(result.manifest, ManifestJson)) == []
    if result.evaluation is not None:
        assert list(mismatches(result.evaluation, EvaluationJson)) == []


@pytest.mark.parametrize("name", OLD_SWEEPS)
def test_sweeps_of_an_earlier_build_are_of_this_type(name: str) -> None:
    document = json.loads((OLD / name / "sweep.json").read_text(encoding="utf-8"))
    assert list(mismatches(document, SweepJson)) == []


# The results that pages are tested with


@pytest.mark.parametrize(
    "record",
    [usual_result(), judged(), make(curve(walk(1))), run("a", 1, "b")],
    ids=["usual", "judged", "one session", "named"],
)
def test_results_made_by_hand_are_runs_of_their_types(record: Result) -> None:
    assert isinstance(record, RunRecord)
    assert list(mismatches(as_saved(record.manifest), ManifestJson)) == []
    if record.evaluation is not None:
        assert list(mismatches(as_saved(record.evaluation), EvaluationJson)) == []


def as_saved(document: Any) -> Any:
    return json.loads(json.dumps(document))


def test_a_run_has_the_shape_that_pages_take(real: dict[str, Result]) -> None:
    assert all(isinstance(result, RunRecord) for result in real.values())
    assert not isinstance(object(), RunRecord)


def test_pages_ask_a_run_for_nothing_but_its_shape(tmp_path: Path) -> None:
    results = two()
    bare = [BareRecord.of(result) for result in results]
    assert verdict_page(BareRecord.of(judged())) == verdict_page(judged())
    assert details_page(bare[0]) == details_page(results[0])
    assert own_values(sheet_input(bare[0])) == own_values(sheet_input(results[0]))
    assert compare_page(bare, compare(results), tmp_path) == compare_page(
        results, compare(results), tmp_path
    )


@pytest.mark.parametrize(
    ("spoilt", "complaint"),
    [
        ({"lapsed": "three"}, "$.lapsed: 'three' is not of type <class 'int'>"),
        ({"lapsed": True}, "$.lapsed: True is not of type <class 'int'>"),
        ({"news": 1}, "$.news: unknown"),
        ({"credit": {"largest": 1.0, "session": "2020-01-02"}}, "$.credit.why: missing"),
        ({"waiting": [["BABA", None]]}, "$.waiting[0][1]: None is not of type <class 'str'>"),
        ({"thesis": {**THESIS, "claims": ["c"]}}, "$.thesis.claims[0]: 'c' is no object"),
    ],
)
def test_what_is_not_of_its_type_is_told(spoilt: dict[str, Any], complaint: str) -> None:
    document = {**as_saved(usual_result().manifest), **spoilt}
    assert list(mismatches(document, ManifestJson)) == [complaint]


# Where scoring begins


def test_the_manifest_says_where_scoring_begins() -> None:
    record = judged()
    scored = {"divide": "2021-01-04", "from": "2021-01-05"}
    assert scoring({**record.manifest, "scored": scored}, record.evaluation) == scored


@pytest.mark.parametrize(
    ("thesis", "since", "evaluated", "expected"),
    [
        (None, None, True, (None, None)),
        (THESIS, None, False, ("2020-02-21", "2020-02-24")),
        (THESIS, "2020-06-01", False, ("2020-06-01", "2020-02-24")),
        (THESIS, "2020-02-21", True, ("2020-02-21", "2020-02-24")),
        ({**THESIS, "first_decision": None, "scored_from": None}, None, False, (None, None)),
    ],
)
def test_of_older_runs_the_evaluation_says_it_or_the_thesis(
    thesis: Any, since: str | None, evaluated: bool, expected: tuple[str | None, str | None]
) -> None:
    record = judged()
    manifest: Any = {**record.manifest, "thesis": thesis}
    del manifest["scored"]
    if since:
        manifest["verdict"] = {"since": since}
    scored = scoring(manifest, record.evaluation if evaluated else None)
    assert (scored["divide"], scored["from"]) == expected
