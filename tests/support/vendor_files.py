"""Files in the shapes of vendors, from one history that knows the truth."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from markets.bars import Priced

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class History:
    """What happened: prices and volumes as traded, and what was paid on which row."""

    days: Sequence[str]
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    dividend: Floats
    split: Floats

    @property
    def later(self) -> Floats:
        """(T,) shares of the last row for one of each row."""
        ratio = np.where(self.split > 0, self.split, 1.0)
        return np.array([ratio[row + 1 :].prod() for row in range(len(ratio))])

    @property
    def factor(self) -> Floats:
        """(T,) what full prices are of raw ones, by Yahoo's formula."""
        before = np.concatenate([[np.nan], self.close[:-1]])
        step = 1.0 - np.where(self.dividend > 0, self.dividend / before, 0.0)
        # A dividend of the day of a split is of new shares, the close before of old ones.
        both = (self.dividend > 0) & (self.split > 0)
        step = np.where(both, 1.0 - self.dividend * self.split / before, step)
        return np.array([step[row + 1 :].prod() for row in range(len(step))]) / self.later

    @property
    def amount(self) -> Floats:
        """Money traded: the volume at some price between low and high."""
        place = 0.1 + 0.8 * (np.arange(len(self.days)) * 0.618 % 1)
        return self.volume * (self.low + place * (self.high - self.low))

    def prices(self, scale: Floats | float = 1.0) -> tuple[Floats, Floats, Floats, Floats]:
        return self.open * scale, self.high * scale, self.low * scale, self.close * scale


def history(
    rows: int = 24, seed: int = 1, *, start: str = "2026-01-05", level: float = 80.0,
    paid: dict[int, float] | None = None, splits: dict[int, float] | None = None,
) -> History:  # fmt: skip
    """A walk in hundredths; by default a dividend of 1.50 in row 6 and a split of 4 in row 12."""
    chance = np.random.default_rng(seed)
    paid = {6: 1.5} if paid is None else paid
    splits = {12: 4.0} if splits is None else splits
    days = np.busday_offset(np.datetime64(start), np.arange(rows), roll="forward")
    dividend, split = np.zeros(rows), np.zeros(rows)
    for row, value in paid.items():
        dividend[row] = value
    for row, value in splits.items():
        split[row] = value
    close = np.empty(rows)
    last = level
    for row in range(rows):
        last = last / (split[row] or 1.0) - dividend[row]
        last *= float(np.exp(chance.normal(0, 0.004)))
        close[row] = last = round(last, 2)
    opened = np.round(close * (1 + chance.normal(0, 0.001, rows)), 2)
    high = np.round(np.maximum(opened, close) * 1.003, 2)
    low = np.round(np.minimum(opened, close) * 0.997, 2)
    volume = np.round(chance.uniform(5e5, 2e6, rows), -2) * np.cumprod(
        np.where(split > 0, split, 1)
    )
    return History([str(day) for day in days], opened, high, low, close, volume, dividend, split)


# --- writing -----------------------------------------------------------------------------------


def table(
    header: str, rows: Iterable[Sequence[object]], *, end: str = "\n", quoted: bool = False,
    delimiter: str = ",",
) -> str:  # fmt: skip
    text = io.StringIO()
    quoting = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    writer = csv.writer(text, lineterminator=end, quoting=quoting, delimiter=delimiter)
    writer.writerow(header.split(","))
    writer.writerows(rows)
    return text.getvalue()


def us(day: str) -> str:
    return f"{day[5:7]}/{day[8:]}/{day[:4]}"


def dotted(day: str) -> str:
    return f"{day[8:]}.{day[5:7]}.{day[:4]}"


def compact(day: str) -> str:
    return day.replace("-", "")


@dataclass(frozen=True)
class Written:
    """A file and what it must be read as.

    close, volume: expected of the rows; told: a part of the first note; doubted: whether a doubt
    says that dividends are missing; vendor: what `--vendor` must say, or nothing is read.
    """

    name: str
    content: bytes
    ticker: str
    priced: Priced
    close: Floats
    volume: Floats
    told: tuple[str, ...] = ()
    doubted: bool = False
    tolerance: float = 1e-12
    days: Sequence[str] = field(default_factory=list)
    vendor: str = ""

    def put(self, folder: Path) -> Path:
        path = folder / self.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.content)
        return path


Writer = Callable[[History], Written]


