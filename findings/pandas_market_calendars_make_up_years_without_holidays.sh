#!/usr/bin/env bash
# Expected: where the holidays of a year are not published yet, a calendar says so. exchange_calendars does: for
#   Shanghai, Mumbai and Singapore it raises for anything after 2026.
# Happens: pandas_market_calendars takes those same calendars from exchange_calendars, leaves the limit behind, and
#   gives 261 sessions for 2027 in each of the three: every weekday, the three
#   national days included. 2026 had 242, 245 and 251. No warning.
# Versions: pandas_market_calendars 5.5.0, exchange_calendars 4.13.2, pandas 3.1.1, numpy 2.4.6, Python 3.11
# Day: 2026-11-30
# Source: pandas_market_calendars/calendars/mirror.py (valid_days is built from the holiday rules and lists only).
#   Measured here.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q pandas_market_calendars==5.5.0 exchange_calendars==4.13.2 pandas==3.1.1 numpy==2.4.6
"$dir/venv/bin/python" - <<'PY'
import warnings
import exchange_calendars as xc
import pandas as pd
import pandas_market_calendars as mcal
print("pandas_market_calendars", mcal.__version__, "| exchange_calendars", xc.__version__, "| pandas", pd.__version__)
weekdays = len(pd.bdate_range("2027-01-01", "2027-12-31"))
print("weekdays in 2027:", weekdays)
said = []
for name, national in (("XSHG", "2027-10-01"), ("XBOM", "2027-01-26"), ("XSES", "2027-08-09")):
    try:
        xc.get_calendar(name, start="2026-01-01", end="2027-12-31")
        refused = False
    except ValueError as error:
        refused = True
        print(name, "exchange_calendars:", error)
    calendar = mcal.get_calendar(name)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        counts = [len(calendar.schedule(f"{year}-01-01", f"{year}-12-31")) for year in (2026, 2027)]
        said += [str(w.message) for w in caught if "holiday" in str(w.message).lower() or "bound" in str(w.message).lower()]
    feast = calendar.valid_days(national, national)
    print(name, "pandas_market_calendars: sessions in 2026 and 2027", counts, "| open on", national, len(feast) == 1)
    assert refused and counts[0] < 252 and counts[1] == weekdays == 261 and len(feast) == 1
assert not said, said
PY
