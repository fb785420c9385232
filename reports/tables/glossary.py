"""The words of the pages: what each means, as a reader who is new to them would ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Word:
    """A word of the pages. term: as the glossary heads it."""

    term: str
    meaning: str


WORDS: Mapping[str, Word] = {
    "divide": Word(
        "Divide",
        "The session of the first decision on the article. What follows scores; what lies before "
        "is context, drawn in grey: it explains and scores nothing.",
    ),
    "control": Word(
        "Control",
        "What the same money would have done without the thesis, at the same costs. The verdict "
        "is about the first control.",
    ),
    "benchmark": Word("Benchmark", "What the strategy names as its market."),
    "mix": Word(
        "Beta-matched mix",
        "Benchmark and cash in the proportion that moves as much with the market as the strategy.",
    ),
    "excess": Word(
        "Excess",
        "Own growth over the growth of the other, less one: by how much more, or less, there is "
        "in the end.",
    ),
    "interval": Word(
        "95 % interval",
        "Where the figure would lie in 95 of 100 histories like this one. Where it has zero "
        "inside, the figure may be chance.",
    ),
    "looks": Word(
        "At all looks",
        "Who judges a record again and again sees luck sooner or later. This interval is wider: "
        "it holds at all looks together, on whatever days; the narrower one holds at one look.",
    ),
    "bootstrap": Word(
        "Bootstrap",
        "The sessions drawn again by lot, thousands of times, in blocks, so that a quiet or a "
        "wild week stays together: how far apart such histories come out is the interval.",
    ),
    "return": Word("Total return", "Last equity over first, less one, after costs."),
    "cagr": Word("CAGR", "The total return as growth a year, compounded."),
    "volatility": Word(
        "Volatility", "How far returns swing around their mean: their standard deviation, a year."
    ),
    "sharpe": Word(
        "Sharpe ratio",
        "Return beyond cash for each unit of volatility, a year. Half is usual for shares over "
        "decades; above one for years is rare.",
    ),
    "drawdown": Word("Maximum drawdown", "The deepest fall from a high to a later low."),
    "error": Word(
        "Tracking error",
        "Standard deviation of the difference between two curves, a year: how different two bets "
        "are.",
    ),
    "correlation": Word(
        "Correlation", "How much two curves move together: 1 always, 0 not at all, -1 oppositely."
    ),
    "beta": Word("Beta", "How much the strategy moves when the other moves by one."),
    "p": Word(
        "p",
        "How often chance alone would show as much, where nothing is there. 0.05 is one in twenty.",
    ),
    "t": Word("t", "A figure over its own error. Beyond 2, either way, chance is rare."),
    "probabilistic": Word(
        "Probabilistic Sharpe ratio",
        "How sure one can be that the true Sharpe ratio of the difference is above zero, skew and "
        "fat tails counted.",
    ),
    "deflated": Word(
        "Deflated Sharpe ratio",
        "The same, against the best that luck finds in as many tries as were made.",
    ),
    "power": Word(
        "Power", "Whether a record is long enough to tell an edge of some size from luck."
    ),
    "edge": Word(
        "Edge",
        "What a thesis earns beyond its control in the long run, as a Sharpe ratio of the "
        "difference.",
    ),
    "variant": Word(
        "Variant",
        "A strategy with its parameters and costs. Edited code is another variant: each is a try.",
    ),
    "family": Word(
        "Family",
        "Variants that count together: of theses with an article of the same day, or that traded "
        "half of the same lines in the same time.",
    ),
    "frozen": Word(
        "Frozen", "Written into the ledger before it was run, so that nothing is chosen afterwards."
    ),
    "ledger": Word(
        "Ledger", "The list of all that was tried on this machine, failures too. Rows stay."
    ),
    "placebo": Word(
        "Placebo",
        "The same rule where it has no reason to work: told of an article on other dates, or with "
        "lines drawn by lot.",
    ),
    "fresh": Word(
        "Fresh money",
        "A placebo begins with cash on its date. To be ranked among them the strategy is run once "
        "more in the same way, from cash at the divide, so that this figure is not the excess "
        "of the run, which comes to the divide with what it held.",
    ),
    "alpha": Word(
        "Alpha", "Return beyond cash that its proxies leave unexplained, a year."
    ),
    "proxy": Word("Proxy", "A fund that stands for what the thesis may be a mere bet on."),
    "deviations": Word(
        "Deviations",
        "The difference over what this run's daily differences make of as many sessions by "
        "chance. Below 2 it is the usual noise, and of many rows one is above it by luck.",
    ),
    "abnormal": Word(
        "Abnormal return", "What a basket earned around an event beyond what its market explains."
    ),
    "pbo": Word(
        "Probability of backtest overfitting",
        "How often the variant that was best on one half of the sessions was below the middle of "
        "all on the other half. One half is what chance gives.",
    ),
    "spa": Word(
        "SPA",
        "Hansen's test of superior predictive ability: the p of what the best variant shows, "
        "where none is better than the control.",
    ),
    "allocation": Word(
        "Allocation, selection",
        "The difference to the benchmark, split: more or less money in a sleeve, and other lines "
        "inside it (Brinson and Fachler, linked by Carino).",
    ),
    "carry": Word("Borrow, holding", "What short positions, depositaries and debt cost."),
    "slippage": Word(
        "Slippage", "Half of the spread between bid and ask, and impact: it is in the price."
    ),
    "lapsed": Word("Lapsed", "An order, or a part of one, that was given up unfilled."),
    "sleeve": Word(
        "Sleeve", "Lines that stand for one idea; what one cannot hold goes to the others."
    ),
    "line": Word("Line", "One security on one venue in one currency."),
    "standin": Word("Stand-in", "A line held in place of one that is not listed yet."),
    "hindsight": Word(
        "Hindsight", "What the list of lines owes to knowledge of how they fared."
    ),
    "doubt": Word(
        "Doubt", "Something in the prices that is probably wrong, but stops no run."
    ),
    "certificate": Word(
        "Look-ahead certificate",
        "The strategy is replayed with the future cut off, scrambled or replaced. Where a "
        "decision changes, it had seen the future.",
    ),
    "snapshot": Word("Snapshot", "All prices and tables that the run read, with an id."),
}  # fmt: skip
"""By the name under which templates ask for them, in the order of the page."""

OTHER_PAGES: Mapping[str, Word] = {
    "set": Word("Set", "One choice of all parameters of a strategy."),
    "plateau": Word(
        "Plateau",
        "How the sets with one value of a parameter fared, whatever their others. A rule that "
        "works does so beside its best value too; a peak that stands alone is luck.",
    ),
    "quarters": Word(
        "Middle half",
        "A quarter of the sets lies below its lower end, and a quarter above its upper one.",
    ),
    "walk": Word(
        "Walk-forward",
        "A set is chosen on the months before a day alone and traded on those after it, again "
        "and again: what somebody who chose in this way would have had.",
    ),
    "training": Word("Training window", "The months that a choice was made on."),
    "purge": Word(
        "Purge, embargo",
        "Sessions left out between those that a choice was made on and those that test it, so "
        "that no position and no average reaches from the one into the other.",
    ),
    "due": Word(
        "Due day",
        "The last session that a claim speaks of. It is measured on prices up to that day.",
    ),
    "corrected": Word(
        "Holds as corrected",
        "The claim fails as it is stated, and holds in a second reading that says what must have "
        "been meant: another day, line or number.",
    ),
    "untestable": Word(
        "Untestable", "No series of prices at hand can tell. It is never counted as true."
    ),
}  # fmt: skip
"""Words of the pages on sweeps and claims; a verdict has none of them."""


def words_of(*names: str) -> Mapping[str, Word]:
    """Some of them, in the order of the glossary, for a page that needs no others."""
    every = {**WORDS, **OTHER_PAGES}
    return {name: word for name, word in every.items() if name in names}
