"""The rules of T12 to T16: targets, infrastructure, the gate, the shock, proof days."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backtests.records.from_run import result_of
from backtests.runner.run_strategy import run_strategy
from backtests.settings import Engine, Settings
from markets.folder.fact_files import WithFacts
from markets.folder.source import FolderSource
from markets.sample.source import SampleSource
from markets.snapshot import Snapshot
from newsfolio import BrokenData, MissingData, View
from newsfolio.assets import Asset
from newsfolio.facts import Facts
from newsfolio.library import Form
from strategies.deepseek_shock import CANDIDATES, CHINA_AI, DeepseekShock
from strategies.deepseek_shock import Picks as Basket
from strategies.proof_days import PLATFORMS as SIX
from strategies.proof_days import ProofDays
from strategies.rates_gate import Gate, RatesGate
from strategies.show_me_the_money import (
    INFRASTRUCTURE,
    INTERNET,
    MAKERS,
    PLATFORMS,
    Picks,
    ShowMeTheMoney,
)
from strategies.targets_raised import CHINA, TARGET_CHANGES, WORLD, TargetsRaised, Trigger, raises
from tests.support.histories import Prescribed

NAN = float("nan")


@dataclasses.dataclass
class Told(Prescribed):
    """A history in which every answer is prescribed."""

    momenta: Mapping[str, float] = dataclasses.field(default_factory=dict)
    closes: pd.DataFrame = dataclasses.field(default_factory=pd.DataFrame)
    values: pd.DataFrame = dataclasses.field(default_factory=pd.DataFrame)
    signals: Mapping[str, pd.Series] = dataclasses.field(default_factory=dict)
    tables: Mapping[str, pd.DataFrame] = dataclasses.field(default_factory=dict)
    asked: list[int] = dataclasses.field(default_factory=list)

    def momentum(self, ticker: str, lookback: int, skip: int) -> float:
        self.asked.append(lookback)
        return self.momenta[ticker]

    def frame(self) -> pd.DataFrame:
        return self.closes

    def turnover(self) -> pd.DataFrame:
        return self.values

    def signal(self, ticker: str) -> pd.Series:
        return self.signals[ticker]

    def facts(self, name: str) -> pd.DataFrame:
        return self.tables[name]


def seen(
    history: Told, today: str = "2025-03-31", held: Mapping[str, float] | None = None,
    usable: tuple[str, ...] = (),
) -> View:  # fmt: skip
    lines = tuple(history.closes.columns) or tuple(history.momenta)
    return View(
        date.fromisoformat(today),
        lines,
        frozenset(usable or lines),
        None,
        dict.fromkeys(lines, 0.0) | dict(held or {}),
        history,
    )  # type: ignore[arg-type]


def changes(*rows: tuple[str, str, float, float]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["known", "index", "old", "new"])
    return table.assign(known=pd.to_datetime(table["known"]), house="a house")


# T12


def test_only_raised_targets_of_chinese_indices_count() -> None:
    table = changes(
        ("2024-05-20", "MSCI China", 60, 70),
        ("2025-02-17", "MSCI China", NAN, 85),
        ("2025-02-19", "CSI 300", 4200, 4200),  # held
        ("2025-03-03", "HSI", 25000, 24000),  # cut
        ("2025-03-04", "S&P 500", 6000, 6500),  # not Chinese
        ("2025-03-05", "^HSCE", 8000, 8600),
    )
    assert raises(table)["known"].dt.strftime("%m-%d").tolist() == ["05-20", "02-17", "03-05"]


def told_of_targets(table: pd.DataFrame, today: str) -> Told:
    days = pd.bdate_range("2025-02-03", today)
    closes = pd.DataFrame(100.0, index=days, columns=[CHINA, WORLD])
    return Told(closes=closes, tables={TARGET_CHANGES.name: table})


@pytest.mark.parametrize(
    ("today", "wanted"),
    [
        ("2025-02-18", CHINA),  # the first session after the note of Monday
        ("2025-02-20", CHINA),  # the third
        ("2025-02-21", WORLD),
        ("2025-06-30", WORLD),
    ],
)
def test_china_is_held_for_as_many_sessions_as_asked(today: str, wanted: str) -> None:
    table = changes(("2024-05-20", "HSI", 1, 2), ("2025-02-17", "MSCI China", NAN, 85))
    history = told_of_targets(table, today)
    chosen = TargetsRaised(hold=3)
    assert chosen.weights(seen(history, today)) == {wanted: 1.0}
    assert chosen.weights(seen(history, today, held={CHINA: 0.0, WORLD: 0.0, wanted: 0.99})) is None


def test_a_longer_hold_counts_sessions_and_not_days() -> None:
    table = changes(("2025-02-03", "HSI", 1, 2))
    fortieth, next_one = "2025-03-31", "2025-04-01"  # 40 weekdays after 3 February, and the 41st
    for today, wanted in ((fortieth, CHINA), (next_one, WORLD)):
        view = seen(told_of_targets(table, today), today)
        assert TargetsRaised(hold=40).weights(view) == {wanted: 1.0}


def test_without_a_raise_the_world_is_held() -> None:
    view = seen(told_of_targets(changes(), "2025-02-18"), "2025-02-18")
    assert TargetsRaised().weights(view) == {WORLD: 1.0}


def held_by_lot(table: pd.DataFrame, seed: int = 1) -> list[str]:
    """The days on which China is held for a session each."""
    rule = TargetsRaised(trigger=Trigger.LOT, hold=1, seed=seed)
    days = pd.bdate_range("2025-02-18", "2026-03-31").strftime("%Y-%m-%d")
    views = {day: seen(told_of_targets(table, day), day) for day in days}
    return [day for day, view in views.items() if CHINA in (rule.weights(view) or {})]


def test_days_by_lot_follow_their_raise_and_move_no_other() -> None:
    first = ("2025-02-17", "MSCI China", NAN, 85.0)
    (alone,) = held_by_lot(changes(first))
    both = held_by_lot(changes(first, ("2025-02-19", "HSI", 1, 2)))
    assert "2025-02-18" < alone <= "2026-02-18"
    assert len(both) == 2
    assert alone in both
    assert held_by_lot(changes(first), seed=2) != [alone]


@pytest.mark.parametrize(
    ("last_week", "wanted"),
    [
        ([100, 100, 100, 100, 121], CHINA),
        ([100, 100, 100, 100, 119], WORLD),
        ([100, 125, 100, 100, 100], WORLD),  # not at the end of the week
        ([100, 100, 100, 100, NAN], WORLD),
    ],
)
def test_a_technical_bull_market_is_seen_at_the_end_of_a_week(
    last_week: list[float], wanted: str
) -> None:
    levels = [100.0] * 200 + last_week
    days = pd.bdate_range(end="2025-03-28", periods=205)
    closes = pd.DataFrame({CHINA: levels, WORLD: 100.0}, index=days)
    chosen = TargetsRaised(trigger=Trigger.BULL, hold=20)
    assert chosen.weights(seen(Told(closes=closes), "2025-03-28")) == {wanted: 1.0}
    longer = pd.concat([closes, closes.iloc[-1:].set_index(pd.DatetimeIndex(["2025-03-31"]))])
    longer.iloc[-1] = 100.0
    assert chosen.weights(seen(Told(closes=longer))) == {wanted: 1.0}  # and is remembered
    assert TargetsRaised(trigger=Trigger.BULL, hold=20).facts == ()


def test_a_short_past_is_no_bull_market() -> None:
    days = pd.bdate_range(end="2025-03-28", periods=125)
    closes = pd.DataFrame({CHINA: np.linspace(100, 200, 125), WORLD: 100.0}, index=days)
    chosen = TargetsRaised(trigger=Trigger.BULL)
    assert chosen.weights(seen(Told(closes=closes), "2025-03-28")) == {WORLD: 1.0}


def fills(strategy: object, source: object, start: str, end: str) -> pd.DataFrame:
    settings = Settings(
        engine=Engine.KERNEL, start=date.fromisoformat(start), end=date.fromisoformat(end)
    )
    return result_of(run_strategy(strategy, source, settings)).fills  # type: ignore[arg-type]


def test_targets_raised_on_real_prices(prices: Path, tmp_path: Path) -> None:
    """The note of the holiday of 17 February 2025 is known at the close of the 18th."""
    span = ("2025-01-02", "2025-03-31")
    done = fills(TargetsRaised(), FolderSource(prices), *span)
    bought = done[(done["asset"] == CHINA) & (done["quantity"] > 0)]
    assert bought["session"].dt.strftime("%Y-%m-%d").tolist() == ["2025-02-19"]
    (tmp_path / "target_changes.csv").write_text(
        "known,house,index,old,new\n2025-02-17,Nobody,MSCI China,85,75\n"
    )
    own = fills(TargetsRaised(), WithFacts(FolderSource(prices), tmp_path), *span)
    assert set(own["asset"]) == {WORLD}


def test_the_raises_that_failed_are_in_the_table() -> None:
    assert ("2024-05-20", "Goldman Sachs", "MSCI China", 60, 70) in TARGET_CHANGES.rows
    (study,) = TargetsRaised().studies
    assert (study.facts, study.market) == (TARGET_CHANGES, WORLD)


# T13


def leading(infrastructure: float, platforms: float) -> Told:
    ahead = dict.fromkeys(INFRASTRUCTURE.tickers, infrastructure)
    return Told(ahead | dict.fromkeys(PLATFORMS.tickers, platforms))


@pytest.mark.parametrize(
    ("infrastructure", "platforms", "tilt", "share"),
    [
        (0.30, 0.10, 0.5, 0.75),
        (0.10, 0.30, 0.5, 0.25),
        (0.10, 0.10, 0.25, 0.375),  # level is no lead
        (0.30, 0.10, 1.0, 1.0),
        (NAN, 0.10, 1.0, 0.5),
    ],
)
def test_show_me_the_money_tilts_to_the_leader(
    infrastructure: float, platforms: float, tilt: float, share: float
) -> None:
    history = leading(infrastructure, platforms)
    weights = ShowMeTheMoney(lookback=63, tilt=tilt).weights(seen(history))
    assert weights is not None
    assert [weights[line] for line in INFRASTRUCTURE.tickers] == pytest.approx([share / 5] * 5)
    assert [weights[line] for line in PLATFORMS.tickers] == pytest.approx([(1 - share) / 5] * 5)
    assert set(history.asked) == {63}


def test_show_me_the_money_with_funds() -> None:
    funds = ShowMeTheMoney(form=Form.FUNDS, tilt=1.0)
    assert funds.weights(seen(Told({"SMH": 0.1, "KWEB": 0.2}))) == {"SMH": 0.0, "KWEB": 1.0}
    assert "most traded lists" not in funds.controls()
    assert funds.drawn(random.Random(1)) is None


def test_show_me_the_money_by_traded_value_and_by_lot() -> None:
    chosen = ShowMeTheMoney(picks=Picks.MOST_TRADED)
    settings = Settings(start=date(2019, 6, 3), end=date(2020, 12, 31), engine=Engine.KERNEL)
    targets = run_strategy(chosen, SampleSource(), settings).output.targets
    assert targets
    assert {sum(line in {"NVDA", "AVGO", "AMD", "TSM", "300308.SZ", "ORCL"} for line in one.weights)
            for one in targets} == {5}  # fmt: skip
    drawn = [chosen.drawn(random.Random(seed)) for seed in (1, 2)]
    assert drawn[0] != drawn[1]
    for one in drawn:
        assert isinstance(one, ShowMeTheMoney)
        makers, internet = one.universe
        assert (len(set(makers.lines)), len(set(internet.lines))) == (5, 5)
        assert set(makers.lines) <= set(MAKERS.lines)
        assert set(internet.lines) <= set(INTERNET.lines)


# T14

OPEN = {"QQQ": 0.5, "KWEB": 0.5, "BIL": 0.0}
HALF = {"QQQ": 0.25, "KWEB": 0.25, "BIL": 0.5}


def yields(start: float, end: float, sessions: int = 64) -> View:
    values = pd.Series([9.9] * 40 + [start] + [9.9] * 62 + [end])
    return seen(Told(signals={"^TNX": values.iloc[-sessions:]}))


@pytest.mark.parametrize(
    ("view", "weights"),
    [
        (yields(1.0, 1.5), OPEN),  # 50 basis points are not more than 50
        (yields(1.0, 1.51), HALF),
        (yields(1.0, 1.51, 100), HALF),
        (yields(1.0, 2.0, 63), OPEN),  # a session short
        (yields(NAN, 2.0), OPEN),
        (yields(3.0, 1.0), OPEN),
    ],
)
def test_the_gate_shuts_when_the_yield_has_risen(view: View, weights: dict[str, float]) -> None:
    assert RatesGate().weights(view) == weights


def test_the_gate_can_shut_everything_out() -> None:
    shut = {"QQQ": 0.0, "KWEB": 0.0, "BIL": 1.0}
    assert RatesGate(rise=25, scale=0.0).weights(yields(1.0, 1.26)) == shut


def prints(*rates: float, months: str = "abcdefgh") -> View:
    days = pd.date_range("2025-01-12", periods=len(rates), freq="30D")
    table = pd.DataFrame(
        {"known": days, "month": list(months[: len(rates)]), "year_on_year": rates}
    )
    return seen(Told(tables={"us_cpi": table}))


@pytest.mark.parametrize(
    ("view", "weights"),
    [
        (prints(0.030, 0.031, 0.032, 0.038), HALF),
        (prints(0.050, 0.030, 0.031, 0.032, 0.034), OPEN),  # 40 basis points
        (prints(0.030, 0.031, 0.038), OPEN),  # a release short
        (prints(), OPEN),
        (prints(0.030, NAN, 0.031, 0.032, 0.038), HALF),  # a month that was never published
        (prints(0.030, 0.031, 0.032, 0.033, 0.038, months="abcdd"), OPEN),  # a revision
    ],
)
def test_the_gate_of_inflation_compares_releases(view: View, weights: dict[str, float]) -> None:
    assert RatesGate(gate=Gate.CPI).weights(view) == weights


def test_inflation_in_percent_is_refused() -> None:
    with pytest.raises(BrokenData, match=r"3\.8 would be 380%"):
        RatesGate(gate=Gate.CPI).weights(prints(3.0, 3.1, 3.2, 3.8))


def test_inflation_needs_its_release_dates(tmp_path: Path) -> None:
    gate, window = RatesGate(gate=Gate.CPI), ("2020-01-02", "2020-12-31")
    assert (RatesGate().facts, gate.signals) == ((), ())
    source = WithFacts(_NoFacts(), tmp_path)
    with pytest.raises(MissingData, match=r"'us_cpi'.*(?s:.)*Write us_cpi\.csv"):
        fills(gate, source, *window)
    (tmp_path / "us_cpi.csv").write_text("month,year_on_year\n2020-01,0.025\n")
    with pytest.raises(BrokenData, match=r"no column 'known'.*became public"):
        fills(gate, source, *window)
    (tmp_path / "us_cpi.csv").write_text(
        "known,month,year_on_year\n"
        "2020-01-14,2019-12,0.010\n2020-02-13,2020-01,0.011\n2020-03-11,2020-02,0.012\n"
        "2020-04-30T12:30+00:00,2020-03,0.020\n"  # known at the close of that month's last session
    )
    done = fills(gate, source, *window)
    bills = done[done["asset"] == "BIL"]
    assert str(bills["session"].iloc[0])[:10] == "2020-05-01"


class _NoFacts:
    """The sample market without its tables."""

    name = "sample"

    def load(self, assets: Iterable[Asset], facts: Iterable[Facts] = ()) -> Snapshot:
        return SampleSource().load(assets)


def test_the_gate_on_real_yields(prices: Path) -> None:
    """Shut at the month ends of 2022 on which the ten-year yield was half a point up on 63 bars."""
    days = pd.read_csv(prices / "QQQ.csv", index_col="Date", parse_dates=True).index
    yields = pd.read_csv(prices / "^TNX.csv", index_col="Date", parse_dates=True)["Close"]
    daily = yields.reindex(yields.index.union(days)).ffill().reindex(days)
    risen = daily - daily.shift(63)
    ends = risen.groupby(risen.index.to_period("M")).tail(1)["2022"]
    shut = {f"{day:%Y-%m}" for day, rise in ends.items() if rise > 0.5}
    settings = Settings(start=date(2022, 1, 3), end=date(2022, 12, 30), engine=Engine.KERNEL)
    run = run_strategy(RatesGate(), FolderSource(prices), settings)
    found = {str(run.market.sessions[one.session])[:7] for one in run.output.targets
             if one.weights.get("BIL", 0) == 0.5}  # fmt: skip
    assert found == shut
    assert 3 <= len(shut) <= 9


# T15


def shock(moves: list[float], held: Mapping[str, float] | None = None) -> View:
    levels = pd.Series(100 * np.cumprod([1.0, *(1 + move for move in moves)]))
    lines = (*CHINA_AI.tickers, "SMH")
    return seen(Told(dict.fromkeys(lines, 0.0), signals={"NVDA": levels}), held=held)


BET = dict.fromkeys(CHINA_AI.tickers, 0.2) | {"SMH": -1.0}


def test_the_shock_bets_for_as_many_sessions_as_asked_and_then_leaves() -> None:
    rule = DeepseekShock(hold=5)
    running = {"9988.HK": 0.21, "SMH": -0.97}
    assert rule.weights(shock([0.0, -0.11])) == pytest.approx(BET)
    assert rule.weights(shock([-0.11, *[0.01] * 4], held=running)) is None
    assert rule.weights(shock([-0.11, *[0.01] * 5], held=running)) == {}
    assert rule.weights(shock([-0.11, 0.01, -0.2], held=running)) == pytest.approx(BET)
    assert rule.weights(shock([-0.099] * 9)) == {}
    assert rule.weights(shock([NAN, 0.0])) == {}
    assert rule.weights(shock([])) == {}


def test_the_shock_without_the_short_and_with_another_threshold() -> None:
    weights = DeepseekShock(short=False).weights(shock([-0.11]))
    assert weights == pytest.approx(BET | {"SMH": 0.0})
    assert DeepseekShock(threshold=0.12).weights(shock([-0.11])) == {}


def test_the_shock_explains_its_days() -> None:
    levels = pd.Series([100.0, 85, 85, 70, 70], index=pd.bdate_range("2025-01-24", periods=5))
    history = Told(dict.fromkeys(CHINA_AI.tickers, 0.04) | {"SMH": 0.01}, signals={"NVDA": levels},
                   closes=pd.DataFrame(index=levels.index))  # fmt: skip
    table = DeepseekShock(hold=2).explain(seen(history))
    assert table.iloc[:, :2].to_numpy().tolist() == [[1, "2025-01-27"], [2, "2025-01-29"]]
    assert table["NVDA moved"].tolist() == pytest.approx([-0.15, 70 / 85 - 1])
    assert table.iloc[:, 3].tolist() == pytest.approx([0.03, 0.03])
    assert min(history.asked) == 1  # one session has passed since the second
    assert max(history.asked) == 2


def test_controls_of_the_shock() -> None:
    controls = DeepseekShock().controls()
    assert {one.trigger for one in controls.values()} == {"NVDA", "MSFT", "AMZN", "GOOGL", "META"}  # type: ignore[attr-defined]
    assert controls["long leg only"] == DeepseekShock(short=False)
    drawn = DeepseekShock().drawn(random.Random(3))
    assert isinstance(drawn, DeepseekShock)
    assert drawn.picks is Basket.LOT
    basket = drawn.universe[0]
    assert len(set(basket.lines)) == 5  # type: ignore[union-attr]
    assert set(basket.lines) <= set(CANDIDATES.lines)  # type: ignore[union-attr]


def test_trigger_days_on_real_prices(prices: Path) -> None:
    """Nine by the file of closes, among them 27 January 2025 at -17 %."""
    settings = Settings(start=date(2024, 1, 2), end=date(2025, 10, 30), engine=Engine.KERNEL)
    run = run_strategy(DeepseekShock(), FolderSource(prices), settings)
    assert run.explained is not None
    days = [row[1] for row in run.explained.rows]
    assert days == [
        "2010-05-14", "2011-05-13", "2018-11-16", "2018-11-19", "2019-01-28", "2020-03-12",
        "2020-03-16", "2024-04-19", "2025-01-27",
    ]  # fmt: skip
    assert run.explained.rows[-1][2] == pytest.approx(-0.1697, abs=5e-5)
    opened = [one for one in run.output.fills if one.asset == "SMH" and one.quantity < 0]
    assert {one.session for one in opened} == {date(2024, 4, 22), date(2025, 1, 28)}


# T16


def market(
    jump: float, times: float, after: int = 0, line: str = "0700.HK", before: int = 60
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A line that jumps on 21 February 2025, on so many times its usual value."""
    days = pd.bdate_range(end="2025-02-21", periods=before + 1).append(
        pd.bdate_range("2025-02-24", periods=after)
    )
    closes = pd.DataFrame(100.0, index=days, columns=[*SIX.tickers, "KWEB"])
    values = pd.DataFrame(50.0, index=days, columns=closes.columns)
    closes.loc["2025-02-21":, line] = 100 * (1 + jump)
    values.loc["2025-02-21", line] = 50 * times
    return closes, values


