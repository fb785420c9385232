"""The shipped claims on what is no price: figures by hand, and what would settle the others."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from backtests import claims
from backtests.runner.claims import CheckedClaim, check_claims
from markets.folder.fact_files import WithFacts
from markets.folder.source import FolderSource
from markets.sample.source import SampleSource
from newsfolio.articles import ARTICLES
from tests.support.shell import Shell

# Verdict and the figure that decides, from the releases that the tables name.
JUDGED = {
    "000-10": ("fails", 354),  # 1 February 2024 to 20 January 2025
    "000-18": ("holds", 20.5 / 17.6 - 1),
    "000-24": ("holds", 1_400 - 1_038.994),
    "002-04": ("holds", 0.038),
    "003-01": ("holds", 280_154),
    "003-02": ("holds", 41_205),
    "003-03": ("fails", 48_945 / 14_433 - 1),
    "003-06": ("fails", 28.16 / 40.62),
    "003-10": ("holds", 5.576 + 0.294),
    "003-12": ("holds", 2.19),
    "003-28": ("holds", 0.025),
    "004-01": ("holds", 77_673),
    "004-02": ("holds", 1),
    "004-03": ("holds", 180_169 / (77_673 + 102_346 + 51_242 + 180_169)),
    "004-04": ("holds", 3),
    "004-05": ("holds", 2_709 / 15_688 - 1),
}

Checked = Mapping[str, CheckedClaim]


def checked(source: SampleSource | FolderSource | WithFacts, *ids: str) -> Checked:
    """The claims of these ids, or all that look at tables."""
    wanted = [
        dataclasses.replace(
            article,
            claims=tuple(claim for claim in article.claims if claim.tables or claim.id in ids
                         if not ids or claim.id in ids),
        )
        for article in ARTICLES
    ]  # fmt: skip
    return {claim.claim.id: claim for claim in check_claims(wanted, source)}


@pytest.fixture(scope="module")
def sample() -> Checked:
    return checked(SampleSource())


@pytest.mark.parametrize("name", JUDGED)
def test_a_dated_table_decides_whatever_the_prices(sample: Checked, name: str) -> None:
    verdict, figure = JUDGED[name]
    row = sample[name].as_json()
    assert (row["verdict"], row["as_stated"]["measured"]) == (verdict, pytest.approx(figure))
    assert any("of this project (" in basis for basis in row["basis"])


def test_every_row_of_ours_has_a_source(sample: Checked) -> None:
    tables = {facts for claim in sample.values() for facts in claim.claim.tables if facts.rows}
    assert len(tables) == 11
    assert all(facts.sources for facts in tables)
    assert all(facts.where for claim in sample.values() for facts in claim.claim.tables)


def test_what_stays_untestable_names_series_source_and_file(sample: Checked) -> None:
    bare = [claim for claim in sample.values()
            if claim.claim.tables and claim.verdict.value == "untestable"]  # fmt: skip
    assert len(bare) == 19
    for claim in bare:
        assert "from " in claim.reason
        assert "and give its folder: --facts FOLDER" in claim.reason
        assert any(f"Write {facts.name}.csv" in claim.reason for facts in claim.claim.tables)


def test_a_file_of_ones_own_settles_a_claim(tmp_path: Path) -> None:
    """A survey goes against the article; a table of ours is replaced by the user's."""
    (tmp_path / "fund_manager_survey.csv").write_text(
        "known,period,overweight\n2025-01-14,2025-01,0.02\n2025-02-18,2025-02,-0.01\n"
    )
    (tmp_path / "us_cpi.csv").write_text("known,month,year_on_year\n2026-05-12,2026-04,0.041\n")
    read = checked(WithFacts(SampleSource(), tmp_path), "003-18", "002-04")
    survey = read["003-18"].as_json()
    assert (survey["verdict"], survey["as_stated"]["measured"]) == ("fails", pytest.approx(-0.03))
    assert survey["basis"] == ["fund_manager_survey: 2 rows of fund_manager_survey.csv"]
    assert read["002-04"].verdict.value == "fails"


