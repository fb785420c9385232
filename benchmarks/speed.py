"""How fast newsfolio is, beside its peers: `python benchmarks/speed.py --help`.

The peers (bt, vectorbt, backtrader by hand, plain pandas) may live in an interpreter of their own,
`--peer-python`; one that cannot be imported there is left out by name. docs/speed.md says what is
measured.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))  # started as a file, it sees its own folder

from benchmarks.peers import made
from benchmarks.peers.commits import home_at
from benchmarks.peers.crew import CLOCK, Home, NotHere, Tool, clocked, in_turns, tool
from benchmarks.peers.panel import Floats
from benchmarks.peers.report import machine, markdown, written

OURS = "with_newsfolio"
THEN = "then"
PEERS = ("plain_pandas", "with_vectorbt", "with_bt", "with_backtrader")
WORKS = ("equal", "top", "inverse")
COLUMNS = {
    "newsfolio": (OURS, ""),
    "newsfolio, weights at once": (OURS, "batch-"),
    "newsfolio, backtrader engine": (OURS, "engine-"),
    "plain pandas": ("plain_pandas", ""),
    "vectorbt": ("with_vectorbt", ""),
    "vectorbt, Rust engine": ("with_vectorbt", "rust-"),
    "bt": ("with_bt", ""),
    "backtrader": ("with_backtrader", ""),
    "backtrader, tuned": ("with_backtrader", "tuned-"),
    "backtrader, filled": ("with_backtrader", "filled-"),
}
"""What stands in the tables, and the tool and work behind it."""

Command = tuple[Home, tuple[str, ...]]

COLD = ("with_backtrader",)
"""Tools whose first call costs no more than the next."""

TOLERANCE = 1e-6
"""Relative, of any close's equity: backtrader keeps a billionth in cash, so that none is short."""


@dataclass(frozen=True)
class Size:
    """How much is measured; `few` sets stand for all of them where a tool needs minutes."""

    sessions: int = 2520
    sets: int = 1000
    few: Mapping[str, int] = dataclasses.field(
        default_factory=lambda: {"with_bt": 20, "with_backtrader": 4}
    )
    turns: int = 7
    least: float = 0.2
    budget: float = 20.0
    many: tuple[int, int] = (500, 5040)
    placebos: int = 200
    lines: tuple[int, ...] = (10, 20, 40, 80, 160)
    spans: tuple[int, ...] = (630, 1260, 2520, 5040)
    schedules: tuple[str, ...] = ("yearly", "quarterly", "monthly", "weekly", "daily")
    swept: tuple[int, ...] = (50, 100, 200, 400)


SMOKE = Size(
    sessions=200, sets=20, few={"with_bt": 2, "with_backtrader": 1}, turns=1, least=0.0,
    many=(20, 200), placebos=5, lines=(5, 10), spans=(150, 200), schedules=("monthly", "weekly"),
    swept=(10, 20),
)  # fmt: skip


