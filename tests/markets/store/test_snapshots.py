"""A run is repeated to the bit by what it read, after the store has moved on."""

from __future__ import annotations

import dataclasses
import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from backtests import paths
from backtests.records.result import Result, load
from markets.bars import COLUMNS, Bars, Priced
from markets.facts import made_up
from markets.reference.calendars import sessions_of
from markets.snapshot import Snapshot
from markets.store.parquet import StoredBars
from markets.store.price_store import Store
from markets.store.restatements import seal
from markets.store.snapshots import SnapshotSource, keep, snapshot_ids
from newsfolio import Asset, Facts
from newsfolio.errors import BrokenData, CommandError, MissingData, OutputError, UnknownName
from newsfolio.listings import asset_of
from tests.support.shell import Said, Shell

LINES = ("0700.HK", "9618.HK", "AAPL", "SPY")
OWN = '''
from newsfolio import Facts, Strategy, monthly

MOOD = Facts("mood", columns=("share",), where="Made up.")

class Mine(Strategy):
    """As much in Tencent as the table says."""
    universe = ("0700.HK", "AAPL")
    rebalance = monthly
    benchmark = "SPY"
    facts = (MOOD,)

    def weights(self, view):
        rows = view.facts("mood")
        share = float(rows["share"].iloc[-1]) if len(rows) else 0.5
        return {"0700.HK": share, "AAPL": 1 - share}
'''


def made(ticker: str, end: str = "2022-06-30", seed: int = 1) -> Bars:
    """Bars on the venue's sessions from 2021 on; a longer history begins with the shorter one."""
    every = sessions_of(asset_of(ticker).venue)
    days = every[(every >= np.datetime64("2021-01-04")) & (every <= np.datetime64(end))]
    chance = np.random.default_rng([seed, *ticker.encode()])
    steps = chance.normal(size=(3000, 2))[: len(days)]
    close = 100 * np.exp(np.cumsum(0.01 * steps[:, 0]))
    opened = close * np.exp(0.003 * steps[:, 1])
    frame = pd.DataFrame(
        {
            "open": opened, "high": np.maximum(opened, close) * 1.01,
            "low": np.minimum(opened, close) * 0.99, "close": close,
            "volume": 1e6 + 1000.0 * np.arange(len(days)), "dividend": 0.0, "split": 0.0,
        },
        index=pd.DatetimeIndex(days.astype("datetime64[ns]"), name="session"),
    )  # fmt: skip
    return Bars(ticker, frame[list(COLUMNS)], Priced.SPLITS, notes=(f"made with {seed}",))


def put(store: Store, bars: Bars, day: str = "2022-07-01") -> None:
    store.write(StoredBars(bars, date.fromisoformat(day), "yahoo", asset_of(bars.ticker).currency))


def halved(bars: Bars) -> Bars:
    """As after a split of 2:1 that came later."""
    frame = bars.frame.copy()
    frame[["open", "high", "low", "close"]] /= 2
    frame["volume"] *= 2
    return dataclasses.replace(bars, frame=frame)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "store")
    for ticker in LINES:
        put(store, made(ticker))
    return store


# --- versions ----------------------------------------------------------------------------------


def test_added_bars_make_no_version(store: Store) -> None:
    old = made("AAPL")
    put(store, made("AAPL", "2023-06-30"), "2023-07-01")
    assert store.versions("AAPL") == []
    stored = store.read("AAPL")
    assert stored is not None
    assert stored.changes == ()
    kept = store.find("AAPL", old.digest(), date(2022, 6, 30))
    assert kept is not None
    pd.testing.assert_frame_equal(kept.frame, old.frame, check_exact=True, check_freq=False)


def test_a_restated_figure_keeps_the_old_file_and_says_what_changed(store: Store) -> None:
    old = made("AAPL")
    frame = old.frame.copy()
    frame.loc[pd.Timestamp("2021-03-01"), "dividend"] = 0.25
    frame.loc[pd.Timestamp("2021-03-02"), "volume"] = np.nan
    frame = frame.drop(index=pd.Timestamp("2021-03-03"))
    put(store, dataclasses.replace(old, frame=frame), "2022-07-05")
    stored = store.read("AAPL")
    assert stored is not None
    (change,) = stored.changes
    assert (change.when, change.days, change.version) == (date(2022, 7, 5), 3, old.digest())
    cells = [(str(cell.day), cell.what, cell.old, cell.new) for cell in change.cells]
    volume = float(old.frame.loc[pd.Timestamp("2021-03-02"), "volume"])
    close = float(old.frame.loc[pd.Timestamp("2021-03-03"), "close"])
    assert cells == [
        ("2021-03-01", "dividend", 0.0, 0.25),
        ("2021-03-02", "volume", volume, None),
        ("2021-03-03", "bar", close, None),
    ]
    assert str(change) == "2022-07-05: 3 days restated, the dividend of 2021-03-01 was 0, now 0.25"
    assert [path.name for path in store.versions("AAPL")] == [f"AAPL.{old.digest()}.parquet"]
    kept = store.find("AAPL", old.digest(), old.last)
    assert kept is not None
    assert kept.frame["dividend"].sum() == 0.0


