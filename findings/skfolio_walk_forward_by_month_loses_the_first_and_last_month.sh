#!/usr/bin/env bash
# Expected: WalkForward(train_size=3, test_size=1, freq="MS") on a full calendar year (2 January to 31 December, all
#   sessions) trains on January to March and tests April to December: nine months.
# Happens: seven. The year begins on a holiday, so 1 January is no index date and all of January is dropped; December,
#   complete to its last session, counts as unfinished because the next month's first day is not in the index. One
#   row dated before the year brings January back, reduce_test=True brings December back. With freq="ME" the last
#   session of each month is traded in the NEXT month's window, when the month ends on a weekday.
# Versions: skfolio 1.12.2, pandas 3.1.1, numpy 2.4.6, Python 3.11
# Day: 2026-11-30
# Source: skfolio/model_selection/_walk_forward.py; its docstring says that a last window without enough data is left
#   out, but not that the first one goes. Measured here.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q skfolio==1.12.2 pandas==3.1.1 numpy==2.4.6 scipy==1.17.1
"$dir/venv/bin/python" - <<'PY'
import warnings
warnings.simplefilter("ignore")
import numpy as np, pandas as pd, skfolio
from skfolio.model_selection import WalkForward
print("skfolio", skfolio.__version__, "| pandas", pd.__version__)
year = pd.bdate_range("2024-01-02", "2024-12-31")

def windows(index, freq, **more):
    frame = pd.DataFrame(np.zeros((len(index), 2)), index, columns=["a", "b"])
    parts = WalkForward(train_size=3, test_size=1, freq=freq, **more).split(frame)
    return [(index[train[0]], index[test[0]], index[test[-1]]) for train, test in parts]

def show(name, found):
    print(name, len(found), "tests:", ", ".join(f"{a:%m-%d}..{b:%m-%d}" for _, a, b in found), "| first train", found[0][0].date())

plain = windows(year, "MS")
full = windows(year, "MS", reduce_test=True)
early = windows(year.insert(0, pd.Timestamp("2023-12-29")), "MS", reduce_test=True)
ends = windows(year, "ME")
show("MS", plain)
show("MS, reduce_test", full)
show("MS, reduce_test, a row before the year", early)
show("ME", ends)
assert [test.month for _, test, _ in plain] == [5, 6, 7, 8, 9, 10, 11]
assert plain[0][0] == pd.Timestamp("2024-02-01")
assert [test.month for _, test, _ in full] == [5, 6, 7, 8, 9, 10, 11, 12]
assert full[-1][2] == pd.Timestamp("2024-12-31")
assert [test.month for _, test, _ in early] == [4, 5, 6, 7, 8, 9, 10, 11, 12]
assert early[0][0] == pd.Timestamp("2024-01-02")
assert (ends[0][1], ends[0][2]) == (pd.Timestamp("2024-04-30"), pd.Timestamp("2024-05-30"))
PY