@dataclass(frozen=True)
class Bench:
    """Where the data lie, whose interpreter the peers have, and how much is measured.

    then: newsfolio at an earlier commit, and the commit.
    """

    folder: Path
    peer_python: str
    size: Size
    then: tuple[str, Home] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Tools that are asked for."""
        return (OURS, *((THEN,) if self.then else ()), *PEERS)

    @property
    def columns(self) -> Mapping[str, tuple[str, str]]:
        """COLUMNS, and those of newsfolio at the earlier commit."""
        ours = {label: prefix for label, (name, prefix) in COLUMNS.items() if name == OURS}
        before = {f"{label}, at {self.then[0]}": (THEN, prefix)
                  for label, prefix in ours.items()} if self.then else {}  # fmt: skip
        return {**COLUMNS, **before}

    def home(self, name: str) -> Home:
        if name == THEN and self.then:
            return self.then[1]
        return Home(sys.executable if name == OURS else self.peer_python, name)


def main(arguments: Sequence[str] | None = None) -> None:
    chosen = _options(arguments)
    if chosen.processor_time:
        os.environ[CLOCK] = "process_time"
    size = SMOKE if chosen.smoke else Size(turns=chosen.turns)
    with tempfile.TemporaryDirectory() as place, tempfile.TemporaryDirectory() as past:
        commit = chosen.against
        then = (commit, home_at(commit, OURS, Path(past))) if commit else None
        bench = Bench(Path(place), chosen.peer_python, size, then)
        report = measured(bench, chosen.parts, chosen.note)
    text = markdown(report)
    print(text)
    if chosen.json:
        chosen.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    if chosen.write:
        written(text, chosen.write)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="all of it, small, in seconds")
    parser.add_argument("--turns", type=int, default=Size.turns, help="interleaved repeats")
    parser.add_argument("--processor-time", action="store_true", help="for a machine that is busy")
    parser.add_argument("--peer-python", default=os.environ.get("PEER_PYTHON", sys.executable))
    parser.add_argument("--against", help="newsfolio at this commit too, in its own environment")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--note", default="", help="what a reader must know of this run")
    parser.add_argument("--write", type=Path, help="put the tables into this Markdown file")
    parser.add_argument("--json", type=Path, help="write all figures there")
    return parser.parse_args(arguments)


def measured(bench: Bench, parts: Iterable[str], note: str = "") -> dict[str, Any]:
    """Everything asked for, as JSON can hold it."""
    made.sample_panel(bench.size.sessions, bench.folder).save()
    report: dict[str, Any] = {
        "when": datetime.now(UTC).isoformat(timespec="minutes"),
        "machine": machine(),
        "note": note,
        "size": dataclasses.asdict(bench.size),
    }
    with ExitStack() as stack:
        tools, skipped = _present(bench, stack)
        report["skipped"] = skipped
        report["versions"] = {name: tool.hello["versions"] for name, tool in tools.items()}
        for part in parts:
            began = time.perf_counter()
            report |= PARTS[part](bench, tools)
            print(f"{part}: {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    return report


def _present(bench: Bench, stack: ExitStack) -> tuple[dict[str, Tool], dict[str, str]]:
    """The tools that can be had, and why the others cannot."""
    tools, skipped = {}, {}
    for name in bench.names:
        try:
            tools[name] = stack.enter_context(tool(bench.home(name), bench.folder))
        except NotHere as error:
            skipped[name] = str(error)
    return tools, skipped


def _columns(bench: Bench, tools: Mapping[str, Tool], work: str) -> dict[str, tuple[Tool, str]]:
    """Who can do a work, by the label of its column."""
    return {
        label: (tools[name], prefix + work)
        for label, (name, prefix) in bench.columns.items()
        if name in tools and prefix + work in tools[name].hello["works"]
    }


# One run.


def runs(bench: Bench, tools: Mapping[str, Tool]) -> dict[str, Any]:
    medians = {}
    for work in WORKS:
        asked = _columns(bench, tools, work)
        for label, (peer, name) in asked.items():
            if bench.columns[label][0] not in COLD:
                peer.ask(name)  # what is compiled or worked out once does not count
        medians[work] = in_turns(asked, bench.size.turns, bench.size.budget, least=bench.size.least)
    return {"runs": medians}


def starts(bench: Bench, _: Mapping[str, Tool]) -> dict[str, Any]:
    """Import, first run and peak memory of the monthly equal weight, in fresh processes."""
    medians = {}
    for label, (name, prefix) in bench.columns.items():
        try:
            with tool(bench.home(name), bench.folder) as fresh:
                if prefix + "equal" in fresh.hello["works"]:
                    answer = fresh.ask(prefix + "equal")
                    spent = {"import": fresh.hello["import"], "first": answer["seconds"][0]}
                    medians[label] = {**spent, "memory": answer["peak"]}
        except NotHere:
            continue
    return {"starts": medians}


def agreement(bench: Bench, tools: Mapping[str, Tool]) -> dict[str, Any]:
    """The largest relative difference of an equity to plain pandas', without costs and lots."""
    panel = made.sample_panel(bench.size.sessions, bench.folder)
    free = bench.folder / "free"
    free.mkdir()
    dataclasses.replace(panel, fee=0.0, folder=free).save()
    gaps: dict[str, dict[str, float]] = {work: {} for work in WORKS}
    curves: dict[tuple[str, str], Floats] = {}
    for name in tools:
        with tool(bench.home(name), free) as fresh:
            for work in WORKS:
                for label, asked in _comparable(bench, name, work, fresh.hello["works"]):
                    fresh.ask(asked, save=True)
                    curves[work, label] = np.load(free / f"{bench.home(name).module}-{asked}.npy")
    for (work, label), curve in curves.items():
        gaps[work][label] = float(np.abs(curve / curves[work, "plain pandas"] - 1).max())
    return {"agreement": gaps, "tolerance": TOLERANCE}


