"""Where sentences begin and end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_BULLET = re.compile(r"\s*(?:[-–—*•·]|\d{1,2}[.)])\s+")
_TABLE = re.compile(r"\s*\|.*\|\s*")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_ENDS = re.compile(r"[.!?:。！？：”\"')）]\s*$")


@dataclass(frozen=True)
class Sentence:
    """A sentence, or a cell of a table with its row and head.

    begin, end: where it stands in the text of the document. block: the paragraph's number;
    sentences of one paragraph share it. text: what is read, which for a cell is made up of the
    names of its row and column.
    """

    begin: int
    end: int
    text: str
    block: int
    cell: bool = False


@dataclass(frozen=True)
class _Block:
    begin: int
    end: int
    table: bool = False


def sentences_of(text: str) -> list[Sentence]:
    """All sentences in their order; a heading and an item of a list are one each."""
    sentences: list[Sentence] = []
    for number, block in enumerate(_blocks(text)):
        if block.table:
            sentences += _cells(text, block, number)
        else:
            sentences += _split(text, block, number)
    return sentences


def _split(text: str, block: _Block, number: int) -> Iterator[Sentence]:
    import sentencex

    piece = text[block.begin : block.end]
    language = "zh" if len(_CHINESE.findall(piece)) * 4 > len(piece) else "en"
    at = 0
    for part in sentencex.segment(language, piece):
        begin = piece.find(part, at)
        at = begin + len(part)
        words = part.strip()
        if words:
            start = block.begin + begin + part.find(words[0])
            yield Sentence(start, start + len(words), words, number)


def _blocks(text: str) -> Iterator[_Block]:
    """Paragraphs; a line of its own is one unless the text is wrapped at a margin."""
    lines = [match.span() for match in re.finditer(r"[^\n]+", text)]
    wrapped = _is_wrapped(text, lines)
    open_block: _Block | None = None
    for begin, end in lines:
        line = text[begin:end]
        if not line.strip():
            continue
        table = bool(_TABLE.fullmatch(line))
        if open_block and (
            (table and open_block.table and text[open_block.end : begin] == "\n")
            or (wrapped and not table and _goes_on(text, open_block, begin, line))
        ):
            open_block = _Block(open_block.begin, end, open_block.table)
            continue
        if open_block:
            yield open_block
        open_block = _Block(begin, end, table)
    if open_block:
        yield open_block


def _is_wrapped(text: str, lines: list[tuple[int, int]]) -> bool:
    """Whether lines end at a margin: many of like length, and none beyond it."""
    lengths = sorted(end - begin for begin, end in lines)
    if len(lengths) < 4 or "\n\n" not in text:
        return False
    return lengths[len(lengths) * 2 // 3] >= 50 and lengths[-1] <= 110


def _goes_on(text: str, block: _Block, begin: int, line: str) -> bool:
    if block.table or text[block.end : begin] != "\n" or _BULLET.match(line):
        return False
    before = text[block.begin : block.end].rsplit("\n", 1)[-1]
    return len(before) > 40 or not _ENDS.search(before)


def _cells(text: str, block: _Block, number: int) -> Iterator[Sentence]:
    """Each cell with a figure, read as "row: column cell"; its place is that of the row."""
    rows: list[tuple[int, int, list[str]]] = []
    for match in re.finditer(r"[^\n]+", text[block.begin : block.end]):
        cells = [cell.strip() for cell in match[0].strip().strip("|").split("|")]
        if not re.fullmatch(r"[\s|:+-]*", match[0]):
            rows.append((block.begin + match.start(), block.begin + match.end(), cells))
    head = (
        rows[0][2]
        if rows and not any(re.search(r"\d[\d.]*\s*%", cell) for cell in rows[0][2])
        else []
    )
    for begin, end, cells in rows[1:] if head else rows:
        for column, cell in enumerate(cells[1:], 1):
            if re.search(r"\d", cell):
                heading = head[column] if column < len(head) else ""
                yield Sentence(begin, end, f"{cells[0]}: {heading} {cell}", number, cell=True)
