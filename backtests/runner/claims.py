"""Checking claims: each measured on what was known by its due day, and nothing after it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from backtests.progress import Progress, counted, silent
from backtests.runner.checked_claims import (
    CheckedClaim,
    ClaimVerdict,
    MeasuredReading,
    ReadingInterval,
)
from markets.bars import Bars
from markets.facts import FactTable, tables_for
from markets.reference.currencies import EcbRates
from markets.snapshot import Source
from markets.store.rates.lines import with_rates
from markets.views.price_record import PriceRecord
from newsfolio.assets import Asset
from newsfolio.blame import place_of, said_by
from newsfolio.claims import Claim, Reading
from newsfolio.errors import DataError
from newsfolio.facts import Facts
from newsfolio.listings import asset_of
from newsfolio.quantities import Record, Window
from newsfolio.thesis import Article
from reports.contract.claims import CheckedArticleJson

Declared = Mapping[str, Asset]
UNDECLARED: Declared = {}

Tables = Mapping[Facts, FactTable]
NO_TABLES: Tables = {}

Intervals = Callable[[Reading, Record, float], ReadingInterval | None]
"""How sure a measured figure is, of its reading and the record; None of a single fact."""


def without_intervals(reading: Reading, record: Record, value: float) -> None:
    """Nothing is said of how sure a figure is."""


def check_claims(
    articles: Iterable[Article],
    source: Source,
    declared: Declared = UNDECLARED,
    intervals: Intervals = without_intervals,
    today: date | None = None,
    progress: Progress = silent,
) -> tuple[CheckedClaim, ...]:
    """Every claim of some articles, in their order, on one state of a source.

    declared: lines that are not what their ticker says. intervals: how sure a figure is. today:
    until when figures of tables alone are known; None: as long as the prices.
    """
    articles = tuple(articles)
    claims = [(article.id, claim) for article in articles for claim in article.claims]
    lines = lines_of(claim for _, claim in claims)
    assets = [asset_of(declared.get(line, line)) for line in lines]
    currencies = {asset.currency for asset in assets}
    currencies |= {currency for _, claim in claims for currency in claim.currencies}
    bars = with_rates(source, source.load(assets), currencies, _last_due(articles))
    tables = load_tables(source, (facts for _, claim in claims for facts in claim.tables))
    return tuple(
        check_claim(article, claim, bars, declared, intervals, tables, today)
        for article, claim in counted(claims, "claims", len(claims), progress)
    )


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
    article: str,
    claim: Claim,
    bars: Mapping[str, Bars],
    declared: Declared = UNDECLARED,
    intervals: Intervals = without_intervals,
    tables: Tables = NO_TABLES,
    today: date | None = None,
) -> CheckedClaim:
    """One claim measured on bars and tables that are at hand."""
    measure = Measuring(bars, declared, tables, intervals, claim.horizon, today)
    return CheckedClaim(
        article,
        claim,
        tuple(map(measure.reading, claim.stated)),
        tuple(map(measure.reading, claim.corrected)),
        measure.basis(claim),
    )


@dataclass(frozen=True)
class Measuring:
    """What readings of a claim are measured on. horizon: the claim's own, until which it is open.

    A reading is measured once the prices at hand go to its last day, and never on later ones; one
    of tables alone once that day is over (today).
    """

    bars: Mapping[str, Bars]
    declared: Declared
    tables: Tables
    intervals: Intervals
    horizon: date | None
    today: date | None = None

    def reading(self, reading: Reading) -> MeasuredReading:
        """The figure of a reading with its verdict."""
        until, due = self._until(reading), self._due(reading)
        of, bars, tables = reading.of, self.bars, self.tables
        simulated = any(bars[line].simulated for line in of.lines if line in bars)
        simulated |= any(tables[facts].simulated for facts in of.tables if facts in tables)
        record = self._record(reading.window.end)
        measured, interval = None, None
        if until is not None and until < due:
            verdict, detail = ClaimVerdict.OPEN, f"due on {due}; {self._so_far(reading, until)}"
        else:
            verdict = ClaimVerdict.UNTESTABLE
            measured, detail = _value(reading, record, reading.window)
            lacking = [line for line in of.lines if line not in bars]
            if measured is None and lacking:
                detail += f"; --data yahoo or a file {lacking[0]}.csv of prices may settle it"
        if measured is not None:
            verdict = ClaimVerdict.HOLDS if reading.met(measured) else ClaimVerdict.FAILS
            interval = self.intervals(reading, record, measured)
        if simulated and verdict is not ClaimVerdict.UNTESTABLE:
            verdict = ClaimVerdict.SIMULATED
        return MeasuredReading(
            reading.label, reading.start, reading.end, reading.says, reading.number,
            reading.tolerance if reading.says == "=" else 0.0, measured, verdict, detail,
            reading.decides, reading.of.percent, interval,
        )  # fmt: skip

    def _until(self, reading: Reading) -> date | None:
        """The last day that any line has, of tables alone today; None where nobody says."""
        if self.today is not None and not reading.of.lines:
            return self.today
        return max((line.last for line in self.bars.values()), default=None)

    def _due(self, reading: Reading) -> date:
        """The day after which it is judged for good; no close comes on a weekend."""
        due = reading.window.end
        if reading.decides and self.horizon is not None:
            due = max(due, self.horizon)
        weekend = max(0, due.weekday() - 4)
        return due - timedelta(days=weekend)

    def _so_far(self, reading: Reading, until: date) -> str:
        """What its lines have done in the meantime."""
        ends = (self.bars[line].last for line in reading.of.lines if line in self.bars)
        window = replace(reading.window, end=min(until, reading.window.end, *ends))
        missing = "its prices end on" if reading.of.lines else "no figure is known by"
        unknown = f"{missing} {window.end} here"
        if window.start >= window.end:
            return unknown
        value, detail = _value(reading, self._record(window.end), window)
        return f"{detail} up to {window.end}" if value is not None else unknown

    def _record(self, due: date) -> PriceRecord:
        return PriceRecord(self.bars, due, EcbRates(self.bars), self.declared, self.tables)

    def basis(self, claim: Claim) -> tuple[str, ...]:
        """Line, currency, price or total return, and tables: a phrase for each that has data."""
        if not claim.stated:
            return ()
        due = max(reading.window.end for reading in claim.readings)
        record, bars = self._record(due), self.bars
        listed = [line for line in claim.lines if line in bars and bars[line].first <= due]
        tables = (facts for facts in claim.tables if facts in self.tables)
        return (
            *(record.basis(line) for line in listed),
            *(self.tables[facts].basis() for facts in tables),
        )


def _value(reading: Reading, record: Record, window: Window) -> tuple[float | None, str]:
    """The figure over a window, None where the prices cannot tell, and what it is made of."""
    try:
        measurement = reading.of.measure(record, window)
    except DataError as error:
        return None, str(error)
    except Exception as error:  # a quantity of the author's own
        place = place_of(error)
        if not place:
            raise
        return None, f"{place} raised {said_by(error)}"
    return measurement.value if math.isfinite(measurement.value) else None, measurement.detail
