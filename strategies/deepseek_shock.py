"""T15: after a crash of Nvidia, Chinese AI against American chips."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsfolio import (
    EventStudy,
    Sleeve,
    Strategy,
    View,
    Weights,
    blend,
    equal,
    every_session,
    most_traded,
    param,
)
from newsfolio.articles.east_rising import SHOCK
from newsfolio.library import CHINA_STOCKS, Picks

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

CHINA_AI = Sleeve(
    "Chinese AI",
    ("9988.HK", "0700.HK", "1810.HK", "3888.HK", "0268.HK"),
    hindsight="the list was drawn in 2025 after its members had run up",
)
CANDIDATES = Sleeve(
    "Chinese technology and software",
    (*CHINA_STOCKS.tickers, "3888.HK", "0020.HK", "0763.HK"),
    hindsight=CHINA_STOCKS.hindsight,
)
US_CAPEX = Sleeve("US AI spending", ("NVDA", "AVGO", "VST", "VRT"))
US_SOFTWARE = Sleeve("US software", ("IGV", "CRM", "NOW"))
CHIPS = "SMH"
OTHERS = {"MSFT": "Microsoft", "AMZN": "Amazon", "GOOGL": "Alphabet", "META": "Meta"}
WINDOWS = ((0, 0), (0, 5), (0, 20), (0, 60))
MEMBERS = 5


@dataclass(frozen=True)
class DeepseekShock(Strategy):
    """After a day on which Nvidia lost a tenth: long Chinese AI, short SMH for `hold` sessions.

    Articles 003 and 000 take 27 January 2025, when a cheap Chinese model cost Nvidia 17 % in one
    session, for a turn: what hurts American spending on AI helps Chinese AI, and lastingly. The
    rule bets a full stake on each side after any such day, counts the sessions from the last of
    them, and is in cash otherwise. Nothing is traded while a bet runs, so the stakes drift.

    There is only a handful of such days, and most of them (a bad forecast in 2018, the spring of
    2020) had nothing to do with China: see how many stand behind a figure before you read it. The
    basket was drawn after its members had run up; placebos draw five others. The controls bet
    after such days of other giants, hold no short, or take the five most traded. On days when one
    of the venues is closed its last price stands, and its orders wait.
    """

    hold: int = param(20, low=1, high=252, unit="sessions", doc="how long the bet runs")
    threshold: float = param(0.10, low=0.01, high=0.5, doc="loss of one session that triggers it")
    trigger: str = param("NVDA", doc="whose loss counts")
    short: bool = param(True, doc="sell SMH short; else the Chinese side alone")
    picks: Picks = param(Picks.ARTICLE, doc="whose basket: the article's, most traded, by lot")
    seed: int = param(1, low=0, high=999_999, doc="draws the basket of picks=lot")

    thesis = SHOCK
    rebalance = every_session
    benchmark = "BIL"
    max_gross = 2.0
    grid = {"hold": (5, 20, 60)}
    pool = CANDIDATES.tickers
    studies = (
        EventStudy("US AI spending", US_CAPEX, "SPY", days=("2025-01-27",), windows=WINDOWS),
        EventStudy("US software", US_SOFTWARE, "SPY", days=("2025-01-27",), windows=WINDOWS),
        # the Hang Seng closes with the basket; a fund in New York closes half a day later
        EventStudy("Chinese AI", CHINA_AI, "^HSI", days=("2025-01-27",), windows=WINDOWS),
        EventStudy(
            "Chinese AI after the New Year holiday",
            CHINA_AI,
            "^HSI",
            days=("2025-02-03",),
            windows=WINDOWS,
        ),
    )

    @property
    def universe(self) -> tuple[Sleeve | str, ...]:  # type: ignore[override]
        return (self._candidates, CHIPS)

    @property
    def signals(self) -> tuple[str, ...]:  # type: ignore[override]
        return (self.trigger,)

    @property
    def _candidates(self) -> Sleeve:
        if self.picks is Picks.ARTICLE:
            return CHINA_AI
        if self.picks is Picks.MOST_TRADED:
            return CANDIDATES
        lines = tuple(random.Random(self.seed).sample(CANDIDATES.lines, MEMBERS))
        return dataclasses.replace(CANDIDATES, lines=lines)

    def weights(self, view: View) -> Weights | None:
        moves = self._moves(view, self.hold)
        if not (moves <= -self.threshold).any():
            return {}
        if not moves[-1] <= -self.threshold and view.holdings:
            return None
        return self._bet(view)

    def _bet(self, view: View) -> Weights:
        long = self._candidates
        if self.picks is Picks.MOST_TRADED:
            long = most_traded(view, long, MEMBERS)
        if not view.usable.intersection(long.tickers):
            return {}
        return blend((1.0, equal(long)), (-1.0 if self.short else 0.0, {CHIPS: 1.0}))

    def _moves(self, view: View, sessions: int) -> np.ndarray:
        """The trigger's moves of the last sessions; a day without its venue has none."""
        levels = view.arrays.signal(self.trigger, sessions + 1)
        return levels[1:] / levels[:-1] - 1

    def explain(self, view: View) -> pd.DataFrame:
        """Every trigger day so far, numbered, and how far Chinese AI ran ahead of SMH after it."""
        import numpy as np
        import pandas as pd

        days, moves = view.signal(self.trigger).index, self._moves(view, len(view.close))
        places = np.flatnonzero(moves <= -self.threshold).tolist()
        rows = [
            (n, f"{days[place + 1]:%Y-%m-%d}", moves[place], self._ahead(view, len(moves) - place))
            for n, place in enumerate(places, 1)
        ]
        return pd.DataFrame(
            rows, columns=["n", "day", f"{self.trigger} moved", "Chinese AI ahead of SMH after it"]
        )

    def _ahead(self, view: View, back: int) -> float:
        """Over the `hold` sessions after the day `back - 1` sessions ago, or as many as passed."""
        passed = min(self.hold, back - 1)
        if not passed:
            return float("nan")
        skip = back - 1 - passed
        return view.momentum(self._candidates, passed, skip) - view.momentum(CHIPS, passed, skip)

    def controls(self) -> Mapping[str, Strategy]:
        found: dict[str, Strategy] = {
            f"after falls of {name}": dataclasses.replace(self, trigger=ticker)
            for ticker, name in OTHERS.items()
            if ticker != self.trigger
        }
        if self.short:
            found["long leg only"] = dataclasses.replace(self, short=False)
        if self.picks is Picks.ARTICLE:
            found["most traded five"] = dataclasses.replace(self, picks=Picks.MOST_TRADED)
        return found

    def drawn(self, lot: random.Random) -> Strategy:
        return dataclasses.replace(self, picks=Picks.LOT, seed=lot.randrange(1_000_000))
