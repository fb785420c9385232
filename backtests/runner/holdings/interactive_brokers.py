"""Interactive Brokers' activity statement: sections, each with headers of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from backtests.runner.holdings.sheet import Header, NamedRow, Sheet, SheetRow, columns_of
from backtests.runner.holdings.statement import BASE, OPTION, Position, Statement
from backtests.runner.holdings.symbols import PLACES, Suffixes, currency_of

_DISCRIMINATOR = "DataDiscriminator"
_SUMMARY = ("summary", "汇总")
_NAMES: Mapping[str, Sequence[str]] = {
    "row": (_DISCRIMINATOR,),
    "category": ("Asset Category", "Vermögenswertkategorie", "Anlagekategorie",
                 "Categoría de activo", "Catégorie d'actif", "资产分类"),
    "currency": ("Currency", "Währung", "Divisa", "Devise", "货币"),
    "symbol": ("Symbol", "Símbolo", "Symbole", "代码"),
    "quantity": ("Quantity", "Menge", "Cantidad", "Quantité", "数量"),
    "value": ("Value", "Wert", "Valor", "Valeur", "价值"),
}  # fmt: skip
"""Columns in English, and as they are translated in German, Spanish, French and Chinese."""

_POSITIONS = (
    "open positions", "long open positions", "short open positions", "offene positionen",
    "posiciones abiertas", "positions ouvertes", "未平仓持仓",
)  # fmt: skip
_TRADED = (
    "Date/Time",
    "日期/时间",
    "Datum/Zeit",
    "Fecha/Hora",
    "Date/Heure",
    "T. Price",
    "交易价格",
)
_STOCKS = ("stocks", "aktien", "acciones", "actions", "股票", "etf")
_OPTIONS = ("option", "opcion", "期权")
_INSTRUMENT = {
    "category": _NAMES["category"], "symbol": _NAMES["symbol"],
    "venue": ("Listing Exch", "上市交易所", "上市交易"),
}  # fmt: skip
_ENDING = ("ending cash", "endbarsaldo", "期末现金")
_BASE_CURRENCY = ("base currency", "基础货币", "basiswährung", "divisa base", "devise de base")
_TOTAL = ("Total", "总数", "Gesamt")


@dataclass(frozen=True)
class Section:
    """A header and the rows under it; a section that changes its columns is several of them."""

    name: str
    header: SheetRow
    rows: list[SheetRow]


def is_activity_statement(sheet: Sheet) -> bool:
    """By a first row that is the header of a section."""
    first = next((row for row in sheet.rows if row), None)
    return first is not None and len(first.cells) > 2 and first.cells[1] == "Header"


def read_activity(sheet: Sheet) -> Statement:
    """Positions, and the cash of each currency at the end of the period."""
    sections = list(_sections(sheet))
    held = [section for section in sections if _is_positions(section)]
    last = next(row for row in sheet.rows[::-1] if row)
    if any(last in section.rows for section in held):
        raise sheet.error(
            last.line, "the file ends among the open positions, without a total; export it again"
        )
    venues = _venues(sheet, sections)
    positions = [position for section in held for position in _positions(sheet, section, venues)]
    cash = _cash(sheet, sections)
    if not held and not cash:
        raise sheet.error(
            1, "a statement without open positions and cash; let the report have both sections"
        )
    notes: tuple[str, ...] = () if cash else (
        "no row Ending Cash is found in the statement: no cash is counted; English, German and "
        "Chinese ones are read",
    )  # fmt: skip
    if not held:
        notes += ("the statement has no section of open positions: nothing is held",)
    return Statement("Interactive Brokers", tuple(positions), cash, _day(sheet), notes)


def _sections(sheet: Sheet) -> Iterator[Section]:
    """Headers with their data rows; totals and notes are left away."""
    current: dict[str, Section] = {}
    for row in sheet.rows:
        if len(row.cells) < 3:
            continue
        name, kind = row.cells[:2]
        if kind == "Header":
            if name in current:
                yield current[name]
            current[name] = Section(name, row, [])
        elif kind == "Data":
            if name not in current:
                raise sheet.error(row.line, f"a row of {name[:30]!r} above its header")
            current[name].rows.append(row)
    yield from current.values()


def _is_positions(section: Section) -> bool:
    """By name, or by the discriminator, which no language translates and trades have too."""
    cells = section.header.cells
    if section.name.casefold() in _POSITIONS:
        return True
    return cells[2] == _DISCRIMINATOR and not set(_TRADED) & set(cells)


def _positions(
    sheet: Sheet, section: Section, venues: Mapping[str, tuple[tuple[str, ...], Suffixes]]
) -> Iterator[Position]:
    columns = columns_of(
        sheet, section.header, _NAMES, ("row", "category", "currency", "symbol", "quantity")
    )
    entries = list(columns.entries(section.rows))
    summaries = [entry for entry in entries if entry.text("row").casefold() in _SUMMARY]
    if entries and not summaries:
        raise sheet.error(
            entries[0].line,
            f"{section.name} has no row Summary but {entries[0].text('row')[:20]!r}; export the "
            "statement with summaries",
        )
    for entry in summaries:
        category = entry.text("category")
        listed = [name.strip() for name in entry.text("symbol").split(",")]
        if category.casefold() == "crypto":  # Yahoo names the pair
            listed = [f"{name}-{entry.text('currency')}" for name in listed]
        names, suffixes = venues.get(listed[0], ((), None))
        yield Position(
            entry.line, tuple(dict.fromkeys((*listed, *names))), entry.number("quantity"),
            currency_of(entry.text("currency")), suffixes, entry.number("value"),
            apart=_apart(category),
        )  # fmt: skip


def _apart(category: str) -> str:
    """What a row is, where it is no share: the statement's own word."""
    folded = category.casefold()
    if folded in (*_STOCKS, "crypto"):
        return ""
    return OPTION if any(word in folded for word in _OPTIONS) else category or "no share"