def _comparable(
    bench: Bench, name: str, work: str, works: Iterable[str]
) -> Iterator[tuple[str, str]]:
    """The columns of a tool whose equity can be compared, and what to ask for."""
    flat = "flat-" if name in (OURS, THEN) else ""
    for label, (owner, prefix) in bench.columns.items():
        if owner == name and flat + prefix + work in works:
            yield label, flat + prefix + work


# Many runs.


def sweeps(bench: Bench, tools: Mapping[str, Tool]) -> dict[str, Any]:
    """Seconds for all sets and peak memory, a fresh process each turn; scaled up from a few."""
    taken: dict[str, list[float]] = {}
    memory: dict[str, list[float]] = {}
    for _ in range(min(bench.size.turns, 3)):
        for label, (_, name) in _columns(bench, tools, "sweep").items():
            owner = bench.columns[label][0]
            few = bench.size.few.get(owner)
            if few and label in taken:
                continue
            with tool(bench.home(owner), bench.folder) as fresh:
                if few is None:
                    fresh.ask(name, sets=10)  # compiled, and the market loaded
                answer = fresh.ask(name, sets=few or bench.size.sets)
            scale = bench.size.sets / few if few else 1
            taken.setdefault(label, []).append(scale * answer["seconds"][0])
            memory.setdefault(label, []).append(answer["peak"])
    return {
        "sweep": {label: median(seconds) for label, seconds in taken.items()},
        "sweep memory": {label: median(peaks) for label, peaks in memory.items()},
    }


def many(bench: Bench, tools: Mapping[str, Tool]) -> dict[str, Any]:
    """The large market from its folder, in a fresh process: memory, and time per decision."""
    lines, sessions = bench.size.many
    made.write_folder(made.random_lines(lines, sessions).values(), bench.folder / "many")
    with tool(bench.home(OURS), bench.folder) as large:
        began = time.perf_counter()
        first = large.ask("many")["seconds"][0]
        loaded = time.perf_counter() - began - first
        asked = {"large": (large, "many"), "small": (tools[OURS], "equal")}
        seconds = in_turns(asked, bench.size.turns, bench.size.budget, least=bench.size.least)
        memory = large.ask("many")["peak"]
    large_ends, small_ends = (months(count) for count in (sessions, bench.size.sessions))
    return {
        "many": {
            "lines": lines, "sessions": sessions, "load": loaded, "memory": memory,
            "run": seconds["large"], "decision": seconds["large"] / large_ends,
            "beside": seconds["small"] / small_ends,
        }
    }  # fmt: skip


def months(sessions: int) -> int:
    """Monthly decisions on so many sessions."""
    return len(np.unique(made.days_of(sessions).astype("datetime64[M]")))


# From nothing to a page.


