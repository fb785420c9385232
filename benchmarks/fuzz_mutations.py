"""How the fuzzer spoils bytes, rows, JSON and tables; hypothesis draws where and with what."""

from __future__ import annotations

import contextlib
import copy
import csv
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

Draw = Callable[[st.SearchStrategy[Any]], Any]

TEXTS = (
    "", "nan", "NaN", "null", "inf", "-inf", "0", "-0.0", "-1", "1e308", "1e-320", "1e400",
    "0.0001", "=1+1", "@x", "+5", "-", "1_000", "1,5", "\uff11\uff12", "0x10", "True", "\x00",
    "é", '"',
    "2024-02-30", "2024-01-02", "2024-01-02T00:00:00Z", "2024-01-02 16:00", "0001-01-01",
    "9999-12-31", "1600-01-01", "20240102", "split", "drop", "in-kind", "SPY", "../x", "9" * 400,
    "2024-01-02T12:00+00:00", "0001-01-01T00:00+23:59", "9999-12-31T23:59-23:59", "CASH",
)  # fmt: skip
VALUES = (None, True, False, 0, -1, 1, 0.0, -0.5, 1e308, 5e-324, 10**30, -(10**18), 2**63, "", "x",
          "USD", "1", "nan", "<script>", "\ud800", [], {}, [None], [[]], {"x": 1}, [1.5, "x"],
          "2024-01-02", "America/New_York", "Mars/Base", "9" * 400)  # fmt: skip
KINDS: tuple[Callable[[pd.Series], Any], ...] = (
    lambda cells: cells.astype(str),
    lambda cells: [None] * len(cells),
    lambda cells: [True] * len(cells),
    lambda cells: [[1.0]] * len(cells),
    lambda cells: [{"x": 1}] * len(cells),
    lambda cells: [b"\xff"] * len(cells),
    lambda cells: pd.Categorical(cells.astype(str)),
    lambda cells: pd.to_datetime(np.arange(len(cells)), unit="D"),
    lambda cells: pd.to_datetime(np.arange(len(cells)), unit="h", utc=True),
    lambda cells: pd.to_timedelta(np.arange(len(cells)), unit="D"),
    lambda cells: pd.array(np.arange(len(cells)), dtype="Int64"),
    lambda cells: np.arange(len(cells), dtype="uint64") + 2**63,
    lambda cells: np.full(len(cells), np.inf),
    lambda cells: np.full(len(cells), np.nan),
    lambda cells: np.full(len(cells), 1e308),
    lambda cells: np.full(len(cells), "x"),
    lambda cells: cells.to_numpy()[::-1],
)
"""What a column of a Parquet file may be turned into."""


def spoilt_bytes(draw: Draw, content: bytes) -> bytes:
    """A file with some bytes flipped, cut, moved or put in."""
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(content) - 1, 0)))
        size = draw(st.sampled_from((1, 1, 2, 8, 200)))
        kind = draw(st.sampled_from(("flip", "cut", "leave out", "put in", "repeat")))
        if kind == "flip":
            turned = bytes([content[at] ^ 1 << draw(st.integers(0, 7))]) if content else b""
            content = content[:at] + turned + content[at + 1 :]
        elif kind == "cut":
            content = content[:at]
        elif kind == "leave out":
            content = content[:at] + content[at + size :]
        elif kind == "put in":
            more = draw(st.binary(max_size=8) | st.sampled_from(TEXTS).map(str.encode))
            content = content[:at] + more + content[at:]
        else:
            content = content[:at] + content[at : at + size] * 2 + content[at + size :]
    return content


def spoilt_rows(draw: Draw, rows: list[list[str]]) -> list[list[str]]:
    """A table of text with other cells, rows or columns."""
    rows = [list(row) for row in rows]
    for _ in range(draw(st.integers(1, 5))):
        if not rows or not rows[0]:
            break
        row, column = draw(st.integers(0, len(rows) - 1)), draw(st.integers(0, len(rows[0]) - 1))
        kind = draw(st.sampled_from(("cell", "cell", "cell", "gone", "twice", "swap", "column")))
        if kind == "cell" and column < len(rows[row]):
            rows[row][column] = draw(st.sampled_from(TEXTS) | st.text(max_size=6))
        elif kind == "gone":
            del rows[row]
        elif kind == "twice":
            rows.insert(row, list(rows[row]))
        elif kind == "swap":
            rows[row], rows[-1] = rows[-1], rows[row]
        elif kind == "column":
            rows = [[*cells[:column], *cells[column + 1 :]] for cells in rows]
    return rows


def spoilt_tree(draw: Draw, tree: Any) -> Any:
    """JSON with some of its values replaced, left out or repeated."""
    tree = copy.deepcopy(tree)
    for _ in range(draw(st.integers(1, 3))):
        node, key = tree, None
        while isinstance(node, dict | list) and node:
            parent = node
            keys = sorted(node) if isinstance(node, dict) else range(len(node))
            key = draw(st.sampled_from(list(keys)))
            node = node[key]
            if draw(st.integers(0, 3)) == 0:
                break
        if key is None:
            return draw(st.sampled_from(VALUES))
        kind = draw(st.sampled_from(("value", "value", "gone", "repeat", "scale")))
        if kind == "gone":
            del parent[key]
        elif kind == "repeat" and isinstance(parent, list):
            parent.insert(key, copy.deepcopy(node))
        elif kind == "scale" and isinstance(node, int | float) and not isinstance(node, bool):
            parent[key] = node * draw(st.sampled_from((-1, 0, 100, 0.01, 1e300)))
        else:
            parent[key] = copy.deepcopy(draw(st.sampled_from(VALUES)))
    return tree


def spoilt_frame(draw: Draw, frame: pd.DataFrame) -> pd.DataFrame:
    """A table with columns of another kind, or without some of its rows or columns."""
    frame = frame.copy()
    for _ in range(draw(st.integers(1, 3))):
        if frame.shape[1] == 0 or len(frame) == 0:
            break
        name = draw(st.sampled_from(list(frame.columns)))
        kind = draw(st.sampled_from(("kind", "kind", "cell", "gone", "rows", "index", "name")))
        if kind == "kind":
            turned = draw(st.sampled_from(KINDS))
            with contextlib.suppress(TypeError, ValueError):  # some kinds have no way back
                frame[name] = turned(frame[name].reset_index(drop=True))
        elif kind == "cell":
            cells = frame[name].astype(object).to_list()
            cells[draw(st.integers(0, len(cells) - 1))] = draw(st.sampled_from(VALUES[:13]))
            frame[name] = pd.Series(cells, index=frame.index, dtype=object)
        elif kind == "gone":
            frame = frame.drop(columns=name)
        elif kind == "rows":
            frame = frame.iloc[
                draw(st.sampled_from((slice(0, 0), slice(1), slice(None, None, -1))))
            ]
        elif kind == "index":
            dropped = draw(st.booleans()) or "level_0" in frame
            frame = frame.reset_index(drop=dropped)
        else:
            other = draw(st.sampled_from(TEXTS))
            frame = frame.rename(columns={name: name if other in frame else other})
    return frame


def as_csv(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8", "surrogatepass")


def parquet_of(frame: pd.DataFrame) -> bytes | None:
    """The bytes of a table, None where no Parquet file can hold it."""
    sink = io.BytesIO()
    try:
        frame.to_parquet(sink)
    except Exception:  # pyarrow has an error for every kind of column that it cannot write
        return None
    return sink.getvalue()
