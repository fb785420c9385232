"""The scored window in one look: own return, control, benchmark, drawdown, and the gaps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypedDict

from newsfolio.formatting import A_YEAR_FROM, defined, percent, ratio, signed
from reports.contract.evaluation import EvaluationJson
from reports.contract.manifest import ManifestJson, ScoredCurveJson, ScoredFiguresJson
from reports.tables.companies import Companies


class RoleJson(TypedDict):
    """A `ScoredCurve` as `--json` prints it."""

    role: str
    name: str
    total: float | None
    yearly: float | None
    drawdown: float | None
    gap: float | None
    gap_yearly: float | None


class ScoredWindowJson(TypedDict):
    """A `ScoredHeadline` as `--json` prints it."""

    divide: str
    end: str
    sessions: int
    years: float
    curves: list[RoleJson]


@dataclass(frozen=True)
class ScoredCurve:
    """One curve over the sessions that score, as fractions.

    role: "strategy", "control" or "benchmark". yearly: growth a year, None below A_YEAR_FROM
    sessions. gap, gap_yearly: by how much the strategy is ahead of it; None of the strategy itself.
    """

    role: str
    name: str
    total: float | None
    yearly: float | None
    drawdown: float | None
    gap: float | None = None
    gap_yearly: float | None = None

    def as_json(self) -> RoleJson:
        return {
            "role": self.role, "name": self.name, "total": self.total, "yearly": self.yearly,
            "drawdown": self.drawdown, "gap": self.gap, "gap_yearly": self.gap_yearly,
        }  # fmt: skip


@dataclass(frozen=True)
class ScoredHeadline:
    """What the sessions after the divide made of the thesis; the strategy stands first."""

    divide: str
    end: str
    sessions: int
    years: float
    curves: tuple[ScoredCurve, ...]

    @property
    def own(self) -> ScoredCurve:
        return self.curves[0]

    def of(self, role: str) -> ScoredCurve | None:
        """The first curve of a role; None where there is none."""
        return next((curve for curve in self.curves if curve.role == role), None)

    def as_json(self) -> ScoredWindowJson:
        return {
            "divide": self.divide, "end": self.end, "sessions": self.sessions, "years": self.years,
            "curves": [curve.as_json() for curve in self.curves],
        }  # fmt: skip


def scored_headline(
    manifest: ManifestJson, evaluation: EvaluationJson | None = None
) -> ScoredHeadline | None:
    """The scored window of a run; None without an article, or where an older run does not say."""
    if not manifest["thesis"]:
        return None
    figures = manifest.get("scored_figures") or _of_evaluation(evaluation)
    if not figures or "strategy" not in figures["curves"]:
        return None
    return ScoredHeadline(
        figures["divide"], figures["end"], figures["sessions"], figures["years"],
        tuple(_curves(manifest, figures)),
    )  # fmt: skip


def _curves(manifest: ManifestJson, figures: ScoredFiguresJson) -> Iterator[ScoredCurve]:
    """Strategy, first control and benchmark, where there are such."""
    own, years = figures["curves"]["strategy"], figures["years"]
    short = figures["sessions"] < A_YEAR_FROM
    roles = [("control", name) for name in manifest["controls"][:1]]
    if manifest["benchmark"]:
        roles.append(("benchmark", "benchmark"))
    yield _curve("strategy", manifest["strategy"]["label"], own, short)
    for role, name in roles:
        other = figures["curves"].get(name)
        if other is None:
            continue
        gap = _ahead(own["total_return"], other["total_return"])
        yearly = None if short or gap is None or gap <= -1 else (1 + gap) ** (1 / years) - 1
        label = manifest["benchmark"]["label"] if manifest["benchmark"] else name
        shown = name if role == "control" else label
        yield _curve(role, shown, other, short, gap, yearly)


def _curve(
    role: str, name: str, figures: ScoredCurveJson, short: bool,
    gap: float | None = None, gap_yearly: float | None = None,
) -> ScoredCurve:  # fmt: skip
    return ScoredCurve(
        role, name, figures["total_return"], None if short else figures["cagr"],
        figures["max_drawdown"], gap, gap_yearly,
    )  # fmt: skip


def _ahead(own: float | None, other: float | None) -> float | None:
    """Growth over growth, less one; unknown against what was lost whole."""
    if not (defined(own) and defined(other)) or other <= -1:
        return None
    return (1 + own) / (1 + other) - 1


def _of_evaluation(evaluation: EvaluationJson | None) -> ScoredFiguresJson | None:
    """The same from an evaluation, of runs whose manifest does not say it."""
    if evaluation is None:
        return None
    scored = evaluation["scored"]
    return {
        "divide": scored["divide"],
        "end": scored["end"],
        "sessions": scored["sessions"],
        "years": scored["years"],
        "curves": {
            curve["name"]: {
                "total_return": curve["total_return"]["value"],
                "cagr": curve["cagr"]["value"],
                "max_drawdown": curve["max_drawdown"]["value"],
            }
            for curve in evaluation["figures"]
        },
    }


HEADINGS = ("in total", "a year", "max drawdown", "ahead in total", "ahead a year")


def scored_rows(scored: ScoredHeadline, names: Companies) -> list[tuple[str, ...]]:
    """The window as a table of text: a row a curve, the strategy first; the heading on top."""
    rows = [
        (
            curve.name if curve.role == "strategy" else f"{curve.role}: {names.told(curve.name)}",
            percent(curve.total),
            percent(curve.yearly),
            percent(curve.drawdown),
            "" if curve.role == "strategy" else signed(curve.gap),
            "" if curve.role == "strategy" else signed(curve.gap_yearly),
        )
        for curve in scored.curves
    ]
    return [(f"scored since {scored.divide}", *HEADINGS), *rows]


def scored_lines(scored: ScoredHeadline, names: Companies) -> list[str]:
    """The same in lines of text: the window, and each curve with how far the strategy is ahead."""
    lines = [f"{'scored':<14}{window_of(scored)}"]
    for curve in scored.curves:
        named = f" ({names.told(curve.name)})" if curve.role != "strategy" else ""
        yearly = f", {percent(curve.yearly)} a year" if defined(curve.yearly) else ""
        ahead = f", ahead of it {signed(curve.gap)}" if defined(curve.gap) else ""
        lines.append(
            f"{curve.role:<14}{percent(curve.total)} in total{yearly}{ahead}, "
            f"max drawdown {percent(curve.drawdown)}{named}"
        )
    return lines


def window_of(scored: ScoredHeadline) -> str:
    """From when to when it scores, and how long that is."""
    sessions = "1 session" if scored.sessions == 1 else f"{scored.sessions:,} sessions"
    return f"{scored.divide} to {scored.end}, {sessions}, {ratio(scored.years, 1)} years"