def cold(bench: Bench, tools: Mapping[str, Tool]) -> dict[str, Any]:
    prices = bench.folder / "prices"
    made.write_sample(prices)
    commands = {**_newsfolio(bench, prices, OURS), **_peers(bench, tools)}
    if bench.then:
        before = _newsfolio(bench, prices, THEN).items()
        commands |= {f"{label}, at {bench.then[0]}": command for label, command in before}
    taken: dict[str, list[float]] = {label: [] for label in commands}
    skipped = {}
    for _ in range(max(1, bench.size.turns // 2)):
        for label, (home, command) in commands.items():
            try:
                taken[label].append(clocked(command, home.root, bench.folder))
            except NotHere as error:
                skipped[label] = str(error)
    medians = {label: median(seconds) for label, seconds in taken.items() if seconds}
    return {"cold": medians, "cold skipped": skipped}


def _newsfolio(bench: Bench, prices: Path, name: str) -> dict[str, Command]:
    settings, home = made.window(bench.size.sessions), bench.home(name)
    run = (
        home.python, "-m", "backtests", "run", f"{home.root}/benchmarks/peers/theses.py:Judged",
        "--data", str(prices), "--start", str(settings.start), "--end", str(settings.end),
        "--placebos", str(bench.size.placebos), "--quiet", "--out", str(bench.folder / "runs"),
        "--ledger", str(bench.folder / "trials.sqlite"),
    )  # fmt: skip
    return {
        "newsfolio, verdict page": (home, (*run, "--engine", "kernel", "--no-tearsheet")),
        "newsfolio, verdict page and tearsheet": (home, (*run, "--engine", "backtrader")),
    }


def _peers(bench: Bench, tools: Mapping[str, Tool]) -> dict[str, Command]:
    return {
        f"{label} + quantstats": (bench.home(name), (
            bench.peer_python, "-m", "benchmarks.peers.cold", name, str(bench.folder),
            str(bench.folder / f"{name}.html"),
        ))
        for label, (name, prefix) in COLUMNS.items()
        if name in tools and name in PEERS and not prefix
    }  # fmt: skip


# What it costs to have more.


def growth(bench: Bench, tools: Mapping[str, Tool]) -> dict[str, Any]:
    """Seconds against lines, sessions, decisions and sets, with the slope of the logarithms."""
    size, ours = bench.size, tools[OURS]
    lines, span, rule = size.lines[len(size.lines) // 2], size.spans[-1], "monthly"
    axes = {
        "lines": {count: f"grown-{count}-{size.spans[0]}-{rule}" for count in size.lines},
        "sessions": {count: f"grown-{lines}-{count}-{rule}" for count in size.spans},
        "decisions": {
            decisions(span, name): f"grown-{lines}-{span}-{name}" for name in size.schedules
        },
    }
    curves = {axis: _curve(bench, ours, asked) for axis, asked in axes.items()}
    swept = {count: ours.ask("sweep", sets=count)["seconds"][0] for count in size.swept}
    return {"growth": {**curves, "sets": {"seconds": swept, "exponent": exponent(swept)}}}


def _curve(bench: Bench, ours: Tool, asked: Mapping[int, str]) -> dict[str, Any]:
    for work in asked.values():
        ours.ask(work)
    labels = {str(count): (ours, work) for count, work in asked.items()}
    taken = in_turns(labels, bench.size.turns, bench.size.budget, least=bench.size.least)
    seconds = {int(count): value for count, value in taken.items()}
    return {"seconds": seconds, "exponent": exponent(seconds)}


def decisions(sessions: int, schedule: str) -> int:
    """How often a schedule decides on so many sessions."""
    from benchmarks.peers.with_newsfolio import SCHEDULES
    from markets.reference.calendars import RunCalendar, closes_last
    from newsfolio import NEW_YORK

    calendar = RunCalendar(made.days_of(sessions), closes_last([NEW_YORK]), None)
    return int(SCHEDULES[schedule].marks(calendar).sum())


def exponent(seconds: Mapping[int, float]) -> float:
    """The slope of log seconds over log size, by least squares."""
    return float(np.polyfit(np.log(list(seconds)), np.log(list(seconds.values())), 1)[0])


PARTS = {
    "runs": runs, "sweeps": sweeps, "starts": starts, "cold": cold, "many": many,
    "growth": growth, "agreement": agreement,
}  # fmt: skip

if __name__ == "__main__":
    main()
