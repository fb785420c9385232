"""Article 002: China tech giants lag."""

from __future__ import annotations

from datetime import UTC, datetime

from newsfolio.claims import Claim
from newsfolio.thesis import Article, Thesis

_CLAIMS = (
    Claim(
        "002-03",
        "Capability is there; what is late is the money that it earns",
        untestable="an opinion on causes; estimates of earnings are not prices",
    ),
)

CHINA_LAGS = Article(
    "002",
    "China tech giants lag",
    "undated",
    datetime(2026, 5, 12, 23, 59, tzinfo=UTC),
    dated_by="it quotes the US inflation print of 2026-05-12; the end of that day is taken",
    claims=_CLAIMS,
)

SHOW_ME_THE_MONEY = Thesis(
    "T13",
    "Show me the money",
    "Until the platforms prove that AI pays, the makers of its infrastructure beat them.",
    CHINA_LAGS,
    claims=("002-01", "002-09", "002-12"),
)
RATES_GATE = Thesis(
    "T14",
    "Inflation and rates gate",
    "When inflation or yields rise, growth stocks lose; holding fewer of them then pays.",
    CHINA_LAGS,
    claims=("002-04", "002-06", "002-07"),
)
PROOF_DAYS = Thesis(
    "T16",
    "Proof days",
    "When results prove the promise, the price moves fast and goes on moving.",
    CHINA_LAGS,
    claims=("002-11",),
)
