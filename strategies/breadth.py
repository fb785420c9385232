"""T8: the parts of Chinese technology that lead, wherever the lead has spread to."""

from __future__ import annotations

import dataclasses
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsfolio import (
    Fixed,
    Sleeve,
    Strategy,
    View,
    Weights,
    at_start,
    blend,
    equal,
    monthly,
    most_traded,
    param,
)
from newsfolio.articles.leaves_peers_behind import BREADTH
from newsfolio.library import CHINA_FUND, CHINA_STOCKS, Form, Picks

if TYPE_CHECKING:
    import pandas as pd

_SECTOR = "the article names the sector after it had risen; {}"

PLATFORMS = Sleeve(
    "platforms",
    ("9988.HK", "0700.HK", "3690.HK", "9888.HK"),
    hindsight="three of the four are named by the article after gains of a half to a double",
)
CHIPS = Sleeve(
    "chips",
    ("0981.HK", "1347.HK", "688256.SS"),
    hindsight=_SECTOR.format("Cambricon is its example and had multiplied"),
)
BIOTECH = Sleeve(
    "biotech",
    ("2269.HK", "1801.HK", "1093.HK", "6160.HK"),
    hindsight=_SECTOR.format("the four are large members of the Hang Seng Biotech index by then"),
)
MAINLAND_AI = Sleeve(
    "mainland AI",
    ("002230.SZ", "600588.SS", "300308.SZ", "300502.SZ"),
    hindsight=_SECTOR.format("Innolight and Eoptolink were among the winners of the year"),
)
AUTOS = Sleeve(
    "cars",
    ("1211.HK", "0175.HK", "2015.HK", "9866.HK"),
    hindsight="they stand for automation, which the article names without a company",
)
STOCKS = (PLATFORMS, CHIPS, BIOTECH, MAINLAND_AI, AUTOS)
FUNDS = (
    CHINA_FUND,
    CHIPS,
    Sleeve("biotech", ("3069.HK",), hindsight=BIOTECH.hindsight),
    Sleeve("mainland AI", ("512930.SS",), hindsight=MAINLAND_AI.hindsight),
    AUTOS,
)
NAMES_FOR_A_SLEEVE = 2
"""So that ten names stand where five sleeves stood."""
SPAN, SESSIONS, ENOUGH = 5, 250, 60
"""Sessions of one return, as venues close hours apart; how many returns; how few will do."""


