"""Tables of facts that the articles' claims rest on: figures with their days and sources.

A row is what a release, a filing or a page said, known from its day on. Where nobody here has seen
the page again its source says *recalled*. Tables without rows name what would settle a claim: the
series, who publishes it, and the file to write.
"""

from __future__ import annotations

from newsfolio.facts import Facts

# --- with rows ---------------------------------------------------------------------------------

_ALIBABA_2024 = "Alibaba, results of the December quarter 2024, Business Wire of 2025-02-20"
_ALIBABA_2023 = "Alibaba, results of the December quarter 2023, of 2024-02-07 (recalled)"

RESULTS = Facts(
    "alibaba_results",
    text=("item", "period", "unit"),
    columns=("value",),
    where="Alibaba's quarterly results as first released, in millions of yuan: sales, operating "
    "profit, net income, and what falls to ordinary shareholders; from its releases (6-K).",
    key=("item", "period"),
    rows=(
        ("2024-02-07", "sales", "2023-12-31", "million yuan", 260_348),
        ("2024-02-07", "operating profit", "2023-12-31", "million yuan", 22_511),
        ("2024-02-07", "net income", "2023-12-31", "million yuan", 10_717),
        ("2024-02-07", "net income to shareholders", "2023-12-31", "million yuan", 14_433),
        ("2025-02-20", "sales", "2024-12-31", "million yuan", 280_154),
        ("2025-02-20", "operating profit", "2024-12-31", "million yuan", 41_205),
        ("2025-02-20", "net income", "2024-12-31", "million yuan", 46_434),
        ("2025-02-20", "net income to shareholders", "2024-12-31", "million yuan", 48_945),
    ),
    sources=(*[_ALIBABA_2023] * 4, *[_ALIBABA_2024] * 4),
)

US_CPI = Facts(
    "us_cpi",
    text=("month",),
    columns=("year_on_year",),
    where="The US consumer price index as first released, with its release dates: the rise on the "
    "year as a fraction (0.038) for each month; from the Bureau of Labor Statistics, or ALFRED's "
    "first releases of CPIAUCNS.",
    key=("month",),
    rows=(("2026-05-12T12:30+00:00", "2026-04", 0.038),),
    sources=("Bureau of Labor Statistics, release of 2026-05-12, 08:30 in New York",),
)

MODEL_RELEASES = Facts(
    "model_releases",
    text=("model",),
    columns=("parameters",),
    where="Days on which models came out, with their parameters in billions; from the makers' "
    "notices.",
    key=("model",),
    rows=(("2024-12-26", "DeepSeek-V3", 671), ("2025-01-20", "DeepSeek-R1", 671)),
    sources=("DeepSeek's notices of these days (recalled)",),
)

FORWARD_PE = Facts(
    "forward_pe",
    text=("index",),
    columns=("pe",),
    where="Price over the earnings expected of the next twelve months, by index and day; from "
    "Bloomberg, LSEG or FactSet, which sell it, or the press that quotes them.",
    key=("index",),
    rows=(
        ("2025-03-31", "Hang Seng TECH", 17.6),
        ("2025-09-17", "Hang Seng TECH", 20.5),
        ("2025-09-17", "Hang Seng TECH, mean of five years", 23.3),
        ("2025-09-17", "Nasdaq 100", 27.0),
    ),
    sources=(
        "Bloomberg as quoted in March 2025; the month's last day is taken",
        *["Bloomberg as quoted by News.az on 2025-09-17"] * 3,
    ),
)

TRAILING_PE = Facts(
    "trailing_pe",
    text=("index", "day"),
    columns=("pe",),
    where="Price over the earnings of the last twelve months, by index and day; from a vendor of "
    "index valuations or the index's factsheets.",
    key=("index", "day"),
    rows=(
        ("2021-03-29", "S&P 500", "2021-03-26", 40.62),
        ("2025-02-20", "S&P 500", "2025-02-19", 28.16),
        ("2021-01-26", "Nasdaq 100", "2021-01-25", 43.32),
        ("2025-02-20", "Nasdaq 100", "2025-02-19", 37.40),
    ),
    sources=("Jiucaishuo's index valuations, each taken as known on the next weekday",),
)

TRAINING_COSTS = Facts(
    "training_costs",
    text=("model",),
    columns=("cost", "chips"),
    where="What training a model took, in millions of dollars and in chips, as its maker "
    "published it; from technical reports and papers. OpenAI and Anthropic publish none.",
    key=("model",),
    rows=(("2024-12-27", "DeepSeek-V3", 5.576, 2048), ("2025-09-17", "DeepSeek-R1", 0.294, 512)),
    sources=(
        "DeepSeek-V3 technical report, arXiv 2412.19437 (recalled)",
        "DeepSeek-R1 in Nature, 2025-09-17, supplement, as TechSpot gives it on 2025-09-19",
    ),
)

API_PRICES = Facts(
    "api_prices",
    text=("model",),
    columns=("output",),
    where="List prices in dollars of a million output tokens, from the day on which they held; "
    "from the makers' price pages.",
    key=("model",),
    rows=(
        ("2023-03-14", "GPT-4", 60.0),
        ("2024-12-17", "o1", 60.0),
        ("2025-01-20", "DeepSeek-R1", 2.19),
    ),
    sources=("price pages of OpenAI and DeepSeek (recalled)",),
)

BANK_FORECASTS = Facts(
    "bank_forecasts",
    text=("house", "subject"),
    columns=("value",),
    where="What banks forecast, with the day of the note; from the notes, or the press on them.",
    key=("house", "subject"),
    rows=(("2025-02-17", "Goldman Sachs", "earnings from AI, a year", 0.025),),
    sources=("Bloomberg on the note, 2025-02-17",),
)

