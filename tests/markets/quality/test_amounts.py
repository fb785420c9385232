"""Amounts that were paid against Adj Close; right values are worked by hand or by the formula."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from markets.bars import Priced
from markets.folder.source import FolderSource
from markets.quality.amounts import AROUND, Amounts, most_around
from markets.quality.findings import Severity
from newsfolio.errors import BrokenData
from tests.support.calm_lines import alarms, frame
from tests.support.price_files import STOCK, read, write

COUNT = 80


def amounts(
    paid: dict[int, float],
    stated: dict[int, float] | None = None,
    *,
    price: float = 50.0,
    decimals: int | None = None,
    crsp: bool = False,
) -> Amounts:
    """Closes with an Adj Close that holds what was paid, and dividends as they are told."""
    close = np.round(price * np.exp(np.cumsum(np.random.default_rng(3).normal(0, 0.01, COUNT))), 2)
    dividend = np.zeros(COUNT)
    for row, amount in paid.items():
        dividend[row] = amount
    before = np.append(np.nan, close[:-1])
    step = 1 - dividend / before
    if crsp:
        step = close / (close + dividend)
    factor = np.append(np.cumprod(step[::-1])[::-1][1:], 1.0)
    adjusted = close * factor
    if decimals is not None:
        adjusted = np.round(adjusted, decimals)
    shown = dividend.copy()
    for row, amount in (stated or {}).items():
        shown[row] = amount
    days = np.datetime64("2024-01-01") + np.arange(COUNT)
    return Amounts(days, close, adjusted, shown, np.zeros(COUNT))


def sentences(made: Amounts) -> list[str]:
    return [doubt.told for doubt in made.doubts()]


@pytest.mark.parametrize("crsp", [False, True])
def test_either_formula_of_an_adjusted_close_is_right(crsp: bool) -> None:
    assert sentences(amounts({20: 0.5, 40: 0.01, 60: 8.0}, crsp=crsp)) == []


def test_an_amount_that_is_not_the_one_adjusted_for_is_doubted() -> None:
    (sentence,) = sentences(amounts({20: 0.8, 60: 0.8}, stated={20: 4.0}))
    assert sentence == "the dividend of 2024-01-21 is 4, Adj Close was adjusted for 0.8"
    (sentence,) = sentences(amounts({20: 0.8, 60: 0.8}, stated={20: 80.0, 60: 40.0}))
    assert "is 40, Adj Close was adjusted for 0.8" in sentence or "(and 1 more)" in sentence


def test_a_dividend_that_a_later_split_does_not_divide_is_called_so() -> None:
    made = amounts({20: 0.8}, stated={20: 4.0})
    made.split[50] = 5.0
    (sentence,) = sentences(made)
    assert sentence.endswith("0.8: it is not divided by the later split of 5")


def test_presence_is_told_as_before() -> None:
    (sentence,) = sentences(amounts({20: 0.8}, stated={20: 0.0}))
    assert sentence == "Adj Close is adjusted on 1 row (first 2024-01-21) without a dividend"
    (sentence,) = sentences(amounts({}, stated={20: 0.8}))
    assert sentence == "a dividend on 1 row (first 2024-01-21) is not in Adj Close"


def test_cents_on_a_six_dollar_share_are_no_adjustment() -> None:
    """A cent on 6 dollars is 0.17 %; two rows rounded make twice half of it, at most."""
    assert sentences(amounts({20: 0.05, 60: 0.05}, price=6.0, decimals=2)) == []
    (sentence,) = sentences(amounts({20: 0.05, 60: 0.05}, price=6.0, decimals=2, stated={20: 5.0}))
    assert "is 5, Adj Close was adjusted for 0.0" in sentence


@pytest.mark.parametrize("factor", [5.0, 100.0, 1 / 5])
def test_every_amount_in_another_unit_is_doubted(factor: float) -> None:
    true = {20: 0.5, 40: 0.6, 60: 0.4}
    (sentence,) = sentences(
        amounts(true, stated={row: factor * amount for row, amount in true.items()})
    )
    assert "Adj Close was adjusted for 0.5" in sentence or factor == 100.0


def test_capital_gains_count_unless_the_dividend_holds_them() -> None:
    """1.40 of income and 6.00 of gains: Adj Close took off 7.40."""
    apart = amounts({40: 7.4}, stated={40: 1.4})
    gains = np.zeros(COUNT)
    gains[40] = 6.0
    paid, counts = apart.with_gains(gains)
    assert (paid[40], counts.sum()) == (pytest.approx(7.4), 1)
    inside = amounts({40: 7.4})
    paid, counts = inside.with_gains(gains)
    assert (paid[40], counts.sum()) == (7.4, 0)


# A file


def test_the_capital_gains_of_a_file_are_paid(tmp_path: Path) -> None:
    header = "Date,Close,Adj Close,Dividends,Capital Gains"
    write(tmp_path, "2024-01-02,100,92.6,0,0", "2024-01-03,93,93,1.4,6.0", header=header)
    bars = read(tmp_path)
    assert bars.frame["dividend"].tolist() == [0.0, 7.4]
    assert bars.notes == (
        "closes alone: an order of a close fills at the next close",
        "1 row (first 2024-01-03) with capital gains, paid as dividends",
    )
    assert bars.doubts == ()
    write(tmp_path, "2024-01-02,100,92.6,0,0", "2024-01-03,93,93,7.4,6.0", header=header)
    bars = read(tmp_path)
    assert bars.frame["dividend"].tolist() == [0.0, 7.4]
    assert "that the dividends hold already" in bars.notes[1]


@pytest.mark.parametrize(
    "name",
    ["Adjusted_close", "Adjusted Close", "Adj. Close", "Adj Close*", "adjClose", "Close/Last",
     "Close (adj.)", "Adj Close Adjusted close price adjusted for splits"],
)  # fmt: skip
def test_raw_closes_never_pass_for_total_return(tmp_path: Path, name: str) -> None:
    write(tmp_path, "2024-01-02,100,92.6", "2024-01-03,93,93", header=f"Date,Close,{name}")
    with pytest.raises(BrokenData, match=r"is spelled '(Adj )?Close' here"):
        FolderSource(tmp_path).load([STOCK])


def test_one_dividend_on_two_sessions_is_doubted() -> None:
    made = frame()
    made.iloc[[150, 151], made.columns.get_loc("dividend")] = 0.42
    (finding,) = alarms(made)
    assert (finding.severity, finding.rule) == (Severity.DOUBT, "dividend twice")
    assert finding.days == (made.index[151].date(),)
    made.iloc[151, made.columns.get_loc("dividend")] = 0.3
    assert alarms(made) == []


def test_a_dividend_by_which_the_price_did_not_fall_is_told() -> None:
    """30 on a share of about 90, which goes on at 90: a wrong amount, not a split of 1.3."""
    made = frame()
    made.iloc[150, made.columns.get_loc("dividend")] = 30.0
    (finding,) = alarms(made)
    assert (finding.severity, finding.rule) == (Severity.DOUBT, "dividend")
    made.iloc[150, made.columns.get_loc("dividend")] = 60.0
    (finding,) = alarms(made, priced=Priced.SPLITS)
    assert finding.severity is Severity.BLOCK
    assert "is 60, and the price did not fall by it" in finding.told


@pytest.mark.parametrize("rows", [1, 20, 21, 40, 41, 42, 200])
def test_rows_are_rounded_as_the_most_precise_around_them(rows: int) -> None:
    decimals = np.random.default_rng(rows).choice([2, 3, 6], rows, p=[0.9, 0.08, 0.02])
    reach = AROUND // 2
    wanted = [decimals[max(0, row - reach) : row + reach + 1].max() for row in range(rows)]
    assert most_around(decimals.astype("int8")).tolist() == wanted
