"""The rules of the theses on catching up, valuation, pairs and software, in views made by hand."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from random import Random

import numpy as np
import pandas as pd
import pytest

from backtests.engines import kernel
from backtests.runner.inputs import cost_model, load_bars, prepare
from backtests.settings import Settings
from backtests.simulation.desk import Desk
from markets.folder.fact_files import WithFacts
from markets.folder.source import FolderSource
from markets.sample.source import SampleSource
from markets.snapshot import Source
from newsfolio import MissingData, ParameterError, Strategy, View
from newsfolio.library import Form, Names
from strategies.cloud_catches_up import CloudCatchesUp
from strategies.software_phase import SOFTWARE, SoftwarePhase
from strategies.ubs_pairs import CHINA_FIVE, US_FIVE, Hedge, UbsPairs
from strategies.valuation_gap import CHINA_PE, US_PE, Signal, ValuationGap
from tests.support.histories import Prescribed

NAN = math.nan
TODAY = date(2025, 3, 31)
CLOUDS = {"9988.HK": 0.5, "0700.HK": 0.5}
THREE = {"AMZN": 1 / 3, "MSFT": 1 / 3, "GOOGL": 1 / 3}


@dataclasses.dataclass
class Told(Prescribed):
    """A history that answers what it was told, and notes what it was asked."""

    momenta: Mapping[str, float] = dataclasses.field(default_factory=dict)
    scores: Mapping[str, float] = dataclasses.field(default_factory=dict)
    traded: Mapping[str, float] = dataclasses.field(default_factory=dict)
    tables: Mapping[str, pd.DataFrame] = dataclasses.field(default_factory=dict)
    closes: pd.DataFrame = dataclasses.field(default_factory=pd.DataFrame)
    market: pd.Series | None = None
    asked: list[tuple[object, ...]] = dataclasses.field(default_factory=list)

    def momentum(self, ticker: str, lookback: int, skip: int) -> float:
        self.asked.append((lookback, skip))
        return self.momenta[ticker]

    def zscore(self, ticker: str, against: str, lookback: int) -> float:
        self.asked.append((ticker, against, lookback))
        return self.scores[ticker]

    def traded_value(self, ticker: str, bars: int) -> float:
        return self.traded[ticker]

    def facts(self, name: str) -> pd.DataFrame:
        return self.tables[name]

    def frame(self) -> pd.DataFrame:
        return self.closes

    def signal(self, ticker: str) -> pd.Series:
        assert ticker == "SPY"
        assert self.market is not None
        return self.market


def view(
    told: Told, strategy: Strategy, age: int | None = 0, held: Mapping[str, float] | None = None,
    without: tuple[str, ...] = (), today: date = TODAY,
) -> View:  # fmt: skip
    lines = [one if isinstance(one, str) else one.tickers for one in strategy.universe]
    flat = tuple(np.hstack([np.atleast_1d(part) for part in lines]).tolist())
    full = dict.fromkeys(flat, 0.0) | dict(held or {})
    return View(today, flat, frozenset(flat) - set(without), age, full, told)  # type: ignore[arg-type]


def held_of(weights: Mapping[str, float] | None) -> dict[str, float]:
    assert weights is not None
    return {line: weight for line, weight in weights.items() if weight}


# T4


@pytest.mark.parametrize(
    ("age", "tilt", "china"), [(None, 1.0, 0.0), (0, 1.0, 1.0), (0, 0.2, 0.2), (300, 0.5, 0.5)]
)
def test_the_clouds_are_tilted_to_when_the_article_is_out(
    age: int | None, tilt: float, china: float
) -> None:
    strategy = CloudCatchesUp(tilt=tilt)
    weights = strategy.weights(view(Told(), strategy, age))
    assert weights["9988.HK"] == weights["0700.HK"] == pytest.approx(china / 2)
    assert weights["AMZN"] == weights["MSFT"] == weights["GOOGL"] == pytest.approx((1 - china) / 3)


@pytest.mark.parametrize(
    ("age", "alibaba", "tencent", "on"),
    [
        (0, 0.30, -0.04, True),  # 13 % on average against 12 %
        (0, 0.30, -0.08, False),  # 11 %
        (0, 0.30, -0.06, False),  # as much as the others is not ahead
        (0, 0.30, NAN, True),  # the mean of those that are known
        (0, NAN, NAN, False),
        (None, 0.30, 0.30, False),
    ],
)
def test_the_gate_opens_while_the_chinese_clouds_lead(
    age: int | None, alibaba: float, tencent: float, on: bool
) -> None:
    strategy = CloudCatchesUp(gate=True, lookback=126)
    told = Told({"9988.HK": alibaba, "0700.HK": tencent, "AMZN": 0.0, "MSFT": 0.12, "GOOGL": 0.24})
    assert held_of(strategy.weights(view(told, strategy, age))) == (CLOUDS if on else THREE)
    assert set(told.asked) == {(126, 0)}


def test_the_clouds_of_the_rule_are_the_most_traded() -> None:
    strategy = CloudCatchesUp(names=Names.MOST_TRADED)
    china, america = strategy.universe
    traded = dict.fromkeys((*china.tickers, *america.tickers), 1.0)
    traded |= {"3690.HK": 9.0, "0981.HK": 8.0, "NVDA": 9.0, "TSLA": 8.0, "PLTR": 7.0}
    after = strategy.weights(view(Told(traded=traded), strategy))
    before = strategy.weights(view(Told(traded=traded), strategy, None))
    assert held_of(after) == {"3690.HK": 0.5, "0981.HK": 0.5}
    assert held_of(before) == {"NVDA": 1 / 3, "TSLA": 1 / 3, "PLTR": 1 / 3}


def test_other_clouds_are_two_candidates_drawn_by_lot() -> None:
    lot = Random(5)
    drawn = [CloudCatchesUp(tilt=0.5).drawn(lot) for _ in range(200)]
    picks = {one.china for one in drawn if isinstance(one, CloudCatchesUp)}
    assert {len(set(names.split())) for names in picks} == {2}
    assert {name for names in picks for name in names.split()} == set(CloudCatchesUp.pool)
    assert all(isinstance(one, CloudCatchesUp) and one.tilt == 0.5 for one in drawn)
    assert CloudCatchesUp(names=Names.MOST_TRADED).drawn(lot) is None


# T5


@pytest.mark.parametrize(
    ("z", "cap", "direction", "china"),
    [
        (0.0, 1.0, 1, 0.5),
        (-0.5, 1.0, 1, 0.75),  # cheap: more of it
        (0.5, 1.0, 1, 0.25),
        (-3.0, 1.0, 1, 1.0),
        (3.0, 1.0, 1, 0.0),
        (-1.0, 2.0, 1, 0.75),
        (-0.5, 1.0, -1, 0.25),  # momentum
        (NAN, 1.0, 1, 0.5),
    ],
)
def test_the_cheaper_side_gets_more(z: float, cap: float, direction: int, china: float) -> None:
    strategy = ValuationGap(cap=cap, direction=direction)
    told = Told(scores={"KWEB": z})
    assert strategy.weights(view(told, strategy, None)) == {
        "KWEB": pytest.approx(china),
        "QQQ": pytest.approx(1 - china),
    }
    assert told.asked == [("KWEB", "QQQ", 756)]


def test_stocks_are_weighed_by_the_z_of_the_funds() -> None:
    strategy = ValuationGap(form=Form.STOCKS)
    china, america = (part.tickers for part in strategy.universe[:2])
    told = Told(scores={"KWEB": -0.5}, traded=dict.fromkeys((*china, *america), 1.0))
    weights = strategy.weights(view(told, strategy))
    assert weights is not None
    assert [weights[line] for line in sorted(china)[:10]] == pytest.approx([0.075] * 10)
    assert [weights[line] for line in sorted(america)[:7]] == pytest.approx([0.25 / 7] * 7)
    assert not {"KWEB", "QQQ"} & set(weights)


def ratios(*pe: float, first: date = TODAY - timedelta(days=60)) -> pd.DataFrame:
    """A P/E a day, from `first` on."""
    days = pd.date_range(first, periods=len(pe), freq="D")
    return pd.DataFrame({"known": days.astype("datetime64[s]"), "PE": pe})


def by_earnings(china: pd.DataFrame, america: pd.DataFrame) -> Mapping[str, float] | None:
    strategy = ValuationGap(signal=Signal.PE, window=60, cap=5.0)
    tables = {CHINA_PE.name: china, US_PE.name: america}
    return strategy.weights(view(Told(tables=tables), strategy))


def test_by_earnings_the_higher_yield_gets_more() -> None:
    """59 days at 20 against 20, then one at 16: the gap is 0 and at last 0.0125.

    Mean 0.0125/60, deviation 0.0125/sqrt(60): z of the gap is 59/sqrt(60), 7.617, above the cap.
    With ten days at 16 at the end: mean 1/6, deviation sqrt(60 * 5/36 / 59), z 2.2174.
    """
    flat = ratios(*[20.0] * 60)
    assert by_earnings(ratios(*[20.0] * 59, 16.0), flat) == {"KWEB": 1.0, "QQQ": 0.0}
    z = (5 / 6) / math.sqrt(60 * 5 / 36 / 59)
    assert z == pytest.approx(2.2174, abs=1e-4)
    china = ratios(*[20.0] * 50, *[16.0] * 10)
    assert by_earnings(china, flat) == {
        "KWEB": pytest.approx(0.5 + 0.5 * z / 5),
        "QQQ": pytest.approx(0.5 - 0.5 * z / 5),
    }
    dearer = by_earnings(flat, china)
    assert dearer is not None
    assert dearer["KWEB"] == pytest.approx(0.5 - 0.5 * z / 5)


def test_by_earnings_nothing_is_decided_on_too_few_or_old_ratios() -> None:
    china, flat = ratios(*[20.0] * 50, *[16.0] * 10), ratios(*[20.0] * 60)
    none = ratios()
    assert by_earnings(none, none) is None
    assert by_earnings(china.iloc[1:], flat) is None  # 59 common days
    start = TODAY - timedelta(days=89)  # the last day is then 30 days back
    assert (
        by_earnings(ratios(*china["PE"], first=start), ratios(*flat["PE"], first=start)) is not None
    )
    start -= timedelta(days=1)
    assert by_earnings(ratios(*china["PE"], first=start), ratios(*flat["PE"], first=start)) is None
    assert by_earnings(flat, flat) is None  # no deviation, no z


@pytest.mark.parametrize("blank", [NAN, 0.0, -5.0])
def test_by_earnings_a_blank_and_a_loss_are_unknown(blank: float) -> None:
    """Ten blanks among 70 days leave the 60 of the case above."""
    pe = np.array([20.0] * 50 + [blank] * 10 + [16.0] * 10)
    start = TODAY - timedelta(days=70)
    weights = by_earnings(ratios(*pe, first=start), ratios(*[20.0] * 70, first=start))
    assert weights is not None
    assert weights["KWEB"] == pytest.approx(0.5 + 0.5 * 2.217356 / 5, abs=1e-6)


def test_the_tables_are_asked_for_only_by_the_rule_that_reads_them() -> None:
    assert ValuationGap().facts == ()
    assert [table.name for table in ValuationGap(signal=Signal.PE).facts] == [
        "index_valuation_HSTECH",
        "index_valuation_NDX",
    ]
    assert {table.lag for table in ValuationGap(signal=Signal.PE).facts} == {1}


def test_the_random_walk_has_one_past() -> None:
    """Its steps are uniform: the deviation over 504 days is that of a walk, not of noise."""
    strategy = ValuationGap(signal=Signal.WALK, window=504, cap=5.0)

    def share(day: date, seed: int = 1) -> float:
        drawn = dataclasses.replace(strategy, seed=seed)
        weights = drawn.weights(view(Told(), drawn, None, today=day))
        assert weights is not None
        return weights["KWEB"]

    days = [TODAY + timedelta(days=step) for step in range(300)]
    shares = np.array([share(day) for day in days])
    assert share(TODAY) == shares[0] != share(TODAY, seed=2)
    assert np.abs(np.diff(shares)).max() < 0.05 < np.ptp(shares)


# T6


def pairs(strategy: UbsPairs, told: Told, **of: object) -> dict[str, float]:
    return held_of(strategy.weights(view(told, strategy, **of)))  # type: ignore[arg-type]


def test_pairs_are_cash_before_the_article_and_a_fifth_each_way_after_it() -> None:
    strategy = UbsPairs()
    assert pairs(strategy, Told(), age=None) == {}
    assert pairs(strategy, Told(), age=0) == {
        "688256.SS": 0.2, "1810.HK": 0.2, "0981.HK": 0.2, "0700.HK": 0.2, "9988.HK": 0.2,
        "NVDA": -0.2, "TSLA": -0.2, "TSM": -0.2, "META": -0.2, "AMZN": -0.2,
    }  # fmt: skip
    alone = pairs(UbsPairs(hedge=Hedge.NONE), Told(), age=0)
    assert alone == dict.fromkeys(CHINA_FIVE.tickers, 0.2)


@pytest.mark.parametrize("gone", ["688256.SS", "NVDA"])
def test_a_pair_that_lacks_a_half_waits_in_cash(gone: str) -> None:
    held = pairs(UbsPairs(), Told(), without=(gone,))
    assert not {"688256.SS", "NVDA"} & set(held)
    assert sorted(held.values()) == pytest.approx([-0.2] * 4 + [0.2] * 4)


@pytest.mark.parametrize(
    ("z", "held", "then"),
    [
        (-1.4, 0.0, False),
        (-1.6, 0.0, True),
        (-2.9, 0.0, True),
        (-3.0, 0.0, False),  # what has broken is not bought
        (NAN, 0.0, False),
        (-0.1, 0.19, True),
        (0.0, 0.19, False),
        (-2.9, 0.19, True),
        (-3.0, 0.19, False),
        (NAN, 0.19, True),
    ],
)
def test_a_pair_is_entered_when_behind_and_left_at_the_mean_or_the_stop(
    z: float, held: float, then: bool
) -> None:
    strategy = UbsPairs(entry=1.5, window=126)
    told = Told(scores=dict.fromkeys(CHINA_FIVE.tickers, 5.0) | {"0700.HK": z})
    found = pairs(strategy, told, held={"0700.HK": held, "META": -held})
    assert found == ({"0700.HK": 0.2, "META": -0.2} if then else {})
    assert ("0700.HK", "META", 126) in told.asked


def moved(market: np.ndarray, **betas: float) -> tuple[pd.DataFrame, pd.Series]:
    """Levels whose five-session returns are `betas` times those of the market."""
    days = pd.date_range("2024-01-01", periods=len(market) * 5 + 5, freq="D")
    of = {line: _stepped(market * beta) for line, beta in (*betas.items(), ("SPY", 1.0))}
    frame = pd.DataFrame(of, index=days)
    return frame.drop(columns="SPY"), frame["SPY"]


def _stepped(moves: np.ndarray) -> np.ndarray:
    """Levels that stand still for five sessions and then make a move."""
    return np.repeat(np.cumprod(np.append(1.0, 1 + moves)), 5)


@pytest.mark.parametrize(
    ("east", "west", "long", "short"),
    [
        (0.5, 2.0, 0.2, -0.05),
        (2.0, 0.5, 0.05, -0.2),  # neither half above a fifth
        (1.0, 1.0, 0.2, -0.2),
        (-0.5, 1.0, 0.2, 0.0),  # nothing to hedge
        (1.0, -1.0, 0.2, -0.2),  # no ratio: the same dollars
    ],
)
def test_betas_set_the_short_side(east: float, west: float, long: float, short: float) -> None:
    market = np.random.default_rng(1).normal(0, 0.02, 60)
    closes, spy = moved(market, **{"0700.HK": east, "META": west})
    strategy = UbsPairs(hedge=Hedge.BETA)
    assert strategy.signals == ("SPY",)
    found = strategy.weights(view(Told(closes=closes, market=spy), strategy))
    assert (found["0700.HK"], found["META"]) == (pytest.approx(long), pytest.approx(short))
    assert (found["9988.HK"], found["AMZN"]) == (0.2, -0.2)  # not in the frame: unknown


def test_betas_need_250_returns_of_five_sessions() -> None:
    market = np.random.default_rng(1).normal(0, 0.02, 50)
    closes, spy = moved(market, **{"0700.HK": 0.5, "META": 1.0})
    strategy = UbsPairs(hedge=Hedge.BETA)
    short = {
        length: strategy.weights(
            view(Told(closes=closes.iloc[-length:], market=spy.iloc[-length:]), strategy)
        )["META"]
        for length in (254, 255)
    }
    assert short == {254: -0.2, 255: pytest.approx(-0.1)}


def test_no_pair_ever_sells_a_mainland_line() -> None:
    other = UbsPairs(china="9618.HK 688256.SS 688981.SS 300308.SZ 0992.HK")
    held = pairs(other, Told(), age=0)
    assert {line for line, weight in held.items() if weight < 0} == set(US_FIVE.tickers)
    with pytest.raises(ParameterError, match="name five companies"):
        UbsPairs(china="9618.HK")


def test_the_control_and_the_draws_keep_the_american_half() -> None:
    one, again, other = (UbsPairs(seed=seed).controls()["random members"] for seed in (1, 1, 2))
    assert isinstance(one, UbsPairs)
    assert dataclasses.replace(one, seed=7) == dataclasses.replace(again, seed=7)  # type: ignore[type-var]
    assert one.universe[0] != CHINA_FIVE
    assert isinstance(other, UbsPairs)
    assert one.china != other.china
    assert one.universe[1] == US_FIVE
    assert len(set(one.china.split()) & set(UbsPairs.pool) - set(CHINA_FIVE.tickers)) == 5
    lot = Random(5)
    baskets = [UbsPairs(entry=1.0).drawn(lot) for _ in range(200)]
    assert {len(set(part.tickers)) for one in baskets for part in one.universe} == {5}
    assert {line for one in baskets for line in one.universe[0].tickers} == set(UbsPairs.pool)


# T7


def test_software_is_bought_with_the_article() -> None:
    strategy = SoftwarePhase()
    assert strategy.weights(view(Told(), strategy, None)) == {"MCHI": 1.0}
    assert strategy.weights(view(Told(), strategy, 0)) == dict.fromkeys(SOFTWARE.tickers, 1 / 6)


@pytest.mark.parametrize(
    ("top", "without", "unknown", "held"),
    [
        (2, (), (), ("3888.HK", "002230.SZ")),
        (3, (), (), ("3888.HK", "002230.SZ", "0020.HK")),  # a tie: first in the list
        (2, ("3888.HK",), (), ("002230.SZ", "0020.HK")),
        (2, (), ("002230.SZ",), ("3888.HK", "0020.HK")),
        (3, (), SOFTWARE.tickers[1:], ("0268.HK",)),
        (2, (), SOFTWARE.tickers, ("MCHI",)),
    ],
)
def test_the_leaders_of_software(
    top: int, without: tuple[str, ...], unknown: tuple[str, ...], held: tuple[str, ...]
) -> None:
    gains = dict(zip(SOFTWARE.tickers, (-0.1, 0.9, 0.2, 0.5, 0.1, 0.2), strict=True))
    told = Told(gains | dict.fromkeys(unknown, NAN))
    strategy = SoftwarePhase(top=top)
    weights = strategy.weights(view(told, strategy, without=without))
    assert weights == dict.fromkeys(held, pytest.approx(1 / len(held)))
    assert set(told.asked) == {(126, 0)}
    assert strategy.weights(view(told, strategy, None)) == {"MCHI": 1.0}


def test_the_controls_of_software_make_the_same_move() -> None:
    controls = SoftwarePhase(top=2).controls()
    for name, lines in (("platforms", {"KWEB"}), ("hardware", {"0992.HK", "0981.HK"})):
        control = controls[name]
        assert control.weights(view(Told(), control, None)) == {"MCHI": 1.0}
        after = control.weights(view(Told(), control, 0))
        assert after == dict.fromkeys(lines, 1 / len(lines))
    still = controls["MSCI China"]
    assert still.weights(view(Told(), still, 0)) == {"MCHI": 1.0}


def test_other_software_is_six_lines_of_the_pool() -> None:
    drawn = SoftwarePhase().drawn(Random(3))
    assert isinstance(drawn, SoftwarePhase)
    assert len(set(drawn.lines.split())) == 6
    assert set(drawn.lines.split()) <= set(SoftwarePhase.pool)
    assert len(SoftwarePhase.pool) == len(set(SoftwarePhase.pool))


# In the engine


def targets(
    strategy: Strategy, source: Source, start: str, end: str
) -> dict[str, dict[str, float]]:
    """What was wanted at each decision, by day."""
    settings = Settings(start=date.fromisoformat(start), end=date.fromisoformat(end))
    bars = load_bars(strategy, source, settings)
    market = prepare(strategy, bars, settings)
    played = kernel.run(Desk(strategy, market, settings, cost_model(settings)))
    return {str(market.day(one.session)): held_of(one.weights) for one in played.targets}


def test_alibaba_stands_in_for_itself_before_hong_kong() -> None:
    """9988.HK was listed on 2019-11-26 and can be held 60 Hong Kong sessions later."""
    found = targets(CloudCatchesUp(), SampleSource(), "2025-02-03", "2025-03-05")
    assert found["2025-02-03"] == {line: pytest.approx(1 / 3) for line in THREE}
    assert found["2025-02-21"] == CLOUDS
    half = targets(
        CloudCatchesUp().controls()["half and half"], SampleSource(), "2020-01-31", "2020-03-05"
    )
    assert half["2020-01-31"]["BABA"] == 0.25
    assert "9988.HK" not in half["2020-01-31"]
    assert half["2020-02-28"]["9988.HK"] == 0.25


def test_pairs_leave_and_enter_by_what_is_held() -> None:
    """Every change of a pair on the sample is one that its z asks for."""
    strategy = UbsPairs(entry=1.0, window=126)
    settings = Settings(start=date(2025, 2, 3), end=date(2026, 9, 30))
    market = prepare(strategy, load_bars(strategy, SampleSource(), settings), settings)
    played = kernel.run(Desk(strategy, market, settings, cost_model(settings)))
    column, entered, left = market.place, 0, 0
    for east, west in zip(CHINA_FIVE.tickers, US_FIVE.tickers, strict=True):
        inside = False
        for target in played.targets:
            rows = slice(target.session - 125, target.session + 1)
            spread = pd.Series(np.log(market.level[rows, column[east]])) - np.log(
                market.level[rows, column[west]]
            )
            z = (spread.iloc[-1] - spread.mean()) / spread.std()
            out = not str(market.day(target.session)) >= "2025-02-21"
            expected = not out and (-3 < z < 0 if inside else -3 < z < -1)
            assert (east in target.weights) == (west in target.weights) == expected
            entered, left = entered + (expected > inside), left + (expected < inside)
            inside = expected
    assert entered >= 3
    assert left >= 3


def test_a_run_on_earnings_without_the_tables_says_which(prices: Path) -> None:
    with pytest.raises(MissingData, match=r"index_valuation_HSTECH.*\n.*Date, PE.*--facts"):
        targets(ValuationGap(signal=Signal.PE), FolderSource(prices), "2024-01-02", "2025-03-31")


def test_the_valuation_gap_on_real_ratios(prices: Path) -> None:
    """The decision of 2025-12-31 knows ratios dated until two sessions before."""
    folder = prices.parent / "fundamentals"
    if not folder.is_dir():
        pytest.skip("no valuations beside the prices")
    source = WithFacts(FolderSource(prices), folder)
    china, america = (
        pd.read_csv(folder / f"{name}.csv", index_col="Date")["PE"].dropna()
        for name in ("index_valuation_HSTECH", "index_valuation_NDX")
    )
    gap = pd.concat([1 / china, 1 / america], axis=1, join="inner").diff(axis=1).iloc[:, 1]
    gap = -gap.loc[:"2025-12-29"].iloc[-756:]
    z = (gap.iloc[-1] - gap.mean()) / gap.std()
    found = targets(ValuationGap(signal=Signal.PE, cap=2.0), source, "2020-01-02", "2026-03-31")
    assert found["2025-12-31"]["KWEB"] == pytest.approx(0.5 + 0.25 * z, abs=1e-9)
    assert min(found) == "2023-09-29"  # 756 common days are known from 2023 on


def test_the_valuation_gap_on_real_prices(prices: Path) -> None:
    """The z of 2025-12-31 from the vendor's own adjusted closes."""
    adjusted = [
        pd.read_csv(prices / f"{name}.csv", index_col="Date")["Adj Close"]
        for name in ("KWEB", "QQQ")
    ]
    ratio = np.log(adjusted[0] / adjusted[1]).dropna().loc[:"2025-12-31"].iloc[-756:]
    z = (ratio.iloc[-1] - ratio.mean()) / ratio.std()
    assert -1 < z < 0
    found = targets(ValuationGap(), FolderSource(prices), "2025-01-02", "2026-03-31")
    assert found["2025-12-31"]["KWEB"] == pytest.approx(0.5 - 0.5 * z, abs=2e-3)


