"""Article 004: Four reports and one bill, an article of this project (docs/four_reports.md)."""

from __future__ import annotations

from datetime import UTC, date, datetime

from newsfolio.articles._tables import STATEMENTS
from newsfolio.assets import Sleeve
from newsfolio.claims import Claim, Place, Reading
from newsfolio.facts import Facts
from newsfolio.falsifier import Falsifier
from newsfolio.likelihoods import likelihood
from newsfolio.quantities import (
    CountBeyond,
    FigureSeries,
    FirstTime,
    Gain,
    Reported,
    ReportedGrowth,
    ReportedRatio,
    ReportedShare,
    Touch,
    figures,
)
from newsfolio.thesis import Article, Thesis

_RELEASES = "the companies' releases of these days"
_LIST = "expectations as a public list of results (market-dashboard on GitHub) has them"

GIANTS_RESULTS = Facts(
    "giants_results",
    text=("asset", "period"),
    columns=("eps", "expected", "sales", "net_income"),
    key=("asset", "period"),
    where="Quarterly results of American giants by line, known on the evening of the release: "
    "earnings a share as expectations count them, what was expected, sales and net income in "
    "millions of dollars; from the companies' releases, and a list of analysts' expectations.",
    rows=(
        ("2024-07-30", "MSFT", "2024-06-30", 2.95, 2.94, "", ""),
        ("2024-07-31", "META", "2024-06-30", 5.16, 4.76, "", ""),
        ("2024-08-01", "AMZN", "2024-06-30", 1.26, 1.02, "", ""),
        ("2024-08-28", "NVDA", "2024-07-31", 0.68, 0.64, "", ""),
        ("2024-10-29", "GOOGL", "2024-09-30", 2.12, 1.85, 88_268, ""),
        ("2024-10-30", "MSFT", "2024-09-30", 3.30, 3.11, 65_585, ""),
        ("2024-10-30", "META", "2024-09-30", 6.03, 5.29, 40_589, 15_688),
        ("2024-10-31", "AMZN", "2024-09-30", 1.43, 1.14, 158_877, ""),
        ("2024-11-20", "NVDA", "2024-10-31", 0.81, 0.75, "", ""),
        ("2025-01-29", "MSFT", "2024-12-31", 3.23, 3.12, "", ""),
        ("2025-01-29", "META", "2024-12-31", 8.02, 6.76, "", ""),
        ("2025-02-04", "GOOGL", "2024-12-31", 2.15, 2.13, 96_469, ""),
        ("2025-02-06", "AMZN", "2024-12-31", 1.86, 1.48, "", ""),
        ("2025-02-26", "NVDA", "2025-01-31", 0.89, 0.85, "", ""),
        ("2025-04-24", "GOOGL", "2025-03-31", 2.81, 2.01, 90_234, ""),
        ("2025-04-30", "MSFT", "2025-03-31", 3.46, 3.22, 70_066, 25_824),
        ("2025-04-30", "META", "2025-03-31", 6.43, 5.22, 42_314, 16_644),
        ("2025-05-01", "AMZN", "2025-03-31", 1.59, 1.36, 155_667, 17_127),
        ("2025-05-28", "NVDA", "2025-04-30", 0.81, 0.75, 44_062, 18_775),
        ("2025-07-23", "GOOGL", "2025-06-30", 2.31, 2.20, 96_428, 28_196),
        ("2025-07-30", "MSFT", "2025-06-30", 3.65, 3.38, 76_441, 27_233),
        ("2025-07-30", "META", "2025-06-30", 7.14, 5.90, 47_516, 18_337),
        ("2025-07-31", "AMZN", "2025-06-30", 1.68, 1.33, 167_702, 18_164),
        ("2025-08-27", "NVDA", "2025-07-31", 1.05, 1.01, 46_743, 26_422),
        ("2025-10-29", "MSFT", "2025-09-30", 4.13, 3.66, 77_673, 27_747),
        ("2025-10-29", "GOOGL", "2025-09-30", 2.87, 2.26, 102_346, 34_979),
        ("2025-10-29", "META", "2025-09-30", 1.05, 6.71, 51_242, 2_709),
        ("2025-10-30", "AMZN", "2025-09-30", 1.95, 1.56, 180_169, 21_187),
        ("2025-11-19", "NVDA", "2025-10-31", 1.30, 1.26, 57_006, 31_910),
        ("2026-01-28", "MSFT", "2025-12-31", 4.14, 3.92, 81_273, 38_458),
        ("2026-01-28", "META", "2025-12-31", 8.88, 8.22, 59_893, 22_768),
        ("2026-02-04", "GOOGL", "2025-12-31", 2.82, 2.64, 113_829, 34_455),
        ("2026-02-05", "AMZN", "2025-12-31", 1.95, 1.95, 213_386, 21_192),
        ("2026-02-25", "NVDA", "2026-01-31", 1.62, 1.54, 68_127, 42_960),
        ("2026-04-29", "MSFT", "2026-03-31", 4.27, 4.07, 82_886, 31_778),
        ("2026-04-29", "GOOGL", "2026-03-31", 5.11, 2.63, 109_896, 62_578),
        ("2026-04-29", "META", "2026-03-31", 10.44, 6.66, 56_311, 26_773),
        ("2026-04-29", "AMZN", "2026-03-31", 2.78, 1.65, 181_519, 30_255),
        ("2026-05-20", "NVDA", "2026-04-30", 1.87, 1.77, 81_615, 58_321),
        ("2026-07-22", "GOOGL", "2026-06-30", 9.11, 2.91, 119_796, 112_193),
        ("2026-07-29", "MSFT", "2026-06-30", 4.74, 4.24, 90_007, 35_766),
        ("2026-07-29", "META", "2026-06-30", 6.18, 7.22, 60_801, 15_848),
        ("2026-07-30", "AMZN", "2026-06-30", 5.75, 1.83, "", ""),
    ),
    sources=(f"{_RELEASES}, sales and net income before 2025 recalled; {_LIST}",),
)

