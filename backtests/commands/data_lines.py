"""Which lines a data command is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from newsfolio.errors import CommandError, MissingData, UnknownName

if TYPE_CHECKING:
    from markets.bars import Bars
    from markets.store.price_store import Store
    from newsfolio.assets import Asset


MOST_NAMES = 12
"""Files of a folder that are named where a line is missing."""


def chosen_lines(names: Sequence[str], store: Store | None) -> list[Asset]:
    """The assets that tickers and strategies name, each once."""
    assets: dict[str, Asset] = {}
    for asset in (asset for name in names for asset in _named(name, store)):
        assets.setdefault(asset.ticker, asset)
    return list(assets.values())


def prices_in(store: Store) -> list[str]:
    """The tickers of a store, without the lines that hold the ECB's fixings."""
    from markets.reference.fixings_file import FIXING

    return [ticker for ticker in store.tickers() if not ticker.endswith(FIXING)]


def pairs_beside(assets: Sequence[Asset]) -> list[Asset]:
    """The pairs with the dollar of what some lines are quoted in, which are not among them."""
    from markets.store.rates.lines import pairs_of
    from newsfolio.listings import asset_of

    named = {asset.ticker for asset in assets}
    pairs = pairs_of(asset.currency for asset in assets)
    return [asset_of(pair) for pair in pairs if pair not in named]


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
        remedy = (
            f"It is a folder: --data {name} looks at its files."
            if Path(name).is_dir()
            else "Tickers are written as Yahoo does (SPY, 0700.HK); newsfolio list shows "
            "strategies."
        )
        raise UnknownName("ticker or strategy", name, names, remedy) from None


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


def in_folder(folder: Path) -> tuple[list[str], dict[str, str]]:
    """The tickers that a folder of prices has files of, and why every other file is passed over."""
    from markets.folder.contents import facts_in, files_of, why_no_line

    tickers: set[str] = set()
    files = {file.path: file for file in files_of(folder)} if folder.is_dir() else {}
    whole = files.get(folder)  # of qlib or LEAN, whose own folders are no prices that lie about
    passed: dict[str, str] = {}
    if whole is not None:
        tickers |= {asset.ticker for asset in placed(whole.tickers)[0]}
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name.startswith(".") or path.name == "corrections.csv":
            continue
        inside = files.values() if path.is_dir() else ()
        below = [file for file in inside if path in file.path.parents]
        tickers |= {asset.ticker for file in below for asset in placed(file.tickers)[0]}
        if below or (whole is not None and path.is_dir()):
            continue
        if path not in files:
            passed[path.name] = (
                "a folder; prices lie beside one another" if path.is_dir() else
                "neither .csv nor .parquet; save it as one of them"
            )  # fmt: skip
            continue
        file = files[path]
        if why := facts_in(file):
            passed[path.name] = why
            continue
        assets, unplaced = placed(file.tickers or (path.stem,))
        tickers |= {asset.ticker for asset in assets}
        if unplaced and not assets:
            passed[path.name] = why_no_line(file)
    return sorted(tickers), passed


_SCALES = {
    "splits": "adjusted for splits, dividends as events",
    "splits and dividends": "adjusted for splits and dividends", "level": "a level",
}  # fmt: skip


def read_as(folder: Path, read: Iterable[Bars]) -> dict[str, str]:
    """By the name of its file and its ticker, how each line was read and what was assumed."""
    from markets.folder.contents import by_line

    files, readings = by_line(folder), {}
    for bars in read:
        file = files[bars.ticker][0]
        title = file.form.about.title if file.form else "Yahoo's columns"
        usual = f"read as {title}: {_SCALES[bars.priced]}"
        reading = next((note for note in bars.notes if note.startswith("read as ")), usual)
        name = file.path.name
        readings[name if file.lines in ((), (bars.ticker,)) else f"{name} ({bars.ticker})"] = (
            reading
        )
    return readings


@contextmanager
def telling_folder(data: str) -> Iterator[None]:
    """Where a folder has no file of a line, say what it has."""
    try:
        yield
    except MissingData as error:
        held = held_instead(data, str(error))
        if not held:
            raise
        raise MissingData(f"{error}\n{held}") from error


def _unread(folder: Path) -> str:
    """The first file that may have held the line, had it not been spoilt, and how; "" for none."""
    from markets.folder.contents import files_of, why_unread

    for file in files_of(folder):
        if why := why_unread(file):
            return f"{file.path}{'' if why.startswith('line ') else ':'} {why}"
    return ""


def held_instead(data: str, error: str) -> str:
    """What a folder holds where the error says that it lacks a line; "" for any other error."""
    folder = Path(data).expanduser()
    if not error.startswith("no data for") or not folder.is_dir():
        return ""
    if unread := _unread(folder):
        return unread
    names = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    shown = ", ".join(names[:MOST_NAMES]) or "nothing"
    return (
        f"{data} holds {shown}{more}; a line is read from <TICKER>.csv or .parquet, "
        "or from a file that a vendor named after it"
    )
