"""The shape of a run and nothing else, to prove that pages ask for no more."""

from __future__ import annotations

from dataclasses import dataclass, fields

import pandas as pd

from reports.contract.evaluation import EvaluationJson
from reports.contract.manifest import ManifestJson
from reports.record import RunRecord


@dataclass(frozen=True, eq=False)
class BareRecord:
    """`RunRecord` word by word."""

    id: str
    simulated: bool
    manifest: ManifestJson
    evaluation: EvaluationJson | None
    equity: pd.Series
    curve: pd.Series
    weights: pd.DataFrame
    targets: pd.DataFrame
    fills: pd.DataFrame
    cash: pd.DataFrame
    lapses: pd.DataFrame
    references: pd.DataFrame
    rates: pd.DataFrame
    placebos: pd.DataFrame

    @classmethod
    def of(cls, record: RunRecord) -> BareRecord:
        return cls(**{field.name: getattr(record, field.name) for field in fields(cls)})
