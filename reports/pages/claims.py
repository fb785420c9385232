"""The page of an article's claims: what it says, what the prices say, and what follows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from reports.contract.claims import CheckedArticleJson
from reports.pages.links import index_link
from reports.pages.render import CLAIM_KINDS, render, verbatim
from reports.tables.companies import Companies
from reports.tables.glossary import words_of
from reports.whole_files import write_whole


def claims_page(
    articles: Sequence[CheckedArticleJson], source: str, simulated: bool, *, index: bool = False
) -> str:
    """One table an article; the same claims give the same text, and it asks for nothing else.

    index: whether a list of all pages stands beside it.
    """
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
            "counts": [_counted(word, counts[word]) for word in CLAIM_KINDS if counts[word]],
            "names": Companies(),
            "links": index_link("index.html" if index else ""),
            "words": words_of("interval", "due", "corrected", "untestable"),
            "total": len(rows),
            "kinds": CLAIM_KINDS,
        },
    )


def write(
    articles: Sequence[CheckedArticleJson],
    source: str,
    simulated: bool,
    path: Path,
    *,
    index: bool = False,
) -> None:
    """Write the page, whole or not at all; OutputError where it cannot be written."""
    write_whole(path, claims_page(articles, source, simulated, index=index), new_folder=True)


def _counted(verdict: str, count: int) -> str:
    several = {"holds": "hold", "fails": "fail", "holds as corrected": "hold as corrected"}
    return f"{count} {verdict if count == 1 else several.get(verdict, verdict)}"
