"""A ledger at a glance: what it holds, thesis by thesis, and whether it is whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

from backtests.records.ledger.counting import Subject
from backtests.records.ledger.families import Unfinished
from backtests.records.ledger.ledger import FrozenRow, Ledger
from backtests.records.ledger.rule import FrozenRuleJson
from backtests.records.ledger.state import LedgerState


class SubjectJson(TypedDict):
    """A `Subject` as `--json` prints it."""

    subject: str
    variants: int
    trials: int
    since: str
    until: str


class UnfinishedJson(TypedDict):
    """An `Unfinished` run as `--json` prints it."""

    row: int
    at: str
    subject: str
    published: str
    strategy: str
    variant: str
    running: bool | None


class RuleRowJson(FrozenRuleJson):
    """A frozen rule with its row."""

    row: int
    at: str
    subject: str


class LedgerJson(TypedDict):
    """A ledger at a glance; `LedgerState` and `Chain` say what its figures are."""

    path: str
    since: str
    trials: int
    chained: str
    before: int
    rows: int
    link: str
    gaps: Sequence[str]
    set_back: int
    subjects: list[SubjectJson]
    unfinished: list[UnfinishedJson]
    frozen: list[RuleRowJson]


@dataclass(frozen=True)
class Summary:
    """All of it but the trials themselves, which `Ledger.rows()` answers."""

    path: str
    state: LedgerState
    subjects: tuple[Subject, ...]
    unfinished: tuple[Unfinished, ...]
    frozen: tuple[FrozenRow, ...]

    def as_json(self) -> LedgerJson:
        state, chain = self.state, self.state.chain
        return {
            "path": self.path,
            "since": state.since,
            "trials": state.trials,
            "chained": state.chained,
            "before": state.before,
            "rows": chain.rows,
            "link": chain.link,
            "gaps": chain.gaps,
            "set_back": chain.set_back,
            "subjects": [_subject(row) for row in self.subjects],
            "unfinished": [_unfinished(run) for run in self.unfinished],
            "frozen": [
                {"row": row.row, "at": row.at, "subject": row.subject, **row.rule}
                for row in self.frozen
            ],
        }

    def as_text(self) -> str:
        state, chain = self.state, self.state.chain
        if not chain.rows:
            return f"{self.path} holds nothing yet; every run writes to it"
        head = [
            f"{self.path}",
            f"since {state.since}, by this machine's clock; {_counted(state.trials, 'trial')} in "
            f"{_counted(chain.rows, 'row')}, the last has the hash {chain.link}",
        ]
        if state.chained:
            head.append(
                f"rows of before {state.chained} ({state.before:,} trials) were chained on that day"
            )
        if chain.set_back:
            head.append(f"that clock was set back {chain.set_back:,} times")
        gaps = [f"NOT WHOLE: {gap}" for gap in chain.gaps] or ["whole: every row is as it was"]
        subjects = [
            f"{subject.subject:<24}{_counted(subject.variants, 'variant')}, "
            f"{_counted(subject.trials, 'trial')} on real prices, "
            f"{subject.since[:10]} to {subject.until[:10]}"
            for subject in self.subjects
        ]
        return "\n".join((*head, *gaps, *subjects, *self._open(), *self._frozen()))

    def _open(self) -> list[str]:
        words = {True: "running", False: "killed", None: "running or killed elsewhere"}
        return [
            f"{run.subject:<24}started {run.at}, never finished: {words[run.running]}"
            for run in self.unfinished
        ]

    def _frozen(self) -> list[str]:
        return [
            f"{row.subject:<24}frozen {row.at}: {row.rule['label']}, hash {row.rule['hash']}"
            for row in self.frozen
        ]


def _subject(row: Subject) -> SubjectJson:
    return {
        "subject": row.subject, "variants": row.variants, "trials": row.trials,
        "since": row.since, "until": row.until,
    }  # fmt: skip


def _unfinished(run: Unfinished) -> UnfinishedJson:
    return {
        "row": run.row, "at": run.at, "subject": run.subject, "published": run.published,
        "strategy": run.strategy, "variant": run.variant, "running": run.running,
    }  # fmt: skip


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def summary_of(ledger: Ledger) -> Summary:
    subjects, unfinished = ledger.subjects()
    return Summary(str(ledger.path), ledger.state(), subjects, unfinished, ledger.frozen())
