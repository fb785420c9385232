"""A large market that was kept is the one that would be made."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from backtests import run
from backtests.records.result import Result
from markets.bars import Bars
from markets.build import build_market
from markets.folder import sealed
from markets.market import Market
from markets.reference import cache
from markets.reference.calendars import sessions_of
from markets.reference.grids import placed
from markets.universe import Want
from newsfolio import HONG_KONG, MAINLAND, NEW_YORK, Fixed
from tests.support.random_markets import Case, random_case
from tests.support.small_runs import flat_prices


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where small markets are kept, too; calendars are those that are kept elsewhere."""
    for venue in (NEW_YORK, HONG_KONG, MAINLAND):
        sessions_of(venue)
    monkeypatch.setenv("NEWSFOLIO_CACHE", "on")
    monkeypatch.setattr(cache, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setattr(placed, "LARGE", 0)
    return tmp_path / "cache"


def market_of(
    case: Case, altered: Mapping[str, Bars] = MappingProxyType({}), **want: object
) -> Market:
    settings = case.settings
    wanted = Want(
        case.sleeves, settings.currency, start=settings.start, end=settings.end,
        cash_rate=settings.cash_rate, keep=True,
    )  # fmt: skip
    wanted = dataclasses.replace(wanted, **want)  # type: ignore[arg-type]
    return build_market({**case.bars, **altered}, wanted, case.fx)


def assert_equal(ours: Market, theirs: Market) -> None:
    for field in dataclasses.fields(Market):
        own, other = getattr(ours, field.name), getattr(theirs, field.name)
        if isinstance(own, np.ndarray):
            assert own.dtype == other.dtype, field.name
            assert own.shape == other.shape, field.name
            assert own.tobytes() == other.tobytes(), field.name
            assert not own.flags.writeable
        elif field.name == "signals":
            assert {name: array.tobytes() for name, array in own.items()} == {
                name: array.tobytes() for name, array in other.items()
            }
        elif field.name not in ("calendar", "fx"):
            assert own == other, field.name


def test_a_market_that_was_kept_is_the_one_that_would_be_made(
    monkeypatch: pytest.MonkeyPatch, place: Path
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("made although it was kept")

    for seed in range(12):
        case = random_case(seed)
        whole = bool(seed % 3 == 0)
        monkeypatch.setenv("NEWSFOLIO_CACHE", "off")
        plain = market_of(case, bars=whole)
        monkeypatch.setenv("NEWSFOLIO_CACHE", "on")
        assert_equal(market_of(case, bars=whole), plain)
        with monkeypatch.context() as patch:
            patch.setattr(placed, "_made", refuse)
            assert_equal(market_of(case, bars=whole), plain)
    assert len([*place.glob("market-*")]) == 12


def names(place: Path) -> set[str]:
    return {path.name for path in place.glob("market-*")}


def test_whatever_differs_is_another_market(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = random_case(1, lines=3)
    market = market_of(case)
    (first,) = names(place)
    ticker = market.tickers[0]
    line = case.bars[ticker]
    seen = {first}

    def is_another() -> bool:
        new = names(place) - seen
        seen.update(new)
        return len(new) == 1

    market_of(case, bars=True)
    assert is_another()
    market_of(case, end=market.day(-3))
    assert is_another()
    frame = line.frame.copy()
    frame.iloc[3, 4] += 1.0  # a volume
    market_of(case, {ticker: dataclasses.replace(line, frame=frame)})
    assert is_another()
    market_of(case, {ticker: dataclasses.replace(line, later_splits=2.0)})
    assert is_another()
    monkeypatch.setattr(cache, "own_build", lambda: "another")
    market_of(case)
    assert is_another()
    market_of(case, keep=False)
    assert not is_another()


def test_small_markets_are_not_worth_a_file(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placed, "LARGE", 10**6)
    market_of(random_case(1))
    assert not names(place)


def test_a_run_on_what_was_kept_is_the_same_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealed, "LARGE", 0)
    monkeypatch.setattr(sealed, "YOUNG", -3600.0)
    folder = flat_prices(tmp_path / "prices", "2023-01-03", AAPL=100.0, MSFT=50.0)
    strategy = Fixed(mix=((0.5, "AAPL"), (0.5, "MSFT")))

    def ran() -> Result:
        return run(strategy, folder, engine="kernel", verdict=False, ledger=tmp_path / "ledger")

    first, again = ran(), ran()
    assert {path.name.partition("-")[0] for path in cache.cache_folder().glob("*")} >= {
        "market", "prices"
    }  # fmt: skip
    assert again.equity.equals(first.equity)
    assert again.fills.equals(first.fills)
    for key in ("data", "notes", "assumptions", "quality"):
        assert again.manifest.get(key) == first.manifest.get(key)
