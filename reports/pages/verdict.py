"""The verdict page: the word, why, by how much and since when; then all that it rests on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd
from markupsafe import Markup

from newsfolio.formatting import percent
from reports.charts.breakdowns import (
    allocation_chart,
    placebo_chart,
    variants_chart,
    waterfall_chart,
)
from reports.charts.chart_tables import Rows, chart_table
from reports.charts.curves import (
    Divided,
    curves,
    divided,
    drawdown_chart,
    growth_chart,
    rebased,
)
from reports.charts.figure import Chart, ChartView, Shared
from reports.charts.intervals import bar, scale_of
from reports.charts.svg import NARROW, WIDTH, static
from reports.contract.evaluation import ComparisonJson, EstimateJson, EvaluationJson
from reports.contract.manifest import ManifestJson
from reports.pages.links import run_links
from reports.pages.render import CLAIM_KINDS, KINDS, TemplateValues, render, verbatim
from reports.pages.script import (
    NAME,
    chart_data,
    data_block,
    nonce_of,
    policy,
    shown_charts,
)
from reports.record import RunRecord, curve_name
from reports.tables import returns
from reports.tables.caveats import caveats
from reports.tables.companies import Companies
from reports.tables.doubts import Doubts, doubts_of
from reports.tables.evaluation import pace_of, put_always, put_excess, surely, tables_of
from reports.tables.glossary import WORDS
from reports.tables.headline import leg_rows
from reports.tables.scored import scored_headline
from reports.tables.sentences import headline, sentences, voided
from reports.tables.trials import trials_of

CHARTS = ("growth", "drawdown", "allocation", "placebos", "waterfall", "variants")

Charts = Mapping[str, Chart]

FILLS_MAILED = 200
"""Of all fills the last, in one file; a thousand take 200 kB."""

FILLS_SHOWN = 500
"""Fills that a page of their table has; of more, all are text in a block for the script."""

NO_SCRIPT = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'"
)

UNJUDGED = (
    "This run was not evaluated: it was made without a verdict, or before there were any. "
    "Run it again to judge it."
)


@dataclass(frozen=True)
class Hero:
    """What a reader must know within ten seconds; first: the comparison, None where unjudged.

    name: of what it is compared with. excess: as its growth is put, `rate` in words; surely: with
    the interval of all looks, which is drawn; always: whether there is that. void: its figures
    prove nothing. scores: it has an article.
    """

    word: str
    kind: str
    reason: str
    first: ComparisonJson | None = None
    name: str = ""
    total: float | None = None
    excess: EstimateJson | None = None
    surely: EstimateJson | None = None
    always: bool = False
    void: bool = False
    yearly: bool = False
    rate: str = ""
    bar: Markup = Markup("")
    scores: bool = False


@dataclass(frozen=True)
class DrawnChart:
    """A chart that needs no script, with its values as a table.

    drawings: one a view, for a screen and for a phone.
    """

    chart: Chart
    drawings: tuple[tuple[ChartView, Markup], ...]
    rows: Rows


@dataclass(frozen=True)
class FillTable:
    """Fills as the text of their cells. rows: those that stand in the page; block: all of them."""

    rows: Sequence[tuple[str, ...]]
    count: int
    first: str
    last: str
    block: Markup = Markup("")


def verdict_page(
    record: RunRecord, *, tearsheet: bool = True, index: bool = False, single: bool = False
) -> str:
    """The page of a run, to stand beside its `newsfolio.js`; it asks for nothing else.

    The same run gives the same text. Any run gives a page: what is missing is said, with the
    reason. tearsheet, index: whether there is one to lead to, beside it and above. single: one
    file that needs no other and no script, its charts drawn already, each with its table.
    """
    manifest, evaluation = record.manifest, record.evaluation
    thesis, names = manifest["thesis"], Companies(manifest.get("names"))
    parts = divided(record)
    charts = {chart.name: chart for chart in _charts(record, parts, names)}
    source = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False)
    shared = parts.shared() if len(parts.days) else {}
    names = Companies(manifest.get("names"))
    falls, doubts = _falls(record, parts), doubts_of(manifest)
    return render(
        "verdict.html",
        {
            **(_drawn(charts, shared) if single else _scripted(charts, shared, source)),
            "style": verbatim("style.css") + verbatim("verdict.css"),
            "m": {"explained": None, "leg_rows": leg_rows(manifest), **manifest},
            "e": evaluation,
            "names": names,
            "words": WORDS,
            "links": () if single else run_links(tearsheet=tearsheet, index=index),
            "caveats": caveats(manifest, evaluation),
            "said": sentences(evaluation, pace_of(evaluation["scored"])) if evaluation else None,
            "hero": _hero(manifest, evaluation),
            "scored": scored_headline(manifest, evaluation),
            "parts": tables_of(evaluation) if evaluation else None,
            "claims": thesis.get("claims", []) if thesis else [],
            "claim_kinds": CLAIM_KINDS,
            "falls": falls,
            "falls_told": _deepest(falls),
            "doubts": doubts,
            "doubts_told": _prices(manifest, doubts),
            "trials": trials_of(manifest, evaluation),
            "fills": _fill_table(record.fills, names, single),
            "trades": returns.trades(record.fills),
            "lapses": returns.lapsed(record.lapses),
            "moved": returns.moved(record.cash),
            "held": _held(record),
            "tearsheet": tearsheet and not single,
            "single": single,
            "source": source,
        },
    )


def _scripted(charts: Charts, shared: Shared, source: str) -> TemplateValues:
    """What a page needs whose charts are drawn by the script beside it."""
    block = data_block(chart_data(charts, shared))
    nonce = nonce_of(source, block)
    drawn = {**dict.fromkeys(CHARTS), **shown_charts(charts, shared)}
    return {"policy": policy(nonce), "nonce": nonce, "script": NAME, "data": block, "charts": drawn}


def _drawn(charts: Charts, shared: Shared) -> TemplateValues:
    """What a page needs that stands for itself."""
    drawn = {
        name: DrawnChart(chart, _drawings(chart, shared), chart_table(chart, shared))
        for name, chart in charts.items()
    }
    return {"policy": NO_SCRIPT, "charts": {**dict.fromkeys(CHARTS), **drawn}}


def _drawings(chart: Chart, shared: Shared) -> tuple[tuple[ChartView, Markup], ...]:
    alone: ChartView = {"label": "", "finding": chart.finding, "layout": {}}
    return tuple(
        (view, Markup("").join(
            static(replace(chart, finding=view["finding"]), shared, place, width)
            for width in (WIDTH, NARROW)
        ))
        for place, view in enumerate(chart.views or (alone,))
    )  # fmt: skip


def _charts(record: RunRecord, parts: Divided, names: Companies) -> Iterator[Chart]:
    """Every chart that this run can carry."""
    if len(record.equity) > 1:
        lines = curves(record)
        yield growth_chart(lines, parts)
        yield drawdown_chart(lines, parts)
        allocation = allocation_chart(record, parts, names.beside)
        if allocation:
            yield allocation
    evaluation = record.evaluation
    if not evaluation:
        return
    pace, placebo = pace_of(evaluation["scored"]), evaluation["placebo"]
    drawn = (
        placebo_chart(
            {**placebo, "against": names.told(placebo["against"])}, record.placebos, pace
        ),
        waterfall_chart(evaluation["attribution"]) if evaluation["attribution"] else None,
        variants_chart(evaluation["overfitting"]["variants"], pace),
    )
    yield from (chart for chart in drawn if chart is not None)


def _hero(manifest: ManifestJson, evaluation: EvaluationJson | None) -> Hero:
    if not evaluation:
        return Hero("not judged", "none", UNJUDGED)
    first, verdict = evaluation["comparisons"][0], evaluation["verdict"]
    pace = pace_of(evaluation["scored"])
    excess, surest = put_excess(first, pace), surely(first, pace)
    return Hero(
        word=verdict["word"],
        kind=KINDS.get(verdict["word"], "none"),
        reason=headline(evaluation),
        first=first,
        name=curve_name(first["name"]),
        total=first["total"],
        excess=excess,
        surely=surest,
        always=put_always(first, pace).startswith("of"),
        void=bool(voided(evaluation)),
        yearly=pace.yearly,
        rate=pace.words,
        bar=bar(surest, scale_of([surest]), axis=True),
        scores=bool(manifest["thesis"]),
    )


def _deepest(falls: Sequence[returns.Fall]) -> str:
    """The deepest drawdown as a sentence."""
    if not falls:
        return ""
    deepest = falls[0]
    days = f"{deepest['days']:,} days"
    end = f"made up for after {days}" if deepest["recovered"] else f"not made up for in {days}"
    return f"{percent(deepest['depth'])} on {deepest['trough']:%Y-%m-%d}, {end}."


def _prices(manifest: ManifestJson, doubts: Doubts) -> str:
    """What the gate makes of the prices."""
    if manifest["data"]["simulated"]:
        return "Made up, so that nobody inspects them."
    return f"{doubts}." if doubts.rows else "The gate has no doubts about these prices."


def _falls(record: RunRecord, parts: Divided) -> list[returns.Fall]:
    """The deepest drawdowns since the divide; from the start where there is no article."""
    if len(record.equity) - parts.row < 2:
        return []
    own = rebased(record.curve, parts.row).iloc[parts.row :]
    return returns.drawdowns(own) if bool(own.notna().all()) else []


def _fill_table(fills: pd.DataFrame, names: Companies, single: bool) -> FillTable | None:
    """What the page shows of the fills; None without any."""
    rows = list(_fills(fills.iloc[-FILLS_MAILED:] if single else fills))
    if not rows:
        return None
    table = FillTable(rows, len(rows), rows[0][0], rows[-1][0])
    if len(rows) <= FILLS_SHOWN:
        return table
    companies = {line: names.of(line) for line in sorted({row[1] for row in rows})}
    lines = ["\t".join(row) for row in rows]
    block = data_block({"names": companies, "size": FILLS_SHOWN, "rows": lines})
    return replace(table, rows=rows[:FILLS_SHOWN], block=block)


def _fills(fills: pd.DataFrame) -> Iterator[tuple[str, ...]]:
    """Every fill as the text of its cells; value is quantity times price times rate."""
    if not len(fills):
        return
    days = pd.DatetimeIndex(fills["session"]).strftime("%Y-%m-%d")
    amounts = (fills[name].astype("float64").tolist()
               for name in ("quantity", "price", "rate", "fee", "slippage"))  # fmt: skip
    words = (
        fills[name].astype(str).str.replace("\t", " ").tolist() for name in ("asset", "currency")
    )
    for day, line, currency, quantity, price, rate, fee, slippage in zip(
        days, *words, *amounts, strict=True
    ):
        yield (
            day,
            line,
            "buy" if quantity > 0 else "sell",
            _units(quantity),
            f"{price:,.4f}",
            currency,
            f"{rate:.6g}",
            f"{quantity * price * rate:,.2f}",
            f"{fee:,.2f}",
            f"{slippage:,.2f}",
        )


def _units(quantity: float) -> str:
    return f"{quantity:,.0f}" if quantity == round(quantity) else f"{quantity:,.6f}"


def _held(record: RunRecord) -> list[tuple[str, float | None, float]]:
    """Line, weight of the last decision, weight at the last close; the largest first."""
    decided = returns.decided(record.targets)
    wanted = (
        None if decided is None else {str(line): float(decided[line]) for line in decided.index}
    )
    return [
        (line, None if wanted is None else _wanted(wanted, line), weight)
        for line, weight in returns.held(record.weights, decided)
    ]


def _wanted(wanted: Mapping[str, float], line: str) -> float:
    return 1 - sum(wanted.values()) if line == "cash" else wanted.get(line, 0.0)
