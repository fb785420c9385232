"""The runs that a folder holds, and a line about each."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from newsfolio.errors import UnknownName
from newsfolio.formatting import percent, ratio


def row_of(manifest: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """One run as `--json` prints it; fractions, not percent."""
    figures = manifest["metrics"]["strategy"]
    names = ("final_equity", "total_return", "cagr", "volatility", "sharpe", "max_drawdown",
             "turnover", "costs", "trades")  # fmt: skip
    return {
        "id": manifest["id"],
        "strategy": manifest["strategy"]["label"],
        "engine": manifest["engine"],
        "data": manifest["data"]["source"],
        "simulated": manifest["data"]["simulated"],
        "start": manifest["window"]["start"],
        "end": manifest["window"]["end"],
        "currency": manifest["settings"]["currency"],
        **{name: figures[name] for name in names},
        "verdict": manifest.get("verdict"),
        "path": str(path),
        "snapshot": manifest["data"]["snapshot"],
    }


def listed(row: Mapping[str, Any]) -> tuple[str, ...]:
    """A row of `row_of` as `runs` lists it."""
    return (
        str(row["id"]), str(row["data"]), f"{row['start']} to {row['end']}", percent(row["cagr"]),
        ratio(row["sharpe"]), percent(row["max_drawdown"]),
    )  # fmt: skip


def manifests(folder: Path) -> list[tuple[Path, dict[str, Any]]]:
    """Run folders with their manifests, newest first; damaged ones are named and passed over."""
    runs = []
    for path in sorted(folder.glob("[!.]*/manifest.json"), key=lambda p: -p.stat().st_mtime_ns):
        try:
            manifest = json.loads(path.read_text(encoding="utf-8"))
            listed(row_of(manifest, path.parent))
            runs.append((path.parent, manifest))
        except (OSError, ValueError, KeyError, TypeError) as error:
            print(f"newsfolio: {path.parent} is damaged ({error!r}); run it again", file=sys.stderr)
    return runs


def run_folder(run: str, folder: Path) -> Path:
    """The folder of the run whose id begins so; the newest where several do."""
    folders = {path.name: path for path, _ in manifests(folder)}
    matching = [name for name in folders if name == run] or [
        name for name in folders if name.startswith(run)
    ]
    if not matching:
        raise UnknownName("run", run, folders, "`newsfolio runs` lists them.")
    return folders[matching[0]]
