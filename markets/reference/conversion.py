"""What a run's money is worth: rates by line and session, and where they end."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, time

import numpy as np

from markets.reference.currencies import FxSource, newer_rates, value_rates
from markets.reference.fixings_file import Days, Rates
from newsfolio.assets import Asset
from newsfolio.errors import MissingData, NewsfolioError


def rates_of(
    lines: tuple[Asset, ...], base: str, fx: FxSource, sessions: Days, first: int, closes: time
) -> tuple[Rates, Rates, list[str]]:
    """Rates by line, before each session and at its close, and notes on them.

    They are NaN before the run up to the last session that no fixing reaches.
    """
    currencies = sorted({asset.currency for asset in lines} - {base})
    before = np.ones((len(sessions), len(currencies) + 1))  # the last is the base
    valued = np.ones_like(before)
    notes: list[str] = []
    for column, currency in enumerate(currencies):
        fixings = fx.fixings(currency, base)
        start = min(fixings.unbroken_from(sessions), first)
        run = sessions[start:]
        before[start:, column] = fixings.before(run)
        valued[start:, column] = value_rates(fx, fixings, run, closes)
        before[:start, column] = valued[:start, column] = np.nan
        notes += fixings.told(sessions[-1])
    places = {currency: column for column, currency in enumerate((*currencies, base))}
    of_lines = [places[asset.currency] for asset in lines]
    return before.take(of_lines, axis=1), valued.take(of_lines, axis=1), notes


def where_rates_end(
    traded: Collection[str], beside: Iterable[str], base: str, fx: FxSource,
    days: tuple[date, date],
) -> tuple[date, str] | None:  # fmt: skip
    """An earlier end and why, where the rates of some currency are too old for the last day.

    beside: currencies of what a run is measured against. days: the first of the run at the
    earliest, and the last. MissingData where the rates end before the first.
    """
    start, last = days
    earliest: tuple[date, str] | None = None
    for currency in sorted({*traded, *beside} - {base}):
        try:
            fixings = fx.fixings(currency, base)
        except NewsfolioError:
            if currency in traded:
                raise
            continue  # what is measured beside the run is left out, and why is said
        ends = fixings.ends(last)
        if ends is None or (earliest is not None and ends >= earliest[0]):
            continue
        remedy = "; ".join((*fixings.notes, newer_rates(fixings.pair)))
        if ends < start:
            raise MissingData(
                f"the rates of {fixings.pair} end on {ends}, and the run starts on {start} at the "
                f"earliest: {remedy}"
            )
        earliest = ends, f"the run ends on {ends}, where the rates of {fixings.pair} end: {remedy}"
    return earliest
