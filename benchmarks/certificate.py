"""How often the look-ahead certificate is wrong: `python benchmarks/certificate.py [seeds] [cuts]`.

Every strategy under tests/support/cheats runs on one made-up market a seed. What looks ahead counts
as caught only where a replay changed a decision, whatever its source reaches for; what reads, where
the watch saw it; what carries the future from run to run, or has two faces, where it is not
certified; what is honest must get a clean certificate. The declared reader's file holds later
prices: whoever declares a file answers for it, and the certificate lists it.
"""

from __future__ import annotations

import ast
import contextlib
import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))  # started as a file, it sees its own folder

from backtests import strategy_loader
from backtests.evaluation.lookahead.certificate import Replaying, certify
from backtests.evaluation.schema import Certificate, Honesty
from backtests.settings import Settings
from markets.bars import COLUMNS, Bars, Priced
from markets.reference.calendars import sessions_of
from markets.snapshot import Snapshot, with_own_rows
from newsfolio.assets import NEW_YORK
from newsfolio.listings import asset_of
from newsfolio.trees import facts_of

CHEATS = Path(__file__).parent.parent / "tests" / "support" / "cheats"
FRAMES = ("FullSampleZscore", "CentredWindow", "TomorrowsOpen", "FutureUniverse", "FutureListings",
          "ResampleLabel", "BackfilledMacro", "BufferPeek", "FirstDay")  # fmt: skip
MEMORY = ("Collector", "Referrers", "Traceback", "CurrentFrames", "Stack", "Patched", "Profiled",
          "Rarely")  # fmt: skip
CARRIED = ("OnTheClass", "InBuiltins", "InTheEnvironment", "InAFile", "Loser", "WeakControl",
           "WeakBenchmark")  # fmt: skip
FILES = ("files:Reader", "files:StoreReader", "files:ThreadReader", "at_import:AtImport",
         "network:Network", "process:Process", "pieces:Pieces", "hidden_files:Descriptor",
         "hidden_files:Mapped", "hidden_files:Numbers", "hidden_files:Database",
         "hidden_files:Names", "hidden_files:OwnTail", "hidden_files:Link",
         "hidden_files:DeadEnd", "hidden_files:Filled", "roundabout:Roundabout",
         "roundabout:Attached", "roundabout:Libcurl")  # fmt: skip
HONEST = ("honest", "libraries", "oddities")
UNDECLARED = {"Riskfolio": "riskfolio", "Cvxportfolio": "cvxportfolio"}
"""Strategies on libraries that nothing here needs otherwise, run where they are installed."""
"""Files of honest strategies."""

BASES = ("Base", "LibraryUser", "SetOrder")
"""Classes there that are none: two have no rule, one is not the same in two processes."""

LINES = ("SPY", "QQQ", "KWEB", "TLT", "SMH", "XPEV", "LI", "NIO", "^TNX")
BITS = "01" * 18
"""A month each."""

WINDOW = ("2019-01-02", "2021-12-31")


def made_up(seed: int) -> Mapping[str, Bars]:
    """Random walks with a common factor from 2017, or from a line's listing."""
    rng = np.random.default_rng(seed)
    sessions = sessions_of(NEW_YORK)
    inside = (sessions >= np.datetime64("2017-01-03")) & (sessions <= np.datetime64(WINDOW[1]))
    days = pd.DatetimeIndex(sessions[inside].astype("datetime64[ms]"), name="session")
    factor = rng.normal(0.0003, 0.009, len(days))
    return {ticker: _line(rng, ticker, days, factor) for ticker in LINES}


def _line(
    rng: np.random.Generator, ticker: str, days: pd.DatetimeIndex, factor: np.ndarray
) -> Bars:
    level = ticker.startswith("^")
    steps = factor * rng.uniform(0.5, 1.5) + rng.normal(0, 0.012, len(days))
    close = rng.uniform(20, 200) * np.exp(np.cumsum(steps))
    opened = close * np.exp(rng.normal(0, 0.005, len(days)))
    table = {
        "open": opened, "high": np.maximum(opened, close), "low": np.minimum(opened, close),
        "close": close, "volume": rng.integers(10**6, 10**7, len(days)).astype(float),
        "dividend": np.zeros(len(days)), "split": np.zeros(len(days)),
    }  # fmt: skip
    frame = pd.DataFrame(table, index=days)[list(COLUMNS)]
    listed = asset_of(ticker).listed
    return Bars(
        ticker,
        frame if listed is None else frame[frame.index >= pd.Timestamp(listed)],
        Priced.LEVEL if level else Priced.SPLITS,
    )


