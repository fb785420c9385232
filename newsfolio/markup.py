"""A table in HTML for notebooks: every text is escaped."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

Row = tuple[str, str]


def table(title: str, lead: str, rows: Iterable[Row]) -> str:
    """A title, a sentence, and pairs of what and which; rows without a text are left out."""
    cells = "".join(
        f'<tr><th scope="row" style="text-align:left">{escape(name)}</th>'
        f'<td style="text-align:left">{escape(text)}</td></tr>'
        for name, text in rows
        if text
    )
    return f"<p><b>{escape(title)}</b><br>{escape(lead)}</p><table>{cells}</table>"
