"""The verdict on a run, for whoever asks a result for it."""

from __future__ import annotations

from dataclasses import dataclass

from reports.contract.evaluation import EvaluationJson
from reports.contract.manifest import ManifestJson


@dataclass(frozen=True)
class RunCondition:
    """One thing that *held up* takes; met: None where it cannot be told.

    asked: False where it does not apply to this thesis and is shown for context.
    """

    name: str
    found: str
    needed: str
    met: bool | None
    asked: bool

    def __repr__(self) -> str:
        met = {None: "cannot be told", True: "met", False: "not met"}[self.met]
        asked = "" if self.asked else ", not asked"
        return f"<{self.name}: {met}{asked}; found {self.found}; needed {self.needed}>"


@dataclass(frozen=True)
class RunVerdict:
    """The word, the sentence that says why, and the rule that it follows from.

    against: the first control. total: growth ahead of it over all scored sessions; excess: a year,
    with the 95 % interval of this look, low to high, and the one that holds at all looks,
    low_always to high_always; fractions, None where they are not known or the window is shorter
    than a year. since: the divide.
    """

    word: str
    reason: str
    conditions: tuple[RunCondition, ...]
    against: str
    total: float | None
    excess: float | None
    low: float | None
    high: float | None
    since: str
    sessions: int
    low_always: float | None = None
    high_always: float | None = None

    def __str__(self) -> str:
        return f"{self.word.upper()}. {self.reason}"

    def __repr__(self) -> str:
        met = sum(bool(row.met) for row in self.conditions if row.asked)
        asked = sum(row.asked for row in self.conditions)
        return f"<{self} {met} of {asked} conditions met, see .conditions>"


def verdict_of(manifest: ManifestJson, evaluation: EvaluationJson | None) -> RunVerdict | None:
    """Of a run that was judged."""
    line = manifest.get("verdict")
    if line is None or evaluation is None:
        return None
    conditions = tuple(
        RunCondition(row["name"], row["found"], row["needed"], row["met"], row.get("asked", True))
        for row in evaluation["verdict"]["conditions"]
    )
    return RunVerdict(
        line["word"], line["reason"], conditions, line["against"], line.get("total"),
        line["excess"], line["low"], line["high"], line["since"], line["sessions"],
        line.get("low_always"), line.get("high_always"),
    )  # fmt: skip
