"""The claims of article 003: what they measure on real prices, and that none is missing."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backtests.runner.checked_claims import CheckedClaim
from backtests.runner.claims import check_claim, check_claims
from markets.bars import COLUMNS, Bars, Priced
from markets.folder.source import FolderSource
from markets.sample.source import SampleSource
from newsfolio.articles.east_rising import EAST_RISING
from newsfolio.claims import Claim

CLAIMS = {claim.id: claim for claim in EAST_RISING.claims}
NO_SERIES = {"24"}
"""A label, which nothing can settle. What is no price: test_claims_on_facts.py."""


@pytest.fixture(scope="module")
def claims(prices: Path) -> dict[str, CheckedClaim]:
    return {claim.claim.id: claim for claim in check_claims([EAST_RISING], FolderSource(prices))}


def verdict(claims: dict[str, CheckedClaim], number: str) -> str:
    return claims[f"003-{number}"].verdict.value


def figures(claims: dict[str, CheckedClaim], number: str) -> list[float | None]:
    return [reading.measured for reading in claims[f"003-{number}"].stated]


def raw(prices: Path, line: str, column: str = "Close") -> pd.Series:
    """A column as the file has it."""
    return pd.read_csv(prices / f"{line}.csv", index_col="Date")[column].astype(float)


def test_every_claim_is_there_once_and_in_order() -> None:
    assert [claim.id for claim in EAST_RISING.claims] == [f"003-{n:02}" for n in range(1, 53)]


@pytest.mark.parametrize("claim", EAST_RISING.claims, ids=lambda claim: claim.id)
def test_a_claim_is_a_value_and_says_what_it_needs(claim: Claim) -> None:
    assert pickle.loads(pickle.dumps(claim)) == claim
    assert bool(claim.untestable) == (claim.id.removeprefix("003-") in NO_SERIES)
    labels = [reading.label for reading in claim.stated]
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("claim", EAST_RISING.claims, ids=lambda claim: claim.id)
def test_tolerances_are_the_usual_ones(claim: Claim) -> None:
    """A point for a longer move, 0.15 points for a day's; a rounded level is meant to 1 %."""
    for reading in claim.stated:
        if reading.says == "=" and not reading.of.tables:
            usual = {"003-32": 39.5, "003-38": 0.01, "003-46": 0.01}.get(claim.id, 0.0015)
            assert reading.tolerance == usual


@pytest.mark.parametrize("claim", EAST_RISING.claims, ids=lambda claim: claim.id)
def test_what_came_after_is_measured_from_a_close_that_could_be_had(claim: Claim) -> None:
    """The year-to-date and target windows that begin earlier are the article's own."""
    own = {"003-16", "003-29", "003-30"}
    for reading in claim.stated:
        if reading.of.tables:
            continue
        if reading.end > "2025-02-21" and reading.decides and claim.id not in own:
            assert reading.start >= "2025-02-21" or claim.id in ("003-33", "003-47")


def test_made_up_prices_prove_nothing() -> None:
    """The index of 003-20 is not in the sample; every other claim about prices is measured."""
    for claim in check_claims([EAST_RISING], SampleSource()):
        if claim.claim.tables:
            continue
        missing = claim.claim.untestable or claim.claim.id == "003-20"
        assert claim.verdict.value == ("untestable" if missing else "simulated"), claim.claim.id


# From here on real prices. Figures are those of DOMAIN's ledger, or are worked out from the files.


@pytest.mark.parametrize(
    ("number", "expected", "off"),
    [
        ("05", [0.040, 0.034], 0.0005),
        ("13", [0.016], 0.0015),
        ("14", [0.081], 0.0005),
        ("17", [-0.0101, -0.0047, -0.0043], 0.0001),
        ("26", [-0.170], 0.0005),
        ("30", [4790.69, 4660.41], 0.01),
    ],
)
def test_a_figure_is_what_others_found(
    claims: dict[str, CheckedClaim], number: str, expected: list[float], off: float
) -> None:
    assert figures(claims, number) == pytest.approx(expected, abs=off)


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ("holds", "09 13 14 15 17 19 21 22 26 29 30 31 32 43 45 46 47 49"),
        ("fails", "05 08 23 36 50 51"),
        ("untestable", "16 20 52"),
        ("open", "25 39"),
    ],
)
def test_the_verdicts(claims: dict[str, CheckedClaim], wanted: str, numbers: str) -> None:
    assert {n: verdict(claims, n) for n in numbers.split()} == dict.fromkeys(
        numbers.split(), wanted
    )


def test_the_verdicts_leave_no_claim_out(claims: dict[str, CheckedClaim]) -> None:
    verdicts = [claim.verdict.value for claim in claims.values()]
    assert {kind: verdicts.count(kind) for kind in sorted(set(verdicts))} == {
        "fails": 8, "holds": 25, "open": 4, "untestable": 15,
    }  # fmt: skip


