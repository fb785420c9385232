"""What was tried, on what, and what came of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from backtests.records.ledger.rewritten import first_code
from reports.contract.manifest import FiguresByName, Json, SettingsJson, VerdictLineJson

compact = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode
"""JSON that is the same for the same value."""

_SAME_VARIANT = frozenset({"start", "end", "engine", "cash"})


@dataclass(frozen=True)
class Exposure:
    """What a run had its money in, and which sessions it was looked at on.

    published: the UTC day of the article, "" without one. lines: average share of the money at
    work by line, shorts as longs; they add up to 1. apart: the same without what its control
    holds. since, until: the first and the last session that scored, ISO dates; of a run without
    an article, of the whole run.
    """

    published: str = ""
    lines: Mapping[str, float] = field(default_factory=dict)
    apart: Mapping[str, float] = field(default_factory=dict)
    since: str = ""
    until: str = ""

    @property
    def written(self) -> str:
        """Lines as the ledger keeps them."""
        if not self.lines:
            return ""
        return compact([self.lines, self.apart] if self.apart else [self.lines])


UNKNOWN = Exposure()


@dataclass(frozen=True)
class Trial:
    """One run of one variant, or one set of a sweep.

    run: where it is kept, "" where nothing was saved. scored: sessions after the article that
    somebody has now seen. sharpe: annual, of the difference to the control over them. seen: of
    one that failed, whether somebody may have seen what it earned. verdict: the headline, as JSON.
    """

    thesis: str
    strategy: str
    parameters: Mapping[str, Json]
    code: str
    data: str
    simulated: bool
    settings: SettingsJson
    start: str = ""
    end: str = ""
    error: str = ""
    run: str = ""
    metrics: FiguresByName | None = None
    scored: int = 0
    sharpe: float | None = None
    exposure: Exposure = UNKNOWN
    seen: bool = False
    verdict: VerdictLineJson | None = None

    @property
    def variant(self) -> str:
        return variant_of(self.strategy, self.parameters, self.code, self.settings)

    @property
    def counts(self) -> bool:
        """Whether it deflates: on real prices, with sessions that score, or no article at all."""
        if self.simulated or (self.error and not self.seen):
            return False
        return self.scored > 0 or self.seen or (not self.thesis and bool(self.start))


def variant_of(
    strategy: str, parameters: Mapping[str, Json], code: str, settings: SettingsJson
) -> str:
    """A hash that reruns share: other dates, money or engines make no other variant.

    Nor does a shipped file that was written anew and decides alike.
    """
    return variant_of_texts(strategy, compact(parameters), code, moving(settings))


def moving(settings: SettingsJson) -> str:
    """The settings that make another variant."""
    return compact({key: value for key, value in settings.items() if key not in _SAME_VARIANT})


def variant_of_texts(strategy: str, parameters: str, code: str, settings: str) -> str:
    """The same of what is JSON already."""
    text = (
        f'{{"code":{compact(first_code(code))},"parameters":{parameters},"settings":{settings},'
        f'"strategy":{compact(strategy)}}}'
    )
    return hashlib.sha256(text.encode()).hexdigest()[:16]
