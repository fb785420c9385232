"""The words of an author, one by one, with answers worked out by hand."""

from __future__ import annotations

import math
import pickle
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

import numpy as np
import pytest

from newsfolio import (
    HONG_KONG,
    MAINLAND,
    NEW_YORK,
    Article,
    Asset,
    CommandError,
    Dated,
    Fixed,
    Kind,
    NewsfolioError,
    ParameterError,
    Row,
    Sleeve,
    Strategy,
    StrategyError,
    UnknownName,
    always,
    at_publication,
    at_start,
    blend,
    drift_band,
    equal,
    every_session,
    monthly,
    on_dates,
    param,
    quarterly,
    weekly,
    yearly,
)
from newsfolio.assets import sleeves_of, venue_of
from newsfolio.listings import KNOWN, asset_of
from newsfolio.parameters import name_of, parameters
from newsfolio.schedules import Period, Schedule

# Dated rows


def test_a_row_is_in_force_from_its_own_day() -> None:
    stamp = Dated((Row(date(2020, 1, 1), "old"), Row(date(2021, 8, 1), "new")))
    assert stamp.at(date(2020, 1, 1)) == "old"
    assert stamp.at(date(2021, 7, 31)) == "old"
    assert stamp.at(date(2021, 8, 1)) == "new"
    assert stamp.at(date.max) == "new"
    with pytest.raises(LookupError, match="before 2020-01-01"):
        stamp.at(date(2019, 12, 31))


def test_what_never_changed_is_known_on_every_day() -> None:
    assert always(7).at(date.min) == always(7).at(date.max) == 7


@pytest.mark.parametrize(
    "rows",
    [
        (),
        (Row(date(2021, 1, 1), 1), Row(date(2020, 1, 1), 2)),
        (Row(date(2021, 1, 1), 1), Row(date(2021, 1, 1), 2)),
        (Row(date(2021, 1, 1), 1), Row(None, 2)),
    ],
)
def test_rows_out_of_order_are_refused(rows: tuple[Row[int], ...]) -> None:
    with pytest.raises(ValueError, match="non-empty and ascending"):
        Dated(rows)


# Lines and sleeves


def test_byd_trades_in_lots_of_a_hundred_since_september_2025() -> None:
    lot = KNOWN["1211.HK"].lot
    assert (lot.at(date(2025, 9, 18)), lot.at(date(2025, 9, 19))) == (500, 100)


@pytest.mark.parametrize(
    ("ticker", "venue"),
    [("SPY", NEW_YORK), ("^GSPC", NEW_YORK), ("HKD=X", NEW_YORK), ("0005.HK", HONG_KONG),
     ("601318.SS", MAINLAND), ("000001.SZ", MAINLAND)],
)  # fmt: skip
def test_the_suffix_names_the_venue(ticker: str, venue: object) -> None:
    assert venue_of(ticker) is venue


def test_a_line_nobody_has_looked_at_says_so() -> None:
    hong_kong, star = asset_of("0005.HK"), asset_of("688111.SS")
    assert (hong_kong.lot_known, hong_kong.lot.at(date(2025, 1, 2))) == (False, 100)
    assert (star.star, star.access) == (True, date(2021, 2, 1))
    assert asset_of("IBM").withholding.at(date(2025, 1, 2)) == 0.30
    assert asset_of("^VIX").kind is Kind.INDEX
    assert asset_of("CNY=X").kind is Kind.CURRENCY
    assert not asset_of("CNY=X").tradable


@pytest.mark.parametrize("ticker", ["OMV.VI", "CEZ.PR"])
def test_another_venue_must_be_declared(ticker: str) -> None:
    with pytest.raises(CommandError, match=rf"Declare it .*\n  Asset\(.{ticker}., Venue\("):
        asset_of(ticker)


def test_a_line_cannot_stand_in_for_itself() -> None:
    with pytest.raises(CommandError, match="cannot stand in for itself"):
        Asset("SPY", NEW_YORK, stand_in=("SPY",))


def test_a_universe_becomes_sleeves_in_its_order() -> None:
    own, basket = Asset("OWN", NEW_YORK), Sleeve("two", ("TLT", "GLD"))
    sleeves = sleeves_of(("SPY", own, basket))
    assert [(sleeve.name, sleeve.tickers) for sleeve in sleeves] == [
        ("SPY", ("SPY",)), ("OWN", ("OWN",)), ("two", ("TLT", "GLD")),
    ]  # fmt: skip
    assert sleeves_of("SPY") == sleeves_of(("SPY",)) == (Sleeve("SPY", ("SPY",)),)


@pytest.mark.parametrize(
    ("universe", "message"),
    [
        ((), "the universe is empty"),
        (Sleeve("none", ()), "the universe is empty"),
        (("SPY", Sleeve("more", ("TLT", "SPY"))), "SPY stands twice"),
        ((Asset("OWN", NEW_YORK), "OWN"), "OWN stands twice"),
        (Sleeve("one", ("SPY", "SPY")), "SPY stands twice"),
    ],
)
def test_a_universe_that_is_none(universe: object, message: str) -> None:
    with pytest.raises(CommandError, match=message):
        sleeves_of(universe)  # type: ignore[arg-type]