def test_the_beta_of_tencent_to_meta_on_real_prices(prices: Path) -> None:
    """From the files themselves, HKD taken as a dollar: its rate hardly moves."""
    closes = pd.concat(
        {
            name: pd.read_csv(prices / f"{name}.csv", index_col="Date")["Close"]
            for name in ("0700.HK", "META", "SPY")
        },
        axis=1,
    ).sort_index()
    moves = closes.ffill().loc[:"2025-09-30"].pct_change(5).iloc[-250:].cov()["SPY"]
    found = targets(UbsPairs(hedge=Hedge.BETA), FolderSource(prices), "2025-01-02", "2025-10-30")
    assert found["2025-09-30"]["META"] == pytest.approx(
        -0.2 * moves["0700.HK"] / moves["META"], abs=0.003
    )
    assert found["2025-09-30"]["0700.HK"] == 0.2


def test_software_on_real_prices_starts_without_the_mainland(prices: Path) -> None:
    """The files of iFlytek and Yonyou begin in March 2025: their part goes to the other four."""
    found = targets(SoftwarePhase(), FolderSource(prices), "2025-01-02", "2025-10-30")
    assert found["2025-01-02"] == {"MCHI": 1.0}
    assert found["2025-02-21"] == dict.fromkeys(
        ("0268.HK", "3888.HK", "0020.HK", "3896.HK"), pytest.approx(0.25)
    )
    assert found["2025-06-30"] == dict.fromkeys(SOFTWARE.tickers, pytest.approx(1 / 6))
