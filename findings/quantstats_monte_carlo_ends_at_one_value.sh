#!/usr/bin/env bash
# Expected: a Monte Carlo of 500 paths shows how far the final gain and the CAGR could have been otherwise, and
#   goal_probability is a probability of reaching the goal.
# Happens: the paths are the same returns in another order, so all end at the same value: the spread of the final gain
#   and of the CAGR is rounding noise (1e-15), the "5 %" and "95 %" paths coincide, and goal_probability is 1 for any
#   goal up to the one observed gain and 0 above it. A resampling with replacement of the same returns spreads the
#   final gain by tens of percentage points.
# Versions: quantstats 0.0.86, pandas 3.1.1, numpy 2.4.6, scipy 1.17.1, Python 3.11
# Day: 2026-11-30
# Source: quantstats/_montecarlo.py (permutation; the docstring says "shuffling" and goes on to speak of the range of
#   outcomes). Measured here.
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
rng = np.random.default_rng(1)
days = pd.bdate_range("2022-01-03", periods=1000)
returns = pd.Series(rng.normal(0.0005, 0.01, len(days)), days)
gain = float((1 + returns).prod() - 1)
print("observed gain", gain)
goals = {}
for goal in (gain - 0.001, gain + 0.001):
    paths = qs.stats.montecarlo(returns, sims=500, goal=goal, seed=3)
    goals[goal] = float(paths.goal_probability)
print("probability to reach the observed gain less and plus 0.1 points:", list(goals.values()))
print("final gain:", {k: float(v) for k, v in paths.stats.items()})
cagr = qs.stats.montecarlo_cagr(returns, sims=500, seed=3)
print("CAGR:", {k: float(v) for k, v in cagr.items()})
drawn = [(1 + rng.choice(returns.to_numpy(), len(returns))).prod() - 1 for _ in range(500)]
print("spread with replacement:", float(np.std(drawn)))
assert list(goals.values()) == [1.0, 0.0]
assert float(paths.stats["std"]) < 1e-12 and float(cagr["std"]) < 1e-12
assert abs(paths.stats["percentile_95"] - paths.stats["percentile_5"]) < 1e-12
assert np.std(drawn) > 0.15
PY
