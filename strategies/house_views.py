"""T17: what the houses expect, as views that move a neutral portfolio by their confidence."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from newsfolio import (
    Facts,
    Fixed,
    Sleeve,
    Strategy,
    StrategyError,
    View,
    Weights,
    at_publication,
    monthly,
    param,
)
from newsfolio.articles.east_rising import VIEWS

if TYPE_CHECKING:
    import pandas as pd

NEUTRAL = {
    "SPY": 0.40, "QQQ": 0.20, "MCHI": 0.15, "KWEB": 0.10, "FXI": 0.05, "EWY": 0.05, "INDA": 0.05,
}  # fmt: skip
"""Held without a view: 60 % America, 30 % China, 10 % Korea and India. Ours, not a market's."""

HOUSE_VIEWS = Facts(
    "house_views",
    text=("house", "asset", "against"),
    columns=("size", "months", "confidence"),
    where="Published views on the lines of the neutral portfolio: the return that a house expects "
    "of `asset` over `months` in all, or its excess over `against`, and how far to trust it, 0 to "
    "1; from the press, with the day of each note.",
    rows=(
        # the note says 16 % from the close of 14 February, article 003 says about 15
        ("2025-02-17", "Goldman Sachs: MSCI China 85", "MCHI", "", 0.16, 12, 0.5),
        # both by the year's end, from that day's closes: 8,600 / 8,666.72 and 24,000 / 23,477.92;
        # no fund of either index is held here, FXI is the nearest
        ("2025-02-21T08:10+00:00", "Morgan Stanley: HSCEI 8,600, which is below its level",
         "FXI", "", -0.008, 10.3, 0.5),
        ("2025-02-21T08:10+00:00", "Morgan Stanley: HSI 24,000", "FXI", "", 0.022, 10.3, 0.5),
        # 50 % at the least, less 15 - 9 points that were already earned
        ("2025-02-21T03:30+00:00", "UBS: AI half again above the market",
         "KWEB", "MCHI", 0.44, 24, 0.25),
        ("2025-02-21T03:30+00:00", "Man Group: China among the surest trades (size ours)",
         "MCHI", "SPY", 0.05, 10.3, 0.1),
        ("2025-02-21T03:30+00:00", "Goldman Sachs, trading: US correction (size ours)",
         "SPY", "", -0.05, 2, 0.1),
        ("2025-09-21T12:00+00:00", "GAM: being underweight will hurt (size ours)",
         "KWEB", "QQQ", 0.05, 12, 0.1),
        ("2026-05-12T23:59+00:00", "Article 002: the lag goes on until proof (size ours)",
         "KWEB", "QQQ", -0.05, 12, 0.1),
    ),
)  # fmt: skip

BLOCK = 5
"""Sessions of one return: venues that close 12 hours apart look unrelated day by day."""
MONTH, YEAR = 21, 252
DAYS = 30.4375
TAU = 0.05
"""How uncertain the prior is, as a share of the covariance; the posterior returns do not need it
where confidences are given."""
PERCENT = 100.0
"""Returns are fitted in percent: the solver stops too early on small numbers."""


@dataclass(frozen=True)
class _Opinion:
    """A row of the table."""

    known: date
    house: str
    asset: str
    against: str
    size: float
    months: float
    confidence: float

    @property
    def until(self) -> date:
        """The last day of its horizon."""
        return self.known + timedelta(days=round(self.months * DAYS))

    @property
    def lines(self) -> tuple[str, ...]:
        return (self.asset, self.against) if self.against else (self.asset,)

    def equation(self, sign: int) -> str:
        """In skfolio's words: percent per block of sessions."""
        size = sign * PERCENT * self.size * BLOCK / (self.months * MONTH)
        return f"{' - '.join(self.lines)} == {size:.12f}"

    def __str__(self) -> str:
        return (
            f"{self.house}: {' over '.join(self.lines)} {self.size:+.1%} in {self.months:g} "
            f"months, confidence {self.confidence:.0%}"
        )


