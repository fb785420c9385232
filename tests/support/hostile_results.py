"""A result on which all that a user or an article may name is hostile."""

from __future__ import annotations

import dataclasses

from backtests.records.result import Result
from tests.support.evaluations import usual_evaluation
from tests.support.results import THESIS, judged, usual_result

HOSTILE = "</script><script>alert(1)</script><!--{{7*7}}\"'\u202e\u2066<b>" + "x" * 300


def hostile() -> Result:
    base = usual_result()
    evaluation = usual_evaluation()
    about = {
        **base.manifest["strategy"], "label": HOSTILE, "doc": HOSTILE,
        "parameters": {HOSTILE: HOSTILE},
        "universe": [{"sleeve": HOSTILE, "lines": ["0700.HK", HOSTILE], "hindsight": HOSTILE}],
    }  # fmt: skip
    article = {**THESIS["article"], "title": HOSTILE, "publisher": HOSTILE}  # type: ignore[dict-item]
    thesis = {**THESIS, "title": HOSTILE, "statement": HOSTILE, "article": article}
    result = dataclasses.replace(
        base,
        manifest={**base.manifest, "strategy": about, "thesis": thesis, "controls": [HOSTILE],
                  "notes": [HOSTILE], "assumptions": [HOSTILE]},
        weights=base.weights.rename(columns={"BABA": HOSTILE}),
        references=base.references.rename(columns={"half and half": HOSTILE}),
        fills=base.fills.assign(asset=HOSTILE),
    )  # fmt: skip
    return judged(
        result,
        verdict=dataclasses.replace(evaluation.verdict, reason=HOSTILE),
        comparisons=tuple(
            dataclasses.replace(row, name=HOSTILE, label=HOSTILE) for row in evaluation.comparisons
        ),
        overfitting=dataclasses.replace(
            evaluation.overfitting,
            variants=tuple(
                dataclasses.replace(v, label=HOSTILE) for v in evaluation.overfitting.variants
            ),
        ),
    )
