"""SEC's companyfacts, by its published schema: figures made up, worked out by hand."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from backtests.runner.claims import check_claim, load_tables
from markets.folder.fact_files import WithFacts, read_facts
from markets.sample.source import SampleSource
from newsfolio import BrokenData, Claim, Facts, Reading
from newsfolio.quantities import (
    REVENUE,
    Quantity,
    Reported,
    ReportedGrowth,
    company_facts,
    figures,
    filed,
)

ACME = company_facts("acme", "Acme")
SALES = filed(ACME, REVENUE, called="Acme's sales")


def entry(start: str, end: str, val: float, day: str, form: str = "10-Q", **more: object) -> Any:
    fields = {"start": start, "end": end, "val": val, "accn": f"0000000001-{day[2:4]}-{day[5:7]}"}
    return {**fields, "fy": 2024, "fp": "FY", "form": form, "filed": day, **more}


# A fiscal year to the end of September: three quarters, six and nine months, the year; then the
# quarter a year on, whose report gives the quarter before again, restated.
YEAR = (
    entry("2023-10-01", "2023-12-31", 100, "2024-02-01"),
    entry("2024-01-01", "2024-03-31", 110, "2024-05-02"),
    entry("2023-10-01", "2024-03-31", 210, "2024-05-02"),
    entry("2024-04-01", "2024-06-30", 120, "2024-08-01"),
    entry("2023-10-01", "2024-06-30", 330, "2024-08-01"),
    entry("2023-10-01", "2024-09-30", 480, "2024-11-01", "10-K"),
    entry("2023-10-01", "2023-12-31", 104, "2025-01-31", frame="CY2023Q4"),
    entry("2024-10-01", "2024-12-31", 130, "2025-01-31", frame="CY2024Q4"),
)
CASH = (
    entry("2023-10-01", "2023-12-31", 30, "2024-02-01"),
    entry("2023-10-01", "2024-03-31", 50, "2024-05-02"),
    entry("2023-10-01", "2024-06-30", 90, "2024-08-01"),
    entry("2023-10-01", "2024-09-30", 95, "2024-11-01", "10-K"),
    entry("2023-10-01", "2023-12-31", 31, "2025-01-31"),  # restated a year later
)
SHARES = {"end": "2024-10-18", "val": 1_000_000, "accn": "0000000001-24-11", "fy": 2024,
          "fp": "FY", "form": "10-K", "filed": "2024-11-01"}  # fmt: skip


def document() -> dict[str, Any]:
    later = "RevenueFromContractWithCustomerExcludingAssessedTax"
    units: dict[str, Any] = {
        "Revenues": {"USD": list(YEAR[:6])},
        later: {"USD": list(YEAR[6:])},
        "NetCashProvidedByUsedInOperatingActivities": {"USD": list(CASH)},
        "EarningsPerShareDiluted": {"USD/shares": [
            entry("2023-10-01", "2024-06-30", 3.0, "2024-08-01"),
            entry("2023-10-01", "2024-09-30", 4.0, "2024-11-01", "10-K"),
        ]},
    }  # fmt: skip
    tags = {tag: {"label": tag, "description": None, "units": unit} for tag, unit in units.items()}
    cover = {"EntityCommonStockSharesOutstanding": {"label": None, "units": {"shares": [SHARES]}}}
    return {"cik": 1, "entityName": "Acme Corp", "facts": {"us-gaap": tags, "dei": cover}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "acme.json").write_text(json.dumps(document()))
    return tmp_path


def measured(folder: Path, of: Quantity, end: str, start: str = "2023-01-01") -> float | None:
    tables = load_tables(WithFacts(SampleSource(), folder), of.tables)
    claim = Claim("x", "x", (Reading(of, start, end, ">", 0),))
    return check_claim("x", claim, {}, tables=tables).stated[0].measured


def test_a_quarter_is_told_by_its_length_and_counts_from_its_filing(folder: Path) -> None:
    assert measured(folder, Reported(SALES), "2024-05-01") == 100
    assert measured(folder, Reported(SALES), "2024-05-02") == 110
    half = filed(ACME, REVENUE, span="half")
    assert measured(folder, Reported(half), "2024-05-02") == 210


def test_the_fourth_quarter_is_the_year_less_nine_months(folder: Path) -> None:
    assert measured(folder, Reported(SALES), "2024-10-31") == 120
    assert measured(folder, Reported(SALES), "2024-11-01") == 480 - 330
    rows = read_facts(folder, [Facts("acme", text=("tag", "span", "derived"))])["acme"].frame
    revenue = rows[(rows["tag"] == "Revenues") & (rows["derived"] != "")]
    assert revenue["derived"].tolist() == ["year less nine months"]


def test_quarters_of_cash_flow_are_differences(folder: Path) -> None:
    cash = filed(ACME, "NetCashProvidedByUsedInOperatingActivities")
    days = ("2024-02-01", "2024-05-02", "2024-08-01", "2024-11-01")
    assert [measured(folder, Reported(cash), day) for day in days] == [30, 20, 40, 5]
    first = Reported(cash, "2023-12-31")
    assert [measured(folder, first, day) for day in ("2025-01-30", "2025-01-31")] == [30, 31]


def test_what_does_not_subtract_is_left_alone(folder: Path) -> None:
    """Earnings a share: 4.00 less 3.00 would be another quarter's number of shares."""
    eps = filed(ACME, "EarningsPerShareDiluted", unit="USD/shares")
    assert measured(folder, Reported(eps), "2025-12-31") is None
    shares = filed(ACME, "EntityCommonStockSharesOutstanding", unit="shares", span="instant")
    assert measured(folder, Reported(shares), "2025-12-31") == 1_000_000


