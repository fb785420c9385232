"""Article 000: Chinese tech stocks leave global peers behind."""

from __future__ import annotations

from datetime import UTC, datetime

from newsfolio.articles import _tables
from newsfolio.assets import Sleeve
from newsfolio.claims import Claim, Reading, Says
from newsfolio.library import CHINA_STOCKS
from newsfolio.quantities import (
    Autocorrelation,
    CountBeyond,
    DaysUntilKnown,
    FigureSeries,
    Gain,
    HighLessLow,
    Lowest,
    MeanCorrelation,
    MeanMove,
    Quantity,
    Reported,
    ReportedChange,
    ReportedGrowth,
    ReportedRatio,
    ShareBelowPeak,
    TrendGain,
    Volatility,
    figures,
)
from newsfolio.thesis import Article, Thesis

_YEAR = ("2024-12-31", "2025-09-19")
"""The year to date that its figures describe."""

_ACT = "2025-09-22"
"""The first close after it could be read."""

_HORIZONS = (
    ("after 3 months", "2025-12-22"),
    ("after 6 months", "2026-03-22"),
    ("after 12 months", "2026-09-22"),
)

_BIOTECH = Sleeve(
    "four biotech stocks",
    ("2269.HK", "1801.HK", "1093.HK", "6160.HK"),
    hindsight="drawn after the rally, from large members of the Hang Seng Biotech index",
)
_GIANTS = Sleeve("the three named giants", ("9988.HK", "0700.HK", "9888.HK"))
_BROAD = Sleeve(
    "platforms, chips and biotech",
    (*_GIANTS.tickers, "0981.HK", "1347.HK", *_BIOTECH.tickers),
    hindsight="the sectors are those that had already risen",
)

_CHINA = Gain("HSTECH.HK", currency="USD")

_MAINLAND = figures(_tables.SOUTHBOUND, "net", called="southbound turnover, net since January")
_OWN_PAST = "Hang Seng TECH, mean of five years"


def _later(
    of: Quantity, says: Says, number: float = 0.0, *, decides: bool = True, of_what: str = ""
) -> tuple[Reading, ...]:
    """What came after the article, once for each horizon."""
    return tuple(
        Reading(of, _ACT, end, says, number, label=f"{label}{of_what}", decides=decides)
        for label, end in _HORIZONS
    )


def _expected(index: str) -> FigureSeries:
    return figures(_tables.FORWARD_PE, "pe", index=index)


def _ahead(line: str) -> Quantity:
    """How far a line ran ahead of the Hang Seng TECH index, in dollars."""
    return Gain(line, currency="USD") - _CHINA


