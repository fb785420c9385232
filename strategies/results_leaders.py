"""T20: hold the American giants whose last results beat what was expected of them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsfolio import Fixed, Sleeve, Strategy, View, Weights, equal, param, weekly
from newsfolio.articles.four_reports import GIANTS_RESULTS, RESULTS_LEADERS

if TYPE_CHECKING:
    import pandas as pd

GIANTS = Sleeve(
    "five American giants",
    ("MSFT", "GOOGL", "META", "AMZN", "NVDA"),
    hindsight="drawn in 2026 from those that were the largest by then and whose results are here",
)


@dataclass(frozen=True)
class ResultsLeaders(Strategy):
    """The giants that beat expectations by `beat` or more in their last report; else all alike.

    Article 004 sums up four reports of October 2025 and expects results to settle who leads. At
    each week's last close every giant is asked for its last report known by then, at most `fresh`
    days old: earnings a share over what was expected, less 1. Those at `beat` or above are held in
    equal parts; where nobody is, or no report is known, all five are. Nothing is traded while the
    same lines are right. A report counts from the session after its evening.

    That prices drift after results was found in 1968, and for large companies it has faded since.
    Earnings are taken as the list of expectations counts them, with one-off charges and gains in
    them: Meta's tax charge of October 2025 is a miss, gains on Alphabet's holdings are beats. The
    article was written when its outcome was known, and the five were chosen then. The first
    control holds all five, the second those that the rule leaves out.
    """

    beat: float = param(0.05, low=-0.5, high=1.0, doc="surprise from which a report is a beat")
    fresh: int = param(100, low=5, high=400, unit="days", doc="age at which a report is forgotten")
    leaders: bool = param(True, doc="false holds those that did not beat")

    thesis = RESULTS_LEADERS
    universe = GIANTS
    rebalance = weekly
    facts = (GIANTS_RESULTS,)
    benchmark = "QQQ"
    grid = {"beat": (0.0, 0.05, 0.1), "fresh": (50, 100)}

    def weights(self, view: View) -> Weights | None:
        surprises = self._surprises(view)
        chosen = [line for line, surprise in surprises.items()
                  if (surprise >= self.beat) == self.leaders]  # fmt: skip
        lines = [line for line in chosen or GIANTS.tickers if line in view.usable]
        if not lines or view.holdings.keys() == set(lines):
            return None
        return equal(lines)

    def explain(self, view: View) -> pd.DataFrame:
        """The surprise of each giant's last report."""
        import pandas as pd

        return pd.DataFrame(self._surprises(view).items(), columns=["line", "surprise"])

    def controls(self) -> Mapping[str, Strategy]:
        alike: dict[str, Strategy] = {"all five alike": Fixed(mix=((1.0, GIANTS),))}
        if not self.leaders:
            return alike
        return {**alike, "those that did not beat": dataclasses.replace(self, leaders=False)}

    def _surprises(self, view: View) -> dict[str, float]:
        """Earnings over expectations less 1, of each line whose last report is fresh."""
        table = view.arrays.facts(GIANTS_RESULTS.name)
        last = {line: row for row, line in enumerate(table["asset"].tolist())}
        surprises = {}
        for line in GIANTS.tickers:
            if line not in last:
                continue
            eps, expected = (float(table[name][last[line]]) for name in ("eps", "expected"))
            age = (view.today - table["known"][last[line]].item()).days
            if age <= self.fresh and expected > 0 and not math.isnan(eps):
                surprises[line] = eps / expected - 1
        return surprises
