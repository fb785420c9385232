#!/usr/bin/env bash
# Expected: backtrader's reader of Yahoo's CSV scales open, high, low and close by Adj Close / Close and keeps them so.
# Happens: it rounds the scaled prices to two decimals (round=True, decimals=2). A share that split 224 times over traded
#   at 0.10 in today's shares, and at 0.10 on every day: 52 days of a rise of 10 % have a return of 0 or of 10 %. Prices
#   below half a cent are 0. Without an error or a warning, and only where there is an Adj Close to scale by.
# Versions: backtrader 1.9.78.123, Python 3.11
# Day: 2026-11-30
# Source: YahooFinanceCSVData._loadline in backtrader/feeds/yahoo.py, `if self.p.round`. Measured here.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q backtrader==1.9.78.123
cd "$dir"
"$dir/venv/bin/python" - <<'PY'
import datetime as dt
import backtrader as bt
print("backtrader", bt.__version__)

days = [dt.date(1985, 1, 1) + dt.timedelta(n) for n in range(52)]
closes = [0.1250 * 1.1 ** (n / 51) for n in range(52)]  # adjusted for splits, as Yahoo's Close is
scale = 0.75                                            # for dividends
with open("aapl.csv", "w") as file:
    file.write("Date,Open,High,Low,Close,Adj Close,Volume\n")
    for day, close in zip(days, closes):
        file.write(f"{day},{close:.6f},{close:.6f},{close:.6f},{close:.6f},{close * scale:.6f},1000\n")

class Seen(bt.Strategy):
    def __init__(self):
        self.closes = []
    def next(self):
        self.closes.append(self.data.close[0])

def read(**more):
    cerebro = bt.Cerebro(stdstats=False)
    cerebro.adddata(bt.feeds.YahooFinanceCSVData(dataname="aapl.csv", **more))
    cerebro.addstrategy(Seen)
    return cerebro.run()[0].closes

default, exact = read(), read(round=False)
moves = [later / earlier - 1 for earlier, later in zip(default, default[1:])]
print("file:        %.4f ... %.4f, %+.1f %%" % (closes[0] * scale, closes[-1] * scale, 10.0))
print("round=False: %.4f ... %.4f" % (exact[0], exact[-1]))
print("default:     %.4f ... %.4f, %d prices, daily moves %s" % (default[0], default[-1], len(set(default)), sorted({round(m, 4) for m in moves})))
assert len(exact) == len(default) == 52 and len(set(exact)) > 50
assert abs(exact[-1] / exact[0] - 1.1) < 1e-4
assert set(default) <= {0.09, 0.1} and len([m for m in moves if m]) <= 1
PY
