"""A run with money in and out, from its file to its page; recomputed from fills and raw prices."""

from __future__ import annotations

import csv
import itertools
import json
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import pyxirr

from backtests import Result, load, run, score, sweep, weights
from backtests.records.run_diff import difference
from backtests.runner.provenance import settings_values
from backtests.settings import Settings
from newsfolio import CommandError
from reports import write_pages
from tests.support.markets_of import bdays
from tests.support.price_files import HEADER
from tests.support.shell import BARE, Shell
from tests.support.small_runs import strategy_file

DAYS = bdays("2023-01-03", 500)
FLOWS = """date,amount,currency,into
2023-03-04,5000,,
2023-06-01,-2000,EUR,
2023-09-05,-3%,,targets
monthly,250,,targets
"""
BODY = """
share: float = 0.6
universe = ("A", "B")
rebalance = quarterly
benchmark = "B"
def weights(self, view):
    return {"A": self.share, "B": 1 - self.share}
def controls(self):
    return {"half": Fixed(mix=((0.5, "A"), (0.5, "B")))}
"""
ASKED = {"cash": 50_000, "cash_rate": "0%", "lots": "fractional", "start": DAYS[5]}


def prices(folder: Path) -> Path:
    """Two lines that move at random; A pays a dividend of 0.5 each hundredth session."""
    folder.mkdir()
    lot = np.random.default_rng(3)
    for name in ("A", "B"):
        close = (50 * np.exp(np.cumsum(lot.normal(0.0005, 0.01, len(DAYS))))).tolist()
        opened = [c * float(np.exp(lot.normal(0, 0.004))) for c in close]
        pays = [0.5 if name == "A" and place % 100 == 99 else 0.0 for place in range(len(DAYS))]
        kept = [1 - pay / before for pay, before in zip(pays[1:], close, strict=False)]
        later = np.append(np.cumprod(kept[::-1])[::-1], 1.0).tolist()
        rows = [
            f"{day},{o!r},{max(o, c)!r},{min(o, c)!r},{c!r},{c * left!r},1000000,{pay},0"
            for day, o, c, left, pay in zip(DAYS, opened, close, later, pays, strict=True)
        ]
        (folder / f"{name}.csv").write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A working folder with prices, flows and a strategy."""
    folder = tmp_path_factory.mktemp("flows")
    prices(folder / "prices")
    (folder / "flows.csv").write_text(FLOWS, encoding="utf-8")
    strategy_file(folder, BODY)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(folder / "data"))
        patch.chdir(folder)
        yield folder


@pytest.fixture(scope="module")
def flowing(shop: Path) -> Result:
    """Judged, saved, and read again."""
    result = run("s.py:S", "prices", flows="flows.csv", verify=True, placebos=0, **ASKED)  # type: ignore[arg-type]
    result.save(shop / "run")
    return load(shop / "run")


# --- recomputed ---------------------------------------------------------------------------------


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def payments(shop: Path, equity: pd.Series) -> dict[date, float]:
    """The file's rows by session: 2,000 euros at the fixing of 31 May 2023, 1.0683."""
    days, paid = [day.date() for day in equity.index], dict[date, float]()

    def pay(day: date, amount: float) -> None:
        session = next(other for other in days if other >= day)
        paid[session] = paid.get(session, 0.0) + amount

    pay(date(2023, 3, 4), 5000)
    pay(date(2023, 6, 1), -2000 * 1.0683)
    before = equity.iloc[days.index(date(2023, 9, 5)) - 1]
    pay(date(2023, 9, 5), -0.03 * float(before))
    ends = [here for here, other in itertools.pairwise(days[1:]) if here.month != other.month]
    for day in ends:
        pay(day, 250)
    return paid