def certified(address: str, bars: Mapping[str, Bars], cuts: int, seed: int) -> Certificate:
    """As the command makes it."""
    strategy = strategy_loader.find(address)()
    settings = Settings(engine="kernel", start=WINDOW[0], end=WINDOW[1])  # type: ignore[arg-type]
    snapshot = with_own_rows(Snapshot(bars), facts_of(strategy))
    return certify(strategy, snapshot, settings, cuts=cuts, replaying=Replaying(seed))


def planted(folder: Path, bars: Mapping[str, Bars]) -> Path:
    """A folder with the cheats that read, and something for them to read."""
    for path in CHEATS.glob("*.py"):
        (folder / path.name).write_bytes(path.read_bytes())
    frame = bars["KWEB"].frame
    frame.to_csv(folder / "prices.csv")
    frame.to_parquet(folder / "KWEB.parquet")
    times = frame.index.astype("datetime64[ns]").astype("int64")
    np.column_stack([times, frame["close"]]).tofile(folder / "prices.bin")
    rows = [(str(day.date()), float(close)) for day, close in frame["close"].items()]
    with contextlib.closing(sqlite3.connect(folder / "prices.db")) as base:
        base.execute("create table prices (day, close)")
        base.executemany("insert into prices values (?, ?)", rows)
        base.commit()
    (folder / "bits.txt").write_text(BITS)
    (folder / "link").symlink_to(BITS)
    (folder / "days").mkdir()
    for day in frame.index[frame["close"].shift(-21) > frame["close"]]:
        (folder / "days" / f"up-{day.date()}").touch()
    return folder


def cases(folder: Path) -> Iterator[tuple[str, str, tuple[Honesty, ...]]]:
    """Kind, address, and the verdicts that are right."""
    uncertified = (Honesty.CHEATS, Honesty.UNCERTIFIABLE)
    for name in FRAMES:
        yield "looks ahead", f"{CHEATS / 'frames.py'}:{name}", (Honesty.CHEATS,)
    for name in MEMORY:
        yield "looks ahead", f"{CHEATS / 'process_memory.py'}:{name}", (Honesty.CHEATS,)
    yield "looks ahead", f"{CHEATS / 'memory.py'}:Memory", (Honesty.CHEATS,)
    for name in CARRIED:
        yield "carries", f"{CHEATS / 'carried.py'}:{name}", uncertified
    yield "carries", f"{CHEATS / 'process_memory.py'}:TwoFaced", uncertified
    for case in FILES:
        module, _, name = case.partition(":")
        yield "reads", f"{folder / module}.py:{name}", uncertified
    yield "honest", f"{folder / 'files.py'}:DeclaredReader", (Honesty.HONEST,)
    for file in HONEST:
        for name in classes_of(CHEATS / f"{file}.py"):
            if name in UNDECLARED and find_spec(UNDECLARED[name]) is None:
                print(f"{name} left out: pip install {UNDECLARED[name]}", file=sys.stderr)
            else:
                yield "honest", f"{CHEATS / file}.py:{name}", (Honesty.HONEST,)


def classes_of(path: Path) -> list[str]:
    """The strategies of a file, by their names."""
    classes = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.ClassDef)]
    ends = ("Strategy", "Base", "LibraryUser")
    return [
        node.name for node in classes
        if node.name not in BASES and any(getattr(base, "id", "") in ends for base in node.bases)
    ]  # fmt: skip


def _watched(certificate: Certificate) -> bool:
    """Whether anything was seen to be opened; a line of source that gives it away is not enough."""
    return any(" uses " not in sentence for sentence in certificate.seen)


def main(seeds: int, cuts: int) -> None:
    wrong: dict[tuple[str, str], list[bool]] = {}
    for seed in range(seeds):
        bars = made_up(seed)
        with tempfile.TemporaryDirectory() as place:
            for kind, address, right in cases(planted(Path(place), bars)):
                certificate = certified(address, bars, cuts, seed)
                name = address.rpartition(":")[2]
                missed = certificate.honesty not in right or (
                    kind == "reads" and not _watched(certificate)
                )
                if missed:
                    why = f"{certificate.honesty.value}. {certificate.reason}"
                    print(f"{name}: {why}", file=sys.stderr)
                wrong.setdefault((kind, name), []).append(missed)
    print(f"{seeds} markets, {cuts} cuts; wrong verdicts")
    for (kind, name), rows in wrong.items():
        print(f"{kind:12} {name:18} {sum(rows):>4} of {len(rows)}")
    for kind in ("looks ahead", "carries", "reads", "honest"):
        rows = [row for (of, _), rows in wrong.items() if of == kind for row in rows]
        print(f"{kind:12} {'all':18} {sum(rows):>4} of {len(rows)}  {sum(rows) / len(rows):.2%}")


if __name__ == "__main__":
    given = [int(text) for text in sys.argv[1:]]
    main(*(given + [20, 3][len(given) :]))