def test_a_restatement_counts_from_its_own_day_and_tags_follow_each_other(folder: Path) -> None:
    """130 over the restated 104 once it is known; `frame` sits on that one and is not asked."""
    growth = ReportedGrowth(SALES, months=12)
    assert measured(folder, growth, "2025-01-31") == pytest.approx(130 / 104 - 1)
    christmas = Reported(SALES, "2023-12-31")
    assert measured(folder, christmas, "2025-01-30") == 100
    assert measured(folder, christmas, "2025-01-31") == 104


def test_a_later_filing_of_the_same_day_wins_and_repetitions_say_nothing(folder: Path) -> None:
    facts = document()
    usd = facts["facts"]["us-gaap"]["Revenues"]["units"]["USD"]
    amended = entry("2024-01-01", "2024-03-31", 111, "2024-05-02", "10-Q/A")
    usd += [entry("2023-10-01", "2023-12-31", 100, "2024-05-02")]
    usd.insert(0, {**amended, "accn": "9"})  # files need not be in order
    (folder / "acme.json").write_text(json.dumps(facts))
    assert measured(folder, Reported(SALES), "2024-05-02") == 111
    table = read_facts(folder, [ACME])["acme"].frame
    first = table[(table["period"] == "2023-12-31") & (table["tag"] == "Revenues")]
    assert len(first) == 1


def broken(change: str) -> dict[str, Any]:
    facts = deepcopy(document())
    usd = facts["facts"]["us-gaap"]["Revenues"]["units"]["USD"]
    if change == "no filed":
        del usd[1]["filed"]
    if change == "text":
        usd[2]["val"] = "12"
    if change == "turned":
        usd[0]["start"] = "2024-12-31"
    if change == "list":
        facts["facts"]["us-gaap"]["Revenues"]["units"]["USD"] = {"a": 1}
    if change == "units":
        facts["facts"]["us-gaap"]["Revenues"] = []
    if change == "cik":
        del facts["cik"]
    return facts


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("no filed", "us-gaap Revenues USD entry 2: filed None is no day; download it again"),
        ("text", "us-gaap Revenues USD entry 3: val '12' is not a number"),
        ("turned", "us-gaap Revenues USD entry 1: starts on 2024-12-31, after its end"),
        ("list", "us-gaap Revenues USD: is no list of entries"),
        ("units", "us-gaap Revenues is no object"),
        ("cik", "no cik or no entityName"),
    ],
)
def test_what_is_broken_is_named(tmp_path: Path, change: str, message: str) -> None:
    (tmp_path / "acme.json").write_text(json.dumps(broken(change)))
    with pytest.raises(BrokenData, match=message) as refused:
        read_facts(tmp_path, [ACME])
    assert str(tmp_path / "acme.json") in str(refused.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"cik": 1, "facts":', "acme.json: is no JSON"),
        ("[1, 2]", "neither SEC's companyfacts nor observations of FRED's API"),
        ("[" * 100_000, "acme.json: is no JSON"),
    ],
)
def test_what_is_no_companyfacts_is_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "acme.json").write_text(text)
    with pytest.raises(BrokenData, match=message):
        read_facts(tmp_path, [ACME])


def test_several_companies_lie_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "giants").mkdir()
    other = {**document(), "cik": "0000000002", "entityName": "Bolt Inc"}
    for name, facts in (("a", document()), ("b", other)):
        (tmp_path / "giants" / f"{name}.json").write_text(json.dumps(facts))
    giants = Facts("giants", text=("entity", "tag", "unit", "span", "period"), columns=("value",),
                   key=("entity", "tag", "unit", "span", "period"))  # fmt: skip
    rows = read_facts(tmp_path, [giants])["giants"].frame
    assert set(rows["entity"]) == {"Acme Corp", "Bolt Inc"}
    bolt = figures(giants, entity="Bolt Inc", tag="Revenues", unit="USD", span="quarter")
    assert measured(tmp_path, Reported(bolt), "2024-05-02") == 110

    twin = {**document(), "cik": 3}
    (tmp_path / "giants" / "c.json").write_text(json.dumps(twin))
    with pytest.raises(BrokenData, match="the name Acme Corp is shared by CIK 1 and 3"):
        read_facts(tmp_path, [giants])
    (tmp_path / "giants" / "c.json").write_text(json.dumps(document()))
    with pytest.raises(BrokenData, match="are both of CIK 1; keep one"):
        read_facts(tmp_path, [giants])


def test_two_files_of_one_table_are_refused(folder: Path) -> None:
    (folder / "acme.csv").write_text("known,tag,unit,span,period,value\n")
    with pytest.raises(BrokenData, match="both claim to be the table acme; keep one"):
        read_facts(folder, [ACME])


def test_a_period_of_53_weeks_has_its_quarter(tmp_path: Path) -> None:
    """98 days are a quarter, and so is what 371 days leave after 273."""
    facts = document()
    facts["facts"] = {"us-gaap": {"Revenues": {"units": {"USD": [
        entry("2022-09-25", "2023-06-24", 300, "2023-08-01"),
        entry("2022-09-25", "2023-09-30", 400, "2023-11-01", "10-K"),
    ]}}}}  # fmt: skip
    (tmp_path / "acme.json").write_text(json.dumps(facts))
    assert (date(2023, 9, 30) - date(2023, 6, 24)).days == 98
    assert measured(tmp_path, Reported(SALES), "2023-11-01") == 100
