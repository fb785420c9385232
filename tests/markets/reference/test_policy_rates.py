"""What idle cash earns: dated rows of central banks, a percentage, or a line of the source."""

from __future__ import annotations

import math
import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from backtests.engines import event_driven, kernel
from backtests.runner.inputs import cost_model
from backtests.runner.run import Run
from backtests.runner.run_strategy import run_strategy
from backtests.settings import Settings
from backtests.simulation.desk import Desk
from backtests.simulation.metrics import figures
from markets.bars import Priced
from markets.reference.policy_rates import POLICY_RATES
from newsfolio import Fixed, at_start
from newsfolio.errors import CommandError, MissingData
from tests.support.rate_worlds import Lines, bars, stock, weekdays

HALF = Fixed(mix=((0.5, "SPY"),), schedule=at_start)
FIRST, LAST = date(2024, 5, 1), date(2024, 7, 31)


def run(*more: object, **settings: object) -> Run:
    wanted = Settings(start="2024-05-02", engine="kernel", **settings)  # type: ignore[arg-type]
    return run_strategy(HALF, Lines((stock("SPY", LAST, FIRST), *more)), wanted)  # type: ignore[arg-type]


def before(currency: str, *sessions: str) -> list[float]:
    days = np.array(sessions, dtype="datetime64[D]")
    return POLICY_RATES[currency].before(days).tolist()


@pytest.mark.parametrize("currency", POLICY_RATES)
def test_rows_ascend_have_a_source_and_begin_by_2010(currency: str) -> None:
    policy = POLICY_RATES[currency]
    starts = [row.start for row in policy.rows]
    assert starts == sorted({*starts}, key=str)
    assert all(row.source and -1 <= row.value <= 6 for row in policy.rows)
    assert policy.first <= date(2010, 1, 1)
    assert before(currency, "1999-01-04") == [0.0]


@pytest.mark.parametrize(
    ("currency", "day", "percent"),
    [
        ("EUR", "2013-01-02", 0.0), ("EUR", "2020-06-01", -0.5), ("EUR", "2024-01-02", 4.0),
        ("EUR", "2025-07-01", 2.0), ("GBP", "2009-12-31", 0.5), ("GBP", "2023-09-01", 5.25),
        ("GBP", "2026-03-02", 3.75), ("HKD", "2012-01-03", 0.0), ("HKD", "2024-01-02", 5.25),
        ("HKD", "2026-01-05", 3.5), ("CNY", "2012-06-20", 0.4), ("CNY", "2026-01-05", 0.35),
        ("JPY", "2015-01-05", 0.1), ("JPY", "2020-01-06", -0.1), ("JPY", "2025-06-02", 0.5),
        ("CHF", "2018-01-03", -0.75), ("CHF", "2023-09-01", 1.75), ("CHF", "2026-01-05", 0.0),
        ("CAD", "2014-01-02", 1.0), ("CAD", "2023-09-01", 5.0), ("CAD", "2026-01-05", 2.25),
        ("AUD", "2010-06-01", 4.5), ("AUD", "2021-01-04", 0.1), ("AUD", "2024-01-02", 4.35),
        ("EUR", "2026-06-18", 2.25), ("EUR", "2026-09-17", 2.5), ("JPY", "2026-06-18", 1.0),
        ("JPY", "2026-09-25", 1.25), ("AUD", "2026-05-07", 4.35), ("AUD", "2026-10-01", 4.6),
        ("HKD", "2020-03-20", 0.36), ("HKD", "2020-04-15", 1.15), ("HKD", "2020-05-15", 0.61),
        ("HKD", "2020-06-15", 0.12), ("HKD", "2020-07-02", 0.0), ("HKD", "2026-09-18", 3.75),
    ],
)  # fmt: skip
def test_what_was_paid_on_a_day(currency: str, day: str, percent: float) -> None:
    assert before(currency, day) == pytest.approx([percent / 100])


def test_a_row_counts_from_the_day_after_it_took_effect() -> None:
    """The deposit facility went from 4 to 3.75 % on 2024-06-12."""
    assert before("EUR", "2024-06-12", "2024-06-13") == pytest.approx([0.04, 0.0375])


def test_euros_earn_the_deposit_facility_and_the_sharpe_ratio_is_over_it() -> None:
    """By hand: cash * rate * days / 360, 4 % until the session of 12 June and then 3.75 %."""
    done = run(currency="EUR")
    market, (fill,) = done.market, done.output.fills
    worth = fill.quantity * market.value_rate[market.first :, 0]
    cash = dict(zip(done.rates.index.astype(str), done.account.equity - worth, strict=True))
    first = 1e6 * (1 + 0.04 / 360) - fill.quantity * fill.price * fill.rate - fill.fee
    assert cash["2024-05-03"] == pytest.approx(first, abs=1e-6)
    assert cash["2024-05-06"] == pytest.approx(first * (1 + 0.04 * 3 / 360), abs=1e-6)
    assert cash["2024-06-12"] / cash["2024-06-11"] == pytest.approx(1 + 0.04 / 360, abs=1e-12)
    assert cash["2024-06-13"] / cash["2024-06-12"] == pytest.approx(1 + 0.0375 / 360, abs=1e-12)
    assert any("idle EUR cash earns the ECB's deposit facility" in note for note in market.notes)
    returns = done.account.equity.pct_change().iloc[1:].to_numpy()
    days = np.diff(market.sessions[market.first :]).astype("int64")
    over = returns - done.rates["cash"].to_numpy()[1:] * days / 360
    sharpe = over.mean() / over.std(ddof=1) * math.sqrt((len(over) - 1) / (days[1:].sum() / 365.25))
    ratio = figures(done.account.equity, done.output.fills, done.rates["cash"])["sharpe"]
    assert ratio == pytest.approx(sharpe, rel=1e-9)


