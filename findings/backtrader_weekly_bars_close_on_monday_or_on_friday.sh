#!/usr/bin/env bash
# Expected: weekly bars resampled from daily ones become known on one fixed day, whichever way they are added.
# Happens: resampledata(daily) on the very feed object that the strategy also trades gives the week ending Friday only
#   on the next Monday; resampledata() of a second, equal feed object gives it on Friday itself. So the same rule
#   trades a day earlier or later (Monday's open or Tuesday's) for no reason visible in the strategy. Both ways call
#   next() a second time on the last day of the data.
# Versions: backtrader 1.9.78.123, pandas 3.1.1, numpy 2.4.6, Python 3.11
# Day: 2026-11-30
# Source: Cerebro.resampledata (clones a feed that was added before) and backtrader/resamplerfilter.py. Measured here.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q backtrader==1.9.78.123 pandas==3.1.1 numpy==2.4.6
"$dir/venv/bin/python" - <<'PY'
import warnings
warnings.simplefilter("ignore")
import backtrader as bt, pandas as pd
print("backtrader", bt.__version__, "| pandas", pd.__version__)
days = pd.bdate_range("2026-01-05", "2026-01-30")
frame = pd.DataFrame({k: [100.0 + n for n in range(len(days))] for k in ("open", "high", "low", "close")}, days).assign(volume=1)

class Look(bt.Strategy):
    def __init__(self):
        self.weeks, self.days = [], []
    def next(self):
        week = self.datas[1]
        self.days.append(self.datas[0].datetime.date(0))
        if len(week) > len(self.weeks):
            self.weeks.append(f"week to {week.datetime.date(0):%a %d} known on {self.days[-1]:%a %d}")

def run(second):
    cerebro = bt.Cerebro(stdstats=False)
    daily = bt.feeds.PandasData(dataname=frame)
    cerebro.adddata(daily)
    source = bt.feeds.PandasData(dataname=frame) if second else daily
    cerebro.resampledata(source, timeframe=bt.TimeFrame.Weeks)
    cerebro.addstrategy(Look)
    look = cerebro.run()[0]
    twice = sorted({str(day) for day in look.days if look.days.count(day) > 1})
    print("two feed objects" if second else "one feed object", look.weeks, "| next() twice on", twice)
    return look.weeks, twice

one, two = run(False), run(True)
assert one[0][:3] == ["week to Fri 09 known on Mon 12", "week to Fri 16 known on Mon 19", "week to Fri 23 known on Mon 26"]
assert two[0][:3] == ["week to Fri 09 known on Fri 09", "week to Fri 16 known on Fri 16", "week to Fri 23 known on Fri 23"]
assert one[1] == two[1] == ["2026-01-30"]
PY
