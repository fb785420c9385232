"""Volumes in shares, hundreds or thousands, told by the turnover beside them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from markets.bars import Bars
from markets.folder.formats.catalogue import vendor_words
from markets.folder.source import FolderSource
from newsfolio.errors import BrokenData
from newsfolio.listings import asset_of
from tests.support import mainland_files, vendor_files
from tests.support.every_vendor import WRITERS
from tests.support.vendor_files import history, table


def read(folder: Path, ticker: str) -> Bars:
    return FolderSource(folder).load([asset_of(ticker)])[ticker]


def put(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "lot"),
    [(name, lot) for name in ("akshare", "akshare-sina", "tushare") for lot in (1, 100, 1000)
     if (name, lot) != ("tushare", 1000)],
)  # fmt: skip
def test_the_unit_of_volume_is_told_by_the_turnover(tmp_path: Path, name: str, lot: int) -> None:
    """Whatever the vendor's account of it."""
    of = history(paid={}, splits={})
    usual = {"akshare": 100, "akshare-sina": 1, "tushare": 100}[name]
    written = WRITERS[name](dataclasses.replace(of, volume=of.volume * usual / lot))
    right = WRITERS[name](of).content.decode().splitlines()
    lines = written.content.decode().splitlines()
    place = lines[0].split(",").index({"akshare": "成交额"}.get(name, "amount"))
    rows = [line.split(",") for line in lines[1:]]
    for row, good in zip(rows, right[1:], strict=True):
        row[place] = good.split(",")[place]
    put(tmp_path, written.name, "\n".join([lines[0], *map(",".join, rows)]))
    bars = read(tmp_path, written.ticker)
    np.testing.assert_allclose(bars.frame["volume"], of.volume, rtol=2e-3)
    assert (f"lots of {lot}, told by the turnover" in bars.notes[0]) == (lot > 1)


def test_a_volume_whose_unit_changes_is_refused(tmp_path: Path) -> None:
    of = history(40, paid={}, splits={})
    volume = np.where(np.arange(40) < 20, of.volume, of.volume / 100)
    lines = mainland_files.akshare_sina(dataclasses.replace(of, volume=volume)).content.decode()
    good = mainland_files.akshare_sina(of).content.decode().splitlines()
    rows = [line.split(",") for line in lines.splitlines()[1:]]
    for row, line in zip(rows, good[1:], strict=True):
        row[6] = line.split(",")[6]
    put(tmp_path, "sh600519.csv", "\n".join([good[0], *map(",".join, rows)]))
    with pytest.raises(BrokenData, match=r"line \d+: 2026-\d\d-\d\d, volume counts 1"):
        read(tmp_path, "600519.SS")


def test_hong_kong_from_tushare_counts_shares_and_dollars(tmp_path: Path) -> None:
    of = history(paid={}, splits={})
    rows = [
        ("00700.HK", vendor_files.compact(day), close, close + 1, close - 1, close, f"{shares:.0f}",
         f"{shares * close:.1f}")
        for day, close, shares in zip(of.days, of.close, of.volume, strict=True)
    ]  # fmt: skip
    put(tmp_path, "00700.HK.csv", table("ts_code,trade_date,open,high,low,close,vol,amount", rows))
    np.testing.assert_allclose(read(tmp_path, "0700.HK").frame["volume"], of.volume)


def test_a_turnover_whose_unit_is_not_the_vendors_is_refused(tmp_path: Path) -> None:
    """In yuan and shares where tushare has thousands and lots: one of two units is another."""
    lines = mainland_files.tushare(history(paid={}, splits={})).content.decode().splitlines()
    rows = [line.split(",") for line in lines[1:]]
    for row in rows:
        row[-1], row[-2] = f"{float(row[-1]) * 1000}", f"{float(row[-2]) * 100}"
    put(tmp_path, "600519.SH.csv", "\n".join([lines[0], *map(",".join, rows)]))
    with pytest.raises(BrokenData, match=r"line \d+: .*turnover is 1000 times"):
        read(tmp_path, "600519.SS")


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("coarse", ["rounded", "rounded at first", "another currency"])
def test_a_coarse_turnover_or_one_in_other_money_proves_no_adjustment(
    tmp_path: Path, coarse: str, seed: int
) -> None:
    """Raw prices with a dividend are never taken for a total return by it."""
    of = history(60, seed, paid={30: 1.5}, splits={})
    written = mainland_files.akshare_sina(of)
    lines = written.content.decode().splitlines()
    rows = [line.split(",") for line in lines[1:]]
    noise = np.random.default_rng(seed).normal(0, 0.06, len(rows))
    noise[30 if coarse == "rounded at first" else len(rows) :] = 0.0
    for row, off in zip(rows, noise, strict=True):
        row[6] = str(float(row[6]) * (7.8 if coarse == "another currency" else np.exp(off)))
    put(tmp_path, written.name, "\n".join([lines[0], *map(",".join, rows)]))
    with pytest.raises(BrokenData, match="do not say what its prices are adjusted for"):
        read(tmp_path, written.ticker)


def test_prices_far_from_their_turnover_are_not_as_traded(tmp_path: Path) -> None:
    """tushare's pro_bar(adj='hfq') over months without a dividend: seven times the price."""
    of = history(paid={}, splits={})
    written = mainland_files.tushare(of)
    header, *lines = written.content.decode().splitlines()
    rows = [line.split(",") for line in lines]
    places = [
        header.split(",").index(name) for name in ("open", "high", "low", "close", "pre_close")
    ]
    for row in rows:
        for place in places:
            row[place] = f"{7 * float(row[place]):.2f}"
    put(tmp_path, written.name, "\n".join([header, *map(",".join, rows)]))
    with pytest.raises(BrokenData, match=r"--vendor raw.*--vendor full.*Say which"):
        read(tmp_path, written.ticker)
    bars = FolderSource(tmp_path, told=vendor_words("full")).load([asset_of(written.ticker)])
    np.testing.assert_allclose(bars[written.ticker].frame["close"], 7 * of.close, rtol=1e-3)
