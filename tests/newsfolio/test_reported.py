"""What tables of facts tell: every figure worked out by hand from the rows above it."""

from __future__ import annotations

import math
from datetime import date

import pandas as pd
import pytest

from backtests.runner.claims import CheckedClaim, check_claim, load_tables
from markets.bars import Bars, Priced
from markets.facts import FactTable, own_table, tables_for
from markets.reference.currencies import EcbRates
from markets.sample.source import SampleSource
from markets.views.price_record import PriceRecord
from newsfolio import BrokenData, Claim, CommandError, Facts, MissingData, Reading, Sleeve
from newsfolio.quantities import (
    CountBeyond,
    DaysUntilKnown,
    FigureSeries,
    FirstTime,
    HighLessLow,
    MarketValue,
    Quantity,
    Reported,
    ReportedChange,
    ReportedGrowth,
    ReportedRatio,
    ReportedShare,
    ReportedTotal,
    Window,
    figures,
)

RESULTS = Facts(
    "results",
    text=("company", "item", "period", "unit"),
    columns=("value",),
    where="Quarterly results.",
    key=("company", "item", "period"),
    rows=(
        ("2024-02-07", "A", "sales", "2023-12-31", "USD million", 260),
        ("2024-05-10", "A", "sales", "2024-03-31", "USD million", 220),
        ("2025-02-20", "A", "sales", "2024-12-31", "USD million", 280),
        ("2025-02-20", "A", "profit", "2024-12-31", "USD million", 42),
        ("2025-05-12", "A", "sales", "2024-12-31", "USD million", 273),  # restated
        ("2025-02-06", "B", "sales", "2024-12-31", "USD million", 120),
        ("2025-02-06", "B", "profit", "2024-12-31", "USD million", -6),
    ),
)
PRICES = Facts(
    "cpi",
    text=("month",),
    columns=("index",),
    where="Consumer prices as first released.",
    rows=(
        ("2025-10-24", "2025-09", 324.0),
        ("2025-12-18", "2025-11", 325.0),  # October was not published
        ("2026-01-13", "2025-12", 326.0),
        ("2026-02-13", "2026-01", 328.0),
    ),
)


def sales(company: str = "A", item: str = "sales") -> FigureSeries:
    return figures(RESULTS, company=company, item=item)


CPI = figures(PRICES, "index", called="consumer prices", period="month")


def record(due: str, *tables: Facts, **lines: Bars) -> PriceRecord:
    held = tables_for(tables or (RESULTS, PRICES), {})
    return PriceRecord(lines, date.fromisoformat(due), EcbRates(lines), {}, held)


def measured(of: Quantity, start: str, end: str) -> float:
    window = Window(date.fromisoformat(start), date.fromisoformat(end))
    return of.measure(record(end), window).value


def test_a_figure_counts_from_the_day_on_which_it_was_known() -> None:
    assert measured(Reported(sales()), "2024-05-01", "2025-02-19") == 220
    assert measured(Reported(sales()), "2025-02-01", "2025-02-20") == 280
    assert measured(Reported(sales()), "2025-02-01", "2025-05-12") == 273
    assert measured(Reported(sales(), "2024Q4"), "2025-02-01", "2025-03-31") == 280
    first = FigureSeries(RESULTS, where=sales().where, first=True)
    assert measured(Reported(first), "2025-02-01", "2025-05-12") == 280
    with pytest.raises(MissingData, match="nothing new became known from 2025-03-01"):
        measured(Reported(sales()), "2025-03-01", "2025-04-01")
    with pytest.raises(MissingData, match="2024Q4 was not known by 2025-02-19"):
        measured(Reported(sales(), "2024Q4"), "2025-02-01", "2025-02-19")


