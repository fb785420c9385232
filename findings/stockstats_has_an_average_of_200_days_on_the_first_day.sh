#!/usr/bin/env bash
# Expected: close_200_sma is missing until there are 200 closes, as the average of pandas and of other packages is;
#   close_-2_s, the close of two rows before, is missing in the first two rows.
# Happens: the average of 200 days exists on the first day (it is that day's close) and is that of so many days as
#   there are until the 200th; the deviation of the Bollinger bands is that of two days on the second; the shifted
#   close repeats the first one. So "close above its 200-day average" answers from the first bar on of every new
#   listing, and a rising one is bought on its second day.
# Versions: stockstats 0.6.10, pandas 3.1.1, numpy 2.4.6, Python 3.11
# Day: 2026-12-01
# Source: min_periods=1 in _rolling of stockstats.py; the README does not say it. Measured here.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q stockstats==0.6.10 pandas==3.1.1 numpy==2.4.6
"$dir/venv/bin/python" - <<'PY'
import warnings
warnings.simplefilter("ignore")
from importlib.metadata import version
import pandas as pd, stockstats
print("stockstats", version("stockstats"), "| pandas", pd.__version__)
days = pd.bdate_range("2023-01-02", periods=250)
close = pd.Series(range(100, 350), days, dtype="float64")
frame = pd.DataFrame({"open": close, "high": close, "low": close, "close": close, "volume": 1e6})
lines = stockstats.wrap(frame)
average, before, band = lines["close_200_sma"], lines["close_-2_s"], lines["boll_ub"]
plain = close.rolling(200).mean()
print("average of 200:", average.iloc[:3].tolist(), "| pandas has its first in row", int(plain.notna().argmax()) + 1)
print("close two rows before:", before.iloc[:3].tolist())
print("upper band of 20 sessions:", band.iloc[:3].round(2).tolist())
assert average.iloc[:3].tolist() == [100.0, 100.5, 101.0]
assert (average.iloc[199:] == plain.iloc[199:]).all()
assert before.iloc[:3].tolist() == [100.0] * 3
assert (lines["close"] > average).iloc[1]
PY
