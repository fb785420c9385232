"""What a draft proposes to hold, and against what."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from drafts.documents.dateline import Dateline
from drafts.documents.document import Document
from drafts.drafting import draft_of
from drafts.language.names import NameTable
from drafts.proposal import Proposal, proposal_of
from newsfolio.listings import asset_of

NAMES = NameTable.known()
DATELINE = Dateline(datetime(2025, 2, 21, 22, 30, tzinfo=UTC), "", "")


def proposal(text: str) -> Proposal:
    draft = draft_of(Document(text, "A title", "", None), DATELINE, NAMES)
    return proposal_of(draft.claims, date(2025, 2, 21))


@pytest.mark.parametrize(
    ("text", "picks", "others"),
    [
        ("KWEB will beat QQQ over the next six months.", ("KWEB",), ("QQQ",)),
        ("Oracle has lost 9% this year. KWEB will beat QQQ over the next year.",
         ("KWEB",), ("QQQ",)),
        ("Tencent has gained 55% this year.", ("0700.HK",), ("MCHI",)),
        ("The S&P 500 has gained 5% this year.", ("SPY",), ("ACWI",)),
        ("We see the Hang Seng at 27,000 by year-end.", ("2800.HK",), ("MCHI",)),
        ("Tesla has lost 20% this year.", ("SPY",), ("ACWI",)),
        ("Nothing at all.", ("SPY",), ("ACWI",)),
    ],
)  # fmt: skip
def test_what_is_praised_is_held(
    text: str, picks: tuple[str, ...], others: tuple[str, ...]
) -> None:
    proposed = proposal(text)
    assert (proposed.picks, proposed.others) == (picks, others)
    assert all(asset_of(line).tradable for line in (*picks, *others, proposed.benchmark))
    assert not set(picks) & set(others)


def test_the_horizon_is_the_last_day_that_is_spoken_of() -> None:
    text = "KWEB will beat QQQ over the next six months. We see SPY up 9% by the end of 2025."
    assert proposal(text).horizon == date(2025, 12, 31)
    assert proposal("Tencent has gained 55% this year.").horizon == date(2026, 2, 21)
