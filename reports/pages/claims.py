"""The page of an article's claims: what it says, what the prices say, and what follows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from newsfolio.errors import OutputError
from reports.contract.claims import CheckedArticleJson
from reports.pages.render import render, verbatim

VERDICTS: Mapping[str, str] = {
    "holds": "good",
    "holds as corrected": "open",
    "fails": "bad",
    "untestable": "none",
    "simulated": "made",
}
"""How each verdict looks, in the order of the summary."""


def claims_page(articles: Sequence[CheckedArticleJson], source: str, simulated: bool) -> str:
    """One table an article; the same claims give the same text, and it asks for nothing else."""
    rows = [row for article in articles for row in article["claims"]]
    counts = Counter(row["verdict"] for row in rows)
    return render(
        "claims.html",
        {
            "policy": "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
            "base-uri 'none'; form-action 'none'",
            "style": verbatim("style.css") + verbatim("verdict.css"),
            "m": {"data": {"simulated": simulated, "source": source}},
            "articles": articles,
            "counts": [_counted(word, counts[word]) for word in VERDICTS if counts[word]],
            "total": len(rows),
            "kinds": VERDICTS,
        },
    )


def write(articles: Sequence[CheckedArticleJson], source: str, simulated: bool, path: Path) -> None:
    """Write the page; OutputError where it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(claims_page(articles, source, simulated), encoding="utf-8")
    except OSError as error:
        raise OutputError(
            f"cannot write {path}: {error.strerror or error}; choose --out"
        ) from error


def _counted(verdict: str, count: int) -> str:
    several = {"holds": "hold", "fails": "fail", "holds as corrected": "hold as corrected"}
    return f"{count} {verdict if count == 1 else several.get(verdict, verdict)}"
