"""Results made by hand, to make pages from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from backtests.fills import Fill
from backtests.metrics import figures
from backtests.result import Result


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
    days = [f"{day:%Y-%m-%d}" for day in equity.index] or ["", ""]
    manifest = {
        "id": "east-rising-1a2b3c4d5e",
        "format": 1,
        "strategy": {
            "name": "east-rising",
            "label": "east-rising(ramp=20)",
            "address": "east-rising",
            "doc": "Rotate once the article can be acted on.",
            "parameters": {"weight": 1.0, "ramp": 20},
            "universe": [
                {"sleeve": "Ten", "lines": ["0700.HK", "BABA"], "hindsight": "picked late"}
            ],
            "schedule": "end of each month",
            "code": "0" * 16,
        },
        "thesis": None,
        "engine": "kernel",
        "verified": False,
        "data": {"source": "folder", "snapshot": "ab" * 8, "simulated": False},
        "window": {
            "start": days[0],
            "end": days[-1],
            "sessions": len(equity),
            "years": round(len(equity) / 261, 2),
        },
        "settings": {"currency": "USD", "cash": 1_000_000.0, "dividends": "cash"},
        "benchmark": None if against is None else {"label": "ACWI", "traded": True},
        "controls": list(controls or {}),
        "labels": {},
        "assumptions": ["Filled at the next open.", "Dividends are gross."],
        "notes": ["0700.HK: lots unknown before 2014"],
        "credit": None,
        "waiting": [],
        "lapsed": 0,
        "ruined": None,
        "metrics": metrics,
        "versions": {"newsfolio": "0.1.0"},
        "seed": 0,
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


THESIS = {
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


def text_of(page: str) -> str:
    """Words that a reader sees outside the drawings, blanks folded."""
    bare = re.sub(r"<svg.*?</svg>|<style>.*?</style>|<pre>.*?</pre>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", bare))
