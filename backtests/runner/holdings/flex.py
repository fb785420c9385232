"""Interactive Brokers' Flex query as XML: the same positions, with lots beside the summaries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

from backtests.runner.holdings.sheet import Decimals, readings
from backtests.runner.holdings.statement import BASE, FUND, MOST, OPTION, Position, Statement
from backtests.runner.holdings.symbols import PLACES, currency_of
from markets.reference.plain_file import require_plain
from newsfolio.errors import BrokenData

_CATEGORIES = {
    "OPT": OPTION, "FOP": OPTION, "FUT": "a future", "BOND": "a bond", "CASH": "forex",
    "FUND": FUND, "WAR": "a warrant", "CFD": "a CFD", "CMDTY": "a metal",
}  # fmt: skip


def is_flex(path: Path) -> bool:
    """By the element that it begins with."""
    require_plain(path)
    try:
        with path.open("rb") as file:
            return b"<FlexQueryResponse" in file.read(2000)
    except OSError as error:
        raise BrokenData(f"{path} cannot be read ({error.strerror or error})") from error


def read_flex(path: Path, content: bytes) -> Statement:
    """The last statement of each account; BrokenData where days or categories cannot be told."""
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise BrokenData(f"{path}: a Flex file has no DOCTYPE; fetch it from the broker again")
    try:
        root = ElementTree.fromstring(content)  # noqa: S314 # entities are refused above
    except (ElementTree.ParseError, ValueError) as error:
        raise BrokenData(f"{path}: not XML ({error}); fetch the Flex query again") from error
    latest: dict[str, ElementTree.Element] = {}
    for statement in root.iter("FlexStatement"):
        account = statement.get("accountId", "")
        before = latest.get(account)
        if before is None or _day(path, statement, "toDate") > _day(path, before, "toDate"):
            latest[account] = statement
    if not latest:
        raise BrokenData(f"{path}: no FlexStatement in it; the query may have failed, run it again")
    positions: list[Position] = []
    cash: dict[str, float] = {}
    for statement in latest.values():
        positions += _positions(path, statement)
        for currency, amount in _cash(path, statement):
            cash[currency] = cash.get(currency, 0.0) + amount
    notes = () if cash else (
        "the query has no cash report: no cash is counted; add it to the query",
    )  # fmt: skip
    return Statement("Interactive Brokers (Flex)", tuple(positions), cash, notes=notes)


def _positions(path: Path, statement: ElementTree.Element) -> Iterator[Position]:
    """Summaries, or lots where a query has nothing else, of the last day reported."""
    elements = _last(path, list(statement.iter("OpenPosition")))
    whole = [row for row in elements if row.get("levelOfDetail", "SUMMARY").upper() != "LOT"]
    for element in whole or elements:
        symbol = element.get("symbol", "")
        category = element.get("assetCategory", "")
        if not symbol or not category:
            what = "symbol" if not symbol else "assetCategory"
            raise BrokenData(
                f"{path}: an OpenPosition without {what} ({symbol or element.get('description')}); "
                "add that field to the query"
            )
        yield Position(
            0, (symbol,), _number(path, element, "position"),
            currency_of(element.get("currency", "")),
            PLACES.get(element.get("listingExchange", "").upper()),
            _number(path, element, "positionValue"), element.get("description", ""),
            "" if category == "STK" else _CATEGORIES.get(category, category),
        )  # fmt: skip


def _last(path: Path, elements: list[ElementTree.Element]) -> list[ElementTree.Element]:
    """Those of the last day; a query may report every day of a period."""
    if len({element.get("reportDate") for element in elements}) < 2:
        return elements
    undated = next((element for element in elements if not element.get("reportDate")), None)
    if undated is not None:
        about = undated.get("symbol") or undated.get("currency")
        raise BrokenData(
            f"{path}: {undated.tag} of {about} has no reportDate, and others have one: whether it "
            "is of the last day nobody knows; add that field to the query"
        )
    days = [_day(path, element, "reportDate") for element in elements]
    return [element for element, day in zip(elements, days, strict=True) if day == max(days)]


def _cash(path: Path, statement: ElementTree.Element) -> Iterator[tuple[str, float]]:
    """Ending cash by currency; the summary in base currency where it stands alone."""
    rows = _last(path, list(statement.iter("CashReportCurrency")))
    own = [row for row in rows if re.fullmatch(r"[A-Z]{3}", row.get("currency", ""))]
    for row in own or rows:
        amount = _number(path, row, "endingCash")
        if amount is None:
            raise BrokenData(f"{path}: a CashReportCurrency without endingCash; add that field")
        yield currency_of(row.get("currency", "")) if own else _base(statement), amount


def _base(statement: ElementTree.Element) -> str:
    about: Iterable[ElementTree.Element] = statement.iter("AccountInformation")
    return next((currency_of(account.get("currency", "")) for account in about), BASE)


def _number(path: Path, element: ElementTree.Element, name: str) -> float | None:
    text = element.get(name, "")
    if not text:
        return None
    values = readings(text, Decimals.POINT)
    if len(values) != 1 or abs(values[0]) > MOST:
        raise BrokenData(f"{path}: {name} {text[:40]!r} of {element.get('symbol')} is no number")
    return values[0]


def _day(path: Path, element: ElementTree.Element, name: str) -> date:
    """A day in the two formats that everybody reads alike; the others of a query are refused."""
    text = element.get(name, "")
    plain = re.fullmatch(r"(\d{4})-?(\d{2})-?(\d{2})", text)
    try:
        if plain:
            return date(*map(int, plain.groups()))
    except ValueError:
        pass
    raise BrokenData(
        f"{path}: {name} {text[:20]!r} may be read in two ways, and the file has several days; set "
        "the query's date format to yyyyMMdd"
    )
