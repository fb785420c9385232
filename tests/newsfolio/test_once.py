"""`view.once`: what is shared, what is handed out, and which functions are refused by name."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest

from markets.market import Market
from markets.views import memory
from markets.views.recorder import Recorder
from newsfolio import StrategyError, View
from tests.support.markets_of import bdays, line, market_of

DAYS = bdays("2024-01-02", 30)
SPAN = 5
TABLE = {"SPY": 1.0}
LOT = random.Random(1)


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sessions of which functions are really asked."""
    sessions: list[int] = []
    ask = Recorder._asked

    def noting(self: Recorder, reads: Any, function: Any, arguments: Any, session: int) -> Any:
        sessions.append(session)
        return ask(self, reads, function, arguments, session)

    monkeypatch.setattr(Recorder, "_asked", noting)
    return sessions


@pytest.fixture
def market() -> Market:
    """A line that rises by one a session, and one that stands still."""
    lines = [
        line("SPY", DAYS, [100.0 + day for day in range(30)]),
        line("TLT", DAYS, [50.0] * 30),
    ]
    return market_of(lines, "SPY", "TLT", start=date(2024, 1, 2))


def at_close(market: Market, session: int, **how: Any) -> View:
    recorder = Recorder(market, **how)
    recorder.write(market, session)
    day = market.day(session)
    return View(day, market.universe, frozenset(), 3, {"SPY": 0.5, "TLT": 0.0}, recorder)


def total(view: View, span: int = SPAN) -> float:
    return float(view.close["SPY"].iloc[-span:].sum())


def first_of(view: View, spans: tuple[float, ...]) -> str:
    return repr(spans[0])


def counted(view: View, span: float) -> float:
    return float(view.arrays.close("SPY", int(span)).sum()) + isinstance(span, bool)


def last_close(view: View) -> float:
    return float(view.arrays.close("SPY", 1)[0])


def two_days(view: View, before: date) -> float:
    """A function may ask others, of earlier sessions too."""
    return view.once(last_close) - view.once(last_close, at=before)


def test_it_is_asked_once_a_session_for_all_on_the_market(market: Market, asked: list[int]) -> None:
    first, window = at_close(market, 20), market.window(0, 25, None)
    assert first.once(total) == 118 + 119 + 120 + 117 + 116
    for view in (first, at_close(market, 20), at_close(window, 20)):
        assert view.once(total) == 590.0
    assert asked == [20]
    assert at_close(market, 21).once(total) == 595.0
    assert at_close(market, 20).once(total, 2) == 239.0
    assert len(asked) == 3


def test_nothing_is_shared_with_a_market_that_is_another(market: Market, asked: list[int]) -> None:
    other = market_of(
        [line("SPY", DAYS, [200.0 - day for day in range(30)]), line("TLT", DAYS, [50.0] * 30)],
        "SPY", "TLT", start=date(2024, 1, 2),
    )  # fmt: skip
    assert at_close(market, 20).once(last_close) == 120.0
    assert at_close(other, 20).once(last_close) == pytest.approx(90.0)
    # rows to come that hold noise, and a view that nobody shares, are worked out anew
    at_close(market, 20).once(total)
    baited = at_close(market, 20, bait=np.random.default_rng(1))
    assert baited.once(total) == at_close(market, 20, alone=True).once(total) == 590.0
    assert asked == [20] * 5


def test_an_earlier_session_is_seen_as_it_stood(market: Market, asked: list[int]) -> None:
    view = at_close(market, 20)
    assert view.once(total, at=market.day(10)) == 540.0
    assert asked == [10]
    assert at_close(market, 10).once(total) == 540.0  # the same session, so the same answer
    assert asked == [10]
    assert view.once(last_close, at=np.datetime64("2024-01-07")) == 103.0  # a Sunday: Friday's
    assert view.once(two_days, market.day(18)) == 2.0
    baited = at_close(market, 20, bait=np.random.default_rng(1))
    assert baited.once(total, at=market.day(10)) == 540.0


def earlier_of_later(view: View, day: date) -> float:
    return view.once(last_close, at=day)


