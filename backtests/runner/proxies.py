"""Which funds stand for what a strategy may be a mere bet on; what a run reads of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from newsfolio.assets import Asset, sleeves_of
from newsfolio.facts import Facts
from newsfolio.proxies import proxies_of_lines
from newsfolio.strategy import Strategy


def named_proxies(strategy: Strategy) -> dict[str, str | Asset]:
    """The funds that a strategy names itself, by name; none where it names a table of factors."""
    proxies = strategy.proxies
    if isinstance(proxies, Facts):
        return {}
    if isinstance(proxies, Mapping):
        return dict(proxies)
    return {line.ticker if isinstance(line, Asset) else line: line for line in proxies}


def factor_table_of(strategy: Strategy) -> Facts | None:
    """The table of factors that a strategy names, if any."""
    return strategy.proxies if isinstance(strategy.proxies, Facts) else None


def proxies_to_load(strategy: Strategy, assets: Iterable[Asset]) -> tuple[str | Asset, ...]:
    """The funds that a strategy names, or all that any of these lines could ask for.

    assets: what it may hold, stand-ins too; its signals among them are no bets.
    """
    if strategy.proxies:
        return tuple(named_proxies(strategy).values())
    signals = {line.ticker if isinstance(line, Asset) else line for line in strategy.signals}
    held = {line for sleeve in sleeves_of(strategy.universe) for line in sleeve.tickers}
    bets = (asset for asset in assets if asset.ticker in held or asset.ticker not in signals)
    return tuple(proxies_of_lines(bets).values())
