"""Every table and drawing of the library's report, measured; the box holds what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from reports.tables import returns as own_tables
from reports.tearsheet.differences import ReportPart, differences
from reports.tearsheet.inputs import returns_of
from reports.tearsheet.library_report import arguments, drawing, library_report, versions
from tests.support.tearsheet_worlds import world

LONG = "twelve years"

CALLS = {
    "returns": "returns", "log_returns": "log_returns", "vol_returns": "returns",
    "eoy_returns": "yearly_returns", "monthly_dist": "histogram",
    "daily_returns": "daily_returns", "rolling_beta": "rolling_beta",
    "rolling_vol": "rolling_volatility", "rolling_sharpe": "rolling_sharpe",
    "rolling_sortino": "rolling_sortino", "dd_periods": "drawdowns_periods",
    "dd_plot": "drawdown", "monthly_heatmap": "monthly_heatmap", "returns_dist": "distribution",
}  # fmt: skip
"""By its place the library's public function that makes a drawing."""


@pytest.fixture(scope="module")
def asked() -> dict[str, tuple[tuple[Any, ...], dict[str, Any]]]:
    """What the whole report asks each of them, seen without drawing."""
    calls: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {}
    with drawing(), pytest.MonkeyPatch.context() as patch:
        from quantstats import plots

        for function in set(CALLS.values()):

            def spy(*given: Any, function: str = function, **more: Any) -> None:
                place = next(p for p, f in CALLS.items() if f == function and p not in calls)
                calls[place] = (given, {**more, "savefig": None})
                more["savefig"]["fname"].write(b"<svg></svg>")

            patch.setattr(plots, function, spy)
        library_report(world(LONG))
    return calls


@pytest.fixture(scope="module")
def drawn(
    asked: dict[str, tuple[tuple[Any, ...], dict[str, Any]]],
) -> Iterator[Callable[..., Any]]:
    """Have a drawing made as the report has it; `returns` in place of its own."""

    def axes(place: str, returns: pd.Series | None = None) -> Any:
        from quantstats import plots

        given, more = asked[place]
        if returns is not None:
            beside = tuple(returns * 0.9 for series in given[1:] if isinstance(series, pd.Series))
            given = (returns, *beside)
        figure = getattr(plots, CALLS[place])(*given, **more)
        figure.canvas.draw()
        return figure.axes[0]

    with drawing():
        yield axes


def still() -> pd.Series:
    """Returns so small that an axis needs tenths of a percent."""
    drawn = np.random.default_rng(1).normal(0, 0.0003, 300)
    return pd.Series(np.r_[0.0, drawn], index=pd.bdate_range("2020-01-01", periods=301), name="Own")


def rounded(axes: Any) -> bool:
    """Whether a label of the axis is not the percentage that stands there."""
    labels = [label.get_text() for label in axes.get_yticklabels()]
    return any(
        abs(float(label.rstrip("%")) - tick * 100) > 1e-6
        for label, tick in zip(labels, axes.get_yticks(), strict=True)
    )


def months_apart(axes: Any) -> bool:
    """Whether a bar stands at the label of another year."""
    years = sorted(set(world(LONG).equity.index.year))
    texts = [label.get_text() for label in axes.get_xticklabels()]
    labels = dict(zip(map(float, axes.get_xticks()), texts, strict=True))
    bars = [bar.get_x() + bar.get_width() for bar in axes.patches[: len(years)]]
    shown = [labels.get(float(round(x))) for x in bars]
    return any(text not in ("", str(year)) for text, year in zip(shown, years, strict=True))


def longest_not_deepest(axes: Any) -> bool:
    falls = own_tables.drawdowns(world(LONG).equity)
    from matplotlib.dates import num2date

    starts = {num2date(span.get_x()).date() for span in axes.patches}
    return any(
        not any(0 < (start - fall["peak"].date()).days <= 5 for start in starts) for fall in falls
    )


def outside(axes: Any) -> bool:
    """Whether January and February of the first year, which begins in March, have a figure."""
    return [text.get_text() for text in axes.texts[:2]] == ["0.00", "0.00"]


def boxes_of_months(axes: Any) -> bool:
    """Whether the box of months begins and ends elsewhere than months do."""
    rows = own_tables.monthly(world(LONG).equity)
    months = [value for row in rows for value in row["months"] if value is not None]
    box = axes.patches[2].get_path().vertices[:, 1]
    return not np.allclose(
        [box.min(), box.max()], [np.quantile(months, 0.25), np.quantile(months, 0.75)], atol=1e-4
    )


def falls_to_zero(axes: Any) -> bool:
    days, values = axes.lines[0].get_data()
    sums = pd.Series(values, index=pd.DatetimeIndex(days))
    return bool((sums[sums.index.day_of_week >= 5] == 0).all() and abs(sums).max() > 0.1)


def begins_at_zero(axes: Any) -> bool:
    return bool((np.asarray(axes.lines[0].get_ydata()[:100]) == 0).all())