SHARES = Facts(
    "shares_outstanding",
    text=("company",),
    columns=("shares",),
    where="Ordinary shares outstanding, with the day of the filing; from the covers of 10-K and "
    "10-Q (companyfacts: EntityCommonStockSharesOutstanding) and monthly returns to the Hong Kong "
    "exchange.",
    key=("company",),
    rows=(
        ("2025-01-07", "Alibaba", 19_054_532_284),
        ("2025-01-29", "Microsoft", 7_433_982_235),
        ("2025-02-07", "Amazon", 10_597_729_352),
    ),
    sources=(
        "Alibaba, monthly return for December 2024 (6-K of 2025-01-07)",
        "Microsoft, cover of the 10-Q of 2025-01-29 (recalled)",
        "Amazon, cover of the 10-K of 2025-02-07 (recalled)",
    ),
)

SOUTHBOUND = Facts(
    "southbound",
    columns=("net",),
    where="Southbound turnover less sales since the start of the year, in billions of Hong Kong "
    "dollars by day; from the Stock Connect statistics of the Hong Kong exchange.",
    rows=(("2025-09-10", 1_038.994), ("2025-11-11", 1_300.0), ("2025-12-31", 1_400.0)),
    sources=(
        "GMT Eight, 2025-09-10, of the day before",
        "CCPIT on the Securities Times, 2025-11-11: more than",
        "RTHK, 2025-12-31: more than, for the whole year",
    ),
)

# --- what would settle the others --------------------------------------------------------------

FOREIGN_FLOWS = Facts(
    "foreign_flows",
    text=("period",),
    columns=("net",),
    where="Net foreign fund flows into Chinese shares in billions of dollars by month; from EPFR, "
    "which sells them.",
    key=("period",),
)
KWEB_SHARES = Facts(
    "kweb_shares",
    columns=("shares",),
    where="KWEB's shares outstanding by day; from the fund's own page.",
)
AI_ABILITY = Facts(
    "ai_ability",
    text=("asset",),
    columns=("score",),
    where="A list, made before 2025, of which companies can do AI, as a score a line; from filings "
    "and notes that can be named.",
    key=("asset",),
)
AI_EARNINGS = Facts(
    "ai_earnings",
    text=("asset",),
    columns=("share",),
    where="A dated list of companies by what AI earns them, as a share of sales; from their "
    "quarterly reports.",
    key=("asset",),
)
MODEL_RANKS = Facts(
    "model_ranks",
    text=("model",),
    columns=("rank",),
    where="Rankings of models by day; from LMArena, SuperCLUE or Artificial Analysis.",
    key=("model",),
)
EPS_ESTIMATES = Facts(
    "eps_estimates",
    text=("asset",),
    columns=("eps",),
    where="Expected earnings a share of the next twelve months by line and month, which shows "
    "revisions of forward earnings; from FactSet, LSEG or Bloomberg, which sell them.",
    key=("asset",),
)
STATEMENTS = Facts(
    "statements",
    text=("who", "what"),
    columns=("so",),
    where="Whether somebody said, met or did it, 1 or 0, with the day of the page that shows it; "
    "from the note, the ministry's readout or the transcript itself.",
    key=("who", "what"),
)
CAPEX_TO_SALES = Facts(
    "capex_to_sales",
    text=("asset", "period"),
    columns=("ratio",),
    where="Capital spending over sales by line and quarter as reported; from quarterly reports.",
    key=("asset", "period"),
)
ALIBABA_CAPEX = Facts(
    "alibaba_capex",
    text=("period",),
    columns=("value",),
    where="Alibaba's capital spending by fiscal year in billions of yuan; from its annual reports "
    "(20-F).",
    key=("period",),
)
FUND_MANAGERS = Facts(
    "fund_manager_survey",
    text=("period",),
    columns=("overweight",),
    where="The share of fund managers that hold more Chinese shares than their benchmark, by "
    "month; from Bank of America's global fund manager survey.",
    key=("period",),
)
MARKET_VALUE = Facts(
    "market_value",
    text=("period",),
    columns=("value",),
    where="Market value of all Chinese shares in Hong Kong and on the mainland by day, in billions "
    "of dollars; from the exchanges' statistics.",
    key=("period",),
)
PRICE_TO_SALES = Facts(
    "price_to_sales",
    text=("index",),
    columns=("ps",),
    where="Price over expected sales by index and day; from Bloomberg, LSEG or FactSet.",
    key=("index",),
)
UBS_BASKETS = Facts(
    "ubs_baskets",
    text=("basket",),
    columns=("gain",),
    where="Gains of UBS's baskets over the windows that it names, for 4G, 5G, the cloud and AI, as "
    "drawn then; from its notes.",
    key=("basket",),
)
CLOUD_SALES = Facts(
    "cloud_sales",
    text=("company", "period"),
    columns=("value",),
    where="Sales of each cloud by quarter in billions of dollars; from quarterly reports.",
    key=("company", "period"),
)
PRIME_BOOK = Facts(
    "prime_book",
    text=("period",),
    columns=("net",),
    where="Net purchases of American technology by hedge funds by week, in standard deviations; "
    "from Goldman Sachs' prime brokerage, which does not publish them.",
    key=("period",),
)
CTA_FLOWS = Facts(
    "cta_flows",
    text=("market",),
    columns=("flow",),
    where="What trend followers bought or sold in a month, in billions of dollars, after a fall "
    "and after a rise; a bank's estimate from its own model, not published.",
    key=("market",),
)
FORECASTER_CALLS = Facts(
    "forecaster_calls",
    text=("call",),
    columns=("right",),
    where="Every call that Scott Rubner made, 1 where it came right, with its date; from notes.",
    key=("call",),
)
