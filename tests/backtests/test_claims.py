"""Claims: what follows from their readings, the command, and the page."""

from __future__ import annotations

import json
import pickle
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from backtests.runner.checked_claims import CheckedClaim
from backtests.runner.claims import check_claim
from markets.bars import Bars, Priced
from newsfolio import Claim, CommandError, Reading
from newsfolio.articles import ARTICLES
from newsfolio.quantities import Gain, IntradayRise, Level, MeanMove, Touch
from reports.pages.claims import claims_page
from tests.support.shell import Shell

DAYS = pd.bdate_range("2025-01-01", "2025-01-31", name="session")


def line(ticker: str, closes: Mapping[str, float], *, simulated: bool = False) -> Bars:
    """A line that closes at 100 but on the days given."""
    frame = pd.DataFrame(index=DAYS, columns=["open", "high", "low", "close", "volume"],
                         dtype="float64")  # fmt: skip
    frame["close"] = 100.0
    for day, close in closes.items():
        frame.loc[day, "close"] = close
    frame["dividend"], frame["split"] = 0.0, 0.0
    return Bars(ticker, frame, Priced.SPLITS, simulated=simulated)


BARS = {"SPY": line("SPY", {"2025-01-20": 110.0, "2025-01-31": 150.0}), "QQQ": line("QQQ", {})}


def reading(number: float, says: str = "=", line: str = "SPY", **more: object) -> Reading:
    return Reading(Gain(line), "2025-01-10", "2025-01-20", says, number, **more)  # type: ignore[arg-type]


def check(*stated: Reading, corrected: tuple[Reading, ...] = ()) -> CheckedClaim:
    return check_claim("x", Claim("x-1", "It rose", stated, corrected), BARS)


@pytest.mark.parametrize(
    ("number", "says", "verdict"),
    [(0.10, "=", "holds"), (0.109, "=", "holds"), (0.112, "=", "fails"), (0.1, ">=", "holds"),
     (0.12, ">", "fails"), (0.12, "<", "holds"), (0.11, "<=", "holds"), (0.05, "<", "fails")],
)  # fmt: skip
def test_a_reading_is_held_against_its_number(number: float, says: str, verdict: str) -> None:
    checked = check(reading(number, says))
    assert checked.verdict.value == verdict
    assert checked.as_json()["as_stated"] == {
        "start": "2025-01-10", "end": "2025-01-20", "measured": pytest.approx(0.1),
        "verdict": verdict,
    }  # fmt: skip


def test_nothing_after_the_due_day_is_looked_at() -> None:
    late = check(Reading(Touch("SPY"), "2025-01-10", "2025-01-30", ">=", 120.0))
    assert (late.verdict.value, late.stated[0].measured) == ("fails", 110.0)
    assert check(Reading(Touch("SPY"), "2025-01-10", "2025-01-31", ">=", 120.0)).verdict == "holds"


def test_a_mistake_of_the_article_is_told_from_one_of_its_facts() -> None:
    wrong, right = reading(0.5), reading(0.1)
    assert check(wrong, corrected=(right,)).verdict.value == "holds as corrected"
    assert check(wrong, corrected=(wrong,)).verdict.value == "fails"
    assert check(right, corrected=(wrong,)).verdict.value == "holds"
    missing = reading(0.1, line="NVDA")
    assert check(wrong, corrected=(missing,)).verdict.value == "fails"


def test_every_reading_that_decides_has_to_hold() -> None:
    aside = reading(0.5, decides=False, label="aside")
    assert check(reading(0.1), reading(0.0, ">")).verdict.value == "holds"
    assert check(reading(0.1), reading(0.5)).verdict.value == "fails"
    assert check(reading(0.1), aside).verdict.value == "holds"
    assert "aside: SPY +10.0 % (fails)" in check(reading(0.1), aside).reason


def test_nothing_holds_because_a_series_is_missing() -> None:
    checked = check(reading(0.1), reading(0.1, line="NVDA"))
    assert checked.verdict.value == "untestable"
    assert "no prices of NVDA in this source; --data yahoo or a file NVDA.csv" in checked.reason
    both = check(reading(0.5), reading(0.1, line="NVDA"))
    assert both.verdict.value == "fails"


@pytest.mark.parametrize(
    ("of", "start", "end", "why"),
    [
        (Gain("SPY"), "2024-06-03", "2025-01-20", "SPY begins on 2025-01-01, after 2024-06-03"),
        (IntradayRise("SPY"), "2025-01-10", "2025-01-20", "SPY has closes only here"),
        (Gain("SPY").over("2025-01-10", "2025-01-24"), "2025-01-10", "2025-01-20",
         "2025-01-24 comes after the claim's due day"),
        (Gain("SPY") / Gain("QQQ"), "2025-01-10", "2025-01-20", "against QQQ 0.0 %"),
    ],
)  # fmt: skip
def test_what_the_prices_cannot_tell_is_untestable_and_says_why(
    of: object, start: str, end: str, why: str
) -> None:
    checked = check(Reading(of, start, end, ">", 0.0))  # type: ignore[arg-type]
    assert (checked.verdict.value, checked.stated[0].measured) == ("untestable", None)
    assert why in checked.reason