def results(
    jump: float = 0.06, times: float = 2.1, after: int = 0, reported: str = "2025-02-20",
    line: str = "0700.HK", before: int = 60,
) -> Told:  # fmt: skip
    closes, values = market(jump, times, after, line, before)
    table = pd.DataFrame({"known": pd.to_datetime([reported]), "asset": [line]})
    return Told(closes=closes, values=values, tables={"earnings": table})


def asked(history: Told, **parameters: object) -> Mapping[str, float] | None:
    today = f"{history.closes.index[-1]:%Y-%m-%d}"
    return ProofDays(**parameters).weights(seen(history, today))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("history", "line"),
    [
        (results(), "0700.HK"),
        (results(jump=0.05 - 1e-9), "KWEB"),  # not more than the gap
        (results(times=2.0), "KWEB"),  # not more than twice the usual value
        (results(times=NAN), "KWEB"),
        (results(reported="2025-02-19"), "KWEB"),  # the jump is the second session's
        (results(reported="2025-02-21"), "KWEB"),  # the answer has yet to come
        (results(before=59), "KWEB"),  # too short a past
        (results(after=19), "0700.HK"),  # the twentieth decision
        (results(after=20), "KWEB"),
        (results(jump=-0.06), "KWEB"),
    ],
)
def test_a_jump_on_results_is_held(history: Told, line: str) -> None:
    assert asked(history) == {line: 1.0}


