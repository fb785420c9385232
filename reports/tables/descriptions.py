"""What describes a run beside its verdict, as the rows of the page's tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from newsfolio.formatting import defined, percent, ratio, signed
from reports.charts.fan import fan_drawing
from reports.charts.intervals import bar, scale_of
from reports.contract.evaluation import (
    EstimateJson,
    EvaluationJson,
    PhasesJson,
    RegimeJson,
    RegimesJson,
    ShortcutsJson,
)
from reports.contract.starts import (
    AheadJson,
    EveryStartJson,
    FanJson,
    StartHorizonJson,
    StartJson,
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


# --- every start, and the next years ----------------------------------------------------------

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

WIDE = 0.095
"""Of what is ahead: where some start is farther, whole points do."""

SHOWN = (3, 6, 12, 24, 36)
"""Months of the fan that its table shows."""


@dataclass(frozen=True)
class StartCell:
    """A month of entry. share: of its colour, 0 to 100; kind: gain, loss or "" without a figure."""

    text: str
    hint: str
    kind: str
    share: int


@dataclass(frozen=True)
class HorizonTable:
    """A horizon: its figures, and rows of a year with the twelve months of entry."""

    years: int
    why: str
    count: int
    apart: str
    figures: list[str]
    rows: list[tuple[str, list[StartCell]]]


@dataclass(frozen=True)
class StartTables:
    """All horizons that the run is long enough for; short: those that it is not."""

    against: str
    basis: str
    why: str
    heads: tuple[str, ...]
    horizons: list[HorizonTable]
    short: str


@dataclass(frozen=True)
class FanTable:
    """The fan: its drawing, growth by month, and the chances."""

    why: str
    drawn: Markup
    rows: list[list[str]]
    chances: list[list[str]]
    assumes: list[str]
    paths: int


def start_tables(starts: EveryStartJson | None) -> StartTables | None:
    if starts is None:
        return None
    short = [f"{row['years']}" for row in starts["horizons"] if not row["starts"]]
    return StartTables(
        against=starts["against"],
        basis=starts["basis"],
        why=starts["why"],
        heads=MONTHS,
        horizons=[_horizon(row) for row in starts["horizons"] if row["starts"]],
        short=" and ".join(short),
    )


def _horizon(horizon: StartHorizonJson) -> HorizonTable:
    values = [abs(row["ahead"]) for row in horizon["starts"] if defined(row["ahead"])]
    most = max(values, default=0.0) or 1.0
    years: dict[str, dict[int, StartCell]] = {}
    for start in horizon["starts"]:
        year, _, month = start["month"].partition("-")
        years.setdefault(year, {})[int(month)] = _cell(start, most)
    return HorizonTable(
        years=horizon["years"],
        why=horizon["why"],
        count=len(horizon["starts"]),
        apart=ratio(horizon["apart"], 1),
        figures=[
            percent(horizon["wins"], 0),
            signed(horizon["median"]),
            signed(horizon["worst"]),
            percent(horizon["lost"], 0),
            percent(horizon["median_growth"]),
            percent(horizon["worst_growth"]),
        ],
        rows=[(year, _twelve(cells)) for year, cells in years.items()],
    )


def _twelve(cells: Mapping[int, StartCell]) -> list[StartCell]:
    return [cells.get(month, StartCell("", "", "", 0)) for month in range(1, 13)]


def _cell(start: StartJson, most: float) -> StartCell:
    ahead = start["ahead"]
    if not defined(ahead):
        return StartCell("n/a", f"{start['month']}: an account was lost", "", 0)
    points = f"{100 * ahead:+.{0 if most >= WIDE else 1}f}"
    return StartCell(
        text=points if points.strip("+-0.") else points[1:],
        hint=f"{start['month']}: {signed(ahead)} a year ahead, {percent(start['growth'])} a year",
        kind="gain" if ahead > 0 else "loss",
        share=round(10 + 75 * min(1.0, abs(ahead) / most)),
    )


def fan_table(fan: FanJson | None) -> FanTable | None:
    if fan is None:
        return None
    shown = [band for band in fan["bands"] if band["month"] in SHOWN]
    return FanTable(
        why=fan["why"],
        drawn=fan_drawing(fan["bands"]) if fan["bands"] else Markup(""),
        rows=[
            [f"{band['month']} months", *(
                percent(value - 1, 0)
                for value in (
                    band["low"], band["lower"], band["middle"], band["upper"], band["high"],
                )
            )]
            for band in shown
        ],
        chances=[_chances(row) for row in fan["ahead"]],
        assumes=fan["assumes"],
        paths=fan["paths"],
    )  # fmt: skip


def _chances(ahead: AheadJson) -> list[str]:
    return [f"{ahead['months']} months", percent(ahead["loss"], 0), percent(ahead["fall"], 0)]


def starts_sentence(starts: EveryStartJson | None) -> str:
    """The longest horizon that has a figure, in one sentence."""
    if starts is None:
        return ""
    rows = [row for row in starts["horizons"] if defined(row["wins"])]
    if not rows:
        return f"n/a: {starts['why'] or 'an account was lost'}."
    row = rows[-1]
    years = "a year" if row["years"] == 1 else f"{row['years']} years"
    return (
        f"Held for {years}, {percent(row['wins'], 0)} of {len(row['starts'])} months of entry were "
        f"ahead of {starts['against']}; the worst was {signed(row['worst'], 1)} a year."
    )


def fan_sentence(fan: FanJson | None) -> str:
    if fan is None:
        return ""
    if fan["why"] or not fan["ahead"]:
        return f"n/a: {fan['why']}."
    first: Sequence[AheadJson] = fan["ahead"][:1]
    (row,) = first
    return (
        f"If the next {row['months']} months are made of what this run saw: a loss in "
        f"{percent(row['loss'], 0)} of the paths, a drawdown over {percent(row['depth'], 0)} in "
        f"{percent(row['fall'], 0)}."
    )


# --- all of them -------------------------------------------------------------------------------


@dataclass(frozen=True)
class DescriptionTables:
    """What stands beside the verdict; None where nobody asked, or a run is older."""

    regimes: RegimeTables | None
    shortcuts: ShortcutTables | None
    starts: StartTables | None
    fan: FanTable | None


def description_tables(evaluation: EvaluationJson) -> DescriptionTables:
    return DescriptionTables(
        regimes=regime_tables(evaluation.get("regimes")),
        shortcuts=shortcut_tables(evaluation.get("shortcuts")),
        starts=start_tables(evaluation.get("starts")),
        fan=fan_table(evaluation.get("fan")),
    )