@dataclass(frozen=True)
class HouseViews(Strategy):
    """A neutral portfolio that leans as far as the sell side's views deserve (Black-Litterman).

    Article 003 quotes houses that raise their targets for China, article 000 one that finds it
    painful to hold too little of it, article 002 expects the lag to go on. Here they are what they
    are, opinions: each is a view with a size, a horizon and a confidence, known from the note's or
    the article's day and forgotten when its horizon is over. The neutral portfolio's own expected
    returns (those for which it would be the best portfolio) are moved towards the views as far as
    the confidences allow, by Idzorek's method, and the long-only portfolio with the highest
    expected return less half of `risk_aversion` times its variance is held. Without a live view,
    or with a past that is too short for the covariance, that is the neutral portfolio.

    What is ours: the neutral weights; every confidence (0.5 for a target with a date, 0.25 for a
    range, 0.1 for an opinion without a figure); a size of 5 points, and the horizon, where a house
    gave none, which the table says. A view is a rate: its size spread evenly over its months,
    whatever prices do meanwhile. A target leaves out dividends and includes what cash pays; the
    two about cancel and nothing is corrected. Targets for the CSI 300 are left out, no mainland
    fund is held. One of the targets lay below the index on the day. Lines that nobody spoke of
    move too: India grows because it moves least with the rest.

    Hindsight: the views are those that three articles chose to quote, mostly of one opinion;
    earlier ones that failed are not among them. A file house_views.csv takes their place. Needs
    skfolio: pip install 'skfolio>=1.12'.
    """

    lookback: int = param(504, low=126, high=2520, unit="sessions", doc="of the covariance")
    risk_aversion: float = param(2.5, low=0.5, high=20.0, doc="of who holds the neutral portfolio")
    scale: float = param(1.0, low=0.0, high=1.0, doc="confidence as a share of that in the table")
    reverse: bool = param(False, doc="true believes the opposite of every view")

    thesis = VIEWS
    universe = Sleeve("Neutral portfolio", tuple(NEUTRAL))
    rebalance = monthly | at_publication
    benchmark = Fixed(mix=tuple((share, line) for line, share in NEUTRAL.items()))
    facts = (HOUSE_VIEWS,)
    grid = {"risk_aversion": (2.5, 5.0), "scale": (0.5, 1.0)}

    def weights(self, view: View) -> Weights:
        if not view.once(_live):
            return dict(NEUTRAL)
        held = view.once(_beliefs, self)["weight"]
        return dict(zip(map(str, held.index), held.tolist(), strict=True))

    def fitted(self, returns: pd.DataFrame, live: list[_Opinion]) -> Any:
        """skfolio's optimiser after its fit; StrategyError where skfolio is missing."""
        import numpy as np

        try:
            from skfolio.moments import EquilibriumMu  # type: ignore[import-untyped]
            from skfolio.optimization import (  # type: ignore[import-untyped]
                MeanRisk,
                ObjectiveFunction,
            )
            from skfolio.prior import (  # type: ignore[import-untyped]
                BlackLitterman,
                EmpiricalPrior,
            )
        except ImportError as error:
            raise StrategyError(
                "house-views needs skfolio for its views. Install it: pip install 'skfolio>=1.12'"
            ) from error
        held = np.array([NEUTRAL[str(line)] for line in returns])
        aversion = self.risk_aversion / PERCENT
        equilibrium = EquilibriumMu(risk_aversion=aversion, weights=held / held.sum())
        posterior = BlackLitterman(
            views=[one.equation(-1 if self.reverse else 1) for one in live],
            view_confidences=np.array([one.confidence * self.scale for one in live]),
            prior_estimator=EmpiricalPrior(mu_estimator=equilibrium),
            tau=TAU,
        )
        # the posterior covariance is (1 + tau) times the prior's where no view speaks, so this
        # is the aversion at which views without confidence leave the neutral portfolio as it is
        best = MeanRisk(
            objective_function=ObjectiveFunction.MAXIMIZE_UTILITY,
            risk_aversion=aversion / 2 / (1 + TAU),
            prior_estimator=posterior,
        )
        return best.fit(PERCENT * returns)

    def explain(self, view: View) -> pd.DataFrame:
        """By line: the neutral weight, returns a year before and after the views, who says what.

        Returns are blank where no view is live, or the past too short.
        """
        import pandas as pd

        beliefs, live = view.once(_beliefs, self).reindex(list(NEUTRAL)), view.once(_live)
        return pd.DataFrame(
            {
                "line": list(NEUTRAL),
                "neutral weight": list(NEUTRAL.values()),
                "prior return a year": beliefs["prior"].to_numpy(),
                "posterior return a year": beliefs["posterior"].to_numpy(),
                "weight": beliefs["weight"].fillna(0.0).to_numpy(),
                "live views": [_about(line, live) for line in NEUTRAL],
            }
        )

    def controls(self) -> Mapping[str, Strategy]:
        return {
            "the neutral portfolio": self.benchmark,
            "the opposite views": dataclasses.replace(self, reverse=not self.reverse),
            "half the confidence": dataclasses.replace(self, scale=self.scale / 2),
        }


