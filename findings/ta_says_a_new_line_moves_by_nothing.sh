#!/usr/bin/env bash
# Expected: with fillna=False, the default, an indicator that has not enough bars yet is missing (NaN), as the moving
#   averages, RSI and Bollinger bands of the same package are.
# Happens: the average true range is 0.0 for its first window - 1 bars, and ADX, +DI and -DI too. A size of "risk per
#   trade over ATR" is infinite there, and a filter "ADX below 20" lets every new listing in. dropna() keeps the zeros.
# Versions: ta 0.11.0, pandas 3.1.1, numpy 2.4.6, Python 3.11
# Day: 2026-12-01
# Source: np.zeros in AverageTrueRange of ta/volatility.py and in ADXIndicator of ta/trend.py. Measured here.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q ta==0.11.0 pandas==3.1.1 numpy==2.4.6
"$dir/venv/bin/python" - <<'PY'
import warnings
warnings.simplefilter("ignore")
from importlib.metadata import version
import numpy as np, pandas as pd, ta
print("ta", version("ta"), "| pandas", pd.__version__)
close = pd.Series(np.random.default_rng(3).normal(0, 0.02, 60), pd.bdate_range("2024-01-01", periods=60)).add(1).cumprod() * 100
high, low = close * 1.01, close * 0.99
lines = {
    "ATR(14)": ta.volatility.average_true_range(high, low, close, 14),
    "ADX(14)": ta.trend.adx(high, low, close, 14),
    "+DI(14)": ta.trend.adx_pos(high, low, close, 14),
    "SMA(14)": ta.trend.sma_indicator(close, 14),
    "RSI(14)": ta.momentum.rsi(close, 14),
    "Bollinger(14)": ta.volatility.bollinger_hband(close, 14),
}
for name, line in lines.items():
    print(f"{name:14} missing {int(line.isna().sum()):3}, exactly 0: {int((line == 0).sum()):3}, first value {line.dropna().iloc[0]:.3f}")
for name in ("ATR(14)", "ADX(14)", "+DI(14)"):
    assert lines[name].isna().sum() == 0 and (lines[name].iloc[:13] == 0).all()
for name in ("SMA(14)", "RSI(14)", "Bollinger(14)"):
    assert lines[name].iloc[:13].isna().all() and (lines[name] != 0).all()
PY
