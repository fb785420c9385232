"""Claims as they were measured: figures, verdicts, and what people and `--json` are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypedDict

from newsfolio.claims import Claim
from newsfolio.formatting import figure, percent
from reports.contract.manifest import ClaimJson


class ClaimVerdict(StrEnum):
    """What became of a claim, or of one reading of it."""

    HOLDS = "holds"
    FAILS = "fails"
    CORRECTED = "holds as corrected"
    OPEN = "open"
    UNTESTABLE = "untestable"
    SIMULATED = "simulated"


LEVEL = 0.95
"""Of the interval of a measured figure."""

SMALL = 0.01
"""Below it a figure in percent has two digits."""


@dataclass(frozen=True)
class ReadingInterval:
    """How sure a figure is that stands for more than itself, at LEVEL; why: why there is none."""

    low: float | None = None
    high: float | None = None
    why: str = ""


class IntervalJson(TypedDict):
    """A `ReadingInterval` as `--json` prints it."""

    low: float | None
    high: float | None
    level: float
    why: str


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
    interval: IntervalJson | None


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
    row: str
    due: str | None
    horizon: str | None
    probability: float | None
    probability_of: str
    quoted: str
    subject: str
    readings: list[MeasuredReadingJson]
    basis: list[str]


@dataclass(frozen=True)
class MeasuredReading:
    """One reading with its measured figure; None where the prices cannot tell.

    percent: whether people read the figure in percent. detail: what it was made of, or why there
    is none. interval: how sure the figure is; None of a single fact.
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
    interval: ReadingInterval | None = None

    @property
    def claimed(self) -> str:
        """The claimed figure for people."""
        return f"{self.says} {self._figure(self.number)}"

    @property
    def measured_text(self) -> str:
        """The measured figure for people."""
        return "n/a" if self.measured is None else self._figure(self.measured)

    @property
    def window(self) -> str:
        """From and to which close."""
        return f"{self.start} to {self.end}"

    @property
    def sure(self) -> str:
        """The interval for people, and whether chance alone explains the figure; "" for a fact."""
        if self.interval is None or self.measured is None:
            return ""
        low, high = self.interval.low, self.interval.high
        if low is None or high is None:
            return self.interval.why
        ends = f"{percent(LEVEL, 0)}: {self._figure(low)} to {self._figure(high)}"
        if self.verdict not in (ClaimVerdict.HOLDS, ClaimVerdict.FAILS):
            return ends
        return f"{ends}, {'may be chance' if self._may_be_chance(low, high) else 'beyond chance'}"

    def _may_be_chance(self, low: float, high: float) -> bool:
        """Whether the interval has figures on both sides of what was claimed."""
        if self.says == "=":
            return low <= self.number + self.tolerance and self.number - self.tolerance <= high
        return low <= self.number <= high

    @property
    def line(self) -> str:
        """Which reading, its window, claimed and measured figure, verdict, and how sure."""
        label = f"{self.label}, " if self.label else ""
        within = f" within {self._size(self.tolerance)}" if self.tolerance else ""
        head = f"{label}{self.window}: claimed {self.claimed}{within}"
        if self.verdict is ClaimVerdict.OPEN or self.measured is None:
            return f"{head}: {self.verdict.value}, {self.detail}"
        sure = f" ({self.sure})" if self.sure else ""
        return f"{head}, measured {self.measured_text}{sure}: {self.verdict.value}"

    def _figure(self, value: float) -> str:
        if not self.percent:
            return figure(value)
        return f"{value * 100:+.{self._digits(value)}f} %" if value else "0"

    def _size(self, value: float) -> str:
        return percent(value, self._digits(value)) if self.percent else figure(value)

    @staticmethod
    def _digits(value: float) -> int:
        """Small moves need more of them: the mean of daily ones, half of a tenth of a percent."""
        return 1 if abs(value) >= SMALL else 2

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
            "interval": self._interval(),
        }

    def _interval(self) -> IntervalJson | None:
        if self.interval is None:
            return None
        interval = self.interval
        return {"low": interval.low, "high": interval.high, "level": LEVEL, "why": interval.why}


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

    @property
    def line(self) -> str:
        """The truth about it in one line: the reading that decides, or why there is none."""
        first = self.first
        if first is None:
            return _sentence(self.claim.untestable)
        corrected = "as corrected, " if self.verdict is ClaimVerdict.CORRECTED else ""
        chance = self.claim.probability
        stated = "" if chance is None else f"; the author's probability was {percent(chance, 0)}"
        return _sentence(f"{corrected}{first.line}{stated}")

    @property
    def others(self) -> tuple[str, ...]:
        """A line for each other reading, and what other sources say."""
        first = self.first
        lines = [reading.line for reading in self.stated if reading is not first]
        lines += [
            f"as corrected, {reading.line}" for reading in self.corrected if reading is not first
        ]
        lines += [f"known from elsewhere: {self.claim.known}"] if self.claim.known else []
        return tuple(lines)

    def row(self) -> ClaimJson:
        """The claim as a table shows it."""
        first, claim = self.first, self.claim
        return {
            "id": claim.id,
            "text": claim.text,
            "claimed": first.claimed if first else "-",
            "measured": first.measured_text if first else "n/a",
            "verdict": self.verdict.value,
            "sentence": self.line,
            "window": first.window if first else "",
            "sure": first.sure if first else "",
            "others": list(self.others),
            "due": claim.due.isoformat() if claim.due else "",
            "probability": claim.probability,
            "probability_of": claim.probability_of,
            "quoted": claim.quoted,
            "subject": claim.about,
            "digest": claim.digest,
        }

    def as_json(self) -> MeasuredClaimJson:
        """The claim as `newsfolio claims --json` prints it; figures as fractions."""
        first, claim = deciding(self.stated), self.claim
        return {
            "id": claim.id,
            "article": self.article,
            "claim": claim.text,
            "claimed": first.number if first else None,
            "as_stated": _summary(self.stated),
            "as_corrected": _summary(self.corrected) if self.corrected else None,
            "verdict": self.verdict.value,
            "reason": self.reason,
            "row": self.line,
            "due": claim.due.isoformat() if claim.due else None,
            "horizon": claim.horizon.isoformat() if claim.horizon else None,
            "probability": claim.probability,
            "probability_of": claim.probability_of,
            "quoted": claim.quoted,
            "subject": claim.about,
            "readings": [reading.as_json() for reading in (*self.stated, *self.corrected)],
            "basis": list(self.basis),
        }


WORST_FIRST = (
    ClaimVerdict.SIMULATED,
    ClaimVerdict.FAILS,
    ClaimVerdict.OPEN,
    ClaimVerdict.UNTESTABLE,
)


def verdict_of(readings: Sequence[MeasuredReading]) -> ClaimVerdict:
    """What readings say together: one that fails decides, then one that is open or untestable."""
    verdicts = {reading.verdict for reading in readings if reading.decides}
    for verdict in WORST_FIRST:
        if verdict in verdicts:
            return verdict
    return ClaimVerdict.HOLDS if verdicts else ClaimVerdict.UNTESTABLE


def deciding(readings: Sequence[MeasuredReading]) -> MeasuredReading | None:
    """The first reading whose own verdict is that of all together; None where none decides."""
    verdict = verdict_of(readings)
    return next((claim for claim in readings if claim.decides and claim.verdict is verdict), None)


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


def _sentence(text: str, elsewhere: str = "") -> str:
    """The text and what is known from elsewhere, with a capital and a full stop."""
    sentence = f"{text}; known from elsewhere: {elsewhere}" if elsewhere else text
    return sentence[:1].upper() + sentence[1:] + ("" if sentence.endswith(".") else ".")
