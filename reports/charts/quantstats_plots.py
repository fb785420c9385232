"""Drawings of a run: our own curve, and those of quantstats that are right, fenced in.

quantstats draws and computes nothing that is shown as a number. It is given returns on one index,
a leading zero, real sessions a year and fixed names; it is asked only for the drawings that are
shown, and those that it gets wrong are left out (`LEFT_OUT` says why).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from io import StringIO
from math import ceil
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from reports.charts.matplotlib_svg import fixed_style, inline_svg, matplotlib_defaults
from reports.record import RunRecord, scoring

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STRATEGY, BENCHMARK = "#1f6fb2", "#d38b00"

FEWEST = 60
"""Sessions below which quantstats is not asked: its axes and densities say nothing by then."""

LEFT_OUT = (
    ("its metrics table", "counts rows for years and one constant cash rate; ours is above"),
    ("yearly bars", "labels a year late with pandas 3; our table replaces them"),
    ("yearly and drawdown tables", "an open drawdown is given a recovery date; ours replace them"),
    ("monthly heatmap", "shows months outside the run as 0.00; our table replaces it"),
    ("log-scaled returns", "the scale is linear below +200 %; our curve has a true log axis"),
    ("rolling Sharpe and Sortino", "cash is taken as zero"),
    ("rolling beta", "the first half year is drawn as zero"),
    ("daily returns", "draws a running sum that falls to zero on days without a session"),
    ("drawdown periods", "titled worst, but picks the longest"),
    ("distribution of monthly returns", "axis labels are cut to whole percent: 4 % for 5 %"),
    ("return quantiles", "months that end without a session are lost, the rest counted by day"),
)


@dataclass(frozen=True)
class Drawing:
    """An inline SVG with the words around it."""

    name: str
    title: str
    caption: str
    svg: Markup


@dataclass(frozen=True)
class Gallery:
    """The drawings of a run, and a sentence for each that cannot be made."""

    drawings: tuple[Drawing, ...]
    sentences: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class PlotInput:
    """All that the drawings of a run are made from, without the long tables that none needs.

    context_end: until when the run explains and does not score; None where all of it scores, and
        without a thesis.
    """

    equity: pd.Series
    references: pd.DataFrame
    currency: str
    context_end: pd.Timestamp | None


def plot_input(record: RunRecord) -> PlotInput:
    """What is drawn of a run."""
    currency = str(record.manifest["settings"]["currency"])
    return PlotInput(record.equity, record.references, currency, context_end(record))


def context_end(record: RunRecord) -> pd.Timestamp | None:
    """Until when the run explains and does not score; None without a thesis, or before it."""
    if not record.manifest["thesis"] or record.equity.empty:
        return None
    first, last = record.equity.index[0], record.equity.index[-1]
    scored = scoring(record.manifest, record.evaluation)
    if scored["divide"] and pd.Timestamp(scored["divide"]) <= first:
        return None
    return min(pd.Timestamp(scored["from"]), last) if scored["from"] else last


def gallery(record: RunRecord) -> Gallery:
    """Everything that can be drawn of a run without saying something wrong."""
    return draw_gallery(plot_input(record))


def draw_gallery(run: PlotInput) -> Gallery:
    """The same, from no more than it takes."""
    if len(run.equity) < 2:
        return Gallery((), ("Nothing is drawn: a curve needs two sessions.",))
    benchmark, sentences = _fair_benchmark(run)
    refusal = _refusal(run.equity)
    with matplotlib_defaults():
        own = _curve(run)
        if refusal:
            return Gallery((own,), (*sentences, refusal))
        theirs, more = _quantstats(run.equity, benchmark)
    return Gallery((own, *theirs), (*sentences, *more))


def import_libraries() -> None:
    """Import all that draws, which takes as long as drawing does."""
    with matplotlib_defaults():
        from matplotlib.figure import Figure  # noqa: F401
        from quantstats import plots  # noqa: F401


def _refusal(equity: pd.Series) -> str:
    """Why quantstats is not asked to draw this curve; empty where it is."""
    why = _unfit(equity)
    if len(equity) < FEWEST:
        why = f"{len(equity)} sessions are too few, its drawings start at {FEWEST}"
    return f"The drawings of quantstats are left out: {why}." if why else ""


def _unfit(equity: pd.Series) -> str:
    """What quantstats would crash on or misread: measured, one reason each."""
    if not (equity > 0).all():
        return "the equity fell to zero or below, and returns mean nothing after that"
    returns = _returns(equity)
    if float(returns.max() - returns.min()) < 1e-9:
        return "the equity never moved"
    if returns.min() >= 0 and returns.max() > 1:
        return "a series without a loss that doubles in one session is read as prices"
    return ""


def _fair_benchmark(run: PlotInput) -> tuple[pd.Series | None, tuple[str, ...]]:
    """The benchmark on the strategy's own sessions, or the reason why it is not drawn beside."""
    if "benchmark" not in run.references:
        return None, ()
    benchmark = run.references["benchmark"].reindex(run.equity.index)
    why = "it has gaps" if benchmark.isna().any() else _unfit(benchmark)
    if why:
        return None, (f"The drawings of quantstats are without the benchmark: {why}.",)
    return benchmark, ()


