#!/usr/bin/env bash
# Expected: a line that was listed for the last quarter of the record has the volatility of that quarter, as in
#   sample_cov of the same module, which skips what is missing.
# Happens: the shrunk covariances (ledoit_wolf, oracle_approximating), and semicovariance, count every missing return
#   as one of zero. Three lines of the same volatility, 16 % a year: the young one gets 8, and the minimum-variance
#   portfolio holds two thirds of it instead of a third. Nothing warns.
# Versions: PyPortfolioOpt 1.6.0, pandas 3.1.1, numpy 2.4.6, scikit-learn 1.7.2, Python 3.11
# Day: 2026-12-01
# Source: nan_to_num in the class CovarianceShrinkage of pypfopt/risk_models.py. Measured here.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
# packaging: needed, and not declared
"$dir/venv/bin/pip" install -q pyportfolioopt==1.6.0 pandas==3.1.1 numpy==2.4.6 scikit-learn==1.7.2 packaging==26.4
"$dir/venv/bin/python" - <<'PY'
import warnings
warnings.simplefilter("ignore")
from importlib.metadata import version
import numpy as np, pandas as pd
from pypfopt import EfficientFrontier
from pypfopt.risk_models import CovarianceShrinkage, sample_cov, semicovariance
print("PyPortfolioOpt", version("pyportfolioopt"), "| pandas", pd.__version__)
days = pd.bdate_range("2021-01-01", periods=1000)
moves = np.random.default_rng(1).normal(0, 0.01, (len(days), 3))
prices = pd.DataFrame(moves, days, ["OLD", "AGED", "YOUNG"]).add(1).cumprod()
prices.loc[days[:750], "YOUNG"] = np.nan

def volatility(covariance):
    return pd.Series(np.sqrt(np.diag(covariance)), covariance.columns).round(3).to_dict()

def least_variance(covariance):
    frontier = EfficientFrontier(None, covariance)
    return round(frontier.min_volatility()["YOUNG"], 2)

plain, shrunk = sample_cov(prices), CovarianceShrinkage(prices).ledoit_wolf()
print("sample_cov        ", volatility(plain), "of the least variance in YOUNG", least_variance(plain))
print("ledoit_wolf       ", volatility(shrunk), "of the least variance in YOUNG", least_variance(shrunk))
print("oracle_approximating", volatility(CovarianceShrinkage(prices).oracle_approximating()))
print("semicovariance    ", volatility(semicovariance(prices)))
assert abs(np.diag(plain)[2] ** 0.5 - 0.154) < 0.002
assert abs(np.diag(shrunk)[2] ** 0.5 - 0.078) < 0.002
assert 0.3 < least_variance(plain) < 0.37 and least_variance(shrunk) > 0.6
assert np.diag(semicovariance(prices))[2] < np.diag(semicovariance(prices))[0] / 3
PY
