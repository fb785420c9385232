"""Which lines a data command is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from newsfolio.errors import CommandError, UnknownName

if TYPE_CHECKING:
    from markets.snapshot import Snapshot
    from markets.store.price_store import Store
    from newsfolio.assets import Asset
    from newsfolio.facts import Facts


def chosen_lines(names: Sequence[str], store: Store | None) -> list[Asset]:
    """The assets that tickers and strategies name, each once."""
    found: dict[str, Asset] = {}
    for asset in (asset for name in names for asset in _named(name, store)):
        found.setdefault(asset.ticker, asset)
    return list(found.values())


def placed(tickers: Iterable[str]) -> tuple[list[Asset], dict[str, str]]:
    """The assets of tickers that were found somewhere, and why others cannot be placed."""
    from newsfolio.listings import asset_of

    found, odd = [], {}
    for ticker in tickers:
        try:
            found.append(asset_of(ticker))
        except CommandError as error:
            odd[ticker] = f"{error} Or name the strategy that declares it."
    return found, odd


def _named(name: str, store: Store | None) -> list[Asset]:
    """The asset of a ticker, or all that a run of the strategy at an address needs."""
    from backtests.strategy_loader import shipped
    from newsfolio.listings import KNOWN, asset_of

    if ":" in name or name.endswith(".py") or (name.islower() and name in shipped()):
        return lines_of(name, store)
    try:
        return [asset_of(name)]
    except UnknownName:
        known = [*shipped(), *KNOWN]
        raise UnknownName(
            "ticker or strategy", name, known,
            "Tickers are written as Yahoo does (SPY, 0700.HK); newsfolio list shows strategies.",
        ) from None  # fmt: skip


class _AskedError(Exception):
    """A run has said what it needs; nothing is to be played."""


class _Asked:
    """A source that only writes down what a run asks of it."""

    name = "what is asked for"

    def __init__(self) -> None:
        self.assets: list[Asset] = []

    def load(self, assets: Iterable[Asset], facts: Iterable[Facts] = ()) -> Snapshot:
        self.assets = list(assets)
        raise _AskedError


def lines_of(address: str, store: Store | None = None) -> list[Asset]:
    """Everything that a run of the strategy loads: stand-ins, signals, benchmark, controls."""
    from backtests.runner.jobs import job_of
    from backtests.runner.run_strategy import run_backtrader, run_strategy
    from backtests.settings import Settings
    from markets.corrections import DISTRIBUTIONS, FILE, Corrected, read_corrections

    asked = _Asked()
    rows = read_corrections(store.folder / FILE) if store else ()
    source = Corrected(asked, (*DISTRIBUTIONS, *rows))
    job = job_of(address)
    try:
        if job.strategy is not None:
            run_strategy(job.strategy, source, Settings(), address)
        elif job.plain is not None:
            run_backtrader(job.plain, job.universe, source, Settings(), address)
    except _AskedError:
        return asked.assets
    return []


def in_folder(folder: Path) -> list[str]:
    """The tickers that a folder of prices has files of; other files are passed over."""
    names = {path.stem for end in ("*.csv", "*.parquet") for path in folder.glob(end)}
    return [asset.ticker for asset in placed(sorted(names))[0]]