def test_growth_goes_by_the_calendar_and_not_by_rows() -> None:
    """A year before December 2024 lies December 2023, two rows up."""
    assert measured(
        ReportedGrowth(sales(), months=12), "2025-02-01", "2025-02-20"
    ) == pytest.approx(280 / 260 - 1)
    assert measured(ReportedChange(sales(), months=12), "2025-02-01", "2025-05-12") == 13
    assert measured(ReportedGrowth(CPI, months=1), "2026-02-01", "2026-02-28") == pytest.approx(
        328 / 326 - 1
    )
    december, november = ReportedChange(CPI, "2025-12", 1), ReportedChange(CPI, "2025-11", 1)
    assert measured(december, "2026-01-01", "2026-02-28") == 1
    window = Window(date(2025, 12, 1), date(2026, 2, 28))
    gap = november.measure(record("2026-02-28"), window)
    assert math.isnan(gap.value)
    assert gap.detail == (
        "consumer prices has no figure of 1 months before, 2025-11, known 2025-12-18"
    )


def test_a_change_without_months_is_from_what_was_known_before() -> None:
    assert measured(ReportedChange(CPI), "2025-12-31", "2026-02-13") == 3
    assert measured(ReportedGrowth(CPI), "2025-10-24", "2026-01-12") == pytest.approx(325 / 324 - 1)
    assert math.isnan(measured(ReportedGrowth(sales("B", "profit")), "2025-02-06", "2025-02-20"))


def test_ratios_and_shares_are_of_one_period() -> None:
    margin = ReportedRatio(sales("A", "profit"), sales())
    assert measured(margin, "2025-02-01", "2025-02-20") == pytest.approx(42 / 280)
    part = ReportedShare(sales(), (sales(), sales("B")))
    assert measured(part, "2025-02-01", "2025-02-20") == pytest.approx(280 / 400)
    window = Window(date(2025, 2, 1), date(2025, 2, 20))
    assert part.measure(record("2025-02-20"), window).detail == (
        "A sales of the whole 70.0 %, 2024-12-31, known 2025-02-20"
    )


def test_totals_counts_and_first_times() -> None:
    assert measured(ReportedTotal(sales()), "2023-12-31", "2025-02-20") == 500
    assert measured(CountBeyond(Reported(sales()), ">", 230), "2024-01-01", "2025-03-01") == 2
    both = CountBeyond((Reported(sales()), Reported(sales("B"))), ">=", 120)
    assert measured(both, "2025-02-01", "2025-02-20") == 2
    top = FirstTime(Reported(sales()), ">", 270)
    assert measured(top, "2025-02-01", "2025-02-20") == 1
    third = FirstTime(Reported(sales()), ">", 200)
    assert measured(third, "2025-02-01", "2025-02-20") == 3
    later = FirstTime(Reported(sales()), ">", 200, since="2024-06-30")
    assert measured(later, "2025-02-01", "2025-02-20") == 1
    never = FirstTime(Reported(sales()), ">", 300)
    assert measured(never, "2025-02-01", "2025-02-20") == 0
    with pytest.raises(MissingData, match="begins with 2023-12-31"):
        measured(FirstTime(Reported(sales()), ">", 270, "2020"), "2025-02-01", "2025-02-20")


def test_days_until_a_first_row() -> None:
    """From 1 January to 20 February 2025 are 50 days."""
    until = DaysUntilKnown(figures(RESULTS, company="A", item="profit"))
    assert measured(until, "2025-01-01", "2025-03-01") == 50
    assert measured(until, "2025-02-25", "2025-03-01") == -5


DAYS = pd.bdate_range("2025-01-01", "2025-02-28", name="session")


def line(ticker: str, first: float, last: float, split: str = "") -> Bars:
    """A line that closes at one price up to the middle of February, and then at another."""
    frame = pd.DataFrame(index=DAYS, columns=["open", "high", "low", "close", "volume"],
                         dtype="float64")  # fmt: skip
    frame["close"] = float(first)
    frame.loc["2025-02-17":, "close"] = float(last)
    frame["dividend"], frame["split"] = 0.0, 0.0
    if split:
        frame.loc[split, "split"] = 4.0
    return Bars(ticker, frame, Priced.SPLITS)


