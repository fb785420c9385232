"""What each broker's file holds: right figures added up by hand, and what is left out."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from random import Random

import pytest

from backtests.runner.holdings.statement import MOST
from newsfolio.errors import BrokenData
from tests.support.holdings_files import (
    ACTIVITY,
    DEGIRO,
    FIDELITY,
    FLEX,
    FUTU_API,
    FUTU_APP,
    MAINLAND,
    SCHWAB,
    SCHWAB_HEADER,
    YAHOO,
    held_in,
    schwab_row,
)

BOOKS = {
    # lots of 700 and the trade of 1,200 count for nothing; 2,100.25 is the sum in base currency
    "an activity statement": (
        ACTIVITY,
        {"0700.HK": 400, "AAPL": -30, "BRK-B": 5, "600519.SS": 100},
        {"HKD": 7800, "USD": 1400.25},
        {("QQX", 12.5, "not a line of the strategy", 137.5, "USD"),
         ("AAPL 19JUN26 200 C", 3, "an option", 1500, "USD")},
        date(2026, 3, 27),
    ),
    # the later statement of U1 and its summary: 60; U2 has 5, and its cash in its base currency
    "a Flex query": (
        FLEX,
        {"AAPL": 65, "0700.HK": 100},
        {"USD": 300.5, "EUR": 20},
        {("AAPL  260619C00200000", -1, "an option", -500, "USD")},
        None,
    ),
    "Schwab": (
        SCHWAB,
        {"AAPL": 1250, "BRK-B": 4},
        {"USD": 6100.40},
        {("SWXXX", 30.5, "a fund, not a line of the strategy", 305, "USD"),
         ("AAPL 06/19/2026 200.00 C", 2, "an option", -1000, "USD"),
         ("Futures Cash", None, "of futures", 12, "USD")},
        date(2026, 3, 27),
    ),
    # 1,800.00 + 1,000.25 - 75.50 pending
    "Fidelity": (
        FIDELITY,
        {"AAPL": 12.5, "BRK-B": 0.075},
        {"USD": 2724.75},
        {("-AAPL260619C200", -1, "an option", -500, "USD")},
        date(2026, 3, 27),
    ),
    # 90 - 30 + 5; 5,000 - 1,500.50
    "Yahoo": (YAHOO, {"AAPL": 65, "0700.HK": 200}, {"": 3499.5}, set(), date(2026, 3, 27)),
    # 1.100 times 210,00 is 231000,00, so it is eleven hundred
    "Degiro": (
        DEGIRO, {"AAPL": 1100, "0700.HK": 300}, {"EUR": 820.30, "USD": -15}, set(), None,
    ),
    "Futu's app": (
        FUTU_APP,
        {"0700.HK": 1200, "AAPL": 15},
        {},
        {("AAPL260619C200000", 1, "an option", 500, "USD")},
        None,
    ),
    "Futu's OpenAPI": (FUTU_API, {"0700.HK": 400, "AAPL": -20}, {}, set(), None),
    "a mainland broker": (
        MAINLAND.encode("gbk"),
        {"600519.SS": 100, "000001.SZ": 3000, "0700.HK": 200},
        {"CNY": 18500.5},
        set(),
        None,
    ),
}  # fmt: skip


PARTS = {("Yahoo", "AAPL"): (90, 60), ("Fidelity", "AAPL"): (10,)}
"""What a line holds before all of its rows are there."""


@pytest.mark.parametrize("name", BOOKS)
def test_a_brokers_file(tmp_path: Path, name: str) -> None:
    content, shares, cash, outside, day = BOOKS[name]
    held = held_in(tmp_path, content)
    assert held.shares == shares
    assert held.cash == pytest.approx(cash, abs=1e-9)  # binary sums of cents
    assert {(row.asset, row.shares, row.why, row.value, row.currency)
            for row in held.outside} == outside  # fmt: skip
    assert held.day == day
    assert any("is read as" in note for note in held.notes)


@pytest.mark.parametrize(
    "name", sorted(BOOKS.keys() - {"Degiro"})
)  # known by the order of its columns
def test_a_broken_header_is_refused(tmp_path: Path, name: str) -> None:
    """The column of quantities under a name that nobody knows."""
    content = BOOKS[name][0]
    text = content.decode("gbk") if isinstance(content, bytes) else content
    for word in (
        "Quantity,",
        "Qty (Quantity)",
        "position=",
        "Anzahl,",
        "持有数量",
        "qty,",
        "参考持股",
    ):
        text = text.replace(
            word, "Zzz," if word.endswith(",") else "Zzz=" if "=" in word else "Zzz"
        )
    with pytest.raises(BrokenData) as refused:
        held_in(tmp_path, text)
    message = str(refused.value)
    assert "held.csv" in message
    assert len(message) < 420
    assert len(message.splitlines()) <= 2


@pytest.mark.parametrize("name", BOOKS)
def test_a_file_cut_off_anywhere_is_read_or_refused_in_two_lines(tmp_path: Path, name: str) -> None:
    """And no quantity of it is one that the file does not have."""
    content, shares, *_ = BOOKS[name]
    whole = content.encode() if isinstance(content, str) else content
    for end in range(0, len(whole), max(1, len(whole) // 40)):
        try:
            held = held_in(tmp_path, whole[:end])
        except BrokenData as refused:
            assert len(str(refused).splitlines()) <= 2
        else:
            for line, size in held.shares.items():
                assert size in (shares[line], *PARTS.get((name, line), ()))


@pytest.mark.parametrize("name", BOOKS)
def test_a_spoilt_file_is_read_or_refused_in_two_lines(tmp_path: Path, name: str) -> None:
    """A cell, a line or some bytes are changed, doubled or lost; nothing but BrokenData comes."""
    content = BOOKS[name][0]
    whole = content.encode() if isinstance(content, str) else content
    random = Random(name)
    for _ in range(40):
        at, length = random.randrange(len(whole)), random.choice((1, 3, 40))
        middle = random.choice(
            (b"", b",", b"\n", b'"', b"\xff", b"1e400", b"-", whole[at - length : at])
        )
        try:
            held = held_in(tmp_path, whole[:at] + middle + whole[at + length :])
        except BrokenData as refused:
            assert len(str(refused).splitlines()) <= 2
        else:
            assert all(abs(size) <= MOST for size in held.shares.values())


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a language that is not known",
         ACTIVITY.replace("Category,Currency,Symbol,Quantity,M", "Categoria,Valuta,Q,M"),
         ("line 12", "Asset Category")),
        ("lots alone", ACTIVITY.replace("Data,Summary,Stocks,HKD", "Data,Lot,Stocks,HKD")
         .replace("Data,Summary", "Data,Lot"), ("Summary", "'Lot'")),
        ("rows above a header", "Statement,Header,Field Name,Field Value\nOpen Positions,Data,x\n",
         ("line 2", "above its header")),
        ("neither positions nor cash", "Statement,Header,Field Name,Field Value\n",
         ("open positions and cash",)),
        ("a Fidelity row that is shifted",
         FIDELITY.replace("FRUIT INC,10,", "FRUIT, INC,10,"), ("line 3", "18 fields")),
        ("a transaction that nobody knows", YAHOO.replace("SELL", "SPLIT"), ("line 3", "'split'")),
        ("an amount that is not the value", DEGIRO.replace("231000,00", "23100,00"),
         ("line 4", "'1.100'")),
        ("an ISIN that nobody knows", DEGIRO.replace("US0378331005", "US1234567890"),
         ("line 4", "US1234567890 (APPLE INC)", "symbols.csv")),
        ("zeros that a spreadsheet took", MAINLAND.replace('="000001"', "1"),
         ("line 5", "'1'", "zeros")),
        ("an entity", '<!DOCTYPE a [<!ENTITY b "c">]><FlexQueryResponse/>', ("DOCTYPE",)),
        ("a query that failed", "<FlexQueryResponse></FlexQueryResponse>", ("FlexStatement",)),
        ("no category in a query", FLEX.replace('assetCategory="STK" ', ""), ("assetCategory",)),
        ("days that may be read in two ways", FLEX.replace("20260327", "03/04/2026"),
         ("'03/04/2026'", "yyyyMMdd")),
        ("a day that some rows alone have",
         FLEX.replace('symbol="700" ', 'symbol="700" reportDate="20260327" '),
         ("has no reportDate, and others have", "add that field")),
        ("a quantity of words", FUTU_APP.replace('"1,200"', "many"), ("line 2", "'many'")),
        ("a line without a quantity", SCHWAB.replace('"1,250"', '"--"'), ("line 4", "no quantity")),
        ("HTML instead of a CSV", "<html><body>Please log in</body></html>",
         ("line 1", "asset,quantity")),
    ],
)  # fmt: skip
def test_what_is_broken_is_named(
    tmp_path: Path, name: str, content: str, words: tuple[str, ...]
) -> None:
    with pytest.raises(BrokenData) as refused:
        held_in(tmp_path, content)
    message = str(refused.value)
    assert all(word in message for word in words), message
    assert len(message.splitlines()) <= 2
    assert len(message) < 420


def test_a_statement_in_chinese_has_two_columns_of_one_name(tmp_path: Path) -> None:
    """The last one, of codes, is called as the symbol is."""
    held = held_in(
        tmp_path,
        "Statement,Header,域名称,域值\n"
        "账户信息,Header,域名称,域值\n账户信息,Data,基础货币,EUR\n"
        "现金报告,Header,货币总结,货币,总数\n现金报告,Data,期末现金,基础货币总结,1234.50\n"
        "未平仓持仓,Header,DataDiscriminator,资产分类,货币,代码,数量,合约乘数,价值,代码\n"
        "未平仓持仓,Data,Summary,股票,USD,AAPL,35,1,7350,LI\n"
        "未平仓持仓,Data,Summary,股票和指数期权,USD,AAPL 19JUN26 200 C,1,100,500,\n"
        "未平仓持仓,Total,,股票,USD,,,,7350,\n",
    )
    assert held.shares == {"AAPL": 35}
    assert held.cash == {"EUR": 1234.5}
    assert [row.why for row in held.outside] == ["an option"]


@pytest.mark.parametrize(
    ("section", "header", "stocks"),
    [
        ("Offene Positionen", "Anlagekategorie,Währung,Symbol,Menge,Mult,Wert,Code", "Aktien"),
        ("Posiciones abiertas", "Categoría de activo,Divisa,Símbolo,Cantidad,Mult.,Valor,Código",
         "Acciones"),
        ("Positions ouvertes", "Catégorie d'actif,Devise,Symbole,Quantité,Mult,Valeur,Code",
         "Actions"),
    ],
)  # fmt: skip
def test_statements_in_other_languages(
    tmp_path: Path, section: str, header: str, stocks: str
) -> None:
    """Their cash goes by names that have not been seen, and the notes say that none is counted."""
    held = held_in(
        tmp_path,
        f"Statement,Header,A,B\n{section},Header,DataDiscriminator,{header}\n"
        f"{section},Data,Summary,{stocks},USD,AAPL,35,1,7350,\n"
        f"{section},Total,,{stocks},USD,,,,7350,\n",
    )
    assert held.shares == {"AAPL": 35}
    assert any("no cash is counted" in note for note in held.notes)


def test_a_statement_that_ends_among_its_positions_is_refused(tmp_path: Path) -> None:
    """A whole row stands last, and those below it are lost."""
    rows = ACTIVITY.splitlines(keepends=True)
    last = max(at for at, row in enumerate(rows) if row.startswith("Open Positions,Data,Summary"))
    with pytest.raises(BrokenData, match=f"line {last + 1}: .* without a total; export it again"):
        held_in(tmp_path, "".join(rows[: last + 1]))


def test_coins_are_pairs(tmp_path: Path) -> None:
    text = ACTIVITY.replace("Stocks,USD,QQX,12.5", "Crypto,USD,BTC,0.25")
    assert held_in(tmp_path, text, lines=("AAPL", "BTC-USD")).shares["BTC-USD"] == 0.25


def test_all_accounts_of_schwab_add_up(tmp_path: Path) -> None:
    """Each account has its name, its header, its rows and its total."""
    account = [SCHWAB_HEADER, schwab_row("AAPL", "10", "$2,100.00", "Equity"),
               schwab_row("Cash & Cash Investments", "--", "$100.00", "Cash and Money Market"),
               schwab_row("Account Total", "", "$2,200.00", "--")]  # fmt: skip
    text = "\n".join(['"Individual ...321"', *account, "", '"IRA ...322"', *account]) + "\n"
    held = held_in(tmp_path, text)
    assert held.shares == {"AAPL": 20}
    assert held.cash == {"USD": 200}


def test_degiros_older_files_have_currency_and_value_in_one_cell(tmp_path: Path) -> None:
    held = held_in(
        tmp_path,
        "Product,Symbol/ISIN,Amount,Closing,Local value,Value in EUR\n"
        'CASH & CASH FUND & FTX CASH (EUR),,,,EUR -0.56,"-0,56"\n'
        'VODAFONE,GB00BH4HKS39,40,"105,80",GBX 4232.00,"49,10"\n',
        lines=("AAPL",),
    )
    assert held.cash == {"EUR": -0.56}
    (vodafone,) = held.outside
    assert (vodafone.asset, vodafone.shares) == ("VOD.L", 40)
    assert (vodafone.value, vodafone.currency) == (42.32, "GBP")  # 4,232 pence


def test_cash_of_a_german_statement_counts(tmp_path: Path) -> None:
    held = held_in(
        tmp_path,
        "Statement,Header,Feldname,Feldwert\n"
        "Offene Positionen,Header,DataDiscriminator,Vermögenswertkategorie,Währung,Symbol,Menge\n"
        'Offene Positionen,Data,Summary,Aktien,USD,AAPL,"1,200"\n'
        "Offene Positionen,Total,,Aktien,USD,,\n"
        "Cash-Bericht,Header,Währungsübersicht,Währung,Gesamt,Wertpapiere\n"
        "Cash-Bericht,Data,Anfangsbarsaldo,EUR,100,100\n"
        "Cash-Bericht,Data,Endbarsaldo,Basiswährungsübersicht,700,700\n"
        "Cash-Bericht,Data,Endbarsaldo,EUR,500.5,500.5\n",
    )
    assert (held.shares, held.cash) == ({"AAPL": 1200.0}, {"EUR": 500.5})
