"""Results made by hand, to make pages from."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from backtests.records.result import Result
from backtests.runner.provenance import settings_values
from backtests.settings import Settings
from backtests.simulation.fills import Fill
from backtests.simulation.metrics import figures
from reports.contract.evaluation import StudyJson
from reports.contract.manifest import ManifestJson, ScoringJson, ThesisJson, WindowJson
from tests.support.evaluations import usual_evaluation


def walk(sessions: int, seed: int = 1, deviation: float = 0.011) -> list[float]:
    """Session returns from a fixed seed, none for the first session."""
    drawn = np.random.default_rng(seed).normal(0.0004, deviation, max(sessions - 1, 0))
    return [float(value) for value in drawn]


def curve(
    returns: Sequence[float], start: str = "2019-01-02", cash: float = 1_000_000
) -> pd.Series:
    levels = cash * np.cumprod(np.r_[1.0, np.asarray(returns, dtype=float) + 1])
    index = pd.bdate_range(start, periods=len(levels), name="session")
    return pd.Series(levels, index=index, name="equity")


def make(
    equity: pd.Series,
    against: pd.Series | None = None,
    controls: dict[str, pd.Series] | None = None,
    fills: Sequence[Fill] = (),
    **changed: Any,
) -> Result:
    """A result around a curve; `changed` replaces entries of the manifest."""
    rates = pd.DataFrame({"cash": 0.03}, index=equity.index)
    curves = {**({} if against is None else {"benchmark": against}), **(controls or {})}
    metrics = {
        name: figures(line, fills if name == "strategy" else (), rates["cash"])
        for name, line in {"strategy": equity, **curves}.items()
        if len(line)
    } or {"strategy": {}}
    manifest: ManifestJson = {
        **USUAL,
        "window": window_of(equity),
        "scored": scored_of(changed.get("thesis")),
        "benchmark": None if against is None else {"label": "ACWI", "traded": True},
        "controls": list(controls or {}),
        "metrics": metrics,
        **changed,
    }
    return Result(
        manifest=manifest,
        equity=equity,
        weights=pd.DataFrame({"0700.HK": 0.6, "BABA": 0.3}, index=equity.index),
        targets=pd.DataFrame(columns=["0700.HK", "BABA"]),
        fills=pd.DataFrame([vars(fill) for fill in fills]),
        cash=pd.DataFrame(columns=["session", "why", "asset", "amount"]),
        lapses=pd.DataFrame(columns=["session", "asset", "quantity", "reason"]),
        references=pd.DataFrame(curves, index=equity.index),
        rates=rates,
    )


USUAL: Any = {
    "id": "east-rising-1a2b3c4d5e",
    "format": 1,
    "strategy": {
        "name": "east-rising",
        "label": "east-rising(ramp=20)",
        "address": "east-rising",
        "doc": "Rotate once the article can be acted on.",
        "parameters": {"weight": 1.0, "ramp": 20},
        "universe": [{"sleeve": "Ten", "lines": ["0700.HK", "BABA"], "hindsight": "picked late"}],
        "schedule": "end of each month",
        "code": "0" * 16,
    },
    "thesis": None,
    "engine": "kernel",
    "verified": False,
    "data": {"source": "folder", "snapshot": "ab" * 8, "simulated": False},
    "settings": settings_values(Settings()),
    "labels": {},
    "assumptions": ["Filled at the next open.", "Dividends are gross."],
    "notes": ["0700.HK: lots unknown before 2014"],
    "findings": [],
    "credit": None,
    "waiting": [],
    "lapsed": 0,
    "explained": None,
    "ruined": None,
    "versions": {"newsfolio": "0.1.0"},
    "seed": 0,
}


def window_of(equity: pd.Series) -> WindowJson:
    days = [f"{day:%Y-%m-%d}" for day in equity.index] or ["", ""]
    years = round(len(equity) / 261, 2)
    return {"start": days[0], "end": days[-1], "sessions": len(equity), "years": years}


def scored_of(thesis: ThesisJson | None) -> ScoringJson:
    if thesis is None:
        return {"divide": None, "from": None}
    return {"divide": thesis["first_decision"], "from": thesis["scored_from"]}


THESIS: ThesisJson = {
    "id": "T1",
    "title": "East up, west down",
    "statement": "The Ten beat the Seven.",
    "article": {
        "id": "003",
        "title": "Crushed <b>giants</b>",
        "publisher": "A paper",
        "published": "2020-02-21T03:30:00+00:00",
        "dated_by": "the page",
    },
    "first_decision": "2020-02-21",
    "scored_from": "2020-02-24",
    "claims": [],
}


def fill(day: str, quantity: float, price: float) -> Fill:
    return Fill(pd.Timestamp(day).date(), "0700.HK", quantity, price, "HKD", 0.125, 10.0, 20.0)


def usual_result() -> Result:
    """Two and a half years with everything on it, on simulated data."""
    sessions = 650
    return make(
        curve(walk(sessions)),
        curve(walk(sessions, seed=2)),
        {"half and half": curve(walk(sessions, seed=3))},
        fills=[fill("2019-02-01", 1000, 400.0), fill("2020-03-02", -500, 480.0)],
        thesis=THESIS,
        data={"source": "sample", "snapshot": "cd" * 8, "simulated": True},
        credit={"largest": 12345.0, "session": "2020-02-24", "why": "buys came first"},
        lapsed=3,
        waiting=[["BABA", 100.0]],
    )


def run(name: str, seed: int, label: str, sessions: int = 300, **changed: Any) -> Result:
    """A result of a name and a label of its own."""
    result = make(curve(walk(sessions, seed)), id=name, **changed)
    about = {**result.manifest["strategy"], "label": label}
    return dataclasses.replace(result, manifest={**result.manifest, "strategy": about})


def two() -> list[Result]:
    """Two results to put side by side."""
    return [run("east-111111", 1, "east <b>"), run("abc-222222", 2, "abc")]


def text_of(page: str) -> str:
    """Words that a reader sees outside the drawings, blanks folded."""
    inner = r"<svg(?:(?!<svg).)*?</svg>"  # drawings hold drawings
    unseen = r"<style>.*?</style>|<pre>.*?</pre>|<script.*?</script>"
    page = re.sub(r'<span class="day">([^<]*)</span>', r"\1", page)
    bare = re.sub(inner, " ", re.sub(inner, " ", page, flags=re.DOTALL), flags=re.DOTALL)
    bare = re.sub(unseen, " ", bare, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", bare))


def judged(result: Result | None = None, **changed: Any) -> Result:
    """A result with an evaluation and forty placebos."""
    base = result or usual_result()
    table = pd.DataFrame(
        {
            "label": [f"2019-{month:02d}" for month in range(1, 11)] * 4,
            "start": ["2019-02-01"] * 40,
            "excess": [(place - 18) / 100 for place in range(40)],
        }
    )
    evaluation = usual_evaluation(**changed).as_json()
    return dataclasses.replace(base, evaluation=evaluation, placebos=table)


STUDY: StudyJson = {
    "name": "US AI spending",
    "basket": ["NVDA", "AVGO"],
    "market": "SPY",
    "model": "Market model on SPY; the same session",
    "events": [{"day": "2025-01-27", "session": "2025-01-27", "scored": True, "lines": 2,
                "sessions": 250, "why": ""}],
    "windows": [
        {"first": first, "last": last, "events": 1, "context": 0, "car": car, "error": 0.03,
         "t": -1.2, "p": 0.2, "percentile": rank, "placebos": 500, "overlapping": [],
         "missing": [], "why": "",
         "sentence": f"After one event (2025-01-27) the basket was {moved}; {100 * rank:.1f} % of "
         "500 random dates did worse. One event is one event: no rule follows from it."}
        for first, last, car, rank, moved in (
            (0, 0, -0.053, 0.002, "5.3 % behind what SPY explains on session 0"),
            (0, 5, 0.081, 0.76, "8.1 % ahead of what SPY explains over sessions 0 to 5"),
        )
    ],
    "notes": [],
    "why": "",
}  # fmt: skip


def with_events() -> Result:
    """The same with an event study of one event and two windows."""
    result = judged()
    assert result.evaluation is not None
    return dataclasses.replace(result, evaluation={**result.evaluation, "studies": [STUDY]})


def data_of(page: str) -> dict[str, Any]:
    """What page.js draws from."""
    match = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert match is not None
    return json.loads(match.group(1))