def test_changes_stay_when_bars_are_added_and_pile_up(store: Store) -> None:
    put(store, halved(made("AAPL")), "2022-07-05")
    put(store, halved(made("AAPL", "2022-07-29")), "2022-08-01")
    put(store, halved(halved(made("AAPL", "2022-07-29"))), "2022-08-02")
    stored = store.read("AAPL")
    assert stored is not None
    assert [str(change.when) for change in stored.changes] == ["2022-07-05", "2022-08-02"]
    assert stored.changes[0].days == len(made("AAPL").frame)
    assert len(stored.changes[0].cells) == 10
    assert len(store.versions("AAPL")) == 2


def test_versions_are_those_of_the_ticker(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for ticker in ("AAPL", "..", "A/B"):
        bars = dataclasses.replace(made("AAPL"), ticker=ticker)
        put_as = StoredBars(bars, date(2022, 7, 1), "yahoo", "USD")
        store.write(put_as)
        store.write(dataclasses.replace(put_as, bars=halved(bars)))
    (tmp_path / "versions" / f"AAPL.X.{'0' * 64}.parquet").write_bytes(b"of another")
    assert [len(store.versions(ticker)) for ticker in ("AAPL", "..", "A/B")] == [1, 1, 1]
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == ["versions"]
    assert store.tickers() == ["..", "A/B", "AAPL"]


def test_a_damaged_file_is_replaced_without_a_version(store: Store) -> None:
    store.path("AAPL").write_bytes(b"PAR1 nonsense PAR1")
    put(store, made("AAPL"))
    assert store.versions("AAPL") == []
    assert store.read("AAPL") is not None


# --- records -----------------------------------------------------------------------------------


def test_a_snapshot_gives_exactly_what_was_read(store: Store) -> None:
    bars = {ticker: made(ticker) for ticker in LINES[:2]}
    mood = Facts("mood", columns=("share",), text=("who",))
    table = made_up(
        mood, {"known": ["2021-02-01", "2021-03-01T12:30+00:00"], "who": ["a", "ü,\""],
               "share": [0.1, "nan"]},
    )  # fmt: skip
    read = Snapshot(bars, {"mood": table})
    keep(store, read, "yahoo")
    for ticker in LINES:
        put(store, halved(made(ticker, "2022-09-30")), "2022-10-01")
    watched: list[Asset] = []
    source = SnapshotSource(store, read.id, lambda lines: watched.extend(lines) or lines)
    again = source.load([asset_of(ticker) for ticker in LINES], [mood, Facts("x", ("y",))])
    assert (again.id, source.name, snapshot_ids(store)) == (read.id, "yahoo", [read.id])
    assert list(again) == [line.ticker for line in watched] == ["0700.HK", "9618.HK"]
    assert again["0700.HK"].notes == ("made with 1",)
    pd.testing.assert_frame_equal(again.facts["mood"].frame, table.frame)
    assert again.facts["mood"].instants == table.instants


def test_runs_day_by_day_do_not_copy_the_history(tmp_path: Path) -> None:
    store = Store(tmp_path)
    days = [f"2022-06-{day}" for day in (21, 22, 23, 24, 27, 28)]
    corrected = {}
    for day in days:
        put(store, made("AAPL", day), day)
        frame = made("AAPL", day).frame
        frame.loc[pd.Timestamp("2021-03-01"), "close"] = 90.0
        frame = frame.drop(index=pd.Timestamp("2021-03-02"))
        read = Snapshot({"AAPL": dataclasses.replace(made("AAPL"), frame=frame)})
        keep(store, read, "yahoo")
        corrected[read.id] = read
    assert len(corrected) == 6
    assert store.versions("AAPL") == []
    for snapshot, read in corrected.items():
        again = SnapshotSource(store, snapshot).load([asset_of("AAPL")])
        assert again["AAPL"].digest() == read["AAPL"].digest()


def test_a_line_that_another_process_replaced_meanwhile_is_kept_whole(tmp_path: Path) -> None:
    store = Store(tmp_path)
    read = Snapshot({"AAPL": made("AAPL", seed=2)})
    keep(store, read, "yahoo")
    put(store, made("AAPL", seed=3))
    assert SnapshotSource(store, read.id).load([asset_of("AAPL")])["AAPL"].digest() == (
        read["AAPL"].digest()
    )
    assert len(store.versions("AAPL")) == 1


def test_what_is_gone_is_named(store: Store) -> None:
    read = Snapshot({ticker: made(ticker) for ticker in LINES})
    keep(store, read, "yahoo")
    put(store, halved(made("AAPL")))
    store.versions("AAPL")[0].unlink()
    source = SnapshotSource(store, read.id)
    with pytest.raises(MissingData, match=rf"AAPL: .* no longer has .*{read.id}.*without"):
        source.load([asset_of("AAPL")])
    store.path("SPY").write_bytes(b"")
    with pytest.raises(BrokenData, match=r"SPY\.parquet is damaged"):
        source.load([asset_of("SPY")])
    assert list(source.load([asset_of("0700.HK")])) == ["0700.HK"]


def test_a_record_with_any_byte_flipped_is_refused_or_says_the_same(store: Store) -> None:
    read = Snapshot({"AAPL": made("AAPL")})
    keep(store, read, "yahoo")
    path = store.folder / "snapshots" / f"{read.id}.json"
    whole = path.read_bytes()
    refused = 0
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        try:
            line = SnapshotSource(store, read.id).load([asset_of("AAPL")])["AAPL"]
        except BrokenData:
            refused += 1
        else:
            assert (line.digest(), line.notes) == (read["AAPL"].digest(), read["AAPL"].notes)
    assert refused > 0.9 * len(whole)
    keep(store, read, "yahoo")
    assert path.read_bytes() == whole, "the next run heals it"


def test_a_record_with_other_figures_is_refused_whatever_its_seal(store: Store) -> None:
    read = Snapshot({"AAPL": made("AAPL")})
    keep(store, read, "yahoo")
    path = store.folder / "snapshots" / f"{read.id}.json"
    record = json.loads(path.read_text())
    record["lines"]["AAPL"]["cells"] = [["2021-03-01", "close", 1.0]]
    path.write_text(json.dumps(record | {"seal": seal(record)}))
    with pytest.raises(BrokenData, match=r"AAPL: .*to the bit"):
        SnapshotSource(store, read.id).load([asset_of("AAPL")])


def test_a_newer_record_is_not_replaced(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    read = Snapshot({"AAPL": made("AAPL")})
    monkeypatch.setattr("markets.store.snapshots.LAYOUT", 2)
    keep(store, read, "yahoo")
    monkeypatch.undo()
    before = (path := store.folder / "snapshots" / f"{read.id}.json").read_bytes()
    for use in (lambda: SnapshotSource(store, read.id).load([]), lambda: keep(store, read, "")):
        with pytest.raises(OutputError, match=r"newer newsfolio \(layout 2; this one reads 1\)"):
            use()
    assert path.read_bytes() == before


def test_a_table_that_was_altered_or_lost_is_refused(store: Store) -> None:
    mood = Facts("mood", columns=("share",))
    table = made_up(mood, {"known": ["2021-02-01"], "share": [0.5]})
    read = Snapshot({"AAPL": made("AAPL")}, {"mood": table})
    keep(store, read, "yahoo")
    path = store.folder / "snapshots" / f"{table.digest()}.json"
    path.write_text(path.read_text().replace("0.5", "0.6"))
    source = SnapshotSource(store, read.id)
    with pytest.raises(BrokenData, match=r"mood: the table .* is damaged"):
        source.load((), [mood])
    path.unlink()
    with pytest.raises(MissingData, match=r"mood: .* no longer has"):
        source.load((), [mood])


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "0" * 15, "0" * 17, "G" * 16, "0" * 64])
def test_what_is_no_id_is_refused(store: Store, name: str) -> None:
    with pytest.raises(CommandError, match="16 hex digits"):
        SnapshotSource(store, name)


