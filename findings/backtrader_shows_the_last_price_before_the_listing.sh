#!/usr/bin/env bash
# Expected: a data feed that has no bar yet (a share listed later) has no price: an error, or nan.
# Happens: on each day before the listing close[0] is the feed's LAST close and datetime[0] its last date: a view
#   years ahead. That is the default (preload=True); with preload=False it is the FIRST future bar instead. A strategy
#   that copies prenext to next, as one does for shares listed later, and ranks by close[0] sees the future and gains
#   by it. Only len(data) tells.
# Versions: backtrader 1.9.78.123, pandas 3.1.1, numpy 2.4.6, Python 3.11
# Day: 2026-11-30
# Source: LineBuffer in backtrader/linebuffer.py (the index before the first bar is -1, which a Python array takes from
#   its end). Measured here.
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

def feed(first, prices):
    days = pd.bdate_range(first, periods=len(prices))
    return bt.feeds.PandasData(dataname=pd.DataFrame({k: prices for k in ("open", "high", "low", "close")}, days).assign(volume=1))

class Look(bt.Strategy):
    def __init__(self):
        self.seen = []
    def prenext(self):
        self.next()
    def next(self):
        late = self.datas[1]
        self.seen.append((str(self.datetime.date(0)), len(late), str(late.datetime.date(0)), late.close[0]))

def run(**more):
    cerebro = bt.Cerebro(stdstats=False)
    cerebro.adddata(feed("2026-01-05", [100.0] * 5))
    cerebro.adddata(feed("2026-01-07", [50.0, 52.0, 55.0]))
    cerebro.addstrategy(Look)
    return cerebro.run(**more)[0].seen

seen = run()
for row in seen:
    print("on %s: %d bars so far, newest bar dated %s, close %s" % row)
other = run(preload=False)
print("with preload=False, first row:", other[0])
assert seen[0] == ("2026-01-05", 0, "2026-01-09", 55.0) and seen[1] == ("2026-01-06", 0, "2026-01-09", 55.0)
assert seen[2] == ("2026-01-07", 1, "2026-01-07", 50.0)
assert other[0] == ("2026-01-05", 0, "2026-01-07", 50.0)
PY