_NAMES = {"MSFT": "Microsoft", "GOOGL": "Alphabet", "META": "Meta", "AMZN": "Amazon"}
_QUARTER = "2025-09-30"
_EVENINGS = ("2025-10-29", "2025-10-30")
_ACT, _APRIL = "2025-10-31", "2026-04-30"
"""The first close after it could be read, and the end of its forecasts."""

_BEAT = Sleeve(
    "the three that beat",
    ("MSFT", "GOOGL", "AMZN"),
    hindsight="sorted by results that were out when it could be read, in an article written later",
)


def _of(line: str, column: str = "sales") -> FigureSeries:
    return figures(GIANTS_RESULTS, column, asset=line, called=f"{_NAMES[line]}'s {column}")


def _took_in(line: str, billions: float, growth: float) -> tuple[Reading, Reading]:
    """Sales to a tenth of a billion, and their growth to a percent."""
    return (
        Reading(
            Reported(_of(line), _QUARTER), *_EVENINGS, "=", billions * 1000, 50,
            label=f"{_NAMES[line]}, millions of dollars",
        ),
        Reading(
            ReportedGrowth(_of(line), _QUARTER, 12), *_EVENINGS, "=", growth, 0.005,
            label=f"{_NAMES[line]} on the year",
        ),
    )  # fmt: skip


_LIKELY, _EVEN = likelihood("likely"), likelihood("even chance")