def test_an_article_needs_a_time_zone() -> None:
    with pytest.raises(CommandError, match="has no time zone"):
        Article("9", "title", "publisher", datetime(2025, 2, 21, 3, 30))


# Errors


def test_an_unknown_name_offers_what_is_near_and_travels_between_processes() -> None:
    error = UnknownName("strategy", "abc-baskt", ("abc-basket", "east-rising"), "Try `list`.")
    text = "no strategy called 'abc-baskt'. Did you mean abc-basket? Try `list`."
    assert str(error) == text
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy), copy.exit_code) == (UnknownName, text, 2)
    assert str(UnknownName("engine", "zzz", ("kernel",))) == "no engine called 'zzz'."


def test_every_error_has_an_exit_code_and_one_root() -> None:
    import newsfolio

    errors = [
        word
        for word in vars(newsfolio).values()
        if isinstance(word, type) and issubclass(word, Exception)
    ]
    codes = {error.__name__: error.exit_code for error in errors}
    assert all(issubclass(error, NewsfolioError) for error in errors)
    assert {name for name, code in codes.items() if code == 2} == {
        "CommandError", "UnknownName", "ParameterError",
    }  # fmt: skip


# Parameters


class Side(StrEnum):
    EAST = "east"
    WEST = "west"


@dataclass(frozen=True)
class HTTPRule2Go(Strategy):
    """Every type of parameter."""

    lookback: int = param(126, low=20, high=504, unit="sessions", doc="how far back")
    band: float = param(0.02, low=0.0)
    top: float = param(1.0, high=2.0)
    plain: int = 3
    bold: bool = False
    side: Side = Side.EAST
    day: date = date(2025, 2, 21)
    when: Schedule = monthly
    note: str = "none"


def test_parameters_are_listed_as_they_are_declared() -> None:
    specs = parameters(HTTPRule2Go)
    assert [spec.name for spec in specs] == [
        "lookback", "band", "top", "plain", "bold", "side", "day", "when", "note",
    ]  # fmt: skip
    assert [spec.bounds for spec in specs[:4]] == [
        "20 to 504 sessions", "at least 0.0", "at most 2.0", "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("lookback", "63", 63), ("band", "1e-3", 0.001), ("band", "1", 1.0),
        ("bold", "yes", True), ("bold", "OFF", False), ("side", "west", Side.WEST),
        ("day", "2025-03-01", date(2025, 3, 1)), ("note", "12", "12"),
    ],
)  # fmt: skip
def test_what_a_command_line_says_becomes_a_value(name: str, text: str, value: object) -> None:
    spec = next(spec for spec in parameters(HTTPRule2Go) if spec.name == name)
    read = spec.parse(text, HTTPRule2Go)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("lookback", "19", "out of bounds: 20 to 504 sessions"),
        ("lookback", "63.5", "not of type int"),
        ("band", "nan", "out of bounds"),
        ("plain", "x", "not of type int"),
        ("bold", "maybe", "not of type bool"),
        ("side", "north", "one of east, west"),
        ("day", "21/2/2025", "not of type date"),
        ("when", "monthly", "not of type Schedule"),
    ],
)
def test_what_it_cannot_mean_is_refused(name: str, text: str, message: str) -> None:
    spec = next(spec for spec in parameters(HTTPRule2Go) if spec.name == name)
    with pytest.raises(ParameterError, match=message):
        spec.parse(text, HTTPRule2Go)


@pytest.mark.parametrize(
    "wrong",
    [
        {"lookback": 505}, {"lookback": 60.0}, {"lookback": True}, {"band": math.inf},
        {"band": math.nan}, {"band": "0.1"}, {"top": 2.0001}, {"bold": 1}, {"side": "east"},
        {"when": "monthly"},
    ],
)  # fmt: skip
def test_a_strategy_is_not_made_with_a_wrong_parameter(wrong: dict[str, object]) -> None:
    with pytest.raises(ParameterError, match=next(iter(wrong))):
        HTTPRule2Go(**wrong)  # type: ignore[arg-type]


def test_numbers_become_what_their_defaults_are() -> None:
    made = HTTPRule2Go(lookback=np.int64(30), band=1, when=quarterly)  # type: ignore[arg-type]
    assert (type(made.lookback), type(made.band)) == (int, float)
    assert made == HTTPRule2Go(lookback=30, band=1.0, when=quarterly)
    assert made.when is quarterly


def test_names_and_labels() -> None:
    assert name_of(HTTPRule2Go) == "http-rule2-go"
    assert HTTPRule2Go().label == "http-rule2-go"
    assert HTTPRule2Go(lookback=63, side=Side.WEST).label == (
        "http-rule2-go(lookback=63, side=west)"
    )


