#!/usr/bin/env bash
# Expected: arch's SPA(studentize=True), the default, is Hansen's studentised test: each candidate's gain is measured
#   in its own standard errors, so that wild candidates without merit do not hide a good one.
# Happens: the switch only changes a line of the description. The p-values with True and False, nested or not, are
#   the same to the last digit, and are those of the test that is not studentised. A candidate that beats the
#   benchmark with t above 4 has p = 0.000 alone, and p above 0.9 beside five candidates of zero gain and twenty
#   times its noise; studentised by hand on the same resamples p stays 0.000.
# Versions: arch 8.0.0, numpy 2.4.6, scipy 1.17.1, pandas 3.1.1, Python 3.11
# Day: 2026-11-30
# Source: class SPA in arch/bootstrap/multiple_comparison.py (the variances are used in _check_column_validity only,
#   never in _simulate_values or compute). Measured here; Hansen (2005), A Test for Superior Predictive Ability.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q arch==8.0.0 numpy==2.4.6 scipy==1.17.1 pandas==3.1.1
"$dir/venv/bin/python" - <<'PY'
import arch, numpy as np
from arch.bootstrap import SPA, StationaryBootstrap
print("arch", arch.__version__, "| numpy", np.__version__)
rng = np.random.default_rng(11)
days, block, reps = 500, 5, 1000
good = 0.1 + rng.normal(0, 0.5, days)
wild = rng.normal(0, 10, (days, 5))
wild -= wild.mean(0)
gain = np.column_stack([good, wild])
benchmark = np.zeros(days)
t = good.mean() / good.std(ddof=1) * np.sqrt(days)
print("t of the good one", round(t, 2))

def p(losses, **more):
    test = SPA(benchmark, losses, reps=reps, block_size=block, seed=1, **more)
    test.compute()
    return test._info["studentization"], float(test.pvalues["consistent"]), tuple(test.pvalues)

alone = p(-gain[:, :1])
seen = [p(-gain, studentize=s, nested=n) for s in (True, False) for n in (False, True)]
print("alone:", alone[:2])
for answer in seen:
    print("with five wild ones:", answer[:2])
means = np.array([data[0].mean(0) for data, _ in StationaryBootstrap(block, gain, seed=1).bootstrap(reps)])
noise, mean, width = means - gain.mean(0), gain.mean(0), gain.std(0)
raw = float((noise.max(1) > mean.max()).mean())
studentised = float(((noise / width).max(1) > (mean / width).max()).mean())
print("by hand: not studentised", raw, "| studentised", studentised)
assert t > 4 and alone[1] < 0.005
assert {answer[0] for answer in seen} == {"asymptotic", "bootstrap", "none"}
assert len({answer[2] for answer in seen}) == 1
assert seen[0][1] > 0.9 and abs(raw - seen[0][1]) < 0.02 and studentised < 0.005
PY
