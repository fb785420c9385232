"""Article 003: East rising, West falling."""

from __future__ import annotations

from datetime import UTC, datetime

from newsfolio.articles._east_rising_claims import CLAIMS
from newsfolio.thesis import Article, Thesis

EAST_RISING = Article(
    "003",
    "East rising, West falling",
    "Zhitong",
    datetime(2025, 2, 21, 3, 30, tzinfo=UTC),
    dated_by="its header, read as UTC because it reports that morning's Hong Kong opening",
    claims=CLAIMS,
)

EAST_UP_WEST_DOWN = Thesis(
    "T1",
    "East up, West down",
    "Cheap AI breaks the spending moat of the American giants: China's ten tech giants beat "
    "America's seven over the following 1 to 12 months.",
    EAST_RISING,
    claims=("003-05", "003-08", "003-19", "003-50"),
)
ROTATION = Thesis(
    "T2",
    "Relative momentum between Seven and Ten",
    "Whichever side of the Pacific has led over half a year keeps leading.",
    EAST_RISING,
    claims=("003-19", "003-50"),
)
ABC = Thesis(
    "T3",
    "ABC: AI, BABA, China",
    "A third each of AI, Alibaba and Chinese internet beats anything but China.",
    EAST_RISING,
    claims=("003-14", "003-33", "003-51"),
)
CLOUD_CATCHES_UP = Thesis(
    "T4",
    "Cloud giants catch up",
    "Alibaba and Tencent, the Chinese clouds, beat Amazon, Microsoft and Alphabet.",
    EAST_RISING,
    claims=("003-40", "003-49", "003-51"),
)
VALUATION_GAP = Thesis(
    "T5",
    "The valuation gap closes",
    "Chinese technology, much cheaper than American technology, catches up.",
    EAST_RISING,
    claims=("003-34", "003-35"),
)
PAIRS = Thesis(
    "T6",
    "Five pairs across the Pacific",
    "In each of five pairs of rivals the Chinese company beats the American one.",
    EAST_RISING,
    claims=("003-36",),
)
SOFTWARE_PHASE = Thesis(
    "T7",
    "The software phase of AI",
    "The AI rally is not half done, and Chinese software has the most room.",
    EAST_RISING,
    claims=("003-37", "003-39", "003-52"),
)
CORRECTION_WATCH = Thesis(
    "T11",
    "US correction watch",
    "American technology is about to fall; a rule that steps aside in time pays.",
    EAST_RISING,
    claims=("003-43", "003-46"),
)
TARGETS_RAISED = Thesis(
    "T12",
    "Sell-side targets are raised",
    "After large houses raise their targets, Chinese indices go on rising.",
    EAST_RISING,
    claims=("003-20", "003-21", "003-22", "003-29", "003-30", "003-31"),
)
SHOCK = Thesis(
    "T15",
    "The DeepSeek shock",
    "A shock to American AI spending is a gain for Chinese AI that lasts.",
    EAST_RISING,
    claims=("003-26", "003-16"),
)
VIEWS = Thesis(
    "T17",
    "The houses' views",
    "The targets of the sell side, taken as views and not as facts, improve a neutral portfolio.",
    EAST_RISING,
    claims=("003-20", "003-21", "003-22", "003-29", "003-30", "003-39"),
)
CYCLE_CLOCK = Thesis(
    "T18",
    "The clock of the AI cycle",
    "Past technology cycles beat the market by 50 to 100 % within one to two years; so does AI.",
    EAST_RISING,
    claims=("003-37", "003-39"),
)
