"""What a folder of prices holds besides prices."""

from __future__ import annotations

import json

from tests.support.shell import Shell
from tests.support.small_runs import flat_prices


def test_tables_of_facts_among_prices_are_passed_over(shell: Shell) -> None:
    folder = flat_prices(shell.folder / "prices", AAX=100.0)
    (folder / "UNRATE.csv").write_text("observation_date,UNRATE_20260306\n2026-01-01,4.2\n")
    (folder / "CPI.csv").write_text("observation_date,CPI\n2026-01-01,4.2\n2026-02-01,4.3\n")
    (folder / "F-F.csv").write_text("Prose.\n\n,Mkt-RF\n20260302,   0.52\n")
    answer = shell("data", "check", "--data", "prices", "--json")
    assert answer.code == 0, answer.out
    report = json.loads(answer.out)
    assert report["checked"] == ["AAX"]
    assert list(report["passed_over"]) == ["CPI.csv", "F-F.csv", "UNRATE.csv"]
    assert all("facts" in why for why in report["passed_over"].values())
