"""What a run needs: worked out once, and what it reads is just that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import pytest

from backtests.runner.inputs import Inputs, inputs_alone, inputs_of
from backtests.runner.jobs import job_of
from backtests.runner.run_strategy import run_backtrader, run_strategy
from backtests.settings import Dividends, Engine, Settings
from backtests.strategy_loader import shipped
from markets.sample.source import SampleSource
from markets.snapshot import Snapshot
from markets.universe import Want
from newsfolio import Fixed, Strategy, UnknownName
from newsfolio.assets import Asset, sleeves_of
from newsfolio.facts import Facts
from newsfolio.listings import asset_of

WINDOW = Settings(start="2025-01-02", end="2025-12-31", engine="kernel")  # type: ignore[arg-type]


CHINA, BOTH = {"MCHI"}, {"MCHI", "SPY"}
PROXIES = {
    "abc-basket": BOTH | {"SMH"}, "ai-cycle-clock": CHINA | {"SMH"},
    "ai-scorecard": CHINA | {"SMH"}, "anything-but-china": {"SPY", "EEM", "EWY", "INDA"},
    "breadth": CHINA | {"SMH"}, "cloud-catches-up": BOTH, "correction-watch": {"SPY"},
    "deepseek-shock": BOTH | {"SMH"}, "east-rising": BOTH | {"SMH"}, "foreign-return": BOTH,
    "house-views": BOTH | {"EWY", "INDA"}, "momentum-chase": CHINA, "proof-days": CHINA,
    "rates-gate": BOTH, "relative-momentum": BOTH, "results-leaders": {"SPY", "SMH"},
    "show-me-the-money": BOTH | {"SMH", "EWT"}, "software-phase": CHINA,
    "targets-raised": CHINA | {"ACWX"}, "ten-month-rule": {"SPY"},
    "ubs-pairs": BOTH | {"SMH", "EWT"}, "valuation-gap": BOTH,
}  # fmt: skip
"""By hand: the market of each country that a strategy may hold, and chips where it may hold some;
bills stand for nothing, and what stands in for the emerging markets counts too."""


class Noting:
    """The sample market, which notes what it is asked."""

    name = "sample"

    def __init__(self) -> None:
        self.calls: list[tuple[tuple[Asset, ...], tuple[Facts, ...]]] = []

    def load(self, assets: Iterable[Asset], facts: Iterable[Facts] = ()) -> Snapshot:
        self.calls.append((tuple(assets), tuple(facts)))
        return SampleSource().load(*self.calls[-1])


def stand_ins(ticker: str | Asset) -> Iterator[str]:
    asset = asset_of(ticker)
    yield asset.ticker
    for other in asset.stand_in:
        yield from stand_ins(other)


def held(strategy: Strategy) -> set[str]:
    """All that the decisions of a strategy in dollars rest on."""
    lines = [line for sleeve in sleeves_of(strategy.universe) for line in sleeve.lines]
    return {ticker for line in lines for ticker in stand_ins(line)} | {*strategy.signals, "^IRX"}


def expected(strategy: Strategy) -> set[str]:
    """By the words of the documents, line by line."""
    tickers = held(strategy) | PROXIES[strategy.name] | set(strategy.pool)
    for other in (strategy.benchmark, *strategy.controls().values()):
        tickers |= held(other) if isinstance(other, Strategy) else {other} - {None}  # type: ignore[arg-type]
    for study in strategy.studies:
        tickers |= {*study.lines.tickers, asset_of(study.market).ticker}
    for claim in strategy.thesis.article.claims if strategy.thesis else ():
        tickers |= set(claim.lines) if claim.id in strategy.thesis.claims else set()  # type: ignore[union-attr]
    return tickers


@pytest.mark.parametrize("name", shipped())
def test_a_run_of_every_strategy_needs_what_the_words_say(name: str) -> None:
    strategy = shipped()[name]()
    inputs = inputs_of(strategy, Settings())
    tickers = [asset.ticker for asset in inputs.assets]
    assert set(tickers) == expected(strategy)
    assert len(tickers) == len(set(tickers))
    assert {facts.name for facts in inputs.facts} == {
        facts.name
        for other in (strategy, strategy.benchmark, *strategy.controls().values())
        if isinstance(other, Strategy)
        for facts in other.facts
    } | {study.facts.name for study in strategy.studies if study.facts is not None}


@pytest.mark.parametrize("name", ["east-rising", "rates-gate"])
def test_a_run_asks_its_source_once_for_just_its_inputs(name: str) -> None:
    strategy, source = shipped()[name](), Noting()
    run_strategy(strategy, source, WINDOW)
    inputs = inputs_of(strategy, WINDOW)
    assert source.calls == [(inputs.assets, (*inputs.facts, *inputs.evidence))]


def test_decisions_alone_need_neither_benchmark_nor_claims() -> None:
    strategy = shipped()["east-rising"]()
    inputs = inputs_alone(strategy, WINDOW)
    assert inputs.references == inputs.claims == ()
    assert {asset.ticker for asset in inputs.assets} == held(strategy) | PROXIES["east-rising"] | {
        asset_of(line).ticker for line in strategy.pool
    } | {line for study in strategy.studies for line in (*study.lines.tickers, study.market)}


def test_a_plain_backtrader_class_needs_its_lines_and_the_proxies() -> None:
    import backtrader

    class Plain(backtrader.Strategy):  # type: ignore[misc]
        def next(self) -> None:
            pass

    source = Noting()
    job = job_of(Plain, universe=("KWEB", "TLT"))
    assert job.plain is not None
    run_backtrader(job.plain, source, WINDOW)
    inputs = job.inputs(WINDOW)
    assert source.calls == [(inputs.assets, ())]
    assert {asset.ticker for asset in inputs.assets} == {
        "KWEB", "TLT", "^IRX", "MCHI", "IEF",
    }  # fmt: skip
    assert inputs.settings.engine is Engine.BACKTRADER
    assert inputs.settings.dividends is Dividends.REINVEST


def test_rates_of_the_source_are_lines_too() -> None:
    settings = Settings(fx="source", currency="EUR")  # type: ignore[arg-type]
    inputs = inputs_of(Fixed(mix=((1.0, "0700.HK"),)), settings)
    assert [asset.ticker for asset in inputs.assets][-2:] == ["EUR=X", "HKD=X"]


def test_a_benchmark_named_by_its_ticker_is_bought_where_it_can_be() -> None:
    strategy = Fixed(mix=((1.0, "KWEB"),))
    needs = [
        inputs_of(strategy, Settings(benchmark=ticker)).references[0] for ticker in ("TLT", "^GSPC")
    ]
    assert [need.reference.required for need in needs] == [True, True]
    assert [[asset.ticker for asset in need.lines] for need in needs] == [["TLT"], ["^GSPC"]]
    assert needs[0].want is not None
    assert (needs[1].want, needs[1].reference.strategy) == (None, None)


def test_the_last_bar_of_the_benchmark_bounds_a_run_without_an_end() -> None:
    early = date(2025, 6, 30)
    inputs = inputs_of(Fixed(mix=((1.0, "KWEB"),)), Settings(start="2025-01-02", benchmark="TLT"))  # type: ignore[arg-type]
    bars = inputs.load(SampleSource())
    cut = Snapshot({**bars.bars, "TLT": bars["TLT"].until(early)})
    assert inputs.market(cut).day(-1) == early
    assert inputs.natural_end(cut) is None
    named = inputs_of(Fixed(mix=((1.0, "KWEB"),)), Settings(
        start="2025-01-02", end="2025-03-31", benchmark="TLT",  # type: ignore[arg-type]
    ))  # fmt: skip
    assert named.market(cut).day(-1) == date(2025, 3, 31)
    assert named.natural_end(cut) == early


def test_a_currency_that_nobody_quotes_is_refused() -> None:
    inputs: Inputs = inputs_of(Fixed(mix=((1.0, "KWEB"),)), Settings(currency="XXX"))
    bars: Any = inputs.load(SampleSource())
    with pytest.raises(UnknownName, match="XXX"):
        inputs.market(bars)


def test_a_ticker_is_asked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What proxies, pool and studies look at is resolved only where nothing traded is it."""
    strategy, asked = job_of("east-rising").strategy, list[str]()
    resolved = Want.asset

    def watched(want: Want, line: str | Asset) -> Asset:
        asked.append(line if isinstance(line, str) else line.ticker)
        return resolved(want, line)

    monkeypatch.setattr(Want, "asset", watched)
    inputs = inputs_alone(strategy, Settings())
    assert asked and not {*inputs.want.lines} & set(asked)
    assert sorted(asked) == sorted(set(asked))
