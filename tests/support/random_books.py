"""Random holdings, written as each broker writes them, with the truth that must be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.support.holdings_files import FIDELITY, SCHWAB_HEADER, schwab_row

AMERICAN = {"AAPL": "AAPL", "BRK-B": "BRK/B", "KWEB": "KWEB"}
ASIAN = {"0700.HK": ("700", "HKD"), "9988.HK": ("9988", "HKD"), "600519.SS": ("600519", "CNH"),
         "000001.SZ": ("000001", "CNH")}  # fmt: skip
LINES = (*AMERICAN, *ASIAN)


@dataclass(frozen=True)
class Book:
    """Rows of line and size, each line in one or two of them, and money by currency."""

    rows: tuple[tuple[str, float], ...]
    cash: dict[str, float]

    @property
    def shares(self) -> dict[str, float]:
        total: dict[str, float] = {}
        for line, size in self.rows:
            total[line] = total.get(line, 0.0) + size
        return total

    def of(self, *lines: str) -> Book:
        return Book(tuple(row for row in self.rows if row[0] in lines), self.cash)


def book(random: Random) -> Book:
    """Sizes of up to seven digits, some with parts of a share, some short."""
    rows = []
    for line in random.sample(LINES, random.randint(1, len(LINES))):
        for _ in range(random.choice((1, 1, 2))):
            size = float(random.choice((1, 7, 100, 1234, 56_000, 1_234_567)) * random.randint(1, 7))
            size += random.choice((0.0, 0.0, 0.5, 0.125))
            rows.append((line, -size if random.random() < 0.2 else size))
    random.shuffle(rows)
    cash = {
        currency: round(random.uniform(-5e4, 9e6), 2)
        for currency in random.sample(["USD", "HKD"], 2)
    }
    return Book(tuple(rows), cash)


def plain(size: float) -> str:
    return f"{size:.3f}".rstrip("0").rstrip(".")


def grouped(size: float) -> str:
    return f"{size:,.3f}".rstrip("0").rstrip(".")


def comma(text: str) -> str:
    return text.translate(str.maketrans(",.", ".,"))


def activity(of: Book) -> tuple[str, Book]:
    head = "Open Positions,Header,DataDiscriminator,Asset Category,Currency,Symbol,Quantity,Code"
    rows = ["Statement,Header,Field Name,Field Value", head]
    for line, size in of.rows:
        symbol, currency = ASIAN.get(line, (AMERICAN.get(line, "").replace("/", " "), "USD"))
        rows.append(f"Open Positions,Data,Summary,Stocks,{currency},{symbol},{plain(size)},")
        rows.append(f"Open Positions,Data,Lot,Stocks,{currency},{symbol},{plain(size)},")
    rows.append("Cash Report,Header,Currency Summary,Currency,Total")
    rows += [
        f"Cash Report,Data,Ending Cash,{currency},{money}" for currency, money in of.cash.items()
    ]
    return "\n".join(rows) + "\n", of


def flex(of: Book) -> tuple[str, Book]:
    rows = ""
    for line, size in of.rows:
        symbol, currency = ASIAN.get(line, (AMERICAN.get(line, "").replace("/", " "), "USD"))
        rows += (f'<OpenPosition assetCategory="STK" currency="{currency}" symbol="{symbol}" '
                 f'position="{plain(size)}"/>')  # fmt: skip
    for code, money in of.cash.items():
        rows += f'<CashReportCurrency currency="{code}" endingCash="{money}"/>'
    inner = f'<FlexStatement accountId="U1" toDate="20260327">{rows}</FlexStatement>'
    return f"<FlexQueryResponse><FlexStatements>{inner}</FlexStatements></FlexQueryResponse>", of


def schwab(of: Book) -> tuple[str, Book]:
    of = Book(of.of(*AMERICAN).rows, {"USD": of.cash["USD"]})
    money = of.cash["USD"]
    shown = f"-${-money:,.2f}" if money < 0 else f"${money:,.2f}"
    rows = [schwab_row(AMERICAN[line], grouped(size), "$1.00", "Equity") for line, size in of.rows]
    rows += [schwab_row("Cash & Cash Investments", "--", shown, "Cash and Money Market"),
             schwab_row("Positions Total", "", "$1.00", "--")]  # fmt: skip
    return "\n".join([SCHWAB_HEADER, *rows]) + "\n", of


def fidelity(of: Book) -> tuple[str, Book]:
    of = Book(of.of(*AMERICAN).rows, {"USD": of.cash["USD"]})
    header = FIDELITY.split("\r\n")[0]
    tail = ",$1.00,$0,$1.00" + "," * 8 + "Cash,"
    rows = [f"Z1,Mine,{AMERICAN[line].replace('/', '')},A NAME,{plain(size)}{tail}"
            for line, size in of.rows]  # fmt: skip
    money = of.cash["USD"]
    shown = f"-${-money}" if money < 0 else f"${money}"
    rows.append(f"Z1,Mine,SPAXX**,HELD IN MONEY MARKET,,,,{shown}" + "," * 8 + "Cash,")
    return "\r\n".join([header, *rows, "", '"Prose."', ""]), of


def futu(of: Book) -> tuple[str, Book]:
    of = Book(of.of(*(line for line in LINES if not line.endswith((".SS", ".SZ")))).rows, {})
    rows = ["代码,名称,持有数量,币种"]
    for line, size in of.rows:
        symbol = ASIAN[line][0].zfill(5) if line in ASIAN else AMERICAN[line].replace("/", ".")
        rows.append(f'{symbol},某,"{grouped(size)}",{"HKD" if line in ASIAN else "USD"}')
    return "\ufeff" + "\n".join(rows) + "\n", of


def yahoo(of: Book) -> tuple[str, Book]:
    """A short position is what was sold beyond what was bought."""
    rows = ["Symbol,Current Price,Trade Date,Quantity,Transaction Type"]
    rows += [f"{line},1.5,20250101,{abs(size)},{'SELL' if size < 0 else 'BUY'}"
             for line, size in of.rows]  # fmt: skip
    return "\n".join(rows) + "\n", Book(of.rows, {})


def own_in_german(of: Book) -> tuple[str, Book]:
    rows = ["asset;quantity", *(f"{line};{comma(grouped(size))}" for line, size in of.rows)]
    rows += [f"CASH {currency};{comma(f'{money:,.2f}')}" for currency, money in of.cash.items()]
    rows.append("TSLA;0,5")  # tells which mark is which
    return "\n".join(rows) + "\n", of


def mainland(of: Book) -> tuple[str, Book]:
    of = Book(of.of("600519.SS", "000001.SZ").rows, {})
    rows = ["证券代码\t证券名称\t股票余额"]
    rows += [f'="{ASIAN[line][0]}"\t某\t{grouped(size)}' for line, size in of.rows]
    return "\n".join(rows) + "\n", of


WRITERS: dict[str, Callable[[Book], tuple[str, Book]]] = {
    "activity": activity, "flex": flex, "schwab": schwab, "fidelity": fidelity, "futu": futu,
    "yahoo": yahoo, "own in German": own_in_german, "mainland": mainland,
}  # fmt: skip