@dataclass(frozen=True)
class Breadth(Strategy):
    """The `top` of five sleeves by their return over `lookback` sessions, in equal parts.

    Article 000 finds it healthy that the rally has spread from the platforms to chips and
    biotechnology, and expects AI to carry other sectors next. If the lead wanders from one sector
    to another, whoever holds those in front takes part each time. At each month end the sleeves
    are ranked by the mean return of their lines; a sleeve without one is left out, and where none
    has one all are held. Within a sleeve the lines have equal parts. With form=funds, platforms,
    biotechnology and mainland AI are one fund each (KWEB, 3069.HK, 512930.SS); of chips and cars
    there is no fund to hold.

    Sectors and companies were picked after they had risen. The controls hold all five sleeves,
    KWEB, or rank by the same rule the ten most traded Chinese technology companies, two in place
    of a sleeve; placebos deal lines out to five groups of the same sizes by lot.

    Behind each decision stands the effective number of bets, after Meucci (2009): exp(-sum of
    p ln p), p the eigenvalues of the correlation matrix of the sleeves' 5-session returns over the
    last 250 sessions, divided by their sum. It is the number of sleeves if they are unrelated, and
    1 if they move as one.
    """

    lookback: int = param(126, low=20, high=504, unit="sessions")
    top: int = param(2, low=1, high=5, unit="sleeves", doc="how many are held")
    form: Form = param(
        Form.STOCKS, doc="stocks only; funds: a fund for a sleeve where there is one"
    )
    picks: Picks = param(Picks.ARTICLE, doc="whose groups: the article's, most traded, by lot")
    seed: int = param(1, low=0, high=999_999, doc="deals the groups of picks=lot")

    thesis = BREADTH
    rebalance = monthly
    grid = {"lookback": (63, 126), "top": (1, 2, 3)}
    pool = tuple(dict.fromkeys((*(line for one in STOCKS for line in one.tickers),
                                *CHINA_STOCKS.tickers)))  # fmt: skip

    @property
    def universe(self) -> tuple[Sleeve, ...]:  # type: ignore[override]
        if self.picks is Picks.MOST_TRADED:
            return (CHINA_STOCKS,)
        if self.picks is Picks.LOT:
            return self._dealt()
        return FUNDS if self.form is Form.FUNDS else STOCKS

    def _dealt(self) -> tuple[Sleeve, ...]:
        lines = iter(random.Random(self.seed).sample(self.pool, sum(map(_size, STOCKS))))
        return tuple(
            Sleeve(f"group {n}", tuple(next(lines) for _ in one.lines), CHINA_STOCKS.hindsight)
            for n, one in enumerate(STOCKS, 1)
        )

    @property
    def benchmark(self) -> Strategy:  # type: ignore[override]
        return Fixed(mix=tuple((1 / len(self.universe), sleeve) for sleeve in self.universe))

    def weights(self, view: View) -> Weights:
        groups = self._groups(view)
        held = self._leaders(view, groups) or groups
        return blend(*((1 / len(held), equal(group)) for group in held))

    def _groups(self, view: View) -> tuple[Sleeve, ...]:
        """The sleeves of which a line can be held."""
        if self.picks is Picks.MOST_TRADED:
            lines = most_traded(view, CHINA_STOCKS, NAMES_FOR_A_SLEEVE * len(STOCKS)).tickers
            return tuple(Sleeve(line, (line,)) for line in lines)
        return tuple(group for group in self.universe if view.usable.intersection(group.tickers))

    def _leaders(self, view: View, groups: Sequence[Sleeve]) -> tuple[Sleeve, ...]:
        """The groups with the highest returns, ties in their order; none where none is known."""
        gains = {group: view.momentum(group, self.lookback) for group in groups}
        known = [group for group in groups if not math.isnan(gains[group])]
        ranked = sorted(known, key=lambda group: -gains[group])
        single = self.picks is Picks.MOST_TRADED
        return tuple(ranked[: self.top * (NAMES_FOR_A_SLEEVE if single else 1)])

    def explain(self, view: View) -> pd.DataFrame:
        """The sleeves' returns, which are held, and how many separate bets they amount to."""
        import pandas as pd

        groups = self._groups(view)
        held = self._leaders(view, groups) or groups
        rows: list[tuple[str, float, str]] = [
            (group.name, view.momentum(group, self.lookback), "yes" if group in held else "")
            for group in groups
        ]
        bets, sessions = _effective_bets(view, groups)
        rows.append((f"effective number of bets, {sessions} sessions", bets, ""))
        return pd.DataFrame(rows, columns=["sleeve", "momentum", "chosen"])

    def controls(self) -> Mapping[str, Strategy]:
        found: dict[str, Strategy] = {
            "all sleeves, monthly": self.benchmark,
            "KWEB, bought and held": Fixed(mix=((1.0, "KWEB"),), schedule=at_start),
        }
        if self.picks is Picks.ARTICLE:
            found["most traded names"] = dataclasses.replace(self, picks=Picks.MOST_TRADED)
        return found

    def drawn(self, lot: random.Random) -> Strategy | None:
        if self.form is Form.FUNDS or self.picks is Picks.MOST_TRADED:
            return None
        return dataclasses.replace(self, picks=Picks.LOT, seed=lot.randrange(1_000_000))


def _size(sleeve: Sleeve) -> int:
    return len(sleeve.lines)


def _effective_bets(view: View, groups: Sequence[Sleeve]) -> tuple[float, int]:
    """exp of the entropy of the eigenvalues' shares, and how many returns it comes from."""
    import numpy as np
    import pandas as pd

    moves = view.close.ffill().pct_change(SPAN).iloc[-SESSIONS:]
    known = pd.DataFrame(
        {group.name: moves.reindex(columns=list(group.tickers)).mean(axis=1) for group in groups}
    ).dropna()
    related = known.corr().to_numpy()
    if len(known) < ENOUGH or not related.size or np.isnan(related).any():
        return math.nan, len(known)
    shares = np.linalg.eigvalsh(related) / len(groups)
    shares = shares[shares > 0]
    return float(np.exp(-(shares * np.log(shares)).sum())), len(known)
