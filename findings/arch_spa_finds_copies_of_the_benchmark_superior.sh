#!/usr/bin/env bash
# Expected: if every candidate is the benchmark itself (a parameter that has no effect, a filter that never fires),
#   a test of "no candidate is better" has nothing against it: p = 1.
# Happens: p = 0 for all three kinds (lower, consistent, upper), the strongest rejection there is. Also with copies
#   beside candidates that are worse every single day the lower and the consistent p are 0. The same object's
#   better_models() is empty and StepM finds none, so the p-value and the list contradict each other.
# Versions: arch 8.0.0, numpy 2.4.6, scipy 1.17.1, pandas 3.1.1, Python 3.11
# Day: 2026-11-30
# Source: SPA.compute in arch/bootstrap/multiple_comparison.py (counts resamples strictly above the observed best, and
#   all are equal to it: zero). Measured here.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q arch==8.0.0 numpy==2.4.6 scipy==1.17.1 pandas==3.1.1
"$dir/venv/bin/python" - <<'PY'
import arch, numpy as np, pandas as pd
from arch.bootstrap import SPA, StepM
print("arch", arch.__version__, "| numpy", np.__version__)
rng = np.random.default_rng(5)
benchmark = rng.normal(0, 1, 500)
worse = benchmark + np.abs(rng.normal(0, 1, 500))
cases = {
    "two copies": np.column_stack([benchmark, benchmark]),
    "a copy and a worse one": np.column_stack([benchmark, worse]),
    "the worse one alone": worse[:, None],
}
p = {}
for name, losses in cases.items():
    test = SPA(benchmark, losses, reps=1000, seed=1)
    test.compute()
    p[name] = {kind: float(value) for kind, value in test.pvalues.items()}
    better = list(test.better_models(0.05, "consistent"))
    print(name, p[name], "better:", better)
    assert better == []
step = StepM(benchmark, pd.DataFrame({"copy": benchmark, "worse": worse}), reps=500, seed=1)
step.compute()
print("StepM superior:", step.superior_models)
assert step.superior_models == []
assert set(p["two copies"].values()) == {0.0}
assert p["a copy and a worse one"]["lower"] == p["a copy and a worse one"]["consistent"] == 0.0
assert p["a copy and a worse one"]["upper"] > 0.3 and p["the worse one alone"]["upper"] > 0.9
PY