def test_a_row_that_came_out_after_the_due_day_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "us_cpi.csv").write_text("known,month,year_on_year\n2026-05-13,2026-04,0.038\n")
    late = checked(WithFacts(SampleSource(), tmp_path), "002-04")["002-04"]
    assert late.verdict.value == "untestable"
    assert "has no figure known by 2026-05-12" in late.reason


def test_forecasts_of_the_giants(prices: Path) -> None:
    """By hand from adjusted closes of 31 October 2025 and 30 April 2026, and Meta's top close."""
    names = ("004-06", "004-08", "004-09")
    read = checked(FolderSource(prices), *names)
    assert [read[name].verdict.value for name in names] == ["holds", "holds", "fails"]
    figures = [read[name].as_json()["as_stated"]["measured"] for name in names]
    closes = {line: adjusted(prices, line) for line in ("MSFT", "GOOGL", "AMZN", "META")}
    gains = {line: last / first - 1 for line, (first, last) in closes.items()}
    ahead = (gains["MSFT"] + gains["GOOGL"] + gains["AMZN"]) / 3 - gains["META"]
    assert figures == [pytest.approx(666.47 / 751.67 - 1, abs=1e-4), pytest.approx(ahead, abs=2e-3),
                       pytest.approx(738.31, abs=0.01)]  # fmt: skip


def adjusted(prices: Path, line: str) -> tuple[float, float]:
    """The adjusted closes at both ends of the forecasts."""
    import pandas as pd

    column = pd.read_csv(prices / f"{line}.csv", index_col="Date")["Adj Close"]
    return float(column["2025-10-31"]), float(column["2026-04-30"])


def test_shares_times_closes(prices: Path) -> None:
    """New York's closes of 20 February 2025 by hand; an ADS of Alibaba is eight shares."""
    worth = [
        reading.measured for reading in checked(FolderSource(prices), "003-40")["003-40"].stated
    ]
    assert worth == pytest.approx(
        [135.97 * 19.054532284 / 8, 222.88 * 10.597729352, 416.13 * 7.433982235], rel=1e-6
    )


OWN = """
from datetime import UTC, datetime
from newsfolio import Article, Claim, Facts, Reading
from newsfolio.quantities import ReportedGrowth, figures

CPI = Facts("CPIAUCNS", text=("observation_date",), columns=("value",), where="Prices, of ALFRED.")
OF = ReportedGrowth(figures(CPI, period="observation_date"), months=12)
ARTICLE = Article("own", "Own", "me", datetime(2026, 2, 14, tzinfo=UTC), claims=(
    Claim("own-1", "Prices rose by 3 %", (Reading(OF, "2026-02-01", "2026-02-13", "=", 0.03),)),
))
"""

VINTAGES = """period_start_date,CPIAUCNS,realtime_start_date,realtime_end_date
2025-01-01,300.0,2025-02-12,9999-12-31
2025-10-01,.,2025-11-13,9999-12-31
2026-01-01,309.0,2026-02-13,2026-03-11
2026-01-01,312.0,2026-03-12,9999-12-31
"""


def test_an_article_of_ones_own_reads_vintages(shell: Shell) -> None:
    """309 over 300 on the day of the release; the revision to 312 came a month later."""
    (shell.folder / "own.py").write_text(OWN)
    (shell.folder / "tables").mkdir()
    file = shell.folder / "tables/CPIAUCNS.csv"
    file.write_text(VINTAGES)
    asking = ("claims", "own.py", "--data", "sample", "--facts", "tables")
    (claim,) = json.loads(shell(*asking, "--json").out)["claims"]
    assert (claim["verdict"], claim["as_stated"]["measured"]) == ("holds", pytest.approx(0.03))
    assert "2026-01-01, known 2026-02-13" in claim["reason"]
    asked = claims(str(shell.folder / "own.py"), "sample", facts=shell.folder / "tables")
    assert [claim.verdict.value for claim in asked] == ["holds"]

    file.write_text("observation_date,CPIAUCNS\n2025-01-01,300.0\n2026-01-01,309.0\n")
    refused = shell(*asking)
    assert refused.code == 1
    assert "no column 'known'" in refused.err
    assert refused.err.count("\n") == 1
    file.unlink()
    os.mkfifo(file)
    assert "is no plain file" in shell(*asking).err
