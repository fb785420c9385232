#!/usr/bin/env bash
# Expected: twelve months from 21 February 2025 are the day a year on, 21 February 2026, and twelve months ago is
#   21 February 2024; a span of text such as "the past 12 months" has two ends.
# Happens: "12 months" is 360 days (16 February 2026, 27 February 2024), while "2 years" beside it is two years to the
#   day, so that 24 months end ten days before 2 years. "Over the past 12 months" is one instant, and of "10 to 12
#   months" the ten are lost. A price target over twelve months is judged five days early.
# Versions: timefhuman 0.1.5, Python 3.11
# Day: 2026-11-30
# Source: measured here.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q timefhuman==0.1.5
"$dir/venv/bin/python" - <<'PY'
from datetime import datetime
from importlib.metadata import version
from timefhuman import tfhConfig, timefhuman
print("timefhuman", version("timefhuman"))
now = datetime(2025, 2, 21, 12)
def read(text):
    answer = timefhuman(text, config=tfhConfig(now=now))
    print(f"{text!r}: {answer}")
    return answer
assert read("over the next 12 months") == [datetime(2026, 2, 16, 12)]
assert read("12 months ago") == [datetime(2024, 2, 27, 12)]
assert read("over the next 24 months") == [datetime(2027, 2, 11, 12)]
assert read("over the next 2 years") == [datetime(2027, 2, 21, 12)]
assert read("over the past 12 months") == [datetime(2024, 2, 27, 12)]
assert read("in 10 to 12 months") == [datetime(2026, 2, 16, 12)]
PY
