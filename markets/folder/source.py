"""A folder of price files, as vendors write them: `markets/folder/formats/` says which."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from markets.bars import Bars
from markets.folder.contents import PriceFile, by_line
from markets.folder.fact_files import read_facts
from markets.folder.formats.format import Told
from markets.folder.line_bars import bars_of
from markets.folder.sealed import Seal
from markets.snapshot import Follow, Snapshot
from newsfolio.assets import Asset
from newsfolio.errors import BrokenData, CommandError, MissingData
from newsfolio.facts import Facts

LONGEST = 60  # characters of a ticker, up to four bytes each: file systems allow 255


@dataclass(frozen=True)
class FolderSource:
    """Reads the file of each line, of whatever format; weekend rows are kept.

    today: rows dated later are refused; None: any day is taken. told: what the files do not say.
    follow: sees each line before it is read.
    """

    folder: Path
    today: date | None = None
    told: Told = Told()
    follow: Follow = iter

    @property
    def name(self) -> str:
        return f"folder {self.folder.resolve().name}"

    def load(self, assets: Iterable[Asset], facts: Iterable[Facts] = ()) -> Snapshot:
        """Bars, and the tables of facts that lie among them, without those that have no file.

        MissingData if the folder is not there, BrokenData for a file that contradicts itself,
        CommandError for a ticker that would lead out of the folder.
        """
        if not self.folder.is_dir():
            raise MissingData(
                f"{self.folder}: no such folder. --data takes yahoo, sample, or a folder of files "
                "named <TICKER>.csv or <TICKER>.parquet."
            )
        assets = tuple(assets)
        seal = Seal.of(self.folder, self.told, self.today, assets)
        bars = seal.read()
        if bars is None:
            bars = self._read(assets)
            seal.keep(bars)
        else:
            deque(self.follow(assets), maxlen=0)
        return Snapshot(bars, read_facts(self.folder, facts))

    def _read(self, assets: Iterable[Asset]) -> dict[str, Bars]:
        files = {asset: self._file(asset.ticker) for asset in assets}
        return {
            asset.ticker: self._bars(asset, file)
            for asset in self.follow(files)
            if (file := files[asset])
        }

    @cached_property
    def _lying(self) -> dict[str, list[PriceFile]]:
        """What lies in the folder when the first line is asked for."""
        return by_line(self.folder)

    def _file(self, ticker: str) -> PriceFile | None:
        """The one file of a line; BrokenData names two."""
        path_like = any(mark in ticker for mark in ("/", "\\", ":", ".."))
        if path_like or not (0 < len(ticker) <= LONGEST and ticker.isprintable()):
            raise CommandError(
                f"{ticker[:LONGEST]!r} is not a ticker: a folder is read by plain file names"
            )
        files = self._lying.get(ticker, [])
        if len(files) > 1:
            raise BrokenData(
                f"{files[0].path}: {files[1].path.name} is there too, and both are of {ticker}. "
                "Keep one of the two."
            )
        return files[0] if files else None

    def _bars(self, asset: Asset, file: PriceFile) -> Bars:
        try:
            quotes = file.read(asset.ticker, self.told)
        except OSError as error:
            raise BrokenData(
                f"{file.path}: cannot be read ({error}). Correct or remove it."
            ) from error
        return bars_of(asset, quotes, self.today)
