"""What article 003, "East rising, West falling", claims."""

from __future__ import annotations

from datetime import date

from newsfolio.articles._tables import (
    ALIBABA_CAPEX,
    API_PRICES,
    BANK_FORECASTS,
    CLOUD_SALES,
    CTA_FLOWS,
    FORECASTER_CALLS,
    FORWARD_PE,
    FUND_MANAGERS,
    MARKET_VALUE,
    PRICE_TO_SALES,
    PRIME_BOOK,
    RESULTS,
    SHARES,
    STATEMENTS,
    TRAILING_PE,
    TRAINING_COSTS,
    UBS_BASKETS,
)
from newsfolio.assets import Sleeve
from newsfolio.claims import Claim, Reading, Says
from newsfolio.errors import MissingData
from newsfolio.formatting import signed
from newsfolio.library import CHINA_TEN, MAG_SEVEN
from newsfolio.quantities import (
    CountBeyond,
    Custom,
    Drawdown,
    FigureSeries,
    FromLow,
    FromPeak,
    Gain,
    IntradayRise,
    Level,
    MarketValue,
    Measured,
    Quantity,
    Record,
    Reported,
    ReportedChange,
    ReportedGrowth,
    ReportedRatio,
    ReportedTotal,
    Touch,
    Trailing,
    Volatility,
    Window,
    figures,
    within,
)

_DAY_BEFORE = "2025-02-19"
_READ = "2025-02-20"
"""New York's last close before it could be read, the day of Alibaba's results."""

_ACT_US = "2025-02-21"
_ACT = "2025-02-24"
"""The first closes after one could have acted, in New York and in Hong Kong."""

_MONTH = ("after 1 month", "2025-03-24")
_QUARTER = ("after 3 months", "2025-05-24")
_HALF = ("after 6 months", "2025-08-24")
_YEAR = ("after 12 months", "2026-02-24")
_TWO_YEARS = ("after 24 months", "2027-02-24")

_YEAR_END = "2025-12-31"
_TARGET = ("2025-02-14", "2026-02-17")
"""Twelve months from the close that Goldman's targets start from."""

_ONE_DAY = 0.0015
_RELEASE = "from the last close before the release"
_SELL_OFF = "from the last close before the sell-off"
_SINCE_R1 = ((_RELEASE, "2025-01-17"), (_SELL_OFF, "2025-01-24"))

_DRAWN = "drawn by a bank in February 2025, after most had run up"
_CHINESE_FIVE = Sleeve(
    "five Chinese companies",
    ("688256.SS", "1810.HK", "0981.HK", "0700.HK", "9988.HK"),
    hindsight=_DRAWN,
)
_AMERICAN_FIVE = Sleeve("their five rivals", ("NVDA", "TSLA", "TSM", "META", "AMZN"))
_SOFTWARE_HK = Sleeve("three software stocks", ("0268.HK", "3888.HK", "0020.HK"))
_SOFTWARE = Sleeve("five software stocks", (*_SOFTWARE_HK.tickers, "002230.SZ", "600588.SS"))
_CLOUDS = Sleeve("Alibaba and Tencent", ("9988.HK", "0700.HK"))
_US_CLOUDS = Sleeve(
    "four American clouds",
    ("MSFT", "AMZN", "GOOGL", "ORCL"),
    hindsight="drawn in 2025 after they had run up",
)
_GROWTH = Sleeve("chips, software and cloud", ("0981.HK", "0268.HK", "3896.HK"))


def _dollars(of: str | Sleeve) -> Gain:
    """A return in dollars, with dividends."""
    return Gain(of, total=True, currency="USD")


_MSCI_CHINA = _dollars("MCHI")
_TEN_AHEAD = _dollars(CHINA_TEN) - _dollars(MAG_SEVEN)
_TECH = Gain("HSTECH.HK", currency="USD")