def test_apple_is_the_exception_that_the_article_missed(
    claims: dict[str, CheckedClaim], prices: Path
) -> None:
    """From the earlier start Nvidia is another, within two points of the index."""
    seven = ("AAPL", "MSFT", "GOOGL", "AMZN", "NVDA", "META", "TSLA")
    for reading, exceptions in zip(
        claims["003-08"].stated, ({"AAPL", "NVDA", "META"}, {"AAPL", "META"}), strict=True
    ):
        gains = {line: raw(prices, line)[reading.end] / raw(prices, line)[reading.start] - 1
                 for line in (*seven, "^GSPC")}  # fmt: skip
        assert {n for n in seven if gains[n] >= gains["^GSPC"] - 0.02} == exceptions
        assert reading.measured == 7 - len(exceptions)
        assert {word for word in reading.detail.split() if word in seven} == exceptions
    assert ["AAPL +6.9 %" in claims["003-08"].stated[0].detail,
            "AAPL +10.3 %" in claims["003-08"].stated[1].detail] == [True, True]  # fmt: skip


def test_almost_thirteen_percent_is_less_than_thirteen(
    claims: dict[str, CheckedClaim], prices: Path
) -> None:
    closes = raw(prices, "GDS", "Adj Close")
    rise = closes["2025-02-20"] / closes["2025-02-19"] - 1
    assert figures(claims, "15") == pytest.approx([rise] * 3)
    assert [reading.verdict.value for reading in claims["003-15"].stated] == [
        "holds",
        "holds",
        "fails",
    ]


def test_closes_alone_do_not_tell_a_high(claims: dict[str, CheckedClaim], prices: Path) -> None:
    alibaba, tech, hang_seng, close = claims["003-16"].stated
    high, before = raw(prices, "9988.HK", "High")["2025-02-21"], raw(prices, "9988.HK")
    assert alibaba.measured == pytest.approx(high / before["2025-02-20"] - 1)
    assert (tech.measured, tech.verdict.value) == (None, "untestable")
    assert hang_seng.measured == pytest.approx(0.0399, abs=0.00005)
    assert close.measured == pytest.approx(0.0653, abs=0.00005)
    assert not close.decides


def test_with_a_high_of_the_index_the_morning_would_hold() -> None:
    days = pd.DatetimeIndex(["2025-02-20", "2025-02-21"], name="session")

    def line(ticker: str, high: float) -> Bars:
        frame = pd.DataFrame(100.0, index=days, columns=list(COLUMNS))
        frame.loc["2025-02-21", "high"] = high
        frame[["dividend", "split"]] = 0.0
        return Bars(ticker, frame, Priced.SPLITS)

    highs = {"9988.HK": 110.5, "HSTECH.HK": 103.5, "^HSI": 102.5}
    bars = {ticker: line(ticker, high) for ticker, high in highs.items()}
    assert check_claim("003", CLAIMS["003-16"], bars).verdict.value == "holds"
    bars["HSTECH.HK"] = line("HSTECH.HK", 102.9)
    assert check_claim("003", CLAIMS["003-16"], bars).verdict.value == "fails"


def test_a_target_can_be_touched_and_missed(claims: dict[str, CheckedClaim], prices: Path) -> None:
    """Goldman's two: both reached on the way, neither there after twelve months."""
    for number in ("29", "30"):
        touch, horizon = claims[f"003-{number}"].stated
        assert (touch.decides, touch.verdict.value) == (True, "holds")
        assert (horizon.decides, horizon.verdict.value) == (False, "fails")
    fund = raw(prices, "MCHI")
    after = fund["2025-02-18":"2026-02-17"] / fund["2025-02-14"] - 1  # type: ignore[misc]
    assert figures(claims, "29") == pytest.approx([after.max(), after.iloc[-1]])


@pytest.mark.parametrize(
    ("number", "line", "year_end"), [("21", "^HSI", 25630), ("22", "000300.SS", 4629.94)]
)
def test_targets_for_the_end_of_the_year(
    claims: dict[str, CheckedClaim], prices: Path, number: str, line: str, year_end: float
) -> None:
    highest = raw(prices, line)["2025-02-25":"2025-12-31"].max()  # type: ignore[misc]
    assert figures(claims, number) == pytest.approx([highest, year_end], abs=0.6)


def test_a_target_below_the_market_is_told_though_not_measured(
    claims: dict[str, CheckedClaim],
) -> None:
    claim = claims["003-20"]
    assert [reading.measured for reading in claim.stated] == [None, None]
    assert "no prices of ^HSCE" in claim.reason
    assert "8,666.72" in claim.reason


def test_the_forecast_fall_came_and_its_date_was_mistranslated(
    claims: dict[str, CheckedClaim], prices: Path
) -> None:
    fund = raw(prices, "QQQ")["2025-02-19":"2025-04-24"]  # type: ignore[misc]
    worst = (fund / fund.cummax()).min() - 1
    assert figures(claims, "43") == pytest.approx([-0.189, -0.101, worst], abs=0.0005)
    assert "2025-04-08" in claims["003-43"].stated[0].detail
    assert "starting Monday" in claims["003-43"].reason