def test_results_on_a_line_of_another_name_do_not_count() -> None:
    history = results()
    history.tables["earnings"]["asset"] = "1810.HK"
    assert asked(history) == {"KWEB": 1.0}
    assert asked(history, earnings=False) == {"0700.HK": 1.0}


def test_a_closed_venue_puts_the_answer_off_to_its_next_bar() -> None:
    history = results(reported="2025-02-18")
    history.closes.loc["2025-02-19":"2025-02-20", "0700.HK"] = NAN
    days = history.closes.index[0] - pd.to_timedelta([2, 1], "D")
    more = pd.DataFrame(100.0, index=days, columns=history.closes.columns)
    history.closes = pd.concat([more, history.closes])
    history.values = pd.concat([more / 2, history.values])
    assert asked(history) == {"0700.HK": 1.0}


def test_lines_share_equally_and_those_right_already_stay() -> None:
    one, two = results(), results(line="3690.HK")
    both = Told(
        closes=one.closes.assign(**{"3690.HK": two.closes["3690.HK"]}),
        values=one.values.assign(**{"3690.HK": two.values["3690.HK"]}),
        tables={"earnings": pd.concat([one.tables["earnings"], two.tables["earnings"]])},
    )
    assert asked(both) == {"0700.HK": 0.5, "3690.HK": 0.5}
    rule, today = ProofDays(), "2025-02-21"
    held = {"KWEB": 0.0, "0700.HK": 0.6, "3690.HK": 0.4}
    assert rule.weights(seen(both, today, held=held)) is None
    assert rule.weights(seen(both, today, held={"KWEB": 0.3, "0700.HK": 0.7})) is not None
    assert rule.weights(seen(both, today, usable=("KWEB", "3690.HK"))) == {"3690.HK": 1.0}
    table = rule.explain(seen(both, today))
    assert table["line"].tolist() == ["0700.HK", "3690.HK"]
    assert table.iloc[0, 1:].tolist() == ["2025-02-21", pytest.approx(0.06), pytest.approx(2.1)]


def test_alibaba_after_its_results_of_february_2025(prices: Path) -> None:
    """Published on the 20th at 10:30 UTC, +14.56 % on the 21st, held from Monday the 24th."""
    run = run_strategy(
        ProofDays(),
        FolderSource(prices),
        Settings(start=date(2025, 1, 2), end=date(2025, 4, 30), engine=Engine.KERNEL),
    )
    done = result_of(run).fills
    own = done[done["asset"] == "9988.HK"]
    assert str(own["session"].iloc[0])[:10] == "2025-02-24"
    frame = pd.read_csv(prices / "9988.HK.csv", index_col="Date")
    days = {str(day)[:10] for day in run.market.sessions}
    later = sorted(day for day in days if day > "2025-02-21")
    assert str(own["session"].iloc[-1])[:10] == later[20]  # twenty sessions after the first fill
    assert frame.loc["2025-02-21", "Close"] / frame.loc["2025-02-20", "Close"] - 1 == pytest.approx(
        0.1456, abs=5e-5
    )
    assert float(own["quantity"].sum()) == 0