def test_an_unknown_id_offers_the_nearest(store: Store) -> None:
    read = Snapshot({"AAPL": made("AAPL")})
    keep(store, read, "yahoo")
    near = read.id[:-1] + ("0" if read.id[-1] != "0" else "1")
    with pytest.raises(UnknownName, match=f"Did you mean {read.id}"):
        SnapshotSource(store, near)


# --- runs --------------------------------------------------------------------------------------


def played(shell: Shell, *more: str, data: str = "yahoo") -> Result:
    answer = ran(shell, *more, data=data)
    assert answer.code == 0, answer.err
    return load(Path(json.loads(answer.out)["runs"][0]["path"]))


def ran(shell: Shell, *more: str, data: str = "yahoo") -> Said:
    (shell.folder / "mine.py").write_text(OWN)
    return shell(
        "run", "mine.py:Mine", "--data", data, "--store", "store", "--engine", "kernel",
        "--placebos", "3", "--no-tearsheet", "--json", *more,
    )  # fmt: skip


def moved_on(shell: Shell, store: Store) -> None:
    """New bars, a split, other corrections and another table."""
    put(store, made("0700.HK", "2022-09-30"), "2022-10-01")
    put(store, made("9618.HK", "2022-09-30", seed=5), "2022-10-01")
    put(store, halved(made("AAPL", "2022-09-30")), "2022-10-01")
    put(store, made("SPY", "2022-09-30"), "2022-10-01")
    (store.folder / "corrections.csv").unlink()
    (shell.folder / "tables" / "mood.csv").write_text("known,share\n2021-06-01,0.9\n")


