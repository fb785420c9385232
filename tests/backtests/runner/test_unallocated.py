"""Money that whole lots leave in cash, and runs that never bought: said wherever one looks."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.shell import Shell
from tests.support.small_runs import flat_prices, strategy_file

ONE = """
universe = ("AAX", "BBX")
rebalance = {rebalance}

def weights(self, view):
    return {weights}
"""
RUN = ("run", "s.py", "--data", "prices", "--no-tearsheet", "--no-verdict", "--costs", "none")


def run(
    shell: Shell, weights: str, *more: str, rebalance: str = "at_start", aax: float = 300.0
) -> dict[str, Any]:
    flat_prices(shell.folder / "prices", AAX=aax, BBX=50.0)
    strategy_file(shell.folder, ONE.format(weights=weights, rebalance=rebalance))
    reply = shell(*RUN, "--json", *more)
    assert reply.code == 0, reply.err
    return json.loads(reply.out)["runs"][0]  # type: ignore[no-any-return]


def test_a_lot_that_costs_more_than_the_account(shell: Shell) -> None:
    row = run(shell, '{"AAX": 1.0}', "--cash", "200")
    assert row["trades"] == 0
    assert row["unallocated"] == [
        "no order was filled: every order rounded to nothing in whole lots (one lot of AAX costs "
        "300 USD; the account had 200 USD); see --lots fractional, or start with more --cash"
    ]
    page = (Path(row["path"]) / "verdict.html").read_text(encoding="utf-8")
    assert "No order was filled: every order rounded" in page
    output = shell(*RUN, "--cash", "200")
    assert "note          no order was filled: every order rounded to nothing" in output.out


def test_lots_that_leave_a_tenth_and_a_line_that_is_never_held(shell: Shell) -> None:
    # 800 in AAX buy 2 of 300, 200 in BBX buy 4 of 50: 200 of 1,000 stay
    row = run(shell, '{"AAX": 0.8, "BBX": 0.2}', "--cash", "1000")
    (sentence,) = row["unallocated"]
    assert sentence.startswith("whole lots left 20 % of the portfolio unallocated on average")
    assert "--lots fractional" in sentence
    assert run(shell, '{"AAX": 0.8}', "--cash", "1000", "--lots", "fractional")["unallocated"] == []


def test_more_than_a_strategy_may_hold_is_said_on_page_and_terminal(shell: Shell) -> None:
    """Half long at a flat price, half short of what rises to 59.5: 0.5 + 0.595 of 0.91."""
    prices = flat_prices(shell.folder / "prices", AAX=300.0, BBX=50.0)
    header, *rows = (prices / "BBX.csv").read_text().splitlines()
    risen = [row.replace("50.0", f"{50 + 0.5 * place}") for place, row in enumerate(rows)]
    (prices / "BBX.csv").write_text("\n".join([header, *risen]) + "\n")
    strategy_file(
        shell.folder, ONE.format(weights='{"AAX": 0.5, "BBX": -0.5}', rebalance="at_start")
    )
    reply = shell(*RUN, "--lots", "fractional")
    assert "note          gross exposure 1.20 of equity on" in reply.out, reply.err
    row = json.loads(shell(*RUN, "--lots", "fractional", "--json").out)["runs"][0]
    assert [sentence[:28] for sentence in row["gross"]] == ["gross exposure 1.20 of equit"]
    page = (Path(row["path"]) / "verdict.html").read_text(encoding="utf-8")
    assert "<li><bdi>Gross exposure 1.20 of equity on" in page


@pytest.mark.parametrize(("weight", "count"), [("0.95", 0), ("0.951", 1)])
def test_up_to_a_twentieth_nothing_is_said(shell: Shell, weight: str, count: int) -> None:
    # three of 300 are 90 % of 1,000
    row = run(shell, f'{{"AAX": {weight}}}', "--cash", "1000")
    assert len(row["unallocated"]) == count


def test_a_line_that_is_wanted_and_not_held_stands_in_the_last_close_table(shell: Shell) -> None:
    row = run(shell, '{"AAX": 0.2, "BBX": 0.8}', "--cash", "1000")
    assert "where AAX rounded to nothing" in row["unallocated"][0]
    page = (Path(row["path"]) / "verdict.html").read_text(encoding="utf-8")
    table = page[page.index("What was held at the last close") :]
    row_of = table[table.index('<th scope="row">AAX</th>') :].split("</tr>")[0]
    assert re.findall(r">([-\d.]+ %)<", row_of) == ["20.00 %", "0.00 %"]


@pytest.mark.parametrize(
    ("weights", "rebalance", "why"),
    [
        ("{}", "at_start", "each of 1 decisions was for cash"),
        ("None", "at_start", "there was no decision to act on (at the start)"),
        ('{"AAX": 1.0}', 'on_dates("2024-03-28")', "those for AAX still waited for an open"),
    ],
)
def test_why_a_run_has_no_fill(shell: Shell, weights: str, rebalance: str, why: str) -> None:
    row = run(shell, weights, rebalance=rebalance)
    assert why in row["unallocated"][0]
