"""Checking claims: each measured on the prices up to its due day, and nothing after it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from markets.bars import Bars
from markets.reference.currencies import EcbRates
from markets.snapshot import Source
from markets.views.price_record import PriceRecord
from newsfolio.claims import Claim, Reading
from newsfolio.errors import DataError
from newsfolio.formatting import figure
from newsfolio.listings import asset_of
from newsfolio.thesis import Article
from reports.contract.claims import CheckedArticleJson
from reports.contract.manifest import ClaimJson


class ClaimVerdict(StrEnum):
    """What became of a claim, or of one reading of it."""

    HOLDS = "holds"
    FAILS = "fails"
    CORRECTED = "holds as corrected"
    UNTESTABLE = "untestable"
    SIMULATED = "simulated"


@dataclass(frozen=True)
class Checked:
    """One reading with its measured figure; None where the prices cannot tell.

    percent: whether people read the figure in percent. detail: what it was made of, or why there
    is none.
    """

    label: str
    start: str
    end: str
    says: str
    number: float
    tolerance: float
    measured: float | None
    finding: ClaimVerdict
    detail: str
    decides: bool
    percent: bool

    @property
    def claimed(self) -> str:
        """The claimed figure for people."""
        return f"{self.says} {self._figure(self.number)}"

    @property
    def found(self) -> str:
        """The measured figure for people."""
        return "n/a" if self.measured is None else self._figure(self.measured)

    def _figure(self, value: float) -> str:
        if not self.percent:
            return figure(value)
        return f"{value * 100:+.1f} %" if value else "0"

    def as_json(self) -> dict[str, Any]:
        return {
            "label": self.label,
            "start": self.start,
            "end": self.end,
            "claimed": self.number,
            "says": self.says,
            "tolerance": self.tolerance,
            "measured": self.measured,
            "verdict": self.finding.value,
            "detail": self.detail,
            "decides": self.decides,
        }


@dataclass(frozen=True)
class CheckedClaim:
    """A claim with its readings measured, and what follows from them."""

    article: str
    claim: Claim
    stated: tuple[Checked, ...]
    corrected: tuple[Checked, ...]
    basis: tuple[str, ...]

    @property
    def finding(self) -> ClaimVerdict:
        """As stated, else as corrected: a claim that is wrong as written may be right as meant."""
        stated = together(self.stated)
        if stated is ClaimVerdict.FAILS and together(self.corrected) is ClaimVerdict.HOLDS:
            return ClaimVerdict.CORRECTED
        return stated

    @property
    def simulated(self) -> bool:
        """Whether it was measured on made-up prices."""
        return any(one.finding is ClaimVerdict.SIMULATED for one in (*self.stated, *self.corrected))

    @property
    def first(self) -> Checked | None:
        """The reading whose figure a table shows."""
        shown = self.corrected if self.finding is ClaimVerdict.CORRECTED else self.stated
        return next((one for one in shown if one.decides), None)

    @property
    def reason(self) -> str:
        """One sentence: what was measured, or why nothing was."""
        if not self.stated:
            return _sentence(self.claim.untestable, self.claim.known)
        told = [_told(one, len(self.stated) > 1) for one in self.stated]
        told += [f"as corrected, {_told(one, True)}" for one in self.corrected]
        return _sentence("; ".join(told), self.claim.known)

    def row(self) -> ClaimJson:
        """The claim as a table shows it."""
        first = self.first
        return {
            "id": self.claim.id,
            "text": self.claim.text,
            "claimed": first.claimed if first else "-",
            "measured": first.found if first else "n/a",
            "verdict": self.finding.value,
            "sentence": self.reason,
        }

    def as_json(self) -> dict[str, Any]:
        """The claim as `newsfolio claims --json` prints it; figures as fractions."""
        first = next((one for one in self.stated if one.decides), None)
        return {
            "id": self.claim.id,
            "article": self.article,
            "claim": self.claim.text,
            "claimed": first.number if first else None,
            "as_stated": _summary(self.stated),
            "as_corrected": _summary(self.corrected) if self.corrected else None,
            "verdict": self.finding.value,
            "reason": self.reason,
            "readings": [one.as_json() for one in (*self.stated, *self.corrected)],
            "basis": list(self.basis),
        }


def check_claims(articles: Iterable[Article], source: Source) -> tuple[CheckedClaim, ...]:
    """Every claim of some articles, in their order, on one state of a source."""
    articles = tuple(articles)
    claims = [(article.id, claim) for article in articles for claim in article.claims]
    bars = source.load([asset_of(line) for line in lines_of(claim for _, claim in claims)])
    return tuple(checked(article, claim, bars) for article, claim in claims)


def articles_of(
    articles: Iterable[Article], claims: Iterable[CheckedClaim]
) -> list[CheckedArticleJson]:
    """Articles with their checked claims, as pages and terminals show them."""
    claims = tuple(claims)
    return [
        {
            "id": article.id,
            "title": article.title,
            "publisher": article.publisher,
            "published": article.published.isoformat(),
            "dated_by": article.dated_by,
            "claims": [
                {**claim.row(), "basis": list(claim.basis)}
                for claim in claims
                if claim.article == article.id
            ],
        }
        for article in articles
    ]


def lines_of(claims: Iterable[Claim]) -> tuple[str, ...]:
    """Every ticker that some claims look at."""
    return tuple(sorted({line for claim in claims for line in claim.lines}))


def checked(article: str, claim: Claim, bars: Mapping[str, Bars]) -> CheckedClaim:
    """One claim measured on bars that are at hand."""
    return CheckedClaim(
        article,
        claim,
        tuple(_checked(reading, bars) for reading in claim.stated),
        tuple(_checked(reading, bars) for reading in claim.corrected),
        _basis(claim, bars),
    )


def together(readings: Sequence[Checked]) -> ClaimVerdict:
    """What readings say together: one that fails decides, and then one that cannot be told."""
    found = {one.finding for one in readings if one.decides}
    for finding in (ClaimVerdict.SIMULATED, ClaimVerdict.FAILS, ClaimVerdict.UNTESTABLE):
        if finding in found:
            return finding
    return ClaimVerdict.HOLDS if found else ClaimVerdict.UNTESTABLE


def _checked(reading: Reading, bars: Mapping[str, Bars]) -> Checked:
    record = PriceRecord(bars, reading.window.end, EcbRates())
    measured: float | None = None
    try:
        found = reading.of.measure(record, reading.window)
        detail = found.detail
        measured = found.value if math.isfinite(found.value) else None
    except DataError as error:
        detail = str(error)
    simulated = any(bars[line].simulated for line in reading.of.lines if line in bars)
    if measured is None:
        finding = ClaimVerdict.UNTESTABLE
    elif simulated:
        finding = ClaimVerdict.SIMULATED
    else:
        finding = ClaimVerdict.HOLDS if reading.met(measured) else ClaimVerdict.FAILS
    return Checked(
        reading.label, reading.start, reading.end, reading.says, reading.number,
        reading.tolerance if reading.says == "=" else 0.0, measured, finding, detail,
        reading.decides, reading.of.percent,
    )  # fmt: skip


def _basis(claim: Claim, bars: Mapping[str, Bars]) -> tuple[str, ...]:
    """Line, currency, price or total return: one phrase for each line with data."""
    if not claim.stated:
        return ()
    due = max(reading.window.end for reading in (*claim.stated, *claim.corrected))
    record = PriceRecord(bars, due, EcbRates())
    known = [line for line in claim.lines if line in bars and bars[line].first <= due]
    return tuple(record.basis(line) for line in known)


def _summary(readings: Sequence[Checked]) -> dict[str, Any]:
    """The window and figure of the first reading that decides, and what all of them say."""
    first = next((one for one in readings if one.decides), None)
    return {
        "start": first.start if first else None,
        "end": first.end if first else None,
        "measured": first.measured if first else None,
        "verdict": together(readings).value,
    }


def _told(one: Checked, several: bool) -> str:
    label = f"{one.label}: " if one.label else f"{one.start} to {one.end}: " if several else ""
    verdict = (
        f" ({one.finding.value})" if several and one.finding is not ClaimVerdict.SIMULATED else ""
    )
    return f"{label}{one.detail}{verdict}"


def _sentence(text: str, known: str) -> str:
    said = f"{text}; known from elsewhere: {known}" if known else text
    return said[:1].upper() + said[1:] + ("" if said.endswith(".") else ".")
