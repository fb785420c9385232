"""The doubt about a withholding that nobody says, by what it advises."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backtests import run
from markets.quality.withholding import unsaid_withholding
from newsfolio import Fixed, at_start
from newsfolio.listings import asset_of
from tests.support.shell import Shell
from tests.support.small_runs import flat_prices


@pytest.mark.parametrize(
    ("ticker", "venue"),
    [("0005.HK", "HONG_KONG"), ("83188.HK", "HONG_KONG_CNY"), ("9088.HK", "HONG_KONG_USD")],
)
def test_the_row_to_write_keeps_the_currency_of_the_counter(ticker: str, venue: str) -> None:
    (findings,) = unsaid_withholding([asset_of(ticker)])
    assert findings.told.endswith("where --withholding foreign counts it")  # most runs are gross
    assert f'Asset("{ticker}", {venue}, lot=always(100), withholding=' in findings.remedy


def test_a_line_with_a_row_and_other_venues_are_not_doubted() -> None:
    assert not list(
        unsaid_withholding([asset_of("0700.HK"), asset_of("SPY"), asset_of("600589.SS")])
    )


@pytest.mark.parametrize("withholding", ["none", "foreign"])
def test_every_run_that_holds_the_line_doubts_it_once(tmp_path: Path, withholding: str) -> None:
    """Gross or not, and the benchmark too: one doubt."""
    folder = flat_prices(tmp_path / "prices", **{"0005.HK": 60.0, "0700.HK": 300.0})
    both = Fixed(mix=((0.5, "0005.HK"), (0.5, "0700.HK")), schedule=at_start)
    result = run(both, data=str(folder), currency="HKD", withholding=withholding, verdict=False,
                 benchmark="0005.HK", ledger=tmp_path / "l.sqlite")  # fmt: skip
    (unsaid,) = [
        finding for finding in result.manifest["findings"] if finding["rule"] == "withholding"
    ]
    assert (unsaid["severity"], unsaid["ticker"]) == ("doubt", "0005.HK")
    assert 'Asset("0005.HK", HONG_KONG, lot=always(100), withholding=' in unsaid["remedy"]


def test_check_doubts_a_line_of_which_no_row_says_what_is_withheld(shell: Shell) -> None:
    folder = flat_prices(shell.folder / "prices", **{"0005.HK": 60.0, "0700.HK": 300.0})
    findings = json.loads(shell("data", "check", "--data", str(folder), "--json").out)["findings"]
    unsaid = [
        (finding["severity"], finding["ticker"])
        for finding in findings
        if finding["rule"] == "withholding"
    ]
    assert unsaid == [("doubt", "0005.HK")]