def volatility_off(axes: Any) -> bool:
    returns = returns_of(world(LONG).equity)
    year = arguments(world(LONG))["periods_per_year"]
    half = int(np.ceil(year / 2))
    wanted = [np.std(returns[end - half : end], ddof=1) for end in range(half, len(returns) + 1)]
    return not np.allclose(axes.lines[0].get_ydata(), np.array(wanted) * np.sqrt(year), atol=1e-9)


FAULTS: dict[str, Callable[[Callable[..., Any], dict[str, Any]], bool]] = {
    "returns": lambda draw, _: rounded(draw("returns", still())),
    "log_returns": lambda draw, _: draw("log_returns").yaxis.get_transform().linthresh == 2,
    "vol_returns": lambda draw, _: rounded(draw("vol_returns", still())),
    "eoy_returns": lambda draw, _: months_apart(draw("eoy_returns")),
    "monthly_dist": lambda draw, _: (
        draw("monthly_dist").xaxis.get_major_formatter()(0.029, 0) == "2%"
    ),
    "daily_returns": lambda draw, _: falls_to_zero(draw("daily_returns")),
    "rolling_beta": lambda draw, _: begins_at_zero(draw("rolling_beta")),
    "rolling_vol": lambda draw, _: volatility_off(draw("rolling_vol")),
    "rolling_sharpe": lambda _, asked: "rf" not in asked["rolling_sharpe"][1],
    "rolling_sortino": lambda _, asked: "rf" not in asked["rolling_sortino"][1],
    "dd_periods": lambda draw, _: longest_not_deepest(draw("dd_periods")),
    "dd_plot": lambda draw, _: rounded(draw("dd_plot", still())),
    "monthly_heatmap": lambda draw, _: outside(draw("monthly_heatmap")),
    "returns_dist": lambda draw, _: boxes_of_months(draw("returns_dist")),
}
"""Whether a drawing is wrong, measured on what is drawn or on what is asked for."""


def rows(kind: ReportPart) -> set[str]:
    return {row.name for row in differences(*versions(), benchmark=True) if row.kind is kind}


@pytest.mark.parametrize("place", FAULTS)
def test_a_drawing_is_in_the_box_where_it_is_wrong(
    drawn: Callable[..., Any], asked: dict[str, Any], place: str
) -> None:
    assert FAULTS[place](drawn, asked) == (place in rows(ReportPart.DRAWING))


def test_every_drawing_is_measured() -> None:
    assert rows(ReportPart.DRAWING) <= FAULTS.keys() == CALLS.keys()


# --- tables ------------------------------------------------------------------------------------


@cache
def tables(benchmark: bool) -> dict[str, list[list[str]]]:
    """The two small tables, without drawing."""
    with drawing(), pytest.MonkeyPatch.context() as patch:
        from quantstats import plots

        for function in set(CALLS.values()):
            patch.setattr(plots, function, lambda *_, savefig, **__: savefig["fname"].write(b""))
        run = world(LONG)
        if not benchmark:
            from dataclasses import replace

            run = replace(run, benchmark=None)
        page = library_report(run)
    return {
        name: [
            re.findall(r"<td>(.*?)</td>", row) for row in re.findall(r"<tr>(<td>.*?)</tr>", part)
        ]
        for name, part in re.findall(r'id="(eoy|ddinfo)">(.*?)</table>', page, re.DOTALL)
    }


def years(who: str) -> list[float]:
    run = world(LONG)
    return [row[who] * 100 for row in own_tables.yearly(run.equity, run.benchmark)]


def test_calendar_years_are_ours_and_the_multiplier_is_none() -> None:
    rows = tables(True)["eoy"]
    assert [float(row[1]) for row in rows] == pytest.approx(years("benchmark"), abs=0.0051)
    assert [float(row[2]) for row in rows] == pytest.approx(years("strategy"), abs=0.0051)
    lost = [row for row in rows if float(row[1]) < 0 and float(row[2]) < 0]
    assert lost
    assert all(float(row[3]) > 0 for row in lost)


def test_alone_a_year_is_added_up() -> None:
    rows = tables(False)["eoy"]
    assert [float(row[2]) for row in rows] == pytest.approx(years("strategy"), abs=0.0051)
    assert [float(row[1]) for row in rows] != pytest.approx(years("strategy"), abs=0.5)


def test_a_drawdown_that_lasts_is_given_a_recovery() -> None:
    run = world(LONG)
    theirs = {row[0]: row for row in tables(True)["ddinfo"]}
    open_one = next(fall for fall in own_tables.drawdowns(run.equity) if fall["recovered"] is None)
    after = run.equity.index[run.equity.index.get_loc(open_one["peak"]) + 1]
    assert theirs[f"{after:%Y-%m-%d}"][1] == f"{run.equity.index[-1]:%Y-%m-%d}"
    assert rows(ReportPart.TABLE) == {"eoy", "ddinfo"}
