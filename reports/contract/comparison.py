"""Runs side by side, as a comparison hands them to its page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from reports.contract.evaluation import ComparisonJson, CurveFiguresJson


class PairJson(ComparisonJson):
    """One run against another, by their names."""

    one: str
    other: str


class RunsComparedJson(TypedDict):
    """Figures and differences of several runs on the sessions common to all.

    correlation, overlap: names x names. growth: of 1, by name on `sessions_iso`.
    """

    start: str
    end: str
    sessions: int
    years: float
    names: list[str]
    labels: Mapping[str, str]
    figures: list[CurveFiguresJson]
    pairs: list[PairJson]
    correlation: list[list[float | None]]
    overlap: list[list[float | None]]
    notes: list[str]
    sessions_iso: list[str]
    growth: Mapping[str, list[float]]
    simulated: bool
    conclusion: str