def test_the_record_was_one(claims: dict[str, CheckedClaim], prices: Path) -> None:
    closes = raw(prices, "^GSPC")
    before = closes[closes.index < "2025-02-19"].max()
    above, level = claims["003-46"].stated
    assert above.measured == pytest.approx(6144.15 / before - 1, abs=1e-6)
    assert level.measured == pytest.approx(6144.15, abs=0.005)


def test_the_trade_of_the_year_was_won_before_the_article(
    claims: dict[str, CheckedClaim], prices: Path
) -> None:
    fund, market = raw(prices, "MCHI", "Adj Close"), raw(prices, "SPY", "Adj Close")

    def lead(start: str) -> float:
        return float((fund / fund[start])["2025-12-31"] - (market / market[start])["2025-12-31"])

    expected = [lead("2024-12-31"), lead("2025-02-21")]
    assert figures(claims, "33") == pytest.approx(expected, abs=0.001)
    assert [reading.verdict.value for reading in claims["003-33"].stated] == ["holds", "fails"]


def test_a_bull_market_and_a_boom(claims: dict[str, CheckedClaim], prices: Path) -> None:
    fund = raw(prices, "MCHI")["2024-12-31":"2025-02-20"]  # type: ignore[misc]
    assert figures(claims, "31") == pytest.approx([fund.iloc[-1] / fund.min() - 1])
    gains = []
    for line in ("MSFT", "AMZN", "GOOGL", "ORCL", "SPY"):
        closes = raw(prices, line, "Adj Close")
        gains.append(closes["2024-12-31"] / closes["2022-12-30"] - 1)
    assert figures(claims, "49") == pytest.approx([sum(gains[:4]) / 4 - gains[4]], abs=0.002)


def test_the_ten_led_for_a_quarter_and_then_fell_behind(
    claims: dict[str, CheckedClaim],
) -> None:
    verdicts = {reading.label: reading.verdict.value for reading in claims["003-50"].stated}
    assert [verdicts[f"after {span}, proxy: prices"] for span in
            ("1 month", "3 months", "6 months", "12 months")] == [
        "holds", "holds", "fails", "untestable"]  # fmt: skip


def test_the_rise_did_not_last(claims: dict[str, CheckedClaim], prices: Path) -> None:
    """Three months on the index stood lower, and had fallen further than after September 2024."""
    closes = raw(prices, "HSTECH.HK")
    spring = closes["2025-02-24":"2025-05-24"]  # type: ignore[misc]
    gone, fallen = claims["003-23"].stated[0], claims["003-23"].stated[3]
    assert gone.measured == pytest.approx(spring.iloc[-1] / spring.iloc[0] - 1)
    autumn = closes["2024-09-30":"2024-12-30"]  # type: ignore[misc]
    worst = [(path / path.cummax()).min() for path in (spring, autumn)]
    assert fallen.measured == pytest.approx(worst[0] - worst[1])
    assert fallen.verdict.value == "fails"


def test_the_week_after_swung_more(claims: dict[str, CheckedClaim], prices: Path) -> None:
    moves = raw(prices, "^GSPC").pct_change()
    weeks = [moves["2025-02-24":"2025-02-28"], moves["2025-02-18":"2025-02-21"]]  # type: ignore[misc]
    later, before = (np.sqrt(252) * week.std(ddof=1) for week in weeks)
    assert figures(claims, "45") == pytest.approx([later - before])


def test_march_against_the_two_months_before(claims: dict[str, CheckedClaim], prices: Path) -> None:
    moves = raw(prices, "^GSPC").pct_change()
    moves = moves[(moves.index >= "2011") & (moves.index < "2025-04")]
    year, month = moves.index.str[:4], moves.index.str[5:7]
    expected = []
    for part in (year < "2025", year == "2025"):
        march = moves[part & (month == "03")].mean()
        expected.append(march - moves[part & month.isin(["01", "02"])].mean())
    assert figures(claims, "47") == pytest.approx(expected)


def test_what_is_not_due_or_not_there_is_not_judged(claims: dict[str, CheckedClaim]) -> None:
    later = {reading.label: reading.verdict.value for reading in claims["003-25"].stated}
    assert later["after 12 months, Hong Kong is up"] == "holds"
    assert later["after 24 months, Hong Kong is up"] == "open"
    for number in ("39", "52"):
        deciding = [reading for reading in claims[f"003-{number}"].stated if reading.decides]
        assert all("on 2025-10-30" in reading.detail for reading in deciding)
    later = {reading.label: reading.detail for reading in claims["003-39"].stated}
    assert later["after 24 months"] == "due on 2027-02-24; its prices end on 2025-10-30 here"
