"""Article 002: China tech giants lag."""

from __future__ import annotations

from datetime import UTC, datetime

from newsfolio.articles._tables import CAPEX_TO_SALES, EPS_ESTIMATES, STATEMENTS, US_CPI
from newsfolio.assets import Sleeve
from newsfolio.claims import Claim, Reading, Says
from newsfolio.library import US_STOCKS
from newsfolio.quantities import (
    AfterJumps,
    Gain,
    HighLessLow,
    Quantity,
    RateBeta,
    Reported,
    ReportedChange,
    WiderWhenRising,
    figures,
)
from newsfolio.thesis import Article, Thesis

_READ = "2026-05-12"
"""The last close before it could be read."""

_ACT = "2026-05-13"
"""The first close after that."""

_HORIZONS = (
    ("after 3 months", "2026-08-13"),
    ("after 6 months", "2026-11-13"),
    ("after 12 months", "2027-05-13"),
)

_DECADE = ("2014-12-31", "2026-04-30")
"""From a year's end to the last month's end before it, and so the next one."""

_SINCE_2023 = ("2022-12-30", "2026-04-30")

_CHINA = Gain("HSTECH.HK", currency="USD")
_MAKERS = Sleeve(
    "four makers of AI chips",
    ("NVDA", "AVGO", "AMD", "TSM"),
    hindsight="drawn in 2026 after the run-up",
)
_CHIPS = Sleeve("chips", ("SMH", "NVDA", "TSM"), hindsight="drawn in 2026 after the run-up")
_INFRASTRUCTURE = Sleeve(
    "AI infrastructure",
    (*_CHIPS.tickers, "300308.SZ", "300502.SZ"),
    hindsight="drawn in 2026 after the run-up",
)
_PLATFORMS = Sleeve("four platforms", ("9988.HK", "0700.HK", "3690.HK", "9888.HK"))
_FIVE = Sleeve("China's five giants", (*_PLATFORMS.tickers, "1810.HK"))
_LARGEST = Sleeve("Alibaba and Tencent", ("BABA", "0700.HK"))
_CHIP_FUNDS = Sleeve("chip funds", ("SMH", "SOXX"))


def _later(of: Quantity, says: Says, of_what: str = "") -> tuple[Reading, ...]:
    """What came after the article, once for each horizon."""
    return tuple(
        Reading(of, _ACT, end, says, 0.0, label=f"{label}{of_what}") for label, end in _HORIZONS
    )


def _rates(line: str, start: str, end: str, label: str, *, decides: bool = True) -> Reading:
    """Whether a line fell when the ten-year yield rose."""
    return Reading(RateBeta(line), start, end, "<", 0.0, label=label, decides=decides)


