#!/usr/bin/env bash
# Expected: leaving one Christmas Day out of four years of daily returns hardly moves the deflated Sharpe ratio; if
#   the frequency is not clear any more, calc_sharpe of the same package raises and asks for nperiods.
# Happens: calc_deflated_sharpe_ratio goes from about 0.7 to below 1e-50. With the holiday gone the frequency cannot
#   be inferred, and the trials' annual Sharpe ratios are then silently taken for daily ones. Every real index of
#   trading days has holidays. With nperiods=252 the answer is right.
# Versions: ffn 1.4.1, pandas 3.1.1, numpy 2.4.6, scipy 1.17.1, Python 3.11
# Day: 2026-11-30
# Source: calc_deflated_sharpe_ratio in ffn/core.py (divides by the square root of "nperiods or 1"). Measured here.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q ffn==1.4.1 pandas==3.1.1 numpy==2.4.6 scipy==1.17.1
"$dir/venv/bin/python" - <<'PY'
import warnings
warnings.simplefilter("ignore")
import ffn, numpy as np, pandas as pd
print("ffn", ffn.__version__, "| pandas", pd.__version__)
days = pd.bdate_range("2022-01-03", "2025-12-31")
every = pd.Series(np.random.default_rng(7).normal(0.0012, 0.01, len(days)), days)
real = every.drop(pd.Timestamp("2024-12-25"))
trials = [0.2, 0.5, 0.9, 1.1, 1.3]
a = ffn.calc_deflated_sharpe_ratio(every, trials)
b = ffn.calc_deflated_sharpe_ratio(real, trials)
c = ffn.calc_deflated_sharpe_ratio(real, trials, nperiods=252)
print("every weekday", a, "| without 2024-12-25", b, "| the same, nperiods=252", c)
try:
    ffn.calc_sharpe(real)
    raised = ""
except ValueError as error:
    raised = str(error)
print("calc_sharpe without 2024-12-25:", raised)
assert 0.65 < a < 0.75 and abs(c - a) < 0.02
assert b < 1e-50
assert "nperiods" in raised
PY
