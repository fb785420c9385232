"""How often the look-ahead certificate is wrong: `python benchmarks/certificate.py [seeds] [cuts]`.

Every strategy under tests/support/cheats runs on one made-up market a seed. What looks ahead counts
as caught only where a replay changed a decision, whatever its source reaches for; what reads, where
the watch saw it; what is honest must get a clean certificate. The declared reader's file holds
later prices: whoever declares a file answers for it, and the certificate lists it.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from backtests import strategy_loader
from backtests.evaluation.lookahead.access_audit import AccessAudit
from backtests.evaluation.lookahead.certificate import Replaying, certify
from backtests.evaluation.schema import Certificate, Honesty
from backtests.settings import Settings
from markets.bars import COLUMNS, Bars, Priced
from markets.reference.calendars import sessions_of
from markets.snapshot import Snapshot
from newsfolio.assets import NEW_YORK
from newsfolio.listings import asset_of

CHEATS = Path(__file__).parent.parent / "tests" / "support" / "cheats"
FRAMES = ("FullSampleZscore", "CentredWindow", "TomorrowsOpen", "FutureUniverse", "FutureListings",
          "ResampleLabel", "BackfilledMacro", "BufferPeek", "FirstDay")  # fmt: skip
FILES = ("files:Reader", "files:StoreReader", "files:ThreadReader", "at_import:AtImport",
         "network:Network", "process:Process")  # fmt: skip
HONEST = ("Hysteresis", "HeldDependent", "LateImport", "Cached", "Dice", "Band", "LateListings",
          "Listed", "Signal")  # fmt: skip
LINES = ("SPY", "QQQ", "KWEB", "TLT", "SMH", "XPEV", "LI", "NIO", "^TNX")
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
    """As the command makes it: watched from the import on."""
    watch = AccessAudit()
    watch.start()
    try:
        strategy = strategy_loader.find(address)()
        settings = Settings(engine="kernel", start=WINDOW[0], end=WINDOW[1])  # type: ignore[arg-type]
        return certify(
            strategy, Snapshot(bars), settings, cuts=cuts, watch=watch, replaying=Replaying(seed)
        )
    finally:
        watch.stop()


def planted(folder: Path, bars: Mapping[str, Bars]) -> Path:
    """A folder with the cheats that read, and something for them to read."""
    for path in CHEATS.glob("*.py"):
        (folder / path.name).write_bytes(path.read_bytes())
    bars["KWEB"].frame.to_csv(folder / "prices.csv")
    bars["KWEB"].frame.to_parquet(folder / "KWEB.parquet")
    return folder


def cases(folder: Path) -> Iterator[tuple[str, str, tuple[Honesty, ...]]]:
    """Kind, address, and the verdicts that are right."""
    for name in FRAMES:
        yield "looks ahead", f"{CHEATS / 'frames.py'}:{name}", (Honesty.CHEATS,)
    yield "looks ahead", f"{CHEATS / 'memory.py'}:Memory", (Honesty.CHEATS,)
    for case in FILES:
        module, _, name = case.partition(":")
        right = (Honesty.CHEATS, Honesty.UNCERTIFIABLE)
        yield "reads", f"{folder / module}.py:{name}", right
    yield "honest", f"{folder / 'files.py'}:DeclaredReader", (Honesty.HONEST,)
    for name in HONEST:
        yield "honest", f"{CHEATS / 'honest.py'}:{name}", (Honesty.HONEST,)


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
                wrong.setdefault((kind, name), []).append(missed)
    print(f"{seeds} markets, {cuts} cuts; wrong verdicts")
    for (kind, name), rows in wrong.items():
        print(f"{kind:12} {name:18} {sum(rows):>4} of {len(rows)}")
    for kind in ("looks ahead", "reads", "honest"):
        rows = [row for (of, _), rows in wrong.items() if of == kind for row in rows]
        print(f"{kind:12} {'all':18} {sum(rows):>4} of {len(rows)}  {sum(rows) / len(rows):.2%}")


if __name__ == "__main__":
    given = [int(text) for text in sys.argv[1:]]
    main(*(given + [20, 3][len(given) :]))
