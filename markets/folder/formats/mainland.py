"""What readers of the mainland and of Hong Kong write: akshare, baostock, tushare, Futu.

Columns are bound by name: the order there is open, close, high, low.
"""

from __future__ import annotations

from markets.folder.formats.adjusting import (
    READINGS,
    by_reference,
    by_turnover,
    finer_than_cents,
    off_turnover,
    unadjusted,
    with_shares,
)
from markets.folder.formats.cells import Dates
from markets.folder.formats.columns import ColumnFormat, Draft
from markets.folder.formats.format import About, Adjusted, Format, Quotes

_BY_TURNOVER = "raw or full, as turnover over volume shows; else refused, unless `--vendor` says it"
_HAND = 100
"""Shares of a mainland lot, in which some vendors count the volume."""
_OHLCV = {"open": "Open", "high": "High", "low": "Low", "close": "Close", "volume": "Volume"}

# --- akshare -----------------------------------------------------------------------------------

_EASTMONEY = {
    "日期": "Date", "开盘": "Open", "收盘": "Close", "最高": "High", "最低": "Low",
    "成交量": "Volume", "成交额": "Amount", "振幅": "", "涨跌幅": "", "涨跌额": "", "换手率": "",
}  # fmt: skip


def _in_hands(draft: Draft) -> Quotes:
    return by_turnover(draft, _HAND)


def _in_shares(draft: Draft) -> Quotes:
    return by_turnover(draft, 1)


A_SHARES = ColumnFormat(
    "akshare",
    About("akshare stock_zh_a_hist", "`日期,股票代码,开盘,收盘,最高,最低,成交量,成交额,…`",
          _BY_TURNOVER, "lots of 100: shares here"),
    {**_EASTMONEY, "股票代码": "Code"}, finish=_in_hands,
)  # fmt: skip
OTHER_SHARES = ColumnFormat(
    "akshare-abroad",
    About("akshare stock_hk_hist, stock_us_hist", "`日期,开盘,收盘,最高,最低,成交量,成交额,…`",
          _BY_TURNOVER),
    _EASTMONEY, finish=_in_shares,
)  # fmt: skip
SINA = ColumnFormat(
    "akshare-sina",
    About("akshare stock_zh_a_daily (Sina)",
          "`date,open,high,low,close,volume,amount,outstanding_share,turnover`", _BY_TURNOVER),
    {"date": "Date", **_OHLCV, "amount": "Amount", "outstanding_share": "", "turnover": ""},
    finish=_in_shares,
)  # fmt: skip
TENCENT = ColumnFormat(
    "akshare-tencent",
    About("akshare stock_zh_a_hist_tx (Tencent)",
          "`date,open,close,high,low,volume,turnover,amount`", _BY_TURNOVER,
          "shares, of lines sz000xxx lots of 100, as the turnover shows: shares here"),
    {"date": "Date", **_OHLCV, "amount": "Amount", "turnover": ""}, finish=_in_shares,
)  # fmt: skip


def _lots_alone(draft: Draft) -> Quotes:
    """The older shape: its column `amount` is the volume in lots, and there is no turnover."""
    return by_turnover(draft, _HAND)


TENCENT_OLD = ColumnFormat(
    "akshare-tencent-old",
    About("akshare stock_zh_a_hist_tx before July 2026", "`date,open,close,high,low,amount`",
          "not said: refused, unless `--vendor` says it", "lots of 100 under `amount`"),
    {"date": "Date", "open": "Open", "close": "Close", "high": "High", "low": "Low",
     "amount": "Volume"},
    finish=_lots_alone, tells=lambda head: "volume" not in head.header,
)  # fmt: skip

# --- baostock and tushare ----------------------------------------------------------------------


def _baostock(draft: Draft) -> Quotes:
    """Less suspended days; adjusted as its own column says."""
    draft = draft.only_sessions()
    flags = [flag.strip() for flag in draft.texts["Flag"]]
    for row, flag in enumerate(flags):
        if flag not in ("1", "2", "3") or flag != flags[0]:
            rule = f"adjustflag {flag[:20]!r}"
            raise draft.table.text.error(row, rule, "Keep rows of one adjustflag: 1, 2 or 3.")
    draft, _ = with_shares(draft, 1)
    if flags[:1] != ["3"]:
        return draft.quotes(Adjusted.FULL, f"adjusted by its adjustflag {flags[0]}")
    return by_reference(draft, "as traded by its adjustflag 3")


