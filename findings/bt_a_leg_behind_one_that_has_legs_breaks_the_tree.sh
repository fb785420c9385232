#!/usr/bin/env bash
# Expected: a strategy of two legs, one plain and one that holds a leg itself, is the same whichever stands first.
# Happens: with the plain leg first the tree runs. With it last, bt.run raises AttributeError: 'Strategy' object has
#   no attribute '_setup_kwargs': the plain leg is valued without ever having been set up.
# Versions: bt 1.4.1, ffn 1.4.1, pandas 3.1.1, numpy 2.4.6, Python 3.11
# Day: 2026-11-30
# Source: bt/core.py (StrategyBase.update reads what setup leaves). Measured here.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q bt==1.4.1 ffn==1.4.1 pandas==3.1.1 numpy==2.4.6
cd "$dir"
"$dir/venv/bin/python" -W ignore - <<'PY'
import bt, ffn, pandas as pd
print("bt", bt.__version__, "ffn", ffn.__version__)
prices = pd.DataFrame(
    {"a": [100.0, 101, 103, 102], "b": [50.0, 51, 50, 52]},
    index=pd.bdate_range("2024-01-02", periods=4),
)
def strategy(name, legs):
    algos = bt.algos
    return bt.Strategy(name, [algos.RunOnce(), algos.SelectAll(), algos.WeighEqually(), algos.Rebalance()], legs)
def answer(names):
    legs = {"plain": strategy("plain", ["b"]), "deep": strategy("deep", [strategy("inner", ["a"])])}
    tree = strategy("tree", [legs[name] for name in names])
    try:
        return float(bt.run(bt.Backtest(tree, prices, progress_bar=False)).prices.iloc[-1, 0])
    except AttributeError as error:
        return str(error)
first, last = answer(["plain", "deep"]), answer(["deep", "plain"])
print("plain leg first:", first)
print("plain leg last:", last)
assert isinstance(first, float)
assert "_setup_kwargs" in str(last)
PY