def test_a_run_is_repeated_to_the_bit(shell: Shell, store: Store) -> None:
    (store.folder / "corrections.csv").write_text(
        "ticker,day,what,value,of,reason\nAAPL,2021-05-05,close,123.4,,a test\n"
        "AAPL,2021-05-06,drop,,,a test\n"
    )
    (shell.folder / "tables").mkdir()
    (shell.folder / "tables" / "mood.csv").write_text("known,share\n2021-06-01,0.25\n")
    first = played(shell, "--offline", "--facts", "tables", "--out", "one")
    assert {ticker for ticker in ("0700.HK", "AAPL") if _corrected(first, ticker)} == {
        "0700.HK", "AAPL",
    }  # fmt: skip
    moved_on(shell, store)
    later = played(shell, "--offline", "--facts", "tables", "--out", "two")
    assert later.equity.iloc[:300].tolist() != first.equity.iloc[:300].tolist()
    snapshot = str(first.manifest["data"]["snapshot"])
    again = played(shell, "--snapshot", snapshot, "--out", "three")
    assert again.equity.to_numpy().tobytes() == first.equity.to_numpy().tobytes()
    pd.testing.assert_frame_equal(again.fills, first.fills, check_exact=True)
    assert again.manifest == first.manifest
    assert again.evaluation is not None


def _corrected(result: Result, ticker: str) -> bool:
    return any(ticker in note and "corrected" in note for note in result.manifest["notes"])


def test_other_lines_of_a_snapshot_are_said(shell: Shell, store: Store) -> None:
    (shell.folder / "tables").mkdir()
    (shell.folder / "tables" / "mood.csv").write_text("known,share\n2021-06-01,0.25\n")
    first = played(shell, "--offline", "--facts", "tables")
    snapshot = str(first.manifest["data"]["snapshot"])
    (shell.folder / "other.py").write_text(OWN.replace('"AAPL"', '"SPY"'))
    answer = shell(
        "run", "other.py:Mine", "--store", "store", "--engine", "kernel", "--no-verdict",
        "--no-tearsheet", "--json", "--snapshot", snapshot,
    )  # fmt: skip
    other = load(Path(json.loads(answer.out)["runs"][0]["path"]))
    assert other.manifest["data"]["snapshot"] in snapshot_ids(store)
    assert any(snapshot in note for note in other.manifest["notes"])
    assert not any(snapshot in note for note in first.manifest["notes"])


@pytest.mark.parametrize(
    ("more", "data", "says"),
    [
        (("--snapshot", "0123456789abcdef"), "sample", "--data yahoo"),
        (("--snapshot", "0123456789abcdef", "--facts", "."), "yahoo", "its own facts"),
        (("--snapshot", "0123456789abcdef"), "yahoo", "no snapshot called '0123456789abcdef'"),
        (("--snapshot", "latest"), "yahoo", "16 hex digits"),
    ],
)
def test_a_snapshot_that_cannot_be_is_refused(
    shell: Shell, more: tuple[str, ...], data: str, says: str
) -> None:
    answer = ran(shell, *more, data=data)
    assert (answer.code, says in answer.err) == (2, True), answer.err


def test_a_store_that_cannot_be_written_costs_a_warning(
    shell: Shell, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shell.folder / "tables").mkdir()
    (shell.folder / "tables" / "mood.csv").write_text("known,share\n2021-06-01,0.25\n")
    (store.folder / "snapshots").write_text("in the way")
    answer = ran(shell, "--offline", "--facts", "tables")
    assert answer.code == 0
    assert "this trial cannot be repeated with --snapshot" in answer.err
    assert json.loads(answer.out)["runs"]


def test_the_sample_is_not_remembered() -> None:
    source: Any = paths.open_source("sample")
    assert not hasattr(source, "remember")
