"""Claims of articles as they are kept beside their page, made up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports.contract.claims import CheckedArticlesJson


def claim(number: str, verdict: str = "holds", **fields: Any) -> dict[str, Any]:
    return {
        "id": number, "text": f"Claim {number}", "claimed": "> 0", "measured": "+1.0 %",
        "verdict": verdict, "sentence": "in a line", "basis": [], "due": "2025-12-31",
        "probability": None, "quoted": "", "subject": "SPY", "digest": "d", **fields,
    }  # fmt: skip


def checked(
    *claims: Mapping[str, Any], at: str = "2026-01-05T10:00:00+00:00", **article: Any
) -> CheckedArticlesJson:
    about = {
        "id": "a", "title": "T", "publisher": "The Paper", "dated_by": "",
        "published": "2025-03-03T06:00:00+00:00", "claims": list(claims), **article,
    }  # fmt: skip
    return {"format": 1, "checked": at, "source": "folder", "simulated": False,
            "articles": [about]}  # type: ignore[list-item,return-value]  # fmt: skip
