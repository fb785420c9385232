"""Tables of the command line: aligned text in a pipe, Rich's on a terminal."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence

NUMBER = re.compile(r"[-+]?[\d,.]+( %)?( in total)?|n/a|-|")
"""What stands right in its column."""


def print_table(rows: Sequence[tuple[str, ...]], *, heading: bool = True) -> None:
    """Rows of text; heading: whether the first is one."""
    if sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
        _print_rich(rows, heading)
        return
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]) - 1)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, [*widths, 0], strict=True)]
        print("  ".join(cells).rstrip())


def _print_rich(rows: Sequence[tuple[str, ...]], heading: bool) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, show_header=heading, pad_edge=False, header_style="bold")
    names, body = (rows[0], rows[1:]) if heading else ([""] * len(rows[0]), rows)
    for place, name in enumerate(names):
        numbers = bool(body) and all(NUMBER.fullmatch(row[place]) for row in body)
        table.add_column(Text(name), justify="right" if numbers else "left", overflow="fold")
    for row in body:
        table.add_row(*map(Text, row))
    Console(highlight=False).print(table)
