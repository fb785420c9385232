"""Why two runs differ: what went in, and the first session on which it shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
import pandas as pd

from backtests.records.result import Result
from newsfolio.formatting import amount, percent, ratio
from reports.contract.manifest import ManifestJson
from reports.tables.companies import Companies

_COSTS = ("costs", "lots", "dividends", "withholding", "impact", "participation", "funding",
          "credit_spread", "tolerance")  # fmt: skip
_WINDOW = ("start", "end")


_FIGURES: Mapping[str, Callable[[float | None], str]] = {
    "final_equity": amount,
    "total_return": percent,
    "cagr": percent,
    "volatility": percent,
    "sharpe": ratio,
    "max_drawdown": percent,
    "turnover": percent,
    "costs": amount,
    "trades": amount,
}


@dataclass(frozen=True)
class Cause:
    """One thing that went into the runs and is not the same; kind is what a reader looks for."""

    kind: str
    what: str
    one: str
    other: str


class CauseJson(TypedDict):
    """A `Cause` as `--json` prints it."""

    kind: str
    what: str
    one: str
    other: str


class RunDifferenceJson(TypedDict):
    """A `RunDifference` as `--json` prints it."""

    one: str
    other: str
    causes: list[CauseJson]
    figures: tuple[tuple[str, str, str], ...]
    first_day: str
    fills: tuple[str, ...]
    conclusion: str


@dataclass(frozen=True)
class RunDifference:
    """Two runs side by side.

    figures: name, first, second, as text. first_day: the first common session whose equity
    differs, "" if none does; fills: what was traded differently on it, as text.
    """

    one: str
    other: str
    causes: tuple[Cause, ...]
    figures: tuple[tuple[str, str, str], ...]
    first_day: str
    fills: tuple[str, ...]

    @property
    def conclusion(self) -> str:
        """What moved the figures, as far as the runs can tell."""
        kinds = list(dict.fromkeys(cause.kind for cause in self.causes))
        if not self.first_day:
            return "Equity is the same on every session that both have."
        if not kinds:
            return "Nothing that went in differs, and the figures do: please report this."
        if len(kinds) == 1:
            return f"Only the {kinds[0]} differ, so they moved the figures."
        return (
            f"{', '.join(kinds[:-1])} and {kinds[-1]} differ at once; change one at a time to "
            "tell which moved the figures."
        )

    def as_json(self) -> RunDifferenceJson:
        return {
            "one": self.one,
            "other": self.other,
            "causes": [
                {"kind": cause.kind, "what": cause.what, "one": cause.one, "other": cause.other}
                for cause in self.causes
            ],
            "figures": self.figures,
            "first_day": self.first_day,
            "fills": self.fills,
            "conclusion": self.conclusion,
        }

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """The figures of both as a table of text, the heading on top."""
        return [("", self.one, self.other), *self.figures]

    @property
    def cause_rows(self) -> list[tuple[str, ...]]:
        """What went into the two and differs, with its heading; nothing where nothing does."""
        rows = [(cause.kind, cause.what, cause.one, cause.other) for cause in self.causes]
        return [("differs", "in", self.one, self.other), *rows] if rows else []

    def as_text(self) -> str:
        """Where the two part, and the conclusion."""
        lines = []
        if self.first_day:
            lines.append(f"first difference in equity on {self.first_day}")
        lines += [f"  {fill}" for fill in self.fills]
        return "\n".join([*lines, self.conclusion])


def difference(result: Result, other: Result) -> RunDifference:
    """Compare what went into two runs and where their equity parts."""
    day = _parting(result.equity, other.equity)
    return RunDifference(
        one=result.id,
        other=other.id,
        causes=tuple(_causes(result.manifest, other.manifest)),
        figures=tuple(_figures(result, other)),
        first_day="" if day is None else f"{day:%Y-%m-%d}",
        fills=() if day is None else tuple(_traded(result, other, day)),
    )


def _causes(manifest: ManifestJson, other: ManifestJson) -> Iterator[Cause]:
    yield from _pairs("data", manifest["data"], other["data"], ("source", "snapshot"))
    yield from _pairs("code", manifest["strategy"], other["strategy"], ("name", "code"))
    yield from _pairs("code", manifest["versions"], other["versions"], ("newsfolio", "code"))
    yield from _pairs(
        "parameters", manifest["strategy"]["parameters"], other["strategy"]["parameters"]
    )
    yield from _pairs("costs", manifest["settings"], other["settings"], _COSTS)
    yield from _pairs("dates", manifest["window"], other["window"], _WINDOW)
    both = dict.fromkeys([*manifest["settings"], *other["settings"]])
    rest = [key for key in both if key not in (*_COSTS, *_WINDOW)]
    yield from _pairs("settings", manifest["settings"], other["settings"], rest)
    packages = [key for key in manifest["versions"] if key not in ("newsfolio", "code")]
    yield from _pairs("packages", manifest["versions"], other["versions"], packages)


def _pairs(
    kind: str,
    values: Mapping[str, object],
    other: Mapping[str, object],
    keys: Iterable[str] | None = None,
) -> Iterator[Cause]:
    names = {"code": "file" if "doc" in values else "engine"} if kind == "code" else {}
    for key in keys if keys is not None else dict.fromkeys([*values, *other]):
        a, b = values.get(key), other.get(key)
        if a != b:
            yield Cause(kind, names.get(key, key), _in_words(a), _in_words(b))


def _in_words(value: object) -> str:
    return "none" if value is None else str(value)


def _figures(result: Result, other: Result) -> Iterator[tuple[str, str, str]]:
    for name, shown in _FIGURES.items():
        a, b = (
            "n/a" if run.metrics[name] is None else shown(run.metrics[name])
            for run in (result, other)
        )
        yield name.replace("_", " "), a, b


def _parting(curve: pd.Series, other: pd.Series) -> pd.Timestamp | None:
    """The first common session on which two curves are not the same to a billionth."""
    both = pd.concat({"one": curve, "other": other}, axis=1, join="inner")
    apart = ~np.isclose(both["one"], both["other"], rtol=1e-9, atol=0)
    return pd.Timestamp(both.index[apart][0]) if apart.any() else None


def _traded(result: Result, other: Result, day: pd.Timestamp) -> Iterator[str]:
    """Fills up to the parting that only one of the runs has; before both run, their number."""
    names = Companies({**other.manifest.get("names", {}), **result.manifest.get("names", {})})
    since = max(run.equity.index[0] for run in (result, other))
    for run in (result, other):
        early = int((run.fills["session"] < since).sum())
        if run.equity.index[0] < since:
            fills = f"{early:,} {'fill' if early == 1 else 'fills'}"
            yield (f"{run.id} starts on {run.equity.index[0]:%Y-%m-%d} and had made {fills} "
                   f"before {since:%Y-%m-%d}, where both run")  # fmt: skip
    columns = ["session", "asset", "quantity", "price"]
    tables = [
        run.fills.loc[run.fills["session"].between(since, day), columns] for run in (result, other)
    ]
    both = tables[0].merge(tables[1], how="outer", indicator=True)
    for name, side in ((result.id, "left_only"), (other.id, "right_only")):
        alone = both[both["_merge"] == side]
        for session, asset, quantity, price in alone[columns].head(3).to_numpy().tolist():
            does = f"{'buys' if quantity > 0 else 'sells'} {abs(quantity):,.0f}"
            line = f"{names.beside(asset)} at {price:,.4f} on {pd.Timestamp(session):%Y-%m-%d}"
            yield f"{name} alone {does} {line}"
        if len(alone) > 3:
            yield f"and {len(alone) - 3} more fills of {name}"
