"""The view in machine code against the one that it stands for: the same to the last bit."""

from __future__ import annotations

import copy
import math
import pickle
from dataclasses import dataclass, field
from typing import Any

import pytest

from backtests.engines import kernel
from backtests.runner.inputs import cost_model
from backtests.settings import Settings
from backtests.simulation.desk import Desk
from markets.market import Market
from markets.views.recorder import Recorder
from newsfolio import NewsfolioError, Sleeve, Strategy, View, Weights, every_session
from tests.support.decision_tables import drawn

core: Any = pytest.importorskip(
    "backtests.compiled.core",
    reason="the kernel was not compiled: install a C compiler and newsfolio anew",
)

ASKED = (
    ("level", ()), ("momentum", (1,)), ("momentum", (9, 4)), ("momentum", (3.0,)),
    ("momentum", (0,)), ("momentum", (5, -1)), ("momentum", (10**30,)), ("momentum", (10**6,)),
    ("momentum", (2.5,)), ("volatility", (2,)), ("volatility", (13,)), ("volatility", (1,)),
    ("moving_average", (1,)), ("moving_average", (20,)), ("drawdown", (1,)), ("drawdown", (11,)),
    ("traded_value", (5,)),
)  # fmt: skip


@dataclass(frozen=True)
class Curious(Strategy):
    """Asks everything of every line, and keeps what it heard and the view."""

    universe = ("SPY",)
    rebalance = every_session
    heard: list[Any] = field(default_factory=list)
    views: list[View] = field(default_factory=list)

    def __post_init__(self) -> None:
        """No parameters to check."""

    def weights(self, view: View) -> Weights:
        lines = [*view.universe, Sleeve("all", view.universe), "NOBODY", ["SPY"], None]
        self.views.append(view)
        self.heard.append([
            view.today, view.universe, sorted(view.usable), view.age, view.published,
            [(line, name, arguments, answer(view, name, line, arguments))
             for line in lines for name, arguments in ASKED],
        ])  # fmt: skip
        self.heard[-1].append([*view.held.items()])
        usable = sorted(view.usable)
        return {line: 0.9 / len(usable) for line in usable}


def answer(view: View, name: str, line: object, arguments: tuple[Any, ...]) -> str:
    try:
        return repr(getattr(view, name)(line, *arguments))
    except (NewsfolioError, TypeError, AttributeError) as error:
        return f"{type(error).__name__}: {error}"


def both(market: Market) -> tuple[Curious, Curious]:
    settings = Settings(engine="kernel")
    pair = Curious(), Curious()
    for asked, run in zip(pair, (kernel.run, kernel.turned), strict=True):
        run(Desk(asked, market, settings, cost_model(settings, market.fx)))
    return pair


@pytest.mark.parametrize("seed", [3, 17, 40])
def test_every_look_up_is_that_of_the_recorder(seed: int) -> None:
    """Late listings, stand-ins, gaps, lines without data; wrong questions too."""
    _, market = drawn(seed)
    compiled, plain = both(market)
    assert compiled.heard == plain.heard
    assert type(compiled.views[0]) is core.View and type(plain.views[0]) is View
    assert isinstance(compiled.views[0], View)
    some = [text for *_, asked, _ in compiled.heard for *_, text in asked]
    assert "nan" in some and any("StrategyError" in text for text in some)
    assert sum(text.replace(".", "").isdigit() for text in some) > 50


def test_a_view_that_is_copied_or_packed_stays_as_it_was() -> None:
    """And what is asked of one later is what its run knows by then, as with a Recorder."""
    _, market = drawn(3)
    view = both(market)[0].views[-1]
    line = view.universe[0]
    for other in (copy.copy(view), copy.deepcopy(view), pickle.loads(pickle.dumps(view))):
        assert repr(other.level(line)) == repr(view.level(line))
        assert other.close.equals(view.close)


def test_the_market_is_not_in_reach_of_a_view() -> None:
    """Nothing that a garbage collector could name, and no later row in what is handed out."""
    import gc

    _, market = drawn(3)
    history = both(market)[0].views[-1]._history
    assert isinstance(history, core.History)
    assert not any(isinstance(part, Market) for part in gc.get_referents(history))
    assert isinstance(history.__reduce__()[1][0], Recorder)
    assert math.isnan(history.look_up("momentum", market.universe[0], 10**9))
