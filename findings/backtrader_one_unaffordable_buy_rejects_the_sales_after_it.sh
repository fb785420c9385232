#!/usr/bin/env bash
# Expected: a buy that costs more than the cash is rejected, and the orders after it are judged on their own: a sale of
#   shares one holds needs no cash at all.
# Happens: the check at submission takes the failed buy's cost off its running cash and never puts it back, so every
#   later order of that day is rejected for "Margin": the sale of held shares (which brings less than is missing) and
#   a buy of one share. The position that should be closed stays open. Off with set_checksubmit(False): then only the
#   impossible buy fails.
# Versions: backtrader 1.9.78.123, pandas 3.1.1, numpy 2.4.6, Python 3.11
# Day: 2026-11-30
# Source: BackBroker.check_submitted in backtrader/brokers/bbroker.py; the default is checksubmit=True. Measured here.
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
days = pd.bdate_range("2026-01-05", periods=6)
flat = pd.DataFrame(100.0, days, ["open", "high", "low", "close"]).assign(volume=1)

class Three(bt.Strategy):
    params = dict(size=0)
    def __init__(self):
        self.seen = []
    def notify_order(self, order):
        if not order.alive():
            self.seen.append((order.data._name, "buy" if order.isbuy() else "sell", order.getstatusname()))
    def next(self):
        held, dear, small = self.datas
        if len(self) == 1:
            self.buy(held, size=50)
        if len(self) == 3:
            self.buy(dear, size=self.p.size)
            self.sell(held, size=50)
            self.buy(small, size=1)

def run(size, check):
    cerebro = bt.Cerebro(stdstats=False)
    cerebro.broker.setcash(10_000)
    cerebro.broker.set_checksubmit(check)
    for name in ("held", "dear", "small"):
        cerebro.adddata(bt.feeds.PandasData(dataname=flat), name=name)
    cerebro.addstrategy(Three, size=size)
    run = cerebro.run()[0]
    print("buy of", size, "shares, check", check, "->", run.seen[1:], "| still held:", run.getposition(run.datas[0]).size)
    return {name: state for name, _, state in run.seen[1:]}, run.getposition(run.datas[0]).size

possible, refused, unchecked = run(10, True), run(10_000, True), run(10_000, False)
assert possible == ({"dear": "Completed", "held": "Completed", "small": "Completed"}, 0)
assert refused == ({"dear": "Margin", "held": "Margin", "small": "Margin"}, 50)
assert unchecked == ({"dear": "Margin", "held": "Completed", "small": "Completed"}, 0)
PY
