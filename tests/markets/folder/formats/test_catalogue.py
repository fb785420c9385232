"""The list of formats, and the table of it in the documents."""

from __future__ import annotations

from pathlib import Path

import pytest

import newsfolio
from markets.folder.formats.catalogue import FORMATS, NAMES
from markets.folder.formats.format import Adjusted, Told
from newsfolio.errors import CommandError
from tests.support.every_vendor import WRITERS

ROOT = Path(newsfolio.__file__).parent.parent


def test_the_documents_have_a_row_for_every_format() -> None:
    rows = []
    for form in FORMATS:
        of = form.about
        cells = (f"`{form.name}`", of.title, of.recognised, of.adjusted, of.volume, of.order)
        rows.append(f"| {' | '.join((*cells, of.dates))} |")
    table = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
    assert "\n".join(rows) in table, "paste these:\n" + "\n".join(rows)


def test_every_format_has_a_name_and_a_writer() -> None:
    assert len(NAMES) == len(FORMATS)
    assert WRITERS.keys() == NAMES


def test_what_is_told_is_a_vendor_an_adjustment_or_an_order_of_dates() -> None:
    assert Told.of("stooq", NAMES) == Told(frozenset({"stooq"}))
    assert Told.of("raw, day-first", NAMES) == Told(frozenset(), Adjusted.RAW, "day-first")
    assert Told.of("", NAMES) == Told()


@pytest.mark.parametrize("words", ["stock", "raw,full", "day-first,month-first", "unsaid"])
def test_another_word_is_refused_with_those_that_there_are(words: str) -> None:
    with pytest.raises(CommandError, match=f"--vendor {words}: write one .* nasdaq"):
        Told.of(words, NAMES)
