"""What runs and sweeps work with: a source, settings and a ledger, opened in one way for both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from backtests import paths
from backtests.progress import Progress, silent
from backtests.records.ledger import Ledger
from backtests.settings import RunSettings, Settings, settings_of
from markets.open import Beside
from markets.snapshot import Source

if TYPE_CHECKING:
    import pandas as pd


Data: TypeAlias = "str | Path | Source | pd.DataFrame | Mapping[str, pd.DataFrame | pd.Series]"
"""yahoo, sample or a folder; a source; or prices in memory."""


@dataclass(frozen=True)
class Workspace:
    """Where prices come from, how a run is made, where it is counted, and who is told how far."""

    source: Source
    settings: Settings
    ledger: Ledger
    progress: Progress = silent


def open_workspace(
    data: Data,
    settings: RunSettings,
    ledger: str | Path | None = None,
    *,
    offline: bool = False,
    facts: str | Path | None = None,
    snapshot: str | None = None,
    vendor: str = "",
) -> Workspace:
    """From the options of a notebook; the user's own ledger where none is named.

    CommandError for a setting that does not exist or a source that cannot be.
    """
    chosen = settings_of(settings)
    source = open_data(data, offline=offline, facts=facts, snapshot=snapshot, vendor=vendor)
    return Workspace(source, chosen, open_ledger(ledger))


def open_data(
    data: Data,
    *,
    offline: bool = False,
    facts: str | Path | None = None,
    snapshot: str | None = None,
    vendor: str = "",
) -> Source:
    """The source that a notebook names; CommandError for one that cannot be."""
    beside = Beside(Path(facts) if facts else None, vendor=vendor)
    if isinstance(data, str | Path):
        return paths.open_source(str(data), offline=offline, beside=beside, snapshot=snapshot)
    return data if isinstance(data, Source) else paths.open_frames(data, beside)


def open_ledger(path: str | Path | None) -> Ledger:
    """The ledger named, or the user's own; OutputError for a file that is something else."""
    ledger = Ledger((Path(path) if path else paths.ledger_path()).absolute())
    ledger.require_ours()
    return ledger
