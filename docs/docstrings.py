"""What the site makes of docstrings: tables of names become lists, a package its public names."""

from __future__ import annotations

import re
from importlib import import_module

from griffe import Extension, Object

ITEM = re.compile(r"^([\w`][\w`.]*(?:, [\w`.]+)*)(?::\s+|\s{2,})(\S.*)$")
"""`universe   tickers that may be held`, or `cuts: dates at which ...`."""

EXAMPLE = re.compile(r"^>>> .*(?:\n(?:>>>|\.\.\.).*)*", re.MULTILINE)
"""A doctest, up to its last line of input."""


def as_markdown(text: str) -> str:
    """Lines that name something become items; indented lines below carry on, prose stays."""
    lines: list[str] = []
    inside = False
    for line in EXAMPLE.sub("\n```pycon\n\\g<0>\n```\n", text).splitlines():
        item = ITEM.match(line)
        if item:
            lines += (
                ["", f"* `{item[1]}`: {item[2]}"] if not inside else [f"* `{item[1]}`: {item[2]}"]
            )
            inside = True
        elif inside and line.strip() and line[0] == " ":
            lines.append(f"  {line.strip()}")
        else:
            lines += [""] if inside and line.strip() else []
            inside = False
            lines.append(line)
    return "\n".join(lines)


class Docstrings(Extension):
    """What griffe asks of each object that it has read."""

    def on_object(self, *, obj: Object, **_: object) -> None:
        if obj.docstring is not None:
            obj.docstring.value = as_markdown(obj.docstring.value)


PUBLIC = re.compile(r"^\[every public name of ([\w.]+)\]$", re.MULTILINE)


def on_page_markdown(markdown: str, **_: object) -> str:
    """MkDocs' hook: a line on a page stands for all that a package says is public."""

    def reference(package: re.Match[str]) -> str:
        names = import_module(package[1]).__all__
        return "\n".join(
            f"::: {package[1]}.{name}\n    options: {{heading_level: 3}}\n" for name in names
        )

    return PUBLIC.sub(reference, markdown)


EMPTY = re.compile(r"<th(?: [^>]*)?></th>")
"""The corner of a table, which is no heading."""


def on_post_page(output: str, **_: object) -> str:
    """MkDocs' hook: what the theme leaves without a name for those who listen to a page."""
    named = output.replace('role="dialog"', 'role="dialog" aria-label="Search"')
    return EMPTY.sub("<td></td>", named)


def on_post_template(output_content: str, **_: object) -> str:
    """MkDocs' hook for pages that are no document, as that of an address that is none."""
    return on_post_page(output_content)
