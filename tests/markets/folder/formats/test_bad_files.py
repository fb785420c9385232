"""What is wrong with a file of any format is said in two lines: file, line, what to do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from markets.folder.contents import files_of, why_no_line
from markets.folder.formats.catalogue import vendor_words
from markets.folder.source import FolderSource
from newsfolio.errors import BrokenData
from newsfolio.listings import asset_of
from tests.support.every_vendor import TEXTS
from tests.support.vendor_files import Written, history

OF = history()
MESSAGES = {
    "quota": "Exceeded the daily hits limit",
    "unknown": "No data",
    "json": '{\n    "Information": "Our standard API rate limit is 25 requests per day."\n}',
    "list": '[{"date": "2026-01-05", "close": 1.5}]',
    "page": "<!DOCTYPE html>\n<html><body>Just a moment...</body></html>",
}


def refused(folder: Path, written: Written, content: bytes | str) -> str:
    """What is said of a file with another content."""
    name = f"{written.ticker}.csv" if written.name in ("prices.csv", "closes.csv") else written.name
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(BrokenData) as caught:
        FolderSource(folder, told=vendor_words(written.vendor)).load([asset_of(written.ticker)])
    message = str(caught.value)
    assert message.startswith(str(path)), message
    assert message.count("\n") <= 1
    assert len(message) < len(str(path)) + 400
    return message.removeprefix(str(path))


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES.keys())
@pytest.mark.parametrize("name", ["stooq", "alphavantage", "nasdaq", "yfinance-download", "wide"])
def test_a_message_in_the_place_of_prices_is_quoted(
    tmp_path: Path, name: str, message: str
) -> None:
    sentence = refused(tmp_path, TEXTS[name](OF), message)
    assert sentence.startswith(" line 1: no prices, but '")
    assert message.split()[0] in sentence
    assert sentence.endswith("Fetch the file again, or remove it.")


@pytest.mark.parametrize("name", TEXTS)
def test_an_empty_file_is_named(tmp_path: Path, name: str) -> None:
    written = TEXTS[name](OF)
    for content in ("", "\n\n"):
        assert refused(tmp_path, written, content).startswith(": no rows with a price. Fetch")
    header = written.content.split(b"\n")[0] + b"\n"
    message = refused(tmp_path, written, header)
    assert re.match(r": (no rows with a price|wrong columns)", message), message


@pytest.mark.parametrize("name", TEXTS)
def test_a_broken_header_is_refused(tmp_path: Path, name: str) -> None:
    """Whatever column loses its name; no file is read as another format."""
    written = TEXTS[name](OF)
    first, rest = written.content.split(b"\n", 1)
    if name in ("yfinance-download", "wide", "fred", "bloomberg"):
        return  # any word may be a ticker or a title there
    mark = ";" if b";" in first else ","
    names = first.decode("utf-8-sig").rstrip("\r").split(mark)
    for place, column in enumerate(names):
        if not column or column.strip('"') in OPTIONAL:
            continue
        header = mark.join([*names[:place], '"Foo"', *names[place + 1 :]])
        message = refused(tmp_path, written, header.encode() + b"\n" + rest)
        assert "column" in message or "where the header" in message, message


OPTIONAL = {
    "High", "Low", "Open", "Volume", "Dividends", "Stock Splits", "Close", "Adj Close",
    "TICKER", "VOL", "OPENPRC", "ASKHI", "BIDLO", "CFACSHR", "DlyPrcFlg", "DlyVol", "DlyOpen",
    "DlyHigh", "DlyLow", "Symbol", "Name", "Trades",
}  # fmt: skip
"""Of these columns many may be missing, or others stand there; what is not known is named."""


@pytest.mark.parametrize("name", TEXTS)
def test_a_file_that_goes_on_in_another_shape_is_refused_at_that_line(
    tmp_path: Path, name: str
) -> None:
    written = TEXTS[name](OF)
    count = written.content.count(b"\n")
    mark = b";" if b";" in written.content.split(b"\n")[0] else b","
    other = mark.join([b"Day", b"Price", b"More"]) + b"\n"
    message = refused(tmp_path, written, written.content.rstrip(b"\n") + b"\n" + other)
    assert re.match(r" line \d+: ", message), message
    assert abs(int(re.findall(r"line (\d+)", message)[0]) - count) <= 1
    again = written.content.decode("utf-8-sig").rstrip("\n")
    message = refused(tmp_path, written, f"{again}\n{again}\n")
    assert re.match(r" line \d+: ", message), message


@pytest.mark.parametrize("name", TEXTS)
def test_bytes_that_are_no_text_are_refused_at_their_line(tmp_path: Path, name: str) -> None:
    written = TEXTS[name](OF)
    lines = written.content.split(b"\n")
    lines[9] = lines[9][:4] + b"\xff\xfe\x81" + lines[9][4:]
    message = refused(tmp_path, written, b"\n".join(lines))
    assert " line 10: not " in message or "line 10: " in message, message


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("cut", [0.5, 0.9])
def test_a_line_cut_short_is_refused(tmp_path: Path, name: str, cut: float) -> None:
    written = TEXTS[name](OF)
    lines = written.content.rstrip(b"\n").split(b"\n")
    mark = b";" if b";" in lines[0] else b","
    cells = lines[-2].split(mark)
    if len(cells) == 2:
        return  # nothing to lose but the value
    kept = mark.join(cells[: max(2, int(len(cells) * cut))])
    message = refused(tmp_path, written, b"\n".join([*lines[:-2], kept]))
    assert re.match(r" line \d+: ", message), message


@pytest.mark.parametrize("name", TEXTS)
def test_a_cell_that_is_no_date_or_number_is_refused_at_its_line(tmp_path: Path, name: str) -> None:
    written = TEXTS[name](OF)
    lines = written.content.split(b"\n")
    row = lines[8]
    for cell in (b"soon", b"2026-02-30", b"1_000", b"1e999"):
        match = re.search(rb"20\d\d[-/.]?\d\d[-/.]?\d\d|\d{1,2}[/.]\d{1,2}[/.]20\d\d", row)
        assert match
        lines[8] = row[: match.start()] + cell + row[match.end() :]
        message = refused(tmp_path, written, b"\n".join(lines))
        assert message.startswith(" line 9: "), message


@pytest.mark.parametrize("name", ["wide", "yfinance-download"])
def test_a_row_of_one_cell_is_no_row_of_a_date_alone(tmp_path: Path, name: str) -> None:
    """Rows of another file were passed over as days without a bar."""
    written = TEXTS[name](OF)
    count = written.content.count(b"\n")
    for row in (b"Ticker;Day;Value\n", b"2026-03-02\n"):
        written.put(tmp_path).write_bytes(written.content + row)
        with pytest.raises(BrokenData, match=rf" line {count + 1}: 1 fields? where the header"):
            FolderSource(tmp_path).load([asset_of(written.ticker)])


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"", "no rows with a price. Fetch the file again"),
     (b"Exceeded the daily hits limit", "line 1: no prices, but 'Exceeded the daily hits limit'"),
     (b"Date,Open\n\xff\xfe,1\n", "not UTF-8 text"),
     (b"Date,Ticker,Close\n" + b"2026-01-05,AAPL,1\n" * 900 + b"\xff,,\n", "line 902: not UTF-8"),
     (b"PERMNO,date,PRX,RET,CFACPR\n1,2026-01-05,2,0.1,1\n", "Nearest to CRSP"),
     (b"day,weather\n1,rain\n", "notes is no ticker in Yahoo's spelling")],
)  # fmt: skip
def test_a_file_of_many_lines_that_is_spoilt_says_so_and_not_that_it_is_misnamed(
    tmp_path: Path, content: bytes, why: str
) -> None:
    (tmp_path / "notes.csv").write_bytes(content)
    (file,) = files_of(tmp_path)
    assert why in why_no_line(file)
