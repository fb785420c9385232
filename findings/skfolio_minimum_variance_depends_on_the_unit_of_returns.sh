#!/usr/bin/env bash
# Expected: MeanRisk() on the same daily returns, once as fractions and once in percent, answers the same portfolio of
#   minimum variance: with bills at 0.002 % a day beside shares at 1 %, all of it bills.
# Happens: in percent it does. As fractions, which is how returns are mostly written, six points of a hundred lie
#   elsewhere, its volatility is a fifth higher, and neither a warning nor an error says so: the solver's
#   tolerances are absolute, and a variance of 4e-10 is below them.
# Versions: skfolio 1.12.2, cvxpy-base 1.9.3, clarabel 0.11.1, numpy 2.4.6, Python 3.11
# Day: 2026-11-30
# Source: skfolio/optimization/convex/_mean_risk.py (scale_objective is None for the variance). Measured here.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q skfolio==1.12.2 cvxpy-base==1.9.3 clarabel==0.11.1 pandas==3.1.1 numpy==2.4.6 scipy==1.17.1
"$dir/venv/bin/python" - <<'PY'
import warnings
import numpy as np, skfolio
from skfolio.optimization import MeanRisk
print("skfolio", skfolio.__version__)
draw = np.random.default_rng(1)
deviations = np.array([0.01, 0.008, 0.0001, 0.04, 0.00002])  # three funds, short bonds, bills
returns = draw.normal(size=(252, 5)) @ np.linalg.cholesky(np.eye(5) * 0.7 + 0.3).T * deviations
covariance = np.cov(returns, rowvar=False)
with warnings.catch_warnings():
    warnings.simplefilter("error")
    fractions, percent = (MeanRisk().fit(unit * returns).weights_ for unit in (1, 100))
off = abs(fractions - percent).sum() / 2
spread = [float(np.sqrt(w @ covariance @ w)) for w in (fractions, percent)]
print("fractions", fractions.round(4), "percent", percent.round(4))
print(f"moved {off:.3f}, deviation {spread[0]:.2e} against {spread[1]:.2e}")
assert percent[4] > 0.9999
assert off > 0.04
assert spread[0] > 1.2 * spread[1]
PY
