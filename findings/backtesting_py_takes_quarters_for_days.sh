#!/usr/bin/env bash
# Expected: 10 % a year is 10 % a year on daily, weekly, monthly, quarterly and yearly bars, as CAGR beside it says.
# Happens: on quarterly bars "Return (Ann.)" is 383,000 % and the volatility 38,700 %: only bars that are 7, 31 or 365
#   days apart are known, all others are taken for days of which a year has 252. Sharpe, Sortino and Calmar follow.
#   Monthly bars are right because their median distance is 31 days; those of quarters (91 or 92) or of four weeks
#   (28) are not.
# Versions: backtesting 0.6.6, pandas 3.1.1, numpy 2.4.6, Python 3.11
# Day: 2026-12-01
# Source: annual_trading_days in backtesting/_stats.py. Measured here.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q backtesting==0.6.6 pandas==3.1.1 numpy==2.4.6
"$dir/venv/bin/python" - 2>/dev/null <<'PY'
import warnings
warnings.simplefilter("ignore")
from importlib.metadata import version
import pandas as pd
from backtesting import Backtest, Strategy
print("backtesting", version("backtesting"), "| pandas", pd.__version__)

class Hold(Strategy):
    def init(self):
        pass

    def next(self):
        if not self.position:
            self.buy()

shown = {}
for bars in ("D", "W-FRI", "4W-FRI", "ME", "QE", "YE"):
    days = pd.date_range("2014-01-01", "2024-01-01", freq=bars)
    price = 100 * 1.10 ** ((days - days[0]).days / 365.25)
    frame = pd.DataFrame(dict.fromkeys(("Open", "High", "Low", "Close"), price), days)
    stats = Backtest(frame, Hold, cash=1e6, finalize_trades=True).run()
    shown[bars] = stats["Return (Ann.) [%]"], stats["CAGR [%]"]
    print(f"{bars:7} {len(days):5} bars: a year {shown[bars][0]:12,.1f} %, CAGR {shown[bars][1]:5.1f} %")
for bars in ("D", "W-FRI", "ME"):
    assert 9 < shown[bars][0] < 11
assert shown["QE"][0] > 100_000 and 9 < shown["QE"][1] < 10
assert shown["4W-FRI"][0] > 300 and 9 < shown["4W-FRI"][1] < 11
PY