_CLAIMS = (
    Claim(
        "002-01",
        "China's technology giants lag behind the AI rally elsewhere",
        stated=(
            Reading(
                _CHINA - Gain("^NDX"), "2025-12-31", _READ, "<", 0.0,
                label="the year so far, Nasdaq 100",
            ),
            Reading(
                _CHINA - Gain(_MAKERS), "2025-12-31", _READ, "<", 0.0,
                label="the year so far, proxy of the AI rally",
            ),
            Reading(
                _CHINA - Gain("^NDX"), "2026-02-12", _READ, "<", 0.0,
                label="three months, Nasdaq 100",
            ),
            Reading(
                _CHINA - Gain(_MAKERS), "2026-02-12", _READ, "<", 0.0,
                label="three months, proxy of the AI rally",
            ),
            Reading(
                Gain(_FIVE, currency="USD") - Gain("SMH"), "2025-12-31", _READ, "<", 0.0,
                label="the year so far, five stocks against a chip fund", decides=False,
            ),
        ),
        known="China Securities Journal: Hang Seng TECH fell by more than 24 % from 2 October "
        "2025 to 26 May 2026",
    ),
    Claim(
        "002-02",
        "Money kept flowing into AI shares in the weeks before",
        stated=(
            Reading(
                Gain(_MAKERS) - Gain("^GSPC"), "2026-04-14", _READ, ">", 0.0,
                label="four weeks, proxy: prices in place of flows, chip makers against the "
                "S&P 500",
            ),
            Reading(
                Gain(_CHIP_FUNDS, total=True) - Gain("ACWI", total=True), "2026-04-14", _READ,
                ">", 0.0, label="four weeks, proxy: chip funds against the world", decides=False,
            ),
        ),
    ),
    Claim(
        "002-03",
        "Capability is there; what is late is the money that it earns",
        stated=(
            Reading(
                ReportedChange(figures(EPS_ESTIMATES, "eps", asset="9988.HK")), "2026-02-12",
                _READ, "<=", 0.0, label="what Alibaba is expected to earn, over three months",
            ),
        ),
    ),
    Claim(
        "002-04",
        "US inflation came in at 3.8 %",
        stated=(
            Reading(
                Reported(
                    figures(
                        US_CPI, "year_on_year", period="month", percent=True,
                        called="US consumer prices on the year",
                    ),
                    "2026-04",
                ),
                "2026-05-11", _READ, "=", 0.038, 0.0005, label="April 2026, as first released",
            ),
        ),
        known="+0.6 % in a month, core +2.8 % in a year",
    ),
    Claim(
        "002-05",
        "The US Treasury Secretary met Japan's prime minister",
        stated=(
            Reading(
                Reported(figures(STATEMENTS, "so", who="US Treasury Secretary",
                                 what="met Japan's prime minister")),
                "2026-05-05", _READ, "=", 1, 0.0, label="a meeting in the week before",
            ),
        ),
    ),
    Claim(
        "002-06",
        "Growth shares fall when inflation, and with it interest rates, rises",
        stated=(
            _rates("QQQ", *_DECADE, "Nasdaq 100 since 2015"),
            _rates("KWEB", *_DECADE, "China internet since 2015"),
            _rates("HSTECH.HK", "2020-12-31", "2026-04-30", "Hang Seng TECH since 2021"),
            _rates("QQQ", "2014-12-31", "2019-12-31", "Nasdaq 100, 2015 to 2019", decides=False),
            _rates("QQQ", "2021-12-31", "2022-12-30", "Nasdaq 100, 2022", decides=False),
            _rates("QQQ", "2022-12-30", "2026-04-30", "Nasdaq 100 since 2023", decides=False),
        ),
    ),
    Claim(
        "002-07",
        "When money gets dearer, investors tell those with results from those without",
        stated=(
            Reading(
                WiderWhenRising(US_STOCKS), "2020-12-31", "2026-04-30", ">", 0.0,
                label="a weak test, proxy: how far shares part after a quarter of rising yields",
            ),
        ),
    ),
    Claim(
        "002-08",
        "Regulation weighs on what China's platforms are worth",
        stated=(
            Reading(
                Gain("KWEB", total=True) - Gain("QQQ", total=True), "2020-11-03", "2022-03-15",
                "<", 0.0, label="from the halt of Ant's listing to the low",
            ),
        ),
        known="KWEB lost 49 % in 2021 with dividends",
    ),
    Claim(
        "002-09",
        "The market pays for the infrastructure of AI, not for platforms",
        stated=(
            Reading(
                Gain(_CHIPS) - _CHINA, *_SINCE_2023, ">", 0.0,
                label="since 2023, proxy: three lines against Hang Seng TECH",
            ),
            Reading(
                Gain(_INFRASTRUCTURE, currency="USD") - Gain(_PLATFORMS, currency="USD"),
                *_SINCE_2023, ">", 0.0, label="since 2023, five lines against four", decides=False,
            ),
        ),
    ),
    Claim(
        "002-10",
        "Money gathers in the few stories that are easiest to read",
        stated=(
            Reading(
                Gain("QQQ", total=True) - Gain("QQQE", total=True), *_SINCE_2023, ">", 0.0,
                label="since 2023, the Nasdaq 100 by size against equal weights",
            ),
        ),
    ),
    Claim(
        "002-11",
        "Once a promise is proven, prices can move fast and close the gap",
        stated=_later(AfterJumps(_LARGEST), ">", ", proxy: jumps for days of good results"),
        known="a sharper test needs the days and hours of results",
    ),
    Claim(
        "002-12",
        "Until then China's giants go on lagging",
        stated=(
            *_later(_CHINA - Gain("^NDX"), "<"),
            Reading(
                _CHINA - Gain("^NDX"), _ACT, "2026-06-24", "<", 0.0, label="after 6 weeks",
                decides=False,
            ),
        ),
    ),
    Claim(
        "002-13",
        "Spending on AI counts as a cost until it pays",
        stated=(
            Reading(
                HighLessLow(_FIVE, figures(CAPEX_TO_SALES, "ratio", called="capital spending")),
                "2025-12-31", _READ, "<", 0.0,
                label="the year so far, those that spent more of their sales against the others",
            ),
        ),
    ),
)  # fmt: skip

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
