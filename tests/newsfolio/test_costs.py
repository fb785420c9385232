"""A broker's terms: the written forms, which term counts for a line, and every slip by name."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest

from newsfolio import CommandError, Commission, Costs


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("10bp", Commission(value=0.001)),
        ("0.1% min 1 EUR", Commission(value=0.001, minimum=1, currency="EUR")),
        ("0.1%min1EUR", Commission(value=0.001, minimum=1, currency="EUR")),
        ("0.005/share min 1 max 1%", Commission(share=0.005, minimum=1, cap=0.01)),
        ("USD 0.01/share", Commission(share=0.01, currency="USD")),
        ("5 CHF", Commission(order=5, currency="CHF")),
        ("5/order", Commission(order=5)),
        (
            "4.90 EUR + 0.25% max 69.90 EUR",
            Commission(order=4.9, value=0.0025, maximum=69.9, currency="EUR"),
        ),
        ("0", Commission()),
    ],
)
def test_a_commission_is_read_as_a_price_list_writes_it(text: str, meant: Commission) -> None:
    assert Commission.read(text) == meant
    assert Commission.read(str(meant)) == meant


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("10", "10 of what? Write 10bp, 10% or 10 EUR"),
        ("-1%", "'-1%' is not understood"),
        ("ten", "'ten' is not understood"),
        ("0.1% 0.2%", "'0.2' is not understood"),
        ("0.1% + 0.2%", "value stands there twice"),
        ("0.1% min 1 EUR max 2 USD", "one commission has one currency"),
        ("0.1% min 2 max 1", "min 2 is above max 1"),
        ("0.1% min 0.2%", "'min' is not understood"),
        ("0.1% min", "'the end' is not understood"),
        ("1e3%", "'e3%' is not understood"),
        ("0,1%", "',1%' is not understood"),
        ("", "'the end' is not understood"),
    ],
)
def test_what_is_no_commission_is_refused_with_the_word(text: str, says: str) -> None:
    with pytest.raises(CommandError, match=re.escape(says)):
        Commission.read(text)


TERMS = """
commission = "0.1% min 1 EUR"
custody = "0.1%"

[XNYS]
commission = { share = 0.005, minimum = 1.0, cap = 0.01 }

[etf]
half_spread = "2bp"

[XHKG.etf]
taxes = false
"""


def test_the_narrower_terms_win_word_for_word() -> None:
    costs = Costs.read(tomllib.loads(TERMS))
    assert costs == Costs(
        "0.1% min 1 EUR",
        custody=0.001,
        only={
            "XNYS": Costs("0.005/share min 1 max 1%"),
            "etf": Costs(half_spread=0.0002),
            "XHKG etf": Costs(taxes=False),
        },
    )
    ours = Commission.read("0.1% min 1 EUR")
    assert costs.of("XTKS", "stock") == Costs(ours, custody=0.001)
    assert costs.of("XNYS", "etf") == Costs("0.005/share min 1 max 1%", 0.0002, custody=0.001)
    assert costs.of("XHKG", "etf") == Costs(ours, 0.0002, False, 0.001)


def test_what_is_written_is_read_back() -> None:
    costs = Costs.read(tomllib.loads(TERMS))
    assert Costs.read(costs.written()) == costs
    assert Costs.read(Costs().written()) == Costs() == Costs.read({})


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"comission": "10bp"}, "comission is no term; there are commission, half_spread"),
        ({"commission": 0.001}, "commission 0.001: write one of 10bp"),
        ({"commission": {"percent": 1}}, "commission has no percent; it has value, share"),
        ({"commission": {"value": -1}}, "value -1: give a number from 0 on"),
        ({"commission": {"value": float("nan")}}, "value nan"),
        ({"commission": {"value": True}}, "value True"),
        ({"half_spread": "5"}, "half_spread '5': write a fraction"),
        ({"half_spread": 5}, "half_spread 5: write a fraction"),
        ({"taxes": "no"}, "taxes 'no': write true or false"),
        ({"custody": -0.1}, "custody -0.1"),
        ({"New York": {"taxes": False}}, "'New York' names no venue and no kind"),
        ({"XNYS": {"bond": {"taxes": False}}}, "'XNYS bond' names no venue and no kind"),
        ({"XNYS": {"etf": {"tax": False}}}, r"\[XNYS.etf\] has the terms commission"),
        ({"XNYS": {"taxes": 1}}, r"mine.toml, \[XNYS\]: taxes 1"),
    ],
)
def test_a_slip_in_a_table_is_named(table: dict[str, Any], says: str) -> None:
    with pytest.raises(CommandError, match=says):
        Costs.read(table, "mine.toml")
