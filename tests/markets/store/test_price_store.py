"""The store keeps what it was given, whole, whatever happens to its writers and its files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from backtests.commands.data_text import status_row
from markets.bars import Priced
from markets.store.price_store import Store
from newsfolio.errors import BrokenData, CommandError, MissingData, OutputError
from tests.support.stored_bars import same, stored

ROOT = Path(__file__).parents[3]


def test_reads_back_what_was_written(tmp_path: Path) -> None:
    before = stored()
    Store(tmp_path / "made" / "late").write(before)
    after = Store(tmp_path / "made" / "late").read("AAPL")
    assert after is not None
    same(after.bars.frame, before.bars.frame)
    assert after.bars.frame["dividend"].iloc[1] == 0.30000000000000004
    assert (after.bars.ticker, after.bars.priced) == ("AAPL", Priced.SPLITS)
    assert after.bars.notes == ("a note with “quotes”", "another")
    assert (after.retrieved, after.source, after.currency) == (date(2025, 2, 21), "yahoo", "USD")


def test_the_file_describes_itself(tmp_path: Path) -> None:
    Store(tmp_path).write(stored())
    header = json.loads(pq.read_schema(tmp_path / "AAPL.parquet").metadata[b"newsfolio"])
    assert header["schema"] == 2
    assert header["priced"] == "splits"
    assert header["retrieved"] == "2025-02-21"
    assert (header["source"], header["currency"]) == ("yahoo", "USD")


def test_the_same_bars_make_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        Store(tmp_path / name).write(stored())
    first, second = ((tmp_path / name / "AAPL.parquet").read_bytes() for name in ("one", "two"))
    assert first == second


def test_nothing_stored_is_none(tmp_path: Path) -> None:
    store = Store(tmp_path / "nowhere")
    assert store.read("AAPL") is None
    assert store.absent("AAPL") is None
    assert store.tickers() == []
    assert not (tmp_path / "nowhere").exists()


ODD = ["^GSPC", "HKD=X", "9988.HK", "BRK-B", "..", "../up", "a/b\\c", "~", "%41", "É 1", "\x00"]


@pytest.mark.parametrize("ticker", ODD)
def test_an_odd_ticker_stays_in_the_folder(tmp_path: Path, ticker: str) -> None:
    store = Store(tmp_path / "store")
    store.write(stored(ticker))
    assert store.path(ticker).resolve().parent == (tmp_path / "store").resolve()
    assert [path.name for path in tmp_path.iterdir()] == ["store"]
    assert store.tickers() == [ticker]
    kept = store.read(ticker)
    assert kept is not None
    assert kept.bars.ticker == ticker


def test_file_names_are_plain(tmp_path: Path) -> None:
    store = Store(tmp_path)
    names = [store.path(ticker).name for ticker in ("^GSPC", "HKD=X", "9988.HK")]
    assert names == ["%5EGSPC.parquet", "HKD%3DX.parquet", "9988.HK.parquet"]
    with pytest.raises(CommandError, match="ticker"):
        store.read("")


def test_every_ticker_is_listed_once(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for ticker in ("MSFT", "^HSI", "0700.HK", "MSFT"):
        store.write(stored(ticker))
    store.write_absent("NOPE", date(2025, 2, 21))
    assert store.tickers() == ["0700.HK", "MSFT", "^HSI"]


def test_absence_is_remembered_until_bars_come(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write_absent("AAPL", date(2025, 2, 21))
    assert store.absent("AAPL") == date(2025, 2, 21)
    assert store.read("AAPL") is None
    store.write(stored())
    assert store.absent("AAPL") is None


def broken(store: Store) -> str:
    with pytest.raises(BrokenData) as caught:
        store.read("AAPL")
    return str(caught.value)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"Date,Close\n2025-02-21,1\n", b"\0" * 5000])
def test_a_foreign_file_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "AAPL.parquet").write_bytes(content)
    message = broken(Store(tmp_path))
    assert str(tmp_path / "AAPL.parquet") in message
    assert "delete it" in message


def test_a_parquet_file_of_somebody_else_is_named(tmp_path: Path) -> None:
    pq.write_table(pa.table({"Close": [1.0, 2.0]}), tmp_path / "AAPL.parquet")
    assert "not written by this program" in broken(Store(tmp_path))


def test_a_renamed_file_is_refused(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write(stored("MSFT"))
    store.path("MSFT").rename(store.path("AAPL"))
    assert "holds MSFT, not AAPL" in broken(store)


def rewrite(path: Path, **changes: object) -> None:
    table = pq.read_table(path)
    header = json.loads(table.schema.metadata[b"newsfolio"]) | changes
    pq.write_table(table.replace_schema_metadata({"newsfolio": json.dumps(header)}), path)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"schema": 1}, "has layout 1, this version reads 2"),
        ({"priced": "by magic"}, "damaged"),
        ({"priced": "level"}, "not the one that was written"),
        ({"retrieved": "2035-02-21"}, "not the one that was written"),
        ({"retrieved": "yesterday"}, "damaged"),
        ({"notes": None}, "damaged"),
    ],
)
def test_a_header_that_lies_is_refused(
    tmp_path: Path, changes: dict[str, object], says: str
) -> None:
    store = Store(tmp_path)
    store.write(stored())
    rewrite(store.path("AAPL"), **changes)
    message = broken(store)
    assert says in message
    assert "delete it" in message


def test_a_file_of_a_newer_version_is_named_and_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path)
    monkeypatch.setattr("markets.store.parquet.SCHEMA", 3)
    store.write(stored())
    monkeypatch.undo()
    before = store.path("AAPL").read_bytes()
    for use in (lambda: store.read("AAPL"), lambda: store.write(stored())):
        with pytest.raises(OutputError, match=r"AAPL\.parquet is of a newer newsfolio \(layout 3"):
            use()
    assert store.path("AAPL").read_bytes() == before
    assert "newer newsfolio" in status_row(store, "AAPL")["damage"]


def test_bars_that_were_exchanged_are_refused(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write(stored())
    table = pq.read_table(store.path("AAPL"))
    place = table.schema.get_field_index("close")
    other = pa.array([10.5, 10.5, 10.6])
    pq.write_table(table.set_column(place, "close", other), store.path("AAPL"))
    assert "not those that were written" in broken(store)


def test_a_file_cut_anywhere_is_refused(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write(stored(rows=200))
    whole = store.path("AAPL").read_bytes()
    for length in range(0, len(whole), len(whole) // 40):
        store.path("AAPL").write_bytes(whole[:length])
        broken(store)


def test_a_flipped_byte_never_gives_other_prices(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write(stored(rows=200))
    whole = bytearray(store.path("AAPL").read_bytes())
    refused = 0
    for place in range(4, len(whole), len(whole) // 120):
        flipped = whole.copy()
        flipped[place] ^= 0x10
        store.path("AAPL").write_bytes(flipped)
        try:
            kept = store.read("AAPL")
        except BrokenData:
            refused += 1
            continue
        assert kept is not None
        same(kept.bars.frame, stored(rows=200).bars.frame)
    assert refused > 60


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    store = Store(tmp_path)
    store.write(stored(scale=1.0))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, step, full)
        with pytest.raises(OutputError, match="No space left on device"):
            store.write(stored(scale=2.0))
    old = store.read("AAPL")
    assert old is not None
    assert old.bars.frame["close"].tolist() == [10.5, 10.5, 10.5]
    assert store.tickers() == ["AAPL"]
    store.write(stored(scale=2.0))
    new = store.read("AAPL")
    assert new is not None
    assert new.bars.frame["close"].tolist() == [21.0, 21.0, 21.0]
    assert not list(tmp_path.glob("*.tmp"))


KILLED = """
import os, random, signal, sys, time
from pathlib import Path
from markets.store.price_store import Store
from tests.support.stored_bars import stored