def _pace(before: str, turn: str, end: str) -> Quantity:
    """How much faster the index moved a day from `turn` on than before."""
    after = MeanMove("HSTECH.HK").over(turn, end)
    return after - MeanMove("HSTECH.HK").over(before, turn)


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
    Claim(
        "000-03",
        "The Nasdaq had gained 17 % in the same time",
        stated=(Reading(Gain("^IXIC"), *_YEAR, "=", 0.17),),
    ),
    Claim(
        "000-04",
        "The Hang Seng TECH index had gained more than twice as much as the Nasdaq",
        stated=(
            Reading(
                Gain("HSTECH.HK") / Gain("^IXIC"), *_YEAR, ">", 2.0, label="in own currencies"
            ),
            Reading(
                _CHINA / Gain("^IXIC"), *_YEAR, ">", 2.0, label="in dollars",
                decides=False,
            ),
        ),
    ),
    Claim(
        "000-05",
        "An index of mainland AI shares had gained 61 %",
        stated=(
            Reading(
                Gain("512930.SS"), *_YEAR, "=", 0.61,
                label="proxy: a fund on the CSI AI Theme index (930713), after fees",
            ),
            Reading(
                Gain("515980.SS"), *_YEAR, "=", 0.61, decides=False,
                label="proxy: a fund on the CSI AI Industry index (931071), after fees",
            ),
        ),
        known="two CSI indices carry nearly this name, and the article does not say which it "
        "means; the other one, 931071, stood at +22.3 % on 6 August 2025",
    ),
    Claim(
        "000-06",
        "The Hang Seng Biotech index had gained 98 %",
        stated=(
            Reading(
                Gain("3069.HK"), *_YEAR, "=", 0.98, label="proxy: a fund on that index, after fees"
            ),
            Reading(
                Gain(_BIOTECH), *_YEAR, "=", 0.98, label="proxy: four of its stocks in equal parts",
                decides=False,
            ),
        ),
        known="Wallstreetcn gives the same +98 % on 21 September 2025; the whole of 2025 was "
        "+64.5 %",
    ),
    Claim(
        "000-07",
        "Alibaba had gained 96 %",
        stated=(
            Reading(Gain("9988.HK"), *_YEAR, "=", 0.96, label="Hong Kong line"),
            Reading(Gain("BABA"), *_YEAR, "=", 0.96, label="New York line", decides=False),
            Reading(
                Gain("9988.HK"), "2024-12-31", "2025-09-17", "=", 0.96, decides=False,
                label="Hong Kong line, two sessions earlier",
            ),
        ),
        known="Wallstreetcn gives the same +96 % on 21 September 2025",
    ),
    Claim(
        "000-08",
        "Tencent had gained 55 %",
        stated=(Reading(Gain("0700.HK"), *_YEAR, "=", 0.55),),
    ),
    Claim(
        "000-09",
        "Baidu had gained 59 %",
        stated=(Reading(Gain("9888.HK"), *_YEAR, "=", 0.59),),
    ),
    Claim(
        "000-10",
        "The turn came in February 2024, with DeepSeek",
        stated=(
            Reading(
                DaysUntilKnown(figures(_tables.MODEL_RELEASES, "parameters", model="DeepSeek-R1")),
                "2024-02-01", "2025-09-19", "<=", 28,
                label="days from the start of February 2024 to the release of R1",
            ),
        ),
        known="the year is wrong",
    ),
    Claim(
        "000-11",
        "The rally, begun early in the year it calls 2024, gathered pace in September",
        stated=(
            Reading(
                _pace("2023-12-29", "2024-08-30", "2024-09-30"), "2023-12-29", "2024-09-30",
                ">", 0.0,
            ),
        ),
        corrected=(
            Reading(_pace("2024-12-31", "2025-08-29", "2025-09-19"), *_YEAR, ">", 0.0),
        ),
        known="September 2024 rose on Beijing's stimulus, not on AI",
    ),
    Claim(
        "000-12",
        "The gains are those of companies that can do AI, not of speculation",
        stated=(
            Reading(
                HighLessLow(CHINA_STOCKS, figures(_tables.AI_ABILITY, "score")), *_YEAR, ">", 0.0,
                label="the half that was better at AI against the other",
            ),
        ),
    ),
    Claim(
        "000-13",
        "2022 and 2023 were years of pessimism about Chinese technology",
        stated=(
            Reading(Gain("HSTECH.HK"), "2021-12-31", "2022-12-30", "<", 0.0, label="2022"),
            Reading(Gain("HSTECH.HK"), "2022-12-30", "2023-12-29", "<", 0.0, label="2023"),
        ),
    ),
    Claim(
        "000-14",
        "Mainland money drove the rally first; foreign money now comes back",
        stated=(
            Reading(
                Reported(_MAINLAND), "2025-09-01", _YEAR[1], ">", 807.9,
                label="mainland money since January, billions of HK$, against all of 2024",
            ),
            Reading(
                Reported(figures(_tables.FOREIGN_FLOWS, "net")), "2025-09-01", _YEAR[1], ">", 0.0,
                label="foreign funds in the last month",
            ),
        ),
        known="southbound purchases passed HK$ 1.4 trillion in 2025, a record; that foreigners "
        "return is only quoted",
    ),
    Claim(
        "000-15",
        "Qwen, Yuanbao and Ernie X1.1 rank among the best models",
        stated=(
            Reading(
                CountBeyond(tuple(
                    Reported(figures(_tables.MODEL_RANKS, "rank", model=model))
                    for model in ("Qwen", "Yuanbao", "Ernie X1.1")
                ), "<=", 10), "2025-06-01", _YEAR[1], "=", 3, 0.0, label="among the first ten",
            ),
        ),
    ),
    Claim(
        "000-16",
        "It will hurt to hold too little Chinese technology (A. Saporta)",
        stated=(
            *_later(_CHINA - Gain("ACWI"), ">"),
            *_later(
                Gain("KWEB", total=True) - Gain("ACWI", total=True), ">", decides=False,
                of_what=", the funds with dividends",
            ),
        ),
        known="the Hang Seng TECH index fell from 6,294 on 19 September to 5,516 at the end of "
        "2025",
    ),
    Claim(
        "000-17",
        "Many of these shares were still below earlier peaks",
        stated=(Reading(ShareBelowPeak(CHINA_STOCKS), *_YEAR, ">", 0.5),),
        known="the index itself peaked in February 2021, above 10,900",
    ),
    Claim(
        "000-18",
        "Valuations have risen, yet are fair next to those abroad",
        stated=(
            Reading(
                ReportedGrowth(_expected("Hang Seng TECH")), "2025-03-31", _YEAR[1], ">", 0.0,
                label="risen since March, on expected earnings",
            ),
            Reading(
                ReportedRatio(_expected("Hang Seng TECH"), _expected("Nasdaq 100")),
                "2025-09-01", _YEAR[1], "<", 1.0, label="below the Nasdaq 100's",
            ),
            Reading(
                ReportedRatio(_expected("Hang Seng TECH"), _expected(_OWN_PAST)), "2025-09-01",
                _YEAR[1], "<", 1.0, label="below its mean of five years", decides=False,
            ),
        ),
    ),
    Claim(
        "000-19",
        "Rising prices make managers buy, which makes prices rise",
        stated=(
            *_later(TrendGain("HSTECH.HK", 126), ">", of_what=", following half a year's trend"),
            Reading(
                Autocorrelation("HSTECH.HK", 5), _ACT, "2026-06-22", ">", 0.0, decides=False,
                label="after 9 months, one week's move and the next",
            ),
        ),
    ),
    Claim(
        "000-20",
        "The rally had spread to chips and biotechnology",
        stated=(
            Reading(
                Lowest((_ahead("688256.SS"), _ahead("0981.HK"), _ahead("1347.HK"))), *_YEAR,
                ">", 0.0, label="three chip makers ahead of the index",
            ),
            Reading(
                Gain(_BIOTECH, currency="USD") - _CHINA, *_YEAR, ">", 0.0,
                label="biotechnology, proxy: four stocks in equal parts",
            ),
            Reading(
                _ahead("3069.HK"), *_YEAR, ">", 0.0, decides=False, label="a biotech fund",
            ),
        ),
    ),
    Claim(
        "000-21",
        "Spreading over chips and biotechnology lowers the risk of a few large names",
        stated=(
            Reading(
                Volatility(_BROAD) - Volatility(_GIANTS), *_YEAR, "<", 0.0,
                label="volatility in the year so far",
            ),
            Reading(
                MeanCorrelation(_BROAD) - MeanCorrelation(_GIANTS), *_YEAR, "<", 0.0,
                label="correlation in the year so far",
            ),
            Reading(
                Volatility(_BROAD) - Volatility(_GIANTS), _ACT, "2025-10-22", "<", 0.0,
                label="volatility in the month after", decides=False,
            ),
        ),
    ),
    Claim(
        "000-22",
        "Chinese technology may go on beating its peers abroad",
        stated=(
            *_later(Gain("KWEB", total=True) - Gain("QQQ", total=True), ">"),
            Reading(
                _CHINA - Gain("^NDX"), _ACT, "2026-06-22", ">", 0.0, decides=False,
                label="after 9 months, the indices",
            ),
        ),
    ),
    Claim(
        "000-23",
        "Companies that turn AI into earnings will leave the others behind",
        stated=_later(HighLessLow(CHINA_STOCKS, figures(_tables.AI_EARNINGS, "share")), ">"),
    ),
    Claim(
        "000-24",
        "Money will go on flowing in",
        stated=(
            Reading(
                ReportedChange(_MAINLAND), _ACT, "2025-12-31", ">", 0.0,
                label="mainland money to the end of the year, billions of HK$",
            ),
            Reading(
                ReportedGrowth(figures(_tables.KWEB_SHARES, "shares")), _ACT, "2026-09-22", ">",
                0.0, label="KWEB's shares outstanding, a year on", decides=False,
            ),
            Reading(
                Reported(figures(_tables.FOREIGN_FLOWS, "net")), _ACT, "2026-09-22", ">", 0.0,
                label="foreign funds in the last month of that year", decides=False,
            ),
        ),
    ),
)  # fmt: skip

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
