#!/usr/bin/env bash
# Expected: rows with one field more than the header are an error, or the field at their end, which is empty, is dropped.
# Happens: pandas.read_csv takes the first column of the whole file for an index and moves every name one column to the
#   left. Fidelity ends each position with a comma and the header without one, so read_csv answers quantities under
#   Description and prices under Quantity, without a warning: 10 shares at $210.00 are "$210.00" shares.
#   index_col=False reads it right.
# Versions: pandas 3.1.1, numpy 2.4.6, Python 3.11; the same in every pandas since 0.x, by design ("implicit index")
# Day: 2026-11-30
# Source: the shape of Portfolio_Positions_*.csv, checked with public fixtures of 2021 and 2026; IO tools guide of pandas, "Index columns and
#   trailing delimiters". Measured here.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q pandas==3.1.1 numpy==2.4.6
"$dir/venv/bin/python" -W error - <<'PY'
import io
import pandas as pd
print("pandas", pd.__version__)
text = (
    "Account Number,Account Name,Symbol,Description,Quantity,Last Price,Current Value,Type\n"
    "Z00000001,Individual,AAPL,FRUIT INC,10,$210.00,$2100.00,Cash,\n"
    "Z00000001,Individual,MSFT,WINDOWS INC,4,$400.00,$1600.00,Cash,\n"
)
plain, right = pd.read_csv(io.StringIO(text)), pd.read_csv(io.StringIO(text), index_col=False)
print("read_csv:        symbols", plain["Symbol"].tolist(), "quantities", plain["Quantity"].tolist())
print("index_col=False: symbols", right["Symbol"].tolist(), "quantities", right["Quantity"].tolist())
assert plain["Symbol"].tolist() == ["FRUIT INC", "WINDOWS INC"] and plain["Quantity"].tolist() == ["$210.00", "$400.00"]
assert right["Symbol"].tolist() == ["AAPL", "MSFT"] and right["Quantity"].tolist() == [10, 4]
PY
