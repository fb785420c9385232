#!/usr/bin/env bash
# Expected: the box of monthly returns spreads as the months do.
# Happens: "Return Quantiles" puts the month's return on its calendar end. Where that is no session, in about two of seven
#   months, it is lost; each of the others is counted once for every session up to the next, and the month before first
#   listed counts for nothing. Quarters and years the same: of four years of which two end on a weekend two are drawn.
# Versions: quantstats 0.0.86, pandas 3.1.1, matplotlib 3.11.2, Python 3.11
# Day: 2026-11-30
# Source: plot_distribution in quantstats/_plotting/core.py: resampled columns are assigned to a daily frame, which aligns
#   them on its days, and are then filled forward. Measured here.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q quantstats==0.0.86 pandas==3.1.1 numpy==2.4.6 scipy==1.17.1 matplotlib==3.11.2
"$dir/venv/bin/python" - <<'PY'
import logging, warnings
warnings.simplefilter("ignore")
logging.disable(logging.ERROR)
import matplotlib
matplotlib.use("Agg")
import numpy as np, pandas as pd, quantstats as qs
print("quantstats", qs.__version__, "| pandas", pd.__version__)
days = pd.bdate_range("2020-01-01", "2023-12-31")  # 2022 and 2023 end on a weekend
a_year = {2020: 0.10, 2021: 0.20, 2022: -0.50, 2023: -0.40}
returns = pd.Series([(1 + a_year[day.year]) ** (1 / (days.year == day.year).sum()) - 1 for day in days], days)
axes = qs.plots.distribution(returns, show=False).axes[0]
box = axes.patches[4].get_path().vertices[:, 1]
yearly = returns.add(1).groupby(returns.index.year).prod() - 1
quarters = yearly.quantile([0.25, 0.75]).round(2).tolist()
print("years:", yearly.round(2).to_dict(), "| their middle half:", quarters)
print("drawn as", round(box.min(), 2), "to", round(box.max(), 2))
assert quarters[0] < -0.4
assert abs(box.min() - 0.2) < 1e-6 or abs(box.min() - 0.1) < 1e-6, "a year that was lost is there again"
assert box.max() <= 0.2 + 1e-9
PY
