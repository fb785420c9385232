"""Orders from a portfolio as it is held: odd quantities, other lines, old closes, odd files."""

from __future__ import annotations

import json
import os
from datetime import date
from typing import Any

import pytest

from tests.support.rate_worlds import FIXED
from tests.support.shell import Shell
from tests.support.small_runs import flat_prices, strategy_file

HALVES = """
universe = ("AAX", "BBX")
rebalance = monthly

def weights(self, view):
    return {"AAX": 0.5, "BBX": 0.5}
"""


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backtests.paths.today", lambda: date(2024, 3, 29))


def advice(shell: Shell, holdings: bytes | str, *more: str) -> dict[str, Any]:
    answer = asked(shell, holdings, *more, "--json")
    assert answer[0] == 0, answer
    return json.loads(answer[1])  # type: ignore[no-any-return]


def asked(shell: Shell, holdings: bytes | str, *more: str) -> tuple[int, str, str]:
    flat_prices(shell.folder / "prices", AAX=100.0, BBX=50.0)
    strategy_file(shell.folder, HALVES)
    content = holdings.encode() if isinstance(holdings, str) else holdings
    (shell.folder / "held.csv").write_bytes(content)
    answer = shell("weights", "s.py", "--data", "prices", "--costs", "none", "--portfolio",
                   "held.csv", *more)  # fmt: skip
    return answer.code, answer.out, answer.err


def orders(document: dict[str, Any]) -> dict[str, float]:
    return {order["asset"]: order["shares"] for order in document["orders"]}


def test_an_order_is_whole_shares_whatever_fraction_is_held(shell: Shell) -> None:
    # 300 x 100 + 100.5 x 50 = 35,025: 175.125 AAX and 350.25 BBX are wanted
    report = advice(shell, "asset,quantity\nAAX,300\nBBX,100.5\n")
    assert report["equity"] == 35_025
    assert orders(report) == {"AAX": -125, "BBX": 249}


def test_fractions_are_traded_where_they_are_asked_for(shell: Shell) -> None:
    report = advice(shell, "asset,quantity\nAAX,300\nBBX,100.5\n", "--lots", "fractional")
    assert orders(report) == pytest.approx({"AAX": -124.875, "BBX": 249.75})


def test_sales_that_are_rounded_do_not_overdraw_the_account(shell: Shell) -> None:
    report = advice(shell, "asset,quantity\nAAX,300.75\nBBX,0\n")
    moved = sum(order["value"] for order in report["orders"])
    assert moved <= 0
    assert all(size == int(size) for size in orders(report).values())


def test_the_part_of_a_share_that_stays_is_said(shell: Shell) -> None:
    flat_prices(shell.folder / "prices", AAX=100.0, BBX=50.0)
    strategy_file(shell.folder, HALVES.replace('"AAX": 0.5, "BBX": 0.5', '"AAX": 1.0'))
    (shell.folder / "held.csv").write_text("asset,quantity\nBBX,10.5\n")
    answer = shell("weights", "s.py", "--data", "prices", "--portfolio", "held.csv")
    assert ["sell", "10", "BBX"] in [line.split()[:3] for line in answer.out.splitlines()]
    assert "0.5 of a BBX share stays" in answer.out


@pytest.mark.parametrize(
    "content",
    [
        "\ufeffasset,quantity\nAAX,300\nBBX,100\n".encode(),
        b"Asset, Quantity\r\nAAX , 300\r\n\r\nBBX,100\r\n",
        b"name,quantity,asset\nan x,300,AAX\na y,1e2,BBX\n",
        b"asset;quantity\r\nAAX;300,0\r\nBBX;100\r\n",
    ],
    ids=["a byte order mark", "capitals and blanks", "other columns", "semicolons"],
)
def test_files_as_spreadsheets_save_them(shell: Shell, content: bytes) -> None:
    assert orders(advice(shell, content)) == {"AAX": -125, "BBX": 250}


