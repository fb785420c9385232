"""The verdict's rule at many looks: the same functions, over all theses at once.

The intervals of all theses are worked out together, and where one of them lies on the right side,
that thesis is judged by the whole rule: comparison, significance, `judge`. Its certificate is
honest and no placebo is asked for; its benchmark is its control, a market that moves by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtests.evaluation.alternatives import Alternative, beta_mix, comparison
from backtests.evaluation.estimates import power, significance
from backtests.evaluation.schema import (
    EDGE,
    Certificate,
    Headline,
    Honesty,
    Placebo,
    Role,
    Scored,
    Verdict,
)
from backtests.evaluation.statistics.sequential import FIRST_LOOK, Mean, at_all_looks
from backtests.evaluation.trial_record import TrialCounts
from backtests.evaluation.verdict import Evidence, judge
from benchmarks.worlds import YEAR, Values

MONTH = 21
HONEST = Certificate(Honesty.HONEST, "by construction")
NOT_ASKED = Placebo.unknown("not asked")


def monthly(looks: int) -> range:
    """So many looks, the first at FIRST_LOOK."""
    return range(FIRST_LOOK, FIRST_LOOK + MONTH * looks, MONTH)


@dataclass(frozen=True, eq=False)
class Theses:
    """Differences to the control, (theses, sessions), of which `context` lie before the divide.

    "Held up" is about the growth ahead and takes them for differences of log returns, "did not hold
    up" is about the Sharpe ratio of the difference and takes them for those of simple returns.
    """

    differences: Values
    context: int

    def ever(self, word: Headline, looks: Sequence[int]) -> NDArray[np.bool_]:
        """Which theses were given this word at one look or another."""
        given = np.zeros(len(self.differences), dtype=bool)
        for sessions in looks:
            for thesis in np.flatnonzero(self._near(word, sessions) & ~given):
                given[thesis] = self.verdict(int(thesis), sessions, word).word is word
        return given

    def said(self, looks: Sequence[int], words: str) -> tuple[NDArray[np.bool_], ...]:
        """Which theses held up at one look or another; and without these words in the reason."""
        held = np.zeros(len(self.differences), dtype=bool)
        silent = held.copy()
        for sessions in looks:
            for thesis in np.flatnonzero(self._near(Headline.HELD_UP, sessions) & ~silent):
                verdict = self.verdict(int(thesis), sessions, Headline.HELD_UP)
                held[thesis] |= verdict.word is Headline.HELD_UP
                silent[thesis] = verdict.word is Headline.HELD_UP and words not in verdict.reason
        return held, silent

    def verdict(self, thesis: int, sessions: int, about: Headline) -> Verdict:
        """By the whole rule, after so many scored sessions."""
        row = self.differences[thesis, : self.context + sessions]
        market = np.random.default_rng(thesis).normal(0.0003, 0.01, len(row))
        log = about is Headline.HELD_UP
        own = (1 + market) * np.exp(row) - 1 if log else market + row
        return _judged(pd.Series(own), pd.Series(market), self.context)

    def _near(self, word: Headline, sessions: int) -> NDArray[np.bool_]:
        """Whose interval of all looks lies on the side of the word."""
        scored = self.differences[:, self.context : self.context + sessions]
        low, high = Mean.of(scored).within(at_all_looks(sessions))
        if word is Headline.HELD_UP:
            return np.asarray(low > 0)
        return np.asarray(high < EDGE / sqrt(YEAR) * scored.std(axis=-1, ddof=1))


def _judged(own: pd.Series, market: pd.Series, context: int) -> Verdict:
    """A thesis whose control and benchmark are the market."""
    scored, before = slice(context, None), slice(0, context)
    mine, its = own.iloc[scored], market.iloc[scored]
    idle, years = its * 0.0, len(mine) / YEAR
    mix, beta = beta_mix(mine, its, idle)
    alternatives = (
        Alternative("control", Role.CONTROL, "control", its, context=market.iloc[before]),
        Alternative("benchmark", Role.BENCHMARK, "benchmark", its, context=market.iloc[before]),
        Alternative("mix", Role.MIX, "mix", mix, beta),
    )
    odds = significance(mine, its, years, [], TrialCounts(1, 1, 1))
    evidence = Evidence(
        Scored("2000-01-03", "2000-01-04", "", len(mine), years, "the first decision"),
        tuple(
            comparison(other, mine, idle, years, own.iloc[before]) for other in alternatives
        ),
        odds, NOT_ASKED, HONEST, power(years, len(mine), odds.skew, odds.kurtosis),
        article=True, ruined=None, doubts=(), simulated=False,
    )  # fmt: skip
    return judge(evidence)
