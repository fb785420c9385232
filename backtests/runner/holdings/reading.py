"""A file of holdings recognised, read, and its symbols taken for lines of a strategy."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from backtests.runner.holdings.degiro import is_degiro, read_degiro
from backtests.runner.holdings.fidelity import is_fidelity, read_fidelity
from backtests.runner.holdings.flex import is_flex, read_flex
from backtests.runner.holdings.futu import is_futu, read_futu
from backtests.runner.holdings.interactive_brokers import is_activity_statement, read_activity
from backtests.runner.holdings.isins import TICKERS
from backtests.runner.holdings.mainland import is_mainland, read_mainland
from backtests.runner.holdings.own_form import read_own_form
from backtests.runner.holdings.schwab import is_schwab, read_schwab
from backtests.runner.holdings.sheet import LARGEST, Sheet, read_sheet
from backtests.runner.holdings.statement import HeldLines, Outside, Position, Statement
from backtests.runner.holdings.symbols import currency_of, is_isin, lines_meant, spelled
from backtests.runner.holdings.yahoo_portfolio import is_yahoo, read_yahoo
from markets.reference.plain_file import plain_bytes
from newsfolio.assets import Asset
from newsfolio.errors import BrokenData, CommandError

ALIASES = "symbols.csv"
"""Beside a file of holdings: symbol,asset, which line a broker's symbol means."""

FORMS: tuple[tuple[Callable[[Sheet], bool], Callable[[Sheet], Statement]], ...] = (
    (is_activity_statement, read_activity),
    (is_schwab, read_schwab),
    (is_fidelity, read_fidelity),
    (is_yahoo, read_yahoo),
    (is_degiro, read_degiro),
    (is_mainland, read_mainland),
    (is_futu, read_futu),
)
"""How each is recognised, and its reader; what none recognises is read as our own form."""


def read_statement(path: Path) -> Statement:
    """What the file says; BrokenData with file, line and remedy, CommandError where it is none."""
    if not path.exists():
        raise CommandError(f"--portfolio {path}: no such file")
    if is_flex(path):
        return read_flex(path, plain_bytes(path, LARGEST))
    sheet = read_sheet(path)
    for recognised, read in FORMS:
        if recognised(sheet):
            return read(sheet)
    return read_own_form(sheet)


def held_lines(path: Path, statement: Statement, lines: Iterable[Asset]) -> HeldLines:
    """A statement in the lines of a strategy; rows of one line add up, in the order of the file.

    BrokenData where a row may mean several of the lines, or cannot be told from any.
    """
    by_ticker = {asset.ticker: asset for asset in lines}
    aliases = read_aliases(path.parent / ALIASES)
    shares: dict[str, float] = {}
    others: dict[tuple[str, str, str], Outside] = {}
    renamed: dict[str, str] = {}
    for position in statement.positions:
        asset = None if position.apart else _line(path, position, by_ticker, aliases)
        if asset is None:
            _add(others, position)
            continue
        if position.quantity is None:
            raise BrokenData(
                f"{_place(path, position)}: {position.symbols[0]} has no quantity; export the file "
                "again with that column, or delete the row"
            )
        shares[asset] = shares.get(asset, 0.0) + position.quantity
        if position.symbols[0] != asset:
            renamed[position.symbols[0]] = asset
    notes = [f"{path.name} is read as {statement.form} writes it"] if statement.form else []
    if renamed:
        pairs = ", ".join(f"{symbol} as {asset}" for symbol, asset in renamed.items())
        notes.append(f"{path.name}: {pairs}")
    return HeldLines(
        shares, statement.cash, tuple(others.values()), statement.day, (*notes, *statement.notes)
    )


