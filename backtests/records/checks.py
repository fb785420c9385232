"""What `newsfolio check` said of plain backtrader strategies, for the runs that follow.

A check costs many runs, so that no run makes it by itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from reports.contract.manifest import StrategyJson


def remember_check(folder: Path, about: StrategyJson, check: Mapping[str, Any]) -> None:
    """Keep what a check said; where that cannot be written, nothing is remembered."""
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps({name: check[name] for name in _KEPT}, sort_keys=True)
        _path(folder, about).write_text(text + "\n", encoding="utf-8")


def last_check(folder: Path, about: StrategyJson) -> dict[str, Any] | None:
    """What the last check of this code with these parameters and lines said."""
    with suppress(OSError, ValueError):
        check = json.loads(_path(folder, about).read_text(encoding="utf-8"))
        return {name: check[name] for name in _KEPT if name in check}
    return None


def lookahead(folder: Path, about: StrategyJson) -> str:
    """What a page must say at its top; "" where a check found nothing."""
    check = last_check(folder, about)
    if check is None:
        lines = ",".join(line for sleeve in about["universe"] for line in sleeve["lines"])
        return (
            "look-ahead not checked: a plain backtrader strategy can reach all of its bars; "
            f"newsfolio check {about['address']} --universe {lines} replays it with other futures"
        )
    return (
        "" if check["honesty"] == "honest" else f"look-ahead: {check['honesty']}; {check['reason']}"
    )


_KEPT = ("honesty", "reason", "replays", "decisions")


def _path(folder: Path, about: StrategyJson) -> Path:
    lines = [sleeve["lines"] for sleeve in about["universe"]]
    key = json.dumps([about["name"], about["code"], about["parameters"], lines], sort_keys=True)
    return folder / f"{hashlib.sha256(key.encode()).hexdigest()[:16]}.json"
