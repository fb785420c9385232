#!/usr/bin/env bash
# Expected: the calendar of a past year has the days on which the exchange traded; the feasts of Riyadh were announced
#   to the day, before and after.
# Happens: for 2023 to 2025 XSAU has feasts of a made-up length. It is shut on 2023-07-02, 2024-04-14, 2024-04-15 and
#   2025-06-04, days of trade, and open on 2023-06-25, 2023-06-26 and 2025-06-10, days without.
# Versions: exchange_calendars 4.13.2, pandas 2.3.3, numpy 2.4.6, Python 3.11
# Day: 2026-11-30
# Source: the exchange's announcements as printed: zawya (2023: from the end of 22 June to 2 July), Reuters (2024: from
#   the end of 4 April to 14 April), Economy Middle East (2025: from the end of 4 June to 11 June).
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/env"
"$dir/env/bin/pip" install -q exchange_calendars==4.13.2 pandas==2.3.3 numpy==2.4.6
"$dir/env/bin/python" - <<'PY'
import warnings
warnings.simplefilter("ignore")
import exchange_calendars as xc
import numpy, pandas
print("exchange_calendars", xc.__version__, "| pandas", pandas.__version__, "| numpy", numpy.__version__)
days = {str(day.date()) for day in xc.get_calendar("XSAU").sessions}
traded = ("2023-07-02", "2024-04-14", "2024-04-15", "2025-06-04")
idle = ("2023-06-25", "2023-06-26", "2025-06-10")
print("traded, and shut here:", [day for day in traded if day not in days])
print("idle, and open here:", [day for day in idle if day in days])
raise SystemExit(not (days.isdisjoint(traded) and days >= set(idle)))
PY
