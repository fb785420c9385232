"""Alpha: what is left of a strategy once the bets that it may merely be are paid their due.

The proxies are those that the strategy names, or follow from the lines that it held; or factors of
a file take their place.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from backtests.evaluation.schema import Alpha
from backtests.evaluation.statistics.regression import alpha
from backtests.runner.inputs import prepare
from backtests.runner.proxies import factor_table_of, named_proxies
from backtests.runner.run import Run
from markets.folder.factor_file import is_monthly, read_factors
from newsfolio.assets import Asset
from newsfolio.errors import CommandError, NewsfolioError
from newsfolio.listings import asset_of
from newsfolio.proxies import proxy_funds
from newsfolio.strategy import Fixed

MOST = 4
"""Proxies that follow from the lines: more can hardly be told apart within a year."""

LEAST = 0.05
"""Average share of the account that a proxy's lines hold, from which it is one."""

DOLLARS = "USD"
"""Factors are published in dollars."""


@dataclass(frozen=True, eq=False)
class Factors:
    """Returns of factors by day or month; `name` says where they come from."""

    name: str
    returns: pd.DataFrame


@dataclass(frozen=True, eq=False)
class ScoredReturns:
    """What the regression explains.

    days: the divide and the sessions after it, on which own and cash returns are.
    """

    days: pd.DatetimeIndex
    own: pd.Series
    cash: pd.Series
    years: float


def read_factor_files(paths: Sequence[Path]) -> Factors | None:
    """The factors of some files side by side; those of several carry the name of their file."""
    if not paths:
        return None
    tables = {path: read_factors(path) for path in paths}
    if len({is_monthly(table) for table in tables.values()}) > 1:
        raise CommandError("--factors: daily and monthly files do not go together; take one kind")
    several = len(tables) > 1
    named = [table.add_prefix(f"{path.stem} " if several else "") for path, table in tables.items()]
    return Factors(", ".join(path.name for path in paths), pd.concat(named, axis=1).sort_index())


def alpha_of(run: Run, scored: ScoredReturns, factors: Factors | None = None) -> Alpha:
    """Alpha on the factors given, on those that the strategy names, or on its proxies."""
    factors = factors or _declared_factors(run)
    return _on_factors(run, scored, factors) if factors else _on_funds(run, scored)


def _declared_factors(run: Run) -> Factors | None:
    facts = factor_table_of(run.strategy) if run.strategy else None
    if facts is None or facts.name not in run.bars.facts:
        return None
    frame = run.bars.facts[facts.name].frame
    returns = frame.set_index(pd.DatetimeIndex(frame["known"]))[list(facts.columns)]
    return Factors(facts.name, returns.astype("float64"))


# --- funds -------------------------------------------------------------------------------------


HELD = "of the lines that it held; what a fund tracks is recalled from its issuer's page"


def _on_funds(run: Run, scored: ScoredReturns) -> Alpha:
    """On the proxies that the source has; those that it lacks are named."""
    named = named_proxies(run.strategy) if run.strategy else {}
    proxies = named or held_proxies(run, scored.days)
    basis = "named by the strategy" if named else HELD
    if not proxies:
        return replace(Alpha.unknown("it held nothing that a proxy stands for"), basis=basis)
    tickers = {name: _ticker(line) for name, line in proxies.items()}
    levels = {name: _level(run, line, scored.days) for name, line in proxies.items()}
    returns = pd.DataFrame(
        {name: level.pct_change().iloc[1:] for name, level in levels.items() if level is not None},
        index=scored.own.index,
    )
    regression = alpha(scored.own, scored.cash, returns, tickers, scored.years)
    lacking = [proxies[name] for name, level in levels.items() if level is None]
    why = "; ".join(filter(None, (*_without(lacking), regression.why)))
    return replace(regression, why=why, basis=basis)


