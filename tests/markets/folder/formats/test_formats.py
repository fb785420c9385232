"""Every format: read as what it is, from files of a history that knows the truth."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from markets.bars import Bars
from markets.folder.formats.catalogue import vendor_words
from markets.folder.source import FolderSource
from newsfolio.listings import asset_of
from tests.support.every_vendor import WRITERS
from tests.support.vendor_files import Written, history

HISTORY = history()


def read(folder: Path, written: Written) -> Bars:
    source = FolderSource(folder, told=vendor_words(written.vendor))
    return source.load([asset_of(written.ticker)])[written.ticker]


@pytest.mark.parametrize("name", WRITERS)
def test_a_file_is_read_as_what_it_is(tmp_path: Path, name: str) -> None:
    written = WRITERS[name](HISTORY)
    written.put(tmp_path)
    bars = read(tmp_path, written)
    assert [str(day.date()) for day in bars.frame.index] == list(written.days or HISTORY.days)
    assert bars.priced is written.priced
    assert bars.frame["close"].to_numpy() == pytest.approx(written.close, rel=written.tolerance)
    np.testing.assert_allclose(bars.frame["volume"], written.volume, rtol=2e-5)
    assert all(part in (*bars.notes, "")[0] for part in written.told), bars.notes
    assert bool(bars.doubts) == written.doubted, bars.doubts
    assert not (bars.frame["low"] > bars.frame["open"]).any()
    assert not (bars.frame["open"] > bars.frame["high"]).any()
