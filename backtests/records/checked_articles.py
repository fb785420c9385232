"""What became of claims, as a file beside their page: the scoreboard counts by it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from reports.contract.claims import CheckedArticleJson, CheckedArticlesJson
from reports.whole_files import write_whole

FORMAT = 1
LARGEST = 100_000_000
"""Bytes of a file that is read."""


def save_checked(
    articles: Sequence[CheckedArticleJson], source: str, simulated: bool, at: datetime, page: Path
) -> Path:
    """Write what was measured beside its page, whole or not at all; OutputError."""
    document: CheckedArticlesJson = {
        "format": FORMAT,
        "checked": at.isoformat(),
        "source": source,
        "simulated": simulated,
        "articles": list(articles),
    }
    return write_whole(page.with_suffix(".json"), json.dumps(document, allow_nan=False))


def checked_articles(folder: Path) -> tuple[list[CheckedArticlesJson], list[str]]:
    """All that was measured and kept in a folder, oldest first; names of files that are damaged."""
    documents: list[CheckedArticlesJson] = []
    damaged = []
    for path in sorted(folder.glob("claims*.json")) if folder.is_dir() else ():
        try:
            if path.stat().st_size > LARGEST:
                raise ValueError("too large")
            documents.append(_read(json.loads(path.read_text(encoding="utf-8"))))
        except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
            damaged.append(path.name)
    return sorted(documents, key=lambda document: document["checked"]), damaged


def _read(document: CheckedArticlesJson) -> CheckedArticlesJson:
    """A document with what the scoreboard asks for; an error for another."""
    if document["format"] > FORMAT:
        raise ValueError("of a later build")
    datetime.fromisoformat(document["checked"])
    for article in document["articles"]:
        datetime.fromisoformat(article["published"])
        texts = [article["id"], article["title"], article["publisher"]]
        for claim in article["claims"]:
            texts += [claim["id"], claim["text"], claim["verdict"], claim["sentence"]]
            float(claim.get("probability") or 0)
            texts += [claim.get("due", ""), claim.get("quoted", ""), claim.get("subject", "")]
            if claim.get("due"):
                datetime.fromisoformat(claim["due"])
        if not all(isinstance(text, str) for text in texts):
            raise TypeError("a text that is none")
    return document
