"""The run folders that a folder holds: one rule for the index and the terminal."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from reports.contract.manifest import ManifestJson
from reports.tables.runs import index_row, json_row, text_row


@dataclass(frozen=True)
class SavedRun:
    """A run folder with its manifest."""

    folder: Path
    manifest: ManifestJson


@dataclass(frozen=True)
class DamagedRun:
    """A folder whose manifest is none of ours, and what came of reading it."""

    folder: Path
    error: Exception


def saved_runs(folder: Path) -> tuple[list[SavedRun], list[DamagedRun]]:
    """Runs that can be listed, the newest manifest first, and those that cannot.

    Folders whose name begins with a dot are somebody's draft.
    """
    runs: list[SavedRun] = []
    damaged: list[DamagedRun] = []
    for path in sorted(folder.glob("[!.]*/manifest.json"), key=_age):
        try:
            manifest: ManifestJson = json.loads(path.read_text(encoding="utf-8"))
            text_row(json_row(manifest, path.parent))
            index_row(manifest)
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            damaged.append(DamagedRun(path.parent, error))
        else:
            runs.append(SavedRun(path.parent, manifest))
    return runs, damaged


def _age(path: Path) -> tuple[int, str]:
    return -path.stat().st_mtime_ns, path.parent.name
