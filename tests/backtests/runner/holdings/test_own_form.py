"""Holdings written by hand, as spreadsheets of several countries save them."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from backtests.runner.holdings.at_close import Held
from backtests.runner.holdings.statement import Outside
from markets.market import Market
from newsfolio.errors import BrokenData, CommandError
from tests.support.holdings_files import held_in

PLAIN = "asset,quantity\nAAPL,1234.5\n0700.HK,300\nCASH,2500.5\n"


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode(),
        ("\ufeff" + PLAIN.replace("\n", "\r\n")).encode(),
        "\ufeffasset;quantity\r\nAAPL;1234,5\r\n0700.HK;300\r\nCASH;2500,50\r\n".encode(),
        "\ufeffasset;quantity\r\nAAPL;1.234,5\r\n0700.HK;300\r\nCASH;2.500,50\r\n".encode(),
        "\ufeffasset;quantity\r\nAAPL;1\u202f234,5\r\n0700.HK;300\r\nCASH;2 500,50\r\n".encode(),
        "asset\tquantity\r\nAAPL\t1234,5\r\n0700.HK\t300\r\nCASH\t2500,5\r\n".encode("utf-16"),
        "asset\tquantity\r\nAAPL\t1,234.5\r\n0700.HK\t300\r\nCASH\t2500.5\r\n".encode("utf-16"),
        b"sep=;\r\nasset;quantity\r\nAAPL;1234.5\r\n0700.HK;300\r\nCASH;2500.5\r\n",
        b"name,asset,quantity\n\nan apple,AAPL,1234.5\n,0700.HK,300\n,CASH,2500.5\n",
        b"asset,quantity\nAAPL,1000\n00700,300\nAAPL,234.5\nCASH,2500\nCASH,0.5\n",
        b'asset,quantity\nAAPL,1234.5\n"700 HK",300\nCASH,2500.5\n',
        b'asset,quantity\nAAPL,"1,234.50"\n0700.HK,300\nCASH,"2,500.50"\n',
        b'asset,quantity\nAAPL,"1.234,5"\n0700.HK,300\nCASH,"2500,5"\n',
        b'asset,quantity,\nAAPL,1234.5,\n0700.HK,300,,\nCASH,2500.5\n',
    ],
    ids=["plain", "mark", "German", "German thousands", "French", "UTF-16", "UTF-16 in English",
         "sep=", "other columns", "added up", "Bloomberg's spelling", "formatted",
         "Sheets in German", "empty fields"],
)  # fmt: skip
def test_one_portfolio_in_many_spellings(tmp_path: Path, content: bytes) -> None:
    held = held_in(tmp_path, content)
    assert held.shares == {"AAPL": 1234.5, "0700.HK": 300}
    assert held.cash == {"": 2500.5}
    assert held.outside == ()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("asset;quantity\nAAPL;1.234\n", ("line 2", "1.234 or 1234", "thousands")),
        ("asset;quantity\nAAPL;1,234\n", ("line 2", "1234 or 1.234")),
        ("asset;quantity\nAAPL;many\n", ("line 2", "'many'")),
        ("asset;quantity\nAAPL;\n", ("line 2",)),
        ("asset,quantity\nAAPL,1,234\n", ("line 2", "3 fields where the header has 2")),
        ('asset,quantity\nAAPL,"1,234"\n', ("line 2", "'1,234' is 1234 or 1.234")),
        ('asset,quantity\nAAPL,"1,234"\nMSFT,"2,5"\nTSLA,1_0\n', ("line 4", "1_0")),
        ("asset,quantity\naapl,3\n", ("line 2", "aapl is written AAPL")),
        ("asset,quantity\ncash usd,3\n", ("line 2", "CASH USD")),
        (b"\xff\xfea\x00s\x00s\x00e\x00", ("line 1", "'asse'")),
        (b"\xff\xfea\x00s\x00s", ("UTF-16",)),
        ("asset,quantity\n\n", ("line 1", "nothing below it", "CASH,0")),
        ("asset,quantity,Quantity\nAAPL,1,2\n", ("line 1", "two columns are called quantity")),
    ],
    ids=range(13),
)
def test_what_may_be_read_in_two_ways_is_refused(
    tmp_path: Path, content: str | bytes, words: tuple[str, ...]
) -> None:
    with pytest.raises(BrokenData) as refused:
        held_in(tmp_path, content)
    assert all(word in str(refused.value) for word in words), refused.value


def test_money_of_several_currencies(tmp_path: Path) -> None:
    held = held_in(tmp_path, "asset,quantity\nCASH,10\nCASH EUR,20\nCASH HKD,30\nCASH EUR,5\n")
    assert held.cash == {"": 10, "EUR": 25, "HKD": 30}


def test_a_file_of_other_lines_alone_names_them() -> None:
    held = Held((Path("held.csv"),), {}, 0.0, (Outside("600519.SS", 100.0),))
    with pytest.raises(CommandError, match=r"bought\. 600519\.SS: not a line of the strategy"):
        held.equity(cast(Market, None))
