"""An article's file as plain text with its head: title, publisher, time of publication."""

from __future__ import annotations

import re
from pathlib import Path

from drafts.documents.dateline import Dateline, dateline_of
from drafts.documents.document import Document, PageHead
from drafts.documents.html import read_html
from drafts.documents.languages import foreign_language
from newsfolio.errors import CommandError

MAX_BYTES = 8_000_000
MAX_CHARACTERS = 1_500_000
"""About 400 pages; longer texts are refused before anything is read from them."""

HEAD_LINES = 12
"""Lines at the beginning among which a date of publication is looked for."""

_HTML = (".html", ".htm", ".xhtml")
_PLAIN = (".txt", ".md", ".markdown", ".text")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NO_NAME = re.compile(
    r"(?:by|published|updated|posted|date|(?:mon|tue|wed|thu|fri|sat|sun)\w*)\b|发布|时间",
    re.IGNORECASE,
)


def read_document(path: Path, *, any_language: bool = False) -> Document:
    """The text of a file and what its head says; CommandError for what cannot be read.

    any_language: it need not be one whose words are known here, for a program reads it too.
    """
    suffix = path.suffix.lower()
    if suffix not in _HTML + _PLAIN:
        raise CommandError(
            f"{path}: {suffix or 'no suffix'}; an article is a .txt, .md or .html file. Save the "
            "page or export the document as one of them"
        )
    content = _bytes(path)
    head, text = (
        read_html(content, path) if suffix in _HTML else (PageHead(), _decoded(content, path))
    )
    if len(text) > MAX_CHARACTERS:
        raise CommandError(
            f"{path}: {len(text):,} characters; at most {MAX_CHARACTERS:,} are read. Cut it"
        )
    if not text.strip():
        raise CommandError(f"{path}: no text in it")
    if not any_language:
        _check_language(text, path)
    return _with_head(head, text)


def _bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise CommandError(f"{path}: {size:,} bytes; at most {MAX_BYTES:,} are read. Cut it")
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"cannot read {path}: {error.strerror}") from None


def _decoded(content: bytes, path: Path) -> str:
    """Plain text; newlines as one character, nothing else changed, so that places stay true."""
    code = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(code)
    except UnicodeDecodeError as error:
        raise CommandError(
            f"{path}: byte {error.start} is not {code[:6].rstrip('-')}; convert it first, as in "
            "iconv -f gb18030 -t utf-8"
        ) from None
    if "\x00" in text:
        raise CommandError(f"{path}: no text, but a binary file")
    return _CONTROL.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))


def _check_language(text: str, path: Path) -> None:
    """English and Chinese are read; CommandError for a text that reads as neither."""
    language = foreign_language(text[:20_000])
    if language:
        raise CommandError(
            f"{path}: it reads as {language}, neither English nor Chinese, whose words alone are "
            'known here; translate it, or draft it with a program: --with "program arguments"'
        )


def _with_head(head: PageHead, text: str) -> Document:
    """What the first lines say, where the markup did not."""
    lines = [match for match in re.finditer(r"[^\n]+", text) if match[0].strip()][:HEAD_LINES]
    title, body = head.title, 0
    if lines and (not title or _plain(lines[0][0]) == title):
        title, body = title or _plain(lines[0][0]), lines[0].end()
    dateline = head.dateline
    publisher = head.publisher
    for number, line in enumerate(lines):
        if len(line[0]) > 200:
            break
        named = dateline_of(line[0])
        if named:
            dateline = dateline or named
            publisher = publisher or _publisher(line[0], named, [row[0] for row in lines[1:number]])
            body = max(body, line.end())
            break
    return Document(text, title[:200], publisher[:100], dateline, body)


def _publisher(line: str, named: Dateline, between: list[str]) -> str:
    """Who publishes: a part of the line of the date, or a short line above it."""
    pieces = re.split(r"\s*[|•·—–]\s*|\s-\s", line.replace(named.text, ""))
    parts = [_plain(piece) for piece in pieces] + [_plain(other) for other in between]
    names = [
        part.strip(" ,;")
        for part in parts
        if 2 <= len(part.strip(" ,;")) <= 60
        and not _NO_NAME.match(part)
        and not re.search(r"\d", part)
    ]
    writer = re.search(r"\bby ([A-Z][\w.'’ -]{2,40})", line)
    return names[0] if names else writer[1].strip() if writer else ""


def _plain(line: str) -> str:
    """A line without the marks of Markdown."""
    return re.sub(r"^[#>*_\s-]+|[*_`\s]+$", "", line).strip()