def _returns(equity: pd.Series) -> pd.Series:
    """Session returns with a leading zero: the initial capital is the first high."""
    returns = equity.astype("float64").pct_change()
    returns.iloc[0] = 0.0
    return returns


def _quantstats(
    equity: pd.Series, benchmark: pd.Series | None
) -> tuple[tuple[Drawing, ...], tuple[str, ...]]:
    wanted = _wanted(equity, benchmark)
    try:
        files = quantstats_files(
            _returns(equity), None if benchmark is None else _returns(benchmark), wanted
        )
    except ValueError as error:
        # Measured: its regression refuses equal values, its density (LinAlgError) too few months.
        return (), (f"The drawings of quantstats are left out: it stopped with “{error}”.",)
    return tuple(
        Drawing(name, title, caption, inline_svg(files[name], name, f"{title}. {caption}"))
        for name, (title, caption) in wanted.items()
    ), ()


def quantstats_files(
    returns: pd.Series, benchmark: pd.Series | None, wanted: Iterable[str]
) -> dict[str, str]:
    """The drawings wanted, as SVG files: quantstats' whole page has ten more, and slow tables."""
    from quantstats import plots
    from quantstats._plotting import core

    fixed_style()  # importing quantstats sets a theme, but only the first time
    own = returns.rename("Strategy")
    beside = None if benchmark is None else benchmark.rename("Benchmark")
    year = _sessions_a_year(returns)
    draw: Any = plots
    ways: dict[str, Callable[..., object]] = {
        "returns": partial(draw.returns, own, beside, figsize=(8, 5), prepare_returns=False),
        "vol_returns": partial(
            draw.returns, own, beside,
            figsize=(8, 4), match_volatility=True, prepare_returns=False,
        ),
        "dd_plot": partial(draw.drawdown, own, figsize=(8, 3)),
        "rolling_vol": partial(
            draw.rolling_volatility, own, beside,
            figsize=(8, 3), period=_half(returns), periods_per_year=year,
        ),
    }  # fmt: skip
    with _exact_labels(core):
        return {name: _recoloured(_file(ways[name])) for name in wanted}


def _file(draw: Callable[..., object]) -> str:
    """What a drawing of quantstats saves."""
    text = StringIO()
    save = {"fname": text, "format": "svg"}
    draw(subtitle=False, show=False, ylabel="", savefig=save)
    return text.getvalue()


def _half(curve: pd.Series) -> int:
    """Sessions in half a year."""
    return ceil(_sessions_a_year(curve) / 2)


def _sessions_a_year(curve: pd.Series) -> float:
    """Real sessions a calendar year."""
    days = pd.DatetimeIndex(curve.index)
    return (len(days) - 1) / ((days[-1] - days[0]).days / 365.25)


