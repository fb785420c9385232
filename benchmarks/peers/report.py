"""The tables of benchmarks/speed.py as Markdown, and the machine that they were measured on."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.peers.crew import CLOCK

BEGIN, END = "<!-- measured -->", "<!-- /measured -->"
NAMES = {
    "equal": "monthly equal weight",
    "top": "monthly top 5 by 126-session momentum",
    "inverse": "daily inverse 60-session volatility",
}
AT_ONCE = "newsfolio, weights at once"
RUST = "vectorbt, Rust engine"
REACH = (
    ("runs equal", "newsfolio", "bt", 100.0),
    ("runs equal", "newsfolio", RUST, 30.0),
    ("runs equal", "newsfolio", "plain pandas", 3.5),
    ("runs top", "newsfolio", "bt", 40.0),
    ("runs top", "newsfolio", RUST, 18.0),
    ("runs top", "newsfolio", "plain pandas", 2.5),
    ("runs inverse", "newsfolio", "bt", 20.0),
    ("runs inverse", "newsfolio", RUST, 1.0),
    ("runs inverse", AT_ONCE, RUST, 6.0),
    ("sweep", "newsfolio", RUST, 12.0),
    ("sweep", "newsfolio", "plain pandas", 2.0),
    ("sweep", AT_ONCE, RUST, 40.0),
    ("sweep", AT_ONCE, "plain pandas", 6.0),
    ("sweep memory", AT_ONCE, RUST, 20.0),
    ("sweep memory", "newsfolio", RUST, 8.0),
    ("runs equal", "newsfolio, backtrader engine", "backtrader, tuned", 1.0),
    ("cold", "newsfolio, verdict page", "backtrader + quantstats", 5.0),
    ("cold", "newsfolio, verdict page", "bt + quantstats", 2.8),
    ("cold", "newsfolio, verdict page and tearsheet", "plain pandas + quantstats", 1.0),
)
"""Where, who, beside whom, and how many times better it should be."""

PER_DECISION, MEMORY = 10.0, 2048.0
"""The most for the large market: times the small one's time a decision, and MB."""


def markdown(report: Mapping[str, Any]) -> str:
    parts = [_head(report)]
    parts += [make(report) for key, make in _PARTS.items() if key in report]
    return "\n\n".join(part for part in (*parts, _reached(report)) if part)


def machine() -> dict[str, Any]:
    """Where it is measured, and by which clock."""
    return {
        "clock": "processor time" if CLOCK in os.environ else "wall time",
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1),
    }


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


def written(text: str, path: Path) -> None:
    """Put the tables between the marks of a file."""
    page = path.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    path.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")


def _head(report: Mapping[str, Any]) -> str:
    machine = report["machine"]
    lines = [
        f"Measured {report['when']} (UTC) on {machine['cpu']}, {machine['cores']} cores, "
        f"{machine['system']}, load at the start {machine['load']}, {machine['clock']}. "
        f"{report['note']}".strip(),
        *(f"Left out: `{name}` ({why})." for name, why in report["skipped"].items()),
    ]
    versions = {"Python": machine["python"]}
    for name, packages in report["versions"].items():
        versions[name] = ", ".join(f"{package} {version}" for package, version in packages.items())
    lines += ["Versions: " + "; ".join(f"{name}: {text}" for name, text in versions.items()) + "."]
    return "\n\n".join(lines)


def _runs(report: Mapping[str, Any]) -> str:
    medians = report["runs"]
    labels = list(dict.fromkeys(label for row in medians.values() for label in row))
    rows = ((label, *(_beside(medians[work], label) for work in medians)) for label in labels)
    title = f"One run, 17 lines x {report['size']['sessions']:,} sessions"
    return _table(title, ("", *(NAMES[work] for work in medians)), rows)


def _beside(row: Mapping[str, float], label: str) -> str:
    if label not in row:
        return ""
    ours = row["newsfolio"]
    times = "" if label == "newsfolio" else f" ({row[label] / ours:.3g} x)"
    return _time(row[label]) + times