def test_it_is_what_fills_and_raw_prices_say(shop: Path, flowing: Result) -> None:
    fills = pd.read_parquet(shop / "run" / "fills.parquet")
    cash = pd.read_parquet(shop / "run" / "cash.parquet")
    equity = pd.read_parquet(shop / "run" / "equity.parquet")
    closes = {n: {r["Date"]: r for r in rows(shop / "prices" / f"{n}.csv")} for n in ("A", "B")}
    paid = payments(shop, equity["equity"])
    units, money, grown, before = {"A": 0.0, "B": 0.0}, 50_000.0, 50_000.0, 50_000.0
    for session in equity.index:
        day = f"{session:%Y-%m-%d}"
        money += paid.get(session.date(), 0.0)
        money += units["A"] * float(closes["A"][day]["Dividends"])
        other = cash[(cash["session"] == session) & (cash["why"] == "credit")]
        money += float(other["amount"].sum())
        for fill in fills[fills["session"] == session].to_dict("records"):
            units[fill["asset"]] += fill["quantity"]
            money -= fill["quantity"] * fill["price"] + fill["fee"]
            opened = float(closes[fill["asset"]][day]["Open"])
            assert fill["price"] == pytest.approx(opened, rel=0.002)
        worth = money + sum(units[n] * float(closes[n][day]["Close"]) for n in units)
        if session > equity.index[0]:
            grown *= worth / (before + paid.get(session.date(), 0.0))
        before = worth
        assert worth == pytest.approx(equity.loc[session, "equity"], rel=1e-9), day
        assert grown == pytest.approx(equity.loc[session, "time_weighted"], rel=1e-9), day
    assert flowing.metrics["total_return"] == pytest.approx(grown / 50_000 - 1)
    dates = [equity.index[0].date(), *paid, equity.index[-1].date()]
    moves = [-50_000.0, *(-amount for amount in paid.values()), before]
    assert flowing.metrics["money_weighted"] == pytest.approx(pyxirr.xirr(dates, moves), rel=1e-8)
    assert flowing.metrics["paid_in"] == pytest.approx(sum(a for a in paid.values() if a > 0))


# --- everywhere -------------------------------------------------------------------------------


def test_the_returns_and_the_ratios_are_of_the_curve(flowing: Result) -> None:
    returns = flowing.curve.pct_change().dropna()
    spans = (returns.index[-1] - returns.index[0]).days / 365.25
    sharpe = returns.mean() / returns.std() * np.sqrt((len(returns) - 1) / spans)
    assert flowing.metrics["sharpe"] == pytest.approx(sharpe)
    assert flowing.returns.to_numpy() == pytest.approx(returns.to_numpy())
    assert flowing.equity.iloc[-1] != pytest.approx(flowing.curve.iloc[-1])
    fall = (flowing.curve / flowing.curve.cummax() - 1).min()
    assert flowing.metrics["max_drawdown"] == pytest.approx(fall)


def test_control_and_benchmark_get_the_same_flows(flowing: Result) -> None:
    metrics = flowing.manifest["metrics"]
    for name in ("half", "benchmark"):
        # the share of equity that is withdrawn follows each account's own equity
        assert metrics[name]["paid_in"] == metrics["strategy"]["paid_in"]
        assert metrics[name]["paid_out"] == pytest.approx(metrics["strategy"]["paid_out"], rel=0.1)
        assert metrics[name]["money_weighted"] is not None


def test_the_page_says_what_flowed(shop: Path, flowing: Result) -> None:
    notes = "\n".join(flowing.notes)
    assert "flows of days without a session moved to the next: 2023-03-04 to 2023-03-06" in notes
    flowing.save(shop / "page", partial(write_pages, tearsheet=False))
    details = (shop / "page" / "details.html").read_text(encoding="utf-8")
    for words in ("Paid in", "Paid out", "Money-weighted return a year", "money in and out"):
        assert words in details
    assert "Money in and out: 5000 2023-03-04; -2000 EUR 2023-06-01" in (
        shop / "page" / "verdict.html"
    ).read_text(encoding="utf-8")


def test_contributions_add_up_to_the_time_weighted_return(flowing: Result) -> None:
    assert flowing.evaluation is not None
    parts = flowing.evaluation["attribution"]
    assert parts is not None
    lines = sum(sum(v for k, v in line.items() if k != "name" and k != "total")
                for line in parts["lines"])  # fmt: skip
    assert parts["total"] == pytest.approx(flowing.metrics["total_return"])
    assert lines + parts["cash"] == pytest.approx(parts["total"])


def test_the_certificate_holds_with_flows(flowing: Result) -> None:
    assert flowing.evaluation is not None
    assert flowing.evaluation["certificate"]["honesty"] == "honest"


def test_a_sweep_has_the_figures_of_the_run(shop: Path, flowing: Result) -> None:
    table = sweep("s.py:S", "prices", grid={"share": (0.3, 0.6)}, flows="flows.csv",
                  out=shop / "sweep", **ASKED).table  # type: ignore[arg-type]  # fmt: skip
    row = table[table["share"] == 0.6].iloc[0]
    for name in ("final_equity", "total_return", "sharpe", "max_drawdown", "turnover"):
        assert row[name] == pytest.approx(flowing.metrics[name]), name


