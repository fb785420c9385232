"""Why two runs differ."""

from __future__ import annotations

import dataclasses

import pandas as pd

from backtests.records.result import Result
from backtests.records.run_diff import difference
from tests.support.results import curve, fill, make, walk


def traded(name: str, *orders: tuple[str, float], seed: int = 1) -> Result:
    """Sixty sessions from 2019-01-02 on."""
    result = make(curve(walk(60, seed)), fills=[fill(day, size, 400.0) for day, size in orders])
    fills = result.fills.assign(session=pd.to_datetime(result.fills["session"]))
    return dataclasses.replace(result, fills=fills, manifest={**result.manifest, "id": name})


def later(result: Result, sessions: int) -> Result:
    """The same run, begun so many sessions later with the same money."""
    equity = result.equity.iloc[sessions:]
    window = {**result.manifest["window"], "start": f"{equity.index[0]:%Y-%m-%d}"}
    return dataclasses.replace(
        result,
        equity=equity / equity.iloc[0] * 1e6,
        fills=result.fills[result.fills["session"] >= equity.index[0]],
        manifest={**result.manifest, "id": "late", "window": window},  # type: ignore[typeddict-item]
    )


def test_fills_before_the_later_start_are_one_line() -> None:
    early = traded("early", ("2019-01-03", 10), ("2019-01-04", -5), ("2019-02-01", 7))
    parted = difference(early, later(early, 10))
    assert parted.first_day == "2019-01-16"
    assert parted.fills == (
        "early starts on 2019-01-02 and had made 2 fills before 2019-01-16, where both run",
    )
    assert parted.conclusion == "Only the dates differ, so they moved the figures."
    assert difference(later(early, 10), early).fills == parted.fills


def test_a_fill_that_one_run_alone_has_is_named_with_its_company() -> None:
    parted = difference(
        traded("one", ("2019-01-03", 7)), traded("other", ("2019-01-03", -10), seed=2)
    )
    assert parted.fills == (
        "one alone buys 7 0700.HK Tencent at 400.0000 on 2019-01-03",
        "other alone sells 10 0700.HK Tencent at 400.0000 on 2019-01-03",
    )
