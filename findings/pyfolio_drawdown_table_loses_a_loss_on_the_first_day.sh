#!/usr/bin/env bash
# Expected: the table of the worst drawdowns holds the one that max_drawdown, on the same returns, gives.
# Happens: where the curve never stood above its first close again before the trough, that is where the first return
#   opens the worst fall, the table counts from the first day's close instead of the capital put in. A fall of 20 % on
#   the first day is no drawdown at all; one of 20 and 10 % on the first two days is 10 % deep. The same returns with
#   a day of nothing before them give the whole fall. Curves that start at a publication or a crash begin just so.
# Versions: pyfolio-reloaded 0.10.1, empyrical-reloaded 0.7.1, pandas 3.1.1, numpy 2.4.6, Python 3.11
# Day: 2026-12-01
# Source: get_top_drawdowns in pyfolio/timeseries.py (the running maximum begins with the first cumulative return);
#   empyrical's max_drawdown puts the start before it. Measured here.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q pyfolio-reloaded==0.10.1 empyrical-reloaded==0.7.1 pandas==3.1.1 numpy==2.4.6
"$dir/venv/bin/python" - <<'PY'
import warnings
warnings.simplefilter("ignore")
from importlib.metadata import version
import empyrical, pandas as pd
from pyfolio.timeseries import gen_drawdown_table
print("pyfolio-reloaded", version("pyfolio-reloaded"), "| empyrical-reloaded", version("empyrical-reloaded"))

def deepest(*first):
    returns = pd.Series(0.001, pd.bdate_range("2020-01-01", periods=300))
    returns.iloc[: len(first)] = first
    table = gen_drawdown_table(returns, top=1)
    return round(float(table["Net drawdown in %"].iloc[0]), 6), round(-100 * empyrical.max_drawdown(returns), 6)

one, two, later = deepest(-0.2), deepest(-0.2, -0.1), deepest(0.0, -0.2, -0.1)
print("20 % on the first day: table", one[0], "max_drawdown", one[1])
print("20 and 10 %: table", two[0], "max_drawdown", two[1])
print("the same a day later: table", later[0], "max_drawdown", later[1])
assert one == (0.0, 20.0)
assert two == (10.0, 28.0)
assert later == (28.0, 28.0)
PY