def held_proxies(run: Run, days: pd.DatetimeIndex) -> dict[str, str | Asset]:
    """Funds by name that stand for what was held on some sessions, the largest first."""
    held = run.account.weights.loc[days].abs().mean()
    share: dict[str, float] = {}
    tickers: dict[str, str | Asset] = {}
    for asset in run.market.assets:
        for fund in proxy_funds(asset):
            tickers[fund.name] = fund.ticker
            share[fund.name] = share.get(fund.name, 0.0) + float(held[asset.ticker])
    order = sorted(share, key=lambda name: -share[name])
    return {name: tickers[name] for name in order[:MOST] if share[name] >= LEAST}


def _without(lines: Sequence[str | Asset]) -> Iterator[str]:
    """Why proxies are missing, in words."""
    unheld = [_ticker(line) for line in lines if not asset_of(line).tradable]
    unknown = [_ticker(line) for line in lines if asset_of(line).tradable]
    if unheld:
        yield f"without {', '.join(unheld)}: a level has no dividends, name a fund that follows it"
    if unknown:
        yield f"without {', '.join(unknown)}: no data for it here"


def _ticker(line: str | Asset) -> str:
    return line.ticker if isinstance(line, Asset) else line


def _level(run: Run, line: str | Asset, days: pd.DatetimeIndex) -> pd.Series | None:
    """A proxy's total-return level in base currency on some sessions of the run."""
    try:
        window = dataclasses.replace(run.settings, start=days[0].date(), end=days[-1].date())
        market = prepare(Fixed(mix=((1.0, line),)), run.bars, window)
    except NewsfolioError:
        return None
    index = pd.DatetimeIndex(market.sessions.astype("datetime64[ms]"))
    level = pd.Series(market.level[:, market.place[_ticker(line)]], index=index)
    return level.reindex(days, method="ffill")


# --- factors -----------------------------------------------------------------------------------


def _on_factors(run: Run, scored: ScoredReturns, factors: Factors) -> Alpha:
    """On the sessions, or the whole months, that the table of factors covers."""
    basis = f"factors of {factors.name}"
    if run.settings.currency != DOLLARS:
        why = f"{basis} are in dollars, the run in {run.settings.currency}: run it in USD"
        return replace(Alpha.unknown(why), basis=basis)
    monthly = is_monthly(factors.returns)
    moves = _by_month(scored, factors.returns) if monthly else _by_session(scored, factors.returns)
    if not len(moves):
        return replace(Alpha.unknown(f"{basis} cover nothing that is scored"), basis=basis)
    own, cash = (_compounded(curve, moves.index) for curve in (scored.own, scored.cash))
    years = len(moves) / 12 if monthly else scored.years * len(moves) / len(scored.own)
    names: Mapping[str, str] = dict.fromkeys(map(str, moves.columns), "")
    estimate = alpha(own, cash, moves, names, years, funded=False, monthly=monthly)
    ends = factors.returns.index[-1]
    cut = f"{basis} end on {ends:%Y-%m-%d}" if ends < scored.own.index[-1] else ""
    return replace(estimate, why="; ".join(filter(None, (estimate.why, cut))), basis=basis)


def _by_session(scored: ScoredReturns, factors: pd.DataFrame) -> pd.DataFrame:
    """Factors compounded to the sessions of the run; 0 on those on which they have no row."""
    days = scored.days[(scored.days >= factors.index[0]) & (scored.days <= factors.index[-1])]
    level = (1 + factors).cumprod().reindex(days, method="ffill")
    return level.pct_change(fill_method=None).iloc[1:]


def _by_month(scored: ScoredReturns, factors: pd.DataFrame) -> pd.DataFrame:
    """The whole months after the divide, the one in which it lies left away."""
    months, last = _months(scored.days).unique(), scored.days[-1]
    ended = (last + pd.offsets.BDay(1)).to_period("M") > last.to_period("M")
    by_month = factors.set_axis(_months(factors.index))
    return by_month[by_month.index.isin(months[1 : None if ended else -1])]


def _months(days: pd.Index) -> pd.PeriodIndex:
    return pd.DatetimeIndex(days).to_period("M")


def _compounded(returns: pd.Series, index: pd.Index) -> pd.Series:
    """Session returns on some of their sessions, or compounded to months."""
    if not isinstance(index, pd.PeriodIndex):
        return returns[index]
    return ((1 + returns).groupby(_months(returns.index)).prod() - 1)[index]