def _venues(sheet: Sheet, sections: list[Section]) -> dict[str, tuple[tuple[str, ...], Suffixes]]:
    """Other names of each symbol, and Yahoo's suffixes of its exchange where one alone is named."""
    venues: dict[str, tuple[tuple[str, ...], Suffixes]] = {}
    for section in sections:
        if not any(name in section.header.cells for name in _INSTRUMENT["venue"]):
            continue
        columns = columns_of(sheet, section.header, _INSTRUMENT, ("symbol", "venue"))
        for entry in columns.entries(section.rows):
            if _apart(entry.text("category")):
                continue
            names = tuple(name.strip() for name in entry.text("symbol").split(","))
            suffixes = PLACES.get(entry.text("venue").upper())
            for name in names:
                twice = name in venues and venues[name][1] != suffixes
                venues[name] = names, None if twice else suffixes
    return venues


def _cash(sheet: Sheet, sections: list[Section]) -> dict[str, float]:
    """Ending cash by currency; the summary in the base currency where it stands alone."""
    cash: dict[str, float] = {}
    summary: list[float] = []
    for section in sections:
        if not any(row.cells[2].casefold() in _ENDING for row in section.rows):
            continue
        columns = columns_of(sheet, section.header, {"total": _TOTAL}, ("total",))
        for entry in columns.entries(section.rows):
            if entry.row.cells[2].casefold() not in _ENDING:
                continue
            amount, currency = _amount(columns, entry), entry.row.cells[3]
            if re.fullmatch(r"[A-Z]{3}", currency):
                code = currency_of(currency)
                cash[code] = cash.get(code, 0.0) + amount
            else:
                summary.append(amount)
    return cash or ({_base(sections): sum(summary)} if summary else {})


def _amount(columns: Header, entry: NamedRow) -> float:
    amount = entry.number("total")
    if amount is None:
        raise columns.sheet.error(entry.line, "ending cash without an amount")
    return amount


def _base(sections: list[Section]) -> str:
    """The account's own currency; that of the run where the statement does not say."""
    rows = (row for section in sections for row in section.rows)
    own = (row for row in rows if len(row.cells) > 3 and row.cells[2].casefold() in _BASE_CURRENCY)
    return next((currency_of(row.cells[3]) for row in own), BASE)


def _day(sheet: Sheet) -> date | None:
    """The last day of the period, where it is written in English."""
    for row in sheet.rows:
        if row.cells[:3] == ("Statement", "Data", "Period") and len(row.cells) > 3:
            try:
                last = row.cells[3].split(" - ")[-1]
                return datetime.strptime(last, "%B %d, %Y").date()  # a date alone
            except ValueError:
                return None
    return None