_CLAIMS = (
    Claim(
        "004-01",
        "In the quarter to September 2025 Microsoft took in 77.7 billion dollars (+18 %), Alphabet "
        "102.3 (+16 %), Meta 51.2 (+26 %), Amazon 180.2 (+13 %)",
        stated=(
            *_took_in("MSFT", 77.7, 0.18), *_took_in("GOOGL", 102.3, 0.16),
            *_took_in("META", 51.2, 0.26), *_took_in("AMZN", 180.2, 0.13),
        ),
        place=Place(309, 480, "f9fd1390254cb9bd"),
        subject="sales",
    ),
    Claim(
        "004-02",
        "Alphabet took in more than 100 billion dollars in a quarter for the first time",
        stated=(
            Reading(
                FirstTime(Reported(_of("GOOGL"), _QUARTER), ">", 100_000), *_EVENINGS, "=", 1, 0.0,
                label="of the quarters since September 2024, the largest that it had had",
            ),
        ),
        place=Place(481, 539, "75291b65a60b026a"),
    ),
    Claim(
        "004-03",
        "Amazon took in more than two fifths of what the four did",
        stated=(
            Reading(
                ReportedShare(_of("AMZN"), tuple(map(_of, _NAMES)), _QUARTER), *_EVENINGS, ">",
                0.4,
            ),
        ),
        place=Place(540, 601, "82c0f37f1bdb86c8"),
    ),
    Claim(
        "004-04",
        "Three of the four earned more a share than was expected",
        stated=(
            Reading(
                CountBeyond(
                    tuple(
                        ReportedRatio(_of(line, "eps"), _of(line, "expected"), _QUARTER)
                        for line in _NAMES
                    ),
                    ">", 1.0,
                ),
                *_EVENINGS, "=", 3, 0.0,
            ),
        ),
        place=Place(603, 668, "a58a6d98dd1f0351"),
        subject="the four giants",
    ),
    Claim(
        "004-05",
        "Meta's profit fell by more than four fifths, to 2.7 billion dollars",
        stated=(
            Reading(
                ReportedGrowth(_of("META", "net_income"), _QUARTER, 12), *_EVENINGS, "<", -0.8,
                label="on the year",
            ),
            Reading(
                Reported(_of("META", "net_income"), _QUARTER), *_EVENINGS, "=", 2_700, 50,
                label="millions of dollars",
            ),
        ),
        place=Place(669, 807, "9b1b2a8d209c0fd6"),
    ),
    Claim(
        "004-06",
        "On the day after Meta lost more than a tenth, while Alphabet rose",
        stated=(
            Reading(Gain("META"), *_EVENINGS, "<", -0.1, label="Meta"),
            Reading(Gain("GOOGL"), *_EVENINGS, ">", 0.0, label="Alphabet"),
        ),
        place=Place(841, 906, "fedc742209623bde"),
    ),
    Claim(
        "004-07",
        "All four said that they would spend more on data centres than planned",
        stated=(
            Reading(
                CountBeyond(
                    tuple(
                        Reported(figures(STATEMENTS, "so", who=name, what="raised its spending"))
                        for name in _NAMES.values()
                    ),
                    ">=", 1.0,
                ),
                *_EVENINGS, "=", 4, 0.0, label="of the four",
            ),
        ),
        place=Place(908, 1011, "1baaf8625cd7498f"),
        subject="the four giants",
    ),
    Claim(
        "004-08",
        "The three that beat what was expected will be ahead of Meta at the end of April 2026",
        stated=(
            Reading(
                Gain(_BEAT, total=True) - Gain("META", total=True), _ACT, _APRIL, ">", 0.0,
                label="in equal parts, with dividends",
            ),
        ),
        place=Place(1184, 1388, "38e3e56a095c9e92"),
        probability=_LIKELY.probability,
        probability_of=f'"likely", {_LIKELY.cited}',
        horizon=date(2026, 4, 30),
    ),
    Claim(
        "004-09",
        "Meta closes above its price of 29 October again by the end of April 2026",
        stated=(Reading(Touch("META"), _ACT, _APRIL, ">", 751.67),),
        place=Place(1389, 1471, "5dcf31ddee3f3429"),
        probability=_EVEN.probability,
        probability_of=f'"an even chance", {_EVEN.cited}',
        horizon=date(2026, 4, 30),
    ),
)  # fmt: skip

FOUR_REPORTS = Article(
    "004",
    "Four reports and one bill",
    "this project",
    datetime(2025, 10, 30, 21, 0, tzinfo=UTC),
    dated_by="the last of the releases that it sums up; it was written in November 2026, by "
    "somebody who knew what followed",
    claims=_CLAIMS,
    digest="43ac94c3f4bd71d6",
)

RESULTS_LEADERS = Thesis(
    "T20",
    "Results lead",
    "Giants that beat what was expected of them keep ahead of those that did not, for a quarter.",
    FOUR_REPORTS,
    claims=("004-01", "004-04", "004-05", "004-06", "004-08"),
    horizon=date(2026, 4, 30),
    falsifier=Falsifier("excess", "<", -0.05, date(2026, 4, 30)),
    probability=_LIKELY.probability,
)
