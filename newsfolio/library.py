"""The lists of companies and funds that the articles speak of, and those to compare them with."""

from __future__ import annotations

from enum import StrEnum

from newsfolio.assets import Sleeve


class Names(StrEnum):
    """Who draws up a list: the article, or a rule that anyone could have followed."""

    ARTICLE = "article"
    MOST_TRADED = "most-traded"


class Picks(StrEnum):
    """The same, or lines drawn by lot: what a picked basket is ranked among."""

    ARTICLE = "article"
    MOST_TRADED = "most-traded"
    LOT = "lot"


class Form(StrEnum):
    """What stands for a side: a fund, or single stocks."""

    FUNDS = "funds"
    STOCKS = "stocks"


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
CHINA_STOCKS = Sleeve(
    "Chinese technology",
    (
        "9988.HK", "0700.HK", "3690.HK", "1810.HK", "1211.HK", "9618.HK", "9999.HK", "9888.HK",
        "0175.HK", "0981.HK", "1024.HK", "0992.HK", "0268.HK", "1347.HK", "2015.HK",
    ),
    hindsight="candidates are today's members of the Hang Seng TECH index",
)  # fmt: skip
US_STOCKS = Sleeve(
    "US technology",
    ("AAPL", "MSFT", "GOOGL", "AMZN", "NVDA", "META", "TSLA", "AVGO", "AMD", "ORCL", "PLTR"),
    hindsight="candidates are today's giants of the Nasdaq 100",
)
CHINA_FUND = Sleeve("China internet", ("KWEB",))
US_FUND = Sleeve("Nasdaq 100", ("QQQ",))
BILLS = Sleeve("Treasury bills", ("BIL",))
