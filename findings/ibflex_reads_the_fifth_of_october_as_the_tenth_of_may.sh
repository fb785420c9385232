#!/usr/bin/env bash
# Expected: a Flex query of Interactive Brokers whose date format is set to dd/MM/yyyy, one of those that its settings
#   offer, is read right or refused.
# Happens: ibflex takes ten characters with two slashes for MM/dd/yyyy. 05/10/2026 is the tenth of May, without a word,
#   and so are trades, dividends and positions of the first twelve days of every month; from the thirteenth on the same
#   file cannot be parsed. A monthly statement up to the 12th is therefore wrong in silence. dd/MM/yy fares alike.
# Versions: ibflex 1.1, Python 3.11
# Day: 2026-11-30
# Source: DATE_FORMATS in ibflex/parser.py chooses by the length of the text and its slashes, not by any setting.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q ibflex==1.1 requests==2.32.5
"$dir/venv/bin/python" - <<'PY'
from importlib.metadata import version
from io import BytesIO
from ibflex import parser
print("ibflex", version("ibflex"))

def days(first, last):
    row = f'<OpenPosition accountId="U1" assetCategory="STK" symbol="AAPL" position="10" reportDate="{last}"/>'
    text = (f'<FlexQueryResponse queryName="q" type="AF"><FlexStatements count="1"><FlexStatement accountId="U1" fromDate="{first}" '
            f'toDate="{last}" period="" whenGenerated="{last};10:00:00"><OpenPositions>{row}</OpenPositions></FlexStatement></FlexStatements></FlexQueryResponse>')
    try:
        (statement,) = parser.parse(BytesIO(text.encode())).FlexStatements
    except parser.FlexParserError as error:
        return f"refused: {error}"
    return [str(day) for day in (statement.fromDate, statement.toDate, statement.OpenPositions[0].reportDate)]

for first, last in (("20261005", "20261009"), ("10/05/2026", "10/09/2026"), ("05/10/2026", "09/10/2026"), ("05/10/2026", "13/10/2026")):
    print(f"{first} to {last}:", days(first, last))
assert days("20261005", "20261009") == ["2026-10-05", "2026-10-09", "2026-10-09"]
assert days("05/10/2026", "09/10/2026") == ["2026-05-10", "2026-09-10", "2026-09-10"]  # five days become four months
assert days("05/10/2026", "13/10/2026").startswith("refused")
PY
