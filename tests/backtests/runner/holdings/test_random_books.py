"""Random holdings written as each broker writes them: what is read is what was written."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.support.holdings_files import held_in
from tests.support.random_books import LINES, WRITERS, book


@pytest.mark.parametrize("name", WRITERS)
def test_what_was_written_is_read(tmp_path: Path, name: str) -> None:
    random = Random(name)
    for _ in range(25):
        text, truth = WRITERS[name](book(random))
        held = held_in(tmp_path, text.encode("gbk") if name == "mainland" else text, lines=LINES)
        assert held.shares == pytest.approx(truth.shares, abs=1e-9), text
        assert held.cash == pytest.approx(truth.cash, abs=1e-9), text
        assert {row.asset for row in held.outside} <= {"TSLA"}