def _beliefs(view: View, strategy: HouseViews) -> pd.DataFrame:
    """By line: prior and posterior return a year, and weight; NaN where nothing is estimated.

    A view on a line whose past is too short waits.
    """
    import numpy as np
    import pandas as pd

    returns = _returns(view, strategy.lookback)
    live = [one for one in view.once(_live) if set(one.lines) <= set(returns)]
    if not live:
        return pd.DataFrame({"prior": np.nan, "posterior": np.nan, "weight": NEUTRAL})
    model = strategy.fitted(returns, live)
    posterior = model.prior_estimator_
    per_year = YEAR / BLOCK / PERCENT
    rounded = np.round(model.weights_, 4)  # what the solver leaves over is no decision
    return pd.DataFrame(
        {
            "prior": posterior.prior_estimator_.return_distribution_.mu * per_year,
            "posterior": posterior.return_distribution_.mu * per_year,
            "weight": rounded / rounded.sum(),
        },
        index=returns.columns,
    )


def _returns(view: View, lookback: int) -> pd.DataFrame:
    """Returns of five sessions each over the look-back; only lines known throughout."""
    levels = view.close.ffill().iloc[-lookback - 1 :]
    if len(levels) <= lookback:
        levels = levels.iloc[:0]
    blocks = levels.iloc[::-1].iloc[::BLOCK].iloc[::-1].dropna(axis=1)
    return blocks.pct_change().iloc[1:].dropna(axis=1, how="all")


def _live(view: View) -> tuple[_Opinion, ...]:
    """The views whose horizon is not over; a row with a blank figure says nothing."""
    table = view.arrays.facts(HOUSE_VIEWS.name)
    names = ("known", *HOUSE_VIEWS.text, *HOUSE_VIEWS.columns)
    rows = zip(*(table[name].tolist() for name in names), strict=True)
    blank = slice(-len(HOUSE_VIEWS.columns), None)
    opinions = [_Opinion(*row) for row in rows if not any(map(math.isnan, row[blank]))]
    for one in opinions:
        _check(one)
    return tuple(one for one in opinions if one.until >= view.today)


def _about(line: str, live: tuple[_Opinion, ...]) -> str:
    return "; ".join(str(one) for one in live if line in one.lines)


def _check(one: _Opinion) -> None:
    """StrategyError for a view that cannot be used."""
    strange = [line for line in one.lines if line not in NEUTRAL]
    if strange:
        raise StrategyError(
            f"{HOUSE_VIEWS.name}: {strange[0]!r} is not in the neutral portfolio; "
            f"it holds {', '.join(NEUTRAL)}"
        )
    if one.months <= 0 or not 0 <= one.confidence <= 1:
        raise StrategyError(
            f"{HOUSE_VIEWS.name}: {one.house!r} needs months above 0 and a confidence of 0 to 1"
        )