store, chance = Store(Path(sys.argv[1])), random.Random(7)
tries = ["fsync", "replace", "fsync", "replace"] + [""] * 8
for number, step in enumerate(tries):
    ticker = f"T{number}"
    heard, said = os.pipe()
    child = os.fork()
    if not child:
        store.write(stored(ticker, 1.0, 3000))
        if step:
            setattr(os, step, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
        os.write(said, b"!")
        while True:
            for scale in (2.0, 1.0):
                store.write(stored(ticker, scale, 3000))
    os.read(heard, 1)
    if not step:
        time.sleep(chance.uniform(0.0, 0.08))
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
print(len(tries))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
def test_a_killed_writer_leaves_a_whole_file(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path)],
        env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stdout.strip()) == (0, "12"), ran.stderr
    store = Store(tmp_path, patience=1.0)
    assert len(store.tickers()) == 12
    assert list(tmp_path.glob("*.tmp")), "no writer was caught in the middle"
    for ticker in store.tickers():
        kept = store.read(ticker)
        assert kept is not None
        assert len(kept.bars.frame) == 3000
        assert kept.bars.frame["close"].unique().tolist() in ([10.5], [21.0])
        store.write(stored(ticker))
    assert not list(tmp_path.glob("*.tmp"))


def test_another_writer_is_waited_for(tmp_path: Path) -> None:
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with Store(tmp_path).locked("AAPL"):
            held.set()
            done.wait(10)

    other = threading.Thread(target=hold)
    other.start()
    held.wait(10)
    try:
        with pytest.raises(MissingData, match=r"AAPL: another process has held .*run again"):
            Store(tmp_path, patience=0.1).write(stored())
        Store(tmp_path, patience=0.1).write(stored("MSFT"))
    finally:
        done.set()
        other.join()
    Store(tmp_path, patience=0.1).write(stored())


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="file"):
        Store(tmp_path / "file" / "store").write(stored())
