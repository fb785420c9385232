"""The words of the trade that statements are told by, English and Chinese."""

from __future__ import annotations

import re

UP = re.compile(
    r"\b(?:ris(?:e|es|en|ing)|rose|gain(?:s|ed|ing)?|climb(?:s|ed|ing)?|advanc(?:e|es|ed|ing)|"
    r"jump(?:s|ed|ing)?|surg(?:e|es|ed|ing)|soar(?:s|ed|ing)?|rall(?:y|ies|ied|ying)|up|higher|"
    r"add(?:s|ed|ing)?|return(?:s|ed|ing)?|increas(?:e|es|ed|ing)|rebound(?:s|ed|ing)?|"
    r"strengthen(?:s|ed|ing)?|appreciat(?:e|es|ed|ing)|leap(?:s|ed|t)?|spik(?:e|es|ed)|"
    r"rocket(?:s|ed)?|recover(?:s|ed|ing)?|boom(?:s|ed|ing)?|upward|uptrend|expand(?:s|ed|ing)?)\b"
    r"|上涨|上漲|上升|攀升|飙升|大涨|走高|涨幅|涨|漲|升",
    re.IGNORECASE,
)
DOWN = re.compile(
    r"\b(?:fall(?:s|en|ing)?|fell|drop(?:s|ped|ping)?|declin(?:e|es|ed|ing)|los(?:e|es|t|ing)|"
    r"slip(?:s|ped|ping)?|slid(?:e|es|ing)?|tumbl(?:e|es|ed|ing)|plung(?:e|es|ed|ing)|"
    r"s(?:ink|inks|ank|unk)|shed(?:s)?|down|lower|retreat(?:s|ed|ing)?|eas(?:ed|es)|dip(?:s|ped)?|"
    r"slump(?:s|ed|ing)?|crash(?:es|ed|ing)?|plummet(?:s|ed|ing)?|decreas(?:e|es|ed|ing)|"
    r"weaken(?:s|ed|ing)?|sell-?off|sold off|downturn|downward|downtrend|slide|wip(?:ed|es|ing)|eras(?:ed|es|ing)|evaporat(?:e|es|ed|ing))\b"
    r"|下跌|大跌|暴跌|下挫|下滑|走低|跌幅|回落|跌|降",
    re.IGNORECASE,
)
AHEAD = re.compile(
    r"\b(?:beat(?:s|en|ing)?|outperform(?:s|ed|ing|ance)?|outpac(?:e|es|ed|ing)|"
    r"outstrip(?:s|ped|ping)?|overtak(?:e|es|en|ing)|overtook|surpass(?:es|ed|ing)?|"
    r"exceed(?:s|ed|ing)?|overwhelm(?:s|ed|ing)?|crush(?:es|ed|ing)?|trounc(?:e|es|ed|ing)|"
    r"eclips(?:e|es|ed|ing)|top(?:s|ped)|(?:run(?:s|ning)?|ran|moved|pulled|stay(?:s|ed)?|well|far|"
    r"remain(?:s|ed)?|kept|keep(?:s)?) ahead of|do(?:es)? better than|did better than|"
    r"leave(?:s)?[^,.;]{3,40} behind|left[^,.;]{3,40} behind)\b|跑赢|跑贏|优于|領先|领先",
    re.IGNORECASE,
)
BEHIND = re.compile(
    r"\b(?:lag(?:s|ged|ging)?(?: behind)?|trail(?:s|ed|ing)?|underperform(?:s|ed|ing|ance)?|"
    r"fall(?:s|en)? behind|fell behind|do(?:es)? worse than|did worse than)\b|跑输|跑輸|落后|落後|逊于",
    re.IGNORECASE,
)
MULTIPLE = re.compile(
    r"\b(more than |over |nearly |almost |about )?(double|twice|triple|three times|four times|"
    r"five times)\b(?=[^,.;]{0,40})",
    re.IGNORECASE,
)
MULTIPLES = {"double": 2, "twice": 2, "triple": 3, "three times": 3, "four times": 4,
             "five times": 5}  # fmt: skip
MULTIPLIED = re.compile(
    r"\b(more than |over |nearly |almost |about )?(doubled|tripled|quadrupled|halved)\b|(翻倍|翻番|腰斩)",
    re.IGNORECASE,
)
GAINS = {"doubled": 1.0, "tripled": 2.0, "quadrupled": 3.0, "halved": -0.5, "翻倍": 1.0,
         "翻番": 1.0, "腰斩": -0.5}  # fmt: skip
