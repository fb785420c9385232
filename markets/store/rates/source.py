"""Any source, with the ECB's fixings of the store beside its own lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from markets.reference.fixings_file import FIXING
from markets.snapshot import Snapshot, Source
from markets.store.price_store import Store
from newsfolio.assets import Asset
from newsfolio.facts import Facts


@dataclass(frozen=True)
class WithFixings:
    """A source whose runs convert by what `newsfolio data pull` has brought of the ECB."""

    source: Source
    store: Store

    @property
    def name(self) -> str:
        return self.source.name

    def load(self, assets: Iterable[Asset], facts: Iterable[Facts] = ()) -> Snapshot:
        """Lines of fixings from the store, those that it has; all else from the source."""
        parts: tuple[list[Asset], list[Asset]] = ([], [])
        for asset in assets:
            parts[asset.ticker.endswith(FIXING)].append(asset)
        read = self.source.load(parts[0], facts)
        kept = (self.store.read(asset.ticker) for asset in parts[1])
        fixings = {stored.bars.ticker: stored.bars for stored in kept if stored}
        return Snapshot({**read.bars, **fixings}, read.facts)
