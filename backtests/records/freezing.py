"""A rule written down before it is run, and what has become of it since."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from backtests.records.exposures import published_on
from backtests.records.ledger import Ledger, variant_of
from backtests.records.ledger.counting import Question
from backtests.records.ledger.ledger import FrozenRow
from backtests.records.ledger.rewritten import by_first_code
from backtests.records.ledger.rule import ReferenceJson, RuleJson
from backtests.records.ledger.trial import Exposure, compact
from backtests.runner.fingerprint import code_behind
from backtests.runner.inputs import settings_for
from backtests.runner.jobs import Job
from backtests.runner.provenance import Provenance, parameter_values, settings_values, thesis_of
from backtests.settings import Settings
from newsfolio.assets import Asset
from newsfolio.claims import check_probability
from newsfolio.declaration import controls_of
from newsfolio.falsifier import Falsifier
from newsfolio.strategy import Strategy
from reports.contract.manifest import FrozenJson

_FREE = frozenset({"start", "end", "engine", "cash"})
"""Settings that make no other rule."""

_WORDS = {
    "code": "the strategy's file",
    "universe": "the universe",
    "schedule": "the schedule",
    "benchmark": "the benchmark",
    "controls": "the controls",
    "thesis": "what the thesis says",
    "horizon": "the horizon",
    "falsifier": "the falsifier",
}


@dataclass(frozen=True)
class Stated:
    """What an author says of a rule besides what its class says; of the thesis where it is None.

    probability: that it is ahead of its control on the horizon, as the author sees it.
    """

    horizon: date | None = None
    falsifier: Falsifier | None = None
    probability: float | None = None

    def __post_init__(self) -> None:
        check_probability(self.probability, "--probability")


NOTHING_STATED = Stated()


def rule_of(job: Job, settings: Settings, stated: Stated = NOTHING_STATED) -> RuleJson:
    """A rule as JSON values: all that its figures will depend on but prices and dates."""
    strategy, thesis = job.strategy, job.strategy.thesis
    about = Provenance.of(strategy, job.address, "", "").strategy
    written = settings_values(settings_for(strategy, settings))
    horizon = stated.horizon or (thesis.horizon if thesis else None)
    falsifier = stated.falsifier or (thesis.falsifier if thesis else None)
    probability = (
        thesis.probability if thesis and stated.probability is None else stated.probability
    )
    return {
        "strategy": about["name"],
        "label": about["label"],
        "address": _absolute(job.address),
        "parameters": about["parameters"],
        "universe": about["universe"],
        "schedule": about["schedule"],
        "code": about["code"],
        "settings": written,
        "variant": variant_of(about["name"], about["parameters"], about["code"], written),
        "benchmark": _reference(strategy.benchmark),
        "controls": {}
        if job.plain
        else {name: _reference(control) for name, control in controls_of(strategy).items()},
        "thesis": thesis_of(strategy),
        "published": published_on(strategy),
        "horizon": horizon.isoformat() if horizon else None,
        "falsifier": str(falsifier) if falsifier else None,
        "probability": probability,
    }


def freeze(ledger: Ledger, rule: RuleJson, at: datetime) -> FrozenRow:
    """Write a rule into the ledger, under a hash of all of it."""
    thesis = rule["thesis"]
    return ledger.freeze(thesis["id"] if thesis else "", {**rule, "hash": hash_of(rule)}, at)


def hash_of(rule: RuleJson) -> str:
    """SHA-256 of the rule as JSON, cut to 64 bits."""
    return hashlib.sha256(compact(rule).encode()).hexdigest()[:16]


def earlier(ledger: Ledger, job: Job, row: FrozenRow) -> int:
    """How many variants of its thesis, or of its article's day, were tried before a row."""
    thesis = job.strategy.thesis
    exposure = Exposure(published_on(job.strategy))
    return ledger.tried_before(Question(thesis.id if thesis else "", job.name, exposure), row.row)


def standing(
    ledger: Ledger, job: Job, settings: Settings, question: Question, scored: Sequence[str]
) -> FrozenJson | None:
    """Whether a rule was frozen, before what, and what is another since; None: it was not.

    scored: the sessions that score, as ISO dates.
    Of several rules of one thesis the first that is this very one; else the last of the strategy.
    """
    rows = [row for row in ledger.frozen() if row.subject == question.subject]
    if not rows:
        return None
    rule = rule_of(job, settings)
    same = [row for row in rows if row.rule["variant"] == rule["variant"]]
    named = [row for row in rows if row.rule["strategy"] == rule["strategy"]]
    row = same[0] if same else (named or rows)[-1]
    frozen = row.rule
    return {
        "at": row.at,
        "row": row.row,
        "hash": frozen["hash"],
        "earlier": ledger.tried_before(question, row.row),
        "after": sum(day > row.at[:10] for day in scored),
        "times": len(rows),
        "changed": list(_changes(frozen, rule)),
        "horizon": frozen["horizon"],
        "falsifier": frozen["falsifier"],
        "probability": frozen["probability"],
    }


def _changes(frozen: RuleJson, rule: RuleJson) -> Iterator[str]:
    if frozen["strategy"] != rule["strategy"]:
        yield f"strategy {frozen['strategy']} -> {rule['strategy']}"
    yield from _moved(frozen["parameters"], rule["parameters"])
    yield from _moved(_options(frozen["settings"]), _options(rule["settings"]))
    before: Mapping[str, object] = frozen
    now: Mapping[str, object] = rule
    for name, words in _WORDS.items():
        unsaid = name in ("horizon", "falsifier") and now[name] is None
        if not unsaid and by_first_code(before[name]) != by_first_code(now[name]):
            yield words


def _options(settings: Mapping[str, object]) -> dict[str, object]:
    """Settings by the names of their options, but for those that are free to be others."""
    return {name.replace("_", "-"): settings[name] for name in settings.keys() - _FREE}


def _moved(before: Mapping[str, object], now: Mapping[str, object]) -> Iterator[str]:
    """Values that are others."""
    for name in sorted(before.keys() | now.keys()):
        if before.get(name) != now.get(name):
            yield f"{name} {_shown(before.get(name))} -> {_shown(now.get(name))}"


def _shown(value: object) -> str:
    if isinstance(value, list | tuple):
        return "; ".join(map(str, value))
    return "none" if value is None else str(value)


def _reference(what: Strategy | Asset | str | None) -> ReferenceJson:
    """A control, or a benchmark: a line, or a strategy with its parameters."""
    if isinstance(what, Asset):
        return what.ticker
    if not isinstance(what, Strategy):
        return what
    code = code_behind(what)
    return {"label": what.label, "parameters": parameter_values(what), "code": code}


def _absolute(address: str) -> str:
    """An address that is good from any folder."""
    file, colon, name = address.rpartition(":")
    path = Path(file if colon else address)
    if path.suffix != ".py":
        return address
    return f"{path.resolve()}{colon}{name}" if colon else str(path.resolve())