RECORD = re.compile(
    r"\b(?:record|all-time|historic(?:al)?|fresh) (?:closing )?high|\b(?:closed|ended|finished) at a "
    r"(?:fresh |new )?record\b(?! low)|\brecord close\b|历史新高|歷史新高",
    re.IGNORECASE,
)
BULL = re.compile(r"\b(?:technical )?[\"“]?(?:technical )?bull market|技术性牛市|牛市", re.IGNORECASE)
BEAR = re.compile(r"\bbear market|技术性熊市|熊市", re.IGNORECASE)
CORRECTION = re.compile(
    r"\bcorrection(?: (?:phase|trend|territory))?\b(?! factor)|回调|回調", re.IGNORECASE
)
VOLATILE = re.compile(r"\bvolatil(?:e|ity)\b|波动", re.IGNORECASE)
TARGET = re.compile(
    r"\b(?:price targets?|targets?|forecasts?|expects?|expect|sees?|predicts?|projects?|reach|"
    r"upside)\b|目标价?|目標價?|看至|预计|預計",
    re.IGNORECASE,
)
OLD = re.compile(r"\b(?:old|previous|prior|former|earlier)\b[^,.;]{0,20}$", re.IGNORECASE)
REACHED = re.compile(
    r"(?:\b(?:at|to|near|around|about|approximately|above|over|below|under|reach(?:es|ed|ing)?|hit|"
    r"hits|hitting|toward|towards|of|touch|touched|topped|with|past|is|was)|报|收于|收報|收报|至|到|[:：])"
    r"\s?(?:a |an |the |some |just )?$",
    re.IGNORECASE,
)
HELD = re.compile(r"\b(?:hover(?:s|ed|ing)?|around|about|near|approximately|roughly)\b|约", re.IGNORECASE)
FUNDAMENTAL = re.compile(
    r"\b(?:revenues?|sales|turnover|profits?|(?:net |operating )?income|earnings|EPS|margins?|"
    r"cash flow|capital (?:expenditure|spending)|capex|spending|invest(?:ment|ed) in|costs?|"
    r"dividends?|deliveries|shipments|orders|bookings|users?|subscribers|market share|guidance|"
    r"output|production|headcount|staff|tokens?|parameters)\b|营收|收入|利润|净利|毛利率|资本开支|销量|出货",
    re.IGNORECASE,
)
VALUATION = re.compile(
    r"price[- ]to[- ](?:earnings|sales|book)|price[- ]earnings|\bP/[ESB]\b|\bvaluations?\b|\bmultiple\b|"
    r"\btimes (?:forward |expected )?(?:earnings|sales|book)|\bx book\b|市盈率|市净率|估值",
    re.IGNORECASE,
)
VALUE = re.compile(
    r"\b(?:market (?:value|cap(?:itali[sz]ation)?)|valued at|total value|wiped|erased)\b|市值", re.IGNORECASE
)
FLOWS = re.compile(
    r"\b(?:in|out)flows?\b|\bflows?\b|\bpositions?\b|\bpositioning\b|\bholdings?\b|\bshort interest\b|"
    r"\bbuy(?:ing)?\b|\bsell(?:ing)?\b|\bsold\b|\bbought\b|\bpurchases?\b|资金|净流入|净流出|增持|减持",
    re.IGNORECASE,
)
MACRO = re.compile(
    r"\b(?:inflation|GDP|unemployment|payrolls?|jobless|CPI|PPI|PMI|retail sales|exports?|imports?|"
    r"economic growth|deficit|interest rates?|benchmark rate|policy rate|tariffs?|tax(?:es)?|"
    r"funds rate|money supply)\b|通胀|通脹|国内生产总值|失业率|利率|关税|降息|加息",
    re.IGNORECASE,
)
SURVEY = re.compile(r"\b(?:survey|poll|respondents|sentiment|odds|chance|probability)\b|调查", re.IGNORECASE)
AFTER_HOURS = re.compile(
    r"\b(?:late|after-hours|extended|pre-?market|premarket|postmarket) trad(?:e|ing)|\bafter (?:the bell|hours)\b|盘后|盘前",
    re.IGNORECASE,
)
INTRADAY = re.compile(
    r"\bat one (?:point|stage)\b|\bintraday\b|\bafter the [^,.;]{0,30}open(?:ed|ing)?\b|"
    r"\bmarket (?:has )?opened\b|\bin (?:early|morning|afternoon) trad(?:e|ing)\b|盘中|开盘后|一度",
    re.IGNORECASE,
)
AMERICAN = re.compile(
    r"\b(?:U\.?S\.?(?:-listed)?|New York|Wall Street|American|ADRs?|ADSs?|NYSE|Nasdaq)\b|美股|美国|纽约",
)
HONG_KONG = re.compile(r"\bHong Kong(?:-listed)?\b|\bHKEX\b|港股|香港|恒生")
NOT = re.compile(
    r"\b(?:not|never|no longer|fail(?:s|ed)? to|without|hardly|won't|wouldn't|doesn't|didn't|isn't|"
    r"hasn't|haven't|cannot|can't)\b|并未|没有|未能|不会",
    re.IGNORECASE,
)
CONDITION = re.compile(
    r"(?:^|[,;:(]\s?)(?:if|unless|should|suppose|assuming|even if|were)\b|\bif (?:it|the|they|China|we)\b|如果|若",
    re.IGNORECASE,
)
SPEAKS_OF_SHARES = re.compile(r"^(?:'s|’s)?\s?(?:shares?|stocks?|ADRs?|ADSs?|股价)\b")
PRONOUN = re.compile(
    r"\b(?:the (?:stock|shares|company|fund|index|gauge|benchmark)|its (?:shares|stock)|their shares|it)\b|该股|该指数|其股价",
    re.IGNORECASE,
)
OTHERS = re.compile(
    r"\b(?:other|these|those|the|both) (?:giants|companies|names|heavyweights|group|stocks)\b", re.IGNORECASE
)
EXCEPT = re.compile(r"\b(?:except(?:ing)?(?: for)?|excluding|apart from|other than|unlike)\s(?:the )?$", re.IGNORECASE)
EXAMPLE = re.compile(r"\b(?:like|such as|including|e\.g\.|led by)\s(?:the )?$|[比例]如$", re.IGNORECASE)
BEGAN = re.compile(r"^(?:this|that|it|the (?:move|trend|rally|shift))\s(?:\w+\s)?(?:started|began|has been)\b", re.IGNORECASE)
