"""Names in a text and the lines that they mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from drafts.language.names import NameTable
from newsfolio.errors import BrokenData
from newsfolio.library import CHINA_TEN, MAG_SEVEN
from newsfolio.listings import KNOWN, TRUSTS

NAMES = NameTable.known()
HEAD = "kind,lines,names,note\n"


def lines(text: str) -> list[str]:
    return [mention.name.lines[0] for mention in NAMES.mentions(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Alibaba, 阿里巴巴, BABA and 9988.HK", ["9988.HK", "9988.HK", "BABA", "9988.HK"]),
        ("Alibaba (09988) rose", ["9988.HK"]),
        ("Microsoft Corp. (NASDAQ: MSFT)", ["MSFT"]),
        ("GDS (GDS.US), $TSLA, SAP.DE", ["GDS", "TSLA", "SAP.DE"]),
        ("the Nasdaq 100, the Nasdaq and the Nasdaq Golden Dragon China Index",
         ["^NDX", "^IXIC", "PGJ"]),
        ("U.S. stocks and Hong Kong shares", ["^GSPC", "^HSI"]),
        ("Kingsoft Cloud, not Kingsoft", ["3896.HK", "3888.HK"]),
        ("中芯国际和寒武纪", ["0981.HK", "688256.SS"]),
        ("the Hang Seng Tech Index’s gain", ["HSTECH.HK"]),
        ("an apple, a metaverse, Metal, meta, now", []),
        ("costs 40 billion yuan", []),
    ],
)  # fmt: skip
def test_a_name_means_a_line(text: str, expected: list[str]) -> None:
    assert lines(text) == expected


def test_lists_are_baskets() -> None:
    first, second = NAMES.mentions("the Magnificent Seven; the ten Chinese giants")
    assert first.name.lines == MAG_SEVEN.tickers
    assert second.name.lines == CHINA_TEN.tickers


def test_every_line_of_the_shipped_tables_has_a_name() -> None:
    named = {line for rows in NAMES.rows.values() for row in rows for line in row.lines}
    assert {*KNOWN, *TRUSTS} <= named


def test_every_company_of_hong_kong_and_the_mainland_has_a_chinese_name() -> None:
    chinese = {
        line
        for name, rows in NAMES.rows.items()
        if any("\u4e00" <= char <= "\u9fff" for char in name)
        for row in rows
        for line in row.lines
    }
    local = {line for line in (*KNOWN, *TRUSTS) if line.endswith((".HK", ".SS", ".SZ"))}
    assert local - chinese == set()


def test_a_users_names_add_to_ours_and_win(tmp_path: Path) -> None:
    table = tmp_path / "mine.csv"
    table.write_text(HEAD + "company,ROG.SW,Roche;罗氏,\ncompany,AAPL,Hang Seng,\n", "utf-8")
    names = NameTable.known(table)
    assert [m.name.lines for m in names.mentions("Roche; 罗氏; Hang Seng; Tencent")] == [
        ("ROG.SW",), ("ROG.SW",), ("AAPL",), ("0700.HK",),
    ]  # fmt: skip


def test_a_name_of_two_companies_is_shared(tmp_path: Path) -> None:
    table = tmp_path / "mine.csv"
    table.write_text(HEAD + "company,DAL,Delta,\ncompany,0179.HK,Delta,\n", "utf-8")
    (mention,) = NameTable.known(table).mentions("Delta rose 3 %")
    assert mention.shared
    assert [row.lines[0] for row in mention.names] == ["DAL", "0179.HK"]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("company,AAPL", "columns"),
        ("thing,AAPL,Apple,", "kind 'thing'"),
        ("company,,Apple,", "no line"),
        ("company,not a ticker!,Apple,", "mine.csv:2"),
        ("list,@NONE,Apple,", "no list @NONE"),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, row: str, expected: str) -> None:
    table = tmp_path / "mine.csv"
    table.write_text(HEAD + row + "\n", "utf-8")
    with pytest.raises(BrokenData, match=expected):
        NameTable.known(table)
