"""What `newsfolio check` said of plain backtrader strategies, for the runs that follow.

A check costs many runs, so that no run makes it by itself.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from pathlib import Path
from typing import TypedDict

from reports.contract.certificate import CertificateJson
from reports.contract.manifest import StrategyJson


class CheckJson(TypedDict):
    """What is kept of a certificate."""

    honesty: str
    reason: str
    replays: int
    decisions: int


def remember_check(folder: Path, about: StrategyJson, check: CertificateJson) -> None:
    """Keep what a check said; where that cannot be written, nothing is remembered."""
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        kept: CheckJson = {
            "honesty": check["honesty"], "reason": check["reason"],
            "replays": check["replays"], "decisions": check["decisions"],
        }  # fmt: skip
        text = json.dumps(kept, sort_keys=True)
        _path(folder, about).write_text(text + "\n", encoding="utf-8")


def last_check(folder: Path, about: StrategyJson) -> CheckJson | None:
    """What the last check of this code with these parameters and lines said."""
    with suppress(OSError, ValueError):
        check: CheckJson = json.loads(_path(folder, about).read_text(encoding="utf-8"))
        return check
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


def _path(folder: Path, about: StrategyJson) -> Path:
    lines = [sleeve["lines"] for sleeve in about["universe"]]
    key = json.dumps([about["name"], about["code"], about["parameters"], lines], sort_keys=True)
    return folder / f"{hashlib.sha256(key.encode()).hexdigest()[:16]}.json"
