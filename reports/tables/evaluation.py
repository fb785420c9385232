"""An evaluation as the rows of the page's tables: text where there is a figure, else the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from newsfolio.formatting import chance, defined, percent, ratio, signed
from reports.charts.breakdowns import PIECES
from reports.charts.intervals import bar, scale_of

Found = Mapping[str, Any]


@dataclass(frozen=True)
class Cell:
    """A figure and what stands small below it: its interval, or why there is none."""

    text: str
    small: str = ""
    drawn: Markup = Markup("")


@dataclass(frozen=True)
class Fact:
    """A figure with its name and what it means."""

    name: str
    cell: Cell
    meaning: str


_ROWS = (
    ("total_return", "Total return", percent),
    ("cagr", "CAGR", percent),
    ("volatility", "Volatility", percent),
    ("sharpe", "Sharpe ratio", ratio),
    ("max_drawdown", "Maximum drawdown", percent),
)


def of(found: Found) -> dict[str, Any]:
    """All tables of an evaluation, by name."""
    return {
        "columns": found["figures"],
        "figures": [
            (label, [estimate(figure[key], form) for figure in found["figures"]])
            for key, label, form in _ROWS
        ],
        "comparisons": _comparisons(found["comparisons"]),
        "significance": _significance(found["significance"]),
        "power": _power(found["power"]),
        "alpha": _alpha(found["alpha"]),
        "attribution": _attribution(found["attribution"]) if found["attribution"] else [],
        "effects": _effects(found["attribution"]) if found["attribution"] else [],
        "variants": _variants(found["overfitting"]["variants"]),
        "pbo": [(blocks, chance(value)) for blocks, value in found["overfitting"]["pbo"]],
        "spa": _spa(found["overfitting"]["spa"]),
        "studies": [_study(one) for one in found.get("studies") or ()],
    }


def estimate(one: Found, form: Any = percent) -> Cell:
    """A figure with its interval; without one, n/a and why."""
    if not defined(one["value"]):
        return Cell("n/a", one["why"] or "undefined on this curve")
    if defined(one["low"]) and defined(one["high"]):
        digits = 2 if form is ratio else 1
        low, high = (form(one[end], digits) for end in ("low", "high"))
        return Cell(form(one["value"]), f"{low} to {high}")
    return Cell(form(one["value"]), one["why"])


def _known(value: float | None, form: Any, why: str) -> Cell:
    return Cell(form(value)) if defined(value) else Cell("n/a", why)


def _comparisons(rows: Sequence[Found]) -> list[dict[str, Any]]:
    """One row an alternative, their excesses drawn on one scale."""
    scale = scale_of([row["excess"] for row in rows])
    return [
        {
            **row,
            "excess": estimate(row["excess"], signed),
            "drawn": bar(row["excess"], scale),
            "total": _known(row["total"], signed, row["excess"]["why"]),
            "sharpe": estimate(row["sharpe_difference"], ratio),
            "p": chance(row["p"]),
            "error": percent(row["tracking_error"]),
            "correlation": ratio(row["correlation"]),
            "beta": ratio(row["beta"]) if defined(row["beta"]) else "",
        }
        for row in rows
    ]


def _significance(one: Found) -> list[Fact]:
    why = one["why"] or "not known"
    trials = "n/a" if one["trials"] is None else f"{one['trials']:,}"
    everything = "" if one["all_trials"] is None else f"{one['all_trials']:,} over all theses"
    return [
        Fact("Sharpe ratio of the difference", _known(one["sharpe"], ratio, why),
             "Of returns less those of the control, a year."),
        Fact("Probabilistic Sharpe ratio", _known(one["probabilistic"], _share, why),
             "Chance that the true one is above zero, skew and fat tails counted."),
        Fact("Deflated Sharpe ratio", _known(one["deflated"], _share, why),
             "The same against the best that luck finds in as many trials."),
        Fact("Trials", Cell(trials, everything),
             "Distinct variants of this thesis in the ledger."),
        Fact("Best by luck alone", _known(one["expected_best"], ratio, why),
             "Sharpe ratio that the best of the trials is expected to show without any edge."),
        Fact("Record needed", _known(one["needed"], _years, why),
             "Minimum track record that would prove this Sharpe ratio above zero."),
        Fact("Skewness and kurtosis", _pair(one, why), "Of the difference; a normal one has 0, 3."),
    ]  # fmt: skip


def _power(one: Found) -> list[Fact]:
    return [
        Fact("Record so far", Cell(_years(one["had"])), "Calendar years since the divide."),
        Fact(f"Needed for an edge of {one['edge']:g}", Cell(_years(one["needed"])),
             "Until a true annual Sharpe edge of that size can be told from luck."),
        Fact("Provable by now", _known(one["provable"], ratio, "the record is too short"),
             "Smallest annual Sharpe edge that this record can prove."),
    ]  # fmt: skip


def _alpha(one: Found) -> dict[str, Any]:
    scale = scale_of([one["alpha"]])
    lags = "n/a" if one["lags"] is None else str(one["lags"])
    return {
        "facts": [
            Fact("Alpha a year", estimate(one["alpha"], signed), "Return that the proxies leave."),
            Fact("t and p", Cell(f"{ratio(one['t'])}, {chance(one['p'])}"),
                 f"Newey-West errors with {lags} lags."),
            Fact("R squared", Cell(percent(one["r_squared"], 1)),
                 "Share of the variance that the proxies explain."),
        ],
        "drawn": bar(one["alpha"], scale, axis=True),
    }  # fmt: skip


def _attribution(one: Found) -> list[dict[str, Any]]:
    """Tables of contributions, each with cash and the sum that they must reach."""
    kinds = (("Sleeve", "sleeves"), ("Country", "countries"), ("Currency", "currencies"),
             ("Line", "lines"))  # fmt: skip
    return [
        {
            "kind": kind,
            "name": name,
            "rows": [_part(part) for part in sorted(one[name], key=lambda part: -part["total"])],
            "cash": signed(one["cash"]),
            "sum": _part({key: sum(part[key] for part in one[name]) for key, _ in PIECES}
                         | {"name": "Total", "total": one["total"]}),
        }
        for kind, name in kinds
    ]  # fmt: skip


def _part(part: Found) -> list[str]:
    return [str(part["name"]), *(signed(part[key]) for key, _ in PIECES), signed(part["total"])]


def _effects(one: Found) -> list[list[str]]:
    rows = [(str(e["name"]), e["allocation"], e["selection"]) for e in one["active"]]
    if rows:
        rows.append(("Total", sum(row[1] for row in rows), sum(row[2] for row in rows)))
    return [[name, signed(a), signed(s), signed(a + s)] for name, a, s in rows]


def _variants(rows: Sequence[Found]) -> list[tuple[str, str, str, bool]]:
    order = sorted(rows, key=lambda row: -(row["excess"] if defined(row["excess"]) else -1e9))
    return [
        (str(row["label"]), signed(row["excess"]), ratio(row["sharpe"]), bool(row["chosen"]))
        for row in order
    ]


def _spa(values: Sequence[float] | None) -> str:
    if not values:
        return ""
    return ", ".join(
        f"{name} {chance(value)}"
        for name, value in zip(("lower", "consistent", "upper"), values, strict=True)
    )


def _study(one: Found) -> dict[str, Any]:
    """An event study: its events, and a row a window."""
    return {
        **one,
        "lines": ", ".join(one["basket"]),
        "events": [_event(event) for event in one["events"]],
        "windows": [_window(window) for window in one["windows"]],
    }


def _event(one: Found) -> str:
    """An event with what stands behind its figures, or why it has none."""
    role = "scored" if one["scored"] else "context"
    if one["why"]:
        return f"{one['day']} ({role}): no figure, {one['why']}"
    lines = "1 line" if one["lines"] == 1 else f"{one['lines']} lines"
    on = f"day 0 is {one['session']}, {lines}, model of {one['sessions']} sessions"
    return f"{one['day']} ({role}): {on}"


def _window(one: Found) -> dict[str, Any]:
    first, last = one["first"], one["last"]
    left_out = "; ".join(one["missing"])
    return {
        "span": f"{first}" if first == last else f"{first} to {last}",
        "sentence": one["sentence"] or f"No figure. {left_out}",
        "left_out": left_out if one["sentence"] else "",
        "events": str(one["events"]),
        "car": signed(one["car"]),
        "error": percent(one["error"]),
        "t": ratio(one["t"]),
        "p": chance(one["p"]),
        "rank": Cell(percent(one["percentile"], 1), f"of {one['placebos']:,}"),
    }


def _share(value: float) -> str:
    return percent(value, 1)


def _years(value: float) -> str:
    if value > 1000:
        return "more than 1,000 years"
    return f"{value:,.1f} years" if value >= 2 else f"{value * 12:,.0f} months"


def _pair(one: Found, why: str) -> Cell:
    if not (defined(one["skew"]) and defined(one["kurtosis"])):
        return Cell("n/a", why)
    return Cell(f"{ratio(one['skew'])}, {ratio(one['kurtosis'])}")
