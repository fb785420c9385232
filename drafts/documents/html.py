"""A page as plain text: paragraphs a line each, tables as rows of cells, scripts left out."""

from __future__ import annotations

import json
import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from drafts.documents.dateline import Dateline, dateline_of
from drafts.documents.document import PageHead
from newsfolio.errors import CommandError

if TYPE_CHECKING:
    from bs4 import BeautifulSoup
    from bs4.element import PageElement, Tag

_DROPPED = (
    "script", "style", "noscript", "template", "svg", "iframe", "object", "form", "button", "nav",
    "footer", "aside", "head", "textarea", "select",
)  # fmt: skip
_BLOCKS = {
    "p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "tr", "blockquote", "section", "article",
    "header", "main", "table", "ul", "ol", "figure", "figcaption", "br", "hr", "dd", "dt", "pre",
}  # fmt: skip
_CELL, _ROW = "\ue0f0", "\ue0f1"
"""What stands before a cell and behind a row of a table until the text is put together."""


def read_html(content: bytes, path: Path) -> tuple[PageHead, str]:
    """Head and text of a page; of several parts the article's own."""
    from bs4 import BeautifulSoup

    if content.count(b"<") > 400_000:
        raise CommandError(f"{path}: more than 400,000 elements; save the article alone")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            soup = BeautifulSoup(content.translate(None, b"\x00"), "html.parser")
        except (RecursionError, ValueError, AssertionError) as error:
            raise CommandError(f"{path}: cannot be read as HTML ({type(error).__name__})") from None
    head = _head(soup)
    for element in soup.find_all(_DROPPED):
        element.decompose()
    for row in soup.find_all("tr"):
        _flatten(row)
    root = soup.find("article") or soup.find("main") or soup.body or soup
    text = _text(root)
    return head, text


def _text(root: Tag) -> str:
    """Text in the order of the page; a newline where a block begins or ends."""
    pieces = [_piece(element) for element in root.descendants]
    text = re.sub(r"[ \t\r\f\v\xa0]+", " ", "".join(pieces))
    lines = (_row(line.strip()) for line in text.replace(_ROW, "\n").split("\n"))
    return re.sub(r"\n{2,}", "\n", "\n".join(lines)).strip()


def _row(line: str) -> str:
    """A line of text; a row of a table as Markdown writes it."""
    if _CELL not in line:
        return line
    return f"| {' | '.join(cell.strip() for cell in line.strip(_CELL).split(_CELL))} |"


def _flatten(row: Tag) -> None:
    """A row of a table as one line of its cells."""
    cells = [cell.get_text(" ", strip=True) for cell in row.find_all(("td", "th"), recursive=False)]
    words = (re.sub(r"[\s|]+", " ", _plain(cell)) for cell in cells)
    row.replace_with("".join(f"{_CELL}{cell}" for cell in words) + _ROW)


def _piece(element: PageElement) -> str:
    from bs4.element import NavigableString, PreformattedString, Tag

    if isinstance(element, Tag):
        return "\n" if element.name in _BLOCKS else ""
    if isinstance(element, NavigableString) and not isinstance(element, PreformattedString):
        return re.sub(r"[\s\x00-\x1f]+", " ", str(element))
    return ""


def _plain(text: str) -> str:
    return text.replace(_CELL, " ").replace(_ROW, " ")


def _head(soup: BeautifulSoup) -> PageHead:
    """Title, publisher and time as the tags of the page say them."""
    heading = soup.find("h1")
    title = (
        (heading.get_text(" ", strip=True) if heading else "")
        or _meta(soup, "og:title")
        or (soup.title.get_text(" ", strip=True) if soup.title else "")
    )
    return PageHead(
        _one_line(title),
        _one_line(_meta(soup, "og:site_name") or _linked(soup, "publisher")),
        _time(soup),
    )


def _time(soup: BeautifulSoup) -> Dateline | None:
    stamps = [_meta(soup, "article:published_time"), _meta(soup, "datePublished"),
              _meta(soup, "date"), _linked(soup, "datePublished")]  # fmt: skip
    element = soup.find("time", attrs={"datetime": True})
    stamps.append(str(element["datetime"]) if element is not None else "")
    return next((dateline for stamp in stamps if stamp and (dateline := dateline_of(stamp))), None)


def _meta(soup: BeautifulSoup, name: str) -> str:
    for attribute in ("property", "name", "itemprop"):
        element = soup.find("meta", attrs={attribute: name})
        if element is not None and element.get("content"):
            return str(element["content"])
    return ""


def _linked(soup: BeautifulSoup, key: str) -> str:
    """A value of the page's JSON-LD; "" where it has none."""
    for element in soup.find_all("script", attrs={"type": "application/ld+json"}):
        try:
            data = json.loads(element.get_text())
        except (ValueError, RecursionError):
            continue
        for item in data if isinstance(data, list) else [data]:
            value = item.get(key) if isinstance(item, dict) else None
            value = value.get("name") if isinstance(value, dict) else value
            if isinstance(value, str):
                return value
    return ""


def _one_line(text: str) -> str:
    return re.sub(r"[\s\x00-\x1f]+", " ", text).strip()
