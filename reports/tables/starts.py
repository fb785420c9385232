"""Every month's start as a field of colours, and the fan of the next years."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from newsfolio.formatting import defined, percent, ratio, signed
from reports.charts.fan import fan_drawing
from reports.contract.starts import AheadJson, EveryStartJson, FanJson, HorizonJson, StartJson

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


def _horizon(horizon: HorizonJson) -> HorizonTable:
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
    return StartCell(
        text=f"{100 * ahead:+.{0 if most >= WIDE else 1}f}",
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
