"""An evaluation as the rows of the page's tables: text where there is a figure, else the reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from markupsafe import Markup

from newsfolio.formatting import Pace, chance, defined, percent, ratio, signed
from reports.charts.breakdowns import PIECES
from reports.charts.intervals import bar, scale_of
from reports.contract.evaluation import (
    AlphaJson,
    AttributionJson,
    ComparisonJson,
    CurveFiguresJson,
    EstimateJson,
    EvaluationJson,
    PartJson,
    PowerJson,
    ScoredJson,
    SignificanceJson,
    VariantJson,
)
from reports.record import curve_name
from reports.tables.cell import TableCell
from reports.tables.descriptions import DescriptionTables, description_tables
from reports.tables.studies import StudyTable, study_table

Form: TypeAlias = Callable[..., str]
"""`percent`, `ratio` or `signed`: takes a value and, if wanted, digits."""

FigureKey: TypeAlias = Literal["total_return", "cagr", "volatility", "sharpe", "max_drawdown"]

FIGURES: tuple[tuple[FigureKey, str, Form], ...] = (
    ("total_return", "Total return", percent),
    ("cagr", "CAGR", percent),
    ("volatility", "Volatility", percent),
    ("sharpe", "Sharpe ratio", ratio),
    ("max_drawdown", "Maximum drawdown", percent),
)
"""The figures of a curve that are shown with their intervals."""

GLOSSED: Mapping[FigureKey, str] = {
    "total_return": "return", "cagr": "cagr", "volatility": "volatility", "sharpe": "sharpe",
    "max_drawdown": "drawdown",
}  # fmt: skip
"""Their words in the glossary."""


@dataclass(frozen=True)
class Fact:
    """A figure with its name and what it means."""

    name: str
    cell: TableCell
    meaning: str


@dataclass(frozen=True)
class ComparisonRow:
    """The strategy against one alternative. drawn: the excess, all rows on one scale."""

    name: str
    label: str
    excess: TableCell
    drawn: Markup
    total: TableCell
    sharpe: TableCell
    p: str
    error: str
    correlation: str
    beta: str


@dataclass(frozen=True)
class AlphaTable:
    """What the proxies leave. explained: by each beta, in the order of the evaluation."""

    facts: list[Fact]
    drawn: Markup
    basis: str
    left: str
    explained: list[str]


@dataclass(frozen=True)
class ContributionTable:
    """Contributions by one kind of group, with cash and the sum that they must reach.

    sentence: which added most, and which least.
    """

    kind: str
    sentence: str
    rows: list[list[str]]
    cash: str
    sum: list[str]


@dataclass(frozen=True)
class EvaluationTables(DescriptionTables):
    """All tables of an evaluation. pace, yearly: how growth over its sessions is put.

    figures: by label and word of the glossary, a cell a curve of `columns`. effects: group,
    allocation, selection, both. variants: label, excess, Sharpe ratio, whether it was run. pbo:
    blocks, probability.
    """

    pace: str
    yearly: bool
    placebo: str
    columns: list[CurveFiguresJson]
    figures: list[tuple[str, str, list[TableCell]]]
    comparisons: list[ComparisonRow]
    significance: list[Fact]
    power: list[Fact]
    alpha: AlphaTable
    attribution: list[ContributionTable]
    effects: list[list[str]]
    variants: list[tuple[str, str, str, bool]]
    pbo: list[tuple[float, str]]
    spa: str
    studies: list[StudyTable]


def tables_of(evaluation: EvaluationJson) -> EvaluationTables:
    curves, attribution = evaluation["figures"], evaluation["attribution"]
    overfitting, pace = evaluation["overfitting"], pace_of(evaluation["scored"])
    return EvaluationTables(
        pace=pace.words,
        yearly=pace.yearly,
        placebo=signed(pace.of(evaluation["placebo"]["real"])),
        columns=[{**curve, "name": curve_name(curve["name"])} for curve in curves],
        figures=[
            (label, GLOSSED[key], [estimate(curve[key], form) for curve in curves])
            for key, label, form in FIGURES
        ],
        comparisons=_comparisons(evaluation["comparisons"], pace),
        significance=_significance(evaluation["significance"]),
        power=_power(evaluation["power"]),
        alpha=_alpha(evaluation["alpha"], pace),
        attribution=_attribution(attribution) if attribution else [],
        effects=_effects(attribution) if attribution else [],
        variants=_variants(overfitting["variants"], pace),
        pbo=[(blocks, chance(value)) for blocks, value in overfitting["pbo"]],
        spa=_spa(overfitting["spa"]),
        studies=[study_table(study) for study in evaluation.get("studies", ())],
        **vars(description_tables(evaluation)),
    )


def estimate(figure: EstimateJson, form: Form = percent) -> TableCell:
    """A figure with its interval; without one, n/a and why."""
    if not defined(figure["value"]):
        return TableCell("n/a", figure["why"] or "undefined on this curve")
    if defined(figure["low"]) and defined(figure["high"]):
        digits = 2 if form is ratio else 1
        low, high = form(figure["low"], digits), form(figure["high"], digits)
        return TableCell(form(figure["value"]), f"{low} to {high}")
    return TableCell(form(figure["value"]), figure["why"])


def _known(value: float | None, form: Form, why: str) -> TableCell:
    return TableCell(form(value)) if defined(value) else TableCell("n/a", why)


def pace_of(scored: ScoredJson) -> Pace:
    """How growth over the scored sessions is put."""
    return Pace(scored["sessions"], scored["years"])


def put_excess(row: ComparisonJson, pace: Pace) -> EstimateJson:
    """An excess with its interval, as growth over its sessions is put."""
    excess = row["excess"]
    if pace.yearly or not defined(excess["value"]):
        return excess
    low, high = pace.of(excess["low"]), pace.of(excess["high"])
    return {"value": row["total"], "low": low, "high": high, "why": excess["why"]}


def surely(row: ComparisonJson, pace: Pace) -> EstimateJson:
    """The excess with the interval that the verdict is about: of all looks, where there is one."""
    put, always = put_excess(row, pace), row.get("excess_always")
    if always is None or not (defined(always["low"]) and defined(always["high"])):
        return put
    return {**put, "low": pace.of(always["low"]), "high": pace.of(always["high"])}


def put_always(row: ComparisonJson, pace: Pace) -> str:
    """The interval of all looks, or why there is none; "" in runs judged before there were any."""
    always, excess = row.get("excess_always"), row["excess"]
    if always is None or not defined(excess["value"]):
        return ""
    if defined(always["low"]) and defined(always["high"]):
        low, high = (signed(pace.of(always[end]), 1) for end in ("low", "high"))
        return f"of all looks {low} to {high}"
    return "" if always["why"] == excess["why"] else f"none of all looks: {always['why']}"


def excess_cell(row: ComparisonJson, pace: Pace) -> TableCell:
    """An excess as it is put, with both intervals; in total it needs none to be known."""
    put = put_excess(row, pace)
    cell = estimate(put if pace.yearly else {**put, "value": row["total"]}, signed)
    always = put_always(row, pace)
    interval = always if always.startswith("of") else ""  # why there is none stands at the top
    return TableCell(cell.text, f"{cell.small}; {interval}", cell.value) if interval else cell


def _comparisons(rows: Sequence[ComparisonJson], pace: Pace) -> list[ComparisonRow]:
    put = [put_excess(row, pace) for row in rows]
    scale = scale_of(put)
    return [
        ComparisonRow(
            name=curve_name(row["name"]),
            label=row["label"],
            excess=excess_cell(row, pace),
            drawn=bar(drawn, scale),
            total=_known(row["total"], signed, row["excess"]["why"]),
            sharpe=estimate(row["sharpe_difference"], ratio),
            p=chance(row["p"]),
            error=percent(row["tracking_error"]),
            correlation=ratio(row["correlation"]),
            beta=ratio(row["beta"]) if defined(row["beta"]) else "",
        )
        for row, drawn in zip(rows, put, strict=True)
    ]


def _significance(significance: SignificanceJson) -> list[Fact]:
    why = significance["why"] or "not known"
    trials = significance["trials"]
    return [
        Fact("Sharpe ratio of the difference", _known(significance["sharpe"], ratio, why),
             "Of returns less those of the control, a year."),
        Fact("Probabilistic Sharpe ratio", _known(significance["probabilistic"], _share, why),
             "Chance that the true one is above zero, skew and fat tails counted."),
        Fact("Deflated Sharpe ratio", _known(significance["deflated"], _share, why),
             "The same against the best that luck finds in as many trials."),
        Fact("Trials", TableCell("n/a" if trials is None else f"{trials:,}", _others(significance)),
             "Distinct variants in the ledger; the larger of thesis and family counts."),
        Fact("Best by luck alone", _known(significance["expected_best"], ratio, why),
             "Sharpe ratio that the best of the trials is expected to show without any edge."),
        Fact("Record needed", _known(significance["needed"], _years, why),
             "Minimum track record that would prove this Sharpe ratio above zero."),
        Fact("Skewness and kurtosis", _pair(significance, why),
             "Of the difference; a normal one has 0, 3."),
    ]  # fmt: skip


def _others(significance: SignificanceJson) -> str:
    family, everywhere = significance.get("family"), significance["all_trials"]
    counts = [] if family is None else [f"{family:,} with its family"]
    return ", ".join(
        [*counts, *([] if everywhere is None else [f"{everywhere:,} over all theses"])]
    )


def _power(power: PowerJson) -> list[Fact]:
    return [
        Fact("Record so far", TableCell(_years(power["had"])), "Calendar years since the divide."),
        Fact(f"Needed for an edge of {power['edge']:g}", _needed(power),
             "Until an annual Sharpe edge of that size, seen as it is, can be told from luck."),
        Fact("Provable by now", _known(power["provable"], ratio, "the record is too short"),
             "Smallest annual Sharpe edge that this record can prove at a single look."),
    ]  # fmt: skip


def _needed(power: PowerJson) -> TableCell:
    """At one look, and below it at all of them."""
    always = power.get("always")
    return TableCell(_years(power["needed"]), f"{_years(always)} at all looks" if always else "")


def _alpha(alpha: AlphaJson, pace: Pace) -> AlphaTable:
    def mean(a_year: float | None) -> float | None:
        """A mean of sessions, which adds up."""
        return a_year * (1.0 if pace.yearly else pace.years) if defined(a_year) else None

    yearly = alpha["alpha"]
    low, high = mean(yearly["low"]), mean(yearly["high"])
    put: EstimateJson = {**yearly, "value": mean(yearly["value"]), "low": low, "high": high}
    lags = "n/a" if alpha["lags"] is None else str(alpha["lags"])
    rows = "months" if alpha.get("monthly") else "sessions"
    return AlphaTable(
        facts=[
            Fact(f"Alpha {pace.words}", estimate(put, signed), "Return that the proxies leave."),
            Fact("t and p", TableCell(f"{ratio(alpha['t'])}, {chance(alpha['p'])}"),
                 f"Newey-West errors with {lags} lags, on {rows}."),
            Fact("R squared", TableCell(percent(alpha["r_squared"], 1)),
                 "Share of the variance that the proxies explain."),
        ],
        drawn=bar(put, scale_of([put]), axis=True),
        basis=_basis(alpha.get("basis", "")),
        left=signed(put["value"]),
        explained=[signed(mean(beta.get("part"))) for beta in alpha["betas"]],
    )  # fmt: skip


def _basis(basis: str) -> str:
    """Where the proxies come from, as a sentence; older runs do not say."""
    if not basis:
        return ""
    return f"{'F' + basis[1:] if basis.startswith('factors') else 'Proxies ' + basis}."


def _attribution(attribution: AttributionJson) -> list[ContributionTable]:
    kinds = {
        "Sleeve": attribution["sleeves"],
        "Country": attribution["countries"],
        "Currency": attribution["currencies"],
        "Line": attribution["lines"],
    }
    return [
        ContributionTable(
            kind=kind,
            sentence=_most(parts),
            rows=[_part(part) for part in sorted(parts, key=lambda part: -part["total"])],
            cash=signed(attribution["cash"]),
            sum=[
                "Total",
                *(signed(sum(part[key] for part in parts)) for key, _ in PIECES),
                signed(attribution["total"]),
            ],
        )
        for kind, parts in kinds.items()
    ]


def _part(part: PartJson) -> list[str]:
    return [part["name"], *(signed(part[key]) for key, _ in PIECES), signed(part["total"])]


def _most(parts: Sequence[PartJson]) -> str:
    """What added most, and what least."""
    if not parts:
        return "Nothing was held."
    order = sorted(parts, key=lambda part: part["total"])
    low, high = order[0], order[-1]
    if low is high:
        return f"All from {high['name']} ({signed(high['total'])})."
    return (
        f"Most from {high['name']} ({signed(high['total'])}), "
        f"least from {low['name']} ({signed(low['total'])})."
    )


def _effects(attribution: AttributionJson) -> list[list[str]]:
    rows = [(row["name"], row["allocation"], row["selection"]) for row in attribution["active"]]
    if rows:
        rows.append(("Total", sum(row[1] for row in rows), sum(row[2] for row in rows)))
    return [[name, signed(a), signed(s), signed(a + s)] for name, a, s in rows]


def _variants(rows: Sequence[VariantJson], pace: Pace) -> list[tuple[str, str, str, bool]]:
    order = sorted(rows, key=lambda row: -(row["excess"] if defined(row["excess"]) else -1e9))
    return [
        (row["label"], signed(pace.of(row["excess"])), ratio(row["sharpe"]), row["chosen"])
        for row in order
    ]


def _spa(values: Sequence[float] | None) -> str:
    if not values:
        return ""
    return ", ".join(
        f"{name} {chance(value)}"
        for name, value in zip(("lower", "consistent", "upper"), values, strict=True)
    )


def _share(value: float) -> str:
    return percent(value, 1)


def _years(value: float) -> str:
    if value > 1000:
        return "more than 1,000 years"
    return f"{value:,.1f} years" if value >= 2 else f"{value * 12:,.0f} months"


def _pair(significance: SignificanceJson, why: str) -> TableCell:
    if not (defined(significance["skew"]) and defined(significance["kurtosis"])):
        return TableCell("n/a", why)
    return TableCell(f"{ratio(significance['skew'])}, {ratio(significance['kurtosis'])}")
