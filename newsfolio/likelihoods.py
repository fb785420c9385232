"""What words of chance are taken to mean: a row a wording, each with its source and its day.

    likelihood("likely").probability            0.7

Rows of SURVEY are medians of what people answered, with the middle half of the answers as `low`
and `high`; we worked them out from the answers that were published. Rows of STANDARD have the
range that an agency's analysts write by, and its middle, which is ours, as the probability. A
wording that was asked in other words, or in English, says so in `asked`. An author's own number
goes before any of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from newsfolio.errors import UnknownName


@dataclass(frozen=True)
class LikelihoodSource:
    """Where rows are from, and the day that they were published."""

    name: str
    published: date
    where: str


SURVEY = LikelihoodSource(
    "A. and M. Mauboussin, survey of 2018",
    date(2018, 7, 3),
    "hbr.org/2018/07/if-you-say-something-is-likely-how-likely-do-people-think-it-is; 1,976 "
    "answers as kept at github.com/amauboussin/probability-survey on 2018-07-04",
)
STANDARD = LikelihoodSource(
    "ICD 203 of 2015",
    date(2015, 1, 2),
    "Intelligence Community Directive 203, Analytic Standards, section D.6.e; ranges checked in a "
    "copy of its table",
)


@dataclass(frozen=True)
class Likelihood:
    """A wording with the probability that it is read as. asked: what its source has, if not it."""

    words: tuple[str, ...]
    probability: float
    low: float
    high: float
    source: LikelihoodSource
    asked: str = ""

    @property
    def cited(self) -> str:
        """The source as a claim cites it."""
        asked = f', asked as "{self.asked}"' if self.asked else ""
        return f"{self.source.name}{asked}"


LIKELIHOODS = (
    Likelihood(("certainly", "is certain to"), 0.98, 0.90, 1.00, SURVEY, "certainly"),
    Likelihood(("almost certainly",), 0.90, 0.90, 0.95, SURVEY),
    Likelihood(
        ("almost certain", "nearly certain", "virtually certain", "几乎肯定"),
        0.90, 0.90, 0.95, SURVEY, "almost certainly",
    ),
    Likelihood(("slam dunk",), 0.95, 0.90, 0.99, SURVEY),
    Likelihood(
        ("very likely", "highly likely", "very probable", "highly probable", "极有可能"),
        0.875, 0.80, 0.95, STANDARD,
    ),
    Likelihood(("high probability", "大概率", "很可能"), 0.80, 0.75, 0.90, SURVEY),
    Likelihood(("likely",), 0.70, 0.60, 0.75, SURVEY),
    Likelihood(("probably",), 0.70, 0.60, 0.75, SURVEY),
    Likelihood(("probable",), 0.70, 0.60, 0.75, SURVEY, "probably"),
    Likelihood(("serious possibility",), 0.66, 0.45, 0.80, SURVEY),
    Likelihood(("real possibility",), 0.60, 0.40, 0.70, SURVEY),
    Likelihood(
        ("even chance", "even odds", "fifty-fifty", "50-50", "coin toss", "五五开"),
        0.50, 0.45, 0.55, STANDARD, "roughly even chance",
    ),
    Likelihood(("maybe",), 0.50, 0.40, 0.50, SURVEY),
    Likelihood(("perhaps", "也许", "或许"), 0.50, 0.40, 0.50, SURVEY, "maybe"),
    Likelihood(("moderate probability",), 0.50, 0.40, 0.60, SURVEY),
    Likelihood(("possibly",), 0.45, 0.25, 0.50, SURVEY),
    Likelihood(("might",), 0.40, 0.20, 0.50, SURVEY, "might happen"),
    Likelihood(("could", "may", "可能"), 0.40, 0.20, 0.50, SURVEY, "might happen"),
    Likelihood(("unlikely",), 0.20, 0.10, 0.25, SURVEY),
    Likelihood(
        ("not likely", "improbable", "不太可能", "不大可能"), 0.20, 0.10, 0.25, SURVEY, "unlikely"
    ),
    Likelihood(("low probability", "小概率"), 0.15, 0.10, 0.20, SURVEY),
    Likelihood(
        ("very unlikely", "highly unlikely", "highly improbable"), 0.125, 0.05, 0.20, STANDARD
    ),
    Likelihood(
        ("almost no chance", "remote chance", "remote possibility"),
        0.03, 0.01, 0.05, STANDARD, "almost no chance, remote",
    ),
)  # fmt: skip


def likelihood(words: str) -> Likelihood:
    """The row of a wording; UnknownName for one that has none."""
    rows = _rows()
    key = " ".join(words.lower().split())
    if key not in rows:
        raise UnknownName("wording of chance", words, rows)
    return rows[key]


@cache
def _rows() -> dict[str, Likelihood]:
    return {words: row for row in LIKELIHOODS for words in row.words}