SHARES = Facts(
    "shares", text=("asset",), columns=("shares",), where="Covers.",
    rows=(("2025-01-29", "A", 8e9), ("2025-01-30", "B", 2e9), ("2025-02-05", "C", 5e9)),
)  # fmt: skip


def test_market_value_takes_the_split_since_the_cover() -> None:
    """8 billion shares of 1/8 a unit at 110; then 4 for 1 after the cover was filed."""
    value = MarketValue("A", figures(SHARES, "shares", asset="A"), each=8)
    window = Window(date(2025, 2, 1), date(2025, 2, 20))
    plain = record("2025-02-20", SHARES, A=line("A", 100, 110))
    assert value.measure(plain, window).value == pytest.approx(110)
    for split in ("2025-02-10", "2025-02-25"):  # closes are adjusted for a later one too
        after = record("2025-02-20", SHARES, A=line("A", 100, 110, split))
        assert value.measure(after, window).value == pytest.approx(440)
    before = record("2025-02-20", SHARES, A=line("A", 100, 110, "2025-01-20"))
    assert value.measure(before, window).value == pytest.approx(110)


def test_lines_are_sorted_by_what_was_known_at_the_start() -> None:
    lines = {"A": line("A", 100, 120), "B": line("B", 100, 90), "C": line("C", 100, 300)}
    basket = Sleeve("three", ("A", "B", "C"))
    spread = HighLessLow(basket, figures(SHARES, "shares"))
    held = record("2025-02-20", SHARES, **lines)
    early = spread.measure(held, Window(date(2025, 2, 3), date(2025, 2, 20)))
    assert early.value == pytest.approx(0.2 + 0.1)  # C's cover is not out yet
    late = spread.measure(held, Window(date(2025, 2, 6), date(2025, 2, 20)))
    assert late.value == pytest.approx(0.2 + 0.1)  # C is the middle one
    with pytest.raises(MissingData, match="does not tell two halves apart by 2025-01-29"):
        spread.measure(held, Window(date(2025, 1, 29), date(2025, 2, 20)))


def check(of: Quantity, *tables: Facts, number: float = 0.0) -> CheckedClaim:
    claim = Claim("x-1", "It is so", (Reading(of, "2025-02-01", "2025-02-20", ">", number),))
    return check_claim("x", claim, {}, tables=tables_for(tables, {}))


def test_a_claim_on_facts_is_judged_and_names_its_rows() -> None:
    held = check(ReportedGrowth(sales(), months=12), RESULTS, number=0.07)
    assert held.verdict.value == "holds"
    assert held.reason == "A sales +7.7 %, 2024-12-31, known 2025-02-20."
    assert held.basis == ("results: 7 rows of this project (from the article)",)


def test_a_table_that_nobody_has_names_its_source_and_its_file() -> None:
    bare = Facts("flows", columns=("value",), where="Southbound turnover by day, from HKEX.")
    claim = check(Reported(figures(bare)))
    assert claim.verdict.value == "untestable"
    assert "Southbound turnover by day, from HKEX" in claim.reason
    assert "Write flows.csv with the columns known, value" in claim.reason


def test_a_series_without_release_dates_is_refused() -> None:
    undated = Facts(
        "CPIAUCSL", text=("observation_date",), columns=("CPIAUCSL",), known="known", where="x"
    )
    answer = check(Reported(figures(undated, "CPIAUCSL", period="observation_date")))
    assert answer.verdict.value == "untestable"
    lagged = Facts("CPIAUCSL", columns=("CPIAUCSL",), known="observation_date", lag=30)
    answer = check(Reported(figures(lagged, "CPIAUCSL")), lagged)
    assert "dated by observation_date, not by their release" in answer.reason


