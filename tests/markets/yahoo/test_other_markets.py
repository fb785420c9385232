"""Lines of London from Yahoo's answer into the store: pence, pounds, dollars."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest

from markets.store.price_store import Store
from newsfolio.errors import BrokenData
from tests.support.yahoo_server import TOMORROW, Line, Yahoo, bar, load

ROWS = {date(2025, 2, day): bar(close) for day, close in ((18, 105.82), (19, 104.0), (20, 103.5))}
VODAFONE = Line(
    dict(ROWS), "GBp", "Europe/London", time(8), dividends={date(2025, 2, 19): 4.5},
)  # fmt: skip


def test_pence_are_stored_as_pounds_and_appended_to(yahoo: Yahoo, store: Store) -> None:
    yahoo.lines["VOD.L"] = replace(VODAFONE, rows=dict(ROWS))
    bars = load(yahoo, store, "VOD.L")["VOD.L"]
    assert bars.frame["close"].tolist() == pytest.approx([1.0582, 1.04, 1.035])
    assert bars.frame["dividend"].tolist() == pytest.approx([0.0, 0.045, 0.0])
    assert "Yahoo quotes it in GBp, pence: 100 are one GBP" in bars.notes
    yahoo.lines["VOD.L"].rows[date(2025, 2, 21)] = bar(106.0)
    longer = load(yahoo, store, "VOD.L", today=TOMORROW)["VOD.L"]
    assert longer.frame["close"].tolist() == pytest.approx([1.0582, 1.04, 1.035, 1.06])
    stored = store.read("VOD.L")
    assert stored is not None and stored.currency == "GBp"


def test_the_source_says_pounds_where_the_suffix_says_pence(yahoo: Yahoo, store: Store) -> None:
    yahoo.lines["ETF.L"] = replace(VODAFONE, currency="GBP")
    assert load(yahoo, store, "ETF.L")["ETF.L"].frame["close"].iloc[0] == pytest.approx(105.82)


def test_a_line_in_dollars_is_refused_with_the_line_to_write(yahoo: Yahoo, store: Store) -> None:
    yahoo.lines["CSPY.L"] = replace(VODAFONE, currency="USD")
    with pytest.raises(BrokenData) as refused:
        load(yahoo, store, "CSPY.L")
    first, second = str(refused.value).splitlines()
    assert "Yahoo quotes it in USD, not in GBP" in first
    assert second.strip().startswith(
        'Asset("CSPY.L", Venue("XLON", "USD", time(8, 0), time(16, 30)))'
    )


def test_the_dates_of_another_clock_are_refused(yahoo: Yahoo, store: Store) -> None:
    yahoo.lines["VOD.L"] = replace(VODAFONE, told_timezone="America/New_York")
    with pytest.raises(BrokenData, match="XLON goes by Europe/London"):
        load(yahoo, store, "VOD.L")
