"""What a page is made of: the shape of a run, owned by its reader."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import pandas as pd

from reports.contract.evaluation import EvaluationJson
from reports.contract.manifest import ManifestJson, ScoringJson


@runtime_checkable
class RunRecord(Protocol):
    """A finished run, wherever it comes from; pages read it and change nothing."""

    @property
    def id(self) -> str:
        """Its name, which no other run has."""

    @property
    def simulated(self) -> bool:
        """Whether its prices were made up."""

    @property
    def manifest(self) -> ManifestJson:
        """What was run on what with which assumptions, and the figures."""

    @property
    def evaluation(self) -> EvaluationJson | None:
        """What is known of its thesis; None where the run was not evaluated."""

    @property
    def equity(self) -> pd.Series:
        """By session, base currency, the initial capital first."""

    @property
    def curve(self) -> pd.Series:
        """What the initial capital grew to, time-weighted; the equity where nothing flowed."""

    @property
    def weights(self) -> pd.DataFrame:
        """Held at each close, sessions x lines; the rest of 1 is cash."""

    @property
    def targets(self) -> pd.DataFrame:
        """Wanted by each decision, sessions of decisions x lines."""

    @property
    def fills(self) -> pd.DataFrame:
        """Columns session, asset, quantity, price, currency, rate, fee, slippage."""

    @property
    def cash(self) -> pd.DataFrame:
        """Columns session, why, asset, amount: what moved cash without a trade."""

    @property
    def lapses(self) -> pd.DataFrame:
        """Columns session, asset, quantity, reason: orders or parts of them given up."""

    @property
    def references(self) -> pd.DataFrame:
        """Curves of "benchmark" and of each control, sessions x names, same initial capital."""

    @property
    def rates(self) -> pd.DataFrame:
        """Column `cash`: what a year of idle cash earned as known on each session."""

    @property
    def placebos(self) -> pd.DataFrame:
        """Columns label, start (ISO date) and excess a year, a row a placebo."""


def scoring(manifest: ManifestJson, evaluation: EvaluationJson | None = None) -> ScoringJson:
    """Where a run begins to score; whatever shows it asks here.

    Older manifests do not say it: their evaluation does, or else the thesis.
    """
    if "scored" in manifest:
        return manifest["scored"]
    thesis = manifest["thesis"]
    if thesis is None:
        return {"divide": None, "from": None}
    if evaluation is not None:
        scored = evaluation["scored"]
        return {"divide": scored["divide"], "from": scored["start"] or None}
    since = manifest["verdict"]["since"] if "verdict" in manifest else None
    return {"divide": since or thesis["first_decision"], "from": thesis["scored_from"]}


def curve_name(name: str) -> str:
    """What a curve is called in every drawing and table: controls as their author calls them."""
    return {"strategy": "Strategy", "benchmark": "Benchmark"}.get(name, name)
