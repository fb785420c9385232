"""The headline table: which figures, how each is computed, and why one may be undefined."""

from __future__ import annotations

from dataclasses import dataclass

from newsfolio.formatting import A_YEAR_FROM, amount, defined, growth, percent, ratio
from reports.contract.manifest import LegJson, ManifestJson
from reports.record import curve_name
from reports.tables.cell import TableCell


@dataclass(frozen=True)
class Figure:
    """A row of the headline table; `kind` is money, percent, ratio or count."""

    key: str
    label: str
    kind: str
    formula: str


@dataclass(frozen=True)
class HeadlineColumn:
    """A curve of the table: what it is, and which one, "" where that says the same."""

    role: str
    label: str


@dataclass(frozen=True)
class HeadlineRow:
    """A figure of all curves."""

    figure: Figure
    cells: list[TableCell]


@dataclass(frozen=True)
class HeadlineTable:
    """Columns are strategy, benchmark and controls."""

    columns: list[HeadlineColumn]
    rows: list[HeadlineRow]


FIGURES = (
    Figure("final_equity", "Final equity", "money", "Cash plus all units at the last close."),
    Figure("total_return", "Total return", "percent", "Last equity over initial capital, less 1."),
    Figure(
        "cagr",
        "CAGR",
        "percent",
        "(last equity / initial capital) ^ (1 / years) - 1, with years = calendar days / 365.25.",
    ),
    Figure(
        "volatility",
        "Volatility",
        "percent",
        "Standard deviation (n - 1) of session returns, times the square root of the real number "
        "of sessions in a calendar year.",
    ),
    Figure(
        "sharpe",
        "Sharpe ratio",
        "ratio",
        "Mean over standard deviation (n - 1) of session returns less what cash earned over the "
        "same days at the dated cash rate, annualised as the volatility (Sharpe 1994).",
    ),
    Figure(
        "sortino",
        "Sortino ratio",
        "ratio",
        "Mean excess return over cash, over the root mean square of its negative part taken over "
        "all sessions, annualised (Sortino and Price 1994).",
    ),
    Figure(
        "max_drawdown",
        "Maximum drawdown",
        "percent",
        "Lowest equity relative to the highest before it; the initial capital counts as a high.",
    ),
    Figure(
        "turnover",
        "Turnover a year",
        "percent",
        "One way: half of the value traded in a session over the equity before it, summed and "
        "divided by calendar years. Cash counts as an asset.",
    ),
    Figure("costs", "Costs", "money", "Fees plus slippage (half-spread and impact) of all fills."),
    Figure("trades", "Fills", "count", "Number of executions."),
)

FLOWS = (
    Figure("paid_in", "Paid in", "money", "What came into the account after its initial capital."),
    Figure("paid_out", "Paid out", "money", "What was withdrawn."),
    Figure(
        "money_weighted",
        "Money-weighted return a year",
        "percent",
        "The rate at which initial capital and payments in are worth payments out and the final "
        "equity (XIRR, days / 365). All other returns are time-weighted: a session with a flow "
        "earned equity / (equity at the close before + flow) - 1.",
    ),
)
"""Of runs with money in or out, after the final equity."""

_TRADED = frozenset({"turnover", "costs", "trades"})
_DEVIATES = frozenset({"volatility", "sharpe", "sortino"})


def headline(manifest: ManifestJson) -> HeadlineTable:
    """The figures of the whole run."""
    names = [name for name in _columns(manifest) if name in manifest["metrics"]]
    return HeadlineTable(
        [_heading(manifest, name) for name in names],
        [
            HeadlineRow(row, [cell(manifest, name, row) for name in names])
            for row in figures_shown(manifest)
        ],
    )


def figures_shown(manifest: ManifestJson) -> tuple[Figure, ...]:
    """The rows of a run."""
    flows = FLOWS if "paid_in" in manifest["metrics"]["strategy"] else ()
    return (*FIGURES[:1], *flows, *FIGURES[1:])