def test_made_up_prices_prove_nothing() -> None:
    bars = {"SPY": line("SPY", {"2025-01-20": 110.0}, simulated=True)}
    for number in (0.1, 0.5):
        checked = check_claim("x", Claim("x-1", "It rose", (reading(number),)), bars)
        assert checked.verdict.value == "simulated"
        assert checked.stated[0].measured == pytest.approx(0.1)


def test_figures_are_shown_in_their_unit() -> None:
    (gain,) = check(reading(0.1)).stated
    assert (gain.claimed, gain.measured_text) == ("= +10.0 %", "+10.0 %")
    (level,) = check(Reading(Level("SPY"), "2025-01-10", "2025-01-20", ">=", 24000)).stated
    assert (level.claimed, level.measured_text) == (">= 24,000", "110")
    (mean,) = check(Reading(MeanMove("SPY"), "2025-01-17", "2025-01-20", ">", 0)).stated
    assert mean.measured_text == "+10.0 %"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Claim("x", "y"), "give readings to measure it by, or say why"),
        (lambda: Claim("x", "y", (reading(0.1),), untestable="no"), "give readings"),
        (lambda: Claim("x", "y", (reading(0.1, decides=False),)), "one of its readings"),
        (lambda: reading(0.1, "about"), "says='about': write one of ="),
        (lambda: Reading(Gain("A"), "2025-01-32", "2025-02-01", "=", 1.0), "is no day"),
        (lambda: Reading(Gain("A"), "2025-02-02", "2025-02-01", "=", 1.0), "turn them round"),
    ],
)
def test_a_claim_that_makes_no_sense_is_refused(make: object, message: str) -> None:
    with pytest.raises(CommandError, match=message):
        make()  # type: ignore[operator]


def test_articles_are_values() -> None:
    for article in ARTICLES:
        assert pickle.loads(pickle.dumps(article)) == article
        ids = [claim.id for claim in article.claims]
        assert ids == sorted(set(ids))


def test_the_command_prints_every_claim_and_writes_its_page(shell: Shell) -> None:
    answer = shell("claims", "003", "--data", "sample")
    assert answer.code == 0
    assert "SIMULATED" in answer.out
    assert "003-08" in answer.out
    page = (shell.runs / "claims-003.html").read_text(encoding="utf-8")
    assert "SIMULATED data" in page
    assert all(claim.id in page for claim in ARTICLES[2].claims)


def test_json_has_the_promised_fields_and_fractions(shell: Shell, prices: Path) -> None:
    report = json.loads(shell("claims", "--data", str(prices), "--json").out)["claims"]
    assert len(report) == sum(len(article.claims) for article in ARTICLES)
    fields = {"id", "article", "claim", "claimed", "as_stated", "as_corrected", "verdict", "reason"}
    verdicts = {"holds", "fails", "holds as corrected", "open", "untestable"}
    for claim in report:
        assert fields <= set(claim)
        assert set(claim["as_stated"]) == {"start", "end", "measured", "verdict"}
        assert claim["verdict"] in verdicts
        assert claim["reason"]
    second = next(claim for claim in report if claim["id"] == "000-02")
    assert second["as_stated"]["measured"] == pytest.approx(0.409, abs=0.0005)


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("009", "no article called '009'"),
        ("none.py", "no file none.py"),
        ("empty.py", "no article in it"),
    ],
)
def test_an_address_without_an_article_says_so(shell: Shell, address: str, message: str) -> None:
    (shell.folder / "empty.py").write_text("")
    answer = shell("claims", address, "--data", "sample")
    assert (answer.code, message in answer.err) == (2, True)


def test_the_page_escapes_what_an_article_says() -> None:
    row = {"id": "x", "text": "<script>1</script>", "claimed": "> 0", "measured": "n/a",
           "verdict": "fails", "sentence": "a & b", "basis": []}  # fmt: skip
    article = {"id": "x", "title": "<b>", "publisher": "", "dated_by": "",
               "published": "2025-01-01T00:00:00+00:00", "claims": [row]}  # fmt: skip
    page = claims_page([article], "folder", simulated=False)
    assert "<script>" not in page
    assert "&lt;script&gt;1" in page
    assert "1 fails" in page


def test_long_ids_and_figures_have_columns_of_their_own(capsys: pytest.CaptureFixture[str]) -> None:
    from backtests.commands.terminal import say_claims
    from backtests.runner.claims import articles_of
    from newsfolio import Article

    claims = tuple(
        Claim(name, "It is so", (Reading(Level("SPY"), "2025-01-10", "2025-01-20", "=", number),))
        for name, number in (("semiconductors-lead-01", 280_150_000_000), ("x-1", 110))
    )
    article = Article("x", "T", "me", datetime(2025, 2, 21, tzinfo=UTC), claims=claims)
    rows = articles_of([article], [check_claim("x", claim, BARS) for claim in claims])
    say_claims(rows, "here", False)
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("  ")]
    assert lines[0] == "  claim                   claimed            measured  verdict"
    assert lines[1] == "  semiconductors-lead-01  = 280,150,000,000  110       fails"
    assert "  x-1                     = 110              110       holds" in lines
