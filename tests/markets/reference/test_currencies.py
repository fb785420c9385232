"""Exchange rates against the converter's own look-up, and where there is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from markets.bars import Bars, Priced
from markets.build import build_market
from markets.reference.currencies import EcbRates, Fixings, SourceRates, known_currencies
from markets.reference.fixings_file import fixed_by_ecb, last_packaged
from markets.reference.pegs import ENDED
from markets.universe import Want
from newsfolio import (
    MissingData,
    Sleeve,
    UnknownName,
)
from tests.support.markets_of import line


def days(*texts: str) -> np.ndarray:
    return np.array(texts, dtype="datetime64[D]")


@pytest.mark.parametrize(
    ("currency", "base"),
    [
        ("HKD", "USD"),
        ("CNY", "USD"),
        ("USD", "HKD"),
        ("EUR", "USD"),
        ("CNY", "EUR"),
        ("HKD", "CNY"),
    ],
)
def test_cross_rates_are_those_of_the_package(currency: str, base: str) -> None:
    from currency_converter import CurrencyConverter

    converter = CurrencyConverter()
    wanted = ["2008-09-15", "2015-08-12", "2023-09-01", "2025-01-31"]
    fixings = EcbRates().fixings(currency, base).until(days(*wanted))
    for rate, day in zip(fixings, wanted, strict=True):
        there = converter.convert(1, currency, base, date=date.fromisoformat(day))
        assert rate == pytest.approx(there, rel=1e-12)


def test_there_and_back_again_is_one() -> None:
    axis = days("2024-03-01", "2024-08-05", "2025-04-07")
    there = EcbRates().fixings("HKD", "CNY").until(axis)
    back = EcbRates().fixings("CNY", "HKD").until(axis)
    assert there * back == pytest.approx(np.ones(3), rel=1e-14)


def test_a_day_without_a_fixing_takes_the_one_before_and_interpolates_nothing() -> None:
    """The ECB fixed nothing from Good Friday 2025-04-18 to Easter Monday."""
    fixings = EcbRates().fixings("HKD", "USD")
    thursday, tuesday = fixings.until(days("2025-04-17", "2025-04-22"))
    assert thursday != tuesday
    assert fixings.until(days("2025-04-18", "2025-04-19", "2025-04-21")).tolist() == [thursday] * 3
    assert fixings.before(days("2025-04-18", "2025-04-22")).tolist() == [thursday] * 2
    assert fixings.before(days("2025-04-23")).tolist() == [tuesday]


@pytest.mark.parametrize(("day", "fresh"), [("2025-01-10", True), ("2025-01-11", False)])
@pytest.mark.parametrize("moment", ["before", "until"])
def test_a_fixing_is_good_for_seven_days(moment: str, day: str, fresh: bool) -> None:
    fixings = Fixings("HKD in USD", days("2025-01-03"), np.array([0.128]))
    if fresh:
        assert getattr(fixings, moment)(days(day)).tolist() == [0.128]
    else:
        with pytest.raises(MissingData, match="HKD in USD within 7 days before 2025-01-11"):
            getattr(fixings, moment)(days(day))


def test_a_gap_in_the_middle_is_as_stale_as_the_end() -> None:
    fixings = Fixings("HKD in USD", days("2025-01-03", "2025-02-03"), np.array([0.128, 0.129]))
    with pytest.raises(MissingData, match="before 2025-01-20"):
        fixings.until(days("2025-01-06", "2025-01-20", "2025-02-03"))


def test_the_rouble_stopped_being_fixed_in_march_2022() -> None:
    fixings = EcbRates().fixings("RUB", "USD")
    assert fixings.until(days("2022-03-01"))[0] > 0
    with pytest.raises(MissingData, match="2022-06-01"):
        fixings.until(days("2022-06-01"))


def test_currencies_that_the_ecb_quotes() -> None:
    currencies = known_currencies()
    assert {"USD", "HKD", "CNY", "EUR", "GBP"} <= set(currencies)
    assert list(currencies) == sorted(currencies)
    with pytest.raises(UnknownName, match=r"no currency called 'HKDD'\. Did you mean HKD"):
        EcbRates().fixings("USD", "HKDD")


def test_rates_before_and_on_a_session_and_stale_ones() -> None:
    fixings = Fixings("HKD in USD", days("2025-01-02", "2025-01-03"), np.array([0.128, 0.129]))
    assert fixings.before(days("2025-01-03")) == pytest.approx([0.128])
    assert fixings.until(days("2025-01-03", "2025-01-10")) == pytest.approx([0.129, 0.129])
    with pytest.raises(MissingData, match="within 7 days before 2025-01-13"):
        fixings.until(days("2025-01-13"))
    with pytest.raises(MissingData, match="2025-01-02"):
        fixings.before(days("2025-01-02"))
    with pytest.raises(UnknownName, match="XXX"):
        EcbRates().fixings("XXX", "USD")


def test_a_sources_rates_are_local_per_dollar_and_a_day_late() -> None:
    frame = line("HKD=X", ["2025-01-02", "2025-01-03"], [7.8, 7.75]).frame
    source = SourceRates({"HKD=X": Bars("HKD=X", frame, Priced.LEVEL)})
    assert source.fixings("HKD", "USD").rates == pytest.approx([1 / 7.8, 1 / 7.75])
    assert not source.valued_same_day
    with pytest.raises(MissingData, match="CNY=X"):
        source.fixings("CNY", "USD")


def test_a_gap_before_the_window_is_history_and_one_within_it_is_not() -> None:
    """The ECB fixed no krona from 2008-12-10 to 2018-01-31; nothing is drawn through the gap."""
    fixings = EcbRates().fixings("USD", "ISK")
    axis = days("2008-12-09", "2008-12-30", "2018-01-31", "2018-02-02", "2018-02-05")
    assert fixings.unbroken_from(axis) == 3
    assert fixings.unbroken_from(axis[3:]) == 0
    assert fixings.unbroken_from(axis[:3]) == 3
    with pytest.raises(MissingData, match="none between 2008-12-09 and 2018-02-01; choose"):
        fixings.until(axis)


def test_a_run_in_kronur_begins_where_the_krona_does() -> None:
    index = pd.bdate_range("2007-01-01", "2018-12-31")
    sessions = [f"{day:%Y-%m-%d}" for day in index]
    bars = line("SPY", sessions, [100.0] * len(sessions))
    want = Want((Sleeve("SPY", ("SPY",)),), "ISK", start=date(2018, 6, 1))
    market = build_market({"SPY": bars}, want, EcbRates())
    fixings = EcbRates().fixings("USD", "ISK")
    assert market.rate[-1, 0] == fixings.until(days("2018-12-31"))[0]
    gone = market.sessions < np.datetime64("2018-02-02")
    assert np.isnan(market.rate[gone]).all()
    assert np.isfinite(market.rate[~gone]).all()
    with pytest.raises(MissingData, match="USD in ISK within 7 days before 2017-06-01"):
        build_market({"SPY": bars}, replace(want, start=date(2017, 6, 1)), EcbRates())


def test_every_rate_of_the_file_is_read_to_the_bit() -> None:
    """pandas reads the same zip file; a row without a rate of the currency is none."""
    from currency_converter import CURRENCY_FILE

    table = pd.read_csv(CURRENCY_FILE, na_values=["N/A"], dtype="str").set_index("Date")
    for currency in ("USD", "CNY", "ISK"):
        column = table[currency].dropna().sort_index()
        fixings = EcbRates().fixings("EUR", currency)
        assert fixings.days.astype(str).tolist() == column.index.tolist()
        assert fixings.rates.tolist() == [float(rate) for rate in column]


def test_fixings_that_everybody_gets_cannot_be_written_to() -> None:
    fixings = EcbRates().fixings("HKD", "USD")
    assert fixings is EcbRates().fixings("HKD", "USD")
    with pytest.raises(ValueError, match="read-only"):
        fixings.rates[0] = 1.0


def test_every_currency_whose_fixings_ended_has_its_row() -> None:
    """Of the packaged file: what is no longer fixed on its last day, and the last day that was."""
    last = last_packaged("USD")
    ends = {currency: last_packaged(currency) for currency in fixed_by_ecb()}
    gone = {currency: str(day) for currency, day in ends.items() if day != last}
    assert gone == {currency: day.isoformat() for currency, (day, _) in ENDED.items()}