BAOSTOCK = ColumnFormat(
    "baostock",
    About("baostock", "`date,code,…,close,…,adjustflag,…`",
          "by adjustflag: 1 and 2 full; 3 raw, and full where preclose tells what was paid",
          "shares"),
    {"date": "Date", "code": "Code", **_OHLCV, "preclose": "Reference", "amount": "Amount",
     "adjustflag": "Flag", "turn": "", "tradestatus": "Status", "pctChg": "", "isST": "",
     "peTTM": "", "pbMRQ": "", "psTTM": "", "pcfNcfTTM": ""},
    optional=frozenset({"open", "high", "low", "volume", "preclose", "amount", "turn",
                        "tradestatus", "pctChg", "isST", "peTTM", "pbMRQ", "psTTM", "pcfNcfTTM"}),
    finish=_baostock,
)  # fmt: skip


def _tushare(draft: Draft) -> Quotes:
    """Volumes in lots and turnover in thousands, of Hong Kong in shares and dollars."""
    abroad = draft.ticker.endswith(".HK")
    draft, proved = with_shares(draft, *((1, 1.0) if abroad else (_HAND, 1000.0)))
    if proved is Adjusted.FULL:
        return draft.quotes(proved, "adjusted for splits and dividends, by the turnover")
    if draft.told.adjusted is not None:
        return draft.quotes(draft.told.adjusted, draft.told.said)
    quotes = by_reference(draft)
    unsaid = proved is Adjusted.UNSAID and quotes.adjusted is Adjusted.RAW
    if unsaid and off_turnover(draft, 1.0 if abroad else 1000.0):
        readings = READINGS.format("adj=None", "adj='qfq' or 'hfq'")
        return draft.quotes(Adjusted.UNSAID, readings=readings)
    return quotes


TUSHARE = ColumnFormat(
    "tushare",
    About("tushare daily, pro_bar", "`ts_code,trade_date,open,…,vol,amount`",
          "raw, and full where pre_close tells what was paid; full where the turnover shows it; "
          "refused where it is off the close throughout",
          "lots of 100: shares here; shares of Hong Kong", "newest first", Dates.COMPACT.value),
    {"ts_code": "Code", "trade_date": "Date", "open": "Open", "high": "High", "low": "Low",
     "close": "Close", "pre_close": "Reference", "change": "", "pct_chg": "", "vol": "Volume",
     "amount": "Amount", "turnover_rate": "", "volume_ratio": "", "adj_factor": ""},
    optional=frozenset({"open", "high", "low", "pre_close", "change", "pct_chg", "vol", "amount",
                        "turnover_rate", "volume_ratio", "adj_factor"}),
    dates=Dates.COMPACT, finish=_tushare,
)  # fmt: skip

# --- Futu --------------------------------------------------------------------------------------


def _futu(draft: Draft) -> Quotes:
    """By default adjusted (AuType.QFQ); the turnover may show that it was not asked for."""
    draft, proved = with_shares(draft, 1)
    stated = draft.told.adjusted
    if stated is not None and proved is not Adjusted.FULL:
        return draft.quotes(stated, draft.told.said)
    if proved is Adjusted.RAW and not finer_than_cents(draft):
        return unadjusted(draft, "as traded by the turnover (AuType.NONE, or nothing to adjust)")
    return draft.quotes(
        Adjusted.FULL, "taken as adjusted for splits and dividends, its default (AuType.QFQ)"
    )


FUTU = ColumnFormat(
    "futu",
    About("Futu or moomoo OpenAPI", "`code,name,time_key,open,close,high,low,…`",
          "full by default (AuType.QFQ); raw where the turnover shows it",
          dates="2026-01-02 00:00:00"),
    {"code": "Code", "name": "", "time_key": "Date", **_OHLCV, "pe_ratio": "", "turnover_rate": "",
     "turnover": "Amount", "change_rate": "", "last_close": ""},
    optional=frozenset({"name", "pe_ratio", "turnover_rate", "turnover", "change_rate",
                        "last_close", "volume"}),
    finish=_futu,
)  # fmt: skip

FORMATS: tuple[Format, ...] = (
    A_SHARES, OTHER_SHARES, SINA, TENCENT, TENCENT_OLD, BAOSTOCK, TUSHARE, FUTU,
)  # fmt: skip
