#!/usr/bin/env bash
# Expected: one release of exchange_calendars gives the same sessions whatever pandas it runs on; its metadata
#   allows both, and New York or Hong Kong do come out equal.
# Happens: beside pandas 3 every calendar whose weekmask or holiday rule changes over time breaks. Quietly:
#   Mumbai (XBOM) loses its two Saturday sessions of 2024 and 2025, Moscow (XMOS) loses 16 weekend sessions since
#   2010, Tel Aviv (XTAE) from 2026-01-05 on is "open" on all 15 holidays to November, the Day of Atonement included,
#   and shut on two days of trade. Loudly: Athens, Belgrade, Bucharest, Cyprus and Tel Aviv before 2026 cannot be
#   built any more.
# Versions: exchange_calendars 4.13.2 beside pandas 2.3.3 and pandas 3.1.1, numpy 2.4.6, Python 3.11
# Day: 2026-11-30
# Source: exchange_calendars/pandas_extensions/offsets.py (offsets in Python that override _apply of a compiled
#   pandas offset; pandas 3 does not call the override). Measured here.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cat > "$dir/look.py" <<'PY'
import json, sys, warnings
warnings.simplefilter("ignore")
import exchange_calendars as xc
import pandas as pd
out = {}
for name in ("XNYS", "XHKG", "XBOM", "XMOS", "ASEX", "XBEL", "XBSE", "XCYS", "XTAE", "XTAE from 2026"):
    start = "2026-01-05" if "from" in name else "2010-01-04"
    try:
        days = xc.get_calendar(name[:4], start=start, end="2026-11-27").sessions
        out[name] = [str(day.date()) for day in days]
    except Exception as error:
        out[name] = type(error).__name__
json.dump({"pandas": pd.__version__, "calendars": xc.__version__, "sessions": out}, open(sys.argv[1], "w"))
PY
for pandas in 2.3.3 3.1.1; do
  python3 -m venv "$dir/$pandas"
  "$dir/$pandas/bin/pip" install -q "pandas==$pandas" exchange_calendars==4.13.2 numpy==2.4.6
  "$dir/$pandas/bin/python" "$dir/look.py" "$dir/$pandas.json"
done
python3 - "$dir/2.3.3.json" "$dir/3.1.1.json" <<'PY'
import datetime as dt, json, sys
two, three = (json.load(open(path)) for path in sys.argv[1:])
print("exchange_calendars", two["calendars"], "| pandas", two["pandas"], "and", three["pandas"])
two, three = two["sessions"], three["sessions"]
lost, gained = {}, {}
for name in two:
    if isinstance(three[name], str):
        print(f"{name}: {len(two[name])} sessions, then {three[name]}")
        continue
    lost[name] = sorted(set(two[name]) - set(three[name]))
    gained[name] = sorted(set(three[name]) - set(two[name]))
    print(f"{name}: {len(two[name])} sessions, then {len(three[name])}; lost {lost[name]}; gained {gained[name]}")
assert two["XNYS"] == three["XNYS"] and two["XHKG"] == three["XHKG"]
assert lost["XBOM"] == ["2024-01-20", "2025-02-01"]
assert len(lost["XMOS"]) == 16 and all(dt.date.fromisoformat(day).weekday() > 4 for day in lost["XMOS"])
for name in ("ASEX", "XBEL", "XBSE", "XCYS"):
    assert isinstance(two[name], list) and three[name] == "NotImplementedError", name
assert isinstance(two["XTAE"], list) and three["XTAE"] == "ValueError"
assert lost["XTAE from 2026"] == ["2026-04-06", "2026-04-10"]
assert len(gained["XTAE from 2026"]) == 15 and "2026-09-21" in gained["XTAE from 2026"]
PY
