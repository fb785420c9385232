"""Runs on members by date: who is sold when, who ended, and what the missing ones weigh."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from backtests import run as run_and_keep
from backtests import strategy_loader
from backtests.records.from_run import result_of
from backtests.records.result import Result
from backtests.runner.fingerprint import code_behind
from backtests.runner.run_strategy import run_strategy
from backtests.settings import Settings
from backtests.sweeps.sweep import sweep
from newsfolio import Fixed, MissingData, Strategy, equal, members, monthly, param
from reports.tables.caveats import caveats
from tests.support.shell import Shell
from tests.support.switch import DAYS, LINES, Made, line, noise

ENDED = "2023-05-10"
SHORT = line("END", noise(7), DAYS[: int(DAYS.searchsorted(pd.Timestamp(ENDED))) + 1])
BARS = {**LINES, "END": SHORT}

INDEX = members(
    "The index",
    """member,from,until,known
AAA,2020-01-02,2023-03-15,2019-12-02
BBB,2022-11-01,,2022-10-20
END,2022-01-03,,2021-12-20
GONE,2021-06-01,2022-12-30,2021-05-20
AAA,2023-08-01,,2023-07-20
""",
)


@dataclass(frozen=True)
class Tracking(Strategy):
    """Equal parts of the members."""

    share: float = param(1.0, low=0.0, high=1.0)

    universe = INDEX
    rebalance = monthly
    benchmark = Fixed(mix=((1.0, INDEX),))
    grid = {"share": (0.5, 1.0)}

    def weights(self, view: Any) -> dict[str, float]:
        now = INDEX.at(view)
        return {line: self.share * part for line, part in equal(now).items()} if now.lines else {}


@cache
def tracked() -> Result:
    wanted: Any = {"engine": "kernel", "start": "2022-01-03"}
    return result_of(run_strategy(Tracking(), Made(BARS), Settings(**wanted), verify=True))


def test_a_member_that_left_is_sold_at_the_next_decision() -> None:
    targets = tracked().targets
    decided = {f"{day:%Y-%m-%d}": dict(row[row != 0]) for day, row in targets.iterrows()}
    assert decided["2022-10-31"] == {"AAA": 0.5, "END": 0.5}
    assert (
        decided["2022-11-30"]
        == decided["2023-02-28"]
        == dict.fromkeys(("AAA", "BBB", "END"), 1 / 3)
    )  # GONE, a member without prices, is nobody
    assert decided["2023-03-31"] == {"BBB": 0.5, "END": 0.5}
    assert decided["2023-05-31"] == {"BBB": 1.0}
    assert decided["2023-08-31"] == {"AAA": 0.5, "BBB": 0.5}
    fills = tracked().fills
    sold = fills[(fills["asset"] == "AAA") & (fills["quantity"] < 0)]["session"]
    assert f"{pd.Timestamp(sold.iloc[-1]):%Y-%m-%d}" > "2023-03-31"
    assert tracked().weights["AAA"]["2023-04-04":"2023-07-31"].abs().max() == 0


def test_a_member_whose_prices_end_pays_its_last_close_and_the_run_goes_on() -> None:
    result = tracked()
    assert f"{result.equity.index[-1]:%Y-%m-%d}" == "2024-12-31"
    paid = result.cash[result.cash["asset"] == "END"]
    close = SHORT.frame["close"].iloc[-1]
    units = result.fills[result.fills["asset"] == "END"]["quantity"].sum()
    assert paid["amount"].sum() == pytest.approx(units * close)
    assert any("END: a member whose prices end" in note for note in result.manifest["notes"])


def test_the_benchmark_of_members_holds_the_same() -> None:
    strategy, benchmark = tracked().equity, tracked().references["benchmark"]
    assert np.allclose(strategy, benchmark, rtol=1e-12)


def test_survivorship_is_measured_by_days() -> None:
    days = pd.DatetimeIndex(tracked().equity.index)

    def held(since: str, until: str) -> int:
        return int(((days >= since) & (days <= until)).sum())

    whole = held("2022-01-01", "2024-12-31")
    priced = held("2022-01-01", "2023-03-15") + held("2023-08-01", "2024-12-31")
    priced += held("2022-11-01", "2024-12-31") + held("2022-01-03", ENDED)
    gone, after = held("2022-01-01", "2022-12-30"), held("2023-05-11", "2024-12-31")
    (row,) = tracked().manifest["memberships"]
    assert (row["members"], row["priced"], row["missing"]) == (4, 3, ["GONE"])
    assert row["share"] == pytest.approx((gone + after) / (priced + gone + after))
    assert (row["worst"], row["worst_day"], row["empty"]) == (0.5, "2023-05-11", 0)
    assert len(days) == whole
    note = next(note for note in tracked().manifest["notes"] if note.startswith("The index:"))
    assert note.startswith(
        "The index: 3 of the 4 lines that were members in this run have prices (without: GONE); "
    )
    assert note.endswith("of its member days have none, 50.0 % at most, on 2023-05-11")
    (warning,) = [
        caveat for caveat in caveats(tracked().manifest, None) if caveat.label == "Survivorship"
    ]
    assert "3 of 4 lines are there" in warning.text


def test_a_sweep_and_a_verdict_know_the_members(tmp_path: Any) -> None:
    wanted: Any = {"start": "2022-01-03", "end": "2023-12-29"}
    table = sweep(Tracking(), Made(BARS), ledger=tmp_path / "trials.sqlite", **wanted).table
    assert sorted(table["share"]) == [0.5, 1.0]
    alone = run_and_keep(
        Tracking(), Made(BARS), ledger=tmp_path / "other.sqlite", verdict=False, **wanted
    )
    full = table[table["share"] == 1.0]["total_return"].iloc[0]
    assert full == pytest.approx(alone.manifest["metrics"]["strategy"]["total_return"])


def test_members_without_any_prices_are_named() -> None:
    @dataclass(frozen=True)
    class Empty(Tracking):
        universe = members("lost", [("GONE", "2021-06-01"), ("LOST", "2021-06-01")])

    with pytest.raises(MissingData, match="no data for GONE, LOST"):
        run_strategy(Empty(), Made(BARS), Settings(engine="kernel"))  # type: ignore[arg-type]


def test_two_tables_of_one_name_are_two() -> None:
    @dataclass(frozen=True)
    class Twice(Tracking):
        benchmark = Fixed(mix=((1.0, members("The index", [("AAA", "2021-06-01")])),))

    wanted: Any = {"engine": "kernel", "start": "2022-01-03"}
    played = run_strategy(Twice(), Made(BARS), Settings(**wanted))
    alone = run_strategy(Fixed(mix=((1.0, "AAA"),)), Made(BARS), Settings(**wanted))
    assert np.allclose(played.references["benchmark"].curve, alone.account.curve)


def test_another_table_is_another_variant(tmp_path: Any) -> None:
    """Also where it stands in a file beside the strategy, in a leg of it, or differs in one day."""

    def code(until: str) -> str:
        folder = tmp_path / until
        folder.mkdir(exist_ok=True)
        (folder / "index.csv").write_text(f"member,from,until\nQQQ,2020-01-02,{until}\n")
        (folder / "kept.py").write_text(FILE)
        kept = strategy_loader.find(f"{folder / 'kept.py'}:Kept")()
        return f"{code_behind(kept)} {code_behind(Fixed(mix=((1.0, kept),)))}"

    first, again, other = code("2024-03-15"), code("2024-03-15"), code("2024-03-14")
    assert first == again
    assert not {*first.split()} & {*other.split()}


def test_thirty_members_without_prices_are_named() -> None:
    names = [f"Z{place:02d}" for place in range(33)]

    @dataclass(frozen=True)
    class Bare(Tracking):
        universe = members("bare", [(name, "2020-01-02") for name in ("AAA", *names)])

        def weights(self, view: Any) -> dict[str, float]:
            return {"AAA": 1.0}

    wanted: Any = {"engine": "kernel", "start": "2024-06-03", "benchmark": "IDX"}
    manifest = result_of(run_strategy(Bare(), Made(BARS), Settings(**wanted))).manifest
    (note,) = [note for note in manifest["notes"] if note.startswith("bare: 1 of the 34")]
    assert f"(without: {', '.join(names[:30])} and 3 more)" in note
    assert manifest["memberships"][0]["missing"] == names


FILE = """
from dataclasses import dataclass
from pathlib import Path
from newsfolio import Strategy, equal, members, monthly

INDEX = members("index", Path(__file__).with_name("index.csv").read_text())


@dataclass(frozen=True)
class Kept(Strategy):
    universe = INDEX
    rebalance = monthly
    files = ("index.csv",)

    def weights(self, view):
        return equal(INDEX.at(view))


class Undeclared(Kept):
    files = ()
"""


def test_a_table_in_a_file_is_certified_where_it_is_declared(shell: Shell) -> None:
    (shell.folder / "kept.py").write_text(FILE)
    (shell.folder / "index.csv").write_text(
        "member,from,until,known\nQQQ,2020-01-02,,\nKWEB,2020-01-02,2024-03-15,2019-12-02\n"
    )
    window = "--data", "sample", "--start", "2024-01-02", "--end", "2024-06-28", "--cuts", "1"
    assert shell("check", "kept.py:Kept", *window).code == 0
    undeclared = shell("check", "kept.py:Undeclared", *window)
    assert undeclared.code == 1
    assert "index.csv" in undeclared.out
