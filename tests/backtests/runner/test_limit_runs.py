"""A run within limits, from its option to its page; recomputed from fills and raw prices."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from backtests import Result, load, run, score, sweep, weights
from backtests.records.run_diff import difference
from backtests.runner.provenance import settings_values
from backtests.settings import Settings
from newsfolio import CommandError, StrategyError
from reports import write_pages
from tests.support.small_runs import strategy_file
from tests.support.two_lines import ASKED, BODY, prices

LIMITS = "cap = {A = 0.5}; turnover = 0.03; order = 300; over = 2"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A working folder with prices and a strategy that decides each month."""
    folder = tmp_path_factory.mktemp("limits")
    prices(folder / "prices")
    strategy_file(folder, BODY.replace("quarterly", "monthly"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(folder / "data"))
        patch.chdir(folder)
        yield folder


@pytest.fixture(scope="module")
def limited(shop: Path) -> Result:
    """Judged, saved, and read again."""
    result = run("s.py:S", "prices", limits=LIMITS, verify=True, placebos=0, **ASKED)  # type: ignore[arg-type]
    result.save(shop / "run")
    return load(shop / "run")


def closes(shop: Path) -> dict[str, dict[str, float]]:
    """Of each line by day, as its file has them."""
    table = {}
    for name in ("A", "B"):
        with (shop / "prices" / f"{name}.csv").open(encoding="utf-8") as file:
            table[name] = {row["Date"]: float(row["Close"]) for row in csv.DictReader(file)}
    return table


def test_fills_and_raw_prices_keep_the_limits(shop: Path, limited: Result) -> None:
    """By decision: half of what was ordered is at most 3 % of equity, in two equal parts."""
    fills = pd.read_parquet(shop / "run" / "fills.parquet")
    equity = pd.read_parquet(shop / "run" / "equity.parquet")["equity"]
    close, days = closes(shop), [f"{day:%Y-%m-%d}" for day in equity.index]
    decisions = [f"{day:%Y-%m-%d}" for day in limited.targets.index]
    traded, parts = Counter[str](), Counter[tuple[str, str]]()
    ordered: dict[tuple[str, str], float] = {}
    for fill in fills.to_dict("records"):
        day = f"{fill['session']:%Y-%m-%d}"
        decided = max(other for other in decisions if other < day)
        assert day in days[days.index(decided) + 1 : days.index(decided) + 3]
        value = fill["quantity"] * close[fill["asset"]][decided]
        traded[decided] += abs(value)
        parts[decided, fill["asset"]] += 1
        first = ordered.setdefault((decided, fill["asset"]), value)
        assert value == pytest.approx(first, rel=1e-9)
    assert set(parts.values()) == {2}
    for decided, value in traded.items():
        assert value / 2 <= 0.03 * equity[decided] * (1 + 1e-4)  # sales pay the costs
    assert all(2 * abs(value) >= 300 for value in ordered.values())
    assert limited.targets["A"].iloc[-1] == pytest.approx(0.5)
    assert max(traded.values()) / 2 > 0.0299 * equity.min()


def test_what_limits_changed_is_kept_and_shown(shop: Path, limited: Result) -> None:
    rows = limited.limited
    first = rows[rows["session"] == rows["session"].min()].set_index("asset")
    # of 0.6 and 0.4 the cap makes half and half, of which 6 % may be bought
    assert first["wanted"].to_dict() == {"A": 0.6, "B": 0.4}
    assert first["allowed"].to_dict() == pytest.approx({"A": 0.03, "B": 0.03})
    assert set(first["limits"]) == {"cap or floor, turnover"}
    limited.save(shop / "page", partial(write_pages, tearsheet=False))
    page = (shop / "page" / "details.html").read_text(encoding="utf-8")
    assert "What limits changed" in page
    assert "cap or floor, turnover" in page
    verdict = (shop / "page" / "verdict.html").read_text(encoding="utf-8")
    assert "Limits on what the strategy may hold and trade: cap A 0.5" in verdict


def test_benchmark_and_control_have_none(shop: Path, limited: Result) -> None:
    plain = run("s.py:S", "prices", verdict=False, **ASKED)  # type: ignore[arg-type]
    for name in ("half", "benchmark"):
        assert limited.manifest["metrics"][name] == plain.manifest["metrics"][name]
    assert limited.manifest["metrics"]["strategy"] != plain.manifest["metrics"]["strategy"]
    assert plain.limited.empty
    assert "limits" not in plain.manifest["settings"]
    assert "limits" not in settings_values(Settings())
    causes = [(cause.kind, cause.what) for cause in difference(plain, limited).causes]
    assert ("settings", "limits") in causes


def test_the_certificate_and_a_sweep_hold(shop: Path, limited: Result) -> None:
    assert limited.evaluation is not None
    assert limited.evaluation["certificate"]["honesty"] == "honest"
    table = sweep("s.py:S", "prices", grid={"share": (0.3, 0.6)}, limits=LIMITS,
                  out=shop / "sweep", **ASKED).table  # type: ignore[arg-type]  # fmt: skip
    row = table[table["share"] == 0.6].iloc[0]
    for name in ("final_equity", "total_return", "sharpe", "turnover", "trades"):
        assert row[name] == pytest.approx(limited.metrics[name]), name


def test_a_saved_run_is_judged_again_within_its_limits(shop: Path, limited: Result) -> None:
    again = score(shop / "run", "prices", placebos=0)
    assert again.manifest["settings"]["limits"] == limited.manifest["settings"]["limits"]
    assert again.equity.iloc[-1] == pytest.approx(limited.equity.iloc[-1])


def test_a_strategy_declares_limits_and_an_option_takes_them_away(shop: Path) -> None:
    strategy_file(shop, "limits = Limits(cap={'A': 0.2})\n" + BODY, "own.py")
    asked = {**ASKED, "verdict": False}
    own = run("own.py:S", "prices", **asked)  # type: ignore[arg-type]
    assert own.manifest["settings"]["limits"] == {"cap": {"A": 0.2}}
    assert own.targets["A"].max() == pytest.approx(0.2)
    without = run("own.py:S", "prices", limits="none", **asked)  # type: ignore[arg-type]
    assert without.manifest["settings"]["limits"] == {}
    assert without.targets["A"].max() == pytest.approx(0.6)


def test_orders_of_today_keep_the_limits(shop: Path) -> None:
    """From cash, of 50,000: half of 6 % in each; the decision is that of the last month's end."""
    asked = {**ASKED, "limits": LIMITS}
    advice = weights("s.py:S", "prices", asof="2024-11-29", **asked)  # type: ignore[arg-type]
    assert {line: round(weight, 9) for line, weight in advice.weights.items()} == {
        "A": 0.03, "B": 0.03,
    }  # fmt: skip
    assert "in 2 equal parts" in "\n".join(advice.warnings)


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ("cap = 0.3; cap.cash = 0", "limits"),
        ("cap = {A = 0.3, B = 0.3, cash = 0}", "caps of its lines add up to 0.6"),
        ("cap = {X = 0.3}", "limits of X, which is no line and no sleeve"),
        ("floor = 0.6", "floors of its lines add up to 1.2"),
    ],
)
def test_limits_that_cannot_be_met_are_one_line(shop: Path, limits: str, message: str) -> None:
    with pytest.raises((CommandError, StrategyError), match=message) as error:
        run("s.py:S", "prices", limits=limits, verdict=False, **ASKED)  # type: ignore[arg-type]
    assert "\n" not in str(error.value)