def _later(
    of: Quantity, *horizons: tuple[str, str], says: Says = ">", number: float = 0.0,
    of_what: str = "", decides: bool = True,
) -> tuple[Reading, ...]:  # fmt: skip
    """What came after the article, once for each horizon."""
    return tuple(
        Reading(of, _ACT, end, says, number, label=f"{label}{of_what}", decides=decides)
        for label, end in horizons
    )


def _move(line: str, number: float, label: str = "") -> Reading:
    """A move of the day on which Alibaba reported."""
    return Reading(Gain(line), _DAY_BEFORE, _READ, "=", number, _ONE_DAY, label)


def _level_target(line: str, level: float, start: str, end: str) -> tuple[Reading, Reading]:
    """A target in points, judged twice: reached on the way, which decides, and at its date."""
    return (
        Reading(Touch(line), start, end, ">=", level, label="on touch"),
        Reading(Level(line), start, end, ">=", level, label="at the horizon", decides=False),
    )


def _shallower(start: str, end: str) -> Quantity:
    """How much less the index fell than over the same span after September 2024."""
    return Drawdown("HSTECH.HK") - Drawdown("HSTECH.HK").over(start, end)


def _march_less_winter(record: Record, window: Window) -> Measured:
    """The mean daily move of the S&P 500 in March less that of January and February."""
    closes = within(record.closes("^GSPC"), window, "^GSPC", first=True)
    moves = closes.pct_change().iloc[1:]
    months = moves.index.month  # type: ignore[attr-defined]
    march, winter = moves[months == 3], moves[months <= 2]
    if march.empty or winter.empty:
        raise MissingData(f"^GSPC has no January to March from {window.start} to {window.end}")
    value = float(march.mean()) - float(winter.mean())
    sentence = f"^GSPC {signed(march.mean(), 3)} a day in March against {signed(winter.mean(), 3)}"
    return Measured(value, f"{sentence} in January and February")


_MARCH = Custom(("^GSPC",), _march_less_winter)

_QUARTER_END = "2024-12-31"
_RELEASED = (_DAY_BEFORE, _READ)


def _alibaba(item: str) -> FigureSeries:
    """A line of its quarterly results."""
    return figures(RESULTS, item=item, called=f"Alibaba's {item}")


def _filed(item: str, number: float, tolerance: float) -> Reading:
    """What it reported for the quarter, in millions of yuan."""
    of = Reported(_alibaba(item), _QUARTER_END)
    return Reading(of, *_RELEASED, "=", number, tolerance, label=item)


def _price(model: str, dollars: float, tolerance: float, *, decides: bool = True) -> Reading:
    """The list price of a million output tokens."""
    of = Reported(figures(API_PRICES, "output", model=model, called=f"{model}, dollars"))
    return Reading(of, "2023-01-01", _READ, "=", dollars, tolerance, model, decides)


def _worth(line: str, company: str, billions: float, tolerance: float, ratio: int = 1) -> Reading:
    """The market value at the close before the article; ratio: shares in one unit of the line."""
    of = MarketValue(line, figures(SHARES, "shares", company=company), ratio)
    return Reading(of, _DAY_BEFORE, _READ, "=", billions, tolerance, company)


def _cloud(company: str) -> FigureSeries:
    return figures(CLOUD_SALES, company=company, called=f"{company}'s cloud")


def _so(who: str, what: str, day: str) -> Reading:
    """Whether somebody said so by a day."""
    of = Reported(figures(STATEMENTS, "so", who=who, what=what))
    return Reading(of, "2024-08-01", day, "=", 1, 0.0, f"{who}: {what}")