def _sweep(report: Mapping[str, Any]) -> str:
    few = report["size"]["few"]
    peers = {"bt": few.get("with_bt"), "backtrader": few.get("with_backtrader")}
    rows = (
        (label + (f", from {peers[label]} sets" if peers.get(label) else ""),
         _beside(report["sweep"], label), f"{report['sweep memory'][label]:,.0f} MB")
        for label in report["sweep"]
    )  # fmt: skip
    title = f"Sweep of {report['size']['sets']:,} sets of top-n momentum, to a table of metrics"
    return _table(title, ("", "time", "peak memory"), rows)


def _starts(report: Mapping[str, Any]) -> str:
    rows = (
        (label, _time(row["import"]), _time(row["first"]), f"{row['memory']:,.0f} MB")
        for label, row in report["starts"].items()
    )
    title = "A fresh process, monthly equal weight"
    return _table(title, ("", "import", "first run", "peak memory"), rows)


def _cold(report: Mapping[str, Any]) -> str:
    rows = ((label, _time(seconds)) for label, seconds in report["cold"].items())
    text = _table("Cold start to an HTML page, from a folder of Parquet", ("", "time"), rows)
    skipped = report["cold skipped"].items()
    return "\n\n".join((text, *(f"Left out: {label} ({why})." for label, why in skipped)))


def _many(report: Mapping[str, Any]) -> str:
    many = report["many"]
    rows = (
        ("load from Parquet and prepare", _time(many["load"])),
        ("one run, monthly", _time(many["run"])),
        ("a decision", _time(many["decision"])),
        (f"a decision of 17 x {report['size']['sessions']:,}", _time(many["beside"])),
        ("peak memory", f"{many['memory']:,.0f} MB"),
    )
    return _table(f"{many['lines']} lines x {many['sessions']:,} sessions", ("", ""), rows)


def _growth(report: Mapping[str, Any]) -> str:
    rows = (
        (axis, ", ".join(f"{count}: {_time(taken)}" for count, taken in row["seconds"].items()),
         f"{row['exponent']:.2f}")
        for axis, row in report["growth"].items()
    )  # fmt: skip
    return _table("Growth of newsfolio's time", ("against", "measured", "exponent"), rows)


def _agreement(report: Mapping[str, Any]) -> str:
    worst = report["agreement"]
    labels = list(dict.fromkeys(label for row in worst.values() for label in row))
    rows = (
        (label, *(f"{worst[work][label]:.0e}" if label in worst[work] else "" for work in worst))
        for label in labels
    )
    title = "Largest difference of any close's equity to plain pandas, without costs and lots"
    return _table(title, ("", *(NAMES[work] for work in worst)), rows)


def _reached(report: Mapping[str, Any]) -> str:
    rows = [*_ratios(report), *_large(report)]
    header = ("work", "beside", "to reach", "reached", "")
    return _table("What must be reached", header, rows) if rows else ""


def _ratios(report: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for place, ours, peer, wanted in REACH:
        part, _, work = place.partition(" ") if place.startswith("runs") else (place, "", "")
        row = report.get(part, {})
        row = row.get(work, {}) if work else row
        if ours in row and peer in row:
            times = row[peer] / row[ours]
            what = f"{NAMES.get(work, part)}: {ours}"
            mark = "yes" if times >= wanted else "**no**"
            yield what, peer, f"{wanted:.3g} x", f"{times:.3g} x", mark


def _large(report: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    if "many" not in report:
        return
    many = report["many"]
    size = f"{many['lines']} lines x {many['sessions']:,} sessions"
    for what, value, limit, unit in (
        ("time a decision", many["decision"] / many["beside"], PER_DECISION, "x"),
        ("peak memory", many["memory"], MEMORY, "MB"),
    ):
        mark = "yes" if value < limit else "**no**"
        yield f"{size}: {what}", "", f"under {limit:,.0f} {unit}", f"{value:,.3g} {unit}", mark


def _table(title: str, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = (header, ("---",) * len(header), *rows)
    return f"## {title}\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _time(seconds: float) -> str:
    return f"{1000 * seconds:.3g} ms" if seconds < 1 else f"{seconds:,.3g} s"


_PARTS = {
    "runs": _runs, "sweep": _sweep, "starts": _starts, "cold": _cold, "many": _many,
    "growth": _growth, "agreement": _agreement,
}  # fmt: skip
