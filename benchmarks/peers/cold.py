"""A peer from nothing to a tearsheet: `python -m benchmarks.peers.cold TOOL FOLDER PAGE`.

It reads the price files, plays equal parts every month, and lets quantstats draw its page.
"""

from __future__ import annotations

import dataclasses
import importlib
import sys
import warnings
from pathlib import Path

import pandas as pd

from benchmarks.peers.panel import Panel, read_panel


def main(tool: str, folder: Path, page: Path) -> None:
    warnings.simplefilter("ignore")
    given = read_panel(folder)
    close = prices_of(folder / "prices", given)
    peer = importlib.import_module(f"benchmarks.peers.{tool}")
    equity = peer.work(dataclasses.replace(given, close=close.to_numpy()), "equal")()
    returns = pd.Series(equity, index=close.index, name="Strategy").pct_change().dropna()
    import quantstats

    quantstats.reports.html(returns, output=str(page), title=tool)


def prices_of(folder: Path, given: Panel) -> pd.DataFrame:
    """Total-return prices in dollars on the sessions of the panel."""
    days = pd.DatetimeIndex(given.days)
    columns = {ticker: _column(folder, ticker, "Adj Close") for ticker in given.tickers}
    rate = _column(folder, "HKD=X", "Close")
    frame = pd.DataFrame(columns).join(rate.rename("rate"), how="outer").ffill()
    abroad = [ticker for ticker in given.tickers if ticker.endswith(".HK")]
    frame[abroad] = frame[abroad].div(frame["rate"], axis=0)
    return frame.reindex(days, method="ffill")[list(given.tickers)]


def _column(folder: Path, ticker: str, name: str) -> pd.Series:
    file = folder / f"{ticker}.parquet"
    return pd.read_parquet(file, columns=["Date", name]).set_index("Date")[name]


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
