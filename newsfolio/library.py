"""The articles, their theses, and the lists of companies that they speak of."""

from __future__ import annotations

from datetime import UTC, datetime

from newsfolio.assets import Sleeve
from newsfolio.thesis import Article, Thesis

LEAVES_PEERS_BEHIND = Article(
    "000",
    "Chinese tech stocks leave global peers behind",
    "undated; also carried by Wallstreetcn",
    datetime(2025, 9, 21, 12, 0, tzinfo=UTC),
    dated_by="a summary with the same figures is dated 2025-09-21, figures as of 2025-09-19",
)
CHINA_LAGS = Article(
    "002",
    "China tech giants lag",
    "undated",
    datetime(2026, 5, 12, 23, 59, tzinfo=UTC),
    dated_by="it quotes the US inflation print of 2026-05-12; the end of that day is taken",
)
EAST_RISING = Article(
    "003",
    "East rising, West falling",
    "Zhitong",
    datetime(2025, 2, 21, 3, 30, tzinfo=UTC),
    dated_by="its header, read as UTC because it reports that morning's Hong Kong opening",
)
ARTICLES = (LEAVES_PEERS_BEHIND, CHINA_LAGS, EAST_RISING)

EAST_UP_WEST_DOWN = Thesis(
    "T1",
    "East up, West down",
    "Cheap AI breaks the spending moat of the American giants: China's ten tech giants beat "
    "America's seven over the following 1 to 12 months.",
    EAST_RISING,
)
ROTATION = Thesis(
    "T2",
    "Relative momentum between Seven and Ten",
    "Whichever side of the Pacific has led over half a year keeps leading.",
    EAST_RISING,
)
ABC = Thesis(
    "T3",
    "ABC: AI, BABA, China",
    "A third each of AI, Alibaba and Chinese internet beats anything but China.",
    EAST_RISING,
)

_HINDSIGHT = "the list was drawn in {} after its members had run up"

CHINA_TEN = Sleeve(
    "China's Ten",
    (
        "9988.HK", "0700.HK", "3690.HK", "1810.HK", "1211.HK",
        "9618.HK", "9999.HK", "9888.HK", "0175.HK", "0981.HK",
    ),
    hindsight=_HINDSIGHT.format("February 2025"),
)  # fmt: skip
MAG_SEVEN = Sleeve(
    "Magnificent Seven",
    ("AAPL", "MSFT", "GOOGL", "AMZN", "NVDA", "META", "TSLA"),
    hindsight=_HINDSIGHT.format("2023"),
)
EX_CHINA = Sleeve("Emerging markets ex China", ("EMXC",))
