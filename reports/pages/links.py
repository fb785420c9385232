"""From a page to the others: the same few names at the top of each."""

from __future__ import annotations

Links = tuple[tuple[str, str], ...]
"""Address and name of each page, from the one that leads to them."""

INDEX = "All runs"


def run_links(*, tearsheet: bool, index: bool) -> Links:
    """From a page in a run's folder. tearsheet, index: whether there is one beside it and above."""
    return (
        *((("../index.html", INDEX),) if index else ()),
        ("verdict.html", "Verdict"),
        ("details.html", "Details"),
        *((("tearsheet.html", "Tearsheet"),) if tearsheet else ()),
    )


def index_link(address: str) -> Links:
    """From a page over several runs to the list of all; address: "" where there is none."""
    return ((address, INDEX),) if address else ()