def yfinance_history(of: History) -> Written:
    rows = zip(
        (f"{day} 00:00:00-0{5 - (day > '2026-03-07')}:00" for day in of.days),
        *of.prices(of.factor), (of.volume * of.later).astype(int), of.dividend / of.later, of.split,
        strict=True,
    )  # fmt: skip
    text = table("Date,Open,High,Low,Close,Volume,Dividends,Stock Splits", rows)
    return Written("AAPL.csv", text.encode(), "AAPL", Priced.DIVIDENDS, of.close * of.factor,
                   of.volume * of.later, ("yfinance history()", "zone left out"))  # fmt: skip


def yfinance_download(of: History) -> Written:
    opened, high, low, close = of.prices(of.factor)
    volume = (of.volume * of.later).astype(int)
    both = [column for price in (close, high, low, opened) for column in (price, price * 2)]
    rows = zip(of.days, *both, volume, volume * 3, strict=True)
    fields = ("Close", "High", "Low", "Open", "Volume")
    text = table(
        "Price," + ",".join(f"{name},{name}" for name in fields),
        [["Ticker", *("AAPL", "MSFT") * 5], ["Date", *[""] * 10], *rows],
    )
    return Written("prices.csv", text.encode(), "AAPL", Priced.DIVIDENDS, of.close * of.factor,
                   of.volume * of.later, ("yfinance download()",))  # fmt: skip


def yahoo(of: History) -> Written:
    """As `yfinance.download(auto_adjust=False, actions=True)` has it, of one ticker."""
    prices = of.prices(1 / of.later)
    rows = zip(of.days, *prices, of.close * of.factor, (of.volume * of.later).astype(int),
               of.dividend / of.later, of.split, strict=True)  # fmt: skip
    text = table("Date,Open,High,Low,Close,Adj Close,Volume,Dividends,Stock Splits", rows)
    return Written("AAPL.csv", text.encode(), "AAPL", Priced.SPLITS, prices[3],
                   of.volume * of.later)  # fmt: skip


def long(of: History) -> Written:
    """A column of tickers, a company's name beside it, and a column that nobody reads."""
    full = of.close * of.factor
    prices = zip(of.days, of.close / of.later, full, strict=True)
    rows = [(day, "AAPL", "Apple Inc.", close, paid, 1) for day, close, paid in prices]
    text = table("Date,Symbol,Name,Close,Adj Close,Trades", rows)
    return Written("AAPL.csv", text.encode(), "AAPL", Priced.DIVIDENDS, full,
                   np.full(len(full), np.nan), ("under each other", "Trades"))  # fmt: skip


def yfinance_flat(of: History) -> Written:
    """One ticker with `multi_level_index=False`; columns in the order of the alphabet."""
    opened, high, low, close = of.prices(of.factor)
    volume = (of.volume * of.later).astype(int)
    rows = zip(of.days, close, high, low, opened, volume, strict=True)
    text = table("Date,Close,High,Low,Open,Volume", rows)
    return Written("AAPL.csv", text.encode(), "AAPL", Priced.DIVIDENDS, of.close * of.factor,
                   of.volume * of.later, ("multi_level_index",))  # fmt: skip


def nasdaq(of: History) -> Written:
    prices = of.prices(1 / of.later)
    rows = [
        (us(day), f"${close:.4f}", f"{volume:.0f}", f"${opened:.4f}", f"${high:.4f}", f"${low:.4f}")
        for day, opened, high, low, close, volume in zip(
            of.days, *prices, of.volume * of.later, strict=True)
    ]  # fmt: skip
    text = table("Date,Close/Last,Volume,Open,High,Low", rows[::-1])
    return Written("HistoricalData_AAPL.csv", text.encode(), "AAPL", Priced.SPLITS,
                   prices[3], of.volume * of.later, ("nasdaq.com", "newest first, reversed"), True,
                   1e-5)  # fmt: skip


def stooq(of: History) -> Written:
    prices = of.prices(of.factor)
    volume = of.volume / of.factor
    rows = [
        (day, *(f"{price:.6g}" for price in row), f"{shares:.0f}")
        for day, *row, shares in zip(of.days, *prices, volume, strict=True)
    ]
    text = table("Date,Open,High,Low,Close,Volume", rows, end="\r\n")
    return Written("aapl_us_d.csv", text.encode(), "AAPL", Priced.DIVIDENDS, prices[3], volume,
                   ("Stooq", "splits and dividends"), tolerance=1e-5)  # fmt: skip


def stooq_pl(of: History) -> Written:
    written = stooq(of)
    header = "Data,Otwarcie,Najwyzszy,Najnizszy,Zamkniecie,Wolumen"
    content = written.content.replace(b"Date,Open,High,Low,Close,Volume", header.encode())
    return replace(written, content=content, told=("Stooq in Polish",))


