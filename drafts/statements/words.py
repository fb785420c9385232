"""The words of the trade that statements are told by, English and Chinese."""

from __future__ import annotations

import re


def _words(english: str, chinese: str = "", phrases: tuple[str, ...] = ()) -> re.Pattern[str]:
    """A pattern of whole words; phrases are patterns of their own, Chinese has no word's end."""
    latin = "|".join([*phrases, *english.split()])
    parts = [rf"\b(?:{latin})\b", *chinese.split()]
    return re.compile("|".join(parts), re.IGNORECASE)


# --- which way -----------------------------------------------------------------------------------

UP = _words(
    "rise rises risen rising rose gain gains gained gaining climb climbs climbed climbing advance "
    "advances advanced advancing jump jumps jumped jumping surge surges surged surging soar soars "
    "soared soaring rally rallies rallied rallying up higher add adds added adding return returns "
    "returned increase increases increased increasing rebound rebounds rebounded strengthen "
    "strengthens strengthened appreciate appreciates appreciated leap leaps leaped leapt spike "
    "spikes spiked rocket rocketed recover recovers recovered boom booms boomed upward uptrend "
    "expand expands expanded popped",
    "上涨 上漲 上升 攀升 飙升 大涨 走高 涨幅 涨 漲 升",
)
DOWN = _words(
    "fall falls fallen falling fell drop drops dropped dropping decline declines declined "
    "declining lose loses lost losing slip slips slipped slipping slide slides slid sliding "
    "tumble tumbles tumbled tumbling plunge plunges plunged plunging sink sinks sank sunk sinking "
    "shed sheds down "
    "lower retreat retreats retreated eased eases dip dips dipped slump slumps slumped slumping "
    "crash crashes crashed plummet plummets plummeted decrease decreases decreased weaken weakens "
    "weakened selloff downturn downward downtrend wiped wipes wiping erased erases erasing "
    "evaporate evaporated",
    "下跌 大跌 暴跌 下挫 下滑 走低 跌幅 回落 跌 降",
    ("sell-off", "sold off"),
)
AHEAD = _words(
    "beat beats beaten beating outperform outperforms outperformed outperforming outperformance "
    "outpace outpaces outpaced outpacing outstrip outstrips outstripped overwhelm overwhelms "
    "overwhelmed crush crushes crushed trounce trounced",
    "跑赢 跑贏 优于 領先 领先",
    (
        r"(?:runs?|ran|running|moved|pulled|stays?|stayed|well|far|remains?|kept|keeps?) ahead of",
        r"(?:does|do|did) better than",
        r"(?:leaves?|left)[^,.;]{3,40} behind",
    ),
)
BEHIND = _words(
    "lag lags lagged lagging trail trails trailed trailing underperform underperforms "
    "underperformed underperforming underperformance",
    "跑输 跑輸 落后 落後 逊于",
    (r"lag(?:s|ged|ging)? behind", r"(?:falls?|fallen|fell) behind", r"(?:does|do|did) worse than"),
)
_HOW_MUCH = r"(more than |over |nearly |almost |about )?"
MULTIPLES = {"double": 2, "twice": 2, "triple": 3, "three times": 3, "four times": 4,
             "five times": 5}  # fmt: skip
MULTIPLE = re.compile(rf"\b{_HOW_MUCH}({'|'.join(MULTIPLES)})\b", re.IGNORECASE)
GAINS = {"doubled": 1.0, "tripled": 2.0, "quadrupled": 3.0, "halved": -0.5, "翻倍": 1.0,
         "翻番": 1.0, "腰斩": -0.5}  # fmt: skip
MULTIPLIED = re.compile(
    rf"\b{_HOW_MUCH}(doubled|tripled|quadrupled|halved)\b|(翻倍|翻番|腰斩)", re.IGNORECASE
)

PLAIN_PAST = re.compile(
    r"(?<!has )(?<!have )(?<!had )\b(?:rose|fell|gained|lost|climbed|dropped|jumped|slipped|slid|"
    r"tumbled|surged|plunged|added|shed|declined|advanced|soared|sank|dipped|eased|rallied|"
    r"retreated|slumped|rebounded|edged|plummeted)\b|\b(?:closed|ended|finished|settled)\b|(?<!累计)(?:上涨|下跌|大涨|收涨|收跌|涨|跌)",
    re.IGNORECASE,
)
"""A verb of news, which speaks of one day; "has gained" speaks of longer."""

FORETOLD = re.compile(
    r"\b(?:will|shall|would|may|might|could|(?:un)?likely|set|expected|poised|going)\b"
    r"(?:\s\w+){0,3}\s*$|(?:将|有望|可能|预计)[^，。；]{0,6}$",
    re.IGNORECASE,
)
"""A verb of what is to come, right before its figure."""

# --- states and levels ---------------------------------------------------------------------------

