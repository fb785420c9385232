"""The result of a run: tables and manifest, without an evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from operator import attrgetter

import pandas as pd

from backtests.records.manifest import manifest
from backtests.records.result import Result, no_limited
from backtests.records.scored_figures import scored_figures
from backtests.runner.run import Run
from backtests.simulation.account import Account
from backtests.simulation.fills import Fill
from backtests.simulation.metrics import figures
from backtests.simulation.output import EngineOutput
from markets.market import Market
from reports.contract.manifest import BenchmarkJson


def result_of(run: Run, since: date | None = None) -> Result:
    """since: the day after which a run that is judged again scores."""
    own, output, rates = run.account, run.output, run.rates
    metrics = {"strategy": _figures(own.curve, output.fills, rates, own)}
    metrics |= {
        name: _figures(reference.curve, reference.fills, rates, reference.account)
        for name, reference in run.references.items()
    }
    beside = {name: reference.curve for name, reference in run.references.items()}
    curves = {"strategy": own.curve, **beside}
    references: dict[str, BenchmarkJson] = {
        name: {"label": reference.label, "traded": reference.output is not None}
        for name, reference in run.references.items()
    }
    described = manifest(run, metrics, references, since)
    return Result(
        manifest={**described, "scored_figures": scored_figures(described["scored"], curves)},
        equity=own.equity,
        time_weighted=own.curve if own.flowed else None,
        weights=own.weights,
        targets=_targets(run.market, output),
        fills=_table(output.fills, _FILLS),
        cash=_table(output.events, ("session", "why", "asset", "amount")),
        lapses=_table(output.lapses, ("session", "asset", "quantity", "reason")),
        limited=_limited(run),
        references=pd.DataFrame(beside, index=own.sessions),
        rates=rates,
    )  # fmt: skip


def _figures(
    curve: pd.Series, fills: Sequence[Fill], rates: pd.DataFrame, account: Account | None
) -> dict[str, float | None]:
    """The headline figures of a curve, and what flowed in and out of its account."""
    if account is None or not account.flowed:
        return figures(curve, fills, rates["cash"])
    equity = account.equity.reindex(curve.index, method="ffill").fillna(float(account.worth[0]))
    return figures(curve, fills, rates["cash"], equity) | account.flow_figures


_FILLS = ("session", "asset", "quantity", "price", "currency", "rate", "fee", "slippage")


def _table(rows: Sequence[object], columns: tuple[str, ...]) -> pd.DataFrame:
    """Records as a frame with stable column types, also when there are none."""
    frame = pd.DataFrame(list(map(attrgetter(*columns), rows)), columns=list(columns))
    frame["session"] = pd.to_datetime(frame["session"]).astype("datetime64[ms]")
    text = {"asset", "currency", "why", "reason"}
    kinds = {name: "str" if name in text else "float64" for name in columns if name != "session"}
    return frame.astype(kinds)


def _limited(run: Run) -> pd.DataFrame:
    own = (("", run.market.day(row.session), row) for row in run.output.limited)
    rows = [
        (day, row.asset, row.wanted, row.held, row.allowed, row.limits, leg)
        for leg, day, row in (*own, *run.limited)
    ]
    none = no_limited()
    frame = pd.DataFrame(rows, columns=list(none.columns))
    frame["session"] = pd.to_datetime(frame["session"])
    return frame.astype(none.dtypes.to_dict())


def _targets(market: Market, output: EngineOutput) -> pd.DataFrame:
    index = pd.DatetimeIndex(
        market.sessions[[target.session for target in output.targets]].astype("datetime64[ms]"),
        name="session",
    )
    rows = [target.weights for target in output.targets]
    frame = pd.DataFrame(rows, index=index, columns=list(market.tickers), dtype="float64")
    return frame.fillna(0.0)