def cell(manifest: ManifestJson, name: str, figure: Figure) -> TableCell:
    """One figure of the strategy, of the benchmark or of a control."""
    benchmark = manifest["benchmark"]
    if figure.key in _TRADED and name == "benchmark" and benchmark and not benchmark["traded"]:
        return TableCell("n/a", "an index level: not bought")
    if figure.key in _DEVIATES and name == "strategy" and manifest["ruined"]:
        return TableCell("n/a", "ruined: later returns mean nothing")
    value = manifest["metrics"][name].get(figure.key)
    if figure in FLOWS and figure.key not in manifest["metrics"][name]:
        return TableCell("n/a", "nothing is paid into an index level")
    if figure.key == "cagr" and 1 < manifest["window"]["sessions"] < A_YEAR_FROM:
        return TableCell("n/a", f"below {A_YEAR_FROM} sessions: see the total return")
    if not defined(value):
        return TableCell("n/a", _reason(figure.key, manifest["window"]["sessions"]))
    if figure.key == "max_drawdown":
        value = max(value, -1.0)  # runs of earlier builds counted debt as well
    return TableCell(_text(figure.kind, value, manifest["settings"]["currency"]), value=value)


def _short(manifest: ManifestJson) -> bool:
    """Whether growth is not put as growth a year; earlier builds did."""
    return manifest["window"]["sessions"] < A_YEAR_FROM


def yearly(manifest: ManifestJson, name: str) -> float | None:
    """Growth a year of a curve; None where it is too short for it."""
    return None if _short(manifest) else manifest["metrics"][name]["cagr"]


def growth_cell(manifest: ManifestJson, name: str) -> TableCell:
    """Growth a year, or in total where it is too short for that."""
    value = yearly(manifest, name)
    return TableCell(growth(value, manifest["metrics"][name]["total_return"]), value=value)


def _columns(manifest: ManifestJson) -> list[str]:
    benchmark = ["benchmark"] if manifest["benchmark"] else []
    return ["strategy", *benchmark, *manifest["controls"]]


def _heading(manifest: ManifestJson, name: str) -> HeadlineColumn:
    label = manifest.get("labels", {}).get(name, "")
    benchmark = manifest["benchmark"]
    if name == "benchmark" and benchmark:
        label = benchmark["label"]
    return HeadlineColumn(curve_name(name), "" if label == name else label)


def _text(kind: str, value: float, currency: str) -> str:
    if kind == "money":
        return amount(value, currency)
    if kind == "percent":
        return percent(value)
    return ratio(value) if kind == "ratio" else f"{value:,.0f}"


def _reason(key: str, sessions: int) -> str:
    """Why a figure is undefined, in the fewest words that are true."""
    if sessions == 0:
        return "no session"
    if sessions == 1:
        return "one session: no time has passed"
    if key in _DEVIATES and sessions < 4:
        return "too few sessions"
    return {
        "sharpe": "returns do not deviate from cash",
        "sortino": "no session fell below cash",
    }.get(key, "undefined on this curve")


# --- leg by leg ----------------------------------------------------------------------------------

LEG_KINDS = {
    "moves": "Its own lines, and moves between legs",
    "netting": "Saved by netting orders",
    "rest": "Lots, cash, minimum fees, hours to the fills",
    "whole": "The account",
}


def leg_rows(manifest: ManifestJson) -> list[list[str]]:
    """A row a leg, those of a leg's own behind it; [] for a strategy without legs."""
    return [_leg_row(row) for row in manifest.get("legs", [])]


def _leg_row(row: LegJson) -> list[str]:
    name = LEG_KINDS.get(row["kind"], row["name"])
    return [
        f"{'– ' * row['depth']}{name}",
        "" if row["decisions"] is None else f"{row['decisions']:,}",
        _percent_or_blank(row["share"]),
        _percent_or_blank(row["total"]),
        _money_or_blank(row["earned"]),
        _percent_or_blank(row["turnover"]),
        _money_or_blank(row["costs"]),
    ]


def _percent_or_blank(value: float | None) -> str:
    return "" if value is None else percent(value)


def _money_or_blank(value: float | None) -> str:
    return "" if value is None else f"{round(value) + 0:,}"
