"""How much of the shipped articles is found, and how much of what is drafted is false."""

from __future__ import annotations

from itertools import chain

import pytest

from newsfolio.articles import ARTICLES
from tests.support.draft_scores import SHIPPED, TEXTS, articles, labels, scores

BY_ID = {claim.id: claim for article in ARTICLES for claim in article.claims}


@pytest.mark.skipif(articles() is None, reason="NEWSFOLIO_ARTICLES names no folder of the texts")
def test_the_reach_on_the_shipped_articles() -> None:
    rows = [scores(text) for text in SHIPPED]
    claims, drafted = sum(row.claims for row in rows), sum(row.drafted for row in rows)
    assert claims == 27
    assert sum(row.with_lines for row in rows) >= 0.7 * claims
    assert sum(row.full for row in rows) >= 0.5 * claims
    assert sum(row.false for row in rows) <= 0.3 * drafted


def test_the_texts_of_our_own_are_read() -> None:
    """They have no target; that some of each is found tells a broken reader."""
    for path in sorted(TEXTS.iterdir()):
        assert scores(path.name).full > 0, path.name


def test_a_label_looks_at_the_lines_of_its_shipped_claim() -> None:
    """Labels follow the articles' modules; a figure in dollars and a basket differ, and say so."""
    for label in labels():
        if label.text not in SHIPPED or not label.reach:
            continue
        shipped = set(chain.from_iterable(r.of.lines for r in BY_ID[label.claim].readings))
        assert any(ours | theirs <= shipped for ours, theirs in label.sides()), label.claim