CLAIMS = (
    Claim(
        "003-01",
        "Alibaba's December quarter: sales of 280.15 billion yuan, up 8 %",
        stated=(
            _filed("sales", 280_150, 5),
            Reading(
                ReportedGrowth(_alibaba("sales"), _QUARTER_END, 12), *_RELEASED, "=", 0.08, 0.005,
                label="on the year",
            ),
        ),
    ),
    Claim(
        "003-02",
        "Its operating profit: 41.205 billion yuan, up 83 %",
        stated=(
            _filed("operating profit", 41_205, 0.5),
            Reading(
                ReportedGrowth(_alibaba("operating profit"), _QUARTER_END, 12), *_RELEASED, "=",
                0.83, 0.005, label="on the year",
            ),
        ),
    ),
    Claim(
        "003-03",
        "Its net profit for ordinary shareholders: 48.945 billion yuan, up 333 %",
        stated=(
            _filed("net income to shareholders", 48_945, 0.5),
            Reading(
                ReportedGrowth(_alibaba("net income to shareholders"), _QUARTER_END, 12),
                *_RELEASED, "=", 3.33, 0.005, label="on the year",
            ),
            Reading(
                ReportedGrowth(_alibaba("net income"), _QUARTER_END, 12), *_RELEASED, "=", 3.33,
                0.005, label="net income as a whole, on the year", decides=False,
            ),
        ),
        known="two lines are merged: net income was 46.434 billion yuan, +333 %; what falls to "
        "ordinary shareholders was 48.945 billion after 14.433, +239 %",
    ),
    Claim(
        "003-04",
        "In three years it will spend more on AI and cloud than in the ten years before",
        stated=(
            Reading(
                ReportedTotal(figures(ALIBABA_CAPEX)).over("2025-03-31", "2028-06-30")
                - ReportedTotal(figures(ALIBABA_CAPEX)).over("2015-03-31", "2025-06-30"),
                _ACT, "2028-06-30", ">", 0.0,
                label="fiscal years to March 2028 against the ten before, all of its spending",
            ),
        ),
        known="the figure, 380 billion yuan, was given on 24 February 2025",
    ),
    Claim(
        "003-05",
        "American shares have slid this year",
        stated=(
            Reading(Gain("^GSPC"), "2024-12-31", _READ, "<", 0.0, label="S&P 500"),
            Reading(Gain("^IXIC"), "2024-12-31", _READ, "<", 0.0, label="Nasdaq Composite"),
        ),
    ),
    Claim(
        "003-06",
        "American shares are dearer than ever before",
        stated=(
            *(
                Reading(
                    Reported(figures(TRAILING_PE, "pe", period="day", index=index), _DAY_BEFORE)
                    / Reported(figures(TRAILING_PE, "pe", period="day", index=index), peak),
                    "2021-03-26", _READ, ">", 1.0,
                    label=f"{index}, price over past earnings against {peak}",
                )
                for index, peak in (("S&P 500", "2021-03-26"), ("Nasdaq 100", "2021-01-25"))
            ),
        ),
        known="Shiller's CAPE stood higher in 2000 too",
    ),
    Claim(
        "003-07",
        "Goldman Sachs calls a fall of the American market inevitable",
        stated=(_so("Goldman Sachs", "a fall is inevitable", _READ),),
        known="overstated: the note says that its author is on correction watch",
    ),
    Claim(
        "003-08",
        "Since the release of R1 every American giant but Meta has fallen far behind the S&P 500",
        stated=tuple(
            Reading(Trailing(MAG_SEVEN, "^GSPC", 0.02), start, _READ, ">=", 6, label=label)
            for label, start in _SINCE_R1
        ),
    ),
    Claim(
        "003-09",
        "The gauge of America's seven is far behind Alibaba since then",
        stated=(
            *(
                Reading(
                    Gain(MAG_SEVEN) - Gain("9988.HK", currency="USD"), start, _READ, "<", 0.0,
                    label=f"{label}, the seven in equal parts",
                )
                for label, start in _SINCE_R1
            ),
            Reading(
                Gain("MAGS") - Gain("9988.HK", currency="USD"), "2025-01-17", _READ, "<", 0.0,
                label="a fund of the seven", decides=False,
            ),
        ),
    ),
    Claim(
        "003-10",
        "R1 took less than 6 million dollars and 2,048 H800 chips to train",
        stated=(
            Reading(
                ReportedTotal(figures(TRAINING_COSTS, "cost", called="V3 and R1, last runs")),
                "2024-12-26", "2025-09-17", "<", 6.0, label="millions of dollars, as published",
            ),
            Reading(
                Reported(figures(TRAINING_COSTS, "chips", model="DeepSeek-V3")),
                "2024-12-26", "2025-09-17", "=", 2048, 0.5, label="chips of V3",
            ),
        ),
        known="5.576 million dollars is the last run of V3, from which R1 was made; trials, data "
        "and people are left out, and R1's own 0.294 million came out in September 2025",
    ),
    Claim(
        "003-11",
        "Rivals spend up to a billion dollars on training",
        stated=tuple(
            Reading(
                Reported(figures(TRAINING_COSTS, "cost", model=rival)), "2023-01-01", _READ, "<=",
                1000, label=f"{rival}, millions of dollars",
            )
            for rival in ("OpenAI", "Anthropic")
        ),
    ),
    Claim(
        "003-12",
        "A million output tokens cost 2.19 dollars there and 60 dollars at OpenAI",
        stated=(
            _price("DeepSeek-R1", 2.19, 0.005),
            _price("GPT-4", 60.0, 0.5),
            _price("o1", 60.0, 0.5, decides=False),
        ),
        known="o1, which R1 was compared with, cost 60 dollars too; the article says GPT-4",
    ),
    Claim(
        "003-13",
        "Overnight the Nasdaq Golden Dragon China index rose by 1.6 %",
        stated=(_move("PGJ", 0.016, "proxy: a fund on a Golden Dragon index"),),
    ),
    Claim(
        "003-14",
        "Overnight Alibaba rose by 8.1 % in New York",
        stated=(_move("BABA", 0.081),),
    ),
    Claim(
        "003-15",
        "Overnight GDS rose by almost 13 %",
        stated=(
            Reading(Gain("GDS"), _DAY_BEFORE, _READ, "<", 0.13, label="not quite 13 %"),
            Reading(Gain("GDS"), _DAY_BEFORE, _READ, ">=", 0.125, label="which rounds to 13 %"),
            Reading(
                Gain("GDS"), _DAY_BEFORE, _READ, "=", 0.13, _ONE_DAY,
                label="13 % to the decimal", decides=False,
            ),
        ),
    ),
    Claim(
        "003-16",
        "Next morning in Hong Kong Alibaba was up by over 10 %, Hang Seng TECH by over 3 %, the "
        "Hang Seng by over 2 %",
        stated=(
            *(
                Reading(IntradayRise(line), _READ, _ACT_US, ">", number, label=label)
                for line, number, label in (
                    ("9988.HK", 0.10, "Alibaba"),
                    ("HSTECH.HK", 0.03, "Hang Seng TECH"),
                    ("^HSI", 0.02, "Hang Seng"),
                )
            ),
            Reading(
                Gain("HSTECH.HK"), _READ, _ACT_US, ">", 0.03, decides=False,
                label="Hang Seng TECH at its close, no higher than its high of the day",
            ),
        ),
        known="the three closed 14.56 %, 6.53 % and 3.99 % up",
    ),
    Claim(
        "003-17",
        "On Thursday the Dow fell by 1.01 %, the Nasdaq by 0.47 %, the S&P 500 by 0.43 %",
        stated=(
            _move("^DJI", -0.0101, "Dow Jones"),
            _move("^IXIC", -0.0047, "Nasdaq Composite"),
            _move("^GSPC", -0.0043, "S&P 500"),
        ),
    ),
    Claim(
        "003-18",
        "Fund managers asked by Bank of America begin to see China as an investment, not a trade",
        stated=(
            Reading(
                ReportedChange(figures(FUND_MANAGERS, "overweight", percent=True), months=1),
                "2025-02-01", _READ, ">", 0.0, label="February against January",
            ),
        ),
    ),
    Claim(
        "003-19",
        "China's ten giants have beaten America's seven; it began six months ago",
        stated=(
            Reading(_TEN_AHEAD, "2024-08-20", _READ, ">", 0.0, label="the six months"),
            Reading(
                _TEN_AHEAD, "2024-02-20", "2024-08-20", "<=", 0.0,
                label="not yet in the six months before", decides=False,
            ),
        ),
        known="the list was drawn in February 2025, after its members had run up",
    ),
    Claim(
        "003-20",
        "Morgan Stanley: the Hang Seng China Enterprises index at 8,600 by the end of the year",
        stated=_level_target("^HSCE", 8600, _ACT, _YEAR_END),
        known="the index closed at 8,666.72 on 21 February 2025, above the target on the day it "
        "was read (the note is of 19 February), and ended 2025 about 22 % up",
    ),
    Claim(
        "003-21",
        "Morgan Stanley: the Hang Seng at 24,000 by the end of the year",
        stated=_level_target("^HSI", 24000, _ACT, _YEAR_END),
        known="on 21 February it closed at 23,477.92, 2.2 % short of the target",
    ),
    Claim(
        "003-22",
        "Morgan Stanley: the CSI 300 at 4,200 by the end of the year, as before",
        stated=_level_target("000300.SS", 4200, _ACT, _YEAR_END),
    ),
    Claim(
        "003-23",
        "The rise will last better than that of September 2024",
        stated=(
            *_later(Gain("HSTECH.HK"), _QUARTER, _HALF, _YEAR, of_what=", it has gone on"),
            *(
                Reading(
                    _shallower("2024-09-30", then), _ACT, end, ">", 0.0,
                    label=f"{label}, its worst fall against that after September 2024",
                )
                for (label, end), then in zip(
                    (_QUARTER, _HALF), ("2024-12-30", "2025-03-30"), strict=True
                )
            ),
        ),
    ),
    Claim(
        "003-24",
        "ABC once meant anything but China and now means AI, BABA, China",
        untestable="a label, not a figure: no series and no file could settle it; what such a "
        "portfolio earns is a thesis",
    ),
    Claim(
        "003-25",
        "A long bull market lies ahead of Hong Kong and the mainland",
        stated=(
            *_later(Gain("^HSI"), _YEAR, _TWO_YEARS, of_what=", Hong Kong is up"),
            *_later(
                Drawdown("^HSI"), _YEAR, _TWO_YEARS, number=-0.2,
                of_what=", Hong Kong never a fifth below a high",
            ),
            *_later(Gain("000300.SS"), _YEAR, _TWO_YEARS, of_what=", the mainland is up"),
            *_later(
                Drawdown("000300.SS"), _YEAR, _TWO_YEARS, number=-0.2,
                of_what=", the mainland never a fifth below a high",
            ),
            *_later(Gain("^HSI"), _QUARTER, _HALF, of_what=", Hong Kong", decides=False),
            *_later(Gain("000300.SS"), _QUARTER, _HALF, of_what=", the mainland", decides=False),
            *_later(Gain("^HSI"), ("after 16 months, Hong Kong", "2026-06-23"), decides=False),
        ),
        known="the Hang Seng stood at 22,644 on 26 June 2026, below where it began",
    ),
    Claim(
        "003-26",
        "On 27 January 2025 Nvidia lost more than 500 billion dollars of its value",
        stated=(
            Reading(
                Gain("NVDA"), "2025-01-24", "2025-01-27", "<=", -0.16,
                label="as a fall of its price, for want of the number of its shares",
            ),
        ),
        known="about 589 billion dollars with the shares it then had",
    ),
    Claim(
        "003-27",
        "In a month the Chinese market gained 1.3 trillion dollars of value",
        stated=(
            Reading(
                ReportedChange(figures(MARKET_VALUE)), "2025-01-20", _READ, ">=", 1300,
                label="billions of dollars",
            ),
        ),
    ),
    Claim(
        "003-28",
        "Goldman: AI adds 2.5 % a year to Chinese earnings for ten years",
        stated=(
            Reading(
                Reported(
                    figures(
                        BANK_FORECASTS, percent=True, house="Goldman Sachs",
                        subject="earnings from AI, a year",
                    )
                ),
                "2025-02-14", _READ, "=", 0.025, 0.0005,
                label="as a quote: what the note says, not what will be",
            ),
        ),
        known="the note says so",
    ),
    Claim(
        "003-29",
        "Goldman: MSCI China at 85 within twelve months",
        stated=(
            Reading(Touch("MCHI", rise=True), *_TARGET, ">=", 0.16, label="on touch, proxy: a "
                    "fund; 85 is 16 % over the index on 14 February"),
            Reading(Gain("MCHI"), *_TARGET, ">=", 0.16, label="at the horizon, proxy: a fund",
                    decides=False),
        ),
        known="the article says about 15 %, the note 16 % over the close of 14 February; from the "
        "article's own 72 points it would be 18 %",
    ),
    Claim(
        "003-30",
        "Goldman: the CSI 300 at 4,700 within twelve months",
        stated=_level_target("000300.SS", 4700, *_TARGET),
        known="the article says 20 %, the note 19 % over the close of 14 February",
    ),
    Claim(
        "003-31",
        "MSCI China is in a bull market, a fifth over its low",
        stated=(
            Reading(FromLow("MCHI"), "2024-12-31", _READ, ">=", 0.20, label="proxy: a fund"),
        ),
    ),
    Claim(
        "003-32",
        "The CSI 300 stands at about 3,950 (and MSCI China, whose level no series here tells, at "
        "about 72)",
        stated=(
            Reading(
                Level("000300.SS"), _DAY_BEFORE, _READ, "=", 3950, 39.5,
                label="CSI 300, to 1 %",
            ),
        ),
        known="Goldman's 85, 16 % up, puts MSCI China at about 73.3 on 14 February",
    ),
    Claim(
        "003-33",
        "Man Group: Chinese shares are among the surest trades of this year",
        stated=(
            Reading(
                _MSCI_CHINA - _dollars("SPY"), "2024-12-31", _YEAR_END, ">", 0.0,
                label="all of 2025, with the rise before the article",
            ),
            Reading(
                _MSCI_CHINA - _dollars("SPY"), _ACT_US, _YEAR_END, ">", 0.0,
                label="what was left of the year for a reader", decides=False,
            ),
        ),
    ),
    Claim(
        "003-34",
        "Hang Seng TECH costs 17 times expected earnings and 1.1 times sales, less than it used to",
        stated=(
            Reading(
                Reported(figures(FORWARD_PE, "pe", index="Hang Seng TECH")), "2025-02-01", _READ,
                "=", 17.0, 0.5, label="expected earnings",
            ),
            Reading(
                Reported(figures(PRICE_TO_SALES, "ps", index="Hang Seng TECH")), "2025-02-01",
                _READ, "=", 1.1, 0.05, label="sales",
            ),
        ),
        known="the press of March 2025: 17.6 times expected earnings; 1.1 times sales looks low",
    ),
    Claim(
        "003-35",
        "The Nasdaq 100 costs 28.2 times expected earnings and 4.5 times sales",
        stated=(
            Reading(
                Reported(figures(FORWARD_PE, "pe", index="Nasdaq 100")), "2025-02-01", _READ, "=",
                28.2, 0.05, label="expected earnings",
            ),
            Reading(
                Reported(figures(PRICE_TO_SALES, "ps", index="Nasdaq 100")), "2025-02-01", _READ,
                "=", 4.5, 0.05, label="sales",
            ),
        ),
        known="the press gives 24 times in March 2025 and 27 in September: 28.2 is at the upper "
        "end",
    ),
    Claim(
        "003-36",
        "UBS sets five Chinese companies beside American rivals, as those with room to rise",
        stated=(
            *_later(
                _dollars(_CHINESE_FIVE) - _dollars(_AMERICAN_FIVE), _QUARTER, _HALF, _YEAR,
                of_what=", all five",
            ),
            *(
                reading
                for east, west in zip(_CHINESE_FIVE.tickers, _AMERICAN_FIVE.tickers, strict=True)
                for reading in _later(
                    _dollars(east) - _dollars(west), _HALF, of_what=f", {east} against {west}",
                    decides=False,
                )
            ),
        ),
        known="the gaps of the pairs in valuation lay between +312 % and -80 %",
    ),
    Claim(
        "003-37",
        "Earlier cycles of technology beat the market by 50 to 100 % for one to two years",
        stated=(
            Reading(
                CountBeyond(
                    tuple(
                        Reported(figures(UBS_BASKETS, "gain", percent=True, basket=cycle))
                        for cycle in ("4G", "5G", "cloud")
                    ),
                    ">=", 0.5,
                ),
                "2008-01-01", _READ, "=", 3, 0.0, label="of 4G, 5G and the cloud",
            ),
        ),
    ),
    Claim(
        "003-38",
        "Since R1 Chinese AI shares have gained about 15 %, MSCI China 9 %",
        stated=(
            Reading(
                Reported(figures(UBS_BASKETS, "gain", percent=True, basket="AI, since R1")),
                "2025-01-20", _READ, "=", 0.15, 0.01, label="its AI shares",
            ),
            Reading(
                Gain("MCHI"), "2025-01-17", "2025-02-12", "=", 0.09, label="MSCI China to the day "
                "of the note, proxy: a fund", decides=False,
            ),
        ),
        known="sources disagree on the window: UBS's note of 12 February counts both from the "
        "start of the year, not from R1",
    ),
    Claim(
        "003-39",
        "The AI rally is not half done, and software has the most room",
        stated=(
            *_later(_dollars(_SOFTWARE) - _MSCI_CHINA, _YEAR, _TWO_YEARS),
            *_later(
                _dollars(_SOFTWARE_HK) - _MSCI_CHINA, _QUARTER, _HALF,
                of_what=", the three in Hong Kong", decides=False,
            ),
        ),
    ),
    Claim(
        "003-40",
        "Alibaba is worth 320 billion dollars, Amazon 2.36 and Microsoft 3.10 trillion",
        stated=(
            _worth("BABA", "Alibaba", 320, 5, ratio=8),
            _worth("AMZN", "Amazon", 2360, 24),
            _worth("MSFT", "Microsoft", 3100, 31),
        ),
    ),
    Claim(
        "003-41",
        "China's cloud will grow as large as those of Amazon and Microsoft",
        stated=tuple(
            Reading(
                ReportedRatio(_cloud("Alibaba"), _cloud(rival)), _ACT, "2030-02-24", ">=", 1.0,
                label=f"against {rival}, within five years, for it names no date",
            )
            for rival in ("Amazon", "Microsoft")
        ),
    ),
    Claim(
        "003-42",
        "Hedge funds cut American technology the most since July 2024, a week after buying the "
        "most since December 2021",
        stated=(
            Reading(
                Reported(figures(PRIME_BOOK, "net")), "2025-02-14", _READ, "<", 0.0,
                label="the week of the article",
            ),
        ),
    ),
    Claim(
        "003-43",
        "Scott Rubner of Goldman: the American market is about to correct",
        stated=(
            Reading(
                Drawdown("^GSPC", since=date(2025, 2, 19)), _ACT, "2025-04-24", "<=", -0.10,
                label="within two months, from its record",
            ),
            Reading(
                Drawdown("^GSPC", since=date(2025, 2, 19)), _ACT, "2025-03-24", "<=", -0.10,
                label="within one month", decides=False,
            ),
            Reading(
                Drawdown("QQQ", since=date(2025, 2, 19)), _ACT, "2025-04-24", "<=", -0.10,
                label="within two months, a fund of the Nasdaq 100", decides=False,
            ),
        ),
        known='mistranslated: the note says that flows change "starting Monday", 24 February; the '
        'article writes "since Monday"',
    ),
    Claim(
        "003-44",
        "Trend followers would sell 61 billion dollars in a fall and buy 10 billion in a rise",
        stated=(
            Reading(
                Reported(figures(CTA_FLOWS, "flow", market="falling")), _READ, "2025-03-24", "<=",
                -61, label="sold in the month after, for prices fell",
            ),
        ),
    ),
    Claim(
        "003-45",
        "Half of the dealers' options expire on Friday, so the week after may swing more",
        stated=(
            Reading(
                Volatility("^GSPC") - Volatility("^GSPC").over("2025-02-14", "2025-02-21"),
                "2025-02-21", "2025-02-28", ">", 0.0, label="one week's volatility and the next",
            ),
        ),
        known="the 9.8 billion dollars of options are Goldman's estimate",
    ),
    Claim(
        "003-46",
        "On Wednesday the S&P 500 closed at a record",
        stated=(
            Reading(FromPeak("^GSPC"), "2025-02-18", _DAY_BEFORE, ">", 0.0),
            Reading(
                Level("^GSPC"), "2025-02-18", _DAY_BEFORE, "=", 6144.15, label="its close",
                decides=False,
            ),
        ),
    ),
    Claim(
        "003-47",
        "Private buyers fade in March, when taxes fall due, after a strong January and February",
        stated=(
            Reading(
                _MARCH, "2010-12-31", "2024-12-31", "<", 0.0,
                label="2011 to 2024, a weak test, proxy: prices in place of flows",
            ),
            Reading(
                _MARCH, "2024-12-31", "2025-03-31", "<", 0.0, label="2025, proxy: prices",
            ),
        ),
    ),
    Claim(
        "003-48",
        "He foresaw the fall of the summer of 2024",
        stated=(
            Reading(
                ReportedTotal(figures(FORECASTER_CALLS, "right"))
                / CountBeyond(Reported(figures(FORECASTER_CALLS, "right")), ">=", 0),
                "2023-12-31", _READ, ">", 0.5, label="part of his calls that came right",
            ),
        ),
    ),
    Claim(
        "003-49",
        "In 2023 and 2024 the American clouds boomed",
        stated=(
            Reading(
                _dollars(_US_CLOUDS) - _dollars("SPY"), "2022-12-30", "2024-12-31", ">", 0.0,
            ),
        ),
    ),
    Claim(
        "003-50",
        "Money moves from America's seven to Chinese AI",
        stated=(
            *_later(_TEN_AHEAD, _MONTH, _QUARTER, _HALF, _YEAR, of_what=", proxy: prices"),
            *_later(
                _TECH - Gain(MAG_SEVEN), _YEAR, ("after 15 months", "2026-05-24"),
                of_what=", Hang Seng TECH against the seven", decides=False,
            ),
        ),
        known="Hang Seng TECH stood at 5,859 on 21 February 2025, 5,516 at the end of the year "
        "and about 4,259 on 26 June 2026",
    ),
    Claim(
        "003-51",
        "Those with clouds to run AI on, Alibaba and Tencent, gain the most",
        stated=(
            *_later(_dollars(_CLOUDS) - _MSCI_CHINA, _HALF, _YEAR, of_what=", against MSCI China"),
            *_later(_dollars(_CLOUDS) - _TECH, _HALF, _YEAR, of_what=", against Hang Seng TECH"),
            *_later(
                _dollars("BABA") - _MSCI_CHINA, _YEAR,
                of_what=", Alibaba's New York line against MSCI China", decides=False,
            ),
        ),
    ),
    Claim(
        "003-52",
        "Chinese chips, software and cloud enter a new phase of growth",
        stated=(
            *_later(_dollars(_GROWTH) - _MSCI_CHINA, _YEAR),
            *(
                reading
                for line in _GROWTH.tickers
                for reading in _later(
                    _dollars(line) - _MSCI_CHINA, _HALF, of_what=f", {line}", decides=False
                )
            ),
        ),
    ),
)  # fmt: skip