@contextmanager
def _exact_labels(core: Any) -> Iterator[None]:
    """Label axes with the percentages that stand there: quantstats rounds 2.5 % to 2 %.

    core: its plotting module, whose two formatters are its own names; there is no option for it.
    """
    from matplotlib.ticker import FuncFormatter

    own = core.format_pct_axis, core._FormatStrFormatter
    core.format_pct_axis = _percent_label
    core._FormatStrFormatter = lambda _: FuncFormatter(_percent_label)
    try:
        yield
    finally:
        core.format_pct_axis, core._FormatStrFormatter = own


def _percent_label(value: float, _: object = None) -> str:
    return f"{round(value * 100, 8) + 0.0:,.10g} %"


def _recoloured(svg: str) -> str:
    """quantstats' two colours as those of our own curve; its yellow is hard to see on white."""
    return svg.replace("#fedd78", BENCHMARK).replace("#348dc1", STRATEGY)


def _wanted(equity: pd.Series, benchmark: pd.Series | None) -> dict[str, tuple[str, str]]:
    """Titles and captions of what this curve is long enough for."""
    half = _half(equity)
    wanted = {"returns": ("Cumulative return", "From the initial capital, compounded.")}
    if benchmark is not None:
        wanted["vol_returns"] = (
            "Cumulative return at the benchmark's volatility",
            "Returns scaled by one factor, known only afterwards, to the benchmark's deviation.",
        )
    wanted["dd_plot"] = (
        "Under water",
        "Equity below its highest so far; the dashed line is the mean over all sessions.",
    )
    if len(equity) > 2 * half:
        wanted["rolling_vol"] = ("Rolling volatility", f"Annualised, over {half} sessions.")
    return wanted


def _curve(run: PlotInput) -> Drawing:
    """Equity of strategy, benchmark and controls; what scores nothing is grey."""
    from matplotlib.figure import Figure

    fixed_style()
    figure = Figure(figsize=(9, 4.2), layout="constrained")
    axes = figure.add_subplot()
    _shade(axes, run)
    for label, curve, look in _lines(run):
        axes.plot(curve.index.to_numpy(), curve.to_numpy(), label=label, **look)
    _axes(axes, run)
    text = StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None})
    title = f"Equity, {run.currency}"
    caption = "Strategy, benchmark and controls from the same initial capital" + (
        "; grey is context." if run.context_end is not None else "."
    )
    return Drawing(
        "equity", title, caption, inline_svg(text.getvalue(), "equity", f"{title}. {caption}")
    )


def _shade(axes: Axes, run: PlotInput) -> None:
    if run.context_end is not None:
        start = run.equity.index[0]
        axes.axvspan(start, run.context_end, color="#e4e4e4", lw=0, zorder=0, label="context")  # type: ignore[arg-type]


def _lines(run: PlotInput) -> list[tuple[str, pd.Series, dict[str, Any]]]:
    """Label, curve and look of each line, the strategy last so that it lies on top."""
    controls = [name for name in run.references if name != "benchmark"]
    greys = ("#8a8a8a", "#7a5c99", "#5c8f6b", "#99745c")
    lines: list[tuple[str, pd.Series, dict[str, Any]]] = [
        (f"Control: {name:.40}", run.references[name], {"color": colour, "lw": 1.0, "ls": "--"})
        for name, colour in zip(controls, greys, strict=False)
    ]
    if "benchmark" in run.references:
        lines.append(("Benchmark", run.references["benchmark"], {"color": BENCHMARK}))
    return [*lines, ("Strategy", run.equity, {"color": STRATEGY, "lw": 1.8})]


def _axes(axes: Axes, run: PlotInput) -> None:
    """A log axis with round amounts where all curves are positive, a linear one otherwise."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
    from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

    low = min(float(curve.min()) for _, curve, _ in _lines(run))
    high = max(float(curve.max()) for _, curve, _ in _lines(run))
    if low > 0:
        axes.set_yscale("log")
    wide = low > 0 and high / low > 20
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)) if wide else MaxNLocator(7))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    dates = AutoDateLocator()
    axes.xaxis.set_major_locator(dates)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(dates))
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.margins(x=0.01)
    axes.legend(loc="upper left", fontsize=9, framealpha=0.9)
