"""What a page is made of: the shape of a run, owned by its reader."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

import pandas as pd


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
    def manifest(self) -> Mapping[str, Any]:
        """What was run on what with which assumptions, and the figures (`metrics`); JSON."""

    @property
    def evaluation(self) -> Mapping[str, Any] | None:
        """What is known of its thesis; JSON, None where the run was not evaluated."""

    @property
    def equity(self) -> pd.Series:
        """By session, base currency, the initial capital first."""

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
        """Equity of "benchmark" and of each control, sessions x names, same initial capital."""

    @property
    def rates(self) -> pd.DataFrame:
        """Column `cash`: what a year of idle cash earned as known on each session."""

    @property
    def placebos(self) -> pd.DataFrame:
        """Columns label, start (ISO date) and excess a year, a row a placebo."""