def _line(
    path: Path, position: Position, by_ticker: Mapping[str, Asset], aliases: Mapping[str, str]
) -> str | None:
    """The ticker of the line that a row is of; None where it is none of the strategy's."""
    symbol = position.symbols[0]
    where = _place(path, position)
    for own in (symbol, *position.symbols[1:]):
        if own in aliases:
            return aliases[own] if aliases[own] in by_ticker else None
    if not position.currency and position.suffixes is None:
        if symbol in by_ticker:
            return symbol
        meant = {line.casefold(): line for line in by_ticker}.get(symbol.casefold())
        if meant is not None:
            raise BrokenData(f"{where}: {symbol} is written {meant}")
    if is_isin(symbol):
        return _line_of_isin(where, position, by_ticker)
    lines = lines_meant(position, by_ticker.values())
    if len(lines) > 1:
        names = " or ".join(asset.ticker for asset in lines[:3])
        raise BrokenData(f"{where}: {symbol} is {names}; {_remedy(symbol, lines[0].ticker)}")
    return lines[0].ticker if lines else None


def _line_of_isin(where: str, position: Position, by_ticker: Mapping[str, Asset]) -> str | None:
    """The line of the strategy that an ISIN names, by the ticker beside it or by our table.

    BrokenData for one that is in neither: it may be a line of the strategy.
    """
    isin, *others = position.symbols
    tickers = [ticker for ticker in TICKERS.get(isin, ()) if ticker in by_ticker]
    if isin not in TICKERS:
        named = dataclasses.replace(position, symbols=(*others,))
        tickers = [asset.ticker for asset in lines_meant(named, by_ticker.values())]
    if len(tickers) > 1:
        matching = [
            ticker for ticker in tickers if _currency(by_ticker[ticker]) == position.currency
        ]
        tickers = matching if len(matching) == 1 else tickers
    if len(tickers) > 1:
        raise BrokenData(f"{where}: {isin} is {' or '.join(tickers)}; {_remedy(isin, tickers[0])}")
    if not tickers and not others and isin not in TICKERS:
        name = f" ({position.name[:30]})" if position.name else ""
        raise BrokenData(
            f"{where}: no line is known by the ISIN {isin}{name}; {_remedy(isin, 'TICKER')}, or "
            f"`{isin},` to leave it out"
        )
    return tickers[0] if tickers else None


def _currency(asset: Asset) -> str:
    return currency_of(asset.currency)


def _remedy(symbol: str, ticker: str) -> str:
    return f"write `{symbol},{ticker}` under symbol,asset in {ALIASES} beside it"


def _place(path: Path, position: Position) -> str:
    return f"{path}, line {position.line}" if position.line else str(path)


def _add(others: dict[tuple[str, str, str], Outside], position: Position) -> None:
    """One row more of what is left out; rows of one thing add up."""
    symbol = position.symbols[0]
    asset = TICKERS[symbol][0] if symbol in TICKERS else spelled(position)
    if position.apart:
        asset = symbol
    why = position.apart or ", ".join(filter(None, (position.kind, Outside.why)))
    place = (asset, why, position.currency)
    before = others.get(place)
    shares, value = position.quantity, position.value
    if before is not None:
        shares = _sum(before.shares, shares)
        value = _sum(before.value, value)
    others[place] = Outside(
        asset or position.name, shares, why, value, position.currency if value is not None else ""
    )


def _sum(amount: float | None, other: float | None) -> float | None:
    return None if amount is None or other is None else amount + other


def read_aliases(path: Path) -> dict[str, str]:
    """Lines by a broker's symbol, as a user wrote them; a blank line stands for none of them."""
    if not path.exists():
        return {}
    sheet = read_sheet(path)
    rows = [row for row in sheet.rows if row]
    header = [name.casefold() for name in rows[0].cells] if rows else []
    if header[:2] != ["symbol", "asset"]:
        text = sheet.separator.join(rows[0].cells)[:60] if rows else ""
        raise BrokenData(f"{path}, line 1: expected the columns symbol,asset; found {text!r}")
    aliases: dict[str, str] = {}
    for row in rows[1:]:
        symbol, asset = (*row.cells, "")[:2]
        if not symbol or aliases.get(symbol, asset) != asset:
            raise sheet.error(row.line, f"expected one line of symbol,asset for {symbol[:40]!r}")
        aliases[symbol] = asset
    return aliases
