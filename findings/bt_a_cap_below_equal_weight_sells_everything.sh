#!/usr/bin/env bash
# Expected: LimitWeights(0.1), whose text says that the excess goes to the other lines, holds nine lines at 10 % each
#   and the rest in cash, or refuses as ffn's limit_weights does, to which the text refers.
# Happens: with ten lines chosen each has 10 %. On the day when nine are left the strategy sells all of them and stays
#   in cash until a tenth comes back: a cap that cannot be met empties the weights. 0.1 is the default. Nothing is said.
# Versions: bt 1.4.1, ffn 1.4.1, pandas 3.1.1, numpy 2.4.6, Python 3.11
# Day: 2026-12-01
# Source: LimitWeights in bt/algos.py ("if the limit < equal weight then set weights to 0", in a comment of the code
#   alone). Measured here.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q bt==1.4.1 ffn==1.4.1 pandas==3.1.1 numpy==2.4.6
"$dir/venv/bin/python" - <<'PY'
import warnings
warnings.simplefilter("ignore")
import bt, ffn, pandas as pd
print("bt", bt.__version__, "| ffn", ffn.__version__, "| pandas", pd.__version__)
days = pd.bdate_range("2024-01-01", periods=9)
lines = [f"L{number}" for number in range(10)]
prices = pd.DataFrame(100.0, days, lines)
chosen = pd.DataFrame(True, days, lines)
chosen.loc[days[3:6], "L9"] = False  # for three sessions one of ten does not qualify

def invested(*limits):
    algos = [bt.algos.SelectWhere(chosen), bt.algos.WeighEqually(), *limits, bt.algos.Rebalance()]
    test = bt.Backtest(bt.Strategy("s", algos), prices, progress_bar=False)
    bt.run(test)
    return test.security_weights.sum(axis=1).loc[days].round(3).tolist()

free, capped = invested(), invested(bt.algos.LimitWeights(0.1))
print("lines that qualify   ", chosen.sum(axis=1).tolist())
print("invested, no cap     ", free)
print("invested, a cap of .1", capped)
try:
    ffn.limit_weights(pd.Series(1 / 9, lines[:9]), 0.1)
    refused = ""
except ValueError as error:
    refused = str(error)
print("ffn.limit_weights:", refused)
assert free == [1.0] * 9
assert capped == [1.0] * 3 + [0.0] * 3 + [1.0] * 3
assert refused
PY