def test_what_has_not_come_cannot_be_asked_for(market: Market) -> None:
    view = at_close(market, 20)
    with pytest.raises(StrategyError, match="at=2024-02-05: it is 2024-01-31, and nothing later"):
        view.once(last_close, at=date(2024, 2, 5))
    with pytest.raises(StrategyError, match="the first session is 2024-01-02"):
        view.once(last_close, at=date(2023, 12, 29))
    with pytest.raises(StrategyError, match="give the day of a session"):
        view.once(last_close, at="soon")  # type: ignore[arg-type]
    # of an earlier session, what came after it is later too
    with pytest.raises(StrategyError, match="it is 2024-01-16, and nothing later"):
        view.once(earlier_of_later, date(2024, 1, 17), at=date(2024, 1, 16))


def asks_held(view: View) -> float:
    return float(view.held.sum())


def asks_age(view: View) -> int:
    return view.age or 0


def asks_published(view: View) -> bool:
    return view.published


@pytest.mark.parametrize("name", ["held", "age", "published"])
def test_the_view_knows_nothing_of_a_run(market: Market, name: str) -> None:
    function = globals()[f"asks_{name}"]
    with pytest.raises(StrategyError, match=rf"view.once\(asks_{name}\): it asks for view.{name}"):
        at_close(market, 20).once(function)


def usable(view: View) -> frozenset[str]:
    return view.usable


def test_the_view_knows_what_can_be_held_then(market: Market) -> None:
    assert at_close(market, 20).once(usable) == {"SPY", "TLT"}


@dataclass(frozen=True)
class Found:
    name: str
    levels: tuple[float, ...]


def as_kind(view: View, kind: str) -> Any:
    values = view.arrays.close("SPY", 3)
    kinds: dict[str, Any] = {
        "array": values, "list": [1, [2]], "dict": {"a": values}, "set": {1, 2},
        "frame": view.close, "series": view.close["SPY"], "tuple": (values, [1]),
        "dataclass": Found("x", tuple(values.tolist())), "none": None,
    }  # fmt: skip
    return kinds[kind]


def spoil(value: Any) -> None:
    """Write to whatever can be written to."""
    for part in value if isinstance(value, tuple) else (value,):
        if isinstance(part, np.ndarray):
            with pytest.raises(ValueError, match="read-only"):
                part[0] = 7.0
            with pytest.raises(ValueError, match="WRITEABLE"):
                part.flags.writeable = True
        elif isinstance(part, list):
            part[-1] = 7
        elif isinstance(part, dict):
            part["b"] = 7
        elif isinstance(part, set):
            part.add(7)
        elif isinstance(part, pd.DataFrame | pd.Series):
            part.iloc[0] = 7.0
            part.index.name = "spoiled"


@pytest.mark.parametrize(
    "kind",
    ["array", "list", "dict", "set", "frame", "series", "tuple", "dataclass", "none"],
)
def test_who_alters_an_answer_alters_his_own(market: Market, kind: str) -> None:
    view = at_close(market, 20)
    spoil(view.once(as_kind, kind))
    again, alone = view.once(as_kind, kind), as_kind(at_close(market, 20), kind)
    assert repr(again) == repr(alone)


class Mutable: ...


def answers_an_object(view: View) -> Mutable:
    return Mutable()


def answers_its_view(view: View) -> View:
    return view


@pytest.mark.parametrize("function", [answers_an_object, answers_its_view])
def test_what_cannot_be_kept_is_refused(market: Market, function: Any) -> None:
    with pytest.raises(StrategyError, match=rf"view.once\({function.__name__}\) answered a "):
        at_close(market, 20).once(function)


@pytest.mark.parametrize("argument", [[1], {"a": 1}, np.zeros(2), Mutable(), ([1],)])
def test_an_argument_that_can_be_altered_is_refused(market: Market, argument: Any) -> None:
    with pytest.raises(StrategyError, match=r"view.once\(total\): an argument is a "):
        at_close(market, 20).once(total, argument)


def test_arguments_that_are_equal_and_of_another_kind_are_others(market: Market) -> None:
    view = at_close(market, 20)
    assert view.once(counted, 1) == view.once(counted, 1.0) == 120.0
    assert view.once(counted, True) == 121.0
    assert [view.once(first_of, (span,)) for span in (1, 1.0, True)] == ["1", "1.0", "True"]


# What a function may read


def reads_a_constant(view: View) -> float:
    return float(SPAN + len(TABLE))


def calls_one_that_reads(view: View) -> float:
    return reads_a_constant(view)


class Settings:
    span: ClassVar[Any] = 5
    table: ClassVar[dict[str, float]] = {}


def reads_a_class(view: View) -> float:
    return float(Settings.span + len(Settings.table))


