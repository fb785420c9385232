"""Files in the shapes of terminals, of research and of programs, from the history of the others."""

from __future__ import annotations

import dataclasses
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from markets.bars import Priced
from tests.support.vendor_files import Floats, History, Writer, Written, compact, table, us


@dataclass(frozen=True)
class WrittenTree(Written):
    """A folder of files, by their paths in it."""

    files: Mapping[str, bytes] = field(default_factory=dict)

    def put(self, folder: Path) -> Path:
        for name, content in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        return folder


def _split(of: History, digits: int = 4) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Split-adjusted open, high, low, close, rounded, and volume."""
    opened, high, low, close = (np.round(prices, digits) for prices in of.prices(1 / of.later))
    return opened, high, low, close, of.volume * of.later


def bloomberg(of: History) -> Written:
    opened, high, low, close, volume = _split(of)
    cells = [f"{count:.0f}" for count in volume]
    unknown = len(cells) // 3
    cells[unknown] = "#N/A N/A"
    volume = np.where(np.arange(len(volume)) == unknown, np.nan, volume)
    rows = list(zip(map(us, of.days), close, opened, high, low, cells, strict=True))
    title = "Security,AAPL US Equity\nStart Date,1/5/2026\nPeriod,D\nCurrency,USD\n\n"
    text = title + table("Date,PX_LAST,PX_OPEN,PX_HIGH,PX_LOW,PX_VOLUME", rows[::-1])
    return Written("AAPL_US_Equity.csv", text.encode(), "AAPL", Priced.SPLITS, close, volume,
                   ("Bloomberg", "month-first", "reversed", "recalled"), True)  # fmt: skip


def refinitiv(of: History) -> Written:
    opened, high, low, close, volume = _split(of)
    rows = zip(["0700.HK"] * len(of.days), (f"{day}T00:00:00Z" for day in of.days), close, opened,
               high, low, volume.astype(int), strict=True)  # fmt: skip
    text = table("Instrument,Date,Price Close,Price Open,Price High,Price Low,Volume", rows)
    return Written("0700.HK.csv", text.encode(), "0700.HK", Priced.SPLITS, close, volume,
                   ("Refinitiv", "recalled"), True)  # fmt: skip


def _total_returns(of: History) -> Floats:
    """(T,) the first NaN: price and dividend over the close before, in shares of the day."""
    ratio = np.where(of.split > 0, of.split, 1.0)
    growth = (of.close + of.dividend) * ratio / np.concatenate([[np.nan], of.close[:-1]])
    return growth - 1


def crsp(of: History) -> Written:
    """Two securities by day; the other bore the ticker before, and was delisted."""
    returns = ["C", *(f"{gain:.6f}" for gain in _total_returns(of)[1:])]
    rows: list[tuple[object, ...]] = []
    for row, day in enumerate(of.days):
        prices = [of.open[row], of.high[row], of.low[row]]
        price, volume = of.close[row], f"{of.volume[row]:.0f}"
        if row == 4:  # nothing traded
            prices, price, volume = [0, 0, 0], -price, "-99"
        if row < 3:
            rows.append((999, day, "AAPL", 5.5, 100, 5.5, 5.6, 5.4, "0.01", 1, 1))
        name = "OLDNAME" if row < 2 else "AAPL"
        rows.append((10, day, name, price, volume, *prices, returns[row], of.later[row],
                     of.later[row]))  # fmt: skip
    text = table("PERMNO,date,TICKER,PRC,VOL,OPENPRC,ASKHI,BIDLO,RET,CFACPR,CFACSHR", rows)
    volume = np.where(np.arange(len(of.days)) == 4, np.nan, of.volume * of.later)
    return Written("AAPL.csv", text.encode(), "AAPL", Priced.SPLITS, of.close / of.later, volume,
                   ("CRSP", "delisting"))  # fmt: skip


def crsp_ciz(of: History) -> Written:
    returns = ["", *(f"{gain:.6f}" for gain in _total_returns(of)[1:])]
    rows = zip([10] * len(of.days), map(compact, of.days), of.close, ["TR"] * len(of.days), returns,
               of.volume.astype(int), of.later, of.open, of.high, of.low, strict=True)  # fmt: skip
    header = "PERMNO,DlyCalDt,DlyPrc,DlyPrcFlg,DlyRet,DlyVol,DlyCumFacPr,DlyOpen,DlyHigh,DlyLow"
    return Written("AAPL.csv", table(header, rows).encode(), "AAPL", Priced.SPLITS,
                   of.close / of.later, of.volume * of.later, ("CIZ",))  # fmt: skip


def fred(of: History) -> Written:
    """Values of a day are seen on the next weekday; a holiday has none."""
    cells = [f"{close:.2f}" for close in of.close]
    cells[2] = ""
    days = [str(np.busday_offset(day, 1)) for day in of.days]
    keep = [row for row in range(len(cells)) if row != 2]
    text = table("observation_date,DGS10", zip(of.days, cells, strict=True))
    return Written("DGS10.csv", text.encode(), "DGS10", Priced.LEVEL, of.close[keep],
                   np.full(len(keep), np.nan), ("FRED", "weekday after"),
                   days=[days[row] for row in keep])  # fmt: skip


def lean(of: History) -> Written:
    """Factors change with the last session before an event, each for all that comes before."""
    rows = [
        ",".join([f"{compact(day)} 00:00", *(f"{price * 10_000:.0f}" for price in prices),
                  f"{volume:.0f}"])
        for day, *prices, volume in zip(of.days, *of.prices(), of.volume, strict=True)
    ]  # fmt: skip
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("brk.b.csv", "\n".join(rows))
    price = of.factor * of.later
    events = [row for row in range(1, len(of.days)) if of.dividend[row] or of.split[row]]
    factors = [f"{compact(of.days[row - 1])},{price[row - 1]:.12g},{1 / of.later[row - 1]:.12g},"
               f"{of.close[row - 1]:g}" for row in events]  # fmt: skip
    folder = "equity/usa"
    files = {
        f"{folder}/daily/brk.b.zip": packed.getvalue(),
        f"{folder}/factor_files/brk.b.csv": "\n".join([*factors, "20501231,1,1,0"]).encode(),
        f"{folder}/map_files/brk.b.csv": b"19960509,brk.x,N\n20260108,brk.x,N\n20501231,brk.b,N\n",
    }
    return WrittenTree("", b"", "BRK-B", Priced.DIVIDENDS, of.close * of.factor,
                       of.volume * of.later, ("LEAN", "factor file"), files=files)  # fmt: skip


def qlib(of: History) -> Written:
    """float32, from the third day of the calendar on; the first close is 1; one day without."""
    full = of.factor
    first = of.close[0] * full[0]
    factor = full / first
    calendar = ["2001-12-31", "2002-01-02", *of.days, "2027-01-04"]
    suspended = len(of.days) // 2

    def column(values: Floats) -> bytes:
        cells = values.copy()
        cells[suspended] = np.nan
        return np.concatenate([[2.0], cells]).astype("<f4").tobytes()

    fields = dict(zip(("open", "high", "low", "close"), of.prices(factor), strict=True))
    fields |= {"volume": of.volume / factor, "factor": factor}
    files = {f"features/sh600519/{name}.day.bin": column(values) for name, values in fields.items()}
    files["calendars/day.txt"] = "\n".join(calendar).encode()
    files["instruments/all.txt"] = b"SH600519\t2026-01-05\t2026-02-05\n"
    keep = [row for row in range(len(of.days)) if row != suspended]
    # the last row's price is that of the day, and turnover stays what it was
    return WrittenTree("", b"", "600519.SS", Priced.DIVIDENDS, (of.close * full)[keep],
                       (of.volume / full)[keep], ("qlib", "last factor"), tolerance=1e-6,
                       days=[of.days[row] for row in keep], files=files)  # fmt: skip


def in_excels_days(written: Written) -> Written:
    """The same with days as Excel counts them, from the last one of 1899 on."""
    lines = written.content.decode().splitlines()
    for place, line in enumerate(lines):
        day, comma, rest = line.partition(",")
        if day[:1].isdigit():
            iso = f"{day[6:]}-{day[:2]}-{day[3:5]}"
            count = int((np.datetime64(iso) - np.datetime64("1899-12-30")).astype(int))
            lines[place] = f"{count}{comma}{rest}"
    return dataclasses.replace(written, content="\n".join(lines).encode())


WRITERS: dict[str, Writer] = {
    "bloomberg": bloomberg, "refinitiv": refinitiv, "crsp": crsp, "crsp-ciz": crsp_ciz,
    "fred": fred,
}  # fmt: skip
TREES: dict[str, Writer] = {"lean": lean, "qlib": qlib}
"""By the name of the format; of TREES, folders."""