def table(text: str, key: tuple[str, ...] = ("company", "period")) -> FactTable:
    from markets.facts import fact_table

    facts = Facts("t", text=("company", "period", "unit"), columns=("value",), key=key)
    header, *rows = (row.split(",") for row in text.split())
    cells = {name: [row[place] for row in rows] for place, name in enumerate(header)}
    return fact_table(facts, cells, "t.csv", simulated=False)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("2025-02-20,A,2024,USD,5 2025-02-20,A,2024,USD,6",
         "t.csv rows 2 and 3: A 2024 is 5 and 6, both known on 2025-02-20; keep one"),
        ("2025-02-20,A,2024,USD,5 2025-02-20,A,2024,CNY,36",
         "t.csv rows 2 and 3: A 2024 is in USD and in CNY; keep one unit"),
    ],
)  # fmt: skip
def test_rows_that_contradict_each_other_are_named(rows: str, message: str) -> None:
    with pytest.raises(BrokenData, match=message):
        table(f"known,company,period,unit,value {rows}")


def test_equal_rows_and_later_ones_are_no_contradiction() -> None:
    rows = "2025-02-20,A,2024,USD,5 2025-02-20,A,2024,USD,5.0 2025-03-20,A,2024,USD,6"
    assert len(table(f"known,company,period,unit,value {rows}").frame) == 3


def test_an_unsaid_unit_or_item_is_asked_for() -> None:
    two = Facts(
        "two", text=("period", "unit"), columns=("value",), where="x",
        rows=(("2025-02-20", "2024", "USD", 5), ("2025-02-20", "2024", "CNY", 36)),
    )  # fmt: skip
    assert "in several units, CNY, USD" in check(Reported(figures(two)), two).reason
    assert check(Reported(figures(two, unit="USD")), two).stated[0].measured == 5
    both = Facts("both", text=("company", "period"), columns=("value",), where="x",
                 rows=(("2025-02-20", "A", "2024", 5), ("2025-02-20", "B", "2024", 6)))  # fmt: skip
    assert "says 5 and 6 for 2024" in check(Reported(figures(both)), both).reason


def test_two_tables_of_one_name_do_not_mix() -> None:
    other = Facts("results", columns=("score",), where="x", rows=(("2025-01-02", 3),))
    tables = load_tables(SampleSource(), (RESULTS, other))
    assert [len(tables[facts].frame) for facts in (RESULTS, other)] == [7, 1]


def test_rows_of_a_project_come_before_made_up_ones() -> None:
    shipped = Facts("us_cpi", text=("month",), columns=("year_on_year",),
                    rows=(("2026-05-12", "2026-04", 0.038),))  # fmt: skip
    bare = Facts("us_cpi", text=("month",), columns=("year_on_year",))
    tables = load_tables(SampleSource(), (shipped, bare))
    assert not tables[shipped].simulated
    assert tables[bare].simulated
    assert own_table(shipped).digest() == tables[shipped].digest()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: figures(RESULTS, "price"), "results: no number column 'price'"),
        (lambda: figures(RESULTS, firm="A"), "results: no text column 'firm'"),
        (lambda: CountBeyond(Reported(CPI), "=", 1), "says='=': write one of >"),  # type: ignore[arg-type]
        (lambda: Facts("x", columns=("a",), key=("b",)), "x: key names b, no text column"),
        (
            lambda: ReportedGrowth(CPI).series(record("2026-02-28"), date(2026, 2, 28)),
            "how many months",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(make: object, message: str) -> None:
    with pytest.raises(CommandError, match=message):
        make()  # type: ignore[operator]


@pytest.mark.parametrize("text", ["2024-13", "Q4 2024", "12/31/2024", "2024-02-30"])
def test_a_period_in_another_spelling_is_named(text: str) -> None:
    with pytest.raises(MissingData, match="is no period"):
        Reported(CPI, text)
