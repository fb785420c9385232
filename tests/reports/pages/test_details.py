"""The details: any run gives a page of our own figures and tables."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from backtests.records.result import Result
from backtests.simulation.metrics import figures
from reports.pages.details import details_page
from tests.support.hard_results import HARD, ruined
from tests.support.results import THESIS, curve, make, text_of, usual_result, walk


@pytest.fixture(scope="module")
def page() -> str:
    return details_page(usual_result())


def test_headline_shows_the_figures_of_the_manifest(page: str) -> None:
    row = re.search(r"CAGR ([-\d.]+ %) ([-\d.]+ %) ([-\d.]+ %)", text_of(page))
    rows = [curve(walk(650, seed=seed)).iloc[-1] / 1e6 for seed in (1, 2, 3)]
    days = (curve(walk(650)).index[-1] - pd.Timestamp("2019-01-02")).days
    wanted = [f"{(ratio ** (365.25 / days) - 1) * 100:.2f} %" for ratio in rows]
    assert row is not None
    assert list(row.groups()) == wanted


def test_simulated_is_said_before_anything_else(page: str) -> None:
    body = page[page.index("<body>") :]
    assert body.index("SIMULATED") < body.index("<h1>")
    assert "<title>SIMULATED" in page
    assert "SIMULATED" not in details_page(make(curve(walk(20))))


def test_time_before_the_scored_window_is_said_to_be_context(page: str) -> None:
    assert "Scored from 2020-02-24. What lies before is context" in text_of(page)
    thesis = {**THESIS, "first_decision": None, "scored_from": None}
    never = details_page(make(curve(walk(20)), thesis=thesis))
    assert "all of it is context" in text_of(never)


def test_trades_credit_lapses_and_waiting_orders_are_listed(page: str) -> None:
    text = text_of(page)
    assert "Fills 2 (buys 1, sales 1), lines 1, traded 80,000 USD" in text
    assert "fees 20 USD, slippage 40 USD" in text
    assert "2019-02-01 0700.HK Tencent 1,000 400.00 HKD 50,000" in text
    assert "Largest debt 12,345 USD on 2020-02-24: buys came first." in text
    assert "Orders or parts of orders that lapsed : 3." in text
    assert "Still waiting at the end: BABA Alibaba ADR 100" in text
    assert "cash 10.00 %" in text


def test_each_figure_has_its_formula_as_tooltip_and_as_text(page: str) -> None:
    formula = "One way: half of the value traded in a session over the equity before it"
    assert f'title="{formula}' in page
    assert f"<dd>{formula}" in page


def test_it_leads_to_the_other_pages_and_asks_for_nothing(page: str) -> None:
    links = set(re.findall(r'(?:href|src)="([^"]*)"', page))
    assert links == {"data:,", "#main", "verdict.html", "tearsheet.html"}
    assert "tearsheet.html" not in details_page(usual_result(), tearsheet=False)
    assert "<script" not in page


@pytest.mark.parametrize("name", HARD)
def test_any_result_gives_a_complete_page(name: str) -> None:
    page = details_page(HARD[name]())
    assert page.rstrip().endswith("</html>")
    for section in ("Figures of the whole run", "Trades, cash and credit of the whole run"):
        assert f"<h2>{section}</h2>" in page
    assert not re.search(r"\bnan\b|\binf\b|-0\.00 %|None|NaT", text_of(page))


def test_undefined_figures_say_why() -> None:
    assert "CAGR n/a one session: no time has passed" in text_of(details_page(make(curve([]))))
    flat = make(curve([0.0] * 300))
    rates = pd.Series(0.0, index=flat.equity.index)
    flat.manifest["metrics"]["strategy"] = figures(flat.equity, (), rates)  # type: ignore[index]
    assert "Sharpe ratio n/a returns do not deviate from cash" in text_of(details_page(flat))
    assert "Sortino ratio n/a no session fell below cash" in text_of(details_page(flat))


def test_ratios_of_a_ruined_account_are_not_shown() -> None:
    text = text_of(details_page(ruined()))
    for label in ("Volatility", "Sharpe ratio", "Sortino ratio"):
        assert f"{label} n/a ruined: later returns mean nothing" in text
    assert "Ruined on 2019-05-01" in text


def test_an_index_level_has_no_trades_of_its_own() -> None:
    level = {"label": "^GSPC (level)", "traded": False}
    text = text_of(details_page(make(curve(walk(20)), curve(walk(20, 2)), benchmark=level)))
    assert "^GSPC (level) an index level, not bought" in text
    assert re.search(r"Turnover a year 0.00 % n/a an index level: not bought", text)


def test_adding_a_benchmark_changes_no_figure_of_the_strategy() -> None:
    def figures_told(result: Result) -> list[str]:
        pattern = r"(?:CAGR|Maximum drawdown|Sharpe ratio) ([-\d.]+)"
        return re.findall(pattern, text_of(details_page(result)))

    own = curve([0.0] * 200 + walk(101))
    assert figures_told(make(own)) == figures_told(make(own, curve(walk(301))))
