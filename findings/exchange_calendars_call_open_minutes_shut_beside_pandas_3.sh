#!/usr/bin/env bash
# Expected: minutes_to_sessions() gives the session of each minute in which the exchange is open, as
#   minute_to_session() does for one minute.
# Happens: beside pandas 3 it says that minutes in the middle of the day are "non-trading minutes", because an index
#   made from texts counts microseconds and the method compares its raw integers with nanoseconds. The same minutes
#   as nanoseconds, or one by one, are fine. So is a session index, which the calendar itself makes in nanoseconds.
# Versions: exchange_calendars 4.13.2, pandas 3.1.1, numpy 2.4.6, Python 3.11
# Day: 2026-11-30
# Source: ExchangeCalendar.minutes_to_sessions in exchange_calendars/exchange_calendar.py. Measured here.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q exchange_calendars==4.13.2 pandas==3.1.1 numpy==2.4.6
"$dir/venv/bin/python" - <<'PY'
import warnings
warnings.simplefilter("ignore")
import exchange_calendars as xc
import pandas as pd
print("exchange_calendars", xc.__version__, "| pandas", pd.__version__)
new_york = xc.get_calendar("XNYS", start="2026-01-02", end="2026-11-27")
minutes = pd.to_datetime(["2026-11-24 15:00", "2026-11-24 15:01", "2026-11-25 20:59"], utc=True)
single = [new_york.minute_to_session(minute) for minute in minutes]
print("open?", [new_york.is_open_on_minute(minute) for minute in minutes])
print("one by one", [str(day.date()) for day in single])
print("the index counts", minutes.unit)
try:
    whole = new_york.minutes_to_sessions(minutes)
except ValueError as error:
    whole = str(error).splitlines()[0]
print("all at once:", whole)
nanoseconds = new_york.minutes_to_sessions(minutes.as_unit("ns"))
print("all at once, in nanoseconds:", [str(day.date()) for day in nanoseconds])
assert all(new_york.is_open_on_minute(minute) for minute in minutes)
assert minutes.unit == "us" and new_york.sessions.unit == "ns"
assert whole == "3 non-trading minutes in minutes_to_sessions:"
assert list(nanoseconds) == single
PY
