#!/usr/bin/env bash
# Expected: a column of the report is about the series that it is headed by.
# Happens: in the column of the benchmark three figures are the strategy's. Its Smart Sharpe and Smart Sortino are cut by
#   the strategy's autocorrelation: 1.54 becomes 0.95 beside a trending strategy and stays beside a calm one. R^2 and
#   Information Ratio repeat the strategy's, where a benchmark against itself has 1 and none.
# Versions: quantstats 0.0.86, pandas 3.1.1, numpy 2.4.6, Python 3.11
# Day: 2026-11-30
# Source: stats.autocorr_penalty takes the first column of a frame, whichever is divided; reports.metrics writes r_squared
#   and information_ratio as scalars into both columns. Measured here.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q quantstats==0.0.86 pandas==3.1.1 numpy==2.4.6 scipy==1.17.1 matplotlib==3.11.2
"$dir/venv/bin/python" - <<'PY'
import logging, warnings
warnings.simplefilter("ignore")
logging.disable(logging.ERROR)
import matplotlib
matplotlib.use("Agg")
import numpy as np, pandas as pd, quantstats as qs
print("quantstats", qs.__version__, "| pandas", pd.__version__)
rng = np.random.default_rng(3)
days = pd.bdate_range("2020-01-01", periods=1000)
benchmark = pd.Series(rng.normal(0.0006, 0.01, 1000), days)
calm = 0.6 * benchmark + rng.normal(0.0, 0.008, 1000)
trending = 0.6 * benchmark + rng.normal(0.0, 0.006, 1000)
for day in range(1, 1000):
    trending.iloc[day] += 0.45 * trending.iloc[day - 1]
alone = qs.stats.smart_sharpe(benchmark)
rows = ["Smart Sharpe", "Smart Sortino", "R^2", "Information Ratio"]
tables = {
    name: qs.reports.metrics(own, benchmark, mode="full", display=False, match_dates=False)
    for name, own in {"calm": calm, "trending": trending}.items()
}
print("Smart Sharpe of the benchmark by itself:", round(alone, 2))
for name, table in tables.items():
    print(f"\nbeside a {name} strategy\n", table.loc[rows, ["Benchmark", "Strategy"]].to_string())
said = {name: float(table.loc["Smart Sharpe", "Benchmark"]) for name, table in tables.items()}
assert abs(said["calm"] - alone) < 0.1 and said["trending"] < 0.75 * alone
for table in tables.values():
    for row in ("R^2", "Information Ratio"):
        assert table.loc[row, "Benchmark"] == table.loc[row, "Strategy"]
PY