def test_what_the_strategy_does_not_know_is_listed(shell: Shell) -> None:
    report = advice(shell, "asset,quantity\nAAX,300\nBBX,100\nTSLA,20\n")
    assert orders(report) == {"AAX": -125, "BBX": 250}
    assert report["outside"] == [
        {"asset": "TSLA", "shares": 20.0, "why": "not a line of the strategy"}
    ]
    text = asked(shell, "asset,quantity\nAAX,300\nBBX,100\nTSLA,20\n")[1]
    assert "outside 20 TSLA Tesla: sell or keep (not a line of the strategy)" in text


def test_cash_in_another_currency_is_converted_at_the_days_rate(shell: Shell) -> None:
    """The ECB's fixings of 2024-03-28: 1.0811 dollars and 8.4594 dollars of Hong Kong for a euro.

    New York closes after the fixing of the day, so it counts.
    """
    report = advice(shell, "asset,quantity\nAAX,10\nCASH,500\nCASH EUR,1000\nCASH HKD,-2000\n")
    assert report["equity"] == pytest.approx(1000 + 500 + 1081.1 - 2000 * 1.0811 / 8.4594)
    code, _, reply = asked(shell, "asset,quantity\nAAX,10\nCASH XXX,5\n")
    assert code == 1
    assert "held.csv: cash in XXX" in reply