def counts_itself(view: View) -> int:
    counts_itself.calls = getattr(counts_itself, "calls", 0) + 1  # type: ignore[attr-defined]
    return int(counts_itself.calls)  # type: ignore[attr-defined]


CHANGES = {
    "a global": (reads_a_constant, lambda patch: patch.setitem(globals(), "SPAN", 6), "SPAN"),
    "of one it calls": (
        calls_one_that_reads, lambda patch: patch.setitem(globals(), "SPAN", 6), "SPAN"
    ),
    "in a table": (reads_a_constant, lambda patch: patch.setitem(TABLE, "TLT", 1.0), "TABLE"),
    "a class's": (reads_a_class, lambda patch: patch.setattr(Settings, "span", 6), "span"),
    "in a class's table": (
        reads_a_class, lambda patch: patch.setitem(Settings.table, "SPY", 1.0), "table"
    ),
    "its own": (counts_itself, lambda patch: None, "an attribute of its own"),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_what_changes_between_two_runs_is_refused_by_name(
    market: Market, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    function, change, name = CHANGES[what]
    at_close(market, 20).once(function)
    change(monkeypatch)
    with pytest.raises(StrategyError, match=rf"view.once\({function.__name__}\): {name} changed"):
        at_close(market, 21).once(function)


def helper(view: View) -> float:
    return 1.0


def asks_a_helper(view: View) -> float:
    return helper(view)


def test_code_that_is_defined_anew_is_asked_anew(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert at_close(market, 20).once(asks_a_helper) == 1.0
    monkeypatch.setitem(globals(), "helper", last_close)
    assert at_close(market, 20).once(asks_a_helper) == 120.0


def closing_over(span: int) -> Any:
    def inner(view: View) -> int:
        return span

    inner.__qualname__ = "inner"
    return inner


def with_a_mutable_default(view: View, seen: list[int] = []) -> int:  # noqa: B006
    seen.append(1)
    return len(seen)


def writes_a_global(view: View) -> float:
    global SPAN
    SPAN = 5
    return 1.0


def draws(view: View) -> float:
    return LOT.random()


DRAW = LOT.random


def draws_through_a_method(view: View) -> float:
    return DRAW()


def reads_all_globals(view: View) -> float:
    return float(globals()["SPAN"])


@dataclass(frozen=True)
class Rule:
    span: int = 5

    def method(self, view: View) -> int:
        return self.span


REFUSED = {
    "a closure": (closing_over(5), "inner closes over span"),
    "a mutable default": (with_a_mutable_default, "a default of with_a_mutable_default can be"),
    "a global that it writes": (writes_a_global, "writes the global SPAN"),
    "a generator of lots": (draws, "it reads LOT, a Random, which can be altered"),
    "a method of one": (draws_through_a_method, "it reads DRAW, a builtin_function_or_method"),
    "all globals": (reads_all_globals, r"it calls globals\(\)"),
    "a method": (Rule().method, "stands at the top of a file"),
    "one that remembers": (lru_cache(total), "stands at the top of a file"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_function_that_reads_anything_else_is_refused_by_name(market: Market, what: str) -> None:
    function, why = REFUSED[what]
    with pytest.raises(StrategyError, match=why):
        at_close(market, 20).once(function)


@cache
def remembered(day: date) -> int:
    return day.toordinal()


def asks_what_remembers(view: View) -> int:
    return remembered(view.today)


def test_functions_that_remember_what_follows_from_their_arguments_may_be_called(
    market: Market,
) -> None:
    assert at_close(market, 20).once(asks_what_remembers) == market.day(20).toordinal()


def test_memory_is_bounded_and_the_oldest_session_goes_first(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "BYTES", 10 * 350)  # of an array of 30 and its frame of a tuple
    for session in range(5, 30):
        at_close(market, session).once(as_kind, "tuple")
    answers = dict(memory.signals_of(market).all())
    kept = [session for session, signals in answers.items() if signals]
    assert kept == list(range(30 - len(kept), 30))
    assert 5 <= len(kept) <= 12


def fails(view: View) -> float:
    raise ValueError("no such thing")


def test_a_failure_is_not_kept(market: Market, asked: list[int]) -> None:
    view = at_close(market, 20)
    for _ in range(2):
        with pytest.raises(ValueError, match="no such thing"):
            view.once(fails)
    assert asked == [20, 20]
