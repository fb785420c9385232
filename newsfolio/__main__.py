"""python -m newsfolio: the same as the console script newsfolio."""

from __future__ import annotations

from runpy import run_module

if __name__ == "__main__":
    run_module("backtests", run_name="__main__", alter_sys=True)  # by name: we know no package
