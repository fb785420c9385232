"""A rule that was written down before it was run, as the ledger keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias, TypedDict

from reports.contract.manifest import BareThesisJson, Json, SettingsJson, SleeveJson


class RivalJson(TypedDict):
    """A strategy that another one is measured against. code: the hash of its file."""

    label: str
    parameters: Mapping[str, Json]
    code: str


ReferenceJson: TypeAlias = str | RivalJson | None
"""A line by its ticker, or a strategy."""


class RuleJson(TypedDict):
    """All that figures will depend on but prices and dates, and what its author said of it."""

    strategy: str
    label: str
    address: str
    parameters: Mapping[str, Json]
    universe: list[SleeveJson]
    schedule: str
    code: str
    settings: SettingsJson
    variant: str
    benchmark: ReferenceJson
    controls: Mapping[str, ReferenceJson]
    thesis: BareThesisJson | None
    published: str
    horizon: str | None
    falsifier: str | None
    probability: float | None


class FrozenRuleJson(RuleJson):
    """A rule with the hash of all the rest."""

    hash: str
