"""Files of articles: text, head, tables, markup; and what is no article."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from drafts.documents.dateline import dateline_of, given
from drafts.documents.document import Document
from drafts.documents.languages import foreign_language
from drafts.documents.reading import MAX_BYTES, read_document
from drafts.language.sentences import sentences_of
from newsfolio.errors import CommandError

TEXTS = Path(__file__).parent / "texts"


def read(folder: Path, text: str | bytes, name: str = "article.txt") -> Document:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_document(path)


@pytest.mark.parametrize(
    ("name", "title", "publisher", "published"),
    [
        ("earnings.md", "Microsoft tops estimates as cloud demand holds up; shares climb after the "
         "bell", "Harbour Street Wire", datetime(2025, 10, 29, 22, 40, tzinfo=UTC)),
        ("rate_decision.html", "Fed cuts by a quarter point, signals patience", "The Meridian",
         datetime(2024, 12, 18, 21, 45, tzinfo=UTC)),
        ("sector_call.txt", "Chips: stay long Asia, take profits in America", "Kestrel Research",
         datetime(2025, 7, 8, 23, 0, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_the_head_says_what_and_when(
    name: str, title: str, publisher: str, published: datetime
) -> None:
    document = read_document(TEXTS / name)
    assert (document.title, document.publisher) == (title, publisher)
    assert document.dateline is not None
    assert document.dateline.published == published


def test_markup_and_scripts_are_no_text() -> None:
    text = read_document(TEXTS / "rate_decision.html").text
    assert "tracker" not in text
    assert "<" not in text
    assert "Markets +0.4%" not in text
    assert "Prices delayed" not in text


def test_a_table_of_a_page_is_read_by_row_and_column(tmp_path: Path) -> None:
    page = (
        "<html><body><article><h1>A title</h1><table><tr><th>Stock</th><th>This year</th></tr>"
        "<tr><td>Nvidia<script>bad()</script></td><td>+49.7%</td></tr></table></article></body>"
    )
    document = read(tmp_path, page, "page.html")
    cells = [s.text for s in sentences_of(document.text) if s.cell]
    assert cells == ["Nvidia: This year +49.7%"]


@pytest.mark.parametrize(
    ("line", "moment", "left_open"),
    [
        ("2025.02.21 03:30", (2025, 2, 21, 3, 30), "no zone"),
        ("October 29, 2025, 6:40 PM ET", (2025, 10, 29, 22, 40), ""),
        ("9 July 2025 07:00 HKT", (2025, 7, 8, 23, 0), ""),
        ("2025-09-21T12:00:00+08:00", (2025, 9, 21, 4, 0), ""),
        ("2025-01-05T09:00-05:00", (2025, 1, 5, 14, 0), ""),
        ("2025年2月21日 11:30", (2025, 2, 21, 11, 30), "no zone"),
        ("Published Feb. 3, 2025", (2025, 2, 3, 23, 59), "no hour"),
    ],
)
def test_a_dateline_is_a_moment(
    line: str, moment: tuple[int, int, int, int, int], left_open: str
) -> None:
    expected = dateline_of(line)
    assert expected is not None
    assert expected.published == datetime(*moment, tzinfo=UTC)
    assert left_open in expected.reading


@pytest.mark.parametrize("line", ["in early 2025", "02/03/2025", "2025-13-41", "Feb 30, 2025"])
def test_half_a_date_is_none(line: str) -> None:
    assert dateline_of(line) is None


@pytest.mark.parametrize("text", ["02/03/2025", "soon", "2025-02-30", "2025-02-03 and more"])
def test_what_a_user_gives_is_a_whole_date(text: str) -> None:
    with pytest.raises(CommandError, match="--published"):
        given(text)


GERMAN = (
    "Die Aktien der Unternehmen sind heute stark gestiegen und haben einen Rekord erreicht. " * 12
)


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        (b"PK\x03\x04\x00\x00", "article.txt", "binary"),
        (b"caf\xe9", "article.txt", "byte 3"),
        (b"  \n ", "article.txt", "no text"),
        (b"x", "article.pdf", "\\.txt, \\.md or \\.html"),
        (GERMAN.encode(), "article.txt", "neither English nor Chinese"),
        (b"x" * (MAX_BYTES + 1), "article.txt", "at most"),
        (b"word " * 310_000, "article.txt", "characters"),
        (b"<p>" * 400_001, "page.html", "elements"),
        (b"<html><script>1</script></html>", "page.html", "no text"),
    ],
    ids=["binary", "bytes", "blank", "pdf", "german", "large", "long", "elements", "script"],
)
def test_what_is_no_article_is_named(tmp_path: Path, text: bytes, name: str, expected: str) -> None:
    with pytest.raises(CommandError, match=expected):
        read(tmp_path, text, name)


def test_another_language_is_read_where_a_program_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "article.txt"
    path.write_text(GERMAN, encoding="utf-8")
    assert read_document(path, any_language=True).text == GERMAN


def test_a_page_of_nests_is_read_or_refused(tmp_path: Path) -> None:
    deep = "<div>" * 3_000 + "Gold rose 3 % this year." + "</div>" * 3_000
    assert "Gold rose" in read(tmp_path, f"<html><body>{deep}", "page.html").text


def test_sentences_keep_their_place() -> None:
    text = (
        "U.S. stocks fell. Mr. Smith said: “Buy.”\n- A: +1.2%\n阿里巴巴上涨8.1%。恒指收于23,477点。"
    )
    sentences = sentences_of(text)
    assert [text[s.begin : s.end] for s in sentences] == [s.text for s in sentences]
    assert [s.text for s in sentences][:2] == ["U.S. stocks fell.", "Mr. Smith said: “Buy.”"]
    assert [s.text for s in sentences][-2:] == ["阿里巴巴上涨8.1%。", "恒指收于23,477点。"]


def test_a_text_that_is_wrapped_at_a_margin_is_joined() -> None:
    line = "the index rose by five percent over the course of the whole of last"
    text = "A title here\n\n" + "\n".join([line] * 5) + "\nweek.\n\nNext one is here."
    assert len(sentences_of(text)) == 3


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Der DAX ist am Freitag um 2,5 % gestiegen, und SAP gewann mit dem Markt.", "German"),
        ("Le CAC 40 est en hausse de 3 % sur la semaine, avec les banques.", "French"),
        ("El índice subió un 3 % por las compras de los bancos.", "Spanish"),
        ("日経平均株価は先週3.5%上昇した。", "Japanese"),
        ("코스피 지수는 지난주 3.5% 상승했다.", "Korean"),
        ("Индекс вырос на 3 % за неделю.", "a language in Cyrillic letters"),
        ("The DAX rose 2.5% on Friday, and SAP gained with the market.", ""),
        ("腾讯上周上涨5%，苹果今年下跌3%。", ""),
        ("SAP +3%, BMW -2%, DAX 22,551", ""),
        ("The Bundesbank and the head of the ECB said that SAP, the maker of software, rose.", ""),
    ],
)
def test_a_short_text_in_another_language_is_told_too(text: str, language: str) -> None:
    assert foreign_language(text) == language