def test_cash_whose_rates_end_before_the_prices_ends_the_advice_there(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No rate is made up for a day after the last packaged fixing."""
    monkeypatch.setattr("backtests.paths.today", lambda: date(2026, 11, 30))
    flat_prices(shell.folder / "prices", "2026-09-01", "2026-11-27", AAX=100.0, BBX=50.0)
    strategy_file(shell.folder, HALVES)
    (shell.folder / "held.csv").write_text("asset,quantity\nAAX,10\nCASH EUR,1000\n")
    reply = shell("weights", "s.py", "--data", "prices", "--portfolio", "held.csv")
    assert reply.code == 0, reply.err
    assert f"close of {FIXED}" in reply.out
    assert "where the rates of EUR in USD end" in reply.out


def test_a_brokers_file_is_listed_with_what_was_left_out(shell: Shell) -> None:
    header = "代码,名称,持有数量,市值,币种\n"
    rows = "AAX,某,300,30000,USD\nTSLA,某,20,4000.5,USD\nAAX260619C100000,某,2,60,USD\n"
    code, out, err = asked(shell, header + rows + "BBX,某,100,5000,USD\n")
    assert code == 0, err
    assert ["sell", "125", "AAX"] in [line.split()[:3] for line in out.splitlines()]
    assert (
        "outside 20 TSLA Tesla, worth 4,000.50 USD: sell or keep (not a line of the strategy)"
        in out
    )
    assert "outside 2 AAX260619C100000, worth 60.00 USD: sell or keep (an option)" in out
    assert "note    held.csv is read as Futu writes it" in out
    report = advice(shell, header + rows)
    assert report["outside"][0] == {
        "asset": "TSLA", "shares": 20, "why": "not a line of the strategy", "value": 4000.5,
        "currency": "USD",
    }  # fmt: skip


def test_files_of_several_brokers_add_up(shell: Shell) -> None:
    (shell.folder / "more.csv").write_text("asset;quantity\nAAX;100\nCASH;1000,5\n")
    report = advice(shell, "asset,quantity\nAAX,200\nBBX,100\n", "--portfolio", "more.csv")
    assert report["equity"] == 36_000.5


def test_shares_of_before_a_split_are_counted_anew(shell: Shell) -> None:
    """Ten for one on 2024-03-14: 30 shares of a statement of the 8th are 300 at the end."""
    folder = flat_prices(shell.folder / "prices", AAX=100.0, BBX=50.0)
    path = folder / "AAX.csv"
    path.write_text(
        path.read_text().replace(
            "2024-03-14,100.0,100.0,100.0,100.0,100.0,1000,0,0",
            "2024-03-14,100.0,100.0,100.0,100.0,100.0,1000,0,10",
        )
    )
    strategy_file(shell.folder, HALVES)
    (shell.folder / "held.csv").write_text(
        "Statement,Header,Field Name,Field Value\n"
        'Statement,Data,Period,"March 8, 2024"\n'
        "Open Positions,Header,DataDiscriminator,Asset Category,Currency,Symbol,Quantity\n"
        "Open Positions,Data,Summary,Stocks,USD,AAX,30\n"
        "Cash Report,Header,Currency Summary,Currency,Total\n"
        "Cash Report,Data,Ending Cash,USD,5000\n"
    )
    answer = shell(
        "weights", "s.py", "--data", "prices", "--costs", "none", "--portfolio", "held.csv"
    )
    assert answer.code == 0, answer.err
    assert "orders  from 35,000 USD" in answer.out  # 300 x 100 and 5,000
    assert "AAX was split 10 for 1 since 2024-03-08: counted anew" in answer.out


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("asset,quantity\nAAX,1_000\n", ("line 2", "'1_000'")),
        ("asset,quantity\nAAX,١٢٣\n", ("line 2",)),
        ("asset,quantity\nAAX,nan\n", ("line 2", "'nan'")),
        ("asset,quantity\nAAX,1e16\n", ("line 2",)),
        ("asset,quantity\naax,3\n", ("line 2", "aax is written AAX")),
        ("asset,quantity\ncash,3\n", ("line 2", "cash is written CASH")),
        ("asset|quantity\nAAX|3\n", ("line 1", "'asset|quantity'")),
        ("", ("line 1", "asset,quantity")),
        (b"asset,quantity\n\xff\xfe", ("UTF-8",)),
        ("asset,quantity\nAAX," + "9" * 10_000 + "\n", ("line 2",)),
    ],
    ids=range(10),
)
def test_what_cannot_be_read_is_named(
    shell: Shell, content: bytes | str, words: tuple[str, ...]
) -> None:
    code, _, error = asked(shell, content)
    assert code == 1
    assert all(word in error for word in words), error
    assert len(error.splitlines()) <= 2
    assert len(error) < 400


def test_pipes_and_devices_are_refused(shell: Shell) -> None:
    os.mkfifo(shell.folder / "pipe")
    asked(shell, "asset,quantity\n")
    for path in ("pipe", "/dev/zero"):
        reply = shell("weights", "s.py", "--data", "prices", "--portfolio", path)
        assert reply.code == 1
        assert "no plain file" in reply.err


def test_a_file_that_is_too_large_is_refused(shell: Shell) -> None:
    path = shell.folder / "large.csv"
    with path.open("wb") as file:
        file.truncate(10_000_001)
    asked(shell, "asset,quantity\n")
    answer = shell("weights", "s.py", "--data", "prices", "--portfolio", "large.csv")
    assert answer.code == 1
    assert "more than the 10 MB" in answer.err


@pytest.mark.parametrize(("today", "old"), [(date(2024, 4, 5), False), (date(2024, 4, 9), True)])
def test_old_prices_are_said(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, today: date, old: bool
) -> None:
    # the last close is of 28 March; sessions are 1, 2, 3, 4, 5 and 8 April
    monkeypatch.setattr("backtests.paths.today", lambda: today)
    notes = advice(shell, "asset,quantity\nAAX,300\n")["notes"]
    assert any("the last close is of 2024-03-28" in note for note in notes) == old


def test_a_line_whose_venue_has_long_been_shut_is_said(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Golden week of 2025: no mainland session from 1 to 8 October, six in New York."""
    monkeypatch.setattr("backtests.paths.today", lambda: date(2025, 10, 9))
    folder = flat_prices(shell.folder / "prices", "2025-09-02", "2025-10-08", AAX=100.0)
    flat_prices(folder, "2025-09-02", "2025-09-30", **{"600519.SS": 10.0})
    strategy_file(shell.folder, HALVES.replace("BBX", "600519.SS"))
    answer = shell("weights", "s.py", "--data", "prices", "--asof", "2025-10-08")
    assert answer.code == 0, answer.err
    assert (
        "600519.SS Kweichow Moutai has had no close since 2025-09-30, 6 sessions before"
        in answer.out
    )
    answer = shell("weights", "s.py", "--data", "prices", "--asof", "2025-10-07")
    assert "no close since" not in answer.out
