"""Which lines a data command is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from newsfolio.errors import CommandError, UnknownName

if TYPE_CHECKING:
    from markets.store.price_store import Store
    from newsfolio.assets import Asset


def chosen_lines(names: Sequence[str], store: Store | None) -> list[Asset]:
    """The assets that tickers and strategies name, each once."""
    assets: dict[str, Asset] = {}
    for asset in (asset for name in names for asset in _named(name, store)):
        assets.setdefault(asset.ticker, asset)
    return list(assets.values())


def placed(tickers: Iterable[str]) -> tuple[list[Asset], dict[str, str]]:
    """The assets of tickers that were found somewhere, and why others cannot be placed."""
    from newsfolio.listings import asset_of

    assets, unplaced = [], {}
    for ticker in tickers:
        try:
            assets.append(asset_of(ticker))
        except CommandError as error:
            unplaced[ticker] = f"{error} Or name the strategy that declares it."
    return assets, unplaced


def _named(name: str, store: Store | None) -> list[Asset]:
    """The asset of a ticker, or all that a run of the strategy at an address needs."""
    from backtests.strategy_loader import shipped
    from newsfolio.listings import KNOWN, asset_of

    if ":" in name or name.endswith(".py") or (name.islower() and name in shipped()):
        return lines_of(name, store)
    try:
        return [asset_of(name)]
    except UnknownName:
        names = [*shipped(), *KNOWN]
        raise UnknownName(
            "ticker or strategy", name, names,
            "Tickers are written as Yahoo does (SPY, 0700.HK); newsfolio list shows strategies.",
        ) from None  # fmt: skip


def lines_of(address: str, store: Store | None = None) -> list[Asset]:
    """Everything that a run of the strategy loads: stand-ins, signals, benchmark, controls.

    First what its lines have given in kind, which corrections of the store may name too.
    """
    from backtests.runner.jobs import job_of
    from backtests.settings import Settings
    from markets.corrections import DISTRIBUTIONS, FILE, distributed_lines, read_corrections

    wanted = {asset.ticker: asset for asset in job_of(address).inputs(Settings()).assets}
    rows = (*DISTRIBUTIONS, *(read_corrections(store.folder / FILE) if store else ()))
    return list({**distributed_lines(wanted, rows), **wanted}.values())


def in_folder(folder: Path) -> list[str]:
    """The tickers that a folder of prices has files of; other files are passed over."""
    names = {path.stem for end in ("*.csv", "*.parquet") for path in folder.glob(end)}
    return [asset.ticker for asset in placed(sorted(names))[0]]
