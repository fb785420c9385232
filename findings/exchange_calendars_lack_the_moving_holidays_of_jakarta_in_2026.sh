#!/usr/bin/env bash
# Expected: a calendar that says it reaches to the end of 2026 has the holidays of 2026, which Jakarta's exchange
#   announced in 2025; where nothing is known, it would end, as those of Shanghai and Mumbai do.
# Happens: XIDX agrees with QuantLib's Indonesia on every weekday of 2024 and 2025, and then has only the fixed
#   holidays: it is open on 13 weekdays of 2026 on which QuantLib is shut, the five of Eid al-Fitr among them. A rule
#   that holds prices against the calendar calls all of them gaps, and a schedule may fall on one.
# Versions: exchange_calendars 4.13.2, QuantLib 1.44, pandas 3.1.1, numpy 2.4.6, Python 3.11
# Day: 2026-11-30
# Source: exchange_calendars/exchange_calendar_xidx.py lists moving holidays up to 2025. Measured here.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q exchange_calendars==4.13.2 QuantLib==1.44 pandas==3.1.1 numpy==2.4.6
"$dir/venv/bin/python" - <<'PY'
import datetime as dt
import warnings
warnings.simplefilter("ignore")
import exchange_calendars as xc
import pandas as pd
import QuantLib as ql
print("exchange_calendars", xc.__version__, "| QuantLib", ql.__version__, "| pandas", pd.__version__)
quantlib, apart = ql.Indonesia(), {}
for year in (2024, 2025, 2026):
    calendar = xc.get_calendar("XIDX", start=f"{year}-01-01", end=f"{year}-12-31")
    sessions = {session.date() for session in calendar.sessions}
    weekdays = [day.date() for day in pd.bdate_range(f"{year}-01-01", f"{year}-12-31")]
    apart[year] = [
        str(day) for day in weekdays
        if (day in sessions) != quantlib.isBusinessDay(ql.Date(day.day, day.month, day.year))
    ]
    opened = [day for day in apart[year] if dt.date.fromisoformat(day) in sessions]
    print(year, "differ on", len(apart[year]), "weekdays; only exchange_calendars is open on", opened)
    assert opened == apart[year]
assert apart[2024] == apart[2025] == []
assert len(apart[2026]) == 13 and {"2026-03-18", "2026-03-20", "2026-03-24"} <= set(apart[2026])
PY
