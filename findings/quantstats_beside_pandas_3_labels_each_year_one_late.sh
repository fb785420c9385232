#!/usr/bin/env bash
# Expected: the bar of 2018 stands over the label 2018.
# Happens: beside pandas 3.1 the bar of 2018 stands over 2019, each year's over the next, and the last over none; of
#   more than ten years the bars stand at 40 and beyond while all labels stand from 0 on, so that no bar has one. The
#   heights are right, and the page has no error: 2020's loss is read as 2021's.
# Versions: quantstats 0.0.86, pandas 3.1.1, matplotlib 3.11.2, Python 3.11
# Day: 2026-11-30
# Source: plot_returns_bars in quantstats/_plotting/core.py sets labels in order on the ticks that pandas chose; with
#   pandas 3.1 DataFrame.plot(kind="bar") of dates has a period axis. Measured here.
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

def bars_and_labels(years):
    days = pd.bdate_range(f"{years[0]}-01-01", f"{years[-1]}-12-31")
    gains = np.repeat([0.10 if year % 2 else -0.10 for year in years], 1)
    a_day = pd.Series(days.year, days).map({year: gain / 261 for year, gain in zip(years, gains)})
    axes = qs.plots.yearly_returns(a_day, show=False, prepare_returns=False).axes[0]
    axes.figure.canvas.draw()
    labels = {round(float(x)): text.get_text() for x, text in zip(axes.get_xticks(), axes.get_xticklabels())}
    bars = [bar for bar in axes.patches if bar.get_height()][: len(years)]
    return [(year, round(bar.get_x() + bar.get_width() / 2), bar.get_height()) for year, bar in zip(years, bars)], labels

few, labels = bars_and_labels(range(2018, 2022))
for year, place, height in few:
    print(f"bar of {year} ({height:+.2f}) stands over the label {labels.get(place) or 'none'}")
assert [labels.get(place) or "none" for _, place, _ in few] == ["2019", "2020", "2021", "none"], "no longer a year late"
many, labels = bars_and_labels(range(2010, 2023))
print("thirteen years: bars at", [place for _, place, _ in many], "labels at", sorted(labels))
assert not {place for _, place, _ in many} & set(labels)
PY
