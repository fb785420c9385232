#!/usr/bin/env bash
# Expected: what yfinance's history().to_csv() writes comes back with dates by pd.read_csv(index_col=0, parse_dates=True),
#   whatever the months in it.
# Happens: a file of one season has a DatetimeIndex; one over a change of the clocks (-05:00 and -04:00) keeps its dates
#   as text, without an error or a warning. Text slices otherwise: frame.loc[:"2026-03-09"] ends on the 9th in the one
#   and on the 6th in the other, a session short. What pandas then advises, utc=True, moves every session of Tokyo, Hong
#   Kong and Frankfurt to the day before.
# Versions: pandas 3.1.1, numpy 2.4.6, Python 3.11; the shape is that of yfinance 1.7.0
# Day: 2026-11-30
# Source: to_datetime on mixed offsets, which read_csv swallows (pandas/io/parsers/base_parser.py). Measured here.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q pandas==3.1.1 numpy==2.4.6
"$dir/venv/bin/python" -W error - <<'PY'
import io
import pandas as pd
print("pandas", pd.__version__)

def written(zone, days):
    """What history().to_csv() writes: midnights of the venue with their offset."""
    index = pd.DatetimeIndex(days, name="Date").tz_localize(zone)
    return pd.DataFrame({"Close": range(1, len(days) + 1)}, index).to_csv()

def read(text, **more):
    return pd.read_csv(io.StringIO(text), index_col=0, parse_dates=True, **more)

spring = read(written("America/New_York", ["2026-03-05", "2026-03-06", "2026-03-09", "2026-03-10"]))
summer = read(written("America/New_York", ["2026-04-01", "2026-04-02", "2026-04-06", "2026-04-07"]))
print("over the change:", type(spring.index).__name__, spring.index.dtype, "| one season:", type(summer.index).__name__)
short, whole = spring.loc[:"2026-03-09"], summer.loc[:"2026-04-06"]
print("up to the third day:", len(short), "rows |", len(whole), "rows")
tokyo = io.StringIO(written("Asia/Tokyo", ["2026-01-05", "2026-01-06"]))
moved = pd.to_datetime(pd.read_csv(tokyo)["Date"], utc=True).dt.date.astype(str).tolist()
print("Tokyo's 2026-01-05 and 06 with utc=True:", moved)
assert not isinstance(spring.index, pd.DatetimeIndex) and isinstance(summer.index, pd.DatetimeIndex)
assert len(short) == 2 and len(whole) == 3
assert moved == ["2026-01-04", "2026-01-05"]
PY
