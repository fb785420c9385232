"""Checking claims: each measured on what was known by its due day, and nothing after it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import TypedDict

from markets.bars import Bars
from markets.facts import FactTable, tables_for
from markets.reference.currencies import EcbRates
from markets.snapshot import Source
from markets.store.rates.lines import with_rates
from markets.views.price_record import PriceRecord
from newsfolio.assets import Asset
from newsfolio.claims import Claim, Reading
from newsfolio.errors import DataError
from newsfolio.facts import Facts
from newsfolio.formatting import figure
from newsfolio.listings import asset_of
from newsfolio.thesis import Article
from reports.contract.claims import CheckedArticleJson
from reports.contract.manifest import ClaimJson

Declared = Mapping[str, Asset]
UNDECLARED: Declared = {}

Tables = Mapping[Facts, FactTable]
NO_TABLES: Tables = {}


class ClaimVerdict(StrEnum):
    """What became of a claim, or of one reading of it."""

    HOLDS = "holds"
    FAILS = "fails"
    CORRECTED = "holds as corrected"
    UNTESTABLE = "untestable"
    SIMULATED = "simulated"


class MeasuredReadingJson(TypedDict):
    """A `MeasuredReading` as `--json` prints it; figures as fractions, ISO days."""

    label: str
    start: str
    end: str
    claimed: float
    says: str
    tolerance: float
    measured: float | None
    verdict: str
    detail: str
    decides: bool


class ReadingsJson(TypedDict):
    """The window and figure of the reading that decides, and what all of them say."""

    start: str | None
    end: str | None
    measured: float | None
    verdict: str


class MeasuredClaimJson(TypedDict):
    """A `CheckedClaim` as `--json` prints it."""

    id: str
    article: str
    claim: str
    claimed: float | None
    as_stated: ReadingsJson
    as_corrected: ReadingsJson | None
    verdict: str
    reason: str
    readings: list[MeasuredReadingJson]
    basis: list[str]


@dataclass(frozen=True)
class MeasuredReading:
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
    verdict: ClaimVerdict
    detail: str
    decides: bool
    percent: bool

    @property
    def claimed(self) -> str:
        """The claimed figure for people."""
        return f"{self.says} {self._figure(self.number)}"

    @property
    def measured_text(self) -> str:
        """The measured figure for people."""
        return "n/a" if self.measured is None else self._figure(self.measured)

    def _figure(self, value: float) -> str:
        if not self.percent:
            return figure(value)
        return f"{value * 100:+.1f} %" if value else "0"

    def as_json(self) -> MeasuredReadingJson:
        return {
            "label": self.label,
            "start": self.start,
            "end": self.end,
            "claimed": self.number,
            "says": self.says,
            "tolerance": self.tolerance,
            "measured": self.measured,
            "verdict": self.verdict.value,
            "detail": self.detail,
            "decides": self.decides,
        }


@dataclass(frozen=True)
class CheckedClaim:
    """A claim with its readings measured, and what follows from them."""

    article: str
    claim: Claim
    stated: tuple[MeasuredReading, ...]
    corrected: tuple[MeasuredReading, ...]
    basis: tuple[str, ...]

    @property
    def verdict(self) -> ClaimVerdict:
        """As stated, else as corrected: a claim that is wrong as written may be right as meant."""
        stated = verdict_of(self.stated)
        if stated is ClaimVerdict.FAILS and verdict_of(self.corrected) is ClaimVerdict.HOLDS:
            return ClaimVerdict.CORRECTED
        return stated

    @property
    def simulated(self) -> bool:
        """Whether it was measured on made-up prices."""
        readings = (*self.stated, *self.corrected)
        return any(reading.verdict is ClaimVerdict.SIMULATED for reading in readings)

    @property
    def first(self) -> MeasuredReading | None:
        """The reading whose figure a table shows: the first that makes the verdict what it is."""
        return deciding(self.corrected if self.verdict is ClaimVerdict.CORRECTED else self.stated)

    @property
    def reason(self) -> str:
        """One sentence: what was measured, or why nothing was."""
        if not self.stated:
            return _sentence(self.claim.untestable, self.claim.known)
        parts = [_in_words(reading, len(self.stated) > 1) for reading in self.stated]
        parts += [f"as corrected, {_in_words(reading, True)}" for reading in self.corrected]
        return _sentence("; ".join(parts), self.claim.known)

    def row(self) -> ClaimJson:
        """The claim as a table shows it."""
        first = self.first
        return {
            "id": self.claim.id,
            "text": self.claim.text,
            "claimed": first.claimed if first else "-",
            "measured": first.measured_text if first else "n/a",
            "verdict": self.verdict.value,
            "sentence": self.reason,
        }

    def as_json(self) -> MeasuredClaimJson:
        """The claim as `newsfolio claims --json` prints it; figures as fractions."""
        first = deciding(self.stated)
        return {
            "id": self.claim.id,
            "article": self.article,
            "claim": self.claim.text,
            "claimed": first.number if first else None,
            "as_stated": _summary(self.stated),
            "as_corrected": _summary(self.corrected) if self.corrected else None,
            "verdict": self.verdict.value,
            "reason": self.reason,
            "readings": [reading.as_json() for reading in (*self.stated, *self.corrected)],
            "basis": list(self.basis),
        }


def check_claims(
    articles: Iterable[Article], source: Source, declared: Declared = UNDECLARED
) -> tuple[CheckedClaim, ...]:
    """Every claim of some articles, in their order, on one state of a source.

    declared: lines that are not what their ticker says.
    """
    articles = tuple(articles)
    claims = [(article.id, claim) for article in articles for claim in article.claims]
    lines = lines_of(claim for _, claim in claims)
    assets = [asset_of(declared.get(line, line)) for line in lines]
    currencies = {asset.currency for asset in assets}
    currencies |= {currency for _, claim in claims for currency in claim.currencies}
    bars = with_rates(source, source.load(assets), currencies, _last_due(articles))
    tables = load_tables(source, (facts for _, claim in claims for facts in claim.tables))
    return tuple(check_claim(article, claim, bars, declared, tables) for article, claim in claims)


def load_tables(source: Source, wanted: Iterable[Facts]) -> Tables:
    """The tables that some claims look at; two that share a name are asked for apart."""
    tables: dict[Facts, FactTable] = {}
    rest = list(dict.fromkeys(wanted))
    while rest:
        batch = {facts.name: facts for facts in reversed(rest)}
        tables |= tables_for(batch.values(), source.load((), batch.values()).facts)
        rest = [facts for facts in rest if batch[facts.name] is not facts]
    return tables


def _last_due(articles: Iterable[Article]) -> date | None:
    """The last day that any reading looks at."""
    claims = (claim for article in articles for claim in article.claims)
    readings = (reading for claim in claims for reading in (*claim.stated, *claim.corrected))
    return max((reading.window.end for reading in readings), default=None)


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


def check_claim(
    article: str, claim: Claim, bars: Mapping[str, Bars], declared: Declared = UNDECLARED,
    tables: Tables = NO_TABLES,
) -> CheckedClaim:  # fmt: skip
    """One claim measured on bars and tables that are at hand."""
    due = max((reading.window.end for reading in claim.readings), default=date.max)
    record = PriceRecord(bars, due, EcbRates(bars), declared, tables)
    return CheckedClaim(
        article,
        claim,
        tuple(_measured(reading, record) for reading in claim.stated),
        tuple(_measured(reading, record) for reading in claim.corrected),
        _basis(claim, record),
    )


def verdict_of(readings: Sequence[MeasuredReading]) -> ClaimVerdict:
    """What readings say together: one that fails decides, and then one that cannot be told."""
    verdicts = {reading.verdict for reading in readings if reading.decides}
    for verdict in (ClaimVerdict.SIMULATED, ClaimVerdict.FAILS, ClaimVerdict.UNTESTABLE):
        if verdict in verdicts:
            return verdict
    return ClaimVerdict.HOLDS if verdicts else ClaimVerdict.UNTESTABLE


def deciding(readings: Sequence[MeasuredReading]) -> MeasuredReading | None:
    """The first reading whose own verdict is that of all together; None where none decides."""
    verdict = verdict_of(readings)
    return next((claim for claim in readings if claim.decides and claim.verdict is verdict), None)


def _measured(reading: Reading, on: PriceRecord) -> MeasuredReading:
    record = replace(on, due=reading.window.end)
    measured: float | None = None
    try:
        measurement = reading.of.measure(record, reading.window)
        detail = measurement.detail
        measured = measurement.value if math.isfinite(measurement.value) else None
    except DataError as error:
        detail = str(error)
    simulated = any(on.bars[line].simulated for line in reading.of.lines if line in on.bars)
    simulated |= any(
        on.tables[facts].simulated for facts in reading.of.tables if facts in on.tables
    )
    if measured is None:
        verdict = ClaimVerdict.UNTESTABLE
    elif simulated:
        verdict = ClaimVerdict.SIMULATED
    else:
        verdict = ClaimVerdict.HOLDS if reading.met(measured) else ClaimVerdict.FAILS
    return MeasuredReading(
        reading.label, reading.start, reading.end, reading.says, reading.number,
        reading.tolerance if reading.says == "=" else 0.0, measured, verdict, detail,
        reading.decides, reading.of.percent,
    )  # fmt: skip


def _basis(claim: Claim, record: PriceRecord) -> tuple[str, ...]:
    """Line, currency, price or total return, and tables: one phrase for each that has data."""
    if not claim.stated:
        return ()
    bars = record.bars
    listed = [line for line in claim.lines if line in bars and bars[line].first <= record.due]
    tables = (facts for facts in claim.tables if facts in record.tables)
    return (
        *(record.basis(line) for line in listed),
        *(record.tables[facts].basis() for facts in tables),
    )


def _summary(readings: Sequence[MeasuredReading]) -> ReadingsJson:
    first = deciding(readings)
    return {
        "start": first.start if first else None,
        "end": first.end if first else None,
        "measured": first.measured if first else None,
        "verdict": verdict_of(readings).value,
    }


def _in_words(reading: MeasuredReading, several: bool) -> str:
    window = f"{reading.start} to {reading.end}: " if several else ""
    label = f"{reading.label}: " if reading.label else window
    named = several and reading.verdict is not ClaimVerdict.SIMULATED
    return f"{label}{reading.detail}{f' ({reading.verdict.value})' if named else ''}"


def _sentence(text: str, elsewhere: str) -> str:
    """The text and what is known from elsewhere, with a capital and a full stop."""
    sentence = f"{text}; known from elsewhere: {elsewhere}" if elsewhere else text
    return sentence[:1].upper() + sentence[1:] + ("" if sentence.endswith(".") else ".")