def test_both_engines_pay_the_same_in_euros() -> None:
    done = run(currency="EUR")
    desk = Desk(HALF, done.market, done.settings, cost_model(done.settings))
    assert event_driven.run(desk) == kernel.run(desk) == done.output


def test_a_percentage_of_ones_own() -> None:
    done = run(cash_rate="2.5%")
    assert set(done.rates["cash"]) == {0.025}
    assert "idle USD cash earns 2.50 %, as asked" in done.market.notes
    assert set(run(cash_rate="-0.5 %", currency="EUR").rates["cash"]) == {-0.005}


def test_a_line_of_ones_own() -> None:
    estr = bars("ESTR", weekdays(FIRST, LAST), 3.9, Priced.LEVEL)
    done = run(estr, cash_rate="ESTR", currency="EUR")
    assert set(done.rates["cash"]) == {0.039}
    with pytest.raises(MissingData, match=r"no data for the cash rate ESTR.*ESTR\.csv"):
        run(cash_rate="ESTR")


def test_a_price_is_no_rate() -> None:
    traded = stock("QQQ", LAST, FIRST)
    with pytest.raises(
        CommandError, match=r"QQQ: 100.328 on 2024-05-02 is no percent a year, it is traded"
    ):
        run(traded, cash_rate="QQQ")
    level = bars("ESTR", weekdays(FIRST, LAST), 390.0, Priced.LEVEL)
    with pytest.raises(CommandError, match=r"ESTR: 390 on 2024-05-0\d is no percent a year; name"):
        run(level, cash_rate="ESTR")


# --- a file of one's own -----------------------------------------------------------------------

ROWS = "2024-05-06 4%, 2024-06-12 3.75%"


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-06,4\n2024-06-12,3.75\n",
        "\ufeffday,percent\r\n2024-06-12,3.75%\r\n2024-05-06,4.00",
        "observation_date,DFF\n2024-05-06,4\n2024-05-07,.\n2024-05-08,\n\n2024-06-12, 3.75 \n",
        "2024-05-06,4\n2024-05-07,4.0\n2024-06-12,3.75\n2024-06-13,3.75\n",
    ],
)  # fmt: skip
def test_a_file_is_kept_as_its_rows(text: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.CSV"
    path.write_text(text, encoding="utf-8", newline="")
    kept = Settings(cash_rate=str(path)).cash_rate
    assert kept == ROWS
    assert Settings(cash_rate=kept) == Settings(cash_rate=str(path))


def test_rows_of_ones_own_count_from_the_day_after_each() -> None:
    done = run(cash_rate=ROWS)
    earned = dict(zip(done.rates.index.astype(str), done.rates["cash"], strict=True))
    assert [earned[day] for day in ("2024-05-03", "2024-05-06", "2024-05-07", "2024-06-12")] == [
        0.0, 0.0, 0.04, 0.04]  # fmt: skip
    assert earned["2024-06-13"] == earned["2024-07-31"] == 0.0375
    sentence = "idle USD cash earns the rates given, as in force the day before; nothing before "
    assert f"{sentence}2024-05-06; the last of 2 rows is of 2024-06-12" in done.market.notes


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("day,percent\n", "no row; write lines such as 2024-06-12,3.75"),
        ("2024-05-06,4\n2024-05-06,5\n", "line 2: 2024-05-06 is there twice"),
        ("2024-05-06;4\n", "line 1: 1 cells; write a day and percent a year"),
        ("2024-05-06;4,25\n", "line 1: '2024-05-06;4,25'"),
        ("06/05/2024,4\n", "line 1: '06/05/2024,4'"),
        ("2024-05-06,4\n2024-05-07,n/a\n", "line 2: '2024-05-07,n/a'"),
        ("2024-05-06,nan\n", "line 1: nan is no percent a year"),
        ("2024-05-06,400\n", "line 1: 400 is no percent a year"),
        ("2024-05-06,4,5\n", "line 1: 3 cells"),
    ],
)
def test_a_file_that_is_none_names_the_line(text: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(text)
    with pytest.raises(CommandError, match=re.escape(says)) as error:
        Settings(cash_rate=str(path))
    assert str(path) in str(error.value)


def test_a_file_that_is_missing_or_too_long_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    with pytest.raises(CommandError, match=r"mine\.csv: No such file"):
        Settings(cash_rate=str(path))
    days = weekdays(date(2020, 1, 1), date(2024, 1, 1))
    path.write_text("".join(f"{day},{place % 7}\n" for place, day in enumerate(days)))
    with pytest.raises(CommandError, match=r"1044 rows that differ, and 500 are kept.*as a line"):
        Settings(cash_rate=str(path))


@pytest.mark.parametrize("sentence", ["2.5", "2,5", "abc%", "250%", "", 0.025, "nan%"])
def test_what_is_no_rate_is_refused(sentence: object) -> None:
    with pytest.raises(CommandError, match=r"give percent a year as 2\.5%"):
        Settings(cash_rate=sentence)  # type: ignore[arg-type]


def test_a_currency_without_rows_earns_nothing_and_says_so() -> None:
    done = run(currency="PLN")
    assert set(done.rates["cash"]) == {0.0}
    assert any("idle PLN cash earns nothing" in note for note in done.market.notes)
