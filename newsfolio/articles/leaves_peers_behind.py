"""Article 000: Chinese tech stocks leave global peers behind."""

from __future__ import annotations

from datetime import UTC, datetime

from newsfolio.claims import Claim, Reading
from newsfolio.quantities import Gain
from newsfolio.thesis import Article, Thesis

_YEAR = ("2024-12-31", "2025-09-19")
"""The year to date that its figures describe."""

_CLAIMS = (
    Claim(
        "000-01",
        "Chinese technology beat the Nasdaq in the rally year, which it calls 2024",
        stated=(Reading(Gain("HSTECH.HK") - Gain("^IXIC"), "2023-12-29", "2024-12-31", ">", 0.0),),
        corrected=(Reading(Gain("HSTECH.HK") - Gain("^IXIC"), *_YEAR, ">", 0.0),),
        known="its figures fit 2025 up to 19 September; the year is wrong throughout",
    ),
    Claim(
        "000-02",
        "The Hang Seng TECH index had gained 41 % in the year so far",
        stated=(Reading(Gain("HSTECH.HK"), *_YEAR, "=", 0.41),),
    ),
)

LEAVES_PEERS_BEHIND = Article(
    "000",
    "Chinese tech stocks leave global peers behind",
    "undated; also carried by Wallstreetcn",
    datetime(2025, 9, 21, 12, 0, tzinfo=UTC),
    dated_by="a summary with the same figures is dated 2025-09-21, figures as of 2025-09-19",
    claims=_CLAIMS,
)

BREADTH = Thesis(
    "T8",
    "Breadth and spillover",
    "Leadership spreads from the platforms to chips, biotechnology and mainland AI.",
    LEAVES_PEERS_BEHIND,
    claims=("000-12", "000-20", "000-21"),
)
MOMENTUM_CHASE = Thesis(
    "T9",
    "The pain of being underweight",
    "After a gain of two fifths in nine months Chinese technology keeps rising.",
    LEAVES_PEERS_BEHIND,
    claims=("000-02", "000-16", "000-19", "000-22"),
)
FOREIGN_RETURN = Thesis(
    "T10",
    "Foreign money returns",
    "Rising foreign interest comes before returns on Chinese technology.",
    LEAVES_PEERS_BEHIND,
    claims=("000-14", "000-24"),
)
AI_SCORECARD = Thesis(
    "T19",
    "The AI scorecard",
    "Companies that show more of the marks of real AI, and more proof that it pays, do better.",
    LEAVES_PEERS_BEHIND,
    claims=("000-12", "000-23"),
)
