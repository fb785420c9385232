"""FRED, ALFRED and Kenneth French's factors as tables of facts; figures made up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from markets.facts import FactTable
from markets.folder.fact_files import read_facts
from newsfolio.errors import BrokenData
from newsfolio.facts import Facts

YIELD = Facts("DGS10", columns=("DGS10",), known="observation_date", lag=1)
JOBLESS = Facts("UNRATE", columns=("UNRATE",), text=("observation_date",))
FACTORS = Facts("F-F_Daily", columns=("Mkt-RF", "SMB", "RF"), known="date", lag=40)
MOMENTUM = Facts("F-F_Momentum", columns=("Mom",), known="date", lag=40)

FRENCH = (
    "This file was made up for a test.\r\nIt has two lines of prose.\r\n\r\n"
    ",Mkt-RF,SMB,RF\r\n20260302,   0.52,  -0.11,   0.016\r\n20260303,  -1.25, -99.99,   0.016\r\n"
    "\r\nCopyright 2026\r\n"
)


def read(folder: Path, facts: Facts, content: str) -> FactTable:
    (folder / f"{facts.name}.csv").write_bytes(content.encode())
    return read_facts(folder, [facts])[facts.name]


def rows(table: FactTable, *columns: str) -> list[tuple[object, ...]]:
    frame = table.frame.assign(known=table.frame["known"].dt.strftime("%Y-%m-%d"))
    return [tuple(row) for row in frame[["known", *columns]].astype(object).itertuples(index=False)]


@pytest.mark.parametrize(
    "content",
    [
        "observation_date,DGS10\n2026-03-02,4.01\n2026-03-03,\n2026-03-04,3.98\n",
        "DATE,DGS10\n2026-03-02,4.01\n2026-03-03,.\n2026-03-04,3.98\n",
    ],
    ids=["of today", "before 2025"],
)
def test_a_series_of_fred(tmp_path: Path, content: str) -> None:
    table = read(tmp_path, YIELD, content)
    assert rows(table.until(table.frame["known"][0].date()), "DGS10") == [("2026-03-02", 4.01)]
    assert table.frame["DGS10"].isna().tolist() == [False, True, False]


def test_fred_does_not_say_when_a_value_was_out(tmp_path: Path) -> None:
    with pytest.raises(BrokenData, match="no column 'known'"):
        read(tmp_path, Facts("DGS10", columns=("DGS10",)), "observation_date,DGS10\n2026-03-02,4\n")


def test_a_vintage_of_alfred_tells_when_a_value_was_known(tmp_path: Path) -> None:
    """June is 4.2 from the first vintage on; July is revised in the second, which has August."""
    table = read(
        tmp_path,
        JOBLESS,
        "observation_date,UNRATE_20260807,UNRATE_20260904\n"
        "2026-06-01,4.2,4.2\n2026-07-01,4.3,4.2\n2026-08-01,,4.4\n",
    )
    assert rows(table, "observation_date", "UNRATE") == [
        ("2026-08-07", "2026-06-01", 4.2),
        ("2026-08-07", "2026-07-01", 4.3),
        ("2026-09-04", "2026-07-01", 4.2),
        ("2026-09-04", "2026-08-01", 4.4),
    ]


ROWS = [
    ("2026-06-01", "4.2", "2026-08-07", "9999-12-31"),
    ("2026-07-01", "4.3", "2026-08-07", "2026-09-03"),
    ("2026-07-01", "4.2", "2026-09-04", "9999-12-31"),
    ("2026-08-01", "4.4", "2026-09-04", "9999-12-31"),
    ("2026-10-01", ".", "2026-11-06", "9999-12-31"),
]
"""The same vintages, a row a value and the days on which it was the last one."""


def row_form(place: str) -> str:
    """As ALFRED's page, its API, and a frame of fredapi write them."""
    if place == "page":
        header = "period_start_date,UNRATE,realtime_start_date,realtime_end_date"
        return "\n".join([header, *(",".join(row) for row in ROWS)])
    if place == "frame":
        rows = (f"{number},{row[2]},{row[0]},{row[1]}" for number, row in enumerate(ROWS))
        return "\n".join([",realtime_start,date,value", *rows])
    names = ("date", "value", "realtime_start", "realtime_end")
    rows = [dict(zip(names, row, strict=True)) for row in ROWS]
    return json.dumps({"realtime_start": "1776-07-04", "output_type": 1, "observations": rows})


