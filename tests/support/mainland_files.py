"""Files of services and of mainland readers, from a history that knows the truth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from markets.bars import Priced
from tests.support.vendor_files import Floats, History, Writer, Written, compact, table


def _rows(of: History, prices: Sequence[Floats], *more: Sequence[object]) -> list[list[object]]:
    """Day, then prices with two decimals, then the rest."""
    columns = [[f"{price:.2f}" for price in column] for column in prices]
    return [list(row) for row in zip(of.days, *columns, *more, strict=True)]


def _events(of: History, volume: Floats | None = None) -> dict[str, object]:
    """What a file with raw prices, splits and dividends must be read as."""
    return {"priced": Priced.SPLITS, "close": of.close / of.later, "volume": of.volume * of.later}


# --- services ------------------------------------------------------------------------------------


def alphavantage(of: History) -> Written:
    rows = [
        (day, *(f"{price:.4f}" for price in (o, h, lo, c)), f"{a:.4f}", f"{v:.0f}", f"{d:.4f}",
         str(s or 1.0))
        for day, o, h, lo, c, a, v, d, s in zip(
            of.days, *of.prices(), of.close * of.factor, of.volume, of.dividend, of.split,
            strict=True)
    ]  # fmt: skip
    header = "timestamp,open,high,low,close,adjusted_close,volume,dividend_amount,split_coefficient"
    text = table(header, rows[::-1], end="\r\n")
    return Written("daily_adjusted_AAPL.csv", text.encode(), "AAPL",
                   told=("Alpha Vantage", "reversed"), **_events(of))  # type: ignore[arg-type]  # fmt: skip


def alphavantage_raw(of: History) -> Written:
    rows = _rows(of, of.prices(), of.volume.astype(int).tolist())
    text = table("timestamp,open,high,low,close,volume", rows[::-1], end="\r\n")
    return Written("daily_AAPL.csv", text.encode(), "AAPL", Priced.SPLITS, of.close, of.volume,
                   ("as traded",), True)  # fmt: skip


def tiingo(of: History) -> Written:
    opened, high, low, close = of.prices()
    adjusted = [(column * of.factor).tolist() for column in (close, high, low, opened)]
    split = np.where(of.split > 0, of.split, 1.0).tolist()
    rows = zip(of.days, *(column.tolist() for column in (close, high, low, opened)),
               of.volume.astype(int).tolist(), *adjusted, (of.volume * of.later).astype(int),
               of.dividend.tolist(), split, strict=True)  # fmt: skip
    header = "date,close,high,low,open,volume,adjClose,adjHigh,adjLow,adjOpen,adjVolume,divCash"
    text = table(f"{header},splitFactor", rows)
    return Written("AAPL.csv", text.encode(), "AAPL", told=("Tiingo",), **_events(of))  # type: ignore[arg-type]


def eodhd(of: History) -> Written:
    adjusted = [f"{price:.4f}" for price in of.close * of.factor]
    rows = _rows(of, of.prices(), adjusted, of.volume.astype(int).tolist())
    text = table("Date,Open,High,Low,Close,Adjusted_close,Volume", rows)
    return Written("AAPL.US.csv", f"{text}{len(text)}".encode(), "AAPL", Priced.DIVIDENDS,
                   of.close * of.factor, of.volume * of.later,
                   ("EODHD", "raw volumes adjusted"), tolerance=1e-4)  # fmt: skip


# --- akshare -------------------------------------------------------------------------------------

_EASTMONEY = "开盘,收盘,最高,最低,成交量,成交额,振幅,涨跌幅,涨跌额,换手率"


def _eastmoney(of: History, head: str, codes: list[str], unit: float, scale: Floats) -> str:
    opened, high, low, close = of.prices(scale)
    idle = ["0.80"] * len(of.days)
    volume = [f"{shares:.0f}" for shares in of.volume / unit]
    amount = [f"{money:.1f}" for money in of.amount]
    rows = _rows(of, (opened, close, high, low), volume, amount, idle, idle, idle, idle)
    if codes:
        rows = [[row[0], code, *row[1:]] for row, code in zip(rows, codes, strict=True)]
    return table(f"{head},{_EASTMONEY}", rows)


def akshare(of: History) -> Written:
    codes = ["600519"] * len(of.days)
    text = _eastmoney(of, "日期,股票代码", codes, 100, np.ones(len(of.days)))
    return Written("600519.csv", text.encode(), "600519.SS", Priced.SPLITS, of.close,
                   np.round(of.volume, -2), ("lots of 100, told by the turnover",),
                   True)  # fmt: skip


def akshare_abroad(of: History) -> Written:
    """Adjusted forward (qfq), from which the turnover differs."""
    text = _eastmoney(of, "日期", [], 1, of.factor)
    return Written("00700.csv", text.encode(), "0700.HK", Priced.DIVIDENDS, of.close * of.factor,
                   of.volume, ("by the turnover",), tolerance=1e-3)  # fmt: skip


def akshare_sina(of: History) -> Written:
    more = ([1e9] * len(of.days), [0.001] * len(of.days))
    rows = _rows(of, of.prices(), of.volume.tolist(), of.amount.tolist(), *more)
    header = "date,open,high,low,close,volume,amount,outstanding_share,turnover"
    return Written("sh600519.csv", table(header, rows).encode(), "600519.SS", Priced.SPLITS,
                   of.close, of.volume, ("as traded, by the turnover",), True)  # fmt: skip


def akshare_tencent(of: History) -> Written:
    """A line of which its reader leaves the volume in lots."""
    opened, high, low, close = of.prices()
    rows = _rows(of, (opened, close, high, low), (of.volume / 100).tolist(),
                 [0.0012] * len(of.days), of.amount.tolist())  # fmt: skip
    header = "date,open,close,high,low,volume,turnover,amount"
    return Written("sz000001.csv", table(header, rows).encode(), "000001.SZ", Priced.SPLITS,
                   of.close, of.volume, ("lots of 100, told by the turnover",), True)  # fmt: skip


def akshare_tencent_old(of: History) -> Written:
    """Before July 2026: the volume in lots stands under `amount`, and nothing tells the rest."""
    opened, high, low, close = of.prices()
    rows = _rows(of, (opened, close, high, low), [f"{shares:.0f}" for shares in of.volume / 100])
    text = table("date,open,close,high,low,amount", rows)
    return Written("sz000001.csv", text.encode(), "000001.SZ", Priced.SPLITS, of.close, of.volume,
                   ("before July 2026", "lots of 100"), True, vendor="raw")  # fmt: skip


# --- baostock, tushare, Futu ---------------------------------------------------------------------


def reference(of: History) -> Floats:
    """(T,) the close that the exchange counts from: less what was paid, over what was split."""
    before = np.concatenate([of.close[:1], of.close[:-1]])
    return np.round((before - of.dividend) / np.where(of.split > 0, of.split, 1.0), 2)


def full_by_reference(of: History) -> Floats:
    """(T,) closes from the moves that the exchange counted, on the scale of the last."""
    moves = of.close / reference(of)
    return np.array([of.close[-1] / moves[row + 1 :].prod() for row in range(len(moves))])


def baostock(of: History) -> Written:
    count = len(of.days)
    codes = ["sh.600519"] * count
    rows = _rows(of, of.prices(), [f"{price:.4f}" for price in reference(of)],
                 of.volume.astype(int).tolist(), [f"{money:.4f}" for money in of.amount],
                 *([cell] * count for cell in ("3", "0.12", "1", "0.1", "0")))  # fmt: skip
    rows = [[row[0], code, *row[1:]] for row, code in zip(rows, codes, strict=True)]
    last = f"{of.close[2]:.4f}"
    idle = ["2026-01-10", "sh.600519", *[last] * 5, "", "", "3", "", "0", "", "0"]
    rows.insert(5, idle)  # a day without trade, which the calendar has and the history has not
    header = "date,code,open,high,low,close,preclose,volume,amount,adjustflag,turn,tradestatus"
    return Written("sh.600519.csv", table(f"{header},pctChg,isST", rows).encode(), "600519.SS",
                   Priced.DIVIDENDS, full_by_reference(of), of.volume,
                   ("adjustflag 3", "reference closes"), tolerance=1e-9)  # fmt: skip


def tushare(of: History) -> Written:
    prices = of.prices()
    rows = [
        (index, "600519.SH", compact(day), *(f"{price:.2f}" for price in row),
         f"{before:.2f}", "0.1", "0.1", f"{shares / 100:.2f}", f"{money / 1000:.3f}")
        for index, (day, *row, before, shares, money) in enumerate(
            zip(of.days, *prices, reference(of), of.volume, of.amount, strict=True))
    ]  # fmt: skip
    header = ",ts_code,trade_date,open,high,low,close,pre_close,change,pct_chg,vol,amount"
    return Written("600519.SH.csv", table(header, rows[::-1]).encode(), "600519.SS",
                   Priced.DIVIDENDS, full_by_reference(of), of.volume,
                   ("lots of 100", "reversed", "reference closes"), tolerance=1e-9)  # fmt: skip


def futu(of: History) -> Written:
    opened, high, low, close = (
        [f"{price:.3f}" for price in column] for column in of.prices(of.factor)
    )
    count = len(of.days)
    rows = zip(["HK.00700"] * count, ["TENCENT"] * count, [f"{day} 00:00:00" for day in of.days],
               opened, close, high, low, ["21.5"] * count, ["0.00123"] * count,
               of.volume.astype(int), of.amount, ["0.1"] * count, close, strict=True)  # fmt: skip
    header = "code,name,time_key,open,close,high,low,pe_ratio,turnover_rate,volume,turnover"
    text = table(f"{header},change_rate,last_close", rows)
    return Written("HK.00700.csv", text.encode(), "0700.HK", Priced.DIVIDENDS,
                   of.close * of.factor, of.volume, ("Futu", "AuType.QFQ"),
                   tolerance=1e-4)  # fmt: skip


# --- made by somebody ----------------------------------------------------------------------------


def wide(of: History) -> Written:
    rows = [(day, f"{close:.2f}", "" if row % 3 else "7.5")
            for row, (day, close) in enumerate(zip(of.days, of.close, strict=True))]  # fmt: skip
    return Written("closes.csv", table("Date,AAPL,0700.HK", rows).encode(), "AAPL", Priced.SPLITS,
                   of.close, np.full(len(rows), np.nan), ("side by side",), True)  # fmt: skip


def yahoo_excel(of: History) -> Written:
    """Yahoo's columns as a German Excel saves them."""
    prices = of.prices(1 / of.later)
    rows = [
        (f"{day[8:]}.{day[5:7]}.{day[:4]}", *(f"{price:.4f}".replace(".", ",") for price in row),
         f"{shares:.0f}", f"{paid:.4f}".replace(".", ","), f"{ratio:g}")
        for day, *row, shares, paid, ratio in zip(
            of.days, *prices, of.close * of.factor, of.volume * of.later, of.dividend / of.later,
            of.split, strict=True)
    ]  # fmt: skip
    header = "Date,Open,High,Low,Close,Adj Close,Volume,Dividends,Stock Splits"
    text = table(header, rows, end="\r\n", delimiter=";")
    return Written("AAPL.csv", b"\xef\xbb\xbf" + text.encode(), "AAPL", Priced.SPLITS, prices[3],
                   of.volume * of.later, ("semicolons",), tolerance=1e-4)  # fmt: skip


WRITERS: dict[str, Writer] = {
    "alphavantage": alphavantage, "alphavantage-raw": alphavantage_raw, "tiingo": tiingo,
    "eodhd": eodhd, "akshare": akshare, "akshare-abroad": akshare_abroad,
    "akshare-sina": akshare_sina, "akshare-tencent": akshare_tencent,
    "akshare-tencent-old": akshare_tencent_old, "baostock": baostock,
    "tushare": tushare, "futu": futu, "wide": wide, "yahoo-excel": yahoo_excel,
}  # fmt: skip
"""By the name of the format."""