def test_without_flows_nothing_is_said_of_them(shop: Path, flowing: Result) -> None:
    assert "flows" not in settings_values(Settings())
    plain = run("s.py:S", "prices", verdict=False, **ASKED)  # type: ignore[arg-type]
    assert plain.time_weighted is None
    assert plain.curve is plain.equity
    assert "paid_in" not in plain.metrics
    causes = [(cause.kind, cause.what) for cause in difference(plain, flowing).causes]
    assert ("settings", "flows") in causes
    assert ("settings", "flows") in [
        (cause.kind, cause.what) for cause in difference(flowing, plain).causes
    ]


def test_a_saved_run_is_judged_again_with_its_flows(shop: Path, flowing: Result) -> None:
    again = score(shop / "run", "prices", placebos=0)
    assert again.manifest["settings"]["flows"] == flowing.manifest["settings"]["flows"]
    assert again.curve.iloc[-1] == pytest.approx(flowing.curve.iloc[-1])


def test_a_strategy_declares_flows_and_an_option_takes_them_away(shop: Path) -> None:
    strategy_file(shop, 'flows = (Flow(100, "monthly"),)\n' + BODY, "own.py")
    asked = {**ASKED, "verdict": False}
    own = run("own.py:S", "prices", **asked)  # type: ignore[arg-type]
    assert own.manifest["settings"]["flows"] == ["100 monthly"]
    assert own.metrics["paid_in"] == 2300.0
    without = run("own.py:S", "prices", flows="none", **asked)  # type: ignore[arg-type]
    assert without.manifest["settings"]["flows"] == []
    assert "paid_in" not in without.metrics
    advice = weights("own.py:S", "prices", **ASKED)  # type: ignore[arg-type]
    assert set(advice.weights) == {"A", "B"}


def test_inflation_comes_from_a_table_of_facts(shop: Path) -> None:
    (shop / "facts").mkdir(exist_ok=True)
    (shop / "facts" / "cpi.csv").write_text(
        "known,value\n2022-12-13,100\n2023-12-12,104\n", encoding="utf-8"
    )
    result = run("s.py:S", "prices", facts="facts", flows="-1000 yearly linked cpi",
                 verdict=False, **ASKED)  # type: ignore[arg-type]  # fmt: skip
    paid = result.cash[result.cash["why"] == "money in and out"]["amount"].tolist()
    assert paid == pytest.approx([-1040.0])  # the last session of 2023


def test_placebos_of_other_dates_get_the_flows_too() -> None:
    """A payment days after the article makes cash of half the account, on every date."""
    asked = {"start": "2022-01-03", "end": "2025-05-30", "engine": "kernel", "placebos": 3}
    plain = run("east-rising", "sample", **asked)  # type: ignore[arg-type]
    paid = run("east-rising", "sample", flows="1000000 2025-03-03", **asked)  # type: ignore[arg-type]
    both = plain.placebos.merge(paid.placebos, on="label")
    assert len(both) > 1
    assert (both["excess_x"] - both["excess_y"]).abs().min() > 1e-6


# --- what is refused, and what runs dry ---------------------------------------------------------


@pytest.mark.parametrize(
    ("flows", "message"),
    [
        ("5 2031-01-02", "none of 1 falls between"),
        ("5 XXX monthly", "no currency called 'XXX'"),
        ("5 monthly linked cpi", "cpi"),
        ("missing.csv", "--flows missing.csv: No such file"),
    ],
)
def test_bad_flows_are_named_in_a_line_or_two(shop: Path, flows: str, message: str) -> None:
    with pytest.raises(Exception, match=message) as error:
        run("s.py:S", "prices", flows=flows, verdict=False, **ASKED)  # type: ignore[arg-type]
    assert str(error.value).count("\n") <= 1


def test_a_plain_backtrader_strategy_takes_none(shop: Path) -> None:
    (shop / "bt.py").write_text("import backtrader as bt\nclass P(bt.Strategy):\n    pass\n")
    with pytest.raises(CommandError, match="--flows does not apply to a plain backtrader"):
        run("bt.py:P", "prices", universe=("A",), flows="5 monthly", verdict=False)


def test_an_account_that_runs_dry_says_when(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("run", "s.py:S", "--data", "prices", "--cash", "50000",
             *BARE)  # fmt: skip
    answer = Shell(shop, capsys)(*words, "--flows", "-30000 quarterly", "--out", "dry")
    assert "RAN DRY       on 2023-06-30" in answer.out
    page = next((shop / "dry").rglob("manifest.json"))
    dry = json.loads(page.read_text(encoding="utf-8"))["dry"]
    assert dry["withdrawal"] == 30000
    assert dry["equity"] < 30000
    assert "Ran dry on 2023-06-30" in page.with_name("details.html").read_text(encoding="utf-8")
