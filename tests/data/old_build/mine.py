"""A thesis of our own for the old build's store: two lines, a table, an article."""

from dataclasses import dataclass
from datetime import UTC, datetime

from newsfolio import (
    Article,
    Facts,
    Fixed,
    Strategy,
    Thesis,
    View,
    at_publication,
    monthly,
    param,
)

MOOD = Facts("mood", columns=("share",), where="Made up.")
ARTICLE = Article(
    "old", "Phones will sell", "A daily paper", datetime(2025, 1, 10, 6, 0, tzinfo=UTC)
)


@dataclass(frozen=True)
class Mine(Strategy):
    """As much in Xiaomi as the table says, times a parameter; the rest in Apple."""

    times: float = param(1.0, low=0.0, high=1.0)
    thesis = Thesis("old", "Phones", "Phones pay.", ARTICLE)
    universe = ("1810.HK", "AAPL")
    rebalance = monthly | at_publication
    benchmark = "SPY"
    facts = (MOOD,)

    def weights(self, view: View):
        rows = view.facts("mood")
        share = self.times * (float(rows["share"].iloc[-1]) if len(rows) else 0.5)
        return {"1810.HK": share, "AAPL": 1 - share}

    def controls(self):
        return {"Apple alone": Fixed(mix=((1.0, "AAPL"),))}