def stooq_bulk(of: History) -> Written:
    rows = [
        ("AAPL.US", "D", compact(day), "000000", *(f"{price:.6g}" for price in row),
         f"{shares:.0f}", "0")
        for day, *row, shares in zip(of.days, *of.prices(of.factor), of.volume / of.factor,
                                     strict=True)
    ]  # fmt: skip
    header = "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>"
    text = table(header, rows, end="\r\n")
    return Written("aapl.us.txt", text.encode(), "AAPL", Priced.DIVIDENDS, of.close * of.factor,
                   of.volume / of.factor, ("Stooq",), tolerance=1e-5)  # fmt: skip


def plain(of: History) -> Written:
    """As traded, which nothing in it says."""
    rows = [
        (day, *(f"{price:.2f}" for price in row), f"{shares:.0f}")
        for day, *row, shares in zip(of.days, *of.prices(), of.volume, strict=True)
    ]
    text = table("date,open,high,low,close,volume", rows)
    return Written("AAPL.csv", text.encode(), "AAPL", Priced.SPLITS, of.close, of.volume,
                   ("plain columns", "raw by --vendor"), True, vendor="raw")  # fmt: skip


def marketwatch(of: History) -> Written:
    prices = of.prices(1 / of.later)
    rows = [
        (us(day), *(f"{price:.2f}" for price in row), f"{shares:,.0f}")
        for day, *row, shares in zip(of.days, *prices, of.volume * of.later, strict=True)
    ]
    text = table("Date,Open,High,Low,Close,Volume", rows[::-1])
    return Written("AAPL.csv", text.encode(), "AAPL", Priced.SPLITS, prices[3],
                   of.volume * of.later, ("MarketWatch", "reversed"), True, 1e-3)  # fmt: skip


def googlefinance(of: History) -> Written:
    prices = of.prices(1 / of.later)
    rows = [
        (f"{int(day[5:7])}/{int(day[8:])}/{day[:4]} 16:00:00", *(f"{price:.2f}" for price in row),
         f"{shares:.0f}")
        for day, *row, shares in zip(of.days, *prices, of.volume * of.later, strict=True)
    ]  # fmt: skip
    text = table("Date,Open,High,Low,Close,Volume", rows)
    return Written("AAPL.csv", text.encode(), "AAPL", Priced.SPLITS, prices[3],
                   of.volume * of.later, ("GOOGLEFINANCE", "month-first"), True, 1e-3)  # fmt: skip


def _investing(of: History, name: str, header: str, day: Callable[[str], str],
               number: Callable[[str], str]) -> Written:  # fmt: skip
    prices = of.prices(1 / of.later)
    volume = of.volume * of.later
    rows = [
        (day(date), *(number(f"{price:,.2f}") for price in (close, opened, high, low)),
         number(f"{shares / 1e6:.2f}M"), number("0.10%"))
        for date, opened, high, low, close, shares in zip(of.days, *prices, volume, strict=True)
    ]  # fmt: skip
    text = table(header, rows[::-1], quoted=True)
    rounded = np.array([float(f"{shares / 1e6:.2f}") * 1e6 for shares in volume])
    return Written(name, b"\xef\xbb\xbf" + text.encode(), "AAPL", Priced.SPLITS, prices[3],
                   rounded, ("investing.com", "reversed"), True, 1e-3)  # fmt: skip


def _comma(cell: str) -> str:
    return cell.translate(str.maketrans(",.", ".,"))


def investing(of: History) -> Written:
    header = "Date,Price,Open,High,Low,Vol.,Change %"
    return _investing(of, "AAPL Historical Data.csv", header, us, str)


def investing_de(of: History) -> Written:
    header = "Datum,Zuletzt,Eröffn.,Hoch,Tief,Vol.,+/- %"
    return _investing(of, "AAPL Historische Daten.csv", header, dotted, _comma)


def investing_es(of: History) -> Written:
    header = "Fecha,Último,Apertura,Máximo,Mínimo,Vol.,% var."
    return _investing(of, "Datos históricos AAPL.csv", header, dotted, _comma)


WRITERS: dict[str, Writer] = {
    "yfinance-history": yfinance_history, "yfinance-download": yfinance_download,
    "yfinance-flat": yfinance_flat, "stooq-pl": stooq_pl, "nasdaq": nasdaq,
    "stooq": stooq, "stooq-bulk": stooq_bulk, "plain": plain, "marketwatch": marketwatch,
    "googlefinance": googlefinance, "investing": investing, "investing-de": investing_de,
    "investing-es": investing_es, "yahoo": yahoo, "long": long,
}  # fmt: skip
"""By the name of the format."""