def test_fields_without_the_decorator_or_default_are_explained() -> None:
    class Bare(Strategy):
        lookback: int = 3

    @dataclass
    class Thawed(Strategy):
        lookback: int = 3

    @dataclass(frozen=True)
    class Empty(Strategy):
        lookback: int

    with pytest.raises(StrategyError, match=r"Bare: write @dataclass\(frozen=True\) above"):
        parameters(Bare)
    with pytest.raises(StrategyError, match=r"Thawed: write @dataclass\(frozen=True\), not"):
        parameters(Thawed)
    with pytest.raises(StrategyError, match=r"Empty\.lookback: give the parameter a default"):
        parameters(Empty)


# Weights


def test_equal_opens_sleeves_and_counts_a_line_once() -> None:
    two = Sleeve("two", ("TLT", Asset("OWN", NEW_YORK)))
    assert equal("SPY", two) == {"SPY": 1 / 3, "TLT": 1 / 3, "OWN": 1 / 3}
    assert equal(["SPY", "TLT"], "SPY") == {"SPY": 0.5, "TLT": 0.5}
    with pytest.raises(StrategyError, match=r"return \{\} for cash"):
        equal()


def test_blend_adds_up_exactly() -> None:
    assert blend((0.6, {"A": 0.5, "B": 0.5}), (0.4, {"B": 1.0})) == {"A": 0.3, "B": 0.7}
    tenths = blend(*((0.1, {"A": 1.0}) for _ in range(10)))
    assert tenths == {"A": 1.0}  # 0.1 added ten times is 0.9999999999999999
    assert blend() == {}


def test_fixed_weights_are_a_strategy() -> None:
    two = Sleeve("two", ("TLT", "GLD"))
    mix = Fixed(mix=((0.6, "SPY"), (0.4, two)), schedule=quarterly)
    assert mix.weights(None) == {"SPY": 0.6, "TLT": 0.2, "GLD": 0.2}  # type: ignore[arg-type]
    assert (mix.universe, mix.rebalance, mix.max_gross) == (("SPY", two), quarterly, 1.0)
    assert mix.label == "60 % SPY + 40 % two, end of each quarter"
    assert Fixed(mix=((1.3, "SPY"), (-0.3, "TLT"))).max_gross == pytest.approx(1.6)


# Schedules


class Six:
    """A calendar of six sessions: weeks end on the second and the last, the month on the fourth."""

    def every(self) -> np.ndarray:
        return np.ones(6, dtype=bool)

    def ends(self, period: Period) -> np.ndarray:
        return self._mask({Period.WEEK: (1, 5), Period.MONTH: (3,)}.get(period, ()))

    def on_or_after(self, days: tuple[date, ...]) -> np.ndarray:
        return self._mask([day.day for day in days])

    def publication(self) -> np.ndarray:
        return self._mask((2,))

    @staticmethod
    def _mask(places: object) -> np.ndarray:
        return np.isin(np.arange(6), list(places))  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("schedule", "marks", "from_start", "band", "text"),
    [
        (every_session, [0, 1, 2, 3, 4, 5], True, None, "every session"),
        (weekly, [1, 5], True, None, "end of each week"),
        (monthly, [3], True, None, "end of each month"),
        (yearly, [], True, None, "end of each year"),
        (at_start, [], True, None, "at the start"),
        (at_publication, [2], False, None, "at publication"),
        (on_dates("2025-01-05", date(2025, 1, 4)), [4, 5], False, None,
         "on 2025-01-05, 2025-01-04"),
        (drift_band(0.05), [], False, 0.05, "drift of 5.0 %"),
        (weekly | at_publication, [1, 2, 5], True, None, "end of each week or at publication"),
        (at_publication | drift_band(0.1) | drift_band(0.03), [2], False, 0.03,
         "at publication or drift of 10.0 % or drift of 3.0 %"),
    ],
)  # fmt: skip
def test_a_schedule_marks(
    schedule: Schedule, marks: list[int], from_start: bool, band: float | None, text: str
) -> None:
    assert np.flatnonzero(schedule.marks(Six())).tolist() == marks
    assert (schedule.from_start, schedule.band, str(schedule)) == (from_start, band, text)


@pytest.mark.parametrize("width", [0.0, 1.0, -0.1, 5])
def test_a_drift_band_is_a_weight(width: float) -> None:
    with pytest.raises(CommandError, match="between 0 and 1"):
        drift_band(width)


def test_a_date_is_written_one_way() -> None:
    with pytest.raises(CommandError, match="write dates as 2025-02-21"):
        on_dates("21.2.2025")


# Values


def test_strategies_are_values() -> None:
    made = HTTPRule2Go(lookback=63)
    assert replace(HTTPRule2Go(), lookback=63) == made
    assert pickle.loads(pickle.dumps(made)) == made
    assert len({made, replace(made), HTTPRule2Go()}) == 2
