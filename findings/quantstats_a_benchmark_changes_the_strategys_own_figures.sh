#!/usr/bin/env bash
# Expected: a benchmark adds a column; what is said of the strategy stays as it was.
# Happens: for a strategy that waits in cash for its first year, the table with a benchmark starts a year later: the
#   same three years show another start, CAGR 0.21 instead of 0.13, Sharpe 1.28 instead of 1.04 and 100 % "time in
#   market" instead of 67 %, while the cumulative return is unchanged. match_dates=True, the default, cuts leading
#   zero returns, which are real days in cash; match_dates=False leaves all as it was.
# Versions: quantstats 0.0.86, pandas 3.1.1, numpy 2.4.6, scipy 1.17.1, Python 3.11
# Day: 2026-11-30
# Source: reports.metrics in quantstats/reports.py (match_dates). Measured here.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q quantstats==0.0.86 pandas==3.1.1 numpy==2.4.6 scipy==1.17.1
"$dir/venv/bin/python" - <<'PY'
import logging, warnings
warnings.simplefilter("ignore")
logging.disable(logging.ERROR)
import numpy as np, pandas as pd, quantstats as qs
print("quantstats", qs.__version__, "| pandas", pd.__version__)
rng = np.random.default_rng(8)
days = pd.bdate_range("2022-01-03", periods=756)
strategy = pd.Series(rng.normal(0, 0.01, len(days)), days)
strategy.iloc[252:] += 0.0008 - strategy.iloc[252:].mean()
strategy.iloc[:252] = 0.0
benchmark = pd.Series(rng.normal(0.0003, 0.01, len(days)), days)
table = {
    "alone": qs.reports.metrics(strategy, mode="basic", display=False).iloc[:, 0],
    "benchmark": qs.reports.metrics(strategy, benchmark, mode="basic", display=False)["Strategy"],
    "match_dates=False": qs.reports.metrics(strategy, benchmark, mode="basic", display=False, match_dates=False)["Strategy"],
}
rows = ["Start Period", "Time in Market", "Cumulative Return", "CAGR﹪", "Sharpe", "Sortino"]
table = pd.DataFrame(table).loc[rows]
print(table.to_string())
alone, beside, kept = (table[column].astype(str) for column in table)
assert (alone == kept).all()
assert alone["Start Period"] == "2022-01-03" and beside["Start Period"] == str(days[252].date())
assert alone["Cumulative Return"] == beside["Cumulative Return"]
assert float(beside["CAGR﹪"]) > 1.4 * float(alone["CAGR﹪"])
assert float(beside["Sharpe"]) > 1.15 * float(alone["Sharpe"])
assert float(alone["Time in Market"]) < 0.7 and float(beside["Time in Market"]) == 1.0
PY