RECORD = _words(
    "",
    "历史新高 歷史新高",
    (
        r"(?:record|all-time|historic|historical|fresh) (?:closing )?high",
        r"(?:closed|ended|finished) at a (?:fresh |new )?record(?! low)",
        r"record close",
    ),
)
BULL = _words("", "技术性牛市 牛市", (r"(?:technical )?[\"“]?(?:technical )?bull market",))
BEAR = _words("", "技术性熊市 熊市", (r"(?:technical )?[\"“]?(?:technical )?bear market",))
CORRECTION = _words("", "回调 回調", (r"correction(?: (?:phase|trend|territory))?",))
VOLATILE = _words("volatile volatility", "波动")
WIDER = _words(
    "expand expands expanding increase increases increasing rise rises rising higher widen widens "
    "more surge surges jump spike exacerbate exacerbates",
    "加剧 放大",
)
TARGET = _words(
    "target targets forecast forecasts expect expects see sees predict predicts project projects "
    "reach upside",
    "目标价 目标 目標價 看至 预计 預計",
)
OLD = re.compile(r"\b(?:old|previous|prior|former|earlier)\b[^,.;]{0,20}$", re.IGNORECASE)
REACHED = re.compile(
    r"(?:\b(?:at|to|near|around|about|approximately|above|over|below|under|reach|reaches|reached|"
    r"reaching|hit|hits|hitting|toward|towards|of|top|topped|exceed|cross|break|with|"
    r"past|is|was)|"
    r"报|收于|收報|收报|至|到|为|[:：])\s?(?:a |an |the |some |just )?$",
    re.IGNORECASE,
)
HELD = _words("hover hovers hovered hovering around about near approximately roughly", "约")

# --- what is no price ----------------------------------------------------------------------------

FUNDAMENTAL = _words(
    "revenue revenues sales turnover profit profits income earnings EPS margin margins capex "
    "spending cost costs dividend dividends delivery deliveries shipment shipments orders bookings "
    "user users subscribers guidance output production headcount staff token tokens parameters",
    "营收 收入 利润 净利 毛利率 资本开支 销量 出货",
    ("cash flow", r"capital (?:expenditure|spending)", "market share", r"invest(?:ment|ed) in"),
)
VALUATION = _words(
    "valuation valuations multiple",
    "市盈率 市净率 估值",
    (
        r"price[- ]to[- ](?:earnings|sales|book)",
        r"price[- ]earnings",
        r"P/[ESB]",
        r"times (?:forward |expected )?(?:earnings|sales|book)",
        r"x book",
    ),
)
VALUE = _words(
    "wiped erased", "市值", (r"market (?:value|cap|capitali[sz]ation)", "valued at", "total value")
)
FLOWS = _words(
    "inflow inflows outflow outflows flow flows position positions positioning holding holdings "
    "buy buying sell selling sold bought purchase purchases",
    "资金 净流入 净流出 增持 减持",
    ("short interest",),
)
MACRO = _words(
    "inflation GDP unemployment payroll payrolls jobless CPI PPI PMI export exports import imports "
    "deficit tariff tariffs tax taxes",
    "通胀 通脹 国内生产总值 失业率 利率 关税 降息 加息",
    ("retail sales", "economic growth", r"interest rates?", r"(?:benchmark|policy|funds) rate",
     "money supply"),
)  # fmt: skip
PART = _words(
    "yield yields weight weighting stake coupon fee fees premium discount", "权重 持股 溢价 折价"
)
SURVEY = _words("survey poll respondents sentiment odds chance probability", "调查")
CHANCE = _words("odds chance chances probability likelihood")
AFTER_HOURS = _words(
    "premarket postmarket futures",
    "盘后 盘前",
    (
        r"(?:late|after-hours|extended|pre-?market|postmarket) trad(?:e|ing)",
        r"after (?:the bell|hours)",
    ),
)
INTRADAY = _words(
    "intraday",
    "盘中 开盘后 一度",
    (
        r"at one (?:point|stage)",
        r"after the [^,.;]{0,30}open(?:ed|ing)?",
        r"market (?:has )?opened",
        r"in (?:early|morning|afternoon) trad(?:e|ing)",
    ),
)

# --- around a statement --------------------------------------------------------------------------

AMERICAN = re.compile(
    r"\b(?:U\.?S\.?(?:-listed)?|New York|Wall Street|American|ADRs?|ADSs?|NYSE)\b"
    r"|美股|美国|纽约"
)
HONG_KONG = re.compile(r"\bHong Kong(?:-listed)?\b|\bHKEX\b|港股|香港|恒生")
NOT = _words(
    "not never without hardly cannot",
    "并未 没有 未能 不会",
    ("no longer", r"fail(?:s|ed)? to", r"(?:wo|would|does|did|do|is|has|have|ca)n['’]t"),
)
CONDITION = re.compile(
    r"^[\W\d]*risks?\b|(?:^|[,;:(]\s?)(?:if|unless|should|suppose|assuming|even if|were)\b"
    r"|\bif (?:it|the|they|China|we)\b|如果|若",
    re.IGNORECASE,
)
SPEAKS_OF_SHARES = re.compile(r"^(?:['’]s)?\s?(?:shares?|stocks?|ADRs?|ADSs?|股价)\b")
INDEX_PRONOUN = _words("", "该指数", (r"the (?:index|gauge|benchmark|market)",))
PRONOUN = _words(
    "it",
    "该股 该指数 其股价",
    (
        r"the (?:stock|shares|company|fund|index|gauge|benchmark)",
        r"its (?:[\w-]+ ){0,2}(?:shares|stock)",
        "their shares",
    ),
)
OTHERS = _words(
    "",
    "",
    (r"(?:other|these|those|the|both) (?:giants|companies|names|heavyweights|group|stocks)",),
)
EXCEPT = re.compile(
    r"\b(?:except(?:ing)?(?: for)?|excluding|apart from|other than|unlike)\s(?:the )?$",
    re.IGNORECASE,
)
EXAMPLE = re.compile(
    r"\b(?:like|such as|including|e\.g\.|led by)\s(?:the )?$|[比例]如$", re.IGNORECASE
)
BEGAN = re.compile(
    r"^(?:this|that|it|the (?:move|trend|rally|shift))\s(?:\w+\s)?(?:started|began|has been)\b",
    re.IGNORECASE,
)
