"""Which lines a run needs, which of them can trade, and what a reader must know of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from markets.bars import Bars, Priced
from markets.reference.idle_cash import cash_line
from newsfolio.assets import ONE_BY_ONE, UNSEEN, Asset, Kind, Sleeve
from newsfolio.errors import MissingData
from newsfolio.facts import Facts
from newsfolio.listings import asset_of

MANY, NAMED = 5, 3
"""Lines that share one note, and how many of them it names."""


@dataclass(frozen=True)
class Want:
    """What a run needs of a market.

    published: when the article could first be read (UTC); None without one.
    start, end: first and last day wanted; None as early and as late as the data carry.
    ends_with: last bars of other lines that bound the default end (the benchmark's).
    bars: whole bars, highs and lows too, from the first of all where no start is named.
    clock: the sessions of a run whose own lines all trade every day; None: every day.
    declared: lines that the strategy declares itself, by ticker.
    quoted: currencies of what is measured beside it, whose rates bound the default end too.
    cash_rate: what idle cash earns instead of its currency's rate: percent, rows of it, or a line.
    legs: what the strategies want that this one holds, whose lines its sleeves have too.
    keep: other processes will ask for the same market, which is kept for them where it is large.
    """

    sleeves: tuple[Sleeve, ...]
    base: str
    signals: tuple[str | Asset, ...] = ()
    facts: tuple[Facts, ...] = ()
    published: datetime | None = None
    start: date | None = None
    end: date | None = None
    ends_with: Mapping[str, date] | None = None
    bars: bool = False
    clock: NDArray[np.datetime64] | None = field(default=None, compare=False)
    quoted: tuple[str, ...] = ()
    cash_rate: str | None = None
    declared: Mapping[str, Asset] = field(default_factory=dict)
    legs: tuple[Want, ...] = ()
    keep: bool = field(default=False, compare=False)

    def asset(self, line: str | Asset) -> Asset:
        """What a line means in this run."""
        return asset_of(self.declared.get(line, line) if isinstance(line, str) else line)

    @property
    def cash_line(self) -> str:
        """The line that tells what idle cash earns, "" where none does."""
        return cash_line(self.base, self.cash_rate)

    def cash(self, interest: str) -> str:
        """What idle cash earns, in words."""
        return "idle cash earns nothing, as in backtrader" if self.bars else interest

    @cached_property
    def lines(self) -> Mapping[str, Asset]:
        """The assets of all sleeves by ticker, in order."""
        return universe_assets(self.sleeves)


def universe_assets(sleeves: Iterable[Sleeve]) -> dict[str, Asset]:
    """The assets of all sleeves by ticker, in order."""
    lines = [line for sleeve in sleeves for line in sleeve.lines]
    return {asset.ticker: asset for asset in map(asset_of, lines)}


def assets_to_load(want: Want) -> dict[str, Asset]:
    """Universe, stand-ins (recursively), signals and the cash rate of the base currency."""
    assets = dict(want.lines)
    queue = list(assets.values())
    while queue:
        for ticker in queue.pop().stand_in:
            if ticker not in assets:
                assets[ticker] = want.asset(ticker)
                queue.append(assets[ticker])
    extra = (*want.signals, *filter(None, [want.cash_line]))
    looked_at = {asset.ticker: asset for asset in map(want.asset, extra)}
    below = [asset for leg in want.legs for asset in assets_to_load(leg).values()]
    return {asset.ticker: asset for asset in below} | looked_at | assets


def as_bars_tell(assets: Mapping[str, Asset], bars: Mapping[str, Bars]) -> dict[str, Asset]:
    """The assets, with what their bars tell of them.

    That is the delisting of a correction where they declare none, and that a line which was taken
    for a fund has volume or more than one price a day, and is a share.
    """
    return {
        ticker: _as_told(asset, bars[ticker]) if ticker in bars else asset
        for ticker, asset in assets.items()
    }


def _as_told(asset: Asset, line: Bars) -> Asset:
    if asset.delisted is None and line.delisted is not None:
        asset = replace(asset, delisted=line.delisted)
    if asset.kind is Kind.FUND and line.traded_on is not None:
        asset = replace(asset, kind=Kind.STOCK, lot=ONE_BY_ONE, half_spread=UNSEEN)
    return asset


def tradable(bars: Mapping[str, Bars], want: Want, wanted: Mapping[str, Asset]) -> dict[str, Asset]:
    """Universe lines with data and the stand-ins that they need; raises for what cannot trade."""
    for ticker, asset in wanted.items():
        if not asset.tradable:
            raise MissingData(
                f"{ticker} is of kind {asset.kind} and cannot be held; put it in `signals`, "
                "use it as --benchmark, or hold a fund that tracks it"
            )
        if ticker in bars and not bars[ticker].has_opens and asset.kind is not Kind.FUND:
            raise MissingData(
                f"{ticker} has no opening prices in this source, so no order can fill; use it as "
                "a signal or a benchmark, or take it from a source with opens"
            )
    held = {ticker: asset for ticker, asset in wanted.items() if ticker in bars}
    for asset in wanted.values():
        held |= {
            other.ticker: other for other in stand_ins(asset, bars) if other.ticker not in held
        }
    for sleeve in want.sleeves:
        if not any(_reachable(ticker, held, wanted) for ticker in sleeve.tickers):
            raise MissingData(
                f"no data for {', '.join(sleeve.tickers)} (sleeve {sleeve.name!r}) in this source; "
                "check the spelling, choose another --data, or fetch them: newsfolio data pull "
                f"{' '.join(sleeve.tickers)}"
            )
    return as_bars_tell(held, bars)


def stand_ins(asset: Asset, bars: Mapping[str, Bars]) -> Iterator[Asset]:
    """Every line that may take the asset's place; one without opens counts as no data."""
    for other in map(asset_of, asset.stand_in):
        if other.ticker in bars and (bars[other.ticker].has_opens or other.kind is Kind.FUND):
            yield other
        yield from stand_ins(other, bars)


def _stood_for(ticker: str, wanted: Mapping[str, Asset], bars: Mapping[str, Bars]) -> Iterator[str]:
    """The lines whose place a stand-in may take."""
    for name, asset in wanted.items():
        if ticker in {other.ticker for other in stand_ins(asset, bars)}:
            yield name


def _reachable(ticker: str, held: Mapping[str, Asset], wanted: Mapping[str, Asset]) -> bool:
    others = (wanted.get(ticker) or asset_of(ticker)).stand_in
    return ticker in held or any(_reachable(other, held, wanted) for other in others)


def _fund_note(ticker: str, traded: date | None) -> str:
    if traded is None:
        return f"{ticker}: taken for a mutual fund; an order fills at the next day's price"
    return (
        f"{ticker}: named or declared as a mutual fund, but it has a volume or several prices on "
        f"{traded}: taken for a share"
    )


def notes_on(
    bars: Mapping[str, Bars], held: Mapping[str, Asset], wanted: Mapping[str, Asset]
) -> list[str]:
    """What the reader must know of these lines before believing a number made from them."""
    notes = []
    for ticker, asset in wanted.items():
        if ticker not in held:
            others = list(dict.fromkeys(other.ticker for other in stand_ins(asset, bars)))
            does = f"{' and '.join(others)} in its place" if others else "left out"
            notes.append(f"{ticker}: no data in this source; {does}")
    for ticker, asset in held.items():
        line = bars[ticker]
        if ticker not in wanted:
            stood = " and ".join(_stood_for(ticker, wanted, bars))
            notes.append(
                f"{ticker}: held in place of {stood} where that is not listed or has no data"
            )
        if wanted.get(ticker, asset).kind is Kind.FUND:
            notes.append(_fund_note(ticker, line.traded_on))
        if asset.proxy:
            notes.append(f"{ticker}: proxy, {asset.proxy}")
        if line.priced is Priced.DIVIDENDS:
            notes.append(
                f"{ticker}: only dividend-adjusted prices; no dividend is credited or withheld, "
                "and lots and fees are those of its price level today"
            )
        if not asset.lot_known:
            notes.append(f"{ticker}: board lot not confirmed, {asset.lot.rows[-1].value} assumed")
        last = line.splits_known_to
        if last is None:
            notes.append(f"{ticker}: splits unknown; lots and fees use shares of its last day")
        elif last < line.last:
            notes.append(f"{ticker}: splits known to {last}, none assumed after it")
        notes += [f"{ticker}: {note}" for note in line.notes]
    return grouped(notes)


def grouped(notes: Iterable[str]) -> list[str]:
    """Notes such as `SPY: text`; where MANY lines share a text, one note for all of them."""
    pairs = [tuple(note.split(": ", 1)) for note in notes]
    sharing: dict[str, list[str]] = {}
    for ticker, text in pairs:
        sharing.setdefault(text, []).append(ticker)
    merged: dict[str, None] = {}
    for ticker, text in pairs:
        lines = sharing[text]
        if len(lines) < MANY:
            merged[f"{ticker}: {text}"] = None
        else:
            merged[f"{', '.join(lines[:NAMED])} and {len(lines) - NAMED} more: {text}"] = None
    return list(merged)
