"""CSV files row by row, and kept by column in pieces."""

from __future__ import annotations

from pathlib import Path

import pytest

from markets.reference import csv_file
from markets.reference.csv_file import csv_columns, csv_rows
from newsfolio.errors import BrokenData


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "ACME.csv"
    path.write_text(text, encoding=encoding, newline="")
    return path


def test_rows_have_the_line_on_which_they_end(tmp_path: Path) -> None:
    path = written(tmp_path, '\ufeffa,b\r\n\r\n1,"two\nlines"\n,\n3,4')
    assert list(csv_rows(path)) == [(1, ["a", "b"]), (4, ["1", "two\nlines"]), (6, ["3", "4"])]


def test_encoding_and_delimiter_are_the_callers(tmp_path: Path) -> None:
    path = written(tmp_path, "日期;收盘\n2024-01-02;1,5\n", "gbk")
    assert list(csv_rows(path, "gbk", ";")) == [(1, ["日期", "收盘"]), (2, ["2024-01-02", "1,5"])]


@pytest.mark.parametrize("piece", [2, 6, 500_000])
def test_columns_are_the_same_in_pieces_of_any_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: int
) -> None:
    monkeypatch.setattr(csv_file, "PIECE", piece)
    rows = [(str(day), "x", f"{day}.{'0' * day}") for day in range(1, 32)]  # short and long cells
    path = written(tmp_path, "".join(",".join(row) + "\n" for row in rows))
    lines, cells = csv_columns(path, csv_rows(path), 3, {"price": 2, "day": 0})
    assert list(lines) == list(range(1, 32))
    assert list(cells) == ["price", "day"]
    assert list(cells["day"]) == [row[0] for row in rows]
    assert list(cells["price"]) == [row[2] for row in rows]


def test_one_column_alone_is_kept(tmp_path: Path) -> None:
    path = written(tmp_path, "1,2\n3,4\n")
    assert list(csv_columns(path, csv_rows(path), 2, {"b": 1})[1]["b"]) == ["2", "4"]


def test_no_row_makes_empty_columns(tmp_path: Path) -> None:
    path = written(tmp_path, "")
    lines, cells = csv_columns(path, csv_rows(path), 2, {"b": 1})
    assert (list(lines), list(cells["b"])) == ([], [])


def test_a_line_cut_short_is_named_in_any_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_file, "PIECE", 4)
    path = written(tmp_path, "1,2\n" * 9 + "3\n")
    with pytest.raises(BrokenData, match="line 10: 1 field where the header has 2"):
        csv_columns(path, csv_rows(path), 2, {"a": 0, "b": 1})


def test_a_line_that_is_not_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ACME.csv"
    path.write_bytes(b"1,2\n" * 9_999 + b"3,\xa0\n" + b"1,2\n" * 9_999)
    with pytest.raises(BrokenData, match="line 10000: not UTF-8 text"):
        list(csv_rows(path))


def test_more_cells_than_fit_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_file, "PIECE", 4)
    monkeypatch.setattr(csv_file, "MOST_CELLS", 10)
    path = written(tmp_path, "1,2\n" * 5)
    assert len(csv_columns(path, csv_rows(path), 2, {"a": 0, "b": 1})[0]) == 5
    path = written(tmp_path, "1,2\n" * 6)
    with pytest.raises(BrokenData, match=r"ACME\.csv: more than 5 rows of 2 columns"):
        csv_columns(path, csv_rows(path), 2, {"a": 0, "b": 1})


def test_a_line_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_file, "LONGEST", 50)
    assert len(list(csv_rows(written(tmp_path, "1,2\n" * 20)))) == 20
    with pytest.raises(BrokenData, match="line 2: more than 50 characters in one line"):
        list(csv_rows(written(tmp_path, "1,2\n" + "3" * 100)))
