"""What describes a run beside its verdict, as the rows of the page's tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from newsfolio.formatting import percent, ratio, signed
from reports.charts.intervals import bar, scale_of
from reports.contract.evaluation import (
    EstimateJson,
    PhasesJson,
    RegimeJson,
    RegimesJson,
    ShortcutsJson,
)


@dataclass(frozen=True)
class RegimeRow:
    """A period or a state of the market."""

    name: str
    span: str
    why: str
    sessions: str
    scored: str
    own: str
    other: str
    difference: str
    deviations: str


@dataclass(frozen=True)
class RegimeTables:
    """Periods that the run saw, the names of those that it did not, and states of the market."""

    against: str
    benchmark: str
    why: str
    periods: list[RegimeRow]
    unseen: list[str]
    states: list[RegimeRow]
    sources: list[RegimeJson]


@dataclass(frozen=True)
class ShortcutRow:
    """What one shortcut would have added."""

    name: str
    meaning: str
    why: str
    growth: str
    growth_added: str
    excess: str
    excess_added: str


@dataclass(frozen=True)
class PhaseTable:
    """The other days of a schedule. rows: sessions later, growth, excess."""

    why: str
    count: int
    low: str
    median: str
    high: str
    deviation: str
    worse: str
    drawn: Markup
    rows: list[tuple[int, str, str]]


@dataclass(frozen=True)
class ShortcutTables:
    """The run itself and each shortcut, and the phases of its schedule."""

    against: str
    why: str
    rate: str
    growth: str
    excess: str
    rows: list[ShortcutRow]
    phases: PhaseTable


def regime_tables(regimes: RegimesJson | None) -> RegimeTables | None:
    if regimes is None:
        return None
    seen = [row for row in regimes["periods"] if row["sessions"]]
    return RegimeTables(
        against=regimes["against"],
        benchmark=regimes["benchmark"],
        why=regimes["why"],
        periods=_rows(seen),
        unseen=[row["name"] for row in regimes["periods"] if not row["sessions"]],
        states=_rows(regimes["states"]),
        sources=[row for row in seen if row["source"]],
    )


def _rows(regimes: Sequence[RegimeJson]) -> list[RegimeRow]:
    return [
        RegimeRow(
            name=row["name"],
            span=f"{row['first']} to {row['last']}" if row["first"] else "",
            why=row["why"],
            sessions=f"{row['sessions']:,}",
            scored=f"{row['scored']:,}",
            own=percent(row["own"], 1),
            other=percent(row["other"], 1),
            difference=signed(row["difference"], 1),
            deviations=ratio(row["deviations"], 1),
        )
        for row in regimes
    ]


def shortcut_tables(shortcuts: ShortcutsJson | None) -> ShortcutTables | None:
    if shortcuts is None:
        return None
    rows = [
        ShortcutRow(
            name=row["name"],
            meaning=row["meaning"],
            why=row["why"],
            growth=percent(row["growth"]),
            growth_added=signed(row["growth_added"]),
            excess=signed(row["excess"]),
            excess_added=signed(row["excess_added"]),
        )
        for row in shortcuts["rows"]
    ]
    return ShortcutTables(
        against=shortcuts["against"],
        why=shortcuts["why"],
        rate="a year" if shortcuts["a_year"] else "in total",
        growth=percent(shortcuts["growth"]),
        excess=signed(shortcuts["excess"]),
        rows=rows,
        phases=_phases(shortcuts["phases"], shortcuts["excess"]),
    )


def _phases(phases: PhasesJson, own: float | None) -> PhaseTable:
    span: EstimateJson = {
        "value": own, "low": phases["low"], "high": phases["high"], "why": phases["why"]
    }  # fmt: skip
    return PhaseTable(
        why=phases["why"],
        count=len(phases["rows"]),
        low=signed(phases["low"]),
        median=signed(phases["median"]),
        high=signed(phases["high"]),
        deviation=percent(phases["deviation"]),
        worse=percent(phases["worse"], 0),
        drawn=bar(span, scale_of([span]), axis=True),
        rows=[(row["by"], percent(row["growth"]), signed(row["excess"])) for row in phases["rows"]],
    )
