"""On bars up to yesterday every shipped strategy runs with the default options.

Few of them by default, and without their verdict; all, as one types it, with the slow tests.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from backtests.runner.inputs import inputs_of
from backtests.runner.run import Run
from backtests.runner.run_strategy import run_strategy
from backtests.settings import Engine, Settings
from backtests.strategy_loader import shipped
from markets.bars import Bars, Priced
from markets.reference.calendars import sessions_of
from markets.store.price_store import Store
from markets.yahoo.source import YahooSource
from newsfolio.assets import Asset, Kind
from newsfolio.listings import asset_of
from newsfolio.venues import rows_of
from tests.support.price_files import write_bars
from tests.support.rate_worlds import FIXED, LAST, Lines, bars, pair
from tests.support.shell import Shell
from tests.support.yahoo_server import Line, Yahoo, yahoo_server

TODAY = date(2026, 11, 28)
FIRST = date(2024, 1, 2)
STRATEGIES = shipped()
DEFAULT = Settings(engine=Engine.KERNEL)
"""The fills of the other engine, sooner."""

QUICK = ("east-rising", "rates-gate", "relative-momentum", "software-phase", "ubs-pairs",
         "valuation-gap")  # fmt: skip
"""Lines in dollars alone, with Hong Kong's and with the mainland's, traded or only looked at."""

EACH = [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow)
        for name in STRATEGIES]  # fmt: skip


def needed() -> dict[str, Asset]:
    """Every line that some shipped strategy reads."""
    needs = (inputs_of(make(), Settings()).assets for make in STRATEGIES.values())
    return {asset.ticker: asset for assets in needs for asset in assets}


def made(asset: Asset) -> Bars:
    """Small moves on the sessions of the venue, from the listing on."""
    sessions, first = sessions_of(asset.venue), np.datetime64(asset.listed or FIRST)
    days = sessions[(sessions >= max(first, np.datetime64(FIRST)))]
    days = days[days <= np.datetime64(LAST)]
    rng = np.random.default_rng(zlib.crc32(asset.ticker.encode()))
    if asset.ticker in ("^IRX", "^TNX"):
        return bars(asset.ticker, days, 4 + 0.0001 * np.arange(len(days)), Priced.LEVEL)
    moves = np.clip(rng.normal(0, 0.01, len(days)), -0.03, 0.03)
    priced = Priced.LEVEL if asset.kind is Kind.INDEX else Priced.SPLITS
    return bars(asset.ticker, days, 100 * np.exp(np.cumsum(moves)), priced)


@pytest.fixture(scope="module")
def world() -> list[Bars]:
    return [made(asset) for asset in needed().values()]


@pytest.fixture(scope="module")
def yahoo(world: list[Bars]) -> Iterator[Yahoo]:
    """A Yahoo on this machine, which knows the pairs too."""
    with yahoo_server() as server:
        for line in (*world, pair("HKD=X", after=7.8), pair("CNY=X", after=6.7)):
            server.lines[line.ticker] = server_line(line)
        yield server


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def pulled(yahoo: Yahoo, store: Path) -> YahooSource:
    """It today; a run pulls what it needs."""
    return YahooSource(Store(store), today=TODAY, session=yahoo.session())


def server_line(line: Bars) -> Line:
    """The line as Yahoo tells it."""
    asset = asset_of(line.ticker)
    rows = {
        day.date(): (close, close, close, close, 5_000_000)
        for day, close in line.frame["close"].items()
    }
    pairs = asset.kind is Kind.CURRENCY
    zone = "Europe/London" if pairs else rows_of(asset.venue.code).zone
    currency = line.ticker[:3] if pairs else asset.currency
    return Line(rows, currency, zone, kind="INDEX" if asset.kind is Kind.INDEX else "EQUITY")


def played(name: str, source: YahooSource | Lines) -> Run:
    return run_strategy(STRATEGIES[name](), source, DEFAULT)


@pytest.mark.parametrize("name", EACH)
def test_on_yahoos_bars_it_runs_to_yesterday(name: str, pulled: YahooSource) -> None:
    done = played(name, pulled)
    assert done.market.day(-1) == LAST
    assert np.isfinite(done.account.equity).all()


@pytest.mark.parametrize("name", EACH)
def test_in_a_folder_that_ends_twenty_sessions_after_the_rates_it_runs_to_their_end(
    name: str, world: list[Bars]
) -> None:
    done = played(name, Lines(world))
    currencies = {asset.currency for asset in done.market.assets}
    for needs in done.references.values():
        currencies |= {asset.currency for asset in needs.market.assets} if needs.market else set()
    assert done.market.day(-1) == (FIXED if currencies > {"USD"} else LAST)
    assert np.isfinite(done.account.equity).all()


@pytest.fixture(scope="module")
def folder(world: list[Bars], tmp_path_factory: pytest.TempPathFactory) -> Path:
    prices = tmp_path_factory.mktemp("prices")
    for line in world:
        write_bars(prices, line)
    return prices


@pytest.mark.slow
@pytest.mark.parametrize("name", STRATEGIES)
def test_one_types_its_name_and_the_folder(name: str, folder: Path, shell: Shell) -> None:
    reply = shell("run", name, "--data", str(folder))
    assert (reply.code, reply.err) == (0, "")


@pytest.mark.slow
@pytest.mark.parametrize("name", STRATEGIES)
def test_one_types_its_name_alone(
    name: str, yahoo: Yahoo, store: Path, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`ai-cycle-clock` takes a minute of one core: its 400 placebos decide every day."""
    monkeypatch.setattr("markets.yahoo.client.session_type", lambda: lambda **_: yahoo.session())
    monkeypatch.setattr("backtests.paths.today", lambda: TODAY)
    reply = shell("run", name, "--store", str(store))
    assert reply.code == 0, reply.err
