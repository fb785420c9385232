"""All formats, and which of them a file is of."""

from __future__ import annotations

from markets.folder.formats import (
    crsp,
    fred,
    long,
    mainland,
    services,
    sites,
    terminals,
    trees,
    wide,
    yahoo,
)
from markets.folder.formats.columns import ColumnFormat
from markets.folder.formats.format import Format, Told
from markets.folder.formats.head import Head
from markets.folder.price_file import check_columns, no_rows
from markets.reference.csv_file import csv_rows
from newsfolio.errors import BrokenData

FORMATS: tuple[Format, ...] = (
    *trees.FORMATS, *yahoo.FORMATS, *services.FORMATS, *mainland.FORMATS, *terminals.FORMATS,
    *crsp.FORMATS, *fred.FORMATS, *sites.FORMATS, *wide.FORMATS, *long.FORMATS,
    yahoo.OWN,
)  # fmt: skip
"""In the order in which they are asked; a new one stands before those that are less particular."""

NAMES = frozenset(form.name for form in FORMATS)


def vendor_words(words: str) -> Told:
    """What `--vendor` says; CommandError for a word that is none of it."""
    return Told.of(words, NAMES)


def format_of(head: Head, vendor: Told) -> Format | None:
    """The format of a file; where only its columns are known, the one that `--vendor` names."""
    first = next((form for form in FORMATS if form.fits(head)), None)
    if first is not sites.PLAIN:
        return first
    return next((form for form in FORMATS if form.name in vendor.vendors
                 and isinstance(form, ColumnFormat) and form.has_columns(head)), first)  # fmt: skip


def recognised(head: Head) -> bool:
    return any(form.fits(head) for form in FORMATS)


def unknown(head: Head) -> BrokenData:
    """Why a file is of no format: empty, no text, a message in its place, or other columns."""
    try:
        if not any(True for _ in csv_rows(head.path, head.encoding, head.delimiter)):
            return no_rows(head.path)
        if message := head.message():
            rule = f"no prices, but {message!r}. Fetch the file again, or remove it."
            return BrokenData(f"{head.path} line {head.rows[0][0]}: {rule}")
        check_columns(head.path, list(head.header), _nearest(head))
    except BrokenData as error:
        return error
    return no_rows(head.path)


def is_spoilt(head: Head) -> bool:
    """Whether a file of no format was one: empty, undecodable, a message, or like one of them."""
    return not head.rows or not head.decodes or bool(head.message() or _nearest(head))


def _nearest(head: Head) -> str:
    """The format that shares most columns, and what sets the file apart from it."""
    names = {name for name in head.header if name}
    forms = [form for form in FORMATS if isinstance(form, ColumnFormat)]

    def apart(form: ColumnFormat) -> tuple[set[str], set[str]]:
        return form.columns.keys() - form.optional - names, names - form.columns.keys()

    form = min(forms, key=lambda form: sum(map(len, apart(form))))
    missing, strange = apart(form)
    if len(names & form.columns.keys()) < max(3, len(names) / 2):
        return ""
    parts = {"lacks": missing, "has": strange}
    differences = " and ".join(f"{verb} {', '.join(sorted(columns))[:60]}"
                        for verb, columns in parts.items() if columns)  # fmt: skip
    return f"Nearest to {form.about.title}, but it {differences}."
