"""How much of a text the drafter finds, and how much of what it drafts is false.

NEWSFOLIO_ARTICLES=folder python benchmarks/drafts.py [-v]: the shipped articles, then the texts
of our own, which were written before there was a drafter.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.support.draft_scores import SHIPPED, TEXTS, Scores, articles, scores

NOTHING = Scores(0, 0, 0, 0, 0, (), ())


def main() -> None:
    verbose = "-v" in sys.argv
    shipped = list(SHIPPED) if articles() else []
    for title, texts in (
        ("shipped", shipped),
        ("our own", sorted(p.name for p in TEXTS.iterdir())),
    ):
        rows = {text: scores(text) for text in texts}
        total = sum(rows.values(), NOTHING)
        for text, row in (*rows.items(), (f"{title}, together", total)):
            print(_line(text, row))
            if verbose and row is not total:
                print(*(f"    missed {row_text}" for row_text in row.missed), sep="\n")
                print(*(f"    false  {row_text}" for row_text in row.wrong), sep="\n")


def _line(text: str, row: Scores) -> str:
    return (
        f"{text:22} in reach {row.claims:3}  lines {_share(row.with_lines, row.claims)}  "
        f"in full {_share(row.full, row.claims)}  drafted {row.drafted:3}  "
        f"false {_share(row.false, row.drafted)}"
    )


def _share(part: int, whole: int) -> str:
    return f"{part:3} ({100 * part / whole:3.0f} %)" if whole else "  - "


if __name__ == "__main__":
    main()