@pytest.mark.parametrize("place", ["page", "api", "frame"])
def test_spans_of_validity_are_vintages_too(tmp_path: Path, place: str) -> None:
    end = "json" if place == "api" else "csv"
    (tmp_path / f"UNRATE.{end}").write_text(row_form(place))
    table = read_facts(tmp_path, [JOBLESS])["UNRATE"]
    assert rows(table, "observation_date", "UNRATE") == [
        ("2026-08-07", "2026-06-01", 4.2),
        ("2026-08-07", "2026-07-01", 4.3),
        ("2026-09-04", "2026-07-01", 4.2),
        ("2026-09-04", "2026-08-01", 4.4),
    ]


def test_vintages_side_by_side_of_the_api(tmp_path: Path) -> None:
    observations = [{"date": "2026-07-01", "UNRATE_20260807": "4.3", "UNRATE_20260904": "4.2"},
                    {"date": "2026-08-01", "UNRATE_20260904": "4.4"}]  # fmt: skip
    (tmp_path / "UNRATE.json").write_text(json.dumps({"observations": observations}))
    assert rows(read_facts(tmp_path, [JOBLESS])["UNRATE"], "UNRATE") == [
        ("2026-08-07", 4.3), ("2026-09-04", 4.2), ("2026-09-04", 4.4),
    ]  # fmt: skip


def test_two_values_of_one_vintage_are_refused(tmp_path: Path) -> None:
    twice = row_form("page") + "\n2026-06-01,4.5,2026-08-07,9999-12-31\n"
    with pytest.raises(BrokenData, match="rows 2 and 7: 2026-06-01 is "):
        read(tmp_path, JOBLESS, twice)
    with pytest.raises(BrokenData, match="line 1: two columns are called 'UNRATE_20260807'"):
        read(tmp_path, JOBLESS, "observation_date,UNRATE_20260807,UNRATE_20260807\n2026-06-01,1,2")


def test_vintages_of_two_series_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BrokenData, match="one series"):
        read(tmp_path, JOBLESS, "observation_date,UNRATE_20260807,CPI_20260807\n2026-06-01,1,2\n")


@pytest.mark.parametrize("ends", ["\r\n", "\r", "\n"])
def test_factors_are_fractions_and_what_is_missing_is_no_return(tmp_path: Path, ends: str) -> None:
    table = read(tmp_path, FACTORS, FRENCH.replace("\r\n", ends))
    assert rows(table, "Mkt-RF", "RF") == [
        ("2026-03-02", 0.0052, 0.00016), ("2026-03-03", -0.0125, 0.00016),
    ]  # fmt: skip
    assert table.frame["SMB"].isna().tolist() == [False, True]
    assert any("fractions" in note for note in table.notes)


def test_a_monthly_file_ends_with_its_months(tmp_path: Path) -> None:
    """The annual table below is none of months; a file with plain dates is read too."""
    table = read(
        tmp_path,
        MOMENTUM,
        "Prose.\r\n\r\n,Mom   \r\n202601,    1.50\r\n202602,   -2.00\r\n\r\n"
        " Annual Factors: January-December\r\n,Mom\r\n  2026,  9.00\r\n",
    )
    assert rows(table, "Mom") == [("2026-01-31", 0.015), ("2026-02-28", -0.02)]
    table = read(tmp_path, MOMENTUM, "Prose.\n\n,Mom\n2026-03-02,0.10\n2026-03-03,-999\n")
    assert rows(table, "Mom")[0] == ("2026-03-02", 0.001)
    assert table.frame["Mom"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (FRENCH.replace(",Mkt-RF,SMB", ",Mkt,SMB"), "no column 'Mkt-RF'"),
        (FRENCH.replace("   0.52,", ""), "line 5: 3 fields"),
        (FRENCH.replace("0.52", "x"), "line 5: 'x' is not a number"),
        (FRENCH.replace("20260302", "20261302"), "2026-13-02"),
        ("", "empty"),
        ("Error 404: not found\n", "no column 'date'"),
    ],
)
def test_broken_factors_are_named(tmp_path: Path, content: str, words: str) -> None:
    with pytest.raises(BrokenData) as refused:
        read(tmp_path, FACTORS, content)
    assert words in str(refused.value)
    assert FACTORS.name in str(refused.value)
